"""Counts what every requirement saw and keeps the smallest breach; no check knows of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Generic

from attrs import evolve, field, frozen

from conformance.model import (
    Call,
    CannotRun,
    Exchange,
    Failure,
    Record,
    Requirement,
    Seen,
    Turn,
    Verdict,
)


@frozen
class SuiteError(CannotRun):
    """The suite itself failed; never mixed up with a failure of the subject."""


@frozen
class Lists:
    """Requirements that a run treats apart, each with its reason.

    `excluded` ones are left out whatever happens, `known` ones may fail, `expired` ones might have until some day,
    `excused` ones need not be exercised, but are judged if they are.
    """

    excluded: Mapping[str, str] = field(factory=dict[str, str])
    known: Mapping[str, str] = field(factory=dict[str, str])
    expired: Mapping[str, str] = field(factory=dict[str, str])
    excused: Mapping[str, str] = field(factory=dict[str, str])


class _Tally(Generic[Seen]):
    """What was seen of one requirement: breaches of its own, and those that a narrower requirement explains."""

    def __init__(self) -> None:
        self.exercised = 0
        self.broken = 0
        #: How often each narrower requirement was to blame.
        self.explained: Counter[str] = Counter()
        #: How often one was to blame that is excluded or known.
        self.tolerated: Counter[str] = Counter()
        self.own: Failure[Seen] | None = None
        self.consequence: Failure[Seen] | None = None

    @property
    def failure(self) -> Failure[Seen] | None:
        """The smallest breach, one that nothing explains before one that is explained."""
        return self.own or self.consequence

    def add(self, failure: Failure[Seen], causes: Collection[str]) -> None:
        self.broken += 1
        if causes:
            self.explained.update(causes)
            self.consequence = _smaller(failure, self.consequence)
        else:
            self.own = _smaller(failure, self.own)


def _smaller(new: Failure[Seen], old: Failure[Seen] | None) -> Failure[Seen]:
    return old if old is not None and old.size <= new.size else new


class Judge(Generic[Seen]):
    """Holds every requirement against whatever is seen."""

    def __init__(
        self,
        requirements: Sequence[Requirement[Seen]],
        lists: Lists,
        size: Callable[[Seen], tuple[int, ...]],
    ) -> None:
        self._requirements: Mapping[str, Requirement[Seen]] = {each.id: each for each in requirements}
        self._lists = lists
        self._size: Callable[[Seen], tuple[int, ...]] = size
        self._tallies: dict[str, _Tally[Seen]] = {each.id: _Tally() for each in requirements}
        self.seen = 0
        #: How often each status was answered to the operation; `NO_ANSWER` stands for none.
        self.statuses: Counter[int] = Counter()

    def see(self, seen: Seen) -> list[str]:
        """Judge one exchange or call; returns the requirements it breaks, without excluded and known ones.

        What such a one explains is left out as well. Raises `SuiteError` if a check itself fails.
        """
        self.seen += 1
        self._count_status(seen)
        applied = {id: found for id in self._requirements if (found := self._breaches(id, seen)) is not None}
        broken = {id for id, found in applied.items() if found}
        tolerated: set[str] = set()
        for id, found in applied.items():
            tally = self._tallies[id]
            causes = self._causes(id, broken) if found else []
            if found and causes and all(map(self._is_tolerated, causes)):
                tally.tolerated.update(causes)
                tolerated.add(id)
                continue
            tally.exercised += 1
            if found:
                tally.add(Failure(seen, found, self._size(seen)), causes)
        return [id for id in applied if id in broken - tolerated and not self._is_tolerated(id)]

    def _count_status(self, seen: Exchange | Call) -> None:
        if isinstance(seen, Call):
            self.statuses[seen.answer.response.status] += 1
        elif seen.operation is not None:
            self.statuses[seen.response.status] += 1

    def _is_tolerated(self, id: str) -> bool:
        return id in self._lists.excluded or id in self._lists.known

    def _causes(self, id: str, broken: Collection[str]) -> list[str]:
        """What explains a breach among all that the same exchange breaks: what is itself explained by nothing."""
        direct = self._requirements[id].narrower.intersection(broken)
        roots = {root for each in direct for root in self._causes(each, broken) or [each]}
        return [each for each in self._requirements if each in roots]

    def _broken_by(self, seen: Seen) -> set[str]:
        return {each for each in self._requirements if self._breaches(each, seen)}

    def _breaches(self, id: str, seen: Seen) -> tuple[str, ...] | None:
        """In what a requirement is broken; None if it does not apply."""
        requirement = self._requirements[id]
        try:
            return tuple(requirement.breaches(seen)) if requirement.applies(seen) else None
        except Exception as error:  # a check must not raise: whatever it is, it is ours
            what = f"failed itself ({type(error).__name__}: {error})"
            raise SuiteError(f"the check of {requirement.id}", what, "This is a fault of the suite.") from error

    def count(self, id: str, exercised: int, failures: Iterable[tuple[Seen, str]]) -> None:
        """Take in what another judge says of a requirement: how often it ran and what broke it.

        It knows nothing of what this judge was asked to leave out, nor of what explains what.
        """
        if id not in self._tallies:
            return
        tally = self._tallies[id]
        tally.exercised += exercised
        for seen, message in failures:
            causes = self._causes(id, self._broken_by(seen))
            if causes and all(map(self._is_tolerated, causes)):
                tally.tolerated.update(causes)
                tally.exercised -= 1
            else:
                tally.add(Failure(seen, (message,), self._size(seen)), causes)

    def try_smaller(self, id: str, seen: Seen) -> bool:
        """Whether this breaks a requirement on less than anything before; it is kept then, and not counted."""
        found = self._breaches(id, seen)
        tally, size = self._tallies[id], self._size(seen)
        if not found or (tally.failure and size >= tally.failure.size):
            return False
        if tally.own is not None and self._causes(id, self._broken_by(seen)):
            return False
        if tally.own is None:
            tally.consequence = Failure(seen, found, size)
        else:
            tally.own = Failure(seen, found, size)
        return True

    def smallest(self, id: str) -> Seen | None:
        """The smallest thing seen so far that breaks a requirement, or None."""
        failure = self._tallies[id].failure
        return failure.seen if failure else None

    def records(self) -> tuple[Record[Seen], ...]:
        listed = [self._record(each) for each in self._requirements.values()]
        headlines = {each.requirement.id for each in listed if each.is_headline}
        return tuple(_explained_elsewhere(each, headlines) for each in listed)

    def _record(self, requirement: Requirement[Seen]) -> Record[Seen]:
        tally = self._tallies[requirement.id]
        verdict, reason = self._verdict(requirement.id, tally)
        causes = tuple(each for each in self._requirements if each in tally.explained) if tally.own is None else ()
        return Record(requirement, verdict, tally.exercised, tally.broken, tally.failure, reason, causes)

    def _verdict(self, id: str, tally: _Tally[Seen]) -> tuple[Verdict, str]:
        if id in self._lists.excluded:
            return Verdict.EXCLUDED, self._lists.excluded[id]
        if not tally.exercised:
            return self._verdict_of_nothing(id, tally)
        if id in self._lists.known:
            return Verdict.KNOWN if tally.broken else Verdict.UNEXPECTED_PASS, self._lists.known[id]
        if id in self._lists.expired:
            return Verdict.FAIL if tally.broken else Verdict.UNEXPECTED_PASS, self._lists.expired[id]
        return Verdict.FAIL if tally.broken else Verdict.PASS, ""

    def _verdict_of_nothing(self, id: str, tally: _Tally[Seen]) -> tuple[Verdict, str]:
        """The verdict on what was never exercised, or only where something explains it that is not held to."""
        if tally.tolerated:
            known = all(each in self._lists.known for each in tally.tolerated)
            verdict = Verdict.KNOWN if known else Verdict.EXCLUDED
            return verdict, f"only seen broken by what breaks {' and '.join(tally.tolerated)}, which is {verdict}"
        excuse = self._lists.excused.get(id)
        return (Verdict.EXCLUDED, excuse) if excuse else (Verdict.NOT_EXERCISED, "")


def _explained_elsewhere(record: Record[Seen], headlines: Collection[str]) -> Record[Seen]:
    """A headline that another one of the run explains is no headline; nor do two explain each other."""
    causes = sorted(record.requirement.narrower_elsewhere.intersection(headlines))
    return evolve(record, causes=tuple(causes)) if record.is_headline and causes else record


def exchange_size(exchange: Exchange) -> tuple[int, ...]:
    """Smaller is easier to read: the fewest bytes sent. What came back does not count, for it may be random."""
    return (len(exchange.request.body) + len(exchange.request.target),)


def call_size(call: Call) -> tuple[int, ...]:
    """Smaller is easier to read: the fewest bytes asked and answered, those of the calls around it included."""
    turns = (Turn(call.asked, call.answer), *call.before, *call.beside)
    return (sum(len(each.answer.response.body) + len(repr(each.asked.body)) for each in turns),)
