"""The path and the method of an operation, as the document, the front matter and the request lines of a page have them.

No action of an overlay makes these places agree: what is decided about them is listed under `x-rules`.
"""

from __future__ import annotations

from collections.abc import Iterator

from scripts.document import Pointer, is_object, node_at, pointer_parts
from scripts.matching import TEMPLATE, Operation, fits, written
from scripts.pages import Page
from scripts.register.conflict import Conflict, Place, Setting


def path_conflicts(setting: Setting) -> Iterator[Conflict]:
    """Each way in which a page has another path or method than the document, or than itself."""
    for page in setting.pages:
        operation = setting.illustrated.operations.get(page.file)
        if operation is not None:
            yield from _front_matter(page, operation, setting)
            yield from _request_lines(page, operation)
            yield from _parameters(page, operation, setting)
    for page, close in setting.illustrated.unmatched:
        front = _front(page)
        says = " or ".join(f"{method.upper()} {path}" for method, path in close) or "no such operation"
        yield Conflict("page-unmatched", (page.method, page.path), "", Place(setting.file, says, "#/paths"), front)


def _front(page: Page) -> Place:
    return Place(page.file, f"{page.method.upper()} {page.path}", line=page.path_line)


def _front_matter(page: Page, operation: Operation, setting: Setting) -> Iterator[Conflict]:
    """The front matter against the document."""
    published = setting.path_of(operation)
    own, other = written(published), written(page.path)
    first = Place(setting.file, published, setting.document(("paths", operation[1], operation[0]), "").pointer)
    second = _front(page)
    if own.has_slash != other.has_slash:
        yield Conflict("path-slash", operation, "", first, second)
    if own.query:
        mended = "query-in-path"
        lines = [each for each in page.examples if each.target is not None]
        line = next((Place(page.file, str(each.target), line=each.target_line) for each in lines), second)
        yield Conflict("path-query", operation, "", first, line, mended)
    elif other.query:
        yield Conflict("path-query", operation, "", first, second)
    names = [TEMPLATE.findall(each.path) for each in (own, other)]
    if names[0] != names[1]:
        yield Conflict("path-parameter", operation, "", first, second)


def _request_lines(page: Page, operation: Operation) -> Iterator[Conflict]:
    """The request lines against the front matter."""
    first = _front(page)
    for example in page.examples:
        if example.target is None:
            continue
        second = Place(page.file, f"{example.method or ''} {example.target}".strip(), line=example.target_line)
        if example.method and example.method.lower() != page.method:
            yield Conflict("method-differs", operation, "", first, second)
        asked, path = written(example.target), written(page.path)
        if not fits(example.target, page.path):
            yield Conflict("path-differs", operation, "", first, second)
        elif asked.has_slash != path.has_slash:
            yield Conflict("path-slash", operation, "", first, second)


def _parameters(page: Page, operation: Operation, setting: Setting) -> Iterator[Conflict]:
    """Parameters that stand in the path of the page, and that the document declares elsewhere."""
    published = setting.path_of(operation)
    for mend in setting.mends:
        if mend.rule != "path-parameter-elsewhere" or not mend.pointer.startswith("#"):
            continue
        pointer: Pointer = pointer_parts(mend.pointer)
        if pointer[:2] != ("paths", published) or pointer[2] not in (operation[0], "parameters"):
            continue
        node = node_at(setting.published, mend.pointer)
        if is_object(node) and "$ref" not in node:
            first = Place(setting.file, f"in: {node.get('in')}", mend.pointer)
            name = str(node.get("name"))
            yield Conflict("parameter-place", operation, name, first, _front(page), mend.rule)
