"""The scripted server says on the wire exactly what it is told to, and remembers what it was sent."""

from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Iterator

import pytest

from conformance.drivers import scripted_server
from conformance.drivers.deliveries import Script
from conformance.drivers.scripted_server import HOST, ScriptedServer
from conformance.model import Answer, Delivery, Response

OK = Answer(Response(202, (("content-type", "text/plain"),), b"queued"))


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as running:
        running.play(OK)
        yield running


def port(server: ScriptedServer) -> int:
    return int(server.url.rpartition(":")[2])


def said(server: ScriptedServer, request: bytes = b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n") -> bytes:
    """All that the server sends for these bytes until it ends the connection."""
    with socket.create_connection((HOST, port(server)), timeout=5) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_any_status_and_every_header_is_written(server: ScriptedServer) -> None:
    server.play(Answer(Response(596, (("x-trace", "a"), ("x-trace", "b")), b"no")))

    head, _, body = said(server).partition(b"\r\n\r\n")

    assert head.splitlines() == [
        b"HTTP/1.1 596 Unregistered",
        b"x-trace: a",
        b"x-trace: b",
        b"content-length: 2",
        b"connection: close",
    ]
    assert body == b"no"


def test_request_is_kept_as_it_was_sent(server: ScriptedServer) -> None:
    headers = b"X-One: 1\r\nx-one:  2 \r\nContent-Length: 3\r\nConnection: close\r\n"
    said(server, b"POST //a%2F?b=%20c&d HTTP/1.1\r\n" + headers + b"\r\n\xff{}")

    (request,) = server.received

    assert (request.method, request.target, request.body) == ("POST", "//a%2F?b=%20c&d", b"\xff{}")
    assert request.all_headers("X-One") == ("1", "2")


def test_chunked_request_is_read(server: ScriptedServer) -> None:
    head = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    said(server, head + b"3;a=b\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: x\r\n\r\n")

    assert server.received[0].body == b"abcde"


def test_client_that_waits_before_its_body_is_told_to_go_on(server: ScriptedServer) -> None:
    with socket.create_connection((HOST, port(server)), timeout=5) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n")
        told = connection.recv(100)

    assert told == b"HTTP/1.1 100 Continue\r\n\r\n"


def test_connection_is_used_again(server: ScriptedServer) -> None:
    client = http.client.HTTPConnection(HOST, port(server), timeout=5)
    for answer in (OK, Answer(Response(204)), OK):
        server.play(answer)
        client.request("POST", "/")
        response = client.getresponse()

        assert (response.status, response.read()) == (answer.response.status, answer.response.body)
        assert not response.will_close
    client.close()


def test_play_forgets_what_came_before(server: ScriptedServer) -> None:
    said(server)
    said(server)
    before = server.received
    server.play(OK)

    assert len(before) == 2
    assert server.received == ()


@pytest.mark.parametrize("sent", [0, 1, 5])
def test_cut_answer_promises_all_and_sends_a_part(server: ScriptedServer, sent: int) -> None:
    server.play(Answer(OK.response, cut_after=sent))

    head, _, body = said(server, b"GET / HTTP/1.1\r\n\r\n").partition(b"\r\n\r\n")

    assert b"content-length: 6" in head
    assert body == b"queued"[:sent]


def test_negative_cut_sends_nothing(server: ScriptedServer) -> None:
    server.play(Answer(OK.response, cut_after=-1))

    assert said(server, b"GET / HTTP/1.1\r\n\r\n") == b""
    assert len(server.received) == 1


def test_own_content_length_is_left_alone(server: ScriptedServer) -> None:
    server.play(Answer(Response(200, (("content-length", "10"),), b"four")))

    answer = said(server, b"GET / HTTP/1.1\r\n\r\n")

    assert answer.count(b"content-length") == 1
    assert answer.endswith(b"\r\n\r\nfour")


def test_stalled_answer_comes_when_its_time_is_over(server: ScriptedServer) -> None:
    server.play(Answer(OK.response, stall=0.1))
    started = time.monotonic()

    assert said(server, b"GET / HTTP/1.1\r\n\r\n").endswith(b"queued")
    assert time.monotonic() - started >= 0.1


def test_next_answer_ends_a_stall(server: ScriptedServer) -> None:
    server.play(Answer(OK.response, stall=60))
    with socket.create_connection((HOST, port(server)), timeout=5) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
        while not server.received:
            time.sleep(0.001)
        server.play(OK)

        assert connection.recv(100) == b""


def test_stall_does_not_hold_up_the_end() -> None:
    with ScriptedServer() as server, socket.create_connection((HOST, port(server)), timeout=5) as connection:
        server.play(Answer(OK.response, stall=60))
        connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
        while not server.received:
            time.sleep(0.001)
        started = time.monotonic()
        server.close()

    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    "sent", [b"hello\r\n\r\n", b"GET / HTTP/1.1\r\nno colon\r\n\r\n", b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n"]
)
def test_what_is_not_http_is_not_received(server: ScriptedServer, sent: bytes) -> None:
    assert said(server, sent) == b""
    assert server.received == ()


def test_fault_of_its_own_is_raised_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    def faulty(answer: Answer, **_: object) -> Script:
        raise ZeroDivisionError

    monkeypatch.setattr(scripted_server, "script", faulty)

    with pytest.raises(ZeroDivisionError), ScriptedServer() as server:
        said(server)


def talk(server: ScriptedServer, answer: Answer, request: bytes = b"GET / HTTP/1.1\r\n\r\n") -> socket.socket:
    """A connection on which a request has been sent for this answer."""
    server.play(answer)
    connection = socket.create_connection((HOST, port(server)), timeout=5)
    connection.sendall(request)
    return connection


def by(delivery: Delivery, **changes: object) -> Answer:
    return Answer(OK.response, delivery=delivery, **changes)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(OK.response, cut_after=-1, is_reset=True),
        Answer(OK.response, cut_after=2, is_reset=True),
        by(Delivery.HALF_HEAD, is_reset=True),
        by(Delivery.THEN_RESET),
    ],
)
def test_reset_is_a_reset(server: ScriptedServer, answer: Answer) -> None:
    with talk(server, answer) as connection, pytest.raises(ConnectionResetError):
        while connection.recv(65536):
            pass


def test_answer_comes_whole_before_its_connection_is_reset_or_closed(server: ScriptedServer) -> None:
    for delivery in (Delivery.THEN_CLOSED, Delivery.THEN_RESET):
        with talk(server, by(delivery)) as connection:
            assert connection.recv(65536).endswith(b"queued")
            server.settle()


def test_settled_means_that_the_connection_has_ended(server: ScriptedServer) -> None:
    with talk(server, by(Delivery.THEN_CLOSED)) as connection:
        connection.recv(65536)
        server.settle()
        connection.setblocking(False)

        assert connection.recv(1) == b""


def test_idle_time_is_a_parameter() -> None:
    with ScriptedServer(idle=0.1) as server, talk(server, by(Delivery.THEN_CLOSED)) as connection:
        connection.recv(65536)
        started = time.monotonic()

        assert connection.recv(1) == b""
        assert time.monotonic() - started > 0.05


def test_early_answer_does_not_wait_for_the_body(server: ScriptedServer) -> None:
    head = b"POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\n"
    with talk(server, by(Delivery.EARLY), head) as connection:
        answered = connection.recv(65536)
        before = server.received
        connection.sendall(b"body")
        server.settle()

    assert answered.endswith(b"queued")
    assert before == ()
    assert [each.body for each in server.received] == [b"body"]


def test_drips_come_one_after_the_other(server: ScriptedServer) -> None:
    with talk(server, by(Delivery.DRIPPED, stall=0.1)) as connection:
        first = connection.recv(65536)
        rest = first
        while not rest.endswith(b"queued"):
            rest += connection.recv(65536)

    assert len(first) < len(rest) / 2


def test_half_a_body_stalls_until_the_play_is_over(server: ScriptedServer) -> None:
    with talk(server, by(Delivery.HALF_THEN_STALL, stall=60)) as connection:
        part = b""
        while not part.endswith(b"que"):
            part += connection.recv(65536)
        server.settle()

        assert connection.recv(1) == b""


def test_whoever_offers_to_unpack_gets_it_packed(server: ScriptedServer) -> None:
    server.play(by(Delivery.GZIP))

    assert b"content-encoding: gzip" in said(
        server, b"GET / HTTP/1.1\r\nAccept-Encoding: br, gzip\r\nConnection: close\r\n\r\n"
    )
    assert said(server).endswith(b"\r\n\r\nqueued")


def test_nobody_listens_where_nobody_should(server: ScriptedServer) -> None:
    number = int(server.url_of_nobody.rpartition(":")[2])
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((HOST, number), timeout=5)
    with pytest.raises(OSError, match="in use"), socket.socket() as other:
        other.bind((HOST, number))


def test_addresses_stand_in_for_their_names(server: ScriptedServer) -> None:
    headers = (("location", "{elsewhere}/a"), ("content-location", "{here}/b"))
    server.play(Answer(Response(307, headers)))
    answer = said(server).decode()

    assert f"location: {server.url_elsewhere}/a" in answer
    assert f"content-location: {server.url}/b" in answer
    assert server.url_elsewhere.split(":")[1] != server.url.split(":")[1]


def test_what_is_sent_elsewhere_is_remembered_apart(server: ScriptedServer) -> None:
    client = http.client.HTTPConnection(server.url_elsewhere.removeprefix("http://"), timeout=5)
    client.request("POST", "/there", b"body")
    client.getresponse().read()
    client.close()

    assert server.received == ()
    assert [(each.target, each.body) for each in server.elsewhere] == [("/there", b"body")]
    server.play(OK)
    assert server.elsewhere == ()


def test_every_byte_is_kept_by_connection(server: ScriptedServer) -> None:
    first = b"POST / HTTP/1.1\r\nX:  1\r\ncontent-LENGTH: 2\r\nConnection: close\r\n\r\n{}\r\n"
    second = b"GET /half HTTP/1.1\r\nHost"
    said(server, first)
    with talk_again(server, second):
        while len(server.raw) < 2:
            time.sleep(0.001)

    assert server.raw == (first, second)
    server.play(OK)
    assert server.raw == ()


def talk_again(server: ScriptedServer, request: bytes) -> socket.socket:
    connection = socket.create_connection((HOST, port(server)), timeout=5)
    connection.sendall(request)
    return connection


def test_bytes_on_a_used_connection_belong_to_the_play_in_which_they_come(server: ScriptedServer) -> None:
    request = b"GET /%d HTTP/1.1\r\n\r\n"
    with talk(server, OK, request % 1) as connection:
        connection.recv(65536)
        server.settle()
        before = server.raw
        server.play(OK)
        connection.sendall(request % 2)
        connection.recv(65536)

        assert (before, server.raw) == ((request % 1,), (request % 2,))


def test_apart_is_another_address_and_what_happens_there_stays_there(server: ScriptedServer) -> None:
    here = server.url
    with server.apart():
        there = server.url
        stranger = talk(server, by(Delivery.TWICE))
        stranger.recv(65536)
    with stranger:
        assert stranger.recv(1) == b""
    said(server)

    assert there != here == server.url
    assert len(server.received) == 1
    with socket.create_connection((HOST, int(there.rpartition(":")[2])), timeout=5):
        pass  # nobody else can have got the port
