"""`list`, `explain` and `faults`: what there is."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import Any

import click

from conformance import contract as contracts
from conformance import register
from conformance.checks import SERVER
from conformance.checks import client as client_checks
from conformance.cli.options import CONTRACT
from conformance.model import Requirement


@click.command("list")
@click.option("--tag", "tags", metavar="TAG", multiple=True, help="Only those with this tag.")
@click.option("--section", "sections", metavar="NAME", multiple=True, help="Only this section.")
@CONTRACT
def list_requirements(tags: tuple[str, ...], sections: tuple[str, ...], contract: Path | None) -> None:
    """List every requirement by section, with the words it comes from; then the words that nothing judges, and why."""
    read = contracts.read(contract or contracts.default_folder())
    listed: list[Requirement[Any]] = [*SERVER, *client_checks.requirements(read)]
    kept = [each for each in listed if _is_kept(each, tags, sections)]
    for (side, section), group in groupby(kept, key=lambda each: (_side(each), each.section)):
        click.echo(f"{side}: {section}")
        for each in group:
            words = ", ".join(sorted(each.tags))
            click.echo(f"  {each.id:<41}{each.level.value:<8}{each.title}  [{words}]")
            for cite in register.cites_of(each):
                click.echo(f"  {'':<49}{cite.page}: “{cite.quote}”")
    if not (tags or sections):
        click.echo("judged by nothing:")
        for exclusion in register.exclusions():
            click.echo(f"  {exclusion.cite.page}: “{exclusion.cite.quote}”")
            click.echo(f"  {'':<8}{exclusion.reason}")


def _side(requirement: Requirement[Any]) -> str:
    return "client" if requirement.id.startswith("client-") else "server"


def _is_kept(requirement: Requirement[Any], tags: tuple[str, ...], sections: tuple[str, ...]) -> bool:
    named = requirement.section in sections or bool(requirement.tags.intersection(tags))
    return named or not (tags or sections)


@click.command()
@click.argument("id")
@CONTRACT
def explain(id: str, contract: Path | None) -> None:
    """Show one requirement: its sentence, an exchange that keeps it, and one that breaks it."""
    # This takes a third of a second, and `list` needs none of it.
    from conformance.explain import explained, explanation_lines

    for line in explanation_lines(explained(id, contracts.read(contract or contracts.default_folder()))):
        click.echo(line)


@click.command()
def faults() -> None:
    """List the faults that `serve --fault` can switch on."""
    from conformance.mutants.server import BY_NAME as mutants
    from conformance.reference_server import TROUBLES

    click.echo("troubles any sender may meet; the contract is kept:")
    for name, trouble in TROUBLES.items():
        click.echo(f"  {name:<47} {trouble.description}")
    click.echo("faults; each breaks the requirement named:")
    for name, mutant in mutants.items():
        click.echo(f"  {name:<47} {mutant.description} ({mutant.kills})")
