"""How a run tells how far it is: the stage by name, and how much of it is done."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int], None]


def no_progress(stage: str, done: int) -> None:
    """For whoever does not look."""
