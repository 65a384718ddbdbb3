"""The clients in examples/ pass the whole suite, and a fault in one is found, named and shown on little."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CLIENTS = ROOT / "examples" / "clients"
COMMAND = [sys.executable, "-c", "from conformance.cli import main; main()"]

NODE = shutil.which("node")
WITH_NODE = pytest.mark.skipif(NODE is None, reason="Node is not here: the client in JavaScript was not judged")


def judged(command: str, *options: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    line = [*COMMAND, "client", "--command", command, *options]
    return subprocess.run(line, cwd=cwd, capture_output=True, text=True, timeout=300, check=False)


def javascript(folder: Path) -> str:
    return f"{NODE} {folder / 'adapter.mjs'}"


def python(folder: Path) -> str:
    return f"{sys.executable} {folder / 'adapter.py'}"


def copied(language: str, folder: Path, file: str, old: str, new: str) -> Path:
    """A copy of an example with one edit."""
    copy = folder / language
    shutil.copytree(CLIENTS / language, copy)
    source = (copy / file).read_text(encoding="utf-8")
    assert source.count(old) == 1
    (copy / file).write_text(source.replace(old, new), encoding="utf-8")
    return copy


@WITH_NODE
def test_the_client_in_javascript_passes(tmp_path: Path) -> None:
    done = judged(javascript(CLIENTS / "javascript"), cwd=tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "one form of a call: async" in done.stdout
    # fetch of Node.js takes a 100 that it did not ask for as the end of the connection.
    assert set(re.findall(r"^FAIL (\S+)", done.stdout, re.MULTILINE)) <= {"client-interim-skipped"}


def test_the_client_in_python_passes(tmp_path: Path) -> None:
    done = judged(python(CLIENTS / "python"), cwd=tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^\d+ requirements: \d+ pass, 1 excluded$", done.stdout, re.MULTILINE)
    assert "one form of a call: sync" in done.stdout


@WITH_NODE
def test_a_client_that_reads_error_code_for_errorcode_is_found(tmp_path: Path) -> None:
    folder = copied(
        "javascript", tmp_path, "sms-client.mjs", "code: each.errorcode ?? null", "code: each.errorCode ?? null"
    )
    done = judged(javascript(folder), cwd=tmp_path)

    assert done.returncode == 1, done.stderr
    shown, repeat, _ = done.stdout[done.stdout.index("FAIL client-reads-refused (MUST)") :].partition("  repeat: ")
    assert "asked (async): " in shown
    assert re.search(r'^    <       "errorcode": \d+,$', shown, re.MULTILINE)
    assert shown.count('<       "messageKey"') <= 2, "it is shown on a small case"
    assert repeat


def test_a_failure_is_repeated_from_its_file_until_it_is_mended(tmp_path: Path) -> None:
    broken = copied("python", tmp_path, "sms_client.py", 'each.get("errorcode")), each', 'each.get("errorCode")), each')
    chosen = ("--only", "client-reads-refused")
    failed = judged(python(broken), *chosen, cwd=tmp_path)
    file = "reports/repeat/client-reads-refused.json"

    def repeated(*options: str) -> subprocess.CompletedProcess[str]:
        line = [*COMMAND, "repeat", file, *options]
        return subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, timeout=100, check=False)

    still = repeated("--command", python(broken))
    fixed = repeated("--command", python(CLIENTS / "python"))
    package = repeated("--package", "generated_client")
    server = repeated("--url", "http://127.0.0.1:9")

    assert failed.returncode == 1
    assert f"repeat --command '{python(broken)}' {file}" in failed.stdout
    assert (still.returncode, fixed.returncode, package.returncode, server.returncode) == (1, 0, 0, 2), fixed.stdout
    assert still.stdout.startswith("client-reads-refused: still failing\n")
    assert fixed.stdout.startswith("client-reads-refused: fixed\n")
    assert "The file holds a failure of a client" in server.stderr
    assert ".token" not in (tmp_path / file).read_text(encoding="utf-8")
