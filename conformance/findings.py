"""What the self-test finds out: of one faulty subject, of one correct subject, of one requirement."""

from __future__ import annotations

from attrs import frozen

from conformance.judge import Judge
from conformance.model import Seen

#: What a subject is unless it is named: the correct server, or the correct client, that faults are put into.
REFERENCE = "the reference"


@frozen
class Kill:
    """One mutant and what noticed it. It is caught if the requirement it names is among them."""

    side: str
    mutant: str
    kills: str
    noticed: tuple[str, ...]
    seed: int = 1
    base: str = REFERENCE
    #: Headlines that the fault gave besides the one it should; empty where that is not asked.
    misled: tuple[str, ...] = ()

    @property
    def is_caught(self) -> bool:
        return self.kills in self.noticed and not self.misled


@frozen
class Clean:
    """One run of a correct subject: what it was accused of, and what was not exercised."""

    side: str
    seed: int
    accused: tuple[str, ...]
    idle: tuple[str, ...]
    subject: str = REFERENCE

    @property
    def is_clean(self) -> bool:
        return not self.accused and not self.idle


@frozen
class Lacking:
    """A requirement that no mutant breaks."""

    requirement: str


Finding = Kill | Clean | Lacking


def is_failure(finding: Finding) -> bool:
    match finding:
        case Kill():
            return not finding.is_caught
        case Clean():
            return not finding.is_clean
        case Lacking():
            return True


def broken(judge: Judge[Seen]) -> tuple[str, ...]:
    """The requirements that were broken, in reading order."""
    return tuple(each.requirement.id for each in judge.records() if each.broken)


def idle(judge: Judge[Seen]) -> tuple[str, ...]:
    """The requirements that nothing exercised."""
    return tuple(each.requirement.id for each in judge.records() if not each.exercised)


def headlines(judge: Judge[Seen]) -> frozenset[str]:
    """The requirements that failed and are explained by no other."""
    return frozenset(each.requirement.id for each in judge.records() if each.is_headline)
