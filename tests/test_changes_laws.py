"""Laws of the comparison, on a contract that says the same things in the less usual ways."""

import json
import random
from copy import deepcopy

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scripts.changes import changes
from scripts.changes.shape import check_shape
from scripts.document import DocumentError
from tests.shuffling import shuffled

JSON_TYPE = "application/json"


def reference(room, name):
    return {"$ref": f"#/components/{room}/{name}"}


CONTRACT = {
    "openapi": "3.1.1",
    "info": {"title": "Trees", "version": "1", "license": {"name": "MIT"}},
    "servers": [{"url": "https://{r}.example", "variables": {"r": {"default": "a", "enum": ["a", "b"]}}}],
    "tags": [{"name": "t"}, {"name": "u"}],
    "security": [{"o": ["r", "w"]}, {}],
    "x-top": {"a": [1]},
    "paths": {
        "/p/{a}": reference("pathItems", "I"),
        "/q/": {
            "servers": [{"url": "https://q.example"}],
            "parameters": [reference("parameters", "P"), {"name": "X-H", "in": "header", "schema": {"type": "string"}}],
            "get": {
                "tags": ["u", "t"],
                "parameters": [
                    {"name": "c", "in": "cookie", "content": {JSON_TYPE: {"schema": {"type": "object"}}}},
                    {"name": "s", "in": "query", "style": "deepObject", "explode": True, "schema": {"type": "object"}},
                ],
                "responses": {"200": reference("responses", "R"), "default": reference("responses", "E")},
                "security": [],
            },
            "post": {
                "operationId": "postQ",
                "requestBody": reference("requestBodies", "B"),
                "responses": {"201": reference("responses", "R")},
                "callbacks": {"done": reference("callbacks", "C")},
            },
        },
    },
    "webhooks": {"w": reference("pathItems", "W")},
    "components": {
        "pathItems": {
            "I": {
                "parameters": [{"name": "a", "in": "path", "required": True, "schema": reference("schemas", "Id")}],
                "delete": {
                    "operationId": "deleteI",
                    "deprecated": True,
                    "responses": {"204": {"description": "Done."}},
                },
            },
            "W": {
                "post": {
                    "requestBody": {"content": {JSON_TYPE: {"schema": reference("schemas", "Tree")}}},
                    "responses": {"200": {"description": "Taken."}},
                }
            },
        },
        "parameters": {"P": {"name": "page", "in": "query", "schema": {"type": "integer", "minimum": 1, "default": 1}}},
        "responses": {
            "R": {
                "description": "Right.",
                "headers": {"X-A": reference("headers", "H")},
                "content": {
                    JSON_TYPE: {"schema": reference("schemas", "Tree"), "examples": {"e": reference("examples", "X")}}
                },
                "links": {"l": reference("links", "L")},
            },
            "E": {"description": "Wrong.", "content": {JSON_TYPE: {"schema": reference("schemas", "Err")}}},
        },
        "requestBodies": {
            "B": {
                "required": True,
                "content": {
                    JSON_TYPE: {"schema": reference("schemas", "Any")},
                    "multipart/form-data": {
                        "schema": {"type": "object", "properties": {"f": {"type": "string"}}},
                        "encoding": {"f": {"contentType": "image/png", "headers": {"X-E": reference("headers", "H")}}},
                    },
                },
            }
        },
        "headers": {"H": {"schema": {"type": "string", "pattern": "^a"}}},
        "examples": {"X": {"value": {"kids": []}}},
        "links": {"L": {"operationId": "postQ", "parameters": {"a": "$response.body#/id"}}},
        "callbacks": {"C": {"{$request.body#/u}": reference("pathItems", "W")}},
        "securitySchemes": {"o": {"type": "http", "scheme": "basic"}, "unused": {"type": "http", "scheme": "bearer"}},
        "schemas": {
            "Id": {"type": "string", "format": "uuid", "title": "Identity"},
            "Tree": {
                "type": "object",
                "required": ["id"],
                "properties": {
                    "id": {**reference("schemas", "Id"), "description": "Its own.", "readOnly": True},
                    "kids": {"type": "array", "items": reference("schemas", "Tree")},
                    "up": {"oneOf": [reference("schemas", "Tree"), {"type": "null"}]},
                    "n": {"type": ["integer", "null"], "enum": [1, 2, None]},
                    "k": {"const": "tree"},
                },
                "additionalProperties": False,
                "dependentRequired": {"n": ["kids"]},
            },
            "Cat": {"allOf": [reference("schemas", "Base"), {"properties": {"meow": {"type": "boolean"}}}]},
            "Dog": {"allOf": [reference("schemas", "Base")], "unevaluatedProperties": False},
            "Base": {
                "type": "object",
                "properties": {"kind": {"type": "string"}},
                "patternProperties": {"^x-": {"type": "integer"}},
                "propertyNames": {"maxLength": 10},
            },
            "Any": {
                "oneOf": [reference("schemas", "Cat"), reference("schemas", "Dog")],
                "discriminator": {"propertyName": "kind"},
            },
            "Err": {
                "type": "object",
                "properties": {
                    "t": {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "items": False},
                    "c": {"type": "array", "contains": {"type": "string"}, "minContains": 1},
                    "i": {"if": {"type": "string"}, "then": {"minLength": 1}, "else": {"not": {"type": "null"}}},
                    "d": {"type": "object", "dependentSchemas": {"a": {"required": ["b"]}}},
                    "m": {"type": "string", "contentMediaType": JSON_TYPE, "contentSchema": {"type": "object"}},
                    "b": True,
                },
                "xml": {"name": "err"},
            },
            "Unused": {"type": "string"},
        },
    },
}
VALUES = [None, True, False, 0, 1.5, "", "string", [], ["x"], {}, {"type": "string"}, [{}], {"a": 1}, [None]]
NAMES = ["x-a", "new", "type", "required", "allOf", "items", "properties", "minimum", "security", "default", "$ref"]


def places(node, way=()):
    """Each place in a document, as the names and indexes that lead there."""
    members = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for name, inner in members:
        yield (*way, name)
        yield from places(inner, (*way, name))


@st.composite
def edited(draw):
    """The contract after one edit that leaves its shape alone."""
    new = deepcopy(CONTRACT)
    *way, last = draw(st.sampled_from(list(places(CONTRACT))))
    node = new
    for part in way:
        node = node[part]
    match draw(st.sampled_from(["removed", "replaced", "extended"])):
        case "removed":
            del node[last]
        case "extended" if isinstance(node[last], dict):
            node[last][draw(st.sampled_from(NAMES))] = draw(st.sampled_from(VALUES))
        case "extended" if isinstance(node[last], list):
            node[last].append(draw(st.sampled_from(VALUES)))
        case _:
            node[last] = draw(st.sampled_from(VALUES))
    assume(json.dumps(new, sort_keys=True) != json.dumps(CONTRACT, sort_keys=True))
    try:
        check_shape(new)
    except DocumentError:
        assume(False)
    return deepcopy(new)


laws = settings(max_examples=150, deadline=None)


@laws
@given(edited())
def test_any_edit_is_told_both_ways(new):
    kept = deepcopy(new)

    assert changes(CONTRACT, new) and changes(new, CONTRACT)
    assert new == kept


@laws
@given(edited())
def test_what_is_told_does_not_depend_on_order(new):
    forth = changes(CONTRACT, new)

    assert forth == tuple(sorted(set(forth), key=forth.index))
    assert [(each.rule, each.place) for each in forth] == [
        (each.rule, each.place) for each in changes(deepcopy(CONTRACT), deepcopy(new))
    ]


@laws
@given(edited())
def test_contract_has_no_change_from_itself(new):
    assert changes(new, deepcopy(new)) == ()


@laws
@given(st.integers())
def test_order_is_no_change(seed):
    unordered = ("required", "enum", "parameters", "anyOf", "oneOf", "security", "type", "o")

    assert changes(CONTRACT, shuffled(CONTRACT, random.Random(seed), unordered)) == ()


@pytest.mark.parametrize("version", ["3.0.3", "3.2.0"])
def test_contracts_of_every_openapi_3_are_compared(version):
    assert changes({**CONTRACT, "openapi": version}, CONTRACT) != ()


def test_nullable_of_openapi_3_0_is_a_type_of_3_1():
    def contract(version, schema):
        responses = {"200": {"description": "D.", "content": {JSON_TYPE: {"schema": schema}}}}
        paths = {"/a": {"get": {"operationId": "a", "responses": responses}}}
        return {"openapi": version, "info": {"title": "T", "version": "1"}, "paths": paths}

    found = changes(
        contract("3.0.3", {"type": "string", "nullable": True}), contract("3.1.1", {"type": ["string", "null"]})
    )

    assert not any(each.breaking for each in found)


def test_paths_that_differ_in_names_alone_are_two():
    new = deepcopy(CONTRACT)
    new["paths"]["/p/{b}"] = {"delete": {"operationId": "other", "responses": {"204": {"description": "Done."}}}}

    assert [(str(each.rule), each.operation) for each in changes(CONTRACT, new)] == [
        ("operation-added", "DELETE /p/{b}")
    ]


def test_what_the_document_says_for_all_operations_is_told_once():
    new = {**deepcopy(CONTRACT), "security": [{}]}

    assert [(str(each.rule), each.operation, each.breaks_clients) for each in changes(CONTRACT, new)] == [
        ("security-removed", "", True)
    ]


def test_class_that_loses_its_name_is_renamed():
    new = deepcopy(CONTRACT)
    new["components"]["responses"]["E"]["content"][JSON_TYPE]["schema"] = new["components"]["schemas"].pop("Err")
    found = {(str(each.rule), each.operation, each.breaks_clients) for each in changes(CONTRACT, new)}

    assert ("class-renamed", "GET /q/", True) in found


def test_recursion_has_an_end():
    new = deepcopy(CONTRACT)
    new["components"]["schemas"]["Tree"]["properties"]["k"] = {"const": "bush"}
    where = [each.place for each in changes(CONTRACT, new) if each.operation == "POST /q/" and "201" in each.place]

    assert sorted(set(where)) == [f"response 201 {JSON_TYPE}: {way}" for way in ("k", "kids[].k", "up(Tree).k")]


@pytest.mark.parametrize("target", ["https://elsewhere.example", "#/components/schemas/None", "#/info/title"])
def test_reference_that_leads_to_no_schema_is_refused(target):
    new = deepcopy(CONTRACT)
    new["components"]["schemas"]["Unused"] = {"$ref": target}

    with pytest.raises(DocumentError):
        check_shape(new)
