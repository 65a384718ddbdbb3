"""Saves Hypothesis the two seconds in which it finds out which characters UTF-8 can hold.

To draw text, Hypothesis encodes every code point there is and keeps what it found in its home folder. A run has a
home folder of its own, so each would do that again. What it would find is known beforehand and is put there. Should
another release keep it elsewhere or in another form, it finds nothing of use and looks for itself, as before.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import sys
import unicodedata
from pathlib import Path

from hypothesis.configuration import storage_directory

#: The first and last code point of each run that UTF-8 can hold: all but the surrogates (RFC 3629, section 3).
ENCODABLE = ((0, 0xD7FF), (0xE000, sys.maxunicode))


def utf_8_table() -> Path:
    """Where Hypothesis keeps what UTF-8 can hold, by the version of the Unicode tables."""
    return storage_directory("unicode_data", unicodedata.unidata_version, "codec-v2-utf-8.json.gz").path


def keep_utf_8_table() -> None:
    """Put the table into Hypothesis' home folder unless one is there; where that cannot be written, do without."""
    file = utf_8_table()
    with contextlib.suppress(OSError):
        if file.exists():
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        aside = file.with_name(f".{file.name}.aside")
        # The second list would name characters that decode to others than they were; there are none.
        with gzip.GzipFile(aside, "wb", mtime=1) as opened:
            opened.write(json.dumps([ENCODABLE, []]).encode())
        aside.replace(file)
