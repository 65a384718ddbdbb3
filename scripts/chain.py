"""From sources to contract: what a contract folder holds becomes OpenAPI, with a report of all that it took.

Values in, values out: the sources are read by `scripts.sources`, the report is printed by `scripts.normalize`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from attrs import evolve, frozen

from scripts.document import Document, DocumentError, Kind, check_references, nodes
from scripts.examples import with_pages
from scripts.mends import Mend, mended
from scripts.mends.rule import PUBLISHED
from scripts.overlay import OverlayError, acted
from scripts.pages import Note, Repair
from scripts.references import bundled
from scripts.register import Made, Register, Setting, Stage, register
from scripts.selection import operations_of, selected
from scripts.sources import Ruling, Sources
from scripts.swagger2 import converted
from scripts.tidy import pruned, tidied
from scripts.validity import check_valid


@frozen
class Normalized:
    """A contract, and what it took to make it."""

    document: Document
    mends: tuple[Mend, ...]
    repairs: tuple[Repair, ...]
    notes: tuple[Note, ...]
    warnings: tuple[str, ...]
    register: Register
    pruned: tuple[str, ...]
    pages: int
    actions: int
    examples: int

    @property
    def counts(self) -> dict[str, int]:
        """How much of everything there is in it, and how much it took."""
        components = self.document.get("components", {})
        return {
            "operation": len(operations_of(self.document)),
            "schema": len(components.get("schemas", {})),
            "example": self.examples,
            "mend": len(self.mends),
            "page": self.pages,
            "repair": len(self.repairs),
            "overlay action": self.actions,
            "conflict": len(self.register.entries),
            "open conflict": len(self.register.open),
        }


@frozen
class _Converted:
    """The document as OpenAPI with what the pages say, before our rulings on it."""

    document: Document
    mends: tuple[Mend, ...]
    setting: Setting


def normalized(sources: Sources, *, strict: bool = False) -> Normalized:
    """The contract that the sources yield; raises a `SourceError`. With `strict` nothing is mended."""
    idle: list[Ruling] = []
    published = _all_acted(sources.published, sources.on_published, idle)
    base = _converted(sources, published[-1], strict)
    documents = _all_acted(base.document, sources.on_converted, idle)
    check_valid(documents[-1])
    document, unused = pruned(documents[-1])
    document = tidied(document)
    return Normalized(
        document=document,
        mends=base.mends,
        repairs=tuple(repair for page in sources.pages for repair in page.repairs),
        notes=tuple(note for page in sources.pages for note in page.notes),
        warnings=sources.warnings,
        register=register(_stages(sources, published, documents, base.setting), idle),
        pruned=unused,
        pages=len(base.setting.about),
        actions=len(sources.on_published) + len(sources.on_converted),
        examples=sum(kind is Kind.EXAMPLE for kind, _, _ in nodes(document)),
    )


def _all_acted(document: Document, rulings: Sequence[Ruling], idle: list[Ruling]) -> list[Document]:
    """The document before any action and after each; an action that changes nothing is idle."""
    documents = [document]
    for ruling in rulings:
        documents.append(_acted(documents[-1], ruling))
        if documents[-1] is documents[-2]:
            idle.append(ruling)
    return documents


def _stages(
    sources: Sources, published: Sequence[Document], documents: Sequence[Document], setting: Setting
) -> list[Stage]:
    """The contract after each action, as far as there is one: the last on the published document yields the first."""
    rulings = [None, *sources.on_published, *sources.on_converted]
    made: list[Made] = [partial(_at_stage, sources, document) for document in published[:-1]]
    made += [partial(_as_it_is, document, setting) for document in documents]
    return [Stage(each, ruling) for each, ruling in zip(made, rulings, strict=True)]


def _as_it_is(document: Document, setting: Setting) -> tuple[Document, Setting]:
    return document, setting


def _acted(document: Document, ruling: Ruling) -> Document:
    try:
        return acted(document, ruling.action)
    except OverlayError as error:
        raise evolve(error, where=f"{ruling.file}: {error.where}") from None


def _at_stage(sources: Sources, published: Document) -> tuple[Document, Setting] | None:
    """The contract without the later actions on the published document, if there is one without them."""
    try:
        base = _converted(sources, published, strict=False)
    except DocumentError:
        return None
    return base.document, base.setting


def _converted(sources: Sources, published: Document, strict: bool) -> _Converted:
    try:
        chosen = selected(published, sources.only)
        bundle = bundled(chosen, sources.read, sources.base, strict=strict)
        whole, mends = mended(bundle.document, strict=strict, origins=bundle.origins)
        document, names = converted(whole)
        check_references(document)
    except DocumentError as error:
        raise _in_file(error, sources) from None
    illustrated = with_pages(document, sources.pages, operations_of(published) if sources.only else ())
    known = {*illustrated.operations, *(page.file for page, _ in illustrated.unmatched)}
    taken = (*bundle.mends, *mends, *names.renames())
    setting = Setting(
        file=sources.file,
        published=published,
        mends=taken,
        definitions={new: old for old, new in names.by_room["definitions"].items()},
        illustrated=illustrated,
        pages=tuple(page for page in sources.pages if page.file in known),
    )
    return _Converted(illustrated.document, taken, setting)


def _in_file(error: DocumentError, sources: Sources) -> DocumentError:
    """The error with the file that it is in; the overlay that would settle it extends the document by its own name."""
    folder = sources.file.removesuffix(sources.base)
    where = sources.file + error.where if error.where.startswith("#") else folder + error.where
    return evolve(error, where=where, hint=error.hint.replace(PUBLISHED, sources.base))
