"""What a command takes as a whole process: time on the clock and memory at its highest. And the peer, ready to run.

Start-up counts, since everybody who runs the command waits for it. What the process prints is looked at only to say why
it failed. For systems of the POSIX kind alone.
"""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from threading import Timer

from attrs import frozen

ROOT = Path(__file__).resolve().parent.parent
#: The converter of others that is measured beside ours, and its package with a lock.
NAME = "swagger2openapi"
PEER = Path(__file__).resolve().parent / "bench_peer"
#: Where the peer is installed; it says itself that it is not for version control.
CACHE = ROOT / ".bench"
#: Seconds after which a process is ended.
LIMIT = 600.0


@frozen
class Measurement:
    """The time of the fastest of several runs in seconds, and the memory of the leanest in bytes."""

    seconds: float
    memory: int


@frozen
class Failure:
    """Why there is no measurement."""

    why: str


@frozen
class Peer:
    """The converter of others, installed: how it is called, and what runs it."""

    name: str
    command: tuple[str, ...]


Outcome = Measurement | Failure


def measured(command: Sequence[str], out: Path, repeat: int, limit: float = LIMIT) -> Outcome:
    """What a command takes to write `out` anew, at best, of so many runs; the first that fails ends it."""
    best: Measurement | None = None
    for _ in range(repeat):
        out.unlink(missing_ok=True)
        outcome = _once(command, limit)
        if isinstance(outcome, Failure):
            return outcome
        best = outcome if best is None else _better(best, outcome)
    return best or Failure("not run")


def _better(one: Measurement, other: Measurement) -> Measurement:
    return Measurement(min(one.seconds, other.seconds), min(one.memory, other.memory))


def waited(process: subprocess.Popen[bytes], limit: float) -> resource.struct_rusage:
    """What a process took until its end, and its exit code set; it is killed after so many seconds."""
    timer = Timer(limit, process.kill)
    timer.start()
    # The system counts the memory and the time of one child only if it is waited for by its number.
    _, status, usage = os.wait4(process.pid, 0)
    timer.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage


def _once(command: Sequence[str], limit: float) -> Outcome:
    with tempfile.TemporaryFile() as said:
        begun = time.perf_counter()
        try:
            process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        except OSError as error:
            return Failure(f"{command[0]} cannot be run ({error.strerror})")
        usage = waited(process, limit)
        seconds = time.perf_counter() - begun
        if process.returncode == 0:
            return Measurement(seconds, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024))
        if seconds >= limit:
            return Failure(f"not done after {limit:g} s")
        said.seek(0)
        return Failure(f"exit {process.returncode}: {_told(said.read().decode('utf-8', 'replace'))}")


def _told(said: str) -> str:
    """The line that names the error, or the last one."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    named = [line for line in lines if re.match(r"(?:Uncaught )?\w*(?:Error|Exception)\b", line)]
    return next(iter([*named, *reversed(lines)]), "it said nothing")[:200].rstrip(".")


def ours(contract: Path, out: Path) -> tuple[str, ...]:
    """The command that makes the contract of a folder."""
    return (sys.executable, "-m", "scripts.normalize", "--contract", str(contract), "--out", str(out))


def theirs(peer: Peer, document: Path, out: Path) -> tuple[str, ...]:
    """The peer's command for the same document: mend what it can, go on after the rest, write YAML as we do."""
    return (*peer.command, "--patch", "--warnOnly", "--yaml", "--outfile", str(out), str(document))


def installed_peer(cache: Path = CACHE) -> Peer | Failure:
    """The peer in the version of the lock, installed if it is not; why not, if that cannot be."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return Failure("Node.js with npm is not installed")
    folder = cache / "peer"
    script = folder / f"node_modules/{NAME}/{NAME}.js"
    lock = PEER / "package-lock.json"
    done = folder / "installed.json"
    if not (script.exists() and done.exists() and done.read_bytes() == lock.read_bytes()):
        folder.mkdir(parents=True, exist_ok=True)
        (cache / ".gitignore").write_text("*\n", "utf-8")
        for file in (lock, PEER / "package.json"):
            shutil.copy(file, folder)
        command = (npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
        ended = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
        )
        if ended.returncode != 0:
            told = ended.stderr.strip().splitlines() or ["it said nothing"]
            return Failure(f"npm ci failed: {told[0][:200]}")
        shutil.copy(lock, done)
    version = json.loads(lock.read_text("utf-8"))["packages"][f"node_modules/{NAME}"]["version"]
    return Peer(f"{NAME} {version}", (node, str(script)))
