"""The edits that faults are made of: to a request on its way in, to an answer on its way out.

All of them leave alone what they are not about: another operation, another status, a body that cannot
be read. Items are matched with recipients by key and, where there is none, by position.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TypeVar

from attrs import evolve

from conformance.model import (
    JSON,
    Handler,
    NotStrictJSON,
    Request,
    Response,
    is_array,
    is_object,
    json_response,
)

PATH = "/messaging/v1/sms/messages"

Object = dict[str, JSON]
_Message = TypeVar("_Message", Request, Response)


def is_send(request: Request) -> bool:
    return request.method == "POST" and is_send_path(request)


def is_send_path(request: Request) -> bool:
    return request.path in (PATH, f"{PATH}/")


def is_json(message: Request | Response) -> bool:
    try:
        _ = message.json
    except NotStrictJSON:
        return False
    return True


def as_object(value: JSON) -> Object:
    """The value if it is an object, else an empty one."""
    return value if is_object(value) else {}


def as_list(value: JSON) -> Sequence[JSON]:
    """The value if it is a list, else an empty one."""
    return value if is_array(value) else ()


def read(message: Request | Response) -> Object:
    """The JSON object of a body; empty if the body is anything else."""
    return as_object(message.json) if is_json(message) else {}


def recipients(request: Request) -> list[Object]:
    """The recipients of a send; one that is no object counts as empty, so that positions hold."""
    return [as_object(each) for each in as_list(read(request).get("recipients"))]


def sent_keys(request: Request) -> list[str]:
    """The messageKeys that a send gives, in order."""
    return [key for each in recipients(request) if isinstance(key := each.get("messageKey"), str)]


def strings(value: JSON) -> Iterator[str]:
    """All the strings in a JSON value, names included."""
    waiting: list[JSON] = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        waiting += [*as_list(value), *as_object(value), *as_object(value).values()]


def items(result: Object) -> list[Object]:
    return [each for each in as_list(result.get("responses")) if is_object(each)]


def matched(request: Request, result: Object) -> list[tuple[Object, Object]]:
    """Each item of a 202 with the recipient that it answers: the first with its key, or the next without one."""
    left = recipients(request)
    pairs: list[tuple[Object, Object]] = []
    for item in items(result):
        key = item.get("messageKey")
        own = [each for each in left if each.get("messageKey") == key]
        keyless = [each for each in left if not isinstance(each.get("messageKey"), str)]
        nobody: Object = {}
        recipient = next(iter([*own, *keyless, *left]), nobody)
        pairs.append((recipient, item))
        left = [each for each in left if each is not recipient]
    return pairs


def is_refused(item: Object) -> bool:
    return "errorcode" in item


def refused(result: Object) -> list[Object]:
    return [each for each in items(result) if is_refused(each)]


def is_mixed(result: Object) -> bool:
    return 0 < len(refused(result)) < len(items(result))


def queued_item(item: Object) -> Object:
    return {"messageKey": item.get("messageKey")}


def refused_item(item: Object, code: int, message: str) -> Object:
    return {"messageKey": item.get("messageKey"), "errorcode": code, "message": message}


def without(value: Object, *names: str) -> Object:
    return {name: member for name, member in value.items() if name not in names}


def renamed(value: Object, old: str, new: str) -> Object:
    return {new if name == old else name: member for name, member in value.items()}


def with_items(result: Object, changed: list[Object]) -> Object:
    """The result with other items, its code and message made to fit them."""
    failed = sum(map(is_refused, changed))
    summary: Object = {"errorcode": 109001 if failed else 0}
    if failed:
        summary["message"] = tally(failed, len(changed))
    return {**without(result, "message"), **summary, "responses": changed}


def tally(failed: int, total: int) -> str:
    return f"MCMS_UTM_ResponsesHasErrors: {failed} subscribers failed to queue out of {total}"


def with_header(message: _Message, name: str, value: str) -> _Message:
    """The message with this header in place of any of the same name."""
    return evolve(message, headers=(*without_header(message, name).headers, (name, value)))


def without_header(message: _Message, name: str) -> _Message:
    return evolve(message, headers=tuple(each for each in message.headers if each[0] != name.lower()))


def with_json(message: _Message, value: JSON) -> _Message:
    """The message with another JSON body, written in ASCII so that any string can be."""
    return evolve(message, body=json.dumps(value).encode())


def edited(message: _Message, change: Callable[[Object], JSON]) -> _Message:
    """The message with its JSON object changed; the very same if nothing changes or the body is no object."""
    before = read(message)
    after = change(before) if before else before
    # Compared as text, since to Python 0 == False and 1 == 1.0.
    return message if json.dumps(after) == json.dumps(before) else with_json(message, after)


def refusal(status: int, code: int, message: str, *headers: tuple[str, str]) -> Response:
    """An error as the contract wants it."""
    return json_response(status, {"message": message, "errorcode": code, "documentation": ""}, headers)


def on_answer(handle: Handler, change: Callable[[Request, Response], Response]) -> Handler:
    """The server, with each answer to a send changed."""

    def faulty(request: Request) -> Response:
        response = handle(request)
        return change(request, response) if is_send(request) else response

    return faulty


def on_result(handle: Handler, change: Callable[[Object], JSON]) -> Handler:
    """The server, with the body of each 202 changed."""
    return on_result_of(handle, lambda _, result: change(result))


def on_result_of(handle: Handler, change: Callable[[Request, Object], JSON]) -> Handler:
    """The server, with the body of each 202 changed in view of its request."""

    def faulty(request: Request, response: Response) -> Response:
        return edited(response, lambda result: change(request, result)) if is_accepted(response) else response

    return on_answer(handle, faulty)


def on_items(handle: Handler, change: Callable[[Object], JSON]) -> Handler:
    """The server, with each item of a 202 changed and nothing else."""
    return on_result(handle, lambda result: {**result, "responses": [change(each) for each in items(result)]})


def on_refused(handle: Handler, change: Callable[[Object], JSON]) -> Handler:
    """The server, with each refused item of a 202 changed and nothing else."""
    return on_items(handle, lambda item: change(item) if is_refused(item) else item)


def on_match(handle: Handler, change: Callable[[Object, Object], Object]) -> Handler:
    """The server, with each item changed in view of its recipient, and the result made to fit."""

    def rejudged(request: Request, result: Object) -> Object:
        changed = [change(recipient, item) for recipient, item in matched(request, result)]
        return result if changed == items(result) else with_items(result, changed)

    return on_result_of(handle, rejudged)


def on_error(
    handle: Handler,
    change: Callable[[Request, Response], Response],
    statuses: Collection[int] = range(400, 600),
) -> Handler:
    """The server, with each error of these statuses changed, whatever the path and method."""

    def faulty(request: Request) -> Response:
        response = handle(request)
        return change(request, response) if response.status in statuses else response

    return faulty


def on_request(handle: Handler, change: Callable[[Object], JSON]) -> Handler:
    """The server, with the JSON object of each send changed before it is read."""

    return lambda request: handle(edited(request, change) if is_send(request) else request)


def on_recipients(handle: Handler, change: Callable[[Object], JSON]) -> Handler:
    """The server, with each recipient of a send changed before it is read."""

    def changed(body: Object) -> Object:
        listed = as_list(body.get("recipients"))
        told = [change(each) if is_object(each) else each for each in listed]
        return {**body, "recipients": told} if listed else body

    return on_request(handle, changed)


def is_accepted(response: Response) -> bool:
    return response.status == 202


def is_kept_out(response: Response) -> bool:
    return response.status in (401, 403)
