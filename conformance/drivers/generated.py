"""A generated Python client as the suite sees it: calls what a caller would call, and tells what came of it.

Works on any package that openapi-python-client makes, with its own templates or with others. Nothing
of the package is known by name but what the generator always writes: `client.AuthenticatedClient`, one
module for each operation with `sync` and `asyncio`, and models with `from_dict` and `to_dict`. Which
model is a result and which an error is read from the contract. The client keeps its own defaults.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import inspect
import io
import logging
import pickle
import pkgutil
import ssl
import traceback
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from types import ModuleType, TracebackType
from typing import Any, Self, cast

import attrs
import httpx
from attrs import field, frozen

from conformance.at_once import in_tasks, in_threads
from conformance.contract import Contract
from conformance.model import JSON, Abilities, Asked, CannotRun, Item, Outcome, Together, Told


@frozen
class PackageError(CannotRun):
    """The package cannot be judged."""


@frozen
class _Operation:
    """One operation's module, with the models that its contract gives a part to."""

    sync: Callable[..., Any]
    asyncio: Callable[..., Any]
    #: None for an operation that takes none.
    body: Any
    #: How the function's parameters are called, by the names without their joints.
    path_names: Mapping[str, str]
    results: tuple[type, ...]
    errors: tuple[type, ...]


@frozen
class _Key:
    """What a client is made of."""

    url: str
    token: str = field(repr=False)
    timeout: float | None


def _key(asked: Asked) -> _Key:
    return _Key(asked.url, asked.token, asked.timeout)


@frozen
class _End:
    """How a call of a client ended: with a result, or with an exception."""

    client: Any
    operation: _Operation
    result: object = None
    raised: Exception | None = None


def generated_caller(package: str, contract: Contract) -> GeneratedCaller:
    """The package's client as a `Caller`; raises `PackageError` if it lacks what an operation needs.

    It holds connections and, once asked in the async style, an event loop: close it, or use it in `with`.
    """
    client = _imported(f"{package}.client", package)
    if not hasattr(client, "AuthenticatedClient"):
        raise PackageError(f"{package}.client", "has no AuthenticatedClient", _MADE_BY)
    modules = _operation_modules(package)
    operations = {name: _operation(package, name, modules, contract) for name in contract.operations}
    return GeneratedCaller(package, client.AuthenticatedClient, operations)


_MADE_BY = "Name a package that openapi-python-client generated from this contract."


class GeneratedCaller:
    """A `Caller` for a generated package. One client serves all calls with the same address, token and time-out."""

    def __init__(self, package: str, client: Callable[..., Any], operations: dict[str, _Operation]) -> None:
        self._package = package
        self._make = client
        self._operations = operations
        self._clients: dict[_Key, Any] = {}
        #: A copy may have connections of its own, which are closed with the others.
        self._copies: list[Any] = []
        self._pickled: dict[_Key, str] = {}
        self._runner: asyncio.Runner | None = None
        self._log = _Log(package)
        taken = inspect.signature(client).parameters
        self._takes_certificates, self._takes_headers = "verify_ssl" in taken, "headers" in taken
        self._headers_given: dict[_Key, dict[str, str]] = {}

    @property
    def abilities(self) -> Abilities:
        return Abilities(together=(Together.THREADS, Together.TASKS), copies=hasattr(self._make, "with_headers"))

    def together(self, way: Together, asked: Sequence[Asked]) -> Sequence[Outcome]:
        with self._log as log:
            if way is Together.THREADS:
                ended = in_threads([partial(self._ended, *self._prepared(each)) for each in asked])
            else:
                self._runner = self._runner or asyncio.Runner()
                ended = in_tasks(
                    self._runner.run, [partial(self._ended_in_a_task, *self._prepared(each)) for each in asked]
                )
        if None in ended:
            # Whatever those wait for, the next call is not to wait for it as well.
            self._clients, self._copies, self._pickled, self._runner = {}, [], {}, None
        return [
            Outcome(Told.HUNG, default_timeout=self._default_timeout(each))
            if end is None
            else self._outcome(each, end, log.text)
            for each, end in zip(asked, ended, strict=True)
        ]

    def __call__(self, asked: Asked) -> Outcome:
        prepared = self._prepared(asked)
        with self._log as log:
            if asked.style == "sync":
                end = self._ended(*prepared)
            else:
                self._runner = self._runner or asyncio.Runner()
                # Not by the runner's own `run`: it sets a signal handler for each call, which costs half as much again.
                end = self._runner.get_loop().run_until_complete(self._ended_in_a_task(*prepared))
        return self._outcome(asked, end, log.text)

    def _prepared(self, asked: Asked) -> tuple[Any, _Operation, Asked]:
        """The client that is to be asked, and what for."""
        operation = self._operations.get(asked.operation)
        if operation is None:
            known = ", ".join(self._operations)
            raise PackageError(self._package, f"has no operation {asked.operation!r}", f"It has: {known}.")
        client = self._client(_key(asked))
        if asked.headers:
            client = client.with_headers(dict(asked.headers))
            self._copies.append(client)
        return client, operation, asked

    def _ended(self, client: Any, operation: _Operation, asked: Asked) -> _End:
        try:
            return _End(client, operation, operation.sync(client=client, **_arguments(operation, asked)))
        except Exception as error:  # whatever a client raises is what its caller was told
            return _End(client, operation, raised=error)

    async def _ended_in_a_task(self, client: Any, operation: _Operation, asked: Asked) -> _End:
        try:
            result = await operation.asyncio(client=client, **_arguments(operation, asked))
            return _End(client, operation, result)
        except Exception as error:  # the same
            return _End(client, operation, raised=error)

    def _outcome(self, asked: Asked, end: _End, log: str) -> Outcome:
        if end.raised is None:
            outcome = _of_result(end.operation, end.result)
        else:
            outcome = _of_error(self._package, end.operation, end.raised)
        self._client(_key(asked))
        kept = (self._pickled[_key(asked)], repr(self._headers_given.get(_key(asked), "")))
        shown = (*_views(end.client, end.result, end.raised), *kept, log)
        return attrs.evolve(outcome, default_timeout=self._default_timeout(asked), shown="\n".join(shown))

    def _client(self, key: _Key) -> Any:
        if key not in self._clients:
            options: dict[str, Any] = {"base_url": key.url, "token": key.token}
            if key.timeout is not None:
                options["timeout"] = httpx.Timeout(key.timeout)
            if self._takes_headers:
                # Its caller's own, which are looked at again: a client may write the token there.
                options["headers"] = self._headers_given.setdefault(key, {})
            # As its caller would make it, before its first use: what cannot be pickled shows nothing.
            self._pickled[key] = _pickled(self._make(**options))
            if self._takes_certificates:
                options["verify_ssl"] = _certificates()
            self._clients[key] = self._make(**options)
        return self._clients[key]

    def _default_timeout(self, asked: Asked) -> float | None:
        """Seconds that the transport of a client made without a time-out waits for an answer."""
        client = self._client(_Key(asked.url, asked.token, None))
        transport = client.get_httpx_client() if asked.style == "sync" else client.get_async_httpx_client()
        seconds: float | None = transport.timeout.read
        return seconds

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection and the event loop; the caller can still be called, and makes new ones."""
        clients, runner = (*self._clients.values(), *self._copies), self._runner
        self._clients, self._copies, self._pickled, self._runner = {}, [], {}, None
        for client in clients:
            client.get_httpx_client().close()
        if runner is not None:
            for client in clients:
                runner.run(client.get_async_httpx_client().aclose())
            runner.close()


@cache
def _certificates() -> ssl.SSLContext:
    """Loading them takes longer than a hundred calls; every client may have the same."""
    return ssl.create_default_context()


def _arguments(operation: _Operation, asked: Asked) -> dict[str, Any]:
    """What the operation's function is called with, besides the client."""
    values: dict[str, Any] = {operation.path_names[_squashed(name)]: value for name, value in asked.path.items()}
    return values if operation.body is None else {**values, "body": operation.body.from_dict(asked.body)}


def _imported(name: str, package: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        what = f"cannot be imported: there is no module {error.name!r}"
        if error.name == package:
            raise PackageError(package, what, "Install the package, or run where it can be found.") from None
        raise PackageError(name, what, _MADE_BY) from None
    except Exception as error:  # the package's own code runs here, and may raise anything
        what = f"cannot be imported ({type(error).__name__}: {error})"
        raise PackageError(name, what, "Mend the package, or generate it again.") from error


def _operation_modules(package: str) -> dict[str, str]:
    """Every module below `api`, by its bare name without underscores."""
    api = _imported(f"{package}.api", package)
    found = pkgutil.walk_packages(getattr(api, "__path__", ()), f"{package}.api.")
    return {_squashed(module.name.rpartition(".")[2]): module.name for module in found if not module.ispkg}


def _operation(package: str, name: str, modules: dict[str, str], contract: Contract) -> _Operation:
    place = modules.get(_squashed(name))
    if place is None:
        raise PackageError(f"{package}.api", f"has no module for the operation {name!r}", _MADE_BY)
    module = _imported(place, package)
    lacking = [each for each in ("sync", "asyncio") if not callable(getattr(module, each, None))]
    if lacking:
        raise PackageError(place, f"has no {' and no '.join(lacking)}", _MADE_BY)
    types = typing.get_type_hints(module.sync)
    body = next((each for each in _classes(types.get("body")) if hasattr(each, "from_dict")), None)
    if body is None and contract.operations[name].request:
        raise PackageError(place, "has a sync that takes no body with from_dict", _MADE_BY)
    returned = tuple(_classes(types.get("return")))
    responses = contract.operations[name].responses.items()
    results = {_fields(contract, schema) for status, schema in responses if status.startswith("2")} - {frozenset()}
    errors = {_fields(contract, schema) for status, schema in responses if not status.startswith("2")} - results
    return _Operation(
        module.sync,
        module.asyncio,
        body,
        {_squashed(each): each for each in inspect.signature(module.sync).parameters},
        results=tuple(each for each in returned if _attributes(each) in results),
        errors=tuple(each for each in returned if _attributes(each) in errors - {frozenset()}),
    )


def _squashed(name: str) -> str:
    """A name without its case and its joints: `sendSMSMessage` and `send_sms_message` are the same."""
    return "".join(character for character in name.lower() if character.isalnum())


def _classes(annotation: object) -> Iterator[type]:
    if isinstance(annotation, type) and annotation is not type(None):
        yield annotation
    for part in typing.get_args(annotation):
        yield from _classes(part)


def _fields(contract: Contract, schema: JSON) -> frozenset[str]:
    """The names of an object's properties, squashed."""
    return frozenset(_squashed(name) for name in contract.properties(schema))


def _attributes(model: type) -> frozenset[str]:
    """The names of a model's attributes, squashed, without its own and the one that keeps unknown fields."""
    names = [each.name for each in attrs.fields(model)] if attrs.has(model) else []
    return frozenset(_squashed(each) for each in names if each != "additional_properties" and each[0] != "_")


def _of_result(operation: _Operation, result: object) -> Outcome:
    if result is None:
        return Outcome(Told.NOTHING)
    if isinstance(result, operation.errors):
        return attrs.evolve(_told_by(Told.RETURNED_ERROR, result), written=_written(result))
    told = Told.MIXED if _given(result, "refused") else Told.ACCEPTED
    return _with_result(_told_by(told, result), result)


def _of_error(package: str, operation: _Operation, error: Exception) -> Outcome:
    name = f"{type(error).__module__}.{type(error).__qualname__}"
    if isinstance(error, httpx.TransportError):
        return Outcome(Told.TRANSPORT, raised=name)
    if not any(f"{each.__module__}.".startswith(f"{package}.") for each in type(error).__mro__):
        return Outcome(Told.CRASHED, raised=name)
    parts = [error, *_parts_of(error)]
    outcome = attrs.evolve(
        _told_by(_kind(error, parts), *parts),
        status=_given(error, "status_code"),
        kept_body=_kept_body(error),
        place=_place(error),
        has_request_and_response=_given(error, "request") is not None and _given(error, "response") is not None,
        says_outcome_unknown=_given(error, "outcome_unknown") is True,
        raised=name,
    )
    result = next((part for part in parts if isinstance(part, operation.results)), None)
    if result is not None:
        return _with_result(outcome, result)
    return attrs.evolve(outcome, items=(*_items(error, "refused"), *_items(error, "queued")))


def _kind(error: Exception, parts: Sequence[object]) -> Told:
    """What an exception of the package's own says, by what it and its parts carry.

    One that gives a code is a refusal, even if it warns that what it refuses may have been done.
    """
    if _given(error, "refused"):
        return Told.MIXED
    if isinstance(error.__cause__, httpx.TransportError):
        return Told.TRANSPORT
    if hasattr(error, "outcome_unknown") and _first(parts, "errorcode") is None:
        return _without_code(error)
    if _given(error, "status_code") is not None:
        return Told.REFUSED
    return Told.UNSENT


def _without_code(error: Exception) -> Told:
    """An answer that could not be read, unless there was none: then nothing was sent."""
    return Told.UNREADABLE if _given(error, "outcome_unknown") or _given(error, "status_code") else Told.UNSENT


def _parts_of(error: Exception) -> list[object]:
    """What an exception keeps in its attributes; a generated error may hold the model of its body there."""
    kind: type = type(error)
    fields = attrs.fields(kind) if attrs.has(kind) else ()
    return [_given(error, name) for name in (*vars(error), *(each.name for each in fields))]


def _told_by(told: Told, *sources: object) -> Outcome:
    return Outcome(
        told,
        errorcode=_first(sources, "errorcode"),
        message=_first(sources, "message"),
        documentation=_first(sources, "documentation"),
        request_id=_first(sources, "request_id"),
    )


def _with_result(outcome: Outcome, result: object) -> Outcome:
    return attrs.evolve(outcome, items=_items(result, "responses"), written=_written(result))


def _items(source: object, name: str) -> tuple[Item, ...]:
    entries = _given(source, name)
    return tuple(map(_item, cast(Sequence[object], entries))) if isinstance(entries, Sequence) else ()


def _item(entry: object) -> Item:
    return Item(_given(entry, "message_key"), _given(entry, "errorcode"), _given(entry, "message"))


def _written(result: object) -> JSON:
    try:
        return result.to_dict()  # type: ignore[attr-defined]
    except Exception:  # the client's own code; that it cannot write what it read is the finding
        return None


def _first(sources: Iterable[object], name: str) -> Any:
    return next((value for source in sources if (value := _given(source, name)) is not None), None)


def _given(source: object, name: str) -> Any:
    """An attribute as a caller would read it; None if it is absent, unset or cannot be read."""
    try:
        value = getattr(source, name, None)
    except Exception:  # a property of the client's own; what cannot be read was not given
        return None
    return None if type(value).__name__ == "Unset" else value


def _place(error: Exception) -> str | None:
    """The JSON pointer that an exception gives; a slash for the whole body, since that of RFC 6901 is empty."""
    pointer = _given(error, "pointer")
    return (pointer or "/") if isinstance(pointer, str) else None


def _kept_body(error: Exception) -> bytes | None:
    for source in (error, _given(error, "response")):
        content = _given(source, "content")
        if isinstance(content, bytes):
            return content
    return None


def _views(client: object, result: object, raised: Exception | None) -> Iterator[str]:
    for each in (client, result, raised):
        if each is not None:
            # Without a `__str__` of its own, a thing is its repr.
            for view in (repr, str) if type(each).__str__ is not object.__str__ else (repr,):
                with contextlib.suppress(Exception):  # what cannot be shown shows nothing
                    yield view(each)
    if raised is not None:
        # With all that it came from. The lines of source between say nothing of this call.
        yield "".join(traceback.format_exception(raised, limit=0))


def _pickled(client: object) -> str:
    try:
        return pickle.dumps(client, protocol=0).decode("latin-1")
    except Exception:  # pickling raises whatever a part of the client raises
        return ""


class _Log:
    """What the package and httpx write to their logs while it is open, kept from everybody else's.

    httpcore is left out: at its debug level it logs every header, and no client of it can help that.
    """

    def __init__(self, package: str) -> None:
        self._levels = {logging.getLogger(package): logging.DEBUG, logging.getLogger("httpx"): logging.INFO}
        self._stream = io.StringIO()
        self._handler = logging.StreamHandler(self._stream)
        self._before: list[tuple[logging.Logger, int, bool]] = []

    @property
    def text(self) -> str:
        return self._stream.getvalue()

    def __enter__(self) -> Self:
        self._stream.seek(0)
        self._stream.truncate()
        for logger, level in self._levels.items():
            self._before.append((logger, logger.level, logger.propagate))
            logger.setLevel(level)
            logger.addHandler(self._handler)
            logger.propagate = False
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while self._before:
            logger, level, propagate = self._before.pop()
            logger.removeHandler(self._handler)
            logger.setLevel(level)
            logger.propagate = propagate
