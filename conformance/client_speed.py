"""`python -m conformance.client_speed`: cases a second of the client suite, beside plain calls to the same server.

The generated client is put through exact cases and judged, as a run does it; httpx alone sends a fixed body to the
same scripted server, which gives it the same answers. Both take turns in one process, once in each style, and the best
round of each counts. It prints one line of JSON, which `scripts.bench_suite` shows.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import sys
import time
from collections.abc import Callable, Sequence

import httpx

from conformance import contract as contracts
from conformance.checks import client as client_checks
from conformance.drivers.cases import Case
from conformance.drivers.exact_cases import vectors
from conformance.drivers.generated import generated_caller
from conformance.drivers.playing import needs_own_client, play
from conformance.drivers.scripted_server import ScriptedServer
from conformance.judge import Judge, Lists, call_size
from conformance.model import Call, Delivery

PACKAGE = "generated_client"
STYLES = ("sync", "async")
BODY = b'{"definitionKey":"welcome","recipients":[{"contactKey":"customer-1","to":"15555550101"}]}'


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m conformance.client_speed", allow_abbrev=False)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cases", type=int, default=0, help="take so many cases [default: all]")
    given = parser.parse_args(arguments)
    print(json.dumps(measured(given.rounds, given.cases or None)))
    return 0


def measured(rounds: int, count: int | None = None) -> dict[str, dict[str, float]]:
    """Cases a second by style: of the suite, and of httpx alone."""
    contract = contracts.read(contracts.default_folder())
    cases = [each for each in vectors(contract) if _is_plain(each)][:count]
    judge = Judge[Call](client_checks.requirements(contract), Lists(), call_size)
    seconds: dict[tuple[str, str], list[float]] = {}
    with generated_caller(PACKAGE, contract) as caller, ScriptedServer() as server, _Plain(server) as plain:

        def suite(case: Case, style: str) -> None:
            for call in play(server, caller, case, styles=(style,)):
                judge.see(call)

        for _ in range(rounds + 1):
            for style in STYLES:
                for what, each in (("suite", suite), ("httpx", plain)):
                    seconds.setdefault((style, what), []).append(_timed(each, cases, style))
    # The first round makes connections and fills caches, which a run does once.
    best = {key: len(cases) / min(taken[1:]) for key, taken in seconds.items()}
    return {style: {what: best[style, what] for what in ("suite", "httpx")} for style in STYLES}


def _is_plain(case: Case) -> bool:
    """It costs no waiting, and a client without care can take it as well."""
    return case.answer.delivery is Delivery.PLAIN and not needs_own_client(case) and case.answer.cut_after is None


def _timed(play_one: Callable[[Case, str], None], cases: Sequence[Case], style: str) -> float:
    begun = time.perf_counter()
    for case in cases:
        play_one(case, style)
    return time.perf_counter() - begun


class _Plain:
    """httpx alone, which makes nothing of what it is answered."""

    def __init__(self, server: ScriptedServer) -> None:
        self._server = server
        self._sync = httpx.Client(trust_env=False)
        self._async = httpx.AsyncClient(trust_env=False)
        self._runner = asyncio.Runner()

    def __call__(self, case: Case, style: str) -> None:
        self._server.play(case.answer)
        url = self._server.url + "/messaging/v1/sms/messages/"
        # What is no HTTP, or cannot be unpacked, is an answer like any other here.
        with contextlib.suppress(httpx.HTTPError):
            if style == "sync":
                self._sync.post(url, content=BODY, headers={"Content-Type": "application/json"})
            else:
                self._runner.run(self._async.post(url, content=BODY, headers={"Content-Type": "application/json"}))

    def __enter__(self) -> _Plain:
        return self

    def __exit__(self, *_: object) -> None:
        self._sync.close()
        self._runner.run(self._async.aclose())
        self._runner.close()


if __name__ == "__main__":
    sys.exit(main())
