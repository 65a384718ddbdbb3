from __future__ import annotations

import json
from typing import Any

import pytest
from attrs import evolve

from scripts import stamp as stamps
from scripts.stamp import NotAStamp

INFO = {"title": "Things", "version": "2.0.0", "description": "Not in the stamp."}
CONTENT = stamps.stamp({"tool": "1"}, {"openapi.yaml": b"in"}, {"b.py": b"b", "a.py": b"a"}, INFO)


def but(**members: Any) -> bytes:
    """The stamp with these members instead of its own."""
    return json.dumps({**json.loads(CONTENT), **members}).encode()


def test_what_is_written_is_read_back() -> None:
    said = stamps.read(CONTENT)

    assert (said.title, said.version, said.name) == ("Things", "2.0.0", None)
    assert (said.tools, list(said.files)) == ({"tool": "1"}, ["a.py", "b.py"])
    assert said.content() == CONTENT


def test_the_name_it_was_vendored_under_is_read_back() -> None:
    named = evolve(stamps.read(CONTENT), name="acme.sms")

    assert stamps.read(named.content()) == named


def test_one_byte_changed_is_no_stamp_or_not_what_it_says() -> None:
    for at, byte in enumerate(CONTENT):
        for other in {byte ^ 1, byte ^ 0x20, ord("0"), ord(" ")} - {byte}:
            edited = CONTENT[:at] + bytes([other]) + CONTENT[at + 1 :]
            try:
                said = stamps.read(edited)
            except NotAStamp:
                continue

            assert said.content() != edited


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"[]",
        b"[" * 100_000,
        b'{"format": 1}',
        but(format="1"),
        but(name=7),
        but(contract="Things 2.0.0"),
        but(contract={"title": "Things"}),
        but(contract={"title": "Things", "version": 2.0}),
        but(tools=["ruff"]),
        but(inputs=None),
        but(files={"a.py": 1}),
    ],
)
def test_what_lacks_a_member_or_has_a_wrong_one_is_not_read(content: bytes) -> None:
    with pytest.raises(NotAStamp):
        stamps.read(content)


def test_a_stamp_of_another_format_is_one_but_is_not_read() -> None:
    later = but(format=2)

    assert stamps.is_stamp(later)
    with pytest.raises(NotAStamp, match="is of format 2, and format 1 is read here"):
        stamps.read(later)
