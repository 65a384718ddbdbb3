"""Members that Swagger 2.0 does not have: none is lost, and none is taken for what it may not be.

Keywords of JSON Schema that Swagger 2.0 leaves out mean one thing only, so they are carried over and need no mend.
"""

from __future__ import annotations

from collections.abc import Mapping

from scripts.document import Document, Kind, Node, Pointer, map_nodes
from scripts.mends.rule import Report, set_aside, unsettled

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
_ALLOWED = {kind: frozenset((*names, *LATER.get(kind, ()))) for kind, names in KNOWN.items()}


def members_are_known(document: Document, report: Report) -> Document:
    """A member that neither Swagger 2.0 nor JSON Schema has is an extension."""

    def change(kind: Kind, node: Node, pointer: Pointer) -> Node:
        allowed = _ALLOWED.get(kind)
        if allowed is None or allowed.issuperset(node):
            return node
        for name in [name for name in node if name not in allowed and not name.startswith("x-")]:
            if name in OF_OPENAPI3.get(kind, ()):
                what = f"{name!r} belongs to OpenAPI 3 and has no meaning in Swagger 2.0"
                raise unsettled((*pointer, name), what, "remove: true")
            node, kept = set_aside(node, name)
            report((*pointer, name), f"Swagger 2.0 has no such member here; kept as {kept}")
            report.moved((*pointer, name), (*pointer, kept))
        return node

    return map_nodes(document, change)
