"""What Amazon tells of mails it took: read out of the queue, matched with the message it is about, heard.

What can never be of use does not raise: it is counted in the log and dropped. What a retry may mend does raise.
"""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from enum import StrEnum

from domain.messages import need_of
from infra import clock
from infra.door import Door, NoSuchNeed
from infra.store import MessageState
from notifications.channels.ses_events import Event, Fate, Foreign, Source, read_event
from tasks.hearing import News, Reception, hear

HELD_FOR = timedelta(minutes=5)  # an event may be faster than its message can be seen everywhere
MESSAGE = re.compile(r"N-[2-9A-Z]{6}-[0-9a-f]{24}")
STATES = {
    Fate.taken: MessageState.accepted,
    Fate.delayed: MessageState.delayed,
    Fate.arrived: MessageState.delivered,
    Fate.came_back: MessageState.bounced,
    Fate.refused: MessageState.bounced,
    Fate.unwanted: MessageState.complained,
}

log = logging.getLogger("muster.receipts")


class Came(StrEnum):
    """What became of a receipt. Each of these is the end of it."""

    recorded = "recorded"
    old = "old"
    nothing = "nothing to do"
    unmatched = "unmatched"
    refused = "refused"
    poison = "poison"


DROPPED = (Came.unmatched, Came.refused, Came.poison)


class NotYet(Exception):
    """It is about a message that cannot be found, and is young enough that it may be soon: tell it again."""


def receive(door: Door, body: str) -> Came:
    """Read one record of the queue and act on it. Raises `NotYet`, `Busy` or `StoreError`: tell it again later."""
    came, words = _receive(door, body)
    log.log(logging.WARNING if came in DROPPED else logging.INFO, "receipt %s: %s", came.value, words)
    return came


def _receive(door: Door, body: str) -> tuple[Came, str]:
    """What became of it, and words for the log: nothing private, and ids only where they have the shape of ours."""
    settings = door.settings
    if not settings.receipts_topic:
        return Came.refused, "MUSTER_RECEIPTS_TOPIC does not say where receipts come from"
    try:
        event = read_event(body, Source(settings.receipts_topic, settings.configuration_set))
    except Foreign as why:
        return Came.refused, str(why)
    except (ValueError, RecursionError) as fault:  # its own words may repeat an address
        return Came.poison, f"{type(fault).__name__}, {len(body)} letters"
    if event is None or event.fate is None:
        return Came.nothing, "it says nothing of what became of a mail"
    message = event.tag("message")
    if not MESSAGE.fullmatch(message):
        return Came.unmatched, "it has no tag of ours"
    return _hear(door, message, event, event.fate)


def _hear(door: Door, message: str, event: Event, fate: Fate) -> tuple[Came, str]:
    news = News(STATES[fate], event.why, event.mail.message_id, for_its_content=fate is Fate.refused)
    try:
        heard = hear(door, need_of(message), message, news)
    except NoSuchNeed:
        heard = Reception.strange
    if heard is not Reception.strange:
        return Came(heard.value), f"{message} {fate.value}"
    if timedelta(0) <= clock.now() - event.mail.timestamp < HELD_FOR:
        raise NotYet(f"{message} is not known yet")
    return Came.unmatched, f"{message} is not known"
