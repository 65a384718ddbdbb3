"""What a rule is: it mends one fault, takes and gives Swagger 2.0, and reports what it did.

A rule reports with pointers into the document that it was given. Rules that move nodes say what came from where, so
that every report, and every error, can be led back to the document as published.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence

from attrs import field, frozen

from scripts.document import (
    JSON,
    Document,
    DocumentError,
    Kind,
    Node,
    Pointer,
    is_list,
    is_object,
    json_path,
    map_nodes,
    reference_to,
)
from scripts.wording import unused

#: Where the published document lies in a contract folder; an overlay that extends it is applied before any rule.
PUBLISHED = "source/swagger.json"


@frozen
class Target:
    """A place in the sources: a file, empty for the document itself, and a pointer into it."""

    file: str
    pointer: Pointer

    def __str__(self) -> str:
        return self.file + reference_to(self.pointer)


@frozen
class Mend:
    """One fault that was mended: where in the published document, by which rule, and what is true now."""

    pointer: str
    rule: str
    what: str


@frozen
class Report:
    """Where a rule says what it mended, and what it moved."""

    mends: list[tuple[Pointer, str]] = field(factory=list[tuple[Pointer, str]])
    moves: dict[Pointer, Pointer] = field(factory=dict[Pointer, Pointer])

    def __call__(self, pointer: Pointer, what: str) -> None:
        """Something was mended at `pointer`."""
        self.mends.append((pointer, what))

    def moved(self, old: Pointer, new: Pointer) -> None:
        """What stood at `old` stands at `new` from now on."""
        self.moves[new] = old


Rule = Callable[[Document, Report], Document]
#: Changes one node, which is a copy of its own at the top level; gets the pointer and the report.
NodeChange = Callable[[Node, Pointer, Report], Node]
#: The same where what it does hangs on what the node is.
KindChange = Callable[[Kind, Node, Pointer, Report], Node]


@frozen
class NodeRule:
    """A rule that takes each node of some kinds by itself, inner ones first.

    Several such rules may go through the document together, one after the other at each node.
    """

    kinds: tuple[Kind, ...]
    change: KindChange

    def __call__(self, document: Document, report: Report) -> Document:
        """The document after this rule alone."""
        return after_all(document, [(self, report)])


def on(*kinds: Kind) -> Callable[[NodeChange], NodeRule]:
    """Make a rule of a function of one node, for every node of these kinds."""
    return lambda change: NodeRule(kinds, lambda kind, node, pointer, report: change(node, pointer, report))


def by_kind(*kinds: Kind) -> Callable[[KindChange], NodeRule]:
    """Make a rule of a function of one node and its kind, for every node of these kinds, or of all."""
    return lambda change: NodeRule(kinds or tuple(Kind), change)


def after_all(document: Document, rules: Sequence[tuple[NodeRule, Report]]) -> Document:
    """The document after several rules that take each node by itself."""
    changes = {kind: [(rule.change, report) for rule, report in rules if kind in rule.kinds] for kind in Kind}

    def change(kind: Kind, node: Node, pointer: Pointer) -> Node:
        for each, report in changes[kind]:
            node = each(kind, node, pointer, report)
        return node

    return map_nodes(document, change, kinds=[kind for kind in Kind if changes[kind]])


#: What says a type: schemas, the items of parameters and headers, and both of these themselves.
TYPED = (Kind.SCHEMA, Kind.ITEMS, Kind.PARAMETER, Kind.HEADER)


@frozen
class Unsettled(DocumentError):
    """A fault that cannot be mended without guessing; the deed at the pointer, in an overlay, would settle it."""

    pointer: Pointer = ()
    deed: str = ""


def unsettled(pointer: Pointer, what: str, deed: str, path: str | None = None) -> Unsettled:
    """What cannot be mended without guessing, with the overlay action that would settle it.

    The target of the action is made of the pointer, unless the path is given.
    """
    target = path or json_path(pointer)
    hint = f"Settle it in an overlay with `extends: {PUBLISHED}` and the action `target: {target}`, `{deed}`."
    return Unsettled(reference_to(pointer), what, hint, pointer, deed)


def path_in(document: Document, pointer: Pointer) -> str:
    """The pointer as a JSONPath that selects what stands there; digits are an index in a list, and else a name."""
    path, node = "$", document
    for part in pointer:
        listed = is_list(node)
        path += f"[{part}]" if listed else f"['{part}']" if part.isdecimal() else json_path((part,)).removeprefix("$")
        node = child(node, part)
    return path


def child(node: JSON, part: str) -> JSON:
    """What stands in a list or an object under one part of a pointer; None if nothing does."""
    if is_list(node):
        return node[int(part)] if part.isdecimal() and int(part) < len(node) else None
    return node.get(part) if is_object(node) else None


def without(node: Node, *names: str) -> Node:
    """The node without these members."""
    return {name: value for name, value in node.items() if name not in names}


def set_aside(node: Node, name: str) -> tuple[Node, str]:
    """The node with one member kept as an extension, and what that is called, which no other member is."""
    kept = unused(f"x-{name.lstrip('$')}", node.__contains__, "-")
    return {**without(node, name), kept: node[name]}, kept


NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")


def as_number(text: str) -> int | float | None:
    """The number that a text shows, an integer where it is one; None if it shows no number."""
    text = text.strip()
    if not NUMBER.fullmatch(text) or len(text) > 300:
        return None
    if re.fullmatch("-?[0-9]+", text):
        return int(text)
    return float(text) if math.isfinite(float(text)) else None
