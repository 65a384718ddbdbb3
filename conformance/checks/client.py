"""What the contract asks of clients, C1 to C10: one call is judged at a time.

A call is read once, beside the contract, into a `Reading` that says which kind of answer the client
met. Each requirement is about some of these kinds, so that one fault is, as far as can be, one breach.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator
from functools import wraps
from urllib.parse import unquote_plus, urlsplit

from attrs import evolve, frozen

from conformance.checks.call_reading import Kind, Path, Reading, difference, says_json
from conformance.contract import Contract
from conformance.model import BODILESS, JSON, Call, Cite, NotStrictJSON, Requirement, Told, requirement

RESULTS = frozenset({Told.ACCEPTED, Told.MIXED})
#: A documented error was reported, raised or not.
ERRORS = frozenset({Told.REFUSED, Told.RETURNED_ERROR})
#: Documented errors about an answer that came whole.
JUDGED = frozenset({Told.REFUSED, Told.UNREADABLE})

C1 = "A client sends what its caller asked for and nothing besides"
C1_UNSET = "what the caller left unset is left out."
C2 = "Reading a valid 202 loses nothing: each recipient's fate and code can be asked for"
C2_WRITTEN = "the result written back is equal to the JSON that came."
C3 = "Nobody can take a mixed answer for a success by oversight: the result itself shows that there were refusals"
C4 = "Each documented error arrives as a typed exception that gives its status, its code, its texts and the exchange"
C4_NONE = "no call ends in None."
C5 = "A status that the contract does not know, of any number, arrives as an exception that still holds the body."
C6 = "A body that breaks the contract arrives as one documented exception with the place of the fault"
C6_UNKNOWN = "after a 2xx it warns that the messages may have been queued."
C7 = "Members and codes that the contract does not list are read and kept like any other."
C8_DEFAULT = "A client that was told nothing of time-outs has one"
C8 = "an answer that stalls or breaks off arrives as a documented exception."
C9 = "No POST goes out twice without its caller's word"
C9_REDIRECT = "neither after a failure nor after a redirect."
C10 = "The token travels in the Authorization header alone"
C10_SHOWN = "nothing that a program prints, logs, raises or stores shows it."


@frozen
class Rule:
    """A requirement that waits for a contract."""

    id: str
    quote: str
    applies: Callable[[Reading], bool]
    breaches: Callable[[Reading], Iterator[str]]

    def under(self, read: Callable[[Call], Reading]) -> Requirement[Call]:
        def applies(call: Call) -> bool:
            return self.applies(read(call))

        @wraps(self.breaches)
        def breaches(call: Call) -> Iterator[str]:
            return self.breaches(read(call))

        return requirement(self.id, applies=applies, cite=Cite("rulings.md", self.quote))(breaches)


def rule(
    id: str, *, applies: Callable[[Reading], bool], quote: str
) -> Callable[[Callable[[Reading], Iterator[str]]], Rule]:
    """Turn a generator of breaches into a `Rule`."""
    return lambda breaches: Rule(id, quote, applies, breaches)


def met(*kinds: Kind) -> Callable[[Reading], bool]:
    """The client met an answer of one of these kinds."""
    return lambda reading: reading.kind in kinds


def always(_: Reading) -> bool:
    return True


def received(reading: Reading) -> bool:
    """The server received a request."""
    return bool(reading.call.received)


def returned(reading: Reading) -> bool:
    """A valid 202 was returned as a result."""
    return reading.kind is Kind.SUCCESS and reading.outcome.told in RESULTS


def returned_with_refusals(reading: Reading) -> bool:
    return returned(reading) and bool(reading.refused)


def returned_with_extras(reading: Reading) -> bool:
    return returned(reading) and bool(reading.extras)


def returned_without_extras(reading: Reading) -> bool:
    return returned(reading) and not reading.extras


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


@rule("client-success-returned", applies=met(Kind.SUCCESS), quote=C2)
def success_is_returned(reading: Reading) -> Iterator[str]:
    """A valid 202 is returned as a result, not raised."""
    if reading.outcome.told not in RESULTS:
        yield f"the answer is a valid {reading.answer.status}, yet {reading.told}"


@rule("client-reads-queued", applies=returned, quote=C2)
def queued_are_read(reading: Reading) -> Iterator[str]:
    """Every recipient that was queued is reported as queued, and nobody else is invented."""
    read = Counter(item.message_key for item in reading.outcome.items if item.errorcode is None)
    queued = Counter(item.message_key for item in reading.items if item.errorcode is None)
    for key in queued - read:
        yield f"{key!r} was queued, yet the result does not say so"
    told = Counter(item.message_key for item in reading.outcome.items)
    for key in told - Counter(item.message_key for item in reading.items):
        yield f"the result has an item {key!r} more than the answer"


@rule("client-reads-refused", applies=returned_with_refusals, quote=C2)
def refused_are_read(reading: Reading) -> Iterator[str]:
    """Every recipient that was refused is reported under its key, with its code as an integer and its message."""
    read = [item for item in reading.outcome.items if type(item.errorcode) is int]
    for item in reading.refused:
        if item in read:
            read.remove(item)
        else:
            told = [each for each in reading.outcome.items if each.message_key == item.message_key]
            yield f"{item} stands in the answer, yet the result has {told}"


@rule("client-writes-back", applies=returned_without_extras, quote=C2_WRITTEN)
def result_is_written_back(reading: Reading) -> Iterator[str]:
    """A result written again is the JSON that was answered."""
    if found := difference(reading.body, reading.outcome.written):
        yield f"in the result written again, {found}"


@rule("client-mixed-visible", applies=returned, quote=C3)
def mixed_is_visible(reading: Reading) -> Iterator[str]:
    """A result tells whether recipients were refused, without text to be parsed."""
    expected = Told.MIXED if reading.refused else Told.ACCEPTED
    if reading.outcome.told is not expected:
        yield f"{len(reading.refused)} of {len(reading.items)} recipients were refused, yet {reading.told}"


@rule("client-error-raised", applies=met(Kind.ERROR), quote=C4)
def error_is_raised(reading: Reading) -> Iterator[str]:
    """A documented error raises a typed error."""
    if reading.outcome.told is not Told.REFUSED:
        yield f"the answer is a documented {reading.answer.status}, yet {reading.told}"


def _told_of_the_error(reading: Reading) -> bool:
    return reading.kind is Kind.ERROR and reading.outcome.told in ERRORS


@rule("client-error-fields", applies=_told_of_the_error, quote=C4)
def error_has_its_fields(reading: Reading) -> Iterator[str]:
    """A typed error gives its status, its code, its texts, and the exchange it belongs to."""
    outcome = reading.outcome
    expected = {"status": reading.answer.status}
    expected |= {name: reading.body.get(name) for name in ("errorcode", "message", "documentation")}
    for name, value in expected.items():
        read = getattr(outcome, name)
        if difference(value, read):
            yield f"the error's {name} is {read!r} in place of {value!r}"
    if not outcome.has_request_and_response:
        yield "the error does not give the request and the response"


@rule("client-never-none", applies=met(Kind.SUCCESS, Kind.ERROR), quote=C4_NONE)
def none_is_never_returned(reading: Reading) -> Iterator[str]:
    """No answer that the contract allows ends in None."""
    if reading.outcome.told is Told.NOTHING:
        yield f"the answer is a documented {reading.answer.status}, yet the client returned None"


@rule("client-undocumented-status-raises", applies=met(Kind.UNDOCUMENTED), quote=C5)
def undocumented_status_raises(reading: Reading) -> Iterator[str]:
    """An undocumented status raises a documented error, whatever its number."""
    if reading.outcome.told not in JUDGED:
        yield f"{reading.answer.status} is not documented, yet {reading.told}"


def _undocumented_with_a_body(reading: Reading) -> bool:
    carries_a_body = bool(reading.answer.body) and reading.answer.status not in BODILESS
    return reading.kind is Kind.UNDOCUMENTED and carries_a_body


@rule("client-undocumented-body-kept", applies=_undocumented_with_a_body, quote=C5)
def undocumented_body_is_kept(reading: Reading) -> Iterator[str]:
    """The body of an undocumented status is at hand, byte for byte."""
    if reading.outcome.kept_body != reading.answer.body:
        kept = reading.outcome.kept_body
        yield f"the body of a {reading.answer.status} is {reading.answer.body!r}, yet {kept!r} was kept"


@rule("client-broken-body-raises", applies=met(Kind.BROKEN_SUCCESS, Kind.BROKEN_ERROR), quote=C6)
def broken_body_raises(reading: Reading) -> Iterator[str]:
    """A body that breaks the contract raises a documented error."""
    expected = JUDGED if reading.kind is Kind.BROKEN_ERROR else {Told.UNREADABLE}
    if reading.outcome.told not in expected:
        yield f"the body of a {reading.answer.status} breaks the contract, yet {reading.told}"


@rule("client-broken-success-unknown", applies=met(Kind.BROKEN_SUCCESS), quote=C6_UNKNOWN)
def broken_success_is_unknown(reading: Reading) -> Iterator[str]:
    """A success that cannot be read says that the outcome of the send is unknown."""
    if not reading.outcome.says_outcome_unknown:
        yield f"the {reading.answer.status} may have queued the messages; nobody is told so: {reading.told}"


@rule("client-unknown-field-kept", applies=returned_with_extras, quote=C7)
def unknown_fields_are_kept(reading: Reading) -> Iterator[str]:
    """A field that the contract does not know is in the result written again."""
    for path, value in reading.extras:
        where = "/" + "/".join(map(str, path))
        if (found := _at(reading.outcome.written, path)) is ...:
            yield f"{where} is lost"
        elif difference(value, found):
            yield f"{where} is {found!r} in place of {value!r}"


def _at(value: JSON, path: Path) -> JSON:
    try:
        for part in path:
            value = value[part]
    except (KeyError, IndexError, TypeError):
        return ...
    return value


def _has_an_unknown_code(reading: Reading) -> bool:
    return reading.kind in {Kind.SUCCESS, Kind.ERROR} and bool(reading.unknown_codes)


@rule("client-unknown-code-read", applies=_has_an_unknown_code, quote=C7)
def unknown_codes_are_read(reading: Reading) -> Iterator[str]:
    """A code that is published nowhere does not keep an answer from being read."""
    expected = RESULTS if reading.kind is Kind.SUCCESS else ERRORS
    if reading.outcome.told not in expected:
        yield f"the answer has the unknown codes {list(reading.unknown_codes)}, and {reading.told}"


@rule("client-timeout-by-default", applies=always, quote=C8_DEFAULT)
def time_out_by_default(reading: Reading) -> Iterator[str]:
    """A client that was told nothing of time-outs has one."""
    seconds = reading.outcome.default_timeout
    if seconds is None or not 0 < seconds < math.inf:
        yield f"the time-out is {seconds!r} by default: the client waits for ever"


@rule("client-stalled-raises", applies=met(Kind.STALLED), quote=C8)
def stalled_answer_raises(reading: Reading) -> Iterator[str]:
    """An answer that does not come in time raises a documented error of the transport."""
    if reading.outcome.told is not Told.TRANSPORT:
        yield f"no answer came within the time-out, yet {reading.told}"


@rule("client-broken-off-raises", applies=met(Kind.CUT), quote=C8)
def half_sent_answer_raises(reading: Reading) -> Iterator[str]:
    """An answer that breaks off raises a documented error of the transport."""
    if reading.outcome.told is not Told.TRANSPORT:
        yield f"the answer broke off before its end, yet {reading.told}"


@rule("client-never-repeats", applies=lambda reading: reading.kind is not Kind.REDIRECT, quote=C9)
def post_is_never_repeated(reading: Reading) -> Iterator[str]:
    """One call sends one request, whatever comes of it."""
    if len(reading.call.received) > 1:
        yield f"one call sent {len(reading.call.received)} requests"


@rule("client-no-redirect", applies=met(Kind.REDIRECT), quote=C9_REDIRECT)
def redirect_is_not_followed(reading: Reading) -> Iterator[str]:
    """A redirect is not followed: it raises a documented error after one request."""
    if len(reading.call.received) > 1:
        requests = len(reading.call.received)
        yield f"the {reading.answer.status} was followed: the server got {requests} requests"
    if reading.outcome.told not in JUDGED:
        yield f"the answer is a {reading.answer.status}, yet {reading.told}"


@rule("client-token-in-header", applies=received, quote=C10)
def token_is_in_the_header(reading: Reading) -> Iterator[str]:
    """The request has one Authorization header: `Bearer`, a space and the token."""
    values = reading.first.all_headers("authorization")
    if values != (f"Bearer {reading.call.asked.token}",):
        shown = [_hidden(reading, value) for value in values]
        yield f"the Authorization headers are {shown} in place of one 'Bearer <token>'"


@rule("client-token-nowhere-else", applies=received, quote=C10)
def token_is_nowhere_else(reading: Reading) -> Iterator[str]:
    """The token is in no other part of any request."""
    token = reading.call.asked.token
    for request in reading.call.received:
        if token in unquote_plus(request.target):
            yield f"the token is in the URL: {_hidden(reading, unquote_plus(request.target))}"
        for name, value in request.headers:
            if token in value and name != "authorization":
                yield f"the token is in the header {name!r}"
        if token.encode() in request.body and not _caller_wrote_the_token(reading):
            yield "the token is in the body"


def _caller_wrote_the_token(reading: Reading) -> bool:
    return reading.call.asked.token in repr(reading.call.asked.body)


def _hidden(reading: Reading, text: str) -> str:
    return text.replace(reading.call.asked.token, "<token>")


def _only_the_header_has_the_token(reading: Reading) -> bool:
    """Nobody else put the token where a client would rightly show it."""
    answer = reading.answer
    echoed = reading.call.asked.token in repr((answer.headers, answer.body.decode(errors="replace")))
    return bool(reading.outcome.shown) and not echoed and not _caller_wrote_the_token(reading)


@rule("client-no-secret-shown", applies=_only_the_header_has_the_token, quote=C10_SHOWN)
def secret_is_never_shown(reading: Reading) -> Iterator[str]:
    """The token is in no repr, log line, exception or pickle."""
    shown = reading.outcome.shown
    if reading.call.asked.token in shown:
        before = shown.partition(reading.call.asked.token)[0].splitlines()
        yield f"the client shows the token, after {(before or [''])[-1][-80:]!r}"


#: Every rule in reading order, under its section.
_SECTIONS: dict[str, tuple[Rule, ...]] = {
    "requests": (request_line, request_headers, request_body),
    "results": (
        success_is_returned,
        queued_are_read,
        refused_are_read,
        result_is_written_back,
        mixed_is_visible,
        unknown_fields_are_kept,
        unknown_codes_are_read,
    ),
    "errors": (
        error_is_raised,
        error_has_its_fields,
        none_is_never_returned,
        undocumented_status_raises,
        undocumented_body_is_kept,
    ),
    "broken answers": (
        broken_body_raises,
        broken_success_is_unknown,
        time_out_by_default,
        stalled_answer_raises,
        half_sent_answer_raises,
    ),
    "sent once": (post_is_never_repeated, redirect_is_not_followed),
    "secrets": (token_is_in_the_header, token_is_nowhere_else, secret_is_never_shown),
}
#: Words that gather requirements across sections.
_TAGS: dict[str, tuple[Rule, ...]] = {
    "mixed": (queued_are_read, refused_are_read, mixed_is_visible),
    "codes": (refused_are_read, error_has_its_fields, unknown_codes_are_read),
    "security": (redirect_is_not_followed, *_SECTIONS["secrets"]),
}


def requirements(contract: Contract) -> tuple[Requirement[Call], ...]:
    """Every requirement on clients, under this contract, in reading order."""
    last: list[Reading] = []

    def read(call: Call) -> Reading:
        # One call meets every requirement before the next one comes: it is read once.
        if not last or last[0].call is not call:
            last[:] = [Reading(contract, call)]
        return last[0]

    return tuple(_placed(each, each.under(read), section) for section, rules in _SECTIONS.items() for each in rules)


def _placed(rule: Rule, requirement: Requirement[Call], section: str) -> Requirement[Call]:
    words = {word for word, rules in _TAGS.items() if rule in rules}
    return evolve(requirement, section=section, tags=frozenset({requirement.level.lower(), *words}))
