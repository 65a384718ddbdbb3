"""Octets in JSON: text where they are UTF-8, so that a person can read them, base64 where they are not."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from conformance.model import JSON


def bytes_to_json(content: bytes) -> dict[str, JSON]:
    """An object with `text` or `base64`."""
    try:
        return {"text": content.decode()}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(content).decode()}


def bytes_from_json(node: Mapping[str, JSON]) -> bytes:
    """What `bytes_to_json` wrote; raises `KeyError` or `ValueError`. Half a character stays what it is."""
    if "text" in node:
        return str(node["text"]).encode("utf-8", "surrogatepass")
    return base64.b64decode(node["base64"], validate=True)
