"""Serves the plain server at a URL by the standard library, which answers in HTTP/1.0 and keeps no connection alive."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Generator
from contextlib import contextmanager, suppress
from socket import SHUT_WR
from socketserver import TCPServer, ThreadingMixIn
from threading import Thread
from typing import IO, TYPE_CHECKING, Any, cast
from wsgiref.simple_server import ServerHandler, WSGIRequestHandler, WSGIServer

from conformance.plain_server import refusal
from conformance.plain_server.answering import application, error
from conformance.plain_server.refusal import Refusal

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

_LONGEST_LINE = 64 * 1024
#: Seconds that a peer may keep silent within a request, and after one that could not be read.
_PATIENCE = 30
_FAREWELL = 1


@contextmanager
def serve(
    token: str = "reference-token",
    definition_keys: Collection[str] = ("account_rest",),
    max_recipients: int | None = None,
) -> Generator[str]:
    """A plain server of its own on a free port of the loopback address; the value is its URL."""
    with _Server(("127.0.0.1", 0), _RequestHandler) as server:
        server.set_app(application(token, definition_keys, max_recipients))
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 128

    def server_bind(self) -> None:
        # The standard library's own asks for the name of the address, which takes as long as a name server does.
        TCPServer.server_bind(self)
        self.server_name, self.server_port = cast("tuple[str, int]", self.server_address)
        self.setup_environ()


class _RequestHandler(WSGIRequestHandler):
    timeout = _PATIENCE

    def handle(self) -> None:
        with suppress(OSError):  # the peer is gone: there is nobody to tell
            self._answer()

    def _answer(self) -> None:
        self.raw_requestline = self.rfile.readline(_LONGEST_LINE + 1)
        # An empty line before a request is no fault, says RFC 9112 in section 2.2.
        if self.raw_requestline in {b"\r\n", b"\n"}:
            self.raw_requestline = self.rfile.readline(_LONGEST_LINE + 1)
        if len(self.raw_requestline) > _LONGEST_LINE:
            self.command = self.requestline = self.request_version = ""
            self.send_error(400)
        elif self.parse_request():
            environ = self.get_environ()
            has_chunks = "chunked" in self.headers.get("transfer-encoding", "").lower()
            stream = _Chunks(cast("IO[bytes]", self.rfile)) if has_chunks else self.rfile
            if has_chunks:
                environ |= {"CONTENT_LENGTH": "", "wsgi.input_terminated": True}
            output = cast("IO[bytes]", self.wfile)
            running: Any = ServerHandler(cast("IO[bytes]", stream), output, sys.stderr, environ, multithread=True)
            running.request_handler = self
            running.run(cast("_Server", self.server).get_app())

    def get_environ(self) -> WSGIEnvironment:
        environ = super().get_environ()
        # The standard library takes a body of no type for plain text.
        environ["CONTENT_TYPE"] = self.headers.get("content-type", "")
        return environ

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer 400 in the contract's words to what is no HTTP: the standard library would show a page of HTML."""
        written = json.dumps(error(Refusal(refusal.NO_MESSAGE_FORMAT, "the request cannot be read")).body).encode()
        self.request_version = (
            "HTTP/1.0"  # an older one, which it is until a line was read, has no status and no headers
        )
        self.send_response(400)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(written)))
        self.end_headers()
        self.wfile.write(written)
        # Closed with something left to read, a connection is reset, and the peer may lose the answer.
        self.connection.shutdown(SHUT_WR)
        self.connection.settimeout(_FAREWELL)
        while self.connection.recv(_LONGEST_LINE):
            pass

    def log_message(self, format: str, *args: Any) -> None:
        """The tests' own output is not to be mixed with a line for each request."""


class _Chunks:
    """A body in chunks, as a stream that ends where the body does, or where it is no longer one."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self._left = 0
        self._is_over = False

    def read(self, size: int) -> bytes:
        if not self._left and not self._is_over:
            self._begin_chunk()
        piece = self._source.read(min(size, self._left))
        self._left -= len(piece)
        if piece and not self._left:
            self._source.readline(_LONGEST_LINE)
        return piece

    def _begin_chunk(self) -> None:
        size = self._source.readline(_LONGEST_LINE).partition(b";")[0].strip()
        try:
            self._left = int(size, 16)
        except ValueError:
            self._left = 0
        if self._left <= 0:
            self._left, self._is_over = 0, True
            while self._source.readline(_LONGEST_LINE).strip():
                pass  # trailers, which say nothing here
