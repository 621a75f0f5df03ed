"""What each kind of task says of itself: a title, why it came, what to do now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from domain.bouncing import CONTENT_REFUSED
from domain.calling import topic_of
from domain.events import EventCode
from domain.invitations import Invitation
from domain.links import ConsolePage
from domain.messages import MessageKind
from domain.needs import ContactBy
from domain.officers import MOST_TRIES, Task, TaskKind
from notifications.letters import Letter, say_parts
from notifications.officer_task import Step
from notifications.scripts import script_of
from notifications.to_residents import missing, whole

TAKE = "Take this task, so that others know you have it."


@dataclass(frozen=True)
class Brief:
    """What one kind of task says of itself."""

    title: str
    why: str
    steps: tuple[str | Step, ...]
    script: tuple[str, ...] = ()


def brief_of(letter: Letter, task: Task) -> Brief:
    return BRIEFS[task.kind](letter, task)


def partner_name(letter: Letter, task: Task) -> str:
    """Whom a task about an invitation is about."""
    invitation = letter.situation.by_id.get(task.invitation or "")
    responder = letter.people.responder(invitation.responder) if invitation else None
    return responder.name if responder else "A partner"


def asked_for(letter: Letter, task: Task) -> tuple[Invitation, ...]:
    """Who was asked about what this task is about: of a task for some lines, those asked about them."""
    asked = letter.situation.invitations
    return tuple(i for i in asked if any(i.share(number) for number in task.lines)) if task.lines else asked


def page_of(letter: Letter, below: str = "") -> ConsolePage:
    """The page of this need on the console, or the one below it where something is done about it."""
    return ConsolePage(path=f"needs/{letter.need.id}{below}")


def _record(letter: Letter, task: Task, says: str) -> Step:
    """Where the answer of the partner whom a task is about is recorded."""
    invitation = letter.situation.by_id.get(task.invitation or "")
    return Step(says=says, page=page_of(letter, f"/answer?partner={invitation.responder}" if invitation else "/answer"))


def _on_record(letter: Letter, task: Task, says: str) -> Step:
    """Where what is known of that partner stands."""
    invitation = letter.situation.by_id.get(task.invitation or "")
    page = ConsolePage(path=f"partners/{invitation.responder}") if invitation else None
    return Step(says=says, page=page)


def _hand_over(letter: Letter, task: Task) -> Brief:
    lines = [part for part in missing(letter) if part.line.number in task.lines]
    asked = asked_for(letter, task)
    spent = all(part.line.round > len(letter.need.playbook.rounds) for part in lines)
    if spent and not asked:
        title, why = f"Nobody to ask for {say_parts(lines)}", "There is nobody we know whom we could ask for this."
    elif spent:
        title = f"Nobody left to ask for {say_parts(lines)}"
        why = "Everybody we know who could give this has been asked, and it is not covered."
    else:
        title, why = f"Due soon and still missing: {say_parts(lines)}", "It is due soon, and it is not covered."
    return Brief(
        title,
        f"{why} Now it needs a person.",
        (
            TAKE,
            "Phone whoever below may still say yes, or find help another way."
            if any(invitation.open for invitation in asked)
            else "Find help another way.",
            Step(says="Record what a partner tells you", page=page_of(letter, "/answer")),
            "If it will not be there in time, phone the resident.",
        ),
    )


def _past_due(letter: Letter, task: Task) -> Brief:
    lines = [part for part in missing(letter) if not task.lines or part.line.number in task.lines]
    to_come = task.lines and any(line.quantity and line.number not in task.lines for line in letter.need.lines)
    return Brief(
        f"The time has passed: {say_parts(lines)} not covered",
        "It was due and not all of it was promised.",
        (
            TAKE,
            "Phone the resident. Are they safe? Do they still need it?",
            Step(says="Give it more time", page=page_of(letter, "/extend")),
            Step(says="Or take it off the request: put 0. The rest goes on", page=page_of(letter, "/amend"))
            if to_come
            else Step(says="Or close it, and say how it ended", page=page_of(letter, "/close")),
        ),
    )


def _question(letter: Letter, task: Task) -> Brief:
    partner = partner_name(letter, task)
    return Brief(
        f"{partner} has a question",
        f"{partner} was asked to help and wants to know something first. Until they say yes, we go on asking others.",
        (
            TAKE,
            f"Phone or email {partner} with the answer.",
            _record(letter, task, "Ask them to say yes or no with the link they have, or record their answer"),
        ),
    )


def _call_resident(letter: Letter, task: Task) -> Brief:
    topic = TOPICS.get(topic_of(letter.situation, task), "there is news")
    tried = f" Nobody answered when we called before ({task.attempts} of {MOST_TRIES})." if task.attempts else ""
    resident = letter.resident
    match resident.reached_by:
        case ContactBy.post:
            return Brief(
                f"Write to the resident: {topic}",
                "The resident wants to hear from us by post, so we cannot tell them ourselves.",
                (
                    TAKE,
                    "Print what is below as a letter, and post it.",
                    Step(says="To see where to, open", page=page_of(letter, "/private")),
                ),
                script_of(letter, task),
            )
        case ContactBy.person:
            return Brief(
                f"Phone whoever speaks for the resident: {topic}",
                "Another person speaks for the resident, and we have no email address for them." + tried,
                (TAKE, "Phone them and read out what is below."),
                script_of(letter, task),
            )
    reach = "Phone the resident and read out what is below."
    return Brief(
        f"Phone the resident: {topic}",
        ("Our emails do not reach the resident." if resident.email else NO_EMAIL)
        + ("" if resident.phone else " We have no phone number for them either.")
        + tried,
        (TAKE, reach if resident.phone else "Find another way to reach the resident."),
        script_of(letter, task),
    )


NO_EMAIL = "The resident has no email address, so we cannot tell them ourselves."
TOPICS: dict[MessageKind | None, str] = {
    MessageKind.resident_covered: "help is found",
    MessageKind.resident_delayed: "it takes longer",
    MessageKind.resident_asked: "did it happen?",
    MessageKind.resident_closed: "it is finished",
}


def _resident_says(letter: Letter, task: Task) -> Brief:
    told = {"partly": "only part of it happened", "no": "it did not happen"}
    said = told.get(letter.need.resident_said or "", "not all of it happened")  # covered again since
    return Brief(
        f"The resident says that {said}",
        f"We asked the resident whether they got {say_parts(whole(letter))}. They say that {said}.",
        (
            TAKE,
            "Phone the resident. Are they safe? What is still missing?",
            "Phone those who promised, below, and find out what happened.",
            "It can end in three ways: it has all happened, it stays as it is, or we look again for what did not come.",
        ),
    )


def _check_lost(letter: Letter, task: Task) -> Brief:
    partner = partner_name(letter, task)
    return Brief(
        f"{partner} no longer holds the check required",
        f"{partner} promised help that requires a check, and our records no longer show it. "
        "From now on we send them nothing about who and where. What had been sent before, they have.",
        (
            TAKE,
            _on_record(letter, task, f"Phone {partner}. If their check is in order, correct the directory"),
            "If not, find somebody else to do it.",
        ),
    )


def _call_partner(letter: Letter, task: Task) -> Brief:
    about = CALLS.get(task.note or "", _call_who_is_not_reached)
    return about(letter, task, partner_name(letter, task))


def _call_who_must_not_meet(letter: Letter, task: Task, partner: str) -> Brief:
    return Brief(
        f"Phone {partner} now: they must not meet this resident",
        f"{partner} promised help, and has since been put down as somebody whom this resident must not meet.",
        (
            TAKE,
            f"Phone {partner} and ask them not to go.",
            _record(letter, task, "Then record their no, so that somebody else is asked"),
        ),
    )


def _call_who_complained(letter: Letter, task: Task, partner: str) -> Brief:
    return Brief(
        f"Phone {partner}: they marked our email as unwanted",
        f"{partner} told their email provider that a mail of ours is unwanted. We ask them nothing more of this "
        "kind; what they have promised stands.",
        (
            TAKE,
            f"Phone {partner}: was it a slip, or do they want to be asked less, or not at all?",
            _on_record(letter, task, "To ask them nothing at all for now, a manager can pass them over"),
        ),
    )


def _call_who_was_not_sent_it(letter: Letter, task: Task, partner: str) -> Brief:
    return Brief(
        f"Phone {partner}: their mail server refused our email",
        f"The address we have for {partner} works, but their mail server will not take what we wrote, perhaps for "
        "a word or a link in it. They have not read it.",
        (
            TAKE,
            f"Phone {partner} and tell them what the email says, as this need's page shows it.",
            _record(letter, task, "Then record their answer, if they give one"),
            "Tell whoever runs Muster for you, so that the next email is taken.",
        ),
    )


def _call_about_change(letter: Letter, task: Task, partner: str) -> Brief:
    return Brief(
        f"Phone {partner}: is it still all right?",
        f"{partner} promised help before we changed when or where it is needed, and has not answered since. "
        "What they promised stands until you hear otherwise.",
        (
            TAKE,
            f"Phone {partner} and ask whether they can still do it.",
            _record(letter, task, "Then record their yes or no"),
            "If you cannot reach them, say so here: then we do not count on them any more, and ask others.",
        ),
    )


def _call_who_is_not_reached(letter: Letter, task: Task, partner: str) -> Brief:
    return Brief(
        f"Phone {partner}: our emails do not reach them",
        f"{partner} promised help, and every address we have for them is dead. They may not know where to go.",
        (
            TAKE,
            f"Phone {partner} and tell them what they need to know.",
            _on_record(letter, task, "Correct the directory, so that the next email arrives"),
        ),
    )


def _call_about_transfer(letter: Letter, task: Task, partner: str) -> Brief:
    invitation = letter.situation.by_id.get(task.invitation or "")
    other = invitation.moving.need if invitation and invitation.moving else "another need"
    return Brief(
        f"Phone {partner}: could they go to {other} instead?",
        f"We asked {partner} whether they could go to {other} instead, and they have not answered. "
        "What they promised here stands until they say yes.",
        (
            TAKE,
            f"Phone {partner} and ask whether they could go there.",
            _record(letter, task, "Then record whether they go there or stay"),
            f"If you cannot reach them, say so here: then we stop asking, and {other} still needs somebody else.",
        ),
    )


CALLS: dict[str, Callable[[Letter, Task, str], Brief]] = {  # by what a task to phone a partner notes
    EventCode.kept_apart.value: _call_who_must_not_meet,
    EventCode.complained.value: _call_who_complained,
    CONTENT_REFUSED: _call_who_was_not_sent_it,
    EventCode.transfer_asked.value: _call_about_transfer,
    EventCode.amended.value: _call_about_change,
}


def _decide(letter: Letter, task: Task) -> Brief:
    return Brief(
        "We could not decide what to do next",
        "Muster failed 5 times in a row to decide about this need. It tries again, but nothing may happen until then.",
        (
            TAKE,
            Step(says="Read the need's story and do by hand what cannot wait", page=page_of(letter, "/story")),
            "Tell whoever runs Muster for you.",
        ),
    )


def _choose(letter: Letter, task: Task) -> Brief:
    lines = [part for part in whole(letter) if not task.lines or part.line.number in task.lines]
    return Brief(
        f"Choose who gives {say_parts(lines)}",
        "Enough has been offered, or there is no time for more. Nobody is booked until you choose.",
        (
            TAKE,
            "Compare the offers below: who, how much, when.",
            Step(says="Choose", page=page_of(letter, "/choose")),
        ),
    )


def _vet(letter: Letter, task: Task) -> Brief:
    partner = partner_name(letter, task)
    return Brief(
        f"{partner} has named who comes: do you give your word?",
        "This need is sensitive. Until you have said yes, nobody is told the resident's name and address.",
        (
            TAKE,
            f"Look at whom {partner} named, below. Do you know them, and that their checks are in order?",
            "Say yes, and they are sent the address. Say no, and we ask others.",
        ),
    )


def _worry(letter: Letter, task: Task) -> Brief:
    partner = partner_name(letter, task)
    return Brief(
        f"A worry from {partner}",
        f"{partner} is worried about somebody. Their words are below; only officers read them.",
        (TAKE, f"Phone {partner} now and find out what they saw.", "Then phone the resident, or send somebody."),
    )


def _no_show(letter: Letter, task: Task) -> Brief:
    partner = partner_name(letter, task)
    return Brief(
        f"Did {partner} come?",
        f"{partner} promised help and has not said whether it was done, though we asked again. "
        "We count it as not done and look for it again.",
        (TAKE, f"Phone {partner}: was it done?", "If you cannot reach them, phone the resident. Are they safe?"),
    )


def _confirm(letter: Letter, task: Task) -> Brief:
    return Brief(
        f"Did it happen: {say_parts(whole(letter))}?",
        "It was due and should have happened by now. There is no resident to ask, so we ask you.",
        (TAKE, "Ask on site what has arrived."),
    )


def _duplicate(letter: Letter, task: Task) -> Brief:
    like = letter.need.like or "another need"
    return Brief(
        f"Is this the same need as {like}?",
        f"The same resident asked for the same kind of help in {like} a short time before. Both go on until you say.",
        (
            TAKE,
            Step(says="Compare the two. The other", page=ConsolePage(path=f"needs/{letter.need.like}"))
            if letter.need.like
            else "Compare the two.",
            "If unsure, phone the resident.",
        ),
    )


def _on_hold(letter: Letter, task: Task) -> Brief:
    since = f" since {letter.say(letter.need.held_at)}" if letter.need.held_at else ""
    return Brief(
        "On hold: when does it go on?",
        f"This has been on hold{since} and nobody has said until when. Nothing is sent about it meanwhile.",
        (
            TAKE,
            Step(says="Let it go on", page=page_of(letter, "/resume")),
            Step(says="Or end it, if it is no longer needed", page=page_of(letter, "/withdraw")),
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
    TaskKind.choose: _choose,
    TaskKind.vet: _vet,
    TaskKind.worry: _worry,
    TaskKind.no_show: _no_show,
    TaskKind.confirm: _confirm,
    TaskKind.duplicate: _duplicate,
    TaskKind.on_hold: _on_hold,
}
