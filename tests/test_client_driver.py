"""The client driver plays the same cases for a seed, finds small ones, and keeps nothing to itself."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path

import attrs
import pytest

from conformance.checks import SERVER
from conformance.checks.call_reading import Kind, Reading
from conformance.checks.client import requirements
from conformance.contract import Contract, ContractError
from conformance.contract import read as read_contract
from conformance.drivers import client as driver
from conformance.drivers.answers import send_operation
from conformance.drivers.case_requests import NUMBER
from conformance.drivers.cases import Case, UnreadableCase, case_from_json, case_of, case_to_json
from conformance.drivers.client import exercise, replay
from conformance.drivers.exact_cases import vectors
from conformance.drivers.generated import generated_caller
from conformance.drivers.playing import needs_own_client
from conformance.drivers.wire_cases import wire_cases
from conformance.drivers.wrong_types import wrong_types
from conformance.model import (
    JSON,
    Asked,
    Call,
    Caller,
    Delivery,
    Exchange,
    FunctionCaller,
    NotStrictJSON,
    Outcome,
    Request,
    Setting,
    Told,
    Turn,
)
from conformance.mutants.client_paths import PATHS, PathCaller
from conformance.reference_client import reference_caller
from tests.client_packages import write_package

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(driver.EXAMPLES, "quick", 60)


#: A client that sends nothing: quick, where only the driver is looked at.
deaf = FunctionCaller(lambda asked: Outcome(Told.NOTHING))


def played(contract: Contract, seed: int) -> list[str]:
    calls: list[str] = []

    def see(call: Call) -> Collection[str]:
        calls.append(case_to_json(case_of(call)))
        return ()

    exercise(deaf, contract, seed=seed, see=see, exact=())
    return calls


def by_name(contract: Contract) -> dict[str, Case]:
    return {case.name: case for case in vectors(contract)}


def test_exact_cases_ask_what_the_contract_allows(contract: Contract) -> None:
    send = send_operation(contract)

    assert [
        (case.name, faults)
        for case in vectors(contract)
        if (faults := contract.request_faults(send.operation.id, case.asked.body))
    ] == []


def test_exact_cases_have_names_of_their_own(contract: Contract) -> None:
    assert len(by_name(contract)) == len(vectors(contract))


def by_shape(contract: Contract) -> list[Case]:
    """All cases but those that are about how an answer comes."""
    others = {case.name for case in wire_cases(send_operation(contract), is_thorough=True)}
    return [case for case in vectors(contract, "thorough") if case.name not in others]


def test_good_answers_obey_the_contract_and_broken_ones_do_not(contract: Contract) -> None:
    send = send_operation(contract)

    def faulty(case: Case) -> bool:
        try:
            return bool(contract.response_faults(send.operation.id, send.accepted, case.answer.response.json))
        except NotStrictJSON:
            return True

    accepted = [
        case
        for case in by_shape(contract)
        if case.answer.response.status == send.accepted and not case.name.startswith("left-open-")
    ]

    assert {case.name for case in accepted if faulty(case)} == {
        case.name for case in accepted if case.name.startswith("accepted-")
    }


def test_what_is_left_open_is_read_as_open(contract: Contract) -> None:
    """The name of a case says whether the checks take it for right, broken or neither."""
    kinds = {Kind.OPEN: "left-open-", Kind.BROKEN_SUCCESS: "accepted-"}
    for case in by_shape(contract):
        call = Call(case.asked, case.answer, (), Outcome(Told.NOTHING, default_timeout=1.0))
        kind = Reading(contract, call).kind
        if case.name.startswith("left-open-"):
            assert kind is Kind.OPEN, case.name
        if kind in kinds and case.answer.response.status == 202:
            assert case.name.startswith(("left-open-", "accepted-")), case.name
        if kind is Kind.SUCCESS:
            assert not case.name.startswith(("left-open-", "accepted-")), case.name


def test_the_thorough_cases_hold_the_quick_ones(contract: Contract) -> None:
    quick, thorough = ([case.name for case in vectors(contract, profile)] for profile in ("quick", "thorough"))

    assert set(quick) - set(thorough) == {each for each in quick if each.startswith("accepted-first-")} - set(thorough)
    assert len(set(thorough)) == len(thorough) > 2000
    assert len(quick) < 550


def test_every_status_is_answered_when_there_is_time(contract: Contract) -> None:
    statuses = {case.answer.response.status for case in vectors(contract, "thorough")}

    assert {*range(100, 600), 600, 799, 999} <= statuses


def test_a_documented_answer_ends_at_every_byte_when_there_is_time(contract: Contract) -> None:
    sizes = {
        len(case.answer.response.body)
        for case in vectors(contract, "thorough")
        if re.fullmatch(r"accepted-first-\d+-bytes", case.name)
    }

    assert sizes == set(range(1, max(sizes) + 1))
    assert max(sizes) > 300


def test_each_place_of_the_contract_is_sent_as_each_other_type(contract: Contract) -> None:
    schema: JSON = {
        "type": "object",
        "properties": {"a": {"type": "string"}, "b": {"type": "array", "items": {"type": "integer"}}},
    }
    good = {"a": "x", "b": [1]}

    made = list(wrong_types(contract, schema, good))

    assert [(place, kind) for place, kind, _ in made if place == "b-0"] == [
        ("b-0", kind) for kind in ("null", "true", "number", "string", "list", "list-of-object", "object")
    ]
    assert {place for place, _, _ in made} == {"body", "a", "b", "b-0"}
    assert ("a", "null", {"a": None, "b": [1]}) in made
    assert not [
        kind for place, kind, _ in made if (place, kind) in {("a", "string"), ("b", "list"), ("body", "object")}
    ]
    assert good == {"a": "x", "b": [1]}


def test_the_requests_of_the_probes_are_among_the_cases(contract: Contract) -> None:
    bodies = [case.asked.body for case in vectors(contract) if case.name.startswith("sent-as-to-servers-")]

    assert len(bodies) > 60
    assert {len(body["recipients"]) for body in bodies} >= {1, 2, 3, 8, 40}


#: Requirements on servers of which a client's cases say nothing: the key of an earlier case stands in many of them.
OF_EARLIER_REQUESTS = {"send-reused-key-refused"}


def test_right_answers_of_the_cases_are_right_to_the_checks_of_servers(contract: Contract) -> None:
    send = send_operation(contract)
    setting = Setting("token-of-nobody", "welcome", (NUMBER,))
    headers = (("content-type", "application/json"), ("authorization", f"Bearer {setting.token}"))
    # The schema allows a refusal without words, which a server is not to send.
    unusual = ("left-open-", "accepted-", "refused-with-unknown-code-", "refused-without-words", "code-")
    accused: dict[str, list[str]] = {}
    judged = 0
    for case in by_shape(contract):
        response = case.answer.response
        if response.status != send.accepted or case.name.startswith(unusual) or case.answer.cut_after is not None:
            continue
        request = Request("POST", send.operation.path, headers, json.dumps(case.asked.body).encode())
        exchange = Exchange(send.operation.id, request, response, setting, contract)
        found = [each.id for each in SERVER if each.applies(exchange) and list(each.breaches(exchange))]
        judged += 1
        if set(found) - OF_EARLIER_REQUESTS:
            accused[case.name] = found

    assert accused == {}
    assert judged > 250


def test_documented_errors_of_the_cases_have_bodies_that_are_right_to_the_checks_of_servers(contract: Contract) -> None:
    of_bodies = [each for each in SERVER if each.id in {"error-body", "response-strict-json", "response-content-type"}]
    for case in vectors(contract):
        response = case.answer.response
        if re.fullmatch(r"error-\d+(-documented-.*|-code-.*|-unicode|-unknown-fields|-long-message)?", case.name):
            request = Request("POST", "/", (), b"{}")
            setting = Setting("token-of-nobody", "welcome", (NUMBER,))
            exchange = Exchange("sendSMSMessageMultipleRecipients", request, response, setting, contract)

            assert [each.id for each in of_bodies if list(each.breaches(exchange))] == [], case.name

    assert len(of_bodies) == 3


def test_answers_fit_their_requests(contract: Contract) -> None:
    case = by_name(contract)["some-of-six-refused"]
    items = case.answer.response.json["responses"]

    assert [each["messageKey"] for each in items] == [f"key-{index}" for index in range(6)]
    assert [index for index, each in enumerate(items) if "errorcode" in each] == [0, 2, 5]


def test_every_case_survives_its_line(contract: Contract) -> None:
    for case in vectors(contract):
        line = case_to_json(case)

        assert case_from_json(line) == case
        assert line.isascii()
        assert "\n" not in line
        assert case.asked.token not in line


@pytest.mark.parametrize("line", ["", "{}", "[]", '{"answer": {"status": 202, "headers": [], "text": ""}}'])
def test_line_that_is_no_case_is_refused(line: str) -> None:
    with pytest.raises(UnreadableCase, match=r"is not a case .* Copy the whole line"):
        case_from_json(line)


def test_same_seed_gives_the_same_cases(contract: Contract) -> None:
    first, second, other = (played(contract, seed) for seed in (1, 1, 2))

    assert first == second
    assert first != other


def test_cases_do_not_depend_on_loaded_modules_or_the_hash_seed(tmp_path: Path) -> None:
    # Hypothesis collects constants from local modules; a folder outside of any tests folder counts as local.
    source = "\n".join(f"X{number} = {number}\nY{number} = 'a{number}'" for number in range(100, 400))
    (tmp_path / "loaded.py").write_text(source)
    program = (
        "import sys, hashlib\n"
        "if sys.argv[1] == 'loaded': import loaded\n"
        "from conformance import contract\n"
        "from conformance.drivers.cases import case_of, case_to_json\n"
        "from conformance.drivers.client import exercise\n"
        "from conformance.model import FunctionCaller, Outcome, Told\n"
        "digest = hashlib.sha256()\n"
        "def see(call):\n"
        "    digest.update(case_to_json(case_of(call)).encode())\n"
        "    return ()\n"
        "deaf = FunctionCaller(lambda asked: Outcome(Told.NOTHING))\n"
        "exercise(deaf, contract.read(contract.default_folder()), seed=1, see=see)\n"
        "print(digest.hexdigest())\n"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program, argument],
            cwd=tmp_path,
            env={"PYTHONPATH": f"{ROOT}:{tmp_path}", "PYTHONHASHSEED": hash_seed},
            stdout=subprocess.PIPE,
            text=True,
        )
        for argument, hash_seed in (("bare", "1"), ("loaded", "2"))
    ]

    first, second = (each.communicate()[0] for each in running)

    assert len(first.strip()) == 64
    assert first == second


def test_exact_cases_come_first_in_both_styles(contract: Contract) -> None:
    seen: list[Call] = []

    exact = vectors(contract, "thorough")[::7]

    def see(call: Call) -> Collection[str]:
        seen.append(call)
        return ()

    exercise(deaf, contract, seed=1, profile="thorough", see=see, exact=exact, vectors_only=True)

    assert [call.answer for call in seen[::2]] == [each.answer for each in exact]
    assert [call.answer for call in seen[1::2]] == [each.answer for each in exact]
    assert [call.asked.style for call in seen[:2]] == ["sync", "async"]


def test_quick_run_asks_the_second_form_for_half_of_what_comes_as_usual(contract: Contract) -> None:
    seen: list[Call] = []

    exercise(deaf, contract, seed=1, see=lambda call: seen.append(call) or (), vectors_only=True)
    first, second = ([call for call in seen if call.asked.style == style] for style in ("sync", "async"))
    listed = vectors(contract)
    usual = [each for each in listed if each.answer.delivery is Delivery.PLAIN and not needs_own_client(each)]

    assert [call.answer for call in first] == [each.answer for each in listed]
    assert len(first) - len(second) == pytest.approx(len(usual) / 2, rel=0.05)
    assert all(call.alike is not None for call in second)


def signs(call: Call) -> set[str]:
    """Two breaches that no exact case has: five recipients, and an own text beside subscriptions alone."""
    body = call.asked.body
    found = {"five"} if len(body["recipients"]) == 5 else set()
    return found | ({"both"} if set(body) == {"definitionKey", "recipients", "content", "subscriptions"} else set())


def test_drawn_breaches_are_made_small_one_after_the_other(contract: Contract) -> None:
    smallest: dict[str, str] = {}

    def see(call: Call) -> Collection[str]:
        line = json.dumps(call.asked.body)
        smallest.update({name: min(line, smallest.get(name, line), key=len) for name in signs(call)})
        return signs(call)

    exercise(deaf, contract, seed=1, see=see, exact=())
    plain = {"definitionKey": "welcome", "recipients": [{}]}

    assert {name: json.loads(line) for name, line in smallest.items()} == {
        "five": plain | {"recipients": [{}, {}, {}, {}, {}]},
        "both": plain | {"subscriptions": {}, "content": {"message": ""}},
    }


def test_search_ends_however_much_is_broken(contract: Contract) -> None:
    names = iter(range(10**9))

    exercise(deaf, contract, seed=1, see=lambda call: {f"broken-{next(names)}"})

    assert next(names) < 2 * len(vectors(contract)) + 10_000


def test_breach_that_does_not_come_again_ends_the_round_only(contract: Contract) -> None:
    told: list[str] = []

    def see(call: Call) -> Collection[str]:
        if signs(call) and not told:
            told.append("flaky")
            return told
        return ()

    exercise(deaf, contract, seed=1, see=see, exact=())

    assert told == ["flaky"]


def test_nothing_is_printed(contract: Contract, capfd: pytest.CaptureFixture[str]) -> None:
    exercise(deaf, contract, seed=1, see=signs, exact=())

    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("vectors_only", [True, False])
def test_fault_of_the_judge_is_passed_on(contract: Contract, vectors_only: bool) -> None:
    def see(call: Call) -> Collection[str]:
        if vectors_only or call.asked.body["definitionKey"] not in ("welcome", "account_rest"):
            raise ZeroDivisionError
        return ()

    with pytest.raises(ZeroDivisionError):
        exercise(deaf, contract, seed=1, see=see, vectors_only=vectors_only)


def test_fault_of_the_caller_is_passed_on(contract: Contract) -> None:
    def broken(asked: Asked) -> Outcome:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        exercise(FunctionCaller(broken), contract, seed=1, see=lambda call: ())


def test_contract_without_a_send_is_refused(contract: Contract) -> None:
    with pytest.raises(ContractError, match="declares no operation that takes recipients"):
        exercise(deaf, attrs.evolve(contract, operations={}), seed=1, see=lambda call: ())


def test_case_can_be_repeated_from_its_line(contract: Contract) -> None:
    case = by_name(contract)["2-of-2-refused"]

    calls = replay(reference_caller(), case_from_json(case_to_json(case)))

    assert [call.asked.style for call in calls] == ["sync", "async"]
    assert [call.alike for call in calls] == [None, calls[0].outcome]
    for call in calls:
        assert call.answer == case.answer
        assert call.received[0].json == case.asked.body
        assert call.outcome.told is Told.MIXED


def test_what_comes_before_is_played_on_the_same_client_and_not_told(contract: Contract) -> None:
    named = by_name(contract)
    first, second = named["all-of-2-refused"], named["sent-one-recipient"]
    case = attrs.evolve(second, before=(Turn(first.asked, first.answer),))

    calls = replay(reference_caller(), case)

    assert [call.outcome.told for call in calls] == [Told.ACCEPTED] * 2
    assert [len(call.received) for call in calls] == [1, 1]


def paths_played(caller: Caller) -> dict[str, Call]:
    seen: dict[str, Call] = {}
    exercise(caller, read_contract(PATHS), seed=1, see=lambda call: seen.update({call_name(call): call}) or ())
    return seen


def call_name(call: Call) -> str:
    return f"{call.asked.style} {'/'.join(call.asked.path.values())}"


def test_values_in_paths_are_played_where_the_contract_has_some(contract: Contract) -> None:
    seen = paths_played(PathCaller())

    assert [case for case in vectors(contract) if case.asked.path] == []
    assert [request.target for request in seen["sync a/b/some-member-key"].received] == [
        "/lists/a%2Fb/members/some-member-key"
    ]
    assert seen["async ../some-member-key"].received == ()
    assert len({value for call in seen.values() for value in call.asked.path.values()}) > 60


def test_a_generated_client_is_asked_with_values_in_its_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_package(PATHS, tmp_path / "client_of_paths", stock=False)
    monkeypatch.syspath_prepend(str(tmp_path))
    contract = read_contract(PATHS)
    asked = requirements(contract)
    broken: dict[str, list[str]] = {}

    def see(call: Call) -> Collection[str]:
        for each in asked:
            if each.applies(call) and (found := list(each.breaches(call))):
                broken.setdefault(each.id, []).extend(found)
        return ()

    with generated_caller("client_of_paths", contract) as caller:
        exercise(caller, contract, seed=1, see=see)

    assert broken == {}
