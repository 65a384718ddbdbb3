"""What a client makes of an answer that refuses or that the contract does not know, C4 and C5."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from conformance.checks.call_reading import Kind, Reading
from conformance.checks.client_results import same_code, same_words
from conformance.checks.client_rules import ERRORS, JUDGED, met, rule
from conformance.checks.differences import shown
from conformance.model import BODILESS, Told

C4 = "Each documented error arrives as a typed exception that gives its status, its code, its texts and the exchange"
C4_NONE = "no call ends in None."
C5 = "A status that the contract does not know, of any number, arrives as an exception that still holds the body."


@rule(
    "client-error-raised",
    applies=met(Kind.ERROR),
    quote=C4,
)
def error_is_raised(reading: Reading) -> Iterator[str]:
    """A documented error raises a typed error."""
    if reading.outcome.told is not Told.REFUSED:
        yield f"the answer is a documented {reading.answer.status}, yet {reading.told}"


def _told_of_the_error(reading: Reading) -> bool:
    return reading.kind is Kind.ERROR and reading.outcome.told in ERRORS


def _told_of_a_refusal(reading: Reading) -> bool:
    """A documented error was told as one; its body may be of any kind."""
    return _told_of_the_error(reading) or (reading.kind is Kind.BROKEN_ERROR and reading.outcome.told is Told.REFUSED)


@rule("client-error-status", applies=_told_of_a_refusal, quote=C4)
def error_has_its_status(reading: Reading) -> Iterator[str]:
    """A typed error gives its status, whatever its body is."""
    if reading.outcome.status != reading.answer.status:
        yield f"the error's status is {reading.outcome.status!r} in place of {reading.answer.status}"


@rule("client-error-code", applies=_told_of_the_error, quote=C4, tags=("codes",))
def error_has_its_code(reading: Reading) -> Iterator[str]:
    """A typed error gives the code of its body."""
    code, told = reading.value["errorcode"], reading.outcome.errorcode
    if not same_code(code, told):
        yield f"the error's code is {told!r} in place of {code!r}"


def _with_words(name: str) -> Callable[[Reading], bool]:
    return lambda reading: _told_of_the_error(reading) and bool(reading.value.get(name))


@rule("client-error-message", applies=_with_words("message"), quote=C4)
def error_has_its_message(reading: Reading) -> Iterator[str]:
    """A typed error gives the message of its body."""
    if not same_words(reading.value["message"], reading.outcome.message):
        yield f"the error's message is {reading.outcome.message!r} in place of {reading.value['message']!r}"


@rule("client-error-documentation", applies=_with_words("documentation"), quote=C4)
def error_has_its_documentation(reading: Reading) -> Iterator[str]:
    """A typed error says where to read more, if its body does."""
    expected, told = reading.value["documentation"], reading.outcome.documentation
    if not same_words(expected, told):
        yield f"the error's documentation is {told!r} in place of {expected!r}"


@rule("client-error-exchange", applies=_told_of_the_error, quote=C4)
def error_has_its_exchange(reading: Reading) -> Iterator[str]:
    """A typed error gives the request and the response that it belongs to."""
    if not reading.outcome.has_request_and_response:
        yield "the error does not give the request and the response"


@rule("client-never-none", applies=met(Kind.SUCCESS, Kind.ERROR), quote=C4_NONE)
def none_is_never_returned(reading: Reading) -> Iterator[str]:
    """No answer that the contract allows ends in None."""
    if reading.outcome.told is Told.NOTHING:
        yield f"the answer is a documented {reading.answer.status}, yet the client returned None"


def _undocumented(of: Callable[[int], bool]) -> Callable[[Reading], bool]:
    return lambda reading: reading.kind is Kind.UNDOCUMENTED and of(reading.answer.status)


def _is_judged(reading: Reading) -> Iterator[str]:
    if reading.outcome.told not in JUDGED:
        yield f"{reading.answer.status} is not documented, yet {reading.told}"


@rule(
    "client-undocumented-success-raises",
    applies=_undocumented(lambda status: status < 300),
    quote=C5,
)
def undocumented_success_raises(reading: Reading) -> Iterator[str]:
    """A 2xx that is not documented raises a documented error: it is no success."""
    return _is_judged(reading)


@rule("client-undocumented-status-raises", applies=_undocumented(lambda status: 300 <= status < 600), quote=C5)
def undocumented_status_raises(reading: Reading) -> Iterator[str]:
    """A 3xx, 4xx or 5xx that is not documented raises a documented error, whether or not a registry lists it."""
    return _is_judged(reading)


@rule(
    "client-undocumented-number-raises",
    applies=_undocumented(lambda status: status >= 600),
    quote=C5,
)
def undocumented_number_raises(reading: Reading) -> Iterator[str]:
    """A status of 600 and above, which is of no class, raises a documented error."""
    return _is_judged(reading)


def _undocumented_with_a_body(reading: Reading) -> bool:
    carries_a_body = bool(reading.answer.body) and reading.answer.status not in BODILESS
    return reading.kind is Kind.UNDOCUMENTED and carries_a_body and reading.outcome.told in JUDGED


@rule("client-undocumented-body-kept", applies=_undocumented_with_a_body, quote=C5)
def undocumented_body_is_kept(reading: Reading) -> Iterator[str]:
    """The body of an undocumented status is at hand, byte for byte."""
    if reading.outcome.kept_body != reading.answer.body:
        kept = reading.outcome.kept_body
        yield f"the body of a {reading.answer.status} is {shown(reading.answer.body)}, yet {shown(kept)} was kept"
