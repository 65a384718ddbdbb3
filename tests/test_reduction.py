from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from conformance import reference_server
from conformance.checks import SERVER
from conformance.contract import Contract
from conformance.drivers.hosting import hosted
from conformance.drivers.reduction import smaller
from conformance.drivers.server import Plan, judge_server, no_progress
from conformance.judge import Judge, Lists, exchange_size
from conformance.model import Exchange, Handler, Request, Response, json_response
from conformance.reference_server import State, handler
from conformance.settings import DEFAULT

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(values)
def test_every_cut_is_shorter_and_leaves_the_value_alone(value: Any) -> None:
    before = json.dumps(value)

    assert all(
        len(json.dumps(cut, ensure_ascii=False)) < len(json.dumps(value, ensure_ascii=False)) for cut in smaller(value)
    )
    assert json.dumps(value) == before


def failing_on_a_long_override(server: Handler) -> Handler:
    """Fails on a text of more than three characters in place of the definition's, which no probe sends."""

    def faulty(request: Request) -> Response:
        response = server(request)
        body = request.json if response.status == 202 else {}
        if len(body.get("content", {}).get("message", "")) > 3:
            return json_response(500, {"message": "no", "errorcode": 30000, "documentation": ""})
        return response

    return faulty


def test_what_exploration_finds_is_shown_on_little(contract: Contract) -> None:
    server = failing_on_a_long_override(handler(State.open(), contract))
    judge = Judge[Exchange](SERVER, Lists(), exchange_size)
    with hosted(reference_server.app(server), "app") as url:
        # A quick run meets such a text with one seed in three.
        judge_server(Plan(contract, DEFAULT, 1, "thorough"), url, url, judge, no_progress)
    smallest = judge.smallest("server-error-never")

    assert smallest
    assert smallest.request.json.keys() == {"definitionKey", "recipients", "content"}
    assert len(smallest.request.json["content"]["message"]) <= 7
