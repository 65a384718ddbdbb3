"""Which requirement on clients is to blame where one fault breaks several, so that one fault gives one headline.

As in `attribution` for servers: what stands under `EXPLAINS` is a consequence where the same call breaks both, what
stands under `EXPLAINS_ELSEWHERE` is one on other calls, if the requirement in front is itself a headline of the run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

#: Look at a result that was read, each for what another may have lost.
_OF_RESULTS = (
    "client-items-invented",
    "client-items-of-one-key",
    "client-mixed-visible",
    "client-writes-back",
    "client-unknown-item-field-kept",
    "client-open-answer-read-right",
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
#: By requirement: what its breach explains on the same call.
EXPLAINS: Mapping[str, Iterable[str]] = {
    # A token in another place is in the address, the body or a log because it is in the wrong place.
    "client-token-nowhere-else": (
        "client-token-in-header",
        "client-request-query",
        "client-request-unset",
        "client-no-secret-shown",
    ),
    # A member under another name is one that is absent and one that is added; a list in another order is all three.
    "client-request-values": ("client-request-members", "client-request-unset"),
    "client-request-members": ("client-request-unset",),
    "client-never-none": ("client-success-returned", "client-error-raised", "client-unknown-code-read"),
    "client-unknown-code-read": ("client-success-returned", "client-error-raised"),
    "client-error-raised": ("client-error-exchange", "client-error-status"),
    "client-call-ends": ("client-success-returned", "client-error-raised", "client-unknown-code-read"),
    # An item that is lost is lost to all that is asked of it.
    "client-items-complete": ("client-reads-queued", "client-reads-refused", *_OF_RESULTS),
    "client-reads-refused": ("client-item-message-read", *_OF_RESULTS),
    "client-request-id-read": ("client-writes-back",),
    "client-codes-are-integers": ("client-writes-back",),
    "client-top-code-read": ("client-writes-back", "client-number-exact"),
    "client-item-code-read": ("client-writes-back", "client-number-exact"),
    "client-top-message-read": ("client-writes-back",),
    "client-item-message-read": ("client-writes-back",),
    "client-items-invented": ("client-items-of-one-key", "client-writes-back"),
}

#: By requirement: what it explains on other calls, if it is a headline of the run.
EXPLAINS_ELSEWHERE: Mapping[str, Iterable[str]] = {
    "client-success-returned": ("client-unknown-code-read", *_OF_DELIVERIES),
    "client-error-raised": (
        "client-unknown-code-read",
        "client-broken-error-raises",
        *_OF_DELIVERIES,
        "client-open-answer-ends",
    ),
    "client-error-status": _OF_DELIVERIES,
    "client-never-none": _OF_DELIVERIES,
    "client-unknown-code-read": _OF_DELIVERIES,
    "client-items-complete": (*_OF_RESULTS, *_OF_DELIVERIES),
    "client-items-invented": ("client-items-of-one-key", "client-open-answer-read-right", *_OF_DELIVERIES),
    "client-reads-queued": ("client-items-of-one-key", "client-open-answer-read-right", *_OF_DELIVERIES),
    "client-reads-refused": (*_OF_RESULTS, *_OF_DELIVERIES),
    "client-item-code-read": ("client-items-of-one-key", "client-open-answer-read-right", *_OF_DELIVERIES),
    "client-item-message-read": ("client-items-of-one-key", "client-open-answer-read-right"),
    "client-codes-are-integers": ("client-writes-back", "client-open-answer-read-right", *_OF_DELIVERIES),
    "client-items-of-one-key": ("client-writes-back",),
    "client-text-exact": ("client-open-answer-read-right", "client-items-of-one-key", *_OF_DELIVERIES),
    "client-mixed-visible": ("client-open-answer-read-right", "client-charset-not-ignored"),
    # What is no JSON is the same fault, whatever else is the matter with the answer.
    "client-not-json-raises": (
        "client-broken-error-raises",
        "client-open-answer-ends",
        # An answer shorter than its head says ends where its JSON does not.
        "client-invalid-http-raises",
    ),
    "client-wrong-shape-raises": ("client-open-answer-ends",),
    # Such an answer is one that cannot be read as well.
    "client-broken-success-unknown": ("client-transport-unknown",),
    # Lists of the same values in another order differ in their members alone.
    "client-request-values": ("client-request-members",),
    "client-call-ends": ("client-open-answer-ends",),
    "client-too-large-ends": ("client-open-answer-ends",),
    "client-interim-documented": ("client-open-answer-ends",),
    "client-broken-off-raises": ("client-reset-raises", "client-invalid-http-raises", "client-open-answer-ends"),
}


def narrower(id: str) -> frozenset[str]:
    """The requirements whose breach on the same call explains one of this requirement."""
    return _causes(EXPLAINS, id)


def narrower_elsewhere(id: str) -> frozenset[str]:
    """The requirements that, as headlines of a run, explain a breach of this one on any call."""
    return _causes(EXPLAINS_ELSEWHERE, id)


def _causes(explains: Mapping[str, Iterable[str]], id: str) -> frozenset[str]:
    return frozenset(cause for cause, explained in explains.items() if id in explained)
