"""Swagger 2.0 becomes OpenAPI 3.1, member by member.

Each function knows the members of one object of Swagger 2.0. A member it does not know is an error
with its pointer: nothing is dropped in silence, and a widening starts where the error points.
Faults of the published document are mended before, in `scripts.mends`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from scripts.document import (
    METHODS,
    Document,
    DocumentError,
    Node,
    Pointer,
    list_at,
    map_schemas,
    object_at,
    text_at,
)

VERSION = "3.1.1"
#: Members of the document that mean the same in OpenAPI 3.1.
SAME = "tags externalDocs"
JSON_MEDIA_TYPE = "application/json"
HINT = "Correct the document, or teach scripts/swagger2.py to carry it over."

#: What stands in a published host for the part that each tenant has of its own.
PLACEHOLDER = re.compile(r"YOUR_([A-Z][A-Z0-9_]*)")
TYPES = ("array", "boolean", "integer", "number", "object", "string")
#: Keywords of the schema object that mean the same in OpenAPI 3.1.
SCHEMA_KEYWORDS = (
    *("$ref", "title", "description", "type", "format", "default", "enum", "required", "properties", "items"),
    *(
        "additionalProperties",
        "allOf",
        "multipleOf",
        "maximum",
        "minimum",
        "maxLength",
        "minLength",
        "pattern",
    ),
    *("maxItems", "minItems", "uniqueItems", "maxProperties", "minProperties", "readOnly", "externalDocs"),
)


def openapi3(source: Document) -> Document:
    """The same API, written as OpenAPI 3.1."""
    _known(source, (), f"swagger info host basePath schemes consumes produces paths definitions {SAME}")
    if source.get("swagger") != "2.0":
        raise DocumentError.at((), 'is not marked `swagger: "2.0"`', "Put a Swagger 2.0 document there.")
    source = map_schemas(source, schema)
    return {
        "openapi": VERSION,
        "info": object_at(source.get("info"), ("info",)),
        "servers": servers(source),
        **_carried(source, SAME),
        "paths": paths(source),
        "components": {"schemas": object_at(source.get("definitions", {}), ("definitions",))},
        **_extensions(source),
    }


def servers(source: Document) -> list[Node]:
    """Host, base path and schemes as server URLs; YOUR_SUBDOMAIN in the host is the variable `subdomain`."""
    host = text_at(source.get("host", ""), ("host",))
    if not re.fullmatch(r"[\w.\-]*(?::[0-9]+)?", host):
        raise DocumentError.at(("host",), f"{host!r} is not a host", HINT)
    base = text_at(source.get("basePath", "/"), ("basePath",)).rstrip("/")
    found = PLACEHOLDER.findall(host)
    template = PLACEHOLDER.sub(lambda match: "{" + match.group(1).lower() + "}", host)
    variables = {name.lower(): {"default": f"YOUR_{name}"} for name in found}
    schemes = list_at(source.get("schemes", []), ("schemes",)) if host else []
    prefixes = [f"{text_at(scheme, ('schemes',))}://" for scheme in schemes] or (["//"] if host else [""])
    return [
        {"url": f"{prefix}{template}{base}" or "/", **({"variables": variables} if variables else {})}
        for prefix in prefixes
    ]


def paths(source: Document) -> Node:
    """Each path with its operations."""
    items = object_at(source.get("paths"), ("paths",))
    return {
        path: item if path.startswith("x-") else path_item(source, object_at(item, ("paths", path)), ("paths", path))
        for path, item in items.items()
    }


def path_item(source: Document, item: Node, pointer: Pointer) -> Node:
    """The operations of one path."""
    _known(item, pointer, " ".join(METHODS))
    return {
        name: operation(source, object_at(node, (*pointer, name)), (*pointer, name)) if name in METHODS else node
        for name, node in item.items()
    }


def operation(source: Document, node: Node, pointer: Pointer) -> Node:
    """One operation: its body parameter is the request body, its media types stand where they apply."""
    same = "tags summary description externalDocs operationId deprecated"
    _known(node, pointer, f"{same} consumes produces parameters responses")
    consumes, produces = (
        [text_at(each, pointer) for each in list_at(node.get(name, source.get(name, [JSON_MEDIA_TYPE])), pointer)]
        for name in ("consumes", "produces")
    )
    return {
        **_carried(node, same),
        **parameters(node.get("parameters", []), consumes, (*pointer, "parameters")),
        "responses": responses(node.get("responses"), produces, (*pointer, "responses")),
        **_extensions(node),
    }


def parameters(value: object, consumes: Iterable[str], pointer: Pointer) -> Node:
    """The members of an operation that its parameters become."""
    converted: Node = {}
    for index, each in enumerate(list_at(value, pointer)):
        place = (*pointer, str(index))
        node = object_at(each, place)
        if node.get("in") != "body":
            raise DocumentError.at(place, f"a parameter in {node.get('in')!r} is not carried over", HINT)
        if "requestBody" in converted:
            raise DocumentError.at(place, "a second body parameter stands here", "Keep one.")
        converted["requestBody"] = request_body(node, consumes, place)
    return converted


def request_body(node: Node, consumes: Iterable[str], pointer: Pointer) -> Node:
    """A body parameter as a request body. Its name goes: Swagger 2.0 gives it no meaning on the wire."""
    _known(node, pointer, "in name description required schema")
    return {
        **_carried(node, "description"),
        "content": _content(node, consumes, pointer),
        **_carried(node, "required"),
        **_extensions(node),
    }


def responses(value: object, produces: Iterable[str], pointer: Pointer) -> Node:
    """Each response by its status."""
    media_types = tuple(produces)
    converted: Node = {}
    for status, each in object_at(value, pointer).items():
        if not (re.fullmatch(r"[1-5][0-9][0-9]|default", status) or status.startswith("x-")):
            raise DocumentError.at((*pointer, status), f"{status!r} is not a status", HINT)
        converted[status] = each if status.startswith("x-") else response(each, media_types, (*pointer, status))
    return converted


def response(value: object, produces: Iterable[str], pointer: Pointer) -> Node:
    """One response; it has content if it has a schema."""
    node = object_at(value, pointer)
    _known(node, pointer, "description schema")
    content = {"content": _content(node, produces, pointer)} if "schema" in node else {}
    return {"description": text_at(node.get("description"), pointer), **content, **_extensions(node)}


def schema(node: Node, pointer: Pointer) -> Node:
    """A schema, its inner ones converted, with nothing but what means the same in JSON Schema."""
    _known(node, pointer, " ".join(SCHEMA_KEYWORDS))
    if node.get("type", "object") not in TYPES:
        raise DocumentError.at((*pointer, "type"), f"{node['type']!r} is not a type", HINT)
    if "$ref" not in node:
        return node
    reference = text_at(node["$ref"], (*pointer, "$ref"))
    if len(node) > 1:
        raise DocumentError.at(pointer, "members stand beside a reference, where they have no meaning", HINT)
    if not reference.startswith("#/definitions/"):
        raise DocumentError.at(pointer, f"the reference {reference!r} is not to a definition", HINT)
    return {"$ref": reference.replace("#/definitions/", "#/components/schemas/", 1)}


def _content(node: Node, media_types: Iterable[str], pointer: Pointer) -> Node:
    converted = object_at(node.get("schema"), (*pointer, "schema"))
    return {media_type: {"schema": converted} for media_type in media_types}


def _known(node: Node, pointer: Pointer, names: str) -> None:
    for name in node:
        if name not in names.split() and not name.startswith("x-"):
            raise DocumentError.at((*pointer, name), f"{name!r} is not carried over", HINT)


def _carried(node: Node, names: str) -> Node:
    return {name: node[name] for name in names.split() if name in node}


def _extensions(node: Node) -> Node:
    return {name: value for name, value in node.items() if name.startswith("x-")}
