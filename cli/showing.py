"""A need on a terminal: what is covered, who was asked and said what, what happens next, the story."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from cli.printing import print_table, say
from domain.escalation import next_step
from domain.invitations import Invitation, Reason
from domain.labels import (
    NEED_LABELS,
    OUTCOME_LABELS,
    REASON_LABELS,
    TASK_LABELS,
    label_invitation,
    label_task,
    say_list,
)
from domain.needs import Line, Resident
from domain.safeguarding import comes_home, door_words
from domain.situations import Situation
from domain.steps import Rest
from domain.stories import because, label
from domain.times import say_clock, say_when
from infra import clock
from infra.door import Door
from infra.showing import names_in
from infra.store import OVER


def show_need(door: Door, situation: Situation, private: bool) -> None:
    """Print everything about a need; who it is for only where asked."""
    need, zone = situation.need, situation.zone
    story = door.store.story(need.id)
    names = names_in(door.store, situation, story)
    outcome = f": {OUTCOME_LABELS[need.outcome].lower()}" if need.outcome else ""
    urgent = ", urgent" if need.urgent else ""
    exercise = " (exercise)" if need.exercise else ""
    say(f"{need.id}  {NEED_LABELS[need.status]}{outcome}{exercise}  (version {need.edition})")
    say(f"{need.summary}")
    say(f"{need.category} in {need.area}, by {say_when(need.needed_by, zone)}{urgent}; playbook {need.playbook.name}")
    for sentence in particulars(situation, names):
        say(sentence)
    say(next_sentence(situation, clock.now()))
    for sentence in refused_mails(door, situation, names):
        say(sentence)
    say("")
    print_table(
        ("What", "Needed", "Promised", "Standby", "Missing", "Due", "Where it is"),
        [
            (
                line.capability.title,
                line.quantity,
                situation.pledged(line),
                sum(s.reserve for i in situation.invitations if (s := i.share(line.number))),
                situation.missing(line) or "covered",
                say_clock(line.due, zone),
                where_it_is(situation, line),
            )
            for line in need.lines
        ],
    )
    if situation.invitations:
        print_table(
            ("Asked", "Round", "When", "How it stands", "Gives", "Answered", "Version"),
            [_asked(situation, invitation, names) for invitation in situation.invitations],
        )
    if situation.tasks:
        print_table(
            ("For an officer", "How it stands", "Officer", "Take by"),
            [
                (
                    TASK_LABELS[task.kind],
                    label_task(task),
                    names.get(task.officer or "", "nobody yet"),
                    say_clock(task.take_by, zone),
                )
                for task in situation.tasks
            ],
        )
    if private:
        _show_private(door, situation)
    print_table(
        ("Story", "", "Because"),
        [(say_clock(event.at, zone), label(event), because(event, names, need, zone)) for event in story],
    )


def particulars(situation: Situation, names: dict[str, str]) -> Iterator[str]:
    """What is out of the ordinary about a need."""
    need, incident = situation.need, situation.incident
    if incident:
        lead = names.get(f"officer:{incident.lead}", "an officer")
        yield f"Incident {incident.id}, {incident.name}: at {incident.place}; {lead} leads"
    if need.held_until:
        yield f"On hold until {say_when(need.held_until, situation.zone)}"
    elif situation.held:
        yield "On hold until it is ended"
    if need.urgent_because:
        yield f"Urgent because: {need.urgent_because}"
    if need.sensitive:
        yield "Sensitive: an officer gives their word for whoever is told who and where it is"
    if need.keep_from:
        yield f"Kept from: {', '.join(names.get(id, id) for id in need.keep_from)}"
    if need.like:
        yield f"May be the same as {need.like}"


def refused_mails(door: Door, situation: Situation, names: dict[str, str]) -> Iterator[str]:
    """Whom a message of this need has not reached, and why; of a resident's address a server says nothing here."""
    for row in door.store.refused_mails():
        to = row.message.to
        if row.message.need != situation.need.id:
            continue
        who = names.get(to) or names.get(to.removeprefix("responder:")) or "the resident"
        why = f" ({row.why})" if row.why and to != "resident" else ""
        again = "" if row.state in OVER else f"; it is tried again at {say_clock(row.not_before, situation.zone)}"
        yield f"A message to {who} has not arrived{why}{again}."


def next_sentence(situation: Situation, now: datetime) -> str:
    """What happens next, and when."""
    need = situation.need
    if need.closed:
        return f"Closed at {say_when(need.closed_at, situation.zone)}." if need.closed_at else "Closed."
    step = next_step(situation, now)
    if not isinstance(step, Rest):
        return f"Next, as soon as Muster looks: {step.because}"
    if step.until is None:
        return f"{step.because} Nothing is planned."
    return f"{step.because} Next check at {say_when(step.until, situation.zone)}."


def where_it_is(situation: Situation, line: Line) -> str:
    """The round a line is in, in the playbook's own words."""
    rounds = situation.need.playbook.rounds
    if not situation.missing(line) or situation.need.closed:
        return ""
    if situation.offered(line) >= situation.missing(line):
        return "offers to choose from"
    if line.handed_over:
        return "with an officer"
    if line.round == 0:
        return "not begun"
    if line.round > len(rounds):
        return "everybody was asked"
    return say_list([rounds[number - 1].name for number in line.rounds])


def _asked(situation: Situation, invitation: Invitation, names: dict[str, str]) -> tuple[object, ...]:
    need, zone = situation.need, situation.zone
    rounds = need.playbook.rounds
    asks_us = invitation.open and invitation.reason is Reason.question  # the label says so
    why = f" ({REASON_LABELS[invitation.reason]})" if invitation.reason and not asks_us else ""
    gives = [need.line(s.line).capability.amount(s.pledged) for s in invitation.shares if s.pledged]
    gives += [f"brought {need.line(s.line).capability.amount(s.delivered)}" for s in invitation.shares if s.delivered]
    gives += [f"offers {need.line(s.line).capability.amount(s.offered)}" for s in invitation.shares if s.offered]
    gives += [f"standby {need.line(s.line).capability.amount(s.reserve)}" for s in invitation.shares if s.reserve]
    number = invitation.round
    return (
        names.get(invitation.responder, invitation.responder),
        rounds[number - 1].name if 1 <= number <= len(rounds) else number,
        say_clock(invitation.asked_at, zone),
        label_invitation(invitation) + why + _asked_since(invitation, zone),
        ", ".join(gives) + (" (they wrote something: --private)" if invitation.note else ""),
        say_clock(invitation.answered_at, zone)
        if invitation.answered_at
        else (f"until {say_clock(invitation.answer_by, zone)}" if invitation.awaited else ""),
        invitation.version,
    )


def _asked_since(invitation: Invitation, zone: ZoneInfo) -> str:
    """What they have been asked since they said yes."""
    if invitation.confirm_by:
        return f"; asked whether the change is all right, until {say_clock(invitation.confirm_by, zone)}"
    if invitation.moving:
        return f"; asked to go to {invitation.moving.need} instead"
    return ""


def _show_private(door: Door, situation: Situation) -> None:
    need = situation.need.id
    resident = door.store.resident(need)
    rows = [(name.capitalize(), value) for name, value in resident.model_dump().items() if value]
    authors = _authors(door, situation)
    notes = [(authors.get(id, f"Note {id[:6]}"), text) for id, text in door.store.notes(need).items()]
    print_table(("Private", ""), [*rows, *notes, *_door_words(door, situation, resident)])


def _authors(door: Door, situation: Situation) -> dict[str, str]:
    """Who wrote each note, and when: `Sam Lee (Asked a question, 21 Nov 18:45:07)`."""
    story = door.store.story(situation.need.id)
    names = names_in(door.store, situation, story)
    found = {}
    for event in story:
        if isinstance(note := event.facts.get("note"), str):
            who = names.get(event.responders[0] if event.responders else event.by, "The resident")
            found[note] = f"{who} ({label(event)}, {say_clock(event.at, situation.zone)})"
    visitors = {i.visitor: f"{names.get(i.responder, i.responder)} (who comes)" for i in situation.invitations}
    return found | {note: who for note, who in visitors.items() if note}


def _door_words(door: Door, situation: Situation, resident: Resident) -> list[tuple[str, str]]:
    """The two words of each who comes to the door."""
    coming = [i for i in situation.giving if resident.address and comes_home(situation, i)]
    names = door.store.responder_names(i.responder for i in coming)
    keys = door.settings.signing_keys
    return [
        (f"Words at the door: {names.get(i.responder, i.responder)}", door_words(keys[i.kid], i))
        for i in coming
        if i.kid in keys
    ]
