"""After it should have happened: partners are chased, the resident is asked, and only then it is closed. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from domain.calling import still_to_be_asked
from domain.capabilities import Silence
from domain.finishing import agreed_at, has_worried, worries_waiting
from domain.hours import Hours, next_within
from domain.invitations import Invitation
from domain.messages import MessageKind
from domain.needs import Need, NeedStatus
from domain.officers import TaskKind, TaskStatus
from domain.situations import Situation
from domain.steps import AskResident, CallResident, Chase, CloseAsMet, NoShow, PresumeMet, StandDown, Step

STILL_UP = timedelta(hours=1)  # a playbook that gives them no longer than this wants word at any hour


def follow_promises(situation: Situation, now: datetime) -> Step | None:
    """Whoever has not said how it went is asked once; whoever stays silent then counts no more.

    Lines still looked for do not matter here: each promise is followed for itself.
    """
    late = {i.id: moment for i in situation.accepted if (moment := wants_word_at(situation, i)) and moment <= now}
    if silent := tuple(id for id in late if situation.by_id[id].chased_at):
        return NoShow(silent, "They were asked whether it was done, and have not said.")
    if late:
        return Chase(tuple(late), "It should have been done by now, and they have not said whether it was.")
    return None


def wants_word_at(situation: Situation, invitation: Invitation) -> datetime | None:
    """When this promise is to be chased or, once chased, given up; `None` if it is not to be."""
    agreed = agreed_at(situation, invitation)
    if agreed is None or situation.need.resident_said == "yes" or worries_waiting(situation, invitation):
        return None
    if invitation.chased_at and has_worried(situation, invitation):
        return None
    return waits_until(situation, invitation.chased_at or max(agreed, invitation.answered_at or agreed))


def waits_until(situation: Situation, since: datetime) -> datetime:
    """Until when a word is waited for, from `since` on. Nobody is chased, or given up, while they sleep; unless it is
    too pressing to learn only in the morning that nobody came."""
    need, after = situation.need, situation.need.playbook.follow_up.chase_after
    at_once = need.pressing or after <= STILL_UP
    return next_within(Hours.any if at_once else Hours.waking, since + after, situation.calendar)


def follow_up(situation: Situation, now: datetime) -> Step | None:
    """It is covered: release the others, then ask the resident, then close."""
    need, after = situation.need, situation.need.playbook.follow_up
    if need.status is NeedStatus.open or any(i.open for i in situation.invitations):
        return StandDown("Everything that was asked for has been promised.")
    if need.resident_said in ("partly", "no") or worries_waiting(situation):
        return None  # an officer has it
    if need.resident_said == "yes":
        return CloseAsMet("The resident said that it happened, and the worry about somebody has been seen to.")
    if need.resident_asked_at is None:
        if need.last_due + after.confirm_after <= now:
            return AskResident("It should have happened by now, so we ask the resident whether it did.")
    elif need.resident_asked_at + after.close_after <= now and not still_to_be_asked(situation):
        return _after_silence(situation)
    return None


def _after_silence(situation: Situation) -> Step | None:
    if silence_is_enough(situation.need):
        return PresumeMet("The resident was asked whether it happened and has not said otherwise.")
    if _somebody_asks(situation):
        return None
    return CallResident("The resident has not said whether it happened, and for this help silence is not enough.")


def silence_is_enough(need: Need) -> bool:
    """May it be closed without a word from the resident, as far as the kinds of help go?"""
    return all(line.capability.silence is Silence.close for line in need.lines if line.quantity)


def _somebody_asks(situation: Situation) -> bool:
    """Is an officer about to ask the resident, or whoever speaks for them, whether it happened?"""
    return any(
        task.status is not TaskStatus.done
        and (
            task.kind is TaskKind.confirm
            or (task.kind, task.note) == (TaskKind.call_resident, MessageKind.resident_asked)
        )
        for task in situation.tasks
    )


def moments(situation: Situation) -> Iterator[datetime]:
    """When any of this may become due."""
    need, after = situation.need, situation.need.playbook.follow_up
    for invitation in situation.accepted:
        if moment := wants_word_at(situation, invitation):
            yield moment
    if situation.covered:
        yield need.last_due + after.confirm_after
        if need.resident_asked_at:
            yield need.resident_asked_at + after.close_after
