"""What a client makes of an answer that refuses or that the contract does not know, C4 and C5."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.checks.call_reading import Kind, Reading, difference
from conformance.checks.client_rules import ERRORS, JUDGED, met, rule
from conformance.model import BODILESS, Told

C4 = "Each documented error arrives as a typed exception that gives its status, its code, its texts and the exchange"
C4_NONE = "no call ends in None."
C5 = "A status that the contract does not know, of any number, arrives as an exception that still holds the body."


@rule("client-error-raised", applies=met(Kind.ERROR), quote=C4)
def error_is_raised(reading: Reading) -> Iterator[str]:
    """A documented error raises a typed error."""
    if reading.outcome.told is not Told.REFUSED:
        yield f"the answer is a documented {reading.answer.status}, yet {reading.told}"


def _told_of_the_error(reading: Reading) -> bool:
    return reading.kind is Kind.ERROR and reading.outcome.told in ERRORS


@rule("client-error-fields", applies=_told_of_the_error, quote=C4, tags=("codes",))
def error_has_its_fields(reading: Reading) -> Iterator[str]:
    """A typed error gives its status, its code, its texts, and the exchange it belongs to."""
    outcome = reading.outcome
    expected = {"status": reading.answer.status}
    expected |= {name: reading.body.get(name) for name in ("errorcode", "message", "documentation")}
    for name, value in expected.items():
        read = getattr(outcome, name)
        if difference(value, read):
            yield f"the error's {name} is {read!r} in place of {value!r}"
    if not outcome.has_request_and_response:
        yield "the error does not give the request and the response"


@rule("client-never-none", applies=met(Kind.SUCCESS, Kind.ERROR), quote=C4_NONE)
def none_is_never_returned(reading: Reading) -> Iterator[str]:
    """No answer that the contract allows ends in None."""
    if reading.outcome.told is Told.NOTHING:
        yield f"the answer is a documented {reading.answer.status}, yet the client returned None"


@rule("client-undocumented-status-raises", applies=met(Kind.UNDOCUMENTED), quote=C5)
def undocumented_status_raises(reading: Reading) -> Iterator[str]:
    """An undocumented status raises a documented error, whatever its number."""
    if reading.outcome.told not in JUDGED:
        yield f"{reading.answer.status} is not documented, yet {reading.told}"


def _undocumented_with_a_body(reading: Reading) -> bool:
    carries_a_body = bool(reading.answer.body) and reading.answer.status not in BODILESS
    return reading.kind is Kind.UNDOCUMENTED and carries_a_body


@rule("client-undocumented-body-kept", applies=_undocumented_with_a_body, quote=C5)
def undocumented_body_is_kept(reading: Reading) -> Iterator[str]:
    """The body of an undocumented status is at hand, byte for byte."""
    if reading.outcome.kept_body != reading.answer.body:
        kept = reading.outcome.kept_body
        yield f"the body of a {reading.answer.status} is {reading.answer.body!r}, yet {kept!r} was kept"
