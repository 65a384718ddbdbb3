"""What is taken from lanes is what a single client would have given that is asked one case after another."""

from __future__ import annotations

import threading

import attrs
import pytest

from conformance.checks.client import requirements
from conformance.contract import Contract
from conformance.drivers.cases import Case, case_of, case_to_json
from conformance.drivers.client import exact_cases, exercise
from conformance.drivers.command import GivenUp
from conformance.drivers.lanes import Lanes
from conformance.judge import Judge, Lists, call_size
from conformance.model import JSON, Asked, Call, FunctionCaller, Outcome, Told
from conformance.reference_client import ReferenceClient, Result, reference_caller
from tests.hanging_client import HangingTogether

BOTH = ("sync", "async")


@pytest.fixture(scope="module")
def some(contract: Contract) -> tuple[Case, ...]:
    """Some of the cases, groups among them."""
    return tuple(exact_cases(contract, reference_caller().abilities))[::13]


def seen_of(call: Call) -> tuple[str, str, Told | None, Told]:
    return (
        call.asked.style,
        case_to_json(case_of(call)).replace(call.asked.url, ""),
        call.alike.told if call.alike else None,
        call.outcome.told,
    )


def test_lanes_give_what_one_client_gives(contract: Contract, some: tuple[Case, ...]) -> None:
    def played(lanes: int, ahead: int) -> list[tuple[str, str, Told | None, Told]]:
        calls: list[Call] = []
        others = [reference_caller() for _ in range(lanes - 1)]
        exercise(
            reference_caller(),
            contract,
            seed=1,
            see=lambda call: calls.append(call) or (),
            exact=some,
            others=others,
            ahead=ahead,
        )
        return [seen_of(each) for each in calls]

    alone = played(1, 0)

    assert {style for style, *_ in alone} == set(BOTH)
    assert played(2, 0) == played(2, 64) == played(1, 64) == alone


def test_verdict_on_a_faulty_client_does_not_depend_on_lanes(contract: Contract, some: tuple[Case, ...]) -> None:
    class Lossy(ReferenceClient):
        def result(self, body: dict[str, JSON]) -> Result:
            return attrs.evolve(super().result(body), items=())

    def verdicts(lanes: int, ahead: int) -> dict[str, tuple[int, tuple[int, ...]]]:
        judge = Judge[Call](requirements(contract), Lists(), call_size)
        caller, *others = (reference_caller(Lossy) for _ in range(lanes))
        exercise(caller, contract, seed=1, see=judge.see, exact=some, others=others, ahead=ahead)
        return {
            each.requirement.id: (each.broken, each.failure.size if each.failure else ()) for each in judge.records()
        }

    alone = verdicts(1, 0)

    assert alone["client-items-complete"][0]
    assert verdicts(2, 64) == alone


def test_each_form_is_asked_in_a_lane_of_its_own(contract: Contract, some: tuple[Case, ...]) -> None:
    asked: list[tuple[str, set[str]]] = []

    def lane(name: str) -> FunctionCaller:
        def ask(asking: Asked) -> Outcome:
            asked.append((name, {asking.style}))
            return Outcome(Told.UNSENT)

        return FunctionCaller(ask)

    with Lanes((lane("first"), lane("second")), 8) as lanes:
        for case in some[:8]:
            lanes.start(case, BOTH)
        calls = list(lanes.rest())

    assert len(calls) == 16
    assert dict(asked) == {"first": {"sync"}, "second": {"async"}}


def test_two_lanes_work_at_the_same_time(some: tuple[Case, ...]) -> None:
    both = threading.Barrier(2)

    def ask(asked: Asked) -> Outcome:
        both.wait(10)
        return Outcome(Told.UNSENT)

    with Lanes((FunctionCaller(ask), FunctionCaller(ask)), 1) as lanes:
        lanes.start(some[0], BOTH)

        assert len(list(lanes.rest())) == 2


def test_what_a_client_raises_comes_after_the_calls_before_it(some: tuple[Case, ...]) -> None:
    def ask(asked: Asked) -> Outcome:
        if asked.body == some[3].asked.body and asked.style == "async":
            raise GivenUp("it hung")
        return Outcome(Told.UNSENT)

    plain = [case for case in some if case.way is None and not case.before]
    before = next(index for index, case in enumerate(plain) if case.asked.body == some[3].asked.body)
    taken: list[Call] = []
    with pytest.raises(GivenUp), Lanes((FunctionCaller(ask), FunctionCaller(ask)), 64) as lanes:
        for case in plain[:20]:
            lanes.start(case, BOTH)
        for call in lanes.rest():
            taken.append(call)

    assert len(taken) == 2 * before + 1


def test_group_that_hangs_is_not_followed_by_another(contract: Contract) -> None:
    first, second = HangingTogether(), HangingTogether()
    groups = [case for case in exact_cases(contract, first.abilities) if case.way]
    with Lanes((first, second), 64) as lanes:
        for case in groups:
            lanes.start(case, BOTH)
        calls = list(lanes.rest())

    assert first.asked + second.asked == [2]
    assert [call.outcome.told for call in calls] == [Told.HUNG] * 2
