"""The suite proves itself: every mutant is caught by the requirement it names, nothing correct is accused.

A requirement without a mutant, a mutant that survives and a false alarm are failures of the suite.
Servers are asked in process first, which the probes make fast; a mutant that this does not catch is put on a
socket and explored like any other server.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from attrs import frozen

from conformance.checks import SERVER
from conformance.checks import client as client_checks
from conformance.contract import Contract
from conformance.correct_server import SETTING, probe_in_process, reference
from conformance.drivers.client import exercise
from conformance.drivers.hosting import hosted
from conformance.drivers.server import Plan, judge_server, no_progress
from conformance.judge import Judge, Lists, call_size, exchange_size
from conformance.model import Call, Exchange, Handler, Seen
from conformance.mutants.client import CLIENT_MUTANTS, ClientMutant
from conformance.mutants.server import SERVER_MUTANTS, ServerMutant
from conformance.mutants.server_variants import SERVER_VARIANTS, ServerVariant
from conformance.reference_client import reference_caller
from conformance.reference_server import app, wsgi_app

#: Judged only where a server is busy, which the reference server never is.
NEVER_BUSY = "error-retry-after"


@frozen
class Kill:
    """One mutant and what noticed it. It is caught if the requirement it names is among them."""

    side: str
    mutant: str
    kills: str
    noticed: tuple[str, ...]

    @property
    def is_caught(self) -> bool:
        return self.kills in self.noticed


@frozen
class Clean:
    """One run of a correct subject: what it was accused of, and what was not exercised."""

    side: str
    seed: int
    accused: tuple[str, ...]
    idle: tuple[str, ...]
    subject: str = "the reference"

    @property
    def is_clean(self) -> bool:
        return not self.accused and not self.idle


@frozen
class Lacking:
    """A requirement that no mutant breaks."""

    requirement: str


Finding = Kill | Clean | Lacking


def selftest(contract: Contract, seeds: range) -> Iterator[Finding]:
    """The references under every seed, other correct servers under one each, then every mutant under the first."""
    yield from lacking(contract)
    for seed in seeds:
        yield clean_server(contract, seed)
        yield clean_client(contract, seed)
    for number, variant in enumerate(SERVER_VARIANTS):
        yield clean_variant(variant, contract, seeds[number % len(seeds)])
    for server in SERVER_MUTANTS:
        yield server_kill(server, contract, seeds[0])
    for client in CLIENT_MUTANTS:
        yield client_kill(client, contract, seeds[0])


def is_failure(finding: Finding) -> bool:
    match finding:
        case Kill():
            return not finding.is_caught
        case Clean():
            return not finding.is_clean
        case Lacking():
            return True


def lacking(contract: Contract) -> Iterator[Lacking]:
    """Requirements that no mutant names: a check that was never seen to fail may be one that cannot."""
    killed = {each.kills for each in SERVER_MUTANTS} | {each.kills for each in CLIENT_MUTANTS}
    asked = [*(each.id for each in SERVER), *(each.id for each in client_checks.requirements(contract))]
    yield from (Lacking(id) for id in asked if id not in killed)


def server_kill(mutant: ServerMutant, contract: Contract, seed: int) -> Kill:
    """Which requirements notice a faulty server: by the probes in process or, if not by these, explored on a socket."""
    noticed = _noticed_in_process(lambda: mutant.wrap(reference(contract)), contract, seed)
    if mutant.kills not in noticed:
        noticed = _broken(_explored(app(mutant.wrap(reference(contract))), contract, seed))
    return Kill("server", mutant.name, mutant.kills, noticed)


def clean_server(contract: Contract, seed: int) -> Clean:
    """The reference server under one seed, on a socket, probed and explored."""
    return _clean_server(app(reference(contract)), contract, seed, "the reference")


def clean_variant(variant: ServerVariant, contract: Contract, seed: int) -> Clean:
    """Another correct server under one seed."""
    server = variant.wrap(reference(contract))
    application = variant.dress(app(server)) if variant.gateway == "asgi" else wsgi_app(server)
    return _clean_server(application, contract, seed, variant.name)


class _Caught(Exception):
    """The mutant was noticed by the requirement it names; the rest of its cases would tell nothing more."""


def client_kill(mutant: ClientMutant, contract: Contract, seed: int) -> Kill:
    """Which requirements notice a faulty client, up to the case that the one it names notices."""
    noticed: set[str] = set()
    judge = Judge[Call](client_checks.requirements(contract), Lists(), call_size)

    def see(call: Call) -> list[str]:
        broken = judge.see(call)
        noticed.update(broken)
        if mutant.kills in broken:
            raise _Caught
        return broken

    with contextlib.suppress(_Caught):
        exercise(mutant.caller, contract, seed=seed, profile="quick", see=see)
    return Kill("client", mutant.name, mutant.kills, tuple(sorted(noticed)))


def clean_client(contract: Contract, seed: int) -> Clean:
    """The reference client under one seed."""
    judge = Judge[Call](client_checks.requirements(contract), Lists(), call_size)
    exercise(reference_caller(), contract, seed=seed, profile="quick", see=judge.see)
    return Clean("client", seed, _broken(judge), _idle(judge))


def _noticed_in_process(make: Callable[[], Handler], contract: Contract, seed: int) -> tuple[str, ...]:
    judge = Judge[Exchange](SERVER, Lists(), exchange_size)
    probe_in_process(make(), contract, seed, judge)
    return _broken(judge)


def _clean_server(application: Any, contract: Contract, seed: int, subject: str) -> Clean:
    judge = _explored(application, contract, seed)
    return Clean("server", seed, _broken(judge), tuple(each for each in _idle(judge) if each != NEVER_BUSY), subject)


def _explored(application: Any, contract: Contract, seed: int) -> Judge[Exchange]:
    """The judge of an application that was put on a socket, probed and explored."""
    judge = Judge[Exchange](SERVER, Lists(), exchange_size)
    with hosted(application, "the server under self-test") as url:
        judge_server(Plan(contract, SETTING, seed, "quick"), url, "the reference server", judge, no_progress)
    return judge


def _broken(judge: Judge[Seen]) -> tuple[str, ...]:
    return tuple(each.requirement.id for each in judge.records() if each.broken)


def _idle(judge: Judge[Seen]) -> tuple[str, ...]:
    return tuple(each.requirement.id for each in judge.records() if not each.exercised)
