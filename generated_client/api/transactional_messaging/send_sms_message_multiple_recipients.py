# Emitted by scripts/generate.py from openapi.yaml (1.0.0); do not edit: change what it is made from.
from __future__ import annotations

from typing import Final

from ... import calls as _calls
from ... import once as _once
from ... import writing as _writing
from ...client import Client
from ...exchange import Arguments as _Arguments
from ...models.api_error import ApiError
from ...models.sms_send_request import SmsSendRequest
from ...models.sms_send_result import SmsSendResult
from ...once import Repeats
from ...reading import from_json
from ...types import Response

_OPERATION: Final[_calls.Operation[SmsSendResult]] = _calls.Operation(
    successes=(_calls.Documented(202, 202, from_json(SmsSendResult.from_dict)),),
    errors=(
        _calls.Documented(400, 400, from_json(ApiError.from_dict)),
        _calls.Documented(401, 401, from_json(ApiError.from_dict)),
        _calls.Documented(403, 403, from_json(ApiError.from_dict)),
        _calls.Documented(415, 415, from_json(ApiError.from_dict)),
        _calls.Documented(429, 429, from_json(ApiError.from_dict)),
        _calls.Documented(500, 500, from_json(ApiError.from_dict)),
        _calls.Documented(503, 503, from_json(ApiError.from_dict)),
    ),
)
_KEYS: Final = _once.Keys(
    items="recipients",
    key="message_key",
    longest=100,
    duplicate=frozenset([109110]),
    hopeless=frozenset([50200]),
)


def _arguments(*, body: SmsSendRequest) -> _Arguments:
    _sent = _Arguments(
        method="POST",
        template="/messaging/v1/sms/messages/",
        path="/messaging/v1/sms/messages/",
        headers={"Accept": "application/json"},
        recipients=body.recipients,
    )
    _sent.headers["Content-Type"] = "application/json"
    _sent.content = _writing.json_body(body.to_dict())
    return _sent


def sync(*, client: Client, body: SmsSendRequest) -> SmsSendResult:
    """sendSMSMessageMultipleRecipients

    Queues one text message for each recipient, using a send definition. A recipient without a
    messageKey gets one in the response.

    The result may be mixed, some recipients refused and some queued: ask its `refused`, or call its `raise_for_refused`.

    Args:
        body (SmsSendRequest): One message to several recipients.
        client (Client): Where the API is, and what signs in.

    Raises:
        errors.CallError: In one of its kinds: nothing was sent, no whole answer came, or it says no or cannot be read.

    Returns:
        SmsSendResult
    """
    return _calls.result(client, _OPERATION, _arguments(body=body))


async def asyncio(*, client: Client, body: SmsSendRequest) -> SmsSendResult:
    """sendSMSMessageMultipleRecipients

    Queues one text message for each recipient, using a send definition. A recipient without a
    messageKey gets one in the response.

    The result may be mixed, some recipients refused and some queued: ask its `refused`, or call its `raise_for_refused`.

    Args:
        body (SmsSendRequest): One message to several recipients.
        client (Client): Where the API is, and what signs in.

    Raises:
        errors.CallError: In one of its kinds: nothing was sent, no whole answer came, or it says no or cannot be read.

    Returns:
        SmsSendResult
    """
    return await _calls.result_async(client, _OPERATION, _arguments(body=body))


def sync_detailed(*, client: Client, body: SmsSendRequest) -> Response[ApiError | SmsSendResult]:
    """sendSMSMessageMultipleRecipients

    Queues one text message for each recipient, using a send definition. A recipient without a
    messageKey gets one in the response.

    The result may be mixed, some recipients refused and some queued: ask its `refused`, or call its `raise_for_refused`.

    Args:
        body (SmsSendRequest): One message to several recipients.
        client (Client): Where the API is, and what signs in.

    Raises:
        errors.CallError: Nothing was sent, no whole answer came, or there is no token.

    Returns:
        Response[ApiError | SmsSendResult]: The answer, whatever it says.
    """
    return _calls.detailed(client, _OPERATION, _arguments(body=body))


async def asyncio_detailed(*, client: Client, body: SmsSendRequest) -> Response[ApiError | SmsSendResult]:
    """sendSMSMessageMultipleRecipients

    Queues one text message for each recipient, using a send definition. A recipient without a
    messageKey gets one in the response.

    The result may be mixed, some recipients refused and some queued: ask its `refused`, or call its `raise_for_refused`.

    Args:
        body (SmsSendRequest): One message to several recipients.
        client (Client): Where the API is, and what signs in.

    Raises:
        errors.CallError: Nothing was sent, no whole answer came, or there is no token.

    Returns:
        Response[ApiError | SmsSendResult]: The answer, whatever it says.
    """
    return await _calls.detailed_async(client, _OPERATION, _arguments(body=body))


def sync_once(
    *, client: Client, body: SmsSendRequest, repeats: Repeats | None = None, again: bool = False
) -> SmsSendResult:
    """sendSMSMessageMultipleRecipients

    Queues one text message for each recipient, using a send definition. A recipient without a
    messageKey gets one in the response.

    Every recipient without a messageKey gets one here, so that the request can be repeated without anybody getting
    the message twice. With `repeats` it is, while its outcome is unknown or the service asks to wait.

    The result may be mixed, some recipients refused and some queued: ask its `refused`, or call its `raise_for_refused`.

    Args:
        body (SmsSendRequest): One message to several recipients.
        client (Client): Where the API is, and what signs in.
        repeats (Repeats | None): How often to repeat, and for how long. Not at all if left out.
        again (bool): The body was sent before, and nobody knows what became of it: it is that of an `OutcomeUnknown`.
            Duplicates are then those whom it had queued.

    Raises:
        once.OutcomeUnknown: Nobody knows what became of the request; its `body` can be sent with `again`.
        errors.CallError: In one of its kinds: nothing was sent, as with keys that stand twice, or the answer says no.

    Returns:
        SmsSendResult
    """

    def _send(body: SmsSendRequest, queued_before: frozenset[int | str]) -> SmsSendResult:
        _sent = _arguments(body=body)
        _sent.queued_before = queued_before
        return _calls.result(client, _OPERATION, _sent)

    return _once.once(_send, body, _KEYS, repeats, again)


async def asyncio_once(
    *, client: Client, body: SmsSendRequest, repeats: Repeats | None = None, again: bool = False
) -> SmsSendResult:
    """sendSMSMessageMultipleRecipients

    Queues one text message for each recipient, using a send definition. A recipient without a
    messageKey gets one in the response.

    Every recipient without a messageKey gets one here, so that the request can be repeated without anybody getting
    the message twice. With `repeats` it is, while its outcome is unknown or the service asks to wait.

    The result may be mixed, some recipients refused and some queued: ask its `refused`, or call its `raise_for_refused`.

    Args:
        body (SmsSendRequest): One message to several recipients.
        client (Client): Where the API is, and what signs in.
        repeats (Repeats | None): How often to repeat, and for how long. Not at all if left out.
        again (bool): The body was sent before, and nobody knows what became of it: it is that of an `OutcomeUnknown`.
            Duplicates are then those whom it had queued.

    Raises:
        once.OutcomeUnknown: Nobody knows what became of the request; its `body` can be sent with `again`.
        errors.CallError: In one of its kinds: nothing was sent, as with keys that stand twice, or the answer says no.

    Returns:
        SmsSendResult
    """

    async def _send(body: SmsSendRequest, queued_before: frozenset[int | str]) -> SmsSendResult:
        _sent = _arguments(body=body)
        _sent.queued_before = queued_before
        return await _calls.result_async(client, _OPERATION, _sent)

    return await _once.once_async(_send, body, _KEYS, repeats, again)
