"""Somebody has said yes. Is it under way, done, too little, forgotten? Is somebody in danger?"""

from __future__ import annotations

import pytest

from domain.needs import Outcome
from tests.people import GROUPS, playbook, round_of
from tests.town import Inbox, Town, address

HELPERS = playbook(
    round_of("neighbours", patience="2h"),
    round_of("groups", GROUPS, "2h"),
    take_within="1h",
    confirm_after="2d",
    chase_after="2h",
    close_after="1d",
)
RESIDENT_FIRST = HELPERS.but(
    follow_up=HELPERS.follow_up.model_copy(update={"confirm_after": HELPERS.rounds[0].patience})
)


def promised(town: Town, name: str, said: str) -> None:
    """They have their receipt and the private details."""
    town.inbox(name).expects("you have promised", said)
    town.inbox(name).expects("Private")


def first_mail(town: Town, name: str) -> Inbox:
    """Back at their first mail, with its link."""
    inbox = town.inbox(name)
    inbox.last = next(mail for _, mail in town.mails() if mail["To"] == address(name))
    return inbox


def amina_hears_of(town: Town, who: str) -> None:
    town.inbox("Amina").expects("We have your request")
    town.inbox("Amina").expects(f"{who} will help you")


def bob_brings_a_blanket(town: Town) -> tuple[str, Inbox]:
    """Bob has said that he brings Amina a blanket tonight; Dana is there. Returns the need, and his mail."""
    town.has_officer("Dana")
    town.has("Bob", "volunteer", "blanket")
    need = town.resident_needs("A blanket for the night", "blanket:1", playbook=HELPERS, needed_by="+18h")
    bob = town.inbox("Bob").expects("Can you help").and_says_yes()
    promised(town, "Bob", "1 blanket")
    amina_hears_of(town, "A local volunteer")
    return need, bob


def test_a_no_show_calls_the_reserve(town: Town) -> None:
    """A25, A34: Bob forgets; chased once, given up; Jane, who stood by, is called and goes; Dana finds out why."""
    town.has_officer("Dana")
    for name in ("Bob", "Jane"):
        town.has(name, "volunteer", "food-parcel")
    need = town.resident_needs("Groceries", "food-parcel:4", playbook=HELPERS, needed_by="+7h")
    bob = town.inbox("Bob").expects("Can you help").and_says_yes()
    promised(town, "Bob", "4 food parcels")
    amina_hears_of(town, "A local volunteer")
    town.inbox("Jane").expects("Can you help")
    town.inbox("Jane").expects("No longer needed")
    jane = first_mail(town, "Jane").and_says_yes()
    town.inbox("Jane").expects("standing by with 4 food parcels")
    town.time_passes("8h59m")
    town.inbox("Bob").expects_nothing()
    town.time_passes("1m")
    town.inbox("Bob").expects("Was it done? You promised 4 food parcels", "by 8pm", "call 999", "We ask only once")
    town.time_passes("2h")
    town.inbox("Dana").expects("Bob").and_takes_it()
    jane.expects("can you now help with 4 food parcels").and_says_yes()
    promised(town, "Jane", "4 food parcels")
    town.inbox("Amina").expects("still looking")
    town.inbox("Amina").expects("A local volunteer will help you")
    assert "We did not hear from you" in bob.page
    said = [line for line in town.says(need) if "Bob" in line or "wanted" in line]
    assert (
        "We asked Bob whether it was done and heard nothing, so we no longer count on it. "
        "So 4 food parcels are missing again." in said
    )
    assert any("wanted as soon as can be, by" in line for line in said)
    town.time_passes("2h")
    first_mail(town, "Jane").answers(answer="done")
    town.inbox("Jane").expects("you told us that it is done", "4 food parcels")
    assert town.counts(need) == {"food-parcel": 4}
    town.officer_closes(need, Outcome.met)
    town.inbox("Jane").expects("Thank you for 4 food parcels")
    town.inbox("Amina").expects("is finished")
    town.time_passes("10d")


def test_nobody_has_to_say_in_the_night_how_it_went(town: Town) -> None:
    """A25, A13: Bob was to bring it by six; he is asked at eight, and told that there is time until the morning; Dana
    hears then, and not at ten at night, that nobody knows."""
    town.has_officer("Dana")
    town.has("Bob", "volunteer", "food-parcel")
    town.resident_needs("Groceries", "food-parcel:4", playbook=HELPERS, needed_by="+9h")
    town.inbox("Bob").expects("Can you help").and_says_yes()
    promised(town, "Bob", "4 food parcels")
    amina_hears_of(town, "A local volunteer")
    town.time_passes("11h")
    town.inbox("Bob").expects("Was it done?", "If we hear nothing by 8am on Tuesday 3 March")
    town.time_passes("11h59m")
    town.inbox("Dana").expects_nothing()
    town.time_passes("1m")
    town.inbox("Dana").expects("Bob").and_takes_it()
    town.inbox("Amina").expects("We are still looking for 4 food parcels")
    town.inbox("Dana").expects("Nobody left to ask")


def test_nine_of_fifteen(town: Town) -> None:
    """Twenty parcels: the foodbank brings 9 of the 15 it promised; the rest is looked for; Amina says yes: met."""
    town.has("Foodbank", "community", "food-parcel", capacity=15)
    town.has("Sam", "volunteer", "food-parcel", capacity=5)
    need = town.resident_needs("Parcels", "food-parcel:20", playbook=RESIDENT_FIRST, needed_by="+8h")
    foodbank = town.inbox("Foodbank").expects("Can you help").and_offers(15)
    promised(town, "Foodbank", "15 food parcels")
    town.inbox("Sam").expects("Can you help").and_offers(5)
    promised(town, "Sam", "5 food parcels")
    amina_hears_of(town, "Foodbank and a local volunteer")
    town.has("Larder", "business", "food-parcel")
    town.time_passes("8h")
    assert "Was it done?" in foodbank.page
    assert foodbank.page.index("It is done") < foodbank.page.index("promised by you")
    status, page = foodbank.sees(answer="done", **{"quantity-1": "9"})
    assert (status, "6 food parcels less than you promised" in page) == (200, True)
    foodbank.answers(answer="done", **{"quantity-1": "9"})
    town.inbox("Foodbank").expects("You brought", "9 food parcels", "looking for somebody else for 6 food parcels")
    town.inbox("Amina").expects("still looking")
    assert town.counts(need) == {"food-parcel": 14}
    assert foodbank.answers(answer="done", **{"quantity-1": "9"})[0] == 200
    town.inbox("Foodbank").expects_nothing()
    town.time_passes("1h59m")
    town.inbox("Larder").expects("Can you help with 6 food parcels").and_says_yes()
    promised(town, "Larder", "6 food parcels")
    town.inbox("Amina").expects("Larder", "will help you")
    town.time_passes("1m")
    town.inbox("Sam").expects("Was it done?").answers(answer="done")
    town.inbox("Sam").expects("you told us that it is done")
    larder = first_mail(town, "Larder")
    larder.answers(answer="started")
    town.inbox("Larder").expects("you are on it")
    town.time_passes("6h")
    larder.answers(answer="done")
    town.inbox("Larder").expects("it is done")
    town.time_passes("1h59m")
    town.inbox("Amina").expects_nothing()
    town.time_passes("1m")
    town.inbox("Amina").expects("Did you get 20 food parcels?").and_says("yes")
    town.inbox("Amina").expects("You told us that you got")
    for name in ("Foodbank", "Sam", "Larder"):
        town.inbox(name).expects("Thank you for")
    assert town.situation(need).need.outcome == Outcome.met
    assert [i.shares[0].delivered for i in town.situation(need).invitations if i.pledged] == [9, 5, 6]
    town.time_passes("10d")


def test_a_worry_at_two_in_the_morning(town: Town) -> None:
    """Nobody opens: the page leads with 999, Dana has it at once in Bob's words, nobody closes it until she is done.

    D09: the words are in her mail and nowhere else.
    """
    need, bob = bob_brings_a_blanket(town)
    town.time_passes("17h")
    status, page = town.post(bob.link, answer="concern")
    assert status == 422
    assert "Enter what you are worried about" in page
    status, page = bob.sees(answer="concern", note="The door stands open")
    assert page.index("call 999") < page.index("Check your answer</h1>")
    assert town.rows(need, "officer-task") == []
    bob.answers(answer="concern", note="The door stands open")
    town.inbox("Dana").expects("The door stands open", "999")
    town.inbox("Bob").expects("told an officer that you are worried", "call 999").lacks("The door stands open")
    assert "If somebody is in danger now, call 999" in bob.page
    assert "The door stands open" not in bob.page
    assert not any("door" in line for line in town.says(need))
    with pytest.raises(AssertionError, match="worried about somebody"):
        town.officer_closes(need, Outcome.met)
    town.time_passes("30m")
    dana = first_mail(town, "Dana").and_takes_it()
    town.time_passes("5h")
    dana.answers(answer="recorded", note="She had gone to her sister's.")
    town.inbox("Bob").expects_nothing()
    town.time_passes("30m")  # it is eight in the morning
    town.inbox("Bob").expects("Was it done?").answers(answer="failed", note="She was out")
    town.inbox("Bob").expects("could not be done")
    town.inbox("Amina").expects("still looking")
    town.inbox("Dana").expects("Nobody left to ask").and_takes_it()
    town.officer_closes(need, Outcome.not_met)
    town.inbox("Amina").expects("We could not get")
    town.time_passes("10d")


def test_the_words_beside_a_yes_are_read(town: Town) -> None:
    """A29: Bob can, "but only by the back door": it counts, Dana reads it, Bob knows that she does."""
    town.has_officer("Dana")
    town.has("Bob", "volunteer", "blanket")
    need = town.resident_needs("A blanket", "blanket:1", playbook=HELPERS)
    town.inbox("Bob").expects("Can you help").and_says_yes(note="Only by the back door")
    town.inbox("Bob").expects("An officer reads what you wrote").lacks("back door")
    town.inbox("Bob").expects("Private")
    amina_hears_of(town, "A local volunteer")
    town.inbox("Dana").expects("Only by the back door").and_takes_it()
    assert town.counts(need) == {"blanket": 1}


def test_a_form_as_served_reports_nothing(town: Town) -> None:
    """L05, L20: a scanner that sends the page as it is, before and after the agreed time, changes nothing."""
    town.has("Bob", "volunteer", "blanket")
    need = town.resident_needs("A blanket", "blanket:1", playbook=RESIDENT_FIRST, needed_by="+8h")
    bob = town.inbox("Bob").expects("Can you help").and_says_yes()
    promised(town, "Bob", "1 blanket")
    amina_hears_of(town, "A local volunteer")
    for wait in ("0s", "8h"):
        town.time_passes(wait)
        before = town.situation(need)
        for url in (bob.link, f"{bob.link}?show=how", f"{bob.link}?show=promise", f"{bob.link}?answer=done"):
            assert "checked" not in town.get(url)
            assert town.post(url)[0] == 422
        assert town.situation(need) == before
    bob.answers(answer="done")
    town.inbox("Bob").expects("it is done")


def test_how_many_the_resident_got(town: Town) -> None:
    """A44: Amina says that 3 of 5 came: two are looked for again, whoever brought the rest is thanked for it."""
    town.has_officer("Dana")
    town.has("Bob", "volunteer", "food-parcel")
    need = town.resident_needs("Parcels", "food-parcel:5", playbook=RESIDENT_FIRST, needed_by="+8h")
    bob = town.inbox("Bob").expects("Can you help").and_says_yes()
    promised(town, "Bob", "5 food parcels")
    amina_hears_of(town, "A local volunteer")
    town.time_passes("8h")
    bob.answers(answer="done")
    town.inbox("Bob").expects("it is done")
    town.has("Jane", "volunteer", "food-parcel")
    town.time_passes("2h")
    amina = town.inbox("Amina").expects("Did you get 5 food parcels?")
    assert amina.answers(answer="partly", **{"quantity-1": "many"})[0] == 422
    _, page = amina.sees(answer="partly", **{"quantity-1": "3"})
    assert "3 food parcels" in page
    amina.answers(answer="partly", **{"quantity-1": "3"})
    town.inbox("Dana").expects("only part of it happened").and_takes_it()
    town.inbox("Jane").expects("Can you help with 2 food parcels")
    assert town.counts(need) == {"food-parcel": 3}
    assert "We look for 2 food parcels elsewhere" in bob.page
    town.officer_closes(need, Outcome.partly_met)
    town.inbox("Amina").expects("You got part")
    town.inbox("Bob").expects("Thank you for 3 food parcels")
    town.inbox("Jane").expects("No longer needed")


def test_a_worried_partner_who_writes_on_and_on(town: Town) -> None:
    """L12: the first words at once; what follows reaches Dana ten minutes later in one mail, with the first."""
    _, bob = bob_brings_a_blanket(town)
    for number in range(3):
        bob.answers(answer="concern", note=f"The door stands open, {number}")
    town.inbox("Dana").expects("The door stands open, 0", "999")
    town.inbox("Bob").expects("told an officer that you are worried")
    town.time_passes("9m")
    town.inbox("Dana").expects_nothing()
    town.time_passes("1m")
    dana = town.inbox("Dana").expects("The door stands open, 0", "The door stands open, 2").and_takes_it()
    dana.answers(answer="recorded", note="She had gone to her sister's.")


def test_called_off_at_the_door_and_worried(town: Town) -> None:
    """D09: Bob is at the door with the blanket as the request is withdrawn: what he sees there reaches Dana at once."""
    need, bob = bob_brings_a_blanket(town)
    town.officer_closes(need, Outcome.withdrawn)
    town.inbox("Bob").expects("do not set out")
    town.inbox("Amina").expects("withdrawn")
    assert "Tell us that you are worried about somebody" in bob.page
    bob.answers(answer="concern", note="Somebody calls from inside")
    town.inbox("Dana").expects("Somebody calls from inside", "999").and_takes_it()
    first_mail(town, "Dana").answers(answer="recorded", note="An ambulance came; she is well.")
    town.inbox("Bob").expects_nothing()
    town.time_passes("10d")


def test_the_officer_says_what_follows_from_a_partly(town: Town) -> None:
    """A44: Sam says that all four came, Amina that not all did: Dana phones her and says that one came. Three are
    looked for again, on her word, and nobody is left waiting."""
    town.has_officer("Dana")
    town.has("Sam", "volunteer", "food-parcel")
    need = town.resident_needs("Groceries", "food-parcel:4", playbook=RESIDENT_FIRST, needed_by="+8h")
    town.inbox("Sam").expects("Can you help").and_says_yes()
    promised(town, "Sam", "4 food parcels")
    amina_hears_of(town, "A local volunteer")
    town.time_passes("8h")
    first_mail(town, "Sam").answers(answer="done")
    town.inbox("Sam").expects("4 food parcels")
    town.time_passes("3h")
    town.inbox("Amina").expects("Did").and_says("partly")
    town.has("Jane", "volunteer", "food-parcel")
    dana = town.inbox("Dana").expects("The resident says that only part of it happened").and_takes_it()
    status, page = dana.sees(answer="look-again")
    assert status == 422
    assert "Say how many they got" in page
    dana.ends_it("look-again", **{"quantity-1": "1"})
    assert town.counts(need) == {"food-parcel": 1}
    town.inbox("Jane").expects("Can you help with 3 food parcels")
