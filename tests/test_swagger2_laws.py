"""What holds of the conversion whatever the document: tried on documents made of every construct of Swagger 2.0."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st
from jsonschema import Draft4Validator, Draft202012Validator
from jsonschema.validators import extend
from openapi_spec_validator import OpenAPIV31SpecValidator
from swagger2_documents import METHODS, documents
from swagger2_faults import FAULTS, with_fault, with_junk

from scripts.component_names import names_of
from scripts.document import DocumentError, check_references, node_at, reference_to
from scripts.mends import OMISSIONS, mended
from scripts.references import bundled
from scripts.swagger2 import converted
from scripts.validity import check_valid

Node = dict[str, Any]

#: Documents are large, and drawing one takes longer than most laws take.
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]


#: `LAWS=100 pytest tests/test_swagger2_laws.py` tries a hundred times as many documents, and others each time.
TIMES = int(os.environ.get("LAWS", "1"))


def law(examples: int) -> settings:
    return settings(max_examples=examples * TIMES, derandomize=TIMES == 1, deadline=None, suppress_health_check=SLOW)


def no_file(path: str) -> Any:
    raise DocumentError("#", f"{path!r} is not there", "Put it there.")


def whole(document: Node, *, strict: bool = False) -> Node:
    """The document as OpenAPI 3.1, by way of every step."""
    return converted(mended(bundled(document, no_file, strict=strict).document, strict=strict)[0])[0]


# What the laws read by themselves


def resolved(document: Node, node: Node) -> Node:
    while "$ref" in node:
        node = node_at(document, node["$ref"])
    return node


def operations(document: Node) -> dict[tuple[str, str], tuple[Node, Node]]:
    """Each operation and its path item by path and method."""
    found: dict[tuple[str, str], tuple[Node, Node]] = {}
    for path, item in document["paths"].items():
        if not path.startswith("x-"):
            item = resolved(document, item)
            found |= {(path, method): (item[method], item) for method in METHODS if method in item}
    return found


def effective(document: Node, operation: Node, item: Node) -> dict[tuple[str, str], Node]:
    """The parameters of an operation by place and name, those of its path included."""
    listed = [*item.get("parameters", []), *operation.get("parameters", [])]
    nodes = [resolved(document, each) for each in listed]
    return {(each["in"], each["name"]): each for each in nodes}


def marked(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """The texts, each with the member that holds it, and the extensions, each with its value, wherever they stand."""
    if isinstance(value, str) and re.fullmatch(r"Text \d+\.", value):
        yield key, value
    if key.startswith("x-mark-"):
        yield key, json.dumps(value)
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from marked(each, name)
    elif isinstance(value, list):
        for each in value:
            yield from marked(each, key)


# The laws


@law(35)
@given(documents())
def test_result_is_valid_and_input_untouched(document):
    before = deepcopy(document)
    result = whole(document)

    assert document == before
    check_references(result)
    check_valid(result)
    ids = [operation["operationId"] for operation, _ in operations(result).values()]
    assert len(set(ids)) == len(ids)
    for schema in result.get("components", {}).get("schemas", {}).values():
        for reference in schema.get("discriminator", {}).get("mapping", {}).values():
            assert node_at(result, reference)


@law(15)
@given(documents())
def test_another_validator_agrees(document):
    # It takes extensions for paths, for responses and for references.
    validator = OpenAPIV31SpecValidator(without_extensions(whole(document)))
    try:
        faults = [fault.message for fault in validator.iter_errors()]
    except RecursionError:
        # It does not come to an end with an array that holds itself below `allOf`.
        reject()

    assert faults == []


def without_extensions(value: Any) -> Any:
    if isinstance(value, list):
        return [without_extensions(each) for each in value]
    if not isinstance(value, Mapping):
        return value
    return {name: without_extensions(each) for name, each in value.items() if not name.startswith("x-")}


@law(25)
@given(documents())
def test_mending_twice_is_mending_once_and_always_the_same(document):
    bundle = bundled(document, no_file).document
    once, mends = mended(bundle)

    assert mended(bundle) == (once, mends)
    assert {mend.rule for mend in mends} <= set(OMISSIONS)
    assert mended(once) == (once, ())
    assert json.dumps(converted(once)[0]) == json.dumps(converted(once)[0])


@law(25)
@given(documents())
def test_a_valid_document_needs_no_mend(document):
    bundle = bundled(document, no_file, strict=True).document

    assert mended(bundle, strict=True) == (bundle, ())
    check_valid(converted(bundle)[0])


@law(35)
@given(documents())
def test_nothing_that_is_said_is_lost(document):
    result = whole(document)
    texts = {text for _, text in marked(result)}

    assert [each for each in marked(document) if each[1] not in texts] == []


@law(35)
@given(documents())
def test_operations_keep_their_parameters_and_media_types(document):
    result = whole(document)
    before, after = operations(document), operations(result)

    assert after.keys() == before.keys()
    for key, (operation, item) in before.items():
        assert parts_sent(result, *after[key]) == parts_due(document, operation, item)
        assert media_types_sent(result, after[key][0]) == media_types_due(document, operation)


def parts_due(document: Node, operation: Node, item: Node) -> set[tuple[str, str, bool]]:
    """What an operation of Swagger takes: place, name, whether required. A body has no name."""
    found = effective(document, operation, item).items()
    return {(place, "" if place == "body" else name, each.get("required", False)) for (place, name), each in found}


def parts_sent(document: Node, operation: Node, item: Node) -> set[tuple[str, str, bool]]:
    """What an operation of OpenAPI takes, said as `parts_due` says it."""
    found = {
        (place, name, each.get("required", False))
        for (place, name), each in effective(document, operation, item).items()
    }
    if "requestBody" not in operation:
        return found
    body = resolved(document, operation["requestBody"])
    required = body.get("required", False)
    if not body["content"].keys() <= {"multipart/form-data", "application/x-www-form-urlencoded"}:
        return found | {("body", "", required)}
    [schema] = {json.dumps(media["schema"]): media["schema"] for media in body["content"].values()}.values()
    needed = schema.get("required", [])
    assert required == bool(needed)
    return found | {("formData", name, name in needed) for name in schema["properties"]}


def media_types_due(document: Node, operation: Node) -> dict[str, set[str]]:
    """The media types of each response: what is said, and JSON or bytes where nothing is."""
    said = operation.get("produces", document.get("produces", []))
    responses = {
        status: resolved(document, each) for status, each in operation["responses"].items() if status[0] != "x"
    }
    return {
        status: set(each.get("examples", {}))
        | (content_due(document, each["schema"], said) if "schema" in each else set())
        for status, each in responses.items()
    }


def content_due(document: Node, schema: Node, said: list[str]) -> set[str]:
    schema = resolved(document, schema)
    binary = schema.get("type") == "file" or schema.get("format") == "binary"
    unsaid = "application/octet-stream" if binary else "application/json"
    # Null can be told from text in JSON alone.
    structured = not binary and (schema.get("type") != "string" or schema.get("x-nullable", False))
    return {unsaid if each == "*/*" and structured else each for each in said} or {unsaid}


def media_types_sent(document: Node, operation: Node) -> dict[str, set[str]]:
    responses = {
        status: resolved(document, each) for status, each in operation["responses"].items() if status[0] != "x"
    }
    return {status: set(each.get("content", {})) for status, each in responses.items()}


#: What Swagger 2.0 takes its schemas from, and its type of its own.
SwaggerValidator = extend(
    Draft4Validator, type_checker=Draft4Validator.TYPE_CHECKER.redefine("file", lambda _, value: isinstance(value, str))
)
VALUES = (
    *(
        None,
        True,
        False,
        -1,
        0,
        1,
        1.5,
        2,
        4,
        7,
        "",
        "a",
        "abc",
        "UPPER",
        "aGVsbG8=",
        [],
        ["a"],
        [1, 1],
        [None],
        [[], {}],
    ),
    *(
        {},
        {"kind": "a"},
        {"kind": 1},
        {"id": "a"},
        {"name": 1, "type": {}},
        {"items": [], "required": True},
        {"x": None},
    ),
)


@law(40)
@given(documents(largest=2), st.lists(st.sampled_from(VALUES), min_size=4, max_size=8))
def test_a_schema_allows_what_it_allowed(document, values):
    # Draft 4 knows no `x-nullable`.
    source = without_extensions(bundled(document, no_file).document)
    result = converted(source)[0]
    names = {name: names_of(source).name("definitions", name) for name in source.get("definitions", {})}

    for old, new in names.items():
        before = SwaggerValidator({**source, "$ref": reference_to(("definitions", old))})
        after = Draft202012Validator({**result, "$ref": reference_to(("components", "schemas", new))})
        assert [before.is_valid(value) for value in values] == [after.is_valid(value) for value in values]


# What is not valid


def methods(document: Node) -> Counter[str]:
    return Counter(method for _, method in operations(document))


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_mended_or_told(name):
    @law(4)
    @given(with_fault(name))
    def holds(document):
        try:
            bundle = bundled(document, no_file)
            settled, mends = mended(bundle.document)
            result = converted(settled)[0]
        except DocumentError as error:
            assert error.where and error.what and error.hint
            return
        check_valid(result)
        assert name in {mend.rule for mend in (*bundle.mends, *mends)}
        assert methods(result) == methods(document)

    holds()


@law(100)
@given(with_junk())
def test_junk_is_refused_in_a_sentence_or_becomes_valid(document):
    try:
        result = whole(document)
    except DocumentError as error:
        assert error.where and error.what and error.hint
    else:
        check_valid(result)
