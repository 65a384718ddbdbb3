"""All servers with one fault: the suite proves itself on them, and users switch them on by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType, ModuleType

from conformance.mutants import (
    server_access,
    server_answers,
    server_errors,
    server_recipients,
    server_requests,
    server_unusual,
    server_wire,
)
from conformance.mutants.server_mutant import ServerMutant, server_mutant

__all__ = ["BY_NAME", "SERVER_MUTANTS", "ServerMutant", "server_mutant"]


def _mutants(module: ModuleType) -> tuple[ServerMutant, ...]:
    """The mutants of a module, in the order in which they are written."""
    return tuple(each for each in vars(module).values() if isinstance(each, ServerMutant))


SERVER_MUTANTS: tuple[ServerMutant, ...] = (
    *_mutants(server_answers),
    *_mutants(server_recipients),
    *_mutants(server_requests),
    *_mutants(server_access),
    *_mutants(server_errors),
    *_mutants(server_wire),
    *_mutants(server_unusual),
)

#: Each mutant by its name.
BY_NAME: Mapping[str, ServerMutant] = MappingProxyType({each.name: each for each in SERVER_MUTANTS})
