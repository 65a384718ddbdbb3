"""Serves an ASGI application on a TCP port, in the foreground or beside the caller."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

import uvicorn
from attrs import frozen
from starlette.types import ASGIApp

from conformance.model import CannotRun

LOOPBACK = "127.0.0.1"

#: Seconds that requests under way are given when the server is told to stop.
_GRACE = 3
_BACKLOG = 2048


@frozen
class ServeError(CannotRun):
    """The address cannot be listened on."""


def serve(application: ASGIApp, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve until interrupted (SIGINT or SIGTERM), then return. Port 0 takes any free port.

    Calls `ready` with the URL once requests are answered. Logs no requests: they carry tokens and
    phone numbers. Raises `ServeError` if the address cannot be listened on.
    """
    with _listening(host, port) as listener:
        server = _Server(application, lambda: ready(_url(listener)))
        try:
            server.run(sockets=[listener])
        except SystemExit:
            # uvicorn's way to say that the application's own start failed.
            raise _not_started(listener) from None


@contextmanager
def served(application: ASGIApp, host: str = LOOPBACK, port: int = 0) -> Generator[str, None, None]:
    """The URL of the application, served by another thread until the block ends. Raises `ServeError`."""
    with _listening(host, port) as listener:
        is_ready = threading.Event()
        server = _Server(application, is_ready.set)
        thread = threading.Thread(target=server.run_quietly, args=(listener,), daemon=True)
        thread.start()
        # A start that fails ends the thread; to wait for the event alone would then last for ever.
        while not is_ready.wait(0.05):
            if not thread.is_alive():
                raise _not_started(listener)
        try:
            yield _url(listener)
        finally:
            server.should_exit = True
            thread.join()


class _Server(uvicorn.Server):
    """uvicorn that says when it is ready and takes a signal for the end, not for a failure."""

    def __init__(self, application: ASGIApp, ready: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                application,
                access_log=False,
                log_config=None,
                # Below this it reports broken connections, which are ordinary here, as errors.
                log_level="critical",
                server_header=False,
                timeout_graceful_shutdown=_GRACE,
            )
        )
        self._ready = ready

    def run_quietly(self, listener: socket.socket) -> None:
        """As `run`, for a thread: a start that fails ends it, and whoever waits for it finds it ended."""
        with suppress(SystemExit):
            self.run(sockets=[listener])

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """As uvicorn's own, but without raising the signals again once the server has stopped."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return

        def stop(number: int, frame: FrameType | None) -> None:
            self.handle_exit(number, frame)

        before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handle in before.items():
                signal.signal(number, handle)


def _listening(host: str, port: int) -> socket.socket:
    where = f"{host}:{port}"
    if not 0 <= port <= 65535:  # getaddrinfo would take the remainder
        raise ServeError(where, "there is no such port", "Name one from 0 to 65535 with --port.")
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return _bound(family, address)
    except (socket.gaierror, UnicodeError):
        hint = "Name an address of this machine with --host."
        raise ServeError(where, "the host is not known", hint) from None
    except OSError as error:
        hint = "Name another with --port, or take any free one with --port 0."
        raise ServeError(where, f"cannot be listened on ({os.strerror(error.errno or 0)})", hint) from None


def _bound(family: int, address: tuple[Any, ...]) -> socket.socket:
    # The protocol is named because asyncio sends without delay only if it is, and socket.create_server
    # leaves it out: an answer written in two parts would then wait 40 ms for the caller's delayed ACK.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # elsewhere it would let two servers share the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except BaseException:
        listener.close()
        raise
    return listener


def _not_started(listener: socket.socket) -> ServeError:
    return ServeError(_url(listener), "the application did not start", "Its own log says why.")


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
