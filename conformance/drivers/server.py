"""Puts a server through everything: the probes first, then exploration; whatever comes back is judged."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx
from attrs import frozen

from conformance.checks.reading import (
    KEY_TAKEN,
    NO_DEFINITION,
    SEND,
    answered,
    error_code,
    is_refused,
    items,
    remember,
)
from conformance.checks.stock import STOCK
from conformance.contract import Contract
from conformance.drivers.exploration import explore
from conformance.drivers.hosting import SubjectError
from conformance.judge import Judge
from conformance.model import NO_ANSWER, Exchange, Ledger, Request, Response, Setting
from conformance.probes import Keys, Probe, probes

#: Seconds the suite waits for one answer.
ANSWER_LIMIT = 15.0
#: After so many requests in a row without an answer the server is taken to be gone.
GONE_AFTER = 10

Progress = Callable[[str, int], None]


@frozen
class Plan:
    """How a server is to be judged. `exploring` is False where the probes alone are wanted."""

    url: str
    contract: Contract
    setting: Setting
    seed: int
    profile: str
    exploring: bool = True


class ServerGone(Exception):
    """The server no longer answers; what was found until then stands."""


class Wire:
    """Sends requests as they are: no redirect is followed, no proxy of the environment is used."""

    def __init__(self, url: str) -> None:
        self._base = httpx.URL(url)
        self._client = httpx.Client(trust_env=False, follow_redirects=False, timeout=ANSWER_LIMIT)

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def send(self, request: Request) -> Response:
        """What came back; a response of status `NO_ANSWER`, with the reason as its body, if nothing did."""
        prefix = self._base.raw_path.rstrip(b"/")
        url = self._base.copy_with(raw_path=prefix + request.target.encode("ascii"))
        headers = [(name.encode(), value.encode("utf-8")) for name, value in request.headers]
        try:
            answer = self._client.request(request.method, url, headers=headers, content=request.body)
        except httpx.HTTPError as error:
            return Response(NO_ANSWER, (), f"{type(error).__name__}: {error}".encode())
        return Response(answer.status_code, tuple(answer.headers.multi_items()), answer.content)


def judge_server(plan: Plan, judge: Judge[Exchange], progress: Progress) -> None:
    """Send every probe, then explore; each exchange goes before the judge.

    Raises `SubjectError` if the server cannot be reached or does not let us in, `ExplorationError` and
    `SuiteError` if the suite fails. A server that stops answering ends the run early; its silence is judged.
    """
    ledger = Ledger()
    silent = 0

    def see(operation: str | None, request: Request, response: Response) -> list[str]:
        nonlocal silent
        silent = silent + 1 if response.status == NO_ANSWER else 0
        exchange = Exchange(operation, request, response, plan.setting, plan.contract, ledger)
        broken = judge.see(exchange)
        remember(exchange)
        if silent >= GONE_AFTER:
            raise ServerGone
        return broken

    with Wire(plan.url) as wire:
        keys = _name_space(plan, wire)
        try:
            for number, probe in enumerate(probes(plan.contract.operations[SEND], plan.setting, keys), 1):
                see(probe.operation, probe.request, wire.send(probe.request))
                progress("probes", number)
        except ServerGone:
            return
    if plan.exploring:
        _explore(plan, judge, ledger, keys, see, progress)


def _explore(
    plan: Plan,
    judge: Judge[Exchange],
    ledger: Ledger,
    keys: Keys,
    see: Callable[[str | None, Request, Response], list[str]],
    progress: Progress,
) -> None:
    count = 0

    def counted(operation: str | None, request: Request, response: Response) -> list[str]:
        nonlocal count
        count += 1
        progress("exploration", count)
        return see(operation, request, response)

    explored = explore(
        plan.contract,
        plan.setting,
        plan.url,
        seed=plan.seed,
        profile=plan.profile,
        space=keys.space,
        see=counted,
    )
    for check, exercised in explored.counts.items():
        failures = [
            (Exchange(each.operation, each.request, each.response, plan.setting, plan.contract, ledger), each.message)
            for each in explored.findings
            if each.check == check
        ]
        judge.count(STOCK[check].id, exercised, failures)


def _name_space(plan: Plan, wire: Wire) -> Keys:
    """Message keys that this server has not seen, so that a second run is no repetition of the first.

    The seed names the first space tried, so that a fresh server is asked the same with the same seed.
    A server that remembers it gets one that the clock names.
    """
    for space in (f"seed{plan.seed}", f"seed{plan.seed}-{time.time_ns():x}"):
        keys = Keys(space)
        exchange = _first_exchange(plan, wire, keys)
        refused = [item for item in items(exchange) if is_refused(item)]
        if not any(item.get("errorcode") == KEY_TAKEN for item in refused):
            break
    return keys


def _first_exchange(plan: Plan, wire: Wire, keys: Keys) -> Exchange:
    """One plain send, to see that the server is there and that token and definition are good."""
    probe: Probe = next(probes(plan.contract.operations[SEND], plan.setting, keys))
    response = wire.send(probe.request)
    exchange = Exchange(SEND, probe.request, response, plan.setting, plan.contract, Ledger())
    if response.status == NO_ANSWER:
        raise SubjectError(
            plan.url, f"does not answer ({response.body.decode()})", "Start the server, or mend the address."
        )
    if response.status in (401, 403):
        hint = "Give one it accepts with --token, SMS_CONFORMANCE_TOKEN or sms-conformance.toml."
        raise SubjectError(plan.url, f"does not accept the token (status {response.status})", hint)
    if answered(exchange) is None and error_code(exchange) == NO_DEFINITION:
        hint = "Name one that exists with --definition-key or in sms-conformance.toml."
        raise SubjectError(plan.url, f"has no definition {plan.setting.definition_key!r}", hint)
    return exchange

