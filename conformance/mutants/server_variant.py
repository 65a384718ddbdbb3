"""What another correct server is: one choice that the contract leaves, made otherwise than by the reference."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Literal

from attrs import frozen

from conformance.model import Answer, Handler, Request, Response

#: A server in process, faultless or with some delay.
Server = Callable[[Request], Response | Answer]
Message = MutableMapping[str, Any]
ASGIApp = Callable[[Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]


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

    @property
    def is_dressed(self) -> bool:
        """What it does otherwise is done around the server, not in its answers."""
        return self.dress is not _as_it_is or self.gateway != "asgi"


def server_variant(wrap: Callable[[Handler], Server]) -> ServerVariant:
    """Turn a wrapper into a `ServerVariant` that has the wrapper's name, with hyphens."""
    return ServerVariant(wrap.__name__.replace("_", "-"), (wrap.__doc__ or "").partition("\n")[0], wrap)
