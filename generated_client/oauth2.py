# Emitted by scripts/generate.py from openapi.yaml (1.0.0); do not edit: change what it is made from.
"""Signing in with client credentials (RFC 6749, section 4.4): tokens are had, shared, renewed and put on requests.

`ClientCredentials` is an `httpx.Auth`, so the request for a token goes out through the caller's own transport, with the
time-outs of the call that needs it. A token is fetched once, however many threads and tasks wait for it.
What it leaves out: other grants, refresh tokens (this grant has none), and tokens kept on disk.
"""

from __future__ import annotations

import asyncio
import copy
import hashlib
import ipaddress
import json
import logging
import math
import re
import sys
import threading
import time
from collections.abc import AsyncGenerator, Generator, Iterable, Mapping
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from types import TracebackType
from typing import Final, NoReturn, Self, cast
from urllib.parse import quote, quote_plus, urlencode

import attrs
import httpx

from . import about
from .errors import CallError, seconds_to_wait

_LOG = logging.getLogger(__name__)
_now = time.monotonic

#: Bytes of a token answer, and of a 401 that is not the last word; a longer one is not read to its end.
_LONGEST_ANSWER: Final = 64 * 1024
#: Seconds that a token is taken to live if the answer does not say, and at most, whatever the answer says.
_LIFETIME_UNSAID: Final = 600.0
_LONGEST_LIFETIME: Final = 86_400.0
#: Seconds that a call waits at most for a token which another call is fetching.
_PATIENCE: Final = 120.0
#: Characters of a text of the server that an error repeats.
_LONGEST_TEXT: Final = 500

_MASK: Final = "***"
_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_PLACEHOLDER: Final = re.compile(r"YOUR_[A-Z]|[<>{}]|%7B|%3C", re.IGNORECASE)
_TOKEN: Final = re.compile(r"[\x21-\x7e]+")
# RFC 6749, section 3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E )
_SCOPE: Final = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ADDRESS: Final = re.compile(
    rf"(?:(?P<scheme>https?)://)?(?P<host>{_LABEL}(?:\.{_LABEL})*|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{{1,5}}))?/*",
    re.IGNORECASE,
)

_ADVICE: Final[Mapping[str, str]] = {
    "invalid_client": "Check the client id and the client secret, and that the client is installed and enabled",
    "unauthorized_client": "Check that the client may use client credentials, and the account it asks for",
    "access_denied": "Check that the client may use the account it asks for",
    "invalid_scope": "Ask for scopes that the client has been given",
    "invalid_request": "Check the token URL, the account and the scopes",
    "unsupported_grant_type": "Check that the token URL is the one for client credentials",
}


class SignInError(CallError):
    """There is no token, so the request was not sent (or, after a 401, not sent again).

    `host` is the token URL's, `problem` what was wrong in words. `status_code` is the answer's, or None if there was no
    answer. `error` (such as `invalid_client`, `unauthorized_client`), `error_description` and `error_uri` are what the
    answer says, with secrets masked, or None. `retry_after` is in seconds, or None. `request` is the request for a
    token, without its body. A failed transport is the `__cause__`.
    """

    def __init__(
        self,
        host: str,
        problem: str,
        *,
        status_code: int | None = None,
        error: str | None = None,
        error_description: str | None = None,
        error_uri: str | None = None,
        retry_after: float | None = None,
        remedy: str | None = None,
        request: httpx.Request | None = None,
    ) -> None:
        # Copying and pickling call this again with these two, and restore the rest from `__dict__`.
        super().__init__(host, problem)
        self.host = host
        self.problem = problem
        self.status_code = status_code
        self.error = error
        self.error_description = error_description
        self.error_uri = error_uri
        self.retry_after = retry_after
        self.remedy = remedy
        self.request = request
        self.temporary = status_code is None or status_code == 429 or status_code >= 500

    def __str__(self) -> str:
        status = None if self.status_code is None else f"status {self.status_code}"
        told = "; ".join(each for each in (status, self.error, self.error_description, self.problem) if each)
        more = f" See {self.error_uri}" if self.error_uri else ""
        return f"{self.host}: no token ({told}). {self.remedy or self._advice()}.{more}"

    def _advice(self) -> str:
        if self.status_code == 429:
            wait = "a while" if self.retry_after is None else f"{self.retry_after:g} s"
            return f"Wait {wait} before asking again, and let all calls share one token"
        if self.error is not None and self.error in _ADVICE:
            return _ADVICE[self.error]
        match self.status_code:
            case None:
                return "Check the token URL, the network, the proxy and the time-outs"
            case status if status >= 500:
                return "Try again later"
            case 401 | 403:
                return _ADVICE["invalid_client"]
            case _:  # also an answer of 200 that is none of a token endpoint
                return "Check that the token URL is the address of the token endpoint itself"


def _hidden(_: str) -> str:
    return _MASK


@attrs.frozen
class Token:
    """A token and what was said with it.

    `fetched_at` and `expires_at` are seconds of `time.monotonic()`. `scope` is None if the answer does not name any:
    then it is what was asked for. `base_url` is the address of the API, such as `https://host`, or None if the answer
    does not name it.
    """

    access_token: str = attrs.field(repr=_hidden)
    expires_at: float
    scope: str | None = None
    base_url: str | None = None
    fetched_at: float = attrs.field(factory=lambda: _now(), kw_only=True)

    def is_fresh(self, early: float) -> bool:
        """Whether it need not be renewed yet: `early` seconds before it expires, at most half its life early."""
        return _now() < self.expires_at - min(early, (self.expires_at - self.fetched_at) / 2)


def base_url(text: str) -> str:
    """The address of an API as `https://host`, or `https://host:port`.

    The scheme and trailing slashes may be there or not. `http` stays only for hosts of this machine.
    Raises ValueError if the text is anything else.
    """
    found = _ADDRESS.fullmatch(text)
    if found is None:
        raise ValueError("base URL: the text is no host. Give it as https://host, without path or query.")
    scheme, host, port = found["scheme"], found["host"].lower(), int(found["port"] or 0)
    if not _is_host(host, bare=scheme is None) or port > 65535 or (found["port"] and not port):
        raise ValueError("base URL: the text names no possible host or port. Give it as https://host.")
    scheme = (scheme or "https").lower()
    if scheme == "http" and not _is_loopback(host):
        raise ValueError(
            "base URL: it is http, which would show the token on its way. Give it as https://host."
        )
    default = 443 if scheme == "https" else 80
    return f"{scheme}://{host}" + (f":{port}" if port not in {0, default} else "")


def _is_host(host: str, *, bare: bool) -> bool:
    """Whether this can be a host. A `bare` word, without scheme or dot, is more likely a mistake such as `null`."""
    if host.startswith("[") or host.rpartition(".")[2].isdigit():
        with suppress(ValueError):
            ipaddress.ip_address(host.strip("[]"))
            return True
        return False
    return len(host) <= 253 and (not bare or "." in host or host == "localhost")


def _is_loopback(host: str) -> bool:
    with suppress(ValueError):
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    return host == "localhost" or host.endswith(".localhost")


@attrs.frozen
class _Grant:
    """What is asked for, of whom and as whom."""

    url: httpx.URL
    client_id: str = attrs.field(repr=_hidden)
    client_secret: str = attrs.field(repr=_hidden)
    scope: str | None
    account: str | int | None

    @property
    def host(self) -> str:
        return self.url.netloc.decode("ascii")

    def key(self) -> bytes:
        """What tokens are shared by; of the secret it holds a digest only."""
        scope = None if self.scope is None else sorted(set(self.scope.split()))
        account = None if self.account is None else str(self.account)
        parts = [str(self.url), self.client_id, self.client_secret, account, scope]
        return hashlib.sha256(json.dumps(parts).encode()).digest()

    def request(self, timeout: Mapping[str, float | None] | None) -> httpx.Request:
        """The request for a token: nothing in it comes from the API request but the time-outs."""
        is_json = about.TOKEN_REQUEST == "json"
        return httpx.Request(
            "POST",
            self.url,
            headers=self._headers("application/json" if is_json else "application/x-www-form-urlencoded"),
            content=json.dumps(self._members()) if is_json else urlencode(self._members()),
            extensions={} if timeout is None else {"timeout": dict(timeout)},
        )

    def bare_request(self) -> httpx.Request:
        """The request for a token without its body, for errors."""
        return httpx.Request("POST", self.url, headers=self._headers(None))

    def masked(self, text: str, *secrets: str) -> str:
        """The text without the secret, as it is or as a URL or JSON writes it, and fit to print."""
        spellings = {each for secret in (self.client_secret, *secrets) for each in _spellings(secret)}
        for each in sorted(spellings, key=len, reverse=True):
            text = text.replace(each, _MASK)
        text = _UNPRINTABLE.sub(" ", text)
        return text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}…"

    def _headers(self, media_type: str | None) -> dict[str, str]:
        agent = {"Accept": "application/json", "User-Agent": f"{about.PRODUCT}/{about.PACKAGE_VERSION}"}
        return agent if media_type is None else {**agent, "Content-Type": media_type}

    def _members(self) -> dict[str, str | int]:
        scope = {} if self.scope is None else {"scope": self.scope}
        names_account = about.TOKEN_ACCOUNT is not None and self.account is not None
        account = {str(about.TOKEN_ACCOUNT): cast("str | int", self.account)} if names_account else {}
        return {
            "grant_type": "client_credentials",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            **scope,
            **account,
        }


def _spellings(secret: str) -> set[str]:
    """A secret as it is, and as URLs, forms and JSON write it."""
    urls = {quote(secret, safe=safe, errors="replace") for safe in ("/", "")} | {
        quote_plus(secret, errors="replace")
    }
    return {secret, *urls, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]} - {""}


def _told(grant: _Grant, response: httpx.Response, body: bytes, *, asked_at: float) -> Token | SignInError:
    """What the answer to a request for a token says. Nothing is raised, so that no traceback holds the body.

    Read with tolerance: `expires_in` may be absent or null, a text of digits, or longer than a day, which is cut to a
    day; `token_type`, `scope` and the address of the API may be absent or null; members not known are left alone.
    """
    members = _members(body)
    media_type = response.headers.get("Content-Type", "no media type")
    echoed = (members or {}).get("access_token")

    def refused(problem: str) -> SignInError:
        def text(name: str) -> str | None:
            value = (members or {}).get(name)
            return grant.masked(value, *secrets) if isinstance(value, str) and value else None

        secrets = (echoed,) if isinstance(echoed, str) else ()
        return SignInError(
            grant.host,
            grant.masked(problem, *secrets),
            status_code=response.status_code,
            error=text("error"),
            error_description=text("error_description"),
            error_uri=text("error_uri"),
            retry_after=seconds_to_wait(response.headers.get("Retry-After")),
            request=grant.bare_request(),
        )

    if response.has_redirect_location or response.request.url != grant.url:
        return refused("the token URL redirects")
    if len(body) > _LONGEST_ANSWER:
        return refused(f"the answer is longer than {_LONGEST_ANSWER} bytes")
    if members is None:
        return refused(f"the answer is no JSON object but {media_type}, {len(body)} bytes")
    if not response.is_success:
        return refused("")
    if not isinstance(echoed, str) or not echoed:
        return refused(f"access_token is {_kind(echoed)}, not a text")
    if not _TOKEN.fullmatch(echoed):
        return refused("access_token holds characters that no header may carry")
    return _token(members, echoed, asked_at) or refused(_fault(members))


def _members(body: bytes) -> dict[str, object] | None:
    """The members of a JSON object, or None if it is none."""
    try:
        value: object = json.loads(body, parse_constant=_no_json)
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, object]", value) if isinstance(value, dict) else None


def _no_json(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _token(members: Mapping[str, object], access_token: str, asked_at: float) -> Token | None:
    """The token, or None if a member beside it cannot be read; `_fault` says which."""
    if _fault(members):
        return None
    scope = members.get("scope")
    address = members.get(about.TOKEN_BASE_URL) if about.TOKEN_BASE_URL else None
    return Token(
        access_token,
        asked_at + (_lifetime(members.get("expires_in")) or _LIFETIME_UNSAID),
        scope if isinstance(scope, str) else None,
        base_url(address) if isinstance(address, str) else None,
        fetched_at=asked_at,
    )


def _fault(members: Mapping[str, object]) -> str:
    """What is wrong with the members beside the token, or nothing."""
    kind, scope, lifetime = members.get("token_type"), members.get("scope"), members.get("expires_in")
    if kind is not None and (not isinstance(kind, str) or kind.lower() != "bearer"):
        return f"token_type is {kind if isinstance(kind, str) else _kind(kind)}, not Bearer"
    if scope is not None and not isinstance(scope, str):
        return f"scope is {_kind(scope)}, not a text"
    if lifetime is not None and _lifetime(lifetime) is None:
        return f"expires_in is {_kind(lifetime)}, not a number of seconds above zero"
    address = members.get(about.TOKEN_BASE_URL) if about.TOKEN_BASE_URL else None
    if address is not None:
        try:
            base_url(address if isinstance(address, str) else "")
        except ValueError:
            return f"{about.TOKEN_BASE_URL} is {_kind(address)} that names no host"
    return ""


def _lifetime(value: object) -> float | None:
    """Seconds, at most a day; None if the value is no number above zero."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,18}(\.[0-9]{1,18})?", value.strip(), re.ASCII):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        return None
    return float(min(value, _LONGEST_LIFETIME))


def _kind(value: object) -> str:
    """What a value is, without saying it: it may be a secret in the wrong place."""
    match value:
        case None:
            return "absent"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list():
            return "a list"
        case _:
            return "an object"


def _again(error: SignInError) -> SignInError:
    """The same error anew: whoever raises it adds to a traceback of its own."""
    fresh = copy.copy(error)
    if error.__cause__ is not None:
        fresh.__cause__ = copy.copy(error.__cause__)
    return fresh


def _read(response: httpx.Response) -> bytes:
    """The body as far as it is not too long, and one chunk more. The connection is let go of."""
    body = b""
    try:
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > _LONGEST_ANSWER:
                break
    finally:
        response.close()
    return body


async def _aread(response: httpx.Response) -> bytes:
    """As `_read`."""
    body = b""
    try:
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > _LONGEST_ANSWER:
                break
    finally:
        await response.aclose()
    return body


def _keep(response: httpx.Response, body: bytes) -> None:
    """Let this be the body of an answer that was read; what pickling uses is the public way to say so.

    httpx reads each answer of a flow but the last to its end, without bounds, and keeps them in its `history`.
    """
    response.__setstate__({"_content": body})


def _bare(error: httpx.RequestError | httpx.HTTPStatusError) -> httpx.HTTPError:
    """The error without its traceback, whose frames hold what was being written."""
    try:
        return copy.copy(error)
    except TypeError:  # of a class of the caller's that cannot be copied
        return httpx.TransportError(str(error), request=error.request)


class _Flight:
    """A fetch on its way, by the call that came first."""

    def __init__(self) -> None:
        #: A token; the error for all who wait; or None if the fetch was given up, and those who wait try themselves.
        self.future: Future[Token | SignInError | None] = Future()
        self.thread = threading.get_ident()
        self.task = _task()

    def is_lost(self) -> bool:
        """Whether it may never end: its event loop was left, and may not be entered again."""
        return self.task is not None and not self.task.get_loop().is_running()

    def waits_for(self, task: asyncio.Task[object] | None) -> bool:
        """Whether it cannot end before that task goes on, or this thread if there is no task."""
        if task is not None and self.task is not None:
            return task is self.task
        return self.thread == threading.get_ident()


def _task() -> asyncio.Task[object] | None:
    """The task of asyncio that runs here, if one does."""
    try:
        return cast("asyncio.Task[object] | None", asyncio.current_task())
    except RuntimeError:
        return None


class TokenCache:
    """Tokens in memory, shared by the `ClientCredentials` that are given it. For threads and event loops alike.

    Without one, all credentials of the process share a cache. One of its own keeps tokens apart, as in tests.
    It can neither be pickled nor deep-copied.
    """

    def __init__(self) -> None:
        # Held for a few statements, never while waiting. Reentrant, because the garbage collector may close an
        # abandoned flow within them, which comes here in the same thread.
        self._lock = threading.RLock()
        self._tokens: dict[bytes, Token] = {}
        self._flights: dict[bytes, _Flight] = {}

    def __repr__(self) -> str:
        return f"TokenCache({len(self._tokens)} tokens)"

    def __copy__(self) -> Self:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("TokenCache: it holds tokens and is not copied or pickled. Make one in each process.")

    def clear(self) -> None:
        """Forget all tokens; the next call of each credential fetches a new one."""
        with self._lock:
            self._tokens.clear()

    def claim(self, key: bytes, early: float, *, may_wait: bool) -> Token | tuple[_Flight, bool]:
        """For `ClientCredentials`: a token to use, or a fetch and whether it is the caller's to do."""
        with self._lock:
            token, flight = self._tokens.get(key), self._flights.get(key)
            # While one call renews a token early, the others go on with it until it has expired.
            if token is not None and token.is_fresh(early if flight is None else 0.0):
                return token
            if flight is not None and may_wait and not flight.is_lost():
                return flight, False
            flight = self._flights[key] = _Flight()
            return flight, True

    def discard(self, key: bytes, token: Token) -> None:
        """For `ClientCredentials`: forget this token, unless another has taken its place."""
        with self._lock:
            if self._tokens.get(key) is token:
                del self._tokens[key]

    def leave(self, key: bytes, flight: _Flight) -> None:
        """For `ClientCredentials`: let the next call fetch by itself, in case this fetch never ends."""
        with self._lock:
            if self._flights.get(key) is flight:
                del self._flights[key]

    def settle(self, key: bytes, flight: _Flight, outcome: Token | SignInError | None) -> None:
        """For `ClientCredentials`: end a fetch, and tell those who wait."""
        with self._lock:
            self.leave(key, flight)
            if isinstance(outcome, Token):
                for each in [each for each, token in self._tokens.items() if not token.is_fresh(0.0)]:
                    del self._tokens[each]
                self._tokens[key] = outcome
        with suppress(InvalidStateError):  # ended already
            flight.future.set_result(outcome)


_SHARED: Final = TokenCache()


class _Fetch:
    """The request for a token within a `with`; however that ends, those who wait are told, and the body is dropped."""

    def __init__(
        self,
        grant: _Grant,
        cache: TokenCache,
        key: bytes,
        flight: _Flight,
        timeout: Mapping[str, float | None] | None,
    ) -> None:
        self._grant = grant
        self._cache = cache
        self._key = key
        self._flight = flight
        self._asked_at = _now()
        self._outcome: Token | SignInError | None = None
        self._timeout = timeout
        self.request: httpx.Request

    def __enter__(self) -> Self:
        self.request = self._grant.request(self._timeout)
        return self

    def hear(self, response: httpx.Response, body: bytes) -> None:
        """Take note of the answer; what it says is raised or returned later, where no frame holds the body."""
        self._outcome = _told(self._grant, response, body, asked_at=self._asked_at)
        _keep(response, b"")  # in a history the token would be found a second time
        self._empty(response.request)

    def token(self) -> Token:
        """The token, after the `with`, which raises if there is none."""
        assert isinstance(self._outcome, Token)
        return self._outcome

    def _empty(self, request: httpx.Request) -> None:
        """Take the body from a request that others may hold: errors, a history, frames of a traceback."""
        blank = httpx.Request(request.method, request.url, headers=self._grant.bare_request().headers)
        request.__setstate__(blank.__getstate__())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._empty(self.request)
        match error:
            case None:
                self._land()
            case httpx.RequestError() | httpx.HTTPStatusError():  # the latter from a hook of the caller's
                self._fail(error)
            case _:  # cancelled, abandoned, or not about the token: those who wait try themselves
                self._cache.settle(self._key, self._flight, None)

    def _land(self) -> None:
        match self._outcome:
            case SignInError() as failure:
                self._cache.settle(self._key, self._flight, _again(failure))
                raise failure
            case Token() as token:
                _LOG.debug(
                    "token fetched from %s, for %.0f s", self._grant.host, token.expires_at - token.fetched_at
                )
                self._cache.settle(self._key, self._flight, token)
            case None:
                self._cache.settle(self._key, self._flight, None)

    def _fail(self, error: httpx.RequestError | httpx.HTTPStatusError) -> NoReturn:
        # What is no HTTP ends in what came, which may be the rest of an answer with a token.
        said = self._grant.masked(str(error).partition(": bytearray(")[0])
        told = f"no answer: {type(error).__name__}: {said}"
        status = error.response.status_code if isinstance(error, httpx.HTTPStatusError) else None
        failure = SignInError(self._grant.host, told, status_code=status, request=self._grant.bare_request())
        error.args = (said,)
        with suppress(RuntimeError):  # it has none
            self._empty(error.request)  # after a redirect this is not ours
        error.request = self._grant.bare_request()
        failure.__cause__ = _bare(error)
        self._cache.settle(self._key, self._flight, _again(failure))
        try:
            raise failure
        finally:
            failure.__context__ = None


class ClientCredentials(httpx.Auth):
    """Signs requests with a token that it fetches with client credentials, for `httpx.Client` and `httpx.AsyncClient`.

    - `client_id`, `client_secret`: as they were given out.
    - `token_url`: where tokens are had, with https; None for the contract's, if that is more than a pattern.
    - `scope`: names, as one text with spaces between or one by one. None asks for the contract's or, if it has none,
      for all the client has; `""` asks for a token without scopes.
    - `account_id`: the account to act in, if not the client's own.
    - `refresh_early`: seconds before its end that a token is renewed, at most half its life.
    - `cache`: where tokens are kept; None for the one that the process shares.

    Objects with the same URL, client, account and scope share a token. A token that the API answers with a 401 is
    renewed, and the request sent again, once, if its body can be sent again. Copies are the object itself.

    A client that has `follow_redirects` sends the secret on if the token endpoint answers with a 307 or 308; a token
    that comes in such a way is refused.

    Calls raise `SignInError` if no token is to be had. Raises ValueError for values that cannot be right.
    """

    def __init__(
        self,
        client_id: str,
        client_secret: str,
        *,
        token_url: str | None = None,
        scope: str | Iterable[str] | None = None,
        account_id: str | int | None = None,
        refresh_early: float = 60.0,
        cache: TokenCache | None = None,
    ) -> None:
        if not (math.isfinite(refresh_early) and refresh_early >= 0):
            raise ValueError(
                "refresh_early: it is no number of seconds from zero up. Give one, such as 60.0."
            )
        self._grant = _Grant(
            _checked_url(about.TOKEN_URL if token_url is None else token_url),
            _checked_text("client_id", client_id),
            _checked_text("client_secret", client_secret),
            _checked_scope(scope),
            _checked_account(account_id),
        )
        self._key = self._grant.key()
        self._early = refresh_early
        self._cache = _SHARED if cache is None else cache

    def __repr__(self) -> str:
        grant = self._grant
        return (
            f"ClientCredentials(client_id={_MASK}, client_secret={_MASK}, token_url={str(grant.url)!r}, "
            f"scope={grant.scope!r}, account_id={grant.account!r})"
        )

    def __copy__(self) -> Self:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "ClientCredentials: they hold a secret and are not pickled or deep-copied. Make them anew in each process, "
            "from where the secret is kept; within one process, pass the object itself."
        )

    def token(self, http: httpx.Client) -> Token:
        """A token that is good now, from the cache or fetched with `http`; its `base_url` is where the API is.

        Raises SignInError if none is to be had.
        """
        timeout = http.timeout.as_dict()
        while True:
            match self._claim(timeout):
                case Token() as token:
                    return token
                case _Fetch() as fetch:
                    with fetch:
                        answer = http.send(fetch.request, auth=None, stream=True, follow_redirects=False)
                        fetch.hear(answer, _read(answer))
                    return fetch.token()
                case _Flight() as flight:
                    if (waited := self._wait(flight, timeout)) is not None:
                        return waited

    async def atoken(self, http: httpx.AsyncClient) -> Token:
        """As `token`, with an `httpx.AsyncClient`."""
        timeout = http.timeout.as_dict()
        while True:
            match self._claim(timeout, may_wait=_in_asyncio()):
                case Token() as token:
                    return token
                case _Fetch() as fetch:
                    with fetch:
                        answer = await http.send(
                            fetch.request, auth=None, stream=True, follow_redirects=False
                        )
                        fetch.hear(answer, await _aread(answer))
                    return fetch.token()
                case _Flight() as flight:
                    if (waited := await self._await(flight, timeout)) is not None:
                        return waited

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """For httpx. Raises SignInError if no token is to be had."""
        return _Flow(self._flow(request))

    def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """For httpx. Raises SignInError if no token is to be had."""
        return _AsyncFlow(self._async_flow(request))

    def _flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        timeout = _timeout(request)
        is_second_try = False
        while True:
            match self._claim(timeout):
                case Token() as token:
                    pass
                case _Fetch() as fetch:
                    with fetch:
                        answer = yield fetch.request
                        fetch.hear(answer, _read(answer))
                    token = fetch.token()
                case _Flight() as flight:
                    waited = self._wait(flight, timeout)
                    if waited is None:
                        continue
                    token = waited
            request.headers["Authorization"] = f"Bearer {token.access_token}"
            response = yield request
            if is_second_try or not self._asks_again(request, response, token):
                return
            _keep(response, _read(response))
            is_second_try = True

    async def _async_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        timeout = _timeout(request)
        is_second_try = False
        while True:
            match self._claim(timeout, may_wait=_in_asyncio()):
                case Token() as token:
                    pass
                case _Fetch() as fetch:
                    with fetch:
                        answer = yield fetch.request
                        fetch.hear(answer, await _aread(answer))
                    token = fetch.token()
                case _Flight() as flight:
                    waited = await self._await(flight, timeout)
                    if waited is None:
                        continue
                    token = waited
            request.headers["Authorization"] = f"Bearer {token.access_token}"
            response = yield request
            if is_second_try or not self._asks_again(request, response, token):
                return
            _keep(response, await _aread(response))
            is_second_try = True

    def _asks_again(self, request: httpx.Request, response: httpx.Response, token: Token) -> bool:
        """Whether the token was refused, and so forgotten, and the request can be sent again with another.

        Nobody asks after a second try, whose token stays: if it was fetched just now and is refused all the same, a
        newer one would hardly do better, and token endpoints limit how often they are asked.
        """
        # After a redirect to another host the request carries no token, so the 401 says nothing of it.
        carried = response.request.headers.get("Authorization") == f"Bearer {token.access_token}"
        if response.status_code != 401 or not carried:
            return False
        self._cache.discard(self._key, token)
        return isinstance(request.stream, httpx.ByteStream)

    def _claim(
        self, timeout: Mapping[str, float | None] | None, *, may_wait: bool = True
    ) -> Token | _Fetch | _Flight:
        match self._cache.claim(self._key, self._early, may_wait=may_wait):
            case Token() as token:
                return token
            case flight, is_ours:
                return _Fetch(self._grant, self._cache, self._key, flight, timeout) if is_ours else flight

    def _wait(self, flight: _Flight, timeout: Mapping[str, float | None] | None) -> Token | None:
        """The token that another call is fetching, or None if it gave up."""
        if flight.waits_for(None):
            raise self._waits_for_itself()
        patience = _patience(timeout)
        with suppress(TimeoutError):
            return self._outcome(flight.future.result(patience))
        raise self._no_longer(flight, patience)

    async def _await(self, flight: _Flight, timeout: Mapping[str, float | None] | None) -> Token | None:
        """As `_wait`, for a task. A future of its own is woken: cancelling this task hurts nobody else's."""
        if flight.waits_for(_task()):
            raise self._waits_for_itself()
        loop = asyncio.get_running_loop()
        woken: asyncio.Future[None] = loop.create_future()

        def wake() -> None:
            if not woken.done():
                woken.set_result(None)

        def call(_: object) -> None:
            with suppress(RuntimeError):  # the loop is closed, so nobody waits in it
                loop.call_soon_threadsafe(wake)

        flight.future.add_done_callback(call)
        patience = _patience(timeout)
        await asyncio.wait([woken], timeout=patience)
        if flight.future.done():
            return self._outcome(flight.future.result())
        raise self._no_longer(flight, patience)

    def _outcome(self, outcome: Token | SignInError | None) -> Token | None:
        if isinstance(outcome, SignInError):
            raise _again(outcome)
        return outcome

    def _no_longer(self, flight: _Flight, patience: float) -> SignInError:
        """Give up waiting. Those who can wait longer do."""
        self._cache.leave(self._key, flight)
        problem = f"another call asks for the same token and has had no answer for {patience:g} s"
        return SignInError(self._grant.host, problem, request=self._grant.bare_request())

    def _waits_for_itself(self) -> SignInError:
        return SignInError(
            self._grant.host,
            "this call would wait for a token that its own thread or task is fetching",
            remedy="Use httpx.AsyncClient where an event loop runs, and no signed call within the hooks of another",
            request=self._grant.bare_request(),
        )


def _checked_url(text: str | None) -> httpx.URL:
    remedy = "Give the address of the token endpoint, such as https://auth.example.com/token."
    if text is None:
        raise ValueError(f"token_url: the contract names none. {remedy}")
    if not text:
        raise ValueError(f"token_url: it is empty. {remedy}")
    if _PLACEHOLDER.search(text):
        raise ValueError(f"token_url: {text!r} still holds a placeholder. {remedy}")
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise ValueError(f"token_url: it is no URL ({error}). {remedy}") from None
    if not url.host or url.userinfo or url.fragment:
        raise ValueError(f"token_url: it has no host, or user information or a fragment. {remedy}")
    if url.scheme != "https" and not (url.scheme == "http" and _is_loopback(url.host)):
        raise ValueError(
            f"token_url: {text!r} is not https, which would show the secret on its way. {remedy}"
        )
    return url


def _checked_text(name: str, text: str) -> str:
    """The text itself. What is wrong is said without repeating it."""
    if not text or not text.strip():
        raise ValueError(f"{name}: it is empty. Give it as it was given out.")
    if _UNPRINTABLE.search(text):
        raise ValueError(
            f"{name}: it holds control characters. Give it as it was given out, without line ends."
        )
    return text


def _checked_scope(scope: str | Iterable[str] | None) -> str | None:
    if scope is None:
        return " ".join(about.TOKEN_SCOPES) or None
    names = scope.split() if isinstance(scope, str) else list(scope)
    for name in names:
        if not _SCOPE.fullmatch(name):
            raise ValueError(f"scope: {name!r} cannot be the name of one. Give names with spaces between.")
    return " ".join(names)


def _checked_account(account: str | int | None) -> str | int | None:
    if account is None:
        return None
    if about.TOKEN_ACCOUNT is None:
        raise ValueError("account_id: this API's tokens are not for an account. Leave it out.")
    return account if isinstance(account, int) else _checked_text("account_id", account)


def _in_asyncio() -> bool:
    """Whether a task can wait here. In another kind of event loop each call fetches by itself."""
    return _task() is not None


def _timeout(request: httpx.Request) -> Mapping[str, float | None] | None:
    return cast("Mapping[str, float | None] | None", request.extensions.get("timeout"))


def _patience(timeout: Mapping[str, float | None] | None) -> float:
    """Seconds to wait for another call's fetch: as long as one of our own might take, step by step."""
    steps = list((timeout or {}).values())
    return min(_PATIENCE, sum(each or 0.0 for each in steps)) if steps and None not in steps else _PATIENCE


def _instance(error: type[BaseException] | BaseException, value: object) -> BaseException:
    """What is thrown, where Python before 3.12 allows a class and a value apart."""
    if isinstance(error, BaseException):
        return error
    return value if isinstance(value, BaseException) else error(*([] if value is None else [value]))


class _Flow(Generator[httpx.Request, httpx.Response, None]):
    """A flow that is told why it is closed.

    httpx closes a flow when a request fails, with the failure in hand, but does not throw it into the flow. Those who
    wait for a token need to know whether its request failed or was cancelled.
    """

    def __init__(self, flow: Generator[httpx.Request, httpx.Response, None]) -> None:
        self._flow = flow

    def send(self, value: httpx.Response) -> httpx.Request:
        return self._flow.send(value)

    def __next__(self) -> httpx.Request:
        return next(self._flow)

    def throw(
        self, typ: type[BaseException] | BaseException, val: object = None, tb: TracebackType | None = None, /
    ) -> httpx.Request:
        return self._flow.throw(_instance(typ, val))

    def close(self) -> None:
        error = sys.exception()
        if error is None:
            self._flow.close()
            return
        traceback = error.__traceback__
        try:
            self._flow.throw(error)
        except BaseException as raised:
            if raised is not error:
                raise
        finally:
            error.__traceback__ = traceback


class _AsyncFlow(AsyncGenerator[httpx.Request, httpx.Response]):
    """As `_Flow`."""

    def __init__(self, flow: AsyncGenerator[httpx.Request, httpx.Response]) -> None:
        self._flow = flow

    async def asend(self, value: httpx.Response) -> httpx.Request:
        return await self._flow.asend(value)

    async def __anext__(self) -> httpx.Request:
        return await anext(self._flow)

    async def athrow(
        self, typ: type[BaseException] | BaseException, val: object = None, tb: TracebackType | None = None, /
    ) -> httpx.Request:
        return await self._flow.athrow(_instance(typ, val))

    async def aclose(self) -> None:
        error = sys.exception()
        if error is None:
            await self._flow.aclose()
            return
        traceback = error.__traceback__
        try:
            await self._flow.athrow(error)
        except BaseException as raised:
            if raised is not error:
                raise
        finally:
            error.__traceback__ = traceback
