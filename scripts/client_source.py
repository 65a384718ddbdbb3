"""What a client is made from: the files of a contract folder that bear on it, read and found fit.

`openapi.yaml` is the contract, `client.yaml` (if it is there) the generator's configuration, and `templates/` likewise
its own versions of templates, which come before those that serve every contract. The generator passes over what it does
not know; here that is an error.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, cast

import openapi_python_client
from attrs import frozen
from openapi_python_client.config import ClassOverride, ConfigFile
from openapi_python_client.parser.openapi import generate_operation_id
from openapi_python_client.schema.untrusted_string import UntrustedString
from openapi_python_client.strings import PythonIdentifier
from pydantic import ValidationError

from scripts import files, yamltext
from scripts.document import JSON, METHODS, Document, SourceError, is_object
from scripts.files import Files

DOCUMENT = "openapi.yaml"
CONFIGURATION = "client.yaml"
TEMPLATES = "templates"
#: What serves every contract: our versions of the generator's templates, and modules that are emitted as they stand.
HOUSE = Path(__file__).resolve().parent
RUNTIME = "runtime"
#: It goes along wherever the client goes.
LICENCE = HOUSE.parent / "LICENSE"
#: How a template begins that only others include; any other has the name of one of the generator's.
PARTIAL = "_"

NORMALIZE = "Make it with python -m scripts.normalize, or name another folder."
HERE = "Correct it there."


@frozen
class GenerateError(SourceError):
    """The client cannot be emitted."""


@frozen
class Source:
    """A contract folder, read.

    `inputs` are the files as they stand there, and those that serve every contract. `templates` are folders, in the
    order in which they are looked through before the generator's own; `runtime` are modules, by their names.
    """

    contract: Path
    inputs: Files
    document: Document
    configuration: ConfigFile
    templates: tuple[Path, ...]
    runtime: Files

    def error(self, what: str, hint: str = "") -> GenerateError:
        """Something in the contract is in the way."""
        hint = hint or f"Correct it with {self.contract / 'overlay.yaml'}."
        return GenerateError(str(self.contract / DOCUMENT), what, hint)


def read(contract: Path, *, stock: bool = False) -> Source:
    """The contract in this folder; raises a `SourceError`. With `stock`, nothing of ours is put in."""
    document = files.content(contract / DOCUMENT, NORMALIZE)
    settings = contract / CONFIGURATION
    # A folder without one leaves everything at the generator's defaults.
    configuration = files.content(settings, "Make it readable, or take it away.") if settings.exists() else None
    own = _below(TEMPLATES, files.read(contract / TEMPLATES))
    _templates_are_known(contract, own)
    house: Files = {} if stock else files.read(HOUSE / TEMPLATES)
    runtime: Files = {} if stock else {**files.read(HOUSE / RUNTIME), LICENCE.name: files.content(LICENCE, HERE)}
    return Source(
        contract=contract,
        inputs={
            DOCUMENT: document,
            **({} if configuration is None else {CONFIGURATION: configuration}),
            **own,
            **_below(f"{HOUSE.name}/{TEMPLATES}", house),
            **_below(f"{HOUSE.name}/{RUNTIME}", runtime),
        },
        templates=((contract / TEMPLATES,) if own else ()) + ((HOUSE / TEMPLATES,) if house else ()),
        runtime=runtime,
        document=_document(contract / DOCUMENT, document),
        configuration=_configuration(settings, configuration or b""),
    )


def _below(folder: str, found: Files) -> Files:
    return {f"{folder}/{path}": content for path, content in found.items()}


def operation_modules(source: Source) -> dict[str, str]:
    """The operation in each module, as the generator names it: `api/sms/send.py` has `send` of the tag `sms`.

    Raises `GenerateError` if two operations would be in one module: the generator lets the last one win.
    """
    operations: dict[str, str] = {}
    for module, operation in _named_operations(source):
        if module in operations:
            what = f"{operations[module]} and {operation} would both be written to {module}"
            raise source.error(what, "Give them operationIds that differ in more than the case of letters.")
        operations[module] = operation
    if not operations:
        raise source.error("declares no operation", "There is nothing to make a client of.")
    return operations


def one_line(text: str, limit: int = 300) -> str:
    """Somebody else's words, short enough for a sentence of ours."""
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[:limit]}…"


def _named_operations(source: Source) -> Iterator[tuple[str, str]]:
    configuration = source.configuration
    for path, members in source.document["paths"].items():
        if "$ref" in members:
            what = f"path {path} is a reference, which the generator takes for a path without operations"
            raise source.error(what, f"Inline it with {source.contract / 'overlay.yaml'}.")
        for method in METHODS:
            match members.get(method):
                case None:
                    continue
                case {"operationId": str(given)}:
                    name = PythonIdentifier(given, prefix=configuration.field_prefix)
                case _:
                    where = UntrustedString(str(path))
                    name = generate_operation_id(path=where, method=method, prefix=configuration.field_prefix)
            match members[method]:
                case {"tags": [first, *others]}:
                    tags = [first, *others] if configuration.generate_all_tags else [first]
                case _:
                    tags = ["default"]
            for tag in tags:
                yield f"api/{PythonIdentifier(str(tag), prefix='tag')}/{name}.py", f"{method.upper()} {path}"


def _yaml(file: Path, content: bytes, hint: str) -> JSON:
    try:
        return yamltext.read(content.decode())
    except yamltext.NotYAML as error:
        raise GenerateError(f"{file}:{error.line}:{error.column}", one_line(error.what), hint) from None
    except UnicodeDecodeError as error:
        raise GenerateError(str(file), f"is not UTF-8 at byte {error.start}", hint) from None


def _document(file: Path, content: bytes) -> Document:
    document = _yaml(file, content, NORMALIZE)
    match document:
        case {"info": {"version": str()}, "paths": {}} if all(map(is_object, document["paths"].values())):
            return cast(Document, document)
        case _:
            raise GenerateError(str(file), "is not an OpenAPI document with a version and paths", NORMALIZE)


def _configuration(file: Path, content: bytes) -> ConfigFile:
    """The generator's configuration, with no key that it would ignore and no hook that it would run."""
    value = _yaml(file, content, HERE)
    if value is not None and not is_object(value):
        raise GenerateError(str(file), "is not a mapping of settings", "Write `key: value`, one to a line.")
    settings: Document = value or {}
    _keys_are_known(file, settings, ConfigFile.model_fields)
    try:
        configuration = ConfigFile.model_validate(settings)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise GenerateError(str(file), f"{place}: {one_line(first['msg'])}", HERE) from None
    overrides: Document = settings.get("class_overrides") or {}
    for override in overrides.values():
        _keys_are_known(file, override, ClassOverride.model_fields)
    if configuration.post_hooks:
        hint = "Write `post_hooks: []`: they would run whatever the search path offers."
        raise GenerateError(str(file), "post_hooks are set", hint)
    # Left out, they would be the generator's own, which run the ruff of the search path.
    return configuration.model_copy(update={"post_hooks": []})


def _keys_are_known(file: Path, settings: Mapping[str, JSON], known: Mapping[str, Any]) -> None:
    for key in settings:
        if key not in known:
            close = difflib.get_close_matches(key, known, n=1)
            hint = f"Did you mean {close[0]!r}?" if close else f"There are: {', '.join(sorted(known))}."
            what = f"has an unknown key {key!r}, which the generator would ignore"
            raise GenerateError(str(file), what, hint)


def _templates_are_known(contract: Path, templates: Files) -> None:
    stock = Path(openapi_python_client.__file__).parent / TEMPLATES
    for path in templates:
        name = PurePosixPath(path).relative_to(TEMPLATES)
        if not name.name.startswith(PARTIAL) and not (stock / name).is_file():
            what = "has the name of no template of the generator, which would ignore it"
            hint = f"Correct its name, or let it begin with {PARTIAL!r} if other templates include it."
            raise GenerateError(str(contract / path), what, hint)
