"""Every answer, whatever was asked: its status, its JSON, its error body; and the path and the method."""

from __future__ import annotations

import re
from collections.abc import Iterator

from conformance.checks.reading import (
    SEND,
    body_is_good,
    error_body,
    is_busy,
    is_send,
    items,
    response_json,
    server_requirement,
    token_is_right,
)
from conformance.model import JSON, NO_ANSWER, Cite, Exchange, Level, NotStrictJSON, says_utf_8, texts_in

#: What a server may say of a body of more than so many bytes (R37).
TOO_LARGE, LARGE = 413, 64 * 1024
#: What a server may say of a method that it does not know at all (RFC 9110, section 15.6.2).
NOT_IMPLEMENTED = 501


def has_body(exchange: Exchange) -> bool:
    return is_send(exchange) and bool(exchange.response.body)


def is_error(exchange: Exchange) -> bool:
    return is_send(exchange) and exchange.response.status >= 400


@server_requirement(
    "server-answers",
    applies=lambda exchange: True,
    cite=Cite("rulings.md", "Every request gets a whole HTTP answer"),
)
def server_answers(exchange: Exchange) -> Iterator[str]:
    """Every request gets a whole HTTP answer."""
    if exchange.response.status == NO_ANSWER:
        reason = exchange.response.body.decode("utf-8", "replace")
        yield f"no whole answer came ({reason})"


@server_requirement(
    "status-documented",
    applies=is_send,
    cite=Cite(
        "rulings.md",
        "The statuses of the send operation are 202, 400, 403 and 500 from the page and 401, 415, 429 and 503",
    ),
)
def status_is_documented(exchange: Exchange) -> Iterator[str]:
    """The status of an answer is one that the contract declares for the operation."""
    is_huge = len(exchange.request.body) > LARGE and exchange.response.status == TOO_LARGE
    if not exchange.rules.declares(SEND, exchange.response.status) and not is_huge:
        yield f"status {exchange.response.status} is not in the contract"


@server_requirement(
    "server-error-never",
    applies=lambda exchange: exchange.response.status != NO_ANSWER,
    cite=Cite("openapi.yaml", "The service failed to handle the request."),
)
def server_never_fails(exchange: Exchange) -> Iterator[str]:
    """No request makes the server fail with a 5xx; 503 says that it is not there, and is no failure."""
    tolerated = (503,) if exchange.operation else (503, NOT_IMPLEMENTED)
    if exchange.response.status >= 500 and exchange.response.status not in tolerated:
        yield f"the server failed with {exchange.response.status}"


@server_requirement(
    "response-strict-json",
    applies=has_body,
    cite=Cite("rulings.md", "no name twice in an object, no NaN, no byte-order mark, no other charset."),
)
def answer_is_strict_json(exchange: Exchange) -> Iterator[str]:
    """An answer is one JSON text in UTF-8: no name twice, no NaN, no byte-order mark."""
    try:
        exchange.response.json  # noqa: B018 (read for its error)
    except NotStrictJSON as error:
        yield str(error)


@server_requirement(
    "response-content-type",
    applies=has_body,
    cite=Cite("rulings.md", "An answer is strict JSON in UTF-8, sent as `application/json`"),
)
def answer_is_sent_as_json(exchange: Exchange) -> Iterator[str]:
    """An answer is sent as application/json, in no other charset than UTF-8."""
    header = exchange.response.header("content-type")
    if exchange.response.media_type != "application/json":
        yield f"the content type is {header!r}, not application/json"
    elif not says_utf_8(header):
        yield f"the content type is {header!r}: JSON is UTF-8"


@server_requirement(
    "response-schema",
    applies=lambda exchange: (
        has_body(exchange)
        and exchange.rules.declares(SEND, exchange.response.status)
        and response_json(exchange.response) is not ...
    ),
    cite=Cite("openapi.yaml", "#/components/schemas/ResponseSendMessageMultipleRecipientsSMS_202"),
)
def answer_obeys_its_schema(exchange: Exchange) -> Iterator[str]:
    """The body of an answer obeys the schema of its status."""
    yield from exchange.rules.response_faults(SEND, exchange.response.status, response_json(exchange.response))


@server_requirement(
    "error-body",
    applies=is_error,
    cite=Cite("rulings.md", "The body of any 4xx or 5xx is JSON with `message`, `errorcode` and `documentation`"),
)
def error_says_what_is_wrong(exchange: Exchange) -> Iterator[str]:
    """The body of a 4xx or 5xx is a JSON object with `message`, `errorcode` and `documentation`."""
    body = error_body(exchange)
    if body is None:
        yield f"the body of the {exchange.response.status} is not a JSON object"
        return
    lower = {name.lower(): value for name, value in body.items()}
    for name in ("message", "errorcode", "documentation"):
        if name not in lower:
            yield f"the body of the {exchange.response.status} has no {name!r}"
    for name in ("message", "documentation"):
        if name in lower and not isinstance(lower[name], str):
            yield f"/{name} is {lower[name]!r}, not a string"


@server_requirement(
    "error-code-key",
    applies=lambda exchange: error_body(exchange) is not None,
    cite=Cite("rulings.md", "An error body has its code under the key `errorcode`."),
)
def error_has_its_code_under_errorcode(exchange: Exchange) -> Iterator[str]:
    """An error body has its code under the key `errorcode`, in no other spelling."""
    for name in error_body(exchange) or {}:
        if name != "errorcode" and name.lower() == "errorcode":
            yield f"the error body has {name!r} for 'errorcode'"


_TRACES = (
    r"Traceback \(most recent call last\)",
    r'File "[^"]+", line \d+',
    r"\bat [\w.$<>]+\([\w.]+:\d+\)",
    r"\bat [\w.$<>]+ \(\S+:\d+:\d+\)",
    r"\bat [\w.$<>`]+\(.*\) in \S+:line \d+",
    r"goroutine \d+ \[running\]",
    r"\n\s*at (?:async |new )?\S.*:\d+:\d+\)?",
    r"\n\s*at [\w.$<>`+]+\([^)\n]*\)",
    r"\n#\d+ \S+\(\d+\): ",
    r"\.rb:\d+:in [`']",
)
_TRACE = re.compile("|".join(_TRACES))


@server_requirement(
    "error-no-stack-trace",
    applies=is_error,
    cite=Cite("rulings.md", "it shows no stack trace and does not repeat the token."),
)
def error_shows_no_stack_trace(exchange: Exchange) -> Iterator[str]:
    """An error shows no stack trace."""
    for text in _texts(response_json(exchange.response), exchange.response.body):
        if found := _TRACE.search(text):
            yield f"the body shows a stack trace: {found[0]!r}"
            return


def _texts(value: JSON, raw: bytes = b"") -> Iterator[str]:
    """Every string in a JSON value; the body as text if it is no JSON."""
    return iter([raw.decode("utf-8", "replace")]) if value is ... else texts_in(value)


@server_requirement(
    "error-no-token-echo",
    applies=is_error,
    cite=Cite("rulings.md", "it shows no stack trace and does not repeat the token."),
)
def error_does_not_repeat_the_token(exchange: Exchange) -> Iterator[str]:
    """An error does not repeat the token that was sent, nor the right one."""
    right = exchange.setting.token
    sent = (exchange.request.header("authorization") or "").partition(" ")[2].strip()
    answer = exchange.response.body.decode("utf-8", "replace") + repr(exchange.response.headers)
    # A part of the right token may be a common word that the answer has of itself.
    repeated = [right] if sent in right else [right, sent]
    if any(len(token) >= 8 and token in answer for token in repeated):
        yield "the answer repeats the token"


@server_requirement(
    "error-retry-after",
    level=Level.SHOULD,
    applies=lambda exchange: is_error(exchange) and exchange.response.status in (429, 503),
    cite=Cite(
        "rulings.md",
        "A 429 with code 50100 and a 503 with code 50300 carry `Retry-After` in whole seconds; a 429 with code 50200 "
        "carries none.",
    ),
)
def busy_server_says_when_to_come_back(exchange: Exchange) -> Iterator[str]:
    """A 429 with 50100 and a 503 with 50300 carry `Retry-After` in whole seconds; one with 50200 carries none."""
    code = (error_body(exchange) or {}).get("errorcode")
    value = exchange.response.header("retry-after")
    if code in (50100, 50300) and (value is None or not re.fullmatch(r"[0-9]+", value)):
        yield f"Retry-After is {value!r} beside errorcode {code}"
    if code == 50200 and value is not None:
        yield f"Retry-After is {value!r} beside errorcode 50200, which says that waiting does not help"


@server_requirement(
    "code-published",
    level=Level.SHOULD,
    applies=lambda exchange: bool(exchange.rules.codes) and bool(_given_codes(exchange)),
    cite=Cite("rulings.md", "The codes are those published for this resource and channel"),
)
def code_is_published(exchange: Exchange) -> Iterator[str]:
    """The codes of refused recipients and of errors are published ones."""
    for code in _given_codes(exchange):
        if code not in exchange.rules.codes:
            yield f"errorcode {code} is not published for this resource"


def _given_codes(exchange: Exchange) -> list[int]:
    bodies = [*items(exchange), error_body(exchange) or {}]
    return [code for body in bodies if isinstance(code := body.get("errorcode"), int)]


def _says_something(exchange: Exchange) -> bool:
    """An answer came that says something of the request, whether it belongs to an operation or not."""
    return exchange.response.status != NO_ANSWER and not is_busy(exchange)


def _other_slash(exchange: Exchange) -> str:
    path = exchange.rules.path_of(SEND)
    return path.removesuffix("/") if path.endswith("/") else f"{path}/"


@server_requirement(
    "path-trailing-slash",
    level=Level.SHOULD,
    applies=lambda exchange: (
        exchange.request.method == "POST"
        and _says_something(exchange)
        and exchange.request.target == _other_slash(exchange)
        and token_is_right(exchange)
        and body_is_good(exchange)
    ),
    cite=Cite("rulings.md", "The path is served with and without its trailing slash, and neither is redirected."),
)
def other_slash_form_is_served(exchange: Exchange) -> Iterator[str]:
    """The path is served with and without its trailing slash, without a redirect."""
    # Who refuses a request for what it holds serves the path.
    if not (200 <= exchange.response.status < 300 or exchange.response.status in (400, 401, 403)):
        yield f"{exchange.request.path} is answered with {exchange.response.status}, not 202"


@server_requirement(
    "method-not-declared-refused",
    level=Level.SHOULD,
    applies=lambda exchange: (
        exchange.operation is None
        and exchange.request.method not in ("POST", "OPTIONS")
        and _says_something(exchange)
        and exchange.request.path == exchange.rules.path_of(SEND)
    ),
    cite=Cite("rulings.md", "A method that is not declared is refused with 4xx, and a 405 carries `Allow`."),
)
def undeclared_method_is_refused(exchange: Exchange) -> Iterator[str]:
    """A method that the contract does not declare is refused with 4xx, and a 405 carries `Allow`."""
    status = exchange.response.status
    if not 400 <= status < 500 and status != NOT_IMPLEMENTED:
        yield f"{exchange.request.method} is answered with {status}"
    if status == 405 and exchange.response.header("allow") is None:
        yield f"{exchange.request.method} is answered with 405 and no Allow"


CHECKS = (
    server_answers,
    status_is_documented,
    server_never_fails,
    answer_is_strict_json,
    answer_is_sent_as_json,
    answer_obeys_its_schema,
    error_says_what_is_wrong,
    error_has_its_code_under_errorcode,
    error_shows_no_stack_trace,
    error_does_not_repeat_the_token,
    busy_server_says_when_to_come_back,
    code_is_published,
    other_slash_form_is_served,
    undeclared_method_is_refused,
)
