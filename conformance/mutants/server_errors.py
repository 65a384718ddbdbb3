"""Servers whose errors are wrong (body, code, Retry-After), or that fail where they must not."""

from __future__ import annotations

import json
from collections.abc import Callable

from attrs import evolve

from conformance.model import JSON, Handler, Request, Response
from conformance.mutants.server_edits import (
    edited,
    is_accepted,
    is_send,
    on_answer,
    on_error,
    on_refused,
    read,
    recipients,
    refusal,
    renamed,
    strings,
    with_json,
    without,
)
from conformance.mutants.server_mutant import server_mutant

_PYTHON_TRACE = """Traceback (most recent call last):
  File "/srv/app/handlers.py", line 88, in post
    send = SendRequest.parse(body)
  File "/srv/app/requests.py", line 31, in parse
    raise ValueError("invalid request")
ValueError: invalid request"""

_JAVA_TRACE = """java.lang.IllegalArgumentException: invalid request
\tat com.example.messaging.SendRequest.parse(SendRequest.java:31)
\tat com.example.messaging.SendResource.post(SendResource.java:88)"""


@server_mutant(kills="error-code-key")
def writes_the_error_code_in_camel_case(handle: Handler) -> Handler:
    """Puts the code of an error under errorCode."""
    return _on_error_body(handle, lambda error: renamed(error, "errorcode", "errorCode"))


@server_mutant(kills="error-code-key")
def writes_the_error_code_twice(handle: Handler) -> Handler:
    """Puts the code of an error under errorCode as well as under errorcode."""
    return _on_error_body(handle, lambda error: {**error, "errorCode": error["errorcode"]})


@server_mutant(kills="errorcode-integer")
def writes_error_codes_as_strings(handle: Handler) -> Handler:
    """Writes the errorcode of an error as a string."""
    return _on_error_body(handle, lambda error: {**error, "errorcode": str(error["errorcode"])})


@server_mutant(kills="error-body")
def leaves_out_the_documentation(handle: Handler) -> Handler:
    """Leaves documentation out of the body of an error."""
    return _on_error_body(handle, lambda error: without(error, "documentation"))


@server_mutant(kills="error-body")
def leaves_out_the_error_message(handle: Handler) -> Handler:
    """Leaves message out of the body of an error."""
    return _on_error_body(handle, lambda error: without(error, "message"))


@server_mutant(kills="error-body")
def leaves_out_the_error_code(handle: Handler) -> Handler:
    """Leaves errorcode out of the body of an error."""
    return _on_error_body(handle, lambda error: without(error, "errorcode"))


@server_mutant(kills="error-body")
def wraps_the_error(handle: Handler) -> Handler:
    """Puts the members of an error one level down, under error."""
    return _on_error_body(handle, lambda error: {"error": error})


@server_mutant(kills="error-body")
def leaves_the_error_body_empty(handle: Handler) -> Handler:
    """Answers an error with no body."""
    return on_error(handle, lambda _, response: evolve(response, body=b""))


@server_mutant(kills="error-body")
def keeps_out_with_a_lone_string(handle: Handler) -> Handler:
    """Answers someone it does not let in with a JSON string, not an object."""
    return on_error(handle, lambda _, response: with_json(response, "Not Authorized"), statuses=(401, 403))


@server_mutant(kills="error-no-stack-trace")
def shows_a_python_traceback(handle: Handler) -> Handler:
    """Shows a Python traceback in the message of a 400."""
    return _on_error_body(handle, lambda error: {**error, "message": _PYTHON_TRACE}, statuses=(400,))


@server_mutant(kills="error-no-stack-trace")
def shows_a_java_stack_trace(handle: Handler) -> Handler:
    """Shows a Java stack trace in a member of its own in the body of a 400."""
    return _on_error_body(handle, lambda error: {**error, "stackTrace": _JAVA_TRACE}, statuses=(400,))


@server_mutant(kills="error-no-token-echo")
def repeats_a_token_that_it_keeps_out(handle: Handler) -> Handler:
    """Repeats the token in the message when it does not let it in."""

    def faulty(request: Request, response: Response) -> Response:
        token = _token(request)
        message = f"The token {token} is not known"
        return edited(response, lambda error: {**error, "message": message}) if token else response

    return on_error(handle, faulty, statuses=(401, 403))


@server_mutant(kills="error-no-token-echo")
def repeats_the_request_headers(handle: Handler) -> Handler:
    """Repeats the headers of the request, the token among them, in the body of a 400."""

    def faulty(request: Request, response: Response) -> Response:
        return edited(response, lambda error: {**error, "headers": dict(request.headers)})

    return on_error(handle, faulty, statuses=(400,))


@server_mutant(kills="code-published")
def keeps_out_with_a_code_of_its_own(handle: Handler) -> Handler:
    """Gives someone it does not let in the code 49999, which nobody has published."""
    return _on_error_body(handle, lambda error: {**error, "errorcode": 49999}, statuses=(401, 403))


@server_mutant(kills="code-published")
def refuses_with_the_status_for_a_code(handle: Handler) -> Handler:
    """Repeats the HTTP status as the errorcode of a 400 that has a general code."""

    def changed(error: dict[str, JSON]) -> JSON:
        return error if str(error["errorcode"]).startswith("109") else {**error, "errorcode": 400}

    return _on_error_body(handle, changed, statuses=(400,))


@server_mutant(kills="code-published")
def refuses_a_long_key_with_a_code_of_its_own(handle: Handler) -> Handler:
    """Gives a recipient whose messageKey is too long the code 109999, which nobody has published."""
    return on_refused(handle, lambda item: {**item, "errorcode": 109999} if item["errorcode"] == 109108 else item)


@server_mutant(kills="error-retry-after")
def forgets_retry_after(handle: Handler) -> Handler:
    """Answers the first send with 429, code 50100, and does not say when to come back."""
    return _first(handle, refusal(429, 50100, "Rate limit exceeded"))


@server_mutant(kills="error-retry-after")
def forgets_retry_after_when_unavailable(handle: Handler) -> Handler:
    """Answers the first send with 503, code 50300, and does not say when to come back."""
    return _first(handle, refusal(503, 50300, "The service is not available"))


@server_mutant(kills="error-retry-after")
def says_retry_after_as_a_date(handle: Handler) -> Handler:
    """Answers the first send with 429 and a Retry-After that is a date."""
    return _first(handle, refusal(429, 50100, "Rate limit exceeded", ("retry-after", "Sat, 01 Jan 2050 00:00:00 GMT")))


@server_mutant(kills="error-retry-after")
def says_retry_after_in_parts_of_a_second(handle: Handler) -> Handler:
    """Answers the first send with 429 and a Retry-After that is no whole number of seconds."""
    return _first(handle, refusal(429, 50100, "Rate limit exceeded", ("retry-after", "0.5")))


@server_mutant(kills="error-retry-after")
def says_retry_after_when_blocked(handle: Handler) -> Handler:
    """Answers the first send with 429, code 50200, and a Retry-After, though waiting does not help."""
    return _first(handle, refusal(429, 50200, "Your requests are blocked for now", ("retry-after", "5")))


@server_mutant(kills="server-error-never")
def fails_on_an_emoji(handle: Handler) -> Handler:
    """Answers 500 to a string with a character that UTF-16 writes as two."""
    return _failing(
        handle, lambda request: any(character > "\uffff" for text in strings(read(request)) for character in text)
    )


@server_mutant(kills="server-error-never")
def fails_on_a_nul(handle: Handler) -> Handler:
    """Answers 500 to a string with a NUL in it."""
    return _failing(handle, lambda request: any("\0" in text for text in strings(read(request))))


@server_mutant(kills="server-error-never")
def fails_on_a_long_contact_key(handle: Handler) -> Handler:
    """Answers 500 to a contactKey of more than 254 characters."""
    return _failing(handle, lambda request: any(len(each.get("contactKey", "")) > 254 for each in recipients(request)))


@server_mutant(kills="server-error-never")
def fails_on_many_attributes(handle: Handler) -> Handler:
    """Answers 500 to a recipient with fifty attributes or more."""
    return _failing(handle, lambda request: any(len(each.get("attributes", {})) >= 50 for each in recipients(request)))


@server_mutant(kills="server-error-never")
def fails_on_a_null_attribute(handle: Handler) -> Handler:
    """Answers 500 to a recipient with an attribute that is null."""

    def is_meant(request: Request) -> bool:
        return any(None in each.get("attributes", {}).values() for each in recipients(request))

    return _failing(handle, is_meant)


@server_mutant(kills="server-error-never")
def fails_on_a_deep_attribute(handle: Handler) -> Handler:
    """Answers 500 to an attribute that is nested more than a hundred levels deep."""
    return _failing(handle, lambda request: b"[" * 100 in request.body)


@server_mutant(kills="server-error-never")
def fails_on_an_empty_content(handle: Handler) -> Handler:
    """Answers 500 to a `content` that is there and empty."""
    return _failing(handle, lambda request: read(request).get("content") == {})


@server_mutant(kills="server-error-never")
def fails_on_a_body_that_is_no_object(handle: Handler) -> Handler:
    """Answers 500 to a body that is JSON and no object."""

    def faulty(request: Request, response: Response) -> Response:
        is_meant = response.status == 400 and request.body.lstrip()[:1] not in (b"", b"{") and _is_any_json(request)
        return _FAILURE if is_meant else response

    return on_answer(handle, faulty)


_FAILURE = refusal(500, 30000, "MCMS_UTM_Runtime: the server failed")


def _on_error_body(
    handle: Handler,
    change: Callable[[dict[str, JSON]], JSON],
    statuses: tuple[int, ...] | range = range(400, 600),
) -> Handler:
    """The server, with the JSON body of each error of these statuses changed."""
    return on_error(handle, lambda _, response: edited(response, change), statuses)


def _first(handle: Handler, response: Response) -> Handler:
    """The server, with another answer to the first send, which it does not carry out."""
    answers = iter([response])

    def faulty(request: Request) -> Response:
        if not is_send(request):
            return handle(request)
        return next(answers, None) or handle(request)

    return faulty


def _failing(handle: Handler, is_meant: Callable[[Request], bool]) -> Handler:
    """The server, answering 500 to a send that it would have accepted and that is meant."""

    def faulty(request: Request, response: Response) -> Response:
        return _FAILURE if is_accepted(response) and is_meant(request) else response

    return on_answer(handle, faulty)


def _is_any_json(request: Request) -> bool:
    try:
        json.loads(request.body)
    except (ValueError, RecursionError):
        return False
    return True


def _token(request: Request) -> str:
    return (request.header("authorization") or "").partition(" ")[2].strip()
