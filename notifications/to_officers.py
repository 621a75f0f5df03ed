"""What an officer is told: a task, why it came to them, what to do now, by when."""

from __future__ import annotations

from domain.calling import topic_of
from domain.choosing import offers_of
from domain.invitations import Invitation, InvitationStatus, Reason
from domain.labels import REASON_LABELS, label_invitation, say_some
from domain.links import ConsolePage, LinkTo, Purpose, take_target
from domain.messages import MessageKind
from domain.needs import ContactBy
from domain.officers import Task, TaskKind, TaskStatus, can_wait, next_officer
from domain.responders import Contact
from domain.values import plural
from notifications.briefs import asked_for, brief_of, page_of, partner_name
from notifications.letters import Letter, NotSent, Part, say_parts, say_phone
from notifications.officer_task import OfficerTaskWords, Saying, Step
from notifications.task_over import TaskOverWords
from notifications.task_passed import TaskPassedWords
from notifications.to_residents import doors, helpers, missing, whole

SAY_HOW = "Then open the link again and say how it ended."
ABOUT_A_PERSON = (
    TaskKind.call_resident,
    TaskKind.resident_says,
    TaskKind.past_due,
    TaskKind.worry,
    TaskKind.no_show,
    TaskKind.duplicate,
)


def write_task(letter: Letter) -> OfficerTaskWords | NotSent:
    """Tell an officer of a task; not once somebody has taken or finished it."""
    task = _open_task(letter)
    if isinstance(task, NotSent):
        return task
    brief = brief_of(letter, task)
    wanting = [part for part in missing(letter) if not task.lines or part.line.number in task.lines]
    resident = letter.resident if task.kind in ABOUT_A_PERSON else None
    way = resident.reached_by if resident else None
    return OfficerTaskWords(
        **letter.common,
        kind=task.kind,
        title=brief.title,
        why=brief.why,
        steps=tuple(say if isinstance(say, Step) else Step(says=say) for say in (*brief.steps, SAY_HOW)),
        urgent=_urgent(letter, task),
        danger=task.kind is TaskKind.worry,
        missing=tuple(_of_all(text, part) for text, part in zip(letter.list_parts(wanting), wanting, strict=True)),
        when=letter.when(part.line for part in wanting or whole(letter)),
        area=letter.need.place or letter.need.area,
        summary=letter.need.summary,
        count=_count(letter, task),
        heard=_heard(letter, task),
        quoted=_words(letter, task),
        quoted_from=partner_name(letter, task) if task.invitation else "The resident",
        partner_phone=say_phone(contact.phone) if (contact := _contact(letter, task)) else None,
        resident_name=resident.name if resident else None,
        resident_phone=say_phone(resident.phone) if resident and way is not ContactBy.person else None,
        speaks_for_name=resident.referrer_name if resident and way is ContactBy.person else None,
        speaks_for_phone=say_phone(resident.referrer_phone) if resident and way is ContactBy.person else None,
        by_post=task.kind is TaskKind.call_resident and way is ContactBy.post,
        script=brief.script,
        offers=_offers(letter, task) if task.kind is TaskKind.choose else (),
        doors=doors(letter) if topic_of(letter.situation, task) is MessageKind.resident_covered else (),
        page=ConsolePage(path=f"tasks/{task.id}"),
        take_by=letter.say(task.take_by),
        with_name=letter.officer_name(task.officer) if task.officer != letter.message.to_officer else None,
        next_name=_next_name(letter, task),
        take=_take_link(letter, task),
    )


def write_passed(letter: Letter) -> TaskPassedWords | NotSent:
    """Tell an officer who did not take a task who has it now; not once somebody has taken it."""
    task = _open_task(letter)
    if isinstance(task, NotSent):
        return task
    now_with = letter.officer_name(task.officer)
    if now_with is None or task.officer == letter.message.to_officer:
        return NotSent("it is with them again, or with nobody")
    return TaskPassedWords(
        **letter.common,
        title=brief_of(letter, task).title,
        urgent=_urgent(letter, task),
        now_with=now_with,
        since=letter.say(letter.message.created_at),
        take=_take_link(letter, task),
    )


def write_over(letter: Letter) -> TaskOverWords | NotSent:
    """Tell an officer that others have found what they were asked to find; not once something is missing again."""
    if letter.need.closed or not letter.situation.covered:
        return NotSent("it is not covered any more, or closed")
    return TaskOverWords(
        **letter.common,
        asked=say_parts(whole(letter)),
        helpers=helpers(letter),
        page=page_of(letter),
    )


def _open_task(letter: Letter) -> Task | NotSent:
    """The task a message is about, if anybody may still take it and the reader is still an officer."""
    task = next((t for t in letter.situation.tasks if t.id == letter.message.task), None)
    if task is None:
        return NotSent("there is no such task")
    if task.status is not TaskStatus.open:
        return NotSent("nothing is left to do" if task.status is TaskStatus.done else "somebody has taken it")
    if letter.officer_name(letter.message.to_officer) is None:
        return NotSent("there is no such officer any more")
    return task


def _urgent(letter: Letter, task: Task) -> bool:
    return (letter.need.urgent and not can_wait(task.kind)) or task.kind is TaskKind.worry


def _take_link(letter: Letter, task: Task) -> LinkTo:
    return LinkTo(purpose=Purpose.take, target=take_target(task.id, letter.message.to_officer), kid=task.kid)


def _words(letter: Letter, task: Task) -> str | None:
    """What somebody wrote, and has written since."""
    notes = letter.people.notes(letter.need.id)
    return "\n\n".join(notes[id] for id in (task.note, *task.more, *task.unheard) if id in notes) or None


def _of_all(text: str, part: Part) -> str:
    whole = part.line.quantity
    return text if part.count == whole else f"{text} ({whole - part.count:,} of {whole:,} promised)"


def _next_name(letter: Letter, task: Task) -> str | None:
    """Who gets it if it is not taken; `None` when that is the reader again."""
    following = next_officer(task, letter.situation.on_duty(letter.now))
    return following.name if following and following.id != letter.message.to_officer else None


def _count(letter: Letter, task: Task) -> str | None:
    asked = len(asked_for(letter, task))
    return f"We asked {plural(asked, 'partner', 'partners')}:" if asked else None


def _heard(letter: Letter, task: Task) -> tuple[Saying, ...]:
    """What those asked about it said, each at their latest: yes first, then those who may still answer, with the
    number to phone."""
    latest = {i.responder: i for i in sorted(asked_for(letter, task), key=lambda i: i.cycle)}
    names = letter.people.responder_names(latest)
    groups: dict[tuple[int, str], list[str]] = {}
    for invitation in latest.values():
        rank = list(InvitationStatus).index(invitation.status)
        order = 0 if invitation.status is InvitationStatus.accepted else rank + 1
        said = label_invitation(invitation)
        if invitation.status is InvitationStatus.rejected and invitation.reason not in (None, Reason.other):
            said += f" ({REASON_LABELS[invitation.reason]})"
        elif said == "Asked":
            said = "No answer yet"
        parts = [Part(letter.need.line(s.line), s.pledged) for s in invitation.shares if s.pledged]
        name = names.get(invitation.responder, invitation.responder)
        more = say_parts(parts) if parts else say_phone(_number(letter, invitation)) if invitation.open else None
        groups.setdefault((order, said), []).append(f"{name} ({more})" if more else name)
    return tuple(Saying(said=said, names=say_some(sorted(who), shown=5)) for (_, said), who in sorted(groups.items()))


def _offers(letter: Letter, task: Task) -> tuple[str, ...]:
    """Who offers what, ready when, and what they wrote."""
    situation, said = letter.situation, []
    lines = [line for line in situation.missing_lines if not task.lines or line.number in task.lines]
    offering = {i.id: i for line in lines for i in offers_of(situation, line)}
    names = letter.people.responder_names(i.responder for i in offering.values())
    notes = letter.people.notes(letter.need.id)
    for invitation in offering.values():
        shares = [s for s in invitation.shares if s.offered and any(line.number == s.line for line in lines)]
        amounts = [
            Part(letter.need.line(s.line), s.offered).amount + (f" by {letter.say(s.ready_by)}" if s.ready_by else "")
            for s in shares
        ]
        wrote = f" They wrote: {notes[invitation.note]}" if invitation.note in notes else ""
        name = names.get(invitation.responder, invitation.responder)
        said.append(f"{name}: {say_some(amounts)}.{wrote}")
    return tuple(said)


def _contact(letter: Letter, task: Task) -> Contact | None:
    invitation = letter.situation.by_id.get(task.invitation or "")
    return _contact_of(letter, invitation) if invitation else None


def _contact_of(letter: Letter, invitation: Invitation) -> Contact | None:
    contacts = letter.people.contacts(invitation.responder)
    return contacts[invitation.contact] if invitation.contact < len(contacts) else None


def _number(letter: Letter, invitation: Invitation) -> str | None:
    contact = _contact_of(letter, invitation)
    return contact.phone if contact else None
