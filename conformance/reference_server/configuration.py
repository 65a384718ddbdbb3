"""What an operator of the reference server may set, with the values the suite expects when nothing is set."""

from __future__ import annotations

from attrs import field, frozen, validators

#: The definitions a new state knows: the key of the page's example, and that of its sibling pages.
DEFINITIONS = ("account_rest", "account-reset")

#: "used before" ends after this many seconds (R14: 72 hours).
WINDOW = 72 * 3600.0


@frozen
class Configuration:
    """Who is let in, and where the limits are."""

    #: A token that is always accepted, beside those that the token endpoint issues.
    token: str = field(default="reference-token", repr=False, validator=validators.matches_re(r"\S+"))
    client_id: str = "reference-client"
    client_secret: str = field(default="reference-secret", repr=False, validator=validators.min_len(1))
    #: The most recipients that one request may have; None for no limit, since no figure is published (R17).
    max_recipients: int | None = field(default=None, validator=validators.optional(validators.ge(1)))
    #: Seconds during which a queued message key cannot be used again.
    window: float = WINDOW
    #: Seconds an issued token is good for, and the smaller number that its holder is told.
    token_lifetime: int = 1200
    token_lifetime_told: int = 1080
