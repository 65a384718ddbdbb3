"""Where what a rule speaks of stood in the sources, before rules moved it and before it was brought from its file."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import define, field

from scripts.document import JSON, Document, Pointer, is_list, is_object
from scripts.mends.rule import Target, child

Moves = Mapping[Pointer, Pointer]


@define
class History:
    """The document as it was before the first rule, where its parts came from, and what has moved since."""

    document: Document
    origins: Mapping[Pointer, Target]
    moves: list[Moves] = field(factory=list[Moves])

    def source(self, pointer: Pointer) -> Target:
        """Where in the sources that stood which is at `pointer` now, or what it was added to if a rule added it."""
        pointer = self.published(pointer)
        for length in range(len(pointer), 0, -1):
            origin = self.origins.get(pointer[:length])
            if origin is not None:
                return Target(origin.file, (*origin.pointer, *pointer[length:]))
        return Target("", pointer)

    def published(self, pointer: Pointer) -> Pointer:
        """Where it stood in the document before the first rule, or the nearest thing around it that did."""
        for moves in reversed(self.moves):
            pointer = before(pointer, moves)
        return _existing(self.document, pointer)


def before(pointer: Pointer, moves: Moves) -> Pointer:
    """Where it stood before one rule. What the rule moved may have held what it had moved already."""
    done = 0
    while True:
        found = next((length for length in range(len(pointer), done, -1) if pointer[:length] in moves), None)
        if found is None:
            return pointer
        origin = moves[pointer[:found]]
        pointer, done = (*origin, *pointer[found:]), len(origin)


def _existing(document: Document, pointer: Pointer) -> Pointer:
    node: JSON = document
    for length, part in enumerate(pointer):
        there = (is_object(node) and part in node) or (is_list(node) and part.isdecimal() and int(part) < len(node))
        if not there:
            return pointer[:length]
        node = child(node, part)
    return pointer
