"""The messages about a need as its pages show them: what, to whom by name or role, how each fared. No address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from domain.messages import NoWay
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
        to=recipient(message, names),
        way=way(message.channel),
        at=site.say(message.created_at),
        state=_state(row),
        colour=STATE_COLOURS.get(row.state, "green"),
        attempts=row.attempt,
        why="" if message.to_resident or row.why in list(NoWay) else row.why or "",  # a server may name the address
    )


def _state(row: OutboxRow) -> str:
    """How it fared. Who cannot be reached in this way is not “no longer true”."""
    return f"Not sent: {row.why}" if row.why in list(NoWay) else STATE_LABELS[row.state]


def counts_of(messages: Iterable[OutboxRow]) -> list[tuple[str, str, int]]:
    counts: dict[tuple[str, str], int] = {}
    for row in messages:
        key = _state(row), STATE_COLOURS.get(row.state, "green")
        counts[key] = counts.get(key, 0) + 1
    return [(label, colour, count) for (label, colour), count in counts.items()]
