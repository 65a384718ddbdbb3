"""Decides what becomes of each recipient, and remembers what was queued."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Collection, Iterator
from threading import Lock
from typing import NamedTuple

from conformance.plain_server import refusal
from conformance.plain_server.asking import Asked, Recipient
from conformance.plain_server.refusal import Code, Refusal

NO_CONTACT = 109105, "MCMS_UTM_Validation_MissingRequiredField_subscriberKey"
NO_NUMBER = 109106, "MCMS_UTM_Validation_MissingRequiredField_to"
DUPLICATE_KEY = 109110, "MCMS_UTM_Validation_DuplicateMessageKey"

#: A key is refused for as long after it was queued.
REMEMBERED = 72 * 60 * 60.0


class Fate(NamedTuple):
    """What became of one recipient: refused if there is a code."""

    message_key: str
    refused: Code | None


class Queue:
    """The messages that were queued. Threads may share it."""

    def __init__(
        self,
        definition_keys: Collection[str],
        max_recipients: int | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._definition_keys = frozenset(definition_keys)
        self._max_recipients = max_recipients
        self._clock = clock
        self._lock = Lock()
        #: When each message was queued, by its key; the oldest comes first.
        self._queued: dict[str, float] = {}

    def send(self, asked: Asked) -> list[Fate]:
        """What became of each recipient, the refused ones first; raises `Refusal` if all would be refused."""
        if self._max_recipients is not None and len(asked.recipients) > self._max_recipients:
            raise Refusal(refusal.TOO_MANY_RECIPIENTS, f"at most {self._max_recipients} recipients are let through")
        if asked.definition_key not in self._definition_keys:
            raise Refusal(refusal.UNKNOWN_DEFINITION, "there is no such definition")
        with self._lock:
            now = self._clock()
            self._forget(now)
            fates = list(self._fates(asked.recipients))
            if all(each.refused for each in fates):
                raise Refusal(refusal.NO_VALID_RECIPIENTS, "no recipient is one that can be sent to")
            self._queued.update((each.message_key, now) for each in fates if not each.refused)
        return sorted(fates, key=lambda each: each.refused is None)

    def _fates(self, recipients: Collection[Recipient]) -> Iterator[Fate]:
        seen: set[str] = set()
        for each in recipients:
            key = each.message_key if each.message_key is not None else uuid.uuid4().hex
            yield Fate(key, _fault(each) or (DUPLICATE_KEY if key in seen or key in self._queued else None))
            # Whoever names a key first in a request takes it, queued or not: no fate hangs on a neighbour's.
            seen.add(key)

    def _forget(self, now: float) -> None:
        while self._queued:
            oldest = next(iter(self._queued))
            if now - self._queued[oldest] < REMEMBERED:
                break
            del self._queued[oldest]


def _fault(recipient: Recipient) -> Code | None:
    if not recipient.contact_key:
        return NO_CONTACT
    # Digits with the country code in front, which never begins with 0; at most 15 of them, by E.164.
    if not re.fullmatch("[1-9][0-9]{6,14}", recipient.to or ""):
        return NO_NUMBER
    return None
