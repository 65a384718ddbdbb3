"""Plays cases in order, each form of a client's calls by a lane of its own, and ahead of whoever judges them.

A lane is one process of a client before a scripted server of its own. Two lanes work at the same time, and both while
the calls of earlier cases are judged; what is taken from them, and in which order, is the same as from a single one
that waits.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from conformance.drivers.cases import Case
from conformance.drivers.playing import beside_the_first, play
from conformance.drivers.scripted_server import ScriptedServer
from conformance.drivers.together import Alone
from conformance.model import Call, Caller, Together, Told

#: Seconds after which one thread of this process lets the other ones go on: the servers of lanes answer at once.
_TURN = 0.0005


class _Lane:
    """One process of a client, asked in some of its styles."""

    def __init__(self, server: ScriptedServer, caller: Caller, styles: Collection[str]) -> None:
        self._server = server
        self._caller = caller
        self._styles = styles
        self._alone = Alone(server, caller)
        self._hung: set[Together] = set()

    def play(self, case: Case, styles: Collection[str]) -> Iterator[Call]:
        # Waiting for a group that hangs takes longer than all others, and the next one would hang as well.
        if case.way in self._hung:
            return
        own = [each for each in self._styles if each in styles]
        for call in play(self._server, self._caller, case, self._alone, own):
            if call.way is not None and call.outcome.told is Told.HUNG:
                self._hung.add(call.way)
            yield call


class Lanes:
    """The styles of a client shared out among its processes. Use them in `with`.

    `ahead` is how many cases may be started before the calls of the first are taken. If it is 0, each is played while
    its calls are taken, in the thread that takes them.
    """

    def __init__(self, callers: Sequence[Caller], ahead: int = 0) -> None:
        self._callers = callers
        self._ahead = ahead
        self._stack = ExitStack()
        self._lanes: list[_Lane] = []
        self._threads: list[ThreadPoolExecutor] = []
        self._cases: deque[tuple[Case, Collection[str]]] = deque()
        self._played: deque[list[Future[list[Call]]]] = deque()

    @property
    def styles(self) -> tuple[str, ...]:
        return self._callers[0].abilities.styles

    def start(self, case: Case, styles: Collection[str]) -> None:
        """Play a case in some of the styles, as soon as those before it are played."""
        self._cases.append((case, styles))
        if self._threads:
            lanes = zip(self._threads, self._lanes, strict=True)
            self._played.append([thread.submit(_all_of, lane, case, styles) for thread, lane in lanes])

    def take(self) -> Iterator[Call]:
        """The calls of the case that was started first, those of one style after those of the other.

        What a client raises is raised here.
        """
        case, styles = self._cases.popleft()
        if not self._threads:
            yield from beside_the_first(call for lane in self._lanes for call in lane.play(case, styles))
            return
        played = self._played.popleft()
        yield from beside_the_first(call for each in played for call in each.result())

    def played(self, cases: Iterable[tuple[Case, Collection[str]]]) -> Iterator[Call]:
        """Start all these cases, each with its styles; the calls of those that had to be taken meanwhile."""
        for case, styles in cases:
            self.start(case, styles)
            if len(self._cases) > self._ahead:
                yield from self.take()

    def rest(self) -> Iterator[Call]:
        """The calls of all cases that were started and not taken."""
        while self._cases:
            yield from self.take()

    def __enter__(self) -> Self:
        for number, caller in enumerate(self._callers):
            server = self._stack.enter_context(ScriptedServer())
            self._lanes.append(_Lane(server, caller, self.styles[number :: len(self._callers)]))
        if self._ahead:
            self._threads = [ThreadPoolExecutor(1, thread_name_prefix="lane") for _ in self._lanes]
            self._stack.callback(sys.setswitchinterval, sys.getswitchinterval())
            sys.setswitchinterval(_TURN)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Whoever was interrupted does not wait for a client; its process is ended soon, and the thread with it.
        waits = error is None or isinstance(error, Exception)
        for thread in self._threads:
            thread.shutdown(wait=waits, cancel_futures=True)
        self._stack.__exit__(kind, error, trace)


def _all_of(lane: _Lane, case: Case, styles: Collection[str]) -> list[Call]:
    return list(lane.play(case, styles))
