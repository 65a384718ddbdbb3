"""What a client makes of the ways in which answers come or do not come, and that it sends once, C8 and C9."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from conformance.checks.call_reading import Kind, Reading
from conformance.checks.client_rules import (
    JUDGED,
    NONE_READ,
    NOTHING_DOCUMENTED,
    RESULTS,
    always,
    met,
    received,
    rule,
)
from conformance.checks.request_bytes import framing_faults, requests_begun
from conformance.model import Delivery, Item, Level, Told

C8_DEFAULT = "A client that was told nothing of time-outs has one"
C8 = "an answer that stalls or breaks off arrives as a documented exception."
C8_RESET = "So does one that is reset, that is no HTTP or that contradicts itself"
C8_NOBODY = "and the absence of any server."
C8_ENDS = "Every call comes to an end, in a result or in something documented, whatever the answer."
C8_WHOLE = "An answer is read whole by whichever way of HTTP it comes"
C8_WAYS = "in chunks, in parts, early, packed as the request offered, until the connection ends"
C8_INTERIM = "an interim answer before it SHOULD be passed over."
C8_UNKNOWN = "After what may have been received the exception SHOULD say that the outcome is unknown"
C8_KNOWN = "where nobody listened it SHOULD NOT."
C8_UNSENT = "Whoever is told that nothing was sent can rely on it."
C9 = "No POST goes out twice without its caller's word"
C9_REDIRECT = "neither after a failure nor after a redirect."
C9_USED = "Nor does it because its connection was used before."
C9_FRAMED = "It goes out as one well-framed request."
C9_OWN = "Each call gets its own answer"
C9_LEFT_OVER = "what else comes over a connection belongs to none."
C9_IDLE = "A connection that ended while it was idle SHOULD NOT be used again."

_LEFT_OVER = frozenset({Delivery.TWICE, Delivery.LENGTH_TOO_SHORT})


def _has_ended(reading: Reading) -> bool:
    """The call came to an end, so that the client can be asked about itself."""
    return not tuple(_no_end(reading))


def _no_end(reading: Reading) -> Iterator[str]:
    if reading.outcome.told is Told.HUNG:
        yield "the call never came to an end"
    elif reading.outcome.told is Told.CRASHED and not reading.outcome.raised:
        yield "the program ended in the middle of the call"


@rule("client-timeout-by-default", applies=_has_ended, quote=C8_DEFAULT)
def time_out_by_default(reading: Reading) -> Iterator[str]:
    """A client that was told nothing of time-outs has one."""
    seconds = reading.outcome.default_timeout
    if seconds is None or not 0 < seconds < math.inf:
        yield f"the time-out is {seconds!r} by default: the client waits for ever"


@rule("client-call-ends", applies=always, quote=C8_ENDS)
def call_ends(reading: Reading) -> Iterator[str]:
    """Every call comes to an end, and the program that made it goes on."""
    yield from _no_end(reading)


@rule("client-stalled-raises", applies=met(Kind.STALLED), quote=C8)
def stalled_answer_raises(reading: Reading) -> Iterator[str]:
    """An answer that does not come in time raises a documented error of the transport."""
    if reading.outcome.told not in {Told.TRANSPORT, Told.UNSENT}:
        yield f"no answer came within the time-out, yet {reading.told}"


@rule(
    "client-stalled-body-raises",
    applies=met(Kind.STALLED_BODY),
    quote=C8,
)
def stalled_body_raises(reading: Reading) -> Iterator[str]:
    """An answer whose body does not go on in time raises a documented error."""
    if reading.outcome.told not in _without_whole(reading):
        yield f"half of the body came, and no more within the time-out, yet {reading.told}"


def _without_whole(reading: Reading) -> frozenset[Told]:
    """What may be told of an answer that is not whole: a status that says no is enough for a refusal."""
    refused = reading.head_came and reading.answer.status >= 300
    return NONE_READ | {Told.REFUSED, Told.UNSENT} if refused else NONE_READ | {Told.UNSENT}


@rule("client-broken-off-raises", applies=met(Kind.CUT), quote=C8)
def half_sent_answer_raises(reading: Reading) -> Iterator[str]:
    """An answer that breaks off raises a documented error."""
    if reading.outcome.told not in _without_whole(reading):
        yield f"the answer broke off before its end, yet {reading.told}"


@rule(
    "client-reset-raises",
    applies=met(Kind.RESET),
    quote=C8_RESET,
)
def reset_raises(reading: Reading) -> Iterator[str]:
    """An answer that a reset breaks off raises a documented error."""
    if reading.outcome.told not in _without_whole(reading):
        yield f"the connection was reset before the end of the answer, yet {reading.told}"


@rule("client-invalid-http-raises", applies=met(Kind.GARBLED), quote=C8_RESET)
def invalid_http_raises(reading: Reading) -> Iterator[str]:
    """What is no HTTP, or contradicts itself about where it ends, raises a documented error."""
    if reading.outcome.told not in _without_whole(reading):
        yield f"the answer is no valid HTTP, yet {reading.told}"


@rule("client-nobody-raises", applies=met(Kind.NOBODY), quote=C8_NOBODY)
def nobody_raises(reading: Reading) -> Iterator[str]:
    """Where no server listens, a documented error of the transport is raised."""
    if reading.outcome.told not in {Told.TRANSPORT, Told.UNSENT}:
        yield f"no server listens at the address, yet {reading.told}"


def _may_have_been_received(reading: Reading) -> bool:
    kinds = (Kind.STALLED, Kind.STALLED_BODY, Kind.CUT, Kind.RESET, Kind.GARBLED)
    # Whoever gives up before anything went out, as on a busy machine, may say so.
    came = bool(reading.call.received) or any(reading.call.raw)
    return came and reading.kind in kinds and (reading.answer.status < 300 or not reading.head_came)


@rule("client-transport-unknown", applies=_may_have_been_received, quote=C8_UNKNOWN, level=Level.SHOULD)
def outcome_is_unknown(reading: Reading) -> Iterator[str]:
    """The error says that the outcome is unknown, where the server may have done what was asked."""
    if reading.outcome.told in NONE_READ and not reading.outcome.says_outcome_unknown:
        yield f"the server may have done what was asked; nobody is told so: {reading.told}"


@rule("client-nobody-known", applies=met(Kind.NOBODY), quote=C8_KNOWN, level=Level.SHOULD)
def nobody_is_known(reading: Reading) -> Iterator[str]:
    """The error does not call the outcome unknown, where no server listened."""
    if reading.outcome.says_outcome_unknown:
        yield "no server listens at the address, yet the outcome is called unknown"


@rule("client-sent-not-denied", applies=received, quote=C8_UNSENT)
def sent_is_not_denied(reading: Reading) -> Iterator[str]:
    """Nobody is told that nothing was sent when the server has received it."""
    if reading.outcome.told is Told.UNSENT:
        yield "the server received the request, yet the caller was told that nothing was sent"


def _differs_from_whole(reading: Reading) -> Iterator[str]:
    """In what the caller was told something else than the answer says, if it is a valid one."""
    outcome = reading.outcome
    match reading.said:
        case Kind.SUCCESS if outcome.told not in RESULTS:
            yield f"the answer is a valid {reading.answer.status}, yet {reading.told}"
        case Kind.SUCCESS if _fates(outcome.items) != _fates(reading.items):
            yield f"the answer has the items {_shown(reading.items)}, yet the result has {_shown(outcome.items)}"
        case Kind.ERROR if outcome.told is not Told.REFUSED:
            yield f"the answer is a documented {reading.answer.status}, yet {reading.told}"
        case Kind.ERROR if outcome.status != reading.answer.status:
            yield f"the answer is a {reading.answer.status}, yet the caller was told of {outcome.status}"
        case _:
            pass


def _fates(items: tuple[Item, ...]) -> Counter[tuple[str | None, str]]:
    return Counter((each.message_key, str(each.errorcode)) for each in items)


def _shown(items: tuple[Item, ...]) -> list[str]:
    return [f"{each.message_key!r} {each.errorcode or 'queued'}" for each in items]


def _came(*deliveries: Delivery) -> Callable[[Reading], bool]:
    """A whole answer came in one of these ways."""
    return lambda reading: reading.kind is Kind.DELIVERED and reading.call.answer.delivery in deliveries


@rule("client-chunked-read", applies=_came(Delivery.CHUNKED), quote=C8_WAYS)
def chunked_is_read(reading: Reading) -> Iterator[str]:
    """An answer in chunks, with extensions and a trailer, is read as the same answer with a length."""
    yield from _differs_from_whole(reading)


@rule("client-dripped-read", applies=_came(Delivery.DRIPPED), quote=C8_WAYS)
def dripped_is_read(reading: Reading) -> Iterator[str]:
    """An answer that comes in many small parts is read as the same answer in one."""
    yield from _differs_from_whole(reading)


@rule("client-until-closed-read", applies=_came(Delivery.UNTIL_CLOSED), quote=C8_WAYS)
def until_closed_is_read(reading: Reading) -> Iterator[str]:
    """An answer without a length is read until the connection ends."""
    yield from _differs_from_whole(reading)


@rule("client-odd-headers-read", applies=_came(Delivery.ODD_HEADERS), quote=C8_WHOLE)
def odd_headers_are_read(reading: Reading) -> Iterator[str]:
    """Headers are read in any letter case, and without the white space round their values."""
    yield from _differs_from_whole(reading)


@rule("client-early-answer-read", applies=_came(Delivery.EARLY), quote=C8_WAYS)
def early_answer_is_read(reading: Reading) -> Iterator[str]:
    """An answer that comes before the request's body was read is read."""
    yield from _differs_from_whole(reading)


@rule(
    "client-packed-read",
    applies=_came(Delivery.GZIP, Delivery.DEFLATE),
    quote=C8_WAYS,
)
def packed_is_read(reading: Reading) -> Iterator[str]:
    """An answer is read if it comes packed as the request offered to take it."""
    yield from _differs_from_whole(reading)


@rule(
    "client-interim-skipped",
    applies=met(Kind.INTERIM),
    quote=C8_INTERIM,
    level=Level.SHOULD,
)
def interim_is_skipped(reading: Reading) -> Iterator[str]:
    """A 100 or a 103 is passed over, and the answer after it is read."""
    yield from _differs_from_whole(reading)


@rule(
    "client-interim-documented",
    applies=met(Kind.INTERIM),
    quote=C8_ENDS,
)
def interim_ends_documented(reading: Reading) -> Iterator[str]:
    """A call whose answer follows a 100 or a 103 ends in its result or a documented error."""
    if reading.outcome.told in NOTHING_DOCUMENTED:
        yield f"an interim answer came first, and {reading.told}"


def _is_a_bomb(reading: Reading) -> bool:
    return reading.call.answer.delivery is Delivery.BOMB


@rule("client-too-large-ends", applies=_is_a_bomb, quote=C8_ENDS)
def too_large_ends(reading: Reading) -> Iterator[str]:
    """An answer that unpacks to a thousand times its size ends in its result or a documented error."""
    if reading.outcome.told not in RESULTS | NONE_READ:
        yield f"the answer unpacks to 64 MiB, and {reading.told}"


def _was_framed(reading: Reading) -> bool:
    """Something came, and nothing kept the client from sending all of it."""
    return any(reading.call.raw) and reading.call.answer.delivery is not Delivery.EARLY


@rule("client-request-framed", applies=_was_framed, quote=C9_FRAMED, tags=("security",))
def request_is_framed(reading: Reading) -> Iterator[str]:
    """The bytes that are sent are well-framed HTTP/1.1, for the host that was asked for, with nothing left over."""
    host = urlsplit(reading.call.asked.url).netloc
    for content in reading.call.raw:
        yield from framing_faults(content, host)


def _requests(reading: Reading) -> int:
    """How many requests the server got, unfinished ones included."""
    return max(len(reading.call.received), sum(map(requests_begun, reading.call.raw)))


def _on_a_new_connection(reading: Reading) -> bool:
    return reading.kind is not Kind.REDIRECT and not reading.call.before


@rule("client-never-repeats", applies=_on_a_new_connection, quote=C9)
def post_is_never_repeated(reading: Reading) -> Iterator[str]:
    """One call sends one request, whatever comes of it."""
    if (requests := _requests(reading)) > 1:
        yield f"one call sent {requests} requests"


def _on_a_used_connection(reading: Reading) -> bool:
    return reading.kind is not Kind.REDIRECT and bool(reading.call.before)


@rule(
    "client-never-repeats-on-reused",
    applies=_on_a_used_connection,
    quote=C9_USED,
)
def post_is_never_repeated_on_a_used_connection(reading: Reading) -> Iterator[str]:
    """A call that follows others on the same client sends one request, also where its connection ends."""
    if (requests := _requests(reading)) > 1:
        yield f"one call after others sent {requests} requests"


@rule("client-own-answer-next", applies=met(Kind.NEXT), quote=C9_OWN, tags=("security",))
def next_call_gets_its_own_answer(reading: Reading) -> Iterator[str]:
    """No call is told what was left over on its connection: it gets its own answer, or an error that none came."""
    outcome = reading.outcome
    if outcome.told not in NONE_READ or outcome.status not in (None, reading.answer.status):
        yield from _differs_from_whole(reading)


def _after_left_over(reading: Reading) -> bool:
    return reading.kind is Kind.NEXT and any(each.answer.delivery in _LEFT_OVER for each in reading.call.before)


@rule(
    "client-left-over-dropped",
    applies=_after_left_over,
    quote=C9_LEFT_OVER,
    level=Level.SHOULD,
)
def left_over_is_dropped(reading: Reading) -> Iterator[str]:
    """A connection on which something was left over is not used again: the next call gets its answer."""
    yield from _differs_from_whole(reading)


def _after_an_end(reading: Reading) -> bool:
    return reading.kind is Kind.NEXT and not _after_left_over(reading)


@rule(
    "client-ended-connection-dropped",
    applies=_after_an_end,
    quote=C9_IDLE,
    level=Level.SHOULD,
)
def ended_connection_is_dropped(reading: Reading) -> Iterator[str]:
    """A connection that ended while it was idle is not used again: the next call gets its answer."""
    yield from _differs_from_whole(reading)


@rule(
    "client-no-redirect",
    applies=met(Kind.REDIRECT),
    quote=C9_REDIRECT,
    tags=("security",),
)
def redirect_is_not_followed(reading: Reading) -> Iterator[str]:
    """A redirect is not followed: it raises a documented error after one request."""
    if _requests(reading) > 1:
        yield f"the {reading.answer.status} was followed: the server got {_requests(reading)} requests"
    if reading.call.elsewhere:
        yield f"the {reading.answer.status} was followed: another server got {len(reading.call.elsewhere)} requests"
    if reading.outcome.told not in JUDGED | NONE_READ:
        yield f"the answer is a {reading.answer.status}, yet {reading.told}"
