"""Bodies by their bytes and by what they are sent as: JSON, nearly JSON, and what is none."""

from __future__ import annotations

import json
from collections.abc import Iterator

from conformance.checks.refusals import UNKNOWN_DEFINITION
from conformance.probes.making import Maker, Probe


def written(make: Maker) -> Iterator[Probe]:
    yield from _malformed(make)
    yield from _readable_by_some(make)
    yield from _content_types(make)


def _malformed(make: Maker) -> Iterator[Probe]:
    good = make.good()
    yield make.raw("an empty body", b"")
    yield make.raw("a body of blanks", b" \r\n")
    yield make.raw("a body that is no JSON", b"definitionKey=account")
    yield make.raw("a body cut short", good[:-2])
    yield make.raw("a body with a comma too many", good[:-1] + b",}")
    yield make.raw("a body with something behind it", good + b"x")
    yield make.raw("two bodies in one", good + good)
    yield make.raw("a body with single quotes", good.replace(b'"', b"'"))
    yield make.raw("a body with names that are not quoted", good.replace(b'"definitionKey"', b"definitionKey"))
    yield make.raw("a body with a comment", b"/* send */ " + good)
    yield make.raw("a line break within a string", good.replace(b"contact-0", b"contact\n0"))
    yield make.raw("a body in UTF-16", good.decode().encode("utf-16"))
    yield make.raw("a body that is not UTF-8", good.replace(b"contact-0", b"contact-\xff"))


def _readable_by_some(make: Maker) -> Iterator[Probe]:
    """What RFC 8259 leaves to the reader: none of it is judged beyond what every answer owes (R30)."""
    yield make.raw("a byte-order mark", b"\xef\xbb\xbf" + make.good())
    key = json.dumps(make.setting.definition_key).encode()
    other = json.dumps(UNKNOWN_DEFINITION).encode()
    for name, first, last in (("good and unknown", key, other), ("unknown and good", other, key)):
        body = make.good().replace(
            b'"definitionKey": ' + key, b'"definitionKey": %s, "definitionKey": %s' % (first, last)
        )
        yield make.raw(f"definitionKey twice, {name}", body)
    body = json.dumps(make.body(make.recipient(messageKey=make.keys.new(), to="?"))).encode()
    number = make.setting.numbers[0].encode()
    yield make.raw("to twice", body.replace(b'"to": "?"', b'"to": "%s", "to": "%s"' % (number, number)))


def _content_types(make: Maker) -> Iterator[Probe]:
    for media_type in (
        "text/plain",
        "text/json",
        "application/xml",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=b",
        # Of these no source says whether they are JSON.
        "application/json; charset=iso-8859-1",
        "application/json; charset=nonsense",
        "application/vnd.api+json",
        "Application/JSON",
    ):
        yield make.raw(f"a good body sent as {media_type}", make.good(), content_type=media_type)
    yield make.raw("a good body sent as nothing", make.good(), content_type=None)
