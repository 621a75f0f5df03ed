"""Many each carry a part: what counts, who stands by, and what happens when somebody drops out."""

from __future__ import annotations

from cli.demo.pages import FormReader
from domain.invitations import InvitationStatus
from domain.needs import NeedStatus, Outcome
from tests.people import GROUPS, playbook, round_of
from tests.town import Town

NEIGHBOURS = playbook(round_of("neighbours", patience="2h"), close_after="1d")
THEN_GROUPS = playbook(round_of("neighbours", patience="2h"), round_of("groups", GROUPS, patience="2h"))


def test_twenty_parcels_by_two(town: Town) -> None:
    """R02, A33: twelve and fifteen for twenty: twelve and eight count, seven stand by, as Bob sees before he sends."""
    town.has("Sam", "volunteer", "food-parcel")
    town.has("Bob", "volunteer", "food-parcel")
    need = town.resident_needs("Parcels for a lunch club", "food-parcel:20", playbook=NEIGHBOURS)
    town.inbox("Amina").expects("We have your request")
    town.inbox("Sam").expects("20 food parcels", "You can offer all of it or part of it").and_offers(12)
    town.inbox("Sam").expects("you have promised 12 food parcels")
    town.inbox("Sam").expects("Private")
    bob = town.inbox("Bob").expects("Can you help")
    assert "8 food parcels" in bob.page
    _, check = bob.sees(answer="part", **{"quantity-1": "15"})
    assert "8 food parcels" in check
    assert "7 food parcels" in check
    assert "Others have promised the rest." in check
    assert town.counts(need) == {"food-parcel": 12}
    bob.and_offers(15)
    assert town.counts(need) == {"food-parcel": 20}
    town.inbox("Bob").expects(
        "you have promised 8 food parcels", "You are standing by with", "- 7 food parcels, until 9am on Monday 9 March"
    )
    town.inbox("Bob").expects("Private", "8 food parcels").lacks("15 food parcels")
    town.inbox("Amina").expects("2 local volunteers will help you")


def test_fifteen_ten_and_twenty_for_forty(town: Town) -> None:
    """A33: partly covered at 25; the last twenty are agreed down to fifteen with five in reserve, never silently 45."""
    for name in ("Sam", "Bob", "Jane"):
        town.has(name, "volunteer", "food-parcel")
    need = town.resident_needs("Parcels for a school", "food-parcel:40", playbook=NEIGHBOURS)
    town.inbox("Amina").expects("We have your request")
    for name, count, so_far in (("Sam", 15, 15), ("Bob", 10, 25), ("Jane", 20, 40)):
        town.inbox(name).expects("Can you help").and_offers(count)
        assert town.counts(need) == {"food-parcel": so_far}
    assert sum(i.reserve for i in town.situation(need).invitations) == 5
    for name in ("Sam", "Bob", "Jane"):
        town.inbox(name).expects("you have promised")
        town.inbox(name).expects("Private")
    town.inbox("Amina").expects("3 local volunteers will help you")


def test_three_offer_three_of_five(town: Town) -> None:
    """R02, R01: all three look while five are missing; the second is shown less before it counts, the third standby."""
    for name in ("Sam", "Bob", "Jane"):
        town.has(name, "volunteer", "food-parcel")
    need = town.resident_needs("Groceries", "food-parcel:5", playbook=NEIGHBOURS)
    town.inbox("Amina").expects("We have your request")
    inboxes = [town.inbox(name).expects("Can you help") for name in ("Sam", "Bob", "Jane")]
    checks = [FormReader(inbox.sees(answer="part", **{"quantity-1": "3"})[1]).as_served for inbox in inboxes]
    sam, bob, jane = inboxes
    assert town.post(sam.link, **checks[0])[0] == 200
    status, page = town.post(bob.link, **checks[1])
    assert status == 409
    assert "less is needed now" in page
    assert town.counts(need) == {"food-parcel": 3}
    assert town.post(bob.link, **FormReader(page).as_served)[0] == 200
    status, page = town.post(jane.link, **checks[2])
    assert status == 409
    assert "Others have covered this in the meantime" in page
    assert town.counts(need) == {"food-parcel": 5}
    assert town.post(jane.link, **FormReader(page).as_served)[0] == 200
    town.settle()
    assert town.counts(need) == {"food-parcel": 5}
    town.inbox("Sam").expects("you have promised 3 food parcels")
    town.inbox("Bob").expects("you have promised 2 food parcels", "standing by", "1 food parcel")
    town.inbox("Jane").expects("you are standing by with 3 food parcels")
    for name in ("Sam", "Bob"):
        town.inbox(name).expects("Private")
    town.inbox("Amina").expects("2 local volunteers will help you")


def test_janes_link_works_until_it_is_covered(town: Town) -> None:
    """A17, A18: Bob gives part; Jane, asked in the same round, can still answer, and then both have given."""
    reminding = playbook(round_of("neighbours", patience="2h", remind_after="1h"))
    town.has("Bob", "volunteer", "food-parcel")
    town.has("Jane", "volunteer", "food-parcel")
    need = town.resident_needs("Groceries", "food-parcel:4", playbook=reminding)
    town.inbox("Amina").expects("We have your request")
    town.inbox("Bob").expects("Can you help").and_offers(1)
    town.inbox("Bob").expects("you have promised 1 food parcel")
    town.inbox("Bob").expects("Private")
    jane = town.inbox("Jane").expects("Can you help")
    town.time_passes("1h")
    town.inbox("Jane").expects("Reminder", "3 food parcels")
    assert "3 food parcels" in jane.page
    jane.and_says_yes()
    town.inbox("Jane").expects("you have promised 3 food parcels")
    town.inbox("Jane").expects("Private")
    town.inbox("Amina").expects("2 local volunteers will help you")
    assert town.counts(need) == {"food-parcel": 4}


def test_a_yes_when_it_is_covered_stands_by(town: Town) -> None:
    """A22: Jane is thanked and released, says yes all the same, and stands by; nothing counts twice."""
    town.has("Bob", "volunteer", "lift")
    town.has("Jane", "volunteer", "lift")
    need = town.resident_needs("A lift", "lift:1", playbook=NEIGHBOURS)
    town.inbox("Amina").expects("We have your request")
    jane = town.inbox("Jane").expects("Can you help")
    town.inbox("Bob").expects("Can you help").and_says_yes()
    town.inbox("Bob").expects("you have promised 1 lift")
    town.inbox("Bob").expects("Private")
    town.inbox("Amina").expects("A local volunteer will help you")
    town.inbox("Jane").expects("No longer needed: 1 lift", "Others have promised all of it")
    assert "Covered, thank you" in jane.page
    assert "stand by" in jane.page
    _, check = jane.sees(answer="accept")
    assert "Others have promised all that is needed." in check
    jane.and_says_yes()
    town.inbox("Jane").expects("you are standing by with 1 lift").lacks("Private", "KT1")
    assert town.counts(need) == {"lift": 1}
    assert "You are on standby" in jane.page


def test_everyone_open_is_released_once(town: Town) -> None:
    """A35, A21: five are asked, one covers it, one has refused: the other three are told, once."""
    names = ["Sam", "Bob", "Jane", "Mei", "Ola"]
    for name in names:
        town.has(name, "volunteer", "food-parcel")
    town.resident_needs("Groceries", "food-parcel:6", playbook=NEIGHBOURS)
    town.inbox("Amina").expects("We have your request")
    asked = {name: town.inbox(name).expects("Can you help") for name in names}
    asked["Bob"].and_says_no()
    town.inbox("Bob").expects("you cannot help this time")
    asked["Sam"].and_says_yes()
    town.inbox("Sam").expects("you have promised 6 food parcels")
    town.inbox("Sam").expects("Private")
    for name in ("Jane", "Mei", "Ola"):
        town.inbox(name).expects("No longer needed: 6 food parcels", "You do not need to answer").expects_nothing()
    town.inbox("Bob").expects_nothing()
    town.inbox("Amina").expects("A local volunteer will help you")
    town.time_passes("3d")


def test_nobody_is_released_from_what_never_reached_them(town: Town) -> None:
    """A35, R12: Sam covers it while The Larder's ask still waits to be sent: they hear neither the ask nor its end."""
    town.has("Sam", "volunteer", "food-parcel")
    town.has("The Larder", "voluntary", "food-parcel")
    need = town.resident_needs("Groceries", "food-parcel:2", playbook=THEN_GROUPS)
    town.inbox("Amina").expects("We have your request")
    sam = town.inbox("Sam").expects("Can you help")
    town.nothing_runs_for("2h")
    town.decides()
    assert town.rows(need, "invitation", "responder:the-larder")[0].state == "pending"
    sam.and_says_yes()
    town.inbox("Sam").expects("you have promised")
    town.inbox("Sam").expects("Private")
    town.inbox("Amina").expects("will help you")
    town.inbox("The Larder").expects_nothing()
    (ask,) = town.rows(need, "invitation", "responder:the-larder")
    (release,) = town.rows(need, "stand-down", "responder:the-larder")
    assert (ask.state, ask.why) == ("skipped", "everything is promised")
    assert (release.state, release.why) == ("skipped", "their ask was never sent")


def test_an_ask_is_not_sent_once_the_need_is_closed(town: Town) -> None:
    """R12, A21: the officer withdraws it while the asks wait to be sent: only Amina hears, and only how it ended."""
    town.has("Sam", "volunteer", "food-parcel")
    need = town.resident_needs("Groceries", "food-parcel:2", playbook=NEIGHBOURS, look=False)
    town.decides()
    town.officer_closes(need, Outcome.withdrawn)
    town.inbox("Sam").expects_nothing()
    town.inbox("Amina").expects("is withdrawn")
    assert {row.state.value for row in town.rows(need, to="responder:sam")} == {"skipped"}


def test_somebody_drops_out(town: Town) -> None:
    """A34: Sam withdraws; Bob, who stands by, comes first; he cannot, so Jane, released before, is asked anew."""
    for name in ("Sam", "Bob", "Jane"):
        town.has(name, "volunteer", "food-parcel", "lift")
    need = town.resident_needs("A lift", "lift:1", playbook=NEIGHBOURS)
    town.inbox("Amina").expects("We have your request")
    sam = town.inbox("Sam").expects("Can you help")
    jane = town.inbox("Jane").expects("Can you help")
    bob = town.inbox("Bob").expects("Can you help")
    sam.and_says_yes()
    town.inbox("Sam").expects("you have promised 1 lift")
    town.inbox("Sam").expects("Private")
    town.inbox("Amina").expects("A local volunteer will help you")
    town.inbox("Jane").expects("No longer needed")
    town.inbox("Bob").expects("No longer needed")
    bob.and_says_yes()
    town.inbox("Bob").expects("you are standing by")
    town.time_passes("1h")
    sam.and_says_no()
    town.inbox("Sam").expects("you can no longer help", "delete that email")
    town.inbox("Amina").expects("We can no longer count on all the help that was promised")
    town.inbox("Jane").expects_nothing()  # the reserve comes first
    assert "Covered, thank you" not in jane.page
    assert town.situation(need).need.cycle == 2
    town.inbox("Bob").expects("You are standing by: can you now help with 1 lift?").and_says_no()
    town.inbox("Bob").expects("cannot help")
    anew = town.inbox("Jane").expects("Can you help with 1 lift")
    assert anew.link != jane.link
    assert "We have sent you a newer message" in jane.page
    assert "Covered, thank you" not in jane.page
    anew.and_says_yes()
    town.inbox("Jane").expects("you have promised 1 lift")
    town.inbox("Jane").expects("Private")
    town.inbox("Amina").expects("A local volunteer will help you")
    town.inbox("Sam").expects_nothing()  # refusers are not asked again
    assert town.situation(need).need.status is NeedStatus.covered


def test_the_reserve_can(town: Town) -> None:
    """A34: Sam withdraws part; Bob offered more than counted, so his reserve counts now and nobody else is troubled."""
    for name in ("Sam", "Bob", "Jane"):
        town.has(name, "volunteer", "food-parcel")
    need = town.resident_needs("Parcels", "food-parcel:10", playbook=NEIGHBOURS)
    town.inbox("Amina").expects("We have your request")
    sam = town.inbox("Sam").expects("Can you help").and_offers(5)
    town.inbox("Bob").expects("Can you help").and_offers(8)
    town.inbox("Jane").expects("Can you help")
    town.inbox("Jane").expects("No longer needed")
    for name in ("Sam", "Bob"):
        town.inbox(name).expects("you have promised 5 food parcels")
        town.inbox(name).expects("Private")
    town.inbox("Amina").expects("will help you")
    sam.and_offers(2)
    town.inbox("Sam").expects("you have promised 2 food parcels")
    town.inbox("Bob").expects("We now count on you for 8 food parcels", "If you do nothing, we will rely on you")
    town.inbox("Amina").expects("2 local volunteers will help you")
    town.inbox("Jane").expects_nothing()
    assert town.counts(need) == {"food-parcel": 10}


def test_the_same_click_twice(town: Town) -> None:
    """L12, L10: an impatient finger sends twice: one event, one receipt, the same page; later the link shows it."""
    town.has("Sam", "volunteer", "food-parcel")
    need = town.resident_needs("Groceries", "food-parcel:2", playbook=NEIGHBOURS)
    town.inbox("Amina").expects("We have your request")
    sam = town.inbox("Sam").expects("Can you help")
    confirm = FormReader(sam.sees(answer="accept")[1]).as_served
    first, second = town.post(sam.link, **confirm), town.post(sam.link, **confirm)
    assert first == second
    town.settle()
    assert town.post(sam.link, **confirm) == first
    town.settle()
    assert town.story(need).count("said-yes") == 1
    town.inbox("Sam").expects("you have promised 2 food parcels")
    town.inbox("Sam").expects("Private").expects_nothing()
    town.inbox("Amina").expects("will help you")
    assert "You said yes" in sam.page
    assert "Change your answer" in sam.page


def test_two_of_one_household(town: Town) -> None:
    """R05, R06: no on one device, yes on another whose page is old: the present is shown, the last answer stands."""
    town.has("Sam", "volunteer", "food-parcel")
    need = town.resident_needs("Groceries", "food-parcel:2", playbook=THEN_GROUPS)
    town.inbox("Amina").expects("We have your request")
    sam = town.inbox("Sam").expects("Can you help")
    old_page = FormReader(sam.sees(answer="accept")[1]).as_served
    sam.and_says_no()
    town.inbox("Sam").expects("you cannot help this time")
    status, page = town.post(sam.link, **old_page)
    assert status == 409
    assert "You said you cannot help this time" in page
    sam.and_says_yes()
    town.inbox("Sam").expects("you have promised")
    town.inbox("Sam").expects("Private")
    town.inbox("Amina").expects("We are still looking")  # told after the no
    town.inbox("Amina").expects("will help you")
    assert [c for c in town.story(need) if c in ("said-no", "said-yes")] == ["said-no", "said-yes"]
    assert town.situation(need).invitations[0].status is InvitationStatus.accepted


def test_yes_but_only_in_two_days(town: Town) -> None:
    """A29: Sam can, but after it is due: it does not count, he is told so, and the search goes on."""
    town.has("Sam", "volunteer", "food-parcel")
    town.has("The Larder", "voluntary", "food-parcel")
    need = town.resident_needs("Groceries", "food-parcel:1", playbook=THEN_GROUPS, needed_by="2026-03-03T09:00")
    town.inbox("Amina").expects("We have your request")
    sam = town.inbox("Sam").expects("Can you help")
    _, check = sam.sees(answer="accept", **{"ready-by-1": "2026-03-04T09:00"})
    assert "It is needed by" in check
    sam.and_says_yes(**{"ready-by-1": "2026-03-04T09:00"})
    town.inbox("Sam").expects("you can help, but later than we need it", "we do not count on it")
    assert town.counts(need) == {"food-parcel": 0}
    town.inbox("The Larder").expects("Can you help").and_says_yes()
    town.inbox("The Larder").expects("you have promised")
    town.inbox("The Larder").expects("Private")
    town.inbox("Amina").expects("The Larder will help you")
