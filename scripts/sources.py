"""What a contract is made from: the Swagger document, the pages, the overlays and the list of chosen operations.

They lie in a contract folder, or are named one by one. Here they are read, each within limits that no published
document comes near; what they mean is decided elsewhere.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

from attrs import evolve, frozen

from scripts import files, jsontext, yamltext
from scripts.document import JSON, METHODS, Document, described, is_list, is_object
from scripts.files import FileError
from scripts.matching import Operation
from scripts.mends.rule import PUBLISHED
from scripts.overlay import Action, Overlay, OverlayError, read_overlay
from scripts.pages import Page, read_page
from scripts.references import Reader
from scripts.selection import pairs
from scripts.wording import listed

#: Where the sources lie in a contract folder.
SWAGGER = (PUBLISHED, "source/swagger.yaml", "source/swagger.yml")
PAGES = "source/pages"
OVERLAYS = ("overlay.yaml", "*.overlay.yaml")
ONLY = "only.txt"
EMITTED = "openapi.yaml"

#: Bytes of a file, and values inside values, at which reading is refused.
LARGEST = 20_000_000
DEEPEST = 150
YAML = (".yaml", ".yml")
READABLE = "Make it readable, or take it away."
THERE = "Correct it there."


@frozen
class Ruling:
    """An overlay action and the file that it stands in."""

    file: str
    action: Action

    def __str__(self) -> str:
        return f"{self.file} action {self.action.number}"


@frozen
class Sources:
    """Everything that bears on a contract.

    `file` is the Swagger document as messages name it, `base` its path below the folder that references are read from.
    The rulings stand in the order in which they apply: those `on_published` before anything is mended, those
    `on_converted` when the document is OpenAPI.
    """

    file: str
    base: str
    published: Document
    read: Reader
    pages: tuple[Page, ...] = ()
    on_published: tuple[Ruling, ...] = ()
    on_converted: tuple[Ruling, ...] = ()
    only: tuple[Operation, ...] = ()
    warnings: tuple[str, ...] = ()
    origin: str = ""


def of_folder(folder: Path) -> Sources:
    """The sources in a contract folder; raises a `SourceError`."""
    there = [name for name in SWAGGER if (folder / name).exists()] or list(SWAGGER[:1])
    if len(there) > 1:
        raise FileError(str(folder / there[1]), f"lies beside {folder / there[0]}", "Keep one of them.")
    base = there[0]
    pages = sorted((folder / PAGES).glob("*.md"))
    overlays = sorted({file for pattern in OVERLAYS for file in folder.glob(pattern)})
    names = [base, *([f"{PAGES}/"] if pages else []), *(file.name for file in overlays)]
    only = _only(folder / ONLY) if (folder / ONLY).exists() else ()
    sources = Sources(
        file=(folder / base).as_posix(),
        base=base,
        published=_document(folder / base),
        read=_reader(folder),
        pages=tuple(_page(file) for file in pages),
        only=only,
        origin=listed([*names, *([ONLY] if only else [])]),
    )
    return _with_overlays(sources, overlays, base, folder)


def of_files(swagger: Path, pages: Path | None = None, overlays: Iterable[Path] = ()) -> Sources:
    """The sources named one by one: a Swagger document, a folder of pages, overlays; raises a `SourceError`.

    References of the document are read from its own folder.
    """
    if pages is not None and not pages.is_dir():
        raise FileError(str(pages), "is not a folder", "Name the folder that holds the pages.")
    found = sorted(pages.glob("*.md")) if pages is not None else []
    named = list(overlays)
    sources = Sources(
        file=swagger.as_posix(),
        base=swagger.name,
        published=_document(swagger),
        read=_reader(swagger.parent),
        pages=tuple(_page(file) for file in found),
        origin=listed([swagger.name, *(["its pages"] if found else []), *(file.name for file in named)]),
    )
    return _with_overlays(sources, named, swagger.name, swagger.parent)


def _with_overlays(sources: Sources, overlays: Iterable[Path], base: str, folder: Path) -> Sources:
    """The sources with the actions of the overlays, each in its stage."""
    published: list[Ruling] = []
    converted: list[Ruling] = []
    warnings: list[str] = []
    for file in overlays:
        overlay = _overlay(file)
        rulings = [Ruling(file.as_posix(), action) for action in overlay.actions]
        warnings += [f"{file}: {warning}" for warning in overlay.warnings]
        match posixpath.normpath(overlay.extends or EMITTED):
            case name if name in (base, PUBLISHED):
                published += rulings
            case name if name == EMITTED:
                converted += rulings
            case _:
                what = f"extends {overlay.extends!r}, which is not made from {folder}"
                hint = f"Let it extend {base}, as published, or {EMITTED}, as converted."
                raise OverlayError(str(file), what, hint)
    return evolve(sources, on_published=tuple(published), on_converted=tuple(converted), warnings=tuple(warnings))


def _document(file: Path) -> Document:
    """A Swagger 2.0 document, as far as its first members tell."""
    document = _value(file, "Put the Swagger 2.0 document there, or name another.")
    where = str(file)
    if not is_object(document):
        raise FileError(where, f"holds {described(document)} where a Swagger 2.0 document is due", THERE)
    for marker, name in (("openapi", "OpenAPI"), ("swaggerVersion", "Swagger"), ("asyncapi", "AsyncAPI")):
        if marker in document and "swagger" not in document:
            what = f"is {name} {document[marker]}, not Swagger 2.0"
            raise FileError(where, what, "Only Swagger 2.0 is taken in; name another document.")
    items = document.get("paths")
    if not is_object(items) or not any(_has_operation(path, item) for path, item in items.items()):
        what = "declares no operation" if items else "has no paths"
        raise FileError(f"{where}#/paths", what, "A contract needs at least one operation.")
    return document


def _has_operation(path: str, item: JSON) -> bool:
    # A method in capitals is a fault that is mended later.
    return is_object(item) and not path.startswith("x-") and any(name.lower() in (*METHODS, "$ref") for name in item)


def _value(file: Path, hint: str) -> JSON:
    """The value in a file of JSON or YAML."""
    text = _text(file, hint)
    try:
        value = yamltext.read(text, plain_keys=True) if file.suffix in YAML else jsontext.read_strict(text)
    except (jsontext.NotJSON, yamltext.NotYAML) as error:
        kind = "YAML that holds JSON" if file.suffix in YAML else "JSON"
        raise FileError(f"{file}:{error.line}:{error.column}", f"is not {kind}: {error.what}", THERE) from None
    if _depth(value) > DEEPEST:
        raise FileError(str(file), f"nests values more than {DEEPEST} deep", "Make it flatter.")
    return value


def _text(file: Path, hint: str) -> str:
    try:
        size = file.stat().st_size
    except OSError:
        size = 0  # reading it says what is wrong
    if size > LARGEST:
        what = f"has {size / 1e6:.0f} MB; the limit is {LARGEST / 1e6:.0f} MB"
        raise FileError(str(file), what, "Take out what no operation needs, or split it.")
    return files.text(file, hint)


def _depth(value: JSON) -> int:
    depth, level = 0, [value]
    while level:
        depth += 1
        level = [
            inner
            for node in level
            if is_object(node) or is_list(node)
            for inner in (node.values() if is_object(node) else node)
        ]
    return depth


def _reader(folder: Path) -> Reader:
    root = folder.resolve()

    def read(path: str) -> JSON:
        file = folder / path
        if not file.resolve().is_relative_to(root):
            raise FileError(str(file), "lies outside the contract folder", "Put a copy into the folder.")
        return _value(file, "Correct the reference, or put the file there.")

    return read


def _page(file: Path) -> Page:
    return read_page(_text(file, READABLE), file.as_posix())


def _overlay(file: Path) -> Overlay:
    try:
        return read_overlay(yamltext.read(_text(file, READABLE)))
    except yamltext.NotYAML as error:
        where = f"{file}:{error.line}:{error.column}"
        raise FileError(where, f"is not YAML that holds JSON: {error.what}", THERE) from None
    except OverlayError as error:
        raise evolve(error, where=f"{file}: {error.where}") from None


def _only(file: Path) -> tuple[Operation, ...]:
    """METHOD PATH on each line, but for empty lines and those that begin with a number sign."""
    chosen: list[Operation] = []
    for number, line in enumerate(_text(file, READABLE).splitlines(), start=1):
        words = line.split()
        if words and not words[0].startswith("#"):
            if len(words) != 2:
                _refuse(f"{file}:{number}", f"{line.strip()!r} is not a method and a path")
            chosen += pairs(words, f"{file}:{number}")
    if not chosen:
        _refuse(str(file), "lists no operation")
    return tuple(chosen)


def _refuse(where: str, what: str) -> NoReturn:
    raise FileError(where, what, "Write METHOD PATH, as in POST /messages, one to a line.")
