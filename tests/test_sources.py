"""Sources are read within limits, and what cannot be read is told in a sentence."""

import json
from pathlib import Path

import pytest
import yaml

from scripts.normalize import main
from scripts.sources import DEEPEST, LARGEST, of_folder

SWAGGER = {
    "swagger": "2.0",
    "info": {"title": "T", "version": "1"},
    "paths": {
        "/a": {"get": {"operationId": "getA", "responses": {"200": {"description": "D."}}}},
        "/b": {"get": {"operationId": "getB", "responses": {"200": {"description": "D."}}}},
    },
}


def folder_of(path: Path, swagger: object = SWAGGER, name: str = "swagger.json") -> Path:
    (path / "source").mkdir(parents=True, exist_ok=True)
    (path / "source" / name).write_text(swagger if isinstance(swagger, str) else json.dumps(swagger))
    return path


def refused(folder, capsys, *arguments):
    """The sentence with which the command refuses this folder, having written nothing."""
    status = main(["--contract", str(folder), *arguments])
    told = capsys.readouterr()

    assert (status, told.out, told.err.count("\n")) == (2, "", 1)
    assert not (folder / "openapi.yaml").exists()
    return told.err.replace(f"{folder}/", "")


def referring(reference):
    return {**SWAGGER, "definitions": {"A": {"properties": {"b": {"$ref": reference}}}}}


def nested(depth):
    schema: dict[str, object] = {}
    for _ in range(depth):
        schema = {"items": schema}
    return {**SWAGGER, "definitions": {"A": schema}}


@pytest.mark.parametrize(
    "swagger, told",
    [
        ("{", "source/swagger.json:1:2: is not JSON: "),
        ("", "source/swagger.json:1:1: is not JSON: "),
        ("[]", "source/swagger.json: holds a list where a Swagger 2.0 document is due"),
        ({"swaggerVersion": "1.2", "apis": []}, "source/swagger.json: is Swagger 1.2, not Swagger 2.0"),
        ({**SWAGGER, "swagger": "1.2"}, "source/swagger.json#"),
        ({"openapi": "3.0.3", "paths": {"/a": {}}}, "source/swagger.json: is OpenAPI 3.0.3, not Swagger 2.0"),
        ({**SWAGGER, "paths": {}}, "source/swagger.json#/paths: has no paths"),
        ({**SWAGGER, "paths": {"x-a": {}}}, "source/swagger.json#/paths: declares no operation"),
        ({**SWAGGER, "paths": {"/a": {}}}, "source/swagger.json#/paths: declares no operation"),
        (referring("../../secret.json"), "the reference '../../secret.json' leads out of the contract folder"),
        (referring("http://127.0.0.1/a.json"), "the reference 'http://127.0.0.1/a.json' leads out of"),
        (nested(DEEPEST), f"source/swagger.json: nests values more than {DEEPEST} deep"),
        ("[" * 100_000, "source/swagger.json"),
    ],
    ids=lambda each: str(each)[:40],
)
def test_bad_document_is_told(tmp_path, capsys, swagger, told):
    assert told in refused(folder_of(tmp_path / "contract", swagger), capsys)


def test_document_may_be_nested_as_deep_as_the_limit(tmp_path, capsys):
    folder = folder_of(tmp_path, nested(DEEPEST - 4))

    assert main(["--contract", str(folder)]) == 0


def test_loop_of_references_through_files_is_told(tmp_path, capsys):
    folder = folder_of(tmp_path / "contract", referring("b.json#/B"))
    (folder / "source/b.json").write_text(json.dumps({"B": {"$ref": "c.json#/C"}}))
    (folder / "source/c.json").write_text(json.dumps({"C": {"$ref": "b.json#/B"}}))

    assert "leads round in a circle" in refused(folder, capsys)


def test_link_out_of_the_folder_is_told(tmp_path, capsys):
    folder = folder_of(tmp_path / "contract", referring("b.json"))
    (tmp_path / "secret.json").write_text("{}")
    (folder / "source/b.json").symlink_to(tmp_path / "secret.json")

    assert "source/b.json: lies outside the contract folder" in refused(folder, capsys)


def test_large_file_is_told_before_it_is_read(tmp_path, capsys):
    folder = folder_of(tmp_path / "contract")
    with (folder / "source/swagger.json").open("r+b") as file:
        file.truncate(LARGEST + 1)

    assert "source/swagger.json: has 20 MB; the limit is 20 MB" in refused(folder, capsys)


@pytest.mark.parametrize("content", [b"\xff", b"\x00"])
def test_file_that_is_no_text_is_told(tmp_path, capsys, content):
    folder = folder_of(tmp_path / "contract")
    (folder / "source/swagger.json").write_bytes(content)

    refused(folder, capsys)


def test_document_may_be_yaml(tmp_path, capsys):
    (tmp_path / "json").mkdir()
    of_json = folder_of(tmp_path / "json")
    # Statuses without quotes are numbers in YAML.
    text = yaml.safe_dump(SWAGGER).replace("'200'", "200")
    of_yaml = folder_of(tmp_path / "yaml", text, "swagger.yaml")

    assert of_folder(of_yaml).published == of_folder(of_json).published


def test_two_documents_are_told(tmp_path, capsys):
    folder = folder_of(folder_of(tmp_path / "contract"), "{}", "swagger.yaml")

    assert "source/swagger.yaml: lies beside source/swagger.json. Keep one" in refused(folder, capsys)


def test_list_of_operations_keeps_those_alone(tmp_path, capsys):
    folder = folder_of(tmp_path)
    (folder / "only.txt").write_text("# Just one.\n\nGET /b\n")
    main(["--contract", str(folder)])
    text = (folder / "openapi.yaml").read_text()

    assert text.splitlines()[0].endswith("from source/swagger.json and only.txt.")
    assert list(yaml.safe_load(text)["paths"]) == ["/b"]


def test_operations_on_the_command_line_take_the_place_of_the_list(tmp_path, capsys):
    folder = folder_of(tmp_path)
    (folder / "only.txt").write_text("GET /b\n")
    main(["--contract", str(folder), "--only", "GET", "/a"])

    assert list(yaml.safe_load((folder / "openapi.yaml").read_text())["paths"]) == ["/a"]


@pytest.mark.parametrize(
    "lines, told",
    [
        ("/b", "only.txt:1: '/b' is not a method and a path"),
        ("\nFETCH /b", "only.txt:2: 'FETCH' is not a method"),
        ("# none", "only.txt: lists no operation"),
        ("GET /c", "GET /c: is no operation of the document. Choose another: GET /"),
    ],
)
def test_bad_list_of_operations_is_told(tmp_path, capsys, lines, told):
    folder = folder_of(tmp_path / "contract")
    (folder / "only.txt").write_text(lines)

    assert told in refused(folder, capsys)


OVERLAY = {
    "overlay": "1.1.0",
    "info": {"title": "O", "version": "1"},
    "actions": [{"target": "$.info", "update": {"title": "Changed"}}],
}


@pytest.mark.parametrize("extends", [None, "openapi.yaml", "source/swagger.json", "./source/swagger.json"])
def test_overlay_extends_what_is_converted_or_published(tmp_path, capsys, extends):
    folder = folder_of(tmp_path)
    overlay = {**OVERLAY, **({"extends": extends} if extends else {})}
    (folder / "some.overlay.yaml").write_text(yaml.safe_dump(overlay))
    main(["--contract", str(folder)])

    assert yaml.safe_load((folder / "openapi.yaml").read_text())["info"]["title"] == "Changed"


def test_overlay_that_extends_something_else_is_told(tmp_path, capsys):
    folder = folder_of(tmp_path / "contract")
    (folder / "overlay.yaml").write_text(yaml.safe_dump({**OVERLAY, "extends": "other.json"}))

    assert "overlay.yaml: extends 'other.json', which is not made from" in refused(folder, capsys)


def test_what_cannot_be_mended_is_settled_as_the_error_says(tmp_path, capsys):
    swagger = {**SWAGGER, "host": "not a host"}
    folder = folder_of(tmp_path / "contract", swagger)
    told = refused(folder, capsys)
    target, deed = told.split("`")[3], told.split("`")[5]
    action = yaml.safe_load("{" + f"{target}, {deed}" + "}")
    (folder / "source.overlay.yaml").write_text(
        yaml.safe_dump({**OVERLAY, "extends": "source/swagger.json", "actions": [action]})
    )

    assert main(["--contract", str(folder)]) == 0


def test_sources_may_be_named_one_by_one(tmp_path, capsys):
    (tmp_path / "api.json").write_text(json.dumps(SWAGGER))
    (tmp_path / "rulings.yaml").write_text(yaml.safe_dump(OVERLAY))
    out = tmp_path / "out.yaml"
    status = main(
        ["--swagger", str(tmp_path / "api.json"), "--overlay", str(tmp_path / "rulings.yaml"), "--out", str(out)]
    )

    assert status == 0
    assert out.read_text().splitlines()[0].endswith(" from api.json and rulings.yaml.")
    assert yaml.safe_load(out.read_text())["info"]["title"] == "Changed"


@pytest.mark.parametrize(
    "arguments, told",
    [
        (["--swagger", "a", "--contract", "b"], "--swagger and --contract exclude each other"),
        (["--swagger", "a"], "--swagger needs --out"),
        (["--pages", "a"], "--pages and --overlay are for --swagger"),
        (["--check", "--conflicts"], "--check and --conflicts exclude each other"),
        (["--only", "GET"], "GET has no path"),
        (["--only", "/a"], "'/a' is not a method"),
    ],
)
def test_options_that_do_not_go_together_are_told(capsys, arguments, told):
    with pytest.raises(SystemExit) as exit:
        main(arguments)

    assert exit.value.code == 2
    assert told in capsys.readouterr().err


def test_strict_mends_nothing(tmp_path, capsys):
    swagger = {**SWAGGER, "swagger": 2.0}
    folder = folder_of(tmp_path / "contract", swagger)

    assert "#/swagger: " in refused(folder, capsys, "--strict")
    assert main(["--contract", str(folder)]) == 0


def test_strict_takes_a_valid_document(tmp_path, capsys):
    assert main(["--contract", str(folder_of(tmp_path)), "--strict"]) == 0
