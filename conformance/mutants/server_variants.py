"""Correct servers that differ from the reference where the contract leaves a choice: none may be accused of anything.

A suite that was only ever tried on one correct server may be tuned to it.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Literal

from attrs import evolve, frozen

from conformance.model import Answer, Handler, Request, Response
from conformance.mutants.server_edits import (
    edited,
    is_accepted,
    is_json,
    is_refused,
    items,
    on_answer,
    on_error,
    on_result,
    refusal,
    with_header,
    without_header,
)

#: A server in process, faultless or with some delay.
Server = Callable[[Request], Response | Answer]
Message = MutableMapping[str, Any]
ASGIApp = Callable[[Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]

#: Seconds that a slow and steady server takes for each answer.
SLOWNESS = 0.005


def _as_it_is(application: ASGIApp) -> ASGIApp:
    return application


@frozen
class ServerVariant:
    """One choice of a correct server: in what it answers, in how that is written to the wire, or in the gateway."""

    name: str
    description: str
    wrap: Callable[[Handler], Server]
    dress: Callable[[ASGIApp], ASGIApp] = _as_it_is
    gateway: Literal["asgi", "wsgi"] = "asgi"


def _variant(wrap: Callable[[Handler], Server]) -> ServerVariant:
    return ServerVariant(wrap.__name__.replace("_", "-"), (wrap.__doc__ or "").partition("\n")[0], wrap)


@_variant
def answers_404_to_other_methods(handle: Handler) -> Server:
    """Answers 404, not 405, to a method that is not declared (R33)."""

    def answered(request: Request) -> Response:
        response = handle(request)
        return refusal(404, 404, "Not Found") if response.status == 405 else response

    return answered


@_variant
def turns_strangers_away_with_401(handle: Handler) -> Server:
    """Answers 401 to whoever is not let in (R22)."""
    return on_error(
        handle, lambda _, response: with_header(evolve(response, status=401), "www-authenticate", "Bearer"), (403,)
    )


@_variant
def turns_strangers_away_with_403(handle: Handler) -> Server:
    """Answers 403 to whoever is not let in (R22)."""
    return on_error(
        handle, lambda _, response: evolve(without_header(response, "www-authenticate"), status=403), (401,)
    )


@_variant
def lists_recipients_from_the_last(handle: Handler) -> Server:
    """Lists the items of a 202 in the opposite order (R9)."""
    return on_result(handle, lambda result: {**result, "responses": items(result)[::-1]})


@_variant
def lists_the_refused_first(handle: Handler) -> Server:
    """Lists the refused recipients of a 202 before the queued ones, as the page's example does (R9)."""
    return on_result(
        handle, lambda result: {**result, "responses": sorted(items(result), key=is_refused, reverse=True)}
    )


@_variant
def adds_headers_of_its_own(handle: Handler) -> Server:
    """Adds headers that the contract does not mention."""

    def answered(request: Request) -> Response:
        response = with_header(handle(request), "x-request-id", str(uuid.uuid4()))
        return with_header(with_header(response, "server", "another/1.0"), "cache-control", "no-store")

    return answered


@_variant
def writes_json_for_people(handle: Handler) -> Server:
    """Writes its JSON on several lines, and every sign beyond ASCII as it is."""
    return _rewritten(handle, lambda value: json.dumps(value, indent=4, ensure_ascii=False) + "\n")


@_variant
def writes_json_in_ascii(handle: Handler) -> Server:
    """Writes its JSON without a space, and every sign beyond ASCII as an escape."""
    return _rewritten(handle, lambda value: json.dumps(value, separators=(",", ":")))


@_variant
def names_the_charset(handle: Handler) -> Server:
    """Says of its JSON that it is UTF-8, in capitals."""

    def answered(request: Request) -> Response:
        response = handle(request)
        return (
            with_header(response, "content-type", "application/json; charset=UTF-8") if is_json(response) else response
        )

    return answered


@_variant
def adds_fields_of_its_own(handle: Handler) -> Server:
    """Adds members to its answers that the contract does not know."""

    def answered(request: Request) -> Response:
        return edited(handle(request), lambda body: {**body, "tenant": {"id": 7, "tags": ["a", None]}})

    return answered


@_variant
def writes_ids_in_capitals(handle: Handler) -> Server:
    """Writes the requestId as a UUID in capitals (R28)."""
    return on_result(handle, lambda result: {**result, "requestId": str(result["requestId"]).upper()})


@_variant
def closes_every_connection(handle: Handler) -> Server:
    """Closes the connection after each answer."""
    return lambda request: with_header(handle(request), "connection", "close")


@_variant
def is_slow_and_steady(handle: Handler) -> Server:
    """Takes the same short while for each answer."""
    return lambda request: Answer(handle(request), stall=SLOWNESS)


@_variant
def refuses_a_request_with_nobody_usable(handle: Handler) -> Server:
    """Answers 400 with 109103, not a 202, where every recipient would be refused (R16)."""

    def answered(request: Request, response: Response) -> Response:
        all_refused = is_accepted(response) and all(map(is_refused, items(response.json)))
        return refusal(400, 109103, "MCMS_UTM_Validation_NoValidSubscribers: nobody") if all_refused else response

    return on_answer(handle, answered)


def _rewritten(handle: Handler, write: Callable[[Any], str]) -> Handler:
    def answered(request: Request) -> Response:
        response = handle(request)
        return (
            evolve(response, body=write(response.json).encode("utf-8", "surrogatepass"))
            if is_json(response)
            else response
        )

    return answered


def _in_chunks(application: ASGIApp) -> ASGIApp:
    """The application without a Content-Length, so that the server in front of it sends chunks."""

    async def dressed(
        scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
    ) -> None:
        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [each for each in message["headers"] if each[0] != b"content-length"]
            await send(message)

        await application(scope, receive, sent)

    return dressed


def _reference(handle: Handler) -> Server:
    return handle


SERVER_VARIANTS: tuple[ServerVariant, ...] = (
    *(each for each in tuple(globals().values()) if isinstance(each, ServerVariant)),
    ServerVariant("sends-chunks", "Sends its answers in chunks.", _reference, dress=_in_chunks),
    ServerVariant("is-a-wsgi-application", "Stands behind a gateway of another kind.", _reference, gateway="wsgi"),
)
