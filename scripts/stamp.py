"""The stamp of an emitted package: what it was made from, by what, and what it should hold.

It names no place and no time, so that the same inputs give the same stamp wherever they are.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

FILE = "stamp.json"
#: Raised when a reader of older stamps could no longer make sense of a new one.
FORMAT = 1
PARTS = ("format", "tools", "inputs", "files")


def stamp(tools: Mapping[str, str], inputs: Mapping[str, bytes], files: Mapping[str, bytes]) -> bytes:
    """The content of the stamp: versions of the tools in their order of work, hashes of inputs and files.

    `inputs` and `files` are contents by path.
    """
    parts = (FORMAT, dict(tools), _hashes(inputs), _hashes(files))
    return (json.dumps(dict(zip(PARTS, parts, strict=True)), indent=2) + "\n").encode()


def is_stamp(content: bytes) -> bool:
    """True for what `stamp` writes, in whatever format, and not for a file that merely has its name."""
    try:
        parts: Any = json.loads(content)
    except (ValueError, RecursionError):
        return False
    return isinstance(parts, dict) and set(PARTS) <= parts.keys()


def _hashes(files: Mapping[str, bytes]) -> dict[str, str]:
    return {path: f"sha256:{hashlib.sha256(files[path]).hexdigest()}" for path in sorted(files)}
