"""The request lines of a page against the parameters of its operation."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl, unquote

from scripts.document import JSON, Node, Pointer, is_object, node_at, past_references, reference_to
from scripts.matching import Operation, path_values, written
from scripts.pages import Example, Page
from scripts.register.comparison import alike
from scripts.register.conflict import Conflict, Place, Setting
from scripts.validity import Schemas

#: Headers that are declared elsewhere, in media types and security, if at all.
ELSEWHERE = ("content-type", "accept", "authorization")


def request_line_conflicts(
    schemas: Schemas, item: Node, operation: Operation, page: Page, setting: Setting
) -> Iterator[Conflict]:
    """Each parameter that a request line spells otherwise, adds, leaves out, or gives a value that it cannot have."""
    declared = _declared(schemas, item, operation)
    for example in page.examples:
        if example.kind != "request" or example.target is None:
            continue
        for place in ("query", "path", "header"):
            given = _given(example, operation, place)
            names = {name: at for (own, name), at in declared.items() if own == place}
            yield from _compared(schemas, names, given, place, operation, page, example, setting)


def _declared(schemas: Schemas, item: Node, operation: Operation) -> Mapping[tuple[str, str], Pointer]:
    """Where each parameter is declared, by its place and its name."""
    pointer: Pointer = ("paths", operation[1])
    found: dict[tuple[str, str], Pointer] = {}
    for at, holder in ((pointer, item), ((*pointer, operation[0]), item[operation[0]])):
        for index, each in enumerate(holder.get("parameters", [])):
            node, way = past_references(schemas.document, each, (*at, "parameters", str(index)))
            found[node["in"], node["name"]] = way
    return found


def _given(example: Example, operation: Operation, place: str) -> Mapping[str, str]:
    """The values that an example request gives in one place."""
    target = example.target or ""
    match place:
        case "query":
            return dict(parse_qsl(written(target).query, keep_blank_values=True))
        case "path":
            return {name: unquote(value) for name, value in path_values(target, operation[1]).items()}
        case _:
            return {name: value for name, value in example.headers if name.lower() not in ELSEWHERE}


def _compared(
    schemas: Schemas,
    declared: Mapping[str, Pointer],
    given: Mapping[str, str],
    place: str,
    operation: Operation,
    page: Page,
    example: Example,
    setting: Setting,
) -> Iterator[Conflict]:
    """What sets the names and the values given in one place apart from those declared for it."""
    method, path = operation
    in_operation: Pointer = ("paths", path, method)
    by_spelling = {_name(name, place): name for name in declared}
    met: set[str] = set()

    def conflict(rule: str, name: str, at: Pointer, documented: str, shown: str) -> Conflict:
        second = Place(page.file, shown, line=example.target_line)
        return Conflict(rule, operation, f"{place} {name}", setting.document(at, documented), second)

    for name, value in given.items():
        own = by_spelling.get(_name(name, place))
        close = [each for each in declared if alike(each) == alike(name) and each not in given]
        if own is None and len(close) == 1:
            own = close[0]
            yield conflict("parameter-spelling", own, declared[own], f"spelled {own}", f"spelled {name}")
        if own is None:
            if place == "query":
                yield conflict("parameter-unknown", name, in_operation, "no such parameter", f"{name} in the query")
            continue
        met.add(own)
        if not _is_placeholder(value):
            yield from (
                conflict(rule, own, declared[own], documented, value)
                for rule, documented in _faults(schemas, declared[own], value)
            )
    for name, at in declared.items():
        if name not in met and place != "path" and node_at(schemas.document, reference_to(at)).get("required") is True:
            if place == "header" and name.lower() in ELSEWHERE:
                continue
            yield conflict("parameter-required", name, at, "required", "nothing")


def _name(name: str, place: str) -> str:
    return name.lower() if place == "header" else name


def _is_placeholder(value: str) -> bool:
    """Whether a value only says what to put in its place."""
    return re.fullmatch(r"\{.*\}|<.*>|\[.*\]|:\w+|YOUR_\w+|\.\.\.|…", value) is not None


def _faults(schemas: Schemas, parameter: Pointer, text: str) -> Iterator[tuple[str, str]]:
    """What a value in a request line breaks of the schema of its parameter, if it is a single value."""
    node = node_at(schemas.document, reference_to(parameter))
    schema = node.get("schema")
    if not is_object(schema) or schema.get("type") in ("array", "object"):
        return
    # A text is read as what the schema asks for, as a server would read it.
    found = [schemas.breaches((*parameter, "schema"), reading) for reading in _readings(text)]
    for breach in min(found, key=lambda breaches: (any(each.keyword == "type" for each in breaches), len(breaches))):
        match breach.keyword:
            case "type":
                yield "parameter-type", " or ".join(breach.details["types"])
            case "enum" | "const":
                yield "parameter-enum", breach.message
            case _:
                yield "parameter-value", breach.message


def _readings(text: str) -> list[JSON]:
    """The values that a text in a URL may stand for."""
    readings: list[JSON] = [text]
    if text in ("true", "false"):
        readings.append(text == "true")
    if re.fullmatch(r"-?[0-9]{1,18}", text):
        readings.append(int(text))
    elif re.fullmatch(r"-?[0-9]+\.[0-9]+", text) and math.isfinite(float(text)):
        readings.append(float(text))
    return readings
