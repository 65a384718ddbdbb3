"""Plays one failure of a client again, in each style that it was seen in, and judges what comes of it."""

from __future__ import annotations

from conformance.checks import client as client_checks
from conformance.contract import Contract
from conformance.drivers.cases import Case
from conformance.drivers.client import replay
from conformance.drivers.command import GivenUp
from conformance.drivers.repetition import NOT_APPLIED, Again, Repetition
from conformance.judge import Judge, Lists, call_size
from conformance.model import Call, Caller


def repeat(requirement: str, case: Case, caller: Caller, contract: Contract) -> Repetition[Call]:
    """Play a case again in each style of the client; it still fails if it does in one of them."""
    judge = Judge[Call](client_checks.requirements(contract), Lists(), call_size)
    calls: list[Call] = []
    note = ""
    try:
        for call in replay(caller, case):
            calls.append(call)
            judge.see(call)
    except GivenUp as end:
        note = f"{end}."
    records = {each.requirement.id: each for each in judge.records()}
    own = records[requirement]
    others = tuple(id for id, each in records.items() if each.broken and id != requirement)
    if own.failure is not None:
        return Repetition(requirement, Again.STILL_FAILING, own.failure.breaches, others, own.failure.seen, note)
    kept = bool(own.exercised) and not note
    again = Again.FIXED if kept and not others else Again.OTHER
    return Repetition(
        requirement, again, (), others, calls[-1] if calls else None, note or ("" if kept else NOT_APPLIED)
    )
