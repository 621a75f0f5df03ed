"""A rest centre at ten past two; everything put on hold; practice that nobody takes for real."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from domain.amending import Amendment, Wanted, amend
from domain.changes import Refusal
from domain.needs import Outcome, Resident
from domain.opening import NeedRequest
from infra.playbooks import load_catalogue
from infra.recording import record_need
from infra.sweeps import SWEPT
from notifications.channels import open_channel
from tasks.checking_promises import find_broken_promises
from tasks.delivering import Deliverer
from tests.mailserver import running
from tests.people import GROUPS, playbook, round_of
from tests.town import Town, town_at

GO_ON = "`muster incident resume` goes on"
CENTRE = "Kings Rest Centre, Norbiton Road KT2 7AB"
ROUNDS = playbook(
    round_of("neighbours", patience="1h", remind_after="40m"),
    round_of("groups", GROUPS, patience="1h"),
    confirm_after="1h",
    chase_after="6h",
    close_after="2d",
    take_within="1h",
)


def test_a_rest_centre(town: Town) -> None:
    """The public place is in the first mail, in full; the lead officer has its tasks, and says that it happened."""
    town.has_officer("Ola")
    town.has_officer("Ada")
    town.has("Sam", "volunteer", "blanket")
    flood = town.has_incident("Flood at Kingsmead", CENTRE, "Ada")
    need = town.incident_needs(flood, "blanket:4", playbook=ROUNDS)
    sam = town.inbox("Sam").expects("Can you help with 4 blankets", f"Where: {CENTRE}").lacks("Flood at Kingsmead")
    assert CENTRE in sam.page
    sam.and_says_yes()
    town.inbox("Sam").expects("you have promised", f"Where: {CENTRE}").lacks("separate email")
    town.time_passes("7h")
    town.inbox("Sam").expects_nothing()
    town.inbox("Ola").expects_nothing()
    town.inbox("Ada").expects("Did it happen: 4 blankets?", "There is no resident to ask").and_takes_it().ends_it("yes")
    town.inbox("Sam").expects("Thank you")
    closed = town.situation(need).need
    assert (closed.outcome, closed.incident) == ("met", flood)
    assert {row.need for row in town.door.store.needs(incident=flood)} == {need}


def test_reminders_and_added_lines_say_the_place_too(town: Town) -> None:
    """Whatever asks says where: nobody goes to the wrong hall."""
    town.has_officer("Ada")
    town.has("Sam", "volunteer", "blanket")
    town.has("Good Neighbours", "voluntary", "hot-meal", "blanket")
    flood = town.has_incident("Flood", CENTRE, "Ada")
    need = town.incident_needs(flood, "blanket:4", "hot-meal:10", playbook=ROUNDS, needed_by="+2d")
    town.inbox("Sam").expects("Can you help with 4 blankets")
    town.inbox("Good Neighbours").expects("Can you help with 10 hot meals", f"Where: {CENTRE}")
    town.time_passes("40m")
    town.inbox("Sam").expects("Reminder", f"Where: {CENTRE}").and_says_no()
    town.inbox("Sam").expects("cannot help")
    town.inbox("Good Neighbours").expects("We also need", "4 blankets", f"Where: {CENTRE}").and_says_yes()
    town.inbox("Good Neighbours").expects("you have promised", f"Where: {CENTRE}")
    assert town.situation(need).covered


def test_held_nothing_leaves_and_then_everything_goes_on(town: Town) -> None:
    """R12: at 09:20 the lead puts the flood on hold. Answers are taken, nothing leaves, nobody loses time; another
    need goes on. At 11:20 what waited is sent, and the round ends two hours later than it would have."""
    town.has_officer("Ada")
    for name in ("Sam", "Bob"):
        town.has(name, "volunteer", "blanket")
    town.has("Good Neighbours", "voluntary", "blanket")
    town.has("Jane", "volunteer", "lift")
    flood = town.has_incident("Flood", CENTRE, "Ada")
    need = town.incident_needs(flood, "blanket:20", playbook=ROUNDS, needed_by="+2d")
    bob = town.inbox("Bob").expects("Can you help with 20 blankets", "Answer by 10am")
    sam = town.inbox("Sam").expects("Can you help with 20 blankets")
    town.time_passes("20m")
    town.is_held(flood)
    sam.and_offers(5)
    town.resident_needs("A lift", "lift:1", playbook=ROUNDS)
    town.inbox("Jane").expects("Can you help with 1 lift").and_says_yes()
    for _ in range(2):
        town.inbox("Jane").expects("lift")
    for _ in range(2):
        town.inbox("Amina").expects("lift")
    town.time_passes("2h")
    assert town.counts(need) == {"blanket": 5}
    for name in ("Sam", "Bob", "Good Neighbours", "Ada"):
        town.inbox(name).expects_nothing()
    town.goes_on(flood)
    town.inbox("Sam").expects("you have promised 5 blankets")
    town.inbox("Bob").expects_nothing()
    town.time_passes("20m")
    town.inbox("Bob").expects("Reminder", "15 blankets", "Answer by midday")
    town.time_passes("19m")
    town.inbox("Good Neighbours").expects_nothing()
    town.time_passes("1m")
    town.inbox("Good Neighbours").expects("Can you help with 15 blankets")
    bob.and_offers(15)
    town.inbox("Bob").expects("you have promised 15 blankets")
    town.inbox("Good Neighbours").expects("No longer needed")
    assert town.story(need)[:4] == ["opened", "asked", "held", "said-yes"]
    assert "resumed" in town.story(need)


def test_a_worry_passes_every_hold(town: Town) -> None:
    """All is held, the lead's phone is off, and Sam is worried: Ada hears at once, and an hour later Ola. Nothing else
    leaves, Sam's receipt of his worry included."""
    town.has_officer("Ola")
    town.has_officer("Ada")
    town.has("Sam", "volunteer", "blanket")
    flood = town.has_incident("Flood", CENTRE, "Ada")
    town.incident_needs(flood, "blanket:4", playbook=ROUNDS)
    sam = town.inbox("Sam").expects("Can you help").and_says_yes()
    town.inbox("Sam").expects("you have promised")
    town.is_held(flood)
    sam.and_says("concern", "No answer at the door, and the water is rising")
    town.inbox("Ada").expects("A worry from Sam", "the water is rising")
    town.time_passes("1h")
    town.inbox("Ola").expects("A worry from Sam", "the water is rising")
    town.inbox("Ada").expects("Ola")
    town.inbox("Sam").expects_nothing()


def test_do_not_set_out_passes_every_hold(town: Town) -> None:
    """Sam's yes waits for its receipt while all is held; it is withdrawn, and he is told before he sets out. Bob, who
    was only asked, hears when it goes on; Sam gets no receipt of what is over."""
    town.has_officer("Ada")
    town.has("Sam", "volunteer", "blanket", phone="07700 900013")
    town.has("Bob", "volunteer", "blanket")
    flood = town.has_incident("Flood", CENTRE, "Ada")
    need = town.incident_needs(flood, "blanket:4", playbook=ROUNDS)
    sam = town.inbox("Sam").expects("Can you help")
    town.inbox("Bob").expects("Can you help")
    town.is_held(flood)
    sam.and_says_yes()
    town.inbox("Sam").expects_nothing()
    town.officer_closes(need, Outcome.withdrawn)
    town.inbox("Sam").expects("Please do not set out")
    assert "do not set out" in town.phone("+447700900013")
    town.inbox("Bob").expects_nothing()
    town.goes_on(flood)
    town.inbox("Bob").expects("No longer needed")


def test_what_is_needed_no_more_passes_every_hold(town: Town) -> None:
    """Blankets are still looked for, all is on hold, and no groceries are needed any more: Sam hears at once."""
    town.has_officer("Ada")
    town.has("Sam", "volunteer", "food-parcel")
    flood = town.has_incident("Flood", CENTRE, "Ada")
    need = town.incident_needs(flood, "food-parcel:4", "blanket:2", playbook=ROUNDS)
    town.inbox("Ada").expects("Nobody to ask for 2 blankets")
    town.inbox("Sam").expects("Can you help").and_says_yes()
    town.inbox("Sam").expects("you have promised")
    town.is_held(flood)
    less = Amendment(wanted=(Wanted(capability=town.catalogue.find("food-parcel"), quantity=0),))
    resident = town.door.store.resident(need)
    done = town.door.change(need, lambda situation, now: amend(situation, less, resident, "officer", now))
    assert not isinstance(done, Refusal)
    town.settle()
    town.inbox("Sam").expects("no longer needed")


def test_what_was_decided_and_not_sent_waits(town: Town) -> None:
    """Mail that was in the outbox when everything was put on hold stays there, and leaves when it goes on."""
    town.has("Sam", "volunteer", "food-parcel")
    need = town.resident_needs("Groceries", "food-parcel:1", playbook=ROUNDS, look=False)
    town.decides()
    town.is_held()
    town.time_passes("3d")
    assert not town.mails()
    assert {row.state.value for row in town.rows(need)} == {"pending"}
    town.goes_on()
    town.inbox("Amina").expects("We have your request")
    town.inbox("Sam").expects("Can you help with 1 food parcel")


def test_what_ended_on_hold_is_not_asked_for_afterwards(town: Town) -> None:
    """R12: Sam's reminder waited with everything else; then the need was covered. He is not reminded."""
    town.has("Sam", "volunteer", "food-parcel")
    town.has("Bob", "volunteer", "food-parcel")
    town.resident_needs("Groceries", "food-parcel:1", playbook=ROUNDS)
    town.inbox("Amina").expects("We have your request")
    town.inbox("Sam").expects("Can you help")
    bob = town.inbox("Bob").expects("Can you help")
    town.nothing_runs_for("40m")
    town.decides()
    town.is_held()
    bob.and_says_yes()
    town.goes_on()
    town.inbox("Bob").expects("you have promised")
    town.inbox("Bob").expects("Private")
    town.inbox("Sam").expects("No longer needed")
    town.inbox("Amina").expects("will help you")


def test_an_exercise_says_so_first_and_last(town: Town) -> None:
    """Every message and page of an exercise begins and ends with the word; only who agreed to practise is asked."""
    town.has_officer("Ada")
    town.has("Sam", "volunteer", "blanket", exercises=True)
    town.has("Bob", "volunteer", "blanket")
    drill = town.has_incident("Flood drill", CENTRE, "Ada", exercise=True)
    need = town.incident_needs(drill, "blanket:4", playbook=ROUNDS)
    sam = town.inbox("Sam").expects("EXERCISE: Can you help with 4 blankets")
    assert "EXERCISE" in sam.page.split("<main")[1][:120]
    assert "EXERCISE" in sam.sees(answer="accept")[1]
    sam.and_says_yes()
    town.inbox("Sam").expects("EXERCISE", "you have promised")
    town.time_passes("7h")
    town.inbox("Ada").expects("EXERCISE: ", "Did it happen").and_takes_it().ends_it("yes")
    town.inbox("Sam").expects("EXERCISE", "Thank you")
    town.inbox("Bob").expects_nothing()
    for _, mail in town.mails():
        text, html = (mail.get_body((kind,)).get_content().strip() for kind in ("plain", "html"))  # type: ignore[union-attr]
        assert str(mail["Subject"]).startswith("EXERCISE: ")
        assert str(mail["Subject"]).endswith(" EXERCISE")
        assert text.startswith("EXERCISE")
        assert text.endswith("EXERCISE")
        assert html.partition("<main>")[2].lstrip().startswith('<p style="font-weight: bold">EXERCISE')
        assert html.partition("</main>")[0].rstrip().endswith("EXERCISE</p>")
    assert [row.need for row in town.door.store.needs(exercise=True)] == [need]
    assert town.door.store.needs(exercise=False) == []


def test_the_same_request_twice_is_two_needs_and_a_question(town: Town) -> None:
    """Amina phones, and her nurse writes: both are looked after, and an officer is asked whether they are one."""
    town.has_officer("Ola")
    town.has("Sam", "volunteer", "food-parcel")
    town.has("Bob", "volunteer", "food-parcel")
    first = town.resident_needs("Groceries for two", "food-parcel:2", playbook=ROUNDS)
    for who in ("Amina", "Sam", "Bob"):
        town.inbox(who).expects("2 food parcels")
    town.time_passes("30m")
    second = town.resident_needs("Food for Amina", "food-parcel:1", playbook=ROUNDS)
    town.inbox("Ola").expects(f"Is this the same need as {first}?").and_takes_it()
    town.inbox("Amina").expects("We have your request")
    town.inbox("Sam").expects("Can you help")
    town.inbox("Bob").expects("Can you help")
    assert (town.situation(second).need.like, town.situation(first).need.like) == (first, None)
    assert "may-be-duplicate" in town.story(second)
    assert first in " ".join(town.says(second))


def test_a_batch_on_its_way_stops_within_five_seconds(tmp_path: Path) -> None:
    """A slow mail server has 41 mails to take when everything is put on hold: five seconds later none arrives any
    more, what had not begun is as if it had never been claimed, and afterwards each arrives once."""
    with running("--each=0.6", "--keep") as server, town_at(tmp_path, load_catalogue(), server) as town:
        for n in range(40):
            town.has(f"Helper {n}", "volunteer", "sandbag", capacity=1)
        everybody = playbook(round_of("all", patience="1d", ask=40))
        need = town.resident_needs("Sandbags", "sandbag:9000", playbook=everybody, look=False, needed_by="+3d")
        town.decides()
        channel = open_channel(f"{server.url}?connections=4", tmp_path, 0)
        sending = threading.Thread(target=Deliverer(town.door, channel).deliver_due)
        sending.start()
        while len(server.received()) < 3:
            time.sleep(0.05)
        held_at = time.time()
        assert town.door.store.hold(None, town.moment)
        sending.join(timeout=30)
        assert not sending.is_alive()
        time.sleep(max(0.0, held_at + 5 - time.time()))
        arrived = server.received()
        assert max(mail["at"] for mail in arrived) < held_at + 5
        assert len(arrived) < 16
        time.sleep(0.7)
        assert len(server.received()) == len(arrived)
        assert {row.state.value for row in town.rows(need)} == {"accepted", "pending"}
        town.door.store.resume(None, town.moment)
        town.decides()
        Deliverer(town.door, channel).deliver_due()
        channel.close()
        recipients = server.recipients()
        assert len(recipients) == len(set(recipients)) == 41


def test_a_hold_nobody_ends_is_reported(town: Town) -> None:
    """After a day the check of promises names what is still on hold, and mail that waits for it is not called late."""
    town.has_officer("Ada")
    flood = town.has_incident("Flood", CENTRE, "Ada")
    town.has("Sam", "volunteer", "food-parcel")
    need = town.resident_needs("Groceries", "food-parcel:1", playbook=ROUNDS, look=False, needed_by="+6d")
    town.door.store.hold(flood, town.moment)
    town.is_held()
    for length, reported in (("23h", False), ("2h", True)):
        town.time_passes(length)
        town.door.store.mark(SWEPT, town.moment)
        problems = find_broken_promises(town.door.store, town.moment)
        assert problems == ([f"on hold for more than a day: everything, {flood}; {GO_ON}"] if reported else [])
    town.officer_closes(need, Outcome.withdrawn)
    assert not town.mails()
    town.door.store.resume(flood, town.moment)
    town.goes_on()
    town.inbox("Amina").expects("withdrawn")


def test_somebody_speaks_for_the_resident(town: Town) -> None:
    """Amina has no e-mail; her nurse does, is told everything by her own name, and says how it went."""
    town.has("Sam", "volunteer", "food-parcel")
    nurse = Resident(
        name="Amina", address="12 Example Road", referrer_name="Nurse Ng", referrer_email="nurse.ng@example.org"
    )
    request = NeedRequest(
        category="food", summary="Groceries", lines=("food-parcel:1",), area="Norbiton", needed_by="+3h", resident=nurse
    )
    need = record_need(town.door, town.catalogue, ROUNDS, request).need
    town.settle()
    town.inbox("Nurse Ng").expects("We have your request", "Hello Nurse Ng")
    town.inbox("Sam").expects("Can you help").lacks("Ng", "Amina").and_says_yes()
    town.inbox("Sam").expects("you have promised")
    town.inbox("Sam").expects("Name: Amina", "12 Example Road").lacks("Ng")
    town.inbox("Nurse Ng").expects("will help")
    town.time_passes("4h")
    town.inbox("Nurse Ng").expects("Did").and_says("yes")
    town.inbox("Nurse Ng").expects("closed")
    town.inbox("Sam").expects("Thank you")
    assert town.situation(need).need.outcome is Outcome.met
