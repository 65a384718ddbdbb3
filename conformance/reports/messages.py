"""Writes an exchange or a call as a person reads it, line by line, harmless and masked.

A line of a JSON body knows the pointer of the value that it begins, so that a breach can be shown where it stands.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

from attrs import evolve, frozen

from conformance.model import (
    NO_ANSWER,
    Answer,
    Call,
    Delivery,
    Exchange,
    Headers,
    NotStrictJSON,
    Outcome,
    Request,
    Response,
    is_array,
    is_object,
    strict_json,
)
from conformance.reports.masking import credentials, masker

#: Headers that say nothing of the subject, or that differ from run to run.
_NOISE = {
    "accept",
    "accept-encoding",
    "connection",
    "content-length",
    "date",
    "host",
    "keep-alive",
    "server",
    "transfer-encoding",
    "user-agent",
    "x-schemathesis-testcaseid",
}
#: Letters of a body that are shown.
_LONG = 2000
#: What is shown of a client's stderr: so many lines, and so many letters of each.
_LAST_LINES, _LONG_LINE = 20, 300


class Kind(StrEnum):
    """What a part of something seen is."""

    ASKED = "asked"
    REQUEST = "request"
    RESPONSE = "response"
    TOLD = "told"


_PREFIXES = {Kind.REQUEST: "> ", Kind.RESPONSE: "< "}


@frozen
class Line:
    """One line. `pointer` is where in the JSON body the value stands that begins on it; None if none does.

    `header` is the name of the header that it is; `is_head` says that it is the request line or the status.
    """

    text: str
    pointer: str | None = None
    header: str = ""
    is_head: bool = False


@frozen
class Part:
    """A request, a response, what a client's caller asked for or was told."""

    kind: Kind
    lines: tuple[Line, ...]


def seen_lines(seen: Exchange | Call | Kept, tokens: tuple[str, ...], numbers: tuple[str, ...]) -> Iterator[str]:
    """An exchange or a call in lines of text; `>` marks what was sent to a server, `<` what came from it."""
    for part in parts(seen, tokens, numbers):
        yield from (f"{_PREFIXES.get(part.kind, '')}{line.text}" for line in part.lines)


@frozen
class Kept:
    """What was seen in a run whose report was read again: its parts alone, masked already."""

    parts: tuple[Part, ...]


def parts(seen: Exchange | Call | Kept, tokens: tuple[str, ...], numbers: tuple[str, ...]) -> tuple[Part, ...]:
    """What was seen, part by part in the order of time; tokens and telephone numbers are masked."""
    if isinstance(seen, Kept):
        return seen.parts
    mask = masker(tokens, numbers)

    def shown(kind: Kind, lines: Iterable[Line]) -> Part:
        return Part(kind, tuple(evolve(line, text=harmless(mask(line.text))) for line in lines))

    if isinstance(seen, Exchange):
        return (
            shown(Kind.REQUEST, _request_lines(seen.request, tokens)),
            shown(Kind.RESPONSE, _response_lines(seen.response)),
        )
    asked = f"asked ({seen.asked.style}): {json.dumps(seen.asked.body, ensure_ascii=False)}"
    return (
        shown(Kind.ASKED, [Line(asked)]),
        *(shown(Kind.REQUEST, _request_lines(request, tokens)) for request in seen.received),
        shown(Kind.RESPONSE, _answer_lines(seen)),
        shown(Kind.TOLD, [*_told_lines(seen), *_stderr_lines(mask(seen.outcome.stderr))]),
    )


def harmless(text: str) -> str:
    """Text with control characters and lone surrogates escaped: they would act on a terminal, or cannot be written."""
    return "".join(each if each == "\n" or each.isprintable() else ascii(each)[1:-1] for each in text)


def readable(body: bytes) -> str:
    """A body as a person reads it: JSON indented, text as it is, other bytes escaped; long ones cut, and said so."""
    return "\n".join(line.text for line in body_lines(body))


def body_lines(body: bytes) -> Iterator[Line]:
    """The lines of a body, as `readable` has them; none if it is empty."""
    try:
        lines = _json_lines(strict_json(body))
    except NotStrictJSON:
        lines = map(Line, body.decode("utf-8", "backslashreplace").split("\n")) if body else iter(())
    left = _LONG
    for line in lines:
        text = harmless(line.text)
        if len(text) > left:
            yield evolve(line, text=f"{text[:left]}… ({len(body)} bytes)")
            return
        yield evolve(line, text=text)
        left -= len(text) + 1


def broken_lines(part: Part, breaches: Sequence[str]) -> frozenset[int]:
    """The places of the lines of a part that breaches speak of, as far as they name them.

    A breach names a JSON pointer, or a member of the body by its first word, or the status, or a header.
    """
    return frozenset(
        place for place, line in enumerate(part.lines) if any(_speaks_of(breach, part, line) for breach in breaches)
    )


_POINTER = re.compile(r"(?<![\w/.:])(?:/[\w~$@.-]+)+")


def _speaks_of(breach: str, part: Part, line: Line) -> bool:
    if line.pointer:
        named = {each.rstrip(".") for each in _POINTER.findall(breach)}
        first = re.match(r"\w+", breach)
        return line.pointer in named or (first is not None and line.pointer == f"/{first[0]}")
    if part.kind is not Kind.RESPONSE:
        return False
    if line.is_head:
        return re.search(rf"\b(?:with|status) {re.escape(line.text)}\b", breach) is not None
    spoken = re.escape(line.header).replace(r"\-", "[- ]")
    return bool(line.header) and re.search(rf"\b{spoken} is\b", breach, re.IGNORECASE) is not None


def _request_lines(request: Request, tokens: tuple[str, ...]) -> Iterator[Line]:
    yield Line(f"{request.method} {request.target}", is_head=True)
    headers = tuple(
        (name, credentials(value, tokens) if name == "authorization" else value) for name, value in request.headers
    )
    yield from _message_lines(headers, request.body)


def _response_lines(response: Response) -> Iterator[Line]:
    if response.status == NO_ANSWER:
        yield Line(f"no answer: {response.body.decode('utf-8', 'replace')}", is_head=True)
        return
    yield Line(str(response.status), is_head=True)
    yield from _message_lines(response.headers, response.body)


def _answer_lines(seen: Call) -> Iterator[Line]:
    if seen.answer.delivery is Delivery.NOBODY:
        yield Line("no answer: nobody listens there", is_head=True)
    else:
        yield from _response_lines(seen.answer.response)
    yield from (Line(f"({each})") for each in _manner(seen.answer))
    for request in seen.elsewhere:
        yield Line(f"(another server was sent {request.method} {request.target})")
    if seen.before:
        calls = "another call" if len(seen.before) == 1 else f"{len(seen.before)} other calls"
        yield Line(f"(after {calls} of the same client)")
        for each in seen.before:
            manner = "".join(f", {each}" for each in _manner(each.answer))
            yield Line(f"(which was answered {each.answer.response.status}{manner})")
    if seen.beside:
        way = f" in {seen.way.value}" if seen.way else ""
        yield Line(f"(at the same time as {len(seen.beside)} other calls of the same client{way})")


def _manner(answer: Answer) -> Iterator[str]:
    """In which way an answer came, if not in the usual one."""
    if answer.delivery in _MANNERS:
        yield _MANNERS[answer.delivery]
    if answer.cut_after is not None or answer.is_reset:
        end = "reset" if answer.is_reset else "closed"
        cut_after = len(answer.response.body) if answer.cut_after is None else answer.cut_after
        place = "before the head" if cut_after < 0 else f"after {cut_after} bytes of the body"
        yield f"the connection was {end} {place}"
    if answer.stall:
        match answer.delivery:
            case Delivery.DRIPPED:
                yield f"which took {answer.stall} s"
            case Delivery.HALF_THEN_STALL:
                yield f"the rest came after {answer.stall} s"
            case _:
                yield f"the server waited {answer.stall} s before it answered"


_MANNERS: Mapping[Delivery, str] = {
    Delivery.CHUNKED: "it came in chunks, with an extension and a trailer",
    Delivery.DRIPPED: "it came in small parts",
    Delivery.UNTIL_CLOSED: "it came as HTTP/1.0 without a length, until the connection was closed",
    Delivery.ODD_HEADERS: "its headers were in odd letter case, with white space round their values",
    Delivery.AFTER_100: "an unasked 100 came before it",
    Delivery.AFTER_103: "a 103 came before it",
    Delivery.EARLY: "it came before the body of the request was read",
    Delivery.GZIP: "it was packed with gzip, if the request offered to take that",
    Delivery.DEFLATE: "it was packed with deflate, if the request offered to take that",
    Delivery.BOMB: "it was packed, and a thousand times as large once unpacked",
    Delivery.BAD_HEADER: "the last line of its head was no header",
    Delivery.THEN_CLOSED: "then the connection was closed without a word",
    Delivery.THEN_RESET: "then the connection was reset",
    Delivery.TWICE: "then it came once more, unasked",
    Delivery.HALF_HEAD: "the connection was closed in the middle of the head",
    Delivery.HALF_THEN_STALL: "half of the body came",
    Delivery.LENGTH_TOO_SHORT: "its head gave half of its length",
    Delivery.TWO_LENGTHS: "its head gave two lengths, neither of them right",
    Delivery.BAD_CHUNK: "it came in chunks, the size of one being no number",
    Delivery.NOT_HTTP: "what came was no HTTP",
}


def _message_lines(headers: Headers, body: bytes) -> Iterator[Line]:
    for name, value in headers:
        if name not in _NOISE:
            yield Line(f"{name}: {value}", header=name)
    lines = tuple(body_lines(body))
    if lines:
        yield Line("")
        yield from lines


def _json_lines(value: Any) -> Iterator[Line]:
    """A JSON value indented by two. It may be nested deeper than functions can call themselves."""
    todo: list[Line | tuple[Any, str, str, str, str]] = [(value, "", "", "", "")]
    while todo:
        item = todo.pop()
        if isinstance(item, Line):
            yield item
            continue
        node, pointer, indent, before, after = item
        if not node or not (is_object(node) or is_array(node)):
            text = json.dumps(node, ensure_ascii=False)
            yield Line(f"{indent}{before}{text}{after}", pointer)
            continue
        yield Line(f"{indent}{before}{'{' if is_object(node) else '['}", pointer)
        todo.append(Line(f"{indent}{'}' if is_object(node) else ']'}{after}"))
        members = _members(node)
        for place, (name, key, member) in reversed([*enumerate(members)]):
            comma = "," if place < len(members) - 1 else ""
            todo.append((member, f"{pointer}/{name}", f"{indent}  ", key, comma))


def _members(node: Any) -> list[tuple[str, str, Any]]:
    """Of each member its part of a pointer, its name as it is written, and its value."""
    if is_object(node):
        return [
            (name.replace("~", "~0").replace("/", "~1"), f"{json.dumps(name, ensure_ascii=False)}: ", member)
            for name, member in node.items()
        ]
    return [(str(index), "", member) for index, member in enumerate(node)]


def _told_lines(seen: Call) -> Iterator[Line]:
    yield Line(f"told: {_told(seen.outcome)}")
    for where, other in (("in the other form", seen.alike), ("of the same call alone", seen.alone)):
        if other is not None and _told(other) != _told(seen.outcome):
            yield Line(f"told {where}: {_told(other)}")


def _stderr_lines(stderr: str) -> Iterator[Line]:
    """The last lines that a client in a process of its own wrote to its stderr."""
    for line in stderr.rstrip().splitlines()[-_LAST_LINES:]:
        yield Line(f"stderr: {line[-_LONG_LINE:]}")


def _told(outcome: Outcome) -> str:
    told: list[str] = [outcome.told.value]
    told += [
        f"{name} {value!r}"
        for name, value in (
            ("status", outcome.status),
            ("errorcode", outcome.errorcode),
            ("message", outcome.message),
            ("raised", outcome.raised or None),
            ("default time-out", outcome.default_timeout),
        )
        if value is not None
    ]
    told += [f"{each.message_key!r} {each.errorcode or 'queued'}" for each in outcome.items]
    return ", ".join(told)
