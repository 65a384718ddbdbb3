"""Faults in operations: their names and their answers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from http import HTTPStatus

from scripts.document import JSON, Document, Kind, Node, Pointer, is_object, map_nodes, nodes, object_at
from scripts.mends.paths import resolved
from scripts.mends.rule import Report, on, unsettled, without
from scripts.wording import unused

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def every_operation_has_an_id(document: Document, report: Report) -> Document:
    """An operation without `operationId` has its summary for one, if that is a name, or its method and path."""
    operations = [node for _, node, _ in nodes(document, Kind.OPERATION)]
    claimed = Counter(_plain(str(node.get("operationId") or node.get("summary", ""))) for node in operations)
    names: dict[Pointer, str] = {}
    for _, node, pointer in nodes(document, Kind.OPERATION):
        if not node.get("operationId"):
            summary = str(node.get("summary", ""))
            named = NAME.fullmatch(summary) and claimed[_plain(summary)] == 1
            names[pointer] = summary if named else name_of(pointer)
    return _named(document, names, "operationId {}, for there is none", report)


def no_operation_id_stands_twice(document: Document, report: Report) -> Document:
    """Operations with one `operationId` are named by their method and path."""
    claimed = Counter(str(node.get("operationId")) for _, node, _ in nodes(document, Kind.OPERATION))
    names = {
        pointer: name_of(pointer)
        for _, node, pointer in nodes(document, Kind.OPERATION)
        if "operationId" in node and claimed[str(node["operationId"])] > 1
    }
    return _named(document, names, "operationId {}, for another operation has the one given", report)


def _named(document: Document, names: dict[Pointer, str], said: str, report: Report) -> Document:
    """The document with these operations named; a number tells apart those that would be named like another."""
    if not names:
        return document
    own = [(str(node.get("operationId")), at) for _, node, at in nodes(document, Kind.OPERATION)]
    taken = {_plain(name) for name, pointer in own if pointer not in names}
    final: dict[Pointer, str] = {}
    for pointer, name in sorted(names.items()):
        unique = unused(name, lambda each: _plain(each) in taken)
        taken.add(_plain(unique))
        final[pointer] = unique

    def change(kind: Kind, node: Node, pointer: Pointer) -> Node:
        if pointer not in final:
            return node
        report(pointer, said.format(final[pointer]))
        return {**node, "operationId": final[pointer]}

    return map_nodes(document, change, kinds=(Kind.OPERATION,))


def _plain(name: str) -> str:
    """A name as case-insensitive systems of files and generators of snake case see it."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def name_of(pointer: Pointer) -> str:
    """A name for the operation at `pointer`: `get /a/{bKey}` is `getAByBKey`."""
    method, path = pointer[-1], pointer[-2]
    words = re.findall(r"\{?[A-Za-z0-9]+", path)
    placed = [("By", word[1:]) if word[0] == "{" else ("", word) for word in words]
    return method + "".join(prefix + word[:1].upper() + word[1:] for prefix, word in placed)


STATUS = re.compile(r"[1-5][0-9][0-9]|[1-5]XX|default")
#: A status among other letters, which tell its responses from each other.
LABELLED = re.compile(r"(?<![0-9])[1-5][0-9]{2}(?![0-9])")


@on(Kind.OPERATION)
def answers_stand_side_by_side(node: Node, pointer: Pointer, report: Report) -> Node:
    """A response that stands under its status inside another response is one of the operation's own."""
    responses = node.get("responses")
    if not is_object(responses):
        return node
    beside: Node = {}
    for status, response, place in _answers(responses, (*pointer, "responses")):
        if place[-2] != "responses":
            if status in responses or status in beside:
                raise unsettled(place, f"the operation has another response {status}", "remove: true")
            report(place, f"a response inside a response; it stands beside {place[-2]}")
            report.moved(place, (*pointer, "responses", status))
        beside[status] = response
    return {**node, "responses": beside} if len(beside) > len(responses) else node


def _answers(responses: Node, pointer: Pointer) -> Iterator[tuple[str, JSON, Pointer]]:
    """Each response, those in it after it, with its place."""
    for status, response in responses.items():
        place = (*pointer, status)
        if not is_object(response) or status.startswith("x-"):
            yield status, response, place
            continue
        inner = {name: value for name, value in response.items() if STATUS.fullmatch(name) and is_object(value)}
        yield status, without(response, *inner), place
        yield from _answers(inner, place)


def every_key_is_a_status(document: Document, report: Report) -> Document:
    """A status with a label is that status; what names no status is any other answer. Several are one of several."""

    def change(kind: Kind, node: Node, pointer: Pointer) -> Node:
        meant = {name: _status(name, (*pointer, name)) for name in node}
        if all(status == name for name, status in meant.items()):
            return node
        groups: dict[str, list[str]] = {}
        for name, status in meant.items():
            groups.setdefault(status, []).append(name)
            if status != name:
                report((*pointer, name), f"{name!r} is no status; it is a response {status}")
        for status, names in groups.items():
            report.moved((*pointer, names[0]), (*pointer, status))
        return {status: _one_of(document, node, names, (*pointer, status), report) for status, names in groups.items()}

    return map_nodes(document, change, kinds=(Kind.RESPONSES,))


def _status(name: str, pointer: Pointer) -> str:
    if STATUS.fullmatch(name) or name.startswith("x-"):
        return name
    plain = name.strip()
    if re.fullmatch("[1-5][xX][xX]", plain):
        return plain.upper()
    if len(found := LABELLED.findall(plain)) == 1:
        return str(found[0])
    if not re.search("[0-9]", name):
        return "default"
    raise unsettled(pointer, f"{name!r} is not a status", "remove: true")


def _one_of(document: Document, responses: Node, names: list[str], pointer: Pointer, report: Report) -> JSON:
    """Responses to one status as one response: their bodies are alternatives, their descriptions a list."""
    if len(names) == 1:
        return responses[names[0]]
    several = {name: resolved(document, responses[name]) for name in names}
    joined: Node = {}
    for response in several.values():
        joined.update({name: value for name, value in response.items() if name not in joined})
    texts = [f"- {name}: {str(response.get('description', '')).strip()}" for name, response in several.items()]
    joined["description"] = "\n".join(text.removesuffix(": ") for text in texts)
    schemas: list[JSON] = []
    for name, response in several.items():
        if "schema" in response and response["schema"] not in schemas:
            place = (*pointer, "schema", "anyOf", str(len(schemas)))
            report.moved((*pointer[:-1], name, "schema"), place)
            schemas.append(response["schema"])
    if len(schemas) > 1:
        joined["schema"] = {"anyOf": schemas}
    for member in ("headers", "examples"):
        values = {name: each[member] for name, each in several.items() if is_object(each.get(member))}
        if values:
            joined[member] = {name: value for each in reversed(values.values()) for name, value in each.items()}
        if len(values) > 1:
            # One name holds one value; what else was said stays beside it.
            joined[f"x-{member}"] = values
    return joined


@on(Kind.OPERATION)
def every_operation_answers(node: Node, pointer: Pointer, report: Report) -> Node:
    """An operation that declares no response answers something that is not described."""
    responses = node.get("responses", {})
    if any(not name.startswith("x-") for name in object_at(responses, (*pointer, "responses"))):
        return node
    report(pointer, "no response is declared; any answer is possible")
    return {**node, "responses": {"default": {"description": "The answer is not described."}, **responses}}


@on(Kind.RESPONSE)
def every_response_is_described(node: Node, pointer: Pointer, report: Report) -> Node:
    """A response without description has the phrase that belongs to its status."""
    if isinstance(node.get("description"), str) or "$ref" in node:
        return node
    phrase = _phrase(pointer[-1])
    report(pointer, f"described as {phrase!r}, for it has no description")
    return {"description": phrase, **without(node, "description")}


def _phrase(status: str) -> str:
    try:
        return HTTPStatus(int(status)).phrase
    except ValueError:
        return "Any other answer." if status == "default" else status
