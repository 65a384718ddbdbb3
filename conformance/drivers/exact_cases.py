"""The exact cases that every client is put through first: small, in a fixed order, the same in every run.

Each kind of thing that can happen to a send stands here at least once, so that no requirement waits
for a lucky draw; `drawn_cases` then varies them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from attrs import evolve

from conformance.contract import Contract
from conformance.drivers.answers import (
    AS_JSON,
    SPELLINGS,
    UNKNOWN_CODES,
    Fault,
    SendOperation,
    accepted_body,
    encoded,
    error_body,
    misshapen,
    misshapen_errors,
    not_json,
    refusal,
    send_operation,
    stray,
    stray_bodies,
    with_keys,
)
from conformance.drivers.cases import TOKEN, Case
from conformance.drivers.wire_cases import wire_cases
from conformance.model import JSON, Answer, Asked, Response, json_response

Profile = Literal["quick", "thorough"]
#: Seconds a caller is ready to wait, and seconds a stalled server takes: far enough apart for a busy machine.
READY_TO_WAIT = 0.2
STALL = 2.0

_CUSTOMER = {"contactKey": "customer-1", "to": "15555550101"}
_TWO: JSON = {
    "definitionKey": "welcome",
    "recipients": [{**_CUSTOMER, "messageKey": "first"}, {"contactKey": "customer-2", "messageKey": "second"}],
}
_UNICODE = 'Zoë "☎" \\ 東京 😀 \u202eabc\u2028\t\n\u0000/'


def vectors(contract: Contract, profile: Profile = "quick") -> tuple[Case, ...]:
    """All exact cases for the contract, in one style; every name stands once."""
    send = send_operation(contract)
    cases = (
        Case(name, Asked(send.operation.id, "", body, TOKEN, timeout=READY_TO_WAIT if answer.stall else None), answer)
        for kind in (_asked, _mixed, _unknown, _refused, _stray, _broken, _broken_errors, _unfinished)
        for name, body, answer in kind(send)
    )
    return (*cases, *wire_cases(send, is_thorough=profile == "thorough"))


Named = Iterator[tuple[str, JSON, Answer]]


def bodies(send: SendOperation) -> Iterator[tuple[str, JSON]]:
    """Valid requests by name: the documented ones, then each optional part by itself, absent, empty and full."""
    for name, example in send.operation.request_examples.items():
        yield f"documented-{name}", example
    recipients: dict[str, JSON] = {
        "one-recipient": _CUSTOMER,
        "key-given": {**_CUSTOMER, "messageKey": "k" * 100},
        "empty-attributes": {**_CUSTOMER, "attributes": {}},
        "full-attributes": {
            **_CUSTOMER,
            "attributes": {"Name": "Astro", "Age": 7, "Member": True, "Note": None, "List": [1, "a"], "In": {"a": ""}},
        },
        "unicode": {"contactKey": _UNICODE, "to": "15555550101", "messageKey": _UNICODE, "attributes": {_UNICODE: ""}},
        "empty-values": {"contactKey": "", "to": "", "messageKey": ""},
    }
    for name, recipient in recipients.items():
        known = {key: value for key, value in recipient.items() if key in send.recipient_fields}
        yield name, {"definitionKey": "welcome", "recipients": [known]}
    options: dict[str, tuple[str, JSON]] = {
        "request-attributes": ("attributes", {"Campaign": "spring", "Ratio": 0.5, "Note": None}),
        "empty-request-attributes": ("attributes", {}),
        "resubscribe": ("subscriptions", {"resubscribe": True}),
        "no-resubscribe": ("subscriptions", {"resubscribe": False}),
        "empty-subscriptions": ("subscriptions", {}),
        "own-text": ("content", {"message": "Hello %%FirstName%%, 50% off"}),
    }
    for name, (key, value) in options.items():
        if key in send.fields:
            yield name, {"definitionKey": "welcome", "recipients": [_CUSTOMER], key: value}
    many = [{**_CUSTOMER, "messageKey": f"key-{index}"} for index in range(6)]
    yield "six-recipients", {"definitionKey": "welcome", "recipients": many}


def _accepting(send: SendOperation, body: JSON) -> Answer:
    return Answer(json_response(send.accepted, body))


def _asked(send: SendOperation) -> Named:
    for name, body in bodies(send):
        yield f"queued-{name}", body, _accepting(send, accepted_body(body))
    for spelling, spelled in SPELLINGS.items():
        response = Response(send.accepted, AS_JSON, spelled(accepted_body(_TWO)))
        yield f"queued-{spelling}-json", _TWO, Answer(response)
    labelled = (("Content-Type", "application/json; charset=UTF-8"), ("x-trace", "a"), ("x-trace", "b"))
    yield "queued-with-charset", _TWO, Answer(Response(send.accepted, labelled, encoded(accepted_body(_TWO))))


def _mixed(send: SendOperation) -> Named:
    examples = send.operation.response_examples.get(str(send.accepted), {})
    request = next(iter(send.operation.request_examples.values()), _TWO)
    for name, example in examples.items():
        keys = [item["messageKey"] for item in example["responses"]]
        yield f"answer-documented-{name}", with_keys(request, keys), _accepting(send, example)
    yield "second-refused", _TWO, _accepting(send, accepted_body(_TWO, {1: Fault()}))
    yield "first-refused", _TWO, _accepting(send, accepted_body(_TWO, {0: Fault()}))
    backwards = accepted_body(_TWO, {1: Fault()})
    backwards["responses"].reverse()
    yield "second-refused-answered-backwards", _TWO, _accepting(send, backwards)
    yield "all-refused", _TWO, _accepting(send, accepted_body(_TWO, {0: Fault(), 1: Fault(109121, "")}))
    alone: dict[str, JSON] = {"definitionKey": "welcome", "recipients": [{}]}
    yield "only-one-refused", alone, _accepting(send, accepted_body(alone, {0: Fault()}))
    six = with_keys(_TWO, [f"key-{index}" for index in range(6)])
    codes = {index: Fault(code, f"{code}: no") for index, code in zip((0, 2, 5), send.item_codes, strict=False)}
    yield "some-of-six-refused", six, _accepting(send, accepted_body(six, codes))
    told = accepted_body(_TWO, {1: Fault(109121, _UNICODE)})
    yield "refused-in-unicode", _TWO, _accepting(send, told)


def _unknown(send: SendOperation) -> Named:
    for code in UNKNOWN_CODES:
        yield f"refused-with-unknown-code-{code}", _TWO, _accepting(send, accepted_body(_TWO, {1: Fault(code, "?")}))
    mixed = accepted_body(_TWO, {1: Fault()})
    more: dict[str, JSON] = {
        "traceId": "t-1",
        "warnings": [{"a": None}],
        "class": 1,
        "request_id": "r",
        "additional_properties": {},
    }
    items: JSON = [{**item, "carrier": {"name": "x"}, "message_key": "m"} for item in mixed["responses"]]
    yield "queued-with-unknown-fields", _TWO, _accepting(send, {**accepted_body(_TWO), **more})
    yield "mixed-with-unknown-fields", _TWO, _accepting(send, {**mixed, **more, "responses": items})
    yield "unknown-field-null", _TWO, _accepting(send, {**accepted_body(_TWO), "next": None})


def _refused(send: SendOperation) -> Named:
    for status in send.errors:
        yield f"error-{status}", _TWO, refusal(status)
        examples = send.operation.response_examples.get(str(status), {})
        for name, example in examples.items():
            yield f"error-{status}-documented-{name}", _TWO, Answer(json_response(status, example))
    for status in send.errors[:1]:
        yield f"error-{status}-unknown-code", _TWO, refusal(status, 987654)
        more = {**error_body(109122, _UNICODE), "additionalErrors": [{"errorcode": 1}], "retryAfter": 5}
        yield f"error-{status}-unknown-fields", _TWO, Answer(json_response(status, more))
        bare = {"message": "", "errorcode": 0, "documentation": ""}
        yield f"error-{status}-empty-texts", _TWO, Answer(json_response(status, bare))


def _stray(send: SendOperation) -> Named:
    path = send.operation.path
    for status in send.stray_statuses:
        name, headers, body = stray_bodies(send, status, _TWO)[0]
        yield f"stray-{status}-{name}", _TWO, stray(status, path, body, headers)
    for status in (status for status in send.stray_statuses if status in (200, 404, 502)):
        for name, headers, body in stray_bodies(send, status, _TWO)[1:]:
            yield f"stray-{status}-{name}", _TWO, stray(status, path, body, headers)


def _broken(send: SendOperation) -> Named:
    for name, headers, body in not_json(accepted_body(_TWO)):
        yield f"accepted-{name}", _TWO, Answer(Response(send.accepted, headers, body))
    for name, value in misshapen(accepted_body(_TWO, {1: Fault()})):
        yield f"accepted-{name}", _TWO, _accepting(send, value)


def _broken_errors(send: SendOperation) -> Named:
    for status in (status for status in send.errors if status in (400, 500)):
        for name, headers, body in not_json(error_body(30000)):
            yield f"error-{status}-{name}", _TWO, Answer(Response(status, headers, body))
        for name, value in misshapen_errors(error_body(30000)):
            yield f"error-{status}-{name}", _TWO, Answer(json_response(status, value))


def _unfinished(send: SendOperation) -> Named:
    whole = {
        "queued": _accepting(send, accepted_body(_TWO)),
        "mixed": _accepting(send, accepted_body(_TWO, {1: Fault()})),
    }
    whole |= {f"error-{status}": refusal(status) for status in send.errors[:1]}
    for name, answer in whole.items():
        size = len(answer.response.body)
        yield f"hung-up-before-{name}", _TWO, evolve(answer, cut_after=-1)
        for sent in (0, 1, size // 2, size - 1):
            yield f"{name}-cut-after-{sent}", _TWO, evolve(answer, cut_after=sent)
    yield "stalled", _TWO, evolve(whole["queued"], stall=STALL)
