"""Servers that judge by place, by number or by what stands beside: right for most requests, wrong for some."""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Callable, Collection

from conformance.model import JSON, Handler, Request, Response
from conformance.mutants.server_edits import (
    Object,
    as_object,
    is_accepted,
    is_refused,
    items,
    matched,
    on_answer,
    on_match,
    on_recipients,
    on_refused,
    on_result,
    on_result_of,
    queued_item,
    recipients,
    refusal,
    refused,
    refused_item,
    sent_keys,
    tally,
    with_items,
)
from conformance.mutants.server_mutant import server_mutant
from conformance.mutants.server_recipients import with_other_keys

_LACKING = (109105, 109106)
_TOO_LONG = "MCMS_UTM_Validation_InvalidValue_messageKey: Too long"


@server_mutant(kills="send-missing-to-refused")
def judges_the_first_recipient_alone(handle: Handler) -> Handler:
    """Queues every recipient that comes after the first, whatever it lacks."""
    return _unjudged(handle, lambda place, total, _: place > 0)


@server_mutant(kills="send-missing-contact-key-refused")
def judges_all_but_the_last_recipient(handle: Handler) -> Handler:
    """Queues the last of several recipients, whatever it lacks."""
    return _unjudged(handle, lambda place, total, _: place == total - 1 > 0)


@server_mutant(kills="send-missing-to-refused")
def judges_the_ends_alone(handle: Handler) -> Handler:
    """Queues recipients that are neither first nor last, whatever they lack."""
    return _unjudged(handle, lambda place, total, _: 0 < place < total - 1)


@server_mutant(kills="send-missing-to-refused")
def judges_no_more_than_eight_recipients(handle: Handler) -> Handler:
    """Queues the recipients from the ninth on, whatever they lack."""
    return _unjudged(handle, lambda place, total, _: place >= 8)


@server_mutant(kills="send-missing-to-refused")
def queues_whoever_has_attributes(handle: Handler) -> Handler:
    """Queues a recipient that has attributes, whatever it lacks."""
    return _unjudged(handle, lambda place, total, recipient: bool(recipient.get("attributes")))


@server_mutant(kills="send-missing-to-refused")
def queues_whoever_has_no_key_and_no_to(handle: Handler) -> Handler:
    """Queues a recipient that has neither a messageKey nor a number, among others that have no key."""

    def changed(request: Request, result: Object) -> Object:
        keyless = [each for each in recipients(request) if "messageKey" not in each]
        if len(keyless) < 2:
            return result
        return _queueing(request, result, lambda place, total, each: "messageKey" not in each and "contactKey" in each)

    return on_result_of(handle, changed)


@server_mutant(kills="send-missing-to-refused")
def takes_the_number_from_the_attributes(handle: Handler) -> Handler:
    """Takes an attribute with the name `to` for the number that is missing."""
    return on_recipients(handle, lambda each: {**_with_name(each.get("attributes"), "to"), **each})


@server_mutant(kills="send-good-request-queued")
def reads_attributes_over_members(handle: Handler) -> Handler:
    """Takes an attribute with the name `to` for the number of its recipient."""
    return on_recipients(handle, lambda each: {**each, **_with_name(each.get("attributes"), "to")})


@server_mutant(kills="send-missing-contact-key-refused")
def queues_who_has_attributes_for_a_contact_key(handle: Handler) -> Handler:
    """Queues a recipient without a contactKey if it has attributes."""
    return _unjudged(
        handle, lambda place, total, recipient: "contactKey" not in recipient and "attributes" in recipient
    )


@server_mutant(kills="send-missing-contact-key-refused")
def queues_who_lacks_everything(handle: Handler) -> Handler:
    """Queues a recipient that is an empty object."""
    return _unjudged(handle, lambda place, total, recipient: recipient == {})


@server_mutant(kills="send-good-recipient-queued")
def refuses_keyless_recipients_beside_refused_ones(handle: Handler) -> Handler:
    """Refuses a recipient without a messageKey when another without one is refused."""

    def changed(request: Request, result: Object) -> Object:
        pairs = matched(request, result)
        if not any(is_refused(item) and "messageKey" not in recipient for recipient, item in pairs):
            return result
        told = [
            refused_item(item, 109106, "MCMS_UTM_Validation_MissingRequiredField_to: Missing")
            if "messageKey" not in recipient and not is_refused(item)
            else item
            for recipient, item in pairs
        ]
        return with_items(result, told)

    return on_result_of(handle, changed)


@server_mutant(kills="send-good-recipient-queued")
def refuses_the_last_of_as_many_as_are_allowed(handle: Handler) -> Handler:
    """Refuses the tenth recipient of a request, which is still within the limit of ten."""

    def changed(_: Request, result: Object) -> Object:
        answered = items(result)
        if len(answered) != 10 or is_refused(answered[9]):
            return result
        last = refused_item(answered[9], 109121, "MCMS_UTM_Validation_InvalidValue_to: Invalid number")
        return with_items(result, [*answered[:9], last])

    return on_result_of(handle, changed)


@server_mutant(kills="send-missing-to-refused")
def gives_the_code_of_the_first_refusal_to_all(handle: Handler) -> Handler:
    """Gives each refused recipient the code of the first one."""

    def changed(result: Object) -> Object:
        first = (refused(result) or [{}])[0]
        told = [{**item, "errorcode": first["errorcode"]} if is_refused(item) else item for item in items(result)]
        return {**result, "responses": told}

    return on_result(handle, changed)


@server_mutant(kills="send-mixed-message")
def counts_the_refused_up_to_five(handle: Handler) -> Handler:
    """Says in the message that five were refused when more were."""

    def changed(result: Object) -> Object:
        failed = len(refused(result))
        return {**result, "message": tally(5, len(items(result)))} if failed > 5 else result

    return on_result(handle, changed)


@server_mutant(kills="send-mixed-message")
def counts_codes_for_recipients(handle: Handler) -> Handler:
    """Counts the different codes, not the refused recipients, in the message."""

    def changed(result: Object) -> Object:
        codes = {each["errorcode"] for each in refused(result)}
        return {**result, "message": tally(len(codes), len(items(result)))} if codes else result

    return on_result(handle, changed)


@server_mutant(kills="send-all-refused-message")
def counts_nobody_when_all_are_refused(handle: Handler) -> Handler:
    """Says in the message that none were refused when all were."""

    def changed(result: Object) -> Object:
        is_all = len(refused(result)) == len(items(result))
        return {**result, "message": tally(0, len(items(result)))} if is_all else result

    return on_result(handle, changed)


@server_mutant(kills="send-all-refused-message")
def says_nobody_is_valid_when_all_are_refused(handle: Handler) -> Handler:
    """Says in a 202 that there are no valid subscribers, in place of how many were refused, when all were."""

    def changed(result: Object) -> Object:
        is_all = len(refused(result)) == len(items(result))
        message = "MCMS_UTM_ResponsesHasErrors: no valid subscribers"
        return {**result, "message": message} if is_all else result

    return on_result(handle, changed)


@server_mutant(kills="send-duplicate-key-refused")
def compares_a_key_with_the_one_before(handle: Handler) -> Handler:
    """Notices a messageKey that stands twice only in two recipients in a row."""
    return _duplicates_missed(handle, lambda keys, place: keys[place] != keys[place - 1])


@server_mutant(kills="send-duplicate-key-refused")
def forgets_a_key_that_was_refused(handle: Handler) -> Handler:
    """Queues the third recipient with one messageKey after it has refused the second."""
    return _duplicates_missed(handle, lambda keys, place: keys[:place].count(keys[place]) % 2 == 0)


@server_mutant(kills="send-duplicate-key-refused")
def notices_one_duplicate_in_a_request(handle: Handler) -> Handler:
    """Notices the first messageKey of a request that stands twice, and no other."""

    def is_missed(keys: list[str | None], place: int) -> bool:
        twice = [key for index, key in enumerate(keys) if key in keys[:index]]
        return keys[place] != twice[0]

    return _duplicates_missed(handle, is_missed)


@server_mutant(kills="send-duplicate-key-refused")
def notices_duplicates_in_ascii_alone(handle: Handler) -> Handler:
    """Notices a messageKey that stands twice only if its letters are ASCII."""
    return _duplicates_missed(handle, lambda keys, place: not str(keys[place]).isascii())


@server_mutant(kills="send-key-echoed")
def makes_a_key_for_a_duplicate(handle: Handler) -> Handler:
    """Lists the second recipient with a messageKey under a generated one."""

    def changed(request: Request, result: Object) -> Object:
        keys = sent_keys(request)
        told = [
            {**item, "messageKey": str(uuid.uuid4())}
            if item.get("errorcode") == 109110 and keys.count(item["messageKey"]) > 1
            else item
            for item in items(result)
        ]
        return {**result, "responses": told}

    return on_result_of(handle, changed)


@server_mutant(kills="send-item-count")
def lists_a_duplicate_once(handle: Handler) -> Handler:
    """Lists two recipients with one messageKey as one item."""

    def changed(request: Request, result: Object) -> Object:
        keys = sent_keys(request)
        kept = [
            item for item in items(result) if item.get("errorcode") != 109110 or keys.count(item["messageKey"]) == 1
        ]
        return {**result, "responses": kept or items(result)}

    return on_result_of(handle, changed)


@server_mutant(kills="send-item-count")
def lists_no_more_than_five_items(handle: Handler) -> Handler:
    """Lists the first five items of a longer answer, as if it had pages."""
    return on_result(handle, lambda result: {**result, "responses": items(result)[:5]})


@server_mutant(kills="send-good-request-queued")
def counts_a_key_in_bytes(handle: Handler) -> Handler:
    """Refuses a messageKey of more than 100 bytes, though its characters are fewer."""

    def changed(recipient: Object, item: Object) -> Object:
        is_long = len(str(recipient.get("messageKey", "")).encode("utf-8", "surrogatepass")) > 100 and not is_refused(
            item
        )
        return refused_item(item, 109108, _TOO_LONG) if is_long else item

    return on_match(handle, changed)


@server_mutant(kills="send-good-request-queued")
def takes_keys_that_look_alike_for_the_same(handle: Handler) -> Handler:
    """Refuses a messageKey that is written like one before it, if with other characters."""

    def alike() -> Callable[[str], str]:
        return lambda key: key if len(key) > 100 else unicodedata.normalize("NFC", key)

    return with_other_keys(handle, alike)


@server_mutant(kills="send-good-request-queued")
def compares_the_first_99_characters_of_keys(handle: Handler) -> Handler:
    """Refuses a messageKey of 100 characters that differs from one before it only in the last."""
    return with_other_keys(handle, lambda: lambda key: key[:99] if len(key) <= 100 else key)


@server_mutant(kills="send-key-echoed")
def normalizes_the_key(handle: Handler) -> Handler:
    """Sends a messageKey back with its letters and accents composed."""

    def changed(item: Object) -> Object:
        return {**item, "messageKey": unicodedata.normalize("NFC", str(item["messageKey"]))}

    return on_result(handle, lambda result: {**result, "responses": [changed(each) for each in items(result)]})


@server_mutant(kills="send-key-echoed")
def writes_refused_keys_in_ascii(handle: Handler) -> Handler:
    """Sends the messageKey of a refused recipient back with a question mark for each letter beyond ASCII."""
    return on_refused(
        handle, lambda item: {**item, "messageKey": str(item["messageKey"]).encode("ascii", "replace").decode()}
    )


@server_mutant(kills="send-key-echoed")
def takes_blanks_off_a_key(handle: Handler) -> Handler:
    """Sends a messageKey back without the blanks around it."""

    def changed(_: Object, item: Object) -> Object:
        return {**item, "messageKey": str(item["messageKey"]).strip() or item["messageKey"]}

    return on_match(handle, changed)


@server_mutant(kills="send-key-echoed")
def cuts_a_key_at_a_blank(handle: Handler) -> Handler:
    """Sends a messageKey back up to its first blank."""

    def changed(recipient: Object, item: Object) -> Object:
        return {**item, "messageKey": str(item["messageKey"]).partition(" ")[0] or item["messageKey"]}

    return on_match(handle, changed)


@server_mutant(kills="errorcode-integer")
def writes_codes_as_floats(handle: Handler) -> Handler:
    """Writes each errorcode of a 202 as a number with a point."""

    def changed(item: Object) -> Object:
        return {**item, "errorcode": float(item["errorcode"])} if is_refused(item) else item

    return on_result(
        handle,
        lambda result: {
            **result,
            "errorcode": float(result["errorcode"]),
            "responses": [changed(each) for each in items(result)],
        },
    )


@server_mutant(kills="errorcode-integer")
def writes_the_code_of_a_later_refusal_as_a_string(handle: Handler) -> Handler:
    """Writes the errorcode of a refused recipient as a string, if it is not the first in the list."""

    def changed(result: Object) -> Object:
        first, *others = items(result)
        told = [{**item, "errorcode": str(item["errorcode"])} if is_refused(item) else item for item in others]
        return {**result, "responses": [first, *told]}

    return on_result(handle, lambda result: changed(result) if items(result) else result)


@server_mutant(kills="send-item-count")
def lists_nothing_when_all_are_queued(handle: Handler) -> Handler:
    """Lists nobody when everyone was queued."""
    return on_result(handle, lambda result: result if refused(result) else {**result, "responses": []})


@server_mutant(kills="send-long-key-refused")
def cuts_a_key_that_is_too_long(handle: Handler) -> Handler:
    """Queues a recipient whose messageKey is too long under the first 100 characters of it."""

    def changed(recipient: Object, item: Object) -> Object:
        key = str(recipient.get("messageKey", ""))
        return queued_item({"messageKey": key[:100]}) if len(key) > 100 and "to" in recipient else item

    return on_match(handle, changed)


@server_mutant(kills="send-missing-to-refused")
def refuses_a_request_in_which_most_are_refused(handle: Handler) -> Handler:
    """Answers 400 where more recipients were refused than queued."""

    def faulty(request: Request, response: Response) -> Response:
        if not is_accepted(response):
            return response
        answered = items(response.json)
        failed = sum(map(is_refused, answered))
        is_hit = len(answered) > failed > len(answered) - failed
        return refusal(400, 109103, "MCMS_UTM_Validation_NoValidSubscribers: Too few") if is_hit else response

    return on_answer(handle, faulty)


def _with_name(attributes: JSON, name: str) -> Object:
    value = as_object(attributes).get(name)
    return {} if value is None else {name: value}


def _unjudged(handle: Handler, is_meant: Callable[[int, int, Object], bool]) -> Handler:
    """The server, queueing recipients that are meant by place, total and members, whatever they lack."""
    return on_result_of(handle, lambda request, result: _queueing(request, result, is_meant))


def _queueing(
    request: Request,
    result: Object,
    is_meant: Callable[[int, int, Object], bool],
    codes: Collection[int] = _LACKING,
) -> Object:
    pairs = matched(request, result)
    told = [
        queued_item(item) if item.get("errorcode") in codes and is_meant(place, len(pairs), recipient) else item
        for place, (recipient, item) in enumerate(pairs)
    ]
    return result if told == items(result) else with_items(result, told)


def _duplicates_missed(handle: Handler, is_missed: Callable[[list[str | None], int], bool]) -> Handler:
    """The server, queueing recipients whose messageKey stands before them in the request, if that is missed."""

    def changed(request: Request, result: Object) -> Object:
        keys = [each.get("messageKey") for each in recipients(request)]
        told = [
            queued_item(item)
            if item.get("errorcode") == 109110 and keys[place] in keys[:place] and is_missed(keys, place)
            else item
            for place, (_, item) in enumerate(matched(request, result))
        ]
        return result if told == items(result) else with_items(result, told)

    return on_result_of(handle, changed)
