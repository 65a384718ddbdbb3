# Emitted by scripts/generate.py from openapi.yaml (1.0.0); do not edit: change the contract, its overlay or client.yaml.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.sms_recipient import SmsRecipient
    from ..models.sms_send_attributes import SmsSendAttributes
    from ..models.sms_send_content import SmsSendContent
    from ..models.sms_send_subscriptions import SmsSendSubscriptions


T = TypeVar("T", bound="SmsSendRequest")


@_attrs_define
class SmsSendRequest:
    """One message to several recipients.

    Attributes:
        definition_key (str): Names the send definition to use.
        recipients (list[SmsRecipient]): Who gets the message. One at fault is refused alone; the others are queued.
        attributes (SmsSendAttributes | Unset): Personalises the message for the whole request, as names with values. A
            name is that of a profile attribute, of a content attribute, or of a column in the data extension behind the
            send.
        content (SmsSendContent | Unset): What the message says, where it departs from the definition.
        subscriptions (SmsSendSubscriptions | Unset): What the message does to the recipients' subscriptions.
    """

    definition_key: str
    recipients: list[SmsRecipient]
    attributes: SmsSendAttributes | Unset = UNSET
    content: SmsSendContent | Unset = UNSET
    subscriptions: SmsSendSubscriptions | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        definition_key = self.definition_key

        recipients = []
        for recipients_item_data in self.recipients:
            recipients_item = recipients_item_data.to_dict()
            recipients.append(recipients_item)

        attributes: dict[str, Any] | Unset = UNSET
        if not isinstance(self.attributes, Unset):
            attributes = self.attributes.to_dict()

        content: dict[str, Any] | Unset = UNSET
        if not isinstance(self.content, Unset):
            content = self.content.to_dict()

        subscriptions: dict[str, Any] | Unset = UNSET
        if not isinstance(self.subscriptions, Unset):
            subscriptions = self.subscriptions.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "definitionKey": definition_key,
                "recipients": recipients,
            }
        )
        if attributes is not UNSET:
            field_dict["attributes"] = attributes
        if content is not UNSET:
            field_dict["content"] = content
        if subscriptions is not UNSET:
            field_dict["subscriptions"] = subscriptions

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.sms_recipient import SmsRecipient  # noqa: PLC0415
        from ..models.sms_send_attributes import SmsSendAttributes  # noqa: PLC0415
        from ..models.sms_send_content import SmsSendContent  # noqa: PLC0415
        from ..models.sms_send_subscriptions import SmsSendSubscriptions  # noqa: PLC0415

        d = dict(src_dict)
        definition_key = d.pop("definitionKey")

        recipients = []
        _recipients = d.pop("recipients")
        for recipients_item_data in _recipients:
            recipients_item = SmsRecipient.from_dict(recipients_item_data)

            recipients.append(recipients_item)

        _attributes = d.pop("attributes", UNSET)
        attributes: SmsSendAttributes | Unset
        if isinstance(_attributes, Unset):
            attributes = UNSET
        else:
            attributes = SmsSendAttributes.from_dict(_attributes)

        _content = d.pop("content", UNSET)
        content: SmsSendContent | Unset
        if isinstance(_content, Unset):
            content = UNSET
        else:
            content = SmsSendContent.from_dict(_content)

        _subscriptions = d.pop("subscriptions", UNSET)
        subscriptions: SmsSendSubscriptions | Unset
        if isinstance(_subscriptions, Unset):
            subscriptions = UNSET
        else:
            subscriptions = SmsSendSubscriptions.from_dict(_subscriptions)

        sms_send_request = cls(
            definition_key=definition_key,
            recipients=recipients,
            attributes=attributes,
            content=content,
            subscriptions=subscriptions,
        )

        return sms_send_request
