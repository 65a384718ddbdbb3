"""One client that several use: calls at the same time, and copies of it that have other headers.

Each call of a group has a mark of its own in what is asked and in each text that is answered, so that the server can
tell the calls apart, and whoever reads a failure can as well. What a call is told is set beside what it is told alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence

from attrs import evolve, frozen

from conformance.contract import Contract
from conformance.drivers.answers import (
    AS_HTML,
    Fault,
    SendOperation,
    accepted_body,
    error_body,
    send_operation,
)
from conformance.drivers.cases import TOKEN, Case, case_to_json
from conformance.drivers.gathering import Marked
from conformance.drivers.scripted_server import ScriptedServer
from conformance.model import (
    JSON,
    Abilities,
    Answer,
    Asked,
    Call,
    Caller,
    Headers,
    Outcome,
    Request,
    Response,
    Together,
    Told,
    Turn,
    is_object,
    json_response,
)

#: The form in which calls are made that share a client in this way.
STYLE_OF = {Together.THREADS: "sync", Together.TASKS: "async"}
#: How many calls make a group, and how many more do if there is time.
SIZES = (2, 4, 8)
LARGE = 32
#: Time-outs that nobody else asks for, so that nobody has used the client before; none of them is ever reached.
UNUSED = {Together.THREADS: 11.0, Together.TASKS: 12.0}
UNUSED_COPIED, UNUSED_ORIGINAL = 13.0, 14.0
#: Seconds a copy's caller is ready to wait, and seconds the server then takes.
READY_TO_WAIT = 0.1
STALL = 2.0

COPIED: Headers = (("x-team", "blue"), ("x-batch", "spring 7"))
COPIED_AGAIN: Headers = (("x-team", "green"),)


@frozen
class _Fate:
    """What becomes of one call of a group: its recipients, and the answer to a body with its mark."""

    recipients: int
    answer: Callable[[SendOperation, JSON, str, int], Answer]


def _accepted(*refused: int) -> Callable[[SendOperation, JSON, str, int], Answer]:
    def answer(send: SendOperation, body: JSON, mark: str, number: int) -> Answer:
        faults = {index: Fault(110_000 + number, f"{mark}: {index} is refused") for index in refused}
        return Answer(json_response(send.accepted, accepted_body(body, faults)))

    return answer


def _refused(place: int) -> Callable[[SendOperation, JSON, str, int], Answer]:
    """With the documented error that stands at this place, among those of the operation."""

    def answer(send: SendOperation, body: JSON, mark: str, number: int) -> Answer:
        said = error_body(120_000 + number, f"{mark}: refused", f"https://developer.example/{mark}")
        return Answer(json_response(send.errors[place], said))

    return answer


def _unreadable(send: SendOperation, body: JSON, mark: str, number: int) -> Answer:
    return Answer(Response(send.accepted, AS_HTML, f"<html>{mark}</html>".encode()))


def _cut(send: SendOperation, body: JSON, mark: str, number: int) -> Answer:
    whole = Answer(json_response(send.accepted, accepted_body(body)))
    return evolve(whole, cut_after=len(whole.response.body) // 2)


#: In the order in which groups take them, again and again.
FATES = (
    _Fate(2, _accepted(1)),
    _Fate(1, _accepted()),
    _Fate(1, _refused(0)),
    _Fate(2, _cut),
    _Fate(3, _accepted(0, 2)),
    _Fate(1, _refused(-1)),
    _Fate(2, _unreadable),
    _Fate(2, _accepted()),
)


def groups(contract: Contract, abilities: Abilities, sizes: Sequence[int] = SIZES) -> Iterator[Case]:
    """Groups of calls that share one client, in each way that it has; then one that is the client's first use."""
    send = send_operation(contract)
    for way in abilities.together:
        for size in sizes:
            yield _group(f"{size}-in-{way}", _turns(send, size), way)
        yield _group(f"first-use-in-{way}", _turns(send, max(SIZES), UNUSED[way]), way)
        if abilities.copies:
            turns = _turns(send, max(SIZES))
            headers = ((), COPIED, COPIED_AGAIN)
            mixed = [evolve(each, asked=evolve(each.asked, headers=headers[i % 3])) for i, each in enumerate(turns)]
            yield _group(f"copies-in-{way}", mixed, way)


def _group(name: str, turns: Sequence[Turn], way: Together) -> Case:
    first, *others = turns
    return Case(name, first.asked, first.answer, beside=tuple(others), way=way)


def _turns(send: SendOperation, size: int, timeout: float | None = None) -> list[Turn]:
    return [_turn(send, f"call-{number:02}", number, timeout) for number in range(size)]


def _turn(send: SendOperation, mark: str, number: int, timeout: float | None = None) -> Turn:
    fate = FATES[number % len(FATES)]
    recipients = [{"contactKey": f"{mark}-{each}", "messageKey": f"{mark}-{each}"} for each in range(fate.recipients)]
    body = {"definitionKey": mark, "recipients": recipients}
    asked = Asked(send.operation.id, "", body, TOKEN, timeout=timeout)
    return Turn(asked, fate.answer(send, body, mark, number))


def copies(contract: Contract) -> Iterator[Case]:
    """Copies with headers of their own, and the original after them: before its first use, and after it."""
    send = send_operation(contract)

    def turn(headers: Headers = (), timeout: float | None = None) -> Turn:
        made = _turn(send, "copy" if headers else "original", 0, timeout)
        return evolve(made, asked=evolve(made.asked, headers=headers))

    def case(name: str, *turns: Turn) -> Case:
        *before, last = turns
        return Case(name, last.asked, last.answer, tuple(before))

    original, copied = turn(), turn(COPIED)
    yield case("copy-of-an-unused-client", turn(COPIED, UNUSED_COPIED))
    yield case("original-that-was-copied-unused", turn(COPIED, UNUSED_ORIGINAL), turn(timeout=UNUSED_ORIGINAL))
    yield case("copy-of-a-used-client", original, copied)
    yield case("original-that-was-copied", original, copied, original)
    yield case("copy-after-another", copied, turn(COPIED_AGAIN))
    late = turn(COPIED, READY_TO_WAIT)
    yield case("copy-that-waits", evolve(late, answer=evolve(late.answer, stall=STALL)))


class Alone:
    """What is told of calls that are made one by one. Groups have calls in common: each is made once."""

    def __init__(self, server: ScriptedServer, caller: Caller) -> None:
        self._server = server
        self._caller = caller
        self._told: dict[str, Outcome] = {}

    def told(self, turn: Turn, style: str) -> Outcome:
        # The client that is to be unused stays so. Headers do not change what is told.
        asked = evolve(turn.asked, style=style, timeout=None, headers=())
        key = case_to_json(Case("", asked, turn.answer))
        if key not in self._told:
            self._server.play(turn.answer)
            self._told[key] = self._caller(asked)
        return self._told[key]


def play_together(server: ScriptedServer, caller: Caller, case: Case, alone: Alone) -> Iterator[Call]:
    """Play a group, a call for each of its turns, beside what is told of each alone, in this style and in the first.

    The turns have their addresses and the style of `way`, which is one that the client has.
    """
    assert case.way is not None
    turns = (Turn(case.asked, case.answer), *case.beside)
    style, first = case.asked.style, next(iter(caller.abilities.styles))
    told = [alone.told(each, style) for each in turns]
    alike = [None if style == first else alone.told(each, first) for each in turns]
    server.play_each([Marked(mark_of(each.asked), each.answer) for each in turns])
    outcomes = caller.together(case.way, [each.asked for each in turns])
    server.settle()
    shares = _shared_out(server.received, turns, outcomes)
    for index, turn in enumerate(turns):
        yield Call(
            turn.asked,
            turn.answer,
            shares[index],
            outcomes[index],
            before=case.before,
            beside=(*turns[:index], *turns[index + 1 :]),
            way=case.way,
            alike=alike[index],
            alone=told[index],
        )


def mark_of(asked: Asked) -> bytes:
    """What tells a call of a group from the others, as it stands in the request."""
    return json.dumps(asked.body.get("definitionKey") if is_object(asked.body) else None).encode()


def style_of(way: Together, styles: Collection[str]) -> str:
    """The style in which a client of these styles is asked in this way."""
    return STYLE_OF[way] if STYLE_OF[way] in styles else next(iter(styles))


def _shared_out(
    received: Sequence[Request], turns: Sequence[Turn], outcomes: Sequence[Outcome]
) -> list[tuple[Request, ...]]:
    """The requests of each call, by their marks.

    A call whose own did not come has one that bears no mark, or another call's once more. Which it is of those, the
    headers of copies tell.
    """
    shares: list[list[Request]] = [[] for _ in turns]
    strays: list[Request] = []
    marks = [mark_of(each.asked) for each in turns]
    for request in received:
        whose = next((index for index, mark in enumerate(marks) if mark in request.body), None)
        (strays if whose is None else shares[whose]).append(request)
    missed = [index for index, each in enumerate(outcomes) if not shares[index] and each.told is not Told.UNSENT]
    if missed:
        given = {pair for turn in turns for pair in turn.asked.headers}
        for index, share in enumerate(shares):
            if len(share) > 1:
                own = _nearest(share, turns[index], given)
                shares[index] = [own]
                strays += [each for each in share if each is not own]
        for index in missed[: len(strays)]:
            found = _nearest(strays, turns[index], given)
            strays = [each for each in strays if each is not found]
            shares[index] = [found]
    return [tuple(each) for each in shares]


def _nearest(requests: Sequence[Request], turn: Turn, given: Collection[tuple[str, str]]) -> Request:
    """The first request that has the headers of a call; the first of all if there is none."""

    def is_meant(request: Request) -> bool:
        return {pair for pair in given if pair[1] in request.all_headers(pair[0])} == set(turn.asked.headers)

    return next(filter(is_meant, requests), requests[0])
