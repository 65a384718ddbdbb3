"""A pattern for a text however it is written: as it is, or escaped for JSON, for an address, for HTML, or by Python.

Letters and digits of ASCII stand for themselves everywhere; any other character has the spellings that encoders give
it, and one text may mix them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from html.entities import codepoint2name

#: What no encoder touches (RFC 3986, section 2.3, and less than JSON and HTML leave alone).
_PLAIN = re.compile(r"[A-Za-z0-9_.~-]")
#: What was escaped three times, such as JSON in JSON in a Python string, has eight backslashes for one. There is a
#: limit because a server may send a million.
_BACKSLASH, _MAYBE = r"\\{1,8}", r"\\{0,8}"


@lru_cache(maxsize=64)
def any_spelling(text: str) -> str:
    """A pattern, as a string, that matches the text in each of its spellings. It has no groups."""
    return "".join(_backslashes(len(each)) if each[0] == "\\" else _character(each) for each in _PARTS.findall(text))


def plain_part(text: str) -> str:
    """The longest part that is the same in every spelling; where it is missing, the pattern need not be tried."""
    return max(re.findall(f"{_PLAIN.pattern}+", text), key=len, default="")


#: Backslashes side by side are taken together: which of those seen stand for which of them can be had in many ways.
_PARTS = re.compile(r"\\+|[^\\]", re.DOTALL)


def _backslashes(count: int) -> str:
    escaped = "|".join((*_escaped("\\"), *_percent_encoded("\\")))
    return rf"(?:(?:{escaped}){{{count}}}|\\{{{count},{8 * count}}})"


def _character(character: str) -> str:
    if character.isascii():
        return _encoded(character)
    # UTF-8 that was read as latin-1, as servers read headers, and then written in any of these ways.
    misread = character.encode("utf-8", "surrogatepass").decode("latin-1")
    return f"(?:{''.join(map(_encoded, misread))}|{_encoded(character)})"


def _encoded(character: str) -> str:
    if _PLAIN.fullmatch(character):
        return re.escape(character)
    # Last as it is: of what is escaped it may be the beginning.
    return f"(?:{'|'.join((*_escaped(character), *_percent_encoded(character), _literal(character)))})"


def _literal(character: str) -> str:
    """As it is; a quotation mark or a solidus behind backslashes as well."""
    return f"{_MAYBE}{re.escape(character)}" if character in "\"'/" else re.escape(character)


#: What has a letter of its own in JSON and Python.
_SHORT = {"\b": "b", "\f": "f", "\n": "n", "\r": "r", "\t": "t"}


def _escaped(character: str) -> Iterator[str]:
    """By JSON, Python and HTML."""
    point = ord(character)
    units = re.findall(r"....", character.encode("utf-16-be", "surrogatepass").hex())
    yield f"(?i:{''.join(f'{_BACKSLASH}u{unit}' for unit in units)})"
    yield f"(?i:{_BACKSLASH}u{point:08x})"
    if point < 0x100:
        yield f"(?i:{_BACKSLASH}x{point:02x})"
    yield f"(?i:&#0{{0,6}}{point};|&#x0{{0,6}}{point:x};)"
    if character in _SHORT:
        yield _BACKSLASH + _SHORT[character]
    if point in codepoint2name:
        yield f"&{codepoint2name[point]};"


def _percent_encoded(character: str) -> Iterator[str]:
    """As octets of UTF-8, in an address or in the bytes that Python shows, and as one of latin-1."""
    octets = [f"{octet:02x}" for octet in character.encode("utf-8", "surrogatepass")]
    yield f"(?i:{''.join(f'%{octet}' for octet in octets)})"
    if len(octets) > 1:
        yield f"(?i:{''.join(f'{_BACKSLASH}x{octet}' for octet in octets)})"
        if ord(character) < 0x100:
            yield f"(?i:%{ord(character):02x})"
