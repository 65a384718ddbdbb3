"""All clients with one fault: the suite proves itself on them.

Each fault is one that real clients have had, or are one careless line away from.
"""

from __future__ import annotations

from conformance.mutants import (
    client_answers,
    client_errors,
    client_paths,
    client_sends,
    client_together,
    client_wire,
)
from conformance.mutants.client_mutant import ClientMutant, client_mutant
from conformance.mutants.collection import mutants_in

__all__ = ["CLIENT_MUTANTS", "PATH_MUTANTS", "ClientMutant", "client_mutant"]


CLIENT_MUTANTS: tuple[ClientMutant, ...] = (
    *mutants_in(client_sends, ClientMutant),
    *mutants_in(client_wire, ClientMutant),
    *mutants_in(client_answers, ClientMutant),
    *mutants_in(client_errors, ClientMutant),
    *mutants_in(client_together, ClientMutant),
)

#: Clients for the contract in `paths/`, with one fault each.
PATH_MUTANTS: tuple[ClientMutant, ...] = mutants_in(client_paths, ClientMutant)
