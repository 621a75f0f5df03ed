"""The officer's link: see a task, take it, and say how it ended. Nothing private is on the page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from domain.changes import Change, Refusal
from domain.handing_over import take_task
from domain.labels import TASK_OUTCOME_LABELS
from domain.links import Purpose
from domain.messages import Message, MessageKind
from domain.officers import Officer, Task, TaskKind, TaskOutcome, TaskStatus, next_officer
from domain.situations import Situation
from domain.telling import WITH_COUNTS, end_task, outcomes_of
from infra import clock
from infra.door import Decide
from notifications.letters import Letter
from notifications.scripts import script_of
from web.forms import Form, Wrong, check_size, read_note, wants_to_change
from web.security import hold_to
from web.site import Link, Site, UnknownLink

READABLE_AFTER_CLOSING = timedelta(days=7)
KINDS = {
    TaskKind.hand_over: "Take over: not everything could be arranged",
    TaskKind.past_due: "Its time has passed and it is not covered",
    TaskKind.question: "Somebody we asked has a question",
    TaskKind.call_resident: "Tell the resident",
    TaskKind.resident_says: "The resident says it did not all happen",
    TaskKind.call_partner: "Phone somebody who promised: our emails do not reach them",
    TaskKind.check_lost: "Somebody who said yes no longer holds a required check",
    TaskKind.decide: "Muster could not work out what to do next",
    TaskKind.choose: "Choose among the offers",
    TaskKind.vet: "Do you give your word about who comes?",
    TaskKind.worry: "Somebody is worried",
    TaskKind.no_show: "Find out whether it was done",
    TaskKind.confirm: "Say whether it happened",
    TaskKind.duplicate: "This may be a need that we have already",
    TaskKind.on_hold: "Decide when it goes on",
}
TO_DO = {
    TaskKind.hand_over: "Phone whoever may still say yes, or find help another way.",
    TaskKind.past_due: "Phone the resident. Are they safe? Do they still need it?",
    TaskKind.question: "Phone or email whoever asked, with the answer. Their words are in our email to you.",
    TaskKind.call_resident: "Phone or write to them. Their name and number are in our email to you.",
    TaskKind.resident_says: "Phone the resident, then those who promised, and arrange what is missing.",
    TaskKind.call_partner: "Phone them and tell them what they need to know. Then correct the directory.",
    TaskKind.check_lost: "Phone them. Correct the directory, or find somebody else.",
    TaskKind.decide: "Read the need's story and do by hand what cannot wait. Tell whoever runs Muster for you.",
    TaskKind.choose: "Compare the offers in our email to you, and choose.",
    TaskKind.vet: "Look at whom they named, in our email to you. Until you say yes, nobody is told the address.",
    TaskKind.worry: "Phone whoever is worried and find out what they saw. Their words are in our email to you.",
    TaskKind.no_show: "Phone them: was it done? If you cannot reach them, phone the resident.",
    TaskKind.confirm: "Ask on site what has arrived.",
    TaskKind.duplicate: "Compare the two needs. Both go on until you say.",
    TaskKind.on_hold: "Nothing is sent until the need goes on. Let it go on, or end it.",
}
OTHER_COMMANDS = {
    TaskKind.hand_over: "muster need show {need}",
    TaskKind.past_due: "muster need close {need} or muster need extend {need}",
    TaskKind.choose: "muster need choose {need}",
    TaskKind.on_hold: "muster need hold {need} --end or muster need withdraw {need}",
    TaskKind.call_resident: "muster need show {need} --private",
    TaskKind.duplicate: "muster need show {need} --private",
}
DONE_ELSEWHERE = {
    TaskKind.past_due: "Saying so here ends the task only. To close the need, or to give it more time, run:",
    TaskKind.hand_over: "Saying so here ends the task only. To see who was asked and said what, run:",
    TaskKind.choose: "Saying so here ends the task only. To choose, run:",
    TaskKind.on_hold: "Saying so here ends the task only. To let the need go on, or to end it, run:",
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
    return _decide(site, request, assigned, partial(_take, assigned.task.id, assigned.officer.id))


def _end(site: Site, request: Request, assigned: Assigned, officer: Officer, form: Form) -> Response:
    situation, task = assigned.situation, assigned.task
    wrong = Wrong()
    may = {outcome.value: outcome for outcome in outcomes_of(situation, task)}
    note, received = read_note(form, wrong), _read_received(situation, form, wrong)
    if task.outcome and form.get("answer") == task.outcome:
        may[task.outcome.value] = task.outcome  # sent twice
    if not may:
        return _page(site, assigned, 409, notice="Nothing is left to do here: this task is finished.")
    said = may.get(form.get("answer", ""))
    if said is None:
        wrong.say("answer", "Select how it ended.")
    if wrong or said is None:
        return _page(site, assigned, 422, wrong=wrong.sentences, typed=form)

    def decide(now_is: Situation, now: datetime) -> Change | Refusal | None:
        return end_task(now_is, task.id, officer.id, said, note, now, received)

    if "confirm" in form:
        return _decide(site, request, assigned, decide)
    decided = decide(situation, clock.now())
    if isinstance(decided, Refusal) and decided.place:
        return _page(site, assigned, 422, wrong={decided.place: decided.sentence}, typed=form)
    if isinstance(decided, Refusal):
        return _page(site, assigned, 409, notice=decided.sentence, typed=form)
    return _check_page(site, assigned, said, note, received)


def _read_received(situation: Situation, form: Form, wrong: Wrong) -> dict[int, int] | None:
    """How many the resident got, where the officer says; only what was got in part is counted."""
    if form.get("answer") not in WITH_COUNTS:
        return None
    received: dict[int, int] = {}
    for line in situation.need.lines:
        place = f"quantity-{line.number}"
        typed = form.get(place, "").strip().replace(",", "")
        if typed and not (typed.isascii() and typed.isdigit() and len(typed) <= 6):
            wrong.say(place, "Enter a whole number, such as 5, or leave it empty.")
        elif typed:
            received[line.number] = int(typed)
    return received or None


def _take(task_id: str, officer: str, situation: Situation, now: datetime) -> Change | Refusal | None:
    return take_task(situation, task_id, officer, now)


def _decide(site: Site, request: Request, assigned: Assigned, decide: Decide) -> Response:
    done = site.door.change(assigned.situation.need.id, decide)
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
    officer = next((o for o in situation.officers if o.id == officer_id), None)
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
    situation, task = assigned.situation, assigned.task
    need = situation.need
    about = [need.line(number) for number in task.lines] or [line for line in need.lines if line.quantity]
    mine = assigned.theirs and task.status is not TaskStatus.open
    may = outcomes_of(situation, task) if mine else ()
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
        another=_goes_to_another(situation, assigned),
        officer=next((o.name for o in situation.officers if o.id == task.officer), None),
        reader=assigned.officer.name if assigned.officer else None,
        open=task.status is TaskStatus.open,
        taken=task.status is TaskStatus.taken,
        again_at=site.say(task.again_at) if task.again_at else None,
        tries=task.attempts,
        outcome=TASK_OUTCOME_LABELS[task.outcome] if task.outcome else None,
        mine=mine,
        to_do=TO_DO[task.kind],
        script=_script(site, situation, task) if mine else (),
        outcomes={outcome.value: TASK_OUTCOME_LABELS[outcome] for outcome in may},
        counted=[outcome.value for outcome in WITH_COUNTS],
        amounts=_amounts(situation) if set(WITH_COUNTS) & set(may) else [],
        danger=task.kind is TaskKind.worry and task.status is not TaskStatus.done,
        note_required=task.kind is TaskKind.worry,
        elsewhere=DONE_ELSEWHERE.get(task.kind),
        command=OTHER_COMMANDS.get(task.kind, "muster need show {need}").format(need=need.id),
        typed=typed or {},
        wrong=wrong or {},
        notice=notice,
    )


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
        kind=KINDS[assigned.task.kind],
        answer=TASK_OUTCOME_LABELS[said],
        follows=_follows(assigned.task, said),
        got=[need.line(number).capability.amount(count) for number, count in (received or {}).items()],
        note=note,
        fields=fields,
    )


def _follows(task: Task, said: TaskOutcome) -> str:
    """What sending it does."""
    match said:
        case TaskOutcome.yes if task.kind is TaskKind.vet:
            return "Whoever comes is sent the resident's name and address."
        case TaskOutcome.no if task.kind is TaskKind.vet:
            return "They are told that it will not be them, and we look for somebody else."
        case TaskOutcome.yes:
            return "The need is closed, and those who helped are thanked."
        case TaskOutcome.partly | TaskOutcome.no:
            return "We look again for what is missing, and an officer is asked to see to it."
        case TaskOutcome.met:
            return "The need is closed as met, and those who helped are thanked."
        case TaskOutcome.partly_met:
            return "The need is closed with what came, and those who helped are thanked. Nothing more is looked for."
        case TaskOutcome.look_again:
            return "What did not come is looked for again."
        case TaskOutcome.no_answer:
            return "You will be asked to try again later. After the third time it counts as silence."
        case TaskOutcome.same:
            return "This need is closed as a duplicate. Those who were asked or had promised are told."
        case _:
            return "The task is finished."


def _amounts(situation: Situation) -> list[dict[str, Any]]:
    lines = [line for line in situation.need.lines if line.quantity]
    return [{"place": f"quantity-{line.number}", "amount": line.amount} for line in lines]


def _script(site: Site, situation: Situation, task: Task) -> tuple[str, ...]:
    """What to say to the resident, as our mail has it."""
    if task.kind is not TaskKind.call_resident:
        return ()
    message = Message(
        id="-",
        need=situation.need.id,
        kind=MessageKind.officer_task,
        to=f"officer:{task.officer}",
        seq=0,
        created_at=clock.now(),
        task=task.id,
    )
    letter = Letter(message, situation, site.store, site.settings, clock.now(), ask_sent=True)
    return script_of(letter, task)
