from copy import deepcopy
from pathlib import Path

import pytest

from scripts.examples import with_page
from scripts.pages import PageError, Repair, Row, read_page

FILE = Path(__file__).parent.parent / "openapi/source/pages/sendSMSMessageMultipleRecipients.md"
PAGE = """\
---
data: <%= swaggerdoc %>
path: "/things/{key}"
method: "put"
---
##Usage

###Example Request: In Short
```js
Host: https://YOUR_SUBDOMAIN.example.com
PUT /things/a%2Fb/
Content-Type: application/json

{"size": 1}
```

###Example Response
```js
HTTP/1.1 200 OK
{"size": 1}
```

###HTTP Responses
<table>
<tbody>
<tr><th>Response</th><th>Reason</th></tr>
<tr><td>200 OK</td><td>Done.</td></tr>
<tr>
<td>409 Conflict</td>
<td>Somebody &amp; else
has it.</td>
</tr>
</tbody>
</table>
"""


def page(old="", new=""):
    assert old in PAGE
    return read_page(PAGE.replace(old, new, 1) if old else PAGE, "p.md")


def test_published_page():
    read = read_page(FILE.read_text(), "p.md")

    assert (read.path, read.method) == ("/messaging/v1/sms/messages/", "post")
    assert [(each.name, each.status) for each in read.examples] == [
        ("Example", None),
        ("Example", 202),
        ("MixedResponses", 202),
    ]
    assert [row.status for row in read.rows] == [202, 400, 403, 500]


def test_published_faults_are_repaired_and_placed():
    read = read_page(FILE.read_text(), "p.md")
    lines = FILE.read_text().splitlines()

    assert read.repairs == (
        Repair("p.md", 30, 45, "missing comma added"),
        Repair("p.md", 38, 36, "trailing comma removed"),
    )
    assert lines[29][:44].endswith('"GV1LhQ6NFkqFUAE1IsoQ9Q"')
    assert lines[37][35] == ","


def test_request_has_host_request_line_headers_and_body():
    example = page().examples[0]

    assert (example.name, example.title, example.line) == ("InShort", "In Short", 10)
    assert example.headers == (("Content-Type", "application/json"),)
    assert example.body == {"size": 1}


def test_rows_are_read_with_their_lines():
    assert page().rows == (Row(200, "OK", "Done.", 27), Row(409, "Conflict", "Somebody & else has it.", 28))


def test_line_ends_of_windows_make_no_difference():
    assert read_page(PAGE.replace("\n", "\r\n"), "p.md") == page()


def test_headings_may_have_their_blank():
    assert read_page(PAGE.replace("##Usage", "## Usage").replace("###Ex", "### Ex"), "p.md") == page()


def test_hash_in_an_example_is_no_heading():
    assert page('{"size": 1}', '{"size":\n"#\\n##Usage"}').examples[0].body == {"size": "#\n##Usage"}


@pytest.mark.parametrize(
    "old, new, told",
    [
        ("---\n", "", "p.md:1: no front matter"),
        ('method: "put"', 'method: "brew"', "p.md:4: the front matter has the line 'method: \"brew\"'"),
        ('method: "put"\n', "", "p.md:4: no method in the front matter"),
        ('method: "put"', 'path: "/a"', "p.md:4: path a second time"),
        ("##Usage", "##Use", "p.md:6: the heading 'Use' is unknown"),
        ("##Usage", "Usage", "p.md:6: text before the first heading"),
        ("##Usage", "##Usage\n\nText.", "p.md:8: text under Usage"),
        ("###Example Response\n", "###Example Answer\n", "p.md:17: the heading 'Example Answer' is unknown"),
        ("```js\nHost", "Text.\n```js\nHost", "p.md:9: something besides one fenced example"),
        ("```js\nHost", "```ruby\nHost", "p.md:9: the fence is marked 'ruby'"),
        ("```js\nHost", " ```js\nHost", "p.md:9: the fence is indented or not closed"),
        ("Host: https", "https", "p.md:10: the request does not begin with its host"),
        ("PUT /things", "POST /things", "p.md:11: 'POST /things/a%2Fb/' is not a request line"),
        ("PUT /things", "PUT /thing", "p.md:11: 'PUT /thing/a%2Fb/' is not a request line"),
        ("Content-Type:", "Content Type:", "p.md:12: 'Content Type: application/json' is not a header"),
        ('{"size": 1}', '{"size": 1]', "p.md:14:11: the example is not JSON"),
        ('{"size": 1}', '{"size":\n  \u201c1"}', "p.md:15:3: the example is not JSON"),
        ("HTTP/1.1 200 OK", "200 OK", "p.md:19: '200 OK' is not a status line"),
        ("<table>", "<div>", "p.md:24: <div> inside nothing"),
        ("<tbody>", "<tbody>here", "p.md:25: the text 'here' outside a cell"),
        ("<th>Reason", "<th>Why", "p.md:26: the table begins with Response and Why"),
        ("<td>200 OK</td>", "<td>OK</td>", "p.md:27: a row is not a status and a reason"),
        ("<td>200 OK</td>", "", "p.md:27: a row is not a status and a reason"),
        ("409 Conflict", "200 Conflict", "p.md:28: 200 a second time"),
        ("</table>\n", "", "p.md:34: <table> is not closed"),
        ("</table>\n", "</table>\n\n###HTTP Responses\n", "p.md:36: a second table of responses"),
    ],
)
def test_what_the_format_does_not_have_is_told(old, new, told):
    with pytest.raises(PageError) as error:
        page(old, new)

    assert str(error.value).startswith(told)


def test_fence_must_be_closed():
    with pytest.raises(PageError, match=r"^p\.md:18: the fence is indented or not closed"):
        read_page(PAGE.partition("\n```\n\n###HTTP")[0] + "\n", "p.md")


def test_empty_page_is_told():
    with pytest.raises(PageError, match=r"^p\.md:1: no front matter"):
        read_page("", "p.md")


def document():
    media = {"application/json": {"schema": {}}}
    operation = {
        "requestBody": {"content": media},
        "responses": {"200": {"description": "Well.", "content": media}},
    }
    return {"paths": {"/things/{key}": {"put": operation, "get": {"responses": {}}}}}


def test_examples_and_statuses_enter_the_operation():
    operation = with_page(document(), page())["paths"]["/things/{key}"]["put"]

    assert operation["requestBody"]["content"]["application/json"]["examples"] == {
        "InShort": {"summary": "In Short", "value": {"size": 1}}
    }
    assert operation["responses"]["200"]["content"]["application/json"]["examples"] == {
        "Example": {"value": {"size": 1}}
    }
    assert operation["responses"]["409"] == {"description": "Somebody & else has it."}


def test_what_the_document_says_of_a_status_stays():
    operation = with_page(document(), page())["paths"]["/things/{key}"]["put"]

    assert operation["responses"]["200"]["description"] == "Well."


def test_example_of_an_error_needs_no_schema():
    read = page("200 OK\n{", "409 Conflict\n{")
    response = with_page(document(), read)["paths"]["/things/{key}"]["put"]["responses"]["409"]

    assert response["content"] == {"application/json": {"examples": {"Example": {"value": {"size": 1}}}}}


def test_document_is_untouched():
    given = document()
    with_page(given, page())

    assert given == deepcopy(document())


@pytest.mark.parametrize(
    "old, new, told",
    [
        ('"/things/{key}"', '"/things/{id}"', "p.md: the document has no operation PUT /things/{id}"),
        (
            "application/json",
            "text/csv",
            "p.md:10: the example is text/csv, the operation has application/json",
        ),
        (
            "###HTTP",
            "###Example Response\n```\nHTTP/1.1 200 OK\n1\n```\n###HTTP",
            "p.md:25: a second example is named",
        ),
    ],
)
def test_page_that_does_not_fit_is_told(old, new, told):
    with pytest.raises(PageError) as error:
        with_page(document(), page(old, new))

    assert str(error.value).startswith(told)
