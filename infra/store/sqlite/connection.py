"""Connections and transactions: a connection for each thread, every failure a `StoreError`."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.store import StoreError
from infra.store.sqlite.schema import MIGRATIONS

BUSY_SECONDS = 12.0


class Connected:
    """Opens the file at `path`, brings its schema up to date, and hands out transactions."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._local = threading.local()
        self._all: dict[threading.Thread, sqlite3.Connection] = {}
        self._lock = threading.Lock()
        self._writer = threading.Lock()
        try:
            self._migrate()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close every thread's connection."""
        with self._lock:
            for connection in self._all.values():
                connection.close()
            self._all.clear()
        self._local = threading.local()

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            self._make_file()
            connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
            try:
                _make_durable(connection)
            except BaseException:
                connection.close()
                raise
            self._local.connection = connection
            self._keep(connection)
        return connection

    def _make_file(self) -> None:
        """For its owner only: it holds what residents told us."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.touch(mode=0o600)
        except OSError as wrong:
            raise StoreError(f"{wrong.filename or self.path} cannot be made or written ({wrong.strerror})") from wrong

    def _keep(self, connection: sqlite3.Connection) -> None:
        """Keep a new connection for `close`; close those of threads that have ended."""
        with self._lock:
            for thread in [thread for thread in self._all if not thread.is_alive()]:
                self._all.pop(thread).close()
            self._all[threading.current_thread()] = connection

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """One moment, seen whole."""
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One writer at a time; committed whole at the end, undone whole by any exception."""
        if not self._writer.acquire(timeout=BUSY_SECONDS):
            raise StoreError("the store is busy: others have been writing for too long")
        try:
            with self._transaction("BEGIN IMMEDIATE") as connection:
                yield connection
        finally:
            self._writer.release()

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        try:
            connection = self._connection()
            _begin(connection, begin)
            try:
                yield connection
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
        except (sqlite3.Error, OSError) as wrong:
            self._undo()
            raise StoreError(f"the store cannot be used now: {wrong}") from wrong

    def _undo(self) -> None:
        """Leave no transaction behind, whatever went wrong (a COMMIT that failed keeps its own open)."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        try:
            if connection is not None and connection.in_transaction:
                connection.execute("ROLLBACK")
        except sqlite3.Error:
            self._local.connection = None

    def _migrate(self) -> None:
        """Bring the schema up to date; a store that is writes nothing, so that it can be read on a full disk."""
        with self._reading() as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version == len(MIGRATIONS):
            return
        with self._writing() as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version > len(MIGRATIONS):
                raise StoreError(f"{self.path} was written by a newer Muster (schema {version}); upgrade this one")
            for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
                for statement in script.split(";"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number}")


def _make_durable(connection: sqlite3.Connection) -> None:
    """Each commit is on the disk, and what is deleted is overwritten. SQLite does not wait for others switching a new
    file to WAL at once: we do."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            break
        except sqlite3.OperationalError as wrong:
            if wrong.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.005)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA secure_delete = ON")


def _begin(connection: sqlite3.Connection, begin: str) -> None:
    """Begin; wait for another process's write a millisecond at a time. SQLite's own pauses grow to 0.1 s."""
    if begin == "BEGIN":
        connection.execute(begin)
        return
    until = time.monotonic() + BUSY_SECONDS
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        while True:
            try:
                connection.execute(begin)
                return
            except sqlite3.OperationalError as wrong:
                if wrong.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                    raise
                time.sleep(0.001)
    finally:
        connection.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")


class Abandon(Exception):
    """Ends a transaction without writing, with the value it comes to."""

    def __init__(self, result: object) -> None:
        super().__init__()
        self.result = result
