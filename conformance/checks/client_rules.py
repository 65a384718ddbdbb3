"""Requirements on clients before they know their contract: how one is written, and what it may apply to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from types import ModuleType

from attrs import evolve, frozen

from conformance.checks.call_reading import Kind, Reading
from conformance.model import Call, Cite, Level, Requirement, Told, requirement

RESULTS = frozenset({Told.ACCEPTED, Told.MIXED})
#: A documented error was reported, raised or not.
ERRORS = frozenset({Told.REFUSED, Told.RETURNED_ERROR})
#: Documented errors about an answer that came whole.
JUDGED = frozenset({Told.REFUSED, Told.UNREADABLE})
#: Documented errors that say that no whole answer came, or none that can be read.
NONE_READ = frozenset({Told.TRANSPORT, Told.UNREADABLE})
#: Neither a result nor a documented error.
NOTHING_DOCUMENTED = frozenset({Told.CRASHED, Told.NOTHING, Told.RETURNED_ERROR, Told.HUNG})


@frozen
class Rule:
    """A requirement that waits for a contract; `tags` are those of the requirement, besides that of its level."""

    id: str
    cite: Cite
    level: Level
    applies: Callable[[Reading], bool]
    breaches: Callable[[Reading], Iterator[str]]
    tags: frozenset[str]

    def under(self, read: Callable[[Call], Reading], section: str) -> Requirement[Call]:
        def applies(call: Call) -> bool:
            return self.applies(read(call))

        @wraps(self.breaches)
        def breaches(call: Call) -> Iterator[str]:
            return self.breaches(read(call))

        made = requirement(self.id, applies=applies, cite=self.cite, level=self.level)(breaches)
        return evolve(made, section=section, tags=self.tags | {self.level.lower()})


def rule(
    id: str,
    *,
    applies: Callable[[Reading], bool],
    quote: str,
    page: str = "rulings.md",
    level: Level = Level.MUST,
    tags: tuple[str, ...] = (),
) -> Callable[[Callable[[Reading], Iterator[str]]], Rule]:
    """Turn a generator of breaches into a `Rule`, cited by the words of a page."""

    def decorate(breaches: Callable[[Reading], Iterator[str]]) -> Rule:
        return Rule(id, Cite(page, quote), level, applies, breaches, frozenset(tags))

    return decorate


def rules_in(module: ModuleType) -> tuple[Rule, ...]:
    """Every rule of a module, in reading order."""
    return tuple(each for each in vars(module).values() if isinstance(each, Rule))


def met(*kinds: Kind) -> Callable[[Reading], bool]:
    """The client met an answer of one of these kinds."""
    return lambda reading: reading.kind in kinds


def always(_: Reading) -> bool:
    return True


def received(reading: Reading) -> bool:
    """The server received a request."""
    return bool(reading.call.received)


def returned(reading: Reading) -> bool:
    """A valid 2xx was returned as a result."""
    return reading.kind is Kind.SUCCESS and reading.outcome.told in RESULTS


def returned_send(reading: Reading) -> bool:
    """A valid answer to a send was returned as a result."""
    return returned(reading) and reading.is_send


def returned_with_refusals(reading: Reading) -> bool:
    return returned_send(reading) and bool(reading.refused)


def returned_written(reading: Reading) -> bool:
    """A valid 2xx was returned as a result that can be written again."""
    return returned(reading) and reading.outcome.written is not None


def returned_with_extras(reading: Reading) -> bool:
    return returned_written(reading) and bool(reading.extras)
