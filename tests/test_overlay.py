import json
import re
from copy import deepcopy
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts import yamltext
from scripts.overlay import OverlayError, acted, overlaid, read_overlay

OVERLAY = Path(__file__).parent.parent / "openapi/overlay.yaml"
CASES = sorted((Path(__file__).parent / "cases/overlay").iterdir())
DOCUMENT = {"info": {"title": "T", "tags": ["a", "b"]}, "paths": {"/a": {"get": {"x": 1}, "put": {"x": 2}}}}


def overlay(*actions, **members):
    return {"overlay": "1.1.0", "info": {"title": "O", "version": "1"}, "actions": list(actions), **members}


def actions(*values, **members):
    return read_overlay(overlay(*values, **members)).actions


def after(target, document=DOCUMENT, **deed):
    return overlaid(document, actions({"target": target, **deed}))


def refusal(*values, document=DOCUMENT, **members):
    with pytest.raises(OverlayError) as error:
        overlaid(document, actions(*values, **members))
    return str(error.value)


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_overlay_makes_what_the_case_says(folder):
    before = json.loads((folder / "before.json").read_text())
    expected = json.loads((folder / "after.json").read_text())
    changed = overlaid(before, read_overlay(yamltext.read((folder / "overlay.yaml").read_text())).actions)

    assert json.dumps(changed) == json.dumps(expected)


@pytest.mark.parametrize(
    "target, update, changed",
    [
        ("$.info", {"title": "U", "version": "1"}, {"title": "U", "tags": ["a", "b"], "version": "1"}),
        ("$.info", {"tags": ["c"]}, {"title": "T", "tags": ["a", "b", "c"]}),
        ("$.info.tags", ["c", "d"], {"title": "T", "tags": ["a", "b", "c", "d"]}),
        ("$.info.tags", [["c"]], {"title": "T", "tags": ["a", "b", ["c"]]}),
        ("$.info.tags", "c", {"title": "T", "tags": ["a", "b", "c"]}),
        ("$.info.tags", {"c": 1}, {"title": "T", "tags": ["a", "b", {"c": 1}]}),
        ("$.info.tags[1]", "c", {"title": "T", "tags": ["a", "c"]}),
        ("$.info.tags[-1]", 1, {"title": "T", "tags": ["a", 1]}),
        ("$.info.title", None, {"title": None, "tags": ["a", "b"]}),
    ],
)
def test_update_merges_objects_extends_lists_replaces_values(target, update, changed):
    assert after(target, update=update)["info"] == changed


def test_update_reaches_every_match():
    assert after("$.paths.*[?@.x]", update={"y": 0})["paths"] == {
        "/a": {"get": {"x": 1, "y": 0}, "put": {"x": 2, "y": 0}}
    }


def test_update_reaches_what_lies_inside_another_match():
    assert after("$..a", {"a": {"a": {}}}, update={"b": 1}) == {"a": {"a": {"b": 1}, "b": 1}}


def test_node_that_is_selected_twice_is_changed_once():
    assert after("$.info['tags', 'tags']", update="c")["info"]["tags"] == ["a", "b", "c"]


def test_update_of_the_root():
    assert after("$", update={"x-a": 1}) == {**DOCUMENT, "x-a": 1}


def test_copy_merges_the_one_node_it_names():
    assert after("$.info", copy="$.paths['/a'].get")["info"] == {**DOCUMENT["info"], "x": 1}
    assert after("$.info.tags", copy="$.info.title")["info"]["tags"] == ["a", "b", "T"]
    assert after("$.info.title", copy="$.info.tags[0]")["info"]["title"] == "a"


def test_copy_is_of_the_document_before_the_action():
    document = {"a": {"b": {"c": 1}}}

    assert after("$.a", document, copy="$") == {"a": {"a": {"b": {"c": 1}}, "b": {"c": 1}}}
    assert after("$.a.b", document, copy="$.a") == {"a": {"b": {"b": {"c": 1}, "c": 1}}}


def test_remove():
    assert after("$.info.tags[*]", remove=True)["info"]["tags"] == []
    assert after("$.info.tags[0]", remove=True)["info"]["tags"] == ["b"]
    assert after("$..put", remove=True)["paths"] == {"/a": {"get": {"x": 1}}}
    assert after("$..*[?@.x == 1]", remove=True)["paths"] == {"/a": {"put": {"x": 2}}}


def test_removal_of_what_lies_inside_another_match():
    assert after("$..a", {"a": {"a": {}}, "b": [{"a": 1}]}, remove=True) == {"b": [{}]}


def test_actions_apply_in_their_order_and_share_nothing():
    changed = overlaid(
        DOCUMENT,
        actions(
            {"target": "$.paths['/a'].*", "update": {"z": {"list": []}}},
            {"target": "$.paths['/a'].get.z.list", "update": 1},
        ),
    )["paths"]["/a"]

    assert (changed["get"]["z"], changed["put"]["z"]) == ({"list": [1]}, {"list": []})


@pytest.mark.parametrize(
    "target, deed",
    [
        ("$", {"update": {}}),
        ("$.info", {"update": {"title": "T", "tags": []}}),
        ("$.info.tags[0]", {"update": "a"}),
        ("$.paths['/a'].get.x", {"copy": "$.paths['/a'].get.x"}),
        ("$.info", {"remove": False}),
    ],
)
def test_action_that_changes_nothing_gives_the_same_document(target, deed):
    [action] = actions({"target": target, **deed})

    assert acted(DOCUMENT, action) is DOCUMENT


@pytest.mark.parametrize("value", [True, 1.0])
def test_equal_for_python_is_not_the_same_in_a_document(value):
    changed = after("$.paths['/a'].get.x", update=value)

    assert json.dumps(changed["paths"]["/a"]["get"]["x"]) == json.dumps(value)


def test_what_an_action_leaves_alone_is_shared():
    changed = after("$.info.title", update="U")

    assert changed["paths"] is DOCUMENT["paths"]
    assert changed["info"]["tags"] is DOCUMENT["info"]["tags"]


nodes = st.recursive(
    st.none() | st.booleans() | st.integers(0, 2) | st.sampled_from("ab"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
documents = st.dictionaries(st.sampled_from("abc"), nodes, min_size=1, max_size=3)
targets = st.sampled_from(["$", "$.a", "$.*", "$..a", "$..*", "$..[0]", "$.b[*]", "$..[?@.a]", "$.a['b', 'c']"])
deeds = st.fixed_dictionaries({"update": nodes}) | st.sampled_from([{"remove": True}, {"copy": "$.a"}])


@given(documents, targets, deeds)
def test_document_and_actions_are_untouched(document, target, deed):
    before = deepcopy((document, deed))
    [action] = actions({"target": target, **deed})
    try:
        first = acted(document, action)
    except OverlayError:
        first = None

    assert (document, deed) == before
    if first is not None:
        assert acted(document, action) == first
        assert first == document or first is not document


@given(documents, targets)
def test_what_is_removed_is_gone(document, target):
    [action] = actions({"target": target, "remove": True})
    selected = action.targets.selected(document)
    if selected and () not in selected:
        assert len(json.dumps(acted(document, action))) < len(json.dumps(document))


@pytest.mark.parametrize(
    "target, deed, told",
    [
        ("$.no", {"update": {}}, "action 1, target $.no: matches nothing"),
        ("$", {"remove": True}, "action 1, target $: removes the whole document"),
        ("$.info", {"update": 1}, "action 1, target $.info: gives a number for an object at $['info']"),
        (
            "$.info",
            {"update": {"tags": {}}},
            "action 1, target $.info: gives an object for a list at $['info']['tags']",
        ),
        ("$.info", {"update": {"tags": "c"}}, "action 1, target $.info: gives a string for a list"),
        ("$.info", {"update": {"title": {}}}, "action 1, target $.info: gives an object for a string"),
        ("$", {"update": {"paths": None}}, "action 1, target $: gives nothing for an object at $['paths']"),
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
        ("$.info.title", {"copy": "$.info"}, "action 1, target $.info.title: gives an object for a string"),
    ],
)
def test_action_that_cannot_be_carried_out_is_told(target, deed, told):
    assert refusal({"target": target, **deed}).startswith(told)


def test_action_that_cannot_be_carried_out_is_told_by_its_number():
    assert refusal(
        {"target": "$.info.title", "remove": True}, {"target": "$.info.title", "remove": True, "x-a": 1}
    ).startswith("action 2, target $.info.title: matches nothing")


@pytest.mark.parametrize(
    "action, told",
    [
        ([], "action 1: is not an object"),
        ({"remove": True}, "action 1: has no target"),
        ({"target": 1, "remove": True}, "action 1: has no target"),
        ({"target": "$.a", "updat": {}}, "action 1, target $.a: has the unknown member 'updat'"),
        ({"target": "$.a", "description": 1, "remove": True}, "action 1, target $.a: has a description that is not"),
        ({"target": "$.a"}, "action 1, target $.a: has nothing to do"),
        ({"target": "$.a", "remove": "yes"}, "action 1, target $.a: has a remove that is not true or false"),
        ({"target": "$.a", "copy": 1}, "action 1, target $.a: has a copy that is not a JSONPath"),
        ({"target": "$.a", "copy": "a"}, "action 1, target $.a: 'a' is not a JSONPath of RFC 9535"),
        ({"target": "$.a", "copy": "$.b", "update": 1}, "action 1, target $.a: has update and copy"),
        ({"target": "$.a", "update": 1, "x-rules": 1}, "action 1, target $.a: has an x-rules that is no string"),
        ({"target": "$.a", "update": 1, "x-rules": ["a", None]}, "action 1, target $.a: has an x-rules"),
    ],
)
def test_action_that_is_none_is_told(action, told):
    assert refusal(action).startswith(told)


@pytest.mark.parametrize(
    "target, why",
    [
        ("$.info[", "unexpected end of query"),
        ("info", "expected root, found name at character 1"),
        ("$.info ", "unexpected trailing whitespace at character 7"),
        ("$.info.~", "unexpected token '~' at character 8"),
        ("$.info.x-logo", "unexpected token '-' at character 9"),
        ("$.paths./a", "unexpected token '/' at character 9"),
        ("$.paths['/a", 'unexpected token "\'" at character 9'),
        ("$.info | $.paths", "unexpected token '|' at character 8"),
        ("$.info[?@ <> 1]", "expected comma, found lg at character 11"),
        ("$.info[?@ == [1]]", "unexpected '[' at character 14"),
        ("$.info[?typeof(@) == 'list']", "function 'typeof' is not defined at character 9"),
        ("$.info.tags[1e0]", "it holds a number that cannot be read"),
        ("$[?" + "(" * 3000, "it is nested too deeply"),
    ],
)
def test_malformed_path_is_told_with_the_number_of_the_action(target, why):
    told = refusal({"target": "$", "update": {}}, {"target": target, "update": {}})

    assert told.startswith(f"action 2, target {target}: {target!r} is not a JSONPath of RFC 9535: {why}")
    assert "\n" not in told.removeprefix(f"action 2, target {target}")


@pytest.mark.parametrize(
    "target, count",
    [
        ("$.names.é", 1),
        ("$.names.😀", 1),
        ("$.names['x-a']", 1),
        ("$.flags[?@ == 1]", 1),
        ("$.flags[?@ < 2]", 1),
        ("$.flags[?@ <= true]", 1),
        ("$.flags[?@ == null]", 1),
        ("$.flags[::-1]", 4),
        ("$.text[0:1]", 0),
        ("$[?@[0:1]]", 2),
        ("$.list[?@.inner[?@.v == $.wanted]]", 1),
        ("$.list[*].inner[?match(@.w, 'a.*')]", 1),
    ],
)
def test_path_selects_what_the_rfc_says(target, count):
    document = {
        "names": {"é": 1, "😀": 2, "x-a": 3},
        "flags": [True, 1, None, "1"],
        "text": "text",
        "list": [{"inner": [{"v": 1, "w": "ab"}]}, {"inner": [{"v": 2, "w": "ba"}]}],
        "wanted": 2,
    }
    [action] = actions({"target": target, "update": 0})

    assert len(action.targets.selected(document)) == count


def test_path_leads_to_any_depth():
    document = {}
    for _ in range(300):
        document = {"a": document}
    [action] = actions({"target": "$..a", "update": {}})

    assert len(action.targets.selected(document)) == 300


@pytest.mark.parametrize(
    "value, told",
    [
        (None, "the overlay: is not an object"),
        (overlay(overlay="2.0.0"), "the overlay: is marked '2.0.0'"),
        (overlay(overlay="1.2.0"), "the overlay: is marked '1.2.0'"),
        (overlay(overlay=1.1), "the overlay: is marked 1.1."),
        ({"info": {}, "actions": []}, "the overlay: has no version"),
        (overlay(action=[]), "the overlay: has the unknown member 'action'"),
        (overlay(extends=1), "extends: is 1, which is no URI reference"),
        (overlay(extends=""), "extends: is '', which is no URI reference"),
        (overlay(extends="a b.yaml"), "extends: is 'a b.yaml'"),
        (overlay(extends="http://[::"), "extends: is 'http://[::'"),
        (overlay(info={"title": "O"}), "info: has no title or no version"),
        (overlay(info={"title": "O", "version": 1}), "info: has no title or no version"),
        (overlay(info={"title": "O", "version": "1", "description": 1}), "info: has a description that is not"),
        (overlay(info={"title": "O", "version": "1", "name": ""}), "info: has the unknown member 'name'"),
        (overlay(info=[]), "info: is not an object"),
        (overlay(), "actions: is not a list of at least one action"),
        (overlay(actions={}), "actions: is not a list of at least one action"),
    ],
)
def test_overlay_that_is_none_is_told(value, told):
    with pytest.raises(OverlayError) as error:
        read_overlay(value)

    assert str(error.value).startswith(told)


def test_overlay_is_what_it_says():
    read = read_overlay(
        {
            "overlay": "1.1.3",
            "info": {"title": "O", "version": "1", "description": "Long.", "x-a": 1},
            "extends": "../openapi.yaml",
            "actions": [{"target": "$", "update": {}, "description": "Because.", "x-rules": "a", "x-b": 2}],
            "x-c": None,
        }
    )

    assert (read.title, read.extends, read.warnings) == ("O", "../openapi.yaml", ())
    [action] = read.actions
    assert (action.number, action.where, action.target) == (1, "action 1", "$")
    assert (action.description, action.rules) == ("Because.", ("a",))


def test_what_may_be_left_out_is_empty():
    read = read_overlay(overlay({"target": "$", "update": {}}, {"target": "$", "update": {}, "x-rules": ["a", "b"]}))

    assert (read.extends, read.actions[0].description, read.actions[0].rules) == (None, "", ())
    assert read.actions[1].rules == ("a", "b")


@pytest.mark.parametrize(
    "members, warning",
    [
        (
            {"actions": [{"target": "$.a", "remove": True, "update": 1}]},
            "action 1, target $.a: has update beside remove, which alone counts. Take it out.",
        ),
        (
            {"actions": [{"target": "$.a", "remove": False}]},
            "action 1, target $.a: has a remove that is false and nothing else to do. Take the action out.",
        ),
        (
            {
                "actions": [
                    {"target": "$.a", "update": 1},
                    {"target": "$.b", "update": 1},
                    {"update": 1, "target": "$.a"},
                ]
            },
            "action 3, target $.a: says what action 1 says. Take one of them out.",
        ),
        (
            {"overlay": "1.0.0", "actions": [{"target": "$.a", "update": [1]}]},
            "action 1, target $.a: adds a list item by item, as Overlay 1.1 has it; by Overlay 1.0 the list is one "
            "item. Mark the overlay 1.1.0.",
        ),
        (
            {
                "overlay": "1.0.0",
                "info": {"title": "O", "version": "1", "description": "Long."},
                "actions": [{"target": "$.a", "update": {}}],
            },
            "info: has a description, which Overlay 1.0 does not know. Mark the overlay 1.1.0.",
        ),
    ],
)
def test_what_is_hardly_meant_is_a_warning(members, warning):
    assert read_overlay(overlay(**members)).warnings == (warning,)


@pytest.mark.parametrize(
    "action, told",
    [
        ({"target": "$.info", "copy": "$.paths"}, "has a copy, which Overlay 1.0 does not know"),
        ({"target": "$.info.title", "update": "U"}, "matches what is neither an object nor a list"),
        ({"target": "$.info.tags[0]", "remove": True}, "matches what is neither an object nor a list"),
    ],
)
def test_overlay_marked_1_0_may_do_what_1_0_allows(action, told):
    assert refusal(action, overlay="1.0.0").startswith(f"action 1, target {action['target']}: {told}")


def test_remove_that_is_false_leaves_the_update_alone():
    assert after("$.info.title", remove=False, update="U")["info"]["title"] == "U"


def test_every_ruling_is_cited():
    """The overlay holds what the schemas can say of the rulings, and each action says what decides it."""
    rulings = read_overlay(yamltext.read(OVERLAY.read_text())).actions
    reasons = " ".join(action.description for action in rulings)
    cited = {int(number) for number in re.findall(r"\bR(\d+)\b", reasons)}

    assert cited >= {1, 2, 3, 4, 5, 6, 7, 8, 10, 18, 22, 24, 26}
    assert all("ecided by" in action.description or "No ruling" in action.description for action in rulings)
