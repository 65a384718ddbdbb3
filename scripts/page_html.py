"""The blocks that a page writes in HTML: headings, preformatted code, tables and prose.

Read as browsers read it: end tags may be missing, a cell may span rows and columns, and what is not known is passed
over with its text kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser

from attrs import define, field

from scripts.page_blocks import Block, Cell, Code, Heading, Line, Prose, Table, TableRow

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
#: What separates words where nothing else does.
BREAKS = ("address", "blockquote", "br", "caption", "dd", "div", "dl", "dt", "hr", "li", "ol", "p", "section", "ul")
#: No cell spans more, whatever it says.
WIDEST = 100


def html_blocks(content: str, line: int) -> list[Block]:
    """The blocks of a piece of HTML that begins on this line of the file."""
    reader = _Reader(line)
    reader.feed(content)
    reader.close()
    return reader.blocks


@define
class _Cell:
    is_head: bool
    columns: int
    rows: int
    text: str = ""


@define
class _Row:
    line: int
    cells: list[_Cell] = field(factory=list[_Cell])


@define
class _Open:
    """A table that is not closed yet."""

    line: int
    rows: list[_Row] = field(factory=list[_Row])
    cell: _Cell | None = None


class _Reader(HTMLParser):
    def __init__(self, line: int) -> None:
        super().__init__()
        self.blocks: list[Block] = []
        self._above = line - 1
        self._tables: list[_Open] = []
        self._text = ""
        self._text_line = line
        self._heading = 0
        self._code: Line | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._end_text()
            self._tables.append(_Open(self._line()))
        elif self._tables and tag == "tr":
            self._tables[-1].cell = None
            self._tables[-1].rows.append(_Row(self._line()))
        elif self._tables and tag in ("td", "th"):
            self._begin_cell(tag == "th", dict(attrs))
        elif tag in HEADINGS and not self._tables:
            self._end_text()
            self._heading = int(tag[1])
        elif tag == "pre" and not self._tables:
            self._end_text()
            # The text begins after the tag, on the same line.
            self._code = Line(self._line(), self.getpos()[1] + len(self.get_starttag_text() or ""), "")
        elif tag in BREAKS:
            self._break()

    def handle_endtag(self, tag: str) -> None:
        if tag == "table" and self._tables:
            self._end_table()
        elif tag in ("td", "th", "tr") and self._tables:
            self._tables[-1].cell = None
        elif tag in HEADINGS or (tag == "pre" and self._code):
            self._end_text()
        elif tag in BREAKS:
            self._break()

    def handle_data(self, data: str) -> None:
        if self._tables and not self._code:
            cell = self._tables[-1].cell
            if cell is not None:
                cell.text += data
        else:
            if not self._text.strip() and not self._code:
                self._text_line = self._line() + len(data[: len(data) - len(data.lstrip())].split("\n")) - 1
            self._text += data

    def close(self) -> None:
        super().close()
        while self._tables:
            self._end_table()
        self._end_text(closed=False)

    def _line(self) -> int:
        return self._above + self.getpos()[0]

    def _break(self) -> None:
        if self._tables or self._heading or self._code:
            self.handle_data("\n" if self._code else " ")
        else:
            self._end_text()

    def _begin_cell(self, is_head: bool, attributes: dict[str, str | None]) -> None:
        table = self._tables[-1]
        if not table.rows:
            table.rows.append(_Row(self._line()))
        table.cell = _Cell(is_head, _span(attributes.get("colspan")), _span(attributes.get("rowspan")))
        table.rows[-1].cells.append(table.cell)

    def _end_table(self) -> None:
        table = self._tables.pop()
        self.blocks.append(Table(tuple(_grid(table.rows)), table.line))

    def _end_text(self, closed: bool = True) -> None:
        """Heading, code or prose ends here, whichever has begun."""
        text, self._text = self._text, ""
        if self._code is not None:
            first, self._code = self._code, None
            lines = [
                Line(first.number + index, 0 if index else first.margin, each)
                for index, each in enumerate(text.split("\n"))
            ]
            self.blocks.append(Code(tuple(lines), first.number, is_closed=closed))
        elif plain := " ".join(text.split()):
            level, line = self._heading, self._text_line
            self.blocks.append(Heading(plain, line, level) if level else Prose(plain, line))
        self._heading = 0


def _span(value: str | None) -> int:
    return min(int(value), WIDEST) if value and value.isascii() and value.isdigit() and int(value) else 1


def _grid(rows: list[_Row]) -> Iterator[TableRow]:
    """The rows with each cell in every row and column that it spans; the further columns it spans are empty."""
    hanging: dict[int, tuple[int, Cell]] = {}
    for row in rows:
        cells: list[Cell] = []
        waiting = iter(row.cells)
        own = next(waiting, None)
        while own is not None or len(cells) in hanging:
            column = len(cells)
            if column in hanging:
                left, cell = hanging.pop(column)
                cells.append(cell)
                if left > 1:
                    hanging[column] = left - 1, cell
                continue
            assert own is not None
            for index in range(own.columns):
                cell = Cell("" if index else " ".join(own.text.split()), own.is_head)
                cells.append(cell)
                if own.rows > 1:
                    hanging[column + index] = own.rows - 1, cell
            own = next(waiting, None)
        yield TableRow(tuple(cells), row.line)
