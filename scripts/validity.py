"""Whether a contract is valid OpenAPI 3.1, and its schemas as they apply to values.

The schemas of OpenAPI and of its dialect of JSON Schema are those that openapi-spec-validator brings; jsonschema-rs
applies them, which takes a tenth of the time. What no schema can say (names that must differ, paths and their
parameters, references, requirements of security, defaults) is said here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import cast

import jsonschema_rs
from attrs import define, field, frozen

from scripts.document import (
    JSON,
    METHODS,
    Document,
    DocumentError,
    Kind,
    Node,
    Pointer,
    SourceError,
    check_references,
    is_list,
    map_nodes,
    node_at,
    nodes,
    pointer_parts,
    pointer_text,
    reference_to,
)

HINT = "Rule on it in overlay.yaml, or correct the ruling that made it so."
CONTRACT = "urn:contract"


@frozen
class ContractInvalid(SourceError):
    """The sources yield no valid OpenAPI; `where` is a pointer into the result."""

    @classmethod
    def at(cls, pointer: str, what: str) -> ContractInvalid:
        return cls(f"the contract at {pointer}", what, HINT)


def check_valid(document: Document) -> None:
    """The document is valid OpenAPI 3.1 and its references lead somewhere; raises `ContractInvalid`."""
    try:
        check_references(document)
    except DocumentError as error:
        raise ContractInvalid.at(error.where, error.what) from None
    for pointer, what in faults(document):
        raise ContractInvalid.at(pointer_text(pointer), f"is not valid OpenAPI 3.1: {what}")


def shape_faults(document: Document) -> Iterator[tuple[Pointer, str]]:
    """Where the document has not the shape of OpenAPI 3.1, whatever its schemas say."""
    # Extensions may hold anything, and the schema takes those among the paths for paths.
    bare = map_nodes(document, _without_extensions)
    for fault in _openapi_schema().iter_errors(bare):
        yield tuple(str(part) for part in fault.instance_path), _first_line(fault.message)


def faults(document: Document) -> Iterator[tuple[Pointer, str]]:
    """Whatever keeps the document from being valid OpenAPI 3.1, with its place."""
    yield from shape_faults(document)
    for kind, node, pointer in nodes(document):
        if kind is Kind.SCHEMA and _is_outermost(document, pointer):
            for fault in _schema_schema().iter_errors(node):
                yield (*pointer, *(str(part) for part in fault.instance_path)), _first_line(fault.message)
        if kind is Kind.SCHEMA and node.get("default") is not None and "$ref" not in json.dumps(node):
            yield from _default(node, pointer)
    yield from _operations(document)


def _without_extensions(kind: Kind, node: Node, pointer: Pointer) -> Node:
    return {name: value for name, value in node.items() if not name.startswith("x-")}


def _is_outermost(document: Document, pointer: Pointer) -> bool:
    """Whether a schema stands in no other, which would be judged with it."""
    if pointer[0] == "components":
        return len(pointer) == 3 or (pointer[1] != "schemas" and pointer[-1] == "schema")
    return pointer[-1] == "schema" and "properties" not in pointer[-3:-1]


@cache
def _openapi_schema() -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(_resource("openapi_spec_validator", "resources/schemas/v3.1/schema.json"))


@cache
def _schema_schema() -> jsonschema_rs.Draft202012Validator:
    folder = "schemas/oas3.1"
    found = [
        _resource("openapi_schema_validator", f"{folder}/{name}") for name in ("metaschema.json", "vocabularies/base")
    ]
    registry = jsonschema_rs.Registry([(str(each["$id"]), each) for each in found])
    return jsonschema_rs.Draft202012Validator({"$ref": found[0]["$id"]}, registry=registry)


def _resource(package: str, path: str) -> Document:
    # The package itself takes longer to import than its schemas to read.
    found = find_spec(package)
    assert found and found.origin
    return cast("Document", json.loads(Path(found.origin).parent.joinpath(path).read_text("utf-8")))


def _default(node: Node, pointer: Pointer) -> Iterator[tuple[Pointer, str]]:
    try:
        for fault in jsonschema_rs.Draft202012Validator(node, validate_formats=True).iter_errors(node["default"]):
            yield (*pointer, "default"), f"the schema refuses its default: {_first_line(fault.message)}"
    except (jsonschema_rs.ValidationError, ValueError) as error:
        yield pointer, f"no schema that can be applied: {_first_line(str(error))}"


def _operations(document: Document) -> Iterator[tuple[Pointer, str]]:
    """What is said of operations: their names, parameters, paths and security."""
    names: dict[str, Pointer] = {}
    schemes = document.get("components", {}).get("securitySchemes", {})
    for place, required in _requirements(document):
        for name in required:
            if name not in schemes:
                yield place, f"there is no security scheme {name!r}"
    for path, item in document.get("paths", {}).items():
        if path.startswith("x-"):
            continue
        wanted = set(re.findall(r"\{([^{}]*)\}", path))
        if re.search(r"[{}]", re.sub(r"\{[^{}]+\}", "", path)):
            yield ("paths", path), "the braces in the path do not match"
        for method in METHODS:
            if method not in item:
                continue
            operation, pointer = item[method], ("paths", path, method)
            name = operation.get("operationId")
            if isinstance(name, str) and names.setdefault(name, pointer) != pointer:
                yield pointer, f"the operationId {name!r} belongs to {pointer_text(names[name])} as well"
            yield from _parameters(document, operation, item, wanted, pointer)


def _parameters(
    document: Document, operation: Node, item: Node, wanted: set[str], pointer: Pointer
) -> Iterator[tuple[Pointer, str]]:
    found = [_identity(document, each) for each in operation.get("parameters", [])]
    for index, each in enumerate(found):
        if each in found[:index]:
            yield (*pointer, "parameters", str(index)), f"the parameter {each[1]!r} in {each[0]} stands here twice"
    found += [_identity(document, each) for each in item.get("parameters", [])]
    declared = {name for place, name in found if place == "path"}
    for name in sorted(wanted - declared):
        yield pointer, f"the parameter {name!r} of the path is not declared"
    for name in sorted(declared - wanted):
        yield pointer, f"the parameter {name!r} is declared in the path, which does not have it"


def _identity(document: Document, parameter: Node) -> tuple[str, str]:
    node = node_at(document, parameter["$ref"]) if "$ref" in parameter else parameter
    return str(node.get("in")), str(node.get("name"))


def _requirements(document: Document) -> Iterator[tuple[Pointer, JSON]]:
    for kind, node, pointer in nodes(document):
        required = node.get("security")
        if kind in (Kind.DOCUMENT, Kind.OPERATION) and is_list(required):
            yield from (((*pointer, "security", str(index)), each) for index, each in enumerate(required))


def _first_line(message: str) -> str:
    return message.partition("\n")[0][:200].rstrip(".")


@define
class Schemas:
    """The schemas of a valid document, ready to be applied to values."""

    document: Document
    _references: dict[Pointer, tuple[Pointer, ...]] = field(init=False, factory=dict[Pointer, tuple[Pointer, ...]])

    def at(self, pointer: Pointer) -> jsonschema_rs.Draft202012Validator:
        """The validator of the schema at a pointer; raises `ContractInvalid` if it cannot be applied."""
        # A validator keeps all that it is given: the whole document for each of them would fill the memory.
        reached = self._reached(pointer)
        try:
            registry = jsonschema_rs.Registry([(CONTRACT, reached)])
            return jsonschema_rs.Draft202012Validator({"$ref": CONTRACT + _fragment(pointer)}, registry=registry)
        except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
            what = f"is no schema that can be applied: {_first_line(str(error))}"
            raise ContractInvalid.at(pointer_text(pointer), what) from None

    def _reached(self, pointer: Pointer) -> Document:
        """A document that holds the schema at a pointer and what it refers to, each in its place, and nothing else."""
        small: Document = {}
        left = [pointer]
        seen: set[Pointer] = set()
        while left:
            place = left.pop()
            if place in seen:
                continue
            seen.add(place)
            node = node_at(self.document, reference_to(place))
            holder = small
            for part in place[:-1]:
                holder = holder.setdefault(part, {})
            holder[place[-1]] = node
            if place not in self._references:
                # Of a shared part all is taken, whatever of it is referred to.
                found = re.findall(r'"\$ref": "(#/[^"]*)"', json.dumps(node))
                self._references[place] = tuple({pointer_parts(each)[:3] for each in found})
            left += self._references[place]
        return small


def _fragment(pointer: Pointer) -> str:
    """The pointer as a fragment of a URI, where braces and the like are percent-encoded."""
    return "#" + "".join(
        "/" + re.sub(r"[^A-Za-z0-9._~$-]", _encoded, part.replace("~", "~0").replace("/", "~1")) for part in pointer
    )


def _encoded(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match.group().encode())
