"""The reference server on the wire: as ASGI and as WSGI, on a socket, with troubles switched on."""

from __future__ import annotations

import asyncio
import io
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any
from wsgiref.validate import validator

import httpx
import pytest
from a2wsgi import WSGIMiddleware
from reference_server_requests import CONTRACT, JSON_HEADERS, body, post, recipient

from conformance import reference_server
from conformance.model import Answer, Handler, Request, Response
from conformance.reference_server import (
    SEND_PATH,
    TROUBLES,
    ServeError,
    State,
    app,
    handler,
    serve,
    served,
    wsgi_app,
)

BODY = json.dumps(body(recipient("a"), recipient("b", to=None))).encode()
HEADERS = dict(JSON_HEADERS)

REQUESTS = [
    post(BODY),
    post(BODY, target=SEND_PATH.rstrip("/")),
    post(body(recipient("ü\0"), recipient())),
    post(BODY, target=f"{SEND_PATH}?a=%2F&b=1+2"),
    post(BODY, target=f"{SEND_PATH}?token=x"),
    post(BODY, ()),
    post(BODY, JSON_HEADERS[:1]),
    post(b"", JSON_HEADERS),
    post(b"\xff", JSON_HEADERS),
    post(b"{}", JSON_HEADERS, "/v2/token"),
    post(BODY, target="/other"),
    post(BODY, target="/%2F%0A/ü"),
    Request("GET", SEND_PATH),
    Request("HEAD", SEND_PATH),
    Request("OPTIONS", SEND_PATH),
]


def fresh() -> Handler:
    return handler(State.open(), CONTRACT, now=lambda: 0.0)


def echo(request: Request) -> Response:
    """Tells what reached the handler."""
    told = {"target": request.target, "headers": request.headers, "body": request.body.decode("latin-1")}
    return Response(520, (("x-seen", "1"), ("x-seen", "2"), ("content-length", "3")), json.dumps(told).encode())


Seen = tuple[int, list[tuple[str, str]], bytes]


def by_wsgi(application: Any, request: Request) -> Seen:
    with httpx.Client(transport=httpx.WSGITransport(application), base_url="http://test") as client:
        return seen(client.send(outgoing(client, request)))


def by_asgi(application: Any, request: Request) -> Seen:
    async def exchange() -> Seen:
        transport = httpx.ASGITransport(application)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return seen(await client.send(outgoing(client, request)))

    return asyncio.run(exchange())


def outgoing(client: httpx.Client | httpx.AsyncClient, request: Request) -> httpx.Request:
    headers = list(request.headers)
    return client.build_request(request.method, request.target, headers=headers, content=request.body)


def seen(response: httpx.Response) -> Seen:
    return response.status_code, sorted(response.headers.multi_items()), response.content


def test_asgi_wsgi_and_wsgi_in_asgi_give_the_same_bytes() -> None:
    asgi, wsgi, both = app(fresh()), wsgi_app(fresh()), WSGIMiddleware(wsgi_app(fresh()))
    answers = [(by_asgi(asgi, each), by_wsgi(wsgi, each), by_asgi(both, each)) for each in REQUESTS]

    assert [one[0] for one, _, _ in answers] == [
        202,
        202,
        202,
        202,
        403,
        401,
        415,
        400,
        400,
        400,
        404,
        404,
        405,
        405,
        405,
    ]
    for one, two, three in answers:
        assert one == two == three


def test_the_request_reaches_the_handler_as_it_is_on_the_wire() -> None:
    target = "/a%2Fb//c/%E2%82%AC?x=%20&y=+&&="
    with served(app(echo)) as url:
        lines = [
            f"POST {target} HTTP/1.1",
            "Host: h",
            "X-A: 1",
            "X-a: 2",
            "Connection: close",
            "Content-Length: 2",
        ]
        answer = _raw(url, "\r\n".join([*lines, "", "hi"]).encode())
        told = json.loads(answer.partition(b"\r\n\r\n")[2])

    assert told["target"] == target
    assert [value for name, value in told["headers"] if name == "x-a"] == ["1", "2"]
    assert told["body"] == "hi"


def test_the_response_goes_out_as_it_is_with_its_true_length() -> None:
    for status, headers, content in (by_asgi(app(echo), REQUESTS[0]), by_wsgi(wsgi_app(echo), REQUESTS[0])):
        assert status == 520
        assert [value for name, value in headers if name == "x-seen"] == ["1", "2"]
        assert dict(headers)["content-length"] == str(len(content))


def test_wsgi_keeps_its_rules() -> None:
    environ = {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": SEND_PATH,
        "QUERY_STRING": "",
        "SERVER_NAME": "h",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(BODY)),
        "HTTP_AUTHORIZATION": "Bearer reference-token",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(BODY),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    started: list[str] = []

    def start_response(status: str, headers: object, error: object = None) -> object:
        started.append(status)
        return lambda data: None

    answer = validator(wsgi_app(fresh()))(environ, start_response)
    content = b"".join(answer)
    answer.close()

    assert started == ["202 Accepted"]
    assert json.loads(content)["errorcode"] == 109001


@pytest.mark.parametrize("application", [reference_server.asgi, WSGIMiddleware(reference_server.wsgi)])
def test_the_ready_made_applications_serve(application: Any) -> None:
    assert by_asgi(application, post(body(recipient())))[0] == 202


def test_a_handler_that_raises_gives_a_500(caplog: pytest.LogCaptureFixture) -> None:
    def broken(request: Request) -> Response:
        raise ZeroDivisionError

    with caplog.at_level("CRITICAL"):
        statuses = [by_asgi(app(broken), REQUESTS[0])[0], by_wsgi(wsgi_app(broken), REQUESTS[0])[0]]

    assert statuses == [500, 500]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served(app(fresh())) as address:
        yield address


def test_a_send_over_a_socket(url: str) -> None:
    response = httpx.post(url + SEND_PATH, content=BODY, headers=HEADERS, trust_env=False)

    assert response.status_code == 202
    assert [item.get("errorcode") for item in response.json()["responses"]] == [None, 109106]
    assert "server" not in response.headers


def test_answers_are_not_held_back_for_the_callers_ack(url: str) -> None:
    with httpx.Client(base_url=url, headers=HEADERS, trust_env=False) as client:
        client.post(SEND_PATH, content=BODY)
        start = time.perf_counter()
        for _ in range(10):
            client.post(SEND_PATH, content=BODY)
        seconds = time.perf_counter() - start

    assert seconds < 0.2


def test_a_chunked_body_over_a_socket(url: str) -> None:
    response = httpx.post(url + SEND_PATH, content=iter([BODY[:9], BODY[9:]]), headers=HEADERS, trust_env=False)

    assert response.status_code == 202


def test_head_over_a_socket_has_no_body(url: str) -> None:
    answer = _raw(url, f"HEAD {SEND_PATH} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n".encode())
    head, _, rest = answer.partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 405")
    assert b"allow: POST" in head
    assert rest == b""


class TestTroubles:
    def answer(self, name: str, request: Request = REQUESTS[0]) -> Answer:
        answer = TROUBLES[name](fresh())(request)
        return answer if isinstance(answer, Answer) else Answer(answer)

    @pytest.mark.parametrize(
        ("name", "status", "code", "retry_after"),
        [
            ("rate-limited", 429, 50100, "5"),
            ("blocked", 429, 50200, None),
            ("unavailable", 503, 50300, "5"),
            ("server-error", 500, 30000, None),
            ("expired-token", 401, 0, None),
        ],
    )
    def test_errors_keep_the_contract_r25(self, name: str, status: int, code: int, retry_after: str | None) -> None:
        response = self.answer(name).response

        assert (response.status, response.json["errorcode"]) == (status, code)
        assert response.header("retry-after") == retry_after
        assert response.json.get("retryAfter") == (5 if retry_after else None)
        assert CONTRACT.response_faults("sendSMSMessageMultipleRecipients", status, response.json) == []

    def test_html_error(self) -> None:
        response = self.answer("html-error").response

        assert (response.status, response.media_type) == (502, "text/html")

    def test_slow_queues_and_waits(self) -> None:
        answer = self.answer("slow")

        assert (answer.response.status, answer.stall) == (202, 10.0)

    def test_troubles_add_up(self) -> None:
        answer = TROUBLES["slow"](TROUBLES["drop-after-queueing"](fresh()))(REQUESTS[0])

        assert isinstance(answer, Answer)
        assert answer.stall and answer.cut_after

    def test_other_requests_are_let_be(self) -> None:
        for name in TROUBLES:
            assert self.answer(name, Request("GET", "/")).response.status == 404
            assert self.answer(name, post(b"{}", target="/v2/token")).response.status == 400

    def test_each_says_what_it_does(self) -> None:
        for name, trouble in TROUBLES.items():
            assert trouble.name == name
            assert trouble.description.endswith(".")

    @pytest.mark.parametrize("wsgi", [False, True])
    def test_drop_after_queueing_breaks_the_connection_once_queued(self, wsgi: bool) -> None:
        server = fresh()
        dropping = TROUBLES["drop-after-queueing"](server)
        application = WSGIMiddleware(wsgi_app(dropping)) if wsgi else app(dropping)
        with (
            served(application) as url,
            pytest.raises(httpx.RemoteProtocolError, match="without sending complete"),
        ):
            httpx.post(url + SEND_PATH, content=BODY, headers=HEADERS, trust_env=False)

        assert server(REQUESTS[0]).json["responses"][0]["errorcode"] == 109110

    def test_a_stalled_answer_holds_up_nobody_else(self) -> None:
        def stalling(request: Request) -> Answer:
            return Answer(Response(202, (), b"{}"), stall=0.5 if request.body else 0.0)

        with served(app(stalling)) as url, httpx.Client(base_url=url, trust_env=False) as client:
            with pytest.raises(httpx.ReadTimeout):
                client.post("/", content=b"x", timeout=0.1)
            start = time.perf_counter()
            client.post("/")
            seconds = time.perf_counter() - start

        assert seconds < 0.3


def test_a_port_in_use() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(ServeError, match=rf"^127\.0\.0\.1:{port}: cannot be listened on .* --port 0\.$"):
            serve(app(echo), "127.0.0.1", port, print)


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 65536), ("127.0.0.1", -1), ("host.invalid", 0)])
def test_an_address_that_is_none(host: str, port: int) -> None:
    with pytest.raises(ServeError, match=r"(no such port|not known)"):
        serve(app(echo), host, port, print)


def test_an_application_that_does_not_start() -> None:
    async def failing(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "lifespan.startup.failed"})

    with pytest.raises(ServeError, match="the application did not start"):
        serve(failing, "127.0.0.1", 0, print)
    with pytest.raises(ServeError, match="the application did not start"), served(failing):
        pass


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_serving_well(number: signal.Signals) -> None:
    code = (
        "from conformance.reference_server import asgi, serve;"
        "serve(asgi, '127.0.0.1', 0, lambda url: print(url, flush=True))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    assert process.stdout is not None
    assert select.select([process.stdout], [], [], 10)[0]
    url = process.stdout.readline().strip()
    status = httpx.post(url + SEND_PATH, content=BODY, headers=HEADERS, trust_env=False).status_code
    process.send_signal(number)
    output, errors = process.communicate(timeout=10)

    assert status == 202
    assert (process.returncode, output, errors) == (0, "", "")


def _raw(url: str, data: bytes) -> bytes:
    """What comes back on a connection of its own, up to its end."""
    address = httpx.URL(url)
    with socket.create_connection((address.host, address.port or 80), timeout=5) as connection:
        connection.sendall(data)
        return b"".join(iter(lambda: connection.recv(65536), b""))
