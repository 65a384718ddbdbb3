"""The report as JUnit XML, a test case for each requirement; one that neither passes nor fails is skipped."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections import Counter
from typing import Any

from conformance.model import Record, Verdict
from conformance.reports.console import consequence_text, failure_lines
from conformance.reports.report import Report, explanations, sections, verdict_text


def junit_text(report: Report) -> str:
    counts = Counter(_kind(report, each) for each in report.records)
    suite = ElementTree.Element(
        "testsuite",
        name=f"sms-conformance {report.side}",
        tests=str(len(report.records)),
        failures=str(counts["failure"]),
        errors="0",
        skipped=str(counts["skipped"]),
        time=f"{report.seconds:.3f}",
    )
    _properties(
        suite,
        {
            "subject": report.hidden(report.subject),
            "seed": str(report.seed),
            "profile": report.profile,
            "strict": str(report.strict).lower(),
            "contract": report.contract,
            "contract-sha256": report.contract_digest,
            "version": report.version,
            report.unit: str(report.seen),
        },
    )
    for name, records in sections(report.records).items():
        for record in records:
            suite.append(_case(report, record, name))
    suites = ElementTree.Element("testsuites", {name: suite.attrib[name] for name in _TOTALS})
    suites.append(suite)
    ElementTree.indent(suites)
    return ElementTree.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


_TOTALS = ("tests", "failures", "errors", "time")


def _case(report: Report, record: Record[Any], section: str) -> ElementTree.Element:
    """A test case. How long a requirement took is not known: what is seen is held against all of them at once."""
    requirement = record.requirement
    case = ElementTree.Element(
        "testcase", classname=f"sms_conformance.{report.side}.{_class(section)}", name=requirement.id, time="0"
    )
    properties = {"level": requirement.level.value, "exercised": str(record.exercised), "cite": requirement.cite.page}
    _properties(case, {**properties, **({"tags": ",".join(sorted(requirement.tags))} if requirement.tags else {})})
    kind = _kind(report, record)
    if kind:
        verdict, reason = verdict_text(record, strict=report.strict), report.hidden(record.reason)
        message = f"{verdict}: {reason}" if reason else verdict
        text = "\n".join(failure_lines(report, record)) or requirement.title
        explained = explanations(report, record)
        if explained:
            message = f"{verdict}, explained by {', '.join(explained)}"
            text = f"broken by the answers that break {', '.join(explained)}: {consequence_text(report, record)}"
        ElementTree.SubElement(case, kind, message=_xml_characters(message)).text = _xml_characters(text)
    return case


def _properties(parent: ElementTree.Element, values: dict[str, str]) -> None:
    properties = ElementTree.SubElement(parent, "properties")
    for name, value in values.items():
        ElementTree.SubElement(properties, "property", name=name, value=_xml_characters(value))


def _class(section: str) -> str:
    """A heading as a part of a class name, which readers of JUnit split at dots."""
    return re.sub(r"\W+", "_", section.lower()).strip("_")


def _kind(report: Report, record: Record[Any]) -> str:
    if record.fails(strict=report.strict):
        return "failure"
    return "" if record.verdict is Verdict.PASS else "skipped"


def _xml_characters(text: str) -> str:
    """XML 1.0 has no control characters and no surrogates, not even escaped."""
    return re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text)
