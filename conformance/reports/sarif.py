"""The report as SARIF 2.1.0: a rule for each requirement, and results that point at the sentence that is broken."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import PurePath, PurePosixPath
from typing import Any
from urllib.parse import quote

from attrs import frozen

from conformance.model import Exchange, Level, Record, Requirement, Verdict
from conformance.reports.citations import CONTRACT_FILE, Place, operation_place, place_of
from conformance.reports.comparison import Comparison, comparison
from conformance.reports.console import consequence_text
from conformance.reports.messages import seen_lines
from conformance.reports.report import NO_SECTION, Report, consequences, explanations, with_causes

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
#: What the folder of the contract is called where its place is nobody's business or not known.
_BASE = "CONTRACT"
_BUNDLED = "(bundled)"
#: Where the bundled contract stands in the repository.
_IN_REPOSITORY = "openapi"


def sarif_text(report: Report) -> str:
    return json.dumps(sarif_document(report), ensure_ascii=False, indent=2) + "\n"


def sarif_document(report: Report) -> dict[str, Any]:
    run = _Run(report, comparison(report), {each.requirement.id: place for place, each in enumerate(report.records)})
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run.document()]}


@frozen
class _Run:
    report: Report
    compared: Comparison | None
    #: Where each rule stands among the rules.
    places: dict[str, int]

    def document(self) -> dict[str, Any]:
        report = self.report
        base = _folder(report.contract) is None
        described = "The folder of the contract that was judged by."
        return {
            "tool": {
                "driver": {
                    "name": "sms-conformance",
                    "version": report.version,
                    "rules": [_rule(each.requirement) for each in report.records],
                }
            },
            "automationDetails": {"id": f"sms-conformance/{report.side}/"},
            "invocations": [{"executionSuccessful": True, "commandLine": report.hidden(report.command)}],
            "columnKind": "unicodeCodePoints",
            **({"originalUriBaseIds": {_BASE: {"description": {"text": described}}}} if base else {}),
            "results": [*self._results()],
            "properties": {
                "subject": report.hidden(report.subject),
                "seed": report.seed,
                "profile": report.profile,
                "strict": report.strict,
                "contractSha256": report.contract_digest,
                "passed": report.passed,
            },
        }

    def _results(self) -> Iterator[dict[str, Any]]:
        for record in self.report.records:
            if record.verdict is not Verdict.PASS:
                yield self._result(record)

    def _result(self, record: Record[Any]) -> dict[str, Any]:
        requirement = record.requirement
        return {
            "ruleId": requirement.id,
            "ruleIndex": self.places[requirement.id],
            **self._kind(record),
            "message": {"text": self._message(record)},
            "locations": [self._location(requirement.cite.page, self._cited(requirement))],
            **self._related(record),
            "partialFingerprints": {"sideAndRequirement/v1": f"{self.report.side}/{requirement.id}"},
            **self._suppressions(record),
            **self._baseline(record),
            "properties": {
                "verdict": record.verdict.value,
                "exercised": record.exercised,
                "broken": record.broken,
                **({"causes": [*record.causes]} if record.causes else {}),
            },
        }

    def _kind(self, record: Record[Any]) -> dict[str, str]:
        """What came of a rule. One that explains nothing by itself is a note, though the run fails for it as well."""
        if record.verdict is Verdict.EXCLUDED:
            return {"kind": "notApplicable", "level": "none"}
        if explanations(self.report, record):
            return {"kind": "fail", "level": "note"}
        return {"kind": "fail", "level": "error" if record.fails(strict=self.report.strict) else "warning"}

    def _message(self, record: Record[Any]) -> str:
        requirement, failure, report = record.requirement, record.failure, self.report
        match record.verdict:
            case Verdict.NOT_EXERCISED:
                return f"{requirement.title} Nothing was seen that this applies to."
            case Verdict.UNEXPECTED_PASS:
                return f"{requirement.title} It is listed as known to fail, and passes: take it off the list."
            case Verdict.EXCLUDED:
                return f"{requirement.title} It was left out: {report.hidden(record.reason)}"
            case _ if failure is None:
                return requirement.title
            case _:
                pass
        explained = explanations(report, record)
        if explained:
            return f"Broken by the answers that break {', '.join(explained)}: {consequence_text(report, record)}"
        return "\n".join(
            [
                requirement.title,
                *([report.hidden(record.reason)] if record.reason else []),
                *(f"- {report.masked(each)}" for each in failure.breaches),
                *(f"  {with_causes(record)}" for _ in record.causes[:1]),
                "",
                *(line.rstrip() for line in seen_lines(failure.seen, report.tokens, report.numbers)),
                "",
                *(
                    f"also broken by the same answers: {consequence_text(report, each)}"
                    for each in consequences(report, record)
                ),
                f"repeat: {report.repeat(record)}",
            ]
        )

    def _cited(self, requirement: Requirement[Any]) -> Place | None:
        page = self.report.pages.get(requirement.cite.page)
        return place_of(requirement.cite.quote, page) if page is not None else None

    def _location(self, page: str, place: Place | None) -> dict[str, Any]:
        folder = _folder(self.report.contract)
        artifact = {"uri": quote(page), "uriBaseId": _BASE} if folder is None else {"uri": quote(f"{folder}{page}")}
        region = place and {
            "startLine": place.line,
            "startColumn": place.column,
            "endLine": place.end_line,
            "endColumn": place.end_column,
        }
        return {"physicalLocation": {"artifactLocation": artifact, **({"region": region} if region else {})}}

    def _related(self, record: Record[Any]) -> dict[str, Any]:
        """Where the contract declares the operation that was asked."""
        contract = self.report.pages.get(CONTRACT_FILE)
        if record.failure is None or contract is None:
            return {}
        seen = record.failure.seen
        operation = seen.operation if isinstance(seen, Exchange) else seen.asked.operation
        place = operation_place(operation, contract) if operation else None
        if place is None:
            return {}
        location = {"id": 1, "message": {"text": f"the operation {operation}"}, **self._location(CONTRACT_FILE, place)}
        return {"relatedLocations": [location]}

    def _suppressions(self, record: Record[Any]) -> dict[str, Any]:
        """A result that is tolerated says why; one without the member is known to be suppressed by nobody."""
        if record.verdict not in (Verdict.KNOWN, Verdict.EXCLUDED):
            return {"suppressions": []}
        justification = self.report.hidden(record.reason)
        return {"suppressions": [{"kind": "external", "status": "accepted", "justification": justification}]}

    def _baseline(self, record: Record[Any]) -> dict[str, str]:
        if self.compared is None or not record.fails(strict=self.report.strict):
            return {}
        still = any(each is record for each in self.compared.still_failing)
        return {"baselineState": "unchanged" if still else "new"}


def _rule(requirement: Requirement[Any]) -> dict[str, Any]:
    cite = requirement.cite
    source = f"{cite.page}: “{cite.quote}”"
    return {
        "id": requirement.id,
        "shortDescription": {"text": requirement.title},
        "fullDescription": {"text": source},
        "help": {"text": f"{source} See sms-conformance explain {requirement.id}."},
        "defaultConfiguration": {"level": "error" if requirement.level is Level.MUST else "warning"},
        "properties": {
            "tags": sorted({"conformance", *requirement.tags}),
            "section": requirement.section or NO_SECTION,
            "requirementLevel": requirement.level.value,
        },
    }


def _folder(contract: str) -> str | None:
    """The contract folder as the beginning of a relative reference; None if it is not below the working folder."""
    if contract == _BUNDLED:
        return f"{_IN_REPOSITORY}/"
    path = PurePosixPath(PurePath(contract).as_posix())
    if path.is_absolute() or ".." in path.parts or PurePath(contract).drive:
        return None
    return "" if path == PurePosixPath() else f"{path}/"
