"""Tokens that are missing, wrong, cut, misplaced or otherwise written, before good bodies and bad ones."""

from __future__ import annotations

import json
from collections.abc import Iterator

from conformance.probes.making import WRONG_TOKEN, Maker, Probe

#: Of a long token so many beginnings are tried.
_BEGINNINGS = 12


def access(make: Maker) -> Iterator[Probe]:
    yield make.raw("no token", make.good(), authorization=None)
    yield make.raw("a wrong token", make.good(), authorization=f"Bearer {WRONG_TOKEN}")
    yield from _cut(make)
    yield from _wrong(make)
    yield from _other_schemes(make)
    yield from _other_spellings(make)
    yield from _before_the_body(make)
    yield from _elsewhere(make)
    yield from _after_a_success(make)


def _cut(make: Maker) -> Iterator[Probe]:
    token = make.setting.token
    for length in _lengths(len(token)):
        yield make.raw(f"the first {length} of the token", make.good(), authorization=f"Bearer {token[:length]}")
    if len(token) > 1:
        yield make.raw("the token without its first letter", make.good(), authorization=f"Bearer {token[1:]}")


def _lengths(whole: int) -> list[int]:
    """Lengths of the beginnings of a token: from one letter to all but one, evenly spread."""
    count = min(_BEGINNINGS, whole - 1)
    return [1 + index * (whole - 2) // max(count - 1, 1) for index in range(count)]


def _wrong(make: Maker) -> Iterator[Probe]:
    token = make.setting.token
    yield make.raw("the token with a letter more", make.good(), authorization=f"Bearer {token}x")
    yield make.raw("the token with another last letter", make.good(), authorization=f"Bearer {token[:-1]}~")
    if token.swapcase() != token:
        yield make.raw("the token in other letters", make.good(), authorization=f"Bearer {token.swapcase()}")
    yield make.raw("an empty token", make.good(), authorization="Bearer")
    yield make.raw("an empty header", make.good(), authorization=None, headers=(("authorization", ""),))
    yield make.raw("a token that is not ASCII", make.good(), authorization="Bearer t\u00f6ken-3d1f0b7c")
    yield make.raw("a token that matches anything", make.good(), authorization="Bearer .*")
    yield make.raw("a token of 4,000 letters", make.good(), authorization=f"Bearer {WRONG_TOKEN * 200}")


def _other_schemes(make: Maker) -> Iterator[Probe]:
    token = make.setting.token
    yield make.raw("the token without a scheme", make.good(), authorization=token)
    yield make.raw("the scheme joined with the token", make.good(), authorization=f"Bearer{token}")
    for scheme in ("Basic", "Token", "XBearer", "BearerX"):
        yield make.raw(f"the scheme {scheme}", make.good(), authorization=f"{scheme} {token}")


def _other_spellings(make: Maker) -> Iterator[Probe]:
    token = make.setting.token
    for scheme in ("bearer", "BEARER"):
        yield make.raw(f"the scheme {scheme}", make.good(), authorization=f"{scheme} {token}")
        yield make.raw(f"the scheme {scheme}, a wrong token", make.good(), authorization=f"{scheme} {WRONG_TOKEN}")
    if len(token) > 1:
        cut = token[: len(token) // 2]
        yield make.raw("the scheme bearer, a cut token", make.good(), authorization=f"bearer {cut}")
    yield make.raw("two blanks before the token", make.good(), authorization=f"Bearer  {token}")
    yield make.raw("a tab before the token", make.good(), authorization=f"Bearer\t{token}")
    right, wrong = f"Bearer {token}", f"Bearer {WRONG_TOKEN}"
    for name, first, last in (
        ("the right token and a wrong one", right, wrong),
        ("a wrong token and the right one", wrong, right),
        ("two wrong tokens", wrong, f"{wrong}2"),
    ):
        yield make.raw(name, make.good(), authorization=first, headers=(("authorization", last),))


def _before_the_body(make: Maker) -> Iterator[Probe]:
    wrong = f"Bearer {WRONG_TOKEN}"
    yield make.raw("no token, a broken body", b'{"definitionKey"', authorization=None)
    yield make.raw("a wrong token, a broken body", b'{"definitionKey"', authorization=wrong)
    yield make.raw("no token, an empty body", b"", authorization=None)
    yield make.raw("no token, no recipients", json.dumps(make.body()).encode(), authorization=None)
    unknown = json.dumps({**make.body(make.recipient()), "unknownField": "x"}).encode()
    yield make.raw("a wrong token, an unknown field", unknown, authorization=wrong)
    yield make.raw("no token, another content type", make.good(), authorization=None, content_type="text/plain")
    yield make.raw("a wrong token, no content type", make.good(), authorization=wrong, content_type=None)


def _elsewhere(make: Maker) -> Iterator[Probe]:
    token = make.setting.token
    for name in ("access_token", "token"):
        yield make.raw(f"the token in the URL as {name}", make.good(), authorization=None, query=f"{name}={token}")
    wrong = f"Bearer {WRONG_TOKEN}"
    yield make.raw(
        "the token in the URL behind a wrong one", make.good(), authorization=wrong, query=f"access_token={token}"
    )
    in_body = json.dumps({**make.body(make.recipient()), "access_token": token}).encode()
    yield make.raw("the token in the body", in_body, authorization=None)
    for name, value in (("cookie", f"access_token={token}"), ("x-access-token", token), ("x-api-key", token)):
        yield make.raw(f"the token in the header {name}", make.good(), authorization=None, headers=((name, value),))


def _after_a_success(make: Maker) -> Iterator[Probe]:
    """One body from three callers: what one of them was let in for is nothing to the next."""
    body = make.good()
    yield make.raw("a body from a stranger", body, authorization=f"Bearer {WRONG_TOKEN}")
    yield make.raw("the same body, let in", body)
    yield make.raw("the same body from a stranger again", body, authorization=f"Bearer {WRONG_TOKEN}")
    yield make.raw("the same body without a token", body, authorization=None)
