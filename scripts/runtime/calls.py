"""Calls of operations: what goes out, and what the answer means."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any, Generic, NamedTuple, TypeVar, cast

import httpx

from . import about
from .client import Client
from .errors import AnswerError, CallError, StatusError, on_one_line, seconds_to_wait, status_error
from .exchange import Arguments, may_be_done, secrets_removed, unreadable
from .mixed import is_mixed
from .reading import Misfit
from .types import Response

#: That of the package: one line for each call, at INFO, and a warning for each answer that refused some recipients.
log = logging.getLogger(__package__)

ResultT = TypeVar("ResultT")
ReadT = TypeVar("ReadT", covariant=True)


class Documented(NamedTuple, Generic[ReadT]):
    """An answer that the contract knows: its status, or the first and the last of several, and how its body is read."""

    first: int
    last: int
    read: Callable[[httpx.Response], ReadT]


class Operation(NamedTuple, Generic[ResultT]):
    """What the contract says of the answers of one operation, in the order in which they are looked at."""

    successes: tuple[Documented[ResultT], ...]
    errors: tuple[Documented[Any], ...] = ()


def result(client: Client, operation: Operation[ResultT], arguments: Arguments) -> ResultT:
    """Call, and return the success; raises a `CallError`."""
    with _Line(arguments) as line:
        return line.of(_success(client, operation, arguments, line.answered(client.exchange(arguments))))


async def result_async(client: Client, operation: Operation[ResultT], arguments: Arguments) -> ResultT:
    """The same in a task."""
    with _Line(arguments) as line:
        answer = await client.exchange_async(arguments)
        return line.of(_success(client, operation, arguments, line.answered(answer)))


def detailed(client: Client, operation: Operation[Any], arguments: Arguments) -> Response[Any]:
    """Call, and return whatever was answered; raises a `CallError` if nothing was."""
    with _Line(arguments) as line:
        try:
            answer = line.answered(client.exchange(arguments))
            return _response(answer, line.of(_success(client, operation, arguments, answer)), None)
        except AnswerError as error:
            return _response(error.response, getattr(error, "parsed", None), line.failed(error))


async def detailed_async(client: Client, operation: Operation[Any], arguments: Arguments) -> Response[Any]:
    """The same in a task."""
    with _Line(arguments) as line:
        try:
            answer = line.answered(await client.exchange_async(arguments))
            return _response(answer, line.of(_success(client, operation, arguments, answer)), None)
        except AnswerError as error:
            return _response(error.response, getattr(error, "parsed", None), line.failed(error))


def _response(answer: httpx.Response, parsed: Any, error: CallError | None) -> Response[Any]:
    return Response(answer.status_code, answer.headers, answer.content, parsed, error)


def _success(client: Client, operation: Operation[ResultT], arguments: Arguments, answer: httpx.Response) -> ResultT:
    status = answer.status_code
    for documented in operation.successes:
        if documented.first <= status <= documented.last:
            try:
                read = documented.read(answer)
            except Misfit as misfit:
                raise unreadable(arguments, client.limits, answer, misfit.reason, misfit.pointer) from None
            if is_mixed(read):
                read.belongs_to(arguments.recipients).counting_as_queued(arguments.queued_before)
            return read
    raise _error(client, operation, arguments, answer)


def _error(client: Client, operation: Operation[Any], arguments: Arguments, answer: httpx.Response) -> StatusError:
    """The error for a status that says no. It says enough by itself: a body that cannot be read takes nothing away."""
    secrets = secrets_removed(answer, client.limits)
    status = answer.status_code
    documented = next((each for each in operation.errors if each.first <= status <= each.last), None)
    said = _members(answer)
    return status_error(status, documented is not None)(
        arguments.operation,
        answer,
        may_be_done(arguments.method, status),
        documented is not None,
        code=_of(said, about.ERROR_CODE, int, str),
        message=_hiding(secrets, _of(said, about.ERROR_MESSAGE, str)),
        documentation=_hiding(secrets, _of(said, about.ERROR_DOCUMENTATION, str)),
        request_id=_of(said, about.REQUEST_ID, str) or answer.headers.get("x-request-id"),
        parsed=None if documented is None else _parsed(documented, answer),
        retry_after=seconds_to_wait(answer.headers.get("retry-after")),
    )


def _parsed(documented: Documented[Any], answer: httpx.Response) -> Any:
    try:
        return documented.read(answer)
    except Misfit:
        return None


def _members(answer: httpx.Response) -> Mapping[str, Any]:
    """What an error says, as far as it can be made out: read as any JSON, by nobody's contract."""
    try:
        said = json.loads(answer.content)
    except (ValueError, RecursionError):
        return {}
    return cast("Mapping[str, Any]", said) if isinstance(said, dict) else {}


def _of(said: Mapping[str, Any], name: str | None, *kinds: type) -> Any:
    value = None if name is None else said.get(name)
    return value if isinstance(value, kinds) and not isinstance(value, bool) else None


def _hiding(secrets: frozenset[str], text: str | None) -> str | None:
    """A text that will be shown, even if it repeats what signed the request in."""
    for secret in secrets if text else ():
        text = text and text.replace(secret, "<secret>")
    return text


class _Line:
    """The log line of one call: method, path as the contract writes it, status, duration and the request's id."""

    __slots__ = ("_arguments", "_begun", "_request_id", "_status")

    def __init__(self, arguments: Arguments) -> None:
        self._arguments = arguments
        self._begun = time.perf_counter()
        self._status: int | None = None
        self._request_id: object = None

    def answered(self, answer: httpx.Response) -> httpx.Response:
        self._status = answer.status_code
        return answer

    def of(self, read: ResultT) -> ResultT:
        """Note the request's id, and warn of refusals: a mixed answer should not pass unseen."""
        if is_mixed(read):
            self._request_id = read.request_id_or_none
            if not read.all_queued:
                log.warning("%s: %s", self._arguments.operation, read.summary)
        return read

    def failed(self, error: CallError) -> CallError:
        """Note what an error knows."""
        if isinstance(error, AnswerError):
            self._status = error.status_code
            self._request_id = getattr(error, "request_id", None)
        return error

    def __enter__(self) -> _Line:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, CallError):
            self.failed(error)
        if log.isEnabledFor(logging.INFO):
            status = self._status if self._status is not None else f"no answer ({type(error).__name__})"
            request = f", request {on_one_line(self._request_id)}" if self._request_id else ""
            log.info(
                "%s: %s in %.3f s%s", self._arguments.operation, status, time.perf_counter() - self._begun, request
            )
