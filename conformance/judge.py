"""Counts what every requirement saw and keeps the smallest breach; no check knows of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Generic

from attrs import field, frozen

from conformance.model import (
    Call,
    CannotRun,
    Exchange,
    Failure,
    Record,
    Requirement,
    Seen,
    Verdict,
)


@frozen
class SuiteError(CannotRun):
    """The suite itself failed; never mixed up with a failure of the subject."""


@frozen
class Lists:
    """Requirements that a run treats apart, each with its reason.

    `excluded` ones are left out whatever happens, `known` ones may fail, `excused` ones need not be
    exercised, but are judged if they are.
    """

    excluded: Mapping[str, str] = field(factory=dict[str, str])
    known: Mapping[str, str] = field(factory=dict[str, str])
    excused: Mapping[str, str] = field(factory=dict[str, str])


class _Tally(Generic[Seen]):
    def __init__(self) -> None:
        self.exercised = 0
        self.broken = 0
        self.failure: Failure[Seen] | None = None

    def add(self, failure: Failure[Seen]) -> None:
        self.broken += 1
        if self.failure is None or failure.size < self.failure.size:
            self.failure = failure


class Judge(Generic[Seen]):
    """Holds every requirement against whatever is seen."""

    def __init__(
        self,
        requirements: Sequence[Requirement[Seen]],
        lists: Lists,
        size: Callable[[Seen], tuple[int, ...]],
    ) -> None:
        self._requirements: Sequence[Requirement[Seen]] = requirements
        self._lists = lists
        self._size: Callable[[Seen], tuple[int, ...]] = size
        self._tallies: dict[str, _Tally[Seen]] = {each.id: _Tally() for each in requirements}
        self.seen = 0

    def see(self, seen: Seen) -> list[str]:
        """Judge one exchange or call; returns the requirements it breaks, without excluded and known ones.

        Raises `SuiteError` if a check itself fails.
        """
        self.seen += 1
        broken: list[str] = []
        for each in self._requirements:
            breaches = self._breaches(each, seen)
            if breaches is None:
                continue
            self._tallies[each.id].exercised += 1
            if breaches:
                self._tallies[each.id].add(Failure(seen, breaches, self._size(seen)))
                broken.append(each.id)
        return [each for each in broken if each not in self._lists.excluded and each not in self._lists.known]

    def _breaches(self, requirement: Requirement[Seen], seen: Seen) -> tuple[str, ...] | None:
        """In what a requirement is broken; None if it does not apply."""
        try:
            return tuple(requirement.breaches(seen)) if requirement.applies(seen) else None
        except Exception as error:  # a check must not raise: whatever it is, it is ours
            what = f"failed itself ({type(error).__name__}: {error})"
            raise SuiteError(f"the check of {requirement.id}", what, "This is a fault of the suite.") from error

    def count(self, id: str, exercised: int, failures: Iterable[tuple[Seen, str]]) -> None:
        """Take in what another judge says of a requirement: how often it ran and what broke it.

        It knows nothing of what this judge was asked to leave out.
        """
        if id not in self._tallies:
            return
        self._tallies[id].exercised += exercised
        for seen, message in failures:
            self._tallies[id].add(Failure(seen, (message,), self._size(seen)))

    def try_smaller(self, id: str, seen: Seen) -> bool:
        """Whether this breaks a requirement on less than anything before; it is kept then, and not counted."""
        requirement = next(each for each in self._requirements if each.id == id)
        found = self._breaches(requirement, seen)
        tally, size = self._tallies[id], self._size(seen)
        if not found or (tally.failure and size >= tally.failure.size):
            return False
        tally.failure = Failure(seen, found, size)
        return True

    def smallest(self, id: str) -> Seen | None:
        """The smallest thing seen so far that breaks a requirement, or None."""
        failure = self._tallies[id].failure
        return failure.seen if failure else None

    def records(self) -> tuple[Record[Seen], ...]:
        return tuple(self._record(each) for each in self._requirements)

    def _record(self, requirement: Requirement[Seen]) -> Record[Seen]:
        tally = self._tallies[requirement.id]
        verdict, reason = self._verdict(requirement.id, tally)
        return Record(requirement, verdict, tally.exercised, tally.broken, tally.failure, reason)

    def _verdict(self, id: str, tally: _Tally[Seen]) -> tuple[Verdict, str]:
        if id in self._lists.excluded:
            return Verdict.EXCLUDED, self._lists.excluded[id]
        if not tally.exercised:
            excuse = self._lists.excused.get(id)
            return (Verdict.EXCLUDED, excuse) if excuse else (Verdict.NOT_EXERCISED, "")
        if id in self._lists.known:
            return Verdict.KNOWN if tally.broken else Verdict.UNEXPECTED_PASS, self._lists.known[id]
        return Verdict.FAIL if tally.broken else Verdict.PASS, ""


def exchange_size(exchange: Exchange) -> tuple[int, ...]:
    """Smaller is easier to read: the fewest bytes sent. What came back does not count, for it may be random."""
    return (len(exchange.request.body) + len(exchange.request.target),)


def call_size(call: Call) -> tuple[int, ...]:
    return (len(call.answer.response.body) + len(repr(call.asked.body)),)
