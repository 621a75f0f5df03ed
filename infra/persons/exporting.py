"""What is known of one person, to give to them: complete, and without anybody else's details."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from domain.events import Event
from domain.invitations import Invitation
from domain.labels import label_invitation
from domain.messages import MessageKind
from domain.needs import Need, Resident
from domain.responders import Responder
from domain.situations import Situation
from domain.stories import because, label
from infra.auditing import audit
from infra.door import Door
from infra.looking import look_contacts, look_private
from infra.persons.finding import Person
from infra.showing import A_HELPER, say_instant
from infra.store import MAY_HAVE_LEFT, OutboxRow

OWN = ("name", "email", "phone", "address", "notes", "contact_by")
SPOKEN = ("referrer_name", "referrer_email", "referrer_phone")
AN_OFFICER = "An officer"
NOT_IN_HERE = (
    "What other people wrote is not in here, only how much of it there is: it may be about others too. An officer "
    "reads it, need by need, and adds what concerns this person.",
    "Helpers and officers stand as “A helper” and “An officer”; organisations by their names.",
    "Whether somebody is to be kept from meeting somebody else is not in here.",
    "Mail that has left is in the council's mail system as well; look there too.",
)


def export_person(door: Door, person: Person, who: str, now: datetime) -> dict[str, Any]:
    """All of it, as JSON. That it was made is in the audit, and each need read for it as a look, by `who`."""
    sought = person.sought
    audit(door.store, who, "exported-person")
    return {
        "made_at": say_instant(now),
        "about": {k: v for k, v in (("email", sought.email), ("phone", sought.phone), ("name", sought.name)) if v},
        "resident_of": [_as_resident(door, need, who) for need in person.resident_of],
        "speaks_in": [_as_speaker(door, need, resident, who) for need, resident in person.speaks_in.items()],
        "helper": [_as_helper(door, helper, who) for helper in person.helpers],
        "contact_of": [
            {"partner": door.store.responder_names([id]).get(id), **contact.model_dump(exclude_none=True)}
            for id, contact in person.contact_of.items()
        ],
        "officer": person.officer.model_dump(mode="json", exclude_none=True) if person.officer else None,
        "not_in_here": list(NOT_IN_HERE),
    }


def _as_resident(door: Door, need: str, who: str) -> dict[str, Any]:
    private = look_private(door.store, who, need, "export")
    situation, story = door.situation(need), door.store.story(need)
    mine = _words_of(story, private.notes)
    return {
        **_need(situation.need),
        "lawful_basis": situation.need.lawful_basis.value,
        "kept_for_longer_since": say_instant(situation.need.kept_since),
        "you": private.resident.model_dump(mode="json", include=set(OWN), exclude_none=True),
        "you_wrote": mine,
        "written_by_others": len(private.notes) - len(mine),
        "story": _story(door, situation, story),
        "messages_to_you": _messages(door.store.messages(need), "resident"),
        "details_sent_to": _told(door, door.store.messages(need)),
        "looked_at": [{"at": say_instant(look.at), "by": AN_OFFICER, "what": look.detail} for look in
                      door.store.looks(need)],
    }  # fmt: skip


def _as_speaker(door: Door, need: str, resident: Resident, who: str) -> dict[str, Any]:
    """What is known of somebody who speaks for another: not whom, and not what they need."""
    look_private(door.store, who, need, "export")
    told = _messages(door.store.messages(need), "resident") if resident.write_to == resident.referrer_email else []
    return {
        "need": need,
        "opened_at": say_instant(door.situation(need).need.opened_at),
        "you": resident.model_dump(mode="json", include=set(SPOKEN), exclude_none=True),
        "messages_to_you": told,
    }


def _as_helper(door: Door, helper: Responder, who: str) -> dict[str, Any]:
    asked = []
    for need in door.store.needs_asked(helper.id):
        situation, notes = door.situation(need), door.store.notes(need)
        for invitation in situation.invitations:
            if invitation.responder == helper.id:
                asked.append(_asked(situation.need, invitation, door.store.story(need), notes)
                             | {"messages_to_you": _messages(door.store.messages(need), f"responder:{helper.id}")}
                )  # fmt: skip
    return {
        **helper.model_dump(mode="json", exclude={"contacts"}, exclude_none=True),
        "contacts": [contact.model_dump(exclude_none=True) for contact in look_contacts(door.store, who, helper.id)],
        "asked": asked,
    }


def _asked(need: Need, invitation: Invitation, story: Iterable[Event], notes: dict[str, str]) -> dict[str, Any]:
    """One ask, what they said, and what they wrote. Whose need it is stays out."""
    theirs = (e for e in story if e.responders[:1] == (invitation.responder,) and e.by == "partner")
    words = [notes[note] for event in theirs if (note := str(event.facts.get("note"))) in notes]
    return {
        "need": need.id,
        "category": need.category,
        "asked_at": say_instant(invitation.asked_at),
        "answered_at": say_instant(invitation.answered_at),
        "stands": label_invitation(invitation),
        "lines": [
            {
                "what": need.line(share.line).what,
                **share.model_dump(include={"asked", "pledged", "reserve", "offered", "delivered"}),
            }
            for share in invitation.shares
        ],
        "you_wrote": words,
    }


def _need(need: Need) -> dict[str, Any]:
    return {
        "need": need.id,
        "status": need.status.value,
        "outcome": need.outcome.value if need.outcome else None,
        "category": need.category,
        "summary": need.summary,
        "area": need.area,
        "point": need.point.model_dump() if need.point else None,
        "urgent_because": need.urgent_because,
        "opened_at": say_instant(need.opened_at),
        "needed_by": say_instant(need.needed_by),
        "closed_at": say_instant(need.closed_at),
        "lines": [{"what": line.what, "quantity": line.quantity, "due": say_instant(line.due)} for line in need.lines],
    }


def _words_of(story: Iterable[Event], notes: dict[str, str]) -> list[str]:
    """What the resident wrote, by the events it came with."""
    written = [str(event.facts.get("note")) for event in story if event.by == "resident"]
    return [notes[note] for note in written if note in notes]


def _story(door: Door, situation: Situation, story: list[Event]) -> list[dict[str, Any]]:
    """What happened, in which only organisations have names; who must not meet them is left out."""
    ids = {id for event in story for id in event.responders}
    partners = {id: door.store.responder(id) for id in ids}
    names = {id: A_HELPER if p is None or p.is_person() else p.name for id, p in partners.items()}
    names |= dict.fromkeys((f"officer:{officer.id}" for officer in situation.officers), AN_OFFICER)
    names |= dict.fromkeys((officer.id for officer in situation.officers), AN_OFFICER)
    return [
        {"at": say_instant(event.at), "what": label(event), "because": because(event, names, situation.need,
                                                                              situation.zone)}
        for event in story
        if event.code.value != "kept-apart"
    ]  # fmt: skip


def _messages(rows: Iterable[OutboxRow], to: str) -> list[dict[str, Any]]:
    return [
        {
            "at": say_instant(row.message.created_at),
            "what": row.message.kind.value,
            "by": row.message.channel.value,
            "state": row.state.value,
        }
        for row in rows
        if row.message.to == to
    ]


def _told(door: Door, rows: Iterable[OutboxRow]) -> list[str]:
    """Who was sent their name and address."""
    details = (row for row in rows if row.message.kind is MessageKind.private_details)
    ids = [row.message.to_responder for row in details if row.state in MAY_HAVE_LEFT]
    partners = [door.store.responder(id) for id in dict.fromkeys(ids)]
    return [A_HELPER if p is None or p.is_person() else p.name for p in partners]
