"""The schemas of a contract as they apply to values."""

import pytest

from scripts.validity import ContractInvalid, Schemas

PET = ("components", "schemas", "Pet")
DOCUMENT = {
    "paths": {},
    "components": {
        "schemas": {
            "Pet": {
                "properties": {
                    "name": {"$ref": "#/components/schemas/Name"},
                    "parent": {"$ref": "#/components/schemas/Pet"},
                }
            },
            "Name": {"type": "string"},
        }
    },
}


def with_unusable(document):
    schemas = {**document["components"]["schemas"], "Unusable": {"pattern": "("}}
    return {**document, "components": {"schemas": schemas}}


@pytest.mark.parametrize("document", [DOCUMENT, with_unusable(DOCUMENT)])
def test_breach_is_told_with_its_place_in_value_and_document(document):
    [breach] = Schemas(document).breaches(PET, {"parent": {"name": 1}})

    assert breach.place == ("parent", "name")
    assert breach.schema == ("components", "schemas", "Name", "type")
    assert (breach.keyword, breach.details, breach.shown) == ("type", {"types": ["string"]}, 1)


def test_value_that_fits_has_no_breach():
    assert Schemas(DOCUMENT).breaches(PET, {"name": "Tom", "0": 1}) == []


def test_schema_inside_another_may_be_asked_for():
    [breach] = Schemas(DOCUMENT).breaches((*PET, "properties", "name"), 1)

    assert (breach.place, breach.keyword) == ((), "type")


def test_schema_that_cannot_be_applied_is_told_to_who_asks_for_it():
    schemas = Schemas(with_unusable(DOCUMENT))

    with pytest.raises(
        ContractInvalid, match=r"^the contract at #/components/schemas/Unusable: is no schema that can be"
    ):
        schemas.breaches(("components", "schemas", "Unusable"), "a")
