"""Security definitions of Swagger 2.0 as security schemes of OpenAPI 3.1."""

from __future__ import annotations

from collections.abc import Mapping

from scripts.component_names import Names
from scripts.document import Document, Node, Pointer, list_at, object_at, text_at
from scripts.mends.rule import unsettled

#: What Swagger calls the flows of OAuth 2, and the addresses that each of them needs.
FLOWS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "implicit": ("implicit", ("authorizationUrl",)),
    "password": ("password", ("tokenUrl",)),
    "application": ("clientCredentials", ("tokenUrl",)),
    "accessCode": ("authorizationCode", ("authorizationUrl", "tokenUrl")),
}


def security_schemes(source: Document, names: Names) -> Node:
    """All security schemes by their names among the components."""
    found = object_at(source.get("securityDefinitions", {}), ("securityDefinitions",))
    return {
        names.name("securityDefinitions", name): security_scheme(object_at(node, place), place)
        for name, node in found.items()
        for place in [("securityDefinitions", name)]
    }


def security_scheme(node: Node, pointer: Pointer) -> Node:
    """One security scheme."""
    around = {name: value for name, value in node.items() if name == "description" or name.startswith("x-")}
    match node.get("type"):
        case "basic":
            return {"type": "http", "scheme": "basic", **around}
        case "apiKey":
            place = node.get("in")
            if place not in ("query", "header"):
                raise unsettled((*pointer, "in"), f"{place!r} is no place of a key", "update: header")
            return {"type": "apiKey", "in": place, "name": text_at(node.get("name"), (*pointer, "name")), **around}
        case "oauth2":
            return {"type": "oauth2", "flows": flows(node, pointer), **around}
        case other:
            raise unsettled((*pointer, "type"), f"{other!r} is no type of a security definition", "update: apiKey")


def flows(node: Node, pointer: Pointer) -> Node:
    """The one flow of an OAuth 2 definition."""
    flow = node.get("flow")
    if not isinstance(flow, str) or flow not in FLOWS:
        raise unsettled((*pointer, "flow"), f"{flow!r} is no flow of OAuth 2", "update: application")
    name, addresses = FLOWS[flow]
    for address in addresses:
        if address not in node:
            raise unsettled(pointer, f"the flow {flow} has no {address}", f"update: {{{address}: https://…}}")
    place = (*pointer, "scopes")
    scopes = object_at(node.get("scopes", {}), place)
    return {
        name: {
            **{address: text_at(node[address], (*pointer, address)) for address in addresses},
            "scopes": {
                scope: text_at(text, (*place, scope)) for scope, text in scopes.items() if not scope.startswith("x-")
            },
            **{scope: value for scope, value in scopes.items() if scope.startswith("x-")},
        }
    }


def requirements(value: object, source: Document, names: Names, pointer: Pointer) -> list[Node]:
    """A list of security requirements, each of which names schemes that are there."""
    known = source.get("securityDefinitions", {})
    listed: list[Node] = []
    for index, each in enumerate(list_at(value, pointer)):
        place = (*pointer, str(index))
        node = object_at(each, place)
        for name in node:
            if name not in known:
                raise unsettled(place, f"{name!r} is not among the security definitions", "remove: true")
        listed.append({names.name("securityDefinitions", name): scopes for name, scopes in node.items()})
    return listed
