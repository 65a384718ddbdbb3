"""Processes in which Schemathesis is loaded, or still loads.

Loading it takes over a second, so a process is begun long before it is asked; therefore nothing is imported here that
takes time itself.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

#: Imports the suite from where it is here, then answers one line after the other. What is loaded is not thrown away
#: again: looking through it for what may be takes a sixth of the time of loading.
_PROGRAM = """
import gc
import sys
gc.disable()
root = sys.argv[1]
if root not in sys.path:
    sys.path.insert(0, root)
from conformance.drivers.explorer import serve
serve()
"""


class Explorer:
    """A process in which Schemathesis is loaded, for one exploration after the other."""

    def __init__(self) -> None:
        root = Path(__file__).parents[2]
        # Hypothesis keeps notes that no verdict depends on; the user's folder is not the place for them.
        self._notes = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        # The working folder holds what is under test, and none of it is to be imported in our place.
        command = [sys.executable, "-P", "-c", _PROGRAM, str(root)]
        self._process = subprocess.Popen(
            command,
            env={**os.environ, "HYPOTHESIS_STORAGE_DIRECTORY": self._notes.name},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
        )

    def ask(self, task: Any) -> Any:
        """What came of a task; None if the process has ended instead."""
        assert self._process.stdin is not None and self._process.stdout is not None
        # What is no JSON of itself, such as a date in an example, is written as the text it was.
        with contextlib.suppress(OSError):
            self._process.stdin.write(f"{json.dumps(task, default=str)}\n")
            self._process.stdin.flush()
        answer = self._process.stdout.readline()
        return json.loads(answer) if answer.endswith("\n") else None

    def close(self) -> None:
        """End the process, whatever it is doing."""
        self._process.kill()
        with contextlib.suppress(OSError), self._process:
            """Its pipes are closed and it is waited for."""
        self._notes.cleanup()


#: Processes that have nothing to do.
_idle: list[Explorer] = []


def begin() -> None:
    """Let a process load Schemathesis, unless one does or has."""
    if not _idle:
        _idle.append(Explorer())


@contextmanager
def loading() -> Generator[None]:
    """Schemathesis is loaded beside what is done in the block, and taken away after it."""
    begin()
    try:
        yield
    finally:
        close_all()


def taken() -> Explorer:
    """A process that is given back once it has answered."""
    begin()
    return _idle.pop()


def give_back(explorer: Explorer) -> None:
    """The process has nothing to do any more."""
    _idle.append(explorer)


@atexit.register
def close_all() -> None:
    """End the processes that have nothing to do."""
    while _idle:
        _idle.pop().close()
