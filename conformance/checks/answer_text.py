"""How the body of an answer is written: strict JSON, or what some readers of JSON take for it, or none.

RFC 8259 lets a reader pass over a byte-order mark, and does not say what it makes of a name that stands twice; many
take NaN besides, or guess at UTF-16. A client need not read any of that. If it does, it has to read it right.
"""

from __future__ import annotations

import codecs
import json
import re
from enum import Enum, auto

from conformance.model import JSON, Request, Response, is_array, is_object, says_utf_8

#: Levels up to which an answer has to be read.
DEEPEST = 60


class Text(Enum):
    """How a body is written."""

    STRICT = auto()  # as RFC 8259 has it
    MARKED = auto()  # the same behind a byte-order mark
    NAME_TWICE = auto()  # a name stands twice in one object
    NO_NUMBER = auto()  # NaN or Infinity stands for a number
    HALF_CHARACTER = auto()  # half of a surrogate pair, as an escape
    OTHER_CHARSET = auto()  # in another charset, which is named or can be told
    TOO_DEEP = auto()  # so deeply nested, or with so long a number, that readers may give up
    NOT_UTF_8 = auto()  # bytes of no charset that anybody could tell
    NOT_JSON = auto()


def says_json(message: Request | Response) -> bool:
    """The message says once that it is JSON, and no other charset than UTF-8."""
    values = message.all_headers("content-type")
    return len(values) == 1 and message.media_type == "application/json" and says_utf_8(values[0])


def read_text(response: Response) -> tuple[Text, JSON]:
    """How the body is written, and what a lenient reader makes of it; `...` if it can make nothing of it."""
    body = response.body
    charset = _other_charset(response)
    if charset is not None:
        try:
            return _worse(Text.OTHER_CHARSET, *_read(body.decode(charset)))
        except UnicodeDecodeError:
            return Text.NOT_UTF_8, ...
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return Text.NOT_UTF_8, ...
    if text.startswith("\ufeff"):
        return _worse(Text.MARKED, *_read(text[1:]))
    return _read(text)


def _other_charset(response: Response) -> str | None:
    """The charset that the body is in, as it says or as its zeros show; None for UTF-8, or where only ASCII is."""
    guessed = json.detect_encoding(response.body)
    if guessed not in ("utf-8", "utf-8-sig"):
        return guessed
    content_type = response.header("content-type")
    if response.body.isascii() or says_utf_8(content_type):
        return None
    values = (each.partition("=") for each in (content_type or "").split(";")[1:])
    named = next(value.strip().strip('"') for name, _, value in values if name.strip().lower() == "charset")
    try:
        return codecs.lookup(named).name
    except LookupError:
        return None


_MAY_BE_HALF = re.compile(r"\\u[dD][89a-fA-F]")


def _worse(than: Text, text: Text, value: JSON) -> tuple[Text, JSON]:
    return (than if text is Text.STRICT else text), value


def _read(text: str) -> tuple[Text, JSON]:
    met: list[Text] = []

    def members(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
        value = dict(pairs)
        if len(value) != len(pairs):
            met.append(Text.NAME_TWICE)
        return value

    def constant(name: str) -> float:
        met.append(Text.NO_NUMBER)
        return float(name)

    try:
        value = json.loads(text, object_pairs_hook=members, parse_constant=constant)
    except json.JSONDecodeError:
        return Text.NOT_JSON, ...
    except (RecursionError, ValueError):
        return Text.TOO_DEEP, ...
    if _is_deep(text, value):
        return Text.TOO_DEEP, ...
    if not met and _MAY_BE_HALF.search(text) and value != with_whole_characters(value):
        return Text.HALF_CHARACTER, value
    return (met[0] if met else Text.STRICT), value


def _is_deep(text: str, value: JSON) -> bool:
    """It is nested more deeply than every reader must be expected to go, whatever this one does by its version."""
    if text.count("[") + text.count("{") <= DEEPEST:
        return False
    level, depth = [value], 0
    while level:
        depth += 1
        parts = [each.values() if is_object(each) else each for each in level if is_object(each) or is_array(each)]
        level = [part for each in parts for part in each]
    return depth > DEEPEST


def with_whole_characters(value: JSON) -> JSON:
    """The value with U+FFFD for each half of a surrogate pair, which some languages cannot hold."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if is_object(value):
        return {with_whole_characters(name): with_whole_characters(each) for name, each in value.items()}
    if is_array(value):
        return [with_whole_characters(each) for each in value]
    return value
