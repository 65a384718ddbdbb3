"""Reads `sms-conformance.toml`: what the subject needs, what is excluded, what is known to fail.

Values from the command line win over the file's, and the file's over the defaults, which fit the
reference server.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import attrs
from attrs import frozen

from conformance.model import CannotRun, Setting, is_object

FILE = "sms-conformance.toml"
BUNDLED_EXPECTED_FAILURES = Path(__file__).parent / "expected_failures.toml"

#: What the reference server accepts. The numbers are of the range kept free for fiction.
DEFAULT = Setting(
    token="reference-token",
    definition_key="account_rest",
    numbers=tuple(f"1555555010{digit}" for digit in range(8)),
)


@frozen
class SettingsError(CannotRun):
    """An option or a settings file says what cannot be used."""


@frozen
class Known:
    """A failure that is known: why it is tolerated, where that is written down, who minds it, and until when."""

    reason: str
    link: str
    owner: str
    expires: date

    def has_expired(self, today: date) -> bool:
        return today > self.expires


@frozen
class Settings:
    """What one settings file says."""

    url: str | None = None
    app: str | None = None
    #: The client: the import name of a package, or the command of an adapter; and how long a case may take.
    package: str | None = None
    command: str | None = None
    case_timeout: float | None = None
    subject: Setting = DEFAULT
    excluded: Mapping[str, str] = attrs.field(factory=dict[str, str])
    known: Mapping[str, Known] = attrs.field(factory=dict[str, Known])


_SUBJECT_WORDS = {str: "a string", list: "a list of strings", int: "a whole number"}
_SUBJECT = {"url": str, "app": str, "token": str, "definition_key": str, "numbers": list, "max_recipients": int}


def read(file: Path | None) -> Settings:
    """The settings in `file`, or in `sms-conformance.toml` of the working folder if there is one.

    Raises `SettingsError` that names the file and the key.
    """
    if file is None and not Path(FILE).exists():
        return Settings()
    where = file or Path(FILE)
    return _settings(str(where), _toml(where))


def read_known(file: Path) -> Mapping[str, Known]:
    """The known failures listed in a file of their own; raises `SettingsError`."""
    content = _toml(file)
    _only({"known"}, content, str(file))
    return _known(str(file), _table(content, "known", str(file)))


def check_ids(where: str, named: Collection[str], ids: Collection[str]) -> None:
    """Raise `SettingsError` if a requirement is named that does not exist: it would be left out in silence."""
    if unknown := sorted(set(named) - set(ids)):
        raise SettingsError(where, f"there is no requirement {unknown[0]!r}", "See sms-conformance list.")


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(str(file), f"cannot be read ({error.strerror})", "Name a file that can.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(str(file), f"is not TOML ({error})", "See the example in README.md.") from None


def _settings(where: str, content: dict[str, Any]) -> Settings:
    _only({"subject", "client", "exclude", "known"}, content, where)
    subject = _table(content, "subject", where)
    _only(_SUBJECT, subject, f"{where}: [subject]")
    for name, value in subject.items():
        if not isinstance(value, _SUBJECT[name]) or isinstance(value, bool):
            # The value itself may be a secret.
            what = f"is of the type {type(value).__name__}"
            raise SettingsError(f"{where}: [subject] {name}", what, f"Give {_SUBJECT_WORDS[_SUBJECT[name]]}.")
    if "url" in subject and "app" in subject:
        raise SettingsError(f"{where}: [subject]", "names a url and an app", "Keep one of them.")
    client = _client(where, _table(content, "client", where))
    excluded = _table(content, "exclude", where)
    for name, reason in excluded.items():
        if not isinstance(reason, str) or not reason.strip():
            raise SettingsError(f"{where}: [exclude] {name}", "has no reason", "Write why as a string.")
    return Settings(
        url=subject.get("url"),
        app=subject.get("app"),
        package=client.get("package"),
        command=client.get("command"),
        case_timeout=client.get("case_timeout"),
        subject=Setting(
            token=checked_token(f"{where}: [subject] token", subject.get("token", DEFAULT.token)),
            definition_key=checked_key(
                f"{where}: [subject] definition_key", subject.get("definition_key", DEFAULT.definition_key)
            ),
            numbers=checked_numbers(f"{where}: [subject] numbers", subject.get("numbers", DEFAULT.numbers)),
            max_recipients=_limit(where, subject.get("max_recipients")),
        ),
        excluded=excluded,
        known=_known(where, _table(content, "known", where)),
    )


def _client(where: str, client: dict[str, Any]) -> dict[str, Any]:
    place = f"{where}: [client]"
    _only({"package", "command", "case_timeout"}, client, place)
    for name in ("package", "command"):
        if name in client and (not isinstance(client[name], str) or not client[name].strip()):
            raise SettingsError(f"{place} {name}", "is no string, or an empty one", "Give a string.")
    if "package" in client and "command" in client:
        raise SettingsError(place, "names a package and a command", "Keep one of them.")
    seconds = client.get("case_timeout", 1)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds <= 3600:
        raise SettingsError(f"{place} case_timeout", "is no number of seconds", "Give one above 0, up to 3600.")
    return client


def checked_token(where: str, token: str) -> str:
    """The token; raises `SettingsError`, which does not show it, if no header could carry it."""
    if not re.fullmatch(r"[!-~]+", token):
        raise SettingsError(where, "is empty or holds a character that no token has", "Give the token alone.")
    return token


def checked_key(where: str, key: str) -> str:
    if not key:
        raise SettingsError(where, "is empty", "Name a send definition that exists.")
    return key


def checked_numbers(where: str, numbers: Sequence[Any]) -> tuple[str, ...]:
    """The mobile numbers; raises `SettingsError`, which does not show them."""
    if not numbers or not all(isinstance(each, str) and re.fullmatch("[0-9]+", each) for each in numbers):
        hint = "Give at least one, digits only, with the country code and no plus sign."
        raise SettingsError(where, "are not mobile numbers", hint)
    return tuple(numbers)


def _limit(where: str, limit: int | None) -> int | None:
    if limit is not None and limit < 1:
        raise SettingsError(f"{where}: [subject] max_recipients", f"is {limit}", "Give 1 or more, or leave it out.")
    return limit


def _known(where: str, content: dict[str, Any]) -> dict[str, Known]:
    known: dict[str, Known] = {}
    for name, entry in content.items():
        place = f"{where}: [known] {name}"
        if not is_object(entry) or set(entry) != {"reason", "link", "owner", "expires"}:
            raise SettingsError(place, "is not a table of reason, link, owner and expires", "Give all four.")
        if type(entry["expires"]) is not date:
            raise SettingsError(place, f"expires is {entry['expires']!r}", "Give a date like 2027-06-30.")
        for member in ("reason", "link", "owner"):
            if not isinstance(entry[member], str) or not entry[member].strip():
                raise SettingsError(place, f"has no {member}", "Write it as a string.")
        known[name] = Known(entry["reason"], entry["link"], entry["owner"], entry["expires"])
    return known


def _table(content: dict[str, Any], name: str, where: str) -> dict[str, Any]:
    table: Any = content.get(name, {})
    if not is_object(table):
        raise SettingsError(f"{where}: [{name}]", "is not a table", "See the example in README.md.")
    return table


def _only(names: Collection[str], content: dict[str, Any], where: str) -> None:
    if unknown := sorted(set(content) - set(names)):
        raise SettingsError(where, f"there is no setting {unknown[0]!r}", f"Known are {', '.join(sorted(names))}.")
