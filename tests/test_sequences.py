"""Sequences: what they send one after the other and at once, and in which order it is judged."""

from __future__ import annotations

import json
import threading

from conformance.checks.reading import SEND
from conformance.contract import Contract
from conformance.correct_server import SETTING, reference
from conformance.drivers.sequences import CLIENTS, sequences
from conformance.model import NO_ANSWER, Request, Response
from conformance.probes import Keys, Maker, Probe


def maker(contract: Contract) -> Maker:
    return Maker(contract.operations[SEND], SETTING, Keys("s"))


def is_at_once(request: Request) -> bool:
    return request.header("connection") == "close"


def test_sequences_have_names_of_their_own_and_are_the_same_each_time(contract: Contract) -> None:
    def sent() -> list[Probe]:
        return [each for each, _ in sequences(maker(contract), lambda request: Response(NO_ANSWER))]

    assert len({each.name for each in sent()}) == len(sent()) < 45
    assert sent() == sent()


def test_clients_come_at_the_same_moment(contract: Contract) -> None:
    all_there = threading.Barrier(CLIENTS, timeout=10)

    def send(request: Request) -> Response:
        if is_at_once(request):
            all_there.wait()
        return Response(NO_ANSWER)

    at_once = [probe for probe, _ in sequences(maker(contract), send) if is_at_once(probe.request)]

    assert len(at_once) == 3 * CLIENTS


def test_each_answer_stands_beside_its_own_request(contract: Contract) -> None:
    for probe, response in sequences(maker(contract), lambda request: Response(202, (), request.body)):
        assert response.body == probe.request.body


def test_of_clients_with_one_key_the_queued_one_is_judged_first(contract: Contract) -> None:
    sent = list(sequences(maker(contract), reference(contract)))
    alike = [response.json for probe, response in sent if probe.name.startswith("one key, client")]

    assert [each["errorcode"] for each in alike] == [0] + [109001] * (CLIENTS - 1)


def test_a_repeated_request_is_the_same_to_the_byte(contract: Contract) -> None:
    bodies = {probe.name: probe.request.body for probe, _ in sequences(maker(contract), reference(contract))}

    assert bodies["a request that will be repeated"] == bodies["the request repeated"]
    assert json.loads(bodies["the first key of the run"])["recipients"][1]["messageKey"] == "s-0"
