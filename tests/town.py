"""A made-up town for stories: a virtual clock, the real store, outbox and pages, no Prefect.

Stories fail on any message nobody expected: `quiet()` at the end says what nobody read.
"""

from __future__ import annotations

import email
import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from functools import partial
from pathlib import Path

from pydantic import SecretStr
from starlette.testclient import TestClient

from domain.capabilities import Catalogue
from domain.changes import Change
from domain.needs import Resident
from domain.officers import Officer
from domain.opening import NeedRequest, open_need, read_need
from domain.playbooks import Playbook, Role
from domain.responders import Contact, Responder
from domain.situations import Situation
from domain.values import read_duration
from infra import clock
from infra.door import Door
from infra.settings import Settings
from infra.store import open_store
from notifications.channels.outbox import OutboxChannel
from tasks.delivering import Deliverer
from tasks.moving import move_needs
from web.app import create_app

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday morning
LINK = re.compile(r"https?://[^\s>]+/([rstu])/[^\s>]+")


@dataclass
class Town:
    """One council and everybody it may ask."""

    home: Path
    catalogue: Catalogue
    moment: datetime = START
    door: Door = field(init=False)
    read: set[str] = field(default_factory=set)
    _client: TestClient = field(init=False)
    _deliverer: Deliverer = field(init=False)

    def __post_init__(self) -> None:
        settings = Settings(
            home=self.home,
            base_url="http://town.example.org",
            council="Ambleford Council",
            phone="01632 960 100",
            keys=SecretStr("k1:" + "a" * 40),
        )
        clock.set_source(lambda: self.moment)
        self.door = Door(open_store(settings.store_url), settings)
        self._client = TestClient(create_app(self.door), base_url=settings.base_url, follow_redirects=True)
        self._deliverer = Deliverer(self.door, OutboxChannel(self.home))

    # --- people ---

    def has(self, name: str, sector: str, *capabilities: str, **more: object) -> str:
        """Somebody who may be asked; their address is made of their name."""
        id = name.lower().replace(" ", "-")
        responder = Responder.model_validate(
            {"id": id, "name": name, "sector": sector, "capabilities": capabilities, **more}
        )
        self.door.store.put_responders([(responder, [Contact(email=address(name))])], self.moment)
        return id

    def has_officer(self, name: str, role: Role = Role.duty) -> None:
        officer = Officer(id=f"O-{name.lower()}", name=name, email=address(name), role=role)
        self.door.store.add_officer(officer, self.moment)

    def resident_needs(
        self,
        summary: str,
        *lines: str,
        playbook: Playbook,
        who: str = "Amina",
        needed_by: str = "+7d",
        category: str = "food",
        area: str = "Norbiton",
        urgent: bool = False,
        at_home: str | None = "12 Example Road, KT1 1ZZ",
    ) -> str:
        """A resident's need is recorded and looked at."""
        request = NeedRequest(
            category=category,
            summary=summary,
            lines=lines,
            area=area,
            needed_by=needed_by,
            urgent=urgent,
            resident=Resident(name=who, email=address(who), address=at_home),
        )

        def make(reference: str, now: datetime) -> Change:
            need = read_need(request, reference, self.catalogue, playbook, now, self.door.settings.zone)
            return open_need(
                need, self.door.store.officers(), self.door.kid, self.door.settings.zone, request.resident, now
            )

        reference = self.door.open(make, request.resident, None)
        self.settle()
        return reference

    # --- time ---

    def settle(self) -> None:
        """Do what the worker would do now."""
        for _ in range(20):
            due = self.door.store.due(self.moment, 1000)
            if not due and not self.door.store.outbox_due(self.moment):
                return
            move_needs(self.door, due)
            self._deliverer.deliver_due()
        raise AssertionError("the town does not come to rest")

    def time_passes(self, length: str) -> None:
        """Pass time as a worker sees it: every alarm on the way rings at its moment."""
        until = self.moment + read_duration(length)
        while (next_moment := self._next_moment(until)) is not None:
            self.moment = next_moment
            self.settle()
        self.moment = until
        self.settle()

    def _next_moment(self, until: datetime) -> datetime | None:
        alarms = [row.wake_at for row in self.door.store.needs() if row.wake_at]
        mails = self.door.store.next_message_at()
        moments = [m for m in [*alarms, *([mails] if mails else [])] if m <= until]
        return max(min(moments), self.moment + timedelta(microseconds=1)) if moments else None

    # --- what people see ---

    def situation(self, need: str) -> Situation:
        return self.door.situation(need)

    def inbox(self, name: str) -> Inbox:
        return Inbox(self, name)

    def unread(self) -> list[tuple[str, EmailMessage]]:
        """Every mail nobody has read yet, the oldest first."""
        return [
            (path.name, parse(path))
            for path in sorted((self.home / "outbox").glob("*.eml"))
            if path.name not in self.read
        ]

    def quiet(self) -> None:
        """Nobody got a message that the story did not expect."""
        left = [f"{mail['To']}: {mail['Subject']}" for _, mail in self.unread()]
        assert not left, "messages nobody expected:\n" + "\n".join(left)

    def take_answer(self, need: str, decide: partial[Change]) -> None:
        self.door.change(need, decide)
        self.settle()

    def close(self) -> None:
        self._client.close()
        self.door.store.close()
        clock.set_source(None)

    # --- the web ---

    def get(self, url: str) -> str:
        return self._client.get(url).text

    def post(self, url: str, **fields: str) -> tuple[int, str]:
        answer = self._client.post(url, data=fields)
        return answer.status_code, answer.text


@dataclass
class Inbox:
    """What somebody got by e-mail, read in order; the last one read is the one they act on."""

    town: Town
    name: str
    last: EmailMessage | None = None

    def expects(self, *words: str) -> Inbox:
        """One of this person's unread mails holds all these words; it is read now, and its link the one to act on."""
        mine = [(file, mail) for file, mail in self.town.unread() if address(self.name) in mail["To"]]
        for file, mail in mine:
            text = f"{mail['Subject']}\n{body(mail)}"
            if all(word in text for word in words):
                self.town.read.add(file)
                self.last = mail
                return self
        unread = "\n---\n".join(f"{mail['Subject']}\n{body(mail)}" for _, mail in mine)
        raise AssertionError(f"no mail for {self.name} holds {words}; unread:\n{unread or 'nothing'}")

    def expects_nothing(self) -> None:
        unread = [mail["Subject"] for _, mail in self.town.unread() if address(self.name) in mail["To"]]
        assert not unread, f"{self.name} got {unread}"

    @property
    def link(self) -> str:
        """The link of the last mail read."""
        assert self.last is not None, "read a mail first"
        found = LINK.search(body(self.last))
        assert found, f"no link in {body(self.last)}"
        return found[0]

    def answers(self, **fields: str) -> tuple[int, str]:
        """Choose, check, send. Returns the last page."""
        status, page = self.town.post(self.link, **{**hidden(self.town.get(self.link)), **fields})
        if status == 200 and "confirm" in hidden(page) | buttons(page):
            status, page = self.town.post(self.link, **{**hidden(page), **buttons(page)})
        self.town.settle()
        return status, page

    def and_says_yes(self) -> Inbox:
        status, page = self.answers(answer="accept")
        assert status == 200, page
        return self

    def and_offers(self, quantity: int, line: int = 1) -> Inbox:
        status, page = self.answers(answer="part", **{f"quantity-{line}": str(quantity)})
        assert status == 200, page
        return self

    def and_says_no(self, reason: str = "not-available") -> Inbox:
        status, page = self.answers(answer="reject", reason=reason)
        assert status == 200, page
        return self

    def and_asks(self, question: str) -> Inbox:
        status, page = self.answers(answer="question", note=question)
        assert status == 200, page
        return self


def address(name: str) -> str:
    return f"{name.lower().replace(' ', '.')}@example.org"


def parse(path: Path) -> EmailMessage:
    message = email.message_from_bytes(path.read_bytes(), policy=default)
    assert isinstance(message, EmailMessage)
    return message


def body(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of a page's forms."""
    return {
        html.unescape(attributes["name"]): html.unescape(attributes.get("value", ""))
        for attributes in _inputs(page, "input")
        if attributes.get("type") == "hidden"
    }


def buttons(page: str) -> dict[str, str]:
    """The named buttons of a page's forms."""
    return {a["name"]: a.get("value", "") for a in _inputs(page, "button") if "name" in a}


def _inputs(page: str, tag: str) -> Iterator[dict[str, str]]:
    for element in re.findall(rf"<{tag}\b([^>]*)>", page):
        yield dict(re.findall(r'([\w-]+)="([^"]*)"', element))


@contextmanager
def town_at(home: Path, catalogue: Catalogue) -> Iterator[Town]:
    """A town that is quiet at the end."""
    town = Town(home, catalogue)
    try:
        yield town
    finally:
        town.close()
