from __future__ import annotations

import pickle

import pytest

from conformance.contract import ContractError
from conformance.model import CannotRun, NotStrictJSON, Request, Response, json_response, says_utf_8, strict_json


def test_what_keeps_a_run_from_its_verdict_says_where_what_and_what_to_do() -> None:
    error = ContractError("openapi.yaml", "is not YAML", "Make it again.")

    assert isinstance(error, CannotRun)
    assert str(error) == "openapi.yaml: is not YAML. Make it again."
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"\xef\xbb\xbf{}", "byte-order mark"),
        (b"\xff", "not UTF-8 at byte 0"),
        (b'{"a": 1, "a": 2}', "'a' stands twice"),
        (b"[NaN]", "NaN is not JSON"),
        (b"[1,\n  }", "line 2 column 3"),
        (b"", "line 1 column 1"),
        (b"[" * 100_000, "nested too deeply"),
        (b"1" * 5000, "number too long"),
    ],
)
def test_what_is_no_strict_json_is_said(body: bytes, said: str) -> None:
    with pytest.raises(NotStrictJSON, match=said):
        strict_json(body)


def test_headers_are_found_in_any_letter_case() -> None:
    response = Response(
        202, (("Set-Cookie", "a"), ("set-cookie", "b"), ("Content-Type", "Application/JSON; charset=x"))
    )

    assert response.header("SET-COOKIE") == "a"
    assert response.all_headers("Set-Cookie") == ("a", "b")
    assert response.media_type == "application/json"
    assert response.header("missing") is None


@pytest.mark.parametrize(
    ("target", "path", "query"), [("/a/?b=c?d", "/a/", "b=c?d"), ("//a/b", "//a/b", ""), ("//[", "//[", "")]
)
def test_a_target_is_split_at_its_first_question_mark(target: str, path: str, query: str) -> None:
    request = Request("GET", target)

    assert (request.path, request.query) == (path, query)


def test_a_json_response_is_utf_8() -> None:
    assert json_response(400, {"message": "é"}).body == '{"message": "é"}'.encode()


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        (None, True),
        ("application/json", True),
        ("application/json; charset=UTF-8", True),
        ('application/json;charset="utf8"; v=1', True),
        ("application/json; charset=latin-1", False),
        ("application/json; charset=utf-8; Charset=utf-16", False),
        ("application/json; charset=", False),
    ],
)
def test_a_charset_other_than_utf_8_is_seen(content_type: str | None, expected: bool) -> None:
    assert says_utf_8(content_type) is expected
