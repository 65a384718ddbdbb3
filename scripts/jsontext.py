"""JSON as people wrote it: read strictly, or repaired where there is one way to repair it.

Two faults are repaired, a missing comma and a trailing comma, and each repair has its line and its
column. After the repairs the text must be strict JSON, so nothing is ever guessed: what could mean
two things is refused, and so is every other fault.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence

from attrs import frozen

from scripts.document import JSON


@frozen
class NotJSON(ValueError):
    """The text is not JSON, at a line and a column that count from 1."""

    line: int
    column: int
    what: str

    def __str__(self) -> str:
        return f"{self.what} at line {self.line} column {self.column}"


@frozen
class TextRepair:
    """One repair of a text, at the line and column where it belongs."""

    line: int
    column: int
    what: str


@frozen
class _Token:
    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @property
    def opens(self) -> bool:
        return self.text in ("{", "[")

    @property
    def closes(self) -> bool:
        return self.text in ("}", "]")

    @property
    def starts_value(self) -> bool:
        return self.kind != "punctuation" or self.opens

    @property
    def ends_value(self) -> bool:
        return self.kind != "punctuation" or self.closes


TOKEN = re.compile(
    r"""(?P<string>"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")
      | (?P<number>-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![0-9A-Za-z_.+-]))
      | (?P<literal>(?:true|false|null)(?![0-9A-Za-z_]))
      | (?P<punctuation>[{}\[\],:])
      | (?P<space>[ \t\r\n]+)""",
    re.VERBOSE,
)
MISSING, TRAILING = "missing comma added", "trailing comma removed"


def read_strict(text: str) -> JSON:
    """The value of a strict JSON text; raises `NotJSON`."""
    _check_names(text, _tokens(text))
    return _loaded(text, text, ())


def read_repaired(text: str) -> tuple[JSON, tuple[TextRepair, ...]]:
    """The value of a JSON text and the repairs it took, in the order of the text; raises `NotJSON`."""
    tokens = _tokens(text)
    missing, trailing = _missing_commas(text, tokens), _trailing_commas(tokens)
    _check_names(text, tokens)
    places = sorted([(offset, MISSING) for offset in missing] + [(offset, TRAILING) for offset in trailing])
    value = _loaded(_repaired(text, missing, trailing), text, missing)
    return value, tuple(TextRepair(*_place(text, offset), what) for offset, what in places)


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    offset = 0
    while offset < len(text):
        match = TOKEN.match(text, offset)
        if match is None:
            raise NotJSON(*_place(text, offset), _stray(text, offset))
        token = _Token(match.lastgroup or "", match.group(), offset)
        _check_readable(text, token)
        if token.kind != "space":
            tokens.append(token)
        offset = token.end
    return tokens


def _stray(text: str, offset: int) -> str:
    if text[offset] == '"':
        return "a string that does not end on its line or holds what JSON does not allow"
    return f"{text[offset]!r}, which is not JSON"


def _check_readable(text: str, token: _Token) -> None:
    """Numbers are finite and strings are Unicode, which the grammar alone does not say."""
    if token.kind == "number" and (len(token.text) > 400 or math.isinf(float(token.text))):
        raise NotJSON(*_place(text, token.start), "a number too large to be read")
    if token.kind == "string" and any("\ud800" <= char <= "\udfff" for char in json.loads(token.text)):
        raise NotJSON(*_place(text, token.start), "a string with half a surrogate pair")


def _check_names(text: str, tokens: Sequence[_Token]) -> None:
    """No name stands twice in one object."""
    objects: list[set[str]] = []
    for index, token in enumerate(tokens):
        following = tokens[index + 1].text if index + 1 < len(tokens) else ""
        if token.opens:
            objects.append(set())
        elif token.closes and objects:
            objects.pop()
        elif token.kind == "string" and following == ":" and objects:
            name = json.loads(token.text)
            if name in objects[-1]:
                raise NotJSON(*_place(text, token.start), f"the name {name!r} a second time in one object")
            objects[-1].add(name)


def _missing_commas(text: str, tokens: Sequence[_Token]) -> list[int]:
    """The offsets where a comma is missing: between two values of one array or two members of one object."""
    offsets: list[int] = []
    inside: list[str] = []
    for index, token in enumerate(tokens):
        before = tokens[index - 1] if index else None
        if before and before.ends_value and token.starts_value and inside:
            follows = tokens[index + 1].text if index + 1 < len(tokens) else ""
            is_name = token.kind == "string" and follows == ":"
            ends_member = before.closes or (index > 1 and tokens[index - 2].text == ":")
            if inside[-1] == "{" and is_name and ends_member:
                offsets.append(before.end)
            elif inside[-1] == "[" and not is_name:
                _refuse_two_readings(text, before, token)
                offsets.append(before.end)
        if token.opens:
            inside.append(token.text)
        elif token.closes and inside:
            inside.pop()
    return offsets


def _refuse_two_readings(text: str, before: _Token, after: _Token) -> None:
    """On one line, two strings may be one with a bare quote in it, and two numbers one with a gap in it."""
    both = {before.kind, after.kind}
    if "\n" not in text[before.end : after.start] and (both == {"string"} or both <= {"number", "literal"}):
        what = f"no comma between {before.text} and {after.text}, which could also be meant as one value"
        raise NotJSON(*_place(text, before.end), what)


def _trailing_commas(tokens: Sequence[_Token]) -> list[int]:
    """The offsets of commas that stand between a value and the bracket that closes its array or object."""
    threes = zip(tokens, tokens[1:], tokens[2:], strict=False)
    return [comma.start for before, comma, after in threes if comma.text == "," and before.ends_value and after.closes]


def _repaired(text: str, missing: Sequence[int], trailing: Sequence[int]) -> str:
    chars = list(text)
    for offset in trailing:
        chars[offset] = " "
    for offset in missing:
        chars[offset - 1] += ","
    return "".join(chars)


def _loaded(repaired: str, text: str, missing: Sequence[int]) -> JSON:
    """The value of the repaired text; a fault is reported at its place in the original."""
    try:
        return json.loads(repaired)
    except json.JSONDecodeError as error:
        offset = error.pos
        for number, inserted in enumerate(missing):
            if inserted + number < error.pos:
                offset = error.pos - number - 1
        raise NotJSON(*_place(text, offset), error.msg[:1].lower() + error.msg[1:]) from None
    except RecursionError:
        raise NotJSON(1, 1, "nested too deeply to be read, beginning") from None


def _place(text: str, offset: int) -> tuple[int, int]:
    """The line and the column of an offset, counted from 1."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
