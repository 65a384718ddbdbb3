"""The stamp of an emitted package: what it was made from, by what, and what it should hold.

It names no place and no time, so that the same inputs give the same stamp wherever they are. Its last member is the
hash of the others, so that an edit of the stamp itself shows as well, wherever it is read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, TypeGuard

from attrs import frozen

from scripts.document import JSON, is_object

FILE = "stamp.json"
#: Raised when a reader of older stamps could no longer make sense of a new one.
FORMAT = 1
PARTS = ("format", "tools", "inputs", "files")


class NotAStamp(ValueError):
    """The content is no stamp that can be read here, and says what is wrong with it."""


@frozen
class Stamp:
    """What a stamp says: the contract's title and version, the tools' versions, and hashes by path.

    `name` is the name under which the package was vendored, or None for one that stands where it was made.
    """

    title: str
    version: str
    tools: Mapping[str, str]
    inputs: Mapping[str, str]
    files: Mapping[str, str]
    name: str | None = None

    def content(self) -> bytes:
        """The stamp as it is written: the content of a stamp that nobody edited is this again."""
        said = {
            "format": FORMAT,
            **({} if self.name is None else {"name": self.name}),
            "contract": {"title": self.title, "version": self.version},
            "tools": dict(self.tools),
            "inputs": dict(self.inputs),
            "files": dict(self.files),
        }
        return _written({**said, "stamp": hashed(_written(said))})


def stamp(
    tools: Mapping[str, str], inputs: Mapping[str, bytes], files: Mapping[str, bytes], info: Mapping[str, JSON]
) -> bytes:
    """The content of the stamp: versions of the tools in their order of work, hashes of inputs and files.

    `inputs` and `files` are contents by path, `info` is what the contract says of itself.
    """
    return Stamp(str(info["title"]), str(info["version"]), tools, hashes(inputs), hashes(files)).content()


def read(content: bytes) -> Stamp:
    """What a stamp says; raises `NotAStamp` for another format, or if a member is missing or of a wrong type."""
    if not is_stamp(content):
        raise NotAStamp("is not the stamp of an emitted package")
    match {"name": None, **json.loads(content)}:
        case {"format": int(number)} if number != FORMAT:
            raise NotAStamp(f"is of format {number}, and format {FORMAT} is read here")
        case {
            "format": int(),
            "name": str() | None as name,
            "contract": {"title": str(title), "version": str(version)},
            "tools": tools,
            "inputs": inputs,
            "files": files,
        } if _are_words(tools) and _are_words(inputs) and _are_words(files):
            return Stamp(title, version, tools, inputs, files, name)
        case _:
            raise NotAStamp("lacks a member of a stamp, or has one of a wrong type")


def is_stamp(content: bytes) -> bool:
    """True for what `stamp` writes, in whatever format, and not for a file that merely has its name."""
    try:
        parts: Any = json.loads(content)
    except (ValueError, RecursionError):
        return False
    return isinstance(parts, dict) and set(PARTS) <= parts.keys()


def hashes(files: Mapping[str, bytes]) -> dict[str, str]:
    """The hash of each file, in the order of their paths."""
    return {path: hashed(files[path]) for path in sorted(files)}


def hashed(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _are_words(value: JSON) -> TypeGuard[dict[str, str]]:
    return is_object(value) and all(isinstance(each, str) for each in value.values())


def _written(parts: Mapping[str, JSON]) -> bytes:
    return (json.dumps(parts, indent=2) + "\n").encode()
