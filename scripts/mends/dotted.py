"""Properties whose names show that they are members of another: `recipients.to` beside `recipients`."""

from __future__ import annotations

import re

from attrs import field, frozen

from scripts.document import Kind, Node, Pointer, is_list, is_object, list_at, object_at
from scripts.mends.required import spelled_like
from scripts.mends.rule import Report, on, unsettled, without

#: Names that hold a dot and are no path all the same: annotations, and namespaces written from the top.
NAMESPACED = re.compile(r"[^A-Za-z_].*|(?:com|org|net|io|odata)\..*")


@frozen
class _Members:
    """What is declared of the members of one property: their schemas, where they stand now, which are required."""

    schemas: Node = field(factory=dict[str, object])
    places: dict[str, Pointer] = field(factory=dict[str, Pointer])
    required: list[str] = field(factory=list[str])


@on(Kind.SCHEMA)
def dotted_names_are_nested(node: Node, pointer: Pointer, report: Report) -> Node:
    """`a.b` beside `a` is the member `b` of `a`, or of its items; its place in `required` goes with it."""
    properties = object_at(node.get("properties", {}), (*pointer, "properties"))
    if not any(_split(name, properties) for name in properties):
        return node
    required = [
        _meant(name, properties, (*pointer, "required", str(index)), report)
        for index, name in enumerate(list_at(node.get("required", []), (*pointer, "required")))
    ]
    for name in properties:
        if parts := _split(name, properties):
            holder = name.removesuffix(parts[1])[:-1] if "." not in parts[1] else name.rpartition(".")[0]
            report((*pointer, "properties", name), f"{name[len(holder) + 1 :]!r} is a member of {holder!r}")
    places = {name: (*pointer, "properties", name) for name in properties}
    return {**without(node, "required"), **_nested(_Members(properties, places, required), pointer, report)}


def _split(name: str, properties: Node) -> tuple[str, str] | None:
    """The holder and the member that a name shows; None if it is a plain name."""
    head, mark, rest = name.partition(".")
    if mark and all(name.split(".")) and (head in properties or not NAMESPACED.fullmatch(name)):
        return head, rest
    # A colon is common in plain names; it shows a member only of what is declared to have members.
    head, mark, rest = name.partition(":")
    holder = properties.get(head)
    if mark and rest and is_object(holder) and holder.get("type") in ("array", "object"):
        return head, rest
    return None


def _meant(name: str, properties: Node, pointer: Pointer, report: Report) -> str:
    """The property that an entry of `required` names, whichever way it is written."""
    if name in properties:
        return name
    found = spelled_like(name, properties) or spelled_like(name.replace(":", "."), properties)
    if found is None:
        tails = [
            each for each in properties if (parts := _split(each, properties)) and parts[1].lower() == name.lower()
        ]
        found = tails[0] if len(tails) == 1 else None
    if found is None:
        return name
    report(pointer, f"{name!r} names no property; {found!r} is meant")
    return found


def _nested(members: _Members, pointer: Pointer, report: Report) -> Node:
    """`properties` and `required` of the schema at a pointer, with no name among them that shows a member."""
    held: dict[str, _Members] = {}
    order: dict[str, None] = {}
    for name, schema in members.schemas.items():
        parts = _split(name, members.schemas)
        order.setdefault(parts[0] if parts else name)
        if parts:
            inner = held.setdefault(parts[0], _Members())
            inner.schemas[parts[1]] = schema
            inner.places[parts[1]] = members.places[name]
    required: dict[str, None] = {}
    for name in members.required:
        parts = _split(name, members.schemas)
        if parts and parts[0] in held:
            held[parts[0]].required.append(parts[1])
        # What nobody declares is there for its members alone, so it is required when one of them is.
        if not parts or parts[0] not in held:
            required[name] = None
        elif parts[0] not in members.schemas:
            required[parts[0]] = None
    properties: Node = {}
    for name in order:
        place = (*pointer, "properties", name)
        if name in members.schemas and members.places[name] != place:
            report.moved(members.places[name], place)
        own = members.schemas.get(name)
        properties[name] = _holding(own, held[name], place, report) if name in held else own
    return {**({"required": list(required)} if required else {}), "properties": properties}


def _holding(own: object, members: _Members, pointer: Pointer, report: Report) -> Node:
    """The schema, or a new one, with the members among its properties or among those of its items."""
    schema = object_at(own, pointer) if own is not None else {}
    kind = schema.get("type", "object")
    if kind == "array":
        place = (*pointer, "items")
        return {**schema, "items": _holding(schema.get("items", {}), members, place, report)}
    if kind == "object" and "$ref" not in schema:
        return _with_members(schema, members, pointer, report)
    # It is said to be something else as well. Both are kept: the value is as the one says, or as the other.
    both, index = ("allOf", "1") if "$ref" in schema else ("anyOf", "1")
    return {both: [schema, _with_members({}, members, (*pointer, both, index), report)]}


def _with_members(schema: Node, members: _Members, pointer: Pointer, report: Report) -> Node:
    nested = _nested(members, pointer, report)
    properties = object_at(schema.get("properties", {}), (*pointer, "properties"))
    for name, value in nested["properties"].items():
        if name in properties and properties[name] != value:
            what = f"{name!r} is declared twice, nested and with its holder's name before it"
            raise unsettled(members.places.get(name, pointer), what, "remove: true")
    own = schema.get("required", [])
    required = list(dict.fromkeys([*(own if is_list(own) else []), *nested.get("required", [])]))
    return {
        "type": "object",
        **schema,
        **({"required": required} if required else {}),
        "properties": {**properties, **nested["properties"]},
    }
