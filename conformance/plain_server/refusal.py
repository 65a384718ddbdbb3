"""Why a whole request is refused, and the codes that say so."""

from __future__ import annotations

WRONG_TYPE = 10001, "MCMS_UTM_Validation_InvalidDataType"
MISSING_FIELD = 10002, "MCMS_UTM_Validation_MissingRequiredField"
WRONG_FORMAT = 10003, "MCMS_UTM_Validation_IncorrectFormat"
NO_MESSAGE_FORMAT = 10004, "InvalidMessageFormat"
WRONG_VALUE = 10005, "MCMS_UTM_Validation_InvalidValue"
FAILED = 30000, "MCMS_UTM_Runtime"
NOT_AUTHENTICATED = 40001, "MCMS_UTM_Authentication_NotAuthenticated"
WRONG_ENDPOINT = 40002, "WrongEndpoint"
TOKEN_IN_URL = 40003, "TokenInUrl"
TOO_MANY_RECIPIENTS = 109101, "MCMS_UTM_Validation_TooManySubscribers"
NO_RECIPIENTS = 109102, "MCMS_UTM_Validation_NoSubscribers"
NO_VALID_RECIPIENTS = 109103, "MCMS_UTM_Validation_NoValidSubscribers"
NO_DEFINITION = 109107, "MCMS_UTM_Validation_MissingRequiredField_definitionKey"
UNKNOWN_DEFINITION = 109111, "MCMS_UTM_Validation_InvalidValue_definitionKey"
WRONG_RESUBSCRIBE = 109114, "MCMS_UTM_Validation_InvalidValue_resubscribe"
UNKNOWN_FIELD = 109122, "MCMS_UTM_Validation_UnknownFieldName"

#: A published code and its name.
Code = tuple[int, str]


class Refusal(Exception):
    """The whole request is refused, and nothing is queued.

    The words never quote the request, which may hold the token.
    """

    def __init__(self, code: Code, words: str, status: int = 400) -> None:
        super().__init__(words)
        self.status = status
        self.errorcode = code[0]
        self.message = f"{code[1]}: {words}"
