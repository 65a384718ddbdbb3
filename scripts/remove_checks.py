"""Takes each check out of a copy of the suite, one at a time, and shows that the self-test notices.

`python -m scripts.remove_checks` takes away what a check finds as a whole; with `--breaches` also each of its findings
alone. What the self-test does not miss is a check, or a finding, that nothing proves: it is listed, and the exit code
is 1. It works on copies and reads the suite as text, so that nothing is left changed.
"""

from __future__ import annotations

import argparse
import ast
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from attrs import frozen

ROOT = Path(__file__).parent.parent
CHECKS = Path("conformance/checks")
#: What makes a check of a function; its first argument is the id of the requirement.
DECORATORS = frozenset({"server_requirement", "rule"})
#: What the one table of requirements without a function of their own is called.
TABLE = "STOCK"
_COMMAND = "from conformance.cli import main; main()"


@frozen
class Removal:
    """Something that can be taken out: of which requirement, from which file, and the file's text without it."""

    requirement: str
    file: Path
    what: str
    text: str


def removals(file: Path, text: str, *, breaches: bool) -> Iterator[Removal]:
    """Everything that can be taken out of a module of checks, in reading order."""
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and (id := _requirement(node)):
            statements = node.body[1:] if ast.get_docstring(node) else node.body
            yield Removal(id, file, "all of it", _replaced(text, statements, "yield from ()"))
            for each in _findings(node) if breaches else ():
                yield Removal(id, file, f"line {each.lineno}", _replaced(text, [each], "yield from ()"))
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict) and _is_table(node):
            for key, value in zip(node.value.keys, node.value.values, strict=True):
                if isinstance(key, ast.Constant):
                    id = f"schemathesis-{str(key.value).replace('_', '-')}"
                    yield Removal(id, file, "all of it", _without_entry(text, key, value))


def _requirement(node: ast.FunctionDef) -> str:
    """The requirement that a function is the check of; empty if it is none."""
    for each in node.decorator_list:
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Name) and each.func.id in DECORATORS:
            match each.args:
                case [ast.Constant(value=str(id))]:
                    return id
                case _:
                    raise SystemExit(f"{node.name}: the id of its requirement is not written out.")
    return ""


def _is_table(node: ast.Assign) -> bool:
    return any(isinstance(each, ast.Name) and each.id == TABLE for each in node.targets)


def _findings(node: ast.FunctionDef) -> Iterator[ast.stmt]:
    """The statements in which a check yields what it found."""
    for each in ast.walk(node):
        if isinstance(each, ast.Expr) and isinstance(each.value, ast.Yield | ast.YieldFrom):
            yield each


def _replaced(text: str, statements: Sequence[ast.stmt], replacement: str) -> str:
    """The text with one statement in place of these, which stand in a row."""
    lines = text.splitlines(keepends=True)
    first, last = statements[0].lineno, statements[-1].end_lineno or statements[-1].lineno
    return "".join([*lines[: first - 1], " " * statements[0].col_offset + replacement + "\n", *lines[last:]])


def _without_entry(text: str, key: ast.expr, value: ast.expr) -> str:
    lines = text.splitlines(keepends=True)
    return "".join([*lines[: key.lineno - 1], *lines[value.end_lineno or value.lineno :]])


def all_removals(*, breaches: bool, only: Sequence[str]) -> list[Removal]:
    """What can be taken out of the suite that stands here, of the requirements named or of all."""
    listed = [
        removal
        for file in sorted((ROOT / CHECKS).glob("*.py"))
        for removal in removals(file.relative_to(ROOT), file.read_text(encoding="utf-8"), breaches=breaches)
    ]
    return [each for each in listed if not only or each.requirement in only]


def is_noticed(removal: Removal, copy: Path) -> bool:
    """Whether the self-test of a copy fails, as it must, once something was taken out there; it is put back."""
    file = copy / removal.file
    before = file.read_text(encoding="utf-8")
    file.write_text(removal.text, encoding="utf-8")
    try:
        arguments = [
            "selftest",
            "--only",
            removal.requirement,
            "--jobs",
            "1",
            "--correct-seeds",
            "1",
            "--first-failure",
        ]
        done = subprocess.run(
            [sys.executable, "-c", _COMMAND, *arguments],
            cwd=copy,
            env={**os.environ, "PYTHONPATH": str(copy)},
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        file.write_text(before, encoding="utf-8")
    # A requirement that is gone altogether is no longer known by its id, which is noticed as well.
    is_gone = done.returncode == 2 and f"there is no requirement '{removal.requirement}'" in done.stderr
    if done.returncode not in (0, 1) and not is_gone:
        raise SystemExit(f"{removal.requirement}, {removal.what}: the self-test could not run.\n{done.stderr}")
    return done.returncode == 1 or is_gone


def main(arguments: Sequence[str] | None = None) -> int:
    """Take out what the command line asks for, say of each whether it was missed; 1 if something was not."""
    parser = argparse.ArgumentParser(prog="python -m scripts.remove_checks", description=__doc__)
    parser.add_argument("--breaches", action="store_true", help="take out each finding of a check alone as well")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many copies are worked on at once")
    parser.add_argument("only", nargs="*", metavar="ID", help="requirements to take out [default: all]")
    options = parser.parse_args(arguments)
    listed = all_removals(breaches=options.breaches, only=options.only)
    with tempfile.TemporaryDirectory() as folder:
        copies: SimpleQueue[Path] = SimpleQueue()
        for number in range(options.jobs):
            copies.put(_copy(Path(folder) / str(number)))

        def noticed(removal: Removal) -> bool:
            copy = copies.get()
            try:
                return is_noticed(removal, copy)
            finally:
                copies.put(copy)

        with ThreadPoolExecutor(options.jobs) as pool:
            results = list(zip(listed, pool.map(noticed, listed), strict=True))
    for removal, is_missed in results:
        print(f"{'noticed' if is_missed else 'NOT NOTICED':<13}{removal.requirement:<41}{removal.what}")
    missed = sum(is_missed for _, is_missed in results)
    print(f"{missed} of {len(results)} removals noticed by the self-test")
    return 0 if listed and missed == len(results) else 1


def _copy(folder: Path) -> Path:
    """The suite, its contract and the client, without what they leave behind."""
    for name in ("conformance", "openapi", "generated_client"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


if __name__ == "__main__":
    sys.exit(main())
