"""Where a client leaves the token, and where the body, C10."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote_plus

from conformance.checks.call_reading import Kind, Reading
from conformance.checks.client_rules import met, received, rule
from conformance.model import JSON, texts_in

C10 = "The token travels in the Authorization header alone"
C10_SHOWN = "nothing that a program prints, logs, raises or stores shows it."
C10_ELSEWHERE = "Nothing of a request, token or body, goes to another host than the caller named."


@rule("client-token-in-header", applies=received, quote=C10, tags=("security",))
def token_is_in_the_header(reading: Reading) -> Iterator[str]:
    """The request has one Authorization header: `Bearer`, a space and the token."""
    values = reading.first.all_headers("authorization")
    if values != (f"Bearer {reading.call.asked.token}",):
        shown = [_hidden(reading, value) for value in values]
        yield f"the Authorization headers are {shown} in place of one 'Bearer <token>'"


@rule("client-token-nowhere-else", applies=received, quote=C10, tags=("security",))
def token_is_nowhere_else(reading: Reading) -> Iterator[str]:
    """The token is in no other part of any request."""
    token = reading.call.asked.token
    for request in reading.call.received:
        if token in unquote_plus(request.target):
            yield f"the token is in the URL: {_hidden(reading, unquote_plus(request.target))}"
        for name, value in request.headers:
            if token in value and name != "authorization":
                yield f"the token is in the header {name!r}"
        if token.encode() in request.body and not _caller_wrote_the_token(reading):
            yield "the token is in the body"


def _caller_wrote_the_token(reading: Reading) -> bool:
    return reading.call.asked.token in repr(reading.call.asked.body)


def _hidden(reading: Reading, text: str) -> str:
    return text.replace(reading.call.asked.token, "<token>")


def _only_the_header_has_the_token(reading: Reading) -> bool:
    """Nobody else put the token where a client would rightly show it."""
    answer = reading.answer
    echoed = reading.call.asked.token in repr((answer.headers, answer.body.decode(errors="replace")))
    return bool(reading.outcome.shown) and not echoed and not _caller_wrote_the_token(reading)


@rule("client-no-secret-shown", applies=_only_the_header_has_the_token, quote=C10_SHOWN, tags=("security",))
def secret_is_never_shown(reading: Reading) -> Iterator[str]:
    """The token is in no repr, log line, exception or pickle."""
    shown = reading.outcome.shown
    if reading.call.asked.token in shown:
        before = shown.partition(reading.call.asked.token)[0].splitlines()
        yield f"the client shows the token, after {(before or [''])[-1][-80:]!r}"


@rule(
    "client-token-not-elsewhere",
    applies=met(Kind.REDIRECT),
    quote=C10_ELSEWHERE,
    tags=("security",),
)
def token_does_not_go_elsewhere(reading: Reading) -> Iterator[str]:
    """The token goes to no other host, wherever an answer points."""
    token = reading.call.asked.token
    for request in reading.call.elsewhere:
        if token in unquote_plus(request.target) or token in repr(request.headers) or token.encode() in request.body:
            yield f"the token went to another host after a {reading.answer.status}"


@rule(
    "client-body-not-elsewhere",
    applies=met(Kind.REDIRECT),
    quote=C10_ELSEWHERE,
    tags=("security",),
)
def body_does_not_go_elsewhere(reading: Reading) -> Iterator[str]:
    """Nothing of the request's body goes to another host, wherever an answer points."""
    for request in reading.call.elsewhere:
        arrived = request.body.decode(errors="replace") + unquote_plus(request.query)
        if any(text in arrived for text in _texts(reading.call.asked.body)):
            yield f"the request's body went to another host after a {reading.answer.status}"


def _texts(value: JSON) -> Iterator[str]:
    """The texts in a JSON value that are long enough to be nobody else's."""
    return (each for each in texts_in(value) if len(each) > 3)
