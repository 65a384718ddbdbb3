from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from attrs import evolve
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
        (True, True, Lists(expired={"a": "why"}), Verdict.FAIL, True),
        (False, True, Lists(expired={"a": "why"}), Verdict.UNEXPECTED_PASS, True),
        (True, False, Lists(excused={"a": "why"}), Verdict.EXCLUDED, False),
        (True, True, Lists(excused={"a": "why"}), Verdict.FAIL, True),
    ],
)
def test_verdicts(exchange: Make, broken: bool, applies: bool, lists: Lists, verdict: Verdict, fails: bool) -> None:
    found = record(rule("a", breaks=broken, applies=applies), exchange(asked(good()), told(queued())), lists)

    assert found.verdict is verdict
    assert found.fails(strict=False) is fails
    has_reason = verdict in (Verdict.EXCLUDED, Verdict.KNOWN, Verdict.UNEXPECTED_PASS) or bool(lists.expired)
    assert found.reason == ("why" if has_reason else "")


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


def explained_by(cause: str, id: str, **changes: Any) -> Requirement[Exchange]:
    return evolve(rule(id, breaks=True), narrower=frozenset({cause}), **changes)


def judged(rules: list[Requirement[Exchange]], seen: Exchange, lists: Lists | None = None) -> Any:
    judge = Judge[Exchange](rules, lists or Lists(), exchange_size)
    broken = judge.see(seen)
    return broken, {each.requirement.id: each for each in judge.records()}


def test_a_breach_that_a_narrower_requirement_explains_is_its_consequence(exchange: Make) -> None:
    rules = [rule("a", breaks=True), explained_by("a", "b"), explained_by("b", "c")]
    broken, records = judged(rules, exchange(asked(good()), told(queued())))

    assert broken == ["a", "b", "c"]
    assert [each.is_headline for each in records.values()] == [True, False, False]
    assert records["c"].causes == ("a",)
    assert records["c"].fails(strict=False)


def test_a_breach_of_its_own_is_a_headline_and_shown_before_a_smaller_one_that_is_explained(exchange: Make) -> None:
    @requirement("a", applies=lambda exchange: True, cite=Cite("rulings.md", "x"))
    def breaks_for_one(exchange: Exchange) -> Iterator[str]:
        """Something is so."""
        if len(exchange.request.json["recipients"]) == 1:
            yield "it is not"

    judge = Judge[Exchange]([breaks_for_one, explained_by("a", "b")], Lists(), exchange_size)
    small, large = exchange(asked(good()), told(queued())), exchange(asked(good(), good(1)), told(queued()))
    judge.see(small)
    judge.see(large)
    found = judge.records()[1]

    assert found.is_headline
    assert found.failure and found.failure.seen is large


@pytest.mark.parametrize(
    ("lists", "verdict"),
    [(Lists(known={"a": "why"}), Verdict.KNOWN), (Lists(excluded={"a": "why"}), Verdict.EXCLUDED)],
)
def test_what_a_known_or_excluded_breach_explains_is_tolerated(exchange: Make, lists: Lists, verdict: Verdict) -> None:
    rules = [rule("a", breaks=True), explained_by("a", "b")]
    broken, records = judged(rules, exchange(asked(good()), told(queued())), lists)

    assert broken == []
    assert records["b"].verdict is verdict
    assert records["b"].reason == f"only seen broken by what breaks a, which is {verdict}"


def test_a_headline_may_explain_what_other_exchanges_break(exchange: Make) -> None:
    elsewhere = evolve(rule("b", breaks=True), narrower_elsewhere=frozenset({"a", "z"}))
    _, records = judged([rule("a", breaks=True), elsewhere], exchange(asked(good()), told(queued())))

    assert records["b"].causes == ("a",)


def test_what_another_judge_found_is_explained_as_well(exchange: Make) -> None:
    judge = Judge[Exchange]([rule("a", breaks=True), evolve(explained_by("a", "b"))], Lists(), exchange_size)
    judge.count("b", 3, [(exchange(asked(good()), told(queued())), "it is not")])

    assert judge.records()[1].causes == ("a",)
    assert judge.records()[1].exercised == 3


def test_answers_are_counted_by_status(exchange: Make) -> None:
    judge = Judge[Exchange]([rule("a")], Lists(), exchange_size)
    for status in (202, 202, 400):
        judge.see(exchange(asked(good()), told(queued()), status=status))
    judge.see(evolve(exchange(asked(good()), told(queued())), operation=None))

    assert judge.statuses == {202: 2, 400: 1}
