"""What the contract asks of clients: every requirement by section, under one contract.

A call is read once, beside the contract, into a `Reading` that says which kind of answer the client
met. Each requirement is about some of these kinds, so that one fault is, as far as can be, one breach.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType

from conformance.checks import (
    client_broken,
    client_errors,
    client_paths,
    client_requests,
    client_results,
    client_secrets,
    client_wire,
)
from conformance.checks.call_reading import Reading
from conformance.checks.client_rules import rules_in
from conformance.contract import Contract
from conformance.model import Call, Requirement

SECTIONS: Mapping[str, ModuleType] = {
    "requests": client_requests,
    "values in paths": client_paths,
    "results": client_results,
    "errors": client_errors,
    "broken answers": client_broken,
    "answers that do not come, and sending once": client_wire,
    "secrets": client_secrets,
}


def requirements(contract: Contract) -> tuple[Requirement[Call], ...]:
    """Every requirement on clients, under this contract, in reading order."""
    last: list[Reading] = []

    def read(call: Call) -> Reading:
        # One call meets every requirement before the next one comes: it is read once.
        if not last or last[0].call is not call:
            last[:] = [Reading(contract, call)]
        return last[0]

    sections = {name: module for name, module in SECTIONS.items() if module is not client_paths or with_paths(contract)}
    return tuple(each.under(read, section) for section, module in sections.items() for each in rules_in(module))


def with_paths(contract: Contract) -> bool:
    """The contract has an operation with a value in its path."""
    return any("{" in each.path for each in contract.operations.values())
