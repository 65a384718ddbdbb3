"""What a client makes of a body that breaks the contract, C6, and of one that the contract leaves to its reader."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from conformance.checks.answer_text import Text, with_whole_characters
from conformance.checks.call_reading import Kind, Reading
from conformance.checks.client_rules import JUDGED, NOTHING_DOCUMENTED, RESULTS, met, rule
from conformance.checks.differences import Path, pointer, shown
from conformance.model import JSON, Item, Level, Told, is_object

C6 = "A body that breaks the contract arrives as one documented exception"
C6_PLACE = "with the place of the fault"
C6_UNKNOWN = "after a 2xx it warns that the messages may have been queued."
C14 = "What the contract leaves to the reader is read right or raised"
C14_SHOULD = "A name that stands twice and NaN SHOULD be raised."


def _broken(of: Callable[[Reading], bool]) -> Callable[[Reading], bool]:
    return lambda reading: reading.kind is Kind.BROKEN_SUCCESS and of(reading)


def _is_unreadable(reading: Reading) -> Iterator[str]:
    if reading.outcome.told is not Told.UNREADABLE:
        body = shown(reading.answer.body)
        yield f"the body of the {reading.answer.status} is {body}, which breaks the contract, yet {reading.told}"


def _is_no_json(reading: Reading) -> bool:
    return reading.text is Text.NOT_JSON and bool(reading.answer.body.strip())


@rule("client-not-json-raises", applies=_broken(_is_no_json), quote=C6)
def not_json_raises(reading: Reading) -> Iterator[str]:
    """A 202 whose body is no JSON, or half of one, raises a documented error."""
    return _is_unreadable(reading)


@rule(
    "client-empty-body-raises",
    applies=_broken(lambda reading: not reading.answer.body.strip()),
    quote=C6,
)
def empty_body_raises(reading: Reading) -> Iterator[str]:
    """A 202 without a body raises a documented error."""
    return _is_unreadable(reading)


@rule(
    "client-not-utf-8-raises",
    applies=_broken(lambda reading: reading.text is Text.NOT_UTF_8),
    quote=C6,
)
def not_utf_8_raises(reading: Reading) -> Iterator[str]:
    """A 202 whose bytes are no UTF-8 raises a documented error; nothing is read in their place."""
    return _is_unreadable(reading)


def _lacks_an_object(reading: Reading) -> bool:
    return _is_broken_at(reading, is_member=False)


def _lacks_a_member(reading: Reading) -> bool:
    return not _lacks_an_object(reading) and _is_broken_at(reading, is_member=True)


def _is_broken_at(reading: Reading, *, is_member: bool) -> bool:
    return any(_is_there(reading, path) is not is_member for path in reading.misshapen)


def _is_there(reading: Reading, path: Path) -> bool:
    value: JSON = reading.value
    for part in path:
        if is_object(value):
            if part not in value:
                return False
            value = value[str(part)]
        else:
            value = value[part]
    return True


@rule("client-wrong-shape-raises", applies=_broken(_lacks_an_object), quote=C6)
def wrong_shape_raises(reading: Reading) -> Iterator[str]:
    """A 202 with anything in the place of an object or a list raises a documented error."""
    return _is_unreadable(reading)


@rule(
    "client-missing-member-raises",
    applies=_broken(_lacks_a_member),
    quote=C6,
)
def missing_member_raises(reading: Reading) -> Iterator[str]:
    """A 202 that lacks a required member, at its top or in an item, raises a documented error."""
    return _is_unreadable(reading)


def _is_told_broken(reading: Reading) -> bool:
    is_misshapen = reading.kind is Kind.BROKEN_SUCCESS and bool(reading.misshapen)
    return is_misshapen and reading.outcome.told is Told.UNREADABLE


@rule("client-broken-body-place", applies=_is_told_broken, quote=C6_PLACE)
def broken_body_has_its_place(reading: Reading) -> Iterator[str]:
    """The error says where the body breaks the contract, in words or as a JSON pointer to that place."""
    place = reading.outcome.place
    faults = [pointer(path) for path in reading.misshapen]
    if not place:
        yield f"the error does not say where: at {' or '.join(faults[:3])}"
    elif place.startswith("/") and not any(_lead_together(place.split()[0], each) for each in faults):
        yield f"the error points to {place}, yet the fault is at {' or '.join(faults[:3])}"


def _lead_together(one: str, other: str) -> bool:
    """One of two pointers leads to the other, or to the value around it."""
    first, second = (f"{each.rstrip('/')}/" for each in (one, other))
    return first.startswith(second) or second.startswith(first)


@rule("client-broken-error-raises", applies=met(Kind.BROKEN_ERROR), quote=C6)
def broken_error_raises(reading: Reading) -> Iterator[str]:
    """A documented error with any other body raises a documented error all the same."""
    if reading.outcome.told not in JUDGED:
        yield f"the body of a {reading.answer.status} breaks the contract, yet {reading.told}"


def _may_have_been_queued(reading: Reading) -> bool:
    """A 2xx could not be read, or was not."""
    is_told = reading.outcome.told is Told.UNREADABLE
    is_open = reading.kind is Kind.OPEN and 200 <= reading.answer.status < 300 and is_told
    return (reading.kind is Kind.BROKEN_SUCCESS and reading.outcome.told in JUDGED) or is_open


@rule("client-broken-success-unknown", applies=_may_have_been_queued, quote=C6_UNKNOWN)
def broken_success_is_unknown(reading: Reading) -> Iterator[str]:
    """A success that is not read says that the outcome of the send is unknown."""
    if not reading.outcome.says_outcome_unknown:
        yield f"the {reading.answer.status} may have queued the messages; nobody is told so: {reading.told}"


def _open(text: Text) -> Callable[[Reading], bool]:
    return lambda reading: reading.kind is Kind.OPEN and reading.text is text


# A SHOULD: readers of JSON in most languages take both, and RFC 8259 lets them take the one.


@rule(
    "client-name-twice-raises",
    applies=_open(Text.NAME_TWICE),
    quote=C14_SHOULD,
    level=Level.SHOULD,
)
def name_twice_raises(reading: Reading) -> Iterator[str]:
    """A 202 that has a name twice in one object is not read as if one of the two had not come."""
    return _is_unreadable(reading)


@rule(
    "client-nan-raises",
    applies=_open(Text.NO_NUMBER),
    quote=C14_SHOULD,
    level=Level.SHOULD,
)
def nan_raises(reading: Reading) -> Iterator[str]:
    """A 202 with NaN or Infinity for a number is not read."""
    return _is_unreadable(reading)


@rule(
    "client-open-answer-ends",
    applies=met(Kind.OPEN),
    quote=C14,
)
def open_answer_ends(reading: Reading) -> Iterator[str]:
    """An answer that the contract leaves to its reader ends in a result or in a documented exception."""
    if reading.outcome.told in NOTHING_DOCUMENTED:
        yield f"the answer may be read or raised, yet {reading.told}"


def _may_be_read(reading: Reading) -> bool:
    return reading.may_be_read and reading.is_send and reading.text is not Text.OTHER_CHARSET


def _in_another_charset(reading: Reading) -> bool:
    return reading.may_be_read and reading.is_send and reading.text is Text.OTHER_CHARSET


@rule("client-open-answer-read-right", applies=_may_be_read, quote=C14)
def open_answer_is_read_right(reading: Reading) -> Iterator[str]:
    """An answer that the contract leaves to its reader is told, if it is read, with the fate of each recipient."""
    return _misread(reading)


@rule("client-charset-not-ignored", applies=_in_another_charset, quote=C14)
def charset_is_not_ignored(reading: Reading) -> Iterator[str]:
    """A 202 in another charset than UTF-8 is raised, or read in the charset that it names."""
    return _misread(reading)


def _misread(reading: Reading) -> Iterator[str]:
    if reading.outcome.told not in RESULTS:
        return
    refused, needed = reading.refused, reading.items
    if not reading.fits_the_request:
        # Whoever goes by the recipients of the request passes over what nobody asked for.
        asked = {each.get("messageKey") for each in reading.call.asked.body["recipients"]}
        refused = needed = tuple(item for item in refused if item.message_key in asked)
    answered, told = (Counter(map(_in_words, items)) for items in (reading.items, reading.outcome.items))
    for item in (Counter(map(_in_words, needed)) - told).elements():
        yield f"the answer was read, and has {shown(item)}, yet the result has {shown(sorted(told))}"
    for item in (told - answered).elements():
        yield f"the answer was read, and the result has {shown(item)}, which it has not"
    if refused and reading.outcome.told is not Told.MIXED:
        yield f"{len(refused)} of {len(reading.items)} recipients were refused, yet {reading.told}"


def _in_words(item: Item) -> str:
    """What an item says; half of a surrogate pair may have become what stands for what cannot be shown."""
    return f"{with_whole_characters(item.message_key)!r}: {item.errorcode} {with_whole_characters(item.message or '')}"
