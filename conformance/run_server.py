"""Judges a server from the options to the report, and sends one of its failures again."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from pathlib import Path

from attrs import evolve, frozen

from conformance.case_files import Case, case_text, read_case
from conformance.checks import SERVER
from conformance.checks import client as client_checks
from conformance.checks.reading import SEND
from conformance.contract import Contract, ContractError, Operation
from conformance.drivers.hosting import SubjectError, hosted, load_app
from conformance.drivers.manners import Manners
from conformance.drivers.repetition import Repetition, repeat
from conformance.drivers.schemathesis_process import loading
from conformance.drivers.server import Plan, judge_server
from conformance.drivers.wire import Limits, Wire, checked_url, is_elsewhere
from conformance.judge import Judge, exchange_size
from conformance.model import NO_ANSWER, Exchange, Request, Setting
from conformance.probes import Keys, probes
from conformance.reports.masking import masker
from conformance.reports.report import Report
from conformance.run import Options, chosen, planned, repetition_lines, report_of, with_case_files
from conformance.settings import DEFAULT, check_ids

#: Requirements that most runs cannot exercise. They are judged all the same when something exercises them.
EXCUSED: Mapping[str, str] = {
    "error-retry-after": "a server cannot be asked to be busy; judged when it answers 429 or 503",
    "send-too-many-recipients-refused": "no limit is published for SMS; set max_recipients to the subject's own",
}


@frozen
class ServerRun:
    """What came of judging a server: the report, and a case for each failure, by requirement."""

    report: Report
    cases: Mapping[str, Case]


def run_server(
    options: Options,
    setting: Setting,
    *,
    url: str | None,
    app: str | None,
    wait: float = 0.0,
    agreed: bool = False,
    manners: Manners | None = None,
) -> ServerRun:
    """Judge the server at `url`, for whose first answer it waits so many seconds, or the application named `app`.

    What is queued at a server elsewhere may be sent to people: unless that was `agreed` to, it takes a definition and
    numbers of the user's own. Raises `SubjectError`, `ExplorationError`, `SuiteError` or `SettingsError` if there is no
    verdict.
    """
    started = time.monotonic()
    _send_operation(options.contract)
    requirements = chosen(options, SERVER, client_checks.requirements(options.contract))
    judge = Judge[Exchange](requirements, options.lists(EXCUSED), exchange_size)
    if url is not None and not agreed:
        _must_be_meant(checked_url(url), setting)
    with loading(), _opened(url, app) as address:
        wait_until_there(address, wait)
        plan = Plan(options.contract, setting, options.seed, options.profile, manners or Manners())
        conclusion = judge_server(plan, address, url or f"--app {app}", judge, options.progress)
    report = report_of(options, "server", url or app or "", judge, started, setting)
    return ServerRun(evolve(report, notes=conclusion.notes), conclusion.cases)


def _send_operation(contract: Contract) -> Operation:
    if SEND not in contract.operations:
        hint = "Give the contract of the SMS interface."
        raise ContractError(str(contract.file), f"does not declare the operation {SEND}", hint)
    return contract.operations[SEND]


def invented(setting: Setting) -> list[str]:
    """The options for what the setting has from nobody but us: a definition, and numbers that are kept for fiction."""
    made_up = {"--definition-key": setting.definition_key == DEFAULT.definition_key}
    made_up["--number"] = setting.numbers == DEFAULT.numbers
    return [name for name, is_made_up in made_up.items() if is_made_up]


def _must_be_meant(url: str, setting: Setting) -> None:
    if is_elsewhere(url) and (options := invented(setting)):
        what = "is on another machine, and what the run queues there may be sent to people"
        raise SubjectError(url, what, f"Give {' and '.join(options)} of your own, or say --yes-send-messages.")


def wait_until_there(url: str, seconds: float) -> None:
    """Wait until the server answers anything at all, at most so long. Whether it does is for the run to say."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with Wire(url, Limits(seconds=2.0)) as wire:
            if wire.send(Request("GET", "/")).status != NO_ANSWER:
                return
        time.sleep(0.1)


def run_repeat(
    file: Path,
    contract: Contract,
    known: Setting,
    *,
    url: str | None,
    app: str | None,
    definition_key: str | None,
    agreed: bool = False,
) -> Repetition[Exchange]:
    """Send the failure in a file again.

    Only to a server that the user names: a file from elsewhere must not say who gets the token. Raises `CaseFileError`,
    `SubjectError` or `SettingsError`.
    """
    case, key = read_case(file)
    check_ids(f"{file}: requirement", [case.requirement], [each.id for each in SERVER])
    if not {each.operation for each in (*case.before, case.step)} <= {None, *contract.operations}:
        hint = "Give the contract that the file was made with."
        raise ContractError(str(contract.file), f"does not declare an operation of {file}", hint)
    setting = evolve(known, definition_key=definition_key or key)
    if url is not None and not agreed:
        _must_be_meant(checked_url(url), setting)
    with _opened(url, app) as address, Wire(address) as wire:
        return repeat(case, wire.send, contract, setting)


@contextlib.contextmanager
def _opened(url: str | None, app: str | None) -> Generator[str]:
    if url is not None:
        yield checked_url(url)
    elif app is not None:
        with hosted(load_app(app), app) as address:
            yield address
    else:
        hint = "Name one with --url or --app, or in sms-conformance.toml."
        raise SubjectError("sms-conformance", "no server is named", hint)


def write_cases(run: ServerRun, folder: Path, setting: Setting, repeat_with: Sequence[str]) -> Report:
    """Write a file for each failure, and take those of an earlier run away; the report knows how to repeat them.

    `repeat_with` is the command that a file's name is put behind.
    """
    mask = masker((setting.token,), setting.numbers)
    texts = ((id, case_text(each, setting, mask)) for id, each in run.cases.items())
    return with_case_files(run.report, SERVER, texts, folder, repeat_with)


def repeated_lines(found: Repetition[Exchange], setting: Setting) -> Iterator[str]:
    """What a repetition says, as a person reads it."""
    return repetition_lines(found, "exchange", setting)


def planned_server(options: Options, setting: Setting, *, url: str | None, app: str | None) -> Iterator[str]:
    """What a run against a server would do, without a single request."""
    operation = _send_operation(options.contract)
    listed = list(probes(operation, setting, Keys(f"seed{options.seed}")))
    subject = url or app or "(none is named)"
    yield f"server {subject}: {len(listed)} exact requests, sequences, then exploration ({options.profile})"
    yield from (f"  {each.request.method:<8}{each.name}" for each in listed)
    yield from planned(options, SERVER, client_checks.requirements(options.contract), EXCUSED)
