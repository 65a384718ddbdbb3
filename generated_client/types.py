# Emitted by scripts/generate.py from openapi.yaml (1.0.0); do not edit: change what it is made from.
"""What the modules of this package have in common: a mark for what is left out, files, and answers in detail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, BinaryIO, Final, Generic, Literal, TypeVar

import httpx
from attrs import field, frozen

from .errors import CallError

__all__ = ["UNSET", "File", "FileContent", "FileTypes", "RequestFiles", "Response", "Unset"]


class Unset:
    """What a field holds that is left out. There is one, `UNSET`, and copies and pickles are that one as well."""

    __slots__ = ()

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "UNSET"

    def __reduce__(self) -> str:
        return "UNSET"


UNSET: Final = Unset()

#: What httpx takes for a file: its content, or a name, the content, a media type and headers.
FileContent = IO[bytes] | bytes | str
FileTypes = (
    tuple[str | None, FileContent, str | None] | tuple[str | None, FileContent, str | None, Mapping[str, str]]
)
RequestFiles = list[tuple[str, FileTypes]]


@frozen
class File:
    """A file to send or one that came: its content, with the name and the media type it goes by."""

    payload: BinaryIO
    file_name: str | None = None
    mime_type: str | None = None

    def to_tuple(self) -> FileTypes:
        """The file as httpx takes it in a multipart form."""
        return self.file_name, self.payload, self.mime_type


ParsedT = TypeVar("ParsedT")


@frozen
class Response(Generic[ParsedT]):
    """An answer in detail, good or not: what the `…_detailed` functions return in place of raising.

    `parsed` is the documented result or error, read; None if the answer is neither or cannot be read. `error` is what
    the plain function would have raised, None after a success. `status_code` is whatever number came.
    """

    status_code: int
    headers: httpx.Headers = field(repr=False)
    content: bytes = field(repr=False)
    parsed: ParsedT | None
    error: CallError | None
