"""A need closes, and in time nobody can tell any more whose it was; what happened can still be read."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.changes import Change, Draft
from domain.hiding import FEWEST
from domain.needs import Outcome, Resident
from domain.periods import Period
from domain.reporting import Report
from domain.situations import Situation
from infra.counting import Figures
from infra.persons.erasing import Erased, erase_person, obstacles
from infra.persons.exporting import export_person
from infra.persons.finding import Person, find_person, read_sought
from infra.store import MessageState
from tasks.keeping_house import keep_house, past_its_time
from tests.people import playbook, round_of
from tests.town import Inbox, Town

NEIGHBOURS = playbook(round_of("neighbours", patience="2h"), close_after="1d")
SECRETS = ("amina", "12 example road", "1zz", "7700900001", "7700 900001", "number 12")
AMINA = {"at_home": "12 Example Road, KT1 1ZZ", "phone": "07700 900001"}


def files_with(home: Path, *words: str) -> list[str]:
    """Every file under the town's home in whose bytes any of these stands."""
    found = [path for path in home.rglob("*") if path.is_file()]
    return [path.name for path in found if any(word.encode() in path.read_bytes().lower() for word in words)]


def amina_is_helped(town: Town) -> tuple[str, Inbox]:
    """Amina needs groceries; Sam asks about her, says yes, and it happens. Returns the need, and what Sam got."""
    town.has_officer("Dana")
    town.has("Sam Jones", "volunteer", "food-parcel", emails=("sam@example.org",))
    need = town.resident_needs("Groceries for a family", "food-parcel:2", playbook=NEIGHBOURS, who="Amina", **AMINA)
    sam = town.inbox("Sam Jones").expects("Can you help").and_asks("Is this for Amina at number 12?")
    town.inbox("Dana").expects("number 12").and_takes_it()
    sam.and_says_yes()
    town.inbox("Sam Jones").expects("Private", "Name: Amina")
    town.officer_closes(need, Outcome.met)
    hear_the_rest(town)
    return need, sam


def hear_the_rest(town: Town) -> None:
    """Everybody reads what else they got: other stories look at that."""
    town.read.update(name for name, _ in town.unread())


def ask_for(town: Town, who: str) -> Person:
    return find_person(town.door.store, read_sought(who, None, ()))


def test_ninety_days_later_nothing_private_is_left(town: Town) -> None:
    """P02, P01: on the 90th day Amina's details are not readable, and after that night's house-keeping nowhere; the
    story is all there, and says so."""
    need, _ = amina_is_helped(town)
    before = town.says(need)
    town.time_passes("89d")
    assert keep_house(town.door).keys() == {"files", "message-bodies", "resident-keys"}
    assert town.door.store.resident(need).name == "Amina"
    town.time_passes("2d")
    assert town.door.store.resident(need).name is None
    assert past_its_time(town.door, town.moment)
    erased = keep_house(town.door)
    assert (erased["contact"], erased["words"]) == (1, 1)
    assert past_its_time(town.door, town.moment) == {}
    assert keep_house(town.door) == {}
    town.door.store.compact()
    assert files_with(town.home, *SECRETS) == []
    after = town.says(need)
    assert after[:-1] == before
    assert after[-1] == (
        "Erased, as the time to keep them was over: the resident's details and what people wrote. The story stays."
    )


def test_then_the_summary_then_the_need(town: Town) -> None:
    """K12: a year after 31 December the summary goes, and six years after, the need; others are as they were."""
    town.moment = datetime(2026, 12, 31, 10, 0, tzinfo=UTC)
    need, _ = amina_is_helped(town)
    town.time_passes("364d")
    keep_house(town.door)
    assert town.situation(need).need.summary == "Groceries for a family"
    town.time_passes("2d")
    keep_house(town.door)
    assert town.situation(need).need.summary == "(erased)"
    assert town.situation(need).need.area == "Norbiton"
    town.moment = datetime(2032, 12, 31, 9, 0, tzinfo=UTC)
    keep_house(town.door)
    assert town.story(need)
    town.moment = datetime(2032, 12, 31, 12, 0, tzinfo=UTC)
    assert keep_house(town.door)["story"] == 1
    assert town.door.find(need) is None


def test_a_council_that_keeps_less(town: Town) -> None:
    """Ten days, says the council's own file; with a slip in it, what was in force before still is."""
    need, _ = amina_is_helped(town)
    (town.home / "retention.yaml").write_text("contact: 10d\n")
    keep_house(town.door)
    (town.home / "retention.yaml").write_text("contact: ten\n")
    town.time_passes("10d")
    assert keep_house(town.door)["contact"] == 1
    assert town.door.store.notes(need)


def test_sam_wants_to_be_forgotten(town: Town) -> None:
    """P01: what Sam is called stands nowhere any more; his two parcels still do, as a helper's; his link is a kind
    page, and Amina's details are hers."""
    need, sam = amina_is_helped(town)
    link = sam.link
    person = ask_for(town, "sam@example.org")
    assert obstacles(town.door, person, withdraw=False) == []
    done = erase_person(town.door, person, "officer", "asked", withdraw=False)
    assert isinstance(done, Erased)
    assert done.left == {}
    assert files_with(town.home, "sam@example.org", "sam jones", "sam-jones") == []
    assert "A helper said yes: 2 food parcels." in " ".join(town.says(need))
    assert town.counts(need) == {"food-parcel": 2}
    assert town.door.store.resident(need).name == "Amina"
    assert "Sam" not in town.get(link)
    assert not ask_for(town, "sam@example.org").found


def test_the_report_forgets_amina_too(town: Town) -> None:
    """P01: her address was typed as the area, and Ravi has just looked at the report: not even its figures keep it."""
    town.has_officer("Dana")
    need = town.resident_needs("Groceries", "food-parcel:2", playbook=NEIGHBOURS, area="12 Example Road", **AMINA)
    kofi = {"who": "Kofi", "at_home": "3 Hostel Lane"}
    others = [town.resident_needs("Groceries", "food-parcel:2", playbook=NEIGHBOURS, **kofi) for _ in range(FEWEST)]
    for each in (need, *others):  # of fewer the report would name no place
        town.officer_closes(each, Outcome.not_met)
    hear_the_rest(town)
    today = Period(first=town.moment.date(), last=town.moment.date())
    figures = Figures(town.door.store, town.door.settings.zone)
    before = figures.look(today, town.moment)
    assert isinstance(before, Report)
    assert "12 Example Road" in before.model_dump_json()
    done = erase_person(town.door, ask_for(town, "07700 900001"), "officer", "asked", withdraw=False)
    assert isinstance(done, Erased)
    assert files_with(town.home, "12 example road") == []
    after = figures.look(today, town.moment)
    assert isinstance(after, Report)
    assert "12 Example Road" not in after.model_dump_json()


def test_who_is_expected_somewhere_is_not_just_gone(town: Town) -> None:
    """Sam has promised: that is said first; taken back, others are asked, and nobody waits for him."""
    town.has_officer("Dana")
    town.has("Sam Jones", "volunteer", "food-parcel", emails=("sam@example.org",))
    need = town.resident_needs("Groceries", "food-parcel:2", playbook=NEIGHBOURS)
    town.inbox("Sam Jones").expects("Can you help").and_says_yes()
    town.has("Bob", "volunteer", "food-parcel")
    person = ask_for(town, "sam@example.org")
    (sentence,) = obstacles(town.door, person, withdraw=False)
    assert need in sentence
    assert isinstance(erase_person(town.door, person, "officer", "asked", withdraw=True), Erased)
    town.settle()
    town.inbox("Bob").expects("Can you help")
    assert town.counts(need) == {"food-parcel": 0}
    assert files_with(town.home, "sam@example.org", "sam jones") == []
    hear_the_rest(town)


def test_what_sam_is_given_is_about_sam(town: Town) -> None:
    """P04: what he was asked, said and wrote; not whose need it was. Amina gets hers, without who Sam is."""
    need, _ = amina_is_helped(town)
    sams = export_person(town.door, ask_for(town, "sam@example.org"), "command", town.moment)
    (helper,) = sams["helper"]
    assert helper["contacts"] == [{"email": "sam@example.org"}]
    assert helper["asked"][0]["you_wrote"] == ["Is this for Amina at number 12?"]
    assert helper["asked"][0]["lines"][0]["delivered"] == 2
    told = json.dumps(sams).lower().replace("is this for amina at number 12?", "")
    assert not [secret for secret in SECRETS if secret in told]
    aminas = export_person(town.door, ask_for(town, "07700 900001"), "command", town.moment)
    (hers,) = aminas["resident_of"]
    assert hers["you"]["address"] == "12 Example Road, KT1 1ZZ"
    assert hers["written_by_others"] == 1
    assert hers["details_sent_to"] == ["A helper"]
    assert hers["messages_to_you"][0]["what"] == "resident-received"
    assert not [word for word in ("sam", "dana") if word in json.dumps(aminas).lower().replace("same", "")]
    assert town.door.store.looks(need)[0].detail.startswith("export: name")


@pytest.mark.parametrize("state", [MessageState.delayed, MessageState.complained, MessageState.unknown])
def test_she_reads_who_may_have_her_address(town: Town, state: MessageState) -> None:
    """P04: the mail with Amina's address is slow, was marked as spam, or may have left: who it went to is told her."""
    need, _ = amina_is_helped(town)
    [details] = town.rows(need, "private-details")
    town.door.store.settle([replace(details, state=state)])
    aminas = export_person(town.door, ask_for(town, "07700 900001"), "command", town.moment)
    assert aminas["resident_of"][0]["details_sent_to"] == ["A helper"]


def test_a_son_who_speaks_for_her_is_taken_out(town: Town) -> None:
    """The referrer asks to be forgotten: he is, and his mother's need goes on."""
    need = town.resident_needs("Groceries", "food-parcel:2", playbook=NEIGHBOURS, **AMINA)
    hear_the_rest(town)
    resident = town.door.store.resident(need).but(referrer_name="Omar Yusuf", referrer_email="omar@example.org")
    _put(town, need, resident)
    person = ask_for(town, "omar@example.org")
    assert list(person.speaks_in) == [need]
    exported = export_person(town.door, person, "command", town.moment)
    assert "Amina" not in json.dumps(exported)
    assert obstacles(town.door, person, withdraw=False) == []
    assert isinstance(erase_person(town.door, person, "officer", "asked", withdraw=False), Erased)
    assert files_with(town.home, "omar") == []
    assert town.door.store.resident(need).name == "Amina"
    assert town.says(need)[-1].endswith("asked to: who spoke for the resident. The story stays.")


def _put(town: Town, need: str, resident: Resident) -> None:
    """What is on record of the resident from now on."""

    def decide(situation: Situation, now: datetime) -> Change:
        draft = Draft(situation, now)
        draft.keep_resident(resident)
        return draft.change(wake_at=town.moment)

    town.door.change(need, decide)
