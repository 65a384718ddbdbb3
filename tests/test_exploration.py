from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from conformance import contract as contracts
from conformance.contract import Contract
from conformance.correct_server import SETTING, reference
from conformance.drivers import schemathesis_process
from conformance.drivers.exploration import ExplorationError, Explored, explore
from conformance.drivers.wire import Sender
from conformance.model import Request, Response, json_response


@pytest.fixture(scope="module")
def contract() -> Contract:
    return contracts.read(contracts.default_folder())


@pytest.fixture(autouse=True, scope="module")
def processes() -> Iterator[None]:
    """One process explores for all, but where a test asks for another."""
    yield
    schemathesis_process.close_all()


@pytest.fixture
def fresh_process() -> Iterator[None]:
    """A process of its own, begun for the first exploration."""
    schemathesis_process.close_all()
    yield
    schemathesis_process.close_all()


def ignored(operation: str | None, request: Request, response: Response) -> Sequence[str]:
    return []


def explored(contract: Contract, send: Sender) -> Explored:
    return explore(contract, SETTING, send, seed=1, profile="quick", space="seed1", see=ignored)


def plain(request: Request) -> Request:
    """Without the headers that differ from case to case by name alone."""
    headers = tuple(each for each in request.headers if not each[0].startswith("x-schemathesis"))
    return Request(request.method, request.target, headers, request.body)


def test_one_process_explores_again_and_a_seed_asks_the_same(contract: Contract, fresh_process: None) -> None:
    runs: list[list[Request]] = []
    for _ in range(2):
        server, asked = reference(contract), list[Request]()
        runs.append(asked)

        def send(request: Request, server: Sender = server, asked: list[Request] = asked) -> Response:
            asked.append(plain(request))
            return server(request)

        found = explored(contract, send)
        assert found.ended is None
        assert found.findings == ()

    assert len(schemathesis_process._idle) == 1
    assert runs[0] == runs[1]
    assert len(runs[0]) > 50


def test_a_501_breaks_nothing_where_no_operation_is_asked_for(contract: Contract) -> None:
    server = reference(contract)

    def send(request: Request) -> Response:
        return server(request) if contract.operation_of(request) else Response(501)

    assert [each for each in explored(contract, send).findings if each.check == "not_a_server_error"] == []


def test_a_501_of_the_operation_is_a_server_error(contract: Contract) -> None:
    server = reference(contract)

    def send(request: Request) -> Response:
        is_asked = contract.operation_of(request) is not None
        return json_response(501, {"message": "no"}) if is_asked else server(request)

    assert "not_a_server_error" in {each.check for each in explored(contract, send).findings}


def test_a_500_breaks_it_whatever_was_asked_for(contract: Contract) -> None:
    server = reference(contract)

    def send(request: Request) -> Response:
        return server(request) if contract.operation_of(request) else Response(500)

    found = [each for each in explored(contract, send).findings if each.check == "not_a_server_error"]

    assert found
    assert {each.operation for each in found} == {None}


def test_what_ends_it_early_stops_the_process_soon(contract: Contract) -> None:
    asked: list[Request] = []

    def send(request: Request) -> Response:
        asked.append(request)
        raise LookupError("enough")

    found = explored(contract, send)

    assert isinstance(found.ended, LookupError)
    assert len(asked) == 1


def test_a_process_that_ends_is_a_fault_of_the_suite(
    contract: Contract, fresh_process: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schemathesis_process, "_PROGRAM", "raise SystemExit(3)")
    with pytest.raises(ExplorationError, match="its process ended"):
        explored(contract, reference(contract))
    assert schemathesis_process._idle == []


def test_what_is_loading_is_gone_after_the_block(fresh_process: None) -> None:
    with schemathesis_process.loading():
        (loading,) = schemathesis_process._idle
    assert schemathesis_process._idle == []
    assert loading._process.returncode is not None


def test_the_working_folder_is_not_imported_from(
    contract: Contract, fresh_process: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "schemathesis.py").write_text("raise SystemExit(1)\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    assert explored(contract, reference(contract)).findings == ()
