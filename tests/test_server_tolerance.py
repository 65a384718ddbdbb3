"""What no ruling says is left open: correct servers differ there and are not accused; what is next to it is judged."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import attrs
import pytest
from conftest import Make, asked, good, queued, refused, told
from test_server_checks import broken, verdicts

from conformance.checks.reading import Fate, is_malformed, read_send, remember
from conformance.model import Exchange, Ledger, Response
from conformance.settings import DEFAULT

TOKEN = DEFAULT.token
RIGHT, WRONG = f"Bearer {TOKEN}", "Bearer wrong-token"


def error(code: int = 10000, message: str = "no") -> dict[str, Any]:
    return {"message": message, "errorcode": code, "documentation": ""}


def sent_with(seen: Exchange, *headers: tuple[str, str], body: bytes | None = None) -> Exchange:
    """The exchange with headers in place of those of the same name, and maybe another body."""
    names = {name for name, _ in headers}
    kept = tuple(each for each in seen.request.headers if each[0] not in names)
    request = attrs.evolve(seen.request, headers=(*kept, *headers), body=seen.request.body if body is None else body)
    return attrs.evolve(seen, request=request)


def at(seen: Exchange, method: str, target: str) -> Exchange:
    return attrs.evolve(seen, operation=None, request=attrs.evolve(seen.request, method=method, target=target))


@pytest.mark.parametrize("headers", [(RIGHT, WRONG), (WRONG, RIGHT), (f"Bearer  {TOKEN}",), (f"Bearer\t{TOKEN}",)])
@pytest.mark.parametrize("status", [202, 401])
def test_what_a_right_token_is_worth_in_odd_company_is_open(exchange: Make, headers: tuple[str], status: int) -> None:
    seen = exchange(asked(good()), told(queued()) if status == 202 else error(0), status=status)

    assert broken(sent_with(seen, *(("authorization", each) for each in headers))) == set()


@pytest.mark.parametrize("headers", [(WRONG, f"{WRONG}2"), (f"Bearer{TOKEN}",), (f"XBearer {TOKEN}",), ("bearer x",)])
def test_no_right_token_in_any_company_lets_nobody_in(exchange: Make, headers: tuple[str]) -> None:
    seen = sent_with(exchange(asked(good()), told(queued())), *(("authorization", each) for each in headers))

    assert broken(seen) & {"auth-wrong-token-refused", "auth-wrong-scheme-refused"}


@pytest.mark.parametrize(("status", "is_right"), [(202, True), (401, True), (403, True), (400, False), (500, False)])
def test_the_scheme_in_other_letters_is_taken_or_turned_away(exchange: Make, status: int, is_right: bool) -> None:
    seen = exchange(asked(good()), told(queued()) if status == 202 else error(0), status=status)
    seen = sent_with(seen, ("authorization", f"bearer {TOKEN}"))

    assert ("auth-scheme-letter-case" not in broken(seen)) is is_right


def test_a_common_word_that_begins_the_token_may_stand_in_an_error(exchange: Make) -> None:
    seen = exchange(asked(good()), error(0, "see the reference"), status=401)

    assert "error-no-token-echo" not in broken(sent_with(seen, ("authorization", f"Bearer {TOKEN[:9]}")))
    assert "error-no-token-echo" in broken(
        sent_with(exchange(asked(good()), error(0, f"not {TOKEN}"), status=401), ("authorization", "Bearer x"))
    )


def test_a_number_of_any_length_is_json(exchange: Make) -> None:
    body = json.dumps(asked(good(attributes={"Name": "?"}))).encode().replace(b'"?"', b"9" * 5000)

    assert not is_malformed(body)
    assert broken(exchange(body, told(queued()))) == set()
    assert broken(exchange(body, error(10004), status=400)) == set()


@pytest.mark.parametrize("depth", [101, 150, 900])
def test_how_deep_a_body_may_be_is_open(exchange: Make, depth: int) -> None:
    body = json.dumps(asked(good(attributes={"Name": "?"}))).encode().replace(b'"?"', b"[" * depth + b"]" * depth)

    assert broken(exchange(body, told(queued()))) == set()
    assert broken(exchange(body, error(10004), status=400)) == set()


def test_a_long_list_is_not_deep(exchange: Make) -> None:
    many = [good(messageKey=f"k{number}") for number in range(120)]

    assert "send-item-count" in broken(exchange(asked(*many), told(queued("k0"))))


def test_a_large_body_may_be_refused_as_too_large_and_no_other(exchange: Make) -> None:
    large = asked(good(attributes={"Name": "n" * 70_000}))

    assert broken(exchange(large, error(), status=413)) == set()
    assert "status-documented" in broken(exchange(asked(good()), error(), status=413))


def test_options_may_be_answered_and_head_may_not(exchange: Make) -> None:
    seen = exchange(b"", b"", status=204, headers=())
    path = seen.request.target

    assert broken(at(seen, "OPTIONS", path)) == set()
    assert broken(at(seen, "HEAD", path)) == {"method-not-declared-refused"}
    assert broken(at(attrs.evolve(seen, response=Response(501)), "TRACE", path)) == set()


@pytest.mark.parametrize(("status", "requirement"), [(500, "server-error-never"), (0, "server-answers")])
def test_every_request_is_answered_and_fails_nobody(exchange: Make, status: int, requirement: str) -> None:
    seen = exchange(b"", b"", status=status, headers=())

    assert broken(at(seen, "POST", "/no/such/path")) == {requirement}
    assert broken(at(attrs.evolve(seen, response=Response(501)), "POST", "/no/such/path")) == set()


@pytest.mark.parametrize("third", [good(2, to="x"), good(2, contactKey="\0"), good(2, attributes={"a": 1})])
def test_a_request_with_something_open_says_nothing_where_it_was_refused_whole(exchange: Make, third: Any) -> None:
    seen = exchange(asked(good(), good(1, to=...), third), error(), status=400)

    # That a number is refused alone is a SHOULD; the rest is nowhere said.
    assert broken(seen) <= {"send-unusable-to-refused"}


def test_more_recipients_than_a_limit_that_nobody_named_may_be_refused(exchange: Make) -> None:
    def answered(count: int) -> set[str]:
        many = [good(messageKey=f"k{number}") for number in range(count)]
        return broken(exchange(asked(*many), error(109101), status=400))

    assert answered(11) == set()
    assert answered(10) == {"send-good-request-queued"}


KEYLESS: dict[str, Any] = {"messageKey": ...}
MADE = ({"messageKey": "made-1"}, refused("made-2", 109106), refused("made-3", 109105))


def test_recipients_without_keys_are_told_apart_by_what_must_become_of_them(exchange: Make) -> None:
    three = asked(good(contactKey=..., **KEYLESS), good(**KEYLESS), good(to=..., **KEYLESS))

    assert broken(exchange(three, told(*MADE))) == set()
    assert "send-missing-to-refused" in broken(exchange(three, told(MADE[0], {"messageKey": "made-2"}, MADE[2])))
    assert "send-good-recipient-queued" in broken(exchange(three, told(refused("made-1", 109106), *MADE[1:])))
    assert "send-missing-contact-key-refused" in broken(
        exchange(three, told(MADE[0], MADE[1], refused("made-3", 109106)))
    )


def test_a_duplicate_comes_back_under_its_own_key(exchange: Make) -> None:
    two = asked(good(), good(1, messageKey="k0"))

    assert broken(exchange(two, told(queued(), refused("made", 109110)))) == {"send-key-echoed"}


def test_an_empty_key_may_be_taken_for_none(exchange: Make) -> None:
    assert broken(exchange(asked(good(messageKey="")), told(queued("made")))) == set()


@pytest.mark.parametrize(("key", "is_open"), [("😀" * 51, True), ("é" * 100, False), ("k" * 100, False)])
def test_a_key_is_measured_in_characters_and_may_be_in_utf_16(exchange: Make, key: str, is_open: bool) -> None:
    seen = exchange(asked(good(messageKey=key)), told(refused(key, 109108)))

    assert (broken(seen) == set()) is is_open


@pytest.mark.parametrize(
    "attributes", [{"a": 1}, {"a": None}, {"a": "\0"}, {"": "a"}, {"\0": "a"}, {"a": "n" * 10_000}, {"n" * 500: "a"}]
)
@pytest.mark.parametrize("place", [0, 1])
def test_unusual_attributes_are_open_wherever_they_stand(exchange: Make, attributes: Any, place: int) -> None:
    body = asked(good(attributes=attributes)) if place else {**asked(good()), "attributes": attributes}

    assert broken(exchange(body, error(), status=400)) == set()


@pytest.mark.parametrize(
    "content_type", ["Application/JSON", "application/json; charset=latin-1", "application/a+json"]
)
@pytest.mark.parametrize("status", [202, 400, 415])
def test_what_is_nearly_called_json_is_open(exchange: Make, content_type: str, status: int) -> None:
    seen = exchange(asked(good()), told(queued()) if status == 202 else error(), status=status)

    assert broken(sent_with(seen, ("content-type", content_type))) == set()


def test_json_in_utf_8_is_json(exchange: Make) -> None:
    seen = sent_with(exchange(asked(good()), error(), status=415), ("content-type", "application/json; charset=utf-8"))

    assert broken(seen) == {"send-good-request-queued"}


def test_keys_of_a_request_that_broke_a_rule_are_as_new_as_before(exchange: Make) -> None:
    def fate_after(first: Callable[[Ledger], Exchange]) -> Fate:
        ledger = Ledger()
        remember(first(ledger))
        send = read_send(exchange(asked(good()), told(queued()), ledger=ledger))
        assert send
        return send.recipients[0].fate

    broke = {**asked(good()), "unknownField": 1}

    assert fate_after(lambda ledger: exchange(broke, error(109122), status=400, ledger=ledger)) is Fate.QUEUED
    assert fate_after(lambda ledger: exchange(broke, told(queued()), ledger=ledger)) is Fate.OPEN
    assert fate_after(lambda ledger: exchange(asked(good(to=...)), told(refused("k0")), ledger=ledger)) is Fate.OPEN


def test_a_generated_key_is_new_and_a_sent_one_is_not_asked(exchange: Make) -> None:
    ledger = Ledger()
    remember(exchange(asked(good(**KEYLESS)), told(queued("made")), ledger=ledger))
    again = exchange(
        asked(good(**KEYLESS)), told(queued("made"), requestId="0b1d9f62-0f7a-44ab-8ca7-6a6cd0b6f0aa"), ledger=ledger
    )

    assert broken(again) == {"send-generated-key-new"}


@pytest.mark.parametrize(
    ("message", "is_right"),
    [
        ("MCMS_UTM_ResponsesHasErrors: 1 Empfänger (Code 7) von 2, in 3 Sprachen", True),
        ("MCMS_UTM_ResponsesHasErrors: 1/2", True),
        ("MCMS_UTM_ResponsesHasErrors: 2 subscribers failed to queue out of 1", False),
        ("MCMS_UTM_ResponsesHasErrors: 11 subscribers failed to queue out of 2", False),
    ],
)
def test_the_counts_may_stand_in_any_words(exchange: Make, message: str, is_right: bool) -> None:
    seen = exchange(asked(good(), good(1, to=...)), told(queued(), refused(), message=message))

    assert ("send-mixed-message" not in broken(seen)) is is_right


def test_the_counts_are_looked_at_where_all_are_refused(exchange: Make) -> None:
    message = "MCMS_UTM_ResponsesHasErrors: 0 subscribers failed to queue out of 1"

    assert "send-all-refused-message" in broken(exchange(asked(good(1, to=...)), told(refused(), message=message)))
    assert "send-all-refused-message" in verdicts(exchange(asked(good(1, to=...)), error(109103), status=400))


@pytest.mark.parametrize(
    ("text", "is_trace"),
    [
        ('Unexpected character\n at [Source: (String)"{..."; line: 1, column: 2]', False),
        ("Look\nat line 3 (12)", False),
        ("Object reference not set\n   at Sms.SendController.Post(SendRequest request)", True),
        ("x is undefined\n    at async post (/srv/send.js:31:12)", True),
        ("x is undefined\n    at /srv/router.js:284:15", True),
        ("failed\n#0 /srv/send.php(31): post()", True),
        ("failed (/srv/send.rb:31:in `post')", True),
    ],
)
def test_a_stack_trace_is_told_from_what_a_reader_of_json_says(exchange: Make, text: str, is_trace: bool) -> None:
    seen = exchange(b"{", error(10004, text), status=400)

    assert ("error-no-stack-trace" in broken(seen)) is is_trace


def test_a_key_queued_before_is_refused_with_its_code(exchange: Make) -> None:
    ledger = Ledger()
    remember(exchange(asked(good()), told(queued()), ledger=ledger))

    def answered(code: int) -> set[str]:
        seen = told(refused("k0", code), requestId="0b1d9f62-0f7a-44ab-8ca7-6a6cd0b6f0aa")
        return broken(exchange(asked(good()), seen, ledger=ledger))

    assert answered(109110) == set()
    assert answered(109108) == {"send-reused-key-refused"}
