"""A need is changed while its response runs: more reopens it, less releases, earlier or elsewhere asks anew. Pure.

More is looked for. Less lets go of those still asked, then of those standing by, then of the latest promises. Who has
promised something that is now wanted earlier or elsewhere keeps their promise and is asked whether it is still all
right; who has promised at another address than is on record now is sent the right one. Nobody answers a page that
shows less than what is true: each live invitation gets a new version.
"""

from __future__ import annotations

from datetime import datetime

from domain.amending.amendment import Amendment, Wanted
from domain.amending.carrying_out import carry_out
from domain.amending.lines import extended, lines_as_wanted, rescheduled
from domain.changes import Change, Draft, Refusal
from domain.events import EventCode
from domain.holding import cannot_steer
from domain.needs import Line, Resident
from domain.opening import MOST_LINES
from domain.reopening import begun_anew
from domain.situations import Situation

__all__ = ["Amendment", "Wanted", "amend", "extend"]


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
    lines = lines_as_wanted(need, amendment, now)
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
    carry_out(draft, moved=moved, corrected=corrected)
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
    lines = tuple(extended(need, line, needed_by, now) for line in need.lines)
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
    carry_out(draft)
    return draft.change(wake_at=now)


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
    earlier, later = rescheduled(draft.situation.need, draft.need)
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


def _set_lines(draft: Draft, lines: tuple[Line, ...]) -> None:
    """No round lasts longer than there is time."""
    draft.set_need(
        lines=tuple(line.but(round_ends=min(line.round_ends, line.due)) if line.round_ends else line for line in lines)
    )
