# Emitted by scripts/generate.py from openapi.yaml (1.0.0); do not edit: change what it is made from.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..reading import members, missing
from ..types import UNSET, Unset


@_attrs_define(kw_only=True)
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
    additional_properties: dict[str, Any] = _attrs_field(factory=lambda: {})

    def to_dict(self) -> dict[str, Any]:
        """The JSON object: what is set, and what came that the contract does not know."""
        made: dict[str, Any] = dict(self.additional_properties)
        made["messageKey"] = self.message_key
        if not isinstance(self.errorcode, Unset):
            made["errorcode"] = self.errorcode
        if not isinstance(self.message, Unset):
            made["message"] = self.message
        return made

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read a JSON object, which stays as it is; raises `Misfit`, a `ValueError` that says where it does not fit."""
        found = src_dict.copy() if isinstance(src_dict, dict) else members(src_dict)
        made = object.__new__(cls)
        try:
            made.message_key = found.pop("messageKey")
            made.errorcode = found.pop("errorcode", UNSET)
            made.message = found.pop("message", UNSET)
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
