"""The published documentation pages: what each says of one operation.

A page has front matter with a path and a method, examples under headings, and tables of responses. Pages are written by
hand and differ in everything else, so the reader takes what it can tell, notes what it passes over, and refuses only
what would lose an example: JSON that cannot be repaired in one way alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from attrs import define, field

from scripts.document import METHODS
from scripts.page_blocks import Block, Cell, Code, Heading, Table, TableRow
from scripts.page_markdown import blocks
from scripts.page_messages import read_messages
from scripts.page_records import Example, Kind, Note, Page, PageError, Repair, Row

__all__ = ["Example", "Kind", "Note", "Page", "PageError", "Repair", "Row", "read_page"]

FENCE = "---"
KEY = re.compile(r"\s*([A-Za-z][\w-]*)\s*:\s*(.*?)\s*")
#: A heading that says of what is under it that it is a request or a response, and how it is called.
EXAMPLE = re.compile(
    r"(?:(?:examples?|samples?)\s+(?:(?:http|api|rest|json)\s+)?(?P<first>request|response)s?"
    r"|(?:(?P<sort>[a-z]+)\s+)?(?P<last>request|response)s?(?:\s+(?:examples?|samples?|body|payload))?)"
    r"(?:\s+(?:body|payload))?(?:\s*[:–—-]\s*(?P<title>.*)|\s+(?:with\s+)?(?P<with>\S.*)|\s*\((?P<brackets>.*)\))?",
    re.IGNORECASE,
)
#: Headings of tables, which the pattern above would take for those of examples.
TABLES = re.compile(
    r"(?:http\s+|status\s+|error\s+|api\s+|return\s+)*(?:(?:responses?|status(?:es)?|errors?|codes?)\s*)+",
    re.IGNORECASE,
)
STATUS = re.compile(r"(?:HTTP/\S+\s+)?([1-5][0-9][0-9])\b[\s:–—-]*\(?(.*?)\)?", re.IGNORECASE)
#: What else people write where a status is due.
STATUS_RANGE = re.compile(
    r"[1-5]xx|default|other|otherwise|any(?:thing)?(?: else)?|[1-5][0-9]{2}\s*[-–]\s*[1-5][0-9]{2}", re.I
)
STATUS_HEAD = re.compile(r"\b(?:status|code|response|http)", re.IGNORECASE)
PHRASE_HEAD = re.compile(r"\b(?:text|phrase|name|message|status)", re.IGNORECASE)
REASON_HEAD = re.compile(r"\b(?:reason|description|meaning|when|detail|note|comment|explanation)", re.IGNORECASE)


def read_page(text: str, file: str) -> Page:
    """The page in `text`; raises `PageError` that names `file` and the line."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    work = _Work(file)
    front, after = work.front_matter(lines)
    work.sections(blocks([*([""] * after), *lines[after:]]))
    path, path_line = work.path(front)
    method, method_line = work.method(front)
    return Page(
        file=file,
        path=path,
        path_line=path_line,
        method=method,
        method_line=method_line,
        examples=tuple(work.examples),
        rows=tuple(work.rows),
        notes=tuple(sorted(work.notes, key=lambda note: note.line)),
    )


Front = Mapping[str, tuple[str, int]]


@define
class _Work:
    """One reading of a page: what was found so far."""

    file: str
    examples: list[Example] = field(factory=list[Example])
    rows: list[Row] = field(factory=list[Row])
    notes: list[Note] = field(factory=list[Note])

    def note(self, line: int, what: str) -> None:
        self.notes.append(Note(self.file, line, what))

    def front_matter(self, lines: Sequence[str]) -> tuple[Front, int]:
        """The values between the two `---` lines with their lines, and the number of lines up to the second."""
        start = next((index for index, line in enumerate(lines) if line.strip()), 0)
        if lines[start].strip() != FENCE:
            self.note(start + 1, "no front matter; path and method are those of the first request line")
            return {}, 0
        end = next((index for index in range(start + 1, len(lines)) if lines[index].strip() == FENCE), None)
        if end is None:
            raise PageError(f"{self.file}:{start + 1}", "the front matter has no end", "Close it with `---`.")
        values: dict[str, tuple[str, int]] = {}
        for number, line in enumerate(lines[start + 1 : end], start=start + 2):
            match = KEY.fullmatch(line)
            if match is None:
                if line.strip():
                    self.note(number, f"the front matter has the line {line.strip()!r}, which is passed over")
                continue
            name, value = match.group(1).lower(), _unquoted(match.group(2))
            if name in values and values[name][0] != value and name in ("path", "method"):
                hint = "Keep one of them."
                raise PageError(f"{self.file}:{number}", f"the front matter has {name} a second time", hint)
            values.setdefault(name, (value, number))
        return values, end + 1

    def path(self, front: Front) -> tuple[str, int]:
        """The path that the page is about, and the line that says so."""
        if "path" in front and front["path"][0]:
            return front["path"]
        example = self._first_request("path")
        return str(example.target), example.target_line or example.line

    def method(self, front: Front) -> tuple[str, int]:
        """The method that the page is about, and the line that says so."""
        if "method" in front and front["method"][0]:
            value, line = front["method"]
            if value.lower() not in METHODS:
                hint = f"Write one of {', '.join(METHODS)}."
                raise PageError(f"{self.file}:{line}", f"{value!r} is not a method", hint)
            return value.lower(), line
        example = self._first_request("method")
        return str(example.method).lower(), example.target_line or example.line

    def _first_request(self, name: str) -> Example:
        found = next((each for each in self.examples if each.target is not None), None)
        if found is None:
            what = f"no {name} in the front matter, and no request line to take it from"
            hint = 'Begin the page with `---`, path: "/…", method: "post" and `---`.'
            raise PageError(f"{self.file}:1", what, hint)
        return found

    def sections(self, found: Sequence[Block]) -> None:
        """Read each block under the headings that it stands under."""
        kind: Kind | None = None
        title, level, is_table = "", 0, False
        for block in found:
            match block:
                case Heading(text, _, own):
                    said = heading(text)
                    if said is not None:
                        (kind, title), level, is_table = said, own, False
                    elif kind is not None and own > level:
                        title = text.rstrip(": ")
                    else:
                        kind, title, level, is_table = None, "", own, _is_of_table(text)
                case Code(lines, line, closed):
                    if not closed:
                        self.note(line, "the fence is not closed; it is read to the end of the page")
                    reading = read_messages(lines, kind, title, self.file)
                    self.examples += reading.examples
                    self.notes += reading.notes
                case Table():
                    self.table(block, is_table)
                case _:
                    pass

    def table(self, table: Table, is_due: bool) -> None:
        """The rows of a table of responses; any other table is passed over."""
        head, body = _columns(table)
        status, phrase, reason = head
        found = list(self._rows(body, status, phrase, reason))
        if any(row.status is not None for row in found):
            self.rows += found
            for row in found:
                if row.status is None:
                    self.note(row.line, f"{row.as_written!r} is not a status; the row is kept apart")
        elif is_due and table.rows:
            self.note(table.line, "a table of responses without a status is passed over")

    def _rows(self, rows: Sequence[TableRow], status: int, phrase: int | None, reason: int | None) -> Iterator[Row]:
        for row in rows:
            texts = [cell.text for cell in row.cells]
            if not any(texts):
                continue
            written = texts[status] if status < len(texts) else ""
            said = texts[reason] if reason is not None and reason < len(texts) else ""
            match = STATUS.fullmatch(written)
            own = match.group(2).strip() if match else ""
            if phrase is not None and phrase < len(texts) and not own:
                own = texts[phrase]
            yield Row(int(match.group(1)) if match else None, own if match else "", said, row.line, written)


def heading(text: str) -> tuple[Kind, str] | None:
    """What a heading says of what is under it: a request or a response, and the title of its own, if it has one."""
    bare = text.strip().rstrip(":").strip()
    match = EXAMPLE.fullmatch(bare)
    if match is None or _is_of_table(bare):
        return None
    kind = Kind((match.group("first") or match.group("last")).lower())
    said = [match.group(name) for name in ("title", "with", "brackets")]
    sort = match.group("sort")
    if sort and sort.lower() in ("example", "sample", "http", "api", "json", "the"):
        sort = None
    title = next(filter(None, said), "") or (sort.capitalize() if sort else "")
    return kind, title.strip()


def _is_of_table(text: str) -> bool:
    return re.search(r"\b(?:responses|status(?:es)?|codes?|errors)\b", text, re.IGNORECASE) is not None and (
        TABLES.fullmatch(text.strip().rstrip(":")) is not None
    )


def _columns(table: Table) -> tuple[tuple[int, int | None, int | None], Sequence[TableRow]]:
    """Where status, phrase and reason stand in the rows, by the heads of the columns if there are any; and the rows."""
    if not table.rows:
        return (0, None, None), ()
    first = table.rows[0].cells
    if not first or not (all(cell.is_head for cell in first) or not STATUS.fullmatch(first[0].text)):
        return (0, None, 1 if len(first) > 1 else None), table.rows
    status = _column(first, STATUS_HEAD, ()) or 0
    reason = _column(first, REASON_HEAD, (status,))
    phrase = _column(first, PHRASE_HEAD, (status, *(() if reason is None else (reason,))))
    if reason is None:
        reason = next((at for at in range(len(first)) if at not in (status, phrase)), phrase)
    return (status, phrase if phrase != reason else None, reason), table.rows[1:]


def _column(cells: Sequence[Cell], pattern: re.Pattern[str], taken: Sequence[int]) -> int | None:
    return next((at for at, cell in enumerate(cells) if at not in taken and pattern.search(cell.text)), None)


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value
