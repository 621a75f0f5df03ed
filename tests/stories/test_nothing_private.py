"""Who it is for and where they live: told once, by a second mail, to somebody who promised and may know."""

from __future__ import annotations

from cli.demo.pages import FormReader
from domain.invitations import InvitationStatus
from tests.people import SERVICES, playbook, round_of
from tests.town import Inbox, Town

NEIGHBOURS = playbook(round_of("neighbours", patience="2h", remind_after="1h"))
SERVICES_ONLY = playbook(round_of("services", SERVICES, patience="2h"))
SECRETS = ("Amina", "amina@", "Example Road", "1ZZ", "7700900001", "7700 900001", "+447700")
AT_HOME = {"at_home": "12 Example Road, KT1 1ZZ", "phone": "07700 900001"}


def tells_nothing(inbox: Inbox) -> None:
    """Neither the last mail nor the page behind its link, source and all, says who or where."""
    inbox.lacks(*SECRETS)
    page = inbox.page
    assert not [secret for secret in SECRETS if secret in page]


def test_before_a_promise_nobody_learns_who(town: Town) -> None:
    """D03, D01: ask, page, check page and reminder name the area's outward half only, whoever opens the link."""
    town.has("Sam", "volunteer", "food-parcel")
    town.resident_needs("Groceries", "food-parcel:1", playbook=NEIGHBOURS, area="Norbiton, KT1 1ZZ", **AT_HOME)
    town.inbox("Amina").expects("We have your request")
    sam = town.inbox("Sam").expects("Can you help", "Norbiton, KT1")
    tells_nothing(sam)
    _, check = sam.sees(answer="accept", name="A stranger")
    assert not [secret for secret in SECRETS if secret in check]
    town.time_passes("1h")
    tells_nothing(town.inbox("Sam").expects("Reminder"))


def test_details_follow_a_promise_in_a_mail_of_their_own(town: Town) -> None:
    """D01, D03: the receipt and the page say nothing; the details go to the address on file, and only there."""
    town.has("Sam", "volunteer", "food-parcel")
    town.has("Bob", "volunteer", "food-parcel")
    town.resident_needs("Groceries", "food-parcel:1", playbook=NEIGHBOURS, **AT_HOME)
    town.inbox("Amina").expects("We have your request")
    tells_nothing(town.inbox("Bob").expects("Can you help"))
    sam = town.inbox("Sam").expects("Can you help").and_says_yes()
    tells_nothing(sam)
    tells_nothing(town.inbox("Sam").expects("you have promised", "a separate email"))
    town.inbox("Sam").expects("Private", "Name: Amina", "Address: 12 Example Road, KT1 1ZZ", "07700 900001")
    town.inbox("Bob").expects("No longer needed").lacks(*SECRETS)
    town.inbox("Amina").expects("A local volunteer will help you").lacks("Sam", "sam@")


def test_standing_by_is_no_reason_to_know(town: Town) -> None:
    """Bob only stands by: no details until he is needed and says yes."""
    town.has("Sam", "volunteer", "lift")
    town.has("Bob", "volunteer", "lift")
    town.resident_needs("A lift", "lift:1", playbook=NEIGHBOURS, **AT_HOME)
    town.inbox("Amina").expects("We have your request")
    bob = town.inbox("Bob").expects("Can you help")
    sam = town.inbox("Sam").expects("Can you help").and_says_yes()
    town.inbox("Sam").expects("you have promised")
    town.inbox("Sam").expects("Private")
    town.inbox("Amina").expects("will help you")
    town.inbox("Bob").expects("No longer needed")
    bob.and_says_yes()
    tells_nothing(town.inbox("Bob").expects("standing by"))
    sam.and_says_no()
    town.inbox("Sam").expects("you can no longer help", "delete that email")
    town.inbox("Amina").expects("no longer count on all the help")
    called = town.inbox("Bob").expects("can you now help")
    tells_nothing(called)
    called.and_says_yes()
    town.inbox("Bob").expects("you have promised")
    town.inbox("Bob").expects("Private", "Name: Amina")
    town.inbox("Amina").expects("will help you")


def test_only_who_holds_the_check_is_asked(town: Town) -> None:
    """D04: personal care takes an enhanced check and a provider: others are not even asked."""
    town.has("Kingsway Care", "provider", "personal-care", checks=["enhanced"])
    town.has("Basic Care", "provider", "personal-care", checks=["basic"])
    town.has("Sam", "volunteer", "personal-care", checks=["enhanced"])
    town.resident_needs("Washing and dressing", "personal-care:2", playbook=SERVICES_ONLY, **AT_HOME)
    town.inbox("Amina").expects("We have your request")
    tells_nothing(town.inbox("Kingsway Care").expects("Can you help").and_says_yes())
    town.inbox("Kingsway Care").expects("you have promised 2 care visits")
    town.inbox("Kingsway Care").expects("Private", "Name: Amina")
    town.inbox("Amina").expects("Kingsway Care will help you")


def test_a_check_lost_before_the_answer(town: Town) -> None:
    """D04: their check lapsed after they were asked: the yes is refused with a sentence, and they learn nothing."""
    town.has("Kingsway Care", "provider", "personal-care", checks=["enhanced"])
    need = town.resident_needs("Care", "personal-care:1", playbook=SERVICES_ONLY, **AT_HOME)
    town.inbox("Amina").expects("We have your request")
    care = town.inbox("Kingsway Care").expects("Can you help")
    town.has("Kingsway Care", "provider", "personal-care")
    status, page = care.answers(answer="accept")
    assert status == 409
    assert "Our records no longer show what is required" in page
    assert town.counts(need) == {"personal-care": 0}
    tells_nothing(care)


def test_a_check_lost_after_the_promise(town: Town) -> None:
    """D05: their check is taken away before the details leave: these are never sent, and Dana is told why."""
    town.has_officer("Dana")
    town.has("Kingsway Care", "provider", "personal-care", checks=["enhanced"])
    need = town.resident_needs("Care", "personal-care:1", playbook=SERVICES_ONLY, **AT_HOME)
    town.inbox("Amina").expects("We have your request")
    care = town.inbox("Kingsway Care").expects("Can you help")
    _, check = care.sees(answer="accept")
    town.post(care.link, **FormReader(check).as_served)
    town.has("Kingsway Care", "provider", "personal-care")
    town.settle()
    tells_nothing(town.inbox("Kingsway Care").expects("you have promised"))
    town.inbox("Kingsway Care").expects_nothing()
    town.inbox("Dana").expects("Kingsway Care no longer holds the check required").lacks(*SECRETS).and_takes_it()
    town.inbox("Amina").expects("Kingsway Care will help you")
    (details,) = town.rows(need, "private-details")
    assert (details.state, details.frozen) == ("skipped", None)


def test_a_check_lost_days_after_the_promise(town: Town) -> None:
    """D05: they have the address, and days before the care is due their check is taken away: Dana hears at once, and
    once; with the check in order again nothing more is said."""
    town.has_officer("Dana")
    town.has("Kingsway Care", "provider", "personal-care", checks=["enhanced"])
    town.resident_needs("Care", "personal-care:1", playbook=SERVICES_ONLY, **AT_HOME)
    town.inbox("Amina").expects("We have your request")
    town.inbox("Kingsway Care").expects("Can you help").and_says_yes()
    town.inbox("Kingsway Care").expects("you have promised")
    town.inbox("Kingsway Care").expects("Private", "Name: Amina")
    town.inbox("Amina").expects("Kingsway Care will help you")
    town.time_passes("1d")
    town.has("Kingsway Care", "provider", "personal-care", "food-parcel", checks=["basic"])
    town.settle()
    task = town.inbox("Dana").expects("Kingsway Care no longer holds the check required", "What had been sent before")
    task.lacks(*SECRETS).and_takes_it().ends_it("done")
    town.has("Kingsway Care", "provider", "personal-care")
    town.settle()
    town.inbox("Dana").expects_nothing()
    town.inbox("Kingsway Care").expects_nothing()


def test_a_partners_words_are_for_the_council(town: Town) -> None:
    """D09: what Sam writes reaches Dana; neither Bob nor Amina ever sees it."""
    town.has_officer("Dana")
    town.has("Sam", "volunteer", "food-parcel")
    town.has("Bob", "volunteer", "food-parcel")
    town.resident_needs("Groceries", "food-parcel:4", playbook=NEIGHBOURS, **AT_HOME)
    amina = town.inbox("Amina").expects("We have your request")
    bob = town.inbox("Bob").expects("Can you help")
    town.inbox("Sam").expects("Can you help").and_asks("Is this for Amina at number 12?")
    town.inbox("Sam").expects("We have your question")
    town.inbox("Dana").expects("Is this for Amina at number 12?").and_takes_it()
    for page in (bob.page, amina.page):
        assert "number 12" not in page
    bob.and_says_yes()
    town.inbox("Bob").expects("you have promised").lacks("number 12")
    town.inbox("Bob").expects("Private").lacks("number 12")
    town.inbox("Sam").expects("No longer needed")
    town.inbox("Amina").expects("will help you").lacks("number 12")


def test_a_status_link_shows_its_own_need_only(town: Town) -> None:
    """D11: Amina sees that a volunteer helps, not who; an organisation by name; nothing of Grace's need."""
    town.has("Sam", "volunteer", "food-parcel", capacity=1)
    town.has("Good Neighbours", "community", "food-parcel", capacity=5)
    need = town.resident_needs("Groceries", "food-parcel:6", playbook=NEIGHBOURS, **AT_HOME)
    town.resident_needs("A blanket", "blanket:1", playbook=NEIGHBOURS, who="Grace")
    town.inbox("Grace").expects("We have your request, and are still looking")
    amina = town.inbox("Amina").expects("We have your request")
    for name in ("Sam", "Good Neighbours"):
        town.inbox(name).expects("Can you help").and_offers(1 if name == "Sam" else 5)
        town.inbox(name).expects("you have promised")
        town.inbox(name).expects("Private")
    town.inbox("Amina").expects("Good Neighbours and a local volunteer will help you")
    page = amina.page
    assert "Good Neighbours" in page
    assert "1 volunteer" in page
    assert not [word for word in ("Sam", "sam@", "Grace", "blanket", "Example Road") if word in page]
    assert town.situation(need).invitations[0].status is InvitationStatus.accepted
