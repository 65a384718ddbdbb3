"""Faults of whole requests: good ones that are refused or not answered, unusual ones that break the server.

Those of the second kind are named for the Schemathesis check that must notice them, though ours notice most of
them as well.
"""

from __future__ import annotations

from collections.abc import Callable

from conformance.model import NO_ANSWER, Handler, Request, Response, is_object
from conformance.mutants.server_edits import (
    Object,
    as_list,
    as_object,
    edited,
    is_accepted,
    is_mixed,
    on_answer,
    on_request,
    read,
    refusal,
    with_header,
    without,
)
from conformance.mutants.server_mutant import server_mutant


@server_mutant(kills="send-good-request-queued")
def queues_no_more_than_two_recipients(handle: Handler) -> Handler:
    """Refuses a good request of more than two recipients with 400."""

    def faulty(request: Request, response: Response) -> Response:
        too_long = is_accepted(response) and len(as_list(read(request).get("recipients"))) > 2
        return refusal(400, 109101, "MCMS_UTM_Validation_TooManySubscribers: Too many") if too_long else response

    return on_answer(handle, faulty)


@server_mutant(kills="send-good-request-queued")
def needs_a_message_key(handle: Handler) -> Handler:
    """Refuses a request whose recipients have no messageKey with 400."""

    def faulty(request: Request, response: Response) -> Response:
        listed = [as_object(each) for each in as_list(read(request).get("recipients"))]
        keyless = is_accepted(response) and not any("messageKey" in each for each in listed)
        message = "MCMS_UTM_Validation_MissingRequiredField_messageKey: Missing"
        return refusal(400, 109104, message) if keyless else response

    return on_answer(handle, faulty)


@server_mutant(kills="server-answers")
def breaks_off_a_mixed_answer(handle: Handler) -> Handler:
    """Closes the connection in place of a mixed answer, after queueing the good recipients."""

    def faulty(_: Request, response: Response) -> Response:
        return Response(NO_ANSWER, (), b"closed") if is_accepted(response) and is_mixed(read(response)) else response

    return on_answer(handle, faulty)


def _on_override(handle: Handler, change: Callable[[Response], Response]) -> Handler:
    """The server, with its 202 changed where the request overrides the text of the message."""

    def faulty(request: Request, response: Response) -> Response:
        overrides = bool(as_object(read(request).get("content")))
        return change(response) if overrides and is_accepted(response) else response

    return on_answer(handle, faulty)


@server_mutant(kills="schemathesis-not-a-server-error")
def fails_on_an_override(handle: Handler) -> Handler:
    """Fails with 500 when the text of the message is overridden."""
    return _on_override(handle, lambda _: refusal(500, 30000, "MCMS_UTM_Runtime: the template is missing"))


@server_mutant(kills="schemathesis-status-code-conformance")
def answers_an_override_with_207(handle: Handler) -> Handler:
    """Answers 207 when the text of the message is overridden."""
    return _on_override(handle, lambda response: Response(207, response.headers, response.body))


@server_mutant(kills="schemathesis-content-type-conformance")
def answers_an_override_as_text(handle: Handler) -> Handler:
    """Sends its answer as text/plain when the text of the message is overridden."""
    return _on_override(handle, lambda response: with_header(response, "content-type", "text/plain"))


@server_mutant(kills="schemathesis-response-schema-conformance")
def forgets_the_request_id_of_an_override(handle: Handler) -> Handler:
    """Leaves `requestId` out when the text of the message is overridden."""
    return _on_override(handle, lambda response: edited(response, lambda result: without(result, "requestId")))


@server_mutant(kills="schemathesis-negative-data-rejection")
def ignores_a_content_it_cannot_read(handle: Handler) -> Handler:
    """Queues a request whose `content` is not an object, as if it had none."""

    def lenient(body: Object) -> Object:
        if "content" in body and not is_object(body["content"]) and as_list(body.get("recipients")):
            return without(body, "content")
        return body

    return on_request(handle, lenient)
