from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.document import (
    DocumentError,
    Kind,
    check_references,
    map_nodes,
    map_schemas,
    node_at,
    nodes,
    pointer_parts,
    pointer_text,
    references,
)

# Names that are keywords too: a walker that takes a property called `items` for one is found out.
names = st.sampled_from(["items", "properties", "example", "$ref", "default", "x-a", "a.b", "a/b", "schema"])
schemas = st.recursive(
    st.sampled_from([{"type": "string"}, {"$ref": "#/components/schemas/A"}, {}]),
    lambda inner: st.one_of(
        st.builds(lambda p: {"type": "object", "properties": p}, st.dictionaries(names, inner, max_size=3)),
        st.builds(lambda i: {"type": "array", "items": i, "example": {"items": {"type": "no"}}}, inner),
        st.builds(lambda a: {"allOf": a, "default": {"properties": {}}}, st.lists(inner, max_size=2)),
        st.builds(lambda n: {"not": n, "additionalProperties": False, "enum": [{"type": "no"}]}, inner),
    ),
    max_leaves=8,
)
documents = st.builds(
    lambda a, b, c: {
        "paths": {
            "/items": {
                "parameters": [{"name": "q", "in": "query", "schema": a}],
                "post": {
                    "requestBody": {"content": {"application/json": {"schema": b, "examples": {}}}},
                    "responses": {
                        "200": {"content": {"application/json": {"schema": c}}},
                        "x-a": {"schema": {}},
                    },
                },
            },
            "x-b": {"get": {}},
        },
        "components": {"schemas": {"A": a, "properties": b}},
    },
    schemas,
    schemas,
    schemas,
)


def marked(schema, pointer):
    return {**schema, "seen": True}


@given(documents)
def test_input_is_untouched(document):
    before = deepcopy(document)
    map_schemas(document, marked)

    assert document == before


@given(documents)
def test_no_change_changes_nothing(document):
    assert map_nodes(document, lambda kind, node, pointer: node) == document


@given(documents)
def test_twice_is_once(document):
    once = map_schemas(document, marked)

    assert map_schemas(once, marked) == once


@given(documents)
def test_pointers_lead_to_their_nodes(document):
    assert all(node_at(document, pointer_text(pointer)) == node for _, node, pointer in nodes(document))


@given(documents)
def test_references_resolve(document):
    check_references(document)

    assert all(
        node_at(document, reference) == document["components"]["schemas"]["A"] for _, reference in references(document)
    )


def test_property_named_like_a_keyword_is_a_schema():
    document = {"components": {"schemas": {"A": {"properties": {"items": {"type": "string"}, "enum": {}}}}}}
    changed = map_schemas(document, marked)["components"]["schemas"]["A"]

    assert changed["properties"] == {"items": {"type": "string", "seen": True}, "enum": {"seen": True}}


def test_data_and_extensions_are_not_looked_into():
    schema = {
        "default": {"items": {}},
        "enum": [{}],
        "example": {"properties": {}},
        "const": {},
        "x-a": {"not": {}},
    }
    document = {"components": {"schemas": {"A": schema}}, "x-b": {"schema": {}}}
    changed = map_schemas(document, marked)

    assert changed == {"components": {"schemas": {"A": {**schema, "seen": True}}}, "x-b": {"schema": {}}}


def test_both_dialects_are_walked():
    document = {
        "definitions": {"A": {}},
        "paths": {"/a": {"get": {"parameters": [{"schema": {}}], "responses": {"200": {"schema": {}}}}}},
    }

    assert sum(kind is Kind.SCHEMA for kind, _, _ in nodes(document)) == 3


def test_pointer_is_written_and_read():
    parts = ("paths", "/a~b/{c}", "get")

    assert pointer_text(parts) == "#/paths/~1a~0b~1{c}/get"
    assert pointer_parts("#/paths/~1a~0b~1%7Bc%7D/get") == parts


@pytest.mark.parametrize("reference", ["other.json#/A", "#/components/schemas/B", "#/components/schemas/A/enum/9"])
def test_reference_that_leads_nowhere_is_told(reference):
    document = {"components": {"schemas": {"A": {"items": {"$ref": reference}, "enum": [1]}}}}
    with pytest.raises(DocumentError) as error:
        check_references(document)

    assert str(error.value).startswith("#/components/schemas/A/items: the reference ")
