"""What a right server answers to a valid send: who is queued, who is refused, and why.

It reads the rulings for the cases of clients alone: the smallest thing that they allow, in the order of the request.
"""

from __future__ import annotations

from collections.abc import Mapping

from conformance.drivers.answers import MISSING_TO, Fault, SendOperation, accepted_body
from conformance.model import JSON, Answer, json_response

_LONGEST_KEY = 100
MISSING = Fault(MISSING_TO)
MISSING_CONTACT = Fault(109105, "MCMS_UTM_Validation_MissingRequiredField_contactKey: Invalid subscriber")
LONG_KEY = Fault(109108, "MCMS_UTM_Validation_InvalidLength_messageKey: Invalid subscriber")
DUPLICATE = Fault(109110, "MCMS_UTM_Validation_Duplicate_messageKey: Invalid subscriber")
UNUSABLE = Fault(109121, "MCMS_UTM_Validation_InvalidValue_to: Invalid subscriber")


def answer_to(send: SendOperation, body: JSON) -> Answer:
    """The answer of a right server to a valid request, in the order of the request."""
    return accepting(send, accepted_body(body, faults(body)))


def accepting(send: SendOperation, body: JSON) -> Answer:
    return Answer(json_response(send.accepted, body))


def faults(body: JSON) -> Mapping[int, Fault]:
    """Why recipients are refused, by their position (R10 to R13)."""
    seen: set[str] = set()
    found: dict[int, Fault] = {}
    for index, each in enumerate(body["recipients"]):
        key = each.get("messageKey")
        if (fault := _fault(each, is_used=key in seen)) is not None:
            found[index] = fault
        if key is not None:
            seen.add(key)
    return found


def _fault(recipient: Mapping[str, JSON], *, is_used: bool) -> Fault | None:
    if "to" not in recipient:
        return MISSING
    if "contactKey" not in recipient:
        return MISSING_CONTACT
    if len(recipient.get("messageKey", "")) > _LONGEST_KEY:
        return LONG_KEY
    if is_used:
        return DUPLICATE
    return None if recipient["to"].isascii() and recipient["to"].isdigit() else UNUSABLE
