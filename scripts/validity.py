"""Whether a contract is valid OpenAPI 3.1, and whether its examples keep to its schemas."""

from __future__ import annotations

from collections.abc import Iterator

import jsonschema_rs
from attrs import frozen
from openapi_spec_validator import OpenAPIV31SpecValidator

from scripts.document import (
    Document,
    DocumentError,
    Kind,
    Node,
    Pointer,
    SourceError,
    check_references,
    is_object,
    map_nodes,
    nodes,
    pointer_text,
)

HINT = "Rule on it in overlay.yaml, or correct the ruling that made it so."


@frozen
class ContractInvalid(SourceError):
    """The sources yield no valid OpenAPI; `where` is a pointer into the result."""

    @classmethod
    def at(cls, pointer: str, what: str) -> ContractInvalid:
        return cls(f"the contract at {pointer}", what, HINT)


@frozen
class Conflict:
    """An example that its own schema refuses: two sources disagree and no ruling says which is right."""

    pointer: str
    what: str


def check_valid(document: Document) -> None:
    """The document is valid OpenAPI 3.1 and its references lead somewhere; raises `ContractInvalid`."""
    try:
        check_references(document)
    except DocumentError as error:
        raise ContractInvalid.at(error.where, error.what) from None
    # Extensions may hold anything, and the validator takes those among the paths for paths.
    for fault in OpenAPIV31SpecValidator(map_nodes(document, _without_extensions)).iter_errors():
        pointer = pointer_text([str(part) for part in fault.absolute_path])
        raise ContractInvalid.at(pointer, f"is not valid OpenAPI 3.1: {_first_line(fault.message)}")


def _without_extensions(kind: Kind, node: Node, pointer: Pointer) -> Node:
    return {name: value for name, value in node.items() if not name.startswith("x-")}


def _first_line(message: str) -> str:
    return message.partition("\n")[0][:200].rstrip(".")


def conflicts(document: Document) -> Iterator[Conflict]:
    """Each example in a valid document that breaks the schema beside it."""
    for kind, node, pointer in nodes(document):
        schema = node.get("schema")
        if kind is not Kind.MEDIA_TYPE or not is_object(schema):
            continue
        try:
            whole = {**schema, "components": document.get("components", {})}
            validator = jsonschema_rs.Draft202012Validator(whole)
        except (jsonschema_rs.ValidationError, ValueError) as error:
            what = f"is no schema that can be applied: {_first_line(str(error))}"
            raise ContractInvalid.at(pointer_text((*pointer, "schema")), what) from None
        shown = {name: each["value"] for name, each in node.get("examples", {}).items() if "value" in each}
        for name, value in shown.items():
            for fault in validator.iter_errors(value):
                place = (*pointer, "examples", name, "value", *map(str, fault.instance_path))
                yield Conflict(pointer_text(place), fault.message)
