"""Each faulty server beside the reference server, on the same requests: made by hand or, where these do not show the
fault, the exact ones of the suite."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from attrs import evolve, frozen

from conformance.checks import SERVER
from conformance.checks.reading import SEND
from conformance.contract import Contract
from conformance.correct_server import SETTING
from conformance.drivers.sequences import sequences
from conformance.model import NO_ANSWER, Handler, NotStrictJSON, Request, Response
from conformance.mutants.server import BY_NAME, SERVER_MUTANTS, ServerMutant
from conformance.probes import Keys, Maker, probes
from conformance.reference_server import SEND_PATH, Configuration, State, handler
from conformance.selftest import server_kill

TOKEN = Configuration().token
AS_JSON = (("authorization", f"Bearer {TOKEN}"), ("content-type", "application/json"))
#: What the reference server and the mutants make up: requestIds and message keys.
MADE_UP = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<=\")[A-Za-z0-9_-]{22}(?=\")")


def recipient(key: str | None = None, **changes: Any) -> dict[str, Any]:
    """A good recipient; a change to `...` takes the member away."""
    members = {"contactKey": "Astro25", "to": "15555550100", "messageKey": key or ..., **changes}
    return {name: value for name, value in members.items() if value is not ...}


def body(*recipients: Any, **changes: Any) -> dict[str, Any]:
    members = {"definitionKey": "account_rest", "recipients": list(recipients), **changes}
    return {name: value for name, value in members.items() if value is not ...}


def post(content: Any, *, target: str = SEND_PATH, headers: Any = AS_JSON) -> Request:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return Request("POST", target, headers, data)


def authorized(value: str | None, request: Request) -> Request:
    others = tuple(each for each in request.headers if each[0] != "authorization")
    return evolve(request, headers=others if value is None else (("authorization", value), *others))


def typed(media_type: str, request: Request) -> Request:
    return evolve(request, headers=(AS_JSON[0], ("content-type", media_type)))


GOOD = post(body(recipient()))
#: The first is an ordinary send, from which some mutants learn the right token.
REQUESTS: dict[str, Request] = {
    "one": post(body(recipient("one"))),
    "one with no key": GOOD,
    "two": post(body(recipient("two-A"), recipient("two-B", to="15555550101"))),
    "two with no keys": post(body(recipient(), recipient(to="15555550101"))),
    "one with a key and one without": post(body(recipient("lone"), recipient(to="15555550101"))),
    "two of one number": post(body(recipient("same-1"), recipient("same-2"))),
    "capitals": post(body(recipient("CAPITALS"))),
    "umlaut": post(body(recipient("schön"))),
    "emoji": post(body(recipient("emoji", attributes={"Name": "😀"}))),
    "NUL": post(body(recipient("nul", attributes={"Name": "\0"}))),
    "null attribute": post(body(recipient("null", attributes={"Name": None}))),
    "many attributes": post(body(recipient("many", attributes={f"Name{index}": "" for index in range(50)}))),
    "long contact key": post(body(recipient("long", contactKey="c" * 255))),
    "key of 100": post(body(recipient("k" * 100))),
    "three": post(body(*(recipient(f"three-{index}", to=f"1555555010{index}") for index in range(3)))),
    "override": post(body(recipient("override"), content={"message": "Hello"})),
    "first refused": post(body(recipient("first-A", to=...), recipient("first-B"))),
    "last refused": post(body(recipient("last-A"), recipient("last-B", to=...))),
    "two of three refused": post(body(recipient(to=...), recipient("middle"), recipient(contactKey=...))),
    "no contact key": post(body(recipient("contact-A", contactKey=...), recipient("contact-B"))),
    "all refused": post(body(recipient("all-A", to=...), recipient("all-B", contactKey=...))),
    "unusable number": post(body(recipient("number-A", to="nonsense"), recipient("number-B"))),
    "key of 101": post(body(recipient("k" * 101), recipient("short"))),
    "key twice": post(body(recipient("twice"), recipient("twice", to="15555550101"))),
    "key again": post(body(recipient("one"), recipient("again"))),
    "bare path": post(body(recipient("bare")), target=SEND_PATH.rstrip("/")),
    "no recipients": post(body()),
    "recipients missing": post(body(recipients=...)),
    "definition missing": post(body(recipient(), definitionKey=...)),
    "definition unknown": post(body(recipient("unknown"), definitionKey="nowhere")),
    "too many": post(body(*(recipient(f"too-many-{index}") for index in range(12)))),
    "unknown field": post(body(recipient("field"), colour="red")),
    "either case": post(body(recipient("either-a"), recipient("either-A"))),
    "marks": post(body(recipient("marks-<&>"))),
    "same again": GOOD,
    "UTF-16": post(json.dumps(body(recipient("utf-16"))).encode("utf-16")),
    "something behind it": post(json.dumps(body(recipient("behind"))).encode() + b"x"),
    "field in other letters": post({"DefinitionKey": "account_rest", **body(recipient("letters"))}),
    "unknown field of content": post(body(recipient("text"), content={"text": "x"})),
    "text/json": typed("text/json", GOOD),
    "no scheme": authorized(TOKEN, GOOD),
    "token that is not ASCII": authorized("Bearer tök", GOOD),
    "half a pair": post(json.dumps(body(recipient("half", attributes={"Name": "\ud800"}))).encode()),
    "deep": post(body(recipient("deep", attributes={"Name": json.loads("[" * 150 + "]" * 150)}))),
    "empty content": post(body(recipient("empty"), content={})),
    "unknown field of a recipient": post(body(recipient("inner", colour="red"))),
    "recipient for recipients": post(body(recipients=..., recipient=recipient("alone"))),
    "number for a string": post(body(recipient("to", to=15555550100))),
    "null for absent": post(body(recipient("null-attributes", attributes=None))),
    "object for a list": post(body(recipients=recipient("object"))),
    "string for a recipient": post(body(recipient("string"), "15555550100")),
    "list for content": post(body(recipient("content"), content=[])),
    "list for a body": post([body(recipient("list"))]),
    "not JSON": post(b"definitionKey=account_rest"),
    "not UTF-8": post(json.dumps(body(recipient("latin"))).encode().replace(b"Astro25", b"Astr\xf6")),
    "cut": post(GOOD.body[:-1]),
    "empty": post(b""),
    "plain text": typed("text/plain", GOOD),
    "form": typed("application/x-www-form-urlencoded", GOOD),
    "no token": authorized(None, GOOD),
    "wrong token": authorized("Bearer nonsense", GOOD),
    "start of the token": authorized(f"Bearer {TOKEN[:-1]}", GOOD),
    "more than the token": authorized(f"Bearer {TOKEN}x", GOOD),
    "wrong scheme": authorized(f"Basic {TOKEN}", GOOD),
    "no token, not JSON": authorized(None, post(b"{")),
    "token in the query": authorized(None, evolve(GOOD, target=f"{SEND_PATH}?access_token={TOKEN}")),
    "token in the body": authorized(None, post(body(recipient(), access_token=TOKEN))),
    "GET": evolve(GOOD, method="GET", body=b""),
    "PUT": evolve(GOOD, method="PUT"),
    "DELETE": evolve(GOOD, method="DELETE", body=b""),
    "another path": post(body(recipient()), target="/messaging/v1/sms/definitions"),
}


@frozen
class Seen:
    """An answer as far as two servers must agree on it: what is made up is told apart, not compared."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str


def run(server: Handler, requests: dict[str, Request] = REQUESTS) -> dict[str, Seen]:
    return dict(zip(requests, _seen(map(server, requests.values())), strict=True))


@pytest.fixture(scope="module")
def exact(contract: Contract) -> dict[str, Request]:
    """The requests of every probe and sequence, one after the other."""
    make = Maker(contract.operations[SEND], SETTING, Keys("exact"))
    first = next(probes(make.operation, SETTING, make.keys))
    sent = [each for each, _ in sequences(make, lambda request: Response(NO_ANSWER))]
    return {each.name: each.request for each in (first, *probes(make.operation, SETTING, make.keys), *sent)}


@pytest.fixture(scope="module")
def exact_reference(contract: Contract, exact: dict[str, Request]) -> dict[str, Seen]:
    return run(server(contract), exact)


def _seen(responses: Iterator[Response]) -> Iterator[Seen]:
    """The answers with made-up ids replaced by whether they are new, and by their place among those of one answer."""
    earlier: set[str] = set()
    for response in responses:
        text = _text(response)
        ids = list(dict.fromkeys(MADE_UP.findall(text)))
        for place, each in enumerate(ids):
            text = text.replace(each, f"<{'old' if each in earlier else 'new'} {place}>")
        earlier.update(ids)
        yield Seen(response.status, tuple(sorted(response.headers)), text)


def _text(response: Response) -> str:
    """The body in one spelling; the bytes as they are if they are not strict JSON."""
    try:
        return json.dumps(response.json, sort_keys=True)
    except NotStrictJSON:
        return repr(response.body)


@pytest.fixture(scope="module")
def reference(contract: Contract) -> dict[str, Seen]:
    return run(server(contract))


def server(contract: Contract) -> Handler:
    return handler(State.open(), contract, Configuration(max_recipients=10))


#: Faults that show only to clients that come at the same time, or to one that sends back what it was given.
AT_ONCE = {
    "forgets-the-keys-it-made",
    "queues-one-key-for-many-clients",
    "answers-one-client-with-the-items-of-another",
    "lets-strangers-in-beside-a-known-caller",
    "fails-with-two-clients-at-once",
}


@pytest.mark.parametrize(
    "mutant", [each for each in SERVER_MUTANTS if each.name not in AT_ONCE], ids=lambda each: each.name
)
def test_the_fault_shows_and_leaves_the_rest_alone(
    contract: Contract,
    reference: dict[str, Seen],
    exact: dict[str, Request],
    exact_reference: dict[str, Seen],
    mutant: ServerMutant,
):
    faulty = run(mutant.wrap(server(contract)))
    if faulty == reference:
        faulty, reference = run(mutant.wrap(server(contract)), exact), exact_reference
    same = sum(faulty[name] == reference[name] for name in reference)

    assert same < len(reference), f"nothing shows of {mutant.description}"
    # The rest: errors if results are spoilt, results if errors are.
    assert same > len(reference) / 3 or mutant.name == "accepts-everything"


@pytest.mark.parametrize("name", sorted(AT_ONCE))
def test_a_fault_between_clients_shows_to_them_alone(contract: Contract, reference: dict[str, Seen], name: str):
    mutant = BY_NAME[name]

    assert run(mutant.wrap(server(contract))) == reference
    assert server_kill(mutant, contract, 1).is_caught


@pytest.mark.parametrize("mutant", SERVER_MUTANTS, ids=lambda each: each.name)
def test_two_servers_with_one_fault_remember_apart(contract: Contract, mutant: ServerMutant):
    first, second = (run(mutant.wrap(server(contract))) for _ in range(2))

    assert first == second


def test_every_requirement_on_servers_has_a_mutant():
    assert {each.id for each in SERVER} == {each.kills for each in SERVER_MUTANTS}


def test_no_name_stands_twice():
    assert len(BY_NAME) == len(SERVER_MUTANTS)


@pytest.mark.parametrize("mutant", SERVER_MUTANTS, ids=lambda each: each.name)
def test_a_name_can_be_typed_and_a_description_is_a_statement(mutant: ServerMutant):
    verb, _, rest = mutant.description.partition(" ")

    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", mutant.name)
    assert re.fullmatch(r"[A-Z][a-z]+s", verb) and rest.endswith(".")


def test_a_mixed_answer_with_errorcode_0_is_right_but_for_that(contract: Contract):
    faulty = BY_NAME["says-errorcode-0-on-a-mixed-answer"].wrap(server(contract))
    result = faulty(REQUESTS["first refused"]).json

    assert result["errorcode"] == 0 and "message" not in result
    assert [each.get("errorcode") for each in result["responses"]] == [109106, None]


def test_a_recipient_that_is_queued_after_all_is_counted_as_queued(contract: Contract):
    faulty = BY_NAME["queues-a-recipient-without-to"].wrap(server(contract))
    result = faulty(REQUESTS["two of three refused"]).json

    assert result["errorcode"] == 109001
    assert result["message"].endswith(": 1 subscribers failed to queue out of 3")


def test_a_fault_of_requests_leaves_other_requests_byte_for_byte(contract: Contract):
    received: list[Request] = []
    faulty = BY_NAME["ignores-unknown-fields"].wrap(lambda request: received.append(request) or Response(202))
    faulty(GOOD)

    assert received == [GOOD]
