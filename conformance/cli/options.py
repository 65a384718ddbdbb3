"""The options that several commands have. Nothing here takes long to load."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import click

PASSED, BROKEN, NOT_RUN, INTERRUPTED = 0, 1, 2, 130

#: The formats of reports, in the order in which they are named; `reports.FORMATS` has how each is written.
FORMATS = ("json", "junit", "markdown", "html", "sarif", "badge", "badge-json")


class Finite(click.FloatRange):
    """A range of numbers; what is no number lies in none, though it compares as if it did."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        number = super().convert(value, param, ctx)
        return number if math.isfinite(number) else self.fail(f"{value} is no finite number.", param, ctx)


FOLDER = click.Path(path_type=Path)
CONTRACT = click.option("--contract", type=FOLDER, help="Contract folder [default: the bundled one].")
OF_EVERY_RUN = (
    CONTRACT,
    click.option("--config", type=FOLDER, help="Settings file [default: ./sms-conformance.toml]."),
    click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of all that is drawn."),
    click.option(
        "--profile",
        type=click.Choice(["quick", "thorough"]),
        default="quick",
        show_default=True,
        help="How much is drawn.",
    ),
    click.option("--strict", is_flag=True, help="A broken SHOULD fails the run as well."),
    click.option("--only", metavar="ID", multiple=True, help="Judge this requirement; may be repeated."),
    click.option("--tag", "tags", metavar="TAG", multiple=True, help="Judge the requirements with this tag; see list."),
    click.option("--section", "sections", metavar="NAME", multiple=True, help="Judge this section; see list."),
    click.option("--dry-run", is_flag=True, help="Say what would be sent and judged, and send nothing."),
    click.option("--report", "formats", metavar="FORMAT,…", default="", help=f"{', '.join(FORMATS)}."),
    click.option("--compare", type=FOLDER, metavar="FILE", help="Tell what changed since this report in JSON."),
    click.option("--report-dir", type=FOLDER, default=Path("reports"), show_default=True, help="Where reports go."),
)


def options_of(listed: Sequence[Callable[..., Any]]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Gives a command these options, in their order."""

    def decorated(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(listed):
            command = option(command)
        return command

    return decorated


#: The options of every run that judges somebody.
common = options_of(OF_EVERY_RUN)


def say(lines: Iterable[str]) -> int:
    # All or nothing: an error comes before the first line.
    for line in tuple(lines):
        click.echo(line)
    return PASSED
