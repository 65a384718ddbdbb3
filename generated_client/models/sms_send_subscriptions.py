# Emitted by scripts/generate.py from openapi.yaml (1.0.0); do not edit: change the contract, its overlay or client.yaml.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="SmsSendSubscriptions")


@_attrs_define
class SmsSendSubscriptions:
    """What the message does to the recipients' subscriptions.

    Attributes:
        resubscribe (bool | Unset): Puts a number that may have answered STOP back on the short code's list, for
            messages that have to arrive whatever the subscription says.
    """

    resubscribe: bool | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        resubscribe = self.resubscribe

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if resubscribe is not UNSET:
            field_dict["resubscribe"] = resubscribe

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        resubscribe = d.pop("resubscribe", UNSET)

        sms_send_subscriptions = cls(
            resubscribe=resubscribe,
        )

        return sms_send_subscriptions
