"""Sending once: whatever becomes of the answer, every recipient is queued, and none twice."""

from __future__ import annotations

import asyncio
import copy
import itertools
import json
import pickle
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any

import httpx
import pytest

from conformance.contract import Contract
from conformance.model import Request, Response
from conformance.reference_server import TROUBLES, Server, State, app, served
from conformance.reference_server import handler as reference_handler
from generated_client import AuthenticatedClient, Client
from generated_client.api.transactional_messaging import send_sms_message_multiple_recipients as send
from generated_client.errors import (
    CallError,
    DecodeError,
    Forbidden,
    InvalidRequest,
    NoAnswer,
    ServerError,
    TooManyRequests,
)
from generated_client.mixed import RecipientsRefused
from generated_client.models import SmsRecipient, SmsSendRequest, SmsSendResult
from generated_client.oauth2 import ClientCredentials, SignInError, TokenCache
from generated_client.once import OutcomeUnknown, Repeats

TRIES = 200
SOON = Repeats(tries=4, seconds=60.0, first_wait=0.001, longest_wait=0.01)


def body(name: str = "r", keys: tuple[str | None, ...] = (None, None, None)) -> SmsSendRequest:
    """A request to some recipients, with or without keys."""
    people = [SmsRecipient(contact_key=f"{name}-{index}", to="15555550100") for index in range(len(keys))]
    for each, key in zip(people, keys, strict=True):
        if key is not None:
            each.message_key = key
    return SmsSendRequest(definition_key="account_rest", recipients=people)


class Counted:
    """A server that counts how often each contact was queued."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._lock = Lock()
        self.queued: Counter[str] = Counter()

    def __call__(self, request: Request) -> Any:
        answer = self._server(request)
        assert isinstance(answer, Response)
        contacts = {each["messageKey"]: each["contactKey"] for each in request.json["recipients"]}
        with self._lock:
            self.queued.update(
                contacts[each["messageKey"]] for each in answer.json["responses"] if "errorcode" not in each
            )
        return answer


@pytest.fixture
def dropping(contract: Contract) -> Iterator[tuple[str, Counted]]:
    """The address of a reference server that drops the connection once it has queued, and its count."""
    counted = Counted(reference_handler(State.open(), contract))
    with served(app(TROUBLES["drop-after-queueing"](counted))) as url:
        yield url, counted


def test_everybody_is_queued_once_in_threads_and_in_tasks(dropping: tuple[str, Counted]) -> None:
    url, counted = dropping
    with AuthenticatedClient(url, "reference-token") as client, ThreadPoolExecutor(8) as pool:
        threads = pool.map(
            lambda index: send.sync_once(client=client, body=body(f"t{index}"), repeats=SOON), range(TRIES)
        )
        results = list(threads)

    async def tasks() -> list[SmsSendResult]:
        async with AuthenticatedClient(url, "reference-token") as client:
            calls = (send.asyncio_once(client=client, body=body(f"a{index}"), repeats=SOON) for index in range(TRIES))
            return await asyncio.gather(*calls)

    results += asyncio.run(tasks())

    assert len(results) == 2 * TRIES
    assert all(each.all_queued and len(each.queued) == 3 and not each.refused for each in results)
    assert all(queued.before for each in results for queued in each.queued)
    expected = (f"{style}{index}-{who}" for style, index, who in itertools.product("ta", range(TRIES), range(3)))
    assert counted.queued == Counter(expected)


Answering = Callable[[httpx.Request], httpx.Response]


class Script:
    """A transport that answers from a list, once each, and remembers what was sent."""

    def __init__(self, *answers: Any) -> None:
        self._answers = list(answers)
        self.sent: list[Any] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(json.loads(request.content))
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        made = answer(self.sent[-1]) if callable(answer) else answer
        # An answer of httpx is good for one client; those of the parameters serve several tests.
        return httpx.Response(made.status_code, headers=made.headers, content=made.content)

    def keys(self) -> list[list[str]]:
        return [[each["messageKey"] for each in sent["recipients"]] for sent in self.sent]


def told(codes: tuple[int | None, ...]) -> Callable[[Any], httpx.Response]:
    """A 202 that gives each recipient of the request the code in its place; None queues."""

    def answer(sent: Any) -> httpx.Response:
        items = [
            {"messageKey": each["messageKey"]} | ({} if code is None else {"errorcode": code, "message": "no"})
            for each, code in zip(sent["recipients"], codes, strict=True)
        ]
        refused = sum(code is not None for code in codes)
        whole = {"requestId": "r", "errorcode": 109001 if refused else 0, "responses": items}
        if refused:
            whole["message"] = f"MCMS_UTM_ResponsesHasErrors: {refused}"
        return httpx.Response(202, json=whole)

    return answer


def error(status: int, code: int | str = 30000, **headers: str) -> httpx.Response:
    said = {"message": "no", "errorcode": code, "documentation": ""}
    return httpx.Response(status, json=said, headers=headers)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits between tries, which take no time here."""
    seconds: list[float] = []
    monkeypatch.setattr("generated_client.once._sleep", seconds.append)

    async def note(wait: float) -> None:
        seconds.append(wait)

    monkeypatch.setattr("generated_client.once._sleep_async", note)
    return seconds


@pytest.fixture(params=["sync", "async"])
def call(request: pytest.FixtureRequest) -> Callable[..., SmsSendResult]:
    def called(script: Script, sent: SmsSendRequest, repeats: Repeats | None, again: bool = False) -> SmsSendResult:
        if request.param == "sync":
            client = AuthenticatedClient("http://sms.test", "t")
            client.set_httpx_client(httpx.Client(transport=httpx.MockTransport(script)))
            with client:
                return send.sync_once(client=client, body=sent, repeats=repeats, again=again)

        async def in_a_task() -> SmsSendResult:
            client = AuthenticatedClient("http://sms.test", "t")
            client.set_async_httpx_client(httpx.AsyncClient(transport=httpx.MockTransport(script)))
            async with client:
                return await send.asyncio_once(client=client, body=sent, repeats=repeats, again=again)

        return asyncio.run(in_a_task())

    return called


DROPPED = httpx.ReadError("reset")


def test_nothing_is_repeated_unless_asked_for(call: Any, waits: list[float]) -> None:
    script = Script(DROPPED)

    with pytest.raises(OutcomeUnknown, match="unknown after one try") as raised:
        call(script, body(), None)
    assert isinstance(raised.value.__cause__, NoAnswer)
    assert raised.value.outcome_unknown
    assert len(script.sent) == 1 and waits == []


def test_keys_are_filled_in_and_the_callers_own_body_stays(call: Any) -> None:
    script, own = Script(told((None, None))), body(keys=(None, "mine"))
    before = copy.deepcopy(own)
    result = call(script, own, None)

    assert own == before
    assert script.keys()[0][1] == "mine"
    assert len(script.keys()[0][0]) == 36
    assert [each.recipient.contact_key for each in result.queued if each.recipient] == ["r-0", "r-1"]


def test_a_key_that_is_none_is_made_here(call: Any) -> None:
    own, script = body(keys=("k", "k")), Script(told((None, None)))
    for each in own.recipients:
        each.message_key = None  # as JSON may have it

    call(script, own, None)
    assert [len(each) for each in script.keys()[0]] == [36, 36]
    assert [each.message_key for each in own.recipients] == [None, None]


def test_recipients_may_be_a_tuple_and_must_be_a_list(call: Any) -> None:
    own, script = body(keys=("a", "b")), Script(told((None, None)))
    own.recipients = tuple(own.recipients)

    assert [each.recipient.contact_key for each in call(script, own, None).queued] == ["r-0", "r-1"]
    own.recipients = None
    with pytest.raises(InvalidRequest, match="recipients is no list"):
        call(script, own, None)


def test_a_repeat_has_the_same_keys_and_its_duplicates_were_queued(call: Any, waits: list[float]) -> None:
    script = Script(DROPPED, told((109110, 109106, 109110)))
    result = call(script, body(), SOON)

    assert script.sent[0] == script.sent[1]
    assert [each.before for each in result.queued] == [True, True]
    assert [each.code for each in result.refused] == [109106]
    assert repr(result) == "<SmsSendResult: 1 of 3 recipients refused (109106: 1), request r>"
    with pytest.raises(RecipientsRefused):
        result.raise_for_refused()


def test_an_unknown_outcome_survives_a_pickle(call: Any, waits: list[float]) -> None:
    with pytest.raises(OutcomeUnknown) as raised:
        call(Script(DROPPED, error(403, 20002)), body(), Repeats(tries=2))
    copied = pickle.loads(pickle.dumps(raised.value))

    assert str(copied) == str(raised.value)
    assert "unknown after 2 tries. The last: POST /messaging/v1/sms/messages/: answered with 403" in str(copied)
    assert copied.body == raised.value.body


def test_a_good_repeat_leaves_no_warning(call: Any, waits: list[float], caplog: pytest.LogCaptureFixture) -> None:
    call(Script(DROPPED, told((109110, 109110, 109110))), body(), SOON)

    assert [each.getMessage() for each in caplog.records if each.name == "generated_client"] == []


@pytest.mark.parametrize("status, tries", [(401, 1), (429, 2), (503, 2)])
def test_signing_in_is_repeated_where_that_may_help(waits: list[float], status: int, tries: int) -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(status, json={"error": "invalid_client"}, headers={"Retry-After": "7"})

    credentials = ClientCredentials("id", "secret", token_url="https://sms.test/token", cache=TokenCache())
    client = Client("http://sms.test", auth=credentials)
    client.set_httpx_client(httpx.Client(transport=httpx.MockTransport(answer)))
    with client, pytest.raises(SignInError):
        send.sync_once(client=client, body=body(), repeats=Repeats(tries=2))

    assert len(asked) == tries
    assert waits == [7.0] * (tries - 1)


@pytest.mark.parametrize("code", ["109110", 109110.0])
def test_a_duplicate_is_one_however_its_code_is_written(call: Any, waits: list[float], code: Any) -> None:
    result = call(Script(DROPPED, told((code,))), body(keys=("k",)), SOON)

    assert [each.before for each in result.queued] == [True]
    assert result.all_queued


def test_a_duplicate_on_the_first_try_is_a_refusal(call: Any) -> None:
    result = call(Script(told((109110,))), body(keys=("used",)), SOON)

    assert [each.code for each in result.refused] == [109110]


def test_a_duplicate_after_a_try_that_was_not_received_is_a_refusal(call: Any, waits: list[float]) -> None:
    result = call(Script(httpx.ConnectError("refused"), told((109110,))), body(keys=("used",)), SOON)

    assert [each.code for each in result.refused] == [109110]
    assert len(waits) == 1


@pytest.mark.parametrize("unreadable", [httpx.Response(202, text="<html>"), error(500), error(520), error(502)])
def test_whatever_leaves_the_outcome_unknown_is_repeated(call: Any, waits: list[float], unreadable: Any) -> None:
    result = call(Script(unreadable, told((109110,))), body(keys=("k",)), SOON)

    assert result.all_queued


@pytest.mark.parametrize("status, code", [(429, 50100), (503, 50300)])
def test_the_service_is_given_the_time_it_asks_for(call: Any, waits: list[float], status: int, code: int) -> None:
    call(Script(error(status, code, **{"Retry-After": "7"}), told((None,))), body(keys=("k",)), SOON)

    assert waits == [7.0]


def test_who_gives_out_tokens_is_given_the_time_it_asks_for(call: Any, waits: list[float]) -> None:
    busy = SignInError("h", "busy", status_code=429, retry_after=7.0)
    result = call(Script(busy, SignInError("h", "no answer"), told((None,))), body(keys=("k",)), SOON)

    assert result.all_queued
    assert waits[0] == 7.0 and waits[1] < 1.0


def test_an_error_of_the_callers_own_leaves_an_earlier_try_unknown(call: Any, waits: list[float]) -> None:
    script = Script(DROPPED, LookupError("in a hook"))
    with pytest.raises(OutcomeUnknown) as raised:
        call(script, body(), SOON)

    assert isinstance(raised.value.__cause__, LookupError)
    assert "in a hook" not in str(raised.value)
    assert raised.value.body.to_dict() == script.sent[0] == script.sent[1]


def test_a_wait_that_is_too_long_is_not_begun(call: Any, waits: list[float]) -> None:
    with pytest.raises(TooManyRequests) as raised:
        call(Script(error(429, 50100, **{"Retry-After": "61"})), body(), SOON)

    assert raised.value.retry_after == 61.0
    assert waits == []


@pytest.mark.parametrize(
    "answer, kind",
    [
        (error(429, 50200), TooManyRequests),
        (error(429, "50200"), TooManyRequests),
        (error(403, 20002), Forbidden),
        (error(400, 10004), CallError),
        (SignInError("h", "no", status_code=401, error="invalid_client"), SignInError),
    ],
)
def test_what_no_repeat_would_change_is_raised_at_once(call: Any, waits: list[float], answer: Any, kind: Any) -> None:
    with pytest.raises(kind):
        call(Script(answer), body(), SOON)

    assert waits == []


@pytest.mark.parametrize("last", [error(403, 20002), error(400, 109103), httpx.ConnectError("gone")])
def test_a_refused_repeat_leaves_the_first_try_unknown(call: Any, waits: list[float], last: Any) -> None:
    script = Script(DROPPED, last)
    with pytest.raises(OutcomeUnknown) as raised:
        call(script, body(), Repeats(tries=2))

    again = Script(told((109110, 109110, 109110)))
    assert raised.value.tries == 2
    assert "None" not in str(copy.copy(raised.value))
    assert raised.value.body.to_dict() == script.sent[0]
    assert call(again, raised.value.body, None, again=True).all_queued
    assert again.sent[0] == script.sent[0]


def test_tries_are_counted_and_waits_grow(call: Any, waits: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("random.uniform", lambda low, high: high)
    script = Script(*[error(500)] * 6)
    with pytest.raises(OutcomeUnknown, match="6 tries") as raised:
        call(script, body(), Repeats(tries=6, first_wait=1.0, longest_wait=5.0))

    assert isinstance(raised.value.__cause__, ServerError)
    assert waits == [1.0, 2.0, 4.0, 5.0, 5.0]


def test_time_is_limited(call: Any, waits: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    now = itertools.count(step=5.0)
    monkeypatch.setattr("generated_client.once._now", lambda: next(now))
    with pytest.raises(OutcomeUnknown, match="3 tries"):
        call(Script(*[httpx.Response(202, text="?")] * 9), body(), Repeats(tries=9, seconds=12.0, first_wait=0.001))


def test_the_outcome_of_a_last_try_that_cannot_be_read_is_unknown(call: Any) -> None:
    with pytest.raises(OutcomeUnknown) as raised:
        call(Script(httpx.Response(202, text="?")), body(), None)

    assert isinstance(raised.value.__cause__, DecodeError)


@pytest.mark.parametrize(
    "keys, said",
    [
        (("twice", "twice"), "1 of the values of message_key in recipients stand there twice"),
        (("x" * 101,), "1 of the values of message_key in recipients have more than 100 characters"),
        (("", "k", ["k"], 7), "3 of the values of message_key in recipients are empty, or no texts"),
    ],
)
def test_keys_that_cannot_be_are_refused_before_anything_is_sent(call: Any, keys: Any, said: str) -> None:
    script = Script()
    with pytest.raises(InvalidRequest, match=said):
        call(script, body(keys=keys), SOON)

    assert script.sent == []


@pytest.mark.parametrize("wrong", [{"tries": 0}, {"seconds": 0}, {"first_wait": 0}, {"longest_wait": -1}])
def test_repeats_that_make_no_sense_are_refused(wrong: Any) -> None:
    with pytest.raises(ValueError):
        Repeats(**wrong)
