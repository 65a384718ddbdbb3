"""Loads a package under another name with some of its lines replaced, without a copy on the disk.

A finder of modules serves the other name from the sources of the original. What a module is compiled to is kept for
every package that has the same text, so that loading one more takes little longer than running its modules. When the
package is done with, nothing of it is left among the modules of the process.
"""

from __future__ import annotations

import ast
import contextlib
import importlib.util
import sys
from collections.abc import Generator, Mapping, Sequence
from functools import cache, lru_cache
from importlib.abc import InspectLoader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, ModuleType

from attrs import field, frozen

from conformance.contract import Contract
from conformance.drivers.generated import generated_caller
from conformance.model import Caller, CannotRun
from conformance.mutants.client_edit import Edit

#: The package that is edited, and what a client made of it is called unless told otherwise.
ORIGINAL = "generated_client"
EDITED = "edited_client"


@frozen
class MisfittingEdit(CannotRun):
    """An edit was written for a package that has another text by now."""


@contextlib.contextmanager
def edited_caller(edits: Sequence[Edit], contract: Contract, *, name: str = EDITED) -> Generator[Caller]:
    """The generated client with these edits, as a `Caller`; raises `MisfittingEdit` or `PackageError`."""
    with edited_package(ORIGINAL, edits, name=name), generated_caller(name, contract) as caller:
        yield caller


@contextlib.contextmanager
def edited_package(original: str, edits: Sequence[Edit], *, name: str = EDITED) -> Generator[None]:
    """While this is open, `name` can be imported; it may have dots. Raises `MisfittingEdit`."""
    folder = _folder_of(original)
    finder = _Finder(name, folder, _edited_texts(original, folder, edits))
    before = set(sys.modules)
    if taken := sorted(each for each in before if finder.serves(each)):
        hint = "Close the package of this name first, or take another name."
        raise MisfittingEdit(name, f"is taken: {taken[0]} is loaded", hint)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        for each in [each for each in sys.modules if finder.serves(each)]:
            del sys.modules[each]


def misfits(original: str, edits: Sequence[Edit]) -> MisfittingEdit | None:
    """The first of these edits of a package that does not fit, and why; None if they all do."""
    try:
        _edited_texts(original, _folder_of(original), edits)
    except MisfittingEdit as error:
        return error
    return None


def _folder_of(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise MisfittingEdit(package, "cannot be found", "Install the project, or run where the package stands.")
    return Path(spec.origin).parent


def _edited_texts(original: str, folder: Path, edits: Sequence[Edit]) -> dict[Path, str]:
    """The text of each file that has edits, with all of them carried out in their order."""
    texts: dict[Path, str] = {}
    for edit in edits:
        file = folder / edit.file
        where, hint = f"{original}/{edit.file}", "Write the edit anew, for the client as it is generated now."
        if file not in texts and not file.is_file():
            raise MisfittingEdit(where, f"is no file, and an edit is to replace {edit.old!r} there", hint)
        text = texts[file] if file in texts else _text(file)
        if (times := text.count(edit.old)) != 1:
            what = f"an edit is to replace {edit.old!r}, which stands there {times} times in place of once"
            raise MisfittingEdit(where, what, hint)
        texts[file] = text.replace(edit.old, edit.new)
        try:
            ast.parse(texts[file])
        except SyntaxError as error:
            what = f"is no Python any more with {edit.new!r} in place of {edit.old!r} ({error.msg})"
            raise MisfittingEdit(where, what, hint) from None
    return texts


@frozen(eq=False)
class _Finder(MetaPathFinder, InspectLoader):
    """Finds and loads the modules of the package `name` in the folder of the original."""

    name: str
    folder: Path
    edited: Mapping[Path, str] = field(repr=False)

    def serves(self, module: str) -> bool:
        """It is the package, a part of it, or a package around it."""
        return f"{module}.".startswith(f"{self.name}.") or f"{self.name}.".startswith(f"{module}.")

    def find_spec(self, fullname: str, path: object, target: ModuleType | None = None) -> ModuleSpec | None:
        if not self.serves(fullname):
            return None
        if len(fullname) < len(self.name):  # a package around it, which holds nothing else
            around = ModuleSpec(fullname, None, is_package=True)
            around.submodule_search_locations = []
            return around
        file = self._file(fullname)
        if not file.is_file():
            return None
        is_package = file.name == "__init__.py"
        spec = ModuleSpec(fullname, self, origin=str(file), is_package=is_package)
        if is_package:
            spec.submodule_search_locations = [str(file.parent)]
        return spec

    def get_code(self, fullname: str) -> CodeType:
        file = self._file(fullname)
        return _compiled(file, self.edited[file] if file in self.edited else _text(file))

    def get_source(self, fullname: str) -> str:
        file = self._file(fullname)
        return self.edited[file] if file in self.edited else _text(file)

    def is_package(self, fullname: str) -> bool:
        return self._file(fullname).name == "__init__.py"

    def _file(self, module: str) -> Path:
        place = self.folder.joinpath(*module.removeprefix(self.name).split(".")[1:])
        return place / "__init__.py" if place.is_dir() else place.with_suffix(".py")


@cache
def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8")


@lru_cache(maxsize=256)
def _compiled(file: Path, text: str) -> CodeType:
    return compile(text, str(file), "exec", dont_inherit=True)
