"""Exact cases of answers that refuse, documented or not: each error with and without each field, and every status."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.drivers.answers import (
    AS_HTML,
    AS_JSON,
    HTML,
    UNKNOWN_CODES,
    SendOperation,
    encoded,
    error_body,
    refusal,
    stray,
    stray_bodies,
)
from conformance.drivers.case_requests import UNICODE, Named, people
from conformance.model import JSON, Answer, Response, json_response

FIELDS = ("message", "errorcode", "documentation")


def documented(send: SendOperation) -> Iterator[Named]:
    """Each documented error: as the contract shows it, and with texts and codes of every kind."""
    body = people(2)
    for status in send.errors:
        yield f"error-{status}", body, refusal(status)
        for name, example in send.operation.response_examples.get(str(status), {}).items():
            yield f"error-{status}-documented-{name}", body, Answer(json_response(status, example))
    for status in (status for status in send.errors if status in (send.errors[0], 500)):
        yield (
            f"error-{status}-unicode",
            body,
            _error(status, error_body(109122, UNICODE, f"https://a.example/{UNICODE}")),
        )
        more = {**error_body(109122), "additionalErrors": [{"errorcode": 1}], "retryAfter": 5, "requestId": "r"}
        yield f"error-{status}-unknown-fields", body, _error(status, more)
        yield f"error-{status}-empty-texts", body, _error(status, dict.fromkeys(FIELDS, "") | {"errorcode": 0})
        yield f"error-{status}-long-message", body, _error(status, error_body(109122, "m" * 20_000))
    for code in (*UNKNOWN_CODES, -109122, 2**31, 2**63):
        yield f"error-{send.errors[0]}-code-{code}", body, refusal(send.errors[0], code)


def lacking(send: SendOperation, *, all_statuses: bool) -> Iterator[Named]:
    """Each documented error without each field, with null for each, and with neither of them."""
    few = (send.errors[0], 500)
    for status in (status for status in send.errors if all_statuses or status in few):
        whole = error_body(30000)
        for name in FIELDS:
            rest = {key: value for key, value in whole.items() if key != name}
            yield f"error-{status}-without-{name}", people(2), _error(status, rest)
            yield f"error-{status}-with-{name}-null", people(2), _error(status, {**whole, name: None})
            yield f"error-{status}-with-{name}-alone", people(2), _error(status, {name: whole[name]})


def _error(status: int, body: JSON) -> Answer:
    return Answer(json_response(status, body))


#: Statuses of which the quick profile has others of their class.
_USUAL = frozenset({203, 305, 406, 408, 411, 412, 413, 414, 418, 423, 431, 505, 507, 522, 530})


def undocumented(send: SendOperation, *, all_usual: bool) -> Iterator[Named]:
    """Statuses that the contract does not know: a sample of every class, with the bodies that come with such."""
    path = send.operation.path
    for status in (status for status in send.stray_statuses if all_usual or status not in _USUAL):
        name, headers, content = stray_bodies(send, status, people(2))[0]
        yield f"stray-{status}-{name}", people(2), stray(status, path, content, headers)
    for status in (status for status in send.stray_statuses if status in (200, 207, 404, 502)):
        for name, headers, content in stray_bodies(send, status, people(2))[1:]:
            yield f"stray-{status}-{name}", people(2), stray(status, path, content, headers)
    for status in (status for status in (200, 404) if not send.declares(status)):
        for name, content in _ODD_BODIES.items():
            yield f"stray-{status}-{name}", people(2), stray(status, path, content)
    for status in (101, 199):
        yield f"interim-{status}-and-no-more", people(2), Answer(Response(status))


_ODD_BODIES = {
    "null": b"null",
    "list": b"[]",
    "text": b'"Accepted"',
    "number": b"1",
    "not-utf-8": b'{"message": "M\xfcnchen"}',
    "bytes-of-every-kind": bytes(range(256)),
}


def every_status(send: SendOperation) -> Iterator[Named]:
    """Every status from 100 to 599 that the contract does not know, with JSON, with HTML and with nothing."""
    for status in range(100, 600):
        if send.declares(status):
            continue
        if status < 200:
            yield f"status-{status}", people(2), Answer(Response(status))
            continue
        for name, headers, content in (
            ("json", AS_JSON, encoded(error_body(status))),
            ("html", AS_HTML, HTML),
        ):
            yield f"status-{status}-{name}", people(2), stray(status, send.operation.path, content, headers)
