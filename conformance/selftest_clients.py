"""The self-test's part about clients: every faulty one is caught, no correct one is accused. All of it is in process.

A fault is looked for in a fair share of the exact cases first, where most of them show, then in what is left. The exact
cases are the same under every seed: that one fault gives one headline is asked once.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterable, Mapping, Sequence
from enum import Enum, auto
from functools import cache
from zlib import crc32

from attrs import evolve, frozen

from conformance import contract as contracts
from conformance.checks import client as client_checks
from conformance.checks.client_together import excuses
from conformance.contract import Contract
from conformance.drivers.cases import Case
from conformance.drivers.client import exact_cases, exercise
from conformance.drivers.together import STYLE_OF
from conformance.edited_client import EDITED, ORIGINAL, edited_caller, misfits
from conformance.findings import REFERENCE, Clean, Kill, broken, headlines, idle
from conformance.judge import Judge, Lists, call_size
from conformance.model import Abilities, Asked, Call, Caller, Delivery, Outcome, Together, Turn
from conformance.mutants.client import CLIENT_MUTANTS, PATH_MUTANTS, ClientMutant
from conformance.mutants.client_edit import BOTH, Edit
from conformance.mutants.client_edits import CLIENT_EDITS, ClientEdit
from conformance.mutants.client_paths import PATHS, PathCaller
from conformance.mutants.client_variants import CLIENT_VARIANTS
from conformance.reference_client import reference_caller

FaultyClient = ClientMutant | ClientEdit
_FAULTY: tuple[FaultyClient, ...] = (*CLIENT_MUTANTS, *PATH_MUTANTS, *CLIENT_EDITS)
FAULTY_CLIENTS: Mapping[str, FaultyClient] = {each.name: each for each in _FAULTY}
#: A client of a contract with values in its paths, which the bundled one has none of.
OF_PATHS = "the client of paths"
CORRECT_CLIENTS = (REFERENCE, OF_PATHS, *(each.name for each in CLIENT_VARIANTS))

#: Faults that are several at once, each with the requirements that stand side by side.
SEVERAL: Mapping[str, tuple[str, ...]] = {
    "sends-again-to-be-sure": ("client-never-repeats", "client-no-redirect"),
    # Threads and tasks use connections again, which is nobody's second call.
    "repeats-on-a-used-connection": ("client-never-repeats",),
    # Whoever cannot read a request gives it another's answer.
    "writes-json-into-json": ("client-request-values", "client-own-answer"),
    "sends-the-body-of-tasks-twice-written": ("client-request-values", "client-own-answer"),
    # What lacks a member is taken for what has it under another name.
    "reads-keys-from-messagekey": ("client-items-complete", "client-missing-member-raises"),
    "reads-the-id-from-requestID": ("client-request-id-read", "client-missing-member-raises"),
    "looks-for-requestID": ("client-success-returned", "client-broken-body-place"),
    # Who gets whose key changes who was refused, or what with.
    "names-items-in-the-order-of-the-request": (
        "client-text-exact",
        "client-reads-queued",
        "client-reads-refused",
        "client-item-code-read",
    ),
    # What reads successes reads errors as well.
    "crashes-on-deep-nesting": ("client-wrong-shape-raises", "client-broken-error-raises"),
    # It crashes on a code that is null.
    "reads-codes-as-floats": ("client-codes-are-integers", "client-open-answer-ends"),
    # That it follows at all explains whom it gives what.
    "gives-the-token-to-whoever-is-named": ("client-no-redirect",),
    "gives-the-body-to-whoever-is-named": ("client-no-redirect",),
    # A number beyond a double has no fraction to be dropped: it ends the call.
    "drops-fractions": ("client-number-exact", "client-open-answer-ends"),
    # A larger code ends the call, whether the contract allows it or leaves it open.
    "reads-codes-as-four-bytes": ("client-item-code-read", "client-mixed-visible", "client-success-returned"),
    "returns-nothing-for-what-it-does-not-know": ("client-undocumented-status-raises", "client-no-redirect"),
    "none-when-undocumented": ("client-undocumented-status-raises", "client-no-redirect"),
    # What was sent to nobody is shown all the same.
    "token-in-the-query": ("client-token-nowhere-else", "client-no-secret-shown"),
    "token-in-a-cookie": ("client-token-nowhere-else", "client-no-secret-shown"),
    # Half a character, a code that is no number, an item that comes twice: what is open ends the call.
    "reads-texts-as-ascii": ("client-text-exact", "client-open-answer-ends"),
    "counts-in-place-of-the-code": ("client-top-code-read", "client-open-answer-ends"),
    "keeps-items-by-their-keys": ("client-items-of-one-key", "client-open-answer-ends"),
    # A text that came under that name is lost or told for another.
    "reads-the-message-of-an-answer-under-another-name": (
        "client-top-message-read",
        "client-absent-stays-absent",
        "client-text-exact",
    ),
    # That nobody listened is said in the same words.
    "takes-a-broken-connection-for-nothing": ("client-broken-off-raises", "client-nobody-raises"),
    # It has nothing to say of answers that are whole but odd.
    "takes-half-for-whole": ("client-broken-off-raises", "client-items-complete", "client-request-id-read"),
    # The transport's own error holds the request as it was sent.
    "leaks-transport-errors": ("client-broken-off-raises", "client-no-secret-shown"),
}
#: Faults that show in what arrives at which moment: what else they break is chance.
BY_CHANCE = frozenset({"takes-what-is-there", "sends-into-a-closed-connection"})
#: What is judged by one form of a call beside the other, or by several calls at once.
_OF_SEVERAL_CALLS = frozenset({"client-styles-alike", "client-serves-all", "client-own-answer"})
#: Into how many shares the exact cases are dealt; each is a fair sample of them.
SHARES = 16
#: Deliveries that take long, as a stall does.
_LENGTHY = frozenset({Delivery.HALF_THEN_STALL, Delivery.BOMB})


class Depth(Enum):
    """How much a client is put through."""

    UNTIL_NOTICED = auto()  # what it takes to notice the fault, by the requirement that it names alone
    DRAWN = auto()  # what is not the same under every seed
    FAIR = auto()  # a fair share of the exact cases, and what UNTIL_NOTICED or DRAWN asks for
    WHOLE = auto()  # everything


class _Caught(Exception):
    """The mutant was noticed by the requirement it names; the rest of its cases would tell nothing more."""


@frozen
class _InStyles:
    """A client that is asked in some of its styles alone."""

    caller: Caller
    styles: tuple[str, ...]

    @property
    def abilities(self) -> Abilities:
        can = self.caller.abilities
        together = tuple(way for way in can.together if STYLE_OF[way] in self.styles)
        return evolve(can, styles=self.styles, together=together)

    def __call__(self, asked: Asked) -> Outcome:
        return self.caller(asked)

    def together(self, way: Together, asked: Sequence[Asked]) -> Sequence[Outcome]:
        return self.caller.together(way, asked)


def client_kill(mutant: FaultyClient, contract: Contract, seed: int, depth: Depth = Depth.FAIR) -> Kill:
    """Which requirements notice a faulty client; and whether its headlines are those it should have, unless it is asked
    only until one of them is noticed."""
    contract = _asked_of(mutant.name, contract)
    listed = client_checks.requirements(contract)
    if depth is Depth.UNTIL_NOTICED:
        # What else the fault breaks is not asked for.
        listed = tuple(each for each in listed if each.id == mutant.kills)
    judge = Judge[Call](listed, Lists(), call_size)
    noticed: set[str] = set()

    def see(call: Call) -> list[str]:
        found = judge.see(call)
        noticed.update(found)
        return found

    def see_until_noticed(call: Call) -> list[str]:
        if mutant.kills in (found := see(call)):
            raise _Caught
        return found

    with _opened(mutant, contract) as caller, contextlib.suppress(_Caught):
        needs_all = mutant.kills in _OF_SEVERAL_CALLS
        styles = mutant.styles if isinstance(mutant, ClientEdit) else BOTH
        asked = caller if needs_all else _InStyles(caller, styles[:1])
        first, *others, last = _shares(contract, asked.abilities)
        to_the_end = {Depth.FAIR: [first], Depth.WHOLE: [first, *others]}.get(depth, [])
        for share in to_the_end:
            exercise(asked, contract, seed=seed, see=see, exact=share, vectors_only=True)
        for share in (first, *others, last):
            if mutant.kills not in noticed and share not in to_the_end:
                exercise(asked, contract, seed=seed, see=see_until_noticed, exact=share, vectors_only=True)
        if mutant.kills not in noticed:
            exercise(caller, contract, seed=seed, see=see_until_noticed)
    misled = _misled(mutant, judge, depth)
    return Kill("client", mutant.name, mutant.kills, tuple(sorted(noticed)), seed, misled=misled)


def _misled(mutant: FaultyClient, judge: Judge[Call], depth: Depth) -> tuple[str, ...]:
    """The headlines that are too many or, where everything was asked, missing: one fault gives one, unless it is listed
    among those of several."""
    if depth is Depth.UNTIL_NOTICED or mutant.name in BY_CHANCE:
        return ()
    found = headlines(judge)
    expected = frozenset(SEVERAL.get(mutant.name, (mutant.kills,)))
    if depth is Depth.WHOLE:
        return tuple(sorted(found ^ expected))
    # Where only some cases were seen, what explains a breach on other calls may be among those that were not.
    explained = {
        each.requirement.id for each in judge.records() if not each.requirement.narrower_elsewhere.isdisjoint(expected)
    }
    return tuple(sorted(found - expected - explained))


def clean_client(contract: Contract, seed: int, name: str = REFERENCE, depth: Depth = Depth.WHOLE) -> Clean:
    """A correct client under one seed. What it cannot be asked for need not be exercised."""
    contract = _asked_of(name, contract)
    requirements = client_checks.requirements(contract)
    judge = Judge[Call](requirements, Lists(), call_size)
    with _correct(name, contract) as caller:
        abilities = caller.abilities
        exact: Sequence[Case] | None = None
        if depth is not Depth.WHOLE:
            # Each correct client meets another share, and another one under another seed.
            share = (crc32(name.encode()) + seed) % SHARES
            exact = _shares(contract, abilities)[share] if depth is Depth.FAIR else ()
        exercise(caller, contract, seed=seed, see=judge.see, exact=exact)
    needed = {each.id for each in requirements if name != OF_PATHS or each.section == client_checks.OF_PATHS}
    unmet = [each for each in idle(judge) if each in needed.difference(excuses(abilities)) and depth is Depth.WHOLE]
    return Clean("client", seed, broken(judge), tuple(unmet), name)


#: The shares of the cases for what clients can do, by the contract's digest: making them takes as long as thirty calls.
_kept_shares: dict[tuple[str, Abilities], tuple[tuple[Case, ...], ...]] = {}


def _shares(contract: Contract, abilities: Abilities) -> tuple[tuple[Case, ...], ...]:
    key = (contract.digest, abilities)
    if key not in _kept_shares:
        _kept_shares[key] = shares(exact_cases(contract, abilities))
    return _kept_shares[key]


def shares(cases: Iterable[Case]) -> tuple[tuple[Case, ...], ...]:
    """The cases dealt into shares; the last has those that make their caller wait, and the others are alike."""
    listed = tuple(cases)
    quick = [each for each in listed if not _waits(each)]
    return (*(tuple(quick[start::SHARES]) for start in range(SHARES)), tuple(filter(_waits, listed)))


def _waits(case: Case) -> bool:
    turns = (Turn(case.asked, case.answer), *case.before, *case.beside)
    return any(each.answer.stall or each.answer.delivery in _LENGTHY for each in turns)


def _asked_of(name: str, contract: Contract) -> Contract:
    """The contract of a client: that of values in paths if it is about them."""
    return _of_paths() if name == OF_PATHS or any(each.name == name for each in PATH_MUTANTS) else contract


@cache
def _of_paths() -> Contract:
    return contracts.read(PATHS)


@contextlib.contextmanager
def _opened(mutant: FaultyClient, contract: Contract) -> Generator[Caller]:
    if isinstance(mutant, ClientEdit):
        with _edited(mutant.name, mutant.edits, contract) as caller:
            yield caller
    else:
        yield mutant.caller


@contextlib.contextmanager
def _edited(whose: str, edits: Sequence[Edit], contract: Contract, name: str = EDITED) -> Generator[Caller]:
    """The generated client with edits; raises `MisfittingEdit` that says whose edit no longer fits."""
    if what := misfits(ORIGINAL, edits):
        raise evolve(what, where=f"{whose}, {what.where}")
    with edited_caller(edits, contract, name=name) as caller:
        yield caller


@contextlib.contextmanager
def _correct(name: str, contract: Contract) -> Generator[Caller]:
    variant = next((each for each in CLIENT_VARIANTS if each.name == name), None)
    if name == OF_PATHS:
        yield PathCaller()
    elif variant is None:
        yield reference_caller()
    elif variant.make is not None:
        yield variant.make()
    else:
        with _edited(name, variant.edits, contract, variant.package) as caller:
            yield caller
