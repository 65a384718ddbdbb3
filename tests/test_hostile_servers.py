"""Servers that do their worst: the command ends all the same, in bounded time and memory, and calls none good."""

from __future__ import annotations

import contextlib
import functools
import gzip
import itertools
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from attrs import frozen

from conformance.drivers.wire import Limits, Wire
from conformance.model import NO_ANSWER, Request

ROOT = Path(__file__).parent.parent
POST = Request("POST", "/messaging/v1/sms/messages/", (), b"{}")
#: Seconds that are waited for an answer that never comes.
WAIT = 0.5
MOST_SECONDS = 120.0
MOST_MEMORY = 300 * 1024  # kilobytes

COMMAND = "from conformance.cli import main; main()"

#: What a server does with one connection, whose request has been read unless it says otherwise.
Deed = Callable[[socket.socket, bytes], None]


def good(connection: socket.socket, request: bytes) -> None:
    """As a server would that knows nothing but the form of an answer."""
    body = request.partition(b"\r\n\r\n")[2]
    try:
        listed = json.loads(body)["recipients"]
        items = [{"messageKey": each.get("messageKey", f"made-{time.time_ns()}")} for each in listed]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        told(connection, 400, {"message": "no", "errorcode": 109104, "documentation": ""})
        return
    id = f"00000000-0000-4000-8000-{time.time_ns() % 10**12:012}"
    told(connection, 202, {"requestId": id, "errorcode": 0, "responses": items})


def told(connection: socket.socket, status: int, body: object) -> None:
    content = json.dumps(body).encode()
    head = f"HTTP/1.1 {status} x\r\ncontent-type: application/json\r\ncontent-length: {len(content)}\r\n\r\n"
    connection.sendall(head.encode() + content)


def says(*pieces: bytes) -> Deed:
    def deed(connection: socket.socket, request: bytes) -> None:
        for piece in pieces:
            connection.sendall(piece)

    return deed


def endless(head: bytes, piece: bytes, pause: float = 0.0, size: int = 2**30) -> Deed:
    """The head, then the piece over and over: a gigabyte, unless told otherwise."""

    def deed(connection: socket.socket, request: bytes) -> None:
        connection.sendall(head)
        for _ in range(size // len(piece)):
            connection.sendall(piece)
            time.sleep(pause)

    return deed


def silent(connection: socket.socket, request: bytes) -> None:
    connection.recv(1)  # until the other side gives up


def closing(connection: socket.socket, request: bytes) -> None:
    """Nothing is said."""


def resetting(connection: socket.socket, request: bytes) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


OK = b"HTTP/1.1 202 x\r\ncontent-type: application/json\r\n"
WHOLE = OK + b"content-length: 2\r\n\r\n{}"


@frozen
class Server:
    """A server on a loopback port that does the deed with some requests and answers the others."""

    deed: Deed
    some: Callable[[int, bytes], bool] = lambda number, request: True
    reads: bool = True


@contextlib.contextmanager
def listening(server: Server) -> Generator[str]:
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        threading.Thread(target=accepting, args=(listener, server), daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def accepting(listener: socket.socket, server: Server) -> None:
    for number in itertools.count(1):
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=serving, args=(connection, server, number), daemon=True).start()


def serving(connection: socket.socket, server: Server, number: int) -> None:
    with connection, contextlib.suppress(OSError):
        connection.settimeout(30)
        request = request_on(connection) if server.reads else b""
        (server.deed if server.some(number, request) else good)(connection, request)


def request_on(connection: socket.socket) -> bytes:
    got = b""
    while b"\r\n\r\n" not in got:
        got += connection.recv(65536) or b"\r\n\r\n"
    head, _, body = got.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    while length and len(body) < int(length[1]):
        body += connection.recv(65536) or b"x" * int(length[1])
    return head + b"\r\n\r\n" + body


@frozen
class Ended:
    code: int
    seconds: float
    memory: int
    said: str


def judged(url: str, tmp_path: Path, wait: float = 5.0) -> Ended:
    """How the command ends, which waits so many seconds for one answer."""
    began = time.monotonic()
    command = [sys.executable, "-c", COMMAND, "server", "--url", url, "--timeout", str(wait)]
    said = tmp_path / "said.txt"
    memory = 0
    with said.open("wb") as output:
        started = subprocess.Popen(
            command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=output, stderr=output
        )
        while started.poll() is None:
            memory = max(memory, *map(most_memory, family(started.pid)))
            if time.monotonic() - began > MOST_SECONDS:
                started.kill()
            time.sleep(0.02)
    text = said.read_text(encoding="utf-8")
    return Ended(started.returncode, time.monotonic() - began, memory, text)


def family(pid: int) -> list[int]:
    """A process and those that it started."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    except OSError:
        return [pid]
    return [pid, *map(int, children.split())]


def most_memory(pid: int) -> int:
    """The most kilobytes that a process has held since its program began.

    What the operating system adds up at the end begins with the memory of whoever started it.
    """
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return 0
    found = re.search(r"VmHWM:\s+([0-9]+) kB", status)
    return int(found[1]) if found else 0


def check(ended: Ended, code: int) -> None:
    assert "Traceback" not in ended.said
    assert "internal error" not in ended.said
    assert ended.code == code, ended.said
    assert ended.memory < MOST_MEMORY


def on_some(number: int, request: bytes) -> bool:
    """The requests in which the text of the message is overridden, and each that is no POST."""
    return b'"content"' in request or not request.startswith(b"POST")


@functools.cache
def bomb() -> bytes:
    """A quarter of a gigabyte of nothing, packed into as many kilobytes."""
    packer = zlib.compressobj(6, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    return b"".join(packer.compress(bytes(2**20)) for _ in range(2**8)) + packer.flush()


def bursting(connection: socket.socket, request: bytes) -> None:
    connection.sendall(OK + b"content-encoding: gzip\r\n\r\n" + bomb())


DEEDS: dict[str, tuple[Deed, str]] = {
    "closes at once": (closing, "RemoteProtocolError: Server disconnected"),
    "resets the connection": (resetting, "ReadError"),
    "does nothing": (silent, "ReadTimeout: no whole answer within 0.5 s"),
    "drips its head": (endless(b"", b"H", pause=0.02), "ReadTimeout: no whole answer within 0.5 s"),
    "drips headers": (endless(b"HTTP/1.1 200 x\r\n", b"a: b\r\n", pause=0.02), "ReadTimeout: no whole answer"),
    "drips its body": (endless(OK + b"content-length: 9999\r\n\r\n", b"x", pause=0.02), "ReadTimeout: no whole"),
    "sends no HTTP": (says(b"SSH-2.0-OpenSSH_9.6\r\n"), "RemoteProtocolError"),
    "sends garbage": (says(bytes(range(256)) * 10), "RemoteProtocolError"),
    "sends an impossible status": (says(b"HTTP/1.1 99999 x\r\n\r\n"), "RemoteProtocolError"),
    "sends a status that is no number": (says(b"HTTP/1.1 abc x\r\n\r\n"), "RemoteProtocolError"),
    "sends half a head": (says(b"HTTP/1.1 200 x\r\ncontent-"), "RemoteProtocolError"),
    "sends less than it says": (says(OK + b"content-length: 100\r\n\r\n{}"), "RemoteProtocolError"),
    "sends two lengths": (says(OK + b"content-length: 2\r\ncontent-length: 3\r\n\r\n{}"), "RemoteProtocolError"),
    "breaks off its chunks": (says(OK + b"transfer-encoding: chunked\r\n\r\n5\r\n{}"), "RemoteProtocolError"),
    "sends chunks of no size": (says(OK + b"transfer-encoding: chunked\r\n\r\nzz\r\n{}"), "RemoteProtocolError"),
    "is not packed as it says": (says(OK + b"content-encoding: gzip\r\n\r\n{}"), "it cannot be unpacked"),
    "sends half of what is packed": (
        says(OK + b"content-encoding: gzip\r\n\r\n", gzip.compress(b"{}")[:-9]),
        "it ends",
    ),
    "unpacks to far too much": (bursting, "more than 1048576 bytes came, once unpacked"),
    "sends nothing but 100s": (endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000), "more than 262144 bytes came"),
    "sends headers without end": (endless(b"HTTP/1.1 200 x\r\n", b"a: b\r\n" * 1000), "RemoteProtocolError"),
    "sends a gigabyte it announces": (endless(OK + b"content-length: 1073741824\r\n\r\n", b"x" * 2**16), "more than"),
    "sends a gigabyte": (endless(OK + b"\r\n", b"x" * 2**16), "more than"),
}


@pytest.mark.parametrize("name", DEEDS)
def test_no_answer_that_is_broken_or_too_long_or_too_slow_is_taken_for_one(name: str) -> None:
    deed, said = DEEDS[name]
    # On a busy machine it takes a while to be sent too much.
    seconds = WAIT if "ReadTimeout" in said else 20.0
    with listening(Server(deed)) as url, Wire(url, Limits(seconds=seconds)) as wire:
        began = time.monotonic()
        response = wire.send(POST)

    assert response.status == NO_ANSWER
    assert said in response.body.decode()
    assert time.monotonic() - began < seconds + 5


@pytest.mark.parametrize(
    ("deed", "status"),
    [
        pytest.param(says(WHOLE, b"x" * 1000), 202, id="sends more than it says"),
        pytest.param(says(WHOLE, WHOLE), 202, id="answers twice"),
        pytest.param(says(b"HTTP/1.1 100 x\r\n\r\n" * 3, WHOLE), 202, id="says to go on first"),
        pytest.param(says(OK + b"content-encoding: gzip\r\n\r\n", gzip.compress(b"{}")), 202, id="packs with gzip"),
        pytest.param(says(OK + b"content-encoding: deflate\r\n\r\n", zlib.compress(b"{}")), 202, id="packs with zlib"),
        pytest.param(
            says(OK + b"content-encoding: deflate\r\n\r\n", zlib.compress(b"{}")[2:-4]), 202, id="packs without a head"
        ),
    ],
)
def test_an_answer_that_is_whole_is_read_whatever_comes_with_it(deed: Deed, status: int) -> None:
    with listening(Server(deed)) as url, Wire(url, Limits(seconds=5)) as wire:
        response = wire.send(POST)

    assert (response.status, response.body) == (status, b"{}")


def test_a_redirect_is_an_answer(tmp_path: Path) -> None:
    redirect = says(b"HTTP/1.1 307 x\r\nlocation: /messaging/v1/sms/messages/\r\ncontent-length: 0\r\n\r\n")
    with listening(Server(redirect)) as url, Wire(url) as wire:
        assert wire.send(POST).status == 307


def test_a_request_that_is_not_read_is_answered_all_the_same() -> None:
    early = Server(says(WHOLE), reads=False)
    with listening(early) as url, Wire(url, Limits(seconds=5)) as wire:
        statuses = {wire.send(POST).status for _ in range(20)}

    assert 202 in statuses


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://name.invalid", f"http://{'a' * 70}.invalid"])
def test_a_server_that_is_not_there_is_not_reached(url: str) -> None:
    with Wire(url, Limits(seconds=5)) as wire:
        assert wire.send(POST).body.startswith(b"Connect")


@pytest.mark.parametrize(
    "deed",
    [pytest.param(DEEDS[name][0], id=name) for name in ("does nothing", "drips its head", "drips its body")],
)
def test_a_server_that_never_answers_is_given_up_at_the_first_request(deed: Deed, tmp_path: Path) -> None:
    with listening(Server(deed)) as url:
        ended = judged(url, tmp_path, WAIT)

    check(ended, 2)
    assert "does not answer (ReadTimeout: no whole answer within 0.5 s)" in ended.said


@pytest.mark.parametrize("name", ["closes at once", "sends garbage"])
def test_a_server_that_never_answers_well_is_judged_for_it(name: str, tmp_path: Path) -> None:
    with listening(Server(DEEDS[name][0])) as url:
        check(judged(url, tmp_path), 1)


@pytest.mark.parametrize(
    "name", ["does nothing", "drips its body", "closes at once", "sends a gigabyte", "unpacks to far too much"]
)
def test_a_server_that_fails_at_times_is_judged_to_the_end(name: str, tmp_path: Path) -> None:
    with listening(Server(DEEDS[name][0], on_some)) as url:
        ended = judged(url, tmp_path, 2 * WAIT)

    check(ended, 1)
    assert re.search(r"server-answers +MUST +fail", ended.said)


def test_a_server_whose_answers_are_always_long_costs_no_memory(tmp_path: Path) -> None:
    """Each is just short of what is read, and is read whole by the wire and by Schemathesis."""
    body = b'{"message": "' + b"x" * 1_000_000 + b'"}'
    long = says(OK.replace(b"202", b"400") + b"content-length: %d\r\n\r\n" % len(body), body)
    with listening(Server(long, lambda number, request: number > 195)) as url:
        check(judged(url, tmp_path), 1)


DYING = """
from tests.test_hostile_servers import good, request_on
import os, socket
with socket.create_server(("127.0.0.1", 0)) as listener:
    print(listener.getsockname()[1], flush=True)
    for _ in range(150):
        connection, _ = listener.accept()
        with connection:
            good(connection, request_on(connection))
    connection, _ = listener.accept()
    connection.recv(10)
    os.kill(os.getpid(), 9)
"""


def test_a_server_that_is_killed_in_the_middle_ends_the_run(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", DYING], cwd=ROOT, stdout=subprocess.PIPE, text=True) as dying:
        try:
            ended = judged(f"http://127.0.0.1:{dying.stdout.readline().strip()}", tmp_path)
        finally:
            dying.kill()

    check(ended, 1)
    assert re.search(r"server-answers +MUST +fail", ended.said)
