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
        tokens=(DEFAULT.token,),
        numbers=DEFAULT.numbers,
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


LEAKS = {
    "a number in a message": {"message": f"number {DEFAULT.numbers[0]} unusable"},
    "a number with no blank before it": f'{{"to":"{DEFAULT.numbers[0]}"}}'.encode(),
    "another number": {"to": "15005550006"},
    "a number that is no string": {"to": int(DEFAULT.numbers[0])},
    "a bare number": [DEFAULT.numbers[0]],
    "a token": {"documentation": f"you sent {DEFAULT.token}"},
    "a token but for a letter": {"documentation": f"you sent {DEFAULT.token[:-1]}"},
}


@pytest.mark.parametrize("body", LEAKS.values(), ids=LEAKS.keys())
@pytest.mark.parametrize("authorization", [DEFAULT.token, DEFAULT.token[:-1], DEFAULT.token[1:], "another-token-1"])
def test_what_a_server_gives_away_is_not_given_away_again(
    failing: Report, exchange: Make, body: object, authorization: str
) -> None:
    judge = Judge[Exchange](SERVER, Lists(), exchange_size)
    judge.see(exchange(asked(good()), body, status=418, authorization=f"Bearer {authorization}"))
    report = attrs.evolve(failing, records=judge.records())

    for text in ("\n".join(lines(report)), *(render(report) for _, render in FORMATS.values())):
        assert "FAIL status-documented" in text or '"status-documented"' in text
        assert DEFAULT.token[1:-1] not in text
        assert authorization not in text
        assert "1555555010" not in text
        assert "1500555000" not in text


def test_verdicts_are_shown_as_they_are(failing: Report) -> None:
    table = {line.split()[0]: line for line in lines(failing) if line}

    assert "not exercised" in table["send-key-generated"]
    assert "pass" in table["send-refused-item"]
    assert "excluded" in table["send-202-shape"]
    assert table["send-202-shape"].endswith("a | b")


def broken_should(failing: Report, exchange: Make, *, strict: bool) -> Report:
    judge = Judge[Exchange]([each for each in SERVER if each.id == "request-id-uuid"], Lists(), exchange_size)
    judge.see(exchange(asked(good()), told(queued(), requestId="7")))
    return attrs.evolve(failing, records=judge.records(), strict=strict)


def test_a_broken_should_fails_a_strict_run_alone_and_every_format_says_so(failing: Report, exchange: Make) -> None:
    lenient, strict = (broken_should(failing, exchange, strict=each) for each in (False, True))

    assert lenient.passed
    assert not strict.passed
    assert all("fail (not strict)" in text for text in (*lines(lenient)[3:4], reports.markdown_text(lenient)))
    assert ElementTree.fromstring(reports.junit_text(lenient)).findall(".//skipped[@message='fail (not strict)']")
    assert ElementTree.fromstring(reports.junit_text(strict)).findall(".//failure[@message='fail']")


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
    judge = Judge[Exchange](SERVER, Lists(), exchange_size)
    judge.see(exchange(asked(good()), b"```\n# no heading\n````", status=418))
    text = reports.markdown_text(attrs.evolve(failing, records=judge.records()))

    assert "a \\| b" in reports.markdown_text(failing)
    assert "## send-mixed-errorcode" in reports.markdown_text(failing)
    assert text.count("`````\n") == 2 * text.count("\n## ")


def test_an_unexpected_pass_is_not_excused(failing: Report, exchange: Make) -> None:
    judge = Judge[Exchange](SERVER, Lists(known={"request-id-uuid": "a counter"}), exchange_size)
    judge.see(exchange(asked(good()), told(queued())))
    suite = ElementTree.fromstring(reports.junit_text(attrs.evolve(failing, records=judge.records())))
    (failure,) = suite.findall(".//testcase[@name='request-id-uuid']/failure")

    assert failure.attrib["message"] == "passes unexpectedly: a counter"


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
