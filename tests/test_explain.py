"""Every requirement can be shown by what keeps it and by what breaks it."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from conformance.checks import SERVER
from conformance.cli import commands
from conformance.contract import Contract
from conformance.drivers.cases import TOKEN
from conformance.explain import NoSuchRequirement, explained, explanation_lines
from conformance.settings import DEFAULT

#: The reference server is never busy, so nothing shows how it would answer if it were.
NEVER_KEPT = {"error-retry-after"}
#: What Schemathesis checks by itself, and no exact request shows.
EXPLORED = "schemathesis-"


@pytest.mark.parametrize("id", [each.id for each in SERVER])
def test_a_requirement_on_servers_has_its_examples(contract: Contract, id: str) -> None:
    found = explained(id, contract)

    assert found.requirement.id == id
    assert (found.kept is None) == (id in NEVER_KEPT or id.startswith(EXPLORED))
    if found.broken is not None:
        assert found.broken.breaches


def test_a_requirement_on_clients_has_its_examples(contract: Contract, few_cases: None) -> None:
    text = "\n".join(explanation_lines(explained("client-mixed-visible", contract)))

    assert text.startswith("client-mixed-visible (MUST)\n")
    assert "\nKept, for example:\n  asked (" in text
    assert "\n  told: " in text.partition("\nBroken by the fault ")[2]
    assert TOKEN not in text


def test_what_is_shown_masks_tokens_and_numbers(contract: Contract) -> None:
    text = "\n".join(explanation_lines(explained("send-mixed-errorcode", contract)))

    assert DEFAULT.token not in text
    assert not any(number in text for number in DEFAULT.numbers)


def test_the_command_shows_one_and_refuses_what_is_none() -> None:
    shown = CliRunner().invoke(commands, ["explain", "send-mixed-errorcode"])
    refused = CliRunner().invoke(commands, ["explain", "nothing"])

    assert shown.exit_code == 0
    assert "rulings.md: “109001 when at least one was refused.”" in shown.output
    assert isinstance(refused.exception, NoSuchRequirement)
    assert str(refused.exception) == "nothing: is the id of no requirement. See sms-conformance list."
