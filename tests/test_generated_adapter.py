"""The adapter says honestly what a caller was told, by the stock client and by one with errors of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

from conformance.contract import Contract
from conformance.drivers.answers import accepted_body, error_body, refusal, send_operation
from conformance.drivers.cases import TOKEN
from conformance.drivers.generated import GeneratedCaller, PackageError, generated_caller
from conformance.drivers.scripted_server import ScriptedServer
from conformance.model import Answer, Asked, Item, Outcome, Response, Told, json_response

STYLES = pytest.mark.parametrize("style", ["sync", "async"])
BODY = {
    "definitionKey": "welcome",
    "recipients": [{"contactKey": "a", "messageKey": "first"}, {"contactKey": "b", "messageKey": "second"}],
}


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as running:
        yield running


@pytest.fixture(scope="module")
def caller(stock: str, contract: Contract) -> Iterator[GeneratedCaller]:
    with generated_caller(stock, contract) as made:
        yield made


@pytest.fixture
def ask(caller: GeneratedCaller, contract: Contract, server: ScriptedServer):
    operation = send_operation(contract).operation.id

    def asked(answer: Answer, style: str = "sync", timeout: float | None = None) -> Outcome:
        server.play(answer)
        return caller(Asked(operation, server.url, BODY, TOKEN, style, timeout))

    return asked


@STYLES
def test_all_queued(ask, server: ScriptedServer, style: str) -> None:
    body = accepted_body(BODY)
    outcome = ask(Answer(json_response(202, body)), style)

    assert outcome.told is Told.ACCEPTED
    assert outcome.items == (Item("first"), Item("second"))
    assert (outcome.request_id, outcome.errorcode, outcome.message) == (body["requestId"], 0, None)
    assert outcome.written == body
    assert server.received[0].json == BODY


@STYLES
def test_documented_mixed_example(ask, contract: Contract, style: str) -> None:
    example = send_operation(contract).operation.response_examples["202"]["MixedResponses"]
    outcome = ask(Answer(json_response(202, example)), style)

    refused, queued = outcome.items
    assert outcome.told is Told.ACCEPTED  # the stock client says nothing of refusals
    assert (refused.message_key, refused.errorcode) == ("gHQ3VLsfCEOuAC2sl-CV1Q", 109106)
    assert isinstance(refused.errorcode, int)
    assert queued == Item("oixAQE_zFUyr8bT8sJncdw")


def test_error_model_is_an_error_returned(ask) -> None:
    outcome = ask(refusal(400, 109122))

    assert outcome.told is Told.RETURNED_ERROR
    assert outcome.errorcode == 109122
    assert outcome.message == error_body(109122)["message"]
    assert outcome.documentation == error_body(109122)["documentation"]


def test_undocumented_status_is_nothing(ask) -> None:
    assert ask(Answer(json_response(418, error_body(1)))).told is Told.NOTHING


@pytest.mark.parametrize(
    ("answer", "raised"),
    [
        (Answer(Response(202, (("content-type", "text/html"),), b"<html>")), "json.decoder.JSONDecodeError"),
        (Answer(Response(520)), "builtins.ValueError"),
    ],
    ids=["html", "520"],
)
def test_exception_of_no_document_is_a_crash(ask, answer: Answer, raised: str) -> None:
    outcome = ask(answer)

    assert (outcome.told, outcome.raised) == (Told.CRASHED, raised)


@STYLES
@pytest.mark.parametrize("how", [{"stall": 5.0}, {"cut_after": 3}, {"cut_after": -1}], ids=str)
def test_answer_that_does_not_come_is_the_transport(ask, style: str, how: dict[str, float]) -> None:
    answer = attrs.evolve(refusal(400), **how)

    assert ask(answer, style, timeout=0.1).told is Told.TRANSPORT


@STYLES
def test_stock_client_waits_for_ever_and_shows_its_token(ask, style: str) -> None:
    outcome = ask(Answer(json_response(202, accepted_body(BODY))), style)

    assert outcome.default_timeout is None
    assert TOKEN in outcome.shown


def test_other_operation_is_refused(caller: GeneratedCaller, server: ScriptedServer) -> None:
    with pytest.raises(PackageError, match=r"has no operation 'sendPigeon'\. It has: sendSMSMessage"):
        caller(Asked("sendPigeon", server.url, BODY, TOKEN))


def test_closed_caller_can_be_asked_again(stock: str, contract: Contract, server: ScriptedServer) -> None:
    server.play(refusal(400))
    asked = Asked(send_operation(contract).operation.id, server.url, BODY, TOKEN, "async")
    with generated_caller(stock, contract) as caller:
        first = caller(asked)
        caller.close()

        assert caller(asked).told is first.told is Told.RETURNED_ERROR


OWN = """
from typing import Any
import httpx
from .. import client, errors

class Body:
    @classmethod
    def from_dict(cls, body):
        return body

ANSWER = httpx.Response(400, content=b"no", request=httpx.Request("POST", "http://localhost"))
SAID = {"errorcode": 7, "message": "no", "documentation": "d"}

def sync(*, client, body: Body) -> Any:
    match body["definitionKey"]:
        case "refused":
            raise errors.Error(status_code=400, request=ANSWER.request, response=ANSWER, **SAID)
        case "nested":
            raise errors.Error(status_code=400, content=b"kept", details=errors.Error(**SAID))
        case "unreadable":
            raise errors.Error(status_code=202, outcome_unknown=True)
        case "mixed":
            item = errors.Error(message_key="k", errorcode=7, message="no")
            raise errors.Error(refused=[item], queued=[errors.Error(message_key="l")], status_code=202)
        case "timeout":
            raise errors.Error(outcome_unknown=True) from httpx.ReadTimeout("slow")
        case "unsent":
            raise errors.Error()
        case "visible":
            item = errors.Error(message_key="k", errorcode=7, message="no")
            return errors.Error(responses=[item, errors.Error(message_key="l")], refused=[item])

async def asyncio(*, client, body: Body) -> Any:
    return sync(client=client, body=body)
"""
CLIENT = """
import attrs, httpx

@attrs.define
class AuthenticatedClient:
    base_url: str
    token: str = attrs.field(repr=False)
    timeout: httpx.Timeout = httpx.Timeout(30)

    def get_httpx_client(self):
        return httpx.Client(timeout=self.timeout)

    def get_async_httpx_client(self):
        return httpx.AsyncClient(timeout=self.timeout)
"""
ERRORS = """
class Error(Exception):
    def __init__(self, **given):
        vars(self).update(given)
"""


@pytest.fixture(scope="module")
def own(contract: Contract, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GeneratedCaller]:
    """A package whose client raises errors of its own, as ours does."""
    folder = tmp_path_factory.mktemp("own")
    files = {"client": CLIENT, "errors": ERRORS, "api/__init__": "", "__init__": ""}
    files["api/send_sms_message_multiple_recipients"] = OWN
    write(folder / "own_sms_client", files)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        with generated_caller("own_sms_client", contract) as made:
            yield made


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        file = folder / f"{name}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def told(own: GeneratedCaller, contract: Contract, case: str, style: str = "sync") -> Outcome:
    body = {"definitionKey": case, "recipients": [{}]}
    return own(Asked(send_operation(contract).operation.id, "http://127.0.0.1:9", body, TOKEN, style))


@STYLES
@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ("refused", Told.REFUSED),
        ("nested", Told.REFUSED),
        ("unreadable", Told.UNREADABLE),
        ("mixed", Told.MIXED),
        ("timeout", Told.TRANSPORT),
        ("unsent", Told.UNSENT),
        ("visible", Told.MIXED),
        ("anything else", Told.NOTHING),
    ],
)
def test_own_errors_are_told_by_what_they_carry(
    own: GeneratedCaller, contract: Contract, case: str, expected: Told, style: str
) -> None:
    assert told(own, contract, case, style).told is expected


def test_own_refusal_is_told_in_full(own: GeneratedCaller, contract: Contract) -> None:
    outcome = told(own, contract, "refused")

    assert (outcome.status, outcome.errorcode, outcome.message, outcome.documentation) == (400, 7, "no", "d")
    assert outcome.has_request_and_response
    assert outcome.kept_body == b"no"
    assert outcome.raised == "own_sms_client.errors.Error"


def test_model_inside_an_error_is_found(own: GeneratedCaller, contract: Contract) -> None:
    outcome = told(own, contract, "nested")

    assert (outcome.errorcode, outcome.message, outcome.kept_body) == (7, "no", b"kept")
    assert not outcome.has_request_and_response


def test_visible_mixture_has_its_items(own: GeneratedCaller, contract: Contract) -> None:
    assert told(own, contract, "visible").items == (Item("k", 7, "no"), Item("l"))


def test_raised_mixture_has_the_items_it_carries(own: GeneratedCaller, contract: Contract) -> None:
    assert told(own, contract, "mixed").items == (Item("k", 7, "no"), Item("l"))


def test_unknown_outcome_is_told(own: GeneratedCaller, contract: Contract) -> None:
    assert told(own, contract, "unreadable").says_outcome_unknown


def test_default_time_out_is_the_clients_own(own: GeneratedCaller, contract: Contract) -> None:
    assert told(own, contract, "refused").default_timeout == 30


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({}, r"^broken_\w+: cannot be imported: there is no module 'broken_\w+'\. Install the package"),
        ({"__init__": ""}, r"^broken_\w+\.client: cannot be imported: there is no module 'broken_\w+\.client'\."),
        ({"__init__": "1 / 0"}, r"cannot be imported \(ZeroDivisionError: division by zero\)\. Mend the package"),
        ({"__init__": "", "client": ""}, r"^broken_\w+\.client: has no AuthenticatedClient\."),
        ({"__init__": "", "client": CLIENT, "api/__init__": ""}, r"^broken_\w+\.api: has no module for the operation"),
        (
            {"__init__": "", "client": CLIENT, "api/send_sms_message_multiple_recipients": ""},
            r"multiple_recipients: has no sync and no asyncio\. Name a package",
        ),
        (
            {
                "__init__": "",
                "client": CLIENT,
                "api/send_sms_message_multiple_recipients": "def sync(): ...\ndef asyncio(): ...",
            },
            r"multiple_recipients: has a sync that takes no body with from_dict\.",
        ),
    ],
    ids=["absent", "no-client", "raises", "no-class", "no-module", "no-function", "no-body"],
)
def test_package_that_cannot_be_judged(
    contract: Contract,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
    files: dict[str, str],
    sentence: str,
) -> None:
    name = f"broken_{request.node.callspec.id.replace('-', '_')}"
    write(tmp_path / name, files)
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(PackageError, match=sentence):
        generated_caller(name, contract)
