"""Who the reference server lets in, and the token endpoint."""

from __future__ import annotations

import json
from typing import Any

import pytest
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

from conformance.model import Handler, Response
from conformance.reference_server import SEND_PATH, State, handler


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def handle(clock: Clock) -> Handler:
    return handler(State.open(), CONTRACT, now=clock)


class TestToken:
    @pytest.mark.parametrize(
        "headers",
        [
            [],
            [("authorization", "Bearer wrong")],
            [("authorization", f"Bearer {TOKEN}x")],
            [("authorization", f"Bearer {TOKEN[:-1]}")],
            [("authorization", f"Bearer {TOKEN.upper()}")],
            [("authorization", f"Bearer {TOKEN} x")],
            [("authorization", "Bearer")],
            [("authorization", "Bearer töken")],
            [("authorization", TOKEN)],
            [("authorization", f"Basic {TOKEN}")],
            [("authorization", f"Bearer {TOKEN}"), ("authorization", "Bearer wrong")],
            [("x-token", TOKEN)],
        ],
    )
    @pytest.mark.parametrize("content", [b"{", b"", json.dumps(body(recipient())).encode()])
    def test_no_good_token_whatever_the_body_r22(self, handle: Handler, headers: Any, content: bytes) -> None:
        response = handle(post(content, headers))

        assert refused(response) == (401, 0)
        assert response.header("www-authenticate") == "Bearer"

    @pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR "])
    def test_the_scheme_in_any_letter_case_r22(self, handle: Handler, scheme: str) -> None:
        headers = [("authorization", f"{scheme} {TOKEN}"), JSON_HEADERS[1]]

        assert handle(post(body(recipient()), headers)).status == 202

    @pytest.mark.parametrize("headers", [JSON_HEADERS, JSON_HEADERS[1:]])
    @pytest.mark.parametrize(
        "query",
        [f"access_token={TOKEN}", "token=x", "ACCESS_TOKEN", f"a={TOKEN}", TOKEN, "a=reference%2Dtoken"],
    )
    def test_in_the_url_r23(self, handle: Handler, headers: Any, query: str) -> None:
        assert refused(handle(post(b"{", headers, f"{SEND_PATH}?{query}"))) == (403, 40003)

    def test_another_query_is_ignored(self, handle: Handler) -> None:
        assert handle(post(body(recipient()), target=f"{SEND_PATH}?a=b&c")).status == 202

    @pytest.mark.parametrize(
        "content",
        [
            {**body(recipient()), "access_token": TOKEN},
            {**body(recipient()), "token": TOKEN},
            b"access_token=anything",
            b"\xff" + TOKEN.encode(),
        ],
    )
    def test_in_the_body_only_r23(self, handle: Handler, content: Any) -> None:
        assert refused(handle(post(content, JSON_HEADERS[1:]))) == (401, 40004)

    def test_a_two_factor_token_as_attribute_is_no_bearer_token(self, handle: Handler) -> None:
        answer = send(handle, recipient(attributes={"token": "123456"}))

        assert codes(answer) == [None]


class TestTokenEndpoint:
    def ask(self, handle: Handler, **changes: Any) -> Response:
        headers = (JSON_HEADERS[1], ("host", "localhost:8080"))
        return handle(post({**CREDENTIALS, **changes}, headers, "/v2/token"))

    def send_with(self, handle: Handler, token: str, **changes: Any) -> Response:
        headers = [("authorization", f"Bearer {token}"), JSON_HEADERS[1]]
        return handle(post({**body(recipient()), **changes}, headers))

    def test_issues_a_token_that_is_good_for_20_minutes(self, handle: Handler, clock: Clock) -> None:
        answer = self.ask(handle).json
        first = self.send_with(handle, answer["access_token"])
        clock.now += 1199
        late = self.send_with(handle, answer["access_token"])
        clock.now += 1
        expired = self.send_with(handle, answer["access_token"])

        assert (answer["token_type"], answer["expires_in"], answer["scope"]) == ("Bearer", 1080, "sms_send")
        assert answer["rest_instance_url"] == "http://localhost:8080/"
        assert (first.status, late.status) == (202, 202)
        assert refused(expired) == (401, 0)

    def test_an_issued_token_is_found_in_url_and_body_and_kept_out_of_messages(self, handle: Handler) -> None:
        token = self.ask(handle).json["access_token"]
        in_url = handle(post(b"{}", (), f"{SEND_PATH}?a={token}"))
        in_body = handle(post({"a": token}, JSON_HEADERS[1:]))
        as_name = self.send_with(handle, token, **{token[:40]: 1, token: 2})

        assert refused(in_url) == (403, 40003)
        assert refused(in_body) == (401, 40004)
        assert token.encode() not in as_name.body

    def test_tokens_differ(self, handle: Handler) -> None:
        assert self.ask(handle).json["access_token"] != self.ask(handle).json["access_token"]

    def test_a_token_without_scopes_may_not_send(self, handle: Handler) -> None:
        token = self.ask(handle, scope="").json["access_token"]

        assert refused(self.send_with(handle, token)) == (403, 20002)

    @pytest.mark.parametrize(
        ("changes", "status", "error"),
        [
            ({"client_secret": "wrong"}, 401, "invalid_client"),
            ({"client_id": "wrong"}, 401, "invalid_client"),
            ({"client_id": None}, 401, "invalid_client"),
            ({"client_secret": "\ud800"}, 401, "invalid_client"),
            ({"grant_type": "password"}, 400, "unsupported_grant_type"),
            ({"scope": "email_send"}, 401, "invalid_scope"),
            ({"scope": 1}, 401, "invalid_scope"),
        ],
    )
    def test_denials(self, handle: Handler, changes: Any, status: int, error: str) -> None:
        response = self.ask(handle, **changes)

        assert (response.status, response.json["error"]) == (status, error)
        assert set(response.json) == {"error", "error_description", "error_uri"}

    @pytest.mark.parametrize("content", [b"", b"[]", b"{", b"[" * 100_000])
    def test_a_body_that_is_no_object(self, handle: Handler, content: bytes) -> None:
        response = handle(post(content, JSON_HEADERS[1:], "/v2/token"))

        assert (response.status, response.json["error"]) == (400, "invalid_request")
