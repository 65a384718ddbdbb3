# Emitted by scripts/generate.py from openapi.yaml (1.0.0); do not edit: change what it is made from.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..mixed import MixedFields, MixedResult
from ..models.sms_recipient import SmsRecipient
from ..models.sms_send_result_item import SmsSendResultItem
from ..reading import list_of, member, members, missing
from ..types import UNSET, Unset


@_attrs_define(kw_only=True, repr=False)
class SmsSendResult(MixedResult[SmsSendResultItem, SmsRecipient]):
    """What became of each recipient. Being queued is not being delivered.

    It may be mixed: ask `refused`, or call `raise_for_refused`, before taking it for a success.

    Attributes:
        errorcode (int): 0 if every recipient was queued, 109001 if at least one was refused.
        request_id (str): Names this request; new for every request.
        responses (list[SmsSendResultItem]): One item for each recipient, to be matched by messageKey.
        message (str | Unset): Says how many of how many recipients were refused. Stands only beside an errorcode
            other than 0.
    """

    FIELDS: ClassVar[MixedFields] = MixedFields(
        items="responses",
        key="message_key",
        code="errorcode",
        message="message",
        request_id="request_id",
        if_all_queued={"errorcode": 0},
    )

    errorcode: int
    request_id: str
    responses: list[SmsSendResultItem]
    message: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(factory=lambda: {})

    def to_dict(self) -> dict[str, Any]:
        """The JSON object: what is set, and what came that the contract does not know."""
        made: dict[str, Any] = dict(self.additional_properties)
        made["errorcode"] = self.errorcode
        made["requestId"] = self.request_id
        made["responses"] = [each0.to_dict() for each0 in self.responses]
        if not isinstance(self.message, Unset):
            made["message"] = self.message
        return made

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read a JSON object, which stays as it is; raises `Misfit`, a `ValueError` that says where it does not fit."""
        found = src_dict.copy() if isinstance(src_dict, dict) else members(src_dict)
        made = object.__new__(cls)
        try:
            made.errorcode = found.pop("errorcode")
            made.request_id = found.pop("requestId")
            made.responses = member(found, "responses", list_of(SmsSendResultItem.from_dict))
            made.message = found.pop("message", UNSET)
        except KeyError as error:
            raise missing(error) from None
        made.additional_properties = found
        return made.belongs_to(()).counting_as_queued(())

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
