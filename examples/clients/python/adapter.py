"""The adapter of the client beside this: it asks the client what sms-conformance asks, and tells what came of it.

    sms-conformance client --command "python examples/clients/python/adapter.py"

The protocol is conformance/protocol.md. Copy this, and put your own client in the place of `SmsClient`.
"""

from __future__ import annotations

import base64
import contextlib
import json
import pickle
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sms_client import TIMEOUT, NoAnswer, Refused, SendResult, SmsClient, SmsError, Unreadable, Unsent

#: One client for all calls with the same address, token and time-out, as an application would have it.
clients: dict[str, SmsClient] = {}


def client_for(call: dict[str, Any]) -> SmsClient:
    key = json.dumps([call["url"], call["token"], call["timeout"]])
    if key not in clients:
        clients[key] = SmsClient(call["url"], call["token"], TIMEOUT if call["timeout"] is None else call["timeout"])
    return clients[key].with_headers(call["headers"]) if call["headers"] else clients[key]


def outcome_of(call: dict[str, Any]) -> dict[str, Any]:
    client = client_for(call)
    try:
        result = client.send(call["body"])
    except Exception as error:  # whatever a client raises is what its caller was told
        return {**of_error(error), "default_timeout": TIMEOUT, "shown": shown(client, error)}
    return {**of_result(result), "default_timeout": TIMEOUT, "shown": shown(client, result)}


def of_result(result: SendResult) -> dict[str, Any]:
    return {
        # What a caller sees who looks at nothing but whether there are refusals.
        "told": "mixed" if result.refused else "accepted",
        "status": 202,
        "errorcode": result.code,
        "message": result.message,
        "request_id": result.request_id,
        "items": [
            {"message_key": each.message_key, "errorcode": each.code, "message": each.message} for each in result.items
        ],
        "written": result.answer,
    }


def of_error(error: Exception) -> dict[str, Any]:
    raised = f"{type(error).__module__}.{type(error).__qualname__}"
    if not isinstance(error, SmsError):
        return {"told": "crashed", "raised": raised}
    told: dict[str, Any] = {
        "raised": raised,
        "says_outcome_unknown": error.outcome_unknown,
        "has_request_and_response": error.request is not None and error.response is not None,
    }
    if error.response is not None:
        told["kept_body"] = {"base64": base64.b64encode(error.response.body).decode()}
    match error:
        case Refused(status=status, code=code, message=message, documentation=documentation):
            said = {"status": status, "errorcode": code, "message": message, "documentation": documentation}
            return {"told": "refused", **told, **said}
        case Unreadable(status=status, place=place):
            return {"told": "unreadable", **told, "status": status, "place": place}
        case NoAnswer():
            return {"told": "transport", **told}
        case Unsent():
            return {"told": "unsent", **told}
        case _:
            return {"told": "crashed", **told}


def shown(*values: object) -> str:
    """All that a program could print, log or store of them."""
    views: list[str] = []
    for value in values:
        views += [repr(value), str(value)]
        with contextlib.suppress(Exception):  # what cannot be stored shows nothing there
            views.append(pickle.dumps(value, protocol=0).decode("latin-1"))
        if isinstance(value, Exception):
            views += traceback.format_exception(value)
    return "\n".join(views)


def main() -> None:
    # Lines go to the suite alone: whatever else prints, prints to stderr.
    answers, sys.stdout = sys.stdout, sys.stderr

    def write(message: dict[str, Any]) -> None:
        answers.write(json.dumps(message) + "\n")
        answers.flush()

    abilities = {"styles": ["sync"], "together": ["threads"], "copies": True}
    write({"protocol": 1, "client": "sms_client.py", **abilities})
    with ThreadPoolExecutor(64) as threads:
        for line in sys.stdin:
            question = json.loads(line)
            if "call" in question:
                write({"id": question["id"], **outcome_of(question["call"])})
            else:
                write({"id": question["id"], "outcomes": list(threads.map(outcome_of, question["calls"]))})


if __name__ == "__main__":
    main()
