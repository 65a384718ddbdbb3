"""Correct servers that read bodies, and judge recipients, in another way than the reference."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from attrs import evolve

from conformance.model import Handler, Request, Response
from conformance.mutants.server_edits import (
    Object,
    as_object,
    is_accepted,
    is_kept_out,
    is_refused,
    is_send,
    items,
    matched,
    on_answer,
    on_match,
    on_recipients,
    on_refused,
    on_result,
    on_result_of,
    queued_item,
    read,
    recipients,
    refusal,
    refused_item,
    sent_keys,
    strings,
    with_items,
    without,
)
from conformance.mutants.server_variant import Server, server_variant


@server_variant
def refuses_a_request_with_nobody_usable(handle: Handler) -> Server:
    """Answers 400 with 109103, not a 202, where every recipient would be refused (R16)."""

    def answered(request: Request, response: Response) -> Response:
        all_refused = is_accepted(response) and all(map(is_refused, items(response.json)))
        return refusal(400, 109103, "MCMS_UTM_Validation_NoValidSubscribers: nobody") if all_refused else response

    return on_answer(handle, answered)


@server_variant
def reads_a_byte_order_mark(handle: Handler) -> Server:
    """Passes over a byte-order mark before the body."""
    return lambda request: handle(evolve(request, body=request.body.removeprefix(b"\xef\xbb\xbf")))


@server_variant
def takes_the_last_of_two_names(handle: Handler) -> Server:
    """Takes the last value of a name that stands twice (R30), NaN for null and a long number for a text."""
    return _rereading(handle, lambda text: json.loads(text, parse_constant=lambda _: None, parse_int=_text_if_long))


@server_variant
def takes_the_first_of_two_names(handle: Handler) -> Server:
    """Takes the first value of a name that stands twice (R30)."""

    def first(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        return dict(reversed(pairs))

    return _rereading(handle, lambda text: json.loads(text, object_pairs_hook=first))


@server_variant
def replaces_half_of_a_pair(handle: Handler) -> Server:
    """Reads half of a surrogate pair as a question mark."""
    return lambda request: handle(evolve(request, body=request.body.replace(b"\\ud800", b"?")))


@server_variant
def refuses_a_request_for_a_long_key(handle: Handler) -> Server:
    """Answers 400 with 109108 to a request with a key of more than 100 characters (R12)."""

    def answered(request: Request, response: Response) -> Response:
        is_long = is_accepted(response) and any(len(key) > 100 for key in sent_keys(request))
        return refusal(400, 109108, "MCMS_UTM_Validation_InvalidValue_messageKey: Too long") if is_long else response

    return on_answer(handle, answered)


@server_variant
def counts_a_key_as_utf_16_does(handle: Handler) -> Server:
    """Refuses a key that UTF-16 writes with more than 100 units."""
    return _refusing(
        handle, 109108, lambda recipient: len(str(recipient.get("messageKey", "")).encode("utf-16-le")) > 200
    )


@server_variant
def takes_an_empty_key_for_none(handle: Handler) -> Server:
    """Makes a key where the one that was sent is empty."""
    return on_recipients(handle, lambda each: without(each, "messageKey") if each.get("messageKey") == "" else each)


@server_variant
def keeps_keys_of_refused_recipients(handle: Handler) -> Server:
    """Refuses a key that an earlier request had, even if its recipient was refused."""
    kept: set[str] = set()

    def changed(request: Request, result: Object) -> Object:
        told = [
            refused_item(item, 109110, "MCMS_UTM_Validation_DuplicateMessageKey: Used before")
            if recipient.get("messageKey") in kept and not is_refused(item)
            else item
            for recipient, item in matched(request, result)
        ]
        kept.update(str(item["messageKey"]) for item in items(result) if is_refused(item))
        return with_items(result, told)

    return on_result_of(handle, changed)


@server_variant
def queues_the_last_of_a_duplicate(handle: Handler) -> Server:
    """Queues the last recipient with a key, and refuses the first (R9)."""

    def changed(result: Object) -> Object:
        listed = items(result)
        twice = {str(each["messageKey"]) for each in listed if each.get("errorcode") == 109110}
        told = sorted(listed, key=lambda each: not is_refused(each) and each["messageKey"] in twice)
        return {**result, "responses": told}

    return on_result(handle, changed)


@server_variant
def calls_every_bad_number_missing(handle: Handler) -> Server:
    """Refuses a number that cannot be used with 109106 (R11)."""
    return on_refused(handle, lambda item: {**item, "errorcode": 109106} if item["errorcode"] == 109121 else item)


@server_variant
def takes_any_number_with_a_digit(handle: Handler) -> Server:
    """Queues whatever number has a digit in it, of any script."""
    taken: set[str] = set()

    def changed(recipient: Object, item: Object) -> Object:
        # Only the number is taken: a key that is too long, or stands twice, may hide behind the refusal of the number.
        key = str(item["messageKey"])
        is_good = key not in taken and 1 <= len(key) <= 100
        has_digit = any(each.isdigit() for each in str(recipient.get("to", "")))
        told = queued_item(item) if is_good and has_digit and item.get("errorcode") == 109121 else item
        if not is_refused(told):
            taken.add(key)
        return told

    return on_match(handle, changed)


@server_variant
def refuses_odd_contact_keys(handle: Handler) -> Server:
    """Refuses a contact key that is long, or has signs beyond ASCII or a NUL, with 109109."""

    def is_odd(recipient: Object) -> bool:
        key = str(recipient.get("contactKey", ""))
        return len(key) > 254 or not key.isascii() or "\0" in key

    return _refusing(handle, 109109, is_odd)


@server_variant
def refuses_a_request_for_a_nul(handle: Handler) -> Server:
    """Answers 400 to a request with a NUL, or another sign that cannot be seen, in any string."""
    return _refusing_whole(handle, lambda request: any(not each.isprintable() for each in strings(read(request))))


@server_variant
def takes_texts_alone_for_attributes(handle: Handler) -> Server:
    """Answers 400 to an attribute that is no text."""

    def is_meant(request: Request) -> bool:
        holders = [read(request), *recipients(request)]
        return any(not isinstance(value, str) for each in holders for value in each.get("attributes", {}).values())

    return _refusing_whole(handle, is_meant)


@server_variant
def takes_no_attribute_without_a_plain_name(handle: Handler) -> Server:
    """Answers 400 to an attribute whose name is empty or __proto__."""

    def is_meant(request: Request) -> bool:
        holders = [read(request), *recipients(request)]
        return any(name in ("", "__proto__") for each in holders for name in each.get("attributes", {}))

    return _refusing_whole(handle, is_meant)


@server_variant
def takes_a_hundred_levels(handle: Handler) -> Server:
    """Answers 400 to a body that is nested more than a hundred levels deep (R37)."""
    return _refusing_first(
        handle,
        refusal(400, 10004, "Too deep"),
        lambda body: b"[" * 99 in body or b'{"a":' * 99 in body,
    )


@server_variant
def takes_a_hundred_kilobytes(handle: Handler) -> Server:
    """Answers 413 to a body of more than a hundred kilobytes (R37)."""
    return _refusing_first(handle, refusal(413, 10000, "Too large"), lambda body: len(body) > 102_400)


@server_variant
def refuses_large_bodies_as_bad(handle: Handler) -> Server:
    """Answers 400 to a body of more than a hundred kilobytes (R37)."""
    return _refusing_first(handle, refusal(400, 10000, "Too large"), lambda body: len(body) > 102_400)


@server_variant
def needs_a_keyword_to_resubscribe(handle: Handler) -> Server:
    """Answers 400 with 109116 to a request that resubscribes."""

    def answered(request: Request, response: Response) -> Response:
        asks = is_accepted(response) and as_object(read(request).get("subscriptions")).get("resubscribe") is True
        return refusal(400, 109116, "MCMS_UTM_Validation_InvalidValue_resubscribe: No keyword") if asks else response

    return on_answer(handle, answered)


def _text_if_long(digits: str) -> int | str:
    return int(digits) if len(digits) < 4000 else digits


def _rereading(handle: Handler, read_text: Callable[[str], Any]) -> Handler:
    """The server, with bodies read in another way and written anew, if they can be."""

    def answered(request: Request) -> Response:
        try:
            text = request.body.decode()
            value = read_text(text)
        except (ValueError, RecursionError):
            return handle(request)
        return handle(evolve(request, body=json.dumps(value).encode()) if is_send(request) else request)

    return answered


def _refusing(handle: Handler, code: int, is_meant: Callable[[Object], bool]) -> Handler:
    """The server, refusing recipients alone that are meant."""

    def changed(recipient: Object, item: Object) -> Object:
        is_hit = is_meant(recipient) and not is_refused(item)
        return refused_item(item, code, "MCMS_UTM_Validation_InvalidValue: No good") if is_hit else item

    return on_match(handle, changed)


def _refusing_whole(handle: Handler, is_meant: Callable[[Request], bool]) -> Handler:
    """The server, refusing requests whole that are meant and that it would have accepted."""

    def answered(request: Request, response: Response) -> Response:
        is_hit = is_accepted(response) and is_meant(request)
        return refusal(400, 10000, "MCMS_UTM_Validation: No good") if is_hit else response

    return on_answer(handle, answered)


def _refusing_first(handle: Handler, response: Response, is_meant: Callable[[bytes], bool]) -> Handler:
    """The server, refusing bodies that are meant before it reads them."""

    def answered(request: Request, answer: Response) -> Response:
        return response if not is_kept_out(answer) and is_meant(request.body) else answer

    return on_answer(handle, answered)
