"""The nouns: what was sent, what came back, what a client made of it, what the contract asks.

Nothing here opens a socket, a file or a clock. Everything else in `conformance` is written in these
words, so that a check never knows who sent a request and a mutant is a function around a function.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cached_property
from typing import Any, Generic, NoReturn, Protocol, TypeGuard, TypeVar

from attrs import field, frozen

#: A JSON value. Checked where it is read, not by its type.
JSON = Any
Headers = tuple[tuple[str, str], ...]


@frozen
class CannotRun(Exception):
    """Something keeps a run from its verdict: where, what, and what to do about it.

    Each kind is a class of its own, so that a caller may handle one of them and let the others pass.
    """

    where: str
    what: str
    hint: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}. {self.hint}"


class NotStrictJSON(ValueError):
    """The bytes are not one JSON text as RFC 8259 has it."""


def is_object(value: JSON) -> TypeGuard[dict[str, JSON]]:
    return isinstance(value, dict)


def is_array(value: JSON) -> TypeGuard[list[JSON]]:
    return isinstance(value, list)


def texts_in(value: JSON) -> Iterator[str]:
    """Every string that is a value somewhere in a JSON value."""
    if isinstance(value, str):
        yield value
    elif is_object(value):
        for each in value.values():
            yield from texts_in(each)
    elif is_array(value):
        for each in value:
            yield from texts_in(each)


def strict_json(body: bytes, whole_number: Callable[[str], int | float] = int) -> JSON:
    """Read a JSON text: UTF-8, no byte-order mark, no NaN, no name twice in one object.

    Raises `NotStrictJSON` that says what is wrong and, where known, at which line and column.
    """
    if body.startswith(b"\xef\xbb\xbf"):
        raise NotStrictJSON("the body begins with a byte-order mark")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotStrictJSON(f"the body is not UTF-8 at byte {error.start}") from None
    try:
        return json.loads(text, object_pairs_hook=_names_once, parse_constant=_no_constant, parse_int=whole_number)
    except json.JSONDecodeError as error:
        raise NotStrictJSON(f"{error.msg} at line {error.lineno} column {error.colno}") from None
    except NotStrictJSON:
        raise
    except ValueError:
        raise NotStrictJSON("the body holds a number too long to read") from None
    except RecursionError:
        raise NotStrictJSON("the body is nested too deeply to read") from None


def says_utf_8(content_type: str | None) -> bool:
    """A content type names no charset or, in any spelling, UTF-8; so does one that is missing."""
    parameters = (each.partition("=") for each in (content_type or "").split(";")[1:])
    charsets = (value.strip().strip('"') for name, _, value in parameters if name.strip().lower() == "charset")
    return all(charset.lower() in {"utf-8", "utf8"} for charset in charsets)


def _names_once(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
    value = dict(pairs)
    if len(value) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise NotStrictJSON(f"the name {twice!r} stands twice in one object")
    return value


def _no_constant(constant: str) -> NoReturn:
    raise NotStrictJSON(f"{constant} is not JSON")


class _Message:
    """What requests and responses have in common: headers and a body."""

    __slots__ = ()
    headers: Headers
    body: bytes

    def header(self, name: str) -> str | None:
        """The first value of a header, whatever the letter case of its name; None if there is none."""
        name = name.lower()
        return next((value for key, value in self.headers if key == name), None)

    def all_headers(self, name: str) -> tuple[str, ...]:
        name = name.lower()
        return tuple(value for key, value in self.headers if key == name)

    @property
    def media_type(self) -> str:
        """The content type without its parameters, in lower case; empty if there is none."""
        return (self.header("content-type") or "").partition(";")[0].strip().lower()


def _lower(headers: Mapping[str, str] | Sequence[tuple[str, str]]) -> Headers:
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    return tuple((name.lower(), value) for name, value in pairs)


@frozen
class Request(_Message):
    """An HTTP request. `target` is the path with its query, as it stands in the request line."""

    method: str
    target: str
    headers: Headers = field(default=(), converter=_lower)
    body: bytes = b""

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]

    @cached_property
    def json(self) -> JSON:
        """The body as JSON; raises `NotStrictJSON`."""
        return strict_json(self.body)


@frozen
class Response(_Message):
    """An HTTP response. `status` is any number a server may put on the wire, or `NO_ANSWER`."""

    status: int
    headers: Headers = field(default=(), converter=_lower)
    body: bytes = b""

    @cached_property
    def json(self) -> JSON:
        """The body as JSON; raises `NotStrictJSON`."""
        return strict_json(self.body)


def json_response(status: int, body: JSON, headers: Headers = ()) -> Response:
    return Response(
        status,
        (("content-type", "application/json"), *headers),
        json.dumps(body, ensure_ascii=False).encode(),
    )


#: The status of a response that never came: the connection was refused, broken or closed too early.
NO_ANSWER = 0
#: Statuses that send a client to another place if there is a Location.
REDIRECTS = frozenset({301, 302, 303, 307, 308})
#: Statuses that carry no body, whatever the server writes after them.
BODILESS = frozenset({204, 205, 304})

Handler = Callable[[Request], Response]


@frozen
class Setting:
    """What a run needs to know of its subject: how to be let in and what a good message is made of.

    `numbers` are mobile numbers the subject can use, digits with the country code in front.
    `max_recipients` is the subject's own limit for one request; the service publishes none for text messages.
    """

    token: str = field(repr=False)
    definition_key: str
    numbers: tuple[str, ...]
    max_recipients: int | None = None


class Ledger:
    """What earlier exchanges of a run have shown. Written by the judge alone, after each exchange."""

    def __init__(self) -> None:
        self.request_ids: set[str] = set()
        self.sent_keys: set[str] = set()
        self.queued_keys: set[str] = set()


class Rules(Protocol):
    """What a check asks of a contract; `conformance.contract.Contract` answers."""

    @property
    def codes(self) -> Mapping[int, str]:
        """The published error codes with their names."""
        ...

    def path_of(self, operation: str) -> str:
        """The operation's path as the contract writes it."""
        ...

    def declares(self, operation: str, status: int) -> bool:
        """The operation has a response of this status."""
        ...

    def request_faults(self, operation: str, body: JSON) -> list[str]:
        """Where the body breaks the operation's request schema; empty if nowhere."""
        ...

    def unknown_fields(self, operation: str, body: JSON) -> list[str]:
        """The pointers of members that the operation's closed request schema does not know."""
        ...

    def response_faults(self, operation: str, status: int, body: JSON) -> list[str]:
        """Where the body breaks the schema of its status; empty if nowhere."""
        ...


@frozen(eq=False)
class Exchange:
    """One request and its response, with the operation it belongs to and what it is judged by.

    `operation` is an operationId, or None for a request that belongs to none (another method, another path).
    """

    operation: str | None
    request: Request
    response: Response
    setting: Setting
    rules: Rules
    earlier: Ledger = field(factory=Ledger)


@frozen
class Item:
    """One recipient's part of an answer, as a client read it. A queued item has neither code nor message."""

    message_key: str | None
    errorcode: int | None = None
    message: str | None = None


class Told(StrEnum):
    """What a client told its caller."""

    ACCEPTED = "accepted"  # returned, and said nothing of refusals
    MIXED = "mixed"  # said, without text to be parsed, that some recipients were refused
    REFUSED = "refused"  # raised a typed error: the server refused the whole request
    UNREADABLE = "unreadable"  # raised a documented error: the answer breaks the contract
    TRANSPORT = "transport"  # raised a documented error: no whole answer came
    UNSENT = "unsent"  # raised before anything was sent
    NOTHING = "nothing"  # returned None
    RETURNED_ERROR = "returned-error"  # returned an error as if it were a result
    CRASHED = "crashed"  # raised what it documents nowhere, or ended the process
    HUNG = "hung"  # never came to an end, and was stopped


@frozen
class Outcome:
    """What the caller of a client was told, field by field; None where the client did not say."""

    told: Told
    status: int | None = None
    errorcode: int | None = None
    message: str | None = None
    documentation: str | None = None
    request_id: str | None = None
    items: tuple[Item, ...] = ()
    #: The result written back as JSON by the client's own means; None if it cannot.
    written: JSON = None
    #: The body the client kept of an answer it did not turn into a result.
    kept_body: bytes | None = None
    #: Where a body breaks the contract, in the client's own words or as a JSON pointer.
    place: str | None = None
    #: True if the error gives the caller the request and the response it belongs to.
    has_request_and_response: bool = False
    #: True if the error says that what was asked for may have been done all the same.
    says_outcome_unknown: bool = False
    #: The exception's class, with its module; empty if nothing was raised.
    raised: str = ""
    #: All that the client lets be seen: repr of client, result and exceptions, log lines, pickles.
    shown: str = ""
    #: Seconds the client waits for an answer unless told otherwise; None if for ever.
    default_timeout: float | None = None
    #: The last of what a client in a process of its own wrote to its stderr meanwhile; for people to read.
    stderr: str = ""


class Delivery(StrEnum):
    """How the bytes of an answer go over the wire."""

    PLAIN = "plain"  # a head with the length, then the body
    # Whole, by other ways that HTTP allows:
    CHUNKED = "chunked"  # in chunks, with an extension, and with a trailer at the end
    DRIPPED = "dripped"  # in small parts; `stall` is the time that all of them take together
    UNTIL_CLOSED = "until-closed"  # as HTTP/1.0, without a length: where the connection ends, so does the body
    ODD_HEADERS = "odd-headers"  # names of headers in odd letter case, white space round their values
    AFTER_100 = "after-100"  # after a 100 that nobody asked for
    AFTER_103 = "after-103"  # after a 103
    EARLY = "early"  # before the body of the request has been read, which is read afterwards
    GZIP = "gzip"  # packed, if the request offers to take it; plain if not
    DEFLATE = "deflate"
    BOMB = "bomb"  # packed whatever the request offers: a thousand times as large once unpacked, white space in front
    BAD_HEADER = "bad-header"  # the last line of the head is no header; what is around it can be read
    # Whole, and then something that belongs to no answer:
    THEN_CLOSED = "then-closed"  # the connection ends without a word, as it does after idleness
    THEN_RESET = "then-reset"  # the connection is reset
    TWICE = "twice"  # the same answer again, which nobody asked for
    # Not whole, or no answer at all:
    HALF_HEAD = "half-head"  # the connection ends in the middle of the head
    HALF_THEN_STALL = "half-then-stall"  # half of the body, and the rest after `stall`
    LENGTH_TOO_SHORT = "length-too-short"  # the head promises half of what comes
    TWO_LENGTHS = "two-lengths"  # the head promises two different lengths, neither of which is right
    BAD_CHUNK = "bad-chunk"  # a chunk whose size is no number
    NOT_HTTP = "not-http"  # what comes is no HTTP at all
    NOBODY = "nobody"  # no server listens at the address


@frozen
class Answer:
    """What the scripted server does with a request: send a response, whole or broken off, or stall.

    `cut_after` is the number of body bytes sent before the connection is closed, while the head promises
    them all; if it is negative, not even the head is sent. The connection is reset in place of closed if `is_reset`.
    `stall` is the number of seconds the server waits before it answers, unless the delivery says otherwise. In a
    header's value, `{here}` stands for the address of the server and `{elsewhere}` for that of another one, which may
    not be asked at all.
    """

    response: Response
    cut_after: int | None = None
    stall: float = 0.0
    delivery: Delivery = Delivery.PLAIN
    is_reset: bool = False


@frozen
class Asked:
    """What a client's caller asks of it: send `body` to the server at `url`.

    `style` is "sync" or "async". `timeout` is in seconds; None leaves the client its own default. `path` holds the
    values that stand in the operation's path. With `headers`, a copy of the client is asked that has them besides.
    """

    operation: str
    url: str
    body: JSON
    token: str = field(repr=False)
    style: str = "sync"
    timeout: float | None = None
    path: Mapping[str, str] = field(factory=dict[str, str])
    headers: Headers = ()


class Together(StrEnum):
    """How several calls share one client at the same time."""

    THREADS = "threads"
    TASKS = "tasks"


@frozen
class Abilities:
    """What can be asked of a client: in which styles, how together, and whether it makes copies with other headers."""

    styles: tuple[str, ...] = ("sync", "async")
    together: tuple[Together, ...] = ()
    copies: bool = False


class Caller(Protocol):
    """A client as the suite sees it. It never raises for what the client does: whatever happens becomes an outcome.

    Calls with the same address, token and time-out share one client.
    """

    @property
    def abilities(self) -> Abilities: ...

    def __call__(self, asked: Asked) -> Outcome: ...

    def together(self, way: Together, asked: Sequence[Asked]) -> Sequence[Outcome]:
        """Make all these calls at the same time; the outcomes in the order of the calls. One that hangs is `HUNG`."""
        ...


@frozen
class FunctionCaller:
    """A function as a `Caller`: it is asked one thing at a time, and makes no copies."""

    ask: Callable[[Asked], Outcome]
    abilities: Abilities = Abilities()

    def __call__(self, asked: Asked) -> Outcome:
        return self.ask(asked)

    def together(self, way: Together, asked: Sequence[Asked]) -> Sequence[Outcome]:
        raise NotImplementedError(way)


@frozen
class Call:
    """One call of a client: what its caller asked for, what the server got and did, what the caller was told.

    `elsewhere` is what another server got, at the address that an answer redirected to. `before` are the calls that had
    to come first, on the same client. `beside` are those that were made at the same time, and `way` is how. `alike` is
    what the caller was told of the same call in the other style; `alone` is what of one that was made at the same time
    as others is told when nothing is beside it. `raw` is what the server got byte by byte, for each
    connection that brought something.
    """

    asked: Asked
    answer: Answer
    received: tuple[Request, ...]
    outcome: Outcome
    elsewhere: tuple[Request, ...] = ()
    before: tuple[Turn, ...] = ()
    beside: tuple[Turn, ...] = ()
    way: Together | None = None
    alike: Outcome | None = None
    alone: Outcome | None = None
    raw: tuple[bytes, ...] = ()


@frozen
class Turn:
    """One request to a client, and what the server does with it."""

    asked: Asked
    answer: Answer


@frozen
class Cite:
    """Where the contract says so: a page of the contract folder and the words on it."""

    page: str
    quote: str


class Level(StrEnum):
    MUST = "MUST"
    SHOULD = "SHOULD"


Seen = TypeVar("Seen", Exchange, Call)


@frozen
class Requirement(Generic[Seen]):
    """One thing the contract asks, and the function that looks for breaches of it.

    `section` is the heading it stands under in lists and reports, `tags` are words it can be chosen by. `narrower`
    names requirements that explain a breach of this one: where the same exchange breaks one of them as well, this
    breach is its consequence. `narrower_elsewhere` names those that explain it from other exchanges, if nothing
    explains them.
    """

    id: str
    level: Level
    title: str
    cite: Cite
    applies: Callable[[Seen], bool]
    breaches: Callable[[Seen], Iterator[str]]
    section: str = ""
    tags: frozenset[str] = frozenset()
    narrower: frozenset[str] = frozenset()
    narrower_elsewhere: frozenset[str] = frozenset()


def requirement(
    id: str, *, applies: Callable[[Seen], bool], cite: Cite, level: Level = Level.MUST
) -> Callable[[Callable[[Seen], Iterator[str]]], Requirement[Seen]]:
    """Turn a generator of breaches into a `Requirement`, whose title is the first line of its docstring."""

    def decorate(breaches: Callable[[Seen], Iterator[str]]) -> Requirement[Seen]:
        title = (breaches.__doc__ or "").strip().partition("\n")[0]
        return Requirement(id, level, title, cite, applies, breaches)

    return decorate


class Verdict(StrEnum):
    """What a run says of one requirement. `not exercised` is no pass; `known` was listed and was run anyway."""

    PASS = "pass"
    FAIL = "fail"
    NOT_EXERCISED = "not exercised"
    EXCLUDED = "excluded"
    KNOWN = "known"
    UNEXPECTED_PASS = "passes unexpectedly"


@frozen
class Failure(Generic[Seen]):
    """The smallest thing seen that breaks a requirement, and in what it breaks it."""

    seen: Seen
    breaches: tuple[str, ...]
    size: tuple[int, ...]


@frozen
class Record(Generic[Seen]):
    """What a run found of one requirement.

    `exercised` counts what it applied to, `broken` those that broke it. `reason` says why it is
    excluded or known. `causes` names the narrower requirements that explain every breach of this one; where
    there are none, a failure is one of its own.
    """

    requirement: Requirement[Seen]
    verdict: Verdict
    exercised: int
    broken: int
    failure: Failure[Seen] | None = None
    reason: str = ""
    causes: tuple[str, ...] = ()

    @property
    def is_headline(self) -> bool:
        """It failed, and no narrower requirement explains that."""
        return self.verdict is Verdict.FAIL and not self.causes

    def fails(self, *, strict: bool) -> bool:
        """The run fails for this record; a SHOULD that is broken does so only if the run is strict."""
        match self.verdict:
            case Verdict.FAIL:
                return strict or self.requirement.level is Level.MUST
            case Verdict.NOT_EXERCISED | Verdict.UNEXPECTED_PASS:
                return True
            case _:
                return False
