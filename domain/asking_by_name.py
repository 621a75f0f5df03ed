"""An officer asks somebody by name, or does not wait for the next round: the same rules, and nobody is asked twice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from domain.askable import Candidate, why_not
from domain.asking import invite
from domain.changes import Change, Draft, Refusal
from domain.events import EventCode
from domain.explaining import say_why_not
from domain.holding import cannot_steer
from domain.invitations import Share
from domain.matching import expected_giving
from domain.needs import Line
from domain.situations import Situation


def ask_by_name(
    situation: Situation,
    candidate: Candidate,
    quantities: Mapping[str, int],
    by: str,
    now: datetime,
    edition: int | None = None,
) -> Change | Refusal:
    """Ask this one now, for these quantities (by capability) or for all of what is missing that they may give."""
    need, responder = situation.need, candidate.responder
    if refusal := _cannot_ask(situation, edition):
        return refusal
    lines = [line for line in situation.missing_lines if line.due > now]
    if quantities:
        found = _lines_named(situation, quantities, now)
        if isinstance(found, Refusal):
            return found
        lines = found
    if not lines:
        return Refusal("too-late", f"What is missing of {need.id} is past its time; give it more.")
    looked_at = ((line.number, why_not(candidate, situation, None, line, now)) for line in lines)
    against = {number: reason for number, reason in looked_at if reason}
    able = [line for line in lines if line.number not in against]
    if against and (quantities or not able):
        number, reason = next(iter(against.items()))
        why = say_why_not(reason, responder, need, None, need.line(number), situation.zone)
        return Refusal("against", f"{responder.name} cannot be asked for this. {why}")
    shares = tuple(_share(situation, candidate, line, quantities.get(line.what)) for line in able)
    draft = Draft(situation, now)
    draft.set_need(edition=need.edition + 1)
    draft.note_event(
        EventCode.asked_by_name,
        by=by,
        lines=tuple(share.line for share in shares),
        responders=(responder.id,),
        missing={str(share.line): share.asked for share in shares},
    )
    invite(draft, responder, shares, _until(situation, shares, now))
    return draft.change(wake_at=now)


def ask_next_round(situation: Situation, by: str, now: datetime, edition: int | None = None) -> Change | Refusal:
    """Wait no longer for those asked so far: the next round is asked now. They can still answer, and what they give
    counts; but nothing is expected of them any more."""
    if refusal := _cannot_ask(situation, edition):
        return refusal
    need = situation.need
    rounds = len(need.playbook.rounds)
    waiting = tuple(line.number for line in situation.missing_lines if 0 < line.round < rounds and now < line.due)
    if not waiting:
        return _no_further_round(situation, now)
    draft = Draft(situation, now)
    draft.note_event(EventCode.next_round, by=by, lines=waiting)
    draft.set_need(edition=need.edition + 1)
    draft.set_lines(waiting, round_ends=now, more_at=None)
    for invitation in situation.current:
        if invitation.awaited and any(share.line in waiting and share.expected for share in invitation.shares):
            shares = (s.but(expected=0.0) if s.line in waiting else s for s in invitation.shares)
            draft.put(invitation.but(shares=tuple(shares)))
    return draft.change(wake_at=now)


def _no_further_round(situation: Situation, now: datetime) -> Refusal:
    """Why there is none to ask next, and what to do instead."""
    if all(line.due <= now for line in situation.missing_lines):
        return Refusal("too-late", f"What is missing of {situation.need.id} is past its time; give it more.")
    if any(line.round == 0 for line in situation.missing_lines):
        return Refusal("no-round", "The first round has not begun; it is asked as soon as Muster looks.")
    return Refusal(
        "no-round",
        "Every round of the playbook has been asked. Ask somebody by name; or give it more time, and all begins anew.",
    )


def _cannot_ask(situation: Situation, edition: int | None) -> Refusal | None:
    need = situation.need
    if need.closed:
        return Refusal("closed", f"{need.id} is closed, so nobody can be asked about it any more.")
    if refusal := cannot_steer(situation, edition):
        return refusal
    if situation.held:
        return Refusal("held", f"{need.id} is on hold, so nothing is sent; end that first.")
    if situation.covered:
        return Refusal("covered", f"Everything of {need.id} is promised already.")
    return None


def _lines_named(situation: Situation, quantities: Mapping[str, int], now: datetime) -> list[Line] | Refusal:
    by_code = {line.what: line for line in situation.need.lines}
    for what, quantity in quantities.items():
        line = by_code.get(what)
        if line is None:
            return Refusal("line", f"{what} is no part of {situation.need.id}; it has {', '.join(by_code)}.", "lines")
        missing = situation.missing(line)
        if not 0 < quantity <= missing:
            amount = line.capability.amount(missing)
            return Refusal("line", f"{amount} are missing, so {quantity} cannot be asked for.", "lines")
        if not line.capability.split and quantity != line.quantity:
            return Refusal("line", f"It cannot be shared out: ask for all of it ({line.amount}).", "lines")
        if line.due <= now:
            return Refusal("too-late", f"{line.capability.title} is past its time; give it more.")
    return [by_code[what] for what in quantities]


def _share(situation: Situation, candidate: Candidate, line: Line, quantity: int | None) -> Share:
    missing = situation.missing(line)
    asked = quantity or missing
    round = min(max(line.round, 1), len(situation.need.playbook.rounds))
    return Share(line=line.number, round=round, asked=asked, expected=expected_giving(candidate, line, asked))


def _until(situation: Situation, shares: tuple[Share, ...], now: datetime) -> datetime:
    """They have their round's patience to answer, yet never longer than there is time."""
    need = situation.need
    return min(max(min(now + need.playbook.round(s.round).patience, need.line(s.line).due), now) for s in shares)
