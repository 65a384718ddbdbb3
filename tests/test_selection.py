import json
from copy import deepcopy

import pytest

from scripts.selection import SelectionError, operations_of, pairs, selected


def reference(name, room="definitions"):
    return {"$ref": f"#/{room}/{name}"}


def answer(schema):
    return {"responses": {"200": {"description": "D.", "schema": schema}}}


DOCUMENT = {
    "swagger": "2.0",
    "info": {"title": "T", "version": "1"},
    "tags": [{"name": "pets"}, {"name": "shops"}],
    "paths": {
        "x-note": 1,
        "/pets/?kind=cat": {
            "parameters": [reference("Limit", "parameters")],
            "get": {"tags": ["pets"], **answer(reference("Pet"))},
            "post": {"tags": ["pets"], **answer(reference("Order"))},
        },
        "/shops": {"get": {"tags": ["shops"], "responses": {"200": reference("Shops", "responses")}}},
    },
    "definitions": {
        "Pet": {"discriminator": "kind", "properties": {"owner": reference("Person")}},
        "Cat": {"allOf": [reference("Pet"), {"properties": {"toy": reference("Toy")}}]},
        "Person": {"properties": {"friend": reference("Person")}},
        "Toy": {},
        "Order": {"allOf": [reference("Toy")]},
        "Shop": {},
    },
    "parameters": {"Limit": {"in": "query", "name": "limit", "type": "integer"}},
    "responses": {"Shops": {"description": "D.", "schema": reference("Shop")}},
}


def test_operation_keeps_just_what_it_reaches():
    kept = selected(DOCUMENT, [("get", "/pets")])

    assert operations_of(kept) == [("get", "/pets/?kind=cat")]
    assert list(kept["definitions"]) == ["Pet", "Cat", "Person", "Toy"]
    assert list(kept["parameters"]) == ["Limit"]
    assert kept["responses"] == {}
    assert kept["tags"] == [{"name": "pets"}]


def test_heirs_are_kept_for_the_sake_of_the_discriminator_alone():
    assert "Cat" not in selected(DOCUMENT, [("post", "/pets")])["definitions"]


def test_shared_response_is_kept_with_its_schema():
    kept = selected(DOCUMENT, [("get", "/shops")])

    assert (list(kept["responses"]), list(kept["definitions"])) == (["Shops"], ["Shop"])


def test_reference_may_spell_the_way_to_a_definition_as_it_likes():
    document = deepcopy(DOCUMENT)
    document["paths"]["/shops"]["get"] = answer({"properties": {"a": {"$ref": "Toy"}, "b": {"type": "Person"}}})

    assert set(selected(document, [("get", "/shops")])["definitions"]) == {"Toy", "Person"}


def test_nothing_chosen_keeps_everything():
    assert selected(DOCUMENT, []) is DOCUMENT


def test_input_is_untouched():
    before = json.dumps(DOCUMENT)
    selected(DOCUMENT, [("get", "/pets")])

    assert json.dumps(DOCUMENT) == before


def test_operation_that_is_not_there_is_told_with_the_closest():
    with pytest.raises(
        SelectionError, match=r"^GET /shop: is no operation of the document\. Choose another: GET /shops\.$"
    ):
        selected(DOCUMENT, [("get", "/shop")])


def test_operation_that_is_not_clear_is_told():
    paths = {"/a#b": {"get": {}}, "/a#c": {"get": {}}}
    with pytest.raises(SelectionError, match=r"^GET /a: may be /a#b and /a#c\."):
        selected({"paths": paths}, [("get", "/a")])


def test_words_are_read_in_pairs():
    assert pairs(["POST", "/a", "get", "/b"], "w") == (("post", "/a"), ("get", "/b"))


@pytest.mark.parametrize("words, told", [(["/a"], "'/a' is not a method"), (["GET"], "GET has no path")])
def test_half_a_pair_is_told(words, told):
    with pytest.raises(SelectionError, match=f"^w: {told}"):
        pairs(words, "w")
