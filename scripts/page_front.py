"""The front matter of a page: the path and the method of the operation that it is about.

Between two lines `---`, lines with a key and a value. Other keys are for the site that shows the page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from attrs import frozen

from scripts.document import METHODS
from scripts.page_records import Example, Note, PageError

FENCE = re.compile(r"-{3,}")
END = re.compile(r"-{3,}|\.{3}")
ENTRY = re.compile(r"([\"']?)([A-Za-z][\w .-]*?)\1[ \t]*:(?:[ \t]+(.*))?")
#: What stands on a page, but in no front matter.
CONTENT = re.compile(r"##|```|~~~|[<|]")
VALUE = re.compile(r"\"([^\"]*)\"|'([^']*)'|(.*?)")
COMMENT = r"(?:[ \t]+#.*|[ \t]*)"
HOST = re.compile(r"https?://[^/?#]*", re.IGNORECASE)


@frozen
class Said:
    """A value, and the line that says so."""

    value: str
    line: int


@frozen
class Front:
    """What the front matter says that we look at; `length` is the number of lines up to its end."""

    path: Said | None
    method: Said | None
    length: int
    notes: tuple[Note, ...]


def read_front(lines: Sequence[str], file: str) -> Front:
    """The front matter that a page begins with, if it does."""
    start = next((index for index, line in enumerate(lines) if line.strip()), 0)
    if not lines or not FENCE.fullmatch(lines[start].strip()):
        return Front(None, None, 0, ())
    end, length, notes = _end(lines, start, file)
    values: dict[str, Said] = {}
    for number, line in enumerate(lines[start + 1 : end], start=start + 2):
        entry = ENTRY.fullmatch(line.rstrip())
        if entry is None:
            # What is indented, listed or commented on belongs to an entry above it.
            if line.strip() and line[0] not in " \t-#":
                notes.append(Note(file, number, f"the front matter has the line {line.strip()!r}, which says nothing"))
            continue
        name, value = entry.group(2).lower(), _value(entry.group(3) or "")
        if name in ("path", "method") and name in values and values[name].value != value:
            notes.append(Note(file, number, f"the front matter has {name} a second time; the first is taken"))
        values.setdefault(name, Said(value, number))
    return Front(_path(values, file, notes), _method(values, file, notes), length, tuple(notes))


def path_and_method(front: Front, examples: Sequence[Example], file: str) -> tuple[Said, Said, list[Note]]:
    """What the page is about, by its front matter or else by its first request line; raises `PageError`."""
    notes: list[Note] = []
    found: dict[str, Said] = {}
    first = next((each for each in examples if each.target is not None and each.method is not None), None)
    for name, said in (("path", front.path), ("method", front.method)):
        if said is not None:
            found[name] = said
            continue
        if first is None or first.target is None or first.method is None:
            what = f"neither front matter nor a request line says the {name} of the operation"
            raise PageError(f"{file}:1", what, 'Begin the page with `---`, path: "/…", method: "post" and `---`.')
        line = first.target_line or first.line
        value = re.split("[?#]", HOST.sub("", first.target), maxsplit=1)[0] if name == "path" else first.method.lower()
        notes.append(Note(file, line, f"the {name} is that of the first request line; the front matter has none"))
        found[name] = Said(value or "/", line)
    return found["path"], found["method"], notes


def _end(lines: Sequence[str], start: int, file: str) -> tuple[int, int, list[Note]]:
    """The index after the last entry, the number of lines up to the end, and a note if nothing marks it."""
    for index in range(start + 1, len(lines)):
        if END.fullmatch(lines[index].strip()):
            return index, index + 1, []
        if CONTENT.match(lines[index]):
            break
    index = start + 1
    while index < len(lines) and ENTRY.fullmatch(lines[index].rstrip()):
        index += 1
    what = "the front matter has no end; its entries up to the first other line are taken"
    return index, index, [Note(file, start + 1, what)]


def _value(text: str) -> str:
    match = re.fullmatch(f"(?:{VALUE.pattern}){COMMENT}", text.strip())
    return next((each for each in match.groups() if each is not None), "").strip() if match else text.strip()


def _path(values: Mapping[str, Said], file: str, notes: list[Note]) -> Said | None:
    said = values.get("path")
    if said is None or not said.value:
        return None
    path = HOST.sub("", said.value)
    if not path.startswith("/"):
        path = f"/{path}"
    if path != said.value:
        notes.append(Note(file, said.line, f"the path {said.value!r} is read as {path!r}"))
    return Said(path, said.line)


def _method(values: Mapping[str, Said], file: str, notes: list[Note]) -> Said | None:
    said = values.get("method")
    if said is None or not said.value:
        return None
    if said.value.lower() not in METHODS:
        notes.append(Note(file, said.line, f"{said.value!r} is not a method"))
        return None
    return Said(said.value.lower(), said.line)
