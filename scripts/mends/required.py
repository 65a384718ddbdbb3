"""Faults in what schemas require: where it is said, how often, and of what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from scripts.document import JSON, Document, Kind, Node, Pointer, is_list, is_object, list_at, map_nodes, nodes
from scripts.mends.composition import Composition, composition
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


def whatever_is_required_is_declared(document: Document, report: Report) -> Document:
    """Each name in `required` is a property somewhere in what is said of the object; what is not may be anything.

    That is in the schema, in those that it is composed of, or in one that is composed of it: an alternative may require
    what the schema around it declares. What an object composed by `allOf` requires is declared in it or below, for
    validators of OpenAPI look nowhere else. The keys of a map, whose values have one schema, are no properties.
    """

    @cache
    def composed() -> Composition:
        return composition(document)

    def change(kind: Kind, node: Node, pointer: Pointer) -> Node:
        required = node.get("required")
        if not is_list(required) or not _may_be_object(node):
            return node
        own = node.get("properties", {})
        if own.keys() >= set(required):
            return node
        known = composed().declared(pointer, below="allOf" in node)
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
