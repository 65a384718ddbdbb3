"""What a client does with a value that stands in a path, C11.

These requirements are asked under contracts alone that have an operation with such a value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import unquote

from conformance.checks.call_reading import UNSENDABLE, Reading
from conformance.checks.client_requests import own_path
from conformance.checks.client_rules import received, rule
from conformance.checks.differences import shown
from conformance.model import Told

C11 = "A value placed in a path is percent-encoded"
C11_REJECTED = "an empty one and the dot segments `.` and `..` are rejected before anything goes out."

#: One part of a path as RFC 3986, section 3.3, has it.
_SEGMENT = re.compile(r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})*")


def _with_values(reading: Reading) -> bool:
    return received(reading) and bool(reading.call.asked.path) and _is_sendable(reading)


def _is_sendable(reading: Reading) -> bool:
    return UNSENDABLE.isdisjoint(reading.call.asked.path.values())


@rule("client-path-value-escaped", applies=_with_values, quote=C11, tags=("security",))
def path_values_are_escaped(reading: Reading) -> Iterator[str]:
    """A value stands in its own part of the path, percent-encoded once, and is the one that the caller gave."""
    template = own_path(reading)
    pattern = re.compile("".join(_part(each) for each in re.split(r"(\{[^}]*\})", template)))
    names = re.findall(r"\{([^}]*)\}", template)
    found = pattern.fullmatch(reading.first.target)
    if found is None:
        yield f"sent to {shown(reading.first.target)}, which is not of the form {template}"
        return
    for name, written in zip(names, found.groups(), strict=True):
        given = reading.call.asked.path.get(name, "")
        if not _SEGMENT.fullmatch(written):
            yield f"sent {shown(written)} for {name}, in which not everything is percent-encoded that has to be"
        elif unquote(written) != given:
            yield f"sent {shown(written)} for {name}, which is {shown(unquote(written))} in place of {shown(given)}"


def _part(of_the_template: str) -> str:
    return "([^/?#]*)" if of_the_template.startswith("{") else re.escape(of_the_template)


def _has(*values: str) -> Callable[[Reading], bool]:
    return lambda reading: not frozenset(values).isdisjoint(reading.call.asked.path.values())


def _is_rejected(reading: Reading) -> Iterator[str]:
    values = sorted(UNSENDABLE.intersection(reading.call.asked.path.values()))
    if reading.call.received:
        yield f"{values} was asked for in the path, and {reading.first.method} {reading.first.target} was sent"
    elif reading.outcome.told is not Told.UNSENT:
        yield f"{values} was asked for in the path, yet {reading.told}"


@rule("client-empty-path-value-refused", applies=_has(""), quote=C11_REJECTED, tags=("security",))
def empty_path_value_is_refused(reading: Reading) -> Iterator[str]:
    """An empty value for a path is rejected, and nothing is sent."""
    return _is_rejected(reading)


@rule("client-dot-segments-refused", applies=_has(".", ".."), quote=C11_REJECTED, tags=("security",))
def dot_segments_are_refused(reading: Reading) -> Iterator[str]:
    """A value `.` or `..` for a path is rejected, and nothing is sent."""
    return _is_rejected(reading)
