"""Servers that take a request which must be refused as a whole, or refuse it with the wrong code."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from attrs import evolve

from conformance.model import JSON, Handler, Request, Response, is_object, json_response
from conformance.mutants.server_edits import (
    Object,
    as_list,
    as_object,
    edited,
    is_accepted,
    is_json,
    is_send,
    on_answer,
    on_recipients,
    on_request,
    read,
    recipients,
    refused_item,
    with_header,
    with_items,
    with_json,
    without,
)
from conformance.mutants.server_mutant import server_mutant

_MEMBERS = frozenset({"definitionKey", "recipients", "subscriptions", "content", "attributes"})
_RECIPIENT_MEMBERS = frozenset({"contactKey", "to", "messageKey", "attributes"})


@server_mutant(kills="send-empty-recipients-refused")
def queues_nobody(handle: Handler) -> Handler:
    """Answers 202 to a request with an empty list of recipients."""
    return _accepting_nobody(handle, lambda body: body.get("recipients") == [])


@server_mutant(kills="send-empty-recipients-code")
def gives_empty_recipients_another_code(handle: Handler) -> Handler:
    """Gives an empty list of recipients the general code 10000."""
    return _recoded(handle, lambda body: body.get("recipients") == [])


@server_mutant(kills="send-missing-recipients-refused")
def queues_without_recipients(handle: Handler) -> Handler:
    """Answers 202 to a request that has no recipients."""
    return _accepting_nobody(
        handle, lambda body: "definitionKey" in body and "recipients" not in body and set(body) <= _MEMBERS
    )


@server_mutant(kills="send-unknown-field-refused")
def ignores_unknown_fields(handle: Handler) -> Handler:
    """Ignores a field of the request that it does not know."""
    return on_request(handle, lambda body: {name: body[name] for name in body if name in _MEMBERS})


@server_mutant(kills="send-unknown-field-refused")
def ignores_unknown_fields_of_recipients(handle: Handler) -> Handler:
    """Ignores a field of a recipient that it does not know."""
    return on_recipients(handle, lambda each: {name: each[name] for name in each if name in _RECIPIENT_MEMBERS})


@server_mutant(kills="send-unknown-field-refused")
def takes_recipient_for_recipients(handle: Handler) -> Handler:
    """Takes a lone recipient under recipient, as if this were the send to one."""

    def changed(body: Object) -> Object:
        if "recipients" in body or not is_object(body.get("recipient")):
            return body
        return {**without(body, "recipient"), "recipients": [body["recipient"]]}

    return on_request(handle, changed)


@server_mutant(kills="send-unknown-field-code")
def gives_unknown_fields_another_code(handle: Handler) -> Handler:
    """Gives a request with a field that it does not know the general code 10000."""

    def has_unknown(body: Object) -> bool:
        listed = map(as_object, as_list(body.get("recipients")))
        return not set(body) <= _MEMBERS or any(not set(each) <= _RECIPIENT_MEMBERS for each in listed)

    return _recoded(handle, has_unknown)


@server_mutant(kills="send-invalid-request-refused")
def takes_numbers_for_strings(handle: Handler) -> Handler:
    """Takes a number where a field of a recipient must be a string."""

    def changed(recipient: Object) -> Object:
        return {name: str(value) if _is_number(value) else value for name, value in recipient.items()}

    return on_recipients(handle, changed)


@server_mutant(kills="send-invalid-request-refused")
def takes_null_for_absent(handle: Handler) -> Handler:
    """Takes a field that is null for one that was not sent."""

    def present(value: Object) -> Object:
        return {name: member for name, member in value.items() if member is not None or name not in _KNOWN}

    return on_request(on_recipients(handle, present), present)


#: What a request and a recipient know.
_KNOWN = frozenset(
    {
        *("definitionKey", "recipients", "subscriptions", "content", "attributes"),
        *("contactKey", "to", "messageKey"),
    }
)


@server_mutant(kills="send-invalid-request-refused")
def takes_a_lone_recipient_for_a_list(handle: Handler) -> Handler:
    """Takes an object under recipients for a list of one recipient."""

    def changed(body: Object) -> Object:
        alone = body.get("recipients")
        return {**body, "recipients": [alone]} if is_object(alone) else body

    return on_request(handle, changed)


@server_mutant(kills="send-invalid-request-refused")
def skips_recipients_that_are_no_objects(handle: Handler) -> Handler:
    """Skips what is no object in the list of recipients, if there is an object beside it."""

    def changed(body: Object) -> Object:
        kept: list[JSON] = [each for each in as_list(body.get("recipients")) if is_object(each)]
        return {**body, "recipients": kept} if kept else body

    return on_request(handle, changed)


@server_mutant(kills="send-invalid-request-refused")
def sends_with_the_last_definition(handle: Handler) -> Handler:
    """Uses the definition of the request before when a request names none."""
    last: list[JSON] = []

    def faulty(request: Request) -> Response:
        if not is_send(request):
            return handle(request)
        sent = edited(
            request,
            lambda body: {**body, "definitionKey": body.get("definitionKey", last[0])} if last else body,
        )
        response = handle(sent)
        if is_accepted(response) and "definitionKey" in read(sent):
            last[:] = [read(sent)["definitionKey"]]
        return response

    return faulty


@server_mutant(kills="send-unknown-definition-refused")
def sends_with_an_unknown_definition(handle: Handler) -> Handler:
    """Queues messages of a definition that does not exist."""
    known: list[str] = []

    def faulty(request: Request) -> Response:
        response = handle(request)
        if is_send(request) and is_accepted(response) and "definitionKey" in read(request):
            known[:] = [read(request)["definitionKey"]]
        elif known and _names_unknown_definition(request, response):
            return handle(with_json(request, {**read(request), "definitionKey": known[0]}))
        return response

    return faulty


@server_mutant(kills="send-unknown-definition-refused")
def refuses_recipients_for_an_unknown_definition(handle: Handler) -> Handler:
    """Answers 202 and refuses each recipient when the definition does not exist."""

    def faulty(request: Request, response: Response) -> Response:
        if not _names_unknown_definition(request, response):
            return response
        answered = [
            refused_item(
                {"messageKey": each.get("messageKey") or str(uuid.uuid4())},
                109111,
                "MCMS_UTM_Validation_InvalidValue_definitionKey: Unknown definition",
            )
            for each in recipients(request)
        ]
        return json_response(202, with_items({"requestId": str(uuid.uuid4())}, answered))

    return on_answer(handle, faulty)


@server_mutant(kills="send-malformed-body-refused")
def queues_what_it_cannot_read(handle: Handler) -> Handler:
    """Answers 202, to read it later, when the body is not JSON."""
    return _accepting_unread(handle, lambda request: not is_json(request))


@server_mutant(kills="send-malformed-body-refused")
def queues_an_empty_body(handle: Handler) -> Handler:
    """Answers 202, to read it later, when the body is empty."""
    return _accepting_unread(handle, lambda request: not request.body.strip())


@server_mutant(kills="send-malformed-body-refused")
def reads_bodies_that_are_not_utf_8(handle: Handler) -> Handler:
    """Reads a body that is not UTF-8 as if it were Latin-1."""

    def faulty(request: Request) -> Response:
        if not is_send(request) or _is_utf_8(request.body):
            return handle(request)
        return handle(evolve(request, body=request.body.decode("latin-1").encode()))

    return faulty


@server_mutant(kills="send-wrong-content-type-refused")
def ignores_the_content_type(handle: Handler) -> Handler:
    """Reads any body as JSON, whatever its content type."""
    return _typed(handle, lambda media_type: True)


@server_mutant(kills="send-wrong-content-type-refused")
def reads_plain_text_as_json(handle: Handler) -> Handler:
    """Reads a body sent as text/plain as JSON."""
    return _typed(handle, lambda media_type: media_type == "text/plain")


@server_mutant(kills="send-wrong-content-type-refused")
def reads_forms_as_json(handle: Handler) -> Handler:
    """Reads a body sent as a form as JSON."""
    return _typed(handle, lambda media_type: media_type == "application/x-www-form-urlencoded")


def _is_number(value: JSON) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_utf_8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _names_unknown_definition(request: Request, response: Response) -> bool:
    return is_send(request) and response.status == 400 and read(response).get("errorcode") == 109111


def _accepting_nobody(handle: Handler, is_meant: Callable[[Object], bool]) -> Handler:
    """The server, answering 202 with no items where it refused a request that is meant."""

    def faulty(request: Request, response: Response) -> Response:
        if response.status != 400 or not is_meant(read(request)):
            return response
        return json_response(202, with_items({"requestId": str(uuid.uuid4())}, []))

    return on_answer(handle, faulty)


def _accepting_unread(handle: Handler, is_meant: Callable[[Request], bool]) -> Handler:
    """The server, answering 202 with one queued item where it refused a body that is meant."""

    def faulty(request: Request, response: Response) -> Response:
        if response.status != 400 or not is_meant(request):
            return response
        return json_response(202, with_items({"requestId": str(uuid.uuid4())}, [{"messageKey": str(uuid.uuid4())}]))

    return on_answer(handle, faulty)


def _recoded(handle: Handler, is_meant: Callable[[Object], bool]) -> Handler:
    """The server, with the code 10000 where it refused a request that is meant."""

    def faulty(request: Request, response: Response) -> Response:
        is_hit = response.status == 400 and is_meant(read(request))
        return edited(response, lambda error: {**error, "errorcode": 10000}) if is_hit else response

    return on_answer(handle, faulty)


def _typed(handle: Handler, is_meant: Callable[[str], bool]) -> Handler:
    """The server, told that the body is JSON where its content type is meant."""

    def faulty(request: Request) -> Response:
        is_hit = is_send(request) and is_meant(request.media_type)
        return handle(with_header(request, "content-type", "application/json") if is_hit else request)

    return faulty
