"""Who may help, a page at a time, and what each was asked and said."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from domain.invitations import Invitation
from domain.needs import Need
from domain.responders import Responder
from infra.store.keyset import as_page, read_cursor
from infra.store.lists import STALE_AFTER, Asked, CursorWrong, Page, ResponderListed, RespondersWanted
from infra.store.moments import maybe_instant, micros
from infra.store.sqlite.connection import Connected
from infra.store.sqlite.directory import with_mutes
from infra.store.sqlite.keyset import like, sign, way

MOST_WORDS = 8
WHOLE = """
    SELECT r.doc, coalesce(h.asked, 0), coalesce(h.yes, 0), r.put_at
    FROM ({some}) f CROSS JOIN responders r ON r.id = f.id LEFT JOIN heard h ON h.responder = r.id
"""
ASKED = """
    SELECT i.doc, n.doc, n.version FROM invitations i JOIN needs n ON n.id = i.need
    WHERE i.responder = ? ORDER BY i.rowid DESC LIMIT ?
"""


class RespondersListed(Connected):
    """Reads responders by name, and their past."""

    def responders_page(
        self, wanted: RespondersWanted, cursor: str | None = None, limit: int = 50
    ) -> Page[ResponderListed]:
        turn = read_cursor(cursor)
        parts, values = _filter(wanted)
        with self._reading() as db:
            if turn.key:
                name = db.execute("SELECT name FROM responders WHERE id = ?", (turn.key,)).fetchone()
                if name is None:
                    raise CursorWrong("this does not lead to any page")
                parts.append(f"(name COLLATE NOCASE, id) {sign(turn)} (?, ?)")
                values += [name[0], turn.key]
            order = f" ORDER BY {{0}}name COLLATE NOCASE {way(turn)}, {{0}}id {way(turn)}"
            where = f" WHERE {' AND '.join(parts)}" if parts else ""
            some = f"SELECT id FROM responders{where}{order.format('')} LIMIT ?"  # noqa: S608 - only our own words
            found = _read(db, some, [*values, limit + 1], order.format("r."))
        return as_page(found, turn, limit, lambda row: row.responder.id)

    def responder_listed(self, id: str) -> ResponderListed | None:
        with self._reading() as db:
            return next(iter(_read(db, "SELECT id FROM responders WHERE id = ?", [id])), None)

    def asks_of(self, responder: str, limit: int = 50) -> list[Asked]:
        with self._reading() as db:
            rows = db.execute(ASKED, (responder, limit)).fetchall()
        return [
            Asked(Invitation.model_validate_json(doc), Need.model_validate_json(need).but(version=version))
            for doc, need, version in rows
        ]


def _read(db: sqlite3.Connection, some: str, values: Sequence[Any], order: str = "") -> list[ResponderListed]:
    rows = db.execute(WHOLE.format(some=some) + order, list(values)).fetchall()
    responders = with_mutes(db, [Responder.model_validate_json(doc) for doc, *_ in rows])
    return [
        ResponderListed(responder, asked, yes, maybe_instant(put_at))
        for responder, (_, asked, yes, put_at) in zip(responders, rows, strict=True)
    ]


def _filter(wanted: RespondersWanted) -> tuple[list[str], list[Any]]:
    parts: list[str] = []
    values: list[Any] = []
    if words := wanted.search.split()[:MOST_WORDS]:
        named = " AND ".join(["name LIKE ? ESCAPE '\\'"] * len(words))
        parts.append(f"({named} OR id LIKE ? ESCAPE '\\')")
        values += [*(like(word) for word in words), like(wanted.search.strip(), before="")]
    if wanted.sector is not None:
        parts.append("sector = ?")
        values.append(wanted.sector)
    if wanted.capability is not None:
        parts.append("EXISTS (SELECT 1 FROM able WHERE code = ? AND responder = responders.id)")
        values.append(wanted.capability)
    if wanted.paused is not None:
        parts.append("paused_until > ?")
        values.append(_as_json(wanted.paused))
    if wanted.stale is not None:
        parts.append("(put_at IS NULL OR put_at < ?)")
        values.append(micros(wanted.stale - STALE_AFTER))
    return parts, values


def _as_json(moment: datetime) -> str:
    """As a document has it: text that sorts as time does."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
