"""What is sent and answered while a client is measured: found in a contract, and made as long as one wants it.

The operation is the first one with mixed results. Bodies are those of its examples, with the items of their lists by
turns as often as need be; each recipient has a key of its own, which the item of the answer shares.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

from attrs import frozen

from scripts.client_facts import MIXED
from scripts.client_source import DOCUMENT, Source, operation_modules
from scripts.document import JSON, Document, Node, SourceError, check_references, is_list, is_object, past_references

EXAMPLE = "Add one to a page, or with overlay.yaml."


@frozen
class BenchError(SourceError):
    """The client of a contract cannot be measured."""


@frozen
class Case:
    """An operation with mixed results: where it is, the names that the contract gives to its parts, and examples."""

    method: str
    path: str
    #: Where the package has it, such as `api.messages.send`.
    module: str
    status: int
    recipients: str
    items: str
    key: str
    written: Node
    #: An answer to whom all are queued, and one that refuses some.
    all_queued: Node
    mixed: Node
    queued: Node
    refused: Node

    @property
    def operation(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def example_recipients(self) -> int:
        """To how many the example of the request is written."""
        return len(self.written[self.recipients])

    def request(self, recipients: int) -> Node:
        """A body for so many recipients."""
        return {**self.written, self.recipients: self._keyed(self.written[self.recipients], recipients)}

    def success(self, recipients: int) -> Node:
        """The answer to it that refuses nobody."""
        return {**self.all_queued, self.items: self._keyed([self.queued], recipients)}

    def half_refused(self, recipients: int) -> Node:
        """The answer to it that refuses the first of them and every other one."""
        return {**self.mixed, self.items: self._keyed([self.refused, self.queued], recipients)}

    def _keyed(self, examples: list[Node], count: int) -> list[Node]:
        """So many of these, by turns, each with a key that is as long as those of people are."""
        numbers = isinstance(self.queued[self.key], int)
        return [
            {**each, self.key: number if numbers else f"key-{number:018}"}
            for number, each in enumerate(islice(cycle(examples), count))
        ]


def case(source: Source) -> Case:
    """The case of a contract; raises a `SourceError` if it has no mixed operation, or none that can be sent."""
    check_references(source.document)
    for module, operation in operation_modules(source).items():
        method, path = operation.split(" ", 1)
        item: Document = source.document["paths"][path]
        if MIXED in item[method.lower()]:
            return _Found(source, item, item[method.lower()], operation).case(module)
    hint = "Name a contract folder that has one with --contract."
    raise BenchError(str(source.contract / DOCUMENT), f"has no operation with {MIXED}, so nothing to measure", hint)


@frozen
class _Found:
    """The operation in its contract."""

    source: Source
    item: Document
    node: Document
    operation: str

    def case(self, module: str) -> Case:
        match self.node[MIXED]:
            case {"items": str(items), "key": str(key), "code": str(code), "recipients": str(recipients)}:
                pass
            case _:
                raise self._error(f"does not name items, key, code and recipients with {MIXED}", "Name them there.")
        if self._takes_more():
            raise self._error("needs more than a body, which is not made up here", "Name another contract.")
        status, response = self._success()
        written = next(_with_list(self._examples(self.node.get("requestBody")), recipients), None)
        if written is None:
            raise self._error(f"has no example of a request with {recipients}", EXAMPLE)
        answers = [*_with_list(self._examples(response), items)]
        members = [each for answer in answers for each in answer[items]]
        refused = next((each for each in members if each.get(code)), None)
        queued = next((each for each in members if not each.get(code) and key in each), None)
        mixed = next((each for each in answers if refused in each[items]), None)
        all_queued = next((each for each in answers if not any(item.get(code) for item in each[items])), None)
        if refused is None or queued is None or mixed is None or all_queued is None:
            raise self._error("has no example of an answer that refuses nobody, or none of one that does", EXAMPLE)
        method, path = self.operation.split(" ", 1)
        dotted = ".".join(Path(module).with_suffix("").parts)
        return Case(method, path, dotted, status, recipients, items, key, written, all_queued, mixed, queued, refused)

    def _takes_more(self) -> bool:
        listed = [*self.item.get("parameters", ()), *self.node.get("parameters", ())]
        return any(self._whole(each).get("required") for each in listed)

    def _success(self) -> tuple[int, Node]:
        for status, response in self.node["responses"].items():
            if str(status).startswith("2"):
                return int(str(status).upper().replace("X", "0")), self._whole(response)
        raise self._error("documents no success", "Correct it with overlay.yaml.")

    def _examples(self, body: JSON) -> Iterator[JSON]:
        """The values that a body of a request or of an answer has as its examples."""
        for content in self._whole(body).get("content", {}).values():
            if "example" in content:
                yield content["example"]
            for each in content.get("examples", {}).values():
                yield self._whole(each).get("value")

    def _whole(self, node: JSON) -> Node:
        found, _ = past_references(self.source.document, node)
        return found if is_object(found) else {}

    def _error(self, what: str, hint: str) -> BenchError:
        return BenchError(str(self.source.contract / DOCUMENT), f"{self.operation} {what}", hint)


def _with_list(examples: Iterator[JSON], name: str) -> Iterator[Node]:
    """Those examples that are objects with a list of objects under this name."""
    for each in examples:
        found: JSON = each.get(name) if is_object(each) else None
        if is_list(found) and found and all(map(is_object, found)):
            yield each
