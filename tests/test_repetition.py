"""A failure in a file: nothing secret in it, no more before it than it takes, and three answers when it is repeated."""

from __future__ import annotations

import base64
import itertools
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from attrs import evolve

from conformance.case_files import Case, CaseFileError, Step, case_text, filled, read_case
from conformance.checks import SERVER
from conformance.checks.reading import SEND
from conformance.contract import Contract
from conformance.correct_server import SETTING, reference
from conformance.drivers import evidence
from conformance.drivers.repetition import Again, Repetition, repeat
from conformance.drivers.server import Plan, Session, no_progress
from conformance.judge import Judge, Lists, exchange_size
from conformance.model import NO_ANSWER, Exchange, Handler, Request, Response, json_response
from conformance.mutants.server import BY_NAME
from conformance.reports import masker


def cases(server: Handler, contract: Contract) -> Any:
    judge = Judge[Exchange](SERVER, Lists(), exchange_size)
    session = Session(Plan(contract, SETTING, 1, "quick"), judge, no_progress)
    session.probe(server, "the server in process")
    return session.cases(server)


def written(case: Case, folder: Path) -> Case:
    file = folder / "case.json"
    file.write_text(case_text(case, SETTING, str), encoding="utf-8")
    return read_case(file)[0]


def again(case: Case, server: Handler, contract: Contract) -> Repetition:
    return repeat(case, server, contract, SETTING)


@pytest.mark.parametrize(
    ("fault", "id", "before"),
    [
        ("says-errorcode-0-on-a-mixed-answer", "send-mixed-errorcode", 0),
        ("forgets-message-keys", "send-reused-key-refused", 1),
        ("gives-one-request-id", "request-id-new", 1),
        ("lets-in-with-the-start-of-the-token", "auth-wrong-token-refused", 0),
        ("queues-a-message-key-of-101-characters", "send-long-key-refused", 0),
        ("guesses-the-encoding-of-a-body", "send-malformed-body-refused", 0),
    ],
)
def test_a_failure_is_repeated_with_what_it_takes(
    contract: Contract, tmp_path: Path, fault: str, id: str, before: int
) -> None:
    server = BY_NAME[fault].wrap(reference(contract))
    case = written(cases(server, contract)[id], tmp_path)

    assert case.shows_again is True
    # Of an id, as many as gave it before.
    assert len(case.before) >= before if id == "request-id-new" else len(case.before) == before
    assert again(case, server, contract).again is Again.STILL_FAILING
    assert again(case, reference(contract), contract).again is Again.FIXED


def test_another_fault_in_its_place_is_neither(contract: Contract) -> None:
    case = cases(BY_NAME["says-errorcode-0-on-a-mixed-answer"].wrap(reference(contract)), contract)[
        "send-mixed-errorcode"
    ]
    renamed = again(case, BY_NAME["writes-the-item-code-in-camel-case"].wrap(reference(contract)), contract)
    silent = again(case, lambda _: Response(400, (), b""), contract)

    assert (renamed.again, silent.again) == (Again.OTHER, Again.OTHER)
    assert "send-item-errorcode-key" in renamed.others
    assert "does not apply" in silent.note


def test_a_failure_that_did_not_show_again_is_never_called_fixed(contract: Contract) -> None:
    count = itertools.count()
    faulty = BY_NAME["says-errorcode-0-on-a-mixed-answer"].wrap(reference(contract))
    right = reference(contract)

    def once(request: Request) -> Response:
        return faulty(request) if next(count) < 60 else right(request)

    case = cases(once, contract)["send-mixed-errorcode"]

    assert case.shows_again is False
    assert again(case, right, contract).again is Again.OTHER
    assert "come and go" in again(case, right, contract).note


def test_a_file_holds_neither_token_nor_number_in_any_form(contract: Contract) -> None:
    texts = [
        case_text(each, SETTING, masker((SETTING.token,), SETTING.numbers))
        for each in cases(BY_NAME["accepts-everything"].wrap(reference(contract)), contract).values()
    ]
    whole = "".join(texts)

    assert len(texts) > 15
    for secret in (SETTING.token, SETTING.token[:-1], SETTING.token[1:], SETTING.token.swapcase(), *SETTING.numbers):
        assert secret not in whole


def test_another_token_and_other_numbers_take_the_place_of_the_marks(contract: Contract, tmp_path: Path) -> None:
    found = cases(BY_NAME["lets-in-with-the-start-of-the-token"].wrap(reference(contract)), contract)
    case = written(found["auth-wrong-token-refused"], tmp_path)
    other = evolve(SETTING, token="another-secret", numbers=("15555550199",))
    (step,) = filled([case.step], other, case.keys, "other")

    assert step.operation == SEND
    assert step.request.header("authorization") == "Bearer a"
    assert step.request.json["recipients"][0]["to"] == "15555550199"
    assert step.request.json["recipients"][0]["messageKey"].startswith("other-")


@pytest.mark.parametrize(
    ("part", "own"),
    [
        (SETTING.token, "another-secret"),
        (SETTING.token[:-1], "another-secre"),
        (SETTING.token[1:], "nother-secret"),
        (SETTING.token[:3], "ano"),
        (SETTING.token.swapcase(), "ANOTHER-SECRET"),
        (f"{SETTING.token[:-1]}~", "another-secre~"),
        ("wrong", "wrong"),
    ],
)
def test_a_part_of_the_token_is_the_same_part_of_another(
    contract: Contract, tmp_path: Path, part: str, own: str
) -> None:
    request = Request("POST", "/", (("authorization", f"Bearer {part}"),))
    step = Step(SEND, request)
    case = Case("server-answers", (), "", "", (), step, Response(202), None)
    (found,) = filled([written(case, tmp_path).step], evolve(SETTING, token="another-secret"), "", "")

    assert found.request.header("authorization") == f"Bearer {own}"


def with_request(**changes: Any) -> str:
    """A file whose request is not as it should be."""
    request = {"operation": None, "method": "GET", "target": "/", "headers": [], "body": "", **changes}
    members = {"format": 1, "requirement": "a", "breaches": [], "contract": "", "keys": ""}
    response = {"status": 200, "headers": [], "body": ""}
    return json.dumps({**members, "shows_again": None, "before": [], "request": request, "response": response})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is not JSON"),
        ("[]", "is not of format 1"),
        ('{"format": 2}', "is not of format 1"),
        ('{"format": 1}', "holds no failure that could be repeated"),
        (with_request(target="/ü"), "a target is none"),
        (with_request(method=5), "a method or the name of a header is none"),
        (with_request(headers=[["a b", "c"]]), "a method or the name of a header is none"),
        (with_request(operation=7), "an operation is no name"),
    ],
)
def test_a_file_that_holds_no_case_is_an_error(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "case.json").write_text(text, encoding="utf-8")

    with pytest.raises(CaseFileError, match=said):
        read_case(tmp_path / "case.json")


def test_bytes_that_are_no_text_come_back_as_they_were(contract: Contract, tmp_path: Path) -> None:
    found = cases(BY_NAME["reads-bodies-that-are-not-utf-8"].wrap(reference(contract)), contract)
    case = found["send-malformed-body-refused"]
    file = tmp_path / "case.json"
    file.write_text(case_text(case, SETTING, str), encoding="utf-8")
    (step,) = filled([read_case(file)[0].step], SETTING, "", "")

    assert "base64" in json.loads(file.read_text(encoding="utf-8"))["request"]["body"]
    assert step.request.body == case.step.request.body


def test_a_busy_server_says_nothing_of_a_failure(contract: Contract) -> None:
    found = cases(BY_NAME["says-errorcode-0-on-a-mixed-answer"].wrap(reference(contract)), contract)
    step = found["send-mixed-errorcode"].step
    never = Case("server-error-never", (), "", "", (), step, Response(500), True)
    busy = json_response(503, {"message": "later", "errorcode": 50300, "documentation": ""}, (("retry-after", "5"),))
    told = again(never, lambda _: busy, contract)

    assert told.again is Again.OTHER
    assert "busy" in told.note


def test_no_answer_does_not_mend_what_exploration_found(contract: Contract) -> None:
    found = cases(BY_NAME["says-errorcode-0-on-a-mixed-answer"].wrap(reference(contract)), contract)
    step = found["send-mixed-errorcode"].step
    case = Case("schemathesis-not-a-server-error", (), "", "", (), step, Response(500), True)

    assert again(case, lambda _: Response(NO_ANSWER), contract).again is Again.OTHER


def test_no_more_time_than_that_is_spent_on_what_a_failure_needs(
    contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "LIMIT", -1.0)
    found = cases(BY_NAME["forgets-message-keys"].wrap(reference(contract)), contract)["send-reused-key-refused"]

    assert found.shows_again is None
    assert len(found.before) == 1


def test_an_echo_of_all_but_a_letter_of_the_token_is_marked(contract: Contract) -> None:
    body = f"who is {SETTING.token[:-1]}, or {SETTING.token[1:]}?".encode()
    step = Step(SEND, Request("POST", "/", (), body))
    text = case_text(Case("a", (), "", "", (), step, Response(403, (), body), None), SETTING, str)

    assert SETTING.token[1:-1] not in text
    assert filled([step], SETTING, "", "")[0].request.body == body


#: A token that no encoder leaves as it is, and another.
ODD, OTHER = 's3cret"half\\and/half+more%', 'quite "another" \\ one'.replace(" ", "_")


@pytest.mark.parametrize(
    "written_as",
    [str, json.dumps, lambda token: json.dumps(json.dumps(token)), lambda token: quote(token, safe=""), repr],
    ids=["plain", "JSON", "JSON in JSON", "percent", "Python"],
)
@pytest.mark.parametrize("part", [ODD, ODD[1:], ODD[:-1], ODD.swapcase()], ids=["all", "end", "start", "other letters"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_file_holds_no_token_however_it_is_written(written_as: Any, part: str, encoding: str) -> None:
    given = written_as(part)
    step = Step(SEND, Request("POST", f"/{quote(part, safe='')}", (("x-own", given),), given.encode(encoding)))
    answer = Response(403, (("location", f"/{quote(part)}"),), given.encode(encoding))
    text = case_text(Case("a", (given,), "", "", (), step, answer, None), evolve(SETTING, token=ODD), str)
    document = json.loads(text)

    assert "half" not in json.dumps({**document, "breaches": []}).lower()
    assert all("half" not in body.lower() for body in bodies(document))


def bodies(document: Any) -> list[str]:
    """What the bodies of a file say, those in base 64 as well, without the zeros of UTF-16."""
    listed = [document["request"]["body"], document["response"]["body"]]
    octets = [base64.b64decode(each["base64"]) if isinstance(each, dict) else each.encode() for each in listed]
    return [each.replace(b"\0", b"").decode("latin-1") for each in octets]


def test_another_token_takes_its_place_as_the_place_asks_for(tmp_path: Path) -> None:
    request = Request(
        "POST",
        f"/?token={quote(ODD, safe='')}",
        (("authorization", f"Bearer {ODD}"),),
        json.dumps({"token": ODD, "letters": ODD.swapcase()}).encode(),
    )
    file = tmp_path / "case.json"
    case = Case("a", (), "", "", (), Step(SEND, request), Response(202), None)
    file.write_text(case_text(case, evolve(SETTING, token=ODD), str), encoding="utf-8")
    (step,) = filled([read_case(file)[0].step], evolve(SETTING, token=OTHER), "", "")

    assert "half" not in file.read_text(encoding="utf-8").lower()
    assert step.request.target == f"/?token={quote(OTHER, safe='')}"
    assert step.request.header("authorization") == f"Bearer {OTHER}"
    assert step.request.json == {"token": OTHER, "letters": OTHER.swapcase()}
