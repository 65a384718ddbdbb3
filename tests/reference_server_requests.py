"""Requests to the reference server, and what its answers say, for the tests of it."""

from __future__ import annotations

import json
from typing import Any

from conformance import contract
from conformance.model import Handler, Request, Response
from conformance.reference_server import SEND_PATH

CONTRACT = contract.read(contract.default_folder())
TOKEN = "reference-token"
JSON_HEADERS = (("authorization", f"Bearer {TOKEN}"), ("content-type", "application/json"))

CREDENTIALS = {
    "grant_type": "client_credentials",
    "client_id": "reference-client",
    "client_secret": "reference-secret",
}


class Clock:
    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


def recipient(key: str | None = None, **changes: Any) -> dict[str, Any]:
    """A good recipient; a change to None takes the field away."""
    whole = {"contactKey": "Astro25", "to": "15555550100", "messageKey": key, **changes}
    return {name: value for name, value in whole.items() if value is not None}


def body(*recipients: Any, **changes: Any) -> dict[str, Any]:
    return {"definitionKey": "account_rest", "recipients": list(recipients), **changes}


def post(content: Any, headers: Any = JSON_HEADERS, target: str = SEND_PATH) -> Request:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return Request("POST", target, headers, data)


def send(handle: Handler, *recipients: Any, **changes: Any) -> Any:
    """The body of the 202 to these recipients."""
    response = handle(post(body(*recipients, **changes)))
    assert response.status == 202, response.body
    assert CONTRACT.response_faults("sendSMSMessageMultipleRecipients", 202, response.json) == []
    return response.json


def refused(response: Response) -> tuple[int, int]:
    """Status and code of an error, after a look at its body (R26)."""
    assert response.media_type == "application/json"
    assert set(response.json) == {"message", "errorcode", "documentation"}
    assert isinstance(response.json["message"], str) and response.json["message"]
    assert TOKEN.encode() not in response.body
    assert b"Traceback" not in response.body
    return response.status, response.json["errorcode"]


def codes(answer: Any) -> list[int | None]:
    return [item.get("errorcode") for item in answer["responses"]]
