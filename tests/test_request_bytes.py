"""Bytes that are one well-framed request have no fault; each way of not being one has."""

from __future__ import annotations

import re

import pytest

from conformance.checks.request_bytes import framing_faults, requests_begun

HOST = "127.0.0.1:8080"
LINE = b"POST /messages/ HTTP/1.1\r\n"
NAMED = b"Host: 127.0.0.1:8080\r\n"
GOOD = LINE + NAMED + b"Content-Length: 2\r\n\r\n{}"
CHUNKED = LINE + NAMED + b"Transfer-Encoding: chunked\r\n\r\n2;a=b\r\n{}\r\n0\r\nX-T: 1\r\n\r\n"


def faults(content: bytes) -> list[str]:
    return list(framing_faults(content, HOST))


@pytest.mark.parametrize(
    "content", [GOOD, CHUNKED, GOOD + CHUNKED, LINE + NAMED + b"\r\n", GOOD.replace(b"1.1", b"1.0"), b""]
)
def test_well_framed_requests_have_no_fault(content: bytes) -> None:
    assert faults(content) == []


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (GOOD + b"\r\n", "2 bytes are left over"),
        (GOOD[:-1], "1 bytes are missing"),
        (GOOD.replace(NAMED, b""), r"the Host headers are \[\]"),
        (GOOD.replace(NAMED, NAMED * 2), "in place of one '127.0.0.1:8080'"),
        (GOOD.replace(b"8080", b"8081"), "in place of one '127.0.0.1:8080'"),
        (GOOD.replace(b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\n"), "both Content-Length and Transfer-Enc"),
        (GOOD.replace(b"\r\n\r\n", b"\r\nContent-Length: 2\r\n\r\n"), "in place of one number"),
        (GOOD.replace(b": 2", b": +2"), "in place of one number"),
        (CHUNKED.replace(b"chunked", b"gzip"), "in place of one 'chunked'"),
        (CHUNKED.replace(b"\r\n2;", b"\r\n0x2;"), "the size of a chunk is no number"),
        (CHUNKED.replace(b"\r\n2;", b"\r\n1;"), "a chunk does not end where its size says"),
        (CHUNKED[:-2], "the chunks of the body have no end"),
        (GOOD.replace(b"Host:", b"Host :"), "line 2 of the head"),
        (GOOD.replace(b"\r\n\r\n", b"\r\n folded: 1\r\n\r\n"), "line 4 of the head"),
        (GOOD.replace(b"HTTP/1.1", b"HTTP/2"), "a request line of"),
        (GOOD.replace(b"POST ", b"POST  "), "a request line of"),
        (b"\n".join(GOOD.split(b"\r\n")), "no request, or its head has no end"),
    ],
)
def test_each_fault_is_said(content: bytes, fault: str) -> None:
    (said,) = faults(content)

    assert re.search(fault, said)


@pytest.mark.parametrize(
    ("content", "number"),
    [(b"", 0), (GOOD, 1), (GOOD[:-1], 1), (GOOD + GOOD[:-1], 2), (GOOD + b"\r\n", 1), (GOOD[:20], 0), (CHUNKED * 3, 3)],
)
def test_requests_are_counted_by_their_heads(content: bytes, number: int) -> None:
    assert requests_begun(content) == number
