"""A client in any language: a command that is asked in lines of JSON, by the protocol of `protocol.md`.

Whatever the client does becomes an outcome, its crash and its hanging included; the command is started again then.
What breaks the protocol is the adapter's fault, and no finding: it raises `AdapterError`.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import NoReturn, Self

from attrs import evolve

from conformance.contract import Contract
from conformance.drivers.adapter_process import LONGEST_LINE, AdapterError, AdapterProcess, Ended, Late, Launch, TooLong
from conformance.model import Abilities, Asked, Outcome, Together, Told
from conformance.protocol import (
    Hello,
    NotProtocol,
    Problem,
    Question,
    Route,
    question_line,
    quoted,
    read_answer,
    read_hello,
)

#: Seconds that a case may take beyond the time-out that its caller gives.
CASE_TIMEOUT = 10.0
#: Seconds within which an adapter says hello. Some languages start slowly.
HELLO_TIMEOUT = 20.0
#: After so many hangs or crashes a client is asked no more.
MOST_HANGS, MOST_CRASHES = 3, 10
#: Letters of stderr that are shown.
_SHOWN = 2000


class GivenUp(Exception):
    """The client hung or crashed so often that it is asked no more. The sentence says how often."""


class CommandCaller:
    """A client behind a command as a `Caller`. The command starts at once, and its hello is waited for when needed.

    Use it in `with`. A token that stands in what it says of the adapter is masked.
    """

    def __init__(
        self,
        launch: Launch,
        contract: Contract,
        *,
        case_timeout: float | None = None,
        process: AdapterProcess | None = None,
    ) -> None:
        """`process` is one that was launched already, and has not been asked anything."""
        self._launch = launch
        self._routes = {each.id: Route(each.method, each.path) for each in contract.operations.values()}
        self._margin = CASE_TIMEOUT if case_timeout is None else case_timeout
        self._lines = 0
        self._asked_for = 0
        self._hangs = 0
        self._crashes = 0
        self._default_timeout: float | None = None
        #: Why nothing is asked any more.
        self._end: AdapterError | GivenUp | None = None
        self._tokens: set[str] = set()
        self._hello: Hello | None = None
        self._has_greeted = False
        self._process: AdapterProcess | None = process or launch.start()

    @property
    def hello(self) -> Hello:
        """What the adapter says of its client; raises `AdapterError`."""
        if self._hello is None:
            self._ready()
        return _there(self._hello)

    @property
    def abilities(self) -> Abilities:
        return self.hello.abilities

    def __call__(self, asked: Asked) -> Outcome:
        return self._outcomes((asked,), None)[0]

    def together(self, way: Together, asked: Sequence[Asked]) -> Sequence[Outcome]:
        return self._outcomes(tuple(asked), way)

    def _outcomes(self, asked: tuple[Asked, ...], way: Together | None) -> tuple[Outcome, ...]:
        process = self._ready()
        self._tokens.update(each.token for each in asked)
        self._asked_for += 1
        question = Question(self._asked_for, asked, way)
        limit = self._margin + max((each.timeout or 0.0 for each in asked), default=0.0)
        try:
            line = process.ask(question_line(question, self._routes), limit)
        except Late:
            return self._hung(process, len(asked), limit)
        except Ended as ended:
            return self._crashed(process, len(asked), ended.how)
        except TooLong:
            self._fail(f"the answer to case {question.id}", _TOO_LONG, _HINT_LONG)
        self._lines += 1
        try:
            read = read_answer(line, question)
        except NotProtocol as fault:
            self._fail(f"line {self._lines} of its stdout, after case {question.id},", str(fault), _HINT)
        if isinstance(read, Problem):
            self._refuse(read)
        return tuple(self._with_stderr(each, process.stderr) for each in read)

    def _with_stderr(self, outcome: Outcome, stderr: str) -> Outcome:
        if outcome.default_timeout is not None:
            self._default_timeout = outcome.default_timeout
        if not stderr:
            return outcome
        # What a program writes there is seen by whoever runs it; alone it is not all that the client lets be seen.
        is_seen = outcome.shown or any(token in stderr for token in self._tokens)
        return evolve(outcome, stderr=stderr, shown=f"{outcome.shown}\n{stderr}" if is_seen else "")

    def _hung(self, process: AdapterProcess, calls: int, limit: float) -> tuple[Outcome, ...]:
        self._hangs += 1
        if self._hangs >= MOST_HANGS:
            self._end = GivenUp(f"the client hung {self._hangs} times, and was asked no more")
        return self._stopped(process, calls, Told.HUNG, f"no answer within {limit:g} s")

    def _crashed(self, process: AdapterProcess, calls: int, how: str) -> tuple[Outcome, ...]:
        self._crashes += 1
        if self._crashes >= MOST_CRASHES:
            self._end = GivenUp(f"the client crashed {self._crashes} times, and was asked no more")
        return self._stopped(process, calls, Told.CRASHED, how)

    def _stopped(self, process: AdapterProcess, calls: int, told: Told, how: str) -> tuple[Outcome, ...]:
        stderr = process.stderr
        self._stop()
        outcome = Outcome(told, raised=how, stderr=stderr, shown=stderr, default_timeout=self._default_timeout)
        return (outcome,) * calls

    def _ready(self) -> AdapterProcess:
        """The process, started again if need be, after its hello."""
        if self._end is not None:
            raise self._end
        if self._process is None:
            self._process = self._launch.start()
            self._lines, self._has_greeted = 0, False
        if not self._has_greeted:
            hello = self._greeted(self._process)
            if self._hello is not None and self._hello != hello:
                self._fail("its hello", "is another one after it was started again", "Say the same each time.")
            self._hello, self._has_greeted = hello, True
        return self._process

    def _greeted(self, process: AdapterProcess) -> Hello:
        limit = max(HELLO_TIMEOUT, self._margin)
        try:
            line = process.ask(b"", limit)
        except Late:
            hint = "Write the hello of protocol.md as the first line, end it, and flush it."
            self._fail("", f"says no hello within {limit:g} s", hint)
        except Ended as ended:
            self._fail("", f"says no hello: {ended.how}", "See that it runs by itself, and says hello first.")
        except TooLong:
            self._fail("its hello", _TOO_LONG, _HINT_LONG)
        self._lines += 1
        try:
            hello = read_hello(line)
        except NotProtocol as fault:
            self._fail("line 1 of its stdout", f"is no hello: it {fault}", _HINT)
        if isinstance(hello, Problem):
            self._refuse(hello)
        return hello

    def _refuse(self, problem: Problem) -> NoReturn:
        """The adapter says itself that it cannot go on."""
        self._stop()
        self._end = AdapterError(*(self._masked(each) for each in (problem.where, problem.what, problem.hint)))
        raise self._end

    def _fail(self, part: str, what: str, hint: str) -> NoReturn:
        where = f"{self._launch.name}: {part}" if part else self._launch.name
        stderr = self._process.stderr if self._process is not None else ""
        told = f" Its stderr ends with: {stderr.strip()[-_SHOWN:]}" if stderr.strip() else ""
        self._stop()
        # It stays so: whoever asks once more is told the same.
        self._end = AdapterError(self._masked(where), self._masked(what), self._masked(hint + told))
        raise self._end

    def _masked(self, text: str) -> str:
        for token in self._tokens:
            text = text.replace(token, "<token>")
        return text

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the process; raises `AdapterError` for lines that answer nothing, if nothing else is raised."""
        if error is not None or self._process is None:
            self._stop()
            return
        process, self._process = self._process, None
        if rest := process.finish().strip():
            what = f"was written after the answer to the last case: {quoted(rest[:1000])}"
            raise AdapterError(f"{self._launch.name}: its stdout", self._masked(what), _HINT)


def _there(hello: Hello | None) -> Hello:
    if hello is None:
        raise ValueError("no hello was said")
    return hello


_TOO_LONG = f"is a line of more than {LONGEST_LINE:,} bytes"
_HINT_LONG = "Leave out of `shown` and `written` what the client does not have."
_HINT = (
    "The adapter answers each line with one line of JSON, flushed, and writes nothing else to its stdout; "
    "protocol.md beside the suite says how."
)
