"""Ola steers while it runs: she changes, holds, extends, asks by name, answers for others, moves somebody elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cli.demo.pages import FormReader
from cli.main import main
from infra.settings import settings
from tests.people import GROUPS, playbook, round_of
from tests.town import Town

Muster = Callable[..., str]
NEIGHBOURS = playbook(round_of("neighbours", patience="2h"), close_after="1d")
THEN_GROUPS = playbook(
    round_of("neighbours", patience="2h", remind_after="1h", ask=1), round_of("groups", GROUPS, "2h")
)
OLA = ("--officer", "ola@example.org")


@pytest.fixture
def muster(town: Town, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Muster]:
    """`muster("amend", need, …)`: what Ola types; done, the town comes to rest. Ends with `code` or the test fails."""
    monkeypatch.setenv("MUSTER_HOME", str(town.home))
    monkeypatch.setenv("MUSTER_KEYS", "k1:" + "a" * 40)
    monkeypatch.setenv("MUSTER_BASE_URL", "http://town.example.org")
    settings.cache_clear()

    def run(*words: str, code: int = 0) -> str:
        capsys.readouterr()
        ended = main(["need", *words])
        printed = capsys.readouterr()
        assert ended == code, printed.out + printed.err
        town.settle()
        return printed.out + printed.err

    yield run
    settings.cache_clear()


def sam_has_promised(town: Town, parcels: int, **more: Any) -> str:
    """Parcels for Amina's lunch club; Sam has said that he brings them all, and everybody has been told."""
    town.has("Sam", "volunteer", "food-parcel")
    need = town.resident_needs("Parcels for a lunch club", f"food-parcel:{parcels}", playbook=NEIGHBOURS, **more)
    town.inbox("Amina").expects("We have your request")
    town.inbox("Sam").expects("Can you help").and_says_yes()
    town.inbox("Sam").expects("you have promised")
    town.inbox("Sam").expects("Private", "12 Example Road")
    town.inbox("Amina").expects("will help you")
    return need


def the_hostel_needs_six(town: Town, **more: Any) -> str:
    """Parcels for Kofi's hostel, where no group is there to be asked."""
    groups = playbook(round_of("groups", GROUPS, "2h"))
    need = town.resident_needs("Parcels for the hostel", "food-parcel:6", playbook=groups, who="Kofi", **more)
    town.inbox("Kofi").expects("We have your request, and are still looking for")
    return need


def everybody_hears_that_sam_goes_to_the_hostel(town: Town) -> None:
    town.inbox("Sam").expects("you have promised 6 food parcels")
    town.inbox("Sam").expects("Private")
    town.inbox("Kofi").expects("will help you")
    town.inbox("Ola").expects("Nothing left to do")
    town.inbox("Amina").expects("We are still looking for")
    town.inbox("Ola").expects("Nobody left to ask for 6 food parcels")


def test_less_is_needed_and_those_who_promised_last_hear_it_at_once(town: Town, muster: Muster) -> None:
    """A33, A35: fifteen and five for twenty; when sixteen are enough Bob brings one; when ten are, he stays at home."""
    town.has_officer("Ola")
    town.has("Sam", "volunteer", "food-parcel")
    town.has("Bob", "volunteer", "food-parcel")
    need = town.resident_needs("Parcels for a lunch club", "food-parcel:20", playbook=NEIGHBOURS)
    town.inbox("Amina").expects("We have your request")
    town.inbox("Sam").expects("Can you help").and_offers(15)
    town.time_passes("1m")
    town.inbox("Bob").expects("Can you help").and_offers(5)
    for name in ("Sam", "Bob"):
        town.inbox(name).expects("you have promised")
        town.inbox(name).expects("Private")
    town.inbox("Amina").expects("2 local volunteers will help you")
    muster("amend", need, "--line", "food-parcel:16", *OLA)
    bob = town.inbox("Bob").expects("Less is needed now", "- 1 food parcel, instead of 5")
    assert "You said yes to 1 food parcel" in bob.page
    muster("amend", need, "--line", "food-parcel:10", *OLA)
    town.inbox("Bob").expects("Please do not set out", "- 1 food parcel", "delete that email")
    town.inbox("Sam").expects("Less is needed now", "- 10 food parcels, instead of 15")
    assert town.counts(need) == {"food-parcel": 10}
    assert "Less is needed than we asked for" in bob.page
    assert "Ola changed this. It is now: 16 food parcels needed." in town.says(need)


def test_earlier_and_elsewhere_is_asked_before_it_is_relied_on(town: Town, muster: Muster) -> None:
    """R06: Jane's page is from before it changed, so her yes is shown the new place first; Sam's promise stands, and
    his page leads with what has changed; he says that it is all right and is sent the new address."""
    town.has_officer("Ola")
    town.has("Sam", "volunteer", "food-parcel")
    town.has("Jane", "volunteer", "food-parcel")
    need = town.resident_needs("Parcels", "food-parcel:9", playbook=NEIGHBOURS, needed_by="+1d")
    town.inbox("Amina").expects("We have your request")
    town.inbox("Sam").expects("Can you help").and_offers(5)
    town.inbox("Sam").expects("you have promised")
    town.inbox("Sam").expects("Private", "12 Example Road")
    jane = town.inbox("Jane").expects("Can you help")
    old = FormReader(jane.page).hidden
    muster("amend", need, "--needed-by", "17:00", "--place", "Surbiton", "--address", "9 New Road, KT6 1ZZ", *OLA)
    status, page = town.post(jane.link, **old, answer="accept")
    assert status == 409
    assert "5pm on Monday 2 March" in page
    assert "Surbiton" in page
    sam = town.inbox("Sam").expects("It has changed: can you still help with 5 food parcels?", "by 5pm", "Surbiton")
    assert "It has changed: is it still all right?" in sam.page
    assert "Yes, it is still all right" in sam.page
    assert town.counts(need) == {"food-parcel": 5}
    sam.and_says_yes()
    town.inbox("Sam").expects("you have promised 5 food parcels")
    town.inbox("Sam").expects("Private", "9 New Road").lacks("12 Example Road")
    assert "Sam says that it is still all right: 5 food parcels." in town.says(need)
    jane.and_says_no()
    town.inbox("Jane").expects("you cannot help this time")
    town.inbox("Amina").expects("We are still looking for")
    town.inbox("Ola").expects("Nobody left to ask for 4 food parcels")


def test_no_word_about_a_change_is_phoned(town: Town, muster: Muster) -> None:
    """Sam says nothing in his time: Ola is asked to phone him, does, and records his no, which the receipt says."""
    town.has_officer("Ola")
    need = sam_has_promised(town, 5, needed_by="+1d")
    muster("amend", need, "--needed-by", "17:00", *OLA)
    town.inbox("Sam").expects("It has changed")
    town.time_passes("2h1m")
    town.inbox("Ola").expects("Phone Sam: is it still all right?", f"/console/needs/{need}/answer?partner=sam")
    muster("take", need, *OLA)
    muster("answer", need, "sam", "no", "--note", "He works until six", *OLA)
    town.inbox("Sam").expects("you can no longer help", "A council officer recorded this for you")
    town.inbox("Amina").expects("We are still looking for")
    town.inbox("Ola").expects("food parcels")
    assert any("Ola recorded it." in sentence for sentence in town.says(need))


def test_on_hold_nothing_leaves_and_then_it_goes_on(town: Town, muster: Muster) -> None:
    """A07, R12: held overnight: Sam's reminder waits, Jane's answer is taken and her receipt waits; in the morning all
    of it goes on where it was."""
    town.has_officer("Ola")
    town.has("Sam", "volunteer", "food-parcel")
    town.has("Jane", "volunteer", "food-parcel")
    by = playbook(round_of("neighbours", patience="2h", remind_after="1h"), close_after="1d")
    need = town.resident_needs("Parcels", "food-parcel:9", playbook=by)
    town.inbox("Amina").expects("We have your request")
    town.inbox("Sam").expects("Can you help")
    jane = town.inbox("Jane").expects("Can you help")
    town.time_passes("30m")
    muster("hold", need, "--until", "+12h", *OLA)
    jane.and_offers(4)
    town.time_passes("11h")
    for name in ("Sam", "Jane", "Amina"):
        town.inbox(name).expects_nothing()
    assert town.counts(need) == {"food-parcel": 4}
    town.time_passes("1h")
    town.inbox("Jane").expects("you have promised 4 food parcels")
    town.inbox("Jane").expects("Private")
    town.inbox("Sam").expects_nothing()
    town.time_passes("30m")
    town.inbox("Sam").expects("Reminder", "5 food parcels").and_says_yes()
    town.inbox("Sam").expects("you have promised 5 food parcels")
    town.inbox("Sam").expects("Private")
    town.inbox("Amina").expects("2 local volunteers will help you")


def test_by_name_and_the_next_round_now(town: Town, muster: Muster) -> None:
    """A02, A27: Sam is to be reminded at the moment Ola starts the next round; each gets one mail. Good Neighbours are
    asked by name, once; after closing nobody is."""
    town.has_officer("Ola")
    town.has("Sam", "volunteer", "food-parcel")
    town.has("Larder", "voluntary", "food-parcel")
    town.has("Good Neighbours", "community", "food-parcel", capacity=2)
    need = town.resident_needs("Parcels", "food-parcel:9", playbook=THEN_GROUPS)
    town.inbox("Amina").expects("We have your request")
    first = "Good Neighbours" if town.inbox("Good Neighbours").unread else "Sam"
    other = {"Good Neighbours": "sam", "Sam": "good-neighbours"}[first]
    town.inbox(first).expects("Can you help")
    town.nothing_runs_for("1h")
    muster("ask", need, "--next-round", *OLA)
    town.inbox(first).expects("Reminder").expects_nothing()
    town.inbox("Larder").expects("Can you help").expects_nothing()
    muster("ask", need, other, "--line", "food-parcel:2", *OLA)
    town.inbox(other.title().replace("-", " ")).expects("Can you help")
    assert "asked about it already" in muster("ask", need, other, *OLA, code=1)
    muster("withdraw", need, *OLA)
    for name in ("Sam", "Good Neighbours", "Larder"):
        town.inbox(name).expects("No longer needed")
    town.inbox("Amina").expects("withdrawn")
    assert "is closed, so nobody can be asked" in muster("ask", need, other, *OLA, code=1)


def test_somebody_goes_to_another_need_instead(town: Town, muster: Muster) -> None:
    """A34, L05, L12, D06: Good Neighbours promised ten parcels here and take six to the hostel: nothing changes until
    they have chosen and checked; Sam, standing by, is called; they get the hostel's address and a receipt."""
    town.has_officer("Ola")
    town.has("Good Neighbours", "community", "food-parcel")
    town.has("Sam", "volunteer", "food-parcel")
    here = town.resident_needs("Parcels for a lunch club", "food-parcel:10", playbook=NEIGHBOURS)
    town.inbox("Amina").expects("We have your request")
    good = town.inbox("Good Neighbours").expects("Can you help")
    sam = town.inbox("Sam").expects("Can you help")
    good.and_says_yes()
    sam.and_says_yes()
    town.inbox("Good Neighbours").expects("you have promised 10 food parcels")
    town.inbox("Good Neighbours").expects("Private")
    town.inbox("Sam").expects("No longer needed")
    town.inbox("Sam").expects("you are standing by")
    town.inbox("Amina").expects("will help you")
    there = the_hostel_needs_six(town, area="Surbiton", at_home="3 Hostel Lane, KT6 1ZZ")
    town.inbox("Ola").expects("Nobody to ask for 6 food parcels")
    muster("transfer", here, there, "good-neighbours", "food-parcel:6", *OLA)
    asked = town.inbox("Good Neighbours").expects(
        "Could you go somewhere else instead with 6 food parcels?", "Surbiton"
    )
    asked.lacks("3 Hostel Lane", "KT6")
    assert "Could you go somewhere else instead?" in asked.page
    form = FormReader(asked.page)
    assert town.post(asked.link, version=form.hidden["version"], moving=there)[0] == 422
    status, check = asked.sees(answer="move")
    assert status == 200
    assert "You still bring 4 food parcels." in check
    assert town.counts(there) == {"food-parcel": 0}
    sent = FormReader(check).as_served
    for _ in range(2):
        assert town.post(asked.link, **sent)[0] == 200
    town.settle()
    assert (town.counts(here), town.counts(there)) == ({"food-parcel": 4}, {"food-parcel": 6})
    town.inbox("Good Neighbours").expects("you have promised 6 food parcels")
    town.inbox("Good Neighbours").expects("Private", "3 Hostel Lane")
    town.inbox("Kofi").expects("Good Neighbours will help you")
    town.inbox("Ola").expects("Nothing left to do")
    town.inbox("Sam").expects("can you now help")
    town.inbox("Amina").expects("We are still looking for")
    assert town.story(there).count("joined") == 1


def test_who_would_rather_stay_stays(town: Town, muster: Muster) -> None:
    """R13: Sam says no; asked once more, the hostel is withdrawn before he answers: his page shows what he promised."""
    town.has_officer("Ola")
    here = sam_has_promised(town, 6)
    there = the_hostel_needs_six(town)
    town.inbox("Ola").expects("Nobody to ask")
    muster("transfer", here, there, "sam", "food-parcel:6", *OLA)
    town.inbox("Sam").expects("Could you go somewhere else instead").answers(answer="stay")
    town.inbox("Sam").expects("you have promised 6 food parcels")
    muster("transfer", here, there, "sam", "food-parcel:3", *OLA)
    asked = town.inbox("Sam").expects("Could you go somewhere else instead")
    sent = FormReader(asked.sees(answer="move")[1]).as_served
    muster("withdraw", there, *OLA)
    town.inbox("Kofi").expects("withdrawn")
    status, page = town.post(asked.link, **sent)
    assert status == 409
    assert "what you promised here still stands" in page
    assert town.counts(here) == {"food-parcel": 6}
    assert "would rather not go" in " ".join(town.says(here))


def test_nobody_is_reached_about_going_elsewhere(town: Town, muster: Muster) -> None:
    """Sam says nothing, and Ola does not reach him by phone: he stays where he promised, and all three are told so."""
    town.has_officer("Ola")
    here = sam_has_promised(town, 6)
    there = the_hostel_needs_six(town)
    town.inbox("Ola").expects("Nobody to ask").and_takes_it()
    muster("transfer", here, there, "sam", "food-parcel:6", *OLA)
    asked = town.inbox("Sam").expects("Could you go somewhere else instead")
    town.time_passes("2h")
    ola = town.inbox("Ola").expects(f"could they go to {there} instead?", "If you cannot reach them").and_takes_it()
    ola.ends_it("not-reached")
    assert f"could not reach Sam about going to {there} instead" in " ".join(town.says(here))
    assert town.counts(here) == {"food-parcel": 6}
    town.inbox("Sam").expects("you have promised 6 food parcels")
    assert "You said yes to 6 food parcels" in asked.page


def test_an_old_look_is_shown_the_present(town: Town, muster: Muster) -> None:
    """R05: Ola and Duncan both looked at version 1; who comes second is shown how it is now and changes nothing."""
    town.has_officer("Ola")
    town.has("Sam", "volunteer", "food-parcel")
    need = town.resident_needs("Parcels", "food-parcel:6", playbook=NEIGHBOURS)
    town.inbox("Amina").expects("We have your request")
    town.inbox("Sam").expects("Can you help")
    muster("amend", need, "--line", "food-parcel:8", "--version", "1", *OLA)
    shown = muster("amend", need, "--line", "food-parcel:4", "--version", "1", *OLA, code=1)
    assert re.search(r"\(version 2\)", shown)
    assert "has changed since you looked" in shown
    shown = muster("answer", need, "sam", "yes", "--version", "1", *OLA, code=1)
    assert "Something has changed" in shown
    said = muster("answer", need, "sam", "part", "--line", "food-parcel:3", "--version", "2", *OLA)
    assert "said yes, 3 food parcels" in said
    town.inbox("Sam").expects("you have promised 3 food parcels", "A council officer recorded this for you")
    town.inbox("Sam").expects("Private")
    town.inbox("Amina").expects("We are still looking for")
    town.inbox("Ola").expects("Nobody left to ask")


def test_a_scanner_moves_nobody(town: Town, muster: Muster) -> None:
    """L02, L03, L05: opening the page, with an answer in its address too, and sending its form as served change
    nothing; who goes back from the check page finds the question again."""
    town.has_officer("Ola")
    here = sam_has_promised(town, 6)
    there = the_hostel_needs_six(town)
    town.inbox("Ola").expects("Nobody to ask")
    muster("transfer", here, there, "sam", "food-parcel:6", *OLA)
    asked = town.inbox("Sam").expects("Could you go somewhere else instead")
    before = town.situation(here)
    town.get(f"{asked.link}?answer=move&confirm=yes")
    form = FormReader(asked.page)
    assert "move" in form.choices["answer"]
    assert "answer" not in form.hidden
    assert town.post(asked.link, **form.as_served)[0] == 422
    sent = FormReader(asked.sees(answer="move")[1]).hidden
    status, page = town.post(f"{asked.link}?change", **sent)
    assert status == 200
    assert "Could you go somewhere else instead?" in page
    assert town.situation(here) == before
    asked.answers(answer="move")
    assert "You went to help somewhere else" in asked.page
    everybody_hears_that_sam_goes_to_the_hostel(town)


def test_taken_back_before_the_receipt_left(town: Town, muster: Muster) -> None:
    """R08: Ola records Sam's yes, and his no a moment later, before any mail has left: what he is sent is what is true
    then, the latest last, and no address."""
    town.has_officer("Ola")
    town.has("Sam", "volunteer", "food-parcel")
    need = town.resident_needs("Parcels", "food-parcel:6", playbook=NEIGHBOURS)
    town.inbox("Amina").expects("We have your request")
    town.inbox("Sam").expects("Can you help")
    for said in ("yes", "no"):
        assert main(["need", "answer", need, "sam", said, *OLA]) == 0
    town.settle()
    sam = town.inbox("Sam")
    for _ in range(2):
        sam.expects("you can no longer help").lacks("12 Example Road")
    sam.expects_nothing()
    town.inbox("Amina").expects("We are still looking for")
    town.inbox("Ola").expects("Nobody left to ask")


def test_a_corrected_address_reaches_who_is_to_go_there(town: Town, muster: Muster) -> None:
    """D06: No. 12 should have been No. 21: Sam, who promised, is sent it at once; saying it again sends nothing."""
    town.has_officer("Ola")
    need = sam_has_promised(town, 6)
    muster("amend", need, "--address", "21 Example Road, KT1 1ZZ", *OLA)
    town.inbox("Sam").expects("Private", "21 Example Road", "what is here is what counts now").lacks("12 Example Road")
    assert "is so already" in muster("amend", need, "--address", "21 Example Road, KT1 1ZZ", *OLA)
    assert not any("Example Road" in sentence for sentence in town.says(need))
    town.inbox("Sam").expects_nothing()


def test_still_all_right_promises_no_more_than_before(town: Town, muster: Muster) -> None:
    """A29: Sam brings two parcels, and two blankets too late. It is in Hook now: the mail asks about the parcels, and
    his yes leaves the blankets on standby, as the check page says."""
    town.has("Sam", "volunteer", "food-parcel", "blanket")
    need = town.resident_needs("Blankets", "food-parcel:2", "blanket:2", playbook=NEIGHBOURS, needed_by="+10h")
    town.inbox("Amina").expects("We have your request")
    status, page = (
        town.inbox("Sam")
        .expects("Can you help")
        .answers(**{"answer": "part", "quantity-1": "2", "quantity-2": "2", "ready-by-2": "+20h"})
    )
    assert status == 200, page
    town.inbox("Sam").expects("you have promised 2 food parcels")
    town.inbox("Sam").expects("Private")
    muster("amend", need, "--place", "Hook")
    asked = town.inbox("Sam").expects("Is this still all right?", "2 food parcels").lacks("later than it is now needed")
    assert "until you say that you can be in time" not in asked.page
    status, check = asked.sees(answer="accept")
    assert status == 200
    assert "so we do not count on it" in check
    asked.and_says_yes()
    town.inbox("Sam").expects("you have promised 2 food parcels")
    town.inbox("Sam").expects("Private")
    town.inbox("Amina").expects("We are still looking for 2 blankets")
    assert town.counts(need) == {"food-parcel": 2, "blanket": 0}
    assert "Another 2 blankets you offered are on standby" in asked.page


def test_nobody_goes_to_another_place_than_they_were_shown(town: Town, muster: Muster) -> None:
    """R06: while Sam looks at the check page the hostel moves: he is shown where it is now, and goes there once he has
    said so; in the meantime Ola had been asked to phone him."""
    town.has_officer("Ola")
    here = sam_has_promised(town, 6)
    there = the_hostel_needs_six(town, area="Surbiton")
    town.inbox("Ola").expects("Nobody to ask")
    muster("take", there, *OLA)
    muster("transfer", here, there, "sam", "food-parcel:6", *OLA)
    asked = town.inbox("Sam").expects("Could you go somewhere else instead", "Answer by", "Surbiton")
    town.time_passes("2h1m")
    town.inbox("Ola").expects("Phone Sam: could they go to", f"/console/needs/{here}/answer?partner=sam")
    sent = FormReader(asked.sees(answer="move")[1]).as_served
    muster("amend", there, "--place", "Hook", *OLA)
    town.inbox("Ola").expects("Nobody to ask")  # in Hook neither
    status, page = town.post(asked.link, **sent)
    assert status == 409
    assert "has changed since you looked" in page
    assert "Hook" in page
    assert town.counts(here) == {"food-parcel": 6}
    assert town.post(asked.link, **FormReader(page).as_served)[0] == 200
    town.settle()
    assert town.counts(there) == {"food-parcel": 6}
    everybody_hears_that_sam_goes_to_the_hostel(town)
