"""Every requirement, in reading order."""

from __future__ import annotations

from conformance.checks import access, answers, refusals, send
from conformance.checks.stock import STOCK
from conformance.model import Exchange, Requirement

SERVER: tuple[Requirement[Exchange], ...] = (
    *send.CHECKS,
    *refusals.CHECKS,
    *access.CHECKS,
    *answers.CHECKS,
    *STOCK.values(),
)
