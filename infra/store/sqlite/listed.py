"""How lists show a need: one narrow row for each, in the order of the list, written with every change of the need."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Any

from domain.changes import Change
from domain.invitations import Invitation
from domain.needs import Need, NeedStatus, Outcome
from domain.risk import Band, Standing, standing_of
from infra.store.lists import NeedListed
from infra.store.moments import instant, maybe_instant, maybe_micros, micros

PUT = """
    INSERT INTO listed VALUES (:need, :band, :at, :status, :category, :area, :needed_by, :incident, :exercise,
        EXISTS (SELECT 1 FROM tasks WHERE need = :need
            AND (status = 'open' OR status = 'taken' AND :status <> 'closed')),
        :needed, :covered, :word_at, :word_from)
    ON CONFLICT (need) DO UPDATE SET band = excluded.band, at = excluded.at, status = excluded.status,
        area = excluded.area, needed_by = excluded.needed_by, officer = excluded.officer, needed = excluded.needed,
        covered = excluded.covered, word_at = excluded.word_at, word_from = excluded.word_from
"""
WHOLE = """
    SELECT l.need, l.band, l.at, l.status, n.outcome, l.category, l.area, n.doc ->> 'summary', l.needed_by, n.wake_at,
        n.doc ->> 'urgent', l.incident, l.exercise,
        n.held OR EXISTS (SELECT 1 FROM incidents x WHERE x.id = l.incident AND x.held),
        l.needed, l.covered, l.officer, l.word_at, l.word_from
    FROM ({some}) l CROSS JOIN needs n ON n.id = l.need
"""


def list_need(db: sqlite3.Connection, change: Change) -> None:
    """Keep how lists show this need from now on, in the transaction of the change."""
    need = change.need
    standing = change.standing or standing_of(need, _invitations(db, need.id))
    db.execute(PUT, _values(need, standing))


def _invitations(db: sqlite3.Connection, need: str) -> Iterable[Invitation]:
    rows = db.execute("SELECT doc FROM invitations WHERE need = ?", (need,))
    return (Invitation.model_validate_json(doc) for (doc,) in rows)


def _values(need: Need, standing: Standing) -> dict[str, Any]:
    at = micros(standing.at)
    return {
        "need": need.id,
        "band": standing.band.value,
        "at": -at if standing.band is Band.closed else at,  # the newest first
        "status": need.status.value,
        "category": need.category,
        "area": need.area,
        "needed_by": micros(need.needed_by),
        "incident": need.incident,
        "exercise": int(need.exercise),
        "needed": standing.needed,
        "covered": standing.covered,
        "word_at": maybe_micros(standing.word_at),
        "word_from": standing.word_from,
    }


def read_listed(db: sqlite3.Connection, some: str, values: Iterable[Any], order: str = "") -> list[NeedListed]:
    """The rows that `some`, a question to `listed`, finds, with what only the need itself says."""
    return [_as_listed(row) for row in db.execute(WHOLE.format(some=some) + order, list(values))]


def _as_listed(row: tuple[Any, ...]) -> NeedListed:
    need, band, at, status, outcome, category, area, summary, needed_by, wake_at, urgent, incident, *rest = row
    exercise, held, needed, covered, officer, word_at, word_from = rest
    return NeedListed(
        need=need,
        band=Band(band),
        at=instant(abs(at)),
        status=NeedStatus(status),
        outcome=Outcome(outcome) if outcome else None,
        category=category,
        area=area,
        summary=summary,
        needed_by=instant(needed_by),
        wake_at=maybe_instant(wake_at),
        urgent=bool(urgent),
        incident=incident,
        exercise=bool(exercise),
        held=bool(held),
        needed=needed,
        covered=covered,
        with_officer=bool(officer),
        word_at=maybe_instant(word_at),
        word_from=word_from,
    )
