"""What Schemathesis itself asks of a server: requirements that it judges, and that we report.

Left out, each for a reason: `positive_data_acceptance` (a send of good form may name a definition that
does not exist), `ignored_auth`, `unsupported_method`, `missing_required_header` (our own requirements
on tokens and methods ask more and tolerate what the pages tolerate), `use_after_free` and
`ensure_resource_availability` (nothing is created that could be read back).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from conformance.checks.answers import (
    answer_is_sent_as_json,
    answer_obeys_its_schema,
    server_never_fails,
    status_is_documented,
)
from conformance.checks.reading import SEND, sent_json
from conformance.model import Cite, Exchange, Level, NotStrictJSON, Requirement

PREFIX = "schemathesis-"
_DRIFT = Cite(
    "rulings.md", "The statuses of the send operation are 202, 400, 403 and 500 from the page and 401, 415, 429 and 503"
)
_SHAPE = Cite("openapi.yaml", "#/components/schemas/ResponseSendMessageMultipleRecipientsSMS_202")


def _by_schemathesis(
    check: str, title: str, cite: Cite, alone: Callable[[Exchange], Iterator[str]]
) -> Requirement[Exchange]:
    """A requirement whose breaches the driver brings from Schemathesis, so that it applies to nothing that we see.

    `alone` finds the same breach in one exchange, for when a failure is repeated.
    """
    name = PREFIX + check.replace("_", "-")
    return Requirement(name, Level.MUST, title, cite, applies=lambda _: False, breaches=alone)


def _as(requirement: Requirement[Exchange]) -> Callable[[Exchange], Iterator[str]]:
    """The breaches of one of our own requirements, none where it does not apply."""

    def alone(exchange: Exchange) -> Iterator[str]:
        if requirement.applies(exchange):
            yield from requirement.breaches(exchange)

    return alone


def _negative_data_taken(exchange: Exchange) -> Iterator[str]:
    if sent_json(exchange) and 200 <= exchange.response.status < 300:
        try:
            body = exchange.request.json
        except NotStrictJSON as error:
            yield f"answered with {exchange.response.status}, yet {error}"
            return
        for fault in exchange.rules.request_faults(SEND, body)[:1]:
            yield f"answered with {exchange.response.status}, yet the request breaks its schema at {fault}"


STOCK = {
    "not_a_server_error": _by_schemathesis(
        "not_a_server_error",
        "No generated request makes the server fail.",
        Cite("openapi.yaml", "The service failed to handle the request."),
        _as(server_never_fails),
    ),
    "status_code_conformance": _by_schemathesis(
        "status_code_conformance",
        "Every status is one that the contract declares.",
        _DRIFT,
        _as(status_is_documented),
    ),
    "content_type_conformance": _by_schemathesis(
        "content_type_conformance",
        "Every content type is one that the contract declares.",
        _SHAPE,
        _as(answer_is_sent_as_json),
    ),
    "response_schema_conformance": _by_schemathesis(
        "response_schema_conformance",
        "Every body obeys the schema of its status.",
        _SHAPE,
        _as(answer_obeys_its_schema),
    ),
    "negative_data_rejection": _by_schemathesis(
        "negative_data_rejection",
        "A generated request that breaks the contract is refused.",
        Cite("openapi.yaml", "The request breaks a rule, and nothing was queued."),
        _negative_data_taken,
    ),
}
