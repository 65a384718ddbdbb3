"""`python -m scripts.normalize`: the published sources and our rulings become `openapi.yaml`."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from attrs import evolve, frozen

from scripts import commands, files, jsontext, yamltext
from scripts.document import (
    Document,
    DocumentError,
    Kind,
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
from scripts.validity import Misfit, check_valid, misfits

SWAGGER, PAGES, OVERLAY, EMITTED = "source/swagger.json", "source/pages", "overlay.yaml", "openapi.yaml"
HEADER = f"""\
# Emitted by `python -m scripts.normalize` from {SWAGGER}, {PAGES}/ and {OVERLAY}.
# Change those and run it again; changes made here are lost.
"""
DIFF_LINES = 40


@frozen
class Report:
    """What it took to make the contract, and what is in it."""

    folder: str
    mends: tuple[Mend, ...]
    repairs: tuple[Repair, ...]
    conflicts: tuple[Misfit, ...]
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
            "overlay action": self.actions,
            "conflict": len(self.conflicts),
        }
        listed = [
            ", ".join(f"{number} {name}{'' if number == 1 else 's'}" for name, number in each.items())
            for each in (made, took)
        ]
        return f"{listed[0]}; {listed[1]}"


def contract_text(folder: Path) -> tuple[str, Report]:
    """The text of `openapi.yaml` that the sources in `folder` yield, and what it took; raises a `SourceError`.

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
        conflicts=tuple(misfits(document)),
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
        text = files.text(file, "Put the Swagger 2.0 document there, or name another folder.")
        published = jsontext.read_strict(text)
    except jsontext.NotJSON as error:
        where = f"{file}:{error.line}:{error.column}"
        raise files.FileError(where, f"is not JSON: {error.what}", "Correct it there.") from None
    try:
        document, mends = mended(object_at(published, ()))
        converted = openapi3(document)
        check_references(converted)
    except DocumentError as error:
        raise evolve(error, where=f"{file}{error.where}") from None
    return converted, mends


def _page(file: Path) -> Page:
    return read_page(files.text(file, "Make it readable, or take it away."), file.as_posix())


def _overlaid(document: Document, file: Path) -> tuple[Document, int]:
    try:
        actions = read_overlay(yamltext.read(files.text(file, "Make it readable, or take it away.")))
        return overlaid(document, actions), len(actions)
    except yamltext.NotYAML as error:
        where = f"{file}:{error.line}:{error.column}"
        raise files.FileError(where, f"is not YAML that holds JSON: {error.what}", "Correct it there.") from None
    except OverlayError as error:
        raise evolve(error, where=f"{file}: {error.where}") from None


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the contract, or with --check compare it. 0: all well, 1: it differs, 2: it could not be made."""
    does = "Make the contract of a folder from the sources in it."
    options = commands.options(arguments, command="normalize", does=does, out=f"DIR/{EMITTED}")
    act = _compare if options.check else _write
    return commands.run(lambda: act(options.contract, options.out or options.contract / EMITTED))


def _write(folder: Path, file: Path) -> int:
    text, report = contract_text(folder)
    files.write_whole(file, text)
    for line in report.lines():
        print(line)
    print(f"{file} written: {report.counts}.")
    return 0


def _compare(folder: Path, file: Path) -> int:
    """0 if the file holds what it should and no conflict is left without a ruling; otherwise 1, having said how."""
    text, report = contract_text(folder)
    there = files.content(file, "Make it with python -m scripts.normalize.")
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
