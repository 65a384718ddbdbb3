"""Reads a send: what was asked for each recipient, what was answered, and what had to happen.

The one place where the send operation's request and answer are taken apart, so that each check is
a sentence. Whatever cannot be told from the exchange is left open rather than guessed.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from functools import lru_cache
from typing import TypeAlias

from attrs import frozen

from conformance.model import (
    JSON,
    NO_ANSWER,
    Cite,
    Exchange,
    Level,
    NotStrictJSON,
    Requirement,
    Response,
    is_array,
    is_object,
    requirement,
    says_utf_8,
)

SEND = "sendSMSMessageMultipleRecipients"
MESSAGE_KEY_MAX = 100

# The published codes that the checks ask for by number; their names are in the contract.
TOO_MANY = 109101
NO_RECIPIENTS = 109102
NO_CONTACT_KEY = 109105
NO_NUMBER = 109106
BAD_KEY = 109108
KEY_TAKEN = 109110
NO_DEFINITION = 109111
BAD_NUMBER = 109121
UNKNOWN_FIELD = 109122

#: Contact keys of which no source gives any reason to refuse them.
_PLAIN = re.compile(r"[A-Za-z0-9._@-]{1,64}")
#: Statuses that say something of the server's state and nothing of the request.
BUSY = frozenset({429, 503})
#: Sizes up to which no source gives any reason to refuse a number, an attribute's name or its value.
_PLAIN_NUMBER, _PLAIN_NAME, _PLAIN_VALUE = 64, 128, 255
#: Levels of nesting that every reader of JSON takes.
_DEPTH = 100


class Fate(Enum):
    """What the contract says must become of a recipient."""

    QUEUED = "queued"
    REFUSED = "refused"
    OPEN = "open"


@frozen
class Recipient:
    """One recipient as sent, with its fate, its item if it can be told, and why it must be refused.

    `codes` are those that a refusal may carry; empty if several things are wrong and no order is published.
    `is_plain` if nothing about it is of a kind that the sources pass over in silence, such as a NUL or a key that is
    empty: what the server makes of such a thing, and whether it costs the whole request, is its own affair.
    """

    sent: Mapping[str, JSON]
    fate: Fate
    codes: frozenset[int]
    reason: str
    item: Mapping[str, JSON] | None
    is_plain: bool

    @property
    def message_key(self) -> str | None:
        return self.sent.get("messageKey")

    @property
    def has_long_key(self) -> bool:
        return len(self.message_key or "") > MESSAGE_KEY_MAX


@frozen
class Send:
    """A send that was let in and understood: every recipient is an object and the request obeys its schema."""

    body: Mapping[str, JSON]
    recipients: tuple[Recipient, ...]
    known_definition: bool

    @property
    def is_plain(self) -> bool:
        return _has_plain_attributes(self.body) and all(each.is_plain for each in self.recipients)


def server_requirement(
    id: str, *, applies: Callable[[Exchange], bool], cite: Cite, level: Level = Level.MUST
) -> Callable[[Callable[[Exchange], Iterator[str]]], Requirement[Exchange]]:
    """`requirement` for servers, so that the type of an `applies` need not be written each time."""
    return requirement(id, applies=applies, cite=cite, level=level)


def is_send(exchange: Exchange) -> bool:
    """The exchange belongs to the send operation, and an answer came."""
    return exchange.operation == SEND and exchange.response.status != NO_ANSWER


def is_busy(exchange: Exchange) -> bool:
    """The answer is one that a busy server may give to anything."""
    return exchange.response.status in BUSY


def is_judged(exchange: Exchange) -> bool:
    """The exchange belongs to the send operation, and its answer says something of the request."""
    return is_send(exchange) and not is_busy(exchange)


def token_is_right(exchange: Exchange) -> bool:
    return exchange.request.all_headers("authorization") == (f"Bearer {exchange.setting.token}",)


def sent_json(exchange: Exchange) -> bool:
    """The request says that its body is JSON, in UTF-8, and says so as everybody does.

    RFC 9110 has the type in any letter case (section 8.3.1); no source does, and no client was seen to write it so.
    """
    header = exchange.request.header("content-type") or ""
    return header.partition(";")[0].strip() == "application/json" and says_utf_8(header)


def body_is_good(exchange: Exchange) -> bool:
    """The request has a body that obeys its schema and is sent as JSON."""
    if not sent_json(exchange):
        return False
    try:
        return not exchange.rules.request_faults(SEND, exchange.request.json)
    except NotStrictJSON:
        return False


@lru_cache(maxsize=4)
def request_json(exchange: Exchange) -> JSON:
    """The body of a request that was let in and says it is JSON; `...` if there is none to be judged."""
    if not (is_judged(exchange) and token_is_right(exchange) and sent_json(exchange)) or exchange.request.query:
        return ...
    try:
        body = exchange.request.json
    except NotStrictJSON:
        return ...
    written = exchange.request.body
    return ... if _holds_half_a_pair(written, body) or _is_deep(written, body) else body


def _holds_half_a_pair(written: bytes, body: JSON) -> bool:
    """JSON can write half of a surrogate pair, which is no Unicode: what is to become of it is nowhere said."""
    if b"\\u" not in written:
        return False
    try:
        json.dumps(body, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


def _is_deep(written: bytes, body: JSON) -> bool:
    """No source says how deep a body may be nested, and readers have limits of their own."""
    if written.count(b"[") + written.count(b"{") <= _DEPTH:
        return False
    level, depth = [body], 0
    while level and depth <= _DEPTH:
        level = [inner for each in level for inner in _members(each)]
        depth += 1
    return bool(level)


def _members(value: JSON) -> Iterable[JSON]:
    return value.values() if is_object(value) else value if is_array(value) else ()


def is_malformed(body: bytes) -> bool:
    """The bytes are no JSON text for any reader. A name twice (R30) or a byte-order mark may be read by some."""
    try:
        # A number of any length is JSON, though Python reads none of more than 4300 digits.
        json.loads(body.removeprefix(b"\xef\xbb\xbf").decode("utf-8"), parse_int=len)
    except RecursionError:
        return False
    except ValueError:
        return True
    return False


def response_json(response: Response) -> JSON:
    """The body of an answer; `...` if it is not strict JSON, which `response-strict-json` reports."""
    try:
        return response.json
    except NotStrictJSON:
        return ...


def answered(exchange: Exchange) -> Mapping[str, JSON] | None:
    """The body of a 202 that is an object, or None."""
    body = response_json(exchange.response) if is_send(exchange) and exchange.response.status == 202 else None
    return body if is_object(body) else None


def items(exchange: Exchange) -> tuple[Mapping[str, JSON], ...]:
    """The items of a 202 that are objects."""
    listed = (answered(exchange) or {}).get("responses")
    return tuple(each for each in listed if is_object(each)) if is_array(listed) else ()


def is_refused(item: Mapping[str, JSON]) -> bool:
    """The item speaks of a refusal, in whichever spelling: anything but a lone key and its extensions."""
    return any(name.lower() in {"errorcode", "message"} for name in item)


def error_body(exchange: Exchange) -> Mapping[str, JSON] | None:
    """The body of a 4xx or 5xx of the send operation that is an object, or None."""
    if not is_send(exchange) or exchange.response.status < 400:
        return None
    body = response_json(exchange.response)
    return body if is_object(body) else None


def error_code(exchange: Exchange) -> JSON:
    return (error_body(exchange) or {}).get("errorcode")


@lru_cache(maxsize=4)
def read_send(exchange: Exchange) -> Send | None:
    """The send, taken apart; None if the request was to be refused as a whole, for whatever reason."""
    body = request_json(exchange)
    if body is ... or exchange.rules.request_faults(SEND, body):
        return None
    recipients: list[Mapping[str, JSON]] = body["recipients"]
    fates = _fates(exchange, recipients, body)
    own = _items_by_position(recipients, fates, items(exchange))
    read = tuple(
        Recipient(sent, fate, codes, reason, item, _is_plain(sent))
        for sent, (fate, codes, reason), item in zip(recipients, fates, own, strict=True)
    )
    return Send(body, read, body["definitionKey"] == exchange.setting.definition_key)


#: A fate, the codes that go with it, and why.
_Settled: TypeAlias = tuple[Fate, frozenset[int], str]


def _fates(exchange: Exchange, recipients: list[Mapping[str, JSON]], body: Mapping[str, JSON]) -> list[_Settled]:
    """What must become of each recipient, by R10, R12 and R13; the rest is good or open."""
    plain_request = (
        body["definitionKey"] == exchange.setting.definition_key
        and not body.keys() - {"definitionKey", "recipients", "attributes"}
        and _has_plain_attributes(body)
    )
    fates: list[_Settled] = []
    holders: dict[str, Fate] = {}
    for sent in recipients:
        key = sent.get("messageKey")
        wrong = _wrong_with(sent, holders)
        if wrong:
            fate = Fate.REFUSED
        else:
            fate = Fate.QUEUED if plain_request and _is_good(sent, holders, exchange) else Fate.OPEN
        # Where something else is odd as well, the server may name that instead.
        codes = frozenset(wrong) if len(wrong) == 1 and _is_else_plain(sent, wrong, exchange) else frozenset[int]()
        fates.append((fate, codes, " and ".join(wrong.values())))
        if isinstance(key, str):
            holders.setdefault(key, fate)
    return fates


def _wrong_with(sent: Mapping[str, JSON], holders: Mapping[str, Fate]) -> dict[int, str]:
    """What must have a recipient refused, by code."""
    key = sent.get("messageKey")
    wrong: dict[int, str] = {}
    if "to" not in sent:
        wrong[NO_NUMBER] = "it has no to"
    if "contactKey" not in sent:
        wrong[NO_CONTACT_KEY] = "it has no contactKey"
    if isinstance(key, str) and len(key) > MESSAGE_KEY_MAX:
        wrong[BAD_KEY] = f"its messageKey has {len(key)} characters"
    if isinstance(key, str) and holders.get(key) is Fate.QUEUED:
        wrong[KEY_TAKEN] = f"its messageKey {key!r} stands before it in the request"
    return wrong


def _is_else_plain(sent: Mapping[str, JSON], wrong: Mapping[int, str], exchange: Exchange) -> bool:
    key = sent.get("messageKey")
    return (
        ("to" not in sent or sent["to"] in exchange.setting.numbers)
        and ("contactKey" not in sent or _PLAIN.fullmatch(sent["contactKey"]) is not None)
        and key not in exchange.earlier.sent_keys
        and key not in exchange.earlier.queued_keys
        and (key is None or BAD_KEY in wrong or (_is_plain_key(key) and is_short_key(key)))
        and _has_plain_attributes(sent)
    )


def is_short_key(key: str) -> bool:
    """The key has at most 100 characters, however they are counted: one of another plane is two to UTF-16."""
    return len(key.encode("utf-16-le", "surrogatepass")) // 2 <= MESSAGE_KEY_MAX


def _is_plain_key(key: str) -> bool:
    """Any characters will do, says the document; blanks at the ends and what cannot be seen are left open."""
    return bool(key) and key.isprintable() and key == key.strip()


def _has_plain_attributes(holder: Mapping[str, JSON]) -> bool:
    """The attributes of a request or a recipient are names with texts, none of them long or invisible."""
    return all(
        0 < len(name) <= _PLAIN_NAME
        and name.isprintable()
        and isinstance(value, str)
        and len(value) <= _PLAIN_VALUE
        and value.isprintable()
        for name, value in holder.get("attributes", {}).items()
    )


def _is_plain(sent: Mapping[str, JSON]) -> bool:
    number, key = sent.get("to", ""), sent.get("messageKey")
    return (
        ("contactKey" not in sent or _PLAIN.fullmatch(sent["contactKey"]) is not None)
        and len(number) <= _PLAIN_NUMBER
        and number.isprintable()
        and (key is None or (_is_plain_key(key) and (len(key) > MESSAGE_KEY_MAX or is_short_key(key))))
        and _has_plain_attributes(sent)
    )


def _is_good(sent: Mapping[str, JSON], holders: Mapping[str, Fate], exchange: Exchange) -> bool:
    return _is_else_plain(sent, {}, exchange) and sent.get("messageKey") not in holders


def is_unusable_number(number: str) -> bool:
    """No telephone could have it: it has not a single digit, of whatever script."""
    return not any(each.isdigit() for each in number)


def _items_by_position(
    recipients: list[Mapping[str, JSON]], fates: list[_Settled], answer: tuple[Mapping[str, JSON], ...]
) -> list[Mapping[str, JSON] | None]:
    """Each recipient's own item, by key and not by place (R9); None where it cannot be told.

    It cannot be told for recipients that share a key. Those without one have the items whose keys nobody sent; of
    several, whose fates are settled, those that must be refused have the refused items.
    """
    sent_keys = Counter(each.get("messageKey") for each in recipients)
    by_key: dict[JSON, list[Mapping[str, JSON]]] = {}
    for item in answer:
        key = item.get("messageKey")
        by_key.setdefault(key if isinstance(key, str) else None, []).append(item)
    generated = [item for key, listed in by_key.items() if key not in sent_keys for item in listed]
    keyless = [index for index, each in enumerate(recipients) if "messageKey" not in each]
    dealt = _dealt({index: fates[index] for index in keyless}, generated)
    own: list[Mapping[str, JSON] | None] = []
    for index, each in enumerate(recipients):
        key = each.get("messageKey")
        candidates = by_key.get(key, []) if key is not None and sent_keys[key] == 1 else []
        own.append(dealt.get(index) if key is None else next(iter(candidates), None))
    return own


def _dealt(fates: Mapping[int, _Settled], generated: list[Mapping[str, JSON]]) -> dict[int, Mapping[str, JSON]]:
    """The items of recipients without a key, dealt so that they fit as far as they can; none if that says nothing."""
    is_open = len(fates) > 1 and any(fate is Fate.OPEN for fate, _, _ in fates.values())
    if is_open or len(fates) != len(generated):
        return {}
    left, dealt = list(generated), dict[int, Mapping[str, JSON]]()

    def deal(index: int, *, exactly: bool) -> None:
        fate, codes, _ = fates[index]
        alike = [item for item in left if is_refused(item) == (fate is Fate.REFUSED)]
        fits = [item for item in alike if not codes or item.get("errorcode") in codes]
        if chosen := next(iter(fits if exactly else fits or alike or left), None):
            dealt[index] = chosen
            left[:] = [item for item in left if item is not chosen]

    # Who must be refused with a code has the item with that code; then who must be refused chooses first.
    for index, (_, codes, _) in fates.items():
        if codes:
            deal(index, exactly=True)
    for index in sorted(fates, key=lambda index: (fates[index][0] is not Fate.REFUSED, not fates[index][1])):
        if index not in dealt:
            deal(index, exactly=False)
    return dealt


def message_keys(listed: JSON) -> list[str]:
    """The `messageKey`s of recipients or items, whatever else stands among them; none if they are no list."""
    members = [each for each in listed if is_object(each)] if is_array(listed) else []
    return [key for each in members if isinstance(key := each.get("messageKey"), str)]


def remember(exchange: Exchange) -> None:
    """Write into the ledger what later exchanges must be judged by: ids given, keys sent, keys queued."""
    ledger, body = exchange.earlier, answered(exchange) or {}
    if isinstance(request_id := body.get("requestId"), str):
        ledger.request_ids.add(request_id)
    sent = request_json(exchange)
    recipients = sent.get("recipients") if is_object(sent) else None
    if exchange.response.status == 400 and is_object(sent) and exchange.rules.request_faults(SEND, sent):
        recipients = None  # It broke a rule, and nothing was queued: its keys are as new as before.
    ledger.sent_keys.update(message_keys(recipients))
    for item in items(exchange):
        if not is_refused(item) and isinstance(key := item.get("messageKey"), str):
            ledger.queued_keys.add(key)
