"""One fault, one headline: what explains what. That each faulty server has its one headline is for the self-test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from graphlib import TopologicalSorter
from typing import Any

import attrs
import pytest

from conformance import selftest
from conformance.checks import SERVER
from conformance.checks import client as client_checks
from conformance.checks.attribution import EXPLAINS, EXPLAINS_ELSEWHERE
from conformance.contract import Contract
from conformance.contract import read as read_contract
from conformance.correct_server import probe_in_process, reference
from conformance.judge import Judge, Lists, exchange_size
from conformance.model import Exchange, Requirement
from conformance.mutants.client_paths import PATHS
from conformance.mutants.server import BY_NAME


@pytest.mark.parametrize("explains", [EXPLAINS, EXPLAINS_ELSEWHERE], ids=["exchange", "run"])
def test_nothing_explains_itself_by_way_of_others(explains: dict[str, tuple[str, ...]]) -> None:
    order = list(TopologicalSorter(explains).static_order())

    assert set(order) <= {each.id for each in SERVER}


Sides = Mapping[str, Sequence[Requirement[Any]]]


@pytest.fixture
def sides(contract: Contract) -> Sides:
    of_paths = client_checks.requirements(read_contract(PATHS))
    return {"server": SERVER, "client": client_checks.requirements(contract), "client with paths": of_paths}


@pytest.mark.parametrize("side", ["server", "client", "client with paths"])
@pytest.mark.parametrize("by", ["narrower", "narrower_elsewhere"])
def test_nothing_explains_itself_in_a_circle(sides: Sides, side: str, by: str) -> None:
    explained = {each.id: getattr(each, by) for each in sides[side]}

    # Raises CycleError that names the circle.
    TopologicalSorter(explained).prepare()

    assert any(explained.values())
    assert {cause for causes in explained.values() for cause in causes} <= set(explained)


@pytest.mark.parametrize(
    "name", ["answers-200", "writes-nulls-for-a-queued-item", "lets-in-without-a-token", *sorted(selftest.SEVERAL)]
)
def test_a_fault_gives_the_headlines_that_it_should(contract: Contract, name: str) -> None:
    kill = selftest.server_kill(BY_NAME[name], contract, 1)

    assert kill.misled == ()
    assert kill.is_caught


def test_a_server_that_breaks_everything_is_not_explained_by_one_thing(contract: Contract) -> None:
    judge = Judge[Exchange](SERVER, Lists(), exchange_size)
    probe_in_process(BY_NAME["accepts-everything"].wrap(reference(contract)), contract, 1, judge)
    headlines = {each.requirement.id for each in judge.records() if each.is_headline}

    assert BY_NAME["accepts-everything"].kills in headlines
    assert len(headlines) > 10


def test_a_headline_too_many_or_missing_is_no_success(contract: Contract) -> None:
    other = attrs.evolve(BY_NAME["answers-200"], kills="send-good-request-queued")
    kill = selftest.server_kill(other, contract, 1)

    assert kill.kills in kill.noticed
    assert kill.misled == ("send-good-request-queued", "status-documented")
    assert not kill.is_caught
