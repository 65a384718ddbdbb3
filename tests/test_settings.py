from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from conformance import settings
from conformance.settings import BUNDLED_EXPECTED_FAILURES, DEFAULT, SettingsError


def written(folder: Path, text: str) -> Path:
    file = folder / "sms-conformance.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_no_file_means_the_reference_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert settings.read(None).subject == DEFAULT


def test_a_file_says_what_the_subject_needs(tmp_path: Path) -> None:
    read = settings.read(
        written(
            tmp_path,
            """
            [subject]
            url = "https://sms.example"
            token = "t"
            definition_key = "d"
            numbers = ["15555550100"]
            max_recipients = 5
            [client]
            command = "node adapter.mjs"
            case_timeout = 2.5
            [exclude]
            auth-before-body = "our gateway judges the body first"
            [known.request-id-uuid]
            reason = "a counter"
            link = "https://tracker.example/7"
            owner = "the gateway team"
            expires = 2027-01-31
            """,
        )
    )

    assert read.url == "https://sms.example"
    assert (read.package, read.command, read.case_timeout) == (None, "node adapter.mjs", 2.5)
    assert (read.subject.token, read.subject.numbers, read.subject.max_recipients) == ("t", ("15555550100",), 5)
    assert read.excluded == {"auth-before-body": "our gateway judges the body first"}
    assert read.known["request-id-uuid"].has_expired(date(2027, 2, 1))
    assert not read.known["request-id-uuid"].has_expired(date(2027, 1, 31))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[subject", "is not TOML"),
        ("[subjekt]", "there is no setting 'subjekt'. Known are client, exclude, known, subject"),
        ("[subject]\ntokn = 'x'", "[subject]: there is no setting 'tokn'"),
        ("[subject]\ntoken = 5", "[subject] token: is of the type int. Give a string"),
        ("[subject]\nmax_recipients = true", "max_recipients: is of the type bool. Give a whole number"),
        ("[subject]\nnumbers = ['+1555']", "numbers: are not mobile numbers"),
        ("[subject]\nnumbers = ['²']", "numbers: are not mobile numbers"),
        ("[subject]\nnumbers = []", "numbers: are not mobile numbers"),
        ("[subject]\nmax_recipients = 0", "max_recipients: is 0"),
        ("[subject]\ntoken = 'a secret'", "token: is empty or holds a character"),
        ("[subject]\ndefinition_key = ''", "definition_key: is empty"),
        ("[subject]\nurl = 'http://x'\napp = 'a:b'", "names a url and an app"),
        ("[known.x]\nreason = ''\nlink = 'l'\nowner = 'o'\nexpires = 2027-01-01", "[known] x: has no reason"),
        ("[exclude]\nx = ''", "[exclude] x: has no reason"),
        ("[client]\nname = 'x'", "[client]: there is no setting 'name'"),
        ("[client]\ncommand = ''", "[client] command: is no string, or an empty one"),
        ("[client]\npackage = 'a'\ncommand = 'b'", "[client]: names a package and a command"),
        ("[client]\ncase_timeout = 0", "[client] case_timeout: is no number of seconds"),
        ("[client]\ncase_timeout = true", "[client] case_timeout: is no number of seconds"),
        ("[known.x]\nreason = 'r'", "[known] x: is not a table of reason, link, owner and expires"),
        ("[known.x]\nreason = 'r'\nlink = 'l'\nowner = 'o'\nexpires = 'soon'", "expires is 'soon'"),
        ("exclude = 5", "is not a table"),
    ],
)
def test_a_file_that_says_something_else_is_an_error(tmp_path: Path, text: str, said: str) -> None:
    file = written(tmp_path, text)

    with pytest.raises(SettingsError) as caught:
        settings.read(file)
    assert said in str(caught.value)
    assert str(file) in str(caught.value)


@pytest.mark.parametrize("line", ["token = 123456789", "token = 'a 123456789'", "numbers = '123456789'"])
def test_no_error_shows_a_token_or_a_number(tmp_path: Path, line: str) -> None:
    with pytest.raises(SettingsError) as caught:
        settings.read(written(tmp_path, f"[subject]\n{line}"))
    assert "123456789" not in str(caught.value)


def test_a_file_that_is_named_and_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        settings.read(tmp_path / "none.toml")


def test_no_failure_of_the_bundled_client_is_expected() -> None:
    assert settings.read_known(BUNDLED_EXPECTED_FAILURES) == {}
