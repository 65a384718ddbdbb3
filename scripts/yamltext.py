"""YAML that holds JSON: read strictly, written so that every reader reads the same."""

from __future__ import annotations

import math
import re
from typing import Any

import yaml
from attrs import frozen

from scripts.document import JSON


@frozen
class NotYAML(ValueError):
    """The text is not YAML that holds JSON, at a line and a column that count from 1."""

    line: int
    column: int
    what: str

    def __str__(self) -> str:
        return f"{self.what} at line {self.line} column {self.column}"


class _Reader(yaml.SafeLoader):
    """Knows no time stamps, sets or merge keys, and no key that stands twice or is not a string."""


# Whatever YAML 1.1 sees in a plain scalar beside null, booleans and numbers is a string here, as in JSON.
_Reader.yaml_implicit_resolvers = {}
for _tag, _expression, _first in (
    ("null", r"null|~|", "n~\0"),
    ("bool", r"true|false", "tf"),
    ("int", r"-?(?:0|[1-9][0-9]*)", "-0123456789"),
    ("float", r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?", "-0123456789"),
):
    _Reader.add_implicit_resolver(  # pyright: ignore[reportUnknownMemberType]
        f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_expression})$"), list(_first)
    )


def _mapping(loader: _Reader, node: yaml.MappingNode) -> dict[str, JSON]:
    value: dict[str, JSON] = {}
    for key_node, value_node in node.value:
        key: object = loader.construct_object(key_node, deep=True)  # pyright: ignore[reportUnknownMemberType]
        mark = key_node.start_mark
        if not isinstance(key, str):
            raise NotYAML(mark.line + 1, mark.column + 1, f"the key {key!r} without quotes")
        if key in value:
            raise NotYAML(mark.line + 1, mark.column + 1, f"the key {key!r} a second time")
        value[key] = loader.construct_object(value_node, deep=True)  # pyright: ignore[reportUnknownMemberType]
    return value


def _finite(loader: _Reader, node: yaml.ScalarNode) -> float:
    value = yaml.SafeLoader.construct_yaml_float(loader, node)
    if not math.isfinite(value):
        raise NotYAML(node.start_mark.line + 1, node.start_mark.column + 1, "a number that JSON does not have")
    return value


def _unicode(loader: _Reader, node: yaml.ScalarNode) -> str:
    value = str(loader.construct_scalar(node))
    if re.search("[\ud800-\udfff]", value):
        raise NotYAML(node.start_mark.line + 1, node.start_mark.column + 1, "half a surrogate pair")
    return value


JSON_TAGS = ("null", "bool", "int", "float", "str", "seq")
_Reader.yaml_constructors = {
    tag: make
    for tag, make in yaml.SafeLoader.yaml_constructors.items()
    if tag is None or tag.rpartition(":")[2] in JSON_TAGS
}
_Reader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Reader.add_constructor("tag:yaml.org,2002:float", _finite)
_Reader.add_constructor("tag:yaml.org,2002:str", _unicode)


def read(text: str) -> JSON:
    """The value of a YAML text that holds nothing but JSON; raises `NotYAML`."""
    try:
        return yaml.load(text, Loader=_Reader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise NotYAML(line, column, error.problem or "what is not YAML") from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        column = error.position - text.rfind("\n", 0, error.position)
        raise NotYAML(line, column, "a character that YAML does not allow") from None
    except RecursionError:
        raise NotYAML(1, 1, "nested too deeply to be read, beginning") from None


class _Writer(yaml.SafeDumper):
    """Quotes what YAML 1.1 or YAML 1.2 would read as something else; writes out whatever stands twice."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


# PyYAML quotes most of what YAML 1.1 misreads. These are numbers that only YAML 1.2 sees, and two booleans.
for _tag, _expression, _first in (
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|0o[0-7]+", "-+.0123456789"),
    ("bool", r"[yYnN]", "yYnN"),
):
    _Writer.add_implicit_resolver(  # pyright: ignore[reportUnknownMemberType]
        f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_expression})$"), list(_first)
    )


def _text(writer: _Writer, text: str) -> yaml.ScalarNode:
    # Between single quotes these break the line, and come back as blanks.
    style = '"' if re.search("[\n\r\x85\u2028\u2029\ufeff]", text) else None
    return writer.represent_scalar(  # pyright: ignore[reportUnknownMemberType]
        "tag:yaml.org,2002:str", text, style
    )


_Writer.add_representer(str, _text)


def write(value: JSON) -> str:
    """The value as YAML in block style, its keys in their order, one line to a scalar."""
    text: str = yaml.dump(
        value, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=math.inf, default_flow_style=False
    )
    return text
