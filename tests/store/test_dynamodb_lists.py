"""Lists in DynamoDB: many rows in several shards, of which a page looks at some."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.needs import NeedStatus
from infra.store.dynamodb import DynamoStore, lists
from infra.store.lists import NeedsWanted
from tests.store.builders import N1, N2, put_need
from tests.store.test_store_lists import close, due_in, needs

HOUR = timedelta(hours=1)
EVERY = [f"N-{a}{b}2222" for a in "23456" for b in "23456"]


@pytest.fixture
def store(empty_table: str) -> DynamoStore:
    return DynamoStore(empty_table)


def walk(store: DynamoStore, wanted: NeedsWanted, limit: int = 5) -> tuple[list[str], int]:
    """All that the pages show from the first to the last, and how many pages there are."""
    found, pages, cursor = list[str](), 0, None
    while pages < 100:
        page = store.needs_page(wanted, cursor, limit)
        found += [row.need for row in page.rows]
        pages, cursor = pages + 1, page.next
        if cursor is None:
            break
    return found, pages


def test_a_page_that_finds_little_leads_on(store: DynamoStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where few of many needs are wanted, no page looks at all of them: it comes back short, or empty, and leads on
    to the rest, each need once."""
    for number, need in enumerate(EVERY):
        put_need(store, need, category="lift" if number % 8 == 7 else "food", **due_in(30 + number))
    monkeypatch.setattr(lists, "LOOKED_AT", 6)
    found, pages = walk(store, NeedsWanted(category="lift"))
    assert found == [need for number, need in enumerate(EVERY) if number % 8 == 7]
    assert pages == 5
    first = store.needs_page(NeedsWanted(category="lift"), limit=5)
    assert (first.rows, first.previous) == ((), None)
    second = store.needs_page(NeedsWanted(category="lift"), first.next, limit=5)
    back = store.needs_page(NeedsWanted(category="lift"), second.previous, limit=5)
    assert [row.need for row in second.rows] == [EVERY[7]]
    assert back.rows == ()
    assert store.needs_page(NeedsWanted(category="lift"), back.next, limit=5).rows == second.rows


def test_pages_lead_from_open_needs_to_closed_ones(store: DynamoStore) -> None:
    """One order over both, on and back, whatever the size of a page; what is closed comes last, the newest first."""
    for number, need in enumerate(EVERY):
        put_need(store, need, **due_in(30 + number))
        if number >= 12:
            close(store, need, hours_ago=number)
    for limit in (1, 4, 12, 50):
        found, _ = walk(store, NeedsWanted(), limit)
        assert found == EVERY
    page = store.needs_page(NeedsWanted(), limit=10)
    second = store.needs_page(NeedsWanted(), page.next, limit=10)
    assert store.needs_page(NeedsWanted(), second.previous, limit=10).rows == page.rows
    assert walk(store, NeedsWanted(statuses=(NeedStatus.closed,)), 4)[0] == EVERY[12:]
    assert walk(store, NeedsWanted(statuses=(NeedStatus.open,)), 4)[0] == EVERY[:12]


def test_an_incident_has_its_own_list(store: DynamoStore) -> None:
    """Its needs are found without walking through all others: in their order, on and back, and counted."""
    for number, need in enumerate(EVERY):
        put_need(store, need, incident="X-222222" if number % 2 else None, **due_in(30 + number))
    close(store, EVERY[3])
    wanted = NeedsWanted(incident="X-222222")
    found, _ = walk(store, wanted, 3)
    assert found == [*(need for n, need in enumerate(EVERY) if n % 2 and n != 3), EVERY[3]]
    page = store.needs_page(wanted, limit=3)
    second = store.needs_page(wanted, page.next, limit=3)
    assert store.needs_page(wanted, second.previous, limit=3) == page
    assert store.counts_of("X-222222") == {NeedStatus.open: 11, NeedStatus.closed: 1}


def test_what_no_key_can_be_is_not_found(store: DynamoStore) -> None:
    """Somebody searches for more letters than any key of a table may have: nothing is found, and nothing breaks."""
    put_need(store, N1)
    put_need(store, N2, key="CASE-7")
    assert needs(store, NeedsWanted(search="x" * 5000)) == []
    assert needs(store, NeedsWanted(search="\U0001f600" * 700)) == []
    assert needs(store, NeedsWanted(incident="X" * 5000)) == []
    assert store.needs_listed(["N" * 5000, N1, ""])[0].need == N1
    assert store.task("K" * 5000) is None
