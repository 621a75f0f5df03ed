"""The outbox: messages on their way, claimed under a lease, settled once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain.messages import Message
from infra.store import OVER, Lease, MessageState, OutboxRow
from infra.store.sqlite.connection import Connected, instant, micros

COLUMNS = "doc, state, attempt, refusals, not_before, changed_at, frozen, provider_id, why, again"
FOR_URGENT = 4  # one claim in four keeps its place for urgent messages

# A message waits for every earlier one to the same recipient about the same need, so that they arrive in order.
WAITING = """
    FROM messages m WHERE m.state IN ('pending', 'unknown') AND m.urgent = :urgent AND m.not_before <= :now
    AND NOT EXISTS (
        SELECT 1 FROM messages e WHERE e.need = m.need AND e.recipient = m.recipient AND e.seq < m.seq
        AND e.state IN ('pending', 'sending', 'unknown')
    )
"""


class OutboxTables(Connected):
    """Messages and their delivery."""

    def outbox_due(self, now: datetime) -> bool:
        with self._reading() as db:
            at_work = db.execute("SELECT 1 FROM leases WHERE name = 'deliver' AND until > ?", (micros(now),)).fetchone()
            if at_work:
                return False
            cut_short = db.execute("SELECT 1 FROM messages WHERE state = 'sending' LIMIT 1").fetchone()
            return bool(cut_short) or any(
                db.execute(f"SELECT 1 {WAITING} LIMIT 1", {"urgent": urgent, "now": micros(now)}).fetchone()
                for urgent in (1, 0)
            )

    def next_message_at(self) -> datetime | None:
        with self._reading() as db:
            (moment,) = db.execute(
                "SELECT min(not_before) FROM messages WHERE state IN ('pending', 'unknown')"
            ).fetchone()
        return None if moment is None else instant(moment)

    def claim(self, lease: Lease, now: datetime, limit: int) -> list[OutboxRow]:
        with self._writing() as db:
            held = db.execute(
                "SELECT 1 FROM leases WHERE name = ? AND fence = ? AND until > ?",
                (lease.name, lease.fence, micros(now)),
            ).fetchone()
            if not held:
                return []
            # Whoever was sending under an earlier lease is gone: what became of those messages is not known. Each is
            # sent once more; one that was cut short twice is put aside, for it may be what ends us.
            db.execute(
                "UPDATE messages SET state = 'failed', frozen = NULL, why = 'cut short twice', changed_at = :now"
                " WHERE state = 'sending' AND fence <> :fence AND again",
                {"now": micros(now), "fence": lease.fence},
            )
            db.execute(
                "UPDATE messages SET state = 'unknown', again = 1 WHERE state = 'sending' AND fence <> ?",
                (lease.fence,),
            )
            ids: list[tuple[int]] = []
            for urgent, most in ((1, limit), (0, limit - limit // FOR_URGENT)):
                ids += db.execute(
                    f"SELECT m.seq {WAITING} ORDER BY m.seq LIMIT :most",
                    {"urgent": urgent, "now": micros(now), "most": max(0, most - len(ids))},
                ).fetchall()
            db.executemany(
                "UPDATE messages SET state = 'sending', attempt = attempt + 1, fence = ?, changed_at = ? WHERE seq = ?",
                [(lease.fence, micros(now), seq) for (seq,) in ids],
            )
            marks = ",".join(str(seq) for (seq,) in ids)
            query = f"SELECT {COLUMNS} FROM messages WHERE seq IN ({marks}) ORDER BY urgent DESC, seq"  # noqa: S608
            return [_row(values) for values in db.execute(query)]

    def freeze(self, rows: Sequence[tuple[str, str]], lease: Lease) -> None:
        with self._writing() as db:
            db.executemany(
                "UPDATE messages SET frozen = ? WHERE id = ? AND frozen IS NULL AND state = 'sending' AND fence = ?",
                [(frozen, id, lease.fence) for id, frozen in rows],
            )

    def settle(self, rows: Sequence[OutboxRow], lease: Lease | None = None) -> None:
        with self._writing() as db:
            db.executemany(
                "UPDATE messages SET state = ?, refusals = ?, not_before = ?, changed_at = ?, again = ?,"
                " frozen = CASE WHEN ? THEN NULL ELSE frozen END, provider_id = coalesce(?, provider_id), why = ?"
                " WHERE id = ? AND attempt = ? AND (? IS NULL OR (state = 'sending' AND fence = ?))",
                [
                    (
                        row.state.value,
                        row.refusals,
                        micros(row.not_before),
                        micros(row.changed_at),
                        int(row.again),
                        row.state in OVER,
                        row.provider_id,
                        row.why,
                        row.message.id,
                        row.attempt,
                        lease and lease.fence,
                        lease and lease.fence,
                    )
                    for row in rows
                ],
            )

    def messages(self, need: str) -> list[OutboxRow]:
        with self._reading() as db:
            rows = db.execute(f"SELECT {COLUMNS} FROM messages WHERE need = ? ORDER BY seq", (need,)).fetchall()  # noqa: S608
        return [_row(values) for values in rows]

    def outbox_counts(self) -> dict[MessageState, int]:
        with self._reading() as db:
            rows = db.execute("SELECT state, count(*) FROM messages GROUP BY state").fetchall()
        return {MessageState(state): count for state, count in rows}

    def stuck_messages(self, before: datetime) -> int:
        with self._reading() as db:
            (count,) = db.execute(
                "SELECT count(*) FROM messages WHERE state IN ('pending', 'sending', 'unknown')"
                " AND CAST(strftime('%s', json_extract(doc, '$.created_at')) AS INTEGER) < ?",
                (int(before.timestamp()),),
            ).fetchone()
        return int(count)

    def failed_messages(self, since: datetime) -> list[str]:
        with self._reading() as db:
            rows = db.execute(
                "SELECT DISTINCT need FROM messages WHERE state = 'failed' AND changed_at >= ? ORDER BY need",
                (micros(since),),
            ).fetchall()
        return [need for (need,) in rows]


def _row(values: tuple[str, str, int, int, int, int, str | None, str | None, str | None, int]) -> OutboxRow:
    doc, state, attempt, refusals, not_before, changed_at, frozen, provider_id, why, again = values
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
    )
