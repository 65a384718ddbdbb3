"""OpenAPI Overlay 1.1 and 1.0: the actions of an overlay, and the document after them.

An action whose target selects nothing is an error here, where the specification lets it pass: it would be a slip that
nobody hears of. What else the specification allows and is hardly meant is a warning. Which document an overlay extends
is said, not looked up.
https://spec.openapis.org/overlay/v1.1.0.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from functools import reduce
from typing import cast
from urllib.parse import urlsplit

from attrs import field, frozen

from scripts.document import JSON, Document, Node, SourceError, described, is_list, is_object
from scripts.overlay_targets import Location, NotJSONPath, Query, query


@frozen
class OverlayError(SourceError):
    """The overlay is not one, or an action cannot be carried out; `where` names the action and its target."""


class Deed(StrEnum):
    UPDATE = "update"
    COPY = "copy"
    REMOVE = "remove"


@frozen
class Action:
    """One action: where, what, and why.

    `value` is what to merge, the JSONPath to copy from, or whether to remove; `rules` are the names under `x-rules`.
    `version` is that of the specification by which the action is read.
    """

    number: int
    target: str
    description: str
    deed: Deed
    value: JSON
    rules: tuple[str, ...]
    version: str
    targets: Query = field(eq=False, repr=False)
    source: Query | None = field(eq=False, repr=False)

    @property
    def where(self) -> str:
        return f"action {self.number}"


@frozen
class Overlay:
    """What an overlay document says. `extends` is the reference as written; the warnings are sentences."""

    title: str
    extends: str | None
    actions: tuple[Action, ...]
    warnings: tuple[str, ...]


VERSIONS = ("1.0", "1.1")
MEMBERS = ("overlay", "info", "extends", "actions")
INFO_MEMBERS = ("title", "version", "description")
ACTION_MEMBERS = ("target", "description", *Deed)
RULES = "x-rules"
#: https://www.rfc-editor.org/rfc/rfc3986#appendix-A
URI_REFERENCE = re.compile(r"(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+")


def read_overlay(value: JSON) -> Overlay:
    """What an overlay document says; raises `OverlayError`."""
    overlay = _object(value, "the overlay")
    _known(overlay, MEMBERS, "the overlay")
    version = _version(overlay)
    title = _title(overlay.get("info"))
    extends = _extends(overlay)
    actions = overlay.get("actions")
    if not is_list(actions) or not actions:
        raise OverlayError("actions", "is not a list of at least one action", "Add one, or remove the file.")
    return Overlay(
        title=title,
        extends=extends,
        actions=tuple(_action(number, each, version) for number, each in enumerate(actions, start=1)),
        warnings=tuple(_warnings(overlay, version)),
    )


def _version(overlay: Node) -> str:
    """The version of the specification, without the patch, which changes nothing."""
    marked = overlay.get("overlay")
    version = re.fullmatch(r"([0-9]+\.[0-9]+)\.[0-9]+", marked) if isinstance(marked, str) else None
    if version is None or version[1] not in VERSIONS:
        what = f"is marked {marked!r}" if "overlay" in overlay else "has no version"
        raise OverlayError("the overlay", what, "Begin with `overlay: 1.1.0`.")
    return version[1]


def _title(value: JSON) -> str:
    info = _object(value, "info")
    _known(info, INFO_MEMBERS, "info")
    if not all(isinstance(info.get(name), str) for name in ("title", "version")):
        raise OverlayError("info", "has no title or no version", "Add both, as strings.")
    _description(info, "info")
    return str(info["title"])


def _description(node: Node, where: str) -> str:
    description = node.get("description", "")
    if not isinstance(description, str):
        raise OverlayError(where, "has a description that is not a string", "Write a string, or take it out.")
    return description


def _extends(overlay: Node) -> str | None:
    if "extends" not in overlay:
        return None
    extends = overlay["extends"]
    if not isinstance(extends, str) or not _is_uri_reference(extends):
        hint = "Name the document that the overlay is for, percent-encoded, or take it out."
        raise OverlayError("extends", f"is {extends!r}, which is no URI reference", hint)
    return extends


def _is_uri_reference(text: str) -> bool:
    try:
        urlsplit(text)
    except ValueError:
        return False
    return URI_REFERENCE.fullmatch(text) is not None


def _action(number: int, value: JSON, version: str) -> Action:
    node = _object(value, f"action {number}")
    target = node.get("target")
    if not isinstance(target, str):
        raise OverlayError(f"action {number}", "has no target", "Add a JSONPath that begins with $.")
    where = _place(number, target)
    _known(node, ACTION_MEMBERS, where)
    deed = _deed(node, version, where)
    return Action(
        number=number,
        target=target,
        description=_description(node, where),
        deed=deed,
        value=node[deed],
        rules=_rules(node, where),
        version=version,
        targets=_query(target, where),
        source=_query(node[deed], where) if deed is Deed.COPY else None,
    )


def _deed(node: Node, version: str, where: str) -> Deed:
    """The one thing that the action does: removal comes before all, and `remove: false` counts if it is alone."""
    if not isinstance(node.get("remove", False), bool):
        raise OverlayError(where, "has a remove that is not true or false", "Write true, or take it out.")
    if "copy" in node and version == "1.0":
        raise OverlayError(where, "has a copy, which Overlay 1.0 does not know", "Mark the overlay 1.1.0.")
    if not isinstance(node.get("copy", ""), str):
        raise OverlayError(where, "has a copy that is not a JSONPath", "Name the node to copy from.")
    if node.get("remove"):
        return Deed.REMOVE
    if "update" in node and "copy" in node:
        # By the specification neither has an impact beside the other.
        raise OverlayError(where, "has update and copy, of which neither would count", "Make it two actions.")
    deed = next((deed for deed in Deed if deed in node), None)
    if deed is None:
        raise OverlayError(where, "has nothing to do", "Give it one of update, copy and remove.")
    return deed


def _warnings(overlay: Node, version: str) -> Iterator[str]:
    """What is allowed and is hardly meant, in an overlay that is one."""
    if version == "1.0" and "description" in overlay["info"]:
        yield "info: has a description, which Overlay 1.0 does not know. Mark the overlay 1.1.0."
    said: dict[str, int] = {}
    for number, node in enumerate(overlay["actions"], start=1):
        where = _place(number, node["target"])
        first = said.setdefault(json.dumps(node, sort_keys=True), number)
        if first != number:
            yield f"{where}: says what action {first} says. Take one of them out."
        others = [deed for deed in (Deed.UPDATE, Deed.COPY) if deed in node]
        if node.get("remove"):
            yield from (f"{where}: has {deed} beside remove, which alone counts. Take it out." for deed in others)
        elif not others:
            yield f"{where}: has a remove that is false and nothing else to do. Take the action out."
        elif version == "1.0" and is_list(node.get("update")):
            what = "adds a list item by item, as Overlay 1.1 has it; by Overlay 1.0 the list is one item"
            yield f"{where}: {what}. Mark the overlay 1.1.0."


def _rules(node: Node, where: str) -> tuple[str, ...]:
    value = node.get(RULES, [])
    rules = value if is_list(value) else [value]
    if not all(isinstance(rule, str) and rule for rule in rules):
        raise OverlayError(where, f"has an {RULES} that is no string and no list of strings", "Name the rules in it.")
    return tuple(rules)


def _query(text: str, where: str) -> Query:
    try:
        return query(text)
    except NotJSONPath as error:
        raise OverlayError(where, str(error), "Correct it; it begins with $.") from None


def overlaid(document: Document, actions: Iterable[Action]) -> Document:
    """The document after all actions, in their order; raises `OverlayError`."""
    return reduce(acted, actions, document)


def acted(document: Document, action: Action) -> Document:
    """The document after one action, the same object if that changes nothing; raises `OverlayError`.

    What the action leaves alone is shared with the document as it was, and what it brings in with the action.
    """
    found = action.targets.selected(document)
    if not found:
        raise _unable(action, "matches nothing", "Correct the target, or take the action out.")
    if action.version == "1.0" and any(_is_plain(value) for value in found.values()):
        what = "matches what is neither an object nor a list, which Overlay 1.0 does not allow"
        raise _unable(action, what, "Mark the overlay 1.1.0.")
    if action.deed is Deed.REMOVE:
        if () in found and action.value:
            raise _unable(action, "removes the whole document", "Name a part of it.")
        return cast("Document", _changed(document, list(found), _gone)) if action.value else document
    kinds = {_kind(value) for value in found.values()}
    if len(kinds) > 1:
        what = f"matches nodes of different kinds: {', '.join(sorted(kinds))}"
        raise _unable(action, what, "Give each kind an action of its own.")
    value = action.value if action.source is None else _source(document, action.source, action)
    return cast("Document", _changed(document, list(found), lambda own, at: _merged(own, value, action, at)))


def _source(document: Document, query: Query, action: Action) -> JSON:
    found = query.selected(document)
    if len(found) != 1:
        raise _unable(action, f"copies from {query.text}, which matches {len(found)} nodes", "Name exactly one node.")
    return next(iter(found.values()))


#: What a change gives for a node that is to be there no longer.
GONE: JSON = object()
Change = Callable[[JSON, Location], JSON]


def _gone(own: JSON, at: Location) -> JSON:
    return GONE


def _changed(node: JSON, locations: Sequence[Location], change: Change, depth: int = 0) -> JSON:
    """The node with the change made at each location, outer ones first; the same object if nothing is changed.

    The locations lead from the root; of what they name, the first `depth` parts lead to the node.
    """
    below: dict[str | int, list[Location]] = {}
    for location in locations:
        if len(location) == depth:
            node = change(node, location)
        else:
            below.setdefault(location[depth], []).append(location)
    if node is GONE:
        return GONE
    parts: dict[str | int, JSON] = {}
    for part, inside in below.items():
        value = _changed(node[part], inside, change, depth + 1)
        if value is not node[part]:
            parts[part] = value
    if not parts:
        return node
    if is_object(node):
        return {name: value for name, own in node.items() if (value := parts.get(name, own)) is not GONE}
    return [value for at, own in enumerate(node) if (value := parts.get(at, own)) is not GONE]


def _merged(own: JSON, value: JSON, action: Action, at: Location, *, below: bool = False) -> JSON:
    """Objects merge member by member, lists grow at their end, other values give way."""
    if is_object(own) and is_object(value):
        changes = {
            name: _merged(own[name], each, action, (*at, name), below=True) if name in own else each
            for name, each in value.items()
        }
        return own if all(name in own and own[name] is each for name, each in changes.items()) else {**own, **changes}
    if is_list(own) and is_list(value):
        return [*own, *value] if value else own
    # Below the target a list takes a list: appending one thing is for a target that is the list itself.
    if is_list(own) and not below:
        return [*own, value]
    if _is_plain(own) and _is_plain(value):
        # In Python, true is 1 and 1 is 1.0; in a document they are not the same.
        return own if type(own) is type(value) and own == value else value
    place = "$" + "".join(f"[{part!r}]" for part in at)
    what = f"gives {described(value)} for {described(own)} at {place}"
    raise _unable(action, what, "Give what fits, or remove what is there first.")


def _is_plain(value: JSON) -> bool:
    return not (is_object(value) or is_list(value))


def _kind(value: JSON) -> str:
    return "value" if _is_plain(value) else described(value).split()[-1]


def _place(number: int, target: str) -> str:
    return f"action {number}, target {target}"


def _unable(action: Action, what: str, hint: str) -> OverlayError:
    return OverlayError(_place(action.number, action.target), what, hint)


def _object(value: JSON, where: str) -> Node:
    if not is_object(value):
        raise OverlayError(where, "is not an object", "Correct it.")
    return value


def _known(node: Node, names: Sequence[str], where: str) -> None:
    for name in node:
        if name not in names and not name.startswith("x-"):
            raise OverlayError(where, f"has the unknown member {name!r}", f"Known are {', '.join(names)}.")
