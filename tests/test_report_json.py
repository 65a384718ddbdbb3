"""The JSON report obeys the schema that is published with it, and can be read again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import attrs
import jsonschema_rs
import pytest
from conftest import Make, asked, good, queued, refused, told
from hypothesis import given, settings

from conformance.checks import SERVER
from conformance.model import Record, Verdict
from conformance.reports import EarlierReportError, Report, json_text, read_earlier
from conformance.reports.comparison import comparison, comparison_line
from conformance.reports.earlier import Finding, earlier_report, schema_text
from tests.made_reports import client_report, full_report, hostile_report, made_reports, record, report_of, seen_report

SCHEMA = json.loads(schema_text())
VALIDATOR = jsonschema_rs.Draft202012Validator(SCHEMA)


def document(report: Report) -> Any:
    return json.loads(json_text(report))


def test_the_schema_is_valid_and_says_which_it_is() -> None:
    jsonschema_rs.meta.validate(SCHEMA)

    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert SCHEMA["$id"].endswith(f":{document(full_report())['format']}")


def objects(schema: Any) -> list[Any]:
    inner = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else []
    own = [schema] if isinstance(schema, dict) and "properties" in schema and schema.get("type") == "object" else []
    return [*own, *(found for each in inner for found in objects(each))]


def test_the_schema_is_closed() -> None:
    assert len(objects(SCHEMA)) > 5
    assert [each for each in objects(SCHEMA) if each["additionalProperties"] is not False] == []
    assert [each for each in objects(SCHEMA) if {*each["required"]} != {*each["properties"]}] == []


def test_a_run_obeys_the_schema(exchange: Make) -> None:
    report = seen_report(exchange(asked(good(), good(1, to=...)), told(queued(), refused(), errorcode=0)))
    records = {each["id"]: each for each in document(report)["records"]}

    VALIDATOR.validate(document(report))
    assert len(records) == len(SERVER)
    assert document(report)["passed"] is False
    assert records["send-mixed-errorcode"]["verdict"] == "fail"
    assert records["send-mixed-errorcode"]["failure"]["breaches"]
    assert records["send-key-generated"]["fails"] is True
    assert records["send-refused-item"]["failure"] is None


REPORTS = {"full": full_report(), "client": client_report(), "hostile": hostile_report()}


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS.keys())
def test_a_report_obeys_the_schema(report: Report) -> None:
    VALIDATOR.validate(document(report))


@given(made_reports())
@settings(max_examples=60, deadline=None)
def test_made_up_reports_obey_the_schema_and_can_be_read_again(report: Report) -> None:
    text = json_text(report)
    earlier = earlier_report(text.encode(), "earlier.json")

    VALIDATOR.validate(json.loads(text))
    assert earlier.passed == report.passed
    failing = {id for id, each in earlier.findings.items() if each.fails}
    assert failing == {each.requirement.id for each in report.failed}


def test_the_new_members_are_there() -> None:
    told_of = document(full_report())

    assert told_of["unit"] == "exchanges"
    assert told_of["statuses"] == {"none": 1, "202": 40, "400": 9, "500": 0}
    assert told_of["notes"] == ["A note on `405`."]
    assert told_of["records"][0]["tags"] == ["mixed", "send"]
    assert told_of["records"][1]["section"] == "The answer"
    assert told_of["records"][1]["causes"] == ["top-code"]
    assert told_of["exclusions"][0]["reason"] == "nothing to break"
    assert told_of["comparison"] is None


def written(tmp_path: Path, value: Any) -> Path:
    file = tmp_path / "earlier.json"
    file.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return file


def first_format(report: Report) -> Any:
    """The report as the first format had it."""
    told_of = document(report)
    for name in ("unit", "statuses", "notes", "exclusions", "comparison", "command"):
        del told_of[name]
    for each in told_of["records"]:
        for name in ("section", "tags", "causes"):
            del each[name]
    return {**told_of, "format": 1}


@pytest.mark.parametrize("form", [document, first_format], ids=["2", "1"])
def test_an_earlier_report_is_read(form: Any, tmp_path: Path) -> None:
    earlier = read_earlier(written(tmp_path, form(full_report())))

    assert (earlier.side, earlier.subject, earlier.passed) == ("server", "http://server.example", False)
    assert earlier.findings["top-code"] == Finding("fail", fails=True)
    assert earlier.findings["soft-rule"] == Finding("fail", fails=False)


WRONG = {
    "no JSON": ("{", "is not JSON"),
    "no object": ([], "is no report of this suite"),
    "no format": ({}, "is no report of this suite"),
    "a later format": ({"format": 4}, "is a report of format 4"),
    "a format that is no number": ({"format": True}, "is a report of format True"),
    "nothing but a format": ({"format": 1}, "lacks what a report of format 1 has"),
    "records that are none": ({**first_format(full_report()), "records": {"a": 1}}, "lacks what a report of format 1"),
    "a member too many": ({**document(full_report()), "more": 1}, "breaks report.schema.json"),
    "a verdict that is none": (json_text(full_report()).replace('"fail"', '"failed"'), "/records/0/verdict: breaks"),
    "half a letter": (json_text(full_report()).replace("quick", "\\ud800"), "half of a surrogate pair"),
}


@pytest.mark.parametrize(("value", "what"), WRONG.values(), ids=WRONG.keys())
def test_what_is_no_report_is_told_with_its_place(value: Any, what: str, tmp_path: Path) -> None:
    file = written(tmp_path, value)
    with pytest.raises(EarlierReportError) as caught:
        read_earlier(file)

    assert str(caught.value).startswith(str(file))
    assert what in str(caught.value)
    assert "Give a JSON report that sms-conformance wrote." in str(caught.value)


def test_a_report_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(EarlierReportError, match=r"gone\.json: cannot be read \(No such file"):
        read_earlier(tmp_path / "gone.json")


def test_what_an_earlier_report_says_acts_on_nothing() -> None:
    told_of = document(report_of([record("one")]))
    told_of["records"][0]["id"] = "\ud800\x1b[31m"
    report = report_of([record("two")], earlier=earlier_report(json.dumps(told_of).encode(), "earlier.json"))

    assert document(report)["comparison"]["gone"] == ["\\ud800\\x1b[31m"]


def compared(before: list[Record[Any]], after: list[Record[Any]], **changes: Any) -> Report:
    earlier = earlier_report(json_text(report_of(before)).encode(), "earlier.json")
    return attrs.evolve(report_of(after, earlier=earlier), **changes)


BEFORE = [
    record("broke"),
    record("mended", Verdict.FAIL),
    record("still", Verdict.FAIL),
    record("idle", Verdict.NOT_EXERCISED),
    record("left", Verdict.FAIL),
    record("gone", Verdict.FAIL),
    record("same"),
]
AFTER = [
    record("broke", Verdict.FAIL),
    record("mended"),
    record("still", Verdict.FAIL),
    record("idle", Verdict.NOT_EXERCISED),
    record("left", Verdict.KNOWN),
    record("same"),
    record("new", Verdict.FAIL),
]


def test_what_became_of_each_requirement_is_told() -> None:
    report = compared(BEFORE, AFTER, seed=2)
    told_of = document(report)["comparison"]

    VALIDATOR.validate(document(report))
    assert told_of == {
        "newly_failing": ["broke"],
        "still_failing": ["still", "idle"],
        "mended": ["mended"],
        "excused": ["left"],
        "new": ["new"],
        "gone": ["gone"],
        "remarks": ["The seed was 1, and is 2."],
    }


def test_a_comparison_is_one_line() -> None:
    changed, same = comparison(compared(BEFORE, AFTER)), comparison(compared(BEFORE, BEFORE))

    assert changed
    assert same
    assert comparison_line(changed) == (
        "newly failing: broke; mended: mended; no longer counted: left; new: new; gone: gone; 2 still failing"
    )
    assert comparison_line(same) == "5 still failing"
    assert same.is_empty


def test_nothing_is_said_to_have_changed_where_nothing_did() -> None:
    same = comparison(compared([record("same")], [record("same")]))

    assert same
    assert comparison_line(same) == "nothing changed"


def test_a_server_is_not_compared_with_a_client() -> None:
    earlier = earlier_report(json_text(client_report()).encode(), "earlier.json")

    with pytest.raises(EarlierReportError, match="is of a client, this run of a server"):
        comparison(full_report(earlier=earlier))
