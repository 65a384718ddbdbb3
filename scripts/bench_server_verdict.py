"""What a tool says of a server, read from the report that it writes for programs.

Both tools are held to one rule: what counts is what is in the report, with the exit code as its seal.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen

from scripts.bench_processes import Failure

PASSED, BROKEN = 0, 1


@frozen
class Verdict:
    """What a tool took, in seconds on the clock and of processor time, and what it accuses the server of."""

    seconds: float
    processor: float
    requests: int
    accusations: tuple[str, ...]

    @property
    def rate(self) -> float:
        """Requests in a second, start-up included."""
        return self.requests / self.seconds


Outcome = Verdict | Failure


@frozen
class Ended:
    """A process that ended: what it took, its exit code, the last that it said, and the report that it wrote."""

    seconds: float
    processor: float
    code: int
    said: str
    report: str | None


def ours(ended: Ended) -> Outcome:
    """The verdict of `sms-conformance server`: an accusation is a requirement that fails the run."""
    if (failure := _without_report(ended)) is not None:
        return failure
    report: Mapping[str, Any] = json.loads(ended.report or "")
    return _verdict(ended, report["seen"], [each["id"] for each in report["records"] if each["fails"]])


def stock(ended: Ended) -> Outcome:
    """The verdict of Schemathesis: an accusation is a check of its own, with the title of what it found."""
    if (failure := _without_report(ended)) is not None:
        return failure
    events = [json.loads(line) for line in (ended.report or "").splitlines()]
    if any("FatalError" in event for event in events):
        return Failure("it broke off with an error of its own")
    finished = [event["ScenarioFinished"]["recorder"] for event in events if "ScenarioFinished" in event]
    requests = sum(len(recorder.get("interactions", {})) for recorder in finished)
    return _verdict(ended, requests, [*_failures(finished), *_errors(events)])


def _failures(recorders: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for recorder in recorders:
        for results in recorder.get("checks", {}).values():
            for each in results:
                if each["status"] == "failure":
                    yield f"{each['name']}: {each['failure_info']['failure']['title']}"


def _errors(events: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """It fails a server as well whose answer it cannot read to the end."""
    for event in events:
        if "NonFatalError" in event:
            yield f"error: {event['NonFatalError']['value']['type']}"


def _without_report(ended: Ended) -> Failure | None:
    if ended.code in (PASSED, BROKEN) and ended.report is not None:
        return None
    return Failure(f"exit {ended.code}: {ended.said or 'it said nothing'}")


def _verdict(ended: Ended, requests: int, accusations: Iterable[str]) -> Outcome:
    if requests == 0:
        return Failure("it asked the server nothing")
    found = tuple(sorted(set(accusations)))
    if (ended.code == BROKEN) != bool(found):
        return Failure(f"exit {ended.code}, with {len(found)} accusations in the report")
    return Verdict(ended.seconds, ended.processor, requests, found)


def is_found(correct: Sequence[Verdict], faulty: Outcome) -> bool:
    """Whether a faulty server is accused of something that the correct one never is."""
    known = {accusation for each in correct for accusation in each.accusations}
    return isinstance(faulty, Verdict) and not known.issuperset(faulty.accusations)
