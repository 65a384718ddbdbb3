"""Files: sources read, emitted ones compared with what they should hold and replaced, whole or not at all.

What the files mean is nobody's business here.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from attrs import frozen

from scripts.document import SourceError

#: Files by their path below the folder, with forward slashes.
Files = Mapping[str, bytes]


@frozen
class FileError(SourceError):
    """A file cannot be read or written."""


@frozen
class Differences:
    """What sets a folder apart from what it should hold, by path, each in order."""

    added: tuple[str, ...]
    missing: tuple[str, ...]
    changed: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.missing or self.changed)

    def lines(self) -> list[str]:
        """One line for each file, with what sets it apart."""
        return [
            *(f"changed  {path}" for path in self.changed),
            *(f"missing  {path}" for path in self.missing),
            *(f"added    {path}" for path in self.added),
        ]


def differences(expected: Mapping[str, object], found: Mapping[str, object]) -> Differences:
    """How `found` departs from `expected`, both of them contents by path, or both of them hashes."""
    common = sorted(expected.keys() & found.keys())
    return Differences(
        added=tuple(sorted(found.keys() - expected.keys())),
        missing=tuple(sorted(expected.keys() - found.keys())),
        changed=tuple(path for path in common if expected[path] != found[path]),
    )


def is_empty(folder: Path) -> bool:
    """True if the folder holds no file, or is not there."""
    return next(_files(folder), None) is None


def read(folder: Path) -> dict[str, bytes]:
    """The files of a folder in the order of their paths; none if it is not there."""
    return dict(sorted((file.relative_to(folder).as_posix(), file.read_bytes()) for file in _files(folder)))


def _files(folder: Path) -> Iterator[Path]:
    # What Python keeps beside the modules it has read comes and goes by itself.
    return (file for file in folder.rglob("*") if file.is_file() and file.parent.name != "__pycache__")


def write(folder: Path, files: Files) -> None:
    """Put the files into a folder, which is made if need be."""
    for path, content in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def content(file: Path, hint: str) -> bytes:
    """The bytes of one file; raises `FileError` with the hint."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise FileError(str(file), f"cannot be read ({error.strerror})", hint) from None


def text(file: Path, hint: str) -> str:
    """The text of one file; raises `FileError`, with the hint if the file cannot be read."""
    try:
        return content(file, hint).decode("utf-8")
    except UnicodeDecodeError as error:
        raise FileError(str(file), f"is not UTF-8 at byte {error.start}", "Save it as UTF-8.") from None


def write_whole(file: Path, text: str) -> None:
    """Put the text in the file, all of it or nothing; raises `FileError`."""
    try:
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    except OSError as error:
        raise _unwritable(file, error) from None
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(text.encode("utf-8"))
        # mkstemp lets nobody else read; the file is one like any other.
        os.chmod(name, 0o644)
        os.replace(name, file)
    except OSError as error:
        with suppress(OSError):
            os.unlink(name)
        raise _unwritable(file, error) from None


def _unwritable(file: Path, error: OSError) -> FileError:
    hint = "Name with --out a file in a folder that you can write."
    return FileError(str(file), f"cannot be written ({error.strerror})", hint)


def replace(folder: Path, files: Files) -> None:
    """The folder holds these files and nothing else or, after an error, what it held before.

    The files are written beside it and moved into place, so a reader never finds some old and some new.
    """
    folder = folder.resolve()
    beside = folder.parent
    beside.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=beside, ignore_cleanup_errors=True) as name:
        new, old = Path(name, "new"), Path(name, "old")
        new.mkdir()
        write(new, files)
        if folder.exists():
            folder.rename(old)
        try:
            new.rename(folder)
        except OSError:
            if old.exists():
                old.rename(folder)
            raise
