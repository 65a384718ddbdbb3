# Emitted by scripts/generate.py from openapi.yaml (1.0.0); do not edit: change what it is made from.
"""Writes what goes out: models as JSON, values as parts of a path, a query, headers or a form."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any, Protocol, cast, runtime_checkable
from urllib.parse import quote
from uuid import UUID

from .errors import InvalidRequest
from .types import File, FileTypes, RequestFiles, Unset


@runtime_checkable
class Model(Protocol):
    """Whatever can be written as a JSON object."""

    def to_dict(self) -> dict[str, Any]:
        """The members that are set."""
        ...


def written(value: object) -> Any:
    """A value as it stands in JSON."""
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, datetime.date):  # a datetime is one as well
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, File):
        return value.to_tuple()
    if isinstance(value, Model):
        return value.to_dict()
    if isinstance(value, list | tuple):
        return [written(each) for each in cast("Iterable[object]", value)]
    if isinstance(value, Mapping):
        return {name: written(each) for name, each in cast("Mapping[str, object]", value).items()}
    return value


def json_body(value: object) -> bytes:
    """A JSON value as a body; raises `InvalidRequest` if it cannot be written."""
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise InvalidRequest("the body holds half of a surrogate pair, which no text can carry") from None
    except (TypeError, ValueError) as error:
        raise InvalidRequest(f"the body cannot be written as JSON: {error}") from None
    except RecursionError:
        raise InvalidRequest("the body is nested too deeply to be written as JSON") from None


def in_path(name: str, value: object) -> str:
    """A value as part of a path, percent-encoded; raises `InvalidRequest` for one that would lead elsewhere."""
    text = _text(value)
    if text in {"", ".", ".."}:
        raise InvalidRequest(f"{name} is {text!r}, which would lead to another path")
    try:
        return quote(text, safe="")
    except UnicodeEncodeError:
        raise InvalidRequest(f"{name} holds half of a surrogate pair, which no path can carry") from None


def query(values: Mapping[str, object]) -> dict[str, Any]:
    """The parts of a query that are set; those of an object stand beside the others."""
    parts: dict[str, Any] = {}
    for name, value in values.items():
        if value is None or isinstance(value, Unset):
            continue
        part = written(value)
        parts.update(cast("dict[str, Any]", part) if isinstance(part, dict) else {name: part})
    return parts


def texts(values: Mapping[str, object]) -> dict[str, str]:
    """Headers or cookies that are set."""
    return {
        name: _text(value)
        for name, value in values.items()
        if value is not None and not isinstance(value, Unset)
    }


def multipart(values: Mapping[str, object]) -> RequestFiles:
    """The parts of a multipart form that are set: files as they are, objects as JSON, the rest as text."""
    return [
        (name, part)
        for name, value in values.items()
        if not isinstance(value, Unset)
        for part in _parts(value)
    ]


def _parts(value: object) -> Iterable[FileTypes]:
    if isinstance(value, list | tuple):
        for each in cast("Iterable[object]", value):
            yield from _parts(each)
    elif isinstance(value, File):
        yield value.to_tuple()
    elif isinstance(value, Model | Mapping):
        yield None, json_body(written(cast(object, value))), "application/json"
    else:
        yield None, _text(value).encode(), "text/plain"


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(written(value))
