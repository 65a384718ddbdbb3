"""JSONPath as RFC 9535 has it: what a query selects, and where.

python-jsonpath does the work. Its strict mode is not as strict as the RFC everywhere, nor as wide; what it misses is
put right here, and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from attrs import frozen
from jsonpath import JSONPathEnvironment, JSONPathMatch, NodeList
from jsonpath.exceptions import JSONPathError, JSONPathRecursionError
from jsonpath.filter import BaseExpression, RootFilterQuery
from jsonpath.lex import Lexer
from jsonpath.parse import Parser
from jsonpath.path import JSONPath
from jsonpath.segments import JSONPathRecursiveDescentSegment, JSONPathSegment
from jsonpath.selectors import FilterContext
from jsonpath.stream import TokenStream
from jsonpath.token import TOKEN_LBRACKET, TOKEN_LG

from scripts.document import JSON, Document, is_list, is_object

#: The names and the indexes that lead from the root to a node.
Location = tuple[str | int, ...]


@frozen
class NotJSONPath(ValueError):
    """The text is not a JSONPath; `what` says why."""

    text: str
    what: str

    def __str__(self) -> str:
        return f"{self.text!r} is not a JSONPath of RFC 9535: {self.what}"


class _Lexer(Lexer):
    # No hyphens, and all of Unicode: https://www.rfc-editor.org/rfc/rfc9535#section-2.5.1.1
    key_pattern = "[A-Za-z_\x80-\ud7ff\ue000-\U0010ffff][0-9A-Za-z_\x80-\ud7ff\ue000-\U0010ffff]*"


class _RootQuery(RootFilterQuery):
    """A query that begins with `$` inside a filter: `$` is the document, however deep the filter stands."""

    def evaluate(self, context: FilterContext) -> object:
        document = context.extra_context["$"]
        return NodeList(self.path.finditer(document, filter_context=context.extra_context))


class _Descent(JSONPathRecursiveDescentSegment):
    """`..` without a limit to its depth, which is 100 elsewhere, and without a call for each level."""

    def resolve(self, nodes: Iterable[JSONPathMatch]) -> Iterable[JSONPathMatch]:
        for node in nodes:
            for inner in _descent(node):
                for selector in self.selectors:
                    yield from selector.resolve(inner)


def _descent(node: JSONPathMatch) -> Iterator[JSONPathMatch]:
    """The node and the objects and lists inside it, outer ones first, in the order of the document."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        yield node
        value: JSON = node.obj
        parts = value.items() if is_object(value) else enumerate(value) if is_list(value) else ()
        inside = [(part, each) for part, each in parts if is_object(each) or is_list(each)]
        waiting += [node.new_child(each, part) for part, each in reversed(inside)]


class _Parser(Parser):
    """Knows neither `<>` nor lists in filters, which the RFC does not have."""

    BINARY_OPERATORS = {kind: name for kind, name in Parser.BINARY_OPERATORS.items() if kind != TOKEN_LG}  # noqa: RUF012

    def __init__(self, *, env: JSONPathEnvironment) -> None:
        super().__init__(env=env)
        del self.token_map[TOKEN_LBRACKET]

    def parse_query(self, stream: TokenStream) -> Iterator[JSONPathSegment]:
        for segment in super().parse_query(stream):
            if isinstance(segment, JSONPathRecursiveDescentSegment):
                yield _Descent(env=segment.env, token=segment.token, selectors=segment.selectors)
            else:
                yield segment

    def parse_absolute_query(self, stream: TokenStream) -> BaseExpression:
        query = super().parse_absolute_query(stream)
        return _RootQuery(query.path) if isinstance(query, RootFilterQuery) else query


class _Environment(JSONPathEnvironment):
    lexer_class = _Lexer
    parser_class = _Parser

    def getitem(self, obj: JSON, key: JSON) -> JSON:
        # A slice selects nothing from a string.
        return () if isinstance(obj, str) else obj[key]

    def compare(self, left: object, operator: str, right: object) -> bool:
        # Booleans have no order: https://www.rfc-editor.org/rfc/rfc9535#section-2.3.5.2.2
        if isinstance(left, bool) or isinstance(right, bool):
            operator = {"<": "", ">": "", "<=": "==", ">=": "=="}.get(operator, operator)
        return super().compare(left, operator, right)


class _Match(JSONPathMatch):
    """A match that knows its place and nothing that it would take time or memory to keep."""

    __slots__ = ()

    def add_child(self, *children: JSONPathMatch) -> None:
        pass

    def new_child(self, obj: object, key: int | str) -> JSONPathMatch:
        return _match(obj, (*self.parts, key), self.root)


ENVIRONMENT = _Environment(strict=True)


def _match(value: JSON, location: Location, root: JSON) -> _Match:
    return _Match(filter_context={"$": root}, obj=value, parent=None, path="", parts=location, root=root)


@frozen
class Query:
    """A JSONPath, ready to be put to documents."""

    text: str
    path: JSONPath

    def selected(self, document: Document) -> dict[Location, JSON]:
        """What the query selects by its place, each once, in the query's order."""
        matches: Iterable[JSONPathMatch] = [_match(document, (), document)]
        for segment in self.path.segments:
            matches = segment.resolve(matches)
        return {match.parts: match.obj for match in matches}


def query(text: str) -> Query:
    """The query that the text is; raises `NotJSONPath`."""
    try:
        path = ENVIRONMENT.compile(text)
    except (JSONPathRecursionError, RecursionError):
        raise NotJSONPath(text, "it is nested too deeply") from None
    except JSONPathError as error:
        raise NotJSONPath(text, _reason(error)) from None
    except (ValueError, OverflowError):
        raise NotJSONPath(text, "it holds a number that cannot be read") from None
    if not isinstance(path, JSONPath):
        raise NotJSONPath(text, "it is more than one query")
    return Query(text, path)


def _reason(error: JSONPathError) -> str:
    """What the engine says, without the names that it gives to tokens."""
    said = re.sub("'?TOKEN_([A-Z_]+)'?", lambda token: token[1].lower().replace("_", " "), str(error.message))
    at = f" at character {error.token.index + 1}" if error.token and error.token.index >= 0 else ""
    return f"{said}{at}"
