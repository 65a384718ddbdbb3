"""Who is let in: the token, where it stands, and that it is looked at first."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.checks.reading import (
    SEND,
    is_judged,
    is_malformed,
    sent_json,
    server_requirement,
    token_is_right,
)
from conformance.model import Cite, Exchange, Level, NotStrictJSON

_REFUSED = (401, 403)
_R22 = Cite(
    "rulings.md",
    "Whoever sends no token, a wrong one or another scheme is turned away with 401 or 403 and an error body",
)


def _body_is_good(exchange: Exchange) -> bool:
    if not sent_json(exchange):
        return False
    try:
        return not exchange.rules.request_faults(SEND, exchange.request.json)
    except NotStrictJSON:
        return False


def _token_elsewhere(exchange: Exchange) -> bool:
    token = exchange.setting.token
    return bool(token) and (token in exchange.request.query or token.encode() in exchange.request.body)


def _authorization(exchange: Exchange) -> str:
    return exchange.request.header("authorization") or ""


def _not_let_in(exchange: Exchange) -> Iterator[str]:
    if exchange.response.status not in _REFUSED:
        yield f"answered with {exchange.response.status}, not 401 or 403"


@server_requirement(
    "auth-missing-token-refused",
    applies=lambda exchange: (
        is_judged(exchange)
        and not _authorization(exchange)
        and not _token_elsewhere(exchange)
        and _body_is_good(exchange)
    ),
    cite=_R22,
)
def request_without_token_is_refused(exchange: Exchange) -> Iterator[str]:
    """A request without a token is refused with 401 or 403."""
    yield from _not_let_in(exchange)


def _scheme(exchange: Exchange) -> str:
    return _authorization(exchange).partition(" ")[0].lower()


@server_requirement(
    "auth-wrong-token-refused",
    applies=lambda exchange: (
        is_judged(exchange)
        and _scheme(exchange) == "bearer"
        and _authorization(exchange).partition(" ")[2].strip() != exchange.setting.token
        and _body_is_good(exchange)
    ),
    cite=_R22,
)
def wrong_token_is_refused(exchange: Exchange) -> Iterator[str]:
    """A request with another token, or with a part of the right one, is refused with 401 or 403."""
    yield from _not_let_in(exchange)


@server_requirement(
    "auth-wrong-scheme-refused",
    applies=lambda exchange: (
        is_judged(exchange) and _scheme(exchange) not in ("", "bearer") and _body_is_good(exchange)
    ),
    cite=_R22,
)
def other_scheme_is_refused(exchange: Exchange) -> Iterator[str]:
    """A request with another scheme than Bearer is refused with 401 or 403."""
    yield from _not_let_in(exchange)


@server_requirement(
    "auth-before-body",
    level=Level.SHOULD,
    applies=lambda exchange: (
        is_judged(exchange)
        and not token_is_right(exchange)
        and not _token_elsewhere(exchange)
        and _scheme(exchange) in ("", "bearer")
        and (is_malformed(exchange.request.body) or not _body_is_good(exchange))
        and _authorization(exchange).partition(" ")[2].strip() != exchange.setting.token
    ),
    cite=Cite("rulings.md", "this SHOULD be settled before the body is judged."),
)
def token_is_judged_before_the_body(exchange: Exchange) -> Iterator[str]:
    """A request with neither a right token nor a good body is refused for its token."""
    yield from _not_let_in(exchange)


@server_requirement(
    "auth-token-elsewhere-refused",
    level=Level.SHOULD,
    applies=lambda exchange: is_judged(exchange) and not _authorization(exchange) and _token_elsewhere(exchange),
    cite=Cite("rulings.md", "A token anywhere but in the header, be it the query or the JSON, lets nobody in"),
)
def token_elsewhere_lets_nobody_in(exchange: Exchange) -> Iterator[str]:
    """A token in the URL or in the body, and none in the header, is refused with 401 or 403."""
    yield from _not_let_in(exchange)


CHECKS = (
    request_without_token_is_refused,
    wrong_token_is_refused,
    other_scheme_is_refused,
    token_is_judged_before_the_body,
    token_elsewhere_lets_nobody_in,
)
