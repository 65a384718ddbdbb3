"""Changes as text for a terminal, as Markdown for a summary in CI, and as JSON for programs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from scripts.changes.record import Change
from scripts.document import JSON
from scripts.wording import counted

#: Changes when a reader of the JSON would have to.
FORMAT = 1


def headline(changes: Sequence[Change]) -> str:
    """How many changes there are, and whom they break."""
    if not changes:
        return "No change."
    clients = sum(change.breaks_clients for change in changes)
    servers = sum(change.breaks_servers for change in changes)
    return (
        f"{counted(len(changes), 'change')}: {clients or 'none'} breaking for callers, {servers or 'none'} for servers."
    )


def text(changes: Sequence[Change]) -> str:
    """The changes by operation, those that break somebody first; each line says whom."""
    return "\n".join([headline(changes), *_lines(changes)]) + "\n"


def _lines(changes: Sequence[Change]) -> Iterator[str]:
    for operation, group in _by_operation(changes):
        yield ""
        yield operation
        for change in group:
            yield f"  {_whom(change):<8}  {_sentence(change)}  ({change.rule})"


def markdown(changes: Sequence[Change]) -> str:
    """The changes as a table for each operation."""
    lines = [f"**{headline(changes)}**"]
    for operation, group in _by_operation(changes):
        lines += ["", f"### {_escaped(operation)}", "", "| breaks | where | what | rule |", "|---|---|---|---|"]
        lines += [
            f"| {_whom(change)} | {_escaped(change.place)} | {_escaped(change.what)} | {change.rule} |"
            for change in group
        ]
    return "\n".join(lines) + "\n"


def as_json(changes: Sequence[Change]) -> JSON:
    """The changes with all that is known of each; `old` and `new` are JSON texts, null for no value or a long one."""
    return {
        "format": FORMAT,
        "counts": {
            "changes": len(changes),
            "breaking_for_clients": sum(change.breaks_clients for change in changes),
            "breaking_for_servers": sum(change.breaks_servers for change in changes),
        },
        "changes": [
            {
                "rule": str(change.rule),
                "operation": change.operation or None,
                "method": change.method or None,
                "path": change.path or None,
                "place": change.place or None,
                "what": change.what,
                "breaks_clients": change.breaks_clients,
                "breaks_servers": change.breaks_servers,
                "old": change.old,
                "new": change.new,
            }
            for change in changes
        ],
    }


def _by_operation(changes: Sequence[Change]) -> Iterator[tuple[str, list[Change]]]:
    for operation, group in groupby(changes, key=lambda change: change.operation):
        yield operation or "the contract", sorted(group, key=lambda change: not change.breaking)


def _whom(change: Change) -> str:
    match change.breaks_clients, change.breaks_servers:
        case True, True:
            return "both"
        case True, False:
            return "callers"
        case False, True:
            return "servers"
        case _:
            return "-"


def _sentence(change: Change) -> str:
    return f"{change.place}: {change.what}" if change.place else change.what


def _escaped(words: str) -> str:
    return re.sub(r"([\\|`*_<>\[\]])", r"\\\1", words.replace("\n", " "))
