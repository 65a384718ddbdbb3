"""A client whose calls hang when they are made at the same time."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.model import Abilities, Asked, Outcome, Together, Told


class HangingTogether:
    """It keeps in `asked` how many calls were made at once, each time."""

    abilities = Abilities(together=(Together.TASKS,))

    def __init__(self) -> None:
        self.asked: list[int] = []

    def __call__(self, asked: Asked) -> Outcome:
        return Outcome(Told.ACCEPTED)

    def together(self, way: Together, asked: Sequence[Asked]) -> Sequence[Outcome]:
        self.asked.append(len(asked))
        return [Outcome(Told.HUNG)] * len(asked)
