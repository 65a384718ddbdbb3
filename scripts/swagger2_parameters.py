"""Parameters, headers and request bodies of Swagger 2.0 as OpenAPI 3.1 has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from attrs import frozen

from scripts.component_names import Names
from scripts.document import (
    Document,
    DocumentError,
    Node,
    Pointer,
    is_object,
    list_at,
    node_at,
    object_at,
    pointer_parts,
    reference_to,
    text_at,
)
from scripts.mends.rule import unsettled, without
from scripts.swagger2_schemas import BINARY, nullable, typed

JSON_MEDIA_TYPE, BYTES_MEDIA_TYPE = "application/json", "application/octet-stream"
FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
ANY_MEDIA_TYPE = "*/*"
#: What a parameter or a header says of its values.
TEXT_KEYWORDS = (
    *("type", "format", "items", "default", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "maxLength"),
    *("minLength", "pattern", "maxItems", "minItems", "uniqueItems", "enum", "multipleOf", "x-nullable"),
)
#: How OpenAPI names the form of a list, by its place and what Swagger calls it.
STYLES: Mapping[tuple[str, str], Node] = {
    ("query", "csv"): {"style": "form", "explode": False},
    ("query", "multi"): {"style": "form", "explode": True},
    ("query", "ssv"): {"style": "spaceDelimited", "explode": False},
    ("query", "pipes"): {"style": "pipeDelimited", "explode": False},
    ("path", "csv"): {"style": "simple", "explode": False},
    ("header", "csv"): {"style": "simple", "explode": False},
}


@frozen
class Api:
    """What the conversion of one part needs to know of the whole: its shared parts, their names, its media types."""

    source: Document
    names: Names
    #: The schemas by their names among the components.
    schemas: Mapping[str, Node]
    consumes: tuple[str, ...]
    produces: tuple[str, ...]


def parameters(
    api: Api, own: Sequence[object], shared: Sequence[object], consumes: Sequence[str], pointer: Pointer
) -> Node:
    """The members of an operation that its parameters become; `shared` are those of its path."""
    listed: list[Node] = []
    bodies: list[tuple[Node, Node, Pointer]] = []
    for index, each in enumerate(own):
        place = (*pointer, "parameters", str(index))
        node = object_at(each, place)
        found = declared(api, node, place)
        if found.get("in") in ("body", "formData"):
            bodies.append((node, found, place))
        else:
            listed.append(parameter(api, node, place))
    if not any(found["in"] == "body" for _, found, _ in bodies):
        taken = {str(found.get("name")) for _, found, _ in bodies}
        for index, each in enumerate(shared):
            place = (*pointer[:-1], "parameters", str(index))
            node = object_at(each, place)
            found = declared(api, node, place)
            fits = found.get("in") == "formData" or (found.get("in") == "body" and not bodies)
            if fits and str(found.get("name")) not in taken:
                bodies.append((node, found, place))
    body = request_body(api, bodies, consumes)
    return {**({"parameters": listed} if listed else {}), **({"requestBody": body} if body else {})}


def declared(api: Api, node: Node, pointer: Pointer) -> Node:
    """The node, or the shared part that it refers to."""
    if "$ref" not in node:
        return node
    try:
        return object_at(node_at(api.source, text_at(node["$ref"], (*pointer, "$ref"))), pointer)
    except (LookupError, ValueError):
        raise unsettled(pointer, f"the reference {node['$ref']!r} leads nowhere", "remove: true") from None


def parameter(api: Api, node: Node, pointer: Pointer) -> Node:
    """A parameter outside the body, or the reference to a shared one."""
    if "$ref" in node:
        return {**node, "$ref": api.names.reference(node["$ref"])}
    place = node.get("in")
    if place not in ("query", "header", "path"):
        raise unsettled(pointer, f"{place!r} is no place of a parameter", "update: {in: query}")
    text_at(node.get("name"), (*pointer, "name"))
    schema, style = list_form(node, str(place))
    if is_object(node.get("schema")):
        schema = node["schema"]
    same = ["name", "in", "description", "required"] + (["allowEmptyValue"] if place == "query" else [])
    return {
        **{name: node[name] for name in same if name in node},
        **style,
        "schema": schema,
        **{name: value for name, value in node.items() if name.startswith("x-") and name != "x-nullable"},
    }


def header(node: Node) -> Node:
    """A header of a response."""
    schema, _ = list_form(node, "header")
    return {
        **({"description": node["description"]} if "description" in node else {}),
        "schema": schema,
        **{name: value for name, value in node.items() if name.startswith("x-") and name != "x-nullable"},
    }


def list_form(node: Node, place: str) -> tuple[Node, Node]:
    """The schema of what a parameter, a header or an item says of its values, and the style of a list.

    A list whose form OpenAPI cannot name (tabs between values; blanks or bars outside a query; a list in a list) is the
    text that is sent, with what it holds said in extensions.
    """
    said = nullable(typed({name: node[name] for name in TEXT_KEYWORDS if name in node}))
    if node.get("type") != "array":
        return said, {}
    items = object_at(node.get("items", {}), ())
    inner = {**list_form(items, "")[0], **{name: value for name, value in items.items() if name.startswith("x-")}}
    said = {**said, "items": without(inner, "x-nullable")}
    form = str(node.get("collectionFormat", "csv"))
    style = STYLES.get(("query" if place == "formData" else place, form))
    if style is not None:
        return said, dict(style)
    text = {name: said[name] for name in ("default",) if isinstance(said.get(name), str)}
    return {"type": "string", **text, "x-collectionFormat": form, "x-schema": said}, {}


def request_body(api: Api, bodies: Sequence[tuple[Node, Node, Pointer]], consumes: Sequence[str]) -> Node | None:
    """The request body that a body parameter, or the fields of a form, become."""
    wholes = [each for each in bodies if each[1]["in"] == "body"]
    if len(wholes) > 1 or (wholes and len(bodies) > 1):
        pointer = bodies[1][2]
        raise unsettled(pointer, "an operation has one body, and a form is one", "remove: true")
    if wholes:
        [(node, found, pointer)] = wholes
        if "$ref" in node and tuple(consumes) == api.consumes:
            name = api.names.name("parameters", pointer_parts(node["$ref"])[-1])
            return {"$ref": reference_to(("components", "requestBodies", name)), **beside(node)}
        return body(api, {**found, **beside(node)}, consumes, pointer)
    return form(api, bodies, consumes) if bodies else None


def beside(node: Node) -> Node:
    """What stands beside a reference and is allowed there in OpenAPI 3.1 as well; nothing if there is no reference."""
    kept = {name: value for name, value in node.items() if name == "description" or name.startswith("x-")}
    return kept if "$ref" in node else {}


def body(api: Api, node: Node, consumes: Sequence[str], pointer: Pointer) -> Node:
    """A body parameter as a request body. Its name goes: Swagger 2.0 gives it no meaning on the wire."""
    schema = object_at(node.get("schema"), (*pointer, "schema"))
    return {
        **({"description": node["description"]} if "description" in node else {}),
        "content": content(api, schema, consumes),
        **({"required": node["required"]} if "required" in node else {}),
        **{name: value for name, value in node.items() if name.startswith("x-")},
    }


def form(api: Api, fields: Sequence[tuple[Node, Node, Pointer]], consumes: Sequence[str]) -> Node:
    """The fields of a form as a request body: an object, and how its lists are written."""
    properties: Node = {}
    encoding: Node = {}
    for node, found, pointer in fields:
        name = text_at(found.get("name"), (*pointer, "name"))
        properties[name] = field_schema(found)
        if "$ref" in node:
            shared = api.names.fields[pointer_parts(node["$ref"])[-1]]
            properties[name] = {"$ref": reference_to(("components", "schemas", shared)), **beside(node)}
        _, style = list_form(found, "formData")
        if style:
            encoding[name] = style
    required = [str(found["name"]) for _, found, _ in fields if found.get("required") is True]
    schema = {"type": "object", **({"required": required} if required else {}), "properties": properties}
    files = any(found.get("type") == "file" for _, found, _ in fields)
    known = [each for each in consumes if each.partition(";")[0].strip() in (MULTIPART, FORM)]
    if files:
        known = [each for each in known if each.partition(";")[0].strip() == MULTIPART]
    media_types = known or [MULTIPART if files else FORM]
    media = {"schema": schema, **({"encoding": encoding} if encoding else {})}
    return {"content": dict.fromkeys(media_types, media), **({"required": True} if required else {})}


def field_schema(node: Node) -> Node:
    """A field of a form as a property."""
    schema, _ = list_form(node, "formData")
    if node.get("type") == "file":
        schema = {**BINARY, "contentMediaType": "application/octet-stream"}
    extensions = {name: value for name, value in node.items() if name.startswith("x-") and name != "x-nullable"}
    empty = {"x-allowEmptyValue": node["allowEmptyValue"]} if "allowEmptyValue" in node else {}
    return {**({"description": node["description"]} if "description" in node else {}), **schema, **empty, **extensions}


def content(api: Api, schema: Node, media_types: Iterable[str]) -> Node:
    """The schema under each media type. Where nobody says a media type, bytes are bytes and all else is JSON.

    `*/*` says as little as nothing of what has a structure; text may indeed be of any type.
    """
    found = meant(api, schema)
    binary = found.get("format") == "binary"
    unsaid = BYTES_MEDIA_TYPE if binary else JSON_MEDIA_TYPE
    plain = binary or found.get("type") == "string"
    listed = [each if plain or each != ANY_MEDIA_TYPE else unsaid for each in media_types]
    return {media_type: {"schema": schema} for media_type in listed or [unsaid]}


def meant(api: Api, schema: Node) -> Node:
    """The schema, or the shared one that it leads to in the end."""
    seen: set[str] = set()
    while isinstance(reference := schema.get("$ref"), str) and reference not in seen:
        seen.add(reference)
        schema = api.schemas.get(pointer_parts(reference)[-1], {})
    return schema


def media_types_of(node: Node, name: str, inherited: Sequence[str], pointer: Pointer) -> tuple[str, ...]:
    """`consumes` or `produces` of an operation, or what the document says; none if nobody says anything."""
    if name not in node:
        return tuple(inherited)
    place = (*pointer, name)
    listed = [text_at(each, place) for each in list_at(node[name], place)]
    for each in listed:
        if "/" not in each:
            raise DocumentError.at(place, f"{each!r} is no media type", "Write one such as application/json.")
    return tuple(dict.fromkeys(listed))
