"""Finds the mutants of a module, so that one that is written is one that is run."""

from __future__ import annotations

from types import ModuleType
from typing import TypeVar

Mutant = TypeVar("Mutant")


def mutants_in(module: ModuleType, kind: type[Mutant]) -> tuple[Mutant, ...]:
    """The mutants of a module, in the order in which they are written."""
    return tuple(each for each in vars(module).values() if isinstance(each, kind))
