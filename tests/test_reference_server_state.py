"""The reference server's memory: kept in a file, shared by threads, refused where the file is not its own."""

from __future__ import annotations

import gc
import sqlite3
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from reference_server_requests import CONTRACT, CREDENTIALS, body, codes, post, recipient, send

from conformance.model import Handler, Response
from conformance.reference_server import State, StateError, handler


def _server(path: Path) -> tuple[State, Handler]:
    state = State.open(path)
    return state, handler(state, CONTRACT, now=lambda: 0.0)


def test_a_file_keeps_keys_tokens_and_counters(tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    state, handle = _server(file)
    first = send(handle, recipient("a"))
    token = handle(post(CREDENTIALS, target="/v2/token")).json["access_token"]
    state.close()
    state, handle = _server(file)
    headers = [("authorization", f"Bearer {token}"), ("content-type", "application/json")]
    second = handle(post(body(recipient("a"), recipient("b")), headers)).json
    state.close()

    assert codes(second) == [109110, None]
    assert first["requestId"] != second["requestId"]
    assert token.encode() not in file.read_bytes()
    assert b"15555550100" not in file.read_bytes()


def test_two_states_share_a_file(tmp_path: Path) -> None:
    one, handle_one = _server(tmp_path / "state.db")
    two, handle_two = _server(tmp_path / "state.db")
    send(handle_one, recipient("a"))

    assert codes(send(handle_two, recipient("a"))) == [109110]
    one.close()
    two.close()


@pytest.mark.parametrize("place", ["memory", "file"])
def test_of_requests_at_once_only_one_queues_a_key(tmp_path: Path, place: str) -> None:
    state = State.open(tmp_path / "state.db") if place == "file" else State.open()
    handle = handler(state, CONTRACT)
    threads = 8
    barrier = Barrier(threads)

    def run(_: int) -> list[Response]:
        barrier.wait()
        return [handle(post(body(recipient(f"{n}")))) for n in range(25)]

    with ThreadPoolExecutor(threads) as pool:
        answers = [response.json for responses in pool.map(run, range(threads)) for response in responses]
    state.close()
    queued = [answer["responses"][0]["messageKey"] for answer in answers if answer["errorcode"] == 0]

    assert sorted(queued) == sorted(f"{n}" for n in range(25))
    assert len({answer["requestId"] for answer in answers}) == len(answers)


def test_definitions_are_those_given(tmp_path: Path) -> None:
    State.open(tmp_path / "state.db", ["first"]).close()
    state = State.open(tmp_path / "state.db", ["second"])
    handle = handler(state, CONTRACT)
    statuses = [
        handle(post(body(recipient(), definitionKey=key))).status for key in ("first", "second", "account_rest")
    ]
    state.close()

    assert statuses == [202, 202, 400]


def test_a_failed_transaction_leaves_nothing() -> None:
    state = State.open()
    with pytest.raises(ZeroDivisionError), state.transaction() as transaction:
        transaction.hold("a", 0.0)
        transaction.next_number("request")
        raise ZeroDivisionError
    with state.transaction() as transaction:
        held, number = transaction.is_held("a"), transaction.next_number("request")

    assert (held, number) == (False, 1)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_bytes(b"These are notes, and no database. " * 100)
    with pytest.raises(StateError, match=r"notes\.txt: is not a SQLite database\. Name another file"):
        State.open(file)

    assert file.read_bytes() == b"These are notes, and no database. " * 100
    assert [each.name for each in tmp_path.iterdir()] == ["notes.txt"]


def test_a_database_of_something_else(tmp_path: Path) -> None:
    file = tmp_path / "other.db"
    connection = sqlite3.connect(file)
    connection.execute("CREATE TABLE message (text)")
    connection.commit()
    connection.close()
    before = file.read_bytes()
    with pytest.raises(StateError, match=r"other\.db: is a database, but not one of this version"):
        State.open(file)

    assert file.read_bytes() == before


@pytest.mark.parametrize("name", ["", "missing/state.db"])
def test_a_path_that_cannot_be_opened(tmp_path: Path, name: str) -> None:
    with pytest.raises(StateError, match=r"cannot be opened .* Name a file in a folder that exists"):
        State.open(tmp_path / name)


def test_a_database_that_another_process_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    holder = sqlite3.connect(tmp_path / "state.db")
    holder.execute("PRAGMA locking_mode = EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *args, **options: connect(*args, timeout=0, **options))
    with pytest.raises(StateError, match="is in use by another process"):
        State.open(tmp_path / "state.db")

    holder.close()


def test_a_state_let_go_of_is_closed() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        State.open()
        gc.collect()
