"""The suite proves itself: every mutant is caught by the requirement it names, nothing correct is accused.

A requirement without a mutant, a mutant that survives and a false alarm are failures of the suite.
Mutants are asked in process, which is fast, unless only exploration can catch them. So that the suite is not tuned to
one server, the faults are put around a second one as well, which was written apart from the first.
"""

from __future__ import annotations

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
from conformance.drivers.hosting import hosted
from conformance.drivers.server import Plan, judge_server, no_progress
from conformance.findings import REFERENCE, Clean, Finding, Kill, Lacking, broken, headlines, idle, is_failure
from conformance.judge import Judge, Lists, exchange_size
from conformance.model import Answer, Exchange, Handler, Request, Response
from conformance.mutants.client_paths import PATHS
from conformance.mutants.server import SERVER_MUTANTS, ServerMutant
from conformance.mutants.server_variant import ServerVariant
from conformance.mutants.server_variants import SERVER_VARIANTS
from conformance.reference_server import app, wsgi_app
from conformance.selftest_clients import CORRECT_CLIENTS, FAULTY_CLIENTS, Depth, clean_client, client_kill

__all__ = [
    "Clean",
    "Finding",
    "Kill",
    "Lacking",
    "clean_client",
    "client_kill",
    "is_failure",
    "lacking",
    "matrix",
    "selftest",
]

#: Judged only where a server is busy, which the reference server never is.
NEVER_BUSY = "error-retry-after"

PLAIN, PLAIN_HTTP_1_0 = "the plain server", "the plain server over HTTP/1.0"

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
class Task:
    """One thing to find out, by names alone, so that another process can do it."""

    kind: str
    name: str
    seed: int
    base: str = REFERENCE
    depth: Depth = Depth.WHOLE


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
        try:
            yield from pool.map(_find, listed, [contract.folder] * len(listed), chunksize=4)
        except BaseException:
            # Whoever has seen enough waits for nothing that has not begun.
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def tasks(seeds: range, correct_seeds: range) -> Iterator[Task]:
    """Everything that is to be found out, in order."""
    # Every variant under some seeds, every seed for some variants, unless there is time for all of them.
    has_time = len(correct_seeds) >= ALL_FROM
    for seed in correct_seeds:
        yield Task("correct server", REFERENCE, seed)
    for number, name in enumerate(CORRECT_CLIENTS):
        is_first = name == REFERENCE or has_time
        for seed in correct_seeds if is_first else correct_seeds[number % len(correct_seeds) :][:1]:
            again = Depth.DRAWN if is_first else Depth.FAIR
            yield Task(
                "correct client", name, seed, depth=Depth.WHOLE if is_first and seed == correct_seeds[0] else again
            )
    for number, name in enumerate([PLAIN, PLAIN_HTTP_1_0, *(each.name for each in SERVER_VARIANTS)]):
        for seed in correct_seeds if has_time else correct_seeds[number % len(correct_seeds) :][:1]:
            yield Task("correct server" if has_time or _needs_a_socket(name) else "correct handler", name, seed)
    # With less time a third of the faults is put around the second server too, or asked for more than being noticed.
    share = 1 if len(seeds) >= ALL_FROM else SHARE
    for seed in seeds:
        for number, server in enumerate(SERVER_MUTANTS):
            yield Task("server mutant", server.name, seed)
            if fits_plain(server) and number % share == 0:
                yield Task("server mutant", server.name, seed, PLAIN)
        for number, client in enumerate(FAULTY_CLIENTS.values()):
            first = Depth.WHOLE if share == 1 else Depth.FAIR if number % share == 0 else Depth.UNTIL_NOTICED
            yield Task("client mutant", client.name, seed, depth=first if seed == seeds[0] else Depth.UNTIL_NOTICED)


#: From so many seeds on there is time for everything: every correct subject under each of them.
ALL_FROM = 10
#: With fewer, every how many of the faults is asked for more than whether it is noticed at all.
SHARE = 3


def _needs_a_socket(name: str) -> bool:
    """What a correct server does otherwise shows only between it and whoever asks it."""
    variant = next((each for each in SERVER_VARIANTS if each.name == name), None)
    return variant is None or variant.is_dressed


def fits_plain(mutant: ServerMutant) -> bool:
    """Whether a fault shows around the plain server to exact requests."""
    return mutant.kills not in _EXPLORED and mutant.name not in NO_FAULT_ON_PLAIN


def _kills(task: Task) -> str:
    """The requirement that a task's mutant names; empty if it is about none."""
    listed = (*SERVER_MUTANTS, *FAULTY_CLIENTS.values())
    return next((each.kills for each in listed if each.name == task.name), "")


def _find(task: Task, folder: Path) -> Finding:
    contract = _contract(folder)
    match task.kind:
        case "correct server":
            return clean_server(contract, task.seed, task.name)
        case "correct handler":
            variant = next(each for each in SERVER_VARIANTS if each.name == task.name)
            return clean_handler(variant, contract, task.seed)
        case "correct client":
            return clean_client(contract, task.seed, task.name, task.depth)
        case "server mutant":
            server = next(each for each in SERVER_MUTANTS if each.name == task.name)
            return server_kill(server, contract, task.seed, task.base)
        case _:
            return client_kill(FAULTY_CLIENTS[task.name], contract, task.seed, task.depth)


@lru_cache(maxsize=1)
def _contract(folder: Path) -> Contract:
    return contracts.read(folder)


def lacking(contract: Contract) -> Iterator[Lacking]:
    """Requirements that no mutant names: a check that was never seen to fail may be one that cannot."""
    killed = {each.kills for each in (*SERVER_MUTANTS, *FAULTY_CLIENTS.values())}
    of_clients = (*client_checks.requirements(contract), *client_checks.requirements(_contract(PATHS)))
    asked = [*(each.id for each in SERVER), *dict.fromkeys(each.id for each in of_clients)]
    yield from (Lacking(id) for id in asked if id not in killed)


def server_kill(mutant: ServerMutant, contract: Contract, seed: int, base: str = REFERENCE) -> Kill:
    """Which requirements notice a faulty server.

    It is asked in process; on a socket, and explored, only where the requirement is one of exploration.
    """
    faulty = mutant.wrap((reference if base == REFERENCE else _plain)(contract))
    if mutant.kills in _EXPLORED:
        noticed = broken(_explored(app(faulty), contract, seed, profile="thorough"))
    else:
        judge = Judge[Exchange](SERVER, Lists(), exchange_size)
        probe_in_process(faulty, contract, seed, judge)
        noticed, misled = broken(judge), _misled(mutant, judge) if base == REFERENCE else ()
        return Kill("server", mutant.name, mutant.kills, noticed, seed, base, misled)
    return Kill("server", mutant.name, mutant.kills, noticed, seed, base)


def _misled(mutant: ServerMutant, judge: Judge[Exchange]) -> tuple[str, ...]:
    """The headlines that are missing or too many: one fault gives one, unless it is listed among those of several."""
    found = headlines(judge)
    if mutant.name in BY_CHANCE:
        return () if mutant.kills in found else (mutant.kills,)
    return tuple(sorted(found.symmetric_difference(SEVERAL.get(mutant.name, (mutant.kills,)))))


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
    unmet = tuple(each for each in idle(judge) if each not in (NEVER_BUSY, *_EXPLORED))
    return Clean("server", seed, broken(judge), unmet, variant.name)


def _clean_server(application: Any, contract: Contract, seed: int, subject: str) -> Clean:
    return _clean(_explored(application, contract, seed), seed, subject)


def _clean(judge: Judge[Exchange], seed: int, subject: str) -> Clean:
    return Clean("server", seed, broken(judge), tuple(each for each in idle(judge) if each != NEVER_BUSY), subject)


def _explored(application: Any, contract: Contract, seed: int, profile: str = "quick") -> Judge[Exchange]:
    """The judge of an application that was put on a socket, probed and explored."""
    with hosted(application, "the server under self-test") as url:
        return _judged(url, contract, seed, profile)


def _judged(url: str, contract: Contract, seed: int, profile: str = "quick") -> Judge[Exchange]:
    judge = Judge[Exchange](SERVER, Lists(), exchange_size)
    judge_server(Plan(contract, SETTING, seed, profile), url, "the server under self-test", judge, no_progress)
    return judge


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
