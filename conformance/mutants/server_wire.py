"""Servers that judge rightly and err on the wire: status, path, method, ids, JSON, content type."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from itertools import count

from attrs import evolve

from conformance.model import Handler, Request, Response, json_response
from conformance.mutants.server_edits import (
    PATH,
    Object,
    edited,
    is_accepted,
    is_json,
    is_send,
    is_send_path,
    items,
    on_answer,
    on_error,
    on_items,
    on_result,
    on_result_of,
    read,
    refusal,
    sent_keys,
    with_header,
    without_header,
)
from conformance.mutants.server_mutant import server_mutant


@server_mutant(kills="status-documented")
def answers_200(handle: Handler) -> Handler:
    """Answers 200 where it must answer 202."""
    return _restated(handle, 200, is_accepted)


@server_mutant(kills="status-documented")
def answers_201(handle: Handler) -> Handler:
    """Answers 201 where it must answer 202."""
    return _restated(handle, 201, is_accepted)


@server_mutant(kills="status-documented")
def answers_422_to_a_bad_body(handle: Handler) -> Handler:
    """Answers 422 where it must answer 400."""
    return _restated(handle, 422, lambda response: response.status == 400)


@server_mutant(kills="status-documented")
def answers_404_to_an_unknown_definition(handle: Handler) -> Handler:
    """Answers 404 where the definition does not exist."""
    return _restated(handle, 404, lambda response: read(response).get("errorcode") == 109111)


@server_mutant(kills="status-documented")
def answers_207_to_mixed_recipients(handle: Handler) -> Handler:
    """Answers 207 where some recipients were refused."""
    return _restated(handle, 207, lambda response: is_accepted(response) and read(response).get("errorcode") != 0)


@server_mutant(kills="path-trailing-slash")
def redirects_to_the_slash(handle: Handler) -> Handler:
    """Redirects with 307 from the path without its trailing slash to the path with it."""
    return _off_the_slash(handle, lambda request: Response(307, (("location", _slashed(request)),)))


@server_mutant(kills="path-trailing-slash")
def moves_to_the_slash(handle: Handler) -> Handler:
    """Redirects with 302, which turns the POST into a GET, to the path with its trailing slash."""
    return _off_the_slash(handle, lambda request: Response(302, (("location", _slashed(request)),)))


@server_mutant(kills="path-trailing-slash")
def serves_the_slash_alone(handle: Handler) -> Handler:
    """Answers 404 at the path without its trailing slash."""
    return _off_the_slash(handle, lambda _: refusal(404, 30003, "MCMS_UTM_Runtime_ObjectNotFound: Not found"))


@server_mutant(kills="request-id-new")
def gives_one_request_id(handle: Handler) -> Handler:
    """Gives every request the same requestId."""
    constant = str(uuid.uuid4())
    return on_result(handle, lambda result: {**result, "requestId": constant})


@server_mutant(kills="request-id-new")
def gives_eight_request_ids_in_turn(handle: Handler) -> Handler:
    """Gives the requestId of eight requests ago."""
    ids = [str(uuid.uuid4()) for _ in range(8)]
    number = count()
    return on_result(handle, lambda result: {**result, "requestId": ids[next(number) % len(ids)]})


@server_mutant(kills="request-id-uuid")
def counts_the_requests(handle: Handler) -> Handler:
    """Gives a counter, not a UUID, for a requestId."""
    number = count(1)
    return on_result(handle, lambda result: {**result, "requestId": f"req-{next(number):08}"})


@server_mutant(kills="response-strict-json")
def writes_a_name_twice(handle: Handler) -> Handler:
    """Writes errorcode twice in a 202."""
    return _rewritten(handle, lambda body: b'{"errorcode": 0, ' + body[1:])


@server_mutant(kills="response-strict-json")
def writes_nan(handle: Handler) -> Handler:
    """Writes NaN for a member of its own in a 202."""
    return _rewritten(handle, lambda body: b'{"duration": NaN, ' + body[1:])


@server_mutant(kills="response-strict-json")
def writes_a_byte_order_mark(handle: Handler) -> Handler:
    """Begins the body of a 202 with a byte-order mark."""
    return _rewritten(handle, lambda body: b"\xef\xbb\xbf" + body)


@server_mutant(kills="response-strict-json")
def writes_bytes_that_are_not_utf_8(handle: Handler) -> Handler:
    """Writes a member of its own in a 202 as Latin-1."""
    return _rewritten(handle, lambda body: b'{"queue": "caf\xe9", ' + body[1:])


@server_mutant(kills="response-strict-json")
def writes_a_trailing_comma(handle: Handler) -> Handler:
    """Writes a comma after the last member of a 202."""
    return _rewritten(handle, lambda body: body.rstrip()[:-1] + b",}")


@server_mutant(kills="response-strict-json")
def writes_keys_as_latin_1(handle: Handler) -> Handler:
    """Writes a 202 as Latin-1 if its text allows that, so that an umlaut in a messageKey is not UTF-8."""

    def rewritten(body: bytes) -> bytes:
        try:
            return json.dumps(json.loads(body), ensure_ascii=False).encode("latin-1")
        except ValueError:
            return body

    return _rewritten(handle, rewritten)


@server_mutant(kills="response-content-type")
def calls_results_plain_text(handle: Handler) -> Handler:
    """Sends a 202 as text/plain."""
    return _typed(handle, "text/plain", is_accepted)


@server_mutant(kills="response-content-type")
def calls_results_latin_1(handle: Handler) -> Handler:
    """Sends a 202 as JSON in the charset ISO-8859-1."""
    return _typed(handle, "application/json; charset=ISO-8859-1", is_accepted)


@server_mutant(kills="response-content-type")
def calls_errors_html(handle: Handler) -> Handler:
    """Sends the JSON of an error as text/html."""
    return _typed(handle, "text/html", lambda response: response.status >= 400)


@server_mutant(kills="response-content-type")
def calls_results_nothing(handle: Handler) -> Handler:
    """Sends a 202 without a content type."""

    def faulty(_: Request, response: Response) -> Response:
        return without_header(response, "content-type") if is_accepted(response) else response

    return on_answer(handle, faulty)


@server_mutant(kills="method-not-declared-refused")
def takes_put_for_post(handle: Handler) -> Handler:
    """Takes a PUT as if it were a POST."""

    def faulty(request: Request) -> Response:
        is_put = request.method == "PUT" and is_send_path(request)
        return handle(evolve(request, method="POST") if is_put else request)

    return faulty


@server_mutant(kills="method-not-declared-refused")
def answers_a_get(handle: Handler) -> Handler:
    """Answers 200 and an empty object to a GET of the path."""

    def faulty(request: Request) -> Response:
        is_get = request.method == "GET" and is_send_path(request)
        return json_response(200, {}) if is_get else handle(request)

    return faulty


@server_mutant(kills="method-not-declared-refused")
def answers_a_delete(handle: Handler) -> Handler:
    """Answers 204 to a DELETE of the path."""

    def faulty(request: Request) -> Response:
        is_delete = request.method == "DELETE" and is_send_path(request)
        return Response(204) if is_delete else handle(request)

    return faulty


@server_mutant(kills="method-not-declared-refused")
def leaves_out_allow(handle: Handler) -> Handler:
    """Answers 405 and does not say which methods are allowed."""
    return on_error(handle, lambda _, response: without_header(response, "allow"), statuses=(405,))


@server_mutant(kills="response-schema")
def writes_the_request_id_as_a_number(handle: Handler) -> Handler:
    """Writes requestId as a number, new for every request."""
    number = count(1)
    return on_result(handle, lambda result: {**result, "requestId": next(number)})


@server_mutant(kills="send-key-generated")
def writes_null_for_a_generated_key(handle: Handler) -> Handler:
    """Writes null for the messageKey of a recipient that sent none."""

    def changed(request: Request, result: Object) -> Object:
        sent = sent_keys(request)
        answered = [item if item.get("messageKey") in sent else {**item, "messageKey": None} for item in items(result)]
        return {**result, "responses": answered}

    return on_result_of(handle, changed)


@server_mutant(kills="send-refused-item")
def writes_the_item_message_as_an_object(handle: Handler) -> Handler:
    """Writes the message of a refused recipient as an object with a text."""

    def changed(item: Object) -> Object:
        return {**item, "message": {"text": item["message"]}} if "message" in item else item

    return on_items(handle, changed)


@server_mutant(kills="error-body")
def writes_the_documentation_as_an_object(handle: Handler) -> Handler:
    """Writes the documentation of an error as an object with a link."""

    def changed(error: Object) -> Object:
        return {**error, "documentation": {"href": error.get("documentation", "")}}

    return on_error(handle, lambda _, response: edited(response, changed))


@server_mutant(kills="error-body")
def writes_the_error_message_as_a_list(handle: Handler) -> Handler:
    """Writes the message of an error as a list of messages."""
    return on_error(
        handle,
        lambda _, response: edited(response, lambda error: {**error, "message": [error.get("message")]}),
    )


def _restated(handle: Handler, status: int, is_meant: Callable[[Response], bool]) -> Handler:
    """The server, with another status on the answers that are meant."""
    return on_answer(handle, lambda _, response: evolve(response, status=status) if is_meant(response) else response)


def _off_the_slash(handle: Handler, answer: Callable[[Request], Response]) -> Handler:
    """The server, with another answer to sends at the path without its trailing slash."""

    def faulty(request: Request) -> Response:
        is_bare = is_send(request) and request.target.partition("?")[0] == PATH
        return answer(request) if is_bare else handle(request)

    return faulty


def _slashed(request: Request) -> str:
    _, mark, query = request.target.partition("?")
    return f"{PATH}/{mark}{query}"


def _rewritten(handle: Handler, change: Callable[[bytes], bytes]) -> Handler:
    """The server, with the bytes of each 202 changed."""

    def faulty(_: Request, response: Response) -> Response:
        is_hit = is_accepted(response) and is_json(response)
        return evolve(response, body=change(response.body)) if is_hit else response

    return on_answer(handle, faulty)


def _typed(handle: Handler, media_type: str, is_meant: Callable[[Response], bool]) -> Handler:
    """The server, with another content type on the answers that are meant."""

    def faulty(_: Request, response: Response) -> Response:
        return with_header(response, "content-type", media_type) if is_meant(response) else response

    return on_answer(handle, faulty)
