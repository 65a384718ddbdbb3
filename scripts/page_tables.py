"""Tables of a page as rows of cells, from HTML however sloppy and from pipes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html.parser import HTMLParser

from attrs import define, field
from markdown_it.token import Token

from scripts.page_blocks import Cell, TableRow


def pipe_table(tokens: Sequence[Token]) -> Iterator[TableRow]:
    """The rows of a table of pipes, whose tokens these are."""
    cells: list[Cell] = []
    line, is_head = 0, False
    for token in tokens:
        if token.type == "tr_open":
            cells, line = [], (token.map or [0])[0] + 1
        elif token.type in ("th_open", "td_open"):
            is_head = token.type == "th_open"
        elif token.type == "inline":
            cells.append(Cell(_plain(token.content), is_head))
        elif token.type == "tr_close":
            yield TableRow(tuple(cells), line)


def html_table(content: str, line: int) -> list[TableRow]:
    """The rows of a table of HTML, which begins on this line of the file; end tags may be missing."""
    reader = _Reader(line)
    reader.feed(content)
    reader.close()
    return [
        TableRow(tuple(Cell(_plain(text), is_head) for text, is_head in row.cells), row.line) for row in reader.rows
    ]


@define
class _Row:
    line: int
    cells: list[tuple[str, bool]] = field(factory=list[tuple[str, bool]])


class _Reader(HTMLParser):
    """Collects the text of cells, row by row, as a browser would."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.rows: list[_Row] = []
        self._above = line - 1
        self._in_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append(_Row(self._above + self.getpos()[0]))
            self._in_cell = False
        elif tag in ("td", "th"):
            if not self.rows:
                self.rows.append(_Row(self._above + self.getpos()[0]))
            self.rows[-1].cells.append(("", tag == "th"))
            self._in_cell = True
        elif tag in ("br", "p", "li", "div"):
            self._add(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "table"):
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        self._add(data)

    def _add(self, text: str) -> None:
        if self._in_cell:
            cell, is_head = self.rows[-1].cells[-1]
            self.rows[-1].cells[-1] = (cell + text, is_head)


def _plain(text: str) -> str:
    return " ".join(text.replace("\u00a0", " ").replace("`", "").replace("**", "").split())
