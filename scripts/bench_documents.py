"""Swagger 2.0 documents of any size, for measuring: valid, always the same, of about 4 KB for each operation.

A document grows by resources of five operations each, written as people write them: parameters in every place, shared
ones among them, bodies and forms, lists, enumerations, heirs, references to other resources, examples and security. It
has no faults, so what is measured is the way that every document goes, and not how many mends it takes.
"""

from __future__ import annotations

from scripts.document import Document, Node

#: The operations of one resource, by method and whether the path ends with its key.
OPERATIONS = (("get", False), ("post", False), ("get", True), ("put", True), ("delete", True))
#: How far away the resource is that a resource refers to.
STEP = 7
FIELDS: tuple[tuple[str, Node], ...] = (
    ("name", {"type": "string", "minLength": 1, "maxLength": 120}),
    ("email", {"type": "string", "format": "email"}),
    ("age", {"type": "integer", "format": "int32", "minimum": 0, "maximum": 150, "exclusiveMaximum": True}),
    ("balance", {"type": "number", "format": "double", "x-nullable": True}),
    ("active", {"type": "boolean", "default": True}),
    ("created", {"type": "string", "format": "date-time", "readOnly": True}),
    ("status", {"type": "string", "enum": ["draft", "queued", "sent", "failed"], "default": "draft"}),
    ("tags", {"type": "array", "items": {"type": "string"}, "uniqueItems": True, "maxItems": 50}),
    ("attributes", {"type": "object", "additionalProperties": {"type": "string"}}),
    ("locale", {"type": "string", "pattern": "^[a-z]{2}(-[A-Z]{2})?$", "default": "en"}),
    ("expires", {"type": "string", "format": "date"}),
    ("channels", {"type": "array", "items": {"type": "string", "enum": ["mail", "message", "push"]}, "minItems": 1}),
    ("secret", {"type": "string", "format": "password", "maxLength": 64}),
    ("location", {"type": "object", "properties": {"latitude": {"type": "number"}, "longitude": {"type": "number"}}}),
)


def document(operations: int) -> Document:
    """A document with this many operations."""
    resources = -(-operations // len(OPERATIONS))
    paths: Node = {}
    definitions: Node = {"Error": _error()}
    for number in range(resources):
        here = OPERATIONS[: operations - number * len(OPERATIONS)]
        for method, keyed in here:
            path = f"/v{number % 3 + 1}/resource{number}" + ("/{resourceKey}" if keyed else "")
            paths.setdefault(path, {})[method] = _operation(method, keyed, number)
        definitions |= _definitions(number, resources)
    return {
        "swagger": "2.0",
        "info": {"title": "Measured", "version": "1.0", "description": "Made to be measured."},
        "host": "api.example.com",
        "basePath": "/platform",
        "schemes": ["https"],
        "consumes": ["application/json"],
        "produces": ["application/json"],
        "paths": paths,
        "definitions": definitions,
        "parameters": _parameters(),
        "responses": {
            "NotFound": {"description": "There is no such resource.", "schema": {"$ref": "#/definitions/Error"}}
        },
        "securityDefinitions": {
            "token": {
                "type": "oauth2",
                "flow": "application",
                "tokenUrl": "https://auth.example.com/token",
                "scopes": {"read": "Look at everything.", "write": "Change everything."},
            },
            "key": {"type": "apiKey", "name": "X-Key", "in": "header"},
        },
        "security": [{"token": ["read"]}],
    }


def _parameters() -> Node:
    return {
        "PageSize": {
            "name": "$pageSize",
            "in": "query",
            "type": "integer",
            "minimum": 1,
            "maximum": 500,
            "default": 50,
            "description": "How many to send in one answer.",
        },
        "Trace": {"name": "X-Trace", "in": "header", "type": "string", "format": "uuid"},
    }


def _error() -> Node:
    properties = {"code": {"type": "integer"}, "message": {"type": "string"}, "documentation": {"type": "string"}}
    return {"type": "object", "required": ["code", "message"], "properties": properties}


def _operation(method: str, keyed: bool, number: int) -> Node:
    name = f"Resource{number}"
    verb = {"get": "get" if keyed else "list", "post": "create", "put": "replace", "delete": "remove"}[method]
    return {
        "operationId": f"{verb}{name}",
        "tags": [f"group{number % 10}"],
        "summary": f"{verb.capitalize()} {name}",
        "description": _prose(number, f"{verb.capitalize()}s what is stored as {name}"),
        "parameters": _parameters_of(method, keyed, number),
        "responses": _responses(method, keyed, name),
        **({"security": [{"token": ["write"]}, {"key": []}]} if method != "get" else {}),
        **({"consumes": ["multipart/form-data"]} if _is_form(method, number) else {}),
        **({"deprecated": True} if number % 9 == 8 else {}),
        "x-rate-limit": {"calls": 100 + number, "seconds": 60},
    }


def _is_form(method: str, number: int) -> bool:
    return method == "post" and number % 4 == 3


def _parameters_of(method: str, keyed: bool, number: int) -> list[Node]:
    listed: list[Node] = [{"$ref": "#/parameters/Trace"}]
    if keyed:
        described = {
            "description": "What tells this one from the others; made by the caller.",
            "pattern": "^[a-z0-9-]+$",
        }
        listed.append({"name": "resourceKey", "in": "path", "required": True, "type": "string", **described})
    if method == "get" and not keyed:
        names = {"type": "array", "items": {"type": "string", "enum": ["name", "status", "created"]}}
        listed += [
            {"$ref": "#/parameters/PageSize"},
            {"name": "$orderBy", "in": "query", **names, "collectionFormat": "csv", "description": "What comes first."},
            {"name": "status", "in": "query", **names, "collectionFormat": "multi", "description": "Only these."},
            {"name": "since", "in": "query", "type": "string", "format": "date-time", "description": "None older."},
        ]
    if _is_form(method, number):
        listed += [
            {"name": "file", "in": "formData", "type": "file", "required": True, "description": "What is uploaded."},
            {"name": "title", "in": "formData", "type": "string", "maxLength": 80, "description": "What it is called."},
        ]
    elif method in ("post", "put"):
        schema = {"$ref": f"#/definitions/Resource{number}"}
        described = {"description": "All that is known of it."}
        listed.append({"name": "body", "in": "body", "required": True, "schema": schema, **described})
    return listed


def _responses(method: str, keyed: bool, name: str) -> Node:
    failed = {"description": "The request cannot be carried out.", "schema": {"$ref": "#/definitions/Error"}}
    if method == "delete":
        return {"204": {"description": "It is gone."}, "404": {"$ref": "#/responses/NotFound"}, "default": failed}
    one = {"$ref": f"#/definitions/{name}"}
    page = {
        "type": "object",
        "required": ["items", "count"],
        "properties": {"items": {"type": "array", "items": one}, "count": {"type": "integer", "format": "int64"}},
    }
    example = {"name": name, "status": "queued", "tags": ["first", "second"], "location": {"latitude": 48.2}}
    shown = example if keyed or method != "get" else {"items": [example, example], "count": 2}
    answered = {
        "description": "As it is stored now.",
        "schema": one if keyed or method != "get" else page,
        "headers": {"X-Remaining": {"type": "integer", "format": "int32", "description": "Calls left in this minute."}},
        "examples": {"application/json": shown},
    }
    missing = {"404": {"$ref": "#/responses/NotFound"}} if keyed else {}
    return {"201" if method == "post" else "200": answered, **missing, "default": failed}


def _definitions(number: int, resources: int) -> Node:
    """The schemas of one resource: itself, and the kinds of what it holds, which extend a common one."""
    name = f"Resource{number}"
    properties = {
        field: {**schema, "description": _prose(number + index, f"The {field} of {name}")}
        for index, (field, schema) in enumerate(FIELDS)
    }
    linked = {
        "parent": {"$ref": f"#/definitions/{name}"},
        "related": {"type": "array", "items": {"$ref": f"#/definitions/Resource{(number + STEP) % resources}"}},
        "parts": {"type": "array", "items": {"$ref": f"#/definitions/{name}Part"}},
    }
    part = {
        "type": "object",
        "discriminator": "kind",
        "required": ["kind"],
        "properties": {
            "kind": {"type": "string"},
            "weight": {"type": "number", "minimum": 0, "exclusiveMinimum": True},
        },
    }
    heirs = {
        f"{name}{kind}": {"allOf": [{"$ref": f"#/definitions/{name}Part"}, {"type": "object", "properties": own}]}
        for kind, own in (
            ("Text", {"text": {"type": "string", "example": "Hello"}, "language": {"type": "string", "minLength": 2}}),
            ("Picture", {"content": {"type": "string", "format": "byte"}, "width": {"type": "integer"}}),
        )
    }
    whole = {"type": "object", "required": ["name", "status"], "properties": {**properties, **linked}}
    return {name: whole, f"{name}Part": part, **heirs}


#: What a description goes on with, so that no two neighbours read alike.
PROSE = (
    "It is set once, when the resource is created, and stays what it is until somebody with the right to do so sets it"
    " anew; what was there before is kept in the log for ninety days and can be asked for.",
    "Callers that leave it out get what the account says. If the account says nothing either, the answer names the"
    " member and the code tells that it is missing, and nothing is stored.",
    "Whatever is sent is taken as it is, blanks at both ends included. Two of them are the same only if they are"
    " written the same, so **Abc** and *abc* are two.",
    "Reading it costs nothing; changing it counts as one call of the limit that is told in the header of each answer,"
    " whether or not the new value differs from the old one.",
)


def _prose(number: int, subject: str) -> str:
    return f"{subject}. {PROSE[number % len(PROSE)]}"
