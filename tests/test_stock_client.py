"""What the suite finds in the stock client is told by headline, beside the twelve defects that are known of it."""

from __future__ import annotations

import pytest

from conformance import contract as contracts
from conformance.checks import client as client_checks
from conformance.contract import Contract
from conformance.drivers.client import exact_cases, exercise
from conformance.drivers.generated import generated_caller
from conformance.judge import Judge, Lists, call_size
from conformance.model import Call
from conformance.mutants.client_paths import PATHS
from conformance.selftest_clients import shares
from scripts import stock_client
from scripts.stock_client import DEFECTS, Defect, Failed, Subject, beside, listed
from tests.client_packages import Package, write_package
from tests.test_twelve_defects import DEFECTS as TESTED

OF_PATHS = {"client-dot-segments-refused", "client-empty-path-value-refused"}
OWN = Failed("client-one", (), "it is not one", ("> POST /", "< 202"))
CONSEQUENCE = Failed("client-two", ("client-one",), "it is not two", ())


def broken(package: str, contract: Contract) -> set[str]:
    """What the exact cases show to be broken, but for those that make their caller wait."""
    judge = Judge[Call](client_checks.requirements(contract), Lists(), call_size)
    with generated_caller(package, contract) as caller:
        *quick, _ = shares(exact_cases(contract, caller.abilities))
        exact = [case for share in quick for case in share]
        exercise(caller, contract, seed=1, see=judge.see, exact=exact, vectors_only=True)
    return {each.requirement.id for each in judge.records() if each.broken}


def test_the_defects_are_those_that_are_tested_one_by_one() -> None:
    assert len(DEFECTS) == len(TESTED) == 12


def test_each_defect_is_found_or_it_is_said_why_not(contract: Contract) -> None:
    requirements = {*client_checks.requirements(contract), *client_checks.requirements(contracts.read(PATHS))}

    assert {id for each in DEFECTS for id in each.found_by} <= {each.id for each in requirements}
    assert all(bool(each.found_by) != bool(each.why) for each in DEFECTS)


def test_what_is_said_to_find_a_defect_does(stock_client: Package, contract: Contract) -> None:
    found = broken(stock_client.name, contract)

    assert {id for each in DEFECTS for id in each.found_by} - OF_PATHS - found == set()


def test_what_is_said_to_find_a_wrong_path_does(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_package(PATHS, tmp_path / "stock_client_with_paths", stock=True)
    monkeypatch.syspath_prepend(tmp_path)

    assert broken("stock_client_with_paths", contracts.read(PATHS)) >= OF_PATHS


def test_the_contract_with_paths_is_the_one_that_faults_of_paths_are_tried_on() -> None:
    assert stock_client.PATHS == PATHS


def test_headlines_are_told_with_their_smallest_case_and_what_they_explain_by_name() -> None:
    assert "\n".join(listed(Subject("client", PATHS), [OWN, CONSEQUENCE])).splitlines() == [
        "client: 2 requirements broken, 1 of them headlines",
        "",
        "client-one",
        "  it is not one",
        "    > POST /",
        "    < 202",
        "",
        "also broken by the same answers: client-two",
    ]


def test_beside_each_defect_stands_what_finds_it() -> None:
    defects = (Defect("is not one", ("client-one", "client-three")), Defect("is slow", why="nobody is told"))

    assert list(beside(defects, {"client-one": OWN}))[2:] == [
        "| is not one | client-one |",
        "| is slow | nothing: nobody is told |",
    ]
