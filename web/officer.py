"""The officer's link: see a task, and take it. Nothing private is on the page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from domain.changes import Change, Refusal
from domain.handing_over import take_task
from domain.links import Purpose
from domain.officers import Officer, Task, TaskKind, TaskStatus
from domain.situations import Situation
from infra import clock
from web.forms import Form, check_size
from web.security import hold_to
from web.site import Link, Site, UnknownLink

READABLE_AFTER_CLOSING = timedelta(days=7)
KINDS = {
    TaskKind.hand_over: "Take over: not everything could be arranged",
    TaskKind.past_due: "Its time has passed and it is not covered",
    TaskKind.question: "Somebody we asked has a question",
    TaskKind.call_resident: "Phone the resident",
    TaskKind.resident_says: "The resident says it did not all happen",
    TaskKind.call_partner: "Phone somebody who promised: our emails do not reach them",
    TaskKind.check_lost: "Somebody who said yes no longer holds a required check",
    TaskKind.decide: "Muster could not work out what to do next",
}


@dataclass(frozen=True)
class Assigned:
    """A task as its page reads it."""

    link: Link
    situation: Situation
    task: Task
    officer: Officer | None


def open_page(site: Site, request: Request) -> Response:
    """Show the task."""
    return _page(site, _read(site, request))


def send(site: Site, request: Request, form: Form) -> Response:
    """Take the task, for the officer it is with."""
    assigned = _read(site, request)
    hold_to(site.limits.posts, assigned.link.row.hash)
    check_size(form)
    if not form.get("confirm"):
        return _page(site, assigned, 422, wrong={"confirm": "Tick the box to say that you take this."})
    if assigned.officer is None:
        return _page(site, assigned, 409, notice="You are no longer on the council's list of officers.")
    decide = partial(_decide, assigned.task.id, assigned.officer.id)
    done = site.door.change(assigned.situation.need.id, decide)
    if isinstance(done, Refusal):
        return _page(site, _read(site, request), 409, notice=done.sentence)
    return RedirectResponse(f"{site.prefix}/t/{assigned.link.token}", 303)


def _decide(task_id: str, officer: str, situation: Situation, now: datetime) -> Change | Refusal | None:
    return take_task(situation, task_id, officer, now)


def _read(site: Site, request: Request) -> Assigned:
    link = site.open_link(request.path_params["token"], Purpose.take)
    situation = site.door.find(link.row.need or "")
    task_id, _, officer_id = link.target.partition("|")
    task = next((t for t in situation.tasks if t.id == task_id), None) if situation else None
    if situation is None or task is None:
        raise UnknownLink
    officer = next((o for o in situation.officers if o.id == officer_id), None)
    closed_at = situation.need.closed_at
    if closed_at is not None and clock.now() >= closed_at + READABLE_AFTER_CLOSING:
        raise UnknownLink
    return Assigned(link, situation, task, officer)


def _page(
    site: Site,
    assigned: Assigned,
    status: int = 200,
    wrong: dict[str, str] | None = None,
    notice: str | None = None,
) -> Response:
    situation, task = assigned.situation, assigned.task
    need = situation.need
    about = [need.line(number) for number in task.lines] or list(need.lines)
    officer = next((o.name for o in situation.officers if o.id == task.officer), None)
    return site.page(
        "task.html",
        status,
        need=need,
        kind=KINDS[task.kind],
        lines=[
            {
                "amount": line.capability.amount(missing) if (missing := situation.missing(line)) else line.amount,
                "missing": missing > 0,
                "due": site.say(line.due),
            }
            for line in about
        ],
        take_by=site.say(task.take_by),
        officer=officer,
        reader=assigned.officer.name if assigned.officer else None,
        open=task.status is TaskStatus.open,
        taken=task.status is TaskStatus.taken,
        wrong=wrong or {},
        notice=notice,
    )
