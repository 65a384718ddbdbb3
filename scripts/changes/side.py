"""One of the two documents: its references followed, and each schema seen as it applies.

A schema may be a reference with members beside it, or a conjunction (`allOf`) of several. What applies is all of it
together, so moving a property from one branch to the next is no change. What it was written as is kept as well, for
whoever must know that something was written differently.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from attrs import define, field, frozen

from scripts.changes.values import canonical, same, unordered
from scripts.document import JSON, Document, Node, Pointer, is_list, is_object, node_at, pointer_parts

#: A schema is an object or a boolean.
Schema = JSON

#: What describes a schema and restricts no value.
DOCUMENTATION = ("title", "description", "$comment", "example", "examples", "externalDocs")
ANNOTATIONS = frozenset({*DOCUMENTATION, "deprecated", "default", "readOnly", "writeOnly", "xml"})

#: Keywords that mean something only together.
TOGETHER: tuple[frozenset[str], ...] = (
    frozenset({"if", "then", "else"}),
    frozenset({"contains", "minContains", "maxContains"}),
    frozenset({"prefixItems", "items"}),
    frozenset({"contentEncoding", "contentMediaType", "contentSchema"}),
    frozenset({"anyOf", "oneOf", "discriminator"}),
)


@frozen
class Resolved:
    """A node with its references followed, and what those were."""

    node: Node
    references: tuple[str, ...] = ()


@frozen(eq=False)
class View:
    """A schema as it applies. `parts` are the schemas it is made of, as they are written.

    `name` is what its class is named after, None if that is its place in the contract.
    """

    keywords: Node
    parts: tuple[Node, ...]
    name: str | None
    never: bool


@define
class Side:
    """A document that is being compared."""

    document: Document
    visited: set[Pointer] = field(factory=set[Pointer])
    _targets: dict[str, JSON] = field(factory=dict[str, JSON])
    # The schema is kept beside its view: an id means nothing once its object is gone.
    _views: dict[int, tuple[Schema, View]] = field(factory=dict[int, tuple[Schema, View]])
    _made: dict[str, Node] = field(factory=dict[str, Node])

    @property
    def is_3_0(self) -> bool:
        return str(self.document.get("openapi")).startswith("3.0")

    def target(self, reference: str) -> JSON:
        """What a reference leads to, which is remembered as visited."""
        if reference not in self._targets:
            self._targets[reference] = node_at(self.document, reference)
            self.visited.add(pointer_parts(reference)[:3])
        return self._targets[reference]

    def resolved(self, node: JSON) -> Resolved:
        """The node past its references; what stands beside a reference goes before what it leads to."""
        members: Node = {}
        references: list[str] = []
        while is_object(node):
            members = {**node, **members}
            reference = node.get("$ref")
            if not isinstance(reference, str) or reference in references:
                break
            references.append(reference)
            node = self.target(reference)
        return Resolved({name: value for name, value in members.items() if name != "$ref"}, tuple(references))

    def made(self, schema: Node) -> Node:
        """A schema that stands nowhere in the document, the same object whenever it is made again."""
        return self._made.setdefault(canonical(schema), schema)

    def view(self, schema: Schema) -> View:
        """The schema as it applies."""
        if id(schema) not in self._views:
            self._views[id(schema)] = (schema, self._view(schema))
        return self._views[id(schema)][1]

    def _view(self, schema: Schema) -> View:
        gathered = _Gathered(self)
        gathered.add(schema, frozenset())
        keywords: Node = {}
        for part in gathered.parts:
            keywords = self._together(keywords, _as_3_1(part) if self.is_3_0 else part)
        return View(
            keywords=keywords,
            parts=tuple(gathered.parts),
            name=self._name(schema, frozenset()),
            never=gathered.never,
        )

    def _name(self, schema: Schema, seen: frozenset[str]) -> str | None:
        match schema:
            case {"$ref": str(reference)} if reference not in seen:
                target = self.target(reference)
                # A shared part has its own class even if it only wraps another.
                leads_on = is_object(target) and ("title" in target or "$ref" in target)
                inner = self._name(target, seen | {reference}) if leads_on else None
                return inner or pointer_parts(reference)[-1]
            case {"title": str(title)}:
                return title
            case {"allOf": [{"$ref": _} as only]} | {"anyOf": [{"$ref": _} as only]} | {"oneOf": [{"$ref": _} as only]}:
                # The generator takes the lone branch for the schema itself.
                return self._name(only, seen)
            case _:
                return None

    def _together(self, one: Node, other: Node) -> Node:
        """What applies if both do. What cannot be said in one set of keywords stays under `allOf`."""
        if (_closes(one) and _names_members(other)) or (_closes(other) and _names_members(one)):
            return {**one, "allOf": [*one.get("allOf", []), self.made(other)]}
        merged, apart = dict(one), self._apart(one, other)
        for keyword, value in other.items():
            if keyword in apart:
                continue
            if keyword not in merged or same(merged[keyword], value):
                merged[keyword] = value
            elif keyword == "properties":
                merged[keyword] = self._properties(merged[keyword], value)
            elif keyword in MERGES:
                merged[keyword] = MERGES[keyword](merged[keyword], value)
        if apart:
            left = self.made({keyword: value for keyword, value in other.items() if keyword in apart})
            merged["allOf"] = [*merged.get("allOf", []), left]
        return merged

    def _apart(self, one: Node, other: Node) -> frozenset[str]:
        """The keywords that the two do not agree on and that have no one value for both."""
        apart = {keyword for keyword in one.keys() & other.keys() if not same(one[keyword], other[keyword])}
        apart = {keyword for keyword in apart if not _has_one_value(keyword, one[keyword], other[keyword])}
        for group in TOGETHER:
            ours, theirs = ({name: node[name] for name in group & node.keys()} for node in (one, other))
            if ours and theirs and not same(ours, theirs):
                apart |= theirs.keys()
        return frozenset(apart)

    def _properties(self, one: Node, other: Node) -> Node:
        return {
            **one,
            **{
                name: schema if name not in one or same(one[name], schema) else self._both(one[name], schema)
                for name, schema in other.items()
            },
        }

    def _both(self, *schemas: Schema) -> Node:
        """One schema for both, its branches in order and each once: recursion comes back to the same ones."""
        branches: dict[str, Schema] = {}
        for schema in schemas:
            alone = is_object(schema) and schema.keys() == {"allOf"}
            for branch in schema["allOf"] if alone else [schema]:
                branches[canonical(branch)] = branch
        return self.made({"allOf": [branches[text] for text in sorted(branches)]})


@define
class _Gathered:
    """The schemas that one schema is made of, in the order in which they are written."""

    side: Side
    parts: list[Node] = field(factory=list[Node])
    never: bool = False

    def add(self, schema: Schema, inside: frozenset[str]) -> None:
        if not is_object(schema):
            self.never = self.never or schema is False
            return
        self.parts.append({name: value for name, value in schema.items() if name not in ("$ref", "allOf")})
        reference = schema.get("$ref")
        if isinstance(reference, str) and reference not in inside:
            self.add(self.side.target(reference), inside | {reference})
        for branch in schema.get("allOf", []):
            self.add(branch, inside)


def _as_3_1(part: Node) -> Node:
    """What OpenAPI 3.0 said in its own words: `nullable`, and limits that are excluded by a boolean."""
    written = dict(part)
    if "type" in written and isinstance(written.get("nullable"), bool):
        if written.pop("nullable"):
            written["type"] = [*as_list(written["type"]), "null"]
    elif written.get("nullable") is False:
        del written["nullable"]
    for limit, excluded in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if isinstance(written.get(excluded), bool) and written.pop(excluded) and limit in written:
            written[excluded] = written.pop(limit)
    return written


def as_list(value: JSON) -> list[JSON]:
    return value if is_list(value) else [value]


def _closes(schema: Node) -> bool:
    return schema.get("additionalProperties", True) not in (True, {}) or "unevaluatedProperties" in schema


def _names_members(schema: Node) -> bool:
    return not schema.keys().isdisjoint({"properties", "patternProperties", "additionalProperties"})


def _types_of_both(one: JSON, other: JSON) -> JSON:
    ours, theirs = as_list(one), as_list(other)
    both = [name for name in ours if name in theirs or (name == "integer" and "number" in theirs)]
    return both + [name for name in theirs if name == "integer" and "number" in ours and name not in both]


def _values_of_both(one: JSON, other: JSON) -> JSON:
    theirs = unordered(other)
    return [value for value in one if canonical(value) in theirs]


def _all_names(one: JSON, other: JSON) -> JSON:
    return [*one, *(name for name in other if name not in one)]


def _all_dependencies(one: JSON, other: JSON) -> JSON:
    return {**one, **{name: _all_names(one.get(name, []), names) for name, names in other.items()}}


#: How the values of a keyword become one that says both. What is not here has no such value.
MERGES: Mapping[str, Callable[[JSON, JSON], JSON]] = {
    "type": _types_of_both,
    "enum": _values_of_both,
    "required": _all_names,
    "dependentRequired": _all_dependencies,
    "uniqueItems": lambda one, other: one or other,
    **dict.fromkeys(("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"), max),
    **dict.fromkeys(("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"), min),
}
SHAPES: Mapping[str, type | tuple[type, ...]] = {
    "type": (str, list),
    "enum": list,
    "required": list,
    "dependentRequired": dict,
    "properties": dict,
    "uniqueItems": bool,
}


def _has_one_value(keyword: str, *values: JSON) -> bool:
    if keyword in ANNOTATIONS or keyword.startswith("x-"):
        return True
    due = SHAPES.get(keyword, (int, float))
    return keyword in (*MERGES, "properties") and all(isinstance(value, due) for value in values)
