"""`muster need show REF --why`: who was asked and why, and why others were not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cli.printing import Refused, note, print_json, print_table, say
from domain.askable import Against, Candidate, WhyNot, why_not
from domain.changes import week_of
from domain.explaining import say_chosen, say_why_not
from domain.invitations import Invitation
from domain.needs import Line
from domain.playbooks import Round
from domain.responders import Responder
from domain.situations import Situation
from domain.times import say_when
from infra import clock
from infra.door import Door

SHOWN = 20  # of each round, the nearest; --all has everybody
EVERYBODY = 5000
NOTHING_AGAINST = "Nothing speaks against asking them; those before them in order are enough so far."
NOT_YET = "Nothing speaks against asking them; their round has not begun."


@dataclass(frozen=True)
class Explained:
    """One responder in one round: asked or not, and the sentence that says why. `code` is empty where they were."""

    responder: str
    name: str
    round: str
    asked: bool
    code: str
    because: str


def show_why(door: Door, situation: Situation, responder: str | None, everybody: bool, as_json: bool) -> None:
    """Explain everybody who was considered, round by round, the nearest first; or one responder."""
    now = clock.now()
    if responder is not None:
        rows = explain_one(door, situation, responder, now)
    else:
        rows = [row for number in _numbers(situation) for row in _round(door, situation, number, everybody, now)]
    if as_json:
        print_json([_as_json(row) for row in rows])
        return
    if not rows:
        say("Nobody in the directory gives any of this; `muster directory list` shows who there is.")
        return
    print_table(
        ("Round", "Who", "", "Because"),
        [(row.round, row.name, "asked" if row.asked else "not asked", row.because) for row in rows],
    )
    if responder is None and not everybody:
        note(f"At most {SHOWN} of each round are shown, the nearest first; --all shows everybody.")


def _numbers(situation: Situation) -> range:
    return range(1, len(situation.need.playbook.rounds) + 1)


def explain_one(door: Door, situation: Situation, responder: str, now: datetime) -> list[Explained]:
    """Why this one was asked or not, for each round that asks their sector. Raises `Refused` for an unknown id."""
    candidate = door.store.candidate(responder, week_of(now, situation))
    if candidate is None:
        raise Refused(f"nobody in the directory has the id {responder[:80]!r}; `muster directory list` shows all")
    rounds = [n for n in _numbers(situation) if candidate.responder.sector in _in(situation, n).sectors]
    if not rounds:
        fits_none = WhyNot(Against.other_round, sector=candidate.responder.sector)
        return [_not_asked(candidate, situation, None, [(line, fits_none) for line in situation.need.lines], now)]
    return [_explained(candidate, situation, number, now) for number in rounds]


def _round(door: Door, situation: Situation, number: int, everybody: bool, now: datetime) -> Iterator[Explained]:
    round, need = _in(situation, number), situation.need
    considered = door.store.considered(
        [line.what for line in need.lines],
        [sector.value for sector in round.sectors],
        need.point,
        week_of(now, situation),
        EVERYBODY if everybody else SHOWN,
    )
    asked = {i.responder: i for i in situation.invitations if number in _rounds_of(i, situation)}
    for candidate in considered:
        asked.pop(candidate.responder.id, None)
        yield _explained(candidate, situation, number, now)
    names = door.store.responder_names(asked)
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
        because = NOTHING_AGAINST if any(line.round >= number for line in free) else NOT_YET
        return Explained(responder.id, responder.name, round.name if round else "", False, "", because)
    said = [say_why_not(why, responder, situation.need, round, line, situation.zone) for line, why in against if why]
    code = next((why.code.value for _, why in against if why), "")
    sentences = " ".join(dict.fromkeys(said))
    return Explained(responder.id, responder.name, round.name if round else "", False, code, sentences)


def _in(situation: Situation, number: int) -> Round:
    return situation.need.playbook.round(number)


def _as_json(row: Explained) -> dict[str, Any]:
    return {
        "responder": row.responder,
        "name": row.name,
        "round": row.round or None,
        "asked": row.asked,
        "code": row.code or None,
        "because": row.because,
    }
