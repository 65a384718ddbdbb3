# Emitted by scripts/generate.py from openapi.yaml (1.0.0); do not edit: change the contract, its overlay or client.yaml.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="ApiError")


@_attrs_define
class ApiError:
    """Why the whole request was refused.

    Attributes:
        message (str): What is wrong, in words.
        errorcode (int): What is wrong, as a code. Others than those published may come.
        documentation (str): Where to read more; often empty.
    """

    message: str
    errorcode: int
    documentation: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        message = self.message

        errorcode = self.errorcode

        documentation = self.documentation

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "message": message,
                "errorcode": errorcode,
                "documentation": documentation,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        message = d.pop("message")

        errorcode = d.pop("errorcode")

        documentation = d.pop("documentation")

        api_error = cls(
            message=message,
            errorcode=errorcode,
            documentation=documentation,
        )

        api_error.additional_properties = d
        return api_error

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
