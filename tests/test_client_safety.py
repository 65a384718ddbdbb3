"""What goes out, and who sees or shares it: C1, C10, C11 and C12 of the rulings, by our client and the stock one."""

from __future__ import annotations

import asyncio
import copy
import gc
import json
import logging
import pickle
import threading
import traceback
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import unquote

import httpx
import pytest

from conformance.drivers.scripted_server import ScriptedServer
from conformance.model import JSON, Answer, Response
from tests.client_packages import (
    AS_JSON,
    BODY,
    ERROR,
    MIXED,
    QUEUED,
    TOKEN,
    Asker,
    Package,
    peer,
    refusing_url,
    said,
)
from tests.test_client_failures import reset

OK = said(202, QUEUED)
COOKIE = "c00kie-of-nobody"


# C1: what goes out


def test_method_path_and_headers_are_the_documented_ones(ask: Asker) -> None:
    ask(OK).result()

    (sent,) = ask.received
    assert (sent.method, sent.target) == ("POST", "/messaging/v1/sms/messages/")
    assert sent.all_headers("content-type") == ("application/json",)
    assert sent.all_headers("authorization") == (f"Bearer {TOKEN}",)
    assert sent.header("cookie") is None


def test_json_is_what_it_asks_for(ask: Asker) -> None:
    ask(OK).result()

    assert ask.received[0].all_headers("accept") == ("application/json",)


def test_it_says_who_it_is(ask: Asker) -> None:
    ask(OK).result()

    assert ask.received[0].header("user-agent").startswith("marketing-cloud-rest-api-client/0.1.0 contract/1.0.0 ")


FULL: JSON = {
    "definitionKey": "welcome",
    "attributes": {"code": None, "n": 1.5, "deep": [{"a": None}]},
    "content": {"message": "„Grüße“ \U0001f600 \u0000"},
    "subscriptions": {"resubscribe": False},
    "recipients": [{"contactKey": "", "to": "15550100", "attributes": {}}, {}],
}


@pytest.mark.parametrize("body", [FULL, BODY, {"definitionKey": "", "recipients": []}], ids=["full", "plain", "empty"])
def test_the_body_goes_out_member_by_member(ask: Asker, body: JSON) -> None:
    ask(OK, body=body)

    assert ask.received[0].json == body


def test_what_is_not_set_is_left_out(package: Package) -> None:
    recipient = package.models.SmsRecipient(to="15550100")

    assert recipient.to_dict() == {"to": "15550100"}


def test_members_that_the_request_does_not_know_are_kept(package: Package) -> None:
    body = {**FULL, "x": [None], "recipients": [{"to": "1", "y": {"z": None}}]}

    assert package.body(body).to_dict() == body


def test_the_server_is_told_its_cookies_by_the_caller_alone(ask: Asker) -> None:
    ask.each([said(202, QUEUED, (*AS_JSON, ("set-cookie", "server=1"))), OK])

    assert ask.received[0].header("cookie") is None


def test_headers_and_cookies_of_the_caller_go_along(ask: Asker) -> None:
    ask(OK, headers={"X-Trace": "7"}, cookies={"a": "b"}).result()

    assert (ask.received[0].header("x-trace"), ask.received[0].header("cookie")) == ("7", "a=b")


@pytest.mark.parametrize("path", ["", "/", "/base", "/base/"])
def test_a_path_in_the_address_stands_in_front(ask: Asker, path: str) -> None:
    ask.each([OK], url=ask.server.url + path)

    assert ask.received[0].target == f"{path.rstrip('/')}/messaging/v1/sms/messages/"


@pytest.mark.parametrize("value", ["\ud800", float("nan"), object()], ids=["half-pair", "nan", "object"])
def test_what_json_cannot_say_is_refused_before_anything_goes_out(ask: Asker, value: Any) -> None:
    error = ask(OK, body={**BODY, "attributes": {"a": value}}).raised("InvalidRequest")

    assert ask.received == ()
    assert not error.outcome_unknown
    assert "Nothing was sent." in str(error)


@pytest.mark.parametrize(
    "url", ["", "host", "ftp://h", "https://", "https://h?q", "https://u:p@h", "http://[", "http://a b"]
)
def test_an_address_that_is_none_is_refused_at_once(package: Package, url: Any) -> None:
    with pytest.raises(package.error("InvalidRequest")):
        package.client(url)


# C10: who sees the token


def shown(thing: object) -> str:
    """Whatever a program may print of a thing, or store."""
    texts = [repr(thing), str(thing), repr(getattr(thing, "__dict__", ""))]
    try:
        texts.append(pickle.dumps(thing).decode("latin-1"))
    except TypeError as error:
        texts.append(str(error))
    if isinstance(thing, BaseException):
        trace = traceback.TracebackException.from_exception(thing, capture_locals=True)
        texts += [*trace.format()]
        for each in (thing, thing.__cause__, thing.__context__):
            request = getattr(each, "request", None)
            texts.append(repr(request and request.headers.multi_items()))
        response = getattr(thing, "response", None)
        around = () if response is None else (response.next_request, *(each.request for each in response.history))
        texts += [repr(each.headers.multi_items()) for each in around if each]
    return "\n".join(texts)


def test_a_client_and_its_copies_show_no_token(package: Package) -> None:
    client = package.client("http://h", headers={"X": "1"}, cookies={"s": COOKIE})

    for each in (
        client,
        client.with_headers({"Authorization": TOKEN}),
        client.with_cookies({"t": COOKIE}),
        client.with_timeout(httpx.Timeout(1)),
        copy.copy(client),
        copy.deepcopy(client),
    ):
        assert TOKEN not in repr(each) + str(each) + f"{each}"
        assert COOKIE not in repr(each)


def test_a_client_is_not_pickled(package: Package) -> None:
    with pytest.raises(TypeError, match="is not pickled"):
        pickle.dumps(package.client("http://h"))


def redirect() -> Answer:
    return said(307, b"", (("location", "/elsewhere"),))


ANSWERS = {
    "refused": said(401, ERROR),
    "undocumented": said(404, ERROR),
    "redirect": redirect(),
    "unreadable": said(202, b"<html>"),
    "not-unpacked": said(202, b"<html>", (("content-encoding", "gzip"),)),
    "broken-off": Answer(Response(202, AS_JSON, b"{}"), cut_after=1),
    "quoted": said(401, {**ERROR, "message": f"no such token: {TOKEN}.", "documentation": TOKEN}),
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_an_error_shows_no_token(ask: Asker, answer: Answer) -> None:
    error = ask(answer).error

    assert error is not None
    assert not isinstance(error, UnicodeError)
    quoted = answer is ANSWERS["quoted"]
    assert TOKEN not in (repr(error) + str(error) if quoted else shown(error))


def test_an_error_shows_neither_cookies_nor_a_header_of_ones_own(ask: Asker) -> None:
    for answer in ANSWERS.values():
        error = ask(
            answer,
            cookies={"session": COOKIE},
            headers={"Proxy-Authorization": "Basic " + COOKIE},
            auth_header_name="X-Api-Key",
            prefix="",
        ).error
        assert error is not None
        assert TOKEN not in repr(error) + str(error)
        assert COOKIE not in shown(error)
        if answer is not ANSWERS["quoted"]:
            assert TOKEN not in shown(error)


@pytest.mark.parametrize("how", ["reset", "nobody-there"])
def test_an_error_of_the_connection_shows_no_token(ask: Asker, how: str) -> None:
    with peer(reset) as resetting:
        (told,) = ask.each([OK], url=resetting if how == "reset" else refusing_url())

    assert TOKEN not in shown(told.error)
    assert TOKEN not in repr(told.error.request.headers.multi_items())


def test_an_answer_in_detail_shows_no_token(ask: Asker) -> None:
    for answer in (OK, *(each for name, each in ANSWERS.items() if name not in {"quoted", "broken-off"})):
        detail = ask(answer, detailed=True).result()
        assert TOKEN not in shown(detail)
        assert TOKEN not in shown(detail.error)


def test_logs_show_no_token(ask: Asker, package: Package, caplog: pytest.LogCaptureFixture) -> None:
    for name in (package.name, "httpx", "httpcore"):
        caplog.set_level(logging.DEBUG, name)

    for answer in (OK, said(202, MIXED), *ANSWERS.values()):
        ask(answer, cookies={"session": COOKIE})
    assert {"httpx", "httpcore.http11"} <= {each.name for each in caplog.records}
    assert not {TOKEN, COOKIE} & {each for each in (TOKEN, COOKIE) if each in caplog.text}


def test_a_call_is_one_line_in_the_log(ask: Asker, package: Package, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, package.name)
    ask(OK)

    (line,) = [each.getMessage() for each in caplog.records if each.name == package.name]
    assert line.startswith("POST /messaging/v1/sms/messages/: 202 in ")
    assert line.endswith(f"request {QUEUED['requestId']}")


@pytest.mark.parametrize("token", ["", " ", "a\nb", "a\r\nX: y", "a\0", "ü", " a", "a ", "\x7f"], ids=ascii)
def test_a_token_that_no_header_can_carry_is_refused_and_not_shown(package: Package, token: str) -> None:
    with pytest.raises(package.error("InvalidRequest")) as caught:
        package.client("http://h", token)

    assert not token.strip() or repr(token) not in str(caught.value)


@pytest.mark.parametrize("options", [{"prefix": "Bea\nrer"}, {"auth_header_name": "X Key"}, {"auth_header_name": ""}])
def test_a_header_that_cannot_be_is_refused_at_once(package: Package, options: dict[str, str]) -> None:
    with pytest.raises(package.error("InvalidRequest")) as caught:
        package.client("http://h", **options)

    assert TOKEN not in repr(caught.value) + str(caught.value)


@pytest.mark.parametrize(
    "options", [{"cookies": {"s": COOKIE + "\n"}}, {"headers": {"X-Key": COOKIE + "\n"}}], ids=["cookie", "header"]
)
def test_a_header_that_cannot_be_sent_is_refused_and_not_shown(ask: Asker, options: dict[str, Any]) -> None:
    error = ask(OK, **options).raised("InvalidRequest")

    assert COOKIE not in shown(error)
    assert (error.__cause__, error.__context__) == (None, None)


@pytest.fixture
def elsewhere() -> Any:
    with ScriptedServer() as running:
        running.play(said(404, ERROR))
        yield running


@pytest.mark.parametrize("options", [{}, {"auth_header_name": "X-Api-Key", "prefix": ""}], ids=["usual", "own-header"])
def test_the_token_does_not_follow_to_another_host(
    letters_package: Package, scripted: ScriptedServer, elsewhere: ScriptedServer, style: str, options: dict[str, str]
) -> None:
    scripted.play(said(302, b"", (("location", f"{elsewhere.url}/a"),)))
    told = read(letters_package, style, scripted.url, "x", follow_redirects=True, cookies={"s": COOKIE}, **options)

    sent = repr(elsewhere.received)
    assert len(elsewhere.received) == 1
    assert TOKEN not in sent
    assert COOKIE not in sent
    assert not {TOKEN, COOKIE} & {each for each in (TOKEN, COOKIE) if each in shown(told)}
    assert type(told).__name__ == "UnexpectedStatus"


def test_the_token_follows_on_the_same_host(letters_package: Package, style: str, scripted: ScriptedServer) -> None:
    scripted.play(redirect())
    told = read(letters_package, style, scripted.url, "x", follow_redirects=True)

    assert len(scripted.received) == 21
    assert {each.header("authorization") for each in scripted.received} == {f"Bearer {TOKEN}"}
    assert type(told).__name__ in {"NoAnswer", "TooManyRedirects"}


# C11: values in a path


def read(package: Package, style: str, url: str, name: str, **options: Any) -> Any:
    """What the operation of the small contract returns or raises."""
    module, client = package.module("api.letters.read_letter"), package.client(url, verify_ssl=False, **options)
    return asyncio.run(read_async(module, client, name)) if style == "async" else read_sync(module, client, name)


def read_sync(module: Any, client: Any, name: str) -> Any:
    with client:
        try:
            return module.sync(name, client=client)
        except Exception as error:
            return error


async def read_async(module: Any, client: Any, name: str) -> Any:
    async with client:
        try:
            return await module.asyncio(name, client=client)
        except Exception as error:
            return error


@pytest.mark.parametrize("name", ["", ".", ".."])
def test_a_name_that_leads_elsewhere_is_refused(
    letters_package: Package, style: str, scripted: ScriptedServer, name: str
) -> None:
    scripted.play(said(200, {}))
    told = read(letters_package, style, scripted.url, name)

    assert isinstance(told, letters_package.error("InvalidRequest"))
    assert scripted.received == ()


@pytest.mark.parametrize("name", ["a/b", "../x", "a?b#c", "%2e%2e", "ü \U0001f600", "a;b", "...", "a\nb", "{name}"])
def test_a_name_is_one_part_of_the_path(
    letters_package: Package, style: str, scripted: ScriptedServer, name: str
) -> None:
    scripted.play(said(200, {"a": 1}))
    told = read(letters_package, style, scripted.url, name)

    (sent,) = scripted.received
    assert sent.target.count("/") == 2
    assert unquote(sent.target.rpartition("/")[2]) == name
    assert told.to_dict() == {"a": 1}


def test_a_name_that_no_path_can_carry_is_refused(
    letters_package: Package, style: str, scripted: ScriptedServer
) -> None:
    scripted.play(said(200, {}))

    assert isinstance(read(letters_package, style, scripted.url, "\ud800"), letters_package.error("InvalidRequest"))


# C12: who shares a client


def answering(request: httpx.Request) -> httpx.Response:
    return httpx.Response(202, json=QUEUED)


LOCAL = {"transport": httpx.MockTransport(answering)}


def test_threads_make_one_client_of_httpx(package: Package, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[httpx.Client] = []
    at_once = threading.Barrier(16)

    class Slow(httpx.Client):
        def __init__(self, **options: Any) -> None:
            made.append(self)
            threading.Event().wait(0.02)
            super().__init__(**options)

    monkeypatch.setattr(httpx, "Client", Slow)
    client = package.client("http://h", verify_ssl=False, httpx_args=LOCAL)

    def call(_: int) -> Any:
        at_once.wait()
        return package.send.sync(client=client, body=package.body()).to_dict()

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(call, range(16))) == [QUEUED] * 16
    for each in made:
        each.close()
    assert len(made) == 1


def test_tasks_share_a_client(package: Package) -> None:
    async def calls() -> list[Any]:
        async with package.client("http://h", verify_ssl=False, httpx_args=LOCAL) as client:
            body = package.body()
            return await asyncio.gather(*(package.send.asyncio(client=client, body=body) for _ in range(16)))

    assert [each.to_dict() for each in asyncio.run(calls())] == [QUEUED] * 16


def in_two_loops(package: Package, url: str) -> list[Any]:
    """What one client returns or says in one event loop after another."""
    client = package.client(url, verify_ssl=False)

    async def call() -> Any:
        try:
            return (await package.send.asyncio(client=client, body=package.body())).to_dict()
        except RuntimeError as error:
            return str(error)

    return [asyncio.run(call()), asyncio.run(call())]


def test_a_client_serves_one_event_loop_after_another(package: Package, scripted: ScriptedServer) -> None:
    scripted.play(OK)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # a loop takes its connections with it
        told = in_two_loops(package, scripted.url)
        gc.collect()

    assert told == [QUEUED, QUEUED]


CHANGES = {
    "with_headers": {"X-Tenant": "b"},
    "with_cookies": {"tenant": "b"},
    "with_timeout": httpx.Timeout(5.0),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_copy_leaves_the_original_as_it_was(package: Package, change: str) -> None:
    seen: list[Any] = []

    def answered(request: httpx.Request) -> httpx.Response:
        seen.append((request.headers.multi_items(), request.extensions["timeout"]))
        return httpx.Response(202, json=QUEUED)

    args = {"transport": httpx.MockTransport(answered)}
    with package.client("http://h", headers={"X-Tenant": "a"}, timeout=httpx.Timeout(3.0), httpx_args=args) as client:
        package.send.sync(client=client, body=package.body())
        changed = getattr(client, change)(CHANGES[change])
        package.send.sync(client=client, body=package.body())
        package.send.sync(client=changed, body=package.body())
        changed.get_httpx_client().close()

    assert seen[0] == seen[1]
    assert seen[2] != seen[1]


def test_a_copy_shares_the_connections(package: Package) -> None:
    client = package.client("http://h", verify_ssl=False)
    copied = client.with_headers({"X": "1"})
    found = copied.get_httpx_client(), client.get_httpx_client()
    for each in found:
        each.close()

    assert found[0] is found[1]


def test_the_callers_headers_stay_as_they_were(package: Package) -> None:
    headers: dict[str, str] = {}
    with package.client("http://h", headers=headers, verify_ssl=False, httpx_args=LOCAL) as client:
        package.send.sync(client=client, body=package.body())

    assert headers == {}


def test_a_closed_client_says_so(package: Package, style: str) -> None:
    client = package.client("http://h", verify_ssl=False, httpx_args=LOCAL)

    async def in_a_task() -> None:
        async with client:
            await package.send.asyncio(client=client, body=package.body())
        with pytest.raises(package.error("InvalidRequest"), match="closed"):
            await package.send.asyncio(client=client, body=package.body())

    if style == "async":
        asyncio.run(in_a_task())
        return
    with client:
        package.send.sync(client=client, body=package.body())
    with pytest.raises(package.error("InvalidRequest"), match="closed"):
        package.send.sync(client=client.with_headers({}), body=package.body())


def test_a_client_can_be_closed_twice_and_before_use(package: Package) -> None:
    client = package.client("http://h")
    client.close()
    client.close()
    asyncio.run(client.aclose())


# Models, and what is stored of them


def test_models_take_their_fields_by_name_alone(package: Package) -> None:
    with pytest.raises(TypeError):
        package.models.SmsSendRequest("welcome", [])


COPIES = {"pickle": lambda thing: pickle.loads(pickle.dumps(thing)), "copy": copy.copy, "deepcopy": copy.deepcopy}


def test_a_copied_model_is_equal(package: Package) -> None:
    result, body = package.models.SmsSendResult.from_dict(MIXED), package.body()

    assert (copy.copy(result), copy.copy(body)) == (result, body)


@pytest.mark.parametrize("how", [COPIES["pickle"], COPIES["deepcopy"]], ids=["pickle", "deepcopy"])
def test_a_model_comes_back_as_it_was(package: Package, how: Any) -> None:
    result, body = package.models.SmsSendResult.from_dict(MIXED), package.body()

    assert (how(result), how(body)) == (result, body)
    assert (how(result).to_dict(), how(body).to_dict()) == (MIXED, BODY)
    assert how(body).content is package.unset


@pytest.mark.parametrize("how", COPIES.values(), ids=COPIES)
def test_unset_stays_itself(package: Package, how: Any) -> None:
    assert how(package.unset) is package.unset


def test_models_that_differ_are_not_equal(package: Package) -> None:
    assert package.body() == package.body()
    assert package.body() != package.body({**BODY, "definitionKey": "other"})


def test_a_pickled_result_knows_its_recipients(ask: Asker) -> None:
    result = ask(said(202, MIXED)).result()

    for how in COPIES.values():
        assert [each.recipient.to for each in how(result).refused] == ["15550101"]


@pytest.mark.parametrize("how", COPIES.values(), ids=COPIES)
@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_an_error_can_be_copied(ask: Asker, answer: Answer, how: Any) -> None:
    error = ask(answer).error
    copied = how(error)

    assert isinstance(error, ask.package.error("CallError"))
    assert (type(copied), str(copied)) == (type(error), str(error))
    assert copied.outcome_unknown == error.outcome_unknown
    assert json.loads(copied.request.content) == BODY


def test_refusals_can_be_copied(ask: Asker, package: Package) -> None:
    error = package.module("mixed").RecipientsRefused(ask(said(202, MIXED)).result())

    for how in COPIES.values():
        assert [each.key for each in how(error).refused] == ["second"]
        assert str(how(error)) == str(error)
