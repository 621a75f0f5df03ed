"""The messages about a need as its pages show them: what, to whom by name or role, how each fared. No address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from infra.store import OutboxRow
from web.console.wording import MESSAGE_LABELS, STATE_COLOURS, STATE_LABELS, recipient, way
from web.site import Site


@dataclass(frozen=True)
class MessageShown:
    """One message: what, to whom, how it fared. No address."""

    what: str
    to: str
    way: str
    at: str
    state: str
    colour: str
    attempts: int
    why: str


def message_shown(site: Site, row: OutboxRow, names: Mapping[str, str]) -> MessageShown:
    message = row.message
    return MessageShown(
        what=MESSAGE_LABELS[message.kind],
        to=recipient(message.to, names),
        way=way(message.channel),
        at=site.say(message.created_at),
        state=STATE_LABELS[row.state],
        colour=STATE_COLOURS.get(row.state, "green"),
        attempts=row.attempt,
        why=(row.why or "") if message.to != "resident" else "",  # a server may name the address
    )


def counts_of(messages: Iterable[OutboxRow]) -> list[tuple[str, str, int]]:
    counts: dict[tuple[str, str], int] = {}
    for row in messages:
        key = STATE_LABELS[row.state], STATE_COLOURS.get(row.state, "green")
        counts[key] = counts.get(key, 0) + 1
    return [(label, colour, count) for (label, colour), count in counts.items()]
