"""YAML that holds JSON: read strictly, written so that every reader reads the same.

What JSON does not have is refused: tags, more documents than one, values that hold themselves. Comments, and how
scalars were quoted, are not kept.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml
from attrs import define, field, frozen
from yaml.representer import SafeRepresenter

from scripts.document import JSON, Node, described, is_list, is_object


@frozen
class NotYAML(ValueError):
    """The text is not YAML that holds JSON, at a line and a column that count from 1."""

    line: int
    column: int
    what: str

    def __str__(self) -> str:
        return f"{self.what} at line {self.line} column {self.column}"


#: Scans the text: libyaml, which is ten times as fast, unless PyYAML was built without it.
PARSER: Any = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
#: How deep values may lie in one another. Whoever walks a document calls itself a few times for each level.
DEEPEST = 200
#: How many characters aliases may repeat: several times a large API, and nothing to what a bomb unfolds to.
MOST_REPEATED = 5_000_000
UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@frozen
class _Plain:
    """What is no string although it stands without quotes."""

    words: Mapping[str, JSON]
    number: re.Pattern[str]

    def value(self, text: str) -> JSON:
        """What the text stands for; raises `OverflowError` for a number that JSON does not have."""
        if text in self.words:
            return self.words[text]
        if not self.number.fullmatch(text):
            return text
        value = float(text)
        if math.isinf(value):
            raise OverflowError
        return int(text) if text.lstrip("+-").isdecimal() else value


_JSON = _Plain(
    {"": None, "~": None, "null": None, "true": True, "false": False},
    re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?"),
)
# The core schema of YAML 1.2, without the numbers that YAML 1.1 reads otherwise, as 010, or not at all.
# https://yaml.org/spec/1.2.2/#103-core-schema
_CORE = _Plain(
    {name: value for word, value in _JSON.words.items() for name in (word, word.title(), word.upper())},
    re.compile(r"[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"),
)


def read(text: str, *, plain_keys: bool = False) -> JSON:
    """The value of a YAML text that holds nothing but JSON; raises `NotYAML`.

    A key is a string in quotes wherever it would be something else without them. With `plain_keys` the text is one
    that people wrote for other readers: every scalar key is a string, as written, and merge keys are carried out.
    What an alias stands for is the same object wherever it stands.
    """
    text = text.removeprefix("\ufeff")
    if stray := UNPRINTABLE.search(text):
        line = text.count("\n", 0, stray.start()) + 1
        column = stray.start() - text.rfind("\n", 0, stray.start())
        raise NotYAML(line, column, f"{stray.group()!r}, a character that YAML does not allow")
    try:
        return _Reading(_events(text, PARSER), plain_keys).document()
    except yaml.MarkedYAMLError:
        pass
    try:
        # PyYAML says better what is wrong, and where; so that is said wherever we run.
        return _Reading(_events(text, yaml.SafeLoader), plain_keys).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise NotYAML(line, column, error.problem or "what is not YAML") from None


def _events(text: str, parser: Any) -> Iterator[yaml.Event]:
    events = parser(text)
    try:
        while events.check_event():
            yield events.get_event()
    finally:
        events.dispose()


@define
class _Reading:
    """One text as it is read, event by event."""

    events: Iterator[yaml.Event]
    plain_keys: bool
    #: What each anchor stands for, and in how many characters; None as long as that is not known.
    anchors: dict[str, tuple[JSON, int] | None] = field(factory=dict[str, "tuple[JSON, int] | None"])
    size: int = 0
    repeated: int = 0

    def document(self) -> JSON:
        value: JSON = None
        documents = 0
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise _refused(event, "a second document")
                value = self._value(next(self.events), 0)
        return value

    def _value(self, event: Any, depth: int) -> JSON:
        if isinstance(event, yaml.AliasEvent):
            return self._repeated(event)
        if event.tag is not None:
            raise _refused(event, f"the tag {event.tag}, which JSON does not have")
        if depth > DEEPEST:
            raise _refused(event, f"more than {DEEPEST} values inside one another")
        if event.anchor is not None:
            self.anchors[event.anchor] = None
        before = self.size
        if isinstance(event, yaml.ScalarEvent):
            value = self._scalar(event)
        elif isinstance(event, yaml.MappingStartEvent):
            value = self._mapping(depth)
        else:
            value = self._sequence(depth)
        self.size += 1
        if event.anchor is not None:
            self.anchors[event.anchor] = value, self.size - before
        return value

    def _repeated(self, event: Any) -> JSON:
        if event.anchor not in self.anchors:
            raise _refused(event, f"the alias *{event.anchor}, which stands for nothing")
        anchored = self.anchors[event.anchor]
        if anchored is None:
            raise _refused(event, f"the alias *{event.anchor} inside what it stands for")
        value, size = anchored
        self.size += size
        self.repeated += size
        if self.repeated > MOST_REPEATED:
            raise _refused(event, f"more than {MOST_REPEATED} characters repeated by aliases, ending")
        return value

    def _scalar(self, event: Any) -> JSON:
        text: str = event.value
        self.size += len(text)
        if not event.implicit[0]:
            return text if text.isascii() else _paired(event, text)
        try:
            return (_CORE if self.plain_keys else _JSON).value(text)
        except OverflowError:
            raise _refused(event, "a number that JSON does not have") from None

    def _sequence(self, depth: int) -> list[JSON]:
        values: list[JSON] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            values.append(self._value(event, depth + 1))
        return values

    def _mapping(self, depth: int) -> Node:
        own: Node = {}
        merged: Node | None = None
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self._key(event, depth)
            merges = self.plain_keys and key == "<<" and isinstance(event, yaml.ScalarEvent) and event.implicit[0]
            if key in own or (merges and merged is not None):
                raise _refused(event, f"the key {key!r} a second time")
            following = next(self.events)
            value = self._value(following, depth + 1)
            if merges:
                merged = _merged(following, value)
            else:
                own[key] = value
        return {**merged, **own} if merged else own

    def _key(self, event: Any, depth: int) -> str:
        if isinstance(event, yaml.CollectionStartEvent):
            raise _refused(event, "a key that is a list or an object")
        key = self._value(event, depth + 1)
        if isinstance(key, str):
            return key
        if isinstance(event, yaml.AliasEvent):
            raise _refused(event, f"the key *{event.anchor}, which stands for {described(key)}")
        if self.plain_keys:
            return str(event.value)
        raise _refused(event, f"the key {event.value} without quotes")


def _paired(event: yaml.Event, text: str) -> str:
    """The text with each pair of escaped surrogates, as JSON has them, made one character."""
    try:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except UnicodeDecodeError:
        raise _refused(event, "half a surrogate pair") from None


def _merged(event: yaml.Event, value: JSON) -> Node:
    """What `<<` brings in: the members of an object or of several, of which the first counts."""
    merged: Node = {}
    for each in reversed(value) if is_list(value) else [value]:
        if not is_object(each):
            raise _refused(event, "the key '<<' with what is neither an object nor a list of objects")
        merged = {**merged, **each}
    return merged


def _refused(event: Any, what: str) -> NotYAML:
    return NotYAML(event.start_mark.line + 1, event.start_mark.column + 1, what)


# An emitter of our own, because libyaml's escapes what need not be escaped and PyYAML's takes ten times as long.
# Every byte is as PyYAML's SafeDumper would have it, in block style, with lines of any length.

#: Between single quotes the line breaks would come back as blanks, and the rest YAML does not allow.
DOUBLE_QUOTED = re.compile("[^\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010fffe]|[\u2028\u2029]")
#: What would be read as something else than the text that it belongs to: punctuation, a comment, blanks at an end.
PUNCTUATION = re.compile("""---|\\.\\.\\.|[#,[\\]{}&*!|>'"%@` ]|[-?:](?: |$)|.*(?:: | #|[: ]$)""")
#: What YAML 1.1 reads as something else than a string, by the first character.
MISREAD: Mapping[str, Sequence[tuple[str, re.Pattern[str]]]] = yaml.SafeDumper.yaml_implicit_resolvers
#: What YAML 1.2 alone reads as a number, and two booleans of YAML 1.1 that PyYAML does not know.
MISREAD_ELSEWHERE = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?0o[0-7_]+|[yYnN]")
ESCAPED = re.compile('["\\\\]|[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]')
ESCAPES: Mapping[str, str] = yaml.emitter.Emitter.ESCAPE_REPLACEMENTS
#: A longer key stands on a line of its own, after a question mark.
LONGEST_KEY = 122
LINE_BREAKS = re.compile("[\n\x85\u2028\u2029]")
NUMBERS = SafeRepresenter()


def write(value: JSON) -> str:
    """The value as YAML in block style, its keys in their order, one line to a scalar."""
    written: list[str] = []
    _write(value, "\n", written)
    # A value without quotes at the root could go on; this says that it does not.
    open_ended = not is_object(value) and not is_list(value) and written[0][0] not in "'\""
    return "".join(written) + ("\n...\n" if open_ended else "\n")


def _write(value: JSON, line: str, written: list[str]) -> None:
    """Add the value, which begins where the text ends; `line` breaks the line and indents the next."""
    if value and is_object(value):
        separator = ""
        for key, each in value.items():
            written.append(separator)
            separator = line
            _write_member(key, each, line, written)
    elif value and is_list(value):
        separator = "- "
        for each in value:
            written.append(separator)
            separator = f"{line}- "
            _write(each, f"{line}  ", written)
    else:
        written.append(_scalar(value))


def _write_member(key: str, value: JSON, line: str, written: list[str]) -> None:
    if not key or len(key) > LONGEST_KEY or LINE_BREAKS.search(key):
        written += "? ", _text(key), line, ": "
        _write(value, f"{line}  ", written)
        return
    written += _text(key), ":"
    if value and is_object(value):
        line = f"{line}  "
        written.append(line)
    else:
        # A list stands below its key, no deeper.
        written.append(line if value and is_list(value) else " ")
    _write(value, line, written)


def _scalar(value: JSON) -> str:
    match value:
        case str():
            return _text(value)
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return str(NUMBERS.represent_float(value).value)
        case dict():
            return "{}"
        case _:
            return "[]"


def _text(text: str) -> str:
    """The text as it is, or in quotes where it would be misread."""
    if DOUBLE_QUOTED.search(text):
        return '"' + ESCAPED.sub(_escaped, text) + '"'
    implicit = any(pattern.match(text) for _, pattern in MISREAD.get(text[:1], ()))
    if implicit or MISREAD_ELSEWHERE.fullmatch(text) or PUNCTUATION.match(text):
        return "'" + text.replace("'", "''") + "'"
    return text


def _escaped(match: re.Match[str]) -> str:
    char = match.group()
    if char in ESCAPES:
        return f"\\{ESCAPES[char]}"
    code = ord(char)
    return f"\\x{code:02X}" if code < 0x100 else f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"
