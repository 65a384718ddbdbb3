"""`server`: judges a server at an address, or an application."""

from __future__ import annotations

import os
from typing import Any

import attrs
import click

from conformance import settings as settings_files
from conformance.cli.options import Finite, common, options_of, say
from conformance.cli.runs import finish, run_options
from conformance.drivers import sign_in
from conformance.drivers.manners import Manners
from conformance.drivers.wire import Limits, checked_url, is_elsewhere
from conformance.model import Setting
from conformance.reports import Report
from conformance.run import Options
from conformance.run_server import invented, planned_server, run_server, write_cases
from conformance.settings import SettingsError, checked_key, checked_numbers, checked_token

#: Seconds that one answer may take unless told otherwise.
TIMEOUT = 15.0
#: The most requests of a run, by profile, rounded up.
_REQUESTS = {"quick": 450, "thorough": 800}

#: Which server, and what has to be known of it.
_OF_A_SERVER = (
    click.option("--url", help="The server at this address [default: that of the settings]."),
    click.option("--app", metavar="MODULE:ATTR", help="This ASGI or WSGI application."),
    click.option("--token", envvar="SMS_CONFORMANCE_TOKEN", help="Bearer token [env: SMS_CONFORMANCE_TOKEN]."),
    click.option("--definition-key", metavar="KEY", help="A send definition that exists."),
    click.option(
        "--number",
        "numbers",
        metavar="NUMBER",
        multiple=True,
        envvar="SMS_CONFORMANCE_NUMBERS",
        help="A usable mobile number; may be repeated [env: SMS_CONFORMANCE_NUMBERS, blanks between].",
    ),
    click.option("--yes-send-messages", "agreed", is_flag=True, help="Send elsewhere with invented numbers."),
)


subject_options = options_of(_OF_A_SERVER)


@click.command()
@subject_options
@click.option(
    "--token-url", metavar="URL", help="Sign in there with SMS_CONFORMANCE_CLIENT_ID and SMS_CONFORMANCE_CLIENT_SECRET."
)
@click.option(
    "--wait", type=Finite(min=0, max=3600), default=0, metavar="SECONDS", help="Wait for a server that starts."
)
@click.option(
    "--timeout",
    type=Finite(min=0, min_open=True, max=3600),
    default=TIMEOUT,
    show_default=True,
    metavar="SECONDS",
    help="The most that one answer may take.",
)
@click.option("--max-requests", type=click.IntRange(min=1), help="Send no more than this [default: no limit].")
@click.option("--rate", type=Finite(min=0.01, max=10_000), help="Send so many a second [default: as answers come].")
@common
def server(
    url: str | None,
    app: str | None,
    token: str | None,
    token_url: str | None,
    definition_key: str | None,
    numbers: tuple[str, ...],
    wait: float,
    agreed: bool,
    timeout: float,
    max_requests: int | None,
    rate: float | None,
    **common: Any,
) -> int:
    """Judge a server: exact requests first, then exploration with Schemathesis."""
    if url and app:
        raise click.UsageError("Give --url or --app, not both.")
    settings = settings_files.read(common["config"])
    if not (url or app):
        url, app = settings.url, settings.app
    subject = server_subject(settings.subject, token, definition_key, numbers)
    if url:
        url = checked_url(url)
    where = ["--url", url] if url else ["--app", app or ""]
    where += ["--definition-key", definition_key] if definition_key else []
    # Neither a token nor a telephone number belongs in a log: the command names them and leaves them out.
    where += ["--number", "NUMBER"] * len(numbers)
    where += ["--yes-send-messages"] if agreed else []
    restraints = ["--timeout", str(timeout)] if timeout != TIMEOUT else []
    restraints += ["--max-requests", str(max_requests)] if max_requests else []
    restraints += ["--rate", str(rate)] if rate else []
    restraints += ["--token-url", token_url] if token_url else []
    prefix = ["SMS_CONFORMANCE_TOKEN=TOKEN"] if token else []
    command = [*prefix, "sms-conformance", "server", *where, *restraints]
    options = run_options(command, settings.excluded, settings.known, common)
    if common["dry_run"]:
        return say(planned_server(options, subject, url=url, app=app))
    if url and is_elsewhere(url) and (agreed or not invented(subject)):
        most = min(_REQUESTS[common["profile"]], max_requests or _REQUESTS[common["profile"]])
        said = f"up to {most} requests, and a third of them queue messages to the numbers given"
        click.echo(f"{url} is on another machine. This run sends {said}.", err=True)
    if token_url:
        subject = attrs.evolve(subject, token=sign_in.token(token_url, _credentials()))
        prefix = ["SMS_CONFORMANCE_TOKEN=TOKEN"]
    manners = Manners(Limits(seconds=timeout), max_requests, rate)
    read_from = [f"--{name}={common[name]}" for name in ("config", "contract") if common[name]]
    again = [*prefix, "sms-conformance", "repeat", *where, *read_from]

    def run(watched: Options) -> Report:
        done = run_server(watched, subject, url=url, app=app, wait=wait, agreed=agreed, manners=manners)
        return write_cases(done, common["report_dir"] / "repeat", subject, again)

    return finish("server", run, options, common)


def server_subject(known: Setting, token: str | None, definition_key: str | None, numbers: tuple[str, ...]) -> Setting:
    """What the settings say of the subject, and the command line before them."""
    return attrs.evolve(
        known,
        token=known.token if token is None else checked_token("--token", token),
        definition_key=known.definition_key
        if definition_key is None
        else checked_key("--definition-key", definition_key),
        numbers=checked_numbers("--number", numbers) if numbers else known.numbers,
    )


def _credentials() -> sign_in.Credentials:
    names = ("SMS_CONFORMANCE_CLIENT_ID", "SMS_CONFORMANCE_CLIENT_SECRET")
    if missing := [name for name in names if not os.environ.get(name)]:
        raise SettingsError("--token-url", f"{missing[0]} is not set", "Set both in the environment.")
    return sign_in.Credentials(*(os.environ[name] for name in names))
