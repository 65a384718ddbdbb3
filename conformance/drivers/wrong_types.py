"""A value with another type in each place that its schema names: what no server may send, made from the contract."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Final

from conformance.contract import Contract
from conformance.model import JSON, is_array, is_object

#: Where a value stands in a JSON text.
Path = tuple[str | int, ...]
#: A value of each type that JSON has, by name.
TYPES: Final[Mapping[str, JSON]] = {
    "null": None,
    "true": True,
    "number": 7.5,
    "string": "x",
    "list": [],
    "list-of-object": [{}],
    "object": {},
}
_OWN: Final[Mapping[str, tuple[str, ...]]] = {
    "object": ("object",),
    "array": ("list", "list-of-object"),
    "string": ("string",),
    "boolean": ("true",),
    "number": ("number",),
    "null": ("null",),
}


def wrong_types(contract: Contract, schema: JSON, good: JSON) -> Iterator[tuple[str, str, JSON]]:
    """The good value with one place of another type: the place, its steps joined by hyphens, the type, the whole."""
    for path, node in _places(contract, schema, good, ()):
        own = _OWN.get(str(contract.follow(node).get("type")), ())
        for kind, value in TYPES.items():
            if kind not in own:
                yield "-".join(map(str, path)) or "body", kind, _placed(good, path, value)


def _places(contract: Contract, schema: JSON, value: JSON, path: Path) -> Iterator[tuple[Path, JSON]]:
    """Every place of the value that the schema names, the value itself first."""
    node = contract.follow(schema)
    yield path, node
    if is_object(value):
        for name, member in contract.properties(node).items():
            if name in value:
                yield from _places(contract, member, value[name], (*path, name))
    elif is_array(value):
        for index, each in enumerate(value):
            yield from _places(contract, node.get("items", {}), each, (*path, index))


def _placed(good: JSON, path: Path, value: JSON) -> JSON:
    if not path:
        return value
    whole = copy.deepcopy(good)
    holder = whole
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    return whole
