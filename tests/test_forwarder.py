"""What passes between Schemathesis and the wire."""

from __future__ import annotations

import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager

import httpx
import pytest

from conformance.drivers.forwarder import Forwarder, listening
from conformance.model import NO_ANSWER, Request, Response

CASE = ("X-Schemathesis-TestCaseId", "abc")


class Seen:
    def __init__(self, response: Response) -> None:
        self.response = response
        self.sent: list[Request] = []
        self.taken: list[tuple[str, Request, Response]] = []

    def send(self, request: Request) -> Response:
        self.sent.append(request)
        return self.response

    def take(self, case: str, request: Request, response: Response) -> None:
        self.taken.append((case, request, response))


@contextmanager
def forwarding(response: Response) -> Generator[tuple[Seen, Forwarder, Callable[..., httpx.Response]]]:
    seen = Seen(response)
    forwarder = Forwarder(seen.send, seen.take)
    with listening(forwarder) as url, httpx.Client(base_url=url, trust_env=False, headers=[CASE]) as client:
        yield seen, forwarder, client.request


def test_request_and_answer_pass_as_they_are() -> None:
    answer = Response(299, (("x-more", "1"), ("x-more", "2"), ("content-encoding", "gzip")), b"\x00\xff")
    headers = [CASE, ("X-Own", "é".encode()), ("content-type", "text/x")]
    with forwarding(answer) as (seen, _, ask):
        got = ask("PATCH", "/a//b?c=%20&d", headers=headers, content=b"\x01\xfe")

    assert (got.status_code, got.content, got.headers.get_list("x-more")) == (299, b"\x00\xff", ["1", "2"])
    assert seen.sent == [Request("PATCH", "/a//b?c=%20&d", (("x-own", "é"), ("content-type", "text/x")), b"\x01\xfe")]
    assert seen.taken == [("abc", seen.sent[0], answer)]


def test_bytes_that_are_no_text_pass_and_can_be_printed() -> None:
    with forwarding(Response(200)) as (seen, _, ask):
        ask("GET", "/", headers=[CASE, (b"x-own", b"\xff")])

    assert seen.sent[0].header("x-own").encode("utf-8", "surrogateescape") == b"\xff"
    assert seen.taken[0][1].header("x-own") == "ÿ"


def test_where_nothing_came_schemathesis_is_told_a_503() -> None:
    with forwarding(Response(NO_ANSWER, (), b"closed")) as (seen, _, ask):
        assert ask("GET", "/").status_code == 503

    assert seen.taken[0][2].status == NO_ANSWER


def test_what_belongs_to_no_case_is_not_passed_on() -> None:
    with forwarding(Response(200)) as (seen, forwarder, _), listening(forwarder) as url:
        assert httpx.get(url, trust_env=False).status_code == 400
        with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))) as odd:
            odd.sendall(b"HEAD / HTTP/1.0\r\n\r\n")
            assert odd.recv(9).startswith(b"HTTP/1.1")

    assert seen.sent == []


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_without_a_body_has_none(status: int) -> None:
    with forwarding(Response(status, (), b"body")) as (_, _, ask):
        assert ask("GET", "/").content == b""


def test_after_an_exception_nothing_is_passed_on() -> None:
    asked: list[Request] = []

    def failing(request: Request) -> Response:
        asked.append(request)
        raise RuntimeError("enough")

    forwarder = Forwarder(failing, lambda *taken: None)
    answers = [forwarder.answer(Request("GET", "/", (CASE,))) for _ in range(3)]

    assert [each.status for each in answers] == [503] * 3
    assert len(asked) == 1
    assert str(forwarder.ended) == "enough"


def test_what_is_no_request_is_left_alone() -> None:
    with forwarding(Response(200)) as (_, forwarder, ask), listening(forwarder) as url:
        with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))) as odd:
            odd.sendall(b"\xff\r\n\r\n")
            assert odd.recv(9) == b""
        assert ask("GET", "/").status_code == 200
