"""What a conflict is: two places that cannot both be right, and how they are found again in what was published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from attrs import evolve, frozen

from scripts.document import JSON, Document, Pointer, is_list, is_object, pointer_parts, pointer_text
from scripts.examples import Illustrated, Illustration
from scripts.matching import Operation, matching
from scripts.mends.rule import Mend
from scripts.pages import Example, Page
from scripts.selection import operations_of

#: What the contract is called where a place in it is named.
CONTRACT = "the contract"


@frozen
class Place:
    """One side of a conflict: where it stands, and what it says there."""

    file: str
    says: str
    pointer: str = ""
    line: int | None = None
    column: int | None = None

    @property
    def where(self) -> str:
        """The file with pointer, or with line and column."""
        numbers = [str(each) for each in (self.line, self.column) if each is not None]
        return ":".join([self.file + self.pointer, *numbers])

    def __str__(self) -> str:
        return f"{self.where}: {self.says}"


@frozen
class Conflict:
    """Two places that contradict each other about the same thing; `mend` is the rule that settled it at once."""

    rule: str
    operation: Operation | None
    field: str
    first: Place
    second: Place
    mend: str = ""
    more: int = 0

    @property
    def id(self) -> str:
        """What the conflict is called in `x-rules`; it stays when other conflicts come and go."""
        where = f"{self.operation[0].upper()} {self.operation[1]}" if self.operation else ""
        return " ".join(filter(None, (self.rule, where, self.field)))


Conflicts = Mapping[str, Conflict]


@frozen
class Setting:
    """What conflicts are looked for in, besides the contract as it stands at some stage."""

    file: str
    published: Document
    mends: tuple[Mend, ...]
    #: The definitions by the names of the components that they became.
    definitions: Mapping[str, str]
    illustrated: Illustrated
    pages: tuple[Page, ...]

    @cached_property
    def by_example(self) -> Mapping[tuple[Operation, str, str], Illustration]:
        return {(each.operation, each.where, each.name): each for each in self.illustrated.illustrations}

    @cached_property
    def _declared(self) -> Sequence[Operation]:
        return operations_of(self.published)

    @property
    def about(self) -> Sequence[Page]:
        """The pages that are about an operation of the contract."""
        return [page for page in self.pages if page.file in self.illustrated.operations]

    def document(self, pointer: Pointer, says: str) -> Place:
        """A place in the published document, as near as it can be led back from a pointer into the contract."""
        match pointer:
            case ("components", "schemas", name, *rest):
                way: Pointer = ("definitions", self.definitions.get(name, name), *rest)
            case ("components", "responses" | "parameters" as room, name, *rest):
                way = (room, name, *rest)
            case ("paths", path, method, *rest):
                way = ("paths", self.path_of((method, path)), method, *rest)
            case _:
                way = pointer
        return Place(self.file, says, pointer=pointer_text(_as_far_as_there(self.published, way)))

    def contract(self, pointer: Pointer, says: str) -> Place:
        """A place in the published document if it is there, otherwise in the contract, where an action put it."""
        place = self.document(pointer, says)
        there = len(pointer_parts(place.pointer)) == len(pointer)
        return place if there else Place(CONTRACT, says, pointer=pointer_text(pointer))

    def path_of(self, operation: Operation) -> str:
        """The path of an operation as it is published."""
        found = matching(*operation, self._declared)
        return found[0][1] if found else operation[1]


def _as_far_as_there(document: Document, pointer: Pointer) -> Pointer:
    node: JSON = document
    for length, part in enumerate(pointer):
        if is_object(node) and part in node:
            node = node[part]
        elif is_list(node) and part.isdecimal() and int(part) < len(node):
            node = node[int(part)]
        else:
            return pointer[:length]
    return pointer


def on_page(page: Page, example: Example, says: str, place: Pointer = ()) -> Place:
    """A place in an example, or the nearest that is known."""
    for length in range(len(place), 0, -1):
        if place[:length] in example.places:
            line, column = example.places[place[:length]]
            return Place(page.file, says, line=line, column=column)
    return Place(page.file, says, line=example.line)


def by_id(found: Iterable[Conflict]) -> Conflicts:
    """The conflicts by their ids; one that shows in several places is counted and named once."""
    named: dict[str, Conflict] = {}
    for conflict in found:
        known = named.get(conflict.id)
        named[conflict.id] = evolve(known, more=known.more + 1) if known else conflict
    return named
