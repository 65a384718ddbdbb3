"""Puts an application under test on a loopback port, so that every subject is judged over real HTTP.

One way to talk to a subject, not three: what an ASGI or WSGI application does is seen just as its users
see it, through a server, and its verdict cannot differ from that of the same application at a URL.
"""

from __future__ import annotations

import asyncio
import functools
import importlib
import inspect
import itertools
import logging
import socket
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import uvicorn
from a2wsgi import WSGIMiddleware
from attrs import frozen

from conformance.drivers.working_folder import look_in_working_folder
from conformance.model import CannotRun

#: Seconds an application may take to start.
STARTUP_LIMIT = 30.0


@frozen
class SubjectError(CannotRun):
    """The subject cannot be judged: it is not there, does not import, or does not let us in."""


def load_app(name: str) -> Any:
    """The application named `module:attribute`, looked for in the working folder first.

    Raises `SubjectError` if the name is malformed, the module does not import or has no such attribute.
    """
    module_name, colon, attribute = name.partition(":")
    if not (module_name and colon and attribute):
        raise SubjectError(f"--app {name}", "is not of the form MODULE:ATTRIBUTE", "Write it like myserver.main:app.")
    look_in_working_folder()
    try:
        module = importlib.import_module(module_name)
    except (Exception, SystemExit) as error:  # whatever the user's module raises while it is imported
        what = f"the module {module_name} does not import ({type(error).__name__}: {error})"
        raise SubjectError(f"--app {name}", what, "Run the command where `python -c 'import ...'` works.") from error
    try:
        app: Any = module
        for part in attribute.split("."):
            app = getattr(app, part)
    except AttributeError:
        hint = "Name the application object of that module."
        raise SubjectError(f"--app {name}", f"the module {module_name} has no {attribute!r}", hint) from None
    if not callable(app):
        hint = "Name an ASGI or WSGI application."
        raise SubjectError(f"--app {name}", f"{attribute!r} is a {type(app).__name__}, which cannot be called", hint)
    return app


def is_asgi(app: Any) -> bool:
    """Whether an application is ASGI, not WSGI: it takes three arguments, or its call is a coroutine."""
    while isinstance(app, functools.partial):
        app = app.func
    plain = inspect.isfunction(app) or inspect.ismethod(app)
    if inspect.iscoroutinefunction(inspect.unwrap(app if plain else app.__call__)):
        return True
    try:
        parameters = inspect.signature(app).parameters.values()
    except (TypeError, ValueError):
        return False
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [each.kind in positional and each.default is each.empty for each in parameters] == [True] * 3


@contextmanager
def hosted(app: Any, name: str) -> Generator[str]:
    """Serve an ASGI or WSGI application on a free loopback port; yields its URL.

    Raises `SubjectError` if the application does not start.
    """
    shell = app if is_asgi(app) else WSGIMiddleware(app, workers=4)
    # The protocol is named, or asyncio leaves Nagle's algorithm on and every answer waits 40 ms for an ACK.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    port: int = listener.getsockname()[1]
    failures = _Remembered()
    logger = logging.getLogger("uvicorn.error")
    before = logger.propagate
    logger.addHandler(failures)
    logger.propagate = False
    config = uvicorn.Config(shell, log_config=None, access_log=False, lifespan="auto", server_header=False)
    server = _Server(config)
    thread = threading.Thread(target=_run, args=(server, listener), name="application under test", daemon=True)
    thread.start()
    try:
        _wait_until_started(server, thread, name, failures)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listener.close()
        logger.removeHandler(failures)
        logger.propagate = before


class _Server(uvicorn.Server):
    """Ends at once, where uvicorn looks ten times a second whether it is to, and then waits as long for connections."""

    async def main_loop(self) -> None:
        ticks = itertools.count()
        # What is done on every tenth tick, dating the answers, is done on ten in a row.
        while not await self.on_tick(next(ticks) // 10):
            await asyncio.sleep(0.01)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self.server_state.connections or self.server_state.tasks:
            await super().shutdown(sockets)
            return
        for server in self.servers:
            server.close()
        await self.lifespan.shutdown()


def _run(server: uvicorn.Server, listener: socket.socket) -> None:
    try:
        server.run(sockets=[listener])
    except SystemExit:  # uvicorn's way to say that the application's start-up failed
        return


def _wait_until_started(server: uvicorn.Server, thread: threading.Thread, name: str, failures: _Remembered) -> None:
    deadline = time.monotonic() + STARTUP_LIMIT
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            reason = f" ({failures.last})" if failures.last else ""
            raise SubjectError(f"--app {name}", f"the application did not start{reason}", "See its start-up code.")
        time.sleep(0.005)


class _Remembered(logging.Handler):
    """Keeps the last line of the server's last error, for the sentence the user gets."""

    def __init__(self) -> None:
        super().__init__(level=logging.ERROR)
        self.last = ""

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage().strip()
        self.last = text.splitlines()[-1] if text else self.last
