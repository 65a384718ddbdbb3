import json

import pytest
import yaml

from scripts.diff import main
from tests.test_changes import ANSWER, CONTRACT, PUT, edited


def folder(path, document):
    path.mkdir()
    (path / "openapi.yaml").write_text(yaml.safe_dump(document))
    return str(path)


@pytest.fixture
def two(tmp_path):
    """A contract, and one in which a response property went and a summary was changed."""
    new = edited((f"{ANSWER}.properties", {"note": None}), (PUT, {"summary": "Other"}))
    return folder(tmp_path / "old", CONTRACT), folder(tmp_path / "new", new)


def test_text_names_operation_place_and_whom_it_breaks(two, capsys):
    assert main([*two]) == 0

    assert capsys.readouterr().out.splitlines() == [
        "2 changes: 1 breaking for callers, none for servers.",
        "",
        "PUT /pets/{petId}",
        "  callers   response 200 application/json: note: is gone  (property-removed)",
        "  -         says otherwise: summary  (documentation-changed)",
    ]


def test_markdown_is_a_table_for_each_operation(two, capsys):
    main([*two, "--format", "markdown"])
    lines = capsys.readouterr().out.splitlines()

    assert lines[2] == "### PUT /pets/{petId}"
    assert "| callers | response 200 application/json: note | is gone | property-removed |" in lines


def test_json_holds_all_that_is_known(two, capsys):
    main([*two, "--format", "json"])
    told = json.loads(capsys.readouterr().out)

    assert told["format"] == 1
    assert told["counts"] == {"changes": 2, "breaking_for_clients": 1, "breaking_for_servers": 0}
    assert told["changes"][1] == {
        "rule": "property-removed",
        "operation": "PUT /pets/{petId}",
        "method": "PUT",
        "path": "/pets/{petId}",
        "place": "response 200 application/json: note",
        "what": "is gone",
        "breaks_clients": True,
        "breaks_servers": False,
        "old": '{"type": "string"}',
        "new": None,
    }


@pytest.mark.parametrize("side, status", [("clients", 1), ("servers", 0), ("both", 1)])
def test_breaking_fails_for_those_whom_it_breaks(two, capsys, side, status):
    assert main([*two, "--fail-on", "breaking", "--for", side]) == status


def test_what_breaks_nobody_does_not_fail(tmp_path, capsys):
    new = edited((PUT, {"summary": "Other"}))

    assert main([folder(tmp_path / "a", CONTRACT), folder(tmp_path / "b", new), "--fail-on", "breaking"]) == 0


def test_same_contract_has_no_change(two, capsys):
    assert main([two[0], two[0], "--fail-on", "breaking"]) == 0
    assert capsys.readouterr().out == "No change.\n"


def test_files_of_json_will_do(two, tmp_path, capsys):
    (tmp_path / "new.json").write_text(json.dumps(CONTRACT))
    main([two[0], str(tmp_path / "new.json")])

    assert capsys.readouterr().out == "No change.\n"


def test_out_is_written(two, tmp_path, capsys):
    main([*two, "--out", str(tmp_path / "changes.txt")])

    assert (tmp_path / "changes.txt").read_text().startswith("2 changes: ")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "content, told",
    [
        (None, "cannot be read"),
        ("a: [", "is not YAML that holds JSON"),
        ("- a", "is not marked `openapi: 3.…`"),
        ("swagger: '2.0'", "is not marked `openapi: 3.…`"),
        ("openapi: 3.1.0\npaths: 1", "#/paths: a number stands where an object is due"),
        (
            yaml.safe_dump({**CONTRACT, "components": {"schemas": {}, "securitySchemes": {}}}),
            "the reference '#/components/schemas/",
        ),
    ],
)
def test_what_is_no_contract_is_told(two, tmp_path, capsys, content, told):
    file = tmp_path / "bad.yaml"
    if content is not None:
        file.write_text(content)
    status = main([two[0], str(file)])
    out, error = capsys.readouterr()

    assert (status, out, error.count("\n")) == (2, "", 1)
    assert told in error


def test_chain_of_references_may_be_long(tmp_path, capsys):
    chain = {f"S{number}": {"items": {"$ref": f"#/components/schemas/S{number + 1}"}} for number in range(1000)}
    schemas = {**CONTRACT["components"]["schemas"], **chain, "S1000": {"type": "string"}}
    long = edited(
        ("components", {"schemas": schemas}), (f"{ANSWER}.properties", {"note": {"$ref": "#/components/schemas/S0"}})
    )
    shorter = edited(
        ("components", {"schemas": {**schemas, "S1000": {"type": "integer"}}}),
        (f"{ANSWER}.properties", {"note": {"$ref": "#/components/schemas/S0"}}),
    )

    assert main([folder(tmp_path / "a", long), folder(tmp_path / "b", shorter)]) == 0
    assert "type-changed" in capsys.readouterr().out
