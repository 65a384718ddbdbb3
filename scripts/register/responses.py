"""The table of a page against the responses of its operation, and examples that found no place in it."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.document import JSON, Document, Node, Pointer, described, is_object, past_references
from scripts.examples import REQUEST, said_media_type
from scripts.matching import Operation
from scripts.pages import Page
from scripts.register.conflict import Conflict, Place, Setting, on_page


def status_conflicts(node: Node, operation: Operation, page: Page, setting: Setting) -> Iterator[Conflict]:
    """The table of a page against the responses."""
    responses: Node = node["responses"]
    pointer: Pointer = ("paths", operation[1], operation[0], "responses")
    lines = {str(row.status): (row.line, row.phrase or row.reason) for row in page.rows if row.status is not None}
    for example in page.examples:
        if example.kind != REQUEST and example.status is not None:
            lines.setdefault(str(example.status), (example.line, example.phrase))
    for status, (line, phrase) in lines.items():
        added = setting.illustrated.added.get((operation, status))
        if added is not None and _without_examples(responses.get(status)) == _without_examples(added):
            first = setting.document(pointer, f"no {status}")
            second = Place(page.file, f"{status} {phrase}".strip(), line=line)
            yield Conflict("status-undeclared", operation, status, first, second)
    if page.rows:
        for status in responses:
            if status.isdecimal() and status not in lines:
                first = setting.contract((*pointer, status), status)
                second = Place(page.file, f"no {status} in the table", line=page.rows[0].line)
                yield Conflict("status-untabled", operation, status, first, second)


def _without_examples(response: JSON) -> JSON:
    """A response but for the examples in it, which pages add and overlays may rename."""
    if not is_object(response) or not is_object(response.get("content")):
        return response
    content = {
        name: {key: value for key, value in member.items() if key != "examples"} if is_object(member) else member
        for name, member in response["content"].items()
    }
    return {**response, "content": content}


def left_out_conflicts(document: Document, setting: Setting) -> Iterator[Conflict]:
    """Examples that found no place, for as long as there still is none."""
    for each in setting.illustrated.left_out:
        method, path = each.operation
        node = document["paths"].get(path, {}).get(method)
        if node is None:
            continue
        said_there = node.get("requestBody") if each.where == REQUEST else node["responses"].get(each.where)
        side, _ = past_references(document, said_there)
        content: Node = side.get("content", {}) if is_object(side) else {}
        if each.rule == "body-undeclared" and is_object(side):
            continue
        said = said_media_type(each.example)
        if each.rule == "media-type-undeclared" and said in content:
            continue
        body = "text" if each.example.is_text else described(each.example.body)
        shown = {
            "status-missing": "an example without a status",
            "body-undeclared": f"a request body, {body}",
        }.get(each.rule, f"a body that is {said or body}")
        first = setting.document(("paths", path, method), each.documented)
        yield Conflict(each.rule, each.operation, each.where, first, on_page(each.page, each.example, shown))
