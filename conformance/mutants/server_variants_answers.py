"""Correct servers that write the same answers in another way than the reference."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from itertools import count
from typing import Any

from attrs import evolve

from conformance.model import Answer, Handler, Request, Response
from conformance.mutants.server_edits import (
    Object,
    edited,
    is_json,
    is_refused,
    items,
    matched,
    on_error,
    on_result,
    on_result_of,
    refused_item,
    with_header,
    with_items,
)
from conformance.mutants.server_variant import Server, server_variant

#: Seconds that a slow and steady server takes for each answer.
SLOWNESS = 0.005


@server_variant
def lists_recipients_from_the_last(handle: Handler) -> Server:
    """Lists the items of a 202 in the opposite order (R9)."""
    return on_result(handle, lambda result: {**result, "responses": items(result)[::-1]})


@server_variant
def lists_the_refused_first(handle: Handler) -> Server:
    """Lists the refused recipients of a 202 before the queued ones, as the page's example does (R9)."""
    return on_result(
        handle, lambda result: {**result, "responses": sorted(items(result), key=is_refused, reverse=True)}
    )


@server_variant
def adds_headers_of_its_own(handle: Handler) -> Server:
    """Adds headers that the contract does not mention."""

    def answered(request: Request) -> Response:
        response = with_header(handle(request), "x-request-id", str(uuid.uuid4()))
        return with_header(with_header(response, "server", "another/1.0"), "cache-control", "no-store")

    return answered


@server_variant
def writes_json_for_people(handle: Handler) -> Server:
    """Writes its JSON on several lines, and every sign beyond ASCII as it is."""
    return _rewritten(handle, lambda value: json.dumps(value, indent=4, ensure_ascii=False) + "\n")


@server_variant
def writes_json_in_ascii(handle: Handler) -> Server:
    """Writes its JSON without a space, and every sign beyond ASCII as an escape."""
    return _rewritten(handle, lambda value: json.dumps(value, separators=(",", ":")))


@server_variant
def names_the_charset(handle: Handler) -> Server:
    """Says of its JSON that it is UTF-8, in capitals."""

    def answered(request: Request) -> Response:
        response = handle(request)
        return (
            with_header(response, "content-type", "application/json; charset=UTF-8") if is_json(response) else response
        )

    return answered


@server_variant
def adds_fields_of_its_own(handle: Handler) -> Server:
    """Adds members to its answers that the contract does not know."""

    def answered(request: Request) -> Response:
        return edited(handle(request), lambda body: {**body, "tenant": {"id": 7, "tags": ["a", None]}})

    return answered


@server_variant
def writes_ids_in_capitals(handle: Handler) -> Server:
    """Writes the requestId as a UUID in capitals (R28)."""
    return on_result(handle, lambda result: {**result, "requestId": str(result["requestId"]).upper()})


@server_variant
def closes_every_connection(handle: Handler) -> Server:
    """Closes the connection after each answer."""
    return lambda request: with_header(handle(request), "connection", "close")


@server_variant
def is_slow_and_steady(handle: Handler) -> Server:
    """Takes the same short while for each answer."""
    return lambda request: Answer(handle(request), stall=SLOWNESS)


@server_variant
def speaks_another_language(handle: Handler) -> Server:
    """Says the same in other words, with more numbers, behind the names of its codes."""

    def changed(result: Object) -> Object:
        failed, total = len([each for each in items(result) if is_refused(each)]), len(items(result))
        if not failed:
            return result
        told = [{**each, "message": "Nicht möglich"} if is_refused(each) else each for each in items(result)]
        message = f"MCMS_UTM_ResponsesHasErrors: {failed} Empfänger (Code 109001) von {total}, in 2 Sprachen"
        return {**result, "message": message, "responses": told}

    return on_result(on_error(handle, lambda _, each: edited(each, _in_german)), changed)


@server_variant
def makes_long_keys(handle: Handler) -> Server:
    """Makes keys of 120 characters where none was sent."""
    return _making(handle, lambda: f"{uuid.uuid4()}-".ljust(120, "m"))


@server_variant
def makes_short_keys(handle: Handler) -> Server:
    """Makes keys by counting where none was sent."""
    numbers = count(1)
    return _making(handle, lambda: str(next(numbers)))


@server_variant
def says_what_is_wrong_with_json(handle: Handler) -> Server:
    """Repeats in its error what its reader of JSON says, place and all."""
    said = "Unexpected character ('x' (code 120)): expected a comma\n at [Source: (String)\"{...\"; line: 1, column: 2]"
    return on_error(
        handle,
        lambda _, response: edited(response, lambda error: {**error, "message": said}),
        (400,),
    )


def _in_german(error: Object) -> Object:
    return {**error, "message": "Das geht so nicht"}


def _making(handle: Handler, make: Callable[[], str]) -> Handler:
    """The server, with other keys where none were sent, which it knows again."""
    made: set[str] = set()

    def own(recipient: Object, item: Object) -> Object:
        key = str(recipient.get("messageKey", make()))
        if "messageKey" not in recipient:
            made.add(key)
            return {**item, "messageKey": key}
        is_hit = key in made and not is_refused(item)
        return refused_item(item, 109110, "MCMS_UTM_Validation_DuplicateMessageKey: Used before") if is_hit else item

    def changed(request: Request, result: Object) -> Object:
        return with_items(result, [own(recipient, item) for recipient, item in matched(request, result)])

    return on_result_of(handle, changed)


def _rewritten(handle: Handler, write: Callable[[Any], str]) -> Handler:
    def answered(request: Request) -> Response:
        response = handle(request)
        return (
            evolve(response, body=write(response.json).encode("utf-8", "surrogatepass"))
            if is_json(response)
            else response
        )

    return answered
