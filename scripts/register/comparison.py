"""How examples depart from the schema that they stand beside.

A validator says what breaks the schema. What an open schema lets pass is told as well: fields that it does not know,
perhaps because one side spells them otherwise, and fields that no example shows.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import define, field, frozen

from scripts.document import (
    JSON,
    Document,
    Node,
    Pointer,
    described,
    is_list,
    is_object,
    node_at,
    pointer_parts,
    reference_to,
)
from scripts.validity import Breach, Schemas

#: What the validator finds, by the keyword that fails; whatever else fails is a `field-value`.
RULES: Mapping[str, str] = {
    "type": "field-type",
    "required": "field-required",
    "enum": "field-enum",
    "const": "field-enum",
}
#: Found by walking instead, which tells a misspelled field from an unknown one.
WALKED = ("additionalProperties", "unevaluatedProperties", "falseSchema")
#: How long a value may be that is shown as it is.
SHORT = 40


@frozen
class Departure:
    """One way in which an example departs from its schema.

    `field` says where in words, `place` where in the example, and `schema` where in the document.
    """

    rule: str
    field: str
    place: Pointer
    schema: Pointer
    documented: str
    shown: str


def departures(schemas: Schemas, schema: Pointer, value: JSON) -> list[Departure]:
    """Each way in which the value departs from the schema at this pointer of the document."""
    walk = _Walk(schemas.document)
    walk.into((schema,), value, (), "")
    misspelled = {(each.place[:-1], walk.meant[each.place]) for each in walk.found if each.place in walk.meant}
    found = list(walk.found)
    told = {each.place for each in found}
    for breach in schemas.breaches(schema, value):
        place = breach.place
        if breach.keyword == "required":
            if (place, breach.details["property"]) in misspelled:
                continue
            place = (*place, breach.details["property"])
        elif breach.keyword in WALKED and (place in told or any(each[:-1] == place for each in told)):
            continue
        shown = "nothing" if breach.keyword == "required" else displayed(breach.shown)
        rule = RULES.get(breach.keyword, "field-value")
        found.append(Departure(rule, spelled(place), place, breach.schema, _documented(breach), shown))
    return found


def unseen(document: Document, schema: Pointer, values: Sequence[JSON]) -> Iterator[Departure]:
    """Each property that the schema at this pointer declares and that none of the values shows.

    What stands in an object that none of them shows is not told apart from that object.
    """
    walk = _Walk(document)
    for value in values:
        walk.into((schema,), value, (), "")
    for where, (place, declared) in walk.declared.items():
        meant = {walk.meant[each.place] for each in walk.found if each.place in walk.meant}
        for name, pointers in declared.items():
            node = node_at(document, reference_to(pointers[0]))
            hidden = is_object(node) and node.get("writeOnly") is True
            if node is not False and not hidden and name not in walk.shown[where] and name not in meant:
                known = " and ".join(_types(node)) or "any value"
                yield Departure("field-unseen", _below(where, name), (*place, name), pointers[0], known, "nothing")


def spelled(place: Pointer) -> str:
    """A place in a value as people write it: `responses[].messageKey`."""
    text = ""
    for part in place:
        text += "[]" if part.isdecimal() else f".{part}"
    return text.lstrip(".")


def displayed(value: JSON) -> str:
    """A value as it is if it is short, otherwise what sort it is."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHORT and not (is_object(value) or is_list(value)) else described(value)


def alike(name: str) -> str:
    """What names have in common that differ in nothing but case and the marks between words."""
    return re.sub(r"[-_. ]+", "", name).casefold()


@define
class _Walk:
    """A walk through values and the schemas that describe them, side by side."""

    document: Document
    found: list[Departure] = field(factory=list[Departure])
    #: For a misspelled field of a value, the property that is meant.
    meant: dict[Pointer, str] = field(factory=dict[Pointer, str])
    #: For each place of objects, where it is first and the properties that are declared for it, and those shown.
    declared: dict[str, tuple[Pointer, dict[str, list[Pointer]]]] = field(
        factory=dict[str, tuple[Pointer, dict[str, list[Pointer]]]]
    )
    shown: dict[str, set[str]] = field(factory=dict[str, set[str]])

    def into(self, schemas: Sequence[Pointer], value: JSON, place: Pointer, where: str) -> None:
        """Compare a value with what is said of it, and what is inside it likewise."""
        views = [view for schema in schemas for view in _views(self.document, schema, ())]
        if is_object(value):
            self._object(views, value, place, where)
        elif is_list(value):
            for index, item in enumerate(value):
                inner = [each for view in views for each in _items(*view, index)]
                self.into(inner, item, (*place, str(index)), f"{where}[]")

    def _object(self, views: Sequence[tuple[Pointer, Node]], value: Node, place: Pointer, where: str) -> None:
        declared: dict[str, list[Pointer]] = {}
        others: list[Pointer] = []
        for pointer, node in views:
            for name in _object_at(node, "properties"):
                declared.setdefault(name, []).append((*pointer, "properties", name))
            if is_object(node.get("additionalProperties")):
                others.append((*pointer, "additionalProperties"))
        holder = next((pointer for pointer, node in views if _object_at(node, "properties")), place)
        patterns = [pattern for _, node in views for pattern in _object_at(node, "patternProperties")]
        is_free = any(node.get("additionalProperties") is True for _, node in views) or bool(others)
        known = self.declared.setdefault(where, (place, {}))[1]
        known.update(declared)
        self.shown.setdefault(where, set()).update(value)
        for name, inner in value.items():
            if name in declared:
                self.into(declared[name], inner, (*place, name), _below(where, name))
            elif declared and not is_free and not any(re.search(pattern, name) for pattern in patterns):
                self._unknown(name, inner, declared, value, place, where, holder)
            else:
                self.into(others, inner, (*place, name), _below(where, name))

    def _unknown(
        self,
        name: str,
        inner: JSON,
        declared: Mapping[str, list[Pointer]],
        value: Node,
        place: Pointer,
        where: str,
        schema: Pointer,
    ) -> None:
        """Tell a field that no schema declares, unless it is one that does, spelled otherwise."""
        close = [each for each in declared if alike(each) == alike(name) and each not in value]
        here = (*place, name)
        if len(close) == 1:
            self.meant[here] = close[0]
            pointer = declared[close[0]][0]
            self.found.append(Departure("field-spelling", _below(where, close[0]), here, pointer, close[0], name))
            self.into(declared[close[0]], inner, here, _below(where, close[0]))
        else:
            shown = displayed(inner)
            self.found.append(Departure("field-unknown", _below(where, name), here, schema, "no such field", shown))


def _views(document: Document, pointer: Pointer, passed: Sequence[Pointer]) -> Iterator[tuple[Pointer, Node]]:
    """The schema at a pointer and all that it applies to the same value, for certain or perhaps."""
    node = node_at(document, reference_to(pointer))
    if not is_object(node) or pointer in passed:
        return
    passed = (*passed, pointer)
    yield pointer, node
    if isinstance(node.get("$ref"), str):
        yield from _views(document, pointer_parts(node["$ref"]), passed)
    for keyword in ("allOf", "anyOf", "oneOf"):
        for index in range(len(node[keyword]) if is_list(node.get(keyword)) else 0):
            yield from _views(document, (*pointer, keyword, str(index)), passed)
    for keyword in ("if", "then", "else"):
        if keyword in node:
            yield from _views(document, (*pointer, keyword), passed)


def _items(pointer: Pointer, node: Node, index: int) -> Iterable[Pointer]:
    first = node.get("prefixItems")
    if is_list(first) and index < len(first):
        return [(*pointer, "prefixItems", str(index))]
    return [(*pointer, "items")] if "items" in node else []


def _object_at(node: Node, name: str) -> Node:
    value = node.get(name)
    return value if is_object(value) else {}


def _below(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _types(node: JSON) -> list[str]:
    kinds: JSON = node.get("type", []) if is_object(node) else []
    return [str(kind) for kind in (kinds if is_list(kinds) else [kinds])]


def _documented(breach: Breach) -> str:
    match breach.keyword:
        case "type":
            return " or ".join(breach.details["types"])
        case "required":
            return "required"
        case "enum" | "const":
            listed = breach.details.get("options", breach.details.get("expected_value"))
            return f"one of {json.dumps(listed, ensure_ascii=False)}"[:200]
        case _:
            return breach.message
