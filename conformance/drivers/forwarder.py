"""A loopback address that stands in for the server under exploration: what arrives there goes out by our own wire.

Schemathesis would read whatever a server sends for as long as it sends it, follow it elsewhere, and ask again where a
connection broke. Here it talks to a server that always answers, while the one under test is asked within the limits
and with the manners of every other request, and each exchange is taken down as the wire saw it.
"""

from __future__ import annotations

import contextlib
import socketserver
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import cast

from attrs import evolve

from conformance.drivers.wire import Sender
from conformance.model import BODILESS, NO_ANSWER, Headers, Request, Response, json_response

_LOOPBACK = "127.0.0.1"
#: The header in which Schemathesis names the case a request belongs to. Those without it, by which Schemathesis finds
#: out what a server can do and whether it is still there, are answered here.
_CASE = "x-schemathesis-testcaseid"
#: Seconds to wait for the rest of a request; it comes from this very process.
_PATIENCE = 5.0
#: Bytes of a request line or of a header.
_LINE = 1024 * 1024
#: What belongs to one connection alone or is ours to say, and what no longer fits a body that was unpacked.
_LEFT_OUT_OF_REQUESTS = frozenset(
    {_CASE, "accept", "accept-encoding", "connection", "content-length", "host", "user-agent"}
)
_LEFT_OUT_OF_ANSWERS = frozenset(
    {"connection", "content-encoding", "content-length", "keep-alive", "transfer-encoding", "upgrade"}
)
#: Told to Schemathesis where no answer came. It stands for nothing, and nothing that is made of it is judged.
_STAND_IN = json_response(503, {"message": "", "errorcode": 0, "documentation": ""})
_NOT_PASSED_ON = Response(400)
#: The header that says that nothing is passed on any more.
ENDED = "x-exploration-ended"
_AT_THE_END = evolve(_STAND_IN, headers=(*_STAND_IN.headers, (ENDED, "yes")))

#: Takes down an exchange, with the name of its case.
Take = Callable[[str, Request, Response], None]


class Forwarder:
    """Passes requests on until the first exception, which it keeps for whoever started the exploration."""

    def __init__(self, send: Sender, take: Take) -> None:
        self._send = send
        self._take = take
        self._one_at_a_time = threading.Lock()
        self.ended: Exception | None = None

    def answer(self, request: Request) -> Response:
        """What Schemathesis is to be told."""
        case = request.header(_CASE)
        if case is None:
            return _NOT_PASSED_ON
        headers = tuple(each for each in request.headers if each[0] not in _LEFT_OUT_OF_REQUESTS)
        request = evolve(request, headers=headers)
        with self._one_at_a_time:
            if self.ended is not None:
                return _AT_THE_END
            try:
                response = self._send(request)
                self._take(case, _printable(request), response)
            except Exception as error:
                self.ended = error
                return _AT_THE_END
        return _STAND_IN if response.status == NO_ANSWER else response


def _printable(request: Request) -> Request:
    """The request with headers that any report can hold: bytes that are no UTF-8 are read as latin-1."""
    if all(value.isprintable() for _, value in request.headers):
        return request
    headers = ((name, value.encode("utf-8", "surrogateescape").decode("latin-1")) for name, value in request.headers)
    return evolve(request, headers=tuple(headers))


@contextmanager
def listening(forwarder: Forwarder) -> Generator[str]:
    """The address at which a forwarder is reached until the block ends."""
    with _Server((_LOOPBACK, 0), _Connection) as server:
        server.forwarder = forwarder
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), name="forwarder", daemon=True)
        thread.start()
        try:
            yield f"http://{_LOOPBACK}:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


class _Server(socketserver.TCPServer):
    allow_reuse_address = True
    request_queue_size = 32
    forwarder: Forwarder


class _Connection(socketserver.StreamRequestHandler):
    """One request and its answer. It reads what Schemathesis writes, and need not understand more of HTTP."""

    timeout = _PATIENCE
    disable_nagle_algorithm = True

    def handle(self) -> None:
        try:
            request = self._request()
        except (OSError, ValueError):  # nobody is there any more, or it was no request
            return
        answer = cast(_Server, self.server).forwarder.answer(request)
        with contextlib.suppress(OSError):
            self.wfile.write(_written(request.method, answer))

    def _request(self) -> Request:
        method, target, _ = self.rfile.readline(_LINE).decode("latin-1").split(" ", 2)
        headers: list[tuple[str, str]] = []
        while line := self.rfile.readline(_LINE).strip(b"\r\n"):
            name, _, value = line.partition(b":")
            headers.append((name.decode("latin-1").lower(), value.strip().decode("utf-8", "surrogateescape")))
        length = int(dict(headers).get("content-length", "0"))
        return Request(method, target, tuple(headers), self.rfile.read(length))


def _written(method: str, answer: Response) -> bytes:
    passed_on: Headers = tuple(each for each in answer.headers if each[0] not in _LEFT_OUT_OF_ANSWERS)
    body = b"" if method == "HEAD" or answer.status in BODILESS else answer.body
    lines = [f"HTTP/1.1 {answer.status} -", *(f"{name}: {value}" for name, value in passed_on)]
    lines += ["connection: close", f"content-length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body
