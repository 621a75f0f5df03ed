"""Rounds put into effect: whom choose() chose is asked; others are reminded, called from reserve, or passed over."""

from __future__ import annotations

from datetime import datetime

from domain.changes import Change, Draft, Slot, week_of
from domain.escalation import answer_by, stands_by
from domain.events import EventCode
from domain.invitations import Invitation, InvitationStatus, Reason, Share, invitation_id
from domain.matching import Choice, Chosen
from domain.messages import MessageKind
from domain.needs import Line
from domain.situations import Situation
from domain.steps import Ask, CallReserve, Remind, Skip

RESERVE_SAYS_YES = 1.0  # they have offered already: they are waited for before anybody new is asked


def ask(situation: Situation, step: Ask, choice: Choice, now: datetime) -> Change:
    """Ask those chosen, one message each; a line nobody could meet is passed over and moves on at once."""
    draft = Draft(situation, now)
    asked = tuple(sorted({line for chosen in choice.chosen for line in chosen.expected}))
    if asked:
        code = EventCode.asked_next if step.further else EventCode.asked
        draft.note_event(
            code,
            round=step.round,
            lines=asked,
            responders=tuple(c.responder.id for c in choice.chosen),
            count=len(choice.chosen),
            missing={str(n): situation.missing(situation.need.line(n)) for n in asked},
        )
        for chosen in choice.chosen:
            _invite(draft, chosen, step.round)
    nobody = tuple(n for n in step.lines if n not in asked)
    if nobody and not step.further:
        draft.note_event(EventCode.round_skipped, round=step.round, lines=nobody)
    draft.set_need(
        lines=tuple(
            _begun(line, step, line.number in asked, line.number in choice.dry, situation, now)
            if line.number in step.lines
            else line
            for line in situation.need.lines
        )
    )
    return draft.change(wake_at=now)


def _begun(line: Line, step: Ask, asked: bool, dry: bool, situation: Situation, now: datetime) -> Line:
    """A round lasts its patience. Who is asked late gets a fair time, yet no round lasts longer than twice that."""
    patience = situation.need.playbook.round(step.round).patience
    if step.further and line.round_began and line.round_ends:
        ends = max(line.round_ends, min(now + patience, line.round_began + 2 * patience)) if asked else line.round_ends
        return line.but(round_ends=ends, dry=dry)
    ends = answer_by(now, patience, line.due) if asked else now
    return line.but(round=step.round, round_began=now, round_ends=ends, dry=dry or not asked)


def _invite(draft: Draft, chosen: Chosen, round: int) -> None:
    situation, now, responder = draft.situation, draft.now, chosen.responder
    need = situation.need
    shares = tuple(
        Share(line=n, round=round, asked=situation.missing(need.line(n)), expected=worth)
        for n, worth in sorted(chosen.expected.items())
    )
    until = min(answer_by(now, need.playbook.round(round).patience, need.line(s.line).due) for s in shares)
    held = next((i for i in situation.current if i.responder == responder.id), None)
    if held:
        invitation = held.but(
            version=held.version + 1,
            shares=held.shares + shares,
            status=InvitationStatus.requested,
            reason=None,
            asked_at=now,
            answer_by=max(held.answer_by, until),
            fingerprint=None,
            reminded_at=None,
        )
        draft.tell_responder(MessageKind.lines_added, invitation)
    else:
        invitation = Invitation(
            id=invitation_id(need.id, need.cycle, responder.id),
            need=need.id,
            responder=responder.id,
            cycle=need.cycle,
            kid=situation.kid,
            asked_at=now,
            answer_by=until,
            shares=shares,
        )
        draft.take_slot(Slot(responder.id, week_of(now, situation), responder.weekly_limit))
        draft.tell_responder(MessageKind.invitation, invitation)
    draft.put(invitation)


def skip(situation: Situation, step: Skip, now: datetime) -> Change:
    """These lines have been through every round."""
    draft = Draft(situation, now)
    draft.set_lines(step.lines, round=step.round, round_ends=None, dry=True)
    return draft.change(wake_at=now)


def remind(situation: Situation, step: Remind, now: datetime) -> Change:
    """Remind once. Both links, the first and this one, work."""
    draft = Draft(situation, now)
    invitations = [situation.by_id[i] for i in step.invitations]
    draft.note_event(EventCode.reminded, responders=tuple(i.responder for i in invitations), count=len(invitations))
    for invitation in invitations:
        reminded = invitation.but(reminded_at=now)
        draft.put(reminded)
        draft.tell_responder(MessageKind.reminder, reminded)
    return draft.change(wake_at=now)


def call_reserve(situation: Situation, step: CallReserve, now: datetime) -> Change:
    """Ask those standing by whether they still can. Who already gives part and offered more is counted, and told."""
    draft = Draft(situation, now)
    left = {line.number: situation.missing(line) for line in situation.missing_lines if now < line.due}
    called = []
    for invitation in (situation.by_id[i] for i in step.invitations):
        lines = _useful_lines(situation, invitation, left)
        if lines and invitation.pledged:
            called.append(_topped_up(invitation, lines, left))
        elif lines:
            called.append(_asked_again(situation, invitation, lines, left, now))
    draft.note_event(EventCode.reserve_called, responders=tuple(i.responder for i in called), count=len(called))
    for invitation in called:
        draft.put(invitation)
        draft.tell_responder(MessageKind.reserve_call, invitation)
    return draft.change(wake_at=now)


def _useful_lines(situation: Situation, invitation: Invitation, left: dict[int, int]) -> set[int]:
    """The lines of which something is left to give that they stand by for, and in time."""
    need = situation.need
    return {s.line for s in invitation.shares if left.get(s.line, 0) and stands_by(s, need.line(s.line))}


def _topped_up(invitation: Invitation, lines: set[int], left: dict[int, int]) -> Invitation:
    shares = []
    for share in invitation.shares:
        more = min(share.reserve, left[share.line]) if share.line in lines else 0
        if more:
            left[share.line] -= more
        shares.append(share.but(pledged=share.pledged + more, reserve=share.reserve - more))
    return invitation.but(version=invitation.version + 1, shares=tuple(shares))


def _asked_again(
    situation: Situation, invitation: Invitation, lines: set[int], left: dict[int, int], now: datetime
) -> Invitation:
    """Their reserve is kept until they answer; the invitation joins the present cycle, awaited for `lines` alone."""
    need = situation.need
    shares, until = [], []
    for share in invitation.shares:
        line = need.line(share.line)
        if share.line in lines:
            patience = need.playbook.round(min(max(line.round, 1), len(need.playbook.rounds))).patience
            until.append(answer_by(now, patience, line.due))
            wanted = min(share.reserve, left[share.line])
            share = share.but(asked=wanted, expected=wanted * RESERVE_SAYS_YES)
        else:
            share = share.but(expected=0.0)
        shares.append(share)
    return invitation.but(
        version=invitation.version + 1,
        cycle=need.cycle,
        status=InvitationStatus.requested,
        reason=Reason.reserve_called,
        shares=tuple(shares),
        asked_at=now,
        answer_by=min(until),
        fingerprint=None,
    )
