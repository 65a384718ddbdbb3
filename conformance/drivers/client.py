"""Puts a client through its cases: exact ones first, then as many as Hypothesis is asked to draw.

The driver asks the client, answers it from a scripted server on a real socket, and hands each call to
`see`, which judges it. It knows no requirement; all it learns of the verdict are the ids that broke,
so that it can look for a smaller case of the same breach. It prints nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import nullcontext

from attrs import define, evolve, field
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import seed as seeded
from hypothesis.errors import Flaky
from hypothesis.strategies import SearchStrategy

from conformance.contract import Contract
from conformance.drivers.answers import takes_recipients
from conformance.drivers.cases import TOKEN, Case
from conformance.drivers.deliveries import SPOILING
from conformance.drivers.drawn_cases import cases
from conformance.drivers.exact_cases import Profile, vectors
from conformance.drivers.scripted_server import ScriptedServer
from conformance.drivers.text_tables import keep_tables
from conformance.drivers.together import LARGE, SIZES, Alone, copies, groups, play_together, style_of
from conformance.model import Abilities, Answer, Call, Caller, Delivery, Outcome, Together, Told, Turn

#: Judges a call, and says which requirements it broke; known failures are left out.
See = Callable[[Call], Collection[str]]

#: Drawn cases, each of which is played in every style.
EXAMPLES: dict[Profile, int] = {"quick": 75, "thorough": 750}
#: Each round looks for one more requirement that breaks; a client with more faults has enough to mend.
ROUNDS = 5


def exercise(
    caller: Caller,
    contract: Contract,
    *,
    seed: int,
    profile: Profile = "quick",
    see: See,
    vectors_only: bool = False,
    exact: Sequence[Case] | None = None,
) -> None:
    """Play every exact case in each style that the client has, then what the client can do besides, then drawn cases;
    `see` gets each call, in the same order for a seed. With `exact`, those are played in place of all that are not
    drawn.

    A requirement that an exact case has broken is not looked for again among the drawn ones: the exact
    case is small already. Exceptions of `caller` and `see` are not a finding and are passed on.
    """
    broken: set[str] = set()
    hung: set[Together | None] = set()
    with ScriptedServer() as server:
        alone = Alone(server, caller)

        def judged(case: Case) -> set[str]:
            found: set[str] = set()
            for call in play(server, caller, case, alone):
                found.update(see(call))
                hung.update({call.way} if call.way and call.outcome.told is Told.HUNG else ())
            return found

        for case in exact_cases(contract, caller.abilities, profile) if exact is None else exact:
            # Waiting for a group that hangs takes longer than all others, and the next one would hang as well.
            if case.way not in hung:
                broken |= judged(case)
        if not vectors_only:
            keep_tables()
            _explore(judged, contract, seed, EXAMPLES[profile], broken)


def exact_cases(contract: Contract, abilities: Abilities, profile: Profile = "quick") -> Iterator[Case]:
    """The cases that are the same under every seed: calls one by one, then what this client can do besides."""
    yield from vectors(contract, profile)
    if not takes_recipients(contract):
        return
    if abilities.copies:
        yield from copies(contract)
    yield from groups(contract, abilities, SIZES if profile == "quick" else (*SIZES, LARGE))


def replay(caller: Caller, case: Case) -> tuple[Call, ...]:
    """Play one case again; a call for each style."""
    with ScriptedServer() as server:
        return tuple(play(server, caller, case))


def play(server: ScriptedServer, caller: Caller, case: Case, alone: Alone | None = None) -> Iterator[Call]:
    """Play one case in each style of the client, and set the second beside the first; a group in its own way."""
    if case.way is not None:
        group = _addressed_group(server, case, caller.abilities.styles)
        yield from play_together(server, caller, group, alone or Alone(server, caller))
        return
    first: Outcome | None = None
    for style in caller.abilities.styles:
        with server.apart() if needs_own_client(case) else nullcontext():
            call = _played(server, caller, case.in_style(style))
        yield evolve(call, alike=first)
        first = call.outcome


def _played(server: ScriptedServer, caller: Caller, case: Case) -> Call:
    before = tuple(_addressed(server, each) for each in case.before)
    for each in before:
        server.play(each.answer)
        caller(each.asked)
        server.settle()
    turn = _addressed(server, Turn(case.asked, case.answer))
    server.play(turn.answer)
    outcome = caller(turn.asked)
    server.settle()
    return Call(turn.asked, turn.answer, server.received, outcome, server.elsewhere, before=before, raw=server.raw)


def needs_own_client(case: Case) -> bool:
    """Whether a case is about what a client keeps between calls, or leaves a connection that troubles the next case.

    An address of its own is a client of its own, since calls to one address share a client.
    """
    answers = (case.answer, *(each.answer for each in case.before))
    return bool(case.before) or any(map(_is_about_the_connection, answers))


def _is_about_the_connection(answer: Answer) -> bool:
    hangs_up = answer.cut_after is not None and answer.cut_after < 0
    return answer.delivery in SPOILING or bool(answer.stall) or answer.is_reset or hangs_up


def _addressed_group(server: ScriptedServer, case: Case, styles: Collection[str]) -> Case:
    assert case.way is not None
    styled = case.in_style(style_of(case.way, styles))
    first = _addressed(server, Turn(styled.asked, styled.answer))
    return evolve(styled, asked=first.asked, beside=tuple(_addressed(server, each) for each in styled.beside))


def _addressed(server: ScriptedServer, turn: Turn) -> Turn:
    url = server.url_of_nobody if turn.answer.delivery is Delivery.NOBODY else server.url
    return evolve(turn, asked=evolve(turn.asked, url=url, token=TOKEN))


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
    #: All that broke in this pass, the target included.
    met: set[str] = field(factory=set)

    def judge(self, case: Case) -> None:
        broken = set(self.see(case)) - self.ignored
        self.met |= broken
        if broken and self.target is None:
            self.target = min(broken)
        if self.target in broken:
            raise _Broke(self.target)


def _explore(
    see: Callable[[Case], Collection[str]], contract: Contract, seed: int, examples: int, broken: set[str]
) -> None:
    drawn = cases(contract)
    for number in range(ROUNDS):
        # Another seed each time: the same one would draw again what has been seen.
        found = _found(_Round(see, frozenset(broken)), drawn, seed + number * 1_000_003, examples)
        if found is None:
            return
        broken.add(found)


def _found(this: _Round, drawn: SearchStrategy[Case], seed: int, examples: int) -> str | None:
    """Run one pass; the requirement it found broken, if any."""

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
    @given(drawn)
    def one_case(case: Case) -> None:
        this.judge(case)

    try:
        one_case()
    except _Broke:
        pass
    except Flaky:
        # A client that does not fail the same way twice is still a client that failed: `see` was told.
        if this.target is None:
            raise
    return this.target
