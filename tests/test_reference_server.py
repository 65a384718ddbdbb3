"""The reference server, ruling by ruling, as a function from request to response."""

from __future__ import annotations

import json
import logging
import re
import time
import uuid
from typing import Any

import pytest
from attrs import evolve
from reference_server_requests import (
    CONTRACT,
    CREDENTIALS,
    JSON_HEADERS,
    TOKEN,
    Clock,
    body,
    codes,
    post,
    recipient,
    refused,
    send,
)

from conformance.model import Handler, Request
from conformance.reference_server import SEND_PATH, Configuration, NotServed, State, handler


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def handle(clock: Clock) -> Handler:
    return handler(State.open(), CONTRACT, now=clock)


class TestAnswer:
    def test_all_queued_r4_r5(self, handle: Handler) -> None:
        answer = send(handle, recipient("a"), recipient("b"))

        assert list(answer) == ["requestId", "errorcode", "responses"]
        assert answer["errorcode"] == 0
        assert answer["responses"] == [{"messageKey": "a"}, {"messageKey": "b"}]

    def test_mixed_r1_r3_r5_r6_r7_r32(self, handle: Handler) -> None:
        answer = send(handle, recipient("a"), recipient("b", to=None), recipient("c"))

        assert answer["errorcode"] == 109001
        assert answer["message"] == "MCMS_UTM_ResponsesHasErrors: 1 subscribers failed to queue out of 3"
        assert [item["messageKey"] for item in answer["responses"]] == ["a", "b", "c"]
        assert codes(answer) == [None, 109106, None]
        assert answer["responses"][1]["message"].startswith("MCMS_UTM_Validation_MissingRequiredField_to: ")

    def test_all_refused_r16(self, handle: Handler) -> None:
        answer = send(handle, recipient("a", to="1"))

        assert answer["errorcode"] == 109001
        assert codes(answer) == [109121]

    def test_missing_keys_are_generated_r8(self, handle: Handler) -> None:
        answer = send(handle, recipient(), recipient(), recipient(to=None))
        keys = {item["messageKey"] for item in answer["responses"]}

        assert len(keys) == 3
        assert all(re.fullmatch(r"[\w-]{22}", key, re.ASCII) for key in keys)

    def test_a_generated_key_is_one_that_nobody_uses_r8(self, clock: Clock) -> None:
        foreseen = send(handler(State.open(), CONTRACT, now=clock), recipient(), recipient("x"))
        first, _ = (item["messageKey"] for item in foreseen["responses"])
        keys = send(handler(State.open(), CONTRACT, now=clock), recipient(), recipient(first))["responses"]

        assert keys[1] == {"messageKey": first}
        assert keys[0]["messageKey"] != first

    def test_request_ids_are_new_uuids_r28(self, handle: Handler) -> None:
        ids = [send(handle, recipient())["requestId"] for _ in range(50)]

        assert len(set(ids)) == 50
        assert {uuid.UUID(each).version for each in ids} == {4}

    def test_characters_of_every_kind_come_back_r31(self, handle: Handler) -> None:
        keys = ["ü/?#% ", "\U0001f680", "nul\0", "\ufeff", 'quote"\\']
        answer = send(handle, *map(recipient, keys))

        assert [item["messageKey"] for item in answer["responses"]] == keys
        assert codes(send(handle, *map(recipient, keys))) == [109110] * 5

    def test_optional_fields_take_any_json_in_attributes(self, handle: Handler) -> None:
        anything = {"a": [None, 10**400, {"b": True}], "": "\U0001f680"}
        others = {"content": {"message": "Hello"}, "subscriptions": {"resubscribe": True}}
        answer = send(handle, recipient(attributes=anything), attributes=anything, **others)

        assert codes(answer) == [None]


class TestRecipients:
    @pytest.mark.parametrize(
        ("bad", "code"),
        [
            (recipient(contactKey=None), 109105),
            (recipient(contactKey=""), 109105),
            (recipient(contactKey=None, to=None), 109105),
            (recipient(to=None), 109106),
            (recipient(to=""), 109106),
            (recipient(to="+15555550100"), 109121),
            (recipient(to="1555555"), 109121),
            (recipient(to="1" * 16), 109121),
            (recipient(to="1555555010\n"), 109121),
            (recipient(to="١٥٥٥٥٥٥٥٠١٠٠"), 109121),
            (recipient("k" * 101), 109108),
            (recipient(""), 109108),
            ({}, 109105),
        ],
    )
    def test_a_bad_one_is_refused_alone_r10_r11_r12(self, handle: Handler, bad: dict[str, Any], code: int) -> None:
        assert codes(send(handle, recipient(), bad, recipient())) == [None, code, None]

    @pytest.mark.parametrize(
        "good",
        [recipient(to="1" * 8), recipient(to="1" * 15), recipient("k" * 100), recipient("\U0001f680" * 100)],
    )
    def test_the_edges_are_good(self, handle: Handler, good: dict[str, Any]) -> None:
        assert codes(send(handle, good)) == [None]

    def test_a_key_twice_in_a_request_r13(self, handle: Handler) -> None:
        assert codes(send(handle, *map(recipient, "aba"), recipient("a"))) == [None, None, 109110, 109110]

    def test_a_key_twice_is_refused_even_if_the_first_was_r13(self, handle: Handler) -> None:
        assert codes(send(handle, recipient("a", to=None), recipient("a"))) == [109106, 109110]

    def test_a_key_used_before_r14(self, handle: Handler) -> None:
        send(handle, recipient("a"))

        assert codes(send(handle, recipient("a"), recipient("b"))) == [109110, None]

    def test_a_refused_key_is_not_used_up_r14(self, handle: Handler) -> None:
        send(handle, recipient("a", to=None), recipient("a"))

        assert codes(send(handle, recipient("a"))) == [None]

    def test_a_generated_key_is_used_r14(self, handle: Handler) -> None:
        key = send(handle, recipient())["responses"][0]["messageKey"]

        assert codes(send(handle, recipient(key))) == [109110]

    def test_a_key_is_free_after_72_hours_r14(self, handle: Handler, clock: Clock) -> None:
        send(handle, recipient("a"))
        clock.now += 72 * 3600 - 1
        before = send(handle, recipient("a"))
        clock.now += 1
        after = send(handle, recipient("a"))

        assert codes(before) == [109110]
        assert codes(after) == [None]


class TestBody:
    @pytest.mark.parametrize(
        ("content", "code"),
        [
            ({"definitionKey": "account_rest"}, 109102),
            (body(), 109102),
            ({"recipients": [{}]}, 109107),
            (body(recipient(), definitionKey="unknown"), 109111),
            (body(recipient(), definitionKey=""), 109111),
            (body(recipient(), definitionKey=None), 10001),
            (body(recipient(), definitionKey=7), 10001),
            (body(recipient(), recipients=None), 10001),
            (body(recipient(), recipients={}), 10001),
            (body(recipient(to=15555550100)), 10001),
            ({**body(recipient()), "recipients": [{**recipient(), "messageKey": None}]}, 10001),
            (body("Astro25"), 10001),
            (body(recipient(attributes=[])), 10001),
            (body(recipient(), attributes="2"), 10001),
            (body(recipient(), content=[]), 10001),
            (body(recipient(), content={"message": False}), 10001),
            (body(recipient(), subscriptions={"resubscribe": "true"}), 10001),
            (body(recipient(), subscriptions={"resubscribe": 1}), 10001),
            ([], 10001),
            (None, 10001),
            ("text", 10001),
            (body(recipient(), extra=1), 109122),
            (body(recipient(extra=1)), 109122),
            (body(recipient(), content={"message": "x", "extra": 1}), 109122),
            (body(recipient(), subscriptions={"extra": True}), 109122),
            ({"definitionKey": "account_rest", "recipient": [recipient()]}, 109122),
            (body(recipient(), **{TOKEN: 1}), 109122),
            (body(recipient(), **{"x" * 10_000: 1}), 109122),
        ],
    )
    def test_bad_requests_are_refused_whole_r15_r18_r19(self, handle: Handler, content: Any, code: int) -> None:
        assert refused(handle(post(content))) == (400, code)

    def test_nothing_of_a_refused_request_is_queued(self, handle: Handler) -> None:
        handle(post(body(recipient("a"), extra=1)))
        handle(post(body(recipient("a"), definitionKey="unknown")))

        assert codes(send(handle, recipient("a"))) == [None]

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"{",
            b"text",
            b"\xff",
            b"\xef\xbb\xbf{}",
            b'{"definitionKey": NaN}',
            b"{} {}",
            b"[" * 100_000,
            b"1" * 5_000,
            b'"\\ud800"',
            json.dumps(body(recipient())).encode("utf-16"),
            b'{"reference-token": 1, "reference-token": 2}',
            json.dumps(body(recipient())).replace('"to"', '"to": "1", "to"').encode(),
            json.dumps(body(recipient("\udfff"))).encode(),
        ],
    )
    def test_not_strict_json_r20_r30(self, handle: Handler, content: bytes) -> None:
        assert refused(handle(post(content))) == (400, 10004)

    def test_deep_attributes_are_read_or_refused_but_never_a_failure(self, handle: Handler) -> None:
        for depth in range(100, 1_200, 25):
            deep: Any = "[" * depth + '"\\ud83d\\ude80"' + "]" * depth
            content = json.dumps(body(recipient(), attributes={"x": 0})).replace("0}", f"{deep}}}").encode()

            assert handle(post(content)).status in (202, 400)

    @pytest.mark.parametrize(
        "content_type",
        [
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/xml",
            "application/json; charset=latin-1",
            "application/json; charset=utf-16",
            "application/jsonp",
            "",
            None,
        ],
    )
    def test_another_content_type_r21(self, handle: Handler, content_type: str | None) -> None:
        headers = [JSON_HEADERS[0], *([("content-type", content_type)] if content_type is not None else [])]

        assert refused(handle(post(body(recipient()), headers))) == (415, 10000)

    def test_two_content_types_r21(self, handle: Handler) -> None:
        headers = [*JSON_HEADERS, ("content-type", "text/plain")]

        assert refused(handle(post(body(recipient()), headers)))[0] == 415

    @pytest.mark.parametrize(
        "content_type",
        ["application/json", "Application/JSON", 'application/json; charset="UTF-8"', "application/x+json"],
    )
    def test_json_content_types(self, handle: Handler, content_type: str) -> None:
        headers = [JSON_HEADERS[0], ("content-type", content_type)]

        assert handle(post(body(recipient()), headers)).status == 202

    def test_an_empty_body_is_400_whatever_its_content_type_r20(self, handle: Handler) -> None:
        assert refused(handle(post(b"", JSON_HEADERS[:1]))) == (400, 10004)

    def test_too_many_recipients_r17(self, clock: Clock) -> None:
        handle = handler(State.open(), CONTRACT, Configuration(max_recipients=2), clock)

        assert refused(handle(post(body(*[recipient()] * 3)))) == (400, 109101)
        assert codes(send(handle, recipient(), recipient())) == [None, None]


class TestRoutes:
    @pytest.mark.parametrize("path", [SEND_PATH, SEND_PATH.rstrip("/")])
    def test_with_and_without_trailing_slash_r27(self, handle: Handler, path: str) -> None:
        assert handle(post(body(recipient()), target=path)).status == 202

    @pytest.mark.parametrize(
        "target", ["/", "", "*", "//x" + SEND_PATH, SEND_PATH + "/", SEND_PATH.upper(), "//[", "/\n"]
    )
    def test_other_paths(self, handle: Handler, target: str) -> None:
        assert refused(handle(post(body(recipient()), target=target))) == (404, 30003)

    @pytest.mark.parametrize("target", [SEND_PATH, SEND_PATH.rstrip("/"), "/v2/token"])
    @pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "post"])
    def test_other_methods_r33(self, handle: Handler, method: str, target: str) -> None:
        response = handle(Request(method, target))

        assert refused(response) == (405, 30001)
        assert response.header("allow") == "POST"


def test_errors_keep_the_contract_r2_r24_r26(handle: Handler) -> None:
    operation = CONTRACT.operations["sendSMSMessageMultipleRecipients"]
    responses = [handle(post(b"")), handle(post(b"", ())), handle(post(b"x", JSON_HEADERS[:1]))]

    assert [response.status for response in responses] == [400, 401, 415]
    for response in responses:
        assert str(response.status) in operation.responses
        assert CONTRACT.response_faults(operation.id, response.status, response.json) == []


def test_a_failure_inside_is_a_500_without_a_trace_r26(caplog: pytest.LogCaptureFixture) -> None:
    state = State.open()
    handle = handler(state, CONTRACT)
    state.close()
    with caplog.at_level(logging.CRITICAL):
        response = handle(post(body(recipient())))

    assert refused(response) == (500, 30000)


def test_the_same_requests_get_the_same_bytes(clock: Clock) -> None:
    requests = [
        post(CREDENTIALS, JSON_HEADERS[1:], "/v2/token"),
        post(body(recipient(), recipient("a"), recipient(to=None))),
        post(body(recipient("a"), recipient())),
        post(b""),
    ]
    servers = [handler(State.open(), CONTRACT, now=clock) for _ in range(2)]
    runs = [[handle(each) for each in requests] for handle in servers]

    assert runs[0] == runs[1]


def test_a_contract_without_the_operation_is_not_served() -> None:
    with pytest.raises(NotServed, match=r"does not declare POST /messaging/v1/sms/messages/\. Serve "):
        handler(State.open(), evolve(CONTRACT, operations={}))


def test_secrets_are_not_shown() -> None:
    assert "reference-token" not in repr(Configuration())
    assert "reference-secret" not in repr(Configuration())


@pytest.mark.parametrize("settings", [{"token": ""}, {"token": "a b"}, {"max_recipients": 0}])
def test_settings_that_cannot_work_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(settings))):
        Configuration(**settings)


def test_a_send_takes_less_than_half_a_millisecond(handle: Handler) -> None:
    requests = [post(body(recipient(f"a{n}"), recipient(f"b{n}"))) for n in range(300)]
    best = min(_seconds(handle, requests[n : n + 50]) for n in range(0, 300, 50)) / 50

    assert best < 0.0005


def _seconds(handle: Handler, requests: list[Request]) -> float:
    start = time.perf_counter()
    for request in requests:
        handle(request)
    return time.perf_counter() - start
