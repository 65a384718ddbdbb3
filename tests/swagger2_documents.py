"""Valid documents of Swagger 2.0, with everything that the specification has: what the laws of conversion are tried on.

What is drawn is marked: each description, example and extension has a text of its own, so that a law can ask whether
it is still there. References are written in all the ways that RFC 6901 and RFC 3986 allow. What stands deep in a path
or in a definition, or among extensions, is referred to as well. References to other files are left out.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st

from scripts.document import Kind, nodes

Node = dict[str, Any]
Maker = Callable[[], Any]

#: Names of shared parts: some are not legal as components, and some are the same once they are made so.
NAMES = (
    *("Pet", "pet", "A B", "A_B", "A+B", "KeyValuePair[String,Int32]", "List«Pet»", "a/b", "a~b", "~1", "100%", "%41"),
    *("{id}", "Größe", "犬", "com.example.Pet", "Pet-2", "__", "schema", "properties", "$ref", "0"),
)
#: Names of properties: some are those of keywords.
PROPERTIES = (
    "id",
    "name",
    "items",
    "properties",
    "type",
    "required",
    "default",
    "example",
    "enum",
    "Größe",
    "a-b",
    "a/b",
)
FIELDS = ("limit", "tags", "X-Trace", "filter[name]", "since", "größe")
SEGMENTS = (
    "",
    "/things",
    "/things/",
    "/a b",
    "/a~b",
    "/100%25",
    "/größe",
    "/v1.0/x",
    "/a-{id}.json",
    "/{id}",
    "/{id}/{other-id}",
    "/x:{verb}",
)
METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
MEDIA_TYPES = (
    "application/json",
    "application/xml",
    "text/plain",
    "application/vnd.pets.v1+json; charset=utf-8",
    "*/*",
)
FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
ADDRESS = "https://example.com/here"
JSON_VALUES = (
    None,
    True,
    0,
    1.5,
    "",
    "text",
    [],
    [None],
    {},
    {"$ref": "#/nowhere"},
    {"type": "guid", "required": True},
)

TEXTS: tuple[Node, ...] = (
    {},
    {"format": "date-time", "default": "2020-01-02T03:04:05Z"},
    {"format": "date", "default": "2020-01-02"},
    {"format": "byte", "default": "aGVsbG8="},
    {"format": "binary"},
    {"format": "password"},
    {"format": "uuid", "default": "12345678-1234-4234-8234-123456789abc"},
    {"format": "of-our-own"},
    {"minLength": 1, "maxLength": 9, "pattern": "^[a-z]+$", "default": "abc"},
    {"enum": ["a", "b", ""], "default": "a"},
)


class Writer:
    """One document in the making: draws what stands where, and remembers what there is to refer to."""

    def __init__(self, draw: st.DrawFn, largest: int) -> None:
        self.draw = draw
        self.largest = largest
        self.numbers = itertools.count(1)
        self.definitions = self.names()
        self.shared: dict[str, Node] = {}
        self.responses: list[str] = []
        self.schemes: dict[str, Node] = {}

    # What is drawn

    def pick(self, options: Sequence[Any]) -> Any:
        return self.draw(st.sampled_from(options))

    def flip(self) -> bool:
        return self.draw(st.booleans())

    def up_to(self, largest: int) -> int:
        return self.draw(st.integers(0, largest))

    def several(self, options: Sequence[Any], largest: int, least: int = 0) -> list[Any]:
        return self.draw(st.lists(st.sampled_from(options), min_size=least, max_size=largest, unique_by=repr))

    def names(self) -> list[str]:
        return self.several(NAMES, self.largest + 1)

    def some(self, **makers: Maker) -> Node:
        """Some of these members; one number says which."""
        chosen = self.up_to(2 ** len(makers) - 1)
        return {name: make() for index, (name, make) in enumerate(makers.items()) if chosen >> index & 1}

    # What marks a place

    def text(self) -> str:
        return f"Text {next(self.numbers)}."

    def marks(self) -> Node:
        """Perhaps an extension, which may hold anything."""
        number = self.up_to(3 * len(JSON_VALUES))
        return {f"x-mark-{next(self.numbers)}": JSON_VALUES[number]} if number < len(JSON_VALUES) else {}

    def reference(self, *pointer: str) -> Node:
        """A reference, written in one of the ways that lead there."""
        kept = self.pick(("", "!$&'()*+,;=:@", "[]{}« »"))
        parts = [part.replace("~", "~0").replace("/", "~1") for part in pointer]
        return {"$ref": "#/" + "/".join(quote(part, safe=kept + "~") for part in parts)}

    # Schemas

    def number(self) -> Node:
        """A type of numbers, with bounds that leave something between them."""
        low = self.up_to(3)
        high = low + 2 + self.up_to(3)
        bounds = self.some(
            minimum=lambda: low,
            maximum=lambda: high,
            multipleOf=lambda: 1,
            default=lambda: low + 1,
            format=lambda: "int32",
        )
        if "minimum" in bounds:
            bounds |= self.some(exclusiveMinimum=self.flip)
        if "maximum" in bounds:
            bounds |= self.some(exclusiveMaximum=self.flip)
        return {"type": self.pick(("integer", "number")), **bounds}

    def plain(self) -> Node:
        """A type that is no list and no object."""
        match self.up_to(4):
            case 0 | 1:
                return {"type": "string", **self.pick(TEXTS)}
            case 2:
                return {"type": "boolean", **self.some(default=self.flip)}
            case 3:
                return {"type": "integer", "enum": [1, 2, 3], **self.some(default=lambda: 2)}
            case _:
                return self.number()

    def schema(self, depth: int = 2, bases: Sequence[str] | None = None) -> Node:
        """A schema; what it must not be without end may extend `bases` alone."""
        below = self.definitions if bases is None else bases
        kinds: list[Callable[[int, Sequence[str]], Node]] = [self.leaf, self.array, self.map, self.object, self.heir]
        if bases is None and self.definitions and self.up_to(2) == 0:
            return self.referring()
        made = self.pick(kinds if depth else [self.leaf])(depth, below)
        return {**made, **self.annotations(made), **self.marks()}

    def annotations(self, schema: Node) -> Node:
        more = {"x-nullable": self.flip, "readOnly": self.flip, "xml": self.xml}
        return self.some(
            title=self.text,
            description=self.text,
            externalDocs=self.documentation,
            **({"example": lambda: schema.get("default", {"an": self.text()})} if "type" not in schema else {}),
            **more,
        )

    def referring(self) -> Node:
        beside = self.some(description=self.text, title=self.text) if self.up_to(3) == 0 else {}
        return {**self.reference("definitions", self.pick(self.definitions)), **beside}

    def xml(self) -> Node:
        return {
            **self.some(
                name=lambda: "n", namespace=lambda: ADDRESS, prefix=lambda: "p", attribute=self.flip, wrapped=self.flip
            ),
            **self.marks(),
        }

    def leaf(self, depth: int, bases: Sequence[str]) -> Node:
        return (
            self.pick([{}, {"type": ["string", "null"]}, {"enum": ["a", 1, None]}])
            if self.up_to(4) == 0
            else self.plain()
        )

    def array(self, depth: int, bases: Sequence[str]) -> Node:
        items = [self.schema(0), self.schema(0)] if self.up_to(7) == 7 else self.schema(depth - 1)
        bounds = self.some(minItems=lambda: 0, maxItems=lambda: 9, uniqueItems=self.flip, default=list)
        return {"type": "array", "items": items, **bounds}

    def map(self, depth: int, bases: Sequence[str]) -> Node:
        bounds = self.some(minProperties=lambda: 0, maxProperties=lambda: 9, default=dict)
        return {"type": "object", "additionalProperties": self.pick((True, False, None)), **bounds} | (
            {"additionalProperties": self.schema(depth - 1)} if self.flip() else {"additionalProperties": self.flip()}
        )

    def object(self, depth: int, bases: Sequence[str]) -> Node:
        names = self.several(PROPERTIES, 3, least=1)
        required = [name for name in names if self.flip()]
        return {
            "type": "object",
            **({"required": required} if required else {}),
            "properties": {name: self.schema(depth - 1) for name in names},
        }

    def heir(self, depth: int, bases: Sequence[str]) -> Node:
        extended = [self.reference("definitions", name) for name in self.several(bases, 2)] if bases else []
        return {"allOf": [*extended, self.object(0, ())]}

    def base(self) -> Node:
        """A schema whose heirs are told apart by the value of a property."""
        properties = {"kind": {"type": "string"}, "next": self.schema(0)}
        return {
            "type": "object",
            "discriminator": "kind",
            "required": ["kind"],
            "properties": properties,
            **self.marks(),
        }

    def shared_schemas(self) -> Node:
        made: Node = {}
        for name in reversed(self.definitions):
            made[name] = self.base() if self.up_to(3) == 0 else self.schema(2, bases=list(made))
        return made

    # Parameters, headers and responses

    def text_type(self, depth: int = 2, forms: Sequence[str] = ("csv", "ssv", "tsv", "pipes")) -> Node:
        """What a parameter, a header or an item of one says of its values."""
        if not depth or self.up_to(2):
            return self.plain()
        listed = self.some(
            collectionFormat=lambda: self.pick(forms), minItems=lambda: 0, uniqueItems=self.flip, default=list
        )
        return {"type": "array", "items": {**self.text_type(depth - 1), **self.marks()}, **listed}

    def outside_body(self, name: str, place: str) -> Node:
        several = ("csv", "ssv", "tsv", "pipes", *(("multi",) if place in ("query", "formData") else ()))
        empty = self.some(allowEmptyValue=self.flip) if place in ("query", "formData") else {}
        required = {"required": True} if place == "path" else self.some(required=self.flip)
        shown = self.some(description=self.text) | self.some(**{"x-nullable": self.flip})
        return {
            "name": name,
            "in": place,
            **self.text_type(forms=several),
            **required,
            **empty,
            **shown,
            **self.marks(),
        }

    def body(self) -> Node:
        more = self.some(description=self.text, required=self.flip)
        return {"name": "body", "in": "body", "schema": self.schema(), **more, **self.marks()}

    def field(self, name: str) -> Node:
        """A field of a form, or a file in it."""
        if self.up_to(3):
            return self.outside_body(name, "formData")
        more = self.some(description=self.text, required=self.flip)
        return {"name": name, "in": "formData", "type": "file", **more, **self.marks()}

    def shared_parameters(self) -> dict[str, Node]:
        makers: tuple[Callable[[str], Node], ...] = (
            lambda name: self.outside_body(name, self.pick(("query", "header"))),
            self.field,
            lambda name: self.body(),
        )
        return {name: self.pick(makers)(f"shared-{index}") for index, name in enumerate(self.names())}

    def header(self) -> Node:
        return {**self.text_type(), **self.some(description=self.text), **self.marks()}

    def response(self) -> Node:
        schema: Maker = (
            (lambda: {"type": "file", **self.some(description=self.text)}) if self.up_to(4) == 4 else self.schema
        )
        members = self.some(
            schema=schema,
            headers=lambda: {name: self.header() for name in self.several(("X-Rate", "ETag"), 2, least=1)},
            examples=lambda: {name: {"text": self.text()} for name in self.several(MEDIA_TYPES[:3], 2, least=1)},
        )
        return {"description": self.text(), **members, **self.marks()}

    def answers(self) -> Node:
        statuses = self.several(("200", "201", "404", "500", "default"), 3, least=1)
        return {
            status: self.reference("responses", self.pick(self.responses))
            if self.responses and self.flip()
            else self.response()
            for status in statuses
        } | self.marks()

    # Operations

    def operations(self) -> Node:
        paths = self.several(SEGMENTS, self.largest)
        return {f"/p{index}{path}": self.item(path) for index, path in enumerate(paths)} | self.marks()

    def item(self, path: str) -> Node:
        """A path with its operations; what it says of bodies holds for every one of them."""
        form = self.pick((None, "body", "form"))
        named = [part.partition("}")[0] for part in path.split("{")[1:]]
        here = self.flip()
        in_path = [self.outside_body(name, "path") for name in named]
        shared = [*(in_path if here else []), *self.parameters(None)]
        # A field of the path that every operation declares anew would be said nowhere.
        shared += [self.field("everywhere")] if form == "form" and self.flip() else []
        bodies = [] if form != "body" or self.up_to(3) else [self.body()]
        methods = self.several(METHODS, self.largest, least=1)
        operations = {
            method: self.operation(
                form if not bodies else None, [] if here else [self.outside_body(name, "path") for name in named]
            )
            for method in methods
        }
        listed = [*shared, *bodies]
        return {**({"parameters": listed} if listed or self.flip() else {}), **operations, **self.marks()}

    def operation(self, form: str | None, in_path: list[Node]) -> Node:
        parameters = [*in_path, *self.parameters(form)]
        media_types = (
            [FORMS[:1], FORMS, FORMS[::-1]] if form == "form" else [("application/xml",), MEDIA_TYPES, ("*/*",)]
        )
        consumes = {"consumes": list(self.pick(media_types))} if form == "form" or self.flip() else {}
        members = self.some(
            operationId=lambda: f"operation{next(self.numbers)}",
            summary=self.text,
            description=self.text,
            tags=lambda: ["first"],
            externalDocs=self.documentation,
            deprecated=self.flip,
            produces=lambda: self.several(MEDIA_TYPES, 2, least=1),
            schemes=lambda: ["wss", "https"],
        )
        security = {"security": self.requirements()} if self.schemes and self.flip() else {}
        listed = {"parameters": parameters} if parameters or self.flip() else {}
        return {**members, **consumes, **listed, "responses": self.answers(), **security, **self.marks()}

    def parameters(self, form: str | None) -> list[Node]:
        """Parameters with names that differ in their place, some shared; with a body or a form if there may be one."""
        listed = [
            self.outside_body(name, place)
            for place in ("query", "header")
            for name in (self.several(FIELDS, 2) if self.flip() else [])
        ]
        wanted = {None: (), "body": ("body",), "form": ("formData",)}[form]
        usable = [name for name, each in self.shared.items() if each["in"] in ("query", "header", *wanted)]
        used = self.several(usable, 2) if usable else []
        if sum(self.shared[name]["in"] == "body" for name in used) > 1:
            used = used[:1]
        listed += [self.reference("parameters", name) for name in used]
        if form == "body" and not any(self.shared[name]["in"] == "body" for name in used) and self.flip():
            listed.append(self.body())
        if form == "form":
            listed += [self.field(name) for name in self.several(FIELDS, 2)]
        return self.draw(st.permutations(listed)) if len(listed) > 1 else listed

    # Security, and what stands at the top

    def scheme(self, kind: str) -> Node:
        addresses = {
            "implicit": ("authorizationUrl",),
            "password": ("tokenUrl",),
            "application": ("tokenUrl",),
            "accessCode": ("authorizationUrl", "tokenUrl"),
        }
        more = {**self.some(description=self.text), **self.marks()}
        if kind == "basic":
            return {"type": "basic", **more}
        if kind == "apiKey":
            return {"type": "apiKey", "name": "key", "in": self.pick(("query", "header")), **more}
        scopes = {name: self.text() for name in self.several(("read", "write:all"), 2)} | self.marks()
        return {"type": "oauth2", "flow": kind, **dict.fromkeys(addresses[kind], ADDRESS), "scopes": scopes, **more}

    def requirements(self) -> list[Node]:
        used = [self.several(list(self.schemes), 2, least=1) for _ in range(self.up_to(2))]
        return [{name: ["read"] if self.schemes[name]["type"] == "oauth2" else [] for name in each} for each in used]

    def documentation(self) -> Node:
        return {"url": ADDRESS, **self.some(description=self.text), **self.marks()}

    def tag(self, name: str) -> Node:
        return {"name": name, **self.some(description=self.text, externalDocs=self.documentation), **self.marks()}

    def information(self) -> Node:
        more = self.some(
            description=self.text,
            termsOfService=lambda: ADDRESS,
            contact=lambda: {"name": "N", "url": ADDRESS, "email": "n@example.com", **self.marks()},
            license=lambda: {"name": "MIT", "url": ADDRESS, **self.marks()},
        )
        return {"title": "T", "version": "1.0", **more, **self.marks()}

    def document(self) -> Node:
        kinds = ("basic", "apiKey", "implicit", "password", "application", "accessCode")
        names = ("Key A", "key", "Schlüssel")
        self.schemes = {name: self.scheme(kind) for name, kind in zip(names, self.several(kinds, 3), strict=False)}
        self.shared = self.shared_parameters()
        responses = {name: self.response() for name in self.names()}
        self.responses = list(responses)
        rooms = {
            "definitions": self.shared_schemas(),
            "parameters": self.shared,
            "responses": responses,
            "securityDefinitions": self.schemes,
        }
        made = {
            "swagger": "2.0",
            "info": self.information(),
            **self.some(
                host=lambda: self.pick(
                    ("example.com", "localhost:8080", "192.0.2.1", "[2001:db8::1]:80", "YOUR_TENANT.example.com")
                ),
                basePath=lambda: self.pick(("/", "/v1", "/v1/", "/a/b")),
                schemes=lambda: self.several(("https", "http", "wss", "ws"), 3, least=1),
                consumes=lambda: self.several(MEDIA_TYPES, 2, least=1),
                produces=lambda: self.several(MEDIA_TYPES, 2, least=1),
                tags=lambda: [self.tag(name) for name in ("first", "second")],
                externalDocs=self.documentation,
            ),
            **({"security": self.requirements()} if self.schemes and self.flip() else {}),
            "paths": self.operations(),
            **{room: parts for room, parts in rooms.items() if parts or self.up_to(7) == 7},
            **self.marks(),
        }
        return self.with_deep_references(made)

    def with_deep_references(self, document: Node) -> Node:
        """Perhaps with a definition that refers to a schema wherever it stands, and a path that is among extensions."""
        places = [at for kind, _, at in nodes(document) if kind is Kind.SCHEMA and len(at) > 2]
        if places and self.up_to(2) == 0:
            inner = {"deep": self.reference(*self.pick(places)), "again": self.reference(*self.pick(places))}
            schema = {"type": "object", "properties": inner, **self.some(description=self.text)}
            document = {**document, "definitions": {**document.get("definitions", {}), "Deep/Reference": schema}}
        if self.up_to(7) == 7:
            document = {
                **document,
                "paths": {**document["paths"], "/elsewhere": self.reference("x-elsewhere", "an item")},
                "x-elsewhere": {"an item": self.item("")},
            }
        return document


@st.composite
def documents(draw: st.DrawFn, largest: int = 3) -> Node:
    """A valid document of Swagger 2.0, with at most so many paths and methods of a path."""
    return Writer(draw, largest).document()
