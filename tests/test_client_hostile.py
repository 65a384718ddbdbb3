"""Adapters that do their worst: the command ends all the same, in bounded time and memory, and says why."""

from __future__ import annotations

import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

import generated_client
from conformance.contract import Contract
from conformance.drivers.adapter_process import AdapterError, Launch
from conformance.drivers.command import CommandCaller, GivenUp
from conformance.model import Asked, Told

COMMAND = [sys.executable, "-c", "from conformance.cli import main; main()"]
#: Seconds that any of these runs may take, on a machine that has much else to do.
MOST_SECONDS = 120.0
MOST_MEMORY = 400 * 1024  # kilobytes

#: An adapter that answers each case, by telling that its client told nothing; `at` and `each` go wrong.
ADAPTER = """
import json, os, signal, subprocess, sys, time

def hello(**more):
    say({{"protocol": 1, "client": "hostile", "styles": ["sync"], **more}})

def say(message):
    print(json.dumps(message), flush=True)

def answer(case):
    say({{"id": case["id"], "told": "nothing"}})

{start}
for line in sys.stdin:
    case = json.loads(line)
    {each}
"""
HELLO = "hello()"
ANSWER = "answer(case)"


def hostile(folder: Path, *, start: str = HELLO, each: str = ANSWER) -> str:
    file = folder / "adapter.py"
    file.write_text(ADAPTER.format(start=start, each=each), encoding="utf-8")
    return f"{sys.executable} {file}"


def judged(command: str, *options: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    line = [*COMMAND, "client", "--command", command, "--case-timeout", "0.5", *options]
    return subprocess.run(line, cwd=cwd, capture_output=True, text=True, timeout=MOST_SECONDS, check=False)


def left_behind(mark: Path) -> list[str]:
    """Processes that run the adapter of a test."""
    listed = subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if str(mark) in line and "conformance" not in line]


NO_VERDICT = {
    "ends at the start": (
        "print('no such library', file=sys.stderr); sys.exit(3)",
        ANSWER,
        "says no hello: it ended with exit code 3. See that it runs by itself, and says hello first. "
        "Its stderr ends with: no such library",
    ),
    "is killed at the start": ("os.kill(os.getpid(), 9)", ANSWER, "says no hello: it was ended by SIGKILL"),
    "closes its stdout at the start": ("os.close(1); time.sleep(600)", ANSWER, "says no hello: it closed its stdout"),
    "prints before its hello": (
        "print('ready', flush=True); hello()",
        ANSWER,
        "line 1 of its stdout: is no hello: it is",
    ),
    "speaks another protocol": ("say({'protocol': 9})", ANSWER, "speaks protocol 9, and this suite speaks 1"),
    "prints rubbish": (HELLO, "print('got', case['id'], flush=True); answer(case)", "is not JSON (Expecting value"),
    "prints bytes": (HELLO, "os.write(1, b'\\xfe\\xff\\n')", "is not UTF-8"),
    "answers for another case": (HELLO, "say({'id': case['id'] + 1, 'told': 'nothing'})", "answers case 2, and 1 was"),
    "answers twice": (HELLO, "answer(case); answer(case)", "answers case 1, and 2 was asked"),
    "tells what is no word": (
        HELLO,
        "say({'id': case['id'], 'told': 'ok'})",
        'has told "ok", which is none of accepted',
    ),
    "says NaN": (
        HELLO,
        "say({'id': case['id'], 'told': 'nothing', 'default_timeout': float('nan')})",
        "NaN is not JSON",
    ),
    "writes a line without an end": (
        HELLO,
        "os.write(1, b'x' * 100_000_000); time.sleep(600)",
        "is a line of more than 32,000,000 bytes",
    ),
    "writes a line of a hundred million bytes": (
        HELLO,
        "say({'id': case['id'], 'told': 'nothing', 'shown': 'x' * 100_000_000})",
        "is a line of more than 32,000,000 bytes",
    ),
    "says itself that it cannot go on": (
        "say({'problem': {'where': 'its client', 'what': 'is not built', 'hint': 'Run make.'}})",
        ANSWER,
        "sms-conformance: its client: is not built. Run make.",
    ),
    "shows the token as it fails": (
        HELLO,
        "print(case['call']['token'], file=sys.stderr); print(case['call']['token'], flush=True)",
        "is not JSON (Expecting value at line 1 column 1): '<token>'",
    ),
}


@pytest.mark.parametrize("fault", NO_VERDICT)
def test_an_adapter_that_keeps_not_to_the_protocol_gets_no_verdict_and_a_reason(fault: str, tmp_path: Path) -> None:
    start, each, said = NO_VERDICT[fault]
    # A hundred million bytes take their time on a busy machine.
    done = judged(hostile(tmp_path, start=start, each=each), "--case-timeout", "60", cwd=tmp_path)

    assert done.returncode == 2, done.stdout
    assert said in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert not re.search(r"scripted\.[0-9a-f]{16}", done.stderr)
    assert done.stdout == ""
    assert left_behind(tmp_path) == []


def test_an_adapter_that_hangs_at_the_start_gets_no_verdict_and_a_reason(
    contract: Contract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("conformance.drivers.command.HELLO_TIMEOUT", 0.5)
    command = hostile(tmp_path, start="time.sleep(600)", each=ANSWER)

    launch = Launch("mine", tuple(command.split()))
    with CommandCaller(launch, contract, case_timeout=0.5) as caller, pytest.raises(AdapterError) as told:
        assert caller.hello

    assert "mine: says no hello within 0.5 s. Write the hello of protocol.md" in str(told.value)
    assert left_behind(tmp_path) == []


VERDICT = {
    "hangs on each case": ("time.sleep(600)", "note: the client hung 3 times, and was asked no more", "hung"),
    "hangs on each case and ignores a polite end": (
        "signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)",
        "note: the client hung 3 times, and was asked no more",
        "hung",
    ),
    "crashes on each case": (
        "os._exit(7)",
        "crashed 10 times, and was asked no more",
        "raised 'it ended with exit code 7'",
    ),
    "is killed on each case": (
        "os.abort()",
        "crashed 10 times, and was asked no more",
        "raised 'it was ended by SIGABRT'",
    ),
    "closes its stdout": ("os.close(1); time.sleep(600)", "crashed 10 times", "raised 'it closed its stdout'"),
    "leaves a child that keeps its stdout open": (
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)', __file__]); os._exit(0)",
        "crashed 10 times, and was asked no more",
        "raised 'it ended with exit code 0'",
    ),
    "ends in the middle of a line": (
        "os.write(1, b'{\"id\": 1, '); os._exit(0)",
        "crashed 10 times",
        "in the middle of the line",
    ),
    "reads no case": (
        "sys.stdin = None; answer(case); time.sleep(600)",
        "the client hung 3 times, and was asked no more",
        "hung",
    ),
}


@pytest.mark.parametrize("fault", VERDICT)
def test_a_client_that_ends_its_process_or_never_answers_gets_a_verdict(fault: str, tmp_path: Path) -> None:
    each, noted, told = VERDICT[fault]
    done = judged(hostile(tmp_path, each=each), cwd=tmp_path)

    assert done.returncode == 1, done.stderr
    assert noted in done.stdout
    assert told in done.stdout
    assert "FAIL client-" in done.stdout
    assert "Traceback" not in done.stderr + done.stdout
    assert left_behind(tmp_path) == []


def test_a_crash_on_one_case_is_a_failure_with_what_was_written_to_stderr(tmp_path: Path) -> None:
    each = (
        "call = case['call']\n"
        "    if len(call['body']['recipients']) == 6:\n"
        "        print('out of range for ' + call['token'], file=sys.stderr); os._exit(9)\n"
        "    say({'id': case['id'], 'told': 'accepted', 'items': []})"
    )
    done = judged(hostile(tmp_path, each=each), "--only", "client-success-returned", cwd=tmp_path)

    assert done.returncode == 1, done.stderr
    assert "FAIL client-success-returned (MUST)" in done.stdout
    assert "told: crashed, raised 'it ended with exit code 9'" in done.stdout
    assert "stderr: out of range for <token>" in done.stdout


def test_what_a_client_writes_to_stderr_without_end_is_bounded(tmp_path: Path) -> None:
    each = "sys.stderr.write('x' * 10_000_000); sys.stderr.flush(); os._exit(9)"
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    done = judged(hostile(tmp_path, each=each), cwd=tmp_path)
    after = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss

    assert done.returncode == 1, done.stderr
    assert len(done.stdout) < 100_000
    assert after == before or after < MOST_MEMORY


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("no-such-command-anywhere", "no-such-command-anywhere: cannot be started (No such file or directory)."),
        ("", "--command: is empty."),
        ("'", "--command: cannot be split into words (No closing quotation)."),
        ("   ", "--command: is empty."),
        ("./text", "./text: cannot be started (Permission denied)."),
    ],
)
def test_a_command_that_is_none_is_said(command: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no program", encoding="utf-8")
    done = judged(command, cwd=tmp_path)

    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_who_ends_the_run_ends_the_client(number: signal.Signals, tmp_path: Path) -> None:
    command = hostile(tmp_path, each=f"open({str(tmp_path / 'asked')!r}, 'w').close(); time.sleep(600)")
    line = [*COMMAND, "client", "--command", command, "--case-timeout", "600"]
    with subprocess.Popen(
        line,
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        # Whoever runs these tests in the background has them ignore it.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    ) as run:
        end = time.monotonic() + MOST_SECONDS
        while not (tmp_path / "asked").exists() and time.monotonic() < end:
            time.sleep(0.05)
        run.send_signal(number)
        _, said = run.communicate(timeout=MOST_SECONDS)

    assert run.returncode == 130
    assert "Traceback" not in said
    assert left_behind(tmp_path) == []


@pytest.fixture
def caller(tmp_path: Path, contract: Contract) -> Iterator[CommandCaller]:
    command = hostile(tmp_path, each="time.sleep(600) if case['id'] % 2 else answer(case)")
    with CommandCaller(Launch("hostile", tuple(command.split())), contract, case_timeout=0.3) as made:
        yield made


def test_after_a_hang_the_next_case_is_asked_of_a_new_process(caller: CommandCaller, contract: Contract) -> None:
    asked = Asked(next(iter(contract.operations)), "http://127.0.0.1:1", {}, "a-token")
    told = [caller(asked).told for _ in range(5)]

    assert told == [Told.HUNG, Told.NOTHING, Told.HUNG, Told.NOTHING, Told.HUNG]
    for _ in range(2):
        with pytest.raises(GivenUp, match="the client hung 3 times"):
            caller(asked)


def test_what_is_written_after_the_last_answer_is_noticed(tmp_path: Path, contract: Contract) -> None:
    command = hostile(tmp_path, each="answer(case); print('bye', flush=True)")
    asked = Asked(next(iter(contract.operations)), "http://127.0.0.1:1", {}, "a-token")

    with (
        pytest.raises(AdapterError, match="was written after the answer to the last case: 'bye'"),
        CommandCaller(Launch("hostile", tuple(command.split())), contract) as caller,
    ):
        caller(asked)


PACKAGE = """
class AuthenticatedClient:
    def __init__(self, **options):
        {deed}
"""


@pytest.mark.parametrize(
    ("deed", "told"),
    [("import os; os._exit(0)", "it ended with exit code 0"), ("import time; time.sleep(600)", "hung")],
)
def test_a_package_that_ends_the_process_or_hangs_gets_a_verdict(deed: str, told: str, tmp_path: Path) -> None:
    package = tmp_path / "hostile_client"
    shutil.copytree(Path(generated_client.__file__).parent, package)
    with (package / "client.py").open("a", encoding="utf-8") as file:
        file.write(PACKAGE.format(deed=deed))
    line = [*COMMAND, "client", "--package", "hostile_client", "--case-timeout", "0.5"]
    done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, timeout=MOST_SECONDS, check=False)

    assert done.returncode == 1, done.stderr
    assert told in done.stdout
    assert "Traceback" not in done.stderr + done.stdout


def test_the_environment_is_that_of_the_user(tmp_path: Path, contract: Contract) -> None:
    command = hostile(tmp_path, start="hello(copies='HOME' in os.environ)")
    with CommandCaller(Launch("hostile", tuple(command.split())), contract) as caller:
        assert caller.abilities.copies is ("HOME" in os.environ)
