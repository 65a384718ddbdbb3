"""Explores a server with Schemathesis, which runs in a process of its own and talks to our forwarder.

The forwarder sees every exchange and lets us judge it; the other process says what Schemathesis' own checks found.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from attrs import evolve, frozen

from conformance.checks.reading import SEND
from conformance.checks.stock import STOCK
from conformance.contract import Contract
from conformance.drivers.forwarder import ENDED, Forwarder, listening
from conformance.drivers.wire import Sender
from conformance.model import JSON, NO_ANSWER, CannotRun, Request, Response, Setting

See = Callable[[str | None, Request, Response], Sequence[str]]


@frozen
class StockFinding:
    """One response that one of Schemathesis' own checks did not let pass."""

    check: str
    request: Request
    response: Response
    operation: str | None
    message: str


@frozen
class Explored:
    """How often each of Schemathesis' own checks ran and what they found.

    `ended` is what ended the exploration early, if anything did: whatever `send` or `see` raised.
    """

    counts: Mapping[str, int]
    findings: tuple[StockFinding, ...]
    ended: Exception | None = None


@frozen
class ExplorationError(CannotRun):
    """Schemathesis could not run to its end, and no finding says why."""


#: As much of an answer is kept for reports, should Schemathesis find a fault in it.
_KEPT = 64 * 1024


class _Run:
    """What is under way: the exchanges by the cases they belong to."""

    def __init__(self, contract: Contract, send: Sender, see: See) -> None:
        self.contract = contract
        self.exchanges: dict[str, tuple[Request, Response]] = {}
        self.forwarder = Forwarder(send, self._take)
        self._see = see

    def _take(self, case: str, request: Request, response: Response) -> None:
        self.exchanges[case] = (request, evolve(response, body=response.body[:_KEPT]))
        self._see(self.contract.operation_of(request), request, response)


#: Imports the suite from where it is here, then answers one line after the other.
_PROGRAM = """
import sys
root = sys.argv[1]
if root not in sys.path:
    sys.path.insert(0, root)
from conformance.drivers.explorer import serve
serve()
"""


class Explorer:
    """A process in which Schemathesis is loaded, for one exploration after the other."""

    def __init__(self) -> None:
        root = Path(__file__).parents[2]
        # The working folder holds what is under test, and none of it is to be imported in our place.
        command = [sys.executable, "-P", "-c", _PROGRAM, str(root)]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
        )

    def ask(self, task: JSON) -> JSON:
        """What came of a task; None if the process has ended instead."""
        assert self._process.stdin is not None and self._process.stdout is not None
        # What is no JSON of itself, such as a date in an example, is written as the text it was.
        with contextlib.suppress(OSError):
            self._process.stdin.write(f"{json.dumps(task, default=str)}\n")
            self._process.stdin.flush()
        answer = self._process.stdout.readline()
        return json.loads(answer) if answer.endswith("\n") else None

    def close(self) -> None:
        """End the process, whatever it is doing."""
        self._process.kill()
        with contextlib.suppress(OSError), self._process:
            """Its pipes are closed and it is waited for."""


#: Processes that are loaded or loading, and have nothing to do.
_idle: list[Explorer] = []


@contextmanager
def loading() -> Generator[None]:
    """Schemathesis is loaded beside what is done in the block, and taken away after it."""
    _idle.append(Explorer())
    try:
        yield
    finally:
        close_all()


@atexit.register
def close_all() -> None:
    """End the processes that have nothing to do."""
    while _idle:
        _idle.pop().close()


def explore(
    contract: Contract, setting: Setting, send: Sender, *, seed: int, profile: str, space: str, see: See
) -> Explored:
    """Let Schemathesis loose on the server that `send` asks; every exchange goes to `see`.

    Raises `ExplorationError` if Schemathesis stops of itself.
    """
    run = _Run(contract, send, see)
    with tempfile.TemporaryDirectory() as folder, listening(run.forwarder) as url:
        task = {
            "document": contract.document,
            "operation": SEND,
            "checks": list(STOCK),
            "url": url,
            "end_header": ENDED,
            "token": setting.token,
            "definition_key": setting.definition_key,
            "numbers": list(setting.numbers),
            "space": space,
            "seed": seed,
            "profile": profile,
            "folder": folder,
        }
        answer = _answer(task)
    explored = _explored(run, answer["results"])
    if explored.ended is None and (answer["code"] not in (0, 1) or not run.exchanges):
        hint = "See whether the server still answers; if it does, this is a fault of the suite."
        raise ExplorationError("exploration with Schemathesis", f"stopped early ({answer['last_words']})", hint)
    return explored


def _answer(task: JSON) -> JSON:
    explorer = _idle.pop() if _idle else Explorer()
    try:
        answer = explorer.ask(task)
    except BaseException:
        explorer.close()
        raise
    if answer is None:
        explorer.close()
        return {"code": -1, "last_words": "its process ended", "results": []}
    _idle.append(explorer)
    return answer


def _explored(run: _Run, results: Sequence[JSON]) -> Explored:
    """What Schemathesis says of the cases that were answered. Of the others it knows only our stand-in."""
    answered = {case for case, (_, response) in run.exchanges.items() if response.status != NO_ANSWER}
    judged = [each for each in results if each["case"] in answered]
    counts = Counter[str](each["check"] for each in judged)
    return Explored(counts, tuple(_findings(run, judged)), run.forwarder.ended)


def _findings(run: _Run, results: Sequence[JSON]) -> Iterator[StockFinding]:
    for each in results:
        request, response = run.exchanges[each["case"]]
        operation = run.contract.operation_of(request)
        if each["message"] is not None and not _is_allowed(each["check"], operation, response.status):
            yield StockFinding(each["check"], request, response, operation, each["message"])


def _is_allowed(check: str, operation: str | None, status: int) -> bool:
    """Whether Schemathesis takes for a crash what is none.

    A 503 says that the service is not there, which it may say (R24). A 501 says that the server does not know a method
    (RFC 9110, section 15.6.2), and may be said of one that belongs to no operation.
    """
    return check == "not_a_server_error" and (status == 503 or (status == 501 and operation is None))
