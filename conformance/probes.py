"""Exact requests, each sure to exercise something, smallest first.

Exploration finds what nobody thought of; these find what somebody did, in the first tenth of a second,
and with the smallest request that shows it. A probe makes an exchange; the checks judge it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from attrs import field, frozen

from conformance.checks.refusals import UNKNOWN_DEFINITION
from conformance.contract import Operation
from conformance.model import JSON, Headers, Request, Setting

#: Long enough that a server which repeats it is caught at it.
WRONG_TOKEN = "wrong-token-3d1f0b7c"


@frozen
class Probe:
    """One request with its name; `operation` is None where it belongs to no operation."""

    name: str
    request: Request
    operation: str | None


@frozen
class Keys:
    """Message keys that no earlier run has used: a name space, and a count in it."""

    space: str
    _given: list[str] = field(factory=list)

    def new(self) -> str:
        self._given.append(f"{self.space}-{len(self._given)}")
        return self._given[-1]


def probes(operation: Operation, setting: Setting, keys: Keys) -> Iterator[Probe]:
    """Every probe of the send operation, in the order in which they are to be sent."""
    make = _Maker(operation, setting, keys)
    yield from _good(make)
    yield from _mixed(make)
    yield from _refused_requests(make)
    yield from _bytes(make)
    yield from _access(make)
    yield from _paths(make)


@frozen
class _Maker:
    operation: Operation
    setting: Setting
    keys: Keys

    def recipient(self, index: int = 0, **changes: JSON) -> dict[str, JSON]:
        """A good recipient with changes; a change to `...` leaves the member out."""
        number = self.setting.numbers[index % len(self.setting.numbers)]
        members: dict[str, JSON] = {
            "contactKey": f"contact-{index}",
            "to": number,
            "messageKey": changes.pop("messageKey", None) or self.keys.new(),
            **changes,
        }
        return {name: value for name, value in members.items() if value is not ...}

    def body(self, *recipients: Mapping[str, JSON], **members: JSON) -> dict[str, JSON]:
        return {"definitionKey": self.setting.definition_key, "recipients": list(recipients), **members}

    def send(self, name: str, body: JSON, **changes: JSON) -> Probe:
        return self.raw(name, json.dumps(body, ensure_ascii=False).encode(), **changes)

    def raw(
        self,
        name: str,
        body: bytes,
        *,
        authorization: str | None = "",
        content_type: str | None = "application/json",
        query: str = "",
        path: str | None = None,
        method: str | None = None,
    ) -> Probe:
        """A request; `authorization` is the right one unless told otherwise, and None leaves it out."""
        token = f"Bearer {self.setting.token}" if authorization == "" else authorization
        headers: Headers = (
            *((("authorization", token),) if token is not None else ()),
            *((("content-type", content_type),) if content_type is not None else ()),
        )
        target = (path or self.operation.path) + (f"?{query}" if query else "")
        request = Request(method or self.operation.method, target, headers, body)
        return Probe(name, request, self.operation.id if path is None and method is None else None)


def _good(make: _Maker) -> Iterator[Probe]:
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
    yield make.send("letters of both cases in a key", make.body(make.recipient(messageKey=f"{make.keys.new()}-aZ")))
    lower = make.keys.new()
    yield make.send(
        "two keys that differ in the case of a letter",
        make.body(make.recipient(messageKey=f"{lower}-z"), make.recipient(1, messageKey=f"{lower}-Z")),
    )
    yield make.send("a key of marks", make.body(make.recipient(messageKey=f"{make.keys.new()}-<&\"'/?#%+=")))
    for turn in ("first", "second"):
        yield make.send(
            f"the same request, the {turn} time",
            make.body(make.recipient(messageKey=..., attributes={"FirstName": "same"})),
        )
    yield make.send("an empty content", make.body(make.recipient(), content={}))
    yield make.send("an empty subscriptions", make.body(make.recipient(), subscriptions={}))
    for name, written in (
        ("half of a surrogate pair", b'"\\ud800"'),
        ("an attribute 200 levels deep", b"[" * 200 + b"]" * 200),
    ):
        body = make.body(make.recipient(attributes={"Name": "?"}))
        yield make.raw(name, json.dumps(body).encode().replace(b'"?"', written))
    yield make.send("a key of 100 characters", make.body(make.recipient(messageKey=make.keys.new().ljust(100, "k"))))
    yield make.send(
        "letters of every plane",
        make.body(make.recipient(attributes={"FirstName": "Zoë 名 😀", "Ключ": "\u00a0\u200d"})),
    )
    yield make.send(
        "many attributes", make.body(make.recipient(attributes={f"Attribute{n}": str(n) for n in range(60)}))
    )
    yield make.send("a long contact key", make.body(make.recipient(contactKey="c" * 5000)))
    yield make.send("an attribute that is null", make.body(make.recipient(attributes={"FirstName": None})))
    for letters in ("é", "名😀"):
        yield make.send(f"{letters} in a key", make.body(make.recipient(messageKey=f"{make.keys.new()}-{letters}")))
    yield make.send("a NUL in an attribute", make.body(make.recipient(attributes={"FirstName": "\u0000"})))
    yield make.send("eight recipients", make.body(*(make.recipient(index) for index in range(8))))
    for name, value in sorted(make.operation.request_examples.items()):
        yield make.send(f"documented example {name}", {**value, "definitionKey": make.setting.definition_key})


def _mixed(make: _Maker) -> Iterator[Probe]:
    yield make.send("first without to", make.body(make.recipient(to=...), make.recipient(1)))
    yield make.send("second without to", make.body(make.recipient(), make.recipient(1, to=...)))
    yield make.send("first without contactKey", make.body(make.recipient(contactKey=...), make.recipient(1)))
    yield make.send("second without contactKey", make.body(make.recipient(), make.recipient(1, contactKey=...)))
    yield make.send("without to and without key", make.body(make.recipient(messageKey=..., to=...), make.recipient(1)))
    yield make.send(
        "two of three refused",
        make.body(make.recipient(to=...), make.recipient(1), make.recipient(2, contactKey=...)),
    )
    yield make.send("one, and it is refused", make.body(make.recipient(to=...)))
    yield make.send("two, and both are refused", make.body(make.recipient(to=...), make.recipient(1, contactKey=...)))
    yield make.send("unusable number", make.body(make.recipient(to="not-a-number"), make.recipient(1)))
    yield make.send("a key of 101 characters", make.body(make.recipient(messageKey=make.keys.new().ljust(101, "k"))))
    yield make.send(
        "a key of 101 characters beside a good one",
        make.body(make.recipient(messageKey=make.keys.new().ljust(101, "k")), make.recipient(1)),
    )
    twice = make.keys.new()
    yield make.send("one key twice", make.body(make.recipient(messageKey=twice), make.recipient(1, messageKey=twice)))
    thrice = make.keys.new()
    yield make.send(
        "one key twice, apart",
        make.body(make.recipient(messageKey=thrice), make.recipient(1), make.recipient(2, messageKey=thrice)),
    )
    again = make.keys.new()
    yield make.send("a key, the first time", make.body(make.recipient(messageKey=again)))
    yield make.send("a key, the second time", make.body(make.recipient(messageKey=again), make.recipient(1)))
    yield make.send(
        "one of eight refused",
        make.body(*(make.recipient(index) for index in range(7)), make.recipient(7, to=...)),
    )


def _refused_requests(make: _Maker) -> Iterator[Probe]:
    good = make.body(make.recipient())
    yield make.send("no recipients", make.body())
    yield make.send("recipients missing", {"definitionKey": make.setting.definition_key})
    yield make.send("definitionKey missing", {"recipients": [make.recipient()]})
    yield make.send("definition unknown", {**good, "definitionKey": UNKNOWN_DEFINITION})
    yield make.send("unknown field", {**good, "unknownField": "x"})
    yield make.send(
        "recipient for recipients",
        {"definitionKey": make.setting.definition_key, "recipient": make.recipient()},
    )
    yield make.send("unknown field of a recipient", make.body(make.recipient(phone="15555550100")))
    yield make.send("unknown field of content", {**good, "content": {"text": "x"}})
    yield make.send("unknown field of subscriptions", {**good, "subscriptions": {"keyword": "X"}})
    yield make.send(
        "a known field in other letters",
        {"DefinitionKey": make.setting.definition_key, **make.body(make.recipient())},
    )
    yield make.send("unknown field beside a known one", {**good, "recipient": make.recipient()})
    for name, value in (
        ("a body that is null", None),
        ("a body that is a list", [good]),
        ("a body that is a string", "definitionKey"),
        ("recipients is an object", {**good, "recipients": make.recipient()}),
        ("recipients is null", {**good, "recipients": None}),
        ("a recipient is a string", {**good, "recipients": ["15555550100"]}),
        ("a recipient is null", {**good, "recipients": [None]}),
        ("one of two recipients is a string", {**good, "recipients": [make.recipient(), "15555550100"]}),
        ("definitionKey is a number", {**good, "definitionKey": 7}),
        ("to is a number", make.body(make.recipient(to=15555550100))),
        ("contactKey is a number", make.body(make.recipient(contactKey=7))),
        ("messageKey is a number", make.body(make.recipient(messageKey=7))),
        ("attributes of a recipient is null", make.body(make.recipient(attributes=None))),
        ("attributes is a list", {**good, "attributes": ["FirstName"]}),
        ("resubscribe is a string", {**good, "subscriptions": {"resubscribe": "true"}}),
    ):
        yield make.send(name, value)
    if make.setting.max_recipients is not None:
        count = make.setting.max_recipients + 1
        yield make.send("too many recipients", make.body(*(make.recipient(index) for index in range(count))))


def _bytes(make: _Maker) -> Iterator[Probe]:
    good = json.dumps(make.body(make.recipient())).encode()
    yield make.raw("an empty body", b"")
    yield make.raw("a body that is no JSON", b"definitionKey=account")
    yield make.raw("a body cut short", good[:-2])
    yield make.raw("a body with a comma too many", good[:-1] + b",}")
    yield make.raw("a body with something behind it", good + b"x")
    yield make.raw("two bodies in one", good + good)
    yield make.raw("a body in UTF-16", good.decode().encode("utf-16"))
    yield make.raw("a body that is not UTF-8", good.replace(b"contact-0", b"contact-\xff"))
    for media_type in (
        "text/plain",
        "text/json",
        "application/xml",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=b",
    ):
        body = json.dumps(make.body(make.recipient())).encode()
        yield make.raw(f"a good body sent as {media_type}", body, content_type=media_type)


def _access(make: _Maker) -> Iterator[Probe]:
    token = make.setting.token

    def good() -> bytes:
        return json.dumps(make.body(make.recipient())).encode()

    yield make.raw("no token", good(), authorization=None)
    yield make.raw("a wrong token", good(), authorization=f"Bearer {WRONG_TOKEN}")
    if len(token) > 1:
        yield make.raw("the token without its last letter", good(), authorization=f"Bearer {token[:-1]}")
        yield make.raw("the token without its first letter", good(), authorization=f"Bearer {token[1:]}")
    yield make.raw("the token with a letter more", good(), authorization=f"Bearer {token}x")
    if token.swapcase() != token:
        yield make.raw("the token in other letters", good(), authorization=f"Bearer {token.swapcase()}")
    yield make.raw("an empty token", good(), authorization="Bearer")
    yield make.raw("a token that is not ASCII", good(), authorization="Bearer t\u00f6ken-3d1f0b7c")
    yield make.raw("the token without a scheme", good(), authorization=token)
    yield make.raw("the scheme Basic", good(), authorization=f"Basic {token}")
    yield make.raw("the scheme Token", good(), authorization=f"Token {token}")
    yield make.raw("no token, a broken body", b'{"definitionKey"', authorization=None)
    yield make.raw("a wrong token, a broken body", b'{"definitionKey"', authorization=f"Bearer {WRONG_TOKEN}")
    yield make.raw("no token, no recipients", json.dumps(make.body()).encode(), authorization=None)
    yield make.raw("the token in the URL", good(), authorization=None, query=f"access_token={token}")
    in_body = json.dumps({**make.body(make.recipient()), "access_token": token}).encode()
    yield make.raw("the token in the body", in_body, authorization=None)


def _paths(make: _Maker) -> Iterator[Probe]:
    path = make.operation.path
    other = path.removesuffix("/") if path.endswith("/") else f"{path}/"
    body = json.dumps(make.body(make.recipient())).encode()
    yield make.raw("the other form of the path", body, path=other)
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        content = json.dumps(make.body(make.recipient())).encode() if method in ("PUT", "PATCH") else b""
        yield make.raw(f"the method {method}", content, method=method)
