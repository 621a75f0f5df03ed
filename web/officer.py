"""The officer's link: see a task, take it, and say how it ended. Nothing private is on the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from domain.changes import Refusal
from domain.labels import TASK_LABELS, TASK_OUTCOME_LABELS
from domain.links import Purpose
from domain.officers import Officer, Task, TaskKind, TaskOutcome, TaskStatus, next_officer, working
from domain.opening import NeedWrong
from domain.situations import Situation
from domain.telling import WITH_COUNTS, outcomes_of
from infra import clock
from infra.commands import Command
from infra.commands.tasks import EndTask, Take
from web.asked import READABLE_AFTER_CLOSING
from web.forms import Form, Wrong, check_size, read_note, wants_to_change
from web.security import hold_to
from web.site import Link, Site, UnknownLink
from web.task_words import amounts_of, follows, got_of, read_received, script_for, what_to_do

DONE_ELSEWHERE = {
    TaskKind.past_due: "Saying so here ends the task only. The need itself is given more time, or ends, here:",
    TaskKind.hand_over: "Saying so here ends the task only. To see who was asked and said what, sign in:",
    TaskKind.choose: "Saying so here ends the task only. To choose, sign in:",
    TaskKind.on_hold: "Saying so here ends the task only. The need itself goes on, or ends, here:",
}
TO_READ_MORE = "To see everything about it, sign in:"
PAGES = {  # of the need, on the console
    TaskKind.past_due: (("Give it more time", "/extend"), ("Change what is needed", "/amend"), ("Close it", "/close")),
    TaskKind.hand_over: (("Who was asked, and said what", ""), ("Record an answer", "/answer")),
    TaskKind.choose: (("Choose an offer", "/choose"),),
    TaskKind.on_hold: (("Let it go on", "/resume"), ("It is no longer needed", "/withdraw")),
    TaskKind.call_resident: (("Who it is for", "/private"),),
}


@dataclass(frozen=True)
class Assigned:
    """A task as its page reads it."""

    link: Link
    situation: Situation
    task: Task
    officer: Officer | None

    @property
    def theirs(self) -> bool:
        """Is it with the reader of this page, taken or ended?"""
        return self.officer is not None and self.task.officer == self.officer.id


def open_page(site: Site, request: Request) -> Response:
    """Show the task."""
    return _page(site, _read(site, request))


def send(site: Site, request: Request, form: Form) -> Response:
    """Take the task, for the officer whose link it is; once it is theirs, choose how it ended, check, send."""
    assigned = _read(site, request)
    hold_to(site.limits.posts, assigned.link.row.hash)
    check_size(form)
    if assigned.officer is None:
        return _page(site, assigned, 409, notice="You are no longer on the council's list of officers.")
    if wants_to_change(request, form):
        return _page(site, assigned, typed=form)
    if "answer" in form or (assigned.theirs and assigned.task.status is not TaskStatus.open and "confirm" not in form):
        return _end(site, request, assigned, assigned.officer, form)
    if not form.get("confirm"):
        return _page(site, assigned, 422, wrong={"confirm": "Tick the box to say that you take this."})
    return _carry_out(site, request, assigned, assigned.officer, Take.read(task=assigned.task.id))


def _end(site: Site, request: Request, assigned: Assigned, officer: Officer, form: Form) -> Response:
    situation, task = assigned.situation, assigned.task
    wrong = Wrong()
    may = {outcome.value: outcome for outcome in outcomes_of(situation, task)}
    note, received = read_note(form, wrong), read_received(situation, form, wrong)
    if task.outcome and form.get("answer") == task.outcome:
        may[task.outcome.value] = task.outcome  # sent twice
    if not may:
        return _page(site, assigned, 409, notice="Nothing is left to do here: this task is finished.")
    said = may.get(form.get("answer", ""))
    if said is None:
        wrong.say("answer", "Select how it ended.")
    if wrong or said is None:
        return _page(site, assigned, 422, wrong=wrong.sentences, typed=form)

    command = EndTask.read(said=said.value, task=task.id, note=note, got=got_of(situation, received))
    try:
        if "confirm" in form:
            return _carry_out(site, request, assigned, officer, command)
        foreseen = command.foresee(site.door, situation.need.id, f"officer:{officer.id}")
    except NeedWrong:  # it has ended meanwhile
        return _page(site, _read(site, request), 409, notice="Nothing is left to do here: this task is finished.")
    if isinstance(foreseen, Refusal) and foreseen.place:
        return _page(site, assigned, 422, wrong={foreseen.place: foreseen.sentence}, typed=form)
    if isinstance(foreseen, Refusal):
        return _page(site, assigned, 409, notice=foreseen.sentence, typed=form)
    return _check_page(site, assigned, said, note, received)


def _carry_out(site: Site, request: Request, assigned: Assigned, officer: Officer, command: Command) -> Response:
    done = command.carry_out(site.door, assigned.situation.need.id, f"officer:{officer.id}")
    if isinstance(done, Refusal):
        return _page(site, _read(site, request), 409, notice=done.sentence)
    return RedirectResponse(f"{site.prefix}/t/{assigned.link.token}", 303)


def _read(site: Site, request: Request) -> Assigned:
    link = site.open_link(request.path_params["token"], Purpose.take)
    situation = site.door.find(link.row.need or "")
    task_id, _, officer_id = link.target.partition("|")
    task = next((t for t in situation.tasks if t.id == task_id), None) if situation else None
    if situation is None or task is None:
        raise UnknownLink
    officer = next((o for o in working(situation.officers) if o.id == officer_id), None)
    closed_at = situation.need.closed_at
    if closed_at is not None and clock.now() >= closed_at + READABLE_AFTER_CLOSING:
        raise UnknownLink
    return Assigned(link, situation, task, officer)


def _page(
    site: Site,
    assigned: Assigned,
    status: int = 200,
    *,
    wrong: dict[str, str] | None = None,
    notice: str | None = None,
    typed: Form | None = None,
) -> Response:
    shown = _shown(site, assigned) | _to_end(site, assigned)
    return site.page("task.html", status, **shown, typed=typed or {}, wrong=wrong or {}, notice=notice)


def _shown(site: Site, assigned: Assigned) -> dict[str, Any]:
    """What the page says of the task, whoever it is with."""
    situation, task = assigned.situation, assigned.task
    return {
        "need": situation.need,
        "kind": TASK_LABELS[task.kind],
        "lines": _lines(site, situation, task),
        "take_by": site.say(task.take_by),
        "another": _goes_to_another(situation, assigned),
        "officer": next((o.name for o in situation.officers if o.id == task.officer), None),
        "reader": assigned.officer.name if assigned.officer else None,
        "open": task.status is TaskStatus.open,
        "taken": task.status is TaskStatus.taken,
        "again_at": site.say(task.again_at) if task.again_at else None,
        "tries": task.attempts,
        "outcome": TASK_OUTCOME_LABELS[task.outcome] if task.outcome else None,
        "to_do": what_to_do(task),
        "danger": task.kind is TaskKind.worry and task.status is not TaskStatus.done,
        "elsewhere": DONE_ELSEWHERE.get(task.kind, TO_READ_MORE),
        "pages": [(label, f"/console/needs/{situation.need.id}{below}") for label, below in PAGES.get(task.kind, ())],
        "on_console": f"/console/tasks/{task.id}",
    }


def _lines(site: Site, situation: Situation, task: Task) -> list[dict[str, Any]]:
    """The parts it is about, each with what is missing of it; of one that is covered, all of it."""
    need = situation.need
    about = [need.line(number) for number in task.lines] or [line for line in need.lines if line.quantity]
    return [
        {
            "amount": line.capability.amount(missing) if (missing := situation.missing(line)) else line.amount,
            "missing": missing > 0,
            "due": site.say(line.due),
        }
        for line in about
    ]


def _to_end(site: Site, assigned: Assigned) -> dict[str, Any]:
    """What only whoever took it reads: what to say, and how it may have ended."""
    situation, task = assigned.situation, assigned.task
    mine = assigned.theirs and task.status is not TaskStatus.open
    may = outcomes_of(situation, task) if mine else ()
    return {
        "mine": mine,
        "script": script_for(site, situation, task) if mine else (),
        "outcomes": {outcome.value: TASK_OUTCOME_LABELS[outcome] for outcome in may},
        "counted": [outcome.value for outcome in WITH_COUNTS],
        "amounts": amounts_of(situation) if set(WITH_COUNTS) & set(may) else [],
        "note_required": task.kind is TaskKind.worry,
    }


def _goes_to_another(situation: Situation, assigned: Assigned) -> bool:
    """Is there somebody else who gets it when the reader does not take it?"""
    following = next_officer(assigned.task, situation.on_duty(clock.now()))
    return following is None or assigned.officer is None or following.id != assigned.officer.id


def _check_page(
    site: Site, assigned: Assigned, said: TaskOutcome, note: str | None, received: dict[int, int] | None
) -> Response:
    fields: dict[str, Any] = {"answer": said.value}
    if note:
        fields["note"] = note
    fields |= {f"quantity-{number}": str(count) for number, count in (received or {}).items()}
    need = assigned.situation.need
    return site.page(
        "task_check.html",
        need=need,
        kind=TASK_LABELS[assigned.task.kind],
        answer=TASK_OUTCOME_LABELS[said],
        follows=follows(assigned.task, said),
        got=[need.line(number).capability.amount(count) for number, count in (received or {}).items()],
        note=note,
        fields=fields,
    )
