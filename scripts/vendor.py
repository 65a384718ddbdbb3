"""`python -m scripts.vendor`: puts the client into another project's tree, and tells later whether it still is that.

A copy is the emitted package under a name of its own, which may be nested. Its imports are relative, so that only its
documentation names it. What a copy should hold, and what it was made from, is in its stamp. The folders around it are
the other project's: none gets a file from here.
"""

from __future__ import annotations

import argparse
import keyword
import os
import re
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from attrs import evolve, frozen

from scripts import commands, files, generate
from scripts import stamp as stamps
from scripts.client_source import DOCUMENT, GenerateError, one_line
from scripts.files import Differences, Files
from scripts.stamp import FILE as STAMP
from scripts.stamp import NotAStamp, Stamp
from scripts.wording import counted

COMMAND = "python -m scripts.vendor"
#: What names the package: its imports do not.
PAGES = ".md"
AGAIN = f"Make it again with {COMMAND} --dest."
ANOTHER = "Name another folder."


@frozen
class Copy:
    """A client in somebody's tree, as it is there: its files, the stamp among them, and what the stamp says."""

    files: Files
    stamp: Stamp

    def edits(self) -> Differences:
        """What sets the files apart from what the stamp says of them, and the stamp from what it says itself."""
        expected = {**self.stamp.files, STAMP: stamps.hashed(self.stamp.content())}
        return files.differences(expected, stamps.hashes(self.files))


def named(emitted: Files, name: str) -> Files:
    """The package as it is vendored under this name, with dots between its parts."""
    made = {path: _names(content, name) if path.endswith(PAGES) else content for path, content in emitted.items()}
    del made[STAMP]
    stamp = evolve(stamps.read(emitted[STAMP]), name=name, files=stamps.hashes(made))
    return {**made, STAMP: stamp.content()}


def _names(page: bytes, name: str) -> bytes:
    text = page.decode("utf-8", "surrogateescape")
    return re.sub(rf"\b{generate.PACKAGE}\b", lambda _: name, text).encode("utf-8", "surrogateescape")


def parts_of(name: str) -> list[str]:
    """The parts of a name, `acme/vendor/sms` or `acme.vendor.sms`; raises `GenerateError` if none can be imported."""
    parts = re.split(r"[./]", name)
    for part in parts:
        # Python reads an identifier in its normal form, and would look for that.
        if not part.isidentifier() or keyword.iskeyword(part) or unicodedata.normalize("NFKC", part) != part:
            what = f"{part!r} is a keyword" if keyword.iskeyword(part) else f"{part!r} is no identifier"
            raise GenerateError(f"--name {name}", what, "Name a package, such as sms or acme/vendor/sms.")
    return parts


def others(then: Stamp, now: Stamp) -> list[str]:
    """Which inputs and tools are not what they were, each in order."""
    inputs = sorted(path for path in then.inputs.keys() | now.inputs if then.inputs.get(path) != now.inputs.get(path))
    tools = sorted(tool for tool in then.tools.keys() | now.tools if then.tools.get(tool) != now.tools.get(tool))
    was, is_ = then.tools, now.tools
    return [*inputs, *(f"{tool} ({was.get(tool, 'none')} then, {is_.get(tool, 'none')} now)" for tool in tools)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Vendor the client or verify a copy: 0 if all is well, 1 if the copy was edited, 2 if it cannot be done."""
    does = "Put the client into another project's tree, or tell whether a copy there still is what was put there."
    parser = commands.Parser(prog=COMMAND, description=does, allow_abbrev=False)
    act = parser.add_mutually_exclusive_group(required=True)
    act.add_argument("--dest", type=_folder, metavar="DIR", help="put the package below this folder")
    act.add_argument("--verify", type=_folder, metavar="DIR", help="compare the copy in this folder with its stamp")
    parser.add_argument("--name", metavar="NAME", help=f"the package, as acme/vendor/sms (default: {generate.PACKAGE})")
    parser.add_argument("--force", action="store_true", help="replace the copy even if it was edited")
    parser.add_argument("--current", action="store_true", help="exit 1 if the contract is no longer what it was")
    parser.add_argument(
        "--contract", type=_folder, metavar="DIR", help=f"the contract folder (default: {commands.CONTRACT})"
    )
    given = parser.parse_args(arguments)
    if given.verify and (given.name is not None or given.force):
        parser.error("--name and --force are for --dest")
    if given.dest and given.current:
        parser.error("--current is for --verify")
    contract: Path = given.contract or commands.in_checkout(commands.CONTRACT)
    if given.verify:
        return commands.run(lambda: _verify(given.verify, contract, current=given.current))
    name: str = generate.PACKAGE if given.name is None else given.name
    return commands.run(lambda: _vendor(given.dest, parts_of(name), contract, force=given.force))


def _folder(value: str) -> Path:
    if not value:
        raise argparse.ArgumentTypeError("names no folder")
    return Path(value)


def _vendor(dest: Path, parts: Sequence[str], contract: Path, *, force: bool) -> int:
    out = dest.joinpath(*parts)
    before = _replaceable(out)
    edits = _copy(out, before).edits() if before and not force else None
    if edits:
        _say(*edits.lines())
        _say(f"{out}: was edited since it was made. Undo that, or replace it with --force.")
        return 1
    expected = named(generate.package(contract).files, ".".join(parts))
    source, changed = contract / DOCUMENT, files.differences(before, expected)
    if not changed:
        _say(f"{out}: {counted(len(expected), 'file')}, already what {source} yields; nothing written")
        return 0
    files.replace(out, expected)
    counts = f"{len(changed.changed)} changed, {len(changed.added)} added, {len(changed.missing)} removed"
    _say(f"{out}: {counts}; {counted(len(expected), 'file')}, from {source}")
    return 0


def _verify(folder: Path, contract: Path, *, current: bool) -> int:
    copy = _copy(folder, _contents(folder))
    edits = copy.edits().lines()
    _say(*edits)
    emitted = generate.package(contract).files
    then, now = copy.stamp, stamps.read(emitted[STAMP])
    source, differing = contract / DOCUMENT, others(copy.stamp, now)
    if differing:
        # What it should hold, only its own stamp can say.
        departures: list[str] = []
    else:
        expected = emitted if then.name is None else named(emitted, then.name)
        departures = [line for line in files.differences(expected, copy.files).lines() if line not in edits]
    _say(*departures)
    if edits:
        _say(f"{folder}: not what its stamp says. Undo that, or make it again with {COMMAND} --dest and --force.")
    elif departures:
        what = f"as its stamp says, yet not what {source} yields: the stamp was edited, or the scripts were"
        _say(f"{folder}: {what}. {AGAIN}")
    else:
        yields = "" if differing else f" and {source} yields them"
        _say(f"{folder}: {counted(len(copy.files), 'file')}, as its stamp says{yields}")
    if differing:
        _say(
            f"{folder}: made from {_edition(then)}, and {source} is {_edition(now)}. Not what it was: "
            f"{', '.join(differing)}. {AGAIN}"
        )
    return 1 if edits or departures or (current and differing) else 0


def _edition(stamp: Stamp) -> str:
    return one_line(f"{stamp.title} {stamp.version}", limit=100)


def _replaceable(out: Path) -> Files:
    """What a folder holds that may be replaced: nothing, or an emitted package that is not this checkout's own."""
    if out.is_symlink():
        raise GenerateError(str(out), "is a link", "Name the folder that it leads to, or take it away.")
    for folder in (out, *out.parents):
        if not folder.is_dir() and (folder.exists() or folder.is_symlink()):
            raise GenerateError(str(folder), "is not a folder", ANOTHER)
    if out.resolve() == commands.in_checkout(generate.PACKAGE).resolve():
        what = "is the client of this checkout, which python -m scripts.generate writes"
        raise GenerateError(str(out), what, ANOTHER)
    if not out.exists():
        return {}
    found = _contents(out)
    if found and not stamps.is_stamp(found.get(STAMP, b"")):
        what = f"is not empty and has no {STAMP} of an emitted package"
        raise GenerateError(str(out), what, "Name another folder, or empty this one yourself.")
    return found


def _copy(folder: Path, found: Files) -> Copy:
    if STAMP not in found:
        raise GenerateError(str(folder), f"has no {STAMP}, so it is no copy of the client", ANOTHER)
    try:
        return Copy(found, stamps.read(found[STAMP]))
    except NotAStamp as error:
        hint = f"Make the copy again with {COMMAND} --dest, with --force if need be."
        raise GenerateError(str(folder / STAMP), str(error), hint) from None


def _contents(folder: Path) -> Files:
    """The files of a folder, none of which leads elsewhere."""
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "is not there"
        raise GenerateError(str(folder), what, ANOTHER)
    for place, folders, names in os.walk(folder, onerror=_raise):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for each in (Path(place, name) for name in (*folders, *sorted(names))):
            if each.is_symlink() or not (each.is_dir() or each.is_file()):
                what = "is a link" if each.is_symlink() else "is neither file nor folder"
                raise GenerateError(str(each), f"{what}, and a copy has none", "Take it away.")
    return files.read(folder)


def _raise(error: OSError) -> NoReturn:
    raise error


def _say(*lines: str) -> None:
    """Print, with what a terminal would act upon or cannot show written as Python would: names are anybody's."""
    encoding = sys.stdout.encoding or "utf-8"
    for line in lines:
        shown = "".join(each if each.isprintable() else ascii(each)[1:-1] for each in line)
        print(shown.encode(encoding, "backslashreplace").decode(encoding))


if __name__ == "__main__":
    sys.exit(main())
