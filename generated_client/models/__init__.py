# Emitted by scripts/generate.py from openapi.yaml (1.0.0); do not edit: change what it is made from.
"""What goes out and what comes in."""

from .api_error import ApiError
from .sms_recipient import SmsRecipient
from .sms_recipient_attributes import SmsRecipientAttributes
from .sms_send_attributes import SmsSendAttributes
from .sms_send_content import SmsSendContent
from .sms_send_request import SmsSendRequest
from .sms_send_result import SmsSendResult
from .sms_send_result_item import SmsSendResultItem
from .sms_send_subscriptions import SmsSendSubscriptions

__all__ = [
    "ApiError",
    "SmsRecipient",
    "SmsRecipientAttributes",
    "SmsSendAttributes",
    "SmsSendContent",
    "SmsSendRequest",
    "SmsSendResult",
    "SmsSendResultItem",
    "SmsSendSubscriptions",
]
