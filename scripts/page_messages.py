"""HTTP messages as pages show them: a request or a response, its head as people abbreviate it, and a body.

The lines of a head may come in any order, and a body may follow them without the empty line. One block may hold several
messages. What is no message, a command for a shell for one, is left out and noted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from http import HTTPStatus

from attrs import define, evolve, field, frozen

from scripts import jsontext
from scripts.document import METHODS, Pointer
from scripts.jsonrepair import begins_like_json
from scripts.page_blocks import Code, Line
from scripts.page_headings import Topic
from scripts.page_records import Example, Kind, Note, PageError, Repair

REQUEST_LINE = re.compile(
    rf"({'|'.join(METHODS)}):?\s+((?:/|https?://|\{{)\S*(?:\s+\S+)*?)(?:\s+HTTP/[0-9.]+)?", re.IGNORECASE
)
#: A request line whose target lacks its slash. In small letters this would be prose.
LOOSE_REQUEST_LINE = re.compile(
    rf"({'|'.join(METHODS).upper()})\s+([\w.{{}}-]+/\S*|[\w.{{}}-]+(?=\s+HTTP/))(?:\s+HTTP/[0-9.]+)?"
)
URL = re.compile(r"https?://\S+", re.IGNORECASE)
STATUS_LINE = re.compile(
    r"HTTP(?:/[0-9](?:\.[0-9])?)?:?\s+(?:status(?:\s+code)?\s*:?\s*)?([1-5][0-9]{2})\b(.*)", re.IGNORECASE
)
#: The protocol, and something besides a status.
ODD_STATUS_LINE = re.compile(r"HTTP/[0-9.]+\b(.*)", re.IGNORECASE)
#: A status without its protocol, with a phrase or with nothing.
BARE_STATUS = re.compile(
    r"(?:(?:(?:response\s+|http\s+)?(?:status|code|status[\s-]code)|response)\s*[:=]\s*)?([1-5][0-9]{2})\b"
    r"(\s*[-–:]?\s*\(?[A-Za-z][A-Za-z' -]*\)?\.?|)",
    re.IGNORECASE,
)
HEADER = re.compile(r"([A-Za-z][A-Za-z0-9!#$%&'*+.^_`|~-]*)\s*:(?!//)\s*(.*)")
STATUSES = frozenset(int(status) for status in HTTPStatus)
#: Headers that are known as such even after an empty line.
USUAL_HEADER = re.compile(
    r"(?:content-|accept|authorization$|host$|date$|server$|user-agent$|cache-control$|connection$|location$|etag$|"
    r"retry-after$|set-cookie$|cookie$|transfer-encoding$|vary$|www-authenticate$|x-)",
    re.IGNORECASE,
)
#: More of a request line, whose query people put on lines of its own.
QUERY = re.compile(r"[?&]\S+")
#: A comment, which says something of the message under it.
REMARK = re.compile(r"//|#(?!\w)|/\*.*\*/$")
ARROW = re.compile(r"[<>](?:\s+|$)")
LABEL = re.compile(r"(?:(?:example|sample)\s+)?(request|response)(?:\s+body)?\s*:?", re.IGNORECASE)
JSON_TYPE = re.compile(r"[\w.-]+/(?:[\w.-]+\+)?json\b", re.IGNORECASE)
#: What begins a command or a program, in which a body may stand but is none.
PROGRAM = re.compile(
    r"\s*(?:[$>]\s|curl\b|wget\b|http\s|import\b|from\s|#!|<\?php|using\b|const\b|let\b|var\b|package\b)"
)
PROGRAM_LANGUAGES = frozenset(
    (
        *("bash", "sh", "shell", "zsh", "console", "powershell", "ps1", "curl", "python", "py", "java", "csharp", "cs"),
        *("c#", "go", "php", "ruby", "rb", "node", "typescript", "ts", "apex", "ampscript", "ssjs", "swift", "kotlin"),
    )
)


@frozen
class Reading:
    """The examples in a block of code, and what was not as foreseen in it."""

    examples: tuple[Example, ...] = ()
    notes: tuple[Note, ...] = ()


@define
class _Message:
    """A message as far as it was read; what a head leaves out is None."""

    said: Kind | None = None
    line: int | None = None
    method: str | None = None
    target: str | None = None
    target_line: int | None = None
    status: int | None = None
    phrase: str = ""
    status_line: int | None = None
    headers: list[tuple[str, str]] = field(factory=list[tuple[str, str]])
    body: list[Line] = field(factory=list[Line])
    after_blank: bool = False

    @property
    def has_start(self) -> bool:
        return self.target is not None or self.status_line is not None

    @property
    def is_empty(self) -> bool:
        return self.line is None

    @property
    def has_body(self) -> bool:
        return any(each.text.strip() for each in self.body)

    @property
    def kind(self) -> Kind | None:
        """What the message itself says it is."""
        if self.target is not None:
            return Kind.REQUEST
        if self.status_line is not None:
            return Kind.RESPONSE
        if any(name.lower() == "host" for name, _ in self.headers):
            return Kind.REQUEST
        return self.said


def read_messages(code: Code, topic: Topic, file: str) -> Reading:
    """The examples in a block of code under headings that say what to expect; raises `PageError`."""
    examples: list[Example] = []
    notes: list[Note] = []
    lines, remarks = _without_remarks(code.lines)
    notes += [Note(file, each.number, "a comment above a message is left out") for each in remarks]
    for message in _messages(lines, topic.kind):
        line = message.line or code.line
        kind = message.kind or topic.kind
        if kind is None or _is_program(message, code.language):
            notes.append(Note(file, line, "code that is neither a request nor a response is left out"))
            continue
        example = _example(message, kind, topic, line)
        notes += [Note(file, line, what) for what in _oddities(example, topic)]
        example = _with_body(example, message.body, file)
        if example.is_text:
            notes.append(Note(file, line, f"the body of the {kind} is no JSON and is left as text"))
        examples.append(example)
    if not examples and not notes:
        notes.append(Note(file, code.line, "a block of code with nothing in it"))
    return Reading(tuple(examples), tuple(notes))


def starts_message(text: str) -> bool:
    """Whether a line of text looks like the first of a request or a response."""
    bare = _bare(text)
    return (STATUS_LINE.fullmatch(bare) or _request_line(bare)) is not None


def _example(message: _Message, kind: Kind, topic: Topic, line: int) -> Example:
    status, phrase = message.status, message.phrase
    # A heading may say the status that the response under it does not repeat.
    if kind is Kind.RESPONSE and status is None and (match := BARE_STATUS.match(_last_part(topic.title))):
        status, phrase = int(match.group(1)), _phrase(match.group(2))
    return Example(
        kind=kind,
        title=topic.title,
        line=line,
        method=message.method,
        target=message.target,
        target_line=message.target_line,
        status=status,
        phrase=phrase,
        status_line=message.status_line,
        headers=tuple(message.headers),
    )


def _oddities(example: Example, topic: Topic) -> Iterator[str]:
    if topic.kind is not None and example.kind is not topic.kind:
        yield f"a {example.kind} under a heading that says {topic.kind}; it is read as the {example.kind} it is"
    if example.kind is Kind.REQUEST and example.target is None:
        yield "a request without a request line"
    if example.kind is Kind.RESPONSE and example.status is None:
        yield "a response without a status"


def _last_part(title: str) -> str:
    return title.rpartition(": ")[2]


def _without_remarks(lines: Sequence[Line]) -> tuple[Sequence[Line], Sequence[Line]]:
    """The lines without the comments above the first line of a message, and those. All others belong to a body."""
    kept: list[Line] = []
    remarks: list[Line] = []
    is_above = False
    for line in reversed(lines):
        text = _bare(line.text)
        if is_above and REMARK.match(text):
            remarks.append(line)
            continue
        kept.append(line)
        is_above = bool(starts_message(text) or text[:5].lower() == "host:" or (is_above and not text))
    return kept[::-1], remarks[::-1]


def _messages(lines: Sequence[Line], due: Kind | None) -> list[_Message]:
    """The messages in a block, in their order."""
    found = [_Message()]
    for line in lines:
        text = _bare(line.text)
        if _begins_another(found[-1], text):
            found.append(_Message())
        _read_line(found[-1], line, text, due)
    return [message for message in found if not message.is_empty]


def _begins_another(message: _Message, text: str) -> bool:
    """Whether a line that stands after a message is the first of another."""
    if message.is_empty:
        return False
    has_all = message.has_start or message.has_body
    if STATUS_LINE.fullmatch(text):
        return has_all or message.kind is Kind.REQUEST
    if _request_line(text):
        return has_all
    if text[:5].lower() == "host:":
        return message.status_line is not None or message.has_body
    if LABEL.fullmatch(text):
        return message.has_start or message.has_body or message.said is not None
    # A bare status may be a number or a line of text as well, unless what stands before it is complete.
    is_status = BARE_STATUS.fullmatch(text) is not None and not text.isdecimal()
    return is_status and message.kind is Kind.REQUEST and _is_complete(message)


def _is_complete(message: _Message) -> bool:
    texts = [each.text.strip() for each in message.body if each.text.strip()]
    return message.after_blank if not texts else texts[-1][-1:] in ("}", "]")


def _read_line(message: _Message, line: Line, text: str, due: Kind | None) -> None:
    """Add one line to the message: to its head as long as it can be a line of one, otherwise to its body."""
    if message.has_body or (message.after_blank and not _is_head_after_blank(message, text)):
        message.body.append(line)
    elif not text:
        message.after_blank = not message.is_empty and (message.has_start or bool(message.headers))
    elif not _read_head(message, line.number, text, due):
        message.body.append(line)
    if text and message.line is None:
        message.line = line.number


def _is_head_after_blank(message: _Message, text: str) -> bool:
    """An empty line ends a head, but some heads have one after their first line, or before it."""
    header = HEADER.fullmatch(text)
    if header and USUAL_HEADER.match(header.group(1)):
        return True
    return not text or (not message.has_start and starts_message(text))


def _read_head(message: _Message, number: int, text: str, due: Kind | None) -> bool:
    """Whether the text is a line of a head; then the message knows what it says."""
    if message.is_empty and (label := LABEL.fullmatch(text)):
        message.said = Kind(label.group(1).lower())
        return True
    if not message.has_start and (request := _request_line(text)):
        message.method, message.target = request
        message.target_line = number
        return True
    if not message.has_start and (status := _status(text, message, due)):
        message.status, message.phrase = status
        message.status_line = number
        return True
    if message.target is not None and not message.headers and QUERY.fullmatch(text):
        message.target += text
        return True
    header = HEADER.fullmatch(text)
    if header:
        message.headers.append((header.group(1), header.group(2)))
    return header is not None


def _request_line(text: str) -> tuple[str | None, str] | None:
    """The method and the target of a request line. Without a method there is only the URL."""
    if match := REQUEST_LINE.fullmatch(text) or LOOSE_REQUEST_LINE.fullmatch(text):
        return match.group(1), match.group(2)
    return (None, text) if URL.fullmatch(text) else None


def _status(text: str, message: _Message, due: Kind | None) -> tuple[int | None, str] | None:
    match = STATUS_LINE.fullmatch(text)
    expected = message.said or due
    if match is None and expected is not Kind.REQUEST:
        match = BARE_STATUS.fullmatch(text)
        # Where no response is expected, a number may be anything.
        if match and expected is None and (not match.group(2) or int(match.group(1)) not in STATUSES):
            match = None
    if match:
        return int(match.group(1)), _phrase(match.group(2))
    odd = ODD_STATUS_LINE.fullmatch(text)
    return (None, _phrase(odd.group(1))) if odd else None


def _phrase(text: str) -> str:
    phrase = " ".join(text.split()).strip(" :–-")
    return phrase[1:-1].strip() if phrase[:1] == "(" and phrase[-1:] == ")" else phrase


def _bare(text: str) -> str:
    """The text of a line without what some tools put before the lines of a head, and without odd blanks."""
    return ARROW.sub("", text.replace("\u00a0", " ").replace("\ufeff", "").strip())


def _is_program(message: _Message, language: str) -> bool:
    """Whether it is code in some language rather than a message. A wrong language on a fence decides nothing."""
    body = "\n".join(each.text for each in message.body)
    if message.has_start or message.headers or not body or begins_like_json(body):
        return False
    return language in PROGRAM_LANGUAGES or PROGRAM.match(body) is not None


def _with_body(example: Example, lines: Sequence[Line], file: str) -> Example:
    """The example with the body in these lines, if they are not all empty."""
    filled = [index for index, line in enumerate(lines) if line.text.strip()]
    if not filled:
        return example
    lines = lines[filled[0] : filled[-1] + 1]
    text = "\n".join(line.text for line in lines)
    try:
        reading = jsontext.read_repaired(text)
    except jsontext.NotJSON as error:
        if not begins_like_json(text) or _is_other_type(example):
            return evolve(example, has_body=True, body=text, is_text=True)
        line, column = _in_file(lines, error.line, error.column)
        hint = "Correct it; only what is on the list in the README is repaired, and only if there is one way to."
        raise PageError(f"{file}:{line}:{column}", f"the example is not JSON: {error.what}", hint) from None
    if reading.repairs and not begins_like_json(text) and text.lstrip()[:1] not in '"“”„‟':
        # A word or a number that is almost JSON is text all the same.
        return evolve(example, has_body=True, body=text, is_text=True)
    places: dict[Pointer, tuple[int, int]] = {
        pointer: _in_file(lines, *place) for pointer, place in reading.places.items()
    }
    repairs = tuple(Repair(file, *_in_file(lines, each.line, each.column), each.what) for each in reading.repairs)
    return evolve(example, has_body=True, body=reading.value, repairs=repairs, places=places)


def _is_other_type(example: Example) -> bool:
    """Whether the headers say that the body is anything but JSON."""
    types = [value.strip() for name, value in example.headers if name.lower() == "content-type"]
    return any(each and not JSON_TYPE.match(each) for each in types)


def _in_file(lines: Sequence[Line], line: int, column: int) -> tuple[int, int]:
    """The line and the column in the file of a place in the body."""
    own = lines[min(line, len(lines)) - 1]
    return own.number, own.margin + column
