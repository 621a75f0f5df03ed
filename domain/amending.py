"""A need is changed while its response runs: more reopens it, less releases, earlier or elsewhere asks anew. Pure.

More is looked for. Less lets go of those still asked, then of those standing by, then of the latest promises. Who has
promised something that is now wanted earlier or elsewhere keeps their promise and is asked whether it is still all
right; who has promised at another address than is on record now is sent the right one. Nobody answers a page that
shows less than what is true: each live invitation gets a new version.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from domain.capabilities import Capability
from domain.changes import Change, Draft, Refusal
from domain.ending import end_promise, keep_promise
from domain.events import EventCode
from domain.finishing import promised_of
from domain.holding import cannot_steer
from domain.invitations import Invitation, InvitationStatus, Reason, Share
from domain.messages import MessageKind
from domain.needs import Address, Line, Need, NeedStatus, Resident
from domain.officers import Task, TaskKind, TaskStatus
from domain.opening import MOST_LINES
from domain.reopening import begun_anew, give_new_time, look_for_others
from domain.safeguarding import needs_word, tell_private_details, tell_resident_who_helps
from domain.situations import Situation
from domain.steps import PhoneAboutChange
from domain.timing import time_to_say
from domain.values import Name, Point, Summary, Value

LIVE = (
    InvitationStatus.requested,
    InvitationStatus.accepted,
    InvitationStatus.in_progress,
    InvitationStatus.rejected,
    InvitationStatus.cancelled,
)


class Wanted(Value):
    """So much of one kind of help, as an officer now says; `due` if it has a time of its own."""

    capability: Capability
    quantity: Annotated[int, Field(ge=0, le=100_000)]
    due: datetime | None = None


class Amendment(Value):
    """What an officer changes; what is `None` stays. `address` is the resident's, private;
    `urgent_because` makes it urgent, or gives another reason for it."""

    wanted: tuple[Wanted, ...] = ()
    needed_by: datetime | None = None
    place: Name | None = None
    point: Point | None = None
    summary: Annotated[Summary, Field(min_length=1)] | None = None
    address: Address | None = None
    urgent_because: Annotated[Summary, Field(min_length=1)] | None = None


def amend(
    situation: Situation,
    amendment: Amendment,
    resident: Resident,
    by: str,
    now: datetime,
    edition: int | None = None,
) -> Change | Refusal | None:
    """Put the change into effect and tell those it concerns. Saying what is so already changes nothing (`None`).

    `resident` is what is on record of them, read together with the situation.
    """
    if refusal := cannot_steer(situation, edition):
        return refusal
    need = situation.need
    lines = _lines_as_wanted(need, amendment, now)
    if not any(line.quantity for line in lines):
        return Refusal("nothing-left", "Nothing would be left of it; end it instead.", "lines")
    if refusal := _cannot_share_out(situation, lines):
        return refusal
    if len(lines) > MOST_LINES:
        return Refusal("too-many", f"A need has at most {MOST_LINES} parts; record another one.", "lines")
    moved = amendment.place is not None and amendment.place != (need.place if need.incident else need.area)
    said = amendment.summary is not None and amendment.summary != need.summary
    corrected = amendment.address is not None and amendment.address != resident.address
    pressing = amendment.urgent_because is not None and amendment.urgent_because != need.urgent_because
    needed_by = max(amendment.needed_by or need.needed_by, *(line.due for line in lines if line.quantity))
    if lines == need.lines and not (moved or said or corrected or pressing) and needed_by == need.needed_by:
        return None
    draft = Draft(situation, now)
    _set_lines(draft, lines)
    draft.set_need(needed_by=needed_by, edition=need.edition + 1)
    if moved:
        where = {"place": amendment.place} if need.incident else {"area": amendment.place, "point": amendment.point}
        draft.set_need(**where)
    if said:
        draft.set_need(summary=amendment.summary)
    if pressing:
        draft.set_need(urgent=True, urgent_because=amendment.urgent_because)
    if corrected:
        draft.keep_resident(resident.but(address=amendment.address))
    _note(draft, EventCode.amended, by, moved=moved, said=said, corrected=corrected, pressing=pressing)
    _carry_out(draft, moved=moved, corrected=corrected)
    if draft.need.pressing and not need.pressing:
        _wake_who_sleeps(draft)
    return draft.change(wake_at=now)


def _wake_who_sleeps(draft: Draft) -> None:
    """Quiet hours give way from now on: who was left alone for them may be asked, reminded or called at once. Where
    every round has passed them over, the rounds begin anew beside the officer who has it."""
    for line in draft.so_far().missing_lines:
        spent = line.round > len(draft.need.playbook.rounds)
        awake = begun_anew(draft.need, line) if spent else {"dry": False, "more_at": None}
        draft.set_lines((line.number,), **awake | {"handed_over": line.handed_over})
    for invitation in draft.invitations():
        if invitation.call_from or invitation.remind_from:
            draft.put(invitation.but(call_from=None, remind_from=None))


def _cannot_share_out(situation: Situation, lines: tuple[Line, ...]) -> Refusal | None:
    """One helper gives all of what cannot be split: more of it, once promised, is another need."""
    for line in situation.need.lines:
        held = sum(s.pledged + s.reserve for i in situation.invitations if (s := i.share(line.number)))
        if not line.capability.split and held and lines[line.number - 1].quantity > line.quantity > 0:
            return Refusal(
                "whole",
                f"{line.capability.title} is promised already and cannot be shared out; record the rest as a new need.",
                "lines",
            )
    return None


def extend(
    situation: Situation, needed_by: datetime, by: str, now: datetime, edition: int | None = None
) -> Change | Refusal | None:
    """It may come later: what has been through every round starts anew, and those who never answered may be asked."""
    if refusal := cannot_steer(situation, edition):
        return refusal
    need = situation.need
    lines = tuple(_extended(need, line, needed_by, now) for line in need.lines)
    later = any(line.quantity and line.due > need.line(line.number).due for line in lines)
    if needed_by == need.needed_by and needed_by > now and not later:
        return None
    if needed_by <= now or not later:
        return Refusal(
            "earlier",
            "That is not later than it is needed now; to bring it forward, change when it is needed.",
            "needed_by",
        )
    draft = Draft(situation, now)
    _set_lines(draft, lines)
    draft.set_need(needed_by=max(needed_by, need.needed_by), edition=need.edition + 1)
    _note(draft, EventCode.extended, by)
    _carry_out(draft)
    return draft.change(wake_at=now)


def _extended(need: Need, line: Line, needed_by: datetime, now: datetime) -> Line:
    """Nothing is due earlier by it than it is now."""
    return line if _has_own_time(need, line, now) else _timed(line, max(line.due, needed_by), own=False)


def _note(
    draft: Draft,
    code: EventCode,
    by: str,
    *,
    moved: bool = False,
    said: bool = False,
    corrected: bool = False,
    pressing: bool = False,
) -> None:
    before = draft.situation.need.lines
    lines = draft.need.lines
    changed = {
        str(line.number): line.quantity
        for line in lines
        if line.number > len(before) or line.quantity != before[line.number - 1].quantity
    }
    earlier, later = _rescheduled(draft.situation.need, draft.need)
    draft.note_event(
        code,
        by=by,
        lines=tuple(int(n) for n in changed) or tuple(earlier | later),
        quantities=changed,
        due=max(lines[n - 1].due for n in earlier | later).isoformat() if earlier or later else None,
        earlier=bool(earlier),
        place=moved,
        summary=said,
        address=corrected,
        urgent=pressing,
    )


def _lines_as_wanted(need: Need, amendment: Amendment, now: datetime) -> tuple[Line, ...]:
    """The lines as they shall be. A line with a time of its own keeps it, unless that has passed."""
    wanted = {want.capability.code: want for want in amendment.wanted}
    lines = []
    for line in need.lines:
        want = wanted.pop(line.what, None)
        if want and want.due:
            line = _timed(line, want.due, own=True)
        elif amendment.needed_by and not _has_own_time(need, line, now):
            line = _timed(line, amendment.needed_by, own=False)
        lines.append(line.but(quantity=want.quantity) if want else line)
    for want in wanted.values():
        new = Line(
            number=len(lines) + 1,
            capability=want.capability,
            quantity=want.quantity,
            due=want.due or amendment.needed_by or need.needed_by,
            own_time=want.due is not None,
        )
        lines.append(new)
    return tuple(lines)


def _timed(line: Line, due: datetime, *, own: bool) -> Line:
    return line if due == line.due else line.but(due=due, own_time=own)


def _has_own_time(need: Need, line: Line, now: datetime) -> bool:
    """Was it recorded with a time of its own, still to come? One that we gave it when it was wanted anew is none; and
    where every part has its own, the time of the last is that of the need."""
    if line.due <= now or line.wanted_anew:
        return False
    if line.due == need.needed_by:
        return bool(line.own_time) and any(other.own_time is False for other in need.lines if other.quantity)
    return line.own_time is not False


def _rescheduled(before: Need, after: Need) -> tuple[set[int], set[int]]:
    """The numbers of the lines that are due earlier now, and of those due later."""
    pairs = [(line, before.line(line.number)) for line in after.lines if line.number <= len(before.lines)]
    earlier = {line.number for line, old in pairs if line.quantity and line.due < old.due}
    later = {line.number for line, old in pairs if line.quantity and line.due > old.due}
    return earlier, later


def _set_lines(draft: Draft, lines: tuple[Line, ...]) -> None:
    """No round lasts longer than there is time."""
    draft.set_need(
        lines=tuple(line.but(round_ends=min(line.round_ends, line.due)) if line.round_ends else line for line in lines)
    )


# --- who is told, who is released, who is asked anew ---------------------------


def _carry_out(draft: Draft, *, moved: bool = False, corrected: bool = False) -> None:
    before, now = draft.situation, draft.now
    earlier, later = _rescheduled(before.need, draft.need)
    trimmed = _trim(before, draft.need)
    for invitation in trimmed.values():
        draft.put(invitation)
    after = draft.so_far()
    anew = _start_anew(draft, after, later | ({line.number for line in draft.need.lines} if moved else set()))
    for id, invitation in trimmed.items():
        old = before.by_id[id]
        told = invitation.but(version=old.version + 1)
        if anew and _is_still_asked(told, now, before.need.cycle):
            told = told.but(cycle=draft.need.cycle)
        if told.status is InvitationStatus.completed:
            draft.put(invitation)
        elif old.promised:
            _tell_promiser(draft, old, told, asks=moved or _is_wanted_sooner(old, earlier), corrected=corrected)
        elif old.open and _is_released(old, before, after):
            ended = end_promise(draft, told, InvitationStatus.cancelled, Reason.less)
            draft.tell_responder(MessageKind.stand_down, ended)
        else:
            draft.put(told.but(answer_by=min(told.answer_by, max(_due(draft.need, told), now))))
    if any(needs_word(before, i) for i in before.giving):
        tell_resident_who_helps(draft)


def _tell_promiser(draft: Draft, old: Invitation, told: Invitation, *, asks: bool, corrected: bool) -> None:
    """What has changed for them: nothing is needed any more; or is it still all right; or less, or at this address."""
    if not (told.pledged or told.reserve or told.offered):
        ended = end_promise(draft, told, InvitationStatus.cancelled, Reason.less, told.shares)
        draft.tell_responder(MessageKind.reduced if old.pledged else MessageKind.stand_down, ended, urgent=True)
        return
    if asks and (old.pledged or old.offered):
        lines = [draft.need.line(share.line) for share in told.shares if draft.need.line(share.line).quantity]
        told = told.but(confirm_by=time_to_say(draft.need, lines, draft.now))
        keep_promise(draft, told)
        draft.tell_responder(MessageKind.changed, told)  # the address goes with their yes
        return
    keep_promise(draft, told)
    if (told.pledged, told.reserve) != (old.pledged, old.reserve):
        draft.tell_responder(MessageKind.reduced, told)
    if told.pledged and (corrected or needs_word(draft.situation, old)):  # perhaps nothing sensitive is left
        tell_private_details(draft, told)


def _is_wanted_sooner(invitation: Invitation, earlier: set[int]) -> bool:
    """Is something that they promise, or offer, due earlier now?"""
    return any((share.pledged or share.offered) and share.line in earlier for share in invitation.shares)


def _due(need: Need, invitation: Invitation) -> datetime:
    return max(need.line(share.line).due for share in invitation.shares)


def _is_released(invitation: Invitation, before: Situation, after: Situation) -> bool:
    """Was something of what they were asked still missing, and is nothing of it now?"""
    lines = [share.line for share in invitation.shares]
    wanted = any(before.missing(before.need.line(n)) for n in lines)
    return wanted and not any(after.missing(after.need.line(n)) for n in lines)


def _is_still_asked(invitation: Invitation, now: datetime, cycle: int) -> bool:
    """Asked in this cycle, and either within their time or waiting for an answer of ours."""
    return (
        invitation.open
        and invitation.cycle == cycle
        and (invitation.answer_by > now or invitation.reason is Reason.question)
    )


# --- less ---------------------------------------------------------------------


def _trim(situation: Situation, need: Need) -> dict[str, Invitation]:
    """Every live invitation as the new lines leave it: nothing promised above what is needed, nothing late counted."""
    kept = {i.id: i for i in situation.invitations if i.status in LIVE or i.pledged}
    for line in need.lines:
        _trim_line(kept, line)
    return kept


def _trim_line(kept: dict[str, Invitation], line: Line) -> None:
    holders = [i for i in kept.values() if i.share(line.number)]
    for invitation in holders:
        kept[invitation.id] = _set_share(invitation, line, _in_time(invitation, line))
    pledged = sum(share.pledged for i in kept.values() if (share := i.share(line.number)))
    excess = pledged - line.quantity
    if excess < 0 or (excess == 0 and line.quantity):
        return
    for invitation in sorted((kept[i.id] for i in holders), key=_latest_promise_first):
        share = invitation.share(line.number)
        if share is None:
            continue
        less = min(excess, share.pledged)
        excess -= less
        offered = share.offered if line.quantity else 0
        was = share.pledged if less else share.was
        share = share.but(pledged=share.pledged - less, reserve=0, offered=offered, was=was)
        kept[invitation.id] = _set_share(invitation, line, share)


def _latest_promise_first(invitation: Invitation) -> tuple[bool, float, str]:
    """Those who have brought it already come last."""
    said = invitation.answered_at or invitation.asked_at
    return invitation.status is InvitationStatus.completed, -said.timestamp(), invitation.id


def _in_time(invitation: Invitation, line: Line) -> Share:
    """Their share of the line: what they can bring only after it is due now stands by."""
    share = invitation.asked_share(line.number)
    if invitation.promised and share.pledged and share.ready_by and share.ready_by > line.due:
        return share.but(pledged=0, reserve=share.reserve + share.pledged, was=share.pledged)
    return share if line.capability.split else share.but(reserve=min(share.reserve, line.quantity))


def _set_share(invitation: Invitation, line: Line, share: Share) -> Invitation:
    return invitation.but(shares=tuple(share if s.line == line.number else s for s in invitation.shares))


# --- more, or later ------------------------------------------------------------


def _start_anew(draft: Draft, after: Situation, later: set[int]) -> bool:
    """Look for what is missing now, and anew for what is wanted `later` or elsewhere. Says whether a new cycle begins:
    then those who never answered, and those let go because less was needed, may be asked."""
    before, need, now = draft.situation, draft.need, draft.now
    was_open = need.stage is NeedStatus.open
    missing = {line.number for line in after.missing_lines}
    spent = {n for n in missing & later if need.line(n).round > len(need.playbook.rounds)}
    _hand_over_anew(draft, after, missing & later, spent)
    grown = _grown(before, after)
    released = {n for n in missing & grown if _was_released_for_less(before, n)}
    for line in need.lines:
        if line.number in spent | released or (line.number in missing and not was_open):
            draft.set_lines((line.number,), **begun_anew(need, line))
    give_new_time(draft, tuple(missing & grown))
    if missing:
        _finish_past_due(draft, missing)
    if missing and not was_open:
        draft.set_need(status=NeedStatus.open, resident_asked_at=None, resident_said=None)
    elif not missing and need.last_due > max(now, before.need.last_due) and need.resident_asked_at:
        draft.set_need(status=NeedStatus.covered, resident_asked_at=None)
    if begins := bool(spent or released or (missing and not was_open)):
        draft.set_need(cycle=need.cycle + 1)
    return begins


def _finish_past_due(draft: Draft, missing: set[int]) -> None:
    """Nobody is asked how it ended of what is not past its time any more."""
    over = {number for number in missing if draft.need.line(number).due <= draft.now}
    for task in draft.situation.tasks:
        if task.kind is TaskKind.past_due and task.status is not TaskStatus.done and not over & set(task.lines):
            draft.put_task(task.but(status=TaskStatus.done))


def _was_released_for_less(situation: Situation, line: int) -> bool:
    """Has somebody asked for it in this cycle been let go since, because less was needed?"""
    return any(i.reason is Reason.less and i.share(line) for i in situation.current)


def _grown(before: Situation, after: Situation) -> set[int]:
    """The numbers of the lines of which more is missing than before."""
    return {
        line.number
        for line in after.missing_lines
        if line.number > len(before.need.lines) or after.missing(line) > before.missing(before.need.line(line.number))
    }


def _hand_over_anew(draft: Draft, after: Situation, later: set[int], spent: set[int]) -> None:
    """What an officer has is theirs still, unless it is looked for anew, or more of it is missing than they know."""
    before = draft.situation
    more = _grown(before, after)
    waiting: set[int] = set()
    for task in before.tasks:
        if task.kind is TaskKind.hand_over and task.status is not TaskStatus.done:
            if set(task.lines) <= spent or not set(task.lines) & {line.number for line in after.missing_lines}:
                draft.put_task(task.but(status=TaskStatus.done))
            elif task.status is TaskStatus.open:
                waiting |= set(task.lines)
    draft.set_lines(tuple(spent | ((more | later) - waiting)), handed_over=False)


# --- no word about a change -----------------------------------------------------


def phone_about_change(situation: Situation, step: PhoneAboutChange, now: datetime) -> Change:
    """Their promise stands; an officer phones and asks whether it is still all right."""
    draft = Draft(situation, now)
    invitation = situation.by_id[step.invitation]
    draft.note_event(EventCode.unconfirmed, responders=(invitation.responder,))
    draft.put(invitation.but(confirm_by=None, fingerprint=None))  # the same answer as before the change is a new one
    draft.raise_task(TaskKind.call_partner, invitation=invitation.id, note=EventCode.amended.value)
    return draft.change(wake_at=now)


def give_up_unconfirmed(situation: Situation, task: Task, by: str, now: datetime) -> Change | None:
    """Not reached by phone either: they may go where, or when, it is not needed any more. What they promised counts no
    more and others are asked; they are asked not to set out, and can still say that it is all right."""
    invitation = situation.by_id.get(task.invitation or "")
    if situation.need.closed or invitation is None or not (invitation.promised and invitation.pledged):
        return None
    if invitation.answered_at and invitation.answered_at > task.created_at:
        return None  # they have said so since
    draft = Draft(situation, now)
    shares = [share.but(pledged=0, lost=promised_of(share), was=share.pledged) for share in invitation.shares]
    given_up = end_promise(draft, invitation, InvitationStatus.failed, Reason.no_answer, shares)
    draft.note_event(
        EventCode.given_up,
        by=by,
        responders=(invitation.responder,),
        lost={str(share.line): share.pledged for share in invitation.shares if share.pledged},
    )
    draft.tell_responder(MessageKind.call_off, given_up, urgent=True)
    look_for_others(draft, invitation, given_up)
    return draft.change(wake_at=now)
