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
from typing import Any, Final, NamedTuple, cast

import httpx

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


class Arguments:
    """What one call sends. `template` is the path as the contract writes it, which is all that logs and errors show.

    `recipients` are those to whom the items of a mixed answer belong; `queued_before` the codes of a refused item that
    mean that an earlier try of the same request had queued it.
    """

    # Plain classes and named tuples where nobody compares or prints: what attrs makes takes as long to import as a
    # hundred lines.
    def __init__(
        self,
        method: str,
        template: str,
        path: str,
        params: Mapping[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        cookies: Mapping[str, str] | None = None,
        recipients: object = (),
    ) -> None:
        self.method = method
        self.template = template
        self.path = path
        self.params = params
        self.headers = headers or {}
        self.cookies = cookies or {}
        self.recipients = recipients
        self.content: bytes | None = None
        self.data: Mapping[str, Any] | None = None
        self.files: RequestFiles | None = None
        self.queued_before: frozenset[int | str] = frozenset()

    @property
    def operation(self) -> str:
        """The method and the path as the contract writes it."""
        return f"{self.method} {self.template}"


class Limits(NamedTuple):
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
            response.stream = _Bounded(response, taken)
            if taken.is_packed:
                return taken.whole(b"".join(map(taken.checked, response.iter_bytes())))
            response.read()
        except httpx.DecodingError:
            return taken.without_body()
        finally:
            response.close()
    except (httpx.RequestError, httpx.HTTPStatusError, httpx.InvalidURL) as error:
        instead = _instead(error, request, http, arguments, limits)
        if isinstance(instead, NoAnswer):
            raise instead from error
    else:
        return response
    if isinstance(
        instead, InvalidRequest
    ):  # not above: the error of httpx would stand behind it, and quotes the header
        raise instead
    return instead


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
            response.stream = _AsyncBounded(response, taken)
            if taken.is_packed:
                return taken.whole(b"".join([taken.checked(each) async for each in response.aiter_bytes()]))
            await response.aread()
        except httpx.DecodingError:
            return taken.without_body()
        finally:
            await response.aclose()
    except (httpx.RequestError, httpx.HTTPStatusError, httpx.InvalidURL) as error:
        instead = _instead(error, request, http, arguments, limits)
        if isinstance(instead, NoAnswer):
            raise instead from error
    else:
        return response
    if isinstance(
        instead, InvalidRequest
    ):  # not above: the error of httpx would stand behind it, and quotes the header
        raise instead
    return instead


class _Taken:
    """How much of an answer has been taken so far."""

    def __init__(self, arguments: Arguments, limits: Limits, response: httpx.Response, begun: float) -> None:
        self.arguments = arguments
        self.limits = limits
        self.response = response
        self.begun = begun
        self.size = 0
        #: Whether a body is counted once it is unpacked, and not as it comes.
        self.is_packed = "content-encoding" in response.headers

    def checked(self, part: bytes) -> bytes:
        """The part, if it is not too much and not too late."""
        self.size += len(part)
        if self.size > self.limits.largest_answer:
            raise httpx.DecodingError("it is too large", request=self.response.request)
        if self.limits.deadline is not None and _now() - self.begun > self.limits.deadline:
            raise httpx.ReadTimeout(
                f"it was not whole after {self.limits.deadline:g} seconds", request=self.response.request
            )
        return part

    def without_body(self) -> httpx.Response:
        """The answer without its body, since a status that says no is enough; raises `DecodeError` for a success."""
        answer = self.whole(b"")
        if not answer.is_success:
            return answer
        too_large = self.size > self.limits.largest_answer
        reason = f"is larger than {self.limits.largest_answer} bytes" if too_large else "cannot be unpacked"
        raise unreadable(self.arguments, self.limits, answer, reason) from None

    def whole(self, content: bytes) -> httpx.Response:
        """The answer with its body unpacked."""
        return _with_body(self.response, content)


class _Bounded(httpx.SyncByteStream):
    """The bytes of an answer, as long as they are not too many. The connection ends if anything comes after them."""

    def __init__(self, response: httpx.Response, taken: _Taken) -> None:
        self._stream = cast("httpx.SyncByteStream", response.stream)
        self._connection = response.extensions.get("network_stream")
        self._taken = taken

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._stream) if self._taken.is_packed else map(self._taken.checked, self._stream)

    def close(self) -> None:
        if self._connection is not None and _left_over(self._stream):
            self._connection.close()
        self._stream.close()


class _AsyncBounded(httpx.AsyncByteStream):
    """The same in a task."""

    def __init__(self, response: httpx.Response, taken: _Taken) -> None:
        self._stream = cast("httpx.AsyncByteStream", response.stream)
        self._connection = response.extensions.get("network_stream")
        self._taken = taken

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._stream:
            yield part if self._taken.is_packed else self._taken.checked(part)

    async def aclose(self) -> None:
        if self._connection is not None and _left_over(self._stream):
            await self._connection.aclose()
        await self._stream.aclose()


def _left_over(stream: object) -> bytes:
    """What has come over an HTTP/1.1 connection after the answer that it carried.

    It must not be taken for another answer (RFC 9112, section 6.3). httpx would give it to the next caller, and does
    not tell that it is there: only what reads the connection for it knows.
    """
    inside: Any = stream
    for name in ("_stream", "_httpcore_stream", "_stream", "_connection", "_h11_state"):
        inside = getattr(inside, name, None)
    data: bytes = inside.trailing_data[0] if inside is not None else b""
    return data


class _Redirects:
    """The redirects of one request, as far as they are to be followed."""

    def __init__(self, arguments: Arguments, limits: Limits) -> None:
        self.arguments = arguments
        self.limits = limits
        self.left = _MOST_REDIRECTS

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


def _with_body(answer: httpx.Response, content: bytes) -> httpx.Response:
    packed = {"content-encoding", "content-length", "transfer-encoding"}
    return httpx.Response(
        answer.status_code,
        headers=[each for each in answer.headers.multi_items() if each[0] not in packed],
        content=content,
        request=answer.request,
        extensions={name: each for name, each in answer.extensions.items() if name != "network_stream"},
    )


def _as_answered(answer: httpx.Response) -> httpx.Response:
    """An answer of which a hook of the caller's has said, with `raise_for_status`, what we say of it ourselves."""
    try:
        return _with_body(answer, answer.content)
    except httpx.ResponseNotRead:
        return _with_body(answer, b"")


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def may_be_done(method: str, status: int) -> bool:
    """Whether what was asked for may have been done, although the answer is no success that can be read.

    What failed on the way may have been, and so may what a success says that the contract does not know. A redirect
    that is to be followed with GET is how servers answer once it is done (RFC 9110, sections 15.4.3 and 15.4.4).
    """
    return method not in SAFE and (status < 300 or status in {302, 303} or status >= 500)


def unreadable(
    arguments: Arguments, limits: Limits, response: httpx.Response, reason: str, pointer: str = ""
) -> DecodeError:
    """The error for a body that is not what the contract says."""
    secrets_removed(response, limits)
    unknown = may_be_done(arguments.method, response.status_code)
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


def _instead(
    error: httpx.RequestError | httpx.HTTPStatusError | httpx.InvalidURL,
    request: httpx.Request,
    http: httpx.Client | httpx.AsyncClient,
    arguments: Arguments,
    limits: Limits,
) -> httpx.Response | InvalidRequest | NoAnswer:
    """What takes the place of an error of httpx: one of ours, or the answer of which a hook complains."""
    match error:
        case httpx.LocalProtocolError() if not _is_of_a_hook(error, request, http):
            return _unsent(error, request)
        case httpx.InvalidURL():
            return _failure(_led_nowhere(request), request, arguments, limits)
        case httpx.HTTPStatusError(response=answer) if answer.request is request:
            return _as_answered(answer)
        case httpx.HTTPStatusError(response=answer):
            secrets_removed(answer, limits)
            received = True
        case httpx.RequestError():
            received = not isinstance(error, _BEFORE) or _is_of_a_hook(error, request, http)
    return _failure(error, request, arguments, limits, may_be_received=received)


def _unsent(error: httpx.LocalProtocolError, request: httpx.Request) -> InvalidRequest:
    # What httpx says ends in what is illegal, and that may be a token or a cookie.
    reason = str(error).partition(" b'")[0].partition(' b"')[0]
    bad = [
        name for name, value in request.headers.items() if not value.isprintable() or value != value.strip()
    ]
    where = f": {', '.join(bad)}" if bad else ""
    return InvalidRequest(f"the request cannot be sent as it is ({reason}{where})")


def _is_of_a_hook(
    error: httpx.RequestError, request: httpx.Request, http: httpx.Client | httpx.AsyncClient
) -> bool:
    """Whether the error may come from what a hook of the caller's did, once the answer was there."""
    if not http.event_hooks["response"]:
        return False
    try:
        return error.request is not request
    except RuntimeError:  # it belongs to none
        return True


def _failure(
    error: httpx.HTTPError,
    request: httpx.Request,
    arguments: Arguments,
    limits: Limits,
    *,
    may_be_received: bool = True,
) -> NoAnswer:
    # The error of httpx goes along as the cause: nothing in it may show the token either.
    error.request = without_secrets(request, limits)
    said = _in_words(error)
    reason = f"{type(error).__name__}: {said}" if said else type(error).__name__
    unknown = may_be_received and arguments.method not in SAFE
    kind = TimedOut if isinstance(error, httpx.TimeoutException) else NoAnswer
    return kind(arguments.operation, request, reason, unknown)


def _led_nowhere(request: httpx.Request) -> httpx.RequestError:
    # httpx reads the address of a redirect even if it is not to follow it, and most that are none it tells in this way.
    return httpx.RemoteProtocolError("the answer redirects to what is no address", request=request)


def _in_words(error: httpx.HTTPError) -> str:
    """What happened, in the same words from a thread and from a task: where the system said something, its own."""
    if isinstance(error, httpx.TimeoutException) and error.__cause__ is not None:
        return ""
    if isinstance(error, httpx.HTTPStatusError):  # it shows the whole address
        return f"a hook met a status of {error.response.status_code}"
    found, cause = "", error.__cause__
    while cause is not None:
        if isinstance(cause, BaseExceptionGroup):  # one for each address of a host
            cause = cast("BaseExceptionGroup[BaseException]", cause).exceptions[-1]
        if isinstance(cause, OSError):
            found = _of_the_system(cause) or found
        cause = cause.__cause__ or cause.__context__
    # What is no HTTP ends in what came, which may be part of a body.
    return found or str(error).partition(": bytearray(")[0]


def _of_the_system(error: OSError) -> str | None:
    # Those of names and of TLS count in a way of their own; asyncio has words of its own for some others.
    if error.errno is None or isinstance(error, socket.gaierror | ssl.SSLError):
        return error.strerror
    return os.strerror(error.errno)
