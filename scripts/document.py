"""An API description: where its nodes are, and how we complain about it.

The shapes of Swagger 2.0 and OpenAPI 3.1 stand in one table. `map_nodes` alone walks them; every
pass is a function of one node, and none needs to know that a property may be called `items`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cache
from typing import Any, NoReturn, TypeGuard, cast
from urllib.parse import unquote

from attrs import frozen

#: A JSON value, checked where it is read and not by its type.
JSON = Any
Node = dict[str, Any]
Document = Node
#: The names and indexes that lead from the root to a node.
Pointer = tuple[str, ...]
Pass = Callable[[Document], Document]

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@frozen
class SourceError(Exception):
    """A source says something that cannot be carried over."""

    where: str
    what: str
    hint: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}. {self.hint}"


@frozen
class DocumentError(SourceError):
    """A node of an API description is at fault; `where` is its pointer, after the file once known."""

    @classmethod
    def at(cls, pointer: Pointer, what: str, hint: str) -> DocumentError:
        return cls(pointer_text(pointer), what, hint)


def is_object(value: JSON) -> TypeGuard[Node]:
    return isinstance(value, dict)


def is_list(value: JSON) -> TypeGuard[list[JSON]]:
    return isinstance(value, list)


def pointer_text(pointer: Sequence[str]) -> str:
    """The pointer as RFC 6901 writes it, as a URI fragment that people can read."""
    return "#" + "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in pointer)


def reference_to(pointer: Sequence[str]) -> str:
    """A local reference that leads to the pointer: what `pointer_parts` reads back."""
    return pointer_text([part.replace("%", "%25") for part in pointer])


def json_path(pointer: Sequence[str]) -> str:
    """The pointer as a JSONPath of RFC 9535, ready for the target of an overlay action."""
    parts = ("." + part if re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", part) else f"[{_quoted(part)}]" for part in pointer)
    return "$" + "".join(parts)


def _quoted(part: str) -> str:
    # In a document an index looks like a name; in a list a name would select nothing.
    return part if part.isdecimal() and len(part) < 3 else "'" + part.replace("\\", "\\\\").replace("'", "\\'") + "'"


def pointer_parts(reference: str) -> Pointer:
    """The parts of a local reference: `#/a/b~1c` is `("a", "b/c")`."""
    parts = unquote(reference.removeprefix("#")).split("/")[1:]
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in parts)


class Kind(StrEnum):
    """What a node is, by where it stands."""

    DOCUMENT = "document"
    PATHS = "paths"
    PATH_ITEM = "path item"
    OPERATION = "operation"
    PARAMETER = "parameter"
    REQUEST_BODY = "request body"
    RESPONSES = "responses"
    RESPONSE = "response"
    HEADER = "header"
    MEDIA_TYPE = "media type"
    ENCODING = "encoding"
    EXAMPLE = "example"
    LINK = "link"
    CALLBACK = "callback"
    COMPONENTS = "components"
    SECURITY_SCHEME = "security scheme"
    SERVER = "server"
    TAG = "tag"
    INFO = "info"
    ITEMS = "items of a parameter or a header"
    SCHEMA = "schema"


class Holds(StrEnum):
    """How a member holds its nodes: itself, in a list, or by name."""

    ONE = "one"
    LIST = "list"
    MAP = "map"


ONE, LIST, MAP = Holds.ONE, Holds.LIST, Holds.MAP
Members = Mapping[str, tuple[Holds, Kind]]
#: Stands for every member that is not an extension.
ANY = "*"

SCHEMA_MEMBERS: Members = {
    **dict.fromkeys(
        (
            *("items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames"),
            *("unevaluatedItems", "unevaluatedProperties", "contentSchema"),
        ),
        (ONE, Kind.SCHEMA),
    ),
    **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), (LIST, Kind.SCHEMA)),
    **dict.fromkeys(
        ("properties", "patternProperties", "dependentSchemas", "$defs", "definitions"), (MAP, Kind.SCHEMA)
    ),
}

#: Where nodes stand in each kind of node. What is not listed is data and is never looked into.
GRAMMAR: Mapping[Kind, Members] = {
    Kind.DOCUMENT: {
        "info": (ONE, Kind.INFO),
        "servers": (LIST, Kind.SERVER),
        "tags": (LIST, Kind.TAG),
        "paths": (ONE, Kind.PATHS),
        "webhooks": (MAP, Kind.PATH_ITEM),
        "components": (ONE, Kind.COMPONENTS),
        "definitions": (MAP, Kind.SCHEMA),
        "parameters": (MAP, Kind.PARAMETER),
        "responses": (MAP, Kind.RESPONSE),
        "securityDefinitions": (MAP, Kind.SECURITY_SCHEME),
    },
    Kind.COMPONENTS: {
        "schemas": (MAP, Kind.SCHEMA),
        "responses": (MAP, Kind.RESPONSE),
        "parameters": (MAP, Kind.PARAMETER),
        "examples": (MAP, Kind.EXAMPLE),
        "requestBodies": (MAP, Kind.REQUEST_BODY),
        "headers": (MAP, Kind.HEADER),
        "securitySchemes": (MAP, Kind.SECURITY_SCHEME),
        "links": (MAP, Kind.LINK),
        "callbacks": (MAP, Kind.CALLBACK),
        "pathItems": (MAP, Kind.PATH_ITEM),
    },
    Kind.PATHS: {ANY: (ONE, Kind.PATH_ITEM)},
    Kind.CALLBACK: {ANY: (ONE, Kind.PATH_ITEM)},
    Kind.PATH_ITEM: {
        "servers": (LIST, Kind.SERVER),
        "parameters": (LIST, Kind.PARAMETER),
        **dict.fromkeys(METHODS, (ONE, Kind.OPERATION)),
    },
    Kind.OPERATION: {
        "servers": (LIST, Kind.SERVER),
        "parameters": (LIST, Kind.PARAMETER),
        "requestBody": (ONE, Kind.REQUEST_BODY),
        "responses": (ONE, Kind.RESPONSES),
        "callbacks": (MAP, Kind.CALLBACK),
    },
    Kind.PARAMETER: {
        "items": (ONE, Kind.ITEMS),
        "schema": (ONE, Kind.SCHEMA),
        "content": (MAP, Kind.MEDIA_TYPE),
        "examples": (MAP, Kind.EXAMPLE),
    },
    Kind.REQUEST_BODY: {"content": (MAP, Kind.MEDIA_TYPE)},
    Kind.RESPONSES: {ANY: (ONE, Kind.RESPONSE)},
    Kind.RESPONSE: {
        "schema": (ONE, Kind.SCHEMA),
        "headers": (MAP, Kind.HEADER),
        "content": (MAP, Kind.MEDIA_TYPE),
        "links": (MAP, Kind.LINK),
    },
    Kind.HEADER: {
        "items": (ONE, Kind.ITEMS),
        "schema": (ONE, Kind.SCHEMA),
        "content": (MAP, Kind.MEDIA_TYPE),
        "examples": (MAP, Kind.EXAMPLE),
    },
    Kind.MEDIA_TYPE: {
        "schema": (ONE, Kind.SCHEMA),
        "examples": (MAP, Kind.EXAMPLE),
        "encoding": (MAP, Kind.ENCODING),
    },
    Kind.ENCODING: {"headers": (MAP, Kind.HEADER)},
    Kind.ITEMS: {"items": (ONE, Kind.ITEMS)},
    **dict.fromkeys(
        (Kind.EXAMPLE, Kind.LINK, Kind.SECURITY_SCHEME, Kind.SERVER, Kind.TAG, Kind.INFO),
        cast("Members", {}),
    ),
    Kind.SCHEMA: SCHEMA_MEMBERS,
}


Change = Callable[[Kind, Node, Pointer], Node]


def map_nodes(
    document: Document, change: Change, kind: Kind = Kind.DOCUMENT, at: Pointer = (), kinds: Iterable[Kind] = Kind
) -> Document:
    """Copy the document, passing each of its nodes through `change`, inner ones first.

    `change` gets a copy that is its own at the top level, and the pointer of the original. A part of a document is
    walked likewise, given its kind and its pointer. Of nodes that are of none of the `kinds`, only those are copied
    that may hold one that is.
    """
    wanted = frozenset(kinds)
    grammar = _leading_to(wanted)

    def walked(kind: Kind, node: JSON, pointer: Pointer) -> JSON:
        if not isinstance(node, dict):
            return node
        members = grammar[kind]
        others = members.get(ANY)
        copy: Node = {}
        for name, value in cast("Node", node).items():
            place = members.get(name) or (None if others is None or name.startswith("x-") else others)
            copy[name] = held(*place, value, (*pointer, name)) if place else value
        return change(kind, copy, pointer) if kind in wanted else copy

    def held(holds: Holds, kind: Kind, value: JSON, pointer: Pointer) -> JSON:
        if is_list(value):
            # `items` of draft 4 may be a list: one schema for each place.
            if holds is Holds.MAP:
                return value
            return [walked(kind, node, (*pointer, str(index))) for index, node in enumerate(value)]
        if holds is Holds.ONE:
            return walked(kind, value, pointer)
        if holds is Holds.MAP and isinstance(value, dict):
            named = cast("Node", value)
            return {name: walked(kind, node, (*pointer, name)) for name, node in named.items()}
        return value

    return cast("Document", walked(kind, document, at))


@cache
def _leading_to(kinds: frozenset[Kind]) -> Mapping[Kind, Members]:
    """The grammar without the members in which no node of these kinds can stand."""
    leading = set(kinds)
    while more := {kind for kind in GRAMMAR if any(held in leading for _, held in GRAMMAR[kind].values())} - leading:
        leading |= more
    return {
        kind: {name: place for name, place in members.items() if place[1] in leading}
        for kind, members in GRAMMAR.items()
    }


def map_schemas(document: Document, change: Callable[[Node, Pointer], Node]) -> Document:
    """Copy the document, passing each of its schemas through `change`, inner ones first."""
    return map_nodes(document, lambda kind, node, pointer: change(node, pointer), kinds=(Kind.SCHEMA,))


def nodes(document: Document, *kinds: Kind) -> Iterator[tuple[Kind, Node, Pointer]]:
    """Each node of the document, or each of some kinds, with its kind and its pointer, inner ones first."""
    found: list[tuple[Kind, Node, Pointer]] = []

    def keep(kind: Kind, node: Node, pointer: Pointer) -> Node:
        found.append((kind, node, pointer))
        return node

    map_nodes(document, keep, kinds=kinds or Kind)
    return iter(found)


def references(document: Document) -> Iterator[tuple[Pointer, str]]:
    """Each reference of the document, with the pointer of the node that makes it."""
    for _, node, pointer in nodes(document):
        if isinstance(node.get("$ref"), str):
            yield pointer, node["$ref"]


def node_at(document: Document, reference: str) -> JSON:
    """What a local reference leads to; raises LookupError if it leads nowhere."""
    node: JSON = document
    for part in pointer_parts(reference):
        if is_list(node):
            node = node[int(part)]
        elif is_object(node):
            node = node[part]
        else:
            raise LookupError(reference)
    return node


def past_references(document: Document, node: JSON, pointer: Pointer = ()) -> tuple[JSON, Pointer]:
    """What a node stands for where it is a reference, and where that stands; the node and its pointer where it is none.

    Raises LookupError if it leads nowhere, or round in a circle.
    """
    passed: set[str] = set()
    while is_object(node) and isinstance(node.get("$ref"), str):
        reference = node["$ref"]
        if reference in passed:
            raise LookupError(f"{reference} leads round in a circle")
        passed.add(reference)
        node, pointer = node_at(document, reference), pointer_parts(reference)
    return node, pointer


def check_references(document: Document) -> None:
    """Every reference leads somewhere inside the document; raises `DocumentError` otherwise."""
    for pointer, reference in references(document):
        if not reference.startswith("#/"):
            hint = "Bring what it refers to into the document."
            raise DocumentError.at(pointer, f"the reference {reference!r} leaves the document", hint)
        try:
            node_at(document, reference)
        except (LookupError, ValueError):
            hint = "Correct it, or add what it refers to."
            raise DocumentError.at(pointer, f"the reference {reference!r} leads nowhere", hint) from None


def object_at(value: JSON, pointer: Pointer) -> Node:
    """The value, which is an object; raises `DocumentError` if it is not."""
    return value if is_object(value) else _wrong(value, pointer, "an object")


def list_at(value: JSON, pointer: Pointer) -> list[JSON]:
    """The value, which is a list; raises `DocumentError` if it is not."""
    return value if is_list(value) else _wrong(value, pointer, "a list")


def text_at(value: JSON, pointer: Pointer) -> str:
    """The value, which is a string; raises `DocumentError` if it is not."""
    return value if isinstance(value, str) else _wrong(value, pointer, "a string")


def _wrong(value: JSON, pointer: Pointer, due: str) -> NoReturn:
    what = f"{described(value)} stands where {due} is due"
    raise DocumentError.at(pointer, what, "Correct the document.")


def described(value: JSON) -> str:
    """What sort of JSON value it is, in words."""
    match value:
        case dict():
            return "an object"
        case list():
            return "a list"
        case str():
            return "a string"
        case bool():
            return "a boolean"
        case None:
            return "nothing"
        case _:
            return "a number"
