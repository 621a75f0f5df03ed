"""What partners are asked, reminded of and called from standby for; not once it is no longer wanted of them."""

from __future__ import annotations

from domain.invitations import Invitation
from domain.labels import say_some
from domain.links import LinkTo, Purpose
from domain.responders import Responder
from domain.timing import may_remind
from notifications.invitation import InvitationWords
from notifications.letters import (
    NO_INVITATION,
    PROMISED,
    Letter,
    NotSent,
    Part,
    has_newer,
    may_be_shared,
    pledges_of,
    say_parts,
)
from notifications.lines_added import LinesAddedWords
from notifications.reminder import ReminderWords
from notifications.reserve_call import ReserveCallWords


def _still_wanted(letter: Letter, invitation: Invitation) -> list[Part]:
    """What they were asked for, as far as it is still missing and not past its time."""
    lines = [(letter.need.line(share.line), share) for share in invitation.shares]
    return [
        Part(line, min(share.asked, letter.situation.missing(line)), share)
        for line, share in lines
        if letter.situation.missing(line) and letter.now < line.due
    ]


def _ask(letter: Letter) -> tuple[Invitation, Responder, list[Part]] | NotSent:
    """Whom this ask is to and for what, or why it is not to be asked any more."""
    invitation, responder = letter.invitation, letter.responder
    if invitation is None or responder is None:
        return NO_INVITATION
    if letter.need.closed:
        return NotSent("the need is closed")
    if letter.situation.covered:
        return NotSent("everything is promised")
    if not invitation.awaited:
        return NotSent("they have answered, or are no longer asked")
    if has_newer(letter, invitation):
        return NotSent("they have been asked again since")
    if letter.message.contact != invitation.contact:
        return NotSent("they are asked at another address now")
    wanted = _still_wanted(letter, invitation)
    if not wanted:
        return NotSent("what they were asked for is promised or past its time")
    return invitation, responder, wanted


def write_invitation(letter: Letter) -> InvitationWords | NotSent:
    """Ask; not if it is covered, closed, answered or past its time."""
    match _ask(letter):
        case NotSent() as not_sent:
            return not_sent
        case invitation, responder, wanted:
            return InvitationWords(
                **letter.common,
                category=letter.category,
                asked=say_parts(wanted),
                lines=_ask_lines(letter, wanted),
                in_part=may_be_shared(wanted),
                urgent=letter.need.urgent,
                when=letter.when(part.line for part in wanted),
                area=letter.area,
                where=letter.where,
                summary=letter.need.summary,
                terms=letter.terms(wanted),
                why=_why(letter, responder, wanted),
                answer_by=_answer_by(letter, invitation),
                may_remind=may_remind(letter.need, invitation),
                answer=letter.answer_link(invitation),
                mute=_mute_link(letter, invitation),
                own=letter.own_link(invitation),
            )


def write_lines_added(letter: Letter) -> LinesAddedWords | NotSent:
    """Ask for more. What came last is what is new; of one round, all of it is."""
    match _ask(letter):
        case NotSent() as not_sent:
            return not_sent
        case invitation, _, wanted:
            last = invitation.shares[-1].round
            added = [part for part in wanted if part.share and part.share.round == last]
            if not added:
                return NotSent("what was added is promised or past its time")
            before = [part for part in wanted if part not in added]
            return LinesAddedWords(
                **letter.common,
                asked=say_parts(added),
                added=_ask_lines(letter, added, wanted),
                before=_ask_lines(letter, before, wanted),
                in_part=may_be_shared(wanted),
                when=letter.when(part.line for part in wanted),
                area=letter.area,
                where=letter.where,
                terms=letter.terms(added),
                answer_by=_answer_by(letter, invitation),
                answer=letter.answer_link(invitation),
                own=letter.own_link(invitation),
            )


def write_reminder(letter: Letter) -> ReminderWords | NotSent:
    """Remind; not once their time is over."""
    match _ask(letter):
        case NotSent() as not_sent:
            return not_sent
        case invitation, _, _ if invitation.answer_by <= letter.now:
            return NotSent("their time to answer is over")
        case _, responder, _ if responder.paused_until and responder.paused_until > letter.now:
            return NotSent("they asked to be passed over for a while")
        case invitation, _, wanted:
            return ReminderWords(
                **letter.common,
                category=letter.category,
                asked=say_parts(wanted),
                lines=_ask_lines(letter, wanted),
                in_part=may_be_shared(wanted),
                when=letter.when(part.line for part in wanted),
                area=letter.area,
                where=letter.where,
                summary=letter.need.summary,
                asked_at=letter.say(invitation.asked_at),
                answer_by=letter.say(invitation.answer_by),
                answer=letter.answer_link(invitation),
                mute=_mute_link(letter, invitation),
                own=letter.own_link(invitation),
            )


def write_reserve_call(letter: Letter) -> ReserveCallWords | NotSent:
    """Who offered more than was needed is told that it counts now; who only stood by is asked if they still can."""
    invitation = letter.invitation
    if invitation and not letter.need.closed and invitation.status in PROMISED and invitation.pledged:
        return _reserve_call(letter, invitation, counted=True, parts=pledges_of(letter, invitation))
    match _ask(letter):
        case NotSent() as not_sent:
            return not_sent
        case asked, _, wanted:
            stood_by = [
                Part(part.line, min(part.count, part.share.reserve))
                for part in wanted
                if part.share and part.share.reserve
            ]
            return _reserve_call(letter, asked, counted=False, parts=stood_by or wanted)


def _reserve_call(letter: Letter, invitation: Invitation, *, counted: bool, parts: list[Part]) -> ReserveCallWords:
    return ReserveCallWords(
        **letter.common,
        counted=counted,
        asked=say_parts(parts),
        lines=letter.list_parts(parts),
        when=letter.when(part.line for part in parts),
        area=letter.area,
        where=letter.where,
        answer_by=None if counted else _answer_by(letter, invitation),
        answer=letter.answer_link(invitation),
        own=letter.own_link(invitation),
    )


def _ask_lines(letter: Letter, parts: list[Part], among: list[Part] | None = None) -> tuple[str, ...]:
    """Lines with their times where those differ `among` all parts of the mail, and which of them one helper must do."""
    apart = letter.when(part.line for part in among or parts) is None
    return tuple(
        part.said
        + ("" if part.line.capability.split or part.count == 1 else ", from one helper")
        + (f", by {letter.say(part.line.due)}" if apart else "")
        for part in parts
    )


def _why(letter: Letter, responder: Responder, parts: list[Part]) -> str:
    able = say_some([part.line.capability.units for part in parts])
    who = "You are on our list of people" if responder.is_person() else f"{responder.name} is on our list of those"
    return f"{who} who can help in or near {letter.area}, for {able}."


def _answer_by(letter: Letter, invitation: Invitation) -> str | None:
    return letter.say(invitation.answer_by) if invitation.answer_by > letter.now else None


def _mute_link(letter: Letter, invitation: Invitation) -> LinkTo:
    target = f"{invitation.responder}|{letter.need.category}"
    return LinkTo(purpose=Purpose.unsubscribe, target=target, kid=invitation.kid)
