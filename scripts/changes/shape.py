"""Whether a document has the shape that a comparison relies on: objects and lists where those are due, references that
lead somewhere. Whether it is valid beyond that is left out, so contracts with faults are compared as well, whichever
OpenAPI 3 they are written for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from attrs import define, field

from scripts.document import (
    ANY,
    GRAMMAR,
    JSON,
    Document,
    DocumentError,
    Holds,
    Kind,
    Node,
    Pointer,
    list_at,
    node_at,
    object_at,
    pointer_parts,
    text_at,
)

Check = Callable[[JSON, Pointer], object]


def check_shape(document: Document) -> None:
    """The document can be compared; raises `DocumentError` if not."""
    walk = _Walk(document)
    walk.node(Kind.DOCUMENT, document, ())
    while walk.left:
        walk.node(*walk.left.pop())


def _list_of(inner: Check) -> Check:
    def check(value: JSON, at: Pointer) -> None:
        for index, each in enumerate(list_at(value, at)):
            inner(each, (*at, str(index)))

    return check


def _map_of(inner: Check) -> Check:
    def check(value: JSON, at: Pointer) -> None:
        for name, each in object_at(value, at).items():
            inner(each, (*at, name))

    return check


_NAMES = _list_of(text_at)
_SECURITY = _list_of(_map_of(_NAMES))
#: Members that hold no nodes and are looked into all the same.
DATA: Mapping[Kind, Mapping[str, Check]] = {
    Kind.DOCUMENT: {"security": _SECURITY},
    Kind.OPERATION: {"security": _SECURITY, "tags": _NAMES},
    Kind.SERVER: {"url": text_at, "variables": _map_of(object_at)},
    Kind.SCHEMA: {"$ref": text_at},
}
#: Members without which a node cannot be told from its neighbours.
DUE: Mapping[Kind, tuple[str, ...]] = {Kind.PARAMETER: ("name", "in"), Kind.SERVER: ("url",)}


@define
class _Walk:
    """One look at a document. What references lead to is looked at once for each kind of node that it stands for.

    It is left for later, since a chain of references may be longer than Python can go down.
    """

    document: Document
    left: list[tuple[Kind, JSON, Pointer]] = field(factory=list[tuple[Kind, JSON, Pointer]])
    _followed: set[tuple[Kind, str]] = field(factory=set[tuple[Kind, str]])

    def node(self, kind: Kind, value: JSON, at: Pointer) -> None:
        if kind is Kind.SCHEMA and isinstance(value, bool):
            return
        node = object_at(value, at)
        # Beside a reference the rest may be missing. Where any name may stand it is a name like others, but in a
        # callback, which may be a reference as a whole.
        is_reference = isinstance(node.get("$ref"), str) and kind not in (Kind.DOCUMENT, Kind.PATHS, Kind.RESPONSES)
        if is_reference:
            self.follow(kind, node["$ref"], at)
        else:
            for name in DUE.get(kind, ()):
                text_at(node.get(name), (*at, name))
        for name, check in DATA.get(kind, {}).items():
            if name in node:
                check(node[name], (*at, name))
        self.members(kind, {name: node[name] for name in node if not (is_reference and name == "$ref")}, at)

    def members(self, kind: Kind, node: Node, at: Pointer) -> None:
        members = GRAMMAR[kind]
        for name, value in node.items():
            place = members.get(name) or (None if name.startswith("x-") else members.get(ANY))
            if place:
                self.held(*place, value, (*at, name))

    def held(self, holds: Holds, kind: Kind, value: JSON, at: Pointer) -> None:
        match holds:
            case Holds.ONE:
                self.node(kind, value, at)
            case Holds.LIST:
                for index, each in enumerate(list_at(value, at)):
                    self.node(kind, each, (*at, str(index)))
            case Holds.MAP:
                for name, each in object_at(value, at).items():
                    self.node(kind, each, (*at, name))

    def follow(self, kind: Kind, reference: str, at: Pointer) -> None:
        if (kind, reference) in self._followed:
            return
        self._followed.add((kind, reference))
        if not reference.startswith("#/"):
            hint = "Bring what it refers to into the document."
            raise DocumentError.at(at, f"the reference {reference!r} leaves the document", hint)
        try:
            target = node_at(self.document, reference)
        except (LookupError, ValueError):
            hint = "Correct it, or add what it refers to."
            raise DocumentError.at(at, f"the reference {reference!r} leads nowhere", hint) from None
        self.left.append((kind, target, pointer_parts(reference)))
