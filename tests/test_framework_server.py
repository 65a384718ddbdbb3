"""A server of another make, judged by the suite: its correct form is accused of nothing, each mistake is found."""

from __future__ import annotations

import re

import attrs
import pytest
from flask import Flask

from conformance.checks import SERVER
from conformance.contract import Contract, default_folder
from conformance.drivers.hosting import hosted
from conformance.drivers.server import Plan, ServerGone, Session, judge_server, no_progress
from conformance.judge import Judge, Lists, exchange_size
from conformance.model import Exchange, Request, Verdict
from conformance.plain_server import handler_of
from conformance.settings import DEFAULT
from tests.servers.flask_server import FAULTS, MAX_RECIPIENTS, create_app

SETTING = attrs.evolve(DEFAULT, max_recipients=MAX_RECIPIENTS)

HEADERS = (("authorization", f"Bearer {SETTING.token}"), ("content-type", "application/json"))
TARGET = "/messaging/v1/sms/messages/"

#: What is held against nobody, and why. One that is found has to be taken off.
UNFOUND = {"takes-nan": "readers of JSON in several languages take NaN, and R30 leaves it open"}


def probed(app: Flask, contract: Contract) -> dict[str, Verdict]:
    """The verdicts after exact requests alone, with no socket between."""
    judge = Judge[Exchange](SERVER, Lists(), exchange_size)
    handle = handler_of(app)
    try:
        Session(Plan(contract, SETTING, 1, "quick"), judge, no_progress).probe(handle, "the server in process")
    except ServerGone:
        pytest.fail("the server gave no answer")
    return verdicts(judge)


def verdicts(judge: Judge[Exchange]) -> dict[str, Verdict]:
    return {each.requirement.id: each.verdict for each in judge.records()}


def failing(found: dict[str, Verdict]) -> set[str]:
    return {id for id, verdict in found.items() if verdict is Verdict.FAIL}


def test_the_correct_server_is_accused_of_nothing(contract: Contract) -> None:
    judge = Judge[Exchange](SERVER, Lists(), exchange_size)
    with hosted(create_app(), "the server") as url:
        judge_server(Plan(contract, SETTING, 1, "quick"), url, "the server", judge, no_progress)
    found = verdicts(judge)

    assert {id for id, verdict in found.items() if verdict is not Verdict.PASS} == {"error-retry-after"}
    assert found["error-retry-after"] is Verdict.NOT_EXERCISED


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(name, marks=[pytest.mark.xfail(reason=UNFOUND[name], strict=True)] if name in UNFOUND else [])
        for name in FAULTS
    ],
)
def test_each_mistake_is_found(contract: Contract, fault: str) -> None:
    assert FAULTS[fault].requirement in failing(probed(create_app(fault), contract))


def test_the_probes_alone_accuse_the_correct_server_of_nothing(contract: Contract) -> None:
    assert failing(probed(create_app(), contract)) == set()


def test_a_mistake_names_a_ruling_and_a_requirement_that_exist() -> None:
    rulings = set(
        re.findall(r"^\| (R\d+) ", (default_folder() / "rulings.md").read_text(encoding="utf-8"), re.MULTILINE)
    )

    assert {each.ruling for each in FAULTS.values()} <= rulings
    assert {each.requirement for each in FAULTS.values()} <= {each.id for each in SERVER}


def test_what_is_left_open_makes_a_difference_all_the_same() -> None:
    body = (
        b'{"definitionKey": "account_rest", "recipients": [{"contactKey": "a", "to": "1"}], "attributes": {"a": NaN}}'
    )
    nan = Request("POST", TARGET, HEADERS, body)

    assert handler_of(create_app())(nan).status == 400
    assert handler_of(create_app("takes-nan"))(nan).status == 202
