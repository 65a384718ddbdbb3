"""The client is emitted whole and the same everywhere, or not at all."""

from __future__ import annotations

import copy
import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts import client_source, files, generate

ROOT = Path(__file__).parent.parent
CONTRACT = ROOT / "openapi"

OPERATION: dict[str, Any] = {
    "operationId": "listThings",
    "tags": ["dist"],
    "responses": {
        "200": {
            "description": "All of them.",
            "content": {"application/json": {"schema": {"title": "Things", "type": "object"}}},
        }
    },
}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.1",
    "info": {"title": "Things", "version": "2.0.0"},
    "paths": {"/things": {"get": OPERATION}},
}


def contract(folder: Path, document: object = DOCUMENT, configuration: str = "") -> Path:
    """A contract folder with this document and configuration."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "openapi.yaml").write_text(
        document if isinstance(document, str) else yaml.safe_dump(document, sort_keys=False)
    )
    (folder / "client.yaml").write_text(configuration)
    return folder


def document(**operations: dict[str, Any]) -> dict[str, Any]:
    """The document with the path of each name in place of its own."""
    return {**DOCUMENT, "paths": {f"/{name}": {"get": node} for name, node in operations.items()}}


def refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """The sentence with which the command refuses this contract, having written nothing."""
    out = folder / "out"

    assert generate.main(["--contract", str(folder), "--out", str(out)]) == 2
    assert not out.exists()
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    return said.err


@pytest.fixture(scope="module")
def emitted() -> generate.Package:
    return generate.package(CONTRACT)


@pytest.fixture(scope="module")
def things(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A contract with an awkward tag, and its client."""
    folder = tmp_path_factory.mktemp("things")
    made = contract(folder / "contract")
    assert generate.main(["--contract", str(made), "--out", str(folder / "deep" / "client")]) == 0
    return made, folder / "deep" / "client"


@pytest.mark.parametrize("title", ["Response", "Client", "Any", "Mapping", "UNSET"])
@pytest.mark.parametrize("schema", [{"type": "object"}, {"type": "string", "enum": ["a", "b"]}], ids=["model", "enum"])
def test_a_class_cannot_have_the_name_of_what_its_module_imports(
    title: str, schema: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = copy.deepcopy(DOCUMENT)
    content = made["paths"]["/things"]["get"]["responses"]["200"]["content"]
    content["application/json"]["schema"] = {"$ref": "#/components/schemas/It"}
    made["components"] = {"schemas": {"It": {"title": title, **schema}}}

    assert f"a schema would be the class {title}, and" in refused(contract(tmp_path, made), capsys)


def test_a_brace_in_a_path_belongs_to_a_parameter(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    operation = {
        **OPERATION,
        "parameters": [{"name": "x", "in": "path", "required": True, "schema": {"type": "string"}}],
    }
    made = contract(tmp_path, {**DOCUMENT, "paths": {"/a/{x}/}b": {"get": operation}}})

    assert "has a brace that belongs to no parameter" in refused(made, capsys)


def test_the_bytes_depend_on_neither_place_nor_surroundings(things: tuple[Path, Path], tmp_path: Path) -> None:
    made, out = things
    copied = shutil.copytree(made, tmp_path / "elsewhere")
    shutil.copytree(out, tmp_path / "client")
    (tmp_path / "ruff.toml").write_text('line-length = 40\nindent-width = 2\n[format]\nquote-style = "single"\n')
    (tmp_path / ".gitignore").write_text("*\n")
    (tmp_path / ".git").mkdir()
    hostile = {"PYTHONHASHSEED": "7", "RUFF_LINE_LENGTH": "40", "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-m", "scripts.generate", "--contract", copied, "--out", "client", "--check"]
    environment = {**os.environ, **hostile, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)

    assert (done.returncode, done.stderr) == (0, "")


def test_a_folder_that_ruff_would_skip_is_formatted_as_well(things: tuple[Path, Path]) -> None:
    module = (things[1] / "api" / "dist" / "list_things.py").read_text()
    imports = [line for line in module.splitlines() if line.startswith(("from ", "import "))]

    assert module.startswith("# Emitted by scripts/generate.py from openapi.yaml (2.0.0); do not edit: ")
    assert "from urllib.parse import quote" not in imports  # nothing in the module uses it
    assert module.endswith("\n") and not module.endswith("\n\n")


def test_every_module_says_where_it_comes_from(emitted: generate.Package) -> None:
    first_lines = {content.split(b"\n")[0] for path, content in emitted.files.items() if path.endswith(".py")}

    assert len(first_lines) == 1
    assert first_lines.pop().startswith(b"# Emitted by scripts/generate.py from openapi.yaml (")


def test_the_stamp_has_the_hash_of_every_other_file(emitted: generate.Package) -> None:
    stamp = json.loads(emitted.files["stamp.json"])

    assert list(stamp["files"]) == sorted(emitted.files.keys() - {"stamp.json"})
    assert {"client.yaml", "openapi.yaml"} < stamp["inputs"].keys()
    assert {f"scripts/{each}" for each in ("templates/model.py.jinja", "runtime/errors.py")} < stamp["inputs"].keys()
    assert stamp["tools"] == {"openapi-python-client": "0.29.1", "ruff": "0.17.6"}


def test_the_package_is_typed_and_named_by_its_titles(emitted: generate.Package) -> None:
    assert emitted.files["py.typed"] == b""
    assert {"models/sms_send_request.py", "models/sms_recipient.py"} <= emitted.files.keys()
    assert {"models/sms_send_result.py", "models/sms_send_result_item.py"} <= emitted.files.keys()


def test_the_committed_client_is_what_the_contract_yields(emitted: generate.Package) -> None:
    found = files.differences(emitted.files, files.read(ROOT / "generated_client"))

    assert found.lines() == []


def test_check_names_each_file_that_differs(
    things: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made, out = things
    found = shutil.copytree(out, tmp_path / "client")
    (found / "client.py").write_bytes((found / "client.py").read_bytes().replace(b"a", b"A", 1))
    (found / "extra.py").touch()
    (found / "types.py").unlink()

    assert generate.main(["--contract", str(made), "--out", str(found), "--check"]) == 1
    assert capsys.readouterr().out.splitlines()[:-1] == [
        "changed  client.py",
        "missing  types.py",
        "added    extra.py",
    ]


def test_what_was_emitted_before_is_replaced_whole(things: tuple[Path, Path], tmp_path: Path) -> None:
    out = shutil.copytree(things[1], tmp_path / "client")
    (out / "old.py").touch()
    expected = files.read(things[1])
    files.replace(out, expected)

    assert files.read(out) == expected
    assert [each.name for each in tmp_path.iterdir()] == ["client"]


def test_a_failed_replacement_leaves_what_was_there(tmp_path: Path) -> None:
    out = tmp_path / "client"
    files.write(out, {"a": b"old"})
    with pytest.raises(OSError):
        files.replace(out, {"a": b"new", "a/b": b"a file and a folder of one name"})

    assert files.read(tmp_path) == {"client/a": b"old"}


@pytest.mark.parametrize("stamp", [None, '{"format": 1}', "not JSON"])
def test_a_folder_that_was_not_emitted_is_refused(
    stamp: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "thesis.txt").touch()
    if stamp is not None:
        (tmp_path / "stamp.json").write_text(stamp)

    assert generate.main(["--contract", str(CONTRACT), "--out", str(tmp_path)]) == 2
    assert "was not emitted" in capsys.readouterr().err
    assert (tmp_path / "thesis.txt").exists()


def test_an_operation_that_the_generator_leaves_out_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    body = {"content": {"application/xml": {"schema": {"type": "string"}}}}
    contract(tmp_path, document(things={**OPERATION, "requestBody": body}))

    assert "GET /things within dist" in refused(tmp_path, capsys)


def test_a_response_that_the_generator_leaves_out_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    operation = copy.deepcopy(OPERATION)
    operation["responses"]["200"]["content"] = {"*/*": {"schema": {"type": "object"}}}
    contract(tmp_path, document(things=operation))
    said = refused(tmp_path, capsys)

    assert "*/*" in said
    assert "0x" not in said


def test_an_operation_without_module_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    contract(tmp_path)
    monkeypatch.setattr(generate, "operation_modules", lambda _: {"api/other/thing.py": "GET /thing"})

    assert "GET /thing has no module api/other/thing.py" in refused(tmp_path, capsys)


@pytest.mark.parametrize(
    "first, second",
    [
        ({"operationId": "listThings"}, {"operationId": "listThings"}),
        ({"operationId": "listThings"}, {"operationId": "list_things"}),
        ({"operationId": "getThings"}, {}),
    ],
)
def test_two_operations_of_one_module_are_an_error(
    first: dict[str, str], second: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rest = {name: value for name, value in OPERATION.items() if name != "operationId"}
    contract(tmp_path, {**DOCUMENT, "paths": {"/x": {"get": first | rest}, "/things": {"get": second | rest}}})

    assert "GET /x and GET /things would both be written to api/dist/" in refused(tmp_path, capsys)


def test_two_models_of_one_module_are_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    schemas = {name: {"title": name, "type": "object"} for name in ("SMSItem", "SmsItem")}
    contract(tmp_path, {**DOCUMENT, "components": {"schemas": schemas}}, "")

    assert "would both be in sms_item.py" in refused(tmp_path, capsys)


@pytest.mark.parametrize(
    "configuration, said",
    [
        ("literal_enum: true", "Did you mean 'literal_enums'?"),
        ("class_overrides: {Things: {name: Thing}}", "unknown key 'name'"),
        ("post_hooks: [ruff format .]", "post_hooks are set"),
        ("literal_enums: perhaps", "literal_enums: "),
        ("class_overrides: 1", "class_overrides: "),
        ("- literal_enums", "is not a mapping"),
        ("a: [", "client.yaml:1:"),
    ],
)
def test_a_configuration_that_would_be_ignored_is_an_error(
    configuration: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    contract(tmp_path, configuration=configuration)

    assert said in refused(tmp_path, capsys)


def test_without_a_configuration_all_is_at_the_defaults(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    contract(tmp_path / "with", configuration="")
    contract(tmp_path / "without")
    (tmp_path / "without" / "client.yaml").unlink()
    for name in ("with", "without"):
        assert generate.main(["--contract", str(tmp_path / name), "--out", str(tmp_path / name / "client")]) == 0

    capsys.readouterr()
    with_, without = (files.read(tmp_path / name / "client") for name in ("with", "without"))
    assert {path for path in with_ if with_[path] != without[path]} == {generate.STAMP}


@pytest.mark.parametrize(
    "document, said",
    [
        ("", "is not an OpenAPI document"),
        ("a: [", "openapi.yaml:1:"),
        ("a: 1\na: 2", "openapi.yaml:2:1"),
        ({**DOCUMENT, "paths": {}}, "declares no operation"),
        ({**DOCUMENT, "paths": {"/things": {"$ref": "#/x"}}}, "path /things is a reference"),
        ({**DOCUMENT, "paths": {"/things": {"get": 1}}}, "Failed to parse OpenAPI document"),
        ({**DOCUMENT, "openapi": "2.0"}, "Failed to parse OpenAPI document"),
    ],
)
def test_a_bad_contract_is_refused_in_one_sentence(
    document: object, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    contract(tmp_path, document)

    assert said in refused(tmp_path, capsys)


def test_a_contract_that_is_not_there_is_refused_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "openapi.yaml: cannot be read" in refused(tmp_path, capsys)


def test_the_version_cannot_put_code_on_the_first_line(tmp_path: Path) -> None:
    made = contract(tmp_path, {**DOCUMENT, "info": {"title": "T", "version": "1\nimport os # coding: latin-1"}})
    line = generate._first_line(client_source.read(made))

    assert "openapi.yaml (1 import os coding latin-1); " in line
    assert line.count("\n") == 1


def test_a_template_of_the_contract_comes_first_and_is_hashed(tmp_path: Path) -> None:
    contract(tmp_path)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "api_init.py.jinja").write_text('{% include "_body.jinja" %}')
    (tmp_path / "templates" / "_body.jinja").write_text("OURS = True")
    emitted = generate.package(tmp_path).files

    assert b"OURS = True" in emitted["api/__init__.py"]
    assert "templates/api_init.py.jinja" in json.loads(emitted["stamp.json"])["inputs"]


@pytest.mark.parametrize(
    "name, template, said",
    [
        ("error.py.jinja", "", "has the name of no template"),
        ("errors.py.jinja", "{{ no.such.thing }}", "UndefinedError"),
        ("errors.py.jinja", "def (:", "ruff format cannot read"),
        ("errors.py.jinja", "no_such_name", "does not import (NameError"),
    ],
)
def test_a_template_that_does_not_work_is_an_error(
    name: str, template: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    contract(tmp_path)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / name).write_text(template)

    assert said in refused(tmp_path, capsys)


def test_another_version_of_a_tool_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    contract(tmp_path)
    monkeypatch.setattr(generate, "FORMATTER", ("ruff", "0.0.1"))

    assert "ruff: version 0.0.1 is needed and 0.17.6 is installed" in refused(tmp_path, capsys)


def test_the_versions_are_those_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    pins = {"==".join(generate.GENERATOR), "==".join(generate.FORMATTER)}

    assert pins <= set(project["dependency-groups"]["dev"])
