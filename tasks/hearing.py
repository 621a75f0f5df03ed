"""What a channel tells later of a message it took: it arrived, is held up, came back, or was marked as unwanted."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from enum import StrEnum

from domain.messages import Channel
from infra import clock
from infra.door import Busy, Door
from infra.store import TOLD, MessageState, OutboxRow
from tasks.consequences import act_on_complaint, act_on_content_refused, act_on_dead_mail, act_on_delayed

ATTEMPTS_OVERTAKEN = 5  # so often at most does a deliverer begin another attempt while we write

log = logging.getLogger("muster.hearing")


@dataclass(frozen=True)
class News:
    """One of the states of `TOLD`, and what was said with it. That a message was refused for what it says is our fault,
    and nobody's address."""

    state: MessageState
    why: str | None = None
    provider_id: str | None = None
    for_its_content: bool = False


class Reception(StrEnum):
    """What became of news."""

    recorded = "recorded"
    old = "old"
    strange = "strange"
    """Nothing was ever sent that this could be about."""


def hear(door: Door, need: str, message: str, news: News) -> Reception:
    """Act on the news, then record it. News come twice and in any order: what says no more than is known is old.

    That a channel tells of a message at all proves that it was taken: one whose fate was unknown, or that a deliverer
    seems to be sending still, is not sent again. Raises `Busy` or `StoreError`: told again later, it may be recorded.
    """
    acted = False
    for _ in range(ATTEMPTS_OVERTAKEN):
        row = _find(door, need, message)
        if row is None or row.attempt == 0:
            return Reception.strange
        _note_twice(row, news)
        if TOLD.index(news.state) <= _known(row):
            return Reception.recorded if acted else Reception.old
        if not acted and row.message.channel is Channel.email:
            _act(door, row, news)
        acted = True
        why = news.why if news.state is not MessageState.accepted else None
        told = replace(row, state=news.state, changed_at=clock.now(), why=why, again=False)
        door.store.settle([replace(told, provider_id=row.provider_id or news.provider_id)])
    raise Busy(f"{message} is being sent again and again; try again in a moment")


def _find(door: Door, need: str, message: str) -> OutboxRow | None:
    return next((row for row in door.store.messages(need) if row.message.id == message), None)


def _known(row: OutboxRow) -> int:
    """How much has been told of it. What we put aside ourselves, nobody has told us."""
    return TOLD.index(row.state) if row.state in TOLD else -1


def _note_twice(row: OutboxRow, news: News) -> None:
    """A message cut short is sent once more; if the first did leave, its reader has two alike."""
    if row.provider_id and news.provider_id and row.provider_id != news.provider_id:
        log.warning("message %s was taken twice", row.message.id)


def _act(door: Door, row: OutboxRow, news: News) -> None:
    match news.state:
        case MessageState.complained:
            act_on_complaint(door, row)
        case MessageState.bounced if news.for_its_content:
            act_on_content_refused(door, row)
        case MessageState.bounced:
            act_on_dead_mail(door, row)
        case MessageState.delayed if row.message.invitation:
            act_on_delayed(door, row.message)
        case _:
            pass
