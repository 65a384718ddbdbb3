"""Servers that stumble over what strings and bodies may hold: marks, other letters, other encodings, depth."""

from __future__ import annotations

import json
import unicodedata

from attrs import evolve

from conformance.model import Handler, Request, Response
from conformance.mutants.server_edits import (
    Object,
    as_object,
    edited,
    is_accepted,
    is_send,
    matched,
    on_answer,
    on_match,
    on_result_of,
    read,
    recipients,
    refusal,
    refused_item,
    renamed,
    with_header,
    with_items,
)
from conformance.mutants.server_mutant import server_mutant


@server_mutant(kills="send-good-request-queued")
def refuses_a_key_of_exactly_100_characters(handle: Handler) -> Handler:
    """Refuses a messageKey of 100 characters, which is still within the limit."""

    def changed(recipient: Object, item: Object) -> Object:
        too_long = len(str(recipient.get("messageKey", ""))) == 100
        return refused_item(item, 109108, "MCMS_UTM_Validation_InvalidValue_messageKey: Too long") if too_long else item

    return on_match(handle, changed)


@server_mutant(kills="send-good-request-queued")
def takes_keys_for_the_same_in_either_case(handle: Handler) -> Handler:
    """Refuses a messageKey that differs from one before it only in the case of its letters."""

    def changed(request: Request, result: Object) -> Object:
        keys = [str(each.get("messageKey", index)) for index, each in enumerate(recipients(request))]
        lower = [key.lower() for key in keys]
        twice = {key for index, key in enumerate(keys) if lower[index] in lower[:index] and key not in keys[:index]}
        items = [
            refused_item(item, 109110, "MCMS_UTM_Validation_DuplicateMessageKey: Twice")
            if recipient.get("messageKey") in twice and "errorcode" not in item
            else item
            for recipient, item in matched(request, result)
        ]
        return with_items(result, items) if twice else result

    return on_result_of(handle, changed)


@server_mutant(kills="send-key-echoed")
def escapes_the_key_for_html(handle: Handler) -> Handler:
    """Sends a messageKey back with its angle brackets and ampersands escaped."""

    def changed(_: Request, result: Object) -> Object:
        text = json.dumps(result).replace("&", "&amp;").replace("<", "&lt;")
        return as_object(json.loads(text))

    return on_result_of(handle, changed)


@server_mutant(kills="send-key-echoed")
def takes_accents_off_a_key(handle: Handler) -> Handler:
    """Sends a messageKey back without its accents."""

    def changed(_: Object, item: Object) -> Object:
        plain = unicodedata.normalize("NFD", str(item.get("messageKey"))).encode("ascii", "ignore").decode()
        return {**item, "messageKey": plain} if plain else item

    return on_match(handle, changed)


@server_mutant(kills="request-id-new")
def names_a_request_by_its_content(handle: Handler) -> Handler:
    """Gives two requests of the same content the same requestId."""
    given: dict[bytes, str] = {}

    def changed(request: Request, response: Response) -> Response:
        if not is_accepted(response):
            return response
        request_id = given.setdefault(request.body, str(read(response).get("requestId")))
        return edited(response, lambda result: {**result, "requestId": request_id})

    return on_answer(handle, changed)


@server_mutant(kills="send-malformed-body-refused")
def guesses_the_encoding_of_a_body(handle: Handler) -> Handler:
    """Reads a body in UTF-16 as well, as some readers of JSON do of themselves."""

    def lenient(request: Request) -> Response:
        if is_send(request) and request.body.startswith(b"\xff\xfe"):
            request = evolve(request, body=request.body.decode("utf-16").encode())
        return handle(request)

    return lenient


@server_mutant(kills="send-malformed-body-refused")
def reads_the_first_value_of_a_body(handle: Handler) -> Handler:
    """Reads a body up to the end of its first JSON value and ignores the rest."""

    def lenient(request: Request) -> Response:
        try:
            text = request.body.decode()
            _, end = json.JSONDecoder().raw_decode(text)
        except (ValueError, RecursionError):
            return handle(request)
        return handle(evolve(request, body=text[:end].encode()) if is_send(request) else request)

    return lenient


@server_mutant(kills="send-unknown-field-refused")
def knows_a_field_in_any_letter_case(handle: Handler) -> Handler:
    """Reads `DefinitionKey` as `definitionKey`."""

    def lenient(request: Request) -> Response:
        def changed(body: Object) -> Object:
            return renamed(
                {name: body[name] for name in body if name != "definitionKey"}, "DefinitionKey", "definitionKey"
            )

        return handle(edited(request, changed) if is_send(request) and "DefinitionKey" in read(request) else request)

    return lenient


@server_mutant(kills="send-unknown-field-refused")
def ignores_what_it_does_not_know_of_content(handle: Handler) -> Handler:
    """Ignores an unknown member of `content` in place of refusing it."""

    def lenient(request: Request) -> Response:
        def changed(body: Object) -> Object:
            content = as_object(body.get("content"))
            return {**body, "content": {name: content[name] for name in content if name == "message"}}

        return handle(
            edited(request, changed) if is_send(request) and as_object(read(request).get("content")) else request
        )

    return lenient


@server_mutant(kills="send-wrong-content-type-refused")
def takes_text_json_for_json(handle: Handler) -> Handler:
    """Reads a body that is sent as text/json."""

    def lenient(request: Request) -> Response:
        if request.media_type != "text/json":
            return handle(request)
        return handle(with_header(request, "content-type", "application/json"))

    return lenient


@server_mutant(kills="auth-wrong-scheme-refused")
def needs_no_scheme(handle: Handler) -> Handler:
    """Lets in whoever sends the right token with no scheme before it."""

    def lenient(request: Request) -> Response:
        given = request.header("authorization") or ""
        if not given or " " in given or given.lower() == "bearer":
            return handle(request)
        return handle(with_header(request, "authorization", f"Bearer {given}"))

    return lenient


@server_mutant(kills="server-error-never")
def fails_on_a_token_that_is_not_ascii(handle: Handler) -> Handler:
    """Fails with 500 when a token holds another letter than those of ASCII."""

    def faulty(request: Request) -> Response:
        if is_send(request) and not (request.header("authorization") or "").isascii():
            return refusal(500, 30000, "MCMS_UTM_Runtime: the comparison failed")
        return handle(request)

    return faulty


@server_mutant(kills="server-error-never")
def fails_on_half_of_a_surrogate_pair_in_a_key(handle: Handler) -> Handler:
    """Fails with 500 when a messageKey holds half of a surrogate pair."""
    return _failing_on(handle, b"-\\ud800", "the key cannot be stored")


@server_mutant(kills="server-error-never")
def fails_on_half_of_a_surrogate_pair(handle: Handler) -> Handler:
    """Fails with 500 when a string holds half of a surrogate pair."""
    return _failing_on(handle, b"\\ud800", "the text cannot be stored")


def _failing_on(handle: Handler, written: bytes, why: str) -> Handler:
    """The server, which fails on a send in whose body these bytes stand."""

    def faulty(request: Request) -> Response:
        if is_send(request) and written in request.body:
            return refusal(500, 30000, f"MCMS_UTM_Runtime: {why}")
        return handle(request)

    return faulty
