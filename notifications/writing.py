"""Write a message from the need as it stands at the claim, or say why it is not to be sent any more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from domain.links import LinkTo
from domain.messages import ASKS, Message, MessageKind
from domain.situations import Situation
from notifications import to_officers, to_partners, to_residents, to_those_asked, to_those_promising, to_those_who_offer
from notifications.letters import Council, Letter, NotSent, People, shared_area
from notifications.words import Words

__all__ = ["NotSent", "People", "shared_area", "suppresses_auto_replies", "unsubscribe_link", "write"]

WRITERS: dict[MessageKind, Callable[[Letter], Words | NotSent]] = {
    MessageKind.invitation: to_those_asked.write_invitation,
    MessageKind.lines_added: to_those_asked.write_lines_added,
    MessageKind.reminder: to_those_asked.write_reminder,
    MessageKind.reserve_call: to_those_asked.write_reserve_call,
    MessageKind.receipt: to_partners.write_receipt,
    MessageKind.chase: to_partners.write_chase,
    MessageKind.new_link: to_partners.write_new_link,
    MessageKind.private_details: to_partners.write_private_details,
    MessageKind.chosen: to_those_who_offer.write_chosen,
    MessageKind.not_chosen: to_those_who_offer.write_not_chosen,
    MessageKind.stand_down: to_partners.write_stand_down,
    MessageKind.call_off: to_partners.write_call_off,
    MessageKind.changed: to_those_promising.write_changed,
    MessageKind.reduced: to_those_promising.write_reduced,
    MessageKind.transfer: to_those_promising.write_transfer,
    MessageKind.thanks: to_partners.write_thanks,
    MessageKind.resident_received: to_residents.write_received,
    MessageKind.resident_covered: to_residents.write_covered,
    MessageKind.resident_delayed: to_residents.write_delayed,
    MessageKind.resident_asked: to_residents.write_asked,
    MessageKind.resident_closed: to_residents.write_closed,
    MessageKind.officer_task: to_officers.write_task,
    MessageKind.task_passed: to_officers.write_passed,
    MessageKind.task_over: to_officers.write_over,
}


def write(
    message: Message, situation: Situation, people: People, settings: Council, *, now: datetime, ask_sent: bool
) -> Words | NotSent:
    """Return the words of `message` as they are true at `now`, or why it is not sent. They hold no token and no address
    to open, so they can be kept as JSON. `ask_sent`: an ask of the message's invitation has left us, or may have."""
    return WRITERS[message.kind](Letter(message, situation, people, settings, now, ask_sent))


def unsubscribe_link(words: Words) -> LinkTo | None:
    """The link of the List-Unsubscribe header, which is the one the mail itself shows."""
    mute = getattr(words, "mute", None)
    return mute if isinstance(mute, LinkTo) else None


def suppresses_auto_replies(kind: MessageKind) -> bool:
    """Ask for no out-of-office answers? Not for asks: there an absence is worth knowing."""
    return kind not in ASKS
