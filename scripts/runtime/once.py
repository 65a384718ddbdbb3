"""Sending once: a request whose outcome is unknown can be repeated, because each recipient has a key of its own.

A service that has seen a key does not queue it again: it answers that the key is a duplicate. On a repeat that is good
news, and counts as queued. Nothing is repeated unless the caller says how often.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from copy import copy
from typing import Any, Final, Generic, NamedTuple, TypeVar, cast
from uuid import UUID, uuid4

from attrs import define, field, frozen, validators

from .errors import UNKNOWN, CallError, InvalidRequest, StatusError, printable
from .types import Unset

_now = time.monotonic
_sleep = time.sleep

BodyT = TypeVar("BodyT")
ResultT = TypeVar("ResultT")
#: Sends a body; the codes are those of items that an earlier try had queued.
Send = Callable[[BodyT, frozenset[int | str]], ResultT]


class Keys(NamedTuple):
    """What makes a request repeatable: the contract's `x-idempotency-key`, by the names of attributes.

    `items` of the body each have a `key`, of at most `longest` characters. `duplicate` are the codes of an item whose
    key was seen before, `hopeless` those of an error after which another try makes things worse.
    """

    items: str
    key: str
    longest: int | None = None
    duplicate: frozenset[int | str] = frozenset()
    hopeless: frozenset[int | str] = frozenset()


@frozen(kw_only=True)
class Repeats:
    """How often and how long a request is repeated.

    Args:
        tries: The requests to send at most, the first included.
        seconds: After so many no further one is begun; one that has begun is waited for.
        first_wait, longest_wait: Seconds. The wait before a repeat is drawn evenly between 0 and a limit that begins at
            `first_wait` and doubles up to `longest_wait` (full jitter). If the service says how long to wait, it is
            that long at least.

    Raises `ValueError` for figures that make no sense.
    """

    tries: int = field(default=4, validator=[validators.instance_of(int), validators.ge(1)])
    seconds: float = field(default=60.0, validator=validators.gt(0))
    first_wait: float = field(default=1.0, validator=validators.gt(0))
    longest_wait: float = field(default=20.0, validator=validators.gt(0))

    def wait(self, failures: int) -> float:
        """Seconds to wait after so many failures."""
        return random.uniform(0.0, min(self.longest_wait, self.first_wait * 2.0 ** min(failures - 1, 60)))


NEVER: Final = Repeats(tries=1)


@define
class OutcomeUnknown(CallError):
    """Nobody knows what became of the request, after so many `tries`. `reason` is what the last one's error said, and
    that error is the `__cause__`.

    `body` is what was sent, keys included: sending it again, with `again=True`, queues nobody twice, as long as the
    service remembers the keys.
    """

    tries: int
    reason: str
    body: Any = field(repr=False)
    outcome_unknown: bool = True
    temporary = True

    def __str__(self) -> str:
        tries = "one try" if self.tries == 1 else f"{self.tries} tries"
        hint = "Send the body of this error again with again=True, and no other: it has the keys"
        return f"The outcome is unknown after {tries}. The last: {self.reason} {hint}."


def once(send: Send[BodyT, ResultT], body: BodyT, keys: Keys, repeats: Repeats | None, again: bool) -> ResultT:
    """Send the body, with a key for every item, until something is known of it or the repeats are used up.

    `send` is told which codes mean that an earlier try had queued an item. Raises `OutcomeUnknown`; `InvalidRequest`
    for keys that stand twice or are too long; and the `CallError` of the last try if no try has an unknown outcome.
    """
    course = _Course(body, keys, repeats or NEVER, again)
    while True:
        try:
            return send(course.body, course.queued_before)
        except CallError as error:
            wait = course.wait_after(error)
        except Exception as error:
            course.give_up(error)
            raise
        _sleep(wait)


async def once_async(
    send: Send[BodyT, Awaitable[ResultT]], body: BodyT, keys: Keys, repeats: Repeats | None, again: bool
) -> ResultT:
    """The same in a task of asyncio."""
    course = _Course(body, keys, repeats or NEVER, again)
    while True:
        try:
            return await send(course.body, course.queued_before)
        except CallError as error:
            wait = course.wait_after(error)
        except Exception as error:
            course.give_up(error)
            raise
        await _sleep_async(wait)


async def _sleep_async(seconds: float) -> None:
    import asyncio  # here, so that nobody waits for it who has no tasks

    await asyncio.sleep(seconds)


class _Course(Generic[BodyT]):
    """One request on its way, however often it is sent."""

    def __init__(self, body: BodyT, keys: Keys, repeats: Repeats, again: bool) -> None:
        self.body = _with_keys(body, keys)
        self._keys = keys
        self._repeats = repeats
        self._ends = _now() + repeats.seconds
        self._failures = 0
        #: Some try may have been received, and nobody heard what became of it.
        self._unknown = again

    @property
    def queued_before(self) -> frozenset[int | str]:
        """The codes of those whom a try of unknown outcome had queued: duplicates, if there was one."""
        return self._keys.duplicate if self._unknown else frozenset()

    def wait_after(self, error: CallError) -> float:
        """Seconds to wait before the next try; raises if there is none."""
        self._failures += 1
        self._unknown = self._unknown or error.outcome_unknown
        wait = max(self._repeats.wait(self._failures), error.retry_after or 0.0)
        is_over = self._failures >= self._repeats.tries or _now() + wait >= self._ends
        if is_over or not self._may_be_repeated(error):
            self.give_up(error)
            raise error
        return wait

    def give_up(self, error: Exception) -> None:
        """Raise `OutcomeUnknown` if some try may have been received.

        What a later one says, or an error of the caller's own within it, does not tell what became of that one.
        """
        if self._unknown:
            # Nobody knows what an error of somebody else's shows.
            said = printable(error) if isinstance(error, CallError) else f"{type(error).__name__}."
            reason = said.removesuffix(f" {UNKNOWN}")
            raise OutcomeUnknown(self._failures, reason, self.body) from error

    def _may_be_repeated(self, error: CallError) -> bool:
        if isinstance(error, StatusError) and str(error.code) in map(str, self._keys.hopeless):
            return False
        return error.outcome_unknown or error.temporary


def _with_keys(body: BodyT, keys: Keys) -> BodyT:
    """The body with a key for every item; the caller's own stays as it is. Raises `InvalidRequest`."""
    items = getattr(body, keys.items)
    if not isinstance(items, list | tuple):
        raise InvalidRequest(f"{keys.items} is no list")
    keyed = [_with_key(item, keys.key) for item in cast("Sequence[Any]", items)]
    given = [getattr(item, keys.key) for item in keyed]
    # A service may take an empty text for no key, and make one itself each time.
    if odd := sum(not (isinstance(key, str | UUID) and str(key)) for key in given):
        raise InvalidRequest(f"{odd} of the values of {keys.key} in {keys.items} are empty, or no texts")
    twice = sum(count > 1 for count in Counter(given).values())
    if twice:
        raise InvalidRequest(f"{twice} of the values of {keys.key} in {keys.items} stand there twice")
    too_long = sum(keys.longest is not None and len(str(key)) > keys.longest for key in given)
    if too_long:
        raise InvalidRequest(
            f"{too_long} of the values of {keys.key} in {keys.items} have more than {keys.longest} characters"
        )
    made = copy(body)
    setattr(made, keys.items, keyed)
    return made


def _with_key(item: Any, name: str) -> Any:
    key = getattr(item, name)
    if not (key is None or isinstance(key, Unset)):
        return item
    made = copy(item)
    setattr(made, name, str(uuid4()))
    return made
