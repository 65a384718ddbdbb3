"""Reads what came over a connection as RFC 9112 has it: where it is not well-framed requests, and nothing but these."""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import frozen

_REQUEST_LINE = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+ [\x21-\x7e]+ HTTP/1\.[01]")
_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(rb"[\t\x20-\x7e\x80-\xff]*")
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]+)(?:[ \t]*;[\t\x20-\x7e\x80-\xff]*)?")


class _IllFramed(ValueError):
    """The bytes are no well-framed request; the text says in what."""


@frozen
class _Head:
    """What the framing of a request says, and how many bytes it takes."""

    values: tuple[tuple[bytes, bytes], ...]
    size: int

    def all(self, name: bytes) -> list[bytes]:
        return [value for key, value in self.values if key == name]


def requests_begun(content: bytes) -> int:
    """How many requests with a head these bytes hold, the body of the last one perhaps unfinished."""
    number = 0
    while content:
        try:
            head = _head(content)
            number += 1
            content = content[_request_size(head, content) :]
        except _IllFramed:
            break
    return number


def framing_faults(content: bytes, host: str) -> Iterator[str]:
    """In what the bytes of one connection are not requests to this host, each well-framed and whole."""
    while content:
        try:
            head = _head(content)
            size = _request_size(head, content)
        except _IllFramed as fault:
            yield str(fault)
            return
        hosts = [value.decode("latin-1") for value in head.all(b"host")]
        if [each.lower() for each in hosts] != [host.lower()]:
            yield f"the Host headers are {hosts} in place of one {host!r}"
        content = content[size:]


def _request_size(head: _Head, content: bytes) -> int:
    """The bytes that the first request takes, of which this is the head; raises `_IllFramed`."""
    codings, lengths = head.all(b"transfer-encoding"), head.all(b"content-length")
    if codings and lengths:
        raise _IllFramed("the request has both Content-Length and Transfer-Encoding")
    if codings:
        if [each.lower() for each in codings] != [b"chunked"]:
            raise _IllFramed(f"the Transfer-Encoding headers are {codings} in place of one 'chunked'")
        return _end_of_chunks(content, head.size)
    if len(lengths) > 1 or not all(each.isdigit() for each in lengths):
        raise _IllFramed(f"the Content-Length headers are {lengths} in place of one number")
    size = head.size + (int(lengths[0]) if lengths else 0)
    if size > len(content):
        raise _IllFramed(f"{size - len(content)} bytes are missing at the end of the body")
    return size


def _head(content: bytes) -> _Head:
    block, end, _ = content.partition(b"\r\n\r\n")
    if not end:
        raise _IllFramed(f"{len(content)} bytes are left over that are no request, or its head has no end")
    line, *fields = block.split(b"\r\n")
    if not _REQUEST_LINE.fullmatch(line):
        raise _IllFramed(f"a request line of {len(line)} bytes is no method, target and HTTP/1.1 with spaces between")
    values: list[tuple[bytes, bytes]] = []
    for number, each in enumerate(fields, 2):
        name, colon, value = each.partition(b":")
        if not (colon and _NAME.fullmatch(name) and _VALUE.fullmatch(value)):
            raise _IllFramed(f"line {number} of the head is no name, colon and value")
        values.append((name.lower(), value.strip(b" \t")))
    return _Head(tuple(values), len(block) + len(end))


def _end_of_chunks(content: bytes, start: int) -> int:
    while True:
        line, end = _line(content, start)
        matched = _CHUNK_SIZE.fullmatch(line)
        if not matched:
            raise _IllFramed("the size of a chunk is no number")
        size, start = int(matched[1], 16), end
        if not size:
            break
        if content[start + size : start + size + 2] != b"\r\n":
            raise _IllFramed("a chunk does not end where its size says")
        start += size + 2
    while True:  # the trailer
        line, start = _line(content, start)
        if not line:
            return start


def _line(content: bytes, start: int) -> tuple[bytes, int]:
    end = content.find(b"\r\n", start)
    if end < 0:
        raise _IllFramed("the chunks of the body have no end")
    return content[start:end], end + 2
