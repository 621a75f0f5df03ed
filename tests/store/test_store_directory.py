"""The contract, directory: who may be asked, in fair order, and nothing of how they are reached."""

from __future__ import annotations

import random
from typing import Any

import pytest

from domain.capabilities import CheckLevel, Sector
from domain.matching import Candidate
from domain.responders import Contact, Responder
from domain.values import Point
from infra.store import Store
from tests.store.builders import HOUR, NOW, WEEK, a_responder, asking, must_commit, put_need, put_responders, read
from tests.store.conftest import Place

HALL = Point(lat=51.5, lon=-0.12)


def found(store: Store, **changes: Any) -> list[str]:
    return [candidate.responder.id for candidate in candidates(store, **changes)]


def candidates(store: Store, **changes: Any) -> list[Candidate]:
    asked = {
        "capabilities": ["food-parcel"],
        "sectors": [sector.value for sector in Sector],
        "point": HALL,
        "within_km": None,
        "week": WEEK,
        "limit": 100,
    }
    return store.candidates(**(asked | changes))


def near(km: float) -> Point:
    """A place so many kilometres north of the town hall."""
    return Point(lat=HALL.lat + km / 111.19, lon=HALL.lon)


def test_a_responder_is_read_back_as_put(store: Store) -> None:
    """Every field comes back; the ways to reach them are counted in it and kept apart."""
    sam = a_responder(
        point=HALL,
        radius_km=4.5,
        areas=("Hill ward",),
        capacity=7,
        checks=(CheckLevel.enhanced,),
        weekly_limit=5,
        paused_until=NOW,
        source="csv",
    )
    ways = [Contact(email="sam@example.org", name="Sam"), Contact(phone="07700 900123")]
    store.put_responders([(sam, ways)], NOW)
    assert store.responder("sam") == sam.but(contacts=1)  # one of them can be written to
    assert store.contacts("sam") == ways
    assert store.responder("nobody") is None
    assert store.contacts("nobody") == []


def test_a_second_import_replaces_the_first(store: Store) -> None:
    """What the new row says is true, and what it no longer says is not: capabilities, contacts, place."""
    put_responders(store, a_responder(capabilities=("food-parcel", "lift"), point=HALL))
    store.put_responders([(a_responder(name="Samira", capabilities=("lift",)), [])], NOW)
    assert found(store) == []
    assert found(store, capabilities=["lift"]) == []
    assert store.contacts("sam") == []
    responder = store.responder("sam")
    assert responder is not None
    assert (responder.name, responder.point, responder.contacts) == ("Samira", None, 0)
    assert store.count_responders() == 1


def test_what_a_responder_chose_outlives_an_import(store: Store) -> None:
    """What they muted and how long they paused is theirs: a new file does not undo it."""
    put_responders(store, a_responder(paused_until=NOW + HOUR))
    store.mute("sam", "food", NOW)
    store.mute("sam", "food", NOW)
    put_responders(store, a_responder(name="Samira"))
    responder = store.responder("sam")
    assert responder is not None
    assert (responder.name, responder.muted, responder.paused_until) == ("Samira", ("food",), NOW + HOUR)
    put_responders(store, a_responder(paused_until=NOW + 2 * HOUR))
    assert store.responders()[0].paused_until == NOW + 2 * HOUR


def test_a_mute_is_seen_wherever_a_responder_is_read(store: Store) -> None:
    """L18: one by one, in lists and among candidates; it takes nobody off the list for another category."""
    put_responders(store, a_responder("ann"), a_responder("bea"))
    store.mute("bea", "food", NOW)
    bea = store.responder("bea")
    assert bea is not None
    assert bea.muted == ("food",)
    assert [responder.muted for responder in store.responders()] == [(), ("food",)]
    assert [candidate.responder.muted for candidate in candidates(store)] == [(), ("food",)]


def test_responders_are_listed_a_page_at_a_time(store: Store) -> None:
    """By id; each page begins after the last; all are counted."""
    put_responders(store, *(a_responder(f"r{n}") for n in (3, 1, 5, 2, 4)))
    assert [r.id for r in store.responders(limit=2)] == ["r1", "r2"]
    assert [r.id for r in store.responders(after="r2", limit=2)] == ["r3", "r4"]
    assert [r.id for r in store.responders(after="r4", limit=2)] == ["r5"]
    assert store.responders(after="r5") == []
    assert store.count_responders() == 5


def test_names_are_looked_up_together(store: Store) -> None:
    """Known ids have names, however many are asked for and however often; unknown ones are left out."""
    put_responders(store, *(a_responder(f"r{n}") for n in range(3)))
    assert store.responder_names(["r1", "r2", "r1", "gone", *(f"x{n}" for n in range(1500))]) == {
        "r1": "R1",
        "r2": "R2",
    }
    assert store.responder_names([]) == {}


# --- candidates ---


def test_candidates_can_do_it_and_may(store: Store) -> None:
    """One of the capabilities, one of the sectors, and a way to be asked."""
    put_responders(
        store,
        a_responder("ann"),
        a_responder("bus", sector=Sector.business, capabilities=("lift", "food-parcel")),
        a_responder("cat", capabilities=("lift",)),
    )
    store.put_responders([(a_responder("mute-phone"), [])], NOW)
    assert found(store) == ["ann", "bus"]
    assert found(store, capabilities=["lift", "food-parcel"]) == ["ann", "bus", "cat"]
    assert found(store, sectors=["business"]) == ["bus"]
    assert found(store, capabilities=["unheard-of"]) == []


def test_the_least_asked_come_first_then_the_nearest(store: Store) -> None:
    """Nobody is worn out because they live next door; without a place they come last among equals, then by id."""
    put_responders(
        store,
        a_responder("far", point=near(9)),
        a_responder("close", point=near(1)),
        a_responder("asked", point=near(0)),
        a_responder("nowhere-b"),
        a_responder("nowhere-a"),
        a_responder("middle", point=near(5)),
    )
    put_need(store)
    must_commit(store, asking(read(store), [a_responder("asked")]))
    order = ["close", "middle", "far", "nowhere-a", "nowhere-b", "asked"]
    assert found(store) == order
    assert found(store, limit=2) == order[:2]
    assert {c.responder.id: c.asks_this_week for c in candidates(store)} == dict.fromkeys(order, 0) | {"asked": 1}
    assert found(store, week="2026-W49")[0] == "asked"
    assert found(store, point=None) == ["close", "far", "middle", "nowhere-a", "nowhere-b", "asked"]


def test_nearness_is_judged_on_the_ground(store: Store) -> None:
    """A degree of longitude is shorter than one of latitude: 6 km east is nearer than 8 km north."""
    put_responders(
        store,
        a_responder("north", point=near(8)),
        a_responder("east", point=Point(lat=HALL.lat, lon=HALL.lon + 6 / 69.2)),
    )
    assert found(store) == ["east", "north"]


def test_nobody_over_their_weekly_limit_is_a_candidate(store: Store) -> None:
    """At the limit is over it; next week they are back; an organisation without one is always there."""
    worn = a_responder("worn", weekly_limit=1)
    org = a_responder("org", sector=Sector.voluntary)
    put_responders(store, worn, org, a_responder("never", weekly_limit=0))
    put_need(store)
    must_commit(store, asking(read(store), [worn, org]))
    assert found(store) == ["org"]
    assert found(store, week="2026-W49") == ["org", "worn"]


def test_who_is_within_reach_is_never_left_out(store: Store) -> None:
    """Whoever is within the distance is found, in every direction; who is well outside is not fetched."""
    dice = random.Random(7)  # noqa: S311 - the same places each time
    everyone = [
        a_responder(f"r{n}", point=Point(lat=54 + dice.uniform(-0.6, 0.6), lon=-1 + dice.uniform(-1, 1)))
        for n in range(300)
    ]
    put_responders(store, *everyone)
    middle = Point(lat=54, lon=-1)
    ids = set(found(store, point=middle, within_km=30, limit=1000))
    within = {r.id for r in everyone if r.point and r.point.km_to(middle) <= 30}
    outside = {r.id for r in everyone if r.point and r.point.km_to(middle) > 30 * 1.5}
    assert within
    assert within <= ids
    assert not ids & outside


def test_who_has_no_place_or_names_areas_is_judged_later(store: Store) -> None:
    """Unknown is "ask", not "no": a box around the place leaves out only those whose place says so."""
    put_responders(
        store,
        a_responder("far", point=near(50)),
        a_responder("far-with-areas", point=near(50), areas=("Hill ward",)),
        a_responder("nowhere"),
    )
    assert found(store, within_km=3) == ["far-with-areas", "nowhere"]
    assert found(store, within_km=3, point=None) == ["far", "far-with-areas", "nowhere"]


def test_candidates_carry_no_way_to_reach_anybody(store: Store) -> None:
    """Decisions see that somebody can be reached, never how."""
    store.put_responders([(a_responder(), [Contact(email="sam@private.example.org", phone="07700 900123")])], NOW)
    [candidate] = candidates(store)
    assert candidate.responder.contacts == 1
    for private in ("private.example.org", "900123"):
        assert private not in repr(candidate)


def test_thousands_of_candidates_with_many_mutes(store: Store) -> None:
    """A large limit is one question like any other."""
    put_responders(store, *(a_responder(f"r{n:04}") for n in range(1200)))
    for n in range(0, 1200, 100):
        store.mute(f"r{n:04}", "food", NOW)
    assert sum(bool(c.responder.muted) for c in candidates(store, limit=2000)) == 12


@pytest.mark.parametrize("id", ["sam'; --", 'a"b', "x" * 81, ""])
def test_an_odd_id_finds_nobody(store: Store, place: Place, id: str) -> None:
    """Ids from outside are values, never part of a question."""
    put_responders(store, a_responder())
    before = place.dump()
    assert store.responder(id) is None
    assert store.responder_names([id]) == {}
    assert store.contacts(id) == []
    assert place.dump() == before


def test_a_whole_file_is_put_or_nothing(store: Store, place: Place) -> None:
    """An import that fails half-way leaves the directory as it was."""
    put_responders(store, a_responder("ann"))
    before = place.dump()

    class Broken(Responder):
        def model_dump_json(self, **_: Any) -> str:  # type: ignore[override]
            raise RuntimeError("the lights went out")

    rows = [(a_responder("bea"), []), (Broken.model_validate(a_responder("cat").model_dump()), [])]
    with pytest.raises(RuntimeError):
        store.put_responders(rows, NOW)
    assert place.dump() == before
    put_responders(store, a_responder("dot"))
