"""HTTP messages as pages show them: a request or a response, its head as people abbreviate it, and a body."""

from __future__ import annotations

import re
from collections.abc import Sequence

from attrs import define, evolve, field, frozen

from scripts import jsontext
from scripts.document import METHODS, Pointer
from scripts.jsonrepair import begins_like_json
from scripts.page_blocks import Line
from scripts.page_records import Example, Kind, Note, PageError, Repair

REQUEST_LINE = re.compile(
    rf"({'|'.join(METHODS)})\s+((?:/|https?://|\{{)\S*(?:\s+\S+)*?)(?:\s+HTTP/[0-9.]+)?", re.IGNORECASE
)
STATUS_LINE = re.compile(r"HTTP/[0-9](?:\.[0-9])?\s+([1-5][0-9][0-9])\b\s*(.*)", re.IGNORECASE)
#: Without the protocol, a status is only looked for at the beginning.
BARE_STATUS = re.compile(
    r"(?:(?:HTTP\s+)?Status(?:\s+code)?\s*:\s*)?([1-5][0-9][0-9])\b(?:\s+([A-Za-z(].*))?", re.IGNORECASE
)
HEADER = re.compile(r"([A-Za-z][A-Za-z0-9-]*)\s*:\s*(.*)")


@define
class _Head:
    """What the lines before a body say."""

    method: str | None = None
    target: str | None = None
    target_line: int | None = None
    status: int | None = None
    phrase: str = ""
    status_line: int | None = None
    headers: list[tuple[str, str]] = field(factory=list[tuple[str, str]])
    used: int = 0


@frozen
class Reading:
    """The examples in a block of code, and what was not as foreseen in it."""

    examples: tuple[Example, ...] = ()
    notes: tuple[Note, ...] = ()


def read_messages(lines: Sequence[Line], said: Kind | None, title: str, file: str) -> Reading:
    """The examples in a block under a heading that says what it is, if it does; raises `PageError`."""
    examples: list[Example] = []
    notes: list[Note] = []
    for part in _parts(lines):
        head = _head(part, said)
        kind = Kind.REQUEST if head.target is not None else Kind.RESPONSE if head.status is not None else said
        first = part[0].number
        if kind is None or not _is_message(part, head):
            notes.append(Note(file, first, "a block of code that is no HTTP message is passed over"))
            continue
        if said is not None and kind is not said:
            notes.append(Note(file, first, f"a {kind} under a heading that says {said} is read as the {kind} it is"))
        if kind is Kind.REQUEST and head.target is None:
            notes.append(Note(file, first, "a request without a request line"))
        example = Example(
            kind=kind,
            title=title,
            line=first,
            method=head.method,
            target=head.target,
            target_line=head.target_line,
            status=head.status,
            phrase=head.phrase,
            status_line=head.status_line,
            headers=tuple(head.headers),
        )
        example = _with_body(example, part[head.used :], file)
        if example.is_text:
            notes.append(Note(file, first, f"the body of a {kind} is no JSON, and is left as text"))
        examples.append(example)
    return Reading(tuple(examples), tuple(notes))


def _parts(lines: Sequence[Line]) -> list[Sequence[Line]]:
    """The messages of a block: another begins with each status line, and with each request line after a body."""
    starts = [0]
    for index, line in enumerate(lines):
        is_other = any(each.text.strip() for each in lines[starts[-1] : index])
        if is_other and STATUS_LINE.fullmatch(_clean(line.text)):
            starts.append(index)
    parts = [lines[start:end] for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)]
    return [trimmed for part in parts if (trimmed := _trimmed(part))]


def _trimmed(lines: Sequence[Line]) -> Sequence[Line]:
    """The lines without empty ones before and after."""
    filled = [index for index, line in enumerate(lines) if line.text.strip()]
    return lines[filled[0] : filled[-1] + 1] if filled else []


def _clean(text: str) -> str:
    return text.replace("\u00a0", " ").strip()


def _head(lines: Sequence[Line], said: Kind | None) -> _Head:
    """The head of a message: it ends at an empty line, or where something begins that is none of its lines."""
    head = _Head()
    for index, line in enumerate(lines):
        text = _clean(line.text)
        if not text:
            head.used = index + 1
            break
        is_first = head.status is None and head.target is None
        if is_first and said is not Kind.RESPONSE and (match := REQUEST_LINE.fullmatch(text)):
            head.method, head.target, head.target_line = match.group(1).upper(), match.group(2), line.number
        elif is_first and (match := STATUS_LINE.fullmatch(text) or BARE_STATUS.fullmatch(text)):
            head.status, head.status_line = int(match.group(1)), line.number
            head.phrase = re.sub(r"^\((.*)\)$", r"\1", (match.group(2) or "").strip())
        elif match := HEADER.fullmatch(text):
            head.headers.append((match.group(1), match.group(2)))
        else:
            head.used = index
            break
    else:
        head.used = len(lines)
    return head


def _is_message(lines: Sequence[Line], head: _Head) -> bool:
    """Whether there is anything of HTTP or JSON in it. A command for a shell, for one, is no message."""
    if head.target is not None or head.status is not None:
        return True
    body = "\n".join(line.text for line in lines[head.used :])
    return begins_like_json(body) or not re.match(r"\s*(?:\$\s|curl\b|import\b|#|<\?php|using\b)", body)


def _with_body(example: Example, lines: Sequence[Line], file: str) -> Example:
    """The example with the body in these lines, if they are not all empty."""
    lines = _trimmed(lines)
    if not lines:
        return example
    text = "\n".join(line.text for line in lines)
    try:
        reading = jsontext.read_repaired(text)
    except jsontext.NotJSON as error:
        if not begins_like_json(text):
            return evolve(example, has_body=True, body=text, is_text=True)
        line, column = _in_file(lines, error.line, error.column)
        hint = "Correct the example; what is repaired stands in the README, and only if there is one way to."
        raise PageError(f"{file}:{line}:{column}", f"the example is not JSON: {error.what}", hint) from None
    places: dict[Pointer, tuple[int, int]] = {
        pointer: _in_file(lines, *place) for pointer, place in reading.places.items()
    }
    repairs = tuple(Repair(file, *_in_file(lines, each.line, each.column), each.what) for each in reading.repairs)
    return evolve(example, has_body=True, body=reading.value, repairs=repairs, places=places)


def _in_file(lines: Sequence[Line], line: int, column: int) -> tuple[int, int]:
    """The line and the column in the file of a place in the body."""
    own = lines[min(line, len(lines)) - 1]
    return own.number, own.margin + column
