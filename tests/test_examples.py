"""What a page says enters the operation that it is about; what does not fit is left out and told."""

from copy import deepcopy

from scripts.examples import with_pages
from scripts.pages import read_page

PAGE = """\
---
path: "/things/{key}"
method: "put"
---
### Example Request: In Short
```
PUT /things/a%2Fb
Content-Type: application/json

{"size": 1}
```
### Example Response
```
HTTP/1.1 200 OK
{"size": 1}
```
### HTTP Responses
| Response | Reason |
|---|---|
| 200 OK | Done. |
| 409 Conflict | Somebody has it. |
"""


def page(old="", new="", file="p.md"):
    assert old in PAGE
    return read_page(PAGE.replace(old, new, 1) if old else PAGE, file)


def document(content=None):
    media = content or {"application/json": {"schema": {}}}
    operation = {
        "requestBody": {"content": media},
        "responses": {"200": {"description": "Well.", "content": media}},
    }
    return {"paths": {"/things/{key}": {"put": operation, "get": {"responses": {}}}}}


def operation(illustrated):
    return illustrated.document["paths"]["/things/{key}"]["put"]


def examples(illustrated, status="200"):
    return operation(illustrated)["responses"][status]["content"]["application/json"]["examples"]


def test_examples_and_statuses_enter_the_operation():
    made = operation(with_pages(document(), [page()]))

    assert made["requestBody"]["content"]["application/json"]["examples"] == {
        "InShort": {"summary": "In Short", "value": {"size": 1}}
    }
    assert made["responses"]["200"]["content"]["application/json"]["examples"] == {"Example": {"value": {"size": 1}}}
    assert made["responses"]["409"] == {"description": "Somebody has it."}


def test_what_the_document_says_of_a_status_stays():
    assert operation(with_pages(document(), [page()]))["responses"]["200"]["description"] == "Well."


def test_what_pages_alone_speak_of_is_listed():
    made = with_pages(document(), [page()])

    assert list(made.added) == [(("put", "/things/{key}"), "409")]


def test_example_of_an_error_needs_no_schema():
    made = with_pages(document(), [page("200 OK\n{", "409 Conflict\n{")])

    assert operation(made)["responses"]["409"]["content"] == {
        "application/json": {"examples": {"Example": {"value": {"size": 1}}}}
    }


def test_document_is_untouched():
    given = document()
    with_pages(given, [page()])

    assert given == deepcopy(document())


def test_examples_of_one_name_are_told_apart():
    made = with_pages(document(), [page(), page(file="q.md")])

    assert list(examples(made)) == ["Example", "Example2"]


def test_example_without_a_status_shows_the_only_success():
    made = with_pages(document(), [page("HTTP/1.1 200 OK\n", "")])

    assert list(examples(made)) == ["Example"]


def test_example_of_a_shared_response_stands_with_it():
    given = document()
    shared = given["paths"]["/things/{key}"]["put"]["responses"]["200"]
    given["components"] = {"responses": {"Done": shared}}
    given["paths"]["/things/{key}"]["put"]["responses"]["200"] = {"$ref": "#/components/responses/Done"}
    made = with_pages(given, [page()])

    assert operation(made)["responses"]["200"] == {"$ref": "#/components/responses/Done"}
    content = made.document["components"]["responses"]["Done"]["content"]
    assert content["application/json"]["examples"] == {"Example": {"value": {"size": 1}}}


def test_example_of_another_media_type_is_left_out_and_told():
    made = with_pages(document(), [page("application/json", "text/csv")])

    assert [(each.where, each.rule, each.documented) for each in made.left_out] == [
        ("request", "media-type-undeclared", "application/json")
    ]


def test_example_body_that_no_body_is_declared_for_is_left_out_and_told():
    given = document()
    del given["paths"]["/things/{key}"]["put"]["requestBody"]

    assert [each.rule for each in with_pages(given, [page()]).left_out] == ["body-undeclared"]


def test_text_is_shown_where_text_is_declared():
    made = with_pages(document({"text/plain": {}}), [page('OK\n{"size": 1}', "OK\n\nSaved.")])
    content = operation(made)["responses"]["200"]["content"]

    assert content["text/plain"]["examples"] == {"Example": {"value": "Saved."}}


def test_page_of_no_operation_is_told_with_none():
    made = with_pages(document(), [page('"/things/{key}"', '"/stuff/{key}"')])

    assert [(each.file, close) for each, close in made.unmatched] == [("p.md", ())]


def test_page_of_an_operation_elsewhere_is_passed_over():
    made = with_pages(document(), [page('"/things/{key}"', '"/stuff/{key}"')], [("put", "/stuff/{key}")])

    assert made.unmatched == ()


def test_base_path_may_stand_before_the_path_of_a_page():
    given = {**document(), "servers": [{"url": "https://example.com/v1/"}]}
    made = with_pages(given, [page('"/things/{key}"', '"/v1/things/{key}"')])

    assert made.operations == {"p.md": ("put", "/things/{key}")}
