"""Which requirements on clients rest on which members of an outcome.

The adapter of a client may have no way to say one of them. What rests on it cannot be judged then, and a breach of it
would be the adapter's.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

#: By member, the requirements that a right client would break, or never exercise, if it did not say it.
NEEDS: Mapping[str, tuple[str, ...]] = {
    "status": (
        "client-error-status",
        "client-chunked-read",
    ),
    "errorcode": (
        "client-top-code-read",
        "client-error-code",
    ),
    "message": (
        "client-top-message-read",
        "client-error-message",
    ),
    "documentation": ("client-error-documentation",),
    "request_id": ("client-request-id-read",),
    "written": (
        "client-writes-back",
        "client-absent-stays-absent",
        "client-text-exact",
        "client-number-exact",
        "client-null-stays-null",
        "client-unknown-field-kept",
        "client-unknown-item-field-kept",
    ),
    "kept_body": ("client-undocumented-body-kept",),
    "place": ("client-broken-body-place",),
    "has_request_and_response": ("client-error-exchange",),
    "says_outcome_unknown": (
        "client-broken-success-unknown",
        "client-transport-unknown",
    ),
    "shown": ("client-no-secret-shown",),
    "default_timeout": ("client-timeout-by-default",),
}


def needing(members: Collection[str]) -> frozenset[str]:
    """The requirements that rest on one of these members."""
    return frozenset(id for each in members for id in NEEDS[each])
