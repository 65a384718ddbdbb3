"""The lines of the protocol: what is written is read as the same, the schema says so too, and faults are named."""

from __future__ import annotations

import io
import json
import math
import re
from pathlib import Path

import attrs
import jsonschema_rs
import pytest

from conformance import protocol
from conformance.adapters import serve
from conformance.checks import client as client_checks
from conformance.checks.client_needs import NEEDS
from conformance.contract import Contract
from conformance.drivers.client import exercise
from conformance.judge import Judge, Lists, call_size
from conformance.model import Abilities, Asked, Call, Caller, FunctionCaller, Item, Outcome, Together, Told
from conformance.protocol import Hello, NotProtocol, Problem, Question, Route
from conformance.reference_client import reference_caller

TEXT = (Path(protocol.__file__).parent / "protocol.md").read_text(encoding="utf-8")
SCHEMA = json.loads(protocol.schema_text())
VALID = jsonschema_rs.Draft202012Validator(SCHEMA)
ROUTES = {"send": Route("POST", "/{key}/")}
ASKED = Asked("send", "http://127.0.0.1:1", {"a": [1, "é\ud800"]}, "t", "async", 0.5, {"key": "a/b"}, (("x", "y"),))
ONE = Question(1, (ASKED,))
TWO = Question(2, (ASKED, attrs.evolve(ASKED, timeout=None, headers=())), Together.TASKS)
OUTCOME = Outcome(
    Told.MIXED,
    status=202,
    errorcode=2**53 + 1,
    message="half \ud800",
    documentation="d",
    request_id="r",
    items=(Item("k"), Item(None, 2**80, "m")),
    written={"deep": [[[[{}]]]], "text": "\udfff"},
    kept_body=b"\xff\x00",
    place="/a",
    has_request_and_response=True,
    says_outcome_unknown=True,
    raised="a.B",
    shown="s",
    default_timeout=0.5,
)


@pytest.mark.parametrize("question", [ONE, TWO])
def test_a_case_and_its_outcome_are_read_as_they_were_written(question: Question) -> None:
    outcomes = (OUTCOME, Outcome(Told.NOTHING))[: len(question.asked)]

    assert protocol.read_question(protocol.question_line(question, ROUTES)) == question
    assert protocol.read_answer(protocol.answer_line(question, outcomes), question) == outcomes


@pytest.mark.parametrize(
    "hello",
    [Hello("a"), Hello("a", Abilities(("async",), (Together.TASKS,), True), frozenset({"shown", "written"}))],
)
def test_a_hello_is_read_as_it_was_written(hello: Hello) -> None:
    assert protocol.read_hello(protocol.hello_line(hello)) == hello


def test_a_problem_stands_in_place_of_either() -> None:
    problem = Problem("the client", "is not installed", "Install it.")
    line = protocol.problem_line(problem)

    assert protocol.read_hello(line) == problem
    assert protocol.read_answer(line, ONE) == problem


def test_the_schema_says_of_each_line_that_it_is_one() -> None:
    jsonschema_rs.meta.validate(SCHEMA)
    sound = attrs.evolve(OUTCOME, message="m", written=None)
    asked = attrs.evolve(ASKED, body={"a": 1})
    lines = [
        protocol.hello_line(Hello("a", cannot_say=frozenset(NEEDS))),
        protocol.question_line(attrs.evolve(ONE, asked=(asked,)), ROUTES),
        protocol.question_line(attrs.evolve(TWO, asked=(asked,)), ROUTES),
        protocol.answer_line(ONE, [sound]),
        protocol.answer_line(TWO, [sound]),
        protocol.problem_line(Problem("a", "b", "c")),
    ]

    assert [line for line in lines if not VALID.is_valid(json.loads(line))] == []
    assert not VALID.is_valid({"id": 1, "told": "good"})


def test_the_schema_and_the_page_know_every_member_and_word() -> None:
    members = {each.name for each in attrs.fields(Outcome)} - {"stderr"}
    rows = re.findall(r"^\| `([a-z_-]+)` \|", TEXT, re.MULTILINE)

    assert set(SCHEMA["$defs"]["outcome"]["properties"]) == members
    assert SCHEMA["$defs"]["outcome"]["properties"]["told"]["enum"] == [*Told]
    assert {*members, *Told} <= set(rows)
    assert set(SCHEMA["$defs"]["hello"]["properties"]["cannot_say"]["items"]["enum"]) == set(NEEDS)


def test_the_page_says_what_rests_on_a_member() -> None:
    for member, ids in NEEDS.items():
        row = next(line for line in TEXT.splitlines() if line.startswith(f"| `{member}` |"))

        assert re.findall(r"`(client-[a-z-]+)`", row) == [*ids]


def test_what_rests_on_a_member_is_what_a_right_client_is_accused_of_without_it(contract: Contract) -> None:
    calls: list[Call] = []

    def see(call: Call) -> tuple[str, ...]:
        calls.append(call)
        return ()

    exercise(reference_caller(), contract, seed=1, see=see, vectors_only=True)
    told = _found(contract, calls)
    empty = {each.name: each.default for each in attrs.fields(Outcome)}

    def without(call: Call, member: str) -> Call:
        blank = {
            name: outcome and attrs.evolve(outcome, **{member: empty[member]})
            for name, outcome in (("outcome", call.outcome), ("alike", call.alike), ("alone", call.alone))
        }
        return attrs.evolve(call, **blank)

    assert [id for id, (broken, exercised) in told.items() if broken or not exercised] == []
    for member, ids in NEEDS.items():
        found = _found(contract, [without(call, member) for call in calls])
        assert [id for id in found if found[id][0] or not found[id][1]] == [*ids], member


def _found(contract: Contract, calls: list[Call]) -> dict[str, tuple[int, int]]:
    """By requirement, how often it was broken and how often it applied."""
    judge = Judge[Call](client_checks.requirements(contract), Lists(), call_size)
    for call in calls:
        judge.see(call)
    return {each.requirement.id: (each.broken, each.exercised) for each in judge.records()}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"ready\n", "is not JSON (Expecting value at line 1 column 1): 'ready'"),
        (b'{"id": 1, "told": "refused", "default_timeout": NaN}', "NaN is not JSON"),
        (b'\xff{"id": 1}', "is not UTF-8"),
        (b'{"id": 1, "id": 1}', "the name 'id' stands twice"),
        (b'{"id": 7, "told": "nothing"}', "answers case 7, and 1 was asked"),
        (b'{"id": 1, "told": "good"}', 'has told "good", which is none of accepted, mixed, refused'),
        (b'{"id": 1, "told": "accepted"}', "has told 'accepted' and no items: give every recipient, or []"),
        (b'{"id": 1}', '"told" is a required property'),
        (b'{"told": "nothing"}', '"id" is a required property'),
        (b"[]", "is not of type"),
        (b'{"id": 1, "told": "nothing", "errorCode": 1}', "'errorCode' was unexpected"),
        (b'{"id": 1, "told": "refused", "status": "400"}', "at /status"),
        (b'{"id": 1, "told": "refused", "errorcode": {}}', "at /errorcode"),
        (b'{"id": 1, "told": "refused", "kept_body": "text"}', "at /kept_body"),
        (b'{"id": 1, "told": "refused", "kept_body": {"base64": "a"}}', "is not base64"),
        (b'{"id": 1, "told": "mixed", "items": [{"errorcode": 1}]}', "at /items/0"),
        (b'{"id": 1, "outcomes": []}', "outcomes"),
        (b"[" * 5000, "is not JSON"),
    ],
    ids=lambda value: value[:40] if isinstance(value, bytes) else "",
)
def test_what_is_no_answer_is_said_in_plain_words(line: bytes, said: str) -> None:
    with pytest.raises(NotProtocol, match=re.escape(said)):
        protocol.read_answer(line, ONE)


def test_as_many_outcomes_come_as_calls_were_asked_for() -> None:
    with pytest.raises(NotProtocol, match="has 1 outcomes, and 2 calls were asked for"):
        protocol.read_answer(b'{"id": 2, "outcomes": [{"told": "nothing"}]}', TWO)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b'{"protocol": 2, "told": 1}', "speaks protocol 2, and this suite speaks 1"),
        (b'{"client": "a", "styles": ["sync"]}', '"protocol" is a required property'),
        (b'{"protocol": 1, "client": "a", "styles": []}', "at /styles"),
        (b'{"protocol": 1, "client": "a", "styles": ["both"]}', "at /styles/0"),
        (b'{"protocol": 1, "client": "a", "styles": ["sync"], "cannot_say": ["items"]}', "at /cannot_say/0"),
        (b"Debugger attached.\n", "is not JSON"),
    ],
)
def test_what_is_no_hello_is_said_in_plain_words(line: bytes, said: str) -> None:
    with pytest.raises(NotProtocol, match=re.escape(said)):
        protocol.read_hello(line)


def test_a_number_that_python_takes_for_too_long_is_no_fault_of_an_adapter() -> None:
    line = b'{"id": 1, "told": "mixed", "items": [], "written": {"n": ' + b"9" * 5000 + b"}}"
    [outcome] = protocol.read_answer(line, ONE)  # type: ignore[misc]

    assert outcome.written == {"n": math.inf}


def test_what_a_client_gives_that_is_no_json_can_be_told_all_the_same() -> None:
    odd = Outcome(Told.ACCEPTED, message=b"m", written={1, 2}, errorcode=math.nan, default_timeout=math.inf)  # type: ignore[arg-type]
    [read] = protocol.read_answer(protocol.answer_line(ONE, [odd]), ONE)  # type: ignore[misc]

    assert read == Outcome(Told.ACCEPTED, message="b'm'", errorcode="nan")  # type: ignore[arg-type]


def test_an_adapter_serves_any_caller_until_its_input_ends() -> None:
    caller: Caller = FunctionCaller(lambda asked: Outcome(Told.UNSENT, message=asked.url))
    answers = io.BytesIO()
    serve(caller, "a client", io.BytesIO(protocol.question_line(ONE, ROUTES)), answers)
    hello, answer = answers.getvalue().splitlines()

    assert protocol.read_hello(hello) == Hello("a client", caller.abilities)
    assert protocol.read_answer(answer, ONE) == (Outcome(Told.UNSENT, message="http://127.0.0.1:1"),)
