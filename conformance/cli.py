"""The command line: it parses, wires and prints, and decides nothing."""

from __future__ import annotations

import gc
import math
import os
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import click
from rich.console import Console
from rich.text import Text

from conformance import contract as contracts
from conformance import register, reports
from conformance import settings as settings_files
from conformance.checks import SERVER
from conformance.checks import client as client_checks
from conformance.contract import Contract
from conformance.drivers import sign_in
from conformance.drivers.hosting import look_in_working_folder
from conformance.drivers.manners import Manners
from conformance.drivers.repetition import Again
from conformance.drivers.wire import Limits, checked_url, is_elsewhere
from conformance.model import CannotRun, Handler, Requirement, Setting
from conformance.reference_server import (
    IN_MEMORY,
    LOOPBACK,
    TROUBLES,
    Configuration,
    Server,
    State,
)
from conformance.reference_server import app as asgi_application
from conformance.reference_server import handler as reference_handler
from conformance.reference_server import serve as serve_application
from conformance.run import (
    Options,
    invented,
    planned_client,
    planned_server,
    repetition_lines,
    run_client,
    run_repeat,
    run_server,
    suite_version,
    write_cases,
    write_whole,
)
from conformance.settings import (
    BUNDLED_EXPECTED_FAILURES,
    Known,
    SettingsError,
    checked_key,
    checked_numbers,
    checked_token,
)

if TYPE_CHECKING:
    from conformance.selftest import Finding

BUNDLED_CLIENT = "generated_client"
PASSED, BROKEN, NOT_RUN, INTERRUPTED = 0, 1, 2, 130

#: Seconds that one answer may take unless told otherwise.
TIMEOUT = 15.0
#: The most requests of a run, by profile, rounded up.
_REQUESTS = {"quick": 450, "thorough": 800}

_VERDICT_STYLES = {
    "pass": "green",
    "fail": "bold red",
    "not exercised": "bold yellow",
    "passes unexpectedly": "bold red",
    "known": "yellow",
    "excluded": "dim",
}


def main() -> None:
    """Run the command line; no traceback reaches the user unless SMS_CONFORMANCE_DEBUG is set."""
    # What is loaded stays: looking through it again and again for what may be thrown away takes time and finds nothing.
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    with tempfile.TemporaryDirectory() as folder:
        # Hypothesis keeps notes that no verdict depends on; the user's folder is not the place for them.
        os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = folder
        code = _code()
    if any(thread is not threading.main_thread() for thread in threading.enumerate()):
        # A thread of the application under test may still hang, and Python would wait for it for ever.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


def _code() -> int:
    try:
        code = commands.main(prog_name="sms-conformance", standalone_mode=False)
    except click.exceptions.Abort:
        return INTERRUPTED
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return error.exit_code
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "sms-conformance"
        return _complain(f"{error.format_message().rstrip('.')}. See {command} --help.")
    except CannotRun as error:
        return _complain(str(error))
    except Exception as error:  # the last line of defence: ours, and said so
        if os.environ.get("SMS_CONFORMANCE_DEBUG"):
            traceback.print_exc()
        return _complain(f"internal error ({type(error).__name__}: {error}). SMS_CONFORMANCE_DEBUG=1 shows where.")
    return code if isinstance(code, int) else PASSED


def _complain(sentence: str) -> int:
    click.echo(f"sms-conformance: {' '.join(sentence.split())}", err=True)
    return NOT_RUN


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(suite_version(), prog_name="sms-conformance")
def commands() -> None:
    """Judge servers and clients of the transactional SMS API against its contract."""


class _Finite(click.FloatRange):
    """A range of numbers; what is no number lies in none, though it compares as if it did."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        number = super().convert(value, param, ctx)
        return number if math.isfinite(number) else self.fail(f"{value} is no finite number.", param, ctx)


_FOLDER = click.Path(path_type=Path)
_CONTRACT = click.option("--contract", type=_FOLDER, help="Contract folder [default: the bundled one].")
_OF_EVERY_RUN = (
    _CONTRACT,
    click.option("--config", type=_FOLDER, help="Settings file [default: ./sms-conformance.toml]."),
    click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of all that is drawn."),
    click.option(
        "--profile",
        type=click.Choice(["quick", "thorough"]),
        default="quick",
        show_default=True,
        help="How much is drawn.",
    ),
    click.option("--strict", is_flag=True, help="A broken SHOULD fails the run as well."),
    click.option("--only", metavar="ID", multiple=True, help="Judge this requirement; may be repeated."),
    click.option("--tag", "tags", metavar="TAG", multiple=True, help="Judge the requirements with this tag; see list."),
    click.option("--section", "sections", metavar="NAME", multiple=True, help="Judge this section; see list."),
    click.option("--dry-run", is_flag=True, help="Say what would be sent and judged, and send nothing."),
    click.option("--report", "formats", metavar="FORMAT,…", default="", help=f"{', '.join(reports.FORMATS)}."),
    click.option("--compare", type=_FOLDER, metavar="FILE", help="Tell what changed since this report in JSON."),
    click.option("--report-dir", type=_FOLDER, default=Path("reports"), show_default=True, help="Where reports go."),
)


#: Which server, and what has to be known of it.
_OF_A_SERVER = (
    click.option("--url", help="The server at this address [default: that of the settings]."),
    click.option("--app", metavar="MODULE:ATTR", help="This ASGI or WSGI application."),
    click.option("--token", envvar="SMS_CONFORMANCE_TOKEN", help="Bearer token [env: SMS_CONFORMANCE_TOKEN]."),
    click.option("--definition-key", metavar="KEY", help="A send definition that exists."),
    click.option(
        "--number",
        "numbers",
        metavar="NUMBER",
        multiple=True,
        envvar="SMS_CONFORMANCE_NUMBERS",
        help="A usable mobile number; may be repeated [env: SMS_CONFORMANCE_NUMBERS, blanks between].",
    ),
    click.option("--yes-send-messages", "agreed", is_flag=True, help="Send elsewhere with invented numbers."),
)


def _options_of(listed: Sequence[Callable[..., Any]]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Gives a command these options, in their order."""

    def decorated(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(listed):
            command = option(command)
        return command

    return decorated


_common = _options_of(_OF_EVERY_RUN)
_subject_options = _options_of(_OF_A_SERVER)


@commands.command()
@_subject_options
@click.option(
    "--token-url", metavar="URL", help="Sign in there with SMS_CONFORMANCE_CLIENT_ID and SMS_CONFORMANCE_CLIENT_SECRET."
)
@click.option(
    "--wait", type=_Finite(min=0, max=3600), default=0, metavar="SECONDS", help="Wait for a server that starts."
)
@click.option(
    "--timeout",
    type=_Finite(min=0, min_open=True, max=3600),
    default=TIMEOUT,
    show_default=True,
    metavar="SECONDS",
    help="The most that one answer may take.",
)
@click.option("--max-requests", type=click.IntRange(min=1), help="Send no more than this [default: no limit].")
@click.option("--rate", type=_Finite(min=0.01, max=10_000), help="Send so many a second [default: as answers come].")
@_common
def server(
    url: str | None,
    app: str | None,
    token: str | None,
    token_url: str | None,
    definition_key: str | None,
    numbers: tuple[str, ...],
    wait: float,
    agreed: bool,
    timeout: float,
    max_requests: int | None,
    rate: float | None,
    **common: Any,
) -> int:
    """Judge a server: exact requests first, then exploration with Schemathesis."""
    if url and app:
        raise click.UsageError("Give --url or --app, not both.")
    settings = settings_files.read(common["config"])
    if not (url or app):
        url, app = settings.url, settings.app
    subject = _subject(settings.subject, token, definition_key, numbers)
    if url:
        url = checked_url(url)
    where = ["--url", url] if url else ["--app", app or ""]
    where += ["--definition-key", definition_key] if definition_key else []
    # Neither a token nor a telephone number belongs in a log: the command names them and leaves them out.
    where += ["--number", "NUMBER"] * len(numbers)
    where += ["--yes-send-messages"] if agreed else []
    restraints = ["--timeout", str(timeout)] if timeout != TIMEOUT else []
    restraints += ["--max-requests", str(max_requests)] if max_requests else []
    restraints += ["--rate", str(rate)] if rate else []
    restraints += ["--token-url", token_url] if token_url else []
    prefix = ["SMS_CONFORMANCE_TOKEN=TOKEN"] if token else []
    command = [*prefix, "sms-conformance", "server", *where, *restraints]
    options = _options(command, settings.excluded, settings.known, common)
    if common["dry_run"]:
        return _say(planned_server(options, subject, url=url, app=app))
    if url and is_elsewhere(url) and (agreed or not invented(subject)):
        most = min(_REQUESTS[common["profile"]], max_requests or _REQUESTS[common["profile"]])
        said = f"up to {most} requests, and a third of them queue messages to the numbers given"
        click.echo(f"{url} is on another machine. This run sends {said}.", err=True)
    if token_url:
        subject = attrs.evolve(subject, token=sign_in.token(token_url, _credentials()))
        prefix = ["SMS_CONFORMANCE_TOKEN=TOKEN"]
    manners = Manners(Limits(seconds=timeout), max_requests, rate)
    read_from = [f"--{name}={common[name]}" for name in ("config", "contract") if common[name]]
    again = [*prefix, "sms-conformance", "repeat", *where, *read_from]

    def run(watched: Options) -> reports.Report:
        done = run_server(watched, subject, url=url, app=app, wait=wait, agreed=agreed, manners=manners)
        return write_cases(done, common["report_dir"] / "repeat", subject, again)

    return _finish("server", run, options, common)


def _subject(known: Setting, token: str | None, definition_key: str | None, numbers: tuple[str, ...]) -> Setting:
    """What the settings say of the subject, and the command line before them."""
    return attrs.evolve(
        known,
        token=known.token if token is None else checked_token("--token", token),
        definition_key=known.definition_key
        if definition_key is None
        else checked_key("--definition-key", definition_key),
        numbers=checked_numbers("--number", numbers) if numbers else known.numbers,
    )


def _credentials() -> sign_in.Credentials:
    names = ("SMS_CONFORMANCE_CLIENT_ID", "SMS_CONFORMANCE_CLIENT_SECRET")
    if missing := [name for name in names if not os.environ.get(name)]:
        raise SettingsError("--token-url", f"{missing[0]} is not set", "Set both in the environment.")
    return sign_in.Credentials(*(os.environ[name] for name in names))


def _say(lines: Iterable[str]) -> int:
    # All or nothing: an error comes before the first line.
    for line in tuple(lines):
        click.echo(line)
    return PASSED


@commands.command()
@click.option("--package", metavar="NAME", default=BUNDLED_CLIENT, show_default=True, help="Import name of the client.")
@click.option(
    "--expected-failures",
    type=click.Path(path_type=Path),
    help="TOML list of known failures [default: that of the bundled client].",
)
@_common
def client(package: str, expected_failures: Path | None, **common: Any) -> int:
    """Judge a generated client, against a scripted server on a loopback port."""
    look_in_working_folder()
    settings = settings_files.read(common["config"])
    listed = expected_failures or (BUNDLED_EXPECTED_FAILURES if package == BUNDLED_CLIENT else None)
    known = {**settings.known, **(settings_files.read_known(listed) if listed else {})}
    where = ["--package", package, *(["--expected-failures", str(expected_failures)] if expected_failures else [])]
    options = _options(["sms-conformance", "client", *where], settings.excluded, known, common)
    if common["dry_run"]:
        return _say(planned_client(options, package=package))
    return _finish("client", lambda watched: run_client(watched, package=package), options, common)


@commands.command()
@click.argument("file", type=_FOLDER)
@_subject_options
@click.option("--config", type=_FOLDER, help="Settings file [default: ./sms-conformance.toml].")
@_CONTRACT
def repeat(
    file: Path,
    url: str | None,
    app: str | None,
    token: str | None,
    definition_key: str | None,
    numbers: tuple[str, ...],
    agreed: bool,
    config: Path | None,
    contract: Path | None,
) -> int:
    """Send one failure of a server again, from the file that a run wrote for it.

    Says whether it is fixed, still failing, or something else by now; exit code 0 if it is fixed, else 1.
    """
    if url and app:
        raise click.UsageError("Give --url or --app, not both.")
    settings = settings_files.read(config)
    if not (url or app):
        url, app = settings.url, settings.app
    subject = _subject(settings.subject, token, definition_key, numbers)
    given = definition_key or (None if invented(settings.subject) else settings.subject.definition_key)
    read = contracts.read(contract or contracts.default_folder())
    found = run_repeat(file, read, subject, url=url, app=app, definition_key=given, agreed=agreed)
    _say(repetition_lines(found, subject))
    return PASSED if found.again is Again.FIXED else BROKEN


def _options(
    command: Sequence[str], excluded: Mapping[str, str], known: Mapping[str, Known], common: dict[str, Any]
) -> Options:
    folder: Path | None = common["contract"]
    contract = contracts.read(folder or contracts.default_folder())
    repeat = [*command]
    for name in ("contract", "config"):
        repeat += [f"--{name}", str(common[name])] if common[name] else []
    repeat += ["--seed", str(common["seed"]), "--profile", common["profile"]]
    repeat += ["--strict"] if common["strict"] else []
    return Options(
        contract=contract,
        seed=common["seed"],
        profile=common["profile"],
        strict=common["strict"],
        only=common["only"],
        tags=common["tags"],
        sections=common["sections"],
        excluded=excluded,
        known=known,
        today=date.today(),
        command=tuple(repeat),
    )


def _finish(side: str, run: Callable[[Options], reports.Report], options: Options, common: dict[str, Any]) -> int:
    """Run, print, write the reports; the exit code."""
    formats = _formats(common["formats"])
    folder: Path = common["report_dir"]
    if formats:
        _check_writable(folder)
    earlier = _earlier(common["compare"], side)
    with _watched(options) as watched:
        report = attrs.evolve(run(watched), earlier=earlier)
    console = Console(highlight=False, soft_wrap=True, emoji=False, markup=False)
    for line in reports.terminal(report):
        console.print(_coloured(line))
    for name in formats:
        ending, render = reports.FORMATS[name]
        file = folder / f"{report.side}.{ending}"
        write_whole(file, render(report))
        console.print(f"report: {file}")
    reports.tell_github([report], os.environ, click.echo)
    return PASSED if report.passed else BROKEN


def _earlier(file: Path | None, side: str) -> reports.Earlier | None:
    """The run to compare with, read before this one begins."""
    earlier = reports.read_earlier(file) if file else None
    if earlier and earlier.side != side:
        hint = f"Give the report of a {side}."
        raise reports.EarlierReportError(f"--compare {file}", f"is the report of a {earlier.side}", hint)
    return earlier


def _formats(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    if unknown := [name for name in names if name not in reports.FORMATS]:
        raise click.BadParameter(f"{unknown[0]!r} is none of {', '.join(reports.FORMATS)}.", param_hint="--report")
    return names


def _check_writable(folder: Path) -> None:
    """Say before the run, not after it, that its reports cannot be written. Makes nothing."""
    there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    if not there.is_dir() or not os.access(there, os.W_OK):
        raise SettingsError(f"--report-dir {folder}", f"{there} is no folder that can be written to", "Name another.")


@contextmanager
def _watched(options: Options) -> Generator[Options]:
    """Options whose progress shows on stderr: a live line on a terminal, a line for each stage elsewhere."""
    # The stream of now: while Schemathesis runs, sys.stderr is another one.
    console = Console(file=sys.stderr, highlight=False)
    stages: list[str] = []
    with console.status("starting") if console.is_terminal else _nothing() as status:

        def progress(stage: str, done: int) -> None:
            if status is not None:
                status.update(f"{stage}: {done}")
            elif stage not in stages:
                stages.append(stage)
                console.print(f"{stage} …")

        yield attrs.evolve(options, progress=progress)


@contextmanager
def _nothing() -> Generator[None]:
    yield None


def _coloured(line: str) -> Text:
    text = Text(line)
    for verdict, style in _VERDICT_STYLES.items():
        if f" {verdict} " in line:
            text.highlight_words([f" {verdict} "], style)
    if line.startswith(("FAIL ", "failed:")):
        text.stylize("bold red")
    elif line.startswith("passed:"):
        text.stylize("bold green")
    return text


@commands.command("list")
@click.option("--tag", "tags", metavar="TAG", multiple=True, help="Only those with this tag.")
@click.option("--section", "sections", metavar="NAME", multiple=True, help="Only this section.")
@_CONTRACT
def list_requirements(tags: tuple[str, ...], sections: tuple[str, ...], contract: Path | None) -> None:
    """List every requirement by section, with the words it comes from; then the words that nothing judges, and why."""
    read = contracts.read(contract or contracts.default_folder())
    listed: list[Requirement[Any]] = [*SERVER, *client_checks.requirements(read)]
    kept = [each for each in listed if _is_kept(each, tags, sections)]
    for (side, section), group in groupby(kept, key=lambda each: (_side(each), each.section)):
        click.echo(f"{side}: {section}")
        for each in group:
            words = ", ".join(sorted(each.tags))
            click.echo(f"  {each.id:<41}{each.level.value:<8}{each.title}  [{words}]")
            for cite in register.cites_of(each):
                click.echo(f"  {'':<49}{cite.page}: “{cite.quote}”")
    if not (tags or sections):
        click.echo("judged by nothing:")
        for exclusion in register.exclusions():
            click.echo(f"  {exclusion.cite.page}: “{exclusion.cite.quote}”")
            click.echo(f"  {'':<8}{exclusion.reason}")


def _side(requirement: Requirement[Any]) -> str:
    return "client" if requirement.id.startswith("client-") else "server"


def _is_kept(requirement: Requirement[Any], tags: tuple[str, ...], sections: tuple[str, ...]) -> bool:
    named = requirement.section in sections or bool(requirement.tags.intersection(tags))
    return named or not (tags or sections)


@commands.command()
@click.argument("id")
@_CONTRACT
def explain(id: str, contract: Path | None) -> None:
    """Show one requirement: its sentence, an exchange that keeps it, and one that breaks it."""
    # This and what is imported in the commands below takes a third of a second, and those that judge need none of it.
    from conformance.explain import explained, explanation_lines

    for line in explanation_lines(explained(id, contracts.read(contract or contracts.default_folder()))):
        click.echo(line)


@commands.command()
def faults() -> None:
    """List the faults that `serve --fault` can switch on."""
    from conformance.mutants.server import BY_NAME as mutants

    click.echo("troubles any sender may meet; the contract is kept:")
    for name, trouble in TROUBLES.items():
        click.echo(f"  {name:<47} {trouble.description}")
    click.echo("faults; each breaks the requirement named:")
    for name, mutant in mutants.items():
        click.echo(f"  {name:<47} {mutant.description} ({mutant.kills})")


@commands.command()
@click.option("--host", default=LOOPBACK, show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0 takes any free port.")
@click.option(
    "--db", default=IN_MEMORY, metavar="FILE", help="Keep the state in this SQLite file [default: in memory]."
)
@click.option("--token", envvar="SMS_CONFORMANCE_TOKEN", help="Token to accept [default: reference-token].")
@click.option("--max-recipients", type=click.IntRange(min=1), help="Refuse requests with more recipients.")
@click.option("--fault", "names", metavar="NAME", multiple=True, help="Switch on a fault; see sms-conformance faults.")
@_CONTRACT
def serve(
    host: str,
    port: int,
    db: str,
    token: str | None,
    max_recipients: int | None,
    names: tuple[str, ...],
    contract: Path | None,
) -> None:
    """Serve the reference server, to work without the vendor."""
    read = contracts.read(contract or contracts.default_folder())
    configuration = Configuration(max_recipients=max_recipients)
    if token is not None:
        configuration = attrs.evolve(configuration, token=checked_token("--token", token))
    with_faults = _faulty(reference_handler(State.open(db), read, configuration), names)
    application = asgi_application(with_faults)
    serve_application(application, host, port, lambda url: click.echo(f"serving at {url}; Ctrl-C stops it", err=True))


def _faulty(handler: Handler, names: Sequence[str]) -> Server:
    """The handler with the named faults around it; those that break the contract are innermost."""
    from conformance.mutants.server import BY_NAME as mutants

    if unknown := [name for name in names if name not in mutants and name not in TROUBLES]:
        raise click.BadParameter(f"there is no fault {unknown[0]!r}; see sms-conformance faults.", param_hint="--fault")
    for name in names:
        handler = mutants[name].wrap(handler) if name in mutants else handler
    server: Server = handler
    for name in names:
        server = TROUBLES[name](server) if name in TROUBLES else server
    return server


@commands.command()
@click.option("--seeds", type=click.IntRange(min=1), default=1, show_default=True, help="Seeds for each mutant.")
@click.option(
    "--correct-seeds", type=click.IntRange(min=1), default=5, show_default=True, help="Seeds that must be clean."
)
@click.option("--only", metavar="ID", default="", help="Try the mutants of this requirement alone.")
@click.option(
    "--jobs", type=click.IntRange(min=1), default=os.cpu_count() or 1, help="Processes [default: one a core]."
)
@_CONTRACT
def selftest(seeds: int, correct_seeds: int, only: str, jobs: int, contract: Path | None) -> int:
    """Prove the suite: every mutant is caught, nothing correct is accused. Ends with the matrix of both."""
    from conformance.selftest import Clean, Kill, Lacking, is_failure, matrix
    from conformance.selftest import selftest as prove

    read: Contract = contracts.read(contract or contracts.default_folder())
    ids = [*(each.id for each in SERVER), *(each.id for each in client_checks.requirements(read))]
    if only:
        settings_files.check_ids("--only", [only], ids)
    findings: list[Finding] = []
    for finding in prove(
        read, seeds=range(1, seeds + 1), correct_seeds=range(1, correct_seeds + 1), only=only, jobs=jobs
    ):
        findings.append(finding)
        click.echo(_finding_line(finding))
    kills = [each for each in findings if isinstance(each, Kill)]
    clean = [each for each in findings if isinstance(each, Clean)]
    for side in ("server", "client"):
        if rows := [each for each in kills if each.side == side]:
            click.echo(f"\nmutants of the {side} by what noticed them:")
            _say(matrix(rows, ids))
    click.echo(
        f"\n{sum(each.is_caught for each in kills)} of {len(kills)} mutants caught, "
        f"{sum(each.is_clean for each in clean)} of {len(clean)} correct runs clean, "
        f"{sum(isinstance(each, Lacking) for each in findings)} requirements without a mutant"
    )
    return BROKEN if any(map(is_failure, findings)) else PASSED


def _finding_line(finding: Finding) -> str:
    from conformance.selftest import Clean, Kill, Lacking

    match finding:
        case Kill():
            others = len(set(finding.noticed) - {finding.kills})
            verdict = "caught" if finding.is_caught else "SURVIVED"
            where = f"seed {finding.seed}, {finding.base}" if finding.side == "server" else f"seed {finding.seed}"
            told = f"{finding.kills}{f' (+{others})' if others else ''}"
            told += f", headlines differ in {', '.join(finding.misled)}" if finding.misled else ""
            return f"{verdict:<10}{finding.side:<8}{finding.mutant:<47} {told}, {where}"
        case Clean():
            told = f"accused: {', '.join(finding.accused)}; " if finding.accused else ""
            told += f"not exercised: {', '.join(finding.idle)}" if finding.idle else ""
            verdict = "clean" if finding.is_clean else "NOT CLEAN"
            return f"{verdict:<10}{finding.side:<8}{finding.subject}, seed {finding.seed} {told}".rstrip("; ")
        case Lacking():
            return f"LACKING   {'':<8}{finding.requirement} has no mutant"
