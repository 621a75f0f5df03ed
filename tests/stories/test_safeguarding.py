"""Sensitive needs, checks that run out, two words for the door, and what is deleted when it is over."""

from __future__ import annotations

from cli.demo.pages import FormReader
from domain.needs import Outcome
from domain.officers import TaskKind
from domain.safeguarding import door_words
from infra.recording import record_need
from tests.people import NEIGHBOURS, SERVICES, playbook, round_of
from tests.town import Inbox, Town, address

BY = playbook(round_of("neighbours", NEIGHBOURS, "4h"), take_within="2h", confirm_after="2h", chase_after="1d")
SERVICES_ONLY = playbook(round_of("services", SERVICES, "4h"), confirm_after="2h", chase_after="1d")
SECRETS = ("Amina", "amina@", "Example Road", "1ZZ", "7700900001", "7700 900001")
AT_HOME = {"at_home": "12 Example Road, KT1 1ZZ", "phone": "07700 900001"}


def sensitive_need(town: Town, *lines: str) -> str:
    """As `muster need open --sensitive` records it."""
    from domain.needs import Resident
    from domain.opening import NeedRequest

    resident = Resident(name="Amina", email=address("Amina"), address="12 Example Road, KT1 1ZZ", phone="07700 900001")
    request = NeedRequest(
        category="food", summary="Food, left at the door", lines=lines, area="Norbiton", needed_by="+2d",
        sensitive=True, resident=resident,
    )  # fmt: skip
    reference = record_need(town.door, town.catalogue, BY, request).need
    town.settle()
    town.inbox("Amina").expects("We have your request")
    return reference


def says_how(inbox: Inbox, outcome: str) -> None:
    """An officer takes the task, says how it ended, checks and sends."""
    inbox.and_takes_it()
    status, page = inbox.answers(answer=outcome)
    assert status == 200, page


def tells_nothing(page: str) -> None:
    assert not [secret for secret in SECRETS if secret in page]


def test_an_officers_word_before_the_address(town: Town) -> None:
    """D04, D03: Sam names who comes; receipt and page say nothing; Dana gives her word; then it is sent."""
    town.has_officer("Dana")
    town.has("Sam", "volunteer", "food-parcel")
    need = sensitive_need(town, "food-parcel:1")
    sam = town.inbox("Sam").expects("Can you help").lacks(*SECRETS)
    assert "Who comes? Their full name" in sam.page
    status, page = sam.sees(answer="accept")
    assert status == 422
    assert "Enter the full name of whoever comes" in page
    assert town.counts(need) == {"food-parcel": 0}
    sam.and_says_yes(name="Sam Lee")
    town.inbox("Sam").expects("you have promised", "An officer looks at whom you named").lacks(*SECRETS)
    town.inbox("Amina").expects_nothing()
    tells_nothing(sam.page)
    dana = town.inbox("Dana").expects("Sam has named who comes", "Sam Lee").lacks(*SECRETS)
    assert "Sam Lee" not in dana.page
    says_how(dana, "yes")
    town.inbox("Sam").expects("Private", "Name: Amina", "Address: 12 Example Road, KT1 1ZZ")
    town.inbox("Amina").expects("A local volunteer will help you").lacks("Sam Lee")
    assert "Sam Lee" not in "\n".join(town.says(need))


def test_without_it_somebody_else_is_asked(town: Town) -> None:
    """D04: Dana does not give her word: Sam is thanked and never told, Bob is asked; Amina never heard of Sam."""
    town.has_officer("Dana")
    town.has("Sam", "volunteer", "food-parcel")
    need = sensitive_need(town, "food-parcel:1")
    sam = town.inbox("Sam").expects("Can you help").and_says_yes(name="Sam Lee")
    town.inbox("Sam").expects("you have promised")
    town.has("Bob", "volunteer", "food-parcel")
    says_how(town.inbox("Dana").expects("Sam has named who comes"), "no")
    town.inbox("Sam").expects("it will not be you this time").lacks(*SECRETS)
    bob = town.inbox("Bob").expects("Can you help")
    tells_nothing(sam.page)
    assert town.counts(need) == {"food-parcel": 0}
    status, page = sam.answers(answer="accept", name="Sam Lee")
    assert status == 409, page
    bob.and_says_no()
    town.inbox("Bob").expects("you cannot help")
    town.inbox("Dana").expects("Nobody left to ask")
    town.inbox("Amina").expects("still looking for 1 food parcel")


def test_a_check_that_runs_out_before_it_is_due(town: Town) -> None:
    """D05: Kingsway's check is found to end before the day: no details leave, and Dana is told."""
    town.has_officer("Dana")
    town.has("Kingsway Care", "provider", "personal-care", checks=["enhanced"])
    need = town.resident_needs("Care", "personal-care:1", playbook=SERVICES_ONLY, needed_by="+2d", **AT_HOME)
    town.inbox("Amina").expects("We have your request")
    care = town.inbox("Kingsway Care").expects("Can you help")
    _, check = care.sees(answer="accept")
    town.post(care.link, **FormReader(check).as_served)
    ends = town.moment.date().isoformat()
    town.has("Kingsway Care", "provider", "personal-care", checks=[{"level": "enhanced", "until": ends}])
    town.settle()
    town.inbox("Kingsway Care").expects("you have promised").lacks(*SECRETS)
    town.inbox("Kingsway Care").expects_nothing()
    town.inbox("Dana").expects("no longer holds the check required").and_takes_it()
    town.inbox("Amina").expects("Kingsway Care will help you")
    (details,) = town.rows(need, "private-details")
    assert details.state == "skipped"
    tells_nothing(care.page)


def test_who_holds_it_only_until_before_it_is_due_is_not_asked(town: Town) -> None:
    """D04: of two providers only the one whose check holds on the day hears of it."""
    soon = (town.moment.date()).isoformat()
    town.has("Kingsway Care", "provider", "personal-care", checks=[{"level": "enhanced", "until": "2026-12-31"}])
    town.has("Short Care", "provider", "personal-care", checks=[{"level": "enhanced", "until": soon}])
    town.resident_needs("Care", "personal-care:2", playbook=SERVICES_ONLY, needed_by="+2d", **AT_HOME)
    town.inbox("Amina").expects("We have your request")
    town.inbox("Kingsway Care").expects("Can you help")
    town.inbox("Short Care").expects_nothing()


def test_two_words_for_the_door(town: Town) -> None:
    """Amina and the carer hear the same two words, each in a mail of their own; they are kept nowhere."""
    town.has("Kingsway Care", "provider", "personal-care", checks=["enhanced"])
    need = town.resident_needs("Care", "personal-care:1", playbook=SERVICES_ONLY, needed_by="+2d", **AT_HOME)
    town.inbox("Amina").expects("We have your request")
    care = town.inbox("Kingsway Care").expects("Can you help").and_says_yes()
    (invitation,) = town.situation(need).invitations
    said = door_words(town.door.settings.signing_keys[invitation.kid], invitation)
    town.inbox("Kingsway Care").expects("you have promised").lacks(said)
    town.inbox("Kingsway Care").expects("Private", f"At the door, say these two words: {said}")
    town.inbox("Amina").expects("Ask for them before you open", f"Kingsway Care: {said}", "do not open, and phone us")
    assert said not in care.page
    assert said not in str(town.door.store.story(need)) + str(town.situation(need)) + str(town.door.store.notes(need))


def test_an_officer_tells_the_words_to_who_has_no_e_mail(town: Town) -> None:
    """Grace is phoned: the words are in Dana's mail with the script, and not on the page of the task."""
    town.has_officer("Dana")
    town.has("Kingsway Care", "provider", "personal-care", checks=["enhanced"])
    need = town.resident_needs(
        "Care", "personal-care:1", playbook=SERVICES_ONLY, needed_by="+2d", who="Grace", email=None, **AT_HOME
    )
    town.inbox("Kingsway Care").expects("Can you help").and_says_yes()
    town.inbox("Kingsway Care").expects("you have promised")
    town.inbox("Kingsway Care").expects("Private", "At the door")
    (invitation,) = town.situation(need).invitations
    said = door_words(town.door.settings.signing_keys[invitation.kid], invitation)
    dana = town.inbox("Dana").expects("help is found", f"Kingsway Care: {said}")
    assert said not in dana.page
    dana.and_takes_it()
    assert said not in dana.page


def test_cancelled_after_the_address_was_sent(town: Town) -> None:
    """D06: the need is withdrawn: Sam is told to delete the address, and his page says nothing personal."""
    town.has("Sam", "volunteer", "food-parcel")
    need = town.resident_needs("Groceries", "food-parcel:1", playbook=BY, **AT_HOME)
    town.inbox("Amina").expects("We have your request")
    sam = town.inbox("Sam").expects("Can you help").and_says_yes()
    town.inbox("Sam").expects("you have promised")
    town.inbox("Sam").expects("Private", "Name: Amina")
    town.inbox("Amina").expects("will help you")
    town.officer_closes(need, Outcome.withdrawn)
    town.inbox("Sam").expects("Please do not set out", "If we sent you a name and address, delete that email").lacks(
        *SECRETS
    )
    town.inbox("Amina").expects("withdrawn")
    tells_nothing(sam.page)
    assert not [t for t in town.situation(need).tasks if t.kind is TaskKind.check_lost]


def test_what_one_partner_writes_no_other_reads(town: Town) -> None:
    """D09: Kingsway writes about Amina with its offer: Dana reads it; Home First, chosen instead, never does."""
    town.has_officer("Dana")
    for name in ("Kingsway", "Home First"):
        town.has(name, "provider", "care-package", checks=["enhanced"])
    town.resident_needs("Care", "care-package:1", playbook=SERVICES_ONLY, needed_by="+3d", **AT_HOME)
    town.inbox("Amina").expects("We have your request")
    home_first = town.inbox("Home First").expects("Can you help")
    town.inbox("Kingsway").expects("Can you help").and_says_yes(name="Kim Park", note="We know Amina from number 12")
    town.inbox("Kingsway").expects("you have offered").lacks("number 12")
    town.inbox("Dana").expects("Choose who gives", "We know Amina from number 12")
    town.inbox("Dana").expects("number 12")
    home_first.and_says_yes(name="Jo Ray")
    town.inbox("Home First").expects("you have offered").lacks("number 12", "Kingsway")
    tells_nothing(home_first.page)
    assert "Kingsway" not in home_first.page


def test_amina_sees_her_own_need_and_no_phone_of_a_helper(town: Town) -> None:
    """D11: the status link shows who helps, never a volunteer's name or number, nor the words for the door."""
    town.has("Sam", "volunteer", "welfare-visit", phone="07700 900555")
    need = town.resident_needs("A knock on the door", "welfare-visit:1", playbook=BY, **AT_HOME)
    amina = town.inbox("Amina").expects("We have your request")
    town.inbox("Sam").expects("Can you help").and_says_yes()
    town.inbox("Sam").expects("you have promised")
    town.inbox("Sam").expects("Private", "At the door")
    town.inbox("Amina").expects("A local volunteer will help you", "A local volunteer: ").lacks("Sam", "900555")
    (invitation,) = town.situation(need).invitations
    said = door_words(town.door.settings.signing_keys[invitation.kid], invitation)
    assert not [word for word in ("Sam", "900555", said) if word in amina.page]
