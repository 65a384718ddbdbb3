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

from attrs import define, evolve, field, frozen

from scripts.document import (
    JSON,
    Document,
    DocumentError,
    Kind,
    Node,
    Pointer,
    SourceError,
    is_list,
    is_object,
    map_nodes,
    nodes,
    object_at,
    pointer_parts,
    reference_to,
)
from scripts.mends.rule import Mend, Target, unsettled
from scripts.wording import unused

#: Reads a file by its path below the contract folder; raises a `SourceError`.
Reader = Callable[[str], JSON]

#: Where a shared part stands, by what it is.
ROOMS: Mapping[Kind, str] = {
    Kind.SCHEMA: "definitions",
    Kind.PARAMETER: "parameters",
    Kind.RESPONSE: "responses",
}
#: What has no room among the shared parts: what it refers to takes its place.
COPIED = (Kind.PATH_ITEM, Kind.ITEMS, Kind.HEADER)
#: Nodes that say of their values what a schema says.
TYPED = (Kind.SCHEMA, Kind.ITEMS, Kind.HEADER)
#: Parts of a pointer that tell nothing of what stands there.
STRUCTURE = ("definitions", "parameters", "responses", "properties", "paths", "schema", "components", "schemas")
CIRCLE = "Let one of them hold a value."


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
    work = _Work(_Sources(document, read, base))
    try:
        work.plan()
        walked = map_nodes(document, work.change(""))
    except RecursionError:
        raise DocumentError("#", "is nested too deeply to be read", "Make it flatter.") from None
    for room, parts in work.added.items():
        if parts:
            walked[room] = {**object_at(walked.get(room) or {}, (room,)), **parts}
    mends = tuple(dict.fromkeys(work.mends))
    if strict and mends:
        raise DocumentError(mends[0].pointer, f"{mends[0].rule}: {mends[0].what}", "Correct it, or leave out --strict.")
    return Bundle(walked, work.origins, mends)


@define
class _Sources:
    """The document and the files that its references have led to."""

    document: Document
    read: Reader
    base: str
    files: dict[str, JSON] = field(factory=dict[str, JSON])

    def value(self, target: Target) -> JSON:
        """What stands at a place; raises LookupError if nothing does."""
        node = self.document if not target.file else self._content(target.file)
        for part in target.pointer:
            if is_list(node) and part.isdecimal() and int(part) < len(node):
                node = node[int(part)]
            elif is_object(node) and part in node:
                node = node[part]
            else:
                raise LookupError(str(target))
        return node

    def _content(self, file: str) -> JSON:
        if file not in self.files:
            self.files[file] = self.read(file)
        return self.files[file]

    def named(self, target: Target, fragment: str) -> Target | None:
        """The place, or the one whose names are spelled as in the fragment, percent signs and all; None if neither."""
        for place in (target, Target(target.file, tuple(fragment.split("/")[1:]))):
            try:
                self.value(place)
            except LookupError:
                continue
            return place
        return None

    def shared(self, room: str) -> Node:
        """The shared parts of one kind, as the document has them; none where something else stands there."""
        parts = self.document.get(room)
        return parts if is_object(parts) else {}

    def file(self, reference: str, here: Target) -> str:
        """The path of the file that a reference names, below the contract folder; empty for the document itself."""
        try:
            parts = urlsplit(reference)
        except ValueError:
            raise _astray(reference, here, "is no reference to a file") from None
        path = unquote(parts.path)
        if parts.scheme or parts.netloc or path.startswith("/") or "\\" in path:
            raise _astray(reference, here, "leads out of the contract folder")
        way: list[str] = []
        for part in (*PurePosixPath(here.file or self.base).parent.parts, *PurePosixPath(path).parts):
            if part == ".." and not way:
                raise _astray(reference, here, "leads out of the contract folder")
            if part == "..":
                way.pop()
            else:
                way.append(part)
        file = "/".join(way)
        return "" if file == self.base else file


def _astray(reference: str, here: Target, what: str) -> DocumentError:
    hint = "Put what it refers to into the folder, and let the reference lead there by a relative path."
    return DocumentError(str(here), f"the reference {reference!r} {what}", hint)


@define
class _Work:
    """One bundling: what was found so far."""

    sources: _Sources
    #: What stands where in the document, and what of it becomes a shared part under which name.
    kinds: dict[Pointer, Kind] = field(factory=dict[Pointer, Kind])
    hoisted: dict[Pointer, str] = field(factory=dict[Pointer, str])
    names: dict[tuple[str, Target], str] = field(factory=dict[tuple[str, Target], str])
    taken: dict[str, set[str]] = field(factory=dict[str, set[str]])
    added: dict[str, Node] = field(factory=lambda: {room: {} for room in ROOMS.values()})
    copying: list[Target] = field(factory=list[Target])
    origins: dict[Pointer, Target] = field(factory=dict[Pointer, Target])
    mends: list[Mend] = field(factory=list[Mend])

    def plan(self) -> None:
        """Find what stands deep inside the document and is referred to: it moves, and a reference takes its place."""
        found = list(nodes(self.sources.document))
        self.kinds = {pointer: kind for kind, _, pointer in found}
        wanted: set[Pointer] = set()
        for kind, node, pointer in found:
            if kind in ROOMS and isinstance(node.get("$ref"), str):
                target = self.target(node["$ref"], Target("", pointer), kind, report=False)
                if target and not target.file and self.kinds.get(target.pointer) in ROOMS:
                    wanted.add(target.pointer)
        for pointer in sorted(wanted):
            kind = self.kinds[pointer]
            if not _is_shared(pointer, kind):
                self.hoisted[pointer] = self.name(ROOMS[kind], Target("", pointer))

    def change(self, file: str) -> Callable[[Kind, Node, Pointer], Node]:
        """The change of a node of a file: its reference leads to a shared part, and it moves if it becomes one."""

        def change(kind: Kind, node: Node, pointer: Pointer) -> Node:
            changed = self.referring(kind, node, Target(file, pointer)) if isinstance(node.get("$ref"), str) else node
            if file or kind not in ROOMS or pointer not in self.hoisted:
                return changed
            room, name = ROOMS[kind], self.hoisted[pointer]
            self.added[room][name] = changed
            return {"$ref": reference_to((room, name))}

        return change

    def referring(self, kind: Kind, node: Node, here: Target) -> Node:
        """The node with its reference led to a shared part, or with what it refers to in its place."""
        if kind not in ROOMS and kind not in COPIED:
            return node
        target = self.target(node["$ref"], here, kind)
        if target is None:
            return self.dangling(kind, node, here)
        if kind is Kind.RESPONSE and not target.file and self.kinds.get(target.pointer) is Kind.SCHEMA:
            what = f"{node['$ref']!r} leads to a schema; that is the schema of the response"
            self.mends.append(Mend(str(here), "reference-to-schema", what))
            return {**_without_reference(node), "schema": self.shared(target, Kind.SCHEMA)}
        if kind in ROOMS:
            return {**node, **self.shared(target, kind)}
        return {**self.copied(target, kind, here), **_without_reference(node)}

    def copied(self, target: Target, kind: Kind, here: Target) -> Node:
        """What stands at a place, with its own references led to shared parts."""
        if target in self.copying:
            what = f"holds a reference that leads round in a circle, to {target}"
            raise DocumentError(str(here), what, CIRCLE)
        if not here.file:
            self.origins[here.pointer] = target
        self.copying.append(target)
        copy = map_nodes(self.part(target), self.change(target.file), kind, target.pointer)
        self.copying.pop()
        return copy

    def shared(self, target: Target, kind: Kind) -> Node:
        """A reference to the shared part that a place is, or becomes."""
        room = ROOMS[kind]
        if not target.file and _is_shared(target.pointer, kind):
            return {"$ref": reference_to(target.pointer)}
        if not target.file and target.pointer in self.hoisted:
            return {"$ref": reference_to((room, self.hoisted[target.pointer]))}
        if (room, target) not in self.names:
            part = self.part(target)
            # The name is taken before the part is walked, which may lead back here.
            name = self.name(room, target)
            self.added[room][name] = map_nodes(part, self.change(target.file), kind, target.pointer)
        return {"$ref": reference_to((room, self.names[room, target]))}

    def part(self, target: Target) -> Node:
        value = self.sources.value(target)
        if not is_object(value):
            raise DocumentError(str(target), "is no object, and is referred to as one", "Correct the reference.")
        return value

    def name(self, room: str, target: Target) -> str:
        """A new name among the shared parts, made of the place that gets it."""
        taken = self.taken.setdefault(room, {name.lower() for name in self.sources.shared(room)})
        stem = PurePosixPath(target.file).stem
        parts = [part for part in target.pointer if part not in STRUCTURE] or [stem]
        plain = re.sub(r"[^A-Za-z0-9.-]+", "_", "_".join(parts if not target.file else parts[-1:])).strip("_") or "Part"
        if plain.lower() in taken and stem:
            plain = f"{stem}_{plain}"
        name = unused(plain, lambda each: each.lower() in taken)
        taken.add(name.lower())
        self.names[room, target] = name
        self.origins[room, name] = target
        return name

    def target(self, reference: str, here: Target, kind: Kind, *, report: bool = True) -> Target | None:
        """Where a reference leads in the end, past references that stand there; None if that is nowhere."""
        # In the order of the way, for the error to tell.
        seen: dict[Target, None] = {}
        target = self.place(reference, here, kind, report=report)
        while target is not None:
            value = self.sources.value(target)
            if not (is_object(value) and isinstance(value.get("$ref"), str)):
                return target
            if target in seen:
                way = " to ".join(str(each) for each in [*list(seen)[:3], target])
                what = f"the reference {reference!r} leads round in a circle, from {way}"
                raise DocumentError(str(here), what, CIRCLE)
            seen[target] = None
            target = self.place(value["$ref"], target, kind, report=report)
        return None

    def place(self, reference: str, here: Target, kind: Kind, *, report: bool) -> Target | None:
        """The place that a reference names, or is meant to name; None if there is nothing."""
        path, mark, fragment = reference.partition("#")
        room = ROOMS.get(kind, "")
        if path and not mark and not re.search("[/.]", path):
            return self.misspelled(reference, path, room, here, report=report)
        file = self.sources.file(reference, here) if path else here.file
        try:
            found = self.sources.named(Target(file, pointer_parts("#" + fragment)), fragment)
        except SourceError as error:
            raise evolve(error, what=f"{error.what}; {here} refers to it") from None
        if found is not None and (file or self.fits(found.pointer, kind)):
            return found
        # People leave out parts of the way: what is called by its name alone is found by it.
        last = pointer_parts("#/" + reference.rpartition("/")[2].lstrip("#"))[-1]
        return None if file else self.misspelled(reference, last, room, here, report=report)

    def misspelled(self, reference: str, name: str, room: str, here: Target, *, report: bool) -> Target | None:
        """The shared part that a reference means by a name, if just one is called so."""
        parts = self.sources.shared(room)
        close = [name] if name in parts else [each for each in parts if each.lower() == name.lower()]
        if len(close) != 1:
            return None
        found = Target("", (room, close[0]))
        if report:
            what = f"{reference!r} leads nowhere; {reference_to(found.pointer)} is meant"
            self.mends.append(Mend(str(here), "reference-misspelled", what))
        return found

    def fits(self, pointer: Pointer, kind: Kind) -> bool:
        """Whether what stands there in the document is, or may be, of the kind that refers to it."""
        found = self.kinds.get(pointer)
        if found is None:
            # Where nobody knows what stands, the reference says it. The document itself is nothing of the sort.
            return bool(pointer)
        alike = kind in TYPED and found in TYPED
        return found is kind or alike or (kind is Kind.RESPONSE and found is Kind.SCHEMA)

    def dangling(self, kind: Kind, node: Node, here: Target) -> Node:
        """What stands for a node whose reference leads nowhere."""
        what = f"the reference {node['$ref']!r} leads to no {kind}"
        if kind in (Kind.PARAMETER, Kind.PATH_ITEM):
            if here.file:
                raise DocumentError(str(here), what, "Correct it there.")
            raise unsettled(here.pointer, what, "remove: true")
        kept = {**_without_reference(node), "x-dangling-reference": node["$ref"]}
        self.mends.append(Mend(str(here), "reference-dangling", f"{what}; anything may stand there"))
        return {"description": "", **kept} if kind is Kind.RESPONSE else kept


def _without_reference(node: Node) -> Node:
    return {name: value for name, value in node.items() if name != "$ref"}


def _is_shared(pointer: Pointer, kind: Kind) -> bool:
    return len(pointer) == 2 and pointer[0] == ROOMS.get(kind)
