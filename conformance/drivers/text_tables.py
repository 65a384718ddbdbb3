"""Saves Hypothesis the two seconds in which it finds out what characters there are and which of them UTF-8 can hold.

To draw text, Hypothesis looks up the category of every code point there is, encodes each, and keeps what it found in
its home folder. A run has a home folder of its own, so each would do that again. What it would find is known
beforehand, or found out faster, and is put there. Should another release keep it elsewhere or in another form, it finds
nothing of use and looks for itself, as before.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from hypothesis.configuration import storage_directory

#: The first and last code point of each run that UTF-8 can hold: all but the surrogates (RFC 3629, section 3).
ENCODABLE = ((0, 0xD7FF), (0xE000, sys.maxunicode))
#: Versions of Unicode, by their first number, in which nothing is assigned in the planes 4 to 13.
_VERSIONS = frozenset({"14", "15", "16", "17"})
#: Code points that are all of one category, with it: those planes, and all but the last two of each private plane.
_ALIKE = ((0x40000, 0xDFFFF, "Cn"), (0xF0000, 0xFFFFD, "Co"), (0x100000, 0x10FFFD, "Co"))


def utf_8_table() -> Path:
    """Where Hypothesis keeps what UTF-8 can hold, by the version of the Unicode tables."""
    return _file("codec-v2-utf-8")


def category_table() -> Path:
    """Where Hypothesis keeps which code points each category has."""
    return _file("charmap")


def _file(name: str) -> Path:
    return storage_directory("unicode_data", unicodedata.unidata_version, f"{name}.json.gz").path


def keep_tables() -> None:
    """Put the tables into Hypothesis' home folder unless they are there; where that cannot be written, do without."""
    # The second list would name characters that decode to others than they were; there are none.
    _keep(utf_8_table(), [ENCODABLE, []])
    if unicodedata.unidata_version.partition(".")[0] in _VERSIONS and not category_table().exists():
        _keep(category_table(), sorted(_categories().items()))


def _categories() -> dict[str, list[tuple[int, int]]]:
    """The first and last code point of each run of one category, by category."""
    runs: list[tuple[int, int, str]] = []
    start = 0
    for first, last, category in _ALIKE:
        runs += [*_runs(range(start, first)), (first, last, category)]
        start = last + 1
    runs += _runs(range(start, sys.maxunicode + 1))
    table: dict[str, list[tuple[int, int]]] = {}
    for category, listed in groupby(runs, key=lambda run: run[2]):
        alike = list(listed)
        table.setdefault(category, []).append((alike[0][0], alike[-1][1]))
    return table


def _runs(points: range) -> Iterable[tuple[int, int, str]]:
    start = points.start
    for category, alike in groupby(map(unicodedata.category, map(chr, points))):
        size = sum(1 for _ in alike)
        yield start, start + size - 1, category
        start += size


def _keep(file: Path, table: Sequence[Any]) -> None:
    with contextlib.suppress(OSError):
        if file.exists():
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        aside = file.with_name(f".{file.name}.aside")
        with gzip.GzipFile(aside, "wb", mtime=1) as opened:
            opened.write(json.dumps(table).encode())
        aside.replace(file)
