"""The contract, directory: who may be asked, in fair order, and nothing of how they are reached."""

from __future__ import annotations

import math
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from domain.capabilities import CheckLevel, Sector
from domain.matching import Candidate
from domain.responders import Check, Contact, Responder
from domain.saying_yes import Counted, Heard
from domain.values import Point
from infra.store import Conflict, PostcodeRow, Store
from tests.store.builders import (
    HOUR,
    N1,
    N2,
    NOW,
    TICK,
    WEEK,
    a_responder,
    asking,
    must_commit,
    put_need,
    put_responders,
    read,
)
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


@pytest.mark.many
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


@pytest.mark.many
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


@pytest.mark.race
def test_what_they_want_at_the_moment_of_an_import_stays(store: Store) -> None:
    """Twenty mute something, and one import after another replaces them: nothing they said is lost, nor the file's."""
    put_responders(store, a_responder())
    together = threading.Barrier(21)

    def mute(number: int) -> None:
        together.wait()
        store.mute("sam", f"c{number:02}", NOW)

    with ThreadPoolExecutor(20) as pool:
        said = pool.map(mute, range(20))
        together.wait()
        for number in range(5):
            put_responders(store, a_responder(name=f"Sam {number}"))
        list(said)
    sam = store.responder("sam")
    assert sam is not None
    assert (sam.name, sam.muted) == ("Sam 4", tuple(f"c{n:02}" for n in range(20)))


# --- what they want, and whom they must not meet ---


def test_a_pause_lasts_until_it_ends_and_wakes_their_needs(store: Store) -> None:
    """Passed over until then, also after an import; the open needs they were asked about are looked at, others not."""
    put_responders(store, a_responder(), a_responder("ann"))
    put_need(store)
    put_need(store, N2)
    must_commit(store, asking(read(store), [a_responder()]))
    must_commit(store, asking(read(store, N2), [a_responder("ann")]))
    assert store.pause("sam", NOW + HOUR, NOW + TICK)
    put_responders(store, a_responder())
    sam = store.responder("sam")
    assert sam is not None
    assert sam.paused_until == NOW + HOUR
    assert store.due(NOW + TICK, 10) == [N1]
    assert store.pause("sam", None, NOW + TICK)
    assert candidates(store)[-1].responder.paused_until is None
    assert not store.pause("nobody", None, NOW)


def test_what_they_set_themselves_counts_at_once_and_wakes_their_needs(store: Store) -> None:
    """Sam asks for one ask a week: whoever had one this week is no candidate any more; unknown people are said so."""
    put_responders(store, a_responder())
    put_need(store)
    must_commit(store, asking(read(store), [a_responder()]))
    assert [c.responder.weekly_limit for c in candidates(store)] == [a_responder().weekly_limit]
    assert store.revise("sam", lambda sam: sam.by_their_own_word(weekly_limit=0), NOW + TICK)
    assert candidates(store) == []
    assert store.due(NOW + TICK, 10) == [N1]
    sam = store.responder("sam")
    assert sam is not None
    assert (sam.weekly_limit, sam.own, sam.contacts) == (0, ("weekly_limit",), 1)
    assert not store.revise("nobody", lambda known: known, NOW)


def test_a_lost_check_wakes_their_needs(store: Store) -> None:
    """An import that takes a check away has the needs looked at; one that adds a check, or says the same, has not."""
    enhanced = Check(level=CheckLevel.enhanced)
    put_responders(store, a_responder(checks=(enhanced,)))
    put_need(store)
    must_commit(store, asking(read(store), [a_responder()]))
    put_responders(store, a_responder(checks=(enhanced,)))
    put_responders(store, a_responder(checks=(enhanced, Check(level=CheckLevel.basic))))
    assert store.due(NOW, 10) == []
    put_responders(store, a_responder(checks=(enhanced.but(until=NOW.date()), Check(level=CheckLevel.basic))))
    assert store.due(NOW, 10) == [N1]


def test_pairs_kept_apart_are_found_by_any_of_their_keys(store: Store) -> None:
    """Given twice they are one; each ends by itself; the key ids they need are known."""
    for key, who in (("k1.aa", "sam"), ("k1.aa", "sam"), ("k2.bb", "ann"), ("k1.cc", "bea")):
        store.keep_apart(key, who, NOW)
    assert store.kept_apart(["k1.aa", "k2.bb", "k9.zz"]) == ("ann", "sam")
    assert store.kept_apart([]) == ()
    assert store.apart_kids() == {"k1", "k2"}
    assert store.end_apart(["k1.aa", "k2.bb"], "sam") == 1
    assert store.kept_apart(["k1.aa", "k2.bb"]) == ("ann",)
    assert store.end_apart(["k1.aa"], "sam") == 0


# --- how often they say yes ---


def test_answers_are_counted_with_the_change_that_brings_them(store: Store) -> None:
    """For who said it and for their sector; a change that is not written counts nothing."""
    put_responders(store, a_responder(), a_responder("ann"), a_responder("org", sector=Sector.voluntary))
    put_need(store)
    change = asking(read(store), [a_responder("ann")])
    heard = (Heard("sam", True), Heard("sam", False), Heard("ann", False), Heard("org", True), Heard("gone", True))
    must_commit(store, replace(change, heard=heard))
    assert isinstance(store.commit(replace(change, heard=heard)), Conflict)
    known = {c.responder.id: (c.own, c.alike) for c in candidates(store)}
    assert known == {
        "sam": (Counted(2, 1), Counted(3, 1)),
        "ann": (Counted(1, 0), Counted(3, 1)),
        "org": (Counted(1, 1), Counted(1, 1)),
    }
    put_responders(store, a_responder())
    assert store.candidate("sam", WEEK) == next(c for c in candidates(store) if c.responder.id == "sam")


# --- looking people up to explain ---


def test_considered_are_also_those_who_may_not_be_asked(store: Store) -> None:
    """Over their week, without a contact, far away: the nearest first, so that an officer can be told why not."""
    put_responders(store, a_responder("far", point=near(90)), a_responder("full", weekly_limit=0, point=near(1)))
    store.put_responders([(a_responder("silent", point=near(2)), [])], NOW)
    put_responders(store, a_responder("org", sector=Sector.voluntary), a_responder("cat", capabilities=("lift",)))
    volunteers = [Sector.volunteer.value]
    seen = [c.responder.id for c in store.considered(["food-parcel"], volunteers, HALL, WEEK, 10)]
    assert seen == ["full", "silent", "far"]
    assert [c.responder.id for c in store.considered(["food-parcel"], volunteers, HALL, WEEK, 2)] == seen[:2]


def test_one_candidate_is_looked_up_with_their_week(store: Store) -> None:
    """By id, with asks and mutes; nobody for an unknown id."""
    put_responders(store, a_responder())
    store.mute("sam", "food", NOW)
    put_need(store)
    must_commit(store, asking(read(store), [a_responder()]))
    sam = store.candidate("sam", WEEK)
    assert sam is not None
    assert (sam.asks_this_week, sam.responder.muted) == (1, ("food",))
    assert store.candidate("nobody", WEEK) is None


@pytest.mark.many
@pytest.mark.parametrize("within_km", [None, 2.5, 30.0])
@pytest.mark.parametrize("limit", [5, 1000])
def test_looking_near_first_finds_the_same(store: Store, within_km: float | None, limit: int) -> None:
    """However large the directory, whoever has been asked this week: the order is that of looking at everybody."""
    dice = random.Random(11)  # noqa: S311 - the same places each time
    everyone = [
        a_responder(
            f"r{n:03}",
            point=None if n % 20 == 0 else Point(lat=54 + dice.uniform(-0.1, 0.1), lon=-1 + dice.uniform(-0.2, 0.2)),
            areas=("Hill ward",) if n % 7 == 0 else (),
            capabilities=("food-parcel", "lift") if n % 3 else ("lift",),
        )
        for n in range(300)
    ]
    put_responders(store, *everyone)
    put_need(store)
    busy = everyone[::4]
    must_commit(store, asking(read(store), busy))
    middle = Point(lat=54, lon=-1)
    asked = {"point": middle, "within_km": within_km, "capabilities": ["food-parcel", "lift"]}
    rows = [c.responder for c in candidates(store, **asked, limit=limit)]
    narrow = math.cos(math.radians(54)) ** 2

    def apart(r: Responder) -> float:
        return (r.point.lat - 54) ** 2 + (r.point.lon + 1) ** 2 * narrow if r.point else math.inf

    def key(r: Responder) -> tuple[bool, float, str]:
        return r in busy, apart(r), r.id

    box = math.inf if within_km is None else within_km / 111.2 * 1.01
    reached = [
        r for r in everyone
        if r.point is None or r.areas
        or (abs(r.point.lat - 54) <= box and abs(r.point.lon + 1) * math.sqrt(narrow) <= box)
    ]  # fmt: skip
    assert [r.id for r in rows] == [r.id for r in sorted(reached, key=key)[:limit]]


# --- postcodes ---


def test_a_postcode_is_found_however_it_is_written(store: Store) -> None:
    """With its ward's name where there is one; what may be shared of it is no full postcode."""
    store.put_postcodes(
        [PostcodeRow("KT26QN", 51.41, -0.3, "E05013936"), PostcodeRow("KT11AA", 51.4, -0.31, None)],
    )
    store.put_wards({"E05013936": "Norbiton", "E05000000": "Elsewhere"})
    for text in ("KT2 6QN", "kt26qn", " kt2  6qn "):
        place = store.find_postcode(text)
        assert place is not None
        assert (place.postcode, place.point, place.area) == ("KT2 6QN", Point(lat=51.41, lon=-0.3), "Norbiton, KT2")
    plain = store.find_postcode("KT1 1AA")
    assert plain is not None
    assert plain.area == "KT1"
    assert [store.find_postcode(text) for text in ("", "KT2", "KT2 6QX", "'; --")] == [None] * 4
    assert store.count_postcodes() == 2


def test_a_postcode_that_has_ended_is_forgotten(store: Store) -> None:
    """A later file replaces where a postcode is, or takes it away."""
    store.put_postcodes([PostcodeRow("KT26QN", 51.41, -0.3, None), PostcodeRow("KT11AA", 51.4, -0.31, None)])
    store.put_postcodes([PostcodeRow("KT26QN", 51.5, -0.2, "W"), PostcodeRow("KT11AA", None, None, None)])
    moved = store.find_postcode("KT2 6QN")
    assert moved is not None
    assert moved.point == Point(lat=51.5, lon=-0.2)
    assert store.find_postcode("KT1 1AA") is None


def test_what_places_are_called(store: Store) -> None:
    """By who helps there, by needs, by wards; an outward postcode is known by any postcode that begins so."""
    assert store.areas() == frozenset()
    sam = Responder(id="sam", name="Sam", sector=Sector.volunteer, capabilities=("lift",), areas=("KT1", "Norbiton"))
    store.put_responders([(sam, [])], NOW)
    put_need(store)
    store.put_wards({"E05": "Coombe Vale"})
    store.put_postcodes([PostcodeRow("KT126QQ", 51.4, -0.3, "E05")])
    assert store.areas() == {"KT1", "Norbiton", "Hill ward", "Coombe Vale"}
    assert store.has_outward("KT12")
    assert store.has_outward("kt12")
    assert not any(store.has_outward(code) for code in ("KT1", "KT126", ""))
