"""Partners come into the directory while needs wait: rounds that would have asked them ask them yet. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import islice

from domain.askable import could_still
from domain.changes import FIRST_NAMED, Change, Draft
from domain.events import EventCode
from domain.needs import Line
from domain.responders import Responder
from domain.situations import Situation

Newcomers = Mapping[str, Sequence[Responder]]
"""Who is new or has changed, by what they can do."""


def by_capability(newcomers: Sequence[Responder]) -> Newcomers:
    found: dict[str, list[Responder]] = {}
    for responder in newcomers:
        for code in responder.capabilities:
            found.setdefault(code, []).append(responder)
    return found


def notice_newcomers(situation: Situation, now: datetime, *, newcomers: Newcomers, by: str) -> Change | None:
    """Open the rounds it has been through to those who could help and have not been asked; whether anybody is asked is
    then decided as ever, so nobody is asked twice, nor more than it takes. `None`: none of them is for this need."""
    draft = Draft(situation, now)
    lines: list[int] = []
    named: dict[str, None] = {}
    for line in situation.missing_lines if not situation.need.closed else ():
        rounds = _rounds_for(situation, line, newcomers) if now < line.due else ()
        opened = _opened(situation, line, rounds) if rounds else line
        if opened != line:
            draft.set_lines((line.number,), **{name: getattr(opened, name) for name in OPENED})
            named |= dict.fromkeys(_who(situation, line, rounds, newcomers))
            lines.append(line.number)
    if not lines:
        return None
    draft.note_event(EventCode.newcomers, by=by, lines=tuple(lines), responders=tuple(named))
    return draft.change(wake_at=now)


OPENED = ("round", "merged", "round_ends", "dry", "more_at")


def _rounds_for(situation: Situation, line: Line, newcomers: Newcomers) -> tuple[int, ...]:
    """The rounds this line is in or has been through that could ask one of them about it."""
    able, rounds = newcomers.get(line.what, ()), situation.need.playbook.rounds
    begun = enumerate(rounds[: line.round], start=1)
    return tuple(n for n, round in begun if any(could_still(one, situation, round, line) for one in able))


def _opened(situation: Situation, line: Line, rounds: tuple[int, ...]) -> Line:
    """In a round: they belong to it, those of earlier rounds too. Through with all of them: again from the first that
    has somebody; whoever was asked is not asked again, and an officer who has it keeps it."""
    if line.round > len(situation.need.playbook.rounds):
        return line.but(round=rounds[0] - 1, merged=(), round_ends=None, dry=False, more_at=None)
    return line.but(merged=tuple(sorted({*line.merged, *rounds} - {line.round})), dry=False, more_at=None)


def _who(situation: Situation, line: Line, rounds: tuple[int, ...], newcomers: Newcomers) -> list[str]:
    asks = [situation.need.playbook.round(number) for number in rounds]
    able = (r.id for r in newcomers[line.what] if any(could_still(r, situation, round, line) for round in asks))
    return list(islice(able, FIRST_NAMED))
