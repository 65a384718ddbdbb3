"""The report as Markdown, for the summary of a CI run: the verdict, what failed, then every requirement by section."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

from conformance.model import NO_ANSWER, Record
from conformance.reports.comparison import comparison, comparison_line
from conformance.reports.console import consequence_text, failure_lines
from conformance.reports.report import (
    Report,
    consequences,
    headlines,
    sections,
    summary,
    verdict_counts,
    verdict_text,
)

#: Failures that are unfolded from the start.
_UNFOLDED = 3


def markdown_text(report: Report, *, failures: bool = True) -> str:
    """The report as Markdown; without the requests and responses of its failures if they are not wanted."""
    shown = _failures(report) if failures else _failure_list(report)
    return "\n".join([*_opening(report), *shown, *_sections(report), *_remaining(report)]) + "\n"


def _opening(report: Report) -> Iterator[str]:
    yield f"# {report.side} {_subject(report)}: {'passed ✅' if report.passed else 'failed ❌'}"
    yield ""
    yield (
        f"{summary(report)}. {report.seen} {report.unit} in {report.seconds:.1f} s, seed {report.seed}, "
        f"profile {report.profile}, contract `{report.contract_digest[:12]}`."
    )
    if report.statuses:
        told = ", ".join(f"{count} × {_status(status)}" for status, count in sorted(report.statuses.items()))
        yield ""
        yield f"Answers: {told}."
    compared = comparison(report)
    if compared is not None:
        yield ""
        yield f"Compared with the earlier run: {inline(comparison_line(compared))}."
        yield from (f"- {inline(remark)}" for remark in compared.remarks)


def _subject(report: Report) -> str:
    """The subject as code, so that its address is no link; one that would end the code is escaped instead."""
    subject = report.hidden(report.subject)
    return f"`{subject}`" if subject.strip() == subject and not set(subject) & {"`", "\n"} else inline(subject)


def _status(status: int) -> str:
    return "no answer" if status == NO_ANSWER else str(status)


def _failures(report: Report) -> Iterator[str]:
    for place, record in enumerate(headlines(report)):
        requirement = record.requirement
        yield ""
        yield f"<details{' open' if place < _UNFOLDED else ''}>"
        yield (
            f"<summary><strong><code>{requirement.id}</code></strong> ({requirement.level}): "
            f"{html.escape(requirement.title)}</summary>"
        )
        yield ""
        text = "\n".join(_without_consequences(report, record))
        fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
        yield from (fence, text, fence)
        explained = consequences(report, record)
        if explained:
            yield ""
            yield "Also broken by the same answers:"
            yield ""
            yield from (f"- {inline(consequence_text(report, each))}" for each in explained)
        yield ""
        yield "</details>"


def _failure_list(report: Report) -> Iterator[str]:
    yield ""
    yield from (f"- {inline(consequence_text(report, each))}" for each in headlines(report))


def _without_consequences(report: Report, record: Record[Any]) -> Iterator[str]:
    return (line for line in failure_lines(report, record) if not line.startswith("  also broken by the same answers:"))


def _sections(report: Report) -> Iterator[str]:
    for name, records in sections(report.records).items():
        counts = ", ".join(
            f"{count} {verdict}" for verdict, count in verdict_counts(records, strict=report.strict).items()
        )
        yield ""
        yield f"## {inline(name[:1].upper() + name[1:])}: {counts}"
        yield ""
        yield "| requirement | level | verdict | exercised | |"
        yield "|---|---|---|---:|---|"
        yield from (_row(report, each) for each in records)


def _row(report: Report, record: Record[Any]) -> str:
    requirement = record.requirement
    cells = (
        f"`{requirement.id}`",
        requirement.level.value,
        verdict_text(record, strict=report.strict),
        str(record.exercised),
        inline(report.hidden(record.reason) or requirement.title),
    )
    return f"| {' | '.join(cells)} |"


def _remaining(report: Report) -> Iterator[str]:
    if report.exclusions:
        yield from ("", "## Sentences with no requirement", "")
        for each in report.exclusions:
            yield f"- {inline(each.cite.page)}: “{inline(each.cite.quote)}”: {inline(report.hidden(each.reason))}"
    if report.notes:
        yield from ("", "## Notes", "")
        yield from (f"- {inline(report.masked(note))}" for note in report.notes)


def inline(text: str) -> str:
    """Text that is shown as it is, in a cell, a heading or an item: no mark-up of Markdown or HTML acts in it.

    Code in backticks, which titles and rulings have, stays code if the backticks are paired.
    """
    parts = " ".join(text.split()).split("`")
    if len(parts) % 2 == 0:
        return _escaped("`".join(parts))
    return "".join(_code(part) if place % 2 else _escaped(part) for place, part in enumerate(parts))


def _code(text: str) -> str:
    return f"<code>{_escaped(text)}</code>" if text else "\\`\\`"


def _escaped(text: str) -> str:
    # A colon or an at sign would make links and mentions of what is only told.
    text = re.sub(r"([\\`*_{}\[\]()#+!|~^$-])", r"\\\1", html.escape(text, quote=False))
    return re.sub(r"(?<=[a-z])://|@", lambda found: f"&#{ord(found[0][0])};{found[0][1:]}", text)
