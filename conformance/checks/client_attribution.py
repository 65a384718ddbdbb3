"""Which requirement on clients is to blame where one fault breaks several, so that one fault gives one headline.

As in `attribution` for servers: what a row of `EXPLAINS` names last is a consequence where the same call breaks any of
what it names first; a row of `EXPLAINS_ELSEWHERE` is about other calls, and counts if what it names first is itself a
headline of the run.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

#: Any of these explains all of those.
Row = tuple[Iterable[str], Iterable[str]]

#: Ask of each item what was told of it.
_OF_ITEMS = (
    "client-items-complete",
    "client-items-invented",
    "client-reads-queued",
    "client-reads-refused",
    "client-item-code-read",
    "client-item-message-read",
    "client-codes-are-integers",
)
#: Look at a result that was read, each for what another may have lost.
_OF_RESULTS = (
    "client-items-invented",
    "client-items-of-one-key",
    "client-mixed-visible",
    "client-writes-back",
    "client-unknown-item-field-kept",
    "client-open-answer-read-right",
)
#: Ask how a call ends that met an answer as the contract has it, or one that is broken.
_ENDS = (
    "client-success-returned",
    "client-unknown-code-read",
    "client-error-raised",
    "client-never-none",
    "client-not-json-raises",
    "client-empty-body-raises",
    "client-wrong-shape-raises",
    "client-broken-error-raises",
)
#: Set what was told of an answer that came whole, in some way or other, beside what it says.
_OF_DELIVERIES = (
    "client-chunked-read",
    "client-dripped-read",
    "client-until-closed-read",
    "client-odd-headers-read",
    "client-early-answer-read",
    "client-packed-read",
    "client-interim-skipped",
    "client-own-answer-next",
    "client-left-over-dropped",
    "client-ended-connection-dropped",
)
#: Ask how a call ends that met no answer, or one that came in a way of its own.
_OF_THE_WIRE = (
    *_OF_DELIVERIES,
    "client-interim-documented",
    "client-too-large-ends",
    "client-open-answer-ends",
    "client-stalled-raises",
    "client-stalled-body-raises",
    "client-broken-off-raises",
    "client-reset-raises",
    "client-invalid-http-raises",
    "client-nobody-raises",
    "client-no-redirect",
)

EXPLAINS: Sequence[Row] = (
    # A token in another place is in the address, the body or a log because it is in the wrong place.
    (
        ["client-token-nowhere-else"],
        [
            "client-token-in-header",
            "client-request-query",
            "client-request-unset",
            "client-no-secret-shown",
        ],
    ),
    # A member under another name is one that is absent and one that is added; a list in another order is all three.
    (["client-request-values"], ["client-request-members", "client-request-unset"]),
    (["client-request-members"], ["client-request-unset"]),
    # Who gives the token or the body to another host has followed there.
    (["client-token-not-elsewhere", "client-body-not-elsewhere"], ["client-no-redirect"]),
    # How a call ends goes before what it tells.
    (["client-never-none"], ["client-success-returned", "client-error-raised", "client-unknown-code-read"]),
    (["client-unknown-code-read"], ["client-success-returned", "client-error-raised"]),
    (["client-error-raised"], ["client-error-exchange", "client-error-status"]),
    (["client-call-ends"], ["client-success-returned", "client-error-raised", "client-unknown-code-read"]),
    (["client-call-ends"], _OF_THE_WIRE),
    (["client-too-large-ends"], ["client-open-answer-ends"]),
    (["client-interim-documented"], ["client-interim-skipped"]),
    (["client-own-answer-next"], ["client-left-over-dropped", "client-ended-connection-dropped"]),
    # An item that is lost is lost to all that is asked of it.
    (["client-items-complete"], ["client-reads-queued", "client-reads-refused", *_OF_RESULTS]),
    (["client-reads-refused"], ["client-item-message-read", *_OF_RESULTS]),
    (["client-items-invented"], ["client-items-of-one-key", "client-writes-back"]),
    (["client-items-of-one-key"], ["client-mixed-visible"]),
    (["client-reads-queued", "client-items-invented"], ["client-all-queued-visible"]),
    # What is read wrong is written back wrong, and a key that is read wrong is another item's.
    (["client-text-exact"], ["client-items-complete", "client-items-invented", "client-item-message-read"]),
    (["client-top-code-read", "client-item-code-read"], ["client-writes-back", "client-number-exact"]),
    (["client-top-code-read", "client-item-code-read", "client-error-code"], ["client-codes-are-integers"]),
    (["client-item-code-read"], ["client-item-message-read"]),
    (
        [
            "client-request-id-read",
            "client-codes-are-integers",
            "client-top-message-read",
            "client-item-message-read",
        ],
        ["client-writes-back"],
    ),
)

EXPLAINS_ELSEWHERE: Sequence[Row] = (
    # Headers that are sent by somebody else may be missed where they belong.
    (["client-copy-leaves-original"], ["client-copy-has-headers"]),
    # Lists of the same values in another order differ in their members alone.
    (["client-request-values"], ["client-request-members"]),
    # Who sends again, or follows, does so whoever asks, and takes along what there is.
    (["client-never-repeats"], ["client-never-repeats-on-reused"]),
    (["client-no-redirect"], ["client-token-not-elsewhere", "client-body-not-elsewhere"]),
    # What is told wrong of an answer is told wrong of it in whichever way it comes.
    (
        [
            "client-success-returned",
            "client-error-raised",
            "client-error-status",
            "client-never-none",
            "client-unknown-code-read",
            "client-items-complete",
            "client-items-invented",
            "client-reads-queued",
            "client-reads-refused",
            "client-item-code-read",
            "client-codes-are-integers",
            "client-text-exact",
        ],
        _OF_DELIVERIES,
    ),
    (["client-success-returned"], ["client-unknown-code-read"]),
    (["client-error-raised"], ["client-unknown-code-read", "client-broken-error-raises"]),
    (["client-items-complete", "client-reads-refused"], _OF_RESULTS),
    ([*_OF_ITEMS, "client-text-exact"], ["client-items-of-one-key"]),
    (["client-codes-are-integers", "client-items-of-one-key"], ["client-writes-back"]),
    (["client-writes-back"], ["client-unknown-field-kept"]),
    (["client-unknown-field-kept", "client-unknown-item-field-kept"], ["client-null-stays-null"]),
    # What is no JSON is the same fault, whatever else is the matter with the answer.
    (
        ["client-not-json-raises"],
        [
            "client-empty-body-raises",
            "client-not-utf-8-raises",
            "client-wrong-shape-raises",
            "client-missing-member-raises",
            "client-name-twice-raises",
            "client-nan-raises",
            "client-broken-error-raises",
            # An answer shorter than its head says ends where its JSON does not.
            "client-invalid-http-raises",
        ],
    ),
    (["client-wrong-shape-raises"], ["client-missing-member-raises"]),
    # An answer that breaks off is one that cannot be read as well.
    (["client-broken-success-unknown"], ["client-transport-unknown"]),
    (
        ["client-undocumented-status-raises"],
        ["client-undocumented-success-raises", "client-undocumented-number-raises"],
    ),
    (["client-stalled-raises"], ["client-stalled-body-raises"]),
    (["client-broken-off-raises"], ["client-reset-raises", "client-invalid-http-raises"]),
    (["client-own-answer-next"], ["client-left-over-dropped"]),
    # What the contract leaves open ends, and is read, as what it does not leave open.
    (
        [
            *_ENDS,
            "client-call-ends",
            "client-too-large-ends",
            "client-interim-documented",
            "client-broken-off-raises",
        ],
        ["client-open-answer-ends"],
    ),
    (
        [*_ENDS, *_OF_ITEMS, "client-items-of-one-key", "client-mixed-visible", "client-text-exact"],
        ["client-open-answer-read-right", "client-charset-not-ignored"],
    ),
)


def narrower(id: str) -> frozenset[str]:
    """The requirements whose breach on the same call explains one of this requirement."""
    return _causes(EXPLAINS, id)


def narrower_elsewhere(id: str) -> frozenset[str]:
    """The requirements that, as headlines of a run, explain a breach of this one on any call."""
    return _causes(EXPLAINS_ELSEWHERE, id)


def _causes(rows: Iterable[Row], id: str) -> frozenset[str]:
    return frozenset(cause for causes, explained in rows if id in explained for cause in causes)
