"""Where two JSON values differ, and in what. True is not 1; numbers are compared as far as JSON makes them agree."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from enum import Enum, auto

from attrs import frozen

from conformance.model import JSON, is_array, is_object

#: Where a value stands in a JSON text.
Path = tuple[str | int, ...]
#: Up to here, either way, every reader of JSON agrees on an integer (RFC 8259, section 6).
AGREED = 2**53 - 1


class Sort(Enum):
    """In what two values differ."""

    ABSENT = auto()  # a member is missing
    ADDED = auto()  # there is a member more
    LENGTH = auto()  # lists of different lengths
    NUMBER = auto()  # one number in place of another
    TEXT = auto()  # one text in place of another
    TYPE = auto()  # a value of another type


@frozen
class Difference:
    """One place in which two values differ, and a sentence that says how."""

    path: Path
    sort: Sort
    text: str

    def __str__(self) -> str:
        return self.text


def pointer(path: Path) -> str:
    """A path as RFC 6901 writes it; a slash for the whole, which people see better than nothing."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path) or "/"


def differences(expected: JSON, actual: JSON) -> Iterator[Difference]:
    """Every place where two JSON values differ, in order; nothing below such a place is looked at."""
    if not _written_alike(expected, actual):
        yield from _differences(expected, actual, ())


def _written_alike(expected: JSON, actual: JSON) -> bool:
    """Both are the same text, which is found out ten times as fast as that they are the same part by part."""
    if expected is None or isinstance(expected, str):
        return type(expected) is type(actual) and expected == actual
    try:
        return json.dumps(expected) == json.dumps(actual)
    except (TypeError, ValueError, RecursionError):  # what a client gave for JSON may be anything
        return False


def _differences(expected: JSON, actual: JSON, path: Path) -> Iterator[Difference]:
    if is_object(expected) and is_object(actual):
        for name, value in expected.items():
            if name in actual:
                yield from _differences(value, actual[name], (*path, name))
            else:
                yield Difference((*path, name), Sort.ABSENT, f"{pointer((*path, name))} is absent")
        for name in actual:
            if name not in expected:
                text = f"{pointer((*path, name))} is added, as {shown(actual[name])}"
                yield Difference((*path, name), Sort.ADDED, text)
    elif is_array(expected) and is_array(actual):
        if len(expected) == len(actual):
            for index, each in enumerate(expected):
                yield from _differences(each, actual[index], (*path, index))
        else:
            text = f"{pointer(path)} has {len(actual)} entries in place of {len(expected)}"
            yield Difference(path, Sort.LENGTH, text)
    elif not same(expected, actual):
        text = f"{pointer(path)} is {shown(actual)} in place of {shown(expected)}"
        yield Difference(path, _sort(expected, actual), text)


def same(expected: JSON, actual: JSON) -> bool:
    """Two values that are neither objects nor lists are the same."""
    if is_number(expected) and is_number(actual):
        return same_number(expected, actual)
    return type(expected) is type(actual) and expected == actual


def same_number(expected: float, actual: float) -> bool:
    """The same number; beyond what every reader agrees on, the same to a reader that has doubles alone."""
    if expected == actual or (math.isnan(expected) and math.isnan(actual)):
        return True
    if isinstance(expected, int) and abs(expected) <= AGREED:
        return False
    try:
        return float(expected) == float(actual)
    except OverflowError:
        return False


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def holds_no_double(value: JSON) -> bool:
    """It holds a number that is too large for a double, of which no two readers make the same."""
    if is_object(value):
        return any(map(holds_no_double, value.values()))
    if is_array(value):
        return any(map(holds_no_double, value))
    if isinstance(value, float):
        return math.isinf(value) or math.isnan(value)
    return isinstance(value, int) and value.bit_length() > 1023


def shown(value: JSON) -> str:
    """A value for a sentence: its repr, the middle left out of a long one."""
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST // 2]} … {text[-_LONGEST // 2 :]}"


_LONGEST = 200


def _sort(expected: JSON, actual: JSON) -> Sort:
    if is_number(expected) and is_number(actual):
        return Sort.NUMBER
    return Sort.TEXT if isinstance(expected, str) and isinstance(actual, str) else Sort.TYPE
