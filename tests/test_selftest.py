"""The self-test tells a survivor, a false alarm and a missing mutant; the whole table is `make selftest`."""

from __future__ import annotations

import attrs
import pytest

from conformance import plain_server, selftest, selftest_clients
from conformance.checks import SERVER
from conformance.checks import client as client_checks
from conformance.contract import Contract
from conformance.correct_server import MAX_RECIPIENTS, probe_in_process
from conformance.drivers.answers import send_operation
from conformance.drivers.client import exact_cases, exercise
from conformance.drivers.wire_cases import wire_cases
from conformance.findings import REFERENCE, broken
from conformance.judge import Judge, Lists, call_size, exchange_size
from conformance.model import Call, Exchange
from conformance.mutants.client import CLIENT_MUTANTS
from conformance.mutants.client_edits import CLIENT_EDITS
from conformance.mutants.client_variants import CLIENT_VARIANTS
from conformance.mutants.server import BY_NAME, SERVER_MUTANTS, ServerMutant
from conformance.mutants.server_variant import ServerVariant
from conformance.mutants.server_variants import SERVER_VARIANTS
from conformance.mutants.standard_library_client import standard_library_caller
from conformance.reference_client import reference_caller
from conformance.selftest import Clean, Kill, Lacking, is_failure
from conformance.selftest_clients import CORRECT_CLIENTS, FAULTY_CLIENTS, Depth, shares


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


@pytest.mark.parametrize("name", [selftest.PLAIN, selftest.PLAIN_HTTP_1_0])
def test_a_server_written_apart_is_accused_of_nothing(contract: Contract, name: str) -> None:
    assert selftest.clean_server(contract, 1, name) == Clean("server", 1, (), (), name)


@pytest.mark.parametrize("name", sorted(selftest.NO_FAULT_ON_PLAIN))
def test_what_is_no_fault_on_the_plain_server_is_not_noticed_there(contract: Contract, name: str) -> None:
    judge = Judge[Exchange](SERVER, Lists(), exchange_size)
    server = BY_NAME[name].wrap(plain_server.handler(max_recipients=MAX_RECIPIENTS))
    probe_in_process(server, contract, 1, judge)

    assert BY_NAME[name].kills not in {each.requirement.id for each in judge.records() if each.broken}


def test_at_least_a_third_of_the_faults_are_put_around_a_second_server() -> None:
    assert sum(map(selftest.fits_plain, SERVER_MUTANTS)) * 3 >= len(SERVER_MUTANTS)


def test_every_correct_server_meets_every_seed_when_there_are_many() -> None:
    listed = [each for each in selftest.tasks(range(1, 2), range(1, 26)) if each.kind == "correct server"]

    assert len(listed) == 25 * (len(SERVER_VARIANTS) + 3)


def test_with_few_seeds_every_correct_server_is_tried_once_and_without_a_socket_where_it_needs_none(
    contract: Contract,
) -> None:
    listed = [each for each in selftest.tasks(range(1, 2), range(1, 3)) if each.name not in (selftest.REFERENCE,)]
    kinds = {each.name: each.kind for each in listed if each.kind in ("correct server", "correct handler")}
    variant = next(each for each in SERVER_VARIANTS if each.name == "is-slow-and-steady")

    assert len(kinds) == len(SERVER_VARIANTS) + 2
    assert kinds["sends-chunks"] == kinds[selftest.PLAIN] == "correct server"
    assert kinds["lists-the-refused-first"] == "correct handler"
    assert selftest.clean_handler(variant, contract, 2) == Clean("server", 2, (), (), variant.name)


@pytest.mark.parametrize("name", ["is-vendored", "uses-the-standard-library"])
def test_another_correct_client_is_accused_of_nothing(contract: Contract, name: str) -> None:
    assert selftest.clean_client(contract, 2, name, Depth.FAIR) == Clean("client", 2, (), (), name)


def test_a_client_of_another_library_is_accused_of_nothing_that_comes_over_the_wire(contract: Contract) -> None:
    judge = Judge[Call](client_checks.requirements(contract), Lists(), call_size)
    cases = [each for each in wire_cases(send_operation(contract), is_thorough=False) if not each.answer.stall]
    exercise(standard_library_caller(), contract, seed=1, see=judge.see, exact=cases, vectors_only=True)

    assert broken(judge) == ()
    assert any(each.exercised for each in judge.records() if each.requirement.id == "client-nobody-known")


def test_an_edited_client_is_caught_by_what_its_mutant_names_and_gives_no_other_headline(contract: Contract) -> None:
    kill = selftest.client_kill(FAULTY_CLIENTS["tasks-lose-whoever-was-refused"], contract, 1)

    assert kill.is_caught
    assert len(kill.noticed) > 1


def test_a_fault_that_gives_another_headline_is_not_caught(contract: Contract) -> None:
    mutant = attrs.evolve(FAULTY_CLIENTS["loses-the-last-item"], kills="client-writes-back")
    kill = selftest.client_kill(mutant, contract, 1)

    assert mutant.kills in kill.noticed
    assert kill.misled == ("client-items-complete",)
    assert is_failure(kill)


def test_a_client_that_is_not_correct_is_accused(contract: Contract, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = attrs.evolve(CLIENT_VARIANTS[0], name="wrong", edits=FAULTY_CLIENTS["knows-hundreds-alone"].edits)
    monkeypatch.setattr(selftest_clients, "CLIENT_VARIANTS", (wrong,))
    clean = selftest.clean_client(contract, 1, "wrong", Depth.FAIR)

    assert "client-error-status" in clean.accused
    assert is_failure(clean)


def test_each_faulty_client_is_asked_once_for_all_its_headlines_if_there_is_time() -> None:
    name = CLIENT_EDITS[0].name
    many, few = (
        [each.depth for each in selftest.tasks(range(1, count + 1), range(1, 2)) if each.name == name]
        for count in (10, 2)
    )

    assert many == [Depth.WHOLE, *[Depth.UNTIL_NOTICED] * 9]
    assert few == [Depth.FAIR, Depth.UNTIL_NOTICED]


def test_every_correct_client_meets_every_seed_when_there_are_many() -> None:
    many, few = (
        [each for each in selftest.tasks(range(1, 2), range(1, count + 1)) if each.kind == "correct client"]
        for count in (25, 2)
    )

    assert len(many) == 25 * len(CORRECT_CLIENTS)
    assert {each.name for each in many if each.depth is Depth.WHOLE} == set(CORRECT_CLIENTS)
    assert {each.name for each in few} == set(CORRECT_CLIENTS)
    assert [each.name for each in few if each.depth is Depth.WHOLE] == [REFERENCE]


def test_the_shares_are_all_cases_once_and_those_that_wait_come_last(contract: Contract) -> None:
    cases = list(exact_cases(contract, reference_caller().abilities))
    *alike, last = shares(cases)

    assert sorted(each.name for share in (*alike, last) for each in share) == sorted(each.name for each in cases)
    assert max(map(len, alike)) - min(map(len, alike)) <= 1
    assert {each.name for each in cases if each.answer.stall} <= {each.name for each in last}


def test_the_matrix_tells_who_noticed_whom_and_how_often() -> None:
    kills = [
        Kill("server", "wrong-twice", "a", ("a", "c"), seed=1),
        Kill("server", "wrong-twice", "a", ("a",), seed=2),
        Kill("server", "seldom", "b", ("a", "b"), seed=1),
        Kill("server", "seldom", "b", ("a",), seed=2),
    ]

    assert list(selftest.matrix(kills, ["a", "b", "c", "d"])) == [
        "   1  a",
        "   2  b",
        "   3  c",
        "            123",
        "wrong-twice K.-",
        "seldom      +k.",
    ]


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
