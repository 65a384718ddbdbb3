"""What a schema is composed of: the schemas that speak of the same value, and where those lead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from attrs import define, field

from scripts.document import JSON, Document, Kind, Node, Pointer, is_list, is_object, nodes, pointer_parts
from scripts.reach import reached

#: Members whose schemas say more of the value that the schema with the member speaks of.
ABOUT_THE_SAME = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else")
Ways = dict[Pointer, list[Pointer]]


@define
class Composition:
    """Which properties each schema declares itself, what it is composed of, and what is composed of it."""

    own: dict[Pointer, Mapping[str, JSON]] = field(factory=dict[Pointer, Mapping[str, JSON]])
    parts: Ways = field(factory=Ways)
    #: The parts of which all hold, and not one or the other.
    certain: Ways = field(factory=Ways)
    wholes: Ways = field(factory=Ways)

    def declared(self, pointer: Pointer, *, below: bool) -> dict[str, JSON]:
        """The properties of what a schema speaks of, or those declared in it and its parts alone."""
        wholes = set[Pointer]() if below else _along(self.wholes, {pointer}) - {pointer}
        places = _along(self.parts, {pointer}) | _along(self.certain, wholes)
        return {name: None for place in sorted(places) for name in self.own.get(place, {})}

    def circle(self) -> Pointer | None:
        """A part by which a schema is a part of itself, so that it can judge no value; None if there is none."""
        done: set[Pointer] = set()
        for start in self.parts:
            # The schemas on the way, each with the parts of it that are left to look into.
            way = {start: iter(self.parts[start])} if start not in done else {}
            while way:
                last = next(reversed(way))
                part = next(way[last], None)
                if part is None:
                    done.add(last)
                    del way[last]
                elif part in way:
                    passed = list(way)
                    return max(passed[passed.index(part) :], key=len)
                elif part not in done:
                    way[part] = iter(self.parts.get(part, ()))
        return None


def _along(ways: Ways, start: set[Pointer]) -> set[Pointer]:
    return reached(start, lambda place: ways.get(place, ()))


def composition(document: Document) -> Composition:
    """How the schemas of a document are composed of each other."""
    found = Composition()
    for _, node, pointer in nodes(document, Kind.SCHEMA):
        if is_object(node.get("properties")):
            found.own[pointer] = node["properties"]
        parts = list(_parts(node, pointer, ABOUT_THE_SAME))
        if parts:
            found.parts[pointer] = parts
            found.certain[pointer] = list(_parts(node, pointer, ("allOf",)))
        for part in parts:
            found.wholes.setdefault(part, []).append(pointer)
    return found


def _parts(node: Node, pointer: Pointer, members: Sequence[str]) -> Iterator[Pointer]:
    """Where the schemas stand that a schema is composed of by these members, and the one that it refers to."""
    reference = node.get("$ref")
    if isinstance(reference, str) and reference.startswith("#/"):
        yield pointer_parts(reference)
    for name in members:
        value = node.get(name)
        if is_object(value):
            yield (*pointer, name)
        elif is_list(value):
            yield from ((*pointer, name, str(index)) for index in range(len(value)))
