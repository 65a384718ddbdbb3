"""Which requirement is to blame where one fault breaks several, so that one fault gives one headline.

A breach is a consequence of another if the same exchange breaks a narrower requirement, or one nearer to the fault: a
code that is a string also breaks the schema, and an answer that is no JSON has no items either. Some faults show on
different exchanges; what explains them there is said apart, and counts only where that requirement is itself a
headline of the run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

#: Ask of a recipient that it was refused alone.
_OF_RECIPIENTS = (
    "send-missing-to-refused",
    "send-missing-contact-key-refused",
    "send-unusable-to-refused",
    "send-long-key-refused",
    "send-duplicate-key-refused",
    "send-reused-key-refused",
)
#: Ask that an answer has a certain status.
_OF_STATUS = (
    "send-good-request-queued",
    "send-good-recipient-queued",
    *_OF_RECIPIENTS,
    "send-empty-recipients-refused",
    "send-missing-recipients-refused",
    "send-too-many-recipients-refused",
    "send-unknown-field-refused",
    "send-invalid-request-refused",
    "send-unknown-definition-refused",
    "send-malformed-body-refused",
    "send-wrong-content-type-refused",
    "auth-missing-token-refused",
    "auth-wrong-token-refused",
    "auth-wrong-scheme-refused",
    "auth-before-body",
    "auth-token-elsewhere-refused",
    "auth-scheme-letter-case",
    "path-trailing-slash",
    "method-not-declared-refused",
)
#: Ask something of the items of a 202, or of its code and message beside them.
_OF_ITEMS = (
    "send-queued-errorcode",
    "send-mixed-errorcode",
    "send-all-refused-errorcode",
    "send-mixed-message",
    "send-all-refused-message",
    "send-item-errorcode-key",
    "send-refused-item",
    "send-queued-item",
    "send-item-count",
    "send-key-echoed",
    "send-key-generated",
    "send-generated-key-new",
    "send-keys-distinct",
    "send-good-recipient-queued",
    *_OF_RECIPIENTS,
)
#: Ask for a certain code of an error.
_OF_ERROR_CODES = (
    "send-empty-recipients-code",
    "send-unknown-field-code",
    "send-unknown-definition-refused",
    "error-retry-after",
    "code-published",
)
_SCHEMA = ("response-schema", "schemathesis-response-schema-conformance")
_TYPE = ("response-strict-json", "error-body", "schemathesis-content-type-conformance", *_SCHEMA)

#: By requirement: what its breach explains on the same exchange.
EXPLAINS: Mapping[str, Iterable[str]] = {
    "server-answers": _OF_STATUS,
    "server-error-never": (
        *_OF_STATUS,
        *_TYPE,
        "error-code-key",
        "response-content-type",
        "schemathesis-not-a-server-error",
        "schemathesis-negative-data-rejection",
    ),
    "status-documented": (
        *_OF_STATUS,
        "schemathesis-status-code-conformance",
        "schemathesis-negative-data-rejection",
    ),
    "response-content-type": _TYPE,
    "response-strict-json": ("send-202-shape", "error-body", *_OF_ITEMS, *_OF_ERROR_CODES, *_SCHEMA),
    # The members of a 202, from its top to its items.
    "send-queued-item": (
        "errorcode-integer",
        "send-refused-item",
        "send-duplicate-key-refused",
        "send-good-request-queued",
        "send-good-recipient-queued",
        *_SCHEMA,
    ),
    "errorcode-integer": (
        "send-queued-errorcode",
        "send-mixed-errorcode",
        "send-all-refused-errorcode",
        "send-202-shape",
        "send-unusable-to-refused",
        *_OF_ERROR_CODES,
        *_SCHEMA,
    ),
    "send-queued-errorcode": ("send-202-shape", *_SCHEMA),
    "send-mixed-errorcode": ("send-202-shape", "send-mixed-message", *_SCHEMA),
    "send-all-refused-errorcode": ("send-202-shape", "send-all-refused-message", *_SCHEMA),
    "send-202-shape": (
        "send-mixed-message",
        "send-all-refused-message",
        "send-good-request-queued",
        *_OF_RECIPIENTS,
        *_SCHEMA,
    ),
    "send-mixed-message": _SCHEMA,
    "send-all-refused-message": _SCHEMA,
    "send-item-count": (
        "send-queued-errorcode",
        "send-mixed-message",
        "send-all-refused-message",
        "send-generated-key-new",
        "send-keys-distinct",
        "send-good-request-queued",
        "send-key-echoed",
        "send-key-generated",
        "send-duplicate-key-refused",
        *_SCHEMA,
    ),
    "send-item-errorcode-key": (*_OF_RECIPIENTS, "send-refused-item", *_SCHEMA),
    "send-refused-item": (*_OF_RECIPIENTS, *_SCHEMA),
    "send-keys-distinct": ("send-key-generated", "send-good-recipient-queued", *_SCHEMA),
    "send-key-echoed": ("send-keys-distinct", "send-duplicate-key-refused", *_SCHEMA),
    "send-key-generated": _SCHEMA,
    # Requests and recipients that were judged otherwise than they must.
    **dict.fromkeys(_OF_RECIPIENTS, ("send-good-recipient-queued",)),
    "send-unknown-field-refused": ("send-missing-recipients-refused", "schemathesis-negative-data-rejection", *_SCHEMA),
    "send-empty-recipients-refused": ("schemathesis-negative-data-rejection", *_SCHEMA),
    "send-missing-recipients-refused": ("schemathesis-negative-data-rejection", *_SCHEMA),
    "send-invalid-request-refused": ("schemathesis-negative-data-rejection", *_SCHEMA),
    "send-malformed-body-refused": ("schemathesis-negative-data-rejection",),
    # Errors.
    "error-body": (*_OF_ERROR_CODES, *_SCHEMA),
    "error-code-key": (*_OF_ERROR_CODES, *_SCHEMA),
    "request-id-new": _SCHEMA,
}

#: By requirement: what it explains on other exchanges, if it is a headline of the run.
EXPLAINS_ELSEWHERE: Mapping[str, Iterable[str]] = {
    "send-good-request-queued": ("send-good-recipient-queued", *_OF_RECIPIENTS),
    "send-missing-to-refused": ("send-good-recipient-queued", "send-reused-key-refused"),
    "send-missing-contact-key-refused": ("send-good-recipient-queued", "send-reused-key-refused"),
    "send-good-recipient-queued": ("send-duplicate-key-refused",),
    "send-queued-item": ("send-refused-item", "errorcode-integer", "send-duplicate-key-refused", *_SCHEMA),
    "send-item-count": ("send-generated-key-new", "send-keys-distinct", "send-good-request-queued", *_SCHEMA),
    "send-mixed-message": ("send-all-refused-message", *_SCHEMA),
    "send-all-refused-errorcode": ("send-all-refused-message", *_SCHEMA),
    "send-generated-key-new": ("send-reused-key-refused",),
    "send-keys-distinct": ("send-key-generated", "send-reused-key-refused"),
    "auth-missing-token-refused": ("auth-wrong-token-refused", "auth-wrong-scheme-refused", "auth-before-body"),
    "auth-wrong-token-refused": ("auth-before-body",),
}


def narrower(id: str) -> frozenset[str]:
    """The requirements whose breach on the same exchange explains one of this requirement."""
    return _causes(EXPLAINS, id)


def narrower_elsewhere(id: str) -> frozenset[str]:
    """The requirements that, as headlines of a run, explain a breach of this one on any exchange."""
    return _causes(EXPLAINS_ELSEWHERE, id)


def _causes(explains: Mapping[str, Iterable[str]], id: str) -> frozenset[str]:
    return frozenset(cause for cause, explained in explains.items() if id in explained)
