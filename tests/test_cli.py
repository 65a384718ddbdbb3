"""The command line as a user meets it: exit codes, one sentence for what is wrong, no traceback.

Most is asked of it in this process, which has loaded everything; what a process of its own adds is asked of one.
"""

from __future__ import annotations

import functools
import gc
import importlib
import json
import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import generated_client
from conformance import cli, reference_server
from conformance.checks import client as client_checks
from conformance.contract import Contract
from conformance.mutants.server import BY_NAME
from conformance.reference_server import State, handler, served

COMMAND = [sys.executable, "-c", "from conformance.cli import main; main()"]

#: A subject of the user's own: the reference server with a fault, as a module in the working folder.
FAULTY = """
from conformance import contract, reference_server
from conformance.mutants.server import BY_NAME

server = reference_server.handler(
    reference_server.State.open(), contract.read(contract.default_folder())
)
app = reference_server.app(BY_NAME["says-errorcode-0-on-a-mixed-answer"].wrap(server))
"""


Done = subprocess.CompletedProcess[str]
Run = Callable[..., Done]


def run_process(*arguments: str, cwd: Path, **environment: str) -> Done:
    """The command line in a process of its own."""
    environment = {**os.environ, **environment}
    return subprocess.run(
        [*COMMAND, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], explorer_kept: None) -> Iterator[Run]:
    """The command line in this process, which it leaves as it was."""

    def run_here(*arguments: str, cwd: Path) -> Done:
        capfd.readouterr()
        modules = {*sys.modules}
        with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as ended:
            patch.chdir(cwd)
            patch.setattr(sys, "argv", ["sms-conformance", *arguments])
            patch.setattr(sys, "path", [*sys.path])
            patch.setenv("HYPOTHESIS_STORAGE_DIRECTORY", "")
            patch.setattr(os, "_exit", sys.exit)
            # What is tuned is a process that ends with the command.
            patch.setattr(gc, "freeze", lambda: None)
            patch.setattr(gc, "set_threshold", lambda *thresholds: None)
            cli.main()
        # An application of the same name in another folder is another one.
        for name in {*sys.modules} - modules:
            if str(getattr(sys.modules[name], "__file__", None) or "").startswith(str(cwd)):
                del sys.modules[name]
        code = ended.value.code
        assert isinstance(code, int)
        return Done(arguments, code, *capfd.readouterr())

    yield run_here


@pytest.fixture
def url(contract: Contract) -> Iterator[str]:
    with served(reference_server.app(handler(State.open(), contract))) as address:
        yield address


def test_a_good_server_passes_and_the_reports_are_written(run: Run, url: str, tmp_path: Path) -> None:
    done = run("server", "--url", url, "--report", "json,junit,markdown", "--report-dir", "out", cwd=tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads((tmp_path / "out/server.json").read_text(encoding="utf-8"))["passed"] is True
    assert ElementTree.parse(tmp_path / "out/server.junit.xml").getroot().tag == "testsuites"
    assert (tmp_path / "out/server.md").read_text(encoding="utf-8").startswith("# server")


def test_a_faulty_application_fails_and_the_same_seed_says_the_same(run: Run, tmp_path: Path) -> None:
    outputs: list[list[str]] = []
    # Two processes that keep their sets in different orders, and this one.
    runs = (functools.partial(run_process, PYTHONHASHSEED=seed) for seed in ("1", "2"))
    for name, once in zip(("first", "second", "third"), (*runs, run), strict=True):
        (tmp_path / name).mkdir()
        (tmp_path / name / "faulty.py").write_text(FAULTY, encoding="utf-8")
        done = once("server", "--app", "faulty:app", "--seed", "1", "--strict", cwd=tmp_path / name)
        assert done.returncode == 1, done.stderr
        outputs.append([line for line in done.stdout.splitlines() if not line.startswith("failed:")])

    assert "FAIL send-mixed-errorcode (MUST)" in outputs[0]
    assert "  - errorcode is 0, yet 1 of 2 recipients were refused" in "\n".join(outputs[0])
    assert outputs[0] == outputs[1] == outputs[2]
    assert "  repeat: sms-conformance repeat --app faulty:app reports/repeat/send-mixed-errorcode.json" in outputs[0]


def test_a_failure_is_repeated_from_its_file_until_it_is_mended(run: Run, tmp_path: Path) -> None:
    (tmp_path / "faulty.py").write_text(FAULTY, encoding="utf-8")
    run("server", "--app", "faulty:app", "--only", "send-mixed-errorcode", cwd=tmp_path)
    file = "reports/repeat/send-mixed-errorcode.json"
    still = run("repeat", file, "--app", "faulty:app", cwd=tmp_path)
    nobody = run("repeat", file, cwd=tmp_path)
    mended = run("repeat", file, "--app", "conformance.reference_server:asgi", cwd=tmp_path)

    assert (still.returncode, mended.returncode) == (1, 0), still.stderr + mended.stderr
    assert nobody.returncode == 2
    assert "no server is named" in nobody.stderr
    assert still.stdout.startswith("send-mixed-errorcode: still failing\n  - errorcode is 0, yet 1 of 2 recipients")
    assert mended.stdout.startswith("send-mixed-errorcode: fixed\n")


def test_what_cannot_be_written_is_repeated_by_the_run(run: Run, tmp_path: Path) -> None:
    (tmp_path / "faulty.py").write_text(FAULTY, encoding="utf-8")
    (tmp_path / "reports").write_text("no folder", encoding="utf-8")
    done = run("server", "--app", "faulty:app", "--only", "send-mixed-errorcode", cwd=tmp_path)

    assert done.returncode == 1
    repeat = "sms-conformance server --app faulty:app --seed 1 --profile quick --only send-mixed-errorcode"
    assert f"  repeat: {repeat}" in done.stdout.splitlines()


def test_a_dry_run_says_what_it_would_do_and_sends_nothing(run: Run, contract: Contract, tmp_path: Path) -> None:
    every = client_checks.requirements(contract)
    mixed = [each for each in every if "mixed" in each.tags]
    said = run("server", "--url", "http://127.0.0.1:9", "--section", "access", "--dry-run", cwd=tmp_path)
    calls = run("client", "--tag", "mixed", "--dry-run", cwd=tmp_path)

    assert (said.returncode, calls.returncode) == (0, 0)
    assert "POST    one recipient" in said.stdout
    assert "6 of 60 requirements would be judged:" in said.stdout
    assert 3 <= len(mixed) < len(every)
    assert f"{len(mixed)} of {len(every)} requirements would be judged:" in calls.stdout


def test_a_run_tells_what_changed_since_an_earlier_one_of_the_same_side(run: Run, tmp_path: Path) -> None:
    (tmp_path / "faulty.py").write_text(FAULTY, encoding="utf-8")
    chosen = ["--only", "send-mixed-errorcode"]
    run("server", "--app", "faulty:app", *chosen, "--report", "json", cwd=tmp_path)
    report = ["--compare", "reports/server.json"]
    mended = run("server", "--app", "conformance.reference_server:asgi", *chosen, *report, cwd=tmp_path)
    other = run("client", *report, cwd=tmp_path)

    assert mended.returncode == 0
    assert "mended" in mended.stdout
    assert other.returncode == 2
    assert "--compare reports/server.json: is the report of a server. Give the report of a client." in other.stderr


def test_in_github_actions_a_failure_is_annotated(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "faulty.py").write_text(FAULTY, encoding="utf-8")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    done = run("server", "--app", "faulty:app", "--only", "send-mixed-errorcode", cwd=tmp_path)

    assert any(line.startswith("::error ") for line in done.stdout.splitlines())
    assert "send-mixed-errorcode" in (tmp_path / "summary.md").read_text(encoding="utf-8")


def test_the_bundled_client_passes_with_no_failure_known(run: Run, contract: Contract, tmp_path: Path) -> None:
    judged = len(client_checks.requirements(contract))
    done = run("client", cwd=tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{judged} requirements: {judged} pass" in done.stdout


def test_the_stock_client_fails_but_for_what_is_listed(run: Run, few_cases: None, stock: str, tmp_path: Path) -> None:
    entry = (
        '[known.client-timeout-by-default]\nreason = "waits"\nlink = "README.md"\nowner = "us"\nexpires = 2999-01-01\n'
    )
    (tmp_path / "known.toml").write_text(entry, encoding="utf-8")
    package = [f"--package={stock}", "--only", "client-timeout-by-default"]
    failed = run("client", *package, cwd=stock_folder(stock))
    known = run("client", *package, f"--expected-failures={tmp_path / 'known.toml'}", cwd=stock_folder(stock))

    assert failed.returncode == 1
    assert "FAIL client-timeout-by-default (MUST)" in failed.stdout
    assert known.returncode == 0, known.stdout + known.stderr


def stock_folder(stock: str) -> Path:
    return Path(str(importlib.import_module(stock).__file__)).parent.parent


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["server"], "no server is named. Name one with --url or --app"),
        (["server", "--url", "http://127.0.0.1:9"], "http://127.0.0.1:9: does not answer"),
        (["server", "--url", "http://[::1"], "--url: is no address"),
        (["server", "--url", "http://u:secret@sms.example/?k=v", "--dry-run"], "--url: holds more than scheme"),
        (["server", "--app", "a:b", "--timeout", "nan"], "nan is no finite number"),
        (["server", "--app", "a:b", "--wait", "inf"], "inf is not in the range"),
        (["server", "--url", "nonsense"], "--url nonsense: is no HTTP address"),
        (["server", "--url", "http://u:p@127.0.0.1"], "--url: holds more than scheme, host, port and path"),
        (["server", "--url", "http://127.0.0.1:9/?token=x"], "--url: holds more than scheme, host, port and path"),
        (["server", "--app", "nothing"], "is not of the form MODULE:ATTRIBUTE"),
        (["server", "--app", "no_such_module:app"], "does not import"),
        (["server", "--app", "a:b", "--url", "http://x"], "Give --url or --app, not both"),
        (["server", "--app", "conformance.reference_server:asgi", "--token", "wrong"], "does not accept the token"),
        (["server", "--app", "conformance.reference_server:asgi", "--token", ""], "--token: is empty"),
        (["server", "--app", "conformance.reference_server:asgi", "--token", "a\nb"], "--token: is empty or holds"),
        (
            ["server", "--app", "conformance.reference_server:asgi", "--number", "+1"],
            "--number: are not mobile numbers",
        ),
        (["server", "--app", "conformance.reference_server:asgi", "--definition-key", "no"], "has no definition 'no'"),
        (["server", "--app", "conformance.reference_server:asgi", "--only", "no"], "there is no requirement 'no'"),
        (
            ["server", "--app", "conformance.reference_server:asgi", "--contract", "no"],
            "no/openapi.yaml: cannot be read",
        ),
        (["server", "--app", "conformance.reference_server:asgi", "--config", "no"], "no: cannot be read"),
        (["server", "--bogus"], "No such option"),
        (["server", "--report", "xml"], "'xml' is none of json, junit, markdown, html, sarif"),
        (["client", "--package", "no_such_package"], "no_such_package: cannot be imported"),
        (["client", "--package", "json"], "json.client"),
        (["client", "--expected-failures", "no"], "no: cannot be read"),
        (["serve", "--fault", "no"], "there is no fault 'no'"),
        (["serve", "--db", "no/such/folder/db"], "cannot be opened"),
        (["serve", "--token", "a b"], "--token: is empty or holds"),
        (["server", "--url", "http://127.0.0.1:9", "--report", "json", "--report-dir", "out"], "does not answer"),
        (["client", "--report", "json", "--report-dir", "/dev/null/x"], "is no folder that can be written to"),
        (["repeat", "no.json"], "no.json: cannot be read"),
        (["server", "--app", "a:b", "--tag", "no", "--dry-run"], "--tag: there is none that is called 'no'"),
        (["server", "--app", "a:b", "--token-url", "http://127.0.0.1:9"], "SMS_CONFORMANCE_CLIENT_ID is not set"),
        (["selftest", "--only", "no"], "--only: there is no requirement 'no'"),
        (["client", "--compare", "no.json"], "no.json: cannot be read"),
        (["serve", "--port", "99999"], "99999 is not in the range"),
        (["selftest", "--contract", "no"], "no/openapi.yaml: cannot be read"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_run_is_said_in_a_sentence(run: Run, arguments: list[str], said: str, tmp_path: Path) -> None:
    done = run(*arguments, cwd=tmp_path)

    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["server"], "no server is named. Name one with --url or --app"),
        (["server", "--app", "no_such_module:app"], "does not import"),
        (["server", "--bogus"], "No such option"),
        (["client", "--package", "no_such_package"], "no_such_package: cannot be imported"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_process_that_cannot_run_says_so_and_ends(arguments: list[str], said: str, tmp_path: Path) -> None:
    done = run_process(*arguments, cwd=tmp_path)

    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_judges_nothing_is_no_run(run: Run, tmp_path: Path) -> None:
    (tmp_path / "sms-conformance.toml").write_text('[exclude]\nclient-request-path = "x"', encoding="utf-8")
    done = run("client", "--only", "client-request-path", "--report", "json", cwd=tmp_path)

    assert done.returncode == 2
    assert "judges nothing" in done.stderr
    assert done.stdout == ""
    assert not (tmp_path / "reports").exists()


def test_a_strict_run_says_what_stage_it_is_at_and_how_to_repeat_itself(run: Run, tmp_path: Path) -> None:
    done = run(
        "server", "--app", "conformance.reference_server:asgi", "--strict", "--only", "auth-before-body", cwd=tmp_path
    )

    stages = ["probes …", "sequences …", "exploration …"]

    assert done.returncode == 0
    assert [line for line in done.stderr.splitlines() if line.endswith("…")] == stages


def test_a_client_is_found_in_the_working_folder(run: Run, few_cases: None, tmp_path: Path) -> None:
    shutil.copytree(Path(generated_client.__file__).parent, tmp_path / "myclient")
    done = run("client", "--package", "myclient", "--only", "client-request-path", cwd=tmp_path)

    assert done.returncode == 0, done.stderr


def test_the_lists_name_every_requirement_and_every_fault(run: Run, tmp_path: Path) -> None:
    requirements, faults = run("list", cwd=tmp_path), run("faults", cwd=tmp_path)

    assert "send-mixed-errorcode" in requirements.stdout
    assert "client-no-secret-shown" in requirements.stdout
    assert "server: every answer\n" in requirements.stdout
    assert "judged by nothing:\n  rulings.md: “The order of the items is not documented”" in requirements.stdout
    assert all(name in faults.stdout for name in BY_NAME)
    assert "drop-after-queueing" in faults.stdout
