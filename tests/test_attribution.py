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
#: Faults that are several at once, each with the requirements that stand side by side.
_LACKING = ("send-missing-to-refused", "send-missing-contact-key-refused")
SEVERAL = {
    "judges-the-first-recipient-alone": (*_LACKING, "send-unusable-to-refused"),
    "judges-all-but-the-last-recipient": (*_LACKING, "send-unusable-to-refused"),
    "judges-the-ends-alone": _LACKING,
    "queues-whoever-has-attributes": _LACKING,
    "queues-who-lacks-everything": _LACKING,
    "gives-the-code-of-the-first-refusal-to-all": (*_LACKING, "send-duplicate-key-refused"),
    "locks-out-after-three-wrong-tokens": (
        "send-good-request-queued",
        "send-unknown-field-refused",
        "send-invalid-request-refused",
    ),
    # Its answers are those of other requests, stale ids among them, and it lets in without a token.
    "answers-from-a-cache-before-it-asks-who-is-there": ("request-id-new", "auth-missing-token-refused"),
}
#: Faults of which it is left to chance how many clients they hit.
BY_CHANCE = frozenset({"answers-one-client-with-the-items-of-another"})
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
    elif mutant.name in BY_CHANCE:
        assert mutant.kills in headlines
    else:
        assert sorted(headlines) == sorted(SEVERAL.get(mutant.name, (mutant.kills,)))


@pytest.mark.parametrize("explains", [EXPLAINS, EXPLAINS_ELSEWHERE], ids=["exchange", "run"])
def test_nothing_explains_itself_by_way_of_others(explains: dict[str, tuple[str, ...]]) -> None:
    order = list(TopologicalSorter(explains).static_order())

    assert set(order) <= {each.id for each in SERVER}
