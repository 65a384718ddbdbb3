"""The process in which Schemathesis runs: it takes one JSON line for each exploration, and answers with one.

Schemathesis takes over a second to load, and draws its data while the server it asks has something to do; in a process
of its own it loads while the exact requests are sent and draws on another core. What it registers, prints and collects
stays out of the process that holds the application under test.

Only what Schemathesis documents is used: a hook that mixes our recipients into its data, two that stop it, command-line
options, and its NDJSON report for what its own checks found. Its registries are global to the process, so what is
registered here looks up the exploration that is under way.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import json
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

import schemathesis
from hypothesis import strategies
from schemathesis.cli import schemathesis as schemathesis_command

from conformance.drivers.own_constants import without_local_constants
from conformance.drivers.text_tables import keep_tables

#: A JSON value, as in `conformance.model`; nothing of the suite is imported that this process can do without.
JSON = Any

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

#: What Schemathesis imports only once it runs. Where another release has it elsewhere, it is imported then.
_IMPORTED_LATE = (
    "schemathesis.specs.openapi.schemas",
    "schemathesis.cli.commands.run.executor",
    "schemathesis.engine.core",
    "schemathesis.engine.run.unit._hypothesis_executor",
    "schemathesis.generation.hypothesis.builder",
    "schemathesis.specs.openapi.coverage._operation",
    "schemathesis.transport.asgi",
    "schemathesis.transport.wsgi",
    "rich.progress",
    "pyrate_limiter",
)


class _Exploration:
    """What is under way: what the hooks have to know."""

    def __init__(self, task: JSON) -> None:
        self.task = task
        self.has_ended = False


_current: list[_Exploration] = []

#: Schemathesis leaves the types of its hooks open; this is what they come to.
_untyped: Any = schemathesis
_hook: Callable[[Callable[..., Any]], Callable[..., Any]] = _untyped.hook


@_hook
def after_call(context: Any, case: Any, response: Any) -> None:
    """Hears from the forwarder that nothing is passed on any more."""
    if _current and _current[-1].task["end_header"] in response.headers:
        _current[-1].has_ended = True


@_hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Stops Schemathesis as Ctrl-C would, once nothing is passed on any more."""
    if _current and _current[-1].has_ended:
        raise KeyboardInterrupt


@_hook
def before_generate_body(context: Any, strategy: Any) -> Any:
    """Mixes bodies with good and bad recipients into the stock ones, which never made a mixed answer."""
    operation = context.operation
    if not _current or operation is None:
        return strategy
    task = _current[-1].task
    is_send = operation.definition.raw.get("operationId") == task["operation"]
    return strategy | send_bodies(task) if is_send else strategy


def send_bodies(task: JSON) -> strategies.SearchStrategy[JSON]:
    """Bodies of a send: one to six recipients, good and bad, with keys of this run's name space."""
    numbers: list[str] = task["numbers"]
    text = strategies.text(min_size=1, max_size=30)
    attributes = strategies.dictionaries(text, text, max_size=3)
    keys = strategies.integers(0, 9999).map(lambda number: f"{task['space']}-x{number}")
    recipient = strategies.fixed_dictionaries(
        {},
        optional={
            "contactKey": strategies.sampled_from(["contact-0", "contact-1"]) | text,
            "to": strategies.sampled_from([*numbers, "not-a-number"]) | text,
            "messageKey": keys | strategies.text(min_size=95, max_size=105, alphabet="k"),
            "attributes": attributes,
        },
    )
    good = strategies.fixed_dictionaries(
        {"contactKey": strategies.just("contact-2"), "to": strategies.sampled_from(numbers)},
        optional={"messageKey": keys},
    )
    return strategies.fixed_dictionaries(
        {
            "definitionKey": strategies.just(task["definition_key"]),
            "recipients": strategies.lists(good | recipient, min_size=1, max_size=6),
        },
        optional={
            "attributes": attributes,
            "content": strategies.fixed_dictionaries({}, optional={"message": text}),
            "subscriptions": strategies.fixed_dictionaries({}, optional={"resubscribe": strategies.booleans()}),
        },
    )


def serve() -> None:
    """Explore whatever is asked for until nobody asks any more."""
    # Ctrl-C reaches both processes; the other one says when it is over.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Whatever anybody prints must not get between the answers.
    answers, sys.stdout = sys.stdout, io.StringIO()
    keep_tables()
    for name in _IMPORTED_LATE:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    # What is loaded stays: to look through it again and again for what may be thrown away takes a tenth of the time.
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    # Whoever started this process has it off while it loads.
    gc.enable()
    _serve(sys.stdin, answers)


def _serve(tasks: TextIO, answers: TextIO) -> None:
    for line in tasks:
        answers.write(f"{json.dumps(_done(json.loads(line)))}\n")
        answers.flush()


def _done(task: JSON) -> JSON:
    """What Schemathesis found: the results of its checks, its last words and its exit code."""
    _current.append(_Exploration(task))
    try:
        with tempfile.TemporaryDirectory(dir=task["folder"]) as folder, without_local_constants():
            output, code = _command(Path(folder), task)
            return {"code": code, "last_words": _last_words(output), "results": list(_results(Path(folder), task))}
    except Exception as error:  # the other process is waiting for an answer
        return {"code": -1, "last_words": f"{type(error).__name__}: {error}", "results": []}
    finally:
        _current.pop()


def _command(folder: Path, task: JSON) -> tuple[str, int]:
    configuration = folder / "schemathesis.toml"
    configuration.write_text(_CONFIGURATION, encoding="utf-8")
    # Schemathesis would read YAML again, and slowly.
    document = folder / "openapi.json"
    document.write_text(json.dumps(task["document"]), encoding="utf-8")
    arguments = [
        *("--config-file", str(configuration), "run", str(document), "--url", task["url"]),
        *("--header", f"Authorization: Bearer {task['token']}", "--seed", str(task["seed"])),
        *("--checks", ",".join(task["checks"]), "--include-operation-id", task["operation"]),
        *("--report", "ndjson", "--report-dir", str(folder), "--no-color", "--workers", "1"),
        *PROFILES[task["profile"]],
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


def _results(folder: Path, task: JSON) -> Iterator[JSON]:
    """Each check of each case, by name, with what it found if that was a failure."""
    for file in sorted(folder.glob("*.ndjson")):
        for line in file.read_text(encoding="utf-8").splitlines():
            event = json.loads(line).get("ScenarioFinished", {})
            for case, listed in event.get("recorder", {}).get("checks", {}).items():
                yield from (
                    {"case": case, "check": each["name"], "message": _message(each)}
                    for each in listed
                    if each["name"] in task["checks"]
                )


def _message(result: JSON) -> str | None:
    if result["status"] == "success":
        return None
    failure = result["failure_info"]["failure"]
    return " ".join(f"{failure['title']}. {failure['message']}".split())
