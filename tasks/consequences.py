"""What follows when a message does not arrive, is held up, or is not wanted. Each twice is as good as once."""

from __future__ import annotations

from functools import partial

from domain.bouncing import CONTENT_REFUSED, record_complaint, record_delayed, record_undeliverable
from domain.handing_over import pass_from_unreachable, raise_task
from domain.messages import ASKS, Message
from domain.officers import TaskKind
from infra import clock
from infra.door import Door
from infra.store import OutboxRow
from tasks.wording import mailable


def act_on_dead_mail(door: Door, row: OutboxRow) -> None:
    """What this mail carried for other needs has not arrived either."""
    for message in _all_it_said(door, row):
        _act_on_dead(door, message)


def act_on_complaint(door: Door, row: OutboxRow) -> None:
    """They marked it as unwanted: nothing of its kind is asked of them any more, and an officer phones."""
    for message in _all_it_said(door, row):
        if message.to_resident:
            act_by_task(door, message, TaskKind.call_resident, note=message.kind.value)
        elif message.invitation:
            door.change(message.need, partial(record_complaint, message=message))
            door.store.mute(message.to_responder, door.situation(message.need).need.category, clock.now())


def act_on_content_refused(door: Door, row: OutboxRow) -> None:
    """Their server will not have what we wrote. The address is good, and the ask stands: an officer tells them."""
    for message in _all_it_said(door, row):
        if not _acted_but_for_partners(door, message) and message.invitation:
            act_by_task(door, message, TaskKind.call_partner, note=CONTENT_REFUSED)


def act_on_delayed(door: Door, message: Message) -> None:
    """An urgent ask cannot leave now: the partner's next contact is asked."""
    decide = partial(record_delayed, message=message, contacts=_contacts(door, message))
    door.change(message.need, decide)


def act_by_task(door: Door, message: Message, kind: TaskKind, note: str | None = None) -> None:
    """A person of the council has to see to it."""
    door.change(message.need, partial(raise_task, kind=kind, invitation=message.invitation, note=note))


def goes_elsewhere(door: Door, message: Message) -> bool:
    """Is this an urgent ask, and is there another contact who could have it at once?"""
    urgent = message.urgent and message.kind in ASKS
    return urgent and message.contact + 1 < _contacts(door, message)


def _act_on_dead(door: Door, message: Message) -> None:
    """A partner counts as unable; the others as below."""
    if not _acted_but_for_partners(door, message) and message.invitation:
        contacts = _contacts(door, message)
        door.change(message.need, partial(record_undeliverable, message=message, contacts=contacts))


def _acted_but_for_partners(door: Door, message: Message) -> bool:
    """An officer's task passes on, for a resident somebody is asked to phone. False if it was for neither."""
    if message.to_resident:
        act_by_task(door, message, TaskKind.call_resident, note=message.kind.value)
    elif message.to_officer:
        door.change(message.need, partial(pass_from_unreachable, officer=message.to_officer))
    return not message.to_responder


def _all_it_said(door: Door, row: OutboxRow) -> list[Message]:
    """The message, and those it said as well."""
    return [row.message, *(other.message for other in door.store.carried(row.message.id))]


def _contacts(door: Door, message: Message) -> int:
    return len(mailable(door.store.contacts(message.to_responder)))
