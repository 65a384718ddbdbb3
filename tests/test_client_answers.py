"""An answer that accepts: C2, C3, C6 and C7 of the rulings, by our client and the stock one."""

from __future__ import annotations

import gzip
import json
import logging
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.model import JSON, Answer, Response
from tests.client_packages import AS_JSON, BODY, MIXED, QUEUED, Asker, Package, said

#: Enough to meet every member both ways; the same ones every time.
SMALL = settings(
    max_examples=25, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
)

SCALARS = st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(max_size=5)
UNKNOWN = st.dictionaries(
    st.text(max_size=6).map("x{}".format),
    st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=2), max_leaves=4),
)
ITEMS = st.builds(
    lambda unknown, key, code: {**unknown, "messageKey": key, **({} if code is None else refusal(code))},
    UNKNOWN,
    st.text(max_size=5),
    st.none() | st.integers().filter(bool),
)
BODIES = st.builds(
    lambda unknown, items: {**unknown, **accepted(items)}, UNKNOWN, st.lists(ITEMS, min_size=1, max_size=4)
)


def refusal(code: JSON = 109106) -> dict[str, JSON]:
    return {"errorcode": code, "message": "MCMS_UTM_Validation: no"}


def accepted(items: list[JSON], **changes: JSON) -> dict[str, JSON]:
    """The body of a 202 that is right about its items, with changes; one to `...` leaves the member out."""
    refused = sum("errorcode" in each for each in items if isinstance(each, dict))
    body: dict[str, JSON] = {
        "requestId": "5f0c6c4e-8a44-4a30-9c4a-0a4c5a0a7d11",
        "errorcode": 109001 if refused else 0,
        "responses": items,
        "message": f"MCMS_UTM_ResponsesHasErrors: {refused} failed" if refused else ...,
        **changes,
    }
    return {name: value for name, value in body.items() if value is not ...}


def keys(found: Any) -> list[Any]:
    return [each.key for each in found]


# C2 and C7: nothing is lost


@SMALL
@given(body=BODIES)
def test_an_accepting_answer_is_written_back_as_it_came(package: Package, body: JSON) -> None:
    assert package.models.SmsSendResult.from_dict(body).to_dict() == body


@SMALL
@given(body=BODIES)
def test_each_fate_and_code_can_be_asked_for(package: Package, body: JSON) -> None:
    result = package.models.SmsSendResult.from_dict(body)

    fates = [(item.message_key, item.errorcode or None) for item in result.responses]
    assert fates == [(item["messageKey"], item.get("errorcode")) for item in body["responses"]]


@pytest.mark.parametrize("body", [QUEUED, MIXED], ids=["queued", "mixed"])
def test_a_call_returns_what_came(ask: Asker, body: JSON) -> None:
    assert ask(said(202, body)).result().to_dict() == body


def test_unknown_members_are_kept_at_every_level(ask: Asker) -> None:
    body = accepted([{"messageKey": "first", "region": {"a": [None]}}], trace=[1, {"b": None}])

    assert ask(said(202, body)).result().to_dict() == body


@pytest.mark.parametrize("code", [1, -1, 109999, 2**53 + 1])
def test_an_unknown_code_is_read_like_any_other(ask: Asker, code: int) -> None:
    result = ask(said(202, accepted([{"messageKey": "first", **refusal(code)}]))).result()

    assert result.responses[0].errorcode == code


def test_what_was_read_is_left_as_it_was(package: Package) -> None:
    body = json.loads(json.dumps(MIXED))
    package.models.SmsSendResult.from_dict(body).responses[0].message = "changed"

    assert body == MIXED


# C3: no mixed answer is taken for a success by oversight


def test_refused_and_queued_are_told_apart_with_their_recipients(ask: Asker) -> None:
    result = ask(said(202, MIXED)).result()

    (refused,) = result.refused
    (queued,) = result.queued
    assert (refused.key, refused.code, refused.recipient.to) == ("second", 109121, "15550101")
    assert (queued.key, queued.recipient.to, queued.before) == ("first", "15550100", False)
    assert "no number" in refused.message


def test_a_mixed_answer_is_not_all_queued(ask: Asker) -> None:
    assert not ask(said(202, MIXED)).result().all_queued


def test_a_good_answer_is_all_queued(ask: Asker) -> None:
    result = ask(said(202, QUEUED)).result()

    assert result.all_queued
    assert result.raise_for_refused() is result
    assert (result.refused, result.unanswered) == ((), ())


def test_refusals_are_raised_on_demand(ask: Asker, package: Package) -> None:
    result = ask(said(202, MIXED)).result()

    with pytest.raises(package.module("mixed").RecipientsRefused) as caught:
        result.raise_for_refused()
    error = caught.value
    assert error.result is result
    assert (keys(error.refused), keys(error.queued), error.unanswered) == (["second"], ["first"], ())
    assert "second" not in str(error)


def test_a_refusal_is_printed_without_the_number_that_it_repeats(ask: Asker) -> None:
    items: list[JSON] = [
        {"messageKey": "first", **refusal(), "message": "no number: 15550100"},
        {"messageKey": "second"},
    ]
    (refused,) = ask(said(202, accepted(items))).result().refused

    assert refused.message == "no number: 15550100"
    assert "1555" not in repr(refused)


@pytest.mark.parametrize("show", [repr, str], ids=["repr", "str"])
def test_what_is_printed_counts_and_names_nobody(ask: Asker, show: Any) -> None:
    shown = show(ask(said(202, MIXED)).result())

    assert "1 of 2 recipients refused (109121: 1)" in shown
    assert not any(text in shown for text in ("first", "second", "1555", "ada", "bob"))


def test_the_id_of_a_request_is_shown_whole(ask: Asker, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        result = ask(
            said(202, accepted([{"messageKey": "first"}], requestId="12345678-2944-4ac3-b505-9daba0ba1a58"))
        ).result()

    assert "request 12345678-2944-4ac3-b505-9daba0ba1a58" in repr(result)
    assert "request 12345678-2944-4ac3-b505-9daba0ba1a58" in caplog.text


def test_a_warning_is_logged(ask: Asker, package: Package, caplog: pytest.LogCaptureFixture) -> None:
    ask(said(202, MIXED)).result()

    warnings = [each for each in caplog.records if each.levelno == logging.WARNING]
    assert [each.name for each in warnings] == [package.name]
    assert "1 of 2 recipients refused" in warnings[0].getMessage()
    assert "second" not in caplog.text


def test_items_in_another_order_keep_their_recipients(ask: Asker) -> None:
    answer = accepted([{"messageKey": "second"}, {"messageKey": "first", **refusal()}])
    result = ask(said(202, answer)).result()

    assert [(each.key, each.recipient.contact_key) for each in result.queued] == [("second", "bob")]
    assert [(each.key, each.recipient.contact_key) for each in result.refused] == [("first", "ada")]


def test_who_has_no_item_is_unanswered(ask: Asker) -> None:
    result = ask(said(202, accepted([{"messageKey": "second"}]))).result()

    assert [each.contact_key for each in result.unanswered] == ["ada"]
    assert not result.all_queued
    with pytest.raises(Exception, match="1 without an answer") as raised:
        result.raise_for_refused()
    assert getattr(raised.value, "outcome_unknown", None) is True


def test_who_had_no_key_is_missed_all_the_same(ask: Asker) -> None:
    asked = {**BODY, "recipients": [{"contactKey": "ada"}, {"contactKey": "bob"}]}
    result = ask(said(202, accepted([{"messageKey": "made"}])), body=asked).result()

    assert not result.all_queued
    assert result.summary == "1 of 1 recipients queued, 1 without an answer"


def test_recipients_in_a_tuple_are_missed_like_those_in_a_list(ask: Asker, package: Package) -> None:
    body = package.body()
    body.recipients = tuple(body.recipients)
    ask.server.play(said(202, accepted([{"messageKey": "second"}])))
    with package.client(ask.server.url, verify_ssl=False) as client:
        result = package.send.sync(client=client, body=body)

    assert [each.contact_key for each in result.unanswered] == ["ada"]


def test_a_key_that_stands_twice_belongs_to_nobody_for_sure(ask: Asker) -> None:
    asked = {**BODY, "recipients": [{"contactKey": "ada", "messageKey": "k"}, {"contactKey": "bob", "messageKey": "k"}]}
    answer = accepted([{"messageKey": "k"}, {"messageKey": "k", **refusal(109110)}])
    result = ask(said(202, answer), body=asked).result()

    assert [each.recipient for each in (*result.queued, *result.refused)] == [None, None]
    assert (keys(result.queued), keys(result.refused)) == (["k"], ["k"])


def test_keys_made_by_the_service_belong_to_no_recipient(ask: Asker) -> None:
    asked = {**BODY, "recipients": [{"contactKey": "ada"}, {"contactKey": "bob"}]}
    result = ask(said(202, accepted([{"messageKey": "made"}, {"messageKey": "up"}])), body=asked).result()

    assert [each.recipient for each in result.queued] == [None, None]
    assert result.all_queued


@pytest.mark.parametrize("code", [109001, 5, "109001", {}, None], ids=repr)
def test_an_answer_that_contradicts_itself_is_not_all_queued(ask: Asker, code: JSON) -> None:
    result = ask(said(202, accepted([{"messageKey": "first"}, {"messageKey": "second"}], errorcode=code))).result()

    assert not result.all_queued
    assert "says otherwise" in result.summary
    with pytest.raises(Exception, match="says otherwise"):
        result.raise_for_refused()


@pytest.mark.parametrize("code", [0, None, "0", False], ids=repr)
def test_refusals_count_whatever_the_answer_as_a_whole_says(ask: Asker, code: JSON) -> None:
    items: list[JSON] = [{"messageKey": "first", **refusal()}, {"messageKey": "second"}]
    result = ask(said(202, accepted(items, errorcode=code, message=...))).result()

    assert keys(result.refused) == ["first"]
    assert not result.all_queued


ODD = ["7", "MCMS_UTM", {"a": 1}, [], [[]], 1.5, True, None]


def test_a_code_cannot_forge_a_line_of_a_log(ask: Asker, caplog: pytest.LogCaptureFixture) -> None:
    code = "x\nERROR forged 15555551234"
    result = ask(said(202, accepted([{"messageKey": "first", "errorcode": code, "message": code}]))).result()

    assert "\n" not in repr(result) + "".join(each.getMessage() for each in caplog.records) + repr(result.refused)
    assert "15555551234" not in repr(result) + caplog.text + repr(result.refused)
    assert result.refused[0].code == code


def test_a_code_of_an_odd_kind_is_kept(ask: Asker) -> None:
    bodies = [accepted([{"messageKey": "first", "errorcode": code}, {"messageKey": "second"}]) for code in ODD]

    for body, told in zip(bodies, ask.each([said(202, each) for each in bodies]), strict=True):
        result = told.result()
        assert result.to_dict() == body
        assert keys(result.refused) == ([] if body["responses"][0]["errorcode"] is None else ["first"])
        repr(result), result.queued, result.unanswered


def test_a_key_of_an_odd_kind_is_kept(ask: Asker) -> None:
    bodies = [accepted([{"messageKey": key, **refusal()}, {"messageKey": "first"}]) for key in ODD]

    for body, told in zip(bodies, ask.each([said(202, each) for each in bodies]), strict=True):
        result = told.result()
        assert result.to_dict() == body
        assert [(each.code, each.recipient) for each in result.refused] == [(109106, None)]
        assert [each.contact_key for each in result.unanswered] == ["bob"]


def test_odd_message_and_request_id_are_kept(ask: Asker) -> None:
    body = accepted([{"messageKey": "first", "errorcode": 7, "message": {"a": 1}}], requestId=[1], message={})
    result = ask(said(202, body)).result()

    assert result.to_dict() == body
    repr(result), result.refused


# C6: what cannot be read


RIGHT = json.dumps(MIXED).encode()
FAR = 20_000
UNREADABLE: dict[str, tuple[bytes, str]] = {
    "html": (b"<!DOCTYPE html><title>Gateway</title>", "is not JSON"),
    "empty": (b"", "is empty"),
    "blank": (b" \n", "is empty"),
    "followed-by-text": (RIGHT + b"OK", "is not JSON"),
    "nan": (RIGHT[:-1] + b', "x": NaN}', "has NaN"),
    "infinity": (RIGHT[:-1] + b', "x": -Infinity}', "has -Infinity"),
    "name-twice": (RIGHT[:-1] + b', "errorcode": 0}', "the same name twice"),
    "name-twice-far-down": (RIGHT[:-1] + b', "x": [[{"a": 1, "a": 2}]]}', "the same name twice"),
    "name-twice-in-a-long-answer": (RIGHT[:-1] + b', "y": "' + b"," * 5000 + b'", "y": 0}', "the same name twice"),
    "byte-order-mark": (b"\xef\xbb\xbf" + RIGHT, "is not JSON"),
    "not-utf-8": (RIGHT[:-1] + b', "x": "\xff"}', "is not UTF-8 at byte"),
    "utf-16": (RIGHT.decode().encode("utf-16"), "is not UTF-8"),
    "deep": (b"[" * FAR + b"]" * FAR, "is nested too deeply"),
    "deep-inside": (RIGHT[:-1] + b', "x": ' + b'{"a":' * FAR + b"0" + b"}" * FAR + b"}", "is nested too deeply"),
    "long-number": (RIGHT[:-1] + b', "x": ' + b"9" * 5000 + b"}", "has a number too long"),
}


@pytest.mark.parametrize(("content", "reason"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_body_that_is_no_strict_json_is_one_documented_error(ask: Asker, content: bytes, reason: str) -> None:
    error = ask(said(202, content)).raised("DecodeError")

    assert reason in error.reason
    assert (error.pointer, error.outcome_unknown, error.status_code, error.content) == ("", True, 202, content)
    assert "may do the same thing twice" in str(error)


def without(members: dict[str, JSON], name: str) -> dict[str, JSON]:
    return {each: value for each, value in members.items() if each != name}


def with_second(item: JSON) -> JSON:
    return {**MIXED, "responses": [MIXED["responses"][0], item]}


NO_OBJECT = (None, [], "queued", 0, [["messageKey", "a"]])
MISSHAPEN: dict[str, tuple[JSON, str]] = {
    **{f"body-{value!r}": (value, "") for value in (None, [], [MIXED], "queued", 202, True, 0.5)},
    **{f"without-{name}": (without(MIXED, name), f"/{name}") for name in ("requestId", "errorcode", "responses")},
    **{f"responses-{value!r}": ({**MIXED, "responses": value}, "/responses") for value in (None, {}, "", 0, "queued")},
    **{
        f"item-{value!r}": (with_second(value), "/responses/1")
        for value in (None, [], "queued", 0, [["a", 1], ["b", 2]])
    },
    "item-without-key": (with_second({}), "/responses/1/messageKey"),
}


@pytest.mark.parametrize(("body", "pointer"), MISSHAPEN.values(), ids=MISSHAPEN)
def test_a_body_of_the_wrong_shape_says_where(ask: Asker, body: JSON, pointer: str) -> None:
    error = ask(said(202, body)).raised("DecodeError")

    assert (error.pointer, error.outcome_unknown) == (pointer, True)
    assert not pointer or f"{pointer} of the body" in str(error)


def test_an_answer_cut_at_any_byte_is_unreadable(ask: Asker) -> None:
    whole = json.dumps(QUEUED, separators=(",", ":")).encode()

    told = ask.each([said(202, whole[:size]) for size in range(len(whole))])

    for each in told:
        each.raised("DecodeError")


@pytest.mark.parametrize("label", ["iso-8859-1", "utf-16", "windows-1252"])
def test_another_charset_is_refused(ask: Asker, label: str) -> None:
    content = RIGHT[:-1] + ', "x": "ü"}'.encode(label if label != "utf-16" else "latin-1")

    ask(said(202, content, (("content-type", f"application/json; charset={label}"),))).raised("DecodeError")


@pytest.mark.parametrize("label", ["application/json; charset=UTF-8", "text/html", "application/problem+json", ""])
def test_the_label_of_good_json_does_not_matter(ask: Asker, label: str) -> None:
    headers = (("content-type", label),) if label else ()

    assert ask(said(202, MIXED, headers)).result().to_dict() == MIXED


# Answers that are too large, or packed wrongly

BLANKS = RIGHT + b" " * (17 * 1024 * 1024)
PACKED = (*AS_JSON, ("content-encoding", "gzip"))
CHUNKED = (*AS_JSON, ("transfer-encoding", "chunked"), ("connection", "close"))


def chunks(content: bytes) -> bytes:
    return b"%x\r\n%s\r\n0\r\n\r\n" % (len(content), content)


LARGE = {
    "plain": said(202, BLANKS),
    "chunked": said(202, chunks(BLANKS), CHUNKED),
    "packed": said(202, gzip.compress(BLANKS), PACKED),
}


@pytest.mark.parametrize("answer", LARGE.values(), ids=LARGE)
def test_an_answer_is_taken_up_to_a_size(ask: Asker, answer: Answer) -> None:
    error = ask(answer).raised("DecodeError")

    assert error.reason == "is larger than 16777216 bytes"
    assert error.outcome_unknown


def test_the_size_can_be_chosen(ask: Asker) -> None:
    assert ask(said(202, RIGHT), largest_answer=len(RIGHT)).result().to_dict() == MIXED
    assert "larger" in ask(said(202, RIGHT), largest_answer=len(RIGHT) - 1).raised("DecodeError").reason


@pytest.mark.parametrize("content", [RIGHT, gzip.compress(RIGHT)[:60], b"\x1f\x8b"], ids=["plain", "cut", "begun"])
def test_an_answer_that_cannot_be_unpacked_is_unreadable(ask: Asker, content: bytes) -> None:
    assert ask(said(202, content, PACKED)).raised("DecodeError").outcome_unknown


def test_a_packed_answer_is_read(ask: Asker) -> None:
    assert ask(said(202, gzip.compress(RIGHT), PACKED)).result().to_dict() == MIXED


def test_an_unreadable_answer_in_detail_is_told(ask: Asker) -> None:
    answer = ask(Answer(Response(202, AS_JSON, b"<html>")), detailed=True).result()

    assert (answer.status_code, answer.content, answer.parsed) == (202, b"<html>", None)
    assert type(answer.error).__name__ == "DecodeError"
