# Emitted by scripts/generate.py from openapi.yaml (1.0.0); do not edit: change what it is made from.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..reading import list_of, member, members, missing, optional
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.sms_recipient import SmsRecipient
    from ..models.sms_send_attributes import SmsSendAttributes
    from ..models.sms_send_content import SmsSendContent
    from ..models.sms_send_subscriptions import SmsSendSubscriptions


@_attrs_define(kw_only=True)
class SmsSendRequest:
    """One message to several recipients.

    Attributes:
        definition_key (str): Names the send definition to use.
        recipients (list[SmsRecipient]): Who gets the message. One at fault is refused alone; the others are queued.
        attributes (SmsSendAttributes | Unset): Personalises the message for the whole request, as names with
            values. A name is that of a profile attribute, of a content attribute, or of a column in the data extension
            behind the send.
        content (SmsSendContent | Unset): What the message says, where it departs from the definition.
        subscriptions (SmsSendSubscriptions | Unset): What the message does to the recipients' subscriptions.
    """

    definition_key: str
    recipients: list[SmsRecipient]
    attributes: SmsSendAttributes | Unset = UNSET
    content: SmsSendContent | Unset = UNSET
    subscriptions: SmsSendSubscriptions | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(factory=lambda: {})

    def to_dict(self) -> dict[str, Any]:
        """The JSON object: what is set, and what came that the contract does not know."""
        made: dict[str, Any] = dict(self.additional_properties)
        made["definitionKey"] = self.definition_key
        made["recipients"] = [each0.to_dict() for each0 in self.recipients]
        if not isinstance(self.attributes, Unset):
            made["attributes"] = self.attributes.to_dict()
        if not isinstance(self.content, Unset):
            made["content"] = self.content.to_dict()
        if not isinstance(self.subscriptions, Unset):
            made["subscriptions"] = self.subscriptions.to_dict()
        return made

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read a JSON object, which stays as it is; raises `Misfit`, a `ValueError` that says where it does not fit."""
        from ..models.sms_recipient import SmsRecipient
        from ..models.sms_send_attributes import SmsSendAttributes
        from ..models.sms_send_content import SmsSendContent
        from ..models.sms_send_subscriptions import SmsSendSubscriptions

        found = src_dict.copy() if isinstance(src_dict, dict) else members(src_dict)
        made = object.__new__(cls)
        try:
            made.definition_key = found.pop("definitionKey")
            made.recipients = member(found, "recipients", list_of(SmsRecipient.from_dict))
            made.attributes = optional(found, "attributes", SmsSendAttributes.from_dict)
            made.content = optional(found, "content", SmsSendContent.from_dict)
            made.subscriptions = optional(found, "subscriptions", SmsSendSubscriptions.from_dict)
        except KeyError as error:
            raise missing(error) from None
        made.additional_properties = found
        return made

    @property
    def additional_keys(self) -> list[str]:
        """The names of what the contract does not know."""
        return list(self.additional_properties)

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
