from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from urllib.parse import quote

import attrs
import pytest
from conftest import Make, asked, good, queued, refused, told

from conformance import reports
from conformance.checks import SERVER
from conformance.judge import Judge, Lists, exchange_size
from conformance.model import Delivery, Exchange, Told, Turn, Verdict
from conformance.reports import FORMATS, Report, console
from conformance.reports.messages import Kind, Line, Part, broken_lines
from conformance.reports.report import consequences, explanations, headlines, sections
from conformance.settings import DEFAULT
from tests.made_reports import client_report, full_report, hostile_report, plain_call, record, report_of, seen_report


@pytest.fixture
def failing(exchange: Make) -> Report:
    """A run that saw one mixed answer, which says errorcode 0 and nothing else wrong."""
    seen = exchange(asked(good(), good(1, to=...)), told(queued(), refused(), errorcode=0))
    return seen_report(seen, lists=Lists(excluded={"send-202-shape": "a | b"}))


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


#: Whatever tells of a run, and those that tell nothing but its verdict.
RENDERERS = {"terminal": lambda report: "\n".join(lines(report)), **{name: each for name, (_, each) in FORMATS.items()}}
BADGES = ("badge", "badge-json")


@pytest.mark.parametrize("name", RENDERERS)
def test_no_report_shows_a_token_or_a_number(failing: Report, name: str) -> None:
    text = RENDERERS[name](failing)

    assert DEFAULT.token not in text
    assert DEFAULT.numbers[0] not in text
    assert ("k0" in text) == (name not in BADGES)


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

    for name, render in RENDERERS.items():
        text = render(report)
        assert ("status 418 is not in the contract" in text) == (name not in BADGES)
        assert DEFAULT.token[1:-1] not in text
        assert authorization not in text
        assert "1555555010" not in text
        assert "1500555000" not in text


#: A token that no encoder leaves as it is.
ODD = 's3cret"half\\and/half+more%'
SPELLINGS: dict[str, object] = {
    "in JSON": {"documentation": f"you sent {ODD}"},
    "in JSON in a text": json.dumps(json.dumps({"token": ODD})).encode(),
    "in an address": {"documentation": f"/?token={quote(ODD, safe='')}"},
    "as Python shows it": f"the token {ODD!r} is wrong".encode(),
    "as JSON in a Python string": {"message": repr(json.dumps(ODD))},
    "but for a letter": {"message": [ODD[1:], ODD[:-1], ODD.swapcase()]},
}


@pytest.mark.parametrize("body", SPELLINGS.values(), ids=SPELLINGS.keys())
def test_a_token_is_masked_however_it_is_written(failing: Report, exchange: Make, body: object) -> None:
    judge = Judge[Exchange](SERVER, Lists(), exchange_size)
    judge.see(exchange(asked(good()), body, status=418, authorization=f"Bearer {ODD}"))
    report = attrs.evolve(failing, records=judge.records(), tokens=(ODD,))

    for name, render in RENDERERS.items():
        text = render(report)
        assert ("status 418 is not in the contract" in text) == (name not in BADGES)
        assert "half" not in text.lower()


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
        for each in failing.records:
            yield console.row(each, strict=False).index(f" {each.requirement.level.value} ")

    assert len(set(starts())) == 1


def test_a_consequence_is_one_line_under_its_headline() -> None:
    text = "\n".join(lines(full_report()))

    assert "FAIL top-code" in text
    assert "FAIL top-shape" not in text
    assert "FAIL any-schema" not in text
    assert "  also broken by the same answers: top-shape (MUST): /: no | `code`" in text
    assert "  also broken by the same answers: any-schema (MUST): /errorcode: bad" in text


def test_a_long_consequence_is_one_line_all_the_same() -> None:
    long = record("two", Verdict.FAIL, causes=("one",), breaches=("word\n" * 99,))
    [line] = [each for each in lines(report_of([record("one", Verdict.FAIL), long])) if "also broken" in each]

    assert line.endswith("word word…")
    assert len(line) < 250


def test_a_consequence_counts_all_the_same() -> None:
    report = full_report()

    assert {"top-code", "top-shape", "any-schema"} <= {each.requirement.id for each in report.failed}
    assert "3 fail, 1 fail (not strict), 1 not exercised" in "\n".join(lines(report))


def ids(records: object) -> list[str]:
    return [each.requirement.id for each in records]  # type: ignore[attr-defined]


def test_no_failure_is_lost_to_causes_that_are_not_shown() -> None:
    known = record("known", Verdict.KNOWN)
    one = record("one", Verdict.FAIL, causes=("known", "absent"))
    two = record("two", Verdict.FAIL, causes=("one",))
    report = report_of([known, one, two])

    assert ids(headlines(report)) == ["one"]
    assert ids(consequences(report, one)) == ["two"]
    assert "  explained by known, absent" in lines(report)


def test_failures_that_explain_one_another_are_headlines() -> None:
    report = report_of([record("one", Verdict.FAIL, causes=("two",)), record("two", Verdict.FAIL, causes=("one",))])

    assert ids(headlines(report)) == ["one", "two"]
    assert explanations(report, report.records[0]) == ()


def test_requirements_stand_under_their_sections() -> None:
    report = full_report()

    assert [*sections(report.records)] == ["The answer", "All answers"]
    assert ids(sections(report.records)["The answer"]) == ["top-code", "top-shape", "good-rule"]
    assert [line for line in lines(report) if line in ("The answer", "All answers")] == ["The answer", "All answers"]


def test_why_a_failure_is_no_longer_tolerated_is_told_in_every_format() -> None:
    report = report_of([record("one", Verdict.FAIL, reason="expired: the id is a counter")])

    assert "  expired: the id is a counter" in lines(report)
    assert [name for name in RENDERERS if "expired: the id is" not in RENDERERS[name](report)] == [*BADGES]


def test_what_was_noticed_is_told() -> None:
    assert "note: A note on `405`." in lines(full_report())


def test_the_terminal_is_told_nothing_that_acts_on_it() -> None:
    text = "\n".join(lines(hostile_report()))

    assert not [each for each in text if each != "\n" and not each.isprintable()]
    text.encode()


def test_a_call_is_told_from_the_asking_to_what_came_of_it() -> None:
    text = "\n".join(lines(client_report()))

    assert text.index("asked (sync)") < text.index("> POST") < text.index("< 202") < text.index("told: nothing")


@pytest.mark.parametrize(("cut_after", "told"), [(-1, "before the head"), (7, "after 7 bytes of the body")])
def test_where_an_answer_was_cut_off_is_told(cut_after: int, told: str) -> None:
    call = plain_call()
    call = attrs.evolve(call, answer=attrs.evolve(call.answer, cut_after=cut_after))
    report = report_of([record("one", Verdict.FAIL, seen=call)], side="client")

    assert f"    < (the connection was closed {told})" in lines(report)


@pytest.mark.parametrize("delivery", [each for each in Delivery if each is not Delivery.PLAIN])
def test_in_which_way_an_answer_came_is_told(delivery: Delivery) -> None:
    call = plain_call()
    other = attrs.evolve(call, answer=attrs.evolve(call.answer, delivery=delivery))
    plain, told = (lines(report_of([record("one", Verdict.FAIL, seen=each)], side="client")) for each in (call, other))

    assert [line for line in told if line not in plain and line.startswith("    < ")]
    if delivery is Delivery.NOBODY:
        assert "    < no answer: nobody listens there" in told
        assert "    < 202" not in told


def test_what_was_around_a_call_is_told() -> None:
    call = plain_call()
    reset = attrs.evolve(call.answer, is_reset=True, delivery=Delivery.CHUNKED)
    around = attrs.evolve(
        call,
        before=(Turn(call.asked, reset),),
        elsewhere=call.received,
        alike=attrs.evolve(call.outcome, told=Told.MIXED),
    )
    told = lines(report_of([record("one", Verdict.FAIL, seen=around)], side="client"))

    method, target = call.received[0].method, call.received[0].target
    assert f"    < (another server was sent {method} {target})" in told
    place = told.index("    < (after another call of the same client)")
    assert told[place + 1].startswith(
        "    < (which was answered 202, it came in chunks, with an extension and a trailer"
    )
    assert told[place + 1].endswith(f", the connection was reset after {len(reset.response.body)} bytes of the body)")
    assert "    told in the other form: mixed, 'k0' queued" in told


def test_the_command_of_a_failure_that_is_kept_in_a_file_names_the_file() -> None:
    report = full_report(repeats={"top-code": "sms-conformance repeat 'fail ures/top-code.json'"})

    assert "  repeat: sms-conformance repeat 'fail ures/top-code.json'" in lines(report)


RESPONSE = Part(
    Kind.RESPONSE,
    (
        Line("418", is_head=True),
        Line("retry-after: soon", header="retry-after"),
        Line("{", ""),
        Line('"errorcode": 0', "/errorcode"),
        Line('"responses": [', "/responses"),
        Line('"errorcode": "1"', "/responses/0/errorcode"),
        Line("}"),
    ),
)


@pytest.mark.parametrize(
    ("breach", "places"),
    [
        ("errorcode is 0, yet one was refused", {3}),
        ("/responses/0/errorcode is '1', not an integer", {5}),
        ("/responses/0/errorcode: '1' is not of type integer", {5}),
        ("answered with 418, not 400", {0}),
        ("status 418 is not in the contract", {0}),
        ("status 4182 is none", set()),
        ("Retry-After is 'soon'", {1}),
        ("nothing that is named", set()),
        ("https://server.example/responses is somewhere else", set()),
    ],
)
def test_the_lines_that_a_breach_names_are_known(breach: str, places: set[int]) -> None:
    assert broken_lines(RESPONSE, [breach]) == places


def test_a_deep_body_is_laid_out(exchange: Make) -> None:
    assert reports.readable(b"[" * 300 + b"]" * 300).startswith("[\n  [\n    [")
