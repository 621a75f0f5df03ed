"""Sam must not meet Amina: not asked, taken back if he was, phoned if he promised; and nobody can read why."""

from __future__ import annotations

from domain.changes import Refusal
from domain.events import EventCode
from domain.messages import MessageKind
from domain.needs import Resident
from domain.officers import TaskKind
from domain.pairs import keep_from, kid_of, pair_keys
from tests.domain.world import World, begin
from tests.people import AMINA, BOB, SAM, playbook, round_of

KEYS = {"k2": b"b" * 40, "k1": b"a" * 40}


def apart(world: World) -> None:
    world.act(lambda situation, now: keep_from(situation, "sam", "officer:ola", now))


def asked() -> World:
    return begin("food-parcel:4", people=[SAM, BOB], by=playbook(round_of("neighbours", ask=2)))


def test_a_contact_is_known_by_a_hash_and_by_every_live_key() -> None:
    """However it was typed, under each key there is; nothing of the contact can be read in it."""
    typed, kept = Resident(email="Amina@Example.org", phone="+44 7700 900001"), Resident(email="amina@example.org")
    assert set(pair_keys(KEYS, kept)) <= set(pair_keys(KEYS, typed))
    assert {kid_of(key) for key in pair_keys(KEYS, kept)} == {"k1", "k2"}
    assert set(pair_keys(KEYS, kept)).isdisjoint(pair_keys(KEYS, Resident(email="grace@example.org")))
    assert "amina" not in str(pair_keys(KEYS, AMINA)).casefold()


def test_an_open_ask_is_taken_back() -> None:
    """Sam is told that he is no longer needed, cannot say yes any more, and Bob is still asked."""
    world = asked()
    apart(world)
    assert world.told(MessageKind.stand_down) == ["sam"]
    assert isinstance(world.yes("sam"), Refusal)
    assert world.need.keep_from == ("sam",)
    assert not isinstance(world.yes("bob"), Refusal)
    [event] = world.happened(EventCode.kept_apart)
    assert (event.by, event.responders, event.facts["stands"]) == ("officer:ola", ("sam",), "released")


def test_a_promise_is_for_an_officer_at_once() -> None:
    """Nobody takes back a promise by mail alone: an officer phones, now."""
    world = asked()
    world.yes("sam", 4)
    apart(world)
    assert world.tasks(TaskKind.call_partner) == ["open"]
    assert world.messages[-1].urgent


def test_it_is_said_once_and_not_of_what_is_closed() -> None:
    """The same again changes nothing."""
    world = asked()
    apart(world)
    story = list(world.story())
    apart(world)
    assert world.story() == story
