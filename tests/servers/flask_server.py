"""A small server as someone would write it with Flask, from the contract alone, and the mistakes they might have made.

With no fault named it keeps every ruling. Each fault is a branch at the place where the mistake would be made.
"""

from __future__ import annotations

import hmac
import json
import re
import secrets
import time
import uuid
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, NamedTuple

from flask import Blueprint, Flask, Response, current_app, g, jsonify, request
from werkzeug.exceptions import HTTPException

TOKEN = "reference-token"
DEFINITIONS = {"account_rest"}
MAX_RECIPIENTS = 100
THREE_DAYS = 72 * 3600

PUBLISHED = {
    109104: "MCMS_UTM_Validation_MissingRequiredField_messageKey",
    109105: "MCMS_UTM_Validation_MissingRequiredField_subscriberKey",
    109106: "MCMS_UTM_Validation_MissingRequiredField_to",
    109108: "MCMS_UTM_Validation_InvalidValue_messageKey",
    109109: "MCMS_UTM_Validation_InvalidValue_subscriberKey",
    109110: "MCMS_UTM_Validation_DuplicateMessageKey",
    109121: "MCMS_UTM_Validation_InvalidValue_to",
}


class Fault(NamedTuple):
    """What was done wrong, the ruling that it breaks, and a requirement that must be among those that fail.

    Two break the schema of the request, and no ruling says what is to come of that.
    """

    description: str
    ruling: str
    requirement: str


FAULTS = {
    "camel-case-code": Fault("An item has its code under errorCode.", "R1", "send-item-errorcode-key"),
    "success-if-any-queued": Fault(
        "The top-level errorcode is 0 as soon as one recipient was queued.", "R5", "send-mixed-errorcode"
    ),
    "counts-refused-of-queued": Fault(
        "The message says how many were refused out of those that were queued.", "R6", "send-mixed-message"
    ),
    "message-on-queued-items": Fault("An item that was queued has a message that says so.", "R7", "send-queued-item"),
    "answers-refused-only": Fault(
        "Only those that were refused are in the answer, if there are any.", "R8", "send-item-count"
    ),
    "no-key-made": Fault(
        "An item without a messageKey in the request has null in the answer.", "R8", "send-key-generated"
    ),
    "all-or-nothing": Fault("One recipient at fault refuses the whole request.", "R10", "send-good-recipient-queued"),
    "stops-at-first-refusal": Fault(
        "After a recipient that is refused the others are refused as well.", "R32", "send-good-recipient-queued"
    ),
    "cuts-long-keys": Fault(
        "A messageKey of more than 100 characters is cut to fit its column.", "R12", "send-long-key-refused"
    ),
    "counts-bytes-of-keys": Fault(
        "A messageKey is measured in bytes of UTF-8, not in characters.", "R12", "send-good-request-queued"
    ),
    "compares-with-store-only": Fault(
        "A duplicate is looked for among earlier requests, not within this one.", "R13", "send-duplicate-key-refused"
    ),
    "compares-within-request-only": Fault(
        "A duplicate is looked for within this request, not among earlier ones.", "R14", "send-reused-key-refused"
    ),
    "folds-case-of-keys": Fault(
        "Keys that differ in the case of their letters are taken for duplicates.", "R13", "send-good-request-queued"
    ),
    "no-limit": Fault(
        "The server's own limit of recipients is not enforced.", "R17", "send-too-many-recipients-refused"
    ),
    "lets-unknown-nested-fields": Fault(
        "Unknown fields are refused at the top, not inside recipients.", "R18", "send-unknown-field-refused"
    ),
    "other-types-refused-alone": Fault(
        "A recipient with a number for a string is refused alone, in a 202.", "R38", "send-invalid-request-refused"
    ),
    "null-is-left-out": Fault("A member that is null counts as left out.", "R38", "send-invalid-request-refused"),
    "says-422": Fault("What is not valid is refused with 422.", "R24", "status-documented"),
    "reads-utf-16": Fault(
        "The body goes to json.loads as bytes, which takes UTF-16 and a byte-order mark.",
        "R20",
        "send-malformed-body-refused",
    ),
    "takes-nan": Fault("NaN and Infinity are taken for numbers.", "R20", "send-malformed-body-refused"),
    "any-content-type": Fault("The content type is not looked at.", "R21", "send-wrong-content-type-refused"),
    "token-prefix": Fault("The token need only begin like the right one.", "R22", "auth-wrong-token-refused"),
    "any-scheme": Fault("The token is taken from whichever scheme.", "R22", "auth-wrong-scheme-refused"),
    "token-in-query": Fault("A token in the query lets in as well.", "R23", "auth-token-elsewhere-refused"),
    "validates-first": Fault("The body is judged before the token.", "R22", "auth-before-body"),
    "pages-of-framework": Fault("The framework's own pages in HTML are left as they are.", "R26", "error-body"),
    "code-as-text": Fault("The code of an error is a string.", "R3", "errorcode-integer"),
    "redirects-to-slash": Fault(
        "The path without its slash redirects to the one with it.", "R27", "path-trailing-slash"
    ),
    "id-of-the-second": Fault("The requestId is made from the time in seconds.", "R28", "request-id-new"),
    "id-of-the-process": Fault("The requestId is made once, when the server starts.", "R28", "request-id-new"),
    "crashes-on-other-shapes": Fault(
        "A body that is no object, or a recipient that is none, is an error of its own.",
        "R20",
        "send-invalid-request-refused",
    ),
}


def has(fault: str) -> bool:
    assert fault in FAULTS, fault
    return fault in current_app.config["FAULTS"]


class ApiError(Exception):
    """The whole request is refused."""

    def __init__(self, errorcode: int, message: str, status: int = 400, **headers: str) -> None:
        super().__init__(message)
        self.errorcode, self.message, self.status = errorcode, message, status
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


@dataclass
class Recipient:
    contact_key: Any
    to: Any
    sent_key: str | None
    message_key: str

    @classmethod
    def from_json(cls, raw: Any) -> Recipient:
        if not has("crashes-on-other-shapes"):
            check_type(raw, dict, "recipients")
        if not has("lets-unknown-nested-fields"):
            check_fields(raw, {"contactKey", "to", "messageKey", "attributes"})
        check_members(raw, attributes=dict, messageKey=str)
        if not has("other-types-refused-alone"):
            check_members(raw, contactKey=str, to=str)
        key = raw.get("messageKey")
        if has("cuts-long-keys"):
            key = key and key[:100]
        return cls(raw.get("contactKey"), raw.get("to"), key, secrets.token_urlsafe(16) if key is None else key)

    def fault(self) -> int | None:
        """The code this recipient is refused with, whatever the others are like."""
        length = len(
            self.message_key.encode("utf-8", "surrogatepass") if has("counts-bytes-of-keys") else self.message_key
        )
        if length > 100:
            return 109108
        if length == 0:
            return 109104
        if self.to is None:
            return 109106
        if self.contact_key is None:
            return 109105
        if not isinstance(self.to, str) or not re.fullmatch(r"[1-9][0-9]{7,14}", self.to):
            return 109121
        if not isinstance(self.contact_key, str) or not self.contact_key:
            return 109109
        return None


@dataclass
class Outbox:
    """What was queued, and when."""

    queued_at: dict[str, float] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def send(self, recipients: list[Recipient]) -> list[tuple[Recipient, int | None]]:
        with self.lock:
            now = time.time()
            used = {key for key, at in self.queued_at.items() if now - at < THREE_DAYS}
            if has("compares-within-request-only"):
                used = set()
            results: list[tuple[Recipient, int | None]] = []
            for recipient in recipients:
                key = recipient.message_key.casefold() if has("folds-case-of-keys") else recipient.message_key
                code = 109110 if key in used else recipient.fault()
                if has("stops-at-first-refusal") and results and results[-1][1]:
                    code = code or results[-1][1]
                if not has("compares-with-store-only"):
                    used.add(key)
                if code is None:
                    self.queued_at[key] = now
                results.append((recipient, code))
            return results


api = Blueprint("sms", __name__, url_prefix="/messaging/v1/sms")


def check_token() -> None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if has("token-in-query"):
        token = token or request.args.get("access_token", "")
        scheme = scheme or "bearer"
    if has("token-prefix"):
        right = token.startswith(TOKEN)
    else:
        right = hmac.compare_digest(token.strip().encode(), TOKEN.encode())
    if not right or (scheme.lower() != "bearer" and not has("any-scheme")):
        raise ApiError(0, "Not Authorized", 401, WWW_Authenticate="Bearer")


@api.before_request
def authenticate() -> None:
    g.request_id = str(uuid.uuid1())
    if has("id-of-the-second"):
        g.request_id = str(uuid.uuid5(uuid.NAMESPACE_URL, str(int(time.time()))))
    if has("id-of-the-process"):
        g.request_id = current_app.config["STARTED"]
    if not has("validates-first"):
        check_token()


@api.post("/messages/")
def send_messages() -> tuple[Response, int]:
    recipients = read_recipients()
    if has("validates-first"):
        check_token()
    if has("all-or-nothing") and any(each.fault() for each in recipients):
        raise ApiError(109103, "MCMS_UTM_Validation_NoValidSubscribers")
    results = current_app.config["OUTBOX"].send(recipients)
    refused = [(recipient, code) for recipient, code in results if code is not None]
    answer: dict[str, Any] = {"requestId": g.request_id, "errorcode": 0}
    if refused and not (has("success-if-any-queued") and len(refused) < len(results)):
        total = len(results) - len(refused) if has("counts-refused-of-queued") else len(results)
        answer["errorcode"] = 109001
        answer["message"] = f"MCMS_UTM_ResponsesHasErrors: {len(refused)} subscribers failed to queue out of {total}"
    shown = refused if has("answers-refused-only") and refused else results
    answer["responses"] = [result_item(recipient, code) for recipient, code in shown]
    return jsonify(answer), 202


def result_item(recipient: Recipient, code: int | None) -> dict[str, Any]:
    item: dict[str, Any] = {"messageKey": recipient.sent_key if has("no-key-made") else recipient.message_key}
    if code is not None:
        item["errorCode" if has("camel-case-code") else "errorcode"] = code
        item["message"] = f"{PUBLISHED[code]}: Invalid subscriber"
    elif has("message-on-queued-items"):
        item["message"] = "Queued"
    return item


def read_recipients() -> list[Recipient]:
    payload = read_json()
    if not has("crashes-on-other-shapes"):
        check_type(payload, dict, "the body")
    check_fields(payload, {"definitionKey", "recipients", "content", "subscriptions", "attributes"})
    check_members(payload, definitionKey=str, recipients=list, content=dict, subscriptions=dict, attributes=dict)
    content, subscriptions = payload.get("content") or {}, payload.get("subscriptions") or {}
    if not has("lets-unknown-nested-fields"):
        check_fields(content, {"message"})
        check_fields(subscriptions, {"resubscribe"})
    check_members(content, message=str)
    check_members(subscriptions, resubscribe=bool)
    if payload.get("definitionKey") is None:
        raise ApiError(109107, "MCMS_UTM_Validation_MissingRequiredField_definitionKey")
    recipients = [Recipient.from_json(each) for each in payload.get("recipients") or ()]
    if not recipients:
        raise ApiError(109102, "MCMS_UTM_Validation_NoSubscribers")
    if len(recipients) > MAX_RECIPIENTS and not has("no-limit"):
        raise ApiError(109101, "MCMS_UTM_Validation_TooManySubscribers")
    if payload["definitionKey"] not in DEFINITIONS:
        raise ApiError(109111, "MCMS_UTM_Validation_InvalidValue_definitionKey")
    return recipients


def read_json() -> Any:
    body = request.get_data()
    if body and request.content_type and not request.is_json and not has("any-content-type"):
        raise ApiError(10003, "Send application/json", 415)
    if has("pages-of-framework"):
        return request.get_json(force=True)
    try:
        text = body if has("reads-utf-16") else body.decode()
        return json.loads(text, parse_constant=None if has("takes-nan") else reject_constant)
    except (ValueError, RecursionError):
        raise ApiError(10004, "The body is not JSON") from None


def reject_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def check_fields(raw: Any, known: set[str]) -> None:
    if set(raw) - known:
        raise ApiError(109122, "MCMS_UTM_Validation_UnknownFieldName", 422 if has("says-422") else 400)


def check_members(raw: Any, **types: type) -> None:
    for name in types.keys() & raw.keys():
        if raw[name] is not None or not has("null-is-left-out"):
            check_type(raw[name], types[name], name)


def check_type(value: Any, wanted: type, name: str) -> None:
    if not isinstance(value, wanted):
        raise ApiError(10001, f"{name} is of the wrong type", 422 if has("says-422") else 400)


def error_body(errorcode: int, message: str) -> dict[str, Any]:
    return {"message": message, "errorcode": errorcode, "documentation": "https://developer.example/errors"}


def on_api_error(error: ApiError) -> tuple[Response, int, dict[str, str]]:
    code: Any = str(error.errorcode) if has("code-as-text") else error.errorcode
    return jsonify(error_body(code, error.message)), error.status, error.headers


def on_http_error(error: HTTPException) -> Response:
    response = error.get_response()
    response.data = json.dumps(error_body(40002 if error.code == 404 else 30001, error.name))
    response.content_type = "application/json"
    return response


def on_crash(_: Exception) -> tuple[Response, int]:
    return jsonify(error_body(30000, "MCMS_UTM_Runtime")), 500


def create_app(*faults: str) -> Flask:
    """A server with a memory of its own and with the named faults."""
    assert set(faults) <= set(FAULTS), faults
    app = Flask(__name__)
    app.config.update(FAULTS=set(faults), OUTBOX=Outbox(), STARTED=str(uuid.uuid4()))
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.url_map.strict_slashes = "redirects-to-slash" in faults
    app.url_map.merge_slashes = False
    app.register_blueprint(api)
    app.register_error_handler(ApiError, on_api_error)
    if "pages-of-framework" not in faults:
        app.register_error_handler(HTTPException, on_http_error)
        app.register_error_handler(Exception, on_crash)
    return app


correct = create_app()
