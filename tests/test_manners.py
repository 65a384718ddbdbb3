"""How a server is asked, by a clock that only the manners move."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from conformance.drivers.manners import (
    VAIN_WAITS,
    BudgetSpent,
    Courteous,
    Manners,
    Stopwatch,
    WaitedInVain,
    retry_after,
)
from conformance.drivers.wire import Limits
from conformance.model import NO_ANSWER, Request, Response

REQUEST = Request("POST", "/")
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


class Bench:
    """A server that gives the answers listed, each after its seconds, then good ones; and what happened when."""

    def __init__(self, manners: Manners, *answers: Response, takes: float = 0.0) -> None:
        self.time = 0.0
        self.asked: list[float] = []
        self.busy: list[Response] = []
        self._answers = list(answers)
        self._takes = takes
        self.courteous = Courteous(
            self._answer,
            manners,
            lambda request, response: self.busy.append(response),
            clock=lambda: self.time,
            sleep=self._sleep,
            now=lambda: NOON + timedelta(seconds=self.time),
        )

    def _sleep(self, seconds: float) -> None:
        self.time += seconds

    def _answer(self, request: Request) -> Response:
        self.asked.append(self.time)
        self.time += self._takes
        return self._answers.pop(0) if self._answers else Response(202)

    def send(self, times: int = 1) -> list[int]:
        return [self.courteous.send(REQUEST).status for _ in range(times)]


def busy(status: int, *after: str) -> Response:
    return Response(status, tuple(("Retry-After", each) for each in after))


def test_no_more_is_sent_than_may_be() -> None:
    bench = Bench(Manners(max_requests=3))
    bench.send(3)

    with pytest.raises(BudgetSpent, match="it was allowed 3 requests"):
        bench.send()
    assert len(bench.asked) == 3


def test_requests_are_evenly_spaced() -> None:
    bench = Bench(Manners(rate=4.0), takes=0.1)
    bench.send(4)

    assert bench.asked == pytest.approx([0.0, 0.25, 0.5, 0.75])


def test_time_that_was_lost_is_not_made_up_for() -> None:
    bench = Bench(Manners(rate=2.0))
    bench.send(1)
    bench.time = 10.0
    bench.send(3)

    assert bench.asked == pytest.approx([0.0, 10.0, 10.5, 11.0])


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_asked_again_when_it_says(status: int) -> None:
    bench = Bench(Manners(), busy(status, "7"))

    assert bench.send() == [202]
    assert bench.asked == [0.0, 7.0]
    assert [each.status for each in bench.busy] == [status]


def test_a_server_that_is_busy_again_is_left_in_peace() -> None:
    bench = Bench(Manners(), busy(429, "1"), busy(429, "1"))

    assert bench.send() == [429]
    assert len(bench.asked) == 2


@pytest.mark.parametrize(
    "answer", [busy(429), busy(503, "soon"), busy(429, "61"), busy(400, "1"), busy(202, "1"), busy(429, "-1")]
)
def test_there_is_no_waiting_without_a_reason(answer: Response) -> None:
    bench = Bench(Manners(), answer)

    assert bench.send() == [answer.status]
    assert bench.time == 0
    assert bench.busy == []


def test_a_run_waits_so_long_in_all_and_then_goes_on_without() -> None:
    bench = Bench(Manners(waiting=10.0), *(busy(429, "4") for _ in range(9)))
    statuses = bench.send(6)

    assert bench.time == 8.0
    assert statuses == [429] * 6
    assert len(bench.busy) == 2


def test_what_is_asked_again_counts() -> None:
    bench = Bench(Manners(max_requests=1), busy(429, "1"))

    assert bench.send() == [429]
    with pytest.raises(BudgetSpent):
        bench.send()


def test_a_server_that_keeps_waiting_is_given_up() -> None:
    bench = Bench(Manners(Limits(seconds=15.0)), *(Response(NO_ANSWER) for _ in range(9)), takes=15.0)
    bench.send(VAIN_WAITS)

    with pytest.raises(WaitedInVain, match="5 times no whole answer came within 15 s"):
        bench.send()


def test_connections_that_break_at_once_are_no_waiting() -> None:
    bench = Bench(Manners(), *(Response(NO_ANSWER) for _ in range(20)), takes=0.1)

    assert bench.send(20) == [NO_ANSWER] * 20


def test_the_stopwatch_leaves_out_waiting_and_what_was_not_answered() -> None:
    bench = Bench(Manners(rate=0.1), busy(429, "7"), Response(202), Response(NO_ANSWER), takes=0.5)
    stopwatch = Stopwatch(bench.courteous)
    stopwatch.send(REQUEST)
    stopwatch.send(Request("POST", "/other"))

    assert stopwatch.seconds == {REQUEST: pytest.approx(0.5)}


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (" 7 ", 7.0),
        ("Thu, 01 Jan 2026 12:00:30 GMT", 30.0),
        ("Thu, 01 Jan 2026 11:00:00 GMT", 0.0),
        ("1.5", None),
        ("-1", None),
        ("٣", None),
        ("", None),
        ("Thu, 99 Foo 2026", None),
        ("tomorrow", None),
        ("Mon, 01 Jan 2024 00:00:00 +99999999999999", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, seconds: Any) -> None:
    assert retry_after(Response(429, (("retry-after", value),)), NOON) == seconds
