"""Faults in the keys of `paths`: what is no path template moves to where it belongs.

Two operations that would then share path and method are kept apart by a fragment. A fragment is never sent, so what
goes over the wire is the path before it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from urllib.parse import unquote_plus

from scripts.document import METHODS, Document, Node, Pointer, is_object, list_at, node_at, object_at
from scripts.mends.rule import Report, as_number, unsettled, without

VARIABLE = re.compile(r"\{([^{}]*)\}")


def template_names(path: str) -> tuple[str, ...]:
    """The names in braces in a path, in their order."""
    return tuple(VARIABLE.findall(path.partition("#")[0]))


def paths_begin_with_a_slash(document: Document, report: Report) -> Document:
    """Each path begins with a slash and has no blanks around it."""
    return _renamed(document, report, lambda path: "/" + path.strip().removeprefix("/"))


#: A host, and not the first segment of a path that lost its slash: it ends in letters after a dot.
HOST = re.compile(
    r"\s*(?:(https?):)?(?://)?((?:[A-Za-z0-9_-]+|\{\w+\})(?:\.[A-Za-z0-9_-]+)*\.[A-Za-z]{2,}(?::[0-9]+)?)(/.*)",
    re.DOTALL,
)


def hosts_are_servers(document: Document, report: Report) -> Document:
    """A path that begins with a host is a path on another server."""
    paths = path_items(document)
    found = {path: match for path in paths if (match := HOST.fullmatch(path))}
    if not found:
        return document
    scheme = str(next(iter(document.get("schemes", [])), "https"))
    moved: Node = {}
    for path, item in paths.items():
        match = found.get(path)
        if match is None:
            moved[path] = item
            continue
        name, url = match.group(3), f"{match.group(1) or scheme}://{match.group(2)}"
        if name in moved or name in paths:
            raise unsettled(("paths", path), f"the path would be {name}, which is there already", "remove: true")
        report(("paths", path), f"the path is {name}, on the server {url}")
        report.moved(("paths", path), ("paths", name))
        moved[name] = {**object_at(item, ("paths", path)), "servers": [{"url": url}]}
    return {**document, "paths": moved}


def brackets_are_braces(document: Document, report: Report) -> Document:
    """`[Name]` as a whole segment of a path is the parameter `{Name}`."""
    segment = re.compile(r"(?<=/)\[([A-Za-z_][\w.-]*)\](?=[/?#]|$)")
    return _renamed(document, report, lambda path: segment.sub(r"{\1}", path))


def _renamed(document: Document, report: Report, rename: Callable[[str], str]) -> Document:
    paths = path_items(document)
    renamed: Node = {}
    for path, item in paths.items():
        name = path if path.startswith("x-") else rename(path)
        if name in renamed or (name != path and name in paths):
            raise unsettled(("paths", path), f"the path would be {name}, which is there already", "remove: true")
        if name != path:
            report(("paths", path), f"the path is {name}")
            report.moved(("paths", path), ("paths", name))
        renamed[name] = item
    return {**document, "paths": renamed} if renamed != paths else document


def queries_are_parameters(document: Document, report: Report) -> Document:
    """The query string in a path key is the value, or the name, of parameters in the query."""
    paths = path_items(document)
    if not any("?" in path for path in paths):
        return document
    claims = Counter((path.partition("?")[0], method) for path, method in _operations(paths))
    bases = Counter(path.partition("?")[0] for path in paths)
    moved: Node = {}
    for path, item in paths.items():
        base, mark, query = path.partition("?")
        if path.startswith("x-"):
            moved[path] = item
            continue
        if bases[base] > 1 or _shares(document, item, query):
            item = _folded(document, item, ("paths", path), report)
        if not mark:
            moved[path] = {**moved.get(path, {}), **item}
            continue
        for name, member in object_at(item, ("paths", path)).items():
            # The fragment is no new question mark, and stands for the query string as it was written. Braces would
            # make it part of the template.
            alone = name not in METHODS or claims[(base, name)] == 1
            target = base if alone else f"{base}#{re.sub('[{}]', '', query)}"
            place: Pointer = ("paths", path, name)
            report.moved(place, ("paths", target, name))
            if name in METHODS:
                said = f", and {query!r} are parameters in the query" if query else ", without a query"
                report(place, f"the path is {target}{said}")
                member = _with_query(document, object_at(member, place), query, place)
            _put(moved.setdefault(target, {}), name, member, place, report)
    return {**document, "paths": moved}


def _shares(document: Document, item: Node, query: str) -> bool:
    """Whether a parameter of the whole path is one that the query string names."""
    return any(_is_called(document, each, name) for each in item.get("parameters", []) for name, _ in _pairs(query))


def _pairs(query: str) -> list[tuple[str, str]]:
    pairs = (pair.partition("=") for pair in query.split("&") if pair)
    return [(unquote_plus(name), unquote_plus(value)) for name, _, value in pairs]


def _put(item: Node, name: str, member: object, pointer: Pointer, report: Report) -> None:
    if item.setdefault(name, member) != member:
        report(pointer, f"left out: {name} of another path that is the same stays")


def _operations(paths: Node) -> Iterator[tuple[str, str]]:
    for path, item in paths.items():
        if is_object(item) and not path.startswith("x-"):
            yield from ((path, method) for method in METHODS if method in item)


def _folded(document: Document, item: Node, pointer: Pointer, report: Report) -> Node:
    """The path item with what its `parameters` say of every operation said in each of them."""
    shared = list_at(item.get("parameters", []), (*pointer, "parameters"))
    if not shared:
        return item
    folded = without(item, "parameters")
    for method in METHODS:
        if method in item:
            operation = object_at(item[method], (*pointer, method))
            own = list_at(operation.get("parameters", []), (*pointer, method, "parameters"))
            taken = {identity(document, each) for each in own}
            added = [index for index, each in enumerate(shared) if identity(document, each) not in taken]
            for place, index in enumerate(added, start=len(own)):
                report.moved((*pointer, "parameters", str(index)), (*pointer, method, "parameters", str(place)))
            folded[method] = {**operation, "parameters": [*own, *(shared[index] for index in added)]}
    return folded


def _with_query(document: Document, operation: Node, query: str, pointer: Pointer) -> Node:
    parameters = list_at(operation.get("parameters", []), (*pointer, "parameters"))
    for name, value in _pairs(query):
        free = value == "" or VARIABLE.fullmatch(value) is not None
        index = next((at for at, each in enumerate(parameters) if _is_called(document, each, name)), None)
        declared = resolved(document, parameters[index]) if index is not None else {"name": name, "type": "string"}
        said: Node = {**declared, "in": "query", "required": True}
        if not free and "enum" not in said:
            number = as_number(value)
            said["enum"] = [number if number is not None and said.get("type") in ("integer", "number") else value]
        parameters = [*parameters, said] if index is None else [*parameters[:index], said, *parameters[index + 1 :]]
    return {**operation, "parameters": parameters} if parameters else operation


def _is_called(document: Document, parameter: object, name: str) -> bool:
    node = resolved(document, parameter)
    return str(node.get("name", "")).lower() == name.lower() and node.get("in") != "body"


def templates_differ(document: Document, report: Report) -> Document:
    """Paths that differ in nothing but the names of their parameters are one path."""
    paths = path_items(document)
    groups: dict[str, list[str]] = {}
    for path in paths:
        if not path.startswith("x-"):
            groups.setdefault(VARIABLE.sub("{}", path), []).append(path)
    for group in groups.values():
        if len(group) > 1:
            paths = _merged(document, paths, group, report)
    return {**document, "paths": paths}


def _merged(document: Document, paths: Node, group: Sequence[str], report: Report) -> Node:
    """The paths of a group as one, where no method is claimed twice; a fragment tells apart what is."""
    leader, *others = sorted(group, key=lambda path: (-sum(name in METHODS for name in paths[path]), path))
    merged = {
        **paths,
        leader: _folded(document, object_at(paths[leader], ("paths", leader)), ("paths", leader), report),
    }
    for path in others:
        item = _folded(document, object_at(merged.pop(path), ("paths", path)), ("paths", path), report)
        names = dict(zip(template_names(path), template_names(leader), strict=True))
        for name, member in item.items():
            free = name not in merged[leader] or name not in METHODS
            target = leader if free else f"{path}#{'-'.join(names)}"
            if name in METHODS:
                report(("paths", path, name), f"{path} and {leader} are one path; the operation is at {target}")
                report.moved(("paths", path, name), ("paths", target, name))
                member = _with_names(document, member, names) if free else member
            merged[target] = dict(merged.get(target, {}))
            _put(merged[target], name, member, ("paths", path, name), report)
    return merged


def _with_names(document: Document, operation: Node, names: dict[str, str]) -> Node:
    def renamed(parameter: object) -> object:
        node = resolved(document, parameter)
        if node.get("in") != "path" or names.get(node["name"], node["name"]) == node["name"]:
            return parameter
        return {**node, "name": names[node["name"]]}

    return {**operation, "parameters": [renamed(each) for each in operation.get("parameters", [])]}


def path_items(document: Document) -> Node:
    """The paths of a document, an empty object if it has none."""
    return object_at(document.get("paths", {}), ("paths",))


def resolved(document: Document, parameter: object) -> Node:
    """A parameter, or what a reference to a shared one leads to; an empty object if that is nothing."""
    if not is_object(parameter):
        return {}
    reference = parameter.get("$ref")
    if not isinstance(reference, str):
        return parameter
    try:
        found = node_at(document, reference)
    except (LookupError, ValueError):
        return {}
    return found if is_object(found) else {}


def identity(document: Document, parameter: object) -> tuple[str, str]:
    """What tells a parameter from others: its place and its name; every body is the same one."""
    node = resolved(document, parameter)
    place = str(node.get("in", ""))
    return place, "" if place == "body" else str(node.get("name", ""))
