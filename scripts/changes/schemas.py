"""Schemas compared. Each pair is worked out once, and told at every place of an operation that leads to it.

A pair knows its own differences and the pairs inside it, so recursive schemas are a graph like any other. A pair is
told at the places that are nearest to the root, at most at `PLACES` of them and at most `ROUNDS` times inside itself:
in contracts where everything leads everywhere there is no end of places.
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
from scripts.changes.values import ABSENT, canonical, same, small, without_order
from scripts.document import JSON, SCHEMA_MEMBERS, Node, is_list, is_object
from scripts.wording import listed

PLACES = 3
ROUNDS = 2

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
KNOWN = frozenset(keyword for group in GROUPS for keyword in group.keywords)

#: A pair of schemas and the way their values travel. A schema that is a reference alone goes by what it leads to.
_Key = tuple[int | str, int | str, Direction]


@frozen(eq=False)
class _Pair:
    """What two schemas differ in, and the pairs inside them. The schemas are kept: an id outlives no object."""

    schemas: tuple[Schema, Schema]
    differences: tuple[Difference, ...]
    edges: tuple[tuple[_Key, Edge], ...]


@frozen(eq=False)
class _Visit:
    """A pair at one of its places below a root."""

    key: _Key
    schemas: tuple[Schema, Schema]
    step: str = ""
    mode: Mode = Mode.LIKEWISE
    inside: tuple[_Key, ...] = ()


@define
class Comparison:
    """The schemas of two documents, compared pair by pair as they are met."""

    old: Side
    new: Side
    _pairs: dict[_Key, _Pair] = field(factory=dict[_Key, _Pair])
    _told: dict[_Key, list[Difference]] = field(factory=dict[_Key, list[Difference]])
    _judged: set[_Key] = field(factory=set[_Key])
    _unlike: set[_Key] = field(factory=set[_Key])
    _differing: set[_Key] = field(factory=set[_Key])

    def differences(self, old: Schema, new: Schema, direction: Direction) -> Sequence[Difference]:
        """Each difference between two schemas and what is inside them, with the steps that lead there."""
        key = _key(old, new, direction)
        if key not in self._told:
            self._judge(key, old, new)
            self._told[key] = list(self._from_root(_Visit(key, (old, new))))
        return self._told[key]

    def _from_root(self, root: _Visit) -> Iterator[Difference]:
        visits = Counter([root.key])
        left = deque([root] if root.key in self._unlike else [])
        # Once all differences have been told as often as they may be, there is no need to look on.
        untold = len(self._differing) * PLACES
        while left and untold:
            visit = left.popleft()
            pair = self._pair(visit.key, *visit.schemas)
            untold -= bool(pair.differences)
            for each in pair.differences:
                effect = visit.mode.applied(each.effect) | Effect(code=each.effect.code)
                yield evolve(each, step=visit.step + each.step, effect=effect)
            inside = (*visit.inside, visit.key)
            for inner, edge in pair.edges:
                if inner not in self._unlike or visits[inner] == PLACES or inside.count(inner) == ROUNDS:
                    continue
                visits[inner] += 1
                mode = edge.mode.after(visit.mode)
                left.append(_Visit(inner, (edge.old, edge.new), visit.step + edge.step, mode, inside))

    def _judge(self, key: _Key, old: Schema, new: Schema) -> None:
        """Find out which of a pair and all pairs inside it lead to a difference."""
        holders: dict[_Key, list[_Key]] = {key: []}
        unlike: list[_Key] = []
        left = [(key, old, new)]
        while left:
            key, old, new = left.pop()
            if key in self._judged:
                if key in self._unlike:
                    unlike.append(key)
                continue
            pair = self._pair(key, old, new)
            if pair.differences:
                self._differing.add(key)
                unlike.append(key)
            for inner, edge in pair.edges:
                if inner not in holders:
                    left.append((inner, edge.old, edge.new))
                holders.setdefault(inner, []).append(key)
        self._judged |= holders.keys()
        while unlike:
            key = unlike.pop()
            self._unlike.add(key)
            unlike += (holder for holder in holders.get(key, ()) if holder not in self._unlike)

    def _pair(self, key: _Key, old: Schema, new: Schema) -> _Pair:
        if key not in self._pairs:
            direction = key[2]
            answers = list(self._answers(old, new, direction))
            self._pairs[key] = _Pair(
                (old, new),
                tuple(each for each in answers if isinstance(each, Difference)),
                tuple((_key(each.old, each.new, direction), each) for each in answers if isinstance(each, Edge)),
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


def _key(old: Schema, new: Schema, direction: Direction) -> _Key:
    return _identity(old), _identity(new), direction


def _identity(schema: Schema) -> int | str:
    match schema:
        case {"$ref": str(reference)} if len(schema) == 1:
            return reference
        case _:
            return id(schema)


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
    return [canonical(without_order(part)) for part in parts]


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
