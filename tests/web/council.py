"""A council for the pages' tests: the real store, door and app, a clock that is moved, and people with names."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

from httpx import Response
from pydantic import SecretStr

from domain.answering import Answer, AnswerKind
from domain.capabilities import Capability, CheckLevel, Sector
from domain.changes import Change, Draft
from domain.events import EventCode
from domain.invitations import Invitation, Share, invitation_id
from domain.links import Purpose, derive_token
from domain.messages import MessageKind
from domain.needs import Line, Need, Resident
from domain.officers import Officer, Task, TaskKind
from domain.opening import open_need
from domain.playbooks import Playbook, Role, Round
from domain.responders import Contact, Responder
from domain.situations import Situation
from domain.taking_answers import take_answer
from infra import clock
from infra.door import Done, Door
from infra.settings import Settings
from infra.store import OutboxRow, open_store
from web.app import create_app
from web.signin.sessions import csrf_of, sign_in

with warnings.catch_warnings():  # Starlette would like its TestClient to use another client library
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PARCEL = Capability(
    code="food-parcel",
    title="Food parcels",
    unit="food parcel",
    units="food parcels",
    category="food",
    terms="Given free of charge; we refund agreed expenses.",
)
LIFT = Capability(code="lift", title="A lift", unit="lift", units="lifts", category="getting-there", split=False)
BLANKET = Capability(code="blanket", title="Blankets", unit="blanket", units="blankets", category="food")
HOT_MEAL = Capability(
    code="hot-meal", title="Hot meals", unit="hot meal", units="hot meals", category="food", check=CheckLevel.basic
)
AMINA = Resident(name="Amina Okafor", email="amina@example.org", phone="020 7946 0111", address="12 Elm Road, KT2 6QJ")
PLAYBOOK = Playbook(
    name="everyday",
    title="Neighbours first",
    rounds=(Round(name="neighbours", sectors=tuple(Sector), ask=50, patience=HOUR),),
)
REFERENCE = "N-7K3QX2"


@dataclass
class Council:
    """One council, its pages, and what has been recorded."""

    home: Path
    moment: datetime = NOW
    changed: dict[str, Any] = field(default_factory=dict)
    door: Door = field(init=False)
    client: TestClient = field(init=False)

    def __post_init__(self) -> None:
        clock.set_source(lambda: self.moment)
        keys = SecretStr("k1:" + "a" * 40)
        given = {"home": self.home, "council": "Kingsbourne Council", "phone": "020 7946 0100", "keys": keys}
        settings = Settings(**(given | self.changed))
        self.door = Door(open_store(settings.store_url), settings)
        self.client = self.visitor()

    def visitor(self, address: str = "127.0.0.1", **more: Any) -> TestClient:
        """Somebody at another address."""
        base = {"base_url": "http://127.0.0.1:8000", "follow_redirects": False, "raise_server_exceptions": True}
        if not hasattr(self, "_app"):
            self._app = create_app(self.door)
        return TestClient(self._app, client=(address, 50000), **(base | more))

    def signed_in(self, role: Role = Role.duty, name: str = "Dana", **more: Any) -> TestClient:
        """An officer's browser, signed in; it holds for half an hour without use, as sessions do."""
        known = next((o for o in self.door.store.officers() if o.name == name), None)
        officer = known or self.has_officer(name, role)
        assert officer.role is role, f"{name} is {officer.role}"
        client = self.visitor(**more)
        client.cookies.set("muster", sign_in(self.door.store, officer, "password"))
        return client

    def csrf_of(self, client: TestClient) -> str:
        """What the forms of a signed-in browser hold."""
        return csrf_of(client.cookies["muster"])

    def close(self) -> None:
        self.door.store.close()
        clock.set_source(None)

    # --- what is on record ---

    def has(self, name: str, sector: Sector = Sector.voluntary, **more: Any) -> str:
        id = name.lower().replace(" ", "-")
        capabilities = [c.code for c in (PARCEL, LIFT, BLANKET, HOT_MEAL)]
        given = {"id": id, "name": name, "sector": sector, "capabilities": capabilities}
        self.door.store.put_responders(
            [(Responder.model_validate(given | more), [Contact(email=f"{id}@example.org")])], self.moment
        )
        return id

    def has_officer(self, name: str = "Dana", role: Role = Role.duty) -> Officer:
        email = f"{name.lower().replace(' ', '.')}@council.example.org"
        officer = Officer(id=f"O-{name.replace(' ', '-')}", name=name, email=email, role=role)
        self.door.store.add_officer(officer, self.moment)
        return officer

    def needs(self, *wanted: tuple[Capability, int], resident: Resident = AMINA, **more: Any) -> str:
        """Amina needs something by tomorrow, 5pm."""
        due = NOW + DAY + 8 * HOUR
        lines = tuple(Line(number=n, capability=c, quantity=q, due=due) for n, (c, q) in enumerate(wanted, start=1))

        def make(reference: str, now: datetime) -> Change:
            need = Need(
                id=reference,
                category=wanted[0][0].category,
                lines=lines,
                area="Norbiton",
                needed_by=due,
                summary="Food for a family of five until their first wages",
                opened_at=now,
                playbook=PLAYBOOK,
                **more,
            )
            zone = self.door.settings.zone
            return open_need(need, self.door.store.officers(), self.door.kid, zone, resident, now)

        return self.door.open(make, resident, None)

    def asks(self, need: str, *responders: str, asked: dict[int, int] | None = None) -> list[str]:
        """Invite these responders; returns their links."""

        def decide(situation: Situation, now: datetime) -> Change:
            draft = Draft(situation, now)
            draft.note_event(EventCode.asked, round=1, responders=responders)
            for responder in responders:
                shares = tuple(
                    Share(line=line.number, round=1, asked=(asked or {}).get(line.number, line.quantity), expected=1.0)
                    for line in situation.need.lines
                    if asked is None or line.number in asked
                )
                invitation = Invitation(
                    id=invitation_id(need, situation.need.cycle, responder),
                    need=need,
                    responder=responder,
                    cycle=situation.need.cycle,
                    kid=self.door.kid,
                    asked_at=now,
                    answer_by=now + HOUR,
                    shares=shares,
                )
                draft.put(invitation)
                draft.tell_responder(MessageKind.invitation, invitation)
            return draft.change(wake_at=now + HOUR)

        self.change(need, decide)
        return [self.link(Purpose.invite, invitation_id(need, self.situation(need).need.cycle, r)) for r in responders]

    def says(self, need: str, responder: str, kind: AnswerKind = AnswerKind.accept, **more: Any) -> None:
        """A responder answers, past the pages."""
        who = self.door.store.responder(responder)
        assert who is not None
        answer = Answer(kind, **more)
        self.change(need, lambda s, now: take_answer(s, self.invitation(need, responder).id, answer, who, now))

    def raises_task(self, need: str, kind: TaskKind = TaskKind.hand_over, invitation: str | None = None) -> Task:
        def decide(situation: Situation, now: datetime) -> Change:
            draft = Draft(situation, now)
            draft.note_event(EventCode.handed_over)
            draft.raise_task(kind, lines=(1,), invitation=invitation)
            return draft.change(wake_at=now + HOUR)

        self.change(need, decide)
        return self.situation(need).tasks[-1]

    def change(self, need: str, decide: Callable[[Situation, datetime], Any]) -> None:
        assert isinstance(self.door.change(need, decide), Done)

    def situation(self, need: str) -> Situation:
        return self.door.situation(need)

    def invitation(self, need: str, responder: str) -> Invitation:
        return next(i for i in self.situation(need).current if i.responder == responder)

    def version(self, need: str) -> int:
        return self.situation(need).need.version

    def messages(self, need: str, kind: MessageKind) -> list[OutboxRow]:
        return [row for row in self.door.store.messages(need) if row.message.kind is kind]

    def link(self, purpose: Purpose, target: str, kid: str = "k1") -> str:
        token = derive_token(self.door.settings.signing_keys, kid, purpose, target)
        return {"invite": "/r/", "status": "/s/", "take": "/t/", "unsub": "/u/", "partner": "/p/"}[
            purpose.value
        ] + token

    # --- what people do ---

    def get(self, path: str, **more: Any) -> Response:
        return self.client.get(path, **more)

    def post(self, path: str, **fields: str) -> Response:
        return self.client.post(path, data=fields)

    def answer(self, link: str, **fields: str) -> Response:
        """Open, choose, check, send; returns the page a browser ends on, or the first that is no success."""
        page = self.post(link, **(hidden(self.get(link).text) | fields))
        if page.status_code != 200:
            return page
        sent = self.post(link, **hidden(page.text), confirm="yes")
        return self.get(sent.headers["location"]) if sent.status_code == 303 else sent


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of a page."""
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page)
    return {unescape(name): unescape(value) for name, value in found}
