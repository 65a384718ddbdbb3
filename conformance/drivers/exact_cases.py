"""The exact cases that every client is put through first: small, in a fixed order, the same in every run.

Each kind of thing that can happen to a call stands here at least once, so that no requirement waits for a lucky draw;
`drawn_cases` then varies them. What there is a lot of, each status and each byte, is left to the thorough profile.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from attrs import evolve

from conformance.contract import Contract
from conformance.drivers import broken_cases, error_cases, result_cases
from conformance.drivers.answers import SendOperation, accepted_body, refusal, send_operation, takes_recipients
from conformance.drivers.case_requests import Named, people, refusing, requests
from conformance.drivers.cases import TOKEN, Case
from conformance.drivers.path_cases import path_cases
from conformance.drivers.right_answers import accepting
from conformance.drivers.wire_cases import wire_cases
from conformance.model import Asked

Profile = Literal["quick", "thorough"]
#: Seconds a caller is ready to wait, and seconds a stalled server takes: far enough apart for a busy machine.
READY_TO_WAIT = 0.2
STALL = 2.0


def vectors(contract: Contract, profile: Profile = "quick") -> tuple[Case, ...]:
    """All exact cases for the contract, in one style; every name stands once.

    Raises `ContractError` for a contract of which no operation can be asked.
    """
    cases = (*_sends(contract, profile), *path_cases(contract))
    if not cases:
        send_operation(contract)  # says what is missing
    return cases


def _sends(contract: Contract, profile: Profile) -> Iterator[Case]:
    if not takes_recipients(contract):
        return
    send = send_operation(contract)
    for name, body, answer in _named(send, is_thorough=profile == "thorough"):
        asked = Asked(send.operation.id, "", body, TOKEN, timeout=READY_TO_WAIT if answer.stall else None)
        yield Case(name, asked, answer)
    yield from wire_cases(send, is_thorough=profile == "thorough")


def _named(send: SendOperation, *, is_thorough: bool) -> Iterator[Named]:
    yield from requests(send, unusual_ones=is_thorough)
    yield from result_cases.spelled(send)
    yield from result_cases.mixed(send)
    yield from result_cases.unknown(send)
    yield from result_cases.in_every_script(send)
    yield from result_cases.numbers(send)
    yield from result_cases.left_open(send)
    yield from error_cases.documented(send)
    yield from error_cases.lacking(send, all_statuses=is_thorough)
    yield from error_cases.undocumented(send, all_usual=is_thorough)
    yield from broken_cases.texts(send)
    yield from broken_cases.truncated(send, everywhere=is_thorough)
    yield from broken_cases.shapes(send, everywhere=is_thorough)
    yield from broken_cases.errors(send, everywhere=is_thorough)
    yield from _unfinished(send)
    if is_thorough:
        yield from result_cases.more(send)
        yield from error_cases.every_status(send)


def _unfinished(send: SendOperation) -> Iterator[Named]:
    """Right answers that break off, before them and in them, and one that does not come."""
    body, answer = refusing(2, {1})
    whole = {
        "queued": (people(2), accepting(send, accepted_body(people(2)))),
        "mixed": (body, accepting(send, answer)),
    }
    whole |= {f"error-{status}": (people(2), refusal(status)) for status in send.errors[:1]}
    for name, (asked, complete) in whole.items():
        size = len(complete.response.body)
        yield f"hung-up-before-{name}", asked, evolve(complete, cut_after=-1)
        for sent in (0, 1, size // 2, size - 1):
            yield f"{name}-cut-after-{sent}", asked, evolve(complete, cut_after=sent)
    yield "stalled", whole["queued"][0], evolve(whole["queued"][1], stall=STALL)
