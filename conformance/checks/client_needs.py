"""Which requirements on clients rest on which members of an outcome.

The adapter of a client may have no way to say one of them. What rests on it cannot be judged then, and a breach of it
would be the adapter's.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

#: By member, the requirements that a right client would break, or never exercise, if it did not say it.
NEEDS: Mapping[str, frozenset[str]] = {
    "status": frozenset({"client-error-fields"}),
    "errorcode": frozenset({"client-error-fields"}),
    "message": frozenset({"client-error-fields"}),
    "documentation": frozenset({"client-error-fields"}),
    "request_id": frozenset(),
    "written": frozenset({"client-writes-back", "client-unknown-field-kept"}),
    "kept_body": frozenset({"client-undocumented-body-kept"}),
    "place": frozenset(),
    "has_request_and_response": frozenset({"client-error-fields"}),
    "says_outcome_unknown": frozenset({"client-broken-success-unknown"}),
    "shown": frozenset({"client-no-secret-shown"}),
    "default_timeout": frozenset({"client-timeout-by-default"}),
}


def needing(members: Collection[str]) -> frozenset[str]:
    """The requirements that rest on one of these members."""
    return frozenset(id for each in members for id in NEEDS[each])
