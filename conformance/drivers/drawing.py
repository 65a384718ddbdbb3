"""Draws cases of a contract with Hypothesis, and makes one of them small that breaks something.

Hypothesis takes as long to load as a hundred calls to be made: load this when there is something to do meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from attrs import define
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import seed as seeded
from hypothesis.errors import Flaky

from conformance.contract import Contract
from conformance.drivers.cases import Case
from conformance.drivers.drawn_cases import cases
from conformance.drivers.own_constants import without_local_constants
from conformance.drivers.text_tables import keep_tables

#: Each round looks for one more requirement that breaks; a client with more faults has enough to mend.
ROUNDS = 5
#: How long a client takes and how large its answers get says nothing of the strategies.
_NO_MATTER = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example)


class _Broke(AssertionError):
    """A case broke the requirement that the round is after. Hypothesis shrinks it; nobody else sees it."""


@define
class _Round:
    """One pass of Hypothesis. The first breach found is the one it goes after, so that it shrinks towards one."""

    see: Callable[[Case], Collection[str]]
    #: Requirements known to be broken; they do not stop the pass.
    ignored: frozenset[str]
    target: str | None = None

    def judge(self, case: Case) -> None:
        broken = set(self.see(case)) - self.ignored
        if broken and self.target is None:
            self.target = min(broken)
        if self.target in broken:
            raise _Broke(self.target)


def drawn_cases(contract: Contract, seed: int, examples: int) -> list[Case]:
    """The cases of a seed."""
    keep_tables()
    drawn: list[Case] = []
    _pass(drawn.append, contract, seed, examples)
    return drawn


def make_small(
    see: Callable[[Case], Collection[str]], contract: Contract, seed: int, examples: int, broken: set[str]
) -> None:
    """Draw the cases of a seed again, and make the first that breaks something more as small as may be; and so on."""
    for number in range(ROUNDS):
        this = _Round(see, frozenset(broken))
        try:
            # Another seed each time: the same one would draw again what has been seen.
            _pass(this.judge, contract, seed + number * 1_000_003, examples)
        except _Broke:
            pass
        except Flaky:
            # A client that does not fail the same way twice is still a client that failed: `see` was told.
            if this.target is None:
                raise
        if this.target is None:
            return
        broken.add(this.target)


def _pass(test: Callable[[Case], object], contract: Contract, seed: int, examples: int) -> None:
    """One pass of Hypothesis over the cases of a contract; what the test raises is raised with the smallest one."""

    @seeded(seed)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        derandomize=False,
        print_blob=False,
        report_multiple_bugs=False,
        verbosity=Verbosity.quiet,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=_NO_MATTER,
    )
    @given(cases(contract))
    def one_case(case: Case) -> None:
        test(case)

    with without_local_constants():
        one_case()
