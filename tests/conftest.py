"""What several tests need: the contract, and exchanges made by hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any

import hypothesis
import pytest

from conformance import contract as contracts
from conformance import run_server
from conformance.checks.reading import SEND
from conformance.contract import Contract
from conformance.drivers import client as client_driver
from conformance.drivers import schemathesis_process
from conformance.drivers.scripted_server import ScriptedServer
from conformance.model import Exchange, Ledger, Request, Response
from conformance.settings import DEFAULT
from tests import client_packages
from tests.client_packages import Asker, Package

# How long an example takes is a matter of the machine, and no test is about it.
hypothesis.settings.register_profile("untimed", hypothesis.settings(), deadline=None)
hypothesis.settings.load_profile("untimed")


@pytest.fixture(scope="session")
def contract() -> Contract:
    return contracts.read(contracts.default_folder())


@pytest.fixture(scope="session")
def stock(stock_client: Package) -> str:
    """The name of the package that openapi-python-client makes of the contract by itself."""
    return stock_client.name


@pytest.fixture
def explorer_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that loads Schemathesis leaves its process to the next one: loading takes longer than most runs."""

    @contextmanager
    def loading() -> Iterator[None]:
        schemathesis_process.begin()
        yield

    monkeypatch.setattr(run_server, "loading", loading)


@pytest.fixture
def few_cases(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run in this process plays a tenth of the cases of clients: where the run is looked at, not the client."""
    vectors = client_driver.vectors
    monkeypatch.setattr(client_driver, "vectors", lambda *arguments: vectors(*arguments)[::10])
    monkeypatch.setitem(client_driver.EXAMPLES, "quick", 10)


Make = Callable[..., Exchange]


@pytest.fixture
def exchange(contract: Contract) -> Make:
    """A send and its answer, good unless told otherwise; bodies are JSON values, or bytes as they are."""

    def make(
        asked: Any = None,
        answered: Any = None,
        *,
        status: int = 202,
        headers: tuple[tuple[str, str], ...] = (("content-type", "application/json"),),
        authorization: str | None = f"Bearer {DEFAULT.token}",
        operation: str | None = SEND,
        ledger: Ledger | None = None,
    ) -> Exchange:
        sent = (("content-type", "application/json"), *((("authorization", authorization),) if authorization else ()))
        return Exchange(
            operation,
            Request("POST", contract.operations[SEND].path, sent, as_bytes(asked)),
            Response(status, headers, as_bytes(answered)),
            DEFAULT,
            contract,
            ledger or Ledger(),
        )

    return make


def as_bytes(body: Any) -> bytes:
    return body if isinstance(body, bytes) else json.dumps(body).encode()


def good(index: int = 0, **changes: Any) -> dict[str, Any]:
    """A good recipient with changes; a change to `...` leaves the member out."""
    members = {"contactKey": f"c{index}", "to": DEFAULT.numbers[index], "messageKey": f"k{index}", **changes}
    return {name: value for name, value in members.items() if value is not ...}


def asked(*recipients: Any) -> dict[str, Any]:
    return {"definitionKey": DEFAULT.definition_key, "recipients": list(recipients)}


def told(*items: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A 202 that is right about its items, with changes."""
    refused = sum("errorcode" in item for item in items)
    body: dict[str, Any] = {
        "requestId": "5f0c6c4e-8a44-4a30-9c4a-0a4c5a0a7d11",
        "errorcode": 109001 if refused else 0,
        "responses": list(items),
    }
    if refused:
        body["message"] = f"MCMS_UTM_ResponsesHasErrors: {refused} subscribers failed to queue out of {len(items)}"
    return {name: value for name, value in {**body, **changes}.items() if value is not ...}


def queued(key: str = "k0") -> dict[str, Any]:
    return {"messageKey": key}


def refused(key: str = "k1", code: int = 109106) -> dict[str, Any]:
    return {"messageKey": key, "errorcode": code, "message": "MCMS_UTM_Validation: no"}


@pytest.fixture(scope="session")
def stock_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Package]:
    """The client that openapi-python-client makes of the contract by itself."""
    folder = tmp_path_factory.mktemp("stock")
    client_packages.write_package(client_packages.ROOT / "openapi", folder / "stock_promises_client", stock=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        yield Package("stock_promises_client")


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """What the stock client is expected to break, it has to break. (A strict xfail takes much longer to write.)"""
    if not client_packages.is_to_break(pyfuncitem):
        return (yield)
    try:
        yield
    except client_packages.BREAKS:
        return True
    pytest.fail("the stock client holds this: say why in ALREADY_RIGHT")


@pytest.fixture(params=["ours", "stock"])
def package(request: pytest.FixtureRequest) -> Package:
    """Our client, and the stock one."""
    if request.param == "ours":
        return Package("generated_client")
    stock: Package = request.getfixturevalue("stock_client")
    return stock


@pytest.fixture(scope="session")
def letters(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Package]]:
    """The clients of a small contract with a value in its path, ours and the stock one."""
    folder = tmp_path_factory.mktemp("letters")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        yield {
            "ours": client_packages.write_letters(folder, stock=False),
            "stock": client_packages.write_letters(folder, stock=True),
        }


@pytest.fixture(params=["ours", "stock"])
def letters_package(request: pytest.FixtureRequest, letters: dict[str, Package]) -> Package:
    """The same of the small contract."""
    return letters[request.param]


@pytest.fixture(params=["sync", "async"])
def style(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def scripted() -> Iterator[ScriptedServer]:
    with ScriptedServer() as running:
        yield running


@pytest.fixture
def ask(package: Package, style: str, scripted: ScriptedServer) -> Asker:
    return Asker(package, style, scripted)
