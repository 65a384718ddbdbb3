"""Requests that must be queued, and unusual ones of which no source says what becomes of them."""

from __future__ import annotations

import json
from collections.abc import Iterator

from conformance.probes.making import Maker, Probe, shuffled


def good(make: Maker) -> Iterator[Probe]:
    yield make.send("one recipient", make.body(make.recipient()))
    yield make.send("one recipient, no key", make.body(make.recipient(messageKey=...)))
    yield make.send("two recipients", make.body(make.recipient(), make.recipient(1)))
    yield make.send("two recipients of one number", make.body(make.recipient(), make.recipient()))
    yield make.send(
        "two recipients, no keys", make.body(make.recipient(messageKey=...), make.recipient(1, messageKey=...))
    )
    yield make.send(
        "three recipients, one key",
        make.body(make.recipient(messageKey=...), make.recipient(1), make.recipient(2, messageKey=...)),
    )
    yield make.send(
        "attributes", make.body(make.recipient(attributes={"FirstName": "Ada"}), attributes={"Tracking": "2"})
    )
    yield make.send("attributes that are empty", make.body(make.recipient(attributes={}), attributes={}))
    yield from _keys(make)
    yield from _texts(make)
    yield from _spellings(make)
    for turn in ("first", "second"):
        yield make.send(
            f"the same request, the {turn} time",
            make.body(make.recipient(messageKey=..., attributes={"FirstName": "same"})),
        )
    yield make.send("eight recipients", make.body(*(make.recipient(index) for index in range(8))))
    for name, value in sorted(make.operation.request_examples.items()):
        yield make.send(f"documented example {name}", {**value, "definitionKey": make.setting.definition_key})


def _keys(make: Maker) -> Iterator[Probe]:
    yield make.send("letters of both cases in a key", make.body(make.recipient(messageKey=f"{make.keys.new()}-aZ")))
    for name, one, other in (
        ("two keys that differ in the case of a letter", "z", "Z"),
        ("two keys that look alike", "\u00e9", "e\u0301"),
        ("two keys, one the beginning of the other", "1", "12"),
    ):
        key = make.keys.new()
        yield make.send(
            name,
            make.body(make.recipient(messageKey=f"{key}-{one}"), make.recipient(1, messageKey=f"{key}-{other}")),
        )
    yield make.send("a key of marks", make.body(make.recipient(messageKey=f"{make.keys.new()}-<&\"'/?#%+=\\")))
    yield make.send("a key with a blank", make.body(make.recipient(messageKey=f"{make.keys.new()} and more")))
    for letters in ("é", "名😀"):
        yield make.send(f"{letters} in a key", make.body(make.recipient(messageKey=f"{make.keys.new()}-{letters}")))
    for letter in ("k", "é"):
        key = make.keys.new().ljust(100, letter)
        yield make.send(f"a key of 100 characters, {letter} the last", make.body(make.recipient(messageKey=key)))
    key = make.keys.new()
    yield make.send(
        "a key of 100 characters and one of 99",
        make.body(make.recipient(messageKey=key.ljust(100, "k")), make.recipient(1, messageKey=key.ljust(99, "k"))),
    )


def _texts(make: Maker) -> Iterator[Probe]:
    yield make.send(
        "letters of every plane",
        make.body(make.recipient(attributes={"FirstName": "Zoë 名 😀", "Ключ": "\u00a0\u200d"})),
    )
    yield make.send(
        "many attributes", make.body(make.recipient(attributes={f"Attribute{n}": str(n) for n in range(60)}))
    )
    yield make.send(
        "attributes whose names mean something to languages",
        make.body(make.recipient(attributes={"constructor": "a", "toString": "b", "length": "c", "class": "d"})),
    )
    yield make.send(
        "attributes named like members",
        make.body(
            make.recipient(attributes={"to": "nobody", "contactKey": "", "messageKey": "other"}),
            attributes={"definitionKey": "other"},
        ),
    )
    yield make.send(
        "attributes in the way of templates",
        make.body(make.recipient(attributes={"A": "%%FirstName%% {0} ${x} {{y}} <b>'\"\\ -- ;", "B": ""})),
    )


def _spellings(make: Maker) -> Iterator[Probe]:
    """One and the same body, otherwise written."""
    yield make.send("members in another order", shuffled(make.body(shuffled(make.recipient()))))
    yield make.raw("blanks around and in a body", b"\r\n " + _indented(make.good()) + b" \t\n")
    body = make.good()
    escaped = body.replace(b"definitionKey", b"definition\\u004Bey").replace(b"contact-0", b"contact\\u002d0")
    yield make.raw("escapes in names and values", escaped)
    for content_type in ("application/json; charset=utf-8", "application/json;charset=UTF-8"):
        yield make.raw(f"a body sent as {content_type}", make.good(), content_type=content_type)


def _indented(body: bytes) -> bytes:
    return json.dumps(json.loads(body), indent="\t").encode()


def unusual(make: Maker) -> Iterator[Probe]:
    """What is valid, or nearly, and nowhere described: the server may take it or refuse it, and must not fail."""
    yield make.send("a text of its own", make.body(make.recipient(), content={"message": "Hello, %%FirstName%%"}))
    yield make.send("an empty content", make.body(make.recipient(), content={}))
    yield make.send("an empty subscriptions", make.body(make.recipient(), subscriptions={}))
    yield make.send("resubscribe", make.body(make.recipient(), subscriptions={"resubscribe": True}))
    yield make.send("an empty definitionKey", {**make.body(make.recipient()), "definitionKey": ""})
    yield from _unusual_values(make)
    yield from _unusual_strings(make)
    yield make.send("a long contact key", make.body(make.recipient(contactKey="c" * 5000)))
    yield make.send("an attribute of a million letters", make.body(make.recipient(attributes={"Name": "n" * 10**6})))


def _unusual_values(make: Maker) -> Iterator[Probe]:
    for name, written in (
        ("an attribute that is null", b"null"),
        ("an attribute that is a number", b"-12345678901234567890.5"),
        ("an attribute that is an object", b'{"Given": [true, {}]}'),
        ("an attribute that is too large for a double", b"1e400"),
        ("an attribute that is NaN", b"NaN"),
        ("half of a surrogate pair", b'"\\ud800"'),
        ("an attribute 200 levels deep", b"[" * 200 + b"]" * 200),
        ("an attribute 1,000 levels deep", b"[" * 1000 + b"]" * 1000),
        ("an attribute of 5,000 digits", b"9" * 5000),
        ("an attribute 10,000 levels deep", b'{"a":' * 10000 + b"1" + b"}" * 10000),
    ):
        yield make.with_attribute(name, written)


def _unusual_strings(make: Maker) -> Iterator[Probe]:
    yield make.send("a NUL in an attribute", make.body(make.recipient(attributes={"FirstName": "\u0000"})))
    half = json.dumps(make.body(make.recipient(messageKey=f"{make.keys.new()}-\ud800"))).encode()
    yield make.raw("half of a surrogate pair in a key", half)
    yield make.send("a NUL in a key", make.body(make.recipient(messageKey=f"{make.keys.new()}-\u0000")))
    yield make.send("a NUL in a contact key", make.body(make.recipient(contactKey="contact\u0000")))
    yield make.send("an attribute named __proto__", make.body(make.recipient(attributes={"__proto__": "a", "": "b"})))
    yield make.send("an empty key", make.body(make.recipient(messageKey=""), make.recipient(1)))
    yield make.send("a key with blanks around", make.body(make.recipient(messageKey=f" {make.keys.new()} ")))
    # 51 characters of another plane, which UTF-16 writes as 102.
    yield make.send(
        "a key that is longer in UTF-16", make.body(make.recipient(messageKey=f"{make.keys.new()}-".ljust(80, "😀")))
    )
    yield make.send("an empty contact key", make.body(make.recipient(contactKey=""), make.recipient(1)))
    yield make.send("a contact key of other letters", make.body(make.recipient(contactKey="Ключ 😀 <&'\">")))
    number = make.setting.numbers[0]
    for name, to in (
        ("a number with a plus", f"+{number}"),
        ("a number with blanks", f" {number[:1]} {number[1:]} "),
        ("a number of one digit", "1"),
        ("a number of 40 digits", "1" * 40),
        ("a number in other digits", "١٥٥٥٥٥٥٠١٠٠"),
    ):
        yield make.send(name, make.body(make.recipient(to=to), make.recipient(1)))
