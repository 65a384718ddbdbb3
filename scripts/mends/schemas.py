"""Faults in schemas: what they require, what they hold, and keywords that Swagger 2.0 does not have."""

from __future__ import annotations

from scripts.document import Document, Kind, Node, Pointer, is_list, is_object, list_at, map_nodes
from scripts.mends.rule import Report, on, unsettled, without


@on(Kind.SCHEMA)
def no_property_is_called_reference(node: Node, pointer: Pointer, report: Report) -> Node:
    """A reference that stands among the properties, and is a string there, is a schema that the object extends."""
    properties = node.get("properties")
    if not is_object(properties) or not isinstance(properties.get("$ref"), str):
        return node
    report((*pointer, "properties", "$ref"), "a reference among the properties; the schema extends what it refers to")
    base = {"$ref": properties["$ref"]}
    rest = without(properties, "$ref")
    own = {**without(node, "properties", "allOf"), **({"properties": rest} if rest else {})}
    return {**own, "allOf": [base, *list_at(node.get("allOf", []), (*pointer, "allOf"))]}


@on(Kind.SCHEMA)
def discriminators_are_names(node: Node, pointer: Pointer, report: Report) -> Node:
    """`discriminator` is the name of a property."""
    match node.get("discriminator"):
        case {"propertyName": str(name)}:
            report((*pointer, "discriminator"), f"the name is {name!r}")
            return {**node, "discriminator": name}
    return node


@on(Kind.SCHEMA)
def nullable_is_an_extension(node: Node, pointer: Pointer, report: Report) -> Node:
    """`nullable`, which only later versions know, is `x-nullable`."""
    if "nullable" not in node or not isinstance(node["nullable"], bool):
        return node
    report((*pointer, "nullable"), "read as x-nullable")
    return {**without(node, "nullable"), "x-nullable": node["nullable"]}


def properties_do_not_require_themselves(document: Document, report: Report) -> Document:
    """`required: true` on a property is an entry in the list of what its object requires."""

    def change(kind: Kind, node: Node, pointer: Pointer) -> Node:
        properties = node.get("properties")
        if kind is not Kind.SCHEMA or not is_object(properties):
            return node
        flags = {
            name: schema["required"]
            for name, schema in properties.items()
            if is_object(schema) and isinstance(schema.get("required"), bool)
        }
        if not flags:
            return node
        for name, flag in flags.items():
            what = f"{name!r} is required by its object" if flag else "says nothing, left out"
            report((*pointer, "properties", name, "required"), what)
        required = list_at(node.get("required", []), (*pointer, "required")) if node.get("required") is not True else []
        required = [*required, *(name for name, flag in flags.items() if flag and name not in required)]
        return {
            **node,
            **({"required": required} if required else {}),
            "properties": {
                name: without(schema, "required") if name in flags else schema for name, schema in properties.items()
            },
        }

    lifted = map_nodes(document, change)

    def rest(kind: Kind, node: Node, pointer: Pointer) -> Node:
        if kind is not Kind.SCHEMA or not isinstance(node.get("required"), bool):
            return node
        report((*pointer, "required"), "is no list, and its schema is no property; left out")
        return without(node, "required")

    return map_nodes(lifted, rest)


@on(Kind.SCHEMA)
def required_is_not_empty(node: Node, pointer: Pointer, report: Report) -> Node:
    """`required: []`, which Swagger 2.0 does not allow, is left out."""
    if node.get("required") != []:
        return node
    report((*pointer, "required"), "empty, left out")
    return without(node, "required")


@on(Kind.SCHEMA)
def nothing_is_required_twice(node: Node, pointer: Pointer, report: Report) -> Node:
    """Each name stands in `required` once, and is a string."""
    required = node.get("required")
    if not is_list(required):
        return node
    kept: list[str] = []
    for index, name in enumerate(required):
        place = (*pointer, "required", str(index))
        if not isinstance(name, str):
            raise unsettled(place, "what stands in `required` is not the name of a property", "remove: true")
        if name in kept:
            report(place, f"{name!r} a second time, left out")
        else:
            kept.append(name)
    return node if len(kept) == len(required) else {**node, "required": kept}


@on(Kind.SCHEMA)
def what_has_properties_is_an_object(node: Node, pointer: Pointer, report: Report) -> Node:
    """A schema that has properties and no type is an object."""
    if "properties" not in node or "type" in node or "$ref" in node:
        return node
    report(pointer, "has properties and no type, so it is an object")
    return {"type": "object", **node}


@on(Kind.SCHEMA, Kind.ITEMS, Kind.PARAMETER, Kind.HEADER)
def every_array_has_items(node: Node, pointer: Pointer, report: Report) -> Node:
    """An array that does not say what it holds may hold anything, or any text where everything is text."""
    kinds = node.get("type")
    if "items" in node or "$ref" in node or not (kinds == "array" or (is_list(kinds) and "array" in kinds)):
        return node
    items = {"type": "string"} if "collectionFormat" in node or node.get("in") not in (None, "body") else {}
    report(pointer, f"an array without items; items: {'any text' if items else '{}'} added")
    return {**node, "items": items}


@on(Kind.ITEMS)
def every_item_has_a_type(node: Node, pointer: Pointer, report: Report) -> Node:
    """The items of a parameter or a header are text if nothing else is said."""
    if "type" in node or "$ref" in node:
        return node
    report(pointer, "items without a type are read as text")
    return {**node, "type": "string"}


@on(Kind.SCHEMA, Kind.ITEMS, Kind.PARAMETER, Kind.HEADER)
def exclusive_bounds_have_a_bound(node: Node, pointer: Pointer, report: Report) -> Node:
    """`exclusiveMaximum` says something of a `maximum` that stands beside it, and is a boolean."""
    for flag, bound in (("exclusiveMaximum", "maximum"), ("exclusiveMinimum", "minimum")):
        value = node.get(flag)
        if isinstance(value, int | float) and not isinstance(value, bool):
            report((*pointer, flag), f"the number is the {bound}, which is not reached")
            own = node.get(bound)
            stricter = (own is not None and own < value) if bound == "maximum" else (own is not None and own > value)
            node = without(node, flag) if stricter else {**node, flag: True, bound: value}
        elif flag in node and bound not in node:
            report((*pointer, flag), f"there is no {bound}, left out")
            node = without(node, flag)
    return node


#: What may stand beside a reference: none of it changes which values are valid.
BESIDE = ("$ref", "title", "description", "default", "example", "externalDocs", "readOnly", "xml")


@on(Kind.SCHEMA, Kind.PARAMETER, Kind.RESPONSE, Kind.ITEMS)
def references_stand_alone(node: Node, pointer: Pointer, report: Report) -> Node:
    """What stands beside a reference is ignored, and left out if it would have a meaning."""
    if not isinstance(node.get("$ref"), str):
        return node
    beside = [name for name in node if name not in BESIDE and not name.startswith("x-")]
    for name in beside:
        report((*pointer, name), "stands beside a reference, where it has no meaning; left out")
    return without(node, *beside)


@on(Kind.SCHEMA)
def whatever_is_required_is_declared(node: Node, pointer: Pointer, report: Report) -> Node:
    """Each name in `required` is a property, if the schema has any: one that nobody declares may be anything."""
    properties, required = node.get("properties"), node.get("required")
    if not is_object(properties) or not is_list(required) or is_object(node.get("additionalProperties")):
        return node
    names: list[str] = []
    added: Node = {}
    for index, name in enumerate(required):
        meant = name if name in properties else spelled_like(name, properties)
        if meant is not None and meant != name:
            report((*pointer, "required", str(index)), f"{name!r} names no property; {meant!r} is meant")
        elif meant is None:
            report((*pointer, "required", str(index)), f"{name!r} names no property; it may be anything")
            added[name] = {}
        names.append(meant or name)
    return (
        {**node, "required": list(dict.fromkeys(names)), "properties": {**properties, **added}}
        if names != required or added
        else node
    )


def spelled_like(name: str, properties: Node) -> str | None:
    """The only property whose name differs in nothing but the case of letters."""
    found = [each for each in properties if each.lower() == name.lower()]
    return found[0] if len(found) == 1 else None
