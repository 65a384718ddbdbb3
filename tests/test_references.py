"""References, wherever they lead: a folder for each way that they go, and a sentence for those that go astray."""

import json
from copy import deepcopy
from pathlib import Path

import pytest

from scripts.document import DocumentError, SourceError, check_references, node_at
from scripts.mends import mended
from scripts.references import bundled
from scripts.sources import of_folder
from scripts.swagger2 import openapi3
from scripts.validity import check_valid

CASES = Path(__file__).parent / "cases/references"
cases = pytest.mark.parametrize("case", sorted(folder.name for folder in CASES.iterdir()))


def read(case, name):
    return json.loads((CASES / case / name).read_text("utf-8"))


def bundle_of(case, **options):
    return bundled(read(case, "before.json"), lambda path: read(case, path), "before.json", **options)


def places(mends):
    return [[mend.pointer, mend.rule] for mend in mends]


@cases
def test_references_lead_to_shared_parts(case):
    bundle = bundle_of(case)

    assert bundle.document == read(case, "after.json")
    assert places(bundle.mends) == read(case, "mends.json")


@cases
def test_mends_point_into_the_document(case):
    before = read(case, "before.json")
    for pointer, _ in read(case, "mends.json"):
        node_at(before, pointer)


@cases
def test_document_is_left_as_it_was(case):
    document = read(case, "before.json")
    before = deepcopy(document)
    bundled(document, lambda path: read(case, path), "before.json")

    assert document == before


@cases
def test_what_is_bundled_stands_alone(case):
    after = read(case, "after.json")
    again = bundled(after, no_file)

    assert (again.document, again.mends) == (after, ())


@cases
def test_what_is_bundled_becomes_a_valid_contract(case):
    contract = openapi3(mended(read(case, "after.json"))[0])

    check_references(contract)
    check_valid(contract)


@cases
def test_strict_refuses_what_leads_nowhere(case):
    told = read(case, "mends.json")
    if not told:
        assert bundle_of(case, strict=True) == bundle_of(case)
        return
    with pytest.raises(DocumentError) as error:
        bundle_of(case, strict=True)

    assert (error.value.where, error.value.what.partition(":")[0]) == tuple(told[0])


def no_file(path):
    raise AssertionError(f"{path} was asked for")


def swagger(**members):
    return {"swagger": "2.0", "info": {"title": "T", "version": "1"}, "paths": {}, **members}


def schema(reference):
    return swagger(definitions={"A": {"$ref": reference}})


def operation(**members):
    return swagger(
        paths={"/a": {"get": {"operationId": "a", "responses": {"204": {"description": "Done."}}, **members}}}
    )


def files(**contents):
    """A reader of files that are there under these names, with `.json` after them."""

    def reader(path):
        try:
            return contents[path.removesuffix(".json")]
        except KeyError:
            raise SourceError(path, "is not there", "Put it there.") from None

    return reader


TEXT = {"type": "string"}


@pytest.mark.parametrize(
    "reference",
    [
        "../models.json#/Pet",
        "parts/../../models.json",
        "%2E%2E/models.json",
        "/etc/models.json",
        "http://example.com/models.json#/Pet",
        "HTTPS://example.com/models.json",
        "//example.com/models.json",
        "file:" + "///etc/models.json",
        "file:models.json",
        r"C:\models.json",
        "C:/models.json",
        r"..\models.json",
        r"parts\models.json",
        "parts%5Cmodels.json",
        "%2Fetc/models.json",
    ],
)
def test_reference_out_of_the_folder_is_refused(reference):
    with pytest.raises(DocumentError) as error:
        bundled(schema(reference), no_file, "swagger.json")

    assert error.value.where == "#/definitions/A"
    assert error.value.what == f"the reference {reference!r} leads out of the contract folder"


def test_reference_out_of_the_folder_is_refused_in_another_file_too():
    with pytest.raises(DocumentError) as error:
        bundled(
            schema("parts/models.json#/Pet"), files(**{"parts/models": {"Pet": {"items": {"$ref": "../../a.json"}}}})
        )

    assert str(error.value).startswith("parts/models.json#/Pet/items: the reference '../../a.json' leads out of the")


def test_reference_that_is_no_address_is_refused():
    with pytest.raises(DocumentError) as error:
        bundled(schema("http://["), no_file)

    assert error.value.what == "the reference 'http://[' is no reference to a file"


@pytest.mark.parametrize(
    "reference", ["./pet.json", "p%65t.json", "../source/pet.json", "parts/../pet.json", "pet.json#"]
)
def test_path_of_a_file_is_read_as_an_address(reference):
    bundle = bundled(schema(reference), files(**{"source/pet": TEXT}), "source/swagger.json")

    assert bundle.document["definitions"] == {"A": {"$ref": "#/definitions/pet"}, "pet": TEXT}


@pytest.mark.parametrize(
    "name, content, told",
    [
        ("./parts", None, "/source/parts: "),
        ("words.json", "Pets have names.", "/source/words.json:1:1: is not JSON"),
        ("list.json", "[]", "source/list.json#: is no object, and is referred to as one"),
        ("number.json", "7", "source/number.json#: is no object, and is referred to as one"),
    ],
)
def test_file_that_holds_no_part_is_told(tmp_path, name, content, told):
    source = tmp_path / "source"
    (source / "parts").mkdir(parents=True)
    document = {**operation(), "definitions": {"A": {"$ref": name}}}
    (source / "swagger.json").write_text(json.dumps(document))
    if content is not None:
        (source / name).write_text(content)
    sources = of_folder(tmp_path)
    with pytest.raises(SourceError) as error:
        bundled(sources.published, sources.read, sources.base)

    assert told in str(error.value)


def test_file_that_is_missing_is_told_with_who_refers_to_it():
    with pytest.raises(SourceError) as error:
        bundled(schema("models.json#/Pet"), files())

    assert str(error.value) == "models.json: is not there; #/definitions/A refers to it. Put it there."


@pytest.mark.parametrize(
    "definitions, way",
    [
        (
            {"A": "#/definitions/A"},
            "'#/definitions/A' leads round in a circle, from #/definitions/A to #/definitions/A",
        ),
        (
            {"A": "#/definitions/B", "B": "#/definitions/A"},
            "'#/definitions/B' leads round in a circle, from #/definitions/B to #/definitions/A to #/definitions/B",
        ),
        (
            {"A": "a.json#/one"},
            "'a.json#/one' leads round in a circle, from a.json#/one to b.json#/two to a.json#/one",
        ),
        (
            {"A": "c.json"},
            "'c.json' leads round in a circle, from c.json# to #/definitions/A to c.json#",
        ),
    ],
)
def test_aliases_that_lead_round_in_a_circle_are_told(definitions, way):
    reader = files(
        a={"one": {"$ref": "b.json#/two"}},
        b={"two": {"$ref": "a.json#/one"}},
        c={"$ref": "swagger.json#/definitions/A"},
    )
    document = swagger(definitions={name: {"$ref": reference} for name, reference in definitions.items()})
    with pytest.raises(DocumentError) as error:
        bundled(document, reader, "swagger.json")

    assert str(error.value) == f"#/definitions/A: the reference {way}. Let one of them hold a value."


def test_path_items_that_lead_round_in_a_circle_are_told():
    document = swagger(paths={"/a": {"$ref": "#/paths/~1b"}, "/b": {"$ref": "#/paths/~1a"}})
    with pytest.raises(DocumentError, match="#/paths/~1a: the reference '#/paths/~1b' leads round in a circle"):
        bundled(document, no_file)


def test_items_that_hold_themselves_are_told():
    items = {"type": "array", "items": {"$ref": "#/x-items"}}
    document = {
        **operation(parameters=[{"name": "q", "in": "query", "type": "array", "items": items}]),
        "x-items": items,
    }
    with pytest.raises(DocumentError, match="#/x-items/items: holds a reference that leads round in a circle"):
        bundled(document, no_file)


def test_long_chain_of_aliases_comes_to_its_end():
    chain = {f"A{at}": {"$ref": f"#/definitions/A{at + 1}"} for at in range(500)}
    document = bundled(swagger(definitions={**chain, "A500": TEXT}), no_file).document

    assert document["definitions"]["A0"] == {"$ref": "#/definitions/A500"}


def test_part_that_is_no_object_is_told():
    with pytest.raises(DocumentError) as error:
        bundled(schema("models.json#/Pet/size"), files(models={"Pet": {"size": 1}}))

    assert str(error.value).startswith("models.json#/Pet/size: is no object, and is referred to as one")


def test_parameter_that_is_missing_from_a_file_is_corrected_there():
    paths = {"a": {"get": {"operationId": "a", "parameters": [{"$ref": "#/nobody"}]}}}
    with pytest.raises(DocumentError) as error:
        bundled(swagger(paths={"/a": {"$ref": "paths.json#/a"}}), files(paths=paths))

    assert str(error.value) == (
        "paths.json#/a/get/parameters/0: the reference '#/nobody' leads to no parameter. Correct it there."
    )


def test_each_file_is_read_once():
    asked = []

    def reader(path):
        asked.append(path)
        return {"Pet": {"properties": {"size": {"$ref": "#/Size"}}}, "Size": TEXT}

    pets = {name: {"$ref": "models.json#/Pet"} for name in "ABC"}
    bundled(swagger(definitions=pets), reader)

    assert asked == ["models.json"]


def test_fault_in_another_file_is_reported_there():
    pet = {"type": "object", "properties": {"at": {"type": "datetime"}, "size": {"$ref": "#/Size"}}}
    bundle = bundled(schema("models.json#/Pet"), files(models={"Pet": pet, "Size": {"type": "array"}}))
    _, mends = mended(bundle.document, origins=bundle.origins)

    assert places(mends) == [
        ["models.json#/Pet/properties/at/type", "type-unknown"],
        ["models.json#/Size", "array-items-missing"],
    ]


def test_fault_in_a_path_of_another_file_is_reported_there():
    bundle = bundled(
        swagger(paths={"/a": {"$ref": "paths.json#/a"}}), files(paths={"a": {"get": {"operationId": "a"}}})
    )
    _, mends = mended(bundle.document, origins=bundle.origins)

    assert places(mends) == [["paths.json#/a/get", "response-missing"]]


def test_fault_in_what_became_a_shared_part_is_reported_where_it_stood():
    size = {"type": "int"}
    definitions = {
        "A": {"type": "object", "properties": {"size": size}},
        "B": {"$ref": "#/definitions/A/properties/size"},
    }
    bundle = bundled(swagger(definitions=definitions), no_file)
    _, mends = mended(bundle.document, origins=bundle.origins)

    assert places(mends) == [["#/definitions/A/properties/size/type", "type-unknown"]]


def test_what_cannot_be_mended_in_another_file_is_corrected_there():
    bundle = bundled(schema("models.json#/Pet"), files(models={"Pet": {"type": "nonsense"}}))
    with pytest.raises(DocumentError) as error:
        mended(bundle.document, origins=bundle.origins)

    assert str(error.value) == "models.json#/Pet/type: 'nonsense' is not a type. Correct it there."
