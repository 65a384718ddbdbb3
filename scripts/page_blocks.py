"""The blocks a page is made of, whether Markdown or HTML wrote them, each with its line."""

from __future__ import annotations

from attrs import frozen

#: The levels of lines that are headings by their looks only, bold ones and plain ones: below all that are headings.
BOLD, PLAIN = 7, 8


@frozen
class Line:
    """A line of code, its number in the file, and how many characters of the file's line stand before it."""

    number: int
    margin: int
    text: str


@frozen
class Heading:
    text: str
    line: int
    level: int


@frozen
class Code:
    """Code, in the language that its fence names; without its closing fence it goes on as far as code can."""

    lines: tuple[Line, ...]
    line: int
    language: str = ""
    is_closed: bool = True


@frozen
class Cell:
    text: str
    is_head: bool = False


@frozen
class TableRow:
    cells: tuple[Cell, ...]
    line: int


@frozen
class Table:
    rows: tuple[TableRow, ...]
    line: int


@frozen
class Prose:
    text: str
    line: int


Block = Heading | Code | Table | Prose
