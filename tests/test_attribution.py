"""One fault, one headline: what explains what, held against every faulty server."""

from __future__ import annotations

from graphlib import TopologicalSorter

import pytest

from conformance.checks import SERVER
from conformance.checks.attribution import EXPLAINS, EXPLAINS_ELSEWHERE
from conformance.checks.stock import STOCK
from conformance.contract import Contract
from conformance.correct_server import probe_in_process, reference
from conformance.judge import Judge, Lists, exchange_size
from conformance.model import Exchange
from conformance.mutants.server import SERVER_MUTANTS, ServerMutant

#: Found by exploration alone; no exact request breaks them.
EXPLORED = frozenset(each.id for each in STOCK.values())
#: Breaks nearly everything: nothing of it is a consequence.
EVERYTHING = "accepts-everything"

EXACT = [each for each in SERVER_MUTANTS if each.kills not in EXPLORED]


@pytest.mark.parametrize("mutant", EXACT, ids=lambda each: each.name)
def test_one_fault_gives_one_headline(contract: Contract, mutant: ServerMutant) -> None:
    judge = Judge[Exchange](SERVER, Lists(), exchange_size)
    probe_in_process(mutant.wrap(reference(contract)), contract, 1, judge)
    headlines = [each.requirement.id for each in judge.records() if each.is_headline]

    if mutant.name == EVERYTHING:
        assert mutant.kills in headlines and len(headlines) > 10
    else:
        assert headlines == [mutant.kills]


@pytest.mark.parametrize("explains", [EXPLAINS, EXPLAINS_ELSEWHERE], ids=["exchange", "run"])
def test_nothing_explains_itself_by_way_of_others(explains: dict[str, tuple[str, ...]]) -> None:
    order = list(TopologicalSorter(explains).static_order())

    assert set(order) <= {each.id for each in SERVER}
