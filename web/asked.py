"""An invitation as its pages read it, all at one moment, and how long its link may be read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from starlette.requests import Request

from domain.invitations import Invitation
from domain.links import Purpose
from domain.responders import Responder
from domain.situations import Situation
from infra import clock
from web.site import Link, Site, UnknownLink

READABLE_AFTER_CLOSING = timedelta(days=7)


@dataclass(frozen=True)
class Asked:
    """Who was asked, about what, by which link."""

    link: Link
    situation: Situation
    invitation: Invitation
    responder: Responder


def read_asked(site: Site, request: Request) -> Asked:
    """What the link of this request opens. Raises `UnknownLink`."""
    link = site.open_link(request.path_params["token"], Purpose.invite)
    situation = site.door.find(link.row.need or "")
    invitation = situation.by_id.get(link.target) if situation else None
    responder = site.store.responder(invitation.responder) if invitation else None
    if situation is None or invitation is None or responder is None or _expired(situation, clock.now()):
        raise UnknownLink
    return Asked(link, situation, invitation, responder)


def read_again(site: Site, asked: Asked) -> Asked:
    """The same once more: the need has changed since."""
    situation = site.door.situation(asked.situation.need.id)
    return replace(asked, situation=situation, invitation=situation.by_id[asked.invitation.id])


def _expired(situation: Situation, now: datetime) -> bool:
    closed_at = situation.need.closed_at
    return closed_at is not None and now >= closed_at + READABLE_AFTER_CLOSING
