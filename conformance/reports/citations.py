"""Finds where on a page of the contract a cited sentence stands, and where the contract declares an operation."""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml
from attrs import frozen

#: The file of a contract that pointers lead into, and that operations stand in.
CONTRACT_FILE = "openapi.yaml"


@frozen
class Place:
    """A stretch of a file: lines and columns count from one, and the end column is behind the last letter."""

    line: int
    column: int
    end_line: int
    end_column: int


def place_of(quote: str, page: str) -> Place | None:
    """Where a quote stands on a page, whatever the blanks between its words; None if nowhere.

    A quote that is a JSON pointer (`#/components/…`) stands where the YAML document has what it leads to.
    """
    if quote.startswith("#/"):
        return _node_place(page, [_part(each) for each in quote[2:].split("/")])
    words = [re.escape(word) for word in quote.split()]
    found = re.search(r"\s+".join(words), page) if words else None
    return _place(page, found.start(), found.end()) if found else None


def operation_place(operation: str, contract: str) -> Place | None:
    """Where a contract, as YAML, declares an operation; None if it does not."""
    root = _composed(contract)
    for path, item in _members(_member(root, "paths")):
        for method, node in _members(item):
            named = _member(node, "operationId")
            if isinstance(named, yaml.ScalarNode) and named.value == operation:
                return _node_place(contract, ["paths", path, method])
    return None


def _place(page: str, start: int, end: int) -> Place:
    def line(place: int) -> int:
        return page.count("\n", 0, place) + 1

    def column(place: int) -> int:
        return place - page.rfind("\n", 0, place)

    return Place(line(start), column(start), line(end), column(end))


def _node_place(page: str, parts: list[str]) -> Place | None:
    """Where the key of a node stands."""
    node: yaml.Node | None = _composed(page)
    for part in parts[:-1]:
        node = _member(node, part)
    if isinstance(node, yaml.MappingNode):
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value == parts[-1]:
                start, end = key.start_mark, key.end_mark
                return Place(start.line + 1, start.column + 1, end.line + 1, end.column + 1)
    return None


def _composed(page: str) -> yaml.Node | None:
    try:
        return yaml.compose(page, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError:
        return None


def _member(node: yaml.Node | None, name: str) -> yaml.Node | None:
    return dict(_members(node)).get(name)


def _members(node: yaml.Node | None) -> Iterator[tuple[str, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        yield from ((key.value, value) for key, value in node.value if isinstance(key, yaml.ScalarNode))


def _part(text: str) -> str:
    return text.replace("~1", "/").replace("~0", "~")
