"""Servers that judge every recipient rightly and report it wrongly: faults in the body of a 202."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from conformance.model import Handler, Request
from conformance.mutants.server_edits import (
    Object,
    is_mixed,
    is_refused,
    items,
    matched,
    on_items,
    on_refused,
    on_result,
    on_result_of,
    refused,
    renamed,
    tally,
    without,
)
from conformance.mutants.server_mutant import server_mutant


@server_mutant(kills="send-item-errorcode-key")
def writes_the_item_code_in_camel_case(handle: Handler) -> Handler:
    """Puts a refused recipient's code under errorCode."""
    return on_refused(handle, lambda item: renamed(item, "errorcode", "errorCode"))


@server_mutant(kills="send-item-errorcode-key")
def writes_the_item_code_twice(handle: Handler) -> Handler:
    """Puts a refused recipient's code under errorCode as well as under errorcode."""
    return on_refused(handle, lambda item: {**item, "errorCode": item["errorcode"]})


@server_mutant(kills="errorcode-integer")
def writes_item_codes_as_strings(handle: Handler) -> Handler:
    """Writes the errorcode of a refused recipient as a string."""
    return on_refused(handle, lambda item: {**item, "errorcode": str(item["errorcode"])})


@server_mutant(kills="errorcode-integer")
def writes_the_result_code_as_a_string(handle: Handler) -> Handler:
    """Writes the errorcode of a 202 as a string."""
    return on_result(handle, lambda result: {**result, "errorcode": str(result["errorcode"])})


@server_mutant(kills="errorcode-integer")
def says_false_for_errorcode_0(handle: Handler) -> Handler:
    """Writes false where the errorcode of a 202 is 0."""
    return on_result(handle, lambda result: {**result, "errorcode": result["errorcode"] or False})


@server_mutant(kills="send-202-shape")
def leaves_out_the_request_id(handle: Handler) -> Handler:
    """Leaves requestId out of a 202."""
    return on_result(handle, lambda result: without(result, "requestId"))


@server_mutant(kills="send-202-shape")
def leaves_out_errorcode_0(handle: Handler) -> Handler:
    """Leaves errorcode out of a 202 in which everyone was queued."""
    return on_result(handle, lambda result: result if refused(result) else without(result, "errorcode"))


@server_mutant(kills="send-202-shape")
def leaves_out_the_responses(handle: Handler) -> Handler:
    """Leaves responses out of a 202 in which everyone was queued."""
    return on_result(handle, lambda result: result if refused(result) else without(result, "responses"))


@server_mutant(kills="send-202-shape")
def writes_one_response_for_a_list(handle: Handler) -> Handler:
    """Writes the item itself, not a list of it, when there was one recipient."""

    def unwrapped(result: Object) -> Object:
        answered = items(result)
        return {**result, "responses": answered[0]} if len(answered) == 1 else result

    return on_result(handle, unwrapped)


@server_mutant(kills="send-202-shape")
def leaves_out_the_mixed_message(handle: Handler) -> Handler:
    """Leaves the top-level message out of a 202 with errorcode 109001."""
    return on_result(handle, lambda result: without(result, "message"))


@server_mutant(kills="send-202-shape")
def adds_a_message_to_success(handle: Handler) -> Handler:
    """Adds the message "Accepted" to a 202 with errorcode 0."""
    return on_result(handle, lambda result: {"message": "Accepted", **result})


@server_mutant(kills="send-202-shape")
def adds_a_null_message_to_success(handle: Handler) -> Handler:
    """Adds a message that is null to a 202 with errorcode 0."""
    return on_result(handle, lambda result: {"message": None, **result})


@server_mutant(kills="send-queued-errorcode")
def says_errorcode_109001_on_success(handle: Handler) -> Handler:
    """Says errorcode 109001, none refused, when everyone was queued."""

    def changed(result: Object) -> Object:
        return {"message": tally(0, len(items(result))), **result, "errorcode": 109001}

    return on_result(handle, changed)


@server_mutant(kills="send-queued-errorcode")
def says_errorcode_202_on_success(handle: Handler) -> Handler:
    """Repeats the HTTP status as the errorcode when everyone was queued."""

    def changed(result: Object) -> Object:
        return result if refused(result) else {**result, "errorcode": 202, "message": "Accepted"}

    return on_result(handle, changed)


@server_mutant(kills="send-mixed-errorcode")
def says_errorcode_0_on_a_mixed_answer(handle: Handler) -> Handler:
    """Says errorcode 0, and has no message, on a mixed answer."""
    return on_result(handle, lambda result: _success(result) if is_mixed(result) else result)


@server_mutant(kills="send-mixed-errorcode")
def judges_a_mixed_answer_by_its_first_item(handle: Handler) -> Handler:
    """Says errorcode 0 on a mixed answer whose first recipient was queued."""

    def changed(result: Object) -> Object:
        return _success(result) if refused(result) and not is_refused(items(result)[0]) else result

    return on_result(handle, changed)


@server_mutant(kills="send-mixed-errorcode")
def says_the_first_item_code_on_a_mixed_answer(handle: Handler) -> Handler:
    """Repeats the code of the first refused recipient as the errorcode of a mixed answer."""

    def changed(result: Object) -> Object:
        return {**result, "errorcode": refused(result)[0]["errorcode"]} if is_mixed(result) else result

    return on_result(handle, changed)


@server_mutant(kills="send-all-refused-errorcode")
def says_errorcode_0_when_all_are_refused(handle: Handler) -> Handler:
    """Says errorcode 0, and has no message, in a 202 in which everyone was refused."""
    return on_result(handle, lambda result: _success(result) if _is_all_refused(result) else result)


@server_mutant(kills="send-all-refused-errorcode")
def says_errorcode_109103_when_all_are_refused(handle: Handler) -> Handler:
    """Says errorcode 109103 in a 202 in which everyone was refused."""
    return on_result(handle, lambda result: {**result, "errorcode": 109103} if _is_all_refused(result) else result)


@server_mutant(kills="send-mixed-message")
def counts_the_queued_for_the_refused(handle: Handler) -> Handler:
    """Gives the number of queued recipients in the message as the number of refused ones."""
    return _retold(handle, lambda failed, total: tally(total - failed, total))


@server_mutant(kills="send-mixed-message")
def counts_the_queued_for_all(handle: Handler) -> Handler:
    """Gives the number of queued recipients in the message as the number of all."""
    return _retold(handle, lambda failed, total: tally(failed, total - failed))


@server_mutant(kills="send-mixed-message")
def swaps_the_counts(handle: Handler) -> Handler:
    """Swaps the two numbers in the message of a mixed answer."""
    return _retold(handle, lambda failed, total: tally(total, failed))


@server_mutant(kills="send-mixed-message")
def leaves_out_the_name_of_the_message(handle: Handler) -> Handler:
    """Begins the message of a mixed answer with the count, not with MCMS_UTM_ResponsesHasErrors."""
    return _retold(handle, lambda failed, total: tally(failed, total).partition(": ")[2])


@server_mutant(kills="send-mixed-message")
def leaves_out_the_counts(handle: Handler) -> Handler:
    """Says in the message of a mixed answer that some failed, not how many."""
    return _retold(handle, lambda failed, total: "MCMS_UTM_ResponsesHasErrors: some subscribers failed to queue")


@server_mutant(kills="send-refused-item")
def leaves_out_the_item_message(handle: Handler) -> Handler:
    """Gives a refused recipient a code and no message."""
    return on_refused(handle, lambda item: without(item, "message"))


@server_mutant(kills="send-refused-item")
def leaves_out_the_item_code(handle: Handler) -> Handler:
    """Gives a refused recipient a message and no code."""
    return on_refused(handle, lambda item: without(item, "errorcode"))


@server_mutant(kills="send-refused-item")
def says_errorcode_0_for_a_refused_item(handle: Handler) -> Handler:
    """Gives a refused recipient errorcode 0 beside its message."""
    return on_refused(handle, lambda item: {**item, "errorcode": 0})


@server_mutant(kills="send-queued-item")
def says_errorcode_0_for_a_queued_item(handle: Handler) -> Handler:
    """Gives a queued recipient errorcode 0."""
    return on_items(handle, lambda item: {"errorcode": 0, **item})


@server_mutant(kills="send-queued-item")
def says_a_message_for_a_queued_item(handle: Handler) -> Handler:
    """Gives a queued recipient the message "Queued"."""
    return on_items(handle, lambda item: {"message": "Queued", **item})


@server_mutant(kills="send-queued-item")
def writes_nulls_for_a_queued_item(handle: Handler) -> Handler:
    """Gives a queued recipient an errorcode and a message that are null."""
    return on_items(handle, lambda item: {"errorcode": None, "message": None, **item})


@server_mutant(kills="send-item-count")
def lists_the_queued_alone(handle: Handler) -> Handler:
    """Leaves the refused recipients out of a mixed answer."""
    return _relisted(handle, lambda answered: [each for each in answered if not is_refused(each)] or answered)


@server_mutant(kills="send-item-count")
def lists_the_refused_alone(handle: Handler) -> Handler:
    """Leaves the queued recipients out of a mixed answer."""
    return _relisted(handle, lambda answered: [each for each in answered if is_refused(each)] or answered)


@server_mutant(kills="send-item-count")
def leaves_out_the_last_item(handle: Handler) -> Handler:
    """Leaves out the last recipient when there is more than one."""
    return _relisted(handle, lambda answered: answered[:-1] or answered)


@server_mutant(kills="send-item-count")
def adds_an_item(handle: Handler) -> Handler:
    """Adds an item, queued, that answers no recipient."""
    return _relisted(handle, lambda answered: [*answered, {"messageKey": str(uuid.uuid4())}])


@server_mutant(kills="send-item-count")
def merges_recipients_of_one_number(handle: Handler) -> Handler:
    """Answers recipients that have the same number with one item."""

    def merged(request: Request, result: Object) -> Object:
        numbers: set[str] = set()
        kept: list[Object] = []
        for recipient, item in matched(request, result):
            number = recipient.get("to")
            if is_refused(item) or number not in numbers:
                kept.append(item)
                numbers.add(str(number))
        return {**result, "responses": kept}

    return on_result_of(handle, merged)


@server_mutant(kills="send-key-echoed")
def lowers_the_message_keys(handle: Handler) -> Handler:
    """Gives a messageKey back in lower case."""
    return _echoed(handle, str.lower)


@server_mutant(kills="send-key-echoed")
def cuts_message_keys_to_fifty_characters(handle: Handler) -> Handler:
    """Gives back the first 50 characters of a messageKey that may have 100."""
    return _echoed(handle, lambda key: key[:50] if len(key) <= 100 else key)


@server_mutant(kills="send-key-echoed")
def makes_its_own_message_keys(handle: Handler) -> Handler:
    """Gives every recipient a generated messageKey, whatever was sent."""
    return _echoed(handle, lambda key: str(uuid.uuid4()))


@server_mutant(kills="send-key-echoed")
def makes_its_own_keys_for_the_refused(handle: Handler) -> Handler:
    """Gives a refused recipient a generated messageKey, whatever was sent."""
    return on_refused(handle, lambda item: {**item, "messageKey": str(uuid.uuid4())})


@server_mutant(kills="send-key-generated")
def leaves_a_generated_key_empty(handle: Handler) -> Handler:
    """Gives an empty messageKey to a recipient that sent none."""
    return _generated(handle, lambda item: {**item, "messageKey": ""})


@server_mutant(kills="send-key-generated")
def leaves_a_generated_key_out(handle: Handler) -> Handler:
    """Gives no messageKey to a recipient that sent none."""
    return _generated(handle, lambda item: without(item, "messageKey"))


@server_mutant(kills="send-keys-distinct")
def generates_one_key_for_a_request(handle: Handler) -> Handler:
    """Gives the same generated messageKey to all recipients of a request that sent none."""

    def shared(request: Request, result: Object) -> Object:
        key = str(uuid.uuid4())
        return _keyed(request, result, lambda item: {**item, "messageKey": key}, sent=False)

    return on_result_of(handle, shared)


@server_mutant(kills="send-keys-distinct")
def generates_a_key_that_was_sent(handle: Handler) -> Handler:
    """Gives a recipient that sent no messageKey the one that another recipient sent."""

    def borrowed(request: Request, result: Object) -> Object:
        keys = [item["messageKey"] for recipient, item in matched(request, result) if "messageKey" in recipient]
        return _keyed(request, result, lambda item: {**item, "messageKey": keys[0]}, sent=False) if keys else result

    return on_result_of(handle, borrowed)


def _success(result: Object) -> Object:
    return {**without(result, "message"), "errorcode": 0}


def _is_all_refused(result: Object) -> bool:
    return bool(items(result)) and all(map(is_refused, items(result)))


def _retold(handle: Handler, message: Callable[[int, int], str]) -> Handler:
    """The server, with a message made of how many were refused and how many there were."""

    def changed(result: Object) -> Object:
        failed = len(refused(result))
        return {**result, "message": message(failed, len(items(result)))} if failed else result

    return on_result(handle, changed)


def _relisted(handle: Handler, change: Callable[[list[Object]], list[Object]]) -> Handler:
    """The server, with other items in a 202 and nothing else changed."""
    return on_result(handle, lambda result: {**result, "responses": change(items(result))})


def _echoed(handle: Handler, change: Callable[[str], str]) -> Handler:
    """The server, with the messageKeys that were sent changed where they come back."""

    def changed(item: Object) -> Object:
        return {**item, "messageKey": change(item["messageKey"])}

    return on_result_of(handle, lambda request, result: _keyed(request, result, changed, sent=True))


def _generated(handle: Handler, change: Callable[[Object], Object]) -> Handler:
    """The server, with the items changed whose recipients sent no messageKey."""
    return on_result_of(handle, lambda request, result: _keyed(request, result, change, sent=False))


def _keyed(request: Request, result: Object, change: Callable[[Object], Object], *, sent: bool) -> Object:
    """The result with the items changed whose recipients sent a messageKey, or sent none."""
    answered = [
        change(item) if ("messageKey" in recipient) == sent else item for recipient, item in matched(request, result)
    ]
    return {**result, "responses": answered}
