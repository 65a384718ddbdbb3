"""Judges a client from the options to the report, and plays one of its failures again.

Hypothesis, which draws the answers, takes longest to load: the client is started before that, and starts meanwhile.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from conformance.case_files import ClientCase, client_case_text, read_client_case
from conformance.checks import SERVER
from conformance.checks import client as client_checks
from conformance.checks.client_needs import needing
from conformance.checks.client_together import excuses
from conformance.contract import Contract
from conformance.drivers.adapter_process import AdapterError
from conformance.drivers.cases import TOKEN, case_from_json, case_of, case_to_json
from conformance.drivers.client_subject import ClientSubject
from conformance.drivers.command import CommandCaller, GivenUp
from conformance.judge import Judge, call_size
from conformance.model import Call, Requirement, Setting
from conformance.reports.masking import masker
from conformance.reports.report import Report
from conformance.run import Options, chosen, planned, repetition_lines, report_of, with_case_files
from conformance.settings import check_ids

if TYPE_CHECKING:
    from conformance.drivers.exact_cases import Profile
    from conformance.drivers.repetition import Repetition

#: Cases that are played before the first of them is judged, so that a client never waits for its judge.
CASES_AHEAD = 256
#: The token is the suite's own and opens nothing; it is masked all the same, as any would be.
SETTING = Setting(TOKEN, "", ())


@frozen
class ClientRun:
    """What came of judging a client: the report, and the call of each failure, by requirement."""

    report: Report
    failures: Mapping[str, Call] = field(factory=dict[str, Call])


def run_client(options: Options, callers: Sequence[CommandCaller], subject: ClientSubject) -> ClientRun:
    """Judge a client in one process or more, which were started; raises `AdapterError`, `SuiteError` or `SettingsError`
    if there is no verdict."""
    began = time.monotonic()
    listed = chosen(options, client_checks.requirements(options.contract), SERVER)
    from conformance.drivers.client import exercise

    profile: Profile = "thorough" if options.profile == "thorough" else "quick"
    caller, *others = callers
    unsaid = caller.hello.cannot_say
    notes = [f"the adapter cannot say {each}" for each in sorted(unsaid)]
    judge = Judge[Call](
        [_never_met(each) if each.id in needing(unsaid) else each for each in listed],
        options.lists(excuses(caller.abilities)),
        call_size,
    )

    def see(call: Call) -> Sequence[str]:
        options.progress("cases", judge.seen + 1)
        return judge.see(call)

    try:
        exercise(
            caller, options.contract, seed=options.seed, profile=profile, see=see, others=others, ahead=CASES_AHEAD
        )
    except GivenUp as end:
        notes.append(f"{end}: what is not exercised was not asked for")
        report = report_of(options, "client", subject.name, judge, began, SETTING)
        if report.passed:
            what = f"gives no verdict: {end}, and nothing that is judged says so"
            raise AdapterError(subject.name, what, "Judge it by more requirements.") from None
    else:
        report = report_of(options, "client", subject.name, judge, began, SETTING)
    failures = {each.requirement.id: each.failure.seen for each in report.records if each.failure is not None}
    return ClientRun(evolve(report, notes=tuple(notes)), failures)


def _never_met(requirement: Requirement[Call]) -> Requirement[Call]:
    """The requirement on a client that cannot be asked for it: it is not exercised, and not passed in silence."""

    def never(_: Call) -> bool:
        return False

    return evolve(requirement, applies=never)


def write_client_cases(run: ClientRun, contract: Contract, folder: Path, repeat_with: Sequence[str]) -> Report:
    """Write a file for each failure, and take those of an earlier run away; the report knows how to repeat them."""
    mask = masker((TOKEN,), ())

    def text(id: str, breaches: tuple[str, ...]) -> str:
        line = case_to_json(case_of(run.failures[id]))
        return client_case_text(ClientCase(id, breaches, contract.digest, line), TOKEN, mask)

    texts = (
        (each.requirement.id, text(each.requirement.id, each.failure.breaches))
        for each in run.report.records
        if each.failure is not None
    )
    return with_case_files(run.report, client_checks.requirements(contract), texts, folder, repeat_with)


def repeat_client(file: Path, contract: Contract, caller: CommandCaller) -> Repetition[Call]:
    """Play the failure in a file again; raises `CaseFileError`, `UnreadableCase`, `AdapterError` or `SettingsError`."""
    from conformance.drivers.client_repetition import repeat

    kept = read_client_case(file, TOKEN)
    check_ids(f"{file}: requirement", [kept.requirement], [each.id for each in client_checks.requirements(contract)])
    return repeat(kept.requirement, case_from_json(kept.line), caller, contract)


def repeated_lines(found: Repetition[Call]) -> Iterator[str]:
    """What a repetition says, as a person reads it."""
    return repetition_lines(found, "call", SETTING)


def planned_client(options: Options, subject: ClientSubject) -> Iterator[str]:
    """What a run against a client would do, without a single call."""
    yield f"client {subject.name}: exact answers, then drawn ones ({options.profile})"
    yield from planned(options, client_checks.requirements(options.contract), SERVER, {})
