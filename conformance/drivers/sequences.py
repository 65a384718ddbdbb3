"""Requests that mean something only after or beside others: repeats, keys used before, many clients at once.

Each is sent, and handed on together with what came back, in the order in which it is to be judged: the judge's
memory then holds what an exchange has to be measured by.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from attrs import evolve

from conformance.checks.reading import message_keys, response_json
from conformance.drivers.wire import Sender
from conformance.model import JSON, Response, is_array, is_object
from conformance.probes.making import WRONG_TOKEN, Maker, Probe

ACCEPTED = 202
#: So many clients send at the same moment.
CLIENTS = 8

Sent = tuple[Probe, Response]


def sequences(make: Maker, send: Sender) -> Iterator[Sent]:
    """Every sequence in turn. `send` is called from several threads at once."""
    for probe in (*_repeats(make), *_refused_before(make), *_queued_long_ago(make)):
        yield probe, send(probe.request)
    yield from _generated_before(make, send)
    yield from _many_clients(make, send)
    yield from _one_key_for_all(make, send)
    yield from _strangers_beside(make, send)


def _repeats(make: Maker) -> Iterator[Probe]:
    """A whole request sent again: each of its keys has been queued by then (R14)."""
    body = make.body(make.recipient(), make.recipient(1), make.recipient(2))
    yield make.send("a request that will be repeated", body)
    yield make.send("the request repeated", body)
    yield make.send("the request repeated once more", body)
    mixed = make.body(make.recipient(), make.recipient(1, to=...))
    yield make.send("a mixed request that will be repeated", mixed)
    yield make.send("the mixed request repeated", mixed)


def _refused_before(make: Maker) -> Iterator[Probe]:
    """Keys of recipients or of whole requests that were refused: nothing of them was queued."""
    corrected = make.keys.new()
    yield make.send("a key whose recipient has no to", make.body(make.recipient(messageKey=corrected, to=...)))
    yield make.send("the key again, with a to", make.body(make.recipient(messageKey=corrected), make.recipient(1)))
    half = make.recipient()
    yield make.send("a good recipient before a string", make.body(half, "15555550100"))
    yield make.send("the good recipient again, without the string", make.body(half))
    beside = make.recipient()
    yield make.send("a good recipient beside an unknown field", make.body(beside, unknownField="x"))
    yield make.send("the good recipient again, without the unknown field", make.body(beside))
    body = json.dumps(make.body(make.recipient())).encode()
    yield make.raw("a good request with a wrong token", body, authorization=f"Bearer {WRONG_TOKEN}")
    yield make.raw("the good request again, with the right token", body)


def _queued_long_ago(make: Maker) -> Iterator[Probe]:
    """A key that comes back after all the others."""
    first = make.recipient(messageKey=make.keys.first)
    yield make.send("the first key of the run", make.body(make.recipient(1), first, make.recipient(2, to=...)))


def _generated_before(make: Maker, send: Sender) -> Iterator[Sent]:
    """A key that the server made, sent back to it: a message with it has been queued (R14)."""
    first = make.send("a key will be made", make.body(make.recipient(messageKey=...)))
    response = send(first.request)
    yield first, response
    for key in _keys(response):
        again = make.send("the key that was made", make.body(make.recipient(messageKey=key), make.recipient(1)))
        yield again, send(again.request)


def _many_clients(make: Maker, send: Sender) -> Iterator[Sent]:
    """Different requests at once: each gets the answer to its own."""
    yield from _at_once(
        [
            make.send(
                f"client {number} of {CLIENTS}",
                make.body(
                    make.recipient(number),
                    make.recipient(to=...),
                    make.recipient(messageKey=..., attributes={"Client": str(number)}),
                    *(make.recipient(contactKey=...) for _ in range(number % 3)),
                ),
            )
            for number in range(CLIENTS)
        ],
        send,
    )


def _one_key_for_all(make: Maker, send: Sender) -> Iterator[Sent]:
    """One key from all clients at once: whoever comes first has it, and the others come after (R14)."""
    key = make.keys.new()
    sent = _at_once(
        [
            make.send(f"one key, client {number} of {CLIENTS}", make.body(make.recipient(number, messageKey=key)))
            for number in range(CLIENTS)
        ],
        send,
    )
    # Who came first is shown by who was queued, not by whose answer was there first.
    yield from sorted(sent, key=lambda each: _refusal(each[1]))


def _strangers_beside(make: Maker, send: Sender) -> Iterator[Sent]:
    """Callers with a right token and with a wrong one at once: neither is taken for the other."""
    wrong = f"Bearer {WRONG_TOKEN}"
    yield from _at_once(
        [
            make.raw(f"caller {number}", make.good(), authorization=wrong if number % 2 else "")
            for number in range(CLIENTS)
        ],
        send,
    )


def _at_once(probes: Sequence[Probe], send: Sender) -> list[Sent]:
    """Send all of them at the same moment; the answers stand in the order of the requests.

    Each has a connection of its own that is closed after it, so that a server which serves one connection after the
    other is not kept waiting by one that is merely kept open.
    """
    closing = [
        evolve(each, request=evolve(each.request, headers=(*each.request.headers, ("connection", "close"))))
        for each in probes
    ]
    ready = threading.Barrier(len(closing))

    def sent(probe: Probe) -> Response:
        ready.wait()
        return send(probe.request)

    with ThreadPoolExecutor(len(closing)) as clients:
        return list(zip(closing, clients.map(sent, closing), strict=True))


def _refusal(response: Response) -> int:
    """How much an answer to one recipient speaks of a refusal, also where it says so in a way of its own."""
    if 400 <= response.status < 500:
        return 3
    if response.status != ACCEPTED or not (listed := _items(response)):
        return 0
    item = {name.lower(): value for name, value in listed[0].items()}
    if item.get("errorcode") not in (None, 0, "0"):
        return 3
    return 2 if "message" in item else 1


def _keys(response: Response) -> list[str]:
    return message_keys(_items(response))[:1]


def _items(response: Response) -> list[dict[str, JSON]]:
    body = response_json(response)
    listed = body.get("responses") if is_object(body) else None
    return [each for each in listed if is_object(each)] if is_array(listed) else []
