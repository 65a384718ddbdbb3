"""The reference server as a function from request to response: routes, order of judgement, errors.

It knows no socket and no framework, so that it can be wrapped, served by anything and tested as it is.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from attrs import frozen

from conformance.contract import Contract, Operation
from conformance.model import CannotRun, Handler, Request, Response
from conformance.reference_server.authentication import (
    authenticate,
    holds_token,
    issue_token,
)
from conformance.reference_server.configuration import Configuration
from conformance.reference_server.refusal import (
    INVALID_OPERATION,
    OBJECT_NOT_FOUND,
    RUNTIME,
    Refusal,
    error_response,
)
from conformance.reference_server.sending import send
from conformance.reference_server.state import State

SEND_PATH = "/messaging/v1/sms/messages/"
#: Either is served, and neither is redirected to the other (R27).
SEND_PATHS = frozenset({SEND_PATH, SEND_PATH.rstrip("/")})
TOKEN_PATH = "/v2/token"

_log = logging.getLogger(__name__)


@frozen
class NotServed(CannotRun):
    """The contract does not declare the operation that the reference server carries out."""


def handler(
    state: State,
    contract: Contract,
    configuration: Configuration | None = None,
    now: Callable[[], float] = time.time,
) -> Handler:
    """The reference server. The same requests to a new state get the same bytes, if `now` tells the same.

    It never raises: what goes wrong inside is logged and answered with 500. Raises `NotServed` at once
    if the contract lacks the send operation.
    """
    operation = _send_operation(contract)
    settings = configuration or Configuration()

    def handle(request: Request) -> Response:
        moment = now()
        try:
            if request.path == TOKEN_PATH:
                _check_method(request)
                return issue_token(request, state, settings, moment)
            if request.path not in SEND_PATHS:
                raise Refusal(404, OBJECT_NOT_FOUND, "nothing is served at this path")
            _check_method(request)
            authenticate(request, state, settings, moment)
            return send(request, contract, operation, state, settings, moment)
        except Refusal as refusal:
            return _refused(refusal, state, settings, moment)

    def handle_all(request: Request) -> Response:
        try:
            return handle(request)
        except Exception:
            _log.exception("The reference server failed on a %s request", request.method)
            return error_response(500, RUNTIME, str(Refusal(500, RUNTIME, "the server failed")))

    return handle_all


def is_send(request: Request) -> bool:
    """Whether the request is for the send operation, good or not."""
    return request.method == "POST" and request.path in SEND_PATHS


def _refused(refusal: Refusal, state: State, settings: Configuration, now: float) -> Response:
    message = str(refusal)
    # A caller who names a field after a token would read it in the message (R26).
    if holds_token(message, state, settings, now):
        message = str(Refusal(refusal.status, refusal.code, "the request is not good"))
    return error_response(refusal.status, refusal.code, message, refusal.headers)


def _check_method(request: Request) -> None:
    if request.method != "POST":
        raise Refusal(405, INVALID_OPERATION, "only POST is served at this path", (("allow", "POST"),))


def _send_operation(contract: Contract) -> Operation:
    for operation in contract.operations.values():
        if operation.method == "POST" and operation.path in SEND_PATHS:
            return operation
    hint = "Serve the default contract, or one that declares it."
    raise NotServed(str(contract.file), f"does not declare POST {SEND_PATH}", hint)
