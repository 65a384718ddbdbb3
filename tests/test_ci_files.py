"""What others run this suite with in their CI: that it reads, and that no input becomes a command."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from conformance.cli.server import server
from conformance.reports import FORMATS

ROOT = Path(__file__).parent.parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
GITHUB = yaml.safe_load((ROOT / "examples/ci/github.yml").read_text(encoding="utf-8"))
GITLAB = yaml.safe_load((ROOT / "examples/ci/gitlab-ci.yml").read_text(encoding="utf-8"))
[HOOK] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
JUDGE = next(each for each in STEPS if each.get("id") == "judge")

#: In place of the suite, with nothing loaded that it does not need. It keeps the arguments, the token and the numbers
#: that it is given, and fails if it is asked to.
FAKE = f"""#!{sys.executable} -S
import json, os, sys
names = dict(token="SMS_CONFORMANCE_TOKEN", numbers="SMS_CONFORMANCE_NUMBERS")
given = dict(arguments=sys.argv[1:], **dict((each, os.environ.get(name)) for each, name in names.items()))
open(os.environ["GIVEN"], "w").write(json.dumps(given))
sys.exit(int(os.environ.get("ENDS_WITH", "0")))
"""


class Judged:
    """The step that judges, run with inputs as the action would hand them on."""

    def __init__(self, folder: Path, inputs: dict[str, str], **environment: str) -> None:
        fake = folder / "bin" / "sms-conformance"
        fake.parent.mkdir(exist_ok=True)
        fake.write_text(FAKE, encoding="utf-8")
        fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
        given = folder / "given.json"
        values = {name: inputs.get(_input(text), _default(_input(text))) for name, text in JUDGE["env"].items()}
        path = f"{fake.parent}{os.pathsep}{os.environ['PATH']}"
        self.done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", JUDGE["run"]],
            env={"PATH": path, "GIVEN": str(given), **values, **environment},
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        self.given: dict[str, Any] = json.loads(given.read_text(encoding="utf-8")) if given.exists() else {}

    @property
    def arguments(self) -> list[str]:
        arguments: list[str] = self.given["arguments"]
        return arguments


def _input(text: str) -> str:
    found = re.fullmatch(r"\$\{\{ inputs\.([a-z-]+) \}\}", text)
    assert found
    return found[1]


def _default(name: str) -> str:
    default = ACTION["inputs"][name]["default"]
    assert isinstance(default, str)
    return default


DEFAULTS = ["--profile", "quick", "--seed", "1", "--report", _default("report"), "--report-dir", "reports"]


def test_inputs_left_alone_give_the_defaults(tmp_path: Path) -> None:
    judged = Judged(tmp_path, {})

    assert judged.done.returncode == 0, judged.done.stderr
    assert judged.given == {"arguments": ["server", *DEFAULTS], "token": None, "numbers": None}


def test_every_input_reaches_the_command(tmp_path: Path) -> None:
    judged = Judged(
        tmp_path,
        {
            "url": "http://127.0.0.1:8080",
            "token": "a-token",
            "definition-key": "welcome",
            "numbers": "15555550100, 15555550101\n15555550102\n",
            "profile": "thorough",
            "strict": "true",
            "seed": "7",
            "wait": "30",
            "report": "json",
            "report-dir": "out",
            "args": "--yes-send-messages\n\n--only\nsend-mixed-errorcode",
        },
    )

    assert judged.arguments == [
        *("server", "--url", "http://127.0.0.1:8080", "--definition-key", "welcome"),
        *("--profile", "thorough", "--seed", "7", "--wait", "30", "--report", "json", "--report-dir", "out"),
        *("--strict", "--yes-send-messages", "--only", "send-mixed-errorcode"),
    ]
    assert judged.given["token"] == "a-token"
    assert judged.given["numbers"] == "15555550100 15555550101 15555550102"
    assert "a-token" not in judged.done.stdout + judged.done.stderr


ODD = ["a b", "$(touch harm)", "`touch harm`", "'; touch harm; '", '"; touch harm; "', "*", "\\", "ü", "-n", "a  b"]


@pytest.mark.parametrize("text", ODD)
@pytest.mark.parametrize("name", ["url", "app", "definition-key", "seed", "report-dir", "args", "token"])
def test_no_input_is_a_command(tmp_path: Path, name: str, text: str) -> None:
    judged = Judged(tmp_path, {name: text})

    assert judged.done.returncode == 0, judged.done.stderr
    assert not (tmp_path / "harm").exists()
    assert judged.given["token"] == text if name == "token" else text in judged.arguments


@pytest.mark.parametrize("text", [each for each in ODD if " " not in each])
def test_no_number_is_a_command(tmp_path: Path, text: str) -> None:
    judged = Judged(tmp_path, {"numbers": f"{text} 1"})

    assert judged.given == {"arguments": ["server", *DEFAULTS], "token": None, "numbers": f"{text} 1"}
    assert not (tmp_path / "harm").exists()


@pytest.mark.parametrize("text", ["", " \n", ","])
def test_no_numbers_are_none_and_not_an_empty_list(tmp_path: Path, text: str) -> None:
    assert Judged(tmp_path, {"numbers": text}).given["numbers"] is None


@pytest.mark.parametrize("code", [1, 2])
def test_the_verdict_of_the_suite_is_that_of_the_step(tmp_path: Path, code: int) -> None:
    assert Judged(tmp_path, {}, ENDS_WITH=str(code)).done.returncode == code


def test_strict_is_true_or_false(tmp_path: Path) -> None:
    judged = Judged(tmp_path, {"strict": "yes"})

    assert judged.done.returncode == 2
    assert judged.given == {}


def scripts() -> list[str]:
    return [each["run"] for each in STEPS if "run" in each]


def test_no_script_has_an_expression_in_its_text() -> None:
    assert len(scripts()) == 2
    assert [each for each in scripts() if "${{" in each] == []


@pytest.mark.parametrize("script", scripts())
def test_every_variable_of_a_script_is_given(script: str) -> None:
    given = {name for each in STEPS for name in each.get("env", {})}
    used = set(re.findall(r"\$\{?([A-Z][A-Z_]+)", script))

    assert used <= given


def test_every_input_has_a_use_and_every_use_an_input() -> None:
    used = set(re.findall(r"inputs\.([a-z-]+)", (ROOT / "action.yml").read_text(encoding="utf-8")))

    assert used == set(ACTION["inputs"])


def test_every_option_and_format_is_one_of_the_command() -> None:
    options = {name for each in server.params for name in each.opts}
    named = {name for text in (JUDGE["run"], " ".join(GITLAB["sms-conformance"]["script"])) for name in _options(text)}
    formats = {*_default("report").split(","), *re.search(r"--report (\S+)", " ".join(_scripts())).group(1).split(",")}  # type: ignore[union-attr]

    assert named - {"--quiet"} <= options
    assert formats <= set(FORMATS)


def _options(text: str) -> list[str]:
    return re.findall(r"(?<![\w-])--[a-z][a-z-]+", text)


def _scripts() -> list[str]:
    scripts: list[str] = GITLAB["sms-conformance"]["script"]
    return scripts


def test_the_examples_name_reports_that_are_written() -> None:
    files = {f"reports/server.{ending}" for ending, _ in FORMATS.values()}
    upload = GITHUB["jobs"]["conformance"]["steps"][-1]["with"]["sarif_file"]

    assert {upload, GITLAB["sms-conformance"]["artifacts"]["reports"]["junit"]} <= files


def test_the_example_gives_the_action_inputs_that_it_has() -> None:
    [use] = [each for each in GITHUB["jobs"]["conformance"]["steps"] if each.get("uses") == "./.sms-conformance"]

    assert set(use["with"]) <= set(ACTION["inputs"])


def test_actions_of_others_are_named_with_a_version() -> None:
    uses = [each["uses"] for each in [*STEPS, *GITHUB["jobs"]["conformance"]["steps"]] if "uses" in each]
    foreign = [each for each in uses if not each.startswith("./")]

    assert len(foreign) >= 4
    assert [each for each in foreign if not re.search(r"@(v[0-9]+|[0-9a-f]{40})$", each)] == []


def test_the_hook_runs_a_target_that_is_there() -> None:
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)

    assert HOOK["entry"].split()[0] == "make"
    assert HOOK["entry"].split()[1] in targets
    assert HOOK["pass_filenames"] is False
    assert re.search(HOOK["files"], "openapi/openapi.yaml")
    assert re.search(HOOK["files"], "generated_client/client.py")
    assert not re.search(HOOK["files"], "conformance/openapi/x")
