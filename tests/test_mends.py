"""Each rule mends its fault, says where, and does it once; what no rule can mend is settled as the error says."""

import json
import re
from copy import deepcopy
from pathlib import Path

import pytest
import yaml

from scripts.document import METHODS, DocumentError, node_at
from scripts.mends import MEANINGLESS, OMISSIONS, RULES, mended
from scripts.overlay import overlaid, read_overlay
from scripts.references import bundled
from scripts.swagger2 import converted, openapi3
from scripts.validity import check_valid

CASES = Path(__file__).parent / "cases/mends"
cases = pytest.mark.parametrize("rule", sorted(folder.name for folder in CASES.iterdir()))


def read(rule, name):
    return json.loads((CASES / rule / f"{name}.json").read_text("utf-8"))


def places(mends):
    return [[mend.pointer, mend.rule] for mend in mends]


def operations(document):
    return sum(name.lower() in METHODS for item in document["paths"].values() for name in item or ())


def test_every_rule_has_a_case():
    assert {folder.name for folder in CASES.iterdir()} == set(RULES)


@cases
def test_fault_is_mended_and_reported_where_it_stands(rule):
    after, mends = mended(read(rule, "before"))

    assert after == read(rule, "after")
    assert places(mends) == read(rule, "mends")


@cases
def test_case_is_about_its_rule_and_points_into_its_document(rule):
    before, told = read(rule, "before"), read(rule, "mends")
    for pointer, _ in told:
        node_at(before, pointer)

    assert {name for _, name in told} == {rule}


@cases
def test_document_is_left_as_it_was(rule):
    document = read(rule, "before")
    before = deepcopy(document)
    mended(document)

    assert document == before


@cases
def test_what_is_mended_needs_no_mend(rule):
    after = read(rule, "after")

    assert mended(after) == (after, ())
    assert mended(after, strict=True) == (after, ())


@cases
def test_what_is_mended_is_a_valid_contract_when_it_is_converted(rule):
    check_valid(openapi3(read(rule, "after")))


@cases
def test_no_operation_is_lost(rule):
    assert operations(read(rule, "after")) == operations(read(rule, "before"))


@pytest.mark.parametrize("rule", sorted(set(RULES) - {*OMISSIONS, *MEANINGLESS}))
def test_strict_refuses_the_fault(rule):
    told = read(rule, "mends")
    with pytest.raises(DocumentError) as error:
        mended(read(rule, "before"), strict=True)

    assert error.value.where == told[0][0]
    assert error.value.what.startswith(f"{rule}: ")
    assert error.value.what.endswith(f"(and {len(told) - 1} faults more)") == (len(told) > 2)


@pytest.mark.parametrize("rule", OMISSIONS)
def test_strict_lets_an_omission_be(rule):
    before = read(rule, "before")

    assert mended(before, strict=True) == (before, ())


@pytest.mark.parametrize("rule", MEANINGLESS)
def test_strict_lets_what_has_no_meaning_go(rule):
    assert mended(read(rule, "before"), strict=True) == (read(rule, "after"), ())


def swagger(**members):
    return {"swagger": "2.0", "info": {"title": "T", "version": "1"}, "paths": {}, **members}


def operation(path="/a", **members):
    return swagger(paths={path: {"get": {"operationId": "a", "responses": DONE, **members}}})


def parameters(*parameters, path="/a", **members):
    return {**operation(path, parameters=list(parameters)), **members}


def schema(**members):
    return swagger(definitions={"A": members})


def scheme(**members):
    return swagger(securityDefinitions={"k": members})


DONE = {"204": {"description": "Done."}}
TEXT = {"type": "string"}
GET = "#/paths/~1a/get"
FIRST = f"{GET}/parameters/0"


def query(name="q", **members):
    return {"name": name, "in": "query", "type": "string", **members}


def contract(document):
    """What the document becomes, from its references to OpenAPI."""
    return converted(mended(bundled(document, no_file).document)[0])[0]


def no_file(path):
    raise AssertionError(f"{path} was asked for")


def settled(document, hint):
    """The document after the overlay action that the hint of an error names."""
    target, deed = re.fullmatch(r"Settle it in an overlay with .* the action `target: (.+)`, `(.+)`\.", hint).groups()
    action = {"target": yaml.safe_load(target), **yaml.safe_load(deed)}
    overlay = {"overlay": "1.1.0", "info": {"title": "T", "version": "1"}, "actions": [action]}
    return overlaid(document, read_overlay(overlay).actions)


@pytest.mark.parametrize(
    "before, after",
    [
        ({"host": "//example.com:8080/"}, {"host": "example.com:8080"}),
        ({"host": "example.com/v1/"}, {"host": "example.com", "basePath": "/v1"}),
        ({"host": " HTTPS://example.com"}, {"host": "example.com", "schemes": ["https"]}),
        (
            {"host": "https://example.com/v1", "basePath": "/v1/a", "schemes": ["http", "https"]},
            {"host": "example.com", "basePath": "/v1/a", "schemes": ["http", "https"]},
        ),
        ({"host": "example.com/v1", "basePath": "/"}, {"host": "example.com", "basePath": "/v1"}),
    ],
)
def test_url_is_taken_apart(before, after):
    document, mends = mended(swagger(**before))

    assert document == swagger(**after)
    assert places(mends) == [["#/host", "host-is-a-url"]]


@pytest.mark.parametrize(
    "before, after",
    [
        ({"basePath": "//example.com"}, {"host": "example.com", "basePath": "/"}),
        ({"basePath": "http://example.com/v1", "host": "example.com"}, {"schemes": ["http"], "basePath": "/v1"}),
        ({"basePath": "https://example.com/v1", "schemes": ["http", "https"]}, {"basePath": "/v1"}),
    ],
)
def test_url_for_a_base_path_is_taken_apart(before, after):
    document, mends = mended(swagger(**before))

    assert document == swagger(**{**before, "host": "example.com", **after})
    assert places(mends) == [["#/basePath", "base-path-is-a-url"]]


@pytest.mark.parametrize("base", ["/v1", "v1", "/v1//b", "v1//b", "/"])
def test_path_for_a_base_path_stays(base):
    assert mended(swagger(basePath=base)) == (swagger(basePath=base), ())


def test_member_that_stands_there_rightly_as_well_is_kept_aside():
    document, mends = mended(operation(summary="One.", Summary="Another."))

    assert document["paths"]["/a"]["get"]["x-Summary"] == "Another."
    assert places(mends) == [[f"{GET}/Summary", "member-unknown"]]


def test_name_that_is_adorned_may_be_undeclared():
    document = swagger(paths={"/{id:int}": {"get": {"operationId": "a", "responses": DONE}}})

    assert places(mended(document)[1]) == [
        ["#/paths/~1{id:int}", "path-name-adorned"],
        ["#/paths/~1{id:int}/get", "path-parameter-undeclared"],
    ]


@pytest.mark.parametrize("place, name", [("path", "userId"), ("query", "user_id")])
def test_marks_make_no_difference_to_what_is_in_the_path_alone(place, name):
    declared = {**query("user_id"), "in": place, "required": True}
    item = {"get": {"operationId": "a", "parameters": [declared], "responses": DONE}}
    document, _ = mended(swagger(paths={"/{userId}": item}))

    assert document["paths"]["/{userId}"]["get"]["parameters"][0] == {**declared, "name": name}


def test_name_that_no_component_may_have_is_told():
    definitions = {"List[Pet]": {"type": "array", "items": {"$ref": "#/definitions/Pet"}}, "Pet": TEXT}
    document, names = converted(swagger(definitions=definitions, responses={"not found": {"description": "None."}}))

    assert places(names.renames()) == [
        ["#/definitions/List[Pet]", "name-not-legal"],
        ["#/responses/not found", "name-not-legal"],
    ]
    assert list(document["components"]["schemas"]) == ["List_Pet", "Pet"]
    assert list(document["components"]["responses"]) == ["not_found"]


def test_what_a_rule_brings_to_light_is_mended_too():
    inner = {"description": "None.", "schema": {"type": "guid"}}
    document, mends = mended(operation(responses={"200": {"description": "Well.", "404": inner}}))

    assert document["paths"]["/a"]["get"]["responses"]["404"]["schema"] == {"type": "string", "format": "uuid"}
    assert places(mends) == [
        [f"{GET}/responses/200/404", "response-inside-response"],
        [f"{GET}/responses/200/404/schema/type", "type-unknown"],
    ]


def test_fault_in_what_was_moved_is_told_where_it_stood():
    source = swagger(paths={"example.com/a/[id]?b=c": {"get": {"operationId": "a", "responses": {}}}})
    _, mends = mended(source)

    assert places(mends) == [
        ["#/paths/example.com~1a~1[id]?b=c", "host-in-path"],
        ["#/paths/example.com~1a~1[id]?b=c", "path-in-brackets"],
        ["#/paths/example.com~1a~1[id]?b=c/get", "query-in-path"],
        ["#/paths/example.com~1a~1[id]?b=c/get", "path-parameter-undeclared"],
        ["#/paths/example.com~1a~1[id]?b=c/get", "response-missing"],
    ]


#: What nobody can mend without guessing: the document, where it is at fault, and why.
UNSETTLED = {
    "marked-twice": (swagger(_swagger="2.0"), "#/_swagger", "`_swagger` stands beside `swagger`"),
    "host-of-other-scheme": (
        swagger(host="https://example.com", schemes=["http"]),
        "#/host",
        "`host` says https and `schemes` says http",
    ),
    "host-of-other-path": (
        swagger(host="example.com/v1", basePath="/v2"),
        "#/host",
        "`host` has the path /v1 and `basePath` is /v2",
    ),
    "base-path-of-other-scheme": (
        swagger(basePath="https://example.com/v1", schemes=["http"]),
        "#/basePath",
        "`basePath` says https and `schemes` says http",
    ),
    "base-path-of-other-host": (
        swagger(basePath="https://example.com/v1", host="example.org"),
        "#/basePath",
        "`basePath` is a URL with the host example.com, and `host` is example.org",
    ),
    "method-twice": (
        swagger(paths={"/a": {method: {"operationId": method, "responses": DONE} for method in ("get", "GET")}}),
        "#/paths/~1a/GET",
        "'GET' stands beside another 'get'",
    ),
    "index-twice": (
        schema(type="object", properties={"lines[0].a": TEXT, "lines[1].a": TEXT}),
        "#/definitions/A/properties/lines[1].a",
        "'lines[1].a' and another are both 'lines.a'",
    ),
    "index-of-what-is-nested-too": (
        schema(
            type="object",
            properties={
                "lines": {"type": "array", "items": {"type": "object", "properties": {"a": {"type": "integer"}}}},
                "lines[].a": TEXT,
            },
        ),
        "#/definitions/A/properties/lines[].a",
        "'a' is declared twice, nested and with its holder's name before it",
    ),
    "in-the-path-by-another-name": (
        swagger(
            paths={
                "/{key}": {
                    "get": {
                        "operationId": "a",
                        "parameters": [{**query("id"), "in": "path", "required": True}],
                        "responses": DONE,
                    }
                }
            }
        ),
        "#/paths/~1{key}/get/parameters/0",
        "'id' is in the path by its declaration, but the path has no {id}",
    ),
    "host-in-path-of-another": (
        swagger(paths={"/a": {}, "example.com/a": {}}),
        "#/paths/example.com~1a",
        "the path would be /a, which is there already",
    ),
    "path-without-slash-beside-another": (
        swagger(paths={"a": {}, "/a": {}}),
        "#/paths/a",
        "the path would be /a, which is there already",
    ),
    "path-in-brackets-beside-another": (
        swagger(paths={"/{a}": {}, "/[a]": {}}),
        "#/paths/~1[a]",
        "the path would be /{a}, which is there already",
    ),
    "braces-without-name": (operation("/a/{}"), "#/paths/~1a~1{}", "the path has braces with no name in them"),
    "body-of-openapi-3": (
        operation(requestBody={"content": {}}),
        f"{GET}/requestBody",
        "'requestBody' belongs to OpenAPI 3 and has no meaning in Swagger 2.0",
    ),
    "content-of-a-parameter": (
        parameters(query(content={})),
        f"{FIRST}/content",
        "'content' belongs to OpenAPI 3 and has no meaning in Swagger 2.0",
    ),
    "content-of-a-response": (
        operation(responses={"200": {"description": "Well.", "content": {}}}),
        f"{GET}/responses/200/content",
        "'content' belongs to OpenAPI 3 and has no meaning in Swagger 2.0",
    ),
    "content-of-a-header": (
        operation(responses={"200": {"description": "Well.", "headers": {"X-A": {"type": "string", "content": {}}}}}),
        f"{GET}/responses/200/headers/X-A/content",
        "'content' belongs to OpenAPI 3 and has no meaning in Swagger 2.0",
    ),
    "dotted-name-beside-the-member": (
        schema(properties={"a": {"properties": {"b": {"type": "integer"}}}, "a.b": TEXT}),
        "#/definitions/A/properties/a.b",
        "'b' is declared twice, nested and with its holder's name before it",
    ),
    "discriminator-is-no-name": (
        schema(type="object", discriminator={"mapping": {}}),
        "#/definitions/A/discriminator",
        "an object stands where the name of a property is due",
    ),
    "parameter-twice-and-not-alike": (
        parameters(query(), query(type="integer")),
        f"{GET}/parameters/1",
        "'q' is declared twice, and not alike",
    ),
    "parameter-without-name": (
        parameters({"in": "query", "type": "string"}),
        FIRST,
        "a parameter without a name",
    ),
    "parameter-without-place": (
        parameters({"name": "q", "type": "string"}),
        FIRST,
        "'q' has no `in`, and nothing says where it is sent",
    ),
    "parameter-in-no-place": (
        parameters(query() | {"in": "cookie"}),
        FIRST,
        "'q' is in 'cookie', which is no place",
    ),
    "two-for-one-name-in-the-path": (
        parameters(query("id"), {**query("id"), "in": "header"}, path="/{id}"),
        "#/paths/~1{id}/get/parameters/0",
        "'id' is in the path, and more than one parameter could be meant by it",
    ),
    "in-the-path-by-its-declaration": (
        parameters({**query("id"), "in": "path", "required": True}),
        FIRST,
        "'id' is in the path by its declaration, but the path has no {id}",
    ),
    "in-the-path-by-a-shared-declaration": (
        parameters({"$ref": "#/parameters/Id"}, parameters={"Id": {**query("id"), "in": "path", "required": True}}),
        FIRST,
        "'id' is in the path by its declaration, but the path has no {id}",
    ),
    "reference-to-no-parameter": (
        parameters({"$ref": "#/parameters/Nobody"}),
        FIRST,
        "the reference '#/parameters/Nobody' leads to no parameter",
    ),
    "text-that-is-a-reference-to-nobody": (
        swagger(definitions={"A": "#/definitions/Nobody"}),
        "#/definitions/A",
        "the reference '#/definitions/Nobody' leads nowhere",
    ),
    "reference-to-no-path-item": (
        swagger(paths={"/a": {"$ref": "#/x-paths/a"}}),
        "#/paths/~1a",
        "the reference '#/x-paths/a' leads to no path item",
    ),
    "composed-of-itself": (
        swagger(
            definitions={"A": {"allOf": [{"$ref": "#/definitions/B"}]}, "B": {"allOf": [{"$ref": "#/definitions/A"}]}}
        ),
        "#/definitions/A/allOf/0",
        "makes a schema a part of itself",
    ),
    "enumeration-of-another-type": (
        schema(type="integer", enum=["some", "many"]),
        "#/definitions/A/type",
        "none of the values of the enumeration is of the type integer",
    ),
    "enumeration-with-a-stranger": (
        schema(type="integer", enum=[1, "many"]),
        "#/definitions/A/enum/1",
        'a value of the enumeration: "many" is not of the type integer',
    ),
    "type-unknown": (schema(type="nonsense"), "#/definitions/A/type", "'nonsense' is not a type"),
    "type-is-no-text": (schema(type=7), "#/definitions/A/type", "a number stands where a type is due"),
    "one-of-the-types-unknown": (
        schema(type=["string", "nonsense"]),
        "#/definitions/A/type/1",
        "'nonsense' is not a type",
    ),
    "response-inside-response-beside-another": (
        operation(responses={"200": {"description": "Well.", "404": {"description": "None."}}, "404": DONE["204"]}),
        f"{GET}/responses/200/404",
        "the operation has another response 404",
    ),
    "no-status": (
        operation(responses={**DONE, "666": DONE["204"]}),
        f"{GET}/responses/666",
        "'666' is not a status",
    ),
    "no-list": (schema(allOf="A"), "#/definitions/A/allOf", "a string stands where a list is due"),
    "no-object": (swagger(definitions={"A": 1}), "#/definitions/A", "a number stands where an object is due"),
    "no-text": (swagger(host=["example.com"]), "#/host", "a list stands where a string is due"),
    "no-flag": (
        parameters(query(required="always")),
        f"{FIRST}/required",
        "a string stands where true or false is due",
    ),
    "no-count": (schema(maxLength=-1), "#/definitions/A/maxLength", "a number stands where a count is due"),
    "no-name-of-a-member": (
        schema(required=["a", {}]),
        "#/definitions/A/required/1",
        "an object stands where a string is due",
    ),
    "no-scopes": (
        swagger(securityDefinitions={"k": {"type": "basic"}}, security=[{"k": 1}]),
        "#/security/0/k",
        "is no list of names of scopes",
    ),
    "no-text-in-a-contact": (
        swagger(info={"title": "T", "version": "1", "contact": {"email": 1}}),
        "#/info/contact/email",
        "a number stands where a string is due",
    ),
    "license-without-name": (
        swagger(info={"title": "T", "version": "1", "license": {}}),
        "#/info/license",
        "has no name",
    ),
    "documents-without-address": (
        schema(externalDocs={"description": "More."}),
        "#/definitions/A/externalDocs",
        "has no url",
    ),
    "tag-without-name": (swagger(tags=[{"description": "Some."}]), "#/tags/0", "has no name"),
    "key-in-no-place": (
        scheme(type="apiKey", name="k", **{"in": "cookie"}),
        "#/securityDefinitions/k/in",
        "'cookie' is no place of a key",
    ),
    "no-type-of-security": (
        scheme(type="key", name="k", **{"in": "query"}),
        "#/securityDefinitions/k/type",
        "'key' is no type of a security definition",
    ),
    "no-flow": (
        scheme(type="oauth2", flow="device", tokenUrl="https://example.com/token"),
        "#/securityDefinitions/k/flow",
        "'device' is no flow of OAuth 2",
    ),
    "flow-without-address": (
        scheme(type="oauth2", flow="password"),
        "#/securityDefinitions/k",
        "the flow password has no tokenUrl",
    ),
    "security-by-nobody": (
        swagger(security=[{"k": []}]),
        "#/security/0",
        "'k' is not among the security definitions",
    ),
    "body-and-form": (
        parameters({"name": "body", "in": "body", "schema": TEXT}, {"name": "f", "in": "formData", "type": "string"}),
        f"{GET}/parameters/1",
        "an operation has one body, and a form is one",
    ),
    "no-title": (swagger(info={"version": "1"}), "#/info", "the API has no title"),
    "no-host": (swagger(host="a b"), "#/host", "'a b' is not a host"),
}


@pytest.mark.parametrize("document, where, what", UNSETTLED.values(), ids=UNSETTLED)
def test_what_cannot_be_mended_is_told(document, where, what):
    with pytest.raises(DocumentError) as error:
        contract(document)

    assert (error.value.where, error.value.what) == (where, what)


@pytest.mark.parametrize("document", [document for document, _, _ in UNSETTLED.values()], ids=UNSETTLED)
def test_what_cannot_be_mended_is_settled_as_the_error_says(document):
    with pytest.raises(DocumentError) as error:
        contract(document)

    check_valid(contract(settled(document, error.value.hint)))
