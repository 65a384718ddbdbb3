"""Reads one call of a client beside the contract: what kind of answer the client met, and what was in it.

Containers are read strictly and scalars are not: a client may be lenient with a code that is a string,
never with a list where an object belongs.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, auto
from functools import cached_property

from attrs import frozen

from conformance.contract import Contract
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
    says_utf_8,
)

#: Where a value stands in a JSON text.
Path = tuple[str | int, ...]


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
    def body(self) -> JSON:
        """The answer's body as JSON; `...` if it is none."""
        try:
            return self.answer.json
        except NotStrictJSON:
            return ...

    @cached_property
    def kind(self) -> Kind:
        """What the client was given; how it came goes before what it says."""
        return self._delivered or self.said

    @property
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
        if self.body is ... or container_fault(self.contract, self.schema, self.body):
            return Kind.BROKEN_SUCCESS
        return Kind.SUCCESS if self._obeys_the_contract else Kind.OPEN

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

    @property
    def _obeys_the_contract(self) -> bool:
        if self.body is ... or self.schema is None or not says_json(self.answer):
            return False
        return not self.contract.response_faults(self.call.asked.operation, self.answer.status, self.body)

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """The items of a valid 202."""
        items = self.body["responses"]
        return tuple(Item(each["messageKey"], each.get("errorcode"), each.get("message")) for each in items)

    @property
    def refused(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.errorcode is not None)

    @property
    def extras(self) -> tuple[tuple[Path, JSON], ...]:
        """The fields of the answer that the contract does not know, with where they stand."""
        return tuple(unknown_fields(self.contract, self.schema, self.body))

    @property
    def unknown_codes(self) -> tuple[int, ...]:
        """The codes of the answer that the contract neither publishes nor shows."""
        examples = self.contract.operations[self.call.asked.operation].response_examples
        known = {*self.contract.codes, *codes_in([list(each.values()) for each in examples.values()])}
        return tuple(code for code in codes_in(self.body) if code not in known)

    @property
    def told(self) -> str:
        """How the call ended, in a few words."""
        raised = f" with {self.outcome.raised}" if self.outcome.raised else ""
        return f"the call ended as {self.outcome.told.value!r}{raised}"


def says_json(message: Request | Response) -> bool:
    """The message says once that it is JSON, and no other charset than UTF-8."""
    values = message.all_headers("content-type")
    return len(values) == 1 and message.media_type == "application/json" and says_utf_8(values[0])


def container_fault(contract: Contract, schema: JSON, value: JSON, where: str = "") -> str | None:
    """Where an object, a list or a required field is missing; None if nowhere. Scalars are not looked at."""
    schema = _members(contract, schema)
    expected = {"object": dict, "array": list}.get(str(schema.get("type")))
    if expected is not None and not isinstance(value, expected):
        return f"{where or '/'} is no {schema['type']}"
    parts: list[tuple[JSON, JSON, str]] = [(part, value, where) for part in schema.get("allOf", ())]
    if is_object(value):
        missing = next((name for name in schema.get("required", ()) if name not in value), None)
        if missing is not None:
            return f"{where}/{missing} is missing"
        known = schema.get("properties", {})
        parts += [(known[name], value[name], f"{where}/{name}") for name in known if name in value]
    elif is_array(value):
        parts += [(schema.get("items", {}), each, f"{where}/{index}") for index, each in enumerate(value)]
    return next((fault for part in parts if (fault := container_fault(contract, *part))), None)


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


def codes_in(value: JSON) -> Iterator[int]:
    """Every `errorcode` in a JSON value."""
    if is_object(value):
        if isinstance(value.get("errorcode"), int):
            yield value["errorcode"]
        for each in value.values():
            yield from codes_in(each)
    elif is_array(value):
        for each in value:
            yield from codes_in(each)


def difference(expected: JSON, actual: JSON, where: str = "") -> str | None:
    """The first place where two JSON values differ; None if they are the same. True is not 1."""
    pairs: list[tuple[JSON, JSON, str]] = []
    if is_object(expected) and is_object(actual):
        for name in (*expected, *actual):
            if name not in actual:
                return f"{where}/{name} is absent"
            if name not in expected:
                return f"{where}/{name} is added, as {actual[name]!r}"
        pairs = [(expected[name], actual[name], f"{where}/{name}") for name in expected]
    elif is_array(expected) and is_array(actual):
        if len(expected) != len(actual):
            return f"{where or '/'} has {len(actual)} entries in place of {len(expected)}"
        pairs = [(expected[index], actual[index], f"{where}/{index}") for index in range(len(expected))]
    elif isinstance(expected, bool) is not isinstance(actual, bool) or expected != actual:
        return f"{where or '/'} is {actual!r} in place of {expected!r}"
    return next((found for pair in pairs if (found := difference(*pair))), None)
