"""The 202 of a send: its shape, its codes, and one item for each recipient."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import combinations

from conformance.checks.reading import (
    Fate,
    answered,
    error_body,
    is_refused,
    is_send,
    is_short_key,
    items,
    read_send,
    server_requirement,
)
from conformance.model import JSON, Cite, Exchange, Level, is_array

ALL_QUEUED = 0
SOME_REFUSED = 109001
_NUMBER = re.compile(r"[0-9]+")


def answer_has_items(exchange: Exchange) -> bool:
    return bool(items(exchange))


def some_item_is_refused(exchange: Exchange) -> bool:
    return any(map(is_refused, items(exchange)))


def some_item_is_queued(exchange: Exchange) -> bool:
    return not all(map(is_refused, items(exchange)))


def answer_is_mixed(exchange: Exchange) -> bool:
    """The only proof that the mixed rules ran: an answer with an item of either kind."""
    return some_item_is_refused(exchange) and some_item_is_queued(exchange)


def all_were_queued(exchange: Exchange) -> bool:
    return answer_has_items(exchange) and not some_item_is_refused(exchange)


def _says_errorcode(exchange: Exchange) -> bool:
    """Whether it says one at all is for `send-202-shape`."""
    return "errorcode" in (answered(exchange) or {})


def all_were_refused(exchange: Exchange) -> bool:
    """Every recipient had to be refused, whether the answer is a 202 or, as R16 tolerates, a 400."""
    send = read_send(exchange)
    return send is not None and all(each.fate is Fate.REFUSED for each in send.recipients)


def understood_and_accepted(exchange: Exchange) -> bool:
    """A send in which nothing was wrong as a whole got a 202 with a list; that there is one is for `send-202-shape`."""
    return is_array((answered(exchange) or {}).get("responses")) and read_send(exchange) is not None


def _codes(exchange: Exchange) -> Iterator[tuple[str, JSON]]:
    body = answered(exchange) or error_body(exchange) or {}
    if "errorcode" in body:
        yield "/errorcode", body["errorcode"]
    for index, item in enumerate(items(exchange)):
        if "errorcode" in item:
            yield f"/responses/{index}/errorcode", item["errorcode"]


@server_requirement(
    "send-item-errorcode-key",
    applies=some_item_is_refused,
    cite=Cite("rulings.md", "A refused recipient's code is under the key `errorcode`."),
)
def refused_item_has_its_code_under_errorcode(exchange: Exchange) -> Iterator[str]:
    """A refused recipient's code is under the key `errorcode`, in no other spelling."""
    for index, item in enumerate(items(exchange)):
        for name in item:
            if name != "errorcode" and name.lower() == "errorcode":
                yield f"/responses/{index} has {name!r} for 'errorcode'"


@server_requirement(
    "errorcode-integer",
    applies=lambda exchange: any(_codes(exchange)),
    cite=Cite("rulings.md", "Every `errorcode` is an integer."),
)
def errorcode_is_an_integer(exchange: Exchange) -> Iterator[str]:
    """Every `errorcode` is a JSON integer."""
    for pointer, code in _codes(exchange):
        if isinstance(code, bool) or not isinstance(code, int):
            yield f"{pointer} is {code!r}, not an integer"


@server_requirement(
    "send-202-shape",
    applies=lambda exchange: is_send(exchange) and exchange.response.status == 202,
    cite=Cite("rulings.md", "The body of a 202 holds `requestId`, `errorcode` and `responses` every time"),
)
def accepted_answer_has_its_members(exchange: Exchange) -> Iterator[str]:
    """A 202 has `requestId`, `errorcode` and `responses`, and `message` when and only when `errorcode` is not 0."""
    body = answered(exchange)
    if body is None:
        yield "the body of the 202 is not a JSON object"
        return
    for name in ("requestId", "errorcode", "responses"):
        if name not in body:
            yield f"the 202 has no {name!r}"
    if "responses" in body and not isinstance(body["responses"], list):
        yield f"/responses is {body['responses']!r}, not an array"
    if "errorcode" in body and (body["errorcode"] not in (0, "0")) != ("message" in body):
        yield f"errorcode is {body['errorcode']!r} {'with' if 'message' in body else 'without'} a message"


@server_requirement(
    "send-queued-errorcode",
    applies=lambda exchange: all_were_queued(exchange) and _says_errorcode(exchange),
    cite=Cite("rulings.md", "The top-level `errorcode` is 0 when every recipient was queued"),
)
def errorcode_is_0_when_all_were_queued(exchange: Exchange) -> Iterator[str]:
    """The top-level `errorcode` is 0 when every recipient was queued."""
    code = (answered(exchange) or {}).get("errorcode")
    if code != ALL_QUEUED:
        yield f"errorcode is {code!r}, yet every recipient was queued"


@server_requirement(
    "send-mixed-errorcode",
    applies=lambda exchange: answer_is_mixed(exchange) and _says_errorcode(exchange),
    cite=Cite("rulings.md", "109001 when at least one was refused."),
)
def errorcode_is_109001_when_some_were_refused(exchange: Exchange) -> Iterator[str]:
    """The top-level `errorcode` is 109001 when some recipients were refused and some queued."""
    code = (answered(exchange) or {}).get("errorcode")
    if code != SOME_REFUSED:
        refused = sum(map(is_refused, items(exchange)))
        yield f"errorcode is {code!r}, yet {refused} of {len(items(exchange))} recipients were refused"


@server_requirement(
    "send-all-refused-errorcode",
    applies=all_were_refused,
    cite=Cite("rulings.md", "109001 when at least one was refused."),
)
def errorcode_is_109001_when_all_were_refused(exchange: Exchange) -> Iterator[str]:
    """A 202 to recipients that were all refused has the top-level `errorcode` 109001."""
    code = (answered(exchange) or {}).get("errorcode", SOME_REFUSED)
    if exchange.response.status == 202 and some_item_is_refused(exchange) and code != SOME_REFUSED:
        yield f"errorcode is {code!r}, yet every recipient was refused"


@server_requirement(
    "send-mixed-message",
    applies=answer_is_mixed,
    cite=Cite(
        "rulings.md",
        "begins with `MCMS_UTM_ResponsesHasErrors` and says how many of how many recipients were refused.",
    ),
)
def message_counts_the_refused(exchange: Exchange) -> Iterator[str]:
    """The message of a mixed answer says how many of how many recipients were refused."""
    yield from _counts(exchange)


@server_requirement(
    "send-all-refused-message",
    applies=all_were_refused,
    cite=Cite(
        "rulings.md",
        "begins with `MCMS_UTM_ResponsesHasErrors` and says how many of how many recipients were refused.",
    ),
)
def message_counts_all_as_refused(exchange: Exchange) -> Iterator[str]:
    """The message of a 202 to recipients that were all refused says so."""
    if some_item_is_refused(exchange) and not some_item_is_queued(exchange):
        yield from _counts(exchange)


def _counts(exchange: Exchange) -> Iterator[str]:
    message = (answered(exchange) or {}).get("message")
    refused, total = sum(map(is_refused, items(exchange))), len(items(exchange))
    if not isinstance(message, str) or not message.startswith("MCMS_UTM_ResponsesHasErrors"):
        yield f"message is {message!r}, which does not begin with 'MCMS_UTM_ResponsesHasErrors'"
        return
    numbers = [int(each) for each in _NUMBER.findall(message)]
    # In this order, as in "1 of 2"; other numbers may stand around and between.
    if (refused, total) not in combinations(numbers, 2):
        yield f"message is {message!r}, yet {refused} of {total} were refused"


@server_requirement(
    "send-refused-item",
    applies=some_item_is_refused,
    cite=Cite("rulings.md", "An item that was refused carries an `errorcode` other than 0 together with a `message`"),
)
def refused_item_has_code_and_message(exchange: Exchange) -> Iterator[str]:
    """A refused item has an `errorcode` that is not 0, and a `message` that says something."""
    for index, item in enumerate(items(exchange)):
        if not is_refused(item):
            continue
        lower = {name.lower(): value for name, value in item.items()}
        if lower.get("errorcode") in (None, 0, "0"):
            yield f"/responses/{index} is refused with errorcode {lower.get('errorcode')!r}"
        if not isinstance(lower.get("message"), str) or not lower["message"]:
            yield f"/responses/{index} is refused with message {lower.get('message')!r}"


@server_requirement(
    "send-queued-item",
    applies=lambda exchange: understood_and_accepted(exchange) and bool(_surely_queued(exchange)),
    cite=Cite("rulings.md", "one that was queued carries neither of the two."),
)
def queued_item_has_neither_code_nor_message(exchange: Exchange) -> Iterator[str]:
    """A queued item has neither `errorcode` nor `message`."""
    for item in _surely_queued(exchange):
        extra = sorted(name for name in item if name.lower() in {"errorcode", "message"})
        if extra and item.get("errorcode") in (None, 0, "0"):
            yield f"the queued item {item.get('messageKey')!r} has {' and '.join(extra)}"


def _surely_queued(exchange: Exchange) -> list[Mapping[str, JSON]]:
    """Items of recipients that had to be queued and were: what they carry is not a refusal."""
    send = read_send(exchange)
    return [each.item for each in send.recipients if each.item and each.fate is Fate.QUEUED] if send else []


@server_requirement(
    "send-item-count",
    applies=understood_and_accepted,
    cite=Cite("rulings.md", "A 202 has one item for each recipient"),
)
def one_item_for_each_recipient(exchange: Exchange) -> Iterator[str]:
    """A 202 has one item for each recipient."""
    send = read_send(exchange)
    if send and len(items(exchange)) != len(send.recipients):
        yield f"{len(items(exchange))} items for {len(send.recipients)} recipients"


def _sent_keys(exchange: Exchange) -> Counter[str]:
    send = read_send(exchange)
    keys = [each.message_key for each in send.recipients] if send else []
    return Counter(key for key in keys if key is not None)


@server_requirement(
    "send-key-echoed",
    applies=lambda exchange: understood_and_accepted(exchange) and bool(_sent_keys(exchange)),
    cite=Cite("rulings.md", "under the `messageKey` of the request"),
)
def sent_key_comes_back(exchange: Exchange) -> Iterator[str]:
    """A `messageKey` that was sent comes back, to the letter, as often as it was sent."""
    got = Counter(key for each in items(exchange) if isinstance(key := each.get("messageKey"), str))
    for key, count in _sent_keys(exchange).items():
        # An empty key may be taken for none, and one that is too long be cut.
        if key and got[key] < count and is_short_key(key):
            times = "" if got[key] == 0 else f" {count} times and came back {got[key]} times"
            yield f"messageKey {key!r} was sent{times or ' and did not come back'}"


def _keyless(exchange: Exchange) -> int:
    send = read_send(exchange)
    return sum(each.message_key is None for each in send.recipients) if send else 0


@server_requirement(
    "send-key-generated",
    applies=lambda exchange: understood_and_accepted(exchange) and _keyless(exchange) > 0,
    cite=Cite("rulings.md", "where the request gave none, under a generated one"),
)
def missing_key_is_generated(exchange: Exchange) -> Iterator[str]:
    """An item whose recipient had no `messageKey` has a generated one."""
    generated = [key for key in _generated(exchange) if key]
    if len(generated) < _keyless(exchange):
        yield f"{_keyless(exchange)} recipients had no messageKey, yet {len(generated)} were generated"


def _generated(exchange: Exchange) -> list[str]:
    sent = _sent_keys(exchange)
    return [key for item in items(exchange) if isinstance(key := item.get("messageKey"), str) and key not in sent]


@server_requirement(
    "send-generated-key-new",
    level=Level.SHOULD,
    applies=lambda exchange: understood_and_accepted(exchange) and _keyless(exchange) > 0,
    cite=Cite("rulings.md", "A generated `messageKey` is one that no earlier message has."),
)
def generated_key_is_new(exchange: Exchange) -> Iterator[str]:
    """A generated `messageKey` is one that no earlier message has."""
    for key in _generated(exchange):
        if key and key in exchange.earlier.queued_keys:
            yield f"the generated messageKey {key!r} is that of an earlier message"


@server_requirement(
    "send-keys-distinct",
    applies=lambda exchange: (
        understood_and_accepted(exchange)
        and len(items(exchange)) > 1
        and all(count == 1 for count in _sent_keys(exchange).values())
    ),
    cite=Cite("rulings.md", "no two items share a key that the request did not repeat."),
)
def no_key_stands_twice(exchange: Exchange) -> Iterator[str]:
    """No `messageKey` stands in two items, unless it was sent twice."""
    # That a key says nothing is for `send-key-generated`.
    keys = Counter(key for item in items(exchange) if isinstance(key := item.get("messageKey"), str) and key)
    for key, count in keys.items():
        if count > 1:
            yield f"messageKey {key!r} stands in {count} items"


@server_requirement(
    "request-id-new",
    applies=lambda exchange: isinstance((answered(exchange) or {}).get("requestId"), str),
    cite=Cite("rulings.md", "`requestId` is a string that is new for every request"),
)
def request_id_is_new(exchange: Exchange) -> Iterator[str]:
    """`requestId` is new for every request."""
    request_id = (answered(exchange) or {})["requestId"]
    if request_id in exchange.earlier.request_ids or not request_id:
        yield f"requestId {request_id!r} was given to an earlier request" if request_id else "requestId is empty"


_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@server_requirement(
    "request-id-uuid",
    level=Level.SHOULD,
    applies=lambda exchange: isinstance((answered(exchange) or {}).get("requestId"), str),
    cite=Cite("rulings.md", "it SHOULD be a UUID."),
)
def request_id_is_a_uuid(exchange: Exchange) -> Iterator[str]:
    """`requestId` is a UUID."""
    request_id = (answered(exchange) or {})["requestId"]
    if not _UUID.fullmatch(request_id):
        yield f"requestId {request_id!r} is not a UUID"


CHECKS = (
    accepted_answer_has_its_members,
    errorcode_is_0_when_all_were_queued,
    errorcode_is_109001_when_some_were_refused,
    errorcode_is_109001_when_all_were_refused,
    message_counts_the_refused,
    message_counts_all_as_refused,
    refused_item_has_its_code_under_errorcode,
    refused_item_has_code_and_message,
    queued_item_has_neither_code_nor_message,
    one_item_for_each_recipient,
    sent_key_comes_back,
    missing_key_is_generated,
    generated_key_is_new,
    no_key_stands_twice,
    errorcode_is_an_integer,
    request_id_is_new,
    request_id_is_a_uuid,
)
