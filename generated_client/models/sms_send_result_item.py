# Emitted by scripts/generate.py from openapi.yaml (1.0.0); do not edit: change the contract, its overlay or client.yaml.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="SmsSendResultItem")


@_attrs_define
class SmsSendResultItem:
    """What became of one recipient.

    Attributes:
        message_key (str): The key that was sent, or the one that was made.
        errorcode (int | Unset): Why this recipient was refused. A queued recipient has none.
        message (str | Unset): The same in words. A queued recipient has none.
    """

    message_key: str
    errorcode: int | Unset = UNSET
    message: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        message_key = self.message_key

        errorcode = self.errorcode

        message = self.message

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "messageKey": message_key,
            }
        )
        if errorcode is not UNSET:
            field_dict["errorcode"] = errorcode
        if message is not UNSET:
            field_dict["message"] = message

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        message_key = d.pop("messageKey")

        errorcode = d.pop("errorcode", UNSET)

        message = d.pop("message", UNSET)

        sms_send_result_item = cls(
            message_key=message_key,
            errorcode=errorcode,
            message=message,
        )

        sms_send_result_item.additional_properties = d
        return sms_send_result_item

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
