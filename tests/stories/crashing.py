"""One whole response that may be killed after any write or send, and that a new process takes up where it was left."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from domain.answering import Answer, AnswerKind, settle
from domain.changes import Change, Refusal
from domain.closing import hear_resident
from domain.invitations import Reason
from domain.messages import Channel
from domain.needs import Resident
from domain.officers import Officer
from domain.opening import NeedRequest
from domain.playbooks import Playbook, Role
from domain.responders import Contact, Responder
from domain.situations import Situation
from domain.taking_answers import take_answer
from infra import clock
from infra.door import Door
from infra.playbooks import load_catalogue
from infra.recording import record_need
from infra.settings import Settings
from infra.store import open_store
from notifications import rendering
from notifications.channels import Mail, MayGo, Settle, WayOut, always, open_channel, open_texts
from notifications.kinds import FOLDERS
from tasks.delivering import Deliverer
from tasks.moving import move_needs
from tests.people import GROUPS, playbook, round_of
from tests.town import START, address

WRITES = {"add_need", "commit", "claim", "freeze", "fold", "settle"}
RESTARTS_WITHIN = timedelta(seconds=20)  # longer than a dead process's lease
PLAYBOOK: Playbook = playbook(
    round_of("neighbours", patience="2h", remind_after="1h"), round_of("groups", GROUPS, patience="2h")
)
DUE = START + timedelta(hours=24)
CATALOGUE = load_catalogue()  # read once, as are the templates, in the mother of all these processes
for folder in FOLDERS.values():
    rendering._templates(folder)


@dataclass
class Fate:
    """Counts boundaries, and kills this process at one of them; 0 spares it."""

    at: int
    seen: list[str] = field(default_factory=list)

    def boundary(self, name: str) -> None:
        self.seen.append(name)
        if len(self.seen) == self.at:
            os.kill(os.getpid(), signal.SIGKILL)


class Perilous:
    """The real store; after each write this process may be dead."""

    def __init__(self, store: Any, fate: Fate) -> None:
        self._store, self._fate = store, fate

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)
        if name not in WRITES:
            return method

        def write(*args: Any, **more: Any) -> Any:
            result = method(*args, **more)
            self._fate.boundary(name)
            return result

        return write


@dataclass
class PerilousChannel:
    """The real channel; between a mail's leaving and anybody's noting it, this process may be dead."""

    channel: WayOut
    fate: Fate
    name: str = "perilous"
    carries: Channel = Channel.email
    tells: bool = False

    def deliver(self, mails: Sequence[Mail], settle: Settle, may_go: MayGo = always) -> None:
        def note(mail: Mail, result: Any) -> None:
            self.fate.boundary("sent")
            settle(mail, result)

        self.channel.deliver(mails, note, may_go)

    def close(self) -> None:
        self.channel.close()


class Course:
    """The story's steps. Each may be begun again: what was done already is not done twice."""

    def __init__(self, home: Path, email: str, fate: Fate) -> None:
        self.progress = home / "progress"
        done, restarts = map(int, self.progress.read_text().split()) if self.progress.exists() else (0, -1)
        self.done, self.restarts = done, restarts + 1
        self._note_progress()
        settings = Settings(
            home=home, base_url="http://town.example.org", council="Ambleford Council", email=email,
            keys=SecretStr("k1:" + "a" * 40),
        )  # fmt: skip
        self.dead_ends = [] if email == "outbox" else ["dead-sam@example.org"]  # a mail server says so at once
        self.door = Door(Perilous(open_store(settings.store_url), fate), settings)  # type: ignore[arg-type]
        self.channel = PerilousChannel(open_channel(settings.email, home, 0), fate)
        self.deliverers = [
            Deliverer(self.door, channel) for channel in (self.channel, open_texts(settings.texts, home))
        ]

    def _note_progress(self) -> None:
        draft = self.progress.with_suffix(".draft")
        draft.write_text(f"{self.done} {self.restarts}")
        draft.replace(self.progress)

    def play(self) -> None:
        steps: list[tuple[timedelta, Callable[[], None]]] = [
            (timedelta(0), self.meet_everybody),
            (timedelta(0), self.open),
            (timedelta(hours=1), lambda: None),  # Sam is reminded
            (timedelta(hours=2), lambda: None),  # the circle widens
            (timedelta(hours=3), partial(self.answer, "larder", AnswerKind.accept)),
            (timedelta(hours=4), partial(self.answer, "larder", AnswerKind.reject)),
            (timedelta(hours=5), partial(self.answer, "sam", AnswerKind.accept)),
            (timedelta(hours=48), lambda: None),  # it was due a day ago: the resident is asked
            (timedelta(hours=49), self.confirm),
        ]
        for number, (after, act) in enumerate(steps):
            if number < self.done:
                continue
            moment = START + after + RESTARTS_WITHIN * self.restarts
            clock.set_source(lambda moment=moment: moment)
            act()
            self.settle()
            self.done = number + 1
            self._note_progress()
        self.channel.close()

    def settle(self) -> None:
        for _ in range(30):
            due = self.door.store.due(clock.now(), 100)
            if not due and not self.door.store.outbox_due(clock.now()):
                return
            move_needs(self.door, due)
            for deliverer in self.deliverers:
                deliverer.deliver_due()
        raise AssertionError("the story does not come to rest")

    def meet_everybody(self) -> None:
        for id, sector, *emails in (
            ("sam", "volunteer", *self.dead_ends, address("sam")),
            ("larder", "voluntary", address("larder")),
        ):
            row = {"id": id, "name": id.title(), "sector": sector, "capabilities": ["blanket"]}
            contacts = [Contact(email=email) for email in emails]
            self.door.store.put_responders([(Responder.model_validate(row), contacts)], clock.now())
        dana = Officer(id="O-dana", name="Dana", email=address("dana"), role=Role.duty)
        self.door.store.add_officer(dana, clock.now())

    def open(self) -> None:
        request = NeedRequest(
            category="essentials", summary="A blanket", lines=("blanket:1",), area="Norbiton", key="k-1",
            needed_by=DUE.isoformat(), resident=Resident(name="Amina", email=address("amina"), address="12 Elm Road"),
        )  # fmt: skip
        record_need(self.door, CATALOGUE, PLAYBOOK, request)

    @property
    def need(self) -> str:
        (row,) = self.door.store.needs()
        return row.need

    def answer(self, who: str, kind: AnswerKind) -> None:
        """Press send; the same press again, after a crash, is the same answer."""
        responder = self.door.store.responder(who)
        assert responder is not None

        def decide(situation: Situation, now: Any) -> Change | Refusal | None:
            invitation = [i for i in situation.invitations if i.responder == who][-1]
            bare = Answer(kind, reason=Reason.not_available if kind is AnswerKind.reject else None)
            agreed = {s.line.number: (s.pledged, s.reserve) for s in settle(situation, invitation, bare, now)}
            full = Answer(
                kind, offers={n: sum(a) for n, a in agreed.items()}, reason=bare.reason, agreed=agreed or None
            )
            return take_answer(situation, invitation.id, full, responder, now)

        done = self.door.change(self.need, decide)
        assert not isinstance(done, Refusal), done

    def confirm(self) -> None:
        done = self.door.change(self.need, lambda situation, now: hear_resident(situation, "yes", now))
        assert not isinstance(done, Refusal), done


def play(home: str, email: str, crash_at: int) -> None:
    """One process's life: take the story up and play on, unless killed at boundary number `crash_at`."""
    fate = Fate(crash_at)
    course = Course(Path(home), email, fate)
    course.play()
    (Path(home) / "survived").write_text(" ".join(fate.seen))
