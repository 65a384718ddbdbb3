"""Emits the client: the contract of a folder, and its `client.yaml`, become a Python package.

openapi-python-client writes it with our templates, the modules of `runtime/` are put beside, and ruff gives all of it
one form. This module adds that nothing is lost in silence, that the same inputs give the same bytes wherever they are,
and that the old package stays until the new one has proved to import.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from attrs import frozen
from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader
from openapi_python_client import Project
from openapi_python_client.config import Config, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import GeneratorError
from openapi_python_client.schema.untrusted_string import UntrustedString

from scripts import commands, files
from scripts.client_facts import Facts, facts, give_way, properties
from scripts.client_readme import calls
from scripts.client_source import (
    CONFIGURATION,
    DOCUMENT,
    TEMPLATES,
    GenerateError,
    Source,
    one_line,
    operation_modules,
    read,
)
from scripts.files import Files
from scripts.stamp import FILE as STAMP
from scripts.stamp import is_stamp, stamp
from scripts.wording import counted

#: Exactly these: templates for one generator do not run on the next, and ruff's form changes by its version.
GENERATOR = ("openapi-python-client", "0.29.1")
FORMATTER = ("ruff", "0.17.6")
SETUP = "Install what requirements.lock says, with make setup."

#: The package while it is made. Its imports are relative, so this name is not written into it.
PACKAGE = "generated_client"

#: Imports in order, none unused, no spelling that Python 3.11 has outgrown.
RULES = "I,F401,UP"
COMPACT_IMPORTS = ("--config=lint.isort.split-on-trailing-comma=false",)
#: What ruff finds around the package has no say: configuration, ignore files, a cache. Nor have the names of
#: folders, some of which it would skip ("dist" or "venv" may well be a tag of an API).
ISOLATED = (
    "--isolated",
    "--no-cache",
    "--no-respect-gitignore",
    "--config=exclude=[]",
    "--target-version=py311",
    "--line-length=110",
)


#: Of the modules of `runtime/`: stand-ins, and those that only some contracts have a use for.
NOT_EMITTED = frozenset({"__init__.py", "about.py"})
WITH_FEATURE: Mapping[str, Callable[[Facts], bool]] = {
    "once.py": lambda known: known.can_send_once,
    "oauth2.py": lambda known: known.token is not None,
}
#: What every model has besides its fields.
MEMBERS = frozenset({"additional_keys", "additional_properties", "from_dict", "to_dict", "to_multipart"})
#: What the functions of an operation take besides its parameters.
ARGUMENTS = frozenset({"again", "body", "repeats"})
#: What the modules of operations and models import, so that no class of the contract can have its name.
IMPORTED = frozenset(
    {
        "Any",
        "BytesIO",
        "ClassVar",
        "Client",
        "Enum",
        "File",
        "FileTypes",
        "Final",
        "IntEnum",
        "Literal",
        "Mapping",
        "MixedFields",
        "MixedResult",
        "Repeats",
        "RequestFiles",
        "Response",
        "Self",
        "StrEnum",
        "UNSET",
        "UUID",
        "Unset",
    }
)
#: What the generator has no template for, and ours.
ADDED = {"about.py": "_about.py.jinja", "README.md": "_README.md.jinja"}


@frozen
class Package:
    """An emitted client: its files, how many operations it can call and how many models it has."""

    files: Files
    operations: int
    models: int


def package(contract: Path, *, stock: bool = False) -> Package:
    """The client of the contract in this folder; raises a `SourceError`.

    With `stock`, it is the one that the generator makes by itself, to be compared with.
    """
    _tools_are_those_pinned()
    source = read(contract, stock=stock)
    modules = operation_modules(source)
    with tempfile.TemporaryDirectory(prefix="generate-") as scratch:
        target = Path(scratch, PACKAGE)
        models = _generate(source, target)
        for module, operation in modules.items():
            if not (target / module).is_file():
                raise source.error(f"{operation} has no module {module} in what the generator wrote")
        _give_form(source, target)
        _import_all(source, target)
        emitted = files.read(target)
    return Package(
        files={**emitted, STAMP: stamp(dict([GENERATOR, FORMATTER]), source.inputs, emitted, source.document["info"])},
        operations=len(set(modules.values())),
        models=models,
    )


def _generate(source: Source, target: Path) -> int:
    """Let the generator write the package, and count its models. Whatever it complains of is fatal."""
    config = Config.from_sources(
        source.configuration,
        MetaType.NONE,
        document_source=source.contract / DOCUMENT,
        file_encoding="utf-8",
        overwrite=False,
        output_path=target,
    )
    try:
        data = GeneratorData.from_dict(source.document, config=config)
        if isinstance(data, GeneratorError):
            raise _complaint(source, [data])
        _models_have_a_module_each(source, data)
        if source.runtime:
            _classes_have_names_of_their_own(source, data)
            _fields_have_names_of_their_own(data, config)
            _parameters_have_names_of_their_own(source, data, config)
        project = Project(openapi=data, config=config)
        known = facts(source, data, config)
        _use_ours(source, project, known)
        with contextlib.redirect_stdout(io.StringIO()):  # it says where it writes to
            complaints = project.build()
        if not complaints and source.runtime:
            _add_ours(source, project, data, known, target)
    except GenerateError:
        raise
    except Exception as error:  # what the generator did not foresee, or a template of ours did wrong
        reason = f"{type(error).__name__}: {one_line(str(error))}"
        raise _puzzle(source, f"the generator broke off with {reason}") from error
    if complaints:
        raise _complaint(source, complaints)
    return len(data.models)


def _fields_have_names_of_their_own(data: GeneratorData, config: Config) -> None:
    """A field that has the name of something that every model has gets a mark behind it."""
    for model in data.models:
        give_way(properties(model), MEMBERS, config)


def _classes_have_names_of_their_own(source: Source, data: GeneratorData) -> None:
    for each in (*data.models, *data.enums):
        if each.class_info.name in IMPORTED:
            what = f"a schema would be the class {each.class_info.name}, and that name is used for something else"
            raise source.error(what, f"Give it another title, or one in class_overrides of {CONFIGURATION}.")


def _parameters_have_names_of_their_own(source: Source, data: GeneratorData, config: Config) -> None:
    """A parameter that has the name of something else in the functions of its operation gets a mark behind it."""
    endpoints = [each for found in data.endpoint_collections_by_tag.values() for each in found.endpoints]
    for endpoint in endpoints:
        path = endpoint.path.get_untrusted_value()
        for name in (str(each.python_name) for each in endpoint.path_parameters):
            if name in ARGUMENTS:
                path = path.replace(f"{{{name}}}", f"{{{name}_}}")
        endpoint.path = UntrustedString(path)
        if re.search(r"[{}]", re.sub(r"\{\w+\}", "", path)):
            raise source.error(f"path {path} has a brace that belongs to no parameter")
    for endpoint in endpoints:  # afterwards, since operations may share a parameter
        give_way((each for _, each in endpoint.iter_all_parameters()), ARGUMENTS, config)


def _use_ours(source: Source, project: Project, known: Facts) -> None:
    """Let templates be looked for in our folders first, and tell them what the generator does not."""

    def runtime(name: str) -> str:
        return source.runtime[name].decode("utf-8")

    theirs = PackageLoader("openapi_python_client")
    project.env.loader = ChoiceLoader([*map(FileSystemLoader, source.templates), theirs])
    named: dict[str, Any] = {"contract": known, "runtime": runtime}
    project.env.globals.update(named)


def _add_ours(source: Source, project: Project, data: GeneratorData, known: Facts, target: Path) -> None:
    """Put in what the generator has no template for: the modules that serve every contract, and what this one says."""
    for name, content in source.runtime.items():
        if name in NOT_EMITTED or (name in WITH_FEATURE and not WITH_FEATURE[name](known)):
            continue
        if not (target / name).exists():  # some have a template
            (target / name).write_bytes(content)
    values = {
        "about": known.about,
        "known": known,
        "calls": list(calls(source, data, known)),
        "title": _title(source),
        "tested": {name: metadata.version(name) for name in ("httpx", "attrs")},
    }
    for name, template in ADDED.items():
        (target / name).write_text(project.env.get_template(template).render(values), "utf-8", newline="\n")


def _title(source: Source) -> str:
    """What the API is called, on a line of Markdown."""
    words = re.sub(r"[^\w.,:()/&+-]+", " ", str(source.document["info"].get("title", ""))).split()
    return " ".join(words) or "An API"


def _models_have_a_module_each(source: Source, data: GeneratorData) -> None:
    names: dict[str, str] = {}
    for each in (each.class_info for each in (*data.models, *data.enums)):
        if each.module_name in names:
            what = f"classes {names[each.module_name]} and {each.name} would both be in {each.module_name}.py"
            raise source.error(what, "Give one of the schemas another title.")
        names[each.module_name] = each.name


def _complaint(source: Source, complaints: Sequence[GeneratorError]) -> GenerateError:
    first = complaints[0]
    header = first.header.removeprefix("WARNING ").strip().rstrip(":.")
    # One of its messages shows an object, at an address, where it means the status.
    detail = re.sub(r" for status code <[^>]*>", "", one_line(first.detail or "")).rstrip(".")
    more = f" (and {len(complaints) - 1} more)" if len(complaints) > 1 else ""
    return source.error(f"the generator would leave something out: {header}: {detail}{more}")


def _give_form(source: Source, target: Path) -> None:
    """Every module says where it comes from and is in ruff's form; the package says that it has types."""
    _ruff(source, target, "check", "--fix-only", f"--select={RULES}", *COMPACT_IMPORTS)
    first_line = _first_line(source)
    for module in _modules(target):
        # Not before the imports are in order: a comment above the first of them would travel with it.
        module.write_text(first_line + module.read_text("utf-8"), "utf-8", newline="\n")
    _ruff(
        source, target, "format", "--config=format.line-ending='lf'", "--config=format.skip-magic-trailing-comma=true"
    )
    (target / "py.typed").touch()


def _first_line(source: Source) -> str:
    # The version may be any text: only what versions are made of goes onto a line of code.
    version = re.sub(r"[^\w.+-]+", " ", str(source.document["info"]["version"])).strip()
    return f"# Emitted by scripts/generate.py from {DOCUMENT} ({version}); do not edit: change what it is made from.\n"


def _import_all(source: Source, target: Path) -> None:
    """Every module of the package can be imported, in a Python of its own."""
    program = "import importlib, sys; sys.path[:0] = sys.argv[1:2]; [*map(importlib.import_module, sys.argv[2:])]"
    names = [".".join(each.relative_to(target.parent).with_suffix("").parts) for each in _modules(target)]
    command = [sys.executable, "-I", "-B", "-c", program, str(target.parent), *names]
    done = subprocess.run(command, capture_output=True, text=True, cwd=target.parent)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        raise _puzzle(source, f"what the generator wrote does not import ({one_line(reason)})")


def _modules(target: Path) -> Iterable[Path]:
    return sorted(target.rglob("*.py"))


def _puzzle(source: Source, what: str) -> GenerateError:
    """The contract and a template are both suspect."""
    return GenerateError(str(source.contract), what, f"See {DOCUMENT} there, and {TEMPLATES} if there are any.")


def _ruff(source: Source, target: Path, *arguments: str) -> None:
    done = _run_ruff(*arguments, *ISOLATED, target.name, cwd=target.parent)
    if done.returncode:
        reason = one_line(done.stderr or done.stdout)
        raise _puzzle(source, f"ruff {arguments[0]} cannot read what the generator wrote ({reason})")


def _run_ruff(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the ruff of this environment, never the search path's, with none of its variables set."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RUFF_")}
    command = [sys.executable, "-I", "-m", FORMATTER[0], *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=environment)


def _tools_are_those_pinned() -> None:
    found = metadata.version(GENERATOR[0]), _run_ruff("--version").stdout.strip().removeprefix("ruff ")
    for (name, version), installed in zip((GENERATOR, FORMATTER), found, strict=True):
        if installed != version:
            what = f"version {version} is needed and {installed or 'none'} is installed"
            raise GenerateError(name, what, SETUP)


def main(arguments: Sequence[str] | None = None) -> int:
    """Emit the client, or check the one there is: 0 if all is well, 1 if it differs, 2 if it cannot be."""
    options = commands.options(arguments, command="generate", does="Emit the client of a contract.", out=PACKAGE)
    act = _check if options.check else _emit
    return commands.run(lambda: act(options.contract, options.out or commands.in_checkout(PACKAGE)))


def _emit(contract: Path, out: Path) -> int:
    _may_be_replaced(out)
    emitted = package(contract)
    files.replace(out, emitted.files)
    operations, models = counted(emitted.operations, "operation"), counted(emitted.models, "model")
    print(f"{out}: {operations}, {models}, {counted(len(emitted.files), 'file')}, from {contract / DOCUMENT}")
    return 0


def _check(contract: Path, out: Path) -> int:
    expected = package(contract).files
    found = files.differences(expected, files.read(out))
    if not found:
        print(f"{out}: {counted(len(expected), 'file')}, as {contract / DOCUMENT} yields them")
        return 0
    print("\n".join(found.lines()))
    print(f"{out}: not what {contract / DOCUMENT} yields. Write it again with python -m scripts.generate.")
    return 1


def _may_be_replaced(out: Path) -> None:
    """A folder is replaced only if it holds nothing or was emitted: what it holds will be gone."""
    hint = "Name another folder with --out, or empty this one yourself."
    if out.exists() and not out.is_dir():
        raise GenerateError(str(out), "is not a folder", hint)
    mark = out / STAMP
    if not files.is_empty(out) and not (mark.is_file() and is_stamp(mark.read_bytes())):
        raise GenerateError(str(out), f"is not empty and has no {STAMP}, so it was not emitted", hint)


if __name__ == "__main__":
    sys.exit(main())
