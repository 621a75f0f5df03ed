"""Who wrote each private note about a need, and the two words of each who comes to the door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from domain.events import Event
from domain.labels import say_moment
from domain.needs import Resident
from domain.safeguarding import comes_home, door_words
from domain.situations import Situation
from domain.stories import label


def authors_of(situation: Situation, story: Sequence[Event], names: Mapping[str, str]) -> dict[str, str]:
    """Who wrote each note, by its id, and when: `Sam Lee (Asked a question, 6:45pm on Saturday 21 November)`."""
    found = {}
    for event in story:
        if isinstance(note := event.facts.get("note"), str):
            who = names.get(event.responders[0] if event.responders else event.by, "The resident")
            found[note] = f"{who} ({label(event)}, {say_moment(event.at, event.at, situation.zone)})"
    visitors = {i.visitor: f"{names.get(i.responder, i.responder)} (who comes)" for i in situation.invitations}
    return found | {note: who for note, who in visitors.items() if note}


def words_at_the_door(
    situation: Situation, resident: Resident, names: Mapping[str, str], keys: Mapping[str, bytes]
) -> list[tuple[str, str]]:
    """The two words of each who comes to the door, with what they are called."""
    coming = [i for i in situation.giving if resident.address and comes_home(situation, i) and i.kid in keys]
    return [(names.get(i.responder, i.responder), door_words(keys[i.kid], i)) for i in coming]
