"""Schemas compared. Each pair is worked out once, and told at every place of an operation that leads to it.

A pair knows its own differences and the pairs inside it, so recursive schemas are a graph like any other. Differences
are told for the whole way from the root, in order of distance; a pair is never entered from inside itself, and at most
at `PLACES` places of one root.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from attrs import define, evolve, field, frozen

from scripts.changes import alternatives, restrictions, structures
from scripts.changes.names import class_name, has_class
from scripts.changes.pairing import Answer, Edge, KeywordRule, Mode, Pairing, changed, unclear
from scripts.changes.record import CODE, NARROWER, NONE, WIDER, Difference, Direction, Effect, Rule
from scripts.changes.side import DOCUMENTATION, Schema, Side
from scripts.changes.values import ABSENT, canonical, listed, same, small, unordered
from scripts.document import JSON, SCHEMA_MEMBERS, Node, is_list, is_object

#: At how many places of one root a pair is entered. Contracts where everything leads everywhere have no end of places.
PLACES = 20

Fits = Callable[[JSON], bool]


@frozen
class Group:
    """Keywords that one rule answers for, what their values must be, and the types of value they bear on."""

    rule: KeywordRule
    keywords: tuple[str, ...]
    fits: Fits
    bears_on: frozenset[str] = frozenset()


def _is_schema(value: JSON) -> bool:
    return is_object(value) or isinstance(value, bool)


def _is_schema_map(value: JSON) -> bool:
    return is_object(value) and all(map(_is_schema, value.values()))


def _is_schema_list(value: JSON) -> bool:
    return is_list(value) and all(map(_is_schema, value))


def _is_number(value: JSON) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _are_names(value: JSON) -> bool:
    return is_list(value) and all(isinstance(name, str) for name in value)


def _is_type(value: JSON) -> bool:
    return isinstance(value, str) or _are_names(value)


def _are_dependencies(value: JSON) -> bool:
    return is_object(value) and all(map(_are_names, value.values()))


def _is_text(value: JSON) -> bool:
    return isinstance(value, str)


def _is_boolean(value: JSON) -> bool:
    return isinstance(value, bool)


def _is_listing(value: JSON) -> bool:
    return is_list(value)


def _is_anything(value: JSON) -> bool:
    return True


NUMBERS = frozenset({"integer", "fraction"})
OBJECTS, ARRAYS, STRINGS = frozenset({"object"}), frozenset({"array"}), frozenset({"string"})
GROUPS: tuple[Group, ...] = (
    Group(restrictions.types, ("type",), _is_type),
    Group(restrictions.values, ("enum",), _is_listing),
    Group(restrictions.values, ("const",), _is_anything),
    Group(restrictions.limit(1, "minimum", "exclusiveMinimum"), ("minimum", "exclusiveMinimum"), _is_number, NUMBERS),
    Group(restrictions.limit(-1, "maximum", "exclusiveMaximum"), ("maximum", "exclusiveMaximum"), _is_number, NUMBERS),
    Group(restrictions.multiple_of, ("multipleOf",), _is_number, NUMBERS),
    Group(restrictions.limit(1, "minLength"), ("minLength",), _is_number, STRINGS),
    Group(restrictions.limit(-1, "maxLength"), ("maxLength",), _is_number, STRINGS),
    Group(restrictions.pattern, ("pattern",), _is_text, STRINGS),
    Group(restrictions.format_, ("format",), _is_text, STRINGS | NUMBERS),
    Group(restrictions.limit(1, "minItems"), ("minItems",), _is_number, ARRAYS),
    Group(restrictions.limit(-1, "maxItems"), ("maxItems",), _is_number, ARRAYS),
    Group(restrictions.limit(1, "minContains"), ("minContains",), _is_number, ARRAYS),
    Group(restrictions.limit(-1, "maxContains"), ("maxContains",), _is_number, ARRAYS),
    Group(restrictions.unique_items, ("uniqueItems",), _is_boolean, ARRAYS),
    Group(restrictions.limit(1, "minProperties"), ("minProperties",), _is_number, OBJECTS),
    Group(restrictions.limit(-1, "maxProperties"), ("maxProperties",), _is_number, OBJECTS),
    Group(restrictions.default, ("default",), _is_anything),
    Group(restrictions.read_only, ("readOnly",), _is_boolean),
    Group(restrictions.write_only, ("writeOnly",), _is_boolean),
    Group(structures.properties, ("properties",), _is_schema_map, OBJECTS),
    Group(structures.required, ("required",), _are_names, OBJECTS),
    Group(structures.additional_properties, ("additionalProperties",), _is_schema, OBJECTS),
    Group(structures.pattern_properties, ("patternProperties",), _is_schema_map, OBJECTS),
    Group(structures.dependent_required, ("dependentRequired",), _are_dependencies, OBJECTS),
    Group(structures.dependent_schemas, ("dependentSchemas",), _is_schema_map, OBJECTS),
    Group(structures.held("propertyNames", "(names)"), ("propertyNames",), _is_schema, OBJECTS),
    Group(structures.held("unevaluatedProperties", ".*"), ("unevaluatedProperties",), _is_schema, OBJECTS),
    Group(structures.items, ("items",), _is_schema, ARRAYS),
    Group(structures.items, ("prefixItems",), _is_schema_list, ARRAYS),
    Group(structures.contains, ("contains",), _is_schema, ARRAYS),
    Group(structures.held("unevaluatedItems", "[]"), ("unevaluatedItems",), _is_schema, ARRAYS),
    Group(structures.held("not", "(not)", Mode.REVERSED), ("not",), _is_schema),
    Group(structures.condition, ("if", "then", "else"), _is_schema),
    Group(alternatives.in_both, ("anyOf", "oneOf"), _is_schema_list),
    Group(alternatives.all_of, ("allOf",), _is_schema_list),
    Group(restrictions.opaque(Rule.DISCRIMINATOR_CHANGED, "discriminator"), ("discriminator",), is_object),
    Group(restrictions.opaque(Rule.ENCODING_CHANGED, "xml"), ("xml",), is_object),
    Group(
        restrictions.opaque(Rule.ENCODING_CHANGED, "contentEncoding", "contentMediaType", "contentSchema"),
        ("contentEncoding", "contentMediaType", "contentSchema"),
        _is_anything,
        STRINGS,
    ),
)
#: Keywords whose lists say the same in any order.
SETS = ("required", "enum", "type")
KNOWN = frozenset(keyword for group in GROUPS for keyword in group.keywords)

_Key = tuple[int, int, Direction]


@frozen(eq=False)
class _Pair:
    """What two schemas differ in, and the pairs inside them. The schemas are kept: an id outlives no object."""

    schemas: tuple[Schema, Schema]
    differences: tuple[Difference, ...]
    edges: tuple[Edge, ...]


@define
class Comparison:
    """The schemas of two documents, compared pair by pair as they are met."""

    old: Side
    new: Side
    _pairs: dict[_Key, _Pair] = field(factory=dict[_Key, _Pair])
    _alike: set[_Key] = field(factory=set[_Key])

    def differences(self, old: Schema, new: Schema, direction: Direction) -> list[Difference]:
        """Each difference between two schemas and what is inside them, with the steps that lead there."""
        found: list[Difference] = []
        entered: Counter[_Key] = Counter()
        left = deque([("", old, new, Mode.LIKEWISE, frozenset[_Key]())])
        while left:
            step, one, other, mode, inside = left.popleft()
            key = (id(one), id(other), direction)
            if key in inside or entered[key] >= PLACES or self._is_alike(one, other, direction):
                continue
            entered[key] += 1
            pair = self._pair(one, other, direction)
            for each in pair.differences:
                effect = mode.applied(each.effect) | Effect(code=each.effect.code)
                found.append(evolve(each, step=step + each.step, effect=effect))
            for edge in pair.edges:
                left.append((step + edge.step, edge.old, edge.new, edge.mode.after(mode), inside | {key}))
        return found

    def _is_alike(self, old: Schema, new: Schema, direction: Direction) -> bool:
        """Whether two schemas and all pairs inside them have no difference."""
        start = (id(old), id(new), direction)
        seen: set[_Key] = set()
        left = [(old, new)]
        while left:
            one, other = left.pop()
            key = (id(one), id(other), direction)
            if key in seen or key in self._alike:
                continue
            seen.add(key)
            pair = self._pair(one, other, direction)
            if pair.differences:
                return False
            left += [(edge.old, edge.new) for edge in pair.edges]
        self._alike |= seen
        return start in self._alike

    def _pair(self, old: Schema, new: Schema, direction: Direction) -> _Pair:
        key = (id(old), id(new), direction)
        if key not in self._pairs:
            answers = list(self._answers(old, new, direction))
            self._pairs[key] = _Pair(
                (old, new),
                tuple(each for each in answers if isinstance(each, Difference)),
                tuple(each for each in answers if isinstance(each, Edge)),
            )
        return self._pairs[key]

    def _answers(self, old: Schema, new: Schema, direction: Direction) -> Iterator[Answer]:
        pairing = Pairing(self.old, self.new, self.old.view(old), self.new.view(new), direction)
        if pairing.old.never or pairing.new.never:
            if pairing.old.never != pairing.new.never:
                rule, effect = (Rule.VALUES_FORBIDDEN, NARROWER) if pairing.new.never else (Rule.VALUES_ALLOWED, WIDER)
                yield Difference(rule, "", "no value fits now" if pairing.new.never else "there are values now", effect)
            return
        answers = [*_named_otherwise(pairing), *_described_otherwise(pairing)]
        keywords = (pairing.old.keywords, pairing.new.keywords)
        if any(map(alternatives.is_choice, keywords)):
            answers += alternatives.choices(pairing, old, new)
            answers += _by_groups(pairing, ("default", "readOnly", "writeOnly", "discriminator"))
        else:
            answers += _by_groups(pairing, KNOWN)
        yield from answers
        if not any(isinstance(each, Difference) for each in answers) and _is_written_otherwise(pairing, answers):
            yield Difference(Rule.WRITTEN_DIFFERENTLY, "", "is written in another way")


def _is_written_otherwise(pairing: Pairing, edges: Sequence[Answer]) -> bool:
    if not edges:
        return _written(pairing.old.parts) != _written(pairing.new.parts)
    # The schemas inside are compared by themselves.
    old, new = (
        {name: value for name, value in view.keywords.items() if name not in SCHEMA_MEMBERS}
        for view in (pairing.old, pairing.new)
    )
    return _written([old]) != _written([new])


def _written(parts: Iterable[Node]) -> list[str]:
    """The parts as they are written, lists sorted that have no order."""
    return [
        canonical(
            {name: unordered(value) if name in SETS and is_list(value) else value for name, value in part.items()}
        )
        for part in parts
    ]


def _by_groups(pairing: Pairing, keywords: Collection[str]) -> Iterator[Answer]:
    """What the rules say of these keywords, each rule asked once."""
    asked: set[KeywordRule] = set()
    for group in GROUPS:
        there = [
            (keyword, value)
            for keyword in group.keywords
            if keyword in keywords
            for value in pairing.values(keyword)
            if value is not ABSENT
        ]
        if not there or group.rule in asked:
            continue
        asked.add(group.rule)
        if not all(group.fits(value) for _, value in there):
            yield from (
                unclear(keyword, *pairing.values(keyword))
                for keyword in dict.fromkeys(keyword for keyword, _ in there)
                if not same(*pairing.values(keyword))
            )
        elif not group.bears_on or group.bears_on & pairing.common_types():
            yield from group.rule(pairing)


def _named_otherwise(pairing: Pairing) -> Iterator[Answer]:
    """The class that the generator makes of a schema has another name."""
    old, new = (None if view.name is None else class_name(view.name) for view in (pairing.old, pairing.new))
    if old != new and has_class(pairing.old.keywords) and has_class(pairing.new.keywords):
        was, now = (name or "named after its place" for name in (old, new))
        yield Difference(Rule.CLASS_RENAMED, "", f"its class is {now} now, and was {was}", CODE, old, new)


def _described_otherwise(pairing: Pairing) -> Iterator[Answer]:
    """What restricts no value: words, extensions, and keywords that nobody knows."""
    names = sorted(pairing.old.keywords.keys() | pairing.new.keywords.keys())
    differing = [name for name in names if name not in KNOWN and not same(*pairing.values(name))]
    words = [name for name in differing if name in DOCUMENTATION]
    if words:
        yield Difference(Rule.DOCUMENTATION_CHANGED, "", f"says otherwise: {listed(words)}", NONE)
    for name in differing:
        old, new = pairing.values(name)
        if name == "deprecated":
            yield Difference(Rule.DEPRECATION_CHANGED, "", changed(name, old, new), NONE, small(old), small(new))
        elif name.startswith("x-"):
            yield Difference(Rule.EXTENSION_CHANGED, "", changed(name, old, new), NONE, small(old), small(new))
        elif name not in DOCUMENTATION:
            yield unclear(name, old, new)
