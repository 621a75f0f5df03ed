"""What partners will be sent about a need, before anybody is asked: the very words of the invitation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from domain.capabilities import Sector
from domain.invitations import Invitation, Share
from domain.links import Link, LinkTo, Purpose
from domain.messages import Message, MessageKind
from domain.needs import Resident
from domain.responders import Contact, Responder
from domain.situations import Situation
from notifications.letters import Council, Letter, NotSent
from notifications.rendering import Rendered, render
from notifications.to_those_asked import write_invitation

LINKS = {
    Purpose.invite: "(a link of their own, to answer)",
    Purpose.partner: "(a link of their own)",
    Purpose.unsubscribe: "(a link of their own)",
}


@dataclass(frozen=True)
class Anybody:
    """Whoever will be asked: one partner that stands for all of them."""

    name: str = "(their name)"

    def responder(self, id: str) -> Responder:
        return Responder(id=id, name=self.name, sector=Sector.voluntary, capabilities=())

    def responder_names(self, ids: Iterable[str]) -> dict[str, str]:
        return dict.fromkeys(ids, self.name)

    def contacts(self, id: str) -> list[Contact]:
        return []

    def resident(self, need: str) -> Resident:
        return Resident()

    def notes(self, need: str) -> dict[str, str]:
        return {}


def preview(situation: Situation, settings: Council, now: datetime) -> Rendered | None:
    """The first mail as it would be sent now, for all of the need; `None` when there is nothing to ask for."""
    need = situation.need
    shares = (Share(line=line.number, round=1, asked=line.quantity, expected=0) for line in need.lines if line.quantity)
    invitation = Invitation(
        id="-",
        need=need.id,
        responder="anybody",
        cycle=need.cycle,
        kid=situation.kid,
        asked_at=now,
        answer_by=min(now + need.playbook.rounds[0].patience, need.last_due),
        shares=tuple(shares),
    )
    message = Message(
        id="-",
        need=need.id,
        kind=MessageKind.invitation,
        to="responder:anybody",
        seq=0,
        created_at=now,
        invitation=invitation.id,
    )
    asked = replace(situation, invitations=(invitation,))
    words = write_invitation(Letter(message, asked, Anybody(), settings, now, ask_sent=False))
    return None if isinstance(words, NotSent) else render(words, _link)


def _link(link: Link) -> str:
    return LINKS[link.purpose] if isinstance(link, LinkTo) else "(a page of the console)"
