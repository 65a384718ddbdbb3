"""Servers that misjudge a recipient: queue one that must be refused, or refuse one that must be queued."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from itertools import count

from conformance.model import Handler, Request, Response, json_response
from conformance.mutants.server_edits import (
    Object,
    edited,
    is_accepted,
    is_refused,
    is_send,
    items,
    matched,
    on_answer,
    on_match,
    on_result_of,
    queued_item,
    read,
    recipients,
    refusal,
    refused,
    refused_item,
    sent_keys,
    with_items,
    with_json,
)
from conformance.mutants.server_mutant import server_mutant

_KEY_LIMIT = 100


@server_mutant(kills="send-missing-to-refused")
def accepts_everything(handle: Handler) -> Handler:
    """Answers every request with a 202 in which everyone is queued, whatever was sent."""

    def faulty(request: Request) -> Response:
        keys = [each.get("messageKey") for each in recipients(request) or [{}]]
        queued = [{"messageKey": key if isinstance(key, str) else str(uuid.uuid4())} for key in keys]
        return with_json(json_response(202, {}), {"requestId": str(uuid.uuid4()), "errorcode": 0, "responses": queued})

    return faulty


@server_mutant(kills="send-missing-to-refused")
def queues_a_recipient_without_to(handle: Handler) -> Handler:
    """Queues a recipient that has a contactKey and no number."""

    def changed(recipient: Object, item: Object) -> Object:
        return queued_item(item) if "to" not in recipient and "contactKey" in recipient else item

    return on_match(handle, changed)


@server_mutant(kills="send-missing-to-refused")
def refuses_the_request_for_a_missing_to(handle: Handler) -> Handler:
    """Answers 400 to a request with a recipient that has no number."""
    return _refused_whole(handle, lambda recipient: "to" not in recipient, 109106, "to is missing")


@server_mutant(kills="send-missing-to-refused")
def gives_a_missing_to_another_code(handle: Handler) -> Handler:
    """Gives a recipient without a number the code of one without a contactKey."""
    return _recoded(handle, lambda recipient: "to" not in recipient and "contactKey" in recipient, 109105)


@server_mutant(kills="send-missing-contact-key-refused")
def queues_a_recipient_without_contact_key(handle: Handler) -> Handler:
    """Queues a recipient that has a number and no contactKey."""

    def changed(recipient: Object, item: Object) -> Object:
        return queued_item(item) if "contactKey" not in recipient and "to" in recipient else item

    return on_match(handle, changed)


@server_mutant(kills="send-missing-contact-key-refused")
def refuses_the_request_for_a_missing_contact_key(handle: Handler) -> Handler:
    """Answers 400 to a request with a recipient that has no contactKey."""
    return _refused_whole(handle, lambda recipient: "contactKey" not in recipient, 109105, "contactKey is missing")


@server_mutant(kills="send-missing-contact-key-refused")
def gives_a_missing_contact_key_another_code(handle: Handler) -> Handler:
    """Gives a recipient without a contactKey the code of one without a number."""
    return _recoded(handle, lambda recipient: "contactKey" not in recipient and "to" in recipient, 109106)


@server_mutant(kills="send-unusable-to-refused")
def queues_unusable_numbers(handle: Handler) -> Handler:
    """Queues a recipient whose number cannot be used."""
    return on_match(handle, lambda recipient, item: queued_item(item) if _has_bad_number(recipient, item) else item)


@server_mutant(kills="send-unusable-to-refused")
def queues_numbers_with_letters(handle: Handler) -> Handler:
    """Queues a recipient whose number has letters in it."""

    def changed(recipient: Object, item: Object) -> Object:
        has_letters = any(each.isalpha() for each in str(recipient.get("to", "")))
        return queued_item(item) if has_letters and _has_bad_number(recipient, item) else item

    return on_match(handle, changed)


@server_mutant(kills="send-unusable-to-refused")
def refuses_the_request_for_an_unusable_number(handle: Handler) -> Handler:
    """Answers 400 to a request with a recipient whose number cannot be used."""

    def faulty(request: Request, response: Response) -> Response:
        pairs = matched(request, read(response)) if is_accepted(response) else []
        is_hit = any(_has_bad_number(recipient, item) for recipient, item in pairs)
        return refusal(400, 109121, "MCMS_UTM_Validation_InvalidValue_to: Invalid number") if is_hit else response

    return on_answer(handle, faulty)


@server_mutant(kills="send-unusable-to-refused")
def gives_an_unusable_number_another_code(handle: Handler) -> Handler:
    """Gives a recipient whose number cannot be used the code of an invalid contactKey."""

    def changed(recipient: Object, item: Object) -> Object:
        return {**item, "errorcode": 109109} if _has_bad_number(recipient, item) else item

    return on_match(handle, changed)


@server_mutant(kills="send-long-key-refused")
def queues_message_keys_of_any_length(handle: Handler) -> Handler:
    """Queues a recipient whose messageKey has more than 100 characters."""
    return with_other_keys(handle, lambda: lambda key: _fresh() if len(key) > _KEY_LIMIT else key)


@server_mutant(kills="send-long-key-refused")
def queues_a_message_key_of_101_characters(handle: Handler) -> Handler:
    """Queues a recipient whose messageKey has one character more than it may."""
    return with_other_keys(handle, lambda: lambda key: _fresh() if len(key) == _KEY_LIMIT + 1 else key)


@server_mutant(kills="send-duplicate-key-refused")
def queues_duplicate_message_keys(handle: Handler) -> Handler:
    """Queues every recipient of a request that has one messageKey twice."""

    def distinct() -> Callable[[str], str]:
        seen: set[str] = set()

        def changed(key: str) -> str:
            is_new = key not in seen
            seen.add(key)
            return key if is_new or len(key) > _KEY_LIMIT else _fresh()

        return changed

    return with_other_keys(handle, distinct)


@server_mutant(kills="send-duplicate-key-refused")
def refuses_both_of_a_duplicate_message_key(handle: Handler) -> Handler:
    """Refuses the first recipient with a messageKey as well as the second."""

    def changed(request: Request, result: Object) -> Object:
        pairs = matched(request, result)
        twice = {item["messageKey"] for _, item in pairs if item.get("errorcode") == 109110}
        sent = [recipient.get("messageKey") for recipient, _ in pairs]
        answered = [
            refused_item(item, 109110, "MCMS_UTM_Validation_DuplicateMessageKey: Duplicate key")
            if item["messageKey"] in twice and sent.count(item["messageKey"]) > 1 and not is_refused(item)
            else item
            for _, item in pairs
        ]
        return result if answered == items(result) else with_items(result, answered)

    return on_result_of(handle, changed)


@server_mutant(kills="send-duplicate-key-refused")
def gives_a_duplicate_message_key_another_code(handle: Handler) -> Handler:
    """Gives the second recipient with a messageKey the code of an invalid messageKey."""

    def changed(request: Request, result: Object) -> Object:
        sent = [recipient.get("messageKey") for recipient in recipients(request)]
        answered = [
            {**item, "errorcode": 109108}
            if item.get("errorcode") == 109110 and sent.count(item["messageKey"]) > 1
            else item
            for item in items(result)
        ]
        return {**result, "responses": answered}

    return on_result_of(handle, changed)


@server_mutant(kills="send-duplicate-key-refused")
def refuses_the_request_for_a_duplicate_message_key(handle: Handler) -> Handler:
    """Answers 400 to a request that has one messageKey twice."""

    def faulty(request: Request, response: Response) -> Response:
        sent = [each["messageKey"] for each in recipients(request) if each.get("messageKey")]
        if not is_accepted(response) or len(set(sent)) == len(sent):
            return response
        return refusal(400, 109110, "MCMS_UTM_Validation_DuplicateMessageKey: Duplicate key")

    return on_answer(handle, faulty)


@server_mutant(kills="send-reused-key-refused")
def forgets_message_keys(handle: Handler) -> Handler:
    """Queues a messageKey again that an earlier request has used."""

    def renewed() -> Callable[[str], str]:
        fresh: dict[str, str] = {}
        return lambda key: key if len(key) > _KEY_LIMIT else fresh.setdefault(key, _fresh())

    return with_other_keys(handle, renewed)


@server_mutant(kills="send-reused-key-refused")
def refuses_the_request_for_a_reused_message_key(handle: Handler) -> Handler:
    """Answers 400 to a request with a messageKey that an earlier request has used."""
    queued: set[str] = set()

    def faulty(request: Request) -> Response:
        sent = set(sent_keys(request)) if is_send(request) else set[str]()
        response = handle(request)
        if not is_accepted(response):
            return response
        if sent & queued:
            return refusal(400, 109110, "MCMS_UTM_Validation_DuplicateMessageKey: Key used before")
        queued.update(item["messageKey"] for item in items(read(response)) if not is_refused(item))
        return response

    return faulty


@server_mutant(kills="send-good-recipient-queued")
def stops_at_the_first_refused_recipient(handle: Handler) -> Handler:
    """Refuses every recipient that comes after a refused one."""

    def changed(_: Request, result: Object) -> Object:
        answered = items(result)
        first = next((place for place, item in enumerate(answered) if is_refused(item)), len(answered))
        return _spread(result, range(first, len(answered)))

    return on_result_of(handle, changed)


@server_mutant(kills="send-good-recipient-queued")
def refuses_all_when_one_is_refused(handle: Handler) -> Handler:
    """Refuses every recipient of a request, in a 202, when one of them is refused."""
    return on_result_of(handle, lambda _, result: _spread(result, range(len(items(result)))))


@server_mutant(kills="send-good-recipient-queued")
def refuses_the_recipient_before_a_refused_one(handle: Handler) -> Handler:
    """Refuses the recipient that comes just before a refused one."""

    def changed(_: Request, result: Object) -> Object:
        return _spread(result, [place - 1 for place, item in enumerate(items(result)) if is_refused(item)])

    return on_result_of(handle, changed)


@server_mutant(kills="send-good-request-queued")
def refuses_every_third_recipient(handle: Handler) -> Handler:
    """Refuses every third recipient since the server was started, however good."""
    number = count(1)

    def changed(_: Object, item: Object) -> Object:
        is_dropped = next(number) % 3 == 0 and not is_refused(item)
        return refused_item(item, 109121, "MCMS_UTM_Validation_InvalidValue_to: Invalid number") if is_dropped else item

    return on_match(handle, changed)


@server_mutant(kills="send-too-many-recipients-refused")
def queues_any_number_of_recipients(handle: Handler) -> Handler:
    """Queues more recipients than one request may have."""

    def faulty(request: Request, response: Response) -> Response:
        if response.status != 400 or read(response).get("errorcode") != 109101:
            return response
        # The wrapped server knows the limit, so it is asked about one recipient at a time.
        alone = [handle(with_json(request, {**read(request), "recipients": [each]})) for each in recipients(request)]
        answered = [item for each in alone for item in items(read(each))]
        first = next((each for each in alone if is_accepted(each)), response)
        return edited(first, lambda result: with_items(result, answered)) if is_accepted(first) else response

    return on_answer(handle, faulty)


def _fresh() -> str:
    return str(uuid.uuid4())


def _has_bad_number(recipient: Object, item: Object) -> bool:
    """The recipient has a number, and was refused for it."""
    return "to" in recipient and item.get("errorcode") in (109121, 109106)


def _recoded(handle: Handler, is_meant: Callable[[Object], bool], code: int) -> Handler:
    """The server, with another code for the recipients that are meant."""

    def changed(recipient: Object, item: Object) -> Object:
        return {**item, "errorcode": code} if is_refused(item) and is_meant(recipient) else item

    return on_match(handle, changed)


def _refused_whole(handle: Handler, is_meant: Callable[[Object], bool], code: int, message: str) -> Handler:
    """The server, answering 400 where it would have refused a recipient that is meant."""

    def faulty(request: Request, response: Response) -> Response:
        is_hit = is_accepted(response) and any(map(is_meant, recipients(request)))
        return refusal(400, code, f"MCMS_UTM_Validation_MissingRequiredField: {message}") if is_hit else response

    return on_answer(handle, faulty)


def _spread(result: Object, places: range | list[int]) -> Object:
    """The result with the first refusal given to the items at these places as well."""
    reason = next(iter(refused(result)), None)
    if reason is None:
        return result
    answered = [
        {**reason, "messageKey": item["messageKey"]} if place in places and not is_refused(item) else item
        for place, item in enumerate(items(result))
    ]
    return with_items(result, answered)


def with_other_keys(handle: Handler, renamer: Callable[[], Callable[[str], str]]) -> Handler:
    """The server, told other messageKeys than were sent, which it then gives back as they were sent.

    `renamer` is called once for each request, so that what it remembers is about one request.
    """

    def faulty(request: Request) -> Response:
        listed = recipients(request) if is_send(request) else []
        keys = [each.get("messageKey") for each in listed]
        # A request of another shape is refused as a whole: it goes in as it came.
        if listed != read(request).get("recipients") or not all(isinstance(key, str | None) for key in keys):
            return handle(request)
        change = renamer()
        changed = [{**each, "messageKey": change(key)} if key else each for each, key in zip(listed, keys, strict=True)]
        if changed == listed:
            return handle(request)

        def restored(result: Object) -> Object:
            back = zip(keys, items(result), strict=False)
            return {
                **result,
                "responses": [{**item, "messageKey": key} if key else item for key, item in back],
            }

        response = handle(with_json(request, {**read(request), "recipients": changed}))
        return edited(response, restored) if is_accepted(response) else response

    return faulty
