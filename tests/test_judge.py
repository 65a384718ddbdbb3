from __future__ import annotations

from collections.abc import Iterator

import pytest
from conftest import Make, asked, good, queued, told

from conformance.judge import Judge, Lists, SuiteError, exchange_size
from conformance.model import Cite, Exchange, Level, Record, Requirement, Verdict, requirement


def rule(id: str, *, breaks: bool = False, applies: bool = True, level: Level = Level.MUST) -> Requirement[Exchange]:
    @requirement(id, applies=lambda exchange: applies, cite=Cite("rulings.md", "x"), level=level)
    def found(exchange: Exchange) -> Iterator[str]:
        """Something is so."""
        if breaks:
            yield "it is not"

    return found


def record(rule: Requirement[Exchange], exchange: Exchange, lists: Lists | None = None) -> Record[Exchange]:
    judge = Judge[Exchange]([rule], lists or Lists(), exchange_size)
    judge.see(exchange)
    return judge.records()[0]


@pytest.mark.parametrize(
    ("broken", "applies", "lists", "verdict", "fails"),
    [
        (False, True, Lists(), Verdict.PASS, False),
        (True, True, Lists(), Verdict.FAIL, True),
        (True, False, Lists(), Verdict.NOT_EXERCISED, True),
        (True, True, Lists(excluded={"a": "why"}), Verdict.EXCLUDED, False),
        (True, True, Lists(known={"a": "why"}), Verdict.KNOWN, False),
        (False, True, Lists(known={"a": "why"}), Verdict.UNEXPECTED_PASS, True),
        (True, False, Lists(known={"a": "why"}), Verdict.NOT_EXERCISED, True),
        (True, False, Lists(excused={"a": "why"}), Verdict.EXCLUDED, False),
        (True, True, Lists(excused={"a": "why"}), Verdict.FAIL, True),
    ],
)
def test_verdicts(exchange: Make, broken: bool, applies: bool, lists: Lists, verdict: Verdict, fails: bool) -> None:
    found = record(rule("a", breaks=broken, applies=applies), exchange(asked(good()), told(queued())), lists)

    assert found.verdict is verdict
    assert found.fails(strict=False) is fails
    assert bool(found.reason) is (verdict in (Verdict.EXCLUDED, Verdict.KNOWN, Verdict.UNEXPECTED_PASS))


def test_a_broken_should_fails_a_strict_run_alone(exchange: Make) -> None:
    found = record(rule("a", breaks=True, level=Level.SHOULD), exchange(asked(good()), told(queued())))

    assert not found.fails(strict=False)
    assert found.fails(strict=True)


def test_the_smallest_breach_is_kept_and_the_first_of_equals(exchange: Make) -> None:
    judge = Judge[Exchange]([rule("a", breaks=True)], Lists(), exchange_size)
    large = exchange(asked(good(), good(1)), told(queued()))
    small = exchange(asked(good()), told(queued()))
    as_small = exchange(asked(good()), told(queued("k9")))
    for each in (large, small, as_small):
        judge.see(each)
    found = judge.records()[0]

    assert found.broken == 3
    assert found.failure
    assert found.failure.seen is small


def test_what_is_known_or_excluded_is_not_handed_on_as_broken(exchange: Make) -> None:
    rules = [rule(id, breaks=True) for id in ("a", "b", "c")]
    judge = Judge[Exchange](rules, Lists(excluded={"a": "why"}, known={"b": "why"}), exchange_size)

    assert judge.see(exchange(asked(good()), told(queued()))) == ["c"]


def test_a_check_that_raises_is_a_fault_of_the_suite(exchange: Make) -> None:
    @requirement("a", applies=lambda exchange: True, cite=Cite("rulings.md", "x"))
    def raises(exchange: Exchange) -> Iterator[str]:
        """Something is so."""
        yield {}["missing"]

    judge = Judge[Exchange]([raises], Lists(), exchange_size)

    with pytest.raises(SuiteError, match=r"the check of a: failed itself \(KeyError"):
        judge.see(exchange(asked(good()), told(queued())))
