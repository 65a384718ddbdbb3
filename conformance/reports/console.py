"""The report as lines for the terminal: the table first, what failed after it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.model import Record
from conformance.reports.comparison import comparison, comparison_line
from conformance.reports.messages import seen_lines
from conformance.reports.report import (
    Report,
    consequences,
    headlines,
    sections,
    summary,
    verdict_line,
    verdict_text,
    with_causes,
)

#: Letters of a breach that one line shows.
_LONG = 160


def row(record: Record[Any], *, strict: bool, reason: str = "") -> str:
    """One requirement in one line: id, level, verdict, how often it was exercised."""
    verdict = verdict_text(record, strict=strict)
    tail = f"  {reason}" if reason else ""
    return f"{record.requirement.id:<41}{record.requirement.level:<8}{verdict:<19}{record.exercised:>6}{tail}"


def heading() -> str:
    return f"{'requirement':<41}{'level':<8}{'verdict':<19}{'exercised':>6}"


def terminal(report: Report) -> Iterator[str]:
    """The lines of the terminal report."""
    contract = f"contract {report.contract} {report.contract_digest[:12]}"
    yield f"{report.side} {report.hidden(report.subject)}: {contract}, seed {report.seed}"
    yield ""
    yield heading()
    by_section = sections(report.records)
    for name, records in by_section.items():
        if len(by_section) > 1:
            yield ""
            yield name
        yield from (row(each, strict=report.strict, reason=report.hidden(each.reason)) for each in records)
    for record in headlines(report):
        yield ""
        yield from failure_lines(report, record)
    if report.notes:
        yield ""
        yield from (f"note: {report.masked(note)}" for note in report.notes)
    yield ""
    compared = comparison(report)
    if compared is not None:
        yield f"compared with the earlier run: {comparison_line(compared)}"
        yield from (f"  {remark}" for remark in compared.remarks)
    yield summary(report)
    yield verdict_line(report)


def failure_lines(report: Report, record: Record[Any]) -> Iterator[str]:
    """One failure: the sentence it comes from, the smallest request and response, what else the same answers break,
    and how to repeat it."""
    requirement, failure = record.requirement, record.failure
    if failure is None:
        return
    yield f"FAIL {requirement.id} ({requirement.level})"
    yield f"  {requirement.title}"
    yield f"  {requirement.cite.page}: “{requirement.cite.quote}”"
    if record.reason:
        yield f"  {report.hidden(record.reason)}"
    yield f"  broken {record.broken} of {record.exercised} times; the smallest:"
    for breach in failure.breaches:
        yield f"  - {report.masked(breach)}"
    for line in seen_lines(failure.seen, report.tokens, report.numbers):
        yield f"    {line}".rstrip()
    if with_causes(record):
        yield f"  {with_causes(record)}"
    for each in consequences(report, record):
        yield f"  also broken by the same answers: {consequence_text(report, each)}"
    yield f"  repeat: {report.repeat(record)}"


def consequence_text(report: Report, record: Record[Any]) -> str:
    """A broken requirement that a headline explains, in one line."""
    first = next(iter(record.failure.breaches), "") if record.failure else ""
    breach = " ".join(report.masked(first).split())
    breach = breach if len(breach) <= _LONG else f"{breach[:_LONG].rstrip()}…"
    return f"{record.requirement.id} ({record.requirement.level}){f': {breach}' if breach else ''}"
