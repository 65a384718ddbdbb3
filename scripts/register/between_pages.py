"""Pages against each other: the same thing with another name, another type, other statuses or other words.

Only an action that takes an example out would make them agree: what is decided is listed under `x-rules`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from urllib.parse import parse_qsl

from attrs import frozen

from scripts.document import JSON, Pointer, is_list, is_object
from scripts.matching import written
from scripts.pages import Page
from scripts.register.comparison import alike
from scripts.register.conflict import Conflict, Place, on_page


@frozen
class Seen:
    """A field of an example, or a parameter of its request line: what is said of it, and where."""

    holder: str
    name: str
    type: str
    place: Place


#: What of a thing has to be alike.
Aspect = Callable[[Seen], Hashable]


def conflicts_between(pages: Sequence[Page]) -> Iterator[Conflict]:
    """Each thing that the pages, or examples on one page, do not say alike."""
    fields = [seen for page in pages for seen in _fields(page)]
    for group in _groups(fields, lambda each: alike(each.name)):
        yield from _differing("page-spelling", group, lambda each: each.name, group[0].name)
    typed = [seen for seen in fields if seen.type not in ("", "null")]
    for group in _groups(typed, lambda each: (each.holder, each.name)):
        name = f"{group[0].holder}.{group[0].name}".lstrip(".")
        yield from _differing("page-type", group, lambda each: each.type, name)
    for group in _groups([seen for page in pages for seen in _phrases(page)], lambda each: each.name):
        yield from _differing("page-phrase", group, lambda each: each.type.casefold(), group[0].name)
    yield from _statuses([page for page in pages if page.rows])


def _groups(seen: Iterable[Seen], key: Aspect) -> Iterator[list[Seen]]:
    groups: dict[Hashable, list[Seen]] = {}
    for each in seen:
        groups.setdefault(key(each), []).append(each)
    yield from groups.values()


def _differing(rule: str, group: Sequence[Seen], aspect: Aspect, name: str) -> Iterator[Conflict]:
    """A conflict if not all are alike in an aspect: between the first of most and the first of fewest."""
    counted = Counter(aspect(each) for each in group)
    if len(counted) < 2:
        return
    usual = max(counted, key=lambda value: counted[value])
    others = [each for each in group if aspect(each) != usual]
    first = next(each for each in group if aspect(each) == usual)
    yield Conflict(rule, None, name, first.place, others[0].place, more=len(others) - 1)


def _fields(page: Page) -> Iterator[Seen]:
    for example in page.examples:
        if example.target is not None:
            for name, _ in parse_qsl(written(example.target).query, keep_blank_values=True):
                yield Seen("", name, "", Place(page.file, f"{name} in a request line", line=example.target_line))
        if example.has_body and not example.is_text:
            for holder, pointer, value in _members(example.body, "", ()):
                name, kind = pointer[-1], _type(value)
                yield Seen(holder, name, kind, on_page(page, example, f"{name}, {kind}", pointer))


def _members(value: JSON, holder: str, pointer: Pointer) -> Iterator[tuple[str, Pointer, JSON]]:
    """Each member of an object in a value, with the name of the member that holds the object."""
    if is_object(value):
        for name, inner in value.items():
            yield holder, (*pointer, name), inner
            yield from _members(inner, name, (*pointer, name))
    elif is_list(value):
        for index, inner in enumerate(value):
            yield from _members(inner, holder, (*pointer, str(index)))


def _type(value: JSON) -> str:
    match value:
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case None:
            return "null"
        case _:
            return "object" if is_object(value) else "array"


def _phrases(page: Page) -> Iterator[Seen]:
    for row in page.rows:
        if row.phrase and row.status is not None:
            status = str(row.status)
            yield Seen("", status, row.phrase, Place(page.file, f"{status} {row.phrase}", line=row.line))
    for example in page.examples:
        if example.phrase and example.status is not None:
            status = str(example.status)
            yield Seen("", status, example.phrase, Place(page.file, f"{status} {example.phrase}", line=example.line))


def _statuses(pages: Sequence[Page]) -> Iterator[Conflict]:
    """Refusals that one page foresees and another does not."""
    tables: Mapping[str, set[int]] = {
        page.file: {row.status for row in page.rows if row.status is not None} for page in pages
    }
    for status in sorted(set[int]().union(*tables.values())):
        having = [page for page in pages if status in tables[page.file]]
        lacking = [page for page in pages if status not in tables[page.file]]
        if status >= 400 and lacking:
            row = next(row for row in having[0].rows if row.status == status)
            first = Place(having[0].file, f"{status} {row.reason}".strip(), line=row.line)
            second = Place(lacking[0].file, f"no {status} in the table", line=lacking[0].rows[0].line)
            yield Conflict("page-statuses", None, str(status), first, second, more=len(lacking) - 1)
