"""What is known of one person: found by paging, erased without leaving a byte."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from domain.needs import Resident
from domain.responders import Contact, Responder
from infra.store import StoreError
from infra.store.privacy import ContactRow
from infra.store.sqlite.connection import BUSY_SECONDS, Connected
from infra.store.sqlite.directory import CONTACTS


class PersonTables(Connected):
    """Finds a person wherever they stand, and takes them out."""

    def residents(self, after: str = "", limit: int = 1000) -> list[tuple[str, Resident]]:
        with self._reading() as db:
            rows = db.execute(
                "SELECT need, doc FROM residents WHERE need > ? ORDER BY need LIMIT ?", (after, limit)
            ).fetchall()
        return [(need, Resident.model_validate_json(doc)) for need, doc in rows]

    def contact_rows(self, after: str = "", limit: int = 1000) -> list[ContactRow]:
        with self._reading() as db:
            rows = db.execute(
                "SELECT responder, doc FROM contacts WHERE responder > ? ORDER BY responder LIMIT ?", (after, limit)
            ).fetchall()
        return [ContactRow(responder, tuple(CONTACTS.validate_json(doc))) for responder, doc in rows]

    def needs_asked(self, responder: str) -> list[str]:
        with self._reading() as db:
            rows = db.execute("SELECT DISTINCT need FROM invitations WHERE responder = ? ORDER BY rowid", (responder,))
            return [need for (need,) in rows]

    def put_contacts(self, responder: str, contacts: Sequence[Contact], now: datetime) -> None:
        mailable = sum(1 for contact in contacts if contact.email)
        with self._writing() as db:
            row = db.execute("SELECT doc FROM responders WHERE id = ?", (responder,)).fetchone()
            if row is None:
                return
            doc = Responder.model_validate_json(row[0]).but(contacts=mailable).model_dump_json(exclude={"muted"})
            db.execute("UPDATE responders SET contacts = ?, doc = ? WHERE id = ?", (mailable, doc, responder))
            db.execute("UPDATE able SET contacts = ? WHERE responder = ?", (mailable, responder))
            db.execute(
                "UPDATE contacts SET doc = ? WHERE responder = ?",
                (CONTACTS.dump_json(list(contacts)).decode(), responder),
            )

    def rename_responder(self, id: str, alias: str) -> None:
        with self._writing() as db:
            _rename_in_stories(db, id, alias)
            recipient = f"responder:{id}"
            db.execute(
                "UPDATE messages SET state = 'skipped', why = NULL WHERE recipient = ?"
                " AND state IN ('pending', 'unknown')",
                (recipient,),
            )
            db.execute(
                "UPDATE messages SET recipient = ?, frozen = NULL, provider_id = NULL, why = NULL,"
                " doc = json_set(doc, '$.to', ?) WHERE recipient = ?",
                (f"responder:{alias}", f"responder:{alias}", recipient),
            )
            db.execute("DELETE FROM tokens WHERE target = ? AND purpose = 'partner'", (id,))
            db.execute(
                "DELETE FROM tokens WHERE purpose = 'unsub' AND substr(target, 1, ?) = ?", (len(id) + 1, f"{id}|")
            )
            db.execute(
                "DELETE FROM tokens WHERE purpose = 'invite'"
                " AND target IN (SELECT id FROM invitations WHERE responder = ?)",
                (alias,),
            )
            db.execute("UPDATE listed SET word_from = ? WHERE word_from = ?", (alias, id))
            for table in set(tables_of(db, "responder")) - {"invitations"}:
                db.execute(f"DELETE FROM {table} WHERE responder = ?", (id,))  # noqa: S608 - the store's own
            db.execute("DELETE FROM responders WHERE id = ?", (id,))

    def tables_with(self, words: Iterable[str]) -> dict[str, int]:
        wanted = [word.casefold() for word in words]
        found: dict[str, int] = {}
        with self._reading() as db:
            tables = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            for (table,) in tables:
                rows = db.execute(f"SELECT * FROM {table}")  # noqa: S608 - the store's own
                hits = sum(1 for row in rows if _holds(row, wanted))
                if hits:
                    found[table] = hits
        return found

    def empty_log(self) -> bool:
        with self._lone() as db:
            (busy, _, _) = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    def compact(self) -> None:
        """Rewritten without free pages; then what is in the log is put into the file and the log is emptied."""
        with self._lone() as db:
            db.execute("VACUUM")
        if not self.empty_log():
            raise StoreError("the store's file is being read, so it could not be rewritten; try again")

    @contextmanager
    def _lone(self) -> Iterator[sqlite3.Connection]:
        """For what cannot be part of a transaction."""
        if not self._writer.acquire(timeout=BUSY_SECONDS):
            raise StoreError("the store is busy: others have been writing for too long")
        try:
            yield self._connection()
        except sqlite3.Error as wrong:
            raise StoreError(f"the store's file cannot be rewritten now: {wrong}") from wrong
        finally:
            self._writer.release()


def tables_of(db: sqlite3.Connection, column: str) -> list[str]:
    """The tables that have this column, whoever made them."""
    rows = db.execute(
        "SELECT m.name FROM sqlite_master m, pragma_table_xinfo(m.name) c WHERE m.type = 'table' AND c.name = ?",
        (column,),
    )
    return [table for (table,) in rows]


def _rename_in_stories(db: sqlite3.Connection, id: str, alias: str) -> None:
    """Wherever the id stands by itself, in the documents of the needs they were asked about or are kept from."""
    needs = {need for (need,) in db.execute("SELECT DISTINCT need FROM invitations WHERE responder = ?", (id,))}
    needs |= {need for (need,) in db.execute("SELECT id FROM needs WHERE instr(doc, ?)", (json.dumps(id),))}
    needs |= {need for (need,) in db.execute("SELECT DISTINCT need FROM events WHERE instr(doc, ?)", (json.dumps(id),))}
    for need in needs:
        for table, key, where in (
            ("invitations", "id", "need = ?"),
            ("events", "seq", "need = ?"),
            ("needs", "id", "id = ?"),
        ):
            rows = db.execute(f"SELECT {key}, doc FROM {table} WHERE {where}", (need,)).fetchall()  # noqa: S608
            db.executemany(
                f"UPDATE {table} SET doc = ? WHERE {key} = ? AND {where}",  # noqa: S608
                [(_replace(doc, id, alias), one, need) for one, doc in rows if json.dumps(id) in doc],
            )
        db.execute("UPDATE needs SET version = version + 1 WHERE id = ?", (need,))
    db.execute("UPDATE invitations SET responder = ? WHERE responder = ?", (alias, id))


def _replace(doc: str, id: str, alias: str) -> str:
    """Only where a responder is named: `responder`, `responders`, `keep_from`."""
    tree = json.loads(doc)
    if tree.get("responder") == id:
        tree["responder"] = alias
    for name in ("responders", "keep_from"):
        if name in tree:
            tree[name] = [alias if one == id else one for one in tree[name]]
    return json.dumps(tree, ensure_ascii=False, separators=(",", ":"))


def _holds(row: tuple[object, ...], words: list[str]) -> bool:
    text = "\x1f".join(str(value) for value in row if isinstance(value, str)).casefold()
    return any(word in text for word in words)
