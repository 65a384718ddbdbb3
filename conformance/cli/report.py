"""`report`: the JSON reports of both sides of a contract on one page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import click

from conformance.cli.options import BROKEN, FOLDER, PASSED
from conformance.reports import EarlierReportError, Report, html_text, markdown_text
from conformance.reports.again import read_report
from conformance.run import write_whole

#: The formats that can hold several reports, with the end of the file's name.
_FORMATS: Mapping[str, tuple[str, Callable[[Sequence[Report]], str]]] = {
    "html": ("html", html_text),
    "markdown": ("md", lambda reports: "\n".join(map(markdown_text, reports))),
}


@click.command()
@click.argument("files", type=FOLDER, nargs=-1, required=True)
@click.option(
    "--report", "formats", metavar="FORMAT,…", default="html", show_default=True, help=f"{', '.join(_FORMATS)}."
)
@click.option("--report-dir", type=FOLDER, default=Path("reports"), show_default=True, help="Where the page goes.")
def report(files: tuple[Path, ...], formats: str, report_dir: Path) -> int:
    """Join JSON reports, of a server and of a client, on one page: both.html, both.md.

    The exit code is 0 if each run passed, and 1 if one did not.
    """
    names = list(dict.fromkeys(name.strip() for name in formats.split(",") if name.strip()))
    if unknown := [name for name in names if name not in _FORMATS]:
        raise click.BadParameter(f"{unknown[0]!r} is none of {', '.join(_FORMATS)}.", param_hint="--report")
    reports = [read_report(file) for file in files]
    for place, each in enumerate(reports):
        if any(other.side == each.side for other in reports[:place]):
            what = f"is the report of a {each.side}, as another one is"
            raise EarlierReportError(str(files[place]), what, "Give one of each side.")
    for name in names:
        ending, render = _FORMATS[name]
        file = report_dir / f"both.{ending}"
        write_whole(file, render(reports))
        click.echo(f"report: {file}")
    return PASSED if all(each.passed for each in reports) else BROKEN
