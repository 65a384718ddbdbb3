"""The server driver end to end: the same verdicts over every kind of subject, and no verdict without a subject."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable

import attrs
import pytest

from conformance import reference_server
from conformance.checks import SERVER
from conformance.contract import Contract
from conformance.drivers.hosting import SubjectError, hosted
from conformance.drivers.manners import Manners
from conformance.drivers.server import Plan, ServerGone, Session, judge_server, no_progress
from conformance.judge import Judge, Lists, exchange_size
from conformance.model import NO_ANSWER, Exchange, Handler, Record, Request, Response, Setting, Verdict, json_response
from conformance.mutants.server import BY_NAME
from conformance.reference_server import State, handler
from conformance.run_server import EXCUSED
from conformance.settings import DEFAULT

Records = dict[str, Record[Exchange]]


def fresh(contract: Contract) -> Handler:
    return handler(State.open(), contract)


def a_judge() -> Judge[Exchange]:
    return Judge[Exchange](SERVER, Lists(excused=EXCUSED), exchange_size)


def records(judge: Judge[Exchange]) -> Records:
    return {each.requirement.id: each for each in judge.records()}


def probed(server: Handler, contract: Contract, setting: Setting = DEFAULT) -> Records:
    judge = a_judge()
    session = Session(Plan(contract, setting, 1, "quick"), judge, no_progress)
    session.probe(server, "the server")
    return records(judge)


def judged(url: str, contract: Contract, seed: int = 1) -> Records:
    """What is found by a run that waits for no server which asks it to."""
    judge = a_judge()
    judge_server(Plan(contract, DEFAULT, seed, "quick", Manners(waiting=0)), url, url, judge, no_progress)
    return records(judge)


@pytest.fixture(scope="module")
def by_kind(contract: Contract) -> dict[str, Records]:
    """The reference server, judged as an ASGI application, as a WSGI application and at a URL."""
    kinds: dict[str, Records] = {}
    for name, shell in (("asgi", reference_server.app), ("wsgi", reference_server.wsgi_app)):
        with hosted(shell(fresh(contract)), name) as url:
            kinds[name] = judged(url, contract)
    with reference_server.served(reference_server.app(fresh(contract))) as url:
        kinds["url"] = judged(url, contract)
    return kinds


@pytest.mark.parametrize("kind", ["asgi", "wsgi", "url"])
def test_the_reference_server_passes_everything(by_kind: dict[str, Records], kind: str) -> None:
    verdicts = {id: each.verdict for id, each in by_kind[kind].items()}

    assert {id for id, verdict in verdicts.items() if verdict is Verdict.EXCLUDED} == set(EXCUSED)
    assert {id for id, verdict in verdicts.items() if verdict is not Verdict.PASS} == set(EXCUSED)


def test_every_kind_of_subject_gets_the_same_verdicts(by_kind: dict[str, Records]) -> None:
    counts = [{id: (each.verdict, each.exercised) for id, each in kind.items()} for kind in by_kind.values()]

    assert counts[0] == counts[1] == counts[2]


def test_a_second_run_against_a_server_that_remembers_passes(contract: Contract) -> None:
    with hosted(reference_server.app(fresh(contract)), "app") as url:
        judged(url, contract)
        again = judged(url, contract)

    assert {id for id, each in again.items() if each.verdict is not Verdict.PASS} == set(EXCUSED)


def test_errorcode_0_on_a_mixed_answer_is_shown_on_two_recipients(contract: Contract) -> None:
    faulty = BY_NAME["says-errorcode-0-on-a-mixed-answer"].wrap(fresh(contract))
    record = probed(faulty, contract)["send-mixed-errorcode"]

    assert record.verdict is Verdict.FAIL
    assert record.failure
    assert len(record.failure.seen.request.json["recipients"]) == 2


def test_a_server_that_queues_whatever_it_gets_fails_and_exercises_no_mixed_rule(contract: Contract) -> None:
    found = probed(BY_NAME["accepts-everything"].wrap(fresh(contract)), contract)

    assert found["send-missing-to-refused"].verdict is Verdict.FAIL
    assert found["send-mixed-errorcode"].verdict is Verdict.NOT_EXERCISED
    assert found["send-mixed-message"].verdict is Verdict.NOT_EXERCISED


def error(status: int, code: int, *headers: tuple[str, str]) -> Response:
    return json_response(status, {"message": "no", "errorcode": code, "documentation": ""}, headers)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Response(NO_ANSWER, (), b"ConnectError: refused"), "does not answer (ConnectError: refused)"),
        (error(503, 50300), "is busy (status 503)"),
        (error(401, 0), "does not accept the token (status 401)"),
        (error(403, 40001), "does not accept the token (status 403)"),
        (error(400, 109111), "has no definition 'account_rest'"),
    ],
)
def test_a_subject_that_cannot_be_judged_is_said(contract: Contract, answer: Response, said: str) -> None:
    with pytest.raises(SubjectError) as caught:
        probed(lambda request: answer, contract)
    assert said in str(caught.value)


def test_a_server_that_falls_silent_ends_the_run_and_is_judged_for_it(contract: Contract) -> None:
    server = fresh(contract)
    asked: list[Request] = []

    def dying(request: Request) -> Response:
        asked.append(request)
        return server(request) if len(asked) < 20 else Response(NO_ANSWER, (), b"gone")

    judge = a_judge()
    session = Session(Plan(contract, DEFAULT, 1, "quick"), judge, no_progress)
    with pytest.raises(ServerGone):
        session.probe(dying, "the server")

    assert len(asked) < 35
    assert records(judge)["server-answers"].verdict is Verdict.FAIL


def test_one_usable_number_and_a_limit_are_enough(contract: Contract) -> None:
    setting = attrs.evolve(DEFAULT, numbers=("15555550100",), max_recipients=9)
    server = handler(State.open(), contract, reference_server.Configuration(max_recipients=9))
    found = probed(server, contract, setting)

    assert found["send-too-many-recipients-refused"].verdict is Verdict.PASS
    assert not [id for id, each in found.items() if each.verdict is Verdict.FAIL]


class Recording(Judge[Exchange]):
    """Keeps the requests it judges: all but those sent again to see whether the answer is always slow."""

    def see(self, seen: Exchange) -> list[str]:
        self.requests = [*getattr(self, "requests", []), seen.request]
        return super().see(seen)


def requests_of(contract: Contract, seed: int) -> list[Request]:
    judge = Recording(SERVER, Lists(excused=EXCUSED), exchange_size)
    with hosted(reference_server.app(fresh(contract)), "app") as url:
        judge_server(Plan(contract, DEFAULT, seed, "quick"), url, url, judge, no_progress)
    return judge.requests


def test_the_same_seed_sends_the_same_requests(contract: Contract) -> None:
    # Those of many clients at once arrive in any order.
    assert sorted(map(repr, requests_of(contract, 3))) == sorted(map(repr, requests_of(contract, 3)))


def test_a_server_below_a_path_is_judged_like_one_at_the_root(contract: Contract, by_kind: dict[str, Records]) -> None:
    server = fresh(contract)

    def mounted(request: Request) -> Response:
        below = request.target.startswith("/api/messaging")
        target = request.target.removeprefix("/api") if below else "/nowhere"
        return server(attrs.evolve(request, target=target))

    with hosted(reference_server.app(mounted), "app") as url:
        found = judged(f"{url}/api/", contract)

    assert {id: (each.verdict, each.exercised) for id, each in found.items()} == {
        id: (each.verdict, each.exercised) for id, each in by_kind["asgi"].items()
    }


def busy_at_times(server: Handler) -> Handler:
    """Answers every 25th request with 503 and says when to come back."""
    asked = itertools.count(1)

    def tolerable(request: Request) -> Response:
        return error(503, 50300, ("retry-after", "1")) if next(asked) % 25 == 0 else server(request)

    return tolerable


def strict_about_long_keys(server: Handler) -> Handler:
    """Refuses a request whole for one key that is too long."""

    def tolerable(request: Request) -> Response:
        response = server(request)
        return error(400, 109108) if response.status == 202 and b'"errorcode": 109108' in response.body else response

    return tolerable


def strict_about_all_refused(server: Handler) -> Handler:
    """Refuses a request whole when it refuses every recipient."""

    def tolerable(request: Request) -> Response:
        response = server(request)
        listed = response.json["responses"] if response.status == 202 else [{}]
        return error(400, 109103) if all("errorcode" in each for each in listed) else response

    return tolerable


@pytest.mark.parametrize("seed", [1, 3])
@pytest.mark.parametrize("variant", [busy_at_times, strict_about_long_keys, strict_about_all_refused])
def test_what_the_rulings_tolerate_is_tolerated(
    contract: Contract, variant: Callable[[Handler], Handler], seed: int
) -> None:
    with hosted(reference_server.app(variant(fresh(contract))), "app") as url:
        first, again = judged(url, contract, seed), judged(url, contract, seed)

    assert [id for run in (first, again) for id, each in run.items() if each.verdict is Verdict.FAIL] == []


def test_a_connection_closed_in_exploration_is_noticed(contract: Contract) -> None:
    server = fresh(contract)

    def closing(request: Request) -> Response:
        response = server(request)
        # The message keys that exploration draws are told by their x.
        overrides = response.status == 202 and re.search(rb'"seed1-x[0-9]+"', request.body) is not None
        return Response(NO_ANSWER) if overrides else response

    with hosted(reference_server.app(closing), "app") as url:
        found = judged(url, contract)

    assert found["server-answers"].verdict is Verdict.FAIL


def test_a_server_that_exploration_brings_down_is_noticed(contract: Contract) -> None:
    server = fresh(contract)
    asked = itertools.count(1)

    def dying(request: Request) -> Response:
        return server(request) if next(asked) < 150 else Response(NO_ANSWER)

    with hosted(reference_server.app(dying), "app") as url:
        found = judged(url, contract)

    assert found["server-answers"].verdict is Verdict.FAIL


def test_what_exploration_found_is_not_laid_to_its_own_request_id(contract: Contract) -> None:
    """A finding is handed in after its exchange was remembered; its id is not one that was given before."""
    server = fresh(contract)

    def forgetting(request: Request) -> Response:
        response = server(request)
        explored = response.status == 202 and re.search(rb'"seed1-x[0-9]+"', request.body)
        body = {**response.json, "errorcode": "0"} if explored else None
        return json_response(202, body) if body else response

    with hosted(reference_server.app(forgetting), "app") as url:
        found = judged(url, contract)

    assert found["request-id-new"].verdict is Verdict.PASS
    assert "request-id-new" not in found["schemathesis-response-schema-conformance"].causes
