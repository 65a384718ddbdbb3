"""Members that Swagger 2.0 does not have: none is lost, and none is taken for what it may not be."""

from __future__ import annotations

from collections.abc import Mapping

from scripts.document import Document, Kind, Node, Pointer, map_nodes
from scripts.mends.rule import Report, without

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
    Kind.PATH_ITEM: ("servers",),
    Kind.SCHEMA: (
        *("anyOf", "oneOf", "not", "const", "if", "then", "else", "patternProperties", "propertyNames", "contains"),
        *("minContains", "maxContains", "dependentRequired", "dependentSchemas", "prefixItems", "examples"),
        *("unevaluatedItems", "unevaluatedProperties", "contentEncoding", "contentMediaType", "contentSchema"),
        *("writeOnly", "deprecated", "$comment"),
    ),
}


def members_are_known(document: Document, report: Report) -> Document:
    """A member that neither Swagger 2.0 nor JSON Schema has is an extension."""

    def change(kind: Kind, node: Node, pointer: Pointer) -> Node:
        known = KNOWN.get(kind)
        if known is None:
            return node
        allowed = {*known, *LATER.get(kind, ())}
        for name in [name for name in node if name not in allowed and not name.startswith("x-")]:
            target = f"x-{name.lstrip('$')}"
            report((*pointer, name), f"Swagger 2.0 has no such member here; kept as {target}")
            node = {**without(node, name), **({} if target in node else {target: node[name]})}
        return node

    return map_nodes(document, change)
