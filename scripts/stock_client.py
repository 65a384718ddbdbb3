"""`python -m scripts.stock_client`: what the suite finds in the client that the generator makes by itself.

The client of the contract is emitted with the generator's own templates into a folder that goes away again, and judged
by `sms-conformance client`; so is that of a small contract with values in its paths. For each headline there is the
smallest case. Beside it stand twelve defects that are known of that client: which requirement finds each of them, or
why none does.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from attrs import field, frozen

from scripts import commands, files
from scripts.bench_processes import ROOT
from scripts.client_source import one_line
from scripts.document import SourceError
from scripts.generate import package

#: A contract with values in its paths, for what the one of the service has no operation for.
PATHS = ROOT / "conformance" / "mutants" / "paths"
_COMMAND = "from conformance.cli import main; main()"


class StockClientError(SourceError):
    """The suite gives no verdict on a client, or finds nothing wrong with one of which much is known to be."""


@frozen
class Subject:
    """A stock client to be judged: the name of its package, and its contract."""

    name: str
    contract: Path


@frozen
class Failed:
    """A requirement that it breaks: what explains that, if anything does, and the smallest case."""

    requirement: str
    causes: tuple[str, ...]
    breach: str
    smallest: tuple[str, ...] = field(repr=False)


@frozen
class Defect:
    """Something that is known to be wrong with it, and the requirements of which each finds it; `why` says why none
    does."""

    what: str
    found_by: tuple[str, ...] = ()
    why: str = ""


#: In the order in which they are tested one by one, in `tests/test_twelve_defects.py`.
DEFECTS: tuple[Defect, ...] = (
    Defect("waits for ever unless told", ("client-timeout-by-default",)),
    Defect(
        "asks for another path with `.`, `..` or nothing in it",
        ("client-dot-segments-refused", "client-empty-path-value-refused"),
    ),
    Defect("crashes on a 202 with HTML", ("client-not-json-raises",)),
    Defect("crashes on a 202 with nothing, or null", ("client-empty-body-raises", "client-wrong-shape-raises")),
    Defect("crashes on status 520 or 596", ("client-undocumented-status-raises",)),
    Defect(
        "returns None for a status that is not documented",
        ("client-undocumented-success-raises", "client-undocumented-status-raises"),
    ),
    Defect("shows the token in its repr", ("client-no-secret-shown",)),
    Defect("writes the token into the headers that its caller gave", ("client-no-secret-shown",)),
    Defect("sends the headers of a copy from the original", ("client-copy-leaves-original",)),
    Defect(
        "loses in a pickled model what was unset",
        why="the suite asks by calls, and no client need have models that are pickled",
    ),
    Defect(
        "makes a client of httpx for each of several threads",
        why="each thread is served and gets its own answer: what it costs is nothing that a caller is told",
    ),
    Defect(
        "follows a 303 with GET if told to follow redirects",
        why="the suite leaves a client its own defaults, and by default this one follows none",
    ),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what is found, and the twelve defects beside it. 0: judged, 2: it cannot be."""
    return commands.run(lambda: _judge(_seed(arguments)))


def _seed(arguments: Sequence[str] | None) -> int:
    does = "Judge the client that the generator makes by itself, and set beside it what is known to be wrong with it."
    parser = commands.Parser(prog="python -m scripts.stock_client", description=does, allow_abbrev=False)
    parser.add_argument("--seed", type=commands.above_zero, default=1, metavar="N", help="the seed (default: 1)")
    return int(parser.parse_args(arguments).seed)


def _judge(seed: int) -> int:
    subjects = (
        Subject("stock_client", ROOT / commands.CONTRACT),
        Subject("stock_client_of_paths", PATHS),
    )
    failed: dict[str, Failed] = {}
    for subject in subjects:
        found = failures(subject, seed)
        print("\n".join(listed(subject, found)))
        failed = {each.requirement: each for each in found} | failed
    print("\n".join(beside(DEFECTS, failed)))
    return 0


def failures(subject: Subject, seed: int) -> tuple[Failed, ...]:
    """What the suite says of a stock client; raises `StockClientError`."""
    with tempfile.TemporaryDirectory(prefix="stock-client-") as place:
        folder = Path(place)
        files.write(folder / subject.name, package(subject.contract, stock=True).files)
        command = ("client", "--package", subject.name, "--contract", str(subject.contract), "--seed", str(seed))
        done = subprocess.run(
            [sys.executable, "-c", _COMMAND, *command, "--report", "json", "--report-dir", place],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), place))},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 1:
            said = (done.stderr.strip().splitlines() or ["nothing is wrong"])[-1]
            what = f"the suite ended with {done.returncode}, and said that {one_line(said).rstrip('.')}"
            raise StockClientError(subject.name, what, "See whether sms-conformance client judges ours.")
        report = cast("Mapping[str, Any]", json.loads((folder / "client.json").read_text(encoding="utf-8")))
    return tuple(_failed(each) for each in report["records"] if each["verdict"] == "fail")


def _failed(record: Mapping[str, Any]) -> Failed:
    failure = record["failure"]
    return Failed(record["id"], tuple(record["causes"]), failure["breaches"][0], tuple(failure["smallest"]))


def listed(subject: Subject, found: Sequence[Failed]) -> Iterator[str]:
    """Each headline with its smallest case, and what it breaks besides by name."""
    own = [each for each in found if not each.causes]
    yield f"{subject.name}: {len(found)} requirements broken, {len(own)} of them headlines"
    for each in own:
        yield f"\n{each.requirement}"
        yield f"  {each.breach}"
        yield from (f"    {line}".rstrip() for line in each.smallest)
    consequences = [each.requirement for each in found if each.causes]
    yield f"\nalso broken by the same answers: {', '.join(consequences) or 'nothing'}\n"


def beside(defects: Sequence[Defect], failed: Mapping[str, Failed]) -> Iterator[str]:
    """A table of what is known to be wrong and what finds it, in Markdown."""
    yield "| defect | found by |"
    yield "|---|---|"
    for each in defects:
        finding = ", ".join(id for id in each.found_by if id in failed)
        yield f"| {each.what} | {finding or f'nothing: {each.why}'} |"


if __name__ == "__main__":
    sys.exit(main())
