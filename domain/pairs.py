"""Residents and responders who must never meet. A resident is known by keyed hashes of their contacts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from domain.changes import Change, Draft
from domain.duplicates import resident_keys
from domain.ending import end_promise
from domain.events import EventCode
from domain.invitations import InvitationStatus, Reason
from domain.messages import MessageKind
from domain.needs import Resident
from domain.officers import TaskKind
from domain.situations import Situation


def pair_keys(keys: Mapping[str, bytes], resident: Resident) -> tuple[str, ...]:
    """Return what stands for this resident: `kid.hash` for each of their contacts and each signing key, newest first.

    Every key that is live is tried, so that a pair outlives a new signing key. The same contact, however it was typed,
    has the same hash, and nobody without the key can work back from it.
    """
    return tuple(f"{kid}.{hashed}" for kid, secret in keys.items() for hashed in resident_keys(resident, secret))


def kid_of(key: str) -> str:
    """The key id that a contact was hashed with: while a pair needs it, it must not be retired."""
    return key.partition(".")[0]


def keep_from(situation: Situation, responder: str, by: str, now: datetime) -> Change | None:
    """Keep a responder from a need that is under way: not asked, released if they were, phoned if they have promised.

    What they promised counts until the officer who phones them records what came of it; private details go no more.
    """
    need = situation.need
    if need.closed or responder in need.keep_from:
        return None
    theirs = situation.by_responder.get(responder, [])
    asked = next((i for i in theirs if i.open), None)
    promised = next((i for i in theirs if i.promised), None)
    draft = Draft(situation, now)
    draft.set_need(keep_from=(*need.keep_from, responder))
    stands = "promised" if promised else "released" if asked else None
    draft.note_event(EventCode.kept_apart, by=by, responders=(responder,), stands=stands)
    if asked:
        released = end_promise(draft, asked, InvitationStatus.cancelled, Reason.other)
        draft.tell_responder(MessageKind.stand_down, released)
    if promised:
        draft.raise_task(TaskKind.call_partner, invitation=promised.id, note=EventCode.kept_apart.value, urgent=True)
    return draft.change(wake_at=now)
