"""A process that is asked in lines and answers in lines, within limits of time and of memory.

It has a session of its own, so that all it starts can be ended with it, and no terminal reaches it. What it writes to
its stderr is read along, so that it never waits for that, and the last of it is kept.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Mapping
from types import TracebackType
from typing import IO, Self

from attrs import frozen

from conformance.model import CannotRun

#: Bytes of one line. The outcome of a send to ten thousand takes a few millions.
LONGEST_LINE = 32_000_000
#: Bytes of stderr that are kept.
KEPT = 64_000
#: Seconds that a process gets to end by itself once its input has ended.
GRACE = 2.0
#: Seconds between looks at whether a process has ended whose output somebody else keeps open.
_LOOK = 0.1
_CHUNK = 1 << 16


@frozen
class AdapterError(CannotRun):
    """The adapter of a client cannot be started, or does not keep to the protocol."""


@frozen
class Launch:
    """How an adapter is started, and what it is called. Without an environment it has that of this process."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] | None = None

    def start(self) -> AdapterProcess:
        """Start it, and do not wait for it; raises `AdapterError` if there is nothing to start."""
        return AdapterProcess(self)


class Late(Exception):
    """No line came in time."""


class TooLong(Exception):
    """A line came that is longer than any may be."""


@frozen
class Ended(Exception):
    """The process came to its end, or closed its output, before it answered; `how` says which."""

    how: str


class AdapterProcess:
    """A running process. Close it, or use it in `with`: whatever it started is ended then as well."""

    def __init__(self, launch: Launch) -> None:
        try:
            self._process = subprocess.Popen(
                launch.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                start_new_session=True,
                env=launch.environment,
            )
        except (OSError, ValueError) as error:
            what = f"cannot be started ({getattr(error, 'strerror', None) or error})"
            raise AdapterError(launch.name, what, "Give a command that runs in this folder.") from None
        self._selector = selectors.DefaultSelector()
        for stream in (self._stdin, self._stdout, self._stderr):
            os.set_blocking(stream.fileno(), False)
        self._selector.register(self._stdout, selectors.EVENT_READ)
        self._selector.register(self._stderr, selectors.EVENT_READ)
        self._received = bytearray()
        self._searched = 0
        self._written = bytearray()
        self._is_closed = False

    @property
    def _stdin(self) -> IO[bytes]:
        return _there(self._process.stdin)

    @property
    def _stdout(self) -> IO[bytes]:
        return _there(self._process.stdout)

    @property
    def _stderr(self) -> IO[bytes]:
        return _there(self._process.stderr)

    @property
    def stderr(self) -> str:
        """The last of what it wrote to its stderr since it was asked."""
        return self._written.decode("utf-8", "backslashreplace")

    def ask(self, line: bytes, seconds: float) -> bytes:
        """Write a line and return the next one that comes; raises `Late`, `TooLong` or `Ended`.

        Without a line to write, it only waits for one.
        """
        end = time.monotonic() + seconds
        self._written.clear()
        unsent = memoryview(line)
        unsent = unsent[self._send(unsent) :]
        waits_to_send = bool(unsent)
        if waits_to_send:
            self._selector.register(self._stdin, selectors.EVENT_WRITE)
        try:
            while True:
                if not unsent and (found := self._next_line()) is not None:
                    self._read_stderr()
                    return found
                left = end - time.monotonic()
                if left <= 0:
                    raise Late
                ready = self._selector.select(min(left, _LOOK))
                for key, _ in ready:
                    if key.fileobj is self._stdin:
                        unsent = unsent[self._send(unsent) :]
                        if not unsent:
                            self._selector.unregister(self._stdin)
                            waits_to_send = False
                    elif key.fileobj is self._stdout:
                        self._receive()
                    else:
                        self._read_stderr()
                if not ready and self._process.poll() is not None and self._next_line(look=True) is None:
                    raise Ended(self._how())
        finally:
            if waits_to_send:
                self._selector.unregister(self._stdin)

    def _send(self, content: memoryview) -> int:
        if not content:
            return 0
        try:
            return os.write(self._stdin.fileno(), content)
        except BlockingIOError:
            return 0
        except BrokenPipeError:
            # It reads no more; what it said before that, if anything, is still to be read.
            return len(content)

    def _receive(self) -> None:
        chunk = _read(self._stdout)
        if chunk == b"":
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_LOOK)
            self._read_stderr()
            raise Ended(self._how())
        self._received += chunk or b""

    def _next_line(self, *, look: bool = False) -> bytes | None:
        """The first line that has come whole; None if none has. It stays where it is if it is only looked at."""
        place = self._received.find(b"\n", self._searched)
        if place > LONGEST_LINE or (place < 0 and len(self._received) > LONGEST_LINE):
            raise TooLong
        if place < 0:
            self._searched = len(self._received)
            return None
        line = bytes(self._received[: place + 1])
        if not look:
            del self._received[: place + 1]
            self._searched = 0
        return line

    def _read_stderr(self) -> None:
        # A process may write without end: no more is read at a time than what can have been waiting.
        for _ in range(1 + (1 << 20) // _CHUNK):
            chunk = _read(self._stderr)
            if chunk == b"" and self._stderr in self._selector.get_map():
                self._selector.unregister(self._stderr)
            if not chunk:
                return
            self._written += chunk
            del self._written[:-KEPT]

    def _how(self) -> str:
        code = self._process.poll()
        if code is None:
            return "it closed its stdout"
        if code < 0:
            return f"it was ended by {_signal_name(-code)}"
        rest = bytes(self._received[:40]).decode("utf-8", "backslashreplace")
        return f"it ended with exit code {code}" + (f", in the middle of the line {rest!r}" if rest else "")

    def finish(self) -> bytes:
        """End its input, let it end by itself, and return what it still wrote; then end whatever is left of it."""
        self._stdin.close()
        end = time.monotonic() + GRACE
        with contextlib.suppress(Ended):
            while len(self._received) <= LONGEST_LINE and self._process.poll() is None and time.monotonic() < end:
                for key, _ in self._selector.select(_LOOK):
                    if key.fileobj is self._stdout:
                        self._receive()
                    else:
                        self._read_stderr()
            while len(self._received) <= LONGEST_LINE and (chunk := _read(self._stdout)):
                self._received += chunk
        self.close()
        return bytes(self._received)

    def close(self) -> None:
        """End the process and whatever it started in its session, at once."""
        if self._is_closed:
            return
        self._is_closed = True
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._selector.close()
        for stream in (self._stdin, self._stdout, self._stderr):
            stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _there(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise ValueError("the process was started without it")
    return stream


def _read(stream: IO[bytes]) -> bytes | None:
    """What waits to be read; empty at the end, None if nothing waits."""
    try:
        return os.read(stream.fileno(), _CHUNK)
    except BlockingIOError:
        return None


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
