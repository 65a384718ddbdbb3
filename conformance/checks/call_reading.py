"""Reads one call of a client beside the contract: what kind of answer the client met, and what was in it.

Containers are read strictly and scalars are not: a client may be lenient with a code that is a string,
never with a list where an object belongs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum, auto
from functools import cached_property

from attrs import frozen

from conformance.checks.answer_text import Text, read_text, says_json, with_whole_characters
from conformance.checks.differences import Difference, Path, differences, holds_no_double
from conformance.contract import Contract, codes_in
from conformance.model import (
    JSON,
    REDIRECTS,
    Call,
    Delivery,
    Item,
    NotStrictJSON,
    Outcome,
    Request,
    Response,
    Told,
    is_array,
    is_object,
)

#: Values of a path that a client must not send, since servers and proxies take them away.
UNSENDABLE = frozenset({"", ".", ".."})


class Kind(Enum):
    """What a client was given for an answer, as the contract sees it."""

    SUCCESS = auto()  # a documented 2xx, and its body is what the contract says
    BROKEN_SUCCESS = auto()  # a documented 2xx; its body is no JSON or lacks a container or required field
    ERROR = auto()  # a documented error, and its body is what the contract says
    BROKEN_ERROR = auto()  # a documented error with any other body
    REDIRECT = auto()  # an undocumented status that names another place
    UNDOCUMENTED = auto()  # any other undocumented status
    DELIVERED = auto()  # a whole answer, by another way than usual
    INTERIM = auto()  # a whole answer, after an interim one
    NEXT = auto()  # a whole answer, after one that left its connection closed, reset or with something left over
    STALLED = auto()  # nothing, for longer than the client should wait
    STALLED_BODY = auto()  # half of the body, and then nothing for longer than the client should wait
    CUT = auto()  # less than the head promised
    RESET = auto()  # the same, by a reset
    UNSENDABLE = auto()  # none at all: what was asked for must not be sent
    GARBLED = auto()  # no HTTP, or a message that contradicts itself
    NOBODY = auto()  # no server at all
    OPEN = auto()  # an answer of which the contract does not say what a client makes of it


#: Whole, each by its own way. What cannot be taken for the usual way has a kind of its own or is open.
DELIVERED = frozenset(
    {
        Delivery.CHUNKED,
        Delivery.DRIPPED,
        Delivery.UNTIL_CLOSED,
        Delivery.ODD_HEADERS,
        Delivery.EARLY,
        Delivery.GZIP,
        Delivery.DEFLATE,
    }
)
INTERIM = frozenset({Delivery.AFTER_100, Delivery.AFTER_103})
GARBLED = frozenset({Delivery.LENGTH_TOO_SHORT, Delivery.TWO_LENGTHS, Delivery.BAD_CHUNK, Delivery.NOT_HTTP})
#: Whole, but a client may come to know that the connection is not in order, or to an end of its patience.
_DOUBTFUL = frozenset({Delivery.BAD_HEADER, Delivery.THEN_RESET, Delivery.TWICE, Delivery.BOMB})
#: The client read the answer, as it says.
_READ = frozenset({Told.ACCEPTED, Told.MIXED, Told.REFUSED})
#: Bytes of a head for which every client has room.
_SMALL_HEAD = 8_000


@frozen(eq=False)
class Reading:
    """One call beside the contract."""

    contract: Contract
    call: Call

    @property
    def outcome(self) -> Outcome:
        return self.call.outcome

    @property
    def answer(self) -> Response:
        return self.call.answer.response

    @property
    def first(self) -> Request:
        """The request that the server received first."""
        return self.call.received[0]

    @cached_property
    def _read(self) -> tuple[Text, JSON]:
        return read_text(self.answer)

    @property
    def text(self) -> Text:
        """How the answer's body is written."""
        return self._read[0]

    @property
    def value(self) -> JSON:
        """The answer's body as a lenient reader of JSON takes it; `...` if none can."""
        return self._read[1]

    @property
    def body(self) -> JSON:
        """The answer's body as JSON; `...` if it is none."""
        return self.value if self.text is Text.STRICT else ...

    @cached_property
    def is_send(self) -> bool:
        """The operation sends to recipients, so that its result has an item for each."""
        return "recipients" in self.contract.properties(self.contract.operations[self.call.asked.operation].request)

    @cached_property
    def kind(self) -> Kind:
        """What the client was given; how it came goes before what it says."""
        if not UNSENDABLE.isdisjoint(self.call.asked.path.values()):
            return Kind.UNSENDABLE
        return self._delivered or self.said

    @cached_property
    def said(self) -> Kind:
        """What the answer says, if it came whole and as usual."""
        if self._framed_otherwise or self.answer.status < 200:
            return Kind.OPEN
        if not self.contract.declares(self.call.asked.operation, self.answer.status):
            elsewhere = self.answer.status in REDIRECTS and self.answer.header("location") is not None
            return Kind.REDIRECT if elsewhere else Kind.UNDOCUMENTED
        if self.answer.status >= 300:
            return Kind.ERROR if self._obeys_the_contract else Kind.BROKEN_ERROR
        if self.schema is None:
            return Kind.OPEN
        if self.text in (Text.NOT_JSON, Text.NOT_UTF_8) or self.misshapen:
            return Kind.BROKEN_SUCCESS
        return Kind.SUCCESS if self._obeys_the_contract and self.fits_the_request else Kind.OPEN

    @property
    def _delivered(self) -> Kind | None:
        """What the way in which the answer came makes of it; None if nothing."""
        delivery = self.call.answer.delivery
        if delivery is Delivery.NOBODY:
            return Kind.NOBODY
        if self._comes_too_late and delivery is not Delivery.DRIPPED:
            return Kind.STALLED_BODY if delivery is Delivery.HALF_THEN_STALL else Kind.STALLED
        if self._breaks_off:
            return Kind.RESET if self.call.answer.is_reset else Kind.CUT
        if delivery in GARBLED:
            return Kind.GARBLED
        if self.has_several_right_ends and self.outcome.told not in _READ:
            return Kind.OPEN
        if self.follows_trouble:
            return Kind.NEXT
        if delivery in INTERIM:
            return Kind.INTERIM
        return Kind.DELIVERED if delivery in DELIVERED and self.said in (Kind.SUCCESS, Kind.ERROR) else None

    @property
    def has_several_right_ends(self) -> bool:
        """A client may read the answer or say that none came, as time and its limits have it."""
        answer = self.call.answer
        head = sum(len(name) + len(value) for name, value in answer.response.headers)
        is_slow = answer.delivery is Delivery.DRIPPED and self._comes_too_late
        return answer.delivery in _DOUBTFUL or is_slow or head > _SMALL_HEAD

    @property
    def follows_trouble(self) -> bool:
        """An answer before left its connection closed, reset, or with something that belongs to no answer."""
        return any(
            each.answer.delivery is not Delivery.PLAIN or each.answer.is_reset or each.answer.cut_after is not None
            for each in self.call.before
        )

    @property
    def head_came(self) -> bool:
        """The status of the answer came, so that the client may know it; it stands in the first half of the head."""
        answer = self.call.answer
        without = answer.delivery in (Delivery.NOBODY, Delivery.NOT_HTTP)
        is_stalled = self._comes_too_late and answer.delivery is not Delivery.HALF_THEN_STALL
        return not (without or is_stalled or (answer.cut_after is not None and answer.cut_after < 0))

    @property
    def _comes_too_late(self) -> bool:
        own = self.call.asked.timeout
        limit = self.outcome.default_timeout if own is None else own
        return limit is not None and self.call.answer.stall > limit

    @property
    def _breaks_off(self) -> bool:
        answer = self.call.answer
        is_without_last_chunk = answer.delivery is Delivery.CHUNKED and answer.cut_after is not None
        return self._missing_bytes > 0 or is_without_last_chunk or answer.delivery is Delivery.HALF_HEAD

    @property
    def _missing_bytes(self) -> int:
        cut, sent = self.call.answer.cut_after, len(self.answer.body)
        if cut is not None:
            return sent - cut
        promised = self.answer.header("content-length") or ""
        return int(promised) - sent if promised.isdecimal() else 0

    @property
    def _framed_otherwise(self) -> bool:
        """The body that a client reads is not the one that the answer holds."""
        codings = ("transfer-encoding", "content-encoding")
        return self._missing_bytes < 0 or any(self.answer.header(name) is not None for name in codings)

    @property
    def schema(self) -> JSON:
        """The schema of the answer's status; None if it has none."""
        return self.contract.response_schema(self.call.asked.operation, self.answer.status)

    @cached_property
    def misshapen(self) -> tuple[Path, ...]:
        """Where an object, a list or a required field is missing in a body that can be read, or may be."""
        if self.value is ...:
            return ((),) if self.text is Text.TOO_DEEP and self.answer.body.lstrip()[:1] == b"[" else ()
        return tuple(container_faults(self.contract, self.schema, self.value))

    @property
    def _obeys_the_contract(self) -> bool:
        return self.text is Text.STRICT and says_json(self.answer) and self._is_valid(self.value)

    def _is_valid(self, value: JSON) -> bool:
        if value is ... or self.schema is None or holds_no_double(value):
            return False
        return not self.contract.response_faults(self.call.asked.operation, self.answer.status, value)

    @cached_property
    def may_be_read(self) -> bool:
        """The contract leaves open whether the answer is read, but not what it then says: it has one meaning."""
        if self.kind is not Kind.OPEN or self.text in (Text.NAME_TWICE, Text.TOO_DEEP) or self._framed_otherwise:
            return False
        is_accepted = 200 <= self.answer.status < 300 and self.schema is not None
        return is_accepted and self._is_valid(with_whole_characters(self.value))

    @cached_property
    def fits_the_request(self) -> bool:
        """The answer has one item for each recipient, under its key; true of what is no send."""
        if not self.is_send:
            return True
        recipients: Sequence[JSON] = self.call.asked.body["recipients"]
        given = Counter(each["messageKey"] for each in recipients if "messageKey" in each)
        answered = Counter(item.message_key for item in self.items)
        generated = answered - given
        is_whole = len(self.items) == len(recipients) and not given - answered
        return is_whole and all(count == 1 for count in generated.values())

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """The items of a 202 that can be read."""
        items = self.value["responses"]
        return tuple(Item(each["messageKey"], each.get("errorcode"), each.get("message")) for each in items)

    @cached_property
    def refused(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.errorcode is not None)

    @cached_property
    def items_by_key(self) -> Mapping[str, Sequence[Item]]:
        """The items of the answer under their keys."""
        return _by_key(self.items)

    @cached_property
    def told_by_key(self) -> Mapping[str, Sequence[Item]]:
        """The items that the caller was told of, under their keys."""
        return _by_key(self.outcome.items)

    @cached_property
    def pairs(self) -> Sequence[tuple[Item, Item]]:
        """Each item whose key no other has, with what the caller was told under that key, if it was anything."""
        return [
            (items[0], told[0])
            for key, items in self.items_by_key.items()
            if len(items) == 1 and (told := self.told_by_key.get(key))
        ]

    @cached_property
    def extras(self) -> tuple[tuple[Path, JSON], ...]:
        """The fields of the answer that the contract does not know, with where they stand."""
        return tuple(unknown_fields(self.contract, self.schema, self.value))

    @cached_property
    def rewritten(self) -> tuple[Difference, ...]:
        """In what the result written again differs from the JSON that came."""
        return tuple(differences(self.value, self.outcome.written))

    def is_in_extras(self, difference: Difference) -> bool:
        """The difference lies in a field that the contract does not know."""
        return any(difference.path[: len(path)] == path for path, _ in self.extras)

    @cached_property
    def unknown_codes(self) -> tuple[int, ...]:
        """The codes of the answer that the contract neither publishes nor shows."""
        known = self.contract.codes_shown(self.call.asked.operation)
        return tuple(code for code in codes_in(self.value) if code not in known)

    @cached_property
    def changes(self) -> tuple[Difference, ...] | None:
        """In what the body that was sent differs from the one that the caller built; None if it is no JSON."""
        try:
            return tuple(differences(self.call.asked.body, self.first.json))
        except NotStrictJSON:
            return None

    @property
    def told(self) -> str:
        """How the call ended, in a few words."""
        raised = f" with {self.outcome.raised}" if self.outcome.raised else ""
        return f"the call ended as {self.outcome.told.value!r}{raised}"


def _by_key(items: Sequence[Item]) -> Mapping[str, Sequence[Item]]:
    found: dict[str, list[Item]] = {}
    for each in items:
        # A client may tell anything for a key, even what no dictionary takes.
        key = each.message_key if isinstance(each.message_key, str) else f"({each.message_key!r})"
        found.setdefault(key, []).append(each)
    return found


def container_faults(contract: Contract, schema: JSON, value: JSON, path: Path = ()) -> Iterator[Path]:
    """Where an object, a list or a required field is missing. Scalars are not looked at."""
    schema = _members(contract, schema)
    expected = {"object": dict, "array": list}.get(str(schema.get("type")))
    if expected is not None and not isinstance(value, expected):
        yield path
        return
    for part in schema.get("allOf", ()):
        yield from container_faults(contract, part, value, path)
    if is_object(value):
        yield from ((*path, name) for name in schema.get("required", ()) if name not in value)
        known = schema.get("properties", {})
        for name in known:
            if name in value:
                yield from container_faults(contract, known[name], value[name], (*path, name))
    elif is_array(value) and "items" in schema:
        for index, each in enumerate(value):
            yield from container_faults(contract, schema["items"], each, (*path, index))


def unknown_fields(contract: Contract, schema: JSON, value: JSON, path: Path = ()) -> Iterator[tuple[Path, JSON]]:
    """The fields that no schema names, with where they stand; an object without named fields is free."""
    schema = _members(contract, schema)
    properties = schema.get("properties", {})
    if is_object(value) and properties:
        for name, each in value.items():
            if name in properties:
                yield from unknown_fields(contract, properties[name], each, (*path, name))
            else:
                yield (*path, name), each
    elif is_array(value):
        for index, each in enumerate(value):
            yield from unknown_fields(contract, schema.get("items", {}), each, (*path, index))


def _members(contract: Contract, schema: JSON) -> dict[str, JSON]:
    """What a schema says, its references followed; nothing if it is true or false."""
    node = contract.follow(schema)
    return node if is_object(node) else {}
