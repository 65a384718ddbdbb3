# Emitted by scripts/generate.py from openapi.yaml (1.0.0); do not edit: change what it is made from.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..reading import members


@_attrs_define(kw_only=True)
class SmsSendAttributes:
    """Personalises the message for the whole request, as names with values. A name is that of a profile attribute, of
    a content attribute, or of a column in the data extension behind the send.

    """

    additional_properties: dict[str, Any] = _attrs_field(factory=lambda: {})

    def to_dict(self) -> dict[str, Any]:
        """The JSON object: what is set, and what came that the contract does not know."""
        made: dict[str, Any] = dict(self.additional_properties)
        return made

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read a JSON object, which stays as it is; raises `Misfit`, a `ValueError` that says where it does not fit."""
        found = src_dict.copy() if isinstance(src_dict, dict) else members(src_dict)
        made = object.__new__(cls)

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
