"""Every sentence that binds somebody, and what holds a subject to it: a requirement, or a reason why there is none.

What the checks do not cite themselves is listed in `register.toml`. The sentences are those of the rulings, of the
table of answers on each page, and of the descriptions in the contract. A sentence ends with a full stop, a semicolon or
a colon. It is covered where the words that a requirement or an exclusion cites stand in it, or it in them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from attrs import frozen

from conformance.contract import Contract
from conformance.model import JSON, Cite, Requirement, is_array, is_object

_RULINGS = "rulings.md"
_CONTRACT = "openapi.yaml"
_LIST = Path(__file__).with_name("register.toml")


@frozen
class Sentence:
    """One sentence of a source. `place` says where on the page: a ruling, a status, a pointer."""

    page: str
    place: str
    text: str


@frozen
class Exclusion:
    """Words of a source that no requirement judges, and why."""

    cite: Cite
    reason: str


@frozen
class Also:
    """Words of a source that these requirements judge besides those that they cite."""

    cite: Cite
    by: tuple[str, ...]


@cache
def further() -> tuple[Also, ...]:
    """What requirements judge besides the words that they cite."""
    return tuple(
        Also(Cite(each["page"], quote), tuple(each["by"])) for each in _entries("also") for quote in each["quotes"]
    )


@cache
def exclusions() -> tuple[Exclusion, ...]:
    """What nothing judges, with the reason."""
    return tuple(
        Exclusion(Cite(each["page"], quote), each["reason"])
        for each in _entries("excluded")
        for quote in each["quotes"]
    )


def _entries(kind: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = tomllib.loads(_LIST.read_text(encoding="utf-8"))[kind]
    return listed


def cites(requirements: Sequence[Requirement[Any]]) -> tuple[Cite, ...]:
    """Every cited word: by requirements, by what they judge besides, and by exclusions."""
    own = (each.cite for each in requirements)
    return (*own, *(each.cite for each in further()), *(each.cite for each in exclusions()))


def cites_of(requirement: Requirement[Any]) -> tuple[Cite, ...]:
    """The words that a requirement judges: those that it cites, and those listed besides."""
    return (requirement.cite, *(each.cite for each in further() if requirement.id in each.by))


def sentences(contract: Contract) -> tuple[Sentence, ...]:
    """Every sentence of the contract folder that may bind a subject, in reading order."""
    pages = sorted((contract.folder / "source" / "pages").glob("*.md"))
    return (
        *_of_rulings(_text(contract, _RULINGS)),
        *(each for page in pages for each in _of_table(page.name, page.read_text(encoding="utf-8"))),
        *_of_descriptions(contract.document),
    )


def covers(cite: Cite, sentence: Sentence) -> bool:
    """Whether the cited words stand in the sentence, or the sentence in them."""
    words, text = _plain(cite.quote), _plain(sentence.text)
    return cite.page == sentence.page and (words in text or text in words)


def uncovered(contract: Contract, cites: Iterable[Cite]) -> tuple[Sentence, ...]:
    """The sentences that none of these cites."""
    listed = tuple(cites)
    return tuple(each for each in sentences(contract) if not any(covers(cite, each) for cite in listed))


def _text(contract: Contract, name: str) -> str:
    file = contract.folder / name
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def _of_rulings(text: str) -> Iterator[Sentence]:
    """The readings of the tables: the second cell of a client's ruling, the third of a server's, after its level."""
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if re.fullmatch(r"\|? ?[RC][0-9]+", cells[0].strip("| ")):
            number = cells[0].strip("| ")
            reading = cells[2] if number.startswith("R") else cells[1]
            yield from (Sentence(_RULINGS, number, each) for each in _split(reading.strip(" |")))


def _of_table(page: str, text: str) -> Iterator[Sentence]:
    for status, reason in re.findall(r"<td>\s*([0-9]{3}[^<]*)</td>\s*<td>\s*([^<]+)</td>", text):
        yield from (Sentence(page, status.strip(), each) for each in _split(reason.strip()))


def _of_descriptions(document: JSON, pointer: str = "") -> Iterator[Sentence]:
    if is_object(document):
        described = document.get("description")
        if isinstance(described, str) and not pointer.startswith(("/info", "/tags", "/x-", "/servers")):
            yield from (Sentence(_CONTRACT, pointer, each) for each in _split(described))
        for name, value in document.items():
            if name not in ("example", "examples", "default", "enum", "const"):
                yield from _of_descriptions(value, f"{pointer}/{name}")
    elif is_array(document):
        for index, each in enumerate(document):
            yield from _of_descriptions(each, f"{pointer}/{index}")


def _split(text: str) -> list[str]:
    """The sentences of a text; a full stop inside a name or a number ends none."""
    return [each.strip() for each in re.split(r"(?<=[.;:])\s+", " ".join(text.split())) if each.strip()]


def _plain(text: str) -> str:
    """Words to be compared: without the sign they end with, on one line."""
    return " ".join(text.split()).rstrip(".;:,")
