"""Reads what a send request asks for out of its body, and refuses what the contract does not let through."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple, NoReturn

from conformance.model import is_array, is_object
from conformance.plain_server import refusal
from conformance.plain_server.refusal import Refusal

_REQUEST = {"definitionKey": str, "recipients": list, "content": dict, "subscriptions": dict, "attributes": dict}
_RECIPIENT = {"contactKey": str, "to": str, "messageKey": str, "attributes": dict}
_CONTENT = {"message": str}
_SUBSCRIPTIONS = {"resubscribe": bool}
_WORDS = {str: "a string", list: "a list", dict: "an object", bool: "true or false"}
LONGEST_KEY = 100


class Recipient(NamedTuple):
    """One recipient as it was sent; None for what was left out."""

    contact_key: str | None
    to: str | None
    message_key: str | None


class Asked(NamedTuple):
    """One send request."""

    definition_key: str
    recipients: tuple[Recipient, ...]


def asked(body: bytes) -> Asked:
    """What the body asks for; raises `Refusal` for the first rule that it breaks.

    Names come before all else: who misspells `recipients` is to hear that, not that they are missing.
    """
    whole = _object("the body", _json(body))
    _check_names(whole)
    _check_types("the request", whole, _REQUEST)
    _check_types("subscriptions", whole.get("subscriptions", {}), _SUBSCRIPTIONS)
    _check_types("content", whole.get("content", {}), _CONTENT)
    if "definitionKey" not in whole:
        raise Refusal(refusal.NO_DEFINITION, "name a definition")
    if "recipients" not in whole:
        raise Refusal(refusal.MISSING_FIELD, "name recipients")
    if not whole["recipients"]:
        raise Refusal(refusal.NO_RECIPIENTS, "the list is empty")
    return Asked(whole["definitionKey"], tuple(_recipient(each) for each in whole["recipients"]))


def _recipient(sent: Mapping[str, Any]) -> Recipient:
    _check_types("a recipient", sent, _RECIPIENT)
    key: str | None = sent.get("messageKey")
    # Python counts characters, whichever number of bytes or of UTF-16 units they take.
    if key is not None and len(key) > LONGEST_KEY:
        raise Refusal(refusal.WRONG_VALUE, f"a messageKey has more than {LONGEST_KEY} characters")
    return Recipient(sent.get("contactKey"), sent.get("to"), key)


def _check_names(whole: Mapping[str, Any]) -> None:
    recipients = whole.get("recipients")
    parts: list[tuple[Any, Mapping[str, type]]] = [
        (whole, _REQUEST),
        (whole.get("content"), _CONTENT),
        (whole.get("subscriptions"), _SUBSCRIPTIONS),
        *((each, _RECIPIENT) for each in (recipients if is_array(recipients) else ())),
    ]
    for part, known in parts:
        if is_object(part) and not part.keys() <= known.keys():
            raise Refusal(refusal.UNKNOWN_FIELD, f"known here are {', '.join(known)}")


def _check_types(where: str, sent: Any, types: Mapping[str, type]) -> None:
    for name, value in _object(where, sent).items():
        if type(value) is not types[name]:
            code = refusal.WRONG_RESUBSCRIBE if name == "resubscribe" else refusal.WRONG_TYPE
            raise Refusal(code, f"{name} is to be {_WORDS[types[name]]}")


def _object(where: str, value: Any) -> dict[str, Any]:
    if not is_object(value):
        raise Refusal(refusal.WRONG_TYPE, f"{where} is to be an object")
    return value


def _json(body: bytes) -> Any:
    """The body as JSON in UTF-8 with no byte-order mark, no NaN and no name twice in one object."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise Refusal(refusal.NO_MESSAGE_FORMAT, "the body is not UTF-8") from None
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant, parse_int=_number)
    except ValueError:
        raise Refusal(refusal.NO_MESSAGE_FORMAT, "the body is not JSON") from None
    except RecursionError:
        raise Refusal(refusal.NO_MESSAGE_FORMAT, "the body is nested too deeply") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = dict(pairs)
    if len(names) != len(pairs):
        raise Refusal(refusal.NO_MESSAGE_FORMAT, "a name stands twice in one object")
    return names


def _no_constant(_: str) -> NoReturn:
    raise Refusal(refusal.NO_MESSAGE_FORMAT, "NaN and Infinity are not JSON")


def _number(digits: str) -> int | float:
    # Python refuses to read an int of thousands of digits. JSON has no such limit, and no number is ever used here.
    return int(digits) if len(digits) < 1000 else float(digits)
