"""Partners brought in while needs wait: those that still miss something look again, those most at risk first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from domain.needs import NeedStatus
from domain.newcomers import by_capability, notice_newcomers
from domain.responders import Responder
from domain.risk import Band
from infra.door import Done, Door
from infra.store import Store
from infra.store.lists import NeedsWanted

MOST_NEEDS = 500
A_PAGE = 100
WAITING = NeedsWanted(statuses=(NeedStatus.open, NeedStatus.on_hold))


def tell_waiting_needs(door: Door, newcomers: Sequence[Responder], by: str) -> int:
    """How many needs look again because of them; of more than `MOST_NEEDS`, those most at risk."""
    if not newcomers:
        return 0
    decide = partial(notice_newcomers, newcomers=by_capability(newcomers), by=by)
    changed = [door.change(need, decide) for need in list(_waiting(door.store))]
    return sum(isinstance(done, Done) and done.change is not None for done in changed)


def _waiting(store: Store) -> Iterator[str]:
    """Needs that miss something, a page at a time."""
    cursor: str | None = None
    for _ in range(MOST_NEEDS // A_PAGE):
        page = store.needs_page(WAITING, cursor, A_PAGE)
        yield from (row.need for row in page.rows if row.band is Band.missing)
        if (cursor := page.next) is None:
            return
