"""JSON as people wrote it: read strictly, or repaired where there is one way to repair it.

Strict is RFC 8259 and besides what every reader agrees on: no name twice in an object, no half surrogate pair, no
number beyond what a double holds, no deeper nesting than `DEPTH`. A byte order mark before the text is passed over.
What is repaired, and when a repair is refused, stands in `jsonrepair`; what it yields is then read strictly.
"""

from __future__ import annotations

import json
import math
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import NoReturn

from attrs import field, frozen

from scripts.document import JSON, Pointer, is_object
from scripts.jsonrepair import BRACKETS, DEPTH, NUMBER, SURROGATE, Edit, Fault, edited, readings

MARK = "\ufeff"
#: The tokens of a text that is JSON by its grammar; a name takes its colon along.
TOKEN = re.compile(r'(?P<string>"(?:[^"\\]|\\.)*")(?P<colon>[ \t\r\n]*:)?|[{}\[\],]|[^{}\[\],":\s]+', re.DOTALL)


@frozen
class NotJSON(ValueError):
    """The text is not JSON, at a line and a column that count from 1."""

    line: int
    column: int
    what: str

    def __str__(self) -> str:
        return f"{self.what} at line {self.line} column {self.column}"


@frozen
class TextRepair:
    """One repair of a text, at the line and column where it belongs."""

    line: int
    column: int
    what: str


@frozen
class Reading:
    """The value of a text, the repairs it took in the order of the text, and where its parts stand.

    `places` has for each value in it, by pointer, the line and column of its name or, if it has none, of itself.
    """

    value: JSON
    repairs: tuple[TextRepair, ...]
    places: Mapping[Pointer, tuple[int, int]] = field(repr=False)


class _NotStrict(ValueError):
    """The text is JSON by its grammar, yet not strict; the place is for others to find."""


def read_strict(text: str) -> JSON:
    """The value of a strict JSON text; raises `NotJSON`."""
    text = text.removeprefix(MARK)
    try:
        return _loaded(text)
    except Fault as fault:
        raise NotJSON(*_Lines(text).place(fault.offset), fault.what) from None


def read_repaired(text: str) -> Reading:
    """What a JSON text says, repaired if need be; raises `NotJSON`."""
    text = text.removeprefix(MARK)
    lines = _Lines(text)
    try:
        value, edits = _repaired(text)
    except Fault as fault:
        raise NotJSON(*lines.place(fault.offset), fault.what) from None
    origins = _Origins(edits)
    places: dict[Pointer, tuple[int, int]] = {}
    for pointer, offset, _ in _parts(edited(text, edits)):
        # A name comes before its value, with the same pointer.
        if pointer not in places:
            places[pointer] = lines.place(origins.of(offset))
    return Reading(value, tuple(TextRepair(*lines.place(edit.start), edit.what) for edit in edits), places)


def _loaded(text: str) -> JSON:
    """The value of a strict JSON text; raises `Fault`."""
    try:
        value: JSON = _DECODER.decode(text)
        if _is_deep(text, value) or _has_half_a_pair(text, value):
            raise _NotStrict
    except json.JSONDecodeError as error:
        raise Fault(error.pos, error.msg[:1].lower() + error.msg[1:]) from None
    except (ValueError, RecursionError):
        _check_parts(text)
        raise
    return value


def _members(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _NotStrict
    return members


def _no_constant(name: str) -> NoReturn:
    raise _NotStrict


def _float(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise _NotStrict
    return number


def _integer(digits: str) -> int:
    if len(digits) > 300 and math.isinf(float(digits)):
        raise _NotStrict
    return int(digits)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_members, parse_constant=_no_constant, parse_float=_float, parse_int=_integer
)


def _is_deep(text: str, value: JSON) -> bool:
    if text.count("{") + text.count("[") <= DEPTH:
        return False
    level: list[JSON] = [value]
    for _ in range(DEPTH):
        inner: list[JSON] = []
        for outer in level:
            inner += outer.values() if is_object(outer) else outer
        level = [each for each in inner if type(each) in (dict, list)]
    return bool(level)


def _has_half_a_pair(text: str, value: JSON) -> bool:
    # What is written in ASCII has them in escapes only, and most texts have none of these.
    if text.isascii() and "\\u" not in text:
        return False
    return SURROGATE.search(json.dumps(value, ensure_ascii=False)) is not None


def _check_parts(text: str) -> None:
    """Raises `Fault` at the first name or value that makes a text not strict that is JSON by its grammar."""
    names: set[Pointer] = set()
    for pointer, offset, token in _parts(text):
        if token in BRACKETS and len(pointer) >= DEPTH:
            raise Fault(offset, f"more than {DEPTH} objects and arrays inside each other")
        if token.endswith(":"):
            if pointer in names:
                raise Fault(offset, f"the name {pointer[-1]!r} a second time in one object")
            names.add(pointer)
        if token.startswith('"'):
            if SURROGATE.search(json.loads(token.rstrip(": \t\r\n"))):
                raise Fault(offset, "a string with half a surrogate pair")
        elif NUMBER.fullmatch(token):
            if len(token) > 400 or math.isinf(float(token)):
                raise Fault(offset, "a number too large to be read")
        elif token not in (*BRACKETS, "true", "false", "null"):
            raise Fault(offset, f"{token!r}, which is not JSON")


def _parts(text: str) -> Iterator[tuple[Pointer, int, str]]:
    """Each name, with its colon, and each value of a text that is JSON by its grammar: pointer, offset and token."""
    pointer: list[str] = []
    counts: list[int] = []
    named = False
    for match in TOKEN.finditer(text):
        token = match.group()
        if token in ("}", "]"):
            counts.pop()
            del pointer[len(counts) :]
        elif token == ",":
            pointer.pop()
        elif match.group("colon"):
            pointer.append(json.loads(match.group("string")))
            named = True
            yield tuple(pointer), match.start(), token
        else:
            if counts and not named:
                pointer.append(str(counts[-1]))
                counts[-1] += 1
            named = False
            yield tuple(pointer), match.start(), token
            if token in BRACKETS:
                counts.append(0)


def _repaired(text: str) -> tuple[JSON, tuple[Edit, ...]]:
    """The value of the text and the edits that all readings of it come to; raises `Fault`."""
    try:
        return _loaded(text), ()
    except Fault:
        pass
    found: tuple[JSON, tuple[Edit, ...]] | None = None
    fault: Fault | None = None
    for edits in readings(text):
        try:
            value = _loaded(edited(text, edits))
        except Fault as error:
            fault = fault or Fault(_Origins(edits).of(error.offset), error.what)
            continue
        if found is None:
            found = value, edits
        elif json.dumps(value) != json.dumps(found[0]):
            place = min(edit.start for edit in set(edits) ^ set(found[1]))
            raise Fault(place, "what can be repaired in two ways, with two meanings")
    if found is None:
        raise fault or Fault(0, "nothing")
    return found


class _Lines:
    """The lines of a text."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def place(self, offset: int) -> tuple[int, int]:
        """The line and the column of an offset, counted from 1."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


class _Origins:
    """Where in a text that stood which is now at some offset of the edited text."""

    def __init__(self, edits: Sequence[Edit]) -> None:
        self._ends, self._shifts = list[int](), [0]
        for edit in edits:
            start = edit.start - self._shifts[-1]
            # What follows on a deletion begins where that began.
            self._ends.append(start + max(1, len(edit.text)))
            self._shifts.append(edit.end - start - len(edit.text))

    def of(self, offset: int) -> int:
        return offset + self._shifts[bisect_right(self._ends, offset)]
