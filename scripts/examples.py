"""What the pages say of operations enters the contract: named examples, and statuses that the document lacks.

What does not fit is left out and told, for the register of conflicts; nothing here decides who is right.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from attrs import define, field, frozen

from scripts.document import Document, Node, is_object, node_at, past_references, pointer_parts
from scripts.matching import Operation, matching
from scripts.pages import Example, Page
from scripts.selection import operations_of
from scripts.swagger2_parameters import JSON_MEDIA_TYPE
from scripts.wording import unused

JSON = re.compile(r"application/(?:[\w.-]+\+)?json", re.IGNORECASE)
#: Stands for the request where a response has its status.
REQUEST = "request"


@frozen
class Illustration:
    """An example of a page as it stands in the contract: in a request or a response of an operation, by its name."""

    page: Page
    example: Example
    operation: Operation
    where: str
    name: str


@frozen
class LeftOut:
    """An example of a page that cannot be shown in the contract, and why."""

    page: Page
    example: Example
    operation: Operation
    where: str
    rule: str
    documented: str


@frozen
class Illustrated:
    """The document with what the pages say, and how each page was understood.

    `added` are the responses that pages alone speak of, by operation and status; `unmatched` are pages that belong to
    no operation, with those that they might belong to.
    """

    document: Document
    operations: Mapping[str, Operation]
    illustrations: tuple[Illustration, ...]
    added: Mapping[tuple[Operation, str], Node]
    left_out: tuple[LeftOut, ...]
    unmatched: tuple[tuple[Page, tuple[Operation, ...]], ...]


def with_pages(document: Document, pages: Iterable[Page], elsewhere: Iterable[Operation] = ()) -> Illustrated:
    """The document with the examples and the tables of all pages.

    A page about an operation that stands only `elsewhere`, in what was not chosen, is passed over.
    """
    work = _Work({**document, "paths": dict(document["paths"]), "components": dict(document.get("components", {}))})
    declared, bases, others = operations_of(document), base_paths(document), list(elsewhere)
    for page in pages:
        found = matching(page.method, page.path, declared, bases)
        if len(found) == 1:
            work.illustrate(found[0], page)
        elif found or not matching(page.method, page.path, others, bases):
            work.unmatched.append((page, tuple(found)))
    if not work.document["components"]:
        del work.document["components"]
    return Illustrated(
        work.document,
        work.operations,
        tuple(work.illustrations),
        work.added,
        tuple(work.left_out),
        tuple(work.unmatched),
    )


def base_paths(document: Document) -> set[str]:
    """The paths of the servers, each without its last slash."""
    urls: list[str] = [server["url"] for server in document.get("servers", [])]
    return {urlsplit(url).path.rstrip("/") for url in urls} - {""}


@define
class _Work:
    """A document that is our own where pages add to it, and what was added."""

    document: Document
    operations: dict[str, Operation] = field(factory=dict[str, Operation])
    illustrations: list[Illustration] = field(factory=list[Illustration])
    added: dict[tuple[Operation, str], Node] = field(factory=dict[tuple[Operation, str], Node])
    left_out: list[LeftOut] = field(factory=list[LeftOut])
    unmatched: list[tuple[Page, tuple[Operation, ...]]] = field(factory=list[tuple[Page, tuple[Operation, ...]]])

    def illustrate(self, operation: Operation, page: Page) -> None:
        """Add what one page says of its operation."""
        self.operations[page.file] = operation
        method, path = operation
        node: Node = dict(self.document["paths"][path][method])
        responses: Node = dict(node["responses"])
        for row in page.rows:
            status = str(row.status)
            if row.status is not None and status not in responses:
                reasons = [each.reason or each.phrase for each in page.rows if each.status == row.status]
                responses[status] = {"description": "; ".join(dict.fromkeys(filter(None, reasons)))}
                self.added[operation, status] = responses[status]
        for example in page.examples:
            self._show(operation, node, responses, page, example)
        self.document["paths"][path] = {**self.document["paths"][path], method: {**node, "responses": responses}}

    def _show(self, operation: Operation, node: Node, responses: Node, page: Page, example: Example) -> None:
        """Put one example where it belongs, in the request body or in a response."""
        if example.kind == REQUEST:
            if example.has_body and "requestBody" not in node:
                self._leave_out(operation, page, example, REQUEST, "body-undeclared", "no request body")
            elif example.has_body:
                node["requestBody"] = self._with_example(operation, node["requestBody"], REQUEST, page, example)
            return
        status = str(example.status) if example.status is not None else _only_success(responses)
        if status is None:
            self._leave_out(operation, page, example, "response", "status-missing", "more than one success")
            return
        if status not in responses:
            responses[status] = {"description": example.phrase or "See the example."}
            self.added[operation, status] = responses[status]
        if example.has_body:
            responses[status] = self._with_example(operation, responses[status], status, page, example)
            if (operation, status) in self.added:
                self.added[operation, status] = responses[status]

    def _with_example(self, operation: Operation, node: Node, where: str, page: Page, example: Example) -> Node:
        """A request body or a response with one more example; a shared one gets it for all who share it."""
        if "$ref" in node:
            _, room, name = pointer_parts(node["$ref"])
            shared: Node = node_at(self.document, node["$ref"])
            shown = self._with_example(operation, shared, where, page, example)
            self.document["components"][room] = {**self.document["components"][room], name: shown}
            return node
        content: Node = node.get("content", {})
        media_type = _media_type(content, example)
        if media_type is None:
            declared = ", ".join(content) or "no media type"
            rule = "body-is-text" if example.is_text else "media-type-undeclared"
            self._leave_out(operation, page, example, where, rule, declared)
            return node
        member: Node = content.get(media_type, {})
        examples: Node = member.get("examples", {})
        name = unused(example.name, examples.__contains__)
        shown = {**({"summary": example.title} if example.title else {}), "value": example.body}
        self.illustrations.append(Illustration(page, example, operation, where, name))
        return {**node, "content": {**content, media_type: {**member, "examples": {**examples, name: shown}}}}

    def _leave_out(
        self, operation: Operation, page: Page, example: Example, where: str, rule: str, documented: str
    ) -> None:
        self.left_out.append(LeftOut(page, example, operation, where, rule, documented))


def _only_success(responses: Node) -> str | None:
    """The status of a response that an example without a status line shows: the only success that is documented."""
    found = [status for status in responses if re.fullmatch("2[0-9][0-9]", status)]
    return found[0] if len(found) == 1 else None


def said_media_type(example: Example) -> str | None:
    """What the headers of an example say of its body, without parameters."""
    said = [value.partition(";")[0].strip() for name, value in example.headers if name.lower() == "content-type"]
    return said[0] if said else None


def _media_type(content: Node, example: Example) -> str | None:
    """The media type to show an example under: as its headers say, or the first declared that can hold it."""
    said = said_media_type(example)
    if said is not None:
        found = [each for each in content if each.lower() == said.lower()]
        return found[0] if found else (said if not content else None)
    if example.is_text:
        return next((each for each in content if not JSON.fullmatch(each)), None)
    if not content:
        return JSON_MEDIA_TYPE
    return next((each for each in content if JSON.fullmatch(each)), None)


def shown_examples(document: Document, node: Node) -> Iterable[tuple[str, Node, str, Node]]:
    """Each named example with a value in a request body or a response: media type, its node, name, and example."""
    for media_type, member in node.get("content", {}).items():
        if is_object(member):
            for name, each in member.get("examples", {}).items():
                example, _ = past_references(document, each)
                if "value" in example:
                    yield media_type, member, name, example
