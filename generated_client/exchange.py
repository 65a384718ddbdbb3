# Emitted by scripts/generate.py from openapi.yaml (1.0.0); do not edit: change what it is made from.
"""One request and its answer, on a client of httpx: read within limits, and every failure one of ours.

A redirect of what changes something is never followed, and nothing is sent twice by itself; what signs in may send once
more after a 401. Where a redirect is followed to another host, what signs in stays behind.
"""

from __future__ import annotations

import os
import re
import socket
import ssl
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any, Final, cast

import httpx
from attrs import define, field

from .errors import DecodeError, InvalidRequest, NoAnswer, TimedOut
from .types import RequestFiles

_now = time.monotonic
#: The methods that change nothing: whether one of these was received does not matter.
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
#: As many as httpx would follow.
_MOST_REDIRECTS: Final = 20
#: A secret header says more than its secrets, such as `Bearer` or the name of a cookie.
_SEPARATORS: Final = re.compile(r"[\s;=]+")
_SHORTEST_SECRET: Final = 8
#: What goes wrong before a request leaves.
_BEFORE: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)


def _nothing() -> dict[str, str]:
    return {}


@define(eq=False)
class Arguments:
    """What one call sends. `template` is the path as the contract writes it, which is all that logs and errors show."""

    method: str
    template: str
    path: str = field(repr=False)
    params: Mapping[str, Any] | None = field(default=None, repr=False)
    headers: dict[str, str] = field(factory=_nothing, repr=False)
    cookies: Mapping[str, str] = field(factory=_nothing, repr=False)
    content: bytes | None = field(default=None, repr=False)
    data: Mapping[str, Any] | None = field(default=None, repr=False)
    files: RequestFiles | None = field(default=None, repr=False)
    #: Those to whom the items of a mixed answer belong.
    recipients: object = field(default=(), repr=False)
    #: Codes of a refused item that mean that an earlier try of the same request had queued it.
    queued_before: frozenset[int | str] = frozenset()

    @property
    def operation(self) -> str:
        """The method and the path as the contract writes it."""
        return f"{self.method} {self.template}"


@define(eq=False, repr=False)
class Limits:
    """How a request is sent, and how much of an answer is taken."""

    auth: httpx.Auth | None
    follow_redirects: bool
    secret_headers: frozenset[str]
    deadline: float | None
    largest_answer: int


def exchange(
    http: httpx.Client, request: httpx.Request, arguments: Arguments, limits: Limits
) -> httpx.Response:
    """Send the request and read the answer; raises `InvalidRequest`, `NoAnswer` or `DecodeError`."""
    begun = _now()
    try:
        auth = limits.auth or httpx.USE_CLIENT_DEFAULT
        response = http.send(request, stream=True, auth=auth, follow_redirects=False)
        redirects = _Redirects(arguments, limits)
        while following := redirects.after(response):
            response.close()
            response = http.send(following, stream=True, auth=None, follow_redirects=False)
        taken = _Taken(arguments, limits, response, begun)
        try:
            if "content-encoding" in response.headers:
                return taken.whole(b"".join(map(taken.checked, response.iter_bytes())))
            assert isinstance(response.stream, httpx.SyncByteStream)
            response.stream = _Bounded(response.stream, taken)
            response.read()
        except httpx.DecodingError:
            raise taken.unreadable("cannot be unpacked") from None
        finally:
            response.close()
    except httpx.LocalProtocolError as error:
        unsent = _unsent(error, request)
    except httpx.InvalidURL as error:
        raise _failure(_led_nowhere(request), request, arguments, limits) from error
    except httpx.RequestError as error:
        raise _failure(error, request, arguments, limits) from error
    else:
        return response
    # Not above: the error of httpx would stand behind this one, and it quotes the header.
    raise unsent


async def exchange_async(
    http: httpx.AsyncClient, request: httpx.Request, arguments: Arguments, limits: Limits
) -> httpx.Response:
    """The same in a task."""
    begun = _now()
    try:
        auth = limits.auth or httpx.USE_CLIENT_DEFAULT
        response = await http.send(request, stream=True, auth=auth, follow_redirects=False)
        redirects = _Redirects(arguments, limits)
        while following := redirects.after(response):
            await response.aclose()
            response = await http.send(following, stream=True, auth=None, follow_redirects=False)
        taken = _Taken(arguments, limits, response, begun)
        try:
            if "content-encoding" in response.headers:
                return taken.whole(b"".join([taken.checked(each) async for each in response.aiter_bytes()]))
            assert isinstance(response.stream, httpx.AsyncByteStream)
            response.stream = _AsyncBounded(response.stream, taken)
            await response.aread()
        except httpx.DecodingError:
            raise taken.unreadable("cannot be unpacked") from None
        finally:
            await response.aclose()
    except httpx.LocalProtocolError as error:
        unsent = _unsent(error, request)
    except httpx.InvalidURL as error:
        raise _failure(_led_nowhere(request), request, arguments, limits) from error
    except httpx.RequestError as error:
        raise _failure(error, request, arguments, limits) from error
    else:
        return response
    # Not above: the error of httpx would stand behind this one, and it quotes the header.
    raise unsent


@define(eq=False, repr=False)
class _Taken:
    """How much of an answer has been taken so far."""

    arguments: Arguments
    limits: Limits
    response: httpx.Response
    begun: float
    size: int = 0

    def checked(self, part: bytes) -> bytes:
        """The part, if it is not too much and not too late."""
        self.size += len(part)
        if self.size > self.limits.largest_answer:
            raise self.unreadable(f"is larger than {self.limits.largest_answer} bytes")
        if self.limits.deadline is not None and _now() - self.begun > self.limits.deadline:
            raise httpx.ReadTimeout(
                f"it was not whole after {self.limits.deadline:g} seconds", request=self.response.request
            )
        return part

    def unreadable(self, reason: str) -> DecodeError:
        """The error for a body that cannot be taken."""
        return unreadable(self.arguments, self.limits, self.whole(b""), reason)

    def whole(self, content: bytes) -> httpx.Response:
        """The answer with its body unpacked."""
        packed = {"content-encoding", "content-length", "transfer-encoding"}
        return httpx.Response(
            self.response.status_code,
            headers=[each for each in self.response.headers.multi_items() if each[0] not in packed],
            content=content,
            request=self.response.request,
            extensions={
                name: each for name, each in self.response.extensions.items() if name != "network_stream"
            },
        )


class _Bounded(httpx.SyncByteStream):
    """The bytes of an answer, as long as they are not too many."""

    def __init__(self, stream: httpx.SyncByteStream, taken: _Taken) -> None:
        self._stream = stream
        self._taken = taken

    def __iter__(self) -> Iterator[bytes]:
        return map(self._taken.checked, self._stream)

    def close(self) -> None:
        self._stream.close()


class _AsyncBounded(httpx.AsyncByteStream):
    """The same in a task."""

    def __init__(self, stream: httpx.AsyncByteStream, taken: _Taken) -> None:
        self._stream = stream
        self._taken = taken

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._stream:
            yield self._taken.checked(part)

    async def aclose(self) -> None:
        await self._stream.aclose()


@define(eq=False, repr=False)
class _Redirects:
    """The redirects of one request, as far as they are to be followed."""

    arguments: Arguments
    limits: Limits
    left: int = _MOST_REDIRECTS

    def after(self, answer: httpx.Response) -> httpx.Request | None:
        """What to send next: None if the answer does not lead elsewhere, or must not."""
        following = answer.next_request
        if following is None or not self.limits.follow_redirects or self.arguments.method not in SAFE:
            return None
        if not self.left:
            raise httpx.TooManyRedirects(f"there were more than {_MOST_REDIRECTS}", request=answer.request)
        self.left -= 1
        if _origin(following.url) != _origin(answer.request.url):
            without_secrets(following, self.limits)
        return following


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def unreadable(
    arguments: Arguments, limits: Limits, response: httpx.Response, reason: str, pointer: str = ""
) -> DecodeError:
    """The error for a body that is not what the contract says."""
    secrets_removed(response, limits)
    unknown = response.is_success and arguments.method not in SAFE
    return DecodeError(arguments.operation, response, unknown, pointer, reason)


def without_secrets(request: httpx.Request, limits: Limits) -> httpx.Request:
    """The request, once it is done with, without the headers that nobody should see."""
    for name in limits.secret_headers:
        request.headers.pop(name, None)
    return request


def secrets_removed(response: httpx.Response, limits: Limits) -> frozenset[str]:
    """Take them out of every request that the answer holds, and return what they said."""
    around = [each.request for each in (response, *response.history)]
    if response.next_request is not None:
        around.append(response.next_request)
    values = [each.headers.get(name, "") for each in around for name in limits.secret_headers]
    for each in around:
        without_secrets(each, limits)
    return frozenset(
        part for value in values for part in _SEPARATORS.split(value) if len(part) >= _SHORTEST_SECRET
    )


def _unsent(error: httpx.LocalProtocolError, request: httpx.Request) -> InvalidRequest:
    # What httpx says ends in what is illegal, and that may be a token or a cookie.
    reason = str(error).partition(" b'")[0].partition(' b"')[0]
    bad = [
        name for name, value in request.headers.items() if not value.isprintable() or value != value.strip()
    ]
    where = f": {', '.join(bad)}" if bad else ""
    return InvalidRequest(f"the request cannot be sent as it is ({reason}{where})")


def _failure(
    error: httpx.RequestError, request: httpx.Request, arguments: Arguments, limits: Limits
) -> NoAnswer:
    # The error of httpx goes along as the cause: nothing in it may show the token either.
    error.request = without_secrets(request, limits)
    said = _in_words(error)
    reason = f"{type(error).__name__}: {said}" if said else type(error).__name__
    unknown = not isinstance(error, _BEFORE) and arguments.method not in SAFE
    kind = TimedOut if isinstance(error, httpx.TimeoutException) else NoAnswer
    return kind(arguments.operation, request, reason, unknown)


def _led_nowhere(request: httpx.Request) -> httpx.RequestError:
    # httpx reads the address of a redirect even if it is not to follow it, and most that are none it tells in this way.
    return httpx.RemoteProtocolError("the answer redirects to what is no address", request=request)


def _in_words(error: httpx.RequestError) -> str:
    """What happened, in the same words from a thread and from a task: where the system said something, its own."""
    if isinstance(error, httpx.TimeoutException) and error.__cause__ is not None:
        return ""
    found, cause = "", error.__cause__
    while cause is not None:
        if isinstance(cause, BaseExceptionGroup):  # one for each address of a host
            cause = cast("BaseExceptionGroup[BaseException]", cause).exceptions[-1]
        if isinstance(cause, OSError):
            found = _of_the_system(cause) or found
        cause = cause.__cause__ or cause.__context__
    return found or str(error)


def _of_the_system(error: OSError) -> str | None:
    # Those of names and of TLS count in a way of their own; asyncio has words of its own for some others.
    if error.errno is None or isinstance(error, socket.gaierror | ssl.SSLError):
        return error.strerror
    return os.strerror(error.errno)
