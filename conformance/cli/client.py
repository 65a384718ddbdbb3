"""`client`: judges a generated package, or a client in any language behind a command.

The client's process is started first of all; what it is judged with is loaded while it starts.
"""

from __future__ import annotations

import signal
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import click

from conformance.cli.options import Finite, common, options_of, say
from conformance.drivers.adapter_process import AdapterProcess, Launch
from conformance.drivers.client_subject import ClientSubject
from conformance.drivers.working_folder import look_in_working_folder

BUNDLED_CLIENT = "generated_client"

#: Which client, and how long it may take.
_OF_A_CLIENT = (
    click.option("--package", metavar="NAME", help=f"Import name of a generated client [default: {BUNDLED_CLIENT}]."),
    click.option("--command", "line", metavar="COMMAND", help='Any client, by its adapter: "node my-adapter.mjs".'),
    click.option(
        "--case-timeout",
        type=Finite(min=0, min_open=True, max=3600),
        metavar="SECONDS",
        help="The most that a case may take beyond its own time-out [default: 10].",
    ),
)
client_options = options_of(_OF_A_CLIENT)


@click.command()
@client_options
@click.option(
    "--expected-failures",
    type=click.Path(path_type=Path),
    help="TOML list of known failures [default: that of the bundled client].",
)
@common
def client(
    package: str | None, line: str | None, case_timeout: float | None, expected_failures: Path | None, **common: Any
) -> int:
    """Judge a client, against a scripted server on a loopback port.

    A generated package is judged by its name, a client in any language by the command of its adapter, which reads a
    case in JSON from each line of its stdin and writes a line for each: protocol.md in the package says how.
    """
    subject = subject_of(package, line, case_timeout, common["config"])
    with ended_with_this_process(), ExitStack() as stack:
        launch = subject.launch(common["contract"])
        count = 0 if common["dry_run"] else subject.processes
        processes = [stack.enter_context(launch.start()) for _ in range(count)]
        return _judged(subject, launch, processes, expected_failures, common)


def subject_of(package: str | None, line: str | None, case_timeout: float | None, config: Path | None) -> ClientSubject:
    """The client that the command line names, or else the settings."""
    from conformance import settings as settings_files

    look_in_working_folder()
    if package is not None and line is not None:
        raise click.UsageError("Give --package or --command, not both.")
    settings = settings_files.read(config)
    if package is None and line is None:
        package, line = settings.package, settings.command
    limit = settings.case_timeout if case_timeout is None else case_timeout
    if package is None and line is None:
        package = BUNDLED_CLIENT
    return ClientSubject(package, line, limit)


def _judged(
    subject: ClientSubject,
    launch: Launch,
    processes: Sequence[AdapterProcess],
    expected_failures: Path | None,
    common: dict[str, Any],
) -> int:
    from conformance import settings as settings_files
    from conformance.cli.runs import finish, run_options
    from conformance.drivers.command import CommandCaller
    from conformance.reports import Report
    from conformance.run import Options
    from conformance.run_client import planned_client, run_client, write_client_cases

    settings = settings_files.read(common["config"])
    is_ours = subject.package == BUNDLED_CLIENT
    listed = expected_failures or (settings_files.BUNDLED_EXPECTED_FAILURES if is_ours else None)
    known = {**settings.known, **(settings_files.read_known(listed) if listed else {})}
    where = [*subject.options, *(["--expected-failures", str(expected_failures)] if expected_failures else [])]
    options = run_options(["sms-conformance", "client", *where], settings.excluded, known, common)
    if not processes:
        return say(planned_client(options, subject))
    read_from = [f"--{name}={common[name]}" for name in ("config", "contract") if common[name]]
    again = ["sms-conformance", "repeat", *subject.options, *read_from]

    def run(watched: Options) -> Report:
        limit = subject.case_timeout
        with ExitStack() as stack:
            callers = [
                stack.enter_context(CommandCaller(launch, options.contract, case_timeout=limit, process=each))
                for each in processes
            ]
            done = run_client(watched, callers, subject)
        return write_client_cases(done, options.contract, common["report_dir"] / "repeat", again)

    return finish("client", run, options, common)


@contextmanager
def ended_with_this_process() -> Generator[None]:
    """Whoever ends this process ends the client's as well, which is in a session of its own."""

    def end(number: int, frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
