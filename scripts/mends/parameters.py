"""Faults in parameters: where they stand, what they are called, how often they are declared."""

from __future__ import annotations

import json
from collections.abc import Sequence

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
    nodes,
)
from scripts.mends.keywords import KNOWN, plain
from scripts.mends.paths import identity, resolved, template_names
from scripts.mends.rule import Report, by_kind, on, unsettled, without

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
    """A parameter that says no place is the body if it has a schema, and a field of a form if it is a file."""
    if "in" in node or "$ref" in node or not ("schema" in node or node.get("type") == "file"):
        return node
    place = "body" if "schema" in node else "formData"
    report(pointer, f"has no `in` and {'a schema' if place == 'body' else 'is a file'}, so it is in {place}")
    return {**node, "in": place}


@on(Kind.PARAMETER)
def every_body_has_a_schema(node: Node, pointer: Pointer, report: Report) -> Node:
    """What a body parameter says of its type stands in its schema, and its name, which is never sent, is there."""
    if node.get("in") != "body":
        return node
    own = ("in", "name", "description", "schema", *(() if is_list(node.get("required")) else ("required",)))
    said = [name for name in node if name not in own and not name.startswith("x-")]
    if "schema" not in node:
        report(pointer, "a body without a schema; what it says of its type is its schema" if said else "any body")
        for name in said:
            report.moved((*pointer, name), (*pointer, "schema", name))
        node = {**without(node, *said), "schema": {name: node[name] for name in said}}
    else:
        beside = [name for name in said if name in KNOWN[Kind.PARAMETER]]
        for name in beside:
            report((*pointer, name), "stands beside the schema of a body, where it has no meaning; left out")
        node = without(node, *beside)
    if "name" not in node:
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
    # Whether the parameter is required is another question than which members are.
    said = {"x-required" if name == "required" else name: value for name, value in schema.items()}
    for name in said:
        if name not in node and name in schema:
            report.moved((*pointer, "schema", name), (*pointer, name))
    return {**said, **without(node, "schema")}


#: What is text on the wire, but for bodies.
OUTSIDE = (Kind.PARAMETER, Kind.ITEMS, Kind.HEADER)


@by_kind(*OUTSIDE)
def whatever_is_text_has_a_type(kind: Kind, node: Node, pointer: Pointer, report: Report) -> Node:
    """A parameter, a header or an item of no type is text, as it is on the wire; with `items` it is an array."""
    if not _is_text(kind, node) or "type" in node:
        return node
    read = "array" if "items" in node else "string"
    report(pointer, f"no type is said; it is read as {read}")
    return {**node, "type": read}


def _is_text(kind: Kind, node: Node) -> bool:
    """Whether its values are sent as text, and it says so itself."""
    outside = kind is Kind.PARAMETER and node.get("in") != "body" and "schema" not in node
    return (outside or kind in (Kind.ITEMS, Kind.HEADER)) and not isinstance(node.get("$ref"), str)


@by_kind(*OUTSIDE)
def no_object_is_sent_as_text(kind: Kind, node: Node, pointer: Pointer, report: Report) -> Node:
    """An object outside the body, for which Swagger 2.0 has no form, is text whose form the caller knows."""
    if not _is_text(kind, node) or node.get("type") != "object":
        return node
    report((*pointer, "type"), "an object has no form outside the body; it is text")
    return {**node, "type": "string"}


def no_parameter_stands_twice(document: Document, report: Report) -> Document:
    """Of parameters with one name in one place, declared alike, one is left that has the descriptions of all."""

    def change(kind: Kind, node: Node, pointer: Pointer) -> Node:
        if "parameters" not in node:
            return node
        parameters = list_at(node["parameters"], (*pointer, "parameters"))
        owners = [identity(document, each) for each in parameters]
        if len(set(owners)) == len(owners):
            return node
        kept: list[JSON] = []
        places: dict[tuple[str, str], int] = {}
        for index, (own, each) in enumerate(zip(owners, parameters, strict=True)):
            place: Pointer = (*pointer, "parameters", str(index))
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

    return map_nodes(document, change, kinds=(Kind.OPERATION, Kind.PATH_ITEM))


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

    def shared(kind: Kind, node: Node, pointer: Pointer) -> Node:
        if node.get("in") != "path" or node.get("required") is True:
            return node
        report(pointer, f"{node.get('name')!r} is required, as all of a path is")
        return {**node, "required": True}

    document = map_nodes(document, shared, kinds=(Kind.PARAMETER,))

    def located(kind: Kind, node: Node, pointer: Pointer) -> Node:
        names = template_names(pointer[1])
        above = _in_paths(document, node)
        operations = {
            method: _located(document, node[method], names, above, (*pointer, method), report)
            for method in METHODS
            if method in node
        }
        return {**_located(document, node, names, frozenset(), pointer, report), **operations}

    document = map_nodes(document, located, kinds=(Kind.PATH_ITEM,))
    for _, node, pointer in nodes(document, Kind.PARAMETER):
        if "$ref" not in node:
            _check_place(node, pointer)
    return document


def whatever_is_in_the_path_is_declared(document: Document, report: Report) -> Document:
    """A name in braces that no parameter has is a required parameter in the path, and text."""

    def change(kind: Kind, node: Node, pointer: Pointer) -> Node:
        names = template_names(pointer[1])
        completed = {
            method: _completed(document, node[method], node, names, (*pointer, method), report)
            for method in METHODS
            if method in node
        }
        return {**node, **completed}

    return map_nodes(document, change, kinds=(Kind.PATH_ITEM,))


def _check_place(node: Node, pointer: Pointer) -> None:
    if "name" not in node:
        raise unsettled(pointer, "a parameter without a name", "update: {name: …}")
    if "in" not in node:
        raise unsettled(
            pointer, f"{node['name']!r} has no `in`, and nothing says where it is sent", "update: {in: query}"
        )
    if node["in"] not in PLACES.values():
        raise unsettled(pointer, f"{node['name']!r} is in {node['in']!r}, which is no place", "update: {in: query}")


def _located(
    document: Document, holder: Node, names: Sequence[str], above: frozenset[str], pointer: Pointer, report: Report
) -> Node:
    """The operation or path item with every parameter that the path has in the path; `above` are there already."""
    listed = [(each, resolved(document, each)) for each in _parameters(holder)]
    if not listed:
        return holder
    declared = above | _in_paths(document, holder)
    parameters: list[JSON] = []
    for index, (each, node) in enumerate(listed):
        place = (*pointer, "parameters", str(index))
        meant = _meant(node, names, declared, [other for _, other in listed])
        if meant is not None:
            rivals = [other for _, other in listed if other is not node and _meant(other, names, declared, [other])]
            if node.get("in") != "path" and any(_name(other).lower() == meant.lower() for other in rivals):
                what = f"{meant!r} is in the path, and more than one parameter could be meant by it"
                raise unsettled(place, what, "update: {in: path}" if node is each else "remove: true")
            parameters.append(_in_path(each, node, meant, place, report))
        elif node.get("in") == "path":
            what = f"{_name(node)!r} is in the path by its declaration, but the path has no {{{_name(node)}}}"
            free = [name for name in names if name not in declared]
            own = f"update: {{name: {json.dumps(free[0])}}}" if len(free) == 1 else "update: {in: query}"
            raise unsettled(place, what, own if node is each else "remove: true")
        else:
            parameters.append(each)
    return {**holder, "parameters": parameters} if parameters != holder["parameters"] else holder


def _in_path(parameter: JSON, node: Node, name: str, pointer: Pointer, report: Report) -> JSON:
    """The parameter in the path under the name that it has there."""
    said: list[str] = []
    if node.get("in") != "path":
        said.append(f"{name!r} is in the path, " + (f"not in {node['in']}" if "in" in node else "and says no place"))
    if _name(node) != name:
        said.append(f"{_name(node)!r} is spelled {name!r} in the path")
    if not said:
        return parameter
    report(pointer, "; ".join(said))
    form = ("collectionFormat",) if node.get("collectionFormat") == "multi" else ()
    return {**without(node, "allowEmptyValue", *form), "name": name, "in": "path", "required": True}


def _in_paths(document: Document, holder: Node) -> frozenset[str]:
    """The names that an operation or a path item declares in the path."""
    found = (resolved(document, each) for each in _parameters(holder))
    return frozenset(_name(node) for node in found if node.get("in") == "path")


def _meant(node: Node, names: Sequence[str], declared: frozenset[str], among: Sequence[Node]) -> str | None:
    """The name in the path that a parameter has or is meant to have; None if it has nothing to do with the path."""
    if node.get("in") == "body" or not node.get("name"):
        return None
    name = _name(node)
    meant = name if name in names else _alike(node, names, declared, among)
    return None if meant in declared and node.get("in") != "path" else meant


def _name(node: Node) -> str:
    return str(node.get("name", ""))


def _alike(node: Node, names: Sequence[str], declared: frozenset[str], among: Sequence[Node]) -> str | None:
    """The name in the path that differs from a parameter's in the case of letters alone; None if several pairs do.

    Marks make no difference either for what is said to be in the path, where it can be nothing else.
    """
    seen = plain if node.get("in") == "path" else str.lower
    name = seen(_name(node))
    found = [each for each in names if seen(each) == name and each not in declared]
    rivals = [other for other in among if seen(_name(other)) == name and other.get("in") != "body"]
    exact = any(_name(other) in found for other in rivals)
    return found[0] if len(found) == 1 and len(rivals) == 1 and not exact else None


def _completed(
    document: Document, operation: Node, item: Node, names: tuple[str, ...], pointer: Pointer, report: Report
) -> Node:
    """The operation with the parameters that the path names and nobody declares."""
    declared = _in_paths(document, operation) | _in_paths(document, item)
    added = [
        {"name": name, "in": "path", "required": True, "type": "string"}
        for name in dict.fromkeys(names)
        if name not in declared
    ]
    if "" in names:
        raise unsettled(pointer[:-1], "the path has braces with no name in them", "remove: true")
    for each in added:
        report(pointer, f"the path has {{{each['name']}}}, which is not declared; it is text")
    return {**operation, "parameters": [*_parameters(operation), *added]} if added else operation


def _parameters(node: Node) -> list[JSON]:
    parameters = node.get("parameters", [])
    return parameters if is_list(parameters) else []
