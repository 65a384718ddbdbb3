# Emitted by scripts/generate.py from openapi.yaml (1.0.0); do not edit: change what it is made from.
"""What a call may raise. All of it is a `CallError`:

    CallError
    ├── InvalidRequest        nothing was sent: the arguments cannot be
    ├── NoAnswer              no whole answer came
    │   └── TimedOut          … in time
    ├── AnswerError           an answer came, and is no success that can be read
    │   ├── DecodeError       its body is not what the contract says
    │   └── StatusError       its status says no
    │       ├── Unauthorized, Forbidden, TooManyRequests      401, 403, 429
    │       ├── ServerError   5xx
    │       │   └── ServiceUnavailable                        503
    │       └── UnexpectedStatus   none of these, and not documented either
    ├── mixed.RecipientsRefused    `raise_for_refused` was called, and some were
    ├── once.OutcomeUnknown        nobody knows what became of it, for all the repeats
    └── oauth2.SignInError         there is no token

None of them shows a token in its text or in the request that it holds, nor a body or a telephone number in its text.
"""

from __future__ import annotations

import datetime
import email.utils
import re
import time
from typing import Any, Final

import httpx
from attrs import define, field

#: Digits as a telephone number may have them (E.164), which a text for a log does not repeat.
_NUMBER: Final = re.compile(r"[0-9]{8,15}")
_LONGEST_TEXT: Final = 300
#: How the text of an error ends whose outcome is unknown.
UNKNOWN: Final = "The outcome is unknown: asking again may do the same thing twice."


def printable(text: object) -> str:
    """Somebody else's words for a log: on one line, not long, and with no telephone number."""
    return on_one_line(_NUMBER.sub("<number>", str(text)))


def on_one_line(text: object) -> str:
    """Somebody else's words for a log, digits and all: for what names a request, which may have as many."""
    shown = str(text)
    shown = shown if len(shown) <= _LONGEST_TEXT else f"{shown[:_LONGEST_TEXT]}…"
    return shown if shown.isprintable() else repr(shown)[1:-1]


def shown_message(text: object) -> str:
    """The repr of a text of the service's."""
    return repr(printable(text) if isinstance(text, str) else text)


class CallError(Exception):
    """Whatever a call of this package raises.

    `outcome_unknown` is True if what was asked for may have been done all the same: asking again may do it twice.
    `temporary` is True if asking again may help, after `retry_after` seconds at least if the service says how long.
    """

    outcome_unknown: bool = False
    temporary: bool = False
    retry_after: float | None = None


@define
class InvalidRequest(CallError, ValueError):
    """Nothing was sent, because this cannot be: `what` says what is wrong, and where."""

    what: str

    def __str__(self) -> str:
        return f"{self.what}. Nothing was sent."


@define
class NoAnswer(CallError):
    """No whole answer came. `request` is what was sent, its token taken out; `reason` says what happened.

    The error of httpx is the `__cause__`. With `outcome_unknown` False the request cannot have been received.
    """

    operation: str
    request: httpx.Request = field(repr=False)
    reason: str
    outcome_unknown: bool
    temporary = True

    def __str__(self) -> str:
        return f"{self.operation}: no whole answer came ({self.reason}). {_consequence(self.outcome_unknown)}"


class TimedOut(NoAnswer):
    """The answer, or the connection, was not there in time."""


@define
class AnswerError(CallError):
    """An answer came that is no success. `operation` is its method and path as the contract writes them."""

    operation: str
    response: httpx.Response = field(repr=False)
    outcome_unknown: bool

    @property
    def status_code(self) -> int:
        """The status, whatever number it is."""
        return self.response.status_code

    @property
    def request(self) -> httpx.Request:
        """What was sent, its token taken out."""
        return self.response.request

    @property
    def headers(self) -> httpx.Headers:
        """The headers of the answer."""
        return self.response.headers

    @property
    def content(self) -> bytes:
        """The body of the answer."""
        return self.response.content


@define
class DecodeError(AnswerError):
    """The body is not what the contract says: `reason`, at `pointer` (RFC 6901; empty for the body itself)."""

    pointer: str
    reason: str

    def __str__(self) -> str:
        where = f"{self.pointer} of the body" if self.pointer else "the body"
        said = f"{self.operation}: answered with {self.status_code}, but {where} {self.reason}"
        return f"{said}. {UNKNOWN}" if self.outcome_unknown else f"{said}."


@define
class StatusError(AnswerError):
    """The answer's status says no. `documented` is False if the contract does not know it for this operation.

    `code`, `message` and `documentation` are what the body says, each None if it does not; `request_id` likewise, from
    the body or the header `X-Request-Id`. `parsed` is the body as the contract's model, if it fits.
    """

    documented: bool
    code: int | str | None = None
    message: str | None = field(default=None, repr=shown_message)
    documentation: str | None = field(default=None, repr=shown_message)
    request_id: str | None = None
    parsed: Any = field(default=None, repr=False)
    retry_after: float | None = None

    def __str__(self) -> str:
        code = "" if self.code is None else f", code {printable(self.code)}"
        message = f": {printable(self.message)}" if self.message else ""
        known = "" if self.documented else ", which is not documented"
        said = f"{self.operation}: answered with {self.status_code}{known}{code}{message}".rstrip(". ")
        return f"{said}. {UNKNOWN}" if self.outcome_unknown else f"{said}."


class Unauthorized(StatusError):
    """401: the token is missing, wrong or expired. Get a new one."""


class Forbidden(StatusError):
    """403: the token does not allow this. Another try will not change it."""


class TooManyRequests(StatusError):
    """429: wait as long as `retry_after` says; see `code` for whether waiting helps."""

    temporary = True


class ServerError(StatusError):
    """5xx: the service failed."""

    temporary = True


class ServiceUnavailable(ServerError):
    """503: the service is not available now. Wait as long as `retry_after` says."""


class UnexpectedStatus(StatusError):
    """A status that the contract does not know and that has no class of its own."""


def status_error(status: int, documented: bool) -> type[StatusError]:
    """The class of the error for a status that is no success."""
    by_number = {401: Unauthorized, 403: Forbidden, 429: TooManyRequests, 503: ServiceUnavailable}
    if status in by_number:
        return by_number[status]
    if 500 <= status <= 599:
        return ServerError
    return StatusError if documented else UnexpectedStatus


def _consequence(outcome_unknown: bool) -> str:
    return UNKNOWN if outcome_unknown else "Asking again does nothing twice."


def seconds_to_wait(value: str | None) -> float | None:
    """What a header `Retry-After` asks for: seconds, or a date (RFC 9110, section 10.2.3); None if it is neither."""
    text = (value or "").strip()
    if text.isascii() and text.isdecimal():
        return float(text) if len(text) < 10 else 1e9  # a wait that nobody begins
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
    return max(0.0, moment.timestamp() - time.time())
