# Emitted by scripts/generate.py from openapi.yaml (1.0.0); do not edit: change what it is made from.
"""Where the API is, and how it is reached. A client can be shared by threads and by tasks."""

from __future__ import annotations

import re
import ssl
import sys
import weakref
from collections.abc import Generator, Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from threading import Lock
from types import TracebackType
from typing import Any, Final, NoReturn, Self

import httpx

from . import about
from .errors import InvalidRequest
from .exchange import Arguments, Limits, exchange, exchange_async

#: Seconds: for a connection, for each part of an answer, and for a whole call.
TIMEOUT: Final = httpx.Timeout(30.0, connect=10.0)
DEADLINE: Final = 150.0
#: In lower case: what is taken out of every request that an error holds.
SECRET_HEADERS: Final = frozenset({"authorization", "cookie", "proxy-authorization"})
#: RFC 9110, section 5.1.
_HEADER_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
#: As it goes out: a name, if need be in its ASCII form, or an address of either version.
_HOST: Final = re.compile(rb"[0-9A-Za-z._:-]+")
#: Bytes of an answer's body, unpacked.
LARGEST_ANSWER: Final = 16 * 1024 * 1024
#: Seconds for which an idle connection is kept. Many services close one after five: a request that meets a connection
#: as it closes is lost, with nobody knowing whether it was received.
KEEP_ALIVE: Final = 3.0

USER_AGENT: Final = f"{about.PRODUCT}/{about.PACKAGE_VERSION} contract/{about.CONTRACT_VERSION} python-httpx/{httpx.__version__}"


class _Connections:
    """The connections of a client and its copies: made when first needed, once."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self.options = options
        self.closed = False
        self.sync: httpx.Client | None = None
        #: One for each event loop, since a connection cannot leave its own.
        self.asynchronous = weakref.WeakKeyDictionary[object, httpx.AsyncClient]()
        #: The one that was used last, or was given; it serves where no event loop of asyncio runs.
        self.latest: httpx.AsyncClient | None = None
        self.given = False
        self.lock = Lock()

    def sync_client(self) -> httpx.Client:
        with self.lock:
            self._must_be_open()
            if self.sync is None:
                self.sync = httpx.Client(**self.options)
            return self.sync

    def async_client(self) -> httpx.AsyncClient:
        loop = _running_loop()
        with self.lock:
            self._must_be_open()
            if self.given and self.latest is not None:
                return self.latest
            if loop is None:
                self.latest = self.latest or httpx.AsyncClient(**self.options)
                return self.latest
            found = self.asynchronous.get(loop)
            if found is None:
                unbound = self.latest if self.latest not in tuple(self.asynchronous.values()) else None
                found = self.asynchronous[loop] = unbound or httpx.AsyncClient(**self.options)
            self.latest = found
            return found

    def give(self, client: httpx.Client) -> None:
        with self.lock:
            self.sync = client

    def give_async(self, client: httpx.AsyncClient) -> None:
        with self.lock:
            self.latest, self.given = client, True

    def of_the_running_loop(self) -> tuple[httpx.AsyncClient, ...]:
        """What this event loop may close: its own, and the one that belongs to none."""
        loop = _running_loop()
        with self.lock:
            own = None if loop is None else self.asynchronous.get(loop)
            elsewhere = [each for each in self.asynchronous.values() if each is not own]
            return tuple({each for each in (own, self.latest) if each is not None and each not in elsewhere})

    def _must_be_open(self) -> None:
        if self.closed:
            raise InvalidRequest("the client is closed")


def _running_loop() -> object:
    """The event loop of asyncio that runs in this thread; None if there is none."""
    if "asyncio" not in sys.modules:  # reading it takes long, and who has no tasks should not wait for it
        return None
    import asyncio

    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


class _Secret:
    """A text that shows itself to nobody but who asks for it by name."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return "<secret>"


class Client:
    """The API at `base_url`, asked without a token, or with what `auth` adds to each request.

    Args:
        base_url: Where the API is, `https://host`, with a path in front of every other if need be.
        auth: What signs requests in, such as `oauth2.ClientCredentials`. It is asked for requests to this host alone.
        headers, cookies: What to send with each request besides.
        timeout: Seconds, or `httpx.Timeout`, to wait for a connection and for each part of an answer; None waits for
            ever.
        deadline: Seconds after which an answer whose body still trickles in is given up; None for never.
        largest_answer: Bytes of a body, unpacked, above which an answer is given up.
        verify_ssl: True for the usual certificates, False for none, the path of a file with some, or an
            `ssl.SSLContext`.
        follow_redirects: Follow the redirects of GET and HEAD. Those of other methods are never followed.
        httpx_args: Further arguments of `httpx.Client` and `httpx.AsyncClient`, such as `proxy`. Those that differ for
            the two, `event_hooks` and `transport`, are good for the calls of one kind.

    Raises `InvalidRequest`, which is a `ValueError`, if `base_url` is no address.

    The connections are made when first needed, and are shared with the copies that `with_headers`, `with_cookies` and
    `with_timeout` make. Close them with `close` and `aclose`, or use the client in `with` or `async with`.
    """

    def __init__(
        self,
        base_url: str,
        *,
        auth: httpx.Auth | None = None,
        headers: Mapping[str, str] | None = None,
        cookies: Mapping[str, str] | None = None,
        timeout: httpx.Timeout | float | None = TIMEOUT,
        deadline: float | None = DEADLINE,
        largest_answer: int = LARGEST_ANSWER,
        verify_ssl: str | bool | ssl.SSLContext = True,
        follow_redirects: bool = False,
        httpx_args: Mapping[str, Any] | None = None,
    ) -> None:
        _at_least(0, "deadline", deadline)
        _at_least(0, "largest_answer", largest_answer)
        self._base_url = _address(base_url)
        self._cookies = dict(cookies or {})
        self._timeout = timeout if isinstance(timeout, httpx.Timeout) else httpx.Timeout(timeout)
        self._limits = Limits(auth, follow_redirects, SECRET_HEADERS, deadline, largest_answer)
        self._headers = {"User-Agent": USER_AGENT, **(headers or {})}
        self._urls: dict[str, httpx.URL] = {}
        self._connections = _Connections(
            {
                "verify": _certificates(verify_ssl),
                "timeout": self._timeout,
                # What an answer sets is not sent back: the next request may be a copy's, with another token.
                "cookies": CookieJar(DefaultCookiePolicy(allowed_domains=())),
                "limits": httpx.Limits(
                    max_connections=100, max_keepalive_connections=20, keepalive_expiry=KEEP_ALIVE
                ),
                **(httpx_args or {}),
            }
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._base_url!r})"

    @property
    def base_url(self) -> str:
        """Where the API is, with no slash at the end."""
        return self._base_url

    @property
    def limits(self) -> Limits:
        """How requests are sent, and how much of an answer is taken."""
        return self._limits

    def with_headers(self, headers: Mapping[str, str]) -> Self:
        """A copy that sends these headers as well; this client stays as it is."""
        return self._changed("_headers", {**self._headers, **headers})

    def with_cookies(self, cookies: Mapping[str, str]) -> Self:
        """A copy that sends these cookies as well; this client stays as it is."""
        return self._changed("_cookies", {**self._cookies, **cookies})

    def with_timeout(self, timeout: httpx.Timeout | float | None) -> Self:
        """A copy with other time-outs; this client stays as it is."""
        return self._changed(
            "_timeout", timeout if isinstance(timeout, httpx.Timeout) else httpx.Timeout(timeout)
        )

    def _changed(self, name: str, value: object) -> Self:
        made = self.__copy__()
        setattr(made, name, value)
        return made

    def __copy__(self) -> Self:
        """A client with the same connections."""
        made = type(self).__new__(type(self))
        vars(made).update(vars(self))
        return made

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        """The same as a plain copy: connections cannot be had twice."""
        return self.__copy__()

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "a client holds connections and a token, and is not pickled. Make another where it is needed."
        )

    def exchange(self, arguments: Arguments) -> httpx.Response:
        """Send a request and have its answer, read; raises `InvalidRequest`, `NoAnswer` or `DecodeError`."""
        http = self.get_httpx_client()
        return exchange(http, self._request(http, arguments), arguments, self._limits)

    async def exchange_async(self, arguments: Arguments) -> httpx.Response:
        """The same in a task."""
        http = self.get_async_httpx_client()
        return await exchange_async(http, self._request(http, arguments), arguments, self._limits)

    def _request(self, http: httpx.Client | httpx.AsyncClient, arguments: Arguments) -> httpx.Request:
        if http.is_closed:
            raise InvalidRequest("the client of httpx is closed")
        try:
            return http.build_request(
                arguments.method,
                self._url(arguments.path),
                params=arguments.params,
                headers={**self._headers, **arguments.headers},
                cookies={**self._cookies, **arguments.cookies} or None,
                content=arguments.content,
                data=arguments.data,
                files=arguments.files,
                timeout=self._timeout,
            )
        except (UnicodeEncodeError, httpx.InvalidURL) as error:
            raise InvalidRequest(f"a header or an address holds what it cannot carry: {error}") from None

    def _url(self, path: str) -> httpx.URL:
        # Reading an address takes as long as writing a body. Those with no value in them are few.
        url = self._urls.get(path)
        if url is None:
            url = httpx.URL(self._base_url + path)
            if len(self._urls) < 1000:
                self._urls[path] = url
        return url

    def get_httpx_client(self) -> httpx.Client:
        """The client of httpx that carries sync calls; raises `InvalidRequest` once this client is closed."""
        return self._connections.sync_client()

    def set_httpx_client(self, client: httpx.Client) -> Self:
        """Let this client of httpx carry sync calls, those of the copies as well.

        Address, headers, token and time-outs stay this client's. One that was there before is not closed.
        """
        self._connections.give(client)
        return self

    def get_async_httpx_client(self) -> httpx.AsyncClient:
        """The client of httpx that carries async calls of the running event loop."""
        return self._connections.async_client()

    def set_async_httpx_client(self, async_client: httpx.AsyncClient) -> Self:
        """Let this client of httpx carry async calls, those of the copies as well.

        Address, headers, token and time-outs stay this client's. Those that were there before are not closed.
        """
        self._connections.give_async(async_client)
        return self

    def close(self) -> None:
        """Close the connections of sync calls, for the copies as well. Afterwards there are no more calls."""
        self._connections.closed = True
        if self._connections.sync is not None:
            self._connections.sync.close()

    async def aclose(self) -> None:
        """Close the connections of the running event loop and those of sync calls, for the copies as well."""
        self.close()
        for each in self._connections.of_the_running_loop():
            await each.aclose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


class AuthenticatedClient(Client):
    """The API at `base_url`, asked with a token that the caller has.

    Args:
        base_url: Where the API is, `https://host`.
        token: What stands behind the prefix in the header. It is sent to this host alone, and shown nowhere.
        prefix: What stands in front of it; may be empty.
        auth_header_name: The header that carries it.
        headers, cookies, timeout, deadline, largest_answer, verify_ssl, follow_redirects, httpx_args: As for `Client`.

    Raises `InvalidRequest`, which is a `ValueError`, for an address that is none, and for a token that no header can
    carry.
    """

    def __init__(
        self,
        base_url: str,
        token: str,
        prefix: str = "Bearer",
        auth_header_name: str = "Authorization",
        *,
        headers: Mapping[str, str] | None = None,
        cookies: Mapping[str, str] | None = None,
        timeout: httpx.Timeout | float | None = TIMEOUT,
        deadline: float | None = DEADLINE,
        largest_answer: int = LARGEST_ANSWER,
        verify_ssl: str | bool | ssl.SSLContext = True,
        follow_redirects: bool = False,
        httpx_args: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(
            base_url,
            auth=HeaderToken(token, prefix, auth_header_name),
            headers=headers,
            cookies=cookies,
            timeout=timeout,
            deadline=deadline,
            largest_answer=largest_answer,
            verify_ssl=verify_ssl,
            follow_redirects=follow_redirects,
            httpx_args=httpx_args,
        )
        self._limits = self._limits._replace(secret_headers=SECRET_HEADERS | {auth_header_name.lower()})


class HeaderToken(httpx.Auth):
    """Puts a token into a header; raises `InvalidRequest` for one that no header can carry."""

    def __init__(self, token: str, prefix: str = "Bearer", header: str = "Authorization") -> None:
        if not token or not _fits_a_header(token):
            raise InvalidRequest(
                "the token is empty, or holds a line break or another character that no header can carry"
            )
        if not _fits_a_header(prefix):
            raise InvalidRequest("the prefix of the token holds what no header can carry")
        if not _HEADER_NAME.fullmatch(header):
            raise InvalidRequest("the header for the token has a name that no header can have")
        self._header = header
        self._value = _Secret(f"{prefix} {token}" if prefix else token)

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign one request in."""
        request.headers[self._header] = self._value.reveal()
        yield request

    def __repr__(self) -> str:
        return f"{type(self).__name__}(header={self._header!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a token is not pickled. Read it where it is needed.")


def _at_least(least: float, name: str, value: float | None) -> None:
    if value is not None and not value > least:
        raise InvalidRequest(f"{name} is {value!r}. Give more than {least}")


def _certificates(verify: str | bool | ssl.SSLContext) -> bool | ssl.SSLContext:
    if not isinstance(verify, str):
        return verify
    try:
        return ssl.create_default_context(cafile=verify)
    except OSError as error:  # one of TLS is one as well
        raise InvalidRequest(
            f"verify_ssl names {verify!r}, which holds no certificates ({error.strerror})"
        ) from None


def _fits_a_header(text: str) -> bool:
    return text.isascii() and text.isprintable() and text == text.strip()


def _address(text: str) -> str:
    hint = "Write it as https://host, with a path in front of every other if need be"
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, UnicodeError):
        raise InvalidRequest(f"the base URL is no address. {hint}") from None
    if (
        url.scheme not in {"http", "https"}
        or not _HOST.fullmatch(url.raw_host)
        or url.query
        or url.fragment
        or url.userinfo
    ):
        raise InvalidRequest(f"the base URL is not of the form scheme, host and path. {hint}")
    return str(url).rstrip("/")
