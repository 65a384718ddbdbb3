"""The suite proves itself: every mutant is caught by the requirement it names, nothing correct is accused.

A requirement without a mutant, a mutant that survives and a false alarm are failures of the suite.
Mutants are asked in process, which is fast, unless only exploration can catch them. So that the suite is not tuned to
one server, the faults are put around a second one as well, which was written apart from the first.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from attrs import frozen

from conformance import contract as contracts
from conformance import plain_server
from conformance.checks import SERVER
from conformance.checks import client as client_checks
from conformance.checks.stock import STOCK
from conformance.contract import Contract
from conformance.correct_server import MAX_RECIPIENTS, SETTING, probe_in_process, reference
from conformance.drivers.client import exercise
from conformance.drivers.hosting import hosted
from conformance.drivers.server import Plan, judge_server, no_progress
from conformance.judge import Judge, Lists, call_size, exchange_size
from conformance.model import Answer, Call, Exchange, Handler, Request, Response, Seen
from conformance.mutants.client import CLIENT_MUTANTS, PATH_MUTANTS, ClientMutant
from conformance.mutants.client_paths import PATHS, PathCaller
from conformance.mutants.server import SERVER_MUTANTS, ServerMutant
from conformance.mutants.server_variant import ServerVariant
from conformance.mutants.server_variants import SERVER_VARIANTS
from conformance.reference_client import reference_caller
from conformance.reference_server import app, wsgi_app

#: Judged only where a server is busy, which the reference server never is.
NEVER_BUSY = "error-retry-after"

REFERENCE, PLAIN, PLAIN_HTTP_1_0 = "the reference", "the plain server", "the plain server over HTTP/1.0"

#: Judged by exploration alone.
_EXPLORED = frozenset(each.id for each in STOCK.values())

#: Faults that change nothing around the plain server, each with the choice of that server that leaves them no room.
NO_FAULT_ON_PLAIN: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "judges-a-mixed-answer-by-its-first-item",
            "refuses-the-recipient-before-a-refused-one",
            "judges-all-but-the-last-recipient",
            "judges-no-more-than-eight-recipients",
            "compares-a-key-with-the-one-before",
            "forgets-a-key-that-was-refused",
            "notices-one-duplicate-in-a-request",
            "notices-duplicates-in-ascii-alone",
        ),
        "it lists the refused first, and the fault goes by the place in the answer",
    ),
    **dict.fromkeys(
        (
            "says-errorcode-0-when-all-are-refused",
            "says-errorcode-109103-when-all-are-refused",
            "counts-nobody-when-all-are-refused",
            "says-nobody-is-valid-when-all-are-refused",
            "repeats-its-answer-to-a-repeated-request",
            "refuses-a-recipient-for-a-wrong-type",
        ),
        "it answers 400 when everyone is refused",
    ),
    **dict.fromkeys(
        ("refuses-a-long-key-with-a-code-of-its-own", "cuts-a-key-that-is-too-long"),
        "it refuses the request for a long key",
    ),
    "leaves-out-allow": "it answers 404, which needs no Allow, to other methods",
}


#: Faults that are several at once, each with the requirements that stand side by side.
_LACKING = ("send-missing-to-refused", "send-missing-contact-key-refused")
SEVERAL: Mapping[str, tuple[str, ...]] = {
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
#: Faults that break whatever comes by: nearly everything, or what chance has it.
BY_CHANCE = frozenset({"answers-one-client-with-the-items-of-another", "accepts-everything"})


@frozen
class Kill:
    """One mutant and what noticed it. It is caught if the requirement it names is among them."""

    side: str
    mutant: str
    kills: str
    noticed: tuple[str, ...]
    seed: int = 1
    base: str = REFERENCE
    #: Headlines that the fault gave besides the one it should; empty where that is not asked.
    misled: tuple[str, ...] = ()

    @property
    def is_caught(self) -> bool:
        return self.kills in self.noticed and not self.misled


@frozen
class Clean:
    """One run of a correct subject: what it was accused of, and what was not exercised."""

    side: str
    seed: int
    accused: tuple[str, ...]
    idle: tuple[str, ...]
    subject: str = REFERENCE

    @property
    def is_clean(self) -> bool:
        return not self.accused and not self.idle


@frozen
class Lacking:
    """A requirement that no mutant breaks."""

    requirement: str


Finding = Kill | Clean | Lacking


@frozen
class Task:
    """One thing to find out, by names alone, so that another process can do it."""

    kind: str
    name: str
    seed: int
    base: str = REFERENCE


def selftest(
    contract: Contract, *, seeds: range, correct_seeds: range, only: str = "", jobs: int = 1
) -> Iterator[Finding]:
    """What is lacking, every correct subject under its seeds, then every mutant under its own.

    `only` keeps the mutants of one requirement. The order is that of the tasks, however many processes work on them.
    """
    yield from (each for each in lacking(contract) if only in ("", each.requirement))
    listed = [each for each in tasks(seeds, correct_seeds) if not only or _kills(each) == only]
    if jobs == 1:
        yield from (_find(each, contract.folder) for each in listed)
        return
    # Started afresh, since a process with threads is not to be copied.
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_find, listed, [contract.folder] * len(listed), chunksize=4)


def tasks(seeds: range, correct_seeds: range) -> Iterator[Task]:
    """Everything that is to be found out, in order."""
    for seed in correct_seeds:
        yield Task("correct server", REFERENCE, seed)
        yield Task("correct client", REFERENCE, seed)
        yield Task("correct client of paths", REFERENCE, seed)
    # Every variant under some seeds, every seed for some variants, unless there is time for all of them.
    has_time = len(correct_seeds) >= ALL_FROM
    for number, name in enumerate([PLAIN, PLAIN_HTTP_1_0, *(each.name for each in SERVER_VARIANTS)]):
        for seed in correct_seeds if has_time else correct_seeds[number % len(correct_seeds) :][:1]:
            yield Task("correct server" if has_time or _needs_a_socket(name) else "correct handler", name, seed)
    for seed in seeds:
        for server in SERVER_MUTANTS:
            yield Task("server mutant", server.name, seed)
            if fits_plain(server):
                yield Task("server mutant", server.name, seed, PLAIN)
        for client in CLIENT_MUTANTS:
            yield Task("client mutant", client.name, seed)
        for client in PATH_MUTANTS:
            yield Task("client mutant of paths", client.name, seed)


#: What is asked of values in paths, which the bundled contract has none of.
OF_PATHS = frozenset({"client-path-value-escaped", "client-empty-path-value-refused", "client-dot-segments-refused"})
#: From so many seeds on, every correct server is tried under each of them.
ALL_FROM = 10


def _needs_a_socket(name: str) -> bool:
    """What a correct server does otherwise shows only between it and whoever asks it."""
    variant = next((each for each in SERVER_VARIANTS if each.name == name), None)
    return variant is None or variant.is_dressed


def fits_plain(mutant: ServerMutant) -> bool:
    """Whether a fault shows around the plain server to exact requests."""
    return mutant.kills not in _EXPLORED and mutant.name not in NO_FAULT_ON_PLAIN


def _kills(task: Task) -> str:
    """The requirement that a task's mutant names; empty if it is about none."""
    named = {each.name: each.kills for each in SERVER_MUTANTS}
    named |= {each.name: each.kills for each in (*CLIENT_MUTANTS, *PATH_MUTANTS)}
    return named.get(task.name, "")


def _find(task: Task, folder: Path) -> Finding:
    contract = _contract(folder)
    match task.kind:
        case "correct server":
            return clean_server(contract, task.seed, task.name)
        case "correct handler":
            variant = next(each for each in SERVER_VARIANTS if each.name == task.name)
            return clean_handler(variant, contract, task.seed)
        case "correct client":
            return clean_client(contract, task.seed)
        case "correct client of paths":
            return clean_client_of_paths(task.seed)
        case "client mutant of paths":
            client = next(each for each in PATH_MUTANTS if each.name == task.name)
            return client_kill(client, _contract(PATHS), task.seed)
        case "server mutant":
            server = next(each for each in SERVER_MUTANTS if each.name == task.name)
            return server_kill(server, contract, task.seed, task.base)
        case _:
            client = next(each for each in CLIENT_MUTANTS if each.name == task.name)
            return client_kill(client, contract, task.seed)


@lru_cache(maxsize=1)
def _contract(folder: Path) -> Contract:
    return contracts.read(folder)


def is_failure(finding: Finding) -> bool:
    match finding:
        case Kill():
            return not finding.is_caught
        case Clean():
            return not finding.is_clean
        case Lacking():
            return True


def lacking(contract: Contract) -> Iterator[Lacking]:
    """Requirements that no mutant names: a check that was never seen to fail may be one that cannot."""
    killed = {each.kills for each in SERVER_MUTANTS} | {each.kills for each in (*CLIENT_MUTANTS, *PATH_MUTANTS)}
    of_clients = (*client_checks.requirements(contract), *client_checks.requirements(_contract(PATHS)))
    asked = [*(each.id for each in SERVER), *dict.fromkeys(each.id for each in of_clients)]
    yield from (Lacking(id) for id in asked if id not in killed)


def server_kill(mutant: ServerMutant, contract: Contract, seed: int, base: str = REFERENCE) -> Kill:
    """Which requirements notice a faulty server.

    It is asked in process; on a socket, and explored, only where the requirement is one of exploration.
    """
    faulty = mutant.wrap((reference if base == REFERENCE else _plain)(contract))
    if mutant.kills in _EXPLORED:
        noticed = _broken(_explored(app(faulty), contract, seed, profile="thorough"))
    else:
        judge = Judge[Exchange](SERVER, Lists(), exchange_size)
        probe_in_process(faulty, contract, seed, judge)
        noticed, misled = _broken(judge), _misled(mutant, judge) if base == REFERENCE else ()
        return Kill("server", mutant.name, mutant.kills, noticed, seed, base, misled)
    return Kill("server", mutant.name, mutant.kills, noticed, seed, base)


def _misled(mutant: ServerMutant, judge: Judge[Exchange]) -> tuple[str, ...]:
    """The headlines that are missing or too many: one fault gives one, unless it is listed among those of several."""
    headlines = {each.requirement.id for each in judge.records() if each.is_headline}
    if mutant.name in BY_CHANCE:
        return () if mutant.kills in headlines else (mutant.kills,)
    return tuple(sorted(headlines.symmetric_difference(SEVERAL.get(mutant.name, (mutant.kills,)))))


def _plain(_: Contract) -> Handler:
    return plain_server.handler(max_recipients=MAX_RECIPIENTS)


def clean_server(contract: Contract, seed: int, name: str = REFERENCE) -> Clean:
    """A correct server under one seed, on a socket, probed and explored."""
    if name == REFERENCE:
        return _clean_server(app(reference(contract)), contract, seed, name)
    if name == PLAIN:
        return _clean_server(plain_server.application(max_recipients=MAX_RECIPIENTS), contract, seed, name)
    if name == PLAIN_HTTP_1_0:
        with plain_server.serve(max_recipients=MAX_RECIPIENTS) as url:
            return _clean(_judged(url, contract, seed), seed, name)
    return clean_variant(next(each for each in SERVER_VARIANTS if each.name == name), contract, seed)


def clean_variant(variant: ServerVariant, contract: Contract, seed: int) -> Clean:
    """Another correct server under one seed."""
    server = variant.wrap(reference(contract))
    application = variant.dress(app(server)) if variant.gateway == "asgi" else wsgi_app(server)
    return _clean_server(application, contract, seed, variant.name)


def clean_handler(variant: ServerVariant, contract: Contract, seed: int) -> Clean:
    """Another correct server under one seed, asked in process; it is not explored."""
    server = variant.wrap(reference(contract))

    def handle(request: Request) -> Response:
        answer = server(request)
        return answer.response if isinstance(answer, Answer) else answer

    judge = Judge[Exchange](SERVER, Lists(), exchange_size)
    probe_in_process(handle, contract, seed, judge)
    idle = tuple(each for each in _idle(judge) if each not in (NEVER_BUSY, *_EXPLORED))
    return Clean("server", seed, _broken(judge), idle, variant.name)


class _Caught(Exception):
    """The mutant was noticed by the requirement it names; the rest of its cases would tell nothing more."""


def client_kill(mutant: ClientMutant, contract: Contract, seed: int) -> Kill:
    """Which requirements notice a faulty client, up to the case that the one it names notices."""
    noticed: set[str] = set()
    judge = Judge[Call](client_checks.requirements(contract), Lists(), call_size)

    def see(call: Call) -> list[str]:
        broken = judge.see(call)
        noticed.update(broken)
        if mutant.kills in broken:
            raise _Caught
        return broken

    with contextlib.suppress(_Caught):
        exercise(mutant.caller, contract, seed=seed, profile="quick", see=see)
    return Kill("client", mutant.name, mutant.kills, tuple(sorted(noticed)), seed)


def clean_client(contract: Contract, seed: int) -> Clean:
    """The reference client under one seed."""
    judge = Judge[Call](client_checks.requirements(contract), Lists(), call_size)
    exercise(reference_caller(), contract, seed=seed, profile="quick", see=judge.see)
    return Clean("client", seed, _broken(judge), _idle(judge))


def clean_client_of_paths(seed: int) -> Clean:
    """The client for values in paths under one seed, which is asked nothing else."""
    contract = _contract(PATHS)
    judge = Judge[Call](client_checks.requirements(contract), Lists(), call_size)
    exercise(PathCaller(), contract, seed=seed, profile="quick", see=judge.see)
    idle = tuple(each for each in _idle(judge) if each in OF_PATHS)
    return Clean("client", seed, _broken(judge), idle, "the client of paths")


def _clean_server(application: Any, contract: Contract, seed: int, subject: str) -> Clean:
    return _clean(_explored(application, contract, seed), seed, subject)


def _clean(judge: Judge[Exchange], seed: int, subject: str) -> Clean:
    return Clean("server", seed, _broken(judge), tuple(each for each in _idle(judge) if each != NEVER_BUSY), subject)


def _explored(application: Any, contract: Contract, seed: int, profile: str = "quick") -> Judge[Exchange]:
    """The judge of an application that was put on a socket, probed and explored."""
    with hosted(application, "the server under self-test") as url:
        return _judged(url, contract, seed, profile)


def _judged(url: str, contract: Contract, seed: int, profile: str = "quick") -> Judge[Exchange]:
    judge = Judge[Exchange](SERVER, Lists(), exchange_size)
    judge_server(Plan(contract, SETTING, seed, profile), url, "the server under self-test", judge, no_progress)
    return judge


def _broken(judge: Judge[Seen]) -> tuple[str, ...]:
    return tuple(each.requirement.id for each in judge.records() if each.broken)


def _idle(judge: Judge[Seen]) -> tuple[str, ...]:
    return tuple(each.requirement.id for each in judge.records() if not each.exercised)


def matrix(kills: Sequence[Kill], ids: Sequence[str]) -> Iterator[str]:
    """Mutant by requirement: `K` where the requirement that a mutant names noticed it each time, `+` where another did.

    `k` and `-` stand for what was noticed under some seeds only. Mutants around the second server count with those
    around the first.
    """
    width = max((len(each.mutant) for each in kills), default=0)
    columns = [id for id in ids if any(id in each.noticed or id == each.kills for each in kills)]
    for number, id in enumerate(columns, 1):
        yield f"{number:>4}  {id}"
    digits = [f"{number:>3}" for number in range(1, len(columns) + 1)]
    for place in range(3):
        if line := "".join(each[place] for each in digits).rstrip():
            yield f"{'':<{width}} {line}"
    rows: dict[str, list[Kill]] = {}
    for each in kills:
        rows.setdefault(each.mutant, []).append(each)
    for mutant, runs in rows.items():
        yield f"{mutant:<{width}} {''.join(_cell(runs, id) for id in columns)}".rstrip()


def _cell(runs: Sequence[Kill], id: str) -> str:
    times = sum(id in each.noticed for each in runs)
    sometimes, always = "kK" if runs[0].kills == id else "-+"
    return "." if not times else always if times == len(runs) else sometimes
