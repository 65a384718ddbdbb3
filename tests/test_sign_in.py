from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from conformance import reference_server
from conformance.contract import Contract
from conformance.drivers.hosting import SubjectError
from conformance.drivers.sign_in import Credentials, SignInError, token
from conformance.reference_server import Configuration, State, handler, served
from conformance.settings import SettingsError

SECRET = "a-secret-that-nobody-sees"


@pytest.fixture
def url(contract: Contract) -> Iterator[str]:
    with served(reference_server.app(handler(State.open(), contract))) as address:
        yield f"{address}/v2/token"


def test_id_and_secret_are_exchanged_for_a_token(url: str) -> None:
    known = Configuration()

    assert len(token(url, Credentials(known.client_id, known.client_secret))) > 10


def test_a_wrong_secret_is_said_without_it(url: str) -> None:
    with pytest.raises(SignInError, match=r"gives no token \(status 40[01]\)") as error:
        token(url, Credentials("somebody", SECRET))

    assert SECRET not in str(error.value) + repr(Credentials("somebody", SECRET))


def answering(body: bytes) -> Any:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    return Handler


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"access_token": 7}', b'{"token": "x"}'])
def test_an_answer_without_a_token_is_said(body: bytes) -> None:
    with HTTPServer(("127.0.0.1", 0), answering(body)) as server:
        thread = Thread(target=server.handle_request)
        thread.start()
        with pytest.raises(SignInError, match="gives an answer without access_token"):
            token(f"http://127.0.0.1:{server.server_port}", Credentials("id", SECRET))
        thread.join()


def test_a_token_that_no_header_can_carry_is_not_shown() -> None:
    with HTTPServer(("127.0.0.1", 0), answering(b'{"access_token": "a b"}')) as server:
        thread = Thread(target=server.handle_request)
        thread.start()
        with pytest.raises(SettingsError, match="holds a character that no token has"):
            token(f"http://127.0.0.1:{server.server_port}", Credentials("id", SECRET))
        thread.join()


@pytest.mark.parametrize(("address", "said"), [("http://127.0.0.1:9", "does not answer"), ("nonsense", "is no HTTP")])
def test_an_endpoint_that_is_not_there_is_said(address: str, said: str) -> None:
    with pytest.raises((SignInError, SubjectError), match=said):
        token(address, Credentials("id", SECRET))
