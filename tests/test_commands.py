from __future__ import annotations

from pathlib import Path

import pytest

from scripts import commands, generate, normalize

ROOT = Path(__file__).parent.parent


def test_the_contract_of_the_checkout_is_meant_wherever_the_command_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    options = commands.options([], command="x", does="Does it.", out="there")

    assert options.contract.resolve() == ROOT / "openapi"
    assert (options.out, options.check) == (None, False)


def test_a_folder_of_the_checkout_is_named_the_short_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)

    assert str(commands.in_checkout("openapi")) == "openapi"


@pytest.mark.parametrize("command", [generate, normalize])
@pytest.mark.parametrize("option", ["--contrat", "--chec"])
def test_an_option_that_is_not_known_or_cut_short_is_refused_in_a_sentence(
    command: object, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        command.main([option])  # type: ignore[attr-defined]

    assert stop.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_file_in_the_way_is_said_in_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    def act() -> int:
        raise PermissionError(13, "Permission denied", "client")

    assert commands.run(act) == 2
    assert capsys.readouterr().err == "client: Permission denied. See to it, or name another folder.\n"
