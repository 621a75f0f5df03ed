"""Many needs, few mails: what follows an ask within ten minutes comes together, and so does what is over."""

from __future__ import annotations

import re

import pytest

from cli.demo.pages import FormReader
from domain.bouncing import record_undeliverable
from domain.links import Purpose, derive_token
from domain.needs import Outcome
from infra.store import MessageState
from tests.people import GROUPS, playbook, round_of
from tests.town import Town

SLOW = playbook(round_of("everybody", patience="20h"))
TWO_ROUNDS = playbook(round_of("neighbours", patience="20h", remind_after="10h"), round_of("groups", GROUPS))


def asked(town: Town, *whats: str, **more: object) -> list[str]:
    """Needs of residents who have no e-mail address, so that only those asked get mails."""
    return [
        town.resident_needs(f"Help {n}", what, playbook=SLOW, email=None, phone="07700 900001", **more)  # type: ignore[arg-type]
        for n, what in enumerate(whats)
    ]


def answer_links(page: str) -> list[str]:
    return [f"http://town.example.org{path}" for path in re.findall(r'href="(/r/[^"]+)"', page)]


def test_forty_needs_are_two_mails(town: Town) -> None:
    """A40: the first ask goes at once; what follows within ten minutes comes as one mail with one link to a list."""
    town.has("The Larder", "community", "food-parcel")
    first, *others = asked(town, *["food-parcel:1"] * 40)
    town.inbox("The Larder").expects("Can you help with 1 food parcel", first)
    town.time_passes("9m")
    town.inbox("The Larder").expects_nothing()
    town.time_passes("1m")
    folded = town.inbox("The Larder").expects("39 requests", others[0], others[19], "lists 19 more").lacks(first)
    assert "/p/" in folded.link
    assert len(answer_links(folded.page)) == 40
    assert {town.rows(need, "invitation")[0].state for need in others[1:]} == {MessageState.skipped}
    [carrier], [carried] = town.rows(others[0], "invitation"), town.rows(others[7], "invitation")
    assert (carrier.state, carried.why) == (MessageState.accepted, f"folded into {carrier.message.id}")


def test_each_in_the_list_has_its_own_answer(town: Town) -> None:
    """A40: Sam says yes to one and no to another, from the list; each need goes its own way."""
    town.has("Sam", "volunteer", "food-parcel", "lift", weekly_limit=9)
    _, lift, parcel = asked(town, "food-parcel:1", "lift:1", "food-parcel:2")
    town.inbox("Sam").expects("Can you help with 1 food parcel")
    town.time_passes("10m")
    page = town.inbox("Sam").expects("2 requests", "1 lift", "2 food parcels").page
    links = answer_links(page)
    for url, need, answer in ((links[0], parcel, "accept"), (links[1], lift, "reject")):
        inbox = town.inbox("Sam")
        assert need in town.get(url)
        _answers(town, url, answer)
        inbox.expects(need)
    assert town.counts(parcel) == {"food-parcel": 2}
    assert town.counts(lift) == {"lift": 0}
    town.inbox("Sam").expects("Private")


def _answers(town: Town, url: str, answer: str) -> None:
    _, page = town.post(url, **{**FormReader(town.get(url)).hidden, "answer": answer})
    status, _ = town.post(url, **FormReader(page).as_served)
    assert status == 200
    town.settle()


def test_urgent_never_waits(town: Town) -> None:
    """A40: an urgent ask a minute after another leaves at once, by itself."""
    town.has("The Larder", "community", "food-parcel")
    asked(town, "food-parcel:1")
    town.inbox("The Larder").expects("Can you help")
    town.time_passes("1m")
    asked(town, "food-parcel:2", urgent=True)
    town.inbox("The Larder").expects("Urgent: can you help with 2 food parcels")


def test_no_ask_waits_longer_than_a_tenth_of_the_time_to_answer_it(town: Town) -> None:
    """A40: who has half an hour to answer waits three minutes and no longer; in a playbook of seconds nobody waits."""
    town.has("The Larder", "community", "food-parcel")
    asked(town, "food-parcel:1")
    town.inbox("The Larder").expects("Can you help with 1 food parcel")
    half_an_hour = playbook(round_of("everybody", patience="30m"))
    town.resident_needs("Soon", "food-parcel:2", playbook=half_an_hour, email=None, phone="07700 900001")
    town.time_passes("2m59s")
    town.inbox("The Larder").expects_nothing()
    assert town.door.store.refused_mails() == [], "to wait for company is no fault"
    town.time_passes("1s")
    town.inbox("The Larder").expects("Can you help with 2 food parcels")
    seconds = playbook(round_of("everybody", patience="40s"))
    town.resident_needs("Now", "food-parcel:3", playbook=seconds, email=None, phone="07700 900001")
    town.inbox("The Larder").expects("Can you help with 3 food parcels")


def test_a_crowd_decided_together_is_one_mail_at_once(town: Town) -> None:
    """A40: five needs of one import, decided in the same moment: one mail, and nobody waits for it."""
    town.has("The Larder", "community", "food-parcel")
    asked(town, *["food-parcel:1"] * 5, look=False)
    town.settle()
    town.inbox("The Larder").expects("5 requests")


def test_two_organisations_that_share_a_mailbox_stay_apart(town: Town) -> None:
    """D10: one hall, one mailbox, two groups: each has its own mail, its own list, its own links."""
    town.has("Lunch Club", "community", "hot-meal", emails=("hall@example.org",))
    town.has("Toy Library", "community", "blanket", emails=("hall@example.org",))
    asked(town, "hot-meal:1", "blanket:1", "hot-meal:2", "blanket:2", "hot-meal:3", "blanket:3")
    town.addresses["Hall"] = ["hall@example.org"]
    town.inbox("Hall").expects("1 hot meal")
    town.inbox("Hall").expects("1 blanket")
    town.time_passes("10m")
    lunch = town.inbox("Hall").expects("2 requests", "2 hot meals").lacks("blanket")
    toys = town.inbox("Hall").expects("2 requests", "2 blankets").lacks("hot meal")
    assert lunch.link != toys.link
    assert "blanket" not in lunch.page
    assert "hot meal" not in toys.page


def test_what_is_no_longer_wanted_leaves_the_list(town: Town) -> None:
    """R12: of three that wait one is withdrawn: Sam hears nothing of it, neither the ask nor its end."""
    town.has("Sam", "volunteer", "food-parcel", weekly_limit=9)
    _, gone, kept, also = asked(town, "food-parcel:1", "food-parcel:2", "food-parcel:3", "food-parcel:4")
    town.inbox("Sam").expects("Can you help with 1 food parcel")
    town.officer_closes(gone, Outcome.withdrawn)
    town.time_passes("10m")
    town.inbox("Sam").expects("2 requests", kept, also).lacks(gone)
    assert [row.state for row in town.rows(gone, to="responder:sam")] == [MessageState.skipped] * 2


def test_one_that_is_left_alone_is_an_ordinary_ask(town: Town) -> None:
    """R12, A40: when only one of those that waited is still wanted, it comes as itself."""
    town.has("Sam", "volunteer", "food-parcel", weekly_limit=9)
    _, gone, kept = asked(town, "food-parcel:1", "food-parcel:2", "food-parcel:3")
    town.inbox("Sam").expects("Can you help with 1 food parcel")
    town.officer_closes(gone, Outcome.withdrawn)
    town.time_passes("10m")
    town.inbox("Sam").expects("Can you help with 3 food parcels", kept)


def test_who_had_it_in_a_list_is_stood_down(town: Town) -> None:
    """A35: an ask that came with others was an ask: when it is covered without them, they are told."""
    town.has("Sam", "volunteer", "food-parcel", weekly_limit=9)
    _, withdrawn, other = asked(town, "food-parcel:1", "food-parcel:2", "food-parcel:3")
    town.inbox("Sam").expects("Can you help with 1 food parcel")
    town.time_passes("10m")
    town.inbox("Sam").expects("2 requests")
    town.officer_closes(other, Outcome.withdrawn)
    town.inbox("Sam").expects("No longer needed: 3 food parcels")
    assert town.situation(withdrawn).need.closed is False


def test_at_most_two_mails_for_each_unanswered_ask(town: Town) -> None:
    """A40: three asks nobody answers: one mail at once, one with the other two, and one reminder of all three."""
    town.has("Sam", "volunteer", "food-parcel", weekly_limit=9)
    for number in range(3):
        town.resident_needs("Help", f"food-parcel:{number + 1}", playbook=TWO_ROUNDS, email=None, phone="07700 900001")
    town.inbox("Sam").expects("Can you help with 1 food parcel")
    town.time_passes("10m")
    town.inbox("Sam").expects("2 requests")
    town.time_passes("3d")
    town.inbox("Sam").expects("Reminder: 3 requests", "Some of these we have asked you before")
    town.inbox("Sam").expects_nothing()


def test_stand_downs_of_a_day_come_in_the_evening(town: Town) -> None:
    """A35: the first of a day comes at once, those that follow together at six; the next day begins anew."""
    town.has("Sam", "volunteer", "food-parcel", weekly_limit=9)
    first, second, third, fourth, fifth = asked(town, *[f"food-parcel:{n}" for n in range(1, 6)])
    town.inbox("Sam").expects("Can you help")
    town.time_passes("10m")
    town.inbox("Sam").expects("4 requests")
    town.officer_closes(first, Outcome.withdrawn)
    town.inbox("Sam").expects("No longer needed: 1 food parcel")
    town.officer_closes(second, Outcome.withdrawn)
    town.officer_closes(third, Outcome.withdrawn)
    town.inbox("Sam").expects_nothing()
    town.time_passes("8h49m")
    town.inbox("Sam").expects_nothing()
    assert town.moment.hour == 17
    town.time_passes("1m")
    town.inbox("Sam").expects("No longer needed: 2 requests", second, third)
    town.officer_closes(fourth, Outcome.withdrawn)
    town.inbox("Sam").expects("No longer needed: 4 food parcels")  # it is evening already
    town.time_passes("14h")
    town.officer_closes(fifth, Outcome.withdrawn)
    town.inbox("Sam").expects("No longer needed: 5 food parcels")


def test_an_urgent_stand_down_and_a_call_off_never_wait(town: Town) -> None:
    """A35, A21: who was asked in haste, or has promised, hears at once that it is over."""
    town.has("Sam", "volunteer", "food-parcel", weekly_limit=9)
    town.has("Bob", "volunteer", "food-parcel", weekly_limit=9)
    [plain] = asked(town, "food-parcel:9")
    town.inbox("Sam").expects("Can you help")
    town.inbox("Bob").expects("Can you help").and_says_yes()
    town.inbox("Bob").expects("you have promised")
    town.inbox("Bob").expects("Private")
    town.inbox("Sam").expects("No longer needed")
    [urgent] = asked(town, "food-parcel:1", urgent=True)
    town.inbox("Sam").expects("Urgent: can you help")
    town.inbox("Bob").expects("Urgent: can you help")
    town.officer_closes(urgent, Outcome.withdrawn)
    town.inbox("Sam").expects("No longer needed")
    town.inbox("Bob").expects("No longer needed")
    town.officer_closes(plain, Outcome.withdrawn)
    town.inbox("Bob").expects("Please do not set out")


def test_a_list_to_a_dead_address_is_a_no_for_each(town: Town) -> None:
    """S01, S02, A40: what a returned mail carried has not arrived either: each need goes to the second address."""
    town.has("Sam", "volunteer", "food-parcel", weekly_limit=9, emails=("sam@example.org", "sam.2@example.org"))
    _, *others = asked(town, "food-parcel:1", "food-parcel:2", "food-parcel:3")
    town.inbox("Sam").expects("Can you help with 1 food parcel")
    town.time_passes("10m")
    town.inbox("Sam").expects("2 requests")
    for need in others:
        [row] = town.rows(need, "invitation")
        town.door.change(need, lambda s, now, m=row.message: record_undeliverable(s, now, message=m, contacts=2))
    town.settle()
    second = town.inbox("Sam").expects("2 requests")
    assert str(second.last and second.last["To"]) == "sam.2@example.org"


def test_passed_over_for_a_while(town: Town) -> None:
    """Sam's own page: what is open, what is promised, and a fortnight's rest, chosen, checked, sent."""
    town.has("Sam", "volunteer", "food-parcel", weekly_limit=9)
    asked(town, "food-parcel:1")
    ask = town.inbox("Sam").expects("Can you help", "pass you over for a while")
    own = town.door.settings.signing_keys
    url = f"http://town.example.org/p/{derive_token(own, 'k1', Purpose.partner, 'sam')}"
    assert ask.last is not None
    assert url in ask.last.as_string()
    _, check = town.post(url, answer="pause-fortnight")
    assert "until 9am on Monday 16 March" in check
    assert town.door.store.responder("sam").paused_until is None  # type: ignore[union-attr]
    status, page = town.post(url, **FormReader(check).as_served)
    assert status == 200
    assert "We are not asking you" in page
    asked(town, "food-parcel:2")
    town.inbox("Sam").expects_nothing()


def test_nobody_waits_for_who_rests(town: Town) -> None:
    """Sam is asked and takes a week's rest on his own page: Bob is asked at once, and Sam's link still takes a yes."""
    town.has("Sam", "volunteer", "lift", point={"lat": 51.4, "lon": -0.3})
    town.has("Bob", "volunteer", "lift")
    need = town.resident_needs(
        "A lift", "lift:1", playbook=playbook(round_of("neighbours", ask=1, patience="2h")), email=None,
        phone="07700 900001",
    )  # fmt: skip
    first, second = ("Sam", "Bob") if town.inbox("Sam").unread else ("Bob", "Sam")
    ask = town.inbox(first).expects("Can you help")
    town.inbox(second).expects_nothing()
    token = derive_token(town.door.settings.signing_keys, "k1", Purpose.partner, first.lower())
    url = f"http://town.example.org/p/{token}"
    town.post(url, **FormReader(town.post(url, answer="pause-week")[1]).as_served)
    town.settle()
    town.inbox(second).expects("Can you help").and_says_no()
    town.inbox(second).expects("you cannot help")
    assert f"{first} asked to be passed over for a while, so we do not wait for their answer." in " ".join(
        town.says(need)
    )
    ask.and_says_yes()
    town.inbox(first).expects("you have promised")
    town.inbox(first).expects("Private")


def test_who_rested_while_standing_by_is_called_when_back(town: Town) -> None:
    """Bob stands by and rests for a week on his own page; Sam drops out meanwhile. Bob is back at once, and called."""
    for name in ("Sam", "Bob"):
        town.has(name, "volunteer", "lift")
    need = town.resident_needs("A lift", "lift:1", playbook=playbook(round_of("neighbours", patience="2h")))
    town.inbox("Amina").expects("We have your request")
    bob, sam = town.inbox("Bob").expects("Can you help"), town.inbox("Sam").expects("Can you help")
    sam.and_says_yes()
    town.inbox("Sam").expects("you have promised")
    town.inbox("Sam").expects("Private")
    town.inbox("Amina").expects("will help you")
    town.inbox("Bob").expects("No longer needed")
    bob.and_says_yes()
    town.inbox("Bob").expects("you are standing by")
    url = f"http://town.example.org/p/{derive_token(town.door.settings.signing_keys, 'k1', Purpose.partner, 'bob')}"
    town.post(url, **FormReader(town.post(url, answer="pause-week")[1]).as_served)
    sam.and_says_no()
    town.inbox("Sam").expects("you can no longer help")
    town.inbox("Amina").expects("We are still looking for")
    town.inbox("Bob").expects_nothing()
    town.time_passes("5m")
    town.post(url, **FormReader(town.post(url, answer="resume")[1]).as_served)
    town.settle()
    town.inbox("Bob").expects("can you now help with 1 lift?").and_says_yes()
    town.inbox("Bob").expects("you have promised")
    town.inbox("Bob").expects("Private")
    town.inbox("Amina").expects("will help you")
    assert "may be asked again" not in " ".join(town.says(need))


@pytest.mark.parametrize("minutes", [3, 9])
def test_a_reminder_waits_for_company_too(town: Town, minutes: int) -> None:
    """A40: two asks minutes apart are reminded of in one mail, at the later one's moment at the latest."""
    town.has("Sam", "volunteer", "food-parcel", weekly_limit=9)
    town.resident_needs("Help", "food-parcel:1", playbook=TWO_ROUNDS, email=None, phone="07700 900001")
    town.inbox("Sam").expects("Can you help with 1 food parcel")
    town.time_passes(f"{minutes}m")
    town.resident_needs("Help", "food-parcel:2", playbook=TWO_ROUNDS, email=None, phone="07700 900001")
    town.time_passes("10m")
    town.inbox("Sam").expects("Can you help with 2 food parcels")
    town.time_passes("11h")
    town.inbox("Sam").expects("Reminder: can you help with 1 food parcel")
    town.inbox("Sam").expects("Reminder: can you help with 2 food parcels")
