"""The published documentation pages: what each says of one operation.

A page has front matter, examples under headings, and a table of responses, and nothing else: what
the format does not foresee is an error with file, line and what to do. Faults in the JSON of an
example are repaired where that is safe, and reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from typing import NoReturn

from attrs import evolve, field, frozen
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

from scripts import jsontext
from scripts.document import JSON, METHODS, SourceError


@frozen
class PageError(SourceError):
    """A page is not in the published format; `where` is its file, line and, for JSON, column."""


@frozen
class Repair:
    """A fault in the JSON of an example that was repaired."""

    file: str
    line: int
    column: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.what}"


@frozen
class Example:
    """An example request (`status` is None) or response. `title` is empty under an untitled heading."""

    title: str
    line: int
    status: int | None
    phrase: str
    headers: tuple[tuple[str, str], ...]
    has_body: bool
    body: JSON
    repairs: tuple[Repair, ...] = field(default=(), repr=False)

    @property
    def name(self) -> str:
        """The title in CamelCase, or `Example`."""
        words = re.findall(r"[A-Za-z0-9]+", self.title)
        return "".join(word[0].upper() + word[1:] for word in words) or "Example"


@frozen
class Row:
    """A row of the table of responses."""

    status: int
    phrase: str
    reason: str
    line: int


@frozen
class Page:
    """One page, read."""

    file: str
    path: str
    method: str
    examples: tuple[Example, ...]
    rows: tuple[Row, ...]

    @property
    def repairs(self) -> tuple[Repair, ...]:
        return tuple(repair for example in self.examples for repair in example.repairs)


USAGE = "Usage"
TABLE = "HTTP Responses"
EXAMPLE = re.compile(r"Example (Request|Response)(?:(?::| with) (\S.*))?")
FRONT_MATTER = {
    "data": re.compile(r"(<%= swaggerdoc %>)"),
    "path": re.compile(r'"(/[^"]*)"'),
    "method": re.compile(rf'"({"|".join(METHODS)})"'),
}
COLUMNS = ("Response", "Reason")


def read_page(text: str, file: str) -> Page:
    """The page in `text`; raises `PageError` that names `file` and the line."""
    lines = text.replace("\r\n", "\n").split("\n")
    front, after = _front_matter(lines, file)
    tokens = _markdown().parse("\n" * after + "\n".join(lines[after:]))
    examples: list[Example] = []
    rows: tuple[Row, ...] = ()
    for heading, line, content in _sections(tokens, file):
        if heading == USAGE:
            _expect_nothing(content, heading, file)
        elif heading == TABLE:
            if rows:
                _refuse(file, line, "a second table of responses", "Keep one.")
            rows = _table(_only(content, "html_block", heading, line, file), file)
        elif match := EXAMPLE.fullmatch(heading):
            fence = _only(content, "fence", heading, line, file)
            read = _request if match.group(1) == "Request" else _response
            example = read(_fenced(fence, lines, file), front["method"], front["path"], file)
            examples.append(evolve(example, title=match.group(2) or ""))
        else:
            hint = f"Known are {USAGE}, Example Request, Example Response, both also with `: Title`, {TABLE}."
            _refuse(file, line, f"the heading {heading!r} is unknown", hint)
    return Page(file, front["path"], front["method"], tuple(examples), rows)


def _front_matter(lines: Sequence[str], file: str) -> tuple[dict[str, str], int]:
    """The values between the two `---` lines, and the number of lines they take."""
    if lines[0] != "---" or "---" not in lines[1:]:
        _refuse(file, 1, "no front matter", "Begin with `---`, the lines data, path and method, and `---`.")
    end = lines.index("---", 1)
    values: dict[str, str] = {}
    for number, line in enumerate(lines[1:end], start=2):
        name, _, value = line.partition(": ")
        expected = FRONT_MATTER.get(name)
        match = expected.fullmatch(value) if expected else None
        if match is None:
            hint = 'The lines are data: <%= swaggerdoc %>, path: "/…" and method: "post".'
            _refuse(file, number, f"the front matter has the line {line!r}", hint)
        if name in values:
            _refuse(file, number, f"{name} a second time", "Keep one.")
        values[name] = match.group(1)
    for name in FRONT_MATTER:
        if name not in values:
            _refuse(file, end + 1, f"no {name} in the front matter", "Add the line.")
    return values, end + 1


def _markdown() -> MarkdownIt:
    """CommonMark, but a heading needs no blank after its number signs."""
    markdown = MarkdownIt("commonmark")
    markdown.block.ruler.at("heading", _heading, {"alt": ["paragraph", "reference", "blockquote"]})
    return markdown


def _heading(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    line = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    match = re.fullmatch(r"(#{1,6})[ \t]*([^#\s].*?)[ \t]*#*", line)
    if match is None or state.is_code_block(start):
        return False
    if not silent:
        state.line = start + 1
        for kind, nesting in (("heading_open", 1), ("inline", 0), ("heading_close", -1)):
            token = state.push(kind, f"h{len(match.group(1))}" if nesting else "", nesting)  # type: ignore[arg-type]
            token.map = [start, start + 1]
            token.content = "" if nesting else match.group(2)
            token.children = []
    return True


def _sections(tokens: Sequence[Token], file: str) -> Iterator[tuple[str, int, list[Token]]]:
    """Each heading's text, its line, and the blocks up to the next one."""
    heading, line, content = "", 0, list[Token]()
    inside_heading = False
    for token in tokens:
        if token.type == "heading_open":
            if heading or content:
                yield heading, line, content
            content, line, inside_heading = [], _line(token), True
        elif token.type == "heading_close":
            inside_heading = False
        elif inside_heading:
            heading = token.content
        elif not heading:
            _refuse(file, _line(token), "text before the first heading", f"Begin with {USAGE}.")
        elif token.level == 0 and token.nesting >= 0:
            content.append(token)
    if not heading:
        _refuse(file, 1, "no heading", f"Begin with {USAGE}.")
    yield heading, line, content


def _expect_nothing(content: Sequence[Token], heading: str, file: str) -> None:
    for token in content:
        _refuse(file, _line(token), f"text under {heading}", "Put each example under a heading of its own.")


def _only(content: Sequence[Token], kind: str, heading: str, line: int, file: str) -> Token:
    """The one block under a heading."""
    due = {"fence": "fenced example", "html_block": "HTML table"}[kind]
    for token in content:
        if token.type != kind or token is not content[0]:
            what = f"something besides one {due} stands under {heading!r}"
            _refuse(file, _line(token), what, f"Leave one {due} and nothing else.")
    if not content:
        _refuse(file, line, f"no {due} under {heading!r}", "Add it, or remove the heading.")
    return content[0]


def _fenced(token: Token, lines: Sequence[str], file: str) -> list[tuple[int, str]]:
    """The numbered lines between the fences, as they stand in the file."""
    first, last = token.map or (0, 0)
    if token.info not in ("", "js", "json"):
        _refuse(file, first + 1, f"the fence is marked {token.info!r}", "Mark it js, json or not at all.")
    if lines[first] != token.markup + token.info or lines[last - 1] != token.markup or last - 1 == first:
        _refuse(file, first + 1, "the fence is indented or not closed", "Begin and end it with ``` at the margin.")
    return [(number, lines[number - 1]) for number in range(first + 2, last)]


def _request(lines: list[tuple[int, str]], method: str, path: str, file: str) -> Example:
    """`Host:`, the request line, headers, a blank line, and the body if there is one."""
    texts = [*(text for _, text in lines), "", ""]
    number = lines[0][0] if lines else 1
    if not re.fullmatch(r"Host: https?://[^/\s]+/?", texts[0]):
        _refuse(file, number, "the request does not begin with its host", "Begin with Host: https://….")
    match = re.fullmatch(r"([A-Z]+) (/\S*)(?: HTTP/1\.1)?", texts[1])
    if match is None or match.group(1) != method.upper() or not _fits(match.group(2), path):
        hint = f"Write {method.upper()} {path}, its trailing slash or not."
        _refuse(file, number + 1, f"{texts[1]!r} is not a request line of this operation", hint)
    blank = texts.index("", 2)
    headers = [_header(text, file, number + index) for index, text in enumerate(texts[2:blank], start=2)]
    return _with_body(Example("", number, None, "", tuple(headers), False, None), lines[blank + 1 :], file)


def _response(lines: list[tuple[int, str]], method: str, path: str, file: str) -> Example:
    """The status line, then at once the body if there is one."""
    number, text = lines[0] if lines else (1, "")
    match = re.fullmatch(r"HTTP/1\.1 ([1-5][0-9][0-9]) (\S.*)", text)
    if match is None:
        _refuse(file, number, f"{text!r} is not a status line", "Begin with a line like HTTP/1.1 202 Accepted.")
    return _with_body(Example("", number, int(match.group(1)), match.group(2), (), False, None), lines[1:], file)


def _fits(target: str, path: str) -> bool:
    """Whether a request target is one of a path template, but for query and trailing slash."""
    asked, template = (each.partition("?")[0].rstrip("/") for each in (target, path))
    parts = re.split(r"\{[^}]*\}", template)
    return re.fullmatch("[^/]+".join(re.escape(part) for part in parts), asked) is not None


def _header(text: str, file: str, number: int) -> tuple[str, str]:
    match = re.fullmatch(r"([A-Za-z][A-Za-z0-9-]*): (\S.*)", text)
    if match is None:
        _refuse(file, number, f"{text!r} is not a header", "Write Name: value, and a blank line before the body.")
    return match.group(1), match.group(2)


def _with_body(example: Example, lines: list[tuple[int, str]], file: str) -> Example:
    """The example with the JSON in `lines` for its body; none if there are only blank lines."""
    if not any(text.strip() for _, text in lines):
        return example
    above = lines[0][0] - 1
    try:
        body, found = jsontext.read_repaired("\n".join(text for _, text in lines))
    except jsontext.NotJSON as error:
        where = f"{file}:{above + error.line}:{error.column}"
        hint = "Correct the example; only a missing and a trailing comma are repaired."
        raise PageError(where, f"the example is not JSON: {error.what}", hint) from None
    repairs = tuple(Repair(file, above + each.line, each.column, each.what) for each in found)
    return evolve(example, has_body=True, body=body, repairs=repairs)


def _table(token: Token, file: str) -> tuple[Row, ...]:
    """The rows of the table of responses."""
    reader = _TableReader()
    reader.feed(token.content)
    reader.close()
    above = _line(token) - 1
    if reader.fault:
        line, what = reader.fault
        _refuse(file, above + line, what, "Write a table of rows with two cells, and nothing else.")
    head, *body = reader.rows or [(1, ())]
    if head[1] != COLUMNS or not body:
        hint = f"The columns are {' and '.join(COLUMNS)}."
        _refuse(file, above + head[0], f"the table begins with {' and '.join(head[1]) or 'nothing'}", hint)
    rows: list[Row] = []
    for line, cells in body:
        match = re.fullmatch(r"([1-5][0-9][0-9]) (\S.*)", cells[0]) if len(cells) == 2 else None
        if match is None or not cells[1]:
            hint = "Write <td>400 Bad Request</td> and a cell that says why."
            _refuse(file, above + line, "a row is not a status and a reason", hint)
        if any(row.status == int(match.group(1)) for row in rows):
            _refuse(file, above + line, f"{match.group(1)} a second time", "Keep one row for each status.")
        rows.append(Row(int(match.group(1)), match.group(2), cells[1], above + line))
    return tuple(rows)


#: What each element of a table stands in.
INSIDE = {"table": "", "thead": "table", "tbody": "table", "tr": "thead tbody table", "th": "tr", "td": "tr"}


class _TableReader(HTMLParser):
    """Collects the cells of one table, row by row, and what first keeps it from being such a table."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[tuple[int, tuple[str, ...]]] = []
        self.fault: tuple[int, str] | None = None
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        outer = self._open[-1] if self._open else ""
        if outer not in INSIDE.get(tag, "-").split(" "):
            self._note(f"<{tag}> inside {f'<{outer}>' if outer else 'nothing'}")
        self._open.append(tag)
        if tag == "tr":
            self.rows.append((self.getpos()[0], ()))
        elif tag in ("th", "td") and self.rows:
            line, cells = self.rows[-1]
            self.rows[-1] = (line, (*cells, ""))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self._note(f"</{tag}> closes nothing")

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] in ("th", "td") and self.rows:
            line, (*cells, last) = self.rows[-1]
            self.rows[-1] = (line, (*cells, " ".join((last + data).split())))
        elif data.strip():
            self._note(f"the text {data.strip()!r} outside a cell")

    def close(self) -> None:
        super().close()
        if self._open:
            self._note(f"<{self._open[-1]}> is not closed")

    def _note(self, what: str) -> None:
        self.fault = self.fault or (self.getpos()[0], what)


def _line(token: Token) -> int:
    return (token.map or [0])[0] + 1


def _refuse(file: str, line: int, what: str, hint: str) -> NoReturn:
    raise PageError(f"{file}:{line}", what, hint)
