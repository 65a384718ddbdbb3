"""The changes between two contracts, each by operation and field, and whom it breaks.

Nothing is passed over: two documents that differ in more than the order of what has none have at least one change
between them, and what no rule understands is told as breaking for both sides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping

from attrs import evolve

from scripts.changes.operations import Operation, operation_changes, security_findings, server_findings
from scripts.changes.pairing import changed
from scripts.changes.record import Change, Direction, Effect, Finding, Rule, finding
from scripts.changes.schemas import Comparison
from scripts.changes.side import Side
from scripts.changes.values import ABSENT, canonical, same, small, without_order
from scripts.document import METHODS, Document, Node, is_object
from scripts.matching import without_names

__all__ = ["Change", "Rule", "changes"]

#: Members of a document that are told operation by operation, or below.
TOLD = {"paths", "components", "servers", "security", "webhooks", "info", "tags"}
BOTH = Effect(narrower=True, wider=True, code=True)
REQUEST = Direction.REQUEST
_Key = tuple[str, str]


def changes(old: Document, new: Document) -> tuple[Change, ...]:
    """Every change from the one contract to the other, in an order of its own; the documents are left alone."""
    if canonical(old) == canonical(new):
        return ()
    comparison = Comparison(Side(old), Side(new))
    alike = _alike(old) | _alike(new)
    before, after = _operations(comparison.old, alike), _operations(comparison.new, alike)
    found = [*_of_operations(comparison, before, after), *_of_document(old, new)]
    found += _of_all_operations(comparison, [*before.values(), *after.values()])
    found += _of_components(comparison.old, comparison.new)
    if not found and canonical(without_order(old)) != canonical(without_order(new)):
        found.append(_change("", "", Finding(Rule.WRITTEN_DIFFERENTLY, "", "is written in another way")))
    return tuple(sorted(set(found), key=_order))


def _order(change: Change) -> tuple[object, ...]:
    method = METHODS.index(change.method.lower()) if change.method.lower() in METHODS else len(METHODS)
    return change.path, method, change.place, change.rule, change.what, change.old or "", change.new or ""


def _change(method: str, path: str, found: Finding) -> Change:
    return Change(
        path=path,
        method=method.upper(),
        place=found.place,
        rule=found.rule,
        what=found.what,
        breaks_clients=found.caller or found.code,
        breaks_servers=found.answerer,
        old=found.old,
        new=found.new,
    )


def _template(path: str) -> str:
    """The path without the names of its parameters."""
    return without_names(path) + ("/" if path.endswith("/") and path != "/" else "")


def _alike(document: Document) -> set[str]:
    """The templates that several paths of a document share, which their names alone tell apart."""
    templates = Counter(map(_template, document.get("paths", {})))
    return {template for template, number in templates.items() if number > 1}


def _operations(side: Side, alike: Collection[str]) -> dict[_Key, Operation]:
    """The operations of a document, by method and path without the names of its parameters, unless those tell."""
    return {
        (method, path if _template(path) in alike else _template(path)): operation
        for path, item in _items(side, "paths").items()
        for method, operation in _of_item(side, path, item).items()
    }


def _items(side: Side, room: str) -> Mapping[str, Node]:
    items = side.document.get(room, {})
    return {name: side.resolved(item).node for name, item in items.items() if not name.startswith("x-")}


def _of_item(side: Side, path: str, item: Node, *, is_called_back: bool = False) -> dict[str, Operation]:
    return {
        method: Operation(side, path, method, item[method], item, is_called_back)
        for method in METHODS
        if is_object(item.get(method))
    }


def _of_operations(
    comparison: Comparison, old: Mapping[_Key, Operation], new: Mapping[_Key, Operation]
) -> Iterator[Change]:
    moved = _moved(old, new)
    for key in sorted(old.keys() | new.keys()):
        if key in old and key in new:
            after = new[key]
            for each in operation_changes(comparison, old[key], after):
                yield _change(after.method, after.path, each)
        elif key in moved:
            before, after = old[key], new[moved[key]]
            what = f"is {after.method.upper()} {after.path} now"
            yield _change(before.method, before.path, finding(Rule.OPERATION_MOVED, "", what, REQUEST, BOTH))
            for each in operation_changes(comparison, before, after):
                yield _change(after.method, after.path, each)
        elif key in old:
            effect = Effect(narrower=True, code=True)
            gone = finding(Rule.OPERATION_REMOVED, "", "is gone", REQUEST, effect)
            yield _change(old[key].method, old[key].path, gone)
        elif key not in moved.values():
            come = finding(Rule.OPERATION_ADDED, "", "is new", REQUEST, Effect(wider=True))
            yield _change(new[key].method, new[key].path, come)
    yield from _of_webhooks(comparison)


def _moved(old: Mapping[_Key, Operation], new: Mapping[_Key, Operation]) -> dict[_Key, _Key]:
    """Where the operations went that have kept their operationId and nothing else."""
    by_name = {each.node.get("operationId"): key for key, each in new.items() if key not in old}
    return {
        key: by_name[name]
        for key, each in old.items()
        if key not in new and (name := each.node.get("operationId")) is not None and name in by_name
    }


def _of_webhooks(comparison: Comparison) -> Iterator[Change]:
    old, new = (_items(side, "webhooks") for side in (comparison.old, comparison.new))
    for name in sorted(old.keys() | new.keys()):
        before = _of_item(comparison.old, name, old.get(name, {}), is_called_back=True)
        after = _of_item(comparison.new, name, new.get(name, {}), is_called_back=True)
        for method in sorted(before.keys() | after.keys()):
            where = f"webhook {name}"
            if method not in before:
                come = finding(Rule.CALLBACK_ADDED, where, "is new", Direction.RESPONSE, Effect(wider=True))
                yield _change(method, "", come)
            elif method not in after:
                gone = finding(Rule.CALLBACK_REMOVED, where, "is gone", Direction.RESPONSE, Effect(narrower=True))
                yield _change(method, "", gone)
            else:
                for each in operation_changes(comparison, before[method], after[method]):
                    yield _change(method, "", each.called_back(where))


def _of_all_operations(comparison: Comparison, operations: Collection[Operation]) -> Iterator[Change]:
    """What the document says for all operations that do not say it themselves is told once. It may break no one."""
    sides = (comparison.old, comparison.new)
    servers, security = ([side.document.get(name, []) for side in sides] for name in ("servers", "security"))
    for name, findings in (
        ("servers", server_findings(*servers)),
        ("security", security_findings(*sides, *security)),
    ):
        bears = any(each.inherits(name) for each in operations)
        for each in findings:
            yield _change("", "", each if bears else evolve(each, caller=False, answerer=False))


def _of_document(old: Document, new: Document) -> Iterator[Change]:
    """What is said of the contract as a whole."""
    infos = [each.get("info", {}) for each in (old, new)]
    for name in sorted(infos[0].keys() | infos[1].keys()):
        before, after = (each.get(name, ABSENT) for each in infos)
        if not same(before, after):
            rule = Rule.VERSION_CHANGED if name == "version" else Rule.METADATA_CHANGED
            what = changed(name, before, after)
            yield _change("", "", Finding(rule, "info", what, old=small(before), new=small(after)))
    tags = [{canonical(tag) for tag in each.get("tags", [])} for each in (old, new)]
    if tags[0] != tags[1]:
        yield _change("", "", Finding(Rule.TAGS_CHANGED, "tags", "are others, or described otherwise"))
    for name in sorted((old.keys() | new.keys()) - TOLD):
        before, after = old.get(name, ABSENT), new.get(name, ABSENT)
        if same(before, after):
            continue
        known = {"openapi": Rule.METADATA_CHANGED, "externalDocs": Rule.DOCUMENTATION_CHANGED}
        rule = Rule.EXTENSION_CHANGED if name.startswith("x-") else known.get(name, Rule.NOT_UNDERSTOOD)
        breaks = rule is Rule.NOT_UNDERSTOOD
        what = changed(name, before, after)
        yield _change("", "", Finding(rule, name, what, breaks, breaks, False, small(before), small(after)))
    items = [each.get("paths", {}) for each in (old, new)]
    for name in sorted(name for name in items[0].keys() | items[1].keys() if name.startswith("x-")):
        before, after = (each.get(name, ABSENT) for each in items)
        if not same(before, after):
            what = changed(name, before, after)
            yield _change("", "", Finding(Rule.EXTENSION_CHANGED, "paths", what, old=small(before), new=small(after)))


def _of_components(old: Side, new: Side) -> Iterator[Change]:
    """Components that no operation reaches: they break nobody, and are told all the same."""
    rooms = [side.document.get("components", {}) for side in (old, new)]
    for room in sorted(rooms[0].keys() | rooms[1].keys()):
        before, after = (each.get(room, {}) for each in rooms)
        if room.startswith("x-") or not (is_object(before) and is_object(after)):
            if not same(before, after):
                yield _change("", "", Finding(Rule.EXTENSION_CHANGED, f"components {room}", "says otherwise"))
            continue
        for name in sorted(before.keys() | after.keys()):
            place, pointer = f"components {room} {name}", ("components", room, name)
            unvisited = pointer not in old.visited or pointer not in new.visited
            if name not in before and pointer not in new.visited:
                yield _change("", "", Finding(Rule.COMPONENT_ADDED, place, "is new"))
            elif name not in after and pointer not in old.visited:
                yield _change("", "", Finding(Rule.COMPONENT_REMOVED, place, "is gone"))
            elif name in before and name in after and unvisited and not same(before[name], after[name]):
                yield _change("", "", Finding(Rule.COMPONENT_CHANGED, place, "is another"))
