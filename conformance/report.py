"""Turns what a run found into text: for the terminal, as JSON, as JUnit and as Markdown.

Each renderer is a function from a `Report` to a string. Tokens and telephone numbers are masked in all of
them; message keys are not, for they are what one looks for.
"""

from __future__ import annotations

import json
import re
import shlex
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from attrs import field, frozen

from conformance.model import (
    NO_ANSWER,
    Call,
    Exchange,
    Headers,
    NotStrictJSON,
    Outcome,
    Record,
    Request,
    Response,
    Verdict,
    strict_json,
)

#: The version of the JSON report; it changes when a member changes its meaning.
JSON_FORMAT = 1

#: Headers that say nothing of the subject, or that differ from run to run.
_NOISE = {
    "accept",
    "accept-encoding",
    "connection",
    "content-length",
    "date",
    "host",
    "keep-alive",
    "server",
    "transfer-encoding",
    "user-agent",
    "x-schemathesis-testcaseid",
}
_LONG = 2000
#: Forms of a token as short as this are common words, and would be masked everywhere.
_SHORT = 6
_LOOPBACK = re.compile(r"127\.0\.0\.1:[0-9]+")


@frozen
class Report:
    """One run: who was judged, by what, and what was found.

    `command` repeats the run; with `--only ID` behind it, it repeats one requirement. `seconds` is how
    long it took. `statuses` counts the answers to the operation by status, 0 standing for none. `notes` are
    what the run noticed and holds against nobody. `repeats` has, by requirement, the file that holds its failure.
    """

    subject: str
    side: str
    contract: str
    contract_digest: str
    version: str
    seed: int
    profile: str
    strict: bool
    command: str
    seen: int
    seconds: float
    records: tuple[Record[Any], ...]
    tokens: tuple[str, ...] = field(repr=False)
    numbers: tuple[str, ...] = field(default=(), repr=False)
    statuses: Mapping[int, int] = field(factory=dict[int, int])
    notes: tuple[str, ...] = ()
    repeats: Mapping[str, str] = field(factory=dict[str, str])

    @property
    def failed(self) -> tuple[Record[Any], ...]:
        return tuple(each for each in self.records if each.fails(strict=self.strict))

    @property
    def passed(self) -> bool:
        return not self.failed

    def repeat(self, record: Record[Any]) -> str:
        """The command that repeats the failure of one requirement."""
        file = self.repeats.get(record.requirement.id)
        return (
            f"sms-conformance repeat {shlex.quote(file)}" if file else f"{self.command} --only {record.requirement.id}"
        )


def summary(report: Report) -> str:
    """One line: how many requirements have which verdict."""
    counts = Counter(verdict_text(each, strict=report.strict) for each in report.records)
    order = [text for verdict in Verdict for text in (verdict.value, f"{verdict.value} (not strict)")]
    shown = ", ".join(f"{counts[text]} {text}" for text in order if counts[text])
    return f"{len(report.records)} requirements: {shown}"


def verdict_text(record: Record[Any], *, strict: bool) -> str:
    """The verdict in words, the same in every format."""
    if record.verdict is Verdict.FAIL and not record.fails(strict=strict):
        return "fail (not strict)"
    return record.verdict.value


def row(record: Record[Any], *, strict: bool) -> str:
    """One requirement in one line: id, level, verdict, how often it was exercised."""
    verdict = verdict_text(record, strict=strict)
    tail = f"  {record.reason}" if record.reason else ""
    return f"{record.requirement.id:<41}{record.requirement.level:<8}{verdict:<19}{record.exercised:>6}{tail}"


def heading() -> str:
    return f"{'requirement':<41}{'level':<8}{'verdict':<19}{'exercised':>6}"


def terminal(report: Report) -> Iterator[str]:
    """The lines of the terminal report, table first, failures after it."""
    contract = f"contract {report.contract} {report.contract_digest[:12]}"
    yield f"{report.side} {report.subject}: {contract}, seed {report.seed}"
    yield ""
    yield heading()
    yield from (row(each, strict=report.strict) for each in report.records)
    for record in report.records:
        if record.failure and record.verdict is Verdict.FAIL:
            yield ""
            yield from failure_lines(report, record)
    yield ""
    yield summary(report)
    yield f"{'passed' if report.passed else 'failed'}: {report.seen} {_unit(report)} in {report.seconds:.1f} s"


def _unit(report: Report) -> str:
    return "exchanges" if report.side == "server" else "calls"


def failure_lines(report: Report, record: Record[Any]) -> Iterator[str]:
    """One failure: the sentence it comes from, the smallest request and response, and how to repeat it."""
    requirement, failure = record.requirement, record.failure
    if failure is None:
        return
    yield f"FAIL {requirement.id} ({requirement.level})"
    yield f"  {requirement.title}"
    yield f"  {requirement.cite.page}: “{requirement.cite.quote}”"
    yield f"  broken {record.broken} of {record.exercised} times; the smallest:"
    mask = masker(report.tokens, report.numbers)
    for breach in failure.breaches:
        yield f"  - {mask(breach)}"
    for line in seen_lines(failure.seen, report.tokens, report.numbers):
        yield f"    {line}".rstrip()
    yield f"  repeat: {report.repeat(record)}"


def seen_lines(seen: Exchange | Call, tokens: tuple[str, ...], numbers: tuple[str, ...]) -> Iterator[str]:
    """An exchange or a call as a person reads it, tokens and telephone numbers masked."""
    return map(masker(tokens, numbers), _bare_lines(seen, tokens))


def _bare_lines(seen: Exchange | Call, tokens: tuple[str, ...]) -> Iterator[str]:
    if isinstance(seen, Exchange):
        yield from _request_lines(tokens, seen.request)
        yield from _response_lines(seen.response)
        return
    yield f"asked ({seen.asked.style}): {json.dumps(seen.asked.body, ensure_ascii=False)}"
    for request in seen.received:
        yield from _request_lines(tokens, request)
    yield from _response_lines(seen.answer.response)
    if seen.answer.cut_after is not None:
        yield f"< (the connection was closed after {seen.answer.cut_after} bytes of the body)"
    if seen.answer.stall:
        yield f"< (the server waited {seen.answer.stall} s before it answered)"
    yield f"told: {_told(seen.outcome)}"


def _request_lines(tokens: tuple[str, ...], request: Request) -> Iterator[str]:
    yield f"> {request.method} {request.target}"
    headers = tuple(
        (name, _credentials(value, tokens) if name == "authorization" else value) for name, value in request.headers
    )
    yield from (f"> {line}" for line in _message_lines(headers, request.body))


def _response_lines(response: Response) -> Iterator[str]:
    if response.status == NO_ANSWER:
        yield f"< no answer: {response.body.decode('utf-8', 'replace')}"
        return
    yield f"< {response.status}"
    yield from (f"< {line}" for line in _message_lines(response.headers, response.body))


def _message_lines(headers: Headers, body: bytes) -> Iterator[str]:
    for name, value in headers:
        if name not in _NOISE:
            yield f"{name}: {value}"
    text = readable(body)
    if text:
        yield ""
        yield from text.splitlines()


def readable(body: bytes) -> str:
    """A body as a person reads it: JSON indented, text as it is, other bytes escaped; long ones cut, and said so."""
    try:
        text = json.dumps(strict_json(body), ensure_ascii=False, indent=2)
    except NotStrictJSON:
        text = body.decode("utf-8", "backslashreplace")
    # Control characters would act on the terminal; lone surrogates cannot be written at all.
    text = "".join(each if each == "\n" or each.isprintable() else ascii(each)[1:-1] for each in text)
    return text if len(text) <= _LONG else f"{text[:_LONG]}… ({len(body)} bytes)"


def _told(outcome: Outcome) -> str:
    parts: list[str] = [outcome.told.value]
    parts += [
        f"{name} {value!r}"
        for name, value in (
            ("status", outcome.status),
            ("errorcode", outcome.errorcode),
            ("message", outcome.message),
            ("raised", outcome.raised or None),
            ("default time-out", outcome.default_timeout),
        )
        if value is not None
    ]
    parts += [f"{each.message_key!r} {each.errorcode or 'queued'}" for each in outcome.items]
    return ", ".join(parts)


def masker(tokens: tuple[str, ...], numbers: tuple[str, ...]) -> Callable[[str], str]:
    """A function that masks tokens whole, and telephone numbers but for their last two digits."""
    secret = _either(each for token in tokens for each in _forms(token))
    private = _either(numbers)

    def mask(text: str) -> str:
        text = secret.sub("<token>", text)
        # The scripted server's port is another one each time.
        text = _LOOPBACK.sub("127.0.0.1:<port>", text)
        text = private.sub(lambda found: _stars(found[0]), text)
        return _TO.sub(lambda found: found[1] + _stars(found[2]), text)

    return mask


#: A telephone number in JSON, or in the text of a breach, where Python wrote it.
_TO = re.compile(r"""(\\?["']to\\?["']\s*:\s*\\?["']?)([^"',}\]]*[0-9][^"',}\]]*)""")


def _either(texts: Iterable[str]) -> re.Pattern[str]:
    """A pattern for any of the texts, longest first; one that matches nothing if there is none."""
    listed = sorted({re.escape(each) for each in texts if each}, key=len, reverse=True)
    return re.compile("|".join(listed) or r"(?!)")


def _forms(token: str) -> Iterator[str]:
    """A token, and what the probes send in its place: all but a letter of it is as good as all of it."""
    yield token
    if len(token) > _SHORT:
        yield from (token[:-1], token[1:], token.swapcase())


def _stars(number: str) -> str:
    return re.sub(r"[0-9](?=.*[0-9].*[0-9])", "*", number)


def _credentials(value: str, tokens: Iterable[str]) -> str:
    """The value of an Authorization header, told without giving it away."""
    scheme, _, given = value.partition(" ")
    for token in tokens:
        if given == token:
            return f"{scheme} <token>"
        if given and given.lower() == token.lower():
            return f"{scheme} <token, in other letters>"
        if given and token.startswith(given):
            return f"{scheme} <token, its first {len(given)} of {len(token)} letters>"
        if given and token.endswith(given):
            return f"{scheme} <token, its last {len(given)} of {len(token)} letters>"
        if given.startswith(token):
            return f"{scheme} <token, with more behind it>"
    return f"{scheme} <another token>" if given else scheme


def json_text(report: Report) -> str:
    """The report as one JSON document, a record for each requirement."""
    document = {
        "format": JSON_FORMAT,
        "subject": report.subject,
        "side": report.side,
        "contract": {"folder": report.contract, "sha256": report.contract_digest},
        "version": report.version,
        "seed": report.seed,
        "profile": report.profile,
        "strict": report.strict,
        "passed": report.passed,
        "seen": report.seen,
        "seconds": round(report.seconds, 3),
        "records": [_json_record(report, each) for each in report.records],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _json_record(report: Report, record: Record[Any]) -> dict[str, Any]:
    requirement, failure, mask = record.requirement, record.failure, masker(report.tokens, report.numbers)
    return {
        "id": requirement.id,
        "level": requirement.level.value,
        "title": requirement.title,
        "cite": {"page": requirement.cite.page, "quote": requirement.cite.quote},
        "verdict": record.verdict.value,
        "fails": record.fails(strict=report.strict),
        "exercised": record.exercised,
        "broken": record.broken,
        "reason": record.reason,
        "failure": failure
        and {
            "breaches": [mask(each) for each in failure.breaches],
            "smallest": [*seen_lines(failure.seen, report.tokens, report.numbers)],
            "repeat": report.repeat(record),
        },
    }


def junit_text(report: Report) -> str:
    """The report as JUnit XML, a test case for each requirement; one that neither passes nor fails is skipped."""
    counts = Counter(_junit_kind(report, each) for each in report.records)
    suite = ElementTree.Element(
        "testsuite",
        name=f"sms-conformance {report.side}",
        tests=str(len(report.records)),
        failures=str(counts["failure"]),
        errors="0",
        skipped=str(counts["skipped"]),
        time=f"{report.seconds:.3f}",
    )
    for record in report.records:
        case = ElementTree.SubElement(
            suite, "testcase", classname=f"sms_conformance.{report.side}", name=record.requirement.id
        )
        kind = _junit_kind(report, record)
        if kind:
            text = "\n".join(failure_lines(report, record)) or record.requirement.title
            verdict = verdict_text(record, strict=report.strict)
            message = f"{verdict}: {record.reason}" if record.reason else verdict
            ElementTree.SubElement(case, kind, message=message).text = _xml_characters(text)
    suites = ElementTree.Element("testsuites")
    suites.append(suite)
    ElementTree.indent(suites)
    return ElementTree.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def _junit_kind(report: Report, record: Record[Any]) -> str:
    if record.fails(strict=report.strict):
        return "failure"
    return "" if record.verdict is Verdict.PASS else "skipped"


def _xml_characters(text: str) -> str:
    """XML 1.0 has no control characters and no surrogates, not even escaped."""
    return re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text)


def markdown_text(report: Report) -> str:
    """The report as Markdown: the verdict, the table, and each failure with its request and response."""
    lines = [
        f"# {report.side} {report.subject}: {'passed' if report.passed else 'failed'}",
        "",
        f"{summary(report)}. {report.seen} {_unit(report)}, seed {report.seed}, profile {report.profile}, "
        f"contract `{report.contract_digest[:12]}`.",
        "",
        "| requirement | level | verdict | exercised | |",
        "|---|---|---|---:|---|",
        *(
            f"| `{each.requirement.id}` | {each.requirement.level.value} | {verdict_text(each, strict=report.strict)} "
            f"| {each.exercised} | {_cell(each.reason or each.requirement.title)} |"
            for each in report.records
        ),
    ]
    for record in report.records:
        if record.failure and record.verdict is Verdict.FAIL:
            text = "\n".join(failure_lines(report, record))
            fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
            lines += ["", f"## {record.requirement.id}", "", fence, text, fence]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


#: The formats of `--report`, each with the end of its file's name and its renderer.
FORMATS: Mapping[str, tuple[str, Callable[[Report], str]]] = {
    "json": ("json", json_text),
    "junit": ("junit.xml", junit_text),
    "markdown": ("md", markdown_text),
}
