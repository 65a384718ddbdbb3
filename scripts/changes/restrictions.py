"""What changes where a schema restricts single values: types, listed values, limits, patterns, formats, defaults."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

from scripts.changes.pairing import (
    FRACTION,
    INTEGER,
    Answer,
    KeywordRule,
    Pairing,
    appears,
    changed,
    declared_types,
    listed_values,
    possible_types,
    unclear,
)
from scripts.changes.record import EITHER, NARROWER, NONE, WIDER, Difference, Direction, Effect, Rule
from scripts.changes.side import View
from scripts.changes.values import ABSENT, Value, canonical, same, shown, small
from scripts.document import JSON
from scripts.wording import listed

#: A format, and one that has all its values and more.
WIDER_FORMATS = frozenset({("int32", "int64"), ("float", "double")})
#: Formats whose values are no strings in generated Python.
PYTHON_FORMATS = frozenset({"date", "date-time", "uuid", "binary"})


def types(pairing: Pairing) -> Iterator[Answer]:
    """The types of values, null told apart."""
    old, new = possible_types(pairing.old), possible_types(pairing.new)
    if declared_types(pairing.old) == declared_types(pairing.new) or old == new:
        return
    texts = [small(value) for value in pairing.values("type")]
    if "null" in new - old:
        yield Difference(Rule.NULL_ALLOWED, "", "may be null now", WIDER, *texts)
    if "null" in old - new:
        yield Difference(Rule.NULL_FORBIDDEN, "", "may no longer be null", NARROWER, *texts)
    lost, gained = old - new - {"null"}, new - old - {"null"}
    if lost or gained:
        rule = Rule.TYPE_CHANGED if lost and gained else Rule.TYPE_NARROWED if lost else Rule.TYPE_WIDENED
        what = f"is {type_words(new)} now, and was {type_words(old)}"
        yield Difference(rule, "", what, Effect(narrower=bool(lost), wider=bool(gained)), *texts)


def type_words(kinds: frozenset[str]) -> str:
    """`integer or string`."""
    number = {"number"} if FRACTION in kinds else {INTEGER} & kinds
    names = sorted((kinds - {INTEGER, FRACTION, "null"}) | number)
    if len(names) == 5 and FRACTION in kinds:
        return "of any type"
    return listed(names, "or") if names else "nothing"


def values(pairing: Pairing) -> Iterator[Answer]:
    """The values that `enum` and `const` list."""
    old, new = listed_values(pairing.old), listed_values(pairing.new)
    if old is None and new is None:
        return
    if old is None or new is None:
        before, after = (ABSENT if values is None else values for values in (old, new))
        what, gone = f"must be one of {shown(new)} now", f"need no longer be one of {shown(old)}"
        yield from appears(Rule.ENUM_ADDED, Rule.ENUM_REMOVED, before, after, what, gone)
        return
    was, now = ({canonical(value) for value in values} for values in (old, new))
    for text in sorted(now - was):
        yield Difference(Rule.ENUM_VALUE_ADDED, "", f"may be {text} now", WIDER, None, text)
    for text in sorted(was - now):
        yield Difference(Rule.ENUM_VALUE_REMOVED, "", f"may no longer be {text}", NARROWER, text, None)


#: How much a limit asks for: the more, the greater; of two equal limits the one that is excluded asks for more.
Need = tuple[float, bool]
NO_NEED: Need = (-math.inf, False)


def limit(sign: int, plain: str, strict: str = "") -> KeywordRule:
    """The rule for a lower (sign 1) or an upper limit (sign -1); the strict keyword excludes the limit itself."""

    def need(view: View, whole: bool) -> Need:
        needs = [NO_NEED]
        if plain in view.keywords:
            needs.append((sign * view.keywords[plain], False))
        if strict in view.keywords:
            needs.append((sign * view.keywords[strict], True))
        if whole:
            # Of whole numbers, `> 0` and `>= 1` say the same.
            needs = [NO_NEED if each is NO_NEED else _whole(*each) for each in needs]
        return max(needs)

    def rule(pairing: Pairing) -> Iterator[Answer]:
        whole = FRACTION not in pairing.common_types()
        old, new = need(pairing.old, whole), need(pairing.new, whole)
        if old == new:
            return
        kind, effect = (Rule.BOUND_TIGHTENED, NARROWER) if new > old else (Rule.BOUND_LOOSENED, WIDER)
        pairs = [(name, *pairing.values(name)) for name in (plain, strict) if name]
        what = [changed(*pair) for pair in pairs if not same(pair[1], pair[2])]
        before, after = (
            next((small(pair[side]) for pair in pairs if pair[side] is not ABSENT), None) for side in (1, 2)
        )
        yield Difference(kind, "", listed(what), effect, before, after)

    return rule


def _whole(need: float, strict: bool) -> Need:
    return (math.floor(need) + 1 if strict else math.ceil(need)), False


def multiple_of(pairing: Pairing) -> Iterator[Answer]:
    old, new = pairing.values("multipleOf")
    if same(old, new):
        return
    if old is ABSENT or new is ABSENT:
        kind, effect = (Rule.BOUND_TIGHTENED, NARROWER) if old is ABSENT else (Rule.BOUND_LOOSENED, WIDER)
    elif _divides(old, new):
        kind, effect = Rule.BOUND_TIGHTENED, NARROWER
    elif _divides(new, old):
        kind, effect = Rule.BOUND_LOOSENED, WIDER
    else:
        kind, effect = Rule.BOUND_CHANGED, EITHER
    yield Difference(kind, "", changed("multipleOf", old, new), effect, small(old), small(new))


def _divides(one: float, other: float) -> bool:
    # As written: 0.3 is a multiple of 0.1, which binary fractions deny.
    return one > 0 and Fraction(str(other)) % Fraction(str(one)) == 0


def unique_items(pairing: Pairing) -> Iterator[Answer]:
    old, new = (bool(view.keywords.get("uniqueItems")) for view in (pairing.old, pairing.new))
    if new and not old:
        yield Difference(Rule.BOUND_TIGHTENED, "", "no two items may be the same now", NARROWER)
    if old and not new:
        yield Difference(Rule.BOUND_LOOSENED, "", "two items may be the same now", WIDER)


def pattern(pairing: Pairing) -> Iterator[Answer]:
    old, new = pairing.values("pattern")
    if old is not ABSENT and new is not ABSENT and not same(old, new):
        yield unclear("the pattern", old, new, Rule.PATTERN_CHANGED)
    what, gone = f"must match {_text(new)} now", f"need no longer match {_text(old)}"
    yield from appears(Rule.PATTERN_ADDED, Rule.PATTERN_REMOVED, old, new, what, gone)


def format_(pairing: Pairing) -> Iterator[Answer]:
    """The format. Dates and the like are objects in Python, so gaining or losing one changes types there."""
    old, new = pairing.values("format")
    code = Effect(code="string" in pairing.common_types() and not PYTHON_FORMATS.isdisjoint({_text(old), _text(new)}))
    if old is not ABSENT and new is not ABSENT and not same(old, new):
        wider, narrower = (old, new) in WIDER_FORMATS, (new, old) in WIDER_FORMATS
        effect = (WIDER if wider else NARROWER if narrower else EITHER) | code
        yield Difference(Rule.FORMAT_CHANGED, "", changed("the format", old, new), effect, small(old), small(new))
    elif not same(old, new):
        rule, effect = (Rule.FORMAT_ADDED, NARROWER) if old is ABSENT else (Rule.FORMAT_REMOVED, WIDER)
        yield Difference(rule, "", changed("the format", old, new), effect | code, small(old), small(new))


def _text(value: Value) -> str:
    return value if isinstance(value, str) else ""


def default(pairing: Pairing) -> Iterator[Answer]:
    """What is meant by leaving a value out. To promise it binds the one who answers, to withdraw it the caller."""
    old, new = pairing.values("default")
    request = pairing.direction is Direction.REQUEST
    promised, withdrawn = (WIDER, NARROWER) if request else (NARROWER, WIDER)
    if old is not ABSENT and new is not ABSENT and not same(old, new):
        yield unclear("the default", old, new, Rule.DEFAULT_CHANGED)
    what, gone = f"means {_shown(new)} now if left out", f"no longer means {_shown(old)} if left out"
    if old is ABSENT and new is not ABSENT:
        yield Difference(Rule.DEFAULT_ADDED, "", what, promised, None, small(new))
    if new is ABSENT and old is not ABSENT:
        yield Difference(Rule.DEFAULT_REMOVED, "", gone, withdrawn, small(old), None)


def _shown(value: Value) -> JSON:
    return "" if value is ABSENT else shown(value)


def read_only(pairing: Pairing) -> Iterator[Answer]:
    """What is read only may not be sent in a request; in a response nothing changes."""
    request = pairing.direction is Direction.REQUEST
    old, new = (view.keywords.get("readOnly") is True for view in (pairing.old, pairing.new))
    if new and not old:
        yield Difference(
            Rule.READ_ONLY_ADDED, "", "is read only now: no request may have it", NARROWER if request else NONE
        )
    if old and not new:
        yield Difference(
            Rule.READ_ONLY_REMOVED, "", "is no longer read only: a request may have it", WIDER if request else NONE
        )


def write_only(pairing: Pairing) -> Iterator[Answer]:
    """What is write only may not stand in a response, where clients that read it miss it."""
    request = pairing.direction is Direction.REQUEST
    old, new = (view.keywords.get("writeOnly") is True for view in (pairing.old, pairing.new))
    if new and not old:
        what = "is write only now: no response may have it"
        yield Difference(Rule.WRITE_ONLY_ADDED, "", what, NONE if request else EITHER)
    if old and not new:
        yield Difference(Rule.WRITE_ONLY_REMOVED, "", "is no longer write only: a response may have it")


def opaque(rule: Rule, *keywords: str) -> KeywordRule:
    """The rule for keywords that bear on the wire in a way that no set of values shows."""

    def found(pairing: Pairing) -> Iterator[Answer]:
        for keyword in keywords:
            old, new = pairing.values(keyword)
            if not same(old, new):
                yield unclear(keyword, old, new, rule)

    return found
