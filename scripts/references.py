"""References of a Swagger 2.0 document, wherever they lead, become references to its shared parts.

What another file of the contract folder holds is brought into the document; what stands deep inside it, in a path or in
a definition, becomes a shared part of its own. Afterwards each reference is `#/definitions/…`, `#/parameters/…` or
`#/responses/…`, so every later step and every generator knows what to do with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from attrs import define, field, frozen

from scripts.document import (
    JSON,
    Document,
    DocumentError,
    Kind,
    Node,
    Pointer,
    is_list,
    is_object,
    map_nodes,
    nodes,
    object_at,
    pointer_parts,
    pointer_text,
    reference_to,
)
from scripts.mends.rule import Mend, Target, unsettled

#: Reads a file by its path below the contract folder; raises a `SourceError`.
Reader = Callable[[str], JSON]

#: Where a shared part stands, by what it is.
ROOMS: Mapping[Kind, str] = {
    Kind.SCHEMA: "definitions",
    Kind.PARAMETER: "parameters",
    Kind.RESPONSE: "responses",
}
#: Depth at which a chain of references that never reaches a value is given up.
CHAIN = 100


@frozen
class Bundle:
    """The document with all references leading to shared parts, and where those came from."""

    document: Document
    origins: Mapping[Pointer, Target]
    mends: tuple[Mend, ...]


def bundled(document: Document, read: Reader, base: str = "", *, strict: bool = False) -> Bundle:
    """The document, self-contained; `base` is its own path below the folder that `read` reads from.

    Raises `DocumentError` for a reference that leaves the folder or leads round in a circle, with `strict` also for one
    that leads nowhere, and whatever `read` raises.
    """
    work = _Work(document, read, base)
    work.plan()
    walked = map_nodes(document, work.change(""))
    for room, parts in work.added.items():
        if parts:
            walked[room] = {**object_at(walked.get(room, {}), (room,)), **parts}
    if strict and work.mends:
        first = work.mends[0]
        raise DocumentError(first.pointer, f"{first.rule}: {first.what}", "Correct it, or leave out --strict.")
    return Bundle(walked, work.origins, tuple(work.mends))


@define
class _Work:
    """One bundling: what was found so far."""

    document: Document
    read: Reader
    base: str
    files: dict[str, JSON] = field(factory=dict[str, JSON])
    names: dict[tuple[str, Target], str] = field(factory=dict[tuple[str, Target], str])
    hoisted: dict[Pointer, str] = field(factory=dict[Pointer, str])
    added: dict[str, Node] = field(factory=lambda: {room: {} for room in ROOMS.values()})
    origins: dict[Pointer, Target] = field(factory=dict[Pointer, Target])
    mends: list[Mend] = field(factory=list[Mend])

    def plan(self) -> None:
        """Find what stands deep inside the document and is referred to: it moves, and a reference takes its place."""
        found = list(nodes(self.document))
        places = {(kind, pointer) for kind, _, pointer in found}
        wanted: set[tuple[Pointer, Kind]] = set()
        for kind, node, pointer in found:
            if kind in ROOMS and isinstance(node.get("$ref"), str):
                target = self.target(node["$ref"], Target("", pointer), kind, report=False)
                if (
                    target
                    and not target.file
                    and not _is_shared(target.pointer, kind)
                    and (kind, target.pointer) in places
                ):
                    wanted.add((target.pointer, kind))
        for pointer, kind in sorted(wanted):
            self.hoisted[pointer] = self.name(ROOMS[kind], Target("", pointer))

    def change(self, file: str) -> Callable[[Kind, Node, Pointer], Node]:
        """The change of a node of a file: its reference leads to a shared part, and it moves if it becomes one."""

        def change(kind: Kind, node: Node, pointer: Pointer) -> Node:
            here = Target(file, pointer)
            changed = self.referring(kind, node, here) if isinstance(node.get("$ref"), str) else node
            if file or kind not in ROOMS or pointer not in self.hoisted:
                return changed
            room, name = ROOMS[kind], self.hoisted[pointer]
            self.added[room][name] = changed
            return {"$ref": reference_to((room, name))}

        return change

    def referring(self, kind: Kind, node: Node, here: Target) -> Node:
        """The node with its reference led to a shared part, or with what it refers to in its place."""
        if kind not in (*ROOMS, Kind.PATH_ITEM, Kind.ITEMS, Kind.HEADER):
            return node
        target = self.target(node["$ref"], here, kind)
        if target is None:
            return self.dangling(kind, node, here)
        if kind in ROOMS:
            return {**node, "$ref": reference_to((ROOMS[kind], self.share(target, kind)))}
        copied = map_nodes(object_at(self.value(target), here.pointer), self.change(target.file), kind, target.pointer)
        return {**copied, **{name: value for name, value in node.items() if name != "$ref"}}

    def share(self, target: Target, kind: Kind) -> str:
        """The name of the shared part that a place is, or becomes."""
        room = ROOMS[kind]
        if not target.file and _is_shared(target.pointer, kind):
            return target.pointer[-1]
        if not target.file and target.pointer in self.hoisted:
            return self.hoisted[target.pointer]
        if (room, target) in self.names:
            return self.names[room, target]
        # The name is taken before the value is walked, which may lead back here.
        name = self.name(room, target)
        value = self.value(target)
        if not is_object(value):
            raise DocumentError(str(target), "is no object, and is referred to as one", "Correct the reference.")
        self.added[room][name] = map_nodes(value, self.change(target.file), kind, target.pointer)
        return name

    def name(self, room: str, target: Target) -> str:
        """A new name among the shared parts, made of the place that gets it."""
        structure = ("definitions", "parameters", "responses", "properties", "paths", "schema")
        stem = PurePosixPath(target.file).stem
        parts = [part for part in target.pointer if part not in structure] or [stem]
        plain = re.sub(r"[^A-Za-z0-9.-]+", "_", "_".join(parts if not target.file else parts[-1:])).strip("_") or "Part"
        taken = {
            *object_at(self.document.get(room, {}), (room,)),
            *(name for at, name in self.names.items() if at[0] == room),
        }
        taken |= {name.lower() for name in taken}
        name, number = plain, 1
        if name.lower() in taken and stem:
            name = plain = f"{stem}_{plain}"
        while name.lower() in taken:
            number += 1
            name = f"{plain}{number}"
        self.names[room, target] = name
        self.origins[room, name] = target
        return name

    def target(self, reference: str, here: Target, kind: Kind, *, report: bool = True) -> Target | None:
        """Where a reference leads in the end, past references that stand there; None if that is nowhere."""
        seen: list[Target] = []
        target = self.place(reference, here, kind, report=report)
        while target is not None:
            value = self.value(target)
            if not (is_object(value) and isinstance(value.get("$ref"), str)):
                return target
            if target in seen or len(seen) > CHAIN:
                way = " to ".join(str(each) for each in [*seen[:3], target])
                hint = "Let one of them hold a value."
                raise DocumentError(
                    self.where(here), f"the reference {reference!r} leads round in a circle, from {way}", hint
                )
            seen.append(target)
            target = self.place(value["$ref"], target, kind, report=report)
        return None

    def place(self, reference: str, here: Target, kind: Kind, *, report: bool) -> Target | None:
        """The place that a reference names; None if there is nothing."""
        path, mark, fragment = reference.partition("#")
        room = ROOMS.get(kind, "")
        named = not mark and "/" not in reference and reference in self.document.get(room, {})
        if path and not named:
            file = self.file(reference, here)
            target = Target(file, pointer_parts("#" + fragment))
            if file and not mark and not self.exists(target):
                return None
        else:
            target = Target(here.file if not named else "", pointer_parts("#" + fragment))
        if not named and self.exists(target):
            return target
        raw = Target(target.file, tuple(fragment.split("/")[1:]))
        if not named and self.exists(raw):
            return raw
        # People leave out parts of the way: what is called by its name alone is found by it.
        last = reference.rpartition("/")[2].lstrip("#")
        parts = object_at(self.document.get(room, {}), (room,)) if room else {}
        close = [name for name in parts if name == last] or [name for name in parts if name.lower() == last.lower()]
        if len(close) != 1 or target.file:
            return None
        found = Target("", (room, close[0]))
        if report:
            what = f"{reference!r} leads nowhere; {reference_to(found.pointer)} is meant"
            self.mends.append(Mend(self.where(here), "reference-misspelled", what))
        return found

    def file(self, reference: str, here: Target) -> str:
        """The path of the file that a reference names, below the contract folder; empty for the document itself."""
        parts = urlsplit(reference)
        path = unquote(parts.path)
        if parts.scheme or parts.netloc or path.startswith("/") or "\\" in path:
            raise self.outside(reference, here, "leads out of the contract folder")
        way: list[str] = []
        for part in (*PurePosixPath(here.file or self.base).parent.parts, *PurePosixPath(path).parts):
            if part == ".." and not way:
                raise self.outside(reference, here, "leads out of the contract folder")
            if part == "..":
                way.pop()
            elif part != ".":
                way.append(part)
        file = "/".join(way)
        return "" if file == self.base else file

    def outside(self, reference: str, here: Target, what: str) -> DocumentError:
        hint = "Put what it refers to into the folder, and let the reference lead there."
        return DocumentError(self.where(here), f"the reference {reference!r} {what}", hint)

    def exists(self, target: Target) -> bool:
        try:
            self.value(target)
        except LookupError:
            return False
        return True

    def value(self, target: Target) -> JSON:
        """What stands at a place; raises LookupError if nothing does."""
        node = self.document if not target.file else self.content(target.file)
        for part in target.pointer:
            if is_list(node) and part.isdecimal() and int(part) < len(node):
                node = node[int(part)]
            elif is_object(node) and part in node:
                node = node[part]
            else:
                raise LookupError(str(target))
        return node

    def content(self, file: str) -> JSON:
        if file not in self.files:
            self.files[file] = self.read(file)
        return self.files[file]

    def dangling(self, kind: Kind, node: Node, here: Target) -> Node:
        """What stands for a node whose reference leads nowhere."""
        what = f"the reference {node['$ref']!r} leads nowhere"
        kept = {**{name: value for name, value in node.items() if name != "$ref"}, "x-dangling-reference": node["$ref"]}
        if kind not in (Kind.SCHEMA, Kind.RESPONSE, Kind.ITEMS, Kind.HEADER):
            if here.file:
                raise DocumentError(str(here), what, "Correct it there.")
            raise unsettled(here.pointer, what, "remove: true")
        self.mends.append(Mend(self.where(here), "reference-dangling", f"{what}; anything may stand there"))
        return {"description": "", **kept} if kind is Kind.RESPONSE else kept

    def where(self, place: Target) -> str:
        return pointer_text(place.pointer) if not place.file else str(place)


def _is_shared(pointer: Pointer, kind: Kind) -> bool:
    return len(pointer) == 2 and pointer[0] == ROOMS.get(kind)
