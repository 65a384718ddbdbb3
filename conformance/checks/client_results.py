"""What a client makes of an answer that accepts, C2, C3 and C7."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.checks.call_reading import Kind, Reading
from conformance.checks.client_rules import (
    ERRORS,
    RESULTS,
    met,
    returned,
    returned_send,
    returned_with_extras,
    returned_with_refusals,
    returned_written,
    rule,
)
from conformance.checks.differences import Difference, Sort, is_number, pointer, same_number, shown
from conformance.model import JSON, Item, Told

C2 = "Reading a valid 202 loses nothing: each recipient's fate and code can be asked for"
C2_WRITTEN = "the result written back is equal to the JSON that came."
C2_NUMBERS = (
    "A code is an integer, and a number is the one that came, 1.0 being 1, as far as every reader of JSON agrees on it"
)
C3 = "Nobody can take a mixed answer for a success by oversight"
C3_QUEUED = "nor one that queued everybody for a mixed one"
C7 = "Members and codes that the contract does not list are read and kept like any other."


@rule(
    "client-success-returned",
    applies=met(Kind.SUCCESS),
    quote=C2,
)
def success_is_returned(reading: Reading) -> Iterator[str]:
    """A valid 202 is returned as a result, not raised."""
    if reading.outcome.told not in RESULTS:
        yield f"the answer is a valid {reading.answer.status}, yet {reading.told}"


@rule("client-request-id-read", applies=returned_send, quote=C2)
def request_id_is_read(reading: Reading) -> Iterator[str]:
    """The result gives the request's id."""
    if reading.outcome.request_id != (expected := reading.value["requestId"]):
        yield f"the request's id is {expected!r}, yet the result gives {reading.outcome.request_id!r}"


@rule("client-top-code-read", applies=returned_send, quote=C2, tags=("codes",))
def top_code_is_read(reading: Reading) -> Iterator[str]:
    """The result gives the code of the answer as a whole."""
    if not same_code(expected := reading.value["errorcode"], reading.outcome.errorcode):
        yield f"the answer's errorcode is {expected!r}, yet the result gives {reading.outcome.errorcode!r}"


@rule("client-top-message-read", applies=returned_send, quote=C2)
def top_message_is_read(reading: Reading) -> Iterator[str]:
    """The result gives the message of the answer as a whole, and none where there is none."""
    if not same_words(expected := reading.value.get("message"), reading.outcome.message):
        yield f"the answer's message is {expected!r}, yet the result gives {reading.outcome.message!r}"


@rule("client-items-complete", applies=returned_send, quote=C2, tags=("mixed",))
def items_are_complete(reading: Reading) -> Iterator[str]:
    """Every recipient of the answer is in the result, under its key."""
    for key in reading.items_by_key:
        if key not in reading.told_by_key:
            yield f"{shown(key)} stands in the answer, and not in the result"


@rule(
    "client-items-invented",
    applies=returned_send,
    quote=C2,
    tags=("mixed",),
)
def no_item_is_invented(reading: Reading) -> Iterator[str]:
    """Nobody is in the result who is not in the answer, and nobody more often."""
    for key, told in reading.told_by_key.items():
        if len(told) > len(reading.items_by_key.get(key, ())):
            yield f"the result has an item {shown(key)} more than the answer"


def _with_a_shared_key(reading: Reading) -> bool:
    return returned_send(reading) and len(reading.items_by_key) < len(reading.items)


@rule("client-items-of-one-key", applies=_with_a_shared_key, quote=C2, tags=("mixed",))
def items_of_one_key_are_told_apart(reading: Reading) -> Iterator[str]:
    """Recipients whom the request gave one key are told of one by one, with their own fates."""
    for key, items in reading.items_by_key.items():
        told = reading.told_by_key.get(key, ())
        if len(items) > 1 and told and sorted(map(_fate, items)) != sorted(map(_fate, told)):
            yield f"{shown(key)} stands {len(items)} times in the answer, yet the result has {shown(list(told))}"


def _fate(item: Item) -> str:
    return f"{item.errorcode} {item.message or ''}"


@rule("client-reads-queued", applies=returned_send, quote=C2, tags=("mixed",))
def queued_are_read(reading: Reading) -> Iterator[str]:
    """A recipient that was queued has no code in the result."""
    for item, told in reading.pairs:
        if item.errorcode is None and told.errorcode is not None:
            yield f"{shown(item.message_key)} was queued, yet the result gives it the code {told.errorcode!r}"


@rule("client-reads-refused", applies=returned_with_refusals, quote=C2, tags=("mixed", "codes"))
def refused_are_read(reading: Reading) -> Iterator[str]:
    """A recipient that was refused has a code in the result."""
    for item, told in reading.pairs:
        if item.errorcode is not None and told.errorcode is None:
            yield f"{shown(item.message_key)} was refused with {item.errorcode}, yet the result gives it no code"


@rule("client-item-code-read", applies=returned_with_refusals, quote=C2, tags=("mixed", "codes"))
def item_code_is_read(reading: Reading) -> Iterator[str]:
    """A recipient that was refused has its own code in the result."""
    for item, told in reading.pairs:
        is_told = item.errorcode is not None and told.errorcode is not None
        if is_told and not same_code(item.errorcode, told.errorcode):
            yield f"{shown(item.message_key)} was refused with {item.errorcode}, yet the result says {told.errorcode!r}"


@rule(
    "client-item-message-read",
    applies=returned_with_refusals,
    quote=C2,
    tags=("mixed",),
)
def item_message_is_read(reading: Reading) -> Iterator[str]:
    """A recipient that was refused has its own message in the result."""
    for item, told in reading.pairs:
        if item.errorcode is not None and not same_words(item.message, told.message):
            yield f"{shown(item.message_key)} has the message {item.message!r}, yet the result says {told.message!r}"


def _has_codes(reading: Reading) -> bool:
    return returned_send(reading) or (reading.kind is Kind.ERROR and reading.outcome.told in ERRORS)


@rule(
    "client-codes-are-integers",
    applies=_has_codes,
    quote=C2_NUMBERS,
    tags=("codes",),
)
def codes_are_integers(reading: Reading) -> Iterator[str]:
    """A code that came as an integer is told as one: as no text, and as no number with a fraction."""
    pairs = () if reading.kind is Kind.ERROR else reading.pairs
    codes = [(reading.value["errorcode"], reading.outcome.errorcode)]
    codes += [(item.errorcode, told.errorcode) for item, told in pairs]
    for code, told in codes:
        if type(code) is int and told is not None and type(told) is not int:
            yield f"the code {code} is told as {told!r}"


def same_code(expected: JSON, told: JSON) -> bool:
    """The same code, of whatever type it is told as: that is another requirement's."""
    if is_number(expected) and is_number(told):
        return same_number(expected, told)
    return str(expected) == str(told)


def same_words(expected: object, told: object) -> bool:
    """The same text; that there is none and that it is empty say the same."""
    return (expected or "") == (told or "")


@rule(
    "client-mixed-visible",
    applies=returned_with_refusals,
    quote=C3,
    tags=("mixed",),
)
def mixed_is_visible(reading: Reading) -> Iterator[str]:
    """A result tells that recipients were refused, without text to be parsed."""
    if reading.outcome.told is not Told.MIXED:
        yield f"{len(reading.refused)} of {len(reading.items)} recipients were refused, yet {reading.told}"


def _all_queued(reading: Reading) -> bool:
    return returned_send(reading) and not reading.refused


@rule(
    "client-all-queued-visible",
    applies=_all_queued,
    quote=C3_QUEUED,
    tags=("mixed",),
)
def all_queued_is_visible(reading: Reading) -> Iterator[str]:
    """A result of which nobody was refused does not tell of refusals."""
    if reading.outcome.told is not Told.ACCEPTED:
        yield f"all {len(reading.items)} recipients were queued, yet {reading.told}"


# What is written again, place by place: each place where it differs is one requirement's alone.


def _in_what_is_known(reading: Reading, *sorts: Sort) -> Iterator[str]:
    for each in reading.rewritten:
        if each.sort in sorts and not _is_a_null(reading, each) and not _is_lost(reading, each):
            yield f"in the result written again, {each}"


def _is_a_null(reading: Reading, difference: Difference) -> bool:
    """A null that came was left out, or written as something else."""
    value = reading.value
    for part in difference.path if difference.sort in (Sort.ABSENT, Sort.TYPE) else ():
        value = value[part]
    return value is None


def _is_lost(reading: Reading, difference: Difference) -> bool:
    """A field that the contract does not know was left out, or written as another thing."""
    return difference.sort in (Sort.ABSENT, Sort.LENGTH, Sort.TYPE) and reading.is_in_extras(difference)


@rule("client-writes-back", applies=returned, quote=C2_WRITTEN)
def result_is_written_back(reading: Reading) -> Iterator[str]:
    """A result can be written again, and has all that the contract knows of the JSON that was answered."""
    if reading.outcome.written is None:
        yield "the result cannot be written again"
    else:
        yield from _in_what_is_known(reading, Sort.ABSENT, Sort.LENGTH, Sort.TYPE)


@rule("client-absent-stays-absent", applies=returned_written, quote=C2_WRITTEN)
def absent_stays_absent(reading: Reading) -> Iterator[str]:
    """A result written again has nothing that was not in the JSON that was answered."""
    return _in_what_is_known(reading, Sort.ADDED)


@rule("client-text-exact", applies=returned_written, quote=C2_WRITTEN)
def texts_are_exact(reading: Reading) -> Iterator[str]:
    """A text written again has the characters that came, of whatever plane and in whatever form."""
    return _in_what_is_known(reading, Sort.TEXT)


@rule("client-number-exact", applies=returned_written, quote=C2_NUMBERS)
def numbers_are_exact(reading: Reading) -> Iterator[str]:
    """A number written again is the one that came, as far as every reader of JSON agrees on it."""
    return _in_what_is_known(reading, Sort.NUMBER)


def _with_a_null(reading: Reading) -> bool:
    return returned_with_extras(reading) and any(_holds_null(value) for _, value in reading.extras)


def _holds_null(value: object) -> bool:
    return value is None or "None" in repr(value)


@rule(
    "client-null-stays-null",
    applies=_with_a_null,
    quote=C2_WRITTEN,
)
def null_stays_null(reading: Reading) -> Iterator[str]:
    """A null that came is written again as null."""
    for each in reading.rewritten:
        if _is_a_null(reading, each):
            yield f"in the result written again, {each}"


@rule("client-unknown-field-kept", applies=returned_with_extras, quote=C7)
def unknown_fields_are_kept(reading: Reading) -> Iterator[str]:
    """A field beside the answer's own that the contract does not know is in the result written again."""
    return _lost(reading, is_of_an_item=False)


def _with_extras_of_items(reading: Reading) -> bool:
    return returned_with_extras(reading) and any(path[0] == "responses" for path, _ in reading.extras)


@rule("client-unknown-item-field-kept", applies=_with_extras_of_items, quote=C7)
def unknown_fields_of_items_are_kept(reading: Reading) -> Iterator[str]:
    """A field of an item that the contract does not know is in the result written again."""
    return _lost(reading, is_of_an_item=True)


def _lost(reading: Reading, *, is_of_an_item: bool) -> Iterator[str]:
    for each in reading.rewritten:
        is_here = (each.path[0] == "responses" and reading.is_send) is is_of_an_item if each.path else False
        if is_here and _is_lost(reading, each) and not _is_a_null(reading, each):
            yield f"in the result written again, {each}: the field {pointer(each.path)} is unknown, and to be kept"


def _has_an_unknown_code(reading: Reading) -> bool:
    return reading.kind in {Kind.SUCCESS, Kind.ERROR} and bool(reading.unknown_codes)


@rule(
    "client-unknown-code-read",
    applies=_has_an_unknown_code,
    quote=C7,
    tags=("codes",),
)
def unknown_codes_are_read(reading: Reading) -> Iterator[str]:
    """A code that is published nowhere does not keep an answer from being read."""
    expected = RESULTS if reading.kind is Kind.SUCCESS else ERRORS
    if reading.outcome.told not in expected:
        yield f"the answer has the unknown codes {list(reading.unknown_codes)}, and {reading.told}"
