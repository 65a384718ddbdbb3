"""Faults at the top of the document, and of the plain values anywhere in it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from scripts.document import (
    JSON,
    Document,
    Kind,
    Node,
    Pointer,
    is_list,
    list_at,
    map_nodes,
)
from scripts.mends.rule import Report, as_number, on, unsettled


def version_marker_is_swagger(document: Document, report: Report) -> Document:
    """The version stands under `swagger`, not under `_swagger`."""
    if "_swagger" not in document:
        return document
    if "swagger" in document:
        raise unsettled(("_swagger",), "`_swagger` stands beside `swagger`", "remove: true")
    report(("_swagger",), "read as `swagger`")
    report.moved(("_swagger",), ("swagger",))
    return {"swagger" if name == "_swagger" else name: value for name, value in document.items()}


def versions_are_text(document: Document, report: Report) -> Document:
    """`swagger: 2.0` and `version: 1.5` are strings, not numbers."""

    def as_text(value: JSON, pointer: Pointer) -> JSON:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return value
        # 2 is what some writers make of 2.0, and no other version of Swagger begins with it.
        text = "2.0" if pointer == ("swagger",) and value == 2 else str(value)
        report(pointer, f"the number is read as the string {text!r}")
        return text

    info = document.get("info")
    changed = {**document, **({"swagger": as_text(document["swagger"], ("swagger",))} if "swagger" in document else {})}
    if isinstance(info, dict) and "version" in info:
        changed["info"] = {**info, "version": as_text(info["version"], ("info", "version"))}
    return changed


#: Members that hold data, where null may be meant.
DATA = ("default", "example", "examples", "enum", "const")


def no_member_is_null(document: Document, report: Report) -> Document:
    """A member whose value is null says nothing and is left out."""

    def change(kind: Kind, node: Node, pointer: Pointer) -> Node:
        empty = [name for name, value in node.items() if value is None and not _may_be_null(kind, name)]
        for name in empty:
            report((*pointer, name), "null, left out")
        return {name: value for name, value in node.items() if name not in empty}

    return map_nodes(document, change)


def _may_be_null(kind: Kind, name: str) -> bool:
    return name in DATA or name.startswith("x-") or kind in (Kind.PATHS, Kind.RESPONSES)


#: Members that hold a list of strings, by what they stand in.
LISTS: Mapping[Kind, tuple[str, ...]] = {
    Kind.DOCUMENT: ("schemes", "consumes", "produces"),
    Kind.OPERATION: ("schemes", "consumes", "produces", "tags"),
    Kind.SCHEMA: ("required",),
}


def lists_are_lists(document: Document, report: Report) -> Document:
    """One string where a list of strings is due is a list of one."""

    def change(kind: Kind, node: Node, pointer: Pointer) -> Node:
        for name in LISTS.get(kind, ()):
            value = node.get(name)
            if isinstance(value, str) and not (kind is Kind.SCHEMA and value in TEXT_BOOLEANS):
                report((*pointer, name), f"the string {value!r} is read as a list of one")
                node = {**node, name: [value]}
        return node

    return map_nodes(document, change)


#: What is a boolean by its name, wherever it stands beside a type.
FLAGS = (
    *("required", "readOnly", "deprecated", "allowEmptyValue", "uniqueItems", "exclusiveMaximum"),
    *("exclusiveMinimum", "additionalProperties", "x-nullable", "nullable"),
)
TEXT_BOOLEANS = {"true": True, "false": False}
NUMBERS = ("maximum", "minimum", "multipleOf")
COUNTS = ("maxLength", "minLength", "maxItems", "minItems", "maxProperties", "minProperties")


@on(Kind.SCHEMA, Kind.ITEMS, Kind.PARAMETER, Kind.HEADER, Kind.OPERATION)
def numbers_and_booleans_are_not_text(node: Node, pointer: Pointer, report: Report) -> Node:
    """A bound or a flag that stands between quotes is the number or the boolean that the quotes hold."""
    for name, value in list(node.items()):
        if not isinstance(value, str):
            continue
        read: JSON = value
        if name in FLAGS:
            read = TEXT_BOOLEANS.get(value.strip().lower(), value)
        elif name in (*NUMBERS, *COUNTS) and (number := as_number(value)) is not None:
            read = number
        if read != value:
            report(
                (*pointer, name),
                f"the string {value!r} is read as {'true' if read is True else 'false' if read is False else read}",
            )
            node = {**node, name: read}
    return node


def host_is_no_url(document: Document, report: Report) -> Document:
    """`host` is a host: what else stands in a URL is the scheme and the beginning of the base path."""
    host = document.get("host")
    url = (
        re.fullmatch(r"(?:([a-z]+):)?//([^/?#\s]+)(/[^?#\s]*)?", host.strip(), re.IGNORECASE)
        if isinstance(host, str)
        else None
    )
    path_only = (
        re.fullmatch(r"()([^/?#\s]+)(/[^?#\s]*)", host.strip()) if isinstance(host, str) and url is None else None
    )
    found = url or path_only
    if found is None:
        return document
    scheme, bare, path = (found.group(1) or "").lower(), found.group(2), (found.group(3) or "").rstrip("/")
    schemes = document.get("schemes", [])
    if scheme and is_list(schemes) and schemes and scheme not in schemes:
        what = f"`host` says {scheme} and `schemes` says {', '.join(map(str, list_at(schemes, ('schemes',))))}"
        raise unsettled(("host",), what, f"update: {bare}")
    base = str(document.get("basePath") or "").rstrip("/")
    if path and base and base != path and not base.startswith(path + "/"):
        what = f"`host` has the path {path} and `basePath` is {base}"
        raise unsettled(("host",), what, f"update: {bare}")
    report(("host",), f"the host of the URL is {bare}")
    return {
        **document,
        "host": bare,
        **({"schemes": [scheme]} if scheme and not schemes else {}),
        **({"basePath": base or path} if path else {}),
    }
