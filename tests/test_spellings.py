"""A text is found however it is written."""

from __future__ import annotations

import html
import json
import re
import time
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.spellings import any_spelling, plain_part


def in_json(text: str) -> str:
    return json.dumps(text)[1:-1]


def without_its_quotes(text: object) -> str:
    return repr(text).removeprefix("b")[1:-1]


def large_digits(text: str) -> str:
    return re.sub(r"(?<=\\u)[0-9a-f]{4}", lambda found: found[0].upper(), text)


ENCODERS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "JSON in ASCII": in_json,
    "JSON": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "JSON with large digits": lambda text: re.sub(
        r"(?<=\\u)[0-9a-f]{4}", lambda found: found[0].upper(), in_json(text)
    ),
    "JSON with its solidus escaped": lambda text: in_json(text).replace("/", "\\/"),
    "JSON in JSON": lambda text: in_json(in_json(text)),
    "JSON in a Python string": lambda text: without_its_quotes(in_json(text)),
    "JSON for a page": lambda text: re.sub(r"[\"'&<>+\\]", lambda found: f"\\u{ord(found[0]):04X}", text),
    "percent": lambda text: quote(text, safe=""),
    "percent, small digits": lambda text: re.sub("%..", lambda found: found[0].lower(), quote(text, safe="")),
    "percent of a form": lambda text: quote_plus(text) if " " not in text else text,
    "percent of an address": quote,
    "repr": without_its_quotes,
    "ascii": lambda text: ascii(text)[1:-1],
    "repr of bytes": lambda text: without_its_quotes(text.encode()),
    "HTML": html.escape,
    "HTML by number": lambda text: "".join(
        each if re.match("[A-Za-z0-9._~-]", each) else f"&#{ord(each)};" for each in text
    ),
    "UTF-8 read as latin-1": lambda text: text.encode().decode("latin-1"),
    "JSON of UTF-8 read as latin-1": lambda text: in_json(text.encode().decode("latin-1")),
}


@pytest.mark.parametrize("encoder", ENCODERS.values(), ids=ENCODERS.keys())
@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20) | st.text("\\\"'/%+&<é\U0001f600a"))
def test_a_text_is_found_in_any_spelling(encoder: Callable[[str], str], text: str) -> None:
    assert re.fullmatch(any_spelling(text), encoder(text))
    assert plain_part(text) in encoder(text)


@settings(deadline=None)
@given(st.text(), st.text(), st.text())
def test_what_is_around_it_is_left(before: str, text: str, after: str) -> None:
    # A backslash beside the text belongs to it or not; nobody could tell.
    before, after = before.replace("\\", ""), after.replace("\\", "")
    found = re.search(any_spelling(text), before + text + after)

    assert found
    assert len(found[0]) == len(text)


@pytest.mark.parametrize("other", ["secrex", "SECRET", "secre", "s\\u0065cret"])
def test_another_text_is_not_found(other: str) -> None:
    assert not re.search(any_spelling("secret"), other)


def test_a_million_backslashes_take_no_time() -> None:
    pattern = re.compile(any_spelling('"\\é/\\'))
    started = time.process_time()
    assert not pattern.search("\\" * 200_000)

    assert time.process_time() - started < 10
