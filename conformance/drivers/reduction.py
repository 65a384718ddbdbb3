"""Makes a JSON body smaller, one cut at a time, so that a failure found by chance is shown on little."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.model import JSON, is_array, is_object


def smaller(value: JSON) -> Iterator[JSON]:
    """Values with one cut each, members and elements as a whole first, then what is in them.

    Every value that comes is shorter as JSON than the one given, so that cutting again and again ends.
    """
    if is_object(value):
        for name in value:
            yield {other: each for other, each in value.items() if other != name}
        for name, each in value.items():
            yield from ({**value, name: cut} for cut in smaller(each))
    elif is_array(value):
        for index in range(len(value)):
            yield [*value[:index], *value[index + 1 :]]
        for index, each in enumerate(value):
            yield from ([*value[:index], cut, *value[index + 1 :]] for cut in smaller(each))
    elif isinstance(value, str) and len(value) > 1:
        yield value[: len(value) // 2]
        yield value[len(value) // 2 :]
