"""The requirements on servers, one exchange at a time; that each can fail is the self-test's business."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import Make, asked, good, queued, refused, told

from conformance.checks import SERVER
from conformance.checks.reading import Fate, read_send, remember
from conformance.model import Exchange, Ledger

ROOT = Path(__file__).parent.parent
BY_ID = {each.id: each for each in SERVER}
REFUSED = refused()


def verdicts(exchange: Exchange) -> dict[str, list[str]]:
    return {each.id: list(each.breaches(exchange)) for each in SERVER if each.applies(exchange)}


def broken(exchange: Exchange) -> set[str]:
    return {id for id, breaches in verdicts(exchange).items() if breaches}


@pytest.mark.parametrize("requirement", SERVER, ids=lambda each: each.id)
def test_the_words_cited_are_on_the_page_cited(requirement: Any) -> None:
    page = (ROOT / "openapi" / requirement.cite.page).read_text(encoding="utf-8")

    assert " ".join(requirement.cite.quote.split()) in " ".join(page.split())


@pytest.mark.parametrize("requirement", SERVER, ids=lambda each: each.id)
def test_a_title_is_a_plain_statement(requirement: Any) -> None:
    assert requirement.title.endswith(".")
    assert "should" not in requirement.title


def test_ids_are_given_once() -> None:
    assert len(BY_ID) == len(SERVER)


def test_a_right_mixed_answer_breaks_nothing(exchange: Make) -> None:
    seen = exchange(asked(good(), good(1, to=...)), told(queued(), REFUSED))

    assert broken(seen) == set()
    assert {"send-mixed-errorcode", "send-mixed-message", "send-good-recipient-queued"} <= verdicts(seen).keys()


def test_items_are_matched_by_key_and_not_by_place(exchange: Make) -> None:
    assert broken(exchange(asked(good(), good(1, to=...)), told(REFUSED, queued()))) == set()


def test_an_answer_of_queued_items_does_not_exercise_the_mixed_rules(exchange: Make) -> None:
    seen = exchange(asked(good(), good(1)), told(queued(), queued("k1")))

    assert not {"send-mixed-errorcode", "send-mixed-message", "send-good-recipient-queued"} & verdicts(seen).keys()


def test_all_refused_is_no_mixed_answer(exchange: Make) -> None:
    seen = exchange(asked(good(1, to=...)), told(REFUSED, errorcode=0, message=...))

    assert "send-mixed-errorcode" not in verdicts(seen)
    assert "send-all-refused-errorcode" in broken(seen)


def test_a_400_is_tolerated_where_every_recipient_had_to_be_refused(exchange: Make) -> None:
    body = {"message": "MCMS_UTM_Validation_NoValidSubscribers", "errorcode": 109103, "documentation": ""}

    assert broken(exchange(asked(good(to=...)), body, status=400)) == set()


def test_a_400_is_not_tolerated_where_one_recipient_is_good(exchange: Make) -> None:
    body = {"message": "no", "errorcode": 10000, "documentation": ""}
    seen = exchange(asked(good(), good(1, to=...)), body, status=400)

    assert {"send-missing-to-refused", "send-good-recipient-queued"} <= broken(seen)


@pytest.mark.parametrize("code", [109106, 109105])
def test_a_recipient_without_both_may_be_refused_for_either(exchange: Make, code: int) -> None:
    seen = exchange(asked(good(to=..., contactKey=...)), told(refused("k0", code)))

    assert broken(seen) == set()


def test_a_duplicate_may_be_either_of_the_two(exchange: Make) -> None:
    two = asked(good(), good(1, messageKey="k0"))

    assert broken(exchange(two, told(queued(), refused("k0", 109110)))) == set()
    assert broken(exchange(two, told(refused("k0", 109110), queued()))) == set()
    assert "send-duplicate-key-refused" in broken(exchange(two, told(queued(), queued())))


def test_a_key_that_was_sent_before_leaves_the_recipient_open(exchange: Make) -> None:
    ledger = Ledger()
    remember(exchange(asked(good()), told(queued()), ledger=ledger))
    again = exchange(
        asked(good()), told(refused("k0", 109110), requestId="0b1d9f62-0f7a-44ab-8ca7-6a6cd0b6f0aa"), ledger=ledger
    )
    send = read_send(again)

    assert send
    assert send.recipients[0].fate is Fate.OPEN
    assert broken(again) == set()


def test_a_request_id_given_twice_is_noticed(exchange: Make) -> None:
    ledger = Ledger()
    seen = exchange(asked(good()), told(queued()), ledger=ledger)
    remember(seen)

    assert "request-id-new" in broken(seen)


def test_a_request_with_a_wrong_token_says_nothing_of_recipients(exchange: Make) -> None:
    seen = exchange(asked(good(to=...)), told(queued()), authorization="Bearer other-token")

    assert broken(seen) == {"auth-wrong-token-refused"}


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"[1,", 400), (b"\xff", 400), (b"", 400), (b'{"a":1,"a":1}', 400), (b"null", 500), (b"[" * 9999, 202)],
)
def test_no_body_makes_a_check_fail_itself(exchange: Make, body: bytes, status: int) -> None:
    verdicts(exchange(body, body, status=status))
    verdicts(exchange({"recipients": [None, 5, {"messageKey": 5}], "definitionKey": []}, body, status=status))
    verdicts(exchange(asked(good()), {"responses": [None, {"errorcode": [], "messageKey": {}}]}, status=status))
