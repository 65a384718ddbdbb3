"""Each requirement on clients passes a good call and notices a bad one."""

import json

import pytest
from attrs import evolve

from conformance.checks import client_broken, client_errors, client_paths, client_requests, client_results
from conformance.checks.call_reading import Reading
from conformance.checks.client import requirements
from conformance.checks.client_rules import rules_in
from conformance.contract import default_folder, read
from conformance.model import (
    JSON,
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
from conformance.mutants.client_paths import PATHS

CONTRACT = read(default_folder())
PATH_CONTRACT = read(PATHS)
REQUIREMENTS = {each.id: each for each in (*requirements(PATH_CONTRACT), *requirements(CONTRACT))}
OF_PATHS = {each.id: REQUIREMENTS[each.id] for each in rules_in(client_paths)}
SEND = "sendSMSMessageMultipleRecipients"
TOKEN = "a-token-that-stands-nowhere-else"
BODY = {
    "definitionKey": "welcome",
    "recipients": [
        {"contactKey": "a", "to": "15555551234", "messageKey": "one"},
        {"contactKey": "b", "messageKey": "two", "attributes": {"Empty": {}, "None": None, "Count": 7}},
    ],
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
ERROR_BODY = {"message": "No", "errorcode": 10000, "documentation": "https://a.example"}

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


def accepted(body: bytes | JSON, content_type: str | None = "application/json") -> Response:
    content = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    return Response(202, () if content_type is None else (("content-type", content_type),), content)


def result(body: JSON, items: tuple[Item, ...], answer: Response | None = None, **outcome: object) -> Call:
    """A call that reads this body right."""
    said = {"request_id": body["requestId"], "errorcode": body["errorcode"], "message": body.get("message")}
    kind = Told.MIXED if any(each.errorcode for each in items) else Told.ACCEPTED
    return a_call(answer or accepted(body), kind, items=items, written=body, **{**said, **outcome})


def sent_body(change: JSON) -> Call:
    return sending(evolve(SENT, body=json.dumps(change).encode()))


def unreadable(body: bytes | JSON, place: str | None = "/", content_type: str | None = "application/json") -> Call:
    answer = accepted(body, content_type)
    return a_call(answer, Told.UNREADABLE, says_outcome_unknown=True, place=place, kept_body=answer.body)


def at_path(target: str, told: Told = Told.ACCEPTED, **values: str) -> Call:
    asked = Asked("getMember", "http://127.0.0.1:1", None, TOKEN, path={"list": "a", "member-key": "b", **values})
    answer = json_response(200, {"key": "b"})
    received = (Request("GET", target, HEADERS[1:]),) if target else ()
    return Call(asked, Answer(answer), received, Outcome(told, written={"key": "b"}, **DEFAULTS))


QUEUED_BODY = {"requestId": "r", "errorcode": 0, "responses": [{"messageKey": "one"}, {"messageKey": "two"}]}
ONE_KEY = {**BODY, "recipients": [{**each, "messageKey": "one"} for each in BODY["recipients"]]}
ONE_KEY_BODY = {**MIXED_BODY, "responses": [{"messageKey": "one"}, {**REFUSED_ITEM, "messageKey": "one"}]}
NULL_BODY = {**QUEUED_BODY, "next": None, "large": 2**53 - 1}
WORDS_BODY = {**MIXED_BODY, "responses": [{"messageKey": "one"}, {**REFUSED_ITEM, "message": "Größe e\u0301"}]}

MIXED = result(MIXED_BODY, TWO_ITEMS)
QUEUED = result(QUEUED_BODY, (QUEUED_ITEM, Item("two")))
SHARED = evolve(
    result(ONE_KEY_BODY, (QUEUED_ITEM, Item("one", 109106, "to is missing"))),
    asked=evolve(ASKED, body=ONE_KEY),
    received=(evolve(SENT, body=json.dumps(ONE_KEY).encode()),),
)
NULL = result(NULL_BODY, (QUEUED_ITEM, Item("two")))
WORDS = result(WORDS_BODY, (QUEUED_ITEM, Item("two", 109106, "Größe e\u0301")))
EXTRA = result({**EXTRA_BODY, "trace": {"a": 1}}, TWO_ITEMS)
STRANGE = result(STRANGE_BODY, (QUEUED_ITEM, Item("two", 987654, "to is missing")))
ERROR_SAID = {"status": 400, "errorcode": 10000, "message": "No", "documentation": "https://a.example"}
ERROR = a_call(json_response(400, ERROR_BODY), Told.REFUSED, has_request_and_response=True, **ERROR_SAID)
UNDOCUMENTED = a_call(Response(596, (), b"?"), Told.UNREADABLE, kept_body=b"?")
NUMBER = a_call(Response(999, (), b"?"), Told.UNREADABLE, kept_body=b"?")
OTHER_SUCCESS = a_call(json_response(207, QUEUED_BODY), Told.UNREADABLE, kept_body=json.dumps(QUEUED_BODY).encode())
NOT_JSON = unreadable(b"<html>")
EMPTY = unreadable(b"")
NOT_UTF_8 = unreadable(json.dumps(WORDS_BODY, ensure_ascii=False).encode().replace("ß".encode(), b"\xdf"))
BROKEN = unreadable({**MIXED_BODY, "responses": {}}, "/responses")
LACKING = unreadable({**MIXED_BODY, "responses": [{"messageKey": "one"}, {}]}, "/responses/1/messageKey is missing")
BROKEN_ERROR = a_call(Response(500, (), b"<html>"), Told.REFUSED, status=500)
TWICE = unreadable(json.dumps(MIXED_BODY).encode()[:-1] + b', "errorcode": 0}')
NAN = unreadable(json.dumps({**QUEUED_BODY, "score": float("nan")}).encode())
UNLABELLED = result(WORDS_BODY, WORDS.outcome.items, accepted(WORDS_BODY, None))
IN_LATIN_1 = result(
    WORDS_BODY,
    WORDS.outcome.items,
    accepted(json.dumps(WORDS_BODY).encode("utf-16"), "application/json; charset=utf-16"),
)
REDIRECT = a_call(json_response(307, {}, (("location", "/"),)), Told.UNREADABLE, kept_body=b"{}")
MIXED_ANSWER = Answer(json_response(202, MIXED_BODY))
STALLED = a_call(evolve(MIXED_ANSWER, stall=2.0), Told.TRANSPORT, says_outcome_unknown=True)
CUT = a_call(evolve(MIXED_ANSWER, cut_after=5), Told.TRANSPORT, says_outcome_unknown=True)
RESET = told(evolve(CUT, answer=evolve(MIXED_ANSWER, cut_after=5, is_reset=True)))
A_PATH = at_path("/lists/a%2F%20%3F/members/b", list="a/ ?")
NO_PATH = at_path("", Told.UNSENT, list="")
DOTS = at_path("", Told.UNSENT, list="..")
GOOD_OF_PATHS = (
    A_PATH,
    NO_PATH,
    DOTS,
    at_path("/lists/%C3%A9%2525/members/b", list="é%25"),
    at_path("/lists/a+~/members/b", list="a+~"),
)


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
OPEN = told(
    a_call(json_response(202, MIXED_BODY, (("content-encoding", "x"),)), Told.UNREADABLE), says_outcome_unknown=True
)
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
    *(MIXED, QUEUED, SHARED, NULL, WORDS, EXTRA, STRANGE, ERROR, UNDOCUMENTED, NUMBER, OTHER_SUCCESS),
    *(NOT_JSON, EMPTY, NOT_UTF_8, BROKEN, LACKING, BROKEN_ERROR, TWICE, NAN, UNLABELLED, IN_LATIN_1, REDIRECT),
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
    ("client-request-method", MIXED, sending(evolve(SENT, method="PUT"))),
    ("client-request-path", MIXED, sending(evolve(SENT, target="/messaging/v1/sms/messages"))),
    ("client-request-query", MIXED, sending(evolve(SENT, target="/messaging/v1/sms/messages/?"))),
    ("client-request-content-type", MIXED, sending(evolve(SENT, headers=HEADERS[1:]))),
    ("client-request-content-type", MIXED, sending(evolve(SENT, headers=(*HEADERS, HEADERS[0])))),
    ("client-request-accept", MIXED, sending(evolve(SENT, headers=(HEADERS[0], ("accept", "text/html"))))),
    ("client-request-accept", MIXED, sending(evolve(SENT, headers=(HEADERS[0], ("accept", "*/*;q=0"))))),
    ("client-request-json", MIXED, sending(evolve(SENT, body=b"not JSON"))),
    ("client-request-json", MIXED, sending(evolve(SENT, body=b"\xef\xbb\xbf" + SENT.body))),
    ("client-request-unset", MIXED, sent_body({**BODY, "content": None})),
    ("client-request-members", MIXED, sent_body({**BODY, "recipients": []})),
    (
        "client-request-members",
        MIXED,
        sent_body({**BODY, "recipients": [BODY["recipients"][0], {"contactKey": "b", "messageKey": "two"}]}),
    ),
    ("client-request-values", MIXED, sent_body({**BODY, "definitionKey": "Welcome"})),
    ("client-request-values", MIXED, sent_body({**BODY, "recipients": ["one", "two"]})),
    ("client-path-value-escaped", A_PATH, at_path("/lists/a/%20%3F/members/b", list="a/ ?")),
    ("client-path-value-escaped", A_PATH, at_path("/lists/a%2F+%3F/members/b", list="a/ ?")),
    ("client-path-value-escaped", A_PATH, at_path("/lists/a%252F%2520%253F/members/b", list="a/ ?")),
    ("client-path-value-escaped", A_PATH, at_path("/lists/a%2F%20?/members/b", list="a/ ?")),
    ("client-path-value-escaped", A_PATH, at_path("/lists/b/members/a%2F%20%3F", list="a/ ?")),
    ("client-path-value-escaped", A_PATH, at_path("/lists/100%/members/b", list="100%")),
    ("client-empty-path-value-refused", NO_PATH, at_path("/lists//members/b", list="")),
    ("client-empty-path-value-refused", NO_PATH, at_path("", Told.NOTHING, list="")),
    ("client-dot-segments-refused", DOTS, at_path("/members/b", list="..")),
    ("client-dot-segments-refused", DOTS, at_path("/lists/%2E%2E/members/b", list="..")),
    ("client-success-returned", MIXED, told(MIXED, told=Told.UNREADABLE)),
    ("client-request-id-read", MIXED, told(MIXED, request_id=None)),
    ("client-top-code-read", MIXED, told(MIXED, errorcode=109106)),
    ("client-top-message-read", MIXED, told(MIXED, message=None)),
    ("client-top-message-read", QUEUED, told(QUEUED, message="queued")),
    ("client-items-complete", MIXED, told(MIXED, items=TWO_ITEMS[1:])),
    ("client-items-invented", MIXED, told(MIXED, items=(*TWO_ITEMS, QUEUED_ITEM))),
    ("client-items-invented", MIXED, told(MIXED, items=(*TWO_ITEMS, Item("three")))),
    ("client-items-of-one-key", SHARED, told(SHARED, items=SHARED.outcome.items[1:])),
    ("client-items-of-one-key", SHARED, told(SHARED, items=(QUEUED_ITEM, QUEUED_ITEM))),
    ("client-reads-queued", MIXED, told(MIXED, items=(Item("one", 0), TWO_ITEMS[1]))),
    ("client-reads-refused", MIXED, told(MIXED, items=(QUEUED_ITEM, Item("two")))),
    ("client-item-code-read", MIXED, told(MIXED, items=(QUEUED_ITEM, Item("two", 109105, "to is missing")))),
    ("client-item-message-read", MIXED, told(MIXED, items=(QUEUED_ITEM, Item("two", 109106)))),
    ("client-codes-are-integers", MIXED, told(MIXED, items=(QUEUED_ITEM, Item("two", "109106", "to is missing")))),
    ("client-codes-are-integers", MIXED, told(MIXED, errorcode=109001.0)),
    ("client-codes-are-integers", ERROR, told(ERROR, errorcode="10000")),
    ("client-writes-back", MIXED, told(MIXED, written={**MIXED_BODY, "errorcode": "109001"})),
    ("client-writes-back", MIXED, told(MIXED, written=None)),
    ("client-writes-back", MIXED, told(MIXED, written={**MIXED_BODY, "responses": []})),
    ("client-absent-stays-absent", QUEUED, told(QUEUED, written={**QUEUED_BODY, "message": None})),
    (
        "client-text-exact",
        WORDS,
        told(WORDS, written=json.loads(json.dumps(WORDS_BODY).replace("e\\u0301", "\\u00e9"))),
    ),
    ("client-number-exact", NULL, told(NULL, written={**NULL_BODY, "large": 2**53})),
    ("client-null-stays-null", NULL, told(NULL, written={**QUEUED_BODY, "large": 2**53 - 1})),
    ("client-null-stays-null", NULL, told(NULL, written={**NULL_BODY, "next": ""})),
    ("client-mixed-visible", MIXED, told(MIXED, told=Told.ACCEPTED)),
    ("client-all-queued-visible", QUEUED, told(QUEUED, told=Told.MIXED)),
    ("client-unknown-field-kept", EXTRA, told(EXTRA, written=EXTRA_BODY)),
    ("client-unknown-field-kept", EXTRA, told(EXTRA, written={**EXTRA_BODY, "trace": {}})),
    ("client-unknown-item-field-kept", EXTRA, told(EXTRA, written={**MIXED_BODY, "trace": {"a": 1}})),
    ("client-unknown-code-read", STRANGE, told(STRANGE, told=Told.CRASHED)),
    ("client-error-raised", ERROR, told(ERROR, told=Told.RETURNED_ERROR)),
    ("client-error-raised", ERROR, told(ERROR, told=Told.CRASHED)),
    ("client-error-status", ERROR, told(ERROR, status=500)),
    ("client-error-status", BROKEN_ERROR, told(BROKEN_ERROR, status=None)),
    ("client-error-code", ERROR, told(ERROR, errorcode=None)),
    ("client-error-message", ERROR, told(ERROR, message=None)),
    ("client-error-documentation", ERROR, told(ERROR, documentation=None)),
    ("client-error-exchange", ERROR, told(ERROR, told=Told.RETURNED_ERROR, has_request_and_response=False)),
    ("client-never-none", ERROR, told(ERROR, told=Told.NOTHING)),
    ("client-never-none", MIXED, told(MIXED, told=Told.NOTHING)),
    ("client-undocumented-success-raises", OTHER_SUCCESS, told(OTHER_SUCCESS, told=Told.ACCEPTED)),
    ("client-undocumented-status-raises", UNDOCUMENTED, told(UNDOCUMENTED, told=Told.CRASHED)),
    ("client-undocumented-number-raises", NUMBER, told(NUMBER, told=Told.CRASHED)),
    ("client-undocumented-body-kept", UNDOCUMENTED, told(UNDOCUMENTED, kept_body=None)),
    ("client-not-json-raises", NOT_JSON, told(NOT_JSON, told=Told.ACCEPTED)),
    ("client-not-json-raises", NOT_JSON, told(NOT_JSON, told=Told.REFUSED)),
    ("client-empty-body-raises", EMPTY, told(EMPTY, told=Told.CRASHED)),
    ("client-not-utf-8-raises", NOT_UTF_8, told(NOT_UTF_8, told=Told.MIXED)),
    ("client-wrong-shape-raises", BROKEN, told(BROKEN, told=Told.ACCEPTED)),
    ("client-missing-member-raises", LACKING, told(LACKING, told=Told.MIXED)),
    ("client-broken-body-place", BROKEN, told(BROKEN, place=None)),
    ("client-broken-body-place", BROKEN, told(BROKEN, place="/requestId")),
    ("client-broken-body-place", LACKING, told(LACKING, place="/responses/0/messageKey")),
    ("client-broken-error-raises", BROKEN_ERROR, told(BROKEN_ERROR, told=Told.NOTHING)),
    ("client-broken-success-unknown", BROKEN, told(BROKEN, says_outcome_unknown=False)),
    ("client-broken-success-unknown", TWICE, told(TWICE, says_outcome_unknown=False)),
    ("client-name-twice-raises", TWICE, told(TWICE, told=Told.MIXED)),
    ("client-nan-raises", NAN, told(NAN, told=Told.ACCEPTED)),
    ("client-open-answer-ends", UNLABELLED, told(UNLABELLED, told=Told.CRASHED)),
    ("client-open-answer-ends", TWICE, told(TWICE, told=Told.NOTHING)),
    ("client-open-answer-read-right", UNLABELLED, told(UNLABELLED, items=WORDS.outcome.items[:1])),
    ("client-open-answer-read-right", UNLABELLED, told(UNLABELLED, told=Told.ACCEPTED)),
    (
        "client-charset-not-ignored",
        IN_LATIN_1,
        told(IN_LATIN_1, items=(QUEUED_ITEM, Item("two", 109106, "Gr\ufffd\ufffde"))),
    ),
    ("client-timeout-by-default", MIXED, told(MIXED, default_timeout=None)),
    ("client-timeout-by-default", MIXED, told(MIXED, default_timeout=float("inf"))),
    ("client-call-ends", MIXED, told(MIXED, told=Told.HUNG)),
    ("client-call-ends", MIXED, told(MIXED, told=Told.CRASHED)),
    *(("client-open-answer-ends", OPEN, told(OPEN, told=each, raised="E")) for each in UNDOCUMENTED_ENDS),
    (
        "client-open-answer-ends",
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


def test_every_requirement_of_these_sections_stands_in_the_table():
    modules = (client_requests, client_paths, client_results, client_errors, client_broken)

    assert {each.id for module in modules for each in rules_in(module)} <= {id for id, *_ in BAD}
    assert {id for id, *_ in BAD} <= set(REQUIREMENTS)


@pytest.mark.parametrize("call", GOOD_OF_PATHS, ids=lambda call: "-".join(call.asked.path.values()))
def test_a_good_call_with_values_in_its_path_breaks_nothing(call):
    found = {each.id: list(each.breaches(call)) for each in requirements(PATH_CONTRACT) if each.applies(call)}

    assert {id: breaches for id, breaches in found.items() if breaches} == {}
    assert found.keys() & OF_PATHS.keys()


def test_values_in_paths_are_asked_of_contracts_that_have_some():
    assert not OF_PATHS.keys() & {each.id for each in requirements(CONTRACT)}
    assert len(OF_PATHS) == 3


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
    ("body", "id"),
    [
        (b"", "client-empty-body-raises"),
        (b" ", "client-empty-body-raises"),
        (b"<html>", "client-not-json-raises"),
        (b'{"requestId": "r"', "client-not-json-raises"),
        (b'{"a": "\xff"}', "client-not-utf-8-raises"),
        (b"null", "client-wrong-shape-raises"),
        (b"[]", "client-wrong-shape-raises"),
        (b"[" * 9000, "client-wrong-shape-raises"),
        (b"NaN", "client-wrong-shape-raises"),
        (b"9", "client-wrong-shape-raises"),
        (b'{"requestId": "r"}', "client-missing-member-raises"),
        (b"\xef\xbb\xbf{}", "client-missing-member-raises"),
        (b'{"a": 1, "a": 1}', "client-missing-member-raises"),
    ],
)
def test_a_202_without_its_containers_is_broken(body, id):
    more = {"client-broken-success-unknown"} | ({"client-broken-body-place"} if "-m" in id or "shape" in id else set())

    assert applying(unreadable(body)) == {id} | more


@pytest.mark.parametrize(
    "change",
    [
        {"errorcode": "109001"},
        {"requestId": 5},
        {"responses": []},
        {"message": None},
        {"responses": MIXED_BODY["responses"][:1]},
        {"responses": [*MIXED_BODY["responses"], {"messageKey": "three"}]},
        {"score": 10**400},
    ],
)
def test_a_202_that_the_contract_leaves_to_its_reader_may_be_read_or_raised(change):
    body = {**MIXED_BODY, **change}
    items = tuple(Item(each["messageKey"], each.get("errorcode"), each.get("message")) for each in body["responses"])
    for call in (unreadable(body), result(body, items)):
        assert applying(call) <= {
            "client-open-answer-ends",
            "client-open-answer-read-right",
            "client-broken-success-unknown",
        }
        assert [breaches(id, call) for id in applying(call)] == [[]] * len(applying(call))


@pytest.mark.parametrize(
    "content_type", [None, "", "text/plain", "application/problem+json", "text/html; charset=utf-8"]
)
def test_the_label_of_json_is_left_to_the_client(content_type):
    read, raised = (
        result(MIXED_BODY, TWO_ITEMS, accepted(MIXED_BODY, content_type)),
        unreadable(MIXED_BODY, "/", content_type),
    )

    assert [applying(each) - {"client-broken-success-unknown"} for each in (read, raised)] == [
        {"client-open-answer-ends", "client-open-answer-read-right"}
    ] * 2
    assert not any(breaches(id, each) for each in (read, raised) for id in applying(each))


@pytest.mark.parametrize("content_type", ['Application/JSON; Charset="UTF-8"', "application/json;odata=minimal"])
def test_a_parameter_and_letter_case_change_nothing_of_a_label(content_type):
    assert "client-success-returned" in applying(result(MIXED_BODY, TWO_ITEMS, accepted(MIXED_BODY, content_type)))


def test_a_reader_of_doubles_is_not_accused_of_what_no_double_holds():
    came = {**QUEUED_BODY, "large": 2**53 + 1, "larger": 12345678901234567890, "one": 1, "half": 0.1}
    call = told(result(came, QUEUED.outcome.items), written=json.loads(json.dumps(came), parse_int=float))

    assert breaches("client-number-exact", call) == []
    assert breaches("client-number-exact", told(call, written={**came, "larger": 2**32})) != []


def test_a_charset_may_be_read_or_raised():
    for call in (IN_LATIN_1, told(IN_LATIN_1, told=Told.UNREADABLE, items=())):
        assert breaches("client-charset-not-ignored", call) == []


def test_an_answer_that_is_slow_but_in_time_is_judged_as_a_whole_one():
    call = evolve(MIXED, answer=evolve(MIXED.answer, stall=0.5))

    assert "client-success-returned" in applying(call)


def test_an_answer_slower_than_the_default_stalls_where_no_time_out_was_asked():
    call = evolve(STALLED, asked=evolve(ASKED, timeout=None), outcome=evolve(STALLED.outcome, default_timeout=1.0))

    assert applying(call) == {"client-stalled-raises", "client-transport-unknown"}
    # A client that gave up before anything went out may say so.
    assert applying(evolve(call, received=())) == {"client-stalled-raises"}


def test_a_head_that_promises_more_than_comes_is_cut():
    response = Response(202, (("content-type", "application/json"), ("content-length", "99")), b"{}")

    assert applying(a_call(response, Told.TRANSPORT)) == {"client-broken-off-raises", "client-transport-unknown"}


def test_a_token_that_the_server_echoed_is_not_held_against_the_client():
    call = a_call(Response(500, (), TOKEN.encode()), Told.REFUSED, shown=TOKEN)

    assert not REQUIREMENTS["client-no-secret-shown"].applies(call)


def test_a_base_url_with_a_path_stands_before_the_path():
    asked = evolve(ASKED, url="http://127.0.0.1:1/proxy/")
    call = evolve(sending(evolve(SENT, target="/proxy/messaging/v1/sms/messages/")), asked=asked)

    assert breaches("client-request-path", call) == []


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

    assert applying(evolve(STALLED, answer=answer)) == {"client-open-answer-ends", "client-open-answer-read-right"}
    assert "client-success-returned" in applying(evolve(MIXED, answer=answer))


def test_a_client_that_hangs_is_not_asked_about_itself():
    call = told(MIXED, told=Told.HUNG, default_timeout=None)

    assert not REQUIREMENTS["client-timeout-by-default"].applies(call)
