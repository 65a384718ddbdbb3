"""The rooms and which way they look; what the project may and may not say of itself."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from conformance import contract as contracts
from conformance.checks import SERVER
from conformance.checks import client as client_checks

ROOT = Path(__file__).parent.parent

#: What each room of `conformance` may import of the others.
BELOW: dict[str, set[str]] = {
    "model": set(),
    "at_once": set(),
    "contract": {"model"},
    "checks": {"model", "contract", "checks"},
    "judge": {"model"},
    "probes": {"model", "contract", "checks", "probes"},
    "case_files": {"model", "spellings"},
    "bytes_as_json": {"model"},
    "protocol": {"model", "bytes_as_json"},
    "drivers": {
        "model",
        "bytes_as_json",
        "at_once",
        "contract",
        "checks",
        "judge",
        "probes",
        "case_files",
        "protocol",
        "settings",
        "drivers",
    },
    "adapters": {"model", "contract", "protocol", "drivers"},
    "settings": {"model"},
    "register": {"model", "contract"},
    "reports": {"model", "reports", "spellings"},
    "spellings": set(),
    "run": {"model", "contract", "checks", "drivers", "judge", "register", "reports", "settings"},
    "run_server": {
        "model",
        "contract",
        "checks",
        "case_files",
        "drivers",
        "judge",
        "probes",
        "reports",
        "run",
        "settings",
    },
    "run_client": {"model", "contract", "checks", "case_files", "drivers", "judge", "reports", "run", "settings"},
    "client_speed": {"model", "contract", "checks", "drivers", "judge"},
    "reference_server": {"model", "contract", "reference_server"},
    "reference_client": {"model", "at_once", "contract"},
    "plain_server": {"model", "plain_server"},
    "mutants": {"model", "contract", "reference_client", "mutants"},
    "edited_client": {"model", "contract", "drivers", "mutants"},
    "findings": {"model", "judge"},
}


def imported(path: Path) -> set[str]:
    """The rooms of `conformance` that a module imports, and other packages by their top name."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module == "conformance":
            names |= {f"conformance.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def modules(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("path", modules("conformance"), ids=lambda path: str(path.relative_to(ROOT)))
def test_arrows_point_down(path: Path) -> None:
    room = path.relative_to(ROOT / "conformance").parts[0].removesuffix(".py")
    if room not in BELOW:
        assert room in {"__init__", "__main__", "cli", "correct_server", "explain", "selftest", "selftest_clients"}
        return

    rooms = {name.split(".")[1] for name in imported(path) if name.startswith("conformance.")}

    assert rooms <= BELOW[room]


@pytest.mark.parametrize("path", [*modules("conformance"), *modules("scripts")], ids=lambda path: path.name)
def test_the_two_halves_meet_in_files_only(path: Path) -> None:
    tops = {name.partition(".")[0] for name in imported(path)}
    half = path.relative_to(ROOT).parts[0]

    assert "generated_client" not in tops
    assert not tops & ({"scripts"} if half == "conformance" else {"conformance"})


def tracked() -> list[Path]:
    """The project's own files: what git tracks or, where there is no git, what stands in the rooms and beside them."""
    if shutil.which("git") and (ROOT / ".git").exists():
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
        return [ROOT / name for name in listed.stdout.split("\0") if name]
    rooms = [ROOT / name for name in ("conformance", "generated_client", "openapi", "scripts", "tests", ".ci")]
    inside = [path for room in rooms for path in room.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    return [*inside, *(path for path in ROOT.iterdir() if path.is_file())]


def test_no_file_names_a_place_outside_the_repository() -> None:
    outside = re.compile(r"(?<![\w.])/(work|home|root|tmp|Users)/\w|file://|https?://[\w.]*(pypi|pythonhosted)\.")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked()
        if path.suffix != ".lock" and path != Path(__file__) and path.exists()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if outside.search(line)
    ]

    assert found == []


def test_the_lock_has_hashes_and_names_no_index() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins = [line for line in lock.splitlines() if line and not line.startswith((" ", "#"))]

    assert all(re.match(r"[a-z0-9.-]+(\[[a-z,]+\])?==\S+.* \\$", line) for line in pins)
    assert lock.count("--hash=sha256:") >= len(pins)
    assert "://" not in lock
    assert "index-url" not in lock


def test_the_lock_pins_what_the_project_asks_for() -> None:
    asked = re.findall(r'^    "([\w.-]+==[\w.]+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8").lower()

    assert asked
    assert [each for each in asked if f"\n{each.lower()} " not in f"\n{lock}"] == []


def test_ci_runs_the_test_command_of_the_readme() -> None:
    assert "make test" in (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()
    assert "\n$ make test " in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_changelog_counts_right() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    contract = contracts.read(contracts.default_folder())

    assert f"by {len(SERVER)} requirements" in text
    assert f"by {len(client_checks.requirements(contract))} requirements" in text


def test_type_checkers_are_told_what_to_check_in_one_place() -> None:
    elsewhere = ["pyrightconfig.json", "mypy.ini", ".mypy.ini", "setup.cfg", "ruff.toml", ".ruff.toml"]

    assert [name for name in elsewhere if (ROOT / name).exists()] == []


def test_the_client_has_the_version_of_the_project() -> None:
    version = re.search(r'^version = "(.*)"$', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    settings = (ROOT / "openapi/client.yaml").read_text(encoding="utf-8")

    assert version
    assert f"package_version_override: {version[1]}\n" in settings
