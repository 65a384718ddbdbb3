"""What was measured of a client, as a table that people read and as JSON that programs read."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence

from attrs import asdict, frozen

FORMAT = 1
HEADINGS = ("measured", "client", "best", "median", "ours/raw", "ours/stock")
#: What each measurement is called in the table, in its order there, with the length of the lists in it.
TITLES: Mapping[str, str] = {
    "send-sync": "one send, no network",
    "send-async": "one send, no network, async",
    "send-loopback": "one send, loopback",
    "read-bytes": "{results}, from bytes",
    "read-values": "{results}, from JSON values",
    "write-values": "{results}, to JSON values",
    "make-request": "a request to {recipients}, made",
    "write-request": "a request to {recipients}, to bytes",
    "import-package": "importing the package",
    "import-operation": "importing it and the operation",
}
#: What the subjects are, below the table.
SUBJECTS = (
    "ours: the client as python -m scripts.generate emits it. stock: as openapi-python-client makes it by itself.",
    "raw: httpx with json= and .json(); json.loads for results; dicts in place of models for a request.",
    "Ratios: our time in that of another in the same round, the one in the middle of all rounds.",
    "Importing: in a fresh interpreter that has httpx and attrs already.",
)


@frozen
class Figure:
    """The seconds of one call: in the best round, and in the one in the middle."""

    best: float
    median: float

    @classmethod
    def of(cls, rounds: Sequence[float]) -> Figure:
        return cls(min(rounds), statistics.median(rounds))


@frozen
class Measured:
    """One measurement by its name in `TITLES`, with what each subject took; raw is None where only models do it.

    The ratios are our time in terms of another's: that of the round in the middle, and not of the best ones, since the
    machine was the same for both only within a round.
    """

    name: str
    ours: Figure
    stock: Figure
    raw: Figure | None
    to_stock: float
    to_raw: float | None

    @classmethod
    def of(cls, name: str, ours: Sequence[float], stock: Sequence[float], raw: Sequence[float] | None) -> Measured:
        """What there is to say of the rounds of each, which belong together by their order."""
        return cls(
            name=name,
            ours=Figure.of(ours),
            stock=Figure.of(stock),
            raw=Figure.of(raw) if raw else None,
            to_stock=_ratio(ours, stock),
            to_raw=_ratio(ours, raw) if raw else None,
        )


def _ratio(ours: Sequence[float], others: Sequence[float]) -> float:
    return statistics.median(own / other for own, other in zip(ours, others, strict=True))


@frozen
class Setting:
    """What was measured with: the operation, the length of long lists, how many rounds, and versions."""

    operation: str
    results: int
    rounds: int
    versions: Mapping[str, str]


def text(setting: Setting, measured: Sequence[Measured]) -> str:
    """The table, and what is in it."""
    rows = [HEADINGS, *(row for each in measured for row in _rows(setting, each))]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    lines = [_line(row, widths) for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    versions = ", ".join(f"{name} {version}" for name, version in setting.versions.items())
    return "\n".join([*lines, "", f"{setting.operation}, with {versions}.", *SUBJECTS, ""])


def _rows(setting: Setting, measured: Measured) -> list[tuple[str, ...]]:
    count = f"{setting.results:,}"
    title = TITLES[measured.name].format(results=f"{count} results", recipients=f"{count} recipients")
    to_raw = "" if measured.to_raw is None else f"{measured.to_raw:.2f}"
    rows: list[tuple[str, ...]] = [
        (title, "ours", *_figures(measured.ours), to_raw, f"{measured.to_stock:.2f}"),
        ("", "stock", *_figures(measured.stock), "", ""),
    ]
    return rows if measured.raw is None else [*rows, ("", "raw", *_figures(measured.raw), "", "")]


def _figures(figure: Figure) -> tuple[str, str]:
    return f"{figure.best * 1_000_000:,.1f} µs", f"{figure.median * 1_000_000:,.1f} µs"


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    """Words stand at the left of their column, figures at the right."""
    cells = [
        cell.ljust(width) if column < 2 else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "  ".join(cells).rstrip()


def data(setting: Setting, measured: Sequence[Measured]) -> dict[str, object]:
    """The same as JSON, in seconds."""
    return {
        "format": FORMAT,
        **asdict(setting),
        "measured": [asdict(each) for each in measured],
    }
