"""`repeat`: sends one failure of a server again, or plays one of a client."""

from __future__ import annotations

from pathlib import Path

import click

from conformance import contract as contracts
from conformance import run_client, run_server
from conformance import settings as settings_files
from conformance.case_files import is_of_a_client
from conformance.cli.client import client_options, ended_with_this_process, subject_of
from conformance.cli.options import BROKEN, CONTRACT, FOLDER, PASSED, say
from conformance.cli.server import server_subject, subject_options
from conformance.drivers.command import CommandCaller
from conformance.drivers.repetition import Again


@click.command()
@click.argument("file", type=FOLDER)
@subject_options
@client_options
@click.option("--config", type=FOLDER, help="Settings file [default: ./sms-conformance.toml].")
@CONTRACT
def repeat(
    file: Path,
    url: str | None,
    app: str | None,
    token: str | None,
    definition_key: str | None,
    numbers: tuple[str, ...],
    agreed: bool,
    package: str | None,
    line: str | None,
    case_timeout: float | None,
    config: Path | None,
    contract: Path | None,
) -> int:
    """Send one failure again, of a server or of a client, from the file that a run wrote for it.

    Says whether it is fixed, still failing, or something else by now; exit code 0 if it is fixed, else 1. Which server
    or client it is, is said here or in the settings, never in the file.
    """
    if is_of_a_client(file):
        if url or app:
            raise click.UsageError("The file holds a failure of a client: give --package or --command.")
        return _of_a_client(file, package, line, case_timeout, config, contract)
    if package is not None or line is not None:
        raise click.UsageError("The file holds a failure of a server: give --url or --app.")
    if url and app:
        raise click.UsageError("Give --url or --app, not both.")
    settings = settings_files.read(config)
    if not (url or app):
        url, app = settings.url, settings.app
    subject = server_subject(settings.subject, token, definition_key, numbers)
    given = definition_key or (None if run_server.invented(settings.subject) else settings.subject.definition_key)
    read = contracts.read(contract or contracts.default_folder())
    found = run_server.run_repeat(file, read, subject, url=url, app=app, definition_key=given, agreed=agreed)
    say(run_server.repeated_lines(found, subject))
    return PASSED if found.again is Again.FIXED else BROKEN


def _of_a_client(
    file: Path,
    package: str | None,
    line: str | None,
    case_timeout: float | None,
    config: Path | None,
    contract: Path | None,
) -> int:
    subject = subject_of(package, line, case_timeout, config)
    read = contracts.read(contract or contracts.default_folder())
    with (
        ended_with_this_process(),
        CommandCaller(subject.launch(contract), read, case_timeout=subject.case_timeout) as caller,
    ):
        found = run_client.repeat_client(file, read, caller)
    say(run_client.repeated_lines(found))
    return PASSED if found.again is Again.FIXED else BROKEN
