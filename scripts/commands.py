"""What the commands have in common: where they look if nothing is said, how they read options and how they refuse."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from attrs import frozen

from scripts.document import SourceError

CONTRACT = "openapi"


@frozen
class Options:
    """What a command was asked to do; `out` is None if it was not named."""

    contract: Path
    out: Path | None
    check: bool


class Parser(argparse.ArgumentParser):
    """Refuses in one sentence."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}. See --help.\n")


def parser(*, command: str, does: str, out: str) -> argparse.ArgumentParser:
    """A parser with the options of every command; `does` says what it does, and `out` where it writes by itself."""
    made = Parser(prog=f"python -m scripts.{command}", description=does, allow_abbrev=False)
    made.add_argument("--contract", type=Path, metavar="DIR", help=f"the contract folder (default: {CONTRACT})")
    made.add_argument("--out", type=Path, metavar="PATH", help=f"where to write (default: {out})")
    made.add_argument("--check", action="store_true", help="write nothing; exit 1 if what is there would differ")
    return made


def options(arguments: Sequence[str] | None, *, command: str, does: str, out: str) -> Options:
    """The options of a command that has no others."""
    given = parser(command=command, does=does, out=out).parse_args(arguments)
    return Options(given.contract or in_checkout(CONTRACT), given.out, given.check)


def above_zero(value: str) -> int:
    """The number that an option gives; raises what the parser makes a sentence of."""
    if not value.isdecimal() or int(value) < 1:
        raise argparse.ArgumentTypeError(f"{value!r} is no number above 0")
    return int(value)


def in_checkout(name: str) -> Path:
    """A folder of this checkout, named the short way from where we are."""
    return Path(os.path.relpath(Path(__file__).resolve().parent.parent / name))


def run(act: Callable[[], int]) -> int:
    """What `act` returns, or 2 if a source or a file is in its way, which is then said in one sentence."""
    try:
        return act()
    except SourceError as error:
        print(error, file=sys.stderr)
    except OSError as error:
        print(
            f"{error.filename or 'the file system'}: {error.strerror}. See to it, or name another folder.",
            file=sys.stderr,
        )
    except RecursionError:
        print("a source nests its parts too deeply. Make it flatter.", file=sys.stderr)
    return 2
