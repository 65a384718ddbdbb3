"""What a client sends, C1."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from conformance.checks.answer_text import says_json
from conformance.checks.call_reading import Reading
from conformance.checks.client_rules import received, rule
from conformance.checks.differences import Sort
from conformance.model import NotStrictJSON

C1 = "A client sends what its caller asked for and nothing besides"
C1_UNSET = "what the caller left unset is left out."


def own_path(reading: Reading) -> str:
    """The path of the operation behind that of the server's address, as the contract writes it."""
    asked = reading.call.asked
    return urlsplit(asked.url).path.rstrip("/") + reading.contract.path_of(asked.operation)


def _with_a_body(reading: Reading) -> bool:
    """A request was received for an operation that takes a body."""
    return received(reading) and bool(reading.contract.operations[reading.call.asked.operation].request)


def _with_a_fixed_path(reading: Reading) -> bool:
    return received(reading) and not reading.call.asked.path


@rule("client-request-method", applies=received, quote=C1)
def request_method(reading: Reading) -> Iterator[str]:
    """The request has the method of its operation."""
    method = reading.contract.operations[reading.call.asked.operation].method
    if reading.first.method != method:
        yield f"sent {reading.first.method} in place of {method}"


@rule("client-request-path", applies=_with_a_fixed_path, quote=C1)
def request_path(reading: Reading) -> Iterator[str]:
    """The request goes to the path of its operation, slash by slash."""
    if reading.first.path != own_path(reading):
        yield f"sent to {reading.first.path} in place of {own_path(reading)}"


@rule("client-request-query", applies=_with_a_fixed_path, quote=C1)
def request_query(reading: Reading) -> Iterator[str]:
    """The request has no query, since the caller asked for none."""
    if "?" in reading.first.target:
        yield f"sent to {reading.first.target}, which has a query"


@rule("client-request-content-type", applies=_with_a_body, quote=C1)
def request_content_type(reading: Reading) -> Iterator[str]:
    """The request says that its body is JSON."""
    if not says_json(reading.first):
        sent = list(reading.first.all_headers("content-type"))
        yield f"sent content-type {sent} in place of application/json"


@rule("client-request-accept", applies=received, quote=C1)
def request_accept(reading: Reading) -> Iterator[str]:
    """The request does not say that JSON is unwelcome."""
    accepted = ",".join(reading.first.all_headers("accept"))
    if accepted and not any(map(_takes_json, accepted.split(","))):
        yield f"sent accept {accepted!r}, which leaves JSON out"


def _takes_json(media_range: str) -> bool:
    name, *parameters = (each.strip().lower() for each in media_range.split(";"))
    weight = next((each[2:] for each in parameters if each.startswith("q=")), "1")
    return name in {"application/json", "application/*", "*/*"} and weight.strip("0.") != ""


@rule("client-request-json", applies=_with_a_body, quote=C1)
def request_is_json(reading: Reading) -> Iterator[str]:
    """The body that is sent is strict JSON in UTF-8."""
    try:
        _ = reading.first.json
    except NotStrictJSON as error:
        yield f"sent a body that is not JSON: {error}"


def _with_json(reading: Reading) -> bool:
    return _with_a_body(reading) and reading.changes is not None


def _changes(reading: Reading, *sorts: Sort) -> Iterator[str]:
    for each in reading.changes or ():
        if each.sort in sorts:
            yield f"in the body that was sent, {each}"


@rule("client-request-unset", applies=_with_json, quote=C1_UNSET)
def unset_is_left_out(reading: Reading) -> Iterator[str]:
    """A member that the caller left unset is absent from the body, and no other is added."""
    return _changes(reading, Sort.ADDED)


@rule("client-request-members", applies=_with_json, quote=C1)
def members_are_sent(reading: Reading) -> Iterator[str]:
    """Every member and every recipient that the caller gave is in the body, an empty one or null as well."""
    return _changes(reading, Sort.ABSENT, Sort.LENGTH)


@rule("client-request-values", applies=_with_json, quote=C1)
def values_are_sent(reading: Reading) -> Iterator[str]:
    """Every value in the body is the one that the caller gave, of the same type, in the same order."""
    return _changes(reading, Sort.NUMBER, Sort.TEXT, Sort.TYPE)
