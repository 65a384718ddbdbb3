"""Members that Swagger 2.0 does not have: none is lost, and none is taken for what it may not be.

Keywords of JSON Schema that Swagger 2.0 leaves out mean one thing only, so they are carried over and need no mend.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scripts.document import Kind, Node, Pointer
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
