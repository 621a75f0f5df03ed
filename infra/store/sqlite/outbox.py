"""The outbox: messages on their way, claimed under a lease, settled once."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime

from domain.folding import Gathering
from domain.messages import ASKS, Channel, Message, MessageKind
from infra.store import DELIVERING, MAY_HAVE_LEFT, MOST_TOGETHER, OVER, TOLD, Lease, MessageState, OutboxRow
from infra.store.moments import instant, micros
from infra.store.sqlite.connection import Connected
from infra.store.sqlite.incidents import HELD, held

COLUMNS = "doc, state, attempt, refusals, not_before, changed_at, frozen, provider_id, why, again, waits, carrier"
FOR_URGENT = 4  # one claim in four keeps its place for urgent messages

# A message waits for every earlier one to the same recipient about the same need, so that they arrive in order; and
# while its need is held, or one that it speaks for as well. What passes a hold does not wait for what is held.
MAY_GO = f"""
    NOT {HELD} AND NOT EXISTS (
        SELECT 1 FROM messages e WHERE e.need = m.need AND e.recipient = m.recipient AND e.seq < m.seq
        AND e.channel = m.channel AND e.state IN ('pending', 'sending', 'unknown') AND NOT {held("e")}
    )
"""  # noqa: S608
WAITING = f"""
    FROM messages m WHERE m.state IN ('pending', 'unknown') AND m.channel = :channel AND m.urgent = :urgent
    AND m.not_before <= :now AND {MAY_GO}
"""
COMPANY = f"""
    SELECT m.seq FROM messages m WHERE m.waits AND m.state = 'pending' AND m.recipient = :recipient
    AND m.contact = :contact AND m.kind IN ({{kinds}}) AND {MAY_GO} ORDER BY m.seq LIMIT {MOST_TOGETHER}
"""  # noqa: S608
LAST_SENT = """
    SELECT max(changed_at) FROM messages WHERE recipient = ? AND contact = ? AND kind IN ({kinds}) AND channel = 'email'
    AND state IN ({states}) AND id NOT IN (SELECT value FROM json_each(?))
"""
ASKS_SENT = """
    SELECT DISTINCT json_extract(m.doc, '$.invitation') FROM messages m LEFT JOIN messages c ON c.id = m.carrier
    WHERE m.need = ? AND m.kind IN ({kinds}) AND coalesce(c.state, m.state) IN ({states})
"""


class OutboxTables(Connected):
    """Messages and their delivery."""

    def outbox_due(self, now: datetime, channel: Channel | None = None) -> bool:
        with self._reading() as db:
            return any(_is_due(db, one, now) for one in ([channel] if channel else Channel))

    def next_message_at(self) -> datetime | None:
        with self._reading() as db:
            (moment,) = db.execute(
                f"SELECT min(m.not_before) FROM messages m WHERE m.state IN ('pending', 'unknown') AND {MAY_GO}"  # noqa: S608
            ).fetchone()
        return None if moment is None else instant(moment)

    def claim(self, lease: Lease, now: datetime, limit: int, channel: Channel = Channel.email) -> list[OutboxRow]:
        with self._writing() as db:
            held = db.execute(
                "SELECT 1 FROM leases WHERE name = ? AND fence = ? AND until > ?",
                (lease.name, lease.fence, micros(now)),
            ).fetchone()
            if not held:
                return []
            # Whoever was sending under an earlier lease is gone: what became of those messages is not known. Each is
            # sent once more; one that was cut short twice is put aside, for it may be what ends us.
            mine = {"now": micros(now), "fence": lease.fence, "channel": channel.value}
            db.execute(
                "UPDATE messages SET state = 'failed', frozen = NULL, why = 'cut short twice', changed_at = :now"
                " WHERE state = 'sending' AND channel = :channel AND fence <> :fence AND again",
                mine,
            )
            db.execute(
                "UPDATE messages SET state = 'unknown', again = 1"
                " WHERE state = 'sending' AND channel = :channel AND fence <> :fence",
                mine,
            )
            ids: list[int] = []
            for urgent, most in ((1, limit), (0, limit - limit // FOR_URGENT)):
                found = db.execute(
                    f"SELECT m.seq {WAITING} ORDER BY m.not_before, m.seq LIMIT :most",
                    {**mine, "urgent": urgent, "most": max(0, most - len(ids))},
                )
                ids += [seq for (seq,) in found]
            ids = list(dict.fromkeys([*ids, *_company(db, ids)]))
            db.executemany(
                "UPDATE messages SET state = 'sending', attempt = attempt + 1, fence = ?, changed_at = ? WHERE seq = ?",
                [(lease.fence, micros(now), seq) for seq in ids],
            )
            marks = ",".join(map(str, ids))
            query = f"SELECT {COLUMNS} FROM messages WHERE seq IN ({marks}) ORDER BY urgent DESC, seq"  # noqa: S608
            return [_row(values) for values in db.execute(query)]

    def freeze(self, rows: Sequence[tuple[str, str]], lease: Lease) -> None:
        with self._writing() as db:
            db.executemany(
                "UPDATE messages SET frozen = ? WHERE id = ? AND frozen IS NULL AND state = 'sending' AND fence = ?",
                [(frozen, id, lease.fence) for id, frozen in rows],
            )

    def fold(self, carrier: str, frozen: str, carried: Sequence[str], lease: Lease) -> bool:
        with self._writing() as db:
            (theirs,) = db.execute(
                "SELECT count(*) FROM messages WHERE state = 'sending' AND fence = ? AND (id = ? AND frozen IS NULL"
                " OR id IN (SELECT value FROM json_each(?)))",
                (lease.fence, carrier, json.dumps(list(carried))),
            ).fetchone()
            if theirs < len({carrier, *carried}):
                return False
            db.execute("UPDATE messages SET frozen = ? WHERE id = ?", (frozen, carrier))
            db.executemany(
                "UPDATE messages SET state = 'skipped', carrier = ?, why = ?, waits = 0 WHERE id = ?",
                [(carrier, f"folded into {carrier}", id) for id in carried],
            )
        return True

    def carried(self, carrier: str) -> list[OutboxRow]:
        with self._reading() as db:
            rows = db.execute(f"SELECT {COLUMNS} FROM messages WHERE carrier = ? ORDER BY seq", (carrier,)).fetchall()  # noqa: S608
        return [_row(values) for values in rows]

    def last_sent(
        self, contacts: Sequence[tuple[str, int]], kinds: Sequence[MessageKind], apart_from: Sequence[str]
    ) -> dict[tuple[str, int], datetime]:
        states = _names(sorted(MAY_HAVE_LEFT | {MessageState.sending}))
        query, apart = LAST_SENT.format(kinds=_names(kinds), states=states), json.dumps(list(apart_from))
        with self._reading() as db:
            found = {contact: db.execute(query, (*contact, apart)).fetchone()[0] for contact in contacts}
        return {contact: instant(moment) for contact, moment in found.items() if moment is not None}

    def asks_sent(self, need: str) -> frozenset[str]:
        with self._reading() as db:
            query = ASKS_SENT.format(kinds=_names(sorted(ASKS)), states=_names(sorted(MAY_HAVE_LEFT)))
            rows = db.execute(query, (need,)).fetchall()
        return frozenset(invitation for (invitation,) in rows if invitation)

    def held_messages(self, ids: Sequence[str]) -> frozenset[str]:
        with self._reading() as db:
            marks = ",".join("?" * len(ids))
            query = f"SELECT m.id FROM messages m WHERE m.id IN ({marks}) AND {HELD}"  # noqa: S608
            rows = db.execute(query, list(ids)).fetchall()
        return frozenset(id for (id,) in rows)

    def put_back(self, ids: Sequence[str], lease: Lease) -> None:
        with self._writing() as db:
            db.executemany(
                "UPDATE messages SET state = 'pending', frozen = CASE WHEN again OR EXISTS"
                " (SELECT 1 FROM messages c WHERE c.carrier = messages.id) THEN frozen END"
                " WHERE id = ? AND state = 'sending' AND fence = ?",
                [(id, lease.fence) for id in ids],
            )

    def settle(self, rows: Sequence[OutboxRow], lease: Lease | None = None) -> None:
        with self._writing() as db:
            db.executemany(
                "UPDATE messages SET state = ?, refusals = ?, not_before = ?, changed_at = ?, again = ?, waits = ?,"
                " frozen = CASE WHEN ? THEN NULL ELSE frozen END, provider_id = coalesce(?, provider_id), why = ?"
                " WHERE id = ? AND attempt = ? AND CASE WHEN ? IS NULL"
                " THEN state NOT IN (SELECT value FROM json_each(?)) ELSE state = 'sending' AND fence = ? END",
                [
                    (
                        row.state.value,
                        row.refusals,
                        micros(row.not_before),
                        micros(row.changed_at),
                        int(row.again),
                        int(row.waits and row.state not in OVER),
                        row.state in OVER,
                        row.provider_id,
                        row.why,
                        row.message.id,
                        row.attempt,
                        lease and lease.fence,
                        json.dumps(TOLD[TOLD.index(row.state) :] if row.state in TOLD else ()),
                        lease and lease.fence,
                    )
                    for row in rows
                ],
            )

    def messages(self, need: str) -> list[OutboxRow]:
        with self._reading() as db:
            rows = db.execute(f"SELECT {COLUMNS} FROM messages WHERE need = ? ORDER BY seq", (need,)).fetchall()  # noqa: S608
        return [_row(values) for values in rows]

    def stuck_messages(self, before: datetime) -> int:
        with self._reading() as db:
            (count,) = db.execute(
                f"SELECT count(*) FROM messages m WHERE NOT {HELD} AND state IN ('pending', 'sending', 'unknown')"  # noqa: S608
                " AND CAST(strftime('%s', json_extract(doc, '$.created_at')) AS INTEGER) < ?"
                " AND NOT (waits AND not_before >= ?)",
                (int(before.timestamp()), micros(before)),
            ).fetchone()
        return int(count)

    def failed_messages(self, since: datetime) -> list[str]:
        with self._reading() as db:
            rows = db.execute(
                "SELECT DISTINCT m.need FROM messages c JOIN messages m ON m.id = c.id OR m.carrier = c.id"
                " WHERE c.state = 'failed' AND c.changed_at >= ? ORDER BY m.need",
                (micros(since),),
            ).fetchall()
        return [need for (need,) in rows]

    def unheard_messages(self, channel: Channel, since: datetime, before: datetime) -> list[str]:
        with self._reading() as db:
            rows = db.execute(
                "SELECT DISTINCT need FROM messages WHERE state = 'accepted' AND channel = ?"
                " AND changed_at >= ? AND changed_at < ? ORDER BY need",
                (channel.value, micros(since), micros(before)),
            ).fetchall()
        return [need for (need,) in rows]

    def refused_mails(self) -> list[OutboxRow]:
        with self._reading() as db:
            rows = db.execute(
                f"SELECT {COLUMNS} FROM messages m INDEXED BY messages_by_state"  # noqa: S608
                " WHERE state IN ('pending', 'unknown', 'bounced', 'failed') AND"
                " (state IN ('pending', 'unknown') AND why IS NOT NULL"
                " OR state IN ('bounced', 'failed') AND kind = 'officer-task' AND channel = 'email' AND EXISTS ("
                "  SELECT 1 FROM tasks t WHERE t.id = json_extract(m.doc, '$.task') AND t.status = 'open'"
                "  AND m.recipient = 'officer:' || t.officer)) ORDER BY seq LIMIT 1000"
            ).fetchall()
        return [_row(values) for values in rows]


def _is_due(db: sqlite3.Connection, channel: Channel, now: datetime) -> bool:
    lease = (DELIVERING[channel], micros(now))
    if db.execute("SELECT 1 FROM leases WHERE name = ? AND until > ?", lease).fetchone():
        return False
    cut_short = db.execute("SELECT 1 FROM messages WHERE state = 'sending' AND channel = ? LIMIT 1", (channel.value,))
    ready = {"channel": channel.value, "now": micros(now)}
    return bool(cut_short.fetchone()) or any(
        db.execute(f"SELECT 1 {WAITING} LIMIT 1", {**ready, "urgent": urgent}).fetchone() for urgent in (1, 0)
    )


def _company(db: sqlite3.Connection, ids: list[int]) -> list[int]:
    """Those that wait to leave with one of these."""
    marks = ",".join(map(str, ids))
    found = db.execute(f"SELECT recipient, contact, kind FROM messages WHERE seq IN ({marks}) AND waits").fetchall()  # noqa: S608
    company: list[int] = []
    for recipient, contact, kind in dict.fromkeys(found):
        kinds = next(gathering.value for gathering in Gathering if kind in gathering.value)
        query = COMPANY.format(kinds=_names(sorted(kinds)))
        company += [seq for (seq,) in db.execute(query, {"recipient": recipient, "contact": contact})]
    return company


def _names(some: Sequence[MessageKind] | Sequence[MessageState]) -> str:
    return ", ".join(f"'{one.value}'" for one in some)


def _row(
    values: tuple[str, str, int, int, int, int, str | None, str | None, str | None, int, int, str | None],
) -> OutboxRow:
    doc, state, attempt, refusals, not_before, changed_at, frozen, provider_id, why, again, waits, carrier = values
    return OutboxRow(
        Message.model_validate_json(doc),
        MessageState(state),
        attempt,
        refusals,
        instant(not_before),
        instant(changed_at),
        frozen,
        provider_id,
        why,
        bool(again),
        bool(waits),
        carrier,
    )
