"""Reads a contract folder: its operations, their schemas and examples, its published codes.

A contract is the folder that holds `openapi.yaml`. The default one travels inside the package.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from pathlib import Path

import jsonschema_rs
import yaml
from attrs import field, frozen

from conformance.model import JSON, CannotRun, Request, is_array, is_object

FILE = "openapi.yaml"
_MAKE_AGAIN = "Make it again with python -m scripts.normalize."
METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})


@frozen
class ContractError(CannotRun):
    """The contract folder cannot be used."""


@frozen
class Operation:
    """One operation of the contract, its references resolved where they stand."""

    id: str
    method: str
    path: str
    #: Schemas by status as it stands in the contract ("202", "default"); None where no JSON body is declared.
    responses: Mapping[str, JSON]
    request: JSON
    #: Example values by name.
    request_examples: Mapping[str, JSON]
    #: Example values by status and name.
    response_examples: Mapping[str, Mapping[str, JSON]]


@frozen
class Contract:
    """A contract folder, read."""

    folder: Path
    document: Mapping[str, JSON] = field(repr=False)
    digest: str
    operations: Mapping[str, Operation] = field(repr=False)
    _validators: dict[tuple[str, str], jsonschema_rs.Draft202012Validator] = field(factory=dict, repr=False)

    @property
    def file(self) -> Path:
        return self.folder / FILE

    @property
    def codes(self) -> Mapping[int, str]:
        """The published codes that the send resource may use, with their names; empty if the contract lists none."""
        return self._names

    @cached_property
    def _names(self) -> Mapping[int, str]:
        listed = self.document.get("x-error-codes", [])
        return {row["code"]: row["name"] for row in listed}

    def codes_shown(self, operation: str) -> Collection[int]:
        """The codes that are published, and those in the examples of an operation's answers."""
        return self._shown[operation]

    @cached_property
    def _shown(self) -> Mapping[str, Collection[int]]:
        operations = self.operations.values()
        examples = {each.id: [list(named.values()) for named in each.response_examples.values()] for each in operations}
        return {id: frozenset({*self.codes, *codes_in(answered)}) for id, answered in examples.items()}

    def request_faults(self, operation: str, body: JSON) -> list[str]:
        """Where the body breaks the operation's request schema, as `pointer: reason`, in order; empty if nowhere."""
        return self._faults((operation, "request"), self.operations[operation].request, body)

    def unknown_fields(self, operation: str, body: JSON) -> list[str]:
        """The pointers of members that the operation's closed request schema does not know, in order."""
        return list(self._unknown(self.operations[operation].request, body, ""))

    def _unknown(self, schema: JSON, value: JSON, pointer: str) -> Iterator[str]:
        schema = self.follow(schema)
        if is_object(value):
            known = self.properties(schema)
            for name, member in value.items():
                if name in known:
                    yield from self._unknown(known[name], member, f"{pointer}/{name}")
                elif schema.get("additionalProperties") is False:
                    yield f"{pointer}/{name}"
        elif is_array(value):
            for index, each in enumerate(value):
                yield from self._unknown(schema.get("items", {}), each, f"{pointer}/{index}")

    def response_faults(self, operation: str, status: int, body: JSON) -> list[str]:
        """Where the body breaks the schema of its status; empty if nowhere, or if the status declares no body."""
        key = self._response_key(operation, status)
        schema = self.response_schema(operation, status)
        return self._faults((operation, key), schema, body) if key and schema is not None else []

    def response_schema(self, operation: str, status: int) -> JSON:
        """The schema of a status, as it stands in the contract; None if the status is not declared or has no body."""
        key = self._response_key(operation, status)
        return self.operations[operation].responses[key] if key else None

    def operation_of(self, request: Request) -> str | None:
        """The operation that a request belongs to by its method and path; None if it belongs to none."""
        method, path = request.method, request.path
        return next((each.id for each in self.operations.values() if (each.method, each.path) == (method, path)), None)

    def follow(self, node: JSON) -> JSON:
        """What a node's local references lead to; the node itself if it is no reference."""
        return _followed(self.document, node)

    def properties(self, schema: JSON) -> Mapping[str, JSON]:
        """The named properties of an object's schema; empty if there is no schema or it names none."""
        node = self.follow(schema)
        return node.get("properties", {}) if is_object(node) else {}

    def path_of(self, operation: str) -> str:
        return self.operations[operation].path

    def declares(self, operation: str, status: int) -> bool:
        """The operation has a response of this status, by number, by class (4XX) or by default."""
        return self._response_key(operation, status) is not None

    def _response_key(self, operation: str, status: int) -> str | None:
        responses = self.operations[operation].responses
        keys = (str(status), f"{status // 100}XX", "default")
        return next((key for key in keys if key in responses), None)

    def _faults(self, key: tuple[str, str], schema: JSON, body: JSON) -> list[str]:
        if key not in self._validators:
            whole = {**schema, "components": self.document.get("components", {})}
            self._validators[key] = jsonschema_rs.Draft202012Validator(whole)
        try:
            errors = list(self._validators[key].iter_errors(body))
        except UnicodeEncodeError:  # valid JSON, but no text that the validator takes
            return ["/: it holds half of a surrogate pair"]
        except ValueError:  # the validator's own limit; Python's, which differs by version, may be higher
            return ["/: it is nested too deeply to be judged"]
        return sorted(f"/{'/'.join(str(part) for part in error.instance_path)}: {error.message}" for error in errors)


def codes_in(value: JSON) -> Iterator[int]:
    """Every `errorcode` in a JSON value."""
    if is_object(value):
        if isinstance(value.get("errorcode"), int):
            yield value["errorcode"]
        for each in value.values():
            yield from codes_in(each)
    elif is_array(value):
        for each in value:
            yield from codes_in(each)


def default_folder() -> Path:
    """The contract inside the installed package or, in a checkout, the one beside it."""
    here = Path(__file__).parent
    return next(folder for folder in (here / "openapi", here.parent / "openapi") if folder.is_dir())


def read(folder: Path) -> Contract:
    """Read the contract in `folder`; raises `ContractError` that says where, what and what to do."""
    file = folder / FILE
    try:
        content = file.read_bytes()
    except OSError as error:
        hint = "Name a folder that holds openapi.yaml, or make one with python -m scripts.normalize."
        raise ContractError(str(file), f"cannot be read ({error.strerror})", hint) from None
    try:
        document = yaml.load(content, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{file}:{mark.line + 1}:{mark.column + 1}" if mark else str(file)
        raise ContractError(place, "is not YAML", _MAKE_AGAIN) from None
    if not is_object(document) or not is_object(document.get("paths")):
        raise ContractError(str(file), "is not an OpenAPI document with paths", _MAKE_AGAIN)
    try:
        operations = {each.id: each for each in _operations(document)}
        for each in operations.values():
            _check_references(document, [each.request, *each.responses.values()], set())
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        what = f"has an operation that cannot be read ({type(error).__name__}: {error})"
        raise ContractError(str(file), what, _MAKE_AGAIN) from None
    if not operations:
        raise ContractError(str(file), "declares no operation", "Name a folder whose contract has one to judge.")
    return Contract(folder, document, hashlib.sha256(content).hexdigest(), operations)


def _operations(document: JSON) -> list[Operation]:
    return [
        _operation(document, path, method, node)
        for path, members in document["paths"].items()
        for method, node in members.items()
        if method in METHODS
    ]


def _operation(document: JSON, path: str, method: str, node: JSON) -> Operation:
    request = _json_content(_followed(document, node.get("requestBody", {})))
    responses = {str(status): _json_content(_followed(document, each)) for status, each in node["responses"].items()}
    return Operation(
        id=node["operationId"],
        method=method.upper(),
        path=path,
        responses={status: content.get("schema") for status, content in responses.items()},
        request=request.get("schema", {}),
        request_examples=_examples(document, request),
        response_examples={status: _examples(document, content) for status, content in responses.items()},
    )


def _check_references(document: JSON, schema: JSON, seen: set[str]) -> None:
    """Follow every reference of a schema once, now rather than at the first answer to be judged."""
    if is_array(schema):
        for each in schema:
            _check_references(document, each, seen)
    elif is_object(schema):
        reference = schema.get("$ref")
        if isinstance(reference, str) and reference not in seen:
            seen.add(reference)
            _check_references(document, _followed(document, schema), seen)
        _check_references(document, list(schema.values()), seen)


def _json_content(node: JSON) -> JSON:
    content: dict[str, JSON] = node.get("content", {})
    nothing: JSON = {}
    return next((each for name, each in content.items() if "json" in name), nothing)


def _examples(document: JSON, content: JSON) -> dict[str, JSON]:
    return {name: _followed(document, each)["value"] for name, each in content.get("examples", {}).items()}


def _followed(document: JSON, node: JSON) -> JSON:
    """Follow local references until something that is none."""
    seen: list[str] = []
    while is_object(node) and "$ref" in node:
        reference: str = node["$ref"]
        if reference in seen or not reference.startswith("#/"):
            raise ValueError(f"reference {json.dumps(reference)} leads nowhere")
        seen.append(reference)
        node = document
        for part in reference[2:].split("/"):
            node = node[part.replace("~1", "/").replace("~0", "~")]
    return node
