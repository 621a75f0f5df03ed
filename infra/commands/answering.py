"""Record what a partner said on the telephone; ask one who has promised to go to another need instead."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from domain.answering import AnswerKind
from domain.changes import Change, Refusal
from domain.choices import Said
from domain.labels import say_list
from domain.opening import NeedWrong
from domain.responders import Responder
from domain.situations import Situation
from domain.taking_answers import take_answer
from domain.transferring import Crossing, ask_to_move, can_move, move, promise_of, stay
from domain.values import Name, Note
from infra.commands.command import Command, Counts, Partner, Plan, Typed, VersionOfAnswer, about, find_partner
from infra.door import Door
from infra.recording import read_reference
from infra.steering import Spoken, heard, latest_of, read_counts

KINDS = {Said.no: AnswerKind.reject, Said.done: AnswerKind.done, Said.failed: AnswerKind.failed}


class RecordAnswer(Command):
    """Record what a partner said on the telephone. They get a receipt that says so, with the way to undo it."""

    name: ClassVar[str] = "answer"
    title: ClassVar[str] = "Record an answer for somebody"

    responder: Partner
    said: Annotated[Said, Field(description="What they said. `move` and `stay` answer a transfer.")]
    lines: Annotated[
        Counts,
        Field(description="WHAT:QUANTITY: so much of one part (unless said: all).", examples=[["food-parcel:5"]]),
    ] = ()
    ready_by: Annotated[
        Typed | None, Field(description="When they can be there, if not in time.", examples=["14:00"])
    ] = None
    note: Annotated[Note | None, Field(description="What else they said. Private.")] = None
    visitor: Annotated[Name | None, Field(description="Who comes, where the help is sensitive. Private.")] = None
    version: VersionOfAnswer = None

    def plan(self, door: Door, need: str, by: str) -> Plan | Refusal:
        who = find_partner(door, self.responder)
        if self.said in (Said.move, Said.stay):
            return self._about_transfer(door, need, who, by)
        if self.said is Said.part and not self.lines:
            raise NeedWrong("lines", "part of what? Say what and how many")
        kind = KINDS.get(self.said) or (AnswerKind.part if self.lines else AnswerKind.accept)
        spoken = Spoken(kind, read_counts(self.lines), by, self.ready_by, self.note, self.visitor, self.version)

        def decide(situation: Situation, now: datetime) -> Change | Refusal | None:
            invitation = latest_of(situation, who.id)
            if isinstance(invitation, Refusal):
                return invitation
            if self.said is Said.standby and situation.missing_lines:
                return _something_is_missing(situation)
            answer = heard(situation, invitation, spoken, now)
            return answer if isinstance(answer, Refusal) else take_answer(situation, invitation.id, answer, who, now)

        return about(need, decide)

    def _about_transfer(self, door: Door, need: str, who: Responder, by: str) -> Plan | Refusal:
        invitation = promise_of(door.situation(need), who.id)
        if invitation is None or invitation.moving is None:
            return Refusal("not-asked", f"{who.name} has not been asked to go anywhere else.")
        id = invitation.id

        def decide(situations: tuple[Situation, ...], now: datetime) -> Change | Refusal | None:
            here, there = situations
            if self.said is Said.stay:
                return stay(here, id, now, by=by, version=self.version)
            crossing = Crossing(here, there, who)
            shown = can_move(crossing, here.by_id[id], now)
            return shown if isinstance(shown, Refusal) else move(crossing, id, shown, now, by=by, version=self.version)

        return Plan((need, invitation.moving.need), decide)


class Transfer(Command):
    """Ask somebody who has promised whether they could go to another need instead.

    Their promise stays until they say yes; then both needs change at once, and this one calls who stands by.
    """

    name: ClassVar[str] = "transfer"
    title: ClassVar[str] = "Ask somebody to go to another need"

    responder: Partner
    to: Annotated[Typed, Field(description="The need they are asked to go to.", examples=["N-8CFGHJ"])]
    lines: Annotated[
        Counts, Field(min_length=1, max_length=1, description="WHAT:QUANTITY: what they would take there.")
    ]
    version: VersionOfAnswer = None

    def plan(self, door: Door, need: str, by: str) -> Plan:
        who, there = find_partner(door, self.responder), read_reference(self.to)
        ((code, count),) = read_counts(self.lines).items()
        if door.find(there) is None:
            raise NeedWrong("to", f"no need has the reference {self.to[:20]!r}")

        def decide(situations: tuple[Situation, ...], now: datetime) -> Change | Refusal | None:
            crossing = Crossing(situations[0], situations[1], who)
            return ask_to_move(crossing, code, count, by, now, self.version)

        return Plan((need, there), decide)


def _something_is_missing(situation: Situation) -> Refusal:
    missing = say_list(line.capability.amount(situation.missing(line)) for line in situation.missing_lines)
    return Refusal(
        "missing", f"{missing} missing still: record yes or part; who stands by waits until all is promised."
    )
