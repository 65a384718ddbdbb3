"""Tells GitHub Actions of a run: annotations on its output, the summary of the job, and outputs of the step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from conformance.model import Record, Verdict
from conformance.reports.markdown import markdown_text
from conformance.reports.report import Report, explanations, verdict_text

#: Annotations of each kind that GitHub shows of a step.
MOST = 10
#: Bytes that GitHub takes of a step's summary.
SUMMARY_LIMIT = 1024 * 1024


def tell_github(reports: Sequence[Report], environment: Mapping[str, str], write: Callable[[str], None]) -> None:
    """Write the annotations, and append to the files that the environment names; nothing outside GitHub Actions.

    What cannot be written is said and changes no verdict.
    """
    if environment.get("GITHUB_ACTIONS") != "true":
        return
    for line in annotation_commands(reports):
        write(line)
    _append(environment.get("GITHUB_STEP_SUMMARY"), step_summary(reports), write)
    _append(environment.get("GITHUB_OUTPUT"), outputs(reports), write)


def annotation_commands(reports: Sequence[Report]) -> Iterator[str]:
    """A workflow command for each requirement that fails a run or would if it were strict, consequences left out."""
    told = [(report, record) for report in reports for record in _told(report)]
    told.sort(key=lambda each: not each[1].fails(strict=each[0].strict))
    shown = told if len(told) <= MOST else told[: MOST - 1]
    for report, record in shown:
        level = "error" if record.fails(strict=report.strict) else "warning"
        title = f"{report.side}: {record.requirement.id} ({record.requirement.level})"
        yield command(level, title, _sentence(report, record))
    if len(told) > len(shown):
        rest = told[len(shown) :]
        level = "error" if any(record.fails(strict=report.strict) for report, record in rest) else "warning"
        yield command(level, "sms-conformance", f"{len(rest)} more are broken; the report has them.")


def step_summary(reports: Sequence[Report]) -> str:
    """The reports as Markdown, without the failures where GitHub would refuse them whole."""
    text = "\n".join(markdown_text(each) for each in reports)
    if len(text.encode("utf-8", "replace")) <= SUMMARY_LIMIT:
        return text
    return "\n".join(markdown_text(each, failures=False) for each in reports)


def outputs(reports: Sequence[Report]) -> str:
    """The outputs of the step: its verdict, and how many requirements fail."""
    verdict = "passed" if all(each.passed for each in reports) else "failed"
    return f"verdict={verdict}\nfailed={sum(len(each.failed) for each in reports)}\n"


def command(level: str, title: str, message: str) -> str:
    """A workflow command; nothing in its texts ends it or begins another."""
    properties = f" title={_property(title)}" if title else ""
    return f"::{level}{properties}::{_data(message)}"


def _told(report: Report) -> Iterator[Record[Any]]:
    for record in report.records:
        fails = record.fails(strict=report.strict) or record.verdict is Verdict.FAIL
        if fails and not explanations(report, record):
            yield record


def _sentence(report: Report, record: Record[Any]) -> str:
    requirement, failure = record.requirement, record.failure
    if failure is None or record.verdict is not Verdict.FAIL:
        reason = f": {report.hidden(record.reason)}" if record.reason else ""
        return f"{requirement.title} {verdict_text(record, strict=report.strict).capitalize()}{reason}."
    breaches = "\n".join(f"- {report.masked(each)}" for each in failure.breaches)
    cite = f"{requirement.cite.page}: “{requirement.cite.quote}”"
    return f"{requirement.title}\n{breaches}\n{cite}\nrepeat: {report.repeat(record)}"


def _append(file: str | None, text: str, write: Callable[[str], None]) -> None:
    if not file:
        return
    try:
        with Path(file).open("a", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as error:
        write(command("warning", "sms-conformance", f"{file} cannot be written ({error.strerror})."))


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
