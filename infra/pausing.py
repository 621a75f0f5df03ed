"""Pass a partner over for a while, or ask them again: on their own record, and in every need that waits for them."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from domain.pausing import stop_waiting, wait_again
from infra import clock
from infra.door import Door

MOST_WAITING = 1000


def pause(door: Door, responder: str, until: datetime | None, by: str = "officer") -> bool:
    """Until then; `None`: no longer. A second time changes nothing more. `False`: nobody has this id."""
    if not door.store.pause(responder, until, clock.now()):
        return False
    decide = partial(stop_waiting if until else wait_again, responder=responder, by=by)
    for need in dict.fromkeys(
        i.need for i in door.store.invitations_of(responder, MOST_WAITING) if i.open or i.promised
    ):
        door.change(need, decide)
    door.ring()  # the store has woken all of their needs, changed here or not
    return True
