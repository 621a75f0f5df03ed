"""The SQLite file: rows from before there were lists."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from infra.store import open_store
from infra.store.lists import NeedsWanted
from infra.store.sqlite.schema import FILL_LISTED_ANEW, LISTS, MIGRATIONS
from tests.store.builders import N1, N2, N3, NOW, put_need
from tests.store.test_store_lists import close, due_in, give_task, promise


def test_needs_from_before_are_listed_alike(tmp_path: Path) -> None:
    """What the migration makes of needs on record is what their commits make of them."""
    file = tmp_path / "muster.db"
    store = open_store(f"sqlite:///{file}")
    for need in (N1, N2, N3, "N-555555"):
        put_need(store, need, **due_in(30))
    promise(store, N1, 12)
    promise(store, N2, 20)
    promise(store, N2, 0, who="jane")
    promise(store, N3, 20, chased_at=NOW)
    close(store, "N-555555")
    give_task(store, N2, "dee")
    before = store.needs_page(NeedsWanted())
    store.close()
    script = LISTS.partition("CREATE INDEX tasks_by_officer")[0]
    with closing(sqlite3.connect(file)) as db:
        db.execute("DROP TABLE listed")
        for statement in script.split(";"):
            db.execute(statement)
        db.commit()
    again = open_store(f"sqlite:///{file}")
    assert again.needs_page(NeedsWanted()) == before
    again.close()


def test_shares_from_before_are_weighed_anew(tmp_path: Path) -> None:
    """A file whose lists weighed parts by their units is opened by a Muster that weighs each part alike."""
    file = tmp_path / "muster.db"
    store = open_store(f"sqlite:///{file}")
    put_need(store, N1, **due_in(30))
    promise(store, N1, 12)
    before = store.needs_page(NeedsWanted())
    store.close()
    with closing(sqlite3.connect(file)) as db:
        db.execute("UPDATE listed SET needed = 20, covered = 12")
        db.execute(f"PRAGMA user_version = {MIGRATIONS.index(FILL_LISTED_ANEW)}")
        db.commit()
    again = open_store(f"sqlite:///{file}")
    assert again.needs_page(NeedsWanted()) == before
    again.close()
