"""What a run found, as one value, and what every format says of it in the same words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from attrs import field, frozen

from conformance.model import Cite, Record, Verdict
from conformance.reports.earlier import Earlier
from conformance.reports.masking import Mask, masker, secret_masker
from conformance.reports.messages import harmless

#: The heading of requirements that stand under none.
NO_SECTION = "Requirements"


@frozen
class Exclusion:
    """A sentence of the contract that no requirement asks for, and why."""

    cite: Cite
    reason: str


@frozen
class Report:
    """One run: who was judged, by what, and what was found.

    `command` repeats the run; with `--only ID` behind it, it repeats one requirement. `seconds` is how
    long it took. `statuses` counts the answers to the operation by status, 0 standing for none; a status that the
    contract declares and that never came may stand there with 0 answers. `notes` are
    what the run noticed and holds against nobody. `repeats` has, by requirement, the command that
    sends its failure again, from a file that holds it.
    `exclusions` are sentences that nothing was held against. `pages` are the texts of the contract's files by their
    names inside its folder, for formats that point into them. `earlier` is the run that this one is compared with.
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
    exclusions: tuple[Exclusion, ...] = ()
    pages: Mapping[str, str] = field(factory=dict[str, str], repr=False)
    earlier: Earlier | None = None

    @property
    def failed(self) -> tuple[Record[Any], ...]:
        return tuple(each for each in self.records if each.fails(strict=self.strict))

    @property
    def passed(self) -> bool:
        return not self.failed

    @property
    def unit(self) -> str:
        """What `seen` counts."""
        return "exchanges" if self.side == "server" else "calls"

    def repeat(self, record: Record[Any]) -> str:
        """The command that repeats the failure of one requirement."""
        id = record.requirement.id
        return self.hidden(self.repeats.get(id) or f"{self.command} --only {id}")

    def masked(self, text: str) -> str:
        """Text about what was seen, such as a breach: nothing secret in it, and nothing that acts on a terminal."""
        return harmless(self._mask(text))

    def hidden(self, text: str) -> str:
        """Text of the user's own, such as a reason: the same, but that addresses stay whole."""
        return harmless(self._secret_mask(text))

    @cached_property
    def _mask(self) -> Mask:
        return masker(self.tokens, self.numbers)

    @cached_property
    def _secret_mask(self) -> Mask:
        return secret_masker(self.tokens, self.numbers)


def summary(report: Report) -> str:
    """One line: how many requirements have which verdict."""
    shown = ", ".join(f"{count} {text}" for text, count in verdict_counts(report.records, strict=report.strict).items())
    return f"{len(report.records)} requirements: {shown}"


def verdict_counts(records: tuple[Record[Any], ...], *, strict: bool) -> dict[str, int]:
    """How many have which verdict, in the order in which verdicts are told; those that none has are left out."""
    counts = Counter(verdict_text(each, strict=strict) for each in records)
    order = [text for verdict in Verdict for text in (verdict.value, f"{verdict.value} (not strict)")]
    return {text: counts[text] for text in order if counts[text]}


def verdict_text(record: Record[Any], *, strict: bool) -> str:
    """The verdict in words, the same in every format."""
    if record.verdict is Verdict.FAIL and not record.fails(strict=strict):
        return "fail (not strict)"
    return record.verdict.value


def verdict_line(report: Report) -> str:
    """The verdict of the run and what it rests on."""
    return f"{'passed' if report.passed else 'failed'}: {report.seen} {report.unit} in {report.seconds:.1f} s"


def sections(records: tuple[Record[Any], ...]) -> dict[str, tuple[Record[Any], ...]]:
    """The records under their headings, both in the order in which they come."""
    headings = dict.fromkeys(each.requirement.section or NO_SECTION for each in records)
    return {
        heading: tuple(each for each in records if (each.requirement.section or NO_SECTION) == heading)
        for heading in headings
    }


def headlines(report: Report) -> tuple[Record[Any], ...]:
    """The broken requirements that are shown in full: those whose breach no other one that is shown explains."""
    found = _roots(report)
    return tuple(each for each in report.records if each.verdict is Verdict.FAIL and not found[each.requirement.id])


def consequences(report: Report, headline: Record[Any]) -> tuple[Record[Any], ...]:
    """The broken requirements that a headline explains."""
    found, id = _roots(report), headline.requirement.id
    return tuple(each for each in report.records if id in found.get(each.requirement.id, ()))


def explanations(report: Report, record: Record[Any]) -> tuple[str, ...]:
    """The headlines that explain a broken requirement; none if it is a headline itself, or is not broken."""
    return _roots(report).get(record.requirement.id, ())


def _roots(report: Report) -> dict[str, tuple[str, ...]]:
    """By broken requirement, those at the bottom of its breach: broken themselves, and explained by no other.

    What is known or excluded is not shown as broken, so that it takes nothing else out of sight. Where requirements
    explain one another, none of them does.
    """
    causes = {each.requirement.id: each.causes for each in report.records if each.verdict is Verdict.FAIL}
    reached = {id: _reached(id, causes) for id in causes}
    below = {id: tuple(each for each in reached[id] if id not in reached[each]) for id in causes}
    return {id: tuple(each for each in below[id] if not below[each]) for id in causes}


def _reached(id: str, causes: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    todo = [*causes[id]]
    while todo:
        each = todo.pop(0)
        if each in causes and each not in found:
            found[each] = None
            todo += causes[each]
    return tuple(found)


def with_causes(record: Record[Any]) -> str:
    """A broken requirement that stands alone although others are said to explain it: which."""
    return f"explained by {', '.join(record.causes)}" if record.causes else ""
