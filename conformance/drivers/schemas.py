"""Looks into a contract's schemas as far as the drivers need: through references, at the names of properties."""

from __future__ import annotations

from conformance.contract import Contract
from conformance.model import JSON


def followed(contract: Contract, schema: JSON) -> dict[str, JSON]:
    """The schema that local references lead to; they are sound, for the contract has been read."""
    node: dict[str, JSON] = schema
    while "$ref" in node:
        target: JSON = contract.document
        for part in str(node["$ref"]).removeprefix("#/").split("/"):
            target = target[part.replace("~1", "/").replace("~0", "~")]
        node = target
    return node


def properties(contract: Contract, schema: JSON) -> dict[str, JSON]:
    """The named properties of an object's schema; empty if there is no schema or it names none."""
    named: dict[str, JSON] = followed(contract, schema or {}).get("properties", {})
    return named
