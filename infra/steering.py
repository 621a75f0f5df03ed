"""Reading what an officer types about a need that runs: what is wanted now, since when, on whose behalf."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from domain.amending import Amendment, Wanted
from domain.answering import Answer, AnswerKind, settle
from domain.capabilities import Catalogue
from domain.changes import Refusal
from domain.invitations import Invitation
from domain.needs import Line
from domain.opening import NeedWrong, read_moment
from domain.situations import Situation
from domain.values import Point
from infra.faults import read_typed


@dataclass(frozen=True)
class TypedAmendment:
    """What is to change, as it was typed; what is `None` stays."""

    lines: tuple[str, ...] = ()
    needed_by: str | None = None
    place: str | None = None
    point: Point | None = None
    summary: str | None = None
    address: str | None = None
    urgent_because: str | None = None


def read_amendment(situation: Situation, catalogue: Catalogue, typed: TypedAmendment, now: datetime) -> Amendment:
    """What is to change, from what was typed. Raises `NeedWrong`, naming the place."""
    wanted: dict[str, Wanted] = {}
    for text in typed.lines:
        read = read_wanted(text, situation, catalogue, now)
        if wanted.setdefault(read.capability.code, read) is not read:
            raise NeedWrong("lines", f"{read.capability.code!r} is there twice")
    moment = read_moment("needed_by", typed.needed_by, now, situation.zone) if typed.needed_by else None
    as_typed = {name: getattr(typed, name) for name in ("place", "point", "summary", "address", "urgent_because")}
    return read_typed(Amendment, as_typed | {"wanted": tuple(wanted.values()), "needed_by": moment}, "amendment")


def read_wanted(text: str, situation: Situation, catalogue: Catalogue, now: datetime) -> Wanted:
    """Read `food-parcel:12`, `food-parcel:0` (no longer needed) or `blanket:40@04:00`. Raises `NeedWrong`."""
    what, _, rest = text.strip().partition(":")
    amount, at, when = rest.partition("@")
    known = next((line.capability for line in situation.need.lines if line.what == what.strip()), None)
    try:
        capability = known or catalogue.find(what.strip())
    except LookupError as wrong:
        raise NeedWrong("lines", str(wrong.args[0])) from None
    if at and not when.strip():
        raise NeedWrong("lines", "after the @ comes the time it is due, such as 04:00")
    due = read_moment("lines", when, now, situation.zone) if at else None
    return Wanted(capability=capability, quantity=_read_count(amount, capability.code, least=0), due=due)


def read_counts(texts: Iterable[str]) -> dict[str, int]:
    """Read `food-parcel:12` parts as what and how many. Raises `NeedWrong`."""
    counts: dict[str, int] = {}
    for text in texts:
        what, _, amount = text.strip().partition(":")
        counts[what.strip()] = _read_count(amount, what.strip() or "food-parcel", least=1)
    return counts


def _read_count(text: str, what: str, least: int) -> int:
    digits = text.strip()
    if digits.isascii() and digits.isdigit() and least <= int(digits[:7]) <= 100_000:
        return int(digits[:7])
    raise NeedWrong(
        "lines", f"{digits[:20]!r} is not a quantity; write a whole number from {least} to 100,000, such as {what}:2"
    )


def latest_of(situation: Situation, responder: str) -> Invitation | Refusal:
    """The invitation of this responder that an answer is about: the latest."""
    theirs = [invitation for invitation in situation.invitations if invitation.responder == responder]
    if not theirs:
        need = situation.need.id
        return Refusal("unasked", f"{responder} was not asked about {need}; ask them first.")
    return max(theirs, key=lambda invitation: invitation.cycle)


@dataclass(frozen=True)
class Spoken:
    """What somebody said on the telephone, as an officer typed it. `counts`: of each kind of help, how many."""

    kind: AnswerKind
    counts: Mapping[str, int]
    by: str
    ready_by: str | None = None
    note: str | None = None
    name: str | None = None
    version: int | None = None


def heard(situation: Situation, invitation: Invitation, said: Spoken, now: datetime) -> Answer | Refusal:
    """It as an answer that agrees to what it comes to. Raises `NeedWrong`."""
    lines: dict[str, Line] = {situation.need.line(s.line).what: situation.need.line(s.line) for s in invitation.shares}
    if stray := next((what for what in said.counts if what not in lines), None):
        return Refusal("line", f"They were not asked for {stray}; they were asked for {', '.join(lines)}.", "lines")
    moment = read_moment("ready_by", said.ready_by, now, situation.zone) if said.ready_by else None
    offers = {lines[what].number: count for what, count in said.counts.items()}
    about = list(offers) or [line.number for line in lines.values()]
    answer = Answer(
        kind=said.kind,
        offers=offers,
        ready_by=dict.fromkeys(about, moment) if moment else {},
        note=said.note,
        name=said.name,
        page_version=said.version,
        by=said.by,
    )
    if said.kind not in (AnswerKind.accept, AnswerKind.part):
        return answer
    agreed = {s.line.number: (s.pledged, s.reserve) for s in settle(situation, invitation, answer, now)}
    return replace(answer, agreed=agreed)
