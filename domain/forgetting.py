"""Erasing what is kept of a need: when its time is over, or because somebody asked; and keeping it for longer. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from domain.changes import Change, Draft, Refusal
from domain.events import EventCode
from domain.holding import has_changed
from domain.keeping import Kept
from domain.places import shared_area
from domain.situations import Situation

GONE = "(erased)"
"""What stands where words were."""


SAID = (Kept.contact, Kept.words, Kept.shared_words)
"""What the story says has been erased."""
ALL = (*SAID, Kept.message_bodies, Kept.links, Kept.resident_keys)
"""All that is known of a resident by one need."""


def forget(situation: Situation, classes: tuple[Kept, ...], why: str, by: str, now: datetime) -> Change | Refusal:
    """Erase these classes of what is known of a closed need, because of the `time` or because somebody `asked`."""
    if refusal := cannot_forget(situation):
        return refusal
    draft = Draft(situation, now)
    what = ",".join(kept.value for kept in SAID if kept in classes)
    draft.note_event(EventCode.forgotten, by=by, why=why, what=what)
    if Kept.shared_words in classes:
        _empty(draft)
    return replace(draft.change(wake_at=situation.need.wake_at), forgets=classes)


def cannot_forget(situation: Situation) -> Refusal | None:
    """Why nothing of this need may be erased now."""
    need = situation.need
    if need.kept_since:
        return Refusal("kept", f"An officer said that nothing of {need.id} may be erased until that is ended.")
    if not need.closed:
        return Refusal("open", f"{need.id} is not closed yet, and people still have to reach each other about it.")
    return None


def _empty(draft: Draft) -> None:
    """Without words that people typed, without the place to a hundred metres."""
    need = draft.need
    draft.set_need(
        summary=GONE,
        urgent_because=GONE if need.urgent_because else None,
        point=None,
        area=shared_area(need.area),
    )
    for invitation in draft.situation.invitations:
        if invitation.moving:
            draft.put(invitation.but(moving=None))


def keep(
    situation: Situation, because: str, by: str, now: datetime, edition: int | None = None
) -> Change | Refusal | None:
    """Erase nothing of it until an officer ends this. The reason is a private note; `None`: it is so already."""
    if situation.need.kept_since:
        return None
    if refusal := has_changed(situation, edition):
        return refusal
    draft = Draft(situation, now)
    draft.note_event(EventCode.kept, by=by, note=draft.keep_note(because))
    draft.set_need(kept_since=now, edition=situation.need.edition + 1)
    return draft.change(wake_at=situation.need.wake_at)


def keep_no_longer(situation: Situation, by: str, now: datetime, edition: int | None = None) -> Change | Refusal | None:
    """What is over its time may be erased again; `None` if it might be all along."""
    if not situation.need.kept_since:
        return None
    if refusal := has_changed(situation, edition):
        return refusal
    draft = Draft(situation, now)
    draft.note_event(EventCode.kept_no_longer, by=by)
    draft.set_need(kept_since=None, edition=situation.need.edition + 1)
    return draft.change(wake_at=situation.need.wake_at)
