"""Manners toward a server: how many requests it gets, how fast, and that it is left alone when it asks for it.

Every request of a run goes through one `Courteous`, those of exploration as well. It never decides what is at fault:
it asks later, or not at all, and says which.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from attrs import field, frozen

from conformance.checks.reading import BUSY
from conformance.drivers.wire import Limits, Sender
from conformance.model import NO_ANSWER, Request, Response

#: Seconds that a run waits in all where a server says `Retry-After`.
WAITING_LIMIT = 60.0
#: After so many answers for which the suite waited in vain as long as it waits, the server is asked no more.
VAIN_WAITS = 5


@frozen
class Manners:
    """How a server is to be asked. `rate` is requests per second; None asks as fast as answers come.

    `max_requests` is the most that is sent; None is no limit. `waiting` is the most seconds spent in all where the
    server says when to come back; 0 spends none.
    """

    limits: Limits = field(factory=Limits)
    max_requests: int | None = None
    rate: float | None = None
    waiting: float = WAITING_LIMIT


class Enough(Exception):
    """The server is asked no more; what was found until then stands. Its text is a line for the report."""


class BudgetSpent(Enough):
    """As many requests were sent as may be."""

    def __init__(self, requests: int) -> None:
        super().__init__(f"the run ended early: it was allowed {requests} requests, and all of them were sent")


class WaitedInVain(Enough):
    """The server kept the suite waiting too often."""

    def __init__(self, times: int, seconds: float) -> None:
        super().__init__(f"the run ended early: {times} times no whole answer came within {seconds:g} s")


class Courteous:
    """Sends requests with manners.

    A server that answers 429 or 503 and says when to come back is asked the same once more, when that time is over:
    the first answer goes to `busy`, the second is returned.
    """

    def __init__(
        self,
        send: Sender,
        manners: Manners,
        busy: Callable[[Request, Response], None],
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._send = send
        self._manners = manners
        self._busy = busy
        self._clock = clock
        self._sleep = sleep
        self._now = now
        self._waiting = manners.waiting
        self._sent = 0
        self._vain = 0
        self._next = clock()
        # Clients may send at the same moment; what they count is counted by one after the other.
        self._lock = threading.Lock()

    def send(self, request: Request) -> Response:
        """The answer; raises `Enough` if no more may be sent."""
        return self.timed(request)[0]

    def timed(self, request: Request) -> tuple[Response, float]:
        """The answer, and the seconds it took without those of waiting; raises `Enough` as `send` does."""
        response, seconds = self._once(request)
        with self._lock:
            pause = self._pause(response)
            if pause is None or self._sent == self._manners.max_requests:
                return response, seconds
            self._busy(request, response)
            self._waiting -= pause
        self._sleep(pause)
        return self._once(request)

    def _once(self, request: Request) -> tuple[Response, float]:
        limits, most = self._manners.limits, self._manners.max_requests
        with self._lock:
            if most is not None and self._sent >= most:
                raise BudgetSpent(most)
            if self._vain >= VAIN_WAITS:
                raise WaitedInVain(self._vain, limits.seconds)
            self._keep_pace()
            self._sent += 1
        began = self._clock()
        response = self._send(request)
        seconds = self._clock() - began
        with self._lock:
            self._vain += response.status == NO_ANSWER and seconds >= limits.seconds
        return response, seconds

    def _keep_pace(self) -> None:
        if self._manners.rate is None:
            return
        now = self._clock()
        if self._next > now:
            self._sleep(self._next - now)
        # From now on, not from when it was due: time lost is not made up for by a burst.
        self._next = max(self._next, now) + 1 / self._manners.rate

    def _pause(self, response: Response) -> float | None:
        """The seconds after which the server wants to be asked again; None if it does not say, or too many."""
        asked = retry_after(response, self._now()) if response.status in BUSY else None
        return asked if asked is not None and asked <= self._waiting else None


class Stopwatch:
    """Sends with manners and keeps the seconds of each request that was answered, without those of waiting."""

    def __init__(self, courteous: Courteous) -> None:
        self._courteous = courteous
        self.seconds: dict[Request, float] = {}

    def send(self, request: Request) -> Response:
        response, seconds = self._courteous.timed(request)
        if response.status != NO_ANSWER:
            self.seconds[request] = seconds
        return response


def retry_after(response: Response, now: datetime) -> float | None:
    """The seconds until the time that `Retry-After` names, in seconds or as a date; None if it names none."""
    value = (response.header("retry-after") or "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        when = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, (when - now).total_seconds())
