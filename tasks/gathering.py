"""What of a claimed batch leaves by itself, what together, and what waits for company (domain/folding.py says why)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from domain.folding import Gathering, ask_waits_until, ending_waits_until, gathering_of
from domain.situations import Situation
from infra.store import MOST_TOGETHER, MessageState, OutboxRow, Store
from notifications.words import Words

Worded = tuple[OutboxRow, Words]
Key = tuple[str, int, Gathering]  # one responder at one address: two organisations that share a mailbox stay apart


@dataclass
class Gathered:
    """`alone` and each of `together` leave now; `waiting` go back until their moment."""

    alone: list[Worded] = field(default_factory=list)
    together: list[list[Worded]] = field(default_factory=list)
    waiting: list[OutboxRow] = field(default_factory=list)


def gather(worded: Sequence[Worded], find: Callable[[str], Situation], store: Store, now: datetime) -> Gathered:
    """Sort a batch. As soon as one of those for a contact has to leave, all of them leave with it."""
    found, groups = Gathered(), dict[Key, list[Worded]]()
    for row, words in worded:
        key = _key(row, find(row.message.need))
        if key is None:
            found.alone.append((row, words))
        else:
            groups.setdefault(key, []).append((row, words))
    last = _last_sent(groups, store)
    for key, members in groups.items():
        moments = [_leaves_at(row, key[2], find(row.message.need), last.get(key), now) for row, _ in members]
        if any(moment <= now for moment in moments):
            for some in _as_many_as_go_together(members):
                (found.together.append(some) if len(some) > 1 else found.alone.extend(some))
        else:
            found.waiting += [_back(row, moment) for (row, _), moment in zip(members, moments, strict=True)]
    return found


def _as_many_as_go_together(members: list[Worded]) -> list[list[Worded]]:
    return [members[start : start + MOST_TOGETHER] for start in range(0, len(members), MOST_TOGETHER)]


def _key(row: OutboxRow, situation: Situation) -> Key | None:
    """With what this message may leave; what has been worded for good leaves as it is."""
    message = row.message
    if row.frozen is not None:
        return None
    gathering = gathering_of(message, situation.need, situation.by_id.get(message.invitation or ""))
    return (message.to, message.contact, gathering) if gathering else None


def _last_sent(groups: dict[Key, list[Worded]], store: Store) -> dict[Key, datetime]:
    """When each contact was last sent something of the kind, looked up only for what has not waited yet."""
    last: dict[Key, datetime] = {}
    for gathering in Gathering:
        fresh = [key for key, rows in groups.items() if key[2] is gathering and not all(row.waits for row, _ in rows)]
        ours = [row.message.id for key in fresh for row, _ in groups[key]]
        if fresh:
            sent = store.last_sent([key[:2] for key in fresh], sorted(gathering.counted), ours)
            last |= {(*contact, gathering): moment for contact, moment in sent.items()}
    return last


def _leaves_at(
    row: OutboxRow, gathering: Gathering, situation: Situation, last: datetime | None, now: datetime
) -> datetime:
    if row.waits:
        return row.not_before
    if gathering is Gathering.endings:
        return ending_waits_until(situation.need, last, now, situation.zone) or now
    invitation = situation.by_id[row.message.invitation or ""]
    return ask_waits_until(row.message, invitation, last, now) or now


def _back(row: OutboxRow, moment: datetime) -> OutboxRow:
    return replace(row, state=MessageState.pending, not_before=moment, waits=True)
