"""Values beside a schema: each is of the type that the schema names, and a default is one that the schema accepts.

What an example says beyond its type is not judged: it may show what is refused.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial

import jsonschema_rs
from attrs import evolve, frozen

from scripts.document import JSON, Document, Kind, Node, Pointer, is_list, is_object, map_nodes
from scripts.mends.rule import TYPED, Report, as_number, on, set_aside, unsettled, without


@frozen
class _Reading:
    """A value as its schema has it, what had to be read otherwise for that, or why it cannot be."""

    value: JSON
    changes: tuple[tuple[Pointer, str], ...] = ()
    misfit: str = ""


@on(*TYPED)
def values_are_of_their_type(node: Node, pointer: Pointer, report: Report) -> Node:
    """A default, an example and each value of an enumeration is of the type beside it, or is no longer called one."""
    for name in ("default", "example"):
        if name not in node:
            continue
        place = (*pointer, name)
        read = _reading(node[name], node, place)
        if read.misfit:
            node, kept = set_aside(node, name)
            report(place, f"{read.misfit}; kept as {kept}")
            report.moved(place, (*pointer, kept))
        elif read.changes:
            for where, what in read.changes:
                report(where, what)
            node = {**node, name: read.value}
    if is_list(node.get("enum")):
        values = _enumerated(node, pointer, report)
        node = {**node, "enum": values} if values is not None else node
    return node


def _enumerated(node: Node, pointer: Pointer, report: Report) -> list[JSON] | None:
    """The values of an enumeration as their type has them; None if they are so already."""
    # A list of one type may hold what is no value of it, so the items are not looked at.
    plain = without(node, "items", "properties")
    readings = [_reading(each, plain, (*pointer, "enum", str(at))) for at, each in enumerate(node["enum"])]
    misfits = [(at, each) for at, each in enumerate(readings) if each.misfit]
    kinds = {_kind(each.value) for _, each in misfits}
    if misfits and len(misfits) == len(readings) and len(kinds) == 1:
        what = f"none of the values of the enumeration is of the type {_listed(_types(node))}"
        raise unsettled((*pointer, "type"), what, f"update: {kinds.pop()}")
    if misfits:
        at, found = misfits[0]
        raise unsettled((*pointer, "enum", str(at)), f"a value of the enumeration: {found.misfit}", "remove: true")
    for read in readings:
        for where, what in read.changes:
            report(where, what)
    return [each.value for each in readings] if any(each.changes for each in readings) else None


def _reading(value: JSON, schema: JSON, pointer: Pointer) -> _Reading:
    """The value as the schema's type has it, and what it holds as the schemas inside have it."""
    wanted = _types(schema)
    if value is None or not is_object(schema) or "$ref" in schema or "file" in wanted:
        return _Reading(value)
    if wanted and not any(_is_of(value, each) for each in wanted):
        read = _read_as(value, wanted)
        if read is None:
            return _Reading(value, misfit=f"{_brief(value)} is not of the type {_listed(wanted)}")
        inside = _reading(read, schema, pointer)
        changes = ((pointer, f"{_brief(value)} is read as {_brief(read)}"), *inside.changes)
        return evolve(inside, changes=changes)
    if is_list(value) and is_object(schema.get("items")):
        inner = {str(at): _reading(each, schema["items"], (*pointer, str(at))) for at, each in enumerate(value)}
        return _whole(value, inner, lambda: [each.value for each in inner.values()])
    properties = schema.get("properties")
    if is_object(value) and is_object(properties):
        known = [name for name in value if name in properties]
        inner = {name: _reading(value[name], properties[name], (*pointer, name)) for name in known}
        return _whole(value, inner, lambda: {**value, **{name: each.value for name, each in inner.items()}})
    return _Reading(value)


def _whole(value: JSON, inner: Mapping[str, _Reading], made: Callable[[], JSON]) -> _Reading:
    misfit = next((each.misfit for each in inner.values() if each.misfit), "")
    changes = tuple(change for each in inner.values() for change in each.changes)
    return _Reading(value, misfit=misfit) if misfit else _Reading(made() if changes else value, changes)


def _types(schema: JSON) -> list[str]:
    types = schema.get("type") if is_object(schema) else None
    return [types] if isinstance(types, str) else [str(each) for each in types] if is_list(types) else []


def _is_of(value: JSON, kind: str) -> bool:
    match kind:
        case "integer":
            return _kind(value) == "integer"
        case "number":
            return _kind(value) in ("integer", "number")
        case "string" | "boolean" | "array" | "object" | "null":
            return _kind(value) == kind
        case _:
            return True


def _kind(value: JSON) -> str:
    """The narrowest type of JSON Schema that has the value."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "integer" if value.is_integer() else "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"


def _read_as(value: JSON, wanted: Sequence[str]) -> JSON:
    """The value as one of the types, if it is the same written otherwise; None if it is not."""
    if isinstance(value, bool | int | float) and "string" in wanted:
        return json.dumps(value)
    if not isinstance(value, str):
        return None
    text = value.strip()
    if "boolean" in wanted and text.lower() in ("true", "false"):
        return text.lower() == "true"
    number = as_number(text)
    if number is not None and "number" in wanted:
        return number
    if number is not None and "integer" in wanted and _kind(number) == "integer":
        return int(number)
    if ("object" in wanted and text.startswith("{")) or ("array" in wanted and text.startswith("[")):
        try:
            return json.loads(text)
        except ValueError:
            return None
    return None


def _listed(wanted: Sequence[str]) -> str:
    return " or ".join(wanted)


def _brief(value: JSON) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:59] + "…"


@on(*TYPED)
def patterns_are_expressions(node: Node, pointer: Pointer, report: Report) -> Node:
    """A pattern that is no regular expression of JSON Schema says nothing that could be applied."""
    if "pattern" not in node or _is_expression(node["pattern"]):
        return node
    node, kept = set_aside(node, "pattern")
    report((*pointer, "pattern"), f"is no regular expression of ECMA-262; kept as {kept}")
    return node


@cache
def _is_expression(pattern: str) -> bool:
    try:
        jsonschema_rs.Draft202012Validator({"pattern": pattern})
    except (jsonschema_rs.ValidationError, ValueError):
        return False
    return True


def defaults_are_values(document: Document, report: Report) -> Document:
    """A default that the schema beside it refuses (by its bounds, its values, its format) is no longer called one."""
    definitions: Node = {}

    def change(kind: Kind, node: Node, pointer: Pointer) -> Node:
        if node.get("default") is None or isinstance(node.get("$ref"), str):
            return node
        schema = map_nodes(
            {name: node[name] for name in node if name != "in"}, _judging, Kind.SCHEMA, kinds=(Kind.SCHEMA,)
        )
        if "$ref" in json.dumps(schema):
            if not definitions:
                definitions.update(
                    map_nodes({"definitions": document.get("definitions", {})}, _judging, kinds=(Kind.SCHEMA,))
                )
            schema = {**schema, **definitions}
        refusal = _refusal(schema, node["default"])
        if refusal is None:
            return node
        node, kept = set_aside(node, "default")
        report((*pointer, "default"), f"is refused by what stands beside it: {refusal}; kept as {kept}")
        report.moved((*pointer, "default"), (*pointer, kept))
        return node

    return map_nodes(document, change, kinds=TYPED)


BITS = {"int32": 31, "int64": 63}


def _judging(kind: Kind, node: Node, pointer: Pointer) -> Node:
    """The schema in words of draft 4, which are those of Swagger 2.0 but for files, nulls and the width of integers."""
    if node.get("type") == "file":
        return without(node, "type")
    # A flag of a parameter is no list of names.
    node = without(node, "required") if isinstance(node.get("required"), bool) else node
    if (bits := BITS.get(str(node.get("format")))) is not None:
        width = {"minimum": -(1 << bits), "maximum": (1 << bits) - 1}
        node = {**node, "allOf": [*node.get("allOf", []), width]}
    if node.get("x-nullable") is not True or "type" not in node:
        return node
    return {**node, "type": [*_types(node), "null"], **({"enum": [*node["enum"], None]} if "enum" in node else {})}


#: Formats that OpenAPI validators judge and draft 4 does not know; jsonschema-rs has those of later drafts.
LATER_FORMATS = ("date", "time", "duration", "uuid", "regex", "json-pointer", "uri-reference", "idn-email", "iri")


def _refusal(schema: Node, value: JSON) -> str | None:
    """Why the schema refuses the value; None if it does not, or if it is no schema that could."""
    formats: dict[str, Callable[..., bool]] = {name: partial(_has_format, name) for name in LATER_FORMATS}
    try:
        validator = jsonschema_rs.Draft4Validator(schema, formats=formats, validate_formats=True)
        fault = next(iter(validator.iter_errors(_with_integers(value))), None)
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError):
        return None
    return fault.message.partition("\n")[0][:200] if fault else None


def _with_integers(value: JSON) -> JSON:
    """The value with 1.0 written 1: draft 4 alone does not take it for an integer."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if is_list(value):
        return [_with_integers(each) for each in value]
    return {name: _with_integers(each) for name, each in value.items()} if is_object(value) else value


def _has_format(name: str, text: str) -> bool:
    return jsonschema_rs.Draft202012Validator({"format": name}, validate_formats=True).is_valid(text)
