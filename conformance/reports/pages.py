"""Reads the files of a contract that requirements cite, for the formats that point into them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

#: What a requirement may cite, as patterns inside a contract folder.
_CITED = ("*.md", "*.yaml", "source/pages/*.md")


def contract_pages(folder: Path) -> Mapping[str, str]:
    """The texts by their names inside the folder, with `/` between the parts; one that is no text is left out."""
    pages: dict[str, str] = {}
    for pattern in _CITED:
        for file in sorted(folder.glob(pattern)):
            try:
                pages[file.relative_to(folder).as_posix()] = file.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError):
                # The report is made after the run: a page that went away costs a line number, and no verdict.
                continue
    return pages
