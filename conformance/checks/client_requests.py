"""What a client sends, C1."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from conformance.checks.call_reading import Reading, difference, says_json
from conformance.checks.client_rules import received, rule
from conformance.model import NotStrictJSON

C1 = "A client sends what its caller asked for and nothing besides"
C1_UNSET = "what the caller left unset is left out."


@rule("client-request-line", applies=received, quote=C1)
def request_line(reading: Reading) -> Iterator[str]:
    """The request has the method and the path of its operation, and no query."""
    asked = reading.call.asked
    method = reading.contract.operations[asked.operation].method
    target = urlsplit(asked.url).path.rstrip("/") + reading.contract.path_of(asked.operation)
    if (reading.first.method, reading.first.target) != (method, target):
        yield f"sent {reading.first.method} {reading.first.target} in place of {method} {target}"


@rule("client-request-headers", applies=received, quote=C1)
def request_headers(reading: Reading) -> Iterator[str]:
    """The request says that its body is JSON, and that JSON is welcome."""
    if not says_json(reading.first):
        sent = list(reading.first.all_headers("content-type"))
        yield f"sent content-type {sent} in place of application/json"
    accepted = ",".join(reading.first.all_headers("accept"))
    if accepted and not any(map(_takes_json, accepted.split(","))):
        yield f"sent accept {accepted!r}, which leaves JSON out"


def _takes_json(media_range: str) -> bool:
    name, *parameters = (each.strip().lower() for each in media_range.split(";"))
    weight = next((each[2:] for each in parameters if each.startswith("q=")), "1")
    return name in {"application/json", "application/*", "*/*"} and weight.strip("0.") != ""


@rule("client-request-body", applies=received, quote=C1_UNSET)
def request_body(reading: Reading) -> Iterator[str]:
    """The body that is sent is the one that the caller built; fields left unset are absent."""
    try:
        body = reading.first.json
    except NotStrictJSON as error:
        yield f"sent a body that is not JSON: {error}"
        return
    if found := difference(reading.call.asked.body, body):
        yield f"in the body that was sent, {found}"
