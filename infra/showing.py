"""A need as outsiders read it: one JSON shape for the command line and the API, without anything private."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from domain.events import Event
from domain.incidents import Incident
from domain.invitations import Invitation
from domain.needs import Need
from domain.officers import Task
from domain.responders import Responder
from domain.situations import Situation
from domain.stories import because, label
from infra.store import NeedRow, Store
from infra.store.lists import NeedListed

A_HELPER = "A helper"  # who has been erased


def need_as_json(store: Store, situation: Situation, story: list[Event] | None = None) -> dict[str, Any]:
    """What `need show --json` and the API answer. Nothing about the resident is in it."""
    need = situation.need
    events = store.story(need.id) if story is None else story
    names = names_in(store, situation, events)
    return {
        "need": need.id,
        "version": need.edition,
        "status": need.status.value,
        "outcome": need.outcome.value if need.outcome else None,
        "with_officer": situation.with_officer,
        "wake_at": say_instant(need.wake_at),
        "category": need.category,
        "summary": need.summary,
        "area": need.area,
        "place": need.place,
        "incident": need.incident,
        "exercise": need.exercise,
        "held": situation.held,
        "held_until": say_instant(need.held_until),
        "sensitive": need.sensitive,
        "lawful_basis": need.lawful_basis.value,
        "like": need.like,
        "urgent": need.urgent,
        "urgent_because": need.urgent_because,
        "needed_by": say_instant(need.needed_by),
        "opened_at": say_instant(need.opened_at),
        "closed_at": say_instant(need.closed_at),
        "playbook": need.playbook.name,
        "lines": _lines(situation),
        "invitations": [_invitation(invitation, need, names) for invitation in situation.invitations],
        "tasks": [_task(task, names) for task in situation.tasks],
        "story": [_told(event, situation, names) for event in events],
    }


def row_as_json(row: NeedRow) -> dict[str, Any]:
    """One need of `need list --json`."""
    return {
        "need": row.need,
        "status": row.status.value,
        "outcome": row.outcome,
        "category": row.category,
        "area": row.area,
        "needed_by": say_instant(row.needed_by),
        "wake_at": say_instant(row.wake_at),
        "incident": row.incident,
        "exercise": row.exercise,
    }


def listed_as_json(row: NeedListed) -> dict[str, Any]:
    """One need of a list of the API: as `need list --json`, with how much of it is covered."""
    return {
        "need": row.need,
        "status": row.status.value,
        "outcome": row.outcome.value if row.outcome else None,
        "category": row.category,
        "area": row.area,
        "summary": row.summary,
        "needed_by": say_instant(row.needed_by),
        "wake_at": say_instant(row.wake_at),
        "incident": row.incident,
        "exercise": row.exercise,
        "urgent": row.urgent,
        "held": row.held,
        "needed": row.needed,
        "covered": row.covered,
        "with_officer": row.with_officer,
    }


def incident_as_json(incident: Incident, names: Mapping[str, str]) -> dict[str, Any]:
    """What `incident show --json` and the API answer of an incident itself. `names`: of officers, by id."""
    return {
        "incident": incident.id,
        "name": incident.name,
        "place": incident.place,
        "lead": names.get(incident.lead, incident.lead),
        "exercise": incident.exercise,
        "status": "closed" if incident.closed else "on-hold" if incident.held else "open",
        "opened_at": say_instant(incident.opened_at),
        "held_at": say_instant(incident.held_at),
        "closed_at": say_instant(incident.closed_at),
    }


def responder_as_json(responder: Responder) -> dict[str, Any]:
    """A responder for programs: no way to reach them, and not the place they live at."""
    return responder.model_dump(mode="json", exclude={"point"})


def names_in(store: Store, situation: Situation, events: Iterable[Event]) -> dict[str, str]:
    """What the ids in a need and its story are called: responders by id, officers by id and by `officer:ID`, programs
    by `key:ID`."""
    events = list(events)
    named = {i.responder for i in situation.invitations} | {*situation.need.keep_from}
    ids = named | {r for event in events for r in event.responders}
    names = dict.fromkeys(ids, A_HELPER) | store.responder_names(sorted(ids))
    for officer in situation.officers:
        names[officer.id] = names[f"officer:{officer.id}"] = officer.name
    if any(event.by.startswith("key:") for event in events):
        names |= {f"key:{key.id}": key.name for key in store.api_keys()}
    return names


def say_instant(moment: datetime | None) -> str | None:
    """An instant as JSON has it: `2026-11-21T19:00:00Z`."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None


def _lines(situation: Situation) -> list[dict[str, Any]]:
    shares = [share for invitation in situation.invitations for share in invitation.shares]
    return [
        {
            "what": line.what,
            "quantity": line.quantity,
            "pledged": situation.pledged(line),
            "reserve": sum(share.reserve for share in shares if share.line == line.number),
            "offered": situation.offered(line),
            "delivered": sum(share.delivered for share in shares if share.line == line.number),
            "missing": situation.missing(line),
            "due": say_instant(line.due),
        }
        for line in situation.need.lines
    ]


def _task(task: Task, names: dict[str, str]) -> dict[str, Any]:
    return {
        "task": task.id,
        "kind": task.kind.value,
        "status": task.status.value,
        "officer": names.get(f"officer:{task.officer}"),
        "attempts": task.attempts,
        "outcome": task.outcome.value if task.outcome else None,
    }


def _told(event: Event, situation: Situation, names: dict[str, str]) -> dict[str, Any]:
    return {
        "at": say_instant(event.at),
        "what": label(event),
        "because": because(event, names, situation.need, situation.zone),
        "code": event.code.value,
    }


def _invitation(invitation: Invitation, need: Need, names: dict[str, str]) -> dict[str, Any]:
    return {
        "responder": invitation.responder,
        "version": invitation.version,
        "name": names.get(invitation.responder),
        "round": invitation.round,
        "cycle": invitation.cycle,
        "status": invitation.status.value,
        "reason": invitation.reason.value if invitation.reason else None,
        "pledged": {need.line(s.line).what: s.pledged for s in invitation.shares if s.pledged},
        "reserve": {need.line(s.line).what: s.reserve for s in invitation.shares if s.reserve},
        "offered": {need.line(s.line).what: s.offered for s in invitation.shares if s.offered},
        "delivered": {need.line(s.line).what: s.delivered for s in invitation.shares if s.delivered},
        "words": invitation.note is not None,
        "asked_at": say_instant(invitation.asked_at),
        "answer_by": say_instant(invitation.answer_by),
        "answered_at": say_instant(invitation.answered_at),
        "confirm_by": say_instant(invitation.confirm_by),
        "moving_to": invitation.moving.need if invitation.moving else None,
    }
