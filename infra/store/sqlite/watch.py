"""Leases, marks, and the questions the check of promises asks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain.officers import Task, TaskStatus
from infra.store import Lease
from infra.store.moments import instant, micros
from infra.store.sqlite.connection import Connected


class WatchTables(Connected):
    """Who does what now, what happened when, and which promises are late."""

    def take_lease(self, name: str, holder: str, now: datetime, until: datetime) -> Lease | None:
        with self._writing() as db:
            row = db.execute("SELECT holder, fence, until FROM leases WHERE name = ?", (name,)).fetchone()
            if row and row[2] > micros(now) and row[0] != holder:
                return None
            renewed = bool(row and row[0] == holder and row[2] > micros(now))
            fence = row[1] if renewed else (row[1] if row else 0) + 1
            db.execute("INSERT OR REPLACE INTO leases VALUES (?, ?, ?, ?)", (name, holder, fence, micros(until)))
        return Lease(name, holder, fence, until)

    def release_lease(self, lease: Lease) -> None:
        with self._writing() as db:
            db.execute("UPDATE leases SET until = 0 WHERE name = ? AND fence = ?", (lease.name, lease.fence))

    def mark(self, name: str, at: datetime | None) -> None:
        with self._writing() as db:
            if at is None:
                db.execute("DELETE FROM marks WHERE name = ?", (name,))
            else:
                db.execute("INSERT OR REPLACE INTO marks VALUES (?, ?)", (name, micros(at)))

    def marks(self) -> dict[str, datetime]:
        with self._reading() as db:
            rows = db.execute("SELECT name, at FROM marks").fetchall()
        return {name: instant(at) for name, at in rows}

    def overdue(self, before: datetime) -> list[str]:
        with self._reading() as db:
            rows = db.execute(
                "SELECT id FROM needs WHERE wake_at < ? ORDER BY wake_at LIMIT 1000",
                (micros(before),),
            ).fetchall()
        return [need for (need,) in rows]

    def tasks(self, *, statuses: Sequence[TaskStatus] = (), limit: int = 1000) -> list[Task]:
        wanted = list(statuses) or list(TaskStatus)
        marks = ",".join("?" * len(wanted))
        with self._reading() as db:
            rows = db.execute(
                f"SELECT doc FROM tasks WHERE status IN ({marks}) ORDER BY rowid LIMIT ?",  # noqa: S608 - only ?s
                [*(status.value for status in wanted), limit],
            ).fetchall()
        return [Task.model_validate_json(doc) for (doc,) in rows]

    def untaken_tasks(self) -> int:
        with self._reading() as db:
            (count,) = db.execute(
                "SELECT count(*) FROM tasks WHERE status = 'open'"
                " AND json_extract(doc, '$.passes') >= max(1, (SELECT count(*) FROM officers))"
            ).fetchone()
        return int(count)

    def unwatched(self) -> list[str]:
        with self._reading() as db:
            rows = db.execute(
                "SELECT id FROM needs n WHERE status <> 'closed' AND wake_at IS NULL"
                " AND NOT EXISTS (SELECT 1 FROM tasks t WHERE t.need = n.id AND t.status IN ('open', 'taken'))"
                " LIMIT 1000"
            ).fetchall()
        return [need for (need,) in rows]
