"""What probes are made with: recipients and requests in which nothing is wrong but what is changed."""

from __future__ import annotations

import json
from collections.abc import Mapping

from attrs import field, frozen

from conformance.contract import Operation
from conformance.model import JSON, Headers, Request, Setting

#: Long enough that a server which repeats it is caught at it.
WRONG_TOKEN = "wrong-token-3d1f0b7c"


@frozen
class Probe:
    """One request with its name; `operation` is None where it belongs to no operation, or asks what none declares."""

    name: str
    request: Request
    operation: str | None


@frozen
class Keys:
    """Message keys that no earlier run has used: a name space, and a count in it."""

    space: str
    _given: list[str] = field(factory=list)

    @property
    def first(self) -> str:
        """The first key of all; whoever asks for it uses it again."""
        return f"{self.space}-0"

    def new(self) -> str:
        self._given.append(f"{self.space}-{len(self._given)}")
        return self._given[-1]


@frozen
class Maker:
    """Makes requests for one operation of one subject."""

    operation: Operation
    setting: Setting
    keys: Keys

    def recipient(self, index: int = 0, **changes: JSON) -> dict[str, JSON]:
        """A good recipient with changes; a change to `...` leaves the member out."""
        number = self.setting.numbers[index % len(self.setting.numbers)]
        members: dict[str, JSON] = {"contactKey": f"contact-{index}", "to": number, **changes}
        # A key is used up only where it is sent.
        if "messageKey" not in members:
            members["messageKey"] = self.keys.new()
        return {name: value for name, value in members.items() if value is not ...}

    def body(self, *recipients: JSON, **members: JSON) -> dict[str, JSON]:
        return {"definitionKey": self.setting.definition_key, "recipients": list(recipients), **members}

    def good(self) -> bytes:
        """A body in which nothing is wrong."""
        return json.dumps(self.body(self.recipient())).encode()

    def send(self, name: str, body: JSON) -> Probe:
        return self.raw(name, json.dumps(body, ensure_ascii=False).encode())

    def with_attribute(self, name: str, value: bytes) -> Probe:
        """A send with one attribute, whose value is written as given."""
        body = json.dumps(self.body(self.recipient(attributes={"Name": "?"}))).encode()
        return self.raw(name, body.replace(b'"?"', value))

    def raw(
        self,
        name: str,
        body: bytes,
        *,
        authorization: str | None = "",
        content_type: str | None = "application/json",
        headers: Headers = (),
        query: str = "",
        path: str | None = None,
        method: str | None = None,
        is_declared: bool = True,
    ) -> Probe:
        """A request; `authorization` is the right one unless told otherwise, and None leaves it out."""
        token = f"Bearer {self.setting.token}" if authorization == "" else authorization
        whole: Headers = (
            *((("authorization", token),) if token is not None else ()),
            *((("content-type", content_type),) if content_type is not None else ()),
            *headers,
        )
        target = (path or self.operation.path) + (f"?{query}" if query else "")
        request = Request(method or self.operation.method, target, whole, body)
        belongs = path is None and method is None and is_declared
        return Probe(name, request, self.operation.id if belongs else None)


def other_slash(path: str) -> str:
    """The path with its trailing slash taken away or, if it has none, added."""
    return path.removesuffix("/") if path.endswith("/") else f"{path}/"


def shuffled(members: Mapping[str, JSON]) -> dict[str, JSON]:
    """The members from the last to the first."""
    return {name: members[name] for name in reversed(list(members))}
