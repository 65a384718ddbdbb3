"""Each rule of the register finds its contradiction, and nothing else, in a contract whose sources agree but for it."""

import json
import shutil
from copy import deepcopy
from pathlib import Path

import pytest
import yaml

from scripts.normalize import contract_text, main

SWAGGER = {
    "swagger": "2.0",
    "info": {"title": "Pets", "version": "1"},
    "produces": ["application/json"],
    "consumes": ["application/json"],
    "paths": {
        "/pets/{petId}": {
            "put": {
                "operationId": "putPet",
                "parameters": [
                    {"name": "petId", "in": "path", "required": True, "type": "integer"},
                    {"name": "dryRun", "in": "query", "type": "boolean"},
                    {"name": "body", "in": "body", "schema": {"$ref": "#/definitions/Pet"}},
                ],
                "responses": {
                    "200": {"description": "Done.", "schema": {"$ref": "#/definitions/Pet"}},
                    "404": {"description": "No such pet."},
                },
            },
        },
    },
    "definitions": {
        "Pet": {
            "type": "object",
            "required": ["name"],
            "properties": {
                "name": {"type": "string"},
                "kind": {"type": "string", "enum": ["cat", "dog"]},
                "tags": {"type": "array", "items": {"type": "object", "properties": {"label": {"type": "string"}}}},
                "notes": {"type": "object"},
            },
        },
    },
}
PAGE = """\
---
data: <%= swaggerdoc %>
path: "/pets/{petId}"
method: "put"
---
##Usage

###Example Request
```js
Host: https://example.com
PUT /pets/12?dryRun=true
Content-Type: application/json

{"name": "Tom", "kind": "cat", "tags": [{"label": "old"}], "notes": {"any": 1}}
```

###Example Response
```js
HTTP/1.1 200 OK
{"name": "Tom", "kind": "cat", "tags": [{"label": "old"}], "notes": {}}
```

###HTTP Responses
<table>
<tr><th>Response</th><th>Reason</th></tr>
<tr><td>200 OK</td><td>Done.</td></tr>
<tr><td>404 Not Found</td><td>No such pet.</td></tr>
</table>
"""
OPERATION = "PUT /pets/{petId}"


def folder_of(path, swagger=SWAGGER, pages=(PAGE,), actions=()):
    shutil.rmtree(path, ignore_errors=True)
    (path / "source/pages").mkdir(parents=True)
    (path / "source/swagger.json").write_text(json.dumps(swagger))
    for number, page in enumerate(pages, start=1):
        (path / f"source/pages/page{number}.md").write_text(page)
    if actions:
        overlay = {"overlay": "1.1.0", "info": {"title": "Rulings", "version": "1"}, "actions": list(actions)}
        (path / "overlay.yaml").write_text(yaml.safe_dump(overlay))
    return path


@pytest.fixture
def registered(tmp_path):
    """The register of a contract with the sources that are given."""

    def registered(**sources):
        return contract_text(folder_of(tmp_path / "contract", **sources))[1].register

    return registered


def ids(register):
    return [entry.conflict.id for entry in register.entries]


def test_sources_that_agree_have_no_conflict(registered):
    assert ids(registered()) == []


def edited(change):
    document = deepcopy(SWAGGER)
    change(document)
    return document


def properties(change):
    return edited(lambda document: change(document["definitions"]["Pet"]["properties"]))


def operation(change):
    return edited(lambda document: change(document["paths"]["/pets/{petId}"]["put"]))


def both(text, replacement):
    """The page with a text replaced in its request and in its response."""
    assert PAGE.count(text) == 2
    return PAGE.replace(text, replacement)


def once(text, replacement):
    assert PAGE.count(text) == 1
    return PAGE.replace(text, replacement)


IN_PATH = {"name": "petId", "in": "query", "required": True, "type": "integer"}
SECOND = PAGE.replace("/pets/{petId}", "/pets").replace("/pets/12?dryRun=true", "/pets").replace('"put"', '"post"')
SECOND = SECOND.replace("PUT", "POST")


def with_second(page):
    """Two operations, each with its page."""

    def change(document):
        put = deepcopy(document["paths"]["/pets/{petId}"]["put"])
        document["paths"]["/pets"] = {"post": {**put, "operationId": "postPet", "parameters": put["parameters"][2:]}}

    return {"swagger": edited(change), "pages": (PAGE, page)}


#: By rule: the sources, and the conflicts that they have. Two sides of one field are two conflicts.
CASES = {
    "field-type": (
        {"swagger": properties(lambda own: own["name"].update(type="integer"))},
        ["200 name", "request name"],
    ),
    "field-unknown": ({"swagger": properties(lambda own: own.pop("kind"))}, ["200 kind", "request kind"]),
    "field-unknown, in an item": (
        {"pages": (both('[{"label": "old"}]', '[{"label": "old"}, {"label": "x", "new": 1}]'),)},
        ["200 tags[].new", "request tags[].new"],
    ),
    "field-unseen": ({"swagger": properties(lambda own: own.update(age={"type": "integer"}))}, ["200 age"]),
    "field-required": (
        {"swagger": edited(lambda document: document["definitions"]["Pet"]["required"].append("age"))},
        ["200 age", "request age"],
    ),
    "field-enum": (
        {"swagger": properties(lambda own: own["kind"].update(enum=["Cat", "Dog"]))},
        ["200 kind", "request kind"],
    ),
    "field-spelling": ({"pages": (both('"kind"', '"Kind"'),)}, ["200 kind", "request kind"]),
    "field-value": (
        {"swagger": properties(lambda own: own["name"].update(maxLength=2))},
        ["200 name", "request name"],
    ),
    "status-undeclared": ({"swagger": operation(lambda own: own["responses"].pop("404"))}, ["404"]),
    "status-untabled": (
        {"swagger": operation(lambda own: own["responses"].update({"409": {"description": "D."}}))},
        ["409"],
    ),
    "status-missing": (
        {
            "swagger": operation(lambda own: own["responses"].update({"201": {"description": "D."}})),
            "pages": (
                PAGE.replace("HTTP/1.1 200 OK\n", "").replace(
                    "<tr><td>404", "<tr><td>201</td><td>D.</td></tr>\n<tr><td>404"
                ),
            ),
        },
        ["response"],
    ),
    "body-undeclared": ({"swagger": operation(lambda own: own["parameters"].pop())}, ["request"]),
    "media-type-undeclared": ({"swagger": operation(lambda own: own.update(consumes=["text/xml"]))}, ["request"]),
    "body-is-text": (
        {"pages": (once('{"name": "Tom", "kind": "cat", "tags": [{"label": "old"}], "notes": {}}', "Saved."),)},
        ["200"],
    ),
    "path-slash": ({"pages": (once("PUT /pets/12?", "PUT /pets/12/?"),)}, [""]),
    "path-slash, in the document": (
        {"swagger": edited(lambda own: own.update(paths={"/pets/{petId}/": own["paths"]["/pets/{petId}"]}))},
        [""],
    ),
    "path-query": ({"pages": (once('path: "/pets/{petId}"', 'path: "/pets/{petId}?dryRun=true"'),)}, [""]),
    "path-parameter": ({"pages": (once('path: "/pets/{petId}"', 'path: "/pets/{petid}"'),)}, [""]),
    "path-differs": ({"pages": (once("PUT /pets/12?", "PUT /pet/12?"),)}, [""]),
    "method-differs": ({"pages": (once("PUT /pets/12?", "POST /pets/12?"),)}, [""]),
    "parameter-place": ({"swagger": operation(lambda own: own["parameters"].__setitem__(0, IN_PATH))}, ["petId"]),
    "parameter-spelling": ({"pages": (once("dryRun=true", "dryrun=true"),)}, ["query dryRun"]),
    "parameter-unknown": ({"pages": (once("dryRun=true", "dryRun=true&force=1"),)}, ["query force"]),
    "parameter-required": (
        {
            "swagger": operation(lambda own: own["parameters"][1].update(required=True)),
            "pages": (once("?dryRun=true", ""),),
        },
        ["query dryRun"],
    ),
    "parameter-type": ({"pages": (once("dryRun=true", "dryRun=perhaps"),)}, ["query dryRun"]),
    "parameter-type, in the path": ({"pages": (once("PUT /pets/12?", "PUT /pets/Tom?"),)}, ["path petId"]),
    "parameter-enum": (
        {"swagger": operation(lambda own: own["parameters"][1].update(type="string", enum=["yes", "no"]))},
        ["query dryRun"],
    ),
    "parameter-value": (
        {"swagger": operation(lambda own: own["parameters"][0].update(maximum=9))},
        ["path petId"],
    ),
    "page-unmatched": ({"pages": (PAGE, PAGE.replace("/pets/", "/cats/"))}, [""]),
    "page-spelling": (with_second(SECOND.replace('"any": 1', '"Label": "x"')), ["label"]),
    "page-type": (with_second(SECOND.replace('"any": 1', '"any": "1"')), ["notes.any"]),
    "page-phrase": (with_second(SECOND.replace("404 Not Found", "404 Missing")), ["404"]),
    "page-statuses": (
        {
            "swagger": {
                **with_second("")["swagger"],
                "paths": {
                    path: {
                        name: {**node, "responses": {key: node["responses"][key] for key in kept}}
                        for name, node in item.items()
                    }
                    for (path, item), kept in zip(
                        with_second("")["swagger"]["paths"].items(), [["200", "404"], ["200"]], strict=True
                    )
                },
            },
            "pages": (PAGE, SECOND.replace("<tr><td>404 Not Found</td><td>No such pet.</td></tr>\n", "")),
        },
        ["404"],
    ),
}


def expected(rule, fields):
    bare = rule.partition(",")[0]
    if bare == "page-unmatched":
        return ["page-unmatched PUT /cats/{petId}"]
    named = bare if bare.startswith("page-") else f"{bare} {OPERATION}"
    named = f"{named}/" if rule.endswith("in the document") else named
    return [f"{named} {field}".strip() for field in fields]


@pytest.mark.parametrize("rule", CASES)
def test_rule_finds_its_conflict_alone(registered, rule):
    sources, fields = CASES[rule]

    assert ids(registered(**sources)) == expected(rule, fields)


def test_both_places_are_named(registered):
    sources, _ = CASES["field-type"]
    conflict = registered(**sources).entries[0].conflict

    assert conflict.first.where.endswith("source/swagger.json#/definitions/Pet/properties/name/type")
    assert conflict.first.says == "name: integer"
    assert conflict.second.where.endswith("page1.md:20:2")
    assert conflict.second.says == 'name: "Tom"'


def test_what_intake_mended_is_ruled_by_the_mend(registered):
    [entry] = registered(**CASES["parameter-place"][0]).entries

    assert (entry.is_open, entry.decided_by) == (False, "mend path-parameter-elsewhere")


def action(target, **deed):
    return {"target": target, **deed}


NAME = "$.components.schemas.Pet.properties.name"


def test_action_that_makes_a_conflict_go_rules_it(registered):
    actions = [action("$.info", update={"title": "P"}), action(f"{NAME}.type", update="string")]
    register = registered(**CASES["field-type"][0], actions=actions)

    assert [entry.decided_by.rpartition("/")[2] for entry in register.entries] == ["overlay.yaml action 2"] * 2
    assert (register.open, register.stale) == ((), ())


def test_action_rules_what_it_lists_although_it_changes_nothing(registered):
    rule = f"path-slash {OPERATION}"
    actions = [action("$.paths", update={}, **{"x-rules": [rule]})]
    register = registered(**CASES["path-slash"][0], actions=actions)

    assert (ids(register), register.open, register.stale) == ([rule], (), ())


def test_conflict_that_an_action_brings_is_open(registered):
    register = registered(actions=[action(f"{NAME}.type", update="integer")])

    assert [entry.is_open for entry in register.entries] == [True, True]


def test_action_that_changes_nothing_is_stale(registered):
    register = registered(actions=[action(f"{NAME}.type", update="string")])

    assert [str(stale).partition("/overlay.yaml ")[2] for stale in register.stale] == [
        f"action 1: changes nothing at {NAME}.type. Take it out."
    ]


def test_ruling_whose_conflict_is_gone_is_stale(registered):
    gone = f"path-slash {OPERATION}"
    register = registered(actions=[action("$.info", update={"title": "P"}, **{"x-rules": [gone]})])

    assert [stale.what for stale in register.stale] == [f"rules {gone!r}, which is no conflict"]


def test_action_on_the_published_document_rules_too(tmp_path, capsys):
    sources, _ = CASES["field-type"]
    folder = folder_of(tmp_path / "contract", **sources)
    overlay = {
        "overlay": "1.1.0",
        "info": {"title": "Before", "version": "1"},
        "extends": "source/swagger.json",
        "actions": [
            action("$.info", update={"title": "P"}),
            action("$.definitions.Pet.properties.name.type", update="string"),
        ],
    }
    (folder / "source.overlay.yaml").write_text(yaml.safe_dump(overlay))
    register = contract_text(folder)[1].register

    assert {entry.decided_by.rpartition("/")[2] for entry in register.entries} == {"source.overlay.yaml action 2"}
    assert len(register.entries) == 2


def test_page_of_an_operation_that_was_not_chosen_is_passed_over(tmp_path):
    folder = folder_of(tmp_path / "contract", **with_second(SECOND))
    _, made = contract_text(folder, only=[("post", "/pets")])

    assert (made.pages, ids(made.register)) == (1, [])


def test_check_fails_on_what_is_open_or_stale(tmp_path, capsys):
    folder = folder_of(tmp_path / "contract", **CASES["path-slash"][0])
    main(["--contract", str(folder)])
    capsys.readouterr()
    status = main(["--contract", str(folder), "--check"])
    told = capsys.readouterr().out

    assert status == 1
    assert f"conflict: path-slash {OPERATION}: PUT /pets/12/?dryRun=true, but " in told
    assert "lists its id in x-rules" in told


def test_table_names_both_places_and_what_decides(tmp_path, capsys):
    folder = folder_of(tmp_path / "contract", **CASES["path-slash"][0])
    status = main(["--contract", str(folder), "--conflicts"])
    lines = capsys.readouterr().out.splitlines()

    assert status == 0
    assert lines[0] == f"OPEN   path-slash {OPERATION}"
    assert lines[1].endswith("page1.md:3: PUT /pets/{petId}")
    assert lines[2].endswith("page1.md:11: PUT /pets/12/?dryRun=true")
    assert lines[-1] == "1 conflict, 1 open; 0 rulings stale."


def test_report_holds_every_conflict_with_its_ruling(tmp_path, capsys):
    actions = [action(f"{NAME}.type", update="string", description="Why.")]
    folder = folder_of(tmp_path / "contract", **CASES["field-type"][0], actions=actions)
    main(["--contract", str(folder), "--report", str(tmp_path / "report.json")])
    report = json.loads((tmp_path / "report.json").read_text())

    assert report["format"] == 1
    assert [each["id"] for each in report["conflicts"]] == expected("field-type", CASES["field-type"][1])
    assert report["conflicts"][0]["ruling"] == {
        "overlay": f"{folder}/overlay.yaml",
        "action": 1,
        "target": f"{NAME}.type",
        "description": "Why.",
    }
    assert report["conflicts"][0]["second"]["line"] == 20


def test_our_own_contract_has_no_open_conflict():
    folder = Path(__file__).parent.parent / "openapi"
    register = contract_text(folder)[1].register

    assert (register.open, register.stale) == ((), ())
    assert len(register.entries) > 10
