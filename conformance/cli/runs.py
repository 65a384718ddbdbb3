"""How a run of the command line goes on: its options, how it is watched, how its report is written."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import attrs
import click
from rich.console import Console
from rich.text import Text

from conformance import contract as contracts
from conformance import reports
from conformance.cli.options import BROKEN, PASSED
from conformance.run import Options, write_whole
from conformance.settings import Known, SettingsError

_VERDICT_STYLES = {
    "pass": "green",
    "fail": "bold red",
    "not exercised": "bold yellow",
    "passes unexpectedly": "bold red",
    "known": "yellow",
    "excluded": "dim",
}


def run_options(
    command: Sequence[str], excluded: Mapping[str, str], known: Mapping[str, Known], common: dict[str, Any]
) -> Options:
    folder: Path | None = common["contract"]
    contract = contracts.read(folder or contracts.default_folder())
    repeat = [*command]
    for name in ("contract", "config"):
        repeat += [f"--{name}", str(common[name])] if common[name] else []
    repeat += ["--seed", str(common["seed"]), "--profile", common["profile"]]
    repeat += ["--strict"] if common["strict"] else []
    return Options(
        contract=contract,
        seed=common["seed"],
        profile=common["profile"],
        strict=common["strict"],
        only=common["only"],
        tags=common["tags"],
        sections=common["sections"],
        excluded=excluded,
        known=known,
        today=date.today(),
        command=tuple(repeat),
    )


def finish(side: str, run: Callable[[Options], reports.Report], options: Options, common: dict[str, Any]) -> int:
    """Run, print, write the reports; the exit code."""
    formats = _formats(common["formats"])
    folder: Path = common["report_dir"]
    if formats:
        _check_writable(folder)
    earlier = _earlier(common["compare"], side)
    with _watched(options) as watched:
        report = attrs.evolve(run(watched), earlier=earlier)
    console = Console(highlight=False, soft_wrap=True, emoji=False, markup=False)
    for line in reports.terminal(report):
        console.print(_coloured(line))
    for name in formats:
        ending, render = reports.FORMATS[name]
        file = folder / f"{report.side}.{ending}"
        write_whole(file, render(report))
        console.print(f"report: {file}")
    reports.tell_github([report], os.environ, click.echo)
    return PASSED if report.passed else BROKEN


def _earlier(file: Path | None, side: str) -> reports.Earlier | None:
    """The run to compare with, read before this one begins."""
    earlier = reports.read_earlier(file) if file else None
    if earlier and earlier.side != side:
        hint = f"Give the report of a {side}."
        raise reports.EarlierReportError(f"--compare {file}", f"is the report of a {earlier.side}", hint)
    return earlier


def _formats(text: str) -> list[str]:
    names = list(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if unknown := [name for name in names if name not in reports.FORMATS]:
        raise click.BadParameter(f"{unknown[0]!r} is none of {', '.join(reports.FORMATS)}.", param_hint="--report")
    return names


def _check_writable(folder: Path) -> None:
    """Say before the run, not after it, that its reports cannot be written. Makes nothing."""
    there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    if not there.is_dir() or not os.access(there, os.W_OK):
        raise SettingsError(f"--report-dir {folder}", f"{there} is no folder that can be written to", "Name another.")


@contextmanager
def _watched(options: Options) -> Generator[Options]:
    """Options whose progress shows on stderr: a live line on a terminal, a line for each stage elsewhere."""
    # The stream of now: while Schemathesis runs, sys.stderr is another one.
    console = Console(file=sys.stderr, highlight=False)
    stages: list[str] = []
    with console.status("starting") if console.is_terminal else _nothing() as status:

        def progress(stage: str, done: int) -> None:
            if status is not None:
                status.update(f"{stage}: {done}")
            elif stage not in stages:
                stages.append(stage)
                console.print(f"{stage} …")

        yield attrs.evolve(options, progress=progress)


@contextmanager
def _nothing() -> Generator[None]:
    yield None


def _coloured(line: str) -> Text:
    text = Text(line)
    for verdict, style in _VERDICT_STYLES.items():
        if f" {verdict} " in line:
            text.highlight_words([f" {verdict} "], style)
    if line.startswith(("FAIL ", "failed:")):
        text.stylize("bold red")
    elif line.startswith("passed:"):
        text.stylize("bold green")
    return text
