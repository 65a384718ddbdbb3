"""Refusals: the published codes the server uses, and the one shape of its error bodies."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from attrs import frozen

from conformance.model import JSON, Headers, Response, json_response

UNAUTHORIZED = 0
VALIDATION = 10000
INVALID_DATA_TYPE = 10001
INVALID_MESSAGE_FORMAT = 10004
INSUFFICIENT_PRIVILEGES = 20002
RUNTIME = 30000
INVALID_OPERATION = 30001
OBJECT_NOT_FOUND = 30003
TOKEN_ON_URL = 40003
TOKEN_IN_BODY = 40004
RESPONSES_HAS_ERRORS = 109001
TOO_MANY_RECIPIENTS = 109101
NO_RECIPIENTS = 109102
NO_CONTACT_KEY = 109105
NO_TO = 109106
NO_DEFINITION_KEY = 109107
INVALID_MESSAGE_KEY = 109108
DUPLICATE_MESSAGE_KEY = 109110
INVALID_DEFINITION_KEY = 109111
INVALID_TO = 109121
UNKNOWN_FIELD = 109122

#: The names of the codes that have one; the service-wide codes have none and stand without a prefix.
NAMES: Mapping[int, str] = MappingProxyType(
    {
        VALIDATION: "MCMS_UTM_Validation",
        INVALID_DATA_TYPE: "MCMS_UTM_Validation_InvalidDataType",
        RUNTIME: "MCMS_UTM_Runtime",
        INVALID_OPERATION: "MCMS_UTM_Runtime_InvalidOperation",
        OBJECT_NOT_FOUND: "MCMS_UTM_Runtime_ObjectNotFound",
        RESPONSES_HAS_ERRORS: "MCMS_UTM_ResponsesHasErrors",
        TOO_MANY_RECIPIENTS: "MCMS_UTM_Validation_TooManySubscribers",
        NO_RECIPIENTS: "MCMS_UTM_Validation_NoSubscribers",
        NO_CONTACT_KEY: "MCMS_UTM_Validation_MissingRequiredField_subscriberKey",
        NO_TO: "MCMS_UTM_Validation_MissingRequiredField_to",
        NO_DEFINITION_KEY: "MCMS_UTM_Validation_MissingRequiredField_definitionKey",
        INVALID_MESSAGE_KEY: "MCMS_UTM_Validation_InvalidValue_messageKey",
        DUPLICATE_MESSAGE_KEY: "MCMS_UTM_Validation_DuplicateMessageKey",
        INVALID_DEFINITION_KEY: "MCMS_UTM_Validation_InvalidValue_definitionKey",
        INVALID_TO: "MCMS_UTM_Validation_InvalidValue_to",
        UNKNOWN_FIELD: "MCMS_UTM_Validation_UnknownFieldName",
    }
)


def worded(code: int, text: str) -> str:
    """The text behind the published name of its code, if the code has one."""
    return f"{NAMES[code]}: {text}" if code in NAMES else text


@frozen
class Refusal(Exception):
    """The whole request is refused; nothing of it was done."""

    status: int
    code: int
    text: str
    headers: Headers = ()

    def __str__(self) -> str:
        return worded(self.code, self.text)


def error_response(
    status: int, code: int, message: str, headers: Headers = (), extra: Mapping[str, JSON] | None = None
) -> Response:
    """A response whose body has the three members of every error (R26)."""
    body = {"message": message, "errorcode": code, "documentation": "", **(extra or {})}
    return json_response(status, body, headers)
