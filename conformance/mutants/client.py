"""All clients with one fault: the suite proves itself on them.

Each fault is one that real clients have had, or are one careless line away from.
"""

from __future__ import annotations

from types import ModuleType

from conformance.mutants import client_answers, client_sends
from conformance.mutants.client_mutant import ClientMutant, client_mutant

__all__ = ["CLIENT_MUTANTS", "ClientMutant", "client_mutant"]


def _mutants(module: ModuleType) -> tuple[ClientMutant, ...]:
    """The mutants of a module, in the order in which they are written."""
    return tuple(each for each in vars(module).values() if isinstance(each, ClientMutant))


CLIENT_MUTANTS: tuple[ClientMutant, ...] = (*_mutants(client_sends), *_mutants(client_answers))
