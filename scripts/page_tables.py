"""Tables of responses: which statuses there are, and why. Other tables are told apart and left to others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from attrs import frozen

from scripts.page_blocks import Cell, Table, TableRow
from scripts.page_records import Note, Row

#: A status as people write it, with or without its phrase, or several in one cell.
BEFORE = r"(?:(?:https?(?:/[0-9.]+)?|status|code|response|error)\b[\s:]*)*"
SEVERAL = re.compile(
    rf"{BEFORE}([1-5][0-9]{{2}}(?:\s*(?:,|/|\bor\b|\band\b|&)\s*[1-5][0-9]{{2}})*)(?![0-9x.*])(.*)", re.IGNORECASE
)
PHRASE = re.compile(r"[\s:–—-]*\(?\s*([^\d\s:–—(-].*?)?\s*\)?")
PHRASE_FIRST = re.compile(r"([A-Za-z][A-Za-z' -]{1,40}?)[\s:–—-]*\(?([1-5][0-9]{2})\)?")
WHOLE = re.compile(r"[0-9]+")
STATUS_HEAD = re.compile(r"\b(?:status|code|response|https?|error)", re.IGNORECASE)
PHRASE_HEAD = re.compile(r"\b(?:text|phrase|name|title|message|status|response)", re.IGNORECASE)
#: The first that a column bears; what follows is only second best.
REASON_HEADS = (
    re.compile(r"\b(?:reason(?!\s+phrase)|description|meaning|when|why|cause|explanation)", re.IGNORECASE),
    re.compile(r"\b(?:details?|messages?|notes?|comments?|remarks?)", re.IGNORECASE),
)
HEADS = (STATUS_HEAD, *REASON_HEADS)


@frozen
class Written:
    """What a cell says of statuses: none, one or several."""

    statuses: tuple[int, ...] = ()
    phrase: str = ""


@frozen
class Columns:
    """Which column has what; a table may have no column for the phrase or for the reason."""

    status: int
    phrase: int | None
    reason: int | None
    others: tuple[str, ...] = ()


def read_table(table: Table, file: str) -> tuple[tuple[Row, ...], tuple[Note, ...]]:
    """The rows of a table of responses, each status with a row of its own; none if it is another table."""
    head, body = _head_and_body(table)
    columns = _columns(head, body)
    if columns is None:
        return (), (Note(file, table.line, "a table that is not one of responses is left out"),)
    rows: list[Row] = []
    notes: list[Note] = []
    for row in body:
        found = list(_rows(row, columns))
        rows += found
        notes += [Note(file, row.line, what) for what in _faults(found)]
    notes += [Note(file, table.line, f"the column {name!r} is left out") for name in columns.others]
    return tuple(rows), tuple(notes)


def written(text: str) -> Written:
    """What a cell says of statuses, as `400`, `400 Bad Request`, `400 (Bad Request)`, `401/403`, `Not Found (404)`."""
    if match := SEVERAL.fullmatch(text):
        phrase = PHRASE.fullmatch(match.group(2))
        if phrase is None:
            return Written()
        return Written(tuple(int(each) for each in re.findall("[0-9]{3}", match.group(1))), phrase.group(1) or "")
    if match := PHRASE_FIRST.fullmatch(text):
        return Written((int(match.group(2)),), match.group(1).strip())
    return Written()


def _head_and_body(table: Table) -> tuple[Sequence[Cell], Sequence[TableRow]]:
    """The names of the columns, if there are any, and the rows that say something else."""
    rows = [row for row in table.rows if any(cell.text for cell in row.cells)]
    head = rows[0].cells if rows else ()
    names = [cell.text for cell in head]
    is_marked = any(cell.is_head for cell in head) or any(pattern.search(each) for pattern in HEADS for each in names)
    if not is_marked or any(written(each).statuses for each in names):
        return (), rows
    # Long tables repeat their head.
    return head, [row for row in rows[1:] if [cell.text for cell in row.cells] != names]


def _columns(head: Sequence[Cell], body: Sequence[TableRow]) -> Columns | None:
    """Where status, phrase and reason stand; None if the table is about something else."""
    width = max((len(row.cells) for row in body), default=0)
    counts = [sum(bool(_statuses(row, at)) for row in body) for at in range(width)]
    status = max(range(width), key=lambda at: (counts[at], _is(STATUS_HEAD, head, at), -at), default=None)
    if status is None or any(WHOLE.fullmatch(_text(row, status)) and not _statuses(row, status) for row in body):
        return None
    others = [at for at in range(width) if at != status]
    reason = next((at for pattern in REASON_HEADS for at in others if _is(pattern, head, at)), None)
    if not counts[status] and (reason is None or not _is(STATUS_HEAD, head, status)):
        return None
    phrase = next((at for at in others if at != reason and _is(PHRASE_HEAD, head, at)), None)
    if reason is None:
        reason = next((at for at in others if at != phrase), None)
    if reason is None:
        reason, phrase = phrase, None
    left = [at for at in others if at not in (phrase, reason)]
    return Columns(status, phrase, reason, tuple(head[at].text if at < len(head) else str(at + 1) for at in left))


def _statuses(row: TableRow, at: int) -> tuple[int, ...]:
    return written(_text(row, at)).statuses


def _rows(row: TableRow, columns: Columns) -> Iterator[Row]:
    as_written = _text(row, columns.status)
    said = written(as_written)
    phrase, reason = said.phrase or _text(row, columns.phrase), _text(row, columns.reason)
    for status in said.statuses or (None,):
        yield Row(status, phrase, reason, row.line, as_written)


def _faults(found: Sequence[Row]) -> Iterator[str]:
    """What is to be said of a row, which is one row or several now."""
    first = found[0]
    if first.status is None:
        yield f"{first.as_written!r} is not a status"
    elif not first.reason and not first.phrase:
        yield f"{first.as_written} without a reason"


def _text(row: TableRow, at: int | None) -> str:
    return row.cells[at].text if at is not None and at < len(row.cells) else ""


def _is(pattern: re.Pattern[str], head: Sequence[Cell], at: int) -> bool:
    return at < len(head) and pattern.search(head[at].text) is not None
