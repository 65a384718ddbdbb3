"""The reference server and the tools that judge it, each in a process and a folder of its own.

Every verdict gets a fresh server, since a server remembers what it was sent, and every tool a fresh folder, since
Schemathesis keeps notes there that change what it does next. For systems of the POSIX kind alone.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from attrs import frozen

from scripts import bench_server_verdict as verdict
from scripts.bench_processes import LIMIT, ROOT, Failure, waited
from scripts.bench_server_verdict import Ended, Outcome
from scripts.client_source import one_line
from scripts.document import SourceError

#: Started by its module, so that it is the suite of this checkout, installed or not.
SUITE = (sys.executable, "-m", "conformance")
SCHEMATHESIS = (sys.executable, "-m", "schemathesis.cli")
CONTRACT = ROOT / "openapi/openapi.yaml"
#: What the reference server accepts by itself.
TOKEN = "reference-token"
SEED = "1"
#: The contract leaves the limit to the server, so the server has one, and the suite is told.
MAX_RECIPIENTS = "10"

QUICK, THOROUGH, STOCK = "ours, quick", "ours, thorough", "stock"
PROFILES: Mapping[str, str] = {QUICK: "quick", THOROUGH: "thorough"}


@frozen
class ServerError(SourceError):
    """The reference server cannot be measured on."""


def faults() -> tuple[str, ...]:
    """The names of all faults that break the contract; raises `ServerError`."""
    done = subprocess.run([*SUITE, "faults"], env=_environment(), capture_output=True, text=True)
    if done.returncode:
        raise ServerError("sms-conformance faults", f"ended with {_last(done.stderr)}", "See what it says by itself.")
    return fault_names(done.stdout)


def fault_names(listed: str) -> tuple[str, ...]:
    """The names in the list of faults, those of troubles that keep the contract left out; raises `ServerError`."""
    _, heading, after = listed.partition("\nfaults;")
    names = tuple(re.findall(r"^  (\S+)", after, re.MULTILINE))
    if not heading or not names:
        raise ServerError("sms-conformance faults", "lists none after 'faults;'", "Bring both in line.")
    return names


def judged(tool: str, fault: str | None, *options: str) -> Outcome:
    """What a tool says of a fresh reference server, with a fault or none; `options` are for Schemathesis alone.

    Raises `ServerError` if the server does not start.
    """
    with tempfile.TemporaryDirectory(prefix="bench-server-") as place, served(fault, Path(place)) as url:
        folder = Path(place, "tool")
        folder.mkdir()
        return _stock(url, folder, options) if tool == STOCK else _ours(url, folder, PROFILES[tool])


@contextmanager
def served(fault: str | None, folder: Path, limit: float = 120) -> Generator[str]:
    """The address of a reference server that lives as long as this; raises `ServerError`."""
    command = [*SUITE, "serve", "--port", "0", "--max-recipients", MAX_RECIPIENTS]
    command += ["--fault", fault] if fault else []
    log = folder / "server.log"
    # To a file, since a pipe that nobody reads would stop the server once it is full.
    with log.open("wb") as said:
        process = subprocess.Popen(command, cwd=folder, env=_environment(), stdout=said, stderr=said)
    try:
        yield _address(process, log, f"the reference server with {fault or 'no fault'}", limit)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _address(process: subprocess.Popen[bytes], log: Path, name: str, limit: float) -> str:
    """What the server says once it listens."""
    ends = time.monotonic() + limit
    while time.monotonic() < ends:
        ended = process.poll() is not None
        said = log.read_text("utf-8", "replace")
        if found := re.search(r"^serving at (\S+);", said, re.MULTILINE):
            return found[1]
        if ended:
            raise ServerError(name, f"did not start ({_last(said)})", "See whether sms-conformance serve does.")
        time.sleep(0.02)
    raise ServerError(name, f"did not start within {limit:g} s", "See whether sms-conformance serve does.")


def _ours(url: str, folder: Path, profile: str) -> Outcome:
    settings = folder / "settings.toml"
    settings.write_text(f"[subject]\nmax_recipients = {MAX_RECIPIENTS}\n", "utf-8")
    # Strict, since some faults break what a server should do, and every one of them is to be found.
    command = [*SUITE, "server", "--url", url, "--strict", "--profile", profile]
    command += ["--seed", SEED, "--config", settings.name]
    ended = _ended([*command, "--report", "json", "--report-dir", "report"], folder, "report/*.json")
    return ended if isinstance(ended, Failure) else verdict.ours(ended)


def _stock(url: str, folder: Path, options: Sequence[str]) -> Outcome:
    command = [*SCHEMATHESIS, "run", str(CONTRACT), "--url", url, "--header", f"Authorization: Bearer {TOKEN}"]
    command += ["--seed", SEED, "--no-color", "--report", "ndjson", "--report-dir", "report", *options]
    ended = _ended(command, folder, "report/*.ndjson")
    return ended if isinstance(ended, Failure) else verdict.stock(ended)


def _ended(command: Sequence[str], folder: Path, report: str, limit: float = LIMIT) -> Ended | Failure:
    with tempfile.TemporaryFile() as said:
        begun = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, env=_environment(), stdin=subprocess.DEVNULL, stdout=said, stderr=said
        )
        usage = waited(process, limit)
        seconds = time.perf_counter() - begun
        if process.returncode < 0 and seconds >= limit:
            return Failure(f"not done after {limit:g} s")
        said.seek(0)
        last = _last(said.read().decode("utf-8", "replace"))
    written = sorted(folder.glob(report))
    text = written[0].read_text("utf-8") if len(written) == 1 else None
    return Ended(seconds, usage.ru_utime + usage.ru_stime, process.returncode, last, text)


def _environment() -> dict[str, str]:
    """That of this process, with this checkout first, and nothing that would set up either tool by the way."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("SMS_CONFORMANCE_", "SCHEMATHESIS_"))
    }
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return kept | {"PYTHONPATH": os.pathsep.join(paths)}


def _last(said: str) -> str:
    lines = [line for line in said.splitlines() if line.strip(" =_")]
    return one_line(lines[-1]).rstrip(".") if lines else "nothing said"
