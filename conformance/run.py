"""One run from its options to its report: the subject is opened, driven and judged."""

from __future__ import annotations

import contextlib
import os
import shlex
import time
from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from conformance.case_files import Case, case_text, read_case
from conformance.checks import SERVER
from conformance.checks import client as client_checks
from conformance.checks.reading import SEND
from conformance.contract import Contract, ContractError, Operation, default_folder
from conformance.drivers.cases import TOKEN
from conformance.drivers.hosting import SubjectError, hosted, load_app
from conformance.drivers.manners import Manners
from conformance.drivers.repetition import Repetition, repeat
from conformance.drivers.schemathesis_process import loading
from conformance.drivers.server import Plan, Progress, judge_server, no_progress
from conformance.drivers.wire import Limits, Wire, checked_url, is_elsewhere
from conformance.judge import Judge, Lists, call_size, exchange_size
from conformance.model import NO_ANSWER, Call, Exchange, Request, Requirement, Seen, Setting, Verdict
from conformance.probes import Keys, probes
from conformance.register import exclusions
from conformance.reports import Exclusion, Report, contract_pages, masker, seen_lines
from conformance.settings import DEFAULT, Known, SettingsError, check_ids

#: Requirements that most runs cannot exercise. They are judged all the same when something exercises them.
EXCUSED: Mapping[str, str] = {
    "error-retry-after": "a server cannot be asked to be busy; judged when it answers 429 or 503",
    "send-too-many-recipients-refused": "no limit is published for SMS; set max_recipients to the subject's own",
}


@frozen
class Options:
    """What every run is told.

    `only`, `tags` and `sections` keep the requirements that one of them names; all are kept if all are empty.
    """

    contract: Contract
    seed: int
    profile: str
    strict: bool
    only: tuple[str, ...]
    excluded: Mapping[str, str]
    known: Mapping[str, Known]
    today: date
    #: The command line without the options that a report adds.
    command: tuple[str, ...]
    progress: Progress = no_progress
    tags: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()

    def lists(self, excused: Mapping[str, str]) -> Lists:
        """What is treated apart; of the known failures, those that have expired apart from the rest."""
        told = {
            id: f"{each.reason} (until {each.expires}, see {each.link}, owner: {each.owner})"
            for id, each in self.known.items()
        }
        expired = {id for id, each in self.known.items() if each.has_expired(self.today)}
        return Lists(
            excluded=self.excluded,
            known={id: text for id, text in told.items() if id not in expired},
            expired={id: f"expired: {text}" for id, text in told.items() if id in expired},
            excused=excused,
        )

    def keeps(self, each: Requirement[Any]) -> bool:
        """Whether a requirement is among those to be judged."""
        named = each.id in self.only or each.section in self.sections or bool(each.tags.intersection(self.tags))
        return named or not (self.only or self.tags or self.sections)


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
    requirements = _chosen(options, SERVER, client_checks.requirements(options.contract))
    judge = Judge[Exchange](requirements, options.lists(EXCUSED), exchange_size)
    if url is not None and not agreed:
        _must_be_meant(checked_url(url), setting)
    with loading(), _opened(url, app) as address:
        wait_until_there(address, wait)
        plan = Plan(options.contract, setting, options.seed, options.profile, manners or Manners())
        conclusion = judge_server(plan, address, url or f"--app {app}", judge, options.progress)
    report = _report(options, "server", url or app or "", judge, started, setting)
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
) -> Repetition:
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


def run_client(options: Options, *, package: str) -> Report:
    """Judge the generated client that imports as `package`; raises as `run_server` does."""
    # Hypothesis, which draws the answers, takes a quarter of a second to import; servers are judged without it.
    from conformance.drivers.client import Profile, exercise
    from conformance.drivers.generated import generated_caller

    started = time.monotonic()
    requirements = _chosen(options, client_checks.requirements(options.contract), SERVER)
    judge = Judge[Call](requirements, options.lists({}), call_size)

    def see(call: Call) -> Sequence[str]:
        options.progress("cases", judge.seen + 1)
        return judge.see(call)

    profile: Profile = "thorough" if options.profile == "thorough" else "quick"
    with generated_caller(package, options.contract) as caller:
        exercise(caller, options.contract, seed=options.seed, profile=profile, see=see)
    return _report(options, "client", package, judge, started, Setting(TOKEN, "", ()))


def _chosen(
    options: Options, requirements: Sequence[Requirement[Seen]], others: Sequence[Requirement[Any]]
) -> tuple[Requirement[Seen], ...]:
    """The requirements to be judged. `others` are those of the other side, which one settings file may name too.

    Raises `SettingsError` for a name that is none, and if nothing is left to be judged.
    """
    ids: list[str] = [each.id for each in requirements]
    check_ids("--only", options.only, ids)
    _check_words("--tag", options.tags, {tag for each in requirements for tag in each.tags})
    _check_words("--section", options.sections, {each.section for each in requirements})
    for where, named in (("[exclude]", options.excluded), ("[known]", options.known)):
        check_ids(where, named, [*ids, *(each.id for each in others)])
    chosen = tuple(each for each in requirements if options.keeps(each))
    if all(each.id in options.excluded for each in chosen):
        raise _nothing_judged()
    return chosen


def _check_words(where: str, named: Collection[str], words: Collection[str]) -> None:
    if unknown := sorted(set(named) - set(words)):
        raise SettingsError(where, f"there is none that is called {unknown[0]!r}", f"Name {', '.join(sorted(words))}.")


def _nothing_judged() -> SettingsError:
    """A run that judges nothing is no run, and must not look like a good one."""
    hint = "Exclude fewer, or name others with --only."
    return SettingsError("this run", "judges nothing: all its requirements are excluded", hint)


def _report(
    options: Options,
    side: str,
    subject: str,
    judge: Judge[Seen],
    started: float,
    setting: Setting,
) -> Report:
    records = judge.records()
    if all(each.verdict is Verdict.EXCLUDED for each in records):
        raise _nothing_judged()
    return Report(
        subject=subject,
        side=side,
        contract=_shown_folder(options.contract.folder),
        contract_digest=options.contract.digest,
        version=suite_version(),
        seed=options.seed,
        profile=options.profile,
        strict=options.strict,
        command=shlex.join(options.command),
        seen=judge.seen,
        statuses={**dict.fromkeys(_declared(options.contract), 0), **judge.statuses},
        pages=contract_pages(options.contract.folder),
        exclusions=tuple(Exclusion(each.cite, each.reason) for each in exclusions()),
        seconds=time.monotonic() - started,
        records=records,
        tokens=(setting.token,),
        numbers=setting.numbers,
    )


def _declared(contract: Contract) -> list[int]:
    """The statuses that the contract declares for the send operation by number."""
    operation = contract.operations.get(SEND)
    return [int(status) for status in operation.responses if status.isdigit()] if operation else []


def write_cases(run: ServerRun, folder: Path, setting: Setting, repeat_with: Sequence[str]) -> Report:
    """Write a file for each failure, and take those of an earlier run away; the report knows how to repeat them.

    `repeat_with` is the command that a file's name is put behind.
    """
    mask = masker((setting.token,), setting.numbers)
    repeats: dict[str, str] = {}
    # Nobody asked for these files: where they cannot be written, the command of the whole run has to do.
    with contextlib.suppress(OSError, SettingsError):
        for requirement in SERVER:
            (folder / f"{requirement.id}.json").unlink(missing_ok=True)
        for id, case in run.cases.items():
            file = folder / f"{id}.json"
            write_whole(file, case_text(case, setting, mask))
            repeats[id] = shlex.join([*repeat_with, str(file)])
    return evolve(run.report, repeats=repeats)


def repetition_lines(found: Repetition, setting: Setting) -> Iterator[str]:
    """What a repetition says, as a person reads it."""
    mask = masker((setting.token,), setting.numbers)
    yield f"{found.requirement}: {found.again}"
    yield from (f"  - {mask(each)}" for each in found.breaches)
    if found.others:
        yield f"  the exchange breaks {', '.join(found.others)}"
    if found.note:
        yield f"  {found.note}"
    yield from (f"    {line}".rstrip() for line in seen_lines(found.exchange, (setting.token,), setting.numbers))


def planned_server(options: Options, setting: Setting, *, url: str | None, app: str | None) -> Iterator[str]:
    """What a run against a server would do, without a single request."""
    operation = _send_operation(options.contract)
    listed = list(probes(operation, setting, Keys(f"seed{options.seed}")))
    subject = url or app or "(none is named)"
    yield f"server {subject}: {len(listed)} exact requests, sequences, then exploration ({options.profile})"
    yield from (f"  {each.request.method:<8}{each.name}" for each in listed)
    yield from _planned(options, SERVER, client_checks.requirements(options.contract), EXCUSED)


def planned_client(options: Options, *, package: str) -> Iterator[str]:
    """What a run against a client would do, without a single call."""
    yield f"client {package}: exact answers, then drawn ones ({options.profile})"
    yield from _planned(options, client_checks.requirements(options.contract), SERVER, {})


def _planned(
    options: Options,
    requirements: Sequence[Requirement[Any]],
    others: Sequence[Requirement[Any]],
    excused: Mapping[str, str],
) -> Iterator[str]:
    lists = options.lists(excused)
    chosen = _chosen(options, requirements, others)
    yield f"{len(chosen)} of {len(requirements)} requirements would be judged:"
    for each in chosen:
        apart = (lists.excluded, lists.known, lists.expired, lists.excused)
        reasons = [listed[each.id] for listed in apart if each.id in listed]
        yield f"  {each.id:<41}{each.level:<8}{'; '.join(reasons)}".rstrip()


def write_whole(file: Path, text: str) -> None:
    """Write a file whole or not at all; raises `SettingsError` that names it."""
    aside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        aside.write_text(text, encoding="utf-8")
        aside.replace(file)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise SettingsError(str(file), f"cannot be written ({error.strerror})", "Name another --report-dir.") from None


def _shown_folder(folder: Path) -> str:
    """A contract by its folder as given; the one inside the package by no path of this machine."""
    return "(bundled)" if folder == default_folder() else str(folder)


def suite_version() -> str:
    try:
        return version("sms-conformance")
    except PackageNotFoundError:
        return "unknown"
