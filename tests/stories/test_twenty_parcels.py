"""Twenty parcels by Thursday at five, for somebody without e-mail: promised, short on the day, made good, and true."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.needs import Outcome
from infra.playbooks import load_catalogue
from tests.mailserver import running
from tests.people import playbook, round_of
from tests.town import Town, town_at

WEDNESDAY = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
EVERYBODY = ("voluntary", "community", "business")
ROUNDS = playbook(
    round_of("groups", EVERYBODY, "4h", ask=4),  # type: ignore[arg-type]
    take_within="2h",
    chase_after="6h",
    confirm_after="1h",
    close_after="3d",
)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A town whose mail leaves through a mail server that knows some addresses to be dead."""
    with running("--keep") as server, town_at(tmp_path, load_catalogue(), server) as town:
        town.moment = WEDNESDAY
        yield town
        town.quiet()


def test_twenty_parcels(town: Town) -> None:
    """S02 A34: reserve first, then others; nobody who was fed is presumed to have been: she says so by telephone."""
    town.has("Food Bank", "voluntary", "food-parcel", capacity=15)
    town.has("Good Neighbours", "community", "food-parcel", capacity=6)
    town.has("Temple Kitchen", "community", "food-parcel", emails=("dead-one@good.test", "dead-two@good.test"))
    town.has("Baker", "business", "food-parcel", capacity=5)
    town.has_officer("Ola")
    need = town.resident_needs(
        "Twenty food parcels for a street without power",
        "food-parcel:20",
        playbook=ROUNDS,
        who="Grace",
        email=None,
        phone="07700 900002",
        needed_by="2026-03-05T17:00",
    )
    bank = town.inbox("Food Bank").expects("20 food parcels by 5pm on Thursday 5 March")
    neighbours = town.inbox("Good Neighbours").expects("20 food parcels")
    baker = town.inbox("Baker").expects("20 food parcels")
    assert "No address we have for Temple Kitchen works, so we count it as a no." in town.says(need)

    bank.and_offers(15).expects("you have promised 15 food parcels")
    bank.expects("Private")
    status, page = neighbours.sees(answer="part", **{"quantity-1": "6"})
    assert status == 200
    assert "5 food parcels" in page
    assert "1 food parcel" in page
    neighbours.and_offers(6).expects("you have promised 5 food parcels", "1 food parcel")
    neighbours.expects("Private")
    assert town.counts(need) == {"food-parcel": 20}
    ola = town.inbox("Ola").expects("Phone the resident: help is found", "07700 900002")
    ola.and_takes_it().ends_it("told")
    baker.expects("No longer needed")

    # On Thursday at four the food bank brings nine: the one in reserve counts now, for the other five others are asked.
    town.time_passes("30h")
    bank.answers(answer="done", **{"quantity-1": "9"})
    bank.expects("9 food parcels")
    neighbours.expects("6 food parcels")
    assert town.counts(need) == {"food-parcel": 15}
    assert "we called on those who stand by: Good Neighbours" in "\n".join(town.says(need))
    ola.expects("Phone the resident: it takes longer").and_takes_it().ends_it("told")
    ola.expects("Due soon and still missing: 5 food parcels")
    baker.expects("Can you help", "5 food parcels").and_offers(5).expects("you have promised 5 food parcels")
    baker.expects("Private")
    ola.expects("Phone the resident: help is found").and_takes_it().ends_it("told")
    ola.expects("Nothing left to do: 20 food parcels promised", "Good Neighbours", "Baker")
    neighbours.answers(answer="done")
    neighbours.expects("6 food parcels")
    baker.answers(answer="done")
    baker.expects("5 food parcels")

    # At six Ola phones Grace, who says that all twenty came: met, because she said so.
    town.time_passes("2h")
    ola.expects("Phone the resident: did it happen?", "07700 900002").and_takes_it().ends_it("yes")
    assert town.situation(need).need.outcome is Outcome.met
    assert {i.responder: i.shares[0].delivered for i in town.situation(need).invitations if i.pledged} == {
        "food-bank": 9,
        "good-neighbours": 6,
        "baker": 5,
    }
    for name, count in (("Food Bank", 9), ("Good Neighbours", 6), ("Baker", 5)):
        town.inbox(name).expects(f"Thank you for {count} food parcels")
    assert "The resident says that it happened, so this is closed." in town.says(need)[-1]
    town.time_passes("9d")
