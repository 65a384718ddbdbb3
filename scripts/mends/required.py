"""Faults in what schemas require: where it is said, how often, and of what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from attrs import define, field

from scripts.document import (
    JSON,
    Document,
    Kind,
    Node,
    Pointer,
    is_list,
    is_object,
    list_at,
    map_nodes,
    nodes,
    pointer_parts,
)
from scripts.mends.rule import Report, on, without


def properties_do_not_require_themselves(document: Document, report: Report) -> Document:
    """`required: true` on a property is an entry in the list of what its object requires."""
    flagged: set[Pointer] = set()
    lifted: dict[Pointer, list[str]] = {}
    for place, name, flag in _flags(document):
        flagged.add((*place, "properties", name))
        what = f"{name!r} is required by its object" if flag else "says nothing, left out"
        report((*place, "properties", name, "required"), what)
        if flag:
            lifted.setdefault(place, []).append(name)

    def change(kind: Kind, node: Node, pointer: Pointer) -> Node:
        if isinstance(node.get("required"), bool):
            node = without(node, "required")
            if pointer not in flagged:
                report((*pointer, "required"), "is no list, and its schema is no property; left out")
        if pointer not in lifted:
            return node
        own = list_at(node.get("required", []), (*pointer, "required"))
        return {**node, "required": [*own, *(name for name in lifted[pointer] if name not in own)]}

    return map_nodes(document, change, kinds=(Kind.SCHEMA,))


def _flags(document: Document) -> Iterator[tuple[Pointer, str, bool]]:
    """Each flag on a property: where the object is that has the property, its name, and the flag."""
    for _, node, pointer in nodes(document, Kind.SCHEMA):
        properties = node.get("properties")
        if is_object(properties):
            for name, schema in properties.items():
                if is_object(schema) and isinstance(schema.get("required"), bool):
                    yield pointer, name, schema["required"]


@on(Kind.SCHEMA)
def required_is_not_empty(node: Node, pointer: Pointer, report: Report) -> Node:
    """`required: []`, which Swagger 2.0 does not allow, is left out."""
    if node.get("required") != []:
        return node
    report((*pointer, "required"), "empty, left out")
    return without(node, "required")


@on(Kind.SCHEMA)
def nothing_is_required_twice(node: Node, pointer: Pointer, report: Report) -> Node:
    """Each name stands in `required` once."""
    required = node.get("required")
    if not is_list(required):
        return node
    kept: list[str] = []
    for index, name in enumerate(required):
        place = (*pointer, "required", str(index))
        if name in kept:
            report(place, f"{name!r} a second time, left out")
        else:
            report.moved(place, (*pointer, "required", str(len(kept))))
            kept.append(name)
    return node if len(kept) == len(required) else {**node, "required": kept}


#: Members whose schemas say more of the value that the schema with the member speaks of.
ABOUT_THE_SAME = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else")


def whatever_is_required_is_declared(document: Document, report: Report) -> Document:
    """Each name in `required` is a property somewhere in what is said of the object; what is not may be anything.

    That is in the schema, in those that it is composed of, or in one that is composed of it: an alternative may require
    what the schema around it declares. What an object composed by `allOf` requires is declared in it or below, for
    validators of OpenAPI look nowhere else. The keys of a map, whose values have one schema, are no properties.
    """

    @cache
    def declarations() -> _Declarations:
        return _declarations(document)

    def change(kind: Kind, node: Node, pointer: Pointer) -> Node:
        required = node.get("required")
        if not is_list(required) or not _may_be_object(node):
            return node
        own = node.get("properties", {})
        if own.keys() >= set(required):
            return node
        known = declarations().of(pointer, below="allOf" in node)
        names: list[str] = []
        added: Node = {}
        for index, name in enumerate(required):
            meant = name if name in known else spelled_like(name, known)
            if meant is None:
                added[name] = {}
            if meant != name:
                what = f"{meant!r} is meant" if meant else "it may be anything"
                report((*pointer, "required", str(index)), f"{name!r} names no property; {what}")
            names.append(meant or name)
        if added:
            node = {"type": "object", **node, "properties": {**node.get("properties", {}), **added}}
        return {**node, "required": list(dict.fromkeys(names))} if names != required else node

    return map_nodes(document, change, kinds=(Kind.SCHEMA,))


def _may_be_object(node: Node) -> bool:
    types = node.get("type", "object")
    return (types == "object" or "object" in types) and not is_object(node.get("additionalProperties"))


def spelled_like(name: str, properties: Mapping[str, JSON]) -> str | None:
    """The only property whose name differs in nothing but the case of letters."""
    found = [each for each in properties if each.lower() == name.lower()]
    return found[0] if len(found) == 1 else None


Ways = dict[Pointer, list[Pointer]]


@define
class _Declarations:
    """Which properties each schema declares itself, what it is composed of, and what is composed of it."""

    own: dict[Pointer, Mapping[str, JSON]] = field(factory=dict[Pointer, Mapping[str, JSON]])
    parts: Ways = field(factory=Ways)
    #: The parts of which all hold, and not one or the other.
    certain: Ways = field(factory=Ways)
    wholes: Ways = field(factory=Ways)

    def of(self, pointer: Pointer, *, below: bool) -> dict[str, JSON]:
        """The properties of what a schema speaks of, or those declared in it and its parts alone."""
        wholes = set[Pointer]() if below else _reached({pointer}, self.wholes) - {pointer}
        places = _reached({pointer}, self.parts) | _reached(wholes, self.certain)
        return {name: None for place in sorted(places) for name in self.own.get(place, {})}


def _reached(start: set[Pointer], ways: Ways) -> set[Pointer]:
    found, left = set(start), list(start)
    while left:
        for each in ways.get(left.pop(), ()):
            if each not in found:
                found.add(each)
                left.append(each)
    return found


def _declarations(document: Document) -> _Declarations:
    found = _Declarations()
    for _, node, pointer in nodes(document, Kind.SCHEMA):
        if is_object(node.get("properties")):
            found.own[pointer] = node["properties"]
        for part in _parts(node, pointer, ABOUT_THE_SAME):
            found.parts.setdefault(pointer, []).append(part)
            found.wholes.setdefault(part, []).append(pointer)
        found.certain[pointer] = list(_parts(node, pointer, ("allOf",)))
    return found


def _parts(node: Node, pointer: Pointer, members: Sequence[str]) -> Iterator[Pointer]:
    """Where the schemas stand that a schema is composed of by these members, and the one that it refers to."""
    reference = node.get("$ref")
    if isinstance(reference, str) and reference.startswith("#/"):
        yield pointer_parts(reference)
    for name in members:
        value = node.get(name)
        if is_object(value):
            yield (*pointer, name)
        elif is_list(value):
            yield from ((*pointer, name, str(index)) for index in range(len(value)))
