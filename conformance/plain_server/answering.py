"""The WSGI application (PEP 3333): who is let in, which path is meant, and how an answer is written."""

from __future__ import annotations

import hmac
import json
import uuid
from collections.abc import Collection, Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl

from conformance.plain_server import refusal
from conformance.plain_server.asking import asked
from conformance.plain_server.queueing import Fate, Queue
from conformance.plain_server.refusal import Refusal

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_PATHS = {"/messaging/v1/sms/messages", "/messaging/v1/sms/messages/"}
_MOST_BYTES = 16 * 1024 * 1024
_PIECE = 64 * 1024


class Answer(NamedTuple):
    """An answer before it is written."""

    status: int
    body: dict[str, Any]


def application(
    token: str = "reference-token",
    definition_keys: Collection[str] = ("account_rest",),
    max_recipients: int | None = None,
) -> WSGIApplication:
    """A server with a memory of its own; what it takes by default is what the suite sends by default."""
    queue = Queue(definition_keys, max_recipients)

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        try:
            # The body is read to its end whatever comes of it: many a client cannot read an answer that comes before.
            body = _body(environ)
            _check_token(environ, token)
            status, content = _sent(environ, body, queue)
        except Refusal as refused:
            status, content = error(refused)
        except Exception:
            status, content = error(Refusal(refusal.FAILED, "the service failed", status=500))
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        # Half of a surrogate pair has no bytes in UTF-8, but JSON has an escape for it, written as Python writes it.
        written = text.encode("utf-8", "backslashreplace")
        headers = [("Content-Type", "application/json;charset=UTF-8"), ("Content-Length", str(len(written)))]
        start_response(f"{status} {HTTPStatus(status).phrase}", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [written]

    return answer


def _sent(environ: WSGIEnvironment, body: bytes | None, queue: Queue) -> Answer:
    if environ["REQUEST_METHOD"] != "POST" or environ.get("PATH_INFO") not in _PATHS:
        raise Refusal(refusal.WRONG_ENDPOINT, "all that is here is POST /messaging/v1/sms/messages/", status=404)
    if body is None:
        raise Refusal(refusal.WRONG_VALUE, f"the body has more than {_MOST_BYTES} bytes")
    if not body:
        raise Refusal(refusal.NO_MESSAGE_FORMAT, "the body is empty")
    _check_content_type(environ.get("CONTENT_TYPE", ""))
    return _result(queue.send(asked(body)))


def _result(fates: list[Fate]) -> Answer:
    refused = sum(each.refused is not None for each in fates)
    head: dict[str, Any] = {"requestId": _new_id(), "errorcode": 0}
    if refused:
        message = f"MCMS_UTM_ResponsesHasErrors: {refused} subscribers failed to queue out of {len(fates)}"
        head |= {"errorcode": 109001, "message": message}
    return Answer(202, head | {"responses": [_item(each) for each in fates]})


def _item(fate: Fate) -> dict[str, Any]:
    if fate.refused is None:
        return {"messageKey": fate.message_key}
    code, name = fate.refused
    return {"messageKey": fate.message_key, "errorcode": code, "message": f"{name}: Invalid subscriber"}


def error(refused: Refusal) -> Answer:
    """The whole request is refused."""
    words = {"message": refused.message, "errorcode": refused.errorcode, "documentation": ""}
    return Answer(refused.status, words | {"requestId": _new_id()})


def _new_id() -> str:
    # A UUID may be written in capitals as well, says RFC 9562.
    return str(uuid.uuid4()).upper()


def _check_token(environ: WSGIEnvironment, token: str) -> None:
    """Whoever does not send the token in the header is turned away, and so is whoever shows it in the address."""
    scheme, _, given = environ.get("HTTP_AUTHORIZATION", "").strip().partition(" ")
    if scheme.lower() != "bearer" or not _same(given.strip(), token):
        raise Refusal(refusal.NOT_AUTHENTICATED, "send a token that is valid, as a bearer", status=403)
    if any(_same(value, token) for _, value in parse_qsl(environ.get("QUERY_STRING", ""))):
        raise Refusal(refusal.TOKEN_IN_URL, "the token belongs in the header alone", status=403)


def _same(given: str, token: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), token.encode())


def _check_content_type(content_type: str) -> None:
    media_type, *parameters = (each.strip().lower() for each in content_type.split(";"))
    pairs = (each.partition("=") for each in parameters)
    charsets = {value.strip('" ') for name, _, value in pairs if name.strip() == "charset"}
    if media_type != "application/json" or not charsets <= {"utf-8"}:
        raise Refusal(refusal.WRONG_FORMAT, "the body is to be sent as application/json in UTF-8")


def _body(environ: WSGIEnvironment) -> bytes | None:
    """The body, read to its end; None if it has more bytes than are let through.

    Without a length there is one only if the WSGI server says that it ends by itself, as it does for one in chunks.
    """
    stream = environ["wsgi.input"]
    length: str = environ.get("CONTENT_LENGTH", "")
    if length.isascii() and length.isdigit():
        left = int(length)
    else:
        left = _MOST_BYTES**2 if environ.get("wsgi.input_terminated") else 0
    kept: list[bytes] = []
    size = 0
    while left > 0 and (piece := stream.read(min(_PIECE, left))):
        left -= len(piece)
        size += len(piece)
        if size <= _MOST_BYTES:
            kept.append(piece)
    return b"".join(kept) if size <= _MOST_BYTES else None
