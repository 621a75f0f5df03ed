"""Somebody who promised is asked to go elsewhere: the question on their page, and what a yes comes to."""

from __future__ import annotations

from dataclasses import dataclass

from domain.changes import Refusal
from domain.invitations import Invitation
from domain.labels import say_list
from domain.responders import Responder
from domain.situations import Situation
from domain.transferring import Crossing, Shown, can_move
from infra import clock
from notifications.letters import shared_area
from web.site import Site

ANSWERS = ("move", "stay")


@dataclass(frozen=True)
class Question:
    """Could they go to `need` instead, with so much? `shown` comes back with their yes; `stays`: what they would still
    bring here."""

    need: str
    shown: Shown
    amount: str
    summary: str
    where: str
    when: str
    here: str
    stays: str | None


def question_of(site: Site, situation: Situation, invitation: Invitation, responder: Responder) -> Question | None:
    """What they are asked, as it stands now; `None` once nobody is needed there any more."""
    moving = invitation.moving
    there = site.door.find(moving.need) if moving else None
    if moving is None or there is None:
        return None
    shown = can_move(Crossing(situation, there, responder), invitation, clock.now())
    if isinstance(shown, Refusal):
        return None
    need, line = situation.need, situation.need.line(moving.line)
    wanted = next(other for other in there.need.lines if other.what == line.what and other.quantity)
    left = {s.line: s.pledged - (shown.count if s.line == line.number else 0) for s in invitation.shares}
    stays = [need.line(number).capability.amount(kept) for number, kept in left.items() if kept]
    return Question(
        need=there.need.id,
        shown=shown,
        amount=line.capability.amount(shown.count),
        summary=there.need.summary,
        where=there.need.place or shared_area(there.need.area),
        when=site.say(wanted.due),
        here=need.place or shared_area(need.area),
        stays=say_list(stays) if stays else None,
    )
