"""`python -m scripts.normalize`: the published sources and our rulings become `openapi.yaml`."""

from __future__ import annotations

import argparse
import difflib
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from attrs import evolve, frozen

from scripts import commands, files, yamltext
from scripts.chain import Normalized, normalized
from scripts.changes import changes
from scripts.changes.rendering import text as changed_text
from scripts.diff import contract_in
from scripts.document import JSON, Document, SourceError
from scripts.matching import Operation
from scripts.register import Entry, Place
from scripts.selection import SelectionError, pairs
from scripts.sources import EMITTED, Sources, of_files, of_folder
from scripts.wording import counted

HEADER = """\
# Emitted by `python -m scripts.normalize` from {sources}.
# Change those and run it again; changes made here are lost.
"""
DIFF_LINES = 40
#: Changes when a reader of the report would have to.
FORMAT = 1


@frozen
class Options:
    """What was asked for. `swagger` is None if the sources lie in a contract folder; `out` is where to write."""

    contract: Path
    swagger: Path | None
    pages: Path | None
    overlays: tuple[Path, ...]
    out: Path
    report: Path | None
    only: tuple[Operation, ...]
    strict: bool
    check: bool
    conflicts: bool


def contract_text(folder: Path, *, strict: bool = False, only: Sequence[Operation] = ()) -> tuple[str, Normalized]:
    """The text of `openapi.yaml` that the sources in a folder yield, and what it took; raises a `SourceError`.

    Writes nothing. `only` takes the place of the list of operations in the folder.
    """
    sources = of_folder(folder)
    return text_of(evolve(sources, only=tuple(only)) if only else sources, strict=strict)


def text_of(sources: Sources, *, strict: bool = False) -> tuple[str, Normalized]:
    """The text of the contract that the sources yield, and what it took; raises a `SourceError`."""
    made = normalized(sources, strict=strict)
    return HEADER.format(sources=sources.origin) + yamltext.write(made.document), made


def lines(sources: Sources, made: Normalized) -> Iterator[str]:
    """What it took, one line for each thing that was done or that contradicts another."""
    folder = sources.file.removesuffix(sources.base)
    for mend in made.mends:
        where = sources.file if mend.pointer.startswith("#") else folder
        yield f"{where}{mend.pointer}: {mend.rule}: {mend.what}"
    yield from (str(each) for each in (*made.repairs, *made.notes, *made.warnings))
    for pointer in made.pruned:
        yield f"{sources.file}: {pointer} is reached by no operation, left out"
    yield from (_open(entry) for entry in made.register.open)
    yield from (str(stale) for stale in made.register.stale)


def _open(entry: Entry) -> str:
    conflict = entry.conflict
    more = f" (and {conflict.more} more)" if conflict.more else ""
    return f"{conflict.second.where}: conflict: {conflict.id}: {conflict.second.says}{more}, but {conflict.first}"


def counts(made: Normalized) -> str:
    """The counts in a line: what is in the contract; what it took."""
    listed = [counted(number, name) for name, number in made.counts.items()]
    return f"{', '.join(listed[:3])}; {', '.join(listed[3:])}"


def report(sources: Sources, made: Normalized) -> JSON:
    """Everything that `lines` says and every conflict with its ruling, as JSON."""
    return {
        "format": FORMAT,
        "document": sources.file,
        "counts": made.counts,
        "mends": [{"pointer": each.pointer, "rule": each.rule, "what": each.what} for each in made.mends],
        "repairs": [
            {"file": each.file, "line": each.line, "column": each.column, "what": each.what} for each in made.repairs
        ],
        "notes": [{"file": each.file, "line": each.line, "what": each.what} for each in made.notes],
        "warnings": list(made.warnings),
        "pruned": list(made.pruned),
        "conflicts": [_entry(entry) for entry in made.register.entries],
        "stale": [
            {"overlay": each.ruling.file, "action": each.ruling.action.number, "what": each.what}
            for each in made.register.stale
        ],
    }


def _entry(entry: Entry) -> JSON:
    conflict, ruling = entry.conflict, entry.ruling
    by: JSON = "open"
    if ruling:
        action = ruling.action
        by = {
            "overlay": ruling.file,
            "action": action.number,
            "target": action.target,
            "description": action.description,
        }
    elif conflict.mend:
        by = {"mend": conflict.mend}
    return {
        "id": conflict.id,
        "rule": conflict.rule,
        "operation": " ".join((conflict.operation[0].upper(), conflict.operation[1])) if conflict.operation else None,
        "field": conflict.field or None,
        "first": _place(conflict.first),
        "second": _place(conflict.second),
        "more": conflict.more,
        "ruling": by,
    }


def _place(place: Place) -> JSON:
    named = {"file": place.file, "pointer": place.pointer or None, "line": place.line, "column": place.column}
    return {**{name: value for name, value in named.items() if value is not None}, "says": place.says}


def table(made: Normalized) -> Iterator[str]:
    """The register for people: each conflict with both sides and what decides it."""
    for entry in made.register.entries:
        conflict = entry.conflict
        more = f" (and {conflict.more} more)" if conflict.more else ""
        yield f"{'OPEN ' if entry.is_open else 'ruled'}  {conflict.id}"
        yield f"       {conflict.first}"
        yield f"       {conflict.second}{more}"
        yield f"       {'no ruling' if entry.is_open else 'ruled by ' + entry.decided_by}"
    for stale in made.register.stale:
        yield f"STALE  {stale}"
    conflicts, stale_ones = counted(len(made.register.entries), "conflict"), counted(len(made.register.stale), "ruling")
    yield f"{conflicts}, {len(made.register.open)} open; {stale_ones} stale."


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the contract, or with --check compare it. 0: all well, 1: it differs, 2: it could not be made."""
    options = _options(arguments)
    act = _list if options.conflicts else _compare if options.check else _write
    return commands.run(lambda: act(options))


def _options(arguments: Sequence[str] | None) -> Options:
    does = "Make a contract from a Swagger 2.0 document, documentation pages and overlays."
    parser = commands.parser(command="normalize", does=does, out=f"DIR/{EMITTED}")
    parser.add_argument("--swagger", type=Path, metavar="FILE", help="a Swagger document outside a contract folder")
    parser.add_argument("--pages", type=Path, metavar="DIR", help="with --swagger: the folder of its pages")
    parser.add_argument(
        "--overlay", type=Path, metavar="FILE", action="append", default=[], help="with --swagger: an overlay"
    )
    parser.add_argument(
        "--only",
        nargs="+",
        action="extend",
        default=[],
        metavar="METHOD PATH",
        help="keep these operations and just what they reach",
    )
    parser.add_argument("--strict", action="store_true", help="mend nothing: the first fault is an error")
    parser.add_argument("--report", type=Path, metavar="FILE", help="write what it took and all conflicts as JSON")
    parser.add_argument("--conflicts", action="store_true", help="list the conflicts and what decides each; no writing")
    given = parser.parse_args(arguments)
    _check_combination(parser, given)
    contract = given.contract or commands.in_checkout(commands.CONTRACT)
    try:
        only = pairs(given.only, "--only")
    except SelectionError as error:
        parser.error(str(error).removesuffix("."))
    return Options(
        contract=contract,
        swagger=given.swagger,
        pages=given.pages,
        overlays=tuple(given.overlay),
        out=given.out or contract / EMITTED,
        report=given.report,
        only=only,
        strict=given.strict,
        check=given.check,
        conflicts=given.conflicts,
    )


def _check_combination(parser: argparse.ArgumentParser, given: argparse.Namespace) -> None:
    if given.swagger and given.contract:
        parser.error("--swagger and --contract exclude each other")
    if given.swagger and not (given.out or given.conflicts):
        parser.error("--swagger needs --out, the file to write")
    if not given.swagger and (given.pages or given.overlay):
        parser.error("--pages and --overlay are for --swagger; a contract folder holds its own")
    if given.check and given.conflicts:
        parser.error("--check and --conflicts exclude each other")


def _made(options: Options) -> tuple[str, Sources, Normalized]:
    """The text of the contract, and its report where one is asked for is written."""
    if options.swagger:
        sources = of_files(options.swagger, options.pages, options.overlays)
    else:
        sources = of_folder(options.contract)
    if options.only:
        sources = evolve(sources, only=options.only)
    text, made = text_of(sources, strict=options.strict)
    if options.report:
        files.write_whole(options.report, json.dumps(report(sources, made), indent=2, ensure_ascii=False) + "\n")
    return text, sources, made


def _list(options: Options) -> int:
    _, _, made = _made(options)
    print("\n".join(table(made)))
    return 0


def _write(options: Options) -> int:
    text, sources, made = _made(options)
    before = _before(options.out)
    files.write_whole(options.out, text)
    for line in lines(sources, made):
        print(line)
    if before is not None:
        print(changed_text(changes(before, made.document)), end="")
    print(f"{options.out} written: {counts(made)}.")
    return 0


def _before(file: Path) -> Document | None:
    """The contract that is about to be replaced, if there is one that can be read."""
    if not file.is_file():
        return None
    try:
        return contract_in(files.text(file, ""), str(file))
    except SourceError:
        return None


def _compare(options: Options) -> int:
    """0 if the file holds what it should, every conflict has a ruling and every ruling a conflict; otherwise 1."""
    text, _, made = _made(options)
    file = options.out
    there = files.content(file, "Make it with python -m scripts.normalize.")
    if there != text.encode("utf-8"):
        before, after = there.decode("utf-8", "replace").splitlines(), text.splitlines()
        changes = list(difflib.unified_diff(before, after, str(file), f"{file} (made again)", lineterm=""))
        for line in changes[:DIFF_LINES]:
            print(line)
        if len(changes) > DIFF_LINES:
            print(f"... and {len(changes) - DIFF_LINES} more lines.")
        print(f"{file} differs from what its sources yield. Run python -m scripts.normalize.")
        return 1
    for entry in made.register.open:
        print(f"{_open(entry)}. Rule on it in an overlay, by an action that settles it or lists its id in x-rules.")
    for stale in made.register.stale:
        print(stale)
    if made.register.open or made.register.stale:
        return 1
    print(f"{file} is what its sources yield.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
