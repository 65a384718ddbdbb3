"""What an edited client is: the generated client with some lines replaced, as values.

An edit that breaks one thing is a mutant, which some requirement must notice; one that changes what does not matter is
a correct variant. Nothing is loaded here: `conformance.edited_client` does that.
"""

from __future__ import annotations

from attrs import frozen

#: Files of the generated client.
ABOUT = "about.py"
CALLS = "calls.py"
CLIENT = "client.py"
ERRORS = "errors.py"
EXCHANGE = "exchange.py"
MIXED = "mixed.py"
READING = "reading.py"
WRITING = "writing.py"
SEND = "api/transactional_messaging/send_sms_message_multiple_recipients.py"
API_ERROR = "models/api_error.py"
RECIPIENT = "models/sms_recipient.py"
RECIPIENT_ATTRIBUTES = "models/sms_recipient_attributes.py"
REQUEST = "models/sms_send_request.py"
RESULT = "models/sms_send_result.py"
ITEM = "models/sms_send_result_item.py"
SUBSCRIPTIONS = "models/sms_send_subscriptions.py"

#: The forms of a call.
BOTH, SYNC, ASYNC = ("sync", "async"), ("sync",), ("async",)


@frozen
class Edit:
    """In one file of the package, `old`, which stands there exactly once, is replaced by `new`."""

    file: str
    old: str
    new: str


@frozen
class ClientEdit:
    """A client with one fault, made of the generated one: its name, the requirement that must notice it, the fault in a
    sentence, and what is edited. `styles` are the forms of a call in which it is wrong."""

    name: str
    kills: str
    description: str
    edits: tuple[Edit, ...]
    styles: tuple[str, ...] = BOTH


def client_edit(name: str, kills: str, description: str, *edits: Edit, styles: tuple[str, ...] = BOTH) -> ClientEdit:
    return ClientEdit(name, kills, description, edits, styles)
