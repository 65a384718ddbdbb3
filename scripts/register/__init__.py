"""The register of conflicts: where the sources contradict each other, and what decides each case.

A conflict is ruled if intake mended it, if an overlay action made it go, or if an action lists its id under `x-rules`.
It is open otherwise. An action that changes nothing and rules nothing, or lists what is no conflict, is stale.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from attrs import define, field, frozen

from scripts.document import Document
from scripts.register.between_pages import conflicts_between
from scripts.register.conflict import Conflict, Conflicts, Place, Setting, by_id
from scripts.register.fields import field_conflicts
from scripts.register.paths import path_conflicts
from scripts.register.request_lines import request_line_conflicts
from scripts.register.responses import left_out_conflicts, status_conflicts
from scripts.selection import operations_of
from scripts.sources import Ruling
from scripts.validity import Schemas

__all__ = ["Conflict", "Entry", "Made", "Place", "Register", "Setting", "Stage", "Stale", "register"]

#: What most conflicts are about, in the order in which they are listed: what is sent first.
ORDER = ("page-unmatched", "path", "method", "parameter", "body", "media-type", "field", "status", "page")


#: Gives the contract at some stage with what conflicts are looked for in, or None if there is none at this stage.
Made = Callable[[], tuple[Document, Setting] | None]


@define
class Stage:
    """The contract at some stage of its making: after an action, or before any if `ruling` is None.

    `made` is asked only when what stands there matters.
    """

    made: Made
    ruling: Ruling | None
    _found: Conflicts | None = field(init=False, default=None)

    @property
    def conflicts(self) -> Conflicts | None:
        """Each conflict at this stage, by its id; None if there is no contract."""
        if self._found is None and (made := self.made()) is not None:
            document, setting = made
            self._found = {**_fixed(setting), **_found(document, setting)}
        return self._found


@frozen
class Entry:
    """A conflict and what decides it: an overlay action, the rule of a mend, or nothing."""

    conflict: Conflict
    ruling: Ruling | None

    @property
    def is_open(self) -> bool:
        return self.ruling is None and not self.conflict.mend

    @property
    def decided_by(self) -> str:
        """The action, the mend, or `open`."""
        if self.ruling is not None:
            return str(self.ruling)
        return f"mend {self.conflict.mend}" if self.conflict.mend else "open"


@frozen
class Stale:
    """A ruling whose conflict is gone; `what` says what it rules in vain."""

    ruling: Ruling
    what: str

    def __str__(self) -> str:
        return f"{self.ruling}: {self.what}. Take it out."


@frozen
class Register:
    """Every conflict of a contract's sources, and every ruling that has none."""

    entries: tuple[Entry, ...]
    stale: tuple[Stale, ...]

    @property
    def open(self) -> tuple[Entry, ...]:
        """The conflicts that nothing decides."""
        return tuple(entry for entry in self.entries if entry.is_open)


def register(stages: Sequence[Stage], idle: Collection[Ruling] = ()) -> Register:
    """The register of a contract; the first stage is before any action, the last after all.

    `idle` are the actions that changed nothing.
    """
    last = stages[-1].conflicts or {}
    first = next(found for stage in stages if (found := stage.conflicts) is not None)
    removed = _removed_by(stages, {name for name in first if name not in last})
    rulings = [stage.ruling for stage in stages if stage.ruling]
    listed = {name: ruling for ruling in rulings for name in ruling.action.rules}
    known = {**first, **last}
    entries = [Entry(conflict, listed.get(name) or removed.get(name)) for name, conflict in known.items()]
    return Register(
        tuple(sorted(entries, key=lambda entry: _order(entry.conflict))),
        tuple(_stale(rulings, idle, known)),
    )


def _fixed(setting: Setting) -> Conflicts:
    """The conflicts that no action can remove."""
    return by_id([*path_conflicts(setting), *conflicts_between(setting.pages)])


def _found(document: Document, setting: Setting) -> Conflicts:
    """The conflicts with the contract as it stands at some stage."""
    schemas = Schemas(document)
    found: list[Conflict] = []
    for operation in operations_of(document):
        item = document["paths"][operation[1]]
        found += field_conflicts(schemas, operation, item[operation[0]], setting)
    for page in setting.about:
        operation = setting.illustrated.operations[page.file]
        item = document["paths"].get(operation[1], {})
        if operation[0] in item:
            found += status_conflicts(item[operation[0]], operation, page, setting)
            found += request_line_conflicts(schemas, item, operation, page, setting)
    found += left_out_conflicts(document, setting)
    return by_id(found)


def _removed_by(stages: Sequence[Stage], names: Iterable[str]) -> Mapping[str, Ruling]:
    """For each of these conflicts, which are gone in the end, the action after which it is gone for good."""
    left = set(names)
    removed: dict[str, Ruling] = {}
    after = stages[-1]
    for before in reversed(stages[:-1]):
        if not left:
            break
        there = before.conflicts
        if there is None:
            continue
        if after.ruling is not None:
            removed.update({name: after.ruling for name in left if name in there})
        left -= there.keys()
        after = before
    return removed


def _stale(rulings: Iterable[Ruling], idle: Collection[Ruling], known: Conflicts) -> Iterator[Stale]:
    for ruling in rulings:
        for name in ruling.action.rules:
            if name not in known:
                yield Stale(ruling, f"rules {name!r}, which is no conflict")
        if not ruling.action.rules and ruling in idle:
            yield Stale(ruling, f"changes nothing at {ruling.action.target}")


def _order(conflict: Conflict) -> tuple[str, str, int, str]:
    rank = next(index for index, rule in enumerate(ORDER) if conflict.rule.startswith(rule))
    method, path = conflict.operation or ("", "~")
    return path, method, rank, conflict.id
