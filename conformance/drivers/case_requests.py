"""The requests of the exact cases: valid ones alone, since a caller builds them with the client's own means.

Those that the probes send to servers are among them, so that both sides are asked the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator

from conformance.drivers.answers import Fault, SendOperation, accepted_body
from conformance.drivers.cases import TOKEN
from conformance.drivers.right_answers import answer_to
from conformance.model import JSON, Answer, NotStrictJSON, Setting
from conformance.probes.good import good, unusual
from conformance.probes.making import Keys, Maker
from conformance.probes.mixed import mixed

#: A case before it is one: its name, what the caller sends and what the server does.
Named = tuple[str, JSON, Answer]

NUMBER = "15555550101"
CUSTOMER = {"contactKey": "customer-1", "to": NUMBER}
#: Of every plane, and of what quoting, folding and turning around trips over.
UNICODE = 'Zoë "☎" \\ 東京 😀 \u202eabc\u2028\t\n\u0000/'
_WORD = re.compile(r"[\w<>.]+")
_SETTING = Setting(TOKEN, "welcome", (NUMBER, "15555550102", "15555550103"))


def people(count: int, refused: Collection[int] = ()) -> dict[str, JSON]:
    """A request for so many recipients with keys; those who are to be refused have no number."""
    return {
        "definitionKey": "welcome",
        "recipients": [
            {
                "contactKey": f"customer-{index}",
                "messageKey": f"key-{index}",
                **({} if index in refused else {"to": NUMBER}),
            }
            for index in range(count)
        ],
    }


def refusing(count: int, refused: Collection[int], fault: Fault | None = None) -> tuple[JSON, dict[str, JSON]]:
    """Such a request, with the body that answers it."""
    body = people(count, refused)
    return body, accepted_body(body, dict.fromkeys(sorted(refused), fault or Fault()))


def requests(send: SendOperation, *, unusual_ones: bool) -> Iterator[Named]:
    """Valid requests by name, each with what a right server answers; no request stands twice."""
    seen: set[str] = set()
    for name, body in (*_bodies(send), *_sent_to_servers(send, unusual_ones=unusual_ones)):
        line = json.dumps(body, sort_keys=True)
        if line not in seen:
            seen.add(line)
            yield f"sent-{name}", body, answer_to(send, body)


def _bodies(send: SendOperation) -> Iterator[tuple[str, JSON]]:
    """The documented requests, then each optional part by itself: absent, empty, full, and null where it may be."""
    for name, example in send.operation.request_examples.items():
        yield f"documented-{name}", example
    recipients: dict[str, JSON] = {
        "one-recipient": CUSTOMER,
        "nothing-of-a-recipient": {},
        "key-given": {**CUSTOMER, "messageKey": "k" * 100},
        "empty-attributes": {**CUSTOMER, "attributes": {}},
        "full-attributes": {
            **CUSTOMER,
            "attributes": {"Name": "Astro", "Age": 7, "Member": True, "Note": None, "List": [1, "a"], "In": {"a": ""}},
        },
        "numbers-in-attributes": {
            **CUSTOMER,
            "attributes": {"Large": 2**53 + 1, "Less": -1, "Ratio": 0.1, "None": 0, "Huge": 2**63, "Small": 1e-300},
        },
        "unicode": {"contactKey": UNICODE, "to": NUMBER, "messageKey": UNICODE, "attributes": {UNICODE: ""}},
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
        "empty-own-text": ("content", {"message": ""}),
        "empty-content": ("content", {}),
    }
    for name, (key, value) in options.items():
        if key in send.fields:
            yield name, {"definitionKey": "welcome", "recipients": [CUSTOMER], key: value}
    known_options = {key: value for key, value in options.values() if key in send.fields}
    yield "every-option", {"definitionKey": "welcome", "recipients": [CUSTOMER], **known_options}
    yield "empty-definition-key", {"definitionKey": "", "recipients": [CUSTOMER]}
    yield "six-recipients", people(6)


def _sent_to_servers(send: SendOperation, *, unusual_ones: bool) -> Iterator[tuple[str, JSON]]:
    """The valid requests among the probes of servers that are about bodies."""
    make = Maker(send.operation, _SETTING, Keys("key"))
    for probe in (*good(make), *mixed(make), *(unusual(make) if unusual_ones else ())):
        if probe.operation != send.operation.id:
            continue
        try:
            body = probe.request.json
        except NotStrictJSON:
            continue
        if _can_be_built(body) and not send.contract.request_faults(send.operation.id, body):
            yield f"as-to-servers-{'-'.join(_WORD.findall(probe.name))}", body


def _can_be_built(body: JSON) -> bool:
    """No number in it is beyond a double, and no text is half a character: languages differ there."""
    try:
        json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        return False
    return True
