"""Which client is judged, and how its process is started: nothing here takes long to load.

It is started before anything else is, so that it starts while the suite loads what it judges with.
"""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

from attrs import frozen

from conformance.drivers.adapter_process import AdapterError, Launch


@frozen
class ClientSubject:
    """A generated package by its import name, or any client by the command of its adapter.

    `case_timeout` is how many seconds a case may take beyond the time-out that it gives; None leaves the default.
    """

    package: str | None = None
    command: str | None = None
    case_timeout: float | None = None

    @property
    def name(self) -> str:
        return self.command if self.command is not None else self.package or ""

    @property
    def processes(self) -> int:
        """In how many processes it is judged: a package in one for each style. Of a command it is not known whether two
        of it can run at the same time."""
        return 2 if self.command is None else 1

    @property
    def options(self) -> tuple[str, ...]:
        """What names it on the command line."""
        named = ("--command", self.command) if self.command is not None else ("--package", self.package or "")
        limit = ("--case-timeout", f"{self.case_timeout:g}") if self.case_timeout is not None else ()
        return (*named, *limit)

    def launch(self, contract: Path | None = None) -> Launch:
        """How to start it; a package is told where the contract is. Raises `AdapterError` for what is no command."""
        if self.command is not None:
            return Launch(self.command, _words(self.command))
        package = self.package or ""
        told = ("--contract", str(contract)) if contract else ()
        # What can be imported here can be imported there, and nothing else.
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(dict.fromkeys(filter(None, sys.path)))}
        command = (sys.executable, "-P", "-m", "conformance.adapters", package, *told)
        return Launch(package, command, environment)


def _words(command: str) -> tuple[str, ...]:
    try:
        words = tuple(shlex.split(command))
    except ValueError as error:
        raise AdapterError("--command", f"cannot be split into words ({error})", "Quote it as in a shell.") from None
    if not words:
        raise AdapterError("--command", "is empty", 'Give one, such as "node my-adapter.mjs".')
    return words
