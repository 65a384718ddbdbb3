"""A run from its options to its report, in process; the subjects are the bundled ones."""

from __future__ import annotations

import socket
import threading
import time
from datetime import date
from pathlib import Path
from typing import Any

import attrs
import pytest

from conformance import contract as contracts
from conformance.contract import Contract, ContractError
from conformance.drivers.client_subject import ClientSubject
from conformance.drivers.command import CommandCaller
from conformance.drivers.hosting import SubjectError
from conformance.drivers.wire import is_elsewhere
from conformance.reference_server import asgi, served
from conformance.reports import Report
from conformance.run import Options
from conformance.run_client import run_client
from conformance.run_server import EXCUSED, run_server, wait_until_there
from conformance.settings import DEFAULT, Known, SettingsError


@pytest.fixture
def options(contract: Contract) -> Options:
    return Options(
        contract=contract,
        seed=1,
        profile="quick",
        strict=False,
        only=(),
        excluded={},
        known={},
        today=date(2026, 1, 1),
        command=("sms-conformance", "server"),
    )


def client_report(options: Options) -> Report:
    """What a run says of the bundled client."""
    subject = ClientSubject(package="generated_client")
    with CommandCaller(subject.launch(options.contract.folder), options.contract) as caller:
        return run_client(options, [caller], subject).report


@pytest.mark.parametrize(("day", "holds"), [(date(2026, 1, 1), True), (date(2025, 12, 31), False)])
def test_a_known_failure_holds_until_its_day(options: Options, day: date, holds: bool) -> None:
    listed = attrs.evolve(
        options, known={"request-id-uuid": Known("a counter", "https://tracker.example/7", "the gateway team", day)}
    )

    assert ("request-id-uuid" in listed.lists({}).known) is holds


def test_what_a_server_cannot_be_made_to_do_is_excused_with_a_reason(options: Options, explorer_kept: None) -> None:
    with pytest.raises(SettingsError, match="judges nothing"):
        run_server(
            attrs.evolve(options, only=tuple(EXCUSED)), DEFAULT, url=None, app="conformance.reference_server:asgi"
        )


@pytest.mark.parametrize(
    "named",
    [
        {"only": ("no-such-requirement",)},
        {"excluded": {"no-such-requirement": "x"}},
        {"known": {"no-such-requirement": Known("x", "x", "x", date(2030, 1, 1))}},
    ],
)
def test_a_name_that_is_no_requirement_is_an_error(options: Options, named: dict[str, object]) -> None:
    with pytest.raises(SettingsError, match="there is no requirement 'no-such-requirement'"):
        client_report(attrs.evolve(options, **named))


def test_one_settings_file_may_serve_both_sides(options: Options) -> None:
    both = attrs.evolve(
        options,
        only=("request-id-uuid",),
        excluded={"client-request-path": "not ours", "request-id-uuid": "a counter"},
    )

    with pytest.raises(SettingsError, match="judges nothing"):
        run_server(both, DEFAULT, url="http://127.0.0.1:9", app=None)


def test_a_contract_without_the_send_operation_is_said(options: Options, tmp_path: Path) -> None:
    document = "openapi: 3.1.1\npaths: {/a: {get: {operationId: a, responses: {'200': {description: a}}}}}\n"
    (tmp_path / "openapi.yaml").write_text(document, encoding="utf-8")

    with pytest.raises(ContractError, match="does not declare the operation sendSMSMessageMultipleRecipients"):
        run_server(
            attrs.evolve(options, contract=contracts.read(tmp_path)), DEFAULT, url="http://127.0.0.1:9", app=None
        )


def test_the_bundled_contract_is_named_so_and_any_other_by_its_folder(
    options: Options, few_cases: None, tmp_path: Path
) -> None:
    (tmp_path / "openapi.yaml").write_bytes(options.contract.file.read_bytes())
    here = client_report(attrs.evolve(options, only=("client-request-path",)))
    there = client_report(attrs.evolve(options, only=("client-request-path",), contract=contracts.read(tmp_path)))

    assert (here.contract, there.contract) == ("(bundled)", str(tmp_path))
    assert here.contract_digest == there.contract_digest


@pytest.mark.parametrize(
    ("url", "elsewhere"),
    [
        ("http://127.0.0.1:8080", False),
        ("http://127.9.9.9", False),
        ("http://[::1]:8080", False),
        ("http://localhost", False),
        ("http://sms.localhost:80", False),
        ("https://sms.example", True),
        ("http://10.0.0.1", True),
        ("http://localhost.example", True),
    ],
)
def test_an_address_is_here_or_elsewhere(url: str, elsewhere: bool) -> None:
    assert is_elsewhere(url) is elsewhere


@pytest.mark.parametrize(
    ("changes", "asked"),
    [
        ({}, "Give --definition-key and --number of your own, or say --yes-send-messages"),
        ({"definition_key": "mine"}, "Give --number of your own"),
        ({"numbers": ("15555550199",)}, "Give --definition-key of your own"),
    ],
)
def test_nothing_is_sent_elsewhere_with_what_nobody_gave(options: Options, changes: Any, asked: str) -> None:
    with pytest.raises(SubjectError, match=asked):
        run_server(options, attrs.evolve(DEFAULT, **changes), url="http://sms.invalid", app=None)


@pytest.mark.parametrize("changes", [{"definition_key": "mine", "numbers": ("15555550199",)}, {}])
def test_what_is_meant_is_tried(options: Options, changes: Any) -> None:
    with pytest.raises(SubjectError, match="does not answer"):
        run_server(options, attrs.evolve(DEFAULT, **changes), url="http://0.0.0.0:9", app=None, agreed=not changes)


def test_a_server_that_starts_is_waited_for(options: Options, explorer_kept: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    done = threading.Event()

    def serve_late() -> None:
        time.sleep(0.5)
        with served(asgi, port=port):
            done.wait(60)

    thread = threading.Thread(target=serve_late)
    thread.start()
    try:
        chosen = attrs.evolve(options, only=("request-id-new",))
        report = run_server(chosen, DEFAULT, url=f"http://127.0.0.1:{port}", app=None, wait=30.0).report
    finally:
        done.set()
        thread.join()

    assert report.passed


def test_waiting_ends() -> None:
    begun = time.monotonic()
    wait_until_there("http://127.0.0.1:9", 0.3)

    assert time.monotonic() - begun >= 0.3
