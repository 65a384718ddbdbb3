"""A client for POST /messaging/v1/sms/messages/, written from the contract by hand, on the standard library alone.

`send` returns a result, which says of each recipient whether it was queued, or raises one of the errors below. Nothing
is sent twice, no redirect is followed, and the token shows nowhere. Threads may share a client: it holds no connection.
"""

from __future__ import annotations

import http.client
import json
import math
import re
import socket
import ssl
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

PATH = "/messaging/v1/sms/messages/"
QUEUED = 202
DOCUMENTED = frozenset({400, 401, 403, 415, 429, 500, 503})
#: Seconds that a whole answer may take, unless the caller says otherwise.
TIMEOUT = 30.0
#: Bytes of an answer that are read.
LARGEST = 16 * 1024 * 1024

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class SentRequest:
    """What was sent, as errors show it: without the token."""

    method: str
    url: str
    headers: Headers
    body: bytes


@dataclass(frozen=True)
class Received:
    """What came back."""

    status: int
    headers: Headers
    body: bytes


@dataclass(frozen=True)
class Item:
    """One recipient's part of an answer. A queued one has neither code nor message."""

    message_key: str
    code: int | None = None
    message: str | None = None


class SmsError(Exception):
    """A send that gave no result. `outcome_unknown` says whether the messages may have been queued all the same."""

    outcome_unknown = False
    request: SentRequest | None = None
    response: Received | None = None


class Unsent(SmsError):
    """Nothing was sent, since it cannot be."""


class NoAnswer(SmsError):
    """No whole answer came, in time or at all."""

    def __init__(self, reason: str, request: SentRequest, *, outcome_unknown: bool) -> None:
        warning = " The outcome is unknown." if outcome_unknown else ""
        super().__init__(f"{PATH}: no whole answer came ({reason}).{warning}")
        self.request = request
        self.outcome_unknown = outcome_unknown


class Refused(SmsError):
    """The server refused the whole request, with a status that is documented."""

    def __init__(self, request: SentRequest, response: Received, said: Mapping[str, Any]) -> None:
        code, message, documentation = (said.get(name) for name in ("errorcode", "message", "documentation"))
        self.status = response.status
        self.code = _integer(code)
        self.message = message if isinstance(message, str) else None
        self.documentation = documentation if isinstance(documentation, str) else None
        told = self.message or "without an error body"
        super().__init__(f"{PATH}: refused with {response.status}: {told} (code {self.code})")
        self.request = request
        self.response = response
        # What a server says after it has failed itself is no proof that it had done nothing.
        self.outcome_unknown = response.status >= 500


class Unreadable(SmsError):
    """The answer breaks the contract, or is of a status that it does not know. `place` says where."""

    def __init__(self, request: SentRequest, response: Received, what: str, place: str = "") -> None:
        self.outcome_unknown = response.status < 300 or response.status >= 500
        warning = " The outcome is unknown: do not send again unseen." if self.outcome_unknown else ""
        super().__init__(f"{PATH}: answered with {response.status}, but {what}.{warning}")
        self.request = request
        self.response = response
        self.status = response.status
        self.place = place or what


@dataclass(frozen=True)
class SendResult:
    """An answer to a send that was taken in as a whole; `refused` says who was not queued."""

    request_id: str
    code: int
    message: str | None
    items: tuple[Item, ...]
    #: All that was answered, members that this client does not know included.
    answer: dict[str, Any] = field(repr=False)

    @property
    def queued(self) -> tuple[Item, ...]:
        return tuple(each for each in self.items if each.code is None)

    @property
    def refused(self) -> tuple[Item, ...]:
        return tuple(each for each in self.items if each.code is not None)


class SmsClient:
    """Sends messages, each over a connection of its own."""

    def __init__(self, url: str, token: str, timeout: float = TIMEOUT, headers: Sequence[tuple[str, str]] = ()) -> None:
        self.url = url.rstrip("/")
        self.timeout = timeout
        self._headers: Headers = tuple(headers)
        self._token = token

    def __repr__(self) -> str:
        return f"SmsClient({self.url!r})"

    def __reduce__(self) -> Any:
        raise TypeError("a client holds a token, and is not to be stored")

    def with_headers(self, headers: Sequence[tuple[str, str]]) -> SmsClient:
        """A copy that sends these headers as well; this client stays as it is."""
        return SmsClient(self.url, self._token, self.timeout, (*self._headers, *headers))

    def send(self, body: Mapping[str, Any]) -> SendResult:
        """Queue a message for each recipient; raises `Unsent`, `NoAnswer`, `Refused` or `Unreadable`."""
        request = self._request(body)
        response = self._exchange(request)
        if response.status == QUEUED:
            return _accepted(request, response)
        if response.status in DOCUMENTED:
            raise _refusal(request, response)
        raise Unreadable(request, response, "this status is not documented")

    def _request(self, body: Mapping[str, Any]) -> SentRequest:
        if not re.fullmatch(r"[!-~]+", self._token):
            raise Unsent("The token is empty or no header can carry it.")
        try:
            content = json.dumps(body, allow_nan=False).encode()
        except (TypeError, ValueError, RecursionError) as error:
            raise Unsent(f"The body cannot be written as JSON: {error}.") from None
        headers = (*self._headers, ("content-type", "application/json"), ("accept", "application/json"))
        return SentRequest("POST", f"{self.url}{PATH}", headers, content)

    def _exchange(self, request: SentRequest) -> Received:
        parts = urlsplit(request.url)
        end = time.monotonic() + self.timeout
        kind = _TLSConnection if parts.scheme == "https" else _Connection
        connection = kind(parts.hostname or "", parts.port, timeout=self.timeout)
        is_sent = False
        try:
            connection.connect()
            is_sent = True
            # What is sent is packed by nobody, and so is what comes back.
            headers = dict(
                [*request.headers, ("authorization", f"Bearer {self._token}"), ("accept-encoding", "identity")]
            )
            connection.request(request.method, parts.path, request.body, headers)
            response = connection.getresponse()
            return Received(response.status, tuple(response.getheaders()), _body(connection, response, end))
        except (OSError, http.client.HTTPException, ValueError) as error:
            # Neither the error nor its text goes along: what is in them is not ours to know.
            raise NoAnswer(type(error).__name__, request, outcome_unknown=is_sent) from None
        finally:
            connection.close()


class _Response(http.client.HTTPResponse):
    """A response after any number of interim ones; http.client passes over 100 alone."""

    def _read_status(self) -> tuple[str, int, str]:
        while True:
            version, status, reason = super()._read_status()  # type: ignore[misc]
            if status >= 200 or status < 100:
                return version, status, reason
            http.client.parse_headers(self.fp)


class _Connection(http.client.HTTPConnection):
    response_class = _Response


class _TLSConnection(http.client.HTTPSConnection):
    response_class = _Response

    def __init__(self, host: str, port: int | None, timeout: float) -> None:
        super().__init__(host, port, timeout=timeout, context=ssl.create_default_context())


def _body(connection: http.client.HTTPConnection, response: http.client.HTTPResponse, end: float) -> bytes:
    """The whole body, within the time that is left; raises OSError, or `IncompleteRead` if it breaks off."""
    parts: list[bytes] = []
    size = 0
    while True:
        left = end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if isinstance(connection.sock, socket.socket):
            connection.sock.settimeout(left)
        part = response.read1(65536)
        if not part:
            break
        parts.append(part)
        size += len(part)
        if size > LARGEST:
            raise ValueError("an answer that is too large")
    if response.length:
        raise http.client.IncompleteRead(b"", response.length)
    return b"".join(parts)


def _accepted(request: SentRequest, response: Received) -> SendResult:
    headers = {name.lower(): value for name, value in response.headers}
    if not _says_utf8(headers.get("content-type", "")):
        raise Unreadable(request, response, "its charset is not UTF-8", "content-type")
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise Unreadable(request, response, "it is packed, which nobody asked for", "content-encoding")
    try:
        body = _strict_json(response.body)
    except ValueError as error:
        raise Unreadable(request, response, f"its body is no strict JSON ({error})") from None
    if (fault := _fault(body)) is not None:
        place, what = fault
        raise Unreadable(request, response, f"{place or 'the body'} {what}", place)
    items = tuple(
        Item(each["messageKey"], _integer(each.get("errorcode")), each.get("message")) for each in body["responses"]
    )
    return SendResult(body["requestId"], int(body["errorcode"]), body.get("message"), items, body)


def _refusal(request: SentRequest, response: Received) -> Refused:
    """The error for a documented status, which has said enough even if its body cannot be read."""
    try:
        body = _strict_json(response.body)
    except ValueError:
        body = None
    return Refused(request, response, body if isinstance(body, dict) else {})


def _says_utf8(content_type: str) -> bool:
    found = re.search(r';\s*charset\s*=\s*"?([^";,\s]*)', content_type, re.IGNORECASE)
    return found is None or found[1].lower() in {"utf-8", "utf8"}


def _strict_json(content: bytes) -> Any:
    """JSON as RFC 8259 has it; raises ValueError for what it has not, where `json` alone is lenient."""
    try:
        return json.loads(
            content.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant, parse_float=_finite
        )
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return members


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text} is no JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number is too large")
    return number


def _fault(body: Any) -> tuple[str, str] | None:
    """Where the body of a 202 is not what the contract says, as a JSON pointer, and in what; None if nowhere."""
    if not isinstance(body, dict):
        return "", "is no object"
    for name in ("requestId", "errorcode", "responses"):
        if name not in body:
            return f"/{name}", "is missing"
    if not isinstance(body["requestId"], str):
        return "/requestId", "is no string"
    if not _is_integer(body["errorcode"]):
        return "/errorcode", "is no integer"
    if not isinstance(body.get("message", ""), str):
        return "/message", "is no string"
    if not isinstance(body["responses"], list):
        return "/responses", "is no array"
    found = (_fault_of_item(each, f"/responses/{index}") for index, each in enumerate(body["responses"]))
    return next((each for each in found if each is not None), None)


def _fault_of_item(item: Any, place: str) -> tuple[str, str] | None:
    if not isinstance(item, dict):
        return place, "is no object"
    if "messageKey" not in item:
        return f"{place}/messageKey", "is missing"
    for name in ("messageKey", "message"):
        if not isinstance(item.get(name, ""), str):
            return f"{place}/{name}", "is no string"
    if "errorcode" in item and not _is_integer(item["errorcode"]):
        return f"{place}/errorcode", "is no integer"
    return None


def _is_integer(value: Any) -> bool:
    """In JSON, 7.0 is an integer like 7."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and value == int(value)


def _integer(value: Any) -> int | None:
    return int(value) if _is_integer(value) else None
