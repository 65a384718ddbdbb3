"""The client driver plays the same cases for a seed, finds small ones, and keeps nothing to itself."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path

import attrs
import pytest

from conformance.contract import Contract, ContractError
from conformance.drivers import client as driver
from conformance.drivers.answers import send_operation
from conformance.drivers.cases import Case, UnreadableCase, case_from_json, case_of, case_to_json
from conformance.drivers.client import exercise, replay
from conformance.drivers.exact_cases import vectors
from conformance.model import Asked, Call, FunctionCaller, NotStrictJSON, Outcome, Told, Turn
from conformance.reference_client import reference_caller

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

    exercise(deaf, contract, seed=seed, see=see)
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


def test_good_answers_obey_the_contract_and_broken_ones_do_not(contract: Contract) -> None:
    send = send_operation(contract)
    # Right bytes under a wrong label: nothing for a schema to find.
    mislabelled = {"accepted-json-labelled-html"}

    def faulty(case: Case) -> bool:
        try:
            return bool(contract.response_faults(send.operation.id, send.accepted, case.answer.response.json))
        except NotStrictJSON:
            return True

    accepted = [case for case in vectors(contract) if case.answer.response.status == send.accepted]

    assert {case.name for case in accepted if faulty(case)} == {
        case.name for case in accepted if case.name.startswith("accepted-")
    } - mislabelled


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

    exercise(deaf, contract, seed=1, see=lambda call: seen.append(call) or (), vectors_only=True)

    assert [call.answer for call in seen[::2]] == [case.answer for case in vectors(contract)]
    assert [call.asked.style for call in seen[:2]] == ["sync", "async"]
    assert len(seen) == 2 * len(vectors(contract))


def signs(call: Call) -> set[str]:
    """Two breaches that no exact case has: three recipients, and an own text beside subscriptions."""
    body = call.asked.body
    found = {"three"} if len(body["recipients"]) == 3 else set()
    return found | ({"both"} if {"content", "subscriptions"} <= set(body) else set())


def test_drawn_breaches_are_made_small_one_after_the_other(contract: Contract) -> None:
    smallest: dict[str, str] = {}

    def see(call: Call) -> Collection[str]:
        line = json.dumps(call.asked.body)
        smallest.update({name: min(line, smallest.get(name, line), key=len) for name in signs(call)})
        return signs(call)

    exercise(deaf, contract, seed=1, see=see)
    plain = {"definitionKey": "welcome", "recipients": [{}]}

    assert {name: json.loads(line) for name, line in smallest.items()} == {
        "three": plain | {"recipients": [{}, {}, {}]},
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

    exercise(deaf, contract, seed=1, see=see)

    assert told == ["flaky"]


def test_nothing_is_printed(contract: Contract, capfd: pytest.CaptureFixture[str]) -> None:
    exercise(deaf, contract, seed=1, see=signs)

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
    case = by_name(contract)["second-refused"]

    calls = replay(reference_caller(), case_from_json(case_to_json(case)))

    assert [call.asked.style for call in calls] == ["sync", "async"]
    assert [call.alike for call in calls] == [None, calls[0].outcome]
    for call in calls:
        assert call.answer == case.answer
        assert call.received[0].json == case.asked.body
        assert call.outcome.told is Told.MIXED


def test_what_comes_before_is_played_on_the_same_client_and_not_told(contract: Contract) -> None:
    named = by_name(contract)
    first, second = named["all-refused"], named["queued-one-recipient"]
    case = attrs.evolve(second, before=(Turn(first.asked, first.answer),))

    calls = replay(reference_caller(), case)

    assert [call.outcome.told for call in calls] == [Told.ACCEPTED] * 2
    assert [len(call.received) for call in calls] == [1, 1]
