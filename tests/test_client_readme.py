"""The examples in the client's README work: as they stand, and in a copy under another name in another project."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.contract import Contract
from conformance.reference_server import State, app, handler, served
from scripts import vendor

ROOT = Path(__file__).parent.parent


@pytest.fixture
def surroundings(contract: Contract) -> Iterator[dict[str, str]]:
    """The environment that the examples ask for, with a reference server behind it."""
    with served(app(handler(State.open(), contract))) as url:
        yield {
            **os.environ,
            "API_BASE_URL": url,
            "API_TOKEN": "reference-token",
            "API_CLIENT_ID": "reference-client",
            "API_CLIENT_SECRET": "reference-secret",
            "API_TOKEN_URL": f"{url}/v2/token",
        }


def examples(package: Path) -> list[str]:
    text = (package / "README.md").read_text("utf-8")
    return re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def run(code: str, folder: Path, environment: dict[str, str]) -> str:
    command = [sys.executable, "-I", "-W", "error", "-c", f"import sys; sys.path.insert(0, {str(folder)!r})\n{code}"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def test_each_example_runs(surroundings: dict[str, str]) -> None:
    make_client, sign_in, find_address, send, send_once = examples(ROOT / "generated_client")

    assert run(make_client, ROOT, surroundings) == ""
    assert run(sign_in + find_address, ROOT, surroundings) == ""
    assert re.fullmatch(r"<SmsSendResult: 2 of 2 recipients queued, request \S+>\n", run(send, ROOT, surroundings))
    assert re.fullmatch(r"<SmsSendResult: 2 of 2 recipients queued, request \S+>\n", run(send_once, ROOT, surroundings))


def test_a_client_that_signs_in_sends(surroundings: dict[str, str]) -> None:
    _, sign_in, _, send, _ = examples(ROOT / "generated_client")
    signed_in = sign_in + re.sub(r"with AuthenticatedClient\(.*\) as client:", "with client:", send)

    assert "2 of 2 recipients queued" in run(signed_in, ROOT, surroundings)


def test_a_copy_under_another_name_is_all_that_a_project_needs(surroundings: dict[str, str], tmp_path: Path) -> None:
    assert vendor.main(["--dest", str(tmp_path), "--name", "acme/vendor/sms"]) == 0
    copy = tmp_path / "acme/vendor/sms"
    *_, send, send_once = examples(copy)
    types = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "-p", "acme.vendor.sms"]
    typed = subprocess.run(types, cwd=tmp_path, capture_output=True, text=True)

    assert "from acme.vendor.sms.models import" in send
    assert "2 of 2 recipients queued" in run(send + send_once, tmp_path, surroundings)
    assert typed.returncode == 0, typed.stdout
    assert vendor.main(["--verify", str(copy)]) == 0
    changed = copy / "calls.py"
    changed.write_bytes(changed.read_bytes().replace(b"a", b"b", 1))
    assert vendor.main(["--verify", str(copy)]) == 1
