"""What a page says, as records, and how we complain about one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

from attrs import field, frozen

from scripts.document import JSON, Pointer, SourceError


@frozen
class PageError(SourceError):
    """A page cannot be read without loss; `where` is its file, its line and, for JSON, the column."""


@frozen
class Note:
    """Something on a page that is not as foreseen, and what was made of it."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}"


@frozen
class Repair:
    """A fault in the JSON of an example that was repaired."""

    file: str
    line: int
    column: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.what}"


class Kind(StrEnum):
    """Which way a message goes."""

    REQUEST = "request"
    RESPONSE = "response"


@frozen
class Example:
    """An example request or response. `title` is empty under an untitled heading.

    A request has a method and a target as its request line writes them, a response a status and a phrase; what the
    example leaves out is None, or empty. A body that is no JSON is a string with `is_text`. `places` has the line and
    the column in the file of each name or item of a JSON body, by pointer.
    """

    kind: Kind
    title: str
    line: int
    method: str | None = None
    target: str | None = None
    target_line: int | None = None
    status: int | None = None
    phrase: str = ""
    status_line: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    has_body: bool = False
    body: JSON = None
    is_text: bool = False
    repairs: tuple[Repair, ...] = field(default=(), repr=False)
    places: Mapping[Pointer, tuple[int, int]] = field(factory=dict[Pointer, tuple[int, int]], repr=False)

    @property
    def name(self) -> str:
        """The title in CamelCase, or `Example`."""
        words = re.findall(r"[A-Za-z0-9]+", self.title)
        return "".join(word[0].upper() + word[1:] for word in words) or "Example"


@frozen
class Row:
    """A row of a table of responses; `status` is None if the page, `as_written`, names no single one."""

    status: int | None
    phrase: str
    reason: str
    line: int
    as_written: str


@frozen
class Page:
    """One page, read. `path` and `method` come with the line that says so."""

    file: str
    path: str
    path_line: int
    method: str
    method_line: int
    examples: tuple[Example, ...]
    rows: tuple[Row, ...]
    notes: tuple[Note, ...]

    @property
    def repairs(self) -> tuple[Repair, ...]:
        return tuple(repair for example in self.examples for repair in example.repairs)
