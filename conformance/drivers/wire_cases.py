"""The exact cases of how answers go over the wire, and of what calls on one client do to each other.

What an answer says is plain here, so that whatever goes wrong comes from the way in which it came.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from conformance.drivers.answers import AS_HTML, HTML, Fault, SendOperation, accepted_body, error_body, refusal, stray
from conformance.drivers.cases import TOKEN, Case
from conformance.model import JSON, REDIRECTS, Answer, Asked, Delivery, Response, Turn, json_response

#: Seconds a caller is ready to wait, and seconds that half an answer takes: far enough apart for a busy machine.
READY_TO_WAIT = 0.2
STALL = 2.0
#: Longer than the caller is ready to wait, in steps that are shorter.
DRIPPING = 0.3
#: Bytes of a header for which some clients have no room.
HUGE = 60_000

_FIRST: JSON = {"contactKey": "customer-1", "to": "15555550101", "messageKey": "first"}
_TWO: JSON = {"definitionKey": "welcome", "recipients": [_FIRST, {"contactKey": "customer-2", "messageKey": "second"}]}
_OTHERS: JSON = {
    "definitionKey": "farewell",
    "recipients": [{"contactKey": f"customer-{number}", "messageKey": f"earlier-{number}"} for number in (7, 8, 9)],
}

#: Ways in which a whole answer may come; each is tried with every kind of answer.
_WHOLE = (
    Delivery.CHUNKED,
    Delivery.DRIPPED,
    Delivery.UNTIL_CLOSED,
    Delivery.ODD_HEADERS,
    Delivery.EARLY,
    Delivery.GZIP,
    Delivery.DEFLATE,
    Delivery.AFTER_100,
    Delivery.AFTER_103,
)
_DOUBTFUL = (Delivery.BAD_HEADER, Delivery.THEN_CLOSED, Delivery.THEN_RESET, Delivery.TWICE)
_GARBLED = (Delivery.LENGTH_TOO_SHORT, Delivery.TWO_LENGTHS, Delivery.BAD_CHUNK, Delivery.NOT_HTTP)
#: What may have become of the connection of the call before.
_TROUBLES = (Delivery.THEN_CLOSED, Delivery.THEN_RESET, Delivery.TWICE, Delivery.LENGTH_TOO_SHORT)


def wire_cases(send: SendOperation, *, is_thorough: bool = False) -> Iterator[Case]:
    """All of them, or each way with one answer, in one style; every name stands once."""
    queued = Answer(json_response(send.accepted, accepted_body(_TWO)))
    mixed = Answer(json_response(send.accepted, accepted_body(_TWO, {1: Fault()})))
    others = {"mixed": mixed, f"error-{send.errors[0]}": refusal(send.errors[0])}
    for kind in (_whole, _doubtful, _broken, _reset):
        yield from (_case(send, f"{way}-queued", answer) for way, answer in kind(queued))
        for name, answer in others.items():
            # In chunks is how most answers come.
            ways = [each for each in kind(answer) if is_thorough or each[0] == Delivery.CHUNKED]
            yield from (_case(send, f"{way}-{name}", sent) for way, sent in ways)
    # One bomb is enough: it takes as long as a hundred other cases.
    yield _case(send, "bomb-queued", evolve(queued, delivery=Delivery.BOMB))
    yield from _large(send)
    yield from _stalled(send, queued, is_thorough=is_thorough)
    yield from _with_headers(send)
    yield from _redirected(send, is_thorough=is_thorough)
    yield from _after_another(send, queued)


def _case(send: SendOperation, name: str, answer: Answer, timeout: float | None = None) -> Case:
    return Case(name, Asked(send.operation.id, "", _TWO, TOKEN, timeout=timeout), answer)


Ways = Iterator[tuple[str, Answer]]


def _whole(answer: Answer) -> Ways:
    yield from ((delivery.value, evolve(answer, delivery=delivery)) for delivery in _WHOLE)


def _doubtful(answer: Answer) -> Ways:
    yield from ((delivery.value, evolve(answer, delivery=delivery)) for delivery in _DOUBTFUL)


def _broken(answer: Answer) -> Ways:
    yield from ((delivery.value, evolve(answer, delivery=delivery)) for delivery in _GARBLED)
    yield Delivery.HALF_HEAD.value, evolve(answer, delivery=Delivery.HALF_HEAD)
    yield "chunked-cut", evolve(answer, delivery=Delivery.CHUNKED, cut_after=len(answer.response.body) // 2)
    yield "chunked-without-end", evolve(answer, delivery=Delivery.CHUNKED, cut_after=len(answer.response.body))
    length = ("content-length", str(len(answer.response.body) + 10))
    response = evolve(answer.response, headers=(*answer.response.headers, length))
    yield "length-too-long", evolve(answer, response=response)


def _reset(answer: Answer) -> Ways:
    yield "reset-before", evolve(answer, cut_after=-1, is_reset=True)
    yield "reset-in-the-head-of", evolve(answer, delivery=Delivery.HALF_HEAD, is_reset=True)
    yield "reset-after-the-head-of", evolve(answer, cut_after=0, is_reset=True)
    yield "reset-in-the-body-of", evolve(answer, cut_after=len(answer.response.body) // 2, is_reset=True)


def _large(send: SendOperation) -> Iterator[Case]:
    """A request that is longer than what goes out at once, answered before it has arrived."""
    body = {**_TWO, "recipients": [{**each, "attributes": {"Text": "long " * 20_000}} for each in _TWO["recipients"]]}
    if "attributes" in send.recipient_fields:
        answer = Answer(json_response(send.accepted, accepted_body(body)), delivery=Delivery.EARLY)
        yield Case("early-answer-to-a-long-request", Asked(send.operation.id, "", body, TOKEN), answer)


def _stalled(send: SendOperation, queued: Answer, *, is_thorough: bool) -> Iterator[Case]:
    half = evolve(queued, delivery=Delivery.HALF_THEN_STALL, stall=STALL)
    yield _case(send, "stalled-in-the-body", half, READY_TO_WAIT)
    if is_thorough:
        slow = evolve(queued, delivery=Delivery.DRIPPED, stall=DRIPPING)
        yield _case(send, "dripped-for-longer-than-the-caller-waits", slow, READY_TO_WAIT)
    yield _case(send, "nobody-listens", evolve(queued, delivery=Delivery.NOBODY))


def _with_headers(send: SendOperation) -> Iterator[Case]:
    """Headers of answers that a client may trip over: none, many, huge, empty."""
    accepted = accepted_body(_TWO)
    status = send.errors[0]
    yield _case(
        send, f"error-{status}-unlabelled", Answer(Response(status, (), json_response(status, error_body(10000)).body))
    )
    several = (*(("x-trace", str(number)) for number in range(90)), ("set-cookie", "a=1"), ("set-cookie", "b=2"))
    yield _case(send, "queued-with-repeated-headers", Answer(json_response(send.accepted, accepted, several)))
    huge = (("x-trace", "a" * HUGE),)
    yield _case(send, "queued-with-a-huge-header", Answer(json_response(send.accepted, accepted, huge)))
    for name, coding in (("an-unknown-coding", "x-unknown"), ("a-coding-that-it-is-not", "gzip")):
        labelled = json_response(send.accepted, accepted, (("content-encoding", coding),))
        yield _case(send, f"queued-in-{name}", Answer(labelled))
    odd = (("x-empty", ""), ("x-latin", "caf\xe9"), ("x-utf-8", "\u6771"), ("x", ':;,"=\\'))
    yield _case(send, "queued-with-strange-headers", Answer(json_response(send.accepted, accepted, odd)))


def _redirected(send: SendOperation, *, is_thorough: bool) -> Iterator[Case]:
    path = send.operation.path
    for status in sorted(status for status in REDIRECTS if not send.declares(status)):
        addresses = {"elsewhere": f"{{elsewhere}}{path}", "here": f"{{here}}{path}"}
        for name, address in addresses.items() if is_thorough or status == 307 else [*addresses.items()][:1]:
            answer = stray(status, path, HTML, (*AS_HTML, ("location", address)))
            alone = tuple(each for each in answer.response.headers if each != ("location", path))
            answer = evolve(answer, response=evolve(answer.response, headers=alone))
            yield _case(send, f"redirected-{status}-{name}", answer)


def _after_another(send: SendOperation, queued: Answer) -> Iterator[Case]:
    """Second calls on one client, after a first one whose answer was another and left trouble behind."""
    first = Asked(send.operation.id, "", _OTHERS, TOKEN)
    mixed = Answer(json_response(send.accepted, accepted_body(_OTHERS, {0: Fault(), 2: Fault()})))
    refused = refusal(send.errors[0])

    def second(name: str, before: Answer, answer: Answer = queued) -> Case:
        return evolve(_case(send, name, answer), before=(Turn(first, before),))

    for trouble in _TROUBLES:
        yield second(f"queued-after-mixed-{trouble}", evolve(mixed, delivery=trouble))
        yield second(f"queued-after-refused-{trouble}", evolve(refused, delivery=trouble))
    yield second("queued-after-refused", refused)
    yield second("hung-up-before-queued-after-mixed", mixed, evolve(queued, cut_after=-1))
    yield second("reset-before-queued-after-mixed", mixed, evolve(queued, cut_after=-1, is_reset=True))
