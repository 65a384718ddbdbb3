"""`selftest`: the suite's proof of itself."""

from __future__ import annotations

import os
from pathlib import Path

import click

from conformance import contract as contracts
from conformance import settings as settings_files
from conformance.checks import SERVER
from conformance.checks import client as client_checks
from conformance.cli.options import BROKEN, CONTRACT, PASSED, say
from conformance.contract import Contract
from conformance.selftest import Clean, Finding, Kill, Lacking, is_failure, matrix
from conformance.selftest import selftest as prove


@click.command()
@click.option("--seeds", type=click.IntRange(min=1), default=1, show_default=True, help="Seeds for each mutant.")
@click.option(
    "--correct-seeds", type=click.IntRange(min=1), default=5, show_default=True, help="Seeds that must be clean."
)
@click.option("--only", metavar="ID", default="", help="Try the mutants of this requirement alone.")
@click.option(
    "--jobs", type=click.IntRange(min=1), default=os.cpu_count() or 1, help="Processes [default: one a core]."
)
@click.option("--first-failure", is_flag=True, help="Stop at the first that fails.")
@CONTRACT
def selftest(seeds: int, correct_seeds: int, only: str, jobs: int, first_failure: bool, contract: Path | None) -> int:
    """Prove the suite: every mutant is caught, nothing correct is accused. Ends with the matrix of both."""
    read: Contract = contracts.read(contract or contracts.default_folder())
    ids = [*(each.id for each in SERVER), *(each.id for each in client_checks.requirements(read))]
    if only:
        settings_files.check_ids("--only", [only], ids)
    findings: list[Finding] = []
    for finding in prove(
        read, seeds=range(1, seeds + 1), correct_seeds=range(1, correct_seeds + 1), only=only, jobs=jobs
    ):
        findings.append(finding)
        click.echo(_finding_line(finding))
        if first_failure and is_failure(finding):
            break
    kills = [each for each in findings if isinstance(each, Kill)]
    clean = [each for each in findings if isinstance(each, Clean)]
    for side in ("server", "client"):
        if rows := [each for each in kills if each.side == side]:
            click.echo(f"\nmutants of the {side} by what noticed them:")
            say(matrix(rows, ids))
    click.echo(
        f"\n{sum(each.is_caught for each in kills)} of {len(kills)} mutants caught, "
        f"{sum(each.is_clean for each in clean)} of {len(clean)} correct runs clean, "
        f"{sum(isinstance(each, Lacking) for each in findings)} requirements without a mutant"
    )
    return BROKEN if any(map(is_failure, findings)) else PASSED


def _finding_line(finding: Finding) -> str:
    match finding:
        case Kill():
            others = len(set(finding.noticed) - {finding.kills})
            verdict = "caught" if finding.is_caught else "SURVIVED"
            where = f"seed {finding.seed}, {finding.base}" if finding.side == "server" else f"seed {finding.seed}"
            told = f"{finding.kills}{f' (+{others})' if others else ''}"
            told += f", headlines differ in {', '.join(finding.misled)}" if finding.misled else ""
            return f"{verdict:<10}{finding.side:<8}{finding.mutant:<47} {told}, {where}"
        case Clean():
            told = f"accused: {', '.join(finding.accused)}; " if finding.accused else ""
            told += f"not exercised: {', '.join(finding.idle)}" if finding.idle else ""
            verdict = "clean" if finding.is_clean else "NOT CLEAN"
            return f"{verdict:<10}{finding.side:<8}{finding.subject}, seed {finding.seed} {told}".rstrip("; ")
        case Lacking():
            return f"LACKING   {'':<8}{finding.requirement} has no mutant"
