"""What is most at risk comes first: how a need stands in a list, from the need and what was promised."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from domain.invitations import Invitation, InvitationStatus, Share
from domain.needs import NeedStatus
from domain.risk import SOON, Band, at_risk, standing_of
from tests.people import MONDAY, need

HOUR = timedelta(hours=1)
NEED = need("food-parcel:20", needed_by="+6h")
TWO_PARTS = need("food-parcel:20", "blanket:10@13:00", needed_by="+6h")


def promise(pledged: int = 20, line: int = 1, **more: Any) -> Invitation:
    """Sam has said yes to so many."""
    share = Share(line=line, round=1, asked=20, expected=1.0, pledged=pledged, ready_by=more.pop("ready_by", None))
    given = {"id": "I1", "need": NEED.id, "responder": "sam", "cycle": 1, "kid": "k1", "asked_at": MONDAY}
    return Invitation(
        **(given | {"answer_by": MONDAY + HOUR, "status": InvitationStatus.accepted, "shares": (share,)} | more)
    )


def test_what_is_missing_is_ordered_by_when_it_is_due() -> None:
    """The part that is missing decides, not one that is covered and due before it; how much counts line by line."""
    standing = standing_of(TWO_PARTS, [promise(10, line=2), promise(5)])
    assert (standing.band, standing.at) == (Band.missing, MONDAY + 6 * HOUR)
    assert (standing.needed, standing.covered) == (200, 125)
    more = standing_of(TWO_PARTS, [promise(50)])
    assert (more.at, more.covered) == (MONDAY + 4 * HOUR, 100)


def test_parts_weigh_alike_whatever_their_unit() -> None:
    """One lift and 200 blankets: the lift is half of it. The least promise shows; all but one blanket is not all."""
    flood = need("blanket:200", "lift:1@13:00", needed_by="+6h")
    standings = [standing_of(flood, [promise(n, line)]) for n, line in ((1, 2), (1, 1), (199, 1), (0, 1))]
    assert [(standing.needed, standing.covered) for standing in standings] == [
        (200, 100),
        (200, 1),
        (200, 99),
        (200, 0),
    ]
    less = flood.but(lines=(flood.lines[0].but(quantity=0), flood.lines[1]))
    assert (standing_of(less, []).needed, standing_of(less, []).covered) == (100, 0)


def test_a_promise_is_ordered_by_when_a_word_is_wanted() -> None:
    """When it should be there; once chased, from then on; once they are on their way, somewhat later."""
    chase_after = NEED.playbook.follow_up.chase_after
    due = MONDAY + 6 * HOUR
    for invitation, wanted in (
        (promise(), due),
        (promise(ready_by=due - HOUR), due - HOUR),
        (promise(chased_at=MONDAY + HOUR), MONDAY + HOUR),
        (promise(confirm_by=MONDAY + 2 * HOUR), MONDAY + 2 * HOUR),
        (promise(status=InvitationStatus.in_progress), due + chase_after),
    ):
        standing = standing_of(NEED, [invitation])
        assert (standing.band, standing.at, standing.word_from) == (Band.promised, wanted, "sam")


def test_what_has_been_brought_waits_to_be_closed() -> None:
    """Nobody owes a word any more; nor does anybody once it is closed."""
    done = promise(status=InvitationStatus.completed)
    brought = standing_of(NEED, [done])
    assert (brought.band, brought.at, brought.word_at) == (Band.brought, NEED.needed_by, None)
    closed = standing_of(NEED.but(status=NeedStatus.closed, closed_at=MONDAY), [promise()])
    assert (closed.band, closed.at, closed.word_at) == (Band.closed, MONDAY, None)


def test_what_is_at_risk() -> None:
    """Missing and due within a day, or promised and a word overdue; never what has been brought or closed."""
    assert at_risk(Band.missing, MONDAY + SOON, MONDAY)
    assert not at_risk(Band.missing, MONDAY + SOON + HOUR, MONDAY)
    assert at_risk(Band.promised, MONDAY, MONDAY)
    assert not at_risk(Band.promised, MONDAY + HOUR, MONDAY)
    assert not at_risk(Band.brought, MONDAY - SOON, MONDAY)
    assert not at_risk(Band.closed, MONDAY - SOON, MONDAY)
