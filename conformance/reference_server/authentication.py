"""Who is let in (R22, R23), and the token endpoint that lets clients in.

A token travels in the Authorization header alone. One that stands in the URL has already been written
into logs on its way, so it is refused whatever the header says.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from urllib.parse import parse_qsl, unquote_plus

from conformance.model import JSON, NotStrictJSON, Request, Response, is_object, json_response
from conformance.reference_server.configuration import Configuration
from conformance.reference_server.refusal import (
    INSUFFICIENT_PRIVILEGES,
    TOKEN_IN_BODY,
    TOKEN_ON_URL,
    UNAUTHORIZED,
    Refusal,
)
from conformance.reference_server.state import State

SCOPES = ("sms_send",)

#: What RFC 9110, section 15.5.2, asks of every 401.
_CHALLENGE = (("www-authenticate", "Bearer"),)
_CREDENTIALS = re.compile(r"bearer +(?P<token>\S+)", re.IGNORECASE)
#: What an issued token looks like: 32 bytes in base64url, standing alone.
_ISSUED = re.compile(r"(?<![\w-])[\w-]{43}(?![\w-])", re.ASCII)


def authenticate(request: Request, state: State, configuration: Configuration, now: float) -> None:
    """Raise `Refusal` unless the request carries a good token where it belongs and nowhere in its URL."""
    if _is_in_query(request.query, state, configuration, now):
        raise Refusal(403, TOKEN_ON_URL, "The token must not be in the URL.")
    token = _presented(request)
    scopes = None if token is None else _scopes(token, state, configuration, now)
    if scopes is None:
        if _is_in_body(request.body, state, configuration, now):
            text = "The token must be in the Authorization header, not in the body."
            raise Refusal(401, TOKEN_IN_BODY, text, _CHALLENGE)
        raise Refusal(401, UNAUTHORIZED, "Not Authorized", _CHALLENGE)
    if "sms_send" not in scopes:
        raise Refusal(403, INSUFFICIENT_PRIVILEGES, "The token has not the scope sms_send.")


def holds_token(text: str, state: State, configuration: Configuration, now: float) -> bool:
    """Whether a token that would be accepted stands somewhere in the text."""
    return configuration.token in text or any(
        _scopes(each, state, configuration, now) is not None for each in _ISSUED.findall(text)
    )


def _presented(request: Request) -> str | None:
    """The bearer token of the one Authorization header; None if there is none, several, or another scheme."""
    headers = request.all_headers("authorization")
    match = _CREDENTIALS.fullmatch(headers[0].strip(" \t")) if len(headers) == 1 else None
    return match and match["token"]


def _scopes(token: str, state: State, configuration: Configuration, now: float) -> frozenset[str] | None:
    # Compared whole and in constant time; as bytes, because str is compared so only if it is ASCII.
    if hmac.compare_digest(_bytes(token), _bytes(configuration.token)):
        return frozenset(SCOPES)
    if not _ISSUED.fullmatch(token):
        return None
    with state.transaction() as transaction:
        return transaction.scopes_of(token, now)


def _is_in_query(query: str, state: State, configuration: Configuration, now: float) -> bool:
    if not query:
        return False
    names = (name.lower() for name, _ in parse_qsl(query, keep_blank_values=True))
    return any(name in ("access_token", "token") for name in names) or holds_token(
        unquote_plus(query), state, configuration, now
    )


def _is_in_body(body: bytes, state: State, configuration: Configuration, now: float) -> bool:
    # The body is searched, not read: whether it is JSON at all is judged only once the caller is let in.
    text = body.decode("utf-8", "replace")
    return "access_token" in text or holds_token(text, state, configuration, now)


def issue_token(request: Request, state: State, configuration: Configuration, now: float) -> Response:
    """Answer POST /v2/token: client credentials, as JSON, for a token."""
    asked = _json_object(request)
    if asked is None or request.media_type != "application/json":
        return _denied(400, "invalid_request", "The body must be a JSON object sent as application/json.")
    if asked.get("grant_type") != "client_credentials":
        return _denied(400, "unsupported_grant_type", "The grant type must be client_credentials.")
    if not _is_client(asked.get("client_id"), asked.get("client_secret"), configuration):
        return _denied(401, "invalid_client", "The client ID or the client secret is wrong.")
    scopes = _asked_scopes(asked.get("scope", " ".join(SCOPES)))
    if scopes is None:
        return _denied(401, "invalid_scope", f"The scopes of this client are {' '.join(SCOPES)}.")
    with state.transaction() as transaction:
        token = _token(transaction.next_number("token"), configuration)
        transaction.add_token(token, scopes, now + configuration.token_lifetime, now)
    instance = f"http://{request.header('host') or '127.0.0.1'}/"
    return json_response(
        200,
        {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": configuration.token_lifetime_told,
            "scope": " ".join(scopes),
            "rest_instance_url": instance,
            "soap_instance_url": instance,
        },
        (("cache-control", "no-store"),),
    )


def _json_object(request: Request) -> dict[str, JSON] | None:
    try:
        body = request.json
    except NotStrictJSON:
        return None
    return body if is_object(body) else None


def _token(number: int, configuration: Configuration) -> str:
    """The same for the same number and secret, so that runs repeat; not to be guessed without the secret."""
    digest = hmac.digest(_bytes(configuration.client_secret), b"token %d" % number, hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _is_client(client: JSON, secret: JSON, configuration: Configuration) -> bool:
    if not isinstance(client, str) or not isinstance(secret, str):
        return False
    # Both are compared always: the time taken does not tell which of them was wrong.
    matches = (
        hmac.compare_digest(_bytes(client), _bytes(configuration.client_id)),
        hmac.compare_digest(_bytes(secret), _bytes(configuration.client_secret)),
    )
    return all(matches)


def _asked_scopes(scope: JSON) -> list[str] | None:
    """The scopes asked for, an empty list for a token without any; None if one is not to be had."""
    if not isinstance(scope, str):
        return None
    scopes = list(dict.fromkeys(scope.split()))
    return scopes if set(scopes) <= set(SCOPES) else None


def _denied(status: int, error: str, description: str) -> Response:
    """An error of the token endpoint, which has a shape of its own."""
    body = {"error": error, "error_description": description, "error_uri": ""}
    return json_response(status, body, (("cache-control", "no-store"),))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
