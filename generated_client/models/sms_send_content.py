# Emitted by scripts/generate.py from openapi.yaml (1.0.0); do not edit: change the contract, its overlay or client.yaml.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="SmsSendContent")


@_attrs_define
class SmsSendContent:
    """What the message says, where it departs from the definition.

    Attributes:
        message (str | Unset): Text to send in place of the definition's own. It may hold substitution strings.
    """

    message: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        message = self.message

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if message is not UNSET:
            field_dict["message"] = message

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        message = d.pop("message", UNSET)

        sms_send_content = cls(
            message=message,
        )

        return sms_send_content
