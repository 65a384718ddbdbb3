"""What the contract asks of clients: every requirement by section, under one contract.

A call is read once, beside the contract, into a `Reading` that says which kind of answer the client
met. Each requirement is about some of these kinds, so that one fault is, as far as can be, one breach.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import ModuleType

from attrs import evolve

from conformance.checks import (
    client_attribution,
    client_broken,
    client_errors,
    client_paths,
    client_requests,
    client_results,
    client_secrets,
    client_together,
    client_wire,
)
from conformance.checks.call_reading import Reading
from conformance.checks.client_rules import rules_in
from conformance.contract import Contract
from conformance.model import Call, Requirement

#: The section that only a contract with values in its paths has.
OF_PATHS = "values in paths"
SECTIONS: Mapping[str, ModuleType] = {
    "requests": client_requests,
    OF_PATHS: client_paths,
    "results": client_results,
    "errors": client_errors,
    "broken answers": client_broken,
    "answers that do not come, and sending once": client_wire,
    "secrets": client_secrets,
    "several callers, and two forms of a call": client_together,
}
#: What goes wrong in the company of others alone, or in one form of a call alone, explains whatever else is wrong with
#: the same call.
_IN_COMPANY = frozenset({"client-serves-all", "client-own-answer"})
_IN_ONE_FORM = "client-styles-alike"


def requirements(contract: Contract) -> tuple[Requirement[Call], ...]:
    """Every requirement on clients, under this contract, in reading order."""
    last: list[Reading] = []

    def read(call: Call) -> Reading:
        # One call meets every requirement before the next one comes: it is read once.
        if not last or last[0].call is not call:
            last[:] = [Reading(contract, call)]
        return last[0]

    sections = {name: module for name, module in SECTIONS.items() if module is not client_paths or with_paths(contract)}
    listed = [each.under(read, section) for section, module in sections.items() for each in rules_in(module)]
    return tuple(_attributed(each, listed) for each in listed)


def _attributed(requirement: Requirement[Call], all: Sequence[Requirement[Call]]) -> Requirement[Call]:
    """The requirement with what explains it besides, so that one fault is one headline."""
    if requirement.id in _IN_COMPANY:
        return requirement
    requirement = evolve(
        requirement,
        narrower=client_attribution.narrower(requirement.id),
        narrower_elsewhere=client_attribution.narrower_elsewhere(requirement.id),
    )
    if requirement.id == _IN_ONE_FORM:
        return _where_the_other_form_is_right(requirement, [each for each in all if each.id != requirement.id])
    return evolve(requirement, narrower=requirement.narrower | _IN_COMPANY | {_IN_ONE_FORM})


def _where_the_other_form_is_right(
    requirement: Requirement[Call], others: Sequence[Requirement[Call]]
) -> Requirement[Call]:
    """Where the form that came first is wrong by itself, that is the fault, and not the difference."""

    def applies(call: Call) -> bool:
        return requirement.applies(call) and (not tuple(requirement.breaches(call)) or _first_is_right(call, others))

    return evolve(requirement, applies=applies, narrower=_IN_COMPANY)


def _first_is_right(call: Call, requirements: Sequence[Requirement[Call]]) -> bool:
    if call.alike is None:
        return False
    first = evolve(call, outcome=call.alike, alike=None, alone=None)
    return not any(each.applies(first) and tuple(each.breaches(first)) for each in requirements)


def with_paths(contract: Contract) -> bool:
    """The contract has an operation with a value in its path."""
    return any("{" in each.path for each in contract.operations.values())
