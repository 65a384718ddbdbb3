"""`python -m scripts.bench_client`: what the client of a contract takes to send, to read, to write and to import.

Both clients are emitted anew into a folder that goes away again: ours, and the one that the generator makes by itself.
They are measured beside httpx alone, in the same process and by turns. Of the figures nothing is asked: they are the
machine's as much as ours.
"""

from __future__ import annotations

import compileall
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import cast

from attrs import asdict, frozen

from scripts import client_source, commands, files
from scripts.bench_client_case import BenchError, Case, case
from scripts.bench_client_report import Measured, Setting, data, text
from scripts.bench_client_rounds import OURS, RAW, STOCK, Plan, Taken
from scripts.bench_processes import ROOT
from scripts.client_source import one_line
from scripts.generate import GENERATOR, package

#: Interpreters take long to start: there is a round of them for so many others.
STARTS = 10
IMPORTS = """
import sys, time
from importlib import import_module
sys.path.insert(0, sys.argv[1])
import attrs, httpx
begun = time.perf_counter()
import_module(sys.argv[2])
package = time.perf_counter() - begun
import_module(f"{sys.argv[2]}.{sys.argv[3]}")
print(package, time.perf_counter() - begun)
"""


@frozen
class Extent:
    """How many calls make a round of sends, and how many results are in a long answer."""

    calls: int = 20
    results: int = 2000


@frozen
class Options:
    """Whose client to measure, how often, and where the figures go as JSON."""

    contract: Path
    repeat: int
    json: Path | None


def options(arguments: Sequence[str] | None) -> Options:
    does = "Measure the client of a contract, beside the generator's own and httpx alone."
    parser = commands.Parser(prog="python -m scripts.bench_client", description=does, allow_abbrev=False)
    where = f"the contract folder (default: {commands.CONTRACT})"
    parser.add_argument("--contract", type=Path, metavar="DIR", help=where)
    parser.add_argument("--repeat", type=commands.above_zero, default=100, metavar="N", help="N rounds (default: 100)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there as well")
    given = parser.parse_args(arguments)
    return Options(given.contract or commands.in_checkout(commands.CONTRACT), given.repeat, given.json)


def main(arguments: Sequence[str] | None = None, extent: Extent = Extent()) -> int:
    """Measure and print the table. 0: measured, 2: it cannot be."""
    return commands.run(lambda: _bench(options(arguments), extent))


def _bench(asked: Options, extent: Extent) -> int:
    found = case(client_source.read(asked.contract))
    with tempfile.TemporaryDirectory(prefix="bench-client-") as place:
        _say("emitting both clients")
        _emit(asked.contract, Path(place))
        _say("measuring sends and bodies")
        taken = _run(asked, _plan(found, place, asked.repeat, extent))
        _say("measuring imports")
        taken |= _imports(asked, found, place)
    measured = [Measured.of(name, each[OURS], each[STOCK], each.get(RAW)) for name, each in taken.items()]
    setting = Setting(found.operation, extent.results, asked.repeat, _versions())
    print(text(setting, measured), end="")
    if asked.json:
        files.write_whole(asked.json, json.dumps(data(setting, measured), indent=2) + "\n")
    return 0


def _say(what: str) -> None:
    print(f"{what} …", file=sys.stderr)


def _emit(contract: Path, folder: Path) -> None:
    """Both packages, compiled: nobody should be the one who does that while a clock runs."""
    for name in (OURS, STOCK):
        files.write(folder / name, package(contract, stock=name == STOCK).files)
    compileall.compile_dir(folder, quiet=2)


def _plan(found: Case, folder: str, rounds: int, extent: Extent) -> Plan:
    few = found.example_recipients
    return Plan(
        folder=folder,
        module=found.module,
        method=found.method,
        path=found.path,
        status=found.status,
        request=found.request(few),
        answer=found.success(few),
        long_request=found.request(extent.results),
        long_answer=found.half_refused(extent.results),
        repeat=rounds,
        calls=extent.calls,
    )


def _run(asked: Options, plan: Plan) -> dict[str, Taken]:
    """What the measuring process says of it."""
    command = (sys.executable, "-m", "scripts.bench_client_rounds")
    return cast("dict[str, Taken]", json.loads(_output(asked, command, json.dumps(asdict(plan)))))


def _imports(asked: Options, found: Case, folder: str) -> dict[str, Taken]:
    """Each client by turns, in an interpreter that lives for this alone."""
    package_alone: dict[str, list[float]] = {OURS: [], STOCK: []}
    whole: dict[str, list[float]] = {OURS: [], STOCK: []}
    for _ in range(-(-asked.repeat // STARTS)):
        for name in (OURS, STOCK):
            command = (sys.executable, "-I", "-c", IMPORTS, folder, name, found.module)
            first, both = map(float, _output(asked, command).split())
            package_alone[name].append(first)
            whole[name].append(both)
    return {"import-package": package_alone, "import-operation": whole}


def _output(asked: Options, command: Sequence[str], given: str = "") -> str:
    done = subprocess.run(command, cwd=ROOT, input=given, capture_output=True, text=True)
    if done.returncode:
        said = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        what = f"the process that measures its client ended with {one_line(said).rstrip('.')}"
        raise BenchError(str(asked.contract), what, "See whether python -m scripts.generate makes a client that works.")
    return done.stdout


def _versions() -> Mapping[str, str]:
    python = ".".join(map(str, sys.version_info[:3]))
    return {"Python": python, **{name: metadata.version(name) for name in ("httpx", "attrs", GENERATOR[0])}}


if __name__ == "__main__":
    sys.exit(main())
