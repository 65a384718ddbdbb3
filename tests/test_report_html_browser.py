"""The HTML report in a real browser: what it asks for, what the keyboard reaches, what can be read."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, Request, sync_playwright

from conformance.model import Cite, Level, Verdict
from conformance.reports import Exclusion, Report, html_text, json_text
from conformance.reports.earlier import earlier_report
from tests.made_reports import HOSTILE, client_report, full_report, hostile_report, plain_exchange, record, report_of

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed on this machine")


def compared() -> Report:
    before = report_of([record("broke"), record("mended", Verdict.FAIL), record("gone")], seed=3)
    after = [record("broke", Verdict.FAIL), record("mended"), record("new")]
    return report_of(after, earlier=earlier_report(json_text(before).encode(), "earlier.json"))


#: A word that no line has room for.
LONG = "unbreakable" * 60


def endless() -> Report:
    """A report with such a word wherever a subject or a user may put one."""
    seen = plain_exchange(f'{{"{LONG}": "{LONG}"}}'.encode(), **{"x-long": LONG})
    records = [
        record(LONG, Verdict.FAIL, breaches=(LONG,), seen=seen, title=f"{LONG} `{LONG}`.", section=LONG),
        record("two", Verdict.FAIL, causes=(LONG,), breaches=(LONG,)),
        record("three", Verdict.EXCLUDED, reason=LONG),
        record("four", Verdict.KNOWN, breaches=(LONG,), reason=LONG),
    ]
    exclusions = (Exclusion(Cite(LONG, LONG), LONG),)
    return report_of(records, subject=LONG, command=LONG, notes=(LONG,), exclusions=exclusions)


PASSED = report_of([record("one"), record("two", level=Level.SHOULD), record("three", Verdict.EXCLUDED)])
REPORTS = {
    "passed": (PASSED,),
    "full": (full_report(),),
    "client": (client_report(),),
    "both": (full_report(), client_report()),
    "hostile": (hostile_report(),),
    "compared": (compared(),),
    "endless": (endless(),),
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # Playwright gives each launch an empty profile of its own.
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


class Opened:
    """A page of a report in the browser, with all that it asked for and complained of."""

    def __init__(self, page: Page, file: Path) -> None:
        self.asked: list[str] = []
        self.complaints: list[str] = []
        self.page = page
        self.file = file
        page.on("request", self._request)
        page.on("console", self._console)
        page.on("pageerror", self._error)
        page.goto(file.as_uri())

    def close(self) -> None:
        """Listen no more, and leave the page empty."""
        self.page.remove_listener("request", self._request)
        self.page.remove_listener("console", self._console)
        self.page.remove_listener("pageerror", self._error)
        self.page.goto("about:blank")

    def value(self, script: str) -> Any:
        return self.page.evaluate(script)

    def _request(self, request: Request) -> None:
        self.asked.append(request.url)

    def _console(self, message: ConsoleMessage) -> None:
        self.complaints.append(message.text)

    def _error(self, error: Error) -> None:
        self.complaints.append(str(error))


@pytest.fixture(scope="module")
def page(browser: Browser) -> Page:
    """The page that every report is opened in which asks for nothing special: a new one takes long to make."""
    return browser.new_context().new_page()


#: What is set of a page that is there already, and what it is where a test says nothing.
MEDIA: dict[str, Any] = {"color_scheme": "light", "reduced_motion": "no-preference", "media": "null"}


@pytest.fixture
def opened(browser: Browser, page: Page, tmp_path: Path) -> Iterator[Any]:
    """Opens a page of reports; words are those of a browser context, such as its width.

    What only a new context can be given has one. A second report takes the place of the first.
    """
    shown: list[Opened] = []
    contexts: list[BrowserContext] = []

    def open_page(reports: tuple[Report, ...], width: int = 1280, **settings: Any) -> Opened:
        file = tmp_path / "report.html"
        file.write_text(html_text(reports), encoding="utf-8")
        used = page
        if settings.keys() - MEDIA.keys():
            contexts.append(browser.new_context(**settings))
            used = contexts[-1].new_page()
        else:
            page.emulate_media(**{**MEDIA, **settings})
        used.set_viewport_size({"width": width, "height": 800})
        shown.append(Opened(used, file))
        return shown[-1]

    yield open_page
    for each in shown:
        each.close()
    for context in contexts:
        context.close()


@pytest.fixture(params=REPORTS.values(), ids=REPORTS.keys())
def reports(request: pytest.FixtureRequest) -> tuple[Report, ...]:
    chosen: tuple[Report, ...] = request.param
    return chosen


def test_a_page_asks_for_nothing_but_itself_and_complains_of_nothing(opened: Any, reports: tuple[Report, ...]) -> None:
    shown = opened(reports)
    shown.page.emulate_media(media="print")
    others = [url for url in shown.asked if url != shown.file.as_uri() and not url.startswith("data:")]

    assert shown.asked[0] == shown.file.as_uri()
    assert others == []
    assert shown.complaints == []


def test_nothing_that_was_seen_has_become_an_element(opened: Any) -> None:
    shown = opened((hostile_report(),))

    assert shown.value("document.querySelectorAll('img, iframe, [onerror], [onclick]').length") == 0
    assert shown.value("document.querySelectorAll('article').length") == len(HOSTILE)
    assert shown.value("document.compatMode") == "CSS1Compat"


FOCUSED = """() => {
    const node = document.activeElement;
    if (!node || node === document.body) return null;
    const style = getComputedStyle(node);
    const box = node.getBoundingClientRect();
    return {
        name: node.textContent.trim().slice(0, 60), tag: node.tagName, link: node.getAttribute('href'),
        article: node.closest('article')?.id ?? null,
        visible: box.width > 0 && box.height > 0 && box.left >= 0 && box.right <= innerWidth,
        outline: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    };
}"""


def stops(page: Page) -> list[dict[str, Any]]:
    """What Tab leads to, from the top of the page until it leaves it."""
    found: list[dict[str, Any]] = []
    while len(found) < 500:
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused is None or (found and focused == found[0]):
            return found
        found.append(focused)
    raise AssertionError("Tab does not come to an end")


def test_tab_reaches_every_failure_and_shows_where_it_is(opened: Any, reports: tuple[Report, ...]) -> None:
    shown = opened(reports)
    failures = shown.value("[...document.querySelectorAll('article.failure')].map((each) => each.id)")
    found = stops(shown.page)

    assert found[0]["link"] == "#main"
    assert [each for each in found if not (each["visible"] and each["outline"])] == []
    assert {each["article"] for each in found} - {None} == set(failures)
    assert {f"#{id}" for id in failures} <= {each["link"] for each in found}


def test_the_skip_link_leads_to_the_findings(opened: Any) -> None:
    shown = opened((full_report(),))
    shown.page.keyboard.press("Tab")
    shown.page.keyboard.press("Enter")

    assert shown.value("document.activeElement.id") == "main"


def test_the_verdict_leads_to_its_failures_by_keyboard(opened: Any) -> None:
    shown = opened((full_report(),))
    link = shown.page.locator("nav a").first
    link.focus()
    shown.page.keyboard.press("Enter")
    shown.page.wait_for_timeout(100)

    assert shown.value("location.hash") == "#server-top-code-failure"
    assert shown.page.locator("#server-top-code-failure").is_visible()


def test_details_open_and_close_by_keyboard(opened: Any) -> None:
    shown = opened((full_report(),))
    summary = shown.page.locator(".requirements summary").first
    details = ".requirements details"
    before = shown.value(f"document.querySelector('{details}').open")
    summary.focus()
    shown.page.keyboard.press("Enter")
    between = shown.value(f"document.querySelector('{details}').open")
    shown.page.keyboard.press("Space")

    assert before is not between
    assert shown.value(f"document.querySelector('{details}').open") is before


def test_keys_go_from_failure_to_failure(opened: Any) -> None:
    shown = opened((full_report(),))
    places = []
    for key in "jjjk":
        shown.page.keyboard.press(key)
        places.append(shown.value("document.activeElement.closest('article')?.id"))

    top, soft = "server-top-code-failure", "server-soft-rule-failure"
    assert places == [top, soft, soft, top]


def test_a_link_into_what_is_folded_unfolds_it(opened: Any) -> None:
    shown = opened((PASSED,))
    shown.value("document.querySelectorAll('details').forEach((each) => { each.open = false; })")
    shown.value("location.hash = '#server-one'")
    shown.page.wait_for_timeout(100)

    assert shown.page.locator("#server-one").is_visible()


def test_all_is_unfolded_and_folded_at_once(opened: Any) -> None:
    shown = opened((full_report(),))
    shown.page.get_by_role("button", name="Fold all", exact=True).click()
    folded = shown.value("document.querySelectorAll('details[open]').length")
    shown.page.get_by_role("button", name="Unfold all").click()

    assert folded == 0
    assert shown.value("document.querySelectorAll('details:not([open])').length") == 0


def test_the_command_is_copied(opened: Any) -> None:
    shown = opened((full_report(),), permissions=["clipboard-read", "clipboard-write"])
    shown.page.locator("#server-top-code-failure button").click()
    shown.page.get_by_text("Copied").wait_for()

    command = "sms-conformance server --url http://server.example --seed 1 --only top-code"
    assert shown.value("navigator.clipboard.readText()") == command


def test_where_nothing_can_be_copied_the_command_is_selected(opened: Any) -> None:
    shown = opened((full_report(),))
    shown.value("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); }")
    shown.page.locator("#server-top-code-failure button").click()
    shown.page.get_by_text("Selected").wait_for()

    assert shown.value("String(getSelection())").endswith("--only top-code")


def test_without_script_all_can_be_read_and_no_button_is_dead(opened: Any) -> None:
    shown = opened((full_report(),), java_script_enabled=False)

    assert shown.page.locator("button:visible").count() == 0
    assert shown.page.locator("#server-top-code-failure pre").first.is_visible()
    assert shown.page.get_by_text("--only top-code").is_visible()
    assert shown.complaints == []


#: Every text with the contrast between it and what is painted behind it, by the formula of WCAG 2.
CONTRASTS = """() => {
    const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
    const rgba = (colour) => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const luminance = ([red, green, blue]) => {
        const linear = [red, green, blue].map((each) => each / 255)
            .map((each) => each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4);
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
    };
    const behind = (node) => {
        for (let each = node; each; each = each.parentElement) {
            const colour = rgba(getComputedStyle(each).backgroundColor);
            if (colour[3] === 255) return colour;
        }
        return [255, 255, 255, 255];
    };
    for (const each of document.querySelectorAll('details')) each.open = true;
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const node = walker.currentNode.parentElement;
        if (!walker.currentNode.data.trim() || ['SCRIPT', 'STYLE'].includes(node.tagName)) continue;
        const [one, other] = [rgba(getComputedStyle(node).color), behind(node)].map(luminance);
        const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
        found.push([walker.currentNode.data.trim().slice(0, 40), Math.round(contrast * 100) / 100]);
    }
    return found;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read(opened: Any, reports: tuple[Report, ...], scheme: Any) -> None:
    shown = opened(reports, color_scheme=scheme)
    contrasts = shown.value(CONTRASTS)

    assert len(contrasts) > 40
    assert [each for each in contrasts if each[1] < 4.5] == []


def test_light_and_dark_are_as_the_reader_has_them(opened: Any) -> None:
    light, dark = (
        opened((PASSED,), color_scheme=scheme).value("getComputedStyle(document.body).backgroundColor")
        for scheme in ("light", "dark")
    )

    assert light != dark


@pytest.mark.parametrize("width", [360, 320, 768])
def test_nothing_is_wider_than_the_page(opened: Any, reports: tuple[Report, ...], width: int) -> None:
    shown = opened(reports, width)
    shown.value("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    out = shown.value("""() => [...document.querySelectorAll('body *')]
        .filter((each) => getComputedStyle(each).position !== 'absolute')
        .filter((each) => each.getBoundingClientRect().right > innerWidth + 0.5)
        .map((each) => each.outerHTML.slice(0, 80))""")

    assert shown.value("document.documentElement.scrollWidth") <= width
    assert out == []


def test_request_and_response_stand_side_by_side_where_there_is_room(opened: Any) -> None:
    tops = """() => [...document.querySelectorAll('article .exchange')[0].children]
        .map((each) => each.getBoundingClientRect().top)"""
    wide, narrow = (opened((full_report(),), width).value(tops) for width in (1280, 360))

    assert wide[0] == wide[1]
    assert narrow[0] < narrow[1]


def test_nothing_moves_for_those_who_asked_for_that(opened: Any) -> None:
    behaviour = "getComputedStyle(document.documentElement).scrollBehavior"

    assert opened((PASSED,), reduced_motion="reduce").value(behaviour) == "auto"
    assert opened((PASSED,), reduced_motion="no-preference").value(behaviour) == "smooth"


def test_what_is_folded_is_printed(opened: Any) -> None:
    shown = opened((PASSED,))
    shown.value("document.querySelectorAll('details').forEach((each) => { each.open = false; })")
    shown.page.emulate_media(media="print")
    shown.value("dispatchEvent(new Event('beforeprint'))")

    assert shown.page.locator("#server-one").is_visible()
    assert shown.page.locator("button:visible").count() == 0
    assert len(shown.page.pdf()) > 1000


def test_what_the_page_is_to_a_screen_reader(opened: Any) -> None:
    shown = opened((full_report(),))
    page = shown.page

    assert page.get_by_role("main").count() == 1
    assert page.get_by_role("banner").count() == page.get_by_role("contentinfo").count() == 1
    assert page.get_by_role("navigation", name="What fails").count() == 1
    assert page.get_by_role("article", name="The title of top-code.").count() == 1
    assert page.get_by_role("img", name="1 pass, 2 fail", exact=True).count() == 1
