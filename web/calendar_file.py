"""What somebody promised, as a file for their calendar: when, how much and which area. Nothing private is in it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from domain.invitations import Invitation, InvitationStatus, Reason, Share
from domain.times import say_time
from infra import clock
from notifications.letters import shared_area
from web.asked import Asked, read_asked
from web.languages import _
from web.site import Site

if TYPE_CHECKING:
    from icalendar import Event

CALENDAR = "/r/ics/"
LASTS = timedelta(minutes=30)  # it is due at the end of it
TYPE = "text/calendar; charset=utf-8; method=PUBLISH"


def send_file(site: Site, request: Request) -> Response:
    """The file as it stands now: read again after a change, it replaces what it made before."""
    asked = read_asked(site, request)
    if not is_for_a_calendar(asked.invitation):
        return site.message(
            200,
            _("There is nothing to add to your calendar"),
            _("You have not promised anything for this request, or it has been done."),
            back=f"{site.prefix}/r/{asked.link.token}",
        )
    name = f'attachment; filename="{asked.situation.need.id}.ics"'
    return Response(write_file(site, asked), media_type=TYPE, headers={"Content-Disposition": name})


def is_for_a_calendar(invitation: Invitation) -> bool:
    """Have they promised something that is still to come, or was it called off?"""
    return any(_status(invitation, share) for share in invitation.shares)


def write_file(site: Site, asked: Asked) -> bytes:
    """One event for each line; RFC 5545, times in UTC."""
    from icalendar import Calendar  # here: few ask for it, and it takes long to import

    calendar = Calendar()
    calendar.add("prodid", "-//Muster//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for share in asked.invitation.shares:
        if _status(asked.invitation, share):
            calendar.add_component(_event(site, asked, share))
    return bytes(calendar.to_ical())


def _event(site: Site, asked: Asked, share: Share) -> Event:
    from icalendar import Event, vCalAddress

    situation, invitation = asked.situation, asked.invitation
    need, line = situation.need, situation.need.line(share.line)
    due = share.ready_by if share.pledged and share.ready_by else line.due
    area = need.place or shared_area(need.area)
    amount = line.capability.amount(_held(share) or share.asked)
    title = _("%(amount)s in %(area)s, by %(time)s", amount=amount, area=area, time=say_time(due, site.settings.zone))
    event = Event()
    event.add("uid", f"{invitation.id}-{share.line}")
    event.add("sequence", invitation.version + need.edition)
    event.add("dtstamp", clock.now())
    event.add("dtstart", due - LASTS)
    event.add("dtend", due)
    event.add("summary", ("EXERCISE: " if need.exercise else "") + title)
    event.add("location", area)
    event.add("description", _describe(site, asked))
    event.add("status", _status(invitation, share) or "CANCELLED")
    organizer = vCalAddress(f"mailto:{site.settings.email_from}")
    organizer.params["cn"] = site.settings.council
    event.add("organizer", organizer)
    return event


def _describe(site: Site, asked: Asked) -> str:
    return _(
        "%(reference)s. To change your answer, use the link in our email, or phone %(council)s on %(phone)s.",
        reference=asked.situation.need.id,
        council=site.settings.council,
        phone=site.settings.phone,
    )


def _held(share: Share) -> int:
    return share.pledged or share.offered or share.reserve


def _status(invitation: Invitation, share: Share) -> str | None:
    """Standby, and an offer not chosen yet, are tentative; `None` for what was never promised, or is done."""
    if invitation.promised and _held(share):
        return "CONFIRMED" if share.pledged else "TENTATIVE"
    if invitation.status is InvitationStatus.completed or share.delivered:
        return None
    once = share.was or share.lost or _held(share)
    return "CANCELLED" if once or invitation.reason is Reason.withdrew else None
