"""Requests that come at the same time: held until all are there, then answered piece by piece, the last one first.

Whatever a client mixes up between calls, it gets the occasion to. Nothing waits for ever: when not all requests
come, as from a client that makes one call after the other, those that did are answered, and every later one at once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from attrs import define, frozen

from conformance.model import Answer, Request

#: Seconds for which the requests that came first wait for the others.
PATIENCE = 1.0
#: Seconds between the pieces of the answers: a client reads each by itself.
PAUSE = 0.003


@frozen
class Marked:
    """The answer to the request that has this mark in its body."""

    mark: bytes
    answer: Answer


@define(eq=False)
class _Waiting:
    """A request that has come: how to send to it, and what."""

    send: Callable[[bytes], None]
    pieces: Sequence[bytes]


class Gathering:
    """The answers to as many requests as there are marks."""

    def __init__(self, marked: Sequence[Marked], unknown: Answer) -> None:
        self._marked = tuple(marked)
        self._unknown = unknown
        self._waiting: list[_Waiting] = []
        self._end: float | None = None
        self._answered = False
        self._change = threading.Condition()

    def answer(self, request: Request) -> Answer:
        """The answer that belongs to a request, whoever asks; another one if it has no mark."""
        return next((each.answer for each in self._marked if each.mark in request.body), self._unknown)

    def send(self, content: bytes, send: Callable[[bytes], None]) -> None:
        """Send the answer to a request once the others are there, or will not come."""
        mine = _Waiting(send, _pieces(content))
        with self._change:
            if not self._answered:
                self._waiting.append(mine)
                self._end = self._end or time.monotonic() + PATIENCE
                if len(self._waiting) == len(self._marked) or not self._wait_for_the_others(self._end):
                    self._answer_all()
                return
        send(content)

    def _wait_for_the_others(self, end: float) -> bool:
        """Whether somebody else has answered meanwhile."""
        return self._change.wait_for(lambda: self._answered, end - time.monotonic())

    def _answer_all(self) -> None:
        """Send all that wait, the last that came first, a piece of each in turn. No other request comes between."""
        for piece in range(max(len(each.pieces) for each in self._waiting)):
            for each in reversed(self._waiting):
                if piece < len(each.pieces):
                    _send(each, piece)
            time.sleep(PAUSE)
        self._answered = True
        self._change.notify_all()


def _send(waiting: _Waiting, piece: int) -> None:
    try:
        waiting.send(waiting.pieces[piece])
    except OSError:
        waiting.pieces = ()  # who has gone away is for its own connection to find


def _pieces(content: bytes) -> tuple[bytes, ...]:
    """An answer in three: its head, and its body in two."""
    head, end, body = content.partition(b"\r\n\r\n")
    half = len(body) // 2
    return tuple(each for each in (head + end, body[:half], body[half:]) if each)
