"""`muster need answer|transfer`: record what a partner said on the telephone, ask one to go elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from cli.doors import open_door, read_reference
from cli.needs.acting import (
    Lines,
    OfficerOption,
    Partner,
    Reference,
    VersionOption,
    acting,
    done,
    find_responder,
    naming_options,
    refuse_empty,
)
from cli.printing import Refused, say

if TYPE_CHECKING:
    from datetime import datetime

    from domain.answering import AnswerKind
    from domain.changes import Change, Refusal
    from domain.responders import Responder
    from domain.situations import Situation
    from infra.door import Door
    from infra.steering import Spoken


class Said(StrEnum):
    """What a partner said on the telephone."""

    yes = "yes"
    part = "part"
    no = "no"
    standby = "standby"
    done = "done"
    failed = "failed"
    move = "move"
    stay = "stay"


def answer(
    ref: Reference,
    responder: Partner,
    said: Annotated[Said, typer.Argument(metavar="SAID", help="yes, part, no, standby, done, failed, move or stay.")],
    line: Lines = None,
    ready_by: Annotated[
        str | None, typer.Option(metavar="TIME", help="When they can be there, if not in time.")
    ] = None,
    words: Annotated[str | None, typer.Option("--note", help="What else they said; private.")] = None,
    name: Annotated[str | None, typer.Option(help="Who comes, where the help is sensitive; private.")] = None,
    officer: OfficerOption = None,
    version: VersionOption = None,
) -> None:
    """Record what a partner said on the telephone. They get a receipt that says so, with the way to undo it.

    muster need answer N-7K3QX2 good-neighbours part --line food-parcel:5

    muster need answer N-7K3QX2 sam no --note "His car is broken"
    """
    from infra.steering import Spoken, read_counts

    reference = read_reference(ref)
    refuse_empty("--ready-by", ready_by)
    if said is Said.part and not line:
        raise typer.BadParameter("part of what? say --line WHAT:QUANTITY")
    with open_door() as door, naming_options():
        by, who = acting(door, officer), find_responder(door, responder)
        if said in (Said.move, Said.stay):
            _answer_transfer(door, reference, who, said, by, version)
            return
        counts = read_counts(line or ())
        spoken = Spoken(_kind_of(said, bool(line)), counts, by, ready_by, words, name, version)
        done(door.change(reference, _deciding(who, said, spoken)), door, reference)
        _say_recorded(door, reference, who)


def _deciding(who: Responder, said: Said, spoken: Spoken) -> Callable[[Situation, datetime], Change | Refusal | None]:
    from domain.changes import Refusal
    from domain.taking_answers import take_answer
    from infra.steering import heard, latest_of

    def decide(situation: Situation, now: datetime) -> Change | Refusal | None:
        invitation = latest_of(situation, who.id)
        if isinstance(invitation, Refusal):
            return invitation
        if said is Said.standby and situation.missing_lines:
            return _something_is_missing(situation)
        answer = heard(situation, invitation, spoken, now)
        return answer if isinstance(answer, Refusal) else take_answer(situation, invitation.id, answer, who, now)

    return decide


def _kind_of(said: Said, parts: bool) -> AnswerKind:
    from domain.answering import AnswerKind

    kinds = {Said.no: AnswerKind.reject, Said.done: AnswerKind.done, Said.failed: AnswerKind.failed}
    return kinds.get(said) or (AnswerKind.part if parts else AnswerKind.accept)


def _something_is_missing(situation: Situation) -> Refusal:
    from domain.changes import Refusal
    from domain.labels import say_list

    missing = say_list(line.capability.amount(situation.missing(line)) for line in situation.missing_lines)
    return Refusal(
        "missing", f"{missing} missing still: record yes or part; who stands by waits until all is promised."
    )


def _say_recorded(door: Door, reference: str, who: Responder) -> None:
    from domain.changes import Refusal
    from domain.labels import label_invitation, say_list
    from infra.steering import latest_of

    situation = door.situation(reference)
    invitation = latest_of(situation, who.id)
    if isinstance(invitation, Refusal):
        return
    need = situation.need
    gives = [need.line(s.line).capability.amount(s.pledged) for s in invitation.shares if s.pledged]
    gives += [f"offers {need.line(s.line).capability.amount(s.offered)}" for s in invitation.shares if s.offered]
    gives += [f"standby {need.line(s.line).capability.amount(s.reserve)}" for s in invitation.shares if s.reserve]
    amounts = f", {say_list(gives)}" if gives else ""
    say(f"{who.name}: {label_invitation(invitation).lower()}{amounts} ({reference}). Version {invitation.version}.")


def _answer_transfer(door: Door, reference: str, who: Responder, said: Said, by: str, version: int | None) -> None:
    from domain.changes import Refusal
    from domain.transferring import Crossing, can_move, move, promise_of, stay

    invitation = promise_of(door.situation(reference), who.id)
    if invitation is None or invitation.moving is None:
        raise Refused(f"{who.name} has not been asked to go anywhere else; muster need transfer asks them")
    target, id = invitation.moving.need, invitation.id

    def decide(situations: tuple[Situation, ...], now: datetime) -> Change | Refusal | None:
        here, there = situations
        if said is Said.stay:
            return stay(here, id, now, by=by, version=version)
        crossing = Crossing(here, there, who)
        shown = can_move(crossing, here.by_id[id], now)
        return shown if isinstance(shown, Refusal) else move(crossing, id, shown, now, by=by, version=version)

    done(door.change_together((reference, target), decide), door, reference)
    say(f"{who.name} goes to {target} instead." if said is Said.move else f"{who.name} stays with {reference}.")


def transfer(
    source: Annotated[str, typer.Argument(metavar="FROM", help="The need they have promised to help with.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="The need they are asked to go to instead.")],
    responder: Partner,
    what: Annotated[str, typer.Argument(metavar="WHAT:QUANTITY", help="What they would take there.")],
    officer: OfficerOption = None,
    version: VersionOption = None,
) -> None:
    """Ask somebody who has promised whether they could go to another need instead.

    Their promise stays until they say yes; then both needs change at once, and FROM calls who stands by.

    muster need transfer N-7K3QX2 N-8CFGHJ good-neighbours food-parcel:5
    """
    from domain.transferring import Crossing, ask_to_move
    from infra.steering import read_counts

    here, there = read_reference(source), read_reference(target)
    with open_door() as door, naming_options():
        by, who = acting(door, officer), find_responder(door, responder)
        ((code, count),) = read_counts([what]).items()

        def decide(situations: tuple[Situation, ...], now: datetime) -> Change | Refusal | None:
            return ask_to_move(Crossing(situations[0], situations[1], who), code, count, by, now, version)

        done(door.change_together((here, there), decide), door, here)
        say(f"{who.name} is asked to go to {there} instead; until they say yes, they are expected at {here}.")
