"""What a rehearsal starts from: a need as it would be recorded, and everybody who could be asked. Writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from domain.changes import week_of
from domain.effects import apply
from domain.matching import Candidate
from domain.opening import open_need, read_need
from domain.playbooks import Playbook
from domain.situations import Situation
from infra.door import Door
from infra.playbooks import load_catalogue
from infra.recording import read_cells, read_request
from infra.store import Store

REFERENCE = "N-222222"  # always the same, so that the same seed draws the same answers
MOST_CANDIDATES = 5000


def recorded(door: Door, said: Mapping[str, str], playbook: Playbook, now: datetime) -> Situation:
    """The need of one CSV row, as if it had just been recorded. Raises `NeedWrong`."""
    catalogue, zone, officers = load_catalogue(), door.settings.zone, door.store.officers()
    request = read_request(read_cells(said, door.store), catalogue)
    need = read_need(request, REFERENCE, catalogue, playbook, now, zone)
    change = open_need(need, officers, door.kid, zone, request.resident, now)
    opened = apply(door.fitted(Situation(need, (), (), officers, zone, door.kid)), change)
    if opened is None:
        raise AssertionError("a need just recorded has no other version")
    return opened


def candidates_for(store: Store, situation: Situation, now: datetime) -> list[Candidate]:
    """Everybody of any round of its playbook who could be asked about any of its lines."""
    need = situation.need
    sectors = dict.fromkeys(sector.value for round in need.playbook.rounds for sector in round.sectors)
    return store.candidates(
        [line.what for line in need.lines], list(sectors), need.point, None, week_of(now, situation), MOST_CANDIDATES
    )
