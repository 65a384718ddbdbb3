"""Properties whose names show that they are members of another: `recipients.to` beside `recipients`.

A dot may as well be a letter like others, so it takes evidence: the holder is declared beside the name and may have
members, or several names have one holder. A lone name, or one whose holder is declared as a plain value, is read so
only in a document that flattens others; in any other it stays as it is. Annotations (`@odata.type`), namespaces
(`com.example.x`), versions and names with an empty part are never read so, unless their holder is declared. An index
(`lines[].sku`) is evidence enough: `lines` is an array.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from attrs import field, frozen

from scripts.document import (
    JSON,
    Document,
    Kind,
    Node,
    Pointer,
    is_list,
    is_object,
    list_at,
    map_nodes,
    nodes,
    object_at,
)
from scripts.mends.history import before
from scripts.mends.required import spelled_like
from scripts.mends.rule import Report, Unsettled, unsettled, without

#: A path of names, of which none has a mark that annotations or indexes have.
PATH = re.compile(r"[A-Za-z_][^.@\[\]]*(?:\.[A-Za-z_][^.@\[\]]*)+")
#: Names written from the top of a namespace: domains of the world or, with three parts, of a country.
NAMESPACED = re.compile(r"(?:com|org|net|edu|gov|io|odata)\..*|(?:br|ch|cn|de|eu|fr|jp|kr|nl|pl|ru|se|uk)\..*\..*")
PLAIN = ("boolean", "integer", "number", "string")


@frozen
class _Members:
    """What is declared of the members of one property: their schemas, where they stand now, which are required."""

    schemas: Node = field(factory=dict[str, object])
    places: dict[str, Pointer] = field(factory=dict[str, Pointer])
    required: list[str] = field(factory=list[str])


def dotted_names_are_nested(document: Document, report: Report) -> Document:
    """`a.b` beside `a` is the member `b` of `a`, or of its items; its place in `required` goes with it."""
    plain, nested = Report(), Report()
    try:
        result = _without_dots(_without_indexes(document, plain), nested)
    except Unsettled as error:
        raise unsettled(before(error.pointer, plain.moves), error.what, error.deed) from None
    for pointer, what in nested.mends:
        report(before(pointer, plain.moves), what)
    for new, old in nested.moves.items():
        report.moved(before(old, plain.moves), new)
    return result


#: What stands behind the name of an array to show its items.
INDEX = re.compile(r"\[(?:[0-9]+|\*|[in])?\](?=\.)")


def _without_indexes(document: Document, report: Report) -> Document:
    """The document in which `lines[].sku` is `lines.sku`, and `lines` an array, so that the name is nested in it."""

    def change(kind: Kind, node: Node, pointer: Pointer) -> Node:
        names = _names(node)
        meant = {name: INDEX.sub("", name) for name in names if _has_index(name, names)}
        if not meant:
            return node
        properties: Node = {}
        for name, schema in object_at(node.get("properties", {}), (*pointer, "properties")).items():
            place = (*pointer, "properties", name)
            if name in meant:
                if meant[name] in names or meant[name] in properties:
                    raise unsettled(place, f"{name!r} and another are both {meant[name]!r}", "remove: true")
                report.moved(place, (*pointer, "properties", meant[name]))
            properties[meant.get(name, name)] = schema
        for name in meant:
            for found in INDEX.finditer(name):
                holder = INDEX.sub("", name[: found.start()])
                if holder not in properties:
                    properties[holder] = {"type": "array", "items": {}}
                    # It is there for the name, so what is said of it is said of the name.
                    report.moved((*pointer, "properties", name), (*pointer, "properties", holder))
        required = list_at(node.get("required", []), (*pointer, "required"))
        said = {"required": [meant.get(name, name) for name in required]} if required else {}
        return {**node, **said, "properties": properties}

    return map_nodes(document, change, kinds=(Kind.SCHEMA,))


def _has_index(name: str, siblings: Mapping[str, JSON]) -> bool:
    plain = INDEX.sub("", name)
    return plain != name and PATH.fullmatch(plain) is not None and not _is_plain(siblings.get(plain.partition(".")[0]))


def _without_dots(document: Document, report: Report) -> Document:
    flattens = any(
        _shows_members(name, names)
        for _, node, _ in nodes(document, Kind.SCHEMA)
        for names in [_names(node)]
        for name in names
    )

    def change(kind: Kind, node: Node, pointer: Pointer) -> Node:
        names = _names(node)
        if not any(_split(name, names, flattens) for name in names):
            return node
        properties = object_at(node.get("properties", {}), (*pointer, "properties"))
        required: list[str] = []
        for index, name in enumerate(list_at(node.get("required", []), (*pointer, "required"))):
            place = (*pointer, "required", str(index))
            required.append(_meant(name, properties, flattens, place, report))
            if required[-1] not in properties and (parts := _split(name, names, flattens)):
                report(place, f"{parts[1]!r} is required of {parts[0]!r}")
        for name in properties:
            if parts := _split(name, names, flattens):
                holder = name.removesuffix(parts[1])[:-1] if "." not in parts[1] else name.rpartition(".")[0]
                report((*pointer, "properties", name), f"{name[len(holder) + 1 :]!r} is a member of {holder!r}")
        places = {name: (*pointer, "properties", name) for name in properties}
        members = _Members(properties, places, required)
        return {**without(node, "required"), **_nested(members, flattens, pointer, report)}

    return map_nodes(document, change, kinds=(Kind.SCHEMA,))


def _names(node: Node) -> Node:
    """The properties of a schema, and what else it requires, which may as well be one."""
    required, properties = node.get("required"), node.get("properties")
    return {
        **(dict.fromkeys(required) if is_list(required) else {}),
        **(properties if is_object(properties) else {}),
    }


def _shows_members(name: str, siblings: Mapping[str, JSON]) -> bool:
    """Whether a name is that of a member by what stands beside it."""
    head, mark, rest = name.partition(".")
    if not mark or not all(rest.split(".")):
        return False
    if head in siblings:
        return PATH.fullmatch(name) is not None and not _is_plain(siblings[head])
    return _is_path(name) and _heads(siblings)[head] > 1


def _is_path(name: str) -> bool:
    return PATH.fullmatch(name) is not None and not NAMESPACED.fullmatch(name)


def _heads(names: Iterable[str]) -> Counter[str]:
    return Counter(name.partition(".")[0] for name in names if _is_path(name))


def _is_plain(schema: JSON) -> bool:
    return is_object(schema) and schema.get("type") in PLAIN


def _split(name: str, siblings: Mapping[str, JSON], flattens: bool) -> tuple[str, str] | None:
    """The holder and the member that a name shows; None if it is a plain name."""
    head, _, rest = name.partition(".")
    path = PATH.fullmatch(name) is not None and (head in siblings or not NAMESPACED.fullmatch(name))
    if path and (flattens or _shows_members(name, siblings)):
        return head, rest
    # A colon is common in plain names; it shows a member only of what is declared to have members.
    head, mark, rest = name.partition(":")
    holder = siblings.get(head)
    if mark and rest and is_object(holder) and holder.get("type") in ("array", "object"):
        return head, rest
    return None


def _meant(name: str, properties: Node, flattens: bool, pointer: Pointer, report: Report) -> str:
    """The property that an entry of `required` names, whichever way it is written."""
    if name in properties:
        return name
    found = spelled_like(name, properties) or spelled_like(name.replace(":", "."), properties)
    if found is None:
        splits = {each: parts for each in properties if (parts := _split(each, properties, flattens))}
        tails = [each for each, parts in splits.items() if parts[1].lower() == name.lower()]
        found = tails[0] if len(tails) == 1 else None
    if found is None:
        return name
    report(pointer, f"{name!r} names no property; {found!r} is meant")
    return found


def _nested(members: _Members, flattens: bool, pointer: Pointer, report: Report) -> Node:
    """`properties` and `required` of the schema at a pointer, with no name among them that shows a member."""
    names = {**dict.fromkeys(members.required), **members.schemas}
    splits = {name: parts for name in names if (parts := _split(name, names, flattens))}
    held: dict[str, _Members] = {}
    for name, schema in members.schemas.items():
        if name in splits:
            head, rest = splits[name]
            inner = held.setdefault(head, _Members())
            inner.schemas[rest] = schema
            inner.places[rest] = members.places[name]
    required: dict[str, None] = {}
    for name in members.required:
        if name not in splits:
            required[name] = None
            continue
        head, rest = splits[name]
        held.setdefault(head, _Members()).required.append(rest)
        # What nobody declares is there for its members alone, so it is required when one of them is.
        if head not in members.schemas:
            required[head] = None
    properties: Node = {}
    for name in dict.fromkeys([*(splits[each][0] if each in splits else each for each in members.schemas), *held]):
        place = (*pointer, "properties", name)
        if name in members.schemas and members.places[name] != place:
            report.moved(members.places[name], place)
        own = members.schemas.get(name)
        properties[name] = _holding(own, held[name], place, report) if name in held else own
    return {**({"required": list(required)} if required else {}), "properties": properties}


def _holding(own: object, members: _Members, pointer: Pointer, report: Report) -> Node:
    """The schema, or a new one, with the members among its properties or among those of its items."""
    schema = object_at(own, pointer) if own is not None else {}
    types = schema.get("type", "object")
    kinds = types if is_list(types) else [types]
    if "array" in kinds and not is_list(schema.get("items")):
        place = (*pointer, "items")
        return {**schema, "items": _holding(schema.get("items", {}), members, place, report)}
    if "object" in kinds and "$ref" not in schema:
        return _with_members(schema, members, pointer, report)
    # It is said to be something else as well. Both are kept: the value is as the one says, or as the other.
    both = "allOf" if "$ref" in schema else "anyOf"
    report.moved(pointer, (*pointer, both, "0"))
    return {both: [schema, _with_members({}, members, (*pointer, both, "1"), report)]}


def _with_members(schema: Node, members: _Members, pointer: Pointer, report: Report) -> Node:
    # By now the names are known to be paths, so what is left of them is read as one.
    nested = _nested(members, True, pointer, report)
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
