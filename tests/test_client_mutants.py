"""Every faulty client is noticed by the requirement it names; the reference client trips none."""

import json
from collections.abc import Iterator
from itertools import chain

import pytest
from attrs import evolve

from conformance import reference_client
from conformance.checks.client import requirements
from conformance.contract import default_folder, read
from conformance.drivers.answers import send_operation
from conformance.drivers.cases import Case
from conformance.drivers.exact_cases import vectors
from conformance.drivers.playing import play
from conformance.drivers.scripted_server import ScriptedServer
from conformance.drivers.wire_cases import wire_cases
from conformance.judge import Judge, Lists, call_size
from conformance.model import Answer, Asked, Call, Caller, Request, Response, json_response
from conformance.mutants import client_sends, client_wire
from conformance.mutants.client import CLIENT_MUTANTS, PATH_MUTANTS, ClientMutant
from conformance.mutants.client_paths import PATHS, PathCaller
from conformance.mutants.collection import mutants_in
from conformance.reference_client import reference_caller

SEND = "sendSMSMessageMultipleRecipients"
TOKEN = "a-token-that-stands-nowhere-else"
CONTRACT = read(default_folder())
PATH_CONTRACT = read(PATHS)
REQUIREMENTS = {each.id: each for each in requirements(CONTRACT)}
BODY = {
    "definitionKey": "account_rest",
    "recipients": [
        {
            "contactKey": "Astro25",
            "to": "15555551234",
            "messageKey": "one",
            "attributes": {"FirstName": "Ästro"},
        },
        {"contactKey": "Codey36", "messageKey": "two"},
    ],
}
QUEUED = {"requestId": "r-1", "errorcode": 0, "responses": [{"messageKey": "one"}, {"messageKey": "two"}]}
ERROR = {"message": "Not let in", "errorcode": 10000, "documentation": "https://example.com/10000"}
JSON_TYPE = (("content-type", "application/json"),)


def mixed(code: int, **more: object) -> dict:
    return {
        "requestId": "r-2",
        "errorcode": 109001,
        "message": "MCMS_UTM_ResponsesHasErrors: 1 subscribers failed to queue out of 2",
        "responses": [
            {"messageKey": "two", "errorcode": code, "message": "to is missing"},
            {"messageKey": "one"},
        ],
        **more,
    }


def accepted(body: bytes) -> Answer:
    return Answer(Response(202, JSON_TYPE, body))


HALF = json.dumps(mixed(109106)).encode()[:70]
#: What the server does, and the time-out that the caller asks for.
ANSWERS: dict[str, tuple[Answer, float | None]] = {
    "queued": (Answer(json_response(202, QUEUED)), None),
    "mixed": (Answer(json_response(202, mixed(109106))), None),
    "unknown code": (Answer(json_response(202, mixed(987654))), None),
    "unknown fields": (Answer(json_response(202, mixed(109106, region="eu", queue={"depth": 3}))), None),
    "unknown field of an item": (
        Answer(json_response(202, {**QUEUED, "responses": [{"messageKey": "one", "segments": 2}]})),
        None,
    ),
    **{str(status): (Answer(json_response(status, ERROR)), None) for status in (400, 401, 403, 415, 429, 500, 503)},
    **{f"undocumented {status}": (Answer(json_response(status, QUEUED)), None) for status in (200, 207, 404, 520, 596)},
    "no content": (Answer(Response(204)), None),
    "redirect": (Answer(json_response(307, {}, (("location", "/messaging/v1/sms/messages/"),))), None),
    "HTML": (Answer(Response(202, (("content-type", "text/html"),), b"<html>Welcome</html>")), None),
    "HTML error": (Answer(Response(500, (("content-type", "text/html"),), b"<html>Sorry</html>")), None),
    "empty": (accepted(b""), None),
    "null": (accepted(b"null"), None),
    "list": (accepted(b"[]"), None),
    "half, and said to be whole": (accepted(HALF), None),
    "name twice": (accepted(b'{"requestId": "r", "errorcode": 0, "errorcode": 0, "responses": []}'), None),
    "not UTF-8": (accepted(json.dumps(QUEUED).encode("utf-16")), None),
    "no responses": (accepted(b'{"requestId": "r", "errorcode": 0}'), None),
    "responses no list": (accepted(b'{"requestId": "r", "errorcode": 0, "responses": {}}'), None),
    "item no object": (accepted(b'{"requestId": "r", "errorcode": 0, "responses": ["one"]}'), None),
    "number too long to read": (
        accepted(b'{"requestId": "r", "errorcode": ' + b"1" * 5000 + b', "responses": []}'),
        None,
    ),
    "cut": (Answer(json_response(202, QUEUED), cut_after=20), None),
    "cut error": (Answer(json_response(401, ERROR), cut_after=20), None),
    "hung up": (Answer(json_response(202, QUEUED), cut_after=-1), None),
    "stalled": (Answer(json_response(202, QUEUED), stall=0.2), 0.05),
    "in an unknown coding": (
        Answer(Response(202, (*JSON_TYPE, ("content-encoding", "gzip")), json.dumps(QUEUED).encode())),
        None,
    ),
}
#: Each way over the wire, with a stall that does not take long.
WIRE = [
    evolve(case, answer=evolve(case.answer, stall=0.2), asked=evolve(case.asked, timeout=0.05))
    if case.answer.stall
    else case
    for case in wire_cases(send_operation(CONTRACT))
]


@pytest.fixture(scope="module")
def server():
    with ScriptedServer() as running:
        yield running


def call(server, caller, name, style="sync") -> Call:
    answer, timeout = ANSWERS[name]
    asked = Asked(SEND, server.url, BODY, TOKEN, style, timeout)
    server.play(answer)
    outcome = caller(asked)
    return Call(asked, answer, server.received, outcome)


def broken(call: Call) -> dict[str, list[str]]:
    found = {each.id: list(each.breaches(call)) for each in REQUIREMENTS.values() if each.applies(call)}
    return {id: breaches for id, breaches in found.items() if breaches}


#: Sections about requests and about answers that come whole, which need no socket to be tried.
ON_ANSWERS = ("requests", "results", "errors", "broken answers")
#: Sections about what a socket does.
ON_SOCKETS = ("answers that do not come, and sending once", "secrets")


def of(*sections: str) -> list[ClientMutant]:
    return [each for each in CLIENT_MUTANTS if REQUIREMENTS[each.kills].section in sections]


#: Faults in what is sent and how it is waited for; those of several calls at once are tried by the self-test.
ON_THE_WIRE = mutants_in(client_wire, ClientMutant)
SENDING = [*ON_THE_WIRE, *(each for each in of(*ON_SOCKETS) if each in mutants_in(client_sends, ClientMutant))]


def wire_calls(server, caller) -> Iterator[Call]:
    for case in WIRE:
        yield from play(server, caller, case)


def test_the_reference_client_breaks_nothing_over_the_wire(server):
    calls = [*wire_calls(server, reference_caller())]

    assert [(call.answer, found) for call in calls if (found := broken(call))] == []


@pytest.mark.parametrize("style", ["sync", "async"])
def test_the_reference_client_breaks_nothing(server, style):
    caller = reference_caller()

    assert {name: found for name in ANSWERS if (found := broken(call(server, caller, name, style)))} == {}


def test_every_requirement_about_sockets_is_exercised(server):
    caller = reference_caller()
    calls = [*(call(server, caller, name) for name in ANSWERS), *wire_calls(server, caller)]
    asked = [each for each in REQUIREMENTS.values() if each.section in ON_SOCKETS]

    assert {each.id for each in asked if not any(map(each.applies, calls))} == set()


@pytest.mark.parametrize("mutant", SENDING, ids=lambda each: each.name)
def test_the_fault_is_noticed_by_the_requirement_it_names(server, mutant):
    calls = (call(server, mutant.caller, name) for name in ANSWERS)
    noticed = (broken(each) for each in chain(calls, wire_calls(server, mutant.caller)))

    assert any(mutant.kills in found for found in noticed), mutant.description


@pytest.fixture
def in_process(monkeypatch):
    """Plays a case without a socket: the reference client and its mutants decide in steps, and open none."""
    received: list[Request] = []
    answers: list[Response] = []

    def sent(client, connection, body):
        steps = client.steps(body)
        try:
            request = next(steps)
            while True:
                received.append(request)
                request = steps.send(answers[-1])
        except StopIteration as end:
            return end.value

    monkeypatch.setattr(reference_client, "_sent", sent)

    def play(caller: Caller, case: Case) -> Call:
        received.clear()
        answers.append(case.answer.response)
        outcome = caller(case.asked)
        return Call(case.asked, case.answer, tuple(received), outcome)

    return play


def whole(contract) -> list[Case]:
    """The cases whose answers come whole, before long."""
    return [
        evolve(case, asked=evolve(case.asked, url="http://127.0.0.1:1"))
        for case in vectors(contract)
        if not case.answer.stall and case.answer.cut_after is None and case.answer.response.status >= 200
    ]


CASES, CASES_OF_PATHS = whole(CONTRACT), whole(PATH_CONTRACT)


def test_requirements_on_answers_are_exercised_and_kept_by_the_reference_client(in_process):
    judge = Judge(list(REQUIREMENTS.values()), Lists(), call_size)
    caller = reference_caller()
    for case in CASES:
        judge.see(in_process(caller, case))
    records = [each for each in judge.records() if each.requirement.section in ON_ANSWERS]

    assert [each.requirement.id for each in records if each.broken] == []
    assert [each.requirement.id for each in records if not each.exercised] == []


@pytest.mark.parametrize(
    "mutant", [each for each in of(*ON_ANSWERS) if each not in ON_THE_WIRE], ids=lambda each: each.name
)
def test_the_fault_is_noticed_in_an_exact_case(in_process, mutant):
    killer = REQUIREMENTS[mutant.kills]
    calls = (in_process(mutant.caller, case) for case in CASES)

    assert any(killer.applies(each) and list(killer.breaches(each)) for each in calls), mutant.description


def test_the_client_of_paths_breaks_nothing(in_process):
    judge = Judge(requirements(PATH_CONTRACT), Lists(), call_size)
    for case in CASES_OF_PATHS:
        judge.see(in_process(PathCaller(), case))

    assert [each.requirement.id for each in judge.records() if each.broken] == []


@pytest.mark.parametrize("mutant", PATH_MUTANTS, ids=lambda each: each.name)
def test_a_fault_with_paths_is_noticed_by_what_it_names_alone(in_process, mutant):
    judge = Judge(requirements(PATH_CONTRACT), Lists(), call_size)
    for case in CASES_OF_PATHS:
        judge.see(in_process(mutant.caller, case))

    assert [each.requirement.id for each in judge.records() if each.is_headline] == [mutant.kills]


def test_every_requirement_has_a_mutant_and_no_name_stands_twice():
    everyone = (*CLIENT_MUTANTS, *PATH_MUTANTS)

    assert {each.kills for each in everyone} == {*REQUIREMENTS, *(each.id for each in requirements(PATH_CONTRACT))}
    assert len({each.name for each in everyone}) == len(everyone)


def test_every_mutant_says_what_its_fault_is():
    assert [each.name for each in (*CLIENT_MUTANTS, *PATH_MUTANTS) if not each.description.endswith(".")] == []
