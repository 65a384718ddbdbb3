"""Exact cases of operations with values in their paths: plain ones, and those that an address gives a meaning."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from attrs import frozen

from conformance.contract import Contract, Operation
from conformance.drivers.cases import TOKEN, Case
from conformance.model import JSON, Answer, Asked, json_response

#: Values for a place in a path, by what is in them. Each has to arrive as it is.
VALUES: Mapping[str, str] = {
    "plain": "abc-123_x.y~z",
    "a-slash": "a/b",
    "a-question-mark": "a?b=c",
    "a-hash": "a#b",
    "a-percent-sign": "100%",
    "a-plus-sign": "a+b",
    "a-blank": "a b",
    "blanks-around": " a ",
    "a-backslash": "a\\b",
    "an-ampersand": "a&b=c;d",
    "a-colon": "http://a.example/",
    "an-at-sign": "a@b:c",
    "brackets": "{a}[b]<c>|^`",
    "quotes": "\"a'b",
    "a-line-break": "a\r\nb",
    "a-nul": "a\x00b",
    "letters-of-two-bytes": "Zoë",
    "letters-of-three-bytes": "東京",
    "letters-of-four-bytes": "😀",
    "letters-decomposed": "e\u0301",
    "letters-from-right-to-left": "\u05e9\u05dc\u05d5\u05dd",
    "an-encoded-slash": "a%2Fb",
    "an-encoded-dot": "%2e%2e",
    "encoded-twice": "a%252Fb",
    "dots-and-more": "..a",
    "three-dots": "...",
    "dots-behind-a-slash": "../b",
    "dots-between-slashes": "a/../b",
    "a-template": "{member}",
    "a-digit": "0",
    "many-letters": "a" * 1000,
    "many-blanks": "é " * 300,
}
#: Values that no server would be sure to see.
REFUSED: Mapping[str, str] = {"one-dot": ".", "two-dots": "..", "nothing": ""}


@frozen
class PathOperation:
    """An operation that has values in its path and answers with JSON."""

    operation: Operation
    names: tuple[str, ...]
    accepted: int
    body: JSON
    answer: JSON


def path_operations(contract: Contract) -> Iterator[PathOperation]:
    """The operations of the contract that can be asked by their path alone, with an example of their answer."""
    for operation in contract.operations.values():
        names = tuple(re.findall(r"\{([^}]*)\}", operation.path))
        statuses = sorted(int(status) for status in operation.response_examples if status.isdigit())
        accepted = next((each for each in statuses if each < 300 and operation.response_examples[str(each)]), None)
        examples = operation.request_examples.values()
        if names and accepted is not None and (examples or not operation.request):
            answer = next(iter(operation.response_examples[str(accepted)].values()))
            yield PathOperation(operation, names, accepted, next(iter(examples), None), answer)


def path_cases(contract: Contract) -> Iterator[Case]:
    """Each value in each place of each path, and a documented error."""
    for each in path_operations(contract):
        for place in each.names:
            for name, value in {**VALUES, **REFUSED}.items():
                yield path_case(each, f"path-{each.operation.id}-{place}-{name}", {place: value})
        both = {name: f"{name}/?" for name in each.names}
        yield path_case(each, f"path-{each.operation.id}-every-place", both)


def path_case(of: PathOperation, name: str, values: Mapping[str, str]) -> Case:
    """A case with these values in the path, plain ones in its other places, and a right answer."""
    path = {place: values.get(place, f"some-{place}") for place in of.names}
    answer = Answer(json_response(of.accepted, of.answer))
    return Case(name, Asked(of.operation.id, "", of.body, TOKEN, path=path), answer)
