"""A need on a terminal: what is covered, who was asked and said what, what happens next, the story."""

from __future__ import annotations

from collections.abc import Iterator

from cli.printing import print_table, say
from domain.events import Event
from domain.invitations import Invitation
from domain.labels import (
    BASIS_LABELS,
    TASK_LABELS,
    label_need,
    label_task,
)
from domain.situations import Situation
from domain.standing import asked_since, gives, next_sentence, particulars, said_of, where_it_is
from domain.stories import because, label
from domain.times import say_clock, say_when
from infra import clock
from infra.door import Door
from infra.looking import look_private
from infra.playbooks import category_title
from infra.showing import names_in
from infra.store import OVER
from infra.whose_words import authors_of, words_at_the_door


def show_need(door: Door, situation: Situation, private: bool, who: str = "command") -> None:
    """Print everything about a need; who it is for only where asked, and then it is recorded that `who` looked."""
    story = door.store.story(situation.need.id)
    names = names_in(door.store, situation, story)
    _say_how_it_stands(door, situation, names)
    say("")
    _print_lines(situation)
    if situation.invitations:
        print_table(
            ("Asked", "Round", "When", "How it stands", "Gives", "Answered", "Version"),
            [_asked(situation, invitation, names) for invitation in situation.invitations],
        )
    if situation.tasks:
        _print_tasks(situation, names)
    if private:
        _show_private(door, situation, who)
    _print_story(situation, story, names)


def _say_how_it_stands(door: Door, situation: Situation, names: dict[str, str]) -> None:
    """What it is, how it stands, and what comes next, in sentences."""
    need, zone = situation.need, situation.zone
    urgent = ", urgent" if need.urgent else ""
    exercise = " (exercise)" if need.exercise else ""
    say(f"{need.id}  {label_need(need.status, need.outcome)}{exercise}  (version {need.edition})")
    say(f"{need.summary}")
    kind = category_title(need.category)
    say(f"{kind} in {need.area}, by {say_when(need.needed_by, zone)}{urgent}; playbook {need.playbook.name}")
    for sentence in particulars(situation, names):
        say(sentence)
    say(next_sentence(situation, clock.now()))
    for sentence in refused_mails(door, situation, names):
        say(sentence)


def _print_lines(situation: Situation) -> None:
    print_table(
        ("What", "Needed", "Promised", "Standby", "Missing", "Due", "Stage"),
        [
            (
                line.capability.title,
                line.quantity,
                situation.pledged(line),
                sum(s.reserve for i in situation.invitations if (s := i.share(line.number))),
                situation.missing(line) or "covered",
                say_clock(line.due, situation.zone),
                where_it_is(situation, line),
            )
            for line in situation.need.lines
        ],
    )


def _print_tasks(situation: Situation, names: dict[str, str]) -> None:
    print_table(
        ("For an officer", "How it stands", "Officer", "Take by"),
        [
            (
                TASK_LABELS[task.kind],
                label_task(task),
                names.get(task.officer or "", "nobody yet"),
                say_clock(task.take_by, situation.zone),
            )
            for task in situation.tasks
        ],
    )


def _print_story(situation: Situation, story: list[Event], names: dict[str, str]) -> None:
    need, zone = situation.need, situation.zone
    print_table(
        ("Story", "", "Because"),
        [(say_clock(event.at, zone), label(event), because(event, names, need, zone)) for event in story],
    )


def refused_mails(door: Door, situation: Situation, names: dict[str, str]) -> Iterator[str]:
    """Whom a message of this need has not reached, and why; of a resident's address a server says nothing here."""
    for row in door.store.refused_mails():
        message = row.message
        if message.need != situation.need.id:
            continue
        who = names.get(message.to) or names.get(message.to_responder) or "the resident"
        why = f" ({row.why})" if row.why and not message.to_resident else ""
        again = "" if row.state in OVER else f"; it is tried again at {say_clock(row.not_before, situation.zone)}"
        yield f"A message to {who} has not arrived{why}{again}."


def _asked(situation: Situation, invitation: Invitation, names: dict[str, str]) -> tuple[object, ...]:
    need, zone = situation.need, situation.zone
    rounds = need.playbook.rounds
    number = invitation.round
    return (
        names.get(invitation.responder, invitation.responder),
        rounds[number - 1].name if 1 <= number <= len(rounds) else number,
        say_clock(invitation.asked_at, zone),
        "; ".join(filter(None, (said_of(invitation), asked_since(invitation, zone)))),
        ", ".join(gives(need, invitation)) + (" (they wrote something: --private)" if invitation.note else ""),
        say_clock(invitation.answered_at, zone)
        if invitation.answered_at
        else (f"until {say_clock(invitation.answer_by, zone)}" if invitation.awaited else ""),
        invitation.version,
    )


def _show_private(door: Door, situation: Situation, who: str) -> None:
    found = look_private(door.store, who, situation.need.id)
    story = door.store.story(situation.need.id)
    names = names_in(door.store, situation, story)
    authors = authors_of(situation, story, names)
    rows = [(name.capitalize(), value) for name, value in found.resident.model_dump().items() if value]
    rows += [("Lawful basis", BASIS_LABELS[situation.need.lawful_basis])]
    rows += [(authors.get(id, f"Note {id[:6]}"), text) for id, text in found.notes.items()]
    at_the_door = words_at_the_door(situation, found.resident, names, door.settings.signing_keys)
    rows += [(f"Words at the door: {name}", words) for name, words in at_the_door]
    print_table(("Private", ""), rows)
