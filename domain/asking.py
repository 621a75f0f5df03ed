"""Rounds put into effect: whom choose() chose is asked; others are reminded, called from reserve, or passed over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from domain.changes import Change, Draft, Slot, week_of
from domain.choosing import chosen_by_officer
from domain.events import EventCode
from domain.hours import askable_from
from domain.invitations import Invitation, InvitationStatus, Ranked, Reason, Share, invitation_id
from domain.matching import Choice, Chosen
from domain.messages import MessageKind
from domain.needs import Line
from domain.responders import Responder
from domain.situations import Situation
from domain.steps import Ask, CallReserve, Remind, Skip
from domain.timing import longest, remind_at, time_for
from domain.widening import may_be_called

A_DAY = timedelta(days=1)  # after which, at the latest, it is looked anew whether somebody who stands by may be called
A_MOMENT = timedelta(minutes=15)  # and not sooner than that
A_NIGHT = timedelta(hours=12)  # so long a round waits for people who want to be left alone, if there is time for it
RESERVE_SAYS_YES = 1.0  # they have offered already: they are waited for before anybody new is asked


def ask(situation: Situation, step: Ask, choice: Choice, now: datetime) -> Change:
    """Ask those chosen, one message each; a line nobody could meet is passed over and moves on at once."""
    draft, need = Draft(situation, now), situation.need
    asked = tuple(sorted({line for chosen in choice.chosen for line in chosen.expected}))
    times = {n: time_for(need, need.line(n), step.rounds, now, situation.calendar) for n in step.lines}
    begun = {n: _begun(need.line(n), step, n in asked, times[n][0], choice, situation, now) for n in step.lines}
    draft.set_need(lines=tuple(begun.get(line.number, line) for line in need.lines))
    _note_left_out(draft, step.skipped, step.lines)
    if asked:
        _note_asked(draft, step, asked, choice, hurried=any(times[n][1] for n in asked))
        for chosen in choice.chosen:
            until = min(times[n][0] for n in chosen.expected)
            invite(draft, chosen.responder, _shares(situation, chosen, step), until, chosen.why)
    if not step.further:
        _note_nobody(draft, step, [line for n, line in begun.items() if n not in asked])
    return draft.change(wake_at=now)


def _note_asked(draft: Draft, step: Ask, asked: tuple[int, ...], choice: Choice, *, hurried: bool) -> None:
    """The event says how much is missing, which rounds had to be asked together, and whether time is short."""
    situation = draft.situation
    shares = [share for i in situation.current for share in i.shares]
    began = step.further and any(share.round == step.round and share.line in asked for share in shares)
    draft.note_event(
        EventCode.asked_next if began else EventCode.asked,
        round=step.round,
        lines=asked,
        responders=tuple(c.responder.id for c in choice.chosen),
        count=len(choice.chosen),
        missing={str(n): situation.missing(situation.need.line(n)) for n in asked},
        merged=",".join(str(n) for n in step.merged) or None,
        hurried=hurried or None,
    )


def _note_left_out(draft: Draft, rounds: tuple[int, ...], lines: tuple[int, ...]) -> None:
    for number in rounds:
        draft.note_event(EventCode.round_skipped, round=number, lines=lines, hours=True)


def _note_nobody(draft: Draft, step: Ask, lines: list[Line]) -> None:
    """Nobody was asked for these lines: because there is nobody, or because they want to be left alone for now."""
    waiting = [line for line in lines if line.more_at]
    for moment in sorted({line.more_at for line in waiting if line.more_at}):
        numbers = tuple(line.number for line in waiting if line.more_at == moment)
        draft.note_event(EventCode.round_waits, round=step.round, lines=numbers, until=moment.isoformat())
    if nobody := tuple(line.number for line in lines if not line.more_at):
        draft.note_event(EventCode.round_skipped, round=step.round, lines=nobody)


def _begun(
    line: Line, step: Ask, asked: bool, ends: datetime, choice: Choice, situation: Situation, now: datetime
) -> Line:
    """A round lasts its patience, or what there is time for. Who is asked late gets a fair time, yet no round lasts
    longer than twice its patience. Who may be asked later keeps it from being dry, and may be worth a night."""
    need, calendar = situation.need, situation.calendar
    dry = line.number in choice.dry
    later = choice.later if line.number in choice.waiting else None
    if step.further and line.round_began and line.round_ends:
        last = longest(need, line, need.playbook.together(step.rounds), line.round_began, calendar)
        ends = max(line.round_ends, min(ends, last)) if asked else line.round_ends
        more_at = later if later and later < ends else None
        return line.but(round_ends=ends, dry=dry and not more_at, more_at=more_at)
    if later and not asked and ends <= later <= now + A_NIGHT:
        ends_then, hurried = time_for(need, line, step.rounds, later, calendar)
        ends = ends if hurried else ends_then
    more_at = later if later and later < ends else None
    return line.but(
        round=step.round,
        merged=step.merged,
        round_began=now,
        round_ends=ends if asked or more_at else now,
        dry=(dry or not asked) and not more_at,
        more_at=more_at,
    )


def _shares(situation: Situation, chosen: Chosen, step: Ask) -> tuple[Share, ...]:
    return tuple(
        Share(line=n, round=step.round, asked=situation.missing(situation.need.line(n)), expected=worth)
        for n, worth in sorted(chosen.expected.items())
    )


def invite(
    draft: Draft, responder: Responder, shares: tuple[Share, ...], until: datetime, why: Ranked | None = None
) -> None:
    """Ask them for these shares. Who has been asked in this cycle already gets the further lines in one message; who
    wants to be left alone then is reminded only after."""
    situation, now, need = draft.situation, draft.now, draft.need
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
            held_for=timedelta(0),
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
            why=why,
        )
        draft.take_slot(Slot(responder.id, week_of(now, situation), responder.weekly_limit))
        draft.tell_responder(MessageKind.invitation, invitation)
    moment = remind_at(need, invitation.but(remind_from=None), situation.calendar)
    wakes = askable_from(responder, need, moment, situation.calendar) if moment else None
    draft.put(invitation.but(remind_from=wakes))


def skip(situation: Situation, step: Skip, now: datetime) -> Change:
    """These lines have been through every round."""
    draft = Draft(situation, now)
    _note_left_out(draft, step.skipped, step.lines)
    draft.set_lines(step.lines, round=step.round, merged=(), round_ends=None, dry=True, more_at=None)
    return draft.change(wake_at=now)


def remind(situation: Situation, step: Remind, times: Mapping[str, datetime], now: datetime) -> Change:
    """Remind once; who wants to be left alone now (`times`, by invitation), after that. Both links, the first and this
    one, work."""
    draft = Draft(situation, now)
    for id in step.invitations:
        if times[id] > now:
            draft.put(situation.by_id[id].but(remind_from=times[id]))
    reminded = [situation.by_id[id].but(reminded_at=now) for id in step.invitations if times[id] <= now]
    if reminded:
        draft.note_event(EventCode.reminded, responders=tuple(i.responder for i in reminded), count=len(reminded))
    for invitation in reminded:
        draft.put(invitation)
        draft.tell_responder(MessageKind.reminder, invitation)
    return draft.change(wake_at=now)


def call_reserve(situation: Situation, step: CallReserve, times: Mapping[str, datetime], now: datetime) -> Change:
    """Ask those standing by whether they still can. Who already gives part and offered more is counted, and told; where
    an officer chooses, the more is an offer again. Who is not to be called before a time (`times`, by invitation) is
    left alone until then."""
    draft = Draft(situation, now)
    left = {line.number: situation.missing(line) for line in situation.missing_lines if now < line.due}
    called = []
    _leave_alone(draft, {id: times[id] for id in step.invitations if times[id] > now})
    for invitation in (situation.by_id[id] for id in step.invitations if times[id] <= now):
        lines = _useful_lines(situation, invitation, left)
        if lines and invitation.pledged:
            more = _topped_up(situation, invitation, lines, left)
            counts = more.pledged > invitation.pledged
            draft.put(more if counts else more.but(call_from=now))  # an offer again, from now on
            called += [more] if counts else []
        elif lines:
            called.append(_asked_again(situation, invitation, lines, left, now))
    if called:
        draft.note_event(EventCode.reserve_called, responders=tuple(i.responder for i in called), count=len(called))
    for invitation in called:
        draft.put(invitation)
        draft.tell_responder(MessageKind.reserve_call, invitation)
    return draft.change(wake_at=now)


def _leave_alone(draft: Draft, waiting: dict[str, datetime]) -> None:
    """Somebody sleeps, or is away: the story says until when. Where that is after it is due, it is looked anew in
    between, as they may be back by then, or have their check again."""
    by_id, due = draft.situation.by_id, draft.need.last_due
    anew = draft.now + min(A_DAY, max((due - draft.now) / 4, A_MOMENT))
    for id, moment in waiting.items():
        draft.put(by_id[id].but(call_from=moment if moment < due else min(moment, anew)))
    for moment in sorted({moment for moment in waiting.values() if moment < due}):
        names = tuple(by_id[id].responder for id, until in waiting.items() if until == moment)
        draft.note_event(EventCode.reserve_waits, responders=names, count=len(names), until=moment.isoformat())


def _useful_lines(situation: Situation, invitation: Invitation, left: dict[int, int]) -> set[int]:
    """The lines of which something is left to give that they stand by for, and in time."""
    need = situation.need
    return {
        s.line
        for s in invitation.shares
        if left.get(s.line, 0) and may_be_called(situation, invitation, need.line(s.line))
    }


def _topped_up(situation: Situation, invitation: Invitation, lines: set[int], left: dict[int, int]) -> Invitation:
    """More of what they stand by with counts; of what an officer chooses, all of it waits to be chosen."""
    shares = []
    for share in invitation.shares:
        if share.line in lines and chosen_by_officer(situation.need.line(share.line)):
            shares.append(share.but(offered=share.offered + share.reserve, reserve=0))
            continue
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
            round = min(max(line.round, 1), len(need.playbook.rounds))
            until.append(time_for(need, line, (round,), now, situation.calendar)[0])
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
        held_for=timedelta(0),
        fingerprint=None,
        confirm_by=None,
        moving=None,
    )
