"""The reference server, or any handler, as an ASGI and as a WSGI application.

Both shells only translate: the request target, headers and body reach the handler as they stand on the
wire, and its response goes back as it is. An `Answer` in place of a response is stalled or cut short.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from attrs import frozen
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request as StarletteRequest
from starlette.types import ASGIApp, Receive, Scope, Send

from conformance.model import NO_ANSWER, Answer, Headers, Request, Response

#: A handler that may also break off its answer or take its time. Every `Handler` is one.
Server = Callable[[Request], Response | Answer]
WSGIApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

#: What may stand unquoted in a path (RFC 3986, section 3.3).
_IN_PATH = "/:@!$&'()*+,;=-._~"

_log = logging.getLogger(__name__)


def app(server: Server) -> Starlette:
    """The server as an ASGI application. Starlette minds the lifespan; every HTTP request is the server's.

    The server is called in the event loop, not in a thread: it takes a fraction of a millisecond, less
    than the change of threads, and requests are then answered in the order in which they came whole.
    """
    return Starlette(middleware=[Middleware(_Shell, server=server)])


def wsgi_app(server: Server) -> WSGIApp:
    """The server as a WSGI application."""

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        request = _from_environ(environ)
        wire = _wire(request, _answer(server, request))
        time.sleep(wire.stall)
        start_response(f"{wire.status} {_phrase(wire.status)}", list(wire.headers))
        return [wire.body]

    return application


@frozen
class _Wire:
    """What goes out: `headers` promise the whole body, `body` may be less of it."""

    status: int
    headers: Headers
    body: bytes
    is_whole: bool
    stall: float


class _Shell:
    """Takes the HTTP requests; the rest (lifespan) is for the application inside."""

    def __init__(self, inside: ASGIApp, server: Server) -> None:
        self._inside = inside
        self._server = server

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._inside(scope, receive, send)
            return
        request = _from_scope(scope, await StarletteRequest(scope, receive).body())
        wire = _wire(request, _answer(self._server, request))
        if wire.stall:
            await asyncio.sleep(wire.stall)
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in wire.headers]
        await send({"type": "http.response.start", "status": wire.status, "headers": headers})
        # A body that is promised and never finished makes the server in front close the connection.
        await send({"type": "http.response.body", "body": wire.body, "more_body": not wire.is_whole})


def _answer(server: Server, request: Request) -> Answer:
    """The server's answer; a plain 500 if it raises, as any server in front would make of it."""
    try:
        answer = server(request)
    except Exception:
        _log.exception("The server raised on a %s request", request.method)
        answer = Response(500, (("content-type", "text/plain; charset=utf-8"),), b"Internal Server Error")
    return answer if isinstance(answer, Answer) else Answer(answer)


def _wire(request: Request, answer: Answer) -> _Wire:
    response = answer.response
    if response.status == NO_ANSWER:  # a fault of the server under it: the connection breaks within the body
        answer = Answer(Response(200, (), b"{}"), cut_after=0)
        response = answer.response
    headers = [(name, value) for name, value in response.headers if name != "content-length"]
    # RFC 9110, section 8.6: neither of these has a body or says how long one would be.
    if response.status >= 200 and response.status not in (204, 304):
        headers.append(("content-length", str(len(response.body))))
    body = b"" if request.method == "HEAD" else response.body
    is_whole = answer.cut_after is None or answer.cut_after >= len(body)
    return _Wire(response.status, tuple(headers), body[: answer.cut_after], is_whole, answer.stall)


def _from_scope(scope: Scope, body: bytes) -> Request:
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
    return Request(scope["method"], _target(scope), headers, body)


def _target(scope: Scope) -> str:
    raw: bytes | None = scope.get("raw_path")
    path = quote(scope["path"], safe=_IN_PATH) if raw is None else raw.decode("latin-1").partition("?")[0]
    query: str = scope["query_string"].decode("latin-1")
    return f"{path}?{query}" if query else path


def _from_environ(environ: dict[str, Any]) -> Request:
    """The request behind the environment.

    WSGI itself keeps neither the target nor repeated headers as they were, so what a server adds of its own is
    read before it: a2wsgi the whole request, others the target.
    """
    length: str = environ.get("CONTENT_LENGTH") or ""
    if "asgi.scope" in environ:  # a2wsgi
        return _from_scope(environ["asgi.scope"], environ["wsgi.input"].read())
    if length:
        body: bytes = environ["wsgi.input"].read(int(length))
    else:
        body = environ["wsgi.input"].read() if environ.get("wsgi.input_terminated") else b""
    target = environ.get("RAW_URI") or environ.get("REQUEST_URI")  # gunicorn, and uWSGI or Werkzeug
    if not target:
        path: str = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
        query: str = environ.get("QUERY_STRING", "")
        target = quote(path.encode("latin-1"), safe=_IN_PATH) + (f"?{query}" if query else "")
    headers = [
        (name.removeprefix("HTTP_").replace("_", "-"), value)
        for name, value in environ.items()
        if name.startswith("HTTP_") or (name in ("CONTENT_TYPE", "CONTENT_LENGTH") and value)
    ]
    return Request(environ["REQUEST_METHOD"], target, headers, body)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
