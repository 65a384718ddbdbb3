"""Every way of delivering an answer gives the bytes that it says, and the end that it says."""

from __future__ import annotations

import gzip
import zlib

import h11
import pytest

from conformance.drivers.deliveries import BLOCK, BLOCKS, End, bomb, codings, script, stall_before
from conformance.model import Answer, Delivery, Response

BODY = b'{"responses": [' + b", ".join([b"1"] * 40) + b"]}"
PLAIN = Answer(Response(202, (("content-type", "application/json"),), BODY))
ALL = frozenset({"gzip", "deflate"})
#: What can be read by whoever reads HTTP strictly, and is then this answer.
WHOLE = {
    Delivery.PLAIN,
    Delivery.CHUNKED,
    Delivery.DRIPPED,
    Delivery.UNTIL_CLOSED,
    Delivery.ODD_HEADERS,
    Delivery.AFTER_100,
    Delivery.AFTER_103,
    Delivery.EARLY,
    Delivery.THEN_CLOSED,
    Delivery.THEN_RESET,
    Delivery.TWICE,
    Delivery.HALF_THEN_STALL,
}


def by(delivery: Delivery, **changes: object) -> Answer:
    return Answer(PLAIN.response, delivery=delivery, **changes)


def read(content: bytes) -> tuple[int, dict[bytes, bytes], bytes]:
    """Status, headers and body, as h11 reads them up to the end of the connection; raises what it raises."""
    reader = h11.Connection(h11.CLIENT)
    reader.send(h11.Request(method="POST", target="/", headers=[("host", "a"), ("content-length", "0")]))
    reader.send(h11.EndOfMessage())
    reader.receive_data(content)
    reader.receive_data(b"")
    body = b""
    while not isinstance(event := reader.next_event(), h11.EndOfMessage):
        if isinstance(event, h11.Response):
            head = event
        elif isinstance(event, h11.Data):
            body += bytes(event.data)
    return head.status_code, dict(head.headers), body


@pytest.mark.parametrize("delivery", sorted(WHOLE))
def test_whole_answers_are_valid_and_say_the_same(delivery: Delivery) -> None:
    status, headers, body = read(script(by(delivery)).content)

    assert (status, headers[b"content-type"], body) == (202, b"application/json", BODY)


@pytest.mark.parametrize(
    "delivery", [Delivery.HALF_HEAD, Delivery.TWO_LENGTHS, Delivery.BAD_CHUNK, Delivery.NOT_HTTP, Delivery.BAD_HEADER]
)
def test_broken_ones_are_not_valid(delivery: Delivery) -> None:
    with pytest.raises(h11.RemoteProtocolError):
        read(script(by(delivery)).content)


@pytest.mark.parametrize("cut", [0, 10, len(BODY)])
def test_chunks_that_are_cut_off_have_no_end(cut: int) -> None:
    with pytest.raises(h11.RemoteProtocolError):
        read(script(by(Delivery.CHUNKED, cut_after=cut)).content)


def test_a_length_that_is_too_short_leaves_something_over() -> None:
    planned = script(by(Delivery.LENGTH_TOO_SHORT))

    assert read(planned.content)[2] == BODY[: len(BODY) // 2]
    assert planned.content.endswith(BODY)
    assert planned.end is End.KEPT


def test_chunks_have_extensions_and_a_trailer() -> None:
    content = script(by(Delivery.CHUNKED)).content

    assert b"\r\n28;part=0\r\n" in content
    assert content.endswith(b"\r\n0;last\r\nx-checked: yes\r\n\r\n")


@pytest.mark.parametrize(
    ("delivery", "coding", "unpack"),
    [(Delivery.GZIP, b"gzip", gzip.decompress), (Delivery.DEFLATE, b"deflate", zlib.decompress)],
)
def test_packed_only_for_whoever_takes_it(delivery: Delivery, coding: bytes, unpack) -> None:
    _, headers, packed = read(script(by(delivery), offered=ALL).content)

    assert headers[b"content-encoding"] == coding
    assert unpack(packed) == BODY
    assert script(by(delivery)).content == script(PLAIN).content


@pytest.mark.parametrize(
    ("header", "named"),
    [
        (None, set()),
        ("", set()),
        ("gzip, deflate", {"gzip", "deflate"}),
        ("GZIP;q=0.5,br ; q=0, deflate;q=0.000", {"gzip"}),
        ("*", {"*"}),
    ],
)
def test_codings_are_those_named_and_not_refused(header: str | None, named: set[str]) -> None:
    assert codings(header) == named


def test_a_bomb_is_small_and_unpacks_to_the_same_json() -> None:
    packed = bomb(BODY)
    unpacker = zlib.decompressobj(wbits=31)
    size = len(unpacker.decompress(packed, 1000))
    end = b""
    while not unpacker.eof:
        part = unpacker.decompress(unpacker.unconsumed_tail, 1 << 20)
        size, end = size + len(part), (end + part)[-len(BODY) - 1 :]

    assert len(packed) < 100_000
    assert size == BLOCKS * len(BLOCK) + len(BODY)
    assert end == b" " + BODY


@pytest.mark.parametrize(
    ("answer", "end", "lingers"),
    [
        (PLAIN, End.KEPT, False),
        (by(Delivery.THEN_CLOSED), End.CLOSED, True),
        (by(Delivery.THEN_RESET), End.RESET, True),
        (by(Delivery.TWICE), End.KEPT, False),
        (by(Delivery.UNTIL_CLOSED), End.CLOSED, False),
        (by(Delivery.PLAIN, cut_after=3), End.CLOSED, False),
        (by(Delivery.PLAIN, cut_after=3, is_reset=True), End.RESET, False),
        (by(Delivery.PLAIN, cut_after=-1, is_reset=True), End.RESET, False),
        (by(Delivery.HALF_HEAD, is_reset=True), End.RESET, False),
        (by(Delivery.CHUNKED, cut_after=3, is_reset=True), End.RESET, False),
    ],
)
def test_connections_end_as_the_answer_says(answer: Answer, end: End, lingers: bool) -> None:
    planned = script(answer)

    assert (planned.end, planned.lingers) == (end, lingers)


@pytest.mark.parametrize("delivery", [Delivery.THEN_CLOSED, Delivery.THEN_RESET, Delivery.TWICE])
def test_what_comes_as_a_surprise_is_not_announced(delivery: Delivery) -> None:
    assert b"connection" not in script(by(delivery)).content


def test_drips_share_their_time() -> None:
    planned = script(by(Delivery.DRIPPED, stall=1.6))

    assert len(list(planned.parts)) * planned.pause == pytest.approx(1.6, rel=0.1)
    assert stall_before(by(Delivery.DRIPPED, stall=1.6)) == 0


def test_half_comes_before_the_stall_and_half_after_it() -> None:
    planned = script(by(Delivery.HALF_THEN_STALL, stall=0.5))
    first, second = planned.parts

    assert first.endswith(BODY[: len(BODY) // 2])
    assert second == BODY[len(BODY) // 2 :]
    assert planned.pause == 0.5


def test_names_are_odd_and_values_padded() -> None:
    content = script(by(Delivery.ODD_HEADERS)).content

    assert b"cOnTeNt-tYpE: \t  application/json \t\r\n" in content
