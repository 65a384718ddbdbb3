"""Whether a contract is valid OpenAPI 3.1, and its schemas as they apply to values.

The schemas of OpenAPI and of its dialect of JSON Schema are those that openapi-spec-validator brings; jsonschema-rs
applies them, which takes a tenth of the time. What no schema can say (names that must differ, paths and their
parameters, references, requirements of security, defaults) is said here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import cast

import jsonschema_rs
from attrs import define, frozen

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
    nodes,
    past_references,
    pointer_text,
    references,
)

HINT = "Rule on it in overlay.yaml, or correct the ruling that made it so."
CONTRACT = "urn:contract"
#: What is raised for a schema that cannot be compiled.
UNUSABLE = (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError)


@frozen
class ContractInvalid(SourceError):
    """The sources yield no valid OpenAPI; `where` is a pointer into the result."""

    @classmethod
    def at(cls, pointer: str, what: str) -> ContractInvalid:
        return cls(f"the contract at {pointer}", what, HINT)


def check_valid(document: Document) -> None:
    """The document is valid OpenAPI 3.1 and its references lead to something; raises `ContractInvalid`."""
    try:
        check_references(document)
    except DocumentError as error:
        raise ContractInvalid.at(error.where, error.what) from None
    for pointer, reference in references(document):
        try:
            past_references(document, {"$ref": reference})
        except LookupError:
            what = f"the reference {reference!r} leads round in a circle"
            raise ContractInvalid.at(pointer_text(pointer), what) from None
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
    node, _ = past_references(document, parameter)
    return str(node.get("in")), str(node.get("name"))


def _requirements(document: Document) -> Iterator[tuple[Pointer, JSON]]:
    for kind, node, pointer in nodes(document):
        required = node.get("security")
        if kind in (Kind.DOCUMENT, Kind.OPERATION) and is_list(required):
            yield from (((*pointer, "security", str(index)), each) for index, each in enumerate(required))


def _first_line(message: str) -> str:
    return message.partition("\n")[0][:200].rstrip(".")


@frozen
class Breach:
    """One way in which a value breaks a schema.

    `place` leads to it in the value, `schema` to the keyword in the document; `details` are what the keyword asks for,
    and `shown` is what stands there.
    """

    place: Pointer
    schema: Pointer
    keyword: str
    details: Mapping[str, JSON]
    message: str
    shown: JSON


@define
class Schemas:
    """The schemas of a valid document, ready to be applied to values.

    One validator holds them all, for most of what a schema takes to compile is what it shares with others.
    """

    document: Document

    def breaches(self, pointer: Pointer, value: JSON) -> list[Breach]:
        """Whatever the value breaks of the schema at a pointer; raises `ContractInvalid` if it cannot be applied."""
        number, validator = self._numbers.get(pointer), self._all
        if number is None or validator is None:
            number = 0
            try:
                validator = self._compiled([pointer])
            except UNUSABLE as error:
                what = f"is no schema that can be applied: {_first_line(str(error))}"
                raise ContractInvalid.at(pointer_text(pointer), what) from None
        return [
            Breach(
                place=tuple(map(str, error.instance_path[1:])),
                schema=tuple(map(str, error.schema_path)),
                keyword=error.kind.name,
                details=error.kind.as_dict(),
                message=_first_line(error.message),
                shown=error.instance,
            )
            for error in validator.iter_errors({str(number): value})
        ]

    @cached_property
    def _numbers(self) -> Mapping[Pointer, int]:
        found = (at for _, _, at in nodes(self.document, Kind.SCHEMA) if _is_outermost(self.document, at))
        return {pointer: number for number, pointer in enumerate(found)}

    @cached_property
    def _registry(self) -> jsonschema_rs.Registry:
        return jsonschema_rs.Registry([(CONTRACT, self.document)])

    @cached_property
    def _all(self) -> jsonschema_rs.Draft202012Validator | None:
        """The validator of all schemas; None if one cannot be applied, which matters to those who ask for it."""
        try:
            return self._compiled(self._numbers)
        except UNUSABLE:
            return None

    def _compiled(self, pointers: Iterable[Pointer]) -> jsonschema_rs.Draft202012Validator:
        """The validator of an object whose members, by number, each have the schema at one of the pointers."""
        references = {str(number): {"$ref": CONTRACT + _fragment(at)} for number, at in enumerate(pointers)}
        return jsonschema_rs.Draft202012Validator({"properties": references}, registry=self._registry)


def _fragment(pointer: Pointer) -> str:
    """The pointer as a fragment of a URI, where braces and the like are percent-encoded."""
    return "#" + "".join(
        "/" + re.sub(r"[^A-Za-z0-9._~$-]", _encoded, part.replace("~", "~0").replace("/", "~1")) for part in pointer
    )


def _encoded(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match.group().encode())
