"""Calls a WSGI application as a function of requests, with no socket between."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from conformance.model import Handler, Headers, Request, Response
from conformance.plain_server.answering import application

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication, WSGIEnvironment


def handler(
    token: str = "reference-token",
    definition_keys: Collection[str] = ("account_rest",),
    max_recipients: int | None = None,
) -> Handler:
    """The plain server as a function of requests."""
    return handler_of(application(token, definition_keys, max_recipients))


def handler_of(called: WSGIApplication) -> Handler:
    """Any WSGI application as a function of requests. What it raises is let through."""

    def handle(request: Request) -> Response:
        started: list[tuple[int, Headers]] = []
        written: list[bytes] = []

        def start_response(
            status: str, headers: list[tuple[str, str]], exc_info: Any = None, /
        ) -> Callable[[bytes], object]:
            started.append((int(status.partition(" ")[0]), tuple(headers)))
            return written.append

        answer = called(_environ(request), start_response)
        try:
            written.extend(answer)
        finally:
            if close := getattr(answer, "close", None):
                close()
        status, headers = started[-1]
        return Response(status, headers, b"".join(written))

    return handle


def _environ(request: Request) -> WSGIEnvironment:
    """The request as PEP 3333 has it: texts hold one byte in each character, repeated headers stand in one."""
    path = unquote_to_bytes(request.path).decode("latin-1")
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path if path.startswith("/") else "",
        "QUERY_STRING": _native(request.query),
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name in dict.fromkeys(name for name, _ in request.headers):
        value = ",".join(request.all_headers(name))
        prefix = "" if name == "content-type" else "HTTP_"
        environ[prefix + name.upper().replace("-", "_")] = _native(value)
    # What was announced is not what counts: the body is here already.
    environ.pop("HTTP_CONTENT_LENGTH", None)
    if environ.pop("HTTP_TRANSFER_ENCODING", None):
        environ["wsgi.input_terminated"] = True
    else:
        environ["CONTENT_LENGTH"] = str(len(request.body))
    return environ


def _native(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("latin-1")
