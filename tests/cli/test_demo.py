"""The demo's borough hangs together: whoever acts is there, every playbook reads, every order names a need."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from cli.demo.borough import NEEDS, PARTNERS, DemoNeed, write_directory
from cli.demo.play import PLAYBOOKS
from cli.demo.showing import bar, helpers, say_seen, why
from domain.events import EventCode
from infra.playbooks import load_catalogue, load_playbook


@pytest.mark.parametrize("need", NEEDS, ids=lambda need: need.label)
def test_everybody_a_need_of_the_demo_counts_on_lives_in_ambleford(need: DemoNeed) -> None:
    """Who acts, who waits for whom, who must have helped and whom officers name are all in the directory."""
    known = {partner.id: partner for partner in PARTNERS}
    assert {*need.acts, *need.helpers} <= known.keys()
    assert {act.behind for act in need.acts.values() if act.behind} <= need.acts.keys()
    for who, gave in need.helpers.items():
        assert set(gave) <= set(known[who].capabilities.split(";"))
        assert who in need.acts or "joined" in need.must_say


@pytest.mark.parametrize("need", NEEDS, ids=lambda need: need.label)
def test_what_a_need_of_the_demo_asks_for_can_be_recorded(need: DemoNeed) -> None:
    """Its playbook reads, its kinds of help are in the catalogue, its story's codes and its orders' needs are there."""
    assert load_playbook(str(PLAYBOOKS / f"{need.playbook}.yaml")).name == need.playbook
    assert all(load_catalogue().find(line.partition(":")[0]) for line in need.lines)
    assert {*need.must_say, *(order.once for order in need.orders)} <= set(EventCode)
    assert all(any(word == other.label for other in NEEDS) for order in need.orders for word in order.words[2:3])
    assert bool(need.resident) is not need.at_incident


def test_the_demo_shows_what_it_promises() -> None:
    """A no-show, a reserve called, a bounce, a "partly", a task passed on, an amended need, a transfer."""
    shown = {code for need in NEEDS for code in need.must_say}
    assert {"no-show", "reserve-called", "undeliverable", "task-passed", "amended", "transferred"} <= shown
    assert any(says.answer == "partly" for need in NEEDS for says in need.says)


def test_the_demo_s_directory_has_everybody_once(tmp_path: Path) -> None:
    """Every partner is a row of the responders' CSV."""
    assert write_directory(tmp_path / "responders.csv") == len({partner.id for partner in PARTNERS})
    assert len((tmp_path / "responders.csv").read_text().splitlines()) == len(PARTNERS) + 1


def standing(**facts: object) -> Mapping[str, object]:
    """One need as `need show --json` has it, as far as the demo's table reads it."""
    return {"invitations": [], "story": [], "lines": [], **facts}


def test_a_withdrawn_need_says_who_had_promised() -> None:
    """Mia had promised to walk the dog: nobody helped, and she heard in time."""
    mia = {"name": "Mia Lund", "pledged": {"pet-care": 1}, "status": "cancelled"}
    assert helpers(standing(invitations=[mia])) == "nobody: Mia Lund had promised, and heard in time"


def test_the_table_tells_what_a_need_is_here_to_show() -> None:
    """Its own turn of events and how it ended, each sentence once, none that a longer one says too."""
    story = [
        {"code": "asked", "because": "We asked neighbours."},
        {"code": "resident-said", "because": "The resident says that it happened."},
        {"code": "closed", "because": "The resident says that it happened, so this is closed."},
    ]
    told = why(standing(story=story), ("resident-said",))
    assert told == "The resident says that it happened, so this is closed."


def test_counts_are_said_as_people_say_them() -> None:
    """One double click, two answers; a bar is full when all is promised."""
    assert say_seen(Counter({"answer": 2, "double click": 1})) == "2 answers, 1 double click"
    assert bar([{"pledged": 10, "quantity": 20}]) == "████···· 10/20"
