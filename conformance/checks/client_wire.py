"""What a client makes of answers that do not come, or not whole, and of redirects, C8 and C9."""

from __future__ import annotations

import math
from collections.abc import Iterator

from conformance.checks.call_reading import Kind, Reading
from conformance.checks.client_rules import JUDGED, always, met, rule
from conformance.model import Told

C8_DEFAULT = "A client that was told nothing of time-outs has one"
C8 = "an answer that stalls or breaks off arrives as a documented exception."
C9 = "No POST goes out twice without its caller's word"
C9_REDIRECT = "neither after a failure nor after a redirect."


@rule("client-timeout-by-default", applies=always, quote=C8_DEFAULT)
def time_out_by_default(reading: Reading) -> Iterator[str]:
    """A client that was told nothing of time-outs has one."""
    seconds = reading.outcome.default_timeout
    if seconds is None or not 0 < seconds < math.inf:
        yield f"the time-out is {seconds!r} by default: the client waits for ever"


@rule("client-stalled-raises", applies=met(Kind.STALLED), quote=C8)
def stalled_answer_raises(reading: Reading) -> Iterator[str]:
    """An answer that does not come in time raises a documented error of the transport."""
    if reading.outcome.told is not Told.TRANSPORT:
        yield f"no answer came within the time-out, yet {reading.told}"


@rule("client-broken-off-raises", applies=met(Kind.CUT), quote=C8)
def half_sent_answer_raises(reading: Reading) -> Iterator[str]:
    """An answer that breaks off raises a documented error of the transport."""
    if reading.outcome.told is not Told.TRANSPORT:
        yield f"the answer broke off before its end, yet {reading.told}"


@rule("client-never-repeats", applies=lambda reading: reading.kind is not Kind.REDIRECT, quote=C9)
def post_is_never_repeated(reading: Reading) -> Iterator[str]:
    """One call sends one request, whatever comes of it."""
    if len(reading.call.received) > 1:
        yield f"one call sent {len(reading.call.received)} requests"


@rule("client-no-redirect", applies=met(Kind.REDIRECT), quote=C9_REDIRECT, tags=("security",))
def redirect_is_not_followed(reading: Reading) -> Iterator[str]:
    """A redirect is not followed: it raises a documented error after one request."""
    if len(reading.call.received) > 1:
        requests = len(reading.call.received)
        yield f"the {reading.answer.status} was followed: the server got {requests} requests"
    if reading.outcome.told not in JUDGED:
        yield f"the answer is a {reading.answer.status}, yet {reading.told}"
