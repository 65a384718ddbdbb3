import json
from copy import deepcopy
from pathlib import Path

import pytest

from scripts.document import DocumentError, node_at
from scripts.mends import RULES, mended
from scripts.swagger2 import openapi3
from scripts.validity import check_valid

CASES = Path(__file__).parent / "cases"
PUBLISHED = Path(__file__).parent.parent / "openapi/source/swagger.json"


def folders(room):
    found = sorted((CASES / room).iterdir())
    return pytest.mark.parametrize("folder", found, ids=lambda folder: folder.name)


def read(file):
    return json.loads(file.read_text())


@folders("mends")
def test_mend(folder):
    after, mends = mended(read(folder / "before.json"))

    assert after == read(folder / "after.json")
    assert {mend.rule for mend in mends} == {folder.name}


@folders("mends")
def test_mend_keeps_its_input_and_settles(folder):
    document = read(folder / "before.json")
    before = deepcopy(document)
    after, _ = mended(document)

    assert document == before
    assert mended(after) == (after, ())


def test_every_mend_has_a_case():
    assert {folder.name for folder in (CASES / "mends").iterdir()} == set(RULES)


@folders("swagger2")
def test_conversion(folder):
    document = read(folder / "before.json")
    before = deepcopy(document)
    after = openapi3(document)

    assert after == read(folder / "after.json")
    assert document == before
    check_valid(after)


def test_published_document_becomes_valid():
    mended_document, _ = mended(read(PUBLISHED))
    converted = openapi3(mended_document)

    check_valid(converted)


def test_mends_point_into_the_published_document():
    published = read(PUBLISHED)
    _, mends = mended(published)

    assert [node_at(published, mend.pointer) for mend in mends]


def swagger(**members):
    return {"swagger": "2.0", "info": {"title": "T", "version": "1"}, "paths": {}, **members}


def operation(**members):
    return swagger(paths={"/a": {"get": {"responses": {}, **members}}})


@pytest.mark.parametrize(
    "document, told",
    [
        (swagger(securityDefinitions={}), "#/securityDefinitions: 'securityDefinitions' is not carried over"),
        (swagger(host="a b"), "#/host: 'a b' is not a host"),
        (swagger(swagger="1.2"), "#: is not marked"),
        (swagger(paths={"/a": {"parameters": []}}), "#/paths/~1a/parameters: 'parameters' is not"),
        (swagger(paths=[]), "#/paths: a list stands where an object is due"),
        (operation(schemes=["wss"]), "#/paths/~1a/get/schemes: 'schemes' is not carried over"),
        (
            operation(parameters=[{"in": "query", "name": "q"}]),
            "#/paths/~1a/get/parameters/0: a parameter in 'query'",
        ),
        (operation(responses={"Empty": {}}), "#/paths/~1a/get/responses/Empty: 'Empty' is not a status"),
        (
            operation(responses={"200": {"headers": {}}}),
            "#/paths/~1a/get/responses/200/headers: 'headers' is not",
        ),
        (
            swagger(definitions={"A": {"discriminator": "a"}}),
            "#/definitions/A/discriminator: 'discriminator' is not",
        ),
        (
            swagger(definitions={"A": {"items": {"type": "guid"}}}),
            "#/definitions/A/items/type: 'guid' is not a type",
        ),
        (
            swagger(definitions={"A": {"$ref": "b.json"}}),
            "#/definitions/A: the reference 'b.json' is not to a",
        ),
        (
            swagger(definitions={"A": {"$ref": "#/definitions/A", "type": "object"}}),
            "#/definitions/A: members stand",
        ),
    ],
)
def test_what_is_not_known_is_told(document, told):
    with pytest.raises(DocumentError) as error:
        openapi3(document)

    assert str(error.value).startswith(told)


@pytest.mark.parametrize(
    "document, told",
    [
        (swagger(_swagger="2.0"), "#/_swagger: stands beside `swagger`"),
        (swagger(host="https://a", schemes=["http"]), "#/host: 'https://a' is not reached by `schemes`"),
        (
            swagger(definitions={"A": {"required": ["a.b"]}}),
            "#/definitions/A/required/0: requires 'a.b', which is no",
        ),
        (
            swagger(definitions={"A": {"properties": {"a": {"type": "string"}, "a.b": {}}}}),
            "#/definitions/A/properties/a: dotted names are said to be members of",
        ),
        (
            swagger(definitions={"A": {"properties": {"a": {"properties": {"b": {}}}, "a.b": {}}}}),
            "#/definitions/A/properties/a: 'b' is declared twice",
        ),
        (swagger(definitions={"A": {"properties": {"a..b": {}}}}), "#/definitions/A/properties/a..b: a part"),
        (swagger(definitions={"A": {"properties": []}}), "#/definitions/A/properties: a list stands where"),
        (
            swagger(definitions={"A": {"properties": {"a": 1, "a.b": {}}}}),
            "#/definitions/A/properties/a: a number",
        ),
        (swagger(definitions={"A": {"required": [1]}}), "#/definitions/A/required/0: a number stands where"),
    ],
)
def test_what_cannot_be_mended_is_told(document, told):
    with pytest.raises(DocumentError) as error:
        mended(document)

    assert str(error.value).startswith(told)
