"""What was measured, as a table that people read and as JSON that programs read."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from attrs import asdict, frozen

from scripts.bench_processes import Failure, Measurement, Outcome

#: Growth that is called linear: an operation more costs at most this many times what it costs in a small document. In
#: sizes that grow tenfold, time that grows with their square would show as ten; what a cache no longer holds, as less.
LINEAR = 2.0
HEADINGS = ("document", "operations", "size", "tool", "time", "operations/s", "memory", "times our time", "our memory")


@frozen
class Result:
    """One document, and what each tool took for it."""

    document: str
    operations: int
    size: int
    ours: Outcome
    theirs: Outcome


@frozen
class Growth:
    """What one operation more costs, in seconds, between small documents and between large ones."""

    small: float
    large: float

    @property
    def ratio(self) -> float:
        return self.large / self.small if self.small > 0 else float("inf")

    @property
    def linear(self) -> bool:
        return self.ratio <= LINEAR


def growth(points: Sequence[tuple[int, Outcome]]) -> Growth | None:
    """How the time grows between the first two of three sizes or more and the last two; None if one has no time."""
    known = [
        (operations, each.seconds) for operations, each in sorted(points, key=_size) if isinstance(each, Measurement)
    ]
    if len(known) < 3 or len(known) < len(points):
        return None
    slopes = [(after[1] - before[1]) / (after[0] - before[0]) for before, after in pairwise(known)]
    return Growth(slopes[0], slopes[-1])


def _size(point: tuple[int, Outcome]) -> int:
    return point[0]


def text(made: Sequence[Result], given: Sequence[Result], peer: str) -> str:
    """The table of documents made to be measured and of those given, and what it shows of growth."""
    rows = [HEADINGS, *(row for result in (*made, *given) for row in _rows(result, peer))]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    lines = [_line(row, widths) for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    failures = {
        f"{result.document}: {tool}: {outcome.why}."
        for result in (*made, *given)
        for tool, outcome in (("ours", result.ours), (peer, result.theirs))
        if isinstance(outcome, Failure)
    }
    said = [
        _growth("ours", growth([(each.operations, each.ours) for each in made])),
        _growth(peer, growth([(each.operations, each.theirs) for each in made])),
    ]
    return "\n".join([*lines, "", *sorted(failures), *filter(None, said), ""])


def _rows(result: Result, peer: str) -> list[tuple[str, ...]]:
    about = (result.document, f"{result.operations:,}", f"{result.size / 1000:,.0f} kB")
    return [
        (*about, "ours", *_figures(result.ours, result.operations), "", ""),
        ("", "", "", peer, *_figures(result.theirs, result.operations), *_ratios(result)),
    ]


def _figures(outcome: Outcome, operations: int) -> tuple[str, ...]:
    if isinstance(outcome, Failure):
        return ("failed", "", "")
    return (f"{outcome.seconds:.2f} s", f"{operations / outcome.seconds:,.0f}", f"{outcome.memory / 1_000_000:,.0f} MB")


def _ratios(result: Result) -> tuple[str, str]:
    """The peer's time and memory in terms of ours."""
    if isinstance(result.ours, Failure) or isinstance(result.theirs, Failure):
        return ("", "")
    return (
        f"{result.theirs.seconds / result.ours.seconds:.2f}",
        f"{result.theirs.memory / result.ours.memory:.2f}",
    )


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    """Words stand at the left of their column, figures at the right."""
    cells = [
        cell.ljust(width) if column in (0, 3) else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "  ".join(cells).rstrip()


def _growth(tool: str, found: Growth | None) -> str:
    if found is None:
        return ""
    judged = "with the document" if found.linear else "faster than the document"
    return (
        f"{tool}: an operation more costs {found.small * 1000:.2f} ms in small documents"
        f" and {found.large * 1000:.2f} ms in large ones, {found.ratio:.2f} times as much: the time grows {judged}."
    )


def data(made: Sequence[Result], given: Sequence[Result], peer: str) -> dict[str, object]:
    """The same as JSON."""
    found = {
        "ours": growth([(each.operations, each.ours) for each in made]),
        "theirs": growth([(each.operations, each.theirs) for each in made]),
    }
    return {
        "peer": peer,
        "made": [asdict(each) for each in made],
        "given": [asdict(each) for each in given],
        "growth": {tool: asdict(each) | {"ratio": each.ratio} if each else None for tool, each in found.items()},
    }
