"""The published documentation pages: what each says of one operation.

A page has front matter with a path and a method, examples under headings, and tables of responses. Pages are written by
hand and differ in everything else, so the reader takes what it can tell, notes what it leaves out, and refuses only
what would lose an example: JSON that cannot be repaired in one way alone. Prose is for people and not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from attrs import define, field

from scripts.page_blocks import BOLD, PLAIN, Block, Code, Heading, Prose, Table
from scripts.page_front import path_and_method, read_front
from scripts.page_headings import Topic, of_line, topic
from scripts.page_markdown import blocks
from scripts.page_messages import read_messages, starts_message
from scripts.page_records import Example, Kind, Note, Page, PageError, Repair, Row
from scripts.page_tables import read_table

__all__ = ["Example", "Kind", "Note", "Page", "PageError", "Repair", "Row", "read_page"]


def read_page(text: str, file: str) -> Page:
    """The page in `text`; raises `PageError` that names `file` and the line."""
    lines = re.split(r"\r\n|\r|\n", text.removeprefix("\ufeff"))
    front = read_front(lines, file)
    contents = _Contents(file)
    contents.read(blocks([*([""] * front.length), *lines[front.length :]], lambda said: topic(said) is not None))
    path, method, notes = path_and_method(front, contents.examples, file)
    return Page(
        file=file,
        path=path.value,
        path_line=path.line,
        method=method.value,
        method_line=method.line,
        examples=tuple(contents.examples),
        rows=tuple(contents.rows),
        notes=tuple(sorted([*front.notes, *notes, *contents.notes], key=lambda note: note.line)),
    )


@define
class _Section:
    """What a heading says of what is under it, and whether sections inside it are about the same."""

    heading: Heading
    topic: Topic
    is_known: bool
    is_empty: bool = True


@define
class _Contents:
    """What was found on a page so far."""

    file: str
    examples: list[Example] = field(factory=list[Example])
    rows: list[Row] = field(factory=list[Row])
    notes: list[Note] = field(factory=list[Note])
    sections: list[_Section] = field(factory=list[_Section])

    def read(self, found: Iterable[Block]) -> None:
        for block in found:
            match block:
                case Heading():
                    self._enter(block)
                case Code():
                    self._code(block)
                case Table():
                    self._use_sections()
                    rows, notes = read_table(block, self.file)
                    self.rows += rows
                    self.notes += notes
                case Prose(text, line):
                    self.notes += [Note(self.file, line, what) for what in _lost(text)]
        self._leave(0)

    def _enter(self, heading: Heading) -> None:
        """Go on under a heading; what it leaves open, the headings above it say."""
        self._leave(heading.level)
        outer = next((each.topic for each in reversed(self.sections) if each.is_known), Topic())
        said = topic(heading.text)
        if said is not None:
            said = said if heading.level < PLAIN else of_line(said, heading.text, outer)
            inner = Topic(said.kind or outer.kind, said.title or outer.title)
            self.sections.append(_Section(heading, inner, is_known=True))
            return
        # Under a heading of examples, any other tells one of them apart.
        self.sections.append(_Section(heading, Topic(outer.kind, heading.text), is_known=outer.kind is not None))
        if outer.kind is None and 1 < heading.level < BOLD:
            self.notes.append(
                Note(self.file, heading.line, f"the heading {heading.text!r} is none of examples or responses")
            )

    def _leave(self, level: int) -> None:
        """The sections of this level and below end, and those that should have had something in them are told."""
        while self.sections and self.sections[-1].heading.level >= level:
            section = self.sections.pop()
            heading = section.heading
            if section.is_empty and section.is_known and section.topic.kind is not None and heading.level <= BOLD:
                what = f"neither a block of code nor a table stands under {heading.text!r}"
                self.notes.append(Note(self.file, heading.line, what))

    def _use_sections(self) -> None:
        for section in self.sections:
            section.is_empty = False

    def _code(self, code: Code) -> None:
        self._use_sections()
        if not code.is_closed:
            self.notes.append(Note(self.file, code.line, "code that is not closed; it ends before the next heading"))
        reading = read_messages(code, self.sections[-1].topic if self.sections else Topic(), self.file)
        self.examples += reading.examples
        self.notes += reading.notes


def _lost(text: str) -> Iterator[str]:
    """What stands in prose that would say something elsewhere."""
    if starts_message(text):
        yield "a request or a response that is not in a block of code is left out"
    elif text.startswith("|"):
        yield "a table without the line under its head is left out"
