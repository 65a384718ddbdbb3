"""Signs in for a run: client id and secret in, a token out, as the token endpoint of the service has it."""

from __future__ import annotations

import httpx
from attrs import field, frozen

from conformance.drivers.wire import checked_url
from conformance.model import CannotRun, is_object
from conformance.settings import checked_token

LIMIT = 30.0


@frozen
class SignInError(CannotRun):
    """The token endpoint gave no token."""


@frozen
class Credentials:
    """What is exchanged for a token."""

    client_id: str
    client_secret: str = field(repr=False)


def token(url: str, credentials: Credentials) -> str:
    """A token from the token endpoint at `url`; raises `SignInError`, which shows neither secret nor answer."""
    where = f"--token-url {checked_url(url)}"
    content = {
        "grant_type": "client_credentials",
        "client_id": credentials.client_id,
        "client_secret": credentials.client_secret,
    }
    try:
        answer = httpx.post(url, json=content, timeout=LIMIT, follow_redirects=False)
    except httpx.HTTPError as error:
        hint = "See that the address is right, and that it can be reached from here."
        raise SignInError(where, f"does not answer ({type(error).__name__})", hint) from None
    if answer.status_code != 200:
        hint = "See that SMS_CONFORMANCE_CLIENT_ID and SMS_CONFORMANCE_CLIENT_SECRET are right."
        raise SignInError(where, f"gives no token (status {answer.status_code})", hint)
    try:
        body = answer.json()
    except ValueError:
        body = None
    given = body.get("access_token") if is_object(body) else None
    if not isinstance(given, str):
        raise SignInError(where, "gives an answer without access_token", "Name the token endpoint of the service.")
    return checked_token(where, given)
