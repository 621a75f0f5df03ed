"""What every message is written from: the row, the need as it stands, and the phrases all of them share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Protocol

import phonenumbers

from domain.choosing import chosen_by, chosen_by_officer
from domain.invitations import Invitation, InvitationStatus, Share
from domain.labels import say_moment, say_some
from domain.links import LinkTo, Purpose
from domain.messages import Message
from domain.needs import ContactBy, Line, Need, Resident
from domain.officers import TaskKind
from domain.places import shared_area as shared_area
from domain.responders import Contact, Responder
from domain.safeguarding import comes_home, door_words
from domain.situations import Situation
from domain.values import plural


class People(Protocol):
    """Who is who: what a store knows and a situation does not hold."""

    def responder(self, id: str) -> Responder | None: ...

    def responder_names(self, ids: Iterable[str]) -> dict[str, str]: ...

    def contacts(self, id: str) -> list[Contact]: ...

    def resident(self, need: str) -> Resident: ...

    def notes(self, need: str) -> dict[str, str]: ...


class Council(Protocol):
    """What a message says of the council it comes from: the settings have it."""

    @property
    def council(self) -> str: ...

    @property
    def phone(self) -> str: ...

    @property
    def signing_keys(self) -> Mapping[str, bytes]: ...

    def category_title(self, code: str) -> str: ...


@dataclass(frozen=True)
class NotSent:
    """This message is no longer true and is not sent. `raises`: an officer must hear of it by a task of this kind."""

    why: str
    raises: TaskKind | None = None


NO_INVITATION = NotSent("there is no such invitation")
PROMISED = (InvitationStatus.accepted, InvitationStatus.in_progress)


@dataclass(frozen=True)
class Letter:
    """One message about to be worded. `ask_sent`: has an ask of this invitation ever left us?"""

    message: Message
    situation: Situation
    people: People
    settings: Council
    now: datetime
    ask_sent: bool

    @property
    def need(self) -> Need:
        return self.situation.need

    @cached_property
    def invitation(self) -> Invitation | None:
        """The invitation this message is about, as it stands."""
        return self.situation.by_id.get(self.message.invitation or "")

    @cached_property
    def responder(self) -> Responder | None:
        return self.people.responder(self.invitation.responder) if self.invitation else None

    @cached_property
    def resident(self) -> Resident:
        return self.people.resident(self.need.id)

    def officer_name(self, id: str | None) -> str | None:
        return next((officer.name for officer in self.situation.officers if officer.id == id), None)

    @cached_property
    def to_name(self) -> str | None:
        """Who this message is for, as they are called."""
        if self.message.to_resident:
            speaks_for_them = self.resident.reached_by is ContactBy.person
            return self.resident.referrer_name if speaks_for_them else self.resident.name
        if self.message.to_officer:
            return self.officer_name(self.message.to_officer)
        id = self.message.to_responder
        contacts = self.people.contacts(id)
        if self.message.contact < len(contacts) and (name := contacts[self.message.contact].name):
            return name
        responder = self.responder or self.people.responder(id)
        return responder.name if responder else None

    @property
    def common(self) -> dict[str, Any]:
        """The fields every message has."""
        council = self.settings.council
        return {
            "council": council,
            "phone": self.settings.phone,
            "need": self.need.id,
            "sender_name": council,
            "exercise": self.need.exercise,
            "to_name": self.to_name or None,
        }

    @property
    def category(self) -> str:
        return self.settings.category_title(self.need.category)

    @property
    def area(self) -> str:
        return shared_area(self.need.area)

    @property
    def where(self) -> str:
        """Where help is wanted: an incident's public place in full, else the area."""
        return self.need.place or self.area

    @property
    def status_link(self) -> LinkTo:
        return LinkTo(purpose=Purpose.status, target=self.need.id, kid=self.need.kid or self.situation.kid)

    def when(self, lines: Iterable[Line]) -> str | None:
        """When these lines are due, if all are due at the same time; `None` if each has to say its own."""
        due = {line.due for line in lines}
        return self.say(due.pop()) if len(due) == 1 else None

    def say(self, instant: datetime) -> str:
        """A moment as a letter writes it."""
        return say_moment(instant, self.now, self.situation.zone)

    def list_parts(self, parts: Iterable[Part]) -> tuple[str, ...]:
        """One line of text a part, with its own time where times differ."""
        parts = list(parts)
        apart = self.when(part.line for part in parts) is None
        return tuple(part.said + (f", by {self.say(part.line.due)}" if apart else "") for part in parts)

    def door_words(self, invitation: Invitation) -> str | None:
        """The two words that whoever comes says at the door, where they come to one that we know."""
        if not (comes_home(self.situation, invitation) and self.resident.address):
            return None
        key = self.settings.signing_keys.get(invitation.kid)
        return door_words(key, invitation) if key else None

    def terms(self, parts: Iterable[Part]) -> tuple[str, ...]:
        """What goes with these parts, each once; and that the council chooses, where it does."""
        return terms_of(self.need, [part.line for part in parts], self.now, self.say)

    def answer_link(self, invitation: Invitation) -> LinkTo:
        return LinkTo(purpose=Purpose.invite, target=invitation.id, kid=invitation.kid)

    def own_link(self, invitation: Invitation) -> LinkTo:
        """The page of whoever was asked: everything they were asked, and a way to be passed over."""
        return LinkTo(purpose=Purpose.partner, target=invitation.responder, kid=invitation.kid)


@dataclass(frozen=True)
class Part:
    """So much of one line."""

    line: Line
    count: int
    share: Share | None = None

    @property
    def amount(self) -> str:
        """`20 food parcels`."""
        return self.line.capability.amount(self.count)

    @property
    def said(self) -> str:
        """`1 lift in a car`, `4 blankets (blanket or duvet)`: the amount, with what it is where the unit alone
        does not say."""
        capability = self.line.capability
        title, unit = capability.title_inside, capability.unit
        if title.casefold() in (unit.casefold(), capability.units.casefold()):
            return self.amount
        if title.startswith(f"{unit} ") and not title.startswith(f"{unit} or "):
            return self.amount + title.removeprefix(unit)
        if title.endswith(f" {unit}"):
            before = title.removesuffix(unit)
            return plural(self.count, before + unit, before + capability.units)
        return f"{self.amount} ({title})"


def terms_of(need: Need, lines: Iterable[Line], now: datetime, say: Callable[[datetime], str]) -> tuple[str, ...]:
    """What goes with these lines, each sentence once; and what a yes is worth where the council chooses."""
    lines = list(lines)
    said = [line.capability.terms for line in lines if line.capability.terms]
    if offers := [line for line in lines if chosen_by_officer(line)]:
        by = say(chosen_by(need, offers, now))
        said.append(f"A yes is an offer, not a booking. The council chooses by {by} and tells you either way.")
    return tuple(dict.fromkeys(said))


def say_parts(parts: Iterable[Part]) -> str:
    """`20 food parcels, 2 lifts and 4 more things`: what parts come to, in one breath."""
    amounts = [part.amount for part in parts]
    return say_some(amounts, shown=2, others="more things") if amounts else "help"


def may_be_shared(parts: list[Part]) -> bool:
    """Can somebody give some of these and not all?"""
    return len(parts) > 1 or any(part.line.capability.split and part.count > 1 for part in parts)


def parts_of(need: Need, counts: Iterable[tuple[int, int]]) -> list[Part]:
    """Parts of a need by line number and quantity, without those that come to nothing."""
    return [Part(need.line(number), count) for number, count in counts if count]


def say_phone(number: str | None) -> str | None:
    """`07700 900123`: a number as people dial it here; one from abroad keeps its country."""
    if number is None:
        return None
    parsed = phonenumbers.parse(number, "GB")
    shape = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(parsed, shape.NATIONAL if parsed.country_code == 44 else shape.INTERNATIONAL)


def has_newer(letter: Letter, invitation: Invitation) -> bool:
    """Has this responder been asked again in a later cycle?"""
    return any(
        other.responder == invitation.responder and other.cycle > invitation.cycle
        for other in letter.situation.invitations
    )


def pledges_of(letter: Letter, invitation: Invitation) -> list[Part]:
    """What this invitation promises that counts."""
    return [Part(letter.need.line(share.line), share.pledged, share) for share in invitation.shares if share.pledged]
