"""`python -m scripts.normalize`: the published sources and our rulings become `openapi.yaml`."""

from __future__ import annotations

import argparse
import difflib
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn, cast

from attrs import evolve, frozen

from scripts import jsontext, yamltext
from scripts.document import (
    Document,
    DocumentError,
    Kind,
    SourceError,
    check_references,
    nodes,
    object_at,
)
from scripts.examples import with_pages
from scripts.mends import Mend, mended
from scripts.overlay import OverlayError, overlaid, read_overlay
from scripts.pages import Page, Repair, read_page
from scripts.swagger2 import openapi3
from scripts.tidy import tidied
from scripts.validity import Conflict, check_valid, conflicts

SWAGGER, PAGES, OVERLAY, EMITTED = "source/swagger.json", "source/pages", "overlay.yaml", "openapi.yaml"
HEADER = f"""\
# Emitted by `python -m scripts.normalize` from {SWAGGER}, {PAGES}/ and {OVERLAY}.
# Change those and run it again; changes made here are lost.
"""
DIFF_LINES = 40


@frozen
class FileError(SourceError):
    """A file cannot be read or written."""


@frozen
class Report:
    """What it took to make the contract, and what is in it."""

    folder: str
    mends: tuple[Mend, ...]
    repairs: tuple[Repair, ...]
    conflicts: tuple[Conflict, ...]
    pages: int
    actions: int
    operations: int
    schemas: int
    examples: int

    def lines(self) -> Iterator[str]:
        """The report, one line for each thing that was done."""
        for mend in self.mends:
            yield f"{self.folder}/{SWAGGER}{mend.pointer}: {mend.rule}: {mend.what}"
        for repair in self.repairs:
            yield str(repair)
        for conflict in self.conflicts:
            yield f"{self.folder}/{EMITTED}{conflict.pointer}: conflict: {conflict.what}"

    @property
    def counts(self) -> str:
        made = {"operation": self.operations, "schema": self.schemas, "example": self.examples}
        took = {
            "mend": len(self.mends),
            "page": self.pages,
            "repair": len(self.repairs),
            "ruling": self.actions,
            "conflict": len(self.conflicts),
        }
        listed = [
            ", ".join(f"{number} {name}{'' if number == 1 else 's'}" for name, number in each.items())
            for each in (made, took)
        ]
        return f"{listed[0]}; {listed[1]}"


def contract_text(folder: Path) -> tuple[str, Report]:
    """The text of `openapi.yaml` that the sources in `folder` yield, and what it took; raises `SourceError`.

    Reads `source/swagger.json` and, where they exist, `source/pages/*.md` and `overlay.yaml`. Writes nothing.
    """
    swagger, mends = _swagger(folder / SWAGGER)
    pages = tuple(_page(file) for file in sorted((folder / PAGES).glob("*.md")))
    document = with_pages(swagger, pages)
    actions = 0
    if (folder / OVERLAY).exists():
        document, actions = _overlaid(document, folder / OVERLAY)
    check_valid(document)
    document = tidied(document)
    found = list(nodes(document))
    report = Report(
        folder=folder.as_posix(),
        mends=mends,
        repairs=tuple(repair for page in pages for repair in page.repairs),
        conflicts=tuple(conflicts(document)),
        pages=len(pages),
        actions=actions,
        operations=sum(kind is Kind.OPERATION for kind, _, _ in found),
        schemas=len(document["components"].get("schemas", {})),
        examples=sum(kind is Kind.EXAMPLE for kind, _, _ in found),
    )
    return HEADER + yamltext.write(document), report


def _swagger(file: Path) -> tuple[Document, tuple[Mend, ...]]:
    """The document as OpenAPI 3.1, and the mends it took."""
    try:
        published = jsontext.read_strict(_text(file, "Put the Swagger 2.0 document there, or name another folder."))
    except jsontext.NotJSON as error:
        where = f"{file}:{error.line}:{error.column}"
        raise FileError(where, f"is not JSON: {error.what}", "Correct it there.") from None
    try:
        document, mends = mended(object_at(published, ()))
        converted = openapi3(document)
        check_references(converted)
    except DocumentError as error:
        raise evolve(error, where=f"{file}{error.where}") from None
    return converted, mends


def _page(file: Path) -> Page:
    return read_page(_text(file, "Make it readable, or take it away."), file.as_posix())


def _overlaid(document: Document, file: Path) -> tuple[Document, int]:
    try:
        actions = read_overlay(yamltext.read(_text(file, "Make it readable, or take it away.")))
        return overlaid(document, actions), len(actions)
    except yamltext.NotYAML as error:
        where = f"{file}:{error.line}:{error.column}"
        raise FileError(where, f"is not YAML that holds JSON: {error.what}", "Correct it there.") from None
    except OverlayError as error:
        raise evolve(error, where=f"{file}: {error.where}") from None


def _text(file: Path, hint: str) -> str:
    try:
        return _bytes(file, hint).decode("utf-8")
    except UnicodeDecodeError as error:
        raise FileError(str(file), f"is not UTF-8 at byte {error.start}", "Save it as UTF-8.") from None


def _bytes(file: Path, hint: str) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise FileError(str(file), f"cannot be read ({error.strerror})", hint) from None


def write_whole(file: Path, text: str) -> None:
    """Put the text in the file, all of it or nothing; raises `FileError`."""
    try:
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    except OSError as error:
        raise _unwritable(file, error) from None
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(text.encode("utf-8"))
        # mkstemp lets nobody else read; the file is one like any other.
        os.chmod(name, 0o644)
        os.replace(name, file)
    except OSError as error:
        with suppress(OSError):
            os.unlink(name)
        raise _unwritable(file, error) from None


def _unwritable(file: Path, error: OSError) -> FileError:
    hint = "Name with --out a file in a folder that you can write."
    return FileError(str(file), f"cannot be written ({error.strerror})", hint)


class _Parser(argparse.ArgumentParser):
    """Refuses in one sentence."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}. See --help.\n")


def default_folder() -> Path:
    """The contract folder of this checkout, told the short way from where we are."""
    folder = Path(__file__).resolve().parent.parent / "openapi"
    return Path(os.path.relpath(folder))


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the contract, or with --check compare it. 0: all well, 1: it differs, 2: it could not be made."""
    parser = _Parser(prog="python -m scripts.normalize", description=__doc__, allow_abbrev=False)
    parser.add_argument("--contract", type=Path, metavar="DIR", help="the contract folder (default: openapi)")
    parser.add_argument("--out", type=Path, metavar="FILE", help=f"where to write (default: DIR/{EMITTED})")
    parser.add_argument("--check", action="store_true", help="compare with the file and write nothing")
    options = parser.parse_args(arguments)
    folder = cast("Path | None", options.contract) or default_folder()
    file = cast("Path | None", options.out) or folder / EMITTED
    try:
        text, report = contract_text(folder)
        if options.check:
            return _compared(file, text, report)
        write_whole(file, text)
    except SourceError as error:
        print(error, file=sys.stderr)
        return 2
    for line in report.lines():
        print(line)
    print(f"{file} written: {report.counts}.")
    return 0


def _compared(file: Path, text: str, report: Report) -> int:
    """0 if the file holds the text and no conflict is left without a ruling; otherwise 1, having said how."""
    there = _bytes(file, "Make it with python -m scripts.normalize.")
    if there != text.encode("utf-8"):
        before, after = there.decode("utf-8", "replace").splitlines(), text.splitlines()
        lines = list(difflib.unified_diff(before, after, str(file), f"{file} (made again)", lineterm=""))
        for line in lines[:DIFF_LINES]:
            print(line)
        if len(lines) > DIFF_LINES:
            print(f"... and {len(lines) - DIFF_LINES} more lines.")
        print(f"{file} differs from what its sources yield. Run python -m scripts.normalize.")
        return 1
    for conflict in report.conflicts:
        hint = f"Rule on it in {report.folder}/{OVERLAY}."
        print(f"{file}{conflict.pointer}: conflict: {conflict.what}. {hint}")
    if not report.conflicts:
        print(f"{file} is what its sources yield.")
    return 1 if report.conflicts else 0


if __name__ == "__main__":
    sys.exit(main())
