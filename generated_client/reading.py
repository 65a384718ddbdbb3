# Emitted by scripts/generate.py from openapi.yaml (1.0.0); do not edit: change what it is made from.
"""Reads what came: bytes as JSON, JSON as models. Objects, lists and required members must be what the contract says.

Scalars need not: a number that comes as text, or a date that is none, is kept as it came, because losing the answer
would be worse. Whoever wants to be sure looks at its type.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Mapping
from enum import Enum
from io import BytesIO
from itertools import chain
from typing import Any, NoReturn, TypeGuard, TypeVar, cast
from uuid import UUID

import httpx

from .types import UNSET, File, Unset

ValueT = TypeVar("ValueT")
EnumT = TypeVar("EnumT", bound=Enum)


class Misfit(ValueError):
    """A value is not what the contract says: `reason`, at `path`."""

    def __init__(self, reason: str, path: tuple[str | int, ...] = ()) -> None:
        super().__init__(reason, path)
        self.reason = reason
        self.path = path

    def inside(self, part: str | int) -> Misfit:
        """The same fault, seen from the value around."""
        return Misfit(self.reason, (part, *self.path))

    @property
    def pointer(self) -> str:
        """Where the fault is, as RFC 6901 writes it."""
        return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in self.path)

    def __str__(self) -> str:
        return f"{self.pointer or 'the value'} {self.reason}"


def from_json(read: Callable[[Any], ValueT]) -> Callable[[httpx.Response], ValueT]:
    """A reader of answers whose body is JSON, from a reader of JSON values."""

    def answer(response: httpx.Response) -> ValueT:
        return read(json_value(response.content, response.headers.get("content-type", "")))

    return answer


def any_json(response: httpx.Response) -> Any:
    """The body as JSON, of whatever form."""
    return json_value(response.content, response.headers.get("content-type", ""))


def from_text(read: Callable[[Any], ValueT]) -> Callable[[httpx.Response], ValueT]:
    """A reader of answers whose body is a text, from a reader of such texts."""
    return lambda response: read(response.text)


def as_text(response: httpx.Response) -> Any:
    """The body as a text, in the charset that the answer names."""
    return response.text


def as_bytes(response: httpx.Response) -> Any:
    """The body as it came."""
    return response.content


def as_download(response: httpx.Response) -> File:
    """The body as a file."""
    return File(BytesIO(response.content), mime_type=response.headers.get("content-type"))


def nothing(_: httpx.Response) -> None:
    """The contract gives this answer no body."""


def json_value(content: bytes, content_type: str = "") -> Any:
    """Strict JSON (RFC 8259): UTF-8 with no byte-order mark, no NaN, no name twice in an object; raises `Misfit`."""
    if not content.isascii() and not _is_utf_8(content_type):
        raise Misfit("is in another charset than UTF-8")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Misfit(f"is not UTF-8 at byte {error.start}") from None
    try:
        if len(text) < _SHORT:
            return _NAMES_ONCE.decode(text)
        value = _DECODER.decode(text)
        if not _surely_has_names_once(text, value):
            _NAMES_ONCE.decode(text)
    except json.JSONDecodeError as error:
        what = "is empty" if not text.strip() else f"is not JSON at line {error.lineno} column {error.colno}"
        raise Misfit(what) from None
    except Misfit:
        raise
    except ValueError:
        raise Misfit("has a number too long to be read") from None
    except RecursionError:
        raise Misfit("is nested too deeply to be read") from None
    return value


def _is_utf_8(content_type: str) -> bool:
    charset = httpx.Headers({"content-type": content_type})
    named = httpx.Response(200, headers=charset).charset_encoding
    return named is None or named.lower().replace("_", "-") in {"utf-8", "utf8"}


def _no_constant(constant: str) -> NoReturn:
    raise Misfit(f"has {constant}, which is not JSON")


def _with_names_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise Misfit("has an object with the same name twice")
    return value


_DECODER = json.JSONDecoder(parse_constant=_no_constant)
_NAMES_ONCE = json.JSONDecoder(object_pairs_hook=_with_names_once, parse_constant=_no_constant)


#: Characters up to which looking at every object takes no longer than finding out that it is not needed.
_SHORT = 4000


def _surely_has_names_once(text: str, value: Any) -> bool:
    """True if the text has just the commas that the value needs: then no member was read over another.

    Commas inside strings make it False, and so the slower way is taken: a hook that looks at every object takes as long
    as reading itself.
    """
    commas, to_find = 0, text.count("{")
    level: list[Any] = [value]
    # Whole levels at a time, as far as there are objects: most answers are one long list of small ones.
    while to_find and level:
        kinds = set(map(type, level))
        objects: list[dict[str, Any]] = (
            level if kinds == {dict} else [each for each in level if type(each) is dict]
        )
        lists: list[list[Any]] = [each for each in level if type(each) is list] if list in kinds else []
        commas += sum(map(len, objects)) - sum(map(bool, objects))
        commas += sum(map(len, lists)) - sum(map(bool, lists))
        to_find -= len(objects)
        level = (
            [*chain.from_iterable(map(dict[str, Any].values, objects)), *chain.from_iterable(lists)]
            if to_find
            else []
        )
    return commas == text.count(",")


def members(value: object) -> dict[str, Any]:
    """The members of what is an object, though not a `dict`; raises `Misfit`."""
    # A list of pairs would make a dict as well, and so would an empty text.
    if not isinstance(value, Mapping):
        raise Misfit("is no object")
    return dict(cast("Mapping[str, Any]", value))


def member(found: dict[str, Any], name: str, read: Callable[[Any], ValueT]) -> ValueT:
    """Take out a member that must be there; raises `Misfit`, or `KeyError` if it is not there."""
    try:
        return read(found.pop(name))
    except Misfit as misfit:
        raise misfit.inside(name) from None


def optional(found: dict[str, Any], name: str, read: Callable[[Any], ValueT]) -> ValueT | Unset:
    """Take out a member that may be absent. Null, where the contract has none, is left in `found` and taken for it."""
    return UNSET if found.get(name) is None else member(found, name, read)


def nullable(found: dict[str, Any], name: str, read: Callable[[Any], ValueT]) -> ValueT | Unset:
    """Take out a member that may be absent, and may be null."""
    return member(found, name, read) if name in found else UNSET


def missing(error: KeyError) -> Misfit:
    """The fault that a required member is not there."""
    return Misfit("is missing", (str(error.args[0]),))


def values_of(found: dict[str, Any], read: Callable[[Any], ValueT]) -> dict[str, ValueT]:
    """Every member that is left, read."""
    return {name: member(found, name, read) for name in tuple(found)}


def as_list(value: object) -> list[Any]:
    """A list of whatever; raises `Misfit`."""
    if not _is_list(value):
        raise Misfit("is no list")
    return value


def _is_list(value: object) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def list_of(read: Callable[[Any], ValueT]) -> Callable[[object], list[ValueT]]:
    """A reader of lists, from a reader of their items."""

    def read_all(value: object) -> list[ValueT]:
        items = as_list(value)
        try:
            return [*map(read, items)]
        except Misfit as misfit:
            raise misfit.inside(_first_misfit(read, items)) from None

    return read_all


def _first_misfit(read: Callable[[Any], object], items: list[Any]) -> int:
    for index, each in enumerate(items):
        try:
            read(each)
        except Misfit:
            return index
    return len(items)


def one_of(*reads: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A reader of what the first fitting of several readers reads. A scalar that fits none is kept as it came."""

    def read_one(value: Any) -> Any:
        first: Misfit | None = None
        for read in reads:
            try:
                return read(value)
            except Misfit as misfit:
                first = first or misfit
        if first is not None and isinstance(value, dict | list):
            raise first
        return value

    return read_one


def as_date(value: Any) -> datetime.date:
    """A date; what is none is kept as it came."""
    try:
        return datetime.date.fromisoformat(value)
    except (TypeError, ValueError):
        return cast(datetime.date, value)


def as_datetime(value: Any) -> datetime.datetime:
    """A date with a time; what is none is kept as it came."""
    try:
        return datetime.datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return cast(datetime.datetime, value)


def as_uuid(value: Any) -> UUID:
    """A UUID; what is none is kept as it came."""
    try:
        return UUID(value)
    except (AttributeError, TypeError, ValueError):
        return cast(UUID, value)


def as_enum(kind: type[EnumT]) -> Callable[[Any], EnumT]:
    """A reader of one of the values of an enumeration; another value is kept as it came."""

    def read(value: Any) -> EnumT:
        try:
            return kind(value)
        except ValueError:
            return cast(EnumT, value)

    return read


def as_file(value: Any) -> File:
    """A file that stands in a JSON value, as text."""
    return File(BytesIO(value.encode() if isinstance(value, str) else bytes(value)))
