"""Every requirement on servers, in reading order, under its section, with the words it can be chosen by."""

from __future__ import annotations

import attrs

from conformance.checks import access, answers, refusals, send
from conformance.checks.attribution import narrower, narrower_elsewhere
from conformance.checks.stock import STOCK
from conformance.model import Exchange, Requirement

_SECTIONS: dict[str, tuple[Requirement[Exchange], ...]] = {
    "accepted sends": send.CHECKS,
    "refusals": refusals.CHECKS,
    "access": access.CHECKS,
    "every answer": answers.CHECKS,
    "exploration": tuple(STOCK.values()),
}

#: Words that gather requirements across sections. The level, in small letters, is a word of its own.
_TAGS: dict[str, tuple[str, ...]] = {
    "mixed": (
        "send-mixed-errorcode",
        "send-mixed-message",
        "send-item-errorcode-key",
        "send-refused-item",
        "send-queued-item",
        "send-item-count",
        "send-good-recipient-queued",
        "send-missing-to-refused",
        "send-missing-contact-key-refused",
        "send-unusable-to-refused",
    ),
    "keys": (
        "send-key-echoed",
        "send-key-generated",
        "send-keys-distinct",
        "send-long-key-refused",
        "send-duplicate-key-refused",
        "send-reused-key-refused",
    ),
    "state": ("send-reused-key-refused", "request-id-new"),
    "codes": (
        "errorcode-integer",
        "send-empty-recipients-code",
        "send-unknown-field-code",
        "error-code-key",
        "code-published",
    ),
    "security": (
        *(each.id for each in access.CHECKS),
        "error-no-stack-trace",
        "error-no-token-echo",
    ),
    "robustness": ("server-answers", "server-error-never", "response-strict-json", "schemathesis-not-a-server-error"),
}


def _placed(each: Requirement[Exchange], section: str) -> Requirement[Exchange]:
    words = {word for word, ids in _TAGS.items() if each.id in ids}
    return attrs.evolve(
        each,
        section=section,
        tags=frozenset({each.level.lower(), *words}),
        narrower=narrower(each.id),
        narrower_elsewhere=narrower_elsewhere(each.id),
    )


SERVER: tuple[Requirement[Exchange], ...] = tuple(
    _placed(each, section) for section, checks in _SECTIONS.items() for each in checks
)
