"""The SARIF report: valid, and pointing at the sentence that is broken."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import attrs
import jsonschema_rs
import pytest
from hypothesis import given, settings

from conformance import contract as contracts
from conformance.checks import SERVER
from conformance.checks import client as client_checks
from conformance.contract import Contract
from conformance.model import Cite, Verdict
from conformance.reports import Report, contract_pages, json_text, sarif_text
from conformance.reports.citations import Place, operation_place, place_of
from conformance.reports.earlier import earlier_report
from tests.made_reports import (
    OPERATION,
    client_report,
    full_report,
    hostile_report,
    made_reports,
    record,
    report_of,
    requirement,
)

SCHEMA = json.loads((Path(__file__).parent / "schemas/sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8"))
for name in ("run", "toolComponent"):
    # Its pattern closes a bracket that it has not opened, and is none to this validator. We write no `language`.
    assert SCHEMA["definitions"][name]["properties"]["language"].pop("pattern").endswith("{2}]?$")
VALIDATOR = jsonschema_rs.Draft4Validator(SCHEMA, validate_formats=True)
PAGES = contract_pages(contracts.default_folder())
REPORTS = {"full": full_report(), "client": client_report(), "hostile": hostile_report()}


def run_of(report: Report) -> Any:
    [run] = json.loads(sarif_text(report))["runs"]
    return run


def results(report: Report) -> dict[str, Any]:
    return {each["ruleId"]: each for each in run_of(report)["results"]}


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS.keys())
def test_a_report_obeys_the_schema(report: Report) -> None:
    VALIDATOR.validate(json.loads(sarif_text(report)))


@given(made_reports())
@settings(max_examples=40, deadline=None)
def test_made_up_reports_obey_the_schema(report: Report) -> None:
    VALIDATOR.validate(json.loads(sarif_text(report)))


def test_the_schema_can_be_broken() -> None:
    text = sarif_text(full_report()).replace('"startLine": ', '"startLine": -')

    assert not VALIDATOR.is_valid(json.loads(text))


def test_each_requirement_is_a_rule_and_a_result_names_it_by_its_place() -> None:
    run = run_of(full_report())
    rules = run["tool"]["driver"]["rules"]

    assert [each["id"] for each in rules] == [each.requirement.id for each in full_report().records]
    assert all(rules[each["ruleIndex"]]["id"] == each["ruleId"] for each in run["results"])
    assert {each["id"]: each["defaultConfiguration"]["level"] for each in rules}["soft-rule"] == "warning"
    assert "“109001 when at least one was refused.”" in rules[0]["fullDescription"]["text"]


def test_levels_tell_headlines_from_consequences() -> None:
    levels = {id: (each["kind"], each["level"]) for id, each in results(full_report()).items()}

    assert levels == {
        "top-code": ("fail", "error"),
        "top-shape": ("fail", "note"),
        "any-schema": ("fail", "note"),
        "soft-rule": ("fail", "warning"),
        "idle-rule": ("fail", "error"),
        "left-out": ("notApplicable", "none"),
        "known-rule": ("fail", "warning"),
        "mended-rule": ("fail", "error"),
    }


def test_what_is_tolerated_is_suppressed_with_its_reason() -> None:
    found = results(full_report())

    assert found["known-rule"]["suppressions"] == [
        {"kind": "external", "status": "accepted", "justification": "a counter"}
    ]
    assert found["left-out"]["suppressions"][0]["justification"] == "not | ours"
    assert found["top-code"]["suppressions"] == []


def test_a_result_stands_on_the_line_of_its_sentence() -> None:
    [location] = results(full_report())["top-code"]["locations"]
    physical = location["physicalLocation"]
    line = PAGES["rulings.md"].splitlines()[physical["region"]["startLine"] - 1]
    region = physical["region"]

    assert physical["artifactLocation"] == {"uri": "openapi/rulings.md"}
    assert line[region["startColumn"] - 1 : region["endColumn"] - 1] == "109001 when at least one was refused."


def test_a_result_leads_to_the_operation() -> None:
    [related] = results(full_report())["top-code"]["relatedLocations"]
    line = PAGES["openapi.yaml"].splitlines()[related["physicalLocation"]["region"]["startLine"] - 1]

    assert related["physicalLocation"]["artifactLocation"] == {"uri": "openapi/openapi.yaml"}
    assert line.strip() == "post:"


def test_a_fingerprint_depends_on_nothing_but_the_requirement() -> None:
    one, other = (
        results(report_of([record("top-code", Verdict.FAIL, breaches=(breach,))], seed=seed))["top-code"]
        for breach, seed in (("a", 1), ("b", 2))
    )

    assert one["partialFingerprints"] == other["partialFingerprints"] == {"sideAndRequirement/v1": "server/top-code"}


def test_an_earlier_run_tells_what_is_new() -> None:
    earlier = earlier_report(json_text(report_of([record("old", Verdict.FAIL), record("new")])).encode(), "x")
    report = report_of([record("old", Verdict.FAIL), record("new", Verdict.FAIL)], earlier=earlier)

    assert {id: each["baselineState"] for id, each in results(report).items()} == {"old": "unchanged", "new": "new"}


@pytest.mark.parametrize(
    ("folder", "artifact"),
    [
        ("(bundled)", {"uri": "openapi/rulings.md"}),
        ("my api/contract", {"uri": "my%20api/contract/rulings.md"}),
        ("./contract", {"uri": "contract/rulings.md"}),
        (".", {"uri": "rulings.md"}),
        ("../contract", {"uri": "rulings.md", "uriBaseId": "CONTRACT"}),
        ("/somewhere/else", {"uri": "rulings.md", "uriBaseId": "CONTRACT"}),
    ],
)
def test_no_address_leaves_the_working_folder(folder: str, artifact: dict[str, str]) -> None:
    report = full_report(contract=folder)
    run = run_of(report)

    VALIDATOR.validate(json.loads(sarif_text(report)))
    assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"] == artifact
    assert ("CONTRACT" in run.get("originalUriBaseIds", {})) == ("uriBaseId" in artifact)


def test_a_page_that_is_not_at_hand_costs_the_line_alone() -> None:
    found = results(full_report(pages={}))["top-code"]

    assert found["locations"] == [{"physicalLocation": {"artifactLocation": {"uri": "openapi/rulings.md"}}}]
    assert "relatedLocations" not in found


def test_a_page_that_is_not_there_either() -> None:
    gone = attrs.evolve(record("one", Verdict.FAIL), requirement=requirement("one", cite=Cite("gone.md", "Gone.")))
    found = results(report_of([gone], pages=PAGES))["one"]

    assert found["locations"] == [{"physicalLocation": {"artifactLocation": {"uri": "openapi/gone.md"}}}]


def test_every_sentence_that_is_cited_is_found(contract: Contract) -> None:
    requirements: list[Any] = [*SERVER, *client_checks.requirements(contract)]
    lost = [each.id for each in requirements if place_of(each.cite.quote, PAGES[each.cite.page]) is None]

    assert len(requirements) > 50
    assert lost == []


@pytest.mark.parametrize(
    ("quote", "place"),
    [
        ("two words", Place(1, 3, 1, 12)),
        ("words over lines", Place(1, 7, 2, 11)),
        ("(a|b)", Place(3, 1, 3, 6)),
        ("not there", None),
        ("", None),
    ],
)
def test_a_quote_is_found_whatever_its_blanks(quote: str, place: Place | None) -> None:
    assert place_of(quote, "a two words over\n     lines\n(a|b)\n") == place


YAML = "paths:\n  /a/{b}:\n    post:\n      operationId: send\nx:\n  - y\n"


@pytest.mark.parametrize(
    ("pointer", "place"),
    [
        ("#/paths/~1a~1{b}", Place(2, 3, 2, 9)),
        ("#/x", Place(5, 1, 5, 2)),
        ("#/x/y", None),
        ("#/gone/too", None),
    ],
)
def test_a_pointer_is_found_at_its_key(pointer: str, place: Place | None) -> None:
    assert place_of(pointer, YAML) == place


def test_an_operation_is_found_by_its_name() -> None:
    assert operation_place("send", YAML) == Place(3, 5, 3, 9)
    assert operation_place("other", YAML) is None
    assert operation_place("send", ": [") is None
    assert operation_place(OPERATION, PAGES["openapi.yaml"]) is not None
