"""A small client that keeps every requirement: what the checks of clients are measured against.

`ReferenceClient` decides and opens no socket: its `steps` yield requests and are sent responses, so that
the sync and the async call are the same steps, and a mutant overrides one short method.
`reference_caller` does the rest and writes down what the caller was told.

It is written from the contract by hand and shares nothing with the checks or the generated client. It
knows the send operation alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import copy
import json
import logging
import pickle
import ssl
import time
import traceback
import weakref
from collections.abc import Coroutine, Generator, Iterable, Mapping, Sequence
from functools import cache, partial
from typing import Any, Self, TypeVar, cast
from urllib.parse import urlsplit

import httpx
from attrs import define, evolve, field, frozen

from conformance.at_once import in_tasks, in_threads
from conformance.model import (
    JSON,
    Abilities,
    Asked,
    Headers,
    Item,
    NotStrictJSON,
    Outcome,
    Request,
    Response,
    Together,
    Told,
    is_array,
    is_object,
)

PATH = "/messaging/v1/sms/messages/"
QUEUED = 202
REQUIRED = ("requestId", "errorcode", "responses")
DOCUMENTED_ERRORS = frozenset({400, 401, 403, 415, 429, 500, 503})

log = logging.getLogger(__name__)
Value = TypeVar("Value")


@frozen
class ReferenceClientError(Exception):
    """A send that gave no result. `request` is what was sent, without the token."""

    request: Request


@frozen
class Unsent(ReferenceClientError):
    """Nothing was sent: there is no way to send it."""

    reason: str

    def __str__(self) -> str:
        return f"{self.request.target}: {self.reason}. Nothing was sent."


@frozen
class NoAnswer(ReferenceClientError):
    """No whole answer came, in time or at all. What was sent may have been received, unless nobody was reached."""

    reason: str
    outcome_unknown: bool = True

    def __str__(self) -> str:
        unknown = "The outcome is unknown." if self.outcome_unknown else "Nobody received the request."
        return f"{self.request.target}: no whole answer came ({self.reason}). {unknown}"


@frozen
class Refused(ReferenceClientError):
    """The server refused the request, with a status that the contract documents."""

    response: Response
    errorcode: int | None
    message: str | None
    documentation: str | None

    def __str__(self) -> str:
        said = f"{self.message} (code {self.errorcode})" if self.message else "without an error body"
        return f"{self.request.target}: refused with {self.response.status}: {said}"


@frozen
class Unreadable(ReferenceClientError):
    """The answer breaks the contract, or is of a status that it does not know; `where` says in what."""

    response: Response
    where: str
    outcome_unknown: bool

    def __str__(self) -> str:
        unknown = " The outcome is unknown: do not send again unseen." if self.outcome_unknown else ""
        return f"{self.request.target}: answered with {self.response.status}, but {self.where}.{unknown}"


@frozen
class Result:
    """An answer to a send that was accepted as a whole; its items say who was queued and who was refused."""

    request_id: str
    errorcode: int
    message: str | None
    items: tuple[Item, ...]
    #: The answer as JSON, unknown fields included.
    written: Mapping[str, JSON] = field(repr=False)

    @property
    def refused(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.errorcode is not None)


#: What a call of a correct client returns is a `Result`; mutants return the rest.
Returned = Result | ReferenceClientError | None
Steps = Generator["Request | Pause", Response, Returned]


@frozen
class Pause:
    """Seconds for which a call waits, so that other calls go on. A correct client has none."""

    seconds: float = 0.002


class ReferenceClient:
    """Sends messages. It holds no connection, and shows the token to nobody but the server."""

    default_timeout: float | None = 30.0
    #: Bytes, unpacked, that one part of an answer may have.
    largest_part = 8 * 1024 * 1024
    follow_redirects = False
    #: What may come out of a transport and is raised as `NoAnswer`.
    transport_errors: tuple[type[Exception], ...] = (httpx.RequestError,)
    #: Those of them that say that nobody was reached.
    unreached_errors: tuple[type[Exception], ...] = (httpx.ConnectError, httpx.ConnectTimeout)

    def __init__(self, url: str, token: str, timeout: float | None = None) -> None:
        self.url = url.rstrip("/")
        self.token = token
        self.timeout = self.default_timeout if timeout is None else timeout
        #: What a copy sends besides.
        self.further: Headers = ()

    def with_headers(self, headers: Headers) -> Self:
        """A copy that sends these headers as well; this client stays as it is."""
        made = copy.copy(self)
        made.further = (*self.further, *headers)
        return made

    def in_tasks(self) -> ReferenceClient:
        """What makes the calls of tasks: the same client."""
        return self

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.url!r})"

    def transport(self) -> httpx.BaseTransport | None:
        """What carries requests; None for that of httpx, on a connection of its own for each call."""
        return None

    def steps(self, body: JSON) -> Steps:
        """One send: one request, and what is made of the one response."""
        request = self.request(body)
        response = yield request
        log.debug("%s %s: %d", request.method, request.target, response.status)
        return self.judged(request, response)

    def answer(self, connection: httpx.Client, request: Request) -> Response:
        """Send a request outside of tasks, and read its answer; raises one of `transport_errors`."""
        with connection.stream(**_to_httpx(self, request)) as response:
            content = b"".join(_bounded(self, part) for part in response.iter_bytes())
            return _from_httpx(response, content)

    def request(self, body: JSON) -> Request:
        """The request for a send; raises `Unsent` if it cannot be written."""
        request = Request("POST", self.target(), self.headers())
        if not (self.token.isascii() and self.token.isprintable()):
            raise Unsent(self.safe(request), "the token holds characters that no header can carry")
        try:
            return evolve(request, body=json.dumps(self.content(body), allow_nan=False).encode())
        except (TypeError, ValueError) as error:
            raise Unsent(self.safe(request), f"the body cannot be written as JSON ({error})") from None

    def target(self) -> str:
        return urlsplit(self.url).path + PATH

    def headers(self) -> Headers:
        return (
            ("Content-Type", "application/json"),
            ("Accept", "application/json"),
            ("Authorization", f"Bearer {self.token}"),
            *self.further,
        )

    def content(self, body: JSON) -> JSON:
        """The body that is sent for the body that the caller built."""
        return body

    def safe(self, request: Request) -> Request:
        """The request as errors may show it: without the token."""
        return evolve(request, headers=[pair for pair in request.headers if pair[0] != "authorization"])

    def judged(self, request: Request, response: Response) -> Returned:
        """What a response means: a result, or a typed error that is raised."""
        if response.status == QUEUED:
            return self.accepted(request, response)
        if response.status in DOCUMENTED_ERRORS:
            raise self.refusal(request, response)
        raise self.undocumented(request, response)

    def undocumented(self, request: Request, response: Response) -> Unreadable:
        return self.unreadable(request, response, "this status is not documented")

    def unreadable(self, request: Request, response: Response, where: str) -> Unreadable:
        return Unreadable(self.safe(request), response, where, outcome_unknown=response.status < 300)

    def refusal(self, request: Request, response: Response) -> Refused:
        """The error for a documented status, which has said enough even if its body cannot be read."""
        try:
            body = response.json
        except NotStrictJSON:
            body = None
        said = body if is_object(body) else {}
        code, message, documentation = (said.get(name) for name in ("errorcode", "message", "documentation"))
        return Refused(
            self.safe(request),
            response,
            code if isinstance(code, int) else None,
            message if isinstance(message, str) else None,
            documentation if isinstance(documentation, str) else None,
        )

    def accepted(self, request: Request, response: Response) -> Result:
        """Read a 202; raises `Unreadable` that says where it breaks the contract."""
        try:
            body = self.read(response)
        except NotStrictJSON as error:
            raise self.unreadable(request, response, str(error)) from None
        if fault := self.fault(body):
            raise self.unreadable(request, response, fault)
        return self.result(body)

    def read(self, response: Response) -> JSON:
        """The body as JSON; raises `NotStrictJSON`."""
        return response.json

    def fault(self, body: JSON) -> str | None:
        """Where a 202 lacks a container or a required field; None if nowhere."""
        if not is_object(body):
            return "the body is no object"
        if missing := next((name for name in REQUIRED if name not in body), None):
            return f"/{missing} is missing"
        if not is_array(body["responses"]):
            return "/responses is no list"
        for index, item in enumerate(body["responses"]):
            if not is_object(item):
                return f"/responses/{index} is no object"
            if "messageKey" not in item:
                return f"/responses/{index}/messageKey is missing"
        return None

    def result(self, body: dict[str, JSON]) -> Result:
        return Result(
            body["requestId"],
            body["errorcode"],
            body.get("message"),
            tuple(self.item(each) for each in body["responses"]),
            self.written(body),
        )

    def item(self, body: dict[str, JSON]) -> Item:
        return Item(body["messageKey"], body.get("errorcode"), body.get("message"))

    def written(self, body: dict[str, JSON]) -> Mapping[str, JSON]:
        """The JSON that the result is written back as."""
        return body

    def told(self, result: Result) -> Told:
        """What a caller sees of a result who looks at nothing but its type."""
        return Told.MIXED if result.refused else Told.ACCEPTED


@frozen
class _Key:
    """What a client is made of."""

    url: str
    token: str = field(repr=False)
    timeout: float | None


#: Clients that a caller holds before it lets them go.
_MOST_CLIENTS = 16


@define(eq=False)
class Carried:
    """A client, and what carries its calls: those of threads, and those of tasks."""

    client: ReferenceClient
    threads: httpx.Client
    tasks: httpx.AsyncClient


@define(eq=False)
class _Held:
    """What a caller holds: a client for each address, token and time-out, and the event loop of all."""

    clients: dict[_Key, Carried] = field(factory=dict[_Key, Carried])
    runner: asyncio.Runner | None = None

    def run(self, main: Coroutine[Any, Any, Value]) -> Value:
        self.runner = self.runner or asyncio.Runner()
        return self.runner.run(main)

    def release(self) -> None:
        """Close it all, and hold nothing any more. In a thread, since another event loop may run in this one."""
        carried, runner = tuple(self.clients.values()), self.runner
        self.clients, self.runner = {}, None

        def close() -> None:
            for each in carried:
                each.threads.close()
            if runner is not None:
                for each in carried:
                    runner.run(each.tasks.aclose())
                runner.close()

        # An event loop that is held up cannot be closed: it is left behind with its thread.
        with contextlib.suppress(RuntimeError):
            in_threads([close])


class ReferenceCaller:
    """A `Caller` of this client: whatever happens becomes an outcome.

    Calls with the same address, token and time-out share one client, and what carries its calls in threads and in
    tasks.
    """

    abilities = Abilities(together=(Together.THREADS, Together.TASKS), copies=True)

    def __init__(self, client_class: type[ReferenceClient]) -> None:
        self._make = client_class
        self._held = _Held()
        weakref.finalize(self, self._held.release).atexit = False

    def __call__(self, asked: Asked) -> Outcome:
        self._let_go()
        client, carried = self._client(asked)
        with _Lines() as lines:
            if asked.style == "async":
                outcome = self._held.run(_asked_in_a_task(client, carried.tasks, asked.body))
            else:
                outcome = _asked(client, carried.threads, asked.body)
        return lines.beside(outcome)

    def together(self, way: Together, asked: Sequence[Asked]) -> tuple[Outcome, ...]:
        self._let_go()
        asking = [(*self._client(each), each.body) for each in asked]
        with _Lines() as lines:
            if way is Together.THREADS:
                outcomes = in_threads([partial(_asked, client, its.threads, body) for client, its, body in asking])
            else:
                calls = [partial(_asked_in_a_task, client, its.tasks, body) for client, its, body in asking]
                outcomes = in_tasks(self._held.run, calls)
        if None in outcomes:
            # Whatever those wait for, the next call is not to wait for it as well.
            self._held.release()
        hung = Outcome(Told.HUNG, default_timeout=asking[0][0].default_timeout)
        return tuple(lines.beside(each or hung) for each in outcomes)

    def _let_go(self) -> None:
        """Addresses change with the cases: what is held of those of long ago is asked no more."""
        if len(self._held.clients) >= _MOST_CLIENTS:
            self._held.release()

    def _client(self, asked: Asked) -> tuple[ReferenceClient, Carried]:
        """The shared client, or a copy of it that has the headers that are asked for."""
        key = _Key(asked.url, asked.token, asked.timeout)
        if key not in self._held.clients:
            made = self._make(key.url, key.token, key.timeout)
            self._held.clients[key] = _carried(made)
        carried = self._held.clients[key]
        return carried.client.with_headers(asked.headers) if asked.headers else carried.client, carried


def _carried(client: ReferenceClient) -> Carried:
    carrier, further = client.transport(), client.transport()
    threads = httpx.Client(transport=carrier, **_connecting())
    tasks = httpx.AsyncClient(transport=None if further is None else _InThread(further), **_connecting())
    return Carried(client, threads, tasks)


def reference_caller(client_class: type[ReferenceClient] = ReferenceClient) -> ReferenceCaller:
    """A caller of this client, or of one that is made from it."""
    return ReferenceCaller(client_class)


def _connecting() -> dict[str, Any]:
    # httpx gives what is left over on a connection to the next call: no connection is used twice.
    return {"verify": _tls(), "trust_env": False, "limits": httpx.Limits(max_keepalive_connections=0)}


def _asked(client: ReferenceClient, connection: httpx.Client, body: JSON) -> Outcome:
    try:
        returned, raised = _sent(client, connection, body), None
    except Exception as error:  # a mutant may raise anything, and that is a finding, not a failure
        returned, raised = None, error
    return _told(client, returned, raised)


async def _asked_in_a_task(client: ReferenceClient, connection: httpx.AsyncClient, body: JSON) -> Outcome:
    client = client.in_tasks()
    try:
        returned, raised = await _sent_in_a_task(client, connection, body), None
    except Exception as error:  # the same
        returned, raised = None, error
    return _told(client, returned, raised)


def _told(client: ReferenceClient, returned: Returned, raised: Exception | None) -> Outcome:
    """What a call tells its caller, and all that it shows but for the log."""
    shown = "\n".join((*_seen(client), *_seen(returned), *_seen(raised)))
    return evolve(_outcome(client, returned, raised), shown=shown, default_timeout=client.default_timeout)


def _sent(client: ReferenceClient, connection: httpx.Client, body: JSON) -> Returned:
    steps = client.steps(body)
    try:
        step = next(steps)
        while True:
            if isinstance(step, Pause):
                time.sleep(step.seconds)
                step = next(steps)
                continue
            arrived: Response | NoAnswer
            try:
                arrived = client.answer(connection, step)
            except client.transport_errors as error:
                arrived = _no_answer(client, step, error)
            step = _resumed(steps, arrived)
    except StopIteration as end:
        return _returned(end)


async def _sent_in_a_task(client: ReferenceClient, connection: httpx.AsyncClient, body: JSON) -> Returned:
    steps = client.steps(body)
    try:
        step = next(steps)
        while True:
            if isinstance(step, Pause):
                await asyncio.sleep(step.seconds)
                step = next(steps)
                continue
            arrived: Response | NoAnswer
            try:
                async with connection.stream(**_to_httpx(client, step)) as response:
                    content = b"".join([_bounded(client, part) async for part in response.aiter_bytes()])
                    arrived = _from_httpx(response, content)
            except client.transport_errors as error:
                arrived = _no_answer(client, step, error)
            step = _resumed(steps, arrived)
    except StopIteration as end:
        return _returned(end)


@frozen
class _InThread(httpx.AsyncBaseTransport):
    """A transport of sync calls for a task, so that one that is faulty is so in both styles."""

    carrier: httpx.BaseTransport

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        def carried() -> httpx.Response:
            response = self.carrier.handle_request(request)
            with contextlib.closing(response):
                content = b"".join(cast("Iterable[bytes]", response.stream))
            return httpx.Response(response.status_code, headers=response.headers, stream=httpx.ByteStream(content))

        return await asyncio.to_thread(carried)


def _resumed(steps: Steps, arrived: Response | NoAnswer) -> Request | Pause:
    """The next request; `StopIteration` if there is none, with what the call returns."""
    return steps.throw(arrived) if isinstance(arrived, NoAnswer) else steps.send(arrived)


def _returned(end: StopIteration) -> Returned:
    value: Returned = end.value
    return value


@cache
def _tls() -> ssl.SSLContext:
    # Reading the certificates takes longer than a hundred calls: once is enough.
    return ssl.create_default_context()


def _to_httpx(client: ReferenceClient, request: Request) -> dict[str, JSON]:
    parts = urlsplit(client.url)
    return {
        "method": request.method,
        "url": f"{parts.scheme}://{parts.netloc}{request.target}",
        "headers": list(request.headers),
        "content": request.body,
        "follow_redirects": client.follow_redirects,
        "timeout": client.timeout,
    }


def _bounded(client: ReferenceClient, part: bytes) -> bytes:
    """A part of an answer, unless it alone is larger than an answer may be: then it was packed to do harm."""
    if len(part) > client.largest_part:
        raise httpx.DecodingError("it is too large")
    return part


def _from_httpx(response: httpx.Response, content: bytes) -> Response:
    return Response(response.status_code, response.headers.multi_items(), content)


def _no_answer(client: ReferenceClient, request: Request, error: Exception) -> NoAnswer:
    # Neither the cause nor its text goes along: both may hold the request as it was sent, token and all.
    was_unreached = isinstance(error, client.unreached_errors)
    return NoAnswer(client.safe(request), type(error).__name__, outcome_unknown=not was_unreached)


def _outcome(client: ReferenceClient, returned: Returned, raised: Exception | None) -> Outcome:
    match raised or returned:
        case None:
            return Outcome(Told.NOTHING)
        case Result() as result:
            return Outcome(
                client.told(result),
                status=QUEUED,
                errorcode=result.errorcode,
                message=result.message,
                request_id=result.request_id,
                items=result.items,
                written=result.written,
            )
        case Exception() as error:
            outcome = _of_error(error)
            if raised is None:
                return evolve(outcome, told=Told.RETURNED_ERROR)
            return evolve(outcome, raised=f"{type(error).__module__}.{type(error).__qualname__}")


def _of_error(error: Exception) -> Outcome:
    match error:
        case Refused(request, response, errorcode, message, documentation):
            return Outcome(
                Told.REFUSED,
                status=response.status,
                errorcode=errorcode,
                message=message,
                documentation=documentation,
                kept_body=response.body,
                has_request_and_response=bool(request.method and response.status),
            )
        case Unreadable(response=response):
            return Outcome(
                Told.UNREADABLE,
                status=response.status,
                kept_body=response.body,
                place=error.where,
                has_request_and_response=True,
                says_outcome_unknown=error.outcome_unknown,
            )
        case NoAnswer(outcome_unknown=outcome_unknown):
            return Outcome(Told.TRANSPORT, says_outcome_unknown=outcome_unknown)
        case Unsent():
            return Outcome(Told.UNSENT)
        case _:
            return Outcome(Told.CRASHED)


def _seen(value: object) -> tuple[str, ...]:
    """All that can be seen of a client, a result or an exception."""
    if value is None:
        return ()
    trace = traceback.format_exception(value) if isinstance(value, Exception) else []
    kept = [] if isinstance(value, ReferenceClient) else [pickle.dumps(value).decode("latin-1")]
    return (repr(value), str(value), *trace, *kept)


class _Lines(logging.Handler):
    """Collects the log lines of this module while it is open, and keeps them from every other handler."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.written: list[str] = []
        self._before = (log.level, log.propagate)

    def emit(self, record: logging.LogRecord) -> None:
        self.written.append(record.getMessage())

    def beside(self, outcome: Outcome) -> Outcome:
        return evolve(outcome, shown="\n".join((outcome.shown, *self.written)))

    def __enter__(self) -> Self:
        log.addHandler(self)
        log.setLevel(logging.DEBUG)
        log.propagate = False
        return self

    def __exit__(self, *_: object) -> None:
        level, log.propagate = self._before
        log.setLevel(level)
        log.removeHandler(self)
