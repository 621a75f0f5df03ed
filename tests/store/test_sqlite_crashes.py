"""The SQLite file: killed, full, read-only, locked, foreign; it stays whole and says what is the matter."""

from __future__ import annotations

import random
import shutil
import sqlite3
import stat
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from infra.store import StoreError
from infra.store.sqlite import SqliteStore, connection
from infra.store.sqlite.schema import MIGRATIONS
from tests.store import crew as jobs
from tests.store.builders import N1, N2, NOW, a_responder, asking, everything, must_commit, put_need, read, tell
from tests.store.conftest import PROCESS, Crew, Place

KILLS = 20


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "muster.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    opened = SqliteStore(path)
    yield opened
    opened.close()


def one(path: Path, query: str) -> object:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(query).fetchone()[0]


def assert_whole(path: Path) -> None:
    """The file is sound, and every change in it is there with all its parts."""
    assert one(path, "PRAGMA integrity_check") == "ok"
    asked = one(path, "SELECT count(*) FROM needs WHERE version = 2")
    opened = one(path, "SELECT count(*) FROM needs")
    assert one(path, "SELECT count(*) FROM residents") == opened
    assert one(path, "SELECT count(*) FROM events") == opened + asked  # type: ignore[operator]
    assert one(path, "SELECT count(*) FROM invitations") == 6 * asked  # type: ignore[operator]
    assert one(path, "SELECT coalesce(sum(taken), 0) FROM ledger") == 6 * asked  # type: ignore[operator]
    assert one(path, "SELECT count(*) FROM messages") == opened + 6 * asked  # type: ignore[operator]


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Somebody else is writing, and takes their time."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            other.execute("ROLLBACK")


def test_a_killed_writer_leaves_all_or_nothing(path: Path) -> None:
    """C10, C01: killed 20 times at any moment, each change is whole or not there, and none it reported is lost."""
    dice = random.Random()  # noqa: S311 - any moment will do
    reported: dict[str, int] = {}
    for kill in range(KILLS):
        hears, says = PROCESS.Pipe(duplex=False)
        writer = PROCESS.Process(target=jobs.write_for_ever, args=(str(path), kill * 10_000, says))
        writer.start()
        says.close()
        assert hears.poll(20)
        time.sleep(dice.uniform(0, 0.04))
        writer.kill()
        writer.join()
        try:
            while True:
                reference, version = hears.recv()
                reported[reference] = version
        except EOFError:
            hears.close()
        assert_whole(path)
    with closing(SqliteStore(path)) as store:
        for reference, version in reported.items():
            assert read(store, reference).need.version >= version
        put_need(store, jobs.reference_of(KILLS * 10_000))
    assert len(reported) >= KILLS


def test_commits_are_on_the_disk(store: SqliteStore, path: Path) -> None:
    """C10: write-ahead log and full synchronisation are on, on every thread's connection."""
    seen: list[tuple[object, object]] = []

    def look() -> None:
        db = store._connection()
        seen.append((db.execute("PRAGMA journal_mode").fetchone()[0], db.execute("PRAGMA synchronous").fetchone()[0]))

    look()
    other = threading.Thread(target=look)
    other.start()
    other.join()
    assert seen == [("wal", 2), ("wal", 2)]


def test_a_full_disk_is_said_and_survived(crew: Crew, place: Place) -> None:
    """C15: when no file may grow, a write fails with a sentence, reading goes on, and later writing too."""
    [(written, said, left_open, went_on)] = crew(jobs.fill_the_disk, [(800_000,)])
    assert written > 0
    assert said.startswith("the store cannot be used now: ")
    assert not left_open
    assert went_on
    path = Path(place.url.removeprefix("sqlite:///"))
    assert_whole(path)
    assert one(path, "SELECT count(*) FROM needs") == written + 1


def test_a_read_only_store_is_said_and_untouched() -> None:
    """C15: who may not write gets a sentence, and the store is as before."""
    home = Path(tempfile.mkdtemp(prefix="muster-"))
    try:
        path = home / "muster.db"
        with closing(SqliteStore(path)) as store:
            put_need(store)
        before = path.read_bytes()
        path.chmod(stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH)
        home.chmod(0o555)
        hears, says = PROCESS.Pipe(duplex=False)
        stranger = PROCESS.Process(target=jobs.write_without_permission, args=(str(path), says))
        stranger.start()
        assert hears.poll(20)
        assert "cannot be made or written (Permission denied)" in hears.recv()
        stranger.join()
        hears.close()
        says.close()
        home.chmod(0o755)
        path.chmod(0o644)
        assert path.read_bytes() == before
        with closing(SqliteStore(path)) as store:
            tell(store, "resident")
    finally:
        home.chmod(0o755)
        shutil.rmtree(home)


def test_a_store_locked_for_too_long_is_said(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """C14: held by another for longer than we wait: a sentence, nothing half-done, and it works again after."""
    monkeypatch.setattr(connection, "BUSY_SECONDS", 0.1)
    with closing(SqliteStore(path)) as store:
        put_need(store)
        change = everything(read(store))
        with locked(path):
            for write in (
                lambda: store.commit(change),
                lambda: store.wake([N1], NOW),
                lambda: put_need(store, N2),
                lambda: store.take_lease("deliver", "a", NOW, NOW),
            ):
                with pytest.raises(StoreError, match="the store cannot be used now: database is locked"):
                    write()
                assert not store._connection().in_transaction
            assert read(store).need.version == 1
        must_commit(store, change)


def test_a_store_up_to_date_opens_while_another_writes(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that only reads does not wait for a writer."""
    monkeypatch.setattr(connection, "BUSY_SECONDS", 0.1)
    with closing(SqliteStore(path)) as store:
        put_need(store)
        with locked(path), closing(SqliteStore(path)) as second:
            assert [row.need for row in second.needs()] == [N1]


def test_no_error_leaves_a_transaction_open(store: SqliteStore, path: Path) -> None:
    """Whatever goes wrong inside a change, the next writer, in this thread or another, is not held up."""
    put_need(store)
    twice = asking(read(store), [a_responder()])
    must_commit(store, twice)
    broken = asking(read(store).__class__(read(store).need.but(events=1), (), (), (), read(store).zone, "k1"), [])
    with pytest.raises(StoreError):
        store.commit(broken)
    with pytest.raises(AttributeError):
        store.commit(twice.__class__(need=read(store).need, tasks=(None,)))  # type: ignore[arg-type]
    with pytest.raises(KeyboardInterrupt), store._writing():
        raise KeyboardInterrupt
    with pytest.raises(StoreError), store._reading() as db:
        db.execute("SELECT * FROM nowhere")
    assert not store._connection().in_transaction
    assert read(store).need.version == 2
    with locked(path):
        pass
    tell(store, "resident")


def test_a_newer_store_is_refused_with_a_sentence(path: Path) -> None:
    """An older Muster never writes into a newer one's file."""
    SqliteStore(path).close()
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 99")
    before = path.read_bytes()
    with pytest.raises(StoreError, match=r"muster\.db was written by a newer Muster \(schema 99\); upgrade this one"):
        SqliteStore(path)
    assert path.read_bytes() == before


def test_a_migration_that_fails_changes_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The schema moves as a whole: after a failure the old one stands with all its rows, and a mended one goes on."""
    with closing(SqliteStore(path)) as store:
        put_need(store)
    monkeypatch.setattr(
        connection, "MIGRATIONS", (*MIGRATIONS, "CREATE TABLE extra (id TEXT); CREATE TABLE needs (id TEXT)")
    )
    with pytest.raises(StoreError, match="already exists"):
        SqliteStore(path)
    assert one(path, "PRAGMA user_version") == len(MIGRATIONS)
    assert one(path, "SELECT count(*) FROM sqlite_master WHERE name = 'extra'") == 0
    monkeypatch.setattr(connection, "MIGRATIONS", (*MIGRATIONS, "CREATE TABLE extra (id TEXT)"))
    with closing(SqliteStore(path)) as store:
        assert read(store).need.version == 1
    assert one(path, "PRAGMA user_version") == len(MIGRATIONS) + 1


@pytest.mark.parametrize(
    "content", [b"Dear council, this is not a database." * 50, b"SQLite format 3\0" + b"\xff" * 4000]
)
def test_a_file_of_another_kind_is_said_and_untouched(path: Path, content: bytes) -> None:
    """A wrong MUSTER_STORE destroys nobody's letter."""
    path.write_bytes(content)
    with pytest.raises(StoreError, match="the store cannot be used now"):
        SqliteStore(path)
    assert path.read_bytes() == content


def test_a_place_that_cannot_be_is_said(tmp_path: Path) -> None:
    """A folder in the file's place, or a file in a folder's: the sentence names which."""
    (tmp_path / "letter").write_text("Dear council")
    with pytest.raises(StoreError, match="the store cannot be used now"):
        SqliteStore(tmp_path)
    with pytest.raises(StoreError, match="letter cannot be made or written"):
        SqliteStore(tmp_path / "letter" / "muster.db")


def test_a_closed_store_opens_again_when_it_is_used(store: SqliteStore) -> None:
    """Closing gives back what was held; it is not the end."""
    put_need(store)
    store.close()
    store.close()
    assert read(store).need.version == 1
