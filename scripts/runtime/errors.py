"""What a call may raise. All of it is a `CallError`."""

from __future__ import annotations

import httpx


class CallError(Exception):
    """Whatever a call of this package raises.

    `request` is what was sent, without its token, or None if there was no request yet. `outcome_unknown` is True if
    what was asked for may have been done all the same: asking again without care may do it twice.
    """

    request: httpx.Request | None = None
    outcome_unknown: bool = False
