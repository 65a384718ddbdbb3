"""Explores a server with Schemathesis, called in process through its command.

Only what Schemathesis documents is used: a registered check class, a hook that mixes our recipients into
its data, command-line options, and its NDJSON report for what its own checks found. Its registries are
global to the process, so what is registered here looks up the run that is under way.
"""

from __future__ import annotations

import base64
import contextlib
import io
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import schemathesis
from attrs import evolve, frozen
from hypothesis import strategies
from schemathesis.cli import schemathesis as schemathesis_command

from conformance.checks.reading import SEND
from conformance.checks.stock import STOCK
from conformance.contract import Contract
from conformance.drivers.text_tables import keep_utf_8_table
from conformance.model import JSON, CannotRun, Headers, Request, Response, Setting

#: What each profile lets Schemathesis do. Coverage has a fixed list of requests and breaks whatever a quick look can;
#: up to ten examples Hypothesis draws each one anew, from then on it mostly varies those that were accepted.
PROFILES: Mapping[str, Sequence[str]] = {
    "quick": ("--phases", "coverage,fuzzing", "--max-examples", "10"),
    "thorough": ("--phases", "examples,coverage,fuzzing", "--max-examples", "300"),
}

# Nothing is sanitized, for the report is read here and thrown away. The caches are off, the example database is
# none, and what the server answers is neither mixed into later requests nor learned from, or the same seed would
# not give the same requests. Tokens are not drawn, for each request has the right one; the probes have the wrong ones.
_CONFIGURATION = """
continue-on-failure = true
[output.sanitization]
enabled = false
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
    """How often each of Schemathesis' own checks ran, what they found, and what got no answer.

    Schemathesis calls no check where no answer came.
    """

    counts: Mapping[str, int]
    findings: tuple[StockFinding, ...]
    unanswered: tuple[Request, ...]


@frozen
class ExplorationError(CannotRun):
    """Schemathesis could not run to its end, and no finding says why."""


@frozen
class _Run:
    contract: Contract
    setting: Setting
    space: str
    #: The path of the server's own address, which stands before every path of the contract.
    prefix: str
    see: See
    errors: list[Exception]


_current: list[_Run] = []


#: Schemathesis leaves the types of its hooks open; this is what they come to.
_untyped: Any = schemathesis
_hook: Callable[[Callable[..., Any]], Callable[..., Any]] = _untyped.hook


@schemathesis.check
def conformance(ctx: schemathesis.CheckContext, response: Any, case: Any) -> bool | None:
    """Hands every exchange to the judge of the run that is under way."""
    if not _current or _current[-1].errors:
        return None
    run = _current[-1]
    sent = _without(run.prefix, request_of(response.request))
    headers = tuple((name, value) for name, values in response.headers.items() for value in values)
    received = Response(response.status_code, headers, response.content)
    try:
        broken = run.see(run.contract.operation_of(sent), sent, received)
    except Exception as error:  # Schemathesis would turn it into a finding about the server
        run.errors.append(error)
        return None
    assert not broken, ", ".join(broken)
    return None


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
    contract: Contract, setting: Setting, url: str, *, seed: int, profile: str, space: str, see: See
) -> Explored:
    """Let Schemathesis loose on the server at `url`; every exchange goes to `see`.

    Raises what `see` raises, and `ExplorationError` if Schemathesis stops of itself.
    """
    run = _Run(contract, setting, space, urlsplit(url).path.rstrip("/"), see, [])
    keep_utf_8_table()
    _current.append(run)
    try:
        with tempfile.TemporaryDirectory() as folder:
            output, code = _command(Path(folder), contract, setting, url, seed, profile)
            if run.errors:
                raise run.errors[0]
            lines = _report_lines(Path(folder))
    finally:
        _current.pop()
    explored = _explored(run, lines)
    if code not in (0, 1) or not (explored.counts or explored.unanswered):
        hint = "See whether the server still answers; if it does, this is a fault of the suite."
        raise ExplorationError("exploration with Schemathesis", f"stopped early ({_last_words(output)})", hint)
    return explored


def _command(folder: Path, contract: Contract, setting: Setting, url: str, seed: int, profile: str) -> tuple[str, int]:
    configuration = folder / "schemathesis.toml"
    configuration.write_text(_CONFIGURATION, encoding="utf-8")
    arguments = [
        *("--config-file", str(configuration), "run", str(contract.file), "--url", url),
        *("--header", f"Authorization: Bearer {setting.token}", "--seed", str(seed)),
        *("--checks", ",".join([*STOCK, conformance.__name__]), "--include-operation-id", SEND),
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
    recorders = [line["ScenarioFinished"]["recorder"] for line in lines if "ScenarioFinished" in line]
    results = [
        (result, recorder.get("interactions", {}).get(case))
        for recorder in recorders
        for case, listed in recorder.get("checks", {}).items()
        for result in listed
        if result["name"] in STOCK
    ]
    counts: dict[str, int] = {}
    for result, _ in results:
        counts[result["name"]] = counts.get(result["name"], 0) + 1
    findings = tuple(
        finding
        for result, interaction in results
        if result["status"] != "success" and interaction
        for finding in _finding(run, result, interaction)
    )
    unanswered = tuple(request for recorder in recorders for request in _unanswered(run, recorder))
    return Explored(counts, findings, unanswered)


def _finding(run: _Run, result: JSON, interaction: JSON) -> Iterator[StockFinding]:
    answered = interaction.get("response")
    # A 503 says that the service is not there, which it may say (R24); Schemathesis takes it for a crash.
    if answered is None or (result["name"] == "not_a_server_error" and answered["status_code"] == 503):
        return
    request = _request(run, interaction["request"])
    response = Response(answered["status_code"], _headers(answered), _bytes(answered.get("content")))
    failure = result["failure_info"]["failure"]
    message = " ".join(f"{failure['title']}. {failure['message']}".split())
    yield StockFinding(result["name"], request, response, run.contract.operation_of(request), message)


def _unanswered(run: _Run, recorder: JSON) -> Iterator[Request]:
    """Requests that got no answer are kept without one; those whose answer broke off are not kept at all."""
    interactions = recorder.get("interactions", {})
    for interaction in interactions.values():
        if interaction.get("response") is None:
            yield _request(run, interaction["request"])
    for name, case in recorder.get("cases", {}).items():
        if name not in interactions:
            value = case["value"]
            headers = {**value.get("headers", {}), "content-type": value.get("media_type", "")}
            body = json.dumps(value["body"]).encode() if "body" in value else b""
            yield Request(value["method"], value["path"], tuple(headers.items()), body)


def _request(run: _Run, asked: JSON) -> Request:
    parts = urlsplit(str(asked["uri"]))
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    return _without(run.prefix, Request(asked["method"], target, _headers(asked), _bytes(asked.get("body"))))


def _headers(message: JSON) -> Headers:
    return tuple((name, value) for name, values in message["headers"].items() for value in values)


def _bytes(content: JSON) -> bytes:
    return base64.b64decode(content["$base64"]) if content else b""


def request_of(prepared: Any) -> Request:
    """The request as it went out: target and headers as on the wire, the body as bytes."""
    body = prepared.body or b""
    return Request(
        prepared.method,
        prepared.path_url,
        tuple((str(name), _text(value)) for name, value in prepared.headers.items()),
        body.encode() if isinstance(body, str) else bytes(body),
    )


def _without(prefix: str, request: Request) -> Request:
    return evolve(request, target=request.target.removeprefix(prefix))


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
