"""What a client makes of a body that breaks the contract, C6."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.checks.call_reading import Kind, Reading
from conformance.checks.client_rules import JUDGED, met, rule
from conformance.model import Told

C6 = "A body that breaks the contract arrives as one documented exception with the place of the fault"
C6_UNKNOWN = "after a 2xx it warns that the messages may have been queued."


@rule("client-broken-body-raises", applies=met(Kind.BROKEN_SUCCESS, Kind.BROKEN_ERROR), quote=C6)
def broken_body_raises(reading: Reading) -> Iterator[str]:
    """A body that breaks the contract raises a documented error."""
    expected = JUDGED if reading.kind is Kind.BROKEN_ERROR else {Told.UNREADABLE}
    if reading.outcome.told not in expected:
        yield f"the body of a {reading.answer.status} breaks the contract, yet {reading.told}"


@rule("client-broken-success-unknown", applies=met(Kind.BROKEN_SUCCESS), quote=C6_UNKNOWN)
def broken_success_is_unknown(reading: Reading) -> Iterator[str]:
    """A success that cannot be read says that the outcome of the send is unknown."""
    if not reading.outcome.says_outcome_unknown:
        yield f"the {reading.answer.status} may have queued the messages; nobody is told so: {reading.told}"
