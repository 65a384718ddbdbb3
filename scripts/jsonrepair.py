"""Which repairs make JSON of a text that people wrote by hand.

The list is closed: a missing comma, a trailing comma, curly quotes round a string, comments, no-break spaces between
tokens, missing or surplus closing brackets at the end, leading zeros of a number. The text is read by the grammar of
RFC 8259 from left to right, and where the grammar cannot go on, what the list has for that place is tried. Nothing
else is: there is no colon, value or quotation mark to add, and no name to quote.

A text is repaired only if everything that the list allows comes to one and the same value. Most places allow one
thing. These allow more, and are refused unless all but one come to nothing:

- A string that a curly quote begins or ends. Between straight quotes a curly one is content; where that comes to
  nothing as well, each curly quote on the line is tried as the end.
- Two numbers on one line that may be one with its thousands apart, as `1 000`.
- A bracket missing at the end, while a member stands further to the left than the first of its object or array: the
  bracket may be missing before that member just as well.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum, auto

from attrs import evolve, frozen

#: How deep a text may be nested. What reads the value further on calls itself for each level.
DEPTH = 200

STRAIGHT, CURLY = '"', "“”„‟"
NO_BREAK = "\u00a0\u2007\u202f\ufeff"
BRACKETS = {"{": "}", "[": "]"}
VALUES = ("{", "[", "string", "number", "literal")

NO_BREAK_SPACE = re.compile(f"[{NO_BREAK}]")
BLANKS = re.compile(rf"[ \t\r\n{NO_BREAK}]+")
COMMENT = re.compile(r"//[^\n]*|\#[^\n]*|/\*.*?\*/", re.DOTALL)
#: What a string may hold, but for quotation marks.
INSIDE = rf'[^"{CURLY}\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{{4}})'
STRING = re.compile(rf'[{CURLY}"](?:{INSIDE}|[{CURLY}])*"?')
QUOTE = re.compile(rf'\\.|[{CURLY}"]')
NUMBER = re.compile(r"(-?)(0*)((?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)(?![0-9A-Za-z_.+-])")
LITERAL = re.compile(r"(?:true|false|null)(?![0-9A-Za-z_])")
STRAY = re.compile(r"[\w$.+-]+|.", re.DOTALL)
SURROGATE = re.compile("[\ud800-\udfff]")


@frozen
class Fault(Exception):
    """The text is not JSON, at an offset, and the list has nothing for it."""

    offset: int
    what: str


@frozen
class Edit:
    """One repair: what stands from `start` to `end` gives way to `text`."""

    start: int
    end: int
    text: str
    what: str


class _Due(Enum):
    """What the grammar wants next."""

    VALUE = auto()
    FIRST_ITEM = auto()
    ITEM = auto()
    FIRST_NAME = auto()
    NAME = auto()
    COLON = auto()
    MORE = auto()
    END = auto()


DUE_TEXT = {
    _Due.VALUE: "a value",
    _Due.FIRST_ITEM: "a value or ]",
    _Due.ITEM: "a value",
    _Due.FIRST_NAME: "a name in double quotes or }",
    _Due.NAME: "a name in double quotes",
    _Due.COLON: "a colon",
    _Due.END: "the end",
}


@frozen
class _Token:
    kind: str
    start: int
    end: int
    edits: tuple[Edit, ...] = ()


@frozen
class _Open:
    """An object or an array that is not closed yet."""

    bracket: str
    outer: _Open | None
    depth: int
    #: How far its first member is from the left, of those that begin a line.
    margin: int | None = None


@frozen
class _State:
    """How far a reading has come."""

    due: _Due
    open: _Open | None
    last: _Token
    edits: tuple[Edit, ...] = ()
    #: The offset of a member that begins its line further to the left than the first of its object or array.
    outlier: int | None = None


def readings(text: str) -> Iterator[tuple[Edit, ...]]:
    """Each way to make JSON of the text with repairs from the list; raises `Fault` after the last if there is none.

    What the grammar alone does not say, that no name stands twice in one object, is not looked at.
    """
    waiting = [_State(_Due.VALUE, None, _Token("", 0, 0))]
    furthest: Fault | None = None
    found = False
    # No reading has more steps than the text has characters; the rest is for strings that may end at several places.
    for _ in range(len(text) + 10_000):
        if not waiting:
            break
        state = waiting.pop()
        try:
            following = _following(text, state)
        except Fault as fault:
            furthest = fault if furthest is None or fault.offset > furthest.offset else furthest
            continue
        if following[0].last.kind == "end":
            found = True
            yield _in_order(following[0].edits)
        else:
            waiting += reversed(following)
    if waiting:
        raise Fault(waiting[-1].last.end, "quotation marks of which it cannot be told where strings end")
    if furthest and not found:
        raise furthest


def edited(text: str, edits: Sequence[Edit]) -> str:
    """The text after the edits, which are in the order of the text."""
    parts: list[str] = []
    offset = 0
    for edit in edits:
        parts += [text[offset : edit.start], edit.text]
        offset = edit.end
    return "".join([*parts, text[offset:]])


def begins_like_json(text: str) -> bool:
    """Whether the first thing that is neither blank nor comment is an opening bracket."""
    try:
        offset, _ = _blank(text, 0)
    except Fault:
        return False
    return text[offset : offset + 1] in BRACKETS


def _following(text: str, state: _State) -> list[_State]:
    """Where the reading can be after one more token: at one place as a rule, at several if it is a string."""
    offset, edits = _blank(text, state.last.end)
    if edits:
        state = evolve(state, edits=state.edits + edits)
    tokens = _tokens(text, offset)
    found: list[_State] = []
    fault: Fault | None = None
    for token in tokens:
        try:
            found.append(_after(text, state, token))
        except Fault as error:
            fault = fault or error
    if fault and not found:
        raise fault
    return found


def _blank(text: str, offset: int) -> tuple[int, tuple[Edit, ...]]:
    """Where the blanks and comments at an offset end, and the edits they take."""
    edits: list[Edit] = []
    while True:
        if match := BLANKS.match(text, offset):
            if NO_BREAK_SPACE.search(text, offset, match.end()):
                edits += _no_break_edits(match)
        elif match := COMMENT.match(text, offset):
            edits.append(Edit(offset, match.end(), " ", "comment removed"))
        elif text.startswith("/*", offset):
            raise Fault(offset, "a comment that does not end")
        else:
            return offset, tuple(edits)
        offset = match.end()


def _no_break_edits(blanks: re.Match[str]) -> Iterator[Edit]:
    """One edit for the no-break spaces of each line, which come in rows."""
    offset = blanks.start()
    for line in blanks.group().splitlines(keepends=True):
        places = [index for index, char in enumerate(line) if char in NO_BREAK]
        if places:
            first, last = places[0], places[-1] + 1
            spaces = "".join(" " if char in NO_BREAK else char for char in line[first:last])
            count = "no-break space" if len(places) == 1 else f"{len(places)} no-break spaces"
            yield Edit(offset + first, offset + last, spaces, f"{count} replaced")
        offset += len(line)


def _tokens(text: str, offset: int) -> list[_Token]:
    """What may begin at an offset: one token, but for strings with curly quotes."""
    if offset == len(text):
        return [_Token("end", offset, offset)]
    char = text[offset]
    if char in "{}[],:":
        return [_Token(char, offset, offset + 1)]
    if char == STRAIGHT or char in CURLY:
        return _strings(text, offset)
    if match := LITERAL.match(text, offset):
        return [_Token("literal", offset, match.end())]
    if match := NUMBER.match(text, offset):
        return [_number(match)]
    stray = STRAY.match(text, offset)
    raise Fault(offset, f"{stray.group() if stray else char!r}, which is not JSON")


def _number(match: re.Match[str]) -> _Token:
    sign, zeros, rest = match.groups()
    if len(rest) > 400 or math.isinf(float(rest)):
        raise Fault(match.start(), "a number too large to be read")
    start = match.start() + len(sign)
    edits = (Edit(start, start + len(zeros), "", "leading zeros removed"),) if zeros else ()
    return _Token("number", match.start(), match.end(), edits)


def _strings(text: str, start: int) -> list[_Token]:
    """The string at an offset for each end it may have, that of strict JSON first."""
    match = STRING.match(text, start)
    inside = match.group()[1:] if match else ""
    ends = [start + 1 + each.start() for each in QUOTE.finditer(inside) if each.group()[0] != "\\"]
    if text[start] in CURLY:
        # A curly quote pairs with the next one; a straight quote cannot be content.
        ends = [*ends[:1], *(end for end in ends[1:] if text[end] == STRAIGHT)]
    ends.sort(key=lambda end: text[end] != STRAIGHT)
    tokens = [_string(text, start, end) for end in ends]
    if not tokens:
        stop = match.end() if match else start
        odd = text[stop : stop + 2] if text.startswith("\\", stop) else text[stop : stop + 1]
        why = "that does not end on its line" if odd in ("", "\n", "\r") else f"with {odd!r}, which JSON does not allow"
        raise Fault(start, f"a string {why}")
    return tokens


def _string(text: str, start: int, end: int) -> _Token:
    content = text[start + 1 : end]
    if SURROGATE.search(json.loads(f'"{content}"')):
        raise Fault(start, "a string with half a surrogate pair")
    edits = tuple(
        Edit(offset, offset + 1, STRAIGHT, "curly quote made straight")
        for offset in (start, end)
        if text[offset] in CURLY
    )
    return _Token("string", start, end + 1, edits)


def _after(text: str, state: _State, token: _Token) -> _State:
    """The reading after the token; raises `Fault` if the list has nothing that lets it stand here."""
    match state.due, token.kind:
        case (_Due.VALUE, kind) if kind in VALUES:
            return _value(text, state, token)
        case (_Due.FIRST_ITEM | _Due.ITEM, kind) if kind in VALUES:
            return _value(text, _with_member(text, state, token), token)
        case (_Due.FIRST_NAME | _Due.NAME, "string"):
            return _taken(_with_member(text, state, token), token, _Due.COLON)
        case (_Due.COLON, ":"):
            return _taken(state, token, _Due.VALUE)
        case (_Due.MORE, ","):
            return _taken(state, token, _next_member(state))
        case (_Due.MORE, kind) if kind in VALUES:
            return _after(text, _with_comma(text, state, token), token)
        case (_Due.END, "," | "end" | "}" | "]") | (
            _Due.MORE | _Due.FIRST_ITEM | _Due.ITEM | _Due.FIRST_NAME | _Due.NAME,
            "}" | "]" | "end",
        ):
            return _closed(text, state, token)
        case _:
            raise Fault(token.start, f"{_shown(text, token)} where {_due(state)} is due")


def _taken(state: _State, token: _Token, due: _Due) -> _State:
    return evolve(state, due=due, last=token, edits=state.edits + token.edits)


def _value(text: str, state: _State, token: _Token) -> _State:
    if token.kind not in BRACKETS:
        return _taken(state, token, _Due.MORE if state.open else _Due.END)
    depth = state.open.depth + 1 if state.open else 1
    if depth > DEPTH:
        raise Fault(token.start, f"more than {DEPTH} objects and arrays inside each other")
    due = _Due.FIRST_NAME if token.kind == "{" else _Due.FIRST_ITEM
    return evolve(_taken(state, token, due), open=_Open(token.kind, state.open, depth))


def _with_member(text: str, state: _State, token: _Token) -> _State:
    """The reading with the margin noted at which a member of the innermost object or array begins its line."""
    _, is_first, before = text[state.last.end : token.start].rpartition("\n")
    if state.open is None or not is_first or before.strip():
        return state
    margin = len(before.expandtabs())
    if state.open.margin is None:
        return evolve(state, open=evolve(state.open, margin=margin))
    if margin < state.open.margin and state.outlier is None:
        return evolve(state, outlier=token.start)
    return state


def _next_member(state: _State) -> _Due:
    return _Due.NAME if state.open and state.open.bracket == "{" else _Due.ITEM


def _with_comma(text: str, state: _State, token: _Token) -> _State:
    """The reading with a comma after its last token; raises `Fault` if the token cannot begin a member."""
    due = _next_member(state)
    if due is _Due.NAME:
        colon, _ = _blank(text, token.end)
        if token.kind != "string" or not text.startswith(":", colon):
            raise Fault(token.start, f"{_shown(text, token)} where {_due(state)} is due")
    last = text[state.last.start : state.last.end]
    between = text[state.last.end : token.start]
    if "\n" not in between and re.fullmatch(r"-?\d{1,3} \d{3}(\.\d+)?", f"{last} {text[token.start : token.end]}"):
        raise Fault(state.last.end, f"{last} and {text[token.start : token.end]}, which may be one number or two")
    comma = Edit(state.last.end, state.last.end, ",", "missing comma added")
    return evolve(state, due=due, edits=(*state.edits, comma))


def _closed(text: str, state: _State, token: _Token) -> _State:
    """The reading after a closing bracket or the end, where a comma may trail and brackets may be out of balance."""
    if state.due in (_Due.ITEM, _Due.NAME):
        comma = Edit(state.last.start, state.last.end, "", "trailing comma removed")
        state = evolve(state, edits=(*state.edits, comma))
    if token.kind == "," and _blank(text, token.end)[0] == len(text):
        comma = Edit(token.start, token.end, "", "trailing comma removed")
        return _taken(state, evolve(token, edits=(comma,)), _Due.END)
    if state.open and token.kind == BRACKETS[state.open.bracket]:
        due = _Due.MORE if state.open.outer else _Due.END
        return evolve(_taken(state, token, due), open=state.open.outer)
    if state.open is None and token.kind == "end":
        return _taken(state, token, _Due.END)
    return _balanced(text, state, token)


def _balanced(text: str, state: _State, token: _Token) -> _State:
    """The reading at its end, after nothing but closing brackets that are too few or too many."""
    there, edits = _brackets(text, state, token)
    due: list[str] = []
    inner = state.open
    while inner:
        due.append(BRACKETS[inner.bracket])
        inner = inner.outer
    here = [each.kind for each in there]
    missing, surplus = _left_over(due, here), _left_over(here, due)
    if missing is not None:
        if state.outlier is not None:
            raise Fault(state.outlier, f"a member before which {due[missing[0][0]]} may be missing, or only at the end")
        offsets = [state.last.end, *(each.end for each in there)]
        edits += tuple(
            Edit(offsets[place], offsets[place], due[index], f"missing {due[index]} added") for index, place in missing
        )
    elif surplus is not None:
        edits += tuple(
            Edit(there[index].start, there[index].end, "", f"surplus {here[index]} removed") for index, _ in surplus
        )
    else:
        raise Fault(token.start, f"{here[0]} where {due[0]} is due")
    return _State(_Due.END, None, _Token("end", len(text), len(text)), state.edits + edits)


def _brackets(text: str, state: _State, token: _Token) -> tuple[list[_Token], tuple[Edit, ...]]:
    """The closing brackets from the token to the end of the text; raises `Fault` if there is anything else."""
    found: list[_Token] = []
    edits: tuple[Edit, ...] = ()
    following = token
    while following.kind != "end":
        if following.kind not in BRACKETS.values():
            raise Fault(token.start, f"{_shown(text, token)} where {_due(state)} is due")
        found.append(following)
        offset, more = _blank(text, following.end)
        edits += more
        following = _tokens(text, offset)[0]
    return found, edits


def _left_over(longer: Sequence[str], shorter: Sequence[str]) -> list[tuple[int, int]] | None:
    """What `longer` has besides `shorter`: its index, and how much of `shorter` is before it. None if they differ."""
    rest: list[tuple[int, int]] = []
    place = 0
    for index, each in enumerate(longer):
        if place < len(shorter) and each == shorter[place]:
            place += 1
        else:
            rest.append((index, place))
    return rest if place == len(shorter) else None


def _in_order(edits: Iterable[Edit]) -> tuple[Edit, ...]:
    # What is added before a comment has the place where the comment begins.
    return tuple(sorted(edits, key=lambda edit: (edit.start, edit.end)))


def _due(state: _State) -> str:
    if state.due is _Due.MORE and state.open:
        return f"a comma or {BRACKETS[state.open.bracket]}"
    return DUE_TEXT[state.due]


def _shown(text: str, token: _Token) -> str:
    return text[token.start : token.end] or "the end"
