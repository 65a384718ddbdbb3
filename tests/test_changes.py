"""Each sort of change is found where it is, alone, and blamed on the right side."""

import json
import random
from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.changes import Rule, changes
from tests.shuffling import shuffled

JSON_TYPE = "application/json"
CONTRACT = {
    "openapi": "3.1.1",
    "info": {"title": "Pets", "version": "1"},
    "servers": [{"url": "https://a.example", "variables": {}}],
    "tags": [{"name": "pets"}],
    "security": [{"key": []}],
    "paths": {
        "/pets/{petId}": {
            "put": {
                "operationId": "putPet",
                "tags": ["pets"],
                "summary": "Put a pet",
                "parameters": [
                    {"name": "petId", "in": "path", "required": True, "schema": {"type": "integer"}},
                    {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 9}},
                ],
                "requestBody": {"content": {JSON_TYPE: {"schema": {"$ref": "#/components/schemas/Pet"}}}},
                "responses": {
                    "200": {
                        "description": "Done.",
                        "headers": {"X-Rate": {"schema": {"type": "integer"}}},
                        "content": {JSON_TYPE: {"schema": {"$ref": "#/components/schemas/Answer"}}},
                        "links": {"next": {"operationId": "getPet"}},
                    },
                    "404": {"description": "None."},
                },
                "callbacks": {"done": {"{$url}": {"post": {"responses": {"204": {"description": "D."}}}}}},
            },
            "get": {"operationId": "getPet", "responses": {"200": {"description": "D."}}},
        },
    },
    "webhooks": {"born": {"post": {"responses": {"204": {"description": "D."}}}}},
    "components": {
        "schemas": {
            "Pet": {
                "title": "Pet",
                "type": "object",
                "required": ["name"],
                "properties": {
                    "name": {"type": "string", "minLength": 1, "maxLength": 20},
                    "kind": {"type": "string", "enum": ["cat", "dog"]},
                    "born": {"type": "string", "format": "date", "default": "2020-01-01"},
                    "code": {"type": "string", "pattern": "^a"},
                    "tags": {"type": "array", "items": {"type": "string"}},
                    "size": {"type": "number"},
                    "parent": {"$ref": "#/components/schemas/Pet"},
                    "owner": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
                    "place": {"type": "object", "additionalProperties": False, "properties": {"x": {"type": "number"}}},
                },
            },
            "Answer": {
                "title": "Answer",
                "type": "object",
                "required": ["id"],
                "properties": {"id": {"type": "string"}, "note": {"type": "string"}, "state": {"enum": ["a", "b"]}},
            },
            "Unused": {"type": "string"},
        },
        "securitySchemes": {
            "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
            "other": {"type": "http", "scheme": "basic"},
        },
    },
}
PUT, PET, ANSWER = "paths./pets/{petId}.put", "components.schemas.Pet", "components.schemas.Answer"
NAME = f"{PET}.properties.name"
BODY, DONE = f"request body {JSON_TYPE}: ", f"response 200 {JSON_TYPE}: "


def at(document, way):
    node = document
    for part in way.split("."):
        node = node[int(part)] if isinstance(node, list) else node[part]
    return node


def edited(*edits):
    """The contract after edits: (way to a node, its members that are set; those set to None go)."""
    document = deepcopy(CONTRACT)
    for way, members in edits:
        node = at(document, way) if way else document
        for name, value in members.items():
            if value is None:
                del node[name]
            else:
                node[name] = value
    return document


NEITHER, CALLERS, SERVERS, BOTH = (False, False), (True, False), (False, True), (True, True)
#: By rule: one edit, where it shows, and whom it breaks; then the rule for the way back, and whom that breaks.
CASES = [
    ("operation-removed", [("paths./pets/{petId}", {"get": None})], "", CALLERS, "operation-added", SERVERS),
    ("operation-renamed", [(PUT, {"operationId": "setPet"})], "", CALLERS, "operation-renamed", CALLERS),
    ("module-renamed", [(PUT, {"tags": ["animals"]})], "", CALLERS, "module-renamed", CALLERS),
    ("tags-changed", [(PUT, {"tags": ["pets", "more"]})], "", NEITHER, "tags-changed", NEITHER),
    ("documentation-changed", [(PUT, {"summary": "Other"})], "", NEITHER, "documentation-changed", NEITHER),
    ("deprecation-changed", [(PUT, {"deprecated": True})], "", NEITHER, "deprecation-changed", NEITHER),
    ("extension-changed", [(PUT, {"x-more": 1})], "", NEITHER, "extension-changed", NEITHER),
    ("not-understood", [(PUT, {"more": 1})], "", BOTH, "not-understood", BOTH),
    ("version-changed", [("info", {"version": "2"})], "info", NEITHER, "version-changed", NEITHER),
    ("metadata-changed", [("info", {"title": "Cats"})], "info", NEITHER, "metadata-changed", NEITHER),
    ("component-removed", [("components.schemas", {"Unused": None})], "components schemas Unused", NEITHER,
     "component-added", NEITHER),
    ("component-changed", [("components.schemas.Unused", {"type": "integer"})], "components schemas Unused", NEITHER,
     "component-changed", NEITHER),
    ("server-removed", [("", {"servers": []})], "servers", CALLERS, "server-added", NEITHER),
    ("server-changed", [("servers.0", {"description": "Here."})], "servers", NEITHER, "server-changed", NEITHER),
    ("security-added", [(PUT, {"security": [{"key": []}, {"other": []}]})], "security", SERVERS,
     "security-removed", CALLERS),
    ("callback-removed", [(PUT, {"callbacks": None})], "callback done POST {$url}", SERVERS,
     "callback-added", CALLERS),
    ("parameter-removed", [(f"{PUT}.parameters", {1: None})], "query parameter limit", CALLERS,
     "parameter-added", SERVERS),
    ("parameter-required", [(f"{PUT}.parameters.1", {"required": True})], "query parameter limit", CALLERS,
     "parameter-optional", SERVERS),
    ("empty-value-allowed", [(f"{PUT}.parameters.1", {"allowEmptyValue": True})], "query parameter limit", SERVERS,
     "empty-value-forbidden", CALLERS),
    ("serialization-changed", [(f"{PUT}.parameters.1", {"style": "pipeDelimited"})], "query parameter limit", BOTH,
     "serialization-changed", BOTH),
    ("request-body-required", [(f"{PUT}.requestBody", {"required": True})], "request body", CALLERS,
     "request-body-optional", SERVERS),
    ("request-body-removed", [(PUT, {"requestBody": None})], "request body", CALLERS, "request-body-added", SERVERS),
    ("media-type-added", [(f"{PUT}.requestBody.content", {"a/b": {}})], "request body a/b", SERVERS,
     "media-type-removed", CALLERS),
    ("response-removed", [(f"{PUT}.responses", {"404": None})], "response 404", BOTH, "response-added", CALLERS),
    ("header-removed", [(f"{PUT}.responses.200", {"headers": None})], "response 200 header x-rate", NEITHER,
     "header-added", NEITHER),
    ("header-required", [(f"{PUT}.responses.200.headers.X-Rate", {"required": True})], "response 200 header x-rate",
     SERVERS, "header-optional", CALLERS),
    ("link-removed", [(f"{PUT}.responses.200", {"links": None})], "response 200 link next", NEITHER,
     "link-added", NEITHER),
    ("link-changed", [(f"{PUT}.responses.200.links.next", {"operationId": "putPet"})], "response 200 link next",
     NEITHER, "link-changed", NEITHER),
    ("security-scheme-changed", [("components.securitySchemes.key", {"name": "X-Other"})], "security key", BOTH,
     "security-scheme-changed", BOTH),
    ("security-scheme-changed", [("components.securitySchemes.key", {"x-more": 1})], "security key", NEITHER,
     "security-scheme-changed", NEITHER),
    ("bound-tightened", [(f"{PET}.properties.size", {"multipleOf": 5})], f"{BODY}size", CALLERS,
     "bound-loosened", SERVERS),
    ("type-widened", [(NAME, {"type": ["integer", "string"]})], f"{BODY}name", SERVERS, "type-narrowed", CALLERS),
    ("type-changed", [(NAME, {"type": "boolean"})], f"{BODY}name", BOTH, "type-changed", BOTH),
    ("null-allowed", [(NAME, {"type": ["string", "null"]})], f"{BODY}name", SERVERS, "null-forbidden", CALLERS),
    ("enum-value-added", [(f"{PET}.properties.kind", {"enum": ["cat", "dog", "cow"]})], f"{BODY}kind", SERVERS,
     "enum-value-removed", CALLERS),
    ("enum-value-added", [(f"{ANSWER}.properties.state", {"enum": ["a", "b", "c"]})], f"{DONE}state", CALLERS,
     "enum-value-removed", SERVERS),
    ("enum-removed", [(f"{PET}.properties.kind", {"enum": None})], f"{BODY}kind", SERVERS, "enum-added", CALLERS),
    ("bound-tightened", [(NAME, {"maxLength": 10})], f"{BODY}name", CALLERS, "bound-loosened", SERVERS),
    ("bound-tightened", [(NAME, {"minLength": 2})], f"{BODY}name", CALLERS, "bound-loosened", SERVERS),
    ("bound-loosened", [(f"{PUT}.parameters.1.schema", {"maximum": 10})], "query parameter limit", SERVERS,
     "bound-tightened", CALLERS),
    ("pattern-changed", [(f"{PET}.properties.code", {"pattern": "^b"})], f"{BODY}code", BOTH, "pattern-changed", BOTH),
    ("pattern-removed", [(f"{PET}.properties.code", {"pattern": None})], f"{BODY}code", SERVERS,
     "pattern-added", CALLERS),
    ("format-changed", [(f"{PET}.properties.born", {"format": "email"})], f"{BODY}born", BOTH, "format-changed", BOTH),
    ("format-added", [(NAME, {"format": "email"})], f"{BODY}name", CALLERS, "format-removed", SERVERS),
    ("default-changed", [(f"{PET}.properties.born", {"default": "2021-01-01"})], f"{BODY}born", BOTH,
     "default-changed", BOTH),
    ("default-removed", [(f"{PET}.properties.born", {"default": None})], f"{BODY}born", CALLERS,
     "default-added", SERVERS),
    ("property-added", [(f"{ANSWER}.properties", {"more": {}})], f"{DONE}more", NEITHER, "property-removed", CALLERS),
    ("property-added", [(f"{PET}.properties.place.properties", {"y": {}})], f"{BODY}place.y", SERVERS,
     "property-removed", CALLERS),
    ("property-required", [(PET, {"required": ["kind", "name"]})], f"{BODY}kind", CALLERS,
     "property-optional", SERVERS),
    ("property-required", [(ANSWER, {"required": ["id", "note"]})], f"{DONE}note", SERVERS,
     "property-optional", CALLERS),
    ("read-only-added", [(f"{PET}.properties.code", {"readOnly": True})], f"{BODY}code", CALLERS,
     "read-only-removed", SERVERS),
    ("write-only-added", [(f"{ANSWER}.properties.note", {"writeOnly": True})], f"{DONE}note", BOTH,
     "write-only-removed", NEITHER),
    ("additional-properties-closed", [(ANSWER, {"additionalProperties": False})], DONE[:-2], BOTH,
     "additional-properties-opened", CALLERS),
    ("pattern-property-added", [(ANSWER, {"patternProperties": {"^x": {"type": "string"}}})], f"{DONE}/^x/", SERVERS,
     "pattern-property-removed", CALLERS),
    ("dependency-added", [(PET, {"dependentRequired": {"kind": ["size"]}})], f"{BODY}kind", CALLERS,
     "dependency-removed", SERVERS),
    ("alternative-added", [(f"{PET}.properties.owner", {"anyOf": [{"type": "string"}, {"type": "integer"},
     {"type": "boolean"}]})], f"{BODY}owner", SERVERS, "alternative-removed", CALLERS),
    ("alternatives-exclusive", [(f"{PET}.properties", {"owner": {"oneOf": [{"type": "string"}, {"type": "integer"}]}})],
     f"{BODY}owner", CALLERS, "alternatives-combinable", SERVERS),
    ("constraint-added", [(NAME, {"not": {"const": "x"}})], f"{BODY}name", CALLERS, "constraint-removed", SERVERS),
    ("values-forbidden", [(f"{PET}.properties", {"size": False})], f"{BODY}size", CALLERS, "values-allowed", SERVERS),
    ("discriminator-changed", [(f"{PET}.properties.owner", {"discriminator": {"propertyName": "k"}})], f"{BODY}owner",
     BOTH, "discriminator-changed", BOTH),
    ("class-renamed", [(ANSWER, {"title": "Reply"})], DONE[:-2], CALLERS, "class-renamed", CALLERS),
    ("encoding-changed", [(f"{PUT}.requestBody.content.{JSON_TYPE}", {"encoding": {"a": {"contentType": "b"}}})],
     f"request body {JSON_TYPE}", BOTH, "encoding-changed", BOTH),
]  # fmt: skip


def told(found):
    return {(str(each.rule), each.place, (each.breaks_clients, each.breaks_servers)) for each in found}


@pytest.mark.parametrize("rule, edits, place, breaks, back, breaks_back", CASES, ids=lambda each: str(each)[:40])
def test_change_is_told_where_it_is_and_whom_it_breaks(rule, edits, place, breaks, back, breaks_back):
    new = edited(*edits)

    assert (rule, place, breaks) in told(changes(CONTRACT, new))
    assert (back, place, breaks_back) in told(changes(new, CONTRACT))


def test_nothing_else_is_told():
    for rule, edits, place, _, back, _ in CASES:
        new = edited(*edits)
        for found, name in ((changes(CONTRACT, new), rule), (changes(new, CONTRACT), back)):
            others = {(str(each.rule), each.place) for each in found} - {(name, place)}
            # A change of the Pet shows again in its parent; a title is words as well as a name.
            assert all("parent" in where or kind == "documentation-changed" for kind, where in others), (name, others)


def test_moved_operation_keeps_its_name_and_breaks_both():
    new = deepcopy(CONTRACT)
    new["paths"]["/animals/{petId}"] = new["paths"].pop("/pets/{petId}")

    assert [(str(each.rule), each.operation, each.breaking) for each in changes(CONTRACT, new)] == [
        ("operation-moved", "GET /pets/{petId}", True),
        ("operation-moved", "PUT /pets/{petId}", True),
    ]


def test_parameter_of_the_path_may_have_another_name():
    new = deepcopy(CONTRACT)
    item = new["paths"]["/pets/{key}"] = new["paths"].pop("/pets/{petId}")
    item["put"]["parameters"][0]["name"] = "key"

    assert [(str(each.rule), each.breaks_clients, each.breaks_servers) for each in changes(CONTRACT, new)] == [
        ("parameter-renamed", True, False)
    ]


def test_required_field_of_a_request_breaks_both_sides_if_unknown_fields_are_refused():
    place = f"{PET}.properties.place"
    new = edited((f"{place}.properties", {"y": {}}), (place, {"required": ["y"]}))

    assert ("property-added", f"{BODY}place.y", BOTH) in told(changes(CONTRACT, new))


def test_change_of_a_shared_schema_is_told_for_every_place_that_reaches_it():
    new = edited((NAME, {"maxLength": 10}))
    places = {each.place for each in changes(CONTRACT, new)}

    assert {f"{BODY}name", f"{BODY}parent.name"} <= places


def test_schema_moved_into_a_component_says_the_same():
    new = deepcopy(CONTRACT)
    schemas = new["components"]["schemas"]
    schemas["Place"] = schemas["Pet"]["properties"]["place"]
    schemas["Pet"]["properties"]["place"] = {"$ref": "#/components/schemas/Place"}

    assert not any(each.breaks_servers for each in changes(CONTRACT, new))
    assert changes(CONTRACT, new) != ()


def test_every_webhook_is_compared():
    new = edited(("webhooks.born.post.responses", {"500": {"description": "D."}}))

    assert [(str(each.rule), each.place, each.breaks_servers) for each in changes(CONTRACT, new)] == [
        ("response-added", "webhook born response 500", True)
    ]


@given(st.integers())
@settings(max_examples=25)
def test_order_is_no_change(seed):
    unordered = ("required", "enum", "parameters", "anyOf")

    assert changes(CONTRACT, shuffled(CONTRACT, random.Random(seed), unordered)) == ()


def places(node, way=()):
    """Each place in a document, as the names and indexes that lead there."""
    members = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for name, inner in members:
        yield (*way, name)
        yield from places(inner, (*way, name))


@given(st.sampled_from(sorted(places(CONTRACT), key=str)), st.sampled_from(["removed", "replaced"]))
@settings(max_examples=150)
def test_no_edit_goes_untold(place, deed):
    new = deepcopy(CONTRACT)
    node = new
    for part in place[:-1]:
        node = node[part]
    if deed == "removed":
        del node[place[-1]]
    else:
        old = node[place[-1]]
        node[place[-1]] = [*old, *old] if isinstance(old, list) and old else "other" if isinstance(old, str) else old
    before = json.dumps(new)
    if new == CONTRACT:
        return
    try:
        found = changes(CONTRACT, new)
    except LookupError:
        return  # a reference that leads nowhere, which the command refuses
    assert found != () or deed == "replaced"
    assert json.dumps(new) == before


def test_every_rule_that_a_change_can_have_is_tried():
    tried = {name for case in CASES for name in (case[0], case[4])}
    elsewhere = {"operation-moved", "parameter-renamed", "written-differently", "bound-changed"}

    assert {str(rule) for rule in Rule} - tried - elsewhere == set()


def test_bound_that_is_neither_narrower_nor_wider_breaks_both():
    one = edited((f"{PET}.properties.size", {"multipleOf": 4}))
    other = edited((f"{PET}.properties.size", {"multipleOf": 6}))

    assert ("bound-changed", f"{BODY}size", BOTH) in told(changes(one, other))
