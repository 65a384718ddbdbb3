"""Whole runs with manners: budget, Retry-After and notes, over a real server."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from conformance import reference_server
from conformance.checks import SERVER
from conformance.contract import Contract
from conformance.drivers.hosting import hosted
from conformance.drivers.manners import Manners
from conformance.drivers.server import Plan, judge_server, no_progress
from conformance.judge import Judge, Lists, exchange_size
from conformance.model import Exchange, Handler, Request, Response, Verdict, json_response
from conformance.reference_server import State, handler
from conformance.run_server import EXCUSED
from conformance.settings import DEFAULT


def fresh(contract: Contract) -> Handler:
    return handler(State.open(), contract)


def judged(server: Handler, contract: Contract, manners: Manners) -> tuple[Judge[Exchange], tuple[str, ...], int]:
    """The judge, the notes, and how many requests the server got."""
    asked: list[Request] = []

    def counting(request: Request) -> Response:
        asked.append(request)
        return server(request)

    judge = Judge[Exchange](SERVER, Lists(excused=EXCUSED), exchange_size)
    with hosted(reference_server.app(counting), "app") as url:
        notes = judge_server(Plan(contract, DEFAULT, 1, "quick", manners), url, url, judge, no_progress).notes
    return judge, notes, len(asked)


def verdicts(judge: Judge[Exchange], verdict: Verdict) -> set[str]:
    return {each.requirement.id for each in judge.records() if each.verdict is verdict}


def test_a_budget_spent_in_exploration_keeps_what_was_found(contract: Contract) -> None:
    judge, notes, asked = judged(fresh(contract), contract, Manners(max_requests=340))
    exercised = {each.requirement.id: each.exercised for each in judge.records()}

    assert asked == 340
    assert notes == ("the run ended early: it was allowed 340 requests, and all of them were sent",)
    assert verdicts(judge, Verdict.FAIL) == set()
    assert exercised["schemathesis-not-a-server-error"] == 340 - 312


def test_a_budget_spent_on_probes_leaves_the_rest_unexercised(contract: Contract) -> None:
    judge, notes, asked = judged(fresh(contract), contract, Manners(max_requests=5))

    assert asked == 5
    assert len(notes) == 1
    assert "schemathesis-not-a-server-error" in verdicts(judge, Verdict.NOT_EXERCISED)


def busy_once(server: Handler, turn: int) -> Handler:
    """Answers one request with 429 and wants it again after a second."""
    asked = 0

    def tolerable(request: Request) -> Response:
        nonlocal asked
        asked += 1
        if asked != turn:
            return server(request)
        refusal = {"message": "Rate limit exceeded", "errorcode": 50100, "documentation": ""}
        return json_response(429, refusal, (("retry-after", "1"),))

    return tolerable


@pytest.mark.parametrize("turn", [1, 20, 150])
def test_what_a_busy_server_was_asked_is_asked_again_and_both_answers_are_judged(contract: Contract, turn: int) -> None:
    began = time.monotonic()
    busy, notes, _ = judged(busy_once(fresh(contract), turn), contract, Manners())
    plain, _, _ = judged(fresh(contract), contract, Manners())

    assert notes == ()
    assert busy.seen == plain.seen + 1
    assert verdicts(busy, Verdict.FAIL) == set()
    assert verdicts(busy, Verdict.PASS) == verdicts(plain, Verdict.PASS) | {"error-retry-after"}
    assert time.monotonic() - began > 1


def slow_for(server: Handler, is_slow: Callable[[Request], bool], times: int | None = None) -> Handler:
    left = times

    def slow(request: Request) -> Response:
        nonlocal left
        if is_slow(request) and left != 0:
            left = left - 1 if left else left
            time.sleep(0.4)
        return server(request)

    return slow


def test_a_server_that_is_slow_for_some_input_is_told_so(contract: Contract) -> None:
    _, notes, _ = judged(slow_for(fresh(contract), lambda request: b"Attribute59" in request.body), contract, Manners())

    assert len(notes) == 1
    assert notes[0].startswith("“many attributes” took 4")


def test_a_server_that_was_slow_once_is_not(contract: Contract) -> None:
    once = slow_for(fresh(contract), lambda request: b"Attribute59" in request.body, times=1)
    judge, notes, _ = judged(once, contract, Manners())

    assert notes == ()
    assert verdicts(judge, Verdict.FAIL) == set()
