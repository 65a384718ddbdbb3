"""`python -m scripts.bench_client_rounds`: the process that measures what a client does while it runs.

It reads a plan as JSON from its input, and prints the seconds of one call in each round. Nothing of the generator
is in its memory. The subjects take turns in every round, and another begins in the next, so that
whatever else the machine does is nobody's alone. The garbage collector is at rest while a clock runs, as with timeit.
"""

from __future__ import annotations

import asyncio
import gc
import json
import subprocess
import sys
import time
import typing
from collections.abc import Awaitable, Callable, Generator, Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack, contextmanager
from importlib import import_module
from itertools import repeat
from types import ModuleType
from typing import Any

import attrs
import httpx
from attrs import frozen

from scripts.document import JSON, is_list, is_object

#: The packages in the folder of a plan.
OURS, STOCK = "ours", "stock"
#: What does the same with httpx or json alone.
RAW = "raw"
#: Where a model holds what the contract does not name.
EXTRA = "additional_properties"
TOKEN = "token"
ADDRESS = "http://127.0.0.1"

#: The seconds that so many calls take.
Clock = Callable[[int], float]
#: By subject, the seconds of one call in each round.
Taken = Mapping[str, list[float]]


@frozen
class Plan:
    """What to measure: the operation of two packages in a folder, with bodies; how many rounds, and calls in each."""

    folder: str
    module: str
    method: str
    path: str
    status: int
    #: To a few recipients, and the answer.
    request: JSON
    answer: JSON
    #: To many, and an answer with mixed results.
    long_request: JSON
    long_answer: JSON
    repeat: int
    calls: int


@frozen
class Client:
    """A package that was emitted: its operation, its clients and two of its models."""

    name: str
    operation: ModuleType
    kind: Any
    request: Any
    result: Any


class Disagreement(Exception):
    """A subject does not do what the others do, so its time says nothing."""

    def __init__(self, measured: str, subject: str) -> None:
        super().__init__(f"{measured}: {subject} makes something else of it than what was expected")


def clients(plan: Plan) -> tuple[Client, Client]:
    """Ours and the stock client. The names of the models are what the operation of ours takes and returns."""
    sys.path.insert(0, plan.folder)
    own = import_module(f"{OURS}.{plan.module}")
    hints = typing.get_type_hints(own.sync)
    names = hints["body"].__name__, hints["return"].__name__
    return _client(OURS, plan, *names), _client(STOCK, plan, *names)


def _client(package: str, plan: Plan, request: str, result: str) -> Client:
    models = import_module(f"{package}.models")
    return Client(
        name=package,
        operation=import_module(f"{package}.{plan.module}"),
        kind=import_module(package).AuthenticatedClient,
        request=getattr(models, request),
        result=getattr(models, result),
    )


def measured(plan: Plan) -> Iterator[tuple[str, Taken]]:
    """Each measurement by its name; raises `Disagreement`."""
    own, stock = clients(plan)
    yield from _sends(plan, own, stock)
    yield from _bodies(plan, own, stock)


def _sends(plan: Plan, own: Client, stock: Client) -> Iterator[tuple[str, Taken]]:
    content = json.dumps(plan.answer).encode("utf-8")

    def handle(_: httpx.Request) -> httpx.Response:
        return httpx.Response(plan.status, headers={"content-type": "application/json"}, content=content)

    options = {"transport": httpx.MockTransport(handle)}
    with ExitStack() as stack:
        calls = _sync_calls(plan, (own, stock), ADDRESS, options, stack)
        yield "send-sync", _timed("send-sync", calls, plan.answer, plan.repeat, plan.calls)
    yield "send-async", _async_sends(plan, (own, stock), options)
    with _served(plan) as port, ExitStack() as stack:
        calls = _sync_calls(plan, (own, stock), f"{ADDRESS}:{port}", {}, stack)
        yield "send-loopback", _timed("send-loopback", calls, plan.answer, plan.repeat, plan.calls)


def _sync_calls(
    plan: Plan, packages: tuple[Client, ...], address: str, options: Mapping[str, Any], stack: ExitStack
) -> dict[str, Callable[[], object]]:
    def of(package: Client) -> Callable[[], object]:
        client = stack.enter_context(package.kind(base_url=address, token=TOKEN, httpx_args=options))
        send, body = package.operation.sync, package.request.from_dict(plan.request)
        return lambda: send(client=client, body=body)

    http = stack.enter_context(httpx.Client(base_url=address, headers=_signed(), **options))

    def raw() -> object:
        return http.request(plan.method, plan.path, json=plan.request).json()

    return {**{each.name: of(each) for each in packages}, RAW: raw}


def _async_sends(plan: Plan, packages: tuple[Client, ...], options: Mapping[str, Any]) -> Taken:
    async def calls(stack: AsyncExitStack) -> dict[str, Callable[[], Awaitable[object]]]:
        async def of(package: Client) -> Callable[[], Awaitable[object]]:
            made = package.kind(base_url=ADDRESS, token=TOKEN, httpx_args=options)
            client = await stack.enter_async_context(made)
            send, body = package.operation.asyncio, package.request.from_dict(plan.request)
            return lambda: send(client=client, body=body)

        http = await stack.enter_async_context(httpx.AsyncClient(base_url=ADDRESS, headers=_signed(), **options))

        async def raw() -> object:
            return (await http.request(plan.method, plan.path, json=plan.request)).json()

        return {**{each.name: await of(each) for each in packages}, RAW: raw}

    async def value(call: Callable[[], Awaitable[object]]) -> object:
        return await call()

    # All rounds are on one event loop, since connections belong to theirs.
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        made = runner.run(calls(stack))
        for subject, call in made.items():
            _agrees("send-async", subject, runner.run(value(call)), plan.answer)
        clocks = {subject: _async_clock(runner, call) for subject, call in made.items()}
        taken = _rounds(clocks, plan.repeat, plan.calls)
        runner.run(stack.aclose())
    return taken


def _signed() -> dict[str, str]:
    return {"Authorization": f"Bearer {TOKEN}"}


@contextmanager
def _served(plan: Plan) -> Generator[int]:
    """The port of a server in a process of its own, which gives the plan's answer."""
    command = (sys.executable, "-m", "scripts.bench_client_server")
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(json.dumps({"status": plan.status, "body": json.dumps(plan.answer)}) + "\n")
        process.stdin.flush()
        yield int(process.stdout.readline())
        process.stdin.close()  # which ends it


def _bodies(plan: Plan, own: Client, stock: Client) -> Iterator[tuple[str, Taken]]:
    """Reading and writing, with nothing sent."""
    content = json.dumps(plan.long_answer).encode("utf-8")
    response = httpx.Response(plan.status, headers={"content-type": "application/json"}, content=content)
    value = json.loads(content)
    read = import_module(f"{OURS}.reading").from_json(own.result.from_dict)
    bytes_read: dict[str, Callable[[], object]] = {
        OURS: lambda: read(response),
        STOCK: lambda: stock.result.from_dict(response.json()),
        RAW: lambda: json.loads(response.content),
    }
    values_read: dict[str, Callable[[], object]] = {
        OURS: lambda: own.result.from_dict(value),
        STOCK: lambda: stock.result.from_dict(value),
    }
    written: dict[str, Callable[[], object]] = {
        each.name: each.result.from_dict(value).to_dict for each in (own, stock)
    }
    yield "read-bytes", _timed("read-bytes", bytes_read, plan.long_answer, plan.repeat)
    yield "read-values", _timed("read-values", values_read, plan.long_answer, plan.repeat)
    yield "write-values", _timed("write-values", written, plan.long_answer, plan.repeat)
    yield from _requests(plan, own, stock)


def _requests(plan: Plan, own: Client, stock: Client) -> Iterator[tuple[str, Taken]]:
    """A long request: made from its values, and written as httpx will have it."""
    json_body = import_module(f"{OURS}.writing").json_body
    models = {each.name: each.request.from_dict(plan.long_request) for each in (own, stock)}
    made = {name: _maker(value) for name, value in {**models, RAW: plan.long_request}.items()}
    yield "make-request", _timed("make-request", made, plan.long_request, plan.repeat)

    def sent(**body: Any) -> bytes:
        return httpx.Request(plan.method, ADDRESS, **body).content

    written: dict[str, Callable[[], object]] = {
        OURS: lambda: sent(content=json_body(models[OURS].to_dict())),
        STOCK: lambda: sent(json=models[STOCK].to_dict()),
        RAW: lambda: sent(json=plan.long_request),
    }
    yield "write-request", _timed("write-request", written, plan.long_request, plan.repeat)


def _maker(value: Any) -> Callable[[], Any]:
    """What makes a value anew: a model by calling its class with the fields that are set, an object or a list."""
    if is_object(value):
        return _object_maker(dict, value)
    if is_list(value):
        makers = [_maker(each) for each in value]
        return lambda: [make() for make in makers]
    if not _is_model(value):
        return lambda: value
    kind = value.__class__
    extra: dict[str, Any] = dict(getattr(value, EXTRA, {}))
    fields = {
        str(each.alias): getattr(value, each.name) for each in attrs.fields(kind) if each.init and each.name != EXTRA
    }
    make_set = _object_maker(kind, {name: each for name, each in fields.items() if type(each).__name__ != "Unset"})
    if not extra:
        return make_set

    def make() -> Any:
        made = make_set()
        getattr(made, EXTRA).update(extra)
        return made

    return make


def _object_maker(kind: Any, members: Mapping[str, Any]) -> Callable[[], Any]:
    whole = {name: each for name, each in members.items() if not _has_parts(each)}
    parts = {name: _maker(each) for name, each in members.items() if _has_parts(each)}
    if not parts:
        return lambda: kind(**whole)
    return lambda: kind(**whole, **{name: make() for name, make in parts.items()})


def _has_parts(value: object) -> bool:
    return isinstance(value, dict | list) or _is_model(value)


def _is_model(value: object) -> bool:
    return hasattr(value, "to_dict")


def _timed(name: str, calls: Mapping[str, Callable[[], object]], expected: JSON, rounds: int, count: int = 1) -> Taken:
    """What each subject takes, once it has proved to do what it should."""
    for subject, call in calls.items():
        _agrees(name, subject, call(), expected)
    return _rounds({subject: _clock(call) for subject, call in calls.items()}, rounds, count)


def _clock(call: Callable[[], object]) -> Clock:
    def seconds(calls: int) -> float:
        begun = time.perf_counter()
        for _ in repeat(None, calls):
            call()
        return time.perf_counter() - begun

    return seconds


def _async_clock(runner: asyncio.Runner, call: Callable[[], Awaitable[object]]) -> Clock:
    async def seconds(calls: int) -> float:
        begun = time.perf_counter()
        for _ in repeat(None, calls):
            await call()
        return time.perf_counter() - begun

    return lambda calls: runner.run(seconds(calls))


def _rounds(clocks: Mapping[str, Clock], rounds: int, calls: int) -> Taken:
    """Everybody's turn in every round, and another one's turn first in the next."""
    names = list(clocks)
    taken: dict[str, list[float]] = {name: [] for name in names}
    # What is there by now stays: looking through it again at every turn would only take time.
    gc.collect()
    gc.freeze()
    for each in clocks.values():
        each(calls)
    for number in range(rounds):
        first = number % len(names)
        for name in (*names[first:], *names[:first]):
            with _at_rest():
                taken[name].append(clocks[name](calls) / calls)
    return taken


@contextmanager
def _at_rest() -> Generator[None]:
    """The garbage collector has done its work, and waits."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _agrees(measured: str, subject: str, made: Any, expected: JSON) -> None:
    value = json.loads(made) if isinstance(made, bytes) else made.to_dict() if _is_model(made) else made
    if value != expected:
        raise Disagreement(measured, subject)


def main() -> int:
    plan = Plan(**json.load(sys.stdin))
    try:
        print(json.dumps(dict(measured(plan))))
    except Disagreement as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
