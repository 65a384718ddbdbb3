"""Steps that take a valid contract to a valid contract that reads better and stays where it is.

What is not reached goes. The rest stands in an order of its own, so that a change of order in the sources, or of
something that is not reached, moves no line here. What order itself says something of stays: servers, alternatives,
enumerations, the values of examples.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from scripts.document import (
    METHODS,
    Document,
    Kind,
    Node,
    Pointer,
    is_list,
    is_object,
    map_nodes,
    nodes,
    past_references,
    pointer_parts,
    pointer_text,
)
from scripts.matching import parameter_names
from scripts.reach import reached

#: The order in which people look for members; what is not named follows by name, extensions last.
READING_ORDER: Mapping[Kind, str] = {
    Kind.DOCUMENT: "openapi info servers security tags externalDocs paths webhooks components",
    Kind.INFO: "title summary description version termsOfService contact license",
    Kind.COMPONENTS: "schemas responses parameters examples requestBodies headers securitySchemes",
    Kind.PATH_ITEM: f"$ref summary description servers parameters {' '.join(METHODS)}",
    Kind.OPERATION: "tags operationId summary description deprecated security servers parameters requestBody responses",
    Kind.PARAMETER: "$ref name in description required deprecated style explode allowReserved schema content",
    Kind.HEADER: "$ref description required deprecated style explode schema content",
    Kind.REQUEST_BODY: "$ref description required content",
    Kind.RESPONSE: "$ref description headers content",
    Kind.MEDIA_TYPE: "schema examples encoding",
    Kind.EXAMPLE: "$ref summary description value",
    Kind.SERVER: "url description variables",
    Kind.TAG: "name description externalDocs",
    Kind.SECURITY_SCHEME: "$ref type description name in scheme bearerFormat flows openIdConnectUrl",
    Kind.SCHEMA: "$ref title description type format additionalProperties required properties items",
}
#: Members that hold nodes by name, where names are in no order of their own.
BY_NAME = (
    *("schemas", "responses", "parameters", "examples", "requestBodies", "headers", "securitySchemes", "links"),
    *("callbacks", "pathItems", "properties", "patternProperties", "dependentSchemas", "dependentRequired", "$defs"),
    *("encoding", "variables", "content"),
)
JSON = re.compile(r"application/(?:[\w.-]+\+)?json\b", re.IGNORECASE)
PLACES = ("path", "query", "header", "cookie")


def pruned(document: Document) -> tuple[Document, tuple[str, ...]]:
    """The document without the components that nothing outside them reaches, and the pointers of those."""
    rooms: Node = document.get("components", {})
    used = _reached(document)
    kept: Node = {
        room: parts if room.startswith("x-") else {name: node for name, node in parts.items() if (room, name) in used}
        for room, parts in rooms.items()
    }
    kept = {room: parts for room, parts in kept.items() if parts}
    gone = [
        pointer_text(("components", room, name))
        for room, parts in rooms.items()
        if not room.startswith("x-")
        for name in parts
        if (room, name) not in used
    ]
    bare = {name: value for name, value in document.items() if name != "components"}
    return ({**bare, "components": kept} if kept else bare), tuple(sorted(gone))


def _reached(document: Document) -> set[tuple[str, str]]:
    """The components that are reached: by references, security requirements, and discriminators."""
    needs: dict[tuple[str, str] | None, set[tuple[str, str]]] = {None: set()}
    heirs: dict[tuple[str, str], set[tuple[str, str]]] = {}
    schemas: Node = document.get("components", {}).get("schemas", {})
    for kind, node, pointer in nodes(document):
        owner = (pointer[1], pointer[2]) if pointer[:1] == ("components",) and len(pointer) > 2 else None
        needs.setdefault(owner, set()).update(_named(kind, node))
        if kind is Kind.SCHEMA and owner and len(pointer) == 3:
            for each in node.get("allOf", []):
                parent = _component(each.get("$ref")) if is_object(each) else None
                if parent and "discriminator" in schemas.get(parent[1], {}):
                    heirs.setdefault(parent, set()).add(owner)
    return reached(needs[None], lambda name: needs.get(name, set()) | heirs.get(name, set()))


def _named(kind: Kind, node: Node) -> Iterator[tuple[str, str]]:
    if component := _component(node.get("$ref")):
        yield component
    if kind in (Kind.DOCUMENT, Kind.OPERATION) and is_list(node.get("security")):
        yield from (("securitySchemes", name) for requirement in node["security"] for name in requirement)
    if kind is Kind.SCHEMA and is_object(node.get("discriminator")):
        for value in node["discriminator"].get("mapping", {}).values():
            yield _component(value) or ("schemas", value)


def _component(reference: object) -> tuple[str, str] | None:
    if not isinstance(reference, str) or not reference.startswith("#"):
        return None
    match pointer_parts(reference):
        case ("components", room, name, *_):
            return room, name
        case _:
            return None


def tidied(document: Document) -> Document:
    """What a reader looks for first stands first; what has no order stands by name."""

    def change(kind: Kind, node: Node, pointer: Pointer) -> Node:
        if kind in (Kind.PATHS, Kind.CALLBACK):
            return {path: node[path] for path in sorted(node)}
        if kind is Kind.RESPONSES:
            return {status: node[status] for status in sorted(node, key=_by_number)}
        ordered = {name: node[name] for name in _members(kind, node)}
        for name in BY_NAME:
            if is_object(ordered.get(name)) and not (kind is Kind.OPERATION and name == "responses"):
                held: Node = ordered[name]
                ordered[name] = {key: held[key] for key in sorted(held, key=_json_first if name == "content" else str)}
        if kind is Kind.SCHEMA and is_list(ordered.get("required")):
            ordered["required"] = sorted(ordered["required"])
        if is_list(ordered.get("parameters")):
            order = _by_place(document, pointer)
            ordered["parameters"] = sorted(ordered["parameters"], key=order)
        return ordered

    return map_nodes(document, change)


def _members(kind: Kind, node: Node) -> Sequence[str]:
    first = [name for name in READING_ORDER.get(kind, "").split() if name in node]
    others = sorted(node.keys() - set(first), key=lambda name: (name.startswith("x-"), name))
    return [*first, *others]


def _by_number(status: str) -> tuple[bool, str]:
    return not status[:1].isdecimal(), status


def _json_first(media_type: str) -> tuple[bool, str]:
    return not JSON.match(media_type), media_type


def _by_place(document: Document, pointer: Pointer) -> Callable[[Node], tuple[int, int, str]]:
    """Parameters of the path in the order in which they stand there, then those of the query by name, and so on."""
    in_path = parameter_names(pointer[1]) if len(pointer) > 1 else []

    def order(parameter: Node) -> tuple[int, int, str]:
        node, _ = past_references(document, parameter)
        name, place = str(node.get("name")), node.get("in")
        rank = PLACES.index(place) if place in PLACES else len(PLACES)
        return rank, in_path.index(name) if place == "path" and name in in_path else 0, name

    return order
