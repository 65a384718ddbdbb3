"""The command line: it parses, wires and prints, and decides nothing. A module for each command, or for a few alike.

Each is loaded when it is asked for: what one command alone needs is nothing to the others.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
import tempfile
import threading
import traceback
from collections.abc import Mapping

import click

from conformance.cli.options import INTERRUPTED, NOT_RUN, PASSED
from conformance.model import CannotRun

#: By command, the module that holds it, and its name there.
_COMMANDS: Mapping[str, tuple[str, str]] = {
    "server": ("server", "server"),
    "client": ("client", "client"),
    "repeat": ("repeat", "repeat"),
    "report": ("report", "report"),
    "list": ("lists", "list_requirements"),
    "explain": ("lists", "explain"),
    "faults": ("lists", "faults"),
    "serve": ("serve", "serve"),
    "selftest": ("selftest", "selftest"),
}


def main() -> None:
    """Run the command line; no traceback reaches the user unless SMS_CONFORMANCE_DEBUG is set."""
    # What is loaded stays: looking through it again and again for what may be thrown away takes time and finds nothing.
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    with tempfile.TemporaryDirectory() as folder:
        # Hypothesis keeps notes that no verdict depends on; the user's folder is not the place for them.
        os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = folder
        code = _code()
    if any(thread is not threading.main_thread() for thread in threading.enumerate()):
        # A thread of the application under test may still hang, and Python would wait for it for ever.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


def _code() -> int:
    try:
        code = commands.main(prog_name="sms-conformance", standalone_mode=False)
    except click.exceptions.Abort:
        return INTERRUPTED
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return error.exit_code
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "sms-conformance"
        return _complain(f"{error.format_message().rstrip('.')}. See {command} --help.")
    except CannotRun as error:
        return _complain(str(error))
    except Exception as error:  # the last line of defence: ours, and said so
        if os.environ.get("SMS_CONFORMANCE_DEBUG"):
            traceback.print_exc()
        return _complain(f"internal error ({type(error).__name__}: {error}). SMS_CONFORMANCE_DEBUG=1 shows where.")
    return code if isinstance(code, int) else PASSED


def _complain(sentence: str) -> int:
    click.echo(f"sms-conformance: {' '.join(sentence.split())}", err=True)
    return NOT_RUN


class _Lazy(click.Group):
    """A group that loads a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*_COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(f"conformance.cli.{module}"), name)
        return command


def _print_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from conformance.run import suite_version

        click.echo(f"sms-conformance, version {suite_version()}")
        ctx.exit()


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Show the version."
)
def commands() -> None:
    """Judge servers and clients of the transactional SMS API against its contract."""
