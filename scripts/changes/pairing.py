"""Two schemas held against each other: what a rule about keywords is given, and what it may answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import Enum

from attrs import frozen

from scripts.changes.record import EITHER, NARROWER, NONE, Difference, Direction, Effect, Rule
from scripts.changes.side import Schema, Side, View, as_list
from scripts.changes.values import ABSENT, Value, canonical, shown, small
from scripts.document import JSON


class Mode(Enum):
    """How a change of a part bears on the whole: likewise, the other way round, or nobody can tell."""

    LIKEWISE = "likewise"
    REVERSED = "reversed"
    UNCLEAR = "unclear"

    def after(self, outer: Mode) -> Mode:
        if Mode.UNCLEAR in (self, outer):
            return Mode.UNCLEAR
        return Mode.LIKEWISE if self is outer else Mode.REVERSED

    def applied(self, effect: Effect) -> Effect:
        match self:
            case Mode.LIKEWISE:
                return effect
            case Mode.REVERSED:
                return Effect(narrower=effect.wider, wider=effect.narrower)
            case Mode.UNCLEAR:
                return EITHER if effect.narrower or effect.wider else NONE


@frozen(eq=False)
class Edge:
    """A part of the one schema and its counterpart in the other; `step` leads to them."""

    step: str
    old: Schema
    new: Schema
    mode: Mode = Mode.LIKEWISE


Answer = Difference | Edge
#: The kinds of value that JSON Schema tells apart; `number` is any number, so it is two of them.
INTEGER, FRACTION = "integer", "fraction"
EVERY_TYPE = frozenset({"null", "boolean", "object", "array", "string", INTEGER, FRACTION})


@frozen(eq=False)
class Pairing:
    """Two schemas as they apply, and which way their values travel."""

    old_side: Side
    new_side: Side
    old: View
    new: View
    direction: Direction

    def values(self, keyword: str) -> tuple[Value, Value]:
        return self.old.keywords.get(keyword, ABSENT), self.new.keywords.get(keyword, ABSENT)

    def common_types(self) -> frozenset[str]:
        """The types that values of both schemas may have."""
        return possible_types(self.old) & possible_types(self.new)


KeywordRule = Callable[[Pairing], Iterator[Answer]]


def declared_types(view: View) -> frozenset[str]:
    """What `type` says, all of them if it says nothing."""
    if "type" not in view.keywords:
        return EVERY_TYPE
    names = {name for name in as_list(view.keywords["type"]) if isinstance(name, str)}
    return frozenset(names - {"number"} | ({INTEGER, FRACTION} if "number" in names else set()))


def possible_types(view: View) -> frozenset[str]:
    """The types that are left once the listed values, if there are any, are taken into account."""
    listed = listed_values(view)
    return declared_types(view) if listed is None else declared_types(view) & {type_of(value) for value in listed}


def type_of(value: JSON) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case str():
            return "string"
        case dict():
            return "object"
        case list():
            return "array"
        case _:
            return INTEGER if float(value).is_integer() else FRACTION


def listed_values(view: View) -> list[JSON] | None:
    """The values that `enum` and `const` leave, None if they leave all; only those that the type allows."""
    listed: list[JSON] | None = None
    if isinstance(view.keywords.get("enum"), list):
        listed = view.keywords["enum"]
    if "const" in view.keywords:
        const = view.keywords["const"]
        listed = [const] if listed is None or canonical(const) in map(canonical, listed) else []
    if listed is None:
        return None
    types = declared_types(view)
    return [value for value in listed if type_of(value) in types]


def appears(
    added: Rule, removed: Rule, old: Value, new: Value, what: str, gone: str, effect: Effect = NARROWER
) -> Iterator[Difference]:
    """A keyword that only one of the two has; without it there would be more values, unless told otherwise."""
    if old is ABSENT and new is not ABSENT:
        yield Difference(added, "", what, effect, None, small(new))
    elif new is ABSENT and old is not ABSENT:
        yield Difference(removed, "", gone, Mode.REVERSED.applied(effect), small(old), None)


def unclear(keyword: str, old: Value, new: Value, rule: Rule = Rule.NOT_UNDERSTOOD) -> Difference:
    """A change that nobody can call narrower or wider."""
    return Difference(rule, "", changed(keyword, old, new), EITHER, small(old), small(new))


def changed(name: str, old: Value, new: Value) -> str:
    if old is ABSENT:
        return f"{name} is {shown(new)} now, and was not there"
    if new is ABSENT:
        return f"{name} is gone, and was {shown(old)}"
    return f"{name} is {shown(new)} now, and was {shown(old)}"
