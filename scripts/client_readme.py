"""The README of an emitted client: a call of each operation, its arguments taken from the contract's examples.

An argument without an example gets a value of its type, so that every call can be written down and read by a machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from attrs import field, frozen
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties import EnumProperty, ModelProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.parser.properties.union import UnionProperty

from scripts.client_facts import Facts, Operation, models, properties
from scripts.client_source import Source
from scripts.document import JSON, Document, is_list, is_object

#: A value for a parameter that has no example, by the generator's template for its type.
STAND_INS = {
    "int_property.py.jinja": "1",
    "float_property.py.jinja": "1.0",
    "boolean_property.py.jinja": "True",
    "date_property.py.jinja": "datetime.date(2030, 1, 31)",
    "datetime_property.py.jinja": "datetime.datetime(2030, 1, 31, 12, 0)",
    "uuid_property.py.jinja": 'UUID("00000000-0000-4000-8000-000000000000")',
    "file_property.py.jinja": 'File(BytesIO(b"content"))',
    "none_property.py.jinja": "None",
}
#: How a value of an example becomes one of the type that Python has for it.
FROM_JSON = {
    "date_property.py.jinja": "datetime.date.fromisoformat({})",
    "datetime_property.py.jinja": "datetime.datetime.fromisoformat({})",
    "uuid_property.py.jinja": "UUID({})",
}
#: What both need imported.
IMPORTS = {
    "datetime.": "import datetime",
    "BytesIO(": "from io import BytesIO",
    "UUID(": "from uuid import UUID",
}


@frozen
class Call:
    """One operation in the README: its title, what it does, the lines that import what it needs, and the call."""

    operation: Operation
    title: str
    summary: str
    #: The module below `api`, dotted, and the last part of it.
    package: str
    module: str
    arguments: str
    #: The same without the keys that `sync_once` fills in; empty for an operation that has no such form.
    keyless: str
    #: What else to import from the client's package, by module.
    models: tuple[str, ...]
    standard: tuple[str, ...]
    takes_file: bool


def calls(source: Source, data: GeneratorData, known: Facts) -> Iterator[Call]:
    """A call for each operation, in the order of the contract's tags."""
    classes = models(data)
    for tag, collection in data.endpoint_collections_by_tag.items():
        for endpoint in collection.endpoints:
            operation = known.operation(endpoint)
            node = _node(source, operation)
            example = _Example(node, endpoint, classes)
            arguments = ", ".join(example.arguments())
            keyless = _Example(node, endpoint, classes, without=operation.once.wire_key) if operation.once else None
            yield Call(
                operation=operation,
                title=f"{operation.method} {operation.path}",
                summary=_one_paragraph(endpoint),
                package=f"api.{tag}",
                module=str(endpoint.name),
                arguments=arguments,
                keyless=", ".join(keyless.arguments()) if keyless else "",
                models=tuple(sorted(example.models)),
                standard=_standard(arguments),
                takes_file="File(" in arguments,
            )


def _standard(arguments: str) -> tuple[str, ...]:
    """The lines that import what the arguments need of the standard library, as isort has them."""
    lines = ["import os", *(line for mark, line in IMPORTS.items() if mark in arguments)]
    return tuple(sorted(lines, key=lambda line: (line.startswith("from"), line)))


def _one_paragraph(endpoint: Endpoint) -> str:
    text = endpoint.description or endpoint.summary
    words = text.get_untrusted_value() if text else ""
    # A page may say anything; here it stands between our own headings and fences.
    return " ".join(re.sub(r"[`<>#|*_\[\]]", " ", words).split())


def _node(source: Source, operation: Operation) -> Document:
    found: Document = source.document["paths"][operation.path][operation.method.lower()]
    return found


@frozen
class _Example:
    """The arguments of one call, and the models that they need."""

    node: Document
    endpoint: Endpoint
    classes: Mapping[str, ModelProperty]
    #: The member that is left out wherever it stands.
    without: str | None = None
    models: set[str] = field(factory=set[str])

    def arguments(self) -> Iterator[str]:
        for each in self.endpoint.path_parameters:
            yield f"{each.python_name}={self._stand_in(each)}"
        yield "client=client"
        if self.endpoint.bodies:
            body = self.endpoint.bodies[0]
            if body.prop.required:
                example = _body_example(self.node, body.content_type.get_untrusted_value())
                yield f"body={self._stand_in(body.prop) if example is None else self._written(body.prop, example)}"
        others = (*self.endpoint.query_parameters, *self.endpoint.header_parameters, *self.endpoint.cookie_parameters)
        for each in others:
            if each.required:
                yield f"{each.python_name}={self._stand_in(each)}"

    def _written(self, prop: PropertyProtocol, value: JSON) -> str:
        """The example as an expression: models by their names where it fits them, plain values where it does not."""
        if isinstance(prop, ModelProperty) and is_object(value):
            return self._model(prop, value)
        if isinstance(prop, ListProperty) and is_list(value):
            return f"[{', '.join(self._written(prop.inner_property, each) for each in value)}]"
        if isinstance(prop, EnumProperty) and value in prop.values.values():
            self.models.add(str(prop.class_info.name))
            return f"{prop.class_info.name}({value!r})"
        return FROM_JSON.get(prop.template, "{}").format(repr(value))

    def _model(self, prop: ModelProperty, value: Mapping[str, JSON]) -> str:
        name = str(prop.class_info.name)
        self.models.add(name)
        known = {each.name.get_untrusted_value(): each for each in properties(self.classes[name])}
        if not known or set(value) - known.keys():
            return f"{name}.from_dict({value!r})"
        given = [(known[member], each) for member, each in value.items() if member != self.without]
        return f"{name}({', '.join(f'{each.python_name}={self._written(each, value)}' for each, value in given)})"

    def _stand_in(self, prop: PropertyProtocol, depth: int = 0) -> str:
        match prop:
            case ModelProperty():
                self.models.add(str(prop.class_info.name))
                if depth > 5:  # models may hold themselves
                    return f"{prop.class_info.name}.from_dict({{}})"
                required = (
                    f"{each.python_name}={self._stand_in(each, depth + 1)}"
                    for each in self.classes[str(prop.class_info.name)].required_properties or ()
                )
                return f"{prop.class_info.name}({', '.join(required)})"
            case ListProperty():
                return f"[{self._stand_in(prop.inner_property, depth)}]"
            case UnionProperty(inner_properties=[first, *_]):
                return self._stand_in(first, depth)
            case _ if prop.template in {
                "enum_property.py.jinja",
                "literal_enum_property.py.jinja",
                "const_property.py.jinja",
            }:
                return self._choice(prop)
            case _:
                return STAND_INS.get(prop.template, '"…"')

    def _choice(self, prop: Any) -> str:
        """The first of the values that there are to choose from."""
        if prop.template == "const_property.py.jinja":
            return repr(prop.value.raw_value)
        if prop.template == "literal_enum_property.py.jinja":
            return repr(sorted(prop.values)[0])
        self.models.add(str(prop.class_info.name))
        return f"{prop.class_info.name}.{next(iter(prop.values))}"


def _body_example(node: Document, content_type: str) -> JSON:
    media = node.get("requestBody", {}).get("content", {}).get(content_type, {})
    examples: Iterable[JSON] = media.get("examples", {}).values() if is_object(media.get("examples")) else ()
    return next((each["value"] for each in examples if is_object(each) and "value" in each), media.get("example"))
