"""What an officer is told: a task, why it came to them, what to do now, by when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from domain.invitations import InvitationStatus, Reason
from domain.labels import REASON_LABELS, label_invitation, say_some
from domain.links import LinkTo, Purpose, take_target
from domain.messages import MessageKind
from domain.needs import Outcome
from domain.officers import Task, TaskKind, TaskStatus
from domain.responders import Contact
from domain.values import plural
from notifications.letters import Letter, Part, Skip, say_parts, say_phone
from notifications.officer_task import Heard, OfficerTaskWords
from notifications.to_residents import missing, who_helps, whole, with_officer

RECORD = "Record what you did, so that the story is complete."


@dataclass(frozen=True)
class Brief:
    """What one kind of task says of itself."""

    title: str
    why: str
    steps: tuple[str, ...]
    script: tuple[str, ...] = ()


def write_task(letter: Letter) -> OfficerTaskWords | Skip:
    """Tell an officer of a task; not once somebody has taken or finished it."""
    task = next((t for t in letter.situation.tasks if t.id == letter.message.task), None)
    if task is None:
        return Skip("there is no such task")
    if task.status is not TaskStatus.open:
        return Skip("nothing is left to do" if task.status is TaskStatus.done else "somebody has taken it")
    if letter.officer_name(letter.officer_id) is None:
        return Skip("there is no such officer any more")
    brief = BRIEFS[task.kind](letter, task)
    wanting = [part for part in missing(letter) if not task.lines or part.line.number in task.lines]
    calls = task.kind in (TaskKind.call_resident, TaskKind.resident_says, TaskKind.past_due)
    return OfficerTaskWords(
        **letter.common,
        kind=task.kind,
        title=brief.title,
        why=brief.why,
        steps=brief.steps,
        urgent=letter.need.urgent,
        missing=tuple(_of_all(text, part) for text, part in zip(letter.list_parts(wanting), wanting, strict=True)),
        when=letter.when(part.line for part in wanting or whole(letter)),
        area=letter.need.area,
        summary=letter.need.summary,
        count=_count(letter),
        heard=_heard(letter),
        quoted=letter.people.notes(letter.need.id).get(task.note or ""),
        quoted_from=_partner(letter, task) if task.invitation else "The resident",
        partner_phone=say_phone(contact.phone) if (contact := _contact(letter, task)) else None,
        resident_name=letter.resident.name if calls else None,
        resident_phone=say_phone(letter.resident.phone) if calls else None,
        script=brief.script,
        command=f"muster need show {letter.need.id}",
        take_by=letter.say(task.take_by),
        with_name=letter.officer_name(task.officer) if task.officer != letter.officer_id else None,
        next_name=_next_name(letter, task),
        take=LinkTo(purpose=Purpose.take, target=take_target(task.id, letter.officer_id), kid=task.kid),
    )


def _of_all(text: str, part: Part) -> str:
    whole = part.line.quantity
    return text if part.count == whole else f"{text} ({whole - part.count:,} of {whole:,} promised)"


def _next_name(letter: Letter, task: Task) -> str | None:
    """Who gets it if it is not taken; `None` when that is the reader again."""
    on_duty = letter.situation.on_duty(letter.now)
    ids = [officer.id for officer in on_duty]
    following = on_duty[(ids.index(task.officer) + 1) % len(ids)] if task.officer in ids else None
    return following.name if following and following.id != letter.officer_id else None


def _count(letter: Letter) -> str | None:
    asked = len({i.responder for i in letter.situation.invitations})
    return f"We asked {plural(asked, 'partner', 'partners')}:" if asked else None


def _heard(letter: Letter) -> tuple[Heard, ...]:
    """What those asked said, each at their latest: yes first, then those who may still answer."""
    latest = {i.responder: i for i in sorted(letter.situation.invitations, key=lambda i: i.cycle)}
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
        groups.setdefault((order, said), []).append(f"{name} ({say_parts(parts)})" if parts else name)
    return tuple(Heard(said=said, names=say_some(sorted(who), shown=5)) for (_, said), who in sorted(groups.items()))


def _partner(letter: Letter, task: Task) -> str:
    invitation = letter.situation.by_id.get(task.invitation or "")
    responder = letter.people.responder(invitation.responder) if invitation else None
    return responder.name if responder else "A partner"


def _contact(letter: Letter, task: Task) -> Contact | None:
    invitation = letter.situation.by_id.get(task.invitation or "")
    contacts = letter.people.contacts(invitation.responder) if invitation else []
    return contacts[invitation.contact] if invitation and invitation.contact < len(contacts) else None


# --- one brief a kind of task -------------------------------------------------


def _hand_over(letter: Letter, task: Task) -> Brief:
    lines = [part for part in missing(letter) if part.line.number in task.lines]
    asked = len({i.responder for i in letter.situation.invitations})
    spent = all(part.line.round > len(letter.need.playbook.rounds) for part in lines)
    if spent and not asked:
        title, why = f"Nobody to ask for {say_parts(lines)}", "We know nobody who could give this."
    elif spent:
        title = f"Nobody left to ask for {say_parts(lines)}"
        why = "Everybody we know who could give this has been asked, and it is not covered."
    else:
        title, why = f"Due soon and still missing: {say_parts(lines)}", "It is due soon, and it is not covered."
    return Brief(
        title,
        f"{why} Now it needs a person.",
        (
            "Take this task, so that others know you have it.",
            "Phone whoever below may still say yes, or find help another way.",
            "If it will not be there in time, phone the resident.",
            RECORD,
        ),
    )


def _past_due(letter: Letter, task: Task) -> Brief:
    lines = [part for part in missing(letter) if not task.lines or part.line.number in task.lines]
    return Brief(
        f"The time has passed: {say_parts(lines)} not covered",
        "It was due and not all of it was promised.",
        (
            "Take this task, so that others know you have it.",
            "Phone the resident. Are they safe? Do they still need it?",
            "Find help another way, or close the need and say how it ended.",
        ),
    )


def _question(letter: Letter, task: Task) -> Brief:
    partner = _partner(letter, task)
    return Brief(
        f"{partner} has a question",
        f"{partner} was asked to help and wants to know something first. Until they say yes, we go on asking others.",
        (
            "Take this task, so that others know you have it.",
            f"Phone or email {partner} with the answer.",
            "Ask them to say yes or no with the link they have, or record their answer for them.",
        ),
    )


def _call_resident(letter: Letter, task: Task) -> Brief:
    topic = _topic(letter, task)
    phone = letter.resident.phone
    reach = "Phone the resident and read out what is below." if phone else "Find another way to reach the resident."
    return Brief(
        f"Phone the resident: {TOPICS.get(topic, 'there is news')}",
        "The resident has no email address, so we cannot tell them ourselves."
        + ("" if phone else " We have no phone number for them either."),
        ("Take this task, so that others know you have it.", reach, "Record what they say."),
        _script(letter, topic),
    )


TOPICS: dict[MessageKind | None, str] = {
    MessageKind.resident_covered: "help is found",
    MessageKind.resident_delayed: "it takes longer",
    MessageKind.resident_asked: "did it happen?",
    MessageKind.resident_closed: "it is finished",
}


def _topic(letter: Letter, task: Task) -> MessageKind | None:
    """What to tell them: what the task was raised for, or what has become true since."""
    if letter.need.closed:
        return MessageKind.resident_closed
    if task.note == MessageKind.resident_covered and not letter.situation.covered:
        return MessageKind.resident_delayed
    if task.note == MessageKind.resident_delayed and letter.situation.covered:
        return MessageKind.resident_covered
    return MessageKind(task.note) if task.note else None


ENDINGS = {
    Outcome.met: "Our records say that you got it, so we have closed your request. Is that right?",
    Outcome.presumed: "We take it that you got it, so we have closed your request. Is that right?",
    Outcome.partly_met: "You got part of it, and we have closed your request. Do you still need the rest?",
    Outcome.not_met: "We are sorry. We could not find anybody to help, and we have closed your request. "
    "Do you still need it?",
    Outcome.withdrawn: "You no longer need it, so nobody will come. Is that right?",
}


def _script(letter: Letter, topic: MessageKind | None) -> tuple[str, ...]:
    asked, when = say_parts(whole(letter)), letter.when(letter.need.lines)
    by = f" by {when}" if when else ""
    hello = f"I am calling from {letter.settings.council} about your request for {asked}, reference {letter.need.id}."
    match topic:
        case MessageKind.resident_covered:
            return hello, f"{who_helps(letter)} will help you{by}.", "Afterwards we will ask you how it went."
        case MessageKind.resident_delayed:
            why = (
                "We have asked everybody we know and have not found all of it yet. I am looking for another way."
                if with_officer(letter)
                else "Somebody who had promised no longer can. We are looking for somebody else now."
            )
            return hello, why, f"We still need to find {say_parts(missing(letter))}.", "Are you safe? Can it wait?"
        case MessageKind.resident_asked:
            return hello, f"It was due{by}.", "Did it happen: yes, partly or no?", "Is anything still missing?"
        case MessageKind.resident_closed:
            return hello, ENDINGS.get(letter.need.outcome or Outcome.presumed, "We have closed your request.")
        case _:
            return (hello,)


def _resident_says(letter: Letter, task: Task) -> Brief:
    said = "only part of it happened" if letter.need.resident_said == "partly" else "it did not happen"
    return Brief(
        f"The resident says that {said}",
        f"We asked the resident whether they got {say_parts(whole(letter))}. They say that {said}.",
        (
            "Take this task, so that others know you have it.",
            "Phone the resident. Are they safe? What is still missing?",
            "Phone those who promised, below, and find out what happened.",
            "Arrange the rest, or close the need and say how it ended.",
        ),
    )


def _check_lost(letter: Letter, task: Task) -> Brief:
    partner = _partner(letter, task)
    return Brief(
        f"{partner} no longer holds the check required",
        f"{partner} promised help that requires a check, and our records no longer show it. "
        "We have not sent them the resident's name and address.",
        (
            "Take this task, so that others know you have it.",
            f"Phone {partner}. If their check is in order, correct the directory.",
            "If not, find somebody else to do it.",
        ),
    )


def _call_partner(letter: Letter, task: Task) -> Brief:
    partner = _partner(letter, task)
    return Brief(
        f"Phone {partner}: our emails do not reach them",
        f"{partner} promised help, and every address we have for them is dead. They may not know where to go.",
        (
            "Take this task, so that others know you have it.",
            f"Phone {partner} and tell them what they need to know.",
            "Correct the directory, so that the next email arrives.",
        ),
    )


def _decide(letter: Letter, task: Task) -> Brief:
    return Brief(
        "We could not decide what to do next",
        "Muster failed 5 times in a row to decide about this need. It tries again, but nothing may happen until then.",
        (
            "Take this task, so that others know you have it.",
            "Read the need's story and do by hand what cannot wait.",
            "Tell whoever runs Muster for you.",
        ),
    )


BRIEFS: dict[TaskKind, Callable[[Letter, Task], Brief]] = {
    TaskKind.hand_over: _hand_over,
    TaskKind.past_due: _past_due,
    TaskKind.question: _question,
    TaskKind.call_resident: _call_resident,
    TaskKind.resident_says: _resident_says,
    TaskKind.call_partner: _call_partner,
    TaskKind.check_lost: _check_lost,
    TaskKind.decide: _decide,
}
