"""Compares a run with an earlier one, requirement by requirement."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attrs import frozen

from conformance.model import Record, Verdict
from conformance.reports.earlier import Earlier, EarlierReportError
from conformance.reports.report import Report


@frozen
class Comparison:
    """What became of each requirement since an earlier run. Those that failed in neither are not listed.

    `mended` ones failed and pass now; `excused` ones failed and no longer fail the run, though they do not pass. `new`
    and `gone` ones were judged by one of the two runs alone. `remarks` say in what the runs differ besides.
    """

    newly_failing: tuple[Record[Any], ...]
    still_failing: tuple[Record[Any], ...]
    mended: tuple[Record[Any], ...]
    excused: tuple[Record[Any], ...]
    new: tuple[Record[Any], ...]
    gone: tuple[str, ...]
    remarks: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Nothing changed: what failed still fails, and nothing else does."""
        return not (self.newly_failing or self.mended or self.excused or self.new or self.gone)


def comparison(report: Report) -> Comparison | None:
    """The run beside the earlier one that it carries; None if it carries none.

    Raises `EarlierReportError` if that one judged the other side.
    """
    earlier = report.earlier
    if earlier is None:
        return None
    if earlier.side != report.side:
        hint = f"Give an earlier report of a {report.side}."
        raise EarlierReportError("the earlier report", f"is of a {earlier.side}, this run of a {report.side}", hint)
    both = [each for each in report.records if each.requirement.id in earlier.findings]

    def failed_before(record: Record[Any]) -> bool:
        return earlier.findings[record.requirement.id].fails

    failing = [each for each in both if each.fails(strict=report.strict)]
    sound = [each for each in both if each not in failing and failed_before(each)]
    ids = {each.requirement.id for each in report.records}
    return Comparison(
        newly_failing=tuple(each for each in failing if not failed_before(each)),
        still_failing=tuple(each for each in failing if failed_before(each)),
        mended=tuple(each for each in sound if each.verdict is Verdict.PASS),
        excused=tuple(each for each in sound if each.verdict is not Verdict.PASS),
        new=tuple(each for each in report.records if each.requirement.id not in earlier.findings),
        gone=tuple(id for id in earlier.findings if id not in ids),
        remarks=tuple(_remarks(report, earlier)),
    )


def comparison_line(compared: Comparison) -> str:
    """The comparison in one line, with the names of those that changed."""
    told = [
        *_named("newly failing", [each.requirement.id for each in compared.newly_failing]),
        *_named("mended", [each.requirement.id for each in compared.mended]),
        *_named("no longer counted", [each.requirement.id for each in compared.excused]),
        *_named("new", [each.requirement.id for each in compared.new]),
        *_named("gone", compared.gone),
    ]
    still = f"{len(compared.still_failing)} still failing" if compared.still_failing else ""
    return "; ".join([*told, *([still] if still else [])]) or "nothing changed"


def _named(what: str, ids: list[str] | tuple[str, ...]) -> Iterator[str]:
    if ids:
        yield f"{what}: {', '.join(ids)}"


def _remarks(report: Report, earlier: Earlier) -> Iterator[str]:
    for what, now, then in (
        ("subject", report.hidden(report.subject), report.hidden(earlier.subject)),
        ("contract", report.contract_digest[:12], earlier.contract_digest[:12]),
        ("version of the suite", report.version, report.hidden(earlier.version)),
        ("seed", report.seed, earlier.seed),
        ("profile", report.profile, report.hidden(earlier.profile)),
    ):
        if now != then:
            yield f"The {what} was {then}, and is {now}."
    if report.strict != earlier.strict:
        yield f"The earlier run was {'strict' if earlier.strict else 'not strict'}, unlike this one."
