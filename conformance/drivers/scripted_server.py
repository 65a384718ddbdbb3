"""A loopback HTTP server that says exactly what it is told to say, and remembers what it was sent.

A client under judgement meets it on a real socket, because what a client makes of a broken status
line, a half-sent body or a silence is decided below the level at which a transport can be replaced.
It writes any status number and any header, promises bodies it does not finish, and waits.
It knows HTTP/1.1 framing and nothing of the contract.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Sequence
from http import HTTPStatus
from types import TracebackType
from typing import BinaryIO, Self

from attrs import define, field, frozen

from conformance.drivers.gathering import Gathering, Marked
from conformance.model import Answer, Request, Response

HOST = "127.0.0.1"
#: Seconds after which a connection's thread that does not end is left behind; it is a daemon.
PATIENCE = 5.0
#: What a request gets before anything has been played.
UNSCRIPTED = Answer(Response(500, (("content-type", "text/plain"),), b"no answer has been scripted"))


class _NotHTTP(Exception):
    """What came over the connection is not an HTTP/1.1 request."""


@define(eq=False)
class _Play:
    """One answer and the requests that got it. `over` ends every wait for its sake."""

    answer: Answer
    received: list[Request] = field(factory=list)
    over: threading.Event = field(factory=threading.Event)
    gathering: Gathering | None = None


@frozen
class _Arrived:
    """A request with what its connection must know."""

    request: Request
    keep_alive: bool


class ScriptedServer:
    """A server that gives every request the answer played last.

    `with ScriptedServer() as server:` listens on a free port of the loopback interface and stops,
    stalled answers included, on leaving. A fault of the server's own is raised there, never kept.
    """

    def __init__(self) -> None:
        self._listener = socket.create_server((HOST, 0), backlog=128)
        self._port: int = self._listener.getsockname()[1]
        self._lock = threading.Lock()
        self._play = _Play(UNSCRIPTED)
        self._connections: set[socket.socket] = set()
        self._threads: set[threading.Thread] = set()
        self._faults: list[BaseException] = []
        self._closing = False
        self._acceptor = threading.Thread(target=self._accept, name="scripted-server", daemon=True)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self._port}"

    @property
    def received(self) -> tuple[Request, ...]:
        """The requests that arrived whole since the last `play`, in order."""
        with self._lock:
            return tuple(self._play.received)

    def play(self, answer: Answer) -> None:
        """Give this answer from now on, forget what was received, and end the stalls of the answer before."""
        with self._lock:
            self._play.over.set()
            self._play = _Play(answer)

    def play_each(self, marked: Sequence[Marked]) -> None:
        """Hold the requests from now on until there are as many as marks, then give each the answer of its mark."""
        self.play(UNSCRIPTED)
        self._play.gathering = Gathering(marked, UNSCRIPTED)

    def __enter__(self) -> Self:
        self._acceptor.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        if error is None and self._faults:
            raise self._faults[0]

    def close(self) -> None:
        """Stop listening, end every connection and wait for its thread."""
        with self._lock:
            if self._closing:
                return
            self._closing = True
            self._play.over.set()
        with contextlib.suppress(OSError):
            # Closing a listener does not wake a thread that waits in accept; a connection does, everywhere.
            socket.create_connection((HOST, self._port), timeout=PATIENCE).close()
        self._acceptor.join(PATIENCE)
        self._listener.close()
        with self._lock:
            connections, threads = tuple(self._connections), tuple(self._threads)
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join(PATIENCE)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            with self._lock:
                if self._closing:
                    connection.close()
                    return
                self._connections.add(connection)
                self._threads.add(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with connection.makefile("rb") as stream:
                while self._exchange(connection, stream):
                    pass
        except (OSError, _NotHTTP):
            pass  # The client went away or does not speak HTTP; that nothing arrived is the finding.
        except BaseException as error:
            self._faults.append(error)
        finally:
            with self._lock:
                self._connections.discard(connection)
                self._threads.discard(threading.current_thread())
            connection.close()

    def _exchange(self, connection: socket.socket, stream: BinaryIO) -> bool:
        """Read one request and answer it; say whether the connection may be used again."""
        arrived = _read(stream, connection)
        if arrived is None:
            return False
        with self._lock:
            play = self._play
            play.received.append(arrived.request)
        if play.gathering is not None:
            content, reusable = written(play.gathering.answer(arrived.request), keep_alive=arrived.keep_alive)
            play.gathering.send(content, connection.sendall)
            return reusable
        if play.answer.stall and play.over.wait(play.answer.stall):
            return False
        content, reusable = written(play.answer, keep_alive=arrived.keep_alive)
        connection.sendall(content)
        return reusable


def written(answer: Answer, *, keep_alive: bool = True) -> tuple[bytes, bool]:
    """The bytes that go over the wire, and whether the connection is fit for use after them.

    A negative `cut_after` sends nothing at all: the server hangs up with the request in its hands.
    """
    response, cut = answer.response, answer.cut_after
    if cut is not None and cut < 0:
        return b"", False
    names = {name for name, _ in response.headers}
    bodiless = response.status < 200 or response.status in (204, 304)
    headers = list(response.headers)
    if not names & {"content-length", "transfer-encoding"} and not bodiless:
        headers.append(("content-length", str(len(response.body))))
    reusable = (
        keep_alive
        and cut is None
        and not answer.stall
        and not names & {"content-length", "transfer-encoding", "connection"}
        and response.status >= 200
        and not (bodiless and response.body)
    )
    # A cut comes as a surprise; an orderly end is announced, so that no client sends into a closing connection.
    if not reusable and cut is None and "connection" not in names:
        headers.append(("connection", "close"))
    head = f"HTTP/1.1 {response.status} {reason(response.status)}\r\n" + "".join(
        f"{name}: {value}\r\n" for name, value in headers
    )
    body = response.body if cut is None else response.body[:cut]
    return _on_the_wire(head) + b"\r\n" + body, reusable


def reason(status: int) -> str:
    """The registered reason phrase; `Unregistered` for a number that has none."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unregistered"


def _on_the_wire(text: str) -> bytes:
    # What is not Latin-1 cannot have come from a header on the wire; UTF-8 is what servers write instead.
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode()


def _read(stream: BinaryIO, connection: socket.socket) -> _Arrived | None:
    """The next request of a connection; None if the client has ended it."""
    line = stream.readline(65537)
    if not line:
        return None
    try:
        method, target, version = line.decode("latin-1").rstrip("\r\n").split(" ")
    except ValueError:
        raise _NotHTTP from None
    headers = _read_headers(stream)
    values = {name.lower(): value for name, value in headers}
    if values.get("expect", "").lower() == "100-continue":
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    body = _read_body(stream, values)
    keep_alive = version != "HTTP/1.0" and values.get("connection", "").lower() != "close"
    return _Arrived(Request(method, target, headers, body), keep_alive)


def _read_headers(stream: BinaryIO) -> tuple[tuple[str, str], ...]:
    headers: list[tuple[str, str]] = []
    while (line := _line(stream)) != b"":
        name, colon, value = line.decode("latin-1").partition(":")
        if not colon:
            raise _NotHTTP
        headers.append((name, value.strip(" \t")))
    return tuple(headers)


def _read_body(stream: BinaryIO, headers: dict[str, str]) -> bytes:
    try:
        if "chunked" in headers.get("transfer-encoding", "").lower():
            return _read_chunks(stream)
        return _exactly(stream, int(headers.get("content-length", "0")))
    except ValueError:
        raise _NotHTTP from None


def _read_chunks(stream: BinaryIO) -> bytes:
    parts: list[bytes] = []
    while size := int(_line(stream).partition(b";")[0], 16):
        parts.append(_exactly(stream, size))
        _line(stream)
    while _line(stream):
        pass  # trailer fields
    return b"".join(parts)


def _line(stream: BinaryIO) -> bytes:
    line = stream.readline(65537)
    if not line.endswith(b"\n"):
        raise _NotHTTP
    return line.rstrip(b"\r\n")


def _exactly(stream: BinaryIO, size: int) -> bytes:
    if size < 0:
        raise _NotHTTP
    content = stream.read(size)
    if len(content) != size:
        raise _NotHTTP
    return content
