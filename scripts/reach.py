"""What is reached from somewhere, in as many steps as it takes."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

Place = TypeVar("Place", bound=Hashable)


def reached(start: Iterable[Place], ways: Callable[[Place], Iterable[Place]]) -> set[Place]:
    """The places to start from, and all that the ways from one place to the next lead to."""
    found = set(start)
    left = list(found)
    while left:
        for place in ways(left.pop()):
            if place not in found:
                found.add(place)
                left.append(place)
    return found
