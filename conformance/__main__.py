"""The command from its first moment: what takes longest to load begins before the command line is read."""

from __future__ import annotations

import gc
import sys

#: With these words nothing is sent.
_NOTHING_SENT = frozenset({"--dry-run", "--help", "-h"})


def main() -> None:
    """Run the command line; for a run that judges a server, Schemathesis is loaded beside all else."""
    # What is imported stays, and looking through it for what may be thrown away takes a sixth of the time of importing.
    gc.disable()
    if sys.argv[1:2] == ["server"] and not _NOTHING_SENT.intersection(sys.argv):
        from conformance.drivers import schemathesis_process

        schemathesis_process.begin()
    # Importing this takes half a second, in which the other process gets on.
    from conformance.cli import main as command_line

    gc.freeze()
    gc.enable()
    command_line()


if __name__ == "__main__":
    main()
