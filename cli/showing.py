"""A need on a terminal: what is covered, who was asked and said what, what happens next, the story."""

from __future__ import annotations

from datetime import datetime

from cli.printing import print_table, say
from domain.escalation import next_step
from domain.invitations import Invitation
from domain.labels import (
    NEED_LABELS,
    OUTCOME_LABELS,
    REASON_LABELS,
    TASK_LABELS,
    TASK_STATUS_LABELS,
    label_invitation,
)
from domain.needs import Line
from domain.situations import Situation
from domain.steps import Rest
from domain.stories import because, label
from domain.times import say_clock, say_when
from infra import clock
from infra.door import Door
from infra.showing import names_in


def show_need(door: Door, situation: Situation, private: bool) -> None:
    """Print everything about a need; who it is for only where asked."""
    need, zone = situation.need, situation.zone
    story = door.store.story(need.id)
    names = names_in(door.store, situation, story)
    outcome = f": {OUTCOME_LABELS[need.outcome].lower()}" if need.outcome else ""
    urgent = ", urgent" if need.urgent else ""
    say(f"{need.id}  {NEED_LABELS[need.status]}{outcome}")
    say(f"{need.summary}")
    say(f"{need.category} in {need.area}, by {say_when(need.needed_by, zone)}{urgent}; playbook {need.playbook.name}")
    say(next_sentence(situation, clock.now()))
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
            ("Asked", "Round", "When", "How it stands", "Gives", "Answered"),
            [_asked(situation, invitation, names) for invitation in situation.invitations],
        )
    if situation.tasks:
        print_table(
            ("For an officer", "How it stands", "Officer", "Take by"),
            [
                (
                    TASK_LABELS[task.kind],
                    TASK_STATUS_LABELS[task.status],
                    names.get(task.officer or "", "nobody yet"),
                    say_clock(task.take_by, zone),
                )
                for task in situation.tasks
            ],
        )
    if private:
        _show_private(door, need.id)
    print_table(
        ("Story", "", "Because"),
        [(say_clock(event.at, zone), label(event), because(event, names, need, zone)) for event in story],
    )


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
    if line.handed_over:
        return "with an officer"
    if line.round == 0:
        return "not begun"
    return rounds[line.round - 1].name if line.round <= len(rounds) else "everybody was asked"


def _asked(situation: Situation, invitation: Invitation, names: dict[str, str]) -> tuple[object, ...]:
    need, zone = situation.need, situation.zone
    rounds = need.playbook.rounds
    why = f" ({REASON_LABELS[invitation.reason]})" if invitation.reason else ""
    gives = [need.line(s.line).capability.amount(s.pledged) for s in invitation.shares if s.pledged]
    gives += [f"standby {need.line(s.line).capability.amount(s.reserve)}" for s in invitation.shares if s.reserve]
    number = invitation.round
    return (
        names.get(invitation.responder, invitation.responder),
        rounds[number - 1].name if 1 <= number <= len(rounds) else number,
        say_clock(invitation.asked_at, zone),
        label_invitation(invitation) + why,
        ", ".join(gives),
        say_clock(invitation.answered_at, zone)
        if invitation.answered_at
        else (f"until {say_clock(invitation.answer_by, zone)}" if invitation.awaited else ""),
    )


def _show_private(door: Door, need: str) -> None:
    resident = door.store.resident(need)
    rows = [(name.capitalize(), value) for name, value in resident.model_dump().items() if value]
    notes = [(f"Note {id[:6]}", text) for id, text in door.store.notes(need).items()]
    print_table(("Private", ""), [*rows, *notes])
