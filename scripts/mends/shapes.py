"""Members whose values have another form than is due: a string for a list, text for a number, nothing for an object.

After these rules every member that Swagger 2.0 or JSON Schema knows holds the kind of JSON value that it should, so the
rules that follow ask what a value says and no more what it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from scripts.document import (
    GRAMMAR,
    JSON,
    Document,
    Holds,
    Kind,
    Node,
    Pointer,
    described,
    is_list,
    is_object,
    map_nodes,
)
from scripts.mends.keywords import MEMBERS, SMALL
from scripts.mends.rule import Report, Unsettled, as_number, by_kind, on, unsettled

#: Members that hold any value, where null may be meant.
DATA = ("default", "example", "const")
#: Members that hold text, flags, numbers, counts and objects, wherever Swagger 2.0 has them.
TEXTS = (
    *("$ref", "title", "description", "summary", "termsOfService", "version", "host", "basePath", "name", "in"),
    *("operationId", "format", "pattern", "collectionFormat", "flow", "authorizationUrl", "tokenUrl", "$comment"),
)
FLAGS = ("required", "readOnly", "writeOnly", "deprecated", "allowEmptyValue", "uniqueItems")
EXCLUSIVE = ("exclusiveMaximum", "exclusiveMinimum")
NUMBERS = ("maximum", "minimum", "multipleOf")
COUNTS = ("maxLength", "minLength", "maxItems", "minItems", "maxProperties", "minProperties")
OBJECTS = ("contact", "license", "externalDocs", "xml", "scopes", "examples", "dependentRequired")
#: Members that hold a list of strings, and those that hold a list of whatever it is.
TEXT_LISTS = ("schemes", "consumes", "produces", "tags", "required")
OTHER_LISTS = ("enum", "security")
TEXT_BOOLEANS = {"true": True, "false": False}
ALTERNATIVES = ("allOf", "anyOf", "oneOf")


def lists_are_lists(document: Document, report: Report) -> Document:
    """One thing where a list is due is a list of one."""

    def change(kind: Kind, node: Node, pointer: Pointer) -> Node:
        for name, value in list(node.items()):
            if not _is_one_of_a_list(kind, name, value):
                continue
            place = (*pointer, name)
            report(place, f"{described(value)} is read as a list of one")
            report.moved(place, (*place, "0"))
            inner = Kind.SCHEMA if name in ALTERNATIVES else Kind.PARAMETER
            # What stands in the list now was not looked into before.
            walked = name in (*ALTERNATIVES, "parameters")
            node = {**node, name: [map_nodes(value, change, inner, place) if walked else value]}
        if kind in (Kind.DOCUMENT, Kind.OPERATION) and is_list(node.get("security")):
            place = (*pointer, "security")
            listed = [_with_scopes(each, (*place, str(at)), report) for at, each in enumerate(node["security"])]
            node = {**node, "security": listed}
        return node

    return map_nodes(document, change)


def _is_one_of_a_list(kind: Kind, name: str, value: JSON) -> bool:
    if name not in MEMBERS[kind]:
        return False
    match name:
        case "schemes" | "consumes" | "produces":
            return isinstance(value, str)
        case "tags":
            return is_object(value) and "name" in value if kind is Kind.DOCUMENT else isinstance(value, str)
        case "required":
            # Between quotes stands a flag as well.
            return kind is Kind.SCHEMA and isinstance(value, str) and value.strip().lower() not in TEXT_BOOLEANS
        case "enum":
            return isinstance(value, str | int | float)
        case "parameters":
            return kind is not Kind.DOCUMENT and is_object(value) and bool({"$ref", "name", "in"} & value.keys())
        case "security":
            # Of several in one object nobody knows whether one of them is enough.
            return is_object(value) and len(value) == 1
        case "allOf" | "anyOf" | "oneOf":
            return kind is Kind.SCHEMA and is_object(value)
        case _:
            return False


def _with_scopes(requirement: JSON, pointer: Pointer, report: Report) -> JSON:
    """A requirement of security in which each scheme has a list of scopes."""
    if not is_object(requirement):
        return requirement
    read = dict(requirement)
    for name, scopes in requirement.items():
        if scopes is None or isinstance(scopes, str):
            report((*pointer, name), f"{described(scopes)} is read as a list of scopes")
            read[name] = [scopes] if scopes else []
    return read


@by_kind()
def no_member_is_null(kind: Kind, node: Node, pointer: Pointer, report: Report) -> Node:
    """A member whose value is null says nothing and is left out."""
    empty = [name for name, value in node.items() if value is None and not _may_be_null(kind, name)]
    for name in empty:
        report((*pointer, name), "null, left out")
    return {name: value for name, value in node.items() if name not in empty} if empty else node


def _may_be_null(kind: Kind, name: str) -> bool:
    return name in DATA or name.startswith("x-") or kind in (Kind.PATHS, Kind.RESPONSES)


@on(Kind.SCHEMA, Kind.ITEMS, Kind.PARAMETER, Kind.HEADER, Kind.OPERATION)
def numbers_and_booleans_are_not_text(node: Node, pointer: Pointer, report: Report) -> Node:
    """A bound or a flag that stands between quotes is the number or the boolean that the quotes hold."""
    for name, value in list(node.items()):
        if not isinstance(value, str):
            continue
        read: JSON = None
        if name in (*FLAGS, *EXCLUSIVE, "additionalProperties", "x-nullable", "nullable"):
            read = TEXT_BOOLEANS.get(value.strip().lower())
        if read is None and name in (*NUMBERS, *COUNTS, *EXCLUSIVE):
            read = as_number(value)
        if read is not None:
            shown = str(read).lower() if isinstance(read, bool) else read
            report((*pointer, name), f"the string {value!r} is read as {shown}")
            node = {**node, name: read}
    return node


@by_kind()
def texts_are_text(kind: Kind, node: Node, pointer: Pointer, report: Report) -> Node:
    """A number where text is due is that text: `version: 1.5`, `swagger: 2.0`, a tag `2019`."""
    for name, value in list(node.items()):
        if name not in MEMBERS[kind]:
            continue
        if (name in TEXTS and name != "$ref") or name == "swagger":
            node[name] = _as_text(value, (*pointer, name), report)
        elif name in TEXT_LISTS and is_list(value) and not (kind is Kind.DOCUMENT and name == "tags"):
            node[name] = [_as_text(each, (*pointer, name, str(at)), report) for at, each in enumerate(value)]
    return node


def _as_text(value: JSON, pointer: Pointer, report: Report) -> JSON:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    # 2 is what some writers make of 2.0, and no other version of Swagger begins with it.
    text = "2.0" if pointer == ("swagger",) and value == 2 else str(value)
    report(pointer, f"the number is read as the string {text!r}")
    return text


@by_kind()
def everything_has_its_form(kind: Kind, node: Node, pointer: Pointer, report: Report) -> Node:
    """An object that is written as something else is the object that is meant; whatever else has a wrong form is not.

    Nothing, or an empty list, is the empty object; a string is a schema's type or reference, a response's description,
    or the name or the address that an object is there for; `true` and `false` are the schemas that accept and refuse
    everything; a list of no alternatives says nothing. The rest is an error.
    """
    for name, value in list(node.items()):
        place = (*pointer, name)
        if name in ALTERNATIVES and value == [] and kind is Kind.SCHEMA:
            report(place, "an empty list, left out")
            del node[name]
            continue
        if found := _held(kind, name):
            node[name] = _with_nodes(*found, value, place, report)
        elif name in OBJECTS and name in MEMBERS[kind] and not (kind is Kind.SCHEMA and name == "examples"):
            node[name] = _object(name, value, place, report)
        _check(kind, name, node[name], place)
    if kind is Kind.TAG:
        _check_has(node, "name", pointer)
    return node


def _held(kind: Kind, name: str) -> tuple[Holds, Kind] | None:
    """How a member that Swagger 2.0 or JSON Schema knows holds nodes; None if it holds none."""
    if kind in (Kind.PATHS, Kind.RESPONSES):
        return None if name.startswith("x-") else GRAMMAR[kind]["*"]
    return GRAMMAR[kind].get(name) if name in MEMBERS[kind] else None


def _with_nodes(holds: Holds, kind: Kind, value: JSON, pointer: Pointer, report: Report) -> JSON:
    """What a member holds, with an object for each of its nodes."""
    if holds is Holds.MAP:
        nodes = _object(None, value, pointer, report)
        return {name: _member(kind, name, each, (*pointer, name), report) for name, each in nodes.items()}
    # A list of items is one schema for each place.
    if holds is Holds.LIST or (is_list(value) and value and kind is Kind.SCHEMA and pointer[-1] == "items"):
        if not is_list(value):
            raise unsettled(pointer, f"{described(value)} stands where a list is due", "remove: true")
        return [_object(kind, each, (*pointer, str(at)), report) for at, each in enumerate(value)]
    # JSON Schema has booleans for schemas there, and the converter carries them over.
    if isinstance(value, bool) and kind is Kind.SCHEMA and pointer[-1] not in ("items", "schema"):
        return value
    return _object(kind, value, pointer, report)


def _member(kind: Kind, name: str, value: JSON, pointer: Pointer, report: Report) -> JSON:
    if kind is Kind.SCHEMA and name == "$ref" and isinstance(value, str):
        # That is a fault of its own: a reference among the properties.
        return value
    return _object(kind, value, pointer, report)


def _object(kind: Kind | str | None, value: JSON, pointer: Pointer, report: Report) -> Node:
    """The object that a value is, or is meant to be; the kind says which, or the member that holds it."""
    if is_object(value):
        return value
    read: Node
    match kind, value:
        case _, None | []:
            read = {}
        case Kind.SCHEMA, bool():
            read = {} if value else {"not": {}}
        case Kind.SCHEMA, str() if value.startswith("#/definitions/"):
            read = {"$ref": value}
        case Kind.SCHEMA | Kind.ITEMS, str():
            read = {"type": value}
        case Kind.RESPONSE, str():
            read = {"description": value}
        case Kind.TAG | "license" | "contact", str():
            read = {"name": value}
        case "externalDocs", str():
            read = {"url": value}
        case _:
            raise unsettled(pointer, f"{described(value)} stands where an object is due", "remove: true")
    report(pointer, f"{described(value)} is read as {read or 'an empty object'}")
    return read


def _check(kind: Kind, name: str, value: JSON, pointer: Pointer) -> None:
    """A member that is known has its form; raises what tells where not, and what is due instead."""
    if name not in MEMBERS[kind]:
        return
    if name in FORMS and not (kind is Kind.SCHEMA and name == "required"):
        is_right, due = FORMS[name]
        if not is_right(value):
            raise _misshapen(value, pointer, due)
    if name == "examples" and kind is Kind.SCHEMA and not is_list(value):
        raise _misshapen(value, pointer, "a list")
    if name in SMALL and is_object(value):
        _check_small(name, value, pointer)
    elif name == "security":
        _check_security(value, pointer)
    elif name in TEXT_LISTS and kind is not Kind.PARAMETER and not (kind is Kind.DOCUMENT and name == "tags"):
        # Whether a schema is required may be said by a flag.
        if not is_list(value) and not (name == "required" and isinstance(value, bool)):
            raise _misshapen(value, pointer, "a list")
        for at, each in enumerate(value if is_list(value) else []):
            if not isinstance(each, str):
                raise _misshapen(each, (*pointer, str(at)), "a string")


def _misshapen(value: JSON, pointer: Pointer, due: str) -> Unsettled:
    return unsettled(pointer, f"{described(value)} stands where {due} is due", "remove: true")


def _check_small(holder: str, node: Node, pointer: Pointer) -> None:
    for name in SMALL[holder]:
        flag = name in ("attribute", "wrapped")
        if name in node and not isinstance(node[name], bool if flag else str):
            raise _misshapen(node[name], (*pointer, name), "true or false" if flag else "a string")
    needed = {"license": "name", "externalDocs": "url"}.get(holder)
    if needed:
        _check_has(node, needed, pointer)


def _check_has(node: Node, name: str, pointer: Pointer) -> None:
    if name not in node:
        raise unsettled(pointer, f"has no {name}", f"update: {{{name}: …}}")


def _check_security(value: list[JSON], pointer: Pointer) -> None:
    for at, requirement in enumerate(value):
        if not is_object(requirement):
            raise _misshapen(requirement, (*pointer, str(at)), "an object")
        for name, scopes in requirement.items():
            if not is_list(scopes) or not all(isinstance(each, str) for each in scopes):
                raise unsettled((*pointer, str(at), name), "is no list of names of scopes", "remove: true")


def _is_text(value: JSON) -> bool:
    return isinstance(value, str)


def _is_flag(value: JSON) -> bool:
    return isinstance(value, bool)


def _is_number(value: JSON) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_count(value: JSON) -> bool:
    return _is_number(value) and value >= 0 and value == value // 1


#: Whether a value is one for the member, and what is due.
FORMS: Mapping[str, tuple[Callable[[JSON], bool], str]] = {
    **dict.fromkeys(TEXTS, (_is_text, "a string")),
    **dict.fromkeys(FLAGS, (_is_flag, "true or false")),
    **dict.fromkeys(EXCLUSIVE, (lambda value: _is_flag(value) or _is_number(value), "true or false")),
    **dict.fromkeys(NUMBERS, (_is_number, "a number")),
    "multipleOf": (lambda value: _is_number(value) and value > 0, "a number above zero"),
    **dict.fromkeys(COUNTS, (_is_count, "a count")),
    **dict.fromkeys(OTHER_LISTS, (is_list, "a list")),
}
