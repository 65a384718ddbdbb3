"""What is wrong in the Swagger document as it is published, mended one rule at a time.

Each rule mends one fault, takes and gives Swagger 2.0, and reports what it did with a pointer into
the document as published: the one rule that moves nodes comes last.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping

from attrs import frozen

from scripts.document import (
    Document,
    DocumentError,
    Kind,
    Node,
    Pointer,
    list_at,
    map_nodes,
    map_schemas,
    nodes,
    object_at,
    pointer_text,
    text_at,
)


@frozen
class Mend:
    """One fault that was mended: where, by which rule, what is true now."""

    pointer: str
    rule: str
    what: str


Reporter = Callable[[Pointer, str], None]
Rule = Callable[[Document, Reporter], Document]


def mended(document: Document) -> tuple[Document, tuple[Mend, ...]]:
    """The document as it is meant, and each mend it took."""
    mends: list[Mend] = []
    for name, rule in RULES.items():

        def report(pointer: Pointer, what: str, name: str = name) -> None:
            mends.append(Mend(pointer_text(pointer), name, what))

        document = rule(document, report)
    return document, tuple(mends)


def version_marker_is_swagger(document: Document, report: Reporter) -> Document:
    """The version stands under `swagger`, not under `_swagger`."""
    if "_swagger" not in document:
        return document
    if "swagger" in document:
        raise DocumentError.at(("_swagger",), "stands beside `swagger`", "Keep one of them.")
    report(("_swagger",), "read as `swagger`")
    return {"swagger" if name == "_swagger" else name: value for name, value in document.items()}


def host_is_no_url(document: Document, report: Reporter) -> Document:
    """`host` is a host; the scheme of a URL that stands there is one of `schemes`."""
    host = str(document.get("host", ""))
    url = re.fullmatch(r"(https?)://([^/?#]*)/?", host)
    if url is None:
        return document
    scheme, bare = url.groups()
    schemes = list_at(document.get("schemes", [scheme]), ("schemes",))
    if scheme not in schemes:
        raise DocumentError.at(("host",), f"{host!r} is not reached by `schemes`", "Make them agree.")
    report(("host",), f"the host of the URL is {bare}")
    return {**document, "host": bare, "schemes": schemes}


def every_operation_has_an_id(document: Document, report: Reporter) -> Document:
    """An operation without `operationId` has its summary for one, or its method and path."""
    operations = [node for kind, node, _ in nodes(document) if kind is Kind.OPERATION]
    claimed = Counter(str(node.get("operationId", node.get("summary", ""))) for node in operations)

    def change(kind: Kind, node: Node, pointer: Pointer) -> Node:
        if kind is not Kind.OPERATION or "operationId" in node:
            return node
        summary = str(node.get("summary", ""))
        named = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", summary) and claimed[summary] == 1
        name = summary if named else name_of(pointer)
        report(pointer, f"operationId {name}, from the {'summary' if named else 'method and path'}")
        return {**node, "operationId": name}

    return map_nodes(document, change)


def name_of(pointer: Pointer) -> str:
    """A name for the operation at `pointer`: `get /a/{bKey}` is `getAByBKey`."""
    method, path = pointer[-1], pointer[-2]
    words = re.findall(r"\{?[A-Za-z0-9]+", path)
    placed = [("By", word[1:]) if word[0] == "{" else ("", word) for word in words]
    return method + "".join(prefix + word[:1].upper() + word[1:] for prefix, word in placed)


def required_is_not_empty(document: Document, report: Reporter) -> Document:
    """`required: []`, which Swagger 2.0 does not allow, is left out."""

    def change(schema: Node, pointer: Pointer) -> Node:
        if schema.get("required") != []:
            return schema
        report((*pointer, "required"), "empty, left out")
        return {name: value for name, value in schema.items() if name != "required"}

    return map_schemas(document, change)


def what_has_properties_is_an_object(document: Document, report: Reporter) -> Document:
    """A schema that has properties and no type is an object."""

    def change(schema: Node, pointer: Pointer) -> Node:
        if "properties" not in schema or "type" in schema:
            return schema
        report(pointer, "has properties and no type, so it is an object")
        return {"type": "object", **schema}

    return map_schemas(document, change)


def every_array_has_items(document: Document, report: Reporter) -> Document:
    """An array that does not say what it holds may hold anything."""

    def change(schema: Node, pointer: Pointer) -> Node:
        if schema.get("type") != "array" or "items" in schema:
            return schema
        report(pointer, "an array without items; items: {} added")
        return {**schema, "items": {}}

    return map_schemas(document, change)


def dotted_names_are_nested(document: Document, report: Reporter) -> Document:
    """`a.b` beside `a` is the member `b` of `a`, or of its items; its place in `required` goes with it."""

    def change(schema: Node, pointer: Pointer) -> Node:
        properties = object_at(schema.get("properties", {}), (*pointer, "properties"))
        required = list_at(schema.get("required", []), (*pointer, "required"))
        for index, name in enumerate(required):
            text_at(name, (*pointer, "required", str(index)))
        if not any("." in name for name in (*properties, *required)):
            return schema
        for name in properties:
            if "." in name:
                if not all(name.split(".")):
                    place = (*pointer, "properties", name)
                    raise DocumentError.at(place, "a part of the dotted name is empty", "Correct it.")
                holder, _, member = name.rpartition(".")
                report((*pointer, "properties", name), f"{member!r} is a member of {holder!r}")
        for index, name in enumerate(required):
            if "." in name:
                if name not in properties:
                    what = f"requires {name!r}, which is no property"
                    raise DocumentError.at((*pointer, "required", str(index)), what, "Correct the name.")
                report((*pointer, "required", str(index)), f"{name!r} is required where it is now")
        return _nested(schema, pointer)

    return map_schemas(document, change)


def _nested(schema: Node, pointer: Pointer) -> Node:
    """The schema with no dotted name among its properties and in its `required`."""
    properties: Node = {}
    members: dict[str, Node] = {}
    for name, value in schema.get("properties", {}).items():
        head, dot, rest = name.partition(".")
        if dot:
            members.setdefault(head, {"properties": {}})["properties"][rest] = value
            properties.setdefault(head, None)
        else:
            properties[name] = value
    required: dict[str, None] = {}
    for name in schema.get("required", []):
        head, dot, rest = name.partition(".")
        if dot:
            members[head].setdefault("required", []).append(rest)
        # What nobody declares is there for its members alone, so it is required when one of them is.
        if not dot or properties[head] is None:
            required[head] = None
    return {
        **schema,
        "properties": {
            name: _holding(value, members[name], (*pointer, "properties", name)) if name in members else value
            for name, value in properties.items()
        },
        **({"required": list(required)} if "required" in schema else {}),
    }


def _holding(schema: Node | None, members: Node, pointer: Pointer) -> Node:
    """The schema, or a new one, with the members among its properties or among those of its items."""
    own = {} if schema is None else object_at(schema, pointer)
    match own.get("type", "object"):
        case "array":
            place = (*pointer, "items")
            return {**own, "items": _holding(object_at(own.get("items"), place), members, place)}
        case "object" if "$ref" not in own:
            nested = _nested(members, pointer)
        case _:
            what = "dotted names are said to be members of what is neither an object nor an array"
            raise DocumentError.at(pointer, what, "Correct its type.")
    if twice := own.get("properties", {}).keys() & nested["properties"].keys():
        what = f"{min(twice)!r} is declared twice, nested and dotted"
        raise DocumentError.at(pointer, what, "Keep one of them.")
    required = [*own.get("required", []), *nested.get("required", [])]
    return {
        "type": "object",
        **own,
        **({"required": required} if required else {}),
        "properties": {**own.get("properties", {}), **nested["properties"]},
    }


#: By name, in the order in which they apply.
RULES: Mapping[str, Rule] = {
    "swagger-marker": version_marker_is_swagger,
    "host-is-a-url": host_is_no_url,
    "operation-id-missing": every_operation_has_an_id,
    "required-is-empty": required_is_not_empty,
    "object-type-missing": what_has_properties_is_an_object,
    "array-items-missing": every_array_has_items,
    "dotted-name": dotted_names_are_nested,
}
