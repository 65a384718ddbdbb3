"""Pages as people write them: what is read, what is repaired, what is noted, and the little that is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.pages import Example, Kind, Page, PageError, Repair, Row, read_page

FILE = Path(__file__).parent.parent / "openapi/source/pages/sendSMSMessageMultipleRecipients.md"
FRONT = """\
---
data: <%= swaggerdoc %>
path: "/things/{key}"
method: "put"
---
"""
REQUEST = """\
Host: https://YOUR_SUBDOMAIN.example.com
PUT /things/a%2Fb/
Content-Type: application/json

{"size": 1}"""
RESPONSE = """\
HTTP/1.1 200 OK
{"size": 2}"""
TABLE = """\
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
PAGE = f"""{FRONT}##Usage

###Example Request: In Short
```js
{REQUEST}
```

###Example Response
```js
{RESPONSE}
```

###HTTP Responses
{TABLE}"""


def page(content: str, front: str = FRONT) -> Page:
    return read_page(front + content, "p.md")


def fenced(code: str, language: str = "") -> str:
    return f"```{language}\n{code}\n```\n"


def only(content: str, front: str = FRONT) -> Example:
    """The one example of a page on which nothing else is to be said."""
    read = page(content, front)
    [example] = read.examples

    assert read.notes == ()
    return example


def in_short(read: Page) -> list[tuple[object, ...]]:
    return [(str(each.kind), each.title, each.status, each.body) for each in read.examples]


def told(read: Page) -> list[str]:
    return [str(note) for note in read.notes]


# The page in the repository, and one like it.


def test_published_page():
    read = read_page(FILE.read_text(), "p.md")

    assert (read.path, read.path_line) == ("/messaging/v1/sms/messages/", 3)
    assert (read.method, read.method_line) == ("post", 4)
    assert [(each.kind, each.name, each.status) for each in read.examples] == [
        ("request", "Example", None),
        ("response", "Example", 202),
        ("response", "MixedResponses", 202),
    ]
    assert [row.status for row in read.rows] == [202, 400, 403, 500]
    assert read.notes == ()


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
    example = read_page(PAGE, "p.md").examples[0]

    assert (example.kind, example.name, example.title, example.line) == (Kind.REQUEST, "InShort", "In Short", 10)
    assert (example.method, example.target, example.target_line) == ("PUT", "/things/a%2Fb/", 11)
    assert example.headers == (
        ("Host", "https://YOUR_SUBDOMAIN.example.com"),
        ("Content-Type", "application/json"),
    )
    assert (example.status, example.has_body, example.is_text, example.body) == (None, True, False, {"size": 1})


def test_response_has_status_line_and_body():
    example = read_page(PAGE, "p.md").examples[1]

    assert (example.kind, example.title, example.line) == (Kind.RESPONSE, "", 19)
    assert (example.status, example.phrase, example.status_line) == (200, "OK", 19)
    assert (example.method, example.target, example.body) == (None, None, {"size": 2})


def test_rows_are_read_with_their_lines():
    assert read_page(PAGE, "p.md").rows == (
        Row(200, "OK", "Done.", 27, "200 OK"),
        Row(409, "Conflict", "Somebody & else has it.", 28, "409 Conflict"),
    )


@pytest.mark.parametrize("ends", ["\r\n", "\r"])
def test_line_ends_make_no_difference(ends):
    assert read_page(PAGE.replace("\n", ends), "p.md") == read_page(PAGE, "p.md")


@pytest.mark.parametrize("text", ["\ufeff" + PAGE, PAGE.rstrip(), PAGE + "\n\n"])
def test_byte_order_mark_and_last_line_end_make_no_difference(text):
    assert read_page(text, "p.md") == read_page(PAGE, "p.md")


# Front matter.


@pytest.mark.parametrize(
    "front",
    [
        '---\npath: "/x"\nmethod: "get"\n---\n',
        "---\nmethod: get\npath: /x\n---\n",
        "---\nMethod : 'GET'\nPath:   '/x'  # of the operation\n---\n",
        '\n\n---\ntitle: A page\ntags:\n  - one\n- two\n# remark\n\npath: "/x"\nmethod: GET\n---\n',
        "--- \npath: /x\nmethod: get\n...\n",
    ],
)
def test_front_matter_is_read_however_it_is_written(front):
    read = page("Text.\n", front)

    assert (read.path, read.method, read.notes) == ("/x", "get", ())


@pytest.mark.parametrize(
    "front, path, notes",
    [
        (
            "---\npath: things/{key}\nmethod: put\n---\n",
            "/things/{key}",
            ["p.md:2: the path 'things/{key}' is read as '/things/{key}'"],
        ),
        (
            "---\npath: https://api.example.com/x?type=y\nmethod: put\n---\n",
            "/x?type=y",
            ["p.md:2: the path 'https://api.example.com/x?type=y' is read as '/x?type=y'"],
        ),
        (
            "---\npath: /x\npath: /y\nmethod: put\n---\n",
            "/x",
            ["p.md:3: the front matter has path a second time; the first is taken"],
        ),
        (
            "---\npath: /x\nmethod: put\nwhat\n---\n",
            "/x",
            ["p.md:4: the front matter has the line 'what', which says nothing"],
        ),
        (
            "---\npath: /x\nmethod: put\n\n# Title\n",
            "/x",
            ["p.md:1: the front matter has no end; its entries up to the first other line are taken"],
        ),
    ],
)
def test_oddities_of_front_matter_are_told(front, path, notes):
    read = page("", front)

    assert (read.path, told(read)) == (path, notes)


@pytest.mark.parametrize("front", ["", "---\ndata: x\n---\n", "---\npath:\nmethod: ''\n---\n"])
def test_without_front_matter_the_first_request_line_says_the_operation(front):
    read = page(fenced("POST https://api.example.com/x/1?a=b HTTP/1.1"), front)
    line = front.count("\n") + 2

    assert (read.path, read.path_line, read.method, read.method_line) == ("/x/1", line, "post", line)
    assert told(read) == [
        f"p.md:{line}: the path is that of the first request line; the front matter has none",
        f"p.md:{line}: the method is that of the first request line; the front matter has none",
    ]


def test_method_that_is_none_is_told_and_taken_from_the_request_line():
    read = page(fenced("PUT /things/1"), FRONT.replace("put", "brew"))

    assert (read.path, read.method) == ("/things/{key}", "put")
    assert told(read)[0] == "p.md:4: 'brew' is not a method"


@pytest.mark.parametrize("text", ["", "\n", "# Title\n", fenced(RESPONSE), "---\npath: /x\n---\n"])
def test_page_about_no_operation_is_refused(text):
    with pytest.raises(PageError, match=r"^p\.md:1: neither front matter nor a request line says the (path|method)"):
        read_page(text, "p.md")


def test_request_line_of_another_operation_is_for_others_to_judge():
    read = page(fenced("DELETE /other"))

    assert (read.path, read.method) == ("/things/{key}", "put")
    assert (read.examples[0].target, read.examples[0].method) == ("/other", "DELETE")


# Headings.


@pytest.mark.parametrize(
    "heading",
    [
        "### Example Response",
        "###Example Response",
        "#Example Response:",
        "###### example response ######",
        "   ### Response Example",
        "Example Response\n----------------",
        "Text.\nExample Response\n===",
        "**Example Response**",
        "**Example Response:**",
        "**Example Response**:",
        "__Sample Response__",
        "### **Example Response**",
        "### `Example` *Response*",
        "### [Example Response](#example-response)",
        '### <a name="x"></a>Example Response',
        "### 2. Example Response",
        "Example Response:",
        "Example response",
        "Response",
        "This comes as a response:",
        "Text,\nand the response:",
        "* Example Response:",
        "Text.\n**Example Response:** what comes back.",
        "<h3>Example Response</h3>",
        '<h3 id="x">\nExample\nResponse</h3>',
        "<p><b>Example Response:</b></p>",
        "### Response",
        "### Responses",
        "### Response Body",
        "### Sample JSON Response",
        "### HTTP Response",
        "### The Response",
    ],
)
def test_heading_says_that_a_response_follows(heading):
    example = only(f"{heading}\n\n{fenced('[1]').strip()}\n".replace("[1]", "200 OK\n[1]"))

    assert (example.kind, example.title, example.body) == ("response", "", [1])


@pytest.mark.parametrize(
    "heading, kind, title",
    [
        ("Example Response: Mixed Responses", "response", "Mixed Responses"),
        ("Example Request with Short Code", "request", "Short Code"),
        ("Example Request for Two", "request", "Two"),
        ("Example Request Without Key", "request", "Without Key"),
        ("Example Response (Mixed Responses)", "response", "Mixed Responses"),
        ("Example Response - Sent", "response", "Sent"),
        ("Example Response – Sent", "response", "Sent"),
        ("Response when the key is unknown", "response", "when the key is unknown"),
        ("Error Response", "response", "Error"),
        ("Example error response: Bad Key", "response", "Error: Bad Key"),
        ("Request Example 2", "request", "2"),
        ("Example 2: Request", "request", "2"),
        ("Example: Mixed Responses", "response", "Mixed Responses"),
        ("Mixed Response", "response", "Mixed"),
    ],
)
def test_title_in_a_heading_is_kept(heading, kind, title):
    example = page(f"### {heading}\n" + fenced("[1]")).examples[0]

    assert (example.kind, example.title) == (kind, title)


@pytest.mark.parametrize(
    "content, titles",
    [
        ("### Example Response\n#### Sent\n{0}#### Queued\n{0}", ["Sent", "Queued"]),
        ("### Example Response\n**Sent**\n\n{0}**Queued**\n\n{0}", ["Sent", "Queued"]),
        ("### Example: Short Code\n**Response**\n\n{0}", ["Short Code"]),
        ("### Example Response: Short Code\nResponse:\n\n{0}", ["Short Code"]),
        ("### Example Response: Short Code\n{0}{0}", ["Short Code", "Short Code"]),
        ("### Example Response: Short Code\n{0}### Example Response\n{0}", ["Short Code", ""]),
        ("### Example Response: Short Code\nFor this request:\n\n{0}", ["Short Code"]),
        ("### Example Response: Short Code\nThis is the whole response:\n\n{0}", ["Short Code"]),
    ],
)
def test_headings_inside_each_other_share_what_they_say(content, titles):
    read = page(content.format(fenced(RESPONSE)))

    assert [(each.kind, each.title) for each in read.examples] == [("response", title) for title in titles]
    assert read.notes == ()


def test_heading_that_is_none_of_ours_is_told_and_lends_its_name():
    read = page("## Parameters\nText.\n## Queued Things\n" + fenced(RESPONSE))

    assert in_short(read) == [("response", "Queued Things", 200, {"size": 2})]
    assert told(read) == [
        "p.md:6: the heading 'Parameters' is none of examples or responses",
        "p.md:8: the heading 'Queued Things' is none of examples or responses",
    ]


@pytest.mark.parametrize(
    "content", ["# Put a thing\n", "## Usage\n", "## Overview\nText.\n", "**Mind the gap.**\n", ""]
)
def test_page_without_an_example_has_none(content):
    read = page(content)

    assert (read.examples, read.rows, read.notes) == ((), (), ())


def test_prose_may_stand_anywhere():
    text = "Review the\nexample response. It says `200`: see\nabove\n\n- one\n- two\n\n> quoted\n"
    read = page(f"{text}## Usage\n{text}### Example Request\n{text}{fenced(REQUEST)}{text}### Response\n{text}{TABLE}")

    assert len(read.examples) == 1
    assert len(read.rows) == 2
    assert read.notes == ()


# Blocks of code.


@pytest.mark.parametrize(
    "language", ["", "js", "json", "javascript", "http", "text", "bash", " JSON ", "python title=x"]
)
@pytest.mark.parametrize("fence", ["```", "~~~", "`````"])
def test_fence_may_name_any_language(fence, language):
    example = only(f"### Example Response\n{fence}{language}\n{RESPONSE}\n{fence}\n")

    assert (example.status, example.body) == (200, {"size": 2})


def indented(text, by):
    return "".join(by + line if line.strip() else line for line in text.splitlines(keepends=True))


@pytest.mark.parametrize(
    "content, margin",
    [
        (indented(RESPONSE, "    "), 4),
        (indented(RESPONSE, "\t"), 1),
        (indented(fenced(RESPONSE), "  "), 2),
        ("1. First\n\n" + indented(fenced(RESPONSE), "   "), 3),
        ("- " + indented(fenced(RESPONSE), "  ").lstrip(), 2),
        (indented(fenced(RESPONSE), "> "), 2),
        (f"<pre>{RESPONSE}</pre>", 0),
        ("Response:\n" + indented(RESPONSE, "    "), 4),
        (f'<div>\n<pre class="x"><code>\n{RESPONSE}\n\n</code></pre>\n</div>', 0),
    ],
)
def test_code_may_be_indented_and_stand_inside_others(content, margin):
    example = only(f"### Example Response\n\n{content}\n\n")

    assert (example.status, example.body) == (200, {"size": 2})
    assert example.places["size",][1] == margin + 2


def test_fence_may_lack_its_end_at_the_end_of_the_page():
    read = page(f"### Example Response\n```js\n{RESPONSE}\n")

    assert in_short(read) == [("response", "", 200, {"size": 2})]
    assert told(read) == ["p.md:7: code that is not closed; it ends before the next heading"]


@pytest.mark.parametrize("fence", ["```", "```js"])
def test_fence_without_end_ends_before_the_next_heading(fence):
    read = page(
        f"### Example Request\n{fence}\n{REQUEST}\n\n### Example Response\n{fence}\n{RESPONSE}\n### Responses\n{TABLE}"
    )

    assert in_short(read) == [("request", "", None, {"size": 1}), ("response", "", 200, {"size": 2})]
    assert len(read.rows) == 2
    assert [note.line for note in read.notes] == [7, 15]


def test_hash_in_an_example_is_no_heading():
    example = only(fenced('HTTP/1.1 200 OK\n{"size":\n"#\\n##Usage"}'))

    assert example.body == {"size": "#\n##Usage"}


@pytest.mark.parametrize(
    "code",
    [
        f"{REQUEST}\n\n{RESPONSE}",
        f"{REQUEST}\n{RESPONSE}",
        f"Request:\n{REQUEST}\n\nResponse:\n{RESPONSE}",
        f"{REQUEST}\n\n200 OK\n" + '{"size": 2}',
        "Example Request\nPUT /x\n\n" + '{"size": 1}' + f"\n\nExample Response:\n\n{RESPONSE}",
    ],
)
def test_one_block_may_hold_request_and_response(code):
    read = page("### Example\n" + fenced(code))

    assert in_short(read) == [("request", "", None, {"size": 1}), ("response", "", 200, {"size": 2})]
    assert read.notes == ()


def test_response_may_follow_a_request_without_a_body():
    read = page(fenced(f"GET /x HTTP/1.1\nHost: example.com\n\n{RESPONSE}\nHTTP/1.1 404 Not Found"))

    assert in_short(read) == [
        ("request", "", None, None),
        ("response", "", 200, {"size": 2}),
        ("response", "", 404, None),
    ]


@pytest.mark.parametrize(
    "code",
    [
        "curl -X PUT https://example.com -d '{\"size\": 1}'",
        "$ http PUT example.com",
        "import http\nhttp.put()",
        "{0}",
    ],
)
def test_code_that_is_no_message_is_left_out_and_told(code):
    heading = "### Parameters" if code == "{0}" else "### Example Request"
    read = page(f"{heading}\n" + fenced(code.replace("{0}", "[1]")))

    assert read.examples == ()
    assert told(read)[-1] == "p.md:8: code that is neither a request nor a response is left out"


@pytest.mark.parametrize("code", ["100", "123 Main Street", "true"])
def test_number_in_any_code_is_no_status(code):
    assert page("## Parameters\n" + fenced(code)).examples == ()


def test_empty_code_is_told():
    assert told(page("### Example Request\n```\n```\n")) == ["p.md:7: a block of code with nothing in it"]


def test_example_in_prose_is_told():
    assert told(page("## Usage\nIt answers\nHTTP/1.1 200 OK\n")) == [
        "p.md:8: a request or a response that is not in a block of code is left out"
    ]


@pytest.mark.parametrize(
    "content", ["Text.", "- 200 OK: done\n", "{% highlight json %}\n[1]\n{% endhighlight %}\n", "#### Sent\n", ""]
)
def test_heading_of_examples_with_nothing_under_it_is_told(content):
    read = page(f"### Example Response\n{content}\n### Example Request\n{fenced(REQUEST)}")

    assert len(read.examples) == 1
    assert told(read)[0] == "p.md:6: neither a block of code nor a table stands under 'Example Response'"


# Requests and responses.


@pytest.mark.parametrize("remark", ["// Creates a thing", "# Creates a thing", "/* Creates a thing */"])
def test_comment_above_a_message_is_left_out_and_told(remark):
    read = page("### Example\n" + fenced(f"{remark}\n{REQUEST}\n\n{remark}\n\n{RESPONSE}"))

    assert in_short(read) == [("request", "", None, {"size": 1}), ("response", "", 200, {"size": 2})]
    assert told(read) == [f"p.md:{line}: a comment above a message is left out" for line in (8, 15)]


def test_query_of_a_request_line_may_go_on_below():
    example = only("### Example Request\n" + fenced("PUT /things\n  ?a=b\n  &$c=d\nAccept: e\n\n[1]"))

    assert (example.target, example.headers, example.body) == ("/things?a=b&$c=d", (("Accept", "e"),), [1])


@pytest.mark.parametrize(
    "line, method, target",
    [
        ("PUT /things/1", "PUT", "/things/1"),
        ("put /things/1 HTTP/1.1", "put", "/things/1"),
        ("PUT  /things/1?a=b&$c=d%20e HTTP/2", "PUT", "/things/1?a=b&$c=d%20e"),
        ("PUT /things?filter=status eq active", "PUT", "/things?filter=status eq active"),
        ("PUT https://api.example.com/things/1/", "PUT", "https://api.example.com/things/1/"),
        ("PUT {{host}}/things/{key}", "PUT", "{{host}}/things/{key}"),
        ("\u00a0PUT\u00a0/things/1\t", "PUT", "/things/1"),
        ("> PUT /things/1 HTTP/1.1", "PUT", "/things/1"),
        ("PUT things/1", "PUT", "things/1"),
        ("https://api.example.com/things/1", None, "https://api.example.com/things/1"),
    ],
)
def test_request_line_is_kept_as_written(line, method, target):
    example = only("### Example Request\n" + fenced(f"{line}\n\n[1]"))

    assert (example.method, example.target, example.target_line, example.body) == (method, target, 8, [1])


@pytest.mark.parametrize(
    "head",
    [
        "Host: a\nPUT /x\nAccept: b\n\n",
        "PUT /x\nHost: a\nAccept: b\n\n",
        "PUT /x\nHost: a\nAccept: b\n",
        "Host: a\nAccept: b\nPUT /x\n",
        "PUT /x\n\nHost: a\nAccept:b\n\n\n",
        "\n  PUT /x\n\tHost:\ta  \n  Accept: b\n\n",
        "PUT /x\nHost:\u00a0a\nAccept: b\n\u00a0\n",
    ],
)
@pytest.mark.parametrize("body", ['{"size": 1}', '{\n\t"size": 1\n}', '  {\n"size":\n1}', '\n{"size": 1}\n\n'])
def test_head_may_come_in_any_order_with_or_without_an_empty_line(head, body):
    example = only("### Example Request\n" + fenced(head + body))

    assert (example.method, example.target, example.body) == ("PUT", "/x", {"size": 1})
    assert sorted(example.headers) == [("Accept", "b"), ("Host", "a")]


@pytest.mark.parametrize(
    "line, status, phrase",
    [
        ("HTTP/1.1 202 Accepted", 202, "Accepted"),
        ("HTTP/1.1 202", 202, ""),
        ("HTTP/2 200", 200, ""),
        ("http/1.0 400 Bad Request", 400, "Bad Request"),
        ("HTTP/1.1 200 (OK)", 200, "OK"),
        ("HTTP/1.1: 200 OK", 200, "OK"),
        ("HTTP 200 OK", 200, "OK"),
        ("HTTP/1.1 500 Server Error (1.2)", 500, "Server Error (1.2)"),
        ("HTTP/1.1\t202\tNot\tYet", 202, "Not Yet"),
        ("Status: 202 Accepted", 202, "Accepted"),
        ("Response: 202 Accepted", 202, "Accepted"),
        ("Status Code: 202", 202, ""),
        ("HTTP Status: 202 - Accepted", 202, "Accepted"),
        ("202 Accepted", 202, "Accepted"),
        ("200 (OK)", 200, "OK"),
        ("404", 404, ""),
        ("\u00a0HTTP/1.1\u00a0202\u00a0Accepted ", 202, "Accepted"),
    ],
)
def test_status_line_may_be_abbreviated(line, status, phrase):
    example = only("### Example Response\n" + fenced(f"{line}\nX-One: 1\nDate: Mon, 01 Jan 2024 00:00:00 GMT\n\n[1]"))

    assert (example.status, example.phrase, example.status_line) == (status, phrase, 8)
    assert example.headers == (("X-One", "1"), ("Date", "Mon, 01 Jan 2024 00:00:00 GMT"))
    assert example.body == [1]


@pytest.mark.parametrize("line", ["HTTP/1.1 Accepted", "HTTP/1.1 999 Accepted"])
def test_status_line_without_a_status_is_told(line):
    read = page("### Example\n" + fenced(f"{line}\n[1]"))

    assert in_short(read) == [("response", "", None, [1])]
    assert told(read) == ["p.md:8: a response without a status"]


def test_response_may_lack_its_status_line():
    read = page("### Example Response\n" + fenced('{"size": 2}'))

    assert in_short(read) == [("response", "", None, {"size": 2})]
    assert told(read) == ["p.md:8: a response without a status"]


@pytest.mark.parametrize(
    "heading", ["Example Response: 400 Bad Request", "Response (400 Bad Request)", "400 Bad Request"]
)
def test_status_may_stand_in_the_heading(heading):
    example = only(f"### {heading}\n" + fenced("[1]"))

    assert (example.kind, example.status, example.phrase) == ("response", 400, "Bad Request")


def test_request_may_lack_its_request_line():
    read = page("### Example Request\n" + fenced("Host: a\n\n[1]"))

    assert [(each.kind, each.target, each.body) for each in read.examples] == [("request", None, [1])]
    assert told(read) == ["p.md:8: a request without a request line"]


def test_what_a_message_is_outweighs_its_heading():
    read = page("### Example Request\n" + fenced(RESPONSE))

    assert in_short(read) == [("response", "", 200, {"size": 2})]
    assert told(read) == ["p.md:8: a response under a heading that says request; it is read as the response it is"]


def test_message_needs_no_body():
    example = only("### Example Response\n" + fenced("HTTP/1.1 204 No Content\nX-One: 1\n\n"))

    assert (example.has_body, example.body, example.headers) == (False, None, (("X-One", "1"),))


# Bodies.


@pytest.mark.parametrize("text, body", [("[1, 2]", [1, 2]), ('"x"', "x"), ("null", None), ("{}", {}), ("12", 12)])
def test_body_may_be_any_json(text, body):
    example = only(fenced(f"HTTP/1.1 200 OK\n\n{text}"))

    assert (example.has_body, example.is_text, example.body) == (True, False, body)


@pytest.mark.parametrize(
    "body",
    ["Accepted.", "<x>\n  <y/>\n</x>", "grant_type=a&b=c", "007", "say “hi”", "2019-05-14", '"one" and "two"', "..."],
)
def test_body_that_is_no_json_is_left_as_text(body):
    read = page("### Example Response\n" + fenced(f"HTTP/1.1 200 OK\n\n{body}\n"))
    [example] = read.examples

    assert (example.has_body, example.is_text, example.body) == (True, True, body)
    assert told(read) == ["p.md:8: the body of the response is no JSON and is left as text"]


def test_body_that_is_said_to_be_something_else_need_not_be_json():
    [example] = page(fenced("PUT /x\nContent-Type: text/plain\n\n{not: json}")).examples

    assert (example.is_text, example.body) == (True, "{not: json}")


@pytest.mark.parametrize(
    "body, value, repair",
    [
        ('{\n "a": 1\n "b": 2}', {"a": 1, "b": 2}, "p.md:10:8: missing comma added"),
        ('{\n "a": 1,}', {"a": 1}, "p.md:10:8: trailing comma removed"),
        ('{\n "a": “x"}', {"a": "x"}, "p.md:10:7: curly quote made straight"),
        ('{ // one\n "a": 1}', {"a": 1}, "p.md:9:3: comment removed"),
        ('{\n "a":\u00a01}', {"a": 1}, "p.md:10:6: no-break space replaced"),
        ('{\n "a": 1', {"a": 1}, "p.md:10:8: missing } added"),
        ('{\n "a": 1}\n}', {"a": 1}, "p.md:11:1: surplus } removed"),
        ('{\n "a": 007}', {"a": 7}, "p.md:10:7: leading zeros removed"),
    ],
)
def test_fault_in_json_is_repaired_and_placed_in_the_file(body, value, repair):
    read = page("### Example Response\n" + fenced(f"HTTP/1.1 200 OK\n{body}"))

    assert read.examples[0].body == value
    assert [str(each) for each in read.repairs] == [repair]


@pytest.mark.parametrize(
    "body, place",
    [
        ("{'a': 1}", "9:2"),
        ("{\n a: 1}", "10:2"),
        ('{\n "a" 1}', "10:6"),
        ('{\n "a": True}', "10:7"),
        ('{\n "a": 1]', "10:8"),
        ('{\n "a": 1,\n ...\n}', "11:2"),
        ('{\n "a": 1,\n "a": 2}', "11:2"),
        ("[1 000]", "9:3"),
        ('{"a": 1}\n{"b": 2}', "10:1"),
    ],
)
def test_fault_in_json_beyond_repair_is_refused_with_its_place(body, place):
    with pytest.raises(PageError) as error:
        page("### Example Response\n" + fenced(f"HTTP/1.1 200 OK\n{body}"))

    assert str(error.value).startswith(f"p.md:{place}: the example is not JSON: ")


def test_places_are_those_of_the_file():
    read = page('1. First\n\n   ```\n   HTTP/1.1 200 OK\n   {\n     “a”: [1,\n      {"b": 2}]}\n   ```\n')

    assert read.examples[0].places == {
        (): (10, 4),
        ("a",): (11, 6),
        ("a", "0"): (11, 12),
        ("a", "1"): (12, 7),
        ("a", "1", "b"): (12, 8),
    }


# Tables of responses.


@pytest.mark.parametrize(
    "written, status, phrase",
    [
        ("400 Bad Request", 400, "Bad Request"),
        ("400", 400, ""),
        ("400 (Bad Request)", 400, "Bad Request"),
        ("400: Bad Request", 400, "Bad Request"),
        ("400 - Bad Request", 400, "Bad Request"),
        ("HTTP/1.1 400 Bad Request", 400, "Bad Request"),
        ("HTTP 400", 400, ""),
        ("Bad Request (400)", 400, "Bad Request"),
    ],
)
def test_status_in_a_table_may_be_written_in_many_ways(written, status, phrase):
    html = page(f"<table><tr><th>Status</th><th>Description</th></tr><tr><td>{written}</td><td>Why.</td></tr></table>")
    pipes = page(f"| Status | Description |\n|---|---|\n| `{written}` | Why. |\n")

    assert html.rows == (Row(status, phrase, "Why.", 6, written),)
    assert pipes.rows == (Row(status, phrase, "Why.", 8, written),)
    assert html.notes == pipes.notes == ()


@pytest.mark.parametrize(
    "table",
    [
        "<table><tr><th>Response<th>Reason<tr><td>200 OK<td>Done.<tr><td>404 Not Found<td>None there.</table>",
        "<TABLE class='x' border=1>\n<thead align=\"left\">\n<TR><TH>HTTP code</TH><TH>Description</TH></TR>\n"
        "</thead>\n\n<tr>\n\n<td><code>200</code> <b>OK</b></td>\n<td><p>Done.</p></td></tr>\n"
        "<tr><td>404<br>Not&nbsp;Found</td><td>None<br/>there.</td></tr>\n</TABLE>",
        "<div>\n<table>\n<tr><td>200 OK</td><td>Done.</td></tr>\n\n"
        "    <tr><td>404 Not Found</td><td>None there.</td></tr>\n</table>\n</div>",
        "<table><tr><th>Code</th><th>Status</th><th>Meaning</th></tr><tr><th>200</th><td>OK</td><td>Done.</td></tr>"
        "<tr><th>404</th><td>Not Found</td><td>None there.</td></tr></table>",
        "    <table>\n    <tr><td>200 OK</td><td>Done.</td></tr>\n"
        "    <tr><td>404 Not Found</td><td>None there.</td></tr>\n    </table>",
        "<table><tr><td>Reason</td><td>Response</td></tr><tr><td>Done.</td><td>200 OK</td></tr>"
        "<tr><td>Reason</td><td>Response</td></tr><tr><td>None there.</td><td>404 Not Found</td></tr></table>",
        "<table>\n<tr><td>200 OK</td><td>Done.</td></tr>\n<tr><td>404 Not Found</td><td>None there.</td></tr>",
        "Response | Reason\n--- | ---\n200 OK | Done.\n**404** Not Found | None<br>there.",
        "| Code | Text | When |\n|:--|:-:|--:|\n| 200 | OK | Done. |\n| 404 | Not Found | [None](#none) there. |",
        "- In a list\n\n  | Status | Reason |\n  |---|---|\n  | 200 OK | Done. |\n  | 404 Not Found | None there. |",
    ],
)
def test_tables_may_be_written_in_many_ways(table):
    read = page(f"### HTTP Responses\n\n{table}\n\n### Example Response\n{fenced(RESPONSE)}")

    assert [(row.status, row.phrase, row.reason) for row in read.rows] == [
        (200, "OK", "Done."),
        (404, "Not Found", "None there."),
    ]
    assert len(read.examples) == 1
    assert read.notes == ()


def test_two_tables_and_two_rows_for_one_status_are_kept():
    read = page(f"{TABLE}\n## Responses\n{TABLE.replace('Done', 'Well done')}")

    assert [(row.status, row.reason) for row in read.rows if row.status == 200] == [(200, "Done."), (200, "Well done.")]
    assert len(read.rows) == 4


def test_cell_may_span_rows():
    read = page("<table><tr><td rowspan=2>400</td><td>This.</td></tr>\n<tr><td>That.</td></tr></table>")

    assert read.rows == (Row(400, "", "This.", 6, "400"), Row(400, "", "That.", 7, "400"))


def test_several_statuses_in_one_cell_have_a_row_each():
    read = page("| Status | Reason |\n|---|---|\n| 401/403 | No. |\n| 500, 503 Error | Later. |\n")

    assert [(row.status, row.phrase, row.as_written) for row in read.rows] == [
        (401, "", "401/403"),
        (403, "", "401/403"),
        (500, "Error", "500, 503 Error"),
        (503, "Error", "500, 503 Error"),
    ]


@pytest.mark.parametrize("written", ["4xx", "default", "400-499", "any other", "4**", "600"])
def test_row_without_a_status_is_kept_and_told(written):
    read = page(f"<table><tr><th>Status<th>Reason<tr><td>200<td>Done.<tr>\n<td>{written}<td>Why.</table>")

    if written == "600":
        assert (read.rows, told(read)) == ((), ["p.md:6: a table that is not one of responses is left out"])
    else:
        assert read.rows[1] == Row(None, "", "Why.", 6, written)
        assert told(read) == [f"p.md:6: {written!r} is not a status"]


@pytest.mark.parametrize(
    "table, note",
    [
        ("| Name | Type |\n|---|---|\n| key | string |\n", "a table that is not one of responses is left out"),
        (
            "| Code | Meaning |\n|---|---|\n| 30001 | x |\n| 200 | y |\n",
            "a table that is not one of responses is left out",
        ),
        ("<table></table>", "a table that is not one of responses is left out"),
        ("| Code | Reason | Body |\n|---|---|---|\n| 200 | x | y |\n", "the column 'Body' is left out"),
        ("| 200 | Done. |\n", "a table without the line under its head is left out"),
    ],
)
def test_what_is_left_out_of_tables_is_told(table, note):
    assert told(page(table)) == [f"p.md:6: {note}"]


def test_table_without_a_head_may_begin_with_any_row():
    read = page("<table><tr><td>default</td><td>Odd.</td></tr><tr><td>200</td><td>Done.</td></tr></table>")

    assert [(row.status, row.reason) for row in read.rows] == [(None, "Odd."), (200, "Done.")]


def test_row_without_a_reason_is_told():
    read = page("| Status | Reason |\n|---|---|\n| 200 | |\n")

    assert read.rows == (Row(200, "", "", 8, "200"),)
    assert told(read) == ["p.md:8: 200 without a reason"]


def test_heading_may_follow_html_at_once():
    read = page(f"{TABLE}### Example Response\n{fenced(RESPONSE)}")

    assert (len(read.rows), len(read.examples)) == (2, 1)


def test_phrase_in_a_column_of_its_own_is_no_reason():
    read = page("|Status code|Reason phrase|Description|\n|---|---|---|\n|409|Conflict|Somebody has it.|\n")

    assert read.rows == (Row(409, "Conflict", "Somebody has it.", 8, "409"),)
    assert read.notes == ()
