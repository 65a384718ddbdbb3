"""Which operation is meant by a method and a path that somebody wrote by hand.

Pages, request lines and command lines spell paths as they like: with and without a slash at the end, a query, the host,
other names for the parameters. What differs least from a declared path is meant, if it is the only one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence

from attrs import frozen

#: A method in small letters and a path.
Operation = tuple[str, str]

TEMPLATE = re.compile(r"\{[^{}/]*\}|\[[^\[\]/]*\]")


@frozen
class Written:
    """A path as somebody wrote it, taken apart. A fragment tells apart what differed in its query once."""

    path: str
    query: str

    @property
    def has_slash(self) -> bool:
        return len(self.path) > 1 and self.path.endswith("/")


def written(path: str) -> Written:
    """The path without scheme and host, and its query."""
    bare = re.sub(r"^[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*", "", path.strip())
    match = re.fullmatch(r"([^?#]*)(?:[?#](.*))?", bare, re.DOTALL)
    assert match  # whatever it is, it has a part before and a part after
    # Braces say that a value is free; a fragment has none.
    return Written(match.group(1) or "/", re.sub("[{}]", "", match.group(2) or ""))


#: What has to be equal, the most first.
ALIKE: Sequence[Callable[[Written], Hashable]] = (
    lambda each: each,
    lambda each: (each.path.rstrip("/"), each.query),
    lambda each: (without_names(each.path), each.query),
    lambda each: without_names(each.path),
)


def without_names(path: str) -> str:
    """The path without its last slash, its parameters without their names."""
    return TEMPLATE.sub("{}", path).rstrip("/")


def matching(method: str, path: str, operations: Iterable[Operation], bases: Collection[str] = ()) -> list[Operation]:
    """The operations that differ least from this method and path: one if it is clear which is meant.

    `bases` are the paths of servers, which people write before a path or leave out.
    """
    declared = [(each, written(each[1])) for each in operations if each[0] == method.lower()]
    wanted = written(path)
    ways = [wanted, *_with_and_without(wanted, [base.rstrip("/") for base in bases if base.strip("/")])]
    for key in ALIKE:
        for way in ways:
            found = [each for each, own in declared if key(own) == key(way)]
            if found:
                return found
    # A path with values in it, as a request line has it, is that of the template with the fewest parameters.
    fitting = [each for each, _ in declared if fits(path, each[1])]
    fewest = min((len(TEMPLATE.findall(each[1])) for each in fitting), default=0)
    return [each for each in fitting if len(TEMPLATE.findall(each[1])) == fewest]


def _with_and_without(wanted: Written, bases: Sequence[str]) -> Iterable[Written]:
    for base in bases:
        if wanted.path.startswith(f"{base}/"):
            yield Written(wanted.path.removeprefix(base), wanted.query)
        yield Written(base + wanted.path, wanted.query)


def fits(target: str, template: str) -> bool:
    """Whether a request target can be one of a path template, but for its query and its last slash."""
    asked, path = (written(each).path.rstrip("/") for each in (target, template))
    parts = TEMPLATE.split(path)
    return re.fullmatch("[^/]+".join(re.escape(part) for part in parts), asked) is not None


def parameter_names(path: str) -> list[str]:
    """The names of the parameters in a path template, in their order."""
    return [match.group()[1:-1] for match in TEMPLATE.finditer(path)]


def path_values(target: str, template: str) -> dict[str, str]:
    """What stands in a request target for each parameter of the path; empty if they do not fit."""
    asked, path = (written(each).path.rstrip("/") for each in (target, template))
    match = re.fullmatch("([^/]+)".join(re.escape(part) for part in TEMPLATE.split(path)), asked)
    return dict(zip(parameter_names(path), match.groups(), strict=True)) if match else {}
