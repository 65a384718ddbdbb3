"""One run from its options to its report: the subject is opened, driven and judged."""

from __future__ import annotations

import contextlib
import ipaddress
import shlex
import time
from collections.abc import Generator, Mapping, Sequence
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from attrs import frozen

from conformance.checks import SERVER
from conformance.checks import client as client_checks
from conformance.checks.reading import SEND
from conformance.contract import Contract, ContractError, default_folder
from conformance.drivers.cases import TOKEN
from conformance.drivers.client import Profile, exercise
from conformance.drivers.generated import generated_caller
from conformance.drivers.hosting import SubjectError, hosted, load_app
from conformance.drivers.server import Plan, Progress, judge_server, no_progress
from conformance.drivers.wire import checked_url
from conformance.judge import Judge, Lists, call_size, exchange_size
from conformance.model import Call, Exchange, Record, Requirement, Seen, Setting, Verdict
from conformance.reports import Report
from conformance.settings import DEFAULT, Known, SettingsError, check_ids

#: Requirements that most runs cannot exercise. They are judged all the same when something exercises them.
EXCUSED: Mapping[str, str] = {
    "error-retry-after": "a server cannot be asked to be busy; judged when it answers 429 or 503",
    "send-too-many-recipients-refused": "no limit is published for SMS; set max_recipients to the subject's own",
}


@frozen
class Options:
    """What every run is told. `only` keeps the named requirements; empty keeps all."""

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

    def lists(self, excused: Mapping[str, str]) -> Lists:
        """The known failures that have not expired, with the date up to which they are tolerated."""
        known = {
            id: f"{each.reason} (until {each.expires}, see {each.link})"
            for id, each in self.known.items()
            if not each.has_expired(self.today)
        }
        return Lists(self.excluded, known, excused)


def run_server(
    options: Options, setting: Setting, *, url: str | None, app: str | None, wait: float = 0.0, agreed: bool = False
) -> Report:
    """Judge the server at `url`, for whose first answer it waits so many seconds, or the application named `app`.

    What is queued at a server elsewhere may be sent to people: unless that was `agreed` to, it takes a definition and
    numbers of the user's own. Raises `SubjectError`, `ExplorationError`, `SuiteError` or `SettingsError` if there is no
    verdict.
    """
    started = time.monotonic()
    if SEND not in options.contract.operations:
        hint = "Give the contract of the SMS interface."
        raise ContractError(str(options.contract.file), f"does not declare the operation {SEND}", hint)
    requirements = _chosen(options, SERVER, client_checks.requirements(options.contract))
    judge = Judge[Exchange](requirements, options.lists(EXCUSED), exchange_size)
    if url is not None and not agreed:
        _must_be_meant(checked_url(url), setting)
    with _opened(url, app) as address:
        wait_until_there(address, wait)
        plan = Plan(options.contract, setting, options.seed, options.profile)
        judge_server(plan, address, url or f"--app {app}", judge, options.progress)
    return _report(options, "server", url or app or "", judge.seen, started, judge.records(), setting)


def is_elsewhere(url: str) -> bool:
    """Whether an address is that of another machine."""
    host = urlsplit(url).hostname or ""
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host != "localhost" and not host.endswith(".localhost")


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
        with contextlib.suppress(httpx.TransportError):
            httpx.get(url, timeout=2.0)
            return
        time.sleep(0.1)


@contextlib.contextmanager
def _opened(url: str | None, app: str | None) -> Generator[str]:
    if url is not None:
        yield checked_url(url)
    elif app is not None:
        with hosted(load_app(app), app) as address:
            yield address
    else:
        hint = "Name one with --url or --app, or in sms-conformance.toml."
        raise SubjectError("sms-conformance server", "no server is named", hint)


def run_client(options: Options, *, package: str) -> Report:
    """Judge the generated client that imports as `package`; raises as `run_server` does."""
    started = time.monotonic()
    requirements = _chosen(options, client_checks.requirements(options.contract), SERVER)
    judge = Judge[Call](requirements, options.lists({}), call_size)

    def see(call: Call) -> Sequence[str]:
        options.progress("cases", judge.seen + 1)
        return judge.see(call)

    profile: Profile = "thorough" if options.profile == "thorough" else "quick"
    with generated_caller(package, options.contract) as caller:
        exercise(caller, options.contract, seed=options.seed, profile=profile, see=see)
    return _report(options, "client", package, judge.seen, started, judge.records(), Setting(TOKEN, "", ()))


def _chosen(
    options: Options, requirements: Sequence[Requirement[Seen]], others: Sequence[Requirement[Any]]
) -> tuple[Requirement[Seen], ...]:
    """The requirements to be judged. `others` are those of the other side, which one settings file may name too.

    Raises `SettingsError` for a name that is none, and if nothing is left to be judged.
    """
    ids: list[str] = [each.id for each in requirements]
    check_ids("--only", options.only, ids)
    for where, named in (("[exclude]", options.excluded), ("[known]", options.known)):
        check_ids(where, named, [*ids, *(each.id for each in others)])
    chosen = tuple(each for each in requirements if not options.only or each.id in options.only)
    if all(each.id in options.excluded for each in chosen):
        raise _nothing_judged()
    return chosen


def _nothing_judged() -> SettingsError:
    """A run that judges nothing is no run, and must not look like a good one."""
    hint = "Exclude fewer, or name others with --only."
    return SettingsError("this run", "judges nothing: all its requirements are excluded", hint)


def _report(
    options: Options,
    side: str,
    subject: str,
    seen: int,
    started: float,
    records: tuple[Record[Seen], ...],
    setting: Setting,
) -> Report:
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
        seen=seen,
        seconds=time.monotonic() - started,
        records=records,
        tokens=(setting.token,),
        numbers=setting.numbers,
    )


def _shown_folder(folder: Path) -> str:
    """A contract by its folder as given; the one inside the package by no path of this machine."""
    return "(bundled)" if folder == default_folder() else str(folder)


def suite_version() -> str:
    try:
        return version("sms-conformance")
    except PackageNotFoundError:
        return "unknown"
