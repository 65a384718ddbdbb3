"""Faults put into valid documents of Swagger 2.0, named for the rules that mend them, and junk put anywhere.

A document gets a spare path and a spare definition first, which have a place for every fault; which of all the places
gets it is drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from functools import reduce
from typing import Any

from hypothesis import strategies as st
from swagger2_documents import METHODS, documents

from scripts.document import Kind, nodes

Node = dict[str, Any]
Pick = Callable[[Sequence[Any]], Any]
#: Changes the document, which is its own, at a place that it picks.
Fault = Callable[[Node, Pick], None]

SPARE_SCHEMA: Node = {
    "type": "object",
    "discriminator": "kind",
    "required": ["kind"],
    "properties": {
        "kind": {"type": "string", "maxLength": 9, "x-nullable": True},
        "count": {"type": "integer", "minimum": 0, "maximum": 9, "enum": [1, 2], "default": 1},
        "list": {"type": "array", "items": {"$ref": "#/definitions/Spare"}},
        "inner": {"type": "object", "properties": {"kind": {"type": "string"}}},
    },
}
SPARE_PATH: Node = {
    "get": {
        "operationId": "getSpare",
        "tags": ["spare"],
        "produces": ["application/json"],
        "parameters": [
            {"name": "id", "in": "path", "type": "string", "required": True},
            {"name": "among", "in": "query", "type": "array", "items": {"type": "string", "maxLength": 9}},
        ],
        "responses": {"200": {"description": "Found.", "schema": {"$ref": "#/definitions/Spare"}}},
    },
    "put": {
        "operationId": "putSpare",
        "parameters": [
            {"name": "id", "in": "path", "type": "string", "required": True},
            {"name": "body", "in": "body", "schema": {"$ref": "#/definitions/Spare"}},
        ],
        "responses": {"default": {"description": "Done."}},
    },
}


def with_spare(document: Node) -> Node:
    made = deepcopy(document)
    made["paths"]["/spare/{id}"] = deepcopy(SPARE_PATH)
    made["definitions"] = {**made.get("definitions", {}), "Spare": deepcopy(SPARE_SCHEMA)}
    return made


def found(document: Node, kind: Kind, *members: str) -> list[Node]:
    """The nodes of a kind that have these members and are no references, as they stand in the document."""
    places = [at for each, node, at in nodes(document) if each is kind and all(name in node for name in members)]
    return [
        reduce(lambda node, part: node[int(part) if isinstance(node, list) else part], at, document) for at in places
    ]


def operations(document: Node) -> list[Node]:
    return found(document, Kind.OPERATION)


def outside_body(document: Node, *members: str) -> list[Node]:
    return [node for node in found(document, Kind.PARAMETER, "in", *members) if node["in"] != "body"]


def path_of(document: Node, pick: Pick) -> str:
    return pick([path for path in document["paths"] if not path.startswith("x-")])


def rename_path(document: Node, old: str, new: str) -> None:
    document["paths"] = {new if path == old else path: item for path, item in document["paths"].items()}


def setting(kind: Kind, **members: Sequence[Any]) -> Fault:
    """A fault that gives one of the members of a node of the kind one of the values."""

    def fault(document: Node, pick: Pick) -> None:
        name = pick(list(members))
        options = found(document, kind, name)
        pick(options)[name] = deepcopy(pick(members[name]))

    return fault


def adding(kind: Kind, *having: str, **members: Any) -> Fault:
    """A fault that gives a node that has some members others."""

    def fault(document: Node, pick: Pick) -> None:
        pick(found(document, kind, *having)).update(deepcopy(members))

    return fault


def dropping(kind: Kind, name: str) -> Fault:
    def fault(document: Node, pick: Pick) -> None:
        del pick(found(document, kind, name))[name]

    return fault


def swagger_marker(document: Node, pick: Pick) -> None:
    document["_swagger"] = document.pop("swagger")


def version_is_number(document: Node, pick: Pick) -> None:
    holder, name, value = pick(
        [(document, "swagger", 2.0), (document, "swagger", 2), (document["info"], "version", 1.5)]
    )
    holder[name] = value


def null_member(document: Node, pick: Pick) -> None:
    kind, name = pick(
        [
            (Kind.OPERATION, "summary"),
            (Kind.SCHEMA, "type"),
            (Kind.PARAMETER, "description"),
            (Kind.RESPONSE, "headers"),
        ]
    )
    pick(found(document, kind))[name] = None


def string_for_list(document: Node, pick: Pick) -> None:
    holder, name, value = pick(
        [
            (document, "schemes", "https"),
            (document, "consumes", "application/json"),
            (pick(operations(document)), "tags", "one"),
            (pick(operations(document)), "produces", "application/json"),
            (pick(found(document, Kind.SCHEMA, "required")), "required", "kind"),
        ]
    )
    holder[name] = value


def member_misspelled(document: Node, pick: Pick) -> None:
    kind, name = pick(
        [
            *((Kind.OPERATION, name) for name in ("operationId", "parameters", "responses")),
            *((Kind.SCHEMA, name) for name in ("properties", "maxLength", "type")),
        ]
    )
    node = pick(found(document, kind, name))
    node[pick([name.upper(), name.capitalize(), f"{name[:2]}_{name[2:]}"])] = node.pop(name)


def word_misspelled(document: Node, pick: Pick) -> None:
    document["schemes"] = pick([["HTTPS"], ["http", "Https"], ["https://", "wss"]])


def base_path_is_a_url(document: Node, pick: Pick) -> None:
    for name in ("host", "schemes"):
        document.pop(name, None)
    document["basePath"] = pick(["https://example.com", "http://example.com/v1/", "//example.com/v1"])


def path_name_adorned(document: Node, pick: Pick) -> None:
    rename_path(document, "/spare/{id}", pick(["/spare/{ id }", "/spare/{id:int}", "/spare/{*id}/x", "/spare/{id?}"]))


def host_is_a_url(document: Node, pick: Pick) -> None:
    document["host"] = pick(["https://example.com", "http://example.com/v1", "//example.com:8080/", "example.com/v1"])


def host_in_path(document: Node, pick: Pick) -> None:
    path = path_of(document, pick)
    rename_path(document, path, pick(["https://other.example.com", "other.example.com"]) + path)


def path_without_slash(document: Node, pick: Pick) -> None:
    path = path_of(document, pick)
    rename_path(document, path, pick([path[1:], f" {path}", f"{path} "]))


def path_in_brackets(document: Node, pick: Pick) -> None:
    rename_path(document, "/spare/{id}", pick(["/spare/[id]", "/spare/[id]/more"]))


def query_in_path(document: Node, pick: Pick) -> None:
    path = path_of(document, pick)
    query = pick(["?a=1", "?a={a}&b", "?limit=5", "?"])
    if pick([True, False]):
        rename_path(document, path, path + query)
    else:
        document["paths"][path + query] = deepcopy(document["paths"][path])


def reference_among_properties(document: Node, pick: Pick) -> None:
    pick(found(document, Kind.SCHEMA, "properties"))["properties"]["$ref"] = "#/definitions/Spare"


def discriminator_is_object(document: Node, pick: Pick) -> None:
    node = pick(found(document, Kind.SCHEMA, "discriminator"))
    node["discriminator"] = {"propertyName": node["discriminator"]}


def parameter_place_missing(document: Node, pick: Pick) -> None:
    del pick(found(document, Kind.PARAMETER, "schema"))["in"]


def schema_outside_body(document: Node, pick: Pick) -> None:
    node = pick([each for each in outside_body(document) if each["type"] != "file"])
    own = {
        name: node.pop(name) for name in list(node) if name in ("type", "format", "items", "minimum", "maximum", "enum")
    }
    node["schema"] = own


def parameter_type_missing(document: Node, pick: Pick) -> None:
    del pick(outside_body(document, "type"))["type"]


def object_outside_body(document: Node, pick: Pick) -> None:
    node = pick(outside_body(document, "type"))
    for name in ("items", "default", "enum", "collectionFormat"):
        node.pop(name, None)
    node["type"] = "object"


def parameter_twice(document: Node, pick: Pick) -> None:
    holder = pick([each for each in operations(document) if each.get("parameters")])
    again = deepcopy(pick(holder["parameters"]))
    holder["parameters"].append({**again, "description": "Again."} if "$ref" not in again else again)


def path_parameter_elsewhere(document: Node, pick: Pick) -> None:
    node = pick([each for each in outside_body(document) if each["in"] == "path"])
    node.update(pick([{"in": "query"}, {"name": node["name"].upper()}, {"required": False}, {"in": "header"}]))


def path_parameter_undeclared(document: Node, pick: Pick) -> None:
    path = path_of(document, pick)
    rename_path(document, path, path + "/and/{one-more}")


def path_template_twice(document: Node, pick: Pick) -> None:
    name = pick(["other", "ID", "id-2"])
    operation = deepcopy(SPARE_PATH["get"])
    operation["operationId"] = "another"
    operation["parameters"][0]["name"] = name
    document["paths"][f"/spare/{{{name}}}"] = {pick(["get", "delete"]): operation}


def response_inside_response(document: Node, pick: Pick) -> None:
    answers = [node["responses"] for node in operations(document)]
    holders = [each for some in answers for status, each in some.items() if status[0] != "x" and "$ref" not in each]
    pick(holders)["418"] = {"description": "A teapot."}


def status_unknown(document: Node, pick: Pick) -> None:
    responses = pick(operations(document))["responses"]
    old = pick([status for status in responses if not status.startswith("x-")])
    responses[pick(["Success", "201 created", "4xx", "200_again", "2", "666", ""])] = deepcopy(responses[old])


def response_missing(document: Node, pick: Pick) -> None:
    node = pick(operations(document))
    if pick([True, False]):
        del node["responses"]
    else:
        node["responses"] = {}


def operation_id_twice(document: Node, pick: Pick) -> None:
    pick([each for each in operations(document) if each.get("operationId") != "getSpare"])["operationId"] = "getSpare"


def property_required(document: Node, pick: Pick) -> None:
    holder = document["definitions"]["Spare"]["properties"]
    pick(list(holder.values()))["required"] = pick([True, False])


def required_twice(document: Node, pick: Pick) -> None:
    required = pick(found(document, Kind.SCHEMA, "required"))["required"]
    required.append(required[0])


def object_type_missing(document: Node, pick: Pick) -> None:
    del pick(found(document, Kind.SCHEMA, "properties", "type"))["type"]


def array_items_missing(document: Node, pick: Pick) -> None:
    kind = pick([Kind.SCHEMA, Kind.PARAMETER])
    del pick(found(document, kind, "items"))["items"]


def value_of_wrong_type(document: Node, pick: Pick) -> None:
    name, value = pick(
        [("default", "1"), ("default", "many"), ("example", {}), ("enum", ["1", "2"]), ("enum", ["many"])]
    )
    pick([each for each in found(document, Kind.SCHEMA, "type") if each["type"] == "integer"])[name] = value


def default_refused(document: Node, pick: Pick) -> None:
    document["definitions"]["Spare"]["properties"]["count"]["default"] = pick([-1, 3, 10])


def dotted_name(document: Node, pick: Pick) -> None:
    # One name alone is a plain one, so those without a holder that has members come beside others.
    names = pick(
        [
            "inner.more",
            "inner.kind",
            "list.more",
            "list[].more",
            "rows[0].cell rows[0].cells[*].a",
            "inner:more",
            "inner.more kind.more",
            "new.a.b new.c",
        ]
    ).split()
    document["definitions"]["Spare"]["properties"].update({name: {"type": "integer"} for name in names})
    if pick([True, False]):
        document["definitions"]["Spare"]["required"] += names


def reference_dangling(document: Node, pick: Pick) -> None:
    pick(found(document, pick([Kind.SCHEMA, Kind.PARAMETER, Kind.RESPONSE]))).update({"$ref": "#/definitions/Nobody"})


def reference_misspelled(document: Node, pick: Pick) -> None:
    options = [each for each in found(document, Kind.SCHEMA, "$ref") if each["$ref"] == "#/definitions/Spare"]
    pick(options)["$ref"] = pick(["Spare", "#/definitions/spare", "#/Spare", "#/definition/Spare"])


#: By the rule that mends it.
FAULTS: Mapping[str, Fault] = {
    "swagger-marker": swagger_marker,
    "string-as-number": version_is_number,
    "member-misspelled": member_misspelled,
    "word-misspelled": word_misspelled,
    "null-member": null_member,
    "string-for-list": string_for_list,
    "number-as-string": setting(Kind.SCHEMA, maxLength=["9"], minimum=["0", "-1.5"], maximum=["9e1"]),
    "host-is-a-url": host_is_a_url,
    "base-path-is-a-url": base_path_is_a_url,
    "host-in-path": host_in_path,
    "path-without-slash": path_without_slash,
    "path-in-brackets": path_in_brackets,
    "path-name-adorned": path_name_adorned,
    "query-in-path": query_in_path,
    "reference-among-properties": reference_among_properties,
    "reference-with-siblings": adding(Kind.SCHEMA, "$ref", type="object", properties={"a": {}}),
    "discriminator-is-object": discriminator_is_object,
    "nullable-without-prefix": adding(Kind.SCHEMA, "type", nullable=True),
    "type-unknown": setting(
        Kind.SCHEMA, type=["guid", "int", "array of strings", "Spare", "nonsense", ["str", "null"], 7]
    ),
    "parameter-place-misspelled": setting(Kind.PARAMETER, **{"in": ["Query", "form", "BODY"]}),
    "parameter-place-missing": parameter_place_missing,
    "body-schema-missing": dropping(Kind.PARAMETER, "schema"),
    "schema-outside-body": schema_outside_body,
    "parameter-type-missing": parameter_type_missing,
    "object-outside-body": object_outside_body,
    "parameter-twice": parameter_twice,
    "path-parameter-elsewhere": path_parameter_elsewhere,
    "path-parameter-undeclared": path_parameter_undeclared,
    "path-template-twice": path_template_twice,
    "response-inside-response": response_inside_response,
    "member-unknown": adding(Kind.OPERATION, unheardOf={"$ref": "#/nowhere"}),
    "status-unknown": status_unknown,
    "response-missing": response_missing,
    "response-description-missing": dropping(Kind.RESPONSE, "description"),
    "operation-id-missing": dropping(Kind.OPERATION, "operationId"),
    "operation-id-twice": operation_id_twice,
    "property-required": property_required,
    "required-is-empty": adding(Kind.SCHEMA, "type", required=[]),
    "required-twice": required_twice,
    "object-type-missing": object_type_missing,
    "array-items-missing": array_items_missing,
    "exclusive-bound": adding(Kind.SCHEMA, "type", exclusiveMinimum=-1),
    "value-of-wrong-type": value_of_wrong_type,
    "default-refused": default_refused,
    "pattern-refused": adding(Kind.SCHEMA, "maxLength", pattern="(?<=[A"),
    "dotted-name": dotted_name,
    "required-unknown": adding(Kind.SCHEMA, "properties", required=["nobody", "KIND"]),
    "reference-dangling": reference_dangling,
    "reference-misspelled": reference_misspelled,
}


@st.composite
def with_fault(draw: st.DrawFn, name: str) -> Node:
    """A document that is valid but for this fault."""
    document = with_spare(draw(documents(largest=1)))
    FAULTS[name](document, lambda options: draw(st.sampled_from(options)))
    return document


JUNK = (
    *(
        None,
        True,
        False,
        0,
        -1,
        1.5,
        10**30,
        "",
        " ",
        "text",
        "#",
        "#/",
        "/",
        "%",
        "#/definitions/Spare",
        "{",
        "http://[",
        "\0",
    ),
    *(
        [],
        [None],
        [[]],
        [0],
        ["text"],
        [{}],
        {},
        {"": None},
        {"$ref": 1},
        {"$ref": "#"},
        {"$ref": "#/paths"},
        {"$ref": "a b#%"},
    ),
    *(
        {"$ref": "#/definitions/Spare"},
        {"type": []},
        {"type": {}},
        {"in": []},
        {"name": "a", "in": "body"},
        {"get": {}},
    ),
    *(
        {"enum": {}},
        {"properties": []},
        {"items": 1},
        {"required": {"a": 1}},
        {"x-a": 1},
        {"200": []},
        {"allOf": [{}, 1]},
    ),
)
WORDS = (
    "$ref",
    "type",
    "in",
    "name",
    "schema",
    "items",
    "properties",
    "allOf",
    "required",
    "parameters",
    "responses",
    "x-nullable",
)


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to everything in a value that holds something."""
    if isinstance(value, dict | list):
        yield at
        for name, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(each, (*at, name))


@st.composite
def with_junk(draw: st.DrawFn) -> Node:
    """A document in which a few places hold what does not belong there, or nothing."""
    document = with_spare(draw(documents(largest=1)))
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.sampled_from(list(places(document))))
        holder = reduce(lambda node, part: node[part], at, document)
        names = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        junk = deepcopy(draw(st.sampled_from(JUNK)))
        if isinstance(holder, list):
            holder.insert(draw(st.integers(0, len(holder))), junk) if draw(st.booleans()) or not names else holder.pop()
            continue
        name = draw(st.sampled_from([*names, *WORDS, *METHODS[:2]]))
        if draw(st.integers(0, 3)):
            holder[name] = junk
        else:
            holder.pop(name, None)
    return document
