"""What changes between alternatives: `anyOf`, `oneOf`, and what is left of `allOf`.

The alternatives of the two sides are matched first, so one more of them is one change, whatever their order. A schema
without alternatives is one alternative: `X` beside `anyOf: [X, null]` may be null now, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scripts.changes.pairing import Answer, Edge, Pairing, declared_types
from scripts.changes.record import NARROWER, WIDER, Difference, Rule
from scripts.changes.restrictions import type_words
from scripts.changes.side import ANNOTATIONS, Schema, Side, as_list
from scripts.changes.values import canonical, small
from scripts.document import Node, is_object

KEYWORDS = ("anyOf", "oneOf")
#: What may stand beside alternatives without restricting them.
BESIDE = ANNOTATIONS | {"discriminator"}
#: The keywords that bear on values of one type only.
OF_TYPE = {
    "object": (
        *("properties", "required", "additionalProperties", "patternProperties", "propertyNames", "minProperties"),
        *("maxProperties", "dependentRequired", "dependentSchemas", "unevaluatedProperties"),
    ),
    "array": (
        *("items", "prefixItems", "contains", "minContains", "maxContains", "minItems", "maxItems", "uniqueItems"),
        "unevaluatedItems",
    ),
    "string": ("minLength", "maxLength", "pattern", "contentEncoding", "contentMediaType", "contentSchema"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
}


def is_choice(keywords: Node) -> bool:
    """Whether a schema is nothing but alternatives."""
    found = {name for name in keywords.keys() - BESIDE if not name.startswith("x-")}
    return len(found) == 1 and found <= set(KEYWORDS)


def choices(pairing: Pairing, old: Schema, new: Schema) -> Iterator[Answer]:
    """The alternatives of two schemas of which one is nothing else."""
    old_choice, new_choice = (_keyword(view.keywords) for view in (pairing.old, pairing.new))
    if old_choice and new_choice and old_choice != new_choice:
        yield _exclusiveness(new_choice)
    before = _branches(pairing.old_side, old, pairing.old.keywords, alone=not old_choice)
    after = _branches(pairing.new_side, new, pairing.new.keywords, alone=not new_choice)
    yield from _matched(pairing, before, after)


def _keyword(keywords: Node) -> str:
    return next((name for name in KEYWORDS if name in keywords), "") if is_choice(keywords) else ""


def _exclusiveness(new: str) -> Difference:
    if new == "oneOf":
        what = "exactly one alternative must fit now, where several might"
        return Difference(Rule.ALTERNATIVES_EXCLUSIVE, "", what, NARROWER)
    return Difference(Rule.ALTERNATIVES_COMBINABLE, "", "several alternatives may fit at once now", WIDER)


def _branches(side: Side, schema: Schema, keywords: Node, *, alone: bool) -> list[Schema]:
    """The alternatives of a schema; one for each of its types if it has no others."""
    if not alone:
        listed: list[Schema] = keywords[_keyword(keywords)]
        return listed
    if not is_object(schema):
        return [schema]
    if "$ref" in schema:
        return [side.made({"$ref": schema["$ref"]})]
    # The title stays, for it names the class.
    beside = ANNOTATIONS - {"title"}
    bare = {name: value for name, value in schema.items() if name not in beside and not name.startswith("x-")}
    kinds = as_list(bare.get("type", []))
    if len(kinds) < 2 or "allOf" in bare:
        return [side.made(bare)]
    return [side.made(_of_type(bare, kind)) for kind in kinds]


def _of_type(schema: Node, kind: str) -> Node:
    """What the schema says of values of this type."""
    kept = OF_TYPE.get("number" if kind == "integer" else kind, ())
    others = {name for names in OF_TYPE.values() for name in names} - set(kept)
    return {**{name: value for name, value in schema.items() if name not in others}, "type": kind}


def in_both(pairing: Pairing) -> Iterator[Answer]:
    """Alternatives beside other restrictions."""
    for keyword in KEYWORDS:
        old, new = (view.keywords.get(keyword) for view in (pairing.old, pairing.new))
        if old is not None and new is not None:
            yield from _matched(pairing, old, new)
        elif new is not None:
            yield Difference(Rule.CONSTRAINT_ADDED, "", f"must fit {keyword} as well now", NARROWER, None, small(new))
        elif old is not None:
            yield Difference(Rule.CONSTRAINT_REMOVED, "", f"need not fit {keyword} any more", WIDER, small(old), None)


def all_of(pairing: Pairing) -> Iterator[Answer]:
    """What is left of conjunctions that cannot be said in one set of keywords."""
    old, new = (view.keywords.get("allOf", []) for view in (pairing.old, pairing.new))
    pairs, gone, come = _match(pairing, old, new)
    for each, other in pairs:
        yield Edge("", each, other)
    for branch in come:
        yield Difference(Rule.CONSTRAINT_ADDED, "", "must fit one more schema now", NARROWER, None, small(branch))
    for branch in gone:
        yield Difference(Rule.CONSTRAINT_REMOVED, "", "must fit one schema less now", WIDER, small(branch), None)


def _matched(pairing: Pairing, old: Sequence[Schema], new: Sequence[Schema]) -> Iterator[Answer]:
    pairs, gone, come = _match(pairing, old, new)
    several = len(old) > 1 or len(new) > 1
    for number, (each, other) in enumerate(pairs, 1):
        yield Edge(f"({_named(pairing.new_side, other) or number})" if several else "", each, other)
    for branch in come:
        if _is_null(pairing.new_side, branch):
            yield Difference(Rule.NULL_ALLOWED, "", "may be null now", WIDER)
        else:
            what = f"may be {_called(pairing.new_side, branch)} now"
            yield Difference(Rule.ALTERNATIVE_ADDED, "", what, WIDER, None, small(branch))
    for branch in gone:
        if _is_null(pairing.old_side, branch):
            yield Difference(Rule.NULL_FORBIDDEN, "", "may no longer be null", NARROWER)
        else:
            what = f"may no longer be {_called(pairing.old_side, branch)}"
            yield Difference(Rule.ALTERNATIVE_REMOVED, "", what, NARROWER, small(branch), None)


def _is_null(side: Side, schema: Schema) -> bool:
    keywords = side.view(schema).keywords
    return declared_types(side.view(schema)) == frozenset({"null"}) or (
        "const" in keywords and keywords["const"] is None
    )


def _named(side: Side, schema: Schema) -> str | None:
    return side.view(schema).name


def _called(side: Side, schema: Schema) -> str:
    return _named(side, schema) or f"another {type_words(declared_types(side.view(schema)))}"


#: Two alternatives that belong together.
_Pair = tuple[Schema, Schema]


def _match(
    pairing: Pairing, old: Sequence[Schema], new: Sequence[Schema]
) -> tuple[list[_Pair], list[Schema], list[Schema]]:
    """The alternatives that belong together, those that are gone and those that have come.

    The same text goes first, then the same name, the same constant, the same type; of several that are alike, the one
    with most properties in common.
    """
    pairs: list[_Pair] = []
    gone, come = list(old), list(new)
    for likeness in (_text, _named, _constant, _types):
        marks = [(other, likeness(pairing.new_side, other)) for other in come]
        left: list[Schema] = []
        for each in gone:
            mark = likeness(pairing.old_side, each)
            alike = [place for place, (_, other) in enumerate(marks) if mark is not None and other == mark]
            if not alike:
                left.append(each)
                continue
            names = _property_names(pairing.old_side, each)
            best = max(alike, key=lambda place: len(names & _property_names(pairing.new_side, marks[place][0])))
            pairs.append((each, marks.pop(best)[0]))
        gone, come = left, [other for other, _ in marks]
    return pairs, gone, come


def _text(side: Side, schema: Schema) -> str | None:
    return canonical(schema)


def _constant(side: Side, schema: Schema) -> str | None:
    keywords = side.view(schema).keywords
    return canonical(keywords["const"]) if "const" in keywords else None


def _types(side: Side, schema: Schema) -> str | None:
    return " ".join(sorted(declared_types(side.view(schema))))


def _property_names(side: Side, schema: Schema) -> set[str]:
    return set(side.view(schema).keywords.get("properties", {}))
