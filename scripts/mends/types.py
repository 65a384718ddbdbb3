"""Types that JSON Schema does not have."""

from __future__ import annotations

import re
from collections.abc import Mapping

from scripts.document import (
    JSON,
    Document,
    Kind,
    Node,
    Pointer,
    described,
    is_list,
    map_nodes,
    reference_to,
)
from scripts.mends.rule import TYPED, Report, unsettled, without

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
ARRAY_OF = re.compile(
    r"(?:array|list) of (\S.*)|(\S.*)\[\]|(?:array|list) ?< ?(.+?) ?>|(?:array|list) ?\[ ?(.+?) ?\]", re.IGNORECASE
)


def types_are_known(document: Document, report: Report) -> Document:
    """A type is one of JSON Schema's: another is read as what people mean by it, or as the definition of that name."""
    definitions = document.get("definitions", {})

    def change(kind: Kind, node: Node, pointer: Pointer) -> Node:
        said = node.get("type")
        if said is None or "$ref" in node or said in TYPES:
            return node
        place = (*pointer, "type")
        if is_list(said):
            return _of_several(node, said, place, report)
        if not isinstance(said, str):
            raise unsettled(place, f"{described(said)} stands where a type is due", "remove: true")
        meant = meaning(said, definitions if kind is Kind.SCHEMA else {})
        if meant is None:
            raise unsettled(place, f"{said!r} is not a type", "update: string")
        report(place, f"{said!r} is read as {_shown(meant)}")
        return {**meant, **without(node, "type")}

    return map_nodes(document, change, kinds=TYPED)


def meaning(said: str, definitions: Mapping[str, JSON]) -> Node | None:
    """What is meant by a type that JSON Schema does not have; None if nobody can know."""
    words = " ".join(said.split())
    if words in definitions:
        return {"$ref": reference_to(("definitions", words))}
    plain = words.lower()
    if plain in TYPES:
        return {"type": plain}
    if plain in INVENTED:
        return dict(zip(("type", "format"), INVENTED[plain], strict=False))
    if match := ARRAY_OF.fullmatch(words):
        inner = next(filter(None, match.groups()))
        # An array of strings is one of what a string is.
        items = meaning(inner, definitions)
        items = meaning(inner.removesuffix("s"), definitions) if items is None else items
        return {"type": "array", "items": items} if items is not None else None
    alternatives = [part.rpartition("-separated ")[2] for part in re.split(r" or | ?[|/] ?", plain)]
    meant = [meaning(part, {}) for part in alternatives] if len(alternatives) > 1 else []
    if not meant or None in meant:
        return None
    types = list(dict.fromkeys(each["type"] for each in meant if each))
    return {} if {} in meant else {"type": types[0] if len(types) == 1 else types}


def _of_several(node: Node, types: list[JSON], pointer: Pointer, report: Report) -> Node:
    """The node with each of its types one that is known, and there once."""
    meant: list[JSON] = []
    for index, each in enumerate(types):
        place = (*pointer, str(index))
        found = {"type": each} if each in TYPES else meaning(each, {}) if isinstance(each, str) else None
        if found is None or "items" in found or is_list(found.get("type")):
            raise unsettled(place, f"{each!r} is not a type", "remove: true")
        if found.get("type") != each:
            report(place, f"{each!r} is read as {_shown(found)}")
        elif each in meant:
            report(place, f"{each!r} a second time, left out")
        meant.append(found.get("type"))
    if None in meant or not meant:
        report(pointer, "anything may stand there, so no type is said" if meant else "names no type, left out")
        return without(node, "type")
    listed = list(dict.fromkeys(meant))
    return {**node, "type": listed} if listed != types else node


def _shown(meant: Node) -> str:
    if not meant:
        return "anything"
    if "$ref" in meant:
        return f"a reference to {meant['$ref']}"
    shown = " or ".join(meant["type"]) if is_list(meant["type"]) else str(meant["type"])
    if "items" in meant:
        return f"an {shown} of {_shown(meant['items'])}"
    return shown + (f" ({meant['format']})" if "format" in meant else "")
