"""A JSON report that is read again shows on a page what the run showed, and both sides stand on one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import attrs
import pytest
from hypothesis import given, settings

from conformance.model import Verdict
from conformance.reports import EarlierReportError, Report, html_text, json_text, markdown_text
from conformance.reports.again import report_again
from conformance.reports.earlier import earlier_report
from tests.made_reports import client_report, full_report, hostile_report, made_reports, record, report_of

COMMAND = [sys.executable, "-c", "from conformance.cli import main; main()"]


def again(report: Report) -> Report:
    return report_again(json_text(report).encode(), "report.json")


def compared() -> Report:
    before = report_of([record("broke"), record("mended", Verdict.FAIL), record("gone")], seed=3)
    after = [record("broke", Verdict.FAIL), record("mended"), record("new")]
    return report_of(after, earlier=earlier_report(json_text(before).encode(), "earlier.json"))


REPORTS = {"full": full_report(), "client": client_report(), "hostile": hostile_report(), "compared": compared()}


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS.keys())
def test_what_is_read_again_shows_the_same(report: Report) -> None:
    # In a file a run lasts to the millisecond.
    report = attrs.evolve(report, seconds=0.5)

    assert html_text([again(report)]) == html_text([report])
    assert markdown_text(again(report)) == markdown_text(report)
    assert json_text(again(again(report))) == json_text(report)


@given(made_reports())
@settings(max_examples=40, deadline=None)
def test_whatever_is_read_again_shows_the_same(report: Report) -> None:
    assert html_text([again(report)]) == html_text([report])


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    line = [*COMMAND, "report", *arguments]
    return subprocess.run(line, cwd=cwd, capture_output=True, text=True, timeout=60, check=False)


def test_both_sides_stand_on_one_page(tmp_path: Path) -> None:
    server = report_of([record("one")])
    (tmp_path / "server.json").write_text(json_text(server), encoding="utf-8")
    (tmp_path / "client.json").write_text(json_text(client_report()), encoding="utf-8")
    done = run("server.json", "client.json", "--report", "html,markdown", "--report-dir", "out", cwd=tmp_path)
    good = run("server.json", cwd=tmp_path)

    assert (done.returncode, good.returncode) == (1, 0), done.stderr + good.stderr
    assert done.stdout == "report: out/both.html\nreport: out/both.md\n"
    page = (tmp_path / "out/both.html").read_text(encoding="utf-8")
    assert page == html_text([server, client_report()])
    assert (tmp_path / "out/both.md").read_text(encoding="utf-8").count("\n# ") == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is not JSON"),
        ('{"format": 2}', "is a report of format 2. Give a JSON report that sms-conformance wrote. Format 3 is read."),
        ('{"format": 3}', "breaks report.schema.json"),
    ],
)
def test_what_is_no_report_is_said(content: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(EarlierReportError) as caught:
        report_again(content.encode(), "report.json")

    assert said in str(caught.value)


def test_two_reports_of_one_side_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json_text(report_of([record("one")])), encoding="utf-8")
    done = run("a.json", "a.json", cwd=tmp_path)

    assert done.returncode == 2
    assert "a.json: is the report of a server, as another one is. Give one of each side." in done.stderr
