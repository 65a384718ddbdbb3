"""`python -m scripts.bench_suite`: how many cases a second the client suite plays and judges.

The generated client is judged in both styles, beside plain calls of httpx to the same scripted server, by turns and in
one process. Of the figures nothing is asked: they are the machine's as much as ours.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import cast

from attrs import frozen

from scripts import commands, files
from scripts.bench_processes import ROOT
from scripts.client_source import one_line
from scripts.document import SourceError

Figures = Mapping[str, Mapping[str, float]]


class SuiteError(SourceError):
    """The process that measures gives no figures."""


@frozen
class Options:
    """How often to measure, and where the figures go as JSON."""

    repeat: int
    json: Path | None


def options(arguments: Sequence[str] | None) -> Options:
    does = "Measure the client suite on the generated client, beside plain calls of httpx to the same server."
    parser = commands.Parser(prog="python -m scripts.bench_suite", description=does, allow_abbrev=False)
    parser.add_argument("--repeat", type=commands.above_zero, default=5, metavar="N", help="N rounds (default: 5)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there as well")
    given = parser.parse_args(arguments)
    return Options(given.repeat, given.json)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print the table. 0: measured, 2: it cannot be."""
    return commands.run(lambda: _bench(options(arguments)))


def _bench(asked: Options) -> int:
    figures = measured("--rounds", str(asked.repeat))
    print("\n".join(text(figures)))
    if asked.json:
        files.write_whole(asked.json, json.dumps(figures, indent=2) + "\n")
    return 0


def measured(*arguments: str) -> Figures:
    """What the measuring process says; raises `SuiteError`."""
    command = (sys.executable, "-m", "conformance.client_speed", *arguments)
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        what = f"the process that measures ended with {one_line(said).rstrip('.')}"
        raise SuiteError("the client suite", what, "See whether sms-conformance client judges the generated client.")
    return cast("Figures", json.loads(done.stdout))


def text(figures: Figures) -> Iterator[str]:
    """The figures as a table."""
    yield f"cases a second, best round (Python {sys.version.split()[0]}, httpx {metadata.version('httpx')})"
    yield f"{'style':<8}{'suite':>10}{'httpx alone':>14}{'a case costs':>16}"
    for style, each in figures.items():
        times = each["httpx"] / each["suite"]
        yield f"{style:<8}{each['suite']:>10.0f}{each['httpx']:>14.0f}{times:>10.2f} calls"


if __name__ == "__main__":
    sys.exit(main())
