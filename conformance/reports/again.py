"""Reads a JSON report again as the report that it was written from, to show it on one page with another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from conformance.model import NO_ANSWER, Cite, Failure, Level, Record, Requirement, Verdict
from conformance.reports.earlier import Earlier, Finding, file_content, report_document
from conformance.reports.messages import Kept, Kind, Line, Part
from conformance.reports.report import Exclusion, Report


def read_report(file: Path) -> Report:
    """The report in a file of the present format; raises `EarlierReportError`.

    Tokens and telephone numbers are masked in it already, and the texts of the contract are not in it.
    """
    return report_again(file_content(file), str(file))


def report_again(content: bytes, where: str) -> Report:
    """The report that a text was written from; raises `EarlierReportError`."""
    document = report_document(content, where)
    return Report(
        subject=document["subject"],
        side=document["side"],
        contract=document["contract"]["folder"],
        contract_digest=document["contract"]["sha256"],
        version=document["version"],
        seed=document["seed"],
        profile=document["profile"],
        strict=document["strict"],
        command=document["command"],
        seen=document["seen"],
        seconds=document["seconds"],
        records=tuple(map(_record, document["records"])),
        tokens=(),
        statuses={_status(name): count for name, count in document["statuses"].items()},
        notes=tuple(document["notes"]),
        repeats={each["id"]: each["failure"]["repeat"] for each in document["records"] if each["failure"]},
        exclusions=tuple(Exclusion(_cite(each["cite"]), each["reason"]) for each in document["exclusions"]),
        earlier=document["earlier"] and _earlier(document["earlier"]),
    )


def _status(name: str) -> int:
    return NO_ANSWER if name == "none" else int(name)


def _cite(node: dict[str, str]) -> Cite:
    return Cite(node["page"], node["quote"])


def _record(node: dict[str, Any]) -> Record[Any]:
    return Record(
        _requirement(node),
        Verdict(node["verdict"]),
        node["exercised"],
        node["broken"],
        node["failure"] and _failure(node["failure"]),
        node["reason"],
        tuple(node["causes"]),
    )


def _requirement(node: dict[str, Any]) -> Requirement[Any]:
    """A requirement that was judged: it judges nothing any more."""

    def applies(_: Any) -> bool:
        return False

    def breaches(_: Any) -> Iterator[str]:
        return iter(())

    tags = frozenset[str](node["tags"])
    cite = _cite(node["cite"])
    return Requirement(
        node["id"], Level(node["level"]), node["title"], cite, applies, breaches, section=node["section"], tags=tags
    )


def _failure(node: dict[str, Any]) -> Failure[Any]:
    seen: Any = Kept(tuple(map(_part, node["parts"])))
    return Failure[Any](seen, tuple(node["breaches"]), ())


def _part(node: dict[str, Any]) -> Part:
    lines = (Line(each["text"], each["pointer"], each["header"], each["is_head"]) for each in node["lines"])
    return Part(Kind(node["kind"]), tuple(lines))


def _earlier(node: dict[str, Any]) -> Earlier:
    return Earlier(
        subject=node["subject"],
        side=node["side"],
        contract_digest=node["sha256"],
        version=node["version"],
        seed=node["seed"],
        profile=node["profile"],
        strict=node["strict"],
        passed=node["passed"],
        findings={id: Finding(each["verdict"], each["fails"]) for id, each in node["findings"].items()},
    )
