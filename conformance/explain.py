"""One requirement by example: the smallest thing seen that keeps it, and the smallest that breaks it.

The examples are made, not kept: a correct subject is put through the suite, and so is one with the fault that the
requirement is there to notice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import attrs
from attrs import frozen

from conformance.checks import SERVER
from conformance.checks import client as client_checks
from conformance.contract import Contract
from conformance.correct_server import probe_in_process, reference
from conformance.drivers.cases import TOKEN
from conformance.drivers.client import exercise
from conformance.judge import Judge, Lists, call_size, exchange_size
from conformance.model import Call, CannotRun, Exchange, Failure, Handler, Requirement, Seen
from conformance.mutants.client import CLIENT_MUTANTS
from conformance.mutants.server import SERVER_MUTANTS
from conformance.reference_client import reference_caller
from conformance.register import cites_of
from conformance.reports import masker, seen_lines
from conformance.settings import DEFAULT


@frozen
class NoSuchRequirement(CannotRun):
    """There is no requirement of this id."""


@frozen
class Explanation:
    """A requirement, what keeps it, and what a fault makes of it. Either is None if no exact request shows it."""

    requirement: Requirement[Any]
    kept: Exchange | Call | None
    broken: Failure[Any] | None
    #: The fault and its plain statement.
    fault: str
    fault_description: str


def explained(id: str, contract: Contract) -> Explanation:
    """The requirement with this id and its examples; raises `NoSuchRequirement`."""
    server = next((each for each in SERVER if each.id == id), None)
    if server is not None:
        mutant = next(each for each in SERVER_MUTANTS if each.kills == id)
        kept = _smallest(_kept(server), exchange_size, _probing(reference(contract), contract))
        broken = _smallest(server, exchange_size, _probing(mutant.wrap(reference(contract)), contract))
        return Explanation(server, kept.seen if kept else None, broken, mutant.name, mutant.description)
    client = next((each for each in client_checks.requirements(contract) if each.id == id), None)
    if client is not None:
        faulty = next(each for each in CLIENT_MUTANTS if each.kills == id)
        good = _smallest(_kept(client), call_size, _calling(reference_caller(), contract))
        bad = _smallest(client, call_size, _calling(faulty.caller, contract))
        return Explanation(client, good.seen if good else None, bad, faulty.name, faulty.description)
    raise NoSuchRequirement(id, "is the id of no requirement", "See sms-conformance list.")


def explanation_lines(explanation: Explanation) -> Iterator[str]:
    """An explanation as a person reads it."""
    requirement, broken = explanation.requirement, explanation.broken
    yield f"{requirement.id} ({requirement.level})"
    yield f"  {requirement.title}"
    yield from (f"  {cite.page}: “{cite.quote}”" for cite in cites_of(requirement))
    secrets = ((DEFAULT.token, TOKEN), DEFAULT.numbers)
    yield ""
    if explanation.kept is None:
        yield "No exact request shows it kept: exploration has to come upon one."
    else:
        yield "Kept, for example:"
        yield from (f"  {line}".rstrip() for line in seen_lines(explanation.kept, *secrets))
    yield ""
    yield f"Broken by the fault {explanation.fault}: {explanation.fault_description}"
    if broken is None:
        yield "No exact request shows it: exploration has to come upon one."
        return
    yield from (f"  - {line}" for line in map(masker(*secrets), broken.breaches))
    yield from (f"  {line}".rstrip() for line in seen_lines(broken.seen, *secrets))


def _kept(requirement: Requirement[Seen]) -> Requirement[Seen]:
    """A requirement that is broken by whatever keeps this one, so that a judge keeps the smallest such thing."""

    def breaches(seen: Seen) -> Iterator[str]:
        if not tuple(requirement.breaches(seen)):
            yield requirement.title

    return attrs.evolve(requirement, breaches=breaches)


def _smallest(
    requirement: Requirement[Seen], size: Callable[[Seen], tuple[int, ...]], run: Callable[[Judge[Seen]], None]
) -> Failure[Seen] | None:
    judge = Judge[Seen]([requirement], Lists(), size)
    run(judge)
    return judge.records()[0].failure


def _probing(server: Handler, contract: Contract) -> Callable[[Judge[Exchange]], None]:
    """Puts every exact request to a server in process."""
    return lambda judge: probe_in_process(server, contract, 1, judge)


def _calling(caller: Any, contract: Contract) -> Callable[[Judge[Call]], None]:
    """Puts a client through every case."""
    return lambda judge: exercise(caller, contract, seed=1, profile="quick", see=judge.see)
