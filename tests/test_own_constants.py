from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants

from conformance.drivers.own_constants import without_local_constants

MARK = "own-constant-7"


def drawn() -> list[str]:
    found: list[str] = []

    @settings(max_examples=500, database=None, derandomize=True)
    @given(st.text())
    def draw(text: str) -> None:
        found.append(text)

    draw()
    return found


@pytest.fixture
def local_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module that Hypothesis takes for the user's own, and has not seen yet."""
    file = tmp_path.parent / "own_module.py"
    file.write_text(f"VALUE = {MARK!r}\n", encoding="utf-8")
    module = ModuleType("own_module")
    module.__file__ = str(file)
    monkeypatch.setitem(sys.modules, "own_module", module)
    monkeypatch.setattr(providers, "is_local_module_file", lambda path: path == str(file))
    # What it has found in other tests' modules would come before this.
    monkeypatch.setattr(providers, "_local_constants", Constants())
    monkeypatch.setattr(providers, "_seen_modules", set())
    monkeypatch.setattr(providers, "_sys_modules_len", None)


@pytest.mark.usefixtures("local_module")
def test_constants_of_loaded_modules_are_drawn_after_the_block_and_not_in_it() -> None:
    with without_local_constants():
        inside = drawn()
    after = drawn()

    assert MARK not in inside
    assert MARK in after


def test_what_hypothesis_had_is_there_again() -> None:
    choices = providers.CONSTANTS_CACHE
    with pytest.raises(KeyError), without_local_constants():
        assert providers.CONSTANTS_CACHE is not choices
        raise KeyError

    assert providers.CONSTANTS_CACHE is choices
    assert "_local_constants" in vars(providers.HypothesisProvider)


def test_where_a_release_keeps_them_elsewhere_nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(providers, "HypothesisProvider")
    choices = providers.CONSTANTS_CACHE
    with without_local_constants():
        assert providers.CONSTANTS_CACHE is choices
