"""The send operation, once its caller is let in: the body is judged, then each recipient by itself.

Where the rulings leave room, this server decides:

- A recipient with several faults is refused for the first of: no contact key, no number, no usable
  number, no usable message key, a message key used twice.
- The second recipient with a message key is refused even if the first was refused for another fault
  (R13 speaks of the request). A refused recipient's key is not used up: a later request may send it.
- An empty message key is not usable. A refused item repeats the key that was sent, even one sent twice.
- A body with a name twice in one object is refused with 400 (R30), as is half of a surrogate pair,
  which no UTF-8 can carry back. A body that is empty is refused with 400 whatever its content type.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import uuid
from collections.abc import Iterator, Mapping
from email.message import Message
from typing import TypeAlias

from attrs import frozen

from conformance.contract import Contract, Operation
from conformance.model import JSON, NotStrictJSON, Request, Response, is_array, is_object, json_response
from conformance.reference_server.configuration import Configuration
from conformance.reference_server.refusal import (
    DUPLICATE_MESSAGE_KEY,
    INVALID_DATA_TYPE,
    INVALID_DEFINITION_KEY,
    INVALID_MESSAGE_FORMAT,
    INVALID_MESSAGE_KEY,
    INVALID_TO,
    NO_CONTACT_KEY,
    NO_DEFINITION_KEY,
    NO_RECIPIENTS,
    NO_TO,
    RESPONSES_HAS_ERRORS,
    TOO_MANY_RECIPIENTS,
    UNKNOWN_FIELD,
    VALIDATION,
    Refusal,
    worded,
)
from conformance.reference_server.state import State, Transaction

LONGEST_MESSAGE_KEY = 100
#: Digits with the country code in front; no bounds are published, these are a sibling operation's.
_NUMBER = re.compile(r"[0-9]{8,15}")
_HALF_A_PAIR = re.compile(rb"\\u[dD][89a-fA-F]")
_TEXT_IN_MESSAGE = 40

#: A type, an object with these fields and no others, or an array of one shape.
_Shape: TypeAlias = "type[str | bool] | dict[str, _Shape] | list[_Shape]"
#: An object that takes any member.
_ANYTHING: dict[str, _Shape] = {}
#: The request as its codes see it. Whether a body is good is the contract's word; this names what is not.
_SHAPE: dict[str, _Shape] = {
    "definitionKey": str,
    "recipients": [{"contactKey": str, "to": str, "messageKey": str, "attributes": _ANYTHING}],
    "subscriptions": {"resubscribe": bool},
    "content": {"message": str},
    "attributes": _ANYTHING,
}
_TYPE_NAMES: Mapping[type, str] = {str: "a string", bool: "true or false"}


@frozen
class _Fault:
    """Why one recipient, or the body, is refused."""

    code: int
    text: str

    @property
    def message(self) -> str:
        return worded(self.code, self.text)


def send(
    request: Request,
    contract: Contract,
    operation: Operation,
    state: State,
    configuration: Configuration,
    now: float,
) -> Response:
    """Queue a message for each good recipient; raise `Refusal` if the request as a whole is not good."""
    body = _read(request)
    if contract.request_faults(operation.id, body):
        fault = min(_faults(body), key=_urgency, default=_Fault(VALIDATION, "the body breaks the contract"))
        raise Refusal(400, fault.code, fault.text)
    recipients: list[dict[str, JSON]] = body["recipients"]
    limit = configuration.max_recipients
    if limit is not None and len(recipients) > limit:
        text = f"{len(recipients)} recipients, where {limit} are allowed"
        raise Refusal(400, TOO_MANY_RECIPIENTS, text)
    with state.transaction() as transaction:
        if not transaction.knows_definition(body["definitionKey"]):
            raise Refusal(400, INVALID_DEFINITION_KEY, "no definition has this key")
        transaction.release_keys(now - configuration.window)
        number = transaction.next_number("request")
        items = list(_items(recipients, number, transaction, now))
    return _accepted(number, items)


def _accepted(number: int, items: list[dict[str, JSON]]) -> Response:
    refused = sum("errorcode" in item for item in items)
    answer: dict[str, JSON] = {"requestId": _request_id(number), "errorcode": 0}
    if refused:
        text = f"{refused} subscribers failed to queue out of {len(items)}"
        answer |= {"errorcode": RESPONSES_HAS_ERRORS, "message": worded(RESPONSES_HAS_ERRORS, text)}
    return json_response(202, {**answer, "responses": items})


def _items(
    recipients: list[dict[str, JSON]], number: int, transaction: Transaction, now: float
) -> Iterator[dict[str, JSON]]:
    """One item for each recipient, in the order of the request; the good ones are queued on the way."""
    sent = {each["messageKey"] for each in recipients if "messageKey" in each}
    earlier: set[str] = set()
    for index, recipient in enumerate(recipients):
        key: str | None = recipient.get("messageKey")
        fault = _recipient_fault(recipient, key, earlier, transaction)
        if key is None:
            key = _new_key(number, index, sent, transaction)
        earlier.add(key)
        if fault:
            yield {"messageKey": key, "errorcode": fault.code, "message": fault.message}
        else:
            transaction.hold(key, now)
            yield {"messageKey": key}


def _recipient_fault(
    recipient: dict[str, JSON], key: str | None, earlier: set[str], transaction: Transaction
) -> _Fault | None:
    if not recipient.get("contactKey"):
        return _Fault(NO_CONTACT_KEY, "the recipient has no contact key")
    if not recipient.get("to"):
        return _Fault(NO_TO, "the recipient has no mobile number")
    if not _NUMBER.fullmatch(recipient["to"]):
        return _Fault(INVALID_TO, "a mobile number is 8 to 15 digits, the country code first")
    if key is None:
        return None
    if not 1 <= len(key) <= LONGEST_MESSAGE_KEY:
        return _Fault(INVALID_MESSAGE_KEY, f"a message key has 1 to {LONGEST_MESSAGE_KEY} characters")
    if key in earlier:
        return _Fault(DUPLICATE_MESSAGE_KEY, "an earlier recipient of this request has the same message key")
    if transaction.is_held(key):
        return _Fault(DUPLICATE_MESSAGE_KEY, "a message with this key was queued before")
    return None


def _new_key(number: int, index: int, sent: set[str], transaction: Transaction) -> str:
    """A key of 22 characters that nobody uses: callers could know the next one, so it is looked for."""
    attempt = 0
    while True:
        name = f"message {number} {index} {attempt}".encode()
        digest = hashlib.blake2b(name, digest_size=16).digest()
        key = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if key not in sent and not transaction.is_held(key):
            return key
        attempt += 1


def _request_id(number: int) -> str:
    """A UUID with the look of a random one, the same for the same number, so that runs repeat."""
    digest = hashlib.blake2b(b"request %d" % number, digest_size=16).digest()
    return str(uuid.UUID(bytes=digest, version=4))


def _read(request: Request) -> JSON:
    """The body as JSON; raises `Refusal` for a wrong content type (R21) or a body that is not JSON (R20)."""
    if not request.body:
        raise Refusal(400, INVALID_MESSAGE_FORMAT, "The body is empty.")
    _check_content_type(request)
    try:
        body = request.json
        if _HALF_A_PAIR.search(request.body):
            json.dumps(body, ensure_ascii=False).encode()
        return body
    except NotStrictJSON as error:
        text = f"The body cannot be read: {error}."
    except UnicodeEncodeError:
        text = "The body cannot be read: a string has half of a surrogate pair."
    raise Refusal(400, INVALID_MESSAGE_FORMAT, text)


def _check_content_type(request: Request) -> None:
    headers = request.all_headers("content-type")
    if len(headers) != 1:
        raise Refusal(415, VALIDATION, "the body needs one Content-Type, application/json")
    media_type = request.media_type
    if media_type != "application/json" and not re.fullmatch(r"application/[^/\s]+\+json", media_type):
        raise Refusal(415, VALIDATION, "the body must be sent as application/json")
    if ";" in headers[0]:
        message = Message()
        message["content-type"] = headers[0]
        charset = str(message.get_param("charset", "utf-8")).lower()
        if charset not in ("utf-8", "utf8"):
            raise Refusal(415, VALIDATION, "the charset of the body must be utf-8")


def _faults(body: JSON) -> Iterator[_Fault]:
    """What is wrong with a body, named by the published codes."""
    yield from _shape_faults(_SHAPE, body, "")
    if is_object(body):
        if "definitionKey" not in body:
            yield _Fault(NO_DEFINITION_KEY, "the request has no definitionKey")
        if body.get("recipients", []) == []:
            yield _Fault(NO_RECIPIENTS, "the request has no recipients")


def _shape_faults(shape: _Shape, value: JSON, pointer: str) -> Iterator[_Fault]:
    if isinstance(shape, dict):
        yield from _object_faults(shape, value, pointer)
    elif isinstance(shape, list):
        yield from _array_faults(shape, value, pointer)
    elif not isinstance(value, shape):
        yield _Fault(INVALID_DATA_TYPE, f"{pointer or 'the body'} must be {_TYPE_NAMES[shape]}")


def _object_faults(fields: dict[str, _Shape], value: JSON, pointer: str) -> Iterator[_Fault]:
    place = pointer or "the body"
    if not is_object(value):
        yield _Fault(INVALID_DATA_TYPE, f"{place} must be an object")
    elif fields is not _ANYTHING:
        for name, each in value.items():
            if name in fields:
                yield from _shape_faults(fields[name], each, f"{pointer}/{name}")
            else:
                text = f"{place} has {_unknown(name)}; its fields are {', '.join(fields)}"
                yield _Fault(UNKNOWN_FIELD, text)


def _array_faults(shape: list[_Shape], value: JSON, pointer: str) -> Iterator[_Fault]:
    if not is_array(value):
        yield _Fault(INVALID_DATA_TYPE, f"{pointer or 'the body'} must be an array")
    else:
        for index, each in enumerate(value):
            yield from _shape_faults(shape[0], each, f"{pointer}/{index}")


def _unknown(name: str) -> str:
    return f"the unknown field {name!r}" if len(name) <= _TEXT_IN_MESSAGE else "an unknown field"


def _urgency(fault: _Fault) -> int:
    """A misspelt field is reported before the field that it left missing, and that before the rest."""
    order = (UNKNOWN_FIELD, NO_DEFINITION_KEY, NO_RECIPIENTS)
    return order.index(fault.code) if fault.code in order else len(order)
