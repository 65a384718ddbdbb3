"""The report as one JSON document, a record for each requirement; `report.schema.json` beside this says its form."""

from __future__ import annotations

import json
from typing import Any

from conformance.model import NO_ANSWER, Record
from conformance.reports.comparison import Comparison, comparison
from conformance.reports.earlier import JSON_FORMAT, Earlier
from conformance.reports.messages import Line, Part, parts, seen_lines
from conformance.reports.report import Exclusion, Report


def json_text(report: Report) -> str:
    return json.dumps(json_document(report), ensure_ascii=False, indent=2) + "\n"


def json_document(report: Report) -> dict[str, Any]:
    compared = comparison(report)
    return {
        "format": JSON_FORMAT,
        "subject": report.hidden(report.subject),
        "side": report.side,
        "contract": {"folder": report.contract, "sha256": report.contract_digest},
        "version": report.version,
        "seed": report.seed,
        "profile": report.profile,
        "strict": report.strict,
        "command": report.hidden(report.command),
        "passed": report.passed,
        "seen": report.seen,
        "unit": report.unit,
        "seconds": round(report.seconds, 3),
        "statuses": {_status(status): count for status, count in sorted(report.statuses.items())},
        "notes": [report.masked(each) for each in report.notes],
        "records": [_record(report, each) for each in report.records],
        "exclusions": [_exclusion(report, each) for each in report.exclusions],
        "comparison": compared and _comparison(compared),
        "earlier": report.earlier and _earlier(report, report.earlier),
    }


def _status(status: int) -> str:
    return "none" if status == NO_ANSWER else str(status)


def _record(report: Report, record: Record[Any]) -> dict[str, Any]:
    requirement, failure = record.requirement, record.failure
    return {
        "id": requirement.id,
        "level": requirement.level.value,
        "section": requirement.section,
        "tags": sorted(requirement.tags),
        "title": requirement.title,
        "cite": {"page": requirement.cite.page, "quote": requirement.cite.quote},
        "verdict": record.verdict.value,
        "fails": record.fails(strict=report.strict),
        "exercised": record.exercised,
        "broken": record.broken,
        "reason": report.hidden(record.reason),
        "causes": [*record.causes],
        "failure": failure
        and {
            "breaches": [report.masked(each) for each in failure.breaches],
            "smallest": [*seen_lines(failure.seen, report.tokens, report.numbers)],
            "parts": [_part(each) for each in parts(failure.seen, report.tokens, report.numbers)],
            "repeat": report.repeat(record),
        },
    }


def _part(part: Part) -> dict[str, Any]:
    return {"kind": part.kind.value, "lines": [_line(each) for each in part.lines]}


def _line(line: Line) -> dict[str, Any]:
    return {"text": line.text, "pointer": line.pointer, "header": line.header, "is_head": line.is_head}


def _earlier(report: Report, earlier: Earlier) -> dict[str, Any]:
    return {
        "subject": report.hidden(earlier.subject),
        "side": earlier.side,
        "sha256": earlier.contract_digest,
        "version": earlier.version,
        "seed": earlier.seed,
        "profile": earlier.profile,
        "strict": earlier.strict,
        "passed": earlier.passed,
        "findings": {id: {"verdict": each.verdict, "fails": each.fails} for id, each in earlier.findings.items()},
    }


def _exclusion(report: Report, exclusion: Exclusion) -> dict[str, Any]:
    return {
        "cite": {"page": exclusion.cite.page, "quote": exclusion.cite.quote},
        "reason": report.hidden(exclusion.reason),
    }


def _comparison(compared: Comparison) -> dict[str, Any]:
    return {
        "newly_failing": [each.requirement.id for each in compared.newly_failing],
        "still_failing": [each.requirement.id for each in compared.still_failing],
        "mended": [each.requirement.id for each in compared.mended],
        "excused": [each.requirement.id for each in compared.excused],
        "new": [each.requirement.id for each in compared.new],
        "gone": [*compared.gone],
        "remarks": [*compared.remarks],
    }
