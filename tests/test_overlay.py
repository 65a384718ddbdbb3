import re
from copy import deepcopy
from pathlib import Path

import pytest

from scripts import yamltext
from scripts.overlay import OverlayError, overlaid, read_overlay

OVERLAY = Path(__file__).parent.parent / "openapi/overlay.yaml"
DOCUMENT = {"info": {"title": "T", "tags": ["a", "b"]}, "paths": {"/a": {"get": {"x": 1}, "put": {"x": 2}}}}


def overlay(*actions):
    return {"overlay": "1.1.0", "info": {"title": "O", "version": "1"}, "actions": list(actions)}


def after(target, **deed):
    return overlaid(DOCUMENT, read_overlay(overlay({"target": target, "description": "Because.", **deed})))


@pytest.mark.parametrize(
    "target, update, changed",
    [
        ("$.info", {"title": "U", "version": "1"}, {"title": "U", "tags": ["a", "b"], "version": "1"}),
        ("$.info", {"tags": ["c"]}, {"title": "T", "tags": ["a", "b", "c"]}),
        ("$.info.tags", ["c", "d"], {"title": "T", "tags": ["a", "b", "c", "d"]}),
        ("$.info.tags", "c", {"title": "T", "tags": ["a", "b", "c"]}),
        ("$.info.tags[1]", "c", {"title": "T", "tags": ["a", "c"]}),
        ("$.info.title", None, {"title": None, "tags": ["a", "b"]}),
    ],
)
def test_update_merges_objects_extends_lists_replaces_values(target, update, changed):
    assert after(target, update=update)["info"] == changed


def test_update_reaches_every_match():
    assert after("$.paths.*[?@.x]", update={"y": 0})["paths"] == {
        "/a": {"get": {"x": 1, "y": 0}, "put": {"x": 2, "y": 0}}
    }


def test_update_of_the_root():
    assert after("$", update={"x-a": 1}) == {**DOCUMENT, "x-a": 1}


def test_copy_merges_the_one_node_it_names():
    assert after("$.info", copy="$.paths['/a'].get")["info"] == {**DOCUMENT["info"], "x": 1}


def test_remove():
    assert after("$.info.tags[*]", remove=True)["info"]["tags"] == []
    assert after("$..put", remove=True)["paths"] == {"/a": {"get": {"x": 1}}}
    assert after("$..*[?@.x == 1]", remove=True)["paths"] == {"/a": {"put": {"x": 2}}}


def test_actions_apply_in_their_order_and_share_nothing():
    actions = [
        {"target": "$.paths['/a'].*", "description": "First.", "update": {"z": {"list": []}}},
        {"target": "$.paths['/a'].get.z.list", "description": "Then.", "update": 1},
    ]
    changed = overlaid(DOCUMENT, read_overlay(overlay(*actions)))["paths"]["/a"]

    assert (changed["get"]["z"], changed["put"]["z"]) == ({"list": [1]}, {"list": []})


def test_document_and_actions_are_untouched():
    document = deepcopy(DOCUMENT)
    actions = read_overlay(overlay({"target": "$.info", "description": "Because.", "update": {"tags": ["c"]}}))
    first = overlaid(document, actions)

    assert document == DOCUMENT
    assert overlaid(document, actions) == first


@pytest.mark.parametrize(
    "target, deed, told",
    [
        ("$.no", {"update": {}}, "action 1, target $.no: matches nothing"),
        ("$.info[", {"update": {}}, "action 1, target $.info[: '$.info[' is not a JSONPath of RFC 9535"),
        ("info", {"update": {}}, "action 1, target info: 'info' is not a JSONPath"),
        ("$.info.~", {"update": {}}, "action 1, target $.info.~: '$.info.~' is not a JSONPath"),
        ("$", {"remove": True}, "action 1, target $: removes the whole document"),
        ("$.info", {"update": 1}, "action 1, target $.info: gives a number for an object at $['info']"),
        (
            "$.info",
            {"update": {"tags": {}}},
            "action 1, target $.info: gives an object for a list at $['info']['tags']",
        ),
        ("$.info", {"update": {"tags": "c"}}, "action 1, target $.info: gives a string for a list"),
        ("$.info.title", {"update": []}, "action 1, target $.info.title: gives a list for a string"),
        (
            "$.info.*",
            {"update": "a"},
            "action 1, target $.info.*: matches nodes of different kinds: list, value",
        ),
        (
            "$.info",
            {"copy": "$.paths['/a'].*"},
            "action 1, target $.info: copies from $.paths['/a'].*, which matches 2",
        ),
        ("$.info", {"copy": "$.no"}, "action 1, target $.info: copies from $.no, which matches 0 nodes"),
        ("$.info", {"updat": {}}, "action 1, target $.info: has the unknown member 'updat'"),
        ("$.info", {"description": " ", "remove": True}, "action 1, target $.info: has no description"),
        ("$.info", {}, "action 1, target $.info: has nothing to do"),
        ("$.info", {"update": {}, "remove": True}, "action 1, target $.info: has update and remove"),
        ("$.info", {"remove": False}, "action 1, target $.info: has a remove that is not true"),
        (None, {"remove": True}, "action 1: has no target"),
    ],
)
def test_action_that_cannot_be_carried_out_is_told(target, deed, told):
    with pytest.raises(OverlayError) as error:
        after(target, **deed) if "description" not in deed else read_overlay(overlay({"target": target, **deed}))

    assert str(error.value).startswith(told)


@pytest.mark.parametrize(
    "value, told",
    [
        (None, "the overlay: is not an object"),
        ({**overlay(), "overlay": "2.0.0"}, "the overlay: is marked '2.0.0'"),
        ({**overlay(), "action": []}, "the overlay: has the unknown member 'action'"),
        ({**overlay(), "extends": "openapi.yaml"}, "extends: is not carried out"),
        ({**overlay(), "info": {"title": "O"}}, "info: has no title or no version"),
        (overlay(), "actions: is not a list of at least one action"),
        (overlay([]), "action 1: is not an object"),
    ],
)
def test_overlay_that_is_none_is_told(value, told):
    with pytest.raises(OverlayError) as error:
        read_overlay(value)

    assert str(error.value).startswith(told)


def test_every_ruling_is_cited():
    """The overlay holds what the schemas can say of the rulings, and each action says what decides it."""
    actions = read_overlay(yamltext.read(OVERLAY.read_text()))
    reasons = " ".join(action.description for action in actions)
    cited = {int(number) for number in re.findall(r"\bR(\d+)\b", reasons)}

    assert cited >= {1, 2, 3, 4, 5, 6, 7, 8, 10, 18, 22, 24, 26}
    assert all("ecided by" in action.description or "No ruling" in action.description for action in actions)
