"""OpenAPI Overlay 1.1: our rulings, applied to the converted document one after the other.

Stricter than the specification where silence would hide a slip: each action says why, does one
thing, and changes something. Targets are JSONPath as RFC 9535 has it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import deepcopy
from enum import StrEnum
from functools import reduce
from typing import cast

from attrs import frozen
from jsonpath import JSONPathEnvironment
from jsonpath.exceptions import JSONPathError

from scripts.document import JSON, Document, Node, SourceError, described, is_list, is_object


@frozen
class OverlayError(SourceError):
    """The overlay is not one, or an action cannot be carried out; `where` names the action and its target."""


class Deed(StrEnum):
    UPDATE = "update"
    COPY = "copy"
    REMOVE = "remove"


@frozen
class Action:
    """One action: where, what, and why. `value` is what to merge, the path to copy from, or True."""

    number: int
    target: str
    description: str
    deed: Deed
    value: JSON

    @property
    def where(self) -> str:
        return f"action {self.number}, target {self.target}"


Location = tuple[str | int, ...]
ENVIRONMENT = JSONPathEnvironment(strict=True)
MEMBERS = ("overlay", "info", "actions")
ACTION_MEMBERS = ("target", "description", *Deed)


def read_overlay(value: JSON) -> tuple[Action, ...]:
    """The actions of an overlay document; raises `OverlayError`."""
    overlay = _object(value, "the overlay")
    if "extends" in overlay:
        what = "is not carried out: an overlay is for the sources that it lies beside"
        raise OverlayError("extends", what, "Take it out.")
    _known(overlay, MEMBERS, "the overlay")
    if not re.fullmatch(r"1\.1\.[0-9]+", str(overlay.get("overlay"))):
        what = f"is marked {overlay.get('overlay')!r}"
        raise OverlayError("the overlay", what, "Begin with `overlay: 1.1.0`.")
    info = _object(overlay.get("info"), "info")
    if not all(isinstance(info.get(name), str) for name in ("title", "version")):
        raise OverlayError("info", "has no title or no version", "Add both, as strings.")
    actions = overlay.get("actions")
    if not is_list(actions) or not actions:
        raise OverlayError("actions", "is not a list of at least one action", "Add one, or remove the file.")
    return tuple(_action(number, each) for number, each in enumerate(actions, start=1))


def _action(number: int, value: JSON) -> Action:
    where = f"action {number}"
    node = _object(value, where)
    target = node.get("target")
    if not isinstance(target, str):
        raise OverlayError(where, "has no target", "Add a JSONPath that begins with $.")
    where = f"{where}, target {target}"
    _known(node, ACTION_MEMBERS, where)
    description = node.get("description")
    if not isinstance(description, str) or not description.strip():
        raise OverlayError(where, "has no description", "Say why, and cite what decides it.")
    deeds = [deed for deed in Deed if deed in node]
    if len(deeds) != 1:
        found = " and ".join(deeds) or "nothing to do"
        raise OverlayError(where, f"has {found}", "Give an action one of update, copy and remove.")
    [deed] = deeds
    if deed is Deed.REMOVE and node[deed] is not True:
        raise OverlayError(where, "has a remove that is not true", "Write true, or take the action out.")
    if deed is Deed.COPY and not isinstance(node[deed], str):
        raise OverlayError(where, "has a copy that is not a JSONPath", "Name the node to copy from.")
    return Action(number, target, description, deed, node[deed])


def overlaid(document: Document, actions: Sequence[Action]) -> Document:
    """The document after all actions, in their order; raises `OverlayError`."""
    return reduce(_acted, actions, document)


def _acted(document: Document, action: Action) -> Document:
    found = _located(document, action.target, action)
    if not found:
        raise OverlayError(action.where, "matches nothing", "Correct the target, or take the action out.")
    if action.deed is Deed.REMOVE:
        return _removed(document, found, action)
    value = action.value if action.deed is Deed.UPDATE else _source(document, action)
    kinds = {_kind(_at(document, location)) for location in found}
    if len(kinds) > 1:
        what = f"matches nodes of different kinds: {', '.join(sorted(kinds))}"
        raise OverlayError(action.where, what, "Give each kind an action of its own.")
    changed: JSON = deepcopy(document)
    for location in found:
        # What is shared would be changed in two places by a later action.
        merged = _merged(_at(changed, location), deepcopy(value), action, location)
        if not location:
            changed = merged
        else:
            _at(changed, location[:-1])[location[-1]] = merged
    return cast("Document", changed)


def _source(document: Document, action: Action) -> JSON:
    found = _located(document, action.value, action)
    if len(found) != 1:
        what = f"copies from {action.value}, which matches {len(found)} nodes"
        raise OverlayError(action.where, what, "Name exactly one node.")
    return _at(document, found[0])


def _located(document: Document, path: str, action: Action) -> list[Location]:
    """The places a JSONPath selects, each once."""
    try:
        found = ENVIRONMENT.finditer(path, document)
        return list(dict.fromkeys(match.parts for match in found))
    except JSONPathError as error:
        what = f"{path!r} is not a JSONPath of RFC 9535: {str(error.args[0]).partition(chr(10))[0]}"
        raise OverlayError(action.where, what, "Correct it; it begins with $.") from None
    except RecursionError:
        raise OverlayError(action.where, f"{path!r} is nested too deeply", "Make it simpler.") from None


def _removed(document: Document, found: Sequence[Location], action: Action) -> Document:
    if () in found:
        raise OverlayError(action.where, "removes the whole document", "Name a part of it.")
    changed = deepcopy(document)
    # From the end of a list to its beginning, and what is inside before what holds it.
    for *place, last in sorted(found, key=_removal_order, reverse=True):
        del _at(changed, tuple(place))[last]
    return changed


def _removal_order(location: Location) -> tuple[int, list[tuple[bool, str | int]]]:
    return len(location), [(isinstance(part, int), part) for part in location]


def _merged(own: JSON, value: JSON, action: Action, location: Location) -> JSON:
    """Objects merge member by member, lists grow at their end, other values give way."""
    if is_object(own) and is_object(value):
        merged = {
            name: _grown(own[name], each, action, (*location, name)) if name in own else each
            for name, each in value.items()
        }
        return {**own, **merged}
    if is_list(own):
        return [*own, *(value if is_list(value) else [value])]
    if _is_plain(own) and _is_plain(value):
        return value
    raise _misfit(own, value, action, location)


def _grown(own: JSON, value: JSON, action: Action, location: Location) -> JSON:
    """Below the target, a list takes a list: appending one thing is for a target that is the list itself."""
    if is_list(own) and not is_list(value):
        raise _misfit(own, value, action, location)
    return _merged(own, value, action, location)


def _misfit(own: JSON, value: JSON, action: Action, location: Location) -> OverlayError:
    place = "$" + "".join(f"[{part!r}]" for part in location)
    what = f"gives {described(value)} for {described(own)} at {place}"
    return OverlayError(action.where, what, "Give what fits, or remove what is there first.")


def _is_plain(value: JSON) -> bool:
    return not (is_object(value) or is_list(value))


def _at(document: JSON, location: Location) -> JSON:
    return reduce(lambda node, part: node[part], location, document)


def _kind(value: JSON) -> str:
    return "value" if _is_plain(value) else described(value).split()[-1]


def _object(value: JSON, where: str) -> Node:
    if not is_object(value):
        raise OverlayError(where, "is not an object", "Correct it.")
    return value


def _known(node: Node, names: Sequence[str], where: str) -> None:
    for name in node:
        if name not in names and not name.startswith("x-"):
            raise OverlayError(where, f"has the unknown member {name!r}", f"Known are {', '.join(names)}.")
