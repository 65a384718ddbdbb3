"""What the removal of checks takes out, and that it is missed; all of them are `make prove`."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance import contract as contracts
from conformance.checks import SERVER
from conformance.checks import client as client_checks
from conformance.contract import Contract
from conformance.mutants.client_paths import PATHS
from scripts.remove_checks import all_removals, main, removals

MODULE = '''
@server_requirement("a", applies=always)
def something_is_so(exchange):
    """Something is so."""
    if exchange:
        yield "it is not"
    for each in exchange:
        yield from found(each)


def helper(exchange):
    yield "not a check"


STOCK = {
    "not_good": _by_schemathesis(
        "not_good",
    ),
    "not_bad": _by_schemathesis("not_bad"),
}
'''


def test_a_check_is_taken_out_whole_and_finding_by_finding() -> None:
    found = list(removals(Path("module.py"), MODULE, breaches=True))

    assert [(each.requirement, each.what) for each in found] == [
        ("a", "all of it"),
        ("a", "line 6"),
        ("a", "line 8"),
        ("schemathesis-not-good", "all of it"),
        ("schemathesis-not-bad", "all of it"),
    ]
    assert '    """Something is so."""\n    yield from ()\n\n\ndef helper' in found[0].text
    assert "    if exchange:\n        yield from ()\n    for each" in found[1].text
    assert 'STOCK = {\n    "not_bad"' in found[3].text
    for each in found:
        compile(each.text, "module.py", "exec")


def test_every_requirement_can_be_taken_out(contract: Contract) -> None:
    of_clients = (*client_checks.requirements(contract), *client_checks.requirements(contracts.read(PATHS)))
    requirements = {each.id for each in (*SERVER, *of_clients)}

    assert {each.requirement for each in all_removals(breaches=False, only=())} == requirements


@pytest.mark.parametrize("id", ["request-id-uuid", "client-never-none"])
def test_a_check_that_is_gone_is_missed(id: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--jobs", "1", id]) == 0
    assert "1 of 1 removals noticed" in capsys.readouterr().out


def test_to_take_out_nothing_proves_nothing() -> None:
    assert main(["no-such-requirement"]) == 1
