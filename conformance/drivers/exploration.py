"""Explores a server with Schemathesis, which runs in a process of its own and talks to our forwarder.

The forwarder sees every exchange and lets us judge it; the other process says what Schemathesis' own checks found.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from attrs import evolve, frozen

from conformance.checks.reading import SEND
from conformance.checks.stock import STOCK
from conformance.contract import Contract
from conformance.drivers import schemathesis_process
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
    explorer = schemathesis_process.taken()
    try:
        answer = explorer.ask(task)
    except BaseException:
        explorer.close()
        raise
    if answer is None:
        explorer.close()
        return {"code": -1, "last_words": "its process ended", "results": []}
    schemathesis_process.give_back(explorer)
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
