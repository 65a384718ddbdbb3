"""A loopback HTTP server that says exactly what it is told to say, and remembers what it was sent.

A client under judgement meets it on a real socket, because what a client makes of a broken status
line, a half-sent body or a silence is decided below the level at which a transport can be replaced.
It writes any status number and any header, promises bodies it does not finish, resets, and waits.
It knows HTTP/1.1 framing and nothing of the contract; which bytes an answer is, `deliveries` decides.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import struct
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from types import TracebackType
from typing import Self

from attrs import define, evolve, field, frozen

from conformance.drivers.deliveries import End, Script, codings, script, stall_before
from conformance.drivers.gathering import Gathering, Marked
from conformance.model import Answer, Delivery, Request, Response

HOST = "127.0.0.1"
#: The name of the other server is another one as well, so that a client takes it for another host.
OTHER_HOST = "localhost"
#: Seconds after which a connection's thread that does not end is left behind; it is a daemon.
PATIENCE = 5.0
#: Seconds that a call's exchanges may take to come to their end once the call is over.
SETTLING = 1.0
#: What a request gets before anything has been played.
UNSCRIPTED = Answer(Response(500, (("content-type", "text/plain"),), b"no answer has been scripted"))
#: What a request gets that should never have been sent there.
ELSEWHERE = Answer(Response(202, (("content-type", "application/json"),), b"{}"))

_RESET = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)


class _NotHTTP(Exception):
    """What came over the connection is not an HTTP/1.1 request."""


@define(eq=False)
class _Play:
    """One answer and the requests that got it. `over` ends every wait for its sake."""

    answer: Answer
    received: list[Request] = field(factory=list)
    #: What each connection brought, byte by byte.
    raw: list[bytearray] = field(factory=list)
    over: threading.Event = field(factory=threading.Event)
    gathering: Gathering | None = None
    #: Exchanges that have begun and are not over.
    running: int = 0


@define(eq=False)
class _Site:
    """A port, and what is played there."""

    listener: socket.socket
    name: str
    play: _Play
    connections: set[socket.socket] = field(factory=set)

    @property
    def url(self) -> str:
        return f"http://{self.name}:{self.listener.getsockname()[1]}"


@frozen
class _Arrived:
    """A request with what its connection must know."""

    request: Request
    keep_alive: bool


class ScriptedServer:
    """A server that gives every request the answer played last.

    `with ScriptedServer() as server:` listens on a free port of the loopback interface and stops,
    stalled answers included, on leaving. A fault of the server's own is raised there, never kept.
    `idle` is the time in seconds after which it ends a connection that an answer leaves idle.
    """

    def __init__(self, *, idle: float = 0.002) -> None:
        self._idle = idle
        self._changed = threading.Condition()
        self._elsewhere = _Site(_listener(), OTHER_HOST, _Play(ELSEWHERE))
        self._site = _Site(_listener(), HOST, _Play(UNSCRIPTED))
        #: Every port is held until the end: nobody else can be met at an address that was once this server's.
        self._sites = [self._elsewhere, self._site]
        # Bound and not listening: connections are refused, and no other program can get the port.
        self._nobody = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._nobody.bind((HOST, 0))
        self._threads: set[threading.Thread] = set()
        self._faults: list[BaseException] = []
        self._closing = False
        self._waking, self._woken = socket.socketpair()
        self._acceptor = threading.Thread(target=self._accept, name="scripted-server", daemon=True)

    @property
    def url(self) -> str:
        return self._site.url

    @property
    def url_elsewhere(self) -> str:
        """The address of another server, which remembers what it is sent as well."""
        return self._elsewhere.url

    @property
    def url_of_nobody(self) -> str:
        """An address where no server listens."""
        return f"http://{HOST}:{self._nobody.getsockname()[1]}"

    @property
    def received(self) -> tuple[Request, ...]:
        """The requests that arrived whole since the last `play`, in order."""
        with self._changed:
            return tuple(self._site.play.received)

    @property
    def elsewhere(self) -> tuple[Request, ...]:
        """The requests that arrived at the other server since the last `play`."""
        with self._changed:
            return tuple(self._elsewhere.play.received)

    @property
    def raw(self) -> tuple[bytes, ...]:
        """All that arrived since the last `play`, whole requests or not, for each connection that brought something."""
        with self._changed:
            return tuple(map(bytes, self._site.play.raw))

    def play(self, answer: Answer) -> None:
        """Give this answer from now on, forget what was received, and end the stalls of the answer before."""
        with self._changed:
            self._site.play.over.set()
            self._site.play = _Play(answer)
            self._elsewhere.play = _Play(ELSEWHERE)

    def settle(self) -> None:
        """End the stalls of the answer, and wait until every exchange that has begun is over, its connection's end
        included.
        """
        play = self._site.play
        play.over.set()
        with self._changed:
            self._changed.wait_for(lambda: not play.running, SETTLING)

    @contextlib.contextmanager
    def apart(self) -> Generator[None]:
        """Be at another address for a while: what happens to connections there troubles nobody here."""
        before = self._site
        with self._changed:
            self._site = _Site(_listener(), HOST, _Play(UNSCRIPTED))
            self._sites.append(self._site)
        self._wake()
        try:
            yield
        finally:
            with self._changed:
                left, self._site = self._site, before
                left.play.over.set()
                ended = tuple(left.connections)
            _shut(ended)

    def play_each(self, marked: Sequence[Marked]) -> None:
        """Hold the requests from now on until there are as many as marks, then give each the answer of its mark."""
        self.play(UNSCRIPTED)
        self._site.play.gathering = Gathering(marked, UNSCRIPTED)

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
        with self._changed:
            if self._closing:
                return
            self._closing = True
            for site in self._sites:
                site.play.over.set()
        self._wake()
        self._acceptor.join(PATIENCE)
        for listening in (*(site.listener for site in self._sites), self._nobody, self._waking, self._woken):
            listening.close()
        with self._changed:
            connections = tuple(each for site in self._sites for each in site.connections)
            threads = tuple(self._threads)
        _shut(connections)
        for thread in threads:
            thread.join(PATIENCE)

    def _wake(self) -> None:
        """Let the thread that accepts look at what has changed."""
        self._waking.send(b"!")

    def _accept(self) -> None:
        known = 0
        with selectors.DefaultSelector() as waiting:
            waiting.register(self._woken, selectors.EVENT_READ)
            while True:
                with self._changed:
                    if self._closing:
                        return
                    new, known = self._sites[known:], len(self._sites)
                for site in new:
                    waiting.register(site.listener, selectors.EVENT_READ, site)
                for key, _ in waiting.select():
                    if isinstance(key.data, _Site):
                        self._greet(key.data)
                    else:
                        self._woken.recv(4096)

    def _greet(self, site: _Site) -> None:
        try:
            connection, _ = site.listener.accept()
        except OSError:  # whoever came has gone
            return
        connection.setblocking(True)
        thread = threading.Thread(target=self._serve, args=(connection, site), daemon=True)
        with self._changed:
            site.connections.add(connection)
            self._threads.add(thread)
        thread.start()

    def _serve(self, connection: socket.socket, site: _Site) -> None:
        incoming = _Incoming(connection)
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while incoming.waits() and self._exchange(connection, incoming, site):
                pass
        except OSError:
            pass  # The client went away; that nothing arrived is the finding.
        except BaseException as error:
            self._faults.append(error)
        finally:
            with self._changed:
                site.connections.discard(connection)
                self._threads.discard(threading.current_thread())
            connection.close()

    def _exchange(self, connection: socket.socket, incoming: _Incoming, site: _Site) -> bool:
        """Read one request and answer it; say whether the connection may be used again."""
        with self._changed:
            play = site.play
            play.running += 1
            incoming.begin(play)
        end = End.CLOSED
        try:
            end = self._answered(connection, incoming, site, play)
        except _NotHTTP:
            pass  # That nothing arrived is the finding.
        finally:
            if end is End.RESET:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            if end is not End.KEPT:
                connection.close()
            with self._changed:
                play.running -= 1
                self._changed.notify_all()
        return end is End.KEPT

    def _answered(self, connection: socket.socket, incoming: _Incoming, site: _Site, play: _Play) -> End:
        answer = self._addressed(play.answer, site)
        is_early = answer.delivery is Delivery.EARLY
        reading = _read(incoming, connection, asks_for_body=not is_early)
        head = next(reading)
        planned = script(
            answer,
            keep_alive=head.keep_alive,
            offered=codings(head.request.header("accept-encoding")),
        )
        end = self._sent(connection, play, planned) if is_early else End.KEPT
        arrived = next(reading)
        with self._changed:
            play.received.append(arrived.request)
        if play.gathering is not None:
            given = self._addressed(play.gathering.answer(arrived.request), site)
            planned = script(given, keep_alive=head.keep_alive)
            play.gathering.send(b"".join(planned.parts), connection.sendall)
            return planned.end
        if is_early:
            return end
        if (stall := stall_before(answer)) and play.over.wait(stall):
            return End.CLOSED
        return self._sent(connection, play, planned)

    def _sent(self, connection: socket.socket, play: _Play, planned: Script) -> End:
        for place, part in enumerate(planned.parts):
            if place and planned.pause and play.over.wait(planned.pause):
                return End.CLOSED
            connection.sendall(part)
        if planned.lingers:
            # Not until the play is over: whoever waits for that waits for the end of this connection.
            time.sleep(self._idle)
        return planned.end

    def _addressed(self, answer: Answer, site: _Site) -> Answer:
        """The answer with addresses where it has place-holders for them."""
        headers = tuple(
            (name, value.replace("{here}", site.url).replace("{elsewhere}", self.url_elsewhere))
            for name, value in answer.response.headers
        )
        return evolve(answer, response=evolve(answer.response, headers=headers))


def _listener() -> socket.socket:
    listener = socket.create_server((HOST, 0), backlog=128)
    listener.setblocking(False)
    return listener


def _shut(connections: tuple[socket.socket, ...]) -> None:
    for connection in connections:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)


class _Incoming:
    """What a connection brings, read line by line or byte by byte, and kept for the play that it belongs to."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._unread = bytearray()
        self._record = bytearray()
        self._play: _Play | None = None

    def waits(self) -> bool:
        """Whether there is something to be read, once it is there; False if the client has ended the connection."""
        return bool(self._unread) or self._more()

    def begin(self, play: _Play) -> None:
        """Keep what comes from now on for this play, with what has come already and is unread."""
        if self._play is not play:
            self._play, self._record = play, bytearray(self._unread)
            play.raw.append(self._record)

    def line(self) -> bytes:
        """The next line without its end; raises `_NotHTTP` if it has none."""
        while b"\n" not in self._unread:
            if len(self._unread) > 65536 or not self._more():
                raise _NotHTTP
        line = self._taken(self._unread.index(b"\n") + 1)
        return line.rstrip(b"\r\n")

    def exactly(self, size: int) -> bytes:
        """So many bytes; raises `_NotHTTP` if fewer come."""
        while len(self._unread) < size:
            if not self._more():
                raise _NotHTTP
        if size < 0:
            raise _NotHTTP
        return self._taken(size)

    def _taken(self, size: int) -> bytes:
        part = bytes(self._unread[:size])
        del self._unread[:size]
        return part

    def _more(self) -> bool:
        part = self._connection.recv(65536)
        self._unread += part
        self._record += part
        return bool(part)


def _read(incoming: _Incoming, connection: socket.socket, *, asks_for_body: bool) -> Iterator[_Arrived]:
    """The next request of a connection: first its head alone, then with its body."""
    try:
        method, target, version = incoming.line().decode("latin-1").split(" ")
    except ValueError:
        raise _NotHTTP from None
    headers = _read_headers(incoming)
    values = {name.lower(): value for name, value in headers}
    keep_alive = version != "HTTP/1.0" and values.get("connection", "").lower() != "close"
    head = Request(method, target, headers)
    yield _Arrived(head, keep_alive)
    if asks_for_body and values.get("expect", "").lower() == "100-continue":
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    yield _Arrived(evolve(head, body=_read_body(incoming, values)), keep_alive)


def _read_headers(incoming: _Incoming) -> tuple[tuple[str, str], ...]:
    headers: list[tuple[str, str]] = []
    while (line := incoming.line()) != b"":
        name, colon, value = line.decode("latin-1").partition(":")
        if not colon:
            raise _NotHTTP
        headers.append((name, value.strip(" \t")))
    return tuple(headers)


def _read_body(incoming: _Incoming, headers: dict[str, str]) -> bytes:
    try:
        if "chunked" in headers.get("transfer-encoding", "").lower():
            return _read_chunks(incoming)
        return incoming.exactly(int(headers.get("content-length", "0")))
    except ValueError:
        raise _NotHTTP from None


def _read_chunks(incoming: _Incoming) -> bytes:
    parts: list[bytes] = []
    while size := int(incoming.line().partition(b";")[0], 16):
        parts.append(incoming.exactly(size))
        incoming.line()
    while incoming.line():
        pass  # trailer fields
    return b"".join(parts)
