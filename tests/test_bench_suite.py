"""Cases a second of the client suite are measured in a process of their own and told beside plain calls."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conformance import client_speed
from scripts import bench_suite
from scripts.bench_suite import SuiteError, measured, text


def test_both_styles_are_measured_beside_plain_calls() -> None:
    figures = client_speed.measured(rounds=1, count=3)

    assert set(figures) == {"sync", "async"}
    assert all(each["suite"] > 0 and each["httpx"] > 0 for each in figures.values())


def test_the_process_says_its_figures_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert client_speed.main(["--rounds", "1", "--cases", "2"]) == 0
    assert set(json.loads(capsys.readouterr().out)) == {"sync", "async"}


def test_a_case_is_told_by_how_many_plain_calls_it_costs() -> None:
    *_, heading, row = text({"sync": {"suite": 200.0, "httpx": 500.0}})

    assert heading.split() == ["style", "suite", "httpx", "alone", "a", "case", "costs"]
    assert row.split() == ["sync", "200", "500", "2.50", "calls"]


def test_figures_are_written_as_json_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = {"sync": {"suite": 1.0, "httpx": 2.0}}
    monkeypatch.setattr(bench_suite, "measured", lambda *_: figures)

    assert bench_suite.main(["--json", str(tmp_path / "figures.json")]) == 0
    assert json.loads((tmp_path / "figures.json").read_text()) == figures
    assert "2.00 calls" in capsys.readouterr().out


def test_a_process_that_gives_no_figures_is_told_in_a_sentence() -> None:
    with pytest.raises(SuiteError, match=r"^the client suite: the process that measures ended with .*unrecognized"):
        measured("--no-such-option")
