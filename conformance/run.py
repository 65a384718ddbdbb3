"""What every run has, whichever side it judges: its options, the requirements it keeps, its report."""

from __future__ import annotations

import contextlib
import os
import shlex
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from conformance.checks.reading import SEND
from conformance.contract import Contract, default_folder
from conformance.drivers.progress import Progress, no_progress
from conformance.judge import Judge, Lists
from conformance.model import Requirement, Seen, Setting, Verdict
from conformance.register import exclusions
from conformance.reports.masking import masker
from conformance.reports.messages import seen_lines
from conformance.reports.pages import contract_pages
from conformance.reports.report import Exclusion, Report
from conformance.settings import Known, SettingsError, check_ids

if TYPE_CHECKING:
    from conformance.drivers.repetition import Repetition


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


def chosen(
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
    kept = tuple(each for each in requirements if options.keeps(each))
    if all(each.id in options.excluded for each in kept):
        raise _nothing_judged()
    return kept


def _check_words(where: str, named: Collection[str], words: Collection[str]) -> None:
    if unknown := sorted(set(named) - set(words)):
        raise SettingsError(where, f"there is none that is called {unknown[0]!r}", f"Name {', '.join(sorted(words))}.")


def _nothing_judged() -> SettingsError:
    """A run that judges nothing is no run, and must not look like a good one."""
    hint = "Exclude fewer, or name others with --only."
    return SettingsError("this run", "judges nothing: all its requirements are excluded", hint)


def report_of(
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


def planned(
    options: Options,
    requirements: Sequence[Requirement[Any]],
    others: Sequence[Requirement[Any]],
    excused: Mapping[str, str],
) -> Iterator[str]:
    lists = options.lists(excused)
    kept = chosen(options, requirements, others)
    yield f"{len(kept)} of {len(requirements)} requirements would be judged:"
    for each in kept:
        apart = (lists.excluded, lists.known, lists.expired, lists.excused)
        reasons = [listed[each.id] for listed in apart if each.id in listed]
        yield f"  {each.id:<41}{each.level:<8}{'; '.join(reasons)}".rstrip()


def with_case_files(
    report: Report,
    requirements: Iterable[Requirement[Any]],
    texts: Iterable[tuple[str, str]],
    folder: Path,
    repeat_with: Sequence[str],
) -> Report:
    """Write a file for each failure, and take those of an earlier run away; the report knows how to repeat them.

    `texts` are those of the files, by requirement. `repeat_with` is the command that a file's name is put behind.
    """
    repeats: dict[str, str] = {}
    # Nobody asked for these files: where they cannot be written, the command of the whole run has to do.
    with contextlib.suppress(OSError, SettingsError):
        for each in requirements:
            (folder / f"{each.id}.json").unlink(missing_ok=True)
        for id, text in texts:
            file = folder / f"{id}.json"
            write_whole(file, text)
            repeats[id] = shlex.join([*repeat_with, str(file)])
    return evolve(report, repeats=repeats)


def repetition_lines(found: Repetition[Seen], what: str, setting: Setting) -> Iterator[str]:
    """What a repetition says, as a person reads it; `what` was seen, an exchange or a call."""
    mask = masker((setting.token,), setting.numbers)
    yield f"{found.requirement}: {found.again}"
    yield from (f"  - {mask(each)}" for each in found.breaches)
    if found.others:
        yield f"  the {what} breaks {', '.join(found.others)}"
    if found.note:
        yield f"  {found.note}"
    if found.seen is not None:
        yield from (f"    {line}".rstrip() for line in seen_lines(found.seen, (setting.token,), setting.numbers))


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
