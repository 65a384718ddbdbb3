"""Steps that take a valid contract to a valid contract that reads better."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

from scripts.document import Document, Kind, Node, Pass, Pointer, map_nodes, pointer_parts, references

#: The order in which people look for members; what is not named keeps its place after them.
READING_ORDER: Mapping[Kind, str] = {
    Kind.DOCUMENT: "openapi info servers security tags paths components",
    Kind.OPERATION: "tags operationId summary description parameters requestBody responses",
    Kind.REQUEST_BODY: "description required content",
    Kind.RESPONSE: "$ref description headers content",
    Kind.COMPONENTS: "schemas responses parameters examples requestBodies headers securitySchemes",
    Kind.SCHEMA: "$ref title description type additionalProperties required properties items",
}


def unused_schemas_are_pruned(document: Document) -> Document:
    """Every schema among the components is referred to from outside them, if only by way of another."""
    components = document.get("components", {})
    schemas: Node = components.get("schemas", {})
    wanted: dict[str | None, set[str]] = {}
    for pointer, reference in references(document):
        owner = pointer[2] if pointer[:2] == ("components", "schemas") else None
        target = pointer_parts(reference)
        if target[:2] == ("components", "schemas"):
            wanted.setdefault(owner, set()).add(target[2])
    used: set[str] = set()
    left = list(wanted.get(None, set()))
    while left:
        name = left.pop()
        if name not in used:
            used.add(name)
            left.extend(wanted.get(name, set()))
    kept = {name: schema for name, schema in schemas.items() if name in used}
    return document if kept == schemas else {**document, "components": {**components, "schemas": kept}}


def members_are_in_reading_order(document: Document) -> Document:
    """What a reader looks for first stands first, and statuses stand in the order of their numbers."""

    def change(kind: Kind, node: Node, pointer: Pointer) -> Node:
        if kind is Kind.RESPONSES:
            return {status: node[status] for status in sorted(node, key=_by_number)}
        first = [name for name in READING_ORDER.get(kind, "").split() if name in node]
        return {name: node[name] for name in dict.fromkeys((*first, *node))}

    return map_nodes(document, change)


def _by_number(status: str) -> tuple[bool, str]:
    return not status[:1].isdecimal(), status


TIDY: tuple[Pass, ...] = (unused_schemas_are_pruned, members_are_in_reading_order)


def tidied(document: Document) -> Document:
    """The document after every step."""
    return reduce(lambda before, step: step(before), TIDY, document)
