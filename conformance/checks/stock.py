"""What Schemathesis itself asks of a server: requirements that it judges, and that we report.

Left out, each for a reason: `positive_data_acceptance` (a send of good form may name a definition that
does not exist), `ignored_auth`, `unsupported_method`, `missing_required_header` (our own requirements
on tokens and methods ask more and tolerate what the pages tolerate), `use_after_free` and
`ensure_resource_availability` (nothing is created that could be read back).
"""

from __future__ import annotations

from conformance.model import Cite, Exchange, Level, Requirement

PREFIX = "schemathesis-"
_DRIFT = Cite(
    "rulings.md", "The statuses of the send operation are 202, 400, 403 and 500 from the page and 401, 415, 429 and 503"
)
_SHAPE = Cite("openapi.yaml", "#/components/schemas/ResponseSendMessageMultipleRecipientsSMS_202")


def _by_schemathesis(check: str, title: str, cite: Cite) -> Requirement[Exchange]:
    """A requirement whose breaches the driver brings from Schemathesis; nothing is left to be looked for."""
    name = PREFIX + check.replace("_", "-")
    return Requirement(name, Level.MUST, title, cite, applies=lambda _: False, breaches=lambda _: iter(()))


STOCK = {
    "not_a_server_error": _by_schemathesis(
        "not_a_server_error",
        "No generated request makes the server fail.",
        Cite("openapi.yaml", "The service failed to handle the request."),
    ),
    "status_code_conformance": _by_schemathesis(
        "status_code_conformance", "Every status is one that the contract declares.", _DRIFT
    ),
    "content_type_conformance": _by_schemathesis(
        "content_type_conformance", "Every content type is one that the contract declares.", _SHAPE
    ),
    "response_schema_conformance": _by_schemathesis(
        "response_schema_conformance", "Every body obeys the schema of its status.", _SHAPE
    ),
    "negative_data_rejection": _by_schemathesis(
        "negative_data_rejection",
        "A generated request that breaks the contract is refused.",
        Cite("openapi.yaml", "The request breaks a rule, and nothing was queued."),
    ),
}
