"""One client for several callers: held together by the server, asked at once, judged beside what is told alone."""

from __future__ import annotations

import asyncio
import http.client
import threading
import time
from collections.abc import Iterator

import pytest
from attrs import evolve

from conformance.at_once import in_tasks, in_threads
from conformance.checks.client import requirements
from conformance.checks.client_together import excuses
from conformance.contract import Contract
from conformance.drivers import gathering
from conformance.drivers.cases import Case, case_from_json, case_of, case_to_json
from conformance.drivers.client import exercise, replay
from conformance.drivers.gathering import Marked
from conformance.drivers.generated import generated_caller
from conformance.drivers.playing import play
from conformance.drivers.scripted_server import HOST, ScriptedServer
from conformance.drivers.together import FATES, LARGE, SIZES, copies, groups
from conformance.judge import Judge, Lists, call_size
from conformance.model import (
    Abilities,
    Answer,
    Asked,
    Call,
    Caller,
    Delivery,
    FunctionCaller,
    Outcome,
    Response,
    Together,
    Told,
    Verdict,
    json_response,
)
from conformance.mutants import client_together
from conformance.mutants.client_mutant import ClientMutant
from conformance.mutants.collection import mutants_in
from conformance.reference_client import ReferenceClient, reference_caller
from conformance.reports.messages import seen_lines
from tests.hanging_client import HangingTogether

BOTH = Abilities(together=(Together.THREADS, Together.TASKS), copies=True)
MUTANTS = mutants_in(client_together, ClientMutant)
OWN = {"client-serves-all", "client-own-answer", "client-copy-has-headers", "client-copy-leaves-original"}


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as running:
        yield running


def judged(server: ScriptedServer, caller: Caller, cases: list[Case], contract: Contract) -> Judge[Call]:
    judge = Judge[Call](requirements(contract), Lists(), call_size)
    for case in cases:
        for call in play(server, caller, case):
            judge.see(call)
    return judge


def broken(judge: Judge[Call]) -> set[str]:
    return {each.requirement.id for each in judge.records() if each.broken}


# The server's side.


def said(server: ScriptedServer, mark: str, to: list[tuple[str, bytes]]) -> None:
    connection = http.client.HTTPConnection(HOST, int(server.url.rpartition(":")[2]), timeout=5)
    connection.request("POST", "/", mark)
    to.append((mark, connection.getresponse().read()))
    connection.close()


def marked(*marks: str) -> list[Marked]:
    return [Marked(each.encode(), Answer(Response(200, (), f"for {each}".encode()))) for each in marks]


def test_each_request_gets_the_answer_of_its_mark_once_all_are_there(server: ScriptedServer) -> None:
    told: list[tuple[str, bytes]] = []
    server.play_each(marked("ada", "bob", "eve"))
    threads = [threading.Thread(target=said, args=(server, each, told)) for each in ("eve", "ada", "bob")]
    for thread in threads[:2]:
        thread.start()
    while len(server.received) < 2:
        time.sleep(0.001)
    before = list(told)
    threads[2].start()
    for thread in threads:
        thread.join()

    assert before == []
    assert sorted(told) == [(each, f"for {each}".encode()) for each in ("ada", "bob", "eve")]


def test_requests_that_come_one_by_one_are_answered_in_bounded_time(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "PATIENCE", 0.1)
    server.play_each(marked("ada", "bob", "eve"))
    told: list[tuple[str, bytes]] = []
    started = time.monotonic()
    for each in ("bob", "ada", "nobody"):
        said(server, each, told)

    assert 0.1 <= time.monotonic() - started < 2
    assert told == [("bob", b"for bob"), ("ada", b"for ada"), ("nobody", b"no answer has been scripted")]


def test_answers_are_sent_piece_by_piece_the_last_that_came_first() -> None:
    sent: list[tuple[str, bytes]] = []
    held = gathering.Gathering(marked("ada", "bob"), Answer(Response(500)))

    def send(name: str) -> None:
        held.send(b"head\r\n\r\nbody", lambda content: sent.append((name, content)))

    first = threading.Thread(target=send, args=("ada",))
    first.start()
    time.sleep(0.05)
    send("bob")
    first.join()

    assert sent == [
        ("bob", b"head\r\n\r\n"),
        ("ada", b"head\r\n\r\n"),
        ("bob", b"bo"),
        ("ada", b"bo"),
        ("bob", b"dy"),
        ("ada", b"dy"),
    ]


# Calls at once.


def test_threads_begin_at_the_same_moment() -> None:
    meeting = threading.Barrier(8)

    assert sorted(in_threads([lambda: meeting.wait(timeout=5)] * 8)) == list(range(8))


def test_thread_that_hangs_is_left_behind() -> None:
    started = time.monotonic()

    assert in_threads([lambda: 1, lambda: time.sleep(60)], seconds=0.1) == (1, None)
    assert time.monotonic() - started < 5


def test_what_a_thread_raises_is_passed_on() -> None:
    with pytest.raises(ZeroDivisionError):
        in_threads([lambda: 1 // 0, lambda: 1])


@pytest.mark.parametrize("holds_up_the_loop", [True, False])
def test_task_that_hangs_is_left_behind(holds_up_the_loop: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conformance.at_once.PATIENCE", 0.1)
    monkeypatch.setattr("conformance.at_once.PATIENCE_EACH", 0.0)
    monkeypatch.setattr("conformance.at_once.TO_END", 0.2)
    end = threading.Event()

    async def quick() -> int:
        return 1

    async def slow() -> int:
        if holds_up_the_loop:
            end.wait(10)
        else:
            await asyncio.sleep(60)
        return 2

    values = in_tasks(asyncio.run, [quick, slow])
    end.set()

    assert values == ((None, None) if holds_up_the_loop else (1, None))


# Cases.


def test_groups_have_every_fate_in_each_way_and_marks_of_their_own(contract: Contract) -> None:
    listed = list(groups(contract, BOTH, (*SIZES, LARGE)))
    marks = [[turn.asked.body["definitionKey"] for turn in (case, *case.beside)] for case in listed]

    assert {case.way for case in listed} == set(Together)
    assert [1 + len(case.beside) for case in listed] == [2, 4, 8, 32, 8, 8] * 2
    assert all(len(set(each)) == len(each) for each in marks)
    assert len(FATES) == max(SIZES)
    assert len({case.name for case in listed}) == len(listed)


def test_cases_ask_what_the_contract_allows_and_survive_their_line(contract: Contract) -> None:
    for case in (*groups(contract, BOTH), *copies(contract)):
        for turn in (case, *case.before, *case.beside):
            assert contract.request_faults(turn.asked.operation, turn.asked.body) == []
        assert case_from_json(case_to_json(case)) == case


def test_client_that_cannot_is_not_asked(contract: Contract) -> None:
    seen: list[Call] = []
    alone = FunctionCaller(lambda asked: Outcome(Told.NOTHING))

    exercise(alone, contract, seed=1, see=lambda call: seen.append(call) or (), vectors_only=True)

    assert seen
    assert not any(call.beside or call.asked.headers for call in seen)
    assert list(groups(contract, alone.abilities)) == []


# Subjects.


def test_correct_clients_break_nothing_and_exercise_all(server: ScriptedServer, contract: Contract) -> None:
    with generated_caller("generated_client", contract) as generated:
        for caller in (reference_caller(), generated):
            judge = judged(server, caller, [*groups(contract, caller.abilities), *copies(contract)], contract)

            assert broken(judge) == set()
            idle = {each.requirement.id for each in judge.records() if not each.exercised}
            assert idle & {*OWN, "client-styles-alike"} == set()


def test_large_group_is_served(server: ScriptedServer, contract: Contract) -> None:
    listed = list(groups(contract, BOTH, (LARGE,)))[::3]

    assert {1 + len(case.beside) for case in listed} == {LARGE}
    assert broken(judged(server, reference_caller(), listed, contract)) == set()


def test_stock_client_is_found_to_change_with_its_copies(
    stock: str, server: ScriptedServer, contract: Contract
) -> None:
    with generated_caller(stock, contract) as caller:
        judge = judged(server, caller, list(copies(contract)), contract)

    assert broken(judge) & OWN == {"client-copy-leaves-original"}


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda each: each.name)
def test_fault_is_one_headline(
    mutant: ClientMutant, server: ScriptedServer, contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    if mutant.name == "holds-a-lock-across-tasks":
        monkeypatch.setattr("conformance.at_once.PATIENCE", 1.0)
    if mutant.name == "swaps-two-calls-in-a-row":
        monkeypatch.setattr(gathering, "PATIENCE", 0.2)

    judge = judged(server, mutant.caller, [*groups(contract, BOTH, (4,)), *copies(contract)], contract)

    assert [each.requirement.id for each in judge.records() if each.is_headline] == [mutant.kills]


def test_group_is_repeated_from_the_line_of_one_of_its_calls(server: ScriptedServer, contract: Contract) -> None:
    faulty = next(each for each in MUTANTS if each.name == "keeps-the-answer-on-the-client")
    judge = judged(server, faulty.caller, list(groups(contract, BOTH, (4,))), contract)
    failed = next(each.failure for each in judge.records() if each.requirement.id == "client-own-answer")
    assert failed is not None

    line = case_to_json(case_of(failed.seen))
    again = replay(faulty.caller, case_from_json(line))

    assert again[0].asked.body == failed.seen.asked.body
    assert {len(each.beside) for each in again} == {len(failed.seen.beside)}
    # Whom it hits depends on who comes first.
    judge = Judge[Call](requirements(contract), Lists(), call_size)
    assert any("client-own-answer" in judge.see(each) for each in again)


def test_search_for_hangs_ends_with_the_first(contract: Contract, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conformance.drivers.client.vectors", lambda *_: ())
    hanging = HangingTogether()

    exercise(hanging, contract, seed=1, see=lambda call: (), vectors_only=True)

    assert hanging.asked == [2]


def test_client_is_another_one_after_it_hung(server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conformance.at_once.PATIENCE", 0.1)
    made: list[ReferenceClient] = []

    class Hanging(ReferenceClient):
        def __init__(self, url: str, token: str, timeout: float | None = None) -> None:
            super().__init__(url, token, timeout)
            self.lock = threading.Lock()
            made.append(self)

        def request(self, body):
            if not self.lock.acquire(timeout=5):
                raise TimeoutError
            return super().request(body)

    caller = reference_caller(Hanging)
    asked = Asked("send", server.url, {"definitionKey": "a"}, "a-token")
    server.play(Answer(Response(596)))
    outcomes = caller.together(Together.THREADS, [asked, asked])

    assert sorted(each.told for each in outcomes) == [Told.HUNG, Told.UNREADABLE]
    assert caller(asked).told is Told.UNREADABLE
    assert len(made) == 2


# Checks.


def a_call(**more: object) -> Call:
    answer = json_response(400, {"message": "no", "errorcode": 1, "documentation": ""})
    outcome = Outcome(Told.REFUSED, status=400, errorcode=1, message="no", documentation="", raised="sdk.Refused")
    asked = Asked("sendSMSMessageMultipleRecipients", "", {"definitionKey": "a", "recipients": [{}]}, "t", "async")
    return evolve(Call(asked, Answer(answer), (), outcome, alike=outcome), **more)


def breaches(id: str, call: Call, contract: Contract) -> list[str]:
    rule = next(each for each in requirements(contract) if each.id == id)
    return list(rule.breaches(call)) if rule.applies(call) else []


@pytest.mark.parametrize(
    ("other", "what"),
    [
        ({"told": Told.CRASHED}, "the end is 'refused (sdk.Refused)', in the other one 'crashed (sdk.Refused)'"),
        ({"raised": "sdk.Other"}, "the class of the exception is 'sdk.Refused', in the other one 'sdk.Other'"),
        ({"errorcode": True}, "the code is 1, in the other one True"),
        ({"kept_body": b"no"}, "the body that was kept is None, in the other one b'no'"),
    ],
)
def test_difference_between_styles_is_named(other: dict[str, object], what: str, contract: Contract) -> None:
    call = a_call(alike=evolve(a_call().outcome, **other))
    rule = next(each for each in requirements(contract) if each.id == "client-styles-alike")

    assert list(rule.breaches(call)) == [f"in the async form {what}"]


def test_what_a_caller_cannot_go_by_may_differ(contract: Contract) -> None:
    call = a_call(alike=evolve(a_call().outcome, shown="at 0x7f", default_timeout=5.0, written={"a": [float("nan")]}))
    call = evolve(call, outcome=evolve(call.outcome, written={"a": [float("nan")]}))

    assert breaches("client-styles-alike", call, contract) == []


def test_errors_of_the_system_may_differ_and_whose_the_exception_is_may_not(contract: Contract) -> None:
    cut = Answer(json_response(400, {"message": "no"}), cut_after=3)
    outcome = Outcome(Told.TRANSPORT, raised="httpx.ReadError", default_timeout=3.0)
    same, another = (evolve(outcome, raised=each) for each in ("httpx.RemoteProtocolError", "sdk.NoAnswer"))

    assert breaches("client-styles-alike", a_call(answer=cut, outcome=outcome, alike=same), contract) == []
    assert breaches("client-styles-alike", a_call(answer=cut, outcome=outcome, alike=another), contract) != []


def test_difference_is_not_judged_where_the_moment_decides(contract: Contract) -> None:
    reset = evolve(a_call().answer, is_reset=True, delivery=Delivery.TWICE, response=Response(103))
    lost = Outcome(Told.TRANSPORT)

    assert breaches("client-styles-alike", a_call(answer=reset, alike=lost), contract) == []


def test_wrong_first_form_is_its_own_fault(contract: Contract) -> None:
    call = a_call(alike=evolve(a_call().outcome, told=Told.NOTHING))
    rule = next(each for each in requirements(contract) if each.id == "client-styles-alike")

    assert not rule.applies(call)


def test_answer_of_another_is_named(server: ScriptedServer, contract: Contract) -> None:
    case = next(iter(groups(contract, BOTH, (2,))))
    first, second = play(server, reference_caller(), case)
    wrong = evolve(first, outcome=second.outcome)

    (breach, *_) = breaches("client-own-answer", wrong, contract)

    assert "beside 1 others in threads" in breach
    shown = "\n".join(seen_lines(wrong, (), ()))
    assert "(at the same time as 1 other calls of the same client in threads)" in shown
    assert f"as the call is told whose request is {second.asked.body!r}" in breach


def test_what_a_client_cannot_do_is_excluded_with_its_reason(contract: Contract) -> None:
    judge = Judge[Call](requirements(contract), Lists(excused=excuses(Abilities(styles=("async",)))), call_size)
    records = {each.requirement.id: each for each in judge.records()}

    for id in (*OWN, "client-styles-alike"):
        assert records[id].verdict is Verdict.EXCLUDED
        assert records[id].reason.startswith("the client says that it")
    assert excuses(BOTH) == {}
