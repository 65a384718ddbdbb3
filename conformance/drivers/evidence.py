"""Makes of each failure of a run a case that can be repeated, with no more before it than it takes.

Most failures show on one request alone. Others need the requests that share a message key or an answer's id with it,
and a few, such as every third answer being wrong, all that went before. Which it is, is tried on the server itself
where that sends nothing to anybody.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from attrs import evolve, frozen

from conformance.case_files import Case, Step, filled
from conformance.checks.reading import answered, message_keys
from conformance.contract import Contract
from conformance.drivers.repetition import new_keys, shows
from conformance.drivers.wire import Sender
from conformance.model import JSON, Exchange, NotStrictJSON, Record, Request, Response, Setting, Verdict, is_object

#: Seconds that may be spent on trying what failures need.
LIMIT = 10.0


@frozen
class Past:
    """One exchange of the run, as far as later ones may depend on it."""

    step: Step
    request_id: str | None


def past(exchange: Exchange) -> Past:
    request_id = (answered(exchange) or {}).get("requestId")
    return Past(Step(exchange.operation, exchange.request), request_id if isinstance(request_id, str) else None)


@frozen
class Run:
    """What is known of a run once it is over."""

    contract: Contract
    setting: Setting
    #: What the message keys of the run begin with.
    keys: str
    history: Sequence[Past]


def cases(run: Run, records: Sequence[Record[Exchange]], try_with: Sender | None) -> Mapping[str, Case]:
    """A case for each failure, by requirement.

    `try_with` sends requests to the server, to find out what a failure needs before it; None leaves that open.
    """
    failures = {each.requirement.id: each for each in records if each.verdict is Verdict.FAIL and each.failure}
    sender = _until(time.monotonic() + LIMIT, try_with) if try_with else None
    return {id: _case(run, each, sender) for id, each in failures.items()}


class _OutOfTime(Exception):
    """Enough was tried."""


def _until(end: float, send: Sender) -> Sender:
    """Sends until some moment, and then no more."""

    def limited(request: Request) -> Response:
        if time.monotonic() > end:
            raise _OutOfTime
        return send(request)

    return limited


def _case(run: Run, record: Record[Exchange], try_with: Sender | None) -> Case:
    assert record.failure is not None
    seen, id = record.failure.seen, record.requirement.id
    step = Step(seen.operation, seen.request)
    history = _before(run.history, seen)
    related = tuple(each.step for each in history if _is_related(each, seen))
    case = Case(
        requirement=id,
        breaches=record.failure.breaches,
        contract_digest=run.contract.digest,
        keys=run.keys,
        before=related,
        step=step,
        response=seen.response,
        shows_again=None,
    )
    if try_with is None:
        return case
    for before in ((), related, tuple(each.step for each in history)):
        steps = filled((*before, step), run.setting, run.keys, new_keys(run.keys))
        try:
            if shows(id, steps, try_with, run.contract, run.setting):
                return evolve(case, before=before, shows_again=True)
        except _OutOfTime:
            return case
    return evolve(case, shows_again=False)


def _before(history: Sequence[Past], seen: Exchange) -> Sequence[Past]:
    """What was sent before an exchange; all of it for one that was made after the run, to show a failure on less."""
    index = next((n for n, each in enumerate(history) if each.step.request is seen.request), len(history))
    return history[:index]


def _is_related(each: Past, seen: Exchange) -> bool:
    request_id = (answered(seen) or {}).get("requestId")
    if request_id is not None and each.request_id == request_id:
        return True
    return any(key.encode() in each.step.request.body for key in _keys(seen))


def _keys(seen: Exchange) -> list[str]:
    try:
        body: JSON = seen.request.json
    except NotStrictJSON:
        return []
    return [key for key in message_keys(body.get("recipients")) if key] if is_object(body) else []
