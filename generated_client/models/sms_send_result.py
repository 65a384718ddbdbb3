# Emitted by scripts/generate.py from openapi.yaml (1.0.0); do not edit: change the contract, its overlay or client.yaml.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.sms_send_result_item import SmsSendResultItem


T = TypeVar("T", bound="SmsSendResult")


@_attrs_define
class SmsSendResult:
    """What became of each recipient. Being queued is not being delivered.

    Attributes:
        errorcode (int): 0 if every recipient was queued, 109001 if at least one was refused.
        request_id (str): Names this request; new for every request.
        responses (list[SmsSendResultItem]): One item for each recipient, to be matched by messageKey.
        message (str | Unset): Says how many of how many recipients were refused. Stands only beside an errorcode other
            than 0.
    """

    errorcode: int
    request_id: str
    responses: list[SmsSendResultItem]
    message: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        errorcode = self.errorcode

        request_id = self.request_id

        responses = []
        for responses_item_data in self.responses:
            responses_item = responses_item_data.to_dict()
            responses.append(responses_item)

        message = self.message

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "errorcode": errorcode,
                "requestId": request_id,
                "responses": responses,
            }
        )
        if message is not UNSET:
            field_dict["message"] = message

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.sms_send_result_item import SmsSendResultItem  # noqa: PLC0415

        d = dict(src_dict)
        errorcode = d.pop("errorcode")

        request_id = d.pop("requestId")

        responses = []
        _responses = d.pop("responses")
        for responses_item_data in _responses:
            responses_item = SmsSendResultItem.from_dict(responses_item_data)

            responses.append(responses_item)

        message = d.pop("message", UNSET)

        sms_send_result = cls(
            errorcode=errorcode,
            request_id=request_id,
            responses=responses,
            message=message,
        )

        sms_send_result.additional_properties = d
        return sms_send_result

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
