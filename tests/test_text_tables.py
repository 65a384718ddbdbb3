from __future__ import annotations

import gzip
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis.configuration import set_hypothesis_home_dir

from conformance.drivers.text_tables import keep_utf_8_table, utf_8_table

OWN = """
from hypothesis.configuration import set_hypothesis_home_dir
set_hypothesis_home_dir({folder!r})
from hypothesis.internal.charmap import intervals_from_codec
intervals_from_codec("utf-8")
"""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    set_hypothesis_home_dir(tmp_path / "ours")
    try:
        yield tmp_path / "ours"
    finally:
        set_hypothesis_home_dir(None)


def test_the_table_is_the_one_that_hypothesis_would_write(home: Path, tmp_path: Path) -> None:
    keep_utf_8_table()
    subprocess.run([sys.executable, "-c", OWN.format(folder=str(tmp_path / "own"))], check=True)
    own = {
        each.relative_to(tmp_path / "own"): gzip.decompress(each.read_bytes())
        for each in tmp_path.glob("own/unicode_data/*/*")
    }

    assert utf_8_table().relative_to(home) in own
    assert gzip.decompress(utf_8_table().read_bytes()) == own[utf_8_table().relative_to(home)]


def test_a_table_that_is_there_stays(home: Path) -> None:
    utf_8_table().parent.mkdir(parents=True)
    utf_8_table().write_bytes(b"its own")
    keep_utf_8_table()

    assert utf_8_table().read_bytes() == b"its own"


def test_a_home_that_cannot_be_written_is_done_without(home: Path) -> None:
    home.write_text("no folder", encoding="utf-8")
    keep_utf_8_table()

    assert home.read_text(encoding="utf-8") == "no folder"
