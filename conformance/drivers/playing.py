"""Plays one case: asks a client, answers it from a scripted server, and keeps what came of it as calls.

A case is played in each style of the client that is asked for, one that is a group in the style of its way.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import nullcontext

from attrs import evolve

from conformance.drivers.cases import TOKEN, Case
from conformance.drivers.deliveries import SPOILING
from conformance.drivers.scripted_server import ScriptedServer
from conformance.drivers.together import Alone, play_together, style_of
from conformance.model import Answer, Call, Caller, Delivery, Outcome, Turn


def play(
    server: ScriptedServer,
    caller: Caller,
    case: Case,
    alone: Alone | None = None,
    styles: Collection[str] | None = None,
) -> Iterator[Call]:
    """Play one case in each of these styles, or in all that the client has, those after the first beside it.

    A group is played in the style of its way alone, if that is one of these.
    """
    if styles is None:
        styles = caller.abilities.styles
    if case.way is not None:
        style = style_of(case.way, caller.abilities.styles)
        if style in styles:
            group = _addressed_group(server, case.in_style(style))
            yield from play_together(server, caller, group, alone or Alone(server, caller))
        return
    yield from beside_the_first(_played_apart(server, caller, case.in_style(style)) for style in styles)


def beside_the_first(calls: Iterator[Call]) -> Iterator[Call]:
    """The calls of a case, all but the first beside what the first one told; those of a group have it already."""
    first: Outcome | None = None
    for call in calls:
        yield evolve(call, alike=first) if call.way is None else call
        first = first or call.outcome


def _played_apart(server: ScriptedServer, caller: Caller, case: Case) -> Call:
    with server.apart() if needs_own_client(case) else nullcontext():
        return _played(server, caller, case)


def _played(server: ScriptedServer, caller: Caller, case: Case) -> Call:
    before = tuple(_addressed(server, each) for each in case.before)
    for each in before:
        server.play(each.answer)
        caller(each.asked)
        server.settle()
    turn = _addressed(server, Turn(case.asked, case.answer))
    server.play(turn.answer)
    outcome = caller(turn.asked)
    server.settle()
    return Call(turn.asked, turn.answer, server.received, outcome, server.elsewhere, before=before, raw=server.raw)


def needs_own_client(case: Case) -> bool:
    """Whether a case is about what a client keeps between calls, or leaves a connection that troubles the next case.

    An address of its own is a client of its own, since calls to one address share a client.
    """
    answers = (case.answer, *(each.answer for each in case.before))
    return bool(case.before) or any(map(_is_about_the_connection, answers))


def _is_about_the_connection(answer: Answer) -> bool:
    hangs_up = answer.cut_after is not None and answer.cut_after < 0
    return answer.delivery in SPOILING or bool(answer.stall) or answer.is_reset or hangs_up


def _addressed_group(server: ScriptedServer, case: Case) -> Case:
    first = _addressed(server, Turn(case.asked, case.answer))
    return evolve(case, asked=first.asked, beside=tuple(_addressed(server, each) for each in case.beside))


def _addressed(server: ScriptedServer, turn: Turn) -> Turn:
    url = server.url_of_nobody if turn.answer.delivery is Delivery.NOBODY else server.url
    return evolve(turn, asked=evolve(turn.asked, url=url, token=TOKEN))
