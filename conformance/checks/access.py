"""Who is let in: the token, where it stands, and that it is looked at first."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.checks.reading import (
    body_is_good,
    is_judged,
    server_requirement,
)
from conformance.model import Cite, Exchange, Level

_REFUSED = (401, 403)
_R22 = Cite(
    "rulings.md",
    "Whoever sends no token, a wrong one or another scheme is turned away with 401 or 403 and an error body",
)


def _token_elsewhere(exchange: Exchange) -> bool:
    token = exchange.setting.token
    return bool(token) and (token in exchange.request.query or token.encode() in exchange.request.body)


def _credentials(exchange: Exchange) -> list[tuple[str, str]]:
    """Scheme and token of each Authorization header that is not empty; whatever blanks stand around them."""
    given = [value.split(None, 1) for value in exchange.request.all_headers("authorization") if value.strip()]
    return [(scheme.lower(), "".join(rest).strip()) for scheme, *rest in given]


def _has_none(exchange: Exchange) -> bool:
    return not _credentials(exchange)


def _has_wrong_tokens(exchange: Exchange) -> bool:
    """Bearer tokens are there, and none is the right one. What one right among several is worth is nowhere said."""
    given = _credentials(exchange)
    return bool(given) and all(scheme == "bearer" and token != exchange.setting.token for scheme, token in given)


def _not_let_in(exchange: Exchange) -> Iterator[str]:
    if exchange.response.status not in _REFUSED:
        yield f"answered with {exchange.response.status}, not 401 or 403"


@server_requirement(
    "auth-missing-token-refused",
    applies=lambda exchange: (
        is_judged(exchange) and _has_none(exchange) and not _token_elsewhere(exchange) and body_is_good(exchange)
    ),
    cite=_R22,
)
def request_without_token_is_refused(exchange: Exchange) -> Iterator[str]:
    """A request without a token is refused with 401 or 403."""
    yield from _not_let_in(exchange)


@server_requirement(
    "auth-wrong-token-refused",
    applies=lambda exchange: is_judged(exchange) and _has_wrong_tokens(exchange) and body_is_good(exchange),
    cite=_R22,
)
def wrong_token_is_refused(exchange: Exchange) -> Iterator[str]:
    """A request with another token, or with a part of the right one, is refused with 401 or 403."""
    yield from _not_let_in(exchange)


@server_requirement(
    "auth-wrong-scheme-refused",
    applies=lambda exchange: (
        is_judged(exchange)
        and not _has_none(exchange)
        and all(scheme != "bearer" for scheme, _ in _credentials(exchange))
        and body_is_good(exchange)
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
        and not _token_elsewhere(exchange)
        and (_has_none(exchange) or _has_wrong_tokens(exchange))
        and not body_is_good(exchange)
    ),
    cite=Cite("rulings.md", "this SHOULD be settled before the body is judged."),
)
def token_is_judged_before_the_body(exchange: Exchange) -> Iterator[str]:
    """A request with neither a right token nor a good body is refused for its token."""
    yield from _not_let_in(exchange)


@server_requirement(
    "auth-token-elsewhere-refused",
    level=Level.SHOULD,
    applies=lambda exchange: is_judged(exchange) and _has_none(exchange) and _token_elsewhere(exchange),
    cite=Cite("rulings.md", "A token anywhere but in the header, be it the query or the JSON, lets nobody in"),
)
def token_elsewhere_lets_nobody_in(exchange: Exchange) -> Iterator[str]:
    """A token in the URL or in the body, and none in the header, is refused with 401 or 403."""
    yield from _not_let_in(exchange)


def _scheme_in_other_letters(exchange: Exchange) -> bool:
    """The right token, and nothing unusual but the letter case of its scheme."""
    (header, *more) = exchange.request.all_headers("authorization") or ("",)
    token = exchange.setting.token
    return (
        not more
        and header != f"Bearer {token}"
        and header.lower() == f"bearer {token}".lower()
        and (header.endswith(f" {token}"))
    )


@server_requirement(
    "auth-scheme-letter-case",
    level=Level.SHOULD,
    applies=lambda exchange: is_judged(exchange) and _scheme_in_other_letters(exchange) and body_is_good(exchange),
    cite=Cite("rulings.md", "who has the right token under it is let in, or turned away with 401 or 403."),
)
def scheme_in_other_letters_is_taken_or_turned_away(exchange: Exchange) -> Iterator[str]:
    """The right token under `bearer` or `BEARER` is let in, or turned away with 401 or 403."""
    if exchange.response.status not in (202, *_REFUSED):
        yield f"answered with {exchange.response.status}, neither let in nor turned away"


CHECKS = (
    request_without_token_is_refused,
    wrong_token_is_refused,
    other_scheme_is_refused,
    token_is_judged_before_the_body,
    token_elsewhere_lets_nobody_in,
    scheme_in_other_letters_is_taken_or_turned_away,
)
