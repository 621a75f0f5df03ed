"""Paid care: providers offer, the council chooses, and everybody is told either way."""

from __future__ import annotations

from domain.changes import Refusal
from domain.choosing import choose_offer
from domain.officers import TaskKind, TaskStatus
from tests.people import SERVICES, playbook, round_of
from tests.town import Inbox, Town

BY = playbook(
    round_of("services near", SERVICES, patience="6h", remind_after="4h", within_km=5),
    round_of("services", SERVICES, patience="6h"),
    take_within="2h",
    confirm_after="2h",
    chase_after="1d",
    close_after="2d",
)
PRIVATE = ("Amina", "Example Road", "1ZZ")


def officer_chooses(town: Town, need: str, who: str) -> None:
    """Dana runs `muster need choose`."""
    responder = town.door.store.responder(who)
    assert responder is not None
    done = town.door.change(need, lambda s, now: choose_offer(s, responder, {}, "officer:O-dana", now))
    assert not isinstance(done, Refusal), done
    town.settle()


def offers(town: Town, who: str, name: str = "Kim Park", **more: str) -> Inbox:
    inbox = town.inbox(who).expects("Can you help", "A yes is an offer, not a booking")
    return inbox.and_says_yes(name=name, **more)


def says_how(inbox: Inbox, outcome: str) -> None:
    """An officer takes the task, says how it ended, checks and sends."""
    inbox.and_takes_it()
    status, page = inbox.answers(answer=outcome)
    assert status == 200, page


def begin(town: Town, *providers: str) -> str:
    town.has_officer("Dana")
    for name in providers:
        town.has(name, "provider", "care-package", checks=["enhanced"], phone="020 7946 0018")
    need = town.resident_needs("Care after a fall", "care-package:1", playbook=BY, needed_by="+2d")
    town.inbox("Amina").expects("We have your request")
    return need


def both_have_offered(town: Town) -> tuple[str, Inbox]:
    """Kingsway, then Home First; Dana has the choice. Returns the need, and the mail Kingsway answered."""
    need = begin(town, "Kingsway", "Home First")
    kingsway = offers(town, "Kingsway")
    town.inbox("Kingsway").expects("you have offered")
    town.inbox("Dana").expects("Choose who gives").and_takes_it()
    offers(town, "Home First", "Jo Ray")
    town.inbox("Home First").expects("you have offered")
    return need, kingsway


def test_two_offer_one_is_chosen(town: Town) -> None:
    """Kingsway and Home First offer; nobody further is asked; Dana chooses, both are told, the address comes last."""
    need = begin(town, "Kingsway", "Home First")
    kingsway = town.inbox("Kingsway").expects("Can you help", "The council chooses by", "framework rate")
    _, check = kingsway.sees(answer="accept", name="Kim Park")
    assert "You are not booked yet" in check
    assert "We will count on you" not in check
    kingsway.and_says_yes(name="Kim Park")
    town.inbox("Kingsway").expects("you have offered 1 care package", "You are not booked yet", "tells you either way")
    assert "You offered 1 care package" in kingsway.page
    dana = town.inbox("Dana").expects("Choose who gives 1 care package", "Kingsway", f"/console/needs/{need}/choose")
    home_first = offers(town, "Home First", "Jo Ray")
    town.inbox("Home First").expects("you have offered")
    assert town.counts(need) == {"care-package": 0}
    dana.and_takes_it()
    town.time_passes("7h")
    assert "asked-next" not in town.story(need)

    officer_chooses(town, need, "kingsway")
    town.inbox("Kingsway").expects(
        "You have been chosen", "An officer looks at whom you named", "framework rate"
    ).lacks(*PRIVATE)
    town.inbox("Home First").expects("it will not be you this time", "you are free")
    assert "It will not be you this time" in home_first.page
    town.inbox("Amina").expects_nothing()
    says_how(town.inbox("Dana").expects("do you give your word", "Kim Park"), "yes")
    town.inbox("Amina").expects("Kingsway will help you", "Ask for them before you open")
    town.inbox("Kingsway").expects("Private", "Name: Amina", "At the door, say these two words")
    assert [t.status for t in town.situation(need).tasks if t.kind is TaskKind.choose] == [TaskStatus.done]
    assert "O-dana" not in "\n".join(town.says(need))
    assert any("chose Kingsway for 1 care package" in sentence for sentence in town.says(need))


def test_the_one_chosen_drops_out(town: Town) -> None:
    """Kingsway was chosen and can no longer: it is looked for again, Home First may offer anew, Amina hears of it."""
    need, kingsway = both_have_offered(town)
    officer_chooses(town, need, "kingsway")
    town.inbox("Kingsway").expects("You have been chosen")
    town.inbox("Home First").expects("it will not be you")
    town.inbox("Dana").expects("do you give your word")
    town.time_passes("30m")
    kingsway.and_says_no()
    town.inbox("Kingsway").expects("you can no longer help")
    again = town.inbox("Home First").expects("Can you help", "A yes is an offer")
    again.and_says_yes(name="Jo Ray")
    town.inbox("Home First").expects("you have offered")
    town.inbox("Dana").expects("Choose who gives", "Home First")


def test_an_offer_taken_back_before_the_choice(town: Town) -> None:
    """Kingsway takes its offer back; nothing was promised, so nothing is missing again; Home First is chosen."""
    need, kingsway = both_have_offered(town)
    town.time_passes("1m")
    _, check = kingsway.sees(answer="reject")
    assert "missing again" not in check
    kingsway.and_says_no()
    town.inbox("Kingsway").expects("you can no longer help")
    town.inbox("Dana").expects("Choose who gives", "Home First").lacks("Kingsway (choose")
    assert "reopened" not in town.story(need)
    officer_chooses(town, need, "home-first")
    town.inbox("Home First").expects("You have been chosen")
    town.inbox("Dana").expects("do you give your word", "Jo Ray")


def test_nobody_chooses_in_time(town: Town) -> None:
    """Dana does not take it: it comes back, urgent at the last safe moment, and past due as any other need."""
    need = begin(town, "Kingsway")
    offers(town, "Kingsway")
    town.inbox("Kingsway").expects("you have offered")
    town.inbox("Dana").expects("Choose who gives").and_takes_it()
    town.time_passes("1d")
    assert town.unread() == []
    town.time_passes("11h")
    town.inbox("Dana").expects("Choose who gives").and_takes_it()
    town.time_passes("13h")
    town.inbox("Dana").expects("The time has passed").and_takes_it()
    assert town.counts(need) == {"care-package": 0}
