# Emitted by scripts/generate.py from openapi.yaml (1.0.0); do not edit: change the contract, its overlay or client.yaml.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.sms_recipient_attributes import SmsRecipientAttributes


T = TypeVar("T", bound="SmsRecipient")


@_attrs_define
class SmsRecipient:
    """One recipient.

    Attributes:
        attributes (SmsRecipientAttributes | Unset): Personalises the message for this recipient, as names with values.
            A name is that of a profile attribute, of a content attribute, or of a column in the data extension behind the
            send.
        contact_key (str | Unset): Names the contact. Without one the recipient is refused with 109105.
        message_key (str | Unset): Follows this message; at most 100 characters of any kind, made by the service if left
            out. A key that stands twice in a request refuses the second recipient with 109110.
        to (str | Unset): Mobile number, digits with the country code in front. Without one the recipient is refused
            with 109106.
    """

    attributes: SmsRecipientAttributes | Unset = UNSET
    contact_key: str | Unset = UNSET
    message_key: str | Unset = UNSET
    to: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        attributes: dict[str, Any] | Unset = UNSET
        if not isinstance(self.attributes, Unset):
            attributes = self.attributes.to_dict()

        contact_key = self.contact_key

        message_key = self.message_key

        to = self.to

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if attributes is not UNSET:
            field_dict["attributes"] = attributes
        if contact_key is not UNSET:
            field_dict["contactKey"] = contact_key
        if message_key is not UNSET:
            field_dict["messageKey"] = message_key
        if to is not UNSET:
            field_dict["to"] = to

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.sms_recipient_attributes import SmsRecipientAttributes  # noqa: PLC0415

        d = dict(src_dict)
        _attributes = d.pop("attributes", UNSET)
        attributes: SmsRecipientAttributes | Unset
        if isinstance(_attributes, Unset):
            attributes = UNSET
        else:
            attributes = SmsRecipientAttributes.from_dict(_attributes)

        contact_key = d.pop("contactKey", UNSET)

        message_key = d.pop("messageKey", UNSET)

        to = d.pop("to", UNSET)

        sms_recipient = cls(
            attributes=attributes,
            contact_key=contact_key,
            message_key=message_key,
            to=to,
        )

        return sms_recipient
