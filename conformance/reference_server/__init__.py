"""A server that obeys the contract: to work without the vendor, and to prove the suite raises no false alarm.

`asgi` and `wsgi` are ready to use, each with a state of its own, in memory, made at the first request::

    sms-conformance server --app conformance.reference_server:asgi
"""

from __future__ import annotations

import threading

from conformance import contract as contracts
from conformance.model import Handler, Request, Response
from conformance.reference_server.configuration import (
    DEFINITIONS,
    WINDOW,
    Configuration,
)
from conformance.reference_server.handling import (
    SEND_PATH,
    TOKEN_PATH,
    NotServed,
    handler,
)
from conformance.reference_server.serving import LOOPBACK, ServeError, serve, served
from conformance.reference_server.shells import Server, WSGIApp, app, wsgi_app
from conformance.reference_server.state import IN_MEMORY, State, StateError
from conformance.reference_server.troubles import TROUBLES, Trouble

__all__ = [
    "DEFINITIONS",
    "IN_MEMORY",
    "LOOPBACK",
    "SEND_PATH",
    "TOKEN_PATH",
    "TROUBLES",
    "WINDOW",
    "Configuration",
    "NotServed",
    "ServeError",
    "Server",
    "State",
    "StateError",
    "Trouble",
    "WSGIApp",
    "app",
    "asgi",
    "handler",
    "serve",
    "served",
    "wsgi",
    "wsgi_app",
]


def _made_when_needed() -> Handler:
    """The reference server as it comes; the contract is read and the state made at the first request."""
    lock = threading.Lock()
    made: list[Handler] = []

    def handle(request: Request) -> Response:
        with lock:
            if not made:
                made.append(handler(State.open(), contracts.read(contracts.default_folder())))
        return made[0](request)

    return handle


asgi = app(_made_when_needed())
wsgi = wsgi_app(_made_when_needed())
