import json
from copy import deepcopy

import pytest

from scripts.document import DocumentError, SourceError, node_at, references
from scripts.mends import mended
from scripts.references import bundled
from scripts.sources import of_folder

BASE = "source/swagger.json"
PET = {"type": "object", "properties": {"name": {"type": "string"}}}


def swagger(schema=None, **members):
    """A document whose only operation answers with the schema."""
    answer = {"description": "Well.", **({} if schema is None else {"schema": schema})}
    operation = {"operationId": "a", "responses": {"200": answer}}
    return {"swagger": "2.0", "info": {"title": "T", "version": "1"}, "paths": {"/a": {"get": operation}}, **members}


def reader(files):
    def read(path):
        if path not in files:
            raise DocumentError(path, "is not there", "Put it there.")
        return files[path]

    return read


def bundle(document, files=None):
    return bundled(document, reader(files or {}), BASE)


def answered(document):
    """What the schema of the only answer is after bundling, past its reference."""
    schema = document["paths"]["/a"]["get"]["responses"]["200"]["schema"]
    return node_at(document, schema["$ref"])


def refusal(document, files=None):
    with pytest.raises(DocumentError) as error:
        bundle(document, files)
    return str(error.value)


def referring(reference):
    return swagger({"$ref": reference})


def one_mend(document):
    (mend,) = bundle(document).mends
    return mend


@pytest.mark.parametrize(
    "reference, name",
    [
        ("#/definitions/Pet", "Pet"),
        ("#/definitions/a~1b", "a/b"),
        ("#/definitions/a~0b", "a~b"),
        ("#/definitions/a~01b", "a~1b"),
        ("#/definitions/a%20b", "a b"),
        ("#/definitions/a%25b", "a%b"),
        ("#/definitions/a%7Eb", "a~b"),
        ("#/definitions/a%2Eb", "a.b"),
        ("#/definitions/a b", "a b"),
        ("#/definitions/", ""),
    ],
)
def test_names_are_read_as_pointers_in_fragments(reference, name):
    made = bundle(swagger({"$ref": reference}, definitions={name: PET}))

    assert answered(made.document) == PET
    assert (made.mends, made.origins) == ((), {})


def test_name_may_have_its_percent_sign_as_it_is():
    made = bundle(swagger({"$ref": "#/definitions/50%25"}, definitions={"50%25": PET}))

    assert answered(made.document) == PET
    assert made.mends == ()


def test_reference_that_is_right_stays_as_it_is():
    document = swagger({"$ref": "#/definitions/Pet"}, definitions={"Pet": PET})

    assert bundle(document).document == document


def test_property_called_reference_is_none():
    document = swagger({"type": "object", "properties": {"$ref": {"type": "string"}}})

    assert bundle(document).document == document


def test_example_that_looks_like_a_reference_is_data():
    document = swagger({"type": "object", "example": {"$ref": "elsewhere.json"}, "x-a": {"$ref": "#/nowhere"}})

    assert bundle(document).document == document


@pytest.mark.parametrize("pointer", ["/paths/~1b~1{id}/get/responses/200/schema", "/definitions/A/properties/b/items"])
def test_schema_deep_inside_becomes_a_definition_in_both_places(pointer):
    whole = {"type": "object", "properties": {"b": {"type": "array", "items": PET}}}
    document = swagger({"$ref": f"#{pointer}"}, definitions={"A": whole})
    document["paths"]["/b/{id}"] = {"get": {"responses": {"200": {"description": "Well.", "schema": PET}}}}
    made = bundle(document).document

    assert answered(made) == PET
    assert node_at(made, f"#{pointer}") == made["paths"]["/a"]["get"]["responses"]["200"]["schema"]


@pytest.mark.parametrize(
    "room, member, part",
    [
        ("parameters", "/parameters/0", {"name": "n", "in": "query", "type": "string"}),
        ("responses", "/responses/404", {"description": "Not found."}),
    ],
)
def test_parts_of_another_operation_become_shared(room, member, part):
    document = swagger()
    other = {"operationId": "b", "responses": {"404": part}} if room == "responses" else {"parameters": [part]}
    document["paths"]["/b"] = {"get": other}
    reference = {"$ref": f"#/paths/~1b/get{member}"}
    own = document["paths"]["/a"]["get"]
    own |= {"parameters": [reference]} if room == "parameters" else {"responses": {"404": reference}}
    made = bundle(document).document
    ways = [target for _, target in references(made)]

    assert list(made[room].values()) == [part]
    assert len(ways) == 2
    assert [node_at(made, way) for way in ways] == [part, part]


def test_chain_of_references_ends_at_its_value():
    chain = {"A": {"$ref": "#/definitions/B"}, "B": {"$ref": "#/definitions/C"}, "C": PET}

    assert answered(bundle(swagger({"$ref": "#/definitions/A"}, definitions=chain)).document) == PET


@pytest.mark.parametrize("last", ["A", "B", "C"])
def test_chain_that_ends_nowhere_is_told(last):
    names = dict(zip("AB", "BC", strict=True)) | {"C": last}
    loop = {name: {"$ref": f"#/definitions/{after}"} for name, after in names.items()}
    told = refusal(swagger({"$ref": "#/definitions/A"}, definitions=loop))

    assert "leads round in a circle" in told
    assert told.endswith("Let one of them hold a value.")


def test_schema_may_hold_itself():
    tree = {"type": "object", "properties": {"left": {"$ref": "#/definitions/Tree"}}}
    document = swagger({"$ref": "#/definitions/Tree"}, definitions={"Tree": tree})

    assert bundle(document).document == document


# Other files


def test_file_is_brought_under_its_name():
    made = bundle(referring("pet.json"), {"source/pet.json": PET})

    assert made.document["definitions"] == {"pet": PET}
    assert {at: str(place) for at, place in made.origins.items()} == {("definitions", "pet"): "source/pet.json#"}


def test_part_of_a_file_is_brought_under_its_own_name():
    made = bundle(
        referring("models/all.json#/definitions/Pet"), {"source/models/all.json": {"definitions": {"Pet": PET}}}
    )

    assert made.document["definitions"] == {"Pet": PET}
    assert str(made.origins["definitions", "Pet"]) == "source/models/all.json#/definitions/Pet"


@pytest.mark.parametrize(
    "reference", ["./pet.json", "p%65t.json", "../source/pet.json", "models/../pet.json", "pet.json#"]
)
def test_paths_of_files_are_read_as_uris(reference):
    assert answered(bundle(referring(reference), {"source/pet.json": PET}).document) == PET


def test_file_is_read_relative_to_the_one_that_refers_to_it():
    files = {"source/models/a.json": {"$ref": "../b.json"}, "source/b.json": PET}

    assert answered(bundle(referring("models/a.json"), files).document) == PET


def test_file_referred_to_twice_is_brought_once():
    document = swagger({"type": "object", "properties": {"a": {"$ref": "p.json"}, "b": {"$ref": "./p.json"}}})

    assert bundle(document, {"source/p.json": PET}).document["definitions"] == {"p": PET}


def test_parts_of_one_name_are_told_apart():
    parts = {"a": {"$ref": "one.json#/Pet"}, "b": {"$ref": "two.json#/pet"}, "c": {"$ref": "#/definitions/Pet"}}
    document = swagger({"type": "object", "properties": parts}, definitions={"Pet": PET})
    made = bundle(document, {"source/one.json": {"Pet": {}}, "source/two.json": {"pet": {"type": "string"}}}).document
    led = made["paths"]["/a"]["get"]["responses"]["200"]["schema"]["properties"]

    assert len({name.lower() for name in made["definitions"]}) == 3
    assert [node_at(made, each["$ref"]) for each in led.values()] == [{}, {"type": "string"}, PET]


def test_file_may_refer_back_to_the_document():
    files = {"source/a.json": {"type": "array", "items": {"$ref": "swagger.json#/definitions/Pet"}}}
    made = bundle(swagger({"$ref": "a.json"}, definitions={"Pet": PET}), files).document

    assert answered(made) == {"type": "array", "items": {"$ref": "#/definitions/Pet"}}
    assert made["definitions"]["Pet"] == PET


def test_fragment_in_a_file_stays_in_the_file():
    files = {"source/a.json": {"A": {"type": "array", "items": {"$ref": "#/B"}}, "B": PET}}
    made = bundle(swagger({"$ref": "a.json#/A"}, definitions={"B": {"type": "string"}}), files).document

    assert node_at(made, answered(made)["items"]["$ref"]) == PET


def test_schemas_may_hold_each_other_through_files():
    files = {
        "source/a.json": {"type": "object", "properties": {"b": {"$ref": "b.json"}}},
        "source/b.json": {"type": "object", "properties": {"a": {"$ref": "a.json"}}},
    }
    made = bundle(referring("a.json"), files).document

    assert made["definitions"] == {
        "a": {"type": "object", "properties": {"b": {"$ref": "#/definitions/b"}}},
        "b": {"type": "object", "properties": {"a": {"$ref": "#/definitions/a"}}},
    }


def test_files_that_only_refer_to_each_other_are_told():
    told = refusal(referring("a.json"), {"source/a.json": {"$ref": "b.json"}, "source/b.json": {"$ref": "a.json"}})

    assert told == (
        "#/paths/~1a/get/responses/200/schema: the reference 'a.json' leads round in a circle, "
        "from source/a.json# to source/b.json# to source/a.json#. Let one of them hold a value."
    )


@pytest.mark.parametrize(
    "reference",
    [
        "../../pet.json",
        "models/../../../pet.json",
        "/etc/pet.json",
        "//host/pet.json",
        "http://example.com/pet.json",
        "https://example.com/pet.json#/Pet",
        "file:///pet.json",
        "file:pet.json",
        "C:\\models\\pet.json",
        "models\\pet.json",
        "C:/pet.json",
        "%2Fetc/pet.json",
        "%2e%2e/%2e%2e/pet.json",
        "http://[",
    ],
)
def test_reference_out_of_the_folder_is_told(reference):
    told = refusal(referring(reference))

    assert told.startswith(f"#/paths/~1a/get/responses/200/schema: the reference {reference!r} ")
    assert "Put what it refers to into the folder" in told


def test_folder_may_be_left_by_no_file_either():
    told = refusal(referring("models/a.json"), {"source/models/a.json": {"items": {"$ref": "../../../b.json"}}})

    assert told.startswith(
        "source/models/a.json#/items: the reference '../../../b.json' leads out of the contract folder"
    )


@pytest.mark.parametrize(
    "name, content, told",
    [
        ("absent.json", None, "Correct the reference, or put the file there"),
        ("./models", None, "source/models: "),
        ("words.json", "Pets have names.", "words.json:1:1: is not JSON"),
        ("list.json", "[]", "list.json#: is no object, and is referred to as one"),
        ("number.json", "7", "number.json#: is no object, and is referred to as one"),
    ],
)
def test_file_that_holds_no_part_is_told(tmp_path, name, content, told):
    source = tmp_path / "source"
    (source / "models").mkdir(parents=True)
    (source / "swagger.json").write_text(json.dumps(referring(name)))
    if content is not None:
        (source / name).write_text(content)
    sources = of_folder(tmp_path)
    with pytest.raises(SourceError) as error:
        bundled(sources.published, sources.read, sources.base)

    assert told in str(error.value)


# Path items, items and headers are copied


@pytest.mark.parametrize("reference", ["paths.json#/b", "#/x-paths/b"])
def test_path_item_is_copied_with_its_references_led(reference):
    item = {"get": {"operationId": "b", "responses": {"200": {"description": "Well.", "schema": {"$ref": "#/Pet"}}}}}
    own = reference.startswith("#")
    schema = {"$ref": "#/definitions/Pet"} if own else {"$ref": "#/Pet"}
    item["get"]["responses"]["200"]["schema"] = schema
    document = swagger(**{"x-paths": {"b": item}, "definitions": {"Pet": PET}} if own else {})
    document["paths"]["/b"] = {"$ref": reference}
    made = bundle(document, {"source/paths.json": {"b": item, "Pet": PET}}).document
    answer = made["paths"]["/b"]["get"]["responses"]["200"]

    assert node_at(made, answer["schema"]["$ref"]) == PET
    assert answer["schema"] == {"$ref": "#/definitions/Pet"}


def test_path_item_may_say_more_beside_its_reference():
    document = swagger()
    document["paths"]["/b"] = {"$ref": "#/paths/~1a", "put": {"operationId": "b", "responses": {}}}
    made = bundle(document).document["paths"]["/b"]

    assert sorted(made) == ["get", "put"]


def test_path_item_that_refers_to_itself_is_told():
    document = swagger()
    document["paths"]["/b"] = {"$ref": "#/paths/~1b"}

    assert "leads round in a circle" in refusal(document)


def test_header_and_items_are_copied():
    parts = {"Count": {"type": "integer"}, "Tags": {"type": "array", "items": {"$ref": "#/x-parts/Count"}}}
    document = swagger(**{"x-parts": parts})
    document["paths"]["/a"]["get"]["responses"]["200"]["headers"] = {"X-Tags": {"$ref": "#/x-parts/Tags"}}
    headers = bundle(document).document["paths"]["/a"]["get"]["responses"]["200"]["headers"]

    assert headers == {"X-Tags": {"type": "array", "items": {"type": "integer"}}}


# What leads nowhere


@pytest.mark.parametrize(
    "reference",
    ["Pet", "pet", "#/Pet", "#Pet", "#/definition/Pet", "#/definitions/pet", "#/components/schemas/Pet"],
)
def test_misspelled_reference_leads_to_what_is_meant(reference):
    document = swagger({"$ref": reference}, definitions={"Pet": PET})
    mend = one_mend(document)

    assert answered(bundle(document).document) == PET
    assert (mend.pointer, mend.rule) == ("#/paths/~1a/get/responses/200/schema", "reference-misspelled")


def test_name_that_two_are_spelled_like_leads_nowhere():
    assert (
        one_mend(swagger({"$ref": "#/definitions/pet"}, definitions={"PET": {}, "Pet": {}})).rule
        == "reference-dangling"
    )


def test_dangling_reference_accepts_anything_and_stays_readable():
    document = swagger({"$ref": "#/definitions/Nobody", "description": "A pet."})
    schema = bundle(document).document["paths"]["/a"]["get"]["responses"]["200"]["schema"]

    assert schema == {"description": "A pet.", "x-dangling-reference": "#/definitions/Nobody"}
    assert one_mend(document).rule == "reference-dangling"


def test_dangling_response_is_described():
    document = swagger()
    document["paths"]["/a"]["get"]["responses"]["404"] = {"$ref": "#/responses/Nobody"}

    assert bundle(document).document["paths"]["/a"]["get"]["responses"]["404"] == {
        "description": "",
        "x-dangling-reference": "#/responses/Nobody",
    }


def test_dangling_parameter_is_told():
    document = swagger()
    document["paths"]["/a"]["get"]["parameters"] = [{"$ref": "#/parameters/Nobody"}]

    assert refusal(document).startswith("#/paths/~1a/get/parameters/0: the reference '#/parameters/Nobody' leads ")
    assert "`target: $.paths['/a'].get.parameters[0]`, `remove: true`" in refusal(document)


def test_response_that_refers_to_a_schema_answers_with_it():
    document = swagger(definitions={"Pet": PET})
    document["paths"]["/a"]["get"]["responses"]["200"] = {"description": "Well.", "$ref": "#/definitions/Pet"}

    assert one_mend(document).rule == "reference-to-schema"
    assert answered(bundle(document).document) == PET


@pytest.mark.parametrize("reference", ["#/definitions/pet", "#/definitions/Nobody"])
def test_strict_mends_no_reference(reference):
    with pytest.raises(DocumentError, match=r"^#/paths/~1a/get/responses/200/schema: reference-"):
        bundled(swagger({"$ref": reference}, definitions={"Pet": PET}), reader({}), BASE, strict=True)


# Together with the mends


def test_what_is_mended_in_a_part_is_told_where_it_stands():
    files = {"source/models.json": {"Pet": {"type": "object", "properties": {"id": {"type": "guid"}}}}}
    made = bundle(referring("models.json#/Pet"), files)
    _, mends = mended(made.document, origins=made.origins)

    assert [(mend.pointer, mend.rule) for mend in mends] == [
        ("source/models.json#/Pet/properties/id/type", "type-unknown")
    ]


def test_what_is_mended_in_a_part_from_deep_inside_is_told_where_it_stands():
    whole = {"type": "object", "properties": {"id": {"type": "guid"}}}
    made = bundle(swagger({"$ref": "#/definitions/A/properties/id"}, definitions={"A": whole}))
    _, mends = mended(made.document, origins=made.origins)

    assert [mend.pointer for mend in mends] == ["#/definitions/A/properties/id/type"]


def test_what_cannot_be_mended_in_a_part_is_told_where_it_stands():
    made = bundle(referring("models.json#/Pet"), {"source/models.json": {"Pet": {"type": "wombat"}}})
    with pytest.raises(DocumentError) as error:
        mended(made.document, origins=made.origins)

    assert str(error.value) == "source/models.json#/Pet/type: 'wombat' is not a type. Correct it there."


def test_document_and_files_are_left_alone():
    document, files = referring("a.json#/A"), {"source/a.json": {"A": {"items": {"$ref": "#/B"}}, "B": PET}}
    before = deepcopy((document, files))
    bundle(document, files)

    assert (document, files) == before


def test_bundling_twice_is_bundling_once():
    made = bundle(referring("a.json"), {"source/a.json": {"type": "array", "items": {"$ref": "#"}}}).document

    assert bundle(made).document == made
