"""What the reference server remembers, in SQLite: message keys, definitions, issued tokens, counters.

It keeps no phone number, no contact key and no token, only what a later answer depends on. Clocks are
the caller's: every function that needs the time is given it.
"""

from __future__ import annotations

import hashlib
import sqlite3
import threading
import weakref
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from pathlib import Path

from attrs import frozen

from conformance.model import CannotRun
from conformance.reference_server.configuration import DEFINITIONS

IN_MEMORY = ":memory:"

#: Stand in the file's header, so that a database of something else is recognised before it is written to.
_APPLICATION = 0x534D5343
_VERSION = 1

_TABLES = f"""
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS message (key TEXT PRIMARY KEY, queued_at REAL NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS message_queued_at ON message (queued_at);
CREATE TABLE IF NOT EXISTS definition (key TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS token (
    digest BLOB PRIMARY KEY, scopes TEXT NOT NULL, expires_at REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
PRAGMA application_id = {_APPLICATION};
PRAGMA user_version = {_VERSION};
COMMIT;
"""


@frozen
class StateError(CannotRun):
    """The file named for the state cannot be used."""


@frozen
class Transaction:
    """The state as one request sees it: nobody else reads or writes until it ends."""

    _connection: sqlite3.Connection

    def next_number(self, counter: str) -> int:
        """The next number of a counter, from 1; taken back if the transaction fails."""
        self._connection.execute(
            "INSERT INTO counter VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1", (counter,)
        )
        row = self._connection.execute("SELECT value FROM counter WHERE name = ?", (counter,)).fetchone()
        return int(row[0])

    def knows_definition(self, key: str) -> bool:
        return self._has("SELECT 1 FROM definition WHERE key = ?", key)

    def release_keys(self, until: float) -> None:
        """Forget the message keys that were queued at that time or before."""
        self._connection.execute("DELETE FROM message WHERE queued_at <= ?", (until,))

    def is_held(self, key: str) -> bool:
        return self._has("SELECT 1 FROM message WHERE key = ?", key)

    def hold(self, key: str, now: float) -> None:
        """Remember that a message with this key was queued; the key must not be held."""
        self._connection.execute("INSERT INTO message VALUES (?, ?)", (key, now))

    def add_token(self, token: str, scopes: Iterable[str], expires_at: float, now: float) -> None:
        """Accept the token until it expires; those that have expired are forgotten."""
        self._connection.execute("DELETE FROM token WHERE expires_at <= ?", (now,))
        row = (_digest(token), " ".join(scopes), expires_at)
        self._connection.execute("INSERT INTO token VALUES (?, ?, ?)", row)

    def scopes_of(self, token: str, now: float) -> frozenset[str] | None:
        """The scopes of an issued token; None if it was not issued or has expired."""
        query = "SELECT scopes FROM token WHERE digest = ? AND expires_at > ?"
        row = self._connection.execute(query, (_digest(token), now)).fetchone()
        return None if row is None else frozenset(row[0].split())

    def _has(self, query: str, key: str) -> bool:
        return self._connection.execute(query, (key,)).fetchone() is not None


class State:
    """One SQLite database, shared by threads. It is closed when it is let go of, or by `close`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Use `State.open`, which says what is wrong with a file."""
        self._connection = connection
        self._lock = threading.Lock()
        self._closed = weakref.finalize(self, connection.close)

    @classmethod
    def open(cls, path: str | Path = IN_MEMORY, definitions: Iterable[str] = DEFINITIONS) -> State:
        """The state kept in a file, made if it is missing, or one in memory; the definitions are added to it.

        Raises `StateError` and leaves the file as it was if it is anything else than such a state.
        """
        try:
            connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        except sqlite3.Error as error:
            hint = "Name a file in a folder that exists and may be written to."
            raise StateError(str(path), f"cannot be opened ({error})", hint) from None
        try:
            _prepare(connection, str(path), definitions)
        except sqlite3.Error as error:
            connection.close()
            raise StateError(str(path), *_reason(error)) from None
        except BaseException:
            connection.close()
            raise
        return cls(connection)

    @contextmanager
    def transaction(self) -> Generator[Transaction, None, None]:
        """What is done inside is done wholly, at the end, or not at all, if an exception leaves it."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield Transaction(self._connection)
                self._connection.execute("COMMIT")
            except BaseException:
                # A failed COMMIT may have ended the transaction; the first exception is the one to report.
                with suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")
                raise

    def close(self) -> None:
        with self._lock:
            self._closed()


def _prepare(connection: sqlite3.Connection, path: str, definitions: Iterable[str]) -> None:
    application, version, tables = (
        connection.execute(query).fetchone()[0]
        for query in ("PRAGMA application_id", "PRAGMA user_version", "SELECT count(*) FROM sqlite_master")
    )
    if tables and (application, version) != (_APPLICATION, _VERSION):
        hint = "Name another file, or none to keep the state in memory."
        raise StateError(path, "is a database, but not one of this version of the reference server", hint)
    # Readers and the writer do not wait for each other, and a crash of the process loses nothing.
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.executescript(_TABLES)
    connection.executemany("INSERT OR IGNORE INTO definition VALUES (?)", [(key,) for key in definitions])


def _reason(error: sqlite3.Error) -> tuple[str, str]:
    match getattr(error, "sqlite_errorname", ""):
        case "SQLITE_NOTADB":
            return "is not a SQLite database", "Name another file; a new one is made if it does not exist."
        case "SQLITE_BUSY":
            return "is in use by another process", "Stop that process, or name another file."
        case _:
            return f"cannot be used ({error})", "Name a file that may be written to."


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
