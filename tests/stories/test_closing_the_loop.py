"""It was due: did it happen? The resident is asked, those who helped are thanked, and then there is silence."""

from __future__ import annotations

import pytest

from domain.needs import NeedStatus, Outcome
from tests.people import playbook, round_of
from tests.town import Town

NEIGHBOURS = playbook(
    round_of("neighbours", patience="2h"), take_within="1h", confirm_after="2h", chase_after="3d", close_after="1d"
)
TUESDAY = "2026-03-03T09:00"


def covered_by_bob(town: Town, **more: str | None) -> str:
    """Bob gives Amina a lift on Tuesday morning; everybody has been told."""
    town.has("Bob", "volunteer", "lift")
    need = town.resident_needs("A lift to dialysis", "lift:1", playbook=NEIGHBOURS, needed_by=TUESDAY, **more)
    town.inbox("Bob").expects("Can you help").and_says_yes()
    town.inbox("Bob").expects("you have promised")
    town.inbox("Bob").expects("Private")
    return need


def told_amina(town: Town) -> None:
    town.inbox("Amina").expects("We have your request")
    town.inbox("Amina").expects("A local volunteer will help you")


def test_yes_it_happened(town: Town) -> None:
    """Amina is asked two hours after it was due and says yes: met, Bob is thanked, she is told, and that is all."""
    need = covered_by_bob(town)
    told_amina(town)
    town.time_passes("25h59m")
    town.inbox("Amina").expects_nothing()
    town.time_passes("1m")
    town.inbox("Amina").expects("Did you get 1 lift?", "A local volunteer: 1 lift").and_says("yes")
    town.inbox("Amina").expects("You told us that you got 1 lift")
    town.inbox("Bob").expects("Thank you for 1 lift", "delete that email")
    assert town.situation(need).need.outcome == Outcome.met
    assert town.situation(need).invitations[0].shares[0].delivered == 1
    town.time_passes("60d")
    assert town.situation(need).need.wake_at is None


def test_silence_is_presumed(town: Town) -> None:
    """Amina says nothing: after a day it is presumed to have happened, and counted apart from met."""
    need = covered_by_bob(town)
    told_amina(town)
    town.time_passes("26h")
    amina = town.inbox("Amina").expects("Did you get", "close your request after 11am on Wednesday 4 March")
    town.time_passes("1d")
    town.inbox("Amina").expects("have not heard from you")
    town.inbox("Bob").expects("As far as we know all went well")
    assert town.situation(need).need.outcome == Outcome.presumed
    assert "We take it that it happened" in amina.page
    town.time_passes("10d")


def test_what_was_presumed_may_be_contradicted(town: Town) -> None:
    """A44, R13: presumed and closed; days later Amina says it did not happen: Jane is asked, Dana hears, Jane goes."""
    town.has_officer("Dana")
    need = covered_by_bob(town)
    told_amina(town)
    town.time_passes("26h")
    amina = town.inbox("Amina").expects("Did you get")
    town.time_passes("1d")
    town.inbox("Amina").expects("have not heard from you")
    town.inbox("Bob").expects("Thank you for 1 lift")
    town.time_passes("2d")
    town.has("Jane", "volunteer", "lift")
    amina.and_says("no", note="I waited all morning")
    town.inbox("Dana").expects("it did not happen", "I waited all morning").and_takes_it()
    assert "You told us that it did not happen" in amina.page
    assert "We are looking for what is missing" in amina.page
    town.inbox("Jane").expects("Can you help").and_says_yes()
    town.inbox("Jane").expects("you have promised")
    town.inbox("Jane").expects("Private")
    town.inbox("Amina").expects("A local volunteer will help you")
    town.time_passes("26h")
    town.inbox("Amina").expects("Did you get 1 lift?").and_says("yes")
    town.inbox("Amina").expects("You told us that you got")
    town.inbox("Jane").expects("Thank you for 1 lift")
    assert town.situation(need).need.outcome == Outcome.met
    said = town.story(need)[town.story(need).index("resident-said") :]
    assert said[:3] == ["resident-said", "reopened", "new-due"]
    assert said.count("closed") == 1
    town.time_passes("30d")


@pytest.mark.parametrize(("said", "means"), [("partly", "only part of it happened"), ("no", "it did not happen")])
def test_it_did_not_happen(town: Town, said: str, means: str) -> None:
    """A44: it did not all happen: it is looked for again and an officer hears at once, in Amina's words."""
    town.has_officer("Dana")
    need = covered_by_bob(town)
    told_amina(town)
    town.time_passes("26h")
    amina = town.inbox("Amina").expects("Did you get").and_says(said, note="Nobody was there at nine")
    dana = town.inbox("Dana")
    dana.expects(f"The resident says that {means}", "Nobody was there at nine", "Resident: Amina").and_takes_it()
    dana.expects("Nobody left to ask for 1 lift").and_takes_it()
    assert f"You told us that {means}" in amina.page
    assert town.situation(need).need.status is NeedStatus.open
    assert any("did not come, and we look again" in line for line in town.says(need))
    town.officer_closes(need, Outcome.not_met)
    town.inbox("Amina").expects("We could not get 1 lift")
    town.time_passes("30d")


def test_no_then_yes(town: Town) -> None:
    """Amina pressed no by mistake and says yes by the same link: it is met, and the officer's task is done."""
    town.has_officer("Dana")
    need = covered_by_bob(town)
    told_amina(town)
    town.time_passes("26h")
    amina = town.inbox("Amina").expects("Did you get").and_says("no")
    dana = town.inbox("Dana").expects("it did not happen")
    town.inbox("Dana").expects("Nobody left to ask")
    amina.and_says("yes")
    town.inbox("Amina").expects("You told us that you got")
    town.inbox("Bob").expects("Thank you for")
    assert "Nothing is left to do here" in dana.page
    assert town.situation(need).need.outcome == Outcome.met


def test_somebody_without_email_gets_a_phone_call(town: Town) -> None:
    """Grace has no e-mail: Dana is asked to phone with the good news, to ask how it went, and to say it is finished."""
    town.has_officer("Dana")
    need = covered_by_bob(town, who="Grace", email=None, phone="07700 900002")
    dana = town.inbox("Dana")
    dana.expects("Phone the resident: help is found", "Resident: Grace", "07700 900002", "A local volunteer will help")
    dana.and_takes_it()
    town.time_passes("26h")
    dana.expects("Phone the resident: did it happen?", "Did it happen: yes, partly or no?").and_takes_it()
    dana.ends_it("posted")  # nobody was in, so she left a letter; from now on silence counts
    town.time_passes("1d")
    town.inbox("Bob").expects("Thank you for 1 lift")
    dana.expects("Phone the resident: it is finished").and_takes_it()
    town.time_passes("10d")
    assert town.situation(need).need.outcome == Outcome.presumed


def test_a_call_still_to_make_outlives_the_need(town: Town) -> None:
    """The need is closed and Dana has not taken the call: it passes on to the next officer all the same."""
    town.has_officer("Dana")
    town.has_officer("Femi")
    need = covered_by_bob(town, who="Grace", email=None, phone="07700 900002")
    town.inbox("Dana").expects("help is found").and_takes_it()
    town.officer_closes(need, Outcome.withdrawn)
    town.inbox("Bob").expects("Please do not set out")
    town.inbox("Dana").expects("Phone the resident: it is finished", "nobody will come")
    town.time_passes("1h")
    town.inbox("Femi").expects("Phone the resident").and_takes_it()
    town.inbox("Dana").expects("Now with Femi")
    town.time_passes("10d")


def test_withdrawn_by_an_officer(town: Town) -> None:
    """A21, D06: Bob, who promised, is told first: do not set out, delete; Jane is released; Mei refused: silence."""
    for name in ("Bob", "Jane", "Mei"):
        town.has(name, "volunteer", "food-parcel")
    need = town.resident_needs("Groceries", "food-parcel:6", playbook=NEIGHBOURS)
    town.inbox("Amina").expects("We have your request")
    jane = town.inbox("Jane").expects("Can you help")
    town.inbox("Mei").expects("Can you help").and_says_no()
    town.inbox("Mei").expects("you cannot help")
    bob = town.inbox("Bob").expects("Can you help").and_offers(2)
    town.inbox("Bob").expects("you have promised 2 food parcels")
    town.inbox("Bob").expects("Private")
    town.officer_closes(need, Outcome.withdrawn)
    assert str(town.unread()[0][1]["Subject"]).startswith("Please do not set out")
    town.inbox("Bob").expects("Please do not set out", "delete that email").lacks("KT1 1ZZ", "Example Road")
    town.inbox("Jane").expects("No longer needed", "The request has been withdrawn")
    town.inbox("Amina").expects("is withdrawn", "nobody will come")
    for page in (bob.page, jane.page):
        assert "No longer needed" in page
        assert "KT1 1ZZ" not in page
        assert "Amina" not in page
        assert "cannot help" not in page
    assert "worried about somebody" in bob.page  # he had the address
    assert "<form" not in jane.page
    town.time_passes("6d23h")
    assert "No longer needed" in bob.page
    town.time_passes("1h")
    assert "We cannot find this page" in bob.page
    assert town.rows(need)[-1].message.kind in ("resident-closed", "stand-down", "call-off")


def test_closed_wins(town: Town) -> None:
    """R13, R10: a yes by an old page, after closing, is refused kindly; no old alarm rings."""
    town.has("Sam", "volunteer", "food-parcel")
    need = town.resident_needs("Groceries", "food-parcel:1", playbook=NEIGHBOURS)
    town.inbox("Amina").expects("We have your request")
    sam = town.inbox("Sam").expects("Can you help")
    town.officer_closes(need, Outcome.duplicate)
    town.inbox("Sam").expects("No longer needed")
    status, page = town.post(sam.link, answer="accept", confirm="yes")
    assert status == 409
    assert "This request is closed" in page
    town.time_passes("30d")
    assert town.story(need)[-1] == "closed"


def test_nothing_found_in_time(town: Town) -> None:
    """Its time passes uncovered: Dana had it early enough to act, hears again when it is past, and Amina knows."""
    town.has_officer("Dana")
    town.has("Sam", "volunteer", "food-parcel")
    need = town.resident_needs("Groceries", "food-parcel:1", playbook=NEIGHBOURS, needed_by="+8h")
    town.inbox("Amina").expects("We have your request")
    town.inbox("Sam").expects("Can you help")
    town.time_passes("2h")
    town.inbox("Amina").expects("We are still looking")
    town.inbox("Dana").expects("Nobody left to ask").and_takes_it()
    town.time_passes("5h59m")
    town.inbox("Dana").expects_nothing()
    town.time_passes("1m")
    town.inbox("Dana").expects("The time has passed", "Are they safe?").and_takes_it()
    assert "past-due" in town.story(need)
    town.officer_closes(need, Outcome.not_met)
    town.inbox("Sam").expects("No longer needed")
    town.inbox("Amina").expects("We could not get")


def test_long_names_leave_room_for_what_it_is_about(town: Town) -> None:
    """Two organisations of long names help: the subject says that help is found, the mail itself says who."""
    names = (
        "Kingston Emergency Food Parcels of Everyday Church",
        "Kingston Emergency Food Parcels of the Surbiton Office",
    )
    for name in names:
        town.has(name, "community", "food-parcel", capacity=1)
    town.resident_needs("Groceries", "food-parcel:2", playbook=NEIGHBOURS)
    town.inbox("Amina").expects("We have your request")
    for name in names:
        town.inbox(name).expects("Can you help").and_offers(1)
        town.inbox(name).expects("you have promised")
        town.inbox(name).expects("Private")
    town.inbox("Amina").expects("2 partners will help you", *names)
