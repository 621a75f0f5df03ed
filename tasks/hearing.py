"""What a channel tells later of a message it took: it arrived, is held up, came back, or was marked as unwanted."""

from __future__ import annotations

from dataclasses import replace

from domain.messages import Channel
from infra import clock
from infra.door import Door
from infra.store import MessageState, OutboxRow
from tasks.consequences import act_on_complaint, act_on_dead_mail, act_on_delayed

LATER = (
    MessageState.accepted,
    MessageState.delayed,
    MessageState.delivered,
    MessageState.bounced,
    MessageState.complained,
)
"""Each says more than those before it."""


def hear(door: Door, need: str, message: str, state: MessageState, why: str | None = None) -> None:
    """Act on the news, then record it. News come twice and in any order: what says no more than is known is old."""
    row = next((row for row in door.store.messages(need) if row.message.id == message), None)
    if row is None:
        return
    known = LATER.index(row.state) if row.state in LATER else -1
    if LATER.index(state) <= known:
        return
    if row.message.channel is Channel.email:
        _act(door, row, state)
    door.store.settle([replace(row, state=state, changed_at=clock.now(), why=why)])


def _act(door: Door, row: OutboxRow, state: MessageState) -> None:
    match state:
        case MessageState.complained:
            act_on_complaint(door, row)
        case MessageState.bounced:
            act_on_dead_mail(door, row)
        case MessageState.delayed if row.message.invitation:
            act_on_delayed(door, row.message)
        case _:
            pass
