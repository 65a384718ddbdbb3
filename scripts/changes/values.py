"""JSON values compared and shown: numbers by value, objects in any order, a value that is absent told from null."""

from __future__ import annotations

import json
from enum import Enum
from typing import Final, Literal

from scripts.document import JSON, is_list, is_object


class Absent(Enum):
    """No value at all, which JSON itself cannot say."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT
Value = JSON | Literal[Absent.ABSENT]

#: Longer values are not shown.
SMALL = 120


def canonical(value: Value) -> str:
    """A text that two values share if they are the same JSON value, the order of members aside."""
    return "" if value is ABSENT else json.dumps(_plain(value), sort_keys=True, ensure_ascii=False)


def _plain(value: JSON) -> JSON:
    """The value with whole numbers written as such: 1.0 and 1 are one number."""
    if is_object(value):
        return {name: _plain(member) for name, member in value.items()}
    if is_list(value):
        return [_plain(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def same(one: Value, other: Value) -> bool:
    return one is other or canonical(one) == canonical(other)


def unordered(values: JSON) -> list[str]:
    """Comparable whatever the order, and each value once."""
    return sorted({canonical(value) for value in values})


def without_order(value: JSON) -> JSON:
    """The value with all its lists sorted, for a last look once what order says was compared."""
    if is_object(value):
        return {name: without_order(each) for name, each in value.items()}
    return sorted((without_order(each) for each in value), key=canonical) if is_list(value) else value


def small(value: Value) -> str | None:
    """The value as JSON text, unless it is long or absent."""
    text = canonical(value)
    return text if text and len(text) <= SMALL else None


def shown(value: JSON) -> str:
    """The value in a sentence, shortened if need be."""
    text = canonical(value)
    return text if len(text) <= SMALL else f"{text[:SMALL]}…"
