"""Who was asked, round after round, and whose mail came back."""

from __future__ import annotations

from domain.events import EventCode
from domain.labels import begin_great
from domain.stories.told import Told, Words


def _asked(told: Told) -> str:
    asked = f"for {told.amounts('missing') or told.lines}: {told.who}."
    if told.code("merged"):
        return f"There is too little time to ask one after another, so we asked {told.rounds} {asked}"
    hurried = " They have less time to answer than usual, so that everybody's turn comes before it is due."
    return f"We asked {told.round} {asked}{hurried if told.event.facts.get('hurried') else ''}"


def _asked_next(told: Told) -> str:
    wanted = told.amounts("missing") or told.lines
    return f"Those still to answer could not cover {wanted}, so we asked more ({told.rounds}): {told.who}."


def _round_skipped(told: Told) -> str:
    if told.event.facts.get("hours"):
        return f"The hours of the round “{told.round}” come too late for {told.lines}, so it was left out."
    return f"There was nobody to ask for {told.lines} in the round “{told.round}”, so we moved straight on."


def _round_waits(told: Told) -> str:
    wait = f"Those of the round “{told.round}” who could help with {told.lines} want to be left alone for now"
    return f"{wait}, so they are asked from {told.moment('until')}."


def _reminded(told: Told) -> str:
    return f"Without them it could not be covered, so we reminded {told.who}."


def _asked_by_name(told: Told) -> str:
    return f"{begin_great(told.officer)} asked {told.one} by name for {told.amounts('missing') or told.lines}."


def _next_round(told: Told) -> str:
    return (
        f"{begin_great(told.officer)} did not want to wait any longer for {told.lines}, "
        "so the next are asked now. Those asked before can still answer."
    )


def _newcomers(told: Told) -> str:
    return (
        f"Partners were brought in or changed who may help with {told.lines}: {told.who}. "
        "They are asked where those asked so far cannot cover it."
    )


def _undeliverable(told: Told) -> str:
    return f"No address we have for {told.one} works, so we count it as a no."


def _next_contact(told: Told) -> str:
    if told.event.facts.get("delayed"):
        return f"A mail to {told.one} was held up, so we wrote to contact {told.number('contact') + 1} on their list."
    return f"A mail to {told.one} came back, so we wrote to contact {told.number('contact') + 1} on their list."


def _complained(told: Told) -> str:
    return (
        f"{told.one} marked a mail of ours as unwanted, so we ask them nothing more of this kind, and an officer was "
        "asked to phone them."
    )


def _new_link(told: Told) -> str:
    whose = told.one if told.event.responders else "the resident"
    return f"Somebody asked for a new link, so we sent it to the address we have for {whose}."


WORDS = {
    EventCode.asked: Words("Asked", _asked),
    EventCode.asked_next: Words("Asked more", _asked_next),
    EventCode.round_skipped: Words("Nobody to ask", _round_skipped),
    EventCode.round_waits: Words("Waiting to ask", _round_waits),
    EventCode.reminded: Words("Reminded", _reminded),
    EventCode.asked_by_name: Words("Asked by name", _asked_by_name),
    EventCode.next_round: Words("Next round now", _next_round),
    EventCode.newcomers: Words("More partners", _newcomers),
    EventCode.undeliverable: Words("Could not be reached", _undeliverable),
    EventCode.next_contact: Words("Next contact", _next_contact),
    EventCode.complained: Words("Does not want our mail", _complained),
    EventCode.new_link: Words("New link sent", _new_link),
}
