"""Servers that read requests wrongly: they refuse what is good JSON, take what is none, or stumble over it."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable

from attrs import evolve

from conformance.model import JSON, NO_ANSWER, Handler, Request, Response, is_array, is_object
from conformance.mutants.server_edits import (
    Object,
    as_object,
    is_accepted,
    is_send,
    on_answer,
    on_recipients,
    on_request,
    read,
    recipients,
    refusal,
    with_json,
    without,
)
from conformance.mutants.server_mutant import server_mutant

_MEMBERS = frozenset({"contactKey", "to", "messageKey", "attributes"})
_FAILURE = refusal(500, 30000, "MCMS_UTM_Runtime: the server failed")
_UNREADABLE = refusal(400, 10004, "The body cannot be read.")
_DEEP = 500


@server_mutant(kills="send-good-request-queued")
def takes_no_parameter_beside_the_content_type(handle: Handler) -> Handler:
    """Answers 415 to JSON that is sent with a charset, though it is UTF-8."""
    return _instead(
        handle, refusal(415, 10000, "MCMS_UTM_Validation: Send JSON"), lambda request: ";" in _type(request)
    )


@server_mutant(kills="send-good-request-queued")
def needs_the_definition_first(handle: Handler) -> Handler:
    """Answers 400 if `definitionKey` is not the first member of the body."""
    return _instead(handle, _UNREADABLE, lambda request: next(iter(read(request)), None) != "definitionKey")


@server_mutant(kills="send-good-request-queued")
def reads_no_escapes(handle: Handler) -> Handler:
    """Answers 400 if a letter of a name is written as an escape."""
    return _instead(handle, _UNREADABLE, lambda request: b'"definitionKey"' not in request.body)


@server_mutant(kills="send-good-request-queued")
def reads_a_body_from_its_first_byte(handle: Handler) -> Handler:
    """Answers 400 if there is a blank before the body."""
    return _instead(handle, _UNREADABLE, lambda request: not request.body.startswith(b"{"))


@server_mutant(kills="send-good-request-queued")
def takes_no_empty_attributes(handle: Handler) -> Handler:
    """Answers 400 if the attributes of a request or a recipient are empty."""
    return _instead(
        handle, _UNREADABLE, lambda request: any(each.get("attributes") == {} for each in recipients(request))
    )


@server_mutant(kills="send-good-request-queued")
def takes_attributes_for_its_own(handle: Handler) -> Handler:
    """Answers 400 if an attribute has the name of something that every object of its language has."""
    return _instead(handle, _UNREADABLE, lambda request: b'"constructor"' in request.body)


@server_mutant(kills="send-good-request-queued")
def fills_in_attributes_as_templates(handle: Handler) -> Handler:
    """Answers 400 if an attribute holds what it takes for the place of another attribute."""
    return _instead(handle, _UNREADABLE, lambda request: b"{0}" in request.body)


@server_mutant(kills="send-malformed-body-refused")
def reads_single_quotes(handle: Handler) -> Handler:
    """Reads a body that is written in single quotes."""

    def lenient(text: str) -> JSON:
        return ast.literal_eval(text) if text.startswith("{'") else ...

    return _reading(handle, lenient)


@server_mutant(kills="send-malformed-body-refused")
def reads_names_without_quotes(handle: Handler) -> Handler:
    """Reads a body whose names are not quoted."""
    return _reading(handle, lambda text: json.loads(re.sub(r"([{,]\s*)([A-Za-z]+):", r'\1"\2":', text)))


@server_mutant(kills="send-malformed-body-refused")
def reads_comments(handle: Handler) -> Handler:
    """Reads a body with comments in it."""
    return _reading(handle, lambda text: json.loads(re.sub(r"/\*.*?\*/", "", text)))


@server_mutant(kills="send-malformed-body-refused")
def reads_line_breaks_in_strings(handle: Handler) -> Handler:
    """Reads a body with a line break within a string."""
    return _reading(handle, lambda text: json.loads(text, strict=False))


@server_mutant(kills="send-malformed-body-refused")
def reads_a_comma_too_many(handle: Handler) -> Handler:
    """Reads a body with a comma after its last member."""
    return _reading(handle, lambda text: json.loads(re.sub(r",(\s*[}\]])", r"\1", text)))


@server_mutant(kills="server-error-never")
def fails_without_a_content_type(handle: Handler) -> Handler:
    """Fails with 500 if a request has no content type."""
    return _failing(handle, lambda request: request.header("content-type") is None)


@server_mutant(kills="server-error-never")
def fails_on_an_unknown_charset(handle: Handler) -> Handler:
    """Fails with 500 if the charset of a request is none that it has heard of."""
    return _failing(handle, lambda request: "nonsense" in _type(request))


@server_mutant(kills="server-error-never")
def fails_on_a_byte_order_mark(handle: Handler) -> Handler:
    """Fails with 500 if a body begins with a byte-order mark."""
    return _failing(handle, lambda request: request.body.startswith(b"\xef\xbb\xbf"))


@server_mutant(kills="server-error-never")
def fails_on_a_name_that_stands_twice(handle: Handler) -> Handler:
    """Fails with 500 if a name stands twice in one object."""
    return _failing(handle, lambda request: request.body.count(b'"definitionKey"') == 2)


@server_mutant(kills="server-error-never")
def fails_on_a_number_that_stands_twice(handle: Handler) -> Handler:
    """Fails with 500 if `to` stands twice in one recipient."""
    return _failing(handle, lambda request: re.search(rb'"to": "\d+", "to"', request.body) is not None)


@server_mutant(kills="server-error-never")
def fails_on_a_long_number(handle: Handler) -> Handler:
    """Fails with 500 on a number of more than 4,300 digits."""
    return _failing(handle, lambda request: re.search(rb"\d{4301}", request.body) is not None)


@server_mutant(kills="server-error-never")
def fails_on_a_number_that_is_too_large(handle: Handler) -> Handler:
    """Fails with 500 on a number that is too large for a double."""
    return _failing(handle, lambda request: b"1e400" in request.body)


@server_mutant(kills="server-error-never")
def fails_on_nan(handle: Handler) -> Handler:
    """Fails with 500 on a body that is JSON but for a NaN."""
    return _failing(handle, lambda request: b"NaN" in request.body)


@server_mutant(kills="server-error-never")
def fails_on_a_deep_body(handle: Handler) -> Handler:
    """Fails with 500 on a body that is nested more than 500 levels deep."""
    return _failing(handle, lambda request: b"[" * _DEEP in request.body)


@server_mutant(kills="server-answers")
def breaks_down_on_a_very_deep_body(handle: Handler) -> Handler:
    """Closes the connection on a body that is nested some thousand levels deep."""
    is_deep = re.compile(rb'(\{"a":){5000}')
    return _before(handle, Response(NO_ANSWER, (), b"closed"), lambda request: bool(is_deep.search(request.body)))


@server_mutant(kills="server-answers")
def breaks_down_on_a_large_body(handle: Handler) -> Handler:
    """Closes the connection on a body of more than half a million bytes."""
    return _before(handle, Response(NO_ANSWER, (), b"closed"), lambda request: len(request.body) > 500_000)


@server_mutant(kills="status-documented")
def takes_no_more_than_a_page(handle: Handler) -> Handler:
    """Answers 413 to a body of more than 4,000 bytes."""
    return _instead(handle, refusal(413, 10000, "MCMS_UTM_Validation: Too large"), lambda each: len(each.body) > 4000)


@server_mutant(kills="server-error-never")
def fails_on_an_empty_key(handle: Handler) -> Handler:
    """Fails with 500 on a messageKey that is empty."""
    return _failing(handle, lambda request: any(each.get("messageKey") == "" for each in recipients(request)))


@server_mutant(kills="server-error-never")
def fails_on_a_nul_in_a_key(handle: Handler) -> Handler:
    """Fails with 500 on a messageKey with a NUL in it."""
    return _failing(handle, lambda request: any("\0" in str(each.get("messageKey")) for each in recipients(request)))


@server_mutant(kills="server-error-never")
def fails_on_an_empty_contact_key(handle: Handler) -> Handler:
    """Fails with 500 on a contactKey that is empty."""
    return _failing(handle, lambda request: any(each.get("contactKey") == "" for each in recipients(request)))


@server_mutant(kills="server-error-never")
def fails_on_a_number_of_many_digits(handle: Handler) -> Handler:
    """Fails with 500 on a number of more than 18 digits, which is too large for an integer."""
    return _failing(handle, lambda request: any(len(_digits(each)) > 18 for each in recipients(request)))


@server_mutant(kills="server-error-never")
def fails_on_digits_of_another_script(handle: Handler) -> Handler:
    """Fails with 500 on a number whose digits are not those of ASCII."""
    return _failing(handle, lambda request: any(not _digits(each).isascii() for each in recipients(request)))


@server_mutant(kills="server-error-never")
def fails_on_an_empty_number(handle: Handler) -> Handler:
    """Fails with 500 on a number that is empty."""
    return _failing(handle, lambda request: any(each.get("to") == "" for each in recipients(request)))


@server_mutant(kills="server-error-never")
def fails_on_an_attribute_that_is_no_string(handle: Handler) -> Handler:
    """Fails with 500 on an attribute that is a number."""

    def is_meant(request: Request) -> bool:
        values = [value for each in recipients(request) for value in as_object(each.get("attributes")).values()]
        return any(isinstance(value, float) for value in values)

    return _failing(handle, is_meant)


@server_mutant(kills="server-error-never")
def fails_on_a_list_for_a_string(handle: Handler) -> Handler:
    """Fails with 500 if `to` is a list."""
    return _failing(handle, lambda request: any(is_array(each.get("to")) for each in recipients(request)))


@server_mutant(kills="server-error-never")
def fails_on_a_list_for_a_recipient(handle: Handler) -> Handler:
    """Fails with 500 if a recipient is a list."""
    return _failing(handle, lambda request: read(request).get("recipients") == [[]])


@server_mutant(kills="server-error-never")
def fails_on_a_body_that_is_false(handle: Handler) -> Handler:
    """Fails with 500 if the body is false, which it takes for none."""
    return _failing(handle, lambda request: request.body == b"false")


@server_mutant(kills="send-unknown-field-refused")
def ignores_unknown_fields_of_later_recipients(handle: Handler) -> Handler:
    """Ignores a field that it does not know of any recipient but the first."""

    def changed(body: Object) -> Object:
        listed = body.get("recipients")
        if not is_array(listed) or not all(is_object(each) for each in listed):
            return body
        kept = [{name: each[name] for name in each if name in _MEMBERS} for each in listed[1:]]
        return {**body, "recipients": [*listed[:1], *kept]}

    return on_request(handle, changed)


@server_mutant(kills="send-unknown-field-refused")
def ignores_unknown_fields_that_are_null(handle: Handler) -> Handler:
    """Ignores a field that it does not know if its value is null."""
    known = {"definitionKey", "recipients", "subscriptions", "content", "attributes"}
    return on_request(
        handle, lambda body: {name: body[name] for name in body if name in known or body[name] is not None}
    )


@server_mutant(kills="send-unknown-field-refused")
def ignores_unknown_fields_of_subscriptions(handle: Handler) -> Handler:
    """Ignores a field of `subscriptions` that it does not know."""

    def changed(body: Object) -> Object:
        inner = as_object(body.get("subscriptions"))
        return {**body, "subscriptions": {"resubscribe": True}} if "keyword" in inner else body

    return on_request(handle, changed)


@server_mutant(kills="send-unknown-field-refused")
def takes_a_message_key_of_the_request(handle: Handler) -> Handler:
    """Ignores a `messageKey` that stands in the request and not in a recipient."""
    return on_request(handle, lambda body: without(body, "messageKey"))


@server_mutant(kills="send-unknown-field-refused")
def knows_fields_of_recipients_in_any_letter_case(handle: Handler) -> Handler:
    """Reads `ContactKey` as `contactKey`."""
    return on_recipients(
        handle,
        lambda each: (
            {"contactKey": each["ContactKey"], **without(each, "ContactKey")} if "ContactKey" in each else each
        ),
    )


@server_mutant(kills="send-invalid-request-refused")
def takes_a_word_for_true(handle: Handler) -> Handler:
    """Takes the string "true" for true."""

    def changed(body: Object) -> Object:
        inner = as_object(body.get("subscriptions"))
        return {**body, "subscriptions": {"resubscribe": True}} if inner.get("resubscribe") == "true" else body

    return on_request(handle, changed)


@server_mutant(kills="send-invalid-request-refused")
def takes_1_for_true(handle: Handler) -> Handler:
    """Takes the number 1 for true."""

    def changed(body: Object) -> Object:
        value = as_object(body.get("subscriptions")).get("resubscribe")
        is_one = isinstance(value, int) and not isinstance(value, bool)
        return {**body, "subscriptions": {"resubscribe": True}} if is_one else body

    return on_request(handle, changed)


@server_mutant(kills="send-invalid-request-refused")
def ignores_attributes_that_are_no_object(handle: Handler) -> Handler:
    """Ignores the attributes of a recipient if they are a string or a list."""

    def changed(recipient: Object) -> Object:
        value = recipient.get("attributes", {})
        return without(recipient, "attributes") if isinstance(value, str | list) else recipient

    return on_recipients(handle, changed)


@server_mutant(kills="send-invalid-request-refused")
def checks_the_types_of_the_first_recipient(handle: Handler) -> Handler:
    """Takes a number for a string in any recipient but the first."""

    def changed(body: Object) -> Object:
        listed = body.get("recipients")
        if not is_array(listed) or not all(is_object(each) for each in listed):
            return body
        told = [
            {name: str(value) if isinstance(value, int) else value for name, value in each.items()} for each in listed
        ]
        return {**body, "recipients": [*listed[:1], *told[1:]]}

    return on_request(handle, changed)


@server_mutant(kills="send-invalid-request-refused")
def refuses_a_recipient_for_a_wrong_type(handle: Handler) -> Handler:
    """Answers 202, and refuses the recipient, if its number is null."""

    def changed(recipient: Object) -> Object:
        return without(recipient, "to") if recipient.get("to", "") is None else recipient

    return on_recipients(handle, changed)


@server_mutant(kills="send-invalid-request-refused")
def queues_without_a_definition(handle: Handler) -> Handler:
    """Queues messages if a request is good but for its missing `definitionKey`."""
    used: list[JSON] = []

    def faulty(request: Request) -> Response:
        body = read(request)
        if is_send(request) and used and "definitionKey" not in body and body.get("recipients"):
            return handle(with_json(request, {"definitionKey": used[0], **body}))
        response = handle(request)
        if is_send(request) and is_accepted(response):
            used[:] = [body.get("definitionKey")]
        return response

    return faulty


def _type(request: Request) -> str:
    return request.header("content-type") or ""


def _digits(recipient: Object) -> str:
    return str(recipient.get("to", ""))


def _instead(handle: Handler, response: Response, is_meant: Callable[[Request], bool]) -> Handler:
    """The server, with another answer to sends that it would have accepted and that are meant."""

    def faulty(request: Request, answer: Response) -> Response:
        return response if is_accepted(answer) and is_meant(request) else answer

    return on_answer(handle, faulty)


def _before(handle: Handler, response: Response, is_meant: Callable[[Request], bool]) -> Handler:
    """The server, with another answer to sends that are meant, which it does not look into."""

    def faulty(request: Request) -> Response:
        return response if is_send(request) and is_meant(request) else handle(request)

    return faulty


def _failing(handle: Handler, is_meant: Callable[[Request], bool]) -> Handler:
    """The server, failing on sends from those that it lets in, if they are meant."""

    def faulty(request: Request, answer: Response) -> Response:
        return _FAILURE if answer.status not in (401, 403) and is_meant(request) else answer

    return on_answer(handle, faulty)


def _reading(handle: Handler, read_text: Callable[[str], JSON]) -> Handler:
    """The server, reading in another way what it could not read; `...` is what cannot be read so either."""

    def faulty(request: Request) -> Response:
        response = handle(request)
        if not is_send(request) or read(response).get("errorcode") != 10004:
            return response
        try:
            value = read_text(request.body.decode())
        except (ValueError, SyntaxError, RecursionError):
            return response
        return response if value is ... else handle(evolve(request, body=json.dumps(value).encode()))

    return faulty
