"""The conversion case by case: one folder for each construct of Swagger 2.0, and a sentence for what is none."""

import json
from copy import deepcopy
from pathlib import Path

import pytest

from scripts.document import DocumentError, node_at
from scripts.mends import mended
from scripts.references import bundled
from scripts.swagger2 import converted, openapi3
from scripts.validity import check_valid

CASES = Path(__file__).parent / "cases"
PUBLISHED = Path(__file__).parent.parent / "openapi/source/swagger.json"


def folders(room):
    found = sorted((CASES / room).iterdir())
    return pytest.mark.parametrize("folder", found, ids=lambda folder: folder.name)


def read(file):
    return json.loads(file.read_text("utf-8"))


@folders("swagger2")
def test_conversion(folder):
    document = read(folder / "before.json")
    before = deepcopy(document)
    bundle = bundled(document, lambda path: read(folder / path))
    settled, mends = mended(bundle.document)
    after, _ = converted(settled)

    assert after == read(folder / "after.json")
    assert (document, bundle.mends, mends) == (before, (), ())


@folders("swagger2")
def test_what_is_to_come_out_is_valid(folder):
    check_valid(read(folder / "after.json"))


def test_every_folder_holds_a_case():
    for folder in (CASES / "swagger2").iterdir():
        assert {"before.json", "after.json"} <= {file.name for file in folder.iterdir()}


def test_published_document_becomes_valid():
    check_valid(openapi3(mended(read(PUBLISHED))[0]))


def test_mends_point_into_the_published_document():
    published = read(PUBLISHED)
    _, mends = mended(published)

    assert [node_at(published, mend.pointer) for mend in mends]


def swagger(**members):
    return {"swagger": "2.0", "info": {"title": "T", "version": "1"}, "paths": {}, **members}


def operation(**members):
    return swagger(paths={"/a": {"get": {"responses": {"204": {"description": "Done."}}, **members}}})


def test_renames_say_what_has_another_name():
    _, names = converted(swagger(definitions={"A B": {"type": "string"}, "C": {"type": "string"}}))

    assert [(rename.pointer, rename.what) for rename in names.renames()] == [
        ("#/definitions/A B", "the component is called A_B")
    ]


def test_names_do_not_depend_on_the_order():
    schemas = {"A B": {"type": "string"}, "A+B": {"type": "integer"}, "A_B": {"type": "boolean"}}
    turned = dict(reversed(schemas.items()))

    assert openapi3(swagger(definitions=schemas)) == openapi3(swagger(definitions=turned))


def test_alias_of_a_shared_body_is_that_body():
    body = {"name": "body", "in": "body", "schema": {"type": "string"}}
    after = openapi3(swagger(parameters={"New": body, "Made": {"$ref": "#/parameters/New"}}))

    assert after["components"]["requestBodies"]["Made"] == after["components"]["requestBodies"]["New"]


def test_alias_of_a_shared_field_is_that_field():
    field = {"name": "size", "in": "formData", "type": "integer"}
    after = openapi3(swagger(parameters={"Size": field, "Length": {"$ref": "#/parameters/Size"}}))

    assert after["components"]["schemas"]["Length"] == {"type": "integer"}


def test_servers_of_an_operation_are_said_only_where_they_differ():
    after = openapi3({**operation(schemes=["wss"]), "basePath": "/v1"})

    assert "servers" not in after["paths"]["/a"]["get"]


def test_schema_that_stands_for_itself_comes_to_an_end():
    response = {"description": "Well.", "schema": {"$ref": "#/definitions/A"}}
    source = {**operation(responses={"200": response}), "definitions": {"A": {"$ref": "#/definitions/A"}}}
    content = openapi3(source)["paths"]["/a"]["get"]["responses"]["200"]["content"]

    assert content == {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}


@pytest.mark.parametrize(
    "document, told",
    [
        (swagger(swagger="1.2"), '#: is not marked `swagger: "2.0"` but swagger 1.2'),
        ({"openapi": "3.0.3"}, '#: is not marked `swagger: "2.0"` but openapi 3.0.3'),
        (swagger(info={"version": "1"}), "#/info: the API has no title"),
        (swagger(host="a b"), "#/host: 'a b' is not a host"),
        (swagger(paths=[]), "#/paths: a list stands where an object is due"),
        (swagger(webhooks={}), "#/webhooks: Swagger 2.0 has no 'webhooks' here"),
        (swagger(consumes=["json"]), "#/consumes: 'json' is no media type"),
        (swagger(definitions={"A": 1}), "#/definitions/A: a number stands where an object is due"),
        (swagger(securityDefinitions={"k": {"type": "key"}}), "#/securityDefinitions/k/type: 'key' is no type of a"),
        (
            swagger(securityDefinitions={"k": {"type": "apiKey", "in": "cookie", "name": "k"}}),
            "#/securityDefinitions/k/in: 'cookie' is no place of a key",
        ),
        (
            swagger(securityDefinitions={"o": {"type": "oauth2", "flow": "device"}}),
            "#/securityDefinitions/o/flow: 'device' is no flow of OAuth 2",
        ),
        (
            swagger(securityDefinitions={"o": {"type": "oauth2", "flow": "password"}}),
            "#/securityDefinitions/o: the flow password has no tokenUrl",
        ),
        (
            swagger(
                securityDefinitions={"o": {"type": "oauth2", "flow": "password", "tokenUrl": "u", "scopes": {"a": 1}}}
            ),
            "#/securityDefinitions/o/scopes/a: a number stands where a string is due",
        ),
        (swagger(security=[{"k": []}]), "#/security/0: 'k' is not among the security definitions"),
        (
            operation(parameters=[{"in": "cookie", "name": "q", "type": "string"}]),
            "#/paths/~1a/get/parameters/0: 'cookie' is no place of a parameter",
        ),
        (
            operation(parameters=[{"$ref": "#/parameters/Nobody"}]),
            "#/paths/~1a/get/parameters/0: the reference '#/parameters/Nobody' leads nowhere",
        ),
        (
            operation(
                parameters=[
                    {"in": "body", "name": "a", "schema": {}},
                    {"in": "formData", "name": "b", "type": "string"},
                ]
            ),
            "#/paths/~1a/get/parameters/1: an operation has one body, and a form is one",
        ),
        (operation(responses={"Empty": {}}), "#/paths/~1a/get/responses/Empty: 'Empty' is not a status"),
        (operation(responses={"200": {}}), "#/paths/~1a/get/responses/200/description: nothing stands where a string"),
    ],
)
def test_what_is_not_known_is_told(document, told):
    with pytest.raises(DocumentError) as error:
        openapi3(document)

    assert str(error.value).startswith(told)


@pytest.mark.parametrize(
    "document, told",
    [
        (swagger(_swagger="2.0"), "#/_swagger: `_swagger` stands beside `swagger`"),
        (swagger(host="https://a", schemes=["http"]), "#/host: `host` says https and `schemes` says http"),
        (
            swagger(definitions={"A": {"properties": {"a": {"properties": {"b": {}}}, "a.b": {"type": "string"}}}}),
            "#/definitions/A/properties/a.b: 'b' is declared twice",
        ),
        (swagger(definitions={"A": {"type": "nonsense"}}), "#/definitions/A/type: 'nonsense' is not a type"),
    ],
)
def test_what_cannot_be_mended_is_told(document, told):
    with pytest.raises(DocumentError) as error:
        mended(document)

    assert str(error.value).startswith(told)
