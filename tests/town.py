"""A made-up town for stories: a virtual clock, the real store, outbox and pages, no Prefect.

Stories fail on any message nobody expected: `quiet()` at the end says what nobody read.
"""

from __future__ import annotations

import email
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from functools import lru_cache
from pathlib import Path

from pydantic import SecretStr
from starlette.testclient import TestClient

from cli.demo.pages import FormReader, links, plain_text
from domain.capabilities import Catalogue
from domain.changes import Refusal
from domain.closing import close as close_need
from domain.incidents import Incident, new_incident_reference
from domain.needs import Outcome, Resident
from domain.officers import Officer
from domain.opening import NeedRequest
from domain.playbooks import Playbook, Role
from domain.responders import Contact, Responder
from domain.situations import Situation
from domain.stories import because
from domain.values import read_duration
from infra import clock
from infra.door import Door
from infra.recording import record_need
from infra.settings import Settings
from infra.showing import names_in
from infra.store import OutboxRow, open_store
from notifications.channels import WayOut, open_channel, open_texts
from tasks.delivering import Deliverer
from tasks.moving import move_needs
from tests.mailserver import MailServer
from web.app import create_app

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday morning


@dataclass
class Town:
    """One council and everybody it may ask. With a `server` its mail leaves by SMTP, else into the outbox."""

    home: Path
    catalogue: Catalogue
    moment: datetime = START
    server: MailServer | None = None
    base_url: str = "http://town.example.org"
    door: Door = field(init=False)
    channel: WayOut = field(init=False)
    texts: WayOut = field(init=False)
    read: set[str] = field(default_factory=set)
    addresses: dict[str, list[str]] = field(default_factory=dict)
    _client: TestClient = field(init=False)

    def __post_init__(self) -> None:
        settings = Settings(
            home=self.home,
            base_url=self.base_url,
            council="Ambleford Council",
            phone="01632 960 100",
            keys=SecretStr("k1:" + "a" * 40),
            email=self.server.url if self.server else "outbox",
        )
        clock.set_source(lambda: self.moment)
        self.door = Door(open_store(settings.store_url), settings)
        self.channel = open_channel(settings.email, self.home, 0)
        self.texts = open_texts(settings.texts, self.home)
        self._client = TestClient(create_app(self.door), base_url=settings.base_url, follow_redirects=True)

    # --- people ---

    def has(
        self,
        name: str,
        sector: str,
        *capabilities: str,
        emails: tuple[str, ...] = (),
        phone: str | None = None,
        **more: object,
    ) -> str:
        """Somebody who may be asked; their address is made of their name unless they have `emails`."""
        self.addresses[name] = list(emails) or [address(name)]
        id = name.lower().replace(" ", "-")
        responder = Responder.model_validate(
            {"id": id, "name": name, "sector": sector, "capabilities": capabilities, **more}
        )
        contacts = [Contact(email=email, phone=phone) for email in self.addresses[name]]
        self.door.store.put_responders([(responder, contacts)], self.moment)
        return id

    def has_officer(self, name: str, role: Role = Role.duty, phone: str | None = None) -> None:
        officer = Officer(id=f"O-{name.lower()}", name=name, email=address(name), phone=phone, role=role)
        self.door.store.add_officer(officer, self.moment)
        self.settle()

    def resident_needs(
        self,
        summary: str,
        *lines: str,
        playbook: Playbook,
        who: str = "Amina",
        email: str | None = "",
        needed_by: str = "+7d",
        area: str = "Norbiton",
        urgent: bool = False,
        urgent_because: str | None = None,
        at_home: str | None = "12 Example Road, KT1 1ZZ",
        phone: str | None = None,
        look: bool = True,
    ) -> str:
        """A resident's need is recorded and, unless nobody is to `look` yet, looked at."""
        category = self.catalogue.find(lines[0].partition(":")[0]).category
        own = address(who) if email == "" else email
        request = NeedRequest(
            category=category,
            summary=summary,
            lines=lines,
            area=area,
            needed_by=needed_by,
            urgent=urgent,
            urgent_because=urgent_because,
            resident=Resident(name=who, email=own, address=at_home, phone=phone),
        )
        reference = record_need(self.door, self.catalogue, playbook, request).need
        if look:
            self.settle()
        return reference

    def has_incident(self, name: str, place: str, lead: str, *, exercise: bool = False) -> str:
        """An incident is put on record, led by the officer of this name."""
        leader = next(officer.id for officer in self.door.store.officers() if officer.name == lead)
        incident = Incident(
            id=new_incident_reference(), name=name, place=place, lead=leader, exercise=exercise, opened_at=self.moment
        )
        assert self.door.store.add_incident(incident)
        return incident.id

    def incident_needs(
        self, incident: str, *lines: str, playbook: Playbook, needed_by: str = "+6h", urgent: bool = False
    ) -> str:
        """Whoever is at the incident's place needs this; there is no resident to tell."""
        request = NeedRequest(
            category=self.catalogue.find(lines[0].partition(":")[0]).category,
            summary="For everybody at the rest centre",
            lines=lines,
            area="Norbiton",
            needed_by=needed_by,
            urgent=urgent,
            incident=incident,
        )
        reference = record_need(self.door, self.catalogue, playbook, request).need
        self.settle()
        return reference

    def is_held(self, incident: str | None = None) -> None:
        """`muster incident hold`: one incident, or everything."""
        assert self.door.store.hold(incident, self.moment)
        self.settle()

    def goes_on(self, incident: str | None = None) -> None:
        assert self.door.store.resume(incident, self.moment)
        self.settle()

    def officer_closes(self, need: str, outcome: Outcome) -> None:
        """An officer says how it ended, as `muster need close` and `withdraw` do."""
        done = self.door.change(need, lambda situation, now: close_need(situation, outcome, "officer", now))
        assert not isinstance(done, Refusal), done
        self.settle()

    # --- time ---

    def settle(self) -> None:
        """Do what the worker would do now."""
        deliverers = [Deliverer(self.door, channel) for channel in (self.channel, self.texts)]
        for _ in range(30):
            due = self.door.store.due(self.moment, 1000)
            if not due and not self.door.store.outbox_due(self.moment):
                return
            move_needs(self.door, due)
            for deliverer in deliverers:
                deliverer.deliver_due()
        raise AssertionError("the town does not come to rest")

    def decides(self) -> None:
        """Look at what is due, and be stopped before any mail is sent."""
        move_needs(self.door, self.door.store.due(self.moment, 1000))

    def time_passes(self, length: str) -> None:
        """Pass time as a worker sees it: every alarm on the way rings at its moment."""
        until = self.moment + read_duration(length)
        while (next_moment := self._next_moment(until)) is not None:
            self.moment = next_moment
            self.settle()
        self.moment = until
        self.settle()

    def nothing_runs_for(self, length: str) -> None:
        """Time passes and no process of ours is there to see it."""
        self.moment += read_duration(length)

    def _next_moment(self, until: datetime) -> datetime | None:
        alarms = [row.wake_at for row in self.door.store.needs() if row.wake_at]
        mails = self.door.store.next_message_at()
        moments = [m for m in [*alarms, *([mails] if mails else [])] if m <= until]
        return max(min(moments), self.moment + timedelta(microseconds=1)) if moments else None

    # --- what is on record ---

    def situation(self, need: str) -> Situation:
        return self.door.situation(need)

    def counts(self, need: str) -> dict[str, int]:
        """What is promised so far, line by line."""
        situation = self.situation(need)
        return {line.what: situation.pledged(line) for line in situation.need.lines}

    def story(self, need: str) -> list[str]:
        """The codes of all that happened, in order."""
        return [event.code.value for event in self.door.store.story(need)]

    def says(self, need: str) -> list[str]:
        """The story's sentences, as an officer reads them."""
        situation, events = self.situation(need), self.door.store.story(need)
        names = names_in(self.door.store, situation, events)
        return [because(event, names, situation.need, situation.zone) for event in events]

    def rows(self, need: str, kind: str = "", to: str = "") -> list[OutboxRow]:
        """The outbox rows of a need, of one kind and to one recipient if said."""
        rows = self.door.store.messages(need)
        return [r for r in rows if kind in ("", r.message.kind.value) and to in ("", r.message.to)]

    # --- what people see ---

    def inbox(self, name: str) -> Inbox:
        return Inbox(self, name)

    def mails(self) -> list[tuple[str, EmailMessage]]:
        """Every mail that left, the oldest first."""
        if self.server:
            raws = [row["raw"].encode("utf-8", "surrogateescape") for row in self.server.received()]
            return [(str(number), parse(raw)) for number, raw in enumerate(raws)]
        files = sorted((self.home / "outbox").glob("*.eml"), key=lambda file: file.stat().st_mtime_ns)
        return [(file.name, parse(file.read_bytes())) for file in files]

    def unread(self) -> list[tuple[str, EmailMessage]]:
        """Every mail nobody has read yet, the oldest first."""
        return [(key, mail) for key, mail in self.mails() if key not in self.read]

    def texted(self) -> list[tuple[str, str, str]]:
        """Every text message nobody has read yet: its file, the number, its words; the oldest first."""
        files = sorted((self.home / "outbox").glob("*.sms"), key=lambda file: file.stat().st_mtime_ns)
        found = [(file.name, *file.read_text().split("\n\n", 1)) for file in files if file.name not in self.read]
        return [(name, to.removeprefix("To: "), words.strip()) for name, to, words in found]

    def phone(self, number: str) -> str:
        """The oldest unread text message to this number; it is read now."""
        for name, to, words in self.texted():
            if to == number:
                self.read.add(name)
                return words
        raise AssertionError(f"no text message for {number}")

    def quiet(self) -> None:
        """Nobody got a message that the story did not expect."""
        left = [f"{mail['To']}: {mail['Subject']}" for _, mail in self.unread()]
        left += [f"{to}: {words}" for _, to, words in self.texted()]
        assert not left, "messages nobody expected:\n" + "\n".join(left)

    def close(self) -> None:
        self._client.close()
        self.channel.close()
        self.door.store.close()
        clock.set_source(None)

    # --- the web ---

    def get(self, url: str) -> str:
        return self._client.get(url).text

    def post(self, url: str, **fields: str) -> tuple[int, str]:
        answer = self._client.post(url, data=fields)
        return answer.status_code, answer.text

    def send(self, method: str, url: str, **more: object) -> tuple[int, str]:
        """Any request at all, as programs make them."""
        answer = self._client.request(method, url, **more)  # type: ignore[arg-type]
        return answer.status_code, answer.text


@dataclass
class Inbox:
    """What somebody got by e-mail, read in order; the last one read is the one they act on."""

    town: Town
    name: str
    last: EmailMessage | None = None

    @property
    def unread(self) -> list[tuple[str, EmailMessage]]:
        mine = self.town.addresses.get(self.name, [address(self.name)])
        return [(key, mail) for key, mail in self.town.unread() if str(mail["To"]) in mine]

    def expects(self, *words: str) -> Inbox:
        """One of this person's unread mails holds all these words; it is read now, and its link the one to act on."""
        mine = self.unread
        for key, mail in mine:
            if all(word in said(mail) for word in words):
                self.town.read.add(key)
                self.last = mail
                return self
        unread = "\n---\n".join(said(mail) for _, mail in mine)
        raise AssertionError(f"no mail for {self.name} holds {words}; unread:\n{unread or 'nothing'}")

    def expects_nothing(self) -> Inbox:
        unread = [mail["Subject"] for _, mail in self.unread]
        assert not unread, f"{self.name} got {unread}"
        return self

    def lacks(self, *words: str) -> Inbox:
        """The mail just read, headers and HTML included, holds none of these words."""
        assert self.last is not None, "read a mail first"
        found = [word for word in words if word in self.last.as_string() or word in said(self.last)]
        assert not found, f"{self.name} was told {found}"
        return self

    @property
    def link(self) -> str:
        """The link to act on in the last mail read."""
        assert self.last is not None, "read a mail first"
        found = links(self.last)
        assert found, f"no link in {said(self.last)}"
        return found[0]

    @property
    def page(self) -> str:
        """What the link shows now."""
        return self.town.get(self.link)

    def answers(self, **fields: str) -> tuple[int, str]:
        """Choose, check, send. Returns the last page."""
        status, page = self.sees(**fields)
        if status == 200 and "confirm" in FormReader(page).buttons:
            status, page = self.town.post(self.link, **FormReader(page).as_served)
        self.town.settle()
        return status, page

    def sees(self, **fields: str) -> tuple[int, str]:
        """Choose, and look at the check page without sending it."""
        return self.town.post(self.link, **{**FormReader(self.page).hidden, **fields})

    def _answers(self, **fields: str) -> Inbox:
        status, page = self.answers(**fields)
        assert status == 200, page
        return self

    def and_says_yes(self, **more: str) -> Inbox:
        return self._answers(answer="accept", **more)

    def and_offers(self, quantity: int, line: int = 1) -> Inbox:
        return self._answers(answer="part", **{f"quantity-{line}": str(quantity)})

    def and_says_no(self, reason: str = "not-available") -> Inbox:
        return self._answers(answer="reject", reason=reason)

    def and_asks(self, question: str) -> Inbox:
        return self._answers(answer="question", note=question)

    def and_says(self, said: str, note: str = "") -> Inbox:
        """A resident says `yes`, `partly` or `no`."""
        return self._answers(answer=said, note=note)

    def ends_it(self, how: str, **more: str) -> Inbox:
        """An officer who has taken the task says how it ended: choose, check, send."""
        return self._answers(answer=how, **more)

    def and_takes_it(self) -> Inbox:
        """An officer ticks the box and takes the task."""
        form = FormReader(self.page)
        status, page = self.town.post(self.link, **{**form.as_served, **form.boxes})
        assert status == 200, page
        self.town.settle()
        return self


def address(name: str) -> str:
    return f"{name.lower().replace(' ', '.')}@example.org"


@lru_cache(maxsize=1000)
def parse(raw: bytes) -> EmailMessage:
    """A mail that left; a long story looks at each many times, and reads it once."""
    message = email.message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def said(mail: EmailMessage) -> str:
    """Subject and text of a mail."""
    return f"{mail['Subject']}\n{plain_text(mail)}"


@contextmanager
def town_at(
    home: Path, catalogue: Catalogue, server: MailServer | None = None, base_url: str = "http://town.example.org"
) -> Iterator[Town]:
    """A town that is closed at the end."""
    town = Town(home, catalogue, server=server, base_url=base_url)
    try:
        yield town
    finally:
        town.close()
