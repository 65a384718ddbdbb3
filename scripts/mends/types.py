"""Types that JSON Schema does not have, and values that are not of their type."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from scripts.document import JSON, Document, Kind, Node, Pointer, described, is_list, is_object, map_nodes
from scripts.mends.rule import TYPED, Report, as_number, on, unsettled, without

#: The types of Swagger 2.0, and `null`, which draft 4 of JSON Schema has as well.
TYPES = ("array", "boolean", "file", "integer", "null", "number", "object", "string")

#: A type as people write it, in small letters, and the type and the format that they mean by it.
INVENTED: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("bool",), ("boolean",)),
    **dict.fromkeys(("int", "short", "uint", "ushort", "int16", "uint16"), ("integer",)),
    "int32": ("integer", "int32"),
    **dict.fromkeys(("long", "int64", "bigint", "ulong", "uint64"), ("integer", "int64")),
    **dict.fromkeys(("decimal", "numeric", "currency"), ("number",)),
    **dict.fromkeys(("float", "single"), ("number", "float")),
    **dict.fromkeys(("double", "real"), ("number", "double")),
    **dict.fromkeys(("guid", "uuid"), ("string", "uuid")),
    "date": ("string", "date"),
    **dict.fromkeys(("datetime", "date-time", "timestamp"), ("string", "date-time")),
    **dict.fromkeys(("uri", "url"), ("string", "uri")),
    "email": ("string", "email"),
    "password": ("string", "password"),
    "binary": ("string", "binary"),
    **dict.fromkeys(("str", "text", "char", "enum", "request parameter", "time", "utc time"), ("string",)),
    "utc date time": ("string",),
    **dict.fromkeys(("dict", "dictionary", "hash", "hashmap", "map", "json"), ("object",)),
    "list": ("array",),
    **dict.fromkeys(("any", "anything", "mixed", "none", "unknown", "variant"), ()),
}
ARRAY_OF = re.compile(r"(?:array|list) of (\S.*)|(\S.*)\[\]|(?:array|list)<(.+)>|(?:array|list)\[(.+)\]")


def types_are_known(document: Document, report: Report) -> Document:
    """A type is one of JSON Schema's: another is read as what people mean by it, or as the definition of that name."""
    definitions = document.get("definitions", {})

    def change(kind: Kind, node: Node, pointer: Pointer) -> Node:
        said = node.get("type")
        if kind not in TYPED or said is None or "$ref" in node:
            return node
        place = (*pointer, "type")
        if is_list(said):
            return _of_several(node, said, place, report)
        if said in TYPES:
            return node
        if not isinstance(said, str):
            raise unsettled(place, f"{described(said)} stands where a type is due", "update: string")
        if said in definitions and kind is Kind.SCHEMA:
            report(place, f"{said!r} is read as a reference to the definition of that name")
            return {**without(node, "type"), "$ref": f"#/definitions/{said}"}
        meant = meaning(said)
        if meant is None:
            raise unsettled(place, f"{said!r} is not a type", "update: string")
        report(place, f"{said!r} is read as {_shown(meant)}")
        return {**meant, **without(node, "type")} if meant else without(node, "type")

    return map_nodes(document, change)


def meaning(said: str) -> Node | None:
    """What is meant by a type that JSON Schema does not have; None if nobody can know."""
    plain = " ".join(said.lower().split())
    if plain in TYPES:
        return {"type": plain}
    if plain in INVENTED:
        return dict(zip(("type", "format"), INVENTED[plain], strict=False))
    if match := ARRAY_OF.fullmatch(plain):
        inner = next(filter(None, match.groups()))
        items = meaning(inner) or meaning(inner.removesuffix("s"))
        return {"type": "array", "items": items} if items is not None else None
    alternatives = [part.rpartition("-separated ")[2] for part in re.split(r" or |\||/", plain)]
    meant = [meaning(part) for part in alternatives] if len(alternatives) > 1 else []
    if meant and None not in meant:
        types = list(dict.fromkeys(each["type"] for each in meant if each and "type" in each))
        return {"type": types[0] if len(types) == 1 else types} if types else {}
    return None


def _of_several(node: Node, types: list[JSON], pointer: Pointer, report: Report) -> Node:
    meant: list[JSON] = []
    for index, each in enumerate(types):
        found = {"type": each} if each in TYPES else meaning(each) if isinstance(each, str) else None
        if found is None or "items" in found:
            raise unsettled((*pointer, str(index)), f"{each!r} is not a type", "update: string")
        if found.get("type") != each:
            report((*pointer, str(index)), f"{each!r} is read as {_shown(found)}")
        if "type" in found:
            meant.append(found["type"])
    return {**node, "type": list(dict.fromkeys(meant))}


def _shown(meant: Node) -> str:
    if not meant:
        return "anything"
    shown = " or ".join(meant["type"]) if is_list(meant["type"]) else str(meant["type"])
    if "items" in meant:
        return f"an {shown} of {_shown(meant['items'])}"
    return shown + (f" ({meant['format']})" if "format" in meant else "")


@on(*TYPED)
def values_are_of_their_type(node: Node, pointer: Pointer, report: Report) -> Node:
    """A default, an example and each value of an enumeration is of the type beside it, or is no longer called one."""
    types = node.get("type")
    wanted = [types] if isinstance(types, str) else types if is_list(types) else []
    if not wanted or "file" in wanted or "$ref" in node:
        return node
    for name in ("default", "example"):
        if name not in node or (value := node[name]) is None or any(_is_of(value, each) for each in wanted):
            continue
        read = _read_as(value, wanted)
        if read is None:
            what = f"{_brief(value)} is not of the type {' or '.join(map(str, wanted))}; kept as x-{name}"
            report((*pointer, name), what)
            node = {**without(node, name), f"x-{name}": value}
        else:
            report((*pointer, name), f"{_brief(value)} is read as {_brief(read)}")
            node = {**node, name: read}
    values = node.get("enum")
    if is_list(values):
        node = {
            **node,
            "enum": [_listed(value, wanted, (*pointer, "enum", str(at)), report) for at, value in enumerate(values)],
        }
    return node


def _listed(value: JSON, wanted: list[JSON], pointer: Pointer, report: Report) -> JSON:
    if value is None or any(_is_of(value, each) for each in wanted):
        return value
    read = _read_as(value, wanted)
    if read is None:
        what = f"{_brief(value)} is one of the values and not of the type {' or '.join(map(str, wanted))}"
        raise unsettled(pointer, what, "remove: true")
    report(pointer, f"{_brief(value)} is read as {_brief(read)}")
    return read


def _is_of(value: JSON, kind: JSON) -> bool:
    match kind:
        case "string":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            return isinstance(value, int | float) and not isinstance(value, bool) and value == int(value)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "array":
            return is_list(value)
        case "object":
            return is_object(value)
        case "null":
            return value is None
        case _:
            return True


def _read_as(value: JSON, wanted: list[JSON]) -> JSON:
    """The value as one of the types, if it is the same written otherwise; None if it is not."""
    if isinstance(value, bool | int | float) and "string" in wanted:
        return json.dumps(value)
    if not isinstance(value, str):
        return None
    if "boolean" in wanted and value.strip().lower() in ("true", "false"):
        return value.strip().lower() == "true"
    number = as_number(value)
    if number is not None and ("number" in wanted or ("integer" in wanted and number == int(number))):
        return number if "number" in wanted else int(number)
    return None


def _brief(value: JSON) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:59] + "…"
