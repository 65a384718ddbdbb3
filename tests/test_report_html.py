"""The HTML report as a document: what it says, in what order, and that nothing seen becomes a part of it."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings

from conformance.model import Cite, Level, Verdict
from conformance.reports import Exclusion, Report, html_text, json_text
from conformance.reports.earlier import earlier_report
from conformance.reports.html import prose
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

VOID = {"meta", "link", "rect", "path"}


class Page(HTMLParser):
    """The elements of a page with their texts. Anything that is not closed as it was opened is an error."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.texts.setdefault(tag, [])
        if tag not in VOID:
            self.open.append(tag)
            self.texts[tag].append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        for tag in set(self.open):
            self.texts[tag][-1] += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def text(self) -> str:
        return self.texts["body"][0]


def page(*reports: Report) -> Page:
    return Page(html_text(reports))


REPORTS = {
    "full": (full_report(),),
    "client": (client_report(),),
    "hostile": (hostile_report(),),
    "both": (full_report(), client_report()),
    "passed": (report_of([record("one")]),),
}


@pytest.fixture(params=REPORTS.values(), ids=REPORTS.keys())
def any_page(request: pytest.FixtureRequest) -> Page:
    return page(*request.param)


def test_a_page_names_each_thing_once_and_links_to_what_is_there(any_page: Page) -> None:
    ids = [attributes["id"] for _, attributes in any_page.elements if "id" in attributes]
    targets = {str(each["href"])[1:] for each in any_page.all("a")}
    named = {
        str(each[name]) for _, each in any_page.elements for name in ("aria-labelledby", "data-copies") if name in each
    }

    assert len(set(ids)) == len(ids)
    assert all(str(each["href"]).startswith("#") for each in any_page.all("a"))
    assert targets | named <= set(ids)


def test_headings_leave_no_level_out(any_page: Page) -> None:
    levels = [int(tag[1]) for tag, _ in any_page.elements if re.fullmatch("h[1-6]", tag)]

    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_a_page_has_its_landmarks_and_says_its_language(any_page: Page) -> None:
    assert any_page.all("html") == [{"lang": "en"}]
    assert len(any_page.all("main")) == 1
    assert any_page.all("a")[0] == {"class": "skip", "href": "#main"}


def test_a_page_asks_for_nothing_and_lets_nothing_else_act(any_page: Page) -> None:
    [policy] = [each["content"] for each in any_page.all("meta") if each.get("http-equiv")]
    loading = [each for _, each in any_page.elements if {"src", "srcset", "action", "style"} & each.keys()]
    acting = [name for _, each in any_page.elements for name in each if name.startswith("on")]

    assert policy
    assert policy.startswith("default-src 'none'; ")
    for name in ("style", "script"):
        [text] = any_page.texts[name]
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in policy
    assert loading == acting == []
    assert [str(each["href"])[:5] for each in any_page.all("link")] == ["data:"]


def test_whatever_was_seen_is_text() -> None:
    shown = page(hostile_report())

    assert len(shown.all("script")) == len(shown.all("style")) == 1
    assert shown.all("img") == []
    for text in HOSTILE:
        words = "".join(each if each == "\n" or each.isprintable() else ascii(each)[1:-1] for each in text)
        assert words.replace("`", "") in shown.text.replace("`", "")
    assert "\u202e" not in html_text([hostile_report()])
    html_text([hostile_report()]).encode()


@given(made_reports())
@settings(max_examples=40, deadline=None)
def test_whatever_is_made_up_is_text(report: Report) -> None:
    shown = page(report)

    assert len(shown.all("script")) == len(shown.all("style")) == 1
    assert {name for name, _ in shown.elements} <= OWN


#: The elements that the report itself may bring in.
OWN = {"a", "article", "b", "blockquote", "body", "button", "code", "dd", "details", "div", "dl", "dt", "figcaption"}
OWN |= {
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "head",
    "header",
    "html",
    "kbd",
    "li",
    "link",
    "main",
    "mark",
    "meta",
}
OWN |= {"nav", "ol", "p", "pre", "rect", "script", "section", "span", "style", "summary", "svg", "table", "tbody", "td"}
OWN |= {"th", "thead", "title", "tr", "ul"}


def test_the_verdict_stands_first() -> None:
    failed, passed = page(full_report()), page(report_of([record("one"), record("two", Verdict.EXCLUDED)]))

    assert failed.texts["h1"] == ["Failed"]
    assert failed.texts["title"] == ["Failed: server http://server.example – SMS conformance"]
    assert passed.texts["h1"] == ["Passed"]
    assert "1 of 2 requirements are kept: 1 is excluded." in passed.text


def test_the_verdict_is_one_sentence() -> None:
    assert (
        "5 of 9 requirements fail the run: 1 is broken, 2 more by the same answers, 1 was not exercised, "
        "1 passes unexpectedly." in page(full_report()).text
    )
    assert "All 1 requirements are kept." in page(report_of([record("one")])).text
    assert "1 of 2 requirements is broken." in page(report_of([record("one"), record("two", Verdict.FAIL)])).text


def test_each_headline_is_told_in_full_and_those_that_fail_the_run_come_first() -> None:
    shown = page(full_report())
    articles = shown.texts["article"]

    assert [each.split()[0] for each in articles] == ["top-code", "soft-rule"]
    assert "“109001 when at least one was refused.”" in articles[0]
    assert "POST /messaging/v1/sms/messages/" in articles[0]
    assert "broken 2 of 5 times" in articles[0]
    assert "--only top-code" in articles[0]
    assert "does not fail this run" in articles[1]


def test_a_consequence_stands_under_its_headline() -> None:
    [headline, _] = page(full_report()).texts["article"]

    assert re.search(r"Also broken by the same answers\s+top-shape\s.*\s+any-schema\s", headline)


def test_the_line_that_is_broken_is_marked() -> None:
    assert page(full_report()).texts["mark"] == ['  "errorcode": 0,', '  "errorcode": 0,']


def test_what_is_expected_and_was_not_found_has_no_mark() -> None:
    assert "mark" not in page(report_of([record("one", Verdict.FAIL, breaches=("nothing came",))])).texts


def test_requirements_are_counted_by_section() -> None:
    summaries = [" ".join(each.split()) for each in page(full_report()).texts["summary"]]

    assert "The answer 1 pass, 2 fail" in summaries
    assert (
        "All answers 1 fail, 1 fail (not strict), 1 not exercised, 1 excluded, 1 known, 1 passes unexpectedly"
        in summaries
    )


def test_bars_say_in_words_what_they_show() -> None:
    bars = [each["aria-label"] for each in page(full_report()).all("svg") if each.get("role") == "img"]

    assert bars[0] == "1 pass, 3 fail, 1 fail (not strict), 1 not exercised, 1 excluded, 1 known, 1 passes unexpectedly"
    assert len(bars) == 3


def test_a_bar_is_as_long_as_its_parts() -> None:
    shown = page(report_of([record("one"), record("two"), record("three", Verdict.FAIL), record("four")]))
    wide = [(each["x"], each["width"]) for each in shown.all("rect") if each.get("x")][:2]

    assert wide == [("0.0", "75.0"), ("75.0", "25.0")]


def test_statuses_are_told_with_those_that_never_came() -> None:
    rows = [" ".join(each.split()) for each in page(full_report()).texts["tr"]]

    assert "202 Accepted40" in rows
    assert "500 Internal Server Errornever" in rows
    assert rows.index("500 Internal Server Errornever") < rows.index("No answer1")


def test_statuses_beyond_a_dozen_are_named_without_a_bar() -> None:
    shown = page(full_report(statuses={status: 600 - status for status in range(400, 430)}))
    rows = [each for each in shown.texts["tr"] if re.match(r"\s*4", each)]

    assert [each.split()[0] for each in rows] == [str(status) for status in range(400, 412)]
    assert "18 more statuses" in shown.texts["summary"]
    assert "429 171" in " ".join(shown.text.split())


def test_what_was_left_out_is_told_with_its_reason() -> None:
    text = " ".join(page(full_report()).text.split())

    assert (
        "Not exercised Nothing was seen that these apply to. Nothing is known of them, so the run fails. idle-rule"
        in text
    )
    assert "The title of left-out. not | ours" in text
    assert (
        "Known failures Broken, and tolerated for a reason. known-rule MUST The title of known-rule. /errorcode is 0"
        in text
    )
    assert "nothing to break “The order of the items is not documented” rulings.md" in text
    assert "A note on `405`." in text


def test_an_earlier_run_is_compared_with() -> None:
    before = report_of([record("broke"), record("mended", Verdict.FAIL), record("gone")], seed=3)
    after = [record("broke", Verdict.FAIL), record("mended"), record("new")]
    shown = page(report_of(after, earlier=earlier_report(json_text(before).encode(), "earlier.json")))

    assert shown.texts["h3"][:4] == ["1 Newly failing", "1 Mended", "1 New", "1 Gone"]
    assert "The seed was 3, and is 1." in shown.text


def test_no_change_is_told_as_well() -> None:
    same = report_of([record("one", Verdict.FAIL)])
    shown = page(report_of(same.records, earlier=earlier_report(json_text(same).encode(), "earlier.json")))

    assert "Nothing changed: what failed still fails." in shown.text


def test_a_call_is_told_in_its_four_parts() -> None:
    assert page(client_report()).texts["figcaption"] == [
        "The caller asked",
        "The client sent",
        "The server answered",
        "The caller was told",
    ]


def test_two_reports_share_a_page() -> None:
    shown = page(report_of([record("one")]), client_report())

    assert shown.texts["h1"] == ["Failed"]
    assert [" ".join(each.split()) for each in shown.texts["h2"]] == ["Server passed", "Client failed"]
    assert "server http://server.example, client shop.sms" in shown.texts["title"][0]


def test_many_failures_are_folded_and_few_are_not() -> None:
    shown = page(report_of([record(f"rule-{place}", Verdict.FAIL) for place in range(9)]))
    unfolded = ["open" in each for each in shown.all("details")]

    assert unfolded[:9] == [True] * 5 + [False] * 4


def test_words_in_paired_backticks_are_code() -> None:
    assert prose("a `<b>` c") == "a <code>&lt;b&gt;</code> c"
    assert prose("a ` <b>") == "a ` &lt;b&gt;"


@pytest.mark.parametrize("strict", [True, False])
def test_a_should_fails_the_page_if_the_run_is_strict(strict: bool) -> None:
    broken: Any = record("one", Verdict.FAIL, level=Level.SHOULD, seen=plain_exchange())
    shown = page(report_of([broken], strict=strict))

    assert shown.texts["h1"] == ["Failed" if strict else "Passed"]
    assert ("does not fail this run" in shown.text) is not strict


def test_sentences_with_no_requirement_stand_by_their_reasons() -> None:
    listed = [("a.md", "One", "nothing to break"), ("b.md", "Two", "not ours"), ("b.md", "Three", "nothing to break")]
    exclusions = tuple(Exclusion(Cite(page, quote), reason) for page, quote, reason in listed)
    page = html_text([full_report(exclusions=exclusions)])
    section = page.partition("Sentences with no requirement")[2].partition("</section>")[0]

    assert re.findall(r'<dt class="reason">(.*?)</dt>', section) == ["nothing to break", "not ours"]
    assert re.findall("“(.*?)”", section) == ["One", "Three", "Two"]
