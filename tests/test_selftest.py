"""The self-test tells a survivor, a false alarm and a missing mutant; the whole table is `make selftest`."""

from __future__ import annotations

import attrs
import pytest

from conformance import selftest
from conformance.contract import Contract
from conformance.mutants.client import CLIENT_MUTANTS
from conformance.mutants.server import BY_NAME, ServerMutant
from conformance.mutants.server_variants import SERVER_VARIANTS, ServerVariant
from conformance.reference_client import reference_caller
from conformance.selftest import Clean, Kill, Lacking, is_failure


def test_every_requirement_has_a_mutant(contract: Contract) -> None:
    assert list(selftest.lacking(contract)) == []


@pytest.mark.parametrize(
    "name", ["says-errorcode-0-on-a-mixed-answer", "fails-on-an-override", "breaks-off-a-mixed-answer"]
)
def test_a_faulty_server_is_caught_by_what_its_mutant_names(contract: Contract, name: str) -> None:
    assert selftest.server_kill(BY_NAME[name], contract, 1).is_caught


def test_a_faulty_client_is_caught_by_what_its_mutant_names(contract: Contract) -> None:
    assert selftest.client_kill(CLIENT_MUTANTS[0], contract, 1).is_caught


def test_a_server_without_a_fault_survives(contract: Contract) -> None:
    harmless = ServerMutant("harmless", "send-mixed-errorcode", lambda handle: handle)
    kill = selftest.server_kill(harmless, contract, 1)

    assert kill.noticed == ()
    assert is_failure(kill)


def test_a_client_without_a_fault_survives(contract: Contract) -> None:
    kill = selftest.client_kill(attrs.evolve(CLIENT_MUTANTS[0], caller=reference_caller()), contract, 1)

    assert kill.noticed == ()
    assert is_failure(kill)


def test_there_are_correct_servers_of_many_kinds() -> None:
    names = [each.name for each in SERVER_VARIANTS]

    assert len(names) >= 12
    assert len(set(names)) == len(names)
    assert all(each.description.endswith((".", ")")) for each in SERVER_VARIANTS)


@pytest.mark.parametrize("name", ["lists-recipients-from-the-last", "sends-chunks", "is-a-wsgi-application"])
def test_another_correct_server_is_accused_of_nothing(contract: Contract, name: str) -> None:
    variant = next(each for each in SERVER_VARIANTS if each.name == name)
    clean = selftest.clean_variant(variant, contract, 2)

    assert clean == Clean("server", 2, (), (), name)


def test_a_variant_that_is_not_correct_is_accused(contract: Contract) -> None:
    mutant = BY_NAME["says-errorcode-0-on-a-mixed-answer"]
    clean = selftest.clean_variant(ServerVariant("wrong", "Is wrong.", mutant.wrap), contract, 1)

    assert mutant.kills in clean.accused
    assert is_failure(clean)


@pytest.mark.parametrize(
    ("finding", "fails"),
    [
        (Kill("server", "m", "a", ("a", "b")), False),
        (Kill("server", "m", "a", ("b",)), True),
        (Clean("server", 1, (), ()), False),
        (Clean("server", 1, ("a",), ()), True),
        (Clean("server", 1, (), ("a",)), True),
        (Lacking("a"), True),
    ],
)
def test_what_fails_the_self_test(finding: selftest.Finding, fails: bool) -> None:
    assert is_failure(finding) is fails
