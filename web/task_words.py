"""What an officer reads about a task, wherever it is shown: what it is, what to do, what to say, what follows."""

from __future__ import annotations

from typing import Any

from domain.bouncing import CONTENT_REFUSED
from domain.events import EventCode
from domain.messages import Message, MessageKind
from domain.officers import Task, TaskKind, TaskOutcome
from domain.situations import Situation
from domain.telling import WITH_COUNTS
from infra import clock
from notifications.letters import Letter
from notifications.scripts import script_of
from web.forms import Form, Wrong
from web.site import Site

TO_DO = {
    TaskKind.hand_over: "Phone whoever may still say yes, or find help another way.",
    TaskKind.past_due: "Phone the resident. Are they safe? Do they still need it?",
    TaskKind.question: "Phone or email whoever asked. Their words are in our email and on the console.",
    TaskKind.call_resident: "Phone or write to them. Their name and number are in our email and on the console.",
    TaskKind.resident_says: "Phone the resident, then those who promised, and arrange what is missing.",
    TaskKind.call_partner: "Our emails do not reach them. Phone them and tell them what they need to know.",
    TaskKind.check_lost: "Phone them. Correct the directory, or find somebody else.",
    TaskKind.decide: "Read the need's story and do by hand what cannot wait. Tell whoever runs Muster for you.",
    TaskKind.choose: "Compare the offers, and choose.",
    TaskKind.vet: "Look at whom they named, in our email or the console. Nobody is told the address until you say yes.",
    TaskKind.worry: "Phone whoever is worried: what did they see? Their words are in our email and on the console.",
    TaskKind.no_show: "Phone them: was it done? If you cannot reach them, phone the resident.",
    TaskKind.confirm: "Ask on site what has arrived.",
    TaskKind.duplicate: "Compare the two needs. Both go on until you say.",
    TaskKind.on_hold: "Nothing is sent until the need goes on. Let it go on, or end it.",
}

CALLS = {  # why a partner is phoned, where it is not for a dead address
    EventCode.kept_apart.value: "Phone them now and ask them not to go. Then record their no.",
    EventCode.complained.value: "They marked our email as unwanted. Phone them: do they want to be asked less?",
    CONTENT_REFUSED: "Their mail server refused our email. Phone them and tell them what it said.",
    EventCode.amended.value: "It has changed. Phone them: can they still do it? Then record their answer.",
    EventCode.transfer_asked.value: "Phone them and ask whether they could go to the other need, then record it.",
}


def what_to_do(task: Task) -> str:
    """What its officer does now, in a sentence or two."""
    told = CALLS.get(task.note or "") if task.kind is TaskKind.call_partner else None
    return told or TO_DO[task.kind]


def read_received(situation: Situation, form: Form, wrong: Wrong) -> dict[int, int] | None:
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


def got_of(situation: Situation, received: dict[int, int] | None) -> tuple[str, ...]:
    """It as commands take it: `food-parcel:5`."""
    return tuple(f"{situation.need.line(number).what}:{count}" for number, count in (received or {}).items())


def amounts_of(situation: Situation) -> list[dict[str, Any]]:
    lines = [line for line in situation.need.lines if line.quantity]
    return [{"place": f"quantity-{line.number}", "amount": line.amount} for line in lines]


def follows(task: Task, said: TaskOutcome) -> str:
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


def script_for(site: Site, situation: Situation, task: Task) -> tuple[str, ...]:
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
