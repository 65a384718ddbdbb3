"""`serve`: the reference server, with faults if they are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import attrs
import click

from conformance import contract as contracts
from conformance.cli.options import CONTRACT
from conformance.model import Handler
from conformance.reference_server import IN_MEMORY, LOOPBACK, TROUBLES, Configuration, Server, State
from conformance.reference_server import app as asgi_application
from conformance.reference_server import handler as reference_handler
from conformance.reference_server import serve as serve_application
from conformance.settings import checked_token


@click.command()
@click.option("--host", default=LOOPBACK, show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0 takes any free port.")
@click.option(
    "--db", default=IN_MEMORY, metavar="FILE", help="Keep the state in this SQLite file [default: in memory]."
)
@click.option("--token", envvar="SMS_CONFORMANCE_TOKEN", help="Token to accept [default: reference-token].")
@click.option("--max-recipients", type=click.IntRange(min=1), help="Refuse requests with more recipients.")
@click.option("--fault", "names", metavar="NAME", multiple=True, help="Switch on a fault; see sms-conformance faults.")
@CONTRACT
def serve(
    host: str,
    port: int,
    db: str,
    token: str | None,
    max_recipients: int | None,
    names: tuple[str, ...],
    contract: Path | None,
) -> None:
    """Serve the reference server, to work without the vendor."""
    read = contracts.read(contract or contracts.default_folder())
    configuration = Configuration(max_recipients=max_recipients)
    if token is not None:
        configuration = attrs.evolve(configuration, token=checked_token("--token", token))
    with_faults = _faulty(reference_handler(State.open(db), read, configuration), names)
    application = asgi_application(with_faults)
    serve_application(application, host, port, lambda url: click.echo(f"serving at {url}; Ctrl-C stops it", err=True))


def _faulty(handler: Handler, names: Sequence[str]) -> Server:
    """The handler with the named faults around it; those that break the contract are innermost."""
    from conformance.mutants.server import BY_NAME as mutants

    if unknown := [name for name in names if name not in mutants and name not in TROUBLES]:
        raise click.BadParameter(f"there is no fault {unknown[0]!r}; see sms-conformance faults.", param_hint="--fault")
    for name in names:
        handler = mutants[name].wrap(handler) if name in mutants else handler
    server: Server = handler
    for name in names:
        server = TROUBLES[name](server) if name in TROUBLES else server
    return server
