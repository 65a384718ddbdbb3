"""Signing in: one fetch for all who wait, errors that say what to do, and secrets nowhere."""

from __future__ import annotations

import asyncio
import copy
import gc
import json
import logging
import pickle
import threading
import time
import traceback
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import FrameType
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.runtime import about, oauth2
from scripts.runtime.errors import CallError
from scripts.runtime.oauth2 import ClientCredentials, SignInError, Token, TokenCache

TOKEN_URL = "https://mc0123.auth.marketingcloudapis.com/v2/token"
API = "https://mc0123.rest.marketingcloudapis.com"
SECRET = 's3cr3t/+"&Grüße'
ACCESS = "acc3ss-t0ken"
GOOD = {"token_type": "Bearer", "expires_in": 1079, "scope": "sms_send", "rest_instance_url": f"{API}/"}


@pytest.fixture(autouse=True)
def service(monkeypatch: pytest.MonkeyPatch) -> None:
    """The values of the service's own contract, and a shared cache that no other test has used."""
    monkeypatch.setattr(about, "TOKEN_URL", TOKEN_URL)
    monkeypatch.setattr(about, "TOKEN_SCOPES", ("sms_send",))
    monkeypatch.setattr(about, "TOKEN_REQUEST", "json")
    monkeypatch.setattr(about, "TOKEN_ACCOUNT", "account_id")
    monkeypatch.setattr(about, "TOKEN_BASE_URL", "rest_instance_url")
    monkeypatch.setattr(oauth2, "_SHARED", TokenCache())


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(oauth2, "_now", clock)
    return clock


class Server:
    """The token endpoint and the API; what came, and answers by turns, of which the last stays."""

    def __init__(self, *tokens: Any, api: tuple[int, ...] = (202,), delay: float = 0.0) -> None:
        self.tokens = list(tokens)
        self.api = list(api)
        self.delay = delay
        self.token_requests: list[httpx.Request] = []
        self.token_bodies: list[bytes] = []
        self.token_headers: list[dict[str, str]] = []
        self.api_requests: list[httpx.Request] = []
        self.authorizations: list[str | None] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        answer = self.answer(request)
        if request.url.host != httpx.URL(API).host:
            time.sleep(self.delay)
        return self.given(answer)

    async def later(self, request: httpx.Request) -> httpx.Response:
        answer = self.answer(request)
        if request.url.host != httpx.URL(API).host:
            await asyncio.sleep(self.delay)
        return self.given(answer)

    def answer(self, request: httpx.Request) -> Any:
        if request.url.host == httpx.URL(API).host:
            self.api_requests.append(request)
            self.authorizations.append(request.headers.get("Authorization"))
            return httpx.Response(self.api.pop(0) if len(self.api) > 1 else self.api[0], stream=Body())
        self.token_requests.append(request)
        self.token_bodies.append(request.content)  # as it comes, for it is dropped afterwards
        self.token_headers.append(dict(request.headers))
        if not self.tokens:
            return httpx.Response(200, json={**GOOD, "access_token": f"{ACCESS}-{len(self.token_requests)}"})
        return self.tokens.pop(0) if len(self.tokens) > 1 else self.tokens[0]

    def given(self, answer: Any) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, dict):
            return httpx.Response(200, json=answer)
        return answer

    def client(self, credentials: httpx.Auth | None = None, **settings: Any) -> httpx.Client:
        return httpx.Client(transport=httpx.MockTransport(self), auth=credentials, **settings)

    def async_client(self, credentials: httpx.Auth | None = None, **settings: Any) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.MockTransport(self.later), auth=credentials, **settings)


class Body(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that knows whether it was closed."""

    def __init__(self, *parts: bytes) -> None:
        self.parts = parts or (b"{}",)
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        yield from self.parts

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self.parts:
            yield part

    def close(self) -> None:
        self.closed = True

    async def aclose(self) -> None:
        self.closed = True


def credentials(**changes: Any) -> ClientCredentials:
    return ClientCredentials("my-client", SECRET, **changes)


def refusal(answer: Any, **changes: Any) -> SignInError:
    with Server(answer).client() as http, pytest.raises(SignInError) as caught:
        credentials(cache=TokenCache(), **changes).token(http)
    return caught.value


def everything(error: BaseException) -> str:
    """All that a report of an error might show, with the values in the frames of httpx and ours."""
    kept = error.request.__dict__ if isinstance(error, CallError) and error.request else {}
    cause = error.__cause__
    return "\n".join(
        [
            str(error),
            repr(error),
            repr(vars(error)),
            repr(kept),
            repr(vars(cause)) if cause else "",
            repr(vars(cause.request)) if isinstance(cause, httpx.RequestError) else "",
            repr(pickle.dumps(error)),
            repr(pickle.dumps(cause)),
            *traceback.format_exception(error),
            *(repr(frame.f_locals) for frame, _ in traceback.walk_tb(error.__traceback__) if not is_test(frame)),
        ]
    )


def is_test(frame: FrameType) -> bool:
    return frame.f_code.co_filename == __file__


def assert_no_secret(text: str) -> None:
    for secret in (SECRET, json.dumps(SECRET)[1:-1], json.dumps(SECRET, ensure_ascii=False)[1:-1], "s3cr3t", ACCESS):
        assert secret not in text


# What is sent


def test_a_call_is_signed_with_a_token_that_is_fetched_once() -> None:
    server = Server()
    with server.client(credentials()) as http:
        answers = [http.post(f"{API}/sms", json={}) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [202] * 3
    assert server.authorizations == [f"Bearer {ACCESS}-1"] * 3
    assert len(server.token_requests) == 1


def test_the_token_request_is_what_the_service_asks_for() -> None:
    server = Server()
    with server.client(credentials(account_id=514), timeout=httpx.Timeout(3, read=7)) as http:
        http.cookies.set("session", "cookie")
        http.get(f"{API}/", headers={"X-Api": "of the call"}, extensions={"sni_hostname": "other"})
    request = server.token_requests[0]

    assert (request.method, request.url) == ("POST", TOKEN_URL)
    assert json.loads(server.token_bodies[0]) == {
        "grant_type": "client_credentials",
        "client_id": "my-client",
        "client_secret": SECRET,
        "scope": "sms_send",
        "account_id": 514,
    }
    assert set(server.token_headers[0]) == {"host", "content-type", "content-length", "accept", "user-agent"}


def test_the_token_request_has_the_time_outs_of_the_call_and_no_other_extension() -> None:
    seen: list[dict[str, Any]] = []
    server = Server()

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(dict(request.extensions))
        return server(request)

    with httpx.Client(transport=httpx.MockTransport(handle), auth=credentials(), timeout=3) as http:
        http.get(f"{API}/", extensions={"sni_hostname": "other", "timeout": httpx.Timeout(7).as_dict()})

    assert seen[0] == {"timeout": {"connect": 7, "read": 7, "write": 7, "pool": 7}}


def test_a_form_is_sent_where_the_contract_says_form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(about, "TOKEN_REQUEST", "form")
    server = Server()
    with server.client() as http:
        credentials(account_id="514").token(http)

    assert server.token_headers[0]["content-type"] == "application/x-www-form-urlencoded"
    assert parse_qs(server.token_bodies[0].decode()) == {
        "grant_type": ["client_credentials"],
        "client_id": ["my-client"],
        "client_secret": [SECRET],
        "scope": ["sms_send"],
        "account_id": ["514"],
    }


@pytest.mark.parametrize(
    ("scope", "contract", "sent"),
    [
        (None, ("sms_send",), "sms_send"),
        (None, (), ...),
        ("", ("sms_send",), ""),
        ([], ("sms_send",), ""),
        ("a  b", (), "a b"),
        (iter(["a", "b"]), (), "a b"),
    ],
)
def test_scopes(monkeypatch: pytest.MonkeyPatch, scope: Any, contract: tuple[str, ...], sent: Any) -> None:
    monkeypatch.setattr(about, "TOKEN_SCOPES", contract)
    server = Server()
    with server.client() as http:
        credentials(scope=scope).token(http)

    assert json.loads(server.token_bodies[0]).get("scope", ...) == sent


def test_the_answer_of_the_api_stays_unread() -> None:
    server = Server()
    with server.client(credentials()) as http, http.stream("GET", f"{API}/") as answer:
        assert not answer.is_stream_consumed
        assert not answer.is_closed
        assert answer.read() == b"{}"


def test_the_answer_of_the_api_stays_unread_in_a_task() -> None:
    async def main() -> None:
        server = Server()
        async with server.async_client(credentials()) as http, http.stream("GET", f"{API}/") as answer:
            assert not answer.is_stream_consumed
            assert await answer.aread() == b"{}"

    asyncio.run(main())


def test_no_token_and_no_secret_is_kept_in_the_history_of_an_answer() -> None:
    server = Server(api=(401, 202))
    with server.client(credentials()) as http:
        answer = http.get(f"{API}/")
    token_answers = [each for each in answer.history if each.url == TOKEN_URL]

    assert len(token_answers) == 2
    assert [each.content for each in token_answers] == [b"", b""]
    assert [each.request.content for each in token_answers] == [b"", b""]


def test_calls_work_while_another_error_is_handled() -> None:
    async def main() -> None:
        async with Server().async_client(credentials(cache=TokenCache())) as http:
            assert (await http.get(f"{API}/")).status_code == 202

    try:
        raise httpx.ConnectError("of another call")
    except httpx.ConnectError as error:
        before = error.__traceback__
        with Server().client(credentials()) as http:
            assert http.get(f"{API}/").status_code == 202
        asyncio.run(main())

        assert error.__traceback__ is before


def test_a_failure_of_the_api_request_is_httpx_s_own() -> None:
    failure = httpx.ReadTimeout("slow")
    server = Server()

    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.host == httpx.URL(API).host:
            raise failure
        return server(request)

    async def main() -> None:
        async with httpx.AsyncClient(transport=httpx.MockTransport(handle), auth=credentials()) as http:
            with pytest.raises(httpx.ReadTimeout) as caught:
                await http.get(f"{API}/")
            assert caught.value is failure

    with httpx.Client(transport=httpx.MockTransport(handle), auth=credentials()) as http:
        with pytest.raises(httpx.ReadTimeout) as caught:
            http.get(f"{API}/")
        assert caught.value is failure
    asyncio.run(main())


# Sharing and renewing


def test_objects_of_the_same_credentials_share_a_token() -> None:
    server = Server()
    with server.client() as http:
        tokens = {credentials(account_id=each).token(http).access_token for each in (1, "1", 1)}
        other = [
            credentials(account_id=2),
            credentials(scope="sms_read"),
            credentials(scope=""),
            credentials(token_url="https://other.auth.marketingcloudapis.com/v2/token"),
            ClientCredentials("my-client", "another secret", account_id=1),
            credentials(account_id=1, cache=TokenCache()),
        ]
        others = {each.token(http).access_token for each in other}

    assert len(tokens) == 1
    assert len(others) == 6
    assert not tokens & others


def test_the_order_of_scopes_makes_no_difference() -> None:
    server = Server()
    with server.client() as http:
        credentials(scope="a b").token(http)
        credentials(scope=["b", "a"]).token(http)

    assert len(server.token_requests) == 1


@pytest.mark.parametrize(
    ("lifetime", "early", "fresh", "stale"), [(1079, 60, 1018, 1020), (100, 60, 49, 51), (100, 0, 99, 101)]
)
def test_a_token_is_renewed_before_it_expires(
    clock: Clock, lifetime: float, early: float, fresh: float, stale: float
) -> None:
    server = Server({**GOOD, "access_token": ACCESS, "expires_in": lifetime})
    signing = credentials(refresh_early=early)
    fetched = []
    with server.client(signing) as http:
        for moment in (0, fresh, stale):
            clock.now = 1000 + moment
            http.get(f"{API}/")
            fetched.append(len(server.token_requests))

    assert fetched == [1, 1, 2]


def test_while_one_call_renews_a_token_early_the_others_go_on_with_it(clock: Clock) -> None:
    server = Server()
    signing = credentials()
    with server.client() as http:
        first = signing.token(http)
        clock.now = first.expires_at - 1
        renewing = signing.sync_auth_flow(httpx.Request("GET", f"{API}/"))
        next(renewing)
        meanwhile = signing.token(http)
        clock.now = first.expires_at
        with pytest.raises(SignInError, match="own thread"):
            signing.token(http)
        renewing.close()

    assert meanwhile is first


def test_expired_tokens_of_others_are_forgotten(clock: Clock) -> None:
    cache = TokenCache()
    with Server().client() as http:
        for account in range(10):
            credentials(account_id=account, cache=cache).token(http)
        clock.now += 2000
        credentials(account_id=11, cache=cache).token(http)

    assert repr(cache) == "TokenCache(1 tokens)"


def test_a_cleared_cache_fetches_anew() -> None:
    cache = TokenCache()
    server = Server()
    with server.client() as http:
        credentials(cache=cache).token(http)
        cache.clear()
        credentials(cache=cache).token(http)

    assert len(server.token_requests) == 2


def test_a_401_is_answered_with_a_new_token_once() -> None:
    server = Server(api=(401, 202))
    with server.client(credentials()) as http:
        answer = http.post(f"{API}/", json={"a": 1})
        again = http.post(f"{API}/", json={"a": 1})

    assert (answer.status_code, again.status_code) == (202, 202)
    assert server.authorizations == [f"Bearer {ACCESS}-1", f"Bearer {ACCESS}-2", f"Bearer {ACCESS}-2"]
    assert [request.content for request in server.api_requests] == [b'{"a":1}'] * 3


def test_a_401_is_answered_with_a_new_token_once_in_a_task() -> None:
    server = Server(api=(401, 202))

    async def main() -> int:
        async with server.async_client(credentials()) as http:
            return (await http.post(f"{API}/", json={"a": 1})).status_code

    assert asyncio.run(main()) == 202
    assert server.authorizations == [f"Bearer {ACCESS}-1", f"Bearer {ACCESS}-2"]


def test_a_second_401_is_the_caller_s() -> None:
    server = Server(api=(401,))
    with server.client(credentials()) as http, http.stream("GET", f"{API}/") as answer:
        assert answer.status_code == 401
        assert not answer.is_stream_consumed

    assert len(server.api_requests) == len(server.token_requests) == 2


def test_the_first_401_lets_go_of_its_connection_before_the_token_is_asked_for() -> None:
    server = Server(api=(401, 202))
    bodies: list[Body] = []

    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.host == httpx.URL(API).host:
            bodies.append(Body())
            return httpx.Response(server.api.pop(0), stream=bodies[-1])
        assert all(body.closed for body in bodies)
        return server(request)

    with httpx.Client(transport=httpx.MockTransport(handle), auth=credentials()) as http:
        assert http.get(f"{API}/").status_code == 202


def test_the_first_401_lets_go_of_its_connection_before_another_s_token_is_waited_for() -> None:
    signing = credentials()
    with Server().client() as http:
        signing.token(http)
        flow = signing.sync_auth_flow(httpx.Request("GET", f"{API}/"))
        answer = httpx.Response(401, stream=Body(), request=next(flow))
        flow.send(answer)

    assert answer.is_closed


def test_a_token_that_another_call_has_renewed_is_used() -> None:
    server = Server(api=(202,))
    signing = credentials()
    with server.client(signing) as http:
        first = signing.token(http)
        flow = signing.sync_auth_flow(httpx.Request("GET", f"{API}/"))
        request = next(flow)
        signing._cache.discard(signing._key, first)
        signing.token(http)
        request = flow.send(httpx.Response(401, request=request))

    assert request.headers["Authorization"] == f"Bearer {ACCESS}-2"
    assert len(server.token_requests) == 2


def test_a_body_that_cannot_be_sent_again_is_not() -> None:
    server = Server(api=(401, 202))
    with server.client(credentials()) as http:
        answer = http.post(f"{API}/", content=iter([b"once"]), headers={"Transfer-Encoding": "chunked"})
        follows = http.post(f"{API}/", json={})

    # A mock reads the body, which makes it one that can be sent again; a transport that streams does not.
    assert (answer.status_code, follows.status_code) == (202, 202)

    class Streaming(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if request.url.host == httpx.URL(API).host:
                assert b"".join(request.stream)  # type: ignore[arg-type]
            return streamed(request)

    streamed = Server(api=(401, 202))
    with httpx.Client(transport=Streaming(), auth=credentials(cache=TokenCache())) as http:
        flow_request = http.build_request("POST", f"{API}/", content=iter([b"once"]))
        answer = http.send(flow_request)
        follows = http.post(f"{API}/", json={})

    assert (answer.status_code, follows.status_code) == (401, 202)
    assert streamed.authorizations == [f"Bearer {ACCESS}-1", f"Bearer {ACCESS}-2"]


def test_a_401_of_a_host_that_got_no_token_renews_nothing() -> None:
    server = Server()

    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.host == "elsewhere.test":
            assert "Authorization" not in request.headers
            return httpx.Response(401)
        if request.url.host == httpx.URL(API).host:
            return httpx.Response(307, headers={"Location": "https://elsewhere.test/"})
        return server(request)

    with httpx.Client(transport=httpx.MockTransport(handle), auth=credentials(), follow_redirects=True) as http:
        assert http.get(f"{API}/").status_code == 401

    assert len(server.token_requests) == 1


# One fetch for all who wait


def threads(count: int, work: Callable[[], Any]) -> list[Any]:
    with ThreadPoolExecutor(count) as pool:
        futures = [pool.submit(work) for _ in range(count)]
    return [future.exception() or future.result() for future in futures]


def test_threads_and_tasks_of_two_loops_wait_for_one_fetch() -> None:
    server = Server(delay=0.4)
    signing = credentials()
    seen: list[Any] = []

    def call() -> None:
        with server.client(signing) as http:
            seen.append(http.get(f"{API}/").status_code)

    async def loop() -> None:
        async with server.async_client(signing) as http:
            answers = await asyncio.gather(*(http.get(f"{API}/") for _ in range(100)))
        seen.extend(answer.status_code for answer in answers)

    workers = [threading.Thread(target=call) for _ in range(50)]
    workers += [threading.Thread(target=lambda: asyncio.run(loop())) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(10)

    assert seen == [202] * 250
    assert len(server.token_requests) == 1


def test_those_who_wait_for_a_fetch_that_fails_get_an_error_of_their_own_and_the_next_call_tries_anew() -> None:
    denied = httpx.Response(401, json={"error": "invalid_client", "error_description": "no"})
    server = Server(denied, delay=0.2)
    signing = credentials()
    with server.client(signing) as http:
        errors = threads(10, lambda: http.get(f"{API}/"))
        server.tokens = []
        answer = http.get(f"{API}/")

    assert [type(error) for error in errors] == [SignInError] * 10
    assert len({id(error) for error in errors}) == 10
    assert len({id(error.__traceback__) for error in errors}) == 10
    assert {error.error for error in errors} == {"invalid_client"}
    assert len(server.token_requests) == 2
    assert answer.status_code == 202
    assert server.api_requests[0].headers["Authorization"] == f"Bearer {ACCESS}-2"


def test_those_who_wait_for_a_failed_transport_get_a_cause_of_their_own() -> None:
    server = Server(httpx.ConnectError("refused"), delay=0.2)

    async def main() -> list[Any]:
        async with server.async_client(credentials()) as http:
            return await asyncio.gather(*(http.get(f"{API}/") for _ in range(10)), return_exceptions=True)

    errors = asyncio.run(main())

    assert [(type(error), type(error.__cause__)) for error in errors] == [(SignInError, httpx.ConnectError)] * 10
    assert len({id(error) for error in errors}) == len({id(error.__cause__) for error in errors}) == 10
    assert len(server.token_requests) == 1


@pytest.mark.parametrize("outside", [False, True], ids=["in a call", "outside of a call"])
def test_a_cancelled_fetch_is_taken_up_by_those_who_wait(outside: bool) -> None:
    server = Server(delay=0.1)
    signing = credentials()

    async def main() -> tuple[list[Any], Any]:
        async with server.async_client(None if outside else signing) as http:

            async def one() -> Any:
                return await signing.atoken(http) if outside else (await http.get(f"{API}/")).status_code

            first = asyncio.create_task(one())
            await asyncio.sleep(0.02)
            others = [asyncio.create_task(one()) for _ in range(20)]
            thread = asyncio.create_task(asyncio.to_thread(threaded))
            await asyncio.sleep(0.02)
            first.cancel()
            results = await asyncio.gather(first, *others, return_exceptions=True)
            return results, await thread

    def threaded() -> Any:
        with server.client() as http:
            return signing.token(http)

    results, token = asyncio.run(main())

    assert isinstance(results[0], asyncio.CancelledError)
    assert not [each for each in results[1:] if isinstance(each, BaseException)]
    assert token.access_token == f"{ACCESS}-2"
    assert len(server.token_requests) == 2


def test_a_cancelled_waiter_hurts_nobody() -> None:
    server = Server(delay=0.1)

    async def main() -> list[Any]:
        async with server.async_client(credentials()) as http:
            tasks = [asyncio.create_task(http.get(f"{API}/")) for _ in range(20)]
            await asyncio.sleep(0.02)
            for task in tasks[1::2]:
                task.cancel()
            return await asyncio.gather(*tasks, return_exceptions=True)

    results = asyncio.run(main())

    assert [type(each) for each in results] == [httpx.Response, asyncio.CancelledError] * 10
    assert len(server.token_requests) == 1


def test_a_loop_that_ends_while_its_tasks_wait_hurts_nobody(caplog: pytest.LogCaptureFixture) -> None:
    server = Server(delay=0.3)
    signing = credentials()
    with server.client() as http, ThreadPoolExecutor(1) as pool:
        fetching = pool.submit(signing.token, http)
        time.sleep(0.05)

        async def main() -> None:
            async with server.async_client(signing) as client:
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(client.get(f"{API}/"), 0.05)

        asyncio.run(main())
        assert fetching.result().access_token == f"{ACCESS}-1"

    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_a_flow_that_is_abandoned_is_taken_up_by_those_who_wait() -> None:
    server = Server()
    signing = credentials()
    flow = signing.sync_auth_flow(httpx.Request("GET", f"{API}/"))
    request = next(flow)
    with server.client() as http, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(signing.token, http)
        time.sleep(0.05)
        del flow
        gc.collect()

        assert waiting.result(2).access_token == f"{ACCESS}-1"
    assert request.content == b""


def test_a_fetch_of_a_loop_that_was_left_is_done_anew() -> None:
    server = Server(delay=5)
    signing = credentials()

    async def main() -> None:
        async with server.async_client() as http:
            await signing.atoken(http)

    loop = asyncio.new_event_loop()
    task = loop.create_task(main())
    loop.run_until_complete(asyncio.sleep(0.02))
    server.delay = 0
    try:
        with server.client() as http:
            assert signing.token(http).access_token == f"{ACCESS}-2"
    finally:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            loop.run_until_complete(task)
        loop.close()


def test_a_call_in_the_thread_of_the_loop_that_fetches_ends_with_an_error() -> None:
    server = Server(delay=0.1)
    signing = credentials()

    async def main() -> SignInError:
        async with server.async_client(signing) as http:
            task = asyncio.create_task(http.get(f"{API}/"))
            await asyncio.sleep(0.02)
            with server.client(signing) as blocking, pytest.raises(SignInError) as caught:
                blocking.get(f"{API}/")
            assert (await task).status_code == 202
            return caught.value

    started = time.monotonic()
    error = asyncio.run(main())

    assert time.monotonic() - started < 2
    assert "own thread" in str(error)
    assert "AsyncClient" in str(error)


def test_a_signed_call_within_the_request_for_a_token_ends_with_an_error() -> None:
    signing = credentials()
    errors: list[SignInError] = []

    async def main() -> None:
        async with httpx.AsyncClient(auth=signing, transport=httpx.MockTransport(reenter)) as http:

            async def again(request: httpx.Request) -> None:
                if request.url == TOKEN_URL:
                    with pytest.raises(SignInError) as caught:
                        await signing.atoken(http)
                    errors.append(caught.value)

            http.event_hooks = {"request": [again]}
            assert (await http.get(f"{API}/")).status_code == 202

    reenter = Server().later
    asyncio.run(main())

    assert ["own thread or task" in str(error) for error in errors] == [True]


def test_nobody_waits_forever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oauth2, "_PATIENCE", 0.05)
    server = Server()
    signing = credentials()
    stuck = signing.sync_auth_flow(httpx.Request("GET", f"{API}/"))
    next(stuck)
    with server.client() as http, ThreadPoolExecutor(1) as pool:
        with pytest.raises(SignInError, match=r"no answer for 0\.05 s") as caught:
            pool.submit(signing.token, http).result(2)
        token = signing.token(http)
    stuck.close()

    assert caught.value.status_code is None
    assert token.access_token == f"{ACCESS}-1"


def test_those_who_can_wait_longer_do() -> None:
    server = Server(delay=0.3)
    signing = credentials()
    with server.client(timeout=5) as http, server.client(timeout=0.02) as hasty, ThreadPoolExecutor(3) as pool:
        first = pool.submit(signing.token, http)
        time.sleep(0.03)
        second = pool.submit(signing.token, http)
        third = pool.submit(signing.token, hasty)

        with pytest.raises(SignInError, match=r"no answer for 0\.08 s"):
            third.result()
        assert first.result() is second.result()
    assert len(server.token_requests) == 1


def test_no_task_waits_forever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oauth2, "_PATIENCE", 0.05)
    server = Server(delay=0.3)
    signing = credentials()

    async def main() -> None:
        async with server.async_client(signing) as http:
            first = asyncio.create_task(http.get(f"{API}/"))
            await asyncio.sleep(0.02)
            with pytest.raises(SignInError, match="no answer"):
                await http.get(f"{API}/")
            assert (await first).status_code == 202

    asyncio.run(main())


@pytest.mark.parametrize(
    ("timeout", "seconds"),
    [(None, 120), (httpx.Timeout(5).as_dict(), 20), (httpx.Timeout(5, read=None).as_dict(), 120)],
)
def test_the_wait_is_as_long_as_a_fetch_of_one_s_own_might_be(timeout: Any, seconds: float) -> None:
    assert oauth2._patience(timeout) == seconds


def test_an_error_that_is_not_about_the_token_is_passed_on_and_the_others_try_themselves() -> None:
    server = Server(delay=0.1)
    signing = credentials()
    failing = Server(ZeroDivisionError("of a hook"), delay=0.1)
    with failing.client(signing) as broken, server.client() as http, ThreadPoolExecutor(2) as pool:
        first = pool.submit(broken.get, f"{API}/")
        time.sleep(0.03)
        second = pool.submit(signing.token, http)

        with pytest.raises(ZeroDivisionError):
            first.result()
        assert second.result().access_token == f"{ACCESS}-1"


def test_a_hook_that_raises_for_a_status_leaves_no_token_and_shows_no_secret() -> None:
    refusing = httpx.MockTransport(lambda _: httpx.Response(401, json={"error": "invalid_client"}))
    hooks = {"response": [httpx.Response.raise_for_status]}
    http = httpx.Client(transport=refusing, event_hooks=hooks, auth=credentials())
    with http, pytest.raises(SignInError) as raised:
        http.get(f"{API}/")

    assert raised.value.status_code == 401
    assert not raised.value.outcome_unknown
    trace = traceback.TracebackException.from_exception(raised.value, capture_locals=True)
    assert SECRET not in "".join(trace.format())


def test_what_came_in_place_of_an_answer_is_not_shown() -> None:
    def talking(request: httpx.Request) -> httpx.Response:
        raise httpx.RemoteProtocolError(f"illegal status line: bytearray(b'{ACCESS}')", request=request)

    with httpx.Client(transport=httpx.MockTransport(talking)) as http, pytest.raises(SignInError) as raised:
        credentials().token(http)

    assert "illegal status line" in str(raised.value)
    assert ACCESS not in str(raised.value) + str(raised.value.__cause__)


def test_in_another_kind_of_event_loop_each_call_fetches_by_itself() -> None:
    """Nothing but asyncio can be waited with here; driven by hand, no loop of asyncio runs."""

    def first(flow: Any) -> httpx.Request:
        with pytest.raises(StopIteration) as stopped:
            flow.__anext__().send(None)
        return stopped.value.value

    signing = credentials()
    flows = [signing.async_auth_flow(httpx.Request("GET", f"{API}/")) for _ in range(2)]

    assert [first(flow).url for flow in flows] == [TOKEN_URL, TOKEN_URL]


# Reading the answer


@pytest.mark.parametrize(
    ("members", "lifetime"),
    [
        ({"expires_in": 1079}, 1079),
        ({"expires_in": 1079.5}, 1079.5),
        ({"expires_in": "1079"}, 1079),
        ({}, 600),
        ({"expires_in": None}, 600),
        ({"expires_in": 10**9}, 86_400),
        ({"expires_in": 10**400}, 86_400),
        ({"expires_in": 1e300}, 86_400),
    ],
)
def test_lifetimes_read_with_tolerance(clock: Clock, members: dict[str, Any], lifetime: float) -> None:
    with Server({"access_token": ACCESS, **members}).client() as http:
        token = credentials().token(http)

    assert token == Token(ACCESS, 1000 + lifetime, None, None, fetched_at=1000)


def test_the_token_says_its_scope_and_where_the_api_is() -> None:
    with Server(
        {**GOOD, "access_token": ACCESS, "rest_instance_url": "mc0123.rest.marketingcloudapis.com"}
    ).client() as h:
        token = credentials().token(h)

    assert (token.access_token, token.scope, token.base_url) == (ACCESS, "sms_send", API)
    assert ACCESS not in repr(token)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ({}, "access_token is absent"),
        ({"access_token": None}, "access_token is absent"),
        ({"access_token": ""}, "access_token is a text, not a text"),
        ({"access_token": 7}, "access_token is a number"),
        ({"access_token": [ACCESS]}, "access_token is a list"),
        ({"access_token": f"{ACCESS}\r\nX: y"}, "no header may carry"),
        ({"access_token": f"{ACCESS} b"}, "no header may carry"),
        ({"access_token": f"{ACCESS}ü"}, "no header may carry"),
        (httpx.Response(200, content=b'{"access_token": "acc3ss-t0ken\\ud800"}'), "no header may carry"),
        ({"access_token": ACCESS, "token_type": "mac"}, "token_type is mac, not Bearer"),
        ({"access_token": ACCESS, "token_type": ACCESS}, "token_type is ***, not Bearer"),
        ({"access_token": ACCESS, "token_type": 1}, "token_type is a number"),
        ({"access_token": ACCESS, "scope": ["sms_send"]}, "scope is a list"),
        ({"access_token": ACCESS, "expires_in": 0}, "expires_in is a number, not a number of seconds above zero"),
        ({"access_token": ACCESS, "expires_in": -1}, "expires_in is a number"),
        ({"access_token": ACCESS, "expires_in": "soon"}, "expires_in is a text"),
        ({"access_token": ACCESS, "expires_in": "٣"}, "expires_in is a text"),
        ({"access_token": ACCESS, "expires_in": True}, "expires_in is a boolean"),
        ({"access_token": ACCESS, "expires_in": {}}, "expires_in is an object"),
        ({"access_token": ACCESS, "rest_instance_url": "null"}, "rest_instance_url is a text that names no host"),
        ({"access_token": ACCESS, "rest_instance_url": "http://a.test"}, "rest_instance_url is a text"),
        ({"access_token": ACCESS, "rest_instance_url": 1}, "rest_instance_url is a number"),
        (
            httpx.Response(200, text="<html>Sign in</html>", headers={"Content-Type": "text/html"}),
            "but text/html, 20 b",
        ),
        (httpx.Response(200, content=b""), "no JSON object but no media type, 0 bytes"),
        (httpx.Response(200, content=b'{"access_token": "a",}'), "no JSON object"),
        (httpx.Response(200, content=b'{"access_token": "a", "expires_in": NaN}'), "no JSON object"),
        (httpx.Response(200, content=b"\xff\xfe\xfa"), "no JSON object"),
        (httpx.Response(200, content=b"[" * 60_000), "no JSON object"),
        (httpx.Response(200, json=[1]), "no JSON object"),
        (httpx.Response(200, content=b" " * 65_537), "longer than 65536 bytes"),
        (httpx.Response(302, headers={"Location": "https://elsewhere.test/"}), "redirects"),
    ],
)
def test_answers_that_cannot_be_used(answer: Any, says: str) -> None:
    error = refusal(answer)

    assert says in str(error)
    assert error.status_code == (answer.status_code if isinstance(answer, httpx.Response) else 200)
    assert_no_secret(everything(error))


def test_a_long_answer_is_not_read_to_its_end() -> None:
    taken = 0

    class Endless(httpx.SyncByteStream, httpx.AsyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            nonlocal taken
            while True:
                taken += 1
                yield b" " * 4096

        async def __aiter__(self) -> AsyncIterator[bytes]:
            for part in self:
                yield part

    async def main() -> None:
        async with Server(httpx.Response(200, stream=Endless())).async_client(credentials()) as http:
            with pytest.raises(SignInError, match="longer than 65536 bytes"):
                await http.get(f"{API}/")

    server = Server(httpx.Response(200, stream=Endless()))
    with server.client(credentials()) as http, pytest.raises(SignInError, match="longer than 65536 bytes"):
        http.get(f"{API}/")
    asyncio.run(main())

    assert taken == 2 * 17


def test_a_long_401_is_not_read_to_its_end() -> None:
    answers = [httpx.Response(401, stream=Body(*[b" " * 4096] * 100)), httpx.Response(202, stream=Body())]
    server = Server()

    def handle(request: httpx.Request) -> httpx.Response:
        return server(request) if request.url == TOKEN_URL else answers.pop(0)

    async def main() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.MockTransport(handle), auth=credentials()) as http:
            return await http.get(f"{API}/")

    answer = asyncio.run(main())

    assert (answer.status_code, answer.content) == (202, b"{}")
    assert [len(each.content) for each in answer.history if each.status_code == 401] == [17 * 4096]


@pytest.mark.parametrize("status", [303, 307])
@pytest.mark.parametrize("fails", [False, True], ids=["answers", "fails"])
def test_a_token_of_another_address_is_not_taken(status: int, fails: bool) -> None:
    sent_on: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        if request.url == TOKEN_URL:
            return httpx.Response(status, headers={"Location": "https://elsewhere.test/"})
        sent_on.append(request)
        if fails:
            raise httpx.ConnectError("no")
        return httpx.Response(200, json={"access_token": ACCESS})

    http = httpx.Client(transport=httpx.MockTransport(handle), auth=credentials(), follow_redirects=True)
    with http, pytest.raises(SignInError, match="no answer" if fails else "redirects") as caught:
        http.get(f"{API}/")

    assert [request.content for request in sent_on] == [b""]
    assert_no_secret(everything(caught.value))


@pytest.mark.parametrize(
    ("status", "members", "headers", "says"),
    [
        (
            401,
            {"error": "invalid_client"},
            {},
            "status 401; invalid_client). Check the client id and the client secret",
        ),
        (401, {"error": "unauthorized_client"}, {}, "Check that the client may use client credentials"),
        (400, {"error": "invalid_scope"}, {}, "Ask for scopes that the client has been given"),
        (401, {"error": 7, "error_description": ["x"]}, {}, "status 401). Check the client id"),
        (429, {"error": "rate"}, {"Retry-After": "5"}, "Wait 5 s before asking again"),
        (429, {}, {}, "Wait a while before asking again"),
        (503, {}, {"Retry-After": "later"}, "Try again later"),
        (404, {}, {}, "Check that the token URL is the address of the token endpoint itself"),
        (400, {"error": "x", "error_uri": "https://help.test/x"}, {}, "See https://help.test/x"),
    ],
)
def test_errors_of_the_endpoint_say_what_to_do(status: int, members: Any, headers: Any, says: str) -> None:
    error = refusal(httpx.Response(status, json=members, headers=headers))

    assert str(error).startswith("mc0123.auth.marketingcloudapis.com: no token (")
    assert says in str(error)
    assert error.status_code == status
    assert error.outcome_unknown is False
    assert isinstance(error, CallError)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("5", 5.0),
        (" 0 ", 0.0),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0.0),
        ("-1", None),
        ("5.5.5", None),
        ("9" * 400, 1e9),
        ("٣", None),
        ("", None),
    ],
)
def test_retry_after(header: str, seconds: float | None) -> None:
    assert refusal(httpx.Response(429, headers=[(b"Retry-After", header.encode())])).retry_after == seconds


def test_retry_after_as_a_date_is_told_in_seconds() -> None:
    header = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 60))
    seconds = refusal(httpx.Response(429, headers={"Retry-After": header})).retry_after

    assert seconds is not None
    assert 50 < seconds <= 60


# Secrets are nowhere


@pytest.mark.parametrize("status", [200, 400, 401, 500])
def test_a_server_that_echoes_secrets_is_masked(status: int) -> None:
    echo = f"{SECRET} {json.dumps(SECRET)} {ACCESS}"
    members = {"error": echo, "error_description": echo * 100, "error_uri": echo, "access_token": ACCESS, "scope": 1}
    error = refusal(httpx.Response(status, json=members, headers={"Content-Type": "application/json"}))

    assert "***" in str(error)
    assert len(error.error_description or "") <= 501
    assert_no_secret(everything(error))


def test_texts_of_the_server_are_fit_to_print() -> None:
    error = refusal(httpx.Response(400, content=b'{"error": "a\\u0000b\\n\\u001b[31m\\ud800"}'))

    assert error.error == "a b  [31m "
    str(error).encode()


def failing(kind: type[httpx.RequestError]) -> Callable[[httpx.Request], httpx.Response]:
    def handle(request: httpx.Request) -> httpx.Response:
        body = request.content  # in the frame, as a transport has it when it fails to write
        raise kind(f"could not write {len(body)} bytes, {SECRET}")

    return handle


@pytest.mark.parametrize("kind", [httpx.ConnectError, httpx.ReadTimeout, httpx.WriteError, httpx.ProxyError])
def test_a_failed_transport_is_an_error_of_signing_in(kind: type[httpx.RequestError]) -> None:
    async def main() -> list[Any]:
        signing = credentials(cache=TokenCache())
        transport = httpx.MockTransport(failing(kind))
        async with httpx.AsyncClient(transport=transport, auth=signing) as http:
            return await asyncio.gather(http.get(f"{API}/"), signing.atoken(http), return_exceptions=True)

    def call(fetch: Callable[[httpx.Client], Any]) -> Any:
        transport = httpx.MockTransport(failing(kind))
        with httpx.Client(transport=transport, auth=credentials()) as http, pytest.raises(SignInError) as caught:
            fetch(http)
        return caught.value

    for error in [call(lambda http: http.get(f"{API}/")), call(credentials().token), *asyncio.run(main())]:
        assert isinstance(error, SignInError)
        assert isinstance(error.__cause__, kind)
        assert error.status_code is None
        assert f"no answer: {kind.__name__}" in str(error)
        assert error.__cause__.request.content == b""
        assert error.request is not None
        assert error.request.content == b""
        assert error.__context__ is None
        assert_no_secret(everything(error))


def test_a_failure_while_the_answer_is_read_is_an_error_of_signing_in() -> None:
    class Broken(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            yield f'{{"access_token": "{ACCESS}'.encode()
            raise httpx.ReadError("cut off")

    error = refusal(httpx.Response(200, stream=Broken()))

    assert isinstance(error.__cause__, httpx.ReadError)
    assert_no_secret(everything(error))


class Strange(httpx.TransportError):
    """An error of a transport of the caller's, which cannot be copied."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(f"{message} {code}")


def test_an_error_that_cannot_be_copied_is_told_by_its_kind() -> None:
    error = refusal(Strange("odd", 7))

    assert isinstance(error.__cause__, httpx.TransportError)
    assert "no answer: Strange: odd 7" in str(error)


def test_an_error_of_a_transport_leaves_its_own_request_without_the_body() -> None:
    kept: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        kept.append(request)
        raise httpx.ConnectError("no")

    with httpx.Client(transport=httpx.MockTransport(handle), auth=credentials()) as http, pytest.raises(SignInError):
        http.get(f"{API}/")

    assert [request.content for request in kept] == [b""]


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda each: pickle.loads(pickle.dumps(each))])
def test_errors_can_be_copied_and_pickled(again: Callable[[Any], Any]) -> None:
    members = {"error": "invalid_client", "error_description": "no", "error_uri": "https://help.test/"}
    error = refusal(httpx.Response(429, json=members, headers={"Retry-After": "5"}))
    copied = again(error)

    assert type(copied) is SignInError
    assert str(copied) == str(error)
    assert {**vars(copied), "request": None} == {**vars(error), "request": None}
    assert copied.request.url == TOKEN_URL


def test_credentials_and_caches_show_no_secret() -> None:
    cache = TokenCache()
    signing = credentials(cache=cache)
    with Server().client() as http:
        signing.token(http)

    assert "client_id=***" in repr(signing)
    assert_no_secret(f"{signing!r} {signing} {cache!r} {signing._grant!r} {vars(cache)!r}")


def test_credentials_and_caches_are_not_pickled_or_deep_copied_and_copies_are_themselves() -> None:
    for each in (credentials(), TokenCache()):
        with pytest.raises(TypeError, match="Make"):
            pickle.dumps(each)
        with pytest.raises(TypeError, match="Make"):
            copy.deepcopy(each)
        assert copy.copy(each) is each


def test_the_log_says_that_a_token_was_fetched_and_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with Server().client(credentials()) as http:
        http.get(f"{API}/")
    own = [record.getMessage() for record in caplog.records if record.name == oauth2.__name__]

    assert own == ["token fetched from mc0123.auth.marketingcloudapis.com, for 1079 s"]
    assert_no_secret(caplog.text)


# What the constructor refuses


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("", "s"), "client_id: it is empty"),
        (("c", ""), "client_secret: it is empty"),
        ((None, "s"), "client_id: it is empty"),
        ((" ", "s"), "client_id: it is empty"),
        (("c", "s3cr3t\n"), "client_secret: it holds control characters"),
    ],
)
def test_credentials_that_cannot_be_right(arguments: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says) as caught:
        ClientCredentials(*arguments)

    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"token_url": ""}, "token_url: it is empty"),
        ({"token_url": "https://YOUR_SUBDOMAIN.auth.marketingcloudapis.com/v2/token"}, "still holds a placeholder"),
        ({"token_url": "https://{subdomain}.auth.marketingcloudapis.com/v2/token"}, "still holds a placeholder"),
        ({"token_url": "https://<subdomain>.auth.marketingcloudapis.com/v2/token"}, "still holds a placeholder"),
        ({"token_url": "http://mc0123.auth.marketingcloudapis.com/v2/token"}, "is not https"),
        ({"token_url": "ftp://localhost/"}, "is not https"),
        ({"token_url": "http://localhost.evil.test/"}, "is not https"),
        ({"token_url": "/v2/token"}, "it has no host"),
        ({"token_url": "https://me:pw@a.test/"}, "user information"),
        ({"token_url": "https://a.test/#x"}, "fragment"),
        ({"token_url": "https://a.test:x/"}, "it is no URL"),
        ({"scope": 'a"b'}, "scope: "),
        ({"scope": ["a b"]}, "scope: "),
        ({"refresh_early": -1}, "refresh_early: "),
        ({"refresh_early": float("nan")}, "refresh_early: "),
        ({"account_id": ""}, "account_id: it is empty"),
    ],
)
def test_settings_that_cannot_be_right(changes: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        credentials(**changes)


def test_an_account_is_refused_where_the_contract_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(about, "TOKEN_ACCOUNT", None)

    with pytest.raises(ValueError, match="not for an account"):
        credentials(account_id=1)


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:8000", "[::1]:8000", "auth.localhost"])
def test_http_is_for_this_machine(host: str) -> None:
    assert f"http://{host}/token" in repr(credentials(token_url=f"http://{host}/token"))


# The address of the API

label = st.sampled_from(["a", "0", "mc0123", "mc-1", "a--b", "x" * 63, "rest", "xn--bcher-kva"])
hosts = st.builds(
    lambda labels, top: ".".join([*labels, top]), st.lists(label, min_size=1, max_size=3), st.just("test")
)


@given(
    hosts,
    st.sampled_from(["", "https://", "HTTPS://"]),
    st.sampled_from(["", ":443"]),
    st.sampled_from(["", "/", "//"]),
)
def test_all_spellings_of_an_address_are_one(host: str, scheme: str, port: str, slash: str) -> None:
    spelled = oauth2.base_url(f"{scheme}{host.upper()}{port}{slash}")

    assert spelled == f"https://{host}"
    assert oauth2.base_url(spelled) == spelled
    assert httpx.URL(spelled).raw_host == host.encode()


@given(st.text())
def test_an_address_is_https_and_a_host_or_it_is_refused(text: str) -> None:
    try:
        address = httpx.URL(oauth2.base_url(text))
    except ValueError:
        return

    assert address.host
    assert address.path == "/"
    assert address.scheme == "https" or address.host in {"localhost", "127.0.0.1", "::1"}


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("http://localhost:8000/", "http://localhost:8000"),
        ("http://127.0.0.1", "http://127.0.0.1"),
        ("http://[::1]:80", "http://[::1]"),
        ("https://reference:8443", "https://reference:8443"),
        ("10.0.0.1:8443", "https://10.0.0.1:8443"),
        ("localhost", "https://localhost"),
    ],
)
def test_addresses(text: str, address: str) -> None:
    assert oauth2.base_url(text) == address


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "/",
            "https://",
            "null",
            "true",
            "a b.test",
            "a.test/path",
            "a.test?x",
            "a.test#x",
            "me@a.test",
            "a..test",
        ),
        *(
            "-a.test",
            "a.test:0",
            "a.test:65536",
            "a.test:",
            "ftp://a.test",
            "http://a.test",
            "1.2.3",
            "[1]",
            "a.test\n",
        ),
        *("https://YOUR_SUBDOMAIN.test", "ä.test", "//a.test", "a.test\\b"),
    ],
)
def test_texts_that_are_no_address(text: str) -> None:
    with pytest.raises(ValueError, match="base URL: "):
        oauth2.base_url(text)
