"""Who was asked about a need and why, and why others were not, as of now: everybody who was considered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from domain.askable import Against, Candidate, WhyNot, why_not
from domain.changes import week_of
from domain.explaining import say_chosen, say_why_not
from domain.invitations import Invitation
from domain.needs import Line
from domain.playbooks import Round
from domain.responders import Responder
from domain.situations import Situation
from domain.times import say_when
from infra.store import Store

NEAREST = 20  # of each round
EVERYBODY = 5000
NOTHING_AGAINST = "Nothing speaks against asking them; those before them in order are enough so far."
NOT_YET = "Nothing speaks against asking them; their round has not begun."
OVER = "They could be asked; the rounds are over, so it takes an officer to ask them by name."
ENDED = "They could have been asked; this is closed."


@dataclass(frozen=True)
class Explained:
    """One responder in one round: asked or not, and the sentence that says why. `code` is empty where they were."""

    responder: str
    name: str
    round: str
    asked: bool
    code: str
    because: str


def explain_all(store: Store, situation: Situation, now: datetime, *, most: int = NEAREST) -> list[Explained]:
    """Everybody who was considered, round by round, the nearest first: at most `most` of each round. Each stands once,
    where they were asked or could be, else where they were considered first."""
    rows = [row for number in _numbers(situation) for row in _round(store, situation, number, most, now)]
    telling: dict[str, Explained] = {}
    for row in sorted(rows, key=lambda row: (not row.asked, bool(row.code))):
        telling.setdefault(row.responder, row)
    return [row for row in rows if telling[row.responder] is row]


def _numbers(situation: Situation) -> range:
    return range(1, len(situation.need.playbook.rounds) + 1)


def explain_one(store: Store, situation: Situation, responder: str, now: datetime) -> list[Explained]:
    """Why this one was asked or not, for each round that asks their sector. Raises `LookupError` for an unknown id."""
    candidate = store.candidate(responder, week_of(now, situation))
    if candidate is None:
        raise LookupError(f"nobody in the directory has the id {responder[:80]!r}")
    rounds = [n for n in _numbers(situation) if candidate.responder.sector in _in(situation, n).sectors]
    if not rounds:
        fits_none = WhyNot(Against.other_round, sector=candidate.responder.sector)
        return [_not_asked(candidate, situation, None, [(line, fits_none) for line in situation.need.lines], now)]
    return [_explained(candidate, situation, number, now) for number in rounds]


def _round(store: Store, situation: Situation, number: int, most: int, now: datetime) -> Iterator[Explained]:
    round, need = _in(situation, number), situation.need
    considered = store.considered(
        [line.what for line in need.lines],
        [sector.value for sector in round.sectors],
        need.point,
        week_of(now, situation),
        most,
    )
    asked = {i.responder: i for i in situation.invitations if number in _rounds_of(i, situation)}
    for candidate in considered:
        asked.pop(candidate.responder.id, None)
        yield _explained(candidate, situation, number, now)
    names = store.responder_names(asked)
    for invitation in asked.values():
        yield _asked(invitation, names.get(invitation.responder, invitation.responder), round, situation)


def _explained(candidate: Candidate, situation: Situation, number: int, now: datetime) -> Explained:
    responder, round = candidate.responder, _in(situation, number)
    theirs = [i for i in situation.by_responder.get(responder.id, ()) if number in _rounds_of(i, situation)]
    if theirs:
        return _asked(theirs[-1], responder.name, round, situation)
    against = [(line, why_not(candidate, situation, round, line, now)) for line in situation.need.lines]
    return _not_asked(candidate, situation, number, against, now)


def _rounds_of(invitation: Invitation, situation: Situation) -> set[int]:
    """The rounds it came in, with those that were asked together with them."""
    found = {share.round for share in invitation.shares}
    lines = (situation.need.line(share.line) for share in invitation.shares)
    return found.union(*(line.rounds for line in lines if line.round in found))


def _asked(invitation: Invitation, name: str, round: Round, situation: Situation) -> Explained:
    when = say_when(invitation.asked_at, situation.zone)
    because = f"{say_chosen(invitation.why)} Asked at {when}."
    return Explained(invitation.responder, name, round.name, True, "", because)


def _not_asked(
    candidate: Candidate,
    situation: Situation,
    number: int | None,
    against: list[tuple[Line, WhyNot | None]],
    now: datetime,
) -> Explained:
    """Where something may be asked of them, that nobody has yet; else why not, once for lines that are alike."""
    responder: Responder = candidate.responder
    round = _in(situation, number) if number else None
    free = [line for line, why in against if why is None]
    if free and number:
        because = _could_be(situation, next((line for line in free if situation.missing(line)), free[0]), number)
        return Explained(responder.id, responder.name, round.name if round else "", False, "", because)
    said = [say_why_not(why, responder, situation.need, round, line, situation.zone) for line, why in against if why]
    code = next((why.code.value for _, why in against if why), "")
    sentences = " ".join(dict.fromkeys(said))
    return Explained(responder.id, responder.name, round.name if round else "", False, code, sentences)


def _could_be(situation: Situation, line: Line, number: int) -> str:
    """Why somebody has not been asked whom nothing speaks against."""
    if situation.need.closed:
        return ENDED
    if line.handed_over or (situation.missing(line) and line.round > number):
        return OVER
    return NOTHING_AGAINST if line.round >= number else NOT_YET


def _in(situation: Situation, number: int) -> Round:
    return situation.need.playbook.round(number)
