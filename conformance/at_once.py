"""Several calls at the same time, in threads or in tasks, with an end to the waiting for them.

Nothing here knows what is called. A call that does not end is left behind in a thread that ends with the program:
Python cannot stop it, and whoever waits for it for ever has no verdict.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

Value = TypeVar("Value")

#: Seconds for which a number of calls is waited for, and for each of them besides: enough for a busy machine.
PATIENCE = 5.0
PATIENCE_EACH = 0.25
#: Seconds for which an event loop is waited for when its tasks have been given up.
TO_END = 1.0


def patience(number: int) -> float:
    """Seconds after which so many calls at once are taken to hang."""
    return PATIENCE + PATIENCE_EACH * number


def in_threads(calls: Sequence[Callable[[], Value]], seconds: float | None = None) -> tuple[Value | None, ...]:
    """What these calls return that begin at the same moment, each in a thread; None for one that hangs.

    What a call raises is raised here, the first of it.
    """
    start = threading.Barrier(len(calls))
    values: list[Value | None] = [None] * len(calls)
    errors: list[BaseException] = []

    def run(index: int) -> None:
        try:
            start.wait()
            values[index] = calls[index]()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(index,), daemon=True) for index in range(len(calls))]
    for thread in threads:
        thread.start()
    end = time.monotonic() + (patience(len(calls)) if seconds is None else seconds)
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    if errors:
        raise errors[0]
    return tuple(values)


def in_tasks(
    run: Callable[[Coroutine[Any, Any, tuple[Value | None, ...]]], tuple[Value | None, ...]],
    calls: Sequence[Callable[[], Coroutine[Any, Any, Value]]],
) -> tuple[Value | None, ...]:
    """What these calls return in tasks of the one event loop that `run` has; None for one that hangs.

    Where one of them holds up the loop itself, all of them hang.
    """
    seconds = patience(len(calls))

    async def gathered() -> tuple[Value | None, ...]:
        tasks = [asyncio.ensure_future(call()) for call in calls]
        done, late = await asyncio.wait(tasks, timeout=seconds)
        for task in late:
            task.cancel()
        return tuple(task.result() if task in done else None for task in tasks)

    # In a thread, since a loop that is held up never comes back.
    (values,) = in_threads([lambda: run(gathered())], seconds + TO_END)
    return (None,) * len(calls) if values is None else values
