"""Chosen operations of a published document, and just what they reach.

The others go before anything is mended, so that neither their faults nor their names bear on what is kept.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping

from attrs import frozen

from scripts.document import (
    JSON,
    METHODS,
    Document,
    Node,
    SourceError,
    is_list,
    is_object,
    object_at,
    pointer_parts,
)
from scripts.matching import Operation, matching
from scripts.reach import reached

#: The members of a document that hold its shared parts.
ROOMS = ("definitions", "parameters", "responses")


@frozen
class SelectionError(SourceError):
    """What was chosen is not there, or is not one operation; `where` is the choice."""


def pairs(words: Iterable[str], where: str) -> tuple[Operation, ...]:
    """METHOD PATH METHOD PATH … as operations; raises `SelectionError`."""
    left = list(words)
    found: list[Operation] = []
    while left:
        method, path = left.pop(0), left.pop(0) if left else ""
        if method.lower() not in METHODS or not path:
            what = f"{method!r} is not a method" if method.lower() not in METHODS else f"{method} has no path"
            raise SelectionError(where, what, "Write METHOD PATH, as in POST /messages.")
        found.append((method.lower(), path))
    return tuple(found)


def operations_of(document: Document) -> list[Operation]:
    """The operations of a document of any version, in its order."""
    items = object_at(document.get("paths", {}), ("paths",))
    return [
        (method, path)
        for path, item in items.items()
        if is_object(item) and not path.startswith("x-")
        for method in METHODS
        if is_object(item.get(method))
    ]


def selected(document: Document, chosen: Iterable[Operation]) -> Document:
    """The document with these operations alone, and the shared parts that they reach; raises `SelectionError`."""
    kept = {_one(method, path, document) for method, path in chosen}
    if not kept:
        return document
    paths: Node = {
        path: {name: value for name, value in item.items() if name not in METHODS or (name, path) in kept}
        for path, item in object_at(document.get("paths"), ("paths",)).items()
        if any(each == path for _, each in kept)
    }
    narrowed = {**document, "paths": paths}
    kept_parts = _reached(narrowed)
    used = set(_tags(paths))
    for room in ROOMS:
        if is_object(document.get(room)):
            narrowed[room] = {name: node for name, node in document[room].items() if (room, name) in kept_parts}
    if is_list(document.get("tags")):
        narrowed["tags"] = [tag for tag in document["tags"] if not is_object(tag) or tag.get("name") in used]
    return narrowed


def _one(method: str, path: str, document: Document) -> Operation:
    declared = operations_of(document)
    found = matching(method, path, declared)
    if len(found) == 1:
        return found[0]
    where = f"{method.upper()} {path}"
    if found:
        listed = " and ".join(each for _, each in found)
        raise SelectionError(where, f"may be {listed}", "Write the path as the document has it.")
    spelled = [f"{each.upper()} {own}" for each, own in declared]
    close = difflib.get_close_matches(where, spelled, n=1)
    raise SelectionError(where, "is no operation of the document", f"Choose another{f': {close[0]}' if close else ''}.")


def _reached(document: Document) -> set[tuple[str, str]]:
    """Each shared part that the paths reach; heirs of a schema that has a discriminator are reached with it."""
    outside = {name: value for name, value in document.items() if name not in ROOMS}
    parts: Mapping[tuple[str, str], JSON] = {
        (room, name): node for room in ROOMS if is_object(document.get(room)) for name, node in document[room].items()
    }
    by_name: dict[str, list[tuple[str, str]]] = {}
    for part in parts:
        by_name.setdefault(part[1], []).append(part)
    needs = {part: set(_named(node, by_name)) for part, node in parts.items()}
    heirs: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for part, node in parts.items():
        for parent in _named(node.get("allOf"), by_name) if is_object(node) else ():
            if is_object(parts[parent]) and "discriminator" in parts[parent]:
                heirs.setdefault(parent, set()).add(part)
    return reached(_named(outside, by_name), lambda part: needs[part] | heirs.get(part, set()))


def _named(value: JSON, by_name: Mapping[str, list[tuple[str, str]]]) -> Iterator[tuple[str, str]]:
    """The shared parts that references in a value name, however they spell the way."""
    for reference in _references(value):
        for name in {*pointer_parts(reference), *pointer_parts("/" + reference), reference.rpartition("/")[2]}:
            yield from by_name.get(name, ())


def _references(value: JSON) -> Iterator[str]:
    left = [value]
    while left:
        node = left.pop()
        if is_object(node):
            for name, each in node.items():
                if name in ("$ref", "type") and isinstance(each, str):
                    # A type that is none may be the name of a definition.
                    yield each
                else:
                    left.append(each)
        elif is_list(node):
            left.extend(node)


def _tags(paths: Node) -> Iterator[str]:
    for item in paths.values():
        for method in METHODS:
            operation = item.get(method)
            if is_object(operation) and is_list(operation.get("tags")):
                yield from (str(tag) for tag in operation["tags"])
