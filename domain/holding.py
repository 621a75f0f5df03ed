"""On hold: nothing is sent, answers are taken, and when it ends everything continues where it was. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.changes import Change, Draft, Refusal
from domain.events import EventCode
from domain.incidents import Incident
from domain.invitations import Invitation
from domain.needs import Line, Need, NeedStatus
from domain.officers import TaskKind
from domain.situations import Situation
from domain.steps import AskAboutHold, GoOn, NoteHold, Step
from domain.timing import time_to_say

A_DAY = timedelta(days=1)


def hold(
    situation: Situation, until: datetime | None, by: str, now: datetime, edition: int | None = None
) -> Change | Refusal | None:
    """Send nothing until then, or until an officer ends it. Holding it again until the same time changes nothing."""
    need = situation.need
    if refusal := cannot_steer(situation, edition):
        return refusal
    if until is not None and until <= now:
        return Refusal("past", "That time is in the past; say a later one, or end the hold.", "until")
    on_hold = need.status is NeedStatus.on_hold
    if on_hold and need.held_until == until:
        return None
    draft = Draft(situation, now)
    draft.note_event(EventCode.held, by=by, until=until.isoformat() if until else None)
    draft.finish_tasks(TaskKind.on_hold)
    draft.set_need(held_at=need.held_at or now, held_until=until, edition=need.edition + 1)
    if not on_hold:
        draft.set_need(status=NeedStatus.on_hold, before_hold=need.status)
    return draft.change(wake_at=now)


def resume(situation: Situation, by: str, now: datetime, edition: int | None = None) -> Change | Refusal | None:
    """Go on: a need that is not on hold is left as it is (`None`)."""
    if refusal := cannot_steer(situation, edition):
        return refusal
    return go_on(situation, by, now) if situation.need.status is NeedStatus.on_hold else None


def go_on(situation: Situation, by: str, now: datetime) -> Change:
    """End the need's own hold. Every clock that ran when it began is put on by as long as it has lasted, unless the
    need is held with its incident as well: then that waits for the incident."""
    need, draft = situation.need, Draft(situation, now)
    draft.note_event(EventCode.resumed, by=by, minutes=int((now - (need.held_at or now)).total_seconds() // 60))
    draft.finish_tasks(TaskKind.on_hold)
    draft.need = draft.need.but(status=need.stage, before_hold=None, held_until=None, edition=need.edition + 1)
    if situation.held_from is None and need.held_at:
        _put_clocks_on(draft, need.held_at)
    return draft.change(wake_at=now)


def note_hold(situation: Situation, now: datetime) -> Change:
    """The need is held with its incident, or with everything: remember since when."""
    draft = Draft(situation, now)
    draft.set_need(held_at=situation.held_from)
    draft.note_event(EventCode.held, with_others=True)
    return draft.change(wake_at=now)


def ask_about_hold(situation: Situation, now: datetime) -> Change:
    """Nobody has said when it goes on: an officer is asked each day, so that it is not forgotten."""
    draft = Draft(situation, now)
    draft.note_event(EventCode.task_raised, kind=TaskKind.on_hold.value)
    draft.finish_tasks(TaskKind.on_hold)
    draft.raise_task(TaskKind.on_hold)
    return draft.change(wake_at=now)


def step_of_hold(situation: Situation, now: datetime) -> Step | None:
    """What a hold, or its end, asks for now."""
    need = situation.need
    if situation.held_from and need.held_at is None:
        return NoteHold("Everything of its incident, or everything there is, was put on hold.")
    if need.status is NeedStatus.on_hold:
        if need.held_until and need.held_until <= now:
            return GoOn("The time on hold is over, so it continues where it was.")
        if need.held_until is None and _ask_again_at(situation) <= now:
            return AskAboutHold("It has been on hold for a day and nobody has said until when.")
    elif need.held_at and not situation.held_from:
        return GoOn("The hold is over, so it continues where it was.")
    return None


def hold_ends(situation: Situation, now: datetime) -> Iterator[datetime]:
    """When something held is to be looked at again: at its end, else each day."""
    need = situation.need
    if need.status is NeedStatus.on_hold:
        yield need.held_until or _ask_again_at(situation)
    if situation.held_from:
        yield situation.held_from + ((now - situation.held_from) // A_DAY + 1) * A_DAY


def cannot_steer(situation: Situation, edition: int | None) -> Refusal | None:
    """Why an officer's command about this need is refused: it is closed, or has changed since they looked."""
    need = situation.need
    if need.closed:
        return Refusal("closed", f"{need.id} is closed, so nothing about it can be changed any more.")
    return has_changed(situation, edition)


def has_changed(situation: Situation, edition: int | None) -> Refusal | None:
    """Why a command that names a version is refused: it is not this one any more."""
    need = situation.need
    if edition in (None, need.edition):
        return None
    return Refusal(
        "stale",
        f"{need.id} has changed since you looked: you named version {edition}, and this is version {need.edition}.",
    )


def _ask_again_at(situation: Situation) -> datetime:
    """A day after it was put on hold, or after an officer was last asked about it."""
    asked = [task.created_at for task in situation.tasks if task.kind is TaskKind.on_hold]
    return max([situation.need.held_at or situation.need.opened_at, *asked]) + A_DAY


# --- it goes on: the clocks -----------------------------------------------------


@dataclass(frozen=True)
class _Hold:
    """A hold that is over now."""

    since: datetime
    over: datetime

    @property
    def length(self) -> timedelta:
        return self.over - self.since

    def put_on(self, moment: datetime | None, last: datetime) -> datetime | None:
        """A moment that was still to come comes as much later as the hold has lasted, at most at `last`."""
        return min(moment + self.length, last) if moment and moment > self.since else moment

    def run_on(self, began: datetime) -> datetime:
        """From when a clock has run that began then, and that did not run while it was held."""
        return began + (self.over - max(began, self.since))


def _put_clocks_on(draft: Draft, since: datetime) -> None:
    """Nobody loses time by the hold, and none is given beyond when it is due. Who sleeps wakes when they do."""
    hold = _Hold(since, draft.now)
    asked, past = draft.need.resident_asked_at, draft.need.past_due_at
    draft.set_need(
        held_at=None,
        lines=tuple(_put_round_on(line, hold) for line in draft.need.lines),
        resident_asked_at=hold.run_on(asked) if asked else None,
        past_due_at=hold.run_on(past) if past else None,
    )
    for invitation in draft.situation.invitations:
        if (on := _put_invitation_on(draft.need, invitation, hold)) != invitation:
            draft.put(on)


def _put_round_on(line: Line, hold: _Hold) -> Line:
    if line.wanted_anew and line.wanted_anew >= hold.since:  # the time it got meanwhile begins now
        line = line.but(due=hold.over + (line.due - line.wanted_anew), wanted_anew=hold.over)
    if not line.round_ends or line.round_ends <= hold.since:
        return line
    ends = hold.put_on(line.round_ends, max(line.due, hold.over))
    return line.but(round_began=hold.run_on(line.round_began) if line.round_began else None, round_ends=ends)


def _put_invitation_on(need: Need, invitation: Invitation, hold: _Hold) -> Invitation:
    """Who thinks over a change has as long to say as if it were asked now, at most: it may have come while held."""
    asked = [line for share in invitation.shares if (line := need.line(share.line)).quantity] or list(need.lines)
    say_by, chased, moving = time_to_say(need, asked, hold.over), invitation.chased_at, invitation.moving
    on = invitation.but(
        confirm_by=hold.put_on(invitation.confirm_by, say_by),
        chased_at=hold.run_on(chased) if chased and invitation.promised else chased,
        moving=moving and moving.but(answer_by=hold.put_on(moving.answer_by, say_by)),
    )
    if not invitation.awaited or invitation.answer_by <= hold.since:
        return on
    last = max(hold.over, *(line.due for line in asked))
    return on.but(answer_by=hold.put_on(invitation.answer_by, last), held_for=invitation.held_for + hold.length)


def cannot_hold(incident: Incident) -> Refusal | None:
    """Why it cannot be put on hold: nothing leaves about a closed one as it is, and nobody would end the hold."""
    return (
        Refusal("closed", f"{incident.id} is closed, so there is nothing to put on hold.") if incident.closed else None
    )
