# Emitted by scripts/generate.py from openapi.yaml (1.0.0); do not edit: change what it is made from.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..reading import members, missing


@_attrs_define(kw_only=True)
class ApiError:
    """Why the whole request was refused.

    Attributes:
        documentation (str): Where to read more; often empty.
        errorcode (int): What is wrong, as a code. Others than those published may come.
        message (str): What is wrong, in words.
    """

    documentation: str
    errorcode: int
    message: str
    additional_properties: dict[str, Any] = _attrs_field(factory=lambda: {})

    def to_dict(self) -> dict[str, Any]:
        """The JSON object: what is set, and what came that the contract does not know."""
        made: dict[str, Any] = dict(self.additional_properties)
        made["documentation"] = self.documentation
        made["errorcode"] = self.errorcode
        made["message"] = self.message
        return made

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read a JSON object, which stays as it is; raises `Misfit`, a `ValueError` that says where it does not fit."""
        found = src_dict.copy() if isinstance(src_dict, dict) else members(src_dict)
        made = object.__new__(cls)
        try:
            made.documentation = found.pop("documentation")
            made.errorcode = found.pop("errorcode")
            made.message = found.pop("message")
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
