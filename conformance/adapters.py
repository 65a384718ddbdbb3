"""`python -m conformance.adapters PACKAGE`: the adapter of a generated package, in a process of its own.

It speaks the protocol of `protocol.md` like the adapter of any other client, so that a package that hangs, ends the
process or takes all memory ends in a verdict all the same. What the package prints goes to stderr.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import importlib.util
import os
import resource
import sys
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import BinaryIO

from conformance import contract as contracts
from conformance.drivers.generated import generated_caller
from conformance.model import Caller, CannotRun, Outcome
from conformance.protocol import (
    Hello,
    Problem,
    Question,
    answer_line,
    hello_line,
    problem_line,
    read_question,
)

#: Bytes of memory that a package may take, where the system can limit that.
MOST_MEMORY = 4 << 30


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m conformance.adapters", description=__doc__)
    parser.add_argument("package", help="import name of the client")
    parser.add_argument("--contract", type=Path, default=contracts.default_folder(), help="contract folder")
    options = parser.parse_args()
    _limit_memory()
    # What is loaded stays: looking through it again and again for what may be thrown away takes time and finds nothing.
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    _settle_sniffio()
    with _own_stdout() as stdout:
        try:
            with generated_caller(options.package, contracts.read(options.contract)) as caller:
                serve(caller, options.package, sys.stdin.buffer, stdout)
        except CannotRun as error:
            stdout.write(problem_line(Problem(error.where, error.what, error.hint)))


def serve(caller: Caller, name: str, questions: BinaryIO, answers: BinaryIO) -> None:
    """Say hello, then answer each question until there are no more."""
    answers.write(hello_line(Hello(name, caller.abilities)))
    answers.flush()
    for line in questions:
        question = read_question(line)
        answers.write(answer_line(question, _outcomes(caller, question)))
        answers.flush()


def _outcomes(caller: Caller, question: Question) -> Sequence[Outcome]:
    if question.way is None:
        return (caller(question.asked[0]),)
    return caller.together(question.way, question.asked)


@contextlib.contextmanager
def _own_stdout() -> Generator[BinaryIO]:
    """The stdout, from which everybody else's writing is led away to stderr."""
    with os.fdopen(os.dup(1), "wb") as stdout:
        os.dup2(2, 1)
        yield stdout


def _settle_sniffio() -> None:
    """Say once that there is no sniffio: httpcore looks for it on every path, at each step of an asynchronous call."""
    if importlib.util.find_spec("sniffio") is None:
        sys.modules["sniffio"] = None  # type: ignore[assignment]


def _limit_memory() -> None:
    with contextlib.suppress(ValueError, OSError):
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, hard))


if __name__ == "__main__":
    main()
