"""What waits: the officer's own tasks first, then what is at risk, then what is held, and whether all is well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domain.labels import NEED_LABELS
from domain.needs import NeedStatus
from domain.officers import TaskKind
from domain.rights import Right
from domain.risk import NEXT_WORD
from infra import clock
from infra.commands.incidents import all_held_since
from infra.store.lists import NeedListed, NeedsWanted, TaskListed
from web.console.layout import console_page
from web.console.listed import NeedInList, show_needs, show_tasks
from web.health import what_is_wrong, what_wants_a_person
from web.signin.guarding import guarded
from web.signin.sessions import SignedIn
from web.site import Site

AT = "/console/"
MOST_AT_RISK = 10
MOST_TASKS = 30
OF_THEIR_OWN = (TaskKind.choose, TaskKind.duplicate)


@dataclass(frozen=True)
class Promise:
    """Somebody said yes, and a word of theirs is wanted: what, who, since or by when."""

    need: NeedInList
    who: str | None
    when: str
    overdue: bool


def routes(site: Site) -> list[Route]:
    return [guarded(site, AT, Right.look, show)]


def show(site: Site, request: Request, who: SignedIn) -> Response:
    """The first page of the day, and of the night."""
    now, store = clock.now(), site.store
    mine = store.tasks_for(who.officer.id, MOST_TASKS)
    at_risk = store.needs_page(NeedsWanted(at_risk=now), limit=MOST_AT_RISK)
    promising = store.needs_page(NeedsWanted(word_before=now + NEXT_WORD), limit=MOST_AT_RISK)
    counts = store.counts(now)
    return console_page(
        site,
        who,
        "home.html",
        at=AT,
        **_tasks(site, mine),
        more_tasks=len(mine) == MOST_TASKS,
        open_tasks=counts.open_tasks,
        promises=_promises(site, promising.rows),
        more_promises=promising.next is not None,
        needs=show_needs(site, at_risk.rows),
        at_risk=counts.at_risk,
        counts=[(NEED_LABELS[status], status.value, counts.needs[status]) for status in counts.needs],
        **_held(site),
        troubles=[*what_is_wrong(store, now), *what_wants_a_person(store)],
    )


def _tasks(site: Site, mine: list[TaskListed]) -> dict[str, Any]:
    """The officer's own tasks: to take, taken, and those with a page of their own to decide on."""
    plain = [row for row in mine if row.task.kind not in OF_THEIR_OWN]
    plain.sort(key=lambda row: row.task.kind is not TaskKind.worry)  # somebody may be in danger
    return {
        "to_take": show_tasks(site, [row for row in plain if row.task.status.value == "open"]),
        "taken": show_tasks(site, [row for row in plain if row.task.status.value == "taken"]),
        "choices": show_tasks(site, [row for row in mine if row.task.kind is TaskKind.choose]),
        "duplicates": show_tasks(site, [row for row in mine if row.task.kind is TaskKind.duplicate]),
    }


def _promises(site: Site, rows: tuple[NeedListed, ...]) -> list[Promise]:
    now = clock.now()
    names = site.store.responder_names(row.word_from for row in rows if row.word_from)
    found = sorted((row for row in rows if row.word_at), key=lambda row: row.word_at or now)
    return [
        Promise(
            need=shown,
            who=names.get(row.word_from or ""),
            when=site.say(row.word_at or now),
            overdue=(row.word_at or now) <= now,
        )
        for row, shown in zip(found, show_needs(site, found), strict=True)
    ]


def _held(site: Site) -> dict[str, Any]:
    """Nothing leaves about these until somebody lets it go on."""
    held = site.store.needs_page(NeedsWanted(statuses=(NeedStatus.on_hold,)), limit=MOST_AT_RISK)
    since = all_held_since(site.store)
    return {
        "all_held": site.say(since) if since else None,
        "held_incidents": [incident for incident in site.store.incidents() if incident.held],
        "held_needs": show_needs(site, held.rows),
        "held_more": held.next is not None,
    }
