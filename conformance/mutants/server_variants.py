"""Correct servers that differ from the reference where the contract leaves a choice: none may be accused of anything.

A suite that was only ever tried on one correct server may be tuned to it.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from itertools import count
from typing import Any, Literal

from attrs import evolve, frozen

from conformance.model import Answer, Handler, Request, Response
from conformance.mutants.server_edits import (
    Object,
    as_object,
    edited,
    is_accepted,
    is_json,
    is_kept_out,
    is_refused,
    is_send,
    items,
    matched,
    on_answer,
    on_error,
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
    with_header,
    with_items,
    without,
    without_header,
)

#: A server in process, faultless or with some delay.
Server = Callable[[Request], Response | Answer]
Message = MutableMapping[str, Any]
ASGIApp = Callable[[Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]

#: Seconds that a slow and steady server takes for each answer.
SLOWNESS = 0.005


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


def _variant(wrap: Callable[[Handler], Server]) -> ServerVariant:
    return ServerVariant(wrap.__name__.replace("_", "-"), (wrap.__doc__ or "").partition("\n")[0], wrap)


@_variant
def answers_404_to_other_methods(handle: Handler) -> Server:
    """Answers 404, not 405, to a method that is not declared (R33)."""

    def answered(request: Request) -> Response:
        response = handle(request)
        return refusal(404, 404, "Not Found") if response.status == 405 else response

    return answered


@_variant
def turns_strangers_away_with_401(handle: Handler) -> Server:
    """Answers 401 to whoever is not let in (R22)."""
    return on_error(
        handle, lambda _, response: with_header(evolve(response, status=401), "www-authenticate", "Bearer"), (403,)
    )


@_variant
def turns_strangers_away_with_403(handle: Handler) -> Server:
    """Answers 403 to whoever is not let in (R22)."""
    return on_error(
        handle, lambda _, response: evolve(without_header(response, "www-authenticate"), status=403), (401,)
    )


@_variant
def lists_recipients_from_the_last(handle: Handler) -> Server:
    """Lists the items of a 202 in the opposite order (R9)."""
    return on_result(handle, lambda result: {**result, "responses": items(result)[::-1]})


@_variant
def lists_the_refused_first(handle: Handler) -> Server:
    """Lists the refused recipients of a 202 before the queued ones, as the page's example does (R9)."""
    return on_result(
        handle, lambda result: {**result, "responses": sorted(items(result), key=is_refused, reverse=True)}
    )


@_variant
def adds_headers_of_its_own(handle: Handler) -> Server:
    """Adds headers that the contract does not mention."""

    def answered(request: Request) -> Response:
        response = with_header(handle(request), "x-request-id", str(uuid.uuid4()))
        return with_header(with_header(response, "server", "another/1.0"), "cache-control", "no-store")

    return answered


@_variant
def writes_json_for_people(handle: Handler) -> Server:
    """Writes its JSON on several lines, and every sign beyond ASCII as it is."""
    return _rewritten(handle, lambda value: json.dumps(value, indent=4, ensure_ascii=False) + "\n")


@_variant
def writes_json_in_ascii(handle: Handler) -> Server:
    """Writes its JSON without a space, and every sign beyond ASCII as an escape."""
    return _rewritten(handle, lambda value: json.dumps(value, separators=(",", ":")))


@_variant
def names_the_charset(handle: Handler) -> Server:
    """Says of its JSON that it is UTF-8, in capitals."""

    def answered(request: Request) -> Response:
        response = handle(request)
        return (
            with_header(response, "content-type", "application/json; charset=UTF-8") if is_json(response) else response
        )

    return answered


@_variant
def adds_fields_of_its_own(handle: Handler) -> Server:
    """Adds members to its answers that the contract does not know."""

    def answered(request: Request) -> Response:
        return edited(handle(request), lambda body: {**body, "tenant": {"id": 7, "tags": ["a", None]}})

    return answered


@_variant
def writes_ids_in_capitals(handle: Handler) -> Server:
    """Writes the requestId as a UUID in capitals (R28)."""
    return on_result(handle, lambda result: {**result, "requestId": str(result["requestId"]).upper()})


@_variant
def closes_every_connection(handle: Handler) -> Server:
    """Closes the connection after each answer."""
    return lambda request: with_header(handle(request), "connection", "close")


@_variant
def is_slow_and_steady(handle: Handler) -> Server:
    """Takes the same short while for each answer."""
    return lambda request: Answer(handle(request), stall=SLOWNESS)


@_variant
def refuses_a_request_with_nobody_usable(handle: Handler) -> Server:
    """Answers 400 with 109103, not a 202, where every recipient would be refused (R16)."""

    def answered(request: Request, response: Response) -> Response:
        all_refused = is_accepted(response) and all(map(is_refused, items(response.json)))
        return refusal(400, 109103, "MCMS_UTM_Validation_NoValidSubscribers: nobody") if all_refused else response

    return on_answer(handle, answered)


@_variant
def answers_what_is_allowed(handle: Handler) -> Server:
    """Answers OPTIONS with 204 and Allow (R33)."""
    allowed = Response(204, (("allow", "POST, OPTIONS"), ("access-control-allow-origin", "*")))
    return lambda request: allowed if request.method == "OPTIONS" else handle(request)


@_variant
def answers_other_paths_in_its_own_way(handle: Handler) -> Server:
    """Answers other paths and methods with the plain pages of its framework."""

    def answered(request: Request) -> Response:
        response = handle(request)
        if is_send(request) or response.status not in (404, 405):
            return response
        page = Response(response.status, (("content-type", "text/html"),), b"<h1>No such thing</h1>")
        return with_header(page, "allow", "POST") if response.status == 405 else page

    return answered


@_variant
def redirects_untidy_paths(handle: Handler) -> Server:
    """Redirects a path with a slash twice, or in other letters, to the one it knows."""

    def answered(request: Request) -> Response:
        tidy = request.path.replace("//", "/").lower()
        return handle(request) if tidy == request.path else Response(301, (("location", tidy),))

    return answered


@_variant
def turns_away_a_scheme_in_other_letters(handle: Handler) -> Server:
    """Answers 401 to the right token under `bearer` (R35)."""
    return _turning_away(handle, lambda given: given[:1] != ("Bearer",))


@_variant
def is_exact_about_blanks(handle: Handler) -> Server:
    """Answers 401 where more than one blank stands before the token."""
    return _turning_away(handle, lambda given: len(given) != 2)


@_variant
def takes_any_blank_before_the_token(handle: Handler) -> Server:
    """Takes a tab for a blank before the token."""

    def answered(request: Request) -> Response:
        header = request.header("authorization")
        return handle(with_header(request, "authorization", header.replace("\t", " ")) if header else request)

    return answered


@_variant
def takes_the_first_of_two_tokens(handle: Handler) -> Server:
    """Looks at the first Authorization header alone."""
    return _choosing(handle, 0)


@_variant
def takes_the_last_of_two_tokens(handle: Handler) -> Server:
    """Looks at the last Authorization header alone."""
    return _choosing(handle, -1)


@_variant
def reads_a_byte_order_mark(handle: Handler) -> Server:
    """Passes over a byte-order mark before the body."""
    return lambda request: handle(evolve(request, body=request.body.removeprefix(b"\xef\xbb\xbf")))


@_variant
def takes_the_last_of_two_names(handle: Handler) -> Server:
    """Takes the last value of a name that stands twice (R30), NaN for null and a long number for a text."""
    return _rereading(handle, lambda text: json.loads(text, parse_constant=lambda _: None, parse_int=_text_if_long))


@_variant
def takes_the_first_of_two_names(handle: Handler) -> Server:
    """Takes the first value of a name that stands twice (R30)."""

    def first(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        return dict(reversed(pairs))

    return _rereading(handle, lambda text: json.loads(text, object_pairs_hook=first))


@_variant
def replaces_half_of_a_pair(handle: Handler) -> Server:
    """Reads half of a surrogate pair as a question mark."""
    return lambda request: handle(evolve(request, body=request.body.replace(b"\\ud800", b"?")))


@_variant
def answers_400_to_other_content_types(handle: Handler) -> Server:
    """Answers 400, not 415, to a body that is not sent as JSON (R21)."""
    return on_error(handle, lambda _, response: evolve(response, status=400), (415,))


@_variant
def takes_what_is_nearly_called_json(handle: Handler) -> Server:
    """Takes JSON without a content type, in Latin-1 or in letters of its own."""

    def answered(request: Request) -> Response:
        is_meant = request.media_type in ("", "application/json")
        return handle(with_header(request, "content-type", "application/json") if is_meant else request)

    return answered


@_variant
def is_exact_about_the_content_type(handle: Handler) -> Server:
    """Answers 415 to JSON that is not called application/json to the letter, but for its charset."""

    def answered(request: Request, response: Response) -> Response:
        given = (request.header("content-type") or "").partition(";")[0]
        is_other = is_accepted(response) and given != "application/json"
        return refusal(415, 10000, "MCMS_UTM_Validation: Send JSON") if is_other else response

    return on_answer(handle, answered)


@_variant
def refuses_a_request_for_a_long_key(handle: Handler) -> Server:
    """Answers 400 with 109108 to a request with a key of more than 100 characters (R12)."""

    def answered(request: Request, response: Response) -> Response:
        is_long = is_accepted(response) and any(len(key) > 100 for key in sent_keys(request))
        return refusal(400, 109108, "MCMS_UTM_Validation_InvalidValue_messageKey: Too long") if is_long else response

    return on_answer(handle, answered)


@_variant
def counts_a_key_as_utf_16_does(handle: Handler) -> Server:
    """Refuses a key that UTF-16 writes with more than 100 units."""
    return _refusing(
        handle, 109108, lambda recipient: len(str(recipient.get("messageKey", "")).encode("utf-16-le")) > 200
    )


@_variant
def takes_an_empty_key_for_none(handle: Handler) -> Server:
    """Makes a key where the one that was sent is empty."""
    return on_recipients(handle, lambda each: without(each, "messageKey") if each.get("messageKey") == "" else each)


@_variant
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


@_variant
def queues_the_last_of_a_duplicate(handle: Handler) -> Server:
    """Queues the last recipient with a key, and refuses the first (R9)."""

    def changed(result: Object) -> Object:
        listed = items(result)
        twice = {str(each["messageKey"]) for each in listed if each.get("errorcode") == 109110}
        told = sorted(listed, key=lambda each: not is_refused(each) and each["messageKey"] in twice)
        return {**result, "responses": told}

    return on_result(handle, changed)


@_variant
def calls_every_bad_number_missing(handle: Handler) -> Server:
    """Refuses a number that cannot be used with 109106 (R11)."""
    return on_refused(handle, lambda item: {**item, "errorcode": 109106} if item["errorcode"] == 109121 else item)


@_variant
def takes_any_number_with_a_digit(handle: Handler) -> Server:
    """Queues whatever number has a digit in it, of any script."""

    def changed(recipient: Object, item: Object) -> Object:
        has_digit = any(each.isdigit() for each in str(recipient.get("to", "")))
        return queued_item(item) if has_digit and item.get("errorcode") == 109121 else item

    return on_match(handle, changed)


@_variant
def refuses_odd_contact_keys(handle: Handler) -> Server:
    """Refuses a contact key that is long, or has signs beyond ASCII or a NUL, with 109109."""

    def is_odd(recipient: Object) -> bool:
        key = str(recipient.get("contactKey", ""))
        return len(key) > 254 or not key.isascii() or "\0" in key

    return _refusing(handle, 109109, is_odd)


@_variant
def refuses_a_request_for_a_nul(handle: Handler) -> Server:
    """Answers 400 to a request with a NUL, or another sign that cannot be seen, in any string."""
    return _refusing_whole(handle, lambda request: any(not each.isprintable() for each in strings(read(request))))


@_variant
def takes_texts_alone_for_attributes(handle: Handler) -> Server:
    """Answers 400 to an attribute that is no text."""

    def is_meant(request: Request) -> bool:
        holders = [read(request), *recipients(request)]
        return any(not isinstance(value, str) for each in holders for value in each.get("attributes", {}).values())

    return _refusing_whole(handle, is_meant)


@_variant
def takes_no_attribute_without_a_plain_name(handle: Handler) -> Server:
    """Answers 400 to an attribute whose name is empty or __proto__."""

    def is_meant(request: Request) -> bool:
        holders = [read(request), *recipients(request)]
        return any(name in ("", "__proto__") for each in holders for name in each.get("attributes", {}))

    return _refusing_whole(handle, is_meant)


@_variant
def takes_a_hundred_levels(handle: Handler) -> Server:
    """Answers 400 to a body that is nested more than a hundred levels deep (R37)."""
    return _refusing_first(
        handle,
        refusal(400, 10004, "Too deep"),
        lambda body: b"[" * 99 in body or b'{"a":' * 99 in body,
    )


@_variant
def takes_a_hundred_kilobytes(handle: Handler) -> Server:
    """Answers 413 to a body of more than a hundred kilobytes (R37)."""
    return _refusing_first(handle, refusal(413, 10000, "Too large"), lambda body: len(body) > 102_400)


@_variant
def refuses_large_bodies_as_bad(handle: Handler) -> Server:
    """Answers 400 to a body of more than a hundred kilobytes (R37)."""
    return _refusing_first(handle, refusal(400, 10000, "Too large"), lambda body: len(body) > 102_400)


@_variant
def needs_a_keyword_to_resubscribe(handle: Handler) -> Server:
    """Answers 400 with 109116 to a request that resubscribes."""

    def answered(request: Request, response: Response) -> Response:
        asks = is_accepted(response) and as_object(read(request).get("subscriptions")).get("resubscribe") is True
        return refusal(400, 109116, "MCMS_UTM_Validation_InvalidValue_resubscribe: No keyword") if asks else response

    return on_answer(handle, answered)


@_variant
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


@_variant
def makes_long_keys(handle: Handler) -> Server:
    """Makes keys of 120 characters where none was sent."""
    return _making(handle, lambda: f"{uuid.uuid4()}-".ljust(120, "m"))


@_variant
def makes_short_keys(handle: Handler) -> Server:
    """Makes keys by counting where none was sent."""
    numbers = count(1)
    return _making(handle, lambda: str(next(numbers)))


@_variant
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


def _text_if_long(digits: str) -> int | str:
    return int(digits) if len(digits) < 4000 else digits


def _turning_away(handle: Handler, is_meant: Callable[[tuple[str, ...]], bool]) -> Handler:
    """The server, answering 401 to one Authorization header that is meant by its parts, cut at each blank."""

    def answered(request: Request) -> Response:
        given = request.all_headers("authorization")
        is_hit = is_send(request) and len(given) == 1 and is_meant(tuple(given[0].split(" ")))
        return refusal(401, 0, "Not Authorized", ("www-authenticate", "Bearer")) if is_hit else handle(request)

    return answered


def _choosing(handle: Handler, place: int) -> Handler:
    def answered(request: Request) -> Response:
        given = request.all_headers("authorization")
        return handle(with_header(request, "authorization", given[place]) if len(given) > 1 else request)

    return answered


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
    *(each for each in tuple(globals().values()) if isinstance(each, ServerVariant)),
    ServerVariant("sends-chunks", "Sends its answers in chunks.", _reference, dress=_in_chunks),
    ServerVariant("is-a-wsgi-application", "Stands behind a gateway of another kind.", _reference, gateway="wsgi"),
)
