"""Puts a server through everything: the probes first, then exploration; whatever comes back is judged."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Mapping

from attrs import evolve, field, frozen

from conformance.case_files import Case
from conformance.checks import SERVER
from conformance.checks.reading import (
    BUSY,
    NO_DEFINITION,
    SEND,
    answered,
    error_code,
    is_busy,
    is_refused,
    items,
    remember,
    request_json,
)
from conformance.checks.stock import STOCK
from conformance.contract import Contract
from conformance.drivers.evidence import Past, Run, cases, past
from conformance.drivers.exploration import explore
from conformance.drivers.hosting import SubjectError
from conformance.drivers.manners import Courteous, Enough, Manners, Stopwatch
from conformance.drivers.progress import Progress as Progress
from conformance.drivers.progress import no_progress as no_progress
from conformance.drivers.reduction import smaller
from conformance.drivers.sequences import sequences
from conformance.drivers.timing import REPEATS, Timing, slow_notes, suspects
from conformance.drivers.wire import Sender, Wire, is_elsewhere, no_answer
from conformance.judge import Judge
from conformance.model import (
    JSON,
    NO_ANSWER,
    Exchange,
    Ledger,
    Request,
    Response,
    Setting,
    is_array,
    is_object,
)
from conformance.probes import Keys, Maker, Probe, probes
from conformance.probes.making import other_slash

#: How often a busy server is asked again before the run is given up.
BUSY_LIMIT = 3
#: After so many requests in a row without an answer the server is taken to be gone.
GONE_AFTER = 10
#: What says that a send was taken in.
ACCEPTED = 202
#: How many smaller forms of a request are sent at the most for one requirement.
REDUCTIONS = 60


@frozen
class Plan:
    """How a server is to be judged."""

    contract: Contract
    setting: Setting
    seed: int
    profile: str
    manners: Manners = field(factory=Manners)


class ServerGone(Exception):
    """The server no longer answers; what was found until then stands."""


class Session:
    """One server under one judge, with the memory that the probes and the exploration share."""

    def __init__(self, plan: Plan, judge: Judge[Exchange], progress: Progress) -> None:
        self._plan = plan
        self._judge = judge
        self._progress = progress
        self._ledger = Ledger()
        self._silent = 0
        self._explored = 0
        self._keys = Keys("")
        #: Every exchange so far, for what failures may need before them.
        self._history: list[Past] = []
        #: Requests that are small by design; what breaks on others is made smaller.
        self._exact: dict[Request, str] = {}

    def probe(self, send: Sender, subject: str) -> None:
        """Send every probe, then the sequences; each exchange goes before the judge.

        Raises `SubjectError` if the server is not there or does not let us in, `ServerGone` if it stops
        answering, and `SuiteError` if a check fails itself.
        """
        plan = self._plan
        self._keys = self._name_space(send, subject)
        operation = plan.contract.operations[SEND]
        listed = probes(operation, plan.setting, self._keys)
        for number, each in enumerate(listed, 1):
            self._judge_exact(each, send(each.request))
            self._progress("probes", number)
        for number, (each, response) in enumerate(sequences(Maker(operation, plan.setting, self._keys), send), 1):
            self._judge_exact(each, response)
            self._progress("sequences", number)

    def _judge_exact(self, probe: Probe, response: Response) -> None:
        self._exact[probe.request] = probe.name
        self._see(self._operation_of(probe, response), probe.request, response)

    def _operation_of(self, probe: Probe, response: Response) -> str | None:
        """The operation a probe belongs to. The other form of its path belongs to it where the server serves that."""
        operation = self._plan.contract.operations[SEND]
        is_other = (probe.request.method, probe.request.path) == (operation.method, other_slash(operation.path))
        return SEND if is_other and response.status == ACCEPTED else probe.operation

    def _name_space(self, send: Sender, subject: str) -> Keys:
        """Message keys that this server has not seen.

        The seed names the first space tried, so that a fresh server is asked the same with the same seed. For a
        server that remembers it, where a second run would be taken for a repetition, the clock names another.
        """
        first, later = Keys(f"seed{self._plan.seed}"), Keys(f"seed{self._plan.seed}-{time.time_ns():x}")
        exchange = self._first(send, subject, first)
        if _queued_all(exchange):
            self._judge_first(exchange)
            return first
        again = self._first(send, subject, later)
        # Where other keys do not help either, the keys are not to blame.
        self._judge_first(again if _queued_all(again) else exchange)
        return later if _queued_all(again) else first

    def _first(self, send: Sender, subject: str, keys: Keys) -> Exchange:
        """A plain send, again if the server is busy."""
        probe = _plain(self._plan, keys)
        exchange = self._exchange(probe.operation, probe.request, send(probe.request))
        for _ in range(BUSY_LIMIT - 1):
            if not is_busy(exchange):
                break
            self._judge_first(exchange)
            exchange = self._exchange(probe.operation, probe.request, send(probe.request))
        _check_lets_us_in(exchange, subject)
        return exchange

    def see_busy(self, request: Request, response: Response) -> None:
        """Judge an answer that says to come back later; the one that comes then is judged as any other."""
        self._see(self._plan.contract.operation_of(request), request, response)

    def _judge_first(self, exchange: Exchange) -> None:
        self._see(exchange.operation, exchange.request, exchange.response)

    def explore(self, send: Sender) -> None:
        """Let Schemathesis explore the server; raises also `ExplorationError`."""
        plan = self._plan
        space = self._keys.space
        explored = explore(
            plan.contract, plan.setting, send, seed=plan.seed, profile=plan.profile, space=space, see=self._see_explored
        )
        for check, exercised in explored.counts.items():
            failures = [
                # What it showed of earlier exchanges was judged when it came.
                (evolve(self._exchange(each.operation, each.request, each.response), earlier=Ledger()), each.message)
                for each in explored.findings
                if each.check == check
            ]
            self._judge.count(STOCK[check].id, exercised, failures)
        if explored.ended is not None:
            raise explored.ended

    def still_there(self, send: Sender) -> None:
        """One last plain send: a server that exploration has brought down answers it no more."""
        probe = _plain(self._plan, self._keys)
        self._see(probe.operation, probe.request, send(probe.request))

    def reduce(self, send: Sender) -> None:
        """Send smaller and smaller forms of each request that exploration found at fault, as long as it stays so."""
        ours = {each.id for each in SERVER} - {each.id for each in STOCK.values()}
        for record in self._judge.records():
            if record.is_headline and record.requirement.id in ours:
                self._reduce(record.requirement.id, send)

    def cases(self, try_with: Sender | None) -> Mapping[str, Case]:
        """A case for each failure; `try_with` finds out what it needs before it."""
        plan = self._plan
        run = Run(plan.contract, plan.setting, self._keys.space, self._history)
        return cases(run, self._judge.records(), try_with)

    def _reduce(self, id: str, send: Sender) -> None:
        tries = 0
        while (found := self._judge.smallest(id)) is not None and not self._is_small(found):
            for body in smaller(self._with_new_keys(found.request.json)):
                tries += 1
                self._progress(f"reduction of {id}", tries)
                headers = tuple(each for each in found.request.headers if each[0] in ("authorization", "content-type"))
                request = evolve(found.request, headers=headers, body=json.dumps(body).encode())
                exchange = self._exchange(found.operation, request, send(request))
                is_smaller = self._judge.try_smaller(id, exchange)
                self._note(exchange)
                if is_smaller or tries == REDUCTIONS:
                    break
            if tries == REDUCTIONS or self._judge.smallest(id) is found:
                return

    def timings(self, stopwatch: Stopwatch) -> tuple[Timing, ...]:
        """What each probe took; slow ones are sent again, which is not judged, to see whether they are always so."""
        timings = {
            name: Timing(name, (stopwatch.seconds[request],))
            for request, name in self._exact.items()
            if request in stopwatch.seconds
        }
        slow = {each.name for each in suspects(tuple(timings.values()))}
        for request, name in self._exact.items():
            if name in slow:
                again = [self._seconds_again(request, stopwatch) for _ in range(REPEATS)]
                timings[name] = Timing(name, (*timings[name].seconds, *again))
        return tuple(timings.values())

    def _seconds_again(self, request: Request, stopwatch: Stopwatch) -> float:
        operation = self._plan.contract.operation_of(request)
        if is_object(body := request_json(self._exchange(operation, request, no_answer("not sent yet")))):
            request = evolve(request, body=json.dumps(self._with_new_keys(body)).encode())
        self._note(self._exchange(operation, request, stopwatch.send(request)))
        return stopwatch.seconds.get(request, 0.0)

    def _is_small(self, exchange: Exchange) -> bool:
        """It is a probe, or has no JSON body to be cut."""
        return exchange.request in self._exact or not is_object(request_json(exchange))

    def _with_new_keys(self, body: JSON) -> JSON:
        """The body with message keys that have not been sent, alike where they were alike."""
        new: dict[str, str] = {}
        body = copy.deepcopy(body)
        recipients = body.get("recipients")
        for each in recipients if is_array(recipients) else []:
            key = each.get("messageKey") if is_object(each) else None
            if isinstance(key, str) and key in self._ledger.sent_keys:
                each["messageKey"] = new.setdefault(key, self._keys.new())
        return body

    def _exchange(self, operation: str | None, request: Request, response: Response) -> Exchange:
        return Exchange(operation, request, response, self._plan.setting, self._plan.contract, self._ledger)

    def _see(self, operation: str | None, request: Request, response: Response) -> list[str]:
        exchange = self._exchange(operation, request, response)
        broken = self._judge.see(exchange)
        self._history.append(past(exchange))
        self._note(exchange)
        return broken

    def _note(self, exchange: Exchange) -> None:
        remember(exchange)
        self._silent = self._silent + 1 if exchange.response.status == NO_ANSWER else 0
        if self._silent >= GONE_AFTER:
            raise ServerGone

    def _see_explored(self, operation: str | None, request: Request, response: Response) -> list[str]:
        self._explored += 1
        self._progress("exploration", self._explored)
        return self._see(operation, request, response)


@frozen
class Conclusion:
    """What there is to say of a run besides its verdicts.

    `notes` accuse the server of nothing; `cases` holds, by requirement, each failure to be repeated.
    """

    notes: tuple[str, ...]
    cases: Mapping[str, Case]


def judge_server(plan: Plan, url: str, name: str, judge: Judge[Exchange], progress: Progress) -> Conclusion:
    """Probe and explore the server at `url`.

    A server that stops answering, or may be asked no more, ends the run early; its silence is judged. `name` is what
    errors call the server.

    Raises `SubjectError`, `ExplorationError` or `SuiteError` if there is no verdict.
    """
    session = Session(plan, judge, progress)
    # A server elsewhere may send real messages: none goes out for the sake of a smaller example, or of time.
    is_here = not is_elsewhere(url)
    with Wire(url, plan.manners.limits) as wire:
        courteous = Courteous(wire.send, plan.manners, session.see_busy)
        stopwatch = Stopwatch(courteous)
        try:
            session.probe(stopwatch.send, name)
            session.explore(courteous.send)
            session.still_there(courteous.send)
            if not is_here:
                return Conclusion((), session.cases(None))
            session.reduce(courteous.send)
            notes = slow_notes(session.timings(stopwatch))
            return Conclusion(notes, session.cases(courteous.send))
        except ServerGone:
            note = f"the run ended early: {GONE_AFTER} requests in a row were not answered"
        except Enough as enough:
            note = str(enough)
    return Conclusion((note,), session.cases(None))


def _queued_all(exchange: Exchange) -> bool:
    return bool(items(exchange)) and not any(map(is_refused, items(exchange)))


def _plain(plan: Plan, keys: Keys) -> Probe:
    """A send in which nothing is wrong."""
    return next(probes(plan.contract.operations[SEND], plan.setting, keys))


def _check_lets_us_in(exchange: Exchange, subject: str) -> None:
    """Raises `SubjectError` if the first exchange shows that the server cannot be judged, whatever its faults."""
    status = exchange.response.status
    reason = exchange.response.body.decode("utf-8", "replace")
    if status == NO_ANSWER and reason.startswith(_UNREACHABLE):
        raise SubjectError(subject, f"does not answer ({reason})", "See that it runs, and that its address is right.")
    if status in BUSY:
        raise SubjectError(subject, f"is busy (status {status})", "Run again when it is not.")
    if status in (401, 403):
        hint = "Give one it accepts with --token, SMS_CONFORMANCE_TOKEN or sms-conformance.toml."
        raise SubjectError(subject, f"does not accept the token (status {status})", hint)
    if answered(exchange) is None and error_code(exchange) == NO_DEFINITION:
        hint = "Name one that exists with --definition-key or in sms-conformance.toml."
        raise SubjectError(subject, f"has no definition {exchange.setting.definition_key!r}", hint)


#: How the reasons begin for which a server was never reached, or never began to answer.
_UNREACHABLE = ("Connect", "ReadTimeout", "Unsupported")
