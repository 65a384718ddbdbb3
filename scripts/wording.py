"""Numbers and lists in sentences, and names that nobody else has."""

from __future__ import annotations

from collections.abc import Callable, Iterable


def counted(number: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def listed(words: Iterable[str], last: str = "and") -> str:
    """`a, b and c`."""
    *front, end = list(words)
    return f"{', '.join(front)} {last} {end}" if front else end


def unused(name: str, is_taken: Callable[[str], bool], mark: str = "") -> str:
    """The name, or the first like it that is not taken: `name2`, `name3` and so on, with the mark before the number."""
    number, found = 1, name
    while is_taken(found):
        number += 1
        found = f"{name}{mark}{number}"
    return found
