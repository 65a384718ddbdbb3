"""Members and words that Swagger 2.0 does not have: none is lost, and none is taken for what it may not be.

Keywords of JSON Schema that Swagger 2.0 leaves out mean one thing only, so they are carried over and need no mend.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from scripts.document import JSON, METHODS, Kind, Node, Pointer, is_list
from scripts.mends.rule import Report, by_kind, set_aside, unsettled

_BOUNDS = (
    *("default", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "maxLength", "minLength", "pattern"),
    *("maxItems", "minItems", "uniqueItems", "enum", "multipleOf"),
)
_TEXT = ("type", "format", "items", "collectionFormat", *_BOUNDS)

#: The members of each object of Swagger 2.0.
KNOWN: Mapping[Kind, tuple[str, ...]] = {
    Kind.DOCUMENT: (
        *("swagger", "info", "host", "basePath", "schemes", "consumes", "produces", "paths", "definitions"),
        *("parameters", "responses", "securityDefinitions", "security", "tags", "externalDocs"),
    ),
    Kind.INFO: ("title", "description", "termsOfService", "contact", "license", "version"),
    Kind.TAG: ("name", "description", "externalDocs"),
    Kind.PATH_ITEM: ("$ref", "get", "put", "post", "delete", "options", "head", "patch", "parameters"),
    Kind.OPERATION: (
        *("tags", "summary", "description", "externalDocs", "operationId", "consumes", "produces", "parameters"),
        *("responses", "schemes", "deprecated", "security"),
    ),
    Kind.PARAMETER: ("$ref", "name", "in", "description", "required", "schema", "allowEmptyValue", *_TEXT),
    Kind.ITEMS: _TEXT,
    Kind.HEADER: ("description", *_TEXT),
    Kind.RESPONSE: ("$ref", "description", "schema", "headers", "examples"),
    Kind.SECURITY_SCHEME: (*("type", "description", "name", "in", "flow", "authorizationUrl", "tokenUrl", "scopes"),),
    Kind.SCHEMA: (
        *("$ref", "title", "description", "type", "format", "items", "required", "properties", "allOf"),
        *("additionalProperties", "maxProperties", "minProperties", "discriminator", "readOnly", "xml"),
        *("externalDocs", "example", *_BOUNDS),
    ),
}

#: Keywords that Swagger 2.0 leaves out and OpenAPI 3.1 has: they are carried over as they stand.
LATER: Mapping[Kind, tuple[str, ...]] = {
    Kind.PATH_ITEM: ("servers", "trace"),
    Kind.SCHEMA: (
        *("anyOf", "oneOf", "not", "const", "if", "then", "else", "patternProperties", "propertyNames", "contains"),
        *("minContains", "maxContains", "dependentRequired", "dependentSchemas", "prefixItems", "examples"),
        *("unevaluatedItems", "unevaluatedProperties", "contentEncoding", "contentMediaType", "contentSchema"),
        *("writeOnly", "deprecated", "$comment"),
    ),
}


#: Members of OpenAPI 3 that say what is sent or answered: without them it would be another API.
OF_OPENAPI3: Mapping[Kind, tuple[str, ...]] = {
    Kind.OPERATION: ("requestBody",),
    Kind.PARAMETER: ("content",),
    Kind.RESPONSE: ("content",),
    Kind.HEADER: ("content",),
}
#: What may stand in each object: the members of Swagger 2.0 and the later keywords.
MEMBERS: Mapping[Kind, frozenset[str]] = {
    kind: frozenset((*KNOWN.get(kind, ()), *LATER.get(kind, ()))) for kind in Kind
}
#: The members of the small objects that stand in others, by the member that holds them; all but two hold text.
SMALL: Mapping[str, tuple[str, ...]] = {
    "contact": ("name", "url", "email"),
    "license": ("name", "url"),
    "externalDocs": ("description", "url"),
    "xml": ("name", "namespace", "prefix", "attribute", "wrapped"),
}


def plain(word: str) -> str:
    """The letters and digits of a word, as people who do not look at its case see it."""
    return re.sub("[^a-z0-9]", "", word.lower())


#: The members of each object by what people see of their names.
SEEN: Mapping[Kind, Mapping[str, str]] = {
    kind: {plain(name): name for name in members if not name.startswith("$")} for kind, members in MEMBERS.items()
}


@by_kind()
def members_are_spelled_right(kind: Kind, node: Node, pointer: Pointer, report: Report) -> Node:
    """A member whose name differs from a known one in its case or its marks alone is that one: `GET`, `operationID`."""
    if MEMBERS[kind].issuperset(node):
        return node
    meant: dict[str, str] = {}
    for name in node:
        known = None if name in MEMBERS[kind] or name.startswith("x-") else SEEN[kind].get(plain(name))
        if known is None:
            continue
        if known in node or known in meant.values():
            _check_no_method(known, (*pointer, name))
            continue
        meant[name] = known
        report((*pointer, name), f"{name!r} is read as {known!r}")
        report.moved((*pointer, name), (*pointer, known))
    return {meant.get(name, name): value for name, value in node.items()} if meant else node


def _check_no_method(name: str, pointer: Pointer) -> None:
    """What stands a second time is kept as an extension, but for an operation, which would be lost."""
    if name in METHODS:
        raise unsettled(pointer, f"{pointer[-1]!r} stands beside another {name!r}", "remove: true")


SCHEMES = {word: word for word in ("http", "https", "ws", "wss")}
COLLECTION_FORMATS = {word: word for word in ("csv", "ssv", "tsv", "pipes", "multi")}
FLOWS = {
    **{plain(word): word for word in ("implicit", "password", "application", "accessCode")},
    # So later versions call them.
    "clientcredentials": "application",
    "authorizationcode": "accessCode",
}
#: Where Swagger 2.0 has but a few words: these, and others that mean the same, by what people see of them.
WORDS: Mapping[Kind, Mapping[str, Mapping[str, str]]] = {
    **{kind: {"schemes": SCHEMES} for kind in (Kind.DOCUMENT, Kind.OPERATION)},
    **{kind: {"collectionFormat": COLLECTION_FORMATS} for kind in (Kind.PARAMETER, Kind.ITEMS, Kind.HEADER)},
    Kind.SECURITY_SCHEME: {
        "type": {"basic": "basic", "apikey": "apiKey", "oauth2": "oauth2"},
        "in": {"query": "query", "header": "header"},
        "flow": FLOWS,
    },
}


@by_kind(*WORDS)
def words_are_spelled_right(kind: Kind, node: Node, pointer: Pointer, report: Report) -> Node:
    """A word where Swagger 2.0 has but a few is one of them, if it is clear which: `HTTPS`, `Multi`, `ApiKey`."""
    for name, known in WORDS[kind].items():
        value = node.get(name)
        if is_list(value):
            words = [_word(each, known, (*pointer, name, str(at)), report) for at, each in enumerate(value)]
            node = {**node, name: list(dict.fromkeys(words)) if words != value else value}
        elif name in node:
            node = {**node, name: _word(value, known, (*pointer, name), report)}
    return node


def _word(value: JSON, known: Mapping[str, str], pointer: Pointer, report: Report) -> JSON:
    meant = known.get(plain(value)) if isinstance(value, str) else None
    if meant is None or meant == value:
        return value
    report(pointer, f"{value!r} is read as {meant!r}")
    return meant


@by_kind()
def members_are_known(kind: Kind, node: Node, pointer: Pointer, report: Report) -> Node:
    """A member that neither Swagger 2.0 nor JSON Schema has is an extension."""
    for name in SMALL:
        if name in node and name in MEMBERS[kind]:
            node = {**node, name: _small(node[name], SMALL[name], (*pointer, name), report)}
    if kind not in KNOWN or MEMBERS[kind].issuperset(node):
        return node
    for name in [name for name in node if name not in MEMBERS[kind] and not name.startswith("x-")]:
        if name in OF_OPENAPI3.get(kind, ()):
            what = f"{name!r} belongs to OpenAPI 3 and has no meaning in Swagger 2.0"
            raise unsettled((*pointer, name), what, "remove: true")
        node = _aside(node, name, pointer, report)
    return node


def _small(node: Node, known: Sequence[str], pointer: Pointer, report: Report) -> Node:
    for name in [name for name in node if name not in known and not name.startswith("x-")]:
        node = _aside(node, name, pointer, report)
    return node


def _aside(node: Node, name: str, pointer: Pointer, report: Report) -> Node:
    node, kept = set_aside(node, name)
    report((*pointer, name), f"Swagger 2.0 has no such member here; kept as {kept}")
    report.moved((*pointer, name), (*pointer, kept))
    return node
