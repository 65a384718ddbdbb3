"""The Markdown report, as a renderer of CommonMark makes HTML of it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from markdown_it import MarkdownIt

from conformance.model import Verdict
from conformance.reports import Report, markdown_text
from conformance.reports.markdown import inline
from tests.made_reports import (
    HOSTILE,
    client_report,
    full_report,
    hostile_report,
    made_reports,
    plain_exchange,
    record,
    report_of,
)

RENDERER = MarkdownIt("gfm-like", {"linkify": False})
#: The tags that the report itself may bring in.
OWN = {"details", "summary", "strong", "code", "pre", "h1", "h2", "p", "ul", "li"}
OWN |= {"table", "thead", "tbody", "tr", "th", "td"}


def rendered(text: str) -> str:
    return RENDERER.render(text)


def test_the_verdict_stands_first_and_failures_before_the_tables() -> None:
    text = markdown_text(full_report())

    assert text.splitlines()[0] == "# server `http://server.example`: failed ❌"
    assert text.index("<details open>") < text.index("## The answer: 1 pass, 2 fail") < text.index("## All answers")


def test_a_consequence_is_an_item_under_its_headline() -> None:
    text = markdown_text(full_report())

    assert text.count("<details") == 2
    assert "- top\\-shape (MUST): /: no \\| <code>code</code>\n" in text.replace("\\(", "(").replace("\\)", ")")


def test_tables_have_a_row_for_each_requirement() -> None:
    report = full_report()

    assert rendered(markdown_text(report)).count("<tr>") == len(report.records) + 2
    assert "not | ours" in rendered(markdown_text(report))


REPORTS = {"full": full_report(), "client": client_report(), "hostile": hostile_report()}


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS.keys())
def test_nothing_that_was_seen_is_mark_up(report: Report) -> None:
    html = rendered(markdown_text(report))

    assert set(re.findall(r"<([a-z0-9]+)", html)) <= OWN
    assert html.count("<details") == html.count("</details>")
    assert "href" not in html


@given(made_reports())
@settings(max_examples=60, deadline=None)
def test_nothing_made_up_is_mark_up(report: Report) -> None:
    html = rendered(markdown_text(report))

    assert set(re.findall(r"<([a-z0-9]+)", html)) <= OWN
    assert html.count("<tr>") == len(report.records) + html.count("<table>")


@pytest.mark.parametrize("text", [each for each in HOSTILE if each.isprintable()])
def test_inline_text_is_shown_as_it_is(text: str) -> None:
    shown = re.sub(r"</?(p|code)>", "", RENDERER.render(f"x {inline(text)}")).strip()

    assert re.search(r"<", shown) is None
    assert shown.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&amp;", "&") in (
        f"x {text}",
        f"x {text.replace('`', '')}",
    )


def test_words_in_backticks_are_code() -> None:
    assert inline("`a|b` is *c*") == "<code>a\\|b</code> is \\*c\\*"


def test_a_fence_is_longer_than_what_it_holds() -> None:
    body = b"```\n# no heading\n````"
    report = report_of([record("one", Verdict.FAIL, seen=plain_exchange(body))])
    html = rendered(markdown_text(report))

    assert html.count("<pre>") == 1
    assert "# no heading" in html
    assert html.count("<h1>") == 1


def test_failures_can_be_left_out() -> None:
    text = markdown_text(full_report(), failures=False)

    assert "<details" not in text
    assert "top\\-code" in text


def test_a_run_that_passed_says_so() -> None:
    assert markdown_text(report_of([record("one")])).startswith("# server `http://server.example`: passed ✅\n")
