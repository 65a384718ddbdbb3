"""Our client and the stock one, asked the same things.

A promise is a test that takes a `package`. It runs on ours, where it must hold, and on the one that
openapi-python-client makes by itself, where it must break, in one of the ways in `BREAKS`. Where the stock client holds
it as well, `ALREADY_RIGHT` says why, and the test must pass there too.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import json
import re
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from attrs import define, frozen

from conformance.drivers.scripted_server import HOST, ScriptedServer
from conformance.model import JSON, Answer, Headers, Request, Response
from scripts import generate

ROOT = Path(__file__).parent.parent
TOKEN = "s3cr3t-t0ken-of-nobody"
BODY: dict[str, JSON] = {
    "definitionKey": "welcome",
    "recipients": [
        {"contactKey": "ada", "to": "15550100", "messageKey": "first"},
        {"contactKey": "bob", "to": "15550101", "messageKey": "second"},
    ],
}
AS_JSON: Headers = (("content-type", "application/json"),)
QUEUED: dict[str, JSON] = {
    "requestId": "5f0c6c4e-8a44-4a30-9c4a-0a4c5a0a7d11",
    "errorcode": 0,
    "responses": [{"messageKey": "first"}, {"messageKey": "second"}],
}
MIXED: dict[str, JSON] = {
    "requestId": "5f0c6c4e-8a44-4a30-9c4a-0a4c5a0a7d11",
    "errorcode": 109001,
    "message": "MCMS_UTM_ResponsesHasErrors: 1 subscribers failed to queue out of 2",
    "responses": [
        {"messageKey": "second", "errorcode": 109121, "message": "MCMS_UTM_Validation_InvalidValue_to: no number"},
        {"messageKey": "first"},
    ],
}
ERROR: dict[str, JSON] = {"message": "No such thing", "errorcode": 109111, "documentation": "https://docs.example/1"}

#: How a promise shows that it is broken: what the test says, or what the stock client raises or lacks.
BREAKS = (
    AssertionError,
    AttributeError,
    ImportError,
    KeyError,
    RuntimeError,
    TypeError,
    ValueError,
    pytest.fail.Exception,
)

#: What the stock client does right by itself: a test, and why it holds there.
ALREADY_RIGHT: Mapping[str, str] = {
    # test_client_answers.py
    "test_an_accepting_answer_is_written_back_as_it_came": "It keeps what it does not know, at every level.",
    "test_each_fate_and_code_can_be_asked_for": "Its models have every member that the contract has.",
    "test_a_call_returns_what_came": "The contract says `errorcode`; made from the published document it reads None.",
    "test_unknown_members_are_kept_at_every_level": "It keeps what it does not know, at every level.",
    "test_an_unknown_code_is_read_like_any_other": "The contract has a number there, and no enumeration.",
    "test_what_was_read_is_left_as_it_was": "It copies each object before it takes members out.",
    "test_the_label_of_good_json_does_not_matter": "It does not look at the label.",
    "test_a_packed_answer_is_read": "httpx unpacks it.",
    # test_client_safety.py
    "test_method_path_and_headers_are_the_documented_ones": "It writes them as the contract says.",
    "test_the_body_goes_out_member_by_member": "It writes what is set and what it does not know.",
    "test_what_is_not_set_is_left_out": "It writes what is set.",
    "test_headers_and_cookies_of_the_caller_go_along": "httpx sends them.",
    "test_a_path_in_the_address_stands_in_front": "httpx puts it there.",
    "test_logs_show_no_token": "httpx and httpcore print no header that was sent.",
    "test_the_token_follows_on_the_same_host": "httpx takes it along.",
    "test_a_name_is_one_part_of_the_path": "It encodes every character that has a meaning in a path.",
    "test_tasks_share_a_client": "A client of httpx serves many tasks.",
    "test_a_copied_model_is_equal": "attrs compares what is set.",
    "test_models_that_differ_are_not_equal": "attrs compares what is set.",
    # test_client_failures.py
    "test_a_failure_is_not_repeated": "httpx repeats nothing.",
    "test_a_connection_serves_the_next_call_if_nothing_is_left_over": "httpx keeps connections.",
    "test_a_redirect_is_not_followed": "httpx follows none unless told to.",
    "test_threads_and_tasks_are_told_the_same": "It reads answers in one function for both.",
    "test_threads_and_tasks_are_told_the_same_of_each_status": "It reads answers in one function for both.",
}


class NoSuchError(Exception):
    """Stands for the classes of errors that a package lacks."""


@frozen
class Package:
    """A client, by its import name."""

    name: str

    def module(self, name: str) -> ModuleType:
        return importlib.import_module(f"{self.name}.{name}")

    @property
    def models(self) -> ModuleType:
        return self.module("models")

    @property
    def errors(self) -> ModuleType:
        return self.module("errors")

    def error(self, name: str) -> type[Exception]:
        """A class of errors, or one that nothing raises where the package has none of this name."""
        found: type[Exception] = getattr(self.errors, name, NoSuchError)
        return found

    @property
    def send(self) -> ModuleType:
        return self.module("api.transactional_messaging.send_sms_message_multiple_recipients")

    @property
    def unset(self) -> Any:
        return self.module("types").UNSET

    def client(self, url: str, token: str = TOKEN, **options: Any) -> Any:
        return self.module("client").AuthenticatedClient(url, token, **options)

    def body(self, value: JSON = None) -> Any:
        return self.models.SmsSendRequest.from_dict(BODY if value is None else value)


@define
class Told:
    """What a caller was told: something that was returned, or an exception."""

    package: Package
    value: Any = None
    error: Exception | None = None

    def result(self) -> Any:
        """The success."""
        assert self.error is None, f"raised {self.error!r}"
        assert self.value is not None, "returned None"
        return self.value

    def raised(self, name: str) -> Any:
        """The exception, of just this class of the package."""
        assert type(self.error) is self.package.error(name), f"returned {self.value!r}, raised {self.error!r}"
        return self.error

    @property
    def in_short(self) -> tuple[str, str]:
        """The kind of thing, and what it says."""
        what = self.value if self.error is None else self.error
        return type(what).__name__, str(what)


@frozen
class Asker:
    """Calls the send operation of a package, sync or async, against a server that says what it is told to."""

    package: Package
    style: str
    server: ScriptedServer

    def __call__(self, answer: Answer, *, detailed: bool = False, body: JSON = None, **options: Any) -> Told:
        return self.each([answer], detailed=detailed, body=body, **options)[0]

    def each(
        self, answers: list[Answer], *, detailed: bool = False, body: JSON = None, url: str = "", **options: Any
    ) -> list[Told]:
        """One client for several calls, one after another."""
        form = ("sync" if self.style == "sync" else "asyncio") + ("_detailed" if detailed else "")
        function = getattr(self.package.send, form)
        arguments = {
            "client": self.package.client(url or self.server.url, **{"verify_ssl": False, **options}),
            "body": self.package.body(body),
        }
        if self.style == "sync":
            return self._sync(function, arguments, answers)
        return asyncio.run(self._async(function, arguments, answers))

    def _sync(self, function: Callable[..., Any], arguments: dict[str, Any], answers: list[Answer]) -> list[Told]:
        told: list[Told] = []
        with arguments["client"]:
            for answer in answers:
                self.server.play(answer)
                try:
                    told.append(Told(self.package, value=function(**arguments)))
                except Exception as error:
                    told.append(Told(self.package, error=error))
        return told

    async def _async(
        self, function: Callable[..., Any], arguments: dict[str, Any], answers: list[Answer]
    ) -> list[Told]:
        told: list[Told] = []
        async with arguments["client"]:
            for answer in answers:
                self.server.play(answer)
                try:
                    told.append(Told(self.package, value=await function(**arguments)))
                except Exception as error:
                    told.append(Told(self.package, error=error))
        return told

    @property
    def received(self) -> tuple[Request, ...]:
        return self.server.received


def said(status: int, body: JSON | bytes = b"", headers: Headers = AS_JSON) -> Answer:
    """An answer with this status and body, JSON unless it is bytes."""
    return Answer(Response(status, headers, body if isinstance(body, bytes) else json.dumps(body).encode()))


def is_to_break(test: pytest.Function) -> bool:
    """True for a promise that is asked of the stock client, unless the table says that it is right already."""
    params = test.callspec.params if hasattr(test, "callspec") else {}
    stock = "stock" in (params.get("package"), params.get("letters_package"))
    return stock and test.originalname not in ALREADY_RIGHT


def write_package(contract: Path, folder: Path, *, stock: bool) -> None:
    """Write the client of this contract into a folder."""
    for name, content in generate.package(contract, stock=stock).files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


#: A contract with a value in a path, and with statuses that are not documented.
LETTERS: dict[str, JSON] = {
    "openapi": "3.1.1",
    "info": {"title": "Letters", "version": "1.0.0"},
    "paths": {
        "/letters/{name}": {
            "get": {
                "operationId": "readLetter",
                "tags": ["letters"],
                "parameters": [{"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}],
                "responses": {
                    "200": {
                        "description": "It.",
                        "content": {"application/json": {"schema": {"title": "Letter", "type": "object"}}},
                    }
                },
            }
        }
    },
}


def write_letters(folder: Path, *, stock: bool) -> Package:
    """The client of the small contract, ours or the stock one, under a name of its own in this folder."""
    contract = folder / f"contract_{stock}"
    contract.mkdir(parents=True)
    (contract / "openapi.yaml").write_text(yaml.safe_dump(LETTERS, sort_keys=False))
    name = "stock_letters" if stock else "our_letters"
    write_package(contract, folder / name, stock=stock)
    return Package(name)


@contextlib.contextmanager
def peer(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """The address of a server that reads each request whole, and then lets `talk` do what it will."""

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection, contextlib.suppress(OSError):
                    _read_request(connection)
                    talk(connection)

    listener = socket.create_server((HOST, 0))
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{listener.getsockname()[1]}"
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def _read_request(connection: socket.socket) -> None:
    came = b""
    while b"\r\n\r\n" not in came:
        part = connection.recv(65536)
        if not part:
            raise OSError
        came += part
    head, _, body = came.partition(b"\r\n\r\n")
    sizes = re.findall(rb"(?i)\r\ncontent-length: *(\d+)", head)
    length = int(sizes[0]) if sizes else 0
    while len(body) < length:
        body += connection.recv(65536)


def refusing_url() -> str:
    """An address at which nobody listens."""
    with socket.create_server((HOST, 0)) as listener:
        return f"http://{HOST}:{listener.getsockname()[1]}"
