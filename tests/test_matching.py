import pytest

from scripts.matching import fits, matching, path_values

OPERATIONS = [
    ("get", "/pets"),
    ("post", "/pets/"),
    ("get", "/pets/{petId}"),
    ("get", "/pets/{petId}/toys/{toyId}"),
    ("post", "/pets/actions/delete#type=ids"),
    ("post", "/pets/actions/delete#type=keys"),
]


@pytest.mark.parametrize(
    "method, path, meant",
    [
        ("GET", "/pets", "/pets"),
        ("get", "/pets/", "/pets"),
        ("post", "/pets", "/pets/"),
        ("get", "/pets/?type=cat", "/pets"),
        ("get", "/pets/{petid}", "/pets/{petId}"),
        ("get", "/pets/{id}/toys/{TOYID}/", "/pets/{petId}/toys/{toyId}"),
        ("get", "https://example.com/pets", "/pets"),
        ("get", "/pets/12/toys/a%2Fb?all=1", "/pets/{petId}/toys/{toyId}"),
        ("get", "/v1/pets", "/pets"),
        ("post", "/pets/actions/delete?type=ids", "/pets/actions/delete#type=ids"),
    ],
)
def test_what_differs_least_is_meant(method, path, meant):
    assert matching(method, path, OPERATIONS, bases={"/v1"}) == [(method.lower(), meant)]


@pytest.mark.parametrize("path", ["/pets/actions/delete", "/pets/actions/delete?type=all"])
def test_several_that_differ_alike_are_all_named(path):
    assert [path for _, path in matching("post", path, OPERATIONS)] == [
        "/pets/actions/delete#type=ids",
        "/pets/actions/delete#type=keys",
    ]


@pytest.mark.parametrize("method, path", [("put", "/pets"), ("get", "/pet"), ("get", "/Pets"), ("get", "/v2/pets")])
def test_another_method_or_path_is_not_meant(method, path):
    assert matching(method, path, OPERATIONS, bases={"/v1"}) == []


def test_base_path_may_be_left_out():
    assert matching("get", "/pets", [("get", "/v1/pets")], bases={"/v1"}) == [("get", "/v1/pets")]


@pytest.mark.parametrize(
    "target, template, does",
    [
        ("/pets/1", "/pets/{petId}", True),
        ("/pets/1/?a=b", "/pets/{petId}", True),
        ("/pets/", "/pets/{petId}", False),
        ("/pets/1/toys", "/pets/{petId}", False),
        ("/pets.json", "/pets{ext}", True),
        ("/petsXjson", "/pets.json", False),
    ],
)
def test_target_fits_its_template(target, template, does):
    assert fits(target, template) == does


def test_values_are_named_by_the_template():
    assert path_values("/pets/1/toys/a%2Fb?c=d", "/pets/{petId}/toys/{toyId}") == {"petId": "1", "toyId": "a%2Fb"}


def test_target_of_another_path_has_no_values():
    assert path_values("/cats/1", "/pets/{petId}") == {}
