# Emitted by scripts/generate.py from openapi.yaml (1.0.0); do not edit: change what it is made from.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..reading import members, optional
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.sms_recipient_attributes import SmsRecipientAttributes


@_attrs_define(kw_only=True)
class SmsRecipient:
    """One recipient.

    Attributes:
        attributes (SmsRecipientAttributes | Unset): Personalises the message for this recipient, as names with
            values. A name is that of a profile attribute, of a content attribute, or of a column in the data extension
            behind the send.
        contact_key (str | Unset): Names the contact. Without one the recipient is refused with 109105.
        message_key (str | Unset): Follows this message; at most 100 characters of any kind, made by the service if
            left out. A key that stands twice in a request refuses the second recipient with 109110.
        to (str | Unset): Mobile number, digits with the country code in front. Without one the recipient is refused
            with 109106.
    """

    attributes: SmsRecipientAttributes | Unset = UNSET
    contact_key: str | Unset = UNSET
    message_key: str | Unset = UNSET
    to: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(factory=lambda: {})

    def to_dict(self) -> dict[str, Any]:
        """The JSON object: what is set, and what came that the contract does not know."""
        made: dict[str, Any] = dict(self.additional_properties)
        if not isinstance(self.attributes, Unset):
            made["attributes"] = self.attributes.to_dict()
        if not isinstance(self.contact_key, Unset):
            made["contactKey"] = self.contact_key
        if not isinstance(self.message_key, Unset):
            made["messageKey"] = self.message_key
        if not isinstance(self.to, Unset):
            made["to"] = self.to
        return made

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read a JSON object, which stays as it is; raises `Misfit`, a `ValueError` that says where it does not fit."""
        from ..models.sms_recipient_attributes import SmsRecipientAttributes

        found = src_dict.copy() if isinstance(src_dict, dict) else members(src_dict)
        made = object.__new__(cls)
        made.attributes = optional(found, "attributes", SmsRecipientAttributes.from_dict)
        made.contact_key = found.pop("contactKey", UNSET)
        made.message_key = found.pop("messageKey", UNSET)
        made.to = found.pop("to", UNSET)
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
