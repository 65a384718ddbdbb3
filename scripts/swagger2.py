"""Swagger 2.0 becomes OpenAPI 3.1, member by member.

Each function knows the members of one object of Swagger 2.0. A member it does not know is an error with its pointer:
nothing is dropped in silence. Faults of the published document are mended before, in `scripts.mends`, and its
references lead to shared parts by then, thanks to `scripts.references`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from scripts.component_names import Names, names_of
from scripts.document import (
    METHODS,
    Document,
    DocumentError,
    Kind,
    Node,
    Pointer,
    is_list,
    list_at,
    map_nodes,
    object_at,
    text_at,
)
from scripts.mends.keywords import KNOWN, LATER
from scripts.mends.rule import unsettled, without
from scripts.swagger2_parameters import (
    JSON_MEDIA_TYPE,
    Api,
    body,
    content,
    declared,
    field_schema,
    header,
    media_types_of,
    parameter,
    parameters,
)
from scripts.swagger2_schemas import with_schemas
from scripts.swagger2_security import requirements, security_schemes

VERSION = "3.1.1"
#: Members of the document that mean the same in OpenAPI 3.1, and those of an operation.
SAME = "tags externalDocs"
SAME_IN_OPERATION = "tags summary description externalDocs operationId deprecated"
#: What stands in a published host for the part that each tenant has of its own.
PLACEHOLDER = re.compile(r"YOUR_([A-Z][A-Z0-9_]*)|\{([A-Za-z_]\w*)\}|<([A-Za-z_]\w*)>")
HOST = re.compile(r"[\w.\-]*(?::[0-9]+)?|\[[0-9A-Fa-f:.]+\](?::[0-9]+)?")
#: The name of the example that the Swagger document gives of a response; the pages' have names of their own.
EXAMPLE = "FromDocument"


def openapi3(source: Document) -> Document:
    """The same API, written as OpenAPI 3.1; raises `DocumentError`."""
    return converted(source)[0]


def converted(source: Document) -> tuple[Document, Names]:
    """The same API, written as OpenAPI 3.1, and what its shared parts are called in it; raises `DocumentError`."""
    if source.get("swagger") != "2.0":
        raise DocumentError.at(
            (), f'is not marked `swagger: "2.0"`{_version(source)}', "Put a Swagger 2.0 document there."
        )
    _all_members_known(source)
    names = names_of(source)
    source = with_schemas(source, names)
    schemas = object_at(source.get("definitions", {}), ("definitions",))
    api = Api(
        source,
        names,
        {names.name("definitions", name): object_at(node, ("definitions", name)) for name, node in schemas.items()},
        media_types_of(source, "consumes", (), ()),
        media_types_of(source, "produces", (), ()),
    )
    made = components(api)
    document = {
        "openapi": VERSION,
        "info": information(source),
        "servers": servers(source, list_at(source.get("schemes", []), ("schemes",))),
        **_carried(source, SAME),
        **_security(api, source, ()),
        "paths": paths(api),
        **({"components": made} if made else {}),
        **_extensions(source),
    }
    return document, names


def _version(source: Document) -> str:
    marks = [
        f"{name} {source[name]}" for name in ("swagger", "swaggerVersion", "openapi", "asyncapi") if name in source
    ]
    return f" but {marks[0]}" if marks else ""


def _all_members_known(source: Document) -> None:
    def check(kind: Kind, node: Node, pointer: Pointer) -> Node:
        known = (*KNOWN.get(kind, node), *LATER.get(kind, ()))
        for name in node:
            if name not in known and not name.startswith("x-"):
                raise unsettled((*pointer, name), f"Swagger 2.0 has no {name!r} here", "remove: true")
        return node

    map_nodes(source, check)


def information(source: Document) -> Node:
    """The title, the version and whatever else is said of the API."""
    info = object_at(source.get("info", {}), ("info",))
    for name in ("title", "version"):
        if not isinstance(info.get(name), str):
            raise unsettled(("info",) if "info" in source else (), f"the API has no {name}", f"update: {{{name}: …}}")
    return info


def servers(source: Document, schemes: Sequence[object]) -> list[Node]:
    """Host, base path and schemes as server URLs; YOUR_SUBDOMAIN in the host is the variable `subdomain`."""
    host = text_at(source.get("host", ""), ("host",))
    bare, variables = with_variables(host)
    if not HOST.fullmatch(PLACEHOLDER.sub("x", host)):
        raise unsettled(("host",), f"{host!r} is not a host", "update: example.com")
    base = text_at(source.get("basePath", "/"), ("basePath",)).strip().rstrip("/")
    if base and not base.startswith("/"):
        base = "/" + base
    base, more = with_variables(base)
    prefixes = [f"{text_at(scheme, ('schemes',))}://" for scheme in schemes] if host else []
    variables = {**variables, **more}
    return [
        {"url": f"{prefix}{bare}{base}" or "/", **({"variables": variables} if variables else {})}
        for prefix in prefixes or (["//"] if host else [""])
    ]


def with_variables(text: str) -> tuple[str, Node]:
    """A part of a URL with each placeholder as a variable, and the variables; the default is the placeholder itself."""
    found = {next(filter(None, match.groups())): match.group() for match in PLACEHOLDER.finditer(text)}
    template = PLACEHOLDER.sub(lambda match: "{" + next(filter(None, match.groups())).lower() + "}", text)
    variables = {name.lower(): {"default": each if each.startswith("YOUR_") else name} for name, each in found.items()}
    return template, variables


def paths(api: Api) -> Node:
    """Each path with its operations."""
    items = object_at(api.source.get("paths"), ("paths",))
    return {
        path: item if path.startswith("x-") else path_item(api, object_at(item, ("paths", path)), ("paths", path))
        for path, item in items.items()
    }


def path_item(api: Api, item: Node, pointer: Pointer) -> Node:
    """The operations of one path; what its parameters say of bodies goes into each of them."""
    shared = list_at(item.get("parameters", []), (*pointer, "parameters"))
    own = parameters(api, shared, (), api.consumes, pointer).get("parameters", [])
    return {
        **({"parameters": own} if own else {}),
        **({"servers": [_server(each) for each in item["servers"]]} if is_list(item.get("servers")) else {}),
        **{
            name: operation(api, object_at(item[name], (*pointer, name)), shared, (*pointer, name))
            for name in METHODS
            if name in item
        },
        **_extensions(item),
    }


def _server(value: object) -> Node:
    node = object_at(value, ())
    url, variables = with_variables(str(node.get("url", "")))
    return {**node, "url": url, **({"variables": variables} if variables else {})}


def operation(api: Api, node: Node, shared: Sequence[object], pointer: Pointer) -> Node:
    """One operation: its body parameter is the request body, its media types stand where they apply."""
    consumes = media_types_of(node, "consumes", api.consumes, pointer)
    produces = media_types_of(node, "produces", api.produces, pointer)
    own = list_at(node.get("parameters", []), (*pointer, "parameters"))
    schemes = list_at(node.get("schemes", []), (*pointer, "schemes"))
    own_servers = servers(api.source, schemes) if schemes else []
    differs = own_servers and own_servers != servers(api.source, list_at(api.source.get("schemes", []), ("schemes",)))
    return {
        **_carried(node, SAME_IN_OPERATION),
        **parameters(api, own, shared, consumes, pointer),
        "responses": responses(api, node.get("responses"), produces, (*pointer, "responses")),
        **_security(api, node, pointer),
        **({"servers": own_servers} if differs else {}),
        **_extensions(node),
    }


def responses(api: Api, value: object, produces: Sequence[str], pointer: Pointer) -> Node:
    """Each response by its status."""
    converted: Node = {}
    for status, each in object_at(value, pointer).items():
        if not (re.fullmatch(r"[1-5][0-9][0-9]|[1-5]XX|default", status) or status.startswith("x-")):
            raise unsettled((*pointer, status), f"{status!r} is not a status", "remove: true")
        converted[status] = each if status.startswith("x-") else answer(api, each, produces, (*pointer, status))
    return converted


def answer(api: Api, value: object, produces: Sequence[str], pointer: Pointer) -> Node:
    """A response of an operation. A shared one has the media types of the document; it is copied where they differ."""
    node = object_at(value, pointer)
    if "$ref" not in node:
        return response(api, node, produces, pointer)
    shared = declared(api, node, pointer)
    copy = response(api, {**shared, **without(node, "$ref")}, produces, pointer)
    if copy.get("content") != response(api, shared, api.produces, pointer).get("content"):
        return copy
    return {**node, "$ref": api.names.reference(node["$ref"])}


def response(api: Api, node: Node, produces: Sequence[str], pointer: Pointer) -> Node:
    """One response: it has content if it has a schema or examples."""
    headers = object_at(node.get("headers", {}), (*pointer, "headers"))
    shown = _content(api, node, produces, pointer)
    return {
        "description": text_at(node.get("description"), (*pointer, "description")),
        **({"headers": {name: header(object_at(each, pointer)) for name, each in headers.items()}} if headers else {}),
        **({"content": shown} if shown else {}),
        **_extensions(node),
    }


def _content(api: Api, node: Node, produces: Sequence[str], pointer: Pointer) -> Node:
    schema = node.get("schema")
    examples = object_at(node.get("examples", {}), (*pointer, "examples"))
    shown = content(api, object_at(schema, (*pointer, "schema")), produces) if "schema" in node else {}
    for name, value in examples.items():
        media_type = name if "/" in name else next(iter(shown), JSON_MEDIA_TYPE)
        member: Node = shown.setdefault(media_type, {"schema": schema} if "schema" in node else {})
        label = EXAMPLE if "/" in name else re.sub(r"[^A-Za-z0-9._-]+", "_", name)
        member["examples"] = {**member.get("examples", {}), label: {"value": value}}
    return shown


def components(api: Api) -> Node:
    """The shared parts: what is a body or a field of a form in Swagger is a request body or a schema."""
    shared = object_at(api.source.get("parameters", {}), ("parameters",))
    rooms: dict[str, Node] = {
        "schemas": dict(api.schemas),
        "parameters": {},
        "requestBodies": {},
        "responses": {
            api.names.name("responses", name): answer(api, node, api.produces, ("responses", name))
            for name, node in object_at(api.source.get("responses", {}), ("responses",)).items()
        },
        "securitySchemes": security_schemes(api.source, api.names),
    }
    for key, value in shared.items():
        name, pointer = api.names.name("parameters", key), ("parameters", key)
        node = declared(api, object_at(value, pointer), pointer)
        match node.get("in"):
            case "formData":
                rooms["schemas"][api.names.fields[key]] = field_schema(node)
            case "body":
                rooms["requestBodies"][name] = body(api, node, api.consumes, pointer)
            case _:
                rooms["parameters"][name] = parameter(api, node, pointer)
    return {room: parts for room, parts in rooms.items() if parts}


def _security(api: Api, node: Node, pointer: Pointer) -> Node:
    if "security" not in node:
        return {}
    return {"security": requirements(node["security"], api.source, api.names, (*pointer, "security"))}


def _carried(node: Node, names: str) -> Node:
    return {name: node[name] for name in names.split() if name in node}


def _extensions(node: Node) -> Node:
    return {name: value for name, value in node.items() if name.startswith("x-")}
