"""What GitHub Actions is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.model import Level, Verdict
from conformance.reports import tell_github
from conformance.reports.github import MOST, SUMMARY_LIMIT, annotation_commands, command, outputs, step_summary
from tests.made_reports import client_report, full_report, hostile_report, record, report_of


def test_a_command_is_one_line_whatever_it_says() -> None:
    line = command("error", "a: b, c%\n::warning::", "50%\r\n::error::no")

    assert line == "::error title=a%3A b%2C c%25%0A%3A%3Awarning%3A%3A::50%25%0D%0A::error::no"


def test_each_headline_is_annotated_and_what_a_strict_run_would_mind_is_a_warning() -> None:
    told = list(annotation_commands([full_report()]))

    assert [line.partition("::The")[0] for line in told] == [
        "::error title=server%3A top-code (MUST)",
        "::error title=server%3A idle-rule (MUST)",
        "::error title=server%3A mended-rule (MUST)",
        "::warning title=server%3A soft-rule (SHOULD)",
    ]
    assert "%0Arepeat: sms-conformance server" in told[0]


def test_no_more_are_annotated_than_are_shown() -> None:
    report = report_of([record(f"rule-{place}", Verdict.FAIL) for place in range(MOST + 3)])
    told = list(annotation_commands([report]))

    assert len(told) == MOST
    assert told[-1] == "::error title=sms-conformance::4 more are broken; the report has them."
    assert len(list(annotation_commands([report_of(report.records[:MOST])]))) == MOST


def test_what_is_left_out_is_a_warning_if_it_fails_nothing() -> None:
    records = [record(f"rule-{place}", Verdict.FAIL, level=Level.SHOULD) for place in range(MOST + 1)]

    assert list(annotation_commands([report_of(records)]))[-1].startswith("::warning ")


@pytest.mark.parametrize("line", [*annotation_commands([hostile_report()])])
def test_nothing_that_was_seen_is_a_command_of_its_own(line: str) -> None:
    assert len(line.splitlines()) == 1
    assert line.startswith("::error title=")


def environment(folder: Path) -> dict[str, str]:
    named = {"GITHUB_STEP_SUMMARY": folder / "summary.md", "GITHUB_OUTPUT": folder / "output"}
    return {"GITHUB_ACTIONS": "true", **{name: str(file) for name, file in named.items()}}


def test_the_files_of_the_step_are_written_to_and_keep_what_they_had(tmp_path: Path) -> None:
    (tmp_path / "output").write_text("earlier=1\n", encoding="utf-8")
    said: list[str] = []
    tell_github([full_report()], environment(tmp_path), said.append)

    assert (tmp_path / "output").read_text(encoding="utf-8") == "earlier=1\nverdict=failed\nfailed=5\n"
    assert (tmp_path / "summary.md").read_text(encoding="utf-8").startswith("# server")
    assert said == list(annotation_commands([full_report()]))


def test_nothing_is_told_elsewhere(tmp_path: Path) -> None:
    said: list[str] = []
    tell_github([full_report()], {**environment(tmp_path), "GITHUB_ACTIONS": ""}, said.append)

    assert said == []
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_is_said_and_no_more(tmp_path: Path) -> None:
    said: list[str] = []
    named = {**environment(tmp_path), "GITHUB_OUTPUT": str(tmp_path / "no" / "folder")}
    tell_github([report_of([record("one")])], named, said.append)

    assert len(said) == 1
    assert said[0].startswith("::warning title=sms-conformance::")
    assert said[0].endswith("cannot be written (No such file or directory).")


def test_a_summary_that_is_too_long_loses_its_failures_and_no_verdict() -> None:
    breach = "x" * 3000
    report = report_of([record(f"rule-{place}", Verdict.FAIL, breaches=(breach,) * 9) for place in range(50)])
    text = step_summary([report])

    assert len(text.encode()) <= SUMMARY_LIMIT
    assert "<details" not in text
    assert "| `rule-49` |" in text
    assert "<details" in step_summary([full_report()])


def test_one_verdict_is_given_for_all_reports() -> None:
    assert outputs([report_of([record("one")]), client_report()]) == "verdict=failed\nfailed=1\n"
    assert outputs([report_of([record("one")])]) == "verdict=passed\nfailed=0\n"
