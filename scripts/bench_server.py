"""`python -m scripts.bench_server`: how soon the suite has a verdict on a server, and how many faults it finds.

Each profile judges the reference server, and the quick one the same server with a fault, beside stock Schemathesis on
the same contract and the same servers, by turns and in one run. Of the figures nothing is asked: they are the machine's
as much as ours.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Protocol

from attrs import frozen

from scripts import bench_server_processes as processes
from scripts import commands, files
from scripts.bench_processes import Failure
from scripts.bench_server_processes import MAX_RECIPIENTS, QUICK, STOCK, THOROUGH, ServerError
from scripts.bench_server_report import Measured, Setting, data, text
from scripts.bench_server_verdict import Outcome, Verdict

#: A sample of the faults that leaves the run at some minutes.
EVERY = 8
GOING_ON = "--continue-on-failure"


@frozen
class Options:
    """Which faults to try, by which profiles, how often the correct server is judged, and where the figures go."""

    every: int
    thorough: bool
    repeat: int
    stock: tuple[str, ...]
    json: Path | None


class Judging(Protocol):
    """Lets a tool judge a server with a fault or none."""

    def __call__(self, tool: str, fault: str | None, *options: str) -> Outcome: ...


def options(arguments: Sequence[str] | None) -> Options:
    does = "Measure the judging of servers, beside stock Schemathesis on the same contract and servers."
    parser = commands.Parser(prog="python -m scripts.bench_server", description=does, allow_abbrev=False)
    sample = parser.add_mutually_exclusive_group()
    every = f"try every Nth fault (default: {EVERY})"
    sample.add_argument("--every", type=commands.above_zero, default=EVERY, metavar="N", help=every)
    sample.add_argument("--all", action="store_true", help="try every fault")
    thorough = "try the faults with the thorough profile as well"
    parser.add_argument("--thorough", action="store_true", help=thorough)
    repeat = "judge the correct server N times (default: 1)"
    parser.add_argument("--repeat", type=commands.above_zero, default=1, metavar="N", help=repeat)
    going_on = "let stock Schemathesis go on with a phase after its first failure"
    parser.add_argument(GOING_ON, action="store_true", help=going_on)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there as well")
    given = parser.parse_args(arguments)
    stock = (GOING_ON,) if given.continue_on_failure else ()
    return Options(1 if given.all else given.every, given.thorough, given.repeat, stock, given.json)


def main(
    arguments: Sequence[str] | None = None,
    faults: Callable[[], Sequence[str]] = processes.faults,
    judging: Judging = processes.judged,
) -> int:
    """Measure and print the table. 0: measured, 2: it cannot be."""
    return commands.run(lambda: _bench(options(arguments), faults(), judging))


def _bench(asked: Options, faults: Sequence[str], judging: Judging) -> int:
    measured = Measured(_correct(asked, judging), _faulty(asked, faults, judging))
    setting = Setting(len(faults), int(MAX_RECIPIENTS), asked.stock, _versions())
    print(text(setting, measured), end="")
    if asked.json:
        files.write_whole(asked.json, json.dumps(data(setting, measured), indent=2) + "\n")
    return 0


def _correct(asked: Options, judging: Judging) -> Mapping[str, Sequence[Verdict]]:
    """What each tool says of the correct server; without that there is nothing to hold the faults against."""
    verdicts: dict[str, list[Verdict]] = {QUICK: [], THOROUGH: [], STOCK: []}
    for number in range(asked.repeat):
        print(f"judging the correct server, {number + 1} of {asked.repeat} …", file=sys.stderr)
        for tool in _in_turn(tuple(verdicts), number):
            outcome = judging(tool, None, *asked.stock)
            if isinstance(outcome, Failure):
                raise ServerError("the correct server", f"{tool} has no verdict ({outcome.why})", "See why, alone.")
            verdicts[tool].append(outcome)
    return verdicts


def _faulty(asked: Options, faults: Sequence[str], judging: Judging) -> Mapping[str, Mapping[str, Outcome]]:
    outcomes: dict[str, dict[str, Outcome]] = {QUICK: {}, **({THOROUGH: {}} if asked.thorough else {}), STOCK: {}}
    sample = faults[:: asked.every]
    for number, fault in enumerate(sample):
        print(f"judging {fault}, {number + 1} of {len(sample)} …", file=sys.stderr)
        for tool in _in_turn(tuple(outcomes), number):
            outcomes[tool][fault] = judging(tool, fault, *asked.stock)
    return outcomes


def _in_turn(tools: Sequence[str], number: int) -> Sequence[str]:
    """Everybody begins a round in turn, so that nobody always finds the machine as the same other one left it."""
    first = number % len(tools)
    return (*tools[first:], *tools[:first])


def _versions() -> Mapping[str, str]:
    python = ".".join(map(str, sys.version_info[:3]))
    return {"Python": python, "schemathesis": metadata.version("schemathesis")}


if __name__ == "__main__":
    sys.exit(main())
