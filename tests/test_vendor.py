"""The client can be put into another tree under another name, and an edit of it there is noticed."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from scripts import commands, files, generate, vendor
from scripts import stamp as stamps
from tests.test_generate import DOCUMENT, ROOT, contract

PAGE = "# generated_client\n\n`from generated_client.api import x`; my_generated_client and generated_clients stay. é\n"
NEWER = {**DOCUMENT, "info": {"title": "Things", "version": "2.1.0"}}


@pytest.fixture(scope="module")
def made() -> Callable[[Path], generate.Package]:
    """`generate.package` that makes each contract once, and gives each client two pages."""
    package, known = generate.package, dict[str, generate.Package]()

    def remembered(folder: Path) -> generate.Package:
        key = repr(files.read(folder))
        if key not in known:
            emitted = package(folder)
            pages = {"README.md": PAGE.encode(), "docs/calls.md": b"\xff generated_client\r\n"}
            content = {path: each for path, each in {**emitted.files, **pages}.items() if path != "stamp.json"}
            said = evolve(stamps.read(emitted.files["stamp.json"]), files=stamps.hashes(content))
            known[key] = evolve(emitted, files={**content, "stamp.json": said.content()})
        return known[key]

    return remembered


@pytest.fixture(autouse=True)
def _package_is_remembered(made: Callable[[Path], generate.Package], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generate, "package", made)


@pytest.fixture
def things(tmp_path: Path) -> Path:
    return contract(tmp_path / "contract")


@pytest.fixture
def copy(things: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A copy that was just made, under a nested name."""
    assert put(things, tmp_path, "--name", "acme/vendor/things") == 0
    capsys.readouterr()
    return tmp_path / "tree/acme/vendor/things"


def put(contract: Path, folder: Path, *options: str) -> int:
    return vendor.main(["--contract", str(contract), "--dest", str(folder / "tree"), *options])


def verified(contract: Path, copy: Path, *options: str) -> int:
    return vendor.main(["--contract", str(contract), "--verify", str(copy), *options])


def refusal(capsys: pytest.CaptureFixture[str]) -> str:
    """The one sentence that was said, and that on the error stream."""
    said = capsys.readouterr()

    assert said.out == ""
    assert said.err.count("\n") == 1
    return said.err


def edit(copy: Path) -> list[str]:
    """Edit the copy by hand in every way there is; the lines that say so."""
    with (copy / "client.py").open("a") as file:
        file.write("# mine\n")
    (copy / "types.py").unlink()
    (copy / "extra.py").touch()
    return ["changed  client.py", "missing  types.py", "added    extra.py"]


def restamped(copy: Path, **said: Any) -> None:
    """The stamp made to say what the files now are, as somebody would who wants an edit to go unnoticed."""
    content = files.read(copy)
    stamp = stamps.read(content.pop("stamp.json"))
    (copy / "stamp.json").write_bytes(evolve(stamp, **{"files": stamps.hashes(content), **said}).content())


def test_without_a_name_it_is_the_emitted_package(things: Path, tmp_path: Path) -> None:
    assert put(things, tmp_path) == 0
    found, emitted = files.read(tmp_path / "tree/generated_client"), generate.package(things).files

    assert files.differences(emitted, found).lines() == ["changed  stamp.json"]


@pytest.mark.parametrize("name", ["acme/vendor/things", "acme.vendor.things"])
def test_a_nested_name_leaves_the_folders_between_alone(name: str, things: Path, tmp_path: Path) -> None:
    assert put(things, tmp_path, "--name", name) == 0

    assert [each.name for each in (tmp_path / "tree/acme").iterdir()] == ["vendor"]
    assert [each.name for each in (tmp_path / "tree/acme/vendor").iterdir()] == ["things"]


def test_only_pages_name_the_package_and_only_whole_words_are_replaced(copy: Path, things: Path) -> None:
    emitted = generate.package(things).files
    found = files.differences(emitted, files.read(copy))

    assert found.lines() == ["changed  README.md", "changed  docs/calls.md", "changed  stamp.json"]
    assert (copy / "README.md").read_text("utf-8") == (
        "# acme.vendor.things\n\n"
        "`from acme.vendor.things.api import x`; my_generated_client and generated_clients stay. é\n"
    )
    assert (copy / "docs/calls.md").read_bytes() == b"\xff acme.vendor.things\r\n"


def test_the_stamp_says_the_name_the_contract_and_the_hashes_of_what_is_there(copy: Path, tmp_path: Path) -> None:
    text = (copy / "stamp.json").read_text()
    said = json.loads(text)
    content = {path: each for path, each in files.read(copy).items() if path != "stamp.json"}

    assert said["name"] == "acme.vendor.things"
    assert said["contract"] == {"title": "Things", "version": "2.0.0"}
    assert said["files"] == {path: f"sha256:{hashlib.sha256(each).hexdigest()}" for path, each in content.items()}
    assert str(tmp_path) not in text


@pytest.mark.parametrize(
    "name", ["", "my-client", "acme//sms", "/acme", "acme/", "..", "../sms", "1st", "a.class", "ﬁ"]
)
def test_a_name_that_cannot_be_imported_is_refused(
    name: str, things: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert put(things, tmp_path, f"--name={name}") == 2
    assert f"--name {name}: " in refusal(capsys)
    assert not (tmp_path / "tree").exists()


def test_two_copies_can_be_imported_in_one_process(things: Path, tmp_path: Path) -> None:
    other = contract(tmp_path / "other", NEWER)
    assert put(things, tmp_path, "--name", "acme/vendor/things") == 0
    assert put(other, tmp_path, "--name", "new_things") == 0
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "import acme.vendor.things.models, new_things.models\n"
        "from acme.vendor.things.api.dist import list_things as one\n"
        "from new_things.api.dist import list_things as two\n"
        "assert one.Client is not two.Client\n"
        "assert one.Client.__module__ == 'acme.vendor.things.client'\n"
        "assert not any(name.startswith('generated_client') for name in sys.modules)\n"
    )
    command = [sys.executable, "-I", "-B", "-c", program, str(tmp_path / "tree")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)

    assert (done.returncode, done.stderr) == (0, "")


def test_a_second_run_writes_nothing(
    copy: Path, things: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = copy.stat().st_ino
    (copy / "__pycache__").mkdir()
    (copy / "__pycache__/client.pyc").touch()

    assert put(things, tmp_path, "--name", "acme/vendor/things") == 0
    assert capsys.readouterr().out.endswith("contract/openapi.yaml yields; nothing written\n")
    assert copy.stat().st_ino == before


def test_a_run_after_a_change_updates_and_says_how_much(
    copy: Path, things: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    operation = {**DOCUMENT["paths"]["/things"]["get"], "operationId": "allThings"}
    contract(things, {**DOCUMENT, "paths": {"/things": {"get": operation}}})

    assert put(things, tmp_path, "--name", "acme/vendor/things") == 0
    counts = f"2 changed, 2 added, 2 removed; {len(files.read(copy))} files, from {things / 'openapi.yaml'}"
    assert capsys.readouterr().out == f"{copy}: {counts}\n"
    assert [each.name for each in (copy / "api/dist").iterdir() if each.name != "__init__.py"] == ["all_things.py"]


def test_an_edited_copy_is_replaced_by_force_alone(
    copy: Path, things: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, edited = files.read(copy), edit(copy)
    after = files.read(copy)

    assert put(things, tmp_path, "--name", "acme/vendor/things") == 1
    assert capsys.readouterr().out.splitlines()[:-1] == edited
    assert files.read(copy) == after
    assert put(things, tmp_path, "--name", "acme/vendor/things", "--force") == 0
    assert files.read(copy) == before


def test_a_copy_whose_stamp_alone_was_edited_is_not_replaced(
    copy: Path, things: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stamp = copy / "stamp.json"
    stamp.write_text(stamp.read_text().replace("2.0.0", "2.0.1"))

    assert put(things, tmp_path, "--name", "acme/vendor/things") == 1
    assert capsys.readouterr().out.splitlines()[:-1] == ["changed  stamp.json"]


def test_a_copy_whose_stamp_cannot_be_read_is_replaced_by_force_alone(
    copy: Path, things: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (copy / "stamp.json").write_text('{"format": 2, "tools": 1, "inputs": 2, "files": 3}')

    assert put(things, tmp_path, "--name", "acme/vendor/things") == 2
    assert "is of format 2" in refusal(capsys)
    assert put(things, tmp_path, "--name", "acme/vendor/things", "--force") == 0


@pytest.mark.parametrize("force", [[], ["--force"]])
@pytest.mark.parametrize("stamp", [None, "not JSON", '{"format": 1}'])
def test_a_folder_that_is_no_copy_is_never_replaced(
    stamp: str | None, force: list[str], things: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    thesis = tmp_path / "tree/acme/thesis.txt"
    files.write(thesis.parent, {"thesis.txt": b"", **({} if stamp is None else {"stamp.json": stamp.encode()})})

    assert put(things, tmp_path, "--name", "acme", *force) == 2
    assert "is not empty and has no stamp.json of an emitted package" in refusal(capsys)
    assert thesis.exists()


@pytest.mark.parametrize("name", ["tree", "tree/acme", "tree/acme/things"])
def test_a_file_in_the_place_of_a_folder_is_refused(
    name: str, things: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).touch()

    assert put(things, tmp_path, "--name", "acme/things", "--force") == 2
    assert f"{tmp_path / name}: is not a folder" in refusal(capsys)


def test_a_link_in_the_place_of_the_copy_is_refused(
    things: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree/things").symlink_to(tmp_path / "elsewhere")

    assert put(things, tmp_path, "--name", "things", "--force") == 2
    assert "tree/things: is a link" in refusal(capsys)
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("target", ["acme", "nowhere"])
def test_a_link_to_nowhere_in_the_place_of_a_folder_between_is_refused(
    target: str, things: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree/acme").symlink_to(target)

    assert put(things, tmp_path, "--name", "acme/things") == 2
    assert "tree/acme: is not a folder" in refusal(capsys)


def test_the_client_of_the_checkout_is_not_replaced_by_a_copy(
    things: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "in_checkout", lambda name: tmp_path / "tree" / name)

    assert put(things, tmp_path, "--force") == 2
    assert "is the client of this checkout" in refusal(capsys)


def test_a_contract_that_yields_no_client_leaves_the_copy(
    copy: Path, things: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files.read(copy)
    contract(things, {**DOCUMENT, "paths": {}})

    assert put(things, tmp_path, "--name", "acme/vendor/things") == 2
    assert "declares no operation" in refusal(capsys)
    assert files.read(copy) == before


def test_a_copy_that_nobody_edited_is_verified(
    copy: Path, things: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    moved = shutil.copytree(copy, tmp_path / "moved")
    files.write(moved, {"__pycache__/client.pyc": b"", "api/__pycache__/x.pyc": b""})
    (moved / "api/__pycache__/link.pyc").symlink_to("x.pyc")

    assert verified(things, moved, "--current") == 0
    count = len(files.read(moved))
    assert capsys.readouterr().out == (
        f"{moved}: {count} files, as its stamp says and {things / 'openapi.yaml'} yields them\n"
    )


def test_what_generate_wrote_is_verified_as_well(things: Path, tmp_path: Path) -> None:
    files.write(tmp_path / "client", generate.package(things).files)

    assert verified(things, tmp_path / "client", "--current") == 0


@pytest.mark.parametrize("document", [DOCUMENT, NEWER])
def test_every_edit_is_listed(
    document: dict[str, Any], copy: Path, things: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edited = edit(copy)
    contract(things, document)

    assert verified(things, copy) == 1
    said = capsys.readouterr().out.splitlines()
    assert said[:3] == edited
    assert said[3].startswith(f"{copy}: not what its stamp says. ")
    assert len(said) == (4 if document is DOCUMENT else 5)


@pytest.mark.parametrize("document", [DOCUMENT, NEWER])
def test_one_byte_changed_anywhere_is_noticed(
    document: dict[str, Any], copy: Path, things: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    contract(things, document)
    for path, content in files.read(copy).items():
        is_stamp = path == "stamp.json"
        places = range(0, len(content), 7) if is_stamp else {0, len(content) // 2, len(content) - 1} if content else ()
        flipped = (content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :] for at in places)
        for edited in (*flipped, content + b"\n", content[1:] if content else b"1"):
            (copy / path).write_bytes(edited)

            assert verified(things, copy) in ({1, 2} if is_stamp else {1})
            capsys.readouterr()
        (copy / path).write_bytes(content)


def test_a_stamp_edited_along_with_a_file_is_noticed_where_the_contract_is_still_that(
    copy: Path, things: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(copy)
    restamped(copy)

    assert verified(things, copy) == 1
    *listed, said = capsys.readouterr().out.splitlines()
    assert listed == ["changed  client.py", "changed  stamp.json", "missing  types.py", "added    extra.py"]
    assert f"as its stamp says, yet not what {things / 'openapi.yaml'} yields" in said


@pytest.mark.parametrize(
    "named, content, said",
    [
        ("openapi.yaml", None, "made from Things 2.0.0, and {} is Things 2.1.0. Not what it was: openapi.yaml. "),
        ("client.yaml", b"literal_enums: true\n", "Not what it was: client.yaml. "),
        ("templates/api_init.py.jinja", b"", "Not what it was: templates/api_init.py.jinja. "),
    ],
)
def test_another_contract_is_told_and_fails_only_where_that_is_asked(
    named: str, content: bytes | None, said: str, copy: Path, things: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    contract(things, NEWER) if content is None else files.write(things, {named: content})

    assert verified(things, copy) == 0
    assert said.format(things / "openapi.yaml") in capsys.readouterr().out
    assert verified(things, copy, "--current") == 1


def test_other_tools_are_told(copy: Path, things: Path, capsys: pytest.CaptureFixture[str]) -> None:
    restamped(copy, tools={"openapi-python-client": "0.29.1", "ruff": "0.0.1"})

    assert verified(things, copy) == 0
    assert "Not what it was: ruff (0.0.1 then, 0.17.6 now). " in capsys.readouterr().out


@pytest.mark.parametrize(
    "stamp, said",
    [
        (None, "has no stamp.json"),
        ("", "is not the stamp"),
        ("[]", "is not the stamp"),
        ('{"format": 1, "tools": [], "inputs": 1, "files": {"a": 1}}', "one of a wrong type"),
        ('{"format": [], "contract": {}, "tools": {}, "inputs": {}, "files": {}}', "one of a wrong type"),
        ('{"format": 7, "tools": [], "inputs": 1, "files": {"a": 1}}', "is of format 7"),
    ],
)
def test_a_stamp_that_cannot_be_read_is_said_in_a_sentence(
    stamp: str | None, said: str, copy: Path, things: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (copy / "stamp.json").unlink()
    if stamp is not None:
        (copy / "stamp.json").write_text(stamp)

    assert verified(things, copy) == 2
    assert said in refusal(capsys)


@pytest.mark.parametrize("name, said", [("contract/openapi.yaml", "is not a folder"), ("nowhere", "is not there")])
def test_what_is_no_folder_is_not_verified(
    name: str, said: str, things: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verified(things, tmp_path / name) == 2
    assert f"{tmp_path / name}: {said}. " in refusal(capsys)


@pytest.mark.parametrize("path", ["client.py", "stamp.json", "extra.py", "api"])
def test_a_link_in_a_copy_is_refused(
    path: str, copy: Path, things: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if (copy / path).exists():
        (copy / path).rename(tmp_path / "real")
    (copy / path).symlink_to(tmp_path / "real")

    assert verified(things, copy) == 2
    assert f"{copy / path}: is a link" in refusal(capsys)
    assert put(things, tmp_path, "--name", "acme/vendor/things", "--force") == 2


def test_what_is_neither_file_nor_folder_is_refused(
    copy: Path, things: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(copy / "pipe")

    assert verified(things, copy) == 2
    assert "pipe: is neither file nor folder" in refusal(capsys)


def test_the_name_of_a_file_does_not_reach_the_terminal_as_it_is(
    copy: Path, things: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (copy / os.fsdecode(b"a\x1b[2J\n\xff")).touch()

    assert verified(things, copy) == 1
    assert capsys.readouterr().out.splitlines()[0] == r"added    a\x1b[2J\n\udcff"


def test_a_name_that_the_terminal_cannot_show_is_escaped(
    copy: Path, things: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (copy / "ö.py").touch()
    output = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(output, "ascii", write_through=True))

    assert verified(things, copy) == 1
    assert output.getvalue().startswith(b"added    \\xf6.py\n")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--dest", "a", "--verify", "b"],
        ["--dest", ""],
        ["--verify", ""],
        ["--dest", "a", "--current"],
        ["--verify", "a", "--force"],
        ["--verify", "a", "--name", "b"],
    ],
)
def test_options_that_make_no_sense_are_refused_in_a_sentence(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        vendor.main(arguments)

    assert stop.value.code == 2
    assert refusal(capsys)


@pytest.mark.skipif(not shutil.which("make"), reason="there is no make")
def test_make_asks_for_a_place(tmp_path: Path) -> None:
    command = ["make", "--no-print-directory", "--dry-run", "vendor"]
    surroundings = {**os.environ, "NAME": "a-machine", "DEST": "of the environment"}
    asked = subprocess.run(command, cwd=ROOT, env=surroundings, capture_output=True, text=True)
    told = subprocess.run([*command, f"DEST={tmp_path}"], cwd=ROOT, env=surroundings, capture_output=True, text=True)

    assert asked.returncode == 2
    assert asked.stderr.count("\n") == 1
    assert "Say where to put the client: make vendor DEST=folder" in asked.stderr
    assert f'-m scripts.vendor --dest "{tmp_path}" --name "generated_client"' in told.stdout


def test_the_command_vendors_and_verifies_the_client_of_this_contract(tmp_path: Path) -> None:
    def run(*arguments: str) -> tuple[int, str]:
        command = [sys.executable, "-m", "scripts.vendor", *arguments]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        return done.returncode, done.stderr

    assert run("--dest", str(tmp_path), "--name", "acme/sms") == (0, "")
    assert run("--verify", str(tmp_path / "acme/sms"), "--current") == (0, "")
    emitted, found = files.read(ROOT / "generated_client"), files.read(tmp_path / "acme/sms")

    pages = {path for path in emitted if path.endswith(".md")}
    assert emitted.keys() == found.keys()
    assert set(files.differences(emitted, found).changed) <= {"stamp.json", *pages}
