"""The verdict as a badge: as SVG, and as the JSON of a shields.io endpoint."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping

from attrs import frozen

from conformance.model import Verdict
from conformance.reports.report import Report

LABEL = "SMS conformance"
#: Pixels that a letter takes, about; the text is fitted to what it is given.
_LETTER = 6.6
_MARGIN = 7


@frozen
class _Colours:
    """A colour by its name at shields.io, and one that white text can be read on."""

    name: str
    value: str


_PASSED = _Colours("brightgreen", "#2b6e3f")
_TOLERATED = _Colours("yellow", "#7a5c00")
_FAILED = _Colours("red", "#a5281f")


def badge_svg(report: Report) -> str:
    told, colours = _told(report), _colours(report)
    title = html.escape(f"{LABEL}: {told}, {'passed' if report.passed else 'failed'}")
    left, right = _width(LABEL), _width(told)
    return _SVG.format(
        title=title,
        label=html.escape(LABEL),
        told=html.escape(told),
        width=left + right,
        left=left,
        right=right,
        colour=colours.value,
        label_middle=left / 2,
        told_middle=left + right / 2,
        label_length=left - 2 * _MARGIN,
        told_length=right - 2 * _MARGIN,
    )


def badge_json(report: Report) -> str:
    endpoint: Mapping[str, object] = {
        "schemaVersion": 1,
        "label": LABEL,
        "message": _told(report),
        "color": _colours(report).name,
        "isError": not report.passed,
    }
    return json.dumps(endpoint, indent=2) + "\n"


def _told(report: Report) -> str:
    """How many of the requirements that were judged are kept."""
    judged = [each for each in report.records if each.verdict is not Verdict.EXCLUDED]
    return f"{sum(each.verdict is Verdict.PASS for each in judged)}/{len(judged)}"


def _colours(report: Report) -> _Colours:
    if not report.passed:
        return _FAILED
    tolerated = any(each.verdict in (Verdict.FAIL, Verdict.KNOWN) for each in report.records)
    return _TOLERATED if tolerated else _PASSED


def _width(text: str) -> int:
    return round(len(text) * _LETTER) + 2 * _MARGIN


_SVG = """\
<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" viewBox="0 0 {width} 20" role="img" \
aria-labelledby="title">
  <title id="title">{title}</title>
  <clipPath id="round"><rect width="{width}" height="20" rx="3"/></clipPath>
  <g clip-path="url(#round)">
    <rect width="{left}" height="20" fill="#444"/>
    <rect x="{left}" width="{right}" height="20" fill="{colour}"/>
  </g>
  <g fill="#fff" font-family="Verdana, 'DejaVu Sans', sans-serif" font-size="11" text-anchor="middle" \
aria-hidden="true">
    <text x="{label_middle}" y="14" textLength="{label_length}">{label}</text>
    <text x="{told_middle}" y="14" textLength="{told_length}">{told}</text>
  </g>
</svg>
"""
