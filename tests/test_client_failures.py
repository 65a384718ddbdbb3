"""Errors, silence and repeats: C4, C5, C8, C9 and C13 of the rulings, by our client and the stock one."""

from __future__ import annotations

import email.utils
import json
import socket
import struct
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from attrs import evolve

from conformance.drivers.scripted_server import ScriptedServer
from conformance.model import JSON, Answer, Delivery, Headers, Response
from tests.client_packages import AS_JSON, BODY, ERROR, MIXED, QUEUED, Asker, Package, peer, refusing_url, said

HTML = b"<!DOCTYPE html><title>Gateway</title>"
DOCUMENTED = {
    400: "StatusError",
    401: "Unauthorized",
    403: "Forbidden",
    415: "StatusError",
    429: "TooManyRequests",
    500: "ServerError",
    503: "ServiceUnavailable",
}
STRAY = {
    **dict.fromkeys((200, 204, 207, 302, 303, 304, 307, 404, 418, 999), "UnexpectedStatus"),
    **dict.fromkeys((502, 520, 596, 599), "ServerError"),
}
BODILESS = {204, 304}
#: After these, what was asked for may have been done: the answer to it is somewhere else.
SEEN_ELSEWHERE = {302, 303}


def answer(status: int, body: JSON | bytes = ERROR, headers: Headers = AS_JSON) -> Answer:
    return said(status, b"" if status in BODILESS else body, () if status in BODILESS else headers)


# C4 and C5: each status


@pytest.mark.parametrize(("status", "name"), DOCUMENTED.items(), ids=map(str, DOCUMENTED))
def test_a_documented_error_has_its_class_and_what_it_says(ask: Asker, status: int, name: str) -> None:
    error = ask(answer(status)).raised(name)

    assert (error.status_code, error.documented, error.outcome_unknown) == (status, True, status >= 500)
    assert (error.code, error.message, error.documentation) == (109111, "No such thing", "https://docs.example/1")
    assert error.parsed.to_dict() == ERROR
    assert str(status) in str(error)
    assert "109111" in str(error)


@pytest.mark.parametrize(("status", "name"), STRAY.items(), ids=map(str, STRAY))
def test_an_unknown_status_is_an_error_that_holds_the_body(ask: Asker, status: int, name: str) -> None:
    given = answer(status)
    error = ask(given).raised(name)

    assert (error.status_code, error.documented) == (status, False)
    assert error.content == given.response.body
    assert error.code == (None if status in BODILESS else 109111)
    assert error.outcome_unknown is (status < 300 or status in SEEN_ELSEWHERE or status >= 500)
    assert "not documented" in str(error)


@pytest.mark.parametrize("body", [HTML, b"", b"null", b"[]", b'{"errorcode": {}}', b"\xff"], ids=repr)
def test_an_error_whose_body_cannot_be_read_is_the_same_error(ask: Asker, body: bytes) -> None:
    statuses = (*DOCUMENTED, 404, 502, 596)

    for status, told in zip(statuses, ask.each([answer(each, body) for each in statuses]), strict=True):
        error = told.raised({**DOCUMENTED, **STRAY}[status])
        assert (error.content, error.code, error.message) == (body, None, None)


PACKED_WRONGLY = (*AS_JSON, ("content-encoding", "gzip"), ("retry-after", "7"))


@pytest.mark.parametrize(("status", "name"), {**DOCUMENTED, 404: "UnexpectedStatus"}.items())
def test_an_error_whose_body_cannot_be_had_is_the_same_error(ask: Asker, status: int, name: str) -> None:
    packed, large = said(status, HTML, PACKED_WRONGLY), said(status, b" " * 100, AS_JSON)

    for told in (ask(packed), ask(large, largest_answer=99)):
        error = told.raised(name)
        assert (error.content, error.outcome_unknown) == (b"", status >= 500)
    assert ask(packed).raised(name).retry_after == 7.0


def test_an_error_belongs_to_its_exchange(ask: Asker) -> None:
    error = ask(answer(400, ERROR, (*AS_JSON, ("x-request-id", "r-1")))).raised("StatusError")

    assert error.operation == "POST /messaging/v1/sms/messages/"
    assert json.loads(error.request.content) == BODY
    assert error.response.status_code == 400
    assert (error.headers["x-request-id"], error.request_id) == ("r-1", "r-1")


@pytest.mark.parametrize("code", ["109111", "MCMS"])
def test_a_code_that_is_a_text_is_kept(ask: Asker, code: str) -> None:
    assert ask(answer(400, {**ERROR, "errorcode": code})).raised("StatusError").code == code


def test_members_that_errors_do_not_have_by_contract_are_kept(ask: Asker) -> None:
    body = {**ERROR, "requestId": "r-2", "details": [{"a": None}]}
    error = ask(answer(400, body)).raised("StatusError")

    assert error.parsed.to_dict() == body
    assert error.request_id == "r-2"


def test_the_body_is_not_printed(ask: Asker) -> None:
    error = ask(answer(400, {**ERROR, "secret": "of the body"})).raised("StatusError")

    assert "of the body" not in str(error) + repr(error)


def test_a_number_is_not_printed(ask: Asker) -> None:
    error = ask(answer(400, {**ERROR, "message": "15555551234 is no mobile"})).raised("StatusError")

    assert error.message == "15555551234 is no mobile"
    assert "1555555" not in str(error) + repr(error)
    assert "<number> is no mobile" in str(error)


WAITS = {"7": 7.0, " 0 ": 0.0, "soon": None, "-1": None, "1.5": None, "²": None, "": None}


@pytest.mark.parametrize("status", [429, 503])
def test_the_wait_that_is_asked_for_in_seconds(ask: Asker, status: int) -> None:
    told = ask.each([answer(status, ERROR, (*AS_JSON, ("retry-after", value))) for value in WAITS])

    assert [each.raised(DOCUMENTED[status]).retry_after for each in told] == [*WAITS.values()]


def test_no_wait_is_asked_for(ask: Asker) -> None:
    assert ask(answer(429)).raised("TooManyRequests").retry_after is None


@pytest.mark.parametrize(("ahead", "least", "most"), [(100, 90, 100), (-100, 0, 0)], ids=["ahead", "over"])
def test_the_wait_that_is_asked_for_as_a_date(ask: Asker, ahead: int, least: float, most: float) -> None:
    date = email.utils.formatdate(time.time() + ahead, usegmt=True)
    error = ask(answer(429, ERROR, (*AS_JSON, ("retry-after", date)))).raised("TooManyRequests")

    assert least <= error.retry_after <= most


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "UTC", "America/New_York"])
def test_a_date_without_a_zone_is_one_of_utc(package: Package, zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = package.module("errors").seconds_to_wait
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    dates = (time.asctime(time.gmtime(time.time() + 100)), "Fri, 31 Dec 9999 23:59:59 -0000")
    waits = [seconds(date) for date in dates]
    monkeypatch.undo()
    time.tzset()

    assert 90 <= waits[0] <= 100 and waits[1] > 10**9


def test_the_detailed_form_raises_for_no_answer(ask: Asker) -> None:
    given = {202: said(202, MIXED), **{status: answer(status) for status in (*DOCUMENTED, *STRAY)}}
    told = ask.each([*given.values()], detailed=True)

    for status, detail in zip(given, [each.result() for each in told], strict=True):
        assert (detail.status_code, detail.content) == (status, given[status].response.body)
        assert (detail.error is None) is (status == 202)
        assert (detail.parsed is None) is (status in STRAY)


# C8: silence


def stalled() -> Answer:
    return Answer(Response(202, AS_JSON, json.dumps(QUEUED).encode()), stall=5.0)


def cut(after: int) -> Answer:
    return Answer(Response(202, AS_JSON, json.dumps(QUEUED).encode()), cut_after=after)


def test_an_answer_that_stalls_is_timed_out(ask: Asker) -> None:
    error = ask(stalled(), timeout=httpx.Timeout(0.1)).raised("TimedOut")

    assert error.outcome_unknown
    assert isinstance(error.__cause__, httpx.ReadTimeout)


@pytest.mark.parametrize("after", [-1, 0, 1, 40])
def test_an_answer_that_breaks_off_is_no_answer(ask: Asker, after: int) -> None:
    error = ask(cut(after)).raised("NoAnswer")

    assert error.outcome_unknown
    assert json.loads(error.request.content) == BODY
    assert "may do the same thing twice" in str(error)


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def drip(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 202 Accepted\r\ncontent-length: 100\r\n\r\n")
    for _ in range(100):
        connection.sendall(b" ")
        time.sleep(0.02)


def no_http(connection: socket.socket) -> None:
    connection.sendall(b"hello\r\n\r\n")


@pytest.mark.parametrize("talk", [reset, no_http])
def test_a_connection_that_breaks_is_no_answer(ask: Asker, talk: Any) -> None:
    with peer(talk) as url:
        (told,) = ask.each([answer(500)], url=url)

    assert told.raised("NoAnswer").outcome_unknown


def test_what_came_in_place_of_an_answer_is_not_printed(ask: Asker) -> None:
    with peer(no_http) as url:
        (told,) = ask.each([answer(500)], url=url)

    error = told.raised("NoAnswer")
    assert "illegal status line" in str(error)
    assert "hello" not in str(error) + repr(error)


def test_an_answer_that_trickles_in_is_given_up(ask: Asker) -> None:
    with peer(drip) as url:
        (told,) = ask.each([answer(500)], url=url, deadline=0.1)

    assert told.raised("TimedOut").outcome_unknown
    assert "not whole after 0.1 seconds" in str(told.error)


def test_who_was_not_reached_did_nothing(ask: Asker) -> None:
    (told,) = ask.each([answer(500)], url=refusing_url())

    assert not told.raised("NoAnswer").outcome_unknown
    assert "Connection refused" in str(told.error)
    assert "Asking again does nothing twice." in str(told.error)


def test_there_is_a_time_out_that_nobody_asked_for(ask: Asker) -> None:
    seen: list[Any] = []

    def answered(request: httpx.Request) -> httpx.Response:
        seen.append(request.extensions["timeout"])
        return httpx.Response(202, json=QUEUED)

    ask(answer(500), httpx_args={"transport": httpx.MockTransport(answered)}).result()
    assert seen == [{"connect": 10.0, "read": 30.0, "write": 30.0, "pool": 30.0}]


def test_a_client_of_httpx_that_is_closed_sends_nothing(package: Package) -> None:
    http = httpx.Client(verify=False)
    http.close()
    client = package.client("http://h", verify_ssl=False).set_httpx_client(http)

    with pytest.raises(package.error("InvalidRequest"), match="closed"):
        package.send.sync(client=client, body=package.body())


# Hooks of the caller's


def hooks(ask: Asker, hook: Callable[[httpx.Response], object]) -> dict[str, Any]:
    async def in_a_task(response: httpx.Response) -> None:
        hook(response)

    return {"event_hooks": {"response": [hook if ask.style == "sync" else in_a_task]}}


@pytest.mark.parametrize("kind", [httpx.ConnectError, httpx.PoolTimeout, httpx.LocalProtocolError, httpx.ReadError])
@pytest.mark.parametrize("request_", [None, httpx.Request("GET", "http://elsewhere")], ids=["bare", "of-another"])
def test_what_a_hook_meets_elsewhere_does_not_say_that_nothing_was_sent(
    ask: Asker, kind: type[httpx.RequestError], request_: httpx.Request | None
) -> None:
    def fails(_: httpx.Response) -> None:
        raise kind("elsewhere", request=request_)

    error = ask(said(202, QUEUED), httpx_args=hooks(ask, fails)).error

    assert isinstance(error, ask.package.error("NoAnswer"))
    assert error.outcome_unknown


def test_who_was_not_reached_did_nothing_for_a_client_with_hooks_either(ask: Asker) -> None:
    (told,) = ask.each([answer(500)], url=refusing_url(), httpx_args=hooks(ask, httpx.Response.raise_for_status))

    assert not told.raised("NoAnswer").outcome_unknown


SAYING_NO = {status: name for status, name in {**DOCUMENTED, **STRAY}.items() if status >= 300}


@pytest.mark.parametrize(("status", "name"), SAYING_NO.items(), ids=map(str, SAYING_NO))
def test_a_hook_that_raises_for_a_status_says_what_we_say(ask: Asker, status: int, name: str) -> None:
    error = ask(answer(status), httpx_args=hooks(ask, httpx.Response.raise_for_status)).raised(name)

    assert error.outcome_unknown is (status in SEEN_ELSEWHERE or status >= 500)
    assert "authorization" not in error.request.headers


def test_a_status_that_a_hook_meets_elsewhere_leaves_the_outcome_unknown(ask: Asker) -> None:
    def fails(_: httpx.Response) -> None:
        httpx.Response(400, request=httpx.Request("GET", "http://elsewhere/15550100")).raise_for_status()

    error = ask(said(202, QUEUED), httpx_args=hooks(ask, fails)).raised("NoAnswer")

    assert error.outcome_unknown
    assert "15550100" not in str(error)


# C9: one request, once


FAILURES = {
    **{str(status): answer(status) for status in (500, 503, 429)},
    "html": answer(202, HTML),
    "hang-up": cut(-1),
    "cut": cut(5),
}


@pytest.mark.parametrize("given", FAILURES.values(), ids=FAILURES)
def test_a_failure_is_not_repeated(ask: Asker, given: Answer) -> None:
    ask(given)

    assert len(ask.received) == 1


def redirect(status: int) -> Answer:
    return said(status, b"", (("location", "/elsewhere"),))


REDIRECTS = pytest.mark.parametrize("status", [301, 302, 303, 307, 308])


@REDIRECTS
def test_a_redirect_is_not_followed(ask: Asker, status: int) -> None:
    ask(redirect(status))

    assert [each.method for each in ask.received] == ["POST"]


@REDIRECTS
def test_a_redirect_is_not_followed_by_who_follows_others(ask: Asker, status: int) -> None:
    ask(redirect(status), follow_redirects=True)

    assert [each.method for each in ask.received] == ["POST"]


def test_a_redirect_is_an_error_that_says_where_to(ask: Asker) -> None:
    error = ask(redirect(307), follow_redirects=True).raised("UnexpectedStatus")

    assert (error.headers["location"], error.outcome_unknown) == ("/elsewhere", False)


@pytest.mark.parametrize("location", ["javascript:alert(1)", "mailto:a", "http://[", "//", ""])
def test_a_redirect_to_nowhere_is_one_of_our_errors(ask: Asker, location: str) -> None:
    error = ask(said(302, ERROR, (*AS_JSON, ("location", location)))).error

    assert isinstance(error, ask.package.error("CallError"))
    assert len(ask.received) == 1


# C13: the same in threads and in tasks

CASES: dict[str, Answer] = {
    "queued": said(202, QUEUED),
    "mixed": said(202, MIXED),
    "html": said(202, HTML),
    "misshapen": said(202, {**QUEUED, "responses": {}}),
    "cut": cut(3),
    "hang-up": cut(-1),
    "packed-wrongly": said(202, HTML, (("content-encoding", "gzip"),)),
}


def in_short(package: Package, style: str, server: ScriptedServer, *answers: Answer, **options: Any) -> Any:
    return [each.in_short for each in Asker(package, style, server).each([*answers], **options)]


@pytest.mark.parametrize("given", CASES.values(), ids=CASES)
def test_threads_and_tasks_are_told_the_same(package: Package, scripted: ScriptedServer, given: Answer) -> None:
    assert in_short(package, "sync", scripted, given) == in_short(package, "async", scripted, given)


def test_threads_and_tasks_are_told_the_same_of_each_status(package: Package, scripted: ScriptedServer) -> None:
    answers = [answer(status) for status in (*DOCUMENTED, *STRAY)]

    assert in_short(package, "sync", scripted, *answers) == in_short(package, "async", scripted, *answers)


def test_threads_and_tasks_are_told_the_same_of_a_silence(package: Package, scripted: ScriptedServer) -> None:
    options = {"timeout": httpx.Timeout(0.1)}

    assert in_short(package, "sync", scripted, stalled(), **options) == in_short(
        package, "async", scripted, stalled(), **options
    )


@pytest.mark.parametrize("how", ["reset", "nobody-there"])
def test_threads_and_tasks_are_told_the_same_of_no_connection(
    package: Package, scripted: ScriptedServer, how: str
) -> None:
    with peer(reset) as resetting:
        url = resetting if how == "reset" else refusing_url()
        in_a_thread = in_short(package, "sync", scripted, answer(500), url=url)

        assert in_a_thread == in_short(package, "async", scripted, answer(500), url=url)


# C9: what is left over on a connection


@pytest.mark.parametrize("first", [said(202, MIXED), answer(400)], ids=["mixed", "refused"])
@pytest.mark.parametrize("delivery", [Delivery.TWICE, Delivery.LENGTH_TOO_SHORT])
def test_what_is_left_over_is_nobodys_answer(ask: Asker, first: Answer, delivery: Delivery) -> None:
    _, second = ask.each([evolve(first, delivery=delivery), said(202, QUEUED)])

    assert second.result().to_dict() == QUEUED


def test_a_connection_serves_the_next_call_if_nothing_is_left_over(ask: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    greeted: list[object] = []
    greet = ScriptedServer._greet
    monkeypatch.setattr(ScriptedServer, "_greet", lambda server, site: (greeted.append(site), greet(server, site)))

    ask.each([said(202, QUEUED), evolve(said(202, QUEUED), delivery=Delivery.GZIP), answer(400), said(202, QUEUED)])

    assert len(greeted) == 1
