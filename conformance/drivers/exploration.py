"""Explores a server with Schemathesis, called in process through its command.

Only what Schemathesis documents is used: a hook that mixes our recipients into its data, one that stops it,
command-line options, and its NDJSON report for what its own checks found. Its registries are global to the
process, so what is registered here looks up the run that is under way. It talks to our forwarder, which sees
every exchange and lets us judge it.
"""

from __future__ import annotations

import contextlib
import io
import json
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import schemathesis
from attrs import evolve, frozen
from hypothesis import strategies
from schemathesis.cli import schemathesis as schemathesis_command

from conformance.checks.reading import SEND
from conformance.checks.stock import STOCK
from conformance.contract import Contract
from conformance.drivers.forwarder import Forwarder, listening
from conformance.drivers.own_constants import without_local_constants
from conformance.drivers.text_tables import keep_utf_8_table
from conformance.drivers.wire import Sender
from conformance.model import JSON, NO_ANSWER, CannotRun, Request, Response, Setting

#: What each profile lets Schemathesis do. Coverage has a fixed list of requests and breaks whatever a quick look can;
#: up to ten examples Hypothesis draws each one anew, from then on it mostly varies those that were accepted.
PROFILES: Mapping[str, Sequence[str]] = {
    "quick": ("--phases", "coverage,fuzzing", "--max-examples", "10"),
    "thorough": ("--phases", "examples,coverage,fuzzing", "--max-examples", "300"),
}

# Nothing is sanitized, for the report is read here and thrown away; of each body it holds one byte, since zero would
# mean all. Redirects are answers like others. Schemathesis waits for our own forwarder, which answers in its own time.
# The caches are off, the example database is none, and what the server answers is neither mixed into later requests
# nor learned from, or the same seed would not give the same requests. Tokens are not drawn, for each request has the
# right one; the probes have the wrong ones.
_CONFIGURATION = """
continue-on-failure = true
max-redirects = 0
request-timeout = 3600.0
[output.sanitization]
enabled = false
[output.truncation]
max-recorded-payload-size = 1
[cache]
enabled = false
[generation]
database = "none"
with-security-parameters = false
[phases.examples]
extra-data-sources.responses = false
[phases.coverage]
extra-data-sources.responses = false
[phases.fuzzing]
extra-data-sources.responses = false
error-feedback.enabled = false
"""

See = Callable[[str | None, Request, Response], Sequence[str]]


@frozen
class StockFinding:
    """One response that one of Schemathesis' own checks did not let pass."""

    check: str
    request: Request
    response: Response
    operation: str | None
    message: str


@frozen
class Explored:
    """How often each of Schemathesis' own checks ran and what they found.

    `ended` is what ended the exploration early, if anything did: whatever `send` or `see` raised.
    """

    counts: Mapping[str, int]
    findings: tuple[StockFinding, ...]
    ended: Exception | None = None


@frozen
class ExplorationError(CannotRun):
    """Schemathesis could not run to its end, and no finding says why."""


#: As much of an answer is kept for reports, should Schemathesis find a fault in it.
_KEPT = 64 * 1024


class _Run:
    """What is under way: what the hooks have to know, and the exchanges by the cases they belong to."""

    def __init__(self, contract: Contract, setting: Setting, space: str, send: Sender, see: See) -> None:
        self.contract = contract
        self.setting = setting
        self.space = space
        self.exchanges: dict[str, tuple[Request, Response]] = {}
        self.forwarder = Forwarder(send, self._take)
        self._see = see

    def _take(self, case: str, request: Request, response: Response) -> None:
        self.exchanges[case] = (request, evolve(response, body=response.body[:_KEPT]))
        self._see(self.contract.operation_of(request), request, response)


_current: list[_Run] = []

#: Schemathesis leaves the types of its hooks open; this is what they come to.
_untyped: Any = schemathesis
_hook: Callable[[Callable[..., Any]], Callable[..., Any]] = _untyped.hook


@_hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Stops Schemathesis as Ctrl-C would, once nothing is passed on any more."""
    if _current and _current[-1].forwarder.ended is not None:
        raise KeyboardInterrupt


@_hook
def before_generate_body(context: Any, strategy: Any) -> Any:
    """Mixes bodies with good and bad recipients into the stock ones, which never made a mixed answer."""
    operation = context.operation
    if not _current or operation is None or operation.definition.raw.get("operationId") != SEND:
        return strategy
    return strategy | send_bodies(_current[-1].setting, _current[-1].space)


def send_bodies(setting: Setting, space: str) -> strategies.SearchStrategy[JSON]:
    """Bodies of a send: one to six recipients, good and bad, with keys of this run's name space."""
    text = strategies.text(min_size=1, max_size=30)
    attributes = strategies.dictionaries(text, text, max_size=3)
    keys = strategies.integers(0, 9999).map(lambda number: f"{space}-x{number}")
    recipient = strategies.fixed_dictionaries(
        {},
        optional={
            "contactKey": strategies.sampled_from(["contact-0", "contact-1"]) | text,
            "to": strategies.sampled_from([*setting.numbers, "not-a-number"]) | text,
            "messageKey": keys | strategies.text(min_size=95, max_size=105, alphabet="k"),
            "attributes": attributes,
        },
    )
    good = strategies.fixed_dictionaries(
        {"contactKey": strategies.just("contact-2"), "to": strategies.sampled_from(setting.numbers)},
        optional={"messageKey": keys},
    )
    return strategies.fixed_dictionaries(
        {
            "definitionKey": strategies.just(setting.definition_key),
            "recipients": strategies.lists(good | recipient, min_size=1, max_size=6),
        },
        optional={
            "attributes": attributes,
            "content": strategies.fixed_dictionaries({}, optional={"message": text}),
            "subscriptions": strategies.fixed_dictionaries({}, optional={"resubscribe": strategies.booleans()}),
        },
    )


def explore(
    contract: Contract, setting: Setting, send: Sender, *, seed: int, profile: str, space: str, see: See
) -> Explored:
    """Let Schemathesis loose on the server that `send` asks; every exchange goes to `see`.

    Raises `ExplorationError` if Schemathesis stops of itself.
    """
    run = _Run(contract, setting, space, send, see)
    keep_utf_8_table()
    _current.append(run)
    try:
        with tempfile.TemporaryDirectory() as folder, listening(run.forwarder) as url, without_local_constants():
            output, code = _command(Path(folder), contract, setting, url, seed, profile)
            explored = _explored(run, _report_lines(Path(folder)))
    finally:
        _current.pop()
    if explored.ended is None and (code not in (0, 1) or not run.exchanges):
        hint = "See whether the server still answers; if it does, this is a fault of the suite."
        raise ExplorationError("exploration with Schemathesis", f"stopped early ({_last_words(output)})", hint)
    return explored


def _command(folder: Path, contract: Contract, setting: Setting, url: str, seed: int, profile: str) -> tuple[str, int]:
    configuration = folder / "schemathesis.toml"
    configuration.write_text(_CONFIGURATION, encoding="utf-8")
    # Schemathesis would read YAML again, and slowly; what is no JSON of itself, a date, is the text it was.
    document = folder / "openapi.json"
    document.write_text(json.dumps(contract.document, default=str), encoding="utf-8")
    arguments = [
        *("--config-file", str(configuration), "run", str(document), "--url", url),
        *("--header", f"Authorization: Bearer {setting.token}", "--seed", str(seed)),
        *("--checks", ",".join(STOCK), "--include-operation-id", SEND),
        *("--report", "ndjson", "--report-dir", str(folder), "--no-color", "--workers", "1"),
        *PROFILES[profile],
    ]
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        try:
            code = schemathesis_command.main(arguments, prog_name="schemathesis", standalone_mode=False)
        except SystemExit as stop:
            code = stop.code
    return output.getvalue(), int(code or 0)


def _last_words(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip(" =_")]
    return " / ".join(lines[-6:]) or "it said nothing"


def _report_lines(folder: Path) -> list[JSON]:
    text = "".join(file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.ndjson")))
    return [json.loads(line) for line in text.splitlines()]


def _explored(run: _Run, lines: Sequence[JSON]) -> Explored:
    """What Schemathesis says of the cases that were answered. Of the others it knows only our stand-in."""
    answered = {case for case, (_, response) in run.exchanges.items() if response.status != NO_ANSWER}
    results = [
        (case, result)
        for line in lines
        if "ScenarioFinished" in line
        for case, listed in line["ScenarioFinished"]["recorder"].get("checks", {}).items()
        for result in listed
        if result["name"] in STOCK and case in answered
    ]
    counts = Counter[str](result["name"] for _, result in results)
    findings = [
        _finding(run, result, *run.exchanges[case]) for case, result in results if result["status"] != "success"
    ]
    return Explored(counts, tuple(each for each in findings if each is not None), run.forwarder.ended)


def _finding(run: _Run, result: JSON, request: Request, response: Response) -> StockFinding | None:
    # A 503 says that the service is not there, which it may say (R24); Schemathesis takes it for a crash.
    if result["name"] == "not_a_server_error" and response.status == 503:
        return None
    failure = result["failure_info"]["failure"]
    message = " ".join(f"{failure['title']}. {failure['message']}".split())
    return StockFinding(result["name"], request, response, run.contract.operation_of(request), message)
