"""Small things to put into a store: Amina's need, the people who may help, and changes that ask them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from domain.capabilities import Capability, CheckLevel, Sector
from domain.changes import Change, Draft, Slot, week_of
from domain.events import EventCode
from domain.invitations import Invitation, Share, invitation_id
from domain.messages import MessageKind
from domain.needs import Line, Need, NeedStatus, Resident
from domain.officers import Officer, TaskKind
from domain.opening import open_need
from domain.playbooks import Playbook, Role, Round
from domain.responders import Contact, Responder
from domain.situations import Situation
from infra.store import Committed, Lease, Store, TokenRow

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)
KID = "k1"
WEEK = "2026-W48"
N1, N2, N3 = "N-222222", "N-333333", "N-444444"

PARCEL = Capability(code="food-parcel", title="Food parcels", unit="food parcel", units="food parcels", category="food")
PLAYBOOK = Playbook(
    name="everyday",
    title="Neighbours first",
    rounds=(Round(name="neighbours", sectors=tuple(Sector), ask=50, patience=HOUR),),
)
AMINA = Resident(name="Amina Yusuf", email="amina@example.org", address="3 Hill Street", notes="Two steps at the door")


def a_need(reference: str = N1, quantity: int = 20, **changes: Any) -> Need:
    need = Need(
        id=reference,
        category="food",
        lines=(Line(number=1, capability=PARCEL, quantity=quantity, due=NOW + 24 * HOUR),),
        area="Hill ward",
        needed_by=NOW + 24 * HOUR,
        summary="Food parcels for a family of five",
        opened_at=NOW,
        playbook=PLAYBOOK,
    )
    return need.but(**changes)


def opening(need: Need | None = None, resident: Resident = AMINA, now: datetime = NOW) -> Change:
    return open_need(need or a_need(), (), KID, LONDON, resident, now)


def put_need(
    store: Store,
    reference: str = N1,
    now: datetime = NOW,
    key: str | None = None,
    quantity: int = 20,
    **changes: Any,
) -> str:
    """Put a need on record; returns its reference."""
    added = store.add_need(opening(a_need(reference, quantity, **changes), now=now), AMINA, (), key)
    assert added == Committed(1)
    return reference


def read(store: Store, need: str = N1) -> Situation:
    found = store.situation(need, LONDON, KID)
    assert found is not None
    return found


def a_responder(id: str = "sam", **changes: Any) -> Responder:
    return Responder.model_validate(
        {"id": id, "name": id.title(), "sector": Sector.volunteer, "capabilities": ("food-parcel",)} | changes
    )


def put_responders(store: Store, *responders: Responder) -> None:
    store.put_responders([(r, [Contact(email=f"{r.id}@example.org")]) for r in responders], NOW)


def asking(situation: Situation, responders: Iterable[Responder], now: datetime = NOW, **message: Any) -> Change:
    """The change that asks these responders: an event, and for each an invitation, a slot and a message."""
    draft = Draft(situation, now)
    responders = tuple(responders)
    draft.note_event(EventCode.asked, round=1, lines=(1,), count=len(responders))
    for responder in responders:
        invitation = Invitation(
            id=invitation_id(situation.need.id, situation.need.cycle, responder.id),
            need=situation.need.id,
            responder=responder.id,
            cycle=situation.need.cycle,
            kid=KID,
            asked_at=now,
            answer_by=now + HOUR,
            shares=(Share(line=1, round=1, asked=5, expected=1.5),),
        )
        draft.put(invitation)
        draft.take_slot(Slot(responder.id, week_of(now, situation), responder.weekly_limit))
        draft.tell_responder(MessageKind.invitation, invitation, **message)
    return draft.change(wake_at=now + HOUR)


def telling(
    situation: Situation, *tos: str, now: datetime = NOW, urgent: bool = False, kind: MessageKind = MessageKind.thanks
) -> Change:
    """A change that does nothing but tell these recipients something."""
    draft = Draft(situation, now)
    draft.note_event(EventCode.reminded)
    for to in tos:
        draft.tell(kind, to, urgent=urgent)
    return draft.change(wake_at=now + HOUR)


def everything(situation: Situation, responders: Iterable[Responder] = (), now: datetime = NOW) -> Change:
    """A change with all that a change can hold: invitations, slots, messages, an event, a task, private words."""
    change = asking(situation, responders or (a_responder(),), now)
    draft = Draft(situation, now)
    draft.set_need(events=change.need.events)
    draft.note_event(EventCode.task_raised)
    draft.keep_note("She sounded worried on the phone")
    draft.raise_task(TaskKind.question)
    more = draft.change(wake_at=now + HOUR)
    return Change(
        need=more.need,
        invitations=change.invitations,
        events=change.events + more.events,
        messages=change.messages + more.messages,
        tasks=more.tasks,
        slots=change.slots,
        notes=more.notes,
    )


def put_on_hold(store: Store, need: str = N1) -> None:
    """An officer puts one need on hold."""
    draft = Draft(read(store, need), NOW)
    draft.set_need(status=NeedStatus.on_hold, before_hold=NeedStatus.open, held_at=NOW)
    must_commit(store, draft.change(wake_at=NOW + 48 * HOUR))


def going_on(situation: Situation, status: NeedStatus = NeedStatus.open) -> Change:
    """The change that ends that hold."""
    draft = Draft(situation, NOW)
    draft.note_event(EventCode.resumed)
    draft.need = draft.need.but(status=status, before_hold=None, held_at=None)
    return draft.change(wake_at=NOW + 48 * HOUR)


def must_commit(store: Store, change: Change, tokens: Sequence[TokenRow] = ()) -> None:
    committed = store.commit(change, tokens)
    assert committed == Committed(change.need.version + 1)


def tell(store: Store, *tos: str, need: str = N1, now: datetime = NOW, urgent: bool = False) -> list[str]:
    """Put messages to these recipients into the outbox; returns their ids."""
    change = telling(read(store, need), *tos, now=now, urgent=urgent)
    must_commit(store, change)
    return [message.id for message in change.messages]


def lease(
    store: Store, holder: str = "worker-1", now: datetime = NOW, lasts: timedelta = timedelta(seconds=15)
) -> Lease:
    taken = store.take_lease("deliver", holder, now, now + lasts)
    assert taken is not None
    return taken


def an_officer(id: str = "dee", role: Role = Role.duty) -> Officer:
    return Officer(id=id, name=id.title(), email=f"{id}@council.example.org", role=role)


BASIC = (CheckLevel.basic,)
