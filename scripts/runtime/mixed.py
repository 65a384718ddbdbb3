"""Answers that are neither a success nor a failure: some recipients were queued, some were refused.

Such an answer has the status of a success. Whoever looks no further loses the messages that were refused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Generic, NamedTuple, Self, TypeGuard, TypeVar, cast
from uuid import UUID

from attrs import define, field, frozen

from .errors import CallError, on_one_line, printable, shown_message
from .types import Unset

ItemT = TypeVar("ItemT")
RecipientT = TypeVar("RecipientT")


class MixedFields(NamedTuple):
    """How the contract writes such an answer, by the names of attributes: `x-mixed-results` says it.

    `items` holds one item for each recipient; an item is refused if it has a `code` that is not 0. `key` is the
    attribute that an item and its recipient share. `if_all_queued` is what stands in the answer if nobody was refused.
    """

    items: str
    key: str
    code: str
    message: str
    request_id: str | None
    if_all_queued: Mapping[str, Any]


@frozen
class Queued(Generic[ItemT, RecipientT]):
    """A recipient who was queued. That is not yet delivered.

    `recipient` is who the request had under this key; None if it had none or several. `before` is True if an earlier
    try of the same request had queued it.
    """

    key: str | int | None
    item: ItemT = field(repr=False)
    recipient: RecipientT | None = field(repr=False)
    before: bool = False


@frozen
class Refused(Generic[ItemT, RecipientT]):
    """A recipient who was refused, and gets no message: `code` and `message` say why.

    `recipient` is who the request had under this key; None if it had none or several.
    """

    key: str | int | None
    code: int | str = field(repr=printable)
    message: str | None = field(repr=shown_message)
    item: ItemT = field(repr=False)
    recipient: RecipientT | None = field(repr=False)


@define
class MixedResult(Generic[ItemT, RecipientT]):
    """What the model of such an answer can do besides."""

    FIELDS: ClassVar[MixedFields]

    _recipients: tuple[RecipientT, ...] = field(init=False, eq=False, repr=False, default=())
    #: Codes as texts: a number may come as one.
    _queued_before: frozenset[str] = field(init=False, eq=False, repr=False, default=frozenset[str]())

    def belongs_to(self, recipients: object) -> Self:
        """Tell the result who was written to, so that it can name them; nothing if they were left out."""
        listed = isinstance(recipients, Sequence) and not isinstance(recipients, str)
        self._recipients = tuple(cast("Sequence[RecipientT]", recipients)) if listed else ()
        return self

    def counting_as_queued(self, codes: Iterable[int | str]) -> Self:
        """Take refusals with one of these codes for recipients whom an earlier try of the same request had queued."""
        self._queued_before = frozenset(map(str, codes))
        return self

    @property
    def queued(self) -> tuple[Queued[ItemT, RecipientT], ...]:
        """Those who were queued, in the order of the answer."""
        owners = self._owners()
        return tuple(
            Queued(key, item, owners.get(key), before=code is not None)
            for key, code, item in self._read()
            if not self._refuses(code)
        )

    @property
    def refused(self) -> tuple[Refused[ItemT, RecipientT], ...]:
        """Those who were refused, in the order of the answer. Empty only if nobody was."""
        owners = self._owners()
        return tuple(
            Refused(key, code, _set(item, self.FIELDS.message), item, owners.get(key))
            for key, code, item in self._read()
            if self._refuses(code)
        )

    @property
    def unanswered(self) -> tuple[RecipientT, ...]:
        """Those whom the request had under a key that no item of the answer has: nobody knows what became of them."""
        answered = {key for key, _, _ in self._read()}
        return tuple(each for key, each in self._owners().items() if key not in answered)

    @property
    def all_queued(self) -> bool:
        """True if everybody was queued, and the answer says nothing else anywhere."""
        return not (self._refuses_any() or self._count_unanswered() or self._says_otherwise())

    def raise_for_refused(self) -> Self:
        """The result itself if everybody was queued; else raises `RecipientsRefused`, which holds it."""
        if self.all_queued:
            return self
        raise RecipientsRefused(self, self._count_unanswered() > 0)

    @property
    def summary(self) -> str:
        """The counts in words, with no key and no number of a recipient."""
        refused, total = self.refused, len(self._items())
        if refused:
            counts = Counter(printable(each.code) for each in refused)
            codes = ", ".join(f"{code}: {count}" for code, count in counts.items())
            said = f"{len(refused)} of {total} recipients refused ({codes})"
        else:
            said = f"{total} of {total} recipients queued"
        if unanswered := self._count_unanswered():
            said += f", {unanswered} without an answer"
        if not refused and self._says_otherwise():
            said += ", although the answer as a whole says otherwise"
        return said

    @property
    def request_id_or_none(self) -> str | None:
        """What names the request, if the contract gives it a name."""
        return None if self.FIELDS.request_id is None else _set(self, self.FIELDS.request_id)

    def __repr__(self) -> str:
        request_id = self.request_id_or_none
        request = f", request {on_one_line(request_id)}" if request_id is not None else ""
        return f"<{type(self).__name__}: {self.summary}{request}>"

    def _items(self) -> Sequence[ItemT]:
        items: Sequence[ItemT] = getattr(self, self.FIELDS.items)
        return items

    def _read(self) -> Iterable[tuple[str | int | None, str | int | None, ItemT]]:
        """Key, code and item of everybody. Scalars are read as they came, so both may be anything."""
        for item in self._items():
            code = _set(item, self.FIELDS.code)
            if code in (0, "0"):
                code = None
            elif isinstance(code, float) and code.is_integer():
                code = int(code)
            elif code is not None and not isinstance(code, str | int):
                code = str(code)
            yield _key(item, self.FIELDS.key), code, item

    def _refuses(self, code: str | int | None) -> TypeGuard[str | int]:
        return code is not None and not (self._queued_before and str(code) in self._queued_before)

    def _refuses_any(self) -> bool:
        return any(self._refuses(code) for _, code, _ in self._read())

    def _owners(self) -> dict[Any, RecipientT]:
        """The recipients that have a key to themselves."""
        owners: dict[Any, RecipientT] = {}
        shared: set[Any] = {None}
        for each in self._recipients:
            key = _key(each, self.FIELDS.key)
            if key in owners:
                shared.add(key)
            owners[key] = each
        return {key: each for key, each in owners.items() if key not in shared}

    def _count_unanswered(self) -> int:
        """How many have no answer: more than can be named if the request had no keys for them."""
        if not self._recipients:
            return 0
        return max(len(self.unanswered), len(self._recipients) - len(self._items()))

    def _says_otherwise(self) -> bool:
        """The answer as a whole does not say that nobody was refused. (One that refuses duplicates alone cannot.)"""
        if self._queued_before:
            return False
        return any(_set(self, name) != value for name, value in self.FIELDS.if_all_queued.items())


def is_mixed(value: object) -> TypeGuard[MixedResult[Any, Any]]:
    """True for the model of an answer that may be mixed."""
    return isinstance(value, MixedResult)


@define
class RecipientsRefused(CallError):
    """Some recipients were refused, or nobody knows what became of them. `result` says who; the others were queued."""

    result: MixedResult[Any, Any] = field(repr=False)
    outcome_unknown: bool = False

    @property
    def refused(self) -> tuple[Refused[Any, Any], ...]:
        """Those who were refused."""
        return self.result.refused

    @property
    def queued(self) -> tuple[Queued[Any, Any], ...]:
        """Those who were queued, and are not to be written to again."""
        return self.result.queued

    @property
    def unanswered(self) -> tuple[Any, ...]:
        """Those of whom the answer says nothing."""
        return self.result.unanswered

    def __str__(self) -> str:
        return f"{self.result.summary}. Those who were queued must not be sent it again."


def _set(source: object, name: str) -> Any:
    value = getattr(source, name)
    return None if isinstance(value, Unset) else value


def _key(source: object, name: str) -> str | int | None:
    key = _set(source, name)
    if isinstance(key, UUID):
        return str(key)
    return key if isinstance(key, str | int) else None
