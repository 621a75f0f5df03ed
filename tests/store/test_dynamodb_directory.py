"""The directory in DynamoDB: what is read and written, and what a crash or a filter that fits little leaves."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from domain.capabilities import CheckLevel, Sector
from domain.matching import Candidate
from domain.responders import Check, Responder
from domain.values import Point
from infra import aws
from infra.store import Store
from infra.store.dynamodb import DynamoStore, listed_responders
from infra.store.lists import RespondersWanted
from tests.store.builders import HOUR, N1, NOW, WEEK, a_responder, asking, must_commit, put_need, put_responders, read

HALL = Point(lat=51.5, lon=-0.12)
SECTORS = [sector.value for sector in Sector]


@pytest.fixture
def store(empty_table: str) -> DynamoStore:
    return DynamoStore(empty_table)


@contextmanager
def watched(event: str, listen: Callable[..., object]) -> Iterator[None]:
    """Have what is sent to DynamoDB, or what comes back, told to `listen`."""
    events = aws.client("dynamodb").meta.events
    events.register(event, listen)
    try:
        yield
    finally:
        events.unregister(event, listen)


def keys(table: str, begins: str) -> list[str]:
    """What lies in partitions whose name begins so."""
    items = aws.client("dynamodb").scan(TableName=table, ConsistentRead=True)["Items"]
    return sorted(f"{item['pk']['S']} {item['sk']['S']}" for item in items if item["pk"]["S"].startswith(begins))


def spread(count: int, km: float) -> list[Responder]:
    """So many people in a square around the town hall."""
    dice, span = random.Random(7), km / 111.2 / 2  # noqa: S311 - the same places each time
    places = ((HALL.lat + dice.uniform(-span, span), HALL.lon + dice.uniform(-span, span) * 1.6) for _ in range(count))
    return [a_responder(f"r{n:03}", point=Point(lat=lat, lon=lon)) for n, (lat, lon) in enumerate(places)]


def test_those_near_by_are_read_and_not_the_directory(store: DynamoStore) -> None:
    """Of 600 people in a borough, choosing looks at those in the nearest ring that has enough of them."""
    put_responders(store, *spread(600, km=20))
    looked_at: list[int] = []

    def count(parsed: dict[str, Any], **_: Any) -> None:
        looked_at.append(parsed["Count"])

    with watched("after-call.dynamodb.Query", count):
        found = store.candidates(["food-parcel"], SECTORS, HALL, None, WEEK, 10)
    assert len(found) == 10
    assert sum(looked_at) < 200


def test_somebody_who_is_asked_meanwhile_is_made_up_for(store: DynamoStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their week fills between being found and being read again: others are drawn, as long as there are any."""
    put_responders(store, *(one.but(weekly_limit=1) for one in spread(60, km=2)))
    put_need(store)
    nearest = [c.responder for c in store.candidates(["food-parcel"], SECTORS, HALL, 3, WEEK, 60)]
    read_again, first = DynamoStore._as_candidates, iter([nearest[:5]])

    def later(self: DynamoStore, ids: list[str], week: str) -> list[Candidate]:
        must_commit(store, asking(read(store), next(first, ())))
        return read_again(self, ids, week)

    monkeypatch.setattr(DynamoStore, "_as_candidates", later)
    found = [c.responder.id for c in store.candidates(["food-parcel"], SECTORS, HALL, 3, WEEK, 10)]
    assert found == [one.id for one in nearest[5:15]]


def test_who_moves_or_leaves_is_found_nowhere_else(store: DynamoStore, empty_table: str) -> None:
    """What somebody is found by follows them: their place, their areas, their capabilities; nothing is left of them."""
    put_responders(store, a_responder(point=HALL, capabilities=("lift", "food-parcel")))
    assert keys(empty_table, "C#lift#") == ["C#lift#placed#07075 1798800#sam"]
    put_responders(store, a_responder(point=HALL, areas=("Hill ward",), capabilities=("lift",)))
    assert keys(empty_table, "C#lift#") == ["C#lift#areas#07075 1798800#sam"]
    assert keys(empty_table, "C#food-parcel#") == []
    put_responders(store, a_responder(capabilities=("lift",)))
    assert keys(empty_table, "C#lift#") == ["C#lift#nowhere sam"]
    store.mute("sam", "food", NOW)
    store.keep_apart("k1.aa", "sam", NOW)
    store._drop_responder("sam")
    assert keys(empty_table, "C#lift#") == keys(empty_table, "R#") == keys(empty_table, "W#") == []


def test_somebody_who_can_do_very_much_is_found_by_all_of_it(store: DynamoStore) -> None:
    """More than one transaction holds: each of 200 capabilities leads to them, and no other once they have one."""
    codes = tuple(f"help-{n}" for n in range(200))
    put_responders(store, a_responder(capabilities=codes, point=HALL))
    assert all(store.candidates([code], SECTORS, HALL, 3, WEEK, 10) for code in (codes[0], codes[99], codes[199]))
    put_responders(store, a_responder(capabilities=codes[:1], point=HALL))
    assert store.candidates(codes[1:], SECTORS, HALL, 3, WEEK, 10) == []
    assert [c.responder.id for c in store.candidates(codes, SECTORS, HALL, 3, WEEK, 10)] == ["sam"]


def test_a_file_read_twice_writes_nothing_the_second_time(store: DynamoStore) -> None:
    """The day after, only that they were brought in again."""
    put_responders(store, a_responder(point=HALL))
    written: list[str] = []

    def note(model: Any, **_: Any) -> None:
        if model.name not in ("BatchGetItem", "GetItem", "Query"):
            written.append(model.name)

    rows = [(a_responder(point=HALL), store.contacts("sam"))]
    with watched("before-call.dynamodb.*", note):
        store.put_responders(rows, NOW + HOUR)
    assert written == []
    store.put_responders(rows, NOW + timedelta(days=1))
    listed = store.responder_listed("sam")
    assert listed is not None
    assert listed.put_at == NOW + timedelta(days=1)


def test_a_lost_check_wakes_their_needs_even_if_the_import_was_cut_short(store: DynamoStore) -> None:
    """The lights go out after Sam is written and before the need is woken: the import, begun again, wakes it."""
    enhanced = Check(level=CheckLevel.enhanced)
    put_responders(store, a_responder(checks=(enhanced,)))
    put_need(store)
    must_commit(store, asking(read(store), [a_responder()]))

    def lights_out(**_: Any) -> None:
        raise RuntimeError("the lights went out")

    with watched("before-call.dynamodb.UpdateItem", lights_out), pytest.raises(RuntimeError):
        put_responders(store, a_responder())
    sam = store.responder("sam")
    assert sam is not None
    assert sam.checks == ()
    assert store.due(NOW, 10) == []
    put_responders(store, a_responder())
    assert store.due(NOW, 10) == [N1]
    must_commit(store, asking(read(store), []))
    put_responders(store, a_responder())
    assert store.due(NOW, 10) == []


def test_a_page_of_few_among_many_comes_back_short(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """After so many rows that nobody asked for, a page ends; it leads on to those that are, and back."""
    monkeypatch.setattr(listed_responders, "LOOKED_AT", 10)
    rare = {"r-07", "r-23"}
    every = [f"r-{n:02}" for n in range(25)]
    put_responders(store, *(a_responder(id, name=f"Kitchen {id}" if id in rare else f"Sam {id}") for id in every))
    assert [row.responder.id for row in store.responders_page(RespondersWanted()).rows][:2] == ["r-07", "r-23"]
    put_responders(store, *(a_responder(id, name=id, sector="business" if id in rare else "community") for id in every))
    wanted = RespondersWanted(sector="business")
    page, seen = store.responders_page(wanted), []
    pages = [page]
    while page.next:
        page = store.responders_page(wanted, page.next)
        pages.append(page)
    seen = [[row.responder.id for row in page.rows] for page in pages]
    assert seen == [["r-07"], [], ["r-23"]]
    back = store.responders_page(wanted, pages[2].previous)
    while back.previous and not back.rows:
        back = store.responders_page(wanted, back.previous)
    assert [row.responder.id for row in back.rows] == ["r-07"]
