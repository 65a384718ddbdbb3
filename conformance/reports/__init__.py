"""Turns what a run found into text, in every format that is asked for.

Each renderer is a function from a `Report` to a string. Tokens and telephone numbers are masked in all of
them; message keys are not, for they are what one looks for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from conformance.reports.badge import badge_json, badge_svg
from conformance.reports.console import terminal
from conformance.reports.earlier import Earlier, EarlierReportError, read_earlier
from conformance.reports.github import tell_github
from conformance.reports.json_report import json_text
from conformance.reports.junit import junit_text
from conformance.reports.markdown import markdown_text
from conformance.reports.masking import masker
from conformance.reports.messages import readable, seen_lines
from conformance.reports.pages import contract_pages
from conformance.reports.report import Exclusion, Report
from conformance.reports.sarif import sarif_text

__all__ = [
    "FORMATS",
    "Earlier",
    "EarlierReportError",
    "Exclusion",
    "Report",
    "badge_json",
    "badge_svg",
    "contract_pages",
    "html_text",
    "json_text",
    "junit_text",
    "markdown_text",
    "masker",
    "read_earlier",
    "readable",
    "sarif_text",
    "seen_lines",
    "tell_github",
    "terminal",
]


def html_text(reports: Sequence[Report]) -> str:
    """The runs as one HTML page that needs nothing else."""
    # jinja2 takes a twentieth of a second to import and set up, and most runs write no HTML.
    from conformance.reports import html

    return html.html_text(reports)


#: The formats of `--report`, each with the end of its file's name and its renderer.
FORMATS: Mapping[str, tuple[str, Callable[[Report], str]]] = {
    "json": ("json", json_text),
    "junit": ("junit.xml", junit_text),
    "markdown": ("md", markdown_text),
    "html": ("html", lambda report: html_text((report,))),
    "sarif": ("sarif", sarif_text),
    "badge": ("badge.svg", badge_svg),
    "badge-json": ("badge.json", badge_json),
}
