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
JSON_FORMAT = 3
#: The formats that can be compared with. The first had neither sections nor causes, the second no parts.
_READ = (1, 2, JSON_FORMAT)
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
    return earlier_report(file_content(file), str(file))


def file_content(file: Path) -> bytes:
    """What stands in a file; raises `EarlierReportError`."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise EarlierReportError(str(file), f"cannot be read ({error.strerror})", _HINT) from None


def earlier_report(content: bytes, where: str) -> Earlier:
    """The run that the text of a JSON report is of; raises `EarlierReportError`."""
    document = report_document(content, where, _READ)
    try:
        return _earlier(document)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        what = f"lacks what a report of format {document['format']} has ({type(error).__name__}: {error})"
        raise EarlierReportError(where, what, _HINT) from None


def report_document(content: bytes, where: str, formats: tuple[int, ...] = (JSON_FORMAT,)) -> dict[str, Any]:
    """The JSON report in a text; raises `EarlierReportError` if it is none, or of none of these formats."""
    try:
        document = strict_json(content)
    except NotStrictJSON as error:
        raise EarlierReportError(where, f"is not JSON ({error})", _HINT) from None
    format: Any = document.get("format") if is_object(document) else None
    if not is_object(document) or type(format) is not int or format not in formats:
        what = "is no report of this suite" if format is None else f"is a report of format {format!r}"
        raise EarlierReportError(where, what, f"{_HINT} {_listed(formats)} read.")
    if format == JSON_FORMAT:
        _check(document, where)
    return document


def _listed(formats: tuple[int, ...]) -> str:
    *others, last = map(str, formats)
    return f"Formats {', '.join(others)} and {last} are" if others else f"Format {last} is"


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
