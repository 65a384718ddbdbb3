"""Two operations held against each other: parameters, bodies, responses, security, servers and words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from attrs import define, frozen

from scripts.changes import names
from scripts.changes.pairing import changed
from scripts.changes.record import (
    CODE,
    EITHER,
    NARROWER,
    NONE,
    WIDER,
    Direction,
    Effect,
    Finding,
    Rule,
    finding,
    found,
)
from scripts.changes.schemas import Comparison
from scripts.changes.side import Side
from scripts.changes.values import ABSENT, Value, canonical, same, unordered, without_order
from scripts.document import JSON, METHODS, Node, is_object
from scripts.matching import parameter_names
from scripts.wording import listed

REQUEST, RESPONSE = Direction.REQUEST, Direction.RESPONSE
WORDS = ("summary", "description", "externalDocs", "example", "examples")
#: How a parameter or a header is written on the wire, with what is meant if nothing is said.
WRITING = ("style", "explode", "allowReserved")


@frozen
class Operation:
    """An operation with what its path item and its document say of it; a server's own calls go to no server."""

    side: Side
    path: str
    method: str
    node: Node
    item: Node
    is_called_back: bool = False

    def parameters(self) -> Mapping[tuple[str, str], Node]:
        """Each parameter by its place and its name; for those of the path, the number of its braces is the name."""
        found: dict[tuple[str, str], Node] = {}
        order = parameter_names(self.path)
        for holder in (self.item, self.node):
            for each in holder.get("parameters", []):
                node = self.side.resolved(each).node
                place, name = str(node.get("in")), str(node.get("name"))
                known = str(order.index(name)) if place == "path" and name in order else name
                found[place, known.lower() if place == "header" else known] = node
        return found

    def inherits(self, name: str) -> bool:
        """Whether the document speaks for it."""
        return not self.is_called_back and not any(name in each for each in self._holders(name))

    def inherited(self, name: str) -> JSON:
        """What the operation says, or else its path item, or the document."""
        nothing: list[JSON] = []
        holders = (*self._holders(name), *(() if self.is_called_back else (self.side.document,)))
        return next((each[name] for each in holders if name in each), nothing)

    def _holders(self, name: str) -> tuple[Node, ...]:
        # A path item has servers, and no security of its own.
        return (self.node, self.item) if name == "servers" else (self.node,)


def operation_changes(comparison: Comparison, old: Operation, new: Operation) -> Iterator[Finding]:
    """Each change between an operation and what became of it."""
    yield from _names(old, new)
    yield from _Operations(comparison, old, new).findings()


def _names(old: Operation, new: Operation) -> Iterator[Finding]:
    """What the function that calls it is named, and where it is."""
    was, now = (names.function(each.path, each.method, each.node) for each in (old, new))
    if was != now:
        yield finding(Rule.OPERATION_RENAMED, "", f"its function is {now} now, and was {was}", REQUEST, CODE)
    elif not same(old.node.get("operationId", ABSENT), new.node.get("operationId", ABSENT)):
        what = changed("operationId", old.node.get("operationId", ABSENT), new.node.get("operationId", ABSENT))
        yield finding(Rule.DOCUMENTATION_CHANGED, "", what, REQUEST)
    was, now = (names.package(each.node) for each in (old, new))
    if was != now:
        yield finding(Rule.MODULE_RENAMED, "", f"its module is in {now} now, and was in {was}", REQUEST, CODE)
    elif unordered(old.node.get("tags", [])) != unordered(new.node.get("tags", [])):
        yield finding(Rule.TAGS_CHANGED, "", "has other tags", REQUEST)


@define
class _Operations:
    """The comparison of two operations."""

    comparison: Comparison
    old: Operation
    new: Operation

    def findings(self) -> Iterator[Finding]:
        yield from self.parameters()
        yield from self.request_body()
        yield from self.responses()
        yield from self.security()
        yield from self.servers()
        yield from self.callbacks()
        known = {"operationId", "tags", "parameters", "requestBody", "responses", "security", "servers", "callbacks"}
        yield from self.described("", self.old.node, self.new.node, known)
        yield from self.described("path", self.old.item, self.new.item, {*METHODS, "parameters", "servers", "$ref"})

    def described(
        self, place: str, old: Node, new: Node, known: set[str], way: Direction = REQUEST
    ) -> Iterator[Finding]:
        """What two nodes say besides the members that are known."""
        differing = [
            name
            for name in sorted((old.keys() | new.keys()) - known)
            if not same(old.get(name, ABSENT), new.get(name, ABSENT))
        ]
        words = [name for name in differing if name in WORDS]
        if words:
            yield finding(Rule.DOCUMENTATION_CHANGED, place, f"says otherwise: {listed(words)}", way)
        for name in differing:
            before, after = old.get(name, ABSENT), new.get(name, ABSENT)
            what = changed(name, before, after)
            if name == "deprecated":
                yield finding(Rule.DEPRECATION_CHANGED, place, what, way, NONE, before, after)
            elif name.startswith("x-"):
                yield finding(Rule.EXTENSION_CHANGED, place, what, way, NONE, before, after)
            elif name not in WORDS:
                yield finding(Rule.NOT_UNDERSTOOD, place, what, way, EITHER, before, after)

    def parameters(self) -> Iterator[Finding]:
        old, new = self.old.parameters(), self.new.parameters()
        for key in sorted(old.keys() | new.keys()):
            node = new.get(key) or old[key]
            place = f"{key[0]} parameter {node.get('name')}"
            if key not in old:
                required = new[key].get("required") is True
                what = "is new and required" if required else "is new"
                effect = Effect(narrower=required, wider=True)
                yield finding(Rule.PARAMETER_ADDED, place, what, REQUEST, effect)
            elif key not in new:
                effect = Effect(narrower=True, wider=old[key].get("required") is True, code=True)
                yield finding(Rule.PARAMETER_REMOVED, place, "is gone", REQUEST, effect)
            else:
                yield from self.parameter(place, old[key], new[key])

    def parameter(self, place: str, old: Node, new: Node) -> Iterator[Finding]:
        was, now = str(old.get("name")), str(new.get("name"))
        if names.argument(was) != names.argument(now):
            what = f"is passed as {names.argument(now)} now, and was as {names.argument(was)}"
            yield finding(Rule.PARAMETER_RENAMED, place, what, REQUEST, CODE, was, now)
        elif was != now:
            yield finding(Rule.DOCUMENTATION_CHANGED, place, f"is spelled {now} now, and was {was}", REQUEST)
        required = (old.get("required") is True, new.get("required") is True)
        if required == (False, True):
            yield finding(Rule.PARAMETER_REQUIRED, place, "is required now", REQUEST, NARROWER)
        elif required == (True, False):
            yield finding(Rule.PARAMETER_OPTIONAL, place, "may be left out now", REQUEST, WIDER)
        empty = (old.get("allowEmptyValue") is True, new.get("allowEmptyValue") is True)
        if empty == (False, True):
            yield finding(Rule.EMPTY_VALUE_ALLOWED, place, "may be empty now", REQUEST, WIDER)
        elif empty == (True, False):
            yield finding(Rule.EMPTY_VALUE_FORBIDDEN, place, "may no longer be empty", REQUEST, NARROWER)
        yield from self.written(place, old, new, REQUEST)
        known = {"name", "in", "required", "allowEmptyValue", "schema", "content", *WRITING}
        yield from self.described(place, old, new, known)

    def written(self, place: str, old: Node, new: Node, way: Direction) -> Iterator[Finding]:
        """How a parameter or a header is written, and the values that it may have."""
        for name, before, after in (
            (name, _writing(old, name), _writing(new, name)) for name in WRITING if name in old or name in new
        ):
            if not same(before, after):
                what = changed(name, before, after)
                yield finding(Rule.SERIALIZATION_CHANGED, place, what, way, EITHER, before, after)
        if ("content" in old) != ("content" in new):
            yield finding(Rule.SERIALIZATION_CHANGED, place, "is written as another media type", way, EITHER)
        elif "content" in old:
            yield from self.content(place, old["content"], new["content"], way)
        else:
            yield from self.schema(place, old.get("schema", True), new.get("schema", True), way)

    def schema(self, place: str, old: JSON, new: JSON, way: Direction) -> Iterator[Finding]:
        for difference in self.comparison.differences(old, new, way):
            yield found(way, place, difference)

    def content(self, place: str, old: Node, new: Node, way: Direction) -> Iterator[Finding]:
        for media_type in sorted(old.keys() | new.keys()):
            where = f"{place} {media_type}"
            if media_type not in old:
                yield finding(Rule.MEDIA_TYPE_ADDED, where, "may be sent now", way, WIDER)
            elif media_type not in new:
                yield finding(Rule.MEDIA_TYPE_REMOVED, where, "is no longer sent", way, NARROWER)
            else:
                before, after = _object(old[media_type]), _object(new[media_type])
                yield from self.schema(where, before.get("schema", True), after.get("schema", True), way)
                yield from self.encoding(where, before, after, way)
                yield from self.described(where, before, after, {"schema", "encoding"}, way)

    def encoding(self, place: str, old: Node, new: Node, way: Direction) -> Iterator[Finding]:
        before, after = _encoding(self.old.side, old), _encoding(self.new.side, new)
        if not same(before, after):
            what = changed("encoding", before, after)
            yield finding(Rule.ENCODING_CHANGED, place, what, way, EITHER, before, after)

    def request_body(self) -> Iterator[Finding]:
        place = "request body"
        old, new = (each.node.get("requestBody") for each in (self.old, self.new))
        before, after = self.old.side.resolved(old).node, self.new.side.resolved(new).node
        was, now = before.get("required") is True, after.get("required") is True
        if old is None and new is not None:
            what = "is new and required" if now else "is new"
            yield finding(Rule.REQUEST_BODY_ADDED, place, what, REQUEST, Effect(narrower=now, wider=True))
        elif new is None and old is not None:
            effect = Effect(narrower=True, wider=was, code=True)
            yield finding(Rule.REQUEST_BODY_REMOVED, place, "is gone", REQUEST, effect)
        elif old is not None:
            if now and not was:
                yield finding(Rule.REQUEST_BODY_REQUIRED, place, "is required now", REQUEST, NARROWER)
            elif was and not now:
                yield finding(Rule.REQUEST_BODY_OPTIONAL, place, "may be left out now", REQUEST, WIDER)
            yield from self.content(place, before.get("content", {}), after.get("content", {}), REQUEST)
            yield from self.described(place, before, after, {"required", "content"})

    def responses(self) -> Iterator[Finding]:
        old, new = (each.node.get("responses", {}) for each in (self.old, self.new))
        for status in sorted(old.keys() | new.keys()):
            place = f"response {status}"
            if status.startswith("x-"):
                yield from self.described("responses", old, new, {name for name in (*old, *new) if name != status})
            elif status not in old:
                yield finding(Rule.RESPONSE_ADDED, place, "may be answered now", RESPONSE, WIDER)
            elif status not in new:
                effect = Effect(narrower=True, code=True)
                yield finding(Rule.RESPONSE_REMOVED, place, "is no longer answered", RESPONSE, effect)
            else:
                before, after = self.old.side.resolved(old[status]).node, self.new.side.resolved(new[status]).node
                yield from self.headers(place, before.get("headers", {}), after.get("headers", {}))
                yield from self.response_content(place, before, after)
                yield from self.links(place, before.get("links", {}), after.get("links", {}))
                yield from self.described(place, before, after, {"headers", "content", "links"}, RESPONSE)

    def response_content(self, place: str, old: Node, new: Node) -> Iterator[Finding]:
        yield from self.content(place, old.get("content", {}), new.get("content", {}), RESPONSE)

    def headers(self, place: str, old: Node, new: Node) -> Iterator[Finding]:
        spelled = ({name.lower(): name for name in each} for each in (old, new))
        before, after = (
            {low: each[name] for low, name in names_.items()} for names_, each in zip(spelled, (old, new), strict=True)
        )
        for name in sorted(before.keys() | after.keys()):
            where = f"{place} header {name}"
            was = self.old.side.resolved(before.get(name)).node
            now = self.new.side.resolved(after.get(name)).node
            required = (was.get("required") is True, now.get("required") is True)
            if name not in before:
                effect = NARROWER if required[1] else NONE
                yield finding(Rule.HEADER_ADDED, where, "is new" + " and required" * required[1], RESPONSE, effect)
            elif name not in after:
                effect = WIDER if required[0] else NONE
                yield finding(Rule.HEADER_REMOVED, where, "is gone", RESPONSE, effect)
            else:
                if required == (False, True):
                    yield finding(Rule.HEADER_REQUIRED, where, "is always there now", RESPONSE, NARROWER)
                elif required == (True, False):
                    yield finding(Rule.HEADER_OPTIONAL, where, "may be missing now", RESPONSE, WIDER)
                yield from self.written(where, was, now, RESPONSE)
                yield from self.described(where, was, now, {"required", "schema", "content", *WRITING}, RESPONSE)

    def links(self, place: str, old: Node, new: Node) -> Iterator[Finding]:
        for name in sorted(old.keys() | new.keys()):
            where = f"{place} link {name}"
            if name not in old:
                yield finding(Rule.LINK_ADDED, where, "is new", RESPONSE)
            elif name not in new:
                yield finding(Rule.LINK_REMOVED, where, "is gone", RESPONSE)
            else:
                before, after = self.old.side.resolved(old[name]).node, self.new.side.resolved(new[name]).node
                if not same(before, after):
                    yield finding(Rule.LINK_CHANGED, where, "leads elsewhere, or says so otherwise", RESPONSE)

    def security(self) -> Iterator[Finding]:
        if not (self.old.inherits("security") and self.new.inherits("security")):
            sides = (self.comparison.old, self.comparison.new)
            yield from security_findings(*sides, self.old.inherited("security"), self.new.inherited("security"))

    def servers(self) -> Iterator[Finding]:
        if not (self.old.inherits("servers") and self.new.inherits("servers")):
            yield from server_findings(self.old.inherited("servers"), self.new.inherited("servers"))

    def callbacks(self) -> Iterator[Finding]:
        old, new = (each.node.get("callbacks", {}) for each in (self.old, self.new))
        for name in sorted(old.keys() | new.keys()):
            was, now = self.old.side.resolved(old.get(name)).node, self.new.side.resolved(new.get(name)).node
            for path in sorted(was.keys() | now.keys()):
                items = self.old.side.resolved(was.get(path)).node, self.new.side.resolved(now.get(path)).node
                for method in METHODS:
                    where = f"callback {name} {method.upper()} {path}"
                    before, after = (item.get(method) for item in items)
                    if is_object(before) and is_object(after):
                        inner = (
                            Operation(self.old.side, path, method, before, items[0], True),
                            Operation(self.new.side, path, method, after, items[1], True),
                        )
                        for each in _Operations(self.comparison, *inner).findings():
                            yield each.called_back(where)
                    elif after is not None:
                        yield finding(Rule.CALLBACK_ADDED, where, "is new", RESPONSE, WIDER)
                    elif before is not None:
                        yield finding(Rule.CALLBACK_REMOVED, where, "is gone", RESPONSE, NARROWER)


def security_findings(
    old_side: Side, new_side: Side, old_said: Sequence[Node], new_said: Sequence[Node]
) -> Iterator[Finding]:
    """The ways to prove who one is: any of them will do, so one less is less that a caller may send."""
    old, new = (_requirements(each) for each in (old_said, new_said))
    for text in sorted(new.keys() - old.keys()):
        yield finding(Rule.SECURITY_ADDED, "security", f"{new[text]} is enough now", REQUEST, WIDER)
    for text in sorted(old.keys() - new.keys()):
        yield finding(Rule.SECURITY_REMOVED, "security", f"{old[text]} is no longer enough", REQUEST, NARROWER)
    common = old.keys() & new.keys()
    for name in sorted({name for text in common for name in _schemes(text)}):
        was, now = _scheme(old_side, name), _scheme(new_side, name)
        if same(was, now):
            continue
        bare = [_without_words(each) for each in (was, now)]
        effect = NONE if same(bare[0], bare[1]) else EITHER
        what = "is another scheme" if effect is EITHER else "is described otherwise"
        yield finding(Rule.SECURITY_SCHEME_CHANGED, f"security {name}", what, REQUEST, effect)


def server_findings(old_said: Sequence[Node], new_said: Sequence[Node]) -> Iterator[Finding]:
    """Where the API is served."""
    old, new = ({str(each.get("url")): each for each in said} for said in (old_said, new_said))
    for url in sorted(new.keys() - old.keys()):
        yield finding(Rule.SERVER_ADDED, "servers", f"{url} is new", REQUEST)
    for url in sorted(old.keys() - new.keys()):
        yield finding(Rule.SERVER_REMOVED, "servers", f"{url} is gone", REQUEST, NARROWER)
    common = [[url for url in said if url in old and url in new] for said in (old, new)]
    if common[0] != common[1]:
        yield finding(Rule.SERVER_CHANGED, "servers", "stand in another order; many programs take the first", REQUEST)
    for url in common[0]:
        variables = [_values(each[url].get("variables", {})) for each in (old, new)]
        rest = [{**each[url], "variables": _words(each[url].get("variables", {}))} for each in (old, new)]
        if variables[0] != variables[1] or not same(rest[0], rest[1]):
            effect = NONE if variables[0] == variables[1] else EITHER
            yield finding(Rule.SERVER_CHANGED, "servers", f"{url} is described otherwise", REQUEST, effect)


def _object(value: JSON) -> Node:
    return value if is_object(value) else {}


def _encoding(side: Side, media_type: Node) -> Value:
    """How the parts of a body are written, with the headers that their references lead to."""
    if "encoding" not in media_type:
        return ABSENT
    return {
        name: {**each, "headers": {header: side.resolved(node).node for header, node in each["headers"].items()}}
        if "headers" in each
        else each
        for name, each in media_type["encoding"].items()
    }


def _writing(node: Node, name: str) -> Value:
    """What a node says of how it is written, or what is meant if it says nothing."""
    place = node.get("in", "header")
    style = node.get("style", "form" if place in ("query", "cookie") else "simple")
    meant = {"style": style, "explode": style == "form", "allowReserved": False}
    return node.get(name, meant[name])


def _requirements(said: Sequence[Node]) -> dict[str, str]:
    """The ways to prove who one is, each with its words; an empty one if nothing is asked."""
    return {canonical({name: sorted(scopes) for name, scopes in each.items()}): _worded(each) for each in said or [{}]}


def _worded(requirement: Node) -> str:
    parts = [f"{name} ({', '.join(scopes)})" if scopes else name for name, scopes in requirement.items()]
    return listed(parts) if parts else "nothing"


def _schemes(requirement: str) -> list[str]:
    return list(json.loads(requirement))


def _scheme(side: Side, name: str) -> Node:
    schemes = side.document.get("components", {}).get("securitySchemes", {})
    side.visited.add(("components", "securitySchemes", name))
    return side.resolved(schemes.get(name)).node


def _values(variables: Node) -> Mapping[str, str]:
    """What the variables of a server may be, and are if nothing is said."""
    return {
        name: canonical({"enum": without_order(each.get("enum")), "default": each.get("default")})
        for name, each in variables.items()
    }


def _without_words(scheme: Node) -> Node:
    """A security scheme without what is for people, and for tools that know more than OpenAPI says."""
    return {key: value for key, value in scheme.items() if key not in WORDS and not key.startswith("x-")}


def _words(variables: Node) -> Node:
    """What is said of the variables of a server besides their values."""
    return {
        name: {key: value for key, value in each.items() if key not in ("enum", "default")}
        for name, each in variables.items()
    }
