import json
import random
from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.tidy import pruned, tidied
from scripts.validity import check_valid
from tests.shuffling import shuffled


def reference(name, room="schemas"):
    return {"$ref": f"#/components/{room}/{name}"}


names = st.sampled_from("ABCD")
members = st.dictionaries(st.sampled_from(["a", "items", "$ref"]), names.map(reference), max_size=2)
documents = st.builds(
    lambda schemas, used, statuses: {
        "openapi": "3.1.1",
        "components": {"schemas": {name: {"properties": schemas.get(name, {}), "type": "object"} for name in "ABCD"}},
        "info": {"version": "1", "title": "T"},
        "paths": {
            "/{b}/{a}": {
                "get": {
                    "parameters": [
                        {"name": name, "in": place, "required": True, "schema": {}}
                        for name, place in (("a", "path"), ("z", "query"), ("b", "path"), ("c", "query"))
                    ],
                    "responses": {
                        status: {"content": {"a/b": {"schema": reference(used)}}, "description": "D."}
                        for status in statuses
                    },
                    "operationId": "o",
                }
            }
        },
    },
    st.dictionaries(names, members),
    names,
    st.lists(st.sampled_from(["200", "404", "default"]), unique=True, min_size=1),
)


def prune(document):
    return pruned(document)[0]


STEPS = pytest.mark.parametrize("step", [prune, tidied], ids=["pruned", "tidied"])


@STEPS
@given(document=documents)
def test_step_keeps_its_input_and_settles(step, document):
    before = deepcopy(document)
    once = step(document)

    assert document == before
    assert json.dumps(step(once)) == json.dumps(once)


@STEPS
@settings(max_examples=20, deadline=None)
@given(document=documents)
def test_step_leaves_a_valid_contract_valid(step, document):
    check_valid(step(document))


@given(document=documents, seed=st.integers())
def test_order_of_members_in_the_source_moves_nothing(document, seed):
    assert json.dumps(tidied(shuffled(document, random.Random(seed)))) == json.dumps(tidied(document))


def document(*, schemas, used, **more):
    return {
        "openapi": "3.1.1",
        "info": {"title": "T", "version": "1"},
        "paths": {"/": {"get": {"responses": {"200": {"content": {"a/b": {"schema": reference(used)}}}}}}},
        "components": {"schemas": schemas, **more},
    }


def test_schema_used_only_by_itself_goes_and_is_named():
    kept, gone = pruned(document(schemas={"A": {"items": reference("A")}, "B": {}}, used="B"))

    assert kept["components"] == {"schemas": {"B": {}}}
    assert gone == ("#/components/schemas/A",)


def test_heirs_are_reached_with_their_discriminator():
    schemas = {
        "Pet": {"discriminator": {"propertyName": "kind", "mapping": {"d": "#/components/schemas/Hound"}}},
        "Cat": {"allOf": [reference("Pet")]},
        "Hound": {},
        "Shop": {"allOf": [reference("Cat")]},
    }

    assert pruned(document(schemas=schemas, used="Pet"))[1] == ("#/components/schemas/Shop",)


def test_every_kind_of_component_is_pruned():
    rooms = {
        "responses": {"R": {"description": "D."}},
        "parameters": {"P": {"name": "p", "in": "query"}},
        "requestBodies": {"B": {"content": {}}},
        "headers": {"H": {}},
        "examples": {"E": {"value": 1}},
        "securitySchemes": {"used": {"type": "http"}, "unused": {"type": "http"}},
    }
    source = {**document(schemas={"A": {}}, used="A", **rooms), "security": [{"used": []}]}

    assert prune(source)["components"] == {"schemas": {"A": {}}, "securitySchemes": {"used": {"type": "http"}}}


def test_no_components_are_left_where_none_is_reached():
    source = {"openapi": "3.1.1", "paths": {}, "components": {"schemas": {"A": {}}}}

    assert "components" not in prune(source)


def test_parameters_stand_in_the_order_of_the_path_and_then_by_name():
    shared = {"parameters": {"Z": {"name": "z", "in": "path"}}}
    listed = [
        {"name": "q", "in": "query"},
        {"name": "b", "in": "query"},
        {"name": "h", "in": "header"},
        {"name": "a", "in": "path"},
        reference("Z", "parameters"),
    ]
    ordered = tidied({"paths": {"/{z}/{a}": {"get": {"parameters": listed}}}, "components": shared})

    assert ordered["paths"]["/{z}/{a}"]["get"]["parameters"] == [listed[4], listed[3], listed[1], listed[0], listed[2]]


def test_statuses_stand_by_number_and_json_before_other_media_types():
    content = {"a/b": {}, "application/problem+json": {}, "application/json": {}}
    responses = {"default": {}, "404": {}, "200": {"content": content}}
    ordered = tidied({"paths": {"/": {"get": {"responses": responses}}}})["paths"]["/"]["get"]["responses"]

    assert list(ordered) == ["200", "404", "default"]
    assert list(ordered["200"]["content"]) == ["application/json", "application/problem+json", "a/b"]


def test_order_that_says_something_stays():
    schema = {"enum": ["b", "a"], "oneOf": [{"title": "B"}, {"title": "A"}]}
    example = {"value": {"b": 1, "a": [2, 1]}}
    source = {
        "servers": [{"url": "b"}, {"url": "a"}],
        "components": {"schemas": {"S": schema}, "examples": {"E": example}},
    }

    assert json.dumps(tidied(source)["components"]["examples"]["E"]) == json.dumps(example)
    assert tidied(source)["components"]["schemas"]["S"] == schema
    assert tidied(source)["servers"] == source["servers"]
