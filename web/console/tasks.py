"""Tasks: what one asks for, taking it, saying how it ended; offers and duplicates side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from domain.changes import Refusal
from domain.labels import TASK_LABELS, TASK_OUTCOME_LABELS, label_task
from domain.officers import Task, TaskKind, TaskOutcome, TaskStatus, names_of
from domain.opening import NeedWrong
from domain.rights import Right
from domain.situations import Situation
from domain.telling import WITH_COUNTS, outcomes_of
from infra import clock
from infra.commands import COMMANDS
from infra.commands.command import Command
from infra.door import Done
from notifications.to_officers import ABOUT_A_PERSON
from web.console.beside import two_needs, weigh_offers
from web.console.forms import FORMS
from web.console.layout import console_page
from web.console.listed import show_tasks
from web.console.need_shown import lines_of, tags_of
from web.forms import Form, Wrong, check_size, read_note, wants_to_change
from web.signin.guarding import guarded
from web.signin.sessions import SignedIn
from web.site import Site
from web.task_words import amounts_of, follows, got_of, read_received, script_for, what_to_do

AT = "/console/"
MOST_LISTED = 200
WITH_WORDS = (TaskKind.question, TaskKind.worry, TaskKind.vet, TaskKind.resident_says)
DONE = {"taken": "It is yours. Nobody else is asked to take it.", "ended": "It is recorded."}


@dataclass(frozen=True)
class Open:
    """A task, the need it is about, and who looks at it."""

    situation: Situation
    task: Task
    who: SignedIn

    @property
    def theirs(self) -> bool:
        return self.task.status is not TaskStatus.open and self.task.officer == self.who.officer.id

    @property
    def may_end(self) -> tuple[TaskOutcome, ...]:
        return outcomes_of(self.situation, self.task) if self.theirs and self.who.may(Right.respond) else ()


def routes(site: Site) -> list[Route]:
    return [
        guarded(site, "/console/tasks", Right.look, show_all),
        guarded(site, "/console/tasks/{id}", Right.look, show, send),
    ]


def show_all(site: Site, request: Request, who: SignedIn) -> Response:
    """Every task that is not done, whoever it is with."""
    rows = site.store.tasks_for(None, MOST_LISTED)
    names = names_of(site.store.officers())
    with_whom = [names.get(row.task.officer or "", "Nobody yet") for row in rows]
    shown = list(zip(show_tasks(site, rows), with_whom, strict=True))
    return console_page(site, who, "tasks.html", at=AT, tasks=shown, more=len(rows) == MOST_LISTED)


def show(site: Site, request: Request, who: SignedIn) -> Response:
    """One task."""
    return _page(site, _find(site, request, who), done=DONE.get(request.query_params.get("done", "")))


def send(site: Site, request: Request, who: SignedIn, form: Form) -> Response:
    """Take it; once it is theirs, choose how it ended, check, send."""
    check_size(form)
    opened = _find(site, request, who)
    if not who.may(Right.respond):
        return _page(site, opened, 403, notice="Your role may look at tasks and take none.")
    if wants_to_change(request, form):
        return _page(site, opened, typed=form)
    if "answer" in form and opened.task.status is TaskStatus.open:
        return _page(site, opened, 409, notice="Take the task first; then say how it ended.")
    if "answer" in form or opened.may_end:
        return _end(site, opened, form)
    return _carry_out(site, opened, COMMANDS["take"].read(task=opened.task.id), form, "taken")


def _find(site: Site, request: Request, who: SignedIn) -> Open:
    id = request.path_params["id"]
    kept = site.store.task(id) if len(id) < 50 else None
    situation = site.door.find(kept.need) if kept else None
    task = next((t for t in situation.tasks if t.id == id), None) if situation else None
    if situation is None or task is None:
        raise HTTPException(404)
    return Open(situation, task, who)


def _end(site: Site, opened: Open, form: Form) -> Response:
    wrong = Wrong()
    note, received = read_note(form, wrong), read_received(opened.situation, form, wrong)
    said = next((outcome for outcome in TaskOutcome if outcome == form.get("answer")), None)
    if said is None:
        wrong.say("answer", "Select how it ended.")
    if wrong or said is None:
        return _page(site, opened, 422, wrong=wrong.sentences, typed=form)
    need = opened.situation.need
    got = got_of(opened.situation, received)
    try:
        command = COMMANDS["end-task"].read(said=said.value, task=opened.task.id, note=note, got=got)
        if "confirm" in form:
            return _carry_out(site, opened, command, form, "ended")
        foreseen = command.foresee(site.door, need.id, opened.who.by)
    except NeedWrong as mistake:
        return _page(site, opened, 409, notice=f"This does not fit any more: {mistake.sentence}.", typed=form)
    if isinstance(foreseen, Refusal):
        return _refused(site, opened, foreseen, form)
    return console_page(
        site,
        opened.who,
        "task_check.html",
        at=AT,
        need=need,
        task=opened.task,
        kind=TASK_LABELS[opened.task.kind],
        answer=TASK_OUTCOME_LABELS[said],
        follows=follows(opened.task, said),
        got=[need.line(number).capability.amount(count) for number, count in (received or {}).items()],
        note=note,
        kept={name: form[name] for name in form if name in ("answer", "note") or name.startswith("quantity-")},
    )


def _carry_out(site: Site, opened: Open, command: Command, form: Form, done: str) -> Response:
    came = command.carry_out(site.door, opened.situation.need.id, opened.who.by)
    if isinstance(came, Done):
        return RedirectResponse(f"{site.prefix}/console/tasks/{opened.task.id}?done={done}", 303)
    return _refused(site, opened, came, form)


def _refused(site: Site, opened: Open, refusal: Refusal, form: Form) -> Response:
    """The present, with what was typed."""
    situation = site.door.situation(opened.situation.need.id)
    now_is = Open(situation, next(t for t in situation.tasks if t.id == opened.task.id), opened.who)
    if refusal.place:
        return _page(site, now_is, 422, wrong={refusal.place: refusal.sentence}, typed=form)
    return _page(site, now_is, 409, notice=refusal.sentence, typed=form)


def _page(
    site: Site,
    opened: Open,
    status: int = 200,
    *,
    wrong: dict[str, str] | None = None,
    notice: str | None = None,
    typed: Form | None = None,
    done: str | None = None,
) -> Response:
    situation, task, may_end = opened.situation, opened.task, opened.may_end
    return console_page(
        site,
        opened.who,
        "task.html",
        status,
        at=AT,
        need=situation.need,
        tags=tags_of(situation),
        lines=lines_of(site, situation),
        task=task,
        kind=TASK_LABELS[task.kind],
        to_do=what_to_do(task),
        standing=label_task(task),
        officer=next((o.name for o in situation.officers if o.id == task.officer), "Nobody yet"),
        take_by=site.say(task.take_by) if task.status is TaskStatus.open else None,
        again_at=_say_again(site, situation, task),
        may_take=task.status is TaskStatus.open and opened.who.may(Right.respond),
        theirs=opened.theirs,
        finished=task.status is TaskStatus.done,
        outcomes={outcome.value: TASK_OUTCOME_LABELS[outcome] for outcome in may_end},
        counted=[outcome.value for outcome in WITH_COUNTS if outcome in may_end],
        amounts=amounts_of(situation),
        script=script_for(site, situation, task) if may_end else (),
        danger=task.kind is TaskKind.worry and task.status is not TaskStatus.done,
        note_required=task.kind is TaskKind.worry,
        **_whom(site, situation, task),
        **_beside(site, situation, task),
        typed=typed or {},
        wrong=wrong or {},
        notice=notice,
        done=done,
    )


def _whom(site: Site, situation: Situation, task: Task) -> dict[str, Any]:
    """Whom a task is about, and where their words and their answer stand: who they are, not what they said."""
    invitation = situation.by_id.get(task.invitation or "")
    id = invitation.responder if invitation else ""
    return {
        "partner": id,
        "partner_name": site.store.responder_names([id]).get(id) if id else None,
        "wrote": task.kind in WITH_WORDS and task.note is not None,
        "resident": task.kind in ABOUT_A_PERSON,
        "answerable": FORMS["answer"].possible(situation) and not situation.need.closed,
    }


def _beside(site: Site, situation: Situation, task: Task) -> dict[str, Any]:
    """What there is to compare."""
    like = site.door.find(situation.need.like or "") if task.kind is TaskKind.duplicate else None
    return {
        "offers": weigh_offers(site, situation) if task.kind is TaskKind.choose else [],
        "pair": two_needs(site, situation, like) if like else None,
        "like": like.need.id if like else None,
    }


def _say_again(site: Site, situation: Situation, task: Task) -> str | None:
    """When whoever has it is asked again: when they would have forgotten it, or as soon as help is due."""
    due = situation.need.last_due
    if task.again_at is None:
        return None
    return site.say(min(task.again_at, due) if due > clock.now() else task.again_at)
