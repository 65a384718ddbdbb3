"""Sends a failure again: what has to go before it, then the request itself; and judges what comes back."""

from __future__ import annotations

import secrets
import string
from collections.abc import Sequence
from enum import StrEnum
from typing import Generic

from attrs import frozen

from conformance.case_files import Case, Step, filled
from conformance.checks import SERVER
from conformance.checks.reading import is_busy, remember
from conformance.contract import Contract
from conformance.drivers.wire import Sender
from conformance.judge import Judge, Lists, exchange_size
from conformance.model import NO_ANSWER, Exchange, Ledger, Requirement, Seen, Setting


class Again(StrEnum):
    """What a repetition says of a failure."""

    FIXED = "fixed"  # the requirement applied, and was kept
    STILL_FAILING = "still failing"  # the requirement was broken again
    OTHER = "other"  # neither: something else is wrong now, or the requirement no longer applies


@frozen
class Repetition(Generic[Seen]):
    """A failure sent or played again: what is to be said of it, in what it is broken now, and what was seen."""

    requirement: str
    again: Again
    breaches: tuple[str, ...]
    #: Other requirements that are broken besides.
    others: tuple[str, ...]
    #: The exchange or call; None if it came to none.
    seen: Seen | None
    #: What keeps the answer from being sure; empty if nothing does.
    note: str = ""


NOT_APPLIED = "The requirement does not apply to this answer, so that it says neither."
BUSY = "The server is busy, which says nothing of the failure: repeat it when it is not."
COMES_AND_GOES = "It did not show again when the file was made either: it may come and go, so run the whole suite."


def repeat(case: Case, send: Sender, contract: Contract, setting: Setting) -> Repetition[Exchange]:
    """Send a case of a file to a server, its marks filled from the setting, under message keys of its own."""
    steps = filled((*case.before, case.step), setting, case.keys, new_keys(case.keys))
    exchange = _last_of(steps, send, contract, setting)
    judge = Judge[Exchange](SERVER, Lists(), exchange_size)
    judge.see(exchange)
    records = {each.requirement.id: each for each in judge.records()}
    own = breaches(case.requirement, exchange)
    others = tuple(id for id, each in records.items() if each.broken and id != case.requirement)
    if own:
        return Repetition(case.requirement, Again.STILL_FAILING, own, others, exchange)
    if is_busy(exchange) and case.response.status != exchange.response.status:
        return Repetition(case.requirement, Again.OTHER, (), others, exchange, BUSY)
    came = exchange.response.status != NO_ANSWER
    kept = records[case.requirement].exercised or (came and _is_explored(_requirement(case.requirement)))
    if case.shows_again is False:
        return Repetition(case.requirement, Again.OTHER, (), others, exchange, COMES_AND_GOES)
    again = Again.FIXED if kept and not others else Again.OTHER
    return Repetition(case.requirement, again, (), others, exchange, "" if kept else NOT_APPLIED)


def shows(id: str, steps: Sequence[Step], send: Sender, contract: Contract, setting: Setting) -> bool:
    """Whether the last of these requests, sent in order, breaks a requirement."""
    return bool(breaches(id, _last_of(steps, send, contract, setting)))


def breaches(id: str, exchange: Exchange) -> tuple[str, ...]:
    """In what an exchange breaks a requirement; empty if it keeps it or the requirement does not apply."""
    requirement = _requirement(id)
    applies = _is_explored(requirement) or requirement.applies(exchange)
    return tuple(requirement.breaches(exchange)) if applies else ()


def new_keys(keys: str) -> str:
    """Another beginning for message keys, as long as the one it replaces, so that no key becomes too long."""
    return "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in keys)


def _requirement(id: str) -> Requirement[Exchange]:
    return next(each for each in SERVER if each.id == id)


def _is_explored(requirement: Requirement[Exchange]) -> bool:
    return requirement.section == "exploration"


def _last_of(steps: Sequence[Step], send: Sender, contract: Contract, setting: Setting) -> Exchange:
    ledger = Ledger()
    exchange: Exchange | None = None
    for each in steps:
        if exchange is not None:
            remember(exchange)
        exchange = Exchange(each.operation, each.request, send(each.request), setting, contract, ledger)
    if exchange is None:
        raise ValueError("there is nothing to be sent")
    return exchange
