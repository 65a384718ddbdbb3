"""Correct servers that differ from the reference where the contract leaves a choice: none may be accused of anything.

A suite that was only ever tried on one correct server may be tuned to it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from conformance.model import Handler
from conformance.mutants import server_variants_access, server_variants_answers, server_variants_requests
from conformance.mutants.collection import mutants_in
from conformance.mutants.server_variant import ASGIApp, Message, Server, ServerVariant


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
    *mutants_in(server_variants_answers, ServerVariant),
    *mutants_in(server_variants_access, ServerVariant),
    *mutants_in(server_variants_requests, ServerVariant),
    ServerVariant("sends-chunks", "Sends its answers in chunks.", _reference, dress=_in_chunks),
    ServerVariant("is-a-wsgi-application", "Stands behind a gateway of another kind.", _reference, gateway="wsgi"),
)
