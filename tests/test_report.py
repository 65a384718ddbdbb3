from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator

import attrs
import pytest
from conftest import Make, asked, good, queued, refused, told

from conformance import report as reports
from conformance.checks import SERVER
from conformance.judge import Judge, Lists, exchange_size
from conformance.model import Exchange
from conformance.report import FORMATS, Report
from conformance.settings import DEFAULT


@pytest.fixture
def failing(exchange: Make) -> Report:
    """A run that saw one mixed answer, which says errorcode 0 and nothing else wrong."""
    judge = Judge[Exchange](SERVER, Lists(excluded={"send-202-shape": "a | b"}), exchange_size)
    judge.see(exchange(asked(good(), good(1, to=...)), told(queued(), refused(), errorcode=0)))
    return Report(
        subject="http://server.example",
        side="server",
        contract="(bundled)",
        contract_digest="0" * 64,
        version="0",
        seed=1,
        profile="quick",
        strict=False,
        command="sms-conformance server --url http://server.example --seed 1",
        seen=1,
        seconds=0.5,
        records=judge.records(),
        secrets=(DEFAULT.token,),
    )


def lines(report: Report) -> list[str]:
    return list(reports.terminal(report))


def test_a_failure_says_the_sentence_the_exchange_and_the_command(failing: Report) -> None:
    text = "\n".join(lines(failing))

    assert "FAIL send-mixed-errorcode (MUST)" in text
    assert "rulings.md: “109001 when at least one was refused.”" in text
    assert "errorcode is 0, yet 1 of 2 recipients were refused" in text
    assert "> POST /messaging/v1/sms/messages/" in text
    assert "< 202" in text
    assert "repeat: sms-conformance server --url http://server.example --seed 1 --only send-mixed-errorcode" in text


@pytest.mark.parametrize("render", [lambda report: "\n".join(lines(report)), *(each for _, each in FORMATS.values())])
def test_no_report_shows_a_token_or_a_number(failing: Report, render: object) -> None:
    text = render(failing)  # type: ignore[operator]

    assert DEFAULT.token not in text
    assert DEFAULT.numbers[0] not in text
    assert "k0" in text


def test_a_broken_should_is_shown_as_not_strict(failing: Report) -> None:
    table = {line.split()[0]: line for line in lines(failing) if line}

    assert "not exercised" in table["send-key-generated"]
    assert "pass" in table["send-refused-item"]
    assert "excluded" in table["send-202-shape"]
    assert table["send-202-shape"].endswith("a | b")


def test_json_has_one_record_for_each_requirement(failing: Report) -> None:
    document = json.loads(reports.json_text(failing))
    records = {each["id"]: each for each in document["records"]}

    assert len(records) == len(SERVER)
    assert document["passed"] is False
    assert records["send-mixed-errorcode"]["verdict"] == "fail"
    assert records["send-mixed-errorcode"]["failure"]["breaches"]
    assert records["send-key-generated"]["fails"] is True
    assert records["send-refused-item"]["failure"] is None


def test_junit_counts_what_it_lists(failing: Report) -> None:
    suite = ElementTree.fromstring(reports.junit_text(failing))[0]

    assert int(suite.attrib["tests"]) == len(suite) == len(SERVER)
    assert int(suite.attrib["failures"]) == len(suite.findall("testcase/failure"))
    assert int(suite.attrib["skipped"]) == len(suite.findall("testcase/skipped")) == 1


def test_markdown_keeps_its_table_and_its_fences(failing: Report, exchange: Make) -> None:
    text = reports.markdown_text(failing)

    assert "a \\| b" in text
    assert text.count("```") % 2 == 0
    assert "## send-mixed-errorcode" in text


def test_strict_only_adds_failures(failing: Report) -> None:
    strict = attrs.evolve(failing, strict=True)

    assert {each.requirement.id for each in failing.failed} <= {each.requirement.id for each in strict.failed}


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b'{"a":"\xc3\xa9"}', '{\n  "a": "é"\n}'),
        (b"<h1>", "<h1>"),
        (b"\x1b[31m\x00", "\\x1b[31m\\x00"),
        (b"\xff", "\\xff"),
        (b'"\\ud800"', '"\\ud800"'),
    ],
)
def test_a_body_is_readable_and_harmless(body: bytes, shown: str) -> None:
    assert reports.readable(body) == shown


def test_a_long_body_is_cut_and_said_to_be() -> None:
    assert reports.readable(b"x" * 9000).endswith("… (9000 bytes)")


def test_the_table_keeps_its_columns(failing: Report) -> None:
    def starts() -> Iterator[int]:
        for record in failing.records:
            yield reports.row(record, strict=False).index(f" {record.requirement.level.value} ")

    assert len(set(starts())) == 1
