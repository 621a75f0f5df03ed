"""What the console calls messages, their delivery and whom they go to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from domain.labels import begin_great, say_some
from domain.messages import Channel, Message, MessageKind
from domain.values import plural
from infra.store import MessageState
from infra.store.lists import ResponderListed

MESSAGE_LABELS = {
    MessageKind.invitation: "Can you help?",
    MessageKind.lines_added: "Can you help with more?",
    MessageKind.reminder: "Reminder",
    MessageKind.reserve_call: "Standby called",
    MessageKind.receipt: "Receipt for an answer",
    MessageKind.chase: "Was it done?",
    MessageKind.new_link: "New link",
    MessageKind.private_details: "Who and where it is",
    MessageKind.chosen: "You are chosen",
    MessageKind.not_chosen: "Somebody else was chosen",
    MessageKind.stand_down: "No longer needed",
    MessageKind.call_off: "Please do not set out",
    MessageKind.changed: "It has changed",
    MessageKind.reduced: "Less is needed",
    MessageKind.transfer: "Could you go elsewhere?",
    MessageKind.thanks: "Thank you",
    MessageKind.resident_received: "We have your request",
    MessageKind.resident_covered: "Help is found",
    MessageKind.resident_delayed: "It takes longer",
    MessageKind.resident_asked: "Did it happen?",
    MessageKind.resident_closed: "It is finished",
    MessageKind.officer_task: "Task",
    MessageKind.task_passed: "Task passed on",
    MessageKind.task_over: "Task over",
    MessageKind.folded: "Can you help with any of these?",
    MessageKind.folded_stand_down: "No longer needed",
}
TELLS = {
    MessageKind.invitation: "asked to help",
    MessageKind.lines_added: "asked for more",
    MessageKind.reminder: "reminded",
    MessageKind.reserve_call: "called from standby",
    MessageKind.receipt: "sent a receipt for the answer, with the way to undo it",
    MessageKind.private_details: "sent who it is for and where",
    MessageKind.chosen: "told that they are chosen",
    MessageKind.not_chosen: "thanked, and told that somebody else was chosen",
    MessageKind.stand_down: "told that they are no longer needed",
    MessageKind.call_off: "told not to set out",
    MessageKind.changed: "told what has changed and asked whether it is still all right",
    MessageKind.reduced: "told that less is needed",
    MessageKind.transfer: "asked to go to the other need instead",
    MessageKind.thanks: "thanked",
    MessageKind.resident_covered: "told that help is found",
    MessageKind.resident_delayed: "told that it takes longer",
    MessageKind.resident_asked: "asked whether it happened",
    MessageKind.resident_closed: "told that it is finished",
    MessageKind.officer_task: "given a task",
    MessageKind.task_over: "told that their task is over",
}
STATE_LABELS = {
    MessageState.pending: "Waiting to be sent",
    MessageState.sending: "Being sent",
    MessageState.accepted: "Sent",
    MessageState.delivered: "Arrived",
    MessageState.bounced: "Did not arrive",
    MessageState.complained: "Arrived, and marked as spam",
    MessageState.delayed: "On its way for longer than usual",
    MessageState.skipped: "Not sent: no longer true",
    MessageState.unknown: "Perhaps sent",
    MessageState.failed: "Could not be sent",
}
STATE_COLOURS = {
    MessageState.bounced: "red",
    MessageState.complained: "red",
    MessageState.failed: "red",
    MessageState.delayed: "yellow",
    MessageState.unknown: "yellow",
    MessageState.pending: "grey",
    MessageState.sending: "grey",
    MessageState.skipped: "grey",
}
IN_TROUBLE = (MessageState.bounced, MessageState.complained, MessageState.failed, MessageState.unknown)


def recipient(message: Message, names: Mapping[str, str]) -> str:
    """Whom a message goes to, by name or by role: never an address."""
    if message.to_resident:
        return "The resident"
    if message.to_officer:
        return names.get(message.to) or names.get(message.to_officer) or "An officer"
    return names.get(message.to_responder) or "Somebody no longer on record"


def said_yes_to(listed: ResponderListed) -> str:
    """How often somebody said yes: `Said yes to 3 of 5 asks`."""
    return f"Said yes to {listed.yes:,} of {plural(listed.asked, 'ask', 'asks')}"


def as_sentence(words: str) -> str:
    """`is in the past` as a sentence of its own."""
    return begin_great(words.rstrip(".")) + "."


def way(channel: Channel) -> str:
    return "text message" if channel is Channel.sms else "email"


def who_is_told(messages: Iterable[Message], names: Mapping[str, str]) -> Iterator[str]:
    """What messages come to, a sentence for each kind: `12 partners are told not to set out: A, B and 10 more.`"""
    told: dict[str, dict[str, Message]] = {}
    for message in messages:
        told.setdefault(TELLS.get(message.kind, "written to"), {})[message.to] = message
    for what, to in told.items():
        people = [recipient(message, names) for message in to.values()]
        if len(people) == 1:
            yield f"{people[0]} is {what}."
        else:
            yield f"{plural(len(people), 'person is', 'people are')} {what}: {say_some(people, shown=5)}."
