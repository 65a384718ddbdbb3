"""Which bytes an answer is, by every way in which it can be delivered, and how its connection ends.

Values in, values out: `scripted_server` sends what is decided here. It knows the framing of HTTP/1.1 and nothing of
the contract.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from enum import Enum, auto
from functools import lru_cache
from http import HTTPStatus
from itertools import chain, repeat

from attrs import frozen

from conformance.model import Answer, Delivery, Headers, Response

#: What does not come at the same moment as the rest: how many parts an answer is dripped in, seconds between two.
DRIPS = 16
BETWEEN_DRIPS = 0.001
#: Bytes of a body in one chunk.
CHUNK = 40
#: White space in front of a body that is a bomb, which JSON allows: so many blocks of so many bytes.
BLOCKS = 64
BLOCK = b" " * (1 << 20)
#: Deliveries after which a connection holds what no answer accounts for, or is gone without a word.
SPOILING = frozenset(
    {
        Delivery.THEN_CLOSED,
        Delivery.THEN_RESET,
        Delivery.TWICE,
        Delivery.LENGTH_TOO_SHORT,
        Delivery.HALF_THEN_STALL,
        Delivery.BOMB,
        Delivery.NOBODY,
    }
)

_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_EARLY_HINTS = b"HTTP/1.1 103 Early Hints\r\nlink: </style.css>; rel=preload; as=style\r\n\r\n"
_BAD_LINE = b"this line is no header\r\n"
_NOT_HTTP = b"220 mail.example ESMTP ready\r\n250 OK\r\n"
_OWN_FRAMING = frozenset({"content-length", "transfer-encoding"})


class End(Enum):
    """What becomes of a connection after an answer."""

    KEPT = auto()
    CLOSED = auto()
    RESET = auto()


@frozen
class Script:
    """What goes over the wire: the parts in order, with a pause of so many seconds before each but the first.

    If it `lingers`, the connection is left idle for a while before its end.
    """

    parts: Iterable[bytes]
    end: End
    pause: float = 0.0
    lingers: bool = False

    @property
    def content(self) -> bytes:
        return b"".join(self.parts)


def script(answer: Answer, *, keep_alive: bool = True, offered: frozenset[str] = frozenset()) -> Script:
    """How an answer is sent to a client that takes the content codings `offered`.

    A negative `cut_after` sends nothing at all: the server hangs up with the request in its hands.
    """
    if answer.cut_after is not None and answer.cut_after < 0:
        return Script((), _broken(answer))
    if answer.delivery in _WITHOUT_ANSWER:
        return Script((_NOT_HTTP,), End.CLOSED)
    headers, body, framed = _packed(answer, offered)
    is_whole = answer.cut_after is None
    reusable = keep_alive and is_whole and not answer.stall and _leaves_in_order(answer)
    head = _head(answer, headers, body, reusable=reusable)
    if answer.delivery is Delivery.HALF_HEAD:
        return Script((head[: len(head) // 2],), _broken(answer))
    parts = _parts(answer, head, framed if is_whole else _cut(answer, body))
    if not is_whole:
        return Script(parts, _broken(answer))
    match answer.delivery:
        case Delivery.THEN_CLOSED:
            return Script(parts, End.CLOSED, lingers=True)
        case Delivery.THEN_RESET:
            return Script(parts, End.RESET, lingers=True)
        case Delivery.DRIPPED:
            return Script(parts, _end(reusable), answer.stall / DRIPS or BETWEEN_DRIPS)
        case Delivery.HALF_THEN_STALL:
            return Script(parts, End.CLOSED, answer.stall)
        case _:
            return Script(parts, _end(reusable))


_WITHOUT_ANSWER = frozenset({Delivery.NOT_HTTP, Delivery.NOBODY})


def stall_before(answer: Answer) -> float:
    """Seconds to wait before anything is sent."""
    return 0.0 if answer.delivery in (Delivery.DRIPPED, Delivery.HALF_THEN_STALL) else answer.stall


def codings(accept_encoding: str | None) -> frozenset[str]:
    """The content codings that a header names and does not refuse, in lower case."""
    named: set[str] = set()
    for each in (accept_encoding or "").split(","):
        name, *parameters = (part.strip().lower() for part in each.split(";"))
        quality = next((part[2:] for part in parameters if part.startswith("q=")), "1")
        if name and quality.strip("0.") != "":
            named.add(name)
    return frozenset(named)


def reason(status: int) -> str:
    """The registered reason phrase; `Unregistered` for a number that has none."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unregistered"


def _broken(answer: Answer) -> End:
    return End.RESET if answer.is_reset else End.CLOSED


def _end(reusable: bool) -> End:
    return End.KEPT if reusable else End.CLOSED


def _bodiless(status: int) -> bool:
    return status < 200 or status in (204, 304)


def _leaves_in_order(answer: Answer) -> bool:
    """Whether the next answer can come over the same connection, or a client may believe so."""
    response = answer.response
    names = {name for name, _ in response.headers}
    return (
        not names & {*_OWN_FRAMING, "connection"}
        and response.status >= 200
        and not (_bodiless(response.status) and response.body)
        and answer.delivery
        not in (Delivery.UNTIL_CLOSED, Delivery.BAD_HEADER, Delivery.TWO_LENGTHS, Delivery.BAD_CHUNK)
    )


def _packed(answer: Answer, offered: frozenset[str]) -> tuple[Headers, bytes, Iterable[bytes]]:
    """The headers, the body as it is counted, and the body as it is framed."""
    headers, body = answer.response.headers, answer.response.body
    match answer.delivery:
        case Delivery.GZIP if "gzip" in offered:
            packer = zlib.compressobj(wbits=31)
            packed = packer.compress(body) + packer.flush()
            return (*headers, ("content-encoding", "gzip")), packed, (packed,)
        case Delivery.DEFLATE if "deflate" in offered:
            packed = zlib.compress(body)
            return (*headers, ("content-encoding", "deflate")), packed, (packed,)
        case Delivery.BOMB:
            packed = bomb(body)
            return (*headers, ("content-encoding", "gzip")), packed, (packed,)
        case Delivery.CHUNKED:
            return headers, body, (*_chunks(body), b"0;last\r\nx-checked: yes\r\n\r\n")
        case Delivery.BAD_CHUNK:
            return headers, body, (*_chunks(body[:CHUNK]), b"zz\r\n", body[CHUNK:], b"\r\n0\r\n\r\n")
        case _:
            return headers, body, (body,)


@lru_cache(maxsize=1)
def bomb(body: bytes) -> bytes:
    """The body behind a lot of white space, as one small gzip stream; the white space is never held as a whole."""
    # After a full flush the same block packs to the same bytes: one of them is made, and repeated.
    packer = zlib.compressobj(level=9, wbits=-15)
    block = packer.compress(BLOCK) + packer.flush(zlib.Z_FULL_FLUSH)
    rest = packer.compress(body) + packer.flush()
    checksum = 0
    for part in chain(repeat(BLOCK, BLOCKS), (body,)):
        checksum = zlib.crc32(part, checksum)
    size = (BLOCKS * len(BLOCK) + len(body)) & 0xFFFFFFFF
    trailer = checksum.to_bytes(4, "little") + size.to_bytes(4, "little")
    return b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff" + block * BLOCKS + rest + trailer


def _chunks(body: bytes) -> Iterator[bytes]:
    for start in range(0, len(body), CHUNK):
        part = body[start : start + CHUNK]
        yield b"%x;part=%d\r\n%s\r\n" % (len(part), start // CHUNK, part)


def _cut(answer: Answer, body: bytes) -> Iterable[bytes]:
    part = body[: answer.cut_after]
    return tuple(_chunks(part)) if answer.delivery is Delivery.CHUNKED else (part,)


def _head(answer: Answer, headers: Headers, body: bytes, *, reusable: bool) -> bytes:
    response, delivery = answer.response, answer.delivery
    version = "HTTP/1.0" if delivery is Delivery.UNTIL_CLOSED else "HTTP/1.1"
    lines = [*headers, *_framing(response, delivery, len(body))]
    # A cut comes as a surprise; an orderly end is announced, so that no client sends into a closing connection.
    announced = answer.cut_after is None and delivery not in (Delivery.UNTIL_CLOSED, *SPOILING)
    if not reusable and announced and "connection" not in {name for name, _ in headers}:
        lines.append(("connection", "close"))
    written = map(_odd if delivery is Delivery.ODD_HEADERS else _line, lines)
    head = _on_the_wire(f"{version} {response.status} {reason(response.status)}\r\n" + "".join(written))
    return head + (_BAD_LINE if delivery is Delivery.BAD_HEADER else b"") + b"\r\n"


def _framing(response: Response, delivery: Delivery, size: int) -> Headers:
    """The headers that say where the body ends, unless the answer has its own or no body."""
    if {name for name, _ in response.headers} & _OWN_FRAMING or _bodiless(response.status):
        return ()
    match delivery:
        case Delivery.UNTIL_CLOSED:
            return ()
        case Delivery.CHUNKED:
            return (("transfer-encoding", "chunked"), ("trailer", "x-checked"))
        case Delivery.BAD_CHUNK:
            return (("transfer-encoding", "chunked"),)
        case Delivery.LENGTH_TOO_SHORT:
            return (("content-length", str(size // 2)),)
        case Delivery.TWO_LENGTHS:
            return (("content-length", str(size // 2)), ("content-length", str(size * 3 // 4)))
        case _:
            return (("content-length", str(size)),)


def _parts(answer: Answer, head: bytes, body: Iterable[bytes]) -> Iterable[bytes]:
    match answer.delivery:
        case Delivery.AFTER_100:
            return (_CONTINUE, head, *body)
        case Delivery.AFTER_103:
            return (_EARLY_HINTS, head, *body)
        case Delivery.DRIPPED:
            whole = b"".join((head, *body))
            size = -(-len(whole) // DRIPS)
            return tuple(whole[start : start + size] for start in range(0, len(whole), size))
        case Delivery.HALF_THEN_STALL:
            whole = b"".join(body)
            return (head + whole[: len(whole) // 2], whole[len(whole) // 2 :])
        case Delivery.TWICE:
            # As one part: whoever reads the first answer has the second one in hand.
            return (b"".join((head, *body)) * 2,)
        case _:
            # As one part, so that a small answer comes at once.
            return (b"".join((head, *body)),)


def _line(header: tuple[str, str]) -> str:
    return f"{header[0]}: {header[1]}\r\n"


def _odd(header: tuple[str, str]) -> str:
    name, value = header
    letters = (letter.upper() if place % 2 else letter for place, letter in enumerate(name))
    # Some readers take no white space after a length, though RFC 9112, section 5, allows it round any value.
    padded = value if name in _OWN_FRAMING else f"\t  {value} \t"
    return f"{''.join(letters)}: {padded}\r\n"


def _on_the_wire(text: str) -> bytes:
    # What is not Latin-1 cannot have come from a header on the wire; UTF-8 is what servers write instead.
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode()
