"""Servers whose memory is at fault: what one request leaves behind for the next, or for one at the same time.

Those that err between requests at the same time wait for a moment between looking and acting, as a server does that
asks a database; only where a client comes for one request, for the others would be slowed down for nothing.
"""

from __future__ import annotations

import time
import uuid
from collections import OrderedDict
from collections.abc import Callable
from itertools import count

from attrs import evolve

from conformance.model import Handler, Request, Response
from conformance.mutants.server_access import admitting
from conformance.mutants.server_edits import (
    Object,
    is_accepted,
    is_kept_out,
    is_refused,
    is_send,
    matched,
    on_answer,
    on_match,
    on_result,
    on_result_of,
    queued_item,
    refusal,
    refused_item,
    sent_keys,
    with_items,
)
from conformance.mutants.server_mutant import server_mutant
from conformance.mutants.server_recipients import with_other_keys

#: Seconds in which others can come in between.
_MOMENT = 0.03
_TWICE = "MCMS_UTM_Validation_DuplicateMessageKey: Duplicate key"
_LONGEST_KEY = 100


@server_mutant(kills="send-reused-key-refused")
def remembers_the_last_ten_keys(handle: Handler) -> Handler:
    """Queues a messageKey again once ten others have come since."""
    names: OrderedDict[str, str] = OrderedDict()

    def renewed() -> Callable[[str], str]:
        def changed(key: str) -> str:
            if len(key) > _LONGEST_KEY:
                return key
            name = names.setdefault(key, str(uuid.uuid4()))
            while len(names) > 10:
                names.popitem(last=False)
            return name

        return changed

    return with_other_keys(handle, renewed)


@server_mutant(kills="send-reused-key-refused")
def queues_one_key_for_many_clients(handle: Handler) -> Handler:
    """Queues a messageKey for each of several clients that send it at the same time."""
    names: dict[str, str] = {}

    def faulty(request: Request) -> Response:
        known = {key: names.get(key) for key in sent_keys(request)}
        _wait(request)
        for key, name in known.items():
            if name is None:
                names[key] = key if len(key) > _LONGEST_KEY else str(uuid.uuid4())
        own = {key: name or names[key] for key, name in known.items()}
        return with_other_keys(handle, lambda: lambda key: own[key])(request)

    return faulty


@server_mutant(kills="send-reused-key-refused")
def repeats_its_answer_to_a_repeated_request(handle: Handler) -> Handler:
    """Answers a request that comes again with recipients and a new requestId as it did the first time."""
    given: dict[bytes, Response] = {}

    def changed(request: Request, response: Response) -> Response:
        if not is_accepted(response) or not sent_keys(request):
            return response
        return given.setdefault(request.body, response)

    renamed = on_answer(handle, changed)
    return on_result(renamed, lambda result: {**result, "requestId": str(uuid.uuid4())})


@server_mutant(kills="send-reused-key-refused")
def forgets_the_keys_it_made(handle: Handler) -> Handler:
    """Queues a messageKey again that it has made itself."""
    made: set[str] = set()

    def changed(recipient: Object, item: Object) -> Object:
        if "messageKey" not in recipient:
            made.add(str(item["messageKey"]))
        is_hit = recipient.get("messageKey") in made and item.get("errorcode") == 109110
        return queued_item(item) if is_hit else item

    return on_match(handle, changed)


@server_mutant(kills="send-reused-key-refused")
def gives_a_reused_key_another_code(handle: Handler) -> Handler:
    """Gives a recipient whose messageKey an earlier request queued the code of an invalid one."""

    def changed(request: Request, result: Object) -> Object:
        keys = sent_keys(request)
        items = [
            {**item, "errorcode": 109108}
            if item.get("errorcode") == 109110 and keys.count(str(recipient.get("messageKey"))) == 1
            else item
            for recipient, item in matched(request, result)
        ]
        return {**result, "responses": items}

    return on_result_of(handle, changed)


@server_mutant(kills="send-good-request-queued")
def uses_up_keys_of_requests_it_refuses(handle: Handler) -> Handler:
    """Refuses a messageKey that stood in a request which was refused whole."""
    return _using_up(handle, lambda response: response.status == 400)


@server_mutant(kills="send-good-request-queued")
def uses_up_keys_of_strangers(handle: Handler) -> Handler:
    """Refuses a messageKey that somebody has sent who was not let in."""
    return _using_up(handle, is_kept_out)


@server_mutant(kills="send-good-request-queued")
def locks_out_after_three_wrong_tokens(handle: Handler) -> Handler:
    """Lets nobody in after three wrong tokens in a row, and says 403."""
    failures = count()
    last = [0]

    def faulty(request: Request, response: Response) -> Response:
        if is_kept_out(response):
            last[0] = next(failures)
        return refusal(403, 40001, "MCMS_UTM_Authentication_NotAuthenticated: Locked") if last[0] >= 3 else response

    return on_answer(handle, faulty)


@server_mutant(kills="send-generated-key-new")
def counts_generated_keys_in_each_request(handle: Handler) -> Handler:
    """Makes the keys message-1, message-2 and so on, from the first in each request."""

    def changed(request: Request, result: Object) -> Object:
        items = [
            item if "messageKey" in recipient else {**item, "messageKey": f"message-{place}"}
            for place, (recipient, item) in enumerate(matched(request, result), 1)
        ]
        return {**result, "responses": items}

    return on_result_of(handle, changed)


@server_mutant(kills="send-generated-key-new")
def makes_keys_from_the_recipient(handle: Handler) -> Handler:
    """Makes the key of a recipient that sent none from its members and its place."""

    def changed(request: Request, result: Object) -> Object:
        items = [
            item
            if "messageKey" in recipient
            else {**item, "messageKey": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{place} {sorted(recipient)}"))}
            for place, (recipient, item) in enumerate(matched(request, result))
        ]
        return {**result, "responses": items}

    return on_result_of(handle, changed)


@server_mutant(kills="send-item-count")
def keeps_the_items_of_the_request_before(handle: Handler) -> Handler:
    """Lists the items of the request before as well, if it had refused ones."""
    before: list[Object] = []

    def changed(result: Object) -> Object:
        items = [*before, *result["responses"]]
        before[:] = [each for each in result["responses"] if is_refused(each)]
        return with_items(result, items)

    return on_result(handle, changed)


@server_mutant(kills="send-key-echoed")
def answers_one_client_with_the_items_of_another(handle: Handler) -> Handler:
    """Answers the request that came last when several come at the same time."""
    current: list[Request] = []

    def faulty(request: Request) -> Response:
        if not is_send(request):
            return handle(request)
        current[:] = [request]
        _wait(request)
        mixed_up = current[0]
        return handle(evolve(request, body=mixed_up.body))

    return faulty


@server_mutant(kills="auth-wrong-token-refused")
def lets_strangers_in_beside_a_known_caller(handle: Handler) -> Handler:
    """Lets in a request with a wrong token while one with the right token is under way."""
    under_way: list[str | None] = []
    letting_in = admitting(handle, lambda request, token: f"Bearer {token}" in under_way)

    def faulty(request: Request) -> Response:
        sent = request.header("authorization")
        if sent is None:
            return handle(request)
        under_way.append(sent)
        try:
            response = letting_in(request)
            # Who is let in takes longer than who is not, and is under way when the other is looked at again.
            _wait(request, _MOMENT if is_accepted(response) else _MOMENT / 3)
            return letting_in(request) if is_kept_out(response) else response
        finally:
            under_way.remove(sent)

    return faulty


@server_mutant(kills="server-error-never")
def fails_with_two_clients_at_once(handle: Handler) -> Handler:
    """Answers 500 to a request that comes while another is under way."""
    under_way: list[Request] = []

    def faulty(request: Request) -> Response:
        under_way.append(request)
        try:
            _wait(request)
            if len(under_way) > 1:
                return refusal(500, 30000, "MCMS_UTM_Runtime: the database is locked")
            return handle(request)
        finally:
            under_way.pop()

    return faulty


@server_mutant(kills="request-id-new")
def names_requests_by_their_size(handle: Handler) -> Handler:
    """Makes the requestId from the number of recipients."""

    def changed(result: Object) -> Object:
        name = f"{len(result['responses'])} recipients"
        return {**result, "requestId": str(uuid.uuid5(uuid.NAMESPACE_OID, name))}

    return on_result(handle, changed)


def _wait(request: Request, seconds: float = _MOMENT) -> None:
    if request.header("connection") == "close":
        time.sleep(seconds)


def _using_up(handle: Handler, is_meant: Callable[[Response], bool]) -> Handler:
    """The server, refusing messageKeys that stood in requests whose answer is meant."""
    used: set[str] = set()

    def changed(recipient: Object, item: Object) -> Object:
        is_hit = recipient.get("messageKey") in used and not is_refused(item)
        return refused_item(item, 109110, _TWICE) if is_hit else item

    refusing = on_match(handle, changed)

    def faulty(request: Request) -> Response:
        response = refusing(request)
        if is_send(request) and is_meant(response):
            used.update(sent_keys(request))
        return response

    return faulty
