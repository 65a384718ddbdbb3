from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree

import pytest

from conformance.model import Level, Verdict
from conformance.reports import Report, badge_json, badge_svg
from tests.made_reports import record, report_of

PASSED = report_of([record("one"), record("two"), record("three", Verdict.EXCLUDED)])
KNOWN = report_of([record("one"), record("two", Verdict.KNOWN)])
SOFT = report_of([record("one"), record("two", Verdict.FAIL, level=Level.SHOULD)])
FAILED = report_of([record("one"), record("two", Verdict.FAIL)])
IDLE = report_of([record("one"), record("two", Verdict.NOT_EXERCISED)])


@pytest.mark.parametrize(
    ("report", "told", "colour"),
    [
        (PASSED, "2/2", "brightgreen"),
        (KNOWN, "1/2", "yellow"),
        (SOFT, "1/2", "yellow"),
        (FAILED, "1/2", "red"),
        (IDLE, "1/2", "red"),
    ],
)
def test_a_badge_says_how_many_are_kept(report: Report, told: str, colour: str) -> None:
    endpoint = json.loads(badge_json(report))
    svg = ElementTree.fromstring(badge_svg(report))

    assert endpoint["schemaVersion"] == 1
    assert (endpoint["label"], endpoint["message"], endpoint["color"]) == ("SMS conformance", told, colour)
    assert [each.text for each in svg.iter("{http://www.w3.org/2000/svg}text")] == ["SMS conformance", told]


def test_a_badge_can_be_read_aloud() -> None:
    svg = ElementTree.fromstring(badge_svg(FAILED))
    title = svg.find("{http://www.w3.org/2000/svg}title")

    assert svg.attrib["role"] == "img"
    assert title is not None
    assert svg.attrib["aria-labelledby"] == title.attrib["id"]
    assert title.text == "SMS conformance: 1/2, failed"


def test_the_verdict_shows_in_the_colour() -> None:
    colours = {badge_svg(each).split('fill="#')[2][:6] for each in (PASSED, KNOWN, FAILED)}

    assert len(colours) == 3
    assert all(contrast_with_white(colour) >= 4.5 for colour in colours)


def contrast_with_white(colour: str) -> float:
    def linear(value: float) -> float:
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(colour[place : place + 2], 16) / 255) for place in (0, 2, 4))
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
