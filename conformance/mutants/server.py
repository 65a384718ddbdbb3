"""All servers with one fault: the suite proves itself on them, and users switch them on by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from conformance.mutants import (
    server_access,
    server_answers,
    server_delivery,
    server_errors,
    server_memory,
    server_places,
    server_reading,
    server_recipients,
    server_requests,
    server_unicode,
    server_unusual,
    server_wire,
)
from conformance.mutants.collection import mutants_in
from conformance.mutants.server_mutant import ServerMutant, server_mutant

__all__ = ["BY_NAME", "SERVER_MUTANTS", "ServerMutant", "server_mutant"]


SERVER_MUTANTS: tuple[ServerMutant, ...] = (
    *mutants_in(server_answers, ServerMutant),
    *mutants_in(server_recipients, ServerMutant),
    *mutants_in(server_requests, ServerMutant),
    *mutants_in(server_access, ServerMutant),
    *mutants_in(server_errors, ServerMutant),
    *mutants_in(server_wire, ServerMutant),
    *mutants_in(server_unicode, ServerMutant),
    *mutants_in(server_unusual, ServerMutant),
    *mutants_in(server_places, ServerMutant),
    *mutants_in(server_memory, ServerMutant),
    *mutants_in(server_reading, ServerMutant),
    *mutants_in(server_delivery, ServerMutant),
)

#: Each mutant by its name.
BY_NAME: Mapping[str, ServerMutant] = MappingProxyType({each.name: each for each in SERVER_MUTANTS})
