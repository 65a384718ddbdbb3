from __future__ import annotations

from conformance.drivers.timing import Timing, slow_notes, suspects


def usual(*others: Timing) -> tuple[Timing, ...]:
    return (*(Timing(f"probe {number}", (0.002,)) for number in range(9)), *others)


def test_what_is_slow_each_time_is_told_with_the_median() -> None:
    slow = Timing("many attributes", (1.25, 1.2, 1.4))

    assert slow_notes(usual(slow)) == ("“many attributes” took 1.2 s; the median is 2 ms",)


def test_what_was_slow_once_is_not_told() -> None:
    assert slow_notes(usual(Timing("many attributes", (1.25, 0.002, 1.4)))) == ()


def test_what_was_not_sent_again_is_not_told() -> None:
    slow = Timing("many attributes", (1.25,))

    assert suspects(usual(slow)) == (slow,)
    assert slow_notes(usual(slow)) == ()


def test_a_tenth_of_a_second_more_is_not_slow() -> None:
    assert suspects(usual(Timing("many attributes", (0.1,)))) == ()


def test_a_server_that_is_always_slow_is_not_slow_for_some() -> None:
    assert suspects(tuple(Timing(f"probe {number}", (2.0 + number,)) for number in range(9))) == ()


def test_the_slowest_come_first_and_are_not_many() -> None:
    slow = [Timing(f"slow {number}", (float(number),)) for number in range(1, 8)]

    assert [each.name for each in suspects((*usual(), *usual(), *slow))] == [f"slow {n}" for n in (7, 6, 5, 4, 3)]


def test_no_timings_are_no_news() -> None:
    assert slow_notes(()) == ()
