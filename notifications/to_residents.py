"""What the resident is told: received, covered, delayed, did it happen, closed."""

from __future__ import annotations

from datetime import timedelta

from domain.following_up import silence_is_enough
from domain.labels import say_some
from domain.needs import NeedStatus, Outcome
from domain.officers import TaskKind, TaskStatus
from domain.values import plural
from notifications.letters import Letter, NotSent, Part, say_parts
from notifications.resident_asked import ResidentAskedWords
from notifications.resident_closed import ResidentClosedWords
from notifications.resident_covered import ResidentCoveredWords
from notifications.resident_delayed import ResidentDelayedWords
from notifications.resident_received import ResidentReceivedWords

CLOSED = NotSent("the need is closed; the resident is told how it ended")
A_VOLUNTEER = "A local volunteer"
AT_ONCE = timedelta(minutes=2)  # news this soon after it was recorded needs no mail of its own before it
LONGEST_WHO = 80  # letters of a subject that say who


def whole(letter: Letter) -> list[Part]:
    """All that was asked for."""
    return [Part(line, line.quantity) for line in letter.need.lines if line.quantity]


def missing(letter: Letter) -> list[Part]:
    """All that is still missing."""
    return [Part(line, letter.situation.missing(line)) for line in letter.situation.missing_lines]


def write_received(letter: Letter) -> ResidentReceivedWords | NotSent:
    """Say that the request is on record."""
    if letter.need.closed:
        return CLOSED
    if nobody_to_ask(letter):
        return NotSent("there is nobody to ask: one mail says both")
    return ResidentReceivedWords(
        **letter.common,
        asked=say_parts(whole(letter)),
        lines=letter.list_parts(whole(letter)),
        when=letter.when(part.line for part in whole(letter)),
        status=letter.status_link,
    )


def write_covered(letter: Letter) -> ResidentCoveredWords | NotSent:
    """Say who will help; not if somebody has dropped out meanwhile."""
    if letter.need.closed:
        return CLOSED
    if not letter.situation.covered:
        return NotSent("it is not covered any more; the resident is told that we look again")
    return ResidentCoveredWords(
        **letter.common,
        who=who_helps_in_short(letter),
        asked=say_parts(whole(letter)),
        helpers=helpers(letter),
        when=letter.when(part.line for part in whole(letter)),
        doors=doors(letter),
        status=letter.status_link,
    )


def write_delayed(letter: Letter) -> ResidentDelayedWords | NotSent:
    """Say that it takes longer; not if it is covered meanwhile."""
    if letter.need.closed:
        return CLOSED
    if letter.situation.covered:
        return NotSent("it is covered meanwhile; the resident is told who will help")
    return ResidentDelayedWords(
        **letter.common,
        officer=with_officer(letter),
        first=nobody_to_ask(letter) and letter.message.created_at < letter.need.opened_at + AT_ONCE,
        missing=say_parts(missing(letter)),
        lines=letter.list_parts(missing(letter)),
        part_promised=bool(letter.situation.giving),
        when=letter.when(letter.situation.missing_lines),
        status=letter.status_link,
    )


def write_asked(letter: Letter) -> ResidentAskedWords | NotSent:
    """Ask whether it happened; not if they have said so already."""
    need = letter.need
    if need.closed:
        return CLOSED
    if need.status is not NeedStatus.confirming or need.resident_asked_at is None or need.resident_said:
        return NotSent("the resident has told us already, or it is not yet time to ask")
    return ResidentAskedWords(
        **letter.common,
        asked=say_parts(whole(letter)),
        helpers=helpers(letter),
        when=letter.when(part.line for part in whole(letter)),
        closes_at=letter.say(need.resident_asked_at + need.playbook.follow_up.close_after),
        officer_asks=not silence_is_enough(need),
        status=letter.status_link,
    )


def write_closed(letter: Letter) -> ResidentClosedWords | NotSent:
    """Say how it ended."""
    if letter.need.outcome is None or letter.need.outcome is Outcome.duplicate:
        return NotSent("there is no ending to tell")
    return ResidentClosedWords(
        **letter.common,
        outcome=letter.need.outcome,
        resident_said=letter.need.resident_said == "yes",
        asked=say_parts(whole(letter)),
        status=letter.status_link,
    )


def nobody_to_ask(letter: Letter) -> bool:
    """Did an officer get it before anybody was asked?"""
    return letter.need.delay_told and with_officer(letter) and not letter.situation.invitations


def with_officer(letter: Letter) -> bool:
    """Has somebody of the council been asked to find help?"""
    return any(
        task.kind in (TaskKind.hand_over, TaskKind.past_due) and task.status is not TaskStatus.done
        for task in letter.situation.tasks
    )


def helpers(letter: Letter) -> tuple[str, ...]:
    """Who helps with how much, by when if they said so. A private person has no name here."""
    said = []
    for invitation in letter.situation.giving:
        parts = [Part(letter.need.line(s.line), s.pledged, s) for s in invitation.shares if s.pledged]
        if parts:
            said.append(f"{_name(letter, invitation.responder)}: {say_some([_giving(letter, p) for p in parts])}")
    return tuple(sorted(said, key=lambda line: line.startswith(A_VOLUNTEER)))


def doors(letter: Letter) -> tuple[str, ...]:
    """The two words of each who comes to the door, before whom the resident asks for them."""
    words = ((i.responder, letter.door_words(i)) for i in letter.situation.giving)
    return tuple(f"{_name(letter, id)}: {said}" for id, said in words if said)


def _giving(letter: Letter, part: Part) -> str:
    return part.amount + (f" by {letter.say(part.share.ready_by)}" if part.share and part.share.ready_by else "")


def _name(letter: Letter, id: str) -> str:
    """What the resident may call this helper: an organisation by its name, a person (or one we lost) a volunteer."""
    responder = letter.people.responder(id)
    return A_VOLUNTEER if responder is None or responder.is_person() else responder.name


def who_helps_in_short(letter: Letter) -> str:
    """The same for a subject, where long names would push out what it is about: `2 partners`."""
    said = who_helps(letter)
    return said if len(said) <= LONGEST_WHO else plural(len(letter.situation.giving), "partner", "partners")


def who_helps(letter: Letter) -> str:
    """`Good Neighbours and 2 local volunteers`, as a sentence begins."""
    names = [_name(letter, i.responder) for i in letter.situation.giving]
    named = list(dict.fromkeys(name for name in names if name != A_VOLUNTEER))
    volunteers = names.count(A_VOLUNTEER)
    if volunteers:
        one = A_VOLUNTEER if not named else "a local volunteer"
        named.append(one if volunteers == 1 else f"{volunteers} local volunteers")
    return say_some(named) if named else "Somebody"
