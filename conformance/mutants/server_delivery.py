"""Servers that lose or spoil an answer on its way, or that answer at other paths and methods as they should not."""

from __future__ import annotations

import gzip
from collections.abc import Callable

from attrs import evolve

from conformance.model import NO_ANSWER, Handler, Request, Response, json_response
from conformance.mutants.server_edits import (
    PATH,
    edited,
    is_accepted,
    is_send,
    is_send_path,
    on_answer,
    on_error,
    on_request,
    read,
    refusal,
)
from conformance.mutants.server_mutant import server_mutant

_FAILURE = refusal(500, 30000, "MCMS_UTM_Runtime: the server failed")
_CLOSED = Response(NO_ANSWER, (), b"closed")
_DOTNET_TRACE = """System.NullReferenceException: Object reference not set to an instance of an object.
   at Messaging.SendController.Post(SendRequest request)
   at lambda_method5(Closure, Object)"""
_NODE_TRACE = """TypeError: Cannot read properties of undefined
    at async post (/srv/app/send.js:31:12)
    at /srv/app/node_modules/router/index.js:284:15"""


@server_mutant(kills="response-strict-json")
def writes_something_behind_its_json(handle: Handler) -> Handler:
    """Writes a line of text behind the JSON of a 202."""
    return _rewritten(handle, lambda body: body + b"\nOK")


@server_mutant(kills="response-strict-json")
def compresses_without_saying_so(handle: Handler) -> Handler:
    """Compresses the body of a 202 and has no Content-Encoding."""
    return _rewritten(handle, lambda body: gzip.compress(body, mtime=0))


@server_mutant(kills="response-strict-json")
def cuts_a_long_answer(handle: Handler) -> Handler:
    """Writes the first 1,000 bytes of a longer answer, and says that this is its length."""
    return _rewritten(handle, lambda body: body[:1000])


@server_mutant(kills="response-strict-json")
def writes_one_result_behind_the_other(handle: Handler) -> Handler:
    """Writes the body of a mixed 202 twice."""

    def faulty(_: Request, response: Response) -> Response:
        is_hit = is_accepted(response) and read(response).get("errorcode") != 0
        return evolve(response, body=response.body + b"\n" + response.body) if is_hit else response

    return on_answer(handle, faulty)


@server_mutant(kills="status-documented")
def answers_204(handle: Handler) -> Handler:
    """Answers 204, without a body, where everyone was queued."""

    def faulty(_: Request, response: Response) -> Response:
        return Response(204) if is_accepted(response) and read(response).get("errorcode") == 0 else response

    return on_answer(handle, faulty)


@server_mutant(kills="send-202-shape")
def answers_202_with_nothing(handle: Handler) -> Handler:
    """Answers 202 without a body where everyone was queued."""

    def faulty(_: Request, response: Response) -> Response:
        return Response(202) if is_accepted(response) and read(response).get("errorcode") == 0 else response

    return on_answer(handle, faulty)


@server_mutant(kills="method-not-declared-refused")
def answers_a_head(handle: Handler) -> Handler:
    """Answers 200 to a HEAD of the path."""
    return _for_method(handle, "HEAD", Response(200))


@server_mutant(kills="method-not-declared-refused")
def takes_patch_for_post(handle: Handler) -> Handler:
    """Answers 202 to a PATCH of the path, without having looked at it."""
    return _for_method(handle, "PATCH", json_response(202, {"requestId": "0", "errorcode": 0, "responses": []}))


@server_mutant(kills="server-error-never")
def fails_on_options(handle: Handler) -> Handler:
    """Fails with 500 on OPTIONS."""
    return _for_method(handle, "OPTIONS", _FAILURE)


@server_mutant(kills="server-answers")
def closes_on_a_get(handle: Handler) -> Handler:
    """Closes the connection on a GET of the path."""
    return _for_method(handle, "GET", _CLOSED)


@server_mutant(kills="server-error-never")
def fails_on_a_path_it_does_not_know(handle: Handler) -> Handler:
    """Fails with 500 on a path with more behind it."""
    return _elsewhere(handle, _FAILURE, lambda path: path.endswith("/x"))


@server_mutant(kills="server-error-never")
def fails_on_a_path_that_is_not_utf_8(handle: Handler) -> Handler:
    """Fails with 500 on a path whose bytes are not UTF-8."""
    return _elsewhere(handle, _FAILURE, lambda path: path.endswith("%ff"))


@server_mutant(kills="server-answers")
def closes_on_a_path_in_capitals(handle: Handler) -> Handler:
    """Closes the connection on the path in capitals."""
    return _elsewhere(handle, _CLOSED, str.isupper)


@server_mutant(kills="server-error-never")
def fails_on_a_query(handle: Handler) -> Handler:
    """Fails with 500 on a query that is not UTF-8."""
    return _elsewhere(handle, _FAILURE, lambda target: "%ff" in target.partition("?")[2])


@server_mutant(kills="send-unknown-field-refused")
def ignores_unknown_fields_at_the_other_path(handle: Handler) -> Handler:
    """Ignores fields that it does not know at the path without its trailing slash."""
    known = ("definitionKey", "recipients", "subscriptions", "content", "attributes")
    ignoring = on_request(handle, lambda body: {name: body[name] for name in body if name in known})
    return lambda request: (ignoring if request.path == PATH else handle)(request)


@server_mutant(kills="send-mixed-errorcode")
def says_errorcode_0_at_the_other_path(handle: Handler) -> Handler:
    """Says errorcode 0 on a mixed answer at the path without its trailing slash."""

    def faulty(request: Request, response: Response) -> Response:
        is_hit = request.path == PATH and is_accepted(response)
        return edited(response, lambda result: {**result, "errorcode": 0}) if is_hit else response

    return on_answer(handle, faulty)


@server_mutant(kills="error-no-stack-trace")
def shows_a_dotnet_stack_trace(handle: Handler) -> Handler:
    """Shows a .NET stack trace without files in the message of a 400."""
    return _explaining(handle, _DOTNET_TRACE)


@server_mutant(kills="error-no-stack-trace")
def shows_a_node_stack_trace(handle: Handler) -> Handler:
    """Shows a Node.js stack trace in the message of a 400."""
    return _explaining(handle, _NODE_TRACE)


def _explaining(handle: Handler, trace: str) -> Handler:
    """The server, with a trace behind the message of a 400."""
    return on_error(
        handle,
        lambda _, response: edited(response, lambda error: {**error, "message": f"{error['message']}\n{trace}"}),
        (400,),
    )


def _rewritten(handle: Handler, change: Callable[[bytes], bytes]) -> Handler:
    """The server, with the bytes of each 202 changed."""

    def faulty(_: Request, response: Response) -> Response:
        return evolve(response, body=change(response.body)) if is_accepted(response) else response

    return on_answer(handle, faulty)


def _for_method(handle: Handler, method: str, response: Response) -> Handler:
    """The server, with one answer to a method at its path."""
    return lambda request: response if request.method == method and is_send_path(request) else handle(request)


def _elsewhere(handle: Handler, response: Response, is_meant: Callable[[str], bool]) -> Handler:
    """The server, with another answer to POSTs whose target is meant, which its sends are not."""

    def faulty(request: Request) -> Response:
        is_plain = is_send(request) and not request.query
        return response if request.method == "POST" and not is_plain and is_meant(request.target) else handle(request)

    return faulty
