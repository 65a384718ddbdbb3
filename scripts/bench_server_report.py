"""What was measured of judging servers, as a table that people read and as JSON that programs read."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence

from attrs import asdict, frozen

from scripts.bench_processes import Failure
from scripts.bench_server_processes import STOCK
from scripts.bench_server_verdict import Outcome, Verdict, is_found

FORMAT = 1
HEADINGS = ("server", "judged by", "time", "processor", "requests", "requests/s", "verdict", "ours/stock")
#: What the figures are, below the table.
SUBJECTS = (
    "ours: sms-conformance server --strict, by profile. stock: st run as it is by itself, which ends a phase at",
    "its first failure unless --continue-on-failure is given. Every judgement gets a fresh server.",
    "Time: the whole process. Processor: what it took of that, the server's own apart. Of several, the middle.",
    "Ratios: our time in that of stock on the same server, the one in the middle of all.",
    "Found: accused of something that the tool does not accuse the correct server of.",
)


@frozen
class Setting:
    """What was measured with: how many faults there are, options of stock beside its own, and versions."""

    faults: int
    max_recipients: int
    options: tuple[str, ...]
    versions: Mapping[str, str]


@frozen
class Measured:
    """What each tool said, by its name: of the correct server in each round, and of each faulty one by its fault."""

    correct: Mapping[str, Sequence[Verdict]]
    faulty: Mapping[str, Mapping[str, Outcome]]

    def accusations(self, tool: str) -> tuple[str, ...]:
        """What a tool accuses the correct server of."""
        return tuple(sorted({accusation for each in self.correct[tool] for accusation in each.accusations}))

    def is_found(self, tool: str, fault: str) -> bool:
        return is_found(self.correct[tool], self.faulty[tool][fault])

    def missed(self, tool: str) -> tuple[str, ...]:
        """The faults that a tool gave a verdict on and did not find."""
        return tuple(
            fault
            for fault, outcome in self.faulty[tool].items()
            if isinstance(outcome, Verdict) and not self.is_found(tool, fault)
        )


def text(setting: Setting, measured: Measured) -> str:
    """The table, and what is in it."""
    rows = [HEADINGS, *_correct_rows(measured), *_faulty_rows(setting, measured)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    lines = [_line(row, widths) for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join([*lines, "", *_told(measured), _with(setting), *SUBJECTS, ""])


def _correct_rows(measured: Measured) -> list[tuple[str, ...]]:
    return [
        (
            "" if number else "correct",
            tool,
            *_figures(rounds),
            "accused" if measured.accusations(tool) else "clean",
            "" if tool == STOCK else _ratio(rounds, measured.correct[STOCK]),
        )
        for number, (tool, rounds) in enumerate(measured.correct.items())
    ]


def _faulty_rows(setting: Setting, measured: Measured) -> list[tuple[str, ...]]:
    return [
        (
            "" if number else f"faulty, {len(outcomes)} of {setting.faults}",
            tool,
            *_figures([each for each in outcomes.values() if isinstance(each, Verdict)]),
            f"{sum(measured.is_found(tool, fault) for fault in outcomes)} of {len(outcomes)} found",
            "" if tool == STOCK else _ratio(list(outcomes.values()), list(measured.faulty[STOCK].values())),
        )
        for number, (tool, outcomes) in enumerate(measured.faulty.items())
    ]


def _figures(verdicts: Sequence[Verdict]) -> tuple[str, ...]:
    if not verdicts:
        return ("failed", "", "", "")
    return (
        f"{statistics.median(each.seconds for each in verdicts):.2f} s",
        f"{statistics.median(each.processor for each in verdicts):.2f} s",
        f"{statistics.median(each.requests for each in verdicts):,.0f}",
        f"{statistics.median(each.rate for each in verdicts):,.1f}",
    )


def _ratio(ours: Sequence[Outcome], stock: Sequence[Outcome]) -> str:
    ratios = [
        own.seconds / other.seconds
        for own, other in zip(ours, stock, strict=True)
        if isinstance(own, Verdict) and isinstance(other, Verdict)
    ]
    return f"{statistics.median(ratios):.2f}" if ratios else ""


def _told(measured: Measured) -> list[str]:
    """What each tool accuses the correct server of, which faults it misses, and where it gives no verdict."""
    lines: list[str] = []
    for tool in measured.correct:
        if accusations := measured.accusations(tool):
            lines.append(f"{tool} accuses the correct server, which counts for no fault: {'; '.join(accusations)}.")
    for tool, outcomes in measured.faulty.items():
        if missed := measured.missed(tool):
            lines += [f"{tool} misses:", *(f"  {fault}" for fault in missed)]
        lines += [
            f"{tool} has no verdict on {fault}: {outcome.why}."
            for fault, outcome in outcomes.items()
            if isinstance(outcome, Failure)
        ]
    return lines


def _with(setting: Setting) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in setting.versions.items())
    options = f"; stock with {' '.join(setting.options)}" if setting.options else ""
    return f"The reference server, {setting.max_recipients} recipients at most, with {versions}{options}."


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    """Words stand at the left of their column, figures at the right."""
    cells = [
        cell.ljust(width) if column in (0, 1, 6) else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "  ".join(cells).rstrip()


def data(setting: Setting, measured: Measured) -> dict[str, object]:
    """The same as JSON, in seconds."""
    return {
        "format": FORMAT,
        **asdict(setting),
        "correct": {tool: [asdict(each) for each in rounds] for tool, rounds in measured.correct.items()},
        "faulty": {
            tool: {
                fault: asdict(outcome) | {"found": measured.is_found(tool, fault)}
                for fault, outcome in outcomes.items()
            }
            for tool, outcomes in measured.faulty.items()
        },
    }
