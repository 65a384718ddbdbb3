"""Each requirement on clients passes a good call and notices a bad one."""

import json

import pytest
from attrs import evolve

from conformance.checks.call_reading import Reading
from conformance.checks.client import requirements
from conformance.contract import default_folder, read
from conformance.model import (
    Answer,
    Asked,
    Call,
    Delivery,
    Item,
    Outcome,
    Request,
    Response,
    Told,
    Turn,
    json_response,
)

CONTRACT = read(default_folder())
REQUIREMENTS = {each.id: each for each in requirements(CONTRACT)}
SEND = "sendSMSMessageMultipleRecipients"
TOKEN = "a-token-that-stands-nowhere-else"
BODY = {
    "definitionKey": "welcome",
    "recipients": [{"contactKey": "a", "to": "15555551234", "messageKey": "one"}],
}
HEADERS = (("content-type", "application/json"), ("accept", "*/*"), ("authorization", f"Bearer {TOKEN}"))
SENT = Request("POST", "/messaging/v1/sms/messages/", HEADERS, json.dumps(BODY).encode())
ASKED = Asked(SEND, "http://127.0.0.1:1", BODY, TOKEN, timeout=1.0)

REFUSED_ITEM = {"messageKey": "two", "errorcode": 109106, "message": "to is missing"}
MIXED_BODY = {
    "requestId": "r",
    "errorcode": 109001,
    "message": "MCMS_UTM_ResponsesHasErrors: 1 subscribers failed to queue out of 2",
    "responses": [{"messageKey": "one"}, REFUSED_ITEM],
}
EXTRA_BODY = {**MIXED_BODY, "responses": [{"messageKey": "one", "segments": 2}, REFUSED_ITEM]}
STRANGE_BODY = {**MIXED_BODY, "responses": [{"messageKey": "one"}, {**REFUSED_ITEM, "errorcode": 987654}]}
ERROR_BODY = {"message": "No", "errorcode": 10000, "documentation": ""}

QUEUED_ITEM = Item("one")
TWO_ITEMS = (QUEUED_ITEM, Item("two", 109106, "to is missing"))
DEFAULTS = {"default_timeout": 30.0, "shown": "Client()"}


def a_call(answer: Answer | Response, told: Told, received: tuple[Request, ...] = (SENT,), **outcome: object) -> Call:
    whole = answer if isinstance(answer, Answer) else Answer(answer)
    return Call(ASKED, whole, received, Outcome(told, **{**DEFAULTS, **outcome}))


def told(call: Call, **outcome: object) -> Call:
    return evolve(call, outcome=evolve(call.outcome, **outcome))


def sending(request: Request, times: int = 1) -> Call:
    return evolve(MIXED, received=(request,) * times)


MIXED = a_call(json_response(202, MIXED_BODY), Told.MIXED, items=TWO_ITEMS, written=MIXED_BODY)
EXTRA = a_call(json_response(202, EXTRA_BODY), Told.MIXED, items=TWO_ITEMS, written=EXTRA_BODY)
STRANGE = a_call(
    json_response(202, STRANGE_BODY),
    Told.MIXED,
    items=(QUEUED_ITEM, Item("two", 987654, "to is missing")),
    written=STRANGE_BODY,
)
ERROR = a_call(
    json_response(400, ERROR_BODY),
    Told.REFUSED,
    status=400,
    errorcode=10000,
    message="No",
    documentation="",
    has_request_and_response=True,
)
UNDOCUMENTED = a_call(Response(596, (), b"?"), Told.UNREADABLE, kept_body=b"?")
BROKEN = a_call(json_response(202, []), Told.UNREADABLE, says_outcome_unknown=True)
BROKEN_ERROR = a_call(Response(500, (), b"<html>"), Told.REFUSED)
REDIRECT = a_call(json_response(307, {}, (("location", "/"),)), Told.UNREADABLE, kept_body=b"{}")
MIXED_ANSWER = Answer(json_response(202, MIXED_BODY))
STALLED = a_call(evolve(MIXED_ANSWER, stall=2.0), Told.TRANSPORT, says_outcome_unknown=True)
CUT = a_call(evolve(MIXED_ANSWER, cut_after=5), Told.TRANSPORT, says_outcome_unknown=True)
RESET = told(evolve(CUT, answer=evolve(MIXED_ANSWER, cut_after=5, is_reset=True)))


def by(delivery: Delivery, **changes: object) -> Call:
    """The mixed answer, read as it should be, by another way."""
    return evolve(MIXED, answer=evolve(MIXED_ANSWER, delivery=delivery, **changes))


def failed(delivery: Delivery, **changes: object) -> Call:
    """The mixed answer by another way, of which the caller was told that it did not come."""
    return evolve(STALLED, answer=evolve(MIXED_ANSWER, delivery=delivery, **changes))


def after(delivery: Delivery) -> Call:
    return evolve(MIXED, before=(Turn(ASKED, Answer(json_response(400, ERROR_BODY), delivery=delivery)),))


STALLED_BODY = failed(Delivery.HALF_THEN_STALL, stall=2.0)
GARBLED = failed(Delivery.NOT_HTTP)
NOBODY = told(evolve(failed(Delivery.NOBODY), received=()), says_outcome_unknown=False)
OPEN = a_call(json_response(202, MIXED_BODY, (("content-encoding", "x"),)), Told.UNREADABLE)
CHUNKED_ERROR = evolve(ERROR, answer=evolve(ERROR.answer, delivery=Delivery.CHUNKED))
LEFT_OVER = after(Delivery.TWICE)
ENDED = after(Delivery.THEN_CLOSED)
WELL_FRAMED = b"POST /messaging/v1/sms/messages/ HTTP/1.1\r\nHost: 127.0.0.1:1\r\nContent-Length: 2\r\n\r\n{}"
FRAMED = evolve(MIXED, raw=(WELL_FRAMED,))
WHOLE = [
    Delivery.CHUNKED,
    Delivery.DRIPPED,
    Delivery.UNTIL_CLOSED,
    Delivery.ODD_HEADERS,
    Delivery.EARLY,
    Delivery.GZIP,
    Delivery.AFTER_100,
    Delivery.AFTER_103,
    Delivery.BOMB,
    Delivery.BAD_HEADER,
    Delivery.THEN_RESET,
    Delivery.TWICE,
]
GOOD = (
    *(MIXED, EXTRA, STRANGE, ERROR, UNDOCUMENTED, BROKEN, BROKEN_ERROR, REDIRECT),
    *(STALLED, STALLED_BODY, CUT, RESET, GARBLED, NOBODY, OPEN, CHUNKED_ERROR, LEFT_OVER, ENDED, FRAMED),
    *map(by, WHOLE),
    # Where a client may as well say that nothing came, it may do so.
    *map(failed, (Delivery.BOMB, Delivery.BAD_HEADER, Delivery.THEN_RESET, Delivery.TWICE)),
    failed(Delivery.DRIPPED, stall=2.0),
    by(Delivery.DRIPPED, stall=2.0),
    evolve(CUT, answer=evolve(ERROR.answer, cut_after=5), outcome=ERROR.outcome),
    told(STALLED_BODY, told=Told.UNREADABLE, status=202),
    told(GARBLED, told=Told.UNREADABLE),
)

UNDOCUMENTED_ENDS = (Told.CRASHED, Told.NOTHING, Told.RETURNED_ERROR)
#: A call that breaks the requirement, and the good call it was made from.
BAD: list[tuple[str, Call, Call]] = [
    ("client-request-line", MIXED, sending(evolve(SENT, method="PUT"))),
    ("client-request-line", MIXED, sending(evolve(SENT, target="/messaging/v1/sms/messages"))),
    ("client-request-line", MIXED, sending(evolve(SENT, target="/messaging/v1/sms/messages/?"))),
    ("client-request-headers", MIXED, sending(evolve(SENT, headers=HEADERS[1:]))),
    ("client-request-headers", MIXED, sending(evolve(SENT, headers=(*HEADERS, HEADERS[0])))),
    ("client-request-headers", MIXED, sending(evolve(SENT, headers=(HEADERS[0], ("accept", "text/html"))))),
    ("client-request-headers", MIXED, sending(evolve(SENT, headers=(HEADERS[0], ("accept", "*/*;q=0"))))),
    ("client-request-body", MIXED, sending(evolve(SENT, body=b"not JSON"))),
    (
        "client-request-body",
        MIXED,
        sending(evolve(SENT, body=json.dumps({**BODY, "content": None}).encode())),
    ),
    (
        "client-request-body",
        MIXED,
        sending(evolve(SENT, body=json.dumps({**BODY, "recipients": []}).encode())),
    ),
    ("client-success-returned", MIXED, told(MIXED, told=Told.UNREADABLE)),
    ("client-reads-queued", MIXED, told(MIXED, items=TWO_ITEMS[1:])),
    ("client-reads-queued", MIXED, told(MIXED, items=(*TWO_ITEMS, QUEUED_ITEM))),
    ("client-reads-refused", MIXED, told(MIXED, items=(QUEUED_ITEM, Item("two")))),
    ("client-reads-refused", MIXED, told(MIXED, items=(QUEUED_ITEM, Item("two", 109105, "to is missing")))),
    ("client-reads-refused", MIXED, told(MIXED, items=(QUEUED_ITEM, Item("two", 109106)))),
    ("client-reads-refused", MIXED, told(MIXED, items=(QUEUED_ITEM, Item("two", "109106", "to is missing")))),
    ("client-writes-back", MIXED, told(MIXED, written={**MIXED_BODY, "errorcode": "109001"})),
    ("client-writes-back", MIXED, told(MIXED, written=None)),
    ("client-mixed-visible", MIXED, told(MIXED, told=Told.ACCEPTED)),
    ("client-error-raised", ERROR, told(ERROR, told=Told.RETURNED_ERROR)),
    ("client-error-raised", ERROR, told(ERROR, told=Told.CRASHED)),
    ("client-error-fields", ERROR, told(ERROR, errorcode=None)),
    ("client-error-fields", ERROR, told(ERROR, errorcode="10000")),
    ("client-error-fields", ERROR, told(ERROR, documentation=None)),
    ("client-error-fields", ERROR, told(ERROR, told=Told.RETURNED_ERROR, has_request_and_response=False)),
    ("client-never-none", ERROR, told(ERROR, told=Told.NOTHING)),
    ("client-never-none", MIXED, told(MIXED, told=Told.NOTHING)),
    ("client-undocumented-status-raises", UNDOCUMENTED, told(UNDOCUMENTED, told=Told.CRASHED)),
    (
        "client-undocumented-status-raises",
        UNDOCUMENTED,
        a_call(json_response(200, MIXED_BODY), Told.ACCEPTED),
    ),
    ("client-undocumented-body-kept", UNDOCUMENTED, told(UNDOCUMENTED, kept_body=None)),
    ("client-broken-body-raises", BROKEN, told(BROKEN, told=Told.ACCEPTED)),
    ("client-broken-body-raises", BROKEN, told(BROKEN, told=Told.REFUSED)),
    ("client-broken-body-raises", BROKEN_ERROR, told(BROKEN_ERROR, told=Told.NOTHING)),
    ("client-broken-success-unknown", BROKEN, told(BROKEN, says_outcome_unknown=False)),
    ("client-unknown-field-kept", EXTRA, told(EXTRA, written=MIXED_BODY)),
    ("client-unknown-field-kept", EXTRA, told(EXTRA, written=None)),
    ("client-unknown-code-read", STRANGE, told(STRANGE, told=Told.CRASHED)),
    ("client-timeout-by-default", MIXED, told(MIXED, default_timeout=None)),
    ("client-timeout-by-default", MIXED, told(MIXED, default_timeout=float("inf"))),
    ("client-call-ends", MIXED, told(MIXED, told=Told.HUNG)),
    ("client-call-ends", MIXED, told(MIXED, told=Told.CRASHED)),
    *(("client-open-answer-documented", OPEN, told(OPEN, told=each, raised="E")) for each in UNDOCUMENTED_ENDS),
    (
        "client-open-answer-documented",
        failed(Delivery.BAD_HEADER),
        told(failed(Delivery.BAD_HEADER), told=Told.CRASHED, raised="E"),
    ),
    ("client-stalled-raises", STALLED, told(STALLED, told=Told.MIXED)),
    ("client-stalled-body-raises", STALLED_BODY, told(STALLED_BODY, told=Told.MIXED)),
    ("client-stalled-body-raises", STALLED_BODY, told(STALLED_BODY, told=Told.REFUSED)),
    ("client-broken-off-raises", CUT, told(CUT, told=Told.CRASHED)),
    ("client-broken-off-raises", CUT, told(CUT, told=Told.MIXED)),
    ("client-reset-raises", RESET, told(RESET, told=Told.MIXED)),
    *(
        ("client-invalid-http-raises", failed(each), told(failed(each), told=Told.ACCEPTED))
        for each in (Delivery.NOT_HTTP, Delivery.TWO_LENGTHS, Delivery.BAD_CHUNK, Delivery.LENGTH_TOO_SHORT)
    ),
    ("client-nobody-raises", NOBODY, told(NOBODY, told=Told.UNREADABLE)),
    ("client-transport-unknown", CUT, told(CUT, says_outcome_unknown=False)),
    ("client-transport-unknown", STALLED, told(STALLED, says_outcome_unknown=False)),
    ("client-nobody-known", NOBODY, told(NOBODY, says_outcome_unknown=True)),
    ("client-sent-not-denied", STALLED, told(STALLED, told=Told.UNSENT)),
    ("client-chunked-read", by(Delivery.CHUNKED), told(by(Delivery.CHUNKED), told=Told.UNREADABLE)),
    ("client-chunked-read", by(Delivery.CHUNKED), told(by(Delivery.CHUNKED), items=TWO_ITEMS[1:])),
    ("client-chunked-read", CHUNKED_ERROR, told(CHUNKED_ERROR, told=Told.TRANSPORT)),
    ("client-chunked-read", CHUNKED_ERROR, told(CHUNKED_ERROR, status=500)),
    ("client-dripped-read", by(Delivery.DRIPPED), told(by(Delivery.DRIPPED), told=Told.TRANSPORT)),
    ("client-until-closed-read", by(Delivery.UNTIL_CLOSED), told(by(Delivery.UNTIL_CLOSED), told=Told.TRANSPORT)),
    ("client-odd-headers-read", by(Delivery.ODD_HEADERS), told(by(Delivery.ODD_HEADERS), told=Told.UNREADABLE)),
    ("client-early-answer-read", by(Delivery.EARLY), told(by(Delivery.EARLY), told=Told.TRANSPORT)),
    ("client-packed-read", by(Delivery.GZIP), told(by(Delivery.GZIP), told=Told.UNREADABLE)),
    ("client-packed-read", by(Delivery.DEFLATE), told(by(Delivery.DEFLATE), told=Told.UNREADABLE)),
    ("client-interim-skipped", by(Delivery.AFTER_103), told(by(Delivery.AFTER_103), told=Told.UNREADABLE)),
    ("client-interim-documented", by(Delivery.AFTER_100), told(by(Delivery.AFTER_100), told=Told.CRASHED)),
    ("client-too-large-ends", by(Delivery.BOMB), told(by(Delivery.BOMB), told=Told.CRASHED, raised="E")),
    ("client-request-framed", FRAMED, evolve(FRAMED, raw=(WELL_FRAMED + b"\r\n",))),
    ("client-request-framed", FRAMED, evolve(FRAMED, raw=(WELL_FRAMED, b"GET"))),
    ("client-never-repeats", MIXED, sending(SENT, times=2)),
    ("client-never-repeats", FRAMED, evolve(FRAMED, raw=(WELL_FRAMED, WELL_FRAMED[:-1]))),
    ("client-never-repeats-on-reused", ENDED, evolve(ENDED, received=(SENT, SENT))),
    ("client-own-answer-next", LEFT_OVER, told(LEFT_OVER, told=Told.REFUSED, status=400)),
    ("client-own-answer-next", LEFT_OVER, told(LEFT_OVER, items=(Item("another"),))),
    ("client-own-answer-next", LEFT_OVER, told(LEFT_OVER, told=Told.UNREADABLE, status=400)),
    ("client-left-over-dropped", LEFT_OVER, told(LEFT_OVER, told=Told.TRANSPORT)),
    ("client-ended-connection-dropped", ENDED, told(ENDED, told=Told.TRANSPORT)),
    ("client-no-redirect", REDIRECT, evolve(REDIRECT, received=(SENT, SENT))),
    ("client-no-redirect", REDIRECT, evolve(REDIRECT, elsewhere=(Request("GET", "/"),))),
    ("client-token-not-elsewhere", REDIRECT, evolve(REDIRECT, elsewhere=(evolve(SENT, body=b""),))),
    ("client-token-not-elsewhere", REDIRECT, evolve(REDIRECT, elsewhere=(Request("GET", f"/?a={TOKEN}"),))),
    ("client-body-not-elsewhere", REDIRECT, evolve(REDIRECT, elsewhere=(evolve(SENT, headers=()),))),
    ("client-no-redirect", REDIRECT, told(REDIRECT, told=Told.ACCEPTED)),
    ("client-token-in-header", MIXED, sending(evolve(SENT, headers=HEADERS[:2]))),
    ("client-token-in-header", MIXED, sending(evolve(SENT, headers=(*HEADERS, HEADERS[2])))),
    ("client-token-nowhere-else", MIXED, sending(evolve(SENT, target=f"/?token={TOKEN}"))),
    ("client-token-nowhere-else", MIXED, sending(evolve(SENT, headers=(*HEADERS, ("cookie", f"t={TOKEN}"))))),
    ("client-token-nowhere-else", MIXED, sending(evolve(SENT, body=TOKEN.encode()))),
    ("client-no-secret-shown", MIXED, told(MIXED, shown=f"Client(token={TOKEN!r})")),
]


def breaches(id: str, call: Call) -> list[str]:
    return list(REQUIREMENTS[id].breaches(call))


@pytest.mark.parametrize("call", GOOD, ids=lambda call: f"{call.answer.response.status}-{call.outcome.told}")
def test_a_good_call_breaks_nothing(call):
    assert {
        id: breaches(id, call) for id, each in REQUIREMENTS.items() if each.applies(call) and breaches(id, call)
    } == {}


@pytest.mark.parametrize(("id", "good", "bad"), BAD, ids=[f"{id}-{index}" for index, (id, *_) in enumerate(BAD)])
def test_a_bad_call_is_noticed(id, good, bad):
    assert REQUIREMENTS[id].applies(good) and not breaches(id, good)
    assert REQUIREMENTS[id].applies(bad) and breaches(id, bad)


def test_every_requirement_stands_in_the_table():
    assert {id for id, *_ in BAD} == set(REQUIREMENTS)


def test_no_breach_prints_the_token():
    printed = [line for id, _, bad in BAD for line in breaches(id, bad) if "body" not in id]

    assert not [line for line in printed if TOKEN in line]


def applying(call: Call) -> set[str]:
    by_every_call = {
        "client-timeout-by-default",
        "client-call-ends",
        "client-sent-not-denied",
        "client-never-repeats",
        "client-no-secret-shown",
    }
    every = {id for id, each in REQUIREMENTS.items() if each.applies(call)}
    return {id for id in every if not id.startswith(("client-request", "client-token"))} - by_every_call


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"<html>",
        b'{"requestId": "r"}',
        b"\xef\xbb\xbf{}",
        b'{"a": 1, "a": 1}',
        b"NaN",
        b"9" * 5000,
    ],
)
def test_a_202_without_its_containers_is_broken(body):
    call = a_call(Response(202, (("content-type", "application/json"),), body), Told.UNREADABLE)

    assert applying(call) == {"client-broken-body-raises", "client-broken-success-unknown"}


@pytest.mark.parametrize("change", [{"errorcode": "109001"}, {"requestId": 5}, {"responses": []}])
def test_a_202_with_a_strange_scalar_is_left_to_the_client(change):
    call = a_call(json_response(202, {**MIXED_BODY, **change}), Told.UNREADABLE)

    assert applying(call) == {"client-open-answer-documented"}


def test_an_answer_that_is_slow_but_in_time_is_judged_as_a_whole_one():
    call = evolve(MIXED, answer=evolve(MIXED.answer, stall=0.5))

    assert "client-success-returned" in applying(call)


def test_an_answer_slower_than_the_default_stalls_where_no_time_out_was_asked():
    call = evolve(STALLED, asked=evolve(ASKED, timeout=None), outcome=evolve(STALLED.outcome, default_timeout=1.0))

    assert applying(call) == {"client-stalled-raises", "client-transport-unknown"}


def test_a_head_that_promises_more_than_comes_is_cut():
    response = Response(202, (("content-type", "application/json"), ("content-length", "99")), b"{}")

    assert applying(a_call(response, Told.TRANSPORT)) == {"client-broken-off-raises", "client-transport-unknown"}


def test_a_token_that_the_server_echoed_is_not_held_against_the_client():
    call = a_call(Response(500, (), TOKEN.encode()), Told.REFUSED, shown=TOKEN)

    assert not REQUIREMENTS["client-no-secret-shown"].applies(call)


def test_a_base_url_with_a_path_stands_before_the_path():
    asked = evolve(ASKED, url="http://127.0.0.1:1/proxy/")
    call = evolve(sending(evolve(SENT, target="/proxy/messaging/v1/sms/messages/")), asked=asked)

    assert breaches("client-request-line", call) == []


def test_every_citation_stands_in_the_rulings():
    rulings = " ".join((default_folder() / "rulings.md").read_text().split())

    assert {each.cite.page for each in REQUIREMENTS.values()} == {"rulings.md"}
    assert [each.id for each in REQUIREMENTS.values() if each.cite.quote not in rulings] == []


def test_every_requirement_has_a_plain_statement_for_a_title():
    assert [each.id for each in REQUIREMENTS.values() if not each.title.endswith(".")] == []


def test_an_end_that_time_decides_is_said_to_have_several_right_ones():
    calls = {each: Reading(CONTRACT, by(each)).has_several_right_ends for each in Delivery}

    assert {each for each, several in calls.items() if several} == {
        Delivery.BAD_HEADER,
        Delivery.THEN_RESET,
        Delivery.TWICE,
        Delivery.BOMB,
    }


def test_a_head_for_which_not_every_client_has_room_may_be_given_up():
    answer = Answer(json_response(202, MIXED_BODY, (("x-trace", "a" * 60_000),)))

    assert applying(evolve(STALLED, answer=answer)) == {"client-open-answer-documented"}
    assert "client-success-returned" in applying(evolve(MIXED, answer=answer))


def test_a_client_that_hangs_is_not_asked_about_itself():
    call = told(MIXED, told=Told.HUNG, default_timeout=None)

    assert not REQUIREMENTS["client-timeout-by-default"].applies(call)
