"""What a server can say to a send: right answers of every kind, and answers that no contract knows.

Builders of bodies and answers, as plain values; `exact_cases` puts them into exact, small cases and
`drawn_cases` lets Hypothesis draw larger ones. A right answer fits its request: one item for each
recipient, its key given back. Statuses, examples, fields and codes are read from the contract.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping

from attrs import frozen

from conformance.contract import Contract, ContractError, Operation
from conformance.model import BODILESS, JSON, REDIRECTS, Answer, Headers, Response, json_response

AS_JSON: Headers = (("content-type", "application/json"),)
AS_HTML: Headers = (("content-type", "text/html; charset=utf-8"),)
HTML = b"<!DOCTYPE html><html><head><title>Bad Gateway</title></head><body><h1>502</h1></body></html>"

HAS_ERRORS = 109001
MISSING_TO = 109106
#: Codes for a refused recipient, where the contract publishes none of its own.
ITEM_CODES = (MISSING_TO, 109105, 109108, 109110, 109121)
#: Codes that no table knows. A client that keeps codes in an enumeration breaks on them.
UNKNOWN_CODES = (109999, 1, -1, 2**53 + 1)
#: The code that goes with a status; any code may stand beside any status.
STATUS_CODES = {400: 109122, 401: 0, 403: 20002, 415: 10000, 429: 50100, 500: 30000, 503: 50300}

#: Statuses outside most contracts: successes of another kind, redirects, proxies, numbers beyond the registry.
STRAY_STATUSES = (
    *(200, 201, 203, 204, 205, 206, 207, 226, 299, 300, 301, 302, 303, 304, 307, 308),
    *(402, 404, 405, 406, 408, 409, 410, 411, 412, 413, 414, 418, 422, 423, 431, 451, 499),
    *(501, 502, 504, 505, 507, 511, 520, 522, 530, 596, 599, 600, 799, 999),
)


@frozen
class SendOperation:
    """The operation that sends to recipients, with what the contract says of its request and its answers."""

    contract: Contract
    operation: Operation
    #: The status that accepts.
    accepted: int
    #: The documented statuses that refuse, in order.
    errors: tuple[int, ...]
    #: Names of the fields that a request and a recipient may have.
    fields: frozenset[str]
    recipient_fields: frozenset[str]
    item_codes: tuple[int, ...]

    @property
    def stray_statuses(self) -> tuple[int, ...]:
        return tuple(status for status in STRAY_STATUSES if not self.declares(status))

    def declares(self, status: int) -> bool:
        return self.contract.declares(self.operation.id, status)


def takes_recipients(contract: Contract) -> bool:
    """The contract has a send operation."""
    return next(_send_operations(contract), None) is not None


def send_operation(contract: Contract) -> SendOperation:
    """The contract's send operation: the first whose request has recipients and which answers with a 2xx body."""
    for found in _send_operations(contract):
        return found
    what = "declares no operation that takes recipients and answers with a JSON body"
    hint = "The client driver plays sends, and operations with values in their paths that have an example of an answer."
    raise ContractError(str(contract.file), what, hint)


def _send_operations(contract: Contract) -> Iterator[SendOperation]:
    for operation in contract.operations.values():
        fields = contract.properties(operation.request)
        statuses = sorted(int(status) for status in operation.responses if status.isdigit())
        accepted = next((each for each in statuses if each < 300 and operation.responses[str(each)]), None)
        if "recipients" in fields and accepted is not None:
            recipient = contract.follow(fields["recipients"]).get("items", {})
            published = tuple(code for code in contract.codes if code not in (0, HAS_ERRORS))
            yield SendOperation(
                contract,
                operation,
                accepted,
                tuple(status for status in statuses if status >= 400),
                frozenset(fields),
                frozenset(contract.properties(recipient)),
                published or ITEM_CODES,
            )


@frozen
class Fault:
    """Why one recipient is refused."""

    errorcode: int = MISSING_TO
    message: str = "MCMS_UTM_Validation_MissingRequiredField_to: Invalid subscriber"


def accepted_body(body: JSON, refused: Mapping[int, Fault] | None = None) -> dict[str, JSON]:
    """The body that accepts a request but for the refused recipients, which are named by their position."""
    faults = refused or {}
    items = [_item(index, each, faults.get(index)) for index, each in enumerate(body["recipients"])]
    result: dict[str, JSON] = {
        "requestId": str(uuid.uuid5(uuid.NAMESPACE_OID, json.dumps(body, sort_keys=True))),
        "errorcode": HAS_ERRORS if faults else 0,
        "responses": items,
    }
    if faults:
        result["message"] = (
            f"MCMS_UTM_ResponsesHasErrors: {len(faults)} subscribers failed to queue out of {len(items)}"
        )
    return result


def _item(index: int, recipient: JSON, fault: Fault | None) -> dict[str, JSON]:
    item: dict[str, JSON] = {"messageKey": recipient.get("messageKey", f"generated-{index}")}
    if fault:
        item |= {"errorcode": fault.errorcode, "message": fault.message}
    return item


def with_keys(body: JSON, keys: Collection[str]) -> JSON:
    """The same request for as many recipients as there are keys, with these message keys."""
    recipients = [{**body["recipients"][index % len(body["recipients"])]} for index in range(len(keys))]
    return {**body, "recipients": [{**each, "messageKey": key} for each, key in zip(recipients, keys, strict=True)]}


def error_body(code: int, message: str = "", documentation: str = "") -> dict[str, JSON]:
    """The body of a refusal of the whole request."""
    return {
        "message": message or f"MCMS_UTM_Error_{code}: The request was refused",
        "errorcode": code,
        "documentation": documentation or f"https://developer.example/errors/{code}",
    }


def refusal(status: int, code: int | None = None) -> Answer:
    """A documented refusal, with the pause that the contract ties to its code."""
    errorcode = STATUS_CODES.get(status, 10000) if code is None else code
    pause: Headers = (("retry-after", "7"),) if errorcode in (50100, 50300) else ()
    return Answer(json_response(status, error_body(errorcode), pause))


def stray(status: int, path: str, body: bytes, headers: Headers = AS_JSON) -> Answer:
    """An answer with a status that the contract does not know; a redirect leads back to where it came from."""
    if status in BODILESS:
        return Answer(Response(status, (("content-length", "0"),) if status == 205 else ()))
    location: Headers = (("location", path),) if status in REDIRECTS else ()
    return Answer(Response(status, (*headers, *location), body))


def stray_bodies(send: SendOperation, status: int, body: JSON) -> tuple[tuple[str, Headers, bytes], ...]:
    """What may stand under a stray status: by name, headers and body. A success is tempting: it looks right."""
    if status in BODILESS:
        return (("empty", (), b""),)
    if status < 300:
        return (("as-if-accepted", AS_JSON, encoded(accepted_body(body))), ("empty", (), b""))
    if status < 500:
        return (("error-body", AS_JSON, encoded(error_body(status))), ("html", AS_HTML, HTML))
    return (("html", AS_HTML, HTML), ("empty", (), b""), ("error-body", AS_JSON, encoded(error_body(status))))


def encoded(value: JSON) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


#: How the same JSON may be written, by name: each is strict JSON in UTF-8. The first is the plainest.
SPELLINGS: Mapping[str, Callable[[JSON], bytes]] = {
    "plain": encoded,
    "compact": lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(),
    "indented": lambda value: b"\r\n" + json.dumps(value, ensure_ascii=False, indent="\t").encode() + b"\n",
    "escaped": lambda value: json.dumps(value).encode(),
    "sorted": lambda value: json.dumps(value, ensure_ascii=False, sort_keys=True).encode(),
}


def not_json(good: JSON) -> Iterator[tuple[str, Headers, bytes]]:
    """Bodies that are not JSON to anybody: name, headers, bytes. `good` is what should have come."""
    right = encoded(good)
    yield "html", AS_HTML, HTML
    yield "html-labelled-json", AS_JSON, HTML
    yield "empty", AS_JSON, b""
    yield "empty-unlabelled", (), b""
    yield "blank", AS_JSON, b" \r\n"
    yield "truncated", AS_JSON, right[: len(right) // 2]
    yield "last-byte-missing", AS_JSON, right[:-1]
    yield "followed-by-text", AS_JSON, right + b"\nOK"
    yield "twice", AS_JSON, right + right
    yield "plain-text", (("content-type", "text/plain"),), b"Accepted"
    yield "xml", (("content-type", "application/xml"),), b"<?xml version='1.0'?><responses/>"
    yield "form", (("content-type", "application/x-www-form-urlencoded"),), b"errorcode=0&requestId=r"
    yield "single-quoted", AS_JSON, right.replace(b'"', b"'")
    yield "with-a-comma-too-many", AS_JSON, right[:-1] + b",}"
    yield "with-a-comment", AS_JSON, b"// accepted\n" + right
    yield "not-utf-8", AS_JSON, right[:-1] + b', "city": "M\xfcnchen"}'
    yield "nested-too-deeply", AS_JSON, b"[" * 5_000 + b"]" * 5_000
    yield "broken-gzip", (*AS_JSON, ("content-encoding", "gzip")), b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xab"


def twice_named(good: Mapping[str, JSON]) -> Iterator[tuple[str, bytes]]:
    """Bodies in which a name stands twice in one object: at the top and, where there are items, in one of them."""
    right = encoded(good)
    same = encoded(good["errorcode"])
    yield "name-twice-of-one-value", right[:-1] + b', "errorcode": %s}' % same
    yield "name-twice-of-two-values", right[:-1] + b', "errorcode": 7}'
    yield "unknown-name-twice", right[:-1] + b', "next": 1, "next": 2}'
    if b"}]" in right:
        in_the_last = right.rindex(b"}]")
        for name, more in {"of-one-value": b'"messageKey": "key-1"', "of-two-values": b'"errorcode": 109121'}.items():
            yield f"name-twice-in-an-item-{name}", right[:in_the_last] + b", " + more + right[in_the_last:]


def oddly_written(good: Mapping[str, JSON]) -> Iterator[tuple[str, Headers, bytes]]:
    """Bodies that some readers of JSON take for JSON: name, headers, bytes."""
    right = encoded(good)
    yield "json-labelled-html", AS_HTML, right
    latin_1 = (("content-type", "application/json; charset=iso-8859-1"),)
    yield "latin-1", latin_1, right[:-1] + b', "city": "M\xfcnchen"}'
    yield "utf-16", (("content-type", "application/json; charset=utf-16"),), right.decode().encode("utf-16")
    yield "byte-order-mark", AS_JSON, b"\xef\xbb\xbf" + right
    yield "nan", AS_JSON, right[:-1] + b', "score": NaN}'
    yield from ((name, AS_JSON, content) for name, content in twice_named(good))


#: JSON values that are no object, by name.
NO_OBJECT: Mapping[str, JSON] = {
    "null": None,
    "list": [],
    "list-of-one": [{}],
    "string": "Accepted",
    "number": 202,
    "true": True,
}


def lacking_members(good: Mapping[str, JSON]) -> Iterator[tuple[str, JSON]]:
    """Accepting bodies without one of their members, by name. `good` has two items, the last of them refused."""
    *others, item = good["responses"]
    yield "nothing-inside", {}
    for name in ("requestId", "errorcode", "responses"):
        yield f"without-{name}", {key: value for key, value in good.items() if key != name}
    yield "nothing-in-an-item", {**good, "responses": [*others, {}]}
    yield "item-without-message", _with_last(good, others, {k: v for k, v in item.items() if k != "message"})
    keyless = {key: value for key, value in item.items() if key != "messageKey"}
    yield "item-without-messageKey", _with_last(good, others, keyless)
    yield "first-item-without-messageKey", _with_last(good, [keyless, *others[1:]], item)
    yield "messageKey-in-other-letters", _with_last(good, others, {**keyless, "messagekey": item["messageKey"]})
    yield "responses-in-a-list", {**good, "responses": [good["responses"]]}
    yield "responses-of-pairs", {**good, "responses": [[["messageKey", "a"]]]}
    yield "wrapped", {"data": dict(good)}


def _with_last(good: Mapping[str, JSON], others: list[JSON], item: JSON) -> JSON:
    return {**good, "responses": [*others, item]}


def misshapen(good: Mapping[str, JSON]) -> Iterator[tuple[str, JSON]]:
    """Accepting bodies of the wrong shape, by name. `good` accepts with at least one refused item, the last."""
    *others, item = good["responses"]
    yield from NO_OBJECT.items()
    yield from lacking_members(good)
    for name in ("requestId", "errorcode", "responses"):
        yield f"{name}-null", {**good, name: None}
    yield "errorcode-string", {**good, "errorcode": str(good["errorcode"])}
    yield "responses-object", {**good, "responses": {"0": item}}
    yield "responses-of-strings", {**good, "responses": ["queued"]}
    yield "responses-of-null", {**good, "responses": [None]}
    yield "item-messageKey-number", _with_last(good, others, {**item, "messageKey": 7})
    yield "item-errorcode-string", _with_last(good, others, {**item, "errorcode": str(item["errorcode"])})
    yield "item-errorcode-null", _with_last(good, others, {**item, "errorcode": None})
    yield "item-message-object", _with_last(good, others, {**item, "message": {}})


def misshapen_errors(good: Mapping[str, JSON]) -> Iterator[tuple[str, JSON]]:
    """Error bodies of the wrong shape, by name."""
    yield from NO_OBJECT.items()
    yield "nothing-inside", {}
    for name in ("message", "errorcode", "documentation"):
        yield f"without-{name}", {key: value for key, value in good.items() if key != name}
        yield f"{name}-null", {**good, name: None}
    yield "errorcode-string", {**good, "errorcode": str(good["errorcode"])}
    yield "message-object", {**good, "message": {"text": good["message"]}}
