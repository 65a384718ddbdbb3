"""The JUnit report as what reads it takes it."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import junitparser
import pytest
from conftest import Make, asked, good, queued, refused, told
from hypothesis import given, settings

from conformance.checks import SERVER
from conformance.judge import Lists
from conformance.reports import Report, junit_text
from tests.made_reports import client_report, full_report, hostile_report, made_reports, seen_report


def cases(report: Report) -> dict[str, junitparser.TestCase]:
    [suite] = junitparser.JUnitXml.fromstring(junit_text(report).encode())
    return {case.name: case for case in suite}


def test_each_requirement_is_a_case(exchange: Make) -> None:
    seen = exchange(asked(good(), good(1, to=...)), told(queued(), refused(), errorcode=0))
    report = seen_report(seen, lists=Lists(excluded={"send-202-shape": "a | b"}))
    suite = ElementTree.fromstring(junit_text(report))[0]

    assert int(suite.attrib["tests"]) == len(suite.findall("testcase")) == len(SERVER)
    assert int(suite.attrib["failures"]) == len(suite.findall("testcase/failure"))
    assert int(suite.attrib["skipped"]) == len(suite.findall("testcase/skipped")) == 1


@given(made_reports())
@settings(max_examples=60, deadline=None)
def test_made_up_reports_are_counted_right(report: Report) -> None:
    [suite] = junitparser.JUnitXml.fromstring(junit_text(report).encode())
    results = [result for case in suite for result in case.result]

    assert suite.tests == len(report.records)
    assert suite.failures == sum(isinstance(each, junitparser.Failure) for each in results) == len(report.failed)
    assert suite.skipped == sum(isinstance(each, junitparser.Skipped) for each in results)


def test_a_case_stands_in_its_section() -> None:
    found = cases(full_report())

    assert found["top-code"].classname == "sms_conformance.server.the_answer"
    assert found["any-schema"].classname == "sms_conformance.server.all_answers"
    assert cases(client_report())["client-mixed-told"].classname == "sms_conformance.client.requirements"


def test_a_headline_tells_all_and_a_consequence_names_it() -> None:
    found = cases(full_report())
    [headline], [consequence] = found["top-code"].result, found["any-schema"].result

    assert headline.message == "fail"
    assert "< 202" in headline.text
    assert "also broken by the same answers: top-shape" in headline.text
    assert isinstance(consequence, junitparser.Failure)
    assert consequence.message == "fail, explained by top-code"
    assert "< 202" not in consequence.text
    assert "\n" not in consequence.text


@pytest.mark.parametrize(
    ("id", "kind", "message"),
    [
        ("soft-rule", junitparser.Skipped, "fail (not strict)"),
        ("idle-rule", junitparser.Failure, "not exercised"),
        ("left-out", junitparser.Skipped, "excluded: not | ours"),
        ("known-rule", junitparser.Skipped, "known: a counter"),
        ("mended-rule", junitparser.Failure, "passes unexpectedly: was a counter"),
    ],
)
def test_every_verdict_has_its_kind(id: str, kind: type, message: str) -> None:
    [result] = cases(full_report())[id].result

    assert isinstance(result, kind)
    assert result.message == message


def test_a_pass_has_no_result() -> None:
    assert cases(full_report())["good-rule"].result == []


def test_the_suite_says_what_it_was_made_with() -> None:
    [suite] = junitparser.JUnitXml.fromstring(junit_text(full_report()).encode())
    properties = {each.name: each.value for each in suite.properties()}

    assert properties["seed"] == "1"
    assert properties["contract-sha256"] == "0" * 64
    assert properties["version"] == "0.1.0"
    assert suite.time == 0.5


def test_no_text_breaks_the_xml() -> None:
    found = cases(hostile_report())

    assert len(found) == len(hostile_report().records)
    assert "<script>alert(1)</script>" in found["hostile-0"].result[0].text
