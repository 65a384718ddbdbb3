"""The reference client, without a socket: its steps are given responses by hand."""

import pickle

import pytest

from conformance.drivers.scripted_server import ScriptedServer
from conformance.model import Answer, Asked, Item, Response, Told, json_response
from conformance.reference_client import (
    NoAnswer,
    ReferenceClient,
    Refused,
    Unreadable,
    Unsent,
    reference_caller,
)

TOKEN = "a-token-that-stands-nowhere-else"
BODY = {"definitionKey": "welcome", "recipients": [{"to": "15555551234"}]}
MIXED = {
    "requestId": "r",
    "errorcode": 109001,
    "message": "MCMS_UTM_ResponsesHasErrors: 1 subscribers failed to queue out of 2",
    "responses": [
        {"messageKey": "one"},
        {"messageKey": "two", "errorcode": 109106, "message": "to is missing"},
    ],
}
ERROR = {"message": "No", "errorcode": 10000, "documentation": "https://example.com/10000"}


@pytest.fixture
def client():
    return ReferenceClient("https://example.com", TOKEN)


def given(client, response):
    """What a send returns when it is given this response."""
    steps = client.steps(BODY)
    next(steps)
    with pytest.raises(StopIteration) as end:
        steps.send(response)
    return end.value.value


def raised(client, response):
    """What a send raises when it is given this response."""
    steps = client.steps(BODY)
    next(steps)
    with pytest.raises((Refused, Unreadable)) as error:
        steps.send(response)
    return error.value


def test_it_sends_one_request_with_the_token_in_its_header(client):
    request = next(client.steps(BODY))

    assert (request.method, request.target) == ("POST", "/messaging/v1/sms/messages/")
    assert request.header("authorization") == f"Bearer {TOKEN}"
    assert request.json == BODY


def test_a_mixed_answer_names_who_was_refused_and_with_which_code(client):
    result = given(client, json_response(202, MIXED))

    assert result.items == (Item("one"), Item("two", 109106, "to is missing"))
    assert result.refused == (Item("two", 109106, "to is missing"),)
    assert result.written == MIXED


def test_a_documented_error_has_its_fields(client):
    error = raised(client, json_response(403, ERROR))

    assert isinstance(error, Refused)
    assert (error.errorcode, error.message, error.documentation) == (10000, "No", "https://example.com/10000")
    assert error.response.status == 403 and error.request.json == BODY


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null", b'{"errorcode": "text", "message": 5}'])
def test_a_documented_error_is_a_refusal_whatever_its_body(client, body):
    error = raised(client, Response(500, (), body))

    assert isinstance(error, Refused)
    assert error.errorcode is None and error.response.body == body


@pytest.mark.parametrize("status", [200, 204, 404, 520, 596, 999])
def test_an_undocumented_status_keeps_its_body(client, status):
    error = raised(client, Response(status, (), b"what is this"))

    assert isinstance(error, Unreadable)
    assert error.response.body == b"what is this"
    assert error.outcome_unknown == (status < 300)


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (b"", "line 1 column 1"),
        (b'{"requestId": ', "line 1 column 15"),
        (b"[]", "the body is no object"),
        (b'{"requestId": "r", "errorcode": 0}', "/responses is missing"),
        (b'{"requestId": "r", "errorcode": 0, "responses": {}}', "/responses is no list"),
        (b'{"requestId": "r", "errorcode": 0, "responses": [1]}', "/responses/0 is no object"),
        (b'{"requestId": "r", "errorcode": 0, "responses": [{}]}', "/responses/0/messageKey is missing"),
    ],
)
def test_a_broken_success_says_where_and_that_the_outcome_is_unknown(client, body, where):
    error = raised(client, Response(202, (), body))

    assert isinstance(error, Unreadable) and error.outcome_unknown
    assert where in str(error) and "outcome is unknown" in str(error)


def test_errors_survive_pickling_and_hold_no_token(client):
    for response in (json_response(403, ERROR), Response(202, (), b"")):
        error = raised(client, response)
        kept = pickle.dumps(error)

        assert repr(pickle.loads(kept)) == repr(error)
        assert TOKEN.encode() not in kept and TOKEN not in repr(error)


def test_its_repr_does_not_show_the_token(client):
    assert TOKEN not in repr(client)


@pytest.mark.parametrize(
    ("token", "body"),
    [("to\nken", BODY), ("tökén", BODY), (TOKEN, {"a": float("nan")}), (TOKEN, {"a": object()})],
)
def test_what_cannot_be_written_is_never_sent(token, body):
    with pytest.raises(Unsent) as error:
        next(ReferenceClient("https://example.com", token).steps(body))

    assert "Nothing was sent." in str(error.value) and token not in str(error.value)


@pytest.mark.parametrize("style", ["sync", "async"])
def test_the_caller_tells_a_refusal_field_by_field(style):
    with ScriptedServer() as server:
        server.play(Answer(json_response(429, ERROR)))
        outcome = reference_caller()(Asked("send", server.url, BODY, TOKEN, style))

    assert outcome.told is Told.REFUSED
    assert (outcome.status, outcome.errorcode, outcome.message) == (429, 10000, "No")
    assert outcome.raised == "conformance.reference_client.Refused"
    assert "POST /messaging/v1/sms/messages/: 429" in outcome.shown


@pytest.mark.parametrize("style", ["sync", "async"])
def test_the_caller_tells_that_nobody_answers(style):
    outcome = reference_caller()(Asked("send", "http://127.0.0.1:9", BODY, TOKEN, style, timeout=1.0))

    assert outcome.told is Told.TRANSPORT
    assert outcome.raised.endswith(NoAnswer.__name__)


def test_the_caller_never_raises():
    class Crashing(ReferenceClient):
        def judged(self, request, response):
            raise ZeroDivisionError

    with ScriptedServer() as server:
        outcome = reference_caller(Crashing)(Asked("send", server.url, BODY, TOKEN))

    assert outcome.told is Told.CRASHED
    assert outcome.raised == "builtins.ZeroDivisionError"
