"""What a client makes of an answer that accepts, C2, C3 and C7."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from conformance.checks.call_reading import Kind, Path, Reading, difference
from conformance.checks.client_rules import (
    ERRORS,
    RESULTS,
    met,
    returned,
    returned_with_extras,
    returned_with_refusals,
    returned_without_extras,
    rule,
)
from conformance.model import JSON, Told

C2 = "Reading a valid 202 loses nothing: each recipient's fate and code can be asked for"
C2_WRITTEN = "the result written back is equal to the JSON that came."
C3 = "Nobody can take a mixed answer for a success by oversight: the result itself shows that there were refusals"
C7 = "Members and codes that the contract does not list are read and kept like any other."


@rule("client-success-returned", applies=met(Kind.SUCCESS), quote=C2)
def success_is_returned(reading: Reading) -> Iterator[str]:
    """A valid 202 is returned as a result, not raised."""
    if reading.outcome.told not in RESULTS:
        yield f"the answer is a valid {reading.answer.status}, yet {reading.told}"


@rule("client-reads-queued", applies=returned, quote=C2, tags=("mixed",))
def queued_are_read(reading: Reading) -> Iterator[str]:
    """Every recipient that was queued is reported as queued, and nobody else is invented."""
    read = Counter(item.message_key for item in reading.outcome.items if item.errorcode is None)
    queued = Counter(item.message_key for item in reading.items if item.errorcode is None)
    for key in queued - read:
        yield f"{key!r} was queued, yet the result does not say so"
    told = Counter(item.message_key for item in reading.outcome.items)
    for key in told - Counter(item.message_key for item in reading.items):
        yield f"the result has an item {key!r} more than the answer"


@rule("client-reads-refused", applies=returned_with_refusals, quote=C2, tags=("mixed", "codes"))
def refused_are_read(reading: Reading) -> Iterator[str]:
    """Every recipient that was refused is reported under its key, with its code as an integer and its message."""
    read = [item for item in reading.outcome.items if type(item.errorcode) is int]
    for item in reading.refused:
        if item in read:
            read.remove(item)
        else:
            told = [each for each in reading.outcome.items if each.message_key == item.message_key]
            yield f"{item} stands in the answer, yet the result has {told}"


@rule("client-writes-back", applies=returned_without_extras, quote=C2_WRITTEN)
def result_is_written_back(reading: Reading) -> Iterator[str]:
    """A result written again is the JSON that was answered."""
    if found := difference(reading.body, reading.outcome.written):
        yield f"in the result written again, {found}"


@rule("client-mixed-visible", applies=returned, quote=C3, tags=("mixed",))
def mixed_is_visible(reading: Reading) -> Iterator[str]:
    """A result tells whether recipients were refused, without text to be parsed."""
    expected = Told.MIXED if reading.refused else Told.ACCEPTED
    if reading.outcome.told is not expected:
        yield f"{len(reading.refused)} of {len(reading.items)} recipients were refused, yet {reading.told}"


@rule("client-unknown-field-kept", applies=returned_with_extras, quote=C7)
def unknown_fields_are_kept(reading: Reading) -> Iterator[str]:
    """A field that the contract does not know is in the result written again."""
    for path, value in reading.extras:
        where = "/" + "/".join(map(str, path))
        if (found := _at(reading.outcome.written, path)) is ...:
            yield f"{where} is lost"
        elif difference(value, found):
            yield f"{where} is {found!r} in place of {value!r}"


def _at(value: JSON, path: Path) -> JSON:
    try:
        for part in path:
            value = value[part]
    except (KeyError, IndexError, TypeError):
        return ...
    return value


def _has_an_unknown_code(reading: Reading) -> bool:
    return reading.kind in {Kind.SUCCESS, Kind.ERROR} and bool(reading.unknown_codes)


@rule("client-unknown-code-read", applies=_has_an_unknown_code, quote=C7, tags=("codes",))
def unknown_codes_are_read(reading: Reading) -> Iterator[str]:
    """A code that is published nowhere does not keep an answer from being read."""
    expected = RESULTS if reading.kind is Kind.SUCCESS else ERRORS
    if reading.outcome.told not in expected:
        yield f"the answer has the unknown codes {list(reading.unknown_codes)}, and {reading.told}"
