"""Puts a client through its cases: exact ones first, then as many as Hypothesis is asked to draw.

The driver asks the client, answers it from a scripted server on a real socket, and hands each call to
`see`, which judges it. It knows no requirement; all it learns of the verdict are the ids that broke,
so that it can look for a smaller case of the same breach. It prints nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from conformance.contract import Contract
from conformance.drivers.answers import takes_recipients
from conformance.drivers.cases import Case
from conformance.drivers.exact_cases import Profile, vectors
from conformance.drivers.lanes import Lanes
from conformance.drivers.playing import needs_own_client
from conformance.drivers.together import LARGE, SIZES, copies, groups
from conformance.model import Abilities, Call, Caller, Delivery

#: Judges a call, and says which requirements it broke; known failures are left out.
See = Callable[[Call], Collection[str]]

#: How many cases are drawn.
EXAMPLES: dict[Profile, int] = {"quick": 75, "thorough": 600}


def exercise(
    caller: Caller,
    contract: Contract,
    *,
    seed: int,
    profile: Profile = "quick",
    see: See,
    vectors_only: bool = False,
    exact: Sequence[Case] | None = None,
    others: Sequence[Caller] = (),
    ahead: int = 0,
) -> None:
    """Play every exact case in the styles that the client has, then what the client can do besides, then drawn cases;
    `see` gets each call, in the same order for a seed. With `exact`, those are played in place of all that are not
    drawn.

    With `others`, which are the same client in other processes, the styles are shared out among them all. `ahead` is
    how many cases may be played before the calls of the first are judged.

    A requirement that an exact case has broken is not looked for again among the drawn ones: the exact
    case is small already. Exceptions of `caller` and `see` are not a finding and are passed on.
    """
    listed = exact_cases(contract, caller.abilities, profile) if exact is None else exact
    with Lanes((caller, *others), ahead) as lanes:

        def styled(cases: Iterable[Case]) -> Iterator[tuple[Case, tuple[str, ...]]]:
            for number, case in enumerate(cases):
                yield case, _styles_of(case, number, lanes.styles, profile)

        broken = set[str]().union(*map(see, lanes.played(styled(listed))))
        if vectors_only:
            broken.update(*map(see, lanes.rest()))
            return
        # Hypothesis takes as long to load as a hundred calls take to be made, which are being made meanwhile.
        from conformance.drivers.drawing import drawn_cases, make_small

        drawn = drawn_cases(contract, seed, EXAMPLES[profile])
        broken.update(*map(see, lanes.rest()))
        met = set[str]().union(*map(see, lanes.played(styled(drawn))), *map(see, lanes.rest()))
        if not met <= broken:

            def judged(case: Case) -> Collection[str]:
                lanes.start(case, lanes.styles)
                return set[str]().union(*map(see, lanes.rest()))

            make_small(judged, contract, seed, EXAMPLES[profile], broken)


def _styles_of(case: Case, number: int, styles: tuple[str, ...], profile: Profile) -> tuple[str, ...]:
    """In which styles a case is played: in the quick profile, half of what comes as usual in the first alone.

    The forms of a call differ in how they reach the wire, and hardly in how they read what comes from there.
    """
    is_special = bool(case.way or case.asked.path) or needs_own_client(case)
    is_usual = case.answer.delivery is Delivery.PLAIN and not is_special
    return styles[:1] if profile == "quick" and is_usual and number % 4 in (1, 2) else styles


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
    with Lanes((caller,)) as lanes:
        lanes.start(case, lanes.styles)
        return tuple(lanes.rest())
