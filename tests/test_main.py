"""The command from its first moment."""

from __future__ import annotations

import gc
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from conformance import __main__ as command
from conformance import cli
from conformance.drivers import schemathesis_process

ROOT = Path(__file__).parent.parent


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is begun, in its order; nothing of it happens."""
    listed: list[str] = []
    monkeypatch.setattr(schemathesis_process, "begin", lambda: listed.append("Schemathesis"))
    monkeypatch.setattr(cli, "main", lambda: listed.append("command line" if gc.isenabled() else "no collector"))
    monkeypatch.setattr(gc, "freeze", lambda: None)
    return listed


@pytest.mark.parametrize(
    ("arguments", "begun"),
    [
        (["server", "--app", "m:a"], ["Schemathesis", "command line"]),
        (["server", "--app", "m:a", "--dry-run"], ["command line"]),
        (["server", "--help"], ["command line"]),
        (["client"], ["command line"]),
        (["faults"], ["command line"]),
        ([], ["command line"]),
    ],
)
def test_schemathesis_is_loaded_first_where_a_server_is_judged(
    arguments: list[str], begun: list[str], told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["sms-conformance", *arguments])
    command.main()

    assert told == begun


def test_the_script_and_the_module_are_the_same_command() -> None:
    scripts = (ROOT / "pyproject.toml").read_text(encoding="utf-8").partition("[project.scripts]\n")[2]
    module, _, name = scripts.splitlines()[0].partition(" = ")[2].strip('"').partition(":")
    done = subprocess.run([sys.executable, "-m", "conformance", "--version"], cwd=ROOT, capture_output=True, text=True)

    assert getattr(import_module(module), name) is command.main
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("sms-conformance, version ")


def test_a_process_that_was_begun_is_the_one_that_is_asked() -> None:
    schemathesis_process.close_all()
    schemathesis_process.begin()
    with schemathesis_process.loading():
        first = schemathesis_process.taken()
        assert schemathesis_process._idle == []
        schemathesis_process.give_back(first)
        assert schemathesis_process.taken() is first
        schemathesis_process.give_back(first)

    assert schemathesis_process._idle == []
    assert first._process.returncode is not None
    assert not Path(first._notes.name).exists()
