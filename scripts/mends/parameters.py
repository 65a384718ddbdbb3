"""Faults in parameters: where they stand, what they are called, how often they are declared."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.document import (
    JSON,
    METHODS,
    Document,
    Kind,
    Node,
    Pointer,
    is_list,
    is_object,
    list_at,
    map_nodes,
    object_at,
)
from scripts.mends.paths import identity, resolved, template_names
from scripts.mends.rule import Report, on, unsettled, without

PLACES = {place.lower(): place for place in ("query", "header", "path", "formData", "body")} | {"form": "formData"}


@on(Kind.PARAMETER)
def places_are_known(node: Node, pointer: Pointer, report: Report) -> Node:
    """`in` is spelled as Swagger 2.0 spells it."""
    place = node.get("in")
    known = PLACES.get(place.strip().lower()) if isinstance(place, str) else None
    if known is None or known == place:
        return node
    report((*pointer, "in"), f"{place!r} is read as {known!r}")
    return {**node, "in": known}


@on(Kind.PARAMETER)
def what_has_a_schema_is_a_body(node: Node, pointer: Pointer, report: Report) -> Node:
    """A parameter with a schema that says of itself no place is the body."""
    if "in" in node or "$ref" in node or "schema" not in node:
        return node
    report(pointer, "has a schema and no `in`, so it is the body")
    return {**node, "in": "body"}


@on(Kind.PARAMETER)
def every_body_has_a_schema(node: Node, pointer: Pointer, report: Report) -> Node:
    """What a body parameter says of its type stands in its schema, and its name, which is never sent, is there."""
    if node.get("in") != "body":
        return node
    own = ("in", "name", "description", "required", "schema")
    said = {name: value for name, value in node.items() if name not in own and not name.startswith("x-")}
    if "schema" not in node:
        report(pointer, "a body without a schema; what it says of its type is its schema" if said else "any body")
        node = {**without(node, *said), "schema": without(said, "collectionFormat", "allowEmptyValue")}
    elif "type" in said and is_object(node["schema"]):
        report(pointer, "a type beside the schema of a body says nothing, left out")
        node = without(node, "type")
    if not isinstance(node.get("name"), str):
        report(pointer, "a body without a name is named body")
        node = {**node, "name": "body"}
    return node


@on(Kind.PARAMETER)
def schemas_are_for_bodies(node: Node, pointer: Pointer, report: Report) -> Node:
    """What a parameter outside the body says in a `schema` it says itself."""
    schema = node.get("schema")
    if "in" not in node or node["in"] == "body" or not is_object(schema) or "$ref" in schema:
        return node
    report((*pointer, "schema"), "what it says stands in the parameter itself")
    return {**schema, **without(node, "schema")}


@on(Kind.PARAMETER)
def every_parameter_has_a_type(node: Node, pointer: Pointer, report: Report) -> Node:
    """A parameter of no type is text, as everything outside a body is on the wire; with `items` it is an array."""
    outside = "in" in node and node["in"] != "body" and "schema" not in node
    if not outside or "type" in node:
        return node
    kind = "array" if "items" in node else "string"
    report(pointer, f"a parameter without a type is read as {kind}")
    return {**node, "type": kind}


@on(Kind.PARAMETER)
def no_object_is_sent_as_text(node: Node, pointer: Pointer, report: Report) -> Node:
    """An object outside the body, for which Swagger 2.0 has no form, is text whose form the caller knows."""
    if node.get("in") in (None, "body") or node.get("type") != "object":
        return node
    report((*pointer, "type"), "an object has no form outside the body; the parameter is text")
    return {
        **without(node, "properties", "additionalProperties", "required" if is_list(node.get("required")) else ""),
        "type": "string",
    }


def no_parameter_stands_twice(document: Document, report: Report) -> Document:
    """Of parameters with one name in one place, declared alike, one is left that has the descriptions of all."""

    def change(kind: Kind, node: Node, pointer: Pointer) -> Node:
        if kind not in (Kind.OPERATION, Kind.PATH_ITEM) or "parameters" not in node:
            return node
        parameters = list_at(node["parameters"], (*pointer, "parameters"))
        kept: list[JSON] = []
        places: dict[tuple[str, str], int] = {}
        for index, each in enumerate(parameters):
            place: Pointer = (*pointer, "parameters", str(index))
            own = identity(document, each)
            if own not in places or own == ("", ""):
                report.moved(place, (*pointer, "parameters", str(len(kept))))
                places[own] = len(kept)
                kept.append(each)
                continue
            first = places[own]
            kept[first] = _joined(resolved(document, kept[first]), resolved(document, each), place)
            name = " ".join(filter(None, own))
            report(place, f"{name} a second time, taken together with the first")
        return node if len(kept) == len(parameters) else {**node, "parameters": kept}

    return map_nodes(document, change)


def _joined(first: Node, second: Node, pointer: Pointer) -> Node:
    """Two declarations of one parameter as one; an error if they do not say the same but for their descriptions."""
    if without(first, "description", "required", "name") != without(second, "description", "required", "name"):
        raise unsettled(pointer, f"{first.get('name')!r} is declared twice, and not alike", "remove: true")
    texts = [str(each["description"]) for each in (first, second) if each.get("description")]
    description = "\n\n".join(dict.fromkeys("\n\n".join(texts).split("\n\n")))
    required = first.get("required") is True or second.get("required") is True
    return {
        **first,
        **({"description": description} if texts else {}),
        **({"required": True} if required else {}),
    }


def path_parameters_are_in_the_path(document: Document, report: Report) -> Document:
    """A declared parameter whose name stands in braces is a required one in the path, spelled as it is there."""

    def change(kind: Kind, node: Node, pointer: Pointer) -> Node:
        if kind not in (Kind.OPERATION, Kind.PATH_ITEM) or "parameters" not in node:
            return node
        return _located(document, node, template_names(pointer[1]), pointer, report)

    return map_nodes(document, change)


def whatever_is_in_the_path_is_declared(document: Document, report: Report) -> Document:
    """A name in braces that no parameter has is a required parameter in the path, and text."""

    def change(kind: Kind, node: Node, pointer: Pointer) -> Node:
        if kind is not Kind.PATH_ITEM:
            return node
        names = template_names(pointer[1])
        completed = {
            method: _completed(
                document, object_at(node[method], (*pointer, method)), node, names, (*pointer, method), report
            )
            for method in METHODS
            if method in node
        }
        return {**node, **completed}

    return map_nodes(document, change)


def _located(document: Document, holder: Node, names: tuple[str, ...], pointer: Pointer, report: Report) -> Node:
    """The operation or path item with every parameter that the path has in the path."""
    parameters = list_at(holder.get("parameters", []), (*pointer, "parameters"))
    if not parameters:
        return dict(holder)
    nodes = [resolved(document, each) for each in parameters]
    declared = {str(node.get("name")) for node in nodes if node.get("in") == "path"}
    changed = [
        _in_path(each, node, names, declared, nodes, (*pointer, "parameters", str(index)), report)
        for index, (each, node) in enumerate(zip(parameters, nodes, strict=True))
    ]
    return {**holder, "parameters": changed}


def _in_path(
    parameter: JSON,
    node: Node,
    names: tuple[str, ...],
    declared: set[str],
    all_nodes: list[Node],
    pointer: Pointer,
    report: Report,
) -> JSON:
    name, place = str(node.get("name")), node.get("in")
    if place in (None, "body"):
        return parameter
    meant = name if name in names else _alike(name, names, declared, all_nodes)
    if meant is None or (place != "path" and meant in declared):
        if place == "path":
            what = f"{name!r} is in the path by its declaration, but the path has no {{{name}}}"
            raise unsettled(pointer, what, "update: {in: query}")
        return parameter
    said = []
    if place != "path":
        said.append(f"{meant!r} is in the path, not in {place}")
    if meant != name:
        said.append(f"{name!r} is spelled {meant!r} in the path")
    if node.get("required") is not True:
        said.append(f"{meant!r} is required, as all of a path is")
    if not said:
        return parameter
    report(pointer, "; ".join(said))
    located = {**without(node, "allowEmptyValue"), "name": meant, "in": "path", "required": True}
    if located.get("collectionFormat") == "multi":
        located = without(located, "collectionFormat")
    return located


def _alike(name: str, names: tuple[str, ...], declared: set[str], all_nodes: list[Node]) -> str | None:
    """The name in the path that differs from this one in the case of letters alone, if there is just one such pair."""
    found = [each for each in names if each.lower() == name.lower() and each not in declared]
    rivals = [node for node in all_nodes if str(node.get("name")).lower() == name.lower() and node.get("in") != "body"]
    exact = any(node.get("name") in found for node in rivals)
    return found[0] if len(found) == 1 and len(rivals) == 1 and not exact else None


def _completed(
    document: Document, operation: Node, item: Node, names: tuple[str, ...], pointer: Pointer, report: Report
) -> Node:
    """The operation with the parameters that the path names and nobody declares."""
    here = [*_parameters(operation), *_parameters(item)]
    declared = {
        str(node.get("name")) for node in (resolved(document, each) for each in here) if node.get("in") == "path"
    }
    added = [
        {"name": name, "in": "path", "required": True, "type": "string"}
        for name in dict.fromkeys(names)
        if name not in declared
    ]
    for each in added:
        report(pointer, f"the path has {{{each['name']}}}, which is not declared; it is text")
    return {**operation, "parameters": [*_parameters(operation), *added]} if added else operation


def _parameters(node: Node) -> Iterator[JSON]:
    parameters = node.get("parameters", [])
    return iter(parameters if is_list(parameters) else [])
