"""Says which requests are answered slowly, by comparison with the others of the same run.

That is information, never a failure: how fast a server has to be is written nowhere. A request counts as slow only if
it was so each time it was sent, for a busy machine is slow at times as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from attrs import frozen

#: A slow answer takes so many times as long as the median, and so many seconds longer.
FACTOR = 10.0
MARGIN = 0.1
#: How often a slow request is sent again before that is said.
REPEATS = 2
#: How many slow requests are looked into.
MOST = 5


@frozen
class Timing:
    """A request by its name, and the seconds in which it was answered each time it was sent."""

    name: str
    seconds: tuple[float, ...]


def suspects(timings: Sequence[Timing]) -> tuple[Timing, ...]:
    """Those that were slow each time so far, the slowest first; at most `MOST`."""
    if not timings:
        return ()
    usual = _usual(timings)
    slow = [each for each in timings if min(each.seconds) > max(FACTOR * usual, usual + MARGIN)]
    return tuple(sorted(slow, key=lambda each: -min(each.seconds))[:MOST])


def slow_notes(timings: Sequence[Timing]) -> tuple[str, ...]:
    """A line for each request that was sent again as often as is needed and was slow each time."""
    return tuple(
        f"“{each.name}” took {_shown(min(each.seconds))}; the median is {_shown(_usual(timings))}"
        for each in suspects(timings)
        if len(each.seconds) > REPEATS
    )


def _usual(timings: Sequence[Timing]) -> float:
    return median(each.seconds[0] for each in timings)


def _shown(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"
