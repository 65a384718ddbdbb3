"""Which requirements on clients rest on which members of an outcome.

The adapter of a client may have no way to say one of them. What rests on it cannot be judged then, and a breach of it
would be the adapter's.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

#: By member, the requirements that a right client would break, or never exercise, if it did not say it.
NEEDS: Mapping[str, frozenset[str]] = {
    "status": frozenset({"client-error-status"}),
    "errorcode": frozenset({"client-error-code", "client-top-code-read"}),
    "message": frozenset({"client-error-message", "client-top-message-read"}),
    "documentation": frozenset({"client-error-documentation"}),
    "request_id": frozenset({"client-request-id-read"}),
    "written": frozenset(
        {
            "client-writes-back",
            "client-absent-stays-absent",
            "client-null-stays-null",
            "client-text-exact",
            "client-number-exact",
            "client-unknown-field-kept",
            "client-unknown-item-field-kept",
        }
    ),
    "kept_body": frozenset({"client-undocumented-body-kept"}),
    "place": frozenset({"client-broken-body-place"}),
    "has_request_and_response": frozenset({"client-error-exchange"}),
    "says_outcome_unknown": frozenset({"client-broken-success-unknown"}),
    "shown": frozenset({"client-no-secret-shown"}),
    "default_timeout": frozenset({"client-timeout-by-default"}),
}


def needing(members: Collection[str]) -> frozenset[str]:
    """The requirements that rest on one of these members."""
    return frozenset(id for each in members for id in NEEDS[each])
