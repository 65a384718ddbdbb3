"""`python -m scripts.diff OLD NEW`: what changed between two contracts, and whom it breaks."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from attrs import evolve

from scripts import commands, files, jsontext, yamltext
from scripts.changes import Change, changes
from scripts.changes.rendering import as_json, markdown, text
from scripts.changes.shape import check_shape
from scripts.document import JSON, Document, DocumentError, is_object
from scripts.files import FileError
from scripts.sources import EMITTED

THERE = "Name a contract folder, or a file of OpenAPI 3."
FORMATS: Mapping[str, Callable[[Sequence[Change]], str]] = {
    "text": text,
    "markdown": markdown,
    "json": lambda found: json.dumps(as_json(found), indent=2, ensure_ascii=False) + "\n",
}
SIDES = ("clients", "servers", "both")


def read_contract(place: Path) -> Document:
    """The contract in a folder or a file; raises a `SourceError`."""
    file = place / EMITTED if place.is_dir() else place
    content = files.text(file, THERE)
    return contract_in(content, file.as_posix(), is_json=file.suffix == ".json")


def contract_in(content: str, name: str, *, is_json: bool = False) -> Document:
    """The contract in a text, which messages call by this name; raises a `SourceError`."""
    try:
        value: JSON = jsontext.read_strict(content) if is_json else yamltext.read(content, plain_keys=True)
    except (jsontext.NotJSON, yamltext.NotYAML) as error:
        kind = "JSON" if is_json else "YAML that holds JSON"
        raise FileError(f"{name}:{error.line}:{error.column}", f"is not {kind}: {error.what}", THERE) from None
    if not is_object(value) or not str(value.get("openapi", "")).startswith("3."):
        raise FileError(name, "is not marked `openapi: 3.…`", THERE)
    try:
        check_shape(value)
    except DocumentError as error:
        raise evolve(error, where=f"{name}{error.where}") from None
    return value


def affecting(found: Sequence[Change], side: str) -> list[Change]:
    """The changes as one side sees them: what breaks the other is not called breaking."""
    if side == "both":
        return list(found)
    return [
        evolve(
            change,
            breaks_clients=change.breaks_clients and side == "clients",
            breaks_servers=change.breaks_servers and side == "servers",
        )
        for change in found
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Tell the changes. 0: all well, 1: something breaks and --fail-on breaking was said, 2: it cannot be told."""
    parser = commands.Parser(prog="python -m scripts.diff", description=__doc__, allow_abbrev=False)
    parser.add_argument("old", type=Path, metavar="OLD", help="a contract folder, or a file of OpenAPI 3")
    parser.add_argument("new", type=Path, metavar="NEW", help="the same, later")
    parser.add_argument("--format", choices=FORMATS, default="text", help="default: text")
    parser.add_argument(
        "--for", dest="side", choices=SIDES, default="both", help="whose breaking counts (default: both)"
    )
    parser.add_argument("--fail-on", choices=["breaking"], help="exit 1 if a change breaks somebody")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where to write (default: the terminal)")
    given = parser.parse_args(arguments)
    return commands.run(lambda: _tell(given))


def _tell(given: argparse.Namespace) -> int:
    found = affecting(changes(read_contract(given.old), read_contract(given.new)), given.side)
    rendered = FORMATS[given.format](found)
    if given.out:
        files.write_whole(given.out, rendered)
    else:
        print(rendered, end="")
    return 1 if given.fail_on and any(change.breaking for change in found) else 0


if __name__ == "__main__":
    sys.exit(main())
