"""What the pages say of an operation enters its contract: named examples, and statuses the document lacks."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

from scripts.document import Document, Kind, Node, Pointer, map_nodes
from scripts.pages import Example, Page, PageError
from scripts.swagger2 import JSON_MEDIA_TYPE


def with_pages(document: Document, pages: Iterable[Page]) -> Document:
    """The document with the examples and the tables of all pages; raises `PageError` if they do not fit."""
    return reduce(with_page, pages, document)


def with_page(document: Document, page: Page) -> Document:
    """The document with the examples and the table of one page, in the operation it is about."""
    where: Pointer = ("paths", page.path, page.method)
    if page.method not in document["paths"].get(page.path, {}):
        what = f"the document has no operation {page.method.upper()} {page.path}"
        raise PageError(page.file, what, "Correct path and method in the front matter.")

    def change(kind: Kind, node: Node, pointer: Pointer) -> Node:
        return _illustrated(node, page) if kind is Kind.OPERATION and pointer == where else node

    return map_nodes(document, change)


def _illustrated(operation: Node, page: Page) -> Node:
    responses: Node = dict(operation["responses"])
    for row in page.rows:
        responses.setdefault(str(row.status), {"description": row.reason})
    illustrated: Node = {**operation, "responses": responses}
    for example in page.examples:
        if not example.has_body:
            continue
        if example.status is not None:
            status = str(example.status)
            response: Node = responses.get(status, {"description": example.phrase})
            responses[status] = _with_example(response, example, _media_type(response, example), page)
        elif "requestBody" in illustrated:
            body: Node = illustrated["requestBody"]
            illustrated["requestBody"] = _with_example(body, example, _media_type(body, example), page)
        else:
            hint = "Declare it, or take the body out of the example."
            raise PageError(f"{page.file}:{example.line}", "the operation declares no request body", hint)
    return illustrated


def _media_type(node: Node, example: Example) -> str:
    """The media type of an example: what its headers say, or the first that is declared, or JSON."""
    said = [value.partition(";")[0].strip() for name, value in example.headers if name.lower() == "content-type"]
    return next(iter([*said, *node.get("content", {})]), JSON_MEDIA_TYPE)


def _with_example(node: Node, example: Example, media_type: str, page: Page) -> Node:
    """A request body or a response with one more named example."""
    content: Node = node.get("content", {})
    where = f"{page.file}:{example.line}"
    if content and media_type not in content:
        declared = ", ".join(content)
        raise PageError(where, f"the example is {media_type}, the operation has {declared}", "Make them agree.")
    member: Node = content.get(media_type, {})
    examples: Node = member.get("examples", {})
    if example.name in examples:
        raise PageError(where, f"a second example is named {example.name}", "Give its heading another title.")
    shown = {**({"summary": example.title} if example.title else {}), "value": example.body}
    return {
        **node,
        "content": {**content, media_type: {**member, "examples": {**examples, example.name: shown}}},
    }
