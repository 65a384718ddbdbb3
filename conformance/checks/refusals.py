"""Who must be refused and who must not: recipients one by one, and requests as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from conformance.checks.reading import (
    BAD_NUMBER,
    KEY_TAKEN,
    MESSAGE_KEY_MAX,
    NO_DEFINITION,
    NO_NUMBER,
    NO_RECIPIENTS,
    SEND,
    TOO_MANY,
    UNKNOWN_FIELD,
    Fate,
    Recipient,
    Send,
    error_code,
    is_judged,
    is_malformed,
    is_refused,
    is_unusable_number,
    items,
    read_send,
    request_json,
    sent_json,
    server_requirement,
    token_is_right,
)
from conformance.model import JSON, Cite, Exchange, Level, is_object

#: So many recipients are no reason to refuse a request, even if nobody has said what the server's limit is.
_FEW = 10


def _good_send(exchange: Exchange) -> Send | None:
    """A send that there is no reason to refuse whole.

    Where it was, one with a recipient that is merely open says nothing: to refuse such a one alone is no more than a
    SHOULD, and nothing at all if it is of a kind that no source speaks of.
    """
    send = _maybe_good_send(exchange)
    was_refused = exchange.response.status == 400
    return None if was_refused and send and any(each.fate is Fate.OPEN for each in send.recipients) else send


def _maybe_good_send(exchange: Exchange) -> Send | None:
    """A send with a definition that exists and not too many recipients, in which nothing is out of the ordinary."""
    send = read_send(exchange)
    if send is None or not send.known_definition or _too_many(exchange):
        return None
    if exchange.response.status != 400:
        return send
    # A key that is too long may cost the whole request (R12), and so may more recipients than an unknown limit (R17).
    is_limit = exchange.setting.max_recipients is None and error_code(exchange) == TOO_MANY
    if is_limit and len(send.recipients) > _FEW:
        return None
    return send if send.is_plain and not any(each.has_long_key for each in send.recipients) else None


def _with(exchange: Exchange, fate: Fate) -> list[Recipient]:
    send = _good_send(exchange)
    return [each for each in send.recipients if each.fate is fate] if send else []


def _open(exchange: Exchange) -> list[Recipient]:
    """Recipients of whom no MUST says what becomes of them."""
    send = _maybe_good_send(exchange)
    return [each for each in send.recipients if each.fate is Fate.OPEN] if send else []


def _may_be_all(exchange: Exchange) -> bool:
    """A 400 is tolerated where no recipient had to be queued: all may have been refused (R16)."""
    send = _maybe_good_send(exchange)
    return exchange.response.status == 400 and not (send and any(each.fate is Fate.QUEUED for each in send.recipients))


def _lacking(exchange: Exchange, name: str) -> list[Recipient]:
    return [each for each in _with(exchange, Fate.REFUSED) if name not in each.sent]


def _refused_alone(exchange: Exchange, recipients: list[Recipient]) -> Iterator[str]:
    """What is wrong where these had to be refused inside a 202."""
    send = read_send(exchange)
    if send is None:
        return
    status = exchange.response.status
    if status != 202:
        # Where anything else was wrong as well, nothing tells for whose sake the request was refused.
        only = [each for each in recipients if len(each.codes) == 1]
        if not _may_be_all(exchange) and len(only) == len(_with(exchange, Fate.REFUSED)):
            yield f"answered with {status}, not with a 202 that refuses {len(recipients)} of {len(send.recipients)}"
        return
    for each in recipients:
        if each.item is None:
            continue
        if not is_refused(each.item):
            yield f"the recipient {dict(each.sent)!r} was queued, yet {each.reason}"
        elif each.codes and isinstance(code := each.item.get("errorcode"), int) and code not in each.codes:
            yield f"the recipient {dict(each.sent)!r} was refused with {code}, not {min(each.codes)}, yet {each.reason}"


@server_requirement(
    "send-missing-to-refused",
    applies=lambda exchange: bool(_lacking(exchange, "to")),
    cite=Cite("rulings.md", "A recipient without `to` or without `contactKey` is refused alone, inside a 202"),
)
def recipient_without_to_is_refused_alone(exchange: Exchange) -> Iterator[str]:
    """A recipient without `to` is refused alone, with 109106, inside a 202."""
    yield from _refused_alone(exchange, _lacking(exchange, "to"))


@server_requirement(
    "send-missing-contact-key-refused",
    applies=lambda exchange: bool(_lacking(exchange, "contactKey")),
    cite=Cite("rulings.md", "A recipient without `to` or without `contactKey` is refused alone, inside a 202"),
)
def recipient_without_contact_key_is_refused_alone(exchange: Exchange) -> Iterator[str]:
    """A recipient without `contactKey` is refused alone, with 109105, inside a 202."""
    yield from _refused_alone(exchange, _lacking(exchange, "contactKey"))


def _unusable(exchange: Exchange) -> list[Recipient]:
    return [each for each in _open(exchange) if is_unusable_number(each.sent.get("to", "0")) and each.is_plain]


@server_requirement(
    "send-unusable-to-refused",
    level=Level.SHOULD,
    applies=lambda exchange: bool(_unusable(exchange)),
    cite=Cite("rulings.md", "A recipient whose `to` is not a usable number is refused alone, with 109121 or 109106."),
)
def recipient_with_unusable_to_is_refused_alone(exchange: Exchange) -> Iterator[str]:
    """A recipient whose `to` holds no digit is refused alone, with 109121 or 109106."""
    if _may_be_all(exchange):
        return
    if exchange.response.status != 202:
        yield f"answered with {exchange.response.status}, not with a 202 that refuses the recipient"
    for each in _unusable(exchange):
        if each.item is not None and not is_refused(each.item):
            yield f"the recipient {dict(each.sent)!r} was queued, yet its number has no digit"
        elif each.item is not None and each.item.get("errorcode") not in (BAD_NUMBER, NO_NUMBER, KEY_TAKEN):
            yield f"the recipient {dict(each.sent)!r} was refused with {each.item.get('errorcode')!r}, not 109121"


def _long_keyed(exchange: Exchange) -> list[Recipient]:
    send = read_send(exchange)
    if send is None or not send.known_definition:
        return []
    return [each for each in send.recipients if each.has_long_key]


@server_requirement(
    "send-long-key-refused",
    applies=lambda exchange: bool(_long_keyed(exchange)),
    cite=Cite("rulings.md", "A `messageKey` of more than 100 characters is never queued"),
)
def long_key_is_never_queued(exchange: Exchange) -> Iterator[str]:
    """A recipient whose `messageKey` has more than 100 characters is not queued."""
    if exchange.response.status == 202:
        # A server that cuts the key to its limit queues it all the same.
        cut = {str(each.get("messageKey"))[:MESSAGE_KEY_MAX]: each for each in items(exchange)}
        for each in _long_keyed(exchange):
            key = each.message_key or ""
            item = each.item or cut.get(key[:MESSAGE_KEY_MAX])
            if item is not None and not is_refused(item):
                yield f"a messageKey of {len(key)} characters was queued"
    elif exchange.response.status != 400:
        yield f"answered with {exchange.response.status}, neither a 202 that refuses the recipient nor a 400"


def _duplicated(exchange: Exchange) -> list[Recipient]:
    """The second and later holders of a key whose first holder had to be queued."""
    return [each for each in _with(exchange, Fate.REFUSED) if each.codes == frozenset((KEY_TAKEN,))]


@server_requirement(
    "send-duplicate-key-refused",
    applies=lambda exchange: bool(_duplicated(exchange)),
    cite=Cite(
        "rulings.md", "The second recipient with the same `messageKey` in one request is refused alone, with 109110."
    ),
)
def second_holder_of_a_key_is_refused_alone(exchange: Exchange) -> Iterator[str]:
    """Of two recipients with one `messageKey`, one is queued and the other refused, with 109110."""
    if exchange.response.status != 202:
        yield f"answered with {exchange.response.status}, not with a 202 that refuses the duplicate"
        return
    for key in dict.fromkeys(each.message_key for each in _duplicated(exchange)):
        holders = [item for item in items(exchange) if item.get("messageKey") == key]
        queued = [item for item in holders if not is_refused(item)]
        if len(queued) != 1:
            yield f"messageKey {key!r} was sent twice and queued {len(queued)} times"
        for item in holders:
            if is_refused(item) and isinstance(code := item.get("errorcode"), int) and code != KEY_TAKEN:
                yield f"the duplicate of messageKey {key!r} was refused with {code}, not {KEY_TAKEN}"


def _reused(exchange: Exchange) -> list[Recipient]:
    return [each for each in _open(exchange) if each.message_key in exchange.earlier.queued_keys]


@server_requirement(
    "send-reused-key-refused",
    level=Level.SHOULD,
    applies=lambda exchange: bool(_reused(exchange)),
    cite=Cite("rulings.md", "A `messageKey` that was queued less than 72 hours ago is refused alone, with 109110."),
)
def key_queued_before_is_refused_alone(exchange: Exchange) -> Iterator[str]:
    """A `messageKey` that an earlier request queued is refused alone, with 109110."""
    if exchange.response.status != 202 and not _may_be_all(exchange):
        yield f"answered with {exchange.response.status}, not with a 202 that refuses the recipient alone"
    for each in _reused(exchange):
        if exchange.response.status == 202 and each.item is not None and not is_refused(each.item):
            yield f"messageKey {each.message_key!r} was queued by an earlier request and is queued again"
        elif each.item is not None and each.is_plain and each.sent["to"] in exchange.setting.numbers:
            code = each.item.get("errorcode")
            if isinstance(code, int) and code != KEY_TAKEN:
                yield f"messageKey {each.message_key!r}, queued before, was refused with {code}, not {KEY_TAKEN}"


@server_requirement(
    "send-good-request-queued",
    applies=lambda exchange: (
        (send := _good_send(exchange)) is not None and all(each.fate is Fate.QUEUED for each in send.recipients)
    ),
    cite=Cite("rulings.md", "The top-level `errorcode` is 0 when every recipient was queued"),
)
def request_of_good_recipients_is_queued(exchange: Exchange) -> Iterator[str]:
    """A request in which nothing is wrong is answered with 202 and every recipient is queued."""
    yield from _good_not_queued(exchange)


@server_requirement(
    "send-good-recipient-queued",
    applies=lambda exchange: bool(_with(exchange, Fate.QUEUED)) and bool(_with(exchange, Fate.REFUSED)),
    cite=Cite("rulings.md", "What becomes of a recipient does not depend on whether its neighbours were refused."),
)
def refusal_of_one_does_not_touch_another(exchange: Exchange) -> Iterator[str]:
    """A good recipient is queued although another of the same request is refused."""
    yield from _good_not_queued(exchange)


def _good_not_queued(exchange: Exchange) -> Iterator[str]:
    if exchange.response.status != 202:
        yield f"answered with {exchange.response.status}, yet {len(_with(exchange, Fate.QUEUED))} recipients are good"
        return
    for each in _with(exchange, Fate.QUEUED):
        if each.item is not None and is_refused(each.item) and each.item.get("errorcode") not in (None, 0, "0"):
            yield f"the good recipient {dict(each.sent)!r} was refused with {each.item.get('errorcode')!r}"


def _recipients(exchange: Exchange) -> JSON:
    body = request_json(exchange)
    if not is_object(body) or "definitionKey" not in body:
        return None
    return body.get("recipients", ...)


def _answered_400(exchange: Exchange, because: str) -> Iterator[str]:
    if exchange.response.status != 400:
        yield f"answered with {exchange.response.status}, not 400, yet {because}"


@server_requirement(
    "send-empty-recipients-refused",
    applies=lambda exchange: _recipients(exchange) == [],
    cite=Cite("rulings.md", "A request with no recipients, or without `recipients`, is refused with 400"),
)
def empty_list_of_recipients_is_refused(exchange: Exchange) -> Iterator[str]:
    """A request with an empty list of recipients is refused with 400."""
    yield from _answered_400(exchange, "the list of recipients is empty")


@server_requirement(
    "send-empty-recipients-code",
    level=Level.SHOULD,
    applies=lambda exchange: _recipients(exchange) == [] and exchange.response.status == 400 and _only_fault(exchange),
    cite=Cite("rulings.md", "109102 is the code for the empty list."),
)
def empty_list_of_recipients_has_its_code(exchange: Exchange) -> Iterator[str]:
    """The code for an empty list of recipients is 109102."""
    if error_code(exchange) != NO_RECIPIENTS:
        yield f"errorcode is {error_code(exchange)!r}, not {NO_RECIPIENTS}"


def _only_fault(exchange: Exchange) -> bool:
    """Nothing but one fault of the schema is wrong, so that the server has one code to give."""
    body = request_json(exchange)
    known = is_object(body) and body.get("definitionKey") == exchange.setting.definition_key
    return known and len(exchange.rules.request_faults(SEND, body)) == 1


@server_requirement(
    "send-missing-recipients-refused",
    applies=lambda exchange: _recipients(exchange) is ...,
    cite=Cite("rulings.md", "A request with no recipients, or without `recipients`, is refused with 400"),
)
def request_without_recipients_is_refused(exchange: Exchange) -> Iterator[str]:
    """A request without `recipients` is refused with 400."""
    yield from _answered_400(exchange, "there are no recipients")


def _too_many(exchange: Exchange) -> bool:
    send, limit = read_send(exchange), exchange.setting.max_recipients
    return limit is not None and send is not None and len(send.recipients) > limit


@server_requirement(
    "send-too-many-recipients-refused",
    applies=_too_many,
    cite=Cite("rulings.md", "More recipients than the subject's own limit are refused with 400"),
)
def too_many_recipients_are_refused(exchange: Exchange) -> Iterator[str]:
    """More recipients than the subject's own limit are refused with 400."""
    yield from _answered_400(exchange, f"there are more than {exchange.setting.max_recipients} recipients")


@lru_cache(maxsize=4)
def _unknown_fields(exchange: Exchange) -> list[str]:
    body = request_json(exchange)
    return exchange.rules.unknown_fields(SEND, body) if is_object(body) else []


@server_requirement(
    "send-unknown-field-refused",
    applies=lambda exchange: bool(_unknown_fields(exchange)),
    cite=Cite("rulings.md", "A field that the request does not know is refused with 400"),
)
def unknown_field_is_refused(exchange: Exchange) -> Iterator[str]:
    """A field that the request does not know is refused with 400."""
    yield from _answered_400(exchange, f"the request does not know {_unknown_fields(exchange)[0]}")


@server_requirement(
    "send-unknown-field-code",
    level=Level.SHOULD,
    applies=lambda exchange: (
        bool(_unknown_fields(exchange)) and exchange.response.status == 400 and _only_fault(exchange)
    ),
    cite=Cite("rulings.md", "the code SHOULD be 109122."),
)
def unknown_field_has_its_code(exchange: Exchange) -> Iterator[str]:
    """The code for an unknown field, where nothing else is wrong, is 109122."""
    if error_code(exchange) != UNKNOWN_FIELD:
        yield f"errorcode is {error_code(exchange)!r}, not {UNKNOWN_FIELD}"


@lru_cache(maxsize=4)
def _other_request_faults(exchange: Exchange) -> list[str]:
    body = request_json(exchange)
    if body is ... or _unknown_fields(exchange) or _recipients(exchange) in ([], ...):
        return []
    return exchange.rules.request_faults(SEND, body)


@server_requirement(
    "send-invalid-request-refused",
    applies=lambda exchange: bool(_other_request_faults(exchange)),
    cite=Cite(
        "rulings.md", "A request in which anything has another type than the contract gives it is refused with 400"
    ),
)
def request_that_breaks_its_schema_is_refused(exchange: Exchange) -> Iterator[str]:
    """A request that breaks the schema of the request is refused with 400."""
    yield from _answered_400(exchange, f"the request breaks its schema at {_other_request_faults(exchange)[0]}")


#: A definition key that the probes send and that nobody has.
UNKNOWN_DEFINITION = "no-such-definition-3d1f"


def _says_unknown_definition(exchange: Exchange) -> bool:
    send = read_send(exchange)
    return send is not None and send.body["definitionKey"] == UNKNOWN_DEFINITION


@server_requirement(
    "send-unknown-definition-refused",
    level=Level.SHOULD,
    applies=_says_unknown_definition,
    cite=Cite("rulings.md", "An unknown `definitionKey` is refused with 400, code 109111."),
)
def unknown_definition_is_refused(exchange: Exchange) -> Iterator[str]:
    """An unknown `definitionKey` is refused with 400 and the code 109111."""
    yield from _answered_400(exchange, "no definition has this definitionKey")
    if exchange.response.status == 400 and error_code(exchange) != NO_DEFINITION:
        yield f"errorcode is {error_code(exchange)!r}, not {NO_DEFINITION}"


def _malformed(exchange: Exchange) -> bool:
    """Sent as JSON with the right token, and no JSON text."""
    let_in = is_judged(exchange) and token_is_right(exchange)
    return let_in and sent_json(exchange) and is_malformed(exchange.request.body)


@server_requirement(
    "send-malformed-body-refused",
    applies=_malformed,
    cite=Cite("rulings.md", "A body that is not JSON, not UTF-8 or empty is refused with 400 and an error body."),
)
def malformed_body_is_refused(exchange: Exchange) -> Iterator[str]:
    """A body that is not JSON, not UTF-8 or empty is refused with 400."""
    yield from _answered_400(exchange, "the body is not one JSON text in UTF-8")


def _other_content_type(exchange: Exchange) -> bool:
    media_type = exchange.request.media_type
    is_json = media_type == "application/json" or media_type.endswith("+json")
    return is_judged(exchange) and token_is_right(exchange) and bool(media_type) and not is_json


@server_requirement(
    "send-wrong-content-type-refused",
    applies=_other_content_type,
    cite=Cite(
        "rulings.md", "A body sent as another content type than JSON is refused with 415 or 400, never accepted."
    ),
)
def other_content_type_is_refused(exchange: Exchange) -> Iterator[str]:
    """A body sent as another content type than JSON is refused with 415 or 400."""
    if exchange.response.status not in (400, 415):
        sent = exchange.request.header("content-type")
        yield f"answered with {exchange.response.status}, not 415 or 400, yet the body was sent as {sent!r}"


CHECKS = (
    request_of_good_recipients_is_queued,
    refusal_of_one_does_not_touch_another,
    recipient_without_to_is_refused_alone,
    recipient_without_contact_key_is_refused_alone,
    recipient_with_unusable_to_is_refused_alone,
    long_key_is_never_queued,
    second_holder_of_a_key_is_refused_alone,
    key_queued_before_is_refused_alone,
    empty_list_of_recipients_is_refused,
    empty_list_of_recipients_has_its_code,
    request_without_recipients_is_refused,
    too_many_recipients_are_refused,
    unknown_field_is_refused,
    unknown_field_has_its_code,
    request_that_breaks_its_schema_is_refused,
    unknown_definition_is_refused,
    malformed_body_is_refused,
    other_content_type_is_refused,
)
