"""Twelve defects of the client that openapi-python-client makes by itself, each seen, and what ours does instead.

Run as a module, it prints them as a table: `python -m tests.test_twelve_defects`.
"""

from __future__ import annotations

import pickle
import sys
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from attrs import frozen

from conformance.drivers.scripted_server import ScriptedServer
from conformance.model import Answer
from tests import client_packages
from tests.client_packages import ERROR, QUEUED, TOKEN, Asker, Package, said


@frozen
class Clients:
    """One client of the contract and one of the small contract, both made the same way; and a server."""

    sms: Package
    letters: Package
    server: ScriptedServer

    def send(self, answer: Answer, **options: Any) -> Any:
        """What a caller is told of a send: an object or an exception."""
        told = Asker(self.sms, "sync", self.server)(answer, **options)
        return told.value if told.error is None else told.error

    def read(self, answer: Answer, name: str) -> Any:
        self.server.play(answer)
        with self.letters.client(self.server.url, verify_ssl=False) as client:
            try:
                return self.letters.module("api.letters.read_letter").sync(name, client=client)
            except Exception as error:
                return error


def kind(told: Any) -> str:
    """What a caller was told, in a few words."""
    if isinstance(told, Exception):
        ours = getattr(told, "outcome_unknown", None)
        what = f"raises {type(told).__name__}"
        return what if ours is None else f"{what}, outcome {'unknown' if ours else 'known'}"
    return "returns None" if told is None else f"returns {type(told).__name__}"


def time_out(clients: Clients) -> str:
    seen: list[Any] = []

    def answered(request: httpx.Request) -> httpx.Response:
        seen.append(request.extensions["timeout"]["read"])
        return httpx.Response(202, json=QUEUED)

    clients.send(said(202, QUEUED), httpx_args={"transport": httpx.MockTransport(answered)})
    return "waits for ever" if seen == [None] else f"waits {seen[0]:g} s for each part of an answer"


def dot_segments(clients: Clients) -> str:
    found: list[str] = []
    for name in (".", "..", ""):
        told = clients.read(said(200, {}), name)
        found += [each.target for each in clients.server.received] or [kind(told)]
    return ", ".join(f"asks for {each}" if each.startswith("/") else each for each in dict.fromkeys(found))


def html(clients: Clients) -> str:
    return kind(clients.send(said(202, b"<html>")))


def empty_or_null(clients: Clients) -> str:
    return "; ".join(dict.fromkeys(kind(clients.send(said(202, body))) for body in (b"", b"null")))


def unregistered_status(clients: Clients) -> str:
    return "; ".join(dict.fromkeys(kind(clients.send(said(status, ERROR))) for status in (520, 596)))


def undocumented_error(clients: Clients) -> str:
    return "; ".join(dict.fromkeys(kind(clients.read(said(status, ERROR), "x")) for status in (401, 429)))


def token_in_repr(clients: Clients) -> str:
    return "shows the token" if TOKEN in repr(clients.sms.client("http://h")) else "shows the address alone"


def token_in_headers(clients: Clients) -> str:
    headers: dict[str, str] = {}
    clients.send(said(202, QUEUED), headers=headers)
    return "writes the token there" if TOKEN in repr(headers) else "leaves them as they are"


def changed_original(clients: Clients) -> str:
    with clients.sms.client(clients.server.url, verify_ssl=False) as client:
        clients.server.play(said(202, QUEUED))
        clients.sms.send.sync(client=client, body=clients.sms.body())
        client.with_headers({"X-Tenant": "another"})
        clients.sms.send.sync(client=client, body=clients.sms.body())
    last = clients.server.received[-1].header("x-tenant")
    return "stays as it is" if last is None else "sends the copy's header from then on"


def lost_unset(clients: Clients) -> str:
    body = pickle.loads(pickle.dumps(clients.sms.body()))
    return "is UNSET" if body.content is clients.sms.unset else "is no longer UNSET"


def many_clients(clients: Clients) -> str:
    made: list[httpx.Client] = []
    at_once = threading.Barrier(4)
    real = httpx.Client

    def slow(**options: Any) -> httpx.Client:
        threading.Event().wait(0.02)
        made.append(real(**options))
        return made[-1]

    client = clients.sms.client("http://h", verify_ssl=False)

    def use(_: int) -> None:
        at_once.wait()
        client.get_httpx_client()

    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(4) as pool:
        patch.setattr(httpx, "Client", slow)
        list(pool.map(use, range(4)))
    for each in made:
        each.close()
    return "make one client of httpx" if len(made) == 1 else "make several clients of httpx"


def followed_redirect(clients: Clients) -> str:
    """The place that the redirect leads to says 202, as if it had taken the message."""
    methods: list[str] = []

    def answered(request: httpx.Request) -> httpx.Response:
        methods.append(request.method)
        first = len(methods) == 1
        return httpx.Response(303, headers={"location": "/seen"}) if first else httpx.Response(202, json=QUEUED)

    transport = httpx.MockTransport(answered)
    told = clients.send(said(202, QUEUED), follow_redirects=True, httpx_args={"transport": transport})
    return f"sends {' and '.join(methods)}, {kind(told)}"


#: What is done; how it is seen; what the stock client does; what ours does.
DEFECTS: tuple[tuple[str, Callable[[Clients], str], str, str], ...] = (
    ("nothing said of time-outs", time_out, "waits for ever", "waits 30 s for each part of an answer"),
    (
        "a name `.`, `..` or empty in a path",
        dot_segments,
        "asks for /letters, asks for /, asks for /letters/",
        "raises InvalidRequest, outcome known",
    ),
    ("202 with HTML", html, "raises JSONDecodeError", "raises DecodeError, outcome unknown"),
    (
        "202 with nothing, or null",
        empty_or_null,
        "raises JSONDecodeError; raises TypeError",
        "raises DecodeError, outcome unknown",
    ),
    ("status 520 or 596", unregistered_status, "raises ValueError", "raises ServerError, outcome unknown"),
    (
        "401 or 429 that is not documented",
        undocumented_error,
        "returns None",
        "raises Unauthorized, outcome known; raises TooManyRequests, outcome known",
    ),
    ("`repr()` of a client", token_in_repr, "shows the token", "shows the address alone"),
    ("the headers that the caller gave", token_in_headers, "writes the token there", "leaves them as they are"),
    (
        "the original, after `with_headers`",
        changed_original,
        "sends the copy's header from then on",
        "stays as it is",
    ),
    ("what was unset in a pickled model", lost_unset, "is no longer UNSET", "is UNSET"),
    ("four threads' first calls", many_clients, "make several clients of httpx", "make one client of httpx"),
    (
        "303 with `follow_redirects`",
        followed_redirect,
        "sends POST and GET, returns SmsSendResult",
        "sends POST, raises UnexpectedStatus, outcome unknown",
    ),
)


@pytest.fixture(params=["stock", "ours"])
def clients(
    request: pytest.FixtureRequest, stock_client: Package, letters: dict[str, Package], scripted: ScriptedServer
) -> Clients:
    sms = stock_client if request.param == "stock" else Package("generated_client")
    return Clients(sms, letters[request.param], scripted)


@pytest.mark.parametrize("defect", DEFECTS, ids=[each[1].__name__ for each in DEFECTS])
def test_a_defect_is_seen_in_the_stock_client_and_not_in_ours(
    clients: Clients, defect: tuple[str, Callable[[Clients], str], str, str]
) -> None:
    _, seen, stock, ours = defect

    assert seen(clients) == (ours if clients.sms.name == "generated_client" else stock)


def table() -> str:
    """Every defect as it is seen now, in Markdown."""
    with tempfile.TemporaryDirectory() as folder, ScriptedServer() as server, pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        client_packages.write_package(client_packages.ROOT / "openapi", Path(folder, "stock_sms"), stock=True)
        stock = Clients(Package("stock_sms"), client_packages.write_letters(Path(folder), stock=True), server)
        ours = Clients(Package("generated_client"), client_packages.write_letters(Path(folder), stock=False), server)
        rows = [f"| {what} | {seen(stock)} | {seen(ours)} |" for what, seen, _, _ in DEFECTS]
    return "\n".join(["| defect | stock | ours |", "|---|---|---|", *rows])


if __name__ == "__main__":
    sys.stdout.write(table() + "\n")
