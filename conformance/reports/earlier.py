"""Reads the JSON report of an earlier run, to compare a run with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema_rs
from attrs import frozen

from conformance.model import CannotRun, NotStrictJSON, is_array, is_object, strict_json
from conformance.reports.messages import harmless

#: The version of the JSON report; it changes when a member changes its meaning.
JSON_FORMAT = 2
#: The formats that can be read. The first had neither sections nor causes.
_READ = (1, JSON_FORMAT)
_HINT = "Give a JSON report that sms-conformance wrote."


@frozen
class EarlierReportError(CannotRun):
    """An earlier report cannot be compared with."""


@frozen
class Finding:
    """What an earlier run said of one requirement: its verdict in words, and whether the run failed for it."""

    verdict: str
    fails: bool


@frozen
class Earlier:
    """An earlier run, as far as it matters for a comparison. `findings` are by requirement."""

    subject: str
    side: str
    contract_digest: str
    version: str
    seed: int
    profile: str
    strict: bool
    passed: bool
    findings: Mapping[str, Finding]


def read_earlier(file: Path) -> Earlier:
    """The run that a JSON report is of; raises `EarlierReportError` that says where, what and what to do."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise EarlierReportError(str(file), f"cannot be read ({error.strerror})", _HINT) from None
    return earlier_report(content, str(file))


def earlier_report(content: bytes, where: str) -> Earlier:
    """The run that the text of a JSON report is of; raises `EarlierReportError`."""
    try:
        document = strict_json(content)
    except NotStrictJSON as error:
        raise EarlierReportError(where, f"is not JSON ({error})", _HINT) from None
    format: Any = document.get("format") if is_object(document) else None
    if type(format) is not int or format not in _READ:
        what = "is no report of this suite" if format is None else f"is a report of format {format!r}"
        raise EarlierReportError(where, what, f"{_HINT} Formats {' and '.join(map(str, _READ))} are read.")
    if format == JSON_FORMAT:
        _check(document, where)
    try:
        return _earlier(document)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        what = f"lacks what a report of format {format} has ({type(error).__name__}: {error})"
        raise EarlierReportError(where, what, _HINT) from None


@cache
def schema_text() -> str:
    """The JSON Schema of the JSON report."""
    return files("conformance.reports").joinpath("report.schema.json").read_text(encoding="utf-8")


@cache
def _validator() -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(json.loads(schema_text()))


def _check(document: Any, where: str) -> None:
    try:
        error = next(_validator().iter_errors(document), None)
    except UnicodeEncodeError:
        raise EarlierReportError(where, "holds half of a surrogate pair", _HINT) from None
    if error is not None:
        pointer = "".join(f"/{part}" for part in error.instance_path)
        raise EarlierReportError(f"{where}#{pointer}", f"breaks report.schema.json: {error.message}", _HINT)


def _earlier(document: Any) -> Earlier:
    """Raises KeyError, TypeError, ValueError or AttributeError for what is no report, whatever its format says."""
    if not is_array(document["records"]):
        raise TypeError("records is no array")

    def text(value: Any) -> str:
        return harmless(str(value))

    def finding(record: Any) -> Finding:
        return Finding(text(record["verdict"]), bool(record["fails"]))

    return Earlier(
        subject=text(document["subject"]),
        side=text(document["side"]),
        contract_digest=text(document["contract"]["sha256"]),
        version=text(document["version"]),
        seed=int(document["seed"]),
        profile=text(document["profile"]),
        strict=bool(document["strict"]),
        passed=bool(document["passed"]),
        findings={text(each["id"]): finding(each) for each in document["records"]},
    )
