"""What changes where a schema holds schemas: properties, items, alternatives, conditions.

A rule here says what became of the members and yields the pairs of schemas that are left to be compared; it never
compares them itself, so recursion is nobody's business here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scripts.changes.pairing import Answer, Edge, KeywordRule, Mode, Pairing, appears
from scripts.changes.record import CODE, EITHER, NARROWER, NONE, WIDER, Difference, Direction, Effect, Rule
from scripts.changes.side import Schema, Side, View
from scripts.changes.values import ABSENT, canonical, small
from scripts.document import JSON, Node, is_list


def step(name: str) -> str:
    """The step to a property, quoted unless it is a plain word."""
    return "." + (name if re.fullmatch(r"[\w$@-]+", name) else canonical(name))


def properties(pairing: Pairing) -> Iterator[Answer]:
    """The properties that come, go and stay. A closed object refuses those that it does not name."""
    old, new = _properties(pairing.old), _properties(pairing.new)
    for name in sorted(old.keys() | new.keys()):
        if name in old and name in new:
            yield Edge(step(name), old[name], new[name])
        elif name in new:
            yield from _came(pairing, name, new[name])
        else:
            yield from _went(pairing, name, old[name])


def _properties(view: View) -> Node:
    named: Node = view.keywords.get("properties", {})
    return named


def _came(pairing: Pairing, name: str, schema: Schema) -> Iterator[Answer]:
    before = _unnamed(pairing.old, name)
    required = name in needed(pairing, pairing.new_side, pairing.new)
    effect = Effect(narrower=required, wider=before is False and not _kept_back(pairing, pairing.new_side, schema))
    what = "is new and required" if required else "is new"
    what += ", where unknown fields are refused" if before is False else ""
    yield Difference(Rule.PROPERTY_ADDED, step(name), what, effect, None, small(schema))
    if not _unrestricted(before) and before is not False:
        yield Edge(step(name), before, schema)


def _went(pairing: Pairing, name: str, schema: Schema) -> Iterator[Answer]:
    after = _unnamed(pairing.new, name)
    required = name in needed(pairing, pairing.old_side, pairing.old)
    narrower = after is False and not _kept_back(pairing, pairing.old_side, schema)
    what = "is gone, and was required" if required else "is gone"
    what += "; unknown fields are refused" if after is False else ""
    effect = Effect(narrower=narrower, wider=required, code=True)
    yield Difference(Rule.PROPERTY_REMOVED, step(name), what, effect, small(schema), None)
    if not _unrestricted(after) and after is not False:
        yield Edge(step(name), schema, after)


def _unnamed(view: View, name: str) -> Schema:
    """The schema that a property has that is not named."""
    patterns = view.keywords.get("patternProperties", {})
    matching = [schema for pattern, schema in patterns.items() if _matches(pattern, name)]
    return matching[0] if matching else view.keywords.get("additionalProperties", True)


def _matches(pattern: str, name: str) -> bool:
    try:
        return re.search(pattern, name) is not None
    except re.error:  # an expression of ECMAScript that Python does not have
        return False


def _unrestricted(schema: Schema) -> bool:
    return schema is True or schema == {}


def _kept_back(pairing: Pairing, side: Side, schema: Schema) -> bool:
    """Whether a property does not travel this way: read only in a request, write only in a response."""
    keyword = "readOnly" if pairing.direction is Direction.REQUEST else "writeOnly"
    return side.view(schema).keywords.get(keyword) is True


def needed(pairing: Pairing, side: Side, view: View) -> frozenset[str]:
    """The properties without which a value is refused, on its way in this direction."""
    named = _properties(view)
    return frozenset(
        name for name in _required(view) if name not in named or not _kept_back(pairing, side, named[name])
    )


def _required(view: View) -> list[str]:
    # Draft 3 had a boolean here, and it is written to this day.
    names: JSON = view.keywords.get("required")
    return [name for name in names if isinstance(name, str)] if is_list(names) else []


def required(pairing: Pairing) -> Iterator[Answer]:
    """The properties that are required. One that comes or goes has said so itself."""
    old, new = (frozenset(_required(view)) for view in (pairing.old, pairing.new))
    before = needed(pairing, pairing.old_side, pairing.old)
    after = needed(pairing, pairing.new_side, pairing.new)
    come_or_gone = _properties(pairing.old).keys() ^ _properties(pairing.new).keys()
    for name in sorted(((old ^ new) | (before ^ after)) - come_or_gone):
        if name in (new - old) | (after - before):
            effect = NARROWER if name in after - before else NONE
            yield Difference(Rule.PROPERTY_REQUIRED, step(name), "is required now", effect)
        else:
            effect = WIDER if name in before - after else NONE
            yield Difference(Rule.PROPERTY_OPTIONAL, step(name), "may be left out now", effect)


def additional_properties(pairing: Pairing) -> Iterator[Answer]:
    """Whether fields that are not named are taken. The generated class keeps them, unless they are refused."""
    old, new = (view.keywords.get("additionalProperties", True) for view in (pairing.old, pairing.new))
    values = [small(value) for value in pairing.values("additionalProperties")]
    if new is False and old is not False:
        what = "fields that are not named are refused now"
        yield Difference(Rule.ADDITIONAL_PROPERTIES_CLOSED, "", what, NARROWER | CODE, *values)
    elif old is False and new is not False:
        what = "fields that are not named are taken now"
        yield Difference(Rule.ADDITIONAL_PROPERTIES_OPENED, "", what, WIDER, *values)
    elif not (old is new or (_unrestricted(old) and _unrestricted(new))):
        yield Edge(".*", old, new)


def pattern_properties(pairing: Pairing) -> Iterator[Answer]:
    """Properties named by a pattern: those it names are restricted or, in a closed object, let in."""
    old, new = (view.keywords.get("patternProperties", {}) for view in (pairing.old, pairing.new))
    for pattern in sorted(old.keys() | new.keys()):
        where = f"./{pattern}/"
        if pattern in old and pattern in new:
            yield Edge(where, old[pattern], new[pattern])
            continue
        added = pattern in new
        other = pairing.old if added else pairing.new
        closed = other.keywords.get("additionalProperties", True) is not True
        effect = EITHER if closed else NARROWER if added else WIDER
        rule = Rule.PATTERN_PROPERTY_ADDED if added else Rule.PATTERN_PROPERTY_REMOVED
        what = "fields that match have a schema of their own now" if added else "fields that match have no schema now"
        texts = (None, small(new[pattern])) if added else (small(old[pattern]), None)
        yield Difference(rule, where, what, effect, *texts)


def dependent_required(pairing: Pairing) -> Iterator[Answer]:
    old, new = (
        {(name, other) for name, others in view.keywords.get("dependentRequired", {}).items() for other in others}
        for view in (pairing.old, pairing.new)
    )
    for name, other in sorted(new - old):
        yield Difference(Rule.DEPENDENCY_ADDED, step(name), f"requires {other} beside it now", NARROWER)
    for name, other in sorted(old - new):
        yield Difference(Rule.DEPENDENCY_REMOVED, step(name), f"no longer requires {other} beside it", WIDER)


def dependent_schemas(pairing: Pairing) -> Iterator[Answer]:
    old, new = (view.keywords.get("dependentSchemas", {}) for view in (pairing.old, pairing.new))
    for name in sorted(old.keys() | new.keys()):
        if name in old and name in new:
            yield Edge(f"(with {name})", old[name], new[name])
        else:
            what = f"restricts an object that has {name}"
            yield from appears(
                Rule.DEPENDENCY_ADDED,
                Rule.DEPENDENCY_REMOVED,
                old.get(name, ABSENT),
                new.get(name, ABSENT),
                f"a schema {what} now",
                f"no schema {what} now",
            )


def items(pairing: Pairing) -> Iterator[Answer]:
    """The items, place by place where they have a schema each, and all that follow."""
    old_first, new_first = (view.keywords.get("prefixItems", []) for view in (pairing.old, pairing.new))
    old_rest, new_rest = (view.keywords.get("items", True) for view in (pairing.old, pairing.new))
    for index in range(max(len(old_first), len(new_first))):
        old, new = (
            first[index] if index < len(first) else rest
            for first, rest in ((old_first, old_rest), (new_first, new_rest))
        )
        yield Edge(f"[{index}]", old, new)
    if old_rest is not new_rest:
        yield Edge("[]", old_rest, new_rest)


def held(keyword: str, where: str, mode: Mode = Mode.LIKEWISE) -> KeywordRule:
    """The rule for a keyword that holds one schema, and that restricts whatever the schema is."""

    def rule(pairing: Pairing) -> Iterator[Answer]:
        old, new = pairing.values(keyword)
        if old is not ABSENT and new is not ABSENT:
            yield Edge(where, old, new, mode)
        what, gone = f"is restricted by {keyword!r} now", f"is no longer restricted by {keyword!r}"
        yield from appears(Rule.CONSTRAINT_ADDED, Rule.CONSTRAINT_REMOVED, old, new, what, gone)

    return rule


def contains(pairing: Pairing) -> Iterator[Answer]:
    """Which items must be there. With an upper limit to their number, fewer such items are not less of a demand."""
    limited = any("maxContains" in view.keywords for view in (pairing.old, pairing.new))
    yield from held("contains", "[some]", Mode.UNCLEAR if limited else Mode.LIKEWISE)(pairing)


def condition(pairing: Pairing) -> Iterator[Answer]:
    """`if`, `then` and `else`: with one condition on both sides, each branch is a restriction."""
    old, new = (_condition(view) for view in (pairing.old, pairing.new))
    if "if" in old and "if" in new:
        yield Edge("(if)", old["if"], new["if"], Mode.UNCLEAR)
        for branch in ("then", "else"):
            if branch in old or branch in new:
                yield Edge(f"({branch})", old.get(branch, True), new.get(branch, True))
        return
    what, gone = "is restricted under a condition now", "is no longer restricted under a condition"
    before, after = (each or ABSENT for each in (old, new))
    if {"then", "else"} & (old or new).keys():
        yield from appears(Rule.CONSTRAINT_ADDED, Rule.CONSTRAINT_REMOVED, before, after, what, gone)


def _condition(view: View) -> Node:
    found: Node = {name: view.keywords[name] for name in ("if", "then", "else") if name in view.keywords}
    return found if "if" in found else {}
