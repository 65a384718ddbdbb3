"""The report as one HTML page that needs nothing else: no network, no font, no script to be read.

The page is `page.html.jinja` with `page.css` and `page.js` inside it; here is what it is filled with. A content
security policy lets nothing act on it but these two, by their hashes. Everything that was seen is escaped.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from http import HTTPStatus
from importlib.resources import files
from typing import Any

import jinja2
from attrs import frozen
from markupsafe import Markup, escape

from conformance.model import NO_ANSWER, Cite, Failure, Record, Verdict
from conformance.reports.comparison import Comparison, comparison
from conformance.reports.messages import Kind, broken_lines, parts
from conformance.reports.report import (
    Report,
    consequences,
    explanations,
    headlines,
    sections,
    verdict_counts,
    verdict_text,
    with_causes,
)

#: Statuses that have a bar each. A client is shown many more, and most of them once or twice.
_BARS = 12
#: Failures whose request and response are unfolded from the start.
_UNFOLDED = 5
_GLYPHS = {"pass": "✓", "fail": "✗", "not exercised": "○", "excluded": "–", "known": "≈", "passes unexpectedly": "!"}
_EXCHANGE_TITLES = {Kind.REQUEST: "Request", Kind.RESPONSE: "Response"}
_CALL_TITLES = {
    Kind.ASKED: "The caller asked",
    Kind.REQUEST: "The client sent",
    Kind.RESPONSE: "The server answered",
    Kind.TOLD: "The caller was told",
}


def html_text(reports: Sequence[Report]) -> str:
    """One page of one report, or of several: of a server and a client, say."""
    css, script = _resource("page.css"), _resource("page.js")
    sides = [_side(report) for report in reports]
    page = {
        "title": _title(reports),
        "policy": _policy(css, script),
        # Both are files of this package, and nothing that was seen is in them.
        "css": Markup(css),
        "script": Markup(script),
        "passed": all(report.passed for report in reports),
        "sides": sides,
        "is_joint": len(sides) > 1,
        "versions": sorted({report.version for report in reports}),
    }
    return _template().render(page)


def _title(reports: Sequence[Report]) -> str:
    passed = all(report.passed for report in reports)
    subjects = ", ".join(f"{each.side} {each.hidden(each.subject)}" for each in reports)
    return f"{'Passed' if passed else 'Failed'}: {subjects} – SMS conformance"


def _policy(css: str, script: str) -> str:
    return "; ".join(
        [
            "default-src 'none'",
            f"style-src '{_hash(css)}'",
            f"script-src '{_hash(script)}'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


@cache
def _resource(name: str) -> str:
    return files("conformance.reports").joinpath(name).read_text(encoding="utf-8")


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["prose"] = prose
    environment.filters["css_word"] = _css_word
    return environment.from_string(_resource("page.html.jinja"))


def prose(text: str) -> Markup:
    """A sentence whose words in backticks, if they are paired, are code."""
    words = text.split("`")
    if len(words) % 2 == 0:
        return escape(text)
    code = Markup("<code>{}</code>")
    return Markup("").join(code.format(each) if place % 2 else each for place, each in enumerate(words))


def _css_word(verdict: str) -> str:
    return re.sub("[^a-z]+", "-", verdict).strip("-")


@frozen
class Segment:
    """A part of a bar, in hundredths of its length."""

    name: str
    count: int
    start: float
    length: float


@frozen
class Bar:
    """A bar and the words that say the same."""

    segments: tuple[Segment, ...]
    told: str


@frozen
class StatusRow:
    """How often a status was answered, and how long its bar is in hundredths."""

    name: str
    phrase: str
    count: int
    length: float
    kind: str


@frozen
class ShownLine:
    text: str
    is_head: bool
    is_broken: bool


@frozen
class ShownPart:
    """A request, a response or the like, with a heading. `is_left` says on which side it stands."""

    title: str
    lines: tuple[ShownLine, ...]
    is_left: bool


@frozen
class ShownRecord:
    """A requirement in a row or an item. `anchor` is where its row stands, `target` where most is said of it."""

    id: str
    anchor: str
    target: str
    level: str
    title: str
    verdict: str
    glyph: str
    exercised: int
    reason: str


@frozen
class Consequence:
    """A requirement that the same answers break, with what was found."""

    record: ShownRecord
    breaches: tuple[str, ...]


@frozen
class ShownFailure:
    """A failure in full. `fails` says that the run fails for it."""

    record: ShownRecord
    anchor: str
    fails: bool
    tally: str
    page: str
    quote: str
    breaches: tuple[str, ...]
    parts: tuple[ShownPart, ...]
    is_open: bool
    explained: str
    repeat: str
    consequences: tuple[Consequence, ...]


@frozen
class Section:
    """The requirements under one heading."""

    name: str
    counts: Mapping[str, int]
    bar: Bar
    rows: tuple[ShownRecord, ...]
    is_open: bool


@frozen
class Change:
    """What became of some requirements since an earlier run: in a word, in a sentence, and which they are."""

    name: str
    kind: str
    told: str
    records: tuple[ShownRecord, ...]
    gone: tuple[str, ...] = ()


@frozen
class Known:
    """A failure that is tolerated, with its reason and what was found."""

    record: ShownRecord
    breaches: tuple[str, ...]


@frozen
class Excluded:
    """Sentences that nothing is held against for one reason, each with its page."""

    reason: str
    sentences: tuple[Cite, ...]


@frozen
class Side:
    """All that the page says of one report."""

    side: str
    subject: str
    #: What is seen at a time: an exchange or a call.
    unit: str
    passed: bool
    told: str
    facts: tuple[tuple[str, str], ...]
    command: str
    bar: Bar
    statuses: tuple[StatusRow, ...]
    rare: tuple[StatusRow, ...]
    failures: tuple[ShownFailure, ...]
    unexpected: tuple[ShownRecord, ...]
    idle: tuple[ShownRecord, ...]
    known: tuple[Known, ...]
    excluded: tuple[ShownRecord, ...]
    exclusions: tuple[Excluded, ...]
    sections: tuple[Section, ...]
    notes: tuple[str, ...]
    compared: Comparison | None
    changes: tuple[Change, ...]


def _side(report: Report) -> Side:
    compared = comparison(report)
    statuses = [*_statuses(report.statuses)]
    frequent = statuses if len(statuses) <= _BARS else sorted(statuses, key=lambda each: -each.count)[:_BARS]
    shown = [_failure(report, record, place) for place, record in enumerate(headlines(report))]
    return Side(
        side=report.side,
        subject=report.hidden(report.subject),
        unit=report.unit.removesuffix("s"),
        passed=report.passed,
        told=_told(report),
        facts=(
            ("Contract", f"{report.contract}, {report.contract_digest[:12]}"),
            ("Seed", str(report.seed)),
            ("Profile", f"{report.profile}{', strict' if report.strict else ''}"),
            ("Seen", f"{report.seen} {report.unit} in {report.seconds:.1f} s"),
        ),
        command=report.hidden(report.command),
        bar=_bar(verdict_counts(report.records, strict=report.strict)),
        statuses=tuple(each for each in statuses if each in frequent),
        rare=tuple(each for each in statuses if each not in frequent),
        failures=tuple(sorted(shown, key=lambda each: not each.fails)),
        unexpected=_of_verdict(report, Verdict.UNEXPECTED_PASS),
        idle=_of_verdict(report, Verdict.NOT_EXERCISED),
        known=tuple(_known(report)),
        excluded=_of_verdict(report, Verdict.EXCLUDED),
        exclusions=tuple(_exclusions(report)),
        sections=tuple(_sections(report)),
        notes=tuple(report.masked(note) for note in report.notes),
        compared=compared,
        changes=tuple(_changes(report, compared)) if compared else (),
    )


def _told(report: Report) -> str:
    """In one sentence, what the verdict rests on."""
    verdicts = Counter(each.verdict for each in report.records)
    headings = [each for each in headlines(report) if each.fails(strict=report.strict)]
    explained = [each for each in report.failed if explanations(report, each)]
    total, failing = len(report.records), len(report.failed)
    if failing:
        if failing == len(headings):
            return f"{failing} of {total} requirements {_plural(failing, 'is', 'are')} broken."
        lead = f"{failing} of {total} requirements {_plural(failing, 'fails', 'fail')} the run"
        counts = [
            (len(headings), "is broken", "are broken"),
            (len(explained), "more by the same answers", "more by the same answers"),
            (verdicts[Verdict.NOT_EXERCISED], "was not exercised", "were not exercised"),
            (verdicts[Verdict.UNEXPECTED_PASS], "passes unexpectedly", "pass unexpectedly"),
        ]
    else:
        kept = verdicts[Verdict.PASS]
        lead = f"All {total} requirements are kept" if kept == total else f"{kept} of {total} requirements are kept"
        counts = [
            (verdicts[Verdict.FAIL], "is broken and does not fail the run", "are broken and do not fail the run"),
            (verdicts[Verdict.KNOWN], "is known to be broken", "are known to be broken"),
            (verdicts[Verdict.EXCLUDED], "is excluded", "are excluded"),
        ]
    told = [f"{count} {_plural(count, one, more)}" for count, one, more in counts if count]
    return f"{lead}: {', '.join(told)}." if told else f"{lead}."


def _plural(count: int, one: str, more: str) -> str:
    return one if count == 1 else more


def _bar(counts: Mapping[str, int]) -> Bar:
    total = sum(counts.values()) or 1
    segments: list[Segment] = []
    start = 0.0
    for name, count in counts.items():
        length = 100 * count / total
        segments.append(Segment(name, count, round(start, 3), round(length, 3)))
        start += length
    return Bar(tuple(segments), ", ".join(f"{count} {name}" for name, count in counts.items()))


def _statuses(statuses: Mapping[int, int]) -> Iterator[StatusRow]:
    most = max(statuses.values(), default=0) or 1
    for status, count in sorted(statuses.items(), key=lambda each: (each[0] == NO_ANSWER, each[0])):
        name, phrase, kind = ("none", "No answer", "none") if status == NO_ANSWER else _status(status)
        yield StatusRow(name, phrase, count, round(100 * count / most, 3), kind)


def _status(status: int) -> tuple[str, str, str]:
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = ""
    kind = {2: "good", 4: "refused"}.get(status // 100, "other")
    return str(status), phrase, kind


def _of_verdict(report: Report, verdict: Verdict) -> tuple[ShownRecord, ...]:
    return tuple(_record(report, each) for each in report.records if each.verdict is verdict)


def _known(report: Report) -> Iterator[Known]:
    for record in report.records:
        if record.verdict is Verdict.KNOWN:
            yield Known(_record(report, record), _breaches(report, record))


def _anchor(report: Report, id: str) -> str:
    return f"{report.side}-{id}"


def _record(report: Report, record: Record[Any]) -> ShownRecord:
    requirement = record.requirement
    anchor = _anchor(report, requirement.id)
    shown = next(iter(explanations(report, record)), requirement.id) if record.verdict is Verdict.FAIL else ""
    return ShownRecord(
        id=requirement.id,
        anchor=anchor,
        target=f"{_anchor(report, shown)}-failure" if shown else anchor,
        level=requirement.level.value,
        title=requirement.title,
        verdict=verdict_text(record, strict=report.strict),
        glyph=_GLYPHS[record.verdict.value],
        exercised=record.exercised,
        reason=report.hidden(record.reason),
    )


def _failure(report: Report, record: Record[Any], place: int) -> ShownFailure:
    requirement, failure = record.requirement, record.failure
    return ShownFailure(
        record=_record(report, record),
        anchor=f"{_anchor(report, requirement.id)}-failure",
        fails=record.fails(strict=report.strict),
        tally=f"broken {record.broken} of {record.exercised} times",
        page=requirement.cite.page,
        quote=requirement.cite.quote,
        breaches=_breaches(report, record),
        parts=tuple(_parts(report, failure)) if failure else (),
        is_open=place < _UNFOLDED,
        explained=with_causes(record),
        repeat=report.repeat(record),
        consequences=tuple(
            Consequence(_record(report, each), _breaches(report, each)) for each in consequences(report, record)
        ),
    )


def _breaches(report: Report, record: Record[Any]) -> tuple[str, ...]:
    return tuple(report.masked(each) for each in record.failure.breaches) if record.failure else ()


def _parts(report: Report, failure: Failure[Any]) -> Iterator[ShownPart]:
    titles = _EXCHANGE_TITLES if report.side == "server" else _CALL_TITLES
    for part in parts(failure.seen, report.tokens, report.numbers):
        broken = broken_lines(part, failure.breaches)
        lines = tuple(ShownLine(line.text, line.is_head, place in broken) for place, line in enumerate(part.lines))
        yield ShownPart(titles[part.kind], lines, part.kind in (Kind.ASKED, Kind.REQUEST))


def _exclusions(report: Report) -> Iterator[Excluded]:
    """By their reasons, in the order in which these come up."""
    by_reason: dict[str, list[Cite]] = {}
    for each in report.exclusions:
        by_reason.setdefault(report.hidden(each.reason), []).append(each.cite)
    for reason, sentences in by_reason.items():
        yield Excluded(reason, tuple(sentences))


def _sections(report: Report) -> Iterator[Section]:
    for name, records in sections(report.records).items():
        counts = verdict_counts(records, strict=report.strict)
        rows = tuple(_record(report, each) for each in records)
        unsound = any(each.fails(strict=report.strict) for each in records)
        yield Section(name, counts, _bar(counts), rows, unsound)


def _changes(report: Report, compared: Comparison) -> Iterator[Change]:
    def change(name: str, kind: str, told: str, records: tuple[Record[Any], ...]) -> Iterator[Change]:
        if records:
            yield Change(name, kind, told, tuple(_record(report, each) for each in records))

    yield from change("Newly failing", "fail", "passed before", compared.newly_failing)
    yield from change("Mended", "pass", "failed before", compared.mended)
    yield from change("Still failing", "fail", "failed before as well", compared.still_failing)
    yield from change("No longer counted", "known", "failed before; do not pass now", compared.excused)
    yield from change("New", "new", "not judged by the earlier run", compared.new)
    if compared.gone:
        yield Change("Gone", "gone", "judged by the earlier run alone", (), compared.gone)
