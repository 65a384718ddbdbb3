"""Sends one request to a server over HTTP and brings back what came, within limits of time and size.

Whatever a server does, a request ends: the time for the whole answer is limited, from the first attempt to connect to
the last byte, and so is what is read, before and after it is unpacked. Each request has a connection of its own, so
that nothing one exchange leaves behind, be it bytes after the answer or a connection that is closed a moment later,
can be taken for a fault of the next, and no request has to be sent twice to find that out.
"""

from __future__ import annotations

import ipaddress
import ssl
import time
import zlib
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import httpcore
import httpx
from attrs import frozen

from conformance.drivers.hosting import SubjectError
from conformance.model import NO_ANSWER, Headers, Request, Response

#: Seconds the suite waits for one answer.
ANSWER_LIMIT = 15.0
#: Bytes of an answer that are read, as sent and unpacked. One for 2,000 recipients comes to half of that; and since the
#: judge keeps an exchange for each requirement that is broken, this bounds the memory of a run.
SIZE_LIMIT = 1024 * 1024
#: Bytes that are read before an answer's head is whole: interim answers may come in any number.
HEAD_LIMIT = 256 * 1024
#: Bytes written at a time, so that a server that reads slowly is noticed.
_PIECE = 64 * 1024

#: Sends one request and returns what came back, of status `NO_ANSWER` if nothing did.
Sender = Callable[[Request], Response]


@frozen
class Limits:
    """How long the suite waits for one answer, and how much of it it reads."""

    seconds: float = ANSWER_LIMIT
    size: int = SIZE_LIMIT


class Wire:
    """Sends requests as they are: no redirect is followed, no proxy of the environment is used."""

    def __init__(self, url: str, limits: Limits = Limits()) -> None:
        self._base = httpx.URL(url)
        self._limits = limits

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is held open between two requests."""

    @cached_property
    def _certificates(self) -> ssl.SSLContext | None:
        return httpx.create_ssl_context(trust_env=False) if self._base.scheme == "https" else None

    @cached_property
    def _origin(self) -> httpcore.Origin:
        port = self._base.port or {"http": 80, "https": 443}[self._base.scheme]
        return httpcore.Origin(self._base.scheme.encode(), self._base.raw_host, port)

    def send(self, request: Request) -> Response:
        """What came back; a response of status `NO_ANSWER`, with the reason as its body, if nothing did."""
        allowance = _Allowance(self._limits)
        try:
            return self._answer(request, allowance)
        except _OverLimit as over:
            return no_answer(str(over))
        except _BROKEN as error:
            return no_answer(f"{type(error).__name__}: {error}")
        except zlib.error as error:
            return no_answer(f"it cannot be unpacked ({error})")

    def _answer(self, request: Request, allowance: _Allowance) -> Response:
        target = self._base.raw_path.rstrip(b"/") + request.target.encode("ascii")
        url = httpcore.URL(
            scheme=self._origin.scheme, host=self._origin.host, port=self._base.port, target=target or b"/"
        )
        connection = httpcore.HTTPConnection(
            self._origin, ssl_context=self._certificates, network_backend=_Backend(allowance)
        )
        with (
            connection,
            connection.stream(request.method, url, headers=self._headers(request), content=request.body) as answer,
        ):
            allowance.begin_body()
            headers = tuple((_text(name), _text(value)) for name, value in answer.headers)
            body = _unpacked(answer.read(), headers, self._limits.size)
        return Response(answer.status, headers, body)

    def _headers(self, request: Request) -> list[tuple[bytes, bytes]]:
        """The request's own, and those before and behind them without which no request goes out."""
        given = [(name.encode(), value.encode("utf-8", "surrogateescape")) for name, value in request.headers]
        names = {name for name, _ in given}
        ours = [
            (b"host", self._base.netloc),
            (b"accept", b"*/*"),
            (b"accept-encoding", b"gzip, deflate"),
            (b"connection", b"close"),
            (b"user-agent", b"sms-conformance"),
        ]
        if request.body or request.method in ("POST", "PUT", "PATCH"):
            ours.append((b"content-length", str(len(request.body)).encode()))
        return [*(each for each in ours if each[0] not in names), *given]


def no_answer(why: str) -> Response:
    return Response(NO_ANSWER, (), why.encode("utf-8", "replace"))


class _OverLimit(Exception):
    """More came than is read."""


#: How a connection may end before an answer is whole.
_BROKEN = (
    httpcore.NetworkError,
    httpcore.TimeoutException,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
)


class _Allowance:
    """What is left of the time and the size of one answer."""

    def __init__(self, limits: Limits) -> None:
        self._seconds = limits.seconds
        self._end = time.monotonic() + limits.seconds
        self._size = limits.size
        self._read = 0
        self._most = min(HEAD_LIMIT, limits.size)

    def left(self) -> float:
        """The seconds that are left; raises `httpcore.ReadTimeout` if none are."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise self.over()
        return left

    def over(self) -> httpcore.ReadTimeout:
        return httpcore.ReadTimeout(f"no whole answer within {self._seconds:g} s")

    def count(self, size: int) -> None:
        self._read += size
        if self._read > self._most:
            raise _OverLimit(f"more than {self._most} bytes came")

    def begin_body(self) -> None:
        """The head is whole; what came with it of the body was counted."""
        self._most = self._read + self._size


class _Stream(httpcore.NetworkStream):
    """A connection that ends when the allowance does."""

    def __init__(self, inside: httpcore.NetworkStream, allowance: _Allowance) -> None:
        self._inside = inside
        self._allowance = allowance

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            data = self._inside.read(max_bytes, self._allowance.left())
        except httpcore.ReadTimeout:
            raise self._allowance.over() from None
        self._allowance.count(len(data))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _PIECE):
            self._inside.write(buffer[start : start + _PIECE], self._allowance.left())

    def close(self) -> None:
        self._inside.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        inside = self._inside.start_tls(ssl_context, server_hostname, self._allowance.left())
        return _Stream(inside, self._allowance)

    def get_extra_info(self, info: str) -> Any:
        return self._inside.get_extra_info(info)


class _Backend(httpcore.NetworkBackend):
    """Connects within the allowance."""

    def __init__(self, allowance: _Allowance) -> None:
        self._allowance = allowance

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            inside = httpcore.SyncBackend().connect_tcp(host, port, self._allowance.left())
        except (UnicodeError, OverflowError) as error:  # a name or a port that no machine can have
            raise httpcore.ConnectError(str(error)) from None
        return _Stream(inside, self._allowance)


def _unpacked(body: bytes, headers: Headers, limit: int) -> bytes:
    """The body as it was before it was packed. Raises `_OverLimit`, and `zlib.error` for what is not packed as said."""
    codings = [each.strip().lower() for name, value in headers if name.lower() == _CODING for each in value.split(",")]
    for coding in reversed(codings):
        if coding in _WINDOWS and body:
            body = _inflated(body, _WINDOWS[coding], limit)
    return body


_CODING = "content-encoding"
#: How zlib is told what to expect: a gzip header; a zlib header.
_WINDOWS = {"gzip": zlib.MAX_WBITS | 16, "x-gzip": zlib.MAX_WBITS | 16, "deflate": zlib.MAX_WBITS}


def _inflated(body: bytes, window: int, limit: int) -> bytes:
    decoder = zlib.decompressobj(window)
    try:
        whole = decoder.decompress(body, limit + 1)
    except zlib.error:
        if window != zlib.MAX_WBITS:
            raise
        # Many servers leave out the zlib header that "deflate" stands for (RFC 9110, section 8.4.1.2).
        decoder = zlib.decompressobj(-zlib.MAX_WBITS)
        whole = decoder.decompress(body, limit + 1)
    if len(whole) > limit:
        raise _OverLimit(f"more than {limit} bytes came, once unpacked")
    if not decoder.eof:
        raise zlib.error("it ends too early")
    return whole


def _text(raw: bytes) -> str:
    """A header's name or value; latin-1 is what any bytes can be read as."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def checked_url(url: str) -> str:
    """The address of a server: a scheme, a host, maybe a port and a path. Raises `SubjectError` for anything else."""
    try:
        read = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise SubjectError("--url", f"is no address ({error})", "Write it like https://sms.example/api.") from None
    if read.scheme not in ("http", "https") or not read.host:
        raise SubjectError(f"--url {url}", "is no HTTP address", "Write it like https://sms.example/api.")
    if read.userinfo or read.query or read.fragment:
        hint = "Leave out user name, password, query and fragment; the token has an option of its own."
        raise SubjectError("--url", "holds more than scheme, host, port and path", hint)
    return url


def is_elsewhere(url: str) -> bool:
    """Whether an address is that of another machine."""
    host = urlsplit(url).hostname or ""
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host != "localhost" and not host.endswith(".localhost")
