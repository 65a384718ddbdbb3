"""Faults in schemas: what stands beside a reference, what arrays hold, and what bounds and discriminators say."""

from __future__ import annotations

from scripts.document import Kind, Node, Pointer, described, is_list, is_object, list_at
from scripts.mends.rule import TYPED, Report, by_kind, on, set_aside, unsettled, without


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
    said = node.get("discriminator")
    if said is None or isinstance(said, str):
        return node
    place = (*pointer, "discriminator")
    if not is_object(said) or not isinstance(said.get("propertyName"), str):
        raise unsettled(place, f"{described(said)} stands where the name of a property is due", "remove: true")
    name = said["propertyName"]
    if len(said) > 1:
        # A mapping has no place in Swagger 2.0, and is not lost all the same.
        node, _ = set_aside(node, "discriminator")
    report(place, f"the name is {name!r}")
    return {**node, "discriminator": name}


@on(Kind.SCHEMA)
def nullable_is_an_extension(node: Node, pointer: Pointer, report: Report) -> Node:
    """`nullable`, which only later versions know, is `x-nullable`."""
    if "nullable" not in node or not isinstance(node["nullable"], bool):
        return node
    report((*pointer, "nullable"), "read as x-nullable")
    return {**without(node, "nullable"), "x-nullable": node["nullable"]}


@on(Kind.SCHEMA)
def what_has_properties_is_an_object(node: Node, pointer: Pointer, report: Report) -> Node:
    """A schema that has properties and no type is an object."""
    if "properties" not in node or "type" in node or "$ref" in node:
        return node
    report(pointer, "has properties and no type, so it is an object")
    return {"type": "object", **node}


@by_kind(*TYPED)
def every_array_has_items(kind: Kind, node: Node, pointer: Pointer, report: Report) -> Node:
    """An array that does not say what it holds may hold anything, or any text where everything is text."""
    types = node.get("type")
    is_array = types == "array" or (is_list(types) and "array" in types)
    if not is_array or "items" in node or "$ref" in node:
        return node
    items: Node = {} if kind is Kind.SCHEMA else {"type": "string"}
    report(pointer, f"an array without items; items: {'any text' if items else '{}'} added")
    return {**node, "items": items}


@on(*TYPED)
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
