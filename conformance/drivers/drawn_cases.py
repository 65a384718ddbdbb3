"""Cases that Hypothesis draws: requests and answers of every kind, larger and odder than the exact ones.

The same seed gives the same cases on every machine. Hypothesis mixes constants from the modules that
happen to be loaded into the integers and texts it draws, so nothing is drawn here where such a constant
fits: numbers are choices from lists of at most 100 (Hypothesis collects larger constants only), and texts
are drawn in private-use characters, which stand in no source, each then turned into one of the alphabet.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TypeVar

from hypothesis import strategies as st

from conformance.contract import Contract
from conformance.drivers.answers import (
    AS_HTML,
    AS_JSON,
    HTML,
    SPELLINGS,
    STATUS_CODES,
    UNKNOWN_CODES,
    Fault,
    SendOperation,
    accepted_body,
    encoded,
    error_body,
    misshapen,
    misshapen_errors,
    not_json,
    oddly_written,
    send_operation,
    stray,
    stray_bodies,
    takes_recipients,
)
from conformance.drivers.cases import TOKEN, Case
from conformance.drivers.path_cases import PathOperation, path_case, path_operations
from conformance.model import JSON, Answer, Asked, Response

T = TypeVar("T")

#: Simplest first, as Hypothesis shrinks: letters, then what quoting, escaping, folding and encoding trip over.
ALPHABET = "abzAZ09_-. @+/?#%&=;:,'\"\\<>{}[]$|~^`*!()\n\r\t\x00\x7f\x85éßñΩЖ中あ\u200b\u202e\u2028\ufeff\ufffd😀𝒳"
_STAND_INS = {character: chr(0xE000 + index) for index, character in enumerate(ALPHABET)}
_CHARACTERS = {ord(stand_in): character for character, stand_in in _STAND_INS.items()}
#: Names that a client's own code may use for something else.
TAKEN_NAMES = (
    "class",
    "self",
    "items",
    "keys",
    "to_dict",
    "from_dict",
    "additional_properties",
    "errorCode",
    "messagekey",
)
VALUES: tuple[JSON, ...] = (
    "",
    "text",
    0,
    -1,
    1.5,
    True,
    False,
    None,
    [],
    {},
    [None, ["a"]],
    {"a": {"b": []}},
    2**53 + 1,
)


def cases(contract: Contract) -> st.SearchStrategy[Case]:
    """A case of any kind that the contract has an operation for."""
    with_paths = tuple(path_operations(contract))
    if not with_paths:
        return _sends(send_operation(contract))
    values = _with_values(with_paths)
    return _sends(send_operation(contract)) | values if takes_recipients(contract) else values


@st.composite
def _with_values(draw: st.DrawFn, operations: tuple[PathOperation, ...]) -> Case:
    """A call with drawn values in its path."""
    operation = draw(st.sampled_from(operations))
    return path_case(operation, "path", {name: draw(texts()) for name in operation.names})


def _sends(send: SendOperation) -> st.SearchStrategy[Case]:
    kinds = {
        "queued": _queued(send),
        "mixed": _mixed(send),
        "refused": _refused(send),
        "unknown": _unknown(send),
        "stray": _stray(send),
        "broken": _broken(send),
        "broken-error": _broken_error(send),
        "cut": _cut(send),
    }

    @st.composite
    def case(draw: st.DrawFn) -> Case:
        kind = draw(st.sampled_from(sorted(kinds)))
        body, answer = draw(kinds[kind])
        return Case(kind, Asked(send.operation.id, "", body, TOKEN), answer)

    return case()


# Strategies that do not depend on what was drawn are made once: making one costs more than drawing from it.
@cache
def texts(max_size: int = 12) -> st.SearchStrategy[str]:
    return st.text(list(_STAND_INS.values()), max_size=max_size).map(lambda text: text.translate(_CHARACTERS))


def _maybe(strategy: st.SearchStrategy[T]) -> st.SearchStrategy[T | None]:
    return st.none() | strategy


@cache
def _objects() -> st.SearchStrategy[dict[str, JSON]]:
    names = st.sampled_from(TAKEN_NAMES) | texts(6)
    values = st.sampled_from(VALUES) | texts()
    return st.lists(st.tuples(names, values), max_size=3).map(dict)


def _present(fields: dict[str, JSON], declared: frozenset[str]) -> dict[str, JSON]:
    return {name: value for name, value in fields.items() if value is not None and name in declared}


@cache
def _recipients() -> st.SearchStrategy[list[dict[str, JSON]]]:
    fields = {
        "contactKey": _maybe(texts()),
        "to": _maybe(st.sampled_from(("15555550101", "4915112345678", "")) | texts(4)),
        "messageKey": _maybe(texts()),
        "attributes": _maybe(_objects()),
    }
    return st.lists(st.fixed_dictionaries(fields), min_size=1, max_size=6)


@cache
def _options() -> st.SearchStrategy[dict[str, JSON]]:
    subscriptions: tuple[JSON, ...] = (None, {}, {"resubscribe": True}, {"resubscribe": False})
    return st.fixed_dictionaries(
        {
            "attributes": _maybe(_objects()),
            "subscriptions": st.sampled_from(subscriptions),
            "content": _maybe(texts(40).map(_own_text)),
        }
    )


def _own_text(text: str) -> JSON:
    return {"message": text}


@cache
def _definition_keys() -> st.SearchStrategy[str]:
    return st.sampled_from(("welcome", "account_rest", "")) | texts()


@st.composite
def bodies(draw: st.DrawFn, send: SendOperation) -> JSON:
    """A valid request for one to six recipients with distinct message keys, each optional field there or not."""
    recipients = draw(_recipients())
    keys = [each["messageKey"] for each in recipients]
    for index, each in enumerate(recipients):
        if each["messageKey"] is not None and each["messageKey"] in keys[:index]:
            each["messageKey"] = f"{each['messageKey']}-{index}"
    return {
        "definitionKey": draw(_definition_keys()),
        "recipients": [_present(each, send.recipient_fields) for each in recipients],
        **_present(draw(_options()), send.fields),
    }


@cache
def _faults(codes: tuple[int, ...]) -> st.SearchStrategy[Fault]:
    messages = st.sampled_from(("MCMS_UTM_Validation: Invalid subscriber", "")) | texts(20)
    return st.builds(Fault, st.sampled_from(codes[:100]), messages)


@cache
def _fates(codes: tuple[int, ...]) -> st.SearchStrategy[Fault | None]:
    return _maybe(_faults(codes))


@st.composite
def _mixed_body(draw: st.DrawFn, body: JSON, codes: tuple[int, ...]) -> dict[str, JSON]:
    """An answer to `body` with at least one refused item, in the order of the request or backwards."""
    count = len(body["recipients"])
    drawn = [draw(_fates(codes)) for _ in range(count)]
    refused = {index: each for index, each in enumerate(drawn) if each is not None}
    result = accepted_body(body, refused or {count - 1: draw(_faults(codes))})
    if draw(st.booleans()):
        result["responses"].reverse()
    return result


_SPELLED = st.sampled_from(tuple(SPELLINGS.values()))


def _accepted(send: SendOperation, content: bytes) -> Answer:
    return Answer(Response(send.accepted, AS_JSON, content))


@st.composite
def _queued(draw: st.DrawFn, send: SendOperation) -> tuple[JSON, Answer]:
    body = draw(bodies(send))
    return body, _accepted(send, draw(_SPELLED)(accepted_body(body)))


@st.composite
def _mixed(draw: st.DrawFn, send: SendOperation) -> tuple[JSON, Answer]:
    body = draw(bodies(send))
    return body, _accepted(send, draw(_SPELLED)(draw(_mixed_body(body, send.item_codes))))


@st.composite
def _unknown(draw: st.DrawFn, send: SendOperation) -> tuple[JSON, Answer]:
    """A right answer with fields, and perhaps codes, that the contract does not name."""
    body = draw(bodies(send))
    result = draw(_mixed_body(body, UNKNOWN_CODES)) if draw(st.booleans()) else accepted_body(body)
    items = [{**draw(_objects()), **item} for item in result["responses"]]
    return body, _accepted(send, encoded({**_extra(draw), **result, "responses": items}))


def _extra(draw: st.DrawFn) -> dict[str, JSON]:
    """Unknown fields beside the answer's own; `message` has a meaning there and is left out."""
    return {name: value for name, value in draw(_objects()).items() if name != "message"}


@st.composite
def _error(draw: st.DrawFn) -> dict[str, JSON]:
    codes = (*dict.fromkeys((*STATUS_CODES.values(), *UNKNOWN_CODES)),)
    return {
        **draw(_objects()),
        **error_body(draw(st.sampled_from(codes)), draw(texts(30)), draw(texts(30))),
    }


@st.composite
def _refused(draw: st.DrawFn, send: SendOperation) -> tuple[JSON, Answer]:
    body = draw(bodies(send))
    status = draw(st.sampled_from(send.errors))
    content = draw(_SPELLED)(draw(_error()))
    return body, Answer(Response(status, AS_JSON, content))


@st.composite
def _stray(draw: st.DrawFn, send: SendOperation) -> tuple[JSON, Answer]:
    body = draw(bodies(send))
    status = draw(st.sampled_from(send.stray_statuses) | _any_status(send))
    _, headers, content = draw(st.sampled_from(stray_bodies(send, status, body)))
    return body, stray(status, send.operation.path, content, headers)


@st.composite
def _any_status(draw: st.DrawFn, send: SendOperation) -> int:
    hundreds, tens, ones = (draw(st.sampled_from(digits)) for digits in (range(2, 10), range(10), range(10)))
    status = 100 * hundreds + 10 * tens + ones
    return send.stray_statuses[0] if send.declares(status) else status


@st.composite
def _broken(draw: st.DrawFn, send: SendOperation) -> tuple[JSON, Answer]:
    body = draw(bodies(send))
    good = accepted_body(body, {len(body["recipients"]) - 1: draw(_faults(send.item_codes))})
    shapes = tuple((AS_JSON, encoded(value)) for _, value in misshapen(good))
    return body, draw(_damaged(send.accepted, good, shapes))


@st.composite
def _broken_error(draw: st.DrawFn, send: SendOperation) -> tuple[JSON, Answer]:
    body = draw(bodies(send))
    good = draw(_error())
    shapes = tuple((AS_JSON, encoded(value)) for _, value in misshapen_errors(good))
    return body, draw(_damaged(draw(st.sampled_from(send.errors)), good, shapes))


@st.composite
def _damaged(
    draw: st.DrawFn, status: int, good: JSON, shapes: Sequence[tuple[tuple[tuple[str, str], ...], bytes]]
) -> Answer:
    """The good body misshapen, spoilt as text, or broken off at any byte with the length to fit."""
    right = encoded(good)
    texts_of_it = tuple((headers, content) for _, headers, content in (*not_json(good), *oddly_written(good)))
    part = len(right) * draw(st.sampled_from(range(1, 100))) // 100
    broken_off = ((AS_JSON, right[:part]), (AS_HTML, HTML + right[part:]))
    headers, content = draw(st.sampled_from((*shapes, *texts_of_it, *broken_off)))
    return Answer(Response(status, headers, content))


@st.composite
def _cut(draw: st.DrawFn, send: SendOperation) -> tuple[JSON, Answer]:
    """A right answer of any kind that breaks off: before its head, in its body, before its last byte."""
    body, whole = draw(st.one_of(_queued(send), _mixed(send), _refused(send)))
    size = len(whole.response.body)
    percent = draw(st.sampled_from(range(-1, 99)))
    sent = -1 if percent < 0 else size - 1 if percent == 98 else size * percent // 100
    return body, Answer(whole.response, cut_after=sent)
