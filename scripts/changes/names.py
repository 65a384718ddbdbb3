"""What generated Python calls things, asked of the generator itself. Names of the wire are nobody's business here.

The generator is imported where it is asked: that takes longer than making most contracts, and most are made without a
contract to compare them with.
"""

from __future__ import annotations

from functools import cache

from scripts.document import Node

#: What the generator puts in front of what would be no name, unless its configuration says otherwise.
PREFIX = "field_"


@cache
def argument(name: str) -> str:
    """The keyword by which a parameter is passed."""
    from openapi_python_client.strings import PythonIdentifier

    return str(PythonIdentifier(name, PREFIX))


@cache
def class_name(name: str) -> str:
    """The class of a schema with this title, or of a component of this name."""
    from openapi_python_client.strings import ClassName

    return str(ClassName(name, PREFIX))


def function(path: str, method: str, operation: Node) -> str:
    """The module and function that call an operation."""
    from openapi_python_client.parser.openapi import generate_operation_id
    from openapi_python_client.schema.untrusted_string import UntrustedString
    from openapi_python_client.strings import PythonIdentifier

    match operation.get("operationId"):
        case str(given):
            return str(PythonIdentifier(given, PREFIX))
        case _:
            return str(generate_operation_id(path=UntrustedString(path), method=method.lower(), prefix=PREFIX))


def package(operation: Node) -> str:
    """The package that an operation's module is in: that of its first tag."""
    from openapi_python_client.strings import PythonIdentifier

    match operation.get("tags"):
        case [str(first), *_]:
            return str(PythonIdentifier(first, "tag"))
        case _:
            return "default"


def has_class(keywords: Node) -> bool:
    """Whether a schema becomes a class: objects do, and lists of values."""
    kinds = keywords.get("type")
    return (
        (kinds is None and "properties" in keywords)
        or kinds == "object"
        or (isinstance(kinds, list) and "object" in kinds)
        or "enum" in keywords
        or "allOf" in keywords
    )
