"""Schemas of Swagger 2.0 as JSON Schema 2020-12, which is what OpenAPI 3.1 has."""

from __future__ import annotations

from collections.abc import Mapping

from scripts.component_names import Names
from scripts.document import JSON, Document, Node, Pointer, is_list, is_object, map_schemas, pointer_parts, reference_to
from scripts.mends.rule import without
from scripts.reach import reached

#: What says nothing of which values are valid, and may stand outside an alternative.
ANNOTATIONS = (
    "title",
    "description",
    "default",
    "readOnly",
    "writeOnly",
    "deprecated",
    "examples",
    "externalDocs",
    "xml",
)
#: What a null would have to pass beside `type`: with one of these an alternative is needed.
ASSERTIONS = ("$ref", "allOf", "anyOf", "oneOf", "not", "const", "if", "then", "else")
BINARY: Node = {"type": "string", "format": "binary"}


def with_schemas(source: Document, names: Names) -> Document:
    """The document with every schema in it, wherever it stands, as JSON Schema 2020-12."""
    heirs = heirs_of(source)
    return map_schemas(source, lambda node, pointer: schema(node, pointer, names, heirs))


def schema(node: Node, pointer: Pointer, names: Names, heirs: Mapping[str, tuple[str, ...]]) -> Node:
    """One schema, its inner ones converted."""
    if isinstance(node.get("$ref"), str):
        node = {**node, "$ref": names.reference(node["$ref"])}
    if isinstance(node.get("discriminator"), str):
        # A value names a definition, this one or an heir. It still does where the component has the same name.
        own = (pointer[1],) if len(pointer) == 2 and pointer[0] == "definitions" else ()
        renamed = {
            name: names.reference(reference_to(("definitions", name)))
            for holder in own
            for name in (holder, *heirs.get(holder, ()))
            if names.name("definitions", name) != name
        }
        mapping = {"mapping": renamed} if renamed else {}
        node = {**node, "discriminator": {"propertyName": node["discriminator"], **mapping}}
    if is_list(node.get("items")):
        rest = {"items": node["additionalItems"]} if "additionalItems" in node else {}
        node = {**without(node, "items", "additionalItems"), "prefixItems": node["items"], **rest}
    return nullable(typed(node))


def typed(node: Node) -> Node:
    """What Swagger says of a type, its bounds and its example, as JSON Schema says it."""
    if node.get("type") == "file":
        node = {**without(node, "type", "format"), **BINARY}
    for flag, bound in (("exclusiveMaximum", "maximum"), ("exclusiveMinimum", "minimum")):
        if isinstance(node.get(flag), bool):
            exclusive = node[flag] and bound in node
            kept = without(node, flag, *([bound] if exclusive else []))
            node = {**kept, flag: node[bound]} if exclusive else kept
    if "example" in node:
        node = {**without(node, "example"), "examples": [node["example"], *node.get("examples", [])]}
    if node.get("format") == "byte" and node.get("type") == "string":
        node = {**node, "contentEncoding": "base64"}
    return node


def nullable(node: Node) -> Node:
    """The schema with `x-nullable` said in JSON Schema: the type null, or null as an alternative."""
    flag = node.get("x-nullable")
    if not isinstance(flag, bool):
        return node
    node = without(node, "x-nullable")
    if not flag:
        return node
    types = node.get("type")
    if types is not None and not any(name in node for name in ASSERTIONS):
        listed: list[JSON] = types if is_list(types) else [types]
        values = node.get("enum")
        with_null = {"enum": [*values, None]} if is_list(values) and None not in values else {}
        return {**node, "type": list(dict.fromkeys([*listed, "null"])), **with_null}
    outside = {name: value for name, value in node.items() if name in ANNOTATIONS or name.startswith("x-")}
    inside = without(node, *outside)
    return {**outside, "anyOf": [inside, {"type": "null"}]} if inside else outside


def heirs_of(source: Document) -> Mapping[str, tuple[str, ...]]:
    """The definitions that extend each definition by `allOf`, directly or by way of others, in the order of names."""
    definitions = source.get("definitions", {})
    children: dict[str, set[str]] = {}
    for name, node in definitions.items():
        members = node.get("allOf") if is_object(node) else None
        for each in members if is_list(members) else []:
            if is_object(each) and isinstance(each.get("$ref"), str):
                parts = pointer_parts(each["$ref"])
                if len(parts) == 2 and parts[0] == "definitions":
                    children.setdefault(parts[1], set()).add(name)
    return {
        name: tuple(sorted(reached(below, lambda child: children.get(child, ())))) for name, below in children.items()
    }
