"""The reference server as the suite's proof of itself and its explanations put it to the test."""

from __future__ import annotations

import contextlib

import attrs

from conformance.contract import Contract
from conformance.drivers.server import Plan, ServerGone, Session, no_progress
from conformance.judge import Judge
from conformance.model import Exchange, Handler
from conformance.reference_server import Configuration, State, handler
from conformance.settings import DEFAULT

#: The reference server's own limit here, so that the requirement on too many recipients is exercised.
MAX_RECIPIENTS = 10

SETTING = attrs.evolve(DEFAULT, max_recipients=MAX_RECIPIENTS)


def reference(contract: Contract) -> Handler:
    """The reference server, with a state of its own."""
    return handler(State.open(), contract, Configuration(max_recipients=MAX_RECIPIENTS))


def probe_in_process(server: Handler, contract: Contract, seed: int, judge: Judge[Exchange]) -> None:
    """Put every exact request to a server in process, up to the one after which it is gone."""
    session = Session(Plan(contract, SETTING, seed, "quick"), judge, no_progress)
    with contextlib.suppress(ServerGone):
        session.probe(server, "the server in process")
