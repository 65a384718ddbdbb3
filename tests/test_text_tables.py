from __future__ import annotations

import gzip
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis.configuration import set_hypothesis_home_dir

from conformance.drivers.text_tables import category_table, keep_tables, utf_8_table

OWN = """
from hypothesis.configuration import set_hypothesis_home_dir
set_hypothesis_home_dir({folder!r})
from hypothesis.internal.charmap import charmap, intervals_from_codec
charmap()
intervals_from_codec("utf-8")
"""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    set_hypothesis_home_dir(tmp_path / "ours")
    try:
        yield tmp_path / "ours"
    finally:
        set_hypothesis_home_dir(None)


@pytest.mark.parametrize("table", [utf_8_table, category_table])
def test_a_table_is_the_one_that_hypothesis_would_write(table: Callable[[], Path], home: Path, tmp_path: Path) -> None:
    keep_tables()
    subprocess.run([sys.executable, "-c", OWN.format(folder=str(tmp_path / "own"))], check=True)
    own = tmp_path / "own" / table().relative_to(home)

    assert gzip.decompress(table().read_bytes()) == gzip.decompress(own.read_bytes())


def test_a_table_that_is_there_stays(home: Path) -> None:
    utf_8_table().parent.mkdir(parents=True)
    utf_8_table().write_bytes(b"its own")
    keep_tables()

    assert utf_8_table().read_bytes() == b"its own"


def test_a_home_that_cannot_be_written_is_done_without(home: Path) -> None:
    home.write_text("no folder", encoding="utf-8")
    keep_tables()

    assert home.read_text(encoding="utf-8") == "no folder"
