"""Exact cases of bodies that break the contract: no JSON, half of it, other bytes, other shapes, other types."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.drivers.answers import (
    AS_JSON,
    SendOperation,
    encoded,
    error_body,
    lacking_members,
    not_json,
    oddly_written,
    twice_named,
)
from conformance.drivers.case_requests import Named, people, refusing
from conformance.drivers.wrong_types import wrong_types
from conformance.model import JSON, Answer, Headers, Response, is_object, json_response


def texts(send: SendOperation) -> Iterator[Named]:
    """A 202 that is no JSON, or not as it should be written."""
    body, answer = refusing(2, {1})
    for name, headers, content in not_json(answer):
        yield f"accepted-{name}", body, _accepted(send, content, headers)
    for name, content in twice_named(answer):
        yield f"left-open-{name}", body, _accepted(send, content)
    right = encoded(answer)
    for name, number in {"nan": b"NaN", "infinity": b"Infinity", "minus-infinity": b"-Infinity"}.items():
        yield f"left-open-{name}", body, _accepted(send, right[:-1] + b', "score": %s}' % number)
    deep = b"[" * 400 + b"]" * 400
    yield "left-open-nested-too-deeply", body, _accepted(send, right[:-1] + b', "deep": %s}' % deep)
    yield (
        "nested-50-levels-deep",
        body,
        _accepted(send, right[:-1] + b', "deep": %s}' % (b"[" * 50 + b"]" * 50)),
    )
    yield from _charsets(send)


def _charsets(send: SendOperation) -> Iterator[Named]:
    body, answer = refusing(2, {1})
    answer["responses"][1]["message"] = "Größe fehlt"
    text = encoded(answer).decode()
    for charset in ("iso-8859-1", "windows-1252", "utf-16", "utf-16le", "utf-32"):
        labelled = (("content-type", f"application/json; charset={charset}"),)
        yield f"left-open-in-{charset}", body, _accepted(send, text.encode(charset), labelled)
    yield "left-open-in-utf-16-unlabelled", body, _accepted(send, text.encode("utf-16"))
    yield "accepted-in-latin-1-unlabelled", body, _accepted(send, text.encode("latin-1"))
    latin_labelled_utf_8 = (("content-type", "application/json; charset=utf-8"),)
    yield "accepted-in-latin-1-labelled-utf-8", body, _accepted(send, text.encode("latin-1"), latin_labelled_utf_8)
    for name, bad in {"surrogates": b"\xed\xa0\x80", "overlong": b"\xc0\xaf", "cut-off": b"\xf0\x9f\x98"}.items():
        yield f"accepted-utf-8-{name}", body, _accepted(send, text.encode().replace("ß".encode(), bad))


#: What every place of a document is worth breaking off in, by the text that stands before it.
_PLACES = (
    *("{", '{"', '{"requestId', '{"requestId"', '{"requestId":', '{"requestId": "c261', '"errorcode": 109'),
    *('"responses": [', '"responses": [{', '"messageKey": "gH', "}, {", '-CV1Q"', '"}]'),
)


def truncated(send: SendOperation, *, everywhere: bool) -> Iterator[Named]:
    """A documented answer that ends too early, with the length to fit: at every byte, or where it matters."""
    examples = send.operation.response_examples.get(str(send.accepted), {})
    documented = next((each for each in examples.values() if "message" in each), None) or refusing(2, {1})[1]
    content = encoded({**documented, "city": "Köln 😀"})
    cuts = range(1, len(content)) if everywhere else sorted({*_cuts(content)})
    for cut in cuts:
        yield f"accepted-first-{cut}-bytes", people(2), _accepted(send, content[:cut])


def _cuts(content: bytes) -> Iterator[int]:
    for before in _PLACES:
        if (found := content.find(before.encode())) >= 0:
            yield found + len(before)
    yield content.index("ö".encode()) + 1
    yield content.index("😀".encode()) + 2
    yield len(content) - 1


def shapes(send: SendOperation, *, everywhere: bool) -> Iterator[Named]:
    """A 202 in which something is missing or of another type: each place of the contract's schema by each type."""
    body, answer = refusing(2, {1})
    schema = send.contract.response_schema(send.operation.id, send.accepted)
    for name, value in lacking_members(answer):
        yield f"accepted-{name}", body, _json(send.accepted, value)
    for place, kind, value in wrong_types(send.contract, schema, answer):
        if everywhere or _is_a_container(answer, place) or kind in ("null", "object", "string"):
            yield f"accepted-{place}-as-{kind}", body, _json(send.accepted, value)


def _is_a_container(answer: JSON, place: str) -> bool:
    value = answer
    for part in () if place == "body" else place.split("-"):
        value = value[part] if is_object(value) else value[int(part)]
    return isinstance(value, dict | list)


def errors(send: SendOperation, *, everywhere: bool) -> Iterator[Named]:
    """A documented error with a body that is none."""
    for status in send.errors if everywhere else send.errors[:1]:
        whole = error_body(30000, "Größe fehlt")
        for name, headers, content in not_json(whole):
            yield f"error-{status}-{name}", people(2), Answer(Response(status, headers, content))
        for name, headers, content in oddly_written(whole):
            yield f"error-{status}-{name}", people(2), Answer(Response(status, headers, content))
        schema = send.contract.response_schema(send.operation.id, status)
        for place, kind, value in wrong_types(send.contract, schema, whole):
            if not everywhere and kind not in ("list", "number", "object"):
                continue
            yield f"error-{status}-{place}-as-{kind}", people(2), _json(status, value)


def _accepted(send: SendOperation, content: bytes, headers: Headers = AS_JSON) -> Answer:
    return Answer(Response(send.accepted, headers, content))


def _json(status: int, value: JSON) -> Answer:
    return Answer(json_response(status, value))
