"""`python -m scripts.bench`: how long normalising takes, how much memory, and how both grow with the document.

Measures `python -m scripts.normalize` as a whole process on documents made for it, and on those given, beside the
converter swagger2openapi on the same documents in the same run. It asks nothing of the figures: they are the machine's
as much as ours.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from attrs import frozen

from scripts import commands, files, jsontext
from scripts.bench_documents import document
from scripts.bench_processes import NAME, Failure, Outcome, Peer, installed_peer, measured, ours, theirs
from scripts.bench_report import Result, data, text
from scripts.document import METHODS, is_object

SIZES = (10, 100, 1000)


@frozen
class Options:
    """What to measure, how often, and where the figures go as JSON."""

    documents: tuple[Path, ...]
    sizes: tuple[int, ...]
    repeat: int
    json: Path | None


def options(arguments: Sequence[str] | None) -> Options:
    does = "Measure normalising on documents of several sizes, beside swagger2openapi."
    parser = commands.Parser(prog="python -m scripts.bench", description=does, allow_abbrev=False)
    parser.add_argument("--document", type=Path, action="append", metavar="FILE", help="measure this document as well")
    sized = "a size to make (default: 10, 100 and 1000)"
    parser.add_argument("--operations", type=commands.above_zero, action="append", metavar="N", help=sized)
    best = "the best of N runs (default: 3)"
    parser.add_argument("--repeat", type=commands.above_zero, default=3, metavar="N", help=best)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there as well")
    given = parser.parse_args(arguments)
    sizes = tuple(sorted(set(given.operations or SIZES)))
    return Options(tuple(given.document or ()), sizes, given.repeat, given.json)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print the table. 0: measured, 1: a run of ours failed, 2: a file is in the way."""
    return commands.run(lambda: _bench(options(arguments)))


def _bench(asked: Options) -> int:
    peer = installed_peer()
    name = peer.name if isinstance(peer, Peer) else NAME
    if isinstance(peer, Failure):
        print(f"{NAME} is left out: {peer.why}.", file=sys.stderr)
    made = [
        _measured(f"{size:,} operations", json.dumps(document(size), indent=2), peer, asked.repeat)
        for size in asked.sizes
    ]
    given = [
        _measured(file.name, files.text(file, "Name a document that can be read."), peer, asked.repeat)
        for file in asked.documents
    ]
    print(text(made, given, name), end="")
    if asked.json:
        files.write_whole(asked.json, json.dumps(data(made, given, name), indent=2) + "\n")
    return 1 if any(isinstance(each.ours, Failure) for each in (*made, *given)) else 0


def _measured(name: str, source: str, peer: Peer | Failure, repeat: int) -> Result:
    """What one document takes, in a contract folder that holds nothing else."""
    with tempfile.TemporaryDirectory(prefix="bench-") as place:
        contract, out = Path(place, "contract"), Path(place, "out.yaml")
        file = contract / "source/swagger.json"
        files.write(contract, {"source/swagger.json": source.encode("utf-8")})
        print(f"measuring {name} …", file=sys.stderr)
        own = measured(ours(contract, out), out, repeat)
        other: Outcome = peer if isinstance(peer, Failure) else measured(theirs(peer, file, out), out, repeat)
    return Result(name, _operations(source), len(source.encode("utf-8")), own, other)


def _operations(source: str) -> int:
    """How many operations a document has; none if it cannot be read, which the run will say."""
    try:
        found = jsontext.read_strict(source)
    except jsontext.NotJSON:
        return 0
    paths = found.get("paths") if is_object(found) else None
    items = paths.values() if is_object(paths) else ()
    return sum(method in item for item in items if is_object(item) for method in METHODS)


if __name__ == "__main__":
    sys.exit(main())
